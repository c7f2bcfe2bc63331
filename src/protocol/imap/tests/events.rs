//! RFC 5465: NOTIFY.

use super::AUTH;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Authenticated, Selected};
use crate::protocol::verb::Weight::{Advice, Incomplete, Syntax};

pub(super) const LIST: &[Rfc] = &[Rfc {
    name: "RFC 5465",
    verbs: &[("NOTIFY", AUTH, Some("NOTIFY"))],
    words: &[
        ("form of NOTIFY", &["NONE", "SET"]),
        (
            "mailboxes of NOTIFY",
            &["selected", "selected-delayed", "inboxes", "personal", "subscribed", "subtree", "mailboxes"],
        ),
        (
            "event",
            &[
                "MessageNew",
                "MessageExpunge",
                "FlagChange",
                "AnnotationChange",
                "MailboxName",
                "SubscriptionChange",
                "MailboxMetadataChange",
                "ServerMetadataChange",
            ],
        ),
    ],
    right: &[
        (Authenticated, &["NOTIFY NONE", "notify set (selected none)", "NOTIFY SET (personal (MailboxName))"]),
        (
            Authenticated,
            &[
                "NOTIFY SET STATUS (selected (MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))",
            ],
        ),
        (Authenticated, &["NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange AnnotationChange))"]),
        (Authenticated, &["NOTIFY SET (mailboxes (INBOX \"a b\") (MessageNew MessageExpunge)) (inboxes NONE)"]),
        (Selected, &["NOTIFY SET (subscribed (SubscriptionChange MailboxMetadataChange ServerMetadataChange))"]),
    ],
    wrong: &[
        (Authenticated, "NOTIFY", 6..6, Incomplete, "NONE or SET"),
        (Authenticated, "NOTIFY NOTHING", 7..14, Syntax, "NONE or SET"),
        (Authenticated, "NOTIFY NONE x", 11..13, Syntax, "nothing more"),
        (Authenticated, "NOTIFY SET", 10..10, Incomplete, "groups of events"),
        (Authenticated, "NOTIFY SET STAT (personal NONE)", 11..15, Syntax, "STATUS"),
        (Authenticated, "NOTIFY SET personal", 11..19, Syntax, "STATUS, or a group"),
        (Authenticated, "NOTIFY SET (persnal NONE)", 12..19, Syntax, "did you mean personal"),
        (Authenticated, "NOTIFY SET (personal)", 20..21, Syntax, "events in parentheses"),
        (Authenticated, "NOTIFY SET (personal MailboxName)", 21..32, Syntax, "expected \"(\" and events"),
        (Authenticated, "NOTIFY SET (personal (MailboxNam))", 22..32, Syntax, "did you mean MailboxName"),
        (Authenticated, "NOTIFY SET (personal (XYZZY))", 22..27, Advice, "not an event"),
        (Authenticated, "NOTIFY SET (personal ())", 22..23, Syntax, "event"),
        (Authenticated, "NOTIFY SET (personal (MessageNew))", 21..33, Syntax, "go together"),
        (Authenticated, "NOTIFY SET (personal (MessageExpunge))", 21..37, Syntax, "go together"),
        (Authenticated, "NOTIFY SET (personal (FlagChange))", 21..33, Syntax, "FlagChange needs MessageNew"),
        (Authenticated, "NOTIFY SET (personal (AnnotationChange))", 21..39, Syntax, "AnnotationChange needs"),
        (Authenticated, "NOTIFY SET (personal (MailboxName MailboxName))", 34..45, Syntax, "twice"),
        (Authenticated, "NOTIFY SET (selected (MailboxName))", 22..33, Syntax, "no event of the selected mailbox"),
        (Authenticated, "NOTIFY SET (selected NONE) (selected-delayed NONE)", 28..44, Syntax, "only one group"),
        (
            Authenticated,
            "NOTIFY SET (personal (MessageNew (UID) MessageExpunge))",
            33..38,
            Syntax,
            "selected mailbox only",
        ),
        (Authenticated, "NOTIFY SET (selected (MessageNew (FULL) MessageExpunge))", 34..38, Syntax, "stands alone"),
        (Authenticated, "NOTIFY SET (subtree NONE)", 24..25, Syntax, "events in parentheses"),
        (Authenticated, "NOTIFY SET (mailboxes (a", 24..24, Incomplete, "\")\""),
        (Authenticated, "NOTIFY SET (mailboxes Entwürfe NONE)", 26..28, Syntax, "Entw&APw-rfe"),
        (Authenticated, "NOTIFY SET (personal NONE", 25..25, Incomplete, "\")\""),
        (Authenticated, "NOTIFY SET (personal NONE) x", 27..28, Syntax, "\"(\""),
    ],
    ..NONE
}];
