//! What it means that a source says something else than the servers of the zone do.

use super::Source;
use super::said::Said;
use super::table::{Group, Overview, Topic, Voice};
use crate::diagnosis::dns::{RecordType, span};
use crate::diagnosis::finding::Severity;

/// How much it matters, and in a few words what it is.
pub(super) type Verdict = (Severity, String);

/// Who a group that differs stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// All public resolvers say so, and the servers of the zone say something else to us.
    Everybodys,
    /// Our resolver alone says so.
    Ours,
    /// Some of those who were asked.
    Somebodys,
}

/// Whose answer a group is. Two public resolvers at least must be there for a word about all of them.
pub(super) fn whose(topic: &Topic, group: &Group) -> Whose {
    let public = |group: &Group| group.voices.iter().filter(|v| matches!(v.source, Source::Public(_))).count();
    let all: usize = topic.groups.iter().filter(|group| group.said.is_answer()).map(public).sum();
    let measure = topic.groups.first();
    let by_authority = measure.is_some_and(|group| group.voices.iter().any(|voice| voice.source.is_authority()));
    match group.voices.as_slice() {
        _ if all >= 2 && public(group) == all && by_authority => Whose::Everybodys,
        [only] if only.source == Source::Ours && measure.is_some_and(|group| public(group) == all) && all > 0 => {
            Whose::Ours
        }
        _ => Whose::Somebodys,
    }
}

/// What one voice of a group means that is not the first of its topic.
pub(super) fn verdict(overview: &Overview, topic: &Topic, group: &Group, voice: &Voice) -> Verdict {
    let kind = topic.query.kind;
    // Where the load is balanced by DNS, everybody is told other addresses on purpose.
    let is_address = matches!(kind, RecordType::A | RecordType::Aaaa);
    match (&group.said, &voice.source) {
        (Said::Elsewhere(_), _) => (Severity::Note, "a zone of its own".to_owned()),
        (Said::Failed { .. }, Source::Authority(..)) => (Severity::Fault, "no answer to this question".to_owned()),
        (Said::Failed { .. }, _) => (Severity::Warning, "no answer to this question".to_owned()),
        (_, Source::Parent(..)) => (Severity::Warning, "the delegation differs".to_owned()),
        (_, source @ Source::Authority(..)) => match relation(overview, source) {
            Some(relation) if kind == RecordType::Soa => (Severity::Warning, relation),
            Some(relation) => (Severity::Warning, format!("differs; its serial is {relation}")),
            None if is_address => (Severity::Note, "differs, with the same serial: by design?".to_owned()),
            None if kind == RecordType::Soa => (Severity::Warning, "differs, with the same serial".to_owned()),
            None => (Severity::Fault, "differs, with the same serial".to_owned()),
        },
        (_, Source::Ours | Source::Public(_)) => {
            let left = voice.ttl.map(|ttl| format!(": {} left", span(u64::from(ttl)))).unwrap_or_default();
            match (kind, whose(topic, group)) {
                (RecordType::Soa, _) => (Severity::Note, format!("another copy{left}")),
                (RecordType::Ns, _) if group.voices.iter().any(|v| matches!(v.source, Source::Parent(..))) => {
                    (Severity::Note, "as the parent has it".to_owned())
                }
                _ if is_address => (Severity::Note, format!("old, or by design{left}")),
                (_, Whose::Everybodys) => (Severity::Warning, format!("another view, or old{left}")),
                (_, Whose::Ours) => (Severity::Warning, format!("a view of its own, or old{left}")),
                (_, Whose::Somebodys) => (Severity::Warning, format!("old{left}")),
            }
        }
    }
}

/// How the serial of a server stands to that of the others; none when it is the same, or not known.
pub(super) fn relation(overview: &Overview, source: &Source) -> Option<String> {
    overview.known(source)?.start.as_ref()?.against(overview.start.as_ref()?)
}
