//! URLs with a right: GENURLAUTH, RESETKEY, URLFETCH (RFC 4467), and the URLs of CATENATE.

use super::super::grammar::{named_astring, space};
use super::super::mailbox::mailbox;
use super::super::url::{Kind, check, is_mechanism};
use super::Read;
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose_or_other};

/// What URLFETCH can be asked for with a URL.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static URLFETCH_ITEMS: &[Word] = &[
    Word::row("BODY", "", "the data as they are", "RFC 5524 §3.1", &["URLAUTH=BINARY"]),
    Word::row("BINARY", "", "the data, decoded", "RFC 5524 §3.1", &["URLAUTH=BINARY"]),
    Word::row("BODYPARTSTRUCTURE", "", "the MIME structure", "RFC 5524 §3.1", &["URLAUTH=BINARY"]),
];

/// How the server signs URLs.
pub(in crate::protocol::imap) static URL_MECHANISMS: &[Word] =
    &[Word::row("INTERNAL", "", "by a key that the server keeps", "RFC 4467 §2.4.1", &[])];

/// A URL of this kind, mostly in quotes.
fn url(cursor: &mut Cursor<'_>, kind: Kind, what: &str) -> Read {
    let start = cursor.at();
    let text = named_astring(cursor, what)?;
    let Some(text) = text.text() else { return Ok(()) };
    // A URL holds nothing that is escaped in quotes, so that places in it are places in the line.
    let begin = start + usize::from(cursor.since(start).starts_with('"'));
    if let Err((at, reason)) = check(text, kind) {
        let end = cursor.at();
        return Err(Fault::syntax((begin + at.start).min(end)..(begin + at.end).min(end), reason));
    }
    Ok(())
}

/// A message or a part of one on this server.
pub(super) fn part(cursor: &mut Cursor<'_>) -> Read {
    url(cursor, Kind::Part, "a URL in quotes, like \"/INBOX/;UID=5\"")
}

fn mechanism(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    choose_or_other(cursor, URL_MECHANISMS, "a mechanism like INTERNAL")?;
    if is_mechanism(cursor.since(start)) {
        Ok(())
    } else {
        Err(cursor.fault_from(start, "a mechanism has letters, digits, hyphens and dots"))
    }
}

/// `1*(SP url-rump SP mechanism)`.
pub(in crate::protocol::imap) fn gen_url_auth(cursor: &mut Cursor<'_>) -> Read {
    const WHAT: &str = "a URL in quotes that ends with ;URLAUTH= and who may use it";
    loop {
        url(cursor, Kind::Rump, WHAT)?;
        space(cursor, "a mechanism like INTERNAL")?;
        mechanism(cursor)?;
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another URL")?;
    }
}

/// `[mailbox *(SP mechanism)]`; without a mailbox all keys go.
pub(in crate::protocol::imap) fn reset_key(cursor: &mut Cursor<'_>) -> Read {
    if cursor.is_end() {
        let at = cursor.at();
        cursor.advise(at, "without a mailbox this revokes every URL that the user has signed");
        return Ok(());
    }
    mailbox(cursor)?;
    while !cursor.is_end() {
        space(cursor, "a mechanism like INTERNAL")?;
        mechanism(cursor)?;
    }
    Ok(())
}

/// URLs, each alone or in parentheses with what is wanted of it (RFC 5524 §5).
pub(in crate::protocol::imap) fn url_fetch(cursor: &mut Cursor<'_>) -> Read {
    const WHAT: &str = "a signed URL in quotes";
    loop {
        let start = cursor.at();
        if cursor.eat('(') {
            url(cursor, Kind::Full, WHAT)?;
            let mut seen: Vec<&'static str> = Vec::new();
            while cursor.peek() == Some(' ') {
                space(cursor, "BODY, BINARY or BODYPARTSTRUCTURE")?;
                let at = cursor.at();
                let item = choose_or_other(cursor, URLFETCH_ITEMS, "an item like BINARY")?.map_or("", |word| word.name);
                if seen.contains(&item) {
                    return Err(cursor.fault_from(at, format!("{item} stands here twice")));
                }
                if !item.is_empty() {
                    seen.push(item);
                }
                if seen.contains(&"BODY") && seen.contains(&"BINARY") {
                    return Err(cursor.fault_from(at, "BODY and BINARY exclude each other, keep one"));
                }
            }
            cursor.expect(')', "\")\" or another item")?;
            cursor.need(start, &["URLAUTH=BINARY"]);
        } else {
            url(cursor, Kind::Full, WHAT)?;
        }
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another URL")?;
    }
}
