//! The two transfer encodings of MIME (RFC 2045 §6.7, §6.8), read leniently.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Decoded, hex_pair};

/// Decodes base64 as far as it is base64. White space is passed over, the URL alphabet (RFC 4648 §5) is read too, and
/// padding may be missing.
#[must_use]
pub fn base64(text: &[u8]) -> Decoded {
    let mut out = Decoded { octets: Vec::with_capacity(text.len() / 4 * 3), stopped: None };
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut padded = false;
    for (at, byte) in text.iter().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'=' => {
                padded = true;
                continue;
            }
            _ => {
                out.odd(at, "not a base64 character");
                return out;
            }
        };
        if padded {
            out.odd(at, "base64 goes on behind its padding");
            return out;
        }
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.octets.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    if count == 6 {
        out.odd(text.len(), "the base64 was cut short");
    }
    out
}

/// Encodes as base64, with padding and without line breaks.
#[must_use]
pub fn to_base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Decodes quoted-printable. What is no escape is kept as it is, as RFC 2045 §6.7 advises.
#[must_use]
pub fn quoted_printable(text: &[u8]) -> Decoded {
    let mut out = Decoded { octets: Vec::with_capacity(text.len()), stopped: None };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte != b'=' {
            out.octets.push(*byte);
            at += 1;
            continue;
        }
        if let Some(octet) = hex_pair(text.get(at + 1), text.get(at + 2)) {
            out.octets.push(octet);
            at += 3;
            continue;
        }
        match soft_break(text.get(at + 1..).unwrap_or_default()) {
            Some(length) => at += 1 + length,
            None => {
                out.odd(at, "\"=\" is followed by neither two hexadecimal digits nor the end of the line");
                out.octets.push(b'=');
                at += 1;
            }
        }
    }
    out
}

/// The octets of a soft line break behind its `=`: the line end, with the blanks that some put before it.
fn soft_break(rest: &[u8]) -> Option<usize> {
    // RFC 2045 §6.7 rule 5; lines have 76 characters, so no honest run of blanks is longer.
    let blanks = rest.iter().take(76).take_while(|b| matches!(b, b' ' | b'\t')).count();
    match rest.get(blanks..)? {
        [b'\r', b'\n', ..] => Some(blanks + 2),
        [b'\n', ..] => Some(blanks + 1),
        [] => Some(blanks),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_far_as_it_goes() {
        assert_eq!(to_base64(b"hello"), "aGVsbG8=");
        for (text, expect, stopped) in [
            ("", "", None),
            ("aGVsbG8=", "hello", None),
            ("aGVs\r\nbG8", "hello", None),
            ("aGVsbG8=aGVs", "hello", Some(8)),
            ("aGVs!bG8=", "hel", Some(4)),
            ("aGVsb", "hel", Some(5)),
            ("Pz8_", "???", None),
        ] {
            let decoded = base64(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded.octets), expect, "{text}");
            assert_eq!(decoded.stopped.map(|s| s.at), stopped, "{text}");
        }
    }

    #[test]
    fn quoted_printable_as_far_as_it_goes() {
        for (text, expect, stopped) in [
            ("caf=C3=A9", "café", None),
            ("caf=c3=a9", "café", None),
            ("soft=\r\n break= \t\nhere=", "soft breakhere", None),
            ("a=ZZb", "a=ZZb", Some(1)),
            ("a=", "a", None),
            ("a=4", "a=4", Some(1)),
        ] {
            let decoded = quoted_printable(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded.octets), expect, "{text}");
            assert_eq!(decoded.stopped.map(|s| s.at), stopped, "{text}");
        }
    }
}
