//! What a reply means, in words: the most precise thing that is known about it, from tables that a translator can edit.

mod circumstance;
mod dialects;
mod tables;

pub use circumstance::{Circumstance, explain_in};
pub use dialects::{enhanced, pop3_row, smtp_row};
pub(super) use tables::columns;
pub use tables::{Offer, Phrase, Row, Table, offers, phrases};

use crate::protocol::endpoint::Protocol;

/// What one reply means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What the server's own words say, where they are known: only of a refusal.
    pub phrase: Option<&'static Phrase>,
    /// The code it is known by, as the server sent it: `5.7.8`, `550`, `AUTHENTICATIONFAILED`, `IN-USE`, `-ERR`.
    pub code: String,
    /// What the code means, in a sentence without a full stop.
    pub says: &'static str,
    /// Who acts, and what is the next step.
    pub next: &'static str,
    /// The paragraph that defines the code, or `in use`.
    pub rfc: &'static str,
}

impl Meaning {
    /// For the transcript: what the server's own words say first, then its code.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self.phrase {
            None => vec![format!("{}: {}. Next: {}", self.code, self.says, self.next)],
            Some(phrase) => vec![
                format!("{}: {}. Next, {}: {}", phrase.says, phrase.causes, phrase.who, phrase.next),
                format!("{}: {}", self.code, self.says),
            ],
        }
    }
}

/// Explains a reply, without its last line ending: by its enhanced code or response code before its basic one, and by
/// subject and class when it is unknown. The lines of a reply with several (SMTP) have LF between them. None when the
/// text is no reply, or one with nothing to explain, as `* 3 EXISTS`.
#[must_use]
pub fn explain(protocol: Protocol, reply: &[u8]) -> Option<Meaning> {
    match protocol {
        Protocol::Smtp | Protocol::Lmtp => dialects::smtp(reply),
        Protocol::Imap => dialects::imap(reply),
        Protocol::Pop3 => dialects::pop3(reply),
    }
}

/// What the server's words say, code or no code.
#[must_use]
pub fn explain_words(text: &str) -> Option<&'static Phrase> {
    tables::phrase_in(&plain([text.as_bytes()].into_iter()), |_| true)
}

impl Meaning {
    /// Of a code alone.
    fn of(code: &str, row: Row) -> Self {
        Self { phrase: None, code: code.to_owned(), says: row.says, next: row.next, rfc: row.rfc }
    }

    /// With what the words of a refusal say. Beside a precise code a phrase that many use tells nothing new.
    fn and_words<'a>(mut self, precise: bool, words: impl Iterator<Item = &'a [u8]>) -> Self {
        self.phrase = tables::phrase_in(&plain(words), |phrase| !(precise && phrase.is_common()));
        self
    }
}

/// Octets of a reply's text that are searched for phrases.
const SEARCHED: usize = 4096;

/// Texts in lower case with single spaces.
fn plain<'a>(texts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut out = String::new();
    for text in texts {
        for &b in text {
            let b = if b.is_ascii_whitespace() { b' ' } else { b.to_ascii_lowercase() };
            if out.len() >= SEARCHED {
                return out;
            }
            // What is not ASCII is in no phrase.
            if b != b' ' || !out.ends_with(' ') {
                out.push(if b.is_ascii() { char::from(b) } else { '?' });
            }
        }
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod registry;

#[cfg(test)]
mod tests;
