use super::*;
use crate::diagnosis::answers::Answers;
use crate::diagnosis::dns::{Answer, Query, Record, Response};

/// Answers to A questions, by the name below the zone `bl.example`: the addresses, `-` for NXDOMAIN, `!` for SERVFAIL.
fn answers(known: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::default();
    for (name, what) in known {
        let (kind, name) = name.strip_prefix("txt ").map_or((RecordType::A, *name), |name| (RecordType::Txt, name));
        let query = Query { name: format!("{name}.bl.example"), kind };
        let value = |word: &str| match kind {
            RecordType::Txt => Value::Txt(vec![word.as_bytes().to_vec()]),
            _ => Value::A(word.parse().unwrap()),
        };
        let reply = match *what {
            "-" => Response { rcode: 3, ..Response::default() },
            "!" => Response { rcode: 2, ..Response::default() },
            words => Response {
                answers: words
                    .split(',')
                    .map(|word| Record { name: query.name.clone(), ttl: 60, value: value(word) })
                    .collect(),
                ..Response::default()
            },
        };
        answers.insert(Answer::new(query, Ok(reply)));
    }
    answers
}

fn lists() -> Vec<List> {
    read("bl.example\tip4,ip6,domain\tExample\t2=spam;4-7=infected;&64=both\thttps://bl.example/").unwrap()
}

const WORKS: [(&str, &str); 2] = [("2.0.0.127", "127.0.0.2"), ("1.0.0.127", "-")];

#[test]
fn what_a_list_says_about_an_address() {
    let subject = Subject::Address("192.0.2.25".parse().unwrap());
    let lists = lists();
    for (known, says, severity) in [
        (&[WORKS[0], WORKS[1], ("25.2.0.192", "-")][..], "not listed", Some(Severity::Good)),
        (&[WORKS[0], WORKS[1], ("25.2.0.192", "127.0.0.2")], "listed: 127.0.0.2 spam", Some(Severity::Fault)),
        (
            &[WORKS[0], WORKS[1], ("25.2.0.192", "127.0.0.5,127.0.0.66,127.0.0.9")],
            "listed: 127.0.0.5 infected, 127.0.0.66 both, 127.0.0.9",
            Some(Severity::Fault),
        ),
        (&[WORKS[0], WORKS[1]], "…", None),
        (&[("25.2.0.192", "127.0.0.2")], "…", None),
        (&[WORKS[0], WORKS[1], ("25.2.0.192", "!")], "no answer", Some(Severity::Note)),
        (&[("2.0.0.127", "!"), WORKS[1], ("25.2.0.192", "-")], "no answer", Some(Severity::Note)),
        (
            &[WORKS[0], WORKS[1], ("25.2.0.192", "127.255.255.254")],
            "query refused: it does not answer public resolvers; ask through a resolver of your own",
            Some(Severity::Note),
        ),
        (
            &[("2.0.0.127", "127.255.255.255"), ("1.0.0.127", "127.255.255.255"), ("25.2.0.192", "127.255.255.255")],
            "query refused: too many questions came from this resolver",
            Some(Severity::Note),
        ),
        (
            &[("2.0.0.127", "127.0.0.2"), ("1.0.0.127", "127.0.0.2"), ("25.2.0.192", "127.0.0.2")],
            "it lists what no list lists (RFC 5782 §5): it answers yes to everything",
            Some(Severity::Note),
        ),
        (
            &[("2.0.0.127", "-"), WORKS[1], ("25.2.0.192", "-")],
            "it does not list its own test point (RFC 5782 §5): it is shut",
            Some(Severity::Note),
        ),
        (
            &[WORKS[0], WORKS[1], ("25.2.0.192", "203.0.113.9")],
            "it answers with an address outside 127.0.0.0/8 (RFC 5782 §2.1): the domain may be for sale",
            Some(Severity::Note),
        ),
    ] {
        let answers = answers(known);
        let verdicts = evaluate(&subject, &lists, &Inquiry::new(&answers));
        let told: Vec<_> = verdicts.iter().map(|verdict| (verdict.says(), verdict.severity())).collect();
        assert_eq!(told, [(says.to_owned(), severity)], "{known:?}");
        assert_eq!(verdicts[0].finding(&subject).is_some(), severity == Some(Severity::Fault));
    }
}

#[test]
fn a_listing_has_its_own_words_and_a_way_off() {
    let subject = Subject::Domain("spam.example".to_owned());
    let known =
        [("test", "127.0.0.2"), ("invalid", "-"), ("spam.example", "127.0.0.2"), ("txt spam.example", "see\x1b[2J")];
    let (answers, lists) = (answers(&known), lists());
    let verdicts = evaluate(&subject, &lists, &Inquiry::new(&answers));
    let Standing::Listed { words, .. } = &verdicts[0].standing else { panic!("{verdicts:?}") };
    assert_eq!(words.as_deref(), Some("see␛[2J"));
    let finding = verdicts[0].finding(&subject).unwrap();
    assert_eq!(finding.subject, "spam.example");
    assert!(finding.next.ends_with("https://bl.example/"), "{finding:?}");
}

#[test]
fn all_questions_are_asked_at_once_and_the_words_only_of_a_listing() {
    let subject = Subject::Address("192.0.2.25".parse().unwrap());
    let (none, lists) = (Answers::default(), lists());
    let inquiry = Inquiry::new(&none);
    assert_eq!(evaluate(&subject, &lists, &inquiry)[0].standing, Standing::Waiting);
    let names: Vec<String> = inquiry.open().into_iter().map(|query| query.name).collect();
    assert_eq!(names, ["2.0.0.127.bl.example", "1.0.0.127.bl.example", "25.2.0.192.bl.example"]);
    let answers = answers(&[WORKS[0], WORKS[1], ("25.2.0.192", "127.0.0.2")]);
    let inquiry = Inquiry::new(&answers);
    assert!(matches!(evaluate(&subject, &lists, &inquiry)[0].standing, Standing::Listed { .. }));
    let open = inquiry.open();
    assert_eq!(open.iter().map(|query| query.kind).collect::<Vec<_>>(), [RecordType::Txt]);
}

#[test]
fn names_that_are_asked_for() {
    for (subject, name) in [
        (Subject::Address("192.0.2.99".parse().unwrap()), "99.2.0.192.bl.example"),
        (
            Subject::Address("2001:db8::1".parse().unwrap()),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example",
        ),
        (Subject::Domain("example.org".to_owned()), "example.org.bl.example"),
    ] {
        assert_eq!(subject.name("bl.example"), name);
    }
    // RFC 5782 §5: ::FFFF:7F00:2.
    let (listed, _) = Subject::Address("2001:db8::1".parse().unwrap()).test_points();
    assert_eq!(listed, Subject::Address("::ffff:7f00:2".parse().unwrap()));
}

#[test]
fn the_table_of_the_program_is_right() {
    let lists = read(include_str!("../../../assets/dns/blocklists.txt")).unwrap();
    assert_eq!(lists, builtin());
    for kind in [Kind::Ip4, Kind::Ip6, Kind::Domain] {
        assert!(lists.iter().filter(|list| list.kinds.contains(&kind)).count() >= 3, "{kind:?}");
    }
    assert!(lists.iter().all(|list| list.delisting.starts_with("https://") && !list.name.is_empty()));
}

#[test]
fn wrong_tables_say_where() {
    for (table, error) in [
        ("a.example\tip4\tA\t2=x", "line 1: 4 columns, expected 5"),
        ("# ok\na b\tip4\tA\t\tx", "line 2: \"a b\" is no name to ask under"),
        ("a.example\tip5\tA\t\tx", "line 1: \"ip5\" is nothing that can be listed"),
        ("a.example\tip4\tA\t2\tx", "line 1: \"2\" has no \"=\""),
        ("a.example\tip4\tA\t256=x\tx", "line 1: \"256\" is no last octet"),
        ("a.example\tip4\tA\t1-x=x\tx", "line 1: \"x\" is no last octet"),
    ] {
        let found = read(table).unwrap_err();
        assert!(found.starts_with(error), "{table:?}: {found}");
    }
    assert_eq!(read("").unwrap(), []);
    assert!(read(&"a.example\tip4\tA\t\tx\n".repeat(MANY)).is_err());
}

const MANY: usize = 101;
