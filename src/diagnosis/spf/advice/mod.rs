//! What is wrong with a record, what that does to mail, and how it is mended.

mod joints;
mod mend;
mod near;
mod networks;
mod offer;
mod published;
#[cfg(test)]
mod tests;
mod tree;
mod written;

use std::collections::HashMap;

use super::outline::{Outline, outline};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::finding::{Finding, Severity};

/// A finding with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What was found and what to do; its subject is the domain whose record is meant.
    pub finding: Finding,
    /// The column in that record, from 1.
    pub column: Option<usize>,
    /// A whole record in which this, and everything else that can be, is mended.
    pub suggestion: Option<String>,
}

/// Advice of one kind is given this often; the rest is counted.
const MOST: usize = 8;

/// Judges what a domain publishes, the worst first. It grows as answers come in.
#[must_use]
pub fn advise(domain: &str, inquiry: &Inquiry<'_>) -> Vec<Advice> {
    let outline = outline(domain, inquiry);
    judge(&outline, inquiry)
}

/// The same for a tree that is drawn already, by the same answers.
#[must_use]
pub fn judge(outline: &Outline, inquiry: &Inquiry<'_>) -> Vec<Advice> {
    let mut notes = Notes { domain: outline.root.domain.clone(), suggestion: None, advice: Vec::new() };
    published::judge(&mut notes, inquiry);
    if let Some(record) = &outline.root.record {
        notes.suggestion = mend::record(&record.text);
        written::judge(&mut notes, record);
        tree::judge(&mut notes, outline);
    }
    notes.offer(inquiry);
    // Nothing is good about what a receiver refuses to read.
    let broken =
        outline.permerror().is_some() || notes.advice.iter().any(|advice| advice.finding.severity == Severity::Fault);
    notes.advice.retain(|advice| !broken || advice.finding.severity > Severity::Good);
    notes.advice.sort_by_key(|advice| std::cmp::Reverse(advice.finding.severity));
    notes.advice
}

/// A record with everything mended that can be. Nothing where there is nothing to mend, or where it cannot be.
#[must_use]
pub fn mended(record: &str) -> Option<String> {
    mend::record(record)
}

/// Advice on its way.
struct Notes {
    domain: String,
    /// The record mended.
    suggestion: Option<String>,
    advice: Vec<Advice>,
}

impl Notes {
    /// Leaves the mended records that may be offered; most advice has the same one.
    fn offer(&mut self, inquiry: &Inquiry<'_>) {
        let mut settled: HashMap<String, Option<String>> = HashMap::new();
        for advice in &mut self.advice {
            advice.suggestion = advice.suggestion.take().and_then(|text| {
                let known = settled.entry(text).or_insert_with_key(|text| offer::settled(&self.domain, text, inquiry));
                known.clone()
            });
        }
    }

    fn add(&mut self, severity: Severity, column: Option<usize>, says: impl Into<String>, next: impl Into<String>) {
        self.mend(severity, column, says, next, None);
    }

    /// The same with a record in which it is mended.
    fn mend(
        &mut self,
        severity: Severity,
        column: Option<usize>,
        says: impl Into<String>,
        next: impl Into<String>,
        suggestion: Option<String>,
    ) {
        let finding = Finding::new(severity, self.domain.clone(), says, next);
        self.advice.push(Advice { finding, column, suggestion });
    }
}

/// Something for each of the first few, and a word about how many more there are.
fn few<T>(items: Vec<T>, mut say: impl FnMut(T, &str)) {
    let more = items.len().saturating_sub(MOST);
    for (index, item) in items.into_iter().take(MOST).enumerate() {
        let tail =
            if index + 1 == MOST && more > 0 { format!("; {more} more terms have the same") } else { String::new() };
        say(item, &tail);
    }
}
