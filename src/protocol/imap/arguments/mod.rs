//! What may follow the verbs (RFC 9051 §9 and the extensions that the tables name).

pub(super) mod append;
pub(super) mod convert;
pub(super) mod list;
pub(super) mod mailboxes;
pub(super) mod messages;
pub(super) mod metadata;
pub(super) mod notify;
pub(super) mod rights;
pub(super) mod session;
pub(super) mod sort;
pub(super) mod store;
pub(super) mod url;

use super::grammar::{DEPTH_LIMIT, is_atom_char, number64, nz_number, parenthesized, sequence_set, string};
use crate::protocol::verb::{Cursor, Fault};

pub(super) type Read = Result<(), Fault>;

/// `tagged-ext-val`: a number, a set, or a list, whose meaning belongs to an extension (RFC 4466 §3).
fn tagged_value(cursor: &mut Cursor<'_>) -> Read {
    match cursor.peek() {
        Some('(') => list_of_values(cursor, 0),
        _ => sequence_set(cursor).map(drop),
    }
}

/// A list of atoms, strings and lists, whose meaning belongs to an extension.
fn list_of_values(cursor: &mut Cursor<'_>, depth: usize) -> Read {
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

/// Options in parentheses, each at most once: `read` says which it was.
fn options(
    cursor: &mut Cursor<'_>,
    what: &str,
    mut read: impl FnMut(&mut Cursor<'_>) -> Result<&'static str, Fault>,
) -> Result<Vec<&'static str>, Fault> {
    /// No table has so many words; what is not in one is not compared.
    const MOST: usize = 64;
    let mut seen: Vec<&'static str> = Vec::new();
    parenthesized(cursor, what, |cursor| {
        let start = cursor.at();
        let name = read(cursor)?;
        if name.is_empty() || seen.len() >= MOST {
            return Ok(());
        }
        if seen.contains(&name) {
            return Err(cursor.fault_from(start, format!("{name} stands here twice")));
        }
        seen.push(name);
        Ok(())
    })?;
    Ok(seen)
}

/// A modification sequence of at least 1 (RFC 7162 §7, `mod-sequence-value`).
fn mod_sequence(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    if number64(cursor, "a modification sequence")? == 0 {
        return Err(cursor.fault_from(start, "modification sequences begin at 1"));
    }
    Ok(())
}

/// `nz-number ":" nz-number`, or both with a minus, counted from the end (RFC 9394 §4, RFC 5267 §5).
pub(super) fn partial_range(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    let from_end = cursor.eat('-');
    nz_number(cursor, "a range like 1:100 or -1:-100")?;
    cursor.expect(':', "\":\" and the end of the range")?;
    if cursor.eat('-') != from_end && !cursor.is_end() {
        cursor.take_while(|c| c.is_ascii_digit());
        return Err(cursor.fault_from(start, "both ends of the range are counted from the same side: 1:100 or -1:-100"));
    }
    nz_number(cursor, "the end of the range")?;
    if from_end {
        // RFC 5267 has ranges from the beginning only.
        cursor.need(start, &["PARTIAL"]);
    }
    match cursor.peek() {
        None | Some(' ' | ')') => Ok(()),
        Some(_) => Err(cursor.expected("a space or \")\" after the range")),
    }
}
