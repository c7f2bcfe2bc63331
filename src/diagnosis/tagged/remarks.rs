//! The remarks on one record, as they are collected.

use std::cmp::Reverse;
use std::ops::Range;

use super::{Remark, Tag, literal_marks};
use crate::diagnosis::finding::Severity;

/// Remarks of one record that are told: a hostile one earns thousands.
const MOST: usize = 100;

/// The remarks on one record.
pub(in crate::diagnosis) struct Remarks(Vec<Remark>);

impl Remarks {
    /// Those that any record earns, whatever its kind.
    pub(in crate::diagnosis) fn on(octets: &[u8]) -> Self {
        Self(literal_marks(octets).into_iter().collect())
    }

    /// Adds one about a tag; none: about the whole record.
    pub(in crate::diagnosis) fn say(
        &mut self,
        severity: Severity,
        tag: Option<&Tag<'_>>,
        says: impl Into<String>,
        next: impl Into<String>,
    ) {
        let at = tag.map(|tag| tag.at.clone());
        self.0.push(Remark { severity, at, says: says.into(), next: next.into() });
    }

    /// Adds one about these octets of the record.
    pub(in crate::diagnosis) fn say_at(
        &mut self,
        severity: Severity,
        at: Range<usize>,
        says: impl Into<String>,
        next: impl Into<String>,
    ) {
        self.0.push(Remark::new(severity, says, next).at(at));
    }

    /// All of them, the worst first, those of one weight in the order of the record.
    pub(in crate::diagnosis) fn worst_first(self) -> Vec<Remark> {
        let mut remarks = self.0;
        remarks.sort_by_key(|remark| (Reverse(remark.severity), remark.at.as_ref().map(|at| at.start)));
        remarks.truncate(MOST);
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_not_all_are_told() {
        let mut remarks = Remarks::on(b"\"x");
        remarks.say(Severity::Note, None, "note", "");
        remarks.say_at(Severity::Fault, 9..10, "late", "");
        remarks.say_at(Severity::Fault, 5..6, "early", "");
        let told = remarks.worst_first();
        let said: Vec<&str> = told.iter().map(|remark| remark.says.get(..5).unwrap_or(&remark.says)).collect();
        assert_eq!(said, ["a quo", "early", "late", "note"]);

        let mut remarks = Remarks::on(b"");
        for _ in 0..2 * MOST {
            remarks.say(Severity::Note, None, "note", "");
        }
        assert_eq!(remarks.worst_first().len(), MOST);
    }
}
