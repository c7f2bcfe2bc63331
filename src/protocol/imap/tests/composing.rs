//! Messages that go up: RFC 9051 §6.3.12, RFC 3502, 3516, 4469, 6855, 8508.

use super::{AUTH, SEL};
use crate::protocol::capability::Capabilities;
use crate::protocol::command::check;
use crate::protocol::endpoint::Protocol;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::progress::Progress;
use crate::protocol::verb::Phase::{Authenticated, LiteralEnd, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};
use crate::protocol::verb::{Context, find_verb};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 9051 §6.3.12, RFC 3516",
        verbs: &[("APPEND", AUTH, None)],
        right: &[
            (Authenticated, &["APPEND INBOX {310}", "APPEND x (\\Seen $x) \" 1-Feb-2026 09:30:00 +0100\" {310+}"]),
            (
                Authenticated,
                &["APPEND x ~{10}", "APPEND x () {5}", "APPEND {5}", "APPEND x \"29-Feb-2024 00:00:60 -0000\" {5}"],
            ),
        ],
        wrong: &[
            (Authenticated, "APPEND INBOX", 12..12, Incomplete, "literal"),
            (Authenticated, "APPEND INBOX x", 13..14, Syntax, "as a literal: {310}"),
            (Authenticated, "APPEND INBOX \"1-Feb-2026\" {5}", 13..25, Syntax, "09:30"),
            (Authenticated, "APPEND x \"30-Feb-2026 09:30:00 +0100\" {5}", 9..37, Syntax, "09:30"),
            (Authenticated, "APPEND x \"01-Feb-2026 09:30:00 +0160\" {5}", 9..37, Syntax, "09:30"),
            (Authenticated, "APPEND x \"01-Feb-2026 09:30:00 CET\" {5}", 9..35, Syntax, "09:30"),
            (Authenticated, "APPEND INBOX {5} x", 13..16, Syntax, "end of the line"),
            (Authenticated, "APPEND INBOX {0}", 13..16, Advice, "empty message"),
            (Authenticated, "APPEND INBOX (\\Recent) {5}", 14..21, Syntax, "server alone"),
            (Authenticated, "APPEND INBOX {5-}", 15..16, Syntax, "{n+}"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4469, RFC 6855 §4",
        words: &[
            ("message data", &["CATENATE", "UTF8"]),
            ("part of CATENATE", &["URL", "TEXT", "UTF8"]),
            ("name for ENABLE", &["UTF8=ACCEPT"]),
        ],
        right: &[
            (Authenticated, &["APPEND x UTF8 (~{10}", "APPEND x (\\Seen) UTF8 (~{10+}", "ENABLE UTF8=ACCEPT"]),
            (
                Authenticated,
                &["APPEND x CATENATE (URL \"/Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=HEADER\" TEXT {42}"],
            ),
            (
                Authenticated,
                &["APPEND x CATENATE (URL \"imap://jo@a.example/x/;UID=30/;SECTION=1.2.MIME/;PARTIAL=0.5\")"],
            ),
            (Authenticated, &["APPEND x (\\Seen) CATENATE (URL /x/;UID=1 UTF8 (~{10}", "APPEND x CATENATE (URL {10}"]),
        ],
        wrong: &[
            (Authenticated, "APPEND x UTF8 {5}", 14..15, Syntax, "\"(\""),
            (Authenticated, "APPEND x UTF8 ({5}", 15..16, Syntax, "~{octets}"),
            (Authenticated, "APPEND x CATENATE", 17..17, Incomplete, "parts"),
            (Authenticated, "APPEND x CATENATE ()", 19..20, Syntax, "URL, TEXT or UTF8"),
            (Authenticated, "APPEND x CATENATE (TEXT \"x\")", 24..25, Syntax, "takes no quotes"),
            (Authenticated, "APPEND x CATENATE (FILE \"x\")", 19..23, Syntax, "URL, TEXT or UTF8"),
            (Authenticated, "APPEND x CATENATE (URL \"/x\")", 26..26, Syntax, ";UID="),
            (Authenticated, "APPEND x CATENATE (URL \"/x/;UID=0\")", 32..33, Syntax, "from 1 on"),
            (Authenticated, "APPEND x CATENATE (URL \"/x y/;UID=1\")", 26..27, Syntax, "%20"),
            (Authenticated, "APPEND x CATENATE (URL \"/x;UIDVALIDITY=5;UID=1\")", 40..46, Syntax, "/;UID="),
            (Authenticated, "APPEND x CATENATE (URL \"/x/;UID=1/;SECTION=\")", 43..43, Syntax, "section"),
            (Authenticated, "APPEND x CATENATE (URL \"/x/;UID=1/;PARTIAL=5.0\")", 43..46, Syntax, "0.1024"),
            (Authenticated, "APPEND x CATENATE (URL \"/x/;UID=1/y\")", 33..35, Syntax, "nothing"),
            (Authenticated, "APPEND x CATENATE (URL \"/a%2/;UID=1\")", 26..27, Syntax, "two hexadecimal"),
            (Authenticated, "APPEND x CATENATE (URL \"/ü/;UID=1\")", 25..27, Syntax, "%C3%BC"),
            (Authenticated, "APPEND x CATENATE (UTF8 {5}", 24..25, Syntax, "\"(\""),
            (Authenticated, "ENABLE UTF8=ONLY", 7..16, Syntax, "UTF8=ACCEPT is enabled"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8508",
        verbs: &[("REPLACE", SEL, Some("REPLACE")), ("UID REPLACE", SEL, Some("REPLACE"))],
        right: &[(
            Selected,
            &["REPLACE 4 Drafts (\\Seen \\Draft) {312}", "UID REPLACE 2000 x {350}", "REPLACE * x {5}"],
        )],
        wrong: &[
            (Selected, "REPLACE", 7..7, Incomplete, "message number"),
            (Selected, "REPLACE 0 x {5}", 8..9, Syntax, "from 1 on"),
            (Selected, "REPLACE 1:2 x {5}", 9..10, Syntax, "mailbox"),
            (Selected, "UID REPLACE 5 x", 15..15, Incomplete, "literal"),
        ],
        ..NONE
    },
];

/// What was found in `line`, which goes on behind the literals of `before`.
fn behind(before: &[&str], line: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut progress = Progress::new();
    let (verb, _) = find_verb(Protocol::Imap, before[0]).unwrap();
    for (place, part) in before.iter().enumerate() {
        progress.announced(part, (place == 0).then_some(verb));
    }
    let capabilities = Capabilities::default();
    let context = Context { progress: &progress, ..Context::new(Protocol::Imap, LiteralEnd, &capabilities) };
    check(line, &context).faults.into_iter().map(|fault| (fault.at, fault.reason)).collect()
}

#[test]
fn what_goes_on_behind_a_literal_is_checked_as_its_command() {
    let catenate = ["APPEND x CATENATE (TEXT {5}"];
    for (before, line) in [
        (&["APPEND x {5}"][..], ""),
        // MULTIAPPEND (RFC 3502).
        (&["APPEND x {5}"], " (\\Seen) \" 1-Feb-2026 09:30:00 +0100\" {6}"),
        (&["APPEND x {5}", " {6}"], " ~{7+}"),
        (&["APPEND x UTF8 (~{5}"], ")"),
        (&catenate, " URL \"/x/;UID=1\" TEXT {6}"),
        (&catenate, ")"),
        (&catenate, ") (\\Seen) {5}"),
        (&["SELECT {5}"], " (CONDSTORE)"),
        (&["SEARCH SUBJECT {5}"], " FROM {6}"),
        // Nothing is known of what belongs to a secret.
        (&["LOGIN {5}"], " anything goes"),
    ] {
        assert_eq!(behind(before, line), [], "{before:?} {line}");
    }
    for (before, line, at, part) in [
        (&["APPEND x {5}"][..], " (\\Recent) {6}", 2..9, "server alone"),
        (&["APPEND x {5}"], " {6} x", 1..4, "end of the line"),
        (&["APPEND x UTF8 (~{5}"], "", 0..0, "\")\""),
        (&catenate, " TEXT \"x\")", 6..7, "no quotes"),
        (&catenate, "", 0..0, "another part"),
        (&["SELECT {5}"], " (CONDSTOR)", 2..10, "CONDSTORE"),
        (&["SEARCH SUBJECT {5}"], " FORM x", 1..5, "did you mean FROM"),
        (&["SEARCH SUBJECT {5}"], "  ALL", 0..2, "one space"),
    ] {
        let found = behind(before, line);
        assert!(found.iter().any(|(place, reason)| *place == at && reason.contains(part)), "{line}: {found:?}");
    }
}
