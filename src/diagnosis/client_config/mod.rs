//! How mail programs set themselves up for an address, as a state machine: it names the questions and the requests,
//! is given what came of them, and says whether the sources agree.
//!
//! ```text
//! domain ─► MX, TXT, SRV ──────────────┐
//!        ├► Thunderbird: autoconfig, .well-known, http, ISPDB, mailconf, domain of the MX ─┐
//!        ├► Outlook: autodiscover at the domain, the host, http, SRV, JSON ────────────────┼─► servers ─► A, AAAA
//!        ├► Apple: a configuration profile ────────────────────────────────────────────────┤    └► compared
//!        └► SRV of the services (RFC 6186) ────────────────────────────────────────────────┘    └► a look at each
//! ```
//!
//! A mail program stops at the first source that answers; here all are asked, because another program starts at
//! another one. No password is ever sent, and nothing but the address is told. What a server offers, and which
//! certificate it shows, is held against what the sources say of it.

mod account;
mod autoconfig;
mod autodiscover;
mod compare;
mod document;
mod heard;
mod json;
mod mobileconfig;
mod places;
mod rows;
mod server;
mod srv;
mod step;
mod walk;
mod xml;

use std::collections::{HashMap, HashSet};

pub use account::{Account, UserName};
pub use compare::{Compared, Said};
pub use server::{Place, Reading, Remark, Server};
pub use step::{Program, Source};

use self::document::Document;
use self::step::{Step, queries, steps};
use self::walk::{End, Walk, walk};
use super::answers::{Answers, Outcome, key};
use super::dns::{Query, RecordType, both_forms};
use super::finding::Finding;
use super::investigation::{Asking, Came, Investigation, Seen, Setting, Want};
use super::survey::Row;
use super::tls::Verdict;
use super::web::{Fetched, Request};
use crate::protocol::endpoint::{Endpoint, Host};
use crate::protocol::visible::visible;

/// Questions of DNS. Sixteen hosts need forty-one.
const QUESTIONS: usize = 60;
/// Requests of one look. A hostile server cannot make it ask more.
const REQUESTS: usize = 80;
/// Hosts whose addresses are looked up.
const HOSTS: usize = 16;
/// Servers that are looked at.
const LOOKS: usize = 12;

/// What came of a request, looked at once.
#[derive(Clone, Debug)]
struct Held {
    fetched: Fetched,
    /// None at any status but 200.
    document: Option<Document>,
    /// None without TLS.
    certificate: Option<Verdict>,
}

/// The state of a look at the client configuration of a domain.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    account: Account,
    asking: Asking,
    requested: HashSet<Request>,
    held: HashMap<Request, Held>,
    /// The servers that were looked at, and what they showed once that has come.
    looks: HashMap<Place, Option<Seen>>,
}

impl Investigation for ClientConfig {
    fn title(&self) -> String {
        let subject = if self.account.is_whole() { self.account.address() } else { self.account.domain().to_owned() };
        format!("client configuration of {}", visible(both_forms(&subject).as_bytes()))
    }

    fn wants(&mut self) -> Vec<Want> {
        let questions = self.wanted_questions();
        let mut wants = self.asking.ask(questions);
        wants.extend(self.new_requests().into_iter().map(Want::Document));
        wants.extend(self.new_looks().into_iter().map(Want::Look));
        wants
    }

    fn came(&mut self, came: Came, _now: i64) {
        if self.asking.came(&came) {
            return;
        }
        match came {
            Came::Document(fetched) => self.fetched(*fetched),
            Came::Look(seen) => {
                let place = self.looks.keys().find(|place| place.endpoint().as_ref() == Some(&seen.endpoint)).cloned();
                if let Some(look) = place.and_then(|place| self.looks.get_mut(&place)) {
                    *look = Some(*seen);
                }
            }
            _ => {}
        }
    }

    /// Every step with its result, then the servers that all of them name together; and what is worth saying, with its
    /// next step: about each step in its order, then about all of them together.
    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let steps = steps(self);
        let walked: Vec<(&Step, Walk<'_>)> = steps.iter().map(|step| (step, walk(self, step))).collect();
        rows::table(self, &walked)
    }
}

impl ClientConfig {
    /// A look at `jo@example.org` or `example.org`.
    ///
    /// # Errors
    /// The text says what is wrong with the address.
    pub fn new(subject: &str, setting: &Setting) -> Result<Self, String> {
        Ok(Self {
            account: Account::parse(subject)?,
            asking: Asking::new(setting.clone(), QUESTIONS),
            requested: HashSet::new(),
            held: HashMap::new(),
            looks: HashMap::new(),
        })
    }

    /// Whose mail program is to be set up.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Whether every source was asked and answered. Servers may still be looked at.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let answered = |query: &Query| self.answers().get(&query.name, query.kind).is_some();
        let full = self.requested.len() >= REQUESTS;
        self.asking.pending() == 0
            && self.requested.len() == self.held.len()
            && (self.asking.limit().is_some() || self.wanted_questions().iter().all(answered))
            && (full || self.wanted_requests().iter().all(|request| self.requested.contains(request)))
    }

    /// What each source says, in the order of the steps; SRV last.
    #[must_use]
    pub fn said(&self) -> Vec<Said> {
        let steps = steps(self);
        let walked: Vec<(&Step, Walk<'_>)> = steps.iter().map(|step| (step, walk(self, step))).collect();
        compare::said(self, &walked)
    }

    /// Every server once, and which sources name it.
    #[must_use]
    pub fn servers(&self) -> Vec<Compared> {
        compare::servers(&self.said())
    }

    const fn answers(&self) -> &Answers {
        self.asking.answers()
    }

    /// What a server showed, if it was looked at.
    fn seen(&self, place: &Place) -> Option<&Seen> {
        self.looks.get(place)?.as_ref()
    }

    /// Every request that is known by now and was not made before.
    fn new_requests(&mut self) -> Vec<Request> {
        let wanted = self.wanted_requests();
        let mut new = Vec::new();
        for request in wanted {
            if self.requested.len() >= REQUESTS {
                break;
            }
            if self.requested.insert(request.clone()) {
                new.push(request);
            }
        }
        new
    }

    fn fetched(&mut self, fetched: Fetched) {
        if !self.requested.contains(&fetched.request) {
            return;
        }
        let document = match &fetched.reply {
            Ok(response) if response.status == 200 => Some(Document::read(response, &self.account)),
            _ => None,
        };
        let certificate = fetched.certificate();
        self.held.insert(fetched.request.clone(), Held { fetched, document, certificate });
    }

    /// Every server that is known by now to have an address, and was not looked at before.
    fn new_looks(&mut self) -> Vec<Endpoint> {
        let mut new = Vec::new();
        for Compared { place, .. } in self.servers() {
            if self.looks.len() >= LOOKS {
                break;
            }
            if !self.looks.contains_key(&place)
                && self.is_somewhere(&place)
                && let Some(endpoint) = place.endpoint()
            {
                self.looks.insert(place, None);
                new.push(endpoint);
            }
        }
        new
    }

    fn is_somewhere(&self, place: &Place) -> bool {
        let has = |kind| matches!(self.answers().outcome(&place.host, kind), Outcome::Records(_));
        matches!(Host::parse(&place.host), Ok(Host::Ip(_))) || has(RecordType::A) || has(RecordType::Aaaa)
    }

    fn wanted_questions(&self) -> Vec<Query> {
        let mut wanted = queries(&self.account);
        let mut hosts: Vec<String> = Vec::new();
        for compared in self.servers() {
            let host = compared.place.host;
            if hosts.len() < HOSTS && !hosts.contains(&host) && matches!(Host::parse(&host), Ok(Host::Name(_))) {
                hosts.push(host);
            }
        }
        for host in hosts {
            wanted.extend([RecordType::A, RecordType::Aaaa].map(|kind| key(&host, kind)));
        }
        wanted
    }

    fn wanted_requests(&self) -> Vec<Request> {
        let steps = steps(self);
        let wanted = steps.iter().filter_map(|step| match walk(self, step).end {
            End::Open(Some(request)) => Some(request),
            _ => None,
        });
        wanted.collect()
    }
}

#[cfg(test)]
mod tests;
