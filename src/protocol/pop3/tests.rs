//! The verbs of POP3 against the lists of their RFCs.

use crate::protocol::endpoint::Protocol;
use crate::protocol::lists::{Lists, NONE, Rfc};
use crate::protocol::verb::Phase::{self, Authorization, Transaction};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

const BEFORE: &[Phase] = &[Authorization];
const AFTER: &[Phase] = &[Transaction];
const BOTH: &[Phase] = &[Authorization, Transaction];

const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 1939",
        verbs: &[
            ("USER", BEFORE, Some("USER")),
            ("PASS", BEFORE, None),
            ("APOP", BEFORE, None),
            ("STAT", AFTER, None),
            ("LIST", AFTER, None),
            ("RETR", AFTER, None),
            ("DELE", AFTER, None),
            ("NOOP", AFTER, None),
            ("RSET", AFTER, None),
            ("TOP", AFTER, Some("TOP")),
            ("UIDL", AFTER, Some("UIDL")),
            ("QUIT", BOTH, None),
        ],
        right: &[
            (Authorization, &["USER jo", "PASS my pass word", "APOP mrose c4c9334bac560ecc979e58001b3e22fb", "quit"]),
            (
                Transaction,
                &["STAT", "LIST", "LIST 1", "RETR 4294967295", "DELE 1", "NOOP", "RSET", "TOP 1 0", "top 2 10"],
            ),
            (Transaction, &["UIDL", "UIDL 2", "QUIT"]),
        ],
        wrong: &[
            (Authorization, "USER", 4..4, Incomplete, "user name"),
            (Authorization, "USER jo smith", 5..13, Advice, "with a space"),
            (Authorization, "PASS", 4..4, Incomplete, "password"),
            (Authorization, "PASS  x", 5..7, Advice, "begins or ends with a space"),
            (Authorization, "APOP", 4..4, Incomplete, "user name"),
            (Authorization, "APOP jo", 7..7, Incomplete, "digest"),
            (Authorization, "APOP jo c4c9", 12..12, Incomplete, "32 hexadecimal"),
            (Authorization, "APOP jo C4C9334BAC560ECC979E58001B3E22FB", 8..40, Syntax, "lower case"),
            (Authorization, "STAT", 0..4, Sequence, "the server would answer -ERR"),
            (Transaction, "USER jo", 0..4, Sequence, "before authentication"),
            (Transaction, "STAT 1", 5..6, Syntax, "nothing more"),
            (Transaction, "LIST 0", 5..6, Syntax, "begin at 1"),
            (Transaction, "LIST 1 2", 6..8, Syntax, "nothing more"),
            (Transaction, "RETR", 4..4, Incomplete, "message number"),
            (Transaction, "RETR x", 5..6, Syntax, "message number"),
            (Transaction, "DELE 1,2", 6..8, Syntax, "nothing more"),
            (Transaction, "DELE 4294967296", 5..15, Syntax, "at most 4294967295"),
            (Transaction, "NOOP x", 5..6, Syntax, "nothing more"),
            (Transaction, "RSET x", 5..6, Syntax, "nothing more"),
            (Transaction, "TOP 1", 5..5, Incomplete, "lines"),
            (Transaction, "TOP 1 x", 6..7, Syntax, "lines"),
            (Transaction, "UIDL x", 5..6, Syntax, "message number"),
            (Transaction, "QUIT x", 5..6, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 2449",
        verbs: &[("CAPA", BOTH, None)],
        right: &[(Authorization, &["CAPA"]), (Transaction, &["capa"])],
        wrong: &[(Authorization, "CAPA x", 5..6, Syntax, "nothing more")],
        ..NONE
    },
    Rfc {
        name: "RFC 2595",
        verbs: &[("STLS", BEFORE, Some("STLS"))],
        right: &[(Authorization, &["STLS"])],
        wrong: &[
            (Authorization, "STLS x", 5..6, Syntax, "nothing more"),
            (Transaction, "STLS", 0..4, Sequence, "before authentication"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5034",
        verbs: &[("AUTH", BEFORE, Some("SASL"))],
        right: &[(Authorization, &["AUTH PLAIN", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "auth external ="])],
        wrong: &[
            (Authorization, "AUTH", 4..4, Advice, "CAPA lists"),
            (Authorization, "AUTH PLAIN a*b=", 12..13, Syntax, "base64"),
            (Authorization, "AUTH PLAIN AH =", 13..14, Syntax, "no spaces"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 6856",
        verbs: &[("UTF8", BEFORE, Some("UTF8")), ("LANG", BOTH, Some("LANG"))],
        right: &[
            (Authorization, &["UTF8", "LANG", "LANG *", "LANG de-DE", "LANG MUL", "USER jo"]),
            (Transaction, &["LANG en"]),
        ],
        wrong: &[
            (Authorization, "UTF8 USER", 5..9, Syntax, "no argument"),
            (Authorization, "UTF8 x", 5..6, Syntax, "nothing more"),
            (Transaction, "UTF8", 0..4, Sequence, "before authentication"),
            (Authorization, "LANG de_DE", 5..10, Syntax, "en-GB"),
            (Authorization, "LANG de-", 8..8, Incomplete, "rest of the language"),
            (Authorization, "LANG de en", 7..10, Syntax, "nothing more"),
        ],
        ..NONE
    },
];

#[test]
fn the_table_holds_what_the_rfcs_list_and_nothing_else() {
    let offers = &["LANG", "SASL PLAIN EXTERNAL", "STLS", "TOP", "UIDL", "USER", "UTF8 USER"];
    Lists { protocol: Protocol::Pop3, rfcs: LIST.iter().collect(), tables: Vec::new(), offers }.hold();
}
