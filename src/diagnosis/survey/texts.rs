//! The rows of the policies and services: TXT, SPF, DMARC and SRV.

use super::lookup::Route;
use super::rows::{Connect, Row, Table, shown};
use super::{EXCHANGES, SERVICES, verdict};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{Record, RecordType, Value};
use crate::diagnosis::finding::Severity;
use crate::protocol::visible::visible;

/// TXT records of one name that are shown; more are counted.
const TEXTS: usize = 64;

impl<'a> Table<'a> {
    /// The TXT records of the domain, the SPF record first.
    pub(super) fn texts(&mut self, domain: &str) {
        let found = self.text_records(domain);
        let Some(found) = found else { return self.open(0, "TXT", domain, RecordType::Txt) };
        let (spf, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, text)| verdict::is_spf(text));
        if spf.is_empty() {
            let row = self.row(0, "SPF", "none", domain, RecordType::Txt);
            let says = "nothing says who may send in this name".to_owned();
            // A host that is no mail domain is usually asked for to connect there, not to send in its name.
            let severity =
                if matches!(self.survey.route(), Route::Implicit) { Severity::Note } else { Severity::Warning };
            self.judge(row, domain, (severity, says, "publish a TXT record: v=spf1 mx -all"));
        }
        for (record, text) in spf.iter().take(TEXTS) {
            let row = self.record(0, "SPF", &visible(text), record, domain, RecordType::Txt);
            self.judge(row, domain, verdict::spf(text, spf.len()));
        }
        self.more("SPF", spf.len(), TEXTS);
        for (record, text) in others.iter().take(TEXTS) {
            let row = self.record(0, "TXT", &visible(text), record, domain, RecordType::Txt);
            self.push(row);
        }
        self.more("TXT", others.len(), TEXTS);
    }

    pub(super) fn dmarc(&mut self, domain: &str) {
        let name = format!("_dmarc.{domain}");
        let Some(found) = self.text_records(&name) else { return self.open(0, "DMARC", &name, RecordType::Txt) };
        let records: Vec<_> = found.into_iter().filter(|(_, text)| verdict::is_dmarc(text)).collect();
        if records.is_empty() {
            let row = self.row(0, "DMARC", "none", &name, RecordType::Txt);
            let says = "no policy at this name; a parent domain may have one".to_owned();
            self.judge(row, domain, (Severity::Note, says, "publish TXT at _dmarc: v=DMARC1; p=none; rua=mailto:…"));
        }
        for (record, text) in records.iter().take(TEXTS) {
            let row = self.record(0, "DMARC", &visible(text), record, &name, RecordType::Txt);
            self.judge(row, domain, verdict::dmarc(text, records.len()));
        }
        self.more("DMARC", records.len(), TEXTS);
    }

    /// The services a client finds by SRV. Those without a record share one row.
    pub(super) fn services(&mut self, domain: &str) {
        let mut absent = Vec::new();
        for service in SERVICES {
            let name = format!("{service}._tcp.{domain}");
            let label = format!("SRV {service}");
            let records = match self.survey.outcome(&name, RecordType::Srv) {
                Outcome::Waiting | Outcome::Failed => {
                    self.open(0, &label, &name, RecordType::Srv);
                    continue;
                }
                Outcome::Nothing { .. } => {
                    absent.push(service);
                    continue;
                }
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
                if service != "_autodiscover" {
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
        }
        if !absent.is_empty() {
            let text = format!("none for {}", absent.join(" "));
            self.push(Row { label: "SRV".to_owned(), text, ..Row::default() });
        }
    }

    /// The TXT records of a name, each with its strings joined; none at all is an empty list, `None` is no answer.
    fn text_records(&self, name: &str) -> Option<Vec<(&'a Record, Vec<u8>)>> {
        match self.survey.outcome(name, RecordType::Txt) {
            Outcome::Waiting | Outcome::Failed => None,
            Outcome::Nothing { .. } => Some(Vec::new()),
            Outcome::Records(records) => {
                let texts = records.into_iter().filter_map(|record| match &record.value {
                    Value::Txt(strings) => Some((record, strings.concat())),
                    _ => None,
                });
                Some(texts.collect())
            }
        }
    }
}
