//! The verbs of RFC 9051 that concern the session and its mailboxes, and those of RFC 3501 that it dropped.

use super::{ANY, AUTH, NOT, SEL};
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, Idle, NotAuthenticated, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 9051 §6.1, §6.2",
        verbs: &[
            ("CAPABILITY", ANY, None),
            ("NOOP", ANY, None),
            ("LOGOUT", ANY, None),
            ("STARTTLS", NOT, Some("STARTTLS")),
            ("AUTHENTICATE", NOT, None),
            ("LOGIN", NOT, None),
        ],
        right: &[
            (NotAuthenticated, &["CAPABILITY", "STARTTLS", "LOGOUT", "noop", "a1 NOOP"]),
            (NotAuthenticated, &["AUTHENTICATE PLAIN", "AUTHENTICATE EXTERNAL =", "AUTHENTICATE PLAIN AGpvAHB3"]),
            (NotAuthenticated, &["LOGIN jo pw", ". LOGIN \"jo s\" \"p \\\" w\"", "LOGIN {5}", "a1 LOGIN jo {6+}"]),
        ],
        wrong: &[
            (Selected, "CAPABILITY x", 11..12, Syntax, "nothing more"),
            (Selected, "NOOP x", 5..6, Syntax, "nothing more"),
            (Selected, "LOGOUT x", 7..8, Syntax, "nothing more"),
            (NotAuthenticated, "STARTTLS now", 9..12, Syntax, "nothing more"),
            (NotAuthenticated, "AUTHENTICATE", 12..12, Incomplete, "mechanism"),
            (NotAuthenticated, "AUTHENTICATE PLAIN a*b=", 20..21, Syntax, "base64"),
            (NotAuthenticated, "LOGIN jo", 8..8, Incomplete, "password"),
            (NotAuthenticated, "LOGIN jo pa*s", 11..12, Syntax, "in quotes"),
            (NotAuthenticated, "LOGIN jo \"pass", 9..14, Incomplete, "not closed"),
            (NotAuthenticated, "LOGIN jo {5-}", 11..12, Syntax, "{n+}"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9051 §6.3",
        verbs: &[
            ("SELECT", AUTH, None),
            ("EXAMINE", AUTH, None),
            ("CREATE", AUTH, None),
            ("DELETE", AUTH, None),
            ("RENAME", AUTH, None),
            ("SUBSCRIBE", AUTH, None),
            ("UNSUBSCRIBE", AUTH, None),
            ("NAMESPACE", AUTH, Some("NAMESPACE")),
            ("STATUS", AUTH, None),
            ("IDLE", AUTH, Some("IDLE")),
            ("DONE", &[Idle], None),
        ],
        words: &[("status item", &["MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "DELETED", "SIZE"])],
        right: &[
            (Authenticated, &["SELECT INBOX", "EXAMINE \"Sent Items\"", "SELECT {5}", "CREATE a/b", "DELETE a]b"]),
            (Authenticated, &["RENAME a b", "SUBSCRIBE #news.x", "UNSUBSCRIBE ~peter/x", "NAMESPACE", "IDLE"]),
            (Selected, &["STATUS x (MESSAGES)", "STATUS x (uidnext UIDVALIDITY UNSEEN DELETED SIZE)", "IDLE"]),
            (Idle, &["DONE", "done"]),
        ],
        wrong: &[
            (Authenticated, "SELECT", 6..6, Incomplete, "mailbox"),
            (Authenticated, "SELECT Sent Items", 12..13, Syntax, "\"(\""),
            (Authenticated, "EXAMINE a b*", 10..11, Syntax, "\"(\""),
            (Authenticated, "CREATE", 6..6, Incomplete, "mailbox"),
            (Authenticated, "CREATE a*", 8..9, Syntax, "in quotes"),
            (Authenticated, "CREATE \"a*\"", 7..11, Advice, "wildcards"),
            (Authenticated, "CREATE inbox", 7..12, Advice, "always there"),
            (Authenticated, "DELETE", 6..6, Incomplete, "mailbox"),
            (Authenticated, "DELETE INBOX", 7..12, Advice, "always there"),
            (Authenticated, "RENAME a", 8..8, Incomplete, "new name"),
            (Authenticated, "RENAME a b c", 11..12, Syntax, "\"(\""),
            (Authenticated, "RENAME a b (c)", 11..14, Advice, "no parameter"),
            (Authenticated, "SUBSCRIBE a b", 11..13, Syntax, "nothing more"),
            (Authenticated, "UNSUBSCRIBE", 11..11, Incomplete, "mailbox"),
            (Authenticated, "NAMESPACE x", 10..11, Syntax, "nothing more"),
            (Authenticated, "IDLE 5", 5..6, Syntax, "nothing more"),
            (Idle, "a1 DONE", 0..2, Syntax, "no tag"),
            (Idle, "DONE x", 5..6, Syntax, "nothing more"),
            (Authenticated, "STATUS INBOX", 12..12, Incomplete, "items"),
            (Authenticated, "STATUS INBOX MESSAGES", 13..14, Syntax, "\"(\""),
            (Authenticated, "STATUS INBOX (MESAGES)", 14..21, Syntax, "did you mean MESSAGES"),
            (Authenticated, "STATUS INBOX (UN", 16..16, Incomplete, "the rest of a status item"),
            (Authenticated, "STATUS INBOX (UNSEEN", 20..20, Incomplete, "\")\""),
            (Authenticated, "STATUS INBOX (UNSEEN  SIZE)", 20..22, Syntax, "one space"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9051 §6.4, without the messages",
        verbs: &[("CLOSE", SEL, None), ("UNSELECT", SEL, Some("UNSELECT")), ("EXPUNGE", SEL, None)],
        right: &[(Selected, &["CLOSE", "UNSELECT", "EXPUNGE"])],
        wrong: &[
            (Selected, "CLOSE x", 6..7, Syntax, "nothing more"),
            (Selected, "UNSELECT x", 9..10, Syntax, "nothing more"),
            (Selected, "EXPUNGE 1", 8..9, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 3501",
        verbs: &[("CHECK", SEL, Some("IMAP4REV1")), ("LSUB", AUTH, Some("IMAP4REV1"))],
        words: &[
            ("status item", &["RECENT"]),
            ("fetch item", &["RFC822", "RFC822.HEADER", "RFC822.TEXT"]),
            ("search key", &["NEW", "OLD", "RECENT"]),
        ],
        right: &[
            (Selected, &["CHECK", "LSUB \"\" %", "STATUS x (RECENT)", "FETCH 1 RFC822"]),
            (Selected, &["FETCH 1 (RFC822.HEADER RFC822.TEXT)", "SEARCH NEW", "SEARCH OLD RECENT"]),
        ],
        wrong: &[
            (Selected, "CHECK x", 6..7, Syntax, "nothing more"),
            (Authenticated, "LSUB \"\"", 7..7, Incomplete, "pattern"),
            (Authenticated, "LSUB \"\" a b", 9..11, Syntax, "nothing more"),
            (Selected, "FETCH 1 RFC822.HEAD", 19..19, Incomplete, "rest"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 3501 §5.1.3: modified UTF-7",
        right: &[
            (
                Authenticated,
                &["SELECT Entw&APw-rfe", "SELECT \"Entw&APw-rfe\"", "CREATE R&-D", "LIST \"\" \"&U,BTFw-/*\""],
            ),
            (
                Authenticated,
                &["SELECT ~peter/mail/&U,BTFw-/&ZeVnLIqe-", "RENAME &AMk- &AOk-", "STATUS &2D3eAA- (SIZE)"],
            ),
        ],
        wrong: &[
            (Authenticated, "SELECT Entw&", 11..12, Incomplete, "goes on to \"-\""),
            (Authenticated, "SELECT Entw&AP", 11..14, Incomplete, "a lone & is &-"),
            (Authenticated, "CREATE \"R&D\"", 9..11, Syntax, "; perhaps \"R&-D\""),
            (Authenticated, "CREATE a&!-", 9..10, Syntax, "letters of base64"),
            (Authenticated, "CREATE &AP/8-", 10..11, Syntax, ", for /"),
            (Authenticated, "DELETE a&AP-b", 11..12, Syntax, "cut short"),
            (Authenticated, "DELETE &2D0-", 8..11, Syntax, "surrogate"),
            (Authenticated, "RENAME a &AGE-", 9..14, Syntax, "not encoded; perhaps a"),
            (Authenticated, "COPY 1 x", 0..4, crate::protocol::verb::Weight::Sequence, "SELECT"),
            (Selected, "COPY 1 x&U,BTFw-&ZeVnLIqe-", 8..26, Syntax, "as one; perhaps x&U,BTF2XlZyyKng-"),
            (Selected, "MOVE 1 Entwürfe", 11..13, Syntax, "modified UTF-7 here: Entw&APw-rfe"),
            (Authenticated, "SELECT \"Entwürfe 2\"", 12..14, Syntax, "here: \"Entw&APw-rfe 2\""),
            (Authenticated, "LIST \"\" Entwürf*", 12..14, Syntax, "here: Entw&APw-rf*"),
            (Authenticated, "LIST Entwürfe *", 9..11, Syntax, "here: Entw&APw-rfe"),
            (Authenticated, "GETACL 日本語", 7..16, Syntax, "here: &ZeVnLIqe-"),
            (Authenticated, "SELECT &AAo-", 7..12, Advice, "control character"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 9051 §5.1, RFC 9755 §3: mailbox names in UTF-8",
        enabled: "IMAP4rev2",
        right: &[(Authenticated, &["SELECT \"Entwürfe\"", "CREATE R&D", "LIST \"\" \"日本%\"", "SELECT &APw"])],
        wrong: &[
            (Authenticated, "SELECT Entwürfe", 11..13, Syntax, "in quotes: \"Entwürfe\""),
            (
                Authenticated,
                "SELECT Entw&APw-rfe",
                7..19,
                Advice,
                "names are UTF-8 now, & is only itself; perhaps Entwürfe",
            ),
            (Authenticated, "SELECT \"a\u{2028}b\"", 7..14, Advice, "control character"),
        ],
        ..NONE
    },
];
