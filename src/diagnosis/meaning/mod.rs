//! What a reply means, in words: the most precise thing that is known about it, from tables that a translator can edit.

mod tables;

pub use tables::{Offer, Phrase, Row, Table, offers, phrases};

use crate::protocol::endpoint::Protocol;
use crate::protocol::reply::EnhancedStatusCode;

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
        Protocol::Smtp | Protocol::Lmtp => smtp(reply),
        Protocol::Imap => imap(reply),
        Protocol::Pop3 => pop3(reply),
    }
}

/// What the server's words say, code or no code.
#[must_use]
pub fn explain_words(text: &str) -> Option<&'static Phrase> {
    tables::phrase_in(&plain([text.as_bytes()].into_iter()))
}

fn meaning(code: &str, row: Row) -> Meaning {
    Meaning { phrase: None, code: code.to_owned(), says: row.says, next: row.next, rfc: row.rfc }
}

impl Meaning {
    fn with_phrase<'a>(mut self, negative: bool, texts: impl Iterator<Item = &'a [u8]>) -> Self {
        if negative {
            self.phrase = tables::phrase_in(&plain(texts));
        }
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

/// `550 5.7.1 …`, `250-…`, `421`. The last line decides which code it is.
fn smtp(reply: &[u8]) -> Option<Meaning> {
    let lines = || reply.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let last = lines().next_back()?;
    let (code, _) = basic(last)?;
    let class = code.get(..1)?;
    let texts = || lines().filter_map(|line| basic(line).map(|(_, text)| text));
    let negative = matches!(class, "4" | "5");
    let found = basic(last).into_iter().map(|(_, text)| text).chain(texts()).find_map(|text| {
        let read = EnhancedStatusCode::read(text)?;
        let code = read.to_string();
        code.starts_with(class).then(|| by_enhanced(&code, read)).flatten().map(|row| meaning(&code, row))
    });
    let found = found.or_else(|| {
        let row = Table::Smtp.find(code).or_else(|| Table::Smtp.find(class))?;
        Some(meaning(code, row))
    })?;
    // The code is said once: in further lines it would stand between the words of a sentence.
    let words = texts().enumerate().map(|(number, text)| if number == 0 { text } else { after_code(text) });
    Some(found.with_phrase(negative, words))
}

/// The three digits of a line and its text.
fn basic(line: &[u8]) -> Option<(&str, &[u8])> {
    let (code, rest) = line.split_at_checked(3)?;
    let code = std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    match rest.split_first() {
        None => Some((code, rest)),
        Some((b' ' | b'-', rest)) => Some((code, rest)),
        Some(_) => None,
    }
}

/// A text without its enhanced code.
fn after_code(text: &[u8]) -> &[u8] {
    match EnhancedStatusCode::read(text) {
        Some(_) => text.iter().position(|b| *b == b' ').and_then(|at| text.get(at..)).unwrap_or_default(),
        None => text,
    }
}

/// The row of an enhanced code, or of its subject with the next step of its class.
#[must_use]
pub fn enhanced(code: &str) -> Option<Row> {
    if let Some(rest) = code.strip_prefix(['x', 'X']) {
        return Table::Enhanced.find(&format!("X{rest}"));
    }
    by_enhanced(code, EnhancedStatusCode::read(code.as_bytes())?)
}

fn by_enhanced(code: &str, read: EnhancedStatusCode) -> Option<Row> {
    let EnhancedStatusCode { class, subject, detail } = read;
    Table::Enhanced.find(code).or_else(|| Table::Enhanced.find(&format!("X.{subject}.{detail}"))).or_else(|| {
        let subject = Table::Enhanced.find(&format!("X.{subject}"))?;
        let class = Table::Smtp.find(&class.to_string())?;
        Some(Row { next: class.next, ..subject })
    })
}

/// `a1 NO [AUTHENTICATIONFAILED] …`, `* BYE …`, `+ …`.
fn imap(line: &[u8]) -> Option<Meaning> {
    let (tag, rest) = word(line);
    if tag == b"+" {
        return Table::Imap.find("+").map(|row| meaning("+", row));
    }
    let (status, rest) = word(rest);
    let status = std::str::from_utf8(status).ok()?;
    let status = ["OK", "NO", "BAD", "BYE", "PREAUTH"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    let coded = bracketed(rest).and_then(|(code, argument)| {
        let both = argument.map(|argument| format!("{code} {argument}"));
        let precise = both.and_then(|both| Table::Imap.find(&both));
        precise.or_else(|| Table::Imap.find(&code)).map(|row| meaning(row.code, row))
    });
    let found = coded.or_else(|| Table::Imap.find(status).map(|row| meaning(status, row)))?;
    Some(found.with_phrase(matches!(status, "NO" | "BAD" | "BYE"), [rest].into_iter()))
}

/// `-ERR [SYS/TEMP] …`. A code that is unknown is explained by the one it is part of (RFC 2449 §8).
fn pop3(line: &[u8]) -> Option<Meaning> {
    let (status, rest) = word(line);
    let status = std::str::from_utf8(status).ok()?;
    let status = ["+OK", "-ERR"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    let coded = bracketed(rest).and_then(|(code, _)| pop3_row(&code).map(|row| meaning(&code, row)));
    let found = coded.or_else(|| Table::Pop3.find(status).map(|row| meaning(status, row)))?;
    Some(found.with_phrase(status == "-ERR", [rest].into_iter()))
}

/// The row of a POP3 code, or of the wider one it is part of.
#[must_use]
pub fn pop3_row(code: &str) -> Option<Row> {
    let mut part = code;
    loop {
        if let Some(found) = Table::Pop3.find(part) {
            return Some(found);
        }
        part = part.rsplit_once('/')?.0;
    }
}

/// The octets up to the first space, and those after it.
fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    (word, rest.get(1..).unwrap_or_default())
}

/// The code in square brackets at the start, in upper case, and its first argument if that is a word.
fn bracketed(text: &[u8]) -> Option<(String, Option<String>)> {
    // No code is longer; a hostile one is not looked up part by part.
    const LONGEST: usize = 64;
    let inner = text.strip_prefix(b"[")?;
    let inner = inner.get(..inner.len().min(LONGEST))?;
    let end = inner.iter().position(|b| matches!(b, b' ' | b']'))?;
    let code = std::str::from_utf8(inner.get(..end)?).ok()?;
    let legal = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/' | b'_'));
    let argument = inner.get(end..)?.strip_prefix(b" ").unwrap_or_default();
    let letters = argument.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let argument = argument.get(..letters).filter(|word| !word.is_empty());
    let argument = argument.map(|word| String::from_utf8_lossy(word).to_ascii_uppercase());
    legal.then(|| (code.to_ascii_uppercase(), argument))
}

#[cfg(test)]
mod tests;
