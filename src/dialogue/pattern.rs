//! What a server is expected to say: its octets, with gaps where anything may stand.

use std::fmt;

use memchr::memmem;

use super::escape::{decode, encode};

/// A gap for those who have no `…` on their keyboard.
const WORD: &str = "[...]";

/// A line with gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Before the first gap, or the whole line.
    head: Vec<u8>,
    /// After each gap. An empty one between two gaps is left out, at the end it is kept.
    tail: Vec<Vec<u8>>,
}

impl Pattern {
    /// A line that stands for itself.
    #[must_use]
    pub fn exact(line: impl Into<Vec<u8>>) -> Self {
        Self { head: line.into(), tail: Vec::new() }
    }

    /// Reads the notation after `S: `.
    ///
    /// # Errors
    /// The place of a bad escape in octets, and what is wrong with it.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut pieces = Vec::new();
        let mut start = 0;
        // One pass over the text: a pattern comes from a file, and may be long.
        for (at, found) in text.match_indices(['…', '[']) {
            let length = if found == "[" { WORD.len() } else { found.len() };
            if at < start || found == "[" && !text.get(at..).is_some_and(|rest| rest.starts_with(WORD)) {
                continue;
            }
            pieces.push(piece(text, start, at)?);
            start = at + length;
        }
        pieces.push(piece(text, start, text.len())?);
        let last = pieces.len() - 1;
        let mut pieces = pieces.into_iter().enumerate();
        let head = pieces.next().map(|(_, head)| head).unwrap_or_default();
        let tail = pieces.filter(|(number, piece)| *number == last || !piece.is_empty()).map(|(_, piece)| piece);
        Ok(Self { head, tail: tail.collect() })
    }

    /// Whether it has no gap.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.tail.is_empty()
    }

    /// The line it stands for, if it has no gap.
    #[must_use]
    pub fn line(&self) -> Option<&[u8]> {
        self.is_exact().then_some(self.head.as_slice())
    }

    /// Whether `line`, without its CRLF, is like this.
    #[must_use]
    pub fn matches(&self, line: &[u8]) -> bool {
        let Some((last, middle)) = self.tail.split_last() else { return self.head == line };
        let Some(mut rest) = line.strip_prefix(self.head.as_slice()) else { return false };
        // The first place where a piece fits is as good as any: what follows it has the most room then.
        for piece in middle {
            let Some(after) = memmem::find(rest, piece).and_then(|at| rest.get(at + piece.len()..)) else {
                return false;
            };
            rest = after;
        }
        rest.ends_with(last)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&literal(&self.head, self.is_exact()))?;
        for (number, piece) in self.tail.iter().enumerate() {
            f.write_str("…")?;
            f.write_str(&literal(piece, number + 1 == self.tail.len()))?;
        }
        Ok(())
    }
}

/// The octets that a part of `text` stands for.
fn piece(text: &str, start: usize, end: usize) -> Result<Vec<u8>, (usize, String)> {
    decode(text.get(start..end).unwrap_or("")).map_err(|(at, reason)| (start + at, reason))
}

/// Octets that stand for themselves in a pattern. Only at the end of the line is a space escaped.
fn literal(octets: &[u8], at_end: bool) -> String {
    let text = match octets.split_last() {
        Some((b' ', before)) if !at_end => encode_inside(before),
        _ => encode(octets),
    };
    text.replace('…', "\\xe2\\x80\\xa6").replace("[...]", "\\x5b...]")
}

fn encode_inside(before_space: &[u8]) -> String {
    // The letter keeps the spaces before it from being the last ones, and is taken off again.
    let mut text = encode(&[before_space, b" x"].concat());
    text.pop();
    text
}

#[cfg(test)]
mod tests {
    use crate::dialogue::matches;

    use super::*;

    #[test]
    fn lines_and_patterns() {
        for (pattern, line, expect) in [
            ("250 OK", "250 OK", true),
            ("250 OK", "250 OK ", false),
            ("250 …", "250 anything", true),
            ("250 …", "250 ", true),
            ("250 …", "250", false),
            ("…", "", true),
            ("", "", true),
            ("", "x", false),
            ("[...]done", "all done", true),
            ("[...]done", "done all", false),
            ("220 …ESMTP…ready", "220 mx ESMTP Postfix ready", true),
            ("220 …ESMTP…ready", "220 mx ready ESMTP", false),
            ("a…b…b", "ab", false),
            ("a…b…b", "abb", true),
            ("a……b", "ab", true),
            ("ab…ba", "aba", false),
            ("\\x5b...]", "[...]", true),
            ("\\x5b...]", "x", false),
            ("\\xe2\\x80\\xa6", "…", true),
            ("\\xe2\\x80\\xa6", "x", false),
            ("\\q", "\\q", false),
        ] {
            assert_eq!(matches(pattern, line), expect, "{pattern} against {line}");
        }
        assert!(Pattern::read("\\xff…").unwrap().matches(b"\xff\xfe"));
        assert_eq!(Pattern::exact("a…").line(), Some("a…".as_bytes()));
        assert_eq!(Pattern::read("a…").unwrap().line(), None);
        assert_eq!(Pattern::read("a …[...] b ").unwrap().to_string(), "a … b\\x20");
    }

    #[test]
    fn many_gaps_are_matched_in_linear_time() {
        let pattern = Pattern::read(&"a…".repeat(20_000)).unwrap();
        assert!(!pattern.matches("a".repeat(19_999).as_bytes()));
        assert!(pattern.matches("a".repeat(20_000).as_bytes()));
    }
}
