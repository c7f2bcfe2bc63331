//! STORE: flags, Gmail's labels and annotations (RFC 9051 §6.4.6).

use super::super::flags::{flag, flag_list};
use super::super::grammar::{named_astring, number64, parenthesized, space};
use super::super::sets::sequence_set;
use super::append::annotation;
use super::{Read, options, tagged_value};
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose_or_other, find};

/// What STORE can set. A sign before FLAGS and X-GM-LABELS adds or takes off; `.SILENT` wants no answer.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static STORE_ITEMS: &[Word] = &[
    Word::row("FLAGS", "(flags)", "sets exactly these flags", "RFC 9051 §6.4.6", &[]),
    Word::row("+FLAGS", "(flags)", "adds flags", "RFC 9051 §6.4.6", &[]),
    Word::row("-FLAGS", "(flags)", "takes flags off", "RFC 9051 §6.4.6", &[]),
    Word::row("FLAGS.SILENT", "(flags)", "sets exactly these flags, without an answer", "RFC 9051 §6.4.6", &[]),
    Word::row("+FLAGS.SILENT", "(flags)", "adds flags, without an answer", "RFC 9051 §6.4.6", &[]),
    Word::row("-FLAGS.SILENT", "(flags)", "takes flags off, without an answer", "RFC 9051 §6.4.6", &[]),
    Word::row("ANNOTATION", "(entry (attribute value …) …)", "sets annotations", "RFC 5257 §4.5", &["ANNOTATE-EXPERIMENT-1"]),
    Word::row("X-GM-LABELS", "(labels)", "sets exactly these labels", "Gmail IMAP extensions", &["X-GM-EXT-1"]),
    Word::row("+X-GM-LABELS", "(labels)", "adds labels", "Gmail IMAP extensions", &["X-GM-EXT-1"]),
    Word::row("-X-GM-LABELS", "(labels)", "takes labels off", "Gmail IMAP extensions", &["X-GM-EXT-1"]),
    Word::row("X-GM-LABELS.SILENT", "(labels)", "sets labels, without an answer", "Gmail IMAP extensions", &["X-GM-EXT-1"]),
    Word::row("+X-GM-LABELS.SILENT", "(labels)", "adds labels, without an answer", "Gmail IMAP extensions", &["X-GM-EXT-1"]),
    Word::row("-X-GM-LABELS.SILENT", "(labels)", "takes labels off, without an answer", "Gmail IMAP extensions", &["X-GM-EXT-1"]),
];

/// What may stand in parentheses before the item.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static STORE_MODIFIERS: &[Word] = &[
    Word::row("UNCHANGEDSINCE", "mod-sequence", "only messages that did not change since then", "RFC 7162 §3.1.3", &["CONDSTORE", "QRESYNC"]),
];

pub(in crate::protocol::imap) fn store(cursor: &mut Cursor<'_>) -> Read {
    const WHAT: &str = "FLAGS, +FLAGS or -FLAGS, with .SILENT if you like";
    sequence_set(cursor)?;
    space(cursor, WHAT)?;
    if cursor.peek() == Some('(') {
        options(cursor, "modifiers like UNCHANGEDSINCE", modifier)?;
        space(cursor, WHAT)?;
    }
    let start = cursor.at();
    let item = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let Some(word) = find(STORE_ITEMS, item) else {
        let begins = |word: &Word| word.name.get(..item.len()).is_some_and(|name| name.eq_ignore_ascii_case(item));
        return Err(if item.is_empty() || cursor.is_end() && STORE_ITEMS.iter().any(begins) {
            cursor.expected(WHAT)
        } else {
            cursor.fault_from(start, format!("expected {WHAT}"))
        });
    };
    cursor.need(start, word.needs);
    if word.name == "ANNOTATION" {
        annotation(cursor)?;
        return cursor.end("the annotations");
    }
    if word.name.contains("LABELS") {
        space(cursor, "labels like (Work \\Important)")?;
        return each(cursor, "a label like Work or \\Important", label);
    }
    space(cursor, "flags like (\\Seen)")?;
    if cursor.peek() == Some('(') {
        flag_list(cursor)?;
        return cursor.end("the flags");
    }
    each(cursor, "another flag", |cursor| flag(cursor).map(drop))
}

fn modifier(cursor: &mut Cursor<'_>) -> Result<&'static str, Fault> {
    let Some(word) = choose_or_other(cursor, STORE_MODIFIERS, "a modifier of STORE like UNCHANGEDSINCE")? else {
        if cursor.eat(' ') {
            tagged_value(cursor)?;
        }
        return Ok("");
    };
    space(cursor, "a modification sequence")?;
    number64(cursor, "a modification sequence")?;
    Ok(word.name)
}

/// A label is a string, or one of the system's with a backslash.
fn label(cursor: &mut Cursor<'_>) -> Read {
    let system = cursor.eat('\\');
    named_astring(cursor, if system { "the name of a label" } else { "a label like Work or \\Important" }).map(drop)
}

/// A list in parentheses, possibly empty, or several without them.
fn each(cursor: &mut Cursor<'_>, what: &str, item: fn(&mut Cursor<'_>) -> Read) -> Read {
    if cursor.peek() == Some('(') {
        if !cursor.eat_word("()") {
            parenthesized(cursor, what, item)?;
        }
        return cursor.end("the list");
    }
    loop {
        item(cursor)?;
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, what)?;
    }
}
