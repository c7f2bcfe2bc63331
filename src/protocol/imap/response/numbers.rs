//! Message numbers in responses: SEARCH, SORT, ESEARCH, VANISHED (RFC 9051 §7.3, RFC 5256, RFC 7162).

use super::value::{Reader, number};
use crate::protocol::text::NotUnderstood;

/// Runs of numbers that are kept; the rest is counted.
const RUNS: usize = 10_000;

/// Numbers in the order they came, runs of neighbours put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// First and last of each run.
    pub runs: Vec<(u64, u64)>,
    /// How many numbers there were in all.
    pub count: u64,
    /// More runs came than are kept.
    pub cut: bool,
}

impl Numbers {
    fn push(&mut self, number: u64) {
        self.count += 1;
        if !self.cut
            && let Some((_, last)) = self.runs.last_mut()
            && last.checked_add(1) == Some(number)
        {
            *last = number;
        } else if self.runs.len() < RUNS {
            self.runs.push((number, number));
        } else {
            self.cut = true;
        }
    }

    /// As a sequence set: `1:3,7`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (first, last) in &self.runs {
            if !out.is_empty() {
                out.push(',');
            }
            out.push_str(&first.to_string());
            if last > first {
                out.push_str(&format!(":{last}"));
            }
        }
        out
    }
}

/// `SEARCH 2 3 6 (MODSEQ 917162500)`.
pub(super) fn search(reader: &mut Reader<'_>) -> Result<(Numbers, Option<u64>), NotUnderstood> {
    let mut numbers = Numbers::default();
    loop {
        if reader.at_end() {
            return Ok((numbers, None));
        }
        if reader.peek() == Some(b'(') {
            let node = reader.node(0)?;
            let modseq = node.list().and_then(|list| list.get(1)).and_then(super::value::Node::number);
            return Ok((numbers, modseq));
        }
        let at = reader.at;
        match number(reader.word()) {
            Some(number) => numbers.push(number),
            None => return Err(NotUnderstood::new(at, "a message number belongs here")),
        }
    }
}

/// What ESEARCH says: the tag it answers, whether the numbers are UIDs, and its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Esearch {
    /// The tag of the command.
    pub tag: Option<String>,
    /// The numbers are UIDs.
    pub uid: bool,
    /// `COUNT 5`, `ALL 1:3,7`.
    pub items: Vec<(String, String)>,
}

/// `ESEARCH (TAG "a1") UID COUNT 5 ALL 4:18,21`.
pub(super) fn esearch(reader: &mut Reader<'_>) -> Result<Esearch, NotUnderstood> {
    // MIN MAX COUNT ALL MODSEQ PARTIAL RELEVANCY ADDTO REMOVEFROM; with room for new ones.
    const ITEMS: usize = 100;
    let mut out = Esearch::default();
    if reader.at_end() {
        return Ok(out);
    }
    if reader.peek() == Some(b'(') {
        let node = reader.node(0)?;
        out.tag = node.list().and_then(|list| list.get(1)).and_then(super::value::Node::text);
    }
    while !reader.at_end() {
        let at = reader.at;
        let name = String::from_utf8_lossy(reader.word()).to_ascii_uppercase();
        if name.is_empty() || out.items.len() >= ITEMS {
            return Err(NotUnderstood::new(at, "the name of a result belongs here"));
        }
        if name == "UID" {
            out.uid = true;
            continue;
        }
        let mut value = String::new();
        reader.node(0)?.write(&mut value);
        out.items.push((name, value));
    }
    Ok(out)
}
