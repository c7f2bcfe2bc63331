//! The services that mail programs find by DNS: SRV, and the names they guess.

use super::EXCHANGES;
use super::rows::{Connect, Row, Table, shown};
use crate::diagnosis::answers::{Outcome, aliases, key};
use crate::diagnosis::dns::{Query, RecordType, Value};
use crate::diagnosis::finding::Severity;

/// The services that mail programs ask for by SRV (RFC 6186, RFC 8314 §5.1, and Outlook's `_autodiscover`).
const SERVICES: [&str; 7] = ["_submission", "_submissions", "_imap", "_imaps", "_pop3", "_pop3s", "_autodiscover"];
/// More that belong to mail: filters (RFC 5804 §1.8) and JMAP (RFC 8620 §2.2).
const BESIDE: [&str; 2] = ["_sieve", "_jmap"];
/// Hosts that mail programs ask over HTTPS for a configuration.
const HOSTS: [&str; 2] = ["autoconfig", "autodiscover"];
/// Addresses of such a host that are shown.
const ADDRESSES: usize = 4;

fn service_name(service: &str, domain: &str) -> String {
    format!("{service}._tcp.{domain}")
}

/// What is asked about services.
pub(super) fn questions(domain: &str) -> Vec<Query> {
    let services = SERVICES.iter().chain(&BESIDE).map(|service| key(&service_name(service, domain), RecordType::Srv));
    let hosts = HOSTS.iter().flat_map(|host| {
        let name = format!("{host}.{domain}");
        [key(&name, RecordType::A), key(&name, RecordType::Aaaa)]
    });
    services.chain(hosts).collect()
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
                row.verdict = Some((Severity::Note, "not offered, and says so (RFC 2782)".to_owned()));
                self.push(row);
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
            self.push(row);
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
