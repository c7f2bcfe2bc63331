//! Octets as dig writes them. All that comes out is printable ASCII.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32HEX: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

/// Hexadecimal digits, in upper case as in the RFCs of these records.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut out, octet| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{octet:02X}");
        out
    })
}

/// Base64 with its padding (RFC 4648 §4).
pub(crate) fn base64(octets: &[u8]) -> String {
    let mut out = groups(octets, 6, BASE64);
    out.extend(std::iter::repeat_n('=', (4 - out.len() % 4) % 4));
    out
}

/// Base32 with the extended hex alphabet and no padding, as NSEC3 names are written (RFC 5155 §1.3).
pub(crate) fn base32hex(octets: &[u8]) -> String {
    groups(octets, 5, BASE32HEX)
}

/// The octets in groups of `width` bits, each as its letter of the alphabet; zeros fill the last.
fn groups(octets: &[u8], width: u32, alphabet: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len() * 8 / 5 + 2);
    let (mut bits, mut held) = (0u32, 0u32);
    let mut letter = |group: u32| {
        let place = group as usize & (alphabet.len() - 1);
        out.push(alphabet.get(place).copied().map_or('?', char::from));
    };
    for octet in octets {
        bits = bits << 8 | u32::from(*octet);
        held += 8;
        while held >= width {
            held -= width;
            letter(bits >> held);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        letter(bits << (width - held));
    }
    out
}

/// A string in quotes, what is not printable ASCII as `\DDD` (RFC 1035 §5.1).
pub(crate) fn quoted(string: &[u8]) -> String {
    let mut out = String::with_capacity(string.len() + 2);
    out.push('"');
    for octet in string {
        match octet {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(*octet));
            }
            0x20..=0x7e => out.push(char::from(*octet)),
            _ => {
                let _ = write!(out, "\\{octet:03}");
            }
        }
    }
    out.push('"');
    out
}

/// RDATA of a type that is not known, or that cannot be read as its type (RFC 3597 §5).
pub(crate) fn unknown(octets: &[u8]) -> String {
    let digits = hex(octets);
    format!("\\# {}{}{digits}", octets.len(), if digits.is_empty() { "" } else { " " })
}

/// Seconds since 1970 as `YYYYMMDDHHmmSS` in UTC (RFC 4034 §3.2).
pub(crate) fn time(seconds: u32) -> String {
    let at = Timestamp::from_second(i64::from(seconds)).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%S").to_string()
}

/// A length of time in the unit a person would take: `90 s`, `2 min 5 s`, `3 h 0 min`, `2 d 4 h`.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min {} s", seconds / 60, seconds % 60),
        7200..=172_799 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_bits() {
        // RFC 4648 §10.
        for (text, sixty_four, thirty_two) in [
            ("", "", ""),
            ("f", "Zg==", "CO"),
            ("fo", "Zm8=", "CPNG"),
            ("foo", "Zm9v", "CPNMU"),
            ("foob", "Zm9vYg==", "CPNMUOG"),
            ("fooba", "Zm9vYmE=", "CPNMUOJ1"),
            ("foobar", "Zm9vYmFy", "CPNMUOJ1E8"),
        ] {
            assert_eq!(
                (base64(text.as_bytes()).as_str(), base32hex(text.as_bytes()).as_str()),
                (sixty_four, thirty_two)
            );
        }
    }

    #[test]
    fn strings_times_and_the_unknown() {
        assert_eq!(quoted(b"a \"b\"\\\x1b\xff;"), "\"a \\\"b\\\"\\\\\\027\\255;\"");
        assert_eq!((time(0), time(1_700_000_000)), ("19700101000000".to_owned(), "20231114221320".to_owned()));
        assert_eq!(time(u32::MAX), "21060207062815");
        assert_eq!((unknown(b""), unknown(b"\x0a\xbc")), ("\\# 0".to_owned(), "\\# 2 0ABC".to_owned()));
        assert_eq!(hex(b"\x00\xfe"), "00FE");
    }
}
