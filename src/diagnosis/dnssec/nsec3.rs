//! Proofs by hashes of names (RFC 5155).

use std::cell::Cell;

use super::absence::Absence;
use super::crypto;
use super::set::Set;
use crate::diagnosis::dns::{Reader, RecordType, WireName, base32hex, types};

/// Rounds of hashing behind the first that are still computed (RFC 9276 §3.2).
pub(super) const ITERATIONS: u16 = 150;
/// Names that are hashed for one message (CVE-2023-50868): a name can have 127 labels.
const HASHES: u32 = 64;

/// One record.
#[derive(Clone, Debug)]
struct Nsec3 {
    opt_out: bool,
    /// The hash in the owner, as it is written there.
    hash: String,
    next: String,
    types: Vec<RecordType>,
}

impl Nsec3 {
    fn has(&self, kind: RecordType) -> bool {
        self.types.contains(&kind)
    }

    fn is_cut(&self) -> bool {
        self.has(RecordType::Ns) && !self.has(RecordType::Soa)
    }

    /// The letters of base32hex are in the order of their values.
    fn covers(&self, hash: &str) -> bool {
        if self.hash < self.next {
            self.hash.as_str() < hash && hash < self.next.as_str()
        } else {
            // The last hash of the zone, whose next is the first.
            self.hash.as_str() < hash || hash < self.next.as_str()
        }
    }
}

/// The records of a message, all of one zone, hashed alike, and signed by it.
#[derive(Clone, Debug)]
pub(super) struct Nsec3s {
    zone: WireName,
    iterations: u16,
    salt: Vec<u8>,
    all: Vec<Nsec3>,
    left: Cell<u32>,
}

/// The nearest name that exists, and the one below it that does not (RFC 5155 §8.3).
struct Encloser<'a> {
    labels: usize,
    covering: &'a Nsec3,
}

impl Nsec3s {
    /// None: they are hashed too often.
    pub(super) fn read(sets: &[Set], zone: &WireName) -> Option<Self> {
        let mut read =
            Self { zone: zone.clone(), iterations: 0, salt: Vec::new(), all: Vec::new(), left: Cell::new(HASHES) };
        for set in sets.iter().filter(|set| set.owner.without(1) == *zone) {
            let [data] = set.data.as_slice() else { continue };
            let Some((iterations, salt, nsec3)) = record(set, data) else { continue };
            if iterations > ITERATIONS {
                return None;
            }
            // Records hashed in another way are another chain (RFC 5155 §8.2).
            if read.all.is_empty() {
                (read.iterations, read.salt) = (iterations, salt);
                read.all.push(nsec3);
            } else if (read.iterations, &read.salt) == (iterations, &salt) {
                read.all.push(nsec3);
            }
        }
        Some(read)
    }

    /// The hash of a name (RFC 5155 §5), unless enough has been hashed.
    fn hash(&self, name: &WireName) -> Option<String> {
        self.left.set(self.left.get().checked_sub(1)?);
        let mut hash = crypto::salted(name.lower().octets(), &self.salt);
        for _ in 0..self.iterations {
            hash = crypto::salted(&hash, &self.salt);
        }
        Some(base32hex(&hash))
    }

    fn at(&self, name: &WireName) -> Option<&Nsec3> {
        let hash = self.hash(name)?;
        self.all.iter().find(|nsec3| nsec3.hash == hash)
    }

    fn covering(&self, name: &WireName) -> Option<&Nsec3> {
        let hash = self.hash(name)?;
        self.all.iter().find(|nsec3| nsec3.covers(&hash))
    }

    fn encloser(&self, name: &WireName) -> Option<Encloser<'_>> {
        let count = name.count();
        for labels in (self.zone.count()..count).rev() {
            let Some(matching) = self.at(&name.without(count - labels)) else { continue };
            // What stands below a cut or a DNAME is not this zone's to deny.
            if matching.is_cut() || matching.has(RecordType::Dname) {
                return None;
            }
            let covering = self.covering(&name.without(count - labels - 1))?;
            return Some(Encloser { labels, covering });
        }
        None
    }

    fn wildcard(name: &WireName, labels: usize) -> Option<WireName> {
        name.without(name.count().checked_sub(labels)?).below(b"*").ok()
    }

    /// That the name does not exist, and no wildcard answers for it (RFC 5155 §8.4).
    pub(super) fn of_name(&self, name: &WireName) -> Option<Absence> {
        let encloser = self.encloser(name)?;
        self.covering(&Self::wildcard(name, encloser.labels)?)?;
        Some(if encloser.covering.opt_out { Absence::OptedOut } else { Absence::NoName })
    }

    /// That the name has no such record (RFC 5155 §8.5 to §8.7).
    pub(super) fn of_type(&self, name: &WireName, kind: RecordType) -> Option<Absence> {
        let lacks = |nsec3: &Nsec3| !nsec3.has(kind) && !nsec3.has(RecordType::Cname);
        if let Some(nsec3) = self.at(name) {
            let right_side = if kind == RecordType::Ds { !nsec3.has(RecordType::Soa) } else { !nsec3.is_cut() };
            return (lacks(nsec3) && right_side).then_some(Absence::NotThere);
        }
        let encloser = self.encloser(name)?;
        if kind == RecordType::Ds && encloser.covering.opt_out {
            return Some(Absence::OptedOut);
        }
        let wildcard = self.at(&Self::wildcard(name, encloser.labels)?)?;
        (lacks(wildcard) && !wildcard.is_cut()).then_some(Absence::NotThere)
    }

    /// What begins at a name whose DS is missing.
    pub(super) fn of_ds(&self, child: &WireName) -> Option<Absence> {
        if let Some(nsec3) = self.at(child) {
            return match (nsec3.has(RecordType::Ds), nsec3.has(RecordType::Soa)) {
                (true, _) | (_, true) => None,
                _ if nsec3.has(RecordType::Ns) => Some(Absence::Delegated),
                _ => Some(Absence::NotThere),
            };
        }
        let encloser = self.encloser(child)?;
        Some(if encloser.covering.opt_out { Absence::OptedOut } else { Absence::NoName })
    }

    /// That nothing stands nearer to the name than the wildcard (RFC 5155 §8.8).
    pub(super) fn of_nearer(&self, name: &WireName, labels: usize) -> Option<Absence> {
        let next = name.without(name.count().checked_sub(labels + 1)?);
        self.covering(&next).map(|_| Absence::NoName)
    }
}

fn record(set: &Set, data: &[u8]) -> Option<(u16, Vec<u8>, Nsec3)> {
    let mut reader = Reader::new(data);
    let (algorithm, flags) = (reader.u8("").ok()?, reader.u8("").ok()?);
    let iterations = reader.u16("").ok()?;
    let salt = reader.string("").ok()?.to_vec();
    let next = base32hex(reader.string("").ok()?);
    let types = types(&mut reader).ok()?;
    // SHA-1 is the only one there is, and other flags than opt-out mean what is not known (RFC 5155 §8.2).
    if algorithm != 1 || flags & !1 != 0 {
        return None;
    }
    let hash = set.owner.labels().next()?.to_ascii_uppercase();
    let hash = String::from_utf8(hash).ok()?;
    Some((iterations, salt, Nsec3 { opt_out: flags & 1 != 0, hash, next, types }))
}
