//! What may follow each verb.

use super::address::{address_literal, domain};
use super::parameters;
use crate::protocol::verb::{Cursor, Fault};

pub(super) fn mail(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    parameters::mail(cursor).map(drop)
}

pub(super) fn rcpt(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    parameters::rcpt(cursor).map(drop)
}

pub(super) fn domain_or_literal(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    match cursor.peek() {
        None => return Err(cursor.expected("the name of this machine, or its address like [192.0.2.1]")),
        Some('[') => address_literal(cursor)?,
        Some(_) => domain(cursor)?,
    };
    after_domain(cursor, start)
}

/// HELO takes a name only (RFC 5321 §4.1.1.1); most servers take an address literal as well.
pub(super) fn helo(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let literal = cursor.peek() == Some('[');
    domain_or_literal(cursor)?;
    if literal {
        cursor.advise(start, "HELO takes a domain; an address literal belongs to EHLO");
    }
    Ok(())
}

fn after_domain(cursor: &mut Cursor<'_>, start: usize) -> Result<(), Fault> {
    match cursor.peek() {
        None => {}
        Some(' ') => return cursor.end("the domain"),
        Some(_) => return Err(cursor.expected("the end of the domain")),
    }
    let name = cursor.since(start);
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        cursor.advise(start, "an address is written in brackets, like [192.0.2.1]");
    } else if !name.contains(['.', '[']) {
        cursor.advise(start, "a name without a dot; many servers want a full domain name");
    }
    if !name.is_ascii() {
        return Err(cursor.fault_from(start, "write the A-label form, xn--…, the server has not said SMTPUTF8 yet"));
    }
    Ok(())
}

/// `chunk-size [SP "LAST"]` (RFC 3030 §2).
pub(super) fn bdat(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.expected("a number of octets"));
    }
    if digits.parse::<u64>().is_err() {
        return Err(cursor.fault_from(start, "the number of octets is too large"));
    }
    if cursor.eat(' ') {
        let typed = cursor.rest();
        if !cursor.eat_word("LAST") {
            if "LAST".get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed)) {
                cursor.take_while(|_| true);
            }
            return Err(cursor.expected("LAST, or nothing"));
        }
    }
    cursor.end("BDAT octets LAST")
}

pub(super) fn anything(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.take_while(|_| true);
    Ok(())
}

pub(super) fn text(cursor: &mut Cursor<'_>, what: &str) -> Result<(), Fault> {
    if cursor.take_while(|_| true).is_empty() { Err(cursor.expected(what)) } else { Ok(()) }
}

/// `["@"] domain` or `"#" queue` (RFC 1985 §5.1).
pub(super) fn etrn(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.eat('#') {
        return text(cursor, "the name of a queue");
    }
    cursor.eat('@');
    domain(cursor)?;
    cursor.end("the domain")
}

pub(super) const XCLIENT: &[&str] =
    &["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT", "REVERSE_NAME"];
pub(super) const XFORWARD: &[&str] = &["NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"];

/// `name=value`, one or more.
pub(super) fn attributes(cursor: &mut Cursor<'_>, names: &[&str]) -> Result<(), Fault> {
    loop {
        let start = cursor.at();
        let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_ascii_uppercase();
        if name.is_empty() {
            return Err(cursor.expected(&format!("an attribute like {}=value", names.first().unwrap_or(&"NAME"))));
        }
        cursor.expect('=', "\"=\" and a value")?;
        if cursor.take_while(|c| c.is_ascii_graphic()).is_empty() {
            return Err(cursor.expected("a value, or [UNAVAILABLE]"));
        }
        if !names.contains(&name.as_str()) {
            cursor.advise(start, format!("{name} is not an attribute that I know: {}", names.join(" ")));
        }
        if cursor.is_end() {
            return Ok(());
        }
        cursor.expect(' ', "a space before the next attribute")?;
    }
}
