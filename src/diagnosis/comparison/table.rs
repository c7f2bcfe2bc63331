//! The answers side by side: for each question those who agree stand together.

use super::{Comparison, Source};
use crate::diagnosis::answers::{Outcome, aliases};
use crate::diagnosis::dns::{Answer, Query, RecordType, Value};
use crate::diagnosis::finding::{Finding, Severity};
use crate::protocol::visible::visible;

/// Those who give one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The records, sorted, safe to draw; or `none`, `NXDOMAIN`, `SERVFAIL`, `no answer: …`.
    pub says: Vec<String>,
    /// Who says so, and the seconds for which a copy is kept there still (an authority's is the full time).
    pub sources: Vec<(Source, Option<u32>)>,
    /// What the authorities with the newest zone say, most of them.
    pub reference: bool,
}

/// One question and everybody's answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// What was asked.
    pub query: Query,
    /// Those who agree, the authorities' answer first. One group: everybody agrees.
    pub groups: Vec<Group>,
    /// Who has not answered yet.
    pub waiting: Vec<Source>,
}

impl Comparison {
    /// Every question with its answers.
    #[must_use]
    pub fn table(&self) -> Vec<Topic> {
        let newest = self.newest();
        self.topics().into_iter().map(|query| self.topic(query, &newest)).collect()
    }

    /// The authorities with the newest zone, by their serials.
    fn newest(&self) -> Vec<Source> {
        let mut best: (Option<u32>, Vec<Source>) = (None, Vec::new());
        for (source, resolver) in self.sources().into_iter().filter(|(source, _)| source.is_authority()) {
            let outcome = self.answers.get(&resolver).map(|answers| answers.outcome(&self.domain, RecordType::Soa));
            let Some(Outcome::Records(records)) = outcome else { continue };
            let Some(serial) = records.iter().find_map(|record| match record.value {
                Value::Soa { serial, .. } => Some(serial),
                _ => None,
            }) else {
                continue;
            };
            match best.0.map(|newest| serial.wrapping_sub(newest)) {
                Some(0) => best.1.push(source),
                // Serials wrap around: up to half of all numbers ahead is newer (RFC 1982 §3.2).
                Some(ahead) if ahead > u32::MAX / 2 => {}
                _ => best = (Some(serial), vec![source]),
            }
        }
        best.1
    }

    fn topic(&self, query: Query, newest: &[Source]) -> Topic {
        let (mut groups, mut waiting): (Vec<Group>, Vec<Source>) = (Vec::new(), Vec::new());
        for (source, resolver) in self.sources() {
            let Some(answer) = self.answers.get(&resolver).and_then(|a| a.get(&query.name, query.kind)) else {
                waiting.push(source);
                continue;
            };
            let outcome = self.answers.get(&resolver).map(|answers| answers.outcome(&query.name, query.kind));
            let (says, ttl) = said(answer, outcome, &source);
            match groups.iter_mut().find(|group| group.says == says) {
                Some(group) => group.sources.push((source, ttl)),
                None => groups.push(Group { says, sources: vec![(source, ttl)], reference: false }),
            }
        }
        let authorities = |group: &Group| group.sources.iter().filter(|(source, _)| source.is_authority()).count();
        let is_new = |group: &Group| group.sources.iter().any(|(source, _)| newest.contains(source));
        // A server that gives no answer is no reference for those that do, nor is one that is behind.
        let weight = |group: &Group| (!is_failure(&group.says), is_new(group), authorities(group), group.sources.len());
        groups.sort_by_key(|group| std::cmp::Reverse(weight(group)));
        if let Some(first) = groups.first_mut() {
            first.reference = true;
        }
        Topic { query, groups, waiting }
    }

    /// What differs and what it does to mail.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut out = Vec::new();
        for topic in self.table() {
            let Some((reference, others)) = topic.groups.split_first() else { continue };
            for group in others {
                for (source, ttl) in &group.sources {
                    out.extend(differs(&topic.query, reference, group, source, *ttl));
                }
            }
        }
        // A server that fails at every question is told of once.
        out.sort_by(|a, b| (b.severity, &a.subject, &a.says).cmp(&(a.severity, &b.subject, &b.says)));
        out.dedup();
        out
    }
}

/// What a source says in lines that can be compared, and how long it may be kept.
fn said(answer: &Answer, outcome: Option<Outcome<'_>>, source: &Source) -> (Vec<String>, Option<u32>) {
    let response = match &answer.reply {
        Ok(response) => response,
        Err(failure) => return (vec![format!("no answer: {}", visible(failure.to_string().as_bytes()))], None),
    };
    match outcome {
        Some(Outcome::Records(records)) if !source.is_authority() || response.flags.aa => {
            let ttl = records.iter().map(|record| record.ttl).min();
            let mut lines: Vec<String> = aliases(answer, &answer.query.name)
                .into_iter()
                .map(|(_, target)| format!("CNAME {}", visible(target.as_bytes())))
                .collect();
            let mut values: Vec<String> = records.iter().map(|record| value(&record.value)).collect();
            values.sort_unstable();
            values.dedup();
            lines.extend(values);
            (lines, ttl)
        }
        Some(Outcome::Nothing { no_name }) if !source.is_authority() || response.flags.aa => {
            (vec![if no_name { "NXDOMAIN" } else { "none" }.to_owned()], None)
        }
        // RFC 1034 §4.1: a server to which a zone is delegated answers with authority.
        Some(Outcome::Records(_) | Outcome::Nothing { .. }) => (vec!["lame: not authoritative".to_owned()], None),
        _ => (vec![response.rcode_name()], None),
    }
}

fn is_failure(says: &[String]) -> bool {
    says.first().is_none_or(|line| {
        line.starts_with("no answer")
            || line.starts_with("lame")
            || ["SERVFAIL", "REFUSED", "NOTAUTH", "FORMERR", "NOTIMP"].contains(&line.as_str())
    })
}

/// A record as it is compared: names in lower case, TXT joined, of SOA what servers can differ in.
fn value(value: &Value) -> String {
    match value {
        Value::Txt(strings) => visible(&strings.concat()).into_owned(),
        Value::Soa { primary, serial, .. } => format!("serial {serial}, primary {}", visible(primary.as_bytes())),
        value => value.to_string().to_ascii_lowercase(),
    }
}

/// What one source that differs means.
fn differs(query: &Query, reference: &Group, group: &Group, source: &Source, ttl: Option<u32>) -> Option<Finding> {
    let who = visible(source.name().as_bytes()).into_owned();
    let about = format!("{} {}", query.kind, visible(query.name.as_bytes()));
    let first = group.says.first().map_or("", String::as_str);
    let (severity, says, next) = if first.starts_with("lame") || source.is_authority() && is_failure(&group.says) {
        let says = format!("does not serve the domain though its NS record names it ({first})");
        (
            Severity::Fault,
            says,
            "configure the zone there, or take the server out of the NS records at the parent too".to_owned(),
        )
    } else if source.is_authority() && query.kind == RecordType::Soa {
        let says = format!("has {first}, and the newest zone {}", reference.says.join(", "));
        let next = "the transfer to it is broken or late: compare the serials, check NOTIFY and AXFR".to_owned();
        (Severity::Warning, says, next)
    } else if source.is_authority() {
        let says = format!("answers {about} otherwise than the other servers of the domain");
        (
            Severity::Fault,
            says,
            "mail goes one way or the other by chance: bring the servers to one version of the zone".to_owned(),
        )
    } else if is_failure(&group.says) {
        (
            Severity::Warning,
            format!("gives no answer to {about}: {first}"),
            "its users' mail may wait; ask it again, and check DNSSEC".to_owned(),
        )
    } else {
        let left = ttl.map_or_else(
            || "the negative answer is kept for a while".to_owned(),
            |ttl| format!("it may keep that for {ttl} s still"),
        );
        let says = format!("answers {about} otherwise than the domain's servers: an old answer, or another view");
        (Severity::Warning, says, format!("{left}; if it stays, the zone is split by where one asks from"))
    };
    Some(Finding::new(severity, who, says, next))
}
