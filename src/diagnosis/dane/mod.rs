//! Whether DANE vouches for the servers that take the mail of a domain (RFC 7672): their records in DNS, what DNSSEC is
//! worth there, and the certificate each of them really shows.
//!
//! ```text
//! domain ─► MX ─► A, AAAA ─► the base domain ─► TLSA ─┐
//!        │        └─────────► a look, with STARTTLS ──┴─► judged together
//!        └► MTA-STS ─► its policy: name and trust of the same certificate
//! host:port ─► A, AAAA ─► …
//! ```
//!
//! Every question is asked twice: as a mail server asks its resolver, whose word (AD) it believes; and with signatures,
//! which are checked here from the anchors down.

mod rows;
mod server;
#[cfg(test)]
mod tests;
mod vouching;
mod words;

use std::collections::HashMap;

use self::server::{Place, Server};
use super::answers::{Outcome, key};
use super::dns::{Query, Record, RecordType, Value};
use super::finding::{Finding, Severity};
use super::investigation::{Asking, Came, Investigation, Seen, Setting, Want};
use super::mta_sts::{self, Announced, MtaSts};
use super::survey::Row;
use super::trust::Trust;
use super::web::{Request, Url};
use crate::protocol::endpoint::{Endpoint, Host, Protocol, Security, Target, parse_target};

/// Servers that are looked at; more are counted.
const SERVERS: usize = 10;
/// Questions asked as a mail server asks. Ten servers with an alias each need forty-two.
const QUESTIONS: usize = 80;

/// What is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    /// The servers that take the mail of a domain. A-label form, lower case.
    Domain(String),
    /// One server, and the domain whose mail it takes, if that is said.
    Server(Place, Option<String>),
}

/// A look at the DANE of a domain, or of one server.
#[derive(Clone, Debug)]
pub struct DaneSurvey {
    subject: Subject,
    asking: Asking,
    trust: Trust,
    /// The servers that were looked at, and what they showed once that has come.
    looks: HashMap<Endpoint, Option<Seen>>,
    /// The request for the policy of MTA-STS, and what came of it.
    request: Option<Request>,
    policy: Option<Result<mta_sts::Fetched, String>>,
    /// Seconds since 1970, when something came last.
    now: i64,
}

/// What DNS and the policy of its domain say of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouching {
    /// What its TLSA records mean for a sender that knows DANE; none while that is open.
    pub dane: Option<(Severity, String)>,
    /// The records, and the one that would match.
    pub records: Vec<Row>,
    /// What the MTA-STS policy of its domain makes of it; none without a domain or a policy.
    pub mta_sts: Option<Row>,
    /// What the domain announces, when that is known.
    pub announced: Option<Announced>,
    /// What is worth saying.
    pub findings: Vec<Finding>,
}

/// The servers of the subject.
#[derive(Debug)]
enum Route {
    /// The MX question is open.
    Waiting,
    /// It has no answer.
    Failed,
    /// The domain does not exist.
    NoDomain,
    /// It takes no mail, and says so (RFC 7505).
    Null,
    /// Those that are looked at, and how many there are.
    Servers(Vec<Server>, usize),
}

impl DaneSurvey {
    /// A look at `example.org`, `jo@example.org` or `mx1.example.org:25`.
    ///
    /// # Errors
    /// The text says what is wrong with the subject.
    pub fn new(subject: &str, setting: &Setting) -> Result<Self, String> {
        let subject = match parse_target(&[subject.trim()]).map_err(|error| error.0)? {
            Target::Domain(domain) | Target::Address { domain, .. } => Subject::Domain(domain.to_ascii_lowercase()),
            Target::Endpoint(Endpoint { host: Host::Ip(ip), .. }) => {
                return Err(format!("{ip} has no TLSA record, which belongs to a name; write the name of the server"));
            }
            Target::Endpoint(Endpoint { protocol, host: Host::Name(host), port, security }) => {
                let security = if security == Security::Plain { Security::StartTls } else { security };
                Subject::Server(Place { protocol, host: host.to_ascii_lowercase(), port, security }, None)
            }
        };
        Ok(Self::about(subject, setting))
    }

    /// One server in place of those of a domain; its mail is that of a domain if one is named. None of an address.
    #[must_use]
    pub fn of_server(endpoint: &Endpoint, domain: Option<&str>, setting: &Setting) -> Option<Self> {
        let Endpoint { protocol, host: Host::Name(host), port, security } = endpoint else { return None };
        let place = Place { protocol: *protocol, host: host.to_ascii_lowercase(), port: *port, security: *security };
        Some(Self::about(Subject::Server(place, domain.map(str::to_ascii_lowercase)), setting))
    }

    fn about(subject: Subject, setting: &Setting) -> Self {
        Self {
            subject,
            asking: Asking::new(setting.clone(), QUESTIONS),
            trust: Trust::new(setting),
            looks: HashMap::new(),
            request: None,
            policy: None,
            now: 0,
        }
    }

    /// What DNS and the policy of its domain say of one server, for whoever shows the rest of it. None when it is about a
    /// domain, or as long as nothing is known. `shown`: what the server showed to whoever asks, if it was looked at without
    /// DNS.
    #[must_use]
    pub fn vouching(&self, shown: Option<&Seen>) -> Option<Vouching> {
        vouching::vouching(self, shown)
    }

    /// The domain, if it is one.
    fn domain(&self) -> Option<&str> {
        match &self.subject {
            Subject::Domain(domain) => Some(domain),
            Subject::Server(_, domain) => domain.as_deref(),
        }
    }

    fn route(&self) -> Route {
        let domain = match &self.subject {
            Subject::Domain(domain) => domain,
            Subject::Server(place, _) => return Route::Servers(vec![Server::of(self, None, place.clone())], 1),
        };
        let server = |preference, host: &str| {
            let host = host.to_ascii_lowercase();
            Server::of(
                self,
                preference,
                Place { protocol: Protocol::Smtp, host, port: 25, security: Security::StartTls },
            )
        };
        let records = match self.asking.answers().outcome(domain, RecordType::Mx) {
            Outcome::Waiting => return Route::Waiting,
            Outcome::Failed => return Route::Failed,
            Outcome::Nothing { no_name: true } => return Route::NoDomain,
            // The domain itself takes the mail (RFC 5321 §5.1).
            Outcome::Nothing { .. } => return Route::Servers(vec![server(None, domain)], 1),
            Outcome::Records(records) => records,
        };
        let mut exchanges: Vec<(u16, &str)> = records
            .into_iter()
            .filter_map(|record| match &record.value {
                Value::Mx { preference, exchange } => Some((*preference, exchange.as_str())),
                _ => None,
            })
            .collect();
        if exchanges.iter().all(|(_, exchange)| exchange.is_empty()) {
            return Route::Null;
        }
        exchanges.sort_by_key(|(preference, _)| *preference);
        // What is no name has no TLSA record, and is told of by itself.
        exchanges.retain(|(_, exchange)| matches!(Host::parse(exchange), Ok(Host::Name(_))));
        let count = exchanges.len();
        let servers = exchanges.into_iter().take(SERVERS).map(|(preference, host)| server(Some(preference), host));
        Route::Servers(servers.collect(), count)
    }

    /// What MX records name that is no name of a host, by its preference. A null MX is none of them (RFC 7505).
    fn misnamed(&self) -> Vec<(u16, String)> {
        let outcome = self.domain().map(|domain| self.asking.answers().outcome(domain, RecordType::Mx));
        let Some(Outcome::Records(records)) = outcome else { return Vec::new() };
        let exchange = |record: &Record| match &record.value {
            Value::Mx { preference, exchange } if !exchange.is_empty() => Some((*preference, exchange.clone())),
            _ => None,
        };
        let mut found: Vec<(u16, String)> = records.into_iter().filter_map(exchange).collect();
        found.retain(|(_, exchange)| !matches!(Host::parse(exchange), Ok(Host::Name(_))));
        found.sort();
        found.truncate(SERVERS);
        found
    }

    /// Every question whose name is known by now.
    fn queries(&self) -> Vec<Query> {
        let mut queries: Vec<Query> = self.domain().map(|domain| key(domain, RecordType::Mx)).into_iter().collect();
        if let Route::Servers(servers, _) = self.route() {
            queries.extend(servers.iter().flat_map(Server::queries));
        }
        queries
    }

    /// What MTA-STS says of the domain.
    fn mta_sts(&self) -> Option<MtaSts> {
        let (domain, policy) = (self.domain()?, self.policy.as_ref());
        Some(self.asking.read(|inquiry| match &self.subject {
            Subject::Domain(_) => mta_sts::evaluate(inquiry, domain, policy),
            Subject::Server(place, _) => mta_sts::evaluate_server(inquiry, domain, &place.host, policy),
        }))
    }

    /// The request for the policy of MTA-STS, once.
    fn wanted_policy(&mut self) -> Option<Want> {
        if self.request.is_some() {
            return None;
        }
        let url = Url::parse(&self.mta_sts()?.fetch?).ok()?;
        let request = Request::get(url).at_most(mta_sts::fetch::LONGEST);
        self.request = Some(request.clone());
        Some(Want::Document(request))
    }
}

impl Investigation for DaneSurvey {
    fn title(&self) -> String {
        match &self.subject {
            Subject::Domain(domain) => words::title(domain),
            Subject::Server(place, _) => words::title(&format!("{}:{}", place.host, place.port)),
        }
    }

    fn wants(&mut self) -> Vec<Want> {
        let queries = self.queries();
        let mut wants = self.asking.ask(queries.clone());
        wants.extend(self.trust.wants(&queries, self.now));
        if let Some(domain) = self.domain().map(str::to_owned) {
            let policy = self.policy.as_ref();
            wants.extend(self.asking.wants(|inquiry| mta_sts::evaluate(inquiry, &domain, policy)));
            wants.extend(self.wanted_policy());
        }
        if let Route::Servers(servers, _) = self.route() {
            for endpoint in servers.iter().filter_map(Server::look) {
                if !self.looks.contains_key(&endpoint) {
                    self.looks.insert(endpoint.clone(), None);
                    wants.push(Want::Look(endpoint));
                }
            }
        }
        wants
    }

    fn came(&mut self, came: Came, now: i64) {
        self.now = now;
        if self.asking.came(&came) {
            return;
        }
        match came {
            Came::Answer(..) => self.trust.came(&came),
            Came::Document(fetched) if self.request.as_ref() == Some(&fetched.request) => {
                self.policy = Some(mta_sts::Fetched::of(&fetched));
            }
            Came::Look(seen) => {
                if let Some(look) = self.looks.get_mut(&seen.endpoint) {
                    *look = Some(*seen);
                }
            }
            _ => {}
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        rows::table(self)
    }
}
