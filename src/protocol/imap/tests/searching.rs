//! Searches and sorted searches: RFC 4731, 5032, 5182, 5256, 5267, 5466, 5957, 6203, 7377, 9394.

use super::{AUTH, SEL};
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 4731, RFC 5182",
        words: &[("result option", &["MIN", "MAX", "ALL", "COUNT", "SAVE"])],
        right: &[
            (
                Selected,
                &["SEARCH RETURN () ALL", "UID SEARCH RETURN (MIN MAX COUNT) UNSEEN", "SEARCH RETURN (SAVE ALL) ALL"],
            ),
            (Selected, &["FETCH $ FLAGS", "UID STORE $ FLAGS ()", "SEARCH $ UNSEEN", "COPY $ x"]),
        ],
        wrong: &[
            (Selected, "SEARCH RETURN (", 15..15, Incomplete, "result option"),
            (Selected, "SEARCH RETURN (CONT) ALL", 15..19, Syntax, "did you mean COUNT"),
            (Selected, "SEARCH RETURN (MIN MIN) ALL", 19..22, Syntax, "twice"),
            (Selected, "SEARCH RETURN (MIN)", 19..19, Incomplete, "search key"),
            (Selected, "SEARCH RETURN (XYZZY) ALL", 15..20, Advice, "not a result option"),
            (Selected, "FETCH $,5 FLAGS", 7..8, Syntax, "stands alone"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5267",
        verbs: &[("CANCELUPDATE", SEL, Some("CONTEXT"))],
        words: &[("result option", &["UPDATE", "CONTEXT"])],
        right: &[
            (Selected, &["SEARCH RETURN (UPDATE COUNT) ALL", "UID SORT RETURN (UPDATE CONTEXT) (DATE) UTF-8 ALL"]),
            (Selected, &["SEARCH RETURN (COUNT UPDATE (UID FLAGS)) ALL", "SEARCH RETURN (UPDATE(UID)) ALL"]),
            (Selected, &["CANCELUPDATE \"a1\"", "CANCELUPDATE \"a1\" \"a2\""]),
        ],
        wrong: &[
            (Selected, "CANCELUPDATE", 12..12, Incomplete, "in quotes"),
            (Selected, "CANCELUPDATE a1", 13..14, Syntax, "in quotes"),
            (Selected, "CANCELUPDATE \"\"", 13..15, Syntax, "at least one"),
            (Selected, "SEARCH RETURN (UPDATE (FULL)) ALL", 23..27, Syntax, "stands alone"),
            (Selected, "SEARCH RETURN (UPDATE (UID) UPDATE) ALL", 28..34, Syntax, "twice"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9394",
        words: &[("result option", &["PARTIAL"]), ("fetch modifier", &["PARTIAL"])],
        right: &[
            (Selected, &["UID SEARCH RETURN (PARTIAL 1:100) ALL", "SEARCH RETURN (COUNT PARTIAL -1:-100) ALL"]),
            (Selected, &["UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-30 CHANGEDSINCE 98305)"]),
        ],
        wrong: &[
            (Selected, "SEARCH RETURN (PARTIAL) ALL", 22..23, Syntax, "range"),
            (Selected, "SEARCH RETURN (PARTIAL 1:*) ALL", 25..26, Syntax, "end of the range"),
            (Selected, "SEARCH RETURN (PARTIAL 0:5) ALL", 23..24, Syntax, "from 1 on"),
            (Selected, "SEARCH RETURN (PARTIAL 1:-5) ALL", 23..27, Syntax, "same side"),
            (Selected, "SEARCH RETURN (PARTIAL -1:5) ALL", 23..27, Syntax, "same side"),
            (Selected, "SEARCH RETURN (ALL PARTIAL 1:5) UNSEEN", 7..31, Syntax, "exclude each other"),
            (Selected, "FETCH 1 FLAGS (PARTIAL 1:5)", 15..22, Syntax, "UID FETCH only"),
            (Selected, "UID FETCH 1 FLAGS (PARTIAL 5)", 28..29, Syntax, "\":\""),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 7377",
        verbs: &[("ESEARCH", AUTH, Some("MULTISEARCH"))],
        words: &[(
            "mailboxes of ESEARCH",
            &["selected", "inboxes", "personal", "subscribed", "subtree", "subtree-one", "mailboxes"],
        )],
        right: &[
            (Selected, &["ESEARCH UNSEEN", "ESEARCH IN (selected) RETURN (SAVE) ALL", "ESEARCH RETURN () ALL"]),
            (
                Authenticated,
                &["ESEARCH IN (mailboxes \"folder1\" subtree \"folder2\") UNSEEN", "ESEARCH IN (inboxes) ALL"],
            ),
            (Authenticated, &["ESEARCH IN (personal subscribed subtree-one (a b)) RETURN (MIN) CHARSET UTF-8 ALL"]),
        ],
        wrong: &[
            (Authenticated, "ESEARCH", 7..7, Incomplete, "search key"),
            (Authenticated, "ESEARCH IN personal ALL", 11..12, Syntax, "\"(\""),
            (Authenticated, "ESEARCH IN (persnal) ALL", 12..19, Syntax, "did you mean personal"),
            (Authenticated, "ESEARCH IN (selected-delayed) ALL", 12..28, Syntax, "not mailboxes"),
            (Authenticated, "ESEARCH IN (mailboxes) ALL", 21..22, Syntax, "a mailbox"),
            (Authenticated, "ESEARCH IN (subtree (a) ALL", 24..27, Syntax, "not mailboxes"),
            (Authenticated, "ESEARCH IN (subtree-one", 23..23, Incomplete, "a mailbox"),
            (Authenticated, "ESEARCH IN (personal) RETURN (SAVE) ALL", 22..36, Syntax, "selected mailbox alone"),
            (Authenticated, "ESEARCH IN (mailboxes Entwürfe) ALL", 26..28, Syntax, "Entw&APw-rfe"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5032, RFC 5466, RFC 6203",
        words: &[
            ("search key", &["OLDER", "YOUNGER", "FILTER", "FUZZY"]),
            ("result option", &["RELEVANCY"]),
            ("sort key", &["RELEVANCY"]),
        ],
        right: &[
            (Selected, &["SEARCH OLDER 3600 YOUNGER 1", "SEARCH FILTER on-the-road SUBJECT x", "SEARCH FUZZY BODY x"]),
            (
                Selected,
                &["SEARCH RETURN (RELEVANCY ALL) FUZZY (TEXT x NOT SEEN)", "SORT (RELEVANCY) UTF-8 FUZZY TEXT x"],
            ),
        ],
        wrong: &[
            (Selected, "SEARCH OLDER 0", 13..14, Syntax, "from 1 on"),
            (Selected, "SEARCH YOUNGER 1h", 16..17, Syntax, "space"),
            (Selected, "SEARCH FILTER a/b", 15..16, Syntax, "without slash"),
            (Selected, "SEARCH FILTER \"a\"", 14..15, Syntax, "name of a filter"),
            (Selected, "SEARCH FUZZY", 12..12, Incomplete, "FUZZY key"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5256, RFC 5957",
        verbs: &[
            ("SORT", SEL, Some("SORT")),
            ("UID SORT", SEL, Some("SORT")),
            ("THREAD", SEL, Some("THREAD")),
            ("UID THREAD", SEL, Some("THREAD")),
        ],
        words: &[
            (
                "sort key",
                &["ARRIVAL", "CC", "DATE", "FROM", "REVERSE", "SIZE", "SUBJECT", "TO", "DISPLAYFROM", "DISPLAYTO"],
            ),
            ("thread algorithm", &["ORDEREDSUBJECT", "REFERENCES", "REFS"]),
        ],
        right: &[
            (Selected, &["SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994", "SORT (REVERSE DATE CC FROM TO) UTF-8 ALL"]),
            (Selected, &["UID SORT (ARRIVAL REVERSE SIZE) US-ASCII ALL", "SORT (DISPLAYFROM DISPLAYTO) \"UTF-8\" ALL"]),
            (
                Selected,
                &["THREAD ORDEREDSUBJECT UTF-8 ALL", "UID THREAD REFERENCES UTF-8 ALL", "THREAD REFS UTF-8 ALL"],
            ),
        ],
        wrong: &[
            (Selected, "SORT", 4..4, Incomplete, "criteria"),
            (Selected, "SORT DATE UTF-8 ALL", 5..6, Syntax, "in parentheses"),
            (Selected, "SORT () UTF-8 ALL", 6..7, Syntax, "sort key"),
            (Selected, "SORT (SIZ) UTF-8 ALL", 6..9, Syntax, "did you mean SIZE"),
            (Selected, "SORT (REVERSE) UTF-8 ALL", 13..14, Syntax, "REVERSE turns round"),
            (Selected, "SORT (REVERSE REVERSE DATE) UTF-8 ALL", 14..21, Syntax, "once"),
            (Selected, "SORT (DATE) ALL", 15..15, Incomplete, "search keys"),
            (Selected, "SORT (DATE) CHARSET UTF-8 ALL", 12..19, Syntax, "without the word CHARSET"),
            (Selected, "UID SORT (DATE", 14..14, Incomplete, "\")\""),
            (Selected, "THREAD REFERENCES", 17..17, Incomplete, "charset"),
            (Selected, "THREAD REFERENCE UTF-8 ALL", 7..16, Syntax, "did you mean REFERENCES"),
            (Selected, "THREAD X-OWN UTF-8 ALL", 7..12, Advice, "not an algorithm"),
            (Selected, "UID THREAD", 10..10, Incomplete, "algorithm"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9755 §3: no charset after ENABLE UTF8=ACCEPT",
        enabled: "UTF8=ACCEPT",
        right: &[(Selected, &["SEARCH SUBJECT \"grün\""])],
        wrong: &[(Selected, "SEARCH CHARSET UTF-8 ALL", 7..20, Sequence, "UTF8=ACCEPT")],
        ..NONE
    },
];
