//! Octets written as hexadecimal: `%C3` in URLs and MIME parameters (RFC 3986 §2.1, RFC 2231 §4), `+2B` in SMTP's
//! xtext (RFC 3461 §4).

use super::{Decoded, hex_pair};

/// Decodes `%` escapes; what is no escape stays.
#[must_use]
pub fn percent(text: &[u8]) -> Decoded {
    escapes(text, b'%', "\"%\" is not followed by two hexadecimal digits")
}

/// Decodes xtext; what is no escape stays.
#[must_use]
pub fn xtext(text: &[u8]) -> Decoded {
    escapes(text, b'+', "\"+\" is not followed by two hexadecimal digits")
}

fn escapes(text: &[u8], mark: u8, reason: &'static str) -> Decoded {
    let mut out = Decoded { octets: Vec::with_capacity(text.len()), stopped: None };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        if *byte != mark {
            out.octets.push(*byte);
        } else if let Some(octet) = hex_pair(text.get(at), text.get(at + 1)) {
            out.octets.push(octet);
            at += 2;
        } else {
            out.odd(at - 1, reason);
            out.octets.push(mark);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_both_kinds() {
        for (text, expect, stopped) in
            [("a%20b%C3%BC", "a bü", None), ("100%", "100%", Some(3)), ("a%2", "a%2", Some(1)), ("a+20", "a+20", None)]
        {
            let decoded = percent(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded.octets), expect, "{text}");
            assert_eq!(decoded.stopped.map(|s| s.at), stopped, "{text}");
        }
        assert_eq!(xtext(b"a+2Bb+3D").octets, b"a+b=");
        assert_eq!(xtext(b"a+zz").stopped.map(|s| s.at), Some(1));
    }
}
