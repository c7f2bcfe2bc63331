//! The answer itself, along its aliases.

use super::State;
use super::absence::{self, Absence};
use super::chain::{Chain, Halt, Step, shown};
use super::set::{Set, Signed, what};
use crate::diagnosis::dns::{Query, Reader, RecordType, WireName, algorithm_name};
use crate::diagnosis::finding::Severity;

/// Aliases that are followed.
const ALIASES: usize = 8;

/// What comes of one name on the way.
enum Found {
    Done,
    Alias(WireName),
    /// The message says nothing of this name: an alias led out of what its server knows.
    Silent,
}

/// What the answer is worth. None: questions are open.
pub(super) fn check(chain: &Chain<'_>, query: &Query) -> Option<State> {
    match follow(chain, query) {
        Ok(state) | Err(Halt::Ended(state)) => Some(state),
        Err(Halt::Open) => None,
    }
}

fn follow(chain: &Chain<'_>, query: &Query) -> Step<State> {
    let unknown = |why: String| Halt::Ended(State::Indeterminate { why, next: "" });
    let mut name = WireName::parse(&query.name).map_err(unknown)?.lower();
    if matches!(query.kind, RecordType::Rrsig | RecordType::Any) {
        return Err(unknown(format!("{} is not signed as such; ask for a type", query.kind)));
    }
    let mut insecure = None;
    let (mut signed, mut rcode) = chain.message(&name, query.kind)?;
    for _ in 0..=ALIASES {
        let found = match one(chain, &signed, rcode, &name, query.kind) {
            Ok(Found::Silent) => {
                (signed, rcode) = chain.message(&name, query.kind)?;
                one(chain, &signed, rcode, &name, query.kind)
            }
            found => found,
        };
        let next = match found {
            Ok(Found::Done) => None,
            Ok(Found::Alias(target)) => Some(target),
            Ok(Found::Silent) => {
                return Err(unknown(format!("the answer says nothing of {}", what(query.kind, &name))));
            }
            // What lies behind an insecure alias can still be broken.
            Err(Halt::Ended(State::Insecure(why))) => {
                insecure = insecure.or(Some(why));
                alias(&signed, &name, query.kind)
            }
            Err(halt) => return Err(halt),
        };
        match next {
            Some(target) => name = target,
            None => return Ok(insecure.map_or(State::Secure, State::Insecure)),
        }
    }
    Err(unknown("the aliases lead on and on".to_owned()))
}

/// What a message says of one name, checked.
fn one(chain: &Chain<'_>, signed: &Signed, rcode: u16, name: &WireName, kind: RecordType) -> Step<Found> {
    if let Some(set) = signed.answer.find(name, kind) {
        return stands(chain, signed, set).map(|()| Found::Done);
    }
    // An alias of the whole subtree makes the alias of the name, which is then not signed (RFC 6672 §5.3.1).
    let above = (1..=name.count()).map(|labels| name.without(labels));
    if let Some(dname) = above.filter_map(|above| signed.answer.find(&above, RecordType::Dname)).next() {
        stands(chain, signed, dname)?;
        return match substituted(name, dname) {
            Some(target) => Ok(Found::Alias(target)),
            None => {
                let why = format!("{} makes too long a name", dname.what());
                Err(Halt::Ended(State::Indeterminate { why, next: "" }))
            }
        };
    }
    if let Some(set) = signed.answer.find(name, RecordType::Cname).filter(|_| kind != RecordType::Cname) {
        stands(chain, signed, set)?;
        return Ok(target(set).map_or(Found::Done, Found::Alias));
    }
    let is_about = signed
        .authority
        .iter()
        .any(|set| matches!(set.kind, RecordType::Soa | RecordType::Nsec | RecordType::Nsec3) && reaches(set, name));
    let aliased = signed.answer.iter().any(|set| matches!(set.kind, RecordType::Cname | RecordType::Dname));
    if aliased && !is_about {
        return Ok(Found::Silent);
    }
    missing(chain, signed, rcode, name, kind).map(|()| Found::Done)
}

/// Whether a record of the authority section may be about a name: its zone is above it.
fn reaches(set: &Set, name: &WireName) -> bool {
    let zone = set.signatures.first().map_or_else(|| set.owner.clone(), |signature| signature.signer.clone());
    name.is_in(&zone)
}

/// The alias of a name, unchecked.
fn alias(signed: &Signed, name: &WireName, kind: RecordType) -> Option<WireName> {
    let set = signed.answer.find(name, RecordType::Cname).filter(|_| kind != RecordType::Cname)?;
    target(set)
}

fn target(set: &Set) -> Option<WireName> {
    let [data] = set.data.as_slice() else { return None };
    WireName::read(&mut Reader::new(data)).ok().map(|name| name.lower())
}

/// The name with the owner of a DNAME replaced by its target.
fn substituted(name: &WireName, dname: &Set) -> Option<WireName> {
    let kept = name.count().checked_sub(dname.owner.count())?;
    let lower = name.lower();
    let labels: Vec<&[u8]> = lower.labels().take(kept).collect();
    labels.into_iter().rev().try_fold(target(dname)?, |below, label| below.below(label).ok())
}

/// A set that is there: its zone is trusted and stands for it.
fn stands(chain: &Chain<'_>, signed: &Signed, set: &Set) -> Step<()> {
    let signer = set.signatures.first().map(|signature| &signature.signer);
    let trusted = chain.ground(&set.owner, set.kind, signer)?;
    let signature = chain.check(&trusted, set).map_err(|reason| {
        chain.tell(set.what(), reason.to_string(), Severity::Fault);
        Halt::from(reason)
    })?;
    let by = format!("signed by {} with key {}", shown(&trusted.zone), signature.key_tag);
    let mut says = format!("{by}, {}", algorithm_name(signature.algorithm));
    if signature.is_expanded(&set.owner) {
        let labels = usize::from(signature.labels);
        // With opt-out an unsigned delegation could stand there; the wildcard's own record is signed all the same.
        absence::of_nearer(chain, signed, &set.owner, labels, &trusted).inspect_err(|halt| failed(chain, set, halt))?;
        says.push_str(", by a wildcard, and nothing nearer exists");
    }
    chain.tell(set.what(), says, Severity::Good);
    Ok(())
}

fn failed(chain: &Chain<'_>, set: &Set, halt: &Halt) {
    if let Halt::Ended(State::Bogus(reason)) = halt {
        chain.tell(set.what(), reason.to_string(), Severity::Fault);
    }
}

/// A set that is not there: its zone is trusted and proves it.
fn missing(chain: &Chain<'_>, signed: &Signed, rcode: u16, name: &WireName, kind: RecordType) -> Step<()> {
    let soa = signed.authority.iter().find(|set| set.kind == RecordType::Soa).map(|set| &set.owner);
    let trusted = chain.ground(name, kind, soa)?;
    let no_name = rcode == 3;
    let label = if no_name { shown(name) } else { what(kind, name) };
    let proven = absence::of_set(chain, signed, name, kind, no_name, &trusted).inspect_err(|halt| {
        if let Halt::Ended(State::Bogus(reason)) = halt {
            chain.tell(label.clone(), reason.to_string(), Severity::Fault);
        }
    })?;
    if proven == Absence::OptedOut {
        let why = format!("{} leaves names like {} unsigned (opt-out)", shown(&trusted.zone), shown(name));
        return Err(Halt::Ended(State::Insecure(why)));
    }
    let says = if no_name { "proven not to exist" } else { "proven not to be there" };
    chain.tell(label, format!("{says}, by {}", shown(&trusted.zone)), Severity::Good);
    Ok(())
}
