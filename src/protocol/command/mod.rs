//! What was typed: checked, completed and masked by the verb tables before it is sent.

mod check;
mod complete;
mod faults;
mod known;
mod limits;
mod next;
mod numbers;
mod obstacle;
mod offers;
mod secret;

use std::ops::Range;

pub use check::check;
pub use complete::{Completion, complete};
pub use next::{legal_verbs, next_verbs};
pub use obstacle::obstacle;
pub use secret::{LiteralSecrecy, literal_secrecy, secret_range};

use super::endpoint::Protocol;
use super::verb::{Fault, Note, Verb, Weight, find_verb, verbs};
pub use super::word::distance;

/// A typed line, read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The verb, if the line begins with one.
    pub verb: Option<&'static Verb>,
    /// Octets of the verb, or of the word in its place.
    pub verb_at: Range<usize>,
    /// Octets of a tag that was typed (IMAP).
    pub tag: Option<Range<usize>>,
    /// All that is to be said, in the order of their places.
    pub faults: Vec<Fault>,
    /// What is worth knowing, whether or not anything is wrong: `münchen.de = xn--mnchen-3ya.de`.
    pub notes: Vec<Note>,
}

impl Reading {
    /// The fault to show first: the heaviest, and of these the first in the line.
    #[must_use]
    pub fn worst(&self) -> Option<&Fault> {
        // `max_by_key` gives the last of equals.
        self.faults.iter().rev().max_by_key(|fault| rank(fault.weight))
    }

    /// Whether a server could take the line now: nothing but advice.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        self.faults.iter().all(|fault| fault.weight == Weight::Advice)
    }
}

/// What is unfinished matters more than advice, although it is milder in itself.
const fn rank(weight: Weight) -> u8 {
    match weight {
        Weight::Advice => 0,
        Weight::Incomplete => 1,
        Weight::Sequence => 2,
        Weight::Syntax => 3,
    }
}

/// The verb of a line that was typed or sent, with or without a tag.
#[must_use]
pub fn verb(protocol: Protocol, line: &str) -> Option<&'static Verb> {
    parts(protocol, line).verb
}

/// Where the parts of a typed line are.
#[derive(Clone, Debug)]
struct Parts {
    tag: Option<Range<usize>>,
    verb: Option<&'static Verb>,
    verb_at: Range<usize>,
}

/// Finds tag and verb. A tag is told from a verb by what follows it: `a1 NOOP`, `. LOGIN x y`.
fn parts(protocol: Protocol, line: &str) -> Parts {
    let start = line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len();
    let word_at = |from: usize| {
        let rest = line.get(from..).unwrap_or("");
        from..from + rest.find([' ', '\t']).unwrap_or(rest.len())
    };
    let verb_from = |from: usize| find_verb(protocol, line.get(from..).unwrap_or(""));
    if let Some((verb, octets)) = verb_from(start) {
        return Parts { tag: None, verb: Some(verb), verb_at: start..start + octets };
    }
    let first = word_at(start);
    let first_word = line.get(first.clone()).unwrap_or("");
    if protocol == Protocol::Imap && first.end < line.len() && is_tag(first_word) {
        let rest = line.get(first.end..).unwrap_or("");
        let second_at = first.end + rest.len() - rest.trim_start_matches(' ').len();
        let second = word_at(second_at);
        if let Some((verb, octets)) = verb_from(second_at) {
            return Parts { tag: Some(first), verb: Some(verb), verb_at: second_at..second_at + octets };
        }
        let second_word = line.get(second.clone()).unwrap_or("");
        let looks_like_tag = first_word.contains(|c: char| c.is_ascii_digit() || c == '.')
            || suggestion(protocol, first_word).is_none()
                && (suggestion(protocol, second_word).is_some()
                    || begins_verb(protocol, second_word) && !begins_verb(protocol, first_word));
        if looks_like_tag {
            return Parts { tag: Some(first), verb: None, verb_at: second };
        }
    }
    Parts { tag: None, verb: None, verb_at: first }
}

/// `1*<any ASTRING-CHAR except "+">` (RFC 9051 §9). UID is the first word of a verb.
fn is_tag(word: &str) -> bool {
    !word.is_empty()
        && !word.eq_ignore_ascii_case("UID")
        && word.chars().all(|c| (super::imap::grammar::is_atom_char(c) || c == ']') && c != '+')
}

/// The verbs of exactly this dialect.
pub fn dialect(protocol: Protocol) -> impl Iterator<Item = &'static Verb> {
    verbs(protocol).iter().filter(move |verb| match protocol {
        Protocol::Smtp => verb.name != "LHLO",
        Protocol::Lmtp => !matches!(verb.name, "EHLO" | "HELO"),
        Protocol::Imap | Protocol::Pop3 => true,
    })
}

/// Whether some verb starts with `word`.
fn begins_verb(protocol: Protocol, word: &str) -> bool {
    dialect(protocol).any(|verb| starts_with(verb.name, word))
}

/// Whether `name` starts with `begin`, in any case.
fn starts_with(name: &str, begin: &str) -> bool {
    name.get(..begin.len()).is_some_and(|start| start.eq_ignore_ascii_case(begin))
}

/// The verb that was probably meant: at most two slips away, fewer for short words.
fn suggestion(protocol: Protocol, word: &str) -> Option<&'static Verb> {
    if word.len() > 32 {
        return None;
    }
    let word = word.to_ascii_uppercase();
    // SMTP greets with EHLO, LMTP with LHLO alone (RFC 2033 §4.1).
    if matches!(word.as_str(), "EHLO" | "HELO" | "LHLO") {
        return dialect(protocol).find(|verb| matches!(verb.name, "EHLO" | "LHLO"));
    }
    // A word of one or two letters is near everything.
    let most = match word.len() {
        0..=2 => return None,
        3 => 1,
        _ => 2,
    };
    dialect(protocol)
        .map(|verb| (distance(word.as_bytes(), verb.name.as_bytes()), verb))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, verb)| verb)
}

#[cfg(test)]
mod tests;
