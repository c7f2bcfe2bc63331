//! LIST, LSUB and their kin (RFC 9051 §6.3.9, RFC 5258).

use super::super::grammar::{parenthesized, space};
use super::super::mailbox::{pattern, reference};
use super::mailboxes::status_items;
use super::metadata::entry;
use super::{Read, list_of_values, options};
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose, choose_or_other};

const EXTENDED: &[&str] = &["LIST-EXTENDED"];

/// Which mailboxes LIST is to tell of.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static SELECTION_OPTIONS: &[Word] = &[
    Word::row("SUBSCRIBED", "", "subscribed mailboxes, also those that are gone", "RFC 9051 §6.3.9.1", EXTENDED),
    Word::row("REMOTE", "", "also mailboxes on other servers", "RFC 9051 §6.3.9.1", EXTENDED),
    Word::row("RECURSIVEMATCH", "", "also mailboxes above what is found", "RFC 9051 §6.3.9.1", EXTENDED),
    Word::row("SPECIAL-USE", "", "mailboxes with a special use", "RFC 6154 §2", &["SPECIAL-USE"]),
];

/// What LIST is to tell of each mailbox.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static RETURN_OPTIONS: &[Word] = &[
    Word::row("SUBSCRIBED", "", "whether it is subscribed", "RFC 9051 §6.3.9.2", EXTENDED),
    Word::row("CHILDREN", "", "whether others are below it", "RFC 9051 §6.3.9.2", EXTENDED),
    Word::row("STATUS", "(items)", "its STATUS", "RFC 9051 §6.3.9.2", &["LIST-STATUS"]),
    Word::row("SPECIAL-USE", "", "what it is for", "RFC 6154 §2", &["SPECIAL-USE"]),
    Word::row("MYRIGHTS", "", "what the user may do with it", "RFC 8440 §3", &["LIST-MYRIGHTS"]),
    Word::row("METADATA", "(entries)", "its annotations", "RFC 9590 §3", &["LIST-METADATA"]),
];

static RETURN: &[Word] = &[Word::row("RETURN", "(options)", "what to tell", "RFC 9051 §6.3.9", EXTENDED)];

pub(in crate::protocol::imap) fn list(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    if cursor.peek() == Some('(') {
        selection(cursor)?;
        cursor.need(start, EXTENDED);
        space(cursor, "the reference, often \"\"")?;
    }
    reference(cursor)?;
    space(cursor, "a pattern like \"*\"")?;
    let start = cursor.at();
    if cursor.peek() == Some('(') {
        parenthesized(cursor, "patterns", pattern)?;
        cursor.need(start, EXTENDED);
    } else {
        pattern(cursor)?;
    }
    if cursor.eat(' ') {
        choose(cursor, RETURN, "RETURN and options in parentheses")?;
        space(cursor, "options in parentheses")?;
        if !cursor.eat_word("()") {
            options(cursor, "options like CHILDREN", return_option)?;
        }
    }
    cursor.end("the pattern and RETURN (…)")
}

fn selection(cursor: &mut Cursor<'_>) -> Read {
    if cursor.eat_word("()") {
        return Ok(());
    }
    let start = cursor.at();
    let mut others = false;
    let seen = options(cursor, "options like SUBSCRIBED", |cursor| {
        match choose_or_other(cursor, SELECTION_OPTIONS, "an option of LIST like SUBSCRIBED")? {
            Some(word) => Ok(word.name),
            None => {
                others = true;
                value(cursor)
            }
        }
    })?;
    // `list-select-mod-opt` stands with a base option only (RFC 9051 §9); an option that is not known may be one.
    if seen.contains(&"RECURSIVEMATCH") && !seen.contains(&"SUBSCRIBED") && !others {
        return Err(cursor.fault_from(start, "RECURSIVEMATCH needs another option to go with it, like SUBSCRIBED"));
    }
    Ok(())
}

fn return_option(cursor: &mut Cursor<'_>) -> Result<&'static str, Fault> {
    let Some(word) = choose_or_other(cursor, RETURN_OPTIONS, "a return option like CHILDREN")? else {
        return value(cursor);
    };
    match word.name {
        "STATUS" => {
            space(cursor, "status items in parentheses, like (MESSAGES UNSEEN)")?;
            status_items(cursor)?;
        }
        "METADATA" => {
            space(cursor, "entries in parentheses, like (/shared/comment)")?;
            parenthesized(cursor, "an entry like /shared/comment", entry)?;
        }
        _ => {}
    }
    Ok(word.name)
}

/// What may follow an option that is not known (RFC 9051 §9, `option-value`).
fn value(cursor: &mut Cursor<'_>) -> Result<&'static str, Fault> {
    if cursor.rest().starts_with(" (") {
        cursor.eat(' ');
        list_of_values(cursor, 0)?;
    }
    Ok("")
}

/// Reference and pattern.
pub(in crate::protocol::imap) fn lsub(cursor: &mut Cursor<'_>) -> Read {
    reference(cursor)?;
    space(cursor, "a pattern like \"*\"")?;
    pattern(cursor)?;
    cursor.end("the pattern")
}
