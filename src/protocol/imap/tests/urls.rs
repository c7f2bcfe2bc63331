//! RFC 4467 with RFC 5524, and RFC 5259.

use super::{AUTH, SEL};
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 4467",
        verbs: &[
            ("GENURLAUTH", AUTH, Some("URLAUTH")),
            ("RESETKEY", AUTH, Some("URLAUTH")),
            ("URLFETCH", AUTH, Some("URLAUTH")),
        ],
        words: &[("mechanism of URLAUTH", &["INTERNAL"])],
        right: &[
            (
                Authenticated,
                &["GENURLAUTH \"imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred\" INTERNAL"],
            ),
            (
                Authenticated,
                &["GENURLAUTH \"imap://j@a.example/x/;UID=1;EXPIRE=2030-01-31T12:00:00Z;URLAUTH=anonymous\" INTERNAL"],
            ),
            (Authenticated, &["RESETKEY INBOX", "RESETKEY \"a b\" internal"]),
            (
                Authenticated,
                &[
                    "URLFETCH imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:91354a473744909de610943775f92038",
                ],
            ),
        ],
        wrong: &[
            (Authenticated, "GENURLAUTH", 10..10, Incomplete, ";URLAUTH="),
            (Authenticated, "GENURLAUTH \"/x/;UID=1\" INTERNAL", 12..12, Syntax, "absolute URL"),
            (
                Authenticated,
                "GENURLAUTH \"imap://a.example/x/;UID=1;URLAUTH=authuser\" INTERNAL",
                19..28,
                Syntax,
                "a user stands before",
            ),
            (Authenticated, "GENURLAUTH \"imap://j@a.example/x/;UID=1\" INTERNAL", 39..39, Syntax, "who may use"),
            (
                Authenticated,
                "GENURLAUTH \"imap://j@a.example/;URLAUTH=authuser\" INTERNAL",
                30..48,
                Syntax,
                "expected a mailbox",
            ),
            (Authenticated, "GENURLAUTH \"imap://j@a/x/;UID=1;URLAUTH=user+\" INTERNAL", 40..45, Syntax, "submit+user"),
            (
                Authenticated,
                "GENURLAUTH \"imap://j@a/x/;UID=1;EXPIRE=now;URLAUTH=authuser\" INTERNAL",
                39..42,
                Syntax,
                "2030",
            ),
            (Authenticated, "GENURLAUTH \"imap://j@a/x/;UID=1;URLAUTH=authuser\"", 49..49, Incomplete, "mechanism"),
            (
                Authenticated,
                "GENURLAUTH \"imap://j@a/x/;UID=1;URLAUTH=authuser\" XSAMPLE",
                50..57,
                Advice,
                "not a mechanism",
            ),
            (Authenticated, "RESETKEY", 8..8, Advice, "revokes every URL"),
            (Authenticated, "RESETKEY INBOX INTERNL", 15..22, Syntax, "did you mean INTERNAL"),
            (Authenticated, "URLFETCH", 8..8, Incomplete, "signed URL"),
            (Authenticated, "URLFETCH \"imap://j@a/x/;UID=1;URLAUTH=authuser\"", 46..46, Syntax, "mechanism"),
            (Authenticated, "URLFETCH \"imap://j@a/x/;UID=1;URLAUTH=authuser:INTERNAL:abc\"", 56..59, Syntax, "32"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5524",
        words: &[("item of URLFETCH", &["BODY", "BINARY", "BODYPARTSTRUCTURE"])],
        right: &[
            (
                Authenticated,
                &[
                    "URLFETCH (\"imap://j@a.example/x/;UID=1;URLAUTH=anonymous:INTERNAL:91354a473744909de610943775f92038\" BINARY BODYPARTSTRUCTURE)",
                ],
            ),
            (
                Authenticated,
                &[
                    "URLFETCH (\"imap://j@a.example/x/;UID=1;URLAUTH=anonymous:INTERNAL:91354a473744909de610943775f92038\" BODY) ({99}",
                ],
            ),
        ],
        wrong: &[
            (Authenticated, "URLFETCH ({99} BODY)", 10..14, Syntax, "end of the line"),
            (
                Authenticated,
                "URLFETCH (\"imap://j@a/x/;UID=1;URLAUTH=anonymous:INTERNAL:91354a473744909de610943775f92038\" BODY BINARY)",
                97..103,
                Syntax,
                "exclude",
            ),
            (
                Authenticated,
                "URLFETCH (\"imap://j@a/x/;UID=1;URLAUTH=anonymous:INTERNAL:91354a473744909de610943775f92038\" BODYY)",
                92..97,
                Syntax,
                "did you mean BODY",
            ),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5259",
        verbs: &[
            ("CONVERT", SEL, Some("CONVERT")),
            ("UID CONVERT", SEL, Some("CONVERT")),
            ("CONVERSIONS", AUTH, Some("CONVERT")),
        ],
        words: &[(
            "item of CONVERT",
            &["UID", "BINARY", "BINARY.SIZE", "BODYPARTSTRUCTURE", "BODY", "AVAILABLECONVERSIONS"],
        )],
        right: &[
            (
                Selected,
                &["CONVERT 2 (\"APPLICATION/PDF\") BINARY[3]", "CONVERT 2 (NIL (\"CHARSET\" \"utf-8\")) BODY[HEADER]"],
            ),
            (Selected, &["UID CONVERT 100 (\"IMAGE/JPEG\" (\"PIX-X\" \"128\" \"PIX-Y\" \"96\")) BINARY[2]<0.1000>"]),
            (Selected, &["CONVERT 2 (NIL) (AVAILABLECONVERSIONS[2] BODYPARTSTRUCTURE[2] BINARY.SIZE[2] UID)"]),
            (Selected, &["CONVERT 2 (NIL (charset utf-8)) (BODY[1.MIME] BODY[1.2.HEADER])"]),
            (Authenticated, &["CONVERSIONS \"image/gif\" \"*\"", "CONVERSIONS \"image/*\" text/plain"]),
        ],
        wrong: &[
            (Selected, "CONVERT", 7..7, Incomplete, "message number"),
            (Selected, "CONVERT 2", 9..9, Incomplete, "convert to"),
            (Selected, "CONVERT 2 \"text/plain\" BINARY[1]", 10..11, Syntax, "\"(\""),
            (Selected, "CONVERT 2 (\"text\") BINARY[1]", 11..17, Syntax, "type and a subtype"),
            (Selected, "CONVERT 2 (\"text/*\") BINARY[1]", 11..19, Syntax, "type and a subtype"),
            (Selected, "CONVERT 2 (text/plain) BINARY[1]", 11..12, Syntax, "in quotes"),
            (Selected, "CONVERT 2 (\"a/b\" (charset)) BINARY[1]", 25..26, Syntax, "its value"),
            (Selected, "CONVERT 2 (\"a/b\") BINARY", 24..24, Incomplete, "\"[\""),
            (Selected, "CONVERT 2 (\"a/b\") BINARY[HEADER]", 25..31, Syntax, "part numbers"),
            (Selected, "CONVERT 2 (\"a/b\") BINARY.SIZE[1]<0.5>", 32..33, Syntax, "end of the item"),
            (Selected, "CONVERT 2 (\"a/b\") BODYPARTSTRUCTURE[0]", 36..37, Syntax, "from 1"),
            (Selected, "CONVERT 2 (\"a/b\") BODY[TEXT]", 23..27, Syntax, "HEADER"),
            (Selected, "CONVERT 2 (\"a/b\") BODY[HEADER]", 18..30, Syntax, "with NIL in place of a type"),
            (Selected, "CONVERT 2 (NIL) BODY[1.MIME]", 10..15, Syntax, "needs the parameter CHARSET"),
            (Selected, "CONVERT 2 (NIL) AVAILABLECONVERSION[1]", 16..35, Syntax, "did you mean AVAILABLECONVERSIONS"),
            (Selected, "CONVERT 2 (NIL) AVAILABLECONVERSIONS", 36..36, Incomplete, "\"[\""),
            (Selected, "UID CONVERT 2 (NIL)", 19..19, Incomplete, "items"),
            (Authenticated, "CONVERSIONS \"image/gif\"", 23..23, Incomplete, "convert to"),
            (Authenticated, "CONVERSIONS * \"text/plain\"", 12..13, Syntax, "in quotes"),
            (Authenticated, "CONVERSIONS gif text/plain", 12..15, Syntax, "type and a subtype"),
        ],
        ..NONE
    },
];
