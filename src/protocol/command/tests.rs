use proptest::prelude::*;

use super::*;
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::endpoint::Protocol::{self, Imap, Lmtp, Pop3, Smtp};
use crate::protocol::verb::Phase::{self, *};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};
use crate::protocol::verb::{Context, Verb, find_verb};

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

/// What verbs take is in the lists of the RFCs, by the tables; here is what stands around them.
#[test]
fn right_lines_have_no_fault() {
    for (protocol, phase, lines) in [
        (Lmtp, Fresh, &["LHLO client.example.net"][..]),
        (Smtp, Data, &["anything", ".", "\0\u{feff} \t"]),
        (Smtp, Sasl, &["*", "", "AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "AQ=="]),
        (Imap, NotAuthenticated, &["a1 NOOP", ". LOGIN x y", "LOGIN {5}", "a1 LOGIN jo {6+}", "~ CAPABILITY"]),
        (Imap, Selected, &["a1 UID FETCH 1 FLAGS", "x99 uid search all"]),
        (Imap, Idle, &["DONE", "done"]),
        (Imap, Literal, &["a LOGIN", "\0"]),
        (Imap, LiteralEnd, &[" {6}", "", " secret"]),
        (Pop3, Authorization, &["capa", "quit"]),
    ] {
        for line in lines {
            assert_eq!(read(protocol, phase, line).faults, [], "{protocol} {phase:?} {line}");
        }
    }
}

#[test]
fn wrong_lines_say_where_and_why() {
    for (protocol, phase, line, at, weight, part) in [
        (Smtp, Fresh, "", 0..0, Incomplete, "a command"),
        (Smtp, Fresh, "ELHO x.example", 0..4, Syntax, "did you mean EHLO"),
        (Smtp, Fresh, "EHL", 0..3, Incomplete, "EHLO"),
        (Smtp, Fresh, "LHLO a.example", 0..4, Syntax, "did you mean EHLO"),
        (Smtp, Fresh, "FROBNICATE", 0..10, Syntax, "not a command of SMTP"),
        (Smtp, Fresh, " EHLO a.example", 0..1, Syntax, "start of the line"),
        (Smtp, Fresh, "\u{feff}EHLO a.example", 0..3, Syntax, "byte order mark"),
        (Smtp, Fresh, "EHLO\ta.example", 4..5, Syntax, "tab"),
        (Smtp, Fresh, "EHLO  a.example", 4..6, Syntax, "one space"),
        (Smtp, Fresh, "QUIT ", 4..5, Advice, "end of the line"),
        (Smtp, Fresh, "NOOP a\0b", 6..7, Syntax, "NUL"),
        (Smtp, Fresh, "NOOP \u{1b}[31m", 5..6, Syntax, "U+001B"),
        (Smtp, Fresh, "NOOP a\r\nQUIT", 6..7, Syntax, "two commands"),
        (Smtp, Fresh, ".", 0..1, Syntax, "lone dot"),
        (Smtp, Ready, "RCPT TO:<a@b.example", 0..4, Sequence, "503"),
        (Smtp, Fresh, "BDAT 5", 0..4, Sequence, "EHLO, MAIL and RCPT"),
        (Smtp, Closed, "STARTTLS", 0..8, Sequence, "connect again"),
        (Smtp, Greeting, "EHLO a.example", 0..4, Advice, "greeting"),
        (Smtp, Sasl, "QUIT", 0..4, Sequence, "* cancels"),
        (Smtp, Sasl, "=", 0..1, Syntax, "initial response"),
        (Smtp, Sasl, "abc def", 3..4, Syntax, "spaces"),
        (Lmtp, Fresh, "EHLO a.example", 0..4, Syntax, "did you mean LHLO"),
        (Lmtp, Fresh, "HELO a.example", 0..4, Syntax, "did you mean LHLO"),
        (Lmtp, Fresh, "MAIL FROM:<>", 0..4, Sequence, "LHLO"),
        (
            Imap,
            NotAuthenticated,
            "SELECT INBOX",
            0..6,
            Sequence,
            "LOGIN or AUTHENTICATE first, the server would answer BAD",
        ),
        (Imap, NotAuthenticated, "a1 FETCH 1 FLAGS", 3..8, Sequence, "then SELECT first"),
        (Imap, Authenticated, "FETCH 1 FLAGS", 0..5, Sequence, "SELECT or EXAMINE"),
        (Imap, Authenticated, "LOGIN a b", 0..5, Sequence, "before authentication"),
        (Imap, Selected, "ENABLE CONDSTORE", 0..6, Sequence, "before SELECT"),
        (Imap, Selected, "DONE", 0..4, Sequence, "ends IDLE"),
        (Imap, Idle, "NOOP", 0..4, Sequence, "DONE first"),
        (Imap, Idle, "hello", 0..5, Sequence, "DONE first"),
        (Imap, Idle, "a1 DONE", 0..2, Syntax, "no tag"),
        (Imap, NotAuthenticated, "a1 LOGN x y", 3..7, Syntax, "did you mean LOGIN"),
        (Imap, NotAuthenticated, "a1 ", 3..3, Incomplete, "after the tag"),
        (Imap, NotAuthenticated, "a1  NOOP", 2..4, Syntax, "one space"),
        (Imap, Selected, "UID", 0..3, Incomplete, "after UID"),
        (Imap, Selected, "UID FETHC 1 FLAGS", 0..9, Syntax, "UID FETCH"),
        (Imap, Selected, "FETHC 1 FLAGS", 0..5, Syntax, "did you mean FETCH"),
        (Imap, Authenticated, "SELECT INBOX ", 12..13, Incomplete, "end of the line"),
        (Imap, Authenticated, "SELECT \"\tx\"", 8..9, Syntax, "tab"),
        (Pop3, Authorization, "RETR 1", 0..4, Sequence, "RETR needs USER and PASS first, the server would answer -ERR"),
        (Pop3, Authorization, "PASS x ", 0..4, Sequence, "say USER first"),
        (Pop3, Transaction, "RTER 1", 0..4, Syntax, "did you mean RETR"),
    ] {
        let reading = read(protocol, phase, line);
        let worst = reading.worst().unwrap_or_else(|| panic!("{protocol} {phase:?} {line}: no fault"));
        assert_eq!((worst.at.clone(), worst.weight), (at, weight), "{protocol} {phase:?} {line}: {:?}", reading.faults);
        assert!(worst.reason.contains(part), "{protocol} {phase:?} {line}: {}", worst.reason);
        assert_eq!(reading.is_sendable(), weight == Advice, "{line}");
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

/// MAIL and RCPT may be longer by what each offered extension allows (RFC 5321 §4.5.3.1.4, RFC 1870 §3, RFC 3461 §5).
#[test]
fn what_is_offered_lengthens_mail_and_rcpt() {
    for (phase, verb, offered, most) in [
        (Ready, "MAIL FROM:<>", &[][..], 512),
        (Ready, "MAIL FROM:<>", &["SIZE"], 538),
        (Ready, "MAIL FROM:<>", &["SIZE", "8BITMIME", "DSN"], 670),
        (Ready, "MAIL FROM:<>", &["AUTH PLAIN", "FUTURERELEASE"], 1046),
        (Mail, "RCPT TO:<a@b.example>", &["SIZE"], 512),
        (Mail, "RCPT TO:<a@b.example>", &["DSN", "RRVS"], 1081),
        (Ready, "VRFY", &["DSN", "SIZE"], 512),
    ] {
        let list = offers(offered);
        let of = |octets: usize| format!("{verb} {}", "x".repeat(octets - verb.len() - 3));
        for (octets, told) in [(most, false), (most + 1, true)] {
            let reading = check(&of(octets), &context(Smtp, phase, &list));
            let long = reading.faults.iter().any(|fault| fault.reason.contains("with the line ending"));
            assert_eq!(long, told, "{verb} {offered:?} {octets}: {:?}", reading.faults);
        }
    }
}

#[test]
fn what_is_encoded_is_told_in_its_other_form() {
    for (protocol, phase, line, at, text) in [
        (Smtp, Ready, "MAIL FROM:<jo@münchen.de> SMTPUTF8", 14..25, "münchen.de = xn--mnchen-3ya.de"),
        (Smtp, Mail, "RCPT TO:<jo@xn--mnchen-3ya.de>", 12..29, "xn--mnchen-3ya.de = münchen.de"),
        (Smtp, Fresh, "EHLO XN--MNCHEN-3YA.de", 5..22, "XN--MNCHEN-3YA.de = münchen.de"),
        (Smtp, Ready, "ETRN @münchen.de", 6..17, "münchen.de = xn--mnchen-3ya.de"),
        (Smtp, Ready, "VRFY jo@münchen.de", 8..19, "münchen.de = xn--mnchen-3ya.de"),
        (Imap, Authenticated, "a1 SELECT Entw&APw-rfe", 10..22, "Entw&APw-rfe = Entwürfe"),
        (Imap, Authenticated, "CREATE \"a&-b\"", 7..13, "a&-b = a&b"),
        (Imap, Selected, "COPY 1:* &U,BTFw-", 9..17, "&U,BTFw- = 台北"),
    ] {
        let notes = read(protocol, phase, line).notes;
        assert_eq!(
            notes.iter().map(|note| (note.at.clone(), note.text.as_str())).collect::<Vec<_>>(),
            [(at, text)],
            "{line}"
        );
    }
    for (protocol, phase, line) in [
        (Smtp, Ready, "MAIL FROM:<jo@example.org>"),
        (Smtp, Ready, "MAIL FROM:<jo@a.xn>"),
        (Imap, Authenticated, "SELECT INBOX"),
        (Imap, Authenticated, "SELECT &APw"),
        // A password is not told in any form.
        (Imap, NotAuthenticated, "LOGIN &APw- &APw-"),
    ] {
        assert_eq!(read(protocol, phase, line).notes, [], "{line}");
    }
}

#[test]
fn a_literal_tells_the_next_step() {
    for (phase, line, at, text) in [
        (NotAuthenticated, "LOGIN {4}", 6..9, "Enter sends this much; the server says +, then send 4 octets"),
        (NotAuthenticated, "a1 LOGIN jo {1}", 12..15, "then send 1 octet"),
        (LiteralEnd, " {6}", 1..4, "then send 6 octets"),
        (NotAuthenticated, "LOGIN {4+}", 6..10, "this much; 4 octets at once, then the rest of the line"),
        (Authenticated, "APPEND x (\\Seen) {310}", 17..22, "the server says +, then send 310 octets"),
    ] {
        let notes = read(Imap, phase, line).notes;
        let told: Vec<_> = notes.iter().filter(|note| note.text.contains(text)).map(|note| note.at.clone()).collect();
        assert_eq!(told, [at], "{line}: {notes:?}");
    }
    for (protocol, phase, line) in
        [(Imap, NotAuthenticated, "LOGIN {4"), (Imap, NotAuthenticated, "LOGIN {x}"), (Pop3, Authorization, "USER {4}")]
    {
        assert_eq!(read(protocol, phase, line).notes, [], "{line}");
    }
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
            let context = Context { tls, ..context(protocol, phase, &list) };
            let reading = check(&line, &context);
            prop_assert!(line.get(reading.verb_at.clone()).is_some());
            prop_assert!(reading.tag.clone().is_none_or(|at| line.get(at).is_some()));
            for fault in &reading.faults {
                prop_assert!(line.get(fault.at.clone()).is_some(), "{:?}", fault);
                // A reason may end in the name that was meant, and that in a full stop.
                prop_assert!(!fault.reason.is_empty() && (!fault.reason.ends_with('.') || line.contains('.')));
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
