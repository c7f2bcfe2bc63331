use proptest::prelude::*;

use super::*;
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::endpoint::Protocol::{self, Imap, Lmtp, Pop3, Smtp};
use crate::protocol::verb::Phase::{self, *};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};
use crate::protocol::verb::{Context, Verb, Weight, find_verb};

fn offers(lines: &[&str]) -> Capabilities {
    let mut out = Capabilities::heard();
    for line in lines {
        out.push(Capability::read(line.as_bytes()).unwrap());
    }
    out
}

fn context<'a>(protocol: Protocol, phase: Phase, capabilities: &'a Capabilities) -> Context<'a> {
    Context { timestamp: true, ..Context::new(protocol, phase, capabilities) }
}

fn read(protocol: Protocol, phase: Phase, line: &str) -> Reading {
    check(line, &context(protocol, phase, &Capabilities::default()))
}

#[test]
fn right_lines_have_no_fault() {
    for (protocol, phase, lines) in [
        (
            Smtp,
            Fresh,
            &[
                "EHLO client.example.net",
                "ehlo [192.0.2.1]",
                "EHLO [IPv6:2001:db8::1]",
                "HELO a.example",
                "NOOP",
                "QUIT",
            ][..],
        ),
        (Lmtp, Fresh, &["LHLO client.example.net"]),
        (
            Smtp,
            Ready,
            &[
                "STARTTLS",
                "AUTH PLAIN",
                "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm",
                "AUTH EXTERNAL =",
                "mail from:<>",
                "MAIL FROM:<jo@example.com> SIZE=1000 BODY=8BITMIME",
                "VRFY jo",
                "EXPN staff",
                "HELP",
                "HELP MAIL",
                "NOOP anything goes",
                "ETRN @example.com",
                "ETRN #queue",
                "XCLIENT NAME=a.example ADDR=192.0.2.1",
                "XFORWARD NAME=[UNAVAILABLE] SOURCE=LOCAL",
                "RSET",
            ],
        ),
        (Smtp, Mail, &["RCPT TO:<jo@example.com>", "RCPT TO:<Postmaster> NOTIFY=NEVER"]),
        (Smtp, Rcpt, &["DATA", "BDAT 1000", "BDAT 0 LAST", "RCPT TO:<a@b.example>", "EHLO again.example"]),
        (Smtp, Data, &["anything", ".", "\0\u{feff} \t"]),
        (Smtp, Sasl, &["*", "", "AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "AQ=="]),
        (
            Imap,
            NotAuthenticated,
            &[
                "CAPABILITY",
                "a1 NOOP",
                ". LOGIN x y",
                "LOGIN \"jo smith\" \"pass \\\" word\"",
                "LOGIN {5}",
                "a1 LOGIN jo {6+}",
                "AUTHENTICATE PLAIN",
                "AUTHENTICATE PLAIN =",
                "ID NIL",
                "ID (\"name\" \"ehlo\" \"version\" NIL)",
                "STARTTLS",
                "LOGOUT",
            ],
        ),
        (
            Imap,
            Authenticated,
            &[
                "SELECT INBOX",
                "EXAMINE \"Sent Items\" (CONDSTORE)",
                "SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211))",
                "CREATE a/b",
                "DELETE Entw&APw-rfe",
                "RENAME a b",
                "SUBSCRIBE a",
                "UNSUBSCRIBE a",
                "LIST \"\" *",
                "LIST (SUBSCRIBED) \"\" (\"a%\" b*) RETURN (STATUS (MESSAGES UNSEEN))",
                "LSUB \"\" %",
                "NAMESPACE",
                "STATUS INBOX (MESSAGES uidnext)",
                "APPEND INBOX {310}",
                "APPEND INBOX (\\Seen $x) \" 1-Feb-2026 09:30:00 +0100\" {310+}",
                "APPEND INBOX ~{10}",
                "APPEND INBOX UTF8 (~{10}",
                "IDLE",
                "ENABLE UTF8=ACCEPT CONDSTORE",
                "GETQUOTA \"\"",
                "GETQUOTAROOT INBOX",
                "SETQUOTA \"\" (STORAGE 512)",
                "GETACL INBOX",
                "SETACL INBOX jo +lrs",
                "DELETEACL INBOX jo",
                "LISTRIGHTS INBOX jo",
                "MYRIGHTS INBOX",
                "GETMETADATA (DEPTH 1) \"\" (/shared/comment /private/x)",
                "SETMETADATA INBOX (/private/comment \"x\" /private/y NIL)",
                "COMPRESS DEFLATE",
                "NOTIFY NONE",
                "NOTIFY SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge))",
                "UNAUTHENTICATE",
            ],
        ),
        (
            Imap,
            Selected,
            &[
                "FETCH 1:* FLAGS",
                "FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (From)]) (CHANGEDSINCE 12)",
                "UID FETCH 5,7 FULL",
                "STORE 1 +FLAGS.SILENT (\\Seen)",
                "STORE 1 FLAGS \\Seen \\Draft",
                "UID STORE 5 (UNCHANGEDSINCE 5) -FLAGS ()",
                "COPY $ Trash",
                "MOVE 1:3 Trash",
                "UID COPY 1 x",
                "UID MOVE 1 x",
                "SEARCH UNSEEN SUBJECT {5}",
                "UID SEARCH RETURN () ALL",
                "UID EXPUNGE 1:5",
                "EXPUNGE",
                "CHECK",
                "CLOSE",
                "UNSELECT",
                "SORT (REVERSE DATE SUBJECT) UTF-8 ALL",
                "UID SORT RETURN (COUNT) (ARRIVAL) US-ASCII SINCE 1-Feb-2026",
                "THREAD REFERENCES UTF-8 ALL",
                "UID THREAD ORDEREDSUBJECT UTF-8 ALL",
                "REPLACE 4 Drafts (\\Draft) {312}",
                "UID REPLACE 4 Drafts {312}",
            ],
        ),
        (Imap, Idle, &["DONE", "done"]),
        (Imap, Literal, &["a LOGIN", "\0"]),
        (Imap, LiteralEnd, &[" {6}", "", " secret"]),
        (
            Pop3,
            Authorization,
            &[
                "CAPA",
                "STLS",
                "USER jo",
                "PASS my pass word",
                "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
                "AUTH XOAUTH2 dXNlcj1qbw==",
                "UTF8",
                "UTF8 USER",
                "LANG",
                "LANG *",
                "LANG de-DE",
                "QUIT",
            ],
        ),
        (
            Pop3,
            Transaction,
            &["STAT", "LIST", "LIST 1", "UIDL", "UIDL 2", "RETR 1", "TOP 1 0", "DELE 1", "RSET", "NOOP", "QUIT"],
        ),
    ] {
        for line in lines {
            assert_eq!(read(protocol, phase, line).faults, [], "{protocol} {phase:?} {line}");
        }
    }
}

#[test]
fn wrong_lines_say_where_and_why() {
    let right_place = |protocol, phase, line: &str, at: Range<usize>, weight: Weight, part: &str| {
        let reading = read(protocol, phase, line);
        let worst = reading.worst().unwrap_or_else(|| panic!("{protocol} {phase:?} {line}: no fault"));
        assert_eq!((worst.at.clone(), worst.weight), (at, weight), "{protocol} {phase:?} {line}: {:?}", reading.faults);
        assert!(worst.reason.contains(part), "{protocol} {phase:?} {line}: {}", worst.reason);
        assert_eq!(reading.is_sendable(), weight == Advice, "{line}");
    };
    for (line, phase, at, weight, part) in [
        ("", Fresh, 0..0, Incomplete, "a command"),
        ("ELHO x.example", Fresh, 0..4, Syntax, "did you mean EHLO"),
        ("EHLO", Fresh, 4..4, Incomplete, "name of this machine"),
        ("EHL", Fresh, 0..3, Incomplete, "EHLO"),
        ("EHLO localhost", Fresh, 5..14, Advice, "without a dot"),
        ("EHLO 192.0.2.1", Fresh, 5..14, Advice, "brackets"),
        ("EHLO a.example b", Fresh, 14..16, Syntax, "nothing more"),
        ("EHLO bücher.example", Fresh, 5..20, Syntax, "A-label"),
        ("HELO [192.0.2.1]", Fresh, 5..16, Advice, "EHLO"),
        ("LHLO a.example", Fresh, 0..4, Syntax, "did you mean EHLO"),
        ("FROBNICATE", Fresh, 0..10, Syntax, "not a command of SMTP"),
        (" EHLO a.example", Fresh, 0..1, Syntax, "start of the line"),
        ("\u{feff}EHLO a.example", Fresh, 0..3, Syntax, "byte order mark"),
        ("EHLO\ta.example", Fresh, 4..5, Syntax, "tab"),
        ("EHLO  a.example", Fresh, 4..6, Syntax, "one space"),
        ("QUIT ", Fresh, 4..5, Advice, "end of the line"),
        ("QUIT now", Fresh, 5..8, Syntax, "nothing more"),
        ("NOOP a\0b", Fresh, 6..7, Syntax, "NUL"),
        ("NOOP \u{1b}[31m", Fresh, 5..6, Syntax, "U+001B"),
        ("NOOP a\r\nQUIT", Fresh, 6..7, Syntax, "two commands"),
        ("NOOP é", Fresh, 5..7, Advice, "not ASCII"),
        (".", Fresh, 0..1, Syntax, "lone dot"),
        ("MAIL FROM:<>", Fresh, 0..4, Sequence, "needs EHLO first, the server would answer 503"),
        ("RCPT TO:<a@b.example>", Ready, 0..4, Sequence, "RCPT needs MAIL first, the server would answer 503"),
        ("RCPT TO:<a@b.example", Ready, 0..4, Sequence, "503"),
        ("DATA", Ready, 0..4, Sequence, "MAIL and RCPT"),
        ("DATA", Mail, 0..4, Sequence, "RCPT first"),
        ("BDAT 5", Fresh, 0..4, Sequence, "EHLO, MAIL and RCPT"),
        ("MAIL FROM:<>", Rcpt, 0..4, Sequence, "RSET"),
        ("AUTH PLAIN", Mail, 0..4, Sequence, "RSET"),
        ("STARTTLS", Closed, 0..8, Sequence, "connect again"),
        ("EHLO a.example", Greeting, 0..4, Advice, "greeting"),
        ("MAIL FROM: <jo@example.com>", Ready, 10..11, Syntax, "no space"),
        ("MAIL FROM:<jo@example.com> SIZE=x", Ready, 27..33, Syntax, "SIZE"),
        ("MAIL ", Ready, 4..4, Incomplete, "FROM:"),
        ("RCPT TO:<jo@example.com", Mail, 23..23, Incomplete, "\">\""),
        ("MAIL FROM:<jö@example.com>", Ready, 11..26, Advice, "SMTPUTF8"),
        ("AUTH", Ready, 4..4, Incomplete, "mechanism"),
        ("AUTH PLAIN a*b=", Ready, 12..13, Syntax, "base64"),
        ("AUTH PLAIN dGlt", Ready, 11..15, Advice, "0 NUL"),
        ("AUTH PLAIN AHRpbQBwYXNzCg==", Ready, 11..27, Advice, "newline"),
        ("BDAT", Rcpt, 4..4, Incomplete, "octets"),
        ("BDAT 5 FIRST", Rcpt, 7..8, Syntax, "LAST"),
        ("DATA x", Rcpt, 5..6, Syntax, "nothing more"),
        ("VRFY", Ready, 4..4, Incomplete, "user name"),
        ("EXPN", Ready, 4..4, Incomplete, "list"),
        ("RSET x", Ready, 5..6, Syntax, "nothing more"),
        ("STARTTLS x", Ready, 9..10, Syntax, "nothing more"),
        ("ETRN -x", Ready, 5..7, Syntax, "hyphen"),
        ("XCLIENT NAME", Ready, 12..12, Incomplete, "\"=\""),
        ("XFORWARD LOGIN=x", Ready, 9..16, Advice, "IDENT"),
        ("QUIT", Sasl, 0..4, Sequence, "* cancels"),
        ("=", Sasl, 0..1, Syntax, "initial response"),
        ("abc def", Sasl, 3..4, Syntax, "spaces"),
    ] {
        right_place(Smtp, phase, line, at, weight, part);
    }
    right_place(Lmtp, Fresh, "EHLO a.example", 0..4, Syntax, "did you mean LHLO");
    right_place(Lmtp, Fresh, "MAIL FROM:<>", 0..4, Sequence, "LHLO");
    for (line, phase, at, weight, part) in [
        (
            "SELECT INBOX",
            NotAuthenticated,
            0..6,
            Sequence,
            "SELECT needs LOGIN or AUTHENTICATE first, the server would answer BAD",
        ),
        ("a1 FETCH 1 FLAGS", NotAuthenticated, 3..8, Sequence, "then SELECT first"),
        ("FETCH 1 FLAGS", Authenticated, 0..5, Sequence, "SELECT or EXAMINE"),
        ("LOGIN a b", Authenticated, 0..5, Sequence, "before authentication"),
        ("ENABLE CONDSTORE", Selected, 0..6, Sequence, "before SELECT"),
        ("DONE", Selected, 0..4, Sequence, "ends IDLE"),
        ("NOOP", Idle, 0..4, Sequence, "DONE first"),
        ("hello", Idle, 0..5, Sequence, "DONE first"),
        ("a1 DONE", Idle, 0..2, Syntax, "no tag"),
        ("LOGIN jo", NotAuthenticated, 8..8, Incomplete, "password"),
        ("LOGIN jo ", NotAuthenticated, 8..8, Incomplete, "password"),
        ("LOGIN jo pass*", NotAuthenticated, 13..14, Syntax, "quotes"),
        ("LOGIN jo \"pass", NotAuthenticated, 9..14, Incomplete, "not closed"),
        ("a1 LOGN x y", NotAuthenticated, 3..7, Syntax, "did you mean LOGIN"),
        ("a1 ", NotAuthenticated, 3..3, Incomplete, "after the tag"),
        ("a1  NOOP", NotAuthenticated, 2..4, Syntax, "one space"),
        ("UID", Selected, 0..3, Incomplete, "after UID"),
        ("UID FETHC 1 FLAGS", Selected, 0..9, Syntax, "UID FETCH"),
        ("FETHC 1 FLAGS", Selected, 0..5, Syntax, "did you mean FETCH"),
        ("FETCH 0 FLAGS", Selected, 6..7, Syntax, "begin at 1"),
        ("FETCH 1 FLAGS UID", Selected, 14..15, Syntax, "\"(\""),
        ("FETCH 1", Selected, 7..7, Incomplete, "fetch"),
        ("UID FETCH 1 (FLAGS", Selected, 18..18, Incomplete, "\")\""),
        ("STORE 1 FLAGZ (\\Seen)", Selected, 8..13, Syntax, "+FLAGS"),
        ("STORE 1 +FLAGS (\\Recent)", Selected, 16..23, Syntax, "server alone"),
        ("SEARCH", Selected, 6..6, Incomplete, "search key"),
        ("SEARCH SINCE 1-2-2026", Selected, 13..21, Syntax, "1-Feb-2026"),
        ("COPY 1", Selected, 6..6, Incomplete, "after the set"),
        ("MOVE 1 a b", Selected, 8..10, Syntax, "nothing more"),
        ("UID EXPUNGE", Selected, 11..11, Incomplete, "number"),
        ("EXPUNGE 1", Selected, 8..9, Syntax, "nothing more"),
        ("SORT (SIZ) UTF-8 ALL", Selected, 6..9, Syntax, "SIZE"),
        ("THREAD REFERENCES", Selected, 17..17, Incomplete, "charset"),
        ("REPLACE 0 x {5}", Selected, 8..9, Syntax, "begin at 1"),
        ("SELECT", Authenticated, 6..6, Incomplete, "mailbox"),
        ("SELECT Sent Items", Authenticated, 12..13, Syntax, "\"(\""),
        ("SELECT INBOX ", Authenticated, 12..13, Incomplete, "end of the line"),
        ("CREATE a&b", Authenticated, 7..10, Advice, "UTF-7"),
        ("DELETE", Authenticated, 6..6, Incomplete, "mailbox"),
        ("RENAME a", Authenticated, 8..8, Incomplete, "new name"),
        ("LIST \"\"", Authenticated, 7..7, Incomplete, "pattern"),
        ("LIST \"\" * RETRUN (X)", Authenticated, 10..16, Syntax, "RETURN"),
        ("STATUS INBOX MESSAGES", Authenticated, 13..14, Syntax, "\"(\""),
        ("STATUS INBOX (MESAGES)", Authenticated, 14..21, Syntax, "not a status item"),
        ("APPEND INBOX", Authenticated, 12..12, Incomplete, "literal"),
        ("APPEND INBOX \"1-Feb-2026\" {5}", Authenticated, 13..25, Syntax, "09:30"),
        ("APPEND INBOX {5} x", Authenticated, 13..16, Syntax, "end of the line"),
        ("ID (name ehlo)", Authenticated, 4..5, Syntax, "quotes"),
        ("SETACL INBOX jo LRS", Authenticated, 16..19, Syntax, "lower case"),
        ("GETACL", Authenticated, 6..6, Incomplete, "mailbox"),
        ("SETQUOTA \"\" (STORAGE x)", Authenticated, 21..22, Syntax, "limit"),
        ("GETMETADATA INBOX", Authenticated, 17..17, Incomplete, "entry"),
        ("SETMETADATA INBOX (/private/x)", Authenticated, 29..30, Syntax, "value"),
        ("COMPRESS GZIP", Authenticated, 9..13, Syntax, "DEFLATE"),
        ("NOTIFY", Authenticated, 6..6, Incomplete, "NONE"),
        ("ENABLE", Authenticated, 6..6, Incomplete, "capability"),
        ("NAMESPACE x", Authenticated, 10..11, Syntax, "nothing more"),
        ("AUTHENTICATE", NotAuthenticated, 12..12, Incomplete, "mechanism"),
    ] {
        right_place(Imap, phase, line, at, weight, part);
    }
    for (line, phase, at, weight, part) in [
        ("RETR 1", Authorization, 0..4, Sequence, "RETR needs USER and PASS first, the server would answer -ERR"),
        ("USER jo", Transaction, 0..4, Sequence, "authentication"),
        ("USER", Authorization, 4..4, Incomplete, "user name"),
        ("USER jo smith", Authorization, 5..13, Advice, "space"),
        ("PASS", Authorization, 4..4, Incomplete, "password"),
        ("PASS x ", Authorization, 5..7, Advice, "part of it"),
        ("APOP jo C4C9", Authorization, 8..12, Syntax, "lower case"),
        ("APOP jo c4", Authorization, 10..10, Incomplete, "32"),
        ("AUTH", Authorization, 4..4, Advice, "CAPA"),
        ("UTF8 x", Authorization, 5..6, Syntax, "USER"),
        ("LIST 0", Transaction, 5..6, Syntax, "begin at 1"),
        ("UIDL x", Transaction, 5..6, Syntax, "message number"),
        ("RETR", Transaction, 4..4, Incomplete, "message number"),
        ("DELE 1 2", Transaction, 6..8, Syntax, "nothing more"),
        ("TOP 1", Transaction, 5..5, Incomplete, "lines"),
        ("LANG de DE", Transaction, 7..10, Syntax, "nothing more"),
        ("STAT 1", Transaction, 5..6, Syntax, "nothing more"),
        ("CAPA 1", Transaction, 5..6, Syntax, "nothing more"),
        ("RTER 1", Transaction, 0..4, Syntax, "did you mean RETR"),
    ] {
        right_place(Pop3, phase, line, at, weight, part);
    }
}

#[test]
fn offers_are_advice_and_tls_is_sequence() {
    for (protocol, phase, list, line, at, weight, part) in [
        (Smtp, Ready, &["SIZE 1000", "AUTH PLAIN"][..], "MAIL FROM:<> SIZE=1001", 13..22, Advice, "at most 1000"),
        (Smtp, Ready, &["SIZE"], "MAIL FROM:<> BODY=8BITMIME", 13..26, Advice, "8BITMIME"),
        (Smtp, Ready, &["8BITMIME"], "MAIL FROM:<> BODY=BINARYMIME", 13..28, Advice, "BINARYMIME"),
        (Smtp, Ready, &["SIZE"], "STARTTLS", 0..8, Advice, "does not offer STARTTLS"),
        (Smtp, Ready, &["AUTH PLAIN"], "AUTH LOGIN", 5..10, Advice, "but PLAIN"),
        (Smtp, Mail, &["SIZE"], "RCPT TO:<a@b.example> NOTIFY=NEVER", 22..34, Advice, "DSN"),
        (Imap, NotAuthenticated, &["IMAP4rev1", "LOGINDISABLED"], "LOGIN a b", 0..5, Sequence, "LOGINDISABLED"),
        (Imap, NotAuthenticated, &["IMAP4rev1"], "AUTHENTICATE PLAIN =", 19..20, Advice, "SASL-IR"),
        (Imap, Authenticated, &["IMAP4rev1"], "IDLE", 0..4, Advice, "does not offer IDLE"),
        (Imap, NotAuthenticated, &["IMAP4rev1"], "LOGIN {5+}", 6..10, Advice, "LITERAL+"),
        (Imap, NotAuthenticated, &["LITERAL-"], "LOGIN {4097+}", 6..13, Advice, "4096"),
        (Pop3, Authorization, &["TOP"], "STLS", 0..4, Advice, "STLS"),
    ] {
        let list = offers(list);
        let reading = check(line, &context(protocol, phase, &list));
        let worst = reading.worst().unwrap_or_else(|| panic!("{line}"));
        assert_eq!((worst.at.clone(), worst.weight), (at, weight), "{line}: {worst:?}");
        assert!(worst.reason.contains(part), "{line}: {}", worst.reason);
    }
    for (protocol, phase, list, line) in [
        (Smtp, Ready, &["SIZE 0", "8BITMIME"][..], "MAIL FROM:<> SIZE=99999999 BODY=7BIT"),
        (Imap, Authenticated, &["IMAP4rev2"], "IDLE"),
        (Imap, Selected, &["THREAD=REFERENCES"], "THREAD REFERENCES UTF-8 ALL"),
        (Imap, NotAuthenticated, &["LITERAL+"], "LOGIN {5000+}"),
    ] {
        let list = offers(list);
        assert_eq!(check(line, &context(protocol, phase, &list)).faults, [], "{line}");
    }
    for (protocol, phase, line) in
        [(Smtp, Ready, "STARTTLS"), (Imap, NotAuthenticated, "STARTTLS"), (Pop3, Authorization, "STLS")]
    {
        let list = offers(&[]);
        let reading = check(line, &Context { tls: true, ..context(protocol, phase, &list) });
        assert_eq!(reading.faults.len(), 1, "{:?}", reading.faults);
        assert!(reading.faults[0].reason.contains("TLS is on already") && reading.faults[0].weight == Sequence);
    }
}

#[test]
fn long_lines_are_advice() {
    for (protocol, phase, line, part) in [
        (Smtp, Ready, format!("NOOP {}", "x".repeat(506)), "513"),
        (Smtp, Ready, format!("AUTH PLAIN {}", "AAAA".repeat(4000)), "12288"),
        (Pop3, Authorization, format!("USER {}", "x".repeat(250)), "255"),
        (Imap, NotAuthenticated, format!("LOGIN jo {}", "x".repeat(8190)), "8192"),
    ] {
        let reading = read(protocol, phase, &line);
        assert!(reading.faults.iter().any(|f| f.weight == Advice && f.reason.contains(part)), "{:?}", reading.faults);
        assert!(reading.is_sendable());
    }
    assert_eq!(read(Smtp, Ready, &format!("NOOP {}", "x".repeat(505))).faults, []);
}

#[test]
fn tags_are_told_from_verbs() {
    for (line, tag, verb) in [
        ("a1 NOOP", Some(0..2), Some("NOOP")),
        (". LOGIN x y", Some(0..1), Some("LOGIN")),
        ("NOOP", None, Some("NOOP")),
        ("UID FETCH 1 FLAGS", None, Some("UID FETCH")),
        ("x UID FETCH 1 FLAGS", Some(0..1), Some("UID FETCH")),
        ("SEARCH SEEN", None, Some("SEARCH")),
        ("a1 FROB", Some(0..2), None),
        ("+ NOOP", None, None),
    ] {
        let reading = read(Imap, Selected, line);
        assert_eq!((reading.tag, reading.verb.map(|v| v.name)), (tag, verb), "{line}");
    }
    assert_eq!(read(Smtp, Fresh, "a1 NOOP").tag, None);
}

#[test]
fn secrets_are_found_in_right_and_wrong_lines() {
    for (protocol, phase, line, hidden) in [
        (Smtp, Ready, "AUTH PLAIN AHRpbQ==", Some("AHRpbQ==")),
        (Smtp, Ready, "auth xoauth2 dXNlcg==", Some("dXNlcg==")),
        (Smtp, Ready, "AUTH PLAIN", None),
        (Smtp, Ready, "AUTH PLAIN ", None),
        (Smtp, Ready, "AUHT PLAIN  AHRpbQ== x", Some("AHRpbQ== x")),
        (Smtp, Sasl, "AHRpbQ==", Some("AHRpbQ==")),
        (Smtp, Sasl, "*", None),
        (Smtp, Ready, "MAIL FROM:<a@b.example>", None),
        (Imap, NotAuthenticated, "LOGIN jo secret", Some("secret")),
        (Imap, NotAuthenticated, "a1 LOGIN \"jo \\\" s\" \"p w\"", Some("\"p w\"")),
        (Imap, NotAuthenticated, ". login {5} x", Some("x")),
        (Imap, NotAuthenticated, "LOGIN jo {6}", None),
        (Imap, NotAuthenticated, "LOGIN jo", None),
        (Imap, NotAuthenticated, "a LOGN jo secret", Some("secret")),
        (Imap, NotAuthenticated, "LOGIN \"jo\\é\" s", Some("s")),
        (Imap, NotAuthenticated, "AUTHENTICATE PLAIN AHRpbQ==", Some("AHRpbQ==")),
        (Pop3, Authorization, "PASS my pass", Some("my pass")),
        (Pop3, Authorization, "PAS secret", Some("secret")),
        (Pop3, Authorization, " pass secret", Some("secret")),
        (Pop3, Authorization, "APOP jo c4c9", Some("c4c9")),
        (Pop3, Authorization, "AUTH PLAIN xxx", Some("xxx")),
        (Pop3, Authorization, "USER jo", None),
        (Smtp, Ready, "AUTHPLAIN AGpvAHB3", Some("AGpvAHB3")),
        (Smtp, Ready, "AUTHPLAINAGpvAHB3", Some("AGpvAHB3")),
        (Smtp, Ready, "AUTH PLAINAGpvAHB3", Some("AGpvAHB3")),
        (Smtp, Ready, "AUTH AUTH PLAIN AGpvAHB3", Some("PLAIN AGpvAHB3")),
        (Smtp, Ready, "AUTH AGpvADhzZWNyZXQ4c2VjcmV0", Some("AGpvADhzZWNyZXQ4c2VjcmV0")),
        (Smtp, Ready, "AUTH SCRAM-SHA-256-PLUS", None),
        (Smtp, Ready, "AUTH LOGIN", None),
        (Pop3, Authorization, "PASShunter22", Some("hunter22")),
        (Pop3, Authorization, "PASSab cd", Some("ab cd")),
        (Pop3, Authorization, "AUTHPLAIN xxx", Some("xxx")),
        (Pop3, Authorization, "xPASS hunter22", Some("hunter22")),
        (Imap, NotAuthenticated, "a1 a1 LOGIN jo pw", Some("pw")),
        (Imap, NotAuthenticated, "a1LOGIN jo pw", Some("pw")),
        (Imap, NotAuthenticated, "a1LOGIN id pw", Some("pw")),
        (Imap, NotAuthenticated, "a1 a1LOGIN jo pw", Some("pw")),
        (Imap, NotAuthenticated, "LOGINjo pw", Some("pw")),
        (Imap, NotAuthenticated, "a1 AUTHENTICATEPLAIN AGpv", Some("AGpv")),
        (Imap, NotAuthenticated, "AUTH PLAIN AGpv", Some("AGpv")),
        (Imap, NotAuthenticated, "AUTHPLAIN AGpv", Some("AGpv")),
        (Imap, Selected, "a1 a1 FETCH 1 FLAGS", None),
    ] {
        let none = Capabilities::default();
        let range = secret_range(line, &context(protocol, phase, &none));
        assert_eq!(range.map(|at| &line[at]), hidden, "{line}");
    }
}

#[test]
fn no_fault_repeats_a_secret() {
    let none = offers(&["AUTH XOAUTH2", "SASL XOAUTH2", "AUTH=XOAUTH2"]);
    for (protocol, phase, line) in [
        (Smtp, Ready, "AUTHPLAIN hunter22"),
        (Smtp, Ready, "AUTHPLAINhunter22"),
        (Smtp, Ready, "AUTH PLAINhunter22"),
        (Smtp, Ready, "AUTH PLAIN hunter22!"),
        (Pop3, Authorization, "PASShunter22"),
        (Pop3, Authorization, "PASS\thunter22"),
        (Pop3, Authorization, "APOPjo hunter22"),
        (Imap, NotAuthenticated, "a1 a1 LOGIN jo hunter22"),
        (Imap, NotAuthenticated, "a1LOGIN jo hunter22"),
        (Imap, NotAuthenticated, "LOGIN jo hunter22 x"),
    ] {
        let reading = check(line, &context(protocol, phase, &none));
        for fault in &reading.faults {
            assert!(!fault.reason.to_ascii_lowercase().contains("hunt"), "{line}: {}", fault.reason);
        }
    }
    // Short ones too, where the whole word would be repeated.
    let reading = check("PASSabc", &context(Pop3, Authorization, &none));
    assert!(reading.faults.iter().all(|fault| !fault.reason.contains("abc")), "{:?}", reading.faults);
}

#[test]
fn a_password_in_a_literal_is_known_by_the_line_that_announces_it() {
    let none = Capabilities::default();
    for (line, literal, rest) in [
        ("LOGIN {4}", false, true),
        ("a1 LOGIN jo {6+}", true, true),
        ("LOGIN \"jo s\" {6}", true, true),
        ("LOGN jo {6}", true, true),
        ("APPEND INBOX {6}", false, false),
        ("LOGIN jo secret", false, false),
    ] {
        let secrecy = literal_secrecy(line, &context(Imap, NotAuthenticated, &none));
        assert_eq!(secrecy, LiteralSecrecy { literal, rest }, "{line}");
    }
}

#[test]
fn completions() {
    let smtp = offers(&["SIZE 10", "AUTH PLAIN XOAUTH2", "8BITMIME"]);
    let imap = offers(&["IMAP4rev1", "IDLE"]);
    for (protocol, phase, list, line, first, at) in [
        (Smtp, Fresh, &smtp, "e", Some("EHLO "), 0..1),
        (Smtp, Ready, &smtp, "", Some("EHLO "), 0..0),
        (Smtp, Ready, &smtp, "R", Some("RSET"), 0..1),
        (Smtp, Mail, &smtp, "r", Some("RCPT "), 0..1),
        (Smtp, Ready, &smtp, "MAIL ", Some("FROM:<"), 5..5),
        (Smtp, Ready, &smtp, "mail fr", Some("FROM:<"), 5..7),
        (Smtp, Mail, &smtp, "RCPT T", Some("TO:<"), 5..6),
        (Smtp, Ready, &smtp, "MAIL FROM:<a@b> ", Some("SIZE="), 16..16),
        (Smtp, Ready, &smtp, "MAIL FROM:<a@b> SIZE=1 ", Some("BODY=8BITMIME"), 23..23),
        (Smtp, Ready, &smtp, "MAIL FROM:<a@b> BODY=7", Some("BODY=7BIT"), 16..22),
        (Smtp, Ready, &smtp, "MAIL FROM:<a", None, 0..0),
        (Smtp, Ready, &smtp, "AUTH x", Some("XOAUTH2"), 5..6),
        (Smtp, Data, &smtp, "e", None, 0..0),
        (Imap, Selected, &imap, "UID F", Some("UID FETCH "), 0..5),
        (Imap, Selected, &imap, "a1 F", Some("FETCH "), 3..4),
        (Imap, Selected, &imap, "a1 ", Some("CAPABILITY"), 3..3),
        (Imap, Authenticated, &imap, "SELECT ", Some("INBOX"), 7..7),
        (Imap, Authenticated, &imap, "STATUS INBOX (MESSAGES UN", Some("UNSEEN"), 23..25),
        (Imap, Selected, &imap, "FETCH 1 (UID FL", Some("FLAGS"), 13..15),
        (Imap, Selected, &imap, "FETCH 1 FA", Some("FAST"), 8..10),
        (Imap, Selected, &imap, "STORE 1 +", Some("+FLAGS"), 8..9),
        (Imap, Selected, &imap, "STORE 1 +FLAGS (\\S", Some("\\Seen"), 16..18),
        (Imap, Selected, &imap, "SEARCH uns", Some("UNSEEN"), 7..10),
        (Imap, Idle, &imap, "d", Some("DONE"), 0..1),
        (Pop3, Transaction, &imap, "re", Some("RETR "), 0..2),
    ] {
        let list = complete(line, line.len(), &context(protocol, phase, list));
        let found = list.first().map(|c| c.text.as_str());
        assert_eq!(found, first, "{line}: {list:?}");
        if let Some(completion) = list.first() {
            assert_eq!(completion.at, at, "{line}");
        }
    }
}

#[test]
fn next_verbs_follow_the_session() {
    let names = |protocol, phase, list: &Capabilities, tls| -> Vec<&str> {
        next_verbs(&Context { tls, ..context(protocol, phase, list) }).iter().map(|verb| verb.name).collect()
    };
    let list = offers(&["STARTTLS", "AUTH PLAIN"]);
    assert_eq!(names(Smtp, Fresh, &Capabilities::default(), false)[0], "EHLO");
    assert_eq!(names(Lmtp, Fresh, &Capabilities::default(), false)[0], "LHLO");
    assert_eq!(names(Smtp, Ready, &list, false)[..3], ["STARTTLS", "AUTH", "MAIL"]);
    assert_eq!(names(Smtp, Ready, &list, true)[..2], ["AUTH", "MAIL"]);
    assert_eq!(names(Smtp, Ready, &offers(&[]), false)[0], "MAIL");
    assert_eq!(names(Smtp, Rcpt, &list, true)[0], "DATA");
    assert!(!names(Imap, NotAuthenticated, &offers(&["LOGINDISABLED"]), false).contains(&"LOGIN"));
    assert_eq!(names(Imap, Idle, &list, true), ["DONE"]);
    for (protocol, phase) in every_context() {
        let list = next_verbs(&context(protocol, phase, &Capabilities::default()));
        assert!(list.len() <= 8 && list.iter().all(|verb| verb.phases.contains(&phase)));
    }
}

#[test]
fn the_tables_are_whole() {
    for protocol in [Smtp, Imap, Pop3] {
        let table = verbs(protocol);
        for verb in table {
            assert!(verb.syntax.starts_with(verb.name), "{}", verb.name);
            assert!(!verb.summary.is_empty() && !verb.summary.ends_with('.') && !verb.rfc.is_empty(), "{}", verb.name);
            assert!(!verb.phases.is_empty());
            assert_eq!(table.iter().filter(|other| other.name == verb.name).count(), 1, "{}", verb.name);
            let same = |other: &&'static Verb| other.name == verb.name;
            assert!(
                crate::protocol::verb::find_verb(if verb.name == "LHLO" { Lmtp } else { protocol }, verb.name)
                    .is_some_and(|(found, _)| same(&found))
            );
        }
    }
}

#[test]
fn slips_are_counted() {
    for (a, b, slips) in
        [("ELHO", "EHLO", 1), ("EHLO", "EHLO", 0), ("HLO", "EHLO", 1), ("MIAL", "MAIL", 1), ("X", "EHLO", 99)]
    {
        assert_eq!(distance(a.as_bytes(), b.as_bytes()), slips, "{a} {b}");
    }
}

#[test]
fn a_long_line_of_anything_is_read_in_linear_time() {
    // No clock here: the sizes are such that quadratic work would stop the test run.
    for line in [
        format!("MAIL FROM:<> {}", (0..200_000).map(|n| format!("A{n} ")).collect::<String>()),
        format!("FETCH {} FLAGS", "1,".repeat(500_000)),
        format!("SEARCH {}", "ALL ".repeat(300_000)),
        "é".repeat(500_000),
        "\0".repeat(1_000_000),
        format!("EHLO {}", "ü".repeat(500_000)),
        format!("LIST {}", "(".repeat(500_000)),
    ] {
        for (protocol, phase) in [(Smtp, Ready), (Imap, Selected), (Pop3, Transaction)] {
            assert!(!read(protocol, phase, &line).faults.is_empty());
        }
    }
}

fn every_context() -> impl Iterator<Item = (Protocol, Phase)> {
    const PHASES: [Phase; 17] = [
        Greeting,
        Fresh,
        Ready,
        Mail,
        Rcpt,
        Data,
        NotAuthenticated,
        Authenticated,
        Selected,
        Idle,
        Literal,
        LiteralEnd,
        Authorization,
        Transaction,
        Sasl,
        Tls,
        Closed,
    ];
    [Smtp, Lmtp, Imap, Pop3].into_iter().flat_map(|protocol| PHASES.into_iter().map(move |phase| (protocol, phase)))
}

fn anything() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        Just(String::new()),
        proptest::sample::select(
            [Smtp, Imap, Pop3].into_iter().flat_map(verbs).map(|verb| format!("{} ", verb.name)).collect::<Vec<_>>()
        ),
        Just("MAIL FROM:<".to_owned()),
        Just("RCPT TO:<a@b> ".to_owned()),
        Just("a1 FETCH 1 (".to_owned()),
        Just("LOGIN \"".to_owned()),
    ];
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "<",
            ">",
            "@",
            ".",
            "\"",
            "\\",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "+",
            "*",
            "%",
            ":",
            ",",
            "$",
            "=",
            " ",
            "  ",
            "~",
            "&",
            "-",
            "BODY",
            "BODY[",
            "NOT ",
            "OR ",
            "SIZE=",
            "é",
            "\u{feff}",
            "\0",
            "\t",
            "1",
            "UID",
            "a",
            "{5}",
            "AUTH ",
            "漢",
            "\u{1f600}",
            "-Feb-",
            "\" 1-Feb-2026 09:30:00 +0100\"",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
    ];
    (start, proptest::collection::vec(piece, 0..12)).prop_map(|(start, pieces)| start + &pieces.concat())
}

#[test]
fn a_verb_of_another_protocol_gives_no_secret_away() {
    let none = Capabilities::default();
    for (protocol, phase, line, start) in [
        (Smtp, Ready, "PASS geheim", 5),
        (Smtp, Ready, "a1 LOGIN jo geheim", 12),
        (Imap, NotAuthenticated, "PASS geheim", 5),
        (Pop3, Authorization, "a1 LOGIN jo geheim", 12),
    ] {
        assert_eq!(secret_range(line, &context(protocol, phase, &none)), Some(start..line.len()), "{line}");
    }
    assert_eq!(secret_range("NOOP PASS", &context(Smtp, Ready, &none)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_panics_and_every_place_is_inside_the_line(line in anything(), cursor in 0usize..80, tls: bool) {
        let list = offers(&["SIZE 10", "AUTH PLAIN", "LITERAL-", "STARTTLS"]);
        for (protocol, phase) in every_context() {
            let context = Context { tls, ..Context::new(protocol, phase, &list) };
            let reading = check(&line, &context);
            prop_assert!(line.get(reading.verb_at.clone()).is_some());
            prop_assert!(reading.tag.clone().is_none_or(|at| line.get(at).is_some()));
            for fault in &reading.faults {
                prop_assert!(line.get(fault.at.clone()).is_some(), "{:?}", fault);
                prop_assert!(!fault.reason.is_empty() && !fault.reason.ends_with('.'));
            }
            prop_assert!(secret_range(&line, &context).is_none_or(|at| line.get(at).is_some()));
            for completion in complete(&line, cursor, &context) {
                prop_assert!(line.get(completion.at.clone()).is_some(), "{:?}", completion);
            }
        }
    }

    #[test]
    fn a_typed_password_is_always_masked(password in "[!-~]{1,30}", user in "[a-z]{1,8}") {
        let none = Capabilities::default();
        // `a1LOGIN id x` is the command ID with a curious tag.
        prop_assume!(find_verb(Imap, &user).is_none());
        for (protocol, phase, start) in [
            (Imap, NotAuthenticated, format!("LOGIN {user} ")),
            (Imap, NotAuthenticated, format!("a1 LOGIN \"{user} x\" ")),
            (Pop3, Authorization, "PASS ".to_owned()),
            (Smtp, Ready, "AUTH PLAIN ".to_owned()),
        ] {
            prop_assume!(!password.starts_with('{'));
            let line = format!("{start}{password}");
            prop_assert_eq!(secret_range(&line, &context(protocol, phase, &none)), Some(start.len()..line.len()));
        }
        for (protocol, phase, start) in [
            (Imap, NotAuthenticated, format!("a1 a1 LOGIN {user} ")),
            (Imap, NotAuthenticated, format!("a1LOGIN {user} ")),
            (Pop3, Authorization, "PASS".to_owned()),
            (Smtp, Ready, "AUTHPLAIN ".to_owned()),
            (Smtp, Ready, "AUTH PLAIN".to_owned()),
        ] {
            let line = format!("{start}{password}");
            let range = secret_range(&line, &context(protocol, phase, &none));
            prop_assert!(range.as_ref().is_some_and(|at| at.start <= start.len() && at.end == line.len()), "{line}: {range:?}");
            let reading = check(&line, &context(protocol, phase, &none));
            let quoted = format!("\"{start}{password}");
            prop_assert!(reading.faults.iter().all(|fault| !fault.reason.contains(&quoted)), "{:?}", reading.faults);
        }
    }
}
