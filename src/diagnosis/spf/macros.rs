//! Macro expansion (RFC 7208 §7.3).

use std::fmt::Write as _;
use std::net::IpAddr;

use super::case::Case;
use super::macro_string::{Letter, Macro, MacroString, Piece, Place};

/// What a macro string became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// Its text, and the macros with their values.
    Text(String, Vec<Expanded>),
    /// A name is still looked up for `%{p}`.
    Waiting,
    /// The local part is not ASCII, and a macro asks for it: the term matches nothing (RFC 8616 §4).
    NotAscii,
}

/// A macro and what it stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    /// `%{ir}`.
    pub written: String,
    /// `25.2.0.192`.
    pub value: String,
}

/// Macros whose values are kept to be shown.
const SHOWN: usize = 16;

/// Expands. `domain` is the one whose record is evaluated; `validated` is asked for the client's name when that is
/// wanted, and answers nothing while it is looked up.
pub fn expand(
    string: &MacroString,
    place: Place,
    case: &Case,
    domain: &str,
    mut validated: impl FnMut() -> Option<String>,
) -> Expansion {
    let mut text = String::new();
    let mut shown = Vec::new();
    for piece in string.pieces() {
        let found = match piece {
            Piece::Literal(literal) => {
                text.push_str(literal);
                continue;
            }
            Piece::Macro(found) => found,
        };
        let value = match found.letter {
            Letter::Sender | Letter::LocalPart if !case.local_part.is_ascii() => return Expansion::NotAscii,
            Letter::Sender => case.sender(),
            Letter::LocalPart => case.local_part.clone(),
            Letter::SenderDomain => case.domain.clone(),
            Letter::Domain => domain.to_owned(),
            Letter::Ip => dotted(case.ip, place),
            Letter::Validated => match validated() {
                Some(name) => name,
                None => return Expansion::Waiting,
            },
            Letter::Version => if case.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
            Letter::Helo => case.helo.clone(),
            Letter::ReadableIp => case.ip.to_string(),
            Letter::Receiver => case.receiver.clone(),
            Letter::Time => case.now.to_string(),
        };
        let value = transform(found, &value);
        text.push_str(&value);
        if shown.len() < SHOWN {
            shown.push(Expanded { written: found.text.clone(), value });
        }
    }
    Expansion::Text(text, shown)
}

/// Splits, reverses, keeps the right-hand parts, joins with dots; then escapes for a URL.
fn transform(found: &Macro, value: &str) -> String {
    let untouched = found.keep.is_none() && !found.reversed && found.delimiters.is_empty();
    let value = if untouched {
        value.to_owned()
    } else {
        let splits = |c: char| if found.delimiters.is_empty() { c == '.' } else { found.delimiters.contains(c) };
        let mut parts: Vec<&str> = value.split(splits).collect();
        if found.reversed {
            parts.reverse();
        }
        let kept = parts.len().saturating_sub(found.keep.unwrap_or(usize::MAX));
        parts.get(kept..).unwrap_or_default().join(".")
    };
    if found.escaped { escape(&value) } else { value }
}

/// Percent encoding of everything but the unreserved characters (RFC 3986 §2.3).
fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The address in parts between dots. RFC 7208 §7.4 writes the nibbles of names in lower case; explanations are read by
/// people, and the public test suite wants them in upper case there.
fn dotted(ip: IpAddr, place: Place) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let nibbles: Vec<String> = ip
                .octets()
                .iter()
                .flat_map(|octet| [octet >> 4, octet & 15])
                .map(|nibble| if place == Place::Explanation { format!("{nibble:X}") } else { format!("{nibble:x}") })
                .collect();
            nibbles.join(".")
        }
    }
}
