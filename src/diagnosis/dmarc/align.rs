//! Alignment: whether the domains that SPF and DKIM vouch for are those of the author (RFC 9989 §4.4).

use super::record::{Mode, Record};
use super::walk::{registrable, walk};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::tagged::shown;
use crate::protocol::smtp::to_ascii_domain;

/// Signatures of one message that are looked into.
const SIGNATURES: usize = 20;

/// What vouches for a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// SPF: the domain of the envelope sender (MAIL FROM).
    Spf,
    /// DKIM: the signing domain (d=).
    Dkim,
}

impl Mechanism {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spf => "SPF",
            Self::Dkim => "DKIM",
        }
    }
}

/// One domain that passed SPF or DKIM, held against that of the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// What vouches for the domain.
    pub mechanism: Mechanism,
    /// The domain, safe to draw.
    pub domain: String,
    /// What the record asks for.
    pub mode: Mode,
    /// Whether it is aligned for receivers that walk the tree; none while an answer is missing.
    pub by_walk: Option<bool>,
    /// Whether it is aligned for receivers that use the public suffix list.
    pub by_list: bool,
    /// Why, in one sentence without a full stop.
    pub says: String,
}

/// Holds the domains that passed SPF and DKIM against that of the From address. An aligned one is enough for DMARC.
#[must_use]
pub fn aligned(inquiry: &Inquiry<'_>, record: &Record, from: &str, spf: Option<&str>, dkim: &[&str]) -> Vec<Alignment> {
    let spf = spf.map(|domain| (Mechanism::Spf, record.aspf, domain));
    let dkim = dkim.iter().take(SIGNATURES).map(|domain| (Mechanism::Dkim, record.adkim, *domain));
    spf.into_iter().chain(dkim).map(|(mechanism, mode, domain)| judge(inquiry, mechanism, mode, from, domain)).collect()
}

fn judge(inquiry: &Inquiry<'_>, mechanism: Mechanism, mode: Mode, from: &str, domain: &str) -> Alignment {
    let (by_walk, by_list, says) = match (to_ascii_domain(from), to_ascii_domain(domain)) {
        (Ok(from), Ok(domain)) if from == domain => (Some(true), true, format!("both are {domain}")),
        (Ok(from), Ok(domain)) if mode == Mode::Strict => {
            let says = format!("{domain} is not {from}, and the record asks for the very same domain (strict)");
            (Some(false), false, says)
        }
        (Ok(from), Ok(domain)) => relaxed(inquiry, &from, &domain),
        (Err(why), _) | (_, Err(why)) => (Some(false), false, format!("not a domain name: {}", shown(why))),
    };
    Alignment { mechanism, domain: shown(domain), mode, by_walk, by_list, says }
}

fn relaxed(inquiry: &Inquiry<'_>, from: &str, domain: &str) -> (Option<bool>, bool, String) {
    let (ours, theirs) = (walk(inquiry, from).organizational, walk(inquiry, domain).organizational);
    let by_walk = ours.as_ref().zip(theirs.as_ref()).map(|(ours, theirs)| ours == theirs);
    let (listed, other) = (registrable(from), registrable(domain));
    let by_list = listed == other;
    let told = |same: bool, ours: &str, theirs: &str| match same {
        true => format!("both belong to {ours}"),
        false => format!("{domain} belongs to {theirs}, and {from} to {ours}"),
    };
    let by_suffix = told(by_list, listed, other);
    let says = match (by_walk, ours.zip(theirs)) {
        (Some(same), Some((ours, theirs))) if same == by_list && ours == listed && theirs == other => by_suffix,
        (Some(same), Some((ours, theirs))) => {
            format!("by the tree walk {}; by the public suffix list {by_suffix}", told(same, &ours, &theirs))
        }
        _ => format!("by the public suffix list {by_suffix}; the tree walk is not finished"),
    };
    (by_walk, by_list, says)
}
