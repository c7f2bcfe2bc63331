use super::*;
use crate::diagnosis::investigation::Investigation;
use crate::diagnosis::investigation::world::{World, drawn, setting};

const LISTS: &str = "ip.example\tip4,ip6\tAlpha\t2=spam;4=hijacked\thttps://ip.example/\n\
                     old.example\tip4\tOld\t2=spam\thttps://old.example/\n\
                     shy.example\tip4\tShy\t\thttps://shy.example/\n\
                     names.example\tdomain\tNames\t2=spam\thttps://names.example/";

/// Lists that work, but for Old, which is shut, and Shy, which does not answer us.
const WORLD: &[&str] = &[
    "2.0.0.127.ip.example A 127.0.0.2",
    "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip.example A 127.0.0.2",
    "2.0.0.127.shy.example A 127.255.255.254",
    "1.0.0.127.shy.example A 127.255.255.254",
    "25.2.0.192.shy.example A 127.255.255.254",
    "test.names.example A 127.0.0.2",
    "25.2.0.192.ip.example 60 A 127.0.0.2",
    "25.2.0.192.ip.example 60 A 127.0.0.9",
    "25.2.0.192.ip.example 90 TXT https://ip.example/?25",
];

fn listings(subject: &str, extra: &[&str]) -> (Listings, (usize, usize)) {
    let subject = subject.parse().map_or_else(|_| Subject::Domain(subject.to_owned()), Subject::Address);
    let mut listings = Listings::new(subject, read(LISTS).unwrap(), setting());
    let lines: Vec<&str> = WORLD.iter().chain(extra).copied().collect();
    let effort = World::new(&lines).run(&mut listings);
    (listings, effort)
}

#[test]
fn an_address_on_the_lists() {
    let (listings, (rounds, questions)) = listings("192.0.2.25", &[]);
    assert_eq!((rounds, questions), (2, 10), "three questions a list at once, then the words of the listing");
    let (rows, findings) = listings.table();
    assert_eq!(
        drawn(&rows),
        "\
address 192.0.2.25 [fault: on the only list that answers]
  Alpha 127.0.0.2 spam, 127.0.0.9 [fault: listed]
    TXT https://ip.example/?25
  Old says nothing that counts [note: it does not list its own test point (RFC 5782 §5): it is shut]
  Shy query refused [note: it does not answer public resolvers; ask through a resolver of your own]
"
    );
    assert_eq!((rows[1].ttl, rows[2].ttl), (Some(60), Some(90)));
    assert_eq!(
        rows[1].detail,
        [
            "must be listed: 2.0.0.127.ip.example 127.0.0.2",
            "must not be listed: 1.0.0.127.ip.example NXDOMAIN",
            "asked: 25.2.0.192.ip.example 127.0.0.2, 127.0.0.9",
            "127.0.0.2: spam",
            "127.0.0.9: not explained in the table of lists",
            "about this list: https://ip.example/",
        ]
    );
    assert_eq!(rows[1].question.as_ref().unwrap().query.name, "25.2.0.192.ip.example");
    let told: Vec<(Severity, &str)> = findings.iter().map(|found| (found.severity, found.subject.as_str())).collect();
    assert_eq!(told, [(Severity::Fault, "192.0.2.25"), (Severity::Note, "blocklists"), (Severity::Note, "blocklists")]);
    assert!(findings[1].says.ends_with(": Shy") && findings[2].says.ends_with(": Old"), "{findings:?}");
}

#[test]
fn a_domain_and_the_hosts_that_take_its_mail() {
    let world = [
        "d.example MX 10 MX.d.example",
        "d.example MX 20 mx2.d.example",
        "mx.d.example A 192.0.2.26",
        "mx.d.example AAAA 2001:db8::25",
        "mx2.d.example A 192.0.2.26",
        "d.example.names.example A 127.0.0.2",
    ];
    let (listings, _) = listings("D.example.", &world);
    let (rows, findings) = listings.table();
    assert_eq!(
        drawn(&rows),
        "\
domain d.example [fault: on the only list that answers]
  Names 127.0.0.2 spam [fault: listed]
    TXT none
mail 192.0.2.26 mx.d.example, mx2.d.example [good: not on the only list that answers; 2 more say nothing]
  Old says nothing that counts [note: it does not list its own test point (RFC 5782 §5): it is shut]
  Shy query refused [note: it does not answer public resolvers; ask through a resolver of your own]
  Alpha not listed [good: ]
mail 2001:db8::25 mx.d.example [good: not on the only list that answers]
  Alpha not listed [good: ]
"
    );
    assert_eq!(findings.iter().filter(|found| found.severity == Severity::Fault).count(), 1);
    assert_eq!(rows[3].connect.as_ref().unwrap().address, Some("192.0.2.26".parse().unwrap()));
}

#[test]
fn whose_mail_goes_where() {
    for (zone, expect) in [
        (&["d.example A 192.0.2.26"][..], 2),
        (&["d.example MX 0 "], 1),
        (&[], 1),
        (&["d.example MX !SERVFAIL", "d.example A 192.0.2.26"], 1),
    ] {
        let (listings, _) = listings("d.example", zone);
        let heads = listings.table().0.iter().filter(|row| row.depth == 0).count();
        assert_eq!(heads, expect, "{zone:?}");
    }
}

#[test]
fn while_answers_are_awaited() {
    let mut listings = Listings::new(Subject::Domain("d.example".to_owned()), read(LISTS).unwrap(), setting());
    assert_eq!(listings.wants().len(), 4, "three questions of one list, and MX");
    assert_eq!(drawn(&listings.table().0), "domain d.example\n  Names …\nmail …\n");
    assert_eq!((listings.wants().len(), listings.table().1), (0, Vec::new()));
}

#[test]
fn a_domain_with_a_hundred_exchanges_is_bounded() {
    let mut zone = Vec::new();
    for n in 0..100 {
        zone.push(format!("d.example MX 1 m{n}.d.example"));
        zone.extend((0..9).map(|of| format!("m{n}.d.example A 192.0.{of}.{}", n + 1)));
    }
    let zone: Vec<&str> = zone.iter().map(String::as_str).collect();
    let (listings, (_, questions)) = listings("d.example", &zone);
    assert!(questions < 100, "{questions}");
    let (rows, _) = listings.table();
    assert_eq!(rows.last().unwrap().text, "74 more addresses are not looked up");
}

#[test]
fn a_resolver_that_knows_no_list_is_not_the_fault_of_the_lists() {
    for (extra, answers) in [
        (&[][..], "NXDOMAIN"),
        (&["2.0.0.127.old.example A !SERVFAIL"], "NXDOMAIN or SERVFAIL"),
        (
            &[
                "2.0.0.127.ip.example A 203.0.113.9",
                "1.0.0.127.ip.example A 203.0.113.9",
                "2.0.0.127.old.example A 203.0.113.9",
                "1.0.0.127.old.example A 203.0.113.9",
            ],
            "203.0.113.9",
        ),
    ] {
        let lists = read(&LISTS.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
        let mut listings = Listings::new(Subject::Address("192.0.2.25".parse().unwrap()), lists, setting());
        World::new(extra).run(&mut listings);
        let (rows, findings) = listings.table();
        let head = rows[0].verdict.clone().unwrap();
        assert_eq!(head, (Severity::Fault, "not known: none of 2 lists says anything".to_owned()));
        assert!(!drawn(&rows).contains("shut") && !drawn(&rows).contains("yes to everything"), "{}", drawn(&rows));
        let [only] = findings.as_slice() else { panic!("{findings:?}") };
        let expect = format!(
            "no list answers through this resolver, which answers {answers} even to their test points (RFC 5782 §5)"
        );
        assert_eq!((only.severity, only.says.as_str()), (Severity::Warning, expect.as_str()));
        assert_eq!(only.next, "ask through a resolver of your own");
    }
}

#[test]
fn a_domain_that_does_not_exist() {
    for (extra, exists, head) in [
        (&[][..], false, (Severity::Fault, "the domain does not exist (NXDOMAIN)")),
        (&["d.example TXT x"], true, (Severity::Good, "not on the only list that answers")),
        (&["d.example.names.example A 127.0.0.2"], false, (Severity::Fault, "on the only list that answers")),
    ] {
        let (listings, _) = listings("d.example", extra);
        let (rows, findings) = listings.table();
        let (severity, says) = rows[0].verdict.as_ref().unwrap();
        assert_eq!((*severity, says.as_str()), head);
        let told = findings.iter().any(|found| found.severity == Severity::Fault && found.says.contains("NXDOMAIN"));
        assert_eq!(told, !exists, "{findings:?}");
    }
}
