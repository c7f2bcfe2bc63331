//! What was said during a look, in the notation of dialogues, and the reply that is coming in.

use crate::dialogue::{Turn, print};

/// Octets that are kept. A greeting and two lists of offers have a few hundred.
const OCTETS: usize = 32 << 10;
/// Lines of a reply that its sentence quotes.
const LINES: usize = 16;

/// The record of a look.
#[derive(Debug, Default)]
pub(super) struct Said {
    turns: Vec<Turn>,
    octets: usize,
    left_out: usize,
    reply: Vec<Vec<u8>>,
}

impl Said {
    pub(super) fn client(&mut self, line: &str) {
        self.client_octets(line.as_bytes());
    }

    pub(super) fn client_octets(&mut self, line: &[u8]) {
        self.push(line.len(), || Turn::client(line));
        self.reply.clear();
    }

    pub(super) fn server(&mut self, line: &[u8]) {
        self.push(line.len(), || Turn::server(line));
        if self.reply.len() >= LINES {
            self.reply.remove(0);
        }
        self.reply.push(line.to_vec());
    }

    pub(super) fn note(&mut self, text: &str) {
        self.push(text.len(), || Turn::Note(text.to_owned()));
    }

    fn push(&mut self, octets: usize, turn: impl FnOnce() -> Turn) {
        // Empty lines cost something too.
        self.octets = self.octets.saturating_add(octets + 8);
        if self.octets > OCTETS {
            self.left_out += 1;
        } else {
            self.turns.push(turn());
        }
    }

    /// The lines of the reply that came last.
    pub(super) fn reply(&self) -> Vec<Vec<u8>> {
        self.reply.clone()
    }

    /// The next line begins another reply.
    pub(super) fn reply_is_over(&mut self) {
        self.reply.clear();
    }

    /// The record, a line each.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        if self.left_out > 0 {
            self.turns.push(Turn::Note(format!("{} more lines", self.left_out)));
        }
        print(&self.turns).lines().map(str::to_owned).collect()
    }
}
