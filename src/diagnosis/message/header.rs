//! Header fields: unfolded (RFC 5322 §2.2.3) and decoded (RFC 2047).

use crate::protocol::text::encoded_word;
use crate::protocol::text::{NotUnderstood, domain};

/// Fields read of one header.
const FIELDS: usize = 1000;

/// Octets read of one field.
const FIELD: usize = 64 * 1024;

/// One header field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The octet of the message where it begins.
    pub at: usize,
    /// The name as it came.
    pub name: String,
    /// The value unfolded, not decoded.
    pub raw: String,
    /// The value with its encoded words and domain names read; `None` when that changes nothing.
    pub decoded: Option<String>,
    /// What of its encoded words could not be read, without a full stop.
    pub remarks: Vec<String>,
}

/// Reads the header that begins at `from`, and never over a line that may delimit a part: its fields, the octet where the body begins, and what was odd first.
pub(super) fn read(message: &[u8], from: usize) -> (Vec<Field>, usize, Option<NotUnderstood>) {
    let mut fields: Vec<Field> = Vec::new();
    let mut value: Vec<u8> = Vec::new();
    let mut odd = None;
    let mut at = from;
    while at < message.len() {
        let (line, next) = line(message, at);
        if line.is_empty() {
            finish(&mut fields, &mut value);
            return (fields, next, odd);
        }
        let first = line.first().copied().unwrap_or_default();
        if matches!(first, b' ' | b'\t') && !fields.is_empty() {
            // The line break goes, the blank stays (RFC 5322 §2.2.3).
            keep(&mut value, line);
        } else if let Some((name, rest)) = name(line) {
            finish(&mut fields, &mut value);
            if fields.len() >= FIELDS {
                let stopped = NotUnderstood::new(at, "so many header fields are not read");
                return (fields, body(message, next), odd.or(Some(stopped)));
            }
            fields.push(Field { at, name, ..Field::default() });
            keep(&mut value, rest);
        } else if at == from && line.starts_with(b"From ") {
            // The separator of an mbox file stands before the header in some stores.
        } else {
            odd.get_or_insert(NotUnderstood::new(at, "neither a header field nor the empty line before the body"));
            finish(&mut fields, &mut value);
            if fields.is_empty() {
                return (fields, from, odd);
            }
            // As most software does: the body begins here, its empty line is missing.
            return (fields, at, odd);
        }
        at = next;
    }
    finish(&mut fields, &mut value);
    (fields, message.len(), odd)
}

fn keep(value: &mut Vec<u8>, line: &[u8]) {
    let room = FIELD.saturating_sub(value.len());
    value.extend_from_slice(line.get(..line.len().min(room)).unwrap_or(line));
}

fn finish(fields: &mut [Field], value: &mut Vec<u8>) {
    if let Some(field) = fields.last_mut() {
        let value = value.trim_ascii();
        field.raw = String::from_utf8_lossy(value).into_owned();
        let words = encoded_word::decode(value);
        let text = idn(&words.text);
        field.remarks = words.remarks;
        field.decoded = (text != field.raw).then_some(text);
    }
    value.clear();
}

/// The text with the `xn--` names behind an `@` in plain script.
fn idn(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("@") {
        let (before, host) = rest.split_at(start + 1);
        out.push_str(before);
        let length =
            host.bytes().take(255).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count();
        let (host, behind) = host.split_at(length);
        match domain::to_unicode(host) {
            Some(unicode) => out.push_str(&unicode),
            None => out.push_str(host),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The line at `at` without its ending, and where the next one begins.
pub(super) fn line(message: &[u8], at: usize) -> (&[u8], usize) {
    let rest = message.get(at..).unwrap_or_default();
    let end = rest.iter().position(|b| *b == b'\n');
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let line = if end.is_some() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
    (line, at + end.map_or(rest.len(), |end| end + 1))
}

fn name(line: &[u8]) -> Option<(String, &[u8])> {
    // RFC 5322 §2.1.1 bounds the line, and with it the name.
    let colon = line.iter().take(998).position(|b| *b == b':')?;
    if line.starts_with(b"--") {
        return None;
    }
    let (name, rest) = line.split_at(colon);
    let name = name.trim_ascii_end();
    let legal = !name.is_empty() && name.iter().all(|b| matches!(b, 0x21..=0x7e));
    legal.then(|| (String::from_utf8_lossy(name).into_owned(), rest.get(1..).unwrap_or_default()))
}

/// Where the body begins: behind the first empty line.
fn body(message: &[u8], mut at: usize) -> usize {
    while at < message.len() {
        let (line, next) = line(message, at);
        if line.starts_with(b"--") {
            break;
        }
        at = next;
        if line.is_empty() {
            break;
        }
    }
    at
}
