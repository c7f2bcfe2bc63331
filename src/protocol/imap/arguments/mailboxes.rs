//! SELECT, CREATE, RENAME, STATUS: what is done with a mailbox as a whole.

use super::super::grammar::{nz_number, parenthesized, space};
use super::super::mailbox::{mailbox, mailbox_only};
use super::super::sets::known_set;
use super::{Read, mod_sequence, options, tagged_value};
use crate::protocol::verb::{Cursor, Fault, Weight};
use crate::protocol::word::{Word, choose, choose_or_other};

/// What STATUS can ask for.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static STATUS_ITEMS: &[Word] = &[
    Word::row("MESSAGES", "", "number of messages", "RFC 9051 §6.3.11", &[]),
    Word::row("UNSEEN", "", "number of messages without \\Seen", "RFC 9051 §6.3.11", &[]),
    Word::row("UIDNEXT", "", "the next UID", "RFC 9051 §6.3.11", &[]),
    Word::row("UIDVALIDITY", "", "the number under which UIDs hold", "RFC 9051 §6.3.11", &[]),
    Word::row("DELETED", "", "number of messages with \\Deleted", "RFC 9051 §6.3.11", &["IMAP4REV2", "QUOTA=RES-MESSAGE"]),
    Word::row("SIZE", "", "octets of all messages", "RFC 9051 §6.3.11", &["IMAP4REV2", "STATUS=SIZE"]),
    Word::row("RECENT", "", "number of messages with \\Recent", "RFC 3501 §6.3.10", &["IMAP4REV1"]),
    Word::row("HIGHESTMODSEQ", "", "the highest modification sequence", "RFC 7162 §3.1.7", &["CONDSTORE", "QRESYNC"]),
    Word::row("APPENDLIMIT", "", "the largest message that is taken", "RFC 7889 §3", &["APPENDLIMIT"]),
    Word::row("MAILBOXID", "", "the server's identifier", "RFC 8474 §4.3", &["OBJECTID"]),
    Word::row("DELETED-STORAGE", "", "octets that EXPUNGE would free", "RFC 9208 §4.1.4", &["QUOTA=RES-STORAGE"]),
];

/// What may stand in parentheses behind the mailbox of SELECT and EXAMINE.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static SELECT_PARAMETERS: &[Word] = &[
    Word::row("CONDSTORE", "", "modification sequences in all FETCH responses", "RFC 7162 §3.1.8", &["CONDSTORE", "QRESYNC"]),
    Word::row("QRESYNC", "(uidvalidity mod-sequence [uids] [(numbers uids)])", "what changed and went since then", "RFC 7162 §3.2.5", &["QRESYNC"]),
    Word::row("ANNOTATE", "", "news of annotations", "RFC 5257 §4.2", &["ANNOTATE-EXPERIMENT-1"]),
];

/// What may stand in parentheses behind the mailbox of CREATE.
pub(in crate::protocol::imap) static CREATE_PARAMETERS: &[Word] =
    &[Word::row("USE", "(attributes)", "what the mailbox is for", "RFC 6154 §3", &["CREATE-SPECIAL-USE"])];

/// What a mailbox can be for.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static SPECIAL_USES: &[Word] = &[
    Word::row("\\All", "", "all messages", "RFC 6154 §2", &[]),
    Word::row("\\Archive", "", "messages to keep", "RFC 6154 §2", &[]),
    Word::row("\\Drafts", "", "messages that are being written", "RFC 6154 §2", &[]),
    Word::row("\\Flagged", "", "messages marked as important", "RFC 6154 §2", &[]),
    Word::row("\\Important", "", "messages that the server holds for important", "RFC 8457 §3", &[]),
    Word::row("\\Junk", "", "spam", "RFC 6154 §2", &[]),
    Word::row("\\Sent", "", "messages that were sent", "RFC 6154 §2", &[]),
    Word::row("\\Trash", "", "deleted messages", "RFC 6154 §2", &[]),
];

pub(in crate::protocol::imap) fn select(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    if cursor.eat(' ') {
        options(cursor, "parameters like CONDSTORE", select_parameter)?;
    }
    cursor.end("the mailbox and its parameters")
}

fn select_parameter(cursor: &mut Cursor<'_>) -> Result<&'static str, Fault> {
    let start = cursor.at();
    let Some(word) = choose_or_other(cursor, SELECT_PARAMETERS, "a parameter of SELECT like CONDSTORE")? else {
        return optional_value(cursor);
    };
    if word.name == "QRESYNC" {
        if !cursor.enabled.qresync {
            let reason = "ENABLE QRESYNC comes first, the server would answer BAD (RFC 7162 §3.2.5)";
            cursor.remark(start, Weight::Sequence, reason);
        }
        space(cursor, "(uidvalidity mod-sequence …)")?;
        resynchronize(cursor)?;
    }
    Ok(word.name)
}

/// A value may follow a parameter whose meaning is not known.
fn optional_value(cursor: &mut Cursor<'_>) -> Result<&'static str, Fault> {
    if cursor.rest().starts_with(" (") || cursor.rest().as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        cursor.eat(' ');
        tagged_value(cursor)?;
    }
    Ok("")
}

/// What the client knows of the mailbox (RFC 7162 §7).
fn resynchronize(cursor: &mut Cursor<'_>) -> Read {
    cursor.expect('(', "\"(\" and the UIDVALIDITY that is known")?;
    nz_number(cursor, "the UIDVALIDITY that is known")?;
    space(cursor, "the modification sequence that is known")?;
    mod_sequence(cursor)?;
    if cursor.rest().starts_with(' ') && !cursor.rest().starts_with(" (") {
        space(cursor, "the UIDs that are known")?;
        known_set(cursor)?;
    }
    if cursor.eat(' ') {
        let start = cursor.at();
        cursor.expect('(', "\"(\" and message numbers with their UIDs, or \")\"")?;
        known_set(cursor)?;
        space(cursor, "the UIDs of these messages")?;
        known_set(cursor)?;
        cursor.expect(')', "\")\" after the UIDs")?;
        if cursor.enabled.uid_only {
            let reason = "message numbers are not allowed after ENABLE UIDONLY, leave this list out (RFC 9586 §3.7)";
            cursor.remark(start, Weight::Sequence, reason);
        }
    }
    cursor.expect(')', "\")\" to close QRESYNC")
}

pub(in crate::protocol::imap) fn create(cursor: &mut Cursor<'_>) -> Read {
    inbox(cursor, "CREATE");
    mailbox(cursor)?;
    if cursor.eat(' ') {
        options(cursor, "parameters like USE", |cursor| {
            if choose_or_other(cursor, CREATE_PARAMETERS, "a parameter of CREATE like USE")?.is_none() {
                return optional_value(cursor);
            }
            space(cursor, "attributes in parentheses, like (\\Drafts)")?;
            if !cursor.eat_word("()") {
                options(cursor, "attributes like \\Drafts", |cursor| {
                    let word = choose_or_other(cursor, SPECIAL_USES, "an attribute like \\Drafts")?;
                    Ok(word.map_or("", |word| word.name))
                })?;
            }
            Ok("USE")
        })?;
    }
    cursor.end("the mailbox and its parameters")
}

/// INBOX is always there (RFC 9051 §6.3.4, §6.3.5).
fn inbox(cursor: &mut Cursor<'_>, verb: &str) {
    let name = cursor.rest().split(' ').next().unwrap_or("").trim_matches('"');
    if name.eq_ignore_ascii_case("INBOX") {
        let mut ahead = cursor.clone();
        ahead.take_while(|c| c != ' ');
        let at = cursor.at()..ahead.at();
        let reason = format!("INBOX is always there, {verb} of it is answered NO");
        cursor.remark_at(Fault { at, weight: Weight::Advice, reason });
    }
}

pub(in crate::protocol::imap) fn delete(cursor: &mut Cursor<'_>) -> Read {
    inbox(cursor, "DELETE");
    mailbox_only(cursor)
}

pub(in crate::protocol::imap) fn rename(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "the new name")?;
    inbox(cursor, "RENAME to the name");
    mailbox(cursor)?;
    if cursor.eat(' ') {
        // RFC 4466 §2.3 makes room for parameters, nobody has defined one.
        let start = cursor.at();
        super::list_of_values(cursor, 0)?;
        cursor.advise(start, "no parameter of RENAME is defined");
    }
    cursor.end("the new name")
}

pub(in crate::protocol::imap) fn status(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "items in parentheses, like (MESSAGES UNSEEN)")?;
    status_items(cursor)?;
    cursor.end("STATUS mailbox (…)")
}

/// `(MESSAGES UNSEEN)`, also an option of LIST (RFC 9051 §6.3.9.8).
pub(super) fn status_items(cursor: &mut Cursor<'_>) -> Read {
    parenthesized(cursor, "status items like MESSAGES", |cursor| {
        choose(cursor, STATUS_ITEMS, "a status item like MESSAGES").map(drop)
    })
    .map(drop)
}
