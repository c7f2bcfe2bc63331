//! Proofs that something is not there.

use super::Reason;
use super::State;
use super::chain::{Chain, Halt, Step, Trusted, shown};
use super::nsec::Nsecs;
use super::nsec3::{ITERATIONS, Nsec3s};
use super::set::{Set, Signed, what};
use crate::diagnosis::dns::{RecordType, WireName};

/// Proofs of one message that are looked at; three are needed at most.
const PROOFS: usize = 16;

/// What is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// The name has no record of this type, and no zone begins there.
    NotThere,
    /// The name does not exist.
    NoName,
    /// Another zone begins at the name, and its keys are not vouched for.
    Delegated,
    /// The zone does not tell of such names (RFC 5155 §6).
    OptedOut,
}

/// The proofs of a message that their zone stands for.
pub(super) enum Proofs {
    Nsec(Nsecs),
    Nsec3(Nsec3s),
}

impl Proofs {
    /// Those that are signed by the zone. The reason of one that is not is kept for when there is nothing better.
    fn read(chain: &Chain<'_>, signed: &Signed, trusted: &Trusted) -> Step<(Vec<Self>, Option<Reason>)> {
        let mut reason = None;
        let mut valid = |kind: RecordType| -> Vec<Set> {
            let sets = signed.authority.iter().filter(|set| set.kind == kind && set.owner.is_in(&trusted.zone));
            let checked = sets.take(PROOFS).filter(|set| match chain.check(trusted, set) {
                // A proof that a wildcard made would be about another name (RFC 4035 §5.4).
                Ok(signature) => !signature.is_expanded(&set.owner),
                Err(why) => {
                    reason = Some(why);
                    false
                }
            });
            checked.cloned().collect()
        };
        let (plain, hashed) = (valid(RecordType::Nsec), valid(RecordType::Nsec3));
        let mut proofs = Vec::new();
        if !plain.is_empty() {
            proofs.push(Self::Nsec(Nsecs::read(&plain, &trusted.zone)));
        }
        if !hashed.is_empty() {
            let Some(read) = Nsec3s::read(&hashed, &trusted.zone) else {
                let why = format!("{} hashes its names more than {ITERATIONS} times (RFC 9276)", shown(&trusted.zone));
                return Err(Halt::Ended(State::Insecure(why)));
            };
            proofs.push(Self::Nsec3(read));
        }
        Ok((proofs, reason))
    }
}

/// What of the missing DS of `child` its parent proves.
pub(super) fn of_ds(chain: &Chain<'_>, signed: &Signed, child: &WireName, parent: &Trusted) -> Step<Absence> {
    let (proofs, reason) = Proofs::read(chain, signed, parent)?;
    let found = proofs.iter().find_map(|proofs| match proofs {
        Proofs::Nsec(nsecs) => nsecs.of_ds(child),
        Proofs::Nsec3(nsec3s) => nsec3s.of_ds(child),
    });
    found.ok_or_else(|| {
        let what = format!("there is no {}", what(RecordType::Ds, child));
        reason.unwrap_or(Reason::NoProof { what }).into()
    })
}

/// What is proven of a missing set. `no_name`: the answer says that not even the name exists.
pub(super) fn of_set(
    chain: &Chain<'_>,
    signed: &Signed,
    name: &WireName,
    kind: RecordType,
    no_name: bool,
    trusted: &Trusted,
) -> Step<Absence> {
    let (proofs, reason) = Proofs::read(chain, signed, trusted)?;
    let found = proofs.iter().find_map(|proofs| match (proofs, no_name) {
        (Proofs::Nsec(nsecs), true) => nsecs.of_name(name),
        (Proofs::Nsec(nsecs), false) => nsecs.of_type(name, kind),
        (Proofs::Nsec3(nsec3s), true) => nsec3s.of_name(name),
        (Proofs::Nsec3(nsec3s), false) => nsec3s.of_type(name, kind),
    });
    found.ok_or_else(|| {
        let what = if no_name {
            format!("{} does not exist", shown(name))
        } else {
            format!("there is no {}", what(kind, name))
        };
        reason.unwrap_or(Reason::NoProof { what }).into()
    })
}

/// That nothing stands nearer to `name` than the wildcard whose parent has this many labels (RFC 4035 §5.3.4).
pub(super) fn of_nearer(
    chain: &Chain<'_>,
    signed: &Signed,
    name: &WireName,
    labels: usize,
    trusted: &Trusted,
) -> Step<Absence> {
    let (proofs, reason) = Proofs::read(chain, signed, trusted)?;
    let found = proofs.iter().find_map(|proofs| match proofs {
        Proofs::Nsec(nsecs) => nsecs.of_nearer(name, labels),
        Proofs::Nsec3(nsec3s) => nsec3s.of_nearer(name, labels),
    });
    found.ok_or_else(|| {
        let what = format!("{} is not more than what the wildcard says", shown(name));
        reason.unwrap_or(Reason::NoProof { what }).into()
    })
}
