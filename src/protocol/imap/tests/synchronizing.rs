//! What clients keep in step with: RFC 7162, RFC 8474, RFC 8514, RFC 8970, RFC 9586.

use super::SEL;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, Selected};
use crate::protocol::verb::Weight::{Incomplete, Sequence, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 7162",
        enabled: "QRESYNC",
        words: &[
            ("status item", &["HIGHESTMODSEQ"]),
            ("fetch item", &["MODSEQ"]),
            ("fetch modifier", &["CHANGEDSINCE", "VANISHED"]),
            ("store modifier", &["UNCHANGEDSINCE"]),
            ("search key", &["MODSEQ"]),
            ("entry type of MODSEQ", &["priv", "shared", "all"]),
            ("parameter of SELECT", &["CONDSTORE", "QRESYNC"]),
            ("name for ENABLE", &["CONDSTORE", "QRESYNC"]),
        ],
        right: &[
            (
                Authenticated,
                &["STATUS x (HIGHESTMODSEQ)", "SELECT x (CONDSTORE)", "ENABLE CONDSTORE", "ENABLE QRESYNC"],
            ),
            (Authenticated, &["SELECT x (QRESYNC (67890007 20050715194045000 41,43:211 (1,5 7,9)))"]),
            (Authenticated, &["EXAMINE x (QRESYNC (1 2) CONDSTORE)", "SELECT x (QRESYNC (1 2 (1 2)))"]),
            (Selected, &["FETCH 1 (UID MODSEQ) (CHANGEDSINCE 12)", "UID FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)"]),
            (Selected, &["STORE 1 (UNCHANGEDSINCE 0) +FLAGS ()", "SEARCH MODSEQ 0"]),
            (Selected, &["SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338", "SEARCH MODSEQ \"/flags/$x\" priv 5"]),
            (Selected, &["SORT (DATE) UTF-8 MODSEQ \"/flags/\\\\seen\" shared 5"]),
        ],
        wrong: &[
            (Selected, "FETCH 1 FLAGS (CHANGEDSINCE)", 27..28, Syntax, "modification sequence"),
            (Selected, "FETCH 1 FLAGS (CHANGEDSINCE 0)", 28..29, Syntax, "begin at 1"),
            (Selected, "FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775808)", 28..47, Syntax, "at most"),
            (Selected, "FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)", 30..38, Syntax, "UID FETCH only"),
            (Selected, "UID FETCH 1 FLAGS (VANISHED)", 18..28, Syntax, "needs CHANGEDSINCE"),
            (Selected, "FETCH 1 FLAGS (CHANGDSINCE 1)", 15..26, Syntax, "did you mean CHANGEDSINCE"),
            (Selected, "FETCH 1 FLAGS (CHANGEDSINCE 1 CHANGEDSINCE 1)", 30..44, Syntax, "twice"),
            (Selected, "STORE 1 (UNCHANGEDSINCE) FLAGS ()", 23..24, Syntax, "modification sequence"),
            (Selected, "SEARCH MODSEQ x", 14..15, Syntax, "modification sequence"),
            (Selected, "SEARCH MODSEQ \"/seen\" all 5", 14..21, Syntax, "/flags/"),
            (Selected, "SEARCH MODSEQ \"/flags/x\" any 5", 25..28, Syntax, "priv, shared or all"),
            (Authenticated, "SELECT x (QRESYNC)", 17..18, Syntax, "uidvalidity"),
            (Authenticated, "SELECT x (QRESYNC (1))", 20..21, Syntax, "modification sequence"),
            (Authenticated, "SELECT x (QRESYNC (0 5))", 19..20, Syntax, "from 1 on"),
            (Authenticated, "SELECT x (QRESYNC (1 0))", 21..22, Syntax, "begin at 1"),
            (Authenticated, "SELECT x (QRESYNC (1 2 3:*))", 23..26, Syntax, "no *"),
            (Authenticated, "SELECT x (QRESYNC (1 2 3 (4)))", 27..28, Syntax, "UIDs"),
            (Authenticated, "SELECT x (CONDSTOR)", 10..18, Syntax, "did you mean CONDSTORE"),
            (Authenticated, "SELECT x (CONDSTORE CONDSTORE)", 20..29, Syntax, "twice"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 7162 §3.2.5, §3.2.6: before ENABLE QRESYNC",
        wrong: &[
            (Authenticated, "SELECT x (QRESYNC (1 2))", 10..17, Sequence, "ENABLE QRESYNC comes first"),
            (Selected, "UID FETCH 1 UID (CHANGEDSINCE 1 VANISHED)", 32..40, Sequence, "ENABLE QRESYNC comes first"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8474",
        words: &[
            ("status item", &["MAILBOXID"]),
            ("fetch item", &["EMAILID", "THREADID"]),
            ("search key", &["EMAILID", "THREADID"]),
        ],
        right: &[(
            Selected,
            &["STATUS x (MAILBOXID)", "FETCH 1 (EMAILID THREADID)", "SEARCH EMAILID M6d_-1 THREADID T6"],
        )],
        wrong: &[
            (Selected, "SEARCH EMAILID", 14..14, Incomplete, "EMAILID identifier"),
            (Selected, "SEARCH EMAILID \"M6\"", 15..16, Syntax, "letters, digits"),
            (Selected, "SEARCH THREADID T.6", 17..18, Syntax, "letters, digits"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8514",
        words: &[
            ("fetch item", &["SAVEDATE"]),
            ("search key", &["SAVEDATESUPPORTED", "SAVEDBEFORE", "SAVEDON", "SAVEDSINCE"]),
        ],
        right: &[
            (Selected, &["FETCH 1 SAVEDATE", "SEARCH SAVEDATESUPPORTED SAVEDBEFORE 1-Feb-2026"]),
            (Selected, &["SEARCH SAVEDON 1-Feb-2026 SAVEDSINCE \"1-Feb-2026\""]),
        ],
        wrong: &[
            (Selected, "SEARCH SAVEDBEFORE 30-Feb-2026", 19..30, Syntax, "calendar"),
            (Selected, "SEARCH SAVEDON", 14..14, Incomplete, "SAVEDON date"),
            (Selected, "SEARCH SAVEDSINCE today", 18..23, Syntax, "1-Feb-2026"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8970",
        words: &[("fetch item", &["PREVIEW"]), ("modifier of PREVIEW", &["LAZY"])],
        right: &[(Selected, &["FETCH 1 PREVIEW", "FETCH 1:4 (ENVELOPE PREVIEW (LAZY))", "FETCH 1 PREVIEW (LAZY)"])],
        wrong: &[
            (Selected, "FETCH 1 PREVIEW (LAZZY)", 17..22, Syntax, "did you mean LAZY"),
            (Selected, "FETCH 1 PREVIEW(LAZY)", 15..16, Syntax, "a space or the end"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9586",
        enabled: "UIDONLY",
        words: &[("name for ENABLE", &["UIDONLY"])],
        right: &[
            (Authenticated, &["ENABLE UIDONLY"]),
            (Selected, &["UID FETCH 1:* FLAGS", "UID SEARCH UID 1:5", "UID STORE 1 FLAGS ()", "UID COPY 1 x"]),
        ],
        wrong: &[
            (
                Selected,
                "FETCH 1 FLAGS",
                0..5,
                Sequence,
                "UIDONLY is enabled: say UID FETCH, the server would answer BAD",
            ),
            (Selected, "STORE 1 FLAGS ()", 0..5, Sequence, "say UID STORE"),
            (Selected, "SEARCH ALL", 0..6, Sequence, "say UID SEARCH"),
            (Selected, "COPY 1 x", 0..4, Sequence, "say UID COPY"),
            (Selected, "MOVE 1 x", 0..4, Sequence, "say UID MOVE"),
            (Selected, "SORT (DATE) UTF-8 ALL", 0..4, Sequence, "say UID SORT"),
            (Selected, "THREAD REFERENCES UTF-8 ALL", 0..6, Sequence, "say UID THREAD"),
            (Selected, "UID SEARCH SEEN 1:5", 16..19, Sequence, "write UID before the set"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 10022",
        verbs: &[("UIDBATCHES", SEL, Some("UIDBATCHES"))],
        right: &[(Selected, &["UIDBATCHES 2000", "UIDBATCHES 2000 10:20"])],
        wrong: &[
            (Selected, "UIDBATCHES", 10..10, Incomplete, "messages in a batch"),
            (Selected, "UIDBATCHES 0", 11..12, Syntax, "from 1 on"),
            (Selected, "UIDBATCHES 2000 4:1", 16..19, Syntax, "lower number comes first"),
            (Selected, "UIDBATCHES 2000 4", 17..17, Incomplete, "\":\""),
            (Selected, "UIDBATCHES 499", 11..14, crate::protocol::verb::Weight::Advice, "TOOFEW"),
            (Selected, "UIDBATCHES 2000 1:51", 16..20, crate::protocol::verb::Weight::Advice, "TOOMANY"),
        ],
        ..NONE
    },
];
