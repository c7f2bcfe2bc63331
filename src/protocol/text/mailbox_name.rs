//! Mailbox names outside ASCII in IMAP4rev1: modified UTF-7 (RFC 3501 §5.1.3), both ways.

use super::NotUnderstood;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The name in plain text. A name that is UTF-8 already (RFC 6855, IMAP4rev2) passes unchanged.
///
/// # Errors
/// Where the name is neither: an `&` that begins nothing, a broken shift, octets that are no UTF-8.
pub fn decode(name: &[u8]) -> Result<String, NotUnderstood> {
    let text = std::str::from_utf8(name).map_err(|error| NotUnderstood::new(error.valid_up_to(), "not UTF-8"))?;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let at = text.len() - rest.len() + start;
        let (before, shift) = rest.split_at(start);
        out.push_str(before);
        let Some(end) = shift.find('-') else {
            return Err(NotUnderstood::new(at, "\"&\" begins modified UTF-7, and no \"-\" ends it"));
        };
        let (encoded, behind) = shift.split_at(end);
        rest = behind.get(1..).unwrap_or_default();
        match encoded.get(1..).unwrap_or_default() {
            "" => out.push('&'),
            encoded => units(encoded, at + 1, &mut out)?,
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads what stands between `&` and `-`: UTF-16 in modified base64.
fn units(encoded: &str, at: usize, out: &mut String) -> Result<(), NotUnderstood> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut units = Vec::with_capacity(encoded.len() / 2);
    for (place, byte) in encoded.bytes().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return Err(NotUnderstood::new(at + place, "no letter of modified base64")),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push((bits >> count) as u16);
            bits &= (1 << count) - 1;
        }
    }
    if count >= 6 || bits != 0 {
        return Err(NotUnderstood::new(at + encoded.len(), "the UTF-16 between \"&\" and \"-\" is cut short"));
    }
    for c in char::decode_utf16(units) {
        out.push(c.map_err(|_| NotUnderstood::new(at, "half a surrogate pair"))?);
    }
    Ok(())
}

/// A name as IMAP4rev1 writes it.
#[must_use]
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let (mut bits, mut count, mut shifted) = (0_u32, 0_u32, false);
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            if shifted {
                close(&mut out, bits, count);
                (bits, count, shifted) = (0, 0, false);
            }
            out.push(c);
            if c == '&' {
                out.push('-');
            }
            continue;
        }
        if !shifted {
            out.push('&');
            shifted = true;
        }
        let mut pair = [0; 2];
        for unit in c.encode_utf16(&mut pair) {
            bits = bits << 16 | u32::from(*unit);
            count += 16;
            while count >= 6 {
                count -= 6;
                push_digit(&mut out, bits >> count);
            }
            bits &= (1 << count) - 1;
        }
    }
    if shifted {
        close(&mut out, bits, count);
    }
    out
}

fn close(out: &mut String, bits: u32, count: u32) {
    if count > 0 {
        push_digit(out, bits << (6 - count));
    }
    out.push('-');
}

fn push_digit(out: &mut String, bits: u32) {
    let place = (bits & 63) as usize;
    out.push(ALPHABET.get(place).map_or('A', |b| char::from(*b)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_both_ways() {
        for (encoded, plain) in [
            ("INBOX", "INBOX"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("R&-D", "R&D"),
            ("&2D3eAA-", "😀"),
            ("[Gmail]/Tous les messages", "[Gmail]/Tous les messages"),
            ("INBOX.&AMk-l&AOk-ments envoy&AOk-s", "INBOX.Éléments envoyés"),
        ] {
            assert_eq!(decode(encoded.as_bytes()).as_deref(), Ok(plain), "{encoded}");
            assert_eq!(encode(plain), encoded, "{plain}");
        }
        assert_eq!(decode("Entwürfe".as_bytes()).as_deref(), Ok("Entwürfe"));
    }

    #[test]
    fn wrong_names_say_where() {
        for (name, at) in
            [(&b"a&b"[..], 1), (b"a&A!-", 3), (b"a&AP-", 4), (b"&2D0-", 1), (b"a\xff", 1), ("&AP/8-".as_bytes(), 3)]
        {
            assert_eq!(decode(name).map_err(|stopped| stopped.at), Err(at), "{}", String::from_utf8_lossy(name));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(name in "\\PC{0,60}") {
            prop_assert_eq!(decode(encode(&name).as_bytes()), Ok(name));
        }
    }
}
