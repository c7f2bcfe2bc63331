//! The records of a message in sets, as signatures are made over them (RFC 4034 §6).

use std::collections::HashMap;

use super::signature::Signature;
use crate::diagnosis::dns::{Entry, IN, Message, RecordType, WireName, both_forms, canonical};

/// The records of one name and type.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// In lower case.
    pub(super) owner: WireName,
    pub(super) kind: RecordType,
    /// Their data in canonical form and order, none twice.
    pub(super) data: Vec<Vec<u8>>,
    pub(super) signatures: Vec<Signature>,
}

impl Set {
    /// `MX of example.org`.
    pub(super) fn what(&self) -> String {
        what(self.kind, &self.owner)
    }
}

/// `MX of example.org`.
pub(super) fn what(kind: RecordType, name: &WireName) -> String {
    format!("{kind} of {}", both_forms(&name.text()))
}

/// The sets of a section.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets(Vec<Set>);

impl Sets {
    fn read(entries: &[Entry<'_>]) -> Self {
        let mut places: HashMap<(WireName, RecordType), usize> = HashMap::new();
        let mut sets: Vec<Set> = Vec::new();
        let mut place = |owner: WireName, kind: RecordType, sets: &mut Vec<Set>| {
            *places.entry((owner.clone(), kind)).or_insert_with(|| {
                sets.push(Set { owner, kind, data: Vec::new(), signatures: Vec::new() });
                sets.len() - 1
            })
        };
        for entry in entries.iter().filter(|entry| entry.class == IN) {
            let owner = entry.owner.lower();
            // What cannot be read is in no answer that comes here.
            if entry.kind == RecordType::Rrsig {
                let Some(signature) = Signature::read(entry) else { continue };
                let at = place(owner, signature.covered, &mut sets);
                if let Some(set) = sets.get_mut(at) {
                    set.signatures.push(signature);
                }
            } else if let Ok(data) = canonical(entry.kind, &mut entry.data.clone()) {
                let at = place(owner, entry.kind, &mut sets);
                if let Some(set) = sets.get_mut(at) {
                    set.data.push(data);
                }
            }
        }
        for set in &mut sets {
            set.data.sort_unstable();
            set.data.dedup();
        }
        // Signatures of what is not there sign nothing.
        sets.retain(|set| !set.data.is_empty());
        Self(sets)
    }

    pub(super) fn find(&self, owner: &WireName, kind: RecordType) -> Option<&Set> {
        let owner = owner.lower();
        self.0.iter().find(|set| set.kind == kind && set.owner == owner)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Set> {
        self.0.iter()
    }
}

/// What of a message can be signed.
#[derive(Clone, Debug, Default)]
pub(super) struct Signed {
    pub(super) answer: Sets,
    pub(super) authority: Sets,
}

impl Signed {
    pub(super) fn read(octets: &[u8]) -> Self {
        let message = Message::read(octets);
        let [answer, authority, _] = &message.sections;
        Self { answer: Sets::read(answer), authority: Sets::read(authority) }
    }
}
