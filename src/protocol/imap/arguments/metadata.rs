//! Annotations of mailboxes and of the server (RFC 5464).

use super::super::grammar::{literal8, named_astring, nstring, number, parenthesized, space};
use super::super::mailbox::mailbox;
use super::{Read, options, tagged_value};
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose, choose_or_other};

/// How GETMETADATA can be limited.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static METADATA_OPTIONS: &[Word] = &[
    Word::row("MAXSIZE", "octets", "no values that are larger", "RFC 5464 §4.2.1", &[]),
    Word::row("DEPTH", "0, 1 or infinity", "also entries below", "RFC 5464 §4.2.2", &[]),
];

/// How deep GETMETADATA looks.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static DEPTHS: &[Word] = &[
    Word::row("0", "", "the entry alone", "RFC 5464 §4.2.2", &[]),
    Word::row("1", "", "and the entries directly below", "RFC 5464 §4.2.2", &[]),
    Word::row("infinity", "", "and all entries below", "RFC 5464 §4.2.2", &[]),
];

/// `[(options)] mailbox entries` (RFC 5464 §5); its examples have the options behind the mailbox.
pub(in crate::protocol::imap) fn get_metadata(cursor: &mut Cursor<'_>) -> Read {
    let first = cursor.peek() == Some('(');
    if first {
        metadata_options(cursor)?;
        space(cursor, "the mailbox, \"\" for the server")?;
    }
    mailbox(cursor)?;
    space(cursor, "an entry like /private/comment")?;
    let start = cursor.at();
    let mut ahead = cursor.clone();
    if !first && ahead.peek() == Some('(') && metadata_options(&mut ahead).is_ok() && ahead.peek() == Some(' ') {
        *cursor = ahead;
        cursor.advise(start, "by the grammar of RFC 5464 §5 the options stand before the mailbox");
        space(cursor, "an entry like /private/comment")?;
    }
    if cursor.peek() == Some('(') {
        parenthesized(cursor, "an entry like /private/comment", entry)?;
    } else {
        entry(cursor)?;
    }
    cursor.end("the entries")
}

fn metadata_options(cursor: &mut Cursor<'_>) -> Read {
    options(cursor, "options like DEPTH", |cursor| {
        let Some(word) = choose_or_other(cursor, METADATA_OPTIONS, "an option of GETMETADATA like DEPTH")? else {
            if cursor.eat(' ') {
                tagged_value(cursor)?;
            }
            return Ok("");
        };
        space(cursor, word.form)?;
        match word.name {
            "MAXSIZE" => _ = number(cursor, "a number of octets")?,
            _ => _ = choose(cursor, DEPTHS, "0, 1 or infinity")?,
        }
        Ok(word.name)
    })
    .map(drop)
}

pub(in crate::protocol::imap) fn set_metadata(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "entries and values in parentheses")?;
    parenthesized(cursor, "an entry and its value", |cursor| {
        entry(cursor)?;
        space(cursor, "its value")?;
        if cursor.peek() == Some('~') {
            return literal8(cursor).map(drop);
        }
        nstring(cursor, "a value in quotes, or NIL").map(drop)
    })?;
    cursor.end("the entries")
}

/// The name of an entry (RFC 5464 §3.2).
pub(super) fn entry(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    const WHAT: &str = "an entry like /private/comment";
    let start = cursor.at();
    let name = named_astring(cursor, WHAT)?;
    let Some(path) = name.text() else { return Ok(()) };
    let lower = path.to_ascii_lowercase();
    let reason = if !lower.starts_with("/private/") && !lower.starts_with("/shared/") {
        if cursor.is_end() && ["/private/", "/shared/"].iter().any(|scope| scope.starts_with(&lower)) {
            return Err(cursor.expected(WHAT));
        }
        "an entry begins with /private/ or /shared/"
    } else if path.contains("//") || path.ends_with('/') {
        if cursor.is_end() && path.ends_with('/') && !path.contains("//") {
            return Err(cursor.expected("the rest of the entry"));
        }
        "an entry has no empty part: no // and no / at its end"
    } else if path.contains(['*', '%']) {
        "an entry has no * and no %"
    } else if !path.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        "an entry is ASCII"
    } else {
        let vendor = lower.split('/').nth(2) == Some("vendor");
        if vendor && lower.split('/').count() < 5 {
            cursor.advise(start, "below vendor stand the name of the vendor and one more part");
        }
        return Ok(());
    };
    Err(cursor.fault_from(start, reason))
}
