//! Charsets by their labels in the WHATWG Encoding Standard, which are the ones mail is written in.
//!
//! That standard is made for pages that lie: it reads US-ASCII, ISO 8859-1, 8859-9 and 8859-11 as the Windows code
//! pages that fill their gaps. Here a charset has what it says it has; what else came is read as well as can be, and
//! named. UTF-7, the charsets that the standard turns away (ISO-2022-KR, HZ) and unknown labels are not read at all.

use encoding_rs::{DecoderResult, Encoding, ISO_2022_JP, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs::{WINDOWS_874, WINDOWS_1252, WINDOWS_1254};

/// Octets read as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text. U+FFFD stands for each sequence of octets that could not be read.
    pub text: String,
    /// The octets that the charset does not have, in their order.
    pub foreign: Vec<u8>,
}

impl Text {
    /// What is wrong with the octets as text of this charset, without a full stop: `2 octets are not utf-8: \xff\xfe`.
    #[must_use]
    pub fn remark(&self, charset: &str) -> Option<String> {
        const LISTED: usize = 8;
        let listed: String = self.foreign.iter().take(LISTED).map(|octet| format!("\\x{octet:02x}")).collect();
        match self.foreign.len() {
            0 => None,
            1 => Some(format!("1 octet is not {charset}: {listed}")),
            count if count > LISTED => Some(format!("{count} octets are not {charset}: {listed}…")),
            count => Some(format!("{count} octets are not {charset}: {listed}")),
        }
    }
}

/// How the octets of a label are read.
enum Reader {
    /// As the standard has it.
    Whatwg(&'static Encoding),
    /// The same, but 80 to 9F are the control characters C1, as in every part of ISO 8859.
    Iso(&'static Encoding),
    /// Seven bits; what has eight is read as UTF-8 and is foreign all the same.
    Ascii,
    /// The byte order is told by its mark, and is big-endian without one (RFC 2781 §4.3).
    Utf16,
}

fn reader(label: &str) -> Option<Reader> {
    let label = label.trim_ascii().to_ascii_lowercase();
    let encoding = match label.as_str() {
        "ascii" | "us-ascii" | "ansi_x3.4-1968" => return Some(Reader::Ascii),
        // RFC 1428 §3: nobody knows; what is UTF-8 today is hardly anything else.
        "unknown-8bit" => UTF_8,
        // The registered alias that the standard has left out.
        "latin-9" => ISO_8859_15,
        label => Encoding::for_label_no_replacement(label.as_bytes())?,
    };
    let code_page = ["1252", "1254", "874"].iter().any(|number| label.ends_with(number));
    Some(if encoding == UTF_16LE && label != "utf-16le" {
        Reader::Utf16
    } else if [WINDOWS_1252, WINDOWS_1254, WINDOWS_874].contains(&encoding) && !code_page {
        Reader::Iso(encoding)
    } else {
        Reader::Whatwg(encoding)
    })
}

/// The charset as it came, and whether it is one that is not read here.
#[must_use]
pub fn named(charset: &str) -> String {
    if reader(charset).is_some() { charset.to_owned() } else { format!("{charset} (not understood)") }
}

/// That a charset is not read here, without a full stop.
#[must_use]
pub fn not_understood(charset: &str) -> String {
    format!("charset {charset} is not understood")
}

/// `octets` in this charset as text, at most three times as long. `None` for a charset that is not read here.
#[must_use]
pub fn decode(charset: &str, octets: &[u8]) -> Option<Text> {
    let mut out = Text::default();
    match reader(charset)? {
        Reader::Whatwg(encoding) => whatwg(encoding, octets, &mut out),
        Reader::Iso(encoding) => {
            let is_c1 = |octet: &u8| matches!(octet, 0x80..=0x9f);
            for run in octets.chunk_by(|a, b| is_c1(a) == is_c1(b)) {
                if run.first().is_some_and(is_c1) {
                    out.text.extend(run.iter().map(|octet| char::from(*octet)));
                } else {
                    whatwg(encoding, run, &mut out);
                }
            }
        }
        Reader::Ascii => {
            whatwg(UTF_8, octets, &mut out);
            out.foreign = octets.iter().copied().filter(|octet| !octet.is_ascii()).collect();
        }
        Reader::Utf16 => match octets {
            [0xff, 0xfe, octets @ ..] => whatwg(UTF_16LE, octets, &mut out),
            [0xfe, 0xff, octets @ ..] | octets => whatwg(UTF_16BE, octets, &mut out),
        },
    }
    Some(out)
}

/// Puts `more` behind `octets`, both in this charset, as one text.
///
/// Text in ISO-2022-JP ends in ASCII and shifts out of it anew (RFC 1468); the standard takes two shifts in a row for
/// an attempt to deceive. Where two such texts meet, the first of the two is taken out: nothing stands under it.
pub(super) fn join(charset: &str, octets: &mut Vec<u8>, more: &[u8]) {
    let shifts = |text: &[u8]| {
        [b"(B", b"(J", b"(I", b"$@", b"$B"].iter().any(|to| matches!(text, [0x1b, rest @ ..] if rest.starts_with(*to)))
    };
    let last = octets.len().saturating_sub(3);
    if shifts(more)
        && octets.get(last..).is_some_and(shifts)
        && matches!(reader(charset), Some(Reader::Whatwg(encoding)) if encoding == ISO_2022_JP)
    {
        octets.truncate(last);
    }
    octets.extend_from_slice(more);
}

/// Reads all of `octets`, a byte order mark like any other character.
fn whatwg(encoding: &'static Encoding, octets: &[u8], out: &mut Text) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    out.text.reserve(octets.len());
    let mut at = 0;
    loop {
        let rest = octets.get(at..).unwrap_or_default();
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut out.text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return,
            // The reserve for what is left, so that no more than one round is made between two faults.
            DecoderResult::OutputFull => {
                let rest = octets.len().saturating_sub(at);
                out.text.reserve(decoder.max_utf8_buffer_length_without_replacement(rest).unwrap_or(rest));
            }
            DecoderResult::Malformed(length, behind) => {
                let end = at.saturating_sub(usize::from(behind));
                let begin = end.saturating_sub(usize::from(length));
                out.foreign.extend_from_slice(octets.get(begin..end).unwrap_or_default());
                out.text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_octets() {
        for (label, octets, text, foreign) in [
            ("UTF-8", &b"gr\xc3\xbc"[..], "grü", &b""[..]),
            ("utf8", b"a\xffb\xe2\x82", "a\u{fffd}b\u{fffd}", b"\xff\xe2\x82"),
            ("utf-8", b"\xef\xbb\xbfa", "\u{feff}a", b""),
            ("unknown-8bit", b"gr\xc3\xbc\xfc", "grü\u{fffd}", b"\xfc"),
            ("us-ascii", b"plain", "plain", b""),
            ("US-ASCII", b"gr\xc3\xbc", "grü", b"\xc3\xbc"),
            ("ANSI_X3.4-1968", b"gr\xfc", "gr\u{fffd}", b"\xfc"),
            // What stands between 80 and 9F in ISO 8859 is a control character, whatever it was meant to be.
            ("ISO-8859-1", b"gr\xfc \x93x\x94", "grü \u{93}x\u{94}", b""),
            (" latin1 ", b"\x80\xa4\x80", "\u{80}¤\u{80}", b""),
            ("Windows-1252", b"\x93x\x94 \x80\x81", "“x” €\u{81}", b""),
            ("cp1252", b"\x80", "€", b""),
            ("iso-8859-2", b"\xb1\x93\xe6", "ą\u{93}ć", b""),
            ("iso-8859-7", b"\xc1\xd2", "Α\u{fffd}", b"\xd2"),
            ("iso-8859-9", b"\xfe\x80", "ş\u{80}", b""),
            ("windows-1254", b"\xfe\x80", "ş€", b""),
            ("tis-620", b"\xa1\x85\xdb", "ก\u{85}\u{fffd}", b"\xdb"),
            ("windows-874", b"\xa1\x85\xdb", "ก…\u{fffd}", b"\xdb"),
            ("iso-8859-15", b"\xa4\xbc", "€Œ", b""),
            ("latin-9", b"\xa4", "€", b""),
            ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", b""),
            ("KOI8-U", b"\xa4\xa6", "єі", b""),
            ("windows-1250", b"\x9e\xe8", "žč", b""),
            ("windows-1251", b"\xcf\xf0\xe8\x98", "При\u{98}", b""),
            ("windows-1253", b"\xe1\xd2", "α\u{fffd}", b"\xd2"),
            ("windows-1255", b"\xf9\xd9", "ש\u{fffd}", b"\xd9"),
            ("windows-1256", b"\xc8", "ب", b""),
            ("windows-1257", b"\xe6\xa1", "ę\u{fffd}", b"\xa1"),
            ("windows-1258", b"\xfe", "₫", b""),
            ("ibm866", b"\x8f\xe0", "Пр", b""),
            ("macintosh", b"\x8a", "ä", b""),
            ("shift_jis", b"\x93\xfa\x96\x7b\xb1", "日本ｱ", b""),
            ("Shift-JIS", b"a\x93", "a\u{fffd}", b"\x93"),
            ("euc-jp", b"\xc6\xfc\xcb\xdc", "日本", b""),
            ("EUC-JP", b"\xc6a", "\u{fffd}a", b"\xc6"),
            ("ISO-2022-JP", b"\x1b$BF|K\\\x1b(B.", "日本.", b""),
            ("iso-2022-jp", b"a\x1b[31m", "a\u{fffd}[31m", b"\x1b"),
            ("iso-2022-jp", b"\x1b$BF", "\u{fffd}", b"F"),
            ("iso-2022-jp", b"\x0e\x1b", "\u{fffd}\u{fffd}", b"\x0e\x1b"),
            ("euc-kr", b"\xc7\xd1\xb1\xdb", "한글", b""),
            ("ks_c_5601-1987", b"\xc7\xd1\xff", "한\u{fffd}", b"\xff"),
            ("gb2312", b"\xd6\xd0\xce\xc4", "中文", b""),
            ("GBK", b"\x81\x40\xff", "丂\u{fffd}", b"\xff"),
            ("gb18030", b"\x94\x39\xda\x33\x84\x30", "💩\u{fffd}", b"\x84\x30"),
            ("big5", b"\xa4\xa4\xa4\xe5\x88\x62", "中文\u{ca}\u{304}", b""),
            ("Big5-HKSCS", b"\xa4", "\u{fffd}", b"\xa4"),
            ("UTF-16BE", b"\0a\0", "a\u{fffd}", b"\0"),
            ("utf-16le", b"a\0\x3d\xd8\x00\xde", "a😀", b""),
            ("utf-16le", b"\xff\xfea\0\x3d\xd8", "\u{feff}a\u{fffd}", b"\x3d\xd8"),
            ("utf-16", b"\0a", "a", b""),
            ("UTF-16", b"\xff\xfea\0", "a", b""),
            ("utf-16", b"\xfe\xff\0a", "a", b""),
        ] {
            let expect = Text { text: text.to_owned(), foreign: foreign.to_vec() };
            assert_eq!(decode(label, octets), Some(expect), "{label} {octets:02x?}");
        }
    }

    #[test]
    fn texts_that_meet() {
        for (label, first, second, expect) in [
            ("iso-2022-jp", &b"\x1b$BF|\x1b(B"[..], &b"\x1b$BK\\\x1b(B"[..], &b"\x1b$BF|\x1b$BK\\\x1b(B"[..]),
            ("csISO2022JP", b"\x1b(J", b"\x1b$@", b"\x1b$@"),
            ("iso-2022-jp", b"\x1b$BF", b"|", b"\x1b$BF|"),
            ("iso-2022-jp", b"\x1b(B", b"\x1b[", b"\x1b(B\x1b["),
            ("iso-2022-jp", b"(B", b"\x1b$B", b"(B\x1b$B"),
            ("utf-8", b"\x1b(B", b"\x1b$B", b"\x1b(B\x1b$B"),
        ] {
            let mut joined = first.to_vec();
            join(label, &mut joined, second);
            assert_eq!(joined, expect, "{label} {first:02x?} {second:02x?}");
        }
    }

    #[test]
    fn what_is_not_read_is_named() {
        for label in
            ["utf-7", "UTF-7", "utf-32", "iso-2022-kr", "hz-gb-2312", "iso-2022-cn", "replacement", "x", "", "é"]
        {
            assert_eq!(decode(label, b"a"), None, "{label}");
        }
        assert_eq!(not_understood("utf-7"), "charset utf-7 is not understood");
        assert_eq!([named("utf-7"), named("Big5")], ["utf-7 (not understood)", "Big5"]);
    }

    #[test]
    fn what_was_replaced_is_said() {
        for (octets, expect) in [
            (&b"a"[..], None),
            (b"\x1b", Some("1 octet is not x: \\x1b")),
            (b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe", Some("8 octets are not x: \\xff\\xfe\\xff\\xfe\\xff\\xfe\\xff\\xfe")),
            (
                b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff",
                Some("9 octets are not x: \\xff\\xfe\\xff\\xfe\\xff\\xfe\\xff\\xfe…"),
            ),
        ] {
            let foreign = if octets == b"a" { Vec::new() } else { octets.to_vec() };
            assert_eq!(Text { text: String::new(), foreign }.remark("x").as_deref(), expect);
        }
    }
}
