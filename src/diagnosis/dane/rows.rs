//! The table: each server with its addresses, its records, what it showed, and the record that would match.

use std::collections::HashSet;

use super::server::{Found, Place, Server};
use super::vouching::Judged;
use super::{DaneSurvey, Route, words};
use crate::diagnosis::answers::key;
use crate::diagnosis::certificate;
use crate::diagnosis::dns::{Query, RecordType};
use crate::diagnosis::dnssec::State;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Seen;
use crate::diagnosis::mta_sts::{Announced, Mode, MtaSts};
use crate::diagnosis::survey::{Connect, Row, failure, note, shown};
use crate::diagnosis::tls::Verdict as Certificate;
use crate::diagnosis::tlsa::{self, Dane, Dnssec, Tlsa, Verdict};
use crate::diagnosis::trust::Worth;
use crate::protocol::endpoint::Security;

/// Addresses that a row lists.
const ADDRESSES: usize = 4;
/// TLSA records that have a row.
const RECORDS: usize = 30;
/// Digits of a record's data that its row shows.
const DIGITS: usize = 16;

/// Rows and findings.
pub(super) fn table(survey: &DaneSurvey) -> (Vec<Row>, Vec<Finding>) {
    let mut table = Table { survey, rows: Vec::new(), findings: Vec::new() };
    table.draw();
    let mut known = HashSet::new();
    let mut findings: Vec<Finding> = table.findings.into_iter().filter(|found| known.insert(found.clone())).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    (table.rows, findings)
}

pub(super) struct Table<'a> {
    pub(super) survey: &'a DaneSurvey,
    pub(super) rows: Vec<Row>,
    pub(super) findings: Vec<Finding>,
}

impl Table<'_> {
    fn draw(&mut self) {
        let domain = self.survey.domain().map(str::to_owned);
        let mx = |domain: &str| key(domain, RecordType::Mx);
        let (servers, count) = match (self.survey.route(), &domain) {
            (Route::Servers(servers, count), _) => (servers, count),
            (other, Some(domain)) => return self.nowhere(&other, mx(domain)),
            (_, None) => return,
        };
        let sts = self.survey.mta_sts();
        let mut next_hop = None;
        if let Some(domain) = &domain {
            let query = mx(domain);
            let worth = self.worth(&query);
            let text = match (count, servers.first().and_then(|server| server.preference)) {
                (_, None) if count == 1 => format!("none: {} takes its mail itself", shown(domain)),
                (0, _) => "none that mail can be delivered to".to_owned(),
                (1, _) => format!("one server of {}", shown(domain)),
                _ => format!("{count} servers of {}", shown(domain)),
            };
            self.judged(0, "MX", text, &query, &worth);
            next_hop = Some(domain.as_str()).filter(|_| worth.dnssec() == Some(Dnssec::Secure));
            if worth.dnssec() == Some(Dnssec::Bogus) {
                let says = format!("DNSSEC of the MX records of {} is broken: no mail comes in", shown(domain));
                let next = "mend the signatures of the zone, or have its DS record taken out until that is done";
                self.findings.push(Finding::new(Severity::Fault, "DNSSEC", says, next));
            }
        }
        for (preference, exchange) in self.survey.misnamed() {
            let found = words::misnamed(domain.as_deref().unwrap_or_default(), &exchange);
            let verdict = Some((found.severity, "is no name of a host".to_owned()));
            let label = format!("MX {preference}");
            self.rows.push(Row { label, text: shown(&exchange), verdict, ..Row::default() });
            self.findings.push(found);
        }
        let mut any = false;
        for server in &servers {
            any |= self.server(server, next_hop, sts.as_ref());
        }
        if count > servers.len() {
            let text = format!("{} more are not looked at", count - servers.len());
            self.rows.push(Row { label: "MX".to_owned(), text, ..Row::default() });
        }
        if let Some(domain) = domain.as_deref().filter(|_| any)
            && let worth = self.worth(&mx(domain))
            && worth.dnssec() == Some(Dnssec::Insecure)
            && !worth.is_unknown()
        {
            self.findings.push(words::unsigned_exchanges(domain));
        }
        // That there is no policy is nothing for a look at DANE.
        if let Some(sts) = sts.filter(|sts| matches!(sts.announced, Announced::Record(_) | Announced::Several(_))) {
            self.findings.extend(sts.findings);
        }
    }

    /// There is no server to look at.
    fn nowhere(&mut self, route: &Route, query: Query) {
        let answer = self.survey.asking.answers().get(&query.name, query.kind);
        let mut row = self.row(0, "MX", "none".to_owned(), &query);
        let domain = shown(&query.name);
        match route {
            Route::Waiting | Route::Servers(..) => row.text = "…".to_owned(),
            Route::Failed => {
                row.verdict = Some((Severity::Fault, "no answer".to_owned()));
                self.findings.extend(answer.map(failure));
            }
            Route::NoDomain => {
                row.text = "NXDOMAIN".to_owned();
                row.verdict = Some((Severity::Fault, "the domain does not exist".to_owned()));
                let says = format!("{domain} does not exist (NXDOMAIN)");
                self.findings.push(Finding::new(Severity::Fault, domain, says, "check the spelling"));
            }
            Route::Null => {
                row.text = ".".to_owned();
                row.verdict = Some((Severity::Note, "takes no mail, and says so (RFC 7505)".to_owned()));
            }
        }
        self.rows.push(row);
    }

    /// Rows of one server. Whether its records vouch for it.
    fn server(&mut self, server: &Server, next_hop: Option<&str>, sts: Option<&MtaSts>) -> bool {
        let seen = server.seen(self.survey);
        let label = server.preference.map_or_else(|| "server".to_owned(), |preference| format!("MX {preference}"));
        let connect = Some(connect(&server.place));
        let Judged { base, found, worth, dane, verdict } = self.judge(server, next_hop);
        self.rows.push(Row { label, text: shown(&server.place.host), verdict, connect, ..Row::default() });
        self.addresses(server);
        self.records(server, &base, &found, &worth, dane.as_ref());
        self.seen(server, seen, dane.as_ref());
        if let (Some(sts), Some(seen)) = (sts, seen) {
            self.mta_sts(server, sts, seen);
        }
        let vouched = dane.as_ref().is_some_and(|dane| dane.verdict == Verdict::Authenticated);
        if let Some(dane) = dane {
            self.mend(server, &base, &dane);
            self.findings.extend(dane.findings);
        }
        vouched
    }

    fn addresses(&mut self, server: &Server) {
        if let Some(alias) = &server.alias {
            let says = words::follows(&server.address_worth);
            let row = self.row(1, "CNAME", shown(alias), &server.address);
            let is_exchange = server.preference.is_some();
            let verdict = says.map(|says| match is_exchange {
                true => (Severity::Fault, format!("an MX must not name an alias (RFC 2181 §10.3); {says}")),
                false => (Severity::Note, says.to_owned()),
            });
            self.rows.push(Row { verdict, ..row });
            if is_exchange {
                self.findings.push(words::alias(&server.place.host, alias));
            }
        }
        for kind in [RecordType::A, RecordType::Aaaa] {
            let of_kind = server.addresses.iter().filter(|ip| ip.is_ipv4() == (kind == RecordType::A));
            let listed: Vec<String> = of_kind.map(ToString::to_string).collect();
            // Where there is no address at all, one row says so.
            let empty = server.addresses.is_empty() && kind == RecordType::A;
            let text = match listed.len() {
                0 if !empty => continue,
                0 if server.is_nowhere() => "none".to_owned(),
                0 => "…".to_owned(),
                count if count > ADDRESSES => {
                    format!(
                        "{} and {} more",
                        listed.iter().take(ADDRESSES).cloned().collect::<Vec<_>>().join(" "),
                        count - ADDRESSES
                    )
                }
                _ => listed.join(" "),
            };
            let query = key(&server.place.host, kind);
            let worth = self.worth(&query);
            self.judged(1, &kind.name(), text, &query, &worth);
        }
        if server.is_nowhere() {
            let says = format!("{} has no address: no mail is delivered to it", shown(&server.place.host));
            let next = "publish an A or AAAA record for it, or take it out of the MX records";
            self.findings.push(Finding::new(Severity::Fault, shown(&server.place.host), says, next));
        }
    }

    pub(super) fn records(&mut self, server: &Server, base: &str, found: &Found, worth: &Worth, dane: Option<&Dane>) {
        let query = server.tlsa(base);
        let text = match found {
            Found::Waiting => "…".to_owned(),
            Found::Failed => {
                let answer = self.survey.asking.answers().get(&query.name, query.kind);
                let why = answer.map(failure);
                self.findings.extend(why.map(|why| words::no_answer(&query.name, &why)));
                "no answer".to_owned()
            }
            Found::Records(records) if records.is_empty() => format!("none at {}", shown(&query.name)),
            Found::Records(_) => shown(&query.name),
        };
        self.judged(1, "TLSA", text, &query, worth);
        let Found::Records(records) = found else { return };
        let matched = dane.is_some_and(|dane| dane.verdict == Verdict::Authenticated);
        for (place, (record, ttl)) in records.iter().take(RECORDS).enumerate() {
            let judged = dane.and_then(|dane| dane.records.get(place));
            let Tlsa { usage, selector, matching, data } = record;
            let digits: String = data.iter().take(DIGITS / 2).map(|octet| format!("{octet:02x}")).collect();
            let more = if data.len() > DIGITS / 2 { "…" } else { "" };
            let row = self.row(2, &format!("{usage} {selector} {matching}"), format!("{digits}{more}"), &query);
            let meanings = record.rows().map(|(what, value, meaning)| format!("{what} {value}: {meaning}"));
            let verdict = judged.and_then(|judged| words::standing(&judged.standing, matched));
            self.rows.push(Row { ttl: Some(*ttl), verdict, detail: meanings.to_vec(), ..row });
        }
        if records.len() > RECORDS {
            let text = format!("{} more", records.len() - RECORDS);
            self.rows.push(Row { depth: 2, label: "TLSA".to_owned(), text, ..Row::default() });
        }
    }

    /// What the server showed.
    fn seen(&mut self, server: &Server, seen: Option<&Seen>, dane: Option<&Dane>) {
        let host = &server.place.host;
        let Some(seen) = seen else {
            if server.look().is_some() {
                self.rows.push(plain(1, words::label(server), "…"));
            }
            return;
        };
        let at = seen.remote.map_or_else(|| shown(host), |remote| remote.to_string());
        // Where it failed, that is what there must be room for.
        let text = if seen.failure.is_some() { at } else { format!("{at} {}", seen.greeting) };
        let mut row = plain(1, words::label(server), &text);
        row.detail.clone_from(&seen.said);
        row.connect = Some(connect(&server.place));
        row.verdict = Some(match &seen.failure {
            Some(failure) => {
                let found = words::look(host, failure, dane, seen.tls.is_some());
                let verdict = (found.severity, failure.says.clone());
                self.findings.push(found);
                verdict
            }
            None => (Severity::Good, "TLS began".to_owned()),
        });
        self.rows.push(row);
        if seen.injected > 0 {
            self.findings.push(words::injected(host, seen.injected));
        }
        let (Some(report), Some(certificate)) = (seen.tls.as_deref(), seen.certificate()) else { return };
        let mut row = plain(2, "TLS", &certificate::brief(report));
        row.detail = certificate::lines(report);
        row.verdict = Some(match certificate.why() {
            None => (Severity::Good, "valid without DANE too".to_owned()),
            // Nobody but DANE vouches for most servers that have it.
            Some(why) => (Severity::Note, format!("without DANE not valid: {why}")),
        });
        self.rows.push(row);
    }

    /// What MTA-STS makes of the same look: the name of the exchange, and a certificate that is valid for it.
    pub(super) fn mta_sts(&mut self, server: &Server, sts: &MtaSts, seen: &Seen) {
        let host = &server.place.host;
        let Some((reading, mode)) = sts
            .policy
            .as_ref()
            .filter(|reading| reading.is_valid)
            .and_then(|reading| Some((reading, reading.policy.mode?)))
        else {
            return;
        };
        let bad = match mode {
            Mode::Enforce => Severity::Fault,
            Mode::Testing => Severity::Warning,
            Mode::None => Severity::Note,
        };
        let text = format!("mode {}", mode.name());
        let says = match (reading.policy.allows(host), seen.certificate()) {
            (None, _) => (bad, "the policy does not allow this server".to_owned()),
            (Some(_), Some(Certificate::Good)) => (Severity::Good, "allowed, and the certificate is valid".to_owned()),
            (Some(_), Some(certificate)) => {
                let why = certificate.why().unwrap_or_default();
                let says = format!("{} is allowed by the MTA-STS policy, and {why}", shown(host));
                let next = "give it a certificate from a public authority for the name of its MX record";
                self.findings.push(Finding::new(bad, "MTA-STS", says, next));
                (bad, why)
            }
            (Some(_), None) if seen.starttls() == Some(false) => {
                let says = format!("{} is allowed by the MTA-STS policy, and offers no STARTTLS", shown(host));
                self.findings.push(Finding::new(bad, "MTA-STS", says, "switch TLS on in the server"));
                (bad, "no STARTTLS".to_owned())
            }
            (Some(_), None) => {
                (Severity::Warning, "allowed; the rest is not judged: no certificate was seen".to_owned())
            }
        };
        self.rows.push(Row { verdict: Some(says), ..plain(1, "MTA-STS", &text) });
    }

    /// The record that would match, unless one does.
    pub(super) fn mend(&mut self, server: &Server, base: &str, dane: &Dane) {
        let Some(record) = &dane.recommended else { return };
        let stands = dane.records.iter().any(|judged| judged.record == *record);
        if !stands && dane.verdict != Verdict::Authenticated {
            let name = tlsa::record_name(base, server.place.port);
            self.rows.push(plain(1, "mend", &record.zone_line(&shown(&name))));
        }
    }

    pub(super) fn worth(&self, query: &Query) -> Worth {
        self.survey.trust.worth(query, self.survey.asking.answers())
    }

    /// A row of DNS with what DNSSEC is worth for it.
    fn judged(&mut self, depth: u8, label: &str, text: String, query: &Query, worth: &Worth) {
        let mut row = self.row(depth, label, text, query);
        row.verdict = words::worth(worth);
        row.detail = words::worth_in_full(worth);
        row.detail.extend(self.survey.trust.links(query));
        self.rows.push(row);
        // Told once: it is about the resolver, which is the same for all questions.
        if let Some(State::Indeterminate { why, next }) = &worth.own
            && worth.told.is_some()
            && !self.findings.iter().any(|found| found.subject == "DNSSEC" && found.severity == Severity::Note)
        {
            self.findings.push(words::unchecked(why, next));
        }
    }

    fn row(&self, depth: u8, label: &str, text: String, query: &Query) -> Row {
        let answer = self.survey.asking.answers().get(&query.name, query.kind);
        let question = Some(self.survey.asking.question(&query.name, query.kind));
        let note = answer.map(note).unwrap_or_default();
        Row { depth, label: label.to_owned(), text, note, question, ..Row::default() }
    }
}

fn plain(depth: u8, label: &str, text: &str) -> Row {
    Row { depth, label: label.to_owned(), text: text.to_owned(), ..Row::default() }
}

/// Where Enter connects: with TLS as the look had it.
fn connect(place: &Place) -> Connect {
    let service = match place.security {
        Security::Implicit => format!("{}s", place.protocol),
        Security::StartTls => format!("{}+starttls", place.protocol),
        Security::Plain => place.protocol.to_string(),
    };
    Connect { host: place.host.clone(), address: None, port: place.port, service: Some(service) }
}
