use std::time::Duration;

use super::*;
use crate::diagnosis::dns::{QueryFailure, Record, Resolver, Response, Transport, Try, Value};
use crate::diagnosis::finding::Severity;

/// A world in a few lines: `name TYPE value`. A value of `!SERVFAIL` or `!timeout` fails the question. A name with no
/// line does not exist; a type with no line is not there.
struct World(Vec<(&'static str, RecordType, &'static str)>);

impl World {
    fn new(lines: &[&'static str]) -> Self {
        let split = |line: &&'static str| {
            let mut words = line.splitn(3, ' ');
            let (name, kind, value) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            (name, RecordType::find(kind).unwrap(), value)
        };
        Self(lines.iter().map(split).collect())
    }

    fn answer(&self, query: &Query) -> Answer {
        let mut response = Response::default();
        let mut name = query.name.as_str();
        let mut failure = None;
        let mut mute = false;
        if !self.0.iter().any(|(owner, ..)| *owner == name) {
            response.rcode = 3;
        }
        loop {
            let mut next = None;
            for (_, kind, value) in self.0.iter().filter(|(owner, ..)| *owner == name) {
                match *value {
                    "!SERVFAIL" if *kind == query.kind => response.rcode = 2,
                    "!mute" | "!SERVFAIL" | "!timeout" if *kind != query.kind => {}
                    // A resolver that went round, and says no more than that there is nothing.
                    "!mute" => mute = true,
                    "!timeout" if *kind == query.kind => failure = Some(QueryFailure::TimedOut),
                    _ if *kind == query.kind => response.answers.push(record(name, *kind, value)),
                    _ if *kind == RecordType::Cname => {
                        response.answers.push(record(name, *kind, value));
                        next = Some(*value);
                    }
                    _ => {}
                }
            }
            match next {
                // A resolver follows a circle once.
                Some(next) if response.answers.len() < 8 => name = next,
                _ => break,
            }
        }
        if mute || response.rcode == 2 {
            response.answers.clear();
        }
        let reply = failure.map_or(Ok(response), Err);
        Answer {
            tries: vec![Try {
                took: Duration::from_millis(7),
                ..Try::new("192.0.2.53:53".parse().unwrap(), Transport::Udp)
            }],
            ..Answer::new(query.clone(), reply)
        }
    }

    fn survey(&self, subject: &str) -> Survey {
        let mut survey = Survey::new(subject, &Setting::new(Resolver::System));
        loop {
            let questions = survey.questions();
            if questions.is_empty() {
                break;
            }
            assert!(!survey.is_done());
            for query in questions {
                survey.answered(self.answer(&query));
            }
        }
        assert!(survey.is_done(), "{subject}");
        survey
    }
}

fn record(name: &str, kind: RecordType, value: &str) -> Record {
    let value = match kind {
        RecordType::A => Value::A(value.parse().unwrap()),
        RecordType::Aaaa => Value::Aaaa(value.parse().unwrap()),
        RecordType::Mx => {
            let (preference, exchange) = value.split_once(' ').unwrap();
            Value::Mx { preference: preference.parse().unwrap(), exchange: exchange.trim_end_matches('.').to_owned() }
        }
        RecordType::Txt => Value::Txt(value.split('|').map(|s| s.as_bytes().to_vec()).collect()),
        RecordType::Ptr => Value::Ptr(value.to_owned()),
        RecordType::Cname => Value::Cname(value.to_owned()),
        RecordType::Srv => {
            let (target, port) = value.split_once(':').unwrap();
            Value::Srv { priority: 0, weight: 1, port: port.parse().unwrap(), target: target.to_owned() }
        }
        other => unreachable!("{other}"),
    };
    Record { name: name.to_owned(), ttl: 300, value }
}

fn table(survey: &Survey) -> String {
    let mut out = String::new();
    for row in survey.table().0 {
        out.push_str(&"  ".repeat(usize::from(row.depth)));
        out.push_str(&format!("{} {}", row.label, row.text));
        if let Some((severity, says)) = row.verdict {
            out.push_str(&format!(" [{}: {says}]", severity.name()));
        }
        out.push('\n');
    }
    out
}

const RIGHT: &[&str] = &[
    "example.org MX 20 mx2.example.org",
    "example.org MX 10 MX1.example.org",
    "example.org TXT v=spf1 mx| -all",
    "example.org TXT other=\u{1b}[2J",
    "_dmarc.example.org TXT v=DMARC1; p=none",
    "mx1.example.org A 192.0.2.25",
    "mx1.example.org AAAA 2001:db8::25",
    "mx2.example.org A 192.0.2.26",
    "25.2.0.192.in-addr.arpa PTR mx1.example.org",
    "26.2.0.192.in-addr.arpa PTR host26.example.net",
    "host26.example.net A 192.0.2.99",
    "_imaps._tcp.example.org SRV imap.example.org:993",
    "_pop3._tcp.example.org SRV :0",
    "imap.example.org A 192.0.2.143",
    "imap.example.org AAAA 2001:db8::143",
];

#[test]
fn a_domain_in_order() {
    let survey = World::new(RIGHT).survey("Example.ORG.");
    assert_eq!(
        table(&survey),
        "\
MX 10 MX1.example.org
  A 192.0.2.25
    PTR mx1.example.org [good: confirmed: the name leads back to the address]
  AAAA 2001:db8::25
    PTR none [warning: the address has no name]
MX 20 mx2.example.org
  A 192.0.2.26
    PTR host26.example.net [warning: names another host: it does not lead back to 192.0.2.26]
SPF v=spf1 mx -all [good: all other senders fail; 1 of 10 look-ups, 0 of 2 void]
DMARC v=DMARC1; p=none [warning: p=none without reports (rua) asks for nothing: forged mail is delivered, and nobody is told (column 11)]
DKIM no key found by guessing [warning: example.org has no DKIM keys: nothing at all exists below _domainkey.example.org (RFC 8020)]
MTA-STS none [note: no MTA-STS: who can come between may have mail delivered to himself, or in the clear]
TLS-RPT none [note: no TLS-RPT: when senders cannot deliver under TLS, nobody tells you]
  mend _smtp._tls.example.org. IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@example.org\"
BIMI none [note: no BIMI: mailboxes show no logo of yours]
SRV _imaps imap.example.org:993 (priority 0, weight 1) [good: 192.0.2.143, 2001:db8::143]
SRV _pop3 . [note: service decidedly not available, and says so (RFC 6186 §3.4, RFC 2782)]
SRV none for _submission _submissions _imap _pop3s _autodiscover _sieve _jmap
CAA none
TXT other=␛[2J
"
    );
    assert_eq!(
        survey.best(),
        Some(Connect { host: "MX1.example.org".to_owned(), address: None, port: 25, service: None })
    );
    let targets: Vec<IpAddr> = vec!["2001:db8::25".parse().unwrap(), "192.0.2.25".parse().unwrap()];
    assert_eq!(survey.targets(), targets);
    assert_eq!(survey.trouble(), None);
    let rows = survey.table().0;
    assert_eq!(rows[0].ttl, Some(300));
    assert_eq!(rows[0].note, "example.org MX: NOERROR, 7 ms, from 192.0.2.53:53");
    let imaps =
        Connect { host: "imap.example.org".to_owned(), address: None, port: 993, service: Some("imaps".to_owned()) };
    assert!(rows.iter().any(|row| row.connect.as_ref() == Some(&imaps)));
    assert!(survey.table().1.iter().all(|f| f.severity != Severity::Fault));
    assert!(rows.iter().filter(|row| row.ttl.is_some()).all(|row| row.question.is_some()));
}

#[test]
fn questions_come_as_their_inputs_are_known_and_never_twice() {
    let world = World::new(RIGHT);
    let mut survey = Survey::new("example.org", &Setting::new(Resolver::System));
    let first = survey.questions();
    let count = first.len();
    let parts = ["example.org MX", "_dmarc.example.org TXT", "_imaps._tcp.example.org SRV", "example.org CAA"];
    for part in parts {
        assert!(first.iter().any(|query| format!("{} {}", query.name, query.kind) == part), "{part}: {first:?}");
    }
    assert!(first.iter().all(|query| !query.name.contains("_domainkey")), "guessing waits: {first:?}");
    assert_eq!((survey.questions().len(), survey.pending()), (0, count));
    assert!(table(&survey).starts_with("MX …\nSPF …\nDMARC …\nMTA-STS …\n"), "{}", table(&survey));
    survey.answered(world.answer(&Query { name: "mx1.example.org".to_owned(), kind: RecordType::A }));
    assert_eq!(survey.pending(), count, "an answer that was not asked for");
    for query in &first {
        survey.answered(world.answer(query));
    }
    assert_eq!(survey.best(), None, "the addresses of the preferred MX are open");
    assert_eq!(survey.trouble(), None);
    let second = survey.questions();
    let place = |part: &str| second.iter().position(|query| query.name.contains(part));
    assert!(place("mx1.") < place("_domainkey"), "guesses come last");
    for query in second.iter().filter(|query| query.name.starts_with("mx2")) {
        survey.answered(world.answer(query));
    }
    assert_eq!(survey.best(), None, "the preferred MX may still have an address");
    survey.answered(world.answer(&second[0]));
    assert_eq!(survey.best().map(|c| c.host).as_deref(), Some("MX1.example.org"));
}

#[test]
fn what_is_wrong_with_the_mail_route() {
    for (name, lines, row, trouble) in [
        ("no MX", &["x.org A 192.0.2.1"][..], "MX none [note: mail goes to the domain's own address", None),
        ("null MX", &["x.org MX 0 ."], "MX 0 . [note: takes no mail", Some("null MX")),
        (
            "nothing",
            &["x.org TXT hello"],
            "MX none [fault: and no address",
            Some("neither an MX record nor an address"),
        ),
        ("no domain", &[], "MX NXDOMAIN [fault: the domain does not exist]", Some("NXDOMAIN")),
        ("servfail", &["x.org MX !SERVFAIL"], "MX SERVFAIL [fault: no answer]", Some("SERVFAIL")),
        ("timeout", &["x.org MX !timeout"], "MX the resolver did not answer in time [fault", Some("in time")),
        ("address", &["x.org MX 5 192.0.2.1"], "MX 5 192.0.2.1 [fault: an address", Some("no MX of x.org has an")),
        ("gone", &["x.org MX 5 mx.org"], "MX 5 mx.org [fault: this host does not exist]", Some("no MX of x.org")),
        ("bare", &["x.org MX 5 mx.org", "mx.org TXT a"], "MX 5 mx.org [fault: has no address]", Some("no MX of x.org")),
        (
            "null among others",
            &["x.org MX 0 .", "x.org MX 5 mx.org", "mx.org A 192.0.2.1"],
            "MX 0 . [fault: a null MX beside others",
            None,
        ),
        (
            "alias",
            &["x.org MX 5 a.org", "a.org CNAME b.org", "b.org A 192.0.2.1"],
            "  CNAME b.org [fault: an MX must not name an alias",
            None,
        ),
        (
            "address question fails",
            &["x.org MX 5 mx.org", "mx.org A !SERVFAIL"],
            "  A SERVFAIL [fault: no answer]",
            Some("could not tell the A of mx.org: SERVFAIL"),
        ),
        (
            "private",
            &["x.org MX 5 mx.org", "mx.org A 10.0.0.1"],
            "  A 10.0.0.1 [warning: no address of the public internet]",
            None,
        ),
        (
            "two SPF",
            &["x.org MX 5 mx.org", "mx.org A 192.0.2.1", "x.org TXT v=spf1 a -all", "x.org TXT v=spf1 -all"],
            "SPF 2 records [fault: there are 2 SPF records",
            None,
        ),
        (
            "the same host twice",
            &["x.org MX 5 mx.org", "x.org MX 9 MX.org", "mx.org A 192.0.2.1"],
            "MX 9 MX.org [warning: the same host again",
            None,
        ),
        (
            "null MX, oddly",
            &["x.org MX 10 ."],
            "MX 10 . [note: takes no mail, and says so (RFC 7505); its",
            Some("null MX"),
        ),
        (
            "a circle",
            &["x.org CNAME y.org", "y.org CNAME x.org"],
            "CNAME y.org [fault: the aliases lead in a circle: x.org → y.org → x.org",
            Some("the aliases of x.org lead in a circle: x.org → y.org → x.org; nobody gets to its mail servers"),
        ),
        (
            "a circle that the resolver passes over in silence",
            &["x.org MX !mute", "x.org CNAME y.org", "y.org CNAME x.org"],
            "CNAME y.org [fault: the aliases lead in a circle: x.org → y.org → x.org",
            Some("the aliases of x.org lead in a circle: x.org → y.org → x.org; nobody gets to its mail servers"),
        ),
        (
            "an exchange in a circle",
            &["x.org MX 5 a.org", "a.org CNAME b.org", "b.org CNAME c.org", "c.org CNAME b.org"],
            "MX 5 a.org [fault: its aliases lead in a circle: nobody gets to an address]\n  CNAME b.org [fault: the",
            Some("the aliases of the MX a.org lead in a circle: a.org → b.org → c.org → b.org; nobody gets to an"),
        ),
        (
            "an exchange in a circle, and SERVFAIL",
            &["x.org MX 5 a.org", "a.org A !mute", "a.org AAAA !SERVFAIL", "a.org CNAME A.org"],
            "MX 5 a.org [fault: its aliases lead in a circle: nobody gets to an address]\n  CNAME A.org [fault: the",
            Some("the aliases of the MX a.org lead in a circle: a.org → A.org; nobody gets to an address"),
        ),
        (
            "alias of the domain",
            &["x.org CNAME y.org", "y.org MX 5 mx.org", "mx.org A 192.0.2.1"],
            "CNAME y.org\n",
            None,
        ),
    ] {
        let survey = World::new(lines).survey("x.org");
        assert!(table(&survey).contains(row), "{name}:\n{}", table(&survey));
        match (survey.trouble(), trouble) {
            (None, None) => assert!(survey.best().is_some(), "{name}"),
            (Some(finding), Some(part)) => {
                assert!(finding.says.contains(part), "{name}: {}", finding.says);
                assert!(!finding.next.is_empty(), "{name}");
                assert_eq!(survey.table().1.first(), Some(&finding), "{name}");
                assert_eq!((survey.best(), survey.targets()), (None, Vec::new()), "{name}");
            }
            (got, expect) => panic!("{name}: {got:?} is not {expect:?}"),
        }
    }
}

#[test]
fn an_address_and_its_name() {
    let world = World::new(RIGHT);
    let survey = world.survey("192.0.2.25");
    assert_eq!(
        table(&survey),
        "A 192.0.2.25\n  PTR mx1.example.org [good: confirmed: the name leads back to the address]\n"
    );
    assert_eq!(survey.targets(), ["192.0.2.25".parse::<IpAddr>().unwrap()]);
    let survey = world.survey("2001:db8::99");
    assert_eq!(table(&survey), "AAAA 2001:db8::99\n  PTR none [warning: the address has no name]\n");
}

#[test]
fn a_hostile_zone_is_bounded() {
    let mut survey = Survey::new("x.org", &Setting::new(Resolver::System));
    let mut asked = 0;
    loop {
        let questions = survey.questions();
        if questions.is_empty() {
            break;
        }
        asked += questions.len();
        for (number, query) in questions.into_iter().enumerate() {
            let many = |make: &dyn Fn(u16) -> Value| -> Vec<Record> {
                (0..1000).map(|n| Record { name: query.name.clone(), ttl: 0, value: make(n) }).collect()
            };
            let answers = match query.kind {
                RecordType::Mx => many(&|n| Value::Mx { preference: n, exchange: format!("m{n}.\u{202e}x") }),
                RecordType::A => many(&|n| Value::A([n as u8, (n >> 8) as u8, number as u8, asked as u8].into())),
                RecordType::Ptr => many(&|n| Value::Ptr(format!("p{n}.{asked}.{number}.x"))),
                RecordType::Txt => many(&|n| Value::Txt(vec![vec![0xff; 200], vec![n as u8]])),
                _ => Vec::new(),
            };
            let reply = Ok(Response { answers, ..Response::default() });
            survey.answered(Answer::new(query, reply));
        }
    }
    assert_eq!(asked, QUESTIONS);
    assert!(survey.is_done());
    let rows = survey.table().0;
    assert!(rows.len() < 2500, "{}", rows.len());
    assert!(rows.iter().all(|row| !row.text.contains('\u{202e}')));
    assert!(rows.iter().any(|row| row.text == "936 more"));
    assert!(!survey.table().1.is_empty());
}

#[test]
fn a_finding_about_a_hostile_name_is_safe_to_draw() {
    let zone = World::new(&["x.org MX 1 a\u{1b}[2J", "a\u{1b}[2j A 127.0.0.1"]);
    let subjects: Vec<String> = zone.survey("x.org").table().1.into_iter().map(|found| found.subject).collect();
    assert!(subjects.iter().any(|subject| subject.starts_with("a␛[2")), "{subjects:?}");
    assert!(!subjects.concat().contains('\u{1b}'), "{subjects:?}");
}

#[test]
fn what_mail_stands_on_is_checked_with_a_question_each_and_no_longer_way() {
    let world = World::new(RIGHT);
    let run = |anchors| {
        let mut survey = Survey::new("example.org", &Setting { anchors, ..Setting::new(Resolver::System) });
        let (mut rounds, mut checked) = (0, Vec::new());
        loop {
            let wants = survey.wants();
            if wants.is_empty() {
                return (rounds, checked, table(&survey));
            }
            rounds += 1;
            for want in wants {
                let Want::Answer(question) = want else { panic!("{want:?}") };
                if question.options.checking_disabled {
                    checked.push(format!("{} {}", question.query.name, question.query.kind));
                }
                let answer = world.answer(&question.query);
                survey.came(Came::Answer(question, Box::new(answer)), 0);
            }
        }
    };
    let (rounds, checked, plain) = run(Vec::new());
    assert_eq!((checked, plain.contains("DNSSEC")), (Vec::new(), false));
    let (with_dnssec, checked, drawn) = run(crate::diagnosis::dnssec::root_anchors());
    assert_eq!(with_dnssec, rounds, "the longest chain of look-ups");
    assert_eq!(
        checked,
        [
            "example.org MX",
            "example.org TXT",
            "_dmarc.example.org TXT",
            "_mta-sts.example.org TXT",
            "example.org SOA",
            "mx1.example.org A",
            "mx1.example.org AAAA",
            "_25._tcp.mx1.example.org TLSA",
            "mx2.example.org A",
            "mx2.example.org AAAA",
            "_25._tcp.mx2.example.org TLSA",
        ]
    );
    let row = "DNSSEC the resolver does not say AD · here: indeterminate [note: ";
    assert!(drawn.contains(row), "{drawn}");
}

#[test]
fn where_the_targets_of_services_lead() {
    for (lines, row) in [
        (&["h.org A 192.0.2.1"][..], "[good: 192.0.2.1]"),
        (&["h.org TXT a"], "[fault: has no address: no client gets there]"),
        (&["other.org A 192.0.2.1"], "[fault: this host does not exist: no client gets there]"),
        (&["h.org A !SERVFAIL"], "[fault: nobody tells its address: clients do not get there now]"),
        (
            &["h.org CNAME g.org", "g.org A 192.0.2.1"],
            "[warning: an alias of g.org, which an SRV record must not name (RFC 2782); 192.0.2.1]",
        ),
        (&["h.org CNAME h.org"], "[fault: its aliases lead in a circle: h.org → h.org; no client gets there]"),
    ] {
        let all: Vec<&str> =
            lines.iter().copied().chain(["x.org A 192.0.2.9", "_imap._tcp.x.org SRV h.org:143"]).collect();
        let drawn = table(&World::new(&all).survey("x.org"));
        let expect = format!("SRV _imap h.org:143 (priority 0, weight 1) {row}\n");
        assert!(drawn.contains(&expect), "{expect}{drawn}");
    }
    let lines = ["x.org A 192.0.2.1", "_imap._tcp.x.org SRV :0", "_imap._tcp.x.org SRV x.org:143"];
    let drawn = table(&World::new(&lines).survey("x.org"));
    assert!(drawn.contains("SRV _imap . [warning: \".\" says that the service is not available, and"), "{drawn}");
}

#[test]
fn aliases_in_a_ring_end() {
    let mut survey = Survey::new("x.org", &Setting::new(Resolver::System));
    for query in survey.questions() {
        let alias = |name: &str, target: &str| record(name, RecordType::Cname, target);
        let answers = vec![alias(&query.name, "a.org"), alias("a.org", "b.org"), alias("b.org", "A.org")];
        let reply = Ok(Response { answers, ..Response::default() });
        survey.answered(Answer::new(query, reply));
    }
    let start = "\
CNAME a.org [fault: the aliases lead in a circle: x.org → a.org → b.org → A.org; nobody gets to an address]
CNAME b.org
MX not to be found [fault: the aliases lead in a circle]
";
    assert!(table(&survey).starts_with(start), "{}", table(&survey));
}

#[test]
fn a_flood_of_records_is_counted_not_drawn() {
    let mut survey = Survey::new("d.example", &Setting::new(Resolver::System));
    for query in survey.questions() {
        let mut response = Response::default();
        let record = |value| Record { name: "d.example".to_owned(), ttl: 60, value };
        match query.kind {
            RecordType::Mx => response.answers.extend(
                (0..4000).map(|number| record(Value::Mx { preference: number, exchange: format!("{number}.example") })),
            ),
            RecordType::Txt if query.name == "d.example" => response.answers.extend(
                (0..2500).map(|n| record(Value::Txt(vec![format!("v=spf1 ip4:192.0.2.{n} -all").into_bytes()]))),
            ),
            _ => {}
        }
        survey.answered(Answer::new(query, Ok(response)));
    }
    let (rows, findings) = survey.table();
    assert!(rows.len() < 300 && findings.len() < 300, "{} rows, {} findings", rows.len(), findings.len());
    let counted: Vec<&str> = rows.iter().map(|row| row.text.as_str()).filter(|text| text.ends_with(" more")).collect();
    assert_eq!(counted, ["3900 more", "2492 more"]);
    assert!(rows.iter().any(|row| row.label == "CAA"), "what comes behind the flood is drawn");
    let mut once = findings.clone();
    once.dedup();
    assert_eq!(once.len(), findings.len());
    assert_eq!((survey.table().0, survey.table().1), (rows, findings));
}
