//! Where each dialect keeps its codes and its words.

use super::{Meaning, Row, Table};
use crate::protocol::reply::EnhancedStatusCode;

/// `550 5.7.1 …`, `250-…`, `421`. The last line decides which code it is.
pub(super) fn smtp(reply: &[u8]) -> Option<Meaning> {
    let lines = || reply.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let last = lines().next_back()?;
    let (code, _) = basic(last)?;
    let class = code.get(..1)?;
    let texts = || lines().filter_map(|line| basic(line).map(|(_, text)| text));
    let found = basic(last).into_iter().map(|(_, text)| text).chain(texts()).find_map(|text| {
        let read = EnhancedStatusCode::read(text)?;
        let code = read.to_string();
        let row = code.starts_with(class).then(|| by_enhanced(&code, read)).flatten()?;
        // 5.7.1 is said of everything.
        let precise = read.detail != 0 && (read.subject, read.detail) != (7, 1) && row.code.matches('.').count() == 2;
        Some((Meaning::of(&code, row), precise))
    });
    let found = found.or_else(|| Some((Meaning::of(code, smtp_row(code)?), false)));
    let (found, precise) = found?;
    if !matches!(class, "4" | "5") {
        return Some(found);
    }
    // The code is said once: in further lines it would stand between the words of a sentence.
    let words = texts().enumerate().map(|(number, text)| if number == 0 { text } else { after_code(text) });
    Some(found.and_words(precise, words))
}

/// The row of a basic code, or of its second digit with the next step of its class, or of its class (RFC 5321 §4.2.1).
#[must_use]
pub fn smtp_row(code: &str) -> Option<Row> {
    Table::Smtp.find(code).or_else(|| {
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let class = Table::Smtp.find(code.get(..1)?)?;
        let subject = Table::Smtp.find(&format!("X{}", code.get(1..2)?));
        Some(subject.map_or(class, |subject| Row { next: class.next, ..subject }))
    })
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

/// IMAP codes that leave open what is the matter.
const VAGUE: &[&str] = &["ALERT", "CANNOT", "CONTACTADMIN", "LIMIT", "SERVERBUG", "UNAVAILABLE"];

/// `a1 NO [AUTHENTICATIONFAILED] …`, `* BYE …`, `+ …`.
pub(super) fn imap(line: &[u8]) -> Option<Meaning> {
    let (tag, rest) = word(line);
    if tag == b"+" {
        return Table::Imap.find("+").map(|row| Meaning::of("+", row));
    }
    let (status, rest) = word(rest);
    let status = std::str::from_utf8(status).ok()?;
    let status = ["OK", "NO", "BAD", "BYE", "PREAUTH"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    let coded = bracketed(rest).and_then(|(code, argument)| {
        let both = argument.map(|argument| format!("{code} {argument}"));
        let precise = both.and_then(|both| Table::Imap.find(&both));
        precise.or_else(|| Table::Imap.find(&code)).map(|row| Meaning::of(row.code, row))
    });
    let precise = coded.as_ref().is_some_and(|found| !VAGUE.contains(&found.code.as_str()));
    let found = coded.or_else(|| Table::Imap.find(status).map(|row| Meaning::of(status, row)))?;
    let refused = matches!(status, "NO" | "BAD" | "BYE");
    Some(if refused { found.and_words(precise, [rest].into_iter()) } else { found })
}

/// `-ERR [SYS/TEMP] …`. A code that is unknown is explained by the one it is part of (RFC 2449 §8).
pub(super) fn pop3(line: &[u8]) -> Option<Meaning> {
    let (status, rest) = word(line);
    let status = std::str::from_utf8(status).ok()?;
    let status = ["+OK", "-ERR"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    let coded = bracketed(rest).and_then(|(code, _)| pop3_row(&code).map(|row| Meaning::of(&code, row)));
    let precise = coded.as_ref().is_some_and(|found| !found.code.starts_with("SYS"));
    let found = coded.or_else(|| Table::Pop3.find(status).map(|row| Meaning::of(status, row)))?;
    Some(if status == "-ERR" { found.and_words(precise, [rest].into_iter()) } else { found })
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
