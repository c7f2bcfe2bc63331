//! Lines are cut before grammar is read.
//!
//! [`Framer`] turns any sequence of octets into [`Frame`]s and cannot fail: every octet that goes in comes out in
//! exactly one frame, with the line ending it really had. IMAP literals are counted here, so that a line inside a
//! literal that looks like `A004 OK` stays data.

use memchr::memchr;

/// How a line ended, or is to end, on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ending {
    /// CR LF, the only ending the three protocols allow (RFC 5321 §2.3.8).
    #[default]
    CrLf,
    /// A bare LF.
    Lf,
    /// A bare CR. Only ever sent on purpose; a received bare CR is part of its line.
    Cr,
    /// No ending: a piece of a longer line, the tail of a literal, or what was left when the connection closed.
    None,
}

impl Ending {
    /// The octets of this ending.
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
            Self::Cr => b"\r",
            Self::None => b"",
        }
    }

    /// The word for this ending on the screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CrLf => "CRLF",
            Self::Lf => "LF",
            Self::Cr => "CR",
            Self::None => "none",
        }
    }

    /// The next ending in the order CRLF, LF, CR, none.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::CrLf => Self::Lf,
            Self::Lf => Self::Cr,
            Self::Cr => Self::None,
            Self::None => Self::CrLf,
        }
    }
}

/// One line, or a piece of one, without its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The octets, the ending left out.
    pub bytes: &'a [u8],
    /// The ending that followed them.
    pub ending: Ending,
    /// These octets are the content of an IMAP literal (RFC 9051 §4.3).
    pub literal: bool,
    /// The line was longer than the cap, or a literal ended in it: the next frame goes on where this one stops.
    pub continues: bool,
    /// The line, with the pieces before this one, announces a literal of so many octets: they come next.
    pub announces: Option<u64>,
}

/// Who sends the octets, which decides what counts as a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literals {
    /// SMTP, LMTP and POP3 know none.
    None,
    /// Sent by an IMAP server: `{n}` at the end of anything but a status response or a continuation.
    Server,
    /// Sent by an IMAP client: `{n}`, `{n+}` and `~{n}` at the end of a line.
    Client,
}

/// A line longer than this many octets is cut into pieces. Nothing is lost: see [`Frame::continues`].
pub const LINE_CAP: usize = 64 * 1024;

/// Cuts a stream of octets into frames.
pub struct Framer {
    literals: Literals,
    pending: Vec<u8>,
    emitted: bool,
    literal_left: u64,
    status_line: Option<bool>,
    after_literal: bool,
    /// The end of the pieces before: an announcement may lie across them.
    tail: Vec<u8>,
}

/// What is pending may hold a secret that a server repeats: only its length is told.
impl std::fmt::Debug for Framer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Framer({} octets pending, {} of a literal left)", self.pending.len(), self.literal_left)
    }
}

/// Octets of the longest announcement, `~{1234567890123456789+}`, and a CR.
const ANNOUNCEMENT: usize = 24;

impl Framer {
    /// A framer at the beginning of a line.
    #[must_use]
    pub const fn new(literals: Literals) -> Self {
        Self {
            literals,
            pending: Vec::new(),
            emitted: false,
            literal_left: 0,
            status_line: None,
            after_literal: false,
            tail: Vec::new(),
        }
    }

    /// Octets of the literal that are still to come.
    #[must_use]
    pub const fn literal_left(&self) -> u64 {
        self.literal_left
    }

    /// The start of a line whose end has not come yet.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        if self.emitted { &[] } else { &self.pending }
    }

    /// Takes the next frame off the front of `input`, or keeps what is left of it and returns `None`.
    pub fn next<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Frame<'a>> {
        if self.emitted {
            self.pending.clear();
            self.emitted = false;
        }
        if input.is_empty() {
            return None;
        }
        let room = LINE_CAP.saturating_sub(self.pending.len()).max(1);
        let in_literal = self.literal_left > 0;
        let most = if in_literal { usize::try_from(self.literal_left).unwrap_or(usize::MAX) } else { usize::MAX };
        let window = &input[..input.len().min(room).min(most)];
        let (taken, whole) = match memchr(b'\n', window) {
            Some(at) => (at + 1, true),
            None if window.len() == most || window.len() == room => (window.len(), false),
            None => {
                self.pending.extend_from_slice(window);
                if in_literal {
                    self.literal_left -= window.len() as u64;
                }
                *input = &input[window.len()..];
                return None;
            }
        };
        let piece = &input[..taken];
        *input = &input[taken..];
        if in_literal {
            self.literal_left -= taken as u64;
        }
        let line: &'a [u8] = if self.pending.is_empty() {
            piece
        } else {
            self.pending.extend_from_slice(piece);
            self.emitted = true;
            &self.pending
        };
        let (bytes, ending) = if whole { split_ending(line) } else { (line, Ending::None) };
        if in_literal {
            let literal_left = self.literal_left;
            if literal_left == 0 {
                self.after_literal = true;
            }
            return Some(Frame { bytes, ending, literal: true, continues: !whole, announces: None });
        }
        // A status response is free text to its end: `* OK see {5}` announces nothing.
        let first_piece = self.status_line.is_none() && !self.after_literal;
        let status = match self.status_line {
            Some(status) => status,
            None => first_piece && self.literals == Literals::Server && is_status(bytes),
        };
        let mut announces = None;
        if whole {
            self.status_line = None;
            self.after_literal = false;
            if !status {
                announces = across(&self.tail, bytes, self.literals);
            }
            self.tail.clear();
            if let Some(octets) = announces {
                self.literal_left = octets;
                self.after_literal = true;
            }
        } else {
            self.status_line = Some(status);
            self.tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(ANNOUNCEMENT)..).unwrap_or_default());
            self.tail.drain(..self.tail.len().saturating_sub(ANNOUNCEMENT));
        }
        Some(Frame { bytes, ending, literal: false, continues: !whole, announces })
    }

    /// At the end of the stream: the line that never ended, if there is one.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        let rest = self.discard();
        (!rest.is_empty()).then_some(rest)
    }

    /// Forgets and returns the unfinished line, as a client must at STARTTLS (RFC 3207 §4.2).
    pub fn discard(&mut self) -> Vec<u8> {
        let rest = if self.emitted { Vec::new() } else { std::mem::take(&mut self.pending) };
        *self = Self::new(self.literals);
        rest
    }
}

/// The literal announced at the end of a line whose last piece is `bytes`, and `tail` what stood before it.
fn across(tail: &[u8], bytes: &[u8], literals: Literals) -> Option<u64> {
    if tail.is_empty() {
        return literal_announced(bytes, literals);
    }
    let line = [tail, bytes.get(bytes.len().saturating_sub(ANNOUNCEMENT)..).unwrap_or_default()].concat();
    // The CR of an ending may lie at the end of the piece before.
    let line = if bytes.is_empty() { line.strip_suffix(b"\r").unwrap_or(&line) } else { &line };
    literal_announced(line, literals)
}

fn split_ending(line: &[u8]) -> (&[u8], Ending) {
    match line {
        [text @ .., b'\r', b'\n'] => (text, Ending::CrLf),
        [text @ .., b'\n'] => (text, Ending::Lf),
        _ => (line, Ending::None),
    }
}

/// `+ …`, `* OK …` and `tag NO …`: lines whose text runs to the end (RFC 9051 §7.1, `resp-text`).
fn is_status(line: &[u8]) -> bool {
    if line.starts_with(b"+") {
        return true;
    }
    let mut words = line.splitn(3, |&b| b == b' ');
    let _tag = words.next();
    words.next().is_some_and(|word| {
        [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|status| word.eq_ignore_ascii_case(status))
    })
}

/// The octet count of a literal announced at the end of `line` (RFC 9051 §4.3, RFC 7888, RFC 3516 `~{n}`).
#[must_use]
pub fn literal_announced(line: &[u8], literals: Literals) -> Option<u64> {
    let rest = line.strip_suffix(b"}")?;
    let rest = match literals {
        Literals::None => return None,
        Literals::Server => rest,
        Literals::Client => rest.strip_suffix(b"+").or_else(|| rest.strip_suffix(b"-")).unwrap_or(rest),
    };
    let open = rest.iter().rposition(|&b| b == b'{')?;
    let digits = &rest[open + 1..];
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(literals: Literals, pieces: &[&[u8]]) -> Vec<(Vec<u8>, Ending, bool)> {
        let mut framer = Framer::new(literals);
        let mut out = Vec::new();
        for piece in pieces {
            let mut input = *piece;
            while let Some(frame) = framer.next(&mut input) {
                out.push((frame.bytes.to_vec(), frame.ending, frame.literal));
            }
        }
        out
    }

    #[test]
    fn lines_keep_their_ending() {
        let out = frames(Literals::None, &[b"220 a\r\n250 b\nrest\rx\r\r\n"]);
        assert_eq!(out[0], (b"220 a".to_vec(), Ending::CrLf, false));
        assert_eq!(out[1], (b"250 b".to_vec(), Ending::Lf, false));
        assert_eq!(out[2], (b"rest\rx\r".to_vec(), Ending::CrLf, false));
    }

    #[test]
    fn a_tagged_line_inside_a_literal_is_data() {
        let out =
            frames(Literals::Server, &[b"* 1 FETCH (BODY[] {12}\r\nA004 OK x\r\na FLAGS ())\r\nA004 OK done\r\n"]);
        let literal: Vec<_> = out.iter().map(|(b, _, l)| (String::from_utf8_lossy(b).into_owned(), *l)).collect();
        assert_eq!(literal[1], ("A004 OK x".into(), true));
        assert_eq!(literal[2], ("a".into(), true));
        assert_eq!(literal[3], (" FLAGS ())".into(), false));
        assert_eq!(literal[4], ("A004 OK done".into(), false));
    }

    #[test]
    fn an_empty_literal_and_a_brace_in_free_text() {
        let out = frames(Literals::Server, &[b"* X {0}\r\n)\r\n* OK see {5}\r\n+ {3}\r\na NO {4}\r\n"]);
        assert!(out.iter().all(|(_, _, literal)| !literal));
        assert_eq!(out.len(), 5);
    }

    #[test]
    fn a_line_without_end_is_cut_at_the_cap_and_nothing_is_lost() {
        let long = vec![b'x'; LINE_CAP * 2 + 5];
        let mut framer = Framer::new(Literals::None);
        let mut input = &long[..];
        let mut total = 0;
        while let Some(frame) = framer.next(&mut input) {
            assert!(frame.continues);
            total += frame.bytes.len();
        }
        total += framer.finish().map_or(0, |rest| rest.len());
        assert_eq!(total, long.len());
    }

    #[test]
    fn an_announcement_across_the_cap_counts() {
        for announcement in ["{3}\r\n", "{3}\n", "~{0000000000000000003}\r\n"] {
            for before in 0..announcement.len() + 2 {
                let line = [&"x".repeat(LINE_CAP - before), announcement, "\na\nb\n"].concat();
                let out = frames(Literals::Server, &[line.as_bytes()]);
                let content: Vec<u8> =
                    out.iter().filter(|(.., literal)| *literal).flat_map(|(b, ..)| b.clone()).collect();
                assert_eq!(content, b"a", "{announcement:?}, {before} octets before the cap");
            }
        }
    }

    #[test]
    fn announcements() {
        for (line, literals, expect) in [
            (&b"a LOGIN {5}"[..], Literals::Client, Some(5)),
            (b"a LOGIN {5+}", Literals::Client, Some(5)),
            (b"a APPEND x ~{7}", Literals::Client, Some(7)),
            (b"* X {5+}", Literals::Server, None),
            (b"* X {}", Literals::Server, None),
            (b"* X {99999999999999999999999}", Literals::Server, None),
            (b"* X {5} ", Literals::Server, None),
        ] {
            assert_eq!(literal_announced(line, literals), expect, "{}", String::from_utf8_lossy(line));
        }
    }

    proptest! {
        #[test]
        fn every_octet_comes_out_once_however_the_stream_is_cut(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'{'), Just(b'3'), Just(b'}'), any::<u8>()], 0..400),
            cuts in proptest::collection::vec(0usize..400, 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).collect();
            cuts.push(0);
            cuts.push(bytes.len());
            cuts.sort_unstable();
            for literals in [Literals::None, Literals::Server, Literals::Client] {
                let mut framer = Framer::new(literals);
                let mut out = Vec::new();
                let mut shape = Vec::new();
                for pair in cuts.windows(2) {
                    let mut input = &bytes[pair[0]..pair[1]];
                    while let Some(frame) = framer.next(&mut input) {
                        out.extend_from_slice(frame.bytes);
                        out.extend_from_slice(frame.ending.bytes());
                        shape.push((frame.bytes.to_vec(), frame.literal));
                    }
                }
                let rest = framer.finish().unwrap_or_default();
                out.extend_from_slice(&rest);
                prop_assert_eq!(&out, &bytes);
                let mut whole = Framer::new(literals);
                let mut input = &bytes[..];
                let mut again = Vec::new();
                while let Some(frame) = whole.next(&mut input) {
                    again.push((frame.bytes.to_vec(), frame.literal));
                }
                prop_assert_eq!(shape, again);
            }
        }
    }
}
