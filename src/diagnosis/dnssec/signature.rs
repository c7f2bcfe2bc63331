//! One signature: what it is made over, and whether a key of the zone made it (RFC 4035 §5.3).

use std::cell::Cell;

use super::Reason;
use super::crypto::{self, Checked};
use super::key::Key;
use super::set::Set;
use crate::diagnosis::dns::{Entry, IN, RecordType, WireName, both_forms, canonical};

/// Signatures of one set that are looked at.
const SIGNATURES: usize = 8;
/// Keys of the same number that are tried; two may share one by chance.
const KEYS: usize = 4;

/// The data of an RRSIG record.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) covered: RecordType,
    pub(super) algorithm: u8,
    pub(super) labels: u8,
    original_ttl: u32,
    expiration: u32,
    inception: u32,
    pub(super) key_tag: u16,
    pub(super) signer: WireName,
    /// The data up to the signature, which is signed as well.
    before: Vec<u8>,
    octets: Vec<u8>,
}

impl Signature {
    pub(super) fn read(entry: &Entry<'_>) -> Option<Self> {
        let mut data = entry.data.clone();
        let whole = canonical(RecordType::Rrsig, &mut data.clone()).ok()?;
        let read = Self {
            covered: RecordType::of(data.u16("").ok()?),
            algorithm: data.u8("").ok()?,
            labels: data.u8("").ok()?,
            original_ttl: data.u32("").ok()?,
            expiration: data.u32("").ok()?,
            inception: data.u32("").ok()?,
            key_tag: data.u16("").ok()?,
            signer: WireName::read(&mut data).ok()?.lower(),
            before: Vec::new(),
            octets: data.rest().to_vec(),
        };
        let before = whole.get(..18 + read.signer.octets().len())?.to_vec();
        Some(Self { before, ..read })
    }

    /// Whether the set's owner is what a wildcard stood for (RFC 4035 §5.3.4).
    pub(super) fn is_expanded(&self, owner: &WireName) -> bool {
        // The asterisk itself is not counted (RFC 4034 §3.1.3).
        let is_wildcard = owner.labels().next() == Some(b"*");
        usize::from(self.labels) + usize::from(is_wildcard) < owner.count()
    }

    /// The octets that are signed (RFC 4034 §3.1.8.1).
    fn signed(&self, set: &Set) -> Vec<u8> {
        let owner = if self.is_expanded(&set.owner) {
            let encloser = set.owner.without(set.owner.count() - usize::from(self.labels));
            encloser.below(b"*").unwrap_or(encloser)
        } else {
            set.owner.clone()
        };
        let mut head = owner.octets().to_vec();
        head.extend(set.kind.number().to_be_bytes());
        head.extend(IN.to_be_bytes());
        head.extend(self.original_ttl.to_be_bytes());
        let mut signed = self.before.clone();
        for data in &set.data {
            signed.extend_from_slice(&head);
            signed.extend(u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
            signed.extend_from_slice(data);
        }
        signed
    }
}

/// What it takes to check: the zone's keys, the time, and how many checks are left.
pub(super) struct Checker<'a> {
    pub(super) zone: &'a WireName,
    pub(super) now: u32,
    pub(super) left: &'a Cell<u32>,
}

impl Checker<'_> {
    /// The signature by which a key of the zone stands for the set.
    ///
    /// # Errors
    /// Of all signatures, the reason of the one that came furthest.
    pub(super) fn check<'s>(
        &self,
        set: &'s Set,
        keys: &mut dyn Iterator<Item = &Key>,
    ) -> Result<&'s Signature, Reason> {
        let keys: Vec<&Key> = keys.collect();
        let mut worst: Option<(u8, Reason)> = None;
        for signature in set.signatures.iter().take(SIGNATURES) {
            match self.one(set, signature, &keys) {
                Ok(()) => return Ok(signature),
                Err((progress, reason)) if worst.as_ref().is_none_or(|(most, _)| progress > *most) => {
                    worst = Some((progress, reason));
                }
                Err(_) => {}
            }
        }
        Err(worst.map_or_else(|| Reason::NoSignature { what: set.what() }, |(_, reason)| reason))
    }

    /// How far it came, and why not further.
    fn one(&self, set: &Set, signature: &Signature, keys: &[&Key]) -> Result<(), (u8, Reason)> {
        let what = set.what();
        if signature.signer != *self.zone {
            let [signer, zone] = [&signature.signer, self.zone].map(|name| both_forms(&name.text()));
            return Err((1, Reason::Signer { what, signer, zone }));
        }
        if usize::from(signature.labels) > set.owner.count() {
            return Err((1, Reason::Malformed { what }));
        }
        let key_tag = signature.key_tag;
        let fitting: Vec<&&Key> =
            keys.iter().filter(|key| key.key_tag == key_tag && key.algorithm == signature.algorithm).collect();
        if fitting.is_empty() {
            return Err((2, Reason::NoKey { what, key_tag }));
        }
        // Serial numbers: later is what lies ahead by less than half the circle (RFC 1982 §3.2).
        let is_before = |one: u32, other: u32| (other.wrapping_sub(one) as i32) > 0;
        if is_before(signature.expiration, self.now) {
            return Err((3, Reason::Expired { what, at: signature.expiration }));
        }
        if is_before(self.now, signature.inception) {
            return Err((3, Reason::NotYetValid { what, at: signature.inception }));
        }
        let signed = signature.signed(set);
        for key in fitting.into_iter().take(KEYS) {
            let Some(left) = self.left.get().checked_sub(1) else { return Err((5, Reason::TooMuch)) };
            self.left.set(left);
            if crypto::verify(signature.algorithm, &key.public, &signed, &signature.octets) == Checked::Good {
                return Ok(());
            }
        }
        Err((4, Reason::Misfit { what, key_tag }))
    }
}
