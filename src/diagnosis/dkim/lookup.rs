//! Keys asked for: one by its selector, or those of a list of guesses.

use super::key::{KeyReading, PublicKey, read_key};
use crate::diagnosis::answers::{Inquiry, aliases};
use crate::diagnosis::dns::RecordType;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::meaning::columns;
use crate::diagnosis::tagged::{Suggestion, TagList, Texts, shown, texts};

/// Selectors and who uses them, for people to read and to add to.
const SELECTORS: &str = include_str!("../../../assets/dns/selectors.txt");

/// A selector that nobody has: what answers to it answers to all.
const NOBODYS: &str = "ehlo-asks-for-a-wildcard";

/// What stands at the name of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtName {
    /// Not answered yet.
    Waiting,
    /// No answer.
    Failed(Finding),
    /// No key.
    Nothing,
    /// TXT records, none of which is a key.
    Others(usize),
    /// Several keys: which one verifiers take is chance.
    Several(Vec<KeyReading>),
    /// The key.
    Key(Box<KeyReading>),
}

/// A key that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReport {
    /// The selector.
    pub selector: String,
    /// The domain that signs.
    pub domain: String,
    /// Where the key stands by way of an alias: with whoever sends in this name.
    pub alias: Option<String>,
    /// What stands there.
    pub found: AtName,
    /// What is to say, the worst first.
    pub findings: Vec<Finding>,
    /// The record as it should be.
    pub suggestions: Vec<Suggestion>,
}

/// The name at which a key stands (RFC 6376 §3.6.2.1).
#[must_use]
pub fn key_name(selector: &str, domain: &str) -> String {
    format!("{selector}._domainkey.{domain}")
}

/// Asks for a key, and says what it is worth, as far as answers have come.
#[must_use]
pub fn key(inquiry: &Inquiry<'_>, selector: &str, domain: &str) -> KeyReport {
    let name = key_name(selector, domain);
    let found = look(inquiry, &name);
    let alias = inquiry
        .answer(&name, RecordType::Txt)
        .and_then(|answer| aliases(answer, &name).last().map(|(_, target)| (*target).to_owned()));
    let mut report = KeyReport {
        selector: selector.to_owned(),
        domain: domain.to_owned(),
        alias,
        found,
        findings: Vec::new(),
        suggestions: Vec::new(),
    };
    tell(&mut report, &name);
    report
}

/// What stands at this name.
pub(super) fn look(inquiry: &Inquiry<'_>, name: &str) -> AtName {
    let all = match texts(inquiry, name) {
        Texts::Waiting => return AtName::Waiting,
        Texts::Failed(finding) => return AtName::Failed(finding),
        Texts::Nothing { .. } => return AtName::Nothing,
        Texts::Found(all) => all,
    };
    let is_key = |octets: &[u8]| {
        let list = TagList::read(octets);
        list.get("p").is_some() || list.get("v").is_some_and(|tag| tag.value.starts_with(b"DKIM"))
    };
    // What stands alone at the name of a key was meant for one, however broken it is.
    let mut keys: Vec<KeyReading> =
        all.iter().filter(|text| is_key(&text.octets) || all.len() == 1).map(|text| read_key(&text.octets)).collect();
    match (keys.len(), keys.pop()) {
        (1, Some(one)) => AtName::Key(Box::new(one)),
        (_, Some(last)) => {
            keys.push(last);
            AtName::Several(keys)
        }
        (_, None) => AtName::Others(all.len()),
    }
}

fn tell(report: &mut KeyReport, name: &str) {
    let subject = format!("DKIM {}", shown(&report.selector));
    let domain = shown(&report.domain);
    let name = shown(name);
    let mut say = |severity, says: String, next: &str| {
        report.findings.push(Finding::new(severity, subject.as_str(), says, next));
    };
    match &report.found {
        AtName::Waiting => {}
        AtName::Failed(finding) => report.findings.push(finding.clone()),
        AtName::Nothing => say(
            Severity::Fault,
            format!("no key stands at {name}: signatures of {domain} with this selector fail"),
            "take the selector from a signature (s=); if it is right, publish its public key there",
        ),
        AtName::Others(count) => say(
            Severity::Fault,
            format!("{count} TXT records stand at {name}, and none is a key"),
            "leave one TXT record there, which begins with v=DKIM1; a wildcard record may be the cause",
        ),
        AtName::Several(keys) => say(
            Severity::Fault,
            format!(
                "{} keys stand at {name}: which one a verifier takes is chance, so signatures fail now and then",
                keys.len()
            ),
            "leave one, and give each key a selector of its own",
        ),
        AtName::Key(reading) => {
            report.findings.extend(reading.remarks.iter().map(|remark| remark.finding(&subject)));
            report.suggestions.extend(reading.mended.iter().map(|text| Suggestion::new(name.clone(), text.clone())));
        }
    }
}

/// The selectors that are guessed, each with the sender whose it is.
pub fn selectors() -> impl Iterator<Item = (&'static str, &'static str)> {
    columns(SELECTORS).map(|[selector, whose]| (selector, whose))
}

/// A key that a guess found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The sender whose selector it usually is.
    pub whose: &'static str,
    /// The key.
    pub report: KeyReport,
}

/// What guessing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guesses {
    /// The keys, in the order of the list.
    pub found: Vec<Guess>,
    /// Guesses not answered yet.
    pub open: usize,
    /// What is to say about guessing itself.
    pub findings: Vec<Finding>,
}

/// Asks for all selectors of the list at once.
#[must_use]
pub fn guess(inquiry: &Inquiry<'_>, domain: &str) -> Guesses {
    let all = texts(inquiry, &format!("_domainkey.{domain}"));
    let wildcard = look(inquiry, &key_name(NOBODYS, domain));
    let mut guesses = Guesses { found: Vec::new(), open: 0, findings: Vec::new() };
    let mut failed = None;
    for (selector, whose) in selectors() {
        match look(inquiry, &key_name(selector, domain)) {
            AtName::Waiting => guesses.open += 1,
            AtName::Failed(finding) => failed = failed.or(Some(finding)),
            AtName::Nothing | AtName::Others(_) => {}
            // What the wildcard says of every name is no key of this one.
            found if found == wildcard => {}
            AtName::Several(_) | AtName::Key(_) => {
                guesses.found.push(Guess { whose, report: key(inquiry, selector, domain) });
            }
        }
    }
    let domain = shown(domain);
    let mut say =
        |severity, says: String, next: &str| guesses.findings.push(Finding::new(severity, "DKIM", says, next));
    if matches!(wildcard, AtName::Key(_) | AtName::Several(_)) {
        let revoked = match &wildcard {
            AtName::Key(reading) => matches!(reading.key.public, Some(PublicKey::Revoked)),
            _ => false,
        };
        match revoked {
            true => say(
                Severity::Note,
                format!(
                    "every other selector of {domain} is revoked by a wildcard record: the domain says that it does not sign"
                ),
                "",
            ),
            false => say(
                Severity::Warning,
                format!("a wildcard TXT record answers for every selector of {domain}"),
                "narrow the wildcard, so that it does not stand in for keys",
            ),
        }
    }
    if guesses.open > 0 {
        return guesses;
    }
    guesses.findings.extend(failed);
    let mut say =
        |severity, says: String, next: &str| guesses.findings.push(Finding::new(severity, "DKIM", says, next));
    match (guesses.found.is_empty(), &all) {
        (true, Texts::Nothing { no_name: true }) => say(
            Severity::Warning,
            format!("{domain} has no DKIM keys: nothing at all exists below _domainkey.{domain} (RFC 8020)"),
            "if the domain sends mail, have it signed",
        ),
        (true, _) => say(
            Severity::Note,
            format!("no key of {domain} was found by guessing: it may sign with a selector that is not on the list"),
            "take the selector from the signature of a message (s=), and ask for that",
        ),
        (false, _) => {}
    }
    guesses
}
