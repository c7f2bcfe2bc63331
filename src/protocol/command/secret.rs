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
    let found = parts(context.protocol, line);
    let word = line.get(found.verb_at.clone()).unwrap_or("");
    let verb = found.verb.or_else(|| resembling(context.protocol, word))?;
    let Secrecy::FromArgument(number) = verb.secrecy else { return None };
    let start = argument(line, found.verb_at.end, number, context.protocol)?;
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
    let found = parts(context.protocol, line);
    let word = line.get(found.verb_at.clone()).unwrap_or("");
    let Some(verb) = found.verb.or_else(|| resembling(context.protocol, word)) else {
        return LiteralSecrecy::default();
    };
    let Secrecy::FromArgument(number) = verb.secrecy else { return LiteralSecrecy::default() };
    LiteralSecrecy { literal: argument(line, found.verb_at.end, number, context.protocol).is_some(), rest: true }
}

fn resembling(protocol: Protocol, word: &str) -> Option<&'static Verb> {
    let secret = |verb: &&'static Verb| verb.secrecy != Secrecy::Open;
    super::dialect(protocol)
        .filter(secret)
        .find(|verb| super::distance(word.to_ascii_uppercase().as_bytes(), verb.name.as_bytes()) <= 2)
        .or_else(|| suggestion(protocol, word).filter(secret))
        // `AUTHPLAIN …`, `PASSword`: the space was forgotten.
        .or_else(|| super::dialect(protocol).filter(secret).find(|verb| super::starts_with(word, verb.name)))
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
