//! Each mechanism between our client and this server, in one memory.

use super::super::script::now;
use super::*;
use crate::protocol::sasl::{Answer, BindingType, Channel, Credentials, Exchange as Client, Mistake, Weight};

fn world() -> World {
    World::new(now())
}

fn bindings() -> Vec<Binding> {
    vec![
        Binding { kind: BindingType::Exporter, octets: vec![7; 32] },
        Binding { kind: BindingType::ServerEndPoint, octets: vec![9; 32] },
    ]
}

fn secured() -> Secured {
    Secured { bindings: bindings(), certificate: Some("alice@example.test".to_owned()) }
}

/// What our client and this server make of each other: the judgement, and how many remarks of each weight there were.
fn run(
    mechanism: Mechanism,
    given: (&str, &str, &str),
    initial: bool,
    channel: &Channel,
    mistake: Option<Mistake>,
) -> (Step, Vec<Weight>) {
    let (user, password, authorization) = given;
    let credentials = Credentials { user: user.into(), password: password.into(), authorization: authorization.into() };
    let mut client = Client::new(mechanism, credentials, channel, mistake).unwrap();
    let mut world = world();
    let mut server = Exchange::begin(mechanism.name(), &secured(), true, "mail.example.test", &mut world).unwrap();
    let first = if initial { client.initial() } else { None };
    let line = first.map(|message| {
        let line = String::from_utf8_lossy(client.line(&message).expose()).into_owned();
        if line.is_empty() { "=".to_owned() } else { line }
    });
    let mut step = server.first(&world, line.as_deref());
    for _ in 0..6 {
        let Step::Challenge(challenge) = &step else { break };
        let line = match client.answer(&base64::decode(challenge).unwrap()) {
            Answer::Message(message) => client.line(&message),
            Answer::Cancel(_) => Secret::from("*"),
        };
        step = server.respond(&world, line.expose());
    }
    if matches!(step, Step::Accepted(_)) {
        client.accepted();
    }
    (step, client.take_remarks().into_iter().map(|remark| remark.weight).collect())
}

fn channel() -> Channel {
    Channel {
        bindings: bindings(),
        plus_offered: true,
        server: Some(("mail.example.test".to_owned(), 143)),
        nonce: "fyko+d2lbbFgONRv9qkxdawL".to_owned(),
    }
}

#[test]
fn every_mechanism_with_the_right_and_the_wrong_secret() {
    let anonymous = world().anonymous().unwrap();
    for mechanism in Mechanism::all() {
        let (right, wrong) = if mechanism.takes_token() {
            (("alice", "practice-token-of-alice", ""), ("alice", "practice-token-of-alice-from-2024", ""))
        } else if mechanism == Mechanism::External {
            (("", "", ""), ("", "", "bob"))
        } else {
            (("alice@example.test", "correct horse", ""), ("alice", "Correct horse", ""))
        };
        for initial in [false, true] {
            let (step, remarks) = run(mechanism, right, initial, &channel(), None);
            let user = if mechanism == Mechanism::Anonymous { anonymous } else { 0 };
            assert_eq!(step, Step::Accepted(user), "{mechanism}");
            let proven = matches!(mechanism, Mechanism::Scram { .. });
            assert_eq!(remarks, if proven { vec![Weight::Good] } else { Vec::new() }, "{mechanism}");
            if mechanism != Mechanism::Anonymous {
                assert_eq!(run(mechanism, wrong, initial, &channel(), None).0, Step::Refused, "{mechanism}");
            }
        }
    }
}

#[test]
fn passwords_of_every_kind() {
    for mechanism in Mechanism::all().filter(|mechanism| mechanism.takes_password()) {
        for (user, password, expect) in [
            ("bob", "123secret", Step::Accepted(1)),
            ("zoe@example.test", "Zo\u{eb} trinkt Tee \u{2615}", Step::Accepted(2)),
            ("nobody", "x", Step::Refused),
            ("anonymous", "x", Step::Refused),
        ] {
            assert_eq!(run(mechanism, (user, password, ""), true, &channel(), None).0, expect, "{mechanism} {user}");
        }
        // The other way to write ë is the same password where SASLprep is part of the mechanism.
        let other = run(mechanism, ("zoe", "Zoe\u{308} trinkt Tee \u{2615}", ""), true, &channel(), None).0;
        let prepared = matches!(mechanism, Mechanism::Scram { .. });
        assert_eq!(other, if prepared { Step::Accepted(2) } else { Step::Refused }, "{mechanism}");
    }
}

#[test]
fn whom_to_act_as() {
    for mechanism in ["PLAIN", "SCRAM-SHA-256"].map(|name| Mechanism::find(name).unwrap()) {
        for (authorization, expect) in [("alice", Step::Accepted(0)), ("bob", Step::Refused), ("x", Step::Refused)] {
            let given = ("alice", "correct horse", authorization);
            assert_eq!(run(mechanism, given, true, &channel(), None).0, expect, "{mechanism} {authorization}");
        }
    }
    let external = |authorization| run(Mechanism::External, ("", "", authorization), true, &channel(), None).0;
    assert_eq!(external("alice@example.test"), Step::Accepted(0));
    assert_eq!(external("bob"), Step::Refused);
    let token = |user| run(Mechanism::OauthBearer, (user, "practice-token-of-bob", ""), true, &channel(), None).0;
    assert_eq!([token(""), token("bob"), token("alice")], [Step::Accepted(1), Step::Accepted(1), Step::Refused]);
}

#[test]
fn each_mistake_is_refused() {
    for mechanism in Mechanism::all() {
        for mistake in Mistake::of(mechanism) {
            let (user, secret) = match mechanism {
                Mechanism::External => ("", ""),
                _ if mechanism.takes_token() => ("alice", "practice-token-of-alice"),
                _ => ("alice", "correct horse"),
            };
            let (step, _) = run(mechanism, (user, secret, ""), true, &channel(), Some(mistake));
            let passes = match mistake {
                // An ASCII password is its own prepared form; and the empty response is the protocol's, not the exchange's.
                Mistake::Unprepared | Mistake::Equals => matches!(step, Step::Accepted(_)),
                Mistake::Base64 | Mistake::Nul | Mistake::Nonce => matches!(step, Step::Malformed(_)),
                Mistake::Newline | Mistake::Authorization | Mistake::Proof | Mistake::Binding => step == Step::Refused,
            };
            assert!(passes || mechanism == Mechanism::Anonymous, "{mechanism} {mistake:?}: {step:?}");
        }
    }
}

#[test]
fn channel_bindings_are_compared() {
    let plus = Mechanism::find("SCRAM-SHA-256-PLUS").unwrap();
    let scram = Mechanism::find("SCRAM-SHA-256").unwrap();
    let alice = ("alice", "correct horse", "");
    let with = |binding: Option<Binding>, plus_offered| Channel {
        bindings: binding.into_iter().collect(),
        plus_offered,
        ..channel()
    };
    let other = Binding { kind: BindingType::Exporter, octets: vec![8; 32] };
    let both = bindings();
    for kind in BindingType::ALL {
        let mut chosen = channel();
        chosen.prefer(kind);
        assert_eq!(chosen.bindings.first().map(|binding| binding.kind), Some(kind));
        assert_eq!(run(plus, alice, true, &chosen, None).0, Step::Accepted(0), "{}", kind.name());
    }
    for (mechanism, channel, expect) in [
        (plus, with(both.first().cloned(), true), Step::Accepted(0)),
        (plus, with(both.get(1).cloned(), true), Step::Accepted(0)),
        (plus, with(Some(other), true), Step::Refused),
        (scram, with(None, true), Step::Accepted(0)),
        (scram, with(both.first().cloned(), true), Step::Accepted(0)),
        // The -PLUS was taken out of the list on the way: the client says that it saw none.
        (scram, with(both.first().cloned(), false), Step::Refused),
    ] {
        assert_eq!(run(mechanism, alice, true, &channel, None).0, expect, "{mechanism} {channel:?}");
    }
}

#[test]
fn what_is_offered() {
    let names = |secured: &Secured, anonymous| offered(secured, anonymous).join(" ");
    let few = "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2";
    assert_eq!(names(&Secured::default(), false), few);
    assert_eq!(names(&Secured::default(), true), format!("{few} ANONYMOUS"));
    assert!(names(&secured(), true).contains("SCRAM-SHA-1-PLUS SCRAM-SHA-512 "));
    assert!(names(&secured(), true).ends_with("XOAUTH2 EXTERNAL ANONYMOUS"));
    let mut world = world();
    for (mechanism, expect) in [
        ("GSSAPI", "GSSAPI is not offered, choose one of PLAIN LOGIN"),
        ("X-MINE", "unknown mechanism, choose one of PLAIN LOGIN"),
        ("external", "EXTERNAL is not offered, choose"),
        ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS is not offered, choose"),
    ] {
        let refused = Exchange::begin(mechanism, &Secured::default(), false, "h", &mut world).unwrap_err();
        assert!(refused.starts_with(expect), "{refused}");
    }
}

fn respond(mechanism: &str, lines: &[&[u8]]) -> Step {
    let mut world = world();
    let mut exchange = Exchange::begin(mechanism, &secured(), true, "mail.example.test", &mut world).unwrap();
    let mut step = exchange.first(&world, None);
    for line in lines {
        step = exchange.respond(&world, base64::text(line).as_bytes());
    }
    step
}

#[test]
fn responses_by_hand() {
    assert_eq!(respond("plain", &[b"\0bob\x00123secret"]), Step::Accepted(1));
    assert_eq!(respond("PLAIN", &[b"bob\0bob\x00123secret"]), Step::Accepted(1));
    for wrong in [&b""[..], b"bob", b"\0bobSecret", b"\0\0x", b"\0bob\0", b"a\0b\0c\0d", b"\0\xff\0x"] {
        assert!(matches!(respond("PLAIN", &[wrong]), Step::Malformed(_)), "{wrong:?}");
    }
    assert_eq!(respond("LOGIN", &[]), Step::Challenge("VXNlcm5hbWU6".to_owned()));
    assert_eq!(respond("LOGIN", &[b"bob"]), Step::Challenge("UGFzc3dvcmQ6".to_owned()));
    assert_eq!(respond("LOGIN", &[b"bob", b""]), Step::Refused);
    assert_eq!(respond("LOGIN", &[b"anonymous", b""]), Step::Refused);
    assert!(matches!(respond("CRAM-MD5", &[b"bob"]), Step::Malformed(_)));
    assert!(matches!(respond("SCRAM-SHA-1", &[b"n=bob,r=a"]), Step::Malformed(_)));
    assert!(matches!(respond("SCRAM-SHA-1", &[b"p=tls-exporter,,n=bob,r=a"]), Step::Malformed(_)));
    assert!(matches!(respond("SCRAM-SHA-1-PLUS", &[b"n,,n=bob,r=a"]), Step::Malformed(_)));
    let unsupported = base64::text(b"e=unsupported-channel-binding-type");
    assert_eq!(respond("SCRAM-SHA-1-PLUS", &[b"p=tls-unique,,n=bob,r=a"]), Step::Challenge(unsupported));
    assert!(matches!(respond("XOAUTH2", &[b"user=bob\x01\x01"]), Step::Malformed(_)));
    let error = br#"{"status":"401","schemes":"bearer","scope":"mail"}"#;
    assert_eq!(respond("XOAUTH2", &[b"user=bob\x01auth=Bearer x\x01\x01"]), Step::Challenge(base64::text(error)));
    assert!(matches!(respond("ANONYMOUS", &[b"\xff"]), Step::Malformed(_)));
}

#[test]
fn initial_responses_and_cancelling() {
    let mut world = world();
    let mut begin = |name: &str| Exchange::begin(name, &secured(), true, "mail.example.test", &mut world).unwrap();
    let (mut plain, mut cram, mut external, mut login) =
        (begin("PLAIN"), begin("CRAM-MD5"), begin("EXTERNAL"), begin("LOGIN"));
    assert!(matches!(plain.first(&world, Some("=")), Step::Malformed(_)));
    assert_eq!(plain.respond(&world, b"*"), Step::Cancelled);
    assert!(matches!(plain.respond(&world, b"AGIAYw"), Step::Malformed(_)));
    assert!(matches!(cram.first(&world, Some("AA==")), Step::Malformed(_)));
    assert_eq!(external.first(&world, Some("=")), Step::Accepted(0));
    assert_eq!(login.first(&world, Some("Ym9i")), Step::challenge(b"Password:"));
}
