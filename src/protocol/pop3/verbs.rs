//! The verbs of POP3 and what may follow them.

use crate::protocol::imap::is_language_range;
use crate::protocol::sasl;
use crate::protocol::verb::Phase::{Authorization, Transaction};
use crate::protocol::verb::{Body, Cursor, Fault, Phase, Verb};

const BEFORE: &[Phase] = &[Authorization];
const AFTER: &[Phase] = &[Transaction];
const BOTH: &[Phase] = &[Authorization, Transaction];

/// The verbs.
#[rustfmt::skip] // A table: two lines a row.
pub static VERBS: &[Verb] = &[
    Verb::row("CAPA", "CAPA", BOTH, |cursor| cursor.end("CAPA"),
        "RFC 2449 §5", "asks what the server offers").with_body(Body::Always),
    Verb::row("STLS", "STLS", BEFORE, |cursor| cursor.end("STLS"),
        "RFC 2595 §4", "begins TLS on this connection").offered("STLS").last(),
    Verb::row("USER", "USER name", BEFORE, user,
        "RFC 1939 §7", "names the mailbox; PASS follows").offered("USER"),
    Verb::row("PASS", "PASS password", BEFORE, pass,
        "RFC 1939 §7", "gives the password; its spaces count").secret(0),
    Verb::row("APOP", "APOP name digest", BEFORE, apop,
        "RFC 1939 §7", "logs in with MD5 of the greeting's timestamp and a shared secret").secret(1),
    Verb::row("AUTH", "AUTH mechanism [initial-response]", BEFORE, auth,
        "RFC 5034 §4", "proves who the user is").offered("SASL").with_body(Body::WithoutArgument).secret(1).last(),
    Verb::row("UTF8", "UTF8", BEFORE, utf8,
        "RFC 6856 §2.1", "asks for messages in UTF-8").offered("UTF8"),
    Verb::row("STAT", "STAT", AFTER, |cursor| cursor.end("STAT"),
        "RFC 1939 §5", "counts the messages and their octets"),
    Verb::row("LIST", "LIST [message]", AFTER, optional_message,
        "RFC 1939 §5", "gives the octets of each message").with_body(Body::WithoutArgument),
    Verb::row("UIDL", "UIDL [message]", AFTER, optional_message,
        "RFC 1939 §7", "gives the lasting identifier of each message").offered("UIDL").with_body(Body::WithoutArgument),
    Verb::row("RETR", "RETR message", AFTER, message,
        "RFC 1939 §5", "fetches a message").with_body(Body::Always),
    Verb::row("TOP", "TOP message lines", AFTER, top,
        "RFC 1939 §7", "fetches the header and the first lines of the body").offered("TOP").with_body(Body::Always),
    Verb::row("DELE", "DELE message", AFTER, message,
        "RFC 1939 §5", "marks a message for deletion at QUIT"),
    Verb::row("RSET", "RSET", AFTER, |cursor| cursor.end("RSET"),
        "RFC 1939 §5", "takes all marks for deletion back"),
    Verb::row("NOOP", "NOOP", AFTER, |cursor| cursor.end("NOOP"),
        "RFC 1939 §5", "does nothing but make the server answer"),
    Verb::row("LANG", "LANG [language]", BOTH, lang,
        "RFC 6856 §3.2", "chooses the language of error texts").offered("LANG").with_body(Body::WithoutArgument),
    Verb::row("QUIT", "QUIT", BOTH, |cursor| cursor.end("QUIT"),
        "RFC 1939 §6", "deletes what is marked and ends the session").last(),
];

fn user(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let name = cursor.take_while(|_| true);
    if name.is_empty() {
        return Err(cursor.expected("a user name"));
    }
    if name.contains(' ') {
        cursor.advise(start, "a user name with a space; some servers read its first word only");
    }
    Ok(())
}

/// A password may hold spaces, also at its ends (RFC 1939 §7, PASS).
fn pass(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let password = cursor.take_while(|_| true);
    if password.is_empty() {
        return Err(cursor.expected("a password"));
    }
    if password.starts_with(' ') || password.ends_with(' ') {
        cursor.advise(start, "the password begins or ends with a space, which is part of it");
    }
    Ok(())
}

fn apop(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.word().is_empty() {
        return Err(cursor.expected("a user name"));
    }
    cursor.expect(' ', "a space and the digest")?;
    let start = cursor.at();
    let digest = cursor.word();
    let hex = digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if cursor.is_end() && hex && digest.len() < 32 {
        return Err(cursor.expected("a digest of 32 hexadecimal digits"));
    }
    if !hex || digest.len() != 32 {
        return Err(cursor.fault_from(start, "expected a digest of 32 hexadecimal digits in lower case"));
    }
    cursor.end("the digest")
}

/// RFC 5034 §4; without a mechanism, some servers list them.
fn auth(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.is_end() {
        let at = cursor.at();
        cursor.advise(at, "AUTH alone is not in RFC 5034; CAPA lists the mechanisms, or add one: AUTH PLAIN");
        return Ok(());
    }
    sasl::arguments(cursor)
}

/// `UTF8 USER` is what a server offers, not what is said (RFC 6856 §2.2).
fn utf8(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    if cursor.eat_word("USER") && cursor.is_end() {
        return Err(cursor.fault_from(start, "UTF8 has no argument; USER in CAPA says that user names may be UTF-8"));
    }
    cursor.end("UTF8")
}

fn lang(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let range = cursor.word();
    if range.is_empty() || is_language_range(range) {
        return cursor.end("the language");
    }
    if cursor.is_end() && range.strip_suffix('-').is_some_and(is_language_range) {
        return Err(cursor.expected("the rest of the language, like de-AT"));
    }
    Err(cursor.fault_from(start, "expected a language like de or en-GB, or *"))
}

fn optional_message(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.is_end() { Ok(()) } else { message(cursor) }
}

fn message(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    number(cursor, "a message number", 1)?;
    cursor.end("the message number")
}

fn top(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    number(cursor, "a message number", 1)?;
    cursor.expect(' ', "a space and a number of lines")?;
    number(cursor, "a number of lines", 0)?;
    cursor.end("the number of lines")
}

fn number(cursor: &mut Cursor<'_>, what: &str, least: u32) -> Result<(), Fault> {
    let start = cursor.at();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.expected(what));
    }
    match digits.parse::<u32>() {
        Ok(number) if number >= least => Ok(()),
        Ok(_) => Err(cursor.fault_from(start, "message numbers begin at 1")),
        Err(_) => Err(cursor.fault_from(start, format!("{what} is at most {}", u32::MAX))),
    }
}
