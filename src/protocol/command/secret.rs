//! Which octets of a typed line must not be seen.

use std::ops::Range;

use super::{parts, suggestion};
use crate::protocol::endpoint::Protocol;
use crate::protocol::line::{Literals, literal_announced};
use crate::protocol::verb::{Context, Phase, Secrecy, Verb};

/// The octets of `line` to be masked: from the argument that the verb's row names to the end of the line, and all of a
/// response within an authentication exchange but `*`. A misspelt verb hides what the verb it resembles would.
///
/// Neither the content of a literal nor the line after it says which command it belongs to: [`literal_secrecy`] of the
/// line that announced it does.
#[must_use]
pub fn secret_range(line: &str, context: &Context<'_>) -> Option<Range<usize>> {
    match context.phase {
        Phase::Data | Phase::Literal | Phase::LiteralEnd => return None,
        Phase::Sasl => return (!matches!(line.trim_matches(' '), "" | "*")).then_some(0..line.len()),
        _ => {}
    }
    range_in(line, context.protocol).or_else(|| {
        // A verb of another protocol gives as much away: PASS said to an SMTP server.
        if parts(context.protocol, line).verb.is_some() {
            return None;
        }
        [Protocol::Smtp, Protocol::Imap, Protocol::Pop3]
            .into_iter()
            .filter(|protocol| *protocol != context.protocol && parts(*protocol, line).verb.is_some())
            .find_map(|protocol| range_in(line, protocol))
    })
}

/// The same by the verbs of one protocol.
fn range_in(line: &str, protocol: Protocol) -> Option<Range<usize>> {
    let (verb, end) = meant(line, protocol)?;
    let Secrecy::FromArgument(number) = verb.secrecy else { return None };
    let start = match argument(line, end, number, protocol) {
        Some(start) if start < line.len() || number == 0 => start,
        _ if number == 1 && verb.name.starts_with("AUTH") => behind_mechanism(line, end, protocol)?,
        _ => return None,
    };
    let rest = line.get(start..)?;
    // An announced literal shows only how long the secret is, and has to be seen to be right.
    let announced = rest.starts_with('{') && literal_announced(rest.as_bytes(), Literals::Client).is_some();
    (!rest.is_empty() && !announced).then_some(start..line.len())
}

/// What must not be seen after a line that announces a literal: `LOGIN {4}`, `LOGIN jo {6}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiteralSecrecy {
    /// The octets of the literal.
    pub literal: bool,
    /// What follows the literal, further literals too.
    pub rest: bool,
}

/// Whether the literal that `line` announces, and what follows it, is to be masked. `context` is that of the line.
#[must_use]
pub fn literal_secrecy(line: &str, context: &Context<'_>) -> LiteralSecrecy {
    if context.protocol != Protocol::Imap || literal_announced(line.as_bytes(), Literals::Client).is_none() {
        return LiteralSecrecy::default();
    }
    let Some((verb, end)) = meant(line, context.protocol) else { return LiteralSecrecy::default() };
    let Secrecy::FromArgument(number) = verb.secrecy else { return LiteralSecrecy::default() };
    LiteralSecrecy { literal: argument(line, end, number, context.protocol).is_some(), rest: true }
}

/// The verb of the line, or the one with a secret that was probably meant, and where its name ends.
fn meant(line: &str, protocol: Protocol) -> Option<(&'static Verb, usize)> {
    let found = parts(protocol, line);
    // `a1LOGIN id pw` looks like the tag of ID.
    let tag = found.tag.clone().filter(|tag| {
        let tag = line.get(tag.clone()).unwrap_or("").to_ascii_uppercase();
        secret(protocol).any(|verb| tag.ends_with(verb.name))
    });
    if let Some(verb) = found.verb.filter(|_| tag.is_none()) {
        return Some((verb, found.verb_at.end));
    }
    let word = line.get(found.verb_at.clone()).unwrap_or("");
    if let Some((verb, octets)) = resembling(protocol, word).filter(|_| tag.is_none()) {
        return Some((verb, found.verb_at.start + octets));
    }
    // A tag was typed twice, or without a space behind it: `a1 a1 LOGIN jo pw`, `a1LOGIN jo pw`.
    let mut at = 0;
    for word in line.split(' ').take(4) {
        if let Some((verb, octets)) = containing(protocol, word) {
            return Some((verb, at + octets));
        }
        if protocol != Protocol::Imap {
            break;
        }
        at += word.len() + 1;
    }
    None
}

fn secret(protocol: Protocol) -> impl Iterator<Item = &'static Verb> {
    super::dialect(protocol).filter(|verb| verb.secrecy != Secrecy::Open)
}

/// The verb that `word` resembles, and how many octets of it are the verb's name.
fn resembling(protocol: Protocol, word: &str) -> Option<(&'static Verb, usize)> {
    let upper = word.to_ascii_uppercase();
    // `AUTHPLAIN …`, `PASSword`: the space was forgotten.
    if let Some(verb) = secret(protocol).find(|verb| super::starts_with(word, verb.name)) {
        return Some((verb, verb.name.len()));
    }
    // `AUTH PLAIN …` said in IMAP.
    let short = |verb: &&'static Verb| word.len() >= 4 && super::starts_with(verb.name, word);
    let near = |verb: &&'static Verb| super::distance(upper.as_bytes(), verb.name.as_bytes()) <= 2;
    if let Some(verb) = secret(protocol).find(short).or_else(|| secret(protocol).find(near)) {
        return Some((verb, word.len()));
    }
    if protocol == Protocol::Imap && super::starts_with(word, "AUTH") {
        return secret(protocol).find(|verb| verb.name.starts_with("AUTH")).map(|verb| (verb, "AUTH".len()));
    }
    suggestion(protocol, word).filter(|verb| verb.secrecy != Secrecy::Open).map(|verb| (verb, word.len()))
}

/// The verb whose name stands in `word`, and where the name ends.
fn containing(protocol: Protocol, word: &str) -> Option<(&'static Verb, usize)> {
    let upper = word.to_ascii_uppercase();
    secret(protocol).find_map(|verb| upper.find(verb.name).map(|at| (verb, at + verb.name.len())))
}

/// SASL names no mechanism with more octets (RFC 4422 §3.1): what is longer has something else in it.
const MECHANISM: usize = 20;

/// Where the secret begins that is glued to the mechanism, or stands in its place: `AUTH PLAINAGpv…`, `AUTH AGpv…`.
fn behind_mechanism(line: &str, from: usize, protocol: Protocol) -> Option<usize> {
    let start = argument(line, from, 0, protocol)?;
    let word = line.get(start..)?;
    let word = word.split([' ', '\t']).next().unwrap_or(word);
    for name in ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS"] {
        let glued = super::starts_with(word, name) && word.get(name.len()..).is_some_and(|rest| !rest.is_empty());
        if glued {
            return Some(start + name.len());
        }
    }
    (word.len() > MECHANISM).then_some(start)
}

/// Where argument `number` begins. Quoted strings count as one argument in IMAP; runs of spaces as one space, except
/// that the first argument of PASS begins one space behind it.
fn argument(line: &str, from: usize, number: usize, protocol: Protocol) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut at = from;
    for current in 0.. {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        if current == number {
            break;
        }
        if protocol == Protocol::Imap && bytes.get(at) == Some(&b'"') {
            at += 1;
            while let Some(&byte) = bytes.get(at) {
                at += if byte == b'\\' { 2 } else { 1 };
                if byte == b'"' {
                    break;
                }
            }
        }
        while bytes.get(at).is_some_and(|byte| !matches!(byte, b' ' | b'\t')) {
            at += 1;
        }
        if at >= bytes.len() {
            return None;
        }
    }
    // `\` before a character of several octets can leave the place within it.
    (at..=bytes.len()).find(|&at| line.is_char_boundary(at))
}
