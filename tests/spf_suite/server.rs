//! Answers questions from a zone of the suite as a name server would.

use ehlo::diagnosis::dns::{Answer, Query, QueryFailure, Record, RecordType, Response, Value};

use super::suite::Zone;

/// Answers one question.
pub(crate) fn answer(zone: &Zone, query: &Query) -> Answer {
    let mut response = Response::default();
    let mut name = query.name.clone();
    let mut reply = Ok(());
    // Each alias is followed once: a loop ends where it began.
    for _ in 0..=zone.0.len() {
        let Some(node) = zone.0.get(&name.to_ascii_lowercase()) else {
            let below = format!(".{}", name.to_ascii_lowercase());
            let is_empty_non_terminal = zone.0.keys().any(|other| other.ends_with(&below));
            response.rcode = if is_empty_non_terminal { 0 } else { 3 };
            break;
        };
        let of_kind = |value: &&Value| value.kind() == query.kind;
        let before = response.answers.len();
        let record = |value: &Value| Record { name: name.clone(), ttl: 300, value: value.clone() };
        response.answers.extend(node.records.iter().filter(of_kind).map(record));
        if response.answers.len() > before {
            break;
        }
        if node.silent {
            reply = Err(QueryFailure::TimedOut);
            break;
        }
        let alias = node.records.iter().find_map(|value| match value {
            Value::Cname(target) if query.kind != RecordType::Cname => Some((record(value), target.clone())),
            _ => None,
        });
        let Some((alias, target)) = alias else { break };
        response.answers.push(alias);
        name = target;
    }
    Answer::new(query.clone(), reply.map(|()| response))
}
