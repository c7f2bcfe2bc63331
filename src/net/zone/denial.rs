//! How a signed zone proves that something is not there: NSEC (RFC 4035 §3.1.3) or NSEC3 (RFC 5155 §7.2).

use std::collections::BTreeMap;

use hickory_proto::dnssec::Nsec3HashAlgorithm;
use hickory_proto::rr::{Name, Record, RecordType};

use super::store::Zone;

/// Rounds of hashing behind the first: none, as RFC 9276 §3.1 asks.
pub(super) const ITERATIONS: u16 = 0;

/// The kind of proof.
#[derive(Clone)]
pub(super) enum Denial {
    /// None.
    Unsigned,
    /// Each name tells the next.
    Nsec,
    /// Each hash tells the next. The owners are by their hashes.
    Nsec3(BTreeMap<Vec<u8>, Name>),
}

/// The hash of a name (RFC 5155 §5), with an empty salt.
pub(super) fn hashed(name: &Name) -> Vec<u8> {
    let digest = Nsec3HashAlgorithm::SHA1.hash(&[], name, ITERATIONS);
    digest.map(|digest| digest.as_ref().to_vec()).unwrap_or_default()
}

impl Denial {
    /// That `name` does not exist, and unless the wildcard does (`expanded`), that there is no wildcard either.
    pub(super) fn no_such_name(&self, zone: &Zone, name: &Name, expanded: bool, out: &mut Vec<Record>) {
        let encloser = zone.encloser(name);
        match self {
            Self::Unsigned => {}
            Self::Nsec => {
                covering(zone, name, out);
                if let (false, Ok(wildcard)) = (expanded, encloser.prepend_label("*")) {
                    covering(zone, &wildcard, out);
                }
            }
            Self::Nsec3(owners) => {
                // The next closer name: one label below what exists.
                let next = name.trim_to(encloser.iter().count() + 1);
                hash_covering(zone, owners, &next, out);
                if let (false, Ok(wildcard)) = (expanded, encloser.prepend_label("*")) {
                    hash_matching(zone, owners, &encloser, out);
                    hash_covering(zone, owners, &wildcard, out);
                }
            }
        }
    }

    /// That `name`, which exists, has no record of the type: its own list of types tells.
    pub(super) fn no_such_type(&self, zone: &Zone, name: &Name, out: &mut Vec<Record>) {
        match self {
            Self::Unsigned => {}
            // A name with nothing but names below it has no record of its own.
            Self::Nsec => covering(zone, name, out),
            Self::Nsec3(owners) => {
                if name.is_wildcard() {
                    hash_matching(zone, owners, &name.base_name(), out);
                }
                hash_matching(zone, owners, name, out);
            }
        }
    }
}

/// The NSEC record at a name or before it.
fn covering(zone: &Zone, name: &Name, out: &mut Vec<Record>) {
    let before = zone.sets.range(..=name.clone()).rev().find(|(_, types)| types.contains_key(&RecordType::NSEC));
    if let Some((owner, _)) = before.or_else(|| zone.sets.last_key_value()) {
        zone.push(owner, RecordType::NSEC, true, out);
    }
}

fn hash_matching(zone: &Zone, owners: &BTreeMap<Vec<u8>, Name>, name: &Name, out: &mut Vec<Record>) {
    if let Some(owner) = owners.get(&hashed(name)) {
        zone.push(owner, RecordType::NSEC3, true, out);
    }
}

/// The NSEC3 record before a hash; before the first there is the last.
fn hash_covering(zone: &Zone, owners: &BTreeMap<Vec<u8>, Name>, name: &Name, out: &mut Vec<Record>) {
    if let Some((_, owner)) = owners.range(..hashed(name)).next_back().or_else(|| owners.last_key_value()) {
        zone.push(owner, RecordType::NSEC3, true, out);
    }
}
