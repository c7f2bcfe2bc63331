//! LIST and what STATUS and CREATE gained: RFC 5258, 5819, 6154, 7889, 8438, 8440, 8457, 9590, 2193, XLIST.

use super::AUTH;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::Authenticated;
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 9051 §6.3.9, RFC 5258, RFC 5819",
        verbs: &[("LIST", AUTH, None)],
        words: &[
            ("selection option of LIST", &["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH"]),
            ("return option of LIST", &["SUBSCRIBED", "CHILDREN", "STATUS"]),
        ],
        right: &[
            (Authenticated, &["LIST \"\" *", "LIST \"\" \"\"", "LIST ~/Mail/ %", "LIST \"\" INBOX.%", "LIST {3}"]),
            (
                Authenticated,
                &["LIST () \"\" *", "LIST (REMOTE) \"\" *", "LIST (SUBSCRIBED RECURSIVEMATCH REMOTE) \"\" %"],
            ),
            (
                Authenticated,
                &["LIST \"\" (\"a%\" b*)", "LIST \"\" % RETURN ()", "LIST \"\" % RETURN (SUBSCRIBED CHILDREN)"],
            ),
            (Authenticated, &["LIST (SUBSCRIBED) \"\" (a) RETURN (STATUS (MESSAGES UNSEEN) CHILDREN)"]),
        ],
        wrong: &[
            (Authenticated, "LIST", 4..4, Incomplete, "reference"),
            (Authenticated, "LIST \"\"", 7..7, Incomplete, "pattern"),
            (Authenticated, "LIST * \"\"", 5..6, Syntax, "in quotes"),
            (Authenticated, "LIST \"\" (a b", 12..12, Incomplete, "\")\""),
            (Authenticated, "LIST (SUBSCRIBD) \"\" *", 6..15, Syntax, "did you mean SUBSCRIBED"),
            (Authenticated, "LIST (RECURSIVEMATCH) \"\" *", 5..21, Syntax, "needs another option"),
            (Authenticated, "LIST (REMOTE RECURSIVEMATCH) \"\" *", 5..28, Syntax, "needs another option"),
            (Authenticated, "LIST (SUBSCRIBED SUBSCRIBED) \"\" *", 17..27, Syntax, "twice"),
            (Authenticated, "LIST (V-ACME (x)) \"\" *", 6..12, Advice, "not an option of LIST"),
            (Authenticated, "LIST \"\" * RETRUN (X)", 10..16, Syntax, "RETURN"),
            (Authenticated, "LIST \"\" * RETURN", 16..16, Incomplete, "options"),
            (Authenticated, "LIST \"\" * RETURN (CHILDRN)", 18..25, Syntax, "did you mean CHILDREN"),
            (Authenticated, "LIST \"\" * RETURN (STATUS)", 24..25, Syntax, "status items"),
            (Authenticated, "LIST \"\" * RETURN (STATUS (MESSAGE))", 26..33, Syntax, "did you mean MESSAGES"),
            (Authenticated, "LIST \"\" * x y", 10..11, Syntax, "RETURN"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 6154, RFC 8457",
        words: &[
            ("selection option of LIST", &["SPECIAL-USE"]),
            ("return option of LIST", &["SPECIAL-USE"]),
            ("parameter of CREATE", &["USE"]),
            (
                "special use",
                &["\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Important", "\\Junk", "\\Sent", "\\Trash"],
            ),
        ],
        right: &[
            (Authenticated, &["LIST (SPECIAL-USE) \"\" *", "LIST \"\" % RETURN (SPECIAL-USE)", "CREATE x (USE ())"]),
            (
                Authenticated,
                &["CREATE x (USE (\\Drafts \\Sent))", "CREATE x (USE (\\All \\Archive \\Flagged \\Important))"],
            ),
            (Authenticated, &["CREATE x (USE (\\junk \\TRASH))"]),
        ],
        wrong: &[
            (Authenticated, "CREATE x (USE)", 13..14, Syntax, "attributes"),
            (Authenticated, "CREATE x (USE (\\Draft))", 15..21, Syntax, "did you mean \\Drafts"),
            (Authenticated, "CREATE x (USE (\\Sent \\Sent))", 21..26, Syntax, "twice"),
            (Authenticated, "CREATE x (USE (\\Memos))", 15..21, Advice, "not an attribute"),
            (Authenticated, "CREATE x (UES (\\All))", 10..13, Syntax, "did you mean USE"),
            (Authenticated, "CREATE x (USE (\\All)) y", 21..23, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8440, RFC 9590",
        words: &[("return option of LIST", &["MYRIGHTS", "METADATA"])],
        right: &[(
            Authenticated,
            &["LIST \"\" % RETURN (MYRIGHTS)", "LIST \"\" % RETURN (METADATA (/shared/a /private/b))"],
        )],
        wrong: &[
            (Authenticated, "LIST \"\" % RETURN (METADATA)", 26..27, Syntax, "entries"),
            (Authenticated, "LIST \"\" % RETURN (METADATA (color))", 28..33, Syntax, "/private/ or /shared/"),
            (Authenticated, "LIST \"\" % RETURN (MYRIGTHS)", 18..26, Syntax, "did you mean MYRIGHTS"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 7889, RFC 9208 §4.1.4",
        words: &[("status item", &["APPENDLIMIT", "DELETED-STORAGE"])],
        right: &[(Authenticated, &["STATUS x (APPENDLIMIT)", "STATUS x (DELETED DELETED-STORAGE)"])],
        wrong: &[(Authenticated, "STATUS x (APPENDLIMITS)", 10..22, Syntax, "did you mean APPENDLIMIT")],
        ..NONE
    },
    Rfc {
        name: "RFC 2193, XLIST",
        verbs: &[
            ("RLIST", AUTH, Some("MAILBOX-REFERRALS")),
            ("RLSUB", AUTH, Some("MAILBOX-REFERRALS")),
            ("XLIST", AUTH, Some("XLIST")),
        ],
        right: &[(Authenticated, &["RLIST \"\" \"#SHARED/%\"", "RLSUB \"\" %", "XLIST \"\" \"*\""])],
        wrong: &[
            (Authenticated, "RLIST \"\"", 8..8, Incomplete, "pattern"),
            (Authenticated, "RLSUB", 5..5, Incomplete, "reference"),
            (Authenticated, "XLIST \"\" a b", 10..12, Syntax, "nothing more"),
        ],
        ..NONE
    },
];
