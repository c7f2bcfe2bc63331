//! CONVERT and CONVERSIONS (RFC 5259).

use super::super::fetch::{part_numbers, partial};
use super::super::grammar::{named_astring, number, parenthesized, quoted, space};
use super::super::sets::sequence_set;
use super::Read;
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, find, nearest};

/// What CONVERT can be asked for.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static CONVERT_ITEMS: &[Word] = &[
    Word::row("UID", "", "the unique identifier", "RFC 5259 §10", &[]),
    Word::row("BINARY", "[part]<from.octets>", "the part, converted", "RFC 5259 §6", &[]),
    Word::row("BINARY.SIZE", "[part]", "its octets, converted", "RFC 5259 §8.3", &[]),
    Word::row("BODYPARTSTRUCTURE", "[part]", "its MIME structure, converted", "RFC 5259 §8.2", &[]),
    Word::row("BODY", "[HEADER], [part.HEADER] or [part.MIME]", "a header in another charset", "RFC 5259 §6", &[]),
    Word::row("AVAILABLECONVERSIONS", "[part]", "to what it can be converted", "RFC 5259 §8.4", &[]),
];

/// `set (type [(parameters)]) items`.
pub(in crate::protocol::imap) fn convert(cursor: &mut Cursor<'_>) -> Read {
    sequence_set(cursor)?;
    space(cursor, "what to convert to, like (\"text/plain\" (\"charset\" \"utf-8\")) or (NIL)")?;
    let start = cursor.at();
    let (by_default, charset) = target(cursor)?;
    let target = start..cursor.at();
    space(cursor, "items like BINARY[1]")?;
    let mut header = None;
    let mut read = |cursor: &mut Cursor<'_>| {
        let at = cursor.at();
        if item(cursor)? {
            header.get_or_insert(at..cursor.at());
        }
        Ok(())
    };
    if cursor.peek() == Some('(') {
        parenthesized(cursor, "items like BINARY[1]", read)?;
    } else {
        read(cursor)?;
    }
    // A header is converted from charset to charset, never to another type (RFC 5259 §6).
    if let Some(at) = header {
        if !by_default {
            return Err(Fault::syntax(at, "a header is converted with NIL in place of a type (RFC 5259 §6)"));
        }
        if !charset {
            let reason = "a header needs the parameter CHARSET: (NIL (\"CHARSET\" \"utf-8\"))";
            return Err(Fault::syntax(target, reason));
        }
    }
    cursor.end("the items; several are written in parentheses")
}

/// `("type/subtype" [(name value …)])` or `(NIL …)`: whether it is NIL, and whether CHARSET is among the parameters.
fn target(cursor: &mut Cursor<'_>) -> Result<(bool, bool), Fault> {
    cursor.expect('(', "\"(\" and a type in quotes, or NIL")?;
    let start = cursor.at();
    let by_default = cursor.eat_word("NIL");
    if !by_default {
        if cursor.peek() != Some('"') {
            return Err(cursor.expected("a type in quotes like \"text/plain\", or NIL"));
        }
        let text = quoted(cursor)?;
        if !is_type(&text, false) {
            return Err(cursor.fault_from(start, "expected a type and a subtype like \"text/plain\""));
        }
    }
    let mut charset = false;
    if cursor.peek() == Some(' ') {
        space(cursor, "parameters in parentheses")?;
        parenthesized(cursor, "a parameter and its value", |cursor| {
            let name = named_astring(cursor, "a parameter like \"charset\"")?;
            charset |= name.text().is_some_and(|name| name.eq_ignore_ascii_case("CHARSET"));
            space(cursor, "its value")?;
            named_astring(cursor, "a value like \"utf-8\"").map(drop)
        })?;
    }
    cursor.expect(')', "\")\" behind the type and its parameters")?;
    Ok((by_default, charset))
}

/// One item. Whether it is of a header.
fn item(cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    const WHAT: &str = "an item like BINARY[1]";
    let start = cursor.at();
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
    let Some(word) = find(CONVERT_ITEMS, name) else {
        let begins = |word: &Word| word.name.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
        if name.is_empty() || cursor.is_end() && CONVERT_ITEMS.iter().any(begins) {
            return Err(cursor.expected(WHAT));
        }
        let meant =
            nearest(CONVERT_ITEMS, name).map_or_else(String::new, |word| format!(", did you mean {}", word.name));
        let shown: String = name.chars().take(40).collect();
        return Err(cursor.fault_from(start, format!("{shown} is not an item of CONVERT{meant}")));
    };
    if word.form.is_empty() {
        return Ok(false);
    }
    cursor.expect('[', "\"[\" and a section")?;
    if word.name == "BODY" {
        header_section(cursor)?;
    } else {
        part_numbers(cursor)?;
    }
    cursor.expect(']', "\"]\" to close the section")?;
    if word.name == "BINARY" && cursor.peek() == Some('<') {
        partial(cursor)?;
    }
    match cursor.peek() {
        None | Some(' ' | ')') => Ok(word.name == "BODY"),
        Some(_) => Err(cursor.expected("a space or the end of the item")),
    }
}

/// `HEADER`, `1.2.HEADER` or `1.2.MIME`.
fn header_section(cursor: &mut Cursor<'_>) -> Read {
    const WHAT: &str = "HEADER, or a part and HEADER or MIME: 1.MIME";
    let mut in_part = false;
    while cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
        let start = cursor.at();
        if number(cursor, "a part number")? == 0 {
            return Err(cursor.fault_from(start, "parts are numbered from 1"));
        }
        cursor.expect('.', WHAT)?;
        in_part = true;
    }
    let start = cursor.at();
    let word = cursor.take_while(|c| c.is_ascii_alphanumeric()).to_ascii_uppercase();
    match word.as_str() {
        "HEADER" => Ok(()),
        "MIME" if in_part => Ok(()),
        _ if word.is_empty() || cursor.is_end() && ["HEADER", "MIME"].iter().any(|known| known.starts_with(&word)) => {
            Err(cursor.expected(WHAT))
        }
        _ => Err(cursor.fault_from(start, format!("expected {WHAT}"))),
    }
}

/// CONVERSIONS: from which type, to which type; `*` stands for any.
pub(in crate::protocol::imap) fn conversions(cursor: &mut Cursor<'_>) -> Read {
    media_type(cursor, "the type to convert from, like \"image/*\"")?;
    space(cursor, "the type to convert to, like \"text/plain\"")?;
    media_type(cursor, "the type to convert to, like \"text/plain\"")?;
    cursor.end("the types")
}

fn media_type(cursor: &mut Cursor<'_>, what: &str) -> Read {
    let start = cursor.at();
    let name = named_astring(cursor, what)?;
    if name.text().is_some_and(|name| !is_type(name, true)) {
        return Err(cursor.fault_from(start, "expected a type and a subtype like \"image/gif\", \"image/*\" or \"*\""));
    }
    Ok(())
}

/// `type/subtype`, each of at most 127 characters (RFC 6838 §4.2); with wildcards also `type/*` and `*`.
fn is_type(text: &str, wildcards: bool) -> bool {
    let name = |part: &str| {
        (1..=127).contains(&part.len())
            && part.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    match text.split_once('/') {
        Some((kind, subtype)) => name(kind) && (name(subtype) || wildcards && subtype == "*"),
        None => wildcards && text == "*",
    }
}
