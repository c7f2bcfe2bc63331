use super::super::Service::{Lmtp, Smtp, Submission};
use super::super::script::{CLIENT, Peer, now, play};
use super::super::{Output, Server, World};

#[test]
fn the_whole_of_a_delivery() {
    let mut world = World::new(now());
    Peer::new(&mut world, Smtp, false).play(
        &mut world,
        "S: 220 mail.example.test ESMTP ehlo practice mail exchanger
         C: EHLO client.example.org
         S: 250-mail.example.test hello client.example.org [192.0.2.9]
         S: 250-PIPELINING
         S: 250-SIZE 10485760
         S: 250-8BITMIME
         S: 250-SMTPUTF8
         S: 250-ENHANCEDSTATUSCODES
         S: 250-DSN
         S: 250-CHUNKING
         S: 250-STARTTLS
         S: 250 HELP
         C: MAIL FROM:<carol@example.org> SIZE=100 BODY=8BITMIME
         S: 250 2.1.0 sender ok
         C: RCPT TO:<alice@example.test> NOTIFY=NEVER
         S: 250 2.1.5 recipient ok
         C: DATA
         S: 354 end with <CR><LF>.<CR><LF>
         C: Subject: dots
         C:
         C: ..
         C: ..two
         C: .
         S: 250 2.0.0 queued as 4P000001
         C: QUIT
         S: 221 2.0.0 mail.example.test closing the connection
         CLOSE",
    );
    let inbox = world.account(0).unwrap().find("INBOX").unwrap();
    let text = String::from_utf8_lossy(&inbox.messages.last().unwrap().octets).into_owned();
    assert_eq!(
        text,
        "Return-Path: <carol@example.org>\r\n\
         Received: from client.example.org ([192.0.2.9])\r\n\tby mail.example.test with ESMTP id 4P000001\r\n\
         \tfor <alice@example.test>; Wed, 15 Jan 2025 12:00:00 +0000\r\n\
         Subject: dots\r\n\r\n.\r\n.two\r\n"
    );
}

#[test]
fn recipients_and_their_replies() {
    play(
        Smtp,
        false,
        "C: HELO client.example.org
         S: 250 mail.example.test hello client.example.org [192.0.2.9]
         C: MAIL FROM:<>
         S: 250 2.1.0 sender ok
         C: RCPT TO:<nobody@example.test>
         S: 550 5.1.1 <nobody@example.test> no such user here
         C: RCPT TO:<carol@example.org>
         S: 554 5.7.1 <carol@example.org> relay access denied
         C: RCPT TO:<later@example.test>
         S: 451 4.7.1 greylisted…
         C: RCPT TO:<full@example.test>
         S: 452 4.2.2 the mailbox is full
         C: DATA
         S: 503 5.5.1 bad sequence: no valid recipients, send RCPT first
         C: RCPT TO:<postmaster>
         S: 250 2.1.5 recipient ok
         C: RCPT TO:<\"bob\"@EXAMPLE.TEST>
         S: 250 2.1.5 recipient ok
         C: RCPT TO:<zoë@example.test>
         S: 553 5.6.7…
         C: RCPT TO:<spam@example.test>
         S: 250 2.1.5 recipient ok
         C: DATA
         S: 354 end with <CR><LF>.<CR><LF>
         C: .
         S: 554 5.7.1 the message was refused as spam",
    );
}

#[test]
fn sequence_syntax_and_the_unknown() {
    play(
        Smtp,
        false,
        "C: MAIL FROM:<a@example.org>
         S: 503 5.5.1 bad sequence: send EHLO first
         C: FOO bar
         S: 500 5.5.1 unknown command \"FOO\"
         C:
         S: 500 5.5.1…
         C: EHLO
         S: 501 5.5.4…
         C: HELO x.example
         S: 250…
         C: MAIL FROM:<a@example.org> SIZE=5
         S: 555 5.5.4 the parameter SIZE needs EHLO, HELO was sent
         C: RCPT TO:<alice@example.test>
         S: 503 5.5.1 bad sequence: send MAIL first
         C: MAIL FROM: <a@example.org>
         S: 501 5.5.4 no space is allowed between FROM: and < (column 11)
         C: MAIL FROM:<a@example.org>
         S: 250 2.1.0 sender ok
         C: MAIL FROM:<a@example.org>
         S: 503 5.5.1 bad sequence: a transaction is open, send RSET first
         C: RSET
         S: 250 2.0.0 ok
         C: VRFY alice
         S: 252 2.5.2…
         C: EXPN list
         S: 502 5.5.1 EXPN is not implemented
         C: NOOP
         S: 250 2.0.0 ok
         C: AUTH PLAIN
         S: 502 5.5.1 AUTH is for submission…
         C: HELP MAIL
         S: 214-2.0.0 MAIL FROM:<reverse-path> [parameters]
         S: 214 2.0.0…
         C: HELP FLOOD 5
         S: 5 x 214-2.0.0…
         S: 214 2.0.0 the flood is over",
    );
}

#[test]
fn limits_of_lines_keep_the_lines_in_step() {
    let long = "x".repeat(3000);
    let huge = "x".repeat(200_000);
    play(
        Submission,
        true,
        &format!(
            "C: NOOP {long}
             S: 500 5.5.2 line too long: 3005 octets, 2048 are allowed
             C: {huge}
             S: 500 5.5.2 line too long
             C: NOOP
             S: 250 2.0.0 ok
             C: EHLO a.example
             S: 250-mail.example.test…
             S: 250-PIPELINING
             S: 250-SIZE 10485760
             S: 250-8BITMIME
             S: 250-SMTPUTF8
             S: 250-ENHANCEDSTATUSCODES
             S: 250-DSN
             S: 250-CHUNKING
             S: 250-AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2
             S: 250 HELP
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             C: {huge}
             S: 500 5.5.6…
             C: NOOP
             S: 250 2.0.0 ok
             C: AUTH PLAIN AGJvYgAxMjNzZWNyZXQ=
             S: 235 2.7.0 authentication successful
             C: MAIL FROM:<bob@example.test> SIZE=20000000
             S: 552 5.3.4…
             C: MAIL FROM:<bob@example.test>
             S: 250 2.1.0 sender ok
             C: RCPT TO:<alice@example.test>
             S: 250 2.1.5 recipient ok
             C: DATA
             S: 354…
             C: fine
             C: {huge}
             C: .
             S: 500 5.5.2 line 2 of the message is longer than 998 octets
             C: NOOP
             S: 250 2.0.0 ok"
        ),
    );
}

#[test]
fn auth_in_all_its_forms() {
    let mut world = World::new(now());
    let mut peer = Peer::greeted(&mut world, Submission, false);
    peer.play(
        &mut world,
        "C: HELO a.example
         S: 250…
         C: MAIL FROM:<a@example.test>
         S: 530 5.7.0 send STARTTLS first, then AUTH
         C: AUTH PLAIN
         S: 538 5.7.11…
         C: STARTTLS
         S: 220 2.0.0 ready to start TLS
         TLS
         C: MAIL FROM:<a@example.test>
         S: 503 5.5.1 bad sequence: send EHLO first
         C: HELO a.example
         S: 250…
         C: STARTTLS
         S: 503 5.5.1 TLS is already active
         C: MAIL FROM:<a@example.test>
         S: 530 5.7.0 authentication required
         C: AUTH GSSAPI
         S: 504 5.5.4…
         C: AUTH PLAIN
         S: 334\u{20}
         C: *
         S: 501 5.7.0 authentication cancelled
         C: AUTH PLAIN =
         S: 501…
         C: AUTH PLAIN
         S: 334\u{20}
         C: not base64!
         S: 501 5.5.2…
         C: AUTH PLAIN AGJvYgBT
         S: 535 5.7.8 authentication credentials invalid
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: Ym9i
         S: 334 UGFzc3dvcmQ6
         C: MTIzc2VjcmV0
         S: 235 2.7.0 authentication successful
         C: AUTH LOGIN
         S: 503 5.5.1 already authenticated
         C: MAIL FROM:<bob@example.test>
         S: 250 2.1.0 sender ok
         C: RCPT TO:<carol@example.org>
         S: 250 2.1.5 recipient ok
         C: BDAT 4
         C: ab
         S: 250 2.0.0 4 octets received
         C: DATA
         S: 503 5.5.1…
         C: BDAT 0 LAST
         S: 250 2.0.0 queued as 4P000001",
    );
    let [outgoing] = world.outgoing() else { panic!("one message went out") };
    assert_eq!(
        (outgoing.from.as_str(), outgoing.to.as_slice()),
        ("bob@example.test", &["carol@example.org".to_owned()][..])
    );
    assert!(outgoing.octets.ends_with(b"+0000\r\nab\r\n"));
    assert!(String::from_utf8_lossy(&outgoing.octets).contains("with SMTP id"));
    assert_eq!(world.relayed(), 1);
}

#[test]
fn chunks_out_of_order_are_read_and_refused() {
    play(
        Smtp,
        false,
        "C: EHLO [192.0.2.9]
         S: 250-mail.example.test…
         S: 250-PIPELINING
         S: 250-SIZE 10485760
         S: 250-8BITMIME
         S: 250-SMTPUTF8
         S: 250-ENHANCEDSTATUSCODES
         S: 250-DSN
         S: 250-CHUNKING
         S: 250-STARTTLS
         S: 250 HELP
         C: BDAT 6 LAST
         C: QUIT
         S: 503 5.5.1 bad sequence: send MAIL first
         C: BDAT x
         S: 501 5.5.4…
         C: NOOP
         S: 250 2.0.0 ok",
    );
}

#[test]
fn a_hundred_recipients_and_no_more() {
    let mut script = "C: HELO a.example\nS: 250…\nC: MAIL FROM:<a@example.org>\nS: 250 2.1.0 sender ok\n".to_owned();
    for _ in 0..100 {
        script.push_str("C: RCPT TO:<bob@example.test>\nS: 250 2.1.5 recipient ok\n");
    }
    script.push_str(
        "C: RCPT TO:<bob@example.test>\nS: 452 4.5.3…\nC: DATA\nS: 354…\nC: .\nS: 250 2.0.0 queued as 4P000001",
    );
    let world = play(Smtp, false, &script);
    assert_eq!(world.account(1).unwrap().find("INBOX").unwrap().messages.len(), 3, "one copy for one user");
}

#[test]
fn a_bare_line_feed_is_refused() {
    for input in
        [&b"EHLO a.example\n"[..], b"HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\nx\n.\r\n"]
    {
        let mut world = World::new(now());
        let mut server = Server::new(super::super::Service::Smtp, "mx1.example.test", false, CLIENT);
        let mut out = server.received(&mut world, now(), input);
        assert_eq!(out.pop(), Some(Output::Close));
        let Some(Output::Send(said)) = out.pop() else { panic!("something is said") };
        assert!(String::from_utf8_lossy(&said).contains("521 5.5.2 mx1.example.test bare <LF> received"));
        assert_eq!(server.received(&mut world, now(), b"NOOP\r\n"), []);
    }
}

#[test]
fn what_is_pipelined_behind_starttls_is_dropped() {
    let mut world = World::new(now());
    let mut server = Server::new(super::super::Service::Smtp, "mx1.example.test", false, CLIENT);
    let out = server.received(&mut world, now(), b"EHLO a.example\r\nSTARTTLS\r\nNOOP\r\nNO");
    assert_eq!(out.last(), Some(&Output::StartTls));
    assert_eq!(server.received(&mut world, now(), b"OP\r\n"), []);
    server.tls_established();
    assert_eq!(server.received(&mut world, now(), b"NOOP\r\n"), [Output::Send(b"250 2.0.0 ok\r\n".to_vec())],);
}

#[test]
fn a_message_over_the_limit_is_refused_after_its_dot() {
    let mut world = World::new(now());
    let mut server = Server::new(super::super::Service::Smtp, "mx1.example.test", false, CLIENT);
    server.received(&mut world, now(), b"HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\n");
    let lines = b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n".repeat(10_000);
    for _ in 0..15 {
        assert_eq!(server.received(&mut world, now(), &lines), []);
    }
    let out = server.received(&mut world, now(), b".\r\n");
    assert_eq!(out, [Output::Send(b"552 5.3.4 message too big, 10485760 octets are allowed\r\n".to_vec())]);
}

#[test]
fn lmtp_answers_for_each_recipient() {
    let mut world = World::new(now());
    Peer::new(&mut world, Lmtp, false).play(
        &mut world,
        "S: 220 mail.example.test LMTP ehlo practice delivery
         C: EHLO me
         S: 500 5.5.1 unknown command \"EHLO\"
         C: MAIL FROM:<>
         S: 503 5.5.1 bad sequence: send LHLO first
         C: LHLO me
         S: 250-mail.example.test hello me [192.0.2.9]
         S: 250-PIPELINING
         S: 250-SIZE 10485760
         S: 250-8BITMIME
         S: 250-SMTPUTF8
         S: 250-ENHANCEDSTATUSCODES
         S: 250-DSN
         S: 250-CHUNKING
         S: 250-STARTTLS
         S: 250 HELP
         C: MAIL FROM:<a@example.org>
         S: 250 2.1.0 sender ok
         C: RCPT TO:<alice@example.test>
         S: 250 2.1.5 recipient ok
         C: RCPT TO:<nobody@example.test>
         S: 550 5.1.1 <nobody@example.test> no such user here
         C: RCPT TO:<bob@example.test>
         S: 250 2.1.5 recipient ok
         C: RCPT TO:<a@example.org>
         S: 554 5.7.1 <a@example.org> relay access denied
         C: DATA
         S: 354 end with <CR><LF>.<CR><LF>
         C: Subject: x
         C: .
         S: 250 2.1.5 <alice@example.test> delivered
         S: 250 2.1.5 <bob@example.test> delivered
         C: MAIL FROM:<>
         S: 250 2.1.0 sender ok
         C: RCPT TO:<alice@example.test>
         S: 250 2.1.5 recipient ok
         C: RCPT TO:<bob@example.test>
         S: 250 2.1.5 recipient ok
         C: BDAT 99999999 LAST",
    );
    assert_eq!(world.account(0).and_then(|a| a.find("INBOX")).map(|inbox| inbox.messages.len()), Some(7));
}
