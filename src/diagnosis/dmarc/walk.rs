//! Finding the record and the organisational domain: by the walk up the DNS tree (RFC 9989 §4.10), and as it was done
//! before, by the public suffix list (RFC 7489 §3.2, §6.6.3).

use super::record::{self, Psd, Reading};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::tagged::{Sole, Text};

/// Names that a walk asks at most (RFC 9989 §4.10).
const QUERIES: usize = 8;

/// What one name of the walk told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Not answered yet.
    Waiting,
    /// No answer, or one that says nothing.
    Failed(Finding),
    /// No DMARC record. Other TXT records may be there.
    Nothing(Vec<Text>),
    /// More than one: receivers use none of them.
    Several(Vec<Text>),
    /// The record.
    Record(Box<Reading>),
    /// The walk ended before it.
    Passed,
}

/// One name of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The domain; the record is asked for at `_dmarc` below it.
    pub domain: String,
    /// What was found there.
    pub found: Found,
}

/// The walk up the tree from a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Its names, the longest first.
    pub steps: Vec<Step>,
    /// The organisational domain; none while an answer is missing, or where one failed.
    pub organizational: Option<String>,
}

impl Walk {
    /// The record at this domain.
    #[must_use]
    pub fn record(&self, domain: &str) -> Option<&Reading> {
        self.steps.iter().find(|step| step.domain == domain).and_then(|step| match &step.found {
            Found::Record(reading) => Some(&**reading),
            _ => None,
        })
    }

    /// Whether an answer is still to come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.steps.iter().any(|step| step.found == Found::Waiting)
    }

    /// The domain whose record applies: the domain itself, its organisational domain, or the public suffix above that.
    #[must_use]
    pub fn policy_domain(&self) -> Option<&str> {
        let own = self.steps.first().map(|step| step.domain.as_str());
        // The suffix above comes in only when it is sure that nothing stands below it.
        let psd = self.steps.iter().filter(|_| self.organizational.is_some()).find_map(|step| match &step.found {
            Found::Record(reading) if reading.record.psd == Psd::Yes => Some(step.domain.as_str()),
            _ => None,
        });
        [own, self.organizational.as_deref(), psd].into_iter().flatten().find(|domain| self.record(domain).is_some())
    }
}

/// The name at which the DMARC record of a domain stands.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("_dmarc.{domain}")
}

/// The names a walk from `domain` asks, the longest first, never more than eight.
#[must_use]
pub fn targets(domain: &str) -> Vec<&str> {
    let mut out = vec![domain];
    let labels = domain.split('.').count();
    let mut rest = domain;
    let mut left = labels;
    while let Some((_, parent)) = rest.split_once('.') {
        rest = parent;
        left -= 1;
        // A name of eight labels or more is cut to seven at once.
        if left < QUERIES {
            out.push(rest);
        }
    }
    out
}

/// Walks up from a domain. All names are asked at once: the walk that stops early passes over the answers behind.
#[must_use]
pub fn walk(inquiry: &Inquiry<'_>, domain: &str) -> Walk {
    let mut steps: Vec<Step> = Vec::new();
    let mut ended = false;
    let mut known = true;
    for target in targets(domain) {
        let found = if ended { Found::Passed } else { look(inquiry, target) };
        match &found {
            Found::Record(reading) if known => ended = reading.record.psd != Psd::Unknown,
            Found::Waiting | Found::Failed(_) => known = false,
            _ => {}
        }
        steps.push(Step { domain: target.to_owned(), found });
    }
    let organizational = known.then(|| organizational(&steps, domain));
    Walk { steps, organizational }
}

/// What stands at `_dmarc` below this domain.
pub(super) fn look(inquiry: &Inquiry<'_>, domain: &str) -> Found {
    match Sole::look(inquiry, &record_name(domain), record::is_record, record::read) {
        Sole::Waiting => Found::Waiting,
        Sole::Failed(finding) => Found::Failed(finding),
        Sole::Nothing(others) => Found::Nothing(others),
        Sole::Several(records) => Found::Several(records),
        Sole::Record(reading) => Found::Record(Box::new(reading)),
    }
}

/// The organisational domain by the records of a finished walk (RFC 9989 §4.10.2).
fn organizational(steps: &[Step], start: &str) -> String {
    let records = || {
        steps.iter().filter_map(|step| match &step.found {
            Found::Record(reading) => Some((step.domain.as_str(), reading.record.psd)),
            _ => None,
        })
    };
    let flagged = records().find_map(|(domain, psd)| match psd {
        Psd::No => Some(domain),
        Psd::Yes if domain != start => below(start, domain),
        _ => None,
    });
    flagged.or_else(|| records().next_back().map(|(domain, _)| domain)).unwrap_or(start).to_owned()
}

/// The name of one label more than `ancestor` that `domain` is, or is below.
fn below<'a>(domain: &'a str, ancestor: &str) -> Option<&'a str> {
    let rest = domain.strip_suffix(ancestor)?.strip_suffix('.')?;
    let start = rest.rfind('.').map_or(0, |dot| dot + 1);
    domain.get(start..)
}

/// The organisational domain by the public suffix list: the suffix and one label more (RFC 7489 §3.2). A domain that is
/// a public suffix itself stays what it is.
#[must_use]
pub fn registrable(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// Whether the public suffix list knows this domain as a suffix.
#[must_use]
pub fn is_public_suffix(domain: &str) -> bool {
    psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == domain.as_bytes())
}
