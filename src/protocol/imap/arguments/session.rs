//! LOGIN, ID, ENABLE, LANGUAGE, COMPARATOR, COMPRESS: what is settled for the whole session.

use super::super::grammar::{atom, named_astring, nstring, nz_number, parenthesized, quoted, space, string};
use super::Read;
use crate::protocol::verb::Cursor;
use crate::protocol::word::{Word, choose, find};

/// What ENABLE can turn on.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static ENABLE_NAMES: &[Word] = &[
    Word::row("IMAP4rev2", "", "the newer protocol, where both are offered", "RFC 9051 §6.3.1", &["IMAP4REV2"]),
    Word::row("UTF8=ACCEPT", "", "UTF-8 in quotes and in mailbox names", "RFC 9755 §3", &["UTF8=ACCEPT"]),
    Word::row("CONDSTORE", "", "modification sequences in all FETCH responses", "RFC 7162 §3.1", &["CONDSTORE"]),
    Word::row("QRESYNC", "", "VANISHED in place of EXPUNGE", "RFC 7162 §3.2.3", &["QRESYNC"]),
    Word::row("UIDONLY", "", "no message numbers any more", "RFC 9586 §3.1", &["UIDONLY"]),
    Word::row("METADATA", "", "news of annotations of mailboxes", "RFC 5464 §4.4", &["METADATA"]),
    Word::row("METADATA-SERVER", "", "news of annotations of the server", "RFC 5464 §4.4", &["METADATA-SERVER"]),
];

/// The algorithms of COMPRESS.
pub(in crate::protocol::imap) static COMPRESSIONS: &[Word] =
    &[Word::row("DEFLATE", "", "the one algorithm", "RFC 4978 §3", &["COMPRESS=DEFLATE"])];

pub(in crate::protocol::imap) fn login(cursor: &mut Cursor<'_>) -> Read {
    named_astring(cursor, "a user name")?;
    space(cursor, "the password")?;
    named_astring(cursor, "the password; quote it if it holds ( ) { % * \" \\ or a space")?;
    cursor.end("the password")
}

/// `nil` or field and value pairs, at most 30, a field once, of 30 octets, a value of 1024 (RFC 2971 §3.3).
pub(in crate::protocol::imap) fn id(cursor: &mut Cursor<'_>) -> Read {
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
    let mut fields: Vec<String> = Vec::new();
    let pairs = parenthesized(cursor, "a field name in quotes", |cursor| {
        let at = cursor.at();
        let field = string(cursor, "a field name in quotes")?;
        if let Some(name) = field.text() {
            if name.len() > 30 {
                cursor.advise(at, format!("a field name of {} octets, RFC 2971 allows 30", name.len()));
            }
            let name = name.to_ascii_lowercase();
            if fields.len() <= 30 && fields.contains(&name) {
                return Err(cursor.fault_from(at, format!("the field \"{name}\" stands here twice")));
            }
            fields.push(name);
        }
        space(cursor, "its value")?;
        let at = cursor.at();
        let value = nstring(cursor, "a value in quotes, or NIL")?;
        if value.as_ref().and_then(|value| value.text()).is_some_and(|text| text.len() > 1024) {
            cursor.advise(at, "RFC 2971 allows a value 1024 octets");
        }
        Ok(())
    })?;
    if pairs.len() > 30 {
        cursor.advise(start, "more than 30 fields, RFC 2971 allows no more");
    }
    cursor.end("ID (…)")
}

/// Names of extensions; the server ignores what it does not know (RFC 9051 §6.3.1).
pub(in crate::protocol::imap) fn enable(cursor: &mut Cursor<'_>) -> Read {
    loop {
        let start = cursor.at();
        let name = atom(cursor, "an extension like UTF8=ACCEPT")?;
        match find(ENABLE_NAMES, name) {
            Some(word) => cursor.need(start, word.needs),
            None if name.eq_ignore_ascii_case("UTF8=ONLY") => {
                return Err(cursor.fault_from(start, "UTF8=ONLY is offered, and UTF8=ACCEPT is enabled (RFC 9755 §7)"));
            }
            None if cursor.is_end() && begins(name) => {
                return Err(cursor.expected("the rest of an extension"));
            }
            None if !cursor.is_full() => {
                let shown: String = name.chars().take(40).collect();
                cursor.advise(start, format!("{shown} is nothing that I know ENABLE to turn on; servers ignore it"));
            }
            None => {}
        }
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another extension")?;
    }
}

fn begins(typed: &str) -> bool {
    ENABLE_NAMES.iter().any(|word| word.name.get(..typed.len()).is_some_and(|name| name.eq_ignore_ascii_case(typed)))
}

pub(in crate::protocol::imap) fn compress(cursor: &mut Cursor<'_>) -> Read {
    choose(cursor, COMPRESSIONS, "an algorithm like DEFLATE")?;
    cursor.end("COMPRESS DEFLATE")
}

/// Language ranges in the order of preference, or nothing: which there are (RFC 5255 §3.2).
pub(in crate::protocol::imap) fn language(cursor: &mut Cursor<'_>) -> Read {
    each(cursor, "a language like de or en-GB", |text| text.eq_ignore_ascii_case("default") || is_language_range(text))
}

/// Collations in the order of preference, or nothing: which is in use (RFC 5255 §4.7, RFC 4790 §3.1).
pub(in crate::protocol::imap) fn comparator(cursor: &mut Cursor<'_>) -> Read {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b';' | b'=' | b'.' | b'/' | b':' | b'*' | b'_');
    each(cursor, "a comparator like i;unicode-casemap", |text| !text.is_empty() && text.bytes().all(allowed))
}

fn each(cursor: &mut Cursor<'_>, what: &str, right: impl Fn(&str) -> bool) -> Read {
    while !cursor.is_end() {
        let start = cursor.at();
        let word = named_astring(cursor, what)?;
        if word.text().is_some_and(|text| !right(text)) {
            return Err(cursor.fault_from(start, format!("expected {what}")));
        }
        if !cursor.is_end() {
            space(cursor, what)?;
        }
    }
    Ok(())
}

/// `language-range` (RFC 4647 §2.1): `*`, or subtags of at most eight characters, the first of letters.
pub(in crate::protocol) fn is_language_range(text: &str) -> bool {
    text == "*"
        || text.split('-').enumerate().all(|(place, tag)| {
            (1..=8).contains(&tag.len())
                && tag.bytes().all(|b| if place == 0 { b.is_ascii_alphabetic() } else { b.is_ascii_alphanumeric() })
        })
}

/// Names of contexts in quotes: tags of searches (RFC 5267 §4.3.4).
pub(in crate::protocol::imap) fn cancel_update(cursor: &mut Cursor<'_>) -> Read {
    loop {
        let start = cursor.at();
        if cursor.peek() != Some('"') {
            return Err(cursor.expected("the tag of a search in quotes: \"a1\""));
        }
        if quoted(cursor)?.is_empty() {
            return Err(cursor.fault_from(start, "a tag has at least one character"));
        }
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another tag in quotes")?;
    }
}

/// How many messages a batch has, and which batches (RFC 10022 §4).
pub(in crate::protocol::imap) fn uid_batches(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    let size = nz_number(cursor, "the number of messages in a batch")?;
    if size < 500 {
        cursor.advise(start, "servers need only take batches of 500 messages and more, else they answer NO [TOOFEW]");
    }
    if cursor.is_end() {
        return Ok(());
    }
    space(cursor, "a range of batches like 1:4, or nothing")?;
    let start = cursor.at();
    let first = nz_number(cursor, "a range of batches like 1:4")?;
    cursor.expect(':', "\":\" and the last batch")?;
    let last = nz_number(cursor, "the last batch")?;
    if first > last {
        return Err(cursor.fault_from(start, "the lower number comes first: the server would answer BAD"));
    }
    if u64::from(last - first + 1) * u64::from(size) > 100_000 {
        cursor.advise(start, "more than 100000 messages at once; servers may answer NO [TOOMANY]");
    }
    cursor.end("the batches")
}
