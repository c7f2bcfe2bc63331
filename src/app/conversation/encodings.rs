//! How a secret looks when somebody has encoded it.

use crate::protocol::imap::write::quoted;
use crate::protocol::sasl;
use crate::protocol::secret::{Hidden, Secret};
use crate::protocol::text::mailbox_name;

use super::mask::LEAST;

/// Octets of a secret that is looked for in rare forms, too. What they make of a shorter one stands in other text by chance.
const LONG: usize = 7;

/// One way to write a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// What is looked for.
    pub(super) octets: Secret,
    /// How many characters before and behind it may hold bits of the secret, and bits of its neighbours.
    pub(super) edges: (usize, usize),
}

impl Form {
    /// As it is.
    pub(super) const fn plain(octets: Secret) -> Self {
        Self { octets, edges: (0, 0) }
    }
}

/// Every form of a secret, each once.
pub(super) fn forms(secret: &Secret) -> Vec<Form> {
    let octets = secret.expose();
    let mut out = vec![Form::plain(secret.clone())];
    let mut add = |form: Form| {
        if form.octets.expose().len() >= LEAST && !out.contains(&form) {
            out.push(form);
        }
    };
    for place in 0..3 {
        let form = base64(octets, place);
        let url: Vec<u8> = form
            .octets
            .expose()
            .iter()
            .map(|b| match b {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect();
        add(Form { octets: Secret::new(url), edges: form.edges });
        add(form);
    }
    if octets.len() >= LONG {
        // Base64 within base64: a message of SASL that is encoded once more. A character at the edge of the inner one has
        // its bits in two of the outer one.
        for inner in (0..3).map(|place| base64(octets, place)) {
            for outer in (0..3).map(|place| base64(inner.octets.expose(), place)) {
                let edges = (outer.edges.0 + 2 * inner.edges.0, outer.edges.1 + 2 * inner.edges.1);
                add(Form { edges, ..outer });
            }
        }
        // In another letter case, unless it may be a word that sentences have.
        if octets.iter().any(|b| !b.is_ascii_alphabetic()) {
            add(Form::plain(Secret::new(octets.to_ascii_lowercase())));
            add(Form::plain(Secret::new(octets.to_ascii_uppercase())));
        }
    }
    for upper in [false, true] {
        // Octet by octet: `68 75`, `68:75`.
        for between in [b" ", b":"] {
            let spaced = escaped(octets, between, upper, |_| false);
            add(Form::plain(Secret::new(spaced.expose().get(1..).unwrap_or_default().to_vec())));
        }
        add(Form::plain(escaped(octets, b"", upper, |_| false)));
        add(Form::plain(escaped(octets, b"%", upper, |b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))));
    }
    // RFC 2045 §6.7, RFC 3461 §4.
    add(Form::plain(escaped(octets, b"=", true, |b| matches!(b, b' '..=b'~') && b != b'=')));
    add(Form::plain(escaped(octets, b"+", true, |b| matches!(b, b'!'..=b'~') && !b"+=".contains(&b))));
    if let Ok(text) = std::str::from_utf8(octets) {
        add(Form::plain(Secret::new(mailbox_name::encode(text).into_bytes())));
        let in_quotes = Secret::new(quoted(text).into_bytes());
        let inner = in_quotes.expose().get(1..in_quotes.expose().len() - 1).unwrap_or_default();
        add(Form::plain(Secret::new(inner.to_vec())));
        for (ascii, slash) in [(false, false), (true, false), (false, true), (true, true)] {
            add(Form::plain(json(text, ascii, slash)));
        }
    }
    out
}

/// The characters of base64 that are the same whatever stands before and behind the secret, when `place` octets of its
/// first group of three are another's.
fn base64(octets: &[u8], place: usize) -> Form {
    let mut padded = Vec::with_capacity(place + octets.len());
    padded.resize(place, 0);
    padded.extend_from_slice(octets);
    let bits = padded.len() * 8;
    let encoded = sasl::encode(&Secret::new(padded));
    // A character has six bits: those that hold only bits of the secret.
    let range = (place * 8).div_ceil(6)..bits / 6;
    let core = encoded.expose().get(range).unwrap_or_default().to_vec();
    Form { octets: Secret::new(core), edges: (usize::from(place > 0), usize::from(!bits.is_multiple_of(6))) }
}

/// Two hexadecimal digits behind `mark` for every octet that is not `open`.
fn escaped(octets: &[u8], mark: &[u8], upper: bool, open: impl Fn(u8) -> bool) -> Secret {
    let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut out = Vec::with_capacity(octets.len() * 3);
    for octet in octets {
        if open(*octet) {
            out.push(*octet);
            continue;
        }
        out.extend_from_slice(mark);
        out.extend([octet >> 4, octet & 15].into_iter().filter_map(|digit| digits.get(usize::from(digit))));
    }
    Secret::new(out)
}

/// The inside of a string of JSON (RFC 8259 §7); `ascii`: nothing else stands in it; `slash`: it is escaped as well.
fn json(text: &str, ascii: bool, slash: bool) -> Secret {
    let mut out = Hidden::with_room(text.len() * 6);
    for c in text.chars() {
        match c {
            '"' => out.push("\\\""),
            '\\' => out.push("\\\\"),
            '/' if slash => out.push("\\/"),
            '\n' => out.push("\\n"),
            '\r' => out.push("\\r"),
            '\t' => out.push("\\t"),
            c if c < ' ' || ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c.encode_utf8(&mut [0; 4])),
        }
    }
    Secret::new(out.into_bytes())
}
