//! Replies as servers send them, and what they are taken to mean.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

#[test]
fn the_most_precise_meaning_comes_first() {
    use Protocol::{Imap, Lmtp, Pop3, Smtp};
    for (protocol, line, code, part) in [
        (Smtp, "535 5.7.8 no", "5.7.8", "user name or the password"),
        (Smtp, "550-5.1.1 no", "5.1.1", "no such mailbox"),
        (Smtp, "250 2.1.5 ok", "2.1.5", "recipient is accepted"),
        (Smtp, "451 4.7.1 later", "4.7.1", "greylisting"),
        (Smtp, "550 5.7.1 no", "5.7.1", "refused by policy"),
        (Smtp, "550 5.7.99 no", "5.7.99", "security or policy"),
        (Smtp, "550 5.9.1 no", "550", "no such mailbox, or a policy"),
        (Smtp, "550 4.1.1 the classes differ", "550", "no such mailbox, or a policy"),
        (Smtp, "550 5.1.1.1 no", "550", "no such mailbox, or a policy"),
        (Smtp, "250-PIPELINING", "250", "done"),
        (Smtp, "421", "421", "closes the connection"),
        (Lmtp, "599 odd", "599", "it will not work"),
        (Smtp, "499 odd", "499", "passes"),
        (Imap, "a1 NO [AUTHENTICATIONFAILED] no", "AUTHENTICATIONFAILED", "password is wrong"),
        (Imap, "a1 no [overquota]", "OVERQUOTA", "over its quota"),
        (Imap, "* OK [UIDVALIDITY 3857529045] UIDs valid", "UIDVALIDITY", "as long as"),
        (Imap, "a1 NO [X-ODD] no", "NO", "could not or would not"),
        (Imap, "a1 NO [] no", "NO", "could not or would not"),
        (Imap, "a1 BAD what", "BAD", "does not understand"),
        (Imap, "* BYE", "BYE", "closes the connection"),
        (Imap, "+ ", "+", "waits for more"),
        (Imap, "+", "+", "waits for more"),
        (Pop3, "-ERR [IN-USE] busy", "IN-USE", "another session"),
        (Pop3, "-ERR [SYS/TEMP/DISK] busy", "SYS/TEMP/DISK", "passes"),
        (Pop3, "-ERR [ODD] no", "-ERR", "could not or would not"),
        (Pop3, "-err", "-ERR", "could not or would not"),
        (Pop3, "+OK 2 320", "+OK", "done"),
    ] {
        let got = explain(protocol, line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(got.code, code, "{line}");
        assert!(got.says.contains(part), "{line}: {}", got.says);
        assert!(!got.next.is_empty(), "{line}");
    }
}

#[test]
fn what_is_no_reply_is_not_explained() {
    for (protocol, line) in [
        (Protocol::Smtp, &b""[..]),
        (Protocol::Smtp, b"25"),
        (Protocol::Smtp, b"25x no"),
        (Protocol::Smtp, b"250x"),
        (Protocol::Smtp, b"999 no"),
        (Protocol::Smtp, b"\xff\xff\xff \xff"),
        (Protocol::Imap, b"* 3 EXISTS"),
        (Protocol::Imap, b"a1"),
        (Protocol::Imap, b""),
        (Protocol::Pop3, b"1 120"),
        (Protocol::Pop3, b"+ "),
    ] {
        assert_eq!(explain(protocol, line), None, "{line:?}");
    }
}

#[test]
fn an_unknown_detail_has_the_subject_and_the_next_step_of_the_class() {
    let later = explain(Protocol::Smtp, b"450 4.7.99 x").unwrap();
    let never = explain(Protocol::Smtp, b"550 5.7.99 x").unwrap();
    assert_eq!(later.says, never.says);
    assert!(later.next.contains("try again later"), "{}", later.next);
    assert!(never.next.contains("change something"), "{}", never.next);
    assert_eq!(enhanced("X.7.8").unwrap().code, "X.7.8");
    assert_eq!(enhanced("9.7.8"), None);
}

/// Replies, and what bounces and logs quote; the phrase that is to be found in each.
const REPLIES: &str = include_str!("../../../tests/replies.txt");

#[test]
fn every_phrase_is_found_in_what_servers_send_and_in_nothing_that_looks_alike() {
    let (mut shown, mut wrong) = (HashSet::new(), Vec::new());
    for (number, line) in REPLIES.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let place = format!("replies.txt line {}: {line}", number + 1);
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, reply, phrase] = columns[..] else { panic!("{place}") };
        let reply = reply.replace("\\n", "\n");
        let protocol = match kind {
            "smtp" => Some(Protocol::Smtp),
            "imap" => Some(Protocol::Imap),
            "pop3" => Some(Protocol::Pop3),
            "log" => None,
            _ => panic!("{place}"),
        };
        let found = match protocol {
            Some(protocol) => explain(protocol, reply.as_bytes()).and_then(|meaning| meaning.phrase),
            None => explain_words(&reply),
        };
        let found = found.map_or("-", |found| found.text);
        if found != phrase {
            wrong.push(format!("{found} in {place}"));
        }
        shown.insert(phrase);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for phrase in phrases() {
        assert!(shown.contains(phrase.text), "{} has no example in replies.txt", phrase.text);
    }
}

#[test]
fn words_come_before_the_code_they_stand_with() {
    let got = explain(Protocol::Smtp, b"554 5.7.1 <x@example.net>: Relay access denied").unwrap();
    let lines = got.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("port 587") && lines[0].contains("Next, the sender: "), "{lines:?}");
    assert!(lines[1].starts_with("5.7.1: "), "{lines:?}");
    assert_eq!(got.rfc, "RFC 3463 §3.8");
    let alone = explain(Protocol::Pop3, b"-ERR [IN-USE] busy").unwrap().lines();
    assert!(alone.len() == 1 && alone[0].starts_with("IN-USE: ") && alone[0].contains(" Next: "), "{alone:?}");
}

#[test]
fn the_code_may_stand_in_another_line_or_have_an_argument() {
    let got = explain(Protocol::Smtp, b"550-5.1.1 first\r\n550 last").unwrap();
    assert_eq!((got.code.as_str(), got.rfc), ("5.1.1", "RFC 3463 §3.2"));
    assert_eq!(explain(Protocol::Imap, b"a1 NO [METADATA TOOMANY] x").unwrap().code, "METADATA TOOMANY");
    assert_eq!(explain(Protocol::Imap, b"a1 OK [METADATA 12] x").unwrap().code, "METADATA");
    assert_eq!(explain_words("x  Relay\tACCESS denied").unwrap().text, "Relay access denied");
    assert_eq!(explain_words("nothing of the kind"), None);
}

#[test]
fn a_long_reply_is_searched_to_a_limit() {
    let mut reply = b"550 5.7.1 ".to_vec();
    reply.extend(std::iter::repeat_n(b'x', SEARCHED));
    reply.extend_from_slice(b" relay not permitted");
    assert_eq!(explain(Protocol::Smtp, &reply).unwrap().phrase, None);
}

proptest! {
    #[test]
    fn no_line_is_too_odd(line in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b' '), Just(b'5'), Just(b'.')], 0..80)) {
        for protocol in [Protocol::Smtp, Protocol::Lmtp, Protocol::Imap, Protocol::Pop3] {
            if let Some(meaning) = explain(protocol, &line) {
                prop_assert!(meaning.code.is_ascii());
            }
        }
    }
}
