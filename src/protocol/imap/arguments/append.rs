//! APPEND and REPLACE, and what a message may be put together from (RFC 9051 §6.3.12, RFC 4466 §3).

use super::super::fetch::entry;
use super::super::flags::flag_list;
use super::super::grammar::{
    Astring, literal, literal8, named_astring, nstring, nz_number, parenthesized, quoted, space,
};
use super::super::mailbox::mailbox;
use super::super::search::{days, month};
use super::Read;
use super::url;
use crate::protocol::verb::Cursor;
use crate::protocol::word::{Word, choose};

/// What may stand where the literal of a message does.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static APPEND_DATA: &[Word] = &[
    Word::row("ANNOTATION", "(entry (attribute value …) …)", "annotations of the message", "RFC 5257 §4.6", &["ANNOTATE-EXPERIMENT-1"]),
    Word::row("CATENATE", "(URL \"…\" TEXT {octets} …)", "a message put together from parts", "RFC 4469 §3", &["CATENATE"]),
    Word::row("UTF8", "(~{octets})", "UTF-8 in the header; since RFC 9755 no word is needed", "RFC 6855 §4", &["UTF8=ACCEPT"]),
];

/// The parts of a catenated message.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static CATENATE_PARTS: &[Word] = &[
    Word::row("URL", "url", "a message or a part of one on this server", "RFC 4469 §3", &[]),
    Word::row("TEXT", "{octets}", "octets that follow", "RFC 4469 §3", &[]),
    Word::row("UTF8", "(~{octets})", "UTF-8 in the header; since RFC 9755 no word is needed", "RFC 6855 §4", &["UTF8=ACCEPT"]),
];

/// `mailbox 1*append-message`; several messages need MULTIAPPEND.
pub(in crate::protocol::imap) fn append(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, MESSAGE)?;
    message(cursor)?;
    while !cursor.is_end() {
        let start = cursor.at();
        space(cursor, "another message, or the end of the line")?;
        message(cursor)?;
        cursor.need(start, &["MULTIAPPEND"]);
    }
    Ok(())
}

/// `number mailbox append-message` (RFC 8508 §5).
pub(in crate::protocol::imap) fn replace(cursor: &mut Cursor<'_>) -> Read {
    if !cursor.eat('*') {
        nz_number(cursor, "a message number")?;
    }
    space(cursor, "the mailbox")?;
    mailbox(cursor)?;
    space(cursor, MESSAGE)?;
    message(cursor)?;
    cursor.end("the message")
}

const MESSAGE: &str = "flags, a date, or the literal {octets}";

/// Flags, date, annotations and the message itself.
fn message(cursor: &mut Cursor<'_>) -> Read {
    if cursor.peek() == Some('(') {
        flag_list(cursor)?;
        space(cursor, "a date, or the literal {octets}")?;
    }
    if cursor.peek() == Some('"') {
        date_time(cursor)?;
        space(cursor, "the literal {octets}")?;
    }
    let mut annotated = false;
    loop {
        if matches!(cursor.peek(), Some('{' | '~')) {
            let start = cursor.at();
            if matches!(literal8(cursor)?, Astring::Literal(0, _)) {
                // An APPEND of nothing cancels a MULTIAPPEND (RFC 3502).
                cursor.advise(start, "an empty message; most servers refuse it, and the whole APPEND with it");
            }
            return Ok(());
        }
        if !cursor.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            return Err(cursor.expected("the octets of the message as a literal: {310}"));
        }
        let start = cursor.at();
        match choose(cursor, APPEND_DATA, "the octets of the message as a literal: {310}")?.name {
            "CATENATE" => return catenate(cursor),
            "UTF8" => return utf8(cursor),
            _ if annotated => return Err(cursor.fault_from(start, "ANNOTATION stands here twice")),
            _ => {
                annotated = true;
                annotation(cursor)?;
                space(cursor, "the literal {octets}")?;
            }
        }
    }
}

/// ` (~{octets})`.
fn utf8(cursor: &mut Cursor<'_>) -> Read {
    space(cursor, "(~{octets})")?;
    cursor.expect('(', "\"(\" and ~{octets}")?;
    if cursor.peek() != Some('~') {
        return Err(cursor.expected("~{octets}: a literal that may hold any octet"));
    }
    literal8(cursor)?;
    cursor.expect(')', "\")\" behind the literal")
}

fn catenate(cursor: &mut Cursor<'_>) -> Read {
    space(cursor, "parts in parentheses, like (URL \"/INBOX/;UID=5\")")?;
    cursor.expect('(', "\"(\" and URL, TEXT or UTF8")?;
    loop {
        match choose(cursor, CATENATE_PARTS, "URL, TEXT or UTF8")?.name {
            "UTF8" => utf8(cursor)?,
            "TEXT" => {
                space(cursor, "a literal {octets}")?;
                if cursor.peek() != Some('{') {
                    return Err(cursor.expected("a literal {octets}: TEXT takes no quotes"));
                }
                literal(cursor)?;
            }
            _ => {
                space(cursor, "a URL in quotes")?;
                url::part(cursor)?;
            }
        }
        if cursor.eat(')') {
            return Ok(());
        }
        space(cursor, "\")\", or another part")?;
    }
}

/// ` (entry (attribute value …) …)` (RFC 5257 §5, `att-annotate`).
pub(super) fn annotation(cursor: &mut Cursor<'_>) -> Read {
    space(cursor, "entries, like (/comment (value.priv \"x\"))")?;
    parenthesized(cursor, "an entry like /comment", |cursor| {
        entry(cursor, false)?;
        space(cursor, "attributes, like (value.priv \"x\")")?;
        parenthesized(cursor, "an attribute like value.priv", |cursor| {
            let start = cursor.at();
            let name = named_astring(cursor, "an attribute like value.priv")?;
            if name
                .text()
                .is_some_and(|name| !matches!(name.to_ascii_lowercase().as_str(), "value.priv" | "value.shared"))
            {
                return Err(cursor.fault_from(start, "expected value.priv or value.shared"));
            }
            space(cursor, "its value")?;
            if cursor.peek() == Some('~') {
                return literal8(cursor).map(drop);
            }
            nstring(cursor, "a value in quotes, or NIL").map(drop)
        })
    })
    .map(drop)
}

/// `"dd-Mon-yyyy hh:mm:ss +zzzz"`, the day padded with a space (RFC 9051 §9, `date-time`).
fn date_time(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    let text = quoted(cursor)?;
    if is_date_time(&text) == Some(true) {
        Ok(())
    } else {
        Err(cursor.fault_from(start, "expected a date like \"01-Feb-2026 09:30:00 +0100\""))
    }
}

fn is_date_time(text: &str) -> Option<bool> {
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("");
    let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<u16>().ok()).flatten();
    let day = number(part(0, 2).trim_start())?;
    let year = number(part(7, 11))?;
    let punctuation = [part(2, 3), part(6, 7), part(11, 12), part(14, 15), part(17, 18), part(20, 21)];
    let last = days(year, month(part(3, 6))?);
    Some(
        text.len() == 26
            && punctuation == ["-", "-", " ", ":", ":", " "]
            && (1..=u16::from(last)).contains(&day)
            && number(part(12, 14))? < 24
            && number(part(15, 17))? < 60
            && number(part(18, 20))? <= 60
            && matches!(part(21, 22), "+" | "-")
            && number(part(22, 24))? < 24
            && number(part(24, 26))? < 60,
    )
}
