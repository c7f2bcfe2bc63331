//! Proofs by names: each NSEC record tells its types and the next name (RFC 4034 §4, RFC 4035 §5.4).

use std::cmp::Ordering;

use super::absence::Absence;
use super::set::Set;
use crate::diagnosis::dns::{Reader, RecordType, WireName, types};

/// One record.
#[derive(Clone, Debug)]
struct Nsec {
    owner: WireName,
    next: WireName,
    types: Vec<RecordType>,
}

/// The records of a message, all of one zone and signed by it.
#[derive(Clone, Debug)]
pub(super) struct Nsecs {
    zone: WireName,
    all: Vec<Nsec>,
}

impl Nsec {
    fn read(set: &Set) -> Option<Self> {
        let [data] = set.data.as_slice() else { return None };
        let mut reader = Reader::new(data);
        let next = WireName::read(&mut reader).ok()?.lower();
        Some(Self { owner: set.owner.clone(), next, types: types(&mut reader).ok()? })
    }

    fn has(&self, kind: RecordType) -> bool {
        self.types.contains(&kind)
    }

    /// Whether another zone begins at the owner, of which this is the parent's side.
    fn is_cut(&self) -> bool {
        self.has(RecordType::Ns) && !self.has(RecordType::Soa)
    }

    /// Whether `name` lies between the owner and the next, the last name's next being the first (RFC 4034 §4.1.1).
    fn covers(&self, name: &WireName, zone: &WireName) -> bool {
        // What stands below a cut or a DNAME is not this zone's to deny (RFC 6840 §4.1).
        let foreign = (self.is_cut() || self.has(RecordType::Dname)) && name.is_in(&self.owner);
        let behind = self.owner.cmp_canonical(name) == Ordering::Less;
        let before = name.cmp_canonical(&self.next) == Ordering::Less || self.next == *zone;
        !foreign && behind && before && name.is_in(zone)
    }

    /// The nearest name above `name` that this record shows to exist.
    fn encloser(&self, name: &WireName) -> usize {
        let common = |other: &WireName| {
            let (one, other) = (name.lower(), other.lower());
            one.labels().rev().zip(other.labels().rev()).take_while(|(one, other)| one == other).count()
        };
        common(&self.owner).max(common(&self.next))
    }
}

impl Nsecs {
    pub(super) fn read(sets: &[Set], zone: &WireName) -> Self {
        Self { zone: zone.clone(), all: sets.iter().filter_map(Nsec::read).collect() }
    }

    fn at(&self, name: &WireName) -> Option<&Nsec> {
        self.all.iter().find(|nsec| nsec.owner == name.lower())
    }

    fn covering(&self, name: &WireName) -> Option<&Nsec> {
        self.all.iter().find(|nsec| nsec.covers(name, &self.zone))
    }

    /// The wildcard that would answer for a name that does not exist.
    fn wildcard(name: &WireName, covering: &Nsec) -> Option<WireName> {
        let encloser = name.without(name.count().saturating_sub(covering.encloser(name)));
        encloser.below(b"*").ok()
    }

    /// That the name does not exist, and no wildcard answers for it.
    pub(super) fn of_name(&self, name: &WireName) -> Option<Absence> {
        let covering = self.covering(name)?;
        // A name above the next one exists, if only as a way to it.
        if covering.next.is_in(name) {
            return None;
        }
        self.covering(&Self::wildcard(name, covering)?).map(|_| Absence::NoName)
    }

    /// That the name has no such record.
    pub(super) fn of_type(&self, name: &WireName, kind: RecordType) -> Option<Absence> {
        let lacks = |nsec: &Nsec| !nsec.has(kind) && !nsec.has(RecordType::Cname);
        if let Some(nsec) = self.at(name) {
            // The parent's side of a cut knows only of DS, the child's side knows all else (RFC 6840 §4.1).
            let right_side = if kind == RecordType::Ds { !nsec.has(RecordType::Soa) } else { !nsec.is_cut() };
            return (lacks(nsec) && (right_side || *name == WireName::root())).then_some(Absence::NotThere);
        }
        let covering = self.covering(name)?;
        if covering.next.is_in(name) {
            return Some(Absence::NotThere);
        }
        let wildcard = self.at(&Self::wildcard(name, covering)?)?;
        (lacks(wildcard) && !wildcard.is_cut()).then_some(Absence::NotThere)
    }

    /// What begins at a name whose DS is missing.
    pub(super) fn of_ds(&self, child: &WireName) -> Option<Absence> {
        if let Some(nsec) = self.at(child) {
            return match (nsec.has(RecordType::Ds), nsec.has(RecordType::Soa)) {
                // It is there, or it is the child that speaks.
                (true, _) | (_, true) => None,
                _ if nsec.has(RecordType::Ns) => Some(Absence::Delegated),
                _ => Some(Absence::NotThere),
            };
        }
        let covering = self.covering(child)?;
        Some(if covering.next.is_in(child) { Absence::NotThere } else { Absence::NoName })
    }

    /// That nothing stands nearer to the name than the wildcard.
    pub(super) fn of_nearer(&self, name: &WireName, labels: usize) -> Option<Absence> {
        let covering = self.covering(name)?;
        (covering.encloser(name) <= labels && !covering.next.is_in(name)).then_some(Absence::NoName)
    }
}
