//! The record of a conversation in memory: octets in large blocks, one small [`Entry`] a line, text made only when a
//! line is drawn. The cost of a frame follows the height of the window, not the length of this.

use std::collections::VecDeque;
use std::ops::Range;

use crate::protocol::endpoint::Protocol;
use crate::protocol::line::Ending;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;

/// Octets of text in one block.
const BLOCK: usize = 1 << 20;

/// Octets of text kept; older lines are dropped block by block, and a line says so.
pub const CAP: usize = 256 << 20;

/// Lines kept: a flood of empty lines fills no block, and is bounded too.
pub const LINES: usize = 4_000_000;

/// Lines of a reply that are read together; the reasons of a refusal are in the last ones.
const REPLY_LINES: u64 = 15;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A line, or a piece of one, from the server.
    Received,
    /// A line we sent, secrets replaced by dots before it came here.
    Sent,
    /// A line of a message or a literal we sent.
    SentData,
    /// Something that happened: connected, TLS, closed.
    Note,
    /// Something that went wrong, with its next step.
    Trouble,
    /// What the reply above means.
    Meaning,
}

/// Marks of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// TLS protected the channel.
    pub tls: bool,
    /// The content of an IMAP literal.
    pub literal: bool,
    /// The line goes on in the next entry.
    pub continues: bool,
    /// The line began in the entry before.
    pub resumes: bool,
    /// Nobody asked for it.
    pub unsolicited: bool,
    /// The line ended in a bare LF, or had no ending.
    pub ending: Ending,
    /// The first line after which time is worth showing: a reply begins here.
    pub begins: bool,
    /// A dot was put before the line (RFC 5321 §4.5.2).
    pub stuffed: bool,
}

/// One line. 40 octets, however long the text is.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// When it was read or written.
    pub at: Moment,
    start: u64,
    len: u32,
    /// The command this answers, as a distance back in entries; 0: none.
    pair: u32,
    /// What it is.
    pub kind: Kind,
    /// The class, for received lines.
    pub class: ReplyClass,
    /// Marks.
    pub marks: Marks,
}

impl Entry {
    /// Octets of its text.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether the line is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The lines of one conversation.
#[derive(Debug, Default)]
pub struct Transcript {
    blocks: VecDeque<Vec<u8>>,
    /// Logical number of the first block that is kept.
    first_block: u64,
    entries: VecDeque<Entry>,
    /// The number of the first entry that is kept.
    first: u64,
}

impl Transcript {
    /// Numbers of the entries that are kept.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.first..self.first + self.entries.len() as u64
    }

    /// The number the next entry will get.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The entry with this number, unless it was dropped.
    #[must_use]
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        let place = number.checked_sub(self.first)?;
        self.entries.get(usize::try_from(place).ok()?)
    }

    /// Its octets.
    #[must_use]
    pub fn octets(&self, entry: &Entry) -> &[u8] {
        let block = entry.start / BLOCK as u64;
        let within = usize::try_from(entry.start % BLOCK as u64).unwrap_or(0);
        block
            .checked_sub(self.first_block)
            .and_then(|place| self.blocks.get(usize::try_from(place).ok()?))
            .and_then(|block| block.get(within..within + entry.len()))
            .unwrap_or(b"")
    }

    /// The lines of the reply that ends with this entry, with LF between them: at most the last 16. Only SMTP's replies
    /// have several; what comes before a status line of IMAP or POP3 is data.
    #[must_use]
    pub fn reply(&self, protocol: Protocol, last: u64) -> Vec<u8> {
        let mut first = last;
        while protocol.is_smtp()
            && last - first < REPLY_LINES
            && self.entry(first).is_some_and(|entry| !entry.marks.begins)
            && first.checked_sub(1).and_then(|n| self.entry(n)).is_some_and(|entry| entry.kind == Kind::Received)
        {
            first -= 1;
        }
        let lines: Vec<&[u8]> = (first..=last).filter_map(|n| Some(self.octets(self.entry(n)?))).collect();
        lines.join(&b'\n')
    }

    /// The number of the command this entry answers.
    #[must_use]
    pub fn pair(&self, number: u64) -> Option<u64> {
        let pair = self.entry(number)?.pair;
        (pair > 0).then(|| number.saturating_sub(u64::from(pair)))
    }

    /// Adds a line of at most [`crate::protocol::line::LINE_CAP`] octets (what is longer is cut into several) and
    /// returns its number.
    pub fn push(
        &mut self,
        at: Moment,
        kind: Kind,
        class: ReplyClass,
        marks: Marks,
        pair: Option<u64>,
        octets: &[u8],
    ) -> u64 {
        let mut rest = octets;
        while rest.len() > BLOCK {
            let (head, tail) = rest.split_at(BLOCK);
            self.push_piece(at, kind, class, Marks { continues: true, ..marks }, pair, head);
            rest = tail;
        }
        self.push_piece(at, kind, class, marks, pair, rest)
    }

    fn push_piece(
        &mut self,
        at: Moment,
        kind: Kind,
        class: ReplyClass,
        marks: Marks,
        pair: Option<u64>,
        octets: &[u8],
    ) -> u64 {
        if self.entries.len() >= LINES {
            self.entries.pop_front();
            self.first += 1;
        }
        let number = self.next_number();
        if self.blocks.back().is_none_or(|block| block.len() + octets.len() > BLOCK) {
            if self.blocks.len() * BLOCK >= CAP {
                self.drop_block();
            }
            self.blocks.push_back(Vec::with_capacity(if self.blocks.is_empty() { 4096 } else { BLOCK }));
        }
        let place = self.first_block + self.blocks.len() as u64 - 1;
        let Some(block) = self.blocks.back_mut() else { return number };
        let start = place * BLOCK as u64 + block.len() as u64;
        block.extend_from_slice(octets);
        let pair = pair.and_then(|pair| u32::try_from(number.saturating_sub(pair)).ok()).unwrap_or(0);
        let len = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        self.entries.push_back(Entry { at, start, len, pair, kind, class, marks });
        number
    }

    fn drop_block(&mut self) {
        self.blocks.pop_front();
        self.first_block += 1;
        let kept_from = self.first_block * BLOCK as u64;
        while self.entries.front().is_some_and(|entry| entry.start < kept_from) {
            self.entries.pop_front();
            self.first += 1;
        }
    }

    /// Octets of memory that hold text and entries.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.blocks.iter().map(Vec::capacity).sum::<usize>() + self.entries.capacity() * size_of::<Entry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(transcript: &mut Transcript, text: &[u8], pair: Option<u64>) -> u64 {
        transcript.push(Moment(7), Kind::Received, ReplyClass::Data, Marks::default(), pair, text)
    }

    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<Entry>() <= 40, "{}", size_of::<Entry>());
    }

    #[test]
    fn keeps_octets_and_pairs() {
        let mut transcript = Transcript::default();
        let command = add(&mut transcript, b"EHLO x", None);
        let reply = add(&mut transcript, b"250 \xff\0", Some(command));
        assert_eq!(transcript.octets(transcript.entry(reply).unwrap()), b"250 \xff\0");
        assert_eq!(transcript.pair(reply), Some(command));
        assert_eq!(transcript.pair(command), None);
        assert!(transcript.entry(2).is_none());
    }

    #[test]
    fn the_lines_of_a_reply_are_found_from_its_last() {
        let mut transcript = Transcript::default();
        add(&mut transcript, b"220 before", None);
        let begins = Marks { begins: true, ..Marks::default() };
        transcript.push(Moment(8), Kind::Received, ReplyClass::Permanent, begins, None, b"550-one");
        let last = add(&mut transcript, b"550 two", None);
        assert_eq!(transcript.reply(Protocol::Smtp, last), b"550-one\n550 two");
        assert_eq!(transcript.reply(Protocol::Imap, last), b"550 two", "before it there is data");
        assert_eq!(transcript.reply(Protocol::Smtp, last - 1), b"550-one");
        assert_eq!(transcript.reply(Protocol::Smtp, last + 1), b"");
        transcript.push(Moment(9), Kind::Meaning, ReplyClass::Permanent, Marks::default(), None, b"ours");
        let alone = add(&mut transcript, b"421 bye", None);
        assert_eq!(transcript.reply(Protocol::Smtp, alone), b"421 bye");
        let long = (0..40).map(|_| add(&mut transcript, b"550-x", None)).last().unwrap();
        assert_eq!(transcript.reply(Protocol::Smtp, long).split(|b| *b == b'\n').count(), 16);
    }

    #[test]
    fn lines_never_straddle_blocks_and_long_ones_are_cut() {
        let mut transcript = Transcript::default();
        for n in 0..40u8 {
            add(&mut transcript, &vec![n; 65_000], None);
        }
        let last = add(&mut transcript, &vec![b'z'; BLOCK + 3], None);
        assert_eq!(transcript.octets(transcript.entry(17).unwrap()), vec![17; 65_000]);
        assert_eq!(transcript.octets(transcript.entry(last).unwrap()), b"zzz");
        assert_eq!(transcript.octets(transcript.entry(last - 1).unwrap()).len(), BLOCK);
    }

    #[test]
    fn the_oldest_lines_go_when_the_cap_is_reached() {
        let mut transcript = Transcript::default();
        let line = vec![b'x'; 60_000];
        for _ in 0..(CAP / 60_000 + 200) {
            add(&mut transcript, &line, None);
        }
        assert!(transcript.memory() < CAP + 4 * BLOCK);
        assert!(transcript.range().start > 0);
        assert!(transcript.entry(0).is_none());
        let first = transcript.range().start;
        assert_eq!(transcript.octets(transcript.entry(first).unwrap()), line);
    }
}
