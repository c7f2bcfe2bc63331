//! Words that stand for a text in another form, base64 or percent escapes: read, and written again as they were.

use crate::protocol::sasl;
use crate::protocol::text::{percent, transfer};

/// How a word is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 4648 §4, or §5 if `url`; with `=` where it needs them if `padded`.
    Base64 { url: bool, padded: bool },
    /// RFC 3986 §2.1.
    Percent,
}

/// A word and the text it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Encoded {
    /// Octets of the word.
    pub(super) length: usize,
    /// What it says.
    pub(super) said: String,
    coding: Coding,
}

impl Encoded {
    /// The word of base64 in this alphabet that begins at `from`, if it is one and whole.
    pub(super) fn base64(text: &[u8], from: usize, url: bool) -> Option<Self> {
        let signs: &[u8] = if url { b"-_" } else { b"+/" };
        let belongs = |b: &u8| b.is_ascii_alphanumeric() || signs.contains(b);
        if before(text, from).is_some_and(belongs) {
            return None;
        }
        let ahead = text.get(from..)?;
        let body = ahead.iter().take_while(|b| belongs(b)).count();
        let padding = ahead.iter().skip(body).take(2).take_while(|b| **b == b'=').count();
        if padding > 0 && !(body + padding).is_multiple_of(4) {
            return None;
        }
        // Where none is needed it is not missing.
        let padded = (body + padding).is_multiple_of(4);
        let word = std::str::from_utf8(ahead.get(..body)?).ok()?;
        // Without padding the reading is the same: our reader wants it, and the first alphabet.
        let mut whole = word.replace('-', "+").replace('_', "/");
        whole.extend(std::iter::repeat_n('=', body.next_multiple_of(4) - body));
        let said = String::from_utf8(sasl::decode(&whole).ok()?).ok()?;
        Some(Self { length: body + padding, said, coding: Coding::Base64 { url, padded } })
    }

    /// The word with percent escapes that begins at `from`, if every `%` in it begins one.
    pub(super) fn percent(text: &[u8], from: usize) -> Option<Self> {
        let belongs = |b: &u8| b.is_ascii_alphanumeric() || b"-._~%+".contains(b);
        if before(text, from).is_some_and(belongs) {
            return None;
        }
        let ahead = text.get(from..)?;
        let length = ahead.iter().take_while(|b| belongs(b)).count();
        let word = ahead.get(..length).filter(|word| word.contains(&b'%'))?;
        let decoded = percent::percent(word);
        let said = decoded.stopped.is_none().then(|| String::from_utf8(decoded.octets).ok()).flatten()?;
        Some(Self { length, said, coding: Coding::Percent })
    }

    /// Another text, encoded as this one was.
    pub(super) fn again(&self, said: &[u8]) -> String {
        match self.coding {
            Coding::Base64 { url, padded } => {
                let word = transfer::to_base64(said);
                let word = if url { word.replace('+', "-").replace('/', "_") } else { word };
                if padded { word } else { word.trim_end_matches('=').to_owned() }
            }
            Coding::Percent => {
                let mut word = String::with_capacity(said.len() * 3);
                for octet in said {
                    match octet {
                        b'-' | b'.' | b'_' | b'~' | b'+' => word.push(char::from(*octet)),
                        octet if octet.is_ascii_alphanumeric() => word.push(char::from(*octet)),
                        octet => word.push_str(&format!("%{octet:02X}")),
                    }
                }
                word
            }
        }
    }
}

fn before(text: &[u8], from: usize) -> Option<&u8> {
    from.checked_sub(1).and_then(|before| text.get(before))
}
