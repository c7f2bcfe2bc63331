//! DMARC (RFC 9989, RFC 9990, and RFC 7489 before them): which record applies to a domain, what it asks for tag by tag,
//! whether its reports can be sent, and what is aligned.
//!
//! ```text
//! domain ─► TXT at _dmarc of it and of each parent, eight at most ─► tree walk ─► the record that applies
//!        ├► TXT at _dmarc of the organisational domain by the public suffix list ─► the same for older receivers
//!        ├► TXT of the domain itself: does it exist, and does a record stand in the wrong place?
//!        └► of each host that takes reports: its own walk, TXT at DOMAIN._report._dmarc.HOST
//! ```

mod align;
mod discovery;
mod external;
mod findings;
mod mend;
mod record;
mod remarks;
mod walk;
mod words;

pub use align::{Alignment, Mechanism, aligned};
pub use discovery::{Applies, Discovery};
pub use external::{Authorization, Consent};
pub use record::{Mode, Policy, Psd, Reading, Record, Stated, is_record, read};
pub use walk::{Found, Step, Walk, is_public_suffix, record_name, registrable, targets, walk};

use super::answers::Inquiry;
use super::finding::Finding;
use super::tagged::{Suggestion, Texts, texts};

/// What DMARC says about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    /// The domain, in A-label form and lower case.
    pub domain: String,
    /// The walk up the tree, name by name.
    pub walk: Walk,
    /// What receivers of RFC 9989 find.
    pub by_walk: Discovery,
    /// What receivers of RFC 7489 find.
    pub by_list: Discovery,
    /// The hosts that take reports, and whether they agree.
    pub authorizations: Vec<Authorization>,
    /// What is to say, the worst first.
    pub findings: Vec<Finding>,
    /// Records to publish: the corrected one, and those that other hosts lack.
    pub suggestions: Vec<Suggestion>,
}

/// Evaluates DMARC for a domain, as far as answers have come.
#[must_use]
pub fn evaluate(inquiry: &Inquiry<'_>, domain: &str) -> Dmarc {
    let domain = domain.to_ascii_lowercase();
    let walk = walk(inquiry, &domain);
    let itself = texts(inquiry, &domain);
    let exists = !matches!(itself, Texts::Nothing { no_name: true });
    let by_walk = discovery::by_walk(&walk, &domain, exists);
    let by_list = discovery::by_list(inquiry, &domain);
    let record = [&by_walk, &by_list].into_iter().find_map(|found| match &found.applies {
        Applies::Record { domain, reading, .. } => Some((domain, &reading.record)),
        _ => None,
    });
    let authorizations = record.map(|(at, record)| external::authorizations(inquiry, at, record)).unwrap_or_default();
    let mut dmarc =
        Dmarc { domain, walk, by_walk, by_list, authorizations, findings: Vec::new(), suggestions: Vec::new() };
    findings::tell(&mut dmarc, &itself);
    dmarc
}

#[cfg(test)]
mod tests;
