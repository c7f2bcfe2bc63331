//! What is settled for a session: RFC 2971, 4978, 5161, 5255, 8437, 9051 (ENABLE), 9698.

use super::{ANY, AUTH};
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, NotAuthenticated, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 2971",
        verbs: &[("ID", ANY, Some("ID"))],
        right: &[(NotAuthenticated, &["ID NIL", "ID (\"name\" \"ehlo\" \"version\" NIL)", "id ()", "ID (\"os\" {5}"])],
        wrong: &[
            (NotAuthenticated, "ID", 2..2, Incomplete, "NIL, or"),
            (NotAuthenticated, "ID NI", 5..5, Incomplete, "NIL, or"),
            (NotAuthenticated, "ID (name ehlo)", 4..5, Syntax, "quotes"),
            (NotAuthenticated, "ID (\"name\")", 10..11, Syntax, "its value"),
            (NotAuthenticated, "ID (\"os\" \"a\" \"OS\" \"b\")", 13..17, Syntax, "\"os\" stands here twice"),
            (NotAuthenticated, "ID (\"a-name-that-has-more-octets-than-30\" NIL)", 4..41, Advice, "allows 30"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5161, RFC 9051 §6.3.1",
        verbs: &[("ENABLE", &[Authenticated], Some("ENABLE"))],
        words: &[("name for ENABLE", &["IMAP4rev2"])],
        right: &[(Authenticated, &["ENABLE CONDSTORE", "enable imap4rev2"])],
        wrong: &[
            (Authenticated, "ENABLE", 6..6, Incomplete, "extension"),
            (Authenticated, "ENABLE IMAP4", 12..12, Incomplete, "rest of an extension"),
            (Authenticated, "ENABLE X-GOOD-IDEA", 7..18, Advice, "nothing that I know"),
            (Authenticated, "ENABLE a  b", 8..10, Syntax, "one space"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4978",
        verbs: &[("COMPRESS", AUTH, Some("COMPRESS"))],
        words: &[("algorithm of COMPRESS", &["DEFLATE"])],
        right: &[(Authenticated, &["COMPRESS DEFLATE", "compress deflate"])],
        wrong: &[
            (Authenticated, "COMPRESS", 8..8, Incomplete, "algorithm"),
            (Authenticated, "COMPRESS GZIP", 9..13, Syntax, "not an algorithm"),
            (Authenticated, "COMPRESS DEFLATE 9", 16..18, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5255",
        verbs: &[("LANGUAGE", ANY, Some("LANGUAGE")), ("COMPARATOR", AUTH, Some("I18NLEVEL=2"))],
        right: &[
            (NotAuthenticated, &["LANGUAGE", "LANGUAGE DE", "LANGUAGE FR-CA en-CA", "LANGUAGE \"default\" \"*\""]),
            (Selected, &["COMPARATOR", "COMPARATOR \"cz;*\" i;basic", "COMPARATOR default"]),
        ],
        wrong: &[
            (NotAuthenticated, "LANGUAGE *", 9..10, Syntax, "in quotes"),
            (NotAuthenticated, "LANGUAGE de_DE", 9..14, Syntax, "en-GB"),
            (NotAuthenticated, "LANGUAGE de  en", 11..13, Syntax, "one space"),
            (Authenticated, "COMPARATOR \"\"", 11..13, Syntax, "comparator"),
            (Authenticated, "COMPARATOR \"a b\"", 11..16, Syntax, "comparator"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8437, RFC 9698",
        verbs: &[("UNAUTHENTICATE", AUTH, Some("UNAUTHENTICATE")), ("GETJMAPACCESS", AUTH, Some("JMAPACCESS"))],
        right: &[(Authenticated, &["UNAUTHENTICATE", "GETJMAPACCESS"])],
        wrong: &[
            (Authenticated, "UNAUTHENTICATE x", 15..16, Syntax, "nothing more"),
            (Authenticated, "GETJMAPACCESS x", 14..15, Syntax, "nothing more"),
        ],
        ..NONE
    },
];
