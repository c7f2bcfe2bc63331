//! Mailboxes and paths (RFC 5321 §4.1.2, RFC 6531 §3.3).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::protocol::text::domain::to_unicode;
use crate::protocol::verb::{Cursor, Fault};

/// A local part is at most this many octets (RFC 5321 §4.5.3.1.1).
pub const LOCAL_PART_LIMIT: usize = 64;
/// A domain is at most this many octets (RFC 5321 §4.5.3.1.2).
pub const DOMAIN_LIMIT: usize = 255;
/// A path with its angle brackets is at most this many octets (RFC 5321 §4.5.3.1.3).
pub const PATH_LIMIT: usize = 256;

/// Hosts of a source route that are read: a path of [`PATH_LIMIT`] octets has no room for more.
const ROUTE_LIMIT: usize = 64;

/// `local-part@domain`, both as they were typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// Before the `@`, with its quotes if it has some.
    pub local_part: String,
    /// After it: a domain name, or an address literal with its brackets.
    pub domain: String,
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local_part, self.domain)
    }
}

/// What MAIL FROM names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: nobody is to be told of a failure (RFC 5321 §4.5.5).
    Null,
    /// The sender.
    Mailbox(Mailbox),
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Mailbox(mailbox) => write!(f, "<{mailbox}>"),
        }
    }
}

/// What RCPT TO names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ForwardPath {
    /// `<postmaster>` without a domain, in any case (RFC 5321 §4.1.1.3).
    Postmaster,
    /// A recipient.
    Mailbox(Mailbox),
}

impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postmaster => f.write_str("<postmaster>"),
            Self::Mailbox(mailbox) => write!(f, "<{mailbox}>"),
        }
    }
}

/// `<>` or `<local-part@domain>`.
///
/// # Errors
/// Where and why it is no reverse-path.
pub fn reverse_path(cursor: &mut Cursor<'_>) -> Result<ReversePath, Fault> {
    let start = cursor.at();
    open(cursor)?;
    if cursor.eat('>') {
        return Ok(ReversePath::Null);
    }
    let mailbox = path_mailbox(cursor)?;
    close(cursor, start)?;
    Ok(ReversePath::Mailbox(mailbox))
}

/// `<postmaster>` or `<local-part@domain>`.
///
/// # Errors
/// Where and why it is no forward-path.
pub fn forward_path(cursor: &mut Cursor<'_>) -> Result<ForwardPath, Fault> {
    let start = cursor.at();
    open(cursor)?;
    if cursor.eat('>') {
        return Err(cursor.fault_from(start, "the null path is for MAIL FROM only, RCPT TO needs a mailbox"));
    }
    let mut ahead = cursor.clone();
    if ahead.eat_word("postmaster") && ahead.eat('>') {
        *cursor = ahead;
        return Ok(ForwardPath::Postmaster);
    }
    let mailbox = path_mailbox(cursor)?;
    close(cursor, start)?;
    Ok(ForwardPath::Mailbox(mailbox))
}

fn open(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.eat('<') {
        return Ok(());
    }
    if cursor.is_end() {
        return Err(cursor.expected("\"<\" and an address"));
    }
    let start = cursor.at();
    let word = cursor.word();
    let bare = word.trim_end_matches('>');
    Err(cursor.fault_from(start, format!("the path needs angle brackets: <{bare}>")))
}

fn close(cursor: &mut Cursor<'_>, start: usize) -> Result<(), Fault> {
    if !cursor.eat('>') {
        return Err(cursor.expected("\">\" to close the path"));
    }
    let octets = cursor.at() - start;
    if octets > PATH_LIMIT {
        cursor.advise(start, format!("the path has {octets} octets, servers need only take {PATH_LIMIT}"));
    }
    Ok(())
}

/// The mailbox of a path, a source route before it being read over (RFC 5321 §4.1.1.3 and appendix C).
fn path_mailbox(cursor: &mut Cursor<'_>) -> Result<Mailbox, Fault> {
    if cursor.peek() == Some('@') {
        let start = cursor.at();
        let mut hosts = 0;
        loop {
            cursor.expect('@', "\"@\" and a domain of the source route")?;
            domain(cursor)?;
            hosts += 1;
            if !cursor.eat(',') {
                break;
            }
            if hosts >= ROUTE_LIMIT {
                return Err(cursor.fault_from(start, format!("a source route over more than {ROUTE_LIMIT} hosts")));
            }
        }
        cursor.expect(':', "\":\" after the source route")?;
        cursor.advise(start, "source routes are obsolete, servers ignore or refuse them");
    }
    mailbox(cursor)
}

/// `local-part@domain` or `local-part@[literal]`. Advice goes to [`Cursor::remarks`].
///
/// # Errors
/// Where and why it is no mailbox.
pub fn mailbox(cursor: &mut Cursor<'_>) -> Result<Mailbox, Fault> {
    let start = cursor.at();
    let local_part = local_part(cursor)?;
    if local_part.len() > LOCAL_PART_LIMIT {
        let octets = local_part.len();
        cursor.advise(start, format!("the local part has {octets} octets, servers need only take {LOCAL_PART_LIMIT}"));
    }
    match cursor.peek() {
        Some('@') => cursor.eat('@'),
        Some('>') => return Err(cursor.fault_from(start, "the address has no \"@\" and domain")),
        _ => return Err(cursor.expected("\"@\" and a domain")),
    };
    let domain = if cursor.peek() == Some('[') { address_literal(cursor)? } else { domain(cursor)? };
    Ok(Mailbox { local_part, domain })
}

fn local_part(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    if cursor.peek() == Some('"') {
        return quoted_string(cursor);
    }
    let start = cursor.at();
    let text = cursor.take_while(|c| is_atext(c) || c == '.');
    if text.is_empty() {
        return match cursor.peek() {
            Some('@') => Err(Fault::syntax(start..start + 1, "the local part before \"@\" is missing")),
            _ => Err(cursor.expected("a local part")),
        };
    }
    if let Some(dot) = misplaced_dot(text) {
        let at = start + dot;
        return Err(Fault::syntax(at..at + 1, "a dot stands between two atoms; write the local part in quotes"));
    }
    Ok(text.to_owned())
}

/// The octet of a dot at the start, at the end or after another.
fn misplaced_dot(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&i| {
        bytes.get(i) == Some(&b'.') && (i == 0 || i + 1 == bytes.len() || bytes.get(i.wrapping_sub(1)) == Some(&b'.'))
    })
}

/// A quoted local part, with its quotes.
pub(super) fn quoted_string(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    cursor.expect('"', "a quote")?;
    loop {
        cursor.take_while(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~') || !c.is_ascii());
        if cursor.eat('"') {
            return Ok(cursor.since(start).to_owned());
        }
        if cursor.eat('\\') && cursor.take_one(|c| matches!(c, ' '..='~')) {
            continue;
        }
        return Err(if cursor.is_end() {
            cursor.expected("a quote to close the local part")
        } else {
            let at = cursor.at();
            let end = at + cursor.peek().map_or(0, char::len_utf8);
            Fault::syntax(at..end, "this character cannot stand in a quoted local part")
        });
    }
}

/// Characters of an atom (RFC 5322 §3.2.3, RFC 6531 §3.3).
const fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '!' | '#'
                | '$'
                | '%'
                | '&'
                | '\''
                | '*'
                | '+'
                | '-'
                | '/'
                | '='
                | '?'
                | '^'
                | '_'
                | '`'
                | '{'
                | '|'
                | '}'
                | '~'
        )
        || !c.is_ascii()
}

/// A domain name. U-labels are read as they stand.
///
/// # Errors
/// Where and why it is no domain.
pub fn domain(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') || !c.is_ascii());
    if text.is_empty() {
        return Err(cursor.expected("a domain"));
    }
    let mut at = start;
    let mut labels = text.split('.').peekable();
    while let Some(label) = labels.next() {
        let end = at + label.len();
        if label.is_empty() {
            // `example.` is unfinished while it is typed, and wrong once something follows.
            if labels.peek().is_none() && cursor.is_end() {
                return Err(cursor.expected("a label after the dot"));
            }
            let dot = at.saturating_sub(usize::from(at > start));
            return Err(Fault::syntax(dot..dot + 1, "the domain has a dot too many"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            if cursor.is_end() && labels.peek().is_none() && !label.starts_with('-') {
                return Err(cursor.expected("a letter or digit after the hyphen"));
            }
            return Err(Fault::syntax(at..end, "a label cannot begin or end with a hyphen"));
        }
        if label.is_ascii() && label.len() > 63 {
            return Err(Fault::syntax(
                at..end,
                format!("the label has {} octets, at most 63 are allowed", label.len()),
            ));
        }
        at = end + 1;
    }
    if text.contains('_') {
        cursor.advise(start, "\"_\" is not allowed in a mail domain, some servers refuse it");
    }
    if text.len() > DOMAIN_LIMIT {
        cursor.advise(start, format!("the domain has {} octets, servers need only take {DOMAIN_LIMIT}", text.len()));
    }
    if !text.is_ascii() {
        match to_ascii_domain(text) {
            Ok(ascii) => cursor.tell(start, format!("{text} = {ascii}")),
            Err(reason) => return Err(cursor.fault_from(start, reason)),
        }
    } else if !cursor.is_told()
        && text.split('.').any(|label| label.get(..4).is_some_and(|tag| tag.eq_ignore_ascii_case("xn--")))
    {
        match to_unicode(text) {
            Some(plain) => cursor.tell(start, format!("{text} = {plain}")),
            None => cursor.advise(start, "a label begins with xn-- and is no A-label of IDNA"),
        }
    }
    Ok(text.to_owned())
}

/// `[192.0.2.1]`, `[IPv6:2001:db8::1]` or `[tag:content]` (RFC 5321 §4.1.3).
///
/// # Errors
/// Where and why it is no address literal.
pub fn address_literal(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    cursor.expect('[', "\"[\"")?;
    let inner = cursor.take_while(|c| matches!(c, '!'..='Z' | '^'..='~'));
    if !cursor.eat(']') {
        return Err(cursor.expected("\"]\" to close the address literal"));
    }
    let text = format!("[{inner}]");
    if inner.parse::<Ipv4Addr>().is_ok() {
        return Ok(text);
    }
    match inner.split_once(':') {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6") => match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(text),
            Err(_) => Err(cursor.fault_from(start, format!("\"{address}\" is not an IPv6 address"))),
        },
        _ if inner.parse::<Ipv6Addr>().is_ok() => {
            Err(cursor.fault_from(start, format!("an IPv6 address is written [IPv6:{inner}]")))
        }
        Some((tag, content)) if !content.is_empty() && is_standard_tag(tag) => {
            cursor.advise(start, format!("address literals with the tag \"{tag}\" are not registered"));
            Ok(text)
        }
        _ => Err(cursor.fault_from(start, "expected an address like [192.0.2.1] or [IPv6:2001:db8::1]")),
    }
}

/// The address literal of an address: how a client without a name introduces itself (RFC 5321 §4.1.3).
#[must_use]
pub fn literal_of(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("[{ip}]"),
        IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    }
}

/// `Standardized-tag`: an `Ldh-str`, which ends with a letter or digit.
fn is_standard_tag(tag: &str) -> bool {
    tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && tag.bytes().last().is_some_and(|b| b != b'-')
}

/// The A-label form of a domain name (RFC 5890 §2.3.2.1), in lower case, checked for length (RFC 1035 §2.3.4).
///
/// # Errors
/// Why it is not a domain name, in a few words.
pub fn to_ascii_domain(text: &str) -> Result<String, String> {
    // No domain of 253 octets has a longer U-label form; Punycode takes quadratic time on what a hostile input may hold.
    if text.len() > 1024 {
        return Err(format!("{} octets, a domain has at most 253", text.len()));
    }
    let ascii = idna::domain_to_ascii(text).map_err(|_| "a label is not allowed by IDNA".to_owned())?;
    if ascii.len() > 253 {
        return Err(format!("{} octets, a domain has at most 253", ascii.len()));
    }
    for label in ascii.split('.') {
        if label.is_empty() {
            return Err("two dots, or a dot at the start, leave an empty label".to_owned());
        }
        if label.len() > 63 {
            return Err(format!("the label \"{label}\" has {} octets, at most 63 are allowed", label.len()));
        }
        if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            return Err(format!("{odd:?} cannot stand in a domain name"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(format!("the label \"{label}\" begins or ends with a hyphen"));
        }
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::verb::Weight;

    fn forward(text: &str) -> Result<(String, Vec<String>), Fault> {
        let mut cursor = Cursor::new(text, 0);
        let path = forward_path(&mut cursor)?;
        cursor.end("the path")?;
        Ok((path.to_string(), cursor.remarks.into_iter().map(|fault| fault.reason).collect()))
    }

    #[test]
    fn right_paths_come_back_as_typed() {
        for (text, expect, advice) in [
            ("<jo@example.com>", "<jo@example.com>", None),
            ("<j.o+tag@EXAMPLE.com>", "<j.o+tag@EXAMPLE.com>", None),
            (r#"<"j o\"@"@example.com>"#, r#"<"j o\"@"@example.com>"#, None),
            ("<\"\"@example.com>", "<\"\"@example.com>", None),
            ("<jo@[192.0.2.1]>", "<jo@[192.0.2.1]>", None),
            ("<jo@[IPv6:2001:db8::1]>", "<jo@[IPv6:2001:db8::1]>", None),
            ("<jo@[x-tag:abc]>", "<jo@[x-tag:abc]>", Some("not registered")),
            ("<jo@localhost>", "<jo@localhost>", None),
            ("<POSTMASTER>", "<postmaster>", None),
            ("<postmaster@example.com>", "<postmaster@example.com>", None),
            ("<@a.example,@b.example:jo@example.com>", "<jo@example.com>", Some("obsolete")),
            ("<jö@example.com>", "<jö@example.com>", None),
            ("<jo@bücher.example>", "<jo@bücher.example>", None),
            ("<jo@xn--bcher-kva.example>", "<jo@xn--bcher-kva.example>", None),
            ("<jo@xn--99999999999.example>", "<jo@xn--99999999999.example>", Some("no A-label")),
            ("<jo@a_b.example>", "<jo@a_b.example>", Some("\"_\"")),
        ] {
            let (path, remarks) = forward(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            assert_eq!(path, expect);
            match advice {
                None => assert_eq!(remarks, Vec::<String>::new(), "{text}"),
                Some(part) => assert!(remarks.iter().any(|reason| reason.contains(part)), "{text}: {remarks:?}"),
            }
        }
    }

    #[test]
    fn wrong_paths_say_where_and_why() {
        for (text, at, weight, part) in [
            ("", 0..0, Weight::Incomplete, "\"<\""),
            ("jo@example.com", 0..14, Weight::Syntax, "<jo@example.com>"),
            ("<", 1..1, Weight::Incomplete, "local part"),
            ("<jo", 3..3, Weight::Incomplete, "\"@\""),
            ("<jo@", 4..4, Weight::Incomplete, "domain"),
            ("<jo@example.", 12..12, Weight::Incomplete, "label"),
            ("<jo@example.com", 15..15, Weight::Incomplete, "\">\""),
            ("<jo>", 1..3, Weight::Syntax, "no \"@\""),
            ("<>", 0..2, Weight::Syntax, "null path"),
            ("<@example.com>", 13..14, Weight::Syntax, "\":\""),
            ("<.jo@example.com>", 1..2, Weight::Syntax, "dot"),
            ("<j..o@example.com>", 3..4, Weight::Syntax, "dot"),
            ("<jo.@example.com>", 3..4, Weight::Syntax, "dot"),
            ("<jo@example..com>", 11..12, Weight::Syntax, "dot too many"),
            ("<jo@.example.com>", 4..5, Weight::Syntax, "dot too many"),
            ("<jo@example.com.>", 15..16, Weight::Syntax, "dot too many"),
            ("<jo@-a.example>", 4..6, Weight::Syntax, "hyphen"),
            ("<jo smith@example.com>", 3..4, Weight::Syntax, "\"@\""),
            ("<jo@2001:db8::1>", 8..9, Weight::Syntax, "\">\""),
            ("<jo@[2001:db8::1]>", 4..17, Weight::Syntax, "[IPv6:2001:db8::1]"),
            ("<jo@[300.1.1.1]>", 4..15, Weight::Syntax, "[192.0.2.1]"),
            ("<jo@[192.0.2.1>", 15..15, Weight::Incomplete, "\"]\""),
            ("<\"a\tb\"@example.com>", 3..4, Weight::Syntax, "quoted"),
            ("<\"ab", 4..4, Weight::Incomplete, "quote"),
            ("<jo@example.com>x", 16..17, Weight::Syntax, "nothing more"),
        ] {
            let fault = forward(text).expect_err(text);
            assert_eq!((fault.at.clone(), fault.weight), (at, weight), "{text}: {fault:?}");
            assert!(fault.reason.contains(part), "{text}: {}", fault.reason);
        }
    }

    #[test]
    fn lengths_are_advice() {
        let long_local = format!("<{}@example.com>", "a".repeat(65));
        assert!(forward(&long_local).unwrap().1[0].contains("65 octets"));
        let long_path = format!("<jo@{}example>", "abcdefghi.".repeat(26));
        let remarks = forward(&long_path).unwrap().1;
        assert!(remarks.iter().any(|r| r.contains("the path has")), "{remarks:?}");
    }

    #[test]
    fn the_null_path_is_a_reverse_path() {
        assert_eq!(reverse_path(&mut Cursor::new("<>", 0)), Ok(ReversePath::Null));
    }
}
