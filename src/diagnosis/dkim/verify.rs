//! Signatures verified step by step (RFC 6376 §6.1), so that it is clear who must act.

use super::key::Key;
use super::key_remarks::LEAST_RSA;
use super::lookup::{AtName, look};
use super::opened::{BodyClue, Hashes, Opened, OpenedSignature};
use super::proof::{self, Proof};
use super::signature::{Algorithm, Signature};
use super::trace;
use super::{KeyReading, KeyType, PublicKey};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::finding::Finding;

/// Seconds by which clocks may disagree before a signature counts as made in the future.
const SKEW: i64 = 300;

/// What a signature is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key has not come yet.
    Waiting,
    /// It verifies: the domain stands for the message.
    Pass,
    /// It does not (PERMFAIL).
    Fail(Cause),
    /// The key gave no answer (TEMPFAIL).
    NoAnswer(Finding),
}

/// Why a signature does not verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The field itself is wrong: why.
    Refused(String),
    /// It has expired.
    Expired,
    /// No key stands where the signature points.
    NoKey,
    /// The key is revoked.
    Revoked,
    /// The key cannot be used: why.
    BadKey(String),
    /// The key may not be used for this signature: why.
    Unsuited(String),
    /// The key is too short to be trusted: its bits.
    Short(usize),
    /// The body is not the one that was signed.
    Body(Option<BodyClue>),
    /// A signed header field is not as it was signed: the key fits, the header does not.
    Header(Option<String>),
    /// The signature was not made with this key, or was damaged.
    WrongKey,
    /// Header or key: it cannot be told which.
    HeaderOrKey,
    /// It verifies, and its algorithm is no longer valid.
    Historic,
}

/// Who must act on a signature that does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Nobody.
    Nobody,
    /// Whoever runs the DNS of the signing domain.
    DomainOwner,
    /// Whoever runs the server that signs.
    Signer,
    /// Whoever runs a server or list that the message came through.
    Forwarder,
}

impl Who {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::DomainOwner => "the owner of the signing domain, in its DNS",
            Self::Signer => "whoever runs the server that signs",
            Self::Forwarder => "whoever changed the message on its way: a mailing list, a gateway, a virus scanner",
        }
    }
}

impl Cause {
    /// Who must act.
    #[must_use]
    pub const fn who(&self) -> Who {
        match self {
            Self::NoKey | Self::BadKey(_) => Who::DomainOwner,
            Self::Refused(_) | Self::Revoked | Self::Unsuited(_) | Self::Short(_) | Self::WrongKey | Self::Historic => {
                Who::Signer
            }
            Self::Body(Some(BodyClue::Empty)) => Who::Signer,
            Self::Body(_) | Self::Header(_) | Self::HeaderOrKey => Who::Forwarder,
            Self::Expired => Who::Nobody,
        }
    }
}

/// A signature, verified as far as answers have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The domain that signs; empty when the field does not tell.
    pub domain: String,
    /// The selector; likewise.
    pub selector: String,
    /// What it is worth.
    pub outcome: Outcome,
    /// The key, when it was found and is one.
    pub key: Option<KeyReading>,
    /// Whether the signature fits the header, when that was looked at: with a changed body it often still does.
    pub header_fits: Option<bool>,
    /// How this came about, step by step.
    pub steps: Vec<trace::Step>,
    /// What is to say, the worst first.
    pub findings: Vec<Finding>,
}

/// Verifies the signatures of an opened message. `now`: seconds since the Unix epoch, the time at which the message was
/// received.
#[must_use]
pub fn verify(opened: &Opened, inquiry: &Inquiry<'_>, now: i64) -> Vec<Verified> {
    opened.signatures.iter().map(|signature| one(signature, inquiry, now)).collect()
}

fn one(opened: &OpenedSignature, inquiry: &Inquiry<'_>, now: i64) -> Verified {
    let (signature, hashes) = match (&opened.reading.signature, &opened.hashes) {
        (Ok(signature), Some(hashes)) => (signature, hashes),
        (Err(why), _) => return refused(why),
        (Ok(_), None) => return refused("its hashes could not be made"),
    };
    let (outcome, key, header_fits) = judge(signature, hashes, inquiry, now);
    let mut verified = Verified {
        domain: signature.domain.clone(),
        selector: signature.selector.clone(),
        outcome,
        key,
        header_fits,
        steps: Vec::new(),
        findings: Vec::new(),
    };
    verified.steps = trace::steps(signature, hashes, &verified, now);
    verified.findings = trace::findings(signature, hashes, &verified, now);
    verified
}

fn refused(why: &str) -> Verified {
    let mut verified = Verified {
        domain: String::new(),
        selector: String::new(),
        outcome: Outcome::Fail(Cause::Refused(why.to_owned())),
        key: None,
        header_fits: None,
        steps: vec![trace::Step::bad("field", why)],
        findings: Vec::new(),
    };
    verified.findings = vec![trace::failed(&verified, &Cause::Refused(why.to_owned()))];
    verified
}

/// What the signature is worth, its key, and whether it fits the header.
type Judged = (Outcome, Option<KeyReading>, Option<bool>);

fn judge(signature: &Signature, hashes: &Hashes, inquiry: &Inquiry<'_>, now: i64) -> Judged {
    let fail = |cause, key| (Outcome::Fail(cause), key, None);
    let reading = match look(inquiry, &signature.key_name()) {
        AtName::Waiting => return (Outcome::Waiting, None, None),
        AtName::Failed(finding) => return (Outcome::NoAnswer(finding), None, None),
        AtName::Nothing => return fail(Cause::NoKey, None),
        AtName::Others(_) => return fail(Cause::BadKey("what stands there is no key".to_owned()), None),
        AtName::Key(reading) => *reading,
        // The one that fits, if any: so a verifier that tries all would (RFC 6376 §6.1.2).
        AtName::Several(mut readings) => {
            let fits =
                |reading: &KeyReading| suited(signature, reading).is_ok_and(|key| proof::fits(signature, hashes, key));
            let place = readings.iter().position(fits).unwrap_or_default();
            readings.swap_remove(place)
        }
    };
    let key = match suited(signature, &reading) {
        Ok(key) => key,
        Err(cause) => return fail(cause, Some(reading)),
    };
    if hashes.body != signature.body_hash {
        let fits = proof::fits(signature, hashes, key);
        return (Outcome::Fail(Cause::Body(hashes.body_clue)), Some(reading), Some(fits));
    }
    let proof = proof::prove(signature, hashes, key);
    let fits = proof == Proof::Good;
    let outcome = match proof {
        Proof::WrongKey => Outcome::Fail(Cause::WrongKey),
        Proof::Header(clue) => Outcome::Fail(Cause::Header(clue)),
        Proof::Unknown => Outcome::Fail(Cause::HeaderOrKey),
        Proof::Good if signature.algorithm == Algorithm::RsaSha1 => Outcome::Fail(Cause::Historic),
        Proof::Good if is_expired(signature, now) => Outcome::Fail(Cause::Expired),
        Proof::Good => Outcome::Pass,
    };
    (outcome, Some(reading), Some(fits))
}

/// Whether it has expired by now.
pub(super) fn is_expired(signature: &Signature, now: i64) -> bool {
    signature.expires.is_some_and(|expires| u64::try_from(now).is_ok_and(|now| now > expires))
}

/// Whether it says that it was made later than now.
pub(super) fn is_from_the_future(signature: &Signature, now: i64) -> bool {
    let latest = u64::try_from(now.saturating_add(SKEW)).unwrap_or(0);
    signature.signed_at.is_some_and(|signed_at| signed_at > latest)
}

/// The key, if it may be used for this signature (RFC 6376 §6.1.2).
fn suited<'k>(signature: &Signature, reading: &'k KeyReading) -> Result<&'k Key, Cause> {
    if let Some(why) = &reading.void {
        return Err(Cause::BadKey(why.clone()));
    }
    let key = &reading.key;
    let rsa = match (&key.public, &key.kind, signature.algorithm) {
        (None, ..) => return Err(Cause::BadKey("it has no key (p)".to_owned())),
        (Some(PublicKey::Revoked), ..) => return Err(Cause::Revoked),
        (_, KeyType::Unknown(_), _) => return Err(Cause::BadKey("its kind (k) is not known".to_owned())),
        (_, KeyType::Ed25519, Algorithm::RsaSha1 | Algorithm::RsaSha256) => {
            return Err(Cause::Unsuited("the signature is of RSA, and the key of Ed25519".to_owned()));
        }
        (_, KeyType::Rsa, Algorithm::Ed25519Sha256) => {
            return Err(Cause::Unsuited("the signature is of Ed25519, and the key of RSA".to_owned()));
        }
        (Some(PublicKey::Unreadable(why)), ..) => return Err(Cause::BadKey(why.clone())),
        (Some(PublicKey::Rsa(rsa)), ..) => Some(rsa),
        (Some(PublicKey::Ed25519(_)), ..) => None,
    };
    let hash = signature.algorithm.hash();
    if !key.allows_hash(hash) {
        return Err(Cause::Unsuited(format!("the key does not allow {hash} (h)")));
    }
    if !key.is_for_mail() {
        return Err(Cause::Unsuited("the key is not for mail (s)".to_owned()));
    }
    if key.is_strict && signature.identity_domain != signature.domain {
        return Err(Cause::Unsuited("the key forbids a subdomain in i (t=s)".to_owned()));
    }
    match rsa.map(super::RsaKey::bits).filter(|bits| *bits < LEAST_RSA) {
        Some(bits) => Err(Cause::Short(bits)),
        None => Ok(key),
    }
}
