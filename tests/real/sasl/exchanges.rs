//! Every mechanism of the library against Dovecot, by each protocol, and against Cyrus SASL.

use std::thread;

use ehlo::protocol::sasl::{Mechanism, Mistake, Weight, bearer};

use super::servers::{CERTIFIED, CYRUS_TLS, JO, Servers, USERS, servers};
use super::talk::{Connection, Outcome, Run};
use super::tokens::{forged, token};
use crate::rig::PASSWORD;

/// Dovecot by SMTP, IMAP and POP3.
const DOVECOT: [u16; 3] = [465, 993, 995];

/// Does the same at every port, at the same time.
fn at_each_port(what: impl Fn(u16) + Sync) {
    thread::scope(|scope| {
        for port in DOVECOT.into_iter().chain([CYRUS_TLS]) {
            let what = &what;
            scope.spawn(move || what(port));
        }
    });
}

/// Runs an exchange on a connection of its own.
fn run(servers: &Servers, port: u16, mechanism: &str, run: &Run<'_>) -> Outcome {
    let mut connection = Connection::open(servers, port, false);
    assert!(connection.offered.iter().any(|name| name == mechanism), "{port} offers {:?}", connection.offered);
    let mechanism = Mechanism::find(mechanism).expect("a mechanism that the library speaks");
    run.over(&mut connection, mechanism)
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn what_is_offered_is_known() {
    let servers = servers();
    for port in DOVECOT.into_iter().chain([CYRUS_TLS]) {
        let connection = Connection::open(&servers, port, false);
        assert!(connection.offered.len() >= 9, "{port} offers {:?}", connection.offered);
        for name in &connection.offered {
            let row = ehlo::protocol::sasl::table::find(name);
            assert!(row.is_some(), "{port} offers {name}, which nobody knows");
            // Two that are explained and not spoken.
            let spoken = row.is_some_and(|row| row.mechanism.is_some());
            assert_eq!(spoken, !["DIGEST-MD5", "NTLM"].contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn the_right_password_is_accepted_and_a_wrong_one_refused() {
    let servers = servers();
    at_each_port(|port| {
        let more = if port == CYRUS_TLS { "SCRAM-SHA-512" } else { "" };
        let names = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", more];
        for mechanism in names.into_iter().filter(|name| !name.is_empty()) {
            let is_scram = mechanism.starts_with("SCRAM");
            for (user, password, initial) in
                USERS.map(|(user, password)| (user, password, true)).into_iter().chain([(JO, PASSWORD, false)])
            {
                let outcome = run(&servers, port, mechanism, &Run { initial, ..Run::new(user, password) });
                assert!(outcome.is_granted, "{port} {mechanism} {user}: {outcome:?}");
                // The signature of the server is right, and nothing else is to be said.
                let weights: Vec<_> = outcome.remarks.iter().map(|remark| remark.weight).collect();
                assert_eq!(weights.contains(&Weight::Good), is_scram, "{port} {mechanism} {user}: {outcome:?}");
                assert!(!weights.contains(&Weight::Fault), "{port} {mechanism} {user}: {outcome:?}");
            }
            let wrong = Run::new(JO, "8secret \u{fc}n");
            let outcome = run(&servers, port, mechanism, &wrong);
            assert!(!outcome.is_granted, "{port} {mechanism}: {outcome:?}");
            assert!(outcome.remarks.iter().all(|remark| remark.weight != Weight::Good), "{outcome:?}");
        }
    });
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn saslprep_makes_two_letters_of_a_roman_nine() {
    let servers = servers();
    for (port, mechanism, is_granted) in [
        (993, "SCRAM-SHA-256", true),
        (CYRUS_TLS, "SCRAM-SHA-256", true),
        // PLAIN leaves it to the server (RFC 4616 §2), and Dovecot compares octets.
        (993, "PLAIN", false),
    ] {
        let outcome = run(&servers, port, mechanism, &Run::new("nine@real.test", "\u{2168}"));
        assert_eq!(outcome.is_granted, is_granted, "{port} {mechanism}: {outcome:?}");
    }
    let unprepared = Run { mistake: Some(Mistake::Unprepared), ..Run::new("nine@real.test", "\u{2168}") };
    let outcome = run(&servers, 993, "SCRAM-SHA-256", &unprepared);
    assert!(!outcome.is_granted, "{outcome:?}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn mistakes_on_purpose_are_refused() {
    let servers = servers();
    at_each_port(|port| {
        for name in ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"] {
            let mechanism = Mechanism::find(name).unwrap();
            // Without SASLprep nothing is wrong with a password that does not need it.
            for mistake in Mistake::of(mechanism).filter(|mistake| *mistake != Mistake::Unprepared) {
                let outcome = run(&servers, port, name, &Run { mistake: Some(mistake), ..Run::new(JO, PASSWORD) });
                // It says so, and does not hang up.
                assert!(!outcome.is_granted && !outcome.reply.is_empty(), "{port} {name} {mistake:?}: {outcome:?}");
            }
        }
    });
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn tokens_are_accepted_refused_and_the_refusal_read() {
    let servers = servers();
    let (fresh, old, forged) = (token(JO, 600), token(JO, -60), forged(JO));
    for port in DOVECOT {
        for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
            for initial in [true, false] {
                let outcome = run(&servers, port, mechanism, &Run { initial, ..Run::new(JO, &fresh) });
                assert!(outcome.is_granted, "{port} {mechanism}: {outcome:?}");
            }
            for wrong in [&old, &forged] {
                let outcome = run(&servers, port, mechanism, &Run::new(JO, wrong));
                assert!(!outcome.is_granted, "{port} {mechanism}: {outcome:?}");
                // The empty answer that is owed has been given, and the server says no in its protocol.
                let told = outcome.challenges.last().and_then(|challenge| bearer::error(challenge));
                let told = told.unwrap_or_else(|| panic!("{port} {mechanism}: no JSON in {outcome:?}"));
                let status = told.iter().find(|(key, _)| key == "status").map(|(_, value)| value.as_str());
                let expected = if mechanism == "XOAUTH2" { ["400", "401"].as_slice() } else { &["invalid_token"] };
                assert!(status.is_some_and(|status| expected.contains(&status)), "{port} {mechanism}: {told:?}");
            }
        }
    }
    // Somebody else's name with one's own token.
    let outcome = run(&servers, 993, "OAUTHBEARER", &Run::new("nine@real.test", &fresh));
    assert!(!outcome.is_granted, "{outcome:?}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn the_certificate_says_who_it_is() {
    let servers = servers();
    // An empty message is `=` on the command line, and an empty line behind it.
    for initial in [true, false] {
        for (port, user) in [(993, ""), (995, ""), (993, CERTIFIED)] {
            let asked = Run { initial, authorization: user, ..Run::new("", "") };
            let external = Mechanism::find("EXTERNAL").unwrap();
            let outcome = asked.over(&mut Connection::open(&servers, port, true), external);
            assert!(outcome.is_granted, "{port}: {outcome:?}");
            let outcome = asked.over(&mut Connection::open(&servers, port, false), external);
            assert!(!outcome.is_granted, "{port} without a certificate: {outcome:?}");
        }
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn nobody_in_particular() {
    let servers = servers();
    for port in [465, 993, CYRUS_TLS] {
        for initial in [true, false] {
            let outcome = run(&servers, port, "ANONYMOUS", &Run { initial, ..Run::new("trace@client.example", "") });
            assert!(outcome.is_granted, "{port}: {outcome:?}");
        }
    }
}
