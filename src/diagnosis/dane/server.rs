//! One server: its addresses, its TLSA base domain (RFC 7672 §2.2.3), and the records there.

use std::net::IpAddr;

use super::DaneSurvey;
use crate::diagnosis::answers::{Outcome, aliases, key};
use crate::diagnosis::dns::{Query, Record, RecordType, Value};
use crate::diagnosis::investigation::Seen;
use crate::diagnosis::tlsa::{Dnssec, Tlsa, record_name};
use crate::diagnosis::trust::Worth;
use crate::protocol::endpoint::{Endpoint, Host, Protocol, Security};

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) protocol: Protocol,
    /// Its name in A-label form and lower case.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

/// A server, as far as DNS has told.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// Of its MX record, if it has one.
    pub(super) preference: Option<u16>,
    pub(super) place: Place,
    pub(super) addresses: Vec<IpAddr>,
    /// Both address questions have an answer.
    is_resolved: bool,
    /// The question whose answer holds addresses or an alias, and what it is worth.
    pub(super) address: Query,
    pub(super) address_worth: Worth,
    /// The name at the end of its aliases.
    pub(super) alias: Option<String>,
    /// The name under which its records stand. None while that is open.
    pub(super) base: Option<String>,
}

/// The TLSA records of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Not answered yet.
    Waiting,
    /// No answer, and none was got around the resolver either.
    Failed,
    /// The records; there may be none. Each with the seconds it may be kept.
    Records(Vec<(Tlsa, u32)>),
}

impl Server {
    pub(super) fn of(survey: &DaneSurvey, preference: Option<u16>, place: Place) -> Self {
        let answers = survey.asking.answers();
        let mut address = key(&place.host, RecordType::A);
        let (mut addresses, mut alias, mut is_resolved) = (Vec::new(), None, true);
        for kind in [RecordType::Aaaa, RecordType::A] {
            let Some(answer) = answers.get(&place.host, kind) else {
                is_resolved = false;
                continue;
            };
            if let Some((_, target)) = aliases(answer, &place.host).last() {
                alias = Some(target.to_ascii_lowercase());
                address.kind = kind;
            }
            if let Outcome::Records(records) = answers.outcome(&place.host, kind) {
                addresses.extend(records.into_iter().filter_map(ip));
                address.kind = kind;
            }
        }
        let address_worth = survey.trust.worth(&address, answers);
        let mut server = Self { preference, place, addresses, is_resolved, address, address_worth, alias, base: None };
        server.base = server.base(survey);
        server
    }

    /// The name under which the records stand: that at the end of the aliases when all of them are signed and there are
    /// signed records, or else the name itself.
    fn base(&self, survey: &DaneSurvey) -> Option<String> {
        let own = || Some(self.place.host.clone());
        if !self.is_resolved {
            return None;
        }
        let Some(alias) = &self.alias else { return own() };
        if self.address_worth.dnssec()? != Dnssec::Secure {
            return own();
        }
        match self.records(survey, alias) {
            (Found::Waiting, _) => None,
            (Found::Records(records), worth) if !records.is_empty() && worth.dnssec()? == Dnssec::Secure => {
                Some(alias.clone())
            }
            _ => own(),
        }
    }

    /// Every question about it whose name is known by now.
    pub(super) fn queries(&self) -> Vec<Query> {
        let host = &self.place.host;
        let mut queries = [RecordType::A, RecordType::Aaaa].map(|kind| key(host, kind)).to_vec();
        queries.push(self.tlsa(host));
        let follows = self.address_worth.dnssec() == Some(Dnssec::Secure);
        queries.extend(self.alias.as_ref().filter(|_| follows).map(|alias| self.tlsa(alias)));
        queries
    }

    /// The question for the records of a name.
    pub(super) fn tlsa(&self, base: &str) -> Query {
        key(&record_name(base, self.place.port), RecordType::Tlsa)
    }

    /// The records of a name, and what they are worth. What the resolver keeps back because it does not validate is shown
    /// all the same.
    pub(super) fn records(&self, survey: &DaneSurvey, base: &str) -> (Found, Worth) {
        let query = self.tlsa(base);
        let answers = survey.asking.answers();
        let worth = survey.trust.worth(&query, answers);
        let read = |outcome| match outcome {
            Outcome::Waiting => Found::Waiting,
            Outcome::Failed => Found::Failed,
            Outcome::Nothing { .. } => Found::Records(Vec::new()),
            Outcome::Records(records) => Found::Records(records.into_iter().filter_map(tlsa).collect()),
        };
        let mut found = read(answers.outcome(&query.name, query.kind));
        if found == Found::Failed && worth.dnssec() == Some(Dnssec::Bogus) {
            found = read(survey.trust.answers().outcome(&query.name, query.kind));
        }
        (found, worth)
    }

    /// Where to look at it, once the name is known that its certificate is asked for by, and an address.
    pub(super) fn look(&self) -> Option<Endpoint> {
        let base = self.base.as_ref().filter(|_| !self.addresses.is_empty())?;
        // A name from DNS may be one that nobody can connect to.
        let name = [base, &self.place.host].into_iter().find_map(|name| match Host::parse(name) {
            Ok(host @ Host::Name(_)) => Some(host),
            _ => None,
        });
        let Place { protocol, port, security, .. } = self.place;
        Some(Endpoint { protocol, host: name?, port, security })
    }

    /// What it showed; none while that is open.
    pub(super) fn seen<'a>(&self, survey: &'a DaneSurvey) -> Option<&'a Seen> {
        survey.looks.get(&self.look()?)?.as_ref()
    }

    /// Whether it has no address, which is known.
    pub(super) fn is_nowhere(&self) -> bool {
        self.is_resolved && self.addresses.is_empty()
    }
}

fn ip(record: &Record) -> Option<IpAddr> {
    match record.value {
        Value::A(ip) => Some(ip.into()),
        Value::Aaaa(ip) => Some(ip.into()),
        _ => None,
    }
}

fn tlsa(record: &Record) -> Option<(Tlsa, u32)> {
    let Value::Tlsa { usage, selector, matching, data } = &record.value else { return None };
    let tlsa = Tlsa { usage: *usage, selector: *selector, matching: *matching, data: data.clone() };
    Some((tlsa, record.ttl))
}
