//! The name at which one record of a kind belongs: what stands there, and what is wrong with that.

use super::{Text, Texts, shown, texts};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::finding::{Finding, Severity};

/// What stands at a name at which one record belongs. Receivers and senders use none of several (RFC 8460 §3,
/// RFC 8461 §3.1, RFC 9989 §4.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sole<R> {
    /// Not answered yet.
    Waiting,
    /// No answer, or one that says nothing.
    Failed(Finding),
    /// No such record. Other TXT records may be there.
    Nothing(Vec<Text>),
    /// More than one.
    Several(Vec<Text>),
    /// The record.
    Record(R),
}

impl<R> Sole<R> {
    /// Asks for the TXT records of the name. `is_record`: whether one is of the kind; `read`: reads it.
    pub(in crate::diagnosis) fn look(
        inquiry: &Inquiry<'_>,
        name: &str,
        is_record: impl Fn(&[u8]) -> bool,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Self {
        let all = match texts(inquiry, name) {
            Texts::Waiting => return Self::Waiting,
            Texts::Failed(finding) => return Self::Failed(finding),
            Texts::Nothing { .. } => Vec::new(),
            Texts::Found(all) => all,
        };
        let (records, others): (Vec<Text>, Vec<Text>) = all.into_iter().partition(|text| is_record(&text.octets));
        match records.as_slice() {
            [] => Self::Nothing(others),
            [one] => Self::Record(read(&one.octets)),
            _ => Self::Several(records),
        }
    }
}

/// Several records of a kind stand at the name. `so`: what that does, such as "receivers use none of them".
pub(in crate::diagnosis) fn several(kind: &str, records: &[Text], name: &str, so: &str) -> Finding {
    let says = format!("{} {kind} records stand at {name}: {so}", records.len());
    Finding::new(Severity::Fault, kind, says, "leave one")
}

/// A record was meant for one of the kind, and is not taken for it. `version`: how it has to begin, such as `v=STSv1;`.
pub(in crate::diagnosis) fn mistaken(kind: &str, record: &Text, name: &str, version: &str) -> Finding {
    let says = format!("\"{}\" at {name} is not taken for a record of {kind}", shown(&record.octets));
    let next = format!("begin it with {version} in just these letters, with nothing before them");
    Finding::new(Severity::Fault, kind, says, next)
}
