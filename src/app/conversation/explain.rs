//! What replies mean, folded and unfolded: that of a refusal stands in the transcript and can be hidden, that of a
//! success is made when it is asked for.

use super::Conversation;
use crate::app::transcript::{Entry, Kind, Transcript};
use crate::diagnosis::meaning::{self, Circumstance, Meaning};
use crate::protocol::command;
use crate::protocol::endpoint::Protocol;
use crate::protocol::reply::ReplyClass;

/// Lines that are looked through for the end of a reply, or for what was said before it.
const LINES: usize = 1000;

impl Conversation {
    /// What the reply means that ends with this entry; of no other entry anything is said.
    #[must_use]
    pub fn meaning(&self, number: u64) -> Option<Meaning> {
        let entry = self.transcript.entry(number)?;
        if !is_reply(entry) || self.goes_on(entry) {
            return None;
        }
        explained(self.protocol(), &self.transcript, number)
    }

    /// What is to be drawn beneath an entry: the meaning of a success that is unfolded, by itself or with all.
    #[must_use]
    pub fn unfolded(&self, number: u64, all: bool) -> Option<Meaning> {
        let shown = all != self.folds.contains(&number);
        let success = self.transcript.entry(number).is_some_and(|entry| !entry.class.is_negative());
        if shown && success { self.meaning(number) } else { None }
    }

    /// Whether an entry is a word of ours beneath a refusal that was folded.
    #[must_use]
    pub fn is_folded(&self, number: u64) -> bool {
        !self.folds.is_empty()
            && self.transcript.entry(number).is_some_and(|entry| entry.kind == Kind::Meaning)
            && self.folds.contains(&self.above(number))
    }

    /// Folds or unfolds the meaning of the reply that this entry is part of. Returns whether it has one.
    pub fn fold(&mut self, number: u64) -> bool {
        let reply = self.end_of_reply(self.above(number));
        let Some(entry) = self.transcript.entry(reply) else { return false };
        if !is_reply(entry) || self.meaning(reply).is_none() {
            return false;
        }
        if !self.folds.remove(&reply) {
            self.folds.insert(reply);
        }
        true
    }

    /// The entry that words of ours are about.
    fn above(&self, number: u64) -> u64 {
        let ours = |number: &u64| self.transcript.entry(*number).is_some_and(|entry| entry.kind == Kind::Meaning);
        (self.transcript.range().start..=number).rev().find(|number| !ours(number)).unwrap_or(number)
    }

    fn end_of_reply(&self, number: u64) -> u64 {
        let goes_on = |number: &u64| self.transcript.entry(*number).is_some_and(|entry| self.goes_on(entry));
        (number..).take(LINES).find(|number| !goes_on(number)).unwrap_or(number)
    }

    /// Whether an entry is a line of an SMTP reply that is not its last (RFC 5321 §4.2.1).
    fn goes_on(&self, entry: &Entry) -> bool {
        entry.marks.continues
            || self.protocol().is_smtp() && is_reply(entry) && self.transcript.octets(entry).get(3) == Some(&b'-')
    }
}

/// What the reply means that ends with this entry, by its words and by what it answers.
pub(super) fn explained(protocol: Protocol, transcript: &Transcript, number: u64) -> Option<Meaning> {
    meaning::explain_in(protocol, &transcript.reply(protocol, number), circumstance(protocol, transcript, number))
}

fn circumstance(protocol: Protocol, transcript: &Transcript, number: u64) -> Option<Circumstance> {
    let entry = transcript.entry(number).filter(|entry| entry.class.is_negative())?;
    let command = transcript.pair(number)?;
    let line = String::from_utf8_lossy(transcript.octets(transcript.entry(command)?));
    let verb = command::verb(protocol, &line)?;
    if protocol == Protocol::Pop3 && verb.name == "USER" && !entry.marks.tls {
        return Some(Circumstance::UserInClear);
    }
    let mut before = (command + 1..number).rev().take(LINES).filter_map(|number| transcript.entry(number));
    let last = before.find(|entry| entry.kind == Kind::Sent)?;
    let broken_off = verb.name.starts_with("AUTH") && transcript.octets(last) == b"*";
    broken_off.then_some(Circumstance::Cancelled)
}

fn is_reply(entry: &Entry) -> bool {
    entry.kind == Kind::Received && entry.class != ReplyClass::Data && !entry.marks.literal
}
