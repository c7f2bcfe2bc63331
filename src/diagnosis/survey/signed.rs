//! The DNSSEC of what mail stands on: what the resolver says of each answer, and beside that the program's own finding.

use super::rows::{Row, Table};
use super::validating::verdict;
use super::{Subject, Survey};
use crate::diagnosis::answers::key;
use crate::diagnosis::dns::{Query, RecordType, both_forms};
use crate::diagnosis::dnssec::State;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::trust::Worth;
use crate::diagnosis::{dmarc, mta_sts, tlsa};

/// Answers that one finding names; more are counted.
const NAMED: usize = 6;

/// What mail does with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Route,
    Spf,
    Dmarc,
    MtaSts,
    Address,
    Tlsa,
    Zone,
}

/// A question whose answer is checked.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) query: Query,
    part: Part,
}

impl Part {
    /// What it does to mail that the answer is bogus: to whoever validates it is not there.
    const fn effect(self) -> &'static str {
        match self {
            Self::Route => {
                "senders that validate do not find where the mail goes: it waits in their queues and comes back"
            }
            Self::Spf => "receivers that validate cannot check SPF and may put mail off (temperror, RFC 7208 §2.6.6)",
            Self::Dmarc => "receivers that validate find no DMARC policy, and put mail off or take what is forged",
            Self::MtaSts => "senders that validate find no MTA-STS policy, and keep at most to an old one",
            Self::Address => "senders that validate do not reach the exchange: they try another, or the mail waits",
            Self::Tlsa => {
                "senders with DANE take the exchange as unreachable and do not deliver to it (RFC 7672 §2.1.2)"
            }
            Self::Zone => "no answer that something is not there can be believed",
        }
    }
}

impl Survey {
    /// The questions whose answers are checked, as far as they are known. They are asked a second time, with DO and CD:
    /// some resolvers pass on signatures, and what they do not believe, only when asked so.
    pub(super) fn watched(&self) -> Vec<Watched> {
        let Subject::Domain(domain) = &self.subject else { return Vec::new() };
        let watched = |name: &str, kind, part| Watched { query: key(name, kind), part };
        let own = [
            watched(domain, RecordType::Mx, Part::Route),
            watched(domain, RecordType::Txt, Part::Spf),
            watched(&dmarc::record_name(domain), RecordType::Txt, Part::Dmarc),
            watched(&mta_sts::record_name(domain), RecordType::Txt, Part::MtaSts),
            watched(domain, RecordType::Soa, Part::Zone),
        ];
        let hosts = self.hosts().into_iter().flat_map(|host| {
            [
                watched(host, RecordType::A, Part::Address),
                watched(host, RecordType::Aaaa, Part::Address),
                watched(&tlsa::record_name(host, 25), RecordType::Tlsa, Part::Tlsa),
            ]
        });
        own.into_iter().chain(hosts).collect()
    }

    /// What DNSSEC is worth for an answer, by the resolver and by what was found here.
    pub(super) fn worth(&self, name: &str, kind: RecordType) -> Worth {
        self.trust.worth(&key(name, kind), &self.answers)
    }
}

/// What was found of one answer.
struct Found {
    watched: Watched,
    /// Whether the resolver says AD.
    is_authentic: bool,
    state: State,
    severity: Severity,
    says: String,
}

impl Found {
    /// `MX of example.org`.
    fn what(&self) -> String {
        what(&self.watched.query)
    }

    /// What the resolver and the program's own finding make of each other, where AD beside the state does not tell.
    fn dispute(&self) -> String {
        match &self.state {
            State::Bogus(_) if self.is_authentic => ": the resolver believes it".to_owned(),
            State::Secure | State::Insecure(_) if self.severity == Severity::Warning => format!(": {}", self.says),
            _ => String::new(),
        }
    }
}

fn what(query: &Query) -> String {
    format!("{} of {}", query.kind, both_forms(&query.name))
}

impl Table<'_> {
    /// One row for all answers that mail stands on; in full it says what each of them is worth, and why.
    pub(super) fn dnssec(&mut self) {
        if !self.survey.trust.is_possible() {
            return;
        }
        let watched = self.survey.watched();
        let count = watched.len();
        let (mut found, mut told, mut answered, mut given_up) = (Vec::new(), 0, 0, false);
        let mut open = Vec::new();
        for watched in watched {
            let query = &watched.query;
            let response = self.survey.answer(&query.name, query.kind).and_then(|answer| answer.reply.as_ref().ok());
            let worth = self.survey.worth(&query.name, query.kind);
            answered += usize::from(response.is_some());
            told += usize::from(worth.told == Some(true));
            let is_authentic = worth.told == Some(true);
            let Some(state) = worth.own else {
                given_up |= worth.is_settled;
                open.push(line(is_authentic, &what(query)));
                continue;
            };
            let (severity, says) = verdict(&state, response);
            found.push(Found { watched, is_authentic, state, severity, says });
        }
        let mut detail = causes(&found);
        if !open.is_empty() {
            detail.push("…".to_owned());
            detail.append(&mut open);
        }
        detail.push(String::new());
        detail.extend(self.links());
        let resolver = match (told, answered) {
            (_, 0) => "no answer".to_owned(),
            (0, _) => "the resolver does not say AD".to_owned(),
            (told, answered) if told == answered => "the resolver says AD".to_owned(),
            (told, answered) => format!("the resolver says AD to {told} of {answered}"),
        };
        let mut row = Row { label: "DNSSEC".to_owned(), detail, ..Row::default() };
        row.text = format!("{resolver} · here: {}", summary(&found, count, given_up));
        row.verdict = together(&found, count, given_up);
        self.push(row);
        self.findings.extend(findings(&found));
    }

    /// The links of all chains, those that are shared once.
    fn links(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        let watched = self.survey.watched();
        let links = watched.iter().flat_map(|watched| self.survey.trust.chain(&watched.query));
        let once = links.filter(|link| seen.insert((&link.what, &link.says)));
        once.map(|link| format!("{:<8} {} {}", link.severity.name(), link.what, link.says)).collect()
    }
}

/// `  AD  MX of example.org`.
fn line(is_authentic: bool, what: &str) -> String {
    format!("  {:<2}  {what}", if is_authentic { "AD" } else { "-" })
}

/// Each cause once, the worst first, and below it the answers that it stands for. What is wrong with the signature of one
/// answer is a cause of its own; where a chain ends above several, that is the cause of them all.
fn causes(found: &[Found]) -> Vec<String> {
    let mut groups: Vec<(Severity, Vec<&Found>)> = Vec::new();
    for found in found {
        match groups.iter_mut().find(|(_, group)| group.iter().any(|other| other.state == found.state)) {
            Some((severity, group)) => {
                *severity = (*severity).max(found.severity);
                group.push(found);
            }
            None => groups.push((found.severity, vec![found])),
        }
    }
    groups.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let mut lines = Vec::new();
    for (_, group) in groups {
        let cause = group.first().map(|found| match found.state.next() {
            "" => found.state.to_string(),
            next => format!("{}; {next}", found.state),
        });
        lines.extend(cause);
        lines.extend(group.iter().map(|found| line(found.is_authentic, &found.what()) + &found.dispute()));
    }
    lines
}

/// `secure`, `9 secure, 2 insecure`.
fn summary(found: &[Found], count: usize, given_up: bool) -> String {
    let mut states: Vec<(&str, usize)> = Vec::new();
    for name in found.iter().map(|found| found.state.name()) {
        match states.iter_mut().find(|(known, _)| *known == name) {
            Some((_, times)) => *times += 1,
            None => states.push((name, 1)),
        }
    }
    let open = count - found.len();
    match (states.as_slice(), open) {
        ([(only, _)], 0) => (*only).to_owned(),
        ([], _) if given_up => "not settled".to_owned(),
        ([], _) => "…".to_owned(),
        (states, open) => {
            let mut words: Vec<String> = states.iter().map(|(name, times)| format!("{times} {name}")).collect();
            match (open, given_up) {
                (0, _) => {}
                (open, true) => words.push(format!("{open} not settled")),
                (_, false) => words.push("…".to_owned()),
            }
            words.join(", ")
        }
    }
}

/// What all of them come to: the worst of it. A fault is said at once, the rest when all is known.
fn together(found: &[Found], count: usize, given_up: bool) -> Option<(Severity, String)> {
    let severity = found.iter().map(|found| found.severity).max();
    let is_open = found.len() < count;
    if is_open && !given_up && severity != Some(Severity::Fault) {
        return None;
    }
    if is_open && severity.is_none_or(|severity| severity < Severity::Warning) {
        let says = "more questions or signatures than are followed in one survey".to_owned();
        return Some((Severity::Warning, says));
    }
    let worst: Vec<&Found> = found.iter().filter(|found| Some(found.severity) == severity).collect();
    let first = worst.first()?;
    // Where some are worse than others it is said which.
    let named = if worst.len() < count { format!("{}: ", first.what()) } else { String::new() };
    // One cause is one, whether the resolver believes the answer or not.
    let others = worst.iter().filter(|other| other.says != first.says && other.state != first.state).count();
    let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
    Some((first.severity, format!("{named}{}{more}", first.says)))
}

/// A finding for each reason, with the answers it is about and what it does to mail.
fn findings(found: &[Found]) -> Vec<Finding> {
    let mut groups: Vec<Vec<&Found>> = Vec::new();
    for found in found.iter().filter(|found| found.severity >= Severity::Warning) {
        let is_same = |other: &&Found| match (&other.state, &found.state) {
            (State::Bogus(one), State::Bogus(other)) => one == other,
            _ => other.says == found.says,
        };
        match groups.iter_mut().find(|group| group.iter().any(is_same)) {
            Some(group) => group.push(found),
            None => groups.push(vec![found]),
        }
    }
    let tell = |group: Vec<&Found>| {
        let first = group.first()?;
        let mut named: Vec<String> = group.iter().take(NAMED).map(|found| found.what()).collect();
        if group.len() > NAMED {
            named.push(format!("{} more", group.len() - NAMED));
        }
        let State::Bogus(reason) = &first.state else {
            return Some(Finding::new(first.severity, "DNSSEC", format!("{}: {}", named.join(", "), first.says), ""));
        };
        let mut effects: Vec<&str> = Vec::new();
        for effect in group.iter().map(|found| found.watched.part.effect()) {
            if !effects.contains(&effect) {
                effects.push(effect);
            }
        }
        let says = format!("{} bogus: {reason}; {}", named.join(", "), effects.join("; "));
        Some(Finding::new(first.severity, "DNSSEC", says, reason.next()))
    };
    groups.into_iter().filter_map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dnssec::Reason;

    fn found(name: &str, kind: RecordType, part: Part, state: State) -> Found {
        let (severity, says) = verdict(&state, None);
        Found { watched: Watched { query: key(name, kind), part }, is_authentic: false, state, severity, says }
    }

    fn mx(state: State) -> Found {
        found("x.org", RecordType::Mx, Part::Route, state)
    }

    fn address(state: State) -> Found {
        found("mx.y.org", RecordType::A, Part::Address, state)
    }

    #[test]
    fn all_answers_in_one_row() {
        let unsigned = || State::Insecure("y.org is unsigned".to_owned());
        let bogus = || State::Bogus(Reason::NoSignature { what: "MX of x.org".to_owned() });
        let gone = || State::Bogus(Reason::TooMuch);
        for (all, count, given_up, text, verdict) in [
            (vec![], 2, false, "…", None),
            (vec![mx(State::Secure)], 2, false, "1 secure, …", None),
            (vec![mx(State::Secure), address(State::Secure)], 2, false, "secure", Some("a resolver that validates")),
            (
                vec![mx(State::Secure), address(unsigned())],
                3,
                true,
                "1 secure, 1 insecure, 1 not settled",
                Some("more questions"),
            ),
            (vec![mx(bogus())], 2, false, "1 bogus, …", Some("MX of x.org: MX of x.org has no signature")),
            (vec![address(State::Secure), mx(bogus())], 2, false, "1 secure, 1 bogus", Some("MX of x.org: MX of")),
            (vec![mx(bogus()), address(gone())], 2, false, "bogus", Some("MX of x.org has no signature, and its")),
            (vec![], 2, true, "not settled", Some("more questions")),
        ] {
            assert_eq!(summary(&all, count, given_up), text);
            let said = together(&all, count, given_up).map(|(_, says)| says);
            assert_eq!(said.is_some(), verdict.is_some(), "{text}: {said:?}");
            let (said, part) = (said.unwrap_or_default(), verdict.unwrap_or_default());
            assert!(said.starts_with(part), "{text}: {said}");
        }
    }

    #[test]
    fn a_broken_chain_is_said_once_with_what_it_does_to_mail() {
        let broken = || State::Bogus(Reason::NoVouchedKey { zone: "x.org".to_owned(), key_tags: vec![7] });
        let name = "_25._tcp.mx.x.org";
        let all = [
            mx(broken()),
            found("mx.x.org", RecordType::A, Part::Address, State::Secure),
            found(name, RecordType::Tlsa, Part::Tlsa, broken()),
            address(State::Insecure("unsigned".to_owned())),
        ];
        let told = findings(&all);
        let [only] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(only.severity, Severity::Fault);
        assert!(only.says.starts_with("MX of x.org, TLSA of _25._tcp.mx.x.org bogus: the parent vouches"), "{only:?}");
        for part in ["it waits in their queues", "senders with DANE", "(RFC 7672 §2.1.2)"] {
            assert!(only.says.contains(part), "{part}: {}", only.says);
        }
        assert!(only.next.contains("DS record"), "{only:?}");
        let many: Vec<Found> = (0..9).map(|_| mx(broken())).collect();
        assert!(findings(&many)[0].says.contains(", 3 more bogus: "));
    }

    #[test]
    fn a_cause_is_told_once_above_the_answers_it_stands_for() {
        let cut = || State::Bogus(Reason::NoVouchedKey { zone: "x.org".to_owned(), key_tags: vec![7] });
        let own = State::Bogus(Reason::Misfit { what: "A of mx.y.org".to_owned(), key_tag: 9 });
        let root = || State::Indeterminate { why: "another root".to_owned(), next: "ask another" };
        let believed = |found: Found| {
            let flags = crate::diagnosis::dns::Flags { ad: true, ..Default::default() };
            let response = crate::diagnosis::dns::Response { flags, ..Default::default() };
            let (severity, says) = verdict(&found.state, Some(&response));
            Found { is_authentic: true, severity, says, ..found }
        };
        let txt = |state| found("x.org", RecordType::Txt, Part::Spf, state);
        for (all, expect, faults) in [
            (
                vec![believed(mx(cut())), txt(cut()), address(own)],
                "bogus: the parent vouches for key 7 of x.org, which has no such key; have the parent publish the DS \
                 record of the present key, or remove the old one\n  AD  MX of x.org: the resolver believes it\n  \
                 -   TXT of x.org\nbogus: the signature of A of mx.y.org by key 9 does not fit; have the zone signed \
                 again, and compare its name servers\n  -   A of mx.y.org",
                2,
            ),
            (
                vec![believed(mx(root())), txt(root()), address(root())],
                "indeterminate: another root; ask another\n  AD  MX of x.org\n  -   TXT of x.org\n  -   A of mx.y.org",
                0,
            ),
            (
                vec![believed(mx(State::Secure)), believed(txt(State::Insecure("unsigned".to_owned())))],
                "insecure: unsigned\n  AD  TXT of x.org: the resolver claims more than is signed\nsecure\n  AD  MX of \
                 x.org",
                1,
            ),
        ] {
            assert_eq!(causes(&all).join("\n"), expect);
            assert_eq!(findings(&all).len(), faults, "{expect}");
        }
    }
}
