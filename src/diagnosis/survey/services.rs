//! The services that mail programs find by DNS: SRV, and the names they guess.

use super::circle::{HOST, path};
use super::lookup::is_address;
use super::rows::{Connect, Row, Table, shown};
use super::verdict::Remark;
use super::{EXCHANGES, Survey};
use crate::diagnosis::answers::{Outcome, aliases, key};
use crate::diagnosis::dns::{Query, RecordType, Value};
use crate::diagnosis::finding::Severity;

/// The services that mail programs ask for by SRV (RFC 6186, RFC 8314 §5.1, and Outlook's `_autodiscover`).
const SERVICES: [&str; 7] = ["_submission", "_submissions", "_imap", "_imaps", "_pop3", "_pop3s", "_autodiscover"];
/// More that belong to mail: filters (RFC 5804 §1.8) and JMAP (RFC 8620 §2.2).
const BESIDE: [&str; 2] = ["_sieve", "_jmap"];
/// Hosts that mail programs ask over HTTPS for a configuration.
const HOSTS: [&str; 2] = ["autoconfig", "autodiscover"];
/// Hosts named by SRV records that are looked up.
const TARGETS: usize = 20;
/// Addresses of a host that are shown.
const ADDRESSES: usize = 4;

fn service_name(service: &str, domain: &str) -> String {
    format!("{service}._tcp.{domain}")
}

/// What is asked about services.
pub(super) fn questions(domain: &str) -> Vec<Query> {
    let services = SERVICES.iter().chain(&BESIDE).map(|service| key(&service_name(service, domain), RecordType::Srv));
    let hosts = HOSTS.iter().flat_map(|host| addresses(&format!("{host}.{domain}")));
    services.chain(hosts).collect()
}

/// The questions for the addresses of a host.
pub(super) fn addresses(host: &str) -> [Query; 2] {
    [key(host, RecordType::A), key(host, RecordType::Aaaa)]
}

impl Survey {
    /// The hosts that SRV records name, each once, as far as they are looked up.
    pub(super) fn service_hosts(&self, domain: &str) -> Vec<&str> {
        let mut hosts: Vec<&str> = Vec::new();
        for service in SERVICES.iter().chain(&BESIDE) {
            let Outcome::Records(records) = self.outcome(&service_name(service, domain), RecordType::Srv) else {
                continue;
            };
            for record in records.into_iter().take(EXCHANGES) {
                let Value::Srv { target, .. } = &record.value else { continue };
                if !target.is_empty() && !hosts.iter().any(|host| host.eq_ignore_ascii_case(target)) {
                    hosts.push(target);
                }
            }
        }
        hosts.truncate(TARGETS);
        hosts
    }

    /// What becomes of a client that goes to the target of an SRV record: severity, sentence, next step.
    fn target(&self, target: &str, domain: &str) -> Option<Remark> {
        let mend = "let the SRV record name a host that has an A or AAAA record";
        if is_address(target) {
            let says = "an address stands where a name must (RFC 2782)".to_owned();
            return Some((Severity::Fault, says, mend));
        }
        if !self.service_hosts(domain).iter().any(|host| host.eq_ignore_ascii_case(target)) {
            return Some((Severity::Note, format!("not looked up: a survey follows {TARGETS} targets"), ""));
        }
        if let Some(names) = self.circle(target, HOST) {
            let says = format!("its aliases lead in a circle: {}; no client gets there", path(&names));
            return Some((Severity::Fault, says, mend));
        }
        let found = self.addresses(target);
        let alias = HOST.iter().find_map(|kind| aliases(self.answer(target, *kind)?, target).last().copied());
        if found.is_empty() {
            if self.is_waiting(target) {
                return None;
            }
            let outcomes = HOST.iter().map(|kind| self.outcome(target, *kind));
            let says = outcomes.fold("has no address: no client gets there", |says, outcome| match outcome {
                Outcome::Failed => "nobody tells its address: clients do not get there now",
                Outcome::Nothing { no_name: true } => "this host does not exist: no client gets there",
                _ => says,
            });
            return Some((Severity::Fault, says.to_owned(), mend));
        }
        let some: Vec<String> = found.iter().take(ADDRESSES).map(ToString::to_string).collect();
        let more = if found.len() > ADDRESSES { " and more" } else { "" };
        let at = format!("{}{more}", some.join(", "));
        Some(match alias {
            Some((_, name)) => (
                Severity::Warning,
                format!("an alias of {}, which an SRV record must not name (RFC 2782); {at}", shown(name)),
                "let the SRV record name the host itself: some clients do not follow",
            ),
            None => (Severity::Good, at, ""),
        })
    }
}

impl Table<'_> {
    /// The services a client finds by SRV, and the hosts it guesses. Those without a record share one row.
    pub(super) fn services(&mut self, domain: &str) {
        let mut absent = Vec::new();
        for service in SERVICES.into_iter().chain(BESIDE) {
            if !self.service(service, domain) {
                absent.push(service);
            }
        }
        if !absent.is_empty() {
            let text = format!("none for {}", absent.join(" "));
            self.push(Row { label: "SRV".to_owned(), text, ..Row::default() });
        }
        for host in HOSTS {
            self.configuration(host, &format!("{host}.{domain}"));
        }
    }

    /// Says whether there is anything to say.
    fn service(&mut self, service: &str, domain: &str) -> bool {
        let name = service_name(service, domain);
        let label = format!("SRV {service}");
        let records = match self.survey.outcome(&name, RecordType::Srv) {
            Outcome::Waiting | Outcome::Failed => {
                self.open(0, &label, &name, RecordType::Srv);
                return true;
            }
            Outcome::Nothing { .. } => return false,
            Outcome::Records(records) => records,
        };
        let count = records.len();
        for record in records.into_iter().take(EXCHANGES) {
            let Value::Srv { priority, weight, port, target } = &record.value else { continue };
            if target.is_empty() {
                let mut row = self.record(0, &label, ".", record, &name, RecordType::Srv);
                if count > 1 {
                    let says = "\".\" says that the service is not available, and other records offer it (RFC 2782)";
                    let next = "take out \".\", or all the others";
                    self.judge(row, domain, (Severity::Warning, says.to_owned(), next));
                } else {
                    let says = "service decidedly not available, and says so (RFC 6186 §3.4, RFC 2782)";
                    row.verdict = Some((Severity::Note, says.to_owned()));
                    self.push(row);
                }
                continue;
            }
            let text = format!("{}:{port} (priority {priority}, weight {weight})", shown(target));
            let mut row = self.record(0, &label, &text, record, &name, RecordType::Srv);
            if service != "_autodiscover" && !BESIDE.contains(&service) {
                row.connect = Some(Connect {
                    host: target.clone(),
                    address: None,
                    port: *port,
                    service: Some(service.trim_start_matches('_').to_owned()),
                });
            }
            match self.survey.target(target, domain) {
                None => self.push(row),
                Some((severity @ (Severity::Good | Severity::Note), says, _)) => {
                    row.verdict = Some((severity, says));
                    self.push(row);
                }
                Some(remark) => self.judge(row, target, remark),
            }
        }
        self.more(&label, count, EXCHANGES);
        true
    }

    /// A host that serves configurations, with the alias it stands for and its addresses.
    fn configuration(&mut self, label: &str, name: &str) {
        let found = self.survey.address_records(name);
        let alias = self.survey.answer(name, RecordType::A).and_then(|answer| aliases(answer, name).last().copied());
        if let Some((first, _)) = found.first() {
            let mut words: Vec<String> = alias.iter().map(|(_, target)| shown(target)).collect();
            words.extend(found.iter().take(ADDRESSES).map(|(_, ip)| ip.to_string()));
            let mut row = self.record(0, label, &words.join(" "), first, name, first.value.kind());
            if alias.is_some() {
                row.detail.push("CNAME, then the addresses".to_owned());
            }
            self.push(row);
        } else if let Some((record, target)) = alias {
            let row = self.record(0, label, &shown(target), record, name, RecordType::A);
            let says = "leads to a name without an address".to_owned();
            self.judge(row, name, (Severity::Warning, says, "take the alias out, or let it name a host that exists"));
        }
    }
}
