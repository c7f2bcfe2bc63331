//! The keys of a zone, and who vouches for them.

use super::anchor::Ds;
use super::crypto;
use super::set::Set;
use crate::diagnosis::dns::{WireName, key_tag};

/// A key that may sign a zone's records (RFC 4034 §2.1).
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) key_tag: u16,
    pub(super) algorithm: u8,
    pub(super) public: Vec<u8>,
    /// The record's data, which a DS record is the digest of.
    data: Vec<u8>,
}

impl Key {
    /// Reads a DNSKEY record. None: it is no key of a zone, or it was revoked (RFC 5011 §2.1).
    fn read(data: &[u8]) -> Option<Self> {
        let [high, low, protocol, algorithm, public @ ..] = data else { return None };
        let flags = u16::from_be_bytes([*high, *low]);
        let is_zone_key = flags & 0x0100 != 0 && *protocol == 3 && flags & 0x0080 == 0;
        is_zone_key.then(|| Self {
            key_tag: key_tag(data),
            algorithm: *algorithm,
            public: public.to_vec(),
            data: data.to_vec(),
        })
    }

    pub(super) fn all(set: &Set) -> Vec<Self> {
        set.data.iter().filter_map(|data| Self::read(data)).collect()
    }

    fn is_named(&self, ds: &Ds) -> bool {
        self.key_tag == ds.key_tag && self.algorithm == ds.algorithm
    }

    /// Whether a DS record vouches for this key (RFC 4034 §5.1.4).
    fn is_vouched(&self, zone: &WireName, ds: &Ds) -> bool {
        let octets = [zone.lower().octets(), &self.data].concat();
        self.is_named(ds) && crypto::is_digest(ds.digest_type, &octets, &ds.digest)
    }
}

impl Ds {
    /// Reads the data of a DS record.
    fn read(data: &[u8]) -> Option<Self> {
        let [high, low, algorithm, digest_type, digest @ ..] = data else { return None };
        Some(Self {
            key_tag: u16::from_be_bytes([*high, *low]),
            algorithm: *algorithm,
            digest_type: *digest_type,
            digest: digest.to_vec(),
        })
    }

    pub(super) fn all(set: &Set) -> Vec<Self> {
        set.data.iter().filter_map(|data| Self::read(data)).collect()
    }
}

/// Those of the DS records that can be used; SHA-1 only where there is nothing better (RFC 4509 §3).
pub(super) fn usable(all: &[Ds]) -> Vec<&Ds> {
    let known = |ds: &&Ds| crypto::is_supported(ds.algorithm) && crypto::is_digest_supported(ds.digest_type);
    let better = all.iter().filter(known).any(|ds| ds.digest_type != 1);
    all.iter().filter(known).filter(|ds| !better || ds.digest_type != 1).collect()
}

/// What comes of looking for a key that is vouched for.
pub(super) enum Vouched<'a> {
    Keys(Vec<&'a Key>),
    /// A key of this number is there, and is another one.
    Other(u16),
    None,
}

pub(super) fn vouched<'a>(zone: &WireName, keys: &'a [Key], all: &[&Ds]) -> Vouched<'a> {
    let found: Vec<&Key> = keys.iter().filter(|key| all.iter().any(|ds| key.is_vouched(zone, ds))).collect();
    if !found.is_empty() {
        return Vouched::Keys(found);
    }
    let named = all.iter().find(|ds| keys.iter().any(|key| key.is_named(ds)));
    named.map_or(Vouched::None, |ds| Vouched::Other(ds.key_tag))
}
