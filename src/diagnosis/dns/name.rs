//! Domain names: as octets on the wire (RFC 1035 §3.1) and as text.
//!
//! Text is in A-label form without the dot at the end, the root being the empty text. An octet that is not printable
//! ASCII is written `\DDD`, one that zone files give a meaning is written behind a backslash (RFC 1035 §5.1), as dig
//! does. A name from the wire is so always safe to draw.

use std::cmp::Ordering;

use super::reader::{Fault, Reader};
use crate::protocol::text::domain;

/// Octets of the longest name on the wire, with the root's (RFC 1035 §2.3.4).
const LONGEST: usize = 255;
/// Octets of the longest label.
const LABEL: usize = 63;
/// Pointers that are followed in one name: as many as it can have labels.
const POINTERS: usize = 127;

/// A name as it stands on the wire, without compression: labels behind their lengths, and the root's zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WireName(Vec<u8>);

impl WireName {
    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self(vec![0])
    }

    /// Reads a name at the reader's place, following its pointers.
    ///
    /// A pointer must lead further back than the one before it, so that every name ends.
    pub(in crate::diagnosis) fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let began = reader.at();
        let mut wire = Vec::with_capacity(32);
        let (mut away, mut limit, mut pointers) = (None::<Reader<'_>>, began, 0);
        loop {
            let place = away.as_mut().unwrap_or(reader);
            let at = place.at();
            let length = place.u8("a name")?;
            match length {
                0 => {
                    wire.push(0);
                    return Ok(Self(wire));
                }
                1..=0x3f => {
                    let label = place.take(usize::from(length), "a label of a name")?;
                    if wire.len() + 1 + label.len() >= LONGEST {
                        return Err(Fault::new(began, "a name is longer than 255 octets"));
                    }
                    wire.push(length);
                    wire.extend_from_slice(label);
                }
                0xc0..=0xff => {
                    let target = usize::from(length & 0x3f) << 8 | usize::from(place.u8("a pointer of a name")?);
                    pointers += 1;
                    if target >= limit {
                        return Err(Fault::new(at, "a pointer of a name does not lead back"));
                    }
                    if pointers > POINTERS {
                        return Err(Fault::new(began, "a name has more than 127 pointers"));
                    }
                    limit = target;
                    away = Some(reader.jump(target));
                }
                _ => return Err(Fault::new(at, "a label of a name has an unknown type")),
            }
        }
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The labels, the root's left out, from left to right.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let mut rest = self.0.as_slice();
        let mut labels = Vec::new();
        while let Some((length, after)) = rest.split_first().filter(|(length, _)| **length > 0) {
            let Some((label, after)) = after.split_at_checked(usize::from(*length)) else { break };
            labels.push(label);
            rest = after;
        }
        labels.into_iter()
    }

    /// How many labels there are, the root's left out.
    #[must_use]
    pub fn count(&self) -> usize {
        self.labels().count()
    }

    /// The name without its first `labels` labels; the root when it has no more.
    #[must_use]
    pub fn without(&self, labels: usize) -> Self {
        let skipped: usize = self.labels().take(labels).map(|label| 1 + label.len()).sum();
        Self(self.0.get(skipped..).unwrap_or(&[0]).to_vec())
    }

    /// The name with `label` before it.
    ///
    /// # Errors
    /// It would be too long, or the label is.
    pub fn below(&self, label: &[u8]) -> Result<Self, String> {
        let mut wire = Vec::with_capacity(self.0.len() + 1 + label.len());
        match u8::try_from(label.len()) {
            Ok(length @ 1..=63) => wire.push(length),
            _ => return Err(format!("a label has {} octets, of 1 to {LABEL}", label.len())),
        }
        wire.extend_from_slice(label);
        wire.extend_from_slice(&self.0);
        if wire.len() > LONGEST { Err(too_long(wire.len())) } else { Ok(Self(wire)) }
    }

    /// Whether this name is `other` or stands below it.
    #[must_use]
    pub fn is_in(&self, other: &Self) -> bool {
        let (own, others) = (self.count(), other.count());
        own >= others && self.without(own - others).lower() == other.lower()
    }

    /// The same with every letter in lower case (RFC 4034 §6.2).
    #[must_use]
    pub fn lower(&self) -> Self {
        // A length is at most 63 and no letter.
        Self(self.0.to_ascii_lowercase())
    }

    /// The order of RFC 4034 §6.1: label by label from the right, without regard to case.
    #[must_use]
    pub fn cmp_canonical(&self, other: &Self) -> Ordering {
        let (own, others) = (self.lower(), other.lower());
        own.labels().rev().cmp(others.labels().rev())
    }

    /// Reads text. A dot at the end changes nothing.
    ///
    /// # Errors
    /// Why it is no name, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut wire = Vec::with_capacity(text.len() + 2);
        let mut label = Vec::new();
        let mut octets = text.bytes();
        let mut end = |label: &mut Vec<u8>| match u8::try_from(label.len()) {
            Ok(0) => Err("two dots, or a dot at the start, leave an empty label".to_owned()),
            Ok(length) if label.len() <= LABEL => {
                wire.push(length);
                wire.append(label);
                Ok(())
            }
            _ => Err(format!("a label has {} octets, at most {LABEL} are allowed", label.len())),
        };
        let bare = text == "." || text.is_empty();
        while let Some(octet) = octets.next().filter(|_| !bare) {
            match octet {
                b'.' => end(&mut label)?,
                b'\\' => match octets.next() {
                    Some(first) if first.is_ascii_digit() => {
                        let digits = [Some(first), octets.next(), octets.next()];
                        label.push(decimal(digits).ok_or_else(|| {
                            "a backslash and a digit begin \\DDD, three digits of at most 255".to_owned()
                        })?);
                    }
                    Some(literal) => label.push(literal),
                    None => return Err("a backslash at the end stands for nothing".to_owned()),
                },
                0x21..=0x7e => label.push(octet),
                _ => return Err(format!("the octet {octet} is not written plainly; write \\{octet:03}")),
            }
        }
        if !label.is_empty() {
            end(&mut label)?;
        }
        wire.push(0);
        if wire.len() > LONGEST { Err(too_long(wire.len())) } else { Ok(Self(wire)) }
    }

    /// The text, without the dot at its end.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        for label in self.labels() {
            if !text.is_empty() {
                text.push('.');
            }
            for octet in label {
                match octet {
                    b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$' => {
                        text.push('\\');
                        text.push(char::from(*octet));
                    }
                    0x21..=0x7e => text.push(char::from(*octet)),
                    _ => text.push_str(&format!("\\{octet:03}")),
                }
            }
        }
        text
    }
}

fn too_long(octets: usize) -> String {
    format!("{octets} octets on the wire, a name has at most {LONGEST}")
}

fn decimal(digits: [Option<u8>; 3]) -> Option<u8> {
    digits.into_iter().try_fold(0u8, |number, digit| {
        let digit = digit.filter(u8::is_ascii_digit)?;
        number.checked_mul(10)?.checked_add(digit - b'0')
    })
}

/// A name as somebody types it, in any script, as it is asked for: A-labels, no dot at the end, the root empty.
///
/// # Errors
/// Why it is no name, in a few words.
pub fn ascii_name(typed: &str) -> Result<String, String> {
    let ascii = if typed.is_ascii() {
        typed.to_owned()
    } else {
        domain::to_ascii(typed).ok_or_else(|| "a label is not allowed by IDNA".to_owned())?
    };
    WireName::parse(&ascii).map(|name| name.text().to_ascii_lowercase())
}

/// A name from the wire or for it, with its form in plain script where it has one: `xn--bcher-kva.example
/// (bücher.example)`. The root is a dot.
#[must_use]
pub fn both_forms(name: &str) -> String {
    match domain::to_unicode(name) {
        _ if name.is_empty() => ".".to_owned(),
        Some(unicode) => format!("{name} ({unicode})"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8], at: usize) -> Result<(String, usize), String> {
        let mut reader = Reader::new(octets).jump(at);
        let name = WireName::read(&mut reader).map_err(|fault| fault.to_string())?;
        Ok((name.text(), reader.at()))
    }

    #[test]
    fn names_on_the_wire() {
        let message = b"\x07example\x03org\0\x04mail\xc0\0\xc0\x0d\xc0\x14\x02a.\0\0\x41\0";
        for (at, expect) in [
            (0, Ok(("example.org", 13))),
            (12, Ok(("", 13))),
            (13, Ok(("mail.example.org", 20))),
            (20, Ok(("mail.example.org", 22))),
            // To the pointer right before it.
            (22, Ok(("mail.example.org", 24))),
            (24, Ok(("a\\.", 28))),
            (29, Err("octet 29: a label of a name has an unknown type")),
            (40, Err("octet 40: a name is cut short")),
        ] {
            let expect = expect.map(|(name, end): (&str, usize)| (name.to_owned(), end)).map_err(str::to_owned);
            assert_eq!(read(message, at), expect, "at {at}");
        }
    }

    #[test]
    fn hostile_names_end() {
        let long = [b"\x3f".as_slice(), &[b'a'; 63]].concat().repeat(4);
        let mut chain: Vec<u8> = vec![0, 0];
        for at in 0..300u16 {
            chain.extend((0xc000 | (at * 2)).to_be_bytes());
        }
        for (octets, at, part) in [
            (b"\xc0\0".as_slice(), 0, "does not lead back"),
            (b"\xc0\x02\xc0\0", 0, "does not lead back"),
            (b"\x01a\xc0\0", 0, "does not lead back"),
            (b"\x01a\xc0\0", 2, "does not lead back"),
            (b"\xc0", 0, "a pointer of a name is cut short"),
            (b"\x05abc", 0, "octet 1: a label of a name is cut short"),
            (&long, 0, "longer than 255"),
            (&chain, chain.len() - 2, "more than 127 pointers"),
        ] {
            let error = read(octets, at).unwrap_err();
            assert!(error.contains(part), "{octets:?}: {error}");
        }
    }

    #[test]
    fn text_and_wire() {
        for (text, wire, back) in [
            ("", b"\0".as_slice(), ""),
            (".", b"\0", ""),
            ("Example.org.", b"\x07Example\x03org\0", "Example.org"),
            ("a\\.b.c", b"\x03a.b\x01c\0", "a\\.b.c"),
            ("a\\032\\000\\255.c", b"\x04a \0\xff\x01c\0", "a\\032\\000\\255.c"),
            ("a;b", b"\x03a;b\0", "a\\;b"),
            (
                "128/26.2.0.192.in-addr.arpa",
                b"\x06128/26\x012\x010\x03192\x07in-addr\x04arpa\0",
                "128/26.2.0.192.in-addr.arpa",
            ),
        ] {
            let name = WireName::parse(text).unwrap();
            assert_eq!((name.octets(), name.text().as_str()), (wire, back), "{text}");
        }
        for (text, part) in [
            ("a..b", "empty label"),
            (".a", "empty label"),
            ("..", "empty label"),
            ("a\\", "stands for nothing"),
            ("a\\25", "three digits"),
            ("a\\256", "three digits"),
            ("a b", "write \\032"),
            (&"a".repeat(64), "64 octets, at most 63"),
            (&["a"; 128].join("."), "257 octets on the wire"),
        ] {
            let error = WireName::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(WireName::parse(&["a"; 127].join(".")).is_ok());
    }

    #[test]
    fn parents_and_children() {
        let name = WireName::parse("a.B.example").unwrap();
        assert_eq!(name.count(), 3);
        assert_eq!(name.without(1).text(), "B.example");
        assert_eq!(name.without(9), WireName::root());
        assert_eq!(name.without(1).below(b"x").unwrap().text(), "x.B.example");
        assert!(name.below(b"").is_err() && name.below(&[b'a'; 64]).is_err());
        assert!(name.is_in(&WireName::parse("b.EXAMPLE").unwrap()) && name.is_in(&WireName::root()));
        assert!(!name.is_in(&WireName::parse("c.example").unwrap()) && !name.without(1).is_in(&name));
        assert!(!WireName::parse("xb.example").unwrap().is_in(&WireName::parse("b.example").unwrap()));
    }

    #[test]
    fn the_order_of_names() {
        // RFC 4034 §6.1.
        let sorted = [
            "example",
            "a.example",
            "yljkjljk.a.example",
            "Z.a.example",
            "zABC.a.EXAMPLE",
            "z.example",
            "\\001.z.example",
            "*.z.example",
            "\\200.z.example",
        ];
        for (place, one) in sorted.iter().enumerate() {
            for (other_place, other) in sorted.iter().enumerate() {
                let [one, other] = [one, other].map(|name| WireName::parse(name).unwrap());
                assert_eq!(one.cmp_canonical(&other), place.cmp(&other_place), "{} {}", one.text(), other.text());
            }
        }
    }

    #[test]
    fn names_in_any_script() {
        for (typed, expect) in [
            ("BÜCHER.example", Ok("xn--bcher-kva.example")),
            ("_dmarc.Example.org.", Ok("_dmarc.example.org")),
            ("*.example.org", Ok("*.example.org")),
            (".", Ok("")),
            ("bü\u{fdd0}cher.example", Err("IDNA")),
            ("bü cher.example", Err("write \\032")),
            ("a..b", Err("empty label")),
        ] {
            match (ascii_name(typed), expect) {
                (Ok(got), Ok(expect)) => assert_eq!(got, expect, "{typed}"),
                (Err(got), Err(part)) => assert!(got.contains(part), "{typed}: {got}"),
                (got, expect) => panic!("{typed}: {got:?} is not {expect:?}"),
            }
        }
        assert_eq!(both_forms("xn--bcher-kva.example"), "xn--bcher-kva.example (bücher.example)");
        assert_eq!((both_forms(""), both_forms("a.example")), (".".to_owned(), "a.example".to_owned()));
    }
}
