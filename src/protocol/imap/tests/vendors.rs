//! Gmail's extensions.

use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::Selected;
use crate::protocol::verb::Weight::{Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[Rfc {
    name: "Gmail IMAP extensions",
    words: &[
        ("fetch item", &["X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS"]),
        ("search key", &["X-GM-RAW", "X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS"]),
        (
            "store item",
            &[
                "X-GM-LABELS",
                "+X-GM-LABELS",
                "-X-GM-LABELS",
                "X-GM-LABELS.SILENT",
                "+X-GM-LABELS.SILENT",
                "-X-GM-LABELS.SILENT",
            ],
        ),
    ],
    right: &[
        (Selected, &["FETCH 1 (X-GM-MSGID X-GM-THRID X-GM-LABELS)", "SEARCH X-GM-RAW \"has:attachment in:unread\""]),
        (Selected, &["SEARCH X-GM-MSGID 1278455344230334865 X-GM-THRID 1", "SEARCH X-GM-LABELS foo"]),
        (
            Selected,
            &["STORE 1 +X-GM-LABELS (foo \"a b\" \\Important)", "STORE 1 X-GM-LABELS ()", "STORE 1 -X-GM-LABELS x"],
        ),
        (
            Selected,
            &["STORE 1 X-GM-LABELS.SILENT (a)", "STORE 1 +X-GM-LABELS.SILENT (a)", "STORE 1 -X-GM-LABELS.SILENT a"],
        ),
    ],
    wrong: &[
        (Selected, "SEARCH X-GM-RAW", 15..15, Incomplete, "X-GM-RAW query"),
        (Selected, "SEARCH X-GM-MSGID abc", 18..19, Syntax, "in decimal"),
        (Selected, "SEARCH X-GM-THRID 99999999999999999999", 18..38, Syntax, "at most"),
        (Selected, "SEARCH X-GM-LABELS (a)", 19..20, Syntax, "argument"),
        (Selected, "STORE 1 X-GM-LABELS", 19..19, Incomplete, "labels"),
        (Selected, "STORE 1 +X-GM-LABELS (a", 23..23, Incomplete, "\")\""),
        (Selected, "STORE 1 -X-GM-LABELS (a*)", 23..24, Syntax, "in quotes"),
        (Selected, "STORE 1 X-GM-LABELS.SILENT \\", 28..28, Incomplete, "name of a label"),
        (Selected, "STORE 1 +X-GM-LABELS.SILENT (a  b)", 30..32, Syntax, "one space"),
        (Selected, "STORE 1 -X-GM-LABELS.SILENT ()x", 30..31, Syntax, "nothing more"),
    ],
    ..NONE
}];
