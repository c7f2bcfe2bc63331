//! The way from an anchor down to the zone of a name (RFC 4035 §5).

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::absence::{self, Absence};
use super::anchor::{Anchor, Ds};
use super::crypto;
use super::ground::{Ground, Kept};
use super::key::{Key, Vouched, usable, vouched};
use super::set::{Set, Signed, what};
use super::signature::{Checker, Signature};
use super::{Link, Reason, State};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::dns::{RecordType, WireName, algorithm_name, both_forms, rcode_name};
use crate::diagnosis::finding::Severity;

/// Signatures that are checked for one answer, its whole chain included. A long chain takes some thirty.
const CHECKS: u32 = 100;
/// DS questions that go out at once for the next labels of a name.
const AHEAD: usize = 4;
/// What to do about a resolver that does not give what the chain needs.
const ELSEWHERE: &str = "ask another resolver: @9.9.9.9";
/// What to do about keys that no anchor here vouches for: no zone below them can help it.
const NOT_OURS: &str = "nothing is to be mended at the domain; ask another resolver: @9.9.9.9";

/// Why a step ends without a result.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// A question is open.
    Open,
    Ended(State),
}

impl From<Reason> for Halt {
    fn from(reason: Reason) -> Self {
        Self::Ended(State::Bogus(reason))
    }
}

pub(super) type Step<T> = Result<T, Halt>;

/// A zone whose keys are trusted.
#[derive(Debug)]
pub(super) struct Trusted {
    pub(super) zone: WireName,
    pub(super) keys: Vec<Key>,
}

/// What lies below a zone at a name.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    /// A signed zone, with the digests of its keys.
    Zone(Vec<Ds>),
    /// Nothing begins here.
    None,
    /// The name does not exist, and so nothing below it does.
    Nothing,
}

/// An evaluation on its way.
pub(super) struct Chain<'a> {
    inquiry: &'a Inquiry<'a>,
    anchors: &'a [Anchor],
    now: u32,
    left: Cell<u32>,
    links: RefCell<Vec<Link>>,
    /// Zones and cuts, each checked once.
    ground: RefCell<Ground>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(inquiry: &'a Inquiry<'a>, anchors: &'a [Anchor], now: u32, ground: Ground) -> Self {
        let (links, ground) = (RefCell::default(), RefCell::new(ground));
        Self { inquiry, anchors, now, left: Cell::new(CHECKS), links, ground }
    }

    /// The links, and the ground for the next validation.
    pub(super) fn end(self) -> (Vec<Link>, Ground) {
        let mut ground = self.ground.into_inner();
        ground.checks = ground.checks.saturating_add(CHECKS - self.left.get());
        (self.links.into_inner(), ground)
    }

    pub(super) fn tell(&self, what: String, says: String, severity: Severity) {
        let link = Link { what, says, severity };
        let mut links = self.links.borrow_mut();
        if !links.contains(&link) {
            links.push(link);
        }
    }

    /// What is signed in the answer to a question, and its rcode. An open question is remembered.
    pub(super) fn message(&self, name: &WireName, kind: RecordType) -> Step<(Signed, u16)> {
        let text = name.text();
        let Some(answer) = self.inquiry.answer(&text, kind) else {
            let _ = self.inquiry.ask(&text, kind);
            return Err(Halt::Open);
        };
        let unknown = |why: String| {
            let why = format!("{}: {why}", what(kind, name));
            Halt::Ended(State::Indeterminate { why, next: ELSEWHERE })
        };
        let response = answer.reply.as_ref().map_err(|failure| unknown(failure.to_string()))?;
        if !matches!(response.rcode, 0 | 3) {
            return Err(unknown(format!("the resolver answers {}", rcode_name(response.rcode))));
        }
        let received = answer.told_by().map(|told| told.received.as_slice()).unwrap_or_default();
        if received.is_empty() {
            return Err(unknown("the octets of the answer were not kept".to_owned()));
        }
        Ok((Signed::read(received), response.rcode))
    }

    /// Lets a question go out before its turn.
    fn want(&self, name: &WireName, kind: RecordType) {
        let _ = self.inquiry.ask(&name.text(), kind);
    }

    /// The signature by which a zone stands for a set.
    pub(super) fn check<'s>(&self, trusted: &Trusted, set: &'s Set) -> Result<&'s Signature, Reason> {
        self.checker(&trusted.zone).check(set, &mut trusted.keys.iter())
    }

    fn checker<'c>(&'c self, zone: &'c WireName) -> Checker<'c> {
        Checker { zone, now: self.now, left: &self.left }
    }

    /// The zone that a name's records of this type are in, trusted all the way. `signer` is the zone that the records
    /// claim for themselves: below it nothing needs to be looked for.
    pub(super) fn ground(&self, name: &WireName, kind: RecordType, signer: Option<&WireName>) -> Step<Arc<Trusted>> {
        // A DS record is the parent's (RFC 4035 §2.4).
        let name = if kind == RecordType::Ds && *name != WireName::root() { name.without(1) } else { name.lower() };
        let deepest = match signer {
            Some(signer) if name.is_in(signer) => signer.clone(),
            _ => name.clone(),
        };
        let nearest = self.anchors.iter().filter(|anchor| name.is_in(&anchor.zone)).map(|anchor| &anchor.zone);
        let Some(top) = nearest.max_by_key(|zone| zone.count()) else {
            let why = format!("no trust anchor stands above {}", both_forms(&name.text()));
            return Err(Halt::Ended(State::Indeterminate { why, next: "" }));
        };
        let anchors: Vec<Ds> =
            self.anchors.iter().filter(|anchor| anchor.zone == *top).filter_map(|anchor| anchor.ds.clone()).collect();
        if anchors.is_empty() {
            let why = format!("{} is known to be unsigned (RFC 7646)", both_forms(&top.text()));
            return Err(Halt::Ended(State::Insecure(why)));
        }
        let depth = deepest.count();
        let claimed = signer == Some(&deepest);
        // What lies further down is asked for at the same time as the keys above it.
        self.ahead(&deepest, top.count() + 1, claimed);
        let mut trusted = self.zone(top, &anchors, true)?;
        for labels in top.count() + 1..=depth {
            let child = deepest.without(depth - labels);
            self.ahead(&deepest, labels, claimed);
            match self.cut(&child, &trusted)? {
                Cut::Zone(all) => trusted = self.zone(&child, &all, false)?,
                Cut::None => {}
                Cut::Nothing => break,
            }
        }
        Ok(trusted)
    }

    /// Lets the questions about the next cuts on the way to a name go out, as far as they are not settled, and the one for
    /// the keys of the zone that signs where one claims to. Nothing lies below a delegation without signatures.
    fn ahead(&self, deepest: &WireName, from: usize, claimed: bool) {
        let depth = deepest.count();
        for labels in from..=depth.min(from + AHEAD - 1) {
            let child = deepest.without(depth - labels);
            match self.ground.borrow().cuts.get(&child) {
                Some((Err(_), _)) => return,
                Some((Ok(_), _)) => continue,
                None => {}
            }
            // Below such labels are records of services, and hardly ever zones.
            if !claimed && child.labels().next().is_some_and(|label| label.starts_with(b"_")) {
                break;
            }
            self.want(&child, RecordType::Ds);
        }
        if claimed && depth >= from {
            self.want(deepest, RecordType::Dnskey);
        }
    }

    /// The keys of a zone, once one of them is vouched for.
    fn zone(&self, zone: &WireName, all: &[Ds], anchor: bool) -> Step<Arc<Trusted>> {
        self.once(|ground| &mut ground.zones, zone, || self.keys(zone, all, anchor).map(Arc::new))
    }

    /// What begins at `child`, by what its parent says.
    fn cut(&self, child: &WireName, parent: &Trusted) -> Step<Cut> {
        self.once(|ground| &mut ground.cuts, child, || self.looked_up(child, parent))
    }

    /// Checks something once, and tells of it whenever it is stood upon.
    fn once<T: Clone>(
        &self,
        kept: impl Fn(&mut Ground) -> &mut Kept<T>,
        name: &WireName,
        check: impl FnOnce() -> Step<T>,
    ) -> Step<T> {
        let known = kept(&mut self.ground.borrow_mut()).get(name).cloned();
        if let Some((found, links)) = known {
            links.into_iter().for_each(|link| self.tell(link.what, link.says, link.severity));
            return found.map_err(Halt::Ended);
        }
        let before = self.links.borrow().len();
        let found = check();
        let settled = match &found {
            Ok(found) => Ok(found.clone()),
            // That one chain takes too much says nothing of others.
            Err(Halt::Open | Halt::Ended(State::Bogus(Reason::TooMuch))) => return found,
            Err(Halt::Ended(state)) => Err(state.clone()),
        };
        let links = self.links.borrow().get(before..).unwrap_or_default().to_vec();
        kept(&mut self.ground.borrow_mut()).insert(name.clone(), (settled, links));
        found
    }

    fn keys(&self, zone: &WireName, all: &[Ds], anchor: bool) -> Step<Trusted> {
        let label = what(RecordType::Dnskey, zone);
        let usable = usable(all);
        if usable.is_empty() {
            let names: Vec<String> = all.iter().take(4).map(|ds| algorithm_name(ds.algorithm)).collect();
            let why = format!("{} is signed by {}, which cannot be checked here", shown(zone), names.join(", "));
            self.tell(label, why.clone(), Severity::Note);
            return Err(Halt::Ended(State::Insecure(why)));
        }
        let (signed, rcode) = self.message(zone, RecordType::Dnskey)?;
        let bogus = |reason: Reason| {
            self.tell(label.clone(), reason.to_string(), Severity::Fault);
            Halt::from(reason)
        };
        let key_tags: Vec<u16> = usable.iter().map(|ds| ds.key_tag).collect();
        let Some(set) = signed.answer.find(zone, RecordType::Dnskey) else {
            // The zone of an anchor has keys. Nothing vouches for the word that it has none, and many small resolvers
            // say so of the root: that is about the resolver, and not about whoever is below.
            if anchor {
                let of = if *zone == WireName::root() { "the root".to_owned() } else { shown(zone) };
                let found = if rcode == 0 { "no such record".to_owned() } else { rcode_name(rcode) };
                let why = format!("this resolver passes on no keys of {of} ({found}): it cannot be checked through it");
                self.tell(label, why.clone(), Severity::Note);
                return Err(Halt::Ended(State::Indeterminate { why, next: ELSEWHERE }));
            }
            return Err(bogus(Reason::NoVouchedKey { zone: shown(zone), key_tags }));
        };
        let keys = Key::all(set);
        let entry = match vouched(zone, &keys, &usable) {
            Vouched::Keys(entry) => entry,
            // No parent vouches for the zone of an anchor: what does not fit is the anchor here, or where the resolver
            // has its keys from, and not a DS record that somebody could mend.
            Vouched::Other(_) | Vouched::None if anchor => {
                let why = if *zone == WireName::root() {
                    "this resolver has another root than IANA's: the trust anchors here do not vouch for it".to_owned()
                } else {
                    format!("this resolver has other keys of {} than the trust anchors here vouch for", shown(zone))
                };
                self.tell(label, why.clone(), Severity::Warning);
                return Err(Halt::Ended(State::Indeterminate { why, next: NOT_OURS }));
            }
            Vouched::Other(key_tag) => return Err(bogus(Reason::Digest { zone: shown(zone), key_tag })),
            Vouched::None => return Err(bogus(Reason::NoVouchedKey { zone: shown(zone), key_tags })),
        };
        let signature = self.checker(zone).check(set, &mut entry.iter().copied()).map_err(&bogus)?;
        let by = if anchor { "is the trust anchor" } else { "is the key the parent vouches for" };
        let tag = signature.key_tag;
        let says = format!("{tag}, {}, {by}; keys: {}", algorithm_name(signature.algorithm), keys.len());
        self.tell(label, says, Severity::Good);
        if crypto::is_deprecated(signature.algorithm) {
            let says = "signatures with SHA-1 must not be made any more (RFC 9905)".to_owned();
            self.tell(what(RecordType::Dnskey, zone), says, Severity::Warning);
        }
        Ok(Trusted { zone: zone.clone(), keys })
    }

    fn looked_up(&self, child: &WireName, parent: &Trusted) -> Step<Cut> {
        let label = what(RecordType::Ds, child);
        let (signed, _) = self.message(child, RecordType::Ds)?;
        let bogus = |reason: Reason| {
            self.tell(label.clone(), reason.to_string(), Severity::Fault);
            Halt::from(reason)
        };
        if let Some(set) = signed.answer.find(child, RecordType::Ds) {
            let signature = self.check(parent, set).map_err(&bogus)?;
            let all = Ds::all(set);
            let mut tags: Vec<String> = all.iter().take(4).map(|ds| ds.key_tag.to_string()).collect();
            tags.dedup();
            let (zone, by) = (shown(&parent.zone), signature.key_tag);
            let says = format!("vouches for key {}; signed by {zone} with key {by}", tags.join(" and "));
            self.tell(label, says, Severity::Good);
            return Ok(Cut::Zone(all));
        }
        // An alias is no cut: nothing else can stand at its name.
        if let Some(alias) = signed.answer.find(child, RecordType::Cname) {
            self.check(parent, alias).map_err(&bogus)?;
            return Ok(Cut::None);
        }
        match absence::of_ds(self, &signed, child, parent)? {
            Absence::NotThere => Ok(Cut::None),
            Absence::NoName => Ok(Cut::Nothing),
            Absence::Delegated => {
                let why =
                    format!("{} is delegated without a DS record, and {} says so", shown(child), shown(&parent.zone));
                self.tell(label, "none, and that is proven: nothing below is signed".to_owned(), Severity::Note);
                Err(Halt::Ended(State::Insecure(why)))
            }
            Absence::OptedOut => {
                let why =
                    format!("{} leaves delegations like {} unsigned (opt-out)", shown(&parent.zone), shown(child));
                self.tell(label, "not told: the zone opts out for such names (RFC 5155 §6)".to_owned(), Severity::Note);
                Err(Halt::Ended(State::Insecure(why)))
            }
        }
    }
}

/// A name for people.
pub(super) fn shown(name: &WireName) -> String {
    both_forms(&name.text())
}
