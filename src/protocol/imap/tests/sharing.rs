//! Rights, quotas and annotations: RFC 4314, RFC 9208, RFC 5464, RFC 5257.

use super::AUTH;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 4314",
        verbs: &[
            ("SETACL", AUTH, Some("ACL")),
            ("DELETEACL", AUTH, Some("ACL")),
            ("GETACL", AUTH, Some("ACL")),
            ("LISTRIGHTS", AUTH, Some("ACL")),
            ("MYRIGHTS", AUTH, Some("ACL")),
        ],
        words: &[("right", &["l", "r", "s", "w", "i", "p", "k", "x", "t", "e", "a"])],
        right: &[
            (
                Authenticated,
                &["SETACL x jo lrswipkxtea", "SETACL x -fred +w", "SETACL x \"a b\" -lrs", "SETACL x jo 0123"],
            ),
            (
                Authenticated,
                &["SETACL x jo \"\"", "DELETEACL x jo", "GETACL x", "LISTRIGHTS x anyone", "MYRIGHTS \"a b\""],
            ),
        ],
        wrong: &[
            (Authenticated, "SETACL x jo", 11..11, Incomplete, "rights"),
            (Authenticated, "SETACL x jo LRS", 12..15, Syntax, "lower case"),
            (Authenticated, "SETACL x jo l_r", 12..15, Syntax, "no right"),
            (Authenticated, "SETACL x jo lz", 12..14, Advice, "RFC 4314 are"),
            (Authenticated, "SETACL x jo +lrs x", 16..18, Syntax, "nothing more"),
            (Authenticated, "DELETEACL x", 11..11, Incomplete, "identifier"),
            (Authenticated, "GETACL", 6..6, Incomplete, "mailbox"),
            (Authenticated, "LISTRIGHTS x jo lr", 15..18, Syntax, "nothing more"),
            (Authenticated, "MYRIGHTS x y", 10..12, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9208",
        verbs: &[
            ("GETQUOTA", AUTH, Some("QUOTA")),
            ("GETQUOTAROOT", AUTH, Some("QUOTA")),
            ("SETQUOTA", AUTH, Some("QUOTASET")),
        ],
        words: &[("quota resource", &["STORAGE", "MESSAGE", "MAILBOX", "ANNOTATION-STORAGE"])],
        right: &[
            (Authenticated, &["GETQUOTA \"\"", "GETQUOTA \"#user/jo\"", "GETQUOTAROOT INBOX", "SETQUOTA \"\" ()"]),
            (Authenticated, &["SETQUOTA \"\" (STORAGE 512 MESSAGE 9223372036854775807)", "SETQUOTA x (MAILBOX 0)"]),
            (Authenticated, &["SETQUOTA \"\" (ANNOTATION-STORAGE 5)"]),
        ],
        wrong: &[
            (Authenticated, "GETQUOTA", 8..8, Incomplete, "quota root"),
            (Authenticated, "GETQUOTAROOT", 12..12, Incomplete, "mailbox"),
            (Authenticated, "SETQUOTA \"\"", 11..11, Incomplete, "limits"),
            (Authenticated, "SETQUOTA \"\" (STORAGE x)", 21..22, Syntax, "limit"),
            (Authenticated, "SETQUOTA \"\" (STORAG 5)", 13..19, Syntax, "did you mean STORAGE"),
            (Authenticated, "SETQUOTA \"\" (MESSAGE)", 20..21, Syntax, "its limit"),
            (Authenticated, "SETQUOTA \"\" (MAILBOX -1)", 21..22, Syntax, "limit"),
            (Authenticated, "SETQUOTA \"\" (ANNOTATION-STORAGE", 31..31, Incomplete, "its limit"),
            (Authenticated, "SETQUOTA \"\" (X-BEANS 5)", 13..20, Advice, "not a resource"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5464",
        verbs: &[("GETMETADATA", AUTH, Some("METADATA")), ("SETMETADATA", AUTH, Some("METADATA"))],
        words: &[
            ("option of GETMETADATA", &["MAXSIZE", "DEPTH"]),
            ("depth of GETMETADATA", &["0", "1", "infinity"]),
            ("name for ENABLE", &["METADATA", "METADATA-SERVER"]),
        ],
        right: &[
            (Authenticated, &["GETMETADATA \"\" /shared/comment", "GETMETADATA INBOX (/shared/comment /private/x/y)"]),
            (Authenticated, &["GETMETADATA (MAXSIZE 1024 DEPTH 1) INBOX /private/filters", "ENABLE METADATA-SERVER"]),
            (Authenticated, &["GETMETADATA (DEPTH infinity) INBOX \"/shared/vendor/acme/x\"", "ENABLE METADATA"]),
            (
                Authenticated,
                &["GETMETADATA (DEPTH 0) INBOX {15}", "SETMETADATA INBOX (/private/comment \"x\" /private/y NIL)"],
            ),
            (Authenticated, &["SETMETADATA INBOX (/private/comment ~{5}", "SETMETADATA \"\" (/shared/comment {5}"]),
        ],
        wrong: &[
            (Authenticated, "GETMETADATA INBOX", 17..17, Incomplete, "entry"),
            (Authenticated, "GETMETADATA INBOX comment", 18..25, Syntax, "/private/ or /shared/"),
            (Authenticated, "GETMETADATA INBOX (/private//x)", 19..30, Syntax, "no //"),
            (Authenticated, "GETMETADATA INBOX \"/private/x/\"", 31..31, Incomplete, "rest of the entry"),
            (Authenticated, "GETMETADATA INBOX \"/private/*\"", 18..30, Syntax, "no *"),
            (Authenticated, "GETMETADATA INBOX /shared/vendor/x", 18..34, Advice, "name of the vendor"),
            (Authenticated, "GETMETADATA (MAXSIZE) x /shared/x", 20..21, Syntax, "octets"),
            (Authenticated, "GETMETADATA (DEPTH 2) x /shared/x", 19..20, Syntax, "0, 1 or infinity"),
            (Authenticated, "GETMETADATA (DEEPTH 1) x /shared/x", 13..19, Syntax, "did you mean DEPTH"),
            (Authenticated, "GETMETADATA x (DEPTH 1) /shared/x", 14..23, Advice, "before the mailbox"),
            (Authenticated, "SETMETADATA INBOX", 17..17, Incomplete, "entries"),
            (Authenticated, "SETMETADATA INBOX (/private/x)", 29..30, Syntax, "value"),
            (Authenticated, "SETMETADATA INBOX (/private/x y)", 30..31, Syntax, "in quotes, or NIL"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 2086",
        words: &[("right", &["c", "d"])],
        wrong: &[(Authenticated, "SETACL x jo lrswipcda", 12..21, Advice, "c and d are of RFC 2086")],
        right: &[(Authenticated, &["DELETEACL c d"])],
        ..NONE
    },
    Rfc {
        name: "RFC 5257",
        words: &[
            ("fetch item", &["ANNOTATION"]),
            ("store item", &["ANNOTATION"]),
            ("search key", &["ANNOTATION"]),
            ("sort key", &["ANNOTATION"]),
            ("attribute of annotations", &["value", "value.priv", "value.shared"]),
            ("message data", &["ANNOTATION"]),
            ("parameter of SELECT", &["ANNOTATE"]),
        ],
        right: &[
            (Selected, &["FETCH 1 (UID ANNOTATION (/comment value.priv))", "SELECT x (ANNOTATE)"]),
            (
                Selected,
                &["FETCH 1 ANNOTATION ((/comment /*) (value \"size\"))", "SEARCH ANNOTATION /comment value \"x\""],
            ),
            (
                Selected,
                &["SEARCH ANNOTATION * value.shared NIL", "SORT (ANNOTATION /altsubject value.shared) UTF-8 ALL"],
            ),
            (Selected, &["STORE 1 ANNOTATION (/comment (value.priv \"x\" value.shared NIL))"]),
            (Selected, &["APPEND x ANNOTATION (/comment (value.priv \"x\")) {310}"]),
        ],
        wrong: &[
            (Selected, "FETCH 1 ANNOTATION", 18..18, Incomplete, "entries"),
            (Selected, "FETCH 1 ANNOTATION (comment value)", 20..27, Syntax, "begins with \"/\""),
            (Selected, "SEARCH ANNOTATION /comment size \"x\"", 27..31, Syntax, "not an attribute"),
            (Selected, "SORT (ANNOTATION /comment value) UTF-8 ALL", 26..31, Syntax, "value.priv or value.shared"),
            (Selected, "STORE 1 ANNOTATION (/comment (value \"x\"))", 30..35, Syntax, "value.priv or value.shared"),
            (Selected, "STORE 1 ANNOTATION (\"/a*\" (value.priv \"x\"))", 20..25, Syntax, "no wildcard"),
            (Selected, "APPEND x ANNOTATION {310}", 20..21, Syntax, "\"(\""),
        ],
        ..NONE
    },
];
