//! The TXT records of a name, each as one text.

use super::{Remark, Severity};
use crate::diagnosis::answers::{Inquiry, Outcome};
use crate::diagnosis::dns::{RecordType, Value};
use crate::diagnosis::finding::Finding;
use crate::diagnosis::survey::failure;

/// Records of one name that are read: a hostile zone has thousands.
const RECORDS: usize = 100;

/// A TXT record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Its strings joined, as all of these records are read.
    pub octets: Vec<u8>,
    /// The octets of each string.
    pub strings: Vec<usize>,
    /// Seconds it may be kept.
    pub ttl: u32,
}

/// What is known of the TXT records of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Texts {
    /// Not answered yet.
    Waiting,
    /// No answer, or one that says nothing.
    Failed(Finding),
    /// There is none.
    Nothing {
        /// The name itself does not exist.
        no_name: bool,
    },
    /// The records, never none, in the order they came.
    Found(Vec<Text>),
}

impl Texts {
    /// The records; none is an empty list, no answer is `None`.
    #[must_use]
    pub fn found(&self) -> Option<&[Text]> {
        match self {
            Self::Waiting | Self::Failed(_) => None,
            Self::Nothing { .. } => Some(&[]),
            Self::Found(texts) => Some(texts),
        }
    }
}

/// Asks for the TXT records of a name.
#[must_use]
pub fn texts(inquiry: &Inquiry<'_>, name: &str) -> Texts {
    match inquiry.ask(name, RecordType::Txt) {
        Outcome::Waiting => Texts::Waiting,
        Outcome::Nothing { no_name } => Texts::Nothing { no_name },
        Outcome::Failed => match inquiry.answer(name, RecordType::Txt) {
            Some(answer) => Texts::Failed(failure(answer)),
            None => Texts::Waiting,
        },
        Outcome::Records(records) => Texts::Found(
            records
                .into_iter()
                .take(RECORDS)
                .filter_map(|record| match &record.value {
                    Value::Txt(strings) => Some(Text {
                        octets: strings.concat(),
                        strings: strings.iter().map(Vec::len).collect(),
                        ttl: record.ttl,
                    }),
                    _ => None,
                })
                .collect(),
        ),
    }
}

/// The value of the first tag, when that is `v`: what kind of record this is. White space is allowed around the equals
/// sign, and none before the tag (RFC 9989 §4.8): receivers look at the first octets.
#[must_use]
pub fn version(octets: &[u8]) -> Option<&[u8]> {
    let first = octets.split(|b| *b == b';').next()?;
    let equals = first.iter().position(|b| *b == b'=')?;
    let (name, value) = first.split_at(equals);
    (name.trim_ascii_end() == b"v").then(|| value.get(1..).unwrap_or_default().trim_ascii())
}

/// Whether a record begins with exactly `v=` and this version, and a semicolon behind it (RFC 8460 §3, RFC 8461 §3.1).
pub(in crate::diagnosis) fn is_version(octets: &[u8], version: &str) -> bool {
    let rest = octets.strip_prefix(b"v=").and_then(|rest| rest.strip_prefix(version.as_bytes()));
    rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b";"))
}

/// Whether a TXT record that is none was meant for one, by the name of its version in small letters. Anything else at the
/// name, as a wildcard puts it there, is what senders discard (RFC 8460 §3, RFC 8461 §3.1).
pub(in crate::diagnosis) fn begins_like(octets: &[u8], version: &str) -> bool {
    let start = octets.iter().take(24).filter(|octet| octet.is_ascii_alphanumeric());
    let start: Vec<u8> = start.map(u8::to_ascii_lowercase).collect();
    let start = start.strip_prefix(b"v").unwrap_or(&start);
    start.starts_with(version.as_bytes())
}

/// Quotation marks and backslashes that a control panel took as part of the record.
#[must_use]
pub fn literal_marks(octets: &[u8]) -> Option<Remark> {
    let at = octets.iter().position(|b| matches!(b, b'"' | b'\\'))?;
    let (says, next) = if octets.get(at) == Some(&b'"') {
        (
            "a quotation mark stands in the record itself: it was taken literally when the record was entered",
            "enter the record without quotation marks, in one piece; the server splits it by itself",
        )
    } else {
        (
            "a backslash stands in the record itself: it was taken literally when the record was entered",
            "enter the record without backslashes",
        )
    };
    Some(Remark::new(Severity::Fault, says, next).at(at..at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (text, expect) in [
            ("v=DMARC1; p=none", Some("DMARC1")),
            ("v = DMARC1", Some("DMARC1")),
            ("v=;", Some("")),
            (" v=DMARC1; p=none", None),
            ("\tv=DMARC1", None),
            ("p=none; v=DMARC1", None),
            ("V=DMARC1", None),
            ("v", None),
            ("", None),
        ] {
            assert_eq!(version(text.as_bytes()), expect.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn marks_that_were_taken_literally() {
        for (text, expect) in [("v=DKIM1; p=AA", None), ("\"v=DKIM1; p=AA\"", Some(1)), ("v=DKIM1\\; p=\"A\"", Some(8))]
        {
            assert_eq!(literal_marks(text.as_bytes()).and_then(|remark| remark.column()), expect, "{text}");
        }
    }
}
