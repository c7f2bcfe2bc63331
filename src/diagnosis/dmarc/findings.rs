//! What is to say about DMARC of a domain, beyond what its record says by itself.

use super::discovery::{Applies, Discovery};
use super::external::{Authorization, Consent};
use super::record::{Policy, Psd, Reading, is_record};
use super::walk::{Found, is_public_suffix};
use super::{Dmarc, mend, record_name};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::{Suggestion, Text, Texts, mistaken, several, shown};

/// What all these findings are about.
const SUBJECT: &str = "DMARC";

/// Fills in findings and suggestions. `itself`: the TXT records of the domain itself.
pub(super) fn tell(dmarc: &mut Dmarc, itself: &Texts) {
    let mut told = Told { dmarc, findings: Vec::new(), suggestions: Vec::new() };
    told.lookups();
    told.record(itself);
    told.ways();
    told.reports();
    let Told { mut findings, suggestions, .. } = told;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    dmarc.findings = findings;
    dmarc.suggestions = suggestions;
}

struct Told<'a> {
    dmarc: &'a Dmarc,
    findings: Vec<Finding>,
    suggestions: Vec<Suggestion>,
}

impl Told<'_> {
    fn say(&mut self, severity: Severity, says: impl Into<String>, next: impl Into<String>) {
        self.findings.push(Finding::new(severity, SUBJECT, says, next));
    }

    /// Names that gave no answer, several records, or one that is nearly a record.
    fn lookups(&mut self) {
        for step in &self.dmarc.walk.steps {
            let name = record_name(&step.domain);
            match &step.found {
                Found::Failed(finding) => self.findings.push(finding.clone()),
                Found::Several(records) => {
                    self.findings.push(several(SUBJECT, records, &name, "receivers use none of them"));
                    let one = mend::strictest(records);
                    self.suggestions.extend(one.map(|text| Suggestion::new(name, text)));
                }
                Found::Nothing(others) => {
                    let meant = others.iter().find(|text| nearly(text));
                    self.findings.extend(meant.map(|text| mistaken(SUBJECT, text, &name, "v=DMARC1;")));
                }
                _ => {}
            }
        }
    }

    fn record(&mut self, itself: &Texts) {
        let domain = &self.dmarc.domain;
        match &self.dmarc.by_walk.applies {
            Applies::Waiting | Applies::Unknown => {}
            // That there are several says it all.
            Applies::Nothing if self.dmarc.walk.steps.iter().any(|step| matches!(step.found, Found::Several(_))) => {}
            Applies::Nothing => {
                let misplaced = itself.found().unwrap_or_default().iter().any(|text| is_record(&text.octets));
                if misplaced {
                    self.say(
                        Severity::Fault,
                        format!("a DMARC record stands at {domain} itself, where nobody looks for it"),
                        format!("publish it at {}", record_name(domain)),
                    );
                }
                self.say(
                    Severity::Warning,
                    format!("no DMARC record applies to {domain}: receivers must guess what is forged in its name"),
                    format!("publish one at {}; begin with p=none and read the reports", record_name(domain)),
                );
                self.suggestions.push(Suggestion::new(record_name(domain), mend::first(domain)));
            }
            Applies::Record { domain: at, policy, tag, reading } => {
                let (at, policy, tag, reading) = (at.clone(), *policy, *tag, reading.clone());
                self.applies(&at, policy, tag, &reading);
            }
        }
    }

    fn applies(&mut self, at: &str, policy: Policy, tag: &str, reading: &Reading) {
        let domain = self.dmarc.domain.clone();
        for remark in &reading.remarks {
            self.findings.push(remark.finding(SUBJECT));
        }
        if at != domain {
            self.say(
                Severity::Note,
                format!("{domain} has no record of its own: that of {at} applies, {tag} gives {}", policy.name()),
                "",
            );
        } else if self.dmarc.by_walk.organizational.as_deref().is_some_and(|organizational| organizational != domain) {
            let useless: Vec<&str> =
                reading.rows.iter().filter(|row| !row.is_default()).map(|row| row.tag.as_str()).collect();
            for tag in ["sp", "np"].into_iter().filter(|tag| useless.contains(tag)) {
                self.say(
                    Severity::Note,
                    format!("{tag} does nothing here: receivers read it at an organisational domain only"),
                    "leave it out, or publish it at the organisational domain",
                );
            }
        }
        if reading.record.psd == Psd::Yes && !is_public_suffix(at) {
            self.say(
                Severity::Fault,
                format!(
                    "psd=y says that others register domains below {at}, and the public suffix list does not know it: \
                     each subdomain is then taken for an organisation of its own, and nothing is aligned across them"
                ),
                "leave psd out, unless you are a registry",
            );
        }
        if let Some(text) = &reading.mended {
            self.suggestions.push(Suggestion::new(record_name(at), text.clone()));
        }
    }

    /// Where receivers of the two RFCs come to different ends.
    fn ways(&mut self) {
        let Dmarc { domain, by_walk, by_list, .. } = self.dmarc;
        let (Some(walked), Some(listed)) = (&by_walk.organizational, &by_list.organizational) else { return };
        let (walked_to, listed_to) = (told(by_walk), told(by_list));
        if matches!(by_walk.applies, Applies::Waiting) || matches!(by_list.applies, Applies::Waiting) {
            return;
        }
        if walked_to != listed_to {
            self.say(
                Severity::Warning,
                format!(
                    "receivers do not agree about {domain}: those that walk the tree (RFC 9989) find {walked_to}, those \
                     that use the public suffix list (RFC 7489) find {listed_to}"
                ),
                format!("publish a record at {}, which both read first", record_name(domain)),
            );
        }
        if walked != listed {
            let bare = matches!(by_walk.applies, Applies::Nothing);
            // Without any record the walk has nothing to go by, and nothing to align.
            if !bare {
                self.say(
                    Severity::Warning,
                    format!(
                        "the organisational domain of {domain} is {walked} by the tree walk and {listed} by the public \
                         suffix list: what is aligned for some receivers is not for others"
                    ),
                    format!("publish a record at {}, with psd=n if that is the organisation", record_name(listed)),
                );
            }
        }
    }

    fn reports(&mut self) {
        let Some(at) = [&self.dmarc.by_walk, &self.dmarc.by_list].into_iter().find_map(|found| match &found.applies {
            Applies::Record { domain, .. } => Some(domain.clone()),
            _ => None,
        }) else {
            return;
        };
        for authorization in &self.dmarc.authorizations {
            let Authorization { host, name, by_walk, by_list, consent } = authorization;
            let who = match (by_walk, by_list) {
                (Some(false), true) => " by receivers that use the public suffix list",
                (Some(true), false) => " by receivers that walk the tree",
                _ => "",
            };
            match consent {
                Consent::NotNeeded | Consent::Waiting => {}
                Consent::Given => self.say(Severity::Good, format!("{host} agrees to take reports about {at}"), ""),
                Consent::Redirected(to) => self.say(
                    Severity::Note,
                    format!("{host} takes the reports about {at}, and has them sent to {}", shown(to.join(", "))),
                    "",
                ),
                Consent::Elsewhere(to) => self.say(
                    Severity::Fault,
                    format!(
                        "no report goes to {host}: at {name} it names {}, which is at another host",
                        shown(to.join(", "))
                    ),
                    format!("whoever runs {host} leaves rua and ruf out there"),
                ),
                Consent::Missing => {
                    self.say(
                        Severity::Fault,
                        format!(
                            "reports about {at} to {host} are not sent{who}: {host} does not say that it takes them"
                        ),
                        format!("whoever runs {host} publishes a TXT record at {name}: v=DMARC1"),
                    );
                    self.suggestions.push(Suggestion::new(name.clone(), "v=DMARC1"));
                }
                Consent::Failed => self.say(
                    Severity::Warning,
                    format!("whether {host} takes reports about {at} is not known: {name} gave no answer"),
                    "ask again, or another resolver; receivers that get no answer send no report",
                ),
                Consent::TooLong => self.say(
                    Severity::Fault,
                    format!("no report goes to {host}: the name at which it would agree is too long for DNS"),
                    "have the reports sent to a shorter name, or to an address of your own",
                ),
            }
        }
    }
}

/// `the record of example.org (reject)`, or `none`.
fn told(discovery: &Discovery) -> String {
    match &discovery.applies {
        Applies::Waiting | Applies::Unknown => "no answer".to_owned(),
        Applies::Nothing => "no record".to_owned(),
        Applies::Record { domain, policy, .. } => format!("the record of {domain} (policy {})", policy.name()),
    }
}

/// Whether a TXT record was meant for a DMARC record.
fn nearly(text: &Text) -> bool {
    let begin: Vec<u8> = text.octets.iter().take(24).map(u8::to_ascii_lowercase).collect();
    begin.windows(5).any(|window| window == b"dmarc")
}
