//! How mail programs set themselves up for an address, as a state machine: it names the questions and the requests,
//! is given what came of them, and says whether the sources agree.
//!
//! ```text
//! domain ─► MX, TXT, SRV ──────────────┐
//!        ├► Thunderbird: autoconfig, .well-known, http, ISPDB, mailconf, domain of the MX ─┐
//!        ├► Outlook: autodiscover at the domain, the host, http, SRV, JSON ────────────────┼─► servers ─► A, AAAA
//!        ├► Apple: a configuration profile ────────────────────────────────────────────────┤    └► compared
//!        └► SRV of the services (RFC 6186) ────────────────────────────────────────────────┘
//! ```
//!
//! A mail program stops at the first source that answers; here all are asked, because another program starts at
//! another one. No password is ever sent, and nothing but the address is told.

mod account;
mod autoconfig;
mod autodiscover;
mod compare;
mod document;
mod heard;
mod json;
mod mobileconfig;
mod rows;
mod server;
mod srv;
mod step;
mod walk;
mod xml;

use std::collections::{HashMap, HashSet};

pub use account::{Account, UserName};
pub use compare::{Compared, Said};
pub use heard::Heard;
pub use server::{Place, Reading, Remark, Server};
pub use step::{Program, Source};

use self::document::Document;
use self::step::{Step, queries, steps};
use self::walk::{End, Walk, walk};
use super::answers::{Answers, key};
use super::dns::{Answer, Query, RecordType};
use super::finding::Finding;
use super::survey::Row;
use super::tls::Verdict;
use super::web::{Fetched, Request};
use crate::protocol::endpoint::Host;

/// Requests of one look. A hostile server cannot make it ask more.
const REQUESTS: usize = 80;
/// Hosts whose addresses are looked up.
const HOSTS: usize = 16;

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
    asked: HashSet<Query>,
    answers: Answers,
    requested: HashSet<Request>,
    held: HashMap<Request, Held>,
    heard: HashMap<Place, Heard>,
}

impl ClientConfig {
    /// A look at `jo@example.org` or `example.org`.
    ///
    /// # Errors
    /// The text says what is wrong with the address.
    pub fn new(subject: &str) -> Result<Self, String> {
        Ok(Self {
            account: Account::parse(subject)?,
            asked: HashSet::new(),
            answers: Answers::default(),
            requested: HashSet::new(),
            held: HashMap::new(),
            heard: HashMap::new(),
        })
    }

    /// Whose mail program is to be set up.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Every question of DNS that is known by now and was not asked before. They may be asked all at once.
    pub fn questions(&mut self) -> Vec<Query> {
        let wanted = self.wanted_questions();
        wanted.into_iter().filter(|query| self.asked.insert(query.clone())).collect()
    }

    /// Takes an answer in. One that was not asked for is passed over.
    pub fn answered(&mut self, answer: Answer) {
        if self.asked.contains(&key(&answer.query.name, answer.query.kind)) {
            self.answers.insert(answer);
        }
    }

    /// Every request that is known by now and was not made before. They may be made all at once.
    pub fn fetches(&mut self) -> Vec<Request> {
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

    /// Takes the outcome of a request in. One that was not made is passed over.
    pub fn fetched(&mut self, fetched: Fetched) {
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

    /// How many questions and requests wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.asked.len().saturating_sub(self.answers.len()) + self.requested.len().saturating_sub(self.held.len())
    }

    /// Whether everything was asked and answered.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let full = self.requested.len() >= REQUESTS;
        self.pending() == 0
            && self.wanted_questions().iter().all(|query| self.asked.contains(query))
            && (full || self.wanted_requests().iter().all(|request| self.requested.contains(request)))
    }

    /// The table to draw: every step with its result, then the servers that all of them name together.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.table().0
    }

    /// What is worth saying, with its next step: about each step in its order, then about all of them together.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.table().1
    }

    /// [`Self::rows`] and [`Self::findings`] at the cost of one.
    #[must_use]
    pub fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let steps = steps(self);
        let walked: Vec<(&Step, Walk<'_>)> = steps.iter().map(|step| (step, walk(self, step))).collect();
        rows::table(self, &walked)
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

    /// Notes what a server of [`Self::servers`] really answered. The findings then say where it differs.
    pub fn heard(&mut self, place: Place, heard: Heard) {
        self.heard.insert(place, heard);
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
