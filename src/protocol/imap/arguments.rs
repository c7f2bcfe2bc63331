//! What may follow the verbs of the session and of mailboxes (RFC 9051 §9 and the extensions named in the table).

use super::grammar::{DEPTH_LIMIT, atom, is_atom_char, named_astring, number64, parenthesized, space, string};
use crate::protocol::verb::{Cursor, Fault};

pub(super) type Read = Result<(), Fault>;

/// A mailbox name. Names outside ASCII are UTF-8 only after `ENABLE UTF8=ACCEPT` or with IMAP4rev2, else modified UTF-7.
pub(super) fn mailbox(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    let name = named_astring(cursor, "the name of a mailbox, like INBOX")?;
    if let Some(text) = name.text() {
        if text.contains(['*', '%']) {
            cursor.advise(start, "* and % are wildcards of LIST and cannot be looked up again in a name");
        }
        if !is_modified_utf7(text) {
            cursor.advise(start, "\"&\" begins modified UTF-7 in a mailbox name, a lone one is written &-");
        }
    }
    Ok(())
}

/// Each `&` has its `-`, with base64 (`,` for `/`) between them (RFC 3501 §5.1.3).
fn is_modified_utf7(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, shifted)) = rest.split_once('&') {
        let Some((code, after)) = shifted.split_once('-') else { return false };
        if !code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b',')) {
            return false;
        }
        rest = after;
    }
    true
}

pub(super) fn mailbox_only(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    cursor.end("the mailbox")
}

pub(super) fn one_astring(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "a quota root, often \"\"")?;
    cursor.end("the quota root")
}

pub(super) fn login(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "a user name")?;
    space(cursor, "the password")?;
    named_astring(cursor, "the password; quote it if it holds ( ) { % * \" \\ or a space")?;
    cursor.end("the password")
}

/// `nil` or field and value pairs, at most 30 (RFC 2971 §3.3).
pub(super) fn id(cursor: &mut Cursor<'_>) -> Read {
    if cursor.eat_word("NIL") {
        return cursor.end("ID NIL");
    }
    if cursor.is_end() || cursor.peek() != Some('(') && "NIL".starts_with(&cursor.rest().to_ascii_uppercase()) {
        cursor.take_while(|_| true);
        return Err(cursor.expected("NIL, or (\"name\" \"ehlo\")"));
    }
    let start = cursor.at();
    if cursor.eat_word("()") {
        return cursor.end("ID ()");
    }
    let pairs = parenthesized(cursor, "a field name in quotes", |cursor| {
        string(cursor, "a field name in quotes")?;
        space(cursor, "its value")?;
        if cursor.eat_word("NIL") { Ok(()) } else { string(cursor, "a value in quotes, or NIL").map(drop) }
    })?;
    if pairs.len() > 30 {
        cursor.advise(start, "more than 30 fields, RFC 2971 allows no more");
    }
    cursor.end("ID (…)")
}

pub(super) fn enable(cursor: &mut Cursor<'_>) -> Read {
    loop {
        atom(cursor, "a capability like UTF8=ACCEPT")?;
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another capability")?;
    }
}

pub(super) fn select(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    if cursor.eat(' ') {
        list_of_values(cursor, 0)?;
    }
    cursor.end("the mailbox and its parameters")
}

pub(super) fn rename(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "the new name")?;
    mailbox_only(cursor)
}

/// Reference and pattern.
pub(super) fn lsub(cursor: &mut Cursor<'_>) -> Read {
    mailbox_reference(cursor)?;
    pattern(cursor)?;
    cursor.end("the pattern")
}

pub(super) fn list(cursor: &mut Cursor<'_>) -> Read {
    if cursor.peek() == Some('(') {
        list_of_values(cursor, 0)?;
        space(cursor, "the reference, often \"\"")?;
    }
    mailbox_reference(cursor)?;
    if cursor.peek() == Some('(') {
        parenthesized(cursor, "patterns", pattern)?;
    } else {
        pattern(cursor)?;
    }
    if cursor.eat(' ') {
        word(cursor, &["RETURN"], "RETURN and options in parentheses")?;
        space(cursor, "options in parentheses")?;
        list_of_values(cursor, 0)?;
    }
    cursor.end("the pattern and RETURN (…)")
}

fn mailbox_reference(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "the reference, often \"\"")?;
    space(cursor, "a pattern like \"*\"")
}

/// `list-mailbox`: wildcards may stand in an atom here.
fn pattern(cursor: &mut Cursor<'_>) -> Read {
    if matches!(cursor.peek(), Some('"' | '{')) {
        return string(cursor, "a pattern").map(drop);
    }
    let text = cursor.take_while(|c| is_atom_char(c) || matches!(c, '*' | '%' | ']'));
    if text.is_empty() { Err(cursor.expected("a pattern like \"*\" or %")) } else { Ok(()) }
}

/// What STATUS can ask for.
pub static STATUS_ITEMS: &[(&str, &str)] = &[
    ("MESSAGES", "number of messages"),
    ("UNSEEN", "number of messages without \\Seen"),
    ("UIDNEXT", "the next UID"),
    ("UIDVALIDITY", "the number under which UIDs hold"),
    ("DELETED", "number of messages with \\Deleted"),
    ("SIZE", "octets of all messages"),
    ("RECENT", "number of messages with \\Recent (RFC 3501)"),
    ("HIGHESTMODSEQ", "the highest modification sequence (RFC 7162)"),
    ("APPENDLIMIT", "the largest message that is taken (RFC 7889)"),
    ("MAILBOXID", "the server's identifier (RFC 8474)"),
    ("DELETED-STORAGE", "octets that EXPUNGE would free (RFC 9208)"),
];

pub(super) fn status(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "items in parentheses, like (MESSAGES UNSEEN)")?;
    parenthesized(cursor, "status items like MESSAGES", |cursor| {
        let start = cursor.at();
        let item = atom(cursor, "a status item like MESSAGES")?.to_ascii_uppercase();
        let mut known = STATUS_ITEMS.iter().map(|(name, _)| *name);
        if known.clone().any(|name| name == item) {
            Ok(())
        } else if cursor.is_end() && known.any(|name| name.starts_with(&item)) {
            Err(cursor.expected("the rest of a status item"))
        } else {
            Err(cursor.fault_from(start, format!("{item} is not a status item")))
        }
    })?;
    cursor.end("STATUS mailbox (…)")
}

pub(super) fn set_quota(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "a quota root, often \"\"")?;
    space(cursor, "limits in parentheses, like (STORAGE 512)")?;
    if !cursor.eat_word("()") {
        parenthesized(cursor, "a resource and its limit", |cursor| {
            atom(cursor, "a resource like STORAGE")?;
            space(cursor, "its limit")?;
            number64(cursor, "a limit")
        })?;
    }
    cursor.end("the limits")
}

pub(super) fn mailbox_and_identifier(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "an identifier, often a user name")?;
    named_astring(cursor, "an identifier, often a user name")?;
    cursor.end("the identifier")
}

pub(super) fn set_acl(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "an identifier, often a user name")?;
    named_astring(cursor, "an identifier, often a user name")?;
    space(cursor, "rights like lrs or +lrs")?;
    let start = cursor.at();
    let rights = named_astring(cursor, "rights like lrs or +lrs")?;
    if let Some(text) = rights.text() {
        let letters = text.strip_prefix(['+', '-']).unwrap_or(text);
        if letters.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(cursor.fault_from(start, "rights are written in lower case"));
        }
        if letters.chars().any(|c| !"lrswipkxteacd0123456789".contains(c)) {
            cursor.advise(start, "the rights of RFC 4314 are l r s w i p k x t e a");
        }
    }
    cursor.end("the rights")
}

/// `[(options)] mailbox entries`; servers also take the options after the mailbox.
pub(super) fn get_metadata(cursor: &mut Cursor<'_>) -> Read {
    if cursor.peek() == Some('(') {
        list_of_values(cursor, 0)?;
        space(cursor, "the mailbox, \"\" for the server")?;
    }
    mailbox(cursor)?;
    space(cursor, "an entry like /private/comment")?;
    if cursor.peek() == Some('(') {
        parenthesized(cursor, "entries", |cursor| named_astring(cursor, "an entry like /private/comment"))?;
    } else {
        named_astring(cursor, "an entry like /private/comment")?;
    }
    cursor.end("the entries")
}

pub(super) fn set_metadata(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "entries and values in parentheses")?;
    parenthesized(cursor, "an entry and its value", |cursor| {
        named_astring(cursor, "an entry like /private/comment")?;
        space(cursor, "its value")?;
        if cursor.eat_word("NIL") {
            return Ok(());
        }
        if cursor.peek() == Some('~') {
            cursor.eat('~');
        }
        string(cursor, "a value in quotes, or NIL").map(drop)
    })?;
    cursor.end("the entries")
}

pub(super) fn compress(cursor: &mut Cursor<'_>) -> Read {
    word(cursor, &["DEFLATE"], "DEFLATE")?;
    cursor.end("COMPRESS DEFLATE")
}

pub(super) fn notify(cursor: &mut Cursor<'_>) -> Read {
    word(cursor, &["NONE", "SET"], "NONE or SET")?;
    if cursor.eat_word(" STATUS") || !cursor.is_end() {
        while !cursor.is_end() {
            space(cursor, "an event group in parentheses")?;
            list_of_values(cursor, 0)?;
        }
    }
    Ok(())
}

/// One of `words`, in any case; a beginning of one is unfinished at the end of the line.
pub(super) fn word(cursor: &mut Cursor<'_>, words: &[&str], what: &str) -> Read {
    let start = cursor.at();
    let typed = cursor.take_while(is_atom_char).to_ascii_uppercase();
    if typed.is_empty() {
        return Err(cursor.expected(what));
    }
    if words.contains(&typed.as_str()) {
        return Ok(());
    }
    if cursor.is_end() && words.iter().any(|word| word.starts_with(&typed)) {
        return Err(cursor.expected(what));
    }
    Err(cursor.fault_from(start, format!("expected {what}")))
}

/// A list of atoms, strings and lists, whose meaning belongs to an extension.
pub(super) fn list_of_values(cursor: &mut Cursor<'_>, depth: usize) -> Read {
    if depth >= DEPTH_LIMIT {
        let at = cursor.at();
        return Err(Fault::syntax(at..at, format!("lists are nested deeper than {DEPTH_LIMIT}")));
    }
    if cursor.eat_word("()") {
        return Ok(());
    }
    parenthesized(cursor, "a list", |cursor| match cursor.peek() {
        Some('(') => list_of_values(cursor, depth + 1),
        Some('"' | '{') => string(cursor, "a value").map(drop),
        _ => {
            let text = cursor.take_while(|c| is_atom_char(c) || matches!(c, ']' | '*' | '%' | '\\'));
            if text.is_empty() { Err(cursor.expected("a value")) } else { Ok(()) }
        }
    })
    .map(drop)
}
