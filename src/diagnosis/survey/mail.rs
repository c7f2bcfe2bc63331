//! The rows of where the mail goes: exchanges, their addresses and the names of those.

use std::net::IpAddr;

use super::circle::{HOST, ROUTE, path};
use super::lookup::{Route, is_address};
use super::rows::{Connect, Row, Table, shown};
use super::{EXCHANGE_ROWS, EXCHANGES, family};
use crate::diagnosis::answers::{Outcome, aliases};
use crate::diagnosis::dns::{RecordType, Value, reverse_name};
use crate::diagnosis::finding::Severity;

impl Table<'_> {
    /// MX and what hangs on them.
    pub(super) fn mail(&mut self, domain: &str) {
        self.aliases(0, domain, ROUTE, false);
        let none = |table: &Self| table.row(0, "MX", "none", domain, RecordType::Mx);
        match self.survey.route() {
            Route::Waiting | Route::Failed => self.open(0, "MX", domain, RecordType::Mx),
            Route::NoDomain => {
                let mut row = none(self);
                row.text = "NXDOMAIN".to_owned();
                row.verdict = Some((Severity::Fault, "the domain does not exist".to_owned()));
                self.push(row);
            }
            Route::Null(record) => {
                let preference = match record.value {
                    Value::Mx { preference, .. } => preference,
                    _ => 0,
                };
                let mut row = self.record(0, &format!("MX {preference}"), ".", record, domain, RecordType::Mx);
                let odd = if preference == 0 { "" } else { "; its preference is to be 0" };
                row.verdict = Some((Severity::Note, format!("takes no mail, and says so (RFC 7505){odd}")));
                self.push(row);
            }
            Route::Implicit => {
                let mut row = none(self);
                if self.survey.circle(domain, ROUTE).is_some() {
                    row.text = "not to be found".to_owned();
                    row.verdict = Some((Severity::Fault, "the aliases lead in a circle".to_owned()));
                    return self.push(row);
                }
                if !self.survey.addresses(domain).is_empty() {
                    row.connect = Some(Connect { host: domain.to_owned(), address: None, port: 25, service: None });
                    let says = "mail goes to the domain's own address (RFC 5321 §5.1)".to_owned();
                    self.judge(row, domain, (Severity::Note, says, "publish an MX record, if mail is wanted there"));
                } else if self.survey.is_waiting(domain) {
                    self.push(row);
                } else {
                    row.verdict = Some((Severity::Fault, "and no address: takes no mail".to_owned()));
                    self.push(row);
                }
                self.host(1, domain, false);
            }
            Route::Exchanges(exchanges) => {
                let mut seen: Vec<&str> = Vec::new();
                for (number, exchange) in exchanges.iter().take(EXCHANGE_ROWS).enumerate() {
                    if !exchange.name.is_empty() && seen.iter().any(|name| name.eq_ignore_ascii_case(exchange.name)) {
                        let label = format!("MX {}", exchange.preference);
                        let row =
                            self.record(0, &label, &shown(exchange.name), exchange.record, domain, RecordType::Mx);
                        let says = "the same host again: a second MX helps only if it is another one".to_owned();
                        self.judge(row, domain, (Severity::Warning, says, "take one of the two out"));
                        continue;
                    }
                    seen.push(exchange.name);
                    let label = format!("MX {}", exchange.preference);
                    let text = shown(exchange.name);
                    let row = self.record(0, &label, &text, exchange.record, domain, RecordType::Mx);
                    self.exchange(row, exchange.name, domain, number < EXCHANGES);
                }
                self.more("MX", exchanges.len(), EXCHANGE_ROWS);
            }
        }
    }

    /// The row of one MX, judged, and its addresses.
    fn exchange(&mut self, mut row: Row, name: &str, domain: &str, looked_up: bool) {
        let remark = if name.is_empty() {
            let says = "a null MX beside others: receivers disagree on what it means (RFC 7505 §3)";
            (Severity::Fault, says.to_owned(), "remove it, or all the others")
        } else if is_address(name) {
            let says = "an address stands where a name must (RFC 5321 §5.1)";
            (Severity::Fault, says.to_owned(), "give the host a name with an A record, and let the MX name that")
        } else if !looked_up {
            // One word about all of them stands in the row that counts.
            row.verdict = Some((Severity::Note, format!("not looked up: a survey follows {EXCHANGES} exchanges")));
            return self.push(row);
        } else if self.survey.is_waiting(name) || !self.survey.addresses(name).is_empty() {
            row.connect = Some(Connect { host: name.to_owned(), address: None, port: 25, service: None });
            self.push(row);
            self.host(1, name, true);
            return;
        } else {
            match (self.survey.outcome(name, RecordType::A), self.survey.outcome(name, RecordType::Aaaa)) {
                _ if self.survey.circle(name, HOST).is_some() => (
                    Severity::Fault,
                    "its aliases lead in a circle: nobody gets to an address".to_owned(),
                    "let the MX name a host that has an address",
                ),
                (Outcome::Failed, _) | (_, Outcome::Failed) => {
                    self.push(row);
                    self.host(1, name, true);
                    return;
                }
                (Outcome::Nothing { no_name: true }, _) | (_, Outcome::Nothing { no_name: true }) => (
                    Severity::Fault,
                    "this host does not exist".to_owned(),
                    "publish an address for it, or correct the MX",
                ),
                _ => (Severity::Fault, "has no address".to_owned(), "publish an A or AAAA record for it"),
            }
        };
        self.judge(row, domain, remark);
        if looked_up && !name.is_empty() && !is_address(name) {
            self.host(1, name, true);
        }
    }

    /// The addresses of a host, each with its reverse names.
    fn host(&mut self, depth: u8, host: &str, exchange: bool) {
        self.aliases(depth, host, HOST, exchange);
        let found = self.survey.address_records(host);
        for kind in [RecordType::A, RecordType::Aaaa] {
            match self.survey.outcome(host, kind) {
                Outcome::Waiting | Outcome::Failed => self.open(depth, &kind.name(), host, kind),
                Outcome::Nothing { .. } => {}
                Outcome::Records(_) => {
                    for (record, ip) in found.iter().filter(|(_, ip)| family(*ip) == kind) {
                        let mut row = self.record(depth, &kind.name(), &ip.to_string(), record, host, kind);
                        row.connect =
                            Some(Connect { host: host.to_owned(), address: Some(*ip), port: 25, service: None });
                        if is_local(*ip) {
                            let says = "no address of the public internet".to_owned();
                            self.judge(row, host, (Severity::Warning, says, "publish the address that others reach"));
                        } else {
                            self.push(row);
                        }
                        self.reverse(depth + 1, *ip);
                    }
                }
            }
        }
        self.tlsa(depth, host);
    }

    /// The reverse names of an address, and whether they lead back to it.
    pub(super) fn reverse(&mut self, depth: u8, ip: IpAddr) {
        let name = reverse_name(ip);
        let subject = ip.to_string();
        match self.survey.outcome(&name, RecordType::Ptr) {
            Outcome::Waiting | Outcome::Failed => self.open(depth, "PTR", &name, RecordType::Ptr),
            Outcome::Nothing { .. } => {
                let row = self.row(depth, "PTR", "none", &name, RecordType::Ptr);
                let next = "ask whoever owns the address to name the host; many servers refuse mail from nameless ones";
                self.judge(row, &subject, (Severity::Warning, "the address has no name".to_owned(), next));
            }
            Outcome::Records(_) => {
                for (record, target) in self.survey.reverse_names(ip) {
                    let row = self.record(depth, "PTR", &shown(target), record, &name, RecordType::Ptr);
                    let leads_back = match self.survey.outcome(target, family(ip)) {
                        Outcome::Waiting => None,
                        Outcome::Records(found) => Some(found.iter().any(|record| match record.value {
                            Value::A(found) => ip == found,
                            Value::Aaaa(found) => ip == found,
                            _ => false,
                        })),
                        Outcome::Nothing { .. } | Outcome::Failed => Some(false),
                    };
                    match leads_back {
                        None => self.push(row),
                        Some(true) => {
                            let says = "confirmed: the name leads back to the address".to_owned();
                            self.judge(row, &subject, (Severity::Good, says, ""));
                        }
                        Some(false) => {
                            let says = format!("names another host: it does not lead back to {ip}");
                            let next = "let the PTR record name a host whose A or AAAA record is this address";
                            self.judge(row, &subject, (Severity::Warning, says, next));
                        }
                    }
                }
            }
        }
    }

    /// The aliases on the way to an answer.
    fn aliases(&mut self, depth: u8, name: &str, kinds: &[RecordType], exchange: bool) {
        let Some((kind, answer)) = kinds.iter().find_map(|kind| Some((*kind, self.survey.answer(name, *kind)?))) else {
            return;
        };
        let circle = self.survey.circle(name, kinds);
        let told = aliases(answer, name);
        let mut rows: Vec<Row> =
            told.iter().map(|(record, to)| self.record(depth, "CNAME", &shown(to), record, name, kind)).collect();
        // A resolver that has gone round may tell nothing of the way: then each alias was asked for.
        if let (true, Some(circle)) = (rows.is_empty(), &circle) {
            let steps = circle.iter().zip(circle.iter().skip(1));
            rows = steps.map(|(at, to)| self.row(depth, "CNAME", shown(to), at, RecordType::Cname)).collect();
        }
        for (number, row) in rows.into_iter().enumerate() {
            if let (0, Some(circle)) = (number, &circle) {
                let says = format!("the aliases lead in a circle: {}; nobody gets to an address", path(circle));
                self.judge(row, name, (Severity::Fault, says, "let one of them name a host that has an address"));
            } else if exchange && number == 0 {
                let says = "an MX must not name an alias (RFC 2181 §10.3)".to_owned();
                self.judge(row, name, (Severity::Fault, says, "let the MX name the host itself"));
            } else {
                self.push(row);
            }
        }
    }
}

/// Whether an address cannot be reached from elsewhere.
const fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}
