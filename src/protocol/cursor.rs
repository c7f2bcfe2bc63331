//! A place in a typed line, moved forward by the grammar rules of the verbs, and what they find on their way.

use std::ops::Range;

use super::progress::Enabled;

/// More remarks on one line than anyone reads; a pasted list of flags has thousands.
pub const REMARKS: usize = 32;

/// Stands behind `{n}` in a text that [`super::progress::Progress`] has joined: the literal was sent, the line goes on.
/// A noncharacter, which no text holds (Unicode §23.7).
pub const SENT: char = '\u{fdd0}';

/// Something wrong, or worth knowing, about a typed line, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Octets of the line this is about. May be empty and at the end: something is missing there.
    pub at: Range<usize>,
    /// Whether a server would refuse it.
    pub weight: Weight,
    /// What is wrong and what was expected, in one sentence without a full stop.
    pub reason: String,
}

/// How much a [`Fault`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Right so far, not finished: shown calmly while typing.
    Incomplete,
    /// Would be accepted by most, and is worth a word.
    Advice,
    /// Against the grammar.
    Syntax,
    /// Right in itself, wrong at this moment.
    Sequence,
}

impl Fault {
    /// A fault against the grammar.
    #[must_use]
    pub fn syntax(at: Range<usize>, reason: impl Into<String>) -> Self {
        Self { at, weight: Weight::Syntax, reason: reason.into() }
    }
}

/// Something that the line uses of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Octets of the line.
    pub at: Range<usize>,
    /// Any one of these capabilities offers it.
    pub capabilities: &'static [&'static str],
}

/// Something worth knowing about a part of the line, whether or not anything is wrong: `münchen.de = xn--mnchen-3ya.de`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Octets of the line.
    pub at: Range<usize>,
    /// Without a full stop. It may hold what was typed: draw it through [`super::visible::visible`] only.
    pub text: String,
}

/// A place in a typed line, moved forward by the grammar rules of the verbs.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Remarks that do not stop the reading.
    pub remarks: Vec<Fault>,
    /// What the line uses of extensions, each extension at its first place.
    pub needs: Vec<Need>,
    /// What is worth knowing of a part that is right.
    pub notes: Vec<Note>,
    /// What ENABLE has turned on.
    pub enabled: Enabled,
    /// The text goes on behind literals that were sent, each with [`SENT`] behind its announcement.
    pub joined: bool,
}

impl<'a> Cursor<'a> {
    /// A cursor at octet `at` of `text`, which must be a character boundary; otherwise it is moved back to one.
    #[must_use]
    pub fn new(text: &'a str, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Self {
            text,
            at,
            remarks: Vec::new(),
            needs: Vec::new(),
            notes: Vec::new(),
            enabled: Enabled::default(),
            joined: false,
        }
    }

    /// Octets from the start of the line.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// What has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// What has been read since octet `start`.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// The next character.
    #[must_use]
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether everything has been read.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Takes `c` if it is next.
    pub fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    /// Takes `word` if it is next, in any case.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.rest().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Takes `c`, or says that `what` was expected here.
    ///
    /// # Errors
    /// A fault at this place; [`Weight::Incomplete`] at the end of the line.
    pub fn expect(&mut self, c: char, what: &str) -> Result<(), Fault> {
        if self.eat(c) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// Takes the characters that `wanted` likes.
    pub fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// Takes one character if `wanted` likes it.
    pub fn take_one(&mut self, wanted: impl FnOnce(char) -> bool) -> bool {
        match self.peek() {
            Some(c) if wanted(c) => {
                self.at += c.len_utf8();
                true
            }
            _ => false,
        }
    }

    /// Takes everything up to the next space or the end.
    pub fn word(&mut self) -> &'a str {
        self.take_while(|c| c != ' ')
    }

    /// Nothing more may follow.
    ///
    /// # Errors
    /// A syntax fault over what is left.
    pub fn end(&self, verb: &str) -> Result<(), Fault> {
        if self.is_end() {
            Ok(())
        } else {
            Err(Fault::syntax(self.at..self.text.len(), format!("nothing more is expected after {verb}")))
        }
    }

    /// The fault "expected `what` here".
    #[must_use]
    pub fn expected(&self, what: &str) -> Fault {
        let (weight, end) = match self.peek() {
            None => (Weight::Incomplete, self.at),
            Some(c) => (Weight::Syntax, self.at + c.len_utf8()),
        };
        Fault { at: self.at..end, weight, reason: format!("expected {what}") }
    }

    /// A syntax fault from `start` to this place.
    #[must_use]
    pub fn fault_from(&self, start: usize, reason: impl Into<String>) -> Fault {
        Fault::syntax(start..self.at, reason)
    }

    /// Advice from `start` to this place.
    pub fn advise(&mut self, start: usize, reason: impl Into<String>) {
        self.remark(start, Weight::Advice, reason);
    }

    /// A remark from `start` to this place, of this weight, that does not stop the reading. More than [`REMARKS`] are
    /// not kept.
    pub fn remark(&mut self, start: usize, weight: Weight, reason: impl Into<String>) {
        self.remark_at(Fault { at: start..self.at, weight, reason: reason.into() });
    }

    /// The same with a place of its own.
    pub fn remark_at(&mut self, fault: Fault) {
        if !self.is_full() {
            self.remarks.push(fault);
        }
    }

    /// Whether no further remark will be kept.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.remarks.len() >= REMARKS
    }

    /// What stands from `start` to this place belongs to an extension that any of `capabilities` offers; none: to the
    /// protocol itself.
    pub fn need(&mut self, start: usize, capabilities: &'static [&'static str]) {
        self.need_at(start..self.at, capabilities);
    }

    /// The same with a place of its own.
    pub fn need_at(&mut self, at: Range<usize>, capabilities: &'static [&'static str]) {
        if !capabilities.is_empty() && !self.needs.iter().any(|need| need.capabilities == capabilities) {
            self.needs.push(Need { at, capabilities });
        }
    }

    /// A note on what stands from `start` to this place, unless [`Self::is_told`].
    pub fn tell(&mut self, start: usize, text: impl Into<String>) {
        if !self.is_told() {
            self.notes.push(Note { at: start..self.at, text: text.into() });
        }
    }

    /// Whether there are as many notes as anyone reads: no further one is kept.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        const MOST: usize = 4;
        self.notes.len() >= MOST
    }
}
