//! What the records of DKIM, DMARC, MTA-STS, TLS-RPT and BIMI share: they are TXT records that hold a tag list
//! (RFC 6376 §3.2). Here they are asked for, read with columns, and explained tag by tag.

mod destination;
mod list;
mod mend;
mod remarks;
mod sole;
mod texts;
#[cfg(test)]
pub(in crate::diagnosis) mod zone;

use std::ops::Range;

pub(in crate::diagnosis) use destination::usable;
pub use destination::{Destination, Unusable, destinations};
pub(in crate::diagnosis) use list::meant;
pub use list::{Slip, Tag, TagList, Trouble};
pub use mend::{Suggestion, write};
pub(in crate::diagnosis) use remarks::Remarks;
pub use sole::Sole;
pub(in crate::diagnosis) use sole::{mistaken, several};
pub use texts::{Text, Texts, literal_marks, texts, version};
pub(in crate::diagnosis) use texts::{begins_like, is_version};

use super::finding::{Finding, Severity};
use crate::protocol::visible::{excerpt, visible};

/// A tag of a record with its meaning, as a row of a table. Its text is safe to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The tag as it is written: `p`, `rua`.
    pub tag: String,
    /// Its value; for a tag that is not there, its default.
    pub value: String,
    /// What it means for mail, in one sentence without a full stop.
    pub meaning: String,
    /// The octets of the tag in the record. None: the tag is not there, and this is its default.
    pub at: Option<Range<usize>>,
}

impl Explained {
    /// A tag that stands in the record.
    #[must_use]
    pub fn stated(tag: &Tag<'_>, meaning: impl Into<String>) -> Self {
        // Whole, for it is read and copied from here: a record has 65,535 octets at most, and its tags share them.
        let value = visible(tag.value).into_owned();
        Self { tag: shown(tag.name), value, meaning: meaning.into(), at: Some(tag.at.clone()) }
    }

    /// A tag that is left out, with the value it then has.
    #[must_use]
    pub fn default(tag: &str, value: &str, meaning: impl Into<String>) -> Self {
        Self { tag: tag.to_owned(), value: value.to_owned(), meaning: meaning.into(), at: None }
    }

    /// Whether the tag is left out of the record.
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.at.is_none()
    }
}

/// Something worth saying about a record, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// The octets of the joined record this is about; none when it is about the whole.
    pub at: Option<Range<usize>>,
    /// What was found and what it does to mail, without a full stop.
    pub says: String,
    /// What to do next. Empty when there is nothing to do.
    pub next: String,
}

impl Remark {
    /// About the whole record.
    #[must_use]
    pub fn new(severity: Severity, says: impl Into<String>, next: impl Into<String>) -> Self {
        Self { severity, at: None, says: says.into(), next: next.into() }
    }

    /// The same, about these octets.
    #[must_use]
    pub fn at(mut self, at: Range<usize>) -> Self {
        self.at = Some(at);
        self
    }

    /// The first column this is about, from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.at.as_ref().map(|at| at.start + 1)
    }

    /// As a finding. The column is told in words.
    #[must_use]
    pub fn finding(&self, subject: &str) -> Finding {
        let says = match self.column() {
            Some(column) => format!("{} (column {column})", self.says),
            None => self.says.clone(),
        };
        Finding::new(self.severity, subject, says, self.next.clone())
    }
}

/// Octets of a value that are shown in a sentence about it.
const SHOWN: usize = 500;

/// A value as it is quoted in a sentence: safe to draw, and not endless. The record itself is shown whole.
pub(in crate::diagnosis) fn shown(octets: impl AsRef<[u8]>) -> String {
    let octets = octets.as_ref();
    let quoted = excerpt(octets, SHOWN);
    if octets.len() > SHOWN { format!("{quoted} ({} octets in all)", octets.len()) } else { quoted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_tell_their_column() {
        let remark = Remark::new(Severity::Fault, "the tag is wrong", "write it right");
        assert_eq!(remark.finding("DMARC").says, "the tag is wrong");
        assert_eq!(remark.at(10..12).finding("DMARC").says, "the tag is wrong (column 11)");
    }

    #[test]
    fn values_are_safe_and_short() {
        assert_eq!(shown("a\x1b[2J"), "a␛[2J");
        assert_eq!(shown([b'x'; SHOWN]).len(), SHOWN);
        assert_eq!(shown([b'x'; SHOWN + 7]), format!("{}… ({} octets in all)", "x".repeat(SHOWN), SHOWN + 7));
    }
}
