//! What traces of whole dialogues (`tests/traces`) do not show: clocks, long lines, limits, any octets at all.

use proptest::prelude::*;

use super::*;
use crate::protocol::line::LINE_CAP;

/// Feeds `octets` and returns every reading.
fn hear(session: &mut Session, octets: &[u8]) -> Vec<Reading> {
    let mut input = octets;
    let mut out = Vec::new();
    while let Some(heard) = session.next(&mut input) {
        out.push(heard.reading);
    }
    out
}

fn smtp(lines: &[(&str, &str)]) -> Session {
    let mut session = Session::new(Protocol::Smtp);
    hear(&mut session, b"220 mx\r\n");
    for (number, (line, reply)) in lines.iter().enumerate() {
        session.sent(line, None, number as u64);
        hear(&mut session, reply.as_bytes());
    }
    session
}

#[test]
fn each_stage_has_its_patience() {
    let minutes = |session: &Session| session.patience().map(|p| (p.stage, p.limit.as_secs() / 60));
    assert_eq!(minutes(&Session::new(Protocol::Imap)), Some(("greeting", 5)));
    for (sent, expect) in [
        (&[][..], None),
        (&[("MAIL FROM:<>", "")][..], Some(("answer to MAIL", 5))),
        (&[("RCPT TO:<a@b>", "")][..], Some(("answer to RCPT", 5))),
        (&[("DATA", "")][..], Some(("answer to DATA", 2))),
        (&[("DATA", "354 go\r\n")][..], None),
        (&[("BDAT 0 LAST", "")][..], Some(("answer to BDAT", 10))),
        (&[("NOOP", "")][..], Some(("NOOP", 5))),
        (&[("XYZZY", "")][..], Some(("answer", 5))),
        (&[("AUTH LOGIN", "")][..], Some(("AUTH", 5))),
        (&[("AUTH LOGIN", "334 \r\n")][..], None),
        (&[("AUTH LOGIN", "334 \r\n"), ("am8=", "")][..], Some(("AUTH", 5))),
    ] {
        assert_eq!(minutes(&smtp(sent)), expect, "{sent:?}");
    }
    let mut session = smtp(&[("EHLO a", "250 a\r\n"), ("BDAT 5 LAST", "")]);
    assert_eq!((session.phase(), minutes(&session)), (Phase::Literal, None), "the chunk is due");
    session.literal_sent(5);
    assert_eq!(minutes(&session), Some(("answer to BDAT", 10)));
    let mut session = smtp(&[("DATA", "354 go\r\n")]);
    session.message_sent(9);
    assert_eq!(minutes(&session), Some(("answer to the final dot", 10)));
}

#[test]
fn a_line_beyond_the_cap_is_one_reply() {
    let long = vec![b'x'; LINE_CAP * 2 + 10];
    let mut session = smtp(&[("EHLO a", "")]);
    let readings = hear(&mut session, &[b"250-", &long[..], b"\r\n250 end\r\n"].concat());
    assert_eq!(readings.iter().filter(|r| r.whole).count(), 1);
    assert!(readings.iter().all(|r| r.answers == Some(0) && r.class == ReplyClass::Completion), "{readings:?}");
    assert_eq!(session.phase(), Phase::Ready);

    // A piece that is a dot, or looks like a status, is no end of a body.
    let mut session = Session::new(Protocol::Pop3);
    hear(&mut session, b"+OK\r\n");
    session.sent("RETR 1", None, 1);
    let exact = vec![b'x'; LINE_CAP];
    let readings = hear(&mut session, &[b"+OK\r\n", &exact[..], b".\r\n.\r\n"].concat());
    assert_eq!(readings.iter().filter(|r| r.whole).count(), 1);
    assert!(session.outstanding().is_empty());

    let mut session = Session::new(Protocol::Imap);
    hear(&mut session, b"* OK hi\r\n");
    session.sent("a1 SEARCH ALL", Some("a1"), 1);
    let readings = hear(&mut session, &[b"* SEARCH ", &long[..], b"\r\na1 OK\r\n"].concat());
    assert!(readings.iter().all(|r| r.answers == Some(1)) && readings.len() == 4, "{readings:?}");
}

#[test]
fn helo_forgets_the_list_and_a_refused_ehlo_keeps_it() {
    let mut session = smtp(&[("EHLO a", "250-mx\r\n250 SIZE 5\r\n"), ("EHLO b", "550 no\r\n")]);
    assert_eq!(session.capabilities().size_limit(), Some(5));
    session.sent("HELO a", None, 9);
    hear(&mut session, b"250 mx\r\n");
    assert!(!session.capabilities().known);
}

#[test]
fn secrets_are_not_kept_with_outstanding_commands() {
    let mut session = Session::new(Protocol::Imap);
    hear(&mut session, b"* OK hi\r\n");
    session.sent("a1 LOGIN jo hunter2", Some("a1"), 1);
    session.sent("a2 AUTHENTICATE PLAIN AGpvAGh1bnRlcjI=", Some("a2"), 2);
    session.sent("a3 AUTHENTICATE PLAINAGpvAGh1bnRlcjI=", Some("a3"), 3);
    session.sent("a4 LOGIN \"jo\" \"hunter2\"", Some("a4"), 4);
    assert_eq!(
        session.outstanding().iter().map(|command| command.argument.as_str()).collect::<Vec<_>>(),
        ["jo", "PLAIN", "PLAIN", "jo"]
    );
    let mut other = Session::new(Protocol::Pop3);
    hear(&mut other, b"+OK\r\n");
    for (number, line) in ["PASS hunter2", "APOP jo c4c9334bac560ecc979e58001b3e22fb"].iter().enumerate() {
        other.sent(line, None, number as u64);
    }
    let all = format!("{session:?}{other:?}");
    for secret in ["hunter2", "AGpvAGh1bnRlcjI", "c4c9334b"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn tags_count_up_and_the_last_words_close() {
    let mut session = Session::new(Protocol::Imap);
    assert_eq!((session.next_tag(), session.next_tag()), ("a1".to_owned(), "a2".to_owned()));
    hear(&mut session, b"* OK hi\r\n* BY");
    assert_eq!(session.unfinished(), b"* BY");
    assert_eq!(session.finish().as_deref(), Some(&b"* BY"[..]));
    assert_eq!(session.phase(), Phase::Closed);
}

#[test]
fn implicit_tls_forgets_nothing_and_waits_for_the_greeting() {
    let mut session = Session::new(Protocol::Smtp);
    session.tls_started();
    assert_eq!((session.phase(), session.tls()), (Phase::Greeting, true));
    assert!(session.change().is_none());
}

#[test]
fn starttls_ends_an_exchange_that_was_begun_behind_it() {
    let mut session = Session::new(Protocol::Imap);
    hear(&mut session, b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n");
    session.sent("a1 STARTTLS", Some("a1"), 1);
    session.sent("a2 AUTHENTICATE PLAIN", Some("a2"), 2);
    let readings = hear(&mut session, b"+ \r\na1 OK go\r\n");
    assert_eq!(readings.last().and_then(|reading| reading.signal.clone()), Some(Signal::StartTls));
    assert_eq!(session.phase(), Phase::Tls);
    session.tls_started();
    assert!(!session.capabilities().known && session.outstanding().is_empty());
}

fn any_line() -> impl Strategy<Value = String> {
    let lines = vec![
        "EHLO a",
        "MAIL FROM:<>",
        "RCPT TO:<a@b>",
        "DATA",
        "AUTH LOGIN",
        "AUTH PLAIN",
        "STARTTLS",
        "QUIT",
        "*",
        "",
        "a1 LOGIN {3}",
        "a2 APPEND x {0+}",
        "a3 IDLE",
        "DONE",
        "a4 SELECT x",
        "a5 AUTHENTICATE PLAIN",
        "a6 STARTTLS",
        "CAPA",
        "RETR 1",
        "LIST",
        "USER x",
        "PASS x",
        "STLS",
    ];
    proptest::sample::select(lines).prop_map(str::to_owned)
}

fn any_octets() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&[u8]> = vec![
        b"220 x\r\n",
        b"250 ok\r\n",
        b"250-x\r\n",
        b"334 \r\n",
        b"354\r\n",
        b"421 x\r\n",
        b"535 5.7.8 x\r\n",
        b"* OK [CAPABILITY A AUTH=B]\r\n",
        b"* PREAUTH\r\n",
        b"+ \r\n",
        b"+OK\r\n",
        b"-ERR\r\n",
        b".\r\n",
        b"a1 OK\r\n",
        b"a2 NO\r\n",
        b"a3 OK\r\n",
        b"a4 OK [X\r\n",
        b"a5 BAD\r\n",
        b"* BYE\r\n",
        b"* 1 FETCH {3}\r\n",
    ];
    prop_oneof![
        4 => proptest::sample::select(lines).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #[test]
    fn nothing_fails_and_answers_name_what_was_sent(
        protocol in proptest::sample::select(vec![Protocol::Smtp, Protocol::Lmtp, Protocol::Imap, Protocol::Pop3]),
        steps in proptest::collection::vec((any_line(), any_octets(), 0u8..8), 0..60),
    ) {
        let mut session = Session::new(protocol);
        for (number, (line, octets, what)) in steps.into_iter().enumerate() {
            let number = number as u64;
            match what {
                0 => session.message_sent(number),
                1 => session.literal_sent(octets.len() as u64),
                2 => session.tls_started(),
                3..=5 => {
                    let tag = line.split(' ').next().filter(|_| protocol == Protocol::Imap);
                    session.sent(&line, tag, number);
                }
                _ => {}
            }
            let before: Vec<u64> = session.outstanding().iter().map(|o| o.number).collect();
            for reading in hear(&mut session, &octets) {
                prop_assert!(reading.answers.is_none_or(|n| before.contains(&n)), "{reading:?} of {before:?}");
            }
            prop_assert!(session.outstanding().len() <= before.len());
            // Who owes an answer is waited for; who owes nothing is not.
            let silent = session.outstanding().is_empty() && session.phase() != Phase::Greeting;
            prop_assert!(!silent || session.patience().is_none());
        }
    }
}

#[test]
fn the_answer_to_compress_is_the_last_in_plain_octets() {
    let mut session = Session::new(Protocol::Imap);
    hear(&mut session, b"* PREAUTH hello\r\n");
    for (reply, signal) in [
        (&b"a NO [COMPRESSIONACTIVE] again\r\n"[..], None),
        (b"a BAD no such thing\r\n", None),
        (b"a OK DEFLATE active\r\n", Some(Signal::Compress)),
    ] {
        session.sent("a COMPRESS DEFLATE", Some("a"), 1);
        assert_eq!(hear(&mut session, reply).pop().and_then(|reading| reading.signal), signal);
    }
}
