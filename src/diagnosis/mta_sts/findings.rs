//! What is to say about MTA-STS of a domain.

use super::fetch::{self, Fetched};
use super::{Announced, Exchange, Mode, MtaSts, Policy, record_name};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::{Suggestion, begins_like, mistaken, several, shown};

/// What all these findings are about.
pub(super) const SUBJECT: &str = "MTA-STS";

/// What to do about a policy that is only tried.
const TRIED: &str = "when the reports (TLS-RPT) are clean, write mode: enforce and change the id";

/// What senders make of a server that the policy does not name.
const fn does_not_deliver(enforced: bool) -> &'static str {
    match enforced {
        true => "senders that honour the policy do not deliver to it",
        false => "as soon as the mode is enforce, senders do not deliver to it",
    }
}

/// Fills in findings and suggestions. `host`: the server that is looked at, in place of all exchanges.
pub(super) fn tell(sts: &mut MtaSts, host: Option<&str>, fetched: Option<&Result<Fetched, String>>) {
    let mut told = Told { sts, findings: Vec::new(), suggestions: Vec::new() };
    told.announced();
    told.fetched(fetched);
    match host {
        Some(host) => told.server(host),
        None => told.exchanges(),
    }
    let Told { mut findings, suggestions, .. } = told;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sts.findings = findings;
    sts.suggestions = suggestions;
}

struct Told<'a> {
    sts: &'a MtaSts,
    findings: Vec<Finding>,
    suggestions: Vec<Suggestion>,
}

impl Told<'_> {
    fn say(&mut self, severity: Severity, says: impl Into<String>, next: impl Into<String>) {
        self.findings.push(Finding::new(severity, SUBJECT, says, next));
    }

    fn announced(&mut self) {
        let name = record_name(&self.sts.domain);
        match &self.sts.announced {
            Announced::Waiting => {}
            Announced::Failed(finding) => self.findings.push(finding.clone()),
            Announced::Several(records) => {
                let so = "senders take the domain for one without MTA-STS";
                self.findings.push(several(SUBJECT, records, &name, so));
            }
            Announced::Nothing(others) => match others.iter().find(|other| begins_like(&other.octets, "sts")) {
                Some(other) => self.findings.push(mistaken(SUBJECT, other, &name, "v=STSv1;")),
                None => self.say(
                    Severity::Note,
                    "no MTA-STS: who can come between may have mail delivered to himself, or in the clear",
                    format!("serve a policy at {}, then publish {name}", fetch::url(&self.sts.domain)),
                ),
            },
            Announced::Record(reading) => {
                self.findings.extend(reading.remarks.iter().map(|remark| remark.finding(SUBJECT)));
                let mended = reading.mended.iter().map(|text| Suggestion::new(name.clone(), text.clone()));
                self.suggestions.extend(mended);
            }
        }
    }

    fn fetched(&mut self, fetched: Option<&Result<Fetched, String>>) {
        match fetched {
            None => {}
            Some(Err(why)) => self.say(
                Severity::Fault,
                format!("the policy cannot be fetched, so senders act as if there were none: {}", shown(why)),
                format!("serve it at {}", fetch::url(&self.sts.domain)),
            ),
            Some(Ok(fetched)) => self.findings.extend(fetch::judge_fetch(&self.sts.domain, fetched)),
        }
        self.findings.extend(self.sts.policy.iter().flat_map(|reading| reading.findings.iter().cloned()));
    }

    /// A valid policy that guards something, and whether it is enforced.
    fn guards(&mut self) -> Option<(Policy, bool)> {
        let reading = self.sts.policy.as_ref().filter(|reading| reading.is_valid)?;
        let mode = reading.policy.mode?;
        let policy = reading.policy.clone();
        if mode == Mode::None {
            self.say(Severity::Note, "mode: none takes the policy back: nothing is guarded", "");
            return None;
        }
        Some((policy, mode == Mode::Enforce))
    }

    /// What the policy makes of one server; of the others it is not asked.
    fn server(&mut self, host: &str) {
        let Some((policy, enforced)) = self.guards() else { return };
        let name = shown(host);
        if policy.allows(host).is_some() {
            return match enforced {
                true => self.say(Severity::Good, format!("the policy is in force, and allows {name}"), ""),
                false => self.say(
                    Severity::Note,
                    format!("the policy is being tried: it allows {name}, and nothing is refused yet"),
                    TRIED,
                ),
            };
        }
        let severity = if enforced { Severity::Fault } else { Severity::Warning };
        let does = does_not_deliver(enforced);
        let line = format!("add the line \"mx: {name}\" and change the id");
        // As long as the MX question is open it counts as one.
        let is_exchange = self
            .sts
            .exchanges
            .as_ref()
            .is_none_or(|exchanges| exchanges.iter().any(|exchange| exchange.name.eq_ignore_ascii_case(host)));
        let (says, next) = match is_exchange {
            true => (
                format!("the policy does not allow {name}: {does}"),
                format!("{line}, or take the server out of the MX records"),
            ),
            false => (
                format!(
                    "the policy does not allow {name}, which is no exchange of {}: {does}",
                    shown(&self.sts.domain)
                ),
                format!("{line} before it takes mail of the domain, or leave it out of the MX records as now"),
            ),
        };
        self.say(severity, says, next);
    }

    fn exchanges(&mut self) {
        if self.sts.exchanges.is_none() {
            return;
        }
        let Some((policy, enforced)) = self.guards() else { return };
        let Some(exchanges) = self.sts.exchanges.clone() else { return };
        let refused: Vec<&Exchange> = exchanges.iter().filter(|exchange| exchange.allowed_by.is_none()).collect();
        for exchange in &refused {
            let name = shown(&exchange.name);
            let does = match enforced {
                true if refused.len() == exchanges.len() => "no mail comes in from senders that honour the policy",
                _ => does_not_deliver(enforced),
            };
            self.say(
                if enforced { Severity::Fault } else { Severity::Warning },
                format!("the policy does not allow the exchange {name}: {does}"),
                format!("add the line \"mx: {name}\" and change the id, or take the exchange out of the MX records"),
            );
        }
        for pattern in &policy.mx {
            if !exchanges.iter().any(|exchange| pattern.matches(&exchange.name)) {
                let says = format!("the policy allows {pattern}, which is no exchange of the domain");
                self.say(Severity::Note, says, "leave it out, unless the exchange is about to be added");
            }
        }
        if refused.is_empty() && !exchanges.is_empty() {
            match enforced {
                true => self.say(Severity::Good, "the policy is in force, and allows every exchange of the domain", ""),
                false => self.say(
                    Severity::Note,
                    "the policy is being tried: it allows every exchange, and nothing is refused yet",
                    TRIED,
                ),
            }
        }
    }
}
