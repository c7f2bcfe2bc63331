//! Encoded words in header fields: `=?utf-8?Q?caf=C3=A9?=` (RFC 2047, with the language of RFC 2231 §5).

use memchr::{memchr, memmem};

use super::{charset, hex_pair, transfer};

/// A text with its encoded words read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The text. Words that could not be read stand in it as they came.
    pub text: String,
    /// How many words were read.
    pub read: usize,
    /// The charsets of the words that were not, each once.
    pub unknown: Vec<String>,
}

/// One encoded word, still encoded in its charset.
struct Word<'a> {
    charset: &'a str,
    octets: Vec<u8>,
    /// Octets it took.
    length: usize,
}

/// Reads the encoded words of `text`, in linear time. White space between two of them is no part of the text
/// (RFC 2047 §6.2); a character that was cut in two by careless senders is put together again.
#[must_use]
pub fn decode(text: &[u8]) -> Words {
    let mut out = Words::default();
    // Octets of neighbouring words in one charset, with the text they came from.
    let mut pending: Option<(String, Vec<u8>, usize)> = None;
    let (mut at, mut plain) = (0, 0);
    while let Some(found) = memmem::find(text.get(at..).unwrap_or_default(), b"=?") {
        let start = at + found;
        let Some(word) = text.get(start..).and_then(word) else {
            at = start + 2;
            continue;
        };
        let between = text.get(plain..start).unwrap_or_default();
        let joined = pending.is_some() && between.iter().all(u8::is_ascii_whitespace);
        if !joined || pending.as_ref().is_some_and(|(charset, ..)| !charset.eq_ignore_ascii_case(word.charset)) {
            flush(&mut out, &mut pending, text, plain);
        }
        if !joined {
            out.text.push_str(&String::from_utf8_lossy(between));
        }
        at = start + word.length;
        plain = at;
        match &mut pending {
            Some((_, octets, _)) => octets.extend_from_slice(&word.octets),
            None => pending = Some((word.charset.to_owned(), word.octets, start)),
        }
        out.read += 1;
    }
    flush(&mut out, &mut pending, text, plain);
    out.text.push_str(&String::from_utf8_lossy(text.get(plain..).unwrap_or_default()));
    out
}

fn flush(out: &mut Words, pending: &mut Option<(String, Vec<u8>, usize)>, text: &[u8], end: usize) {
    let Some((name, octets, start)) = pending.take() else { return };
    match charset::decode(&name, &octets) {
        Some(decoded) => out.text.push_str(&decoded),
        None => {
            out.read = out.read.saturating_sub(1);
            out.text.push_str(&String::from_utf8_lossy(text.get(start..end).unwrap_or_default()));
            if out.unknown.len() < 8 && !out.unknown.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                out.unknown.push(name);
            }
        }
    }
}

/// The encoded word at the start of `text`. No part of one holds a `?`, so nothing is looked at twice.
fn word(text: &[u8]) -> Option<Word<'_>> {
    const LONGEST_CHARSET: usize = 64;
    let inner = text.strip_prefix(b"=?")?;
    let charset_end = memchr(b'?', inner.get(..inner.len().min(LONGEST_CHARSET))?)?;
    let charset = std::str::from_utf8(inner.get(..charset_end)?).ok()?;
    let encoding = inner.get(charset_end + 1)?.to_ascii_uppercase();
    let body = inner.get(charset_end + 2..)?.strip_prefix(b"?")?;
    let end = memchr(b'?', body)?;
    if body.get(end + 1) != Some(&b'=') || charset.is_empty() {
        return None;
    }
    let encoded = body.get(..end)?;
    if encoded.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        return None;
    }
    let octets = match encoding {
        b'B' => transfer::base64(encoded).octets,
        b'Q' => q(encoded),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    Some(Word { charset, octets, length: 2 + charset_end + 3 + end + 2 })
}

/// The Q encoding (RFC 2047 §4.2): quoted-printable in which `_` is a space.
fn q(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(byte) = encoded.get(at) {
        match (byte, hex_pair(encoded.get(at + 1), encoded.get(at + 2))) {
            (b'=', Some(octet)) => {
                out.push(octet);
                at += 2;
            }
            (b'_', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rfc_2047_and_of_the_wild() {
        for (text, expect, read) in [
            ("plain", "plain", 0),
            ("=?ISO-8859-1?Q?a?=", "a", 1),
            ("=?ISO-8859-1?Q?a?= b", "a b", 1),
            ("=?ISO-8859-1?Q?a?=   =?ISO-8859-1?Q?b?=", "ab", 2),
            ("=?ISO-8859-1?Q?a_b?=", "a b", 1),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a=?ISO-8859-2?Q?_b?=", 1),
            ("=?UTF-8?B?R3LDvMOfZQ==?= aus", "Grüße aus", 1),
            ("=?utf-8*de?q?gr=C3=BC?=", "grü", 1),
            ("=?utf-8?B?w?= =?utf-8?B?w7w=?=", "ü", 2),
            ("=?UTF-8?Q?gr=C3?= =?UTF-8?Q?=BC?=", "grü", 2),
            ("a =?x? =?=? =?utf-8?X?a?= =?utf-8?Q?a", "a =?x? =?=? =?utf-8?X?a?= =?utf-8?Q?a", 0),
            ("(=?utf-8?Q?a?=)", "(a)", 1),
        ] {
            let words = decode(text.as_bytes());
            assert_eq!((words.text.as_str(), words.read), (expect, read), "{text}");
        }
        assert_eq!(decode(b"=?koi8-r?B?AAAA?= =?KOI8-R?Q?a?=").unknown, ["koi8-r"]);
    }

    #[test]
    fn a_long_line_of_beginnings_costs_little() {
        let text = b"=?utf-8?Q?".repeat(100_000);
        assert_eq!(decode(&text).text.len(), text.len());
    }
}
