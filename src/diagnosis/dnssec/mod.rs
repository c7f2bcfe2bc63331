//! DNSSEC by one's own eyes: the chain of trust from an anchor down to an answer, and why it breaks where it breaks.
//!
//! ```text
//! anchor ─► DNSKEY of its zone ─► DS of the next zone ─► DNSKEY … ─► signature of the answer, or proof of its absence
//! ```
//!
//! A resolver says AD or SERVFAIL and nothing more. Here each link is checked and told, beside what the resolver says:
//! neither is believed alone. The evaluation reads answers and names the questions still open ([`Inquiry`]); it is run
//! from its start each time an answer has come. All questions are asked with DO, so that signatures come, and with CD,
//! so that a resolver passes on what it does not believe itself.
//!
//! What a zone can make others compute is bounded (CVE-2023-50387, CVE-2023-50868): signatures, keys of one tag, hashes.

mod absence;
mod anchor;
mod chain;
mod check;
mod crypto;
mod ground;
mod key;
mod nsec;
mod nsec3;
mod set;
mod signature;
#[cfg(test)]
mod tests;

use std::fmt;

pub use anchor::{Anchor, root_anchors};
pub use ground::Ground;

use self::chain::Chain;
use super::answers::{Answers, Inquiry};
use super::dns::{Query, QueryOptions, time};
use super::finding::Severity;

/// What an answer is worth (RFC 4033 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The chain of trust reaches from an anchor to the answer.
    Secure,
    /// The chain ends on the way where it is allowed to: why.
    Insecure(String),
    /// The chain is broken.
    Bogus(Reason),
    /// It cannot be told.
    Indeterminate {
        /// Why.
        why: String,
        /// What to do about it; empty where there is nothing to do.
        next: &'static str,
    },
}

impl State {
    /// `secure`, `insecure`, `bogus`, `indeterminate`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure(_) => "insecure",
            Self::Bogus(_) => "bogus",
            Self::Indeterminate { .. } => "indeterminate",
        }
    }

    /// What to do about it; empty where there is nothing to do.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Secure | Self::Insecure(_) => "",
            Self::Bogus(reason) => reason.next(),
            Self::Indeterminate { next, .. } => next,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Secure => Ok(()),
            Self::Insecure(why) | Self::Indeterminate { why, .. } => write!(f, ": {why}"),
            Self::Bogus(reason) => write!(f, ": {reason}"),
        }
    }
}

/// Why a chain is broken. Names are as in [`super::dns`], safe to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Records without a signature in a zone that signs.
    NoSignature {
        /// `MX of example.org`.
        what: String,
    },
    /// Signed in the name of a zone that these records are not in.
    Signer {
        /// `MX of example.org`.
        what: String,
        /// The zone of the signature.
        signer: String,
        /// The zone they are in.
        zone: String,
    },
    /// The zone has no such key, or not for this algorithm.
    NoKey {
        /// `MX of example.org`.
        what: String,
        /// The key that the signature names.
        key_tag: u16,
    },
    /// The signature's time is over.
    Expired {
        /// `MX of example.org`.
        what: String,
        /// Seconds since 1970.
        at: u32,
    },
    /// The signature's time has not come.
    NotYetValid {
        /// `MX of example.org`.
        what: String,
        /// Seconds since 1970.
        at: u32,
    },
    /// The signature is not of these records by this key.
    Misfit {
        /// `MX of example.org`.
        what: String,
        /// The key.
        key_tag: u16,
    },
    /// The signature counts more labels than the name has, or is longer than what can be checked.
    Malformed {
        /// `MX of example.org`.
        what: String,
    },
    /// The parent vouches for keys that the zone does not have.
    NoVouchedKey {
        /// The zone.
        zone: String,
        /// The keys that the parent vouches for.
        key_tags: Vec<u16>,
    },
    /// A key with the right number is another key.
    Digest {
        /// The zone.
        zone: String,
        /// The key.
        key_tag: u16,
    },
    /// Nothing proves that something is not there.
    NoProof {
        /// `there is no MX of example.org`.
        what: String,
    },
    /// More signatures than are checked for one answer.
    TooMuch,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSignature { what } => write!(f, "{what} has no signature, and its zone signs"),
            Self::Signer { what, signer, zone } => write!(f, "{what} is signed by {signer} and belongs to {zone}"),
            Self::NoKey { what, key_tag } => write!(f, "{what} is signed with key {key_tag}, which its zone has not"),
            Self::Expired { what, at } => write!(f, "the signature of {what} expired at {} UTC", moment(*at)),
            Self::NotYetValid { what, at } => write!(f, "the signature of {what} is valid from {} UTC on", moment(*at)),
            Self::Misfit { what, key_tag } => write!(f, "the signature of {what} by key {key_tag} does not fit"),
            Self::Malformed { what } => write!(f, "the signature of {what} is not well formed"),
            Self::NoVouchedKey { zone, key_tags } => {
                let tags: Vec<String> = key_tags.iter().map(ToString::to_string).collect();
                write!(f, "the parent vouches for key {} of {zone}, which has no such key", tags.join(" or "))
            }
            Self::Digest { zone, key_tag } => {
                write!(f, "key {key_tag} of {zone} is not the one whose digest the parent has")
            }
            Self::NoProof { what } => write!(f, "nothing proves that {what}"),
            Self::TooMuch => f.write_str("it has more signatures than are checked for one answer"),
        }
    }
}

impl Reason {
    /// What to do about it.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Expired { .. } => {
                "have the zone signed again, and look why its signer stopped; until then it is gone"
            }
            Self::NotYetValid { .. } => "set the clock of the signer, or of this machine",
            Self::NoVouchedKey { .. } | Self::Digest { .. } => {
                "have the parent publish the DS record of the present key, or remove the old one"
            }
            Self::NoSignature { .. } | Self::NoKey { .. } | Self::NoProof { .. } => {
                "compare the name servers of the zone: one of them may have an old or unsigned copy"
            }
            _ => "have the zone signed again, and compare its name servers",
        }
    }
}

/// `2026-01-31 12:00:00`.
fn moment(seconds: u32) -> String {
    let digits = time(seconds);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{} {}:{}:{}", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14))
}

/// One link of the chain, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What was looked at: `DNSKEY .`, `DS org`, `MX example.org`.
    pub what: String,
    /// What was found.
    pub says: String,
    /// Whether it holds.
    pub severity: Severity,
}

/// What is known of the chain by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// What the answer is worth. None: questions are open.
    pub state: Option<State>,
    /// The links in the order in which they were checked.
    pub links: Vec<Link>,
    /// What to ask now, with [`options`].
    pub open: Vec<Query>,
}

/// How the questions of a validation are asked: with signatures, and with what does not validate.
#[must_use]
pub fn options(from: &QueryOptions) -> QueryOptions {
    QueryOptions { dnssec: true, edns: true, checking_disabled: true, recursion: true, ..from.clone() }
}

/// Checks the answer to `query` at `now`, in seconds since 1970, with what `answers` hold. Every one of them was asked
/// with DO.
#[must_use]
pub fn validate(query: &Query, answers: &Answers, anchors: &[Anchor], now: i64) -> Validation {
    validate_on(&mut Ground::default(), query, answers, anchors, now)
}

/// The same on ground that other validations with the same anchors and answers have checked: each zone and each cut is
/// checked once for all of them.
#[must_use]
pub fn validate_on(ground: &mut Ground, query: &Query, answers: &Answers, anchors: &[Anchor], now: i64) -> Validation {
    let inquiry = Inquiry::new(answers);
    let (state, links) = {
        // Signatures count time in 32 bits that wrap (RFC 4034 §3.1.5).
        let chain = Chain::new(&inquiry, anchors, now as u32, std::mem::take(ground));
        let state = check::check(&chain, query);
        let (links, checked) = chain.end();
        *ground = checked;
        (state, links)
    };
    // What was asked ahead is not needed any more once the state is known.
    let open = if state.is_none() { inquiry.open() } else { Vec::new() };
    Validation { state, links, open }
}
