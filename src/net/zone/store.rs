//! The records of a zone, and what an authoritative server says of them (RFC 1034 §4.3.2, RFC 4035 §3.1).

use std::collections::BTreeMap;

use anyhow::Context as _;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::txt::Parser;

use super::denial::Denial;

/// Aliases that are followed for one question.
const ALIASES: usize = 8;

/// A zone. Names are in the order of RFC 4034 §6.1, which theirs is.
#[derive(Clone)]
pub(super) struct Zone {
    pub(super) origin: Name,
    pub(super) sets: BTreeMap<Name, BTreeMap<RecordType, Vec<Record>>>,
    /// The signature of each set, once the zone is signed.
    pub(super) signatures: BTreeMap<(Name, RecordType), Record>,
    /// How a signed zone proves that something is not there.
    pub(super) denial: Denial,
}

/// What there is to say.
#[derive(Default)]
pub(super) struct Said {
    pub(super) rcode: ResponseCode,
    pub(super) authoritative: bool,
    /// Somebody else's part of the tree begins here: authority and additional say whose.
    pub(super) referral: bool,
    pub(super) answers: Vec<Record>,
    pub(super) authority: Vec<Record>,
    pub(super) additional: Vec<Record>,
}

/// A step on the way to an answer.
enum Step {
    Done,
    Alias(Name),
}

impl Zone {
    /// Reads a zone file.
    ///
    /// # Errors
    /// It cannot be read: where and why.
    pub(super) fn read(name: &str, text: &'static str) -> anyhow::Result<Self> {
        let (origin, records) =
            Parser::new(text, None, None).parse().with_context(|| format!("cannot read the zone {name}"))?;
        let mut zone = Self { origin, sets: BTreeMap::new(), signatures: BTreeMap::new(), denial: Denial::Unsigned };
        for set in records.into_values() {
            for record in set.records_without_rrsigs() {
                zone.insert(record.clone());
            }
        }
        Ok(zone)
    }

    pub(super) fn insert(&mut self, record: Record) {
        let types = self.sets.entry(record.name.to_lowercase()).or_default();
        types.entry(record.record_type()).or_default().push(record);
    }

    pub(super) fn set(&self, name: &Name, kind: RecordType) -> Option<&Vec<Record>> {
        self.sets.get(name)?.get(&kind)
    }

    /// Whether records of this name belong to a child zone, the cut itself left out.
    pub(super) fn is_below_cut(&self, name: &Name) -> bool {
        self.cut(name).is_some_and(|cut| cut != *name)
    }

    /// The topmost delegation at `name` or above it.
    pub(super) fn cut(&self, name: &Name) -> Option<Name> {
        let depth = self.origin.iter().count();
        let labels = name.iter().count();
        (depth + 1..=labels).map(|labels| name.trim_to(labels)).find(|name| self.set(name, RecordType::NS).is_some())
    }

    /// Whether there is a record at this name or below it.
    pub(super) fn exists(&self, name: &Name) -> bool {
        self.sets.range(name.clone()..).next().is_some_and(|(next, _)| name.zone_of(next))
    }

    /// The nearest name above `name` that exists (RFC 4592 §3.3.1).
    pub(super) fn encloser(&self, name: &Name) -> Name {
        let mut encloser = name.base_name();
        while !self.exists(&encloser) && encloser != self.origin && !encloser.is_root() {
            encloser = encloser.base_name();
        }
        encloser
    }

    /// A set with its signature.
    pub(super) fn push(&self, name: &Name, kind: RecordType, dnssec: bool, out: &mut Vec<Record>) {
        self.push_as(name, name, kind, dnssec, out);
    }

    /// A set under another owner: the one that a wildcard stands for.
    fn push_as(&self, name: &Name, owner: &Name, kind: RecordType, dnssec: bool, out: &mut Vec<Record>) {
        let signature = self.signatures.get(&(name.clone(), kind)).filter(|_| dnssec);
        for record in self.set(name, kind).into_iter().flatten().chain(signature) {
            let mut record = record.clone();
            record.name = owner.clone();
            if !out.contains(&record) {
                out.push(record);
            }
        }
    }

    fn step(&self, name: &Name, kind: RecordType, dnssec: bool, said: &mut Said) -> Step {
        if let Some(cut) = self.cut(name).filter(|cut| kind != RecordType::DS || cut != name) {
            self.refer(&cut, dnssec, said);
            return Step::Done;
        }
        said.authoritative = true;
        let wildcard = if self.exists(name) {
            name.clone()
        } else {
            let Ok(wildcard) = self.encloser(name).prepend_label("*") else { return Step::Done };
            if dnssec {
                self.denial.no_such_name(self, name, self.sets.contains_key(&wildcard), &mut said.authority);
            }
            if !self.sets.contains_key(&wildcard) {
                said.rcode = ResponseCode::NXDomain;
                self.push(&self.origin, RecordType::SOA, dnssec, &mut said.authority);
                return Step::Done;
            }
            wildcard
        };
        if let (Some(set), true) = (self.set(&wildcard, RecordType::CNAME), kind != RecordType::CNAME) {
            self.push_as(&wildcard, name, RecordType::CNAME, dnssec, &mut said.answers);
            if let Some(RData::CNAME(target)) = set.first().map(|record| &record.data) {
                return Step::Alias(target.0.to_lowercase());
            }
        }
        if kind == RecordType::ANY {
            for kind in self.sets.get(&wildcard).into_iter().flat_map(BTreeMap::keys) {
                self.push_as(&wildcard, name, *kind, dnssec, &mut said.answers);
            }
        } else {
            self.push_as(&wildcard, name, kind, dnssec, &mut said.answers);
        }
        if self.set(&wildcard, kind).is_none() && kind != RecordType::ANY {
            self.push(&self.origin, RecordType::SOA, dnssec, &mut said.authority);
            if dnssec {
                self.denial.no_such_type(self, &wildcard, &mut said.authority);
            }
        }
        Step::Done
    }

    /// Who knows more (RFC 4035 §3.1.4).
    fn refer(&self, cut: &Name, dnssec: bool, said: &mut Said) {
        said.referral = true;
        for record in self.set(cut, RecordType::NS).into_iter().flatten() {
            said.authority.push(record.clone());
            if let RData::NS(server) = &record.data {
                let server = server.0.to_lowercase();
                for kind in [RecordType::A, RecordType::AAAA] {
                    self.push(&server, kind, false, &mut said.additional);
                }
            }
        }
        if !dnssec {
            return;
        }
        if self.set(cut, RecordType::DS).is_some() {
            self.push(cut, RecordType::DS, true, &mut said.authority);
        } else {
            self.denial.no_such_type(self, cut, &mut said.authority);
        }
    }
}

/// All zones of a server.
#[derive(Clone)]
pub(super) struct Zones(pub(super) Vec<Zone>);

impl Zones {
    /// The zone a name is in: the longest that fits. The records of a cut's parent side are its parent's.
    pub(super) fn of(&self, name: &Name, kind: RecordType) -> Option<&Zone> {
        let fits = |zone: &&Zone| zone.origin.zone_of(name) && (kind != RecordType::DS || zone.origin != *name);
        self.0.iter().filter(fits).max_by_key(|zone| zone.origin.iter().count())
    }

    /// What there is to say of a question.
    pub(super) fn answer(&self, name: &Name, kind: RecordType, dnssec: bool) -> Said {
        let mut said = Said::default();
        let mut name = name.to_lowercase();
        for step in 0..=ALIASES {
            let Some(zone) = self.of(&name, kind) else {
                // An alias that leads away is for the client to follow.
                if step == 0 {
                    said.rcode = ResponseCode::Refused;
                }
                break;
            };
            match zone.step(&name, kind, dnssec, &mut said) {
                Step::Alias(target) if !said.answers.iter().any(|record| record.name == target) => name = target,
                Step::Alias(_) | Step::Done => break,
            }
        }
        said
    }
}
