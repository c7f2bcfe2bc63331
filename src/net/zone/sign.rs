//! Signs a zone (RFC 4035 §2) with keys that live as long as the practice world, and stages what goes wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, anyhow};
use hickory_proto::dnssec::crypto::EcdsaSigningKey;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS, NSEC, NSEC3, NSEC3PARAM, RRSIG, SigInput};
use hickory_proto::dnssec::{Algorithm, DigestType, Nsec3HashAlgorithm, SigningKey, TBS};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType, SerialNumber};

use super::denial::{Denial, ITERATIONS, hashed};
use super::store::Zone;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What is wrong with the signatures of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They do not fit the records.
    Broken,
    /// They are past their time.
    Expired,
    /// Their time has not come.
    Early,
    /// There are none.
    Missing,
}

/// The names of a signed zone whose signatures are wrong on purpose, by their first label.
pub(super) const FLAWS: [(&str, Flaw); 4] =
    [("broken", Flaw::Broken), ("expired", Flaw::Expired), ("early", Flaw::Early), ("missing", Flaw::Missing)];

/// The keys of a zone: one that the parent vouches for, and one that it vouches for itself.
pub(super) struct Keys {
    entry: Key,
    zone: Key,
}

struct Key {
    record: DNSKEY,
    tag: u16,
    private: EcdsaSigningKey,
}

impl Key {
    fn new(entry: bool) -> anyhow::Result<Self> {
        let made = || -> Result<Self, String> {
            let algorithm = Algorithm::ECDSAP256SHA256;
            let pkcs8 = EcdsaSigningKey::generate_pkcs8(algorithm).map_err(|error| error.to_string())?;
            let private = EcdsaSigningKey::from_pkcs8(&pkcs8, algorithm).map_err(|error| error.to_string())?;
            let public = private.to_public_key().map_err(|error| error.to_string())?;
            let record = DNSKEY::new(true, entry, false, public);
            let tag = record.calculate_key_tag().map_err(|error| error.to_string())?;
            Ok(Self { record, tag, private })
        };
        made().map_err(|why| anyhow!("cannot make a key for a practice zone: {why}"))
    }
}

impl Keys {
    /// New keys, which are never written anywhere.
    ///
    /// # Errors
    /// The library could not make them.
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self { entry: Key::new(true)?, zone: Key::new(false)? })
    }

    /// The DS record by which a parent vouches for the zone.
    ///
    /// # Errors
    /// The library could not make it.
    pub(super) fn ds(&self, zone: &Name) -> anyhow::Result<Record> {
        let digest = self.entry.record.to_digest(zone, DigestType::SHA256).context("cannot digest a key")?;
        let algorithm = self.entry.private.algorithm();
        let ds = DS::new(self.entry.tag, algorithm, DigestType::SHA256, digest.as_ref().to_vec());
        Ok(Record::from_rdata(zone.clone(), 3600, RData::DNSSEC(DNSSECRData::DS(ds))))
    }
}

/// Signs everything in a zone that is its own. `now` is in seconds since 1970.
///
/// # Errors
/// The library could not.
pub(super) fn sign(zone: &mut Zone, keys: &Keys, hashes: bool, now: i64) -> anyhow::Result<()> {
    for key in [&keys.entry, &keys.zone] {
        let key = RData::DNSSEC(DNSSECRData::DNSKEY(key.record.clone()));
        zone.insert(Record::from_rdata(zone.origin.clone(), 3600, key));
    }
    zone.denial = if hashes { hash_chain(zone)? } else { chain(zone) };
    let mut signatures = BTreeMap::new();
    for (name, types) in &zone.sets {
        let cut = zone.cut(name);
        if cut.as_ref().is_some_and(|cut| cut != name) {
            continue;
        }
        for (kind, records) in types {
            // At a cut only what the parent says of it is signed (RFC 4035 §2.2).
            let own = cut.is_none() || matches!(kind, RecordType::DS | RecordType::NSEC);
            let flaw = flaw(name, *kind);
            if own && flaw != Some(Flaw::Missing) {
                signatures.insert((name.clone(), *kind), signature(zone, keys, name, *kind, records, flaw, now)?);
            }
        }
    }
    zone.signatures = signatures;
    Ok(())
}

/// The flaw of a name's own records; proofs are right everywhere, so that each name shows one thing.
fn flaw(name: &Name, kind: RecordType) -> Option<Flaw> {
    if matches!(kind, RecordType::NSEC | RecordType::NSEC3) {
        return None;
    }
    let label = name.iter().next()?;
    FLAWS.iter().find(|(staged, _)| staged.as_bytes() == label).map(|(_, flaw)| *flaw)
}

fn signature(
    zone: &Zone,
    keys: &Keys,
    name: &Name,
    kind: RecordType,
    records: &[Record],
    flaw: Option<Flaw>,
    now: i64,
) -> anyhow::Result<Record> {
    let key = if kind == RecordType::DNSKEY { &keys.entry } else { &keys.zone };
    let (inception, expiration) = match flaw {
        Some(Flaw::Expired) => (now - 60 * DAY, now - 30 * DAY),
        Some(Flaw::Early) => (now + 30 * DAY, now + 60 * DAY),
        _ => (now - HOUR, now + 30 * DAY),
    };
    let ttl = records.first().map_or(0, |record| record.ttl);
    let input = SigInput {
        type_covered: kind,
        algorithm: key.private.algorithm(),
        num_labels: name.num_labels(),
        original_ttl: ttl,
        sig_expiration: SerialNumber::new(expiration as u32),
        sig_inception: SerialNumber::new(inception as u32),
        key_tag: key.tag,
        signer_name: zone.origin.clone(),
    };
    let tbs = TBS::from_input(name, DNSClass::IN, &input, records.iter())
        .with_context(|| format!("cannot write {name} {kind} as it is signed"))?;
    let signed = key.private.sign(&tbs).map_err(|why| anyhow!("cannot sign {name} {kind}: {why}"))?;
    let signed = match (flaw, signed.split_last()) {
        (Some(Flaw::Broken), Some((last, rest))) => [rest, &[last ^ 1]].concat(),
        _ => signed,
    };
    let data = RData::DNSSEC(DNSSECRData::RRSIG(RRSIG::from_sig(input, signed)));
    Ok(Record::from_rdata(name.clone(), ttl, data))
}

/// The names that have a proof of their own: all but those of child zones.
fn owners(zone: &Zone) -> Vec<Name> {
    zone.sets.keys().filter(|name| !zone.is_below_cut(name)).cloned().collect()
}

/// The types a proof lists: at a cut, those of the parent's side.
fn types(zone: &Zone, name: &Name) -> Vec<RecordType> {
    let all = zone.sets.get(name).into_iter().flat_map(BTreeMap::keys).copied();
    let is_cut = zone.cut(name).is_some();
    let mut types: Vec<RecordType> =
        all.filter(|kind| !is_cut || matches!(kind, RecordType::NS | RecordType::DS)).collect();
    if types.iter().any(|kind| !is_cut || *kind == RecordType::DS) {
        types.push(RecordType::RRSIG);
    }
    types
}

fn minimum(zone: &Zone) -> u32 {
    match zone.set(&zone.origin, RecordType::SOA).and_then(|set| set.first()).map(|record| &record.data) {
        Some(RData::SOA(soa)) => soa.minimum,
        _ => 300,
    }
}

/// Each name tells the next, the last the first (RFC 4034 §4).
fn chain(zone: &mut Zone) -> Denial {
    let owners = owners(zone);
    let ttl = minimum(zone);
    let nexts: Vec<Name> = owners.iter().skip(1).chain(owners.first()).cloned().collect();
    for (owner, next) in owners.into_iter().zip(nexts) {
        let types: BTreeSet<RecordType> =
            types(zone, &owner).into_iter().chain([RecordType::NSEC, RecordType::RRSIG]).collect();
        let data = RData::DNSSEC(DNSSECRData::NSEC(NSEC::new(next, types)));
        zone.insert(Record::from_rdata(owner, ttl, data));
    }
    Denial::Nsec
}

/// Each hash tells the next, the names between names included (RFC 5155 §7.1).
fn hash_chain(zone: &mut Zone) -> anyhow::Result<Denial> {
    let parameters = NSEC3PARAM::new(Nsec3HashAlgorithm::SHA1, false, ITERATIONS, Vec::new());
    let parameters = RData::DNSSEC(DNSSECRData::NSEC3PARAM(parameters));
    zone.insert(Record::from_rdata(zone.origin.clone(), 0, parameters));
    let mut names = BTreeSet::new();
    for owner in owners(zone) {
        let mut name = owner;
        while name != zone.origin && !name.is_root() && names.insert(name.clone()) {
            name = name.base_name();
        }
    }
    names.insert(zone.origin.clone());
    let mut hashes = BTreeMap::new();
    for name in names {
        let hash = hashed(&name);
        let label = crate::diagnosis::dns::base32hex(&hash).to_ascii_lowercase();
        let owner = zone.origin.prepend_label(label.as_str()).context("cannot name a hash")?;
        hashes.insert(hash, (name, owner));
    }
    let nexts: Vec<Vec<u8>> = hashes.keys().skip(1).chain(hashes.keys().next()).cloned().collect();
    let ttl = minimum(zone);
    for ((name, owner), next) in hashes.values().zip(nexts) {
        let data = NSEC3::new(Nsec3HashAlgorithm::SHA1, false, ITERATIONS, Vec::new(), next, types(zone, name));
        zone.insert(Record::from_rdata(owner.clone(), ttl, RData::DNSSEC(DNSSECRData::NSEC3(data))));
    }
    Ok(Denial::Nsec3(hashes.into_iter().map(|(hash, (_, owner))| (hash, owner)).collect()))
}
