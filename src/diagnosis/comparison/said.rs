//! What one source says to one question, in a form in which answers can be compared: without the order of records, the
//! case of names, the cuts between the strings of a TXT record, and times to live.

use super::Source;
use crate::diagnosis::answers::{Answers, Outcome, aliases};
use crate::diagnosis::dns::{
    Answer, Query, QueryFailure, Record, RecordType, Response, Value, extended_error_name, is_within,
};
use crate::protocol::visible::visible;

/// What is said. The texts are safe to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// These records, sorted; an alias as `CNAME target`, and then nothing of what stands behind it, which other
    /// servers have.
    Records(Vec<String>),
    /// There is no such record.
    Nothing,
    /// There is no such name.
    NoName,
    /// The name is in a zone of its own, which these servers have.
    Elsewhere(Vec<String>),
    /// No answer, or one that says nothing.
    Failed {
        /// Why, without a full stop.
        why: String,
        /// Whether the server sent anything.
        reached: bool,
    },
}

impl Said {
    /// Whether it answers the question.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self, Self::Records(_) | Self::Nothing | Self::NoName)
    }

    /// In one line; of many records the first.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Records(records) => listed(records),
            Self::Nothing => "none".to_owned(),
            Self::NoName => "NXDOMAIN".to_owned(),
            Self::Elsewhere(servers) => format!("kept by other servers: {}", listed(servers)),
            Self::Failed { why, .. } => why.clone(),
        }
    }

    /// All of it, line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Records(lines) | Self::Elsewhere(lines) => lines.clone(),
            other => vec![other.line()],
        }
    }
}

/// Records of one answer that are compared. A hostile server sends thousands, and there are many servers.
const RECORDS: usize = 500;

/// Records that stand in one line.
const LISTED: usize = 4;

fn listed(lines: &[String]) -> String {
    let some = lines.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match lines.len() {
        0..=LISTED => some,
        many => format!("{some} and {} more", many - LISTED),
    }
}

/// What a source says, and the seconds for which that may be kept. `zone` is the one that `domain` is in.
pub(super) fn said(
    answers: &Answers,
    query: &Query,
    source: &Source,
    (domain, zone): (&str, &str),
) -> Option<(Said, Option<u32>)> {
    let answer = answers.get(&query.name, query.kind)?;
    let response = match &answer.reply {
        Ok(response) => response,
        Err(failure) => return Some((failed(failure), None)),
    };
    if !matches!(response.rcode, 0 | 3) {
        return Some((Said::Failed { why: code(response), reached: true }, None));
    }
    let alias = aliases(answer, &query.name).into_iter().next();
    let outcome = answers.outcome(&query.name, query.kind);
    match source {
        Source::Parent(..) => Some(delegated(answer, zone)),
        Source::Authority(..) if !response.flags.aa => Some(without_authority(response, query, zone)),
        _ => Some(match (alias, outcome) {
            (Some((record, target)), _) => {
                let line = format!("CNAME {}", visible(target.to_ascii_lowercase().as_bytes()));
                (Said::Records(vec![line]), Some(record.ttl))
            }
            (None, Outcome::Records(records)) => gathered(&records),
            // Whether a name below the domain exists makes no difference to who asks for its records.
            (None, _)
                if response.rcode == 3 && [domain, zone].iter().any(|name| query.name.eq_ignore_ascii_case(name)) =>
            {
                (Said::NoName, kept(response))
            }
            (None, _) => (Said::Nothing, kept(response)),
        }),
    }
}

fn failed(failure: &QueryFailure) -> Said {
    let (why, reached) = match failure {
        QueryFailure::TimedOut => ("no answer in time".to_owned(), false),
        QueryFailure::Unreachable(why) | QueryFailure::NoResolver(why) => (format!("not reached: {why}"), false),
        other => (other.to_string(), true),
    };
    Said::Failed { why: visible(why.as_bytes()).into_owned(), reached }
}

/// `SERVFAIL (DNSSEC Bogus)`.
fn code(response: &Response) -> String {
    let error = response.edns.iter().flat_map(|edns| &edns.errors).find_map(|error| extended_error_name(error.code));
    let code = response.rcode_name();
    error.map_or_else(|| code.clone(), |error| format!("{code} ({error})"))
}

/// The records in their usual form, and the shortest time of one.
fn gathered(records: &[&Record]) -> (Said, Option<u32>) {
    if records.len() > RECORDS {
        let why = format!("{} records, too many to be compared", records.len());
        return (Said::Failed { why, reached: true }, None);
    }
    let mut lines: Vec<String> = records.iter().map(|record| line(&record.value)).collect();
    lines.sort_by_cached_key(|line| (preference(line), line.clone()));
    lines.dedup();
    (Said::Records(lines), records.iter().map(|record| record.ttl).min())
}

/// Mail exchanges stand in the order of their preference.
fn preference(line: &str) -> u16 {
    line.split_once(' ').and_then(|(first, _)| first.parse().ok()).unwrap_or(0)
}

/// A record as it is compared.
fn line(value: &Value) -> String {
    match value {
        Value::Txt(strings) => visible(&strings.concat()).into_owned(),
        Value::Soa { primary, mailbox, serial, refresh, retry, expire, minimum } => {
            let text = format!("serial {serial}, {primary}, {mailbox}, {refresh} {retry} {expire} {minimum}");
            visible(text.to_ascii_lowercase().as_bytes()).into_owned()
        }
        value => visible(value.to_string().to_ascii_lowercase().as_bytes()).into_owned(),
    }
}

/// How long a negative answer may be kept (RFC 2308 §5).
fn kept(response: &Response) -> Option<u32> {
    response.authority.iter().find_map(|record| match record.value {
        Value::Soa { minimum, .. } => Some(minimum.min(record.ttl)),
        _ => None,
    })
}

/// What a server of the parent says: the delegation.
fn delegated(answer: &Answer, zone: &str) -> (Said, Option<u32>) {
    let found = super::delegation::delegation(answer, zone).map(|told| told.names);
    let names = found.map(|names| names.iter().map(|name| visible(name.as_bytes()).into_owned()).collect());
    (names.map_or(Said::Nothing, Said::Records), None)
}

/// What it means that a server of the zone answers without authority (RFC 1034 §4.2.1): it is lame, unless the name is
/// in a zone below.
fn without_authority(response: &Response, query: &Query, zone: &str) -> (Said, Option<u32>) {
    let referral: Vec<(&str, &str)> = response
        .authority
        .iter()
        .filter_map(|record| match &record.value {
            Value::Ns(server) => Some((record.name.as_str(), server.as_str())),
            _ => None,
        })
        .collect();
    let below = |owner: &str| is_within(&query.name, owner) && is_within(owner, zone) && owner.len() > zone.len();
    let why = match referral.first() {
        _ if !response.answers.is_empty() => "answers without authority (no aa flag)".to_owned(),
        Some((owner, _)) if below(owner) => {
            let mut servers: Vec<String> = referral
                .iter()
                .map(|(_, server)| visible(server.to_ascii_lowercase().as_bytes()).into_owned())
                .collect();
            servers.sort_unstable();
            servers.dedup();
            return (Said::Elsewhere(servers), None);
        }
        Some((owner, _)) => {
            let owner = if owner.is_empty() { "the root".into() } else { visible(owner.as_bytes()) };
            format!("refers to the servers of {owner} instead of answering")
        }
        None => "answers without authority (no aa flag)".to_owned(),
    };
    (Said::Failed { why, reached: true }, None)
}

/// What servers differ in when one is behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) serial: u32,
    pub(super) primary: String,
    pub(super) refresh: u32,
}

/// The SOA record of the zone, as a source has it.
pub(super) fn start(answers: &Answers, zone: &str) -> Option<Start> {
    let Outcome::Records(records) = answers.outcome(zone, RecordType::Soa) else { return None };
    records.into_iter().find_map(|record| match &record.value {
        Value::Soa { serial, primary, refresh, .. } => {
            Some(Start { serial: *serial, primary: primary.to_ascii_lowercase(), refresh: *refresh })
        }
        _ => None,
    })
}

impl Start {
    /// How this stands to that of the others: `2 behind`, `1 ahead` (RFC 1982 §3.2).
    pub(super) fn against(&self, other: &Self) -> Option<String> {
        let behind = other.serial.wrapping_sub(self.serial);
        match behind {
            0 => None,
            _ if self.primary != other.primary => Some("of another primary".to_owned()),
            1..0x8000_0000 => Some(format!("{behind} behind")),
            0x8000_0000 => Some("neither ahead nor behind".to_owned()),
            _ => Some(format!("{} ahead", behind.wrapping_neg())),
        }
    }
}
