//! The zone itself: its servers, its serial, who signs, who may issue certificates, and what answers to any name.

use super::rows::{Table, shown};
use super::{EXCHANGES, Survey, explain};
use crate::diagnosis::answers::{Outcome, key};
use crate::diagnosis::caa;
use crate::diagnosis::dns::{Query, Record, RecordType, Value};
use crate::diagnosis::finding::Severity;

/// A label that nobody has: what answers to it answers to all.
const NOBODYS: &str = "ehlo-asks-for-a-wildcard";
/// The types that are asked of it.
const WILDCARDS: [RecordType; 3] = [RecordType::A, RecordType::Mx, RecordType::Txt];
/// Names above the domain that are asked for CAA.
const PARENTS: usize = 3;

/// What is asked about the zone.
pub(super) fn questions(domain: &str) -> Vec<Query> {
    let own = [RecordType::Ns, RecordType::Soa].map(|kind| key(domain, kind));
    let caa = climb(domain).map(|name| key(name, RecordType::Caa));
    let nobody = nobody(domain);
    own.into_iter().chain(caa).chain(WILDCARDS.map(|kind| key(&nobody, kind))).collect()
}

fn nobody(domain: &str) -> String {
    format!("{NOBODYS}.{domain}")
}

/// The names whose CAA records count for a host of this name, the nearest first (RFC 8659 §3); of top-level domains there
/// is none worth asking.
fn climb(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |name| name.split_once('.').map(|(_, parent)| parent))
        .filter(|name| name.contains('.'))
        .take(1 + PARENTS)
}

impl Table<'_> {
    /// Servers, serial, signatures, CAA and wildcards.
    pub(super) fn zone(&mut self, domain: &str) {
        self.servers(domain);
        self.serial(domain);
        self.dnssec();
        self.caa(domain);
        self.wildcard(domain);
    }

    fn servers(&mut self, domain: &str) {
        match self.survey.outcome(domain, RecordType::Ns) {
            Outcome::Waiting | Outcome::Failed => self.open(0, "NS", domain, RecordType::Ns),
            // A host within a zone has none of its own.
            Outcome::Nothing { .. } => {}
            Outcome::Records(records) => {
                let count = records.len();
                for record in records.into_iter().take(EXCHANGES) {
                    let Value::Ns(name) = &record.value else { continue };
                    let row = self.record(0, "NS", &shown(name), record, domain, RecordType::Ns);
                    if count == 1 {
                        let says = "the only name server: when it is down, no mail arrives".to_owned();
                        self.judge(row, domain, (Severity::Warning, says, "have a second one in another network"));
                    } else {
                        self.push(row);
                    }
                }
                self.more("NS", count, EXCHANGES);
            }
        }
    }

    /// The start of authority: of the domain, or of the zone it is a name in.
    fn serial(&mut self, domain: &str) {
        match self.survey.outcome(domain, RecordType::Soa) {
            Outcome::Waiting | Outcome::Failed => self.open(0, "SOA", domain, RecordType::Soa),
            Outcome::Records(records) => records.into_iter().take(1).for_each(|record| self.soa(domain, record)),
            Outcome::Nothing { .. } => {
                let answer = self.survey.answer(domain, RecordType::Soa);
                let authority = answer.iter().flat_map(|answer| &answer.reply).flat_map(|response| &response.authority);
                if let Some(record) = authority.into_iter().find(|record| matches!(record.value, Value::Soa { .. })) {
                    self.soa(domain, record);
                }
            }
        }
    }

    fn soa(&mut self, domain: &str, record: &Record) {
        let Value::Soa { primary, serial, refresh, expire, .. } = &record.value else { return };
        let of = if record.name.eq_ignore_ascii_case(domain) {
            String::new()
        } else {
            format!(" of the zone {}", shown(&record.name))
        };
        let mut row =
            self.record(0, "SOA", &format!("serial {serial}{of}, {}", shown(primary)), record, domain, RecordType::Soa);
        row.detail = explain::record(record);
        if refresh >= expire {
            let says = format!("secondaries stop answering after {expire} s, before they look again");
            self.judge(row, domain, (Severity::Warning, says, "let expire be some days longer than refresh"));
        } else {
            self.push(row);
        }
    }

    /// The nearest CAA records.
    fn caa(&mut self, domain: &str) {
        for name in climb(domain) {
            let records = match self.survey.outcome(name, RecordType::Caa) {
                Outcome::Waiting | Outcome::Failed => return self.open(0, "CAA", name, RecordType::Caa),
                Outcome::Nothing { .. } => continue,
                Outcome::Records(records) => records,
            };
            let mut properties = Vec::new();
            let count = records.len();
            for record in records.into_iter().take(EXCHANGES) {
                let Some(property) = explain::caa(record) else { continue };
                let of = if name == domain { String::new() } else { format!(" (at {})", shown(name)) };
                let text = format!("{}{of}", shown(&record.value.to_string()));
                let mut row = self.record(0, "CAA", &text, record, name, RecordType::Caa);
                row.detail = explain::record(record);
                self.push(row);
                properties.push(property);
            }
            self.more("CAA", count, EXCHANGES);
            return self.findings.extend(caa::findings(name, &properties));
        }
        let row = self.row(0, "CAA", "none", domain, RecordType::Caa);
        self.push(row);
    }

    /// What a name that nobody has answers.
    fn wildcard(&mut self, domain: &str) {
        let name = nobody(domain);
        for kind in WILDCARDS {
            let Outcome::Records(records) = self.survey.outcome(&name, kind) else { continue };
            let Some(first) = records.first() else { continue };
            let text = format!("*.{} {kind} {}", shown(domain), shown(&first.value.to_string()));
            let row = self.record(0, "wildcard", &text, first, &name, kind);
            let (says, next) = match kind {
                RecordType::Mx => (
                    "every name below the domain takes mail, misspelt ones too",
                    "write an MX for each name that takes mail",
                ),
                RecordType::Txt => (
                    "every name without records of its own answers so: also _dmarc, selectors and _mta-sts",
                    "narrow the wildcard, so that it does not stand in for policies",
                ),
                _ => ("every name below the domain has an address", "a name without MX then takes mail there"),
            };
            self.judge(row, domain, (Severity::Note, says.to_owned(), next));
        }
    }
}

impl Survey {
    /// Whether the answer that has come is one that the resolver vouches for (RFC 6840 §5.8).
    pub(super) fn is_authentic(&self, name: &str, kind: RecordType) -> bool {
        let response = self.answer(name, kind).and_then(|answer| answer.reply.as_ref().ok());
        response.is_some_and(|response| response.flags.ad)
    }
}
