//! The notation: a dialogue as text. What is exported can be run, replayed, compared and taught with.
//!
//! ```text
//! # a comment, not kept
//! -- TCP to mx1.example.test:25
//! S: 220 mx1.example.test ESMTP …
//! C: EHLO client.example.test
//! S: 250-mx1.example.test
//! S: 250 STARTTLS
//! C: a line with a bare LF\n, a NUL \0 and the octet \xff
//! -- TLS
//! ```
//!
//! A turn is one line without its CRLF. Escapes are `\r \n \t \0 \\ \xHH`, the last one for any octet. In what the server
//! is expected to say, `…` or `[...]` stands for any run of octets; `\xe2\x80\xa6` and `\x5b...]` are those characters
//! themselves. One space after the mark belongs to the mark, every other one to the line.

mod escape;
mod pattern;

use std::fmt;

pub use pattern::Pattern;

use escape::{decode, encode};

/// One line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// `C:` the client says this line.
    Client(Vec<u8>),
    /// `S:` the server says a line like this.
    Server(Pattern),
    /// `--` something that happened: `TLS`, `connection closed`.
    Note(String),
}

impl Turn {
    /// A line of the client, without its CRLF.
    #[must_use]
    pub fn client(line: impl Into<Vec<u8>>) -> Self {
        Self::Client(line.into())
    }

    /// A line of the server as it was, without its CRLF: nothing in it stands for something else.
    #[must_use]
    pub fn server(line: impl Into<Vec<u8>>) -> Self {
        Self::Server(Pattern::exact(line))
    }
}

/// Where and why a text is not in the notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// Octets from the start of the line.
    pub at: usize,
    /// What is wrong and what was expected, in one sentence without a full stop.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Fault {}

/// Reads a dialogue. Empty lines and comments are passed over.
///
/// # Errors
/// The first line that is not in the notation.
pub fn parse(text: &str) -> Result<Vec<Turn>, Fault> {
    let mut turns = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_ascii().is_empty() || line.starts_with('#') {
            continue;
        }
        let fault = |(at, reason): (usize, String)| Fault { line: number + 1, at, reason };
        let Some((mark, rest)) = line.split_at_checked(2).filter(|(mark, _)| matches!(*mark, "C:" | "S:" | "--"))
        else {
            let reason = "a line begins with C: for the client, S: for the server, -- for a note or # for a comment";
            return Err(fault((0, reason.to_owned())));
        };
        let content = rest.strip_prefix(' ').unwrap_or(rest);
        let start = line.len() - content.len();
        let moved = |(at, reason): (usize, String)| fault((start + at, reason));
        turns.push(match mark {
            "C:" => Turn::Client(decode(content).map_err(moved)?),
            "S:" => Turn::Server(Pattern::read(content).map_err(moved)?),
            _ => {
                let octets = decode(content).map_err(moved)?;
                let note = String::from_utf8(octets)
                    .map_err(|_| moved((0, "a note is text: the octets escaped here are not UTF-8".to_owned())))?;
                Turn::Note(note)
            }
        });
    }
    Ok(turns)
}

/// Writes a dialogue so that [`parse`] reads the same one back.
#[must_use]
pub fn print(turns: &[Turn]) -> String {
    let mut out = String::new();
    for turn in turns {
        let (mark, content) = match turn {
            Turn::Client(line) => ("C:", encode(line)),
            Turn::Server(pattern) => ("S:", pattern.to_string()),
            Turn::Note(note) => ("--", encode(note.as_bytes())),
        };
        out.push_str(mark);
        if !content.is_empty() {
            out.push(' ');
            out.push_str(&content);
        }
        out.push('\n');
    }
    out
}

/// Whether `line` is what `pattern` (the notation after `S: `) expects. A pattern that cannot be read matches nothing.
#[must_use]
pub fn matches(pattern: &str, line: &str) -> bool {
    Pattern::read(pattern).is_ok_and(|pattern| pattern.matches(line.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_dialogue_is_read() {
        let text = "# greeting\r\n\n-- TCP to 192.0.2.25:25\nS: 220 mx1 …\r\nC: EHLO a\nC:\nC:  two spaces \nS:250 x\\\\y\n\
                    C: \\r\\n\\t\\0\\xfF\\\\\n--\n   \n";
        assert_eq!(
            parse(text).unwrap(),
            [
                Turn::Note("TCP to 192.0.2.25:25".to_owned()),
                Turn::Server(Pattern::read("220 mx1 …").unwrap()),
                Turn::client("EHLO a"),
                Turn::client(""),
                Turn::client(" two spaces "),
                Turn::server("250 x\\y"),
                Turn::client(b"\r\n\t\0\xff\\"),
                Turn::Note(String::new()),
            ]
        );
    }

    #[test]
    fn faults_have_their_place() {
        for (text, line, at, part) in [
            ("C: a\n\nX: b", 3, 0, "a line begins with"),
            ("c: a", 1, 0, "a line begins with"),
            ("é", 1, 0, "a line begins with"),
            ("C: ab\\q", 1, 5, "\\q"),
            ("S: …ab\\", 1, 8, "at the end"),
            ("C: \\x4", 1, 3, "two hexadecimal digits"),
            ("C: \\xg0", 1, 3, "two hexadecimal digits"),
            ("C: \\xé", 1, 3, "two hexadecimal digits"),
            ("-- \\xff", 1, 3, "not UTF-8"),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!((fault.line, fault.at), (line, at), "{text}: {fault}");
            assert!(fault.reason.contains(part), "{text}: {fault}");
        }
    }

    #[test]
    fn what_is_printed_can_be_read_by_people() {
        let turns = [
            Turn::server("220 Grüße\u{202e} … [...] \x1b[2J "),
            Turn::client(b"a\\b\xff"),
            Turn::client(""),
            Turn::Note("TLS 1.3\nok".to_owned()),
        ];
        let text = print(&turns);
        assert_eq!(
            text,
            "S: 220 Grüße\\xe2\\x80\\xae \\xe2\\x80\\xa6 \\x5b...] \\x1b[2J\\x20\nC: a\\\\b\\xff\nC:\n-- TLS 1.3\\nok\n"
        );
        assert_eq!(parse(&text).unwrap(), turns);
    }

    fn turn() -> impl Strategy<Value = Turn> {
        let octets = || {
            let words = prop_oneof![
                Just(b"[...]".to_vec()),
                Just("…".as_bytes().to_vec()),
                Just(b" ".to_vec()),
                Just(b"\\x".to_vec()),
                proptest::collection::vec(any::<u8>(), 0..6),
                "[ -~]{0,8}".prop_map(String::into_bytes),
            ];
            proptest::collection::vec(words, 0..5).prop_map(|words| words.concat())
        };
        prop_oneof![
            octets().prop_map(Turn::Client),
            octets().prop_map(Turn::server),
            "[ -~é…]{0,20}".prop_map(|text| Turn::Server(Pattern::read(&text.replace('\\', "")).unwrap())),
            any::<String>().prop_map(Turn::Note),
        ]
    }

    proptest! {
        #[test]
        fn printed_and_read_again_is_the_same(turns in proptest::collection::vec(turn(), 0..8)) {
            let text = print(&turns);
            prop_assert_eq!(parse(&text), Ok(turns), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Err(fault) = parse(&text) {
                prop_assert!(fault.line <= text.lines().count());
            }
        }
    }
}
