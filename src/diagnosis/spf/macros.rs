//! Macro expansion (RFC 7208 §7.3).

use std::fmt::Write as _;
use std::net::IpAddr;

use super::case::Case;
use super::macro_string::{Letter, Macro, MacroString, Piece, Place};

/// What a macro string became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expansion {
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
pub(super) fn expand(
    string: &MacroString,
    place: Place,
    case: &Case,
    domain: &str,
    mut validated: impl FnMut() -> Option<String>,
) -> Expansion {
    let mut text = String::new();
    let mut shown = Vec::new();
    let mut client = None;
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
            Letter::Validated => {
                client = client.or_else(&mut validated);
                match &client {
                    Some(name) => name.clone(),
                    None => return Expansion::Waiting,
                }
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, place: Place, ip: &str, sender: &str) -> Expansion {
        let string = MacroString::read(text, place).unwrap();
        let case = Case::mail_from(ip.parse().unwrap(), "mail.example.net", sender).received_by("mx.example.edu").at(7);
        let domain = case.domain().to_owned();
        expand(&string, place, &case, &domain, || Some("mx.example.org".to_owned()))
    }

    fn name(text: &str, ip: &str) -> String {
        match expanded(text, Place::DomainSpec, ip, "strong-bad@email.example.com") {
            Expansion::Text(text, _) => text,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_examples_of_the_rfc() {
        for (text, expect) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d3}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr}", "strong-bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
            ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
            ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
            ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ] {
            assert_eq!(name(text, "192.0.2.3"), expect, "{text}");
        }
        assert_eq!(
            name("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01"),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
        );
    }

    #[test]
    fn every_letter_and_every_way_to_cut() {
        for (text, expect) in [
            ("%{h}|%{p}|%{v}", "mail.example.net|mx.example.org|in-addr"),
            ("%{c} %{r} %{t}", "192.0.2.3 mx.example.edu 7"),
            ("%%%_%-", "% %20"),
            ("%{S}", "a%2Bb-c%3Dd.e%26%22f%22~_%40x.example"),
            ("%{L1-}", "c%3Dd.e%26%22f%22~_"),
            ("%{l+-=}", "a.b.c.d.e&\"f\"~_"),
            // Without a delimiter of its own a macro is cut at dots, and empty parts are parts.
            ("%{l2-}|%{l99999999999999999999999-}", "a+b.c=d.e&\"f\"~_|a+b.c=d.e&\"f\"~_"),
            ("%{D1R.}", "x"),
        ] {
            let got = expanded(text, Place::Explanation, "::ffff:192.0.2.3", "a+b-c=d.e&\"f\"~_@x.example");
            let Expansion::Text(got, _) = got else { panic!("{text}: {got:?}") };
            assert_eq!(got, expect, "{text}");
        }
        let Expansion::Text(got, shown) = expanded("%{i} %{ir}", Place::Explanation, "2001:db8::cafe", "x.example")
        else {
            panic!("no text")
        };
        assert!(got.starts_with("2.0.0.1.0.D.B.8.0.") && got.ends_with(".8.B.D.0.1.0.0.2"), "{got}");
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[1].written, "%{ir}");
    }

    #[test]
    fn local_parts_that_are_not_ascii() {
        for (text, expect) in [("%{l}.x", true), ("%{S}.x", true), ("%{o}.x", false)] {
            let got = expanded(text, Place::DomainSpec, "192.0.2.1", "jörg@bücher.example");
            assert_eq!(got == Expansion::NotAscii, expect, "{text}: {got:?}");
        }
    }
}
