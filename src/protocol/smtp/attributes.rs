//! What XCLIENT and XFORWARD tell of a client (Postfix XCLIENT_README, XFORWARD_README).

use crate::protocol::verb::{Cursor, Fault, Weight};
use crate::protocol::word::{Word, find, nearest};

const XCLIENT_README: &str = "Postfix XCLIENT_README";
const XFORWARD_README: &str = "Postfix XFORWARD_README";

/// The attributes of XCLIENT.
#[rustfmt::skip] // A table: a line a row.
pub static XCLIENT_ATTRIBUTES: &[Word] = &[
    Word::row("NAME", "host name", "the client's name, by address and back", XCLIENT_README, &[]),
    Word::row("REVERSE_NAME", "host name", "the client's name, by address alone", XCLIENT_README, &[]),
    Word::row("ADDR", "192.0.2.1 or IPV6:2001:db8::1", "the client's address", XCLIENT_README, &[]),
    Word::row("PORT", "port", "the client's port", XCLIENT_README, &[]),
    Word::row("PROTO", "SMTP or ESMTP", "whether it said HELO or EHLO", XCLIENT_README, &[]),
    Word::row("HELO", "host name", "what it said at HELO or EHLO", XCLIENT_README, &[]),
    Word::row("LOGIN", "user", "who it logged in as", XCLIENT_README, &[]),
    Word::row("DESTADDR", "192.0.2.1 or IPV6:2001:db8::1", "the address it connected to", XCLIENT_README, &[]),
    Word::row("DESTPORT", "port", "the port it connected to", XCLIENT_README, &[]),
];

/// The attributes of XFORWARD.
#[rustfmt::skip] // A table: a line a row.
pub static XFORWARD_ATTRIBUTES: &[Word] = &[
    Word::row("NAME", "host name", "the first client's name", XFORWARD_README, &[]),
    Word::row("ADDR", "192.0.2.1 or IPV6:2001:db8::1", "its address", XFORWARD_README, &[]),
    Word::row("PORT", "port", "its port", XFORWARD_README, &[]),
    Word::row("PROTO", "SMTP or ESMTP", "whether it said HELO or EHLO", XFORWARD_README, &[]),
    Word::row("HELO", "host name", "what it said at HELO or EHLO", XFORWARD_README, &[]),
    Word::row("IDENT", "queue id", "the first server's name for the message", XFORWARD_README, &[]),
    Word::row("SOURCE", "LOCAL or REMOTE", "whether the message came from outside", XFORWARD_README, &[]),
];

/// `name=value`, one or more, the values in xtext.
pub(super) fn attributes(cursor: &mut Cursor<'_>, words: &'static [Word]) -> Result<(), Fault> {
    loop {
        let start = cursor.at();
        let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if name.is_empty() {
            let first = words.first().map_or("NAME", |word| word.name);
            return Err(cursor.expected(&format!("an attribute like {first}=value")));
        }
        let name_end = cursor.at();
        cursor.expect('=', "\"=\" and a value")?;
        let from = cursor.at();
        let value = cursor.take_while(|c| c.is_ascii_graphic());
        if value.is_empty() {
            return Err(cursor.expected("a value, or [UNAVAILABLE]"));
        }
        match find(words, name) {
            None if !cursor.is_full() => {
                let reason = match nearest(words, name) {
                    Some(word) => format!("no such attribute, did you mean {}", word.name),
                    None => {
                        let known: Vec<&str> = words.iter().map(|word| word.name).collect();
                        format!("no attribute that I know: {}", known.join(" "))
                    }
                };
                cursor.remark_at(Fault { at: start..name_end, weight: Weight::Advice, reason });
            }
            None => {}
            Some(word) if right(word.name, value) => {}
            Some(word) => {
                return Err(cursor.fault_from(from, format!("expected {} after {}=", word.form, word.name)));
            }
        }
        if cursor.is_end() {
            return Ok(());
        }
        cursor.expect(' ', "a space before the next attribute")?;
    }
}

/// Whether the value is one of this attribute.
fn right(name: &str, value: &str) -> bool {
    if ["[UNAVAILABLE]", "[TEMPUNAVAIL]"].iter().any(|unknown| unknown.eq_ignore_ascii_case(value)) {
        return true;
    }
    match name {
        "ADDR" | "DESTADDR" => match value.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPV6:")) {
            Some(_) => value.get(5..).is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok()),
            None => value.parse::<std::net::Ipv4Addr>().is_ok(),
        },
        "PORT" | "DESTPORT" => value.parse::<u16>().is_ok_and(|port| port > 0),
        "PROTO" => ["SMTP", "ESMTP"].iter().any(|word| word.eq_ignore_ascii_case(value)),
        "SOURCE" => ["LOCAL", "REMOTE"].iter().any(|word| word.eq_ignore_ascii_case(value)),
        _ => true,
    }
}
