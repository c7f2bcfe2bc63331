//! The rows of the policies: SPF, DMARC, DKIM, MTA-STS, TLS-RPT, BIMI, TLSA, each by its own evaluator.

mod spf;
#[cfg(test)]
mod tests;

use super::explain;
use super::judged::Judged;
use super::lookup::Route;
use super::rows::{Row, Table, shown};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dkim::{AtName, KeyReport, PublicKey, key_name};
use crate::diagnosis::dmarc::{self, Applies, Found};
use crate::diagnosis::dns::{Record, RecordType, Value};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::mta_sts::{self, Announced};
use crate::diagnosis::tagged::{Explained, Suggestion};
use crate::diagnosis::tlsa::{self, Dnssec, Server, Tlsa};
use crate::diagnosis::{bimi, tls_rpt};
use crate::protocol::visible::visible;

/// TLSA records of one host that have a row.
const TLSA: usize = 8;

/// Records that have a row where there may be one only.
const SEVERAL: usize = 8;

/// A policy as its evaluator left it.
struct Told<'a> {
    label: &'a str,
    /// Where its record stands.
    name: String,
    /// The record; none when there is none, or no single one.
    octets: Option<Vec<u8>>,
    /// Whether a TXT record is one of these.
    is: fn(&[u8]) -> bool,
    /// The record tag by tag.
    explained: &'a [Explained],
    findings: &'a [Finding],
    suggestions: &'a [Suggestion],
    /// What to say when there is nothing to find fault with.
    good: String,
}

impl Table<'_> {
    /// All of them.
    pub(super) fn policies(&mut self, domain: &str, judged: &Judged) {
        self.spf(domain, judged);
        self.dmarc(judged);
        self.keys(domain, judged);
        // A domain that takes no mail needs none of what protects it on its way, and shows no logo.
        if matches!(self.survey.route(), Route::Null(_)) {
            return;
        }
        self.mta_sts(domain, judged);
        let name = tls_rpt::record_name(domain);
        if judged.tls_rpt.is_waiting || self.has_failed(&name) {
            self.open(0, "TLS-RPT", &name, RecordType::Txt);
        } else {
            let reading = judged.tls_rpt.reading.as_ref();
            self.policy(&Told {
                label: "TLS-RPT",
                name,
                octets: reading.map(|reading| reading.octets.clone()),
                is: tls_rpt::is_record,
                explained: reading.map(|reading| reading.rows.as_slice()).unwrap_or_default(),
                findings: &judged.tls_rpt.findings,
                suggestions: &judged.tls_rpt.suggestions,
                good: "senders report how TLS went".to_owned(),
            });
        }
        let name = bimi::record_name(bimi::SELECTOR, domain);
        if judged.bimi.is_waiting || self.has_failed(&name) {
            self.open(0, "BIMI", &name, RecordType::Txt);
        } else {
            let reading = judged.bimi.reading.as_ref();
            self.policy(&Told {
                label: "BIMI",
                name,
                octets: reading.map(|reading| reading.octets.clone()),
                is: bimi::is_record,
                explained: reading.map(|reading| reading.rows.as_slice()).unwrap_or_default(),
                findings: &judged.bimi.findings,
                suggestions: &judged.bimi.suggestions,
                good: "receivers may show the logo".to_owned(),
            });
        }
    }

    fn dmarc(&mut self, judged: &Judged) {
        let dmarc = &judged.dmarc;
        let several = dmarc.walk.steps.iter().filter(|step| matches!(step.found, Found::Several(_)));
        let mut several = several.map(|step| dmarc::record_name(&step.domain));
        let own = dmarc::record_name(&dmarc.domain);
        match &dmarc.by_walk.applies {
            Applies::Waiting | Applies::Unknown => self.open(0, "DMARC", &own, RecordType::Txt),
            Applies::Nothing => self.policy(&Told {
                label: "DMARC",
                name: several.next().unwrap_or(own),
                octets: None,
                is: dmarc::is_record,
                explained: &[],
                findings: &dmarc.findings,
                suggestions: &dmarc.suggestions,
                good: String::new(),
            }),
            Applies::Record { domain: at, policy, tag, reading } => {
                let of = if *at == dmarc.domain { String::new() } else { format!(" of {}", shown(at)) };
                self.policy(&Told {
                    label: "DMARC",
                    name: dmarc::record_name(at),
                    octets: Some(reading.octets.clone()),
                    is: dmarc::is_record,
                    explained: &reading.rows,
                    findings: &dmarc.findings,
                    suggestions: &dmarc.suggestions,
                    good: format!("{tag}={}{of}", policy.name()),
                });
            }
        }
    }

    /// DKIM keys: those asked for, then those guessed.
    fn keys(&mut self, domain: &str, judged: &Judged) {
        for report in &judged.keys {
            self.key(report, "");
        }
        let Some(guesses) = self.survey.guessed.as_ref().map(|guessed| &guessed.guesses) else { return };
        let is_asked = |selector: &str| judged.keys.iter().any(|key| key.selector.eq_ignore_ascii_case(selector));
        for guess in guesses.found.iter().filter(|guess| !is_asked(&guess.report.selector)) {
            self.key(&guess.report, guess.whose);
        }
        self.findings.extend(guesses.findings.iter().cloned());
        if guesses.open > 0 {
            let text = format!("… {} selectors to guess", guesses.open);
            self.push(Row { label: "DKIM".to_owned(), text, ..Row::default() });
        } else if guesses.found.is_empty() && judged.keys.is_empty() {
            let mut row =
                self.row(0, "DKIM", "no key found by guessing", &format!("_domainkey.{domain}"), RecordType::Txt);
            row.verdict = guesses.findings.first().map(|finding| (finding.severity, finding.says.clone()));
            self.push(row);
        }
    }

    fn key(&mut self, report: &KeyReport, whose: &str) {
        let name = key_name(&report.selector, &report.domain);
        let (reading, state) = match &report.found {
            AtName::Key(reading) => (Some(reading), String::new()),
            AtName::Waiting => return self.open(0, "DKIM", &name, RecordType::Txt),
            AtName::Failed(_) => return self.open(0, "DKIM", &name, RecordType::Txt),
            AtName::Nothing => (None, "none".to_owned()),
            AtName::Others(count) => (None, format!("{count} other records")),
            AtName::Several(keys) => (None, format!("{} keys", keys.len())),
        };
        let kind = reading.map_or(state, |reading| match &reading.key.public {
            Some(PublicKey::Rsa(rsa)) => format!("RSA {} bits", rsa.bits()),
            Some(PublicKey::Ed25519(_)) => "Ed25519".to_owned(),
            Some(PublicKey::Revoked) => "revoked".to_owned(),
            Some(PublicKey::Unreadable(_)) | None => "not a key".to_owned(),
        });
        let mut text = format!("{} {kind}", shown(&report.selector));
        if let Some(alias) = &report.alias {
            text.push_str(&format!(" at {}", shown(alias)));
        }
        if !whose.is_empty() {
            text.push_str(&format!(" ({whose})"));
        }
        let found = self.find(&name, |_| true);
        let mut row = self.text_row(0, "DKIM", &text, found, &name);
        row.detail = reading.map(|reading| explain::lines(&reading.rows)).unwrap_or_default();
        row.verdict = Some(worst(&report.findings).unwrap_or((Severity::Good, String::new())));
        self.push(row);
        self.findings.extend(report.findings.iter().cloned());
        self.mend(&report.suggestions);
    }

    fn mta_sts(&mut self, domain: &str, judged: &Judged) {
        let told = &judged.mta_sts;
        let name = mta_sts::record_name(domain);
        let (octets, rows) = match &told.announced {
            Announced::Waiting | Announced::Failed(_) => return self.open(0, "MTA-STS", &name, RecordType::Txt),
            Announced::Nothing(_) | Announced::Several(_) => (None, &[][..]),
            Announced::Record(reading) => (Some(reading.octets.clone()), reading.rows.as_slice()),
        };
        let is_announced = octets.is_some();
        self.policy(&Told {
            label: "MTA-STS",
            name,
            octets,
            is: mta_sts::is_record,
            explained: rows,
            findings: &told.findings,
            suggestions: &told.suggestions,
            good: String::new(),
        });
        if !is_announced {
            return;
        }
        let mut row = Row { depth: 1, label: "policy".to_owned(), ..Row::default() };
        match (&told.policy, &told.fetch) {
            (Some(reading), _) => {
                let mode = reading.policy.mode.map_or("no mode", mta_sts::Mode::name);
                let patterns: Vec<String> = reading.policy.mx.iter().map(ToString::to_string).collect();
                let age = reading.policy.max_age.map(|age| format!(" for {age} s")).unwrap_or_default();
                row.text = format!("{mode}{age}: {}", shown(&patterns.join(" ")));
                row.detail = explain::lines(&reading.rows);
                let all = told.exchanges.iter().flatten().all(|exchange| exchange.allowed_by.is_some());
                row.verdict = Some(match worst(&reading.findings) {
                    Some(worst) => worst,
                    None if all => (Severity::Good, "every MX is allowed".to_owned()),
                    None => (Severity::Fault, "an MX is not allowed by it".to_owned()),
                });
            }
            (None, Some(url)) => row.text = format!("… {url}"),
            (None, None) => {
                row.text = "none that can be used".to_owned();
                row.verdict = worst(&told.findings);
            }
        }
        self.push(row);
    }

    /// The TLSA records of a host that takes mail. Whether they fit is known once its certificate has been seen.
    pub(super) fn tlsa(&mut self, depth: u8, host: &str) {
        let name = tlsa::record_name(host, 25);
        let records = match self.survey.outcome(&name, RecordType::Tlsa) {
            Outcome::Failed => return self.open(depth, "TLSA", &name, RecordType::Tlsa),
            Outcome::Waiting | Outcome::Nothing { .. } => return,
            Outcome::Records(records) => records,
        };
        let read: Vec<(&Record, Tlsa)> =
            records.into_iter().filter_map(|record| Some((record, explain::tlsa(record)?))).collect();
        // Until the chain is checked here the resolver's word stands.
        let told = if self.survey.is_authentic(&name, RecordType::Tlsa) { Dnssec::Secure } else { Dnssec::Insecure };
        let dnssec = self.survey.worth(&name, RecordType::Tlsa).dnssec().unwrap_or(told);
        let plain: Vec<Tlsa> = read.iter().map(|(_, record)| record.clone()).collect();
        let server = Server { host, port: 25, next_hop: None, chain: None, now: 0 };
        let dane = tlsa::judge(&plain, dnssec, &server);
        for (record, own) in read.iter().take(TLSA) {
            let mut row = self.record(depth, "TLSA", &own.to_string(), record, &name, RecordType::Tlsa);
            row.detail = explain::record(record);
            row.verdict = Some(match (own.usable(), dnssec) {
                (Err(why), _) => (Severity::Warning, format!("of no use: {why}")),
                (_, Dnssec::Bogus) => {
                    let says = "bogus: senders with DANE take the host as unreachable (RFC 7672 §2.1.2)";
                    (Severity::Fault, says.to_owned())
                }
                (_, Dnssec::Secure) => (Severity::Note, "signed: senders hold the certificate against it".to_owned()),
                _ => (Severity::Warning, "not signed by DNSSEC: senders pass over it".to_owned()),
            });
            self.push(row);
        }
        self.more("TLSA", read.len(), TLSA);
        self.findings.extend(dane.findings);
    }

    /// The row of a policy, what is to say about it, and how its record should read.
    fn policy(&mut self, told: &Told<'_>) {
        let worst = worst(told.findings);
        match &told.octets {
            None => {
                let mut row = self.row(0, told.label, self.none(&told.name, told.is), &told.name, RecordType::Txt);
                row.verdict = worst;
                self.push(row);
                self.several(&told.name, told.is);
            }
            Some(octets) => {
                let found = self.find(&told.name, |text| text == octets.as_slice());
                let mut row = self.text_row(0, told.label, &visible(octets), found, &told.name);
                row.detail = explain::lines(told.explained);
                row.verdict = match worst {
                    Some((Severity::Note, says)) if !told.good.is_empty() => {
                        Some((Severity::Note, joined(&told.good, &says)))
                    }
                    Some(worst) => Some(worst),
                    None if told.good.is_empty() => None,
                    None => Some((Severity::Good, told.good.clone())),
                };
                self.push(row);
            }
        }
        self.findings.extend(told.findings.iter().cloned());
        self.mend(told.suggestions);
    }

    /// Records to publish.
    fn mend(&mut self, suggestions: &[Suggestion]) {
        for suggestion in suggestions {
            self.push(Row { depth: 1, label: "mend".to_owned(), text: suggestion.zone_line(), ..Row::default() });
        }
    }

    fn has_failed(&self, name: &str) -> bool {
        matches!(self.survey.outcome(name, RecordType::Txt), Outcome::Failed)
    }

    /// The TXT records of a name that `is` wanted, each with its text.
    fn texts_of(&self, name: &str, is: impl Fn(&[u8]) -> bool) -> Vec<(&Record, Vec<u8>)> {
        let Outcome::Records(records) = self.survey.outcome(name, RecordType::Txt) else { return Vec::new() };
        let texts = records.into_iter().filter_map(|record| match &record.value {
            Value::Txt(strings) => Some((record, strings.concat())),
            _ => None,
        });
        texts.filter(|(_, text)| is(text)).collect()
    }

    /// The first of them.
    fn find(&self, name: &str, is: impl Fn(&[u8]) -> bool) -> Option<&Record> {
        self.texts_of(name, is).first().map(|(record, _)| *record)
    }

    /// What stands in the place of the one record.
    fn none(&self, name: &str, is: impl Fn(&[u8]) -> bool) -> String {
        match self.texts_of(name, is).len() {
            0 | 1 => "none".to_owned(),
            several => format!("{several} records"),
        }
    }

    /// A row for each record where there may be one only.
    fn several(&mut self, name: &str, is: impl Fn(&[u8]) -> bool) {
        let all = self.texts_of(name, is);
        let count = if all.len() < 2 { 0 } else { all.len() };
        let row = |(record, text): &(&Record, Vec<u8>)| self.text_row(1, "TXT", &visible(text), Some(*record), name);
        let rows: Vec<Row> = all.iter().take(count.min(SEVERAL)).map(row).collect();
        rows.into_iter().for_each(|row| self.push(row));
        self.more("TXT", count, SEVERAL);
    }

    fn text_row(&self, depth: u8, label: &str, text: &str, record: Option<&Record>, name: &str) -> Row {
        Row { ttl: record.map(|record| record.ttl), ..self.row(depth, label, text, name, RecordType::Txt) }
    }
}

/// What a record comes to and what is to say about it, which may begin with the same word: that is said once.
fn joined(good: &str, says: &str) -> String {
    let word = good.split(' ').next().unwrap_or_default();
    match says.strip_prefix(word).filter(|rest| rest.starts_with(' ')) {
        Some(rest) => format!("{good}{rest}"),
        None => format!("{good}; {says}"),
    }
}

/// The worst of several findings, unless all is well.
fn worst(findings: &[Finding]) -> Option<(Severity, String)> {
    let worst =
        findings.iter().filter(|finding| finding.severity > Severity::Good).max_by_key(|found| found.severity)?;
    Some((worst.severity, worst.says.clone()))
}
