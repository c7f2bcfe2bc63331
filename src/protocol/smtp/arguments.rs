//! What may follow each verb.

use super::address::{address_literal, domain, mailbox, quoted_string, reverse_path, to_ascii_domain};
use super::parameters;
use crate::protocol::imap::url::{Kind, check};
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
        let ascii = to_ascii_domain(name).unwrap_or_else(|_| "xn--…".to_owned());
        let reason = format!("write the A-label form, {ascii}: the server has not said SMTPUTF8 yet");
        return Err(cursor.fault_from(start, reason));
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
        last(cursor)?;
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
    let start = cursor.at();
    let name = domain(cursor)?;
    if !name.contains('.') {
        cursor.advise(start, "a name without a dot; a full domain name is wanted here (RFC 1985 §5)");
    }
    cursor.end("the domain")
}

/// Domains with commas between them, or nothing: all of the user's (RFC 2645 §5.2.1).
pub(super) fn atrn(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.is_end() {
        return Ok(());
    }
    loop {
        let start = cursor.at();
        let name = domain(cursor)?;
        if !name.is_ascii() {
            return Err(cursor.fault_from(start, "a domain of ATRN is ASCII: write the A-label form, xn--…"));
        }
        if !name.contains('.') {
            cursor.advise(start, "a name without a dot is no domain here");
        }
        if !cursor.eat(',') {
            break;
        }
    }
    cursor.end("the domains")
}

/// `absolute-URI [SP "LAST"]` (RFC 4468 §3.5).
pub(super) fn burl(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let uri = cursor.word();
    if uri.is_empty() {
        return Err(cursor.expected("an absolute URL like imap://user@host/…"));
    }
    let imap = uri.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("imap://"));
    // A server that trusts the IMAP server takes URLs that are not signed (RFC 4468 §3.3).
    let kind = if uri.to_ascii_lowercase().contains(";urlauth=") { Kind::Full } else { Kind::Part };
    if imap && let Err((at, reason)) = check(uri, kind) {
        if cursor.is_end() && at.end >= uri.len() {
            return Err(cursor.expected("the rest of the URL"));
        }
        return Err(Fault::syntax(start + at.start..start + at.end, reason));
    }
    if !imap {
        let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
        let name = |scheme: &str| scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if scheme.is_empty() || !name(scheme) {
            return Err(if cursor.is_end() && name(uri) {
                cursor.expected("the rest of the URL")
            } else {
                cursor.fault_from(start, "expected an absolute URL like imap://user@host/…")
            });
        }
        cursor.advise(start, "servers are bound to know imap:// only (RFC 4468 §3.3)");
    }
    if cursor.eat(' ') {
        last(cursor)?;
    }
    cursor.end("BURL URL LAST")
}

/// `LAST`, or nothing.
fn last(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let typed = cursor.rest();
    if cursor.eat_word("LAST") {
        return Ok(());
    }
    if "LAST".get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed)) {
        cursor.take_while(|_| true);
    }
    Err(cursor.expected("LAST, or nothing"))
}

/// The argument of VRFY and EXPN: an atom, a quoted string or, as every server has it, an address; then perhaps SMTPUTF8
/// (RFC 5321 §4.1.1.6, RFC 6531 §3.7.4.2).
pub(super) fn user(cursor: &mut Cursor<'_>, what: &str) -> Result<(), Fault> {
    let start = cursor.at();
    if cursor.is_end() {
        return Err(cursor.expected(what));
    }
    let mut ahead = cursor.clone();
    let read = match ahead.peek() {
        Some('<') => reverse_path(&mut ahead).map(drop),
        _ => mailbox(&mut ahead).map(drop),
    };
    if read.is_ok() && matches!(ahead.peek(), None | Some(' ')) {
        *cursor = ahead;
    } else if cursor.peek() == Some('"') {
        quoted_string(cursor)?;
    } else {
        cursor.word();
    }
    let word = cursor.since(start);
    let foreign = !word.is_ascii();
    if cursor.is_end() {
        if foreign {
            cursor.need(start, &["SMTPUTF8"]);
            cursor.advise(start, "not ASCII: SMTPUTF8 goes behind it, so that the answer may be UTF-8 too");
        }
        return Ok(());
    }
    let gap = cursor.at();
    cursor.expect(' ', "a space, or the end of the line")?;
    let typed = cursor.rest();
    let word_at = cursor.at();
    if cursor.eat_word("SMTPUTF8") && cursor.is_end() {
        cursor.need(word_at, &["SMTPUTF8"]);
        return Ok(());
    }
    cursor.take_while(|_| true);
    if "SMTPUTF8".get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed)) {
        return Err(cursor.expected("SMTPUTF8, or nothing"));
    }
    if typed.get(..9).is_some_and(|begin| begin.eq_ignore_ascii_case("SMTPUTF8=")) {
        return Err(cursor.fault_from(word_at, "SMTPUTF8 takes no value"));
    }
    cursor.advise(gap, "a name with a space is written in quotes (RFC 5321 §4.1.1.6)");
    Ok(())
}
