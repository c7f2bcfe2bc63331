//! Access control lists (RFC 4314) and quotas (RFC 9208).

use super::super::grammar::{named_astring, number64, parenthesized, space};
use super::super::mailbox::mailbox;
use super::Read;
use crate::protocol::verb::Cursor;
use crate::protocol::word::{Word, choose_or_other};

/// The rights, one letter each.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static RIGHTS: &[Word] = &[
    Word::row("l", "", "LIST shows the mailbox, SUBSCRIBE", "RFC 4314 §2.1", &[]),
    Word::row("r", "", "SELECT and STATUS", "RFC 4314 §2.1", &[]),
    Word::row("s", "", "keep \\Seen", "RFC 4314 §2.1", &[]),
    Word::row("w", "", "set flags other than \\Seen and \\Deleted", "RFC 4314 §2.1", &[]),
    Word::row("i", "", "APPEND and COPY into it", "RFC 4314 §2.1", &[]),
    Word::row("p", "", "send mail to it", "RFC 4314 §2.1", &[]),
    Word::row("k", "", "CREATE mailboxes below it", "RFC 4314 §2.1", &["RIGHTS"]),
    Word::row("x", "", "DELETE it", "RFC 4314 §2.1", &["RIGHTS"]),
    Word::row("t", "", "set \\Deleted", "RFC 4314 §2.1", &["RIGHTS"]),
    Word::row("e", "", "EXPUNGE", "RFC 4314 §2.1", &["RIGHTS"]),
    Word::row("a", "", "change the rights", "RFC 4314 §2.1", &[]),
    Word::row("c", "", "k, and perhaps x; obsolete", "RFC 4314 §2.1.1", &[]),
    Word::row("d", "", "e and t, and perhaps x; obsolete", "RFC 4314 §2.1.1", &[]),
];

/// What can be limited.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static QUOTA_RESOURCES: &[Word] = &[
    Word::row("STORAGE", "units of 1024 octets", "octets of all messages", "RFC 9208 §5.1", &["QUOTA=RES-STORAGE"]),
    Word::row("MESSAGE", "messages", "number of messages", "RFC 9208 §5.2", &["QUOTA=RES-MESSAGE"]),
    Word::row("MAILBOX", "mailboxes", "number of mailboxes", "RFC 9208 §5.3", &["QUOTA=RES-MAILBOX"]),
    Word::row("ANNOTATION-STORAGE", "units of 1024 octets", "octets of all annotations", "RFC 9208 §5.4", &["QUOTA=RES-ANNOTATION-STORAGE"]),
];

const IDENTIFIER: &str = "an identifier, often a user name";

pub(in crate::protocol::imap) fn mailbox_and_identifier(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, IDENTIFIER)?;
    named_astring(cursor, IDENTIFIER)?;
    cursor.end("the identifier")
}

pub(in crate::protocol::imap) fn set_acl(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, IDENTIFIER)?;
    named_astring(cursor, IDENTIFIER)?;
    space(cursor, "rights like lrs or +lrs")?;
    let start = cursor.at();
    let rights = named_astring(cursor, "rights like lrs or +lrs")?;
    if let Some(text) = rights.text() {
        let letters = text.strip_prefix(['+', '-']).unwrap_or(text);
        if letters.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(cursor.fault_from(start, "rights are written in lower case"));
        }
        if let Some(odd) = letters.chars().find(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit()) {
            return Err(cursor.fault_from(start, format!("{odd:?} is no right; rights are letters and digits")));
        }
        for word in RIGHTS.iter().filter(|word| letters.contains(word.name)) {
            cursor.need(start, word.needs);
        }
        if letters.contains(['c', 'd']) {
            cursor.advise(start, "c and d are of RFC 2086; RFC 4314 has k x for c and e t x for d");
        }
        if letters.chars().any(|c| c.is_ascii_lowercase() && !RIGHTS.iter().any(|word| word.name.starts_with(c))) {
            cursor.advise(start, "the rights of RFC 4314 are l r s w i p k x t e a");
        }
    }
    cursor.end("the rights")
}

pub(in crate::protocol::imap) fn quota_root(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "a quota root, often \"\"")?;
    cursor.end("the quota root")
}

pub(in crate::protocol::imap) fn set_quota(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "a quota root, often \"\"")?;
    space(cursor, "limits in parentheses, like (STORAGE 512)")?;
    if !cursor.eat_word("()") {
        parenthesized(cursor, "a resource like STORAGE and its limit", |cursor| {
            choose_or_other(cursor, QUOTA_RESOURCES, "a resource like STORAGE")?;
            space(cursor, "its limit")?;
            number64(cursor, "a limit")
        })?;
    }
    cursor.end("the limits")
}
