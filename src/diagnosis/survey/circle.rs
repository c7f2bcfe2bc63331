//! Aliases that lead in a circle, also where a resolver tells no more than that it found nothing.

use super::Survey;
use super::rows::shown;
use crate::diagnosis::answers::{Outcome, circle, key};
use crate::diagnosis::dns::{Query, RecordType, Value};

/// Aliases that are asked for one by one.
const ALIASES: usize = 8;
/// RFC 1035 §4.1.1.
const SERVFAIL: u16 = 2;

/// What a domain is asked for to find where its mail goes.
pub(super) const ROUTE: &[RecordType] = &[RecordType::Mx];
/// What a host is asked for.
pub(super) const HOST: &[RecordType] = &[RecordType::A, RecordType::Aaaa];

impl Survey {
    /// The names that the aliases of a name lead through, once they have come back to one that was passed.
    pub(super) fn circle<'a>(&'a self, name: &'a str, kinds: &[RecordType]) -> Option<Vec<&'a str>> {
        kinds
            .iter()
            .find_map(|kind| circle(self.answer(name, *kind)?, name))
            .or_else(|| self.is_mute(name, kinds).then(|| self.walk(name).ok()?)?)
    }

    /// The next alias to ask for where the answers leave room for a circle. None: it is settled whether there is one.
    pub(super) fn want_alias(&self, name: &str, kinds: &[RecordType]) -> Option<Query> {
        if self.is_mute(name, kinds) { self.walk(name).err() } else { None }
    }

    /// Whether the answers are such as a resolver gives that has gone round: SERVFAIL, or that there is nothing, without
    /// the SOA record that belongs to that (RFC 2308 §2.2).
    fn is_mute(&self, name: &str, kinds: &[RecordType]) -> bool {
        kinds.iter().all(|kind| {
            let Some(Ok(response)) = self.answer(name, *kind).map(|answer| &answer.reply) else { return false };
            let is_negative = response.authority.iter().any(|record| matches!(record.value, Value::Soa { .. }));
            response.answers.is_empty() && (response.rcode == SERVFAIL || response.rcode == 0 && !is_negative)
        })
    }

    /// Follows the aliases by an answer each. Says which one is open.
    fn walk<'a>(&'a self, name: &'a str) -> Result<Option<Vec<&'a str>>, Query> {
        let mut path = vec![name];
        let mut at = name;
        while path.len() <= ALIASES {
            let records = match self.outcome(at, RecordType::Cname) {
                Outcome::Waiting => return Err(key(at, RecordType::Cname)),
                Outcome::Records(records) => records,
                Outcome::Nothing { .. } | Outcome::Failed => return Ok(None),
            };
            let Some(Value::Cname(target)) = records.first().map(|record| &record.value) else { return Ok(None) };
            let passed = path.iter().any(|seen| seen.eq_ignore_ascii_case(target));
            path.push(target);
            if passed {
                return Ok(Some(path));
            }
            at = target;
        }
        Ok(None)
    }
}

/// `a.example → b.example → a.example`.
pub(super) fn path(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| shown(name)).collect();
    names.join(" → ")
}
