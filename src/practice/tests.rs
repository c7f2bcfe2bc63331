//! What holds for all servers: the ports, POP3, and any input cut anywhere.

use proptest::prelude::*;

use super::Service::{Imap, Lmtp, Pop3, Smtp, Submission, Web};
use super::script::{CLIENT, Peer, now, play};
use super::{Output, Server, Service, World, certificate_names, host_names, listeners};
use crate::protocol::pop3::apop;
use crate::protocol::secret::Secret;

#[test]
fn the_ports() {
    let all: Vec<_> = listeners().iter().map(|l| (l.service, l.port, l.implicit_tls)).collect();
    assert_eq!(
        all,
        [
            (Smtp, 25, false),
            (Smtp, 25, false),
            (Submission, 587, false),
            (Submission, 465, true),
            (Lmtp, 24, false),
            (Imap, 143, false),
            (Imap, 993, true),
            (Pop3, 110, false),
            (Pop3, 995, true),
            (Web, 80, false),
            (Web, 443, true),
            (Web, 443, true),
            (Smtp, 25, false),
            (Smtp, 25, false),
            (Smtp, 25, false),
            (Smtp, 25, false),
            (Imap, 143, false),
            (Pop3, 110, false),
            (Submission, 587, false),
            (Imap, 143, false),
            (Pop3, 110, false),
            (Submission, 587, false),
            (Imap, 143, false),
            (Pop3, 110, false),
            (Smtp, 25, false),
            (Submission, 587, false),
        ]
    );
    assert_eq!(
        host_names(),
        [
            "example.test",
            "mx1.example.test",
            "mx2.example.test",
            "mail.example.test",
            "web.example.test",
            "oldweb.example.test",
            "relay.example.test",
            "gossip.example.test",
            "barelf.example.test",
            "pipelined.example.test",
            "cleartext.example.test",
            "trusting.example.test",
            "masked.example.test",
        ]
    );
    assert_eq!(certificate_names("oldweb.example.test"), ["oldweb.example.test", "example.test"]);
    assert!(certificate_names("web.example.test").contains(&"mta-sts.example.test"));
}

#[test]
fn pop3_from_greeting_to_goodbye() {
    let mut world = World::new(now());
    Peer::new(&mut world, Pop3, false).play(
        &mut world,
        "S: +OK mail.example.test POP3 ehlo practice ready <1.1736942400000000000@mail.example.test>
         C: CAPA
         S: +OK capabilities follow
         S: STLS
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: UTF8 USER
         S: IMPLEMENTATION ehlo practice
         S: .
         C: USER alice
         S: -ERR [AUTH] USER is refused before STLS
         C: STAT
         S: -ERR STAT is not allowed now, authenticate first
         C: STLS
         S: +OK begin TLS
         TLS
         C: STLS
         S: -ERR TLS is already active
         C: PASS x
         S: -ERR send USER first
         C: USER alice
         S: +OK send PASS
         C: PASS wrong
         S: -ERR [AUTH] user name or password is wrong
         C: USER alice
         S: +OK send PASS
         C: PASS correct horse
         S: +OK 6 messages…
         C: LIST 1
         S: +OK 1 487
         C: LIST 9
         S: -ERR there is no message 9
         C: RETR 0
         S: -ERR message numbers begin at 1 (column 6)
         C: DELE 1
         S: +OK message 1 is to be deleted
         C: RETR 1
         S: -ERR message 1 is deleted, RSET brings it back
         C: RSET
         S: +OK 6 messages…
         C: DELE 2
         S: +OK message 2 is to be deleted
         C: UIDL 3
         S: +OK 3 6787a34000000003
         C: TOP 4 4
         S: +OK…
         S: Return-Path: <bob@example.test>
         S: From: Bob <bob@example.test>
         S: To: alice@example.test
         S: Subject: A message full of dots
         S: Date: Tue, 14 Jan 2025 08:00:00 +0000
         S: Message-ID: <dots.4@example.test>
         S: MIME-Version: 1.0
         S: Content-Type: text/plain; charset=us-ascii
         S:
         S: The next line is a lone dot:
         S: ..
         S: ..profile begins with a dot
         S: ...two dots
         S: .
         C: FOO
         S: -ERR unknown command \"FOO\"
         C: QUIT
         S: +OK 1 messages deleted, goodbye
         CLOSE",
    );
    assert_eq!(world.account(0).unwrap().find("INBOX").unwrap().messages.len(), 5);
}

#[test]
fn pop3_sasl_and_the_lock() {
    let mut world = World::new(now());
    let mut first = Peer::greeted(&mut world, Pop3, true);
    first.play(
        &mut world,
        "C: AUTH
         S: +OK mechanisms follow
         S: PLAIN
         S: LOGIN
         S: CRAM-MD5
         S: SCRAM-SHA-512
         S: SCRAM-SHA-256
         S: SCRAM-SHA-1
         S: OAUTHBEARER
         S: XOAUTH2
         S: ANONYMOUS
         S: .
         C: AUTH PLAIN
         S: +\u{20}
         C: AGJvYgAxMjNzZWNyZXQ=
         S: +OK 2 messages…
         C: LIST
         S: +OK 2 messages…
         S: 1 2…
         S: 2 300
         S: .",
    );
    let mut second = Peer::greeted(&mut world, Pop3, true);
    second.play(&mut world, "C: AUTH PLAIN AGJvYgAxMjNzZWNyZXQ=\nS: -ERR [IN-USE]…");
    drop(first);
    second.play(&mut world, "C: AUTH LOGIN Ym9i\nS: + UGFzc3dvcmQ6\nC: MTIzc2VjcmV0\nS: +OK 2 messages…");
}

#[test]
fn what_smtp_takes_pop3_and_imap_give() {
    let mut world = World::new(now());
    Peer::greeted(&mut world, Smtp, false).play(
        &mut world,
        "C: HELO a.example
         S: 250…
         C: MAIL FROM:<carol@example.org>
         S: 250…
         C: RCPT TO:<bob@example.test>
         S: 250…
         C: DATA
         S: 354…
         C: Subject: news
         C: .
         S: 250…",
    );
    Peer::greeted(&mut world, Pop3, true).play(
        &mut world,
        "C: AUTH PLAIN AGJvYgAxMjNzZWNyZXQ=
         S: +OK 3 messages…
         C: RETR 3
         S: +OK…
         S: Return-Path: <carol@example.org>
         S: Received: from a.example ([192.0.2.9])
         S: \tby mail.example.test with SMTP id 4P000001
         S: \tfor <bob@example.test>; Wed, 15 Jan 2025 12:00:00 +0000
         S: Subject: news
         S: .",
    );
    Peer::greeted(&mut world, Imap, true).play(
        &mut world,
        "C: a LOGIN bob 123secret
         S: a OK…
         C: b STATUS INBOX (MESSAGES UNSEEN)
         S: * STATUS \"INBOX\" (MESSAGES 3 UNSEEN 2)
         S: b OK STATUS completed",
    );
}

#[test]
fn utf8_passwords() {
    play(Imap, true, "C: a LOGIN zoe \"Zoë trinkt Tee ☕\"\nS: a OK…");
    play(Pop3, true, "C: USER zoe\nS: +OK send PASS\nC: PASS Zoë trinkt Tee ☕\nS: +OK 1 messages…");
}

/// What a server says to `input` in pieces, sends joined.
fn answers(service: Service, tls: bool, input: &[u8], cuts: &[usize]) -> Vec<Output> {
    let mut world = World::new(now());
    let mut server = Server::new(service, "mail.example.test", tls, CLIENT);
    let mut all: Vec<Output> = Vec::new();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (input.len() + 1)).collect();
    cuts.extend([0, input.len()]);
    cuts.sort_unstable();
    for pair in cuts.windows(2) {
        for output in server.received(&mut world, now(), &input[pair[0]..pair[1]]) {
            match output {
                Output::Send(octets) => super::send(&mut all, &octets),
                other => all.push(other),
            }
        }
    }
    all
}

const DIALOGUES: [(Service, &str); 4] = [
    (
        Smtp,
        "EHLO a.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<bob@example.test>\r\nRCPT TO:<no@example.test>\r\nDATA\r\n\
         Subject: x\r\n\r\n..\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.test>\r\nBDAT 7\r\nQUIT\r\n\nBDAT 2 LAST\r\nxxHELP FLOOD 3\r\n\
         QUIT\r\nNOOP\r\n",
    ),
    (
        Submission,
        "EHLO a.example\r\nAUTH LOGIN\r\nYm9i\r\nMTIzc2VjcmV0\r\nMAIL FROM:<bob@example.test>\r\nRCPT TO:<x@example.org>\r\n\
         DATA\r\nhi\r\n.\r\nNOOP\r\nSTARTTLS\r\n",
    ),
    (
        Imap,
        "a LOGIN {3}\r\nbob {9+}\r\n123secret\r\nb SELECT INBOX\r\nc FETCH 1:* (FLAGS BODY[] BODYSTRUCTURE ENVELOPE)\r\n\
         d APPEND INBOX {10}\r\nA: b\r\n\r\nx\n\r\ne STORE 1 FLAGS (x)\r\nf FOO {5}\r\ng NOOP\r\nh IDLE\r\nDONE\r\ni LOGOUT\r\n",
    ),
    (Pop3, "USER bob\r\nPASS 123secret\r\nLIST\r\nRETR 1\r\nTOP 2 1\r\nDELE 1\r\nUIDL\r\nQUIT\r\nNOOP\r\n"),
];

/// How deep in a session the pieces arrive.
const STARTS: &[&[u8]] = &[
    b"",
    b"l LOGIN bob 123secret\r\ns SELECT INBOX\r\n",
    b"EHLO a.b\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.test>\r\n",
    b"EHLO a.b\r\nAUTH PLAIN AGJvYgAxMjNzZWNyZXQ=\r\n",
    b"USER bob\r\nPASS 123secret\r\n",
];

/// Pieces of commands, right and wrong.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b" ",
    b"a ",
    b"{3}\r\n",
    b"{3+}\r\n",
    b"{0}\r\n",
    b"LOGIN bob 123secret\r\n",
    b"a SELECT INBOX\r\n",
    b"a FETCH 1:* ",
    b"(BODY[1.2.HEADER.FIELDS (A {1+}\r\n",
    b"BODYSTRUCTURE",
    b"a UID SEARCH OR NOT ",
    b"TEXT x",
    b"a STORE 1:* +FLAGS ",
    b"(\\Seen)",
    b"a APPEND INBOX ",
    b"a COPY $ INBOX",
    b"a LIST (( (",
    b"*",
    b"\"",
    b"\\",
    b")",
    b"a IDLE\r\n",
    b"DONE",
    b"a AUTHENTICATE PLAIN",
    b"=",
    b"AUTH PLAIN\r\n",
    b"EHLO a.b\r\n",
    b"MAIL FROM:<>\r\n",
    b"RCPT TO:<bob@example.test>\r\n",
    b"DATA\r\n",
    b".\r\n",
    b"BDAT 5",
    b" LAST\r\n",
    b"BDAT 99999999999999999999\r\n",
    b"USER bob\r\n",
    b"PASS 123secret\r\n",
    b"RETR 1\r\n",
    b"TOP 1 99999\r\n",
    b"\xff\x00\x80",
    b"STARTTLS\r\n",
    "\u{f0000}\u{f0001}".as_bytes(),
    b"a RENAME INBOX x",
    b"99999999999",
    b"a DELETE x\r\n",
    b"a EXPUNGE\r\n",
];

proptest! {
    #[test]
    fn answers_do_not_depend_on_the_cuts(cuts in proptest::collection::vec(0usize..1000, 0..12)) {
        for (service, input) in DIALOGUES {
            prop_assert_eq!(
                answers(service, true, input.as_bytes(), &cuts),
                answers(service, true, input.as_bytes(), &[])
            );
        }
    }

    #[test]
    fn no_input_breaks_a_server(
        start in proptest::sample::select(STARTS),
        words in proptest::collection::vec(proptest::sample::select(WORDS), 0..60),
        cuts in proptest::collection::vec(0usize..1000, 0..6),
    ) {
        let input = [start, &words.concat()].concat();
        for service in [Smtp, Submission, Lmtp, Imap, Pop3, Web] {
            for tls in [false, true] {
                prop_assert_eq!(answers(service, tls, &input, &cuts), answers(service, tls, &input, &[]));
            }
        }
    }

    #[test]
    fn no_message_breaks_the_structure(
        lines in proptest::collection::vec(prop_oneof![
            Just("Content-Type: multipart/mixed; boundary=b\r\n"), Just("Content-Type: message/rfc822\r\n"), Just("\r\n"), Just("--b\r\n"),
            Just("--b--\r\n"), Just("From: a <b@c>, d:;\r\n"), Just(" folded (\r\n"), Just("Content-Type: \"\r\n"), Just("Content-Disposition: ;=;\r\n"), Just("x"),
        ], 0..40),
    ) {
        let message = lines.concat();
        let input = format!(
            "a LOGIN bob 123secret\r\nb SELECT INBOX\r\nc APPEND INBOX {{{}+}}\r\n{message}\r\n\
             d FETCH 3 (ENVELOPE BODY BODYSTRUCTURE BODY[1] BODY[1.1.MIME] BODY[2.HEADER] BODY[TEXT] BODY[HEADER.FIELDS.NOT (x)])\r\n",
            message.len()
        );
        let out = answers(Imap, true, input.as_bytes(), &[]);
        let [Output::Send(said)] = out.as_slice() else { return Err(TestCaseError::fail("one answer")) };
        let said = String::from_utf8_lossy(said);
        prop_assert!(message.is_empty() || said.ends_with("d OK FETCH completed\r\n"), "{}", said);
        prop_assert_eq!(said.matches('(').count() >= said.matches("FETCH").count(), true);
    }
}

#[test]
fn apop_wants_the_digest_of_this_greeting() {
    let mut world = World::new(now());
    let greeting = "<1.1736942400000000000@mail.example.test>";
    let digest = |password: &str| apop::digest(greeting, &Secret::from(password));
    let (right, wrong) = (digest("correct horse"), digest("Correct horse"));
    Peer::greeted(&mut world, Service::Pop3, false).play(
        &mut world,
        &format!(
            "C: APOP alice {wrong}
             S: -ERR [AUTH] user name or password is wrong
             C: APOP nobody {right}
             S: -ERR [AUTH] user name or password is wrong
             C: APOP alice@example.test {right}
             S: +OK 6 messages…"
        ),
    );
    // Heard on the wire and sent again on another connection, it is worth nothing.
    Peer::greeted(&mut world, Service::Pop3, false)
        .play(&mut world, &format!("C: APOP alice {right}\nS: -ERR [AUTH] user name or password is wrong"));
}
