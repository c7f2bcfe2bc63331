//! The record of a domain as a tree, without a sender: what it includes, and what it costs when nothing matches early.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr};

use super::case::Case;
use super::macro_string::{MacroString, Place};
use super::macros::{Expansion, expand};
use super::name;
use super::record::{Record, Term};
use super::select::{Selected, failure, select};
use super::term::{Mechanism, Reading};
use super::trace::{LOOKUPS, SpfResult, VOIDS};
use crate::diagnosis::answers::{Inquiry, Outcome};
use crate::diagnosis::dns::{RecordType, Value};

/// Records that are looked at; a tree within the limit has at most eleven.
const OPENED: usize = 30;

/// A record and everything it includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The record of the domain itself.
    pub root: Branch,
    /// Terms that look something up, for a sender that none of them matches.
    pub lookups: usize,
    /// Terms whose look-up is void, for such a sender, as far as that is the same for every sender.
    pub voids: Voids,
    /// There are parts that are not known, or not known without a sender, so that there may be more.
    pub at_least: bool,
    /// Some of them are not known yet.
    pub waiting: bool,
}

/// Terms whose look-up is void (RFC 7208 §4.6.4), by the family of the client's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voids {
    /// For clients with an IPv4 address.
    pub v4: usize,
    /// For clients with an IPv6 address.
    pub v6: usize,
}

/// One record of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Whose it is.
    pub domain: String,
    /// The record, when there is one and only one.
    pub record: Option<Record>,
    /// What a receiver says where there is none, and why. Neither this nor a record: not known yet.
    pub trouble: Option<(SpfResult, String)>,
    /// Its terms.
    pub twigs: Vec<Twig>,
    /// Terms that look something up, here and below.
    pub lookups: usize,
}

/// One term of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twig {
    /// As it is written.
    pub term: String,
    /// Its column, from 1.
    pub column: usize,
    /// What it looks up, when that is the same for every sender.
    pub target: Option<String>,
    /// Terms that look something up: itself, and what is below it.
    pub lookups: usize,
    /// What is special about it.
    pub note: Option<Note>,
    /// The record that `include` or `redirect` names.
    pub branch: Option<Box<Branch>>,
}

/// What is special about a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It stands behind `all`, or is a `redirect` beside one: nobody ever looks at it.
    Ignored,
    /// It cannot be read, for this reason.
    Unreadable(String),
    /// It is the one with which the limit of look-ups is passed.
    PastLimit,
    /// It leads back to a record above it.
    Loop,
    /// Its name depends on the sender.
    DependsOnSender,
    /// It is not followed: the tree is too large, or the limit is passed already.
    NotOpened,
    /// Its name cannot be looked up, for this reason.
    NoName(String),
    /// The name has no mail exchange: void.
    NoExchange,
    /// The name has no address for clients of these families: void for them.
    Void {
        /// For clients with an IPv4 address.
        v4: bool,
        /// For clients with an IPv6 address.
        v6: bool,
    },
    /// So many mail exchanges, and ten may be looked up.
    TooManyExchanges(usize),
    /// The answer says nothing, for this reason.
    Failed(String),
    /// An answer is missing.
    Waiting,
}

/// Draws the tree. It asks for the records of a bounded number of domains, and for the addresses and mail exchanges that
/// a receiver would come to within the limit.
#[must_use]
pub fn outline(domain: &str, inquiry: &Inquiry<'_>) -> Outline {
    let selected = select(inquiry, domain);
    draw(domain, selected, inquiry)
}

/// The tree as it would be if the domain published this record instead of its own.
pub(super) fn supposed(domain: &str, record: Record, inquiry: &Inquiry<'_>) -> Outline {
    draw(domain, Selected::Record(record), inquiry)
}

fn draw(domain: &str, selected: Selected, inquiry: &Inquiry<'_>) -> Outline {
    let mut walk = Walk {
        inquiry,
        opened: 0,
        lookups: 0,
        voids: Voids::default(),
        path: Vec::new(),
        at_least: false,
        waiting: false,
    };
    let root = walk.branch(domain, selected);
    Outline { lookups: root.lookups, voids: walk.voids, root, at_least: walk.at_least, waiting: walk.waiting }
}

struct Walk<'r, 'a> {
    inquiry: &'r Inquiry<'a>,
    opened: usize,
    /// Terms so far, in the order of evaluation.
    lookups: usize,
    voids: Voids,
    /// The domains from the root to here.
    path: Vec<String>,
    at_least: bool,
    waiting: bool,
}

impl Walk<'_, '_> {
    fn branch(&mut self, domain: &str, selected: Selected) -> Branch {
        self.opened += 1;
        let before = self.lookups;
        let mut branch =
            Branch { domain: domain.to_owned(), record: None, trouble: None, twigs: Vec::new(), lookups: 0 };
        match selected {
            Selected::Waiting => self.unknown(true),
            Selected::Other(result, says) => {
                self.at_least |= result == SpfResult::TempError;
                branch.trouble = Some((result, says));
            }
            Selected::Record(record) => {
                self.path.push(domain.to_owned());
                branch.twigs = self.twigs(domain, &record);
                self.path.pop();
                branch.record = Some(record);
            }
        }
        branch.lookups = self.lookups - before;
        branch
    }

    fn twigs(&mut self, domain: &str, record: &Record) -> Vec<Twig> {
        let all = record.all().map(|(term, _)| term.column);
        let is_last = |term: &&Term| matches!(term.reading, Ok(Reading::Redirect(_)));
        // The redirection comes last, wherever it stands.
        let mut twigs: Vec<Twig> = Vec::with_capacity(record.terms.len());
        for term in record.terms.iter().filter(|t| !is_last(t)).chain(record.terms.iter().filter(is_last)) {
            let before = self.lookups;
            let mut twig = Twig {
                term: record.text_of(term).to_owned(),
                column: term.column,
                target: None,
                lookups: 0,
                note: None,
                branch: None,
            };
            match &term.reading {
                Ok(Reading::Redirect(_)) if all.is_some() => twig.note = Some(Note::Ignored),
                Ok(Reading::Directive(..)) if all.is_some_and(|all| all < term.column) => {
                    twig.note = Some(Note::Ignored);
                }
                Ok(Reading::Redirect(target)) => self.follow(domain, target, &mut twig),
                Ok(Reading::Directive(_, mechanism)) => self.mechanism(domain, mechanism, &mut twig),
                Err(fault) => twig.note = Some(Note::Unreadable(fault.says.clone())),
                Ok(Reading::Explanation(_) | Reading::Unknown(_)) => {}
            }
            twig.lookups = self.lookups - before;
            let plain = matches!(twig.note, None | Some(Note::NotOpened | Note::DependsOnSender));
            if before == LOOKUPS && twig.lookups > 0 && plain {
                twig.note = Some(Note::PastLimit);
            }
            self.count(twig.note.as_ref());
            twigs.push(twig);
        }
        twigs.sort_by_key(|twig| twig.column);
        twigs
    }

    fn mechanism(&mut self, domain: &str, mechanism: &Mechanism, twig: &mut Twig) {
        match mechanism {
            Mechanism::All | Mechanism::Ip4(..) | Mechanism::Ip6(..) => {}
            Mechanism::Include(target) => self.follow(domain, target, twig),
            Mechanism::A(target, _) => {
                self.lookups += 1;
                if let Some(name) = self.target(domain, target.as_ref(), twig) {
                    twig.note = self.addresses(&name);
                }
            }
            Mechanism::Mx(target, _) => {
                self.lookups += 1;
                if let Some(name) = self.target(domain, target.as_ref(), twig) {
                    twig.note = self.exchanges(&name);
                }
            }
            Mechanism::Ptr(target) => {
                self.lookups += 1;
                self.target(domain, target.as_ref(), twig);
            }
            Mechanism::Exists(target) => {
                self.lookups += 1;
                self.target(domain, Some(target), twig);
            }
        }
    }

    /// Counts what is void.
    fn count(&mut self, note: Option<&Note>) {
        let (v4, v6) = match note {
            Some(Note::NoExchange) => (true, true),
            Some(Note::Void { v4, v6 }) => (*v4, *v6),
            _ => return,
        };
        self.voids.v4 += usize::from(v4);
        self.voids.v6 += usize::from(v6);
    }

    /// `include` and `redirect`.
    fn follow(&mut self, domain: &str, target: &MacroString, twig: &mut Twig) {
        self.lookups += 1;
        let Some(name) = self.target(domain, Some(target), twig) else {
            self.at_least = true;
            return;
        };
        if self.path.iter().any(|above| above.eq_ignore_ascii_case(&name)) {
            twig.note = Some(Note::Loop);
            self.at_least = true;
        } else if self.opened >= OPENED {
            twig.note = Some(Note::NotOpened);
            self.at_least = true;
        } else {
            let selected = select(self.inquiry, &name);
            twig.branch = Some(Box::new(self.branch(&name, selected)));
        }
    }

    /// The name a term is about, when it is the same for every sender and can be looked up.
    fn target(&self, domain: &str, spec: Option<&MacroString>, twig: &mut Twig) -> Option<String> {
        let Some(spec) = spec else {
            twig.target = Some(domain.to_owned());
            return twig.target.clone();
        };
        if !spec.is_fixed() {
            twig.note = Some(Note::DependsOnSender);
            return None;
        }
        let nobody = Case::helo(IpAddr::V4(Ipv4Addr::UNSPECIFIED), "");
        let Expansion::Text(text, _) = expand(spec, Place::DomainSpec, &nobody, domain, || None) else { return None };
        match name::target(&text) {
            Ok(name) => twig.target = Some(name),
            Err(why) => twig.note = Some(Note::NoName(why)),
        }
        twig.target.clone()
    }

    fn addresses(&mut self, name: &str) -> Option<Note> {
        if self.lookups > LOOKUPS {
            return Some(Note::NotOpened);
        }
        let name = &name::asked(name);
        let mut void = [false, false];
        for (kind, void) in [RecordType::A, RecordType::Aaaa].into_iter().zip(&mut void) {
            match self.inquiry.ask(name, kind) {
                Outcome::Waiting => self.unknown(false),
                Outcome::Failed => return Some(Note::Failed(failure(self.inquiry, name, kind))),
                Outcome::Nothing { .. } => *void = true,
                Outcome::Records(_) => {}
            }
        }
        let [v4, v6] = void;
        (v4 || v6).then_some(Note::Void { v4, v6 })
    }

    fn exchanges(&mut self, name: &str) -> Option<Note> {
        if self.lookups > LOOKUPS {
            return Some(Note::NotOpened);
        }
        let name = &name::asked(name);
        match self.inquiry.ask(name, RecordType::Mx) {
            Outcome::Waiting => {
                self.unknown(false);
                Some(Note::Waiting)
            }
            Outcome::Failed => Some(Note::Failed(failure(self.inquiry, name, RecordType::Mx))),
            Outcome::Nothing { .. } => Some(Note::NoExchange),
            Outcome::Records(records) => {
                let count = records.iter().filter(|record| matches!(record.value, Value::Mx { .. })).count();
                (count > super::trace::NAMES).then_some(Note::TooManyExchanges(count))
            }
        }
    }

    /// An answer is missing; `counts` when it may hold further terms.
    const fn unknown(&mut self, counts: bool) {
        self.waiting = true;
        self.at_least |= counts;
    }
}

impl Outline {
    /// What it costs: `7 of 10 look-ups, 0 of 2 void`, `at least 12 of 10 look-ups, 3 of 2 void for IPv6`.
    #[must_use]
    pub fn cost(&self) -> String {
        let at_least = if self.at_least { "at least " } else { "" };
        format!("{at_least}{} of {LOOKUPS} look-ups, {}", self.lookups, self.voids.words())
    }
}

impl Voids {
    /// Of the family that has more of them.
    fn words(self) -> String {
        let family = match self.v4.cmp(&self.v6) {
            Ordering::Less => " for IPv6",
            Ordering::Equal => "",
            Ordering::Greater => " for IPv4",
        };
        format!("{} of {VOIDS} void{family}", self.v4.max(self.v6))
    }
}
