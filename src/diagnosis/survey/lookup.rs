//! Reading the answers of a survey, everything bounded.

use std::net::IpAddr;

use super::{ADDRESSES, EXCHANGES, REVERSE_NAMES, Subject, Survey};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{Answer, Record, RecordType, Value, reverse_name};

/// Where the mail of the domain goes.
pub(super) enum Route<'a> {
    /// The MX question is open.
    Waiting,
    /// The MX question failed.
    Failed,
    /// The domain does not exist.
    NoDomain,
    /// `MX 0 .` and nothing else (RFC 7505).
    Null(&'a Record),
    /// No MX: the domain's own addresses (RFC 5321 §5.1).
    Implicit,
    /// The exchanges, the preferred first.
    Exchanges(Vec<Exchange<'a>>),
}

/// One MX record.
pub(super) struct Exchange<'a> {
    pub(super) record: &'a Record,
    pub(super) preference: u16,
    pub(super) name: &'a str,
}

impl Survey {
    /// The reverse names of an address.
    pub(super) fn reverse_names(&self, ip: IpAddr) -> Vec<(&Record, &str)> {
        let Outcome::Records(records) = self.outcome(&reverse_name(ip), RecordType::Ptr) else { return Vec::new() };
        let names = records.into_iter().filter_map(|record| match &record.value {
            Value::Ptr(name) if !name.is_empty() => Some((record, name.as_str())),
            _ => None,
        });
        names.take(REVERSE_NAMES).collect()
    }

    pub(super) fn answer(&self, name: &str, kind: RecordType) -> Option<&Answer> {
        self.answers.get(name, kind)
    }

    /// What is known for a question.
    pub(super) fn outcome(&self, name: &str, kind: RecordType) -> Outcome<'_> {
        self.answers.outcome(name, kind)
    }

    /// Where the domain's mail goes, by what is known.
    pub(super) fn route(&self) -> Route<'_> {
        let Subject::Domain(domain) = &self.subject else { return Route::Implicit };
        let records = match self.outcome(domain, RecordType::Mx) {
            Outcome::Waiting => return Route::Waiting,
            Outcome::Failed => return Route::Failed,
            Outcome::Nothing { no_name: true } => return Route::NoDomain,
            Outcome::Nothing { no_name: false } => return Route::Implicit,
            Outcome::Records(records) => records,
        };
        let mut exchanges: Vec<Exchange<'_>> = records
            .into_iter()
            .filter_map(|record| match &record.value {
                Value::Mx { preference, exchange } => {
                    Some(Exchange { record, preference: *preference, name: exchange })
                }
                _ => None,
            })
            .collect();
        if let [only] = exchanges.as_slice()
            && only.name.is_empty()
        {
            return Route::Null(only.record);
        }
        exchanges.sort_by_key(|exchange| exchange.preference);
        Route::Exchanges(exchanges)
    }

    /// The names whose addresses take the mail, the preferred first.
    pub(super) fn hosts(&self) -> Vec<&str> {
        match (self.route(), &self.subject) {
            (Route::Exchanges(exchanges), _) => exchanges
                .into_iter()
                .take(EXCHANGES)
                .map(|exchange| exchange.name)
                .filter(|name| !name.is_empty() && !is_address(name))
                .collect(),
            (Route::Implicit, Subject::Domain(domain)) => vec![domain],
            _ => Vec::new(),
        }
    }

    /// The addresses of a host that are known by now, IPv4 first.
    pub(super) fn addresses(&self, host: &str) -> Vec<IpAddr> {
        self.address_records(host).into_iter().map(|(_, ip)| ip).collect()
    }

    pub(super) fn address_records(&self, host: &str) -> Vec<(&Record, IpAddr)> {
        let mut found = Vec::new();
        for kind in [RecordType::A, RecordType::Aaaa] {
            if let Outcome::Records(records) = self.outcome(host, kind) {
                found.extend(records.into_iter().filter_map(|record| match record.value {
                    Value::A(ip) => Some((record, IpAddr::V4(ip))),
                    Value::Aaaa(ip) => Some((record, IpAddr::V6(ip))),
                    _ => None,
                }));
            }
        }
        found.truncate(ADDRESSES);
        found
    }

    /// Whether an address question of this host is open.
    pub fn is_waiting(&self, host: &str) -> bool {
        [RecordType::A, RecordType::Aaaa].into_iter().any(|kind| self.answer(host, kind).is_none())
    }
}

/// Whether an exchange is an address where a name must stand. `192.0.2.25.` in a zone file arrives like this.
pub(super) fn is_address(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok() || name.starts_with('[')
}
