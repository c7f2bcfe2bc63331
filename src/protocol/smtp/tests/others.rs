//! Mail that waits at the server: RFC 1985, 2645.

use super::READY;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Mail, Ready};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 1985",
        verbs: &[("ETRN", READY, Some("ETRN"))],
        right: &[(Ready, &["ETRN mail.example.com", "ETRN @example.com", "etrn #uucp queue"])],
        wrong: &[
            (Ready, "ETRN", 4..4, Incomplete, "domain"),
            (Ready, "ETRN #", 6..6, Incomplete, "queue"),
            (Ready, "ETRN -x", 5..7, Syntax, "hyphen"),
            (Ready, "ETRN @a..b", 7..8, Syntax, "dot too many"),
            (Ready, "ETRN mail", 5..9, Advice, "without a dot"),
            (Mail, "ETRN a.example", 0..4, Sequence, "RSET"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 2645",
        verbs: &[("ATRN", READY, Some("ATRN"))],
        authenticated: true,
        right: &[(Ready, &["ATRN", "ATRN a.example", "atrn a.example,b.example"])],
        wrong: &[
            (Ready, "ATRN a.example, b.example", 15..16, Syntax, "domain"),
            (Ready, "ATRN a.example,", 15..15, Incomplete, "domain"),
            (Ready, "ATRN bücher.example", 5..20, Syntax, "A-label"),
            (Ready, "ATRN a.example b", 14..16, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 2645, nobody logged in",
        wrong: &[(Ready, "ATRN a.example", 0..4, Sequence, "AUTH first")],
        ..NONE
    },
];
