//! Which record applies to a domain and which policy that gives, found in both ways: receivers change over from the
//! public suffix list to the walk up the tree one by one, and a domain must be right for both.

use super::record::{Policy, Reading};
use super::walk::{Found, Walk, look, registrable};
use crate::diagnosis::answers::Inquiry;

/// What one way of looking comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The organisational domain; none while an answer is missing.
    pub organizational: Option<String>,
    /// The record that applies.
    pub applies: Applies,
}

/// The record that applies to a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applies {
    /// An answer is still to come.
    Waiting,
    /// A question failed, so that receivers cannot tell either.
    Unknown,
    /// None: DMARC does not protect the domain.
    Nothing,
    /// This one.
    Record {
        /// The domain at which it stands.
        domain: String,
        /// The policy it gives.
        policy: Policy,
        /// The tag the policy comes from: `p`, `sp` or `np`.
        tag: &'static str,
        /// The record.
        reading: Box<Reading>,
    },
}

impl Applies {
    fn record(own: &str, domain: &str, reading: &Reading, exists: bool) -> Self {
        let (policy, tag) =
            if own == domain { (reading.record.policy(), "p") } else { reading.record.subdomain_policy(exists) };
        Self::Record { domain: domain.to_owned(), policy, tag, reading: Box::new(reading.clone()) }
    }
}

/// By the walk up the tree (RFC 9989 §4.10.1). `exists`: whether the domain does, by DNS.
pub(super) fn by_walk(walk: &Walk, domain: &str, exists: bool) -> Discovery {
    let failed = walk.steps.iter().any(|step| matches!(step.found, Found::Failed(_)));
    let applies = match walk.policy_domain() {
        Some(found) => match walk.record(found) {
            Some(reading) => Applies::record(domain, found, reading, exists),
            None => Applies::Nothing,
        },
        None if walk.is_waiting() => Applies::Waiting,
        None if failed => Applies::Unknown,
        None => Applies::Nothing,
    };
    Discovery { organizational: walk.organizational.clone(), applies }
}

/// By the public suffix list (RFC 7489 §6.6.3).
pub(super) fn by_list(inquiry: &Inquiry<'_>, domain: &str) -> Discovery {
    let organizational = registrable(domain);
    // Both are asked at once.
    let (own, above) = (look(inquiry, domain), look(inquiry, organizational));
    let (at, found) = match own {
        Found::Nothing(_) => (organizational, above),
        own => (domain, own),
    };
    let applies = match &found {
        Found::Waiting | Found::Passed => Applies::Waiting,
        Found::Failed(_) => Applies::Unknown,
        Found::Nothing(_) | Found::Several(_) => Applies::Nothing,
        // RFC 7489 does not know np: every subdomain counts as there.
        Found::Record(reading) => Applies::record(domain, at, reading, true),
    };
    Discovery { organizational: Some(organizational.to_owned()), applies }
}
