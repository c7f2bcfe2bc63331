use super::*;
use crate::diagnosis::dns::{Flags, QueryFailure, Record, Response};
use crate::diagnosis::finding::Severity;

const PUBLIC: &str = "9.9.9.9";

fn udp(ip: &str) -> Resolver {
    Resolver::at(SocketAddr::new(ip.parse().unwrap(), 53), Transport::Udp)
}

fn soa(serial: u32) -> Value {
    Value::Soa {
        primary: "ns1.d.example".to_owned(),
        mailbox: "root.d.example".to_owned(),
        serial,
        refresh: 1,
        retry: 1,
        expire: 1,
        minimum: 1,
    }
}

/// What one source answers: the values of a question, `REFUSED`, `timeout`, or nothing at all (no such record).
fn reply(asked: &Asked, world: &[(&str, &str, &str, u32)]) -> Result<Response, QueryFailure> {
    let who = asked.resolver.to_string();
    let question = format!("{} {}", asked.query.kind, asked.query.name);
    let mut response = Response { flags: Flags { aa: !asked.recursion, ..Flags::default() }, ..Response::default() };
    // The last row that fits counts: `*` fits everybody.
    let rows: Vec<_> = world.iter().filter(|(source, what, ..)| *what == question && *source == who).collect();
    let rows = if rows.is_empty() {
        world.iter().filter(|(source, what, ..)| *what == question && *source == "*").collect()
    } else {
        rows
    };
    for (_, _, text, ttl) in rows {
        match *text {
            "REFUSED" => response.rcode = 5,
            "lame" => response.flags.aa = false,
            "timeout" => return Err(QueryFailure::TimedOut),
            text => {
                let value = match asked.query.kind {
                    RecordType::A => Value::A(text.parse().unwrap()),
                    RecordType::Ns => Value::Ns(text.to_owned()),
                    RecordType::Soa => soa(text.parse().unwrap()),
                    RecordType::Txt => Value::Txt(vec![text.as_bytes().to_vec()]),
                    RecordType::Mx => Value::Mx { preference: 10, exchange: text.to_owned() },
                    _ => continue,
                };
                response.answers.push(Record { name: asked.query.name.clone(), ttl: *ttl, value });
            }
        }
    }
    Ok(response)
}

/// Runs a comparison to its end and returns it with the rounds it took.
fn run(world: &[(&str, &str, &str, u32)]) -> (Comparison, usize) {
    let mut comparison = Comparison::new("D.example.", Resolver::System, vec![("quad9".to_owned(), udp(PUBLIC))]);
    let mut rounds = 0;
    loop {
        let questions = comparison.questions();
        if questions.is_empty() {
            return (comparison, rounds);
        }
        rounds += 1;
        for asked in questions {
            let answer = Answer::new(asked.query.clone(), reply(&asked, world));
            comparison.answered(&asked.resolver, answer);
        }
    }
}

const WORLD: [(&str, &str, &str, u32); 7] = [
    ("*", "NS d.example", "ns1.d.example", 60),
    ("*", "NS d.example", "NS2.d.example", 60),
    ("system", "A ns1.d.example", "192.0.2.1", 60),
    ("system", "A ns2.d.example", "192.0.2.2", 60),
    ("*", "SOA d.example", "7", 60),
    ("*", "MX d.example", "mx.d.example", 300),
    ("*", "TXT d.example", "v=spf1 -all", 300),
];

fn with(extra: &[(&'static str, &'static str, &'static str, u32)]) -> Comparison {
    let world: Vec<_> = WORLD.iter().chain(extra).copied().collect();
    run(&world).0
}

fn told(comparison: &Comparison) -> Vec<(Severity, String, String)> {
    comparison.findings().into_iter().map(|found| (found.severity, found.subject, found.says)).collect()
}

#[test]
fn everybody_agrees() {
    let (comparison, rounds) = run(&WORLD);
    assert_eq!((rounds, comparison.pending()), (3, 0), "NS, then addresses, then the servers");
    let sources: Vec<String> = comparison.sources().into_iter().map(|(source, _)| source.name()).collect();
    assert_eq!(sources, ["ns1.d.example [192.0.2.1]", "ns2.d.example [192.0.2.2]", "our resolver", "quad9"]);
    for topic in comparison.table() {
        assert_eq!((topic.groups.len(), topic.waiting.len()), (1, 0), "{topic:?}");
    }
    assert_eq!(comparison.findings(), []);
}

#[test]
fn a_secondary_that_is_behind() {
    let comparison =
        with(&[("192.0.2.2", "SOA d.example", "6", 60), ("192.0.2.2", "MX d.example", "old.d.example", 300)]);
    let told = told(&comparison);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|(_, who, _)| who == "ns2.d.example [192.0.2.2]"), "{told:?}");
    assert_eq!(told[0].0, Severity::Fault);
    assert!(told[1].2.starts_with("has serial 6"), "{told:?}");
}

#[test]
fn the_server_with_the_newest_serial_is_right_though_it_stands_alone() {
    // Who is behind, by the serials of ns1 and ns2. The resolver still has what ns2 has.
    for (first, second, behind) in
        [("7", "6", "ns2"), ("6", "7", "ns1"), ("1", "4294967295", "ns2"), ("2147483648", "1", "ns2")]
    {
        let comparison = with(&[
            ("192.0.2.1", "SOA d.example", first, 60),
            ("192.0.2.2", "SOA d.example", second, 60),
            ("system", "SOA d.example", second, 60),
            (PUBLIC, "SOA d.example", second, 60),
        ]);
        let late: Vec<_> =
            told(&comparison).into_iter().filter(|(_, _, says)| says.starts_with("has serial")).collect();
        assert_eq!(late.len(), 1, "{first} {second}: {late:?}");
        assert!(late[0].1.starts_with(behind), "{first} {second}: {late:?}");
    }
}

#[test]
fn a_lame_server_and_a_dead_one() {
    let extra: Vec<(&str, &str, &str, u32)> = ["SOA d.example", "MX d.example"]
        .into_iter()
        .flat_map(|what| [("192.0.2.1", what, "lame", 0), ("192.0.2.2", what, "timeout", 0)])
        .collect();
    let comparison = with(&extra);
    let told = told(&comparison);
    assert_eq!(told.len(), 2, "each is told of once: {told:?}");
    assert!(told[0].2.contains("lame: not authoritative") && told[1].2.contains("did not answer in time"), "{told:?}");
    let mx = comparison.table().into_iter().find(|topic| topic.query.kind == RecordType::Mx).unwrap();
    assert_eq!(mx.groups[0].says, ["10 mx.d.example"], "who answers is the reference");
}

#[test]
fn an_old_answer_has_its_time() {
    let comparison = with(&[(PUBLIC, "MX d.example", "old.d.example", 217)]);
    let found = comparison.findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].severity, found[0].subject.as_str()), (Severity::Warning, "quad9"));
    assert!(found[0].next.starts_with("it may keep that for 217 s still"), "{found:?}");
}

#[test]
fn a_hostile_name_is_safe_to_draw_and_a_thousand_servers_are_not_asked() {
    let comparison = with(&[(PUBLIC, "TXT d.example", "\u{1b}[2J", 9)]);
    let shown: Vec<String> = comparison.table().into_iter().flat_map(|t| t.groups).flat_map(|g| g.says).collect();
    assert!(shown.iter().all(|line| !line.chars().any(char::is_control)));
    let names: Vec<String> = (0..1000).map(|n| format!("ns{n}.d.example")).collect();
    let world: Vec<(&str, &str, &str, u32)> =
        names.iter().map(|name| ("*", "NS d.example", name.as_str(), 60)).collect();
    let (comparison, _) = run(&world);
    assert!(comparison.asked.len() < 100, "{}", comparison.asked.len());
}

#[test]
fn answers_nobody_asked_for_are_passed_over() {
    let (mut comparison, _) = run(&WORLD);
    let query = Query { name: "other.example".to_owned(), kind: RecordType::Mx };
    let answer = Answer::new(query, Ok(Response::default()));
    comparison.answered(&udp("192.0.2.99"), answer);
    assert_eq!(comparison.pending(), 0);
}

#[test]
fn a_resolver_that_is_a_server_of_the_domain_is_asked_once() {
    // `compare d.example @192.0.2.1`: the address stands behind ns1 as well.
    let world: Vec<_> = WORLD.iter().map(|(_, what, says, ttl)| ("*", *what, *says, *ttl)).collect();
    let mut comparison = Comparison::new("d.example", udp("192.0.2.1"), Vec::new());
    let mut asked = Vec::new();
    loop {
        let questions = comparison.questions();
        if questions.is_empty() {
            break;
        }
        for question in questions {
            comparison.answered(&question.resolver, Answer::new(question.query.clone(), reply(&question, &world)));
            asked.push((question.resolver, question.query));
        }
    }
    let distinct: HashSet<_> = asked.iter().collect();
    assert_eq!((distinct.len(), comparison.pending()), (asked.len(), 0), "{asked:?}");
}
