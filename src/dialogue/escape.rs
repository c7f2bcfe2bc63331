//! The escapes: every octet can be written, and what is written can be drawn.

use crate::protocol::visible::is_plain;

/// The octets that `text` stands for.
///
/// # Errors
/// The place of the backslash in octets, and what is wrong with it.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, (usize, String)> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let place = text.len() - escape.len();
        let mut letters = escape.chars().skip(1);
        let (octet, length) = match letters.next() {
            Some('r') => (b'\r', 2),
            Some('n') => (b'\n', 2),
            Some('t') => (b'\t', 2),
            Some('0') => (0, 2),
            Some('\\') => (b'\\', 2),
            Some('x') => {
                let digits = escape.get(2..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                let octet = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                (octet.ok_or_else(|| (place, "after \\x come two hexadecimal digits".to_owned()))?, 4)
            }
            Some(other) => {
                return Err((place, format!("\\{other} is no escape; there are \\r \\n \\t \\0 \\xHH and \\\\")));
            }
            None => return Err((place, "a backslash at the end; write \\\\ for one".to_owned())),
        };
        out.push(octet);
        rest = escape.get(length..).unwrap_or("");
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

/// Text that stands for `octets`. A space at the end is escaped, for editors take it away.
pub(super) fn encode(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut buffer = [0; 4];
            match c {
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\0' => out.push_str("\\0"),
                '\\' => out.push_str("\\\\"),
                _ => {
                    let octets = c.encode_utf8(&mut buffer).as_bytes();
                    if is_plain(octets) { out.push(c) } else { push_hex(&mut out, octets) }
                }
            }
        }
        push_hex(&mut out, chunk.invalid());
    }
    if out.ends_with(' ') {
        out.pop();
        push_hex(&mut out, b" ");
    }
    out
}

fn push_hex(out: &mut String, octets: &[u8]) {
    for octet in octets {
        out.push_str(&format!("\\x{octet:02x}"));
    }
}
