use super::*;
use crate::diagnosis::dns::Response;
use crate::diagnosis::investigation::world::{World, drawn, setting};

/// `d.example` with two servers, below `example`, whose one server knows the delegation.
const ZONE: &[&str] = &[
    "example SOA ns.example 1",
    "example NS ns.example",
    "ns.example A 192.0.2.53",
    "@192.0.2.53 d.example NS !refer ns1.d.example ns2.d.example",
    "d.example SOA ns1.d.example 7",
    "d.example NS ns1.d.example",
    "d.example NS NS2.d.example",
    "ns1.d.example A 192.0.2.1",
    "ns2.d.example A 192.0.2.2",
    "d.example MX 10 mx.d.example",
    "d.example TXT v=spf1 -all",
];

/// Runs a comparison with two public resolvers to its end.
fn compared(domain: &str, zone: &[&str], extra: &[&str]) -> Comparison {
    let public = |name: &str, ip: &str| (name.to_owned(), Resolver::parse(ip).unwrap());
    let setting = Setting { publics: vec![public("quad9", "9.9.9.9"), public("google", "8.8.8.8")], ..setting() };
    let mut comparison = Comparison::new(domain, setting);
    let lines: Vec<&str> = zone.iter().chain(extra).copied().collect();
    World::new(&lines).run(&mut comparison);
    assert_eq!(comparison.pending(), 0);
    comparison
}

fn with(extra: &[&str]) -> Comparison {
    compared("D.example.", ZONE, extra)
}

fn table(comparison: &Comparison) -> String {
    drawn(&comparison.table().0)
}

/// Findings as `severity subject: says`.
fn told(comparison: &Comparison) -> Vec<String> {
    let findings = comparison.table().1;
    assert!(findings.iter().all(|found| !found.next.is_empty()), "{findings:?}");
    findings.iter().map(|found| format!("{} {}: {}", found.severity.name(), found.subject, found.says)).collect()
}

#[test]
fn everybody_agrees_in_a_row_a_question() {
    let mut comparison = Comparison::new("d.example", setting());
    assert_eq!(World::new(ZONE).run(&mut comparison).0, 4, "NS, the names of servers, their addresses, the servers");
    let comparison = with(&[]);
    assert_eq!(
        table(&comparison),
        "\
server ns1.d.example [192.0.2.1] [good: serial 7]
server ns2.d.example [192.0.2.2] [good: serial 7]
resolver our resolver (system)
resolver quad9 (9.9.9.9)
resolver google (8.8.8.8)
SOA serial 7, ns1.d.example, hostmaster.example, 3600 600 1209600 120 [good: all 5 agree]
NS ns1.d.example, ns2.d.example [good: all 5 and a server of the parent agree]
MX 10 mx.d.example [good: all 5 agree]
A none [good: all 5 agree]
AAAA none [good: all 5 agree]
TXT v=spf1 -all [good: all 5 agree]
DMARC none [good: all 5 agree]
MTA-STS none [good: all 5 agree]
"
    );
    assert_eq!(told(&comparison), Vec::<String>::new());
    let (rows, _) = comparison.table();
    let mx = rows.iter().find(|row| row.label == "MX").unwrap();
    let question = mx.question.as_ref().unwrap();
    assert_eq!((question.resolver.to_string().as_str(), question.options.recursion), ("192.0.2.1", false));
    assert_eq!((mx.ttl, mx.note.as_str()), (Some(300), "d.example MX: NOERROR aa, 7 ms, from 192.0.2.53:53"));
    assert!(rows.iter().all(|row| row.question.is_some()), "each row can be asked for with dig");
}

#[test]
fn what_is_no_difference() {
    for (name, extra) in [
        ("the order of records", &["@192.0.2.1 d.example A 192.0.2.8", "@192.0.2.1 d.example A 192.0.2.9"][..]),
        ("the case of names", &["@9.9.9.9 d.example MX 10 MX.D.example"]),
        ("the cuts in a text", &["@9.9.9.9 d.example TXT v=spf1| -all"]),
        ("times to live", &["@9.9.9.9 d.example 3 MX 10 mx.d.example"]),
        ("a record twice", &["@9.9.9.9 d.example MX 10 mx.d.example", "@9.9.9.9 d.example MX 10 mx.d.example"]),
    ] {
        let zone: Vec<&str> = ZONE.iter().copied().chain(["d.example A 192.0.2.9", "d.example A 192.0.2.8"]).collect();
        let comparison = compared("d.example", &zone, extra);
        assert_eq!(told(&comparison), Vec::<String>::new(), "{name}");
        assert!(!table(&comparison).contains("differ"), "{name}: {}", table(&comparison));
    }
}

#[test]
fn a_secondary_that_is_behind() {
    let comparison = with(&["@192.0.2.2 d.example SOA ns1.d.example 5", "@192.0.2.2 d.example MX 10 old.d.example"]);
    let drawn = table(&comparison);
    for part in [
        "server ns2.d.example [192.0.2.2] [warning: serial 5, 2 behind]\n",
        "SOA 2 different answers [warning: they differ]\n",
        "\
MX 2 different answers [warning: they differ]
  says 10 mx.d.example
    by ns1.d.example [192.0.2.1]
    by our resolver
    by quad9
    by google
  or 10 old.d.example
    by ns2.d.example [192.0.2.2] [warning: differs; its serial is 2 behind]
",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    let expect =
        "warning ns2.d.example [192.0.2.2]: has the serial 5, and the others 7: 2 behind; it answers MX otherwise";
    assert_eq!(told(&comparison), [expect]);
}

#[test]
fn one_serial_and_two_versions() {
    let comparison = with(&[
        "@192.0.2.2 d.example MX 10 old.d.example",
        "@192.0.2.2 _dmarc.d.example TXT v=DMARC1",
        "@192.0.2.2 _mta-sts.d.example TXT v=STSv1; id=1;",
    ]);
    let expect = "fault ns2.d.example [192.0.2.2]: answers MX, TXT at _dmarc, TXT at _mta-sts otherwise";
    assert_eq!(told(&comparison), [expect]);
    let drawn = table(&comparison);
    for policy in ["DMARC", "MTA-STS"] {
        assert!(drawn.contains(&format!("{policy} 2 different answers [fault: they differ]\n  says none")), "{drawn}");
    }
    // Other addresses for everybody are how load is balanced.
    let comparison = with(&["@192.0.2.2 d.example A 192.0.2.80"]);
    assert_eq!(told(&comparison), ["note ns2.d.example [192.0.2.2]: answers A otherwise"]);
}

/// What one server answers to every question.
fn everything(server: &str, what: &str) -> Vec<String> {
    let own = ["SOA", "NS", "MX", "A", "AAAA", "TXT"].map(|kind| format!("@{server} d.example {kind} {what}"));
    let policies = ["_dmarc", "_mta-sts"].map(|label| format!("@{server} {label}.d.example TXT {what}"));
    own.into_iter().chain(policies).collect()
}

#[test]
fn servers_that_do_not_serve() {
    for (what, row, says) in [
        ("!REFUSED", "[fault: lame: REFUSED]", "does not serve d.example though an NS record names it (lame): REFUSED"),
        ("!SERVFAIL", "[fault: lame: SERVFAIL]", "(lame): SERVFAIL"),
        ("!lame", "[fault: lame: answers without authority (no aa flag)]", "(no aa flag)"),
        ("!timeout", "[warning: no answer in time]", "does not answer: no answer in time; resolvers lose time"),
        ("!refer ns.other", "instead of answering]", "refers to the servers of d.example instead of answering"),
    ] {
        let lines = everything("192.0.2.2", what);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let comparison = with(&lines);
        let drawn = table(&comparison);
        let server = drawn.lines().find(|line| line.starts_with("server ns2")).unwrap();
        assert!(server.contains(row), "{what}: {server}");
        assert!(drawn.contains("MX 10 mx.d.example [good: all 4 agree]"), "told of once, {what}:\n{drawn}");
        let told = told(&comparison);
        assert!(told.len() == 1 && told[0].contains(says), "{what}: {told:?}");
    }
    // A single question without an answer is told at its place.
    let comparison = with(&["@192.0.2.2 d.example AAAA !SERVFAIL"]);
    assert!(
        table(&comparison).contains("AAAA none [fault: one gives no answer]\n  says none\n"),
        "{}",
        table(&comparison)
    );
    assert_eq!(told(&comparison), ["fault ns2.d.example [192.0.2.2]: tells nothing about AAAA (SERVFAIL)"]);
}

#[test]
fn what_cannot_be_reached_from_here_is_not_called_lame() {
    let comparison = with(&["ns2.d.example AAAA 2001:db8::2", "@2001:db8::2 d.example MX !unreachable"]);
    // Other questions it does answer: it is there.
    assert!(table(&comparison).contains("ns2.d.example [2001:db8::2] [good"), "{}", table(&comparison));
    let mut lines = everything("2001:db8::2", "!unreachable");
    lines.push("ns2.d.example AAAA 2001:db8::2".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let comparison = with(&lines);
    assert!(
        table(&comparison).contains("server ns2.d.example [2001:db8::2] [note: not reachable from here]"),
        "{}",
        table(&comparison)
    );
    let told = told(&comparison);
    assert!(
        told.len() == 1 && told[0].starts_with("note IPv6: one address of name servers cannot be reached"),
        "{told:?}"
    );
}

#[test]
fn an_old_answer_has_its_time() {
    let comparison = with(&["@9.9.9.9 d.example 217 MX 10 old.d.example", "@9.9.9.9 d.example SOA ns1.d.example 6"]);
    let drawn = table(&comparison);
    assert!(drawn.contains("by quad9 [warning: old: 3 min 37 s left]"), "{drawn}");
    assert!(drawn.contains("by quad9 [note: another copy: 5 min 0 s left]"), "{drawn}");
    assert_eq!(told(&comparison), ["warning quad9: answers MX otherwise"]);
    let (_, findings) = comparison.table();
    assert!(findings[0].next.starts_with("an old answer is kept for 5 min 0 s still"), "{findings:?}");
}

#[test]
fn views_that_depend_on_who_asks() {
    let comparison = with(&["@9.9.9.9 d.example 60 MX 5 out.d.example", "@8.8.8.8 d.example 90 MX 5 out.d.example"]);
    let found = told(&comparison);
    assert!(found.len() == 1 && found[0].contains("tell us MX in one way, and all 2 public resolvers"), "{found:?}");
    assert!(
        table(&comparison).contains("by quad9 [warning: another view, or old: 60 s left]"),
        "{}",
        table(&comparison)
    );
    let comparison = with(&["@system d.example MX 5 in.d.example"]);
    assert_eq!(told(&comparison), ["warning our resolver: answers MX otherwise"]);
    assert!(
        table(&comparison).contains("by our resolver [warning: a view of its own, or old"),
        "{}",
        table(&comparison)
    );
    assert!(comparison.table().1[0].next.starts_with("it has a view of d.example of its own"));
}

#[test]
fn the_parent_and_the_zone_name_other_servers() {
    let comparison = with(&[
        "@192.0.2.53 d.example NS !refer ns1.d.example ns3.d.example",
        "@192.0.2.53 ns1.d.example A 192.0.2.77",
        "ns3.d.example A 192.0.2.3",
    ]);
    let drawn = table(&comparison);
    for part in [
        "server ns3.d.example [192.0.2.3] [good: serial 7]",
        "server ns1.d.example [192.0.2.77] [good: serial 7]",
        "server ns1.d.example [192.0.2.77] [warning: the parent alone gives this IPv4 address]",
        "    by ns.example [192.0.2.53] [warning: the delegation differs]",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    let told = told(&comparison);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("gives the address 192.0.2.77 for it (glue)"), "{told:?}");
    assert!(told[1].contains("the parent delegates d.example to other servers"), "{told:?}");
}

#[test]
fn names_of_servers_that_are_wrong() {
    let comparison = with(&[
        "d.example NS none.d.example",
        "none.d.example TXT x",
        "d.example NS alias.d.example",
        "alias.d.example CNAME ns1.d.example",
        "d.example NS twin.d.example",
        "twin.d.example A 192.0.2.2",
    ]);
    let drawn = table(&comparison);
    for part in [
        "server none.d.example [fault: has no address]",
        "server alias.d.example [warning: is an alias (RFC 2181 §10.3)]",
        "server ns2.d.example, twin.d.example [192.0.2.2] [good: serial 7]",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    let told = told(&comparison);
    assert!(
        told.iter().any(|line| line.starts_with("note 192.0.2.2: ns2.d.example, twin.d.example are one")),
        "{told:?}"
    );
}

#[test]
fn a_host_is_compared_in_its_zone_and_a_zone_below_is_no_fault() {
    let comparison = compared(
        "www.d.example",
        ZONE,
        &["www.d.example CNAME web.other.example", "@* _dmarc.www.d.example TXT !refer ns.vendor.example"],
    );
    let drawn = table(&comparison);
    assert!(
        drawn.contains("SOA serial 7") && drawn.contains("A CNAME web.other.example [good: all 5 agree]"),
        "{drawn}"
    );
    assert!(drawn.contains("DMARC none [note: a zone of its own]\n"), "{drawn}");
    assert!(drawn.contains("  or kept by other servers: ns.vendor.example\n"), "{drawn}");
    assert_eq!(told(&comparison), Vec::<String>::new());
}

#[test]
fn when_our_resolver_knows_nothing_the_parent_tells_the_servers() {
    let lines = everything("system", "!SERVFAIL");
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let comparison = with(&lines);
    let drawn = table(&comparison);
    assert!(drawn.starts_with("server ns1.d.example [192.0.2.1] [good: serial 7]\n"), "{drawn}");
    assert!(drawn.contains("resolver our resolver (system) [warning: SERVFAIL]"), "{drawn}");
    assert_eq!(told(&comparison), ["warning our resolver: tells nothing about d.example: SERVFAIL"]);
}

#[test]
fn a_name_that_does_not_exist() {
    let comparison = compared("nope.d.example", ZONE, &[]);
    let drawn = table(&comparison);
    let head = "\
name nope.d.example [fault: does not exist (NXDOMAIN): say 5 who answer, 2 of them servers of the zone]
zone d.example [note: nope.d.example begins no zone of its own]
server ns1.d.example [192.0.2.1] [good: serial 7]
";
    assert!(drawn.starts_with(head), "{drawn}");
    assert!(drawn.contains("MX NXDOMAIN [note: all 5 agree]\n"), "{drawn}");
    let expect =
        "fault nope.d.example: the name does not exist (NXDOMAIN), say 5 who answer, 2 of them servers of the zone";
    assert_eq!(told(&comparison), [expect]);
    // A name without records exists.
    let comparison = compared("ent.d.example", ZONE, &["below.ent.d.example A 192.0.2.9"]);
    assert_eq!(told(&comparison), Vec::<String>::new());
}

#[test]
fn a_resolver_of_ours_that_is_silent_is_a_fault() {
    let lines = everything("system", "!timeout");
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let comparison = with(&lines);
    assert!(table(&comparison).contains("our resolver (system) [fault: no answer in time]"), "{}", table(&comparison));
    assert_eq!(told(&comparison), ["fault our resolver: tells nothing about d.example: no answer in time"]);
}

#[test]
fn copies_alone_prove_nothing() {
    let lines = [everything("192.0.2.1", "!REFUSED"), everything("192.0.2.2", "!REFUSED")].concat();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let comparison = with(&lines);
    let drawn = table(&comparison);
    let row = "MX 10 mx.d.example [note: all 3 agree; no server of the zone answers]\n";
    assert!(drawn.contains(row) && !drawn.contains("[good"), "{drawn}");
}

/// Runs a comparison through a resolver that validates and finds everything broken: without CD it says SERVFAIL.
fn validated(checking_disabled_helps: bool) -> Comparison {
    let world = World::new(ZONE);
    let mut comparison = Comparison::new("d.example", setting());
    for _ in 0..20 {
        for want in comparison.wants() {
            let Want::Answer(question) = want else { panic!("{want:?}") };
            let mut answer = world.answer(&question.query);
            let is_ours = question.resolver == Resolver::System;
            if let Ok(response) = &mut answer.reply {
                response.flags.aa = !is_ours;
                // The parent tells nothing, so that our resolver alone leads to the servers.
                let is_parent = question.resolver.to_string() == "192.0.2.53";
                if is_parent || is_ours && !(question.options.checking_disabled && checking_disabled_helps) {
                    *response = Response { rcode: 2, ..Response::default() };
                }
            }
            comparison.came(Came::Answer(question, Box::new(answer)), 0);
        }
    }
    assert_eq!((comparison.pending(), comparison.wants()), (0, Vec::new()));
    comparison
}

#[test]
fn the_servers_of_a_broken_zone_are_found_without_validation() {
    let drawn = table(&validated(true));
    assert!(drawn.starts_with("server ns1.d.example [192.0.2.1] [good: serial 7]\nserver ns2"), "{drawn}");
    assert!(drawn.contains("resolver our resolver (system) [warning: SERVFAIL]\n"), "{drawn}");
    assert!(drawn.contains("MX 10 mx.d.example [good: all 2 agree]\n"), "{drawn}");
    // And where even that does not help, that is said.
    let comparison = validated(false);
    assert!(table(&comparison).starts_with("server none [warning: none of the zone can be asked]\n"));
    let told = told(&comparison);
    assert!(told.iter().any(|line| line.contains("d.example: no server of the zone can be asked")), "{told:?}");
}

#[test]
fn a_long_answer_is_told_by_what_sets_it_apart() {
    let texts = ["d.example TXT b", "d.example TXT c", "d.example TXT d", "d.example TXT e"];
    let own: Vec<String> = texts.iter().map(|line| format!("@9.9.9.9 {}", line.replace("TXT e", "TXT f"))).collect();
    let extra: Vec<&str> = texts.into_iter().chain(own.iter().map(String::as_str)).collect();
    let comparison = with(&extra);
    let (rows, _) = comparison.table();
    let texts: Vec<&str> = rows.iter().filter(|row| row.depth == 1).map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["b, c, d, e and 1 more", "the same without e, v=spf1 -all, with f"]);
    let row = rows.iter().find(|row| row.text.starts_with("the same")).unwrap();
    assert_eq!(row.detail, ["b", "c", "d", "f"]);
}

#[test]
fn while_answers_are_awaited() {
    let mut comparison = Comparison::new("d.example", setting());
    assert_eq!(comparison.wants().len(), 7, "what all are asked, and where the zone begins");
    let (rows, findings) = comparison.table();
    assert!(drawn(&rows).starts_with("server …\nresolver our resolver (system) …\nMX …\n"), "{}", drawn(&rows));
    assert_eq!((findings, comparison.wants().len(), comparison.pending()), (Vec::new(), 0, 7));
}

#[test]
fn a_hostile_zone_is_bounded_and_safe_to_draw() {
    let mut lines: Vec<String> = ZONE.iter().map(ToString::to_string).collect();
    for n in 0..1000 {
        lines.push(format!("d.example NS n{n}\u{1b}[2J.d.example"));
        lines.push(format!("d.example TXT {n}\u{202e}"));
        lines.push(format!("n{n}\u{1b}[2j.d.example A 192.0.{}.{}", 3 + n / 250, n % 250));
    }
    let mut comparison = Comparison::new("d.example", setting());
    let (_, questions) = World::new(&lines).run(&mut comparison);
    assert!(questions < 200, "{questions}");
    let (rows, findings) = comparison.table();
    assert!(drawn(&rows).contains("server 986 more are not asked"), "{}", drawn(&rows));
    let texts = rows.iter().flat_map(|row| row.detail.iter().chain([&row.text, &row.note]));
    assert!(texts.clone().all(|text| !text.contains(['\u{1b}', '\u{202e}'])));
    assert!(findings.iter().all(|f| !f.says.contains(['\u{1b}', '\u{202e}'])), "{findings:?}");
}
