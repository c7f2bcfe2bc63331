//! Encoded words in header fields: `=?utf-8?Q?caf=C3=A9?=` (RFC 2047, with the language of RFC 2231 §5).

use memchr::{memchr, memmem};

use super::{charset, hex_pair, transfer};

/// Remarks that are kept of one text.
const REMARKS: usize = 8;

/// A text with its encoded words read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The text. Words that could not be read stand in it as they came.
    pub text: String,
    /// How many words were read.
    pub read: usize,
    /// Charsets that are not understood and octets that a charset does not have, each once, without a full stop. They
    /// repeat the charset as it came.
    pub remarks: Vec<String>,
}

/// Remarks as they stand behind the text they are about: `  (charset x is not understood)`, or nothing.
#[must_use]
pub fn behind(remarks: &[String]) -> String {
    if remarks.is_empty() { String::new() } else { format!("  ({})", remarks.join("; ")) }
}

/// One encoded word, still encoded in its charset.
struct Word<'a> {
    charset: &'a str,
    /// `B` or `Q`.
    encoding: u8,
    octets: Vec<u8>,
    /// Octets it took.
    length: usize,
}

/// Neighbouring words that are read as one, because the first of them may end within a character.
struct Run<'a> {
    word: Word<'a>,
    /// Where the first begins.
    start: usize,
    words: usize,
    /// The white space between it and the word before it.
    gap: &'a [u8],
}

/// Reads the encoded words of `text`, in linear time. White space between two of them is no part of the text
/// (RFC 2047 §6.2). A word has to be whole in itself (§5 (3)); many senders cut characters and the shifts of ISO-2022-JP
/// all the same, so neighbours in one charset and encoding are put together before they are read.
#[must_use]
pub fn decode(text: &[u8]) -> Words {
    let mut out = Words::default();
    let mut run: Option<Run<'_>> = None;
    let mut before_read = true;
    let (mut at, mut plain) = (0, 0);
    while let Some(found) = memmem::find(text.get(at..).unwrap_or_default(), b"=?") {
        let start = at + found;
        let Some(word) = text.get(start..).and_then(word) else {
            at = start + 2;
            continue;
        };
        let between = text.get(plain..start).unwrap_or_default();
        let neighbours = run.is_some() && between.iter().all(u8::is_ascii_whitespace);
        let as_one = neighbours
            && run.as_ref().is_some_and(|Run { word: first, .. }| {
                first.charset.eq_ignore_ascii_case(word.charset) && first.encoding == word.encoding
            });
        if !as_one && let Some(run) = run.take() {
            before_read = flush(&mut out, run, text, plain, before_read);
        }
        if !neighbours {
            out.text.push_str(&String::from_utf8_lossy(between));
            before_read = true;
        }
        at = start + word.length;
        plain = at;
        match &mut run {
            Some(run) => {
                charset::join(run.word.charset, &mut run.word.octets, &word.octets);
                run.words += 1;
            }
            None => run = Some(Run { word, start, words: 1, gap: if neighbours { between } else { b"" } }),
        }
    }
    if let Some(run) = run {
        flush(&mut out, run, text, plain, before_read);
    }
    out.text.push_str(&String::from_utf8_lossy(text.get(plain..).unwrap_or_default()));
    out
}

/// Appends a run that ends at `end`, and says whether it could be read. White space is left out between words that are
/// read only (RFC 2047 §6.2): between others it stays, as they do.
fn flush(out: &mut Words, run: Run<'_>, text: &[u8], end: usize, before_read: bool) -> bool {
    let Run { word, start, words, gap } = run;
    let decoded = charset::decode(word.charset, &word.octets);
    let read = decoded.is_some();
    if !(read && before_read) {
        out.text.push_str(&String::from_utf8_lossy(gap));
    }
    let remark = match decoded {
        Some(decoded) => {
            out.read += words;
            out.text.push_str(&decoded.text);
            decoded.remark(word.charset)
        }
        None => {
            out.text.push_str(&String::from_utf8_lossy(text.get(start..end).unwrap_or_default()));
            Some(charset::not_understood(word.charset))
        }
    };
    if let Some(remark) = remark
        && out.remarks.len() < REMARKS
        && !out.remarks.iter().any(|known| known.eq_ignore_ascii_case(&remark))
    {
        out.remarks.push(remark);
    }
    read
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
        b'B' => {
            let decoded = transfer::base64(encoded);
            // What is no base64 in its middle would be lost; a last piece that was cut short is worth less than the rest.
            if decoded.stopped.is_some_and(|stopped| stopped.at < encoded.len()) {
                return None;
            }
            decoded.octets
        }
        b'Q' => q(encoded),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    Some(Word { charset, encoding, octets, length: 2 + charset_end + 3 + end + 2 })
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
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b", 2),
            ("=?ISO-8859-1?Q?a?= =?utf-7?Q?_b?=", "a =?utf-7?Q?_b?=", 1),
            ("=?utf-7?Q?a?=  =?x?Q?b?= =?utf-8?Q?c?=", "=?utf-7?Q?a?=  =?x?Q?b?= c", 1),
            ("=?utf-7?Q?a?= =?UTF-7?Q?b?= c", "=?utf-7?Q?a?= =?UTF-7?Q?b?= c", 0),
            ("=?UTF-8?B?R3LDvMOfZQ==?= aus", "Grüße aus", 1),
            ("=?utf-8*de?q?gr=C3=BC?=", "grü", 1),
            ("=?utf-8?B?w?= =?utf-8?B?w7w=?=", "ü", 2),
            ("=?UTF-8?Q?gr=C3?= =?UTF-8?Q?=BC?=", "grü", 2),
            ("a =?x? =?=? =?utf-8?X?a?= =?utf-8?Q?a", "a =?x? =?=? =?utf-8?X?a?= =?utf-8?Q?a", 0),
            ("(=?utf-8?Q?a?=)", "(a)", 1),
            ("=?utf-8?B?Z3LD?= =?utf-8?b?vA==?=", "grü", 2),
            ("=?utf-8?B?Z3LD?= =?utf-8?Q?=BC?=", "gr\u{fffd}\u{fffd}", 2),
            ("=?utf-8?B?Z3LD?= x =?utf-8?B?vA==?=", "gr\u{fffd} x \u{fffd}", 2),
            ("=?utf-8?B?w7w!w7w=?=", "=?utf-8?B?w7w!w7w=?=", 0),
            ("=?koi8-r?B?8NLJ18XU?=", "Привет", 1),
            ("=?iso-8859-1?Q?=93a=94?=", "\u{93}a\u{94}", 1),
            // Each word whole in itself, as RFC 2047 §5 has it; then one text cut where it happened to be.
            ("=?ISO-2022-JP?B?GyRCRnwbKEI=?= =?ISO-2022-JP?B?GyRCS1wbKEI=?=", "日本", 2),
            ("=?ISO-2022-JP?B?GyRCRg==?=\r\n =?iso-2022-jp?B?fEtcGyhC?=", "日本", 2),
            ("=?ISO-2022-JP?Q?=1B$BF|?= =?ISO-2022-JP?Q?K\\=1B(B.?=", "日本.", 2),
            ("=?ISO-2022-JP?Q?=1B$BF|?= =?ISO-2022-JP?B?S1w=?=", "日K\\", 2),
        ] {
            let words = decode(text.as_bytes());
            assert_eq!((words.text.as_str(), words.read), (expect, read), "{text}");
        }
    }

    #[test]
    fn what_could_not_be_read_is_said_once() {
        for (text, expect) in [
            ("=?utf-8?Q?a?=", &[][..]),
            ("=?utf-7?B?AAAA?= =?UTF-7?Q?a?=", &["charset utf-7 is not understood"]),
            ("=?utf-8?Q?=FF=FE?= x =?utf-8?Q?=FF=FE?=", &["2 octets are not utf-8: \\xff\\xfe"]),
            (
                "=?us-ascii?Q?=C3=BC?= =?x*en?Q?a?=",
                &["2 octets are not us-ascii: \\xc3\\xbc", "charset x is not understood"],
            ),
        ] {
            assert_eq!(decode(text.as_bytes()).remarks, expect, "{text}");
        }
        let many: String = (0..100).map(|n| format!("=?x{n}?Q?a?= ")).collect();
        assert_eq!(decode(many.as_bytes()).remarks.len(), REMARKS);
    }

    #[test]
    fn a_long_line_of_beginnings_costs_little() {
        let text = b"=?utf-8?Q?".repeat(100_000);
        assert_eq!(decode(&text).text.len(), text.len());
    }
}
