//! Runs an investigation: what it wants becomes effects, and what comes back is handed to it.

use std::collections::{HashMap, HashSet};

use super::effect::{Effect, Effects};
use super::event::{ConnectionId, FetchId, Happened, QueryId};
use super::look::{Errand, Looks};
use super::options::Options;
use crate::diagnosis::dns::{Answer, Resolver};
use crate::diagnosis::investigation::{Came, Investigation, Question, Want};
use crate::diagnosis::tls::Judgement;
use crate::diagnosis::web::Fetched;
use crate::protocol::moment::Moment;

/// An investigation and what it waits for.
#[derive(Debug)]
pub struct Investigator {
    investigation: Option<Box<dyn Investigation>>,
    /// Questions and requests that are out. Numbers are never used twice, so that a late answer finds nobody.
    questions: HashMap<QueryId, Question>,
    requests: HashSet<FetchId>,
    next: u32,
    /// What was wanted so far.
    wanted: usize,
    looks: Looks,
    /// Whom to ask for the addresses of web and mail servers.
    resolver: Resolver,
}

impl Investigator {
    /// Nothing to do yet. Servers are looked at as the run connects: its EHLO name, its address family.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            investigation: None,
            questions: HashMap::new(),
            requests: HashSet::new(),
            next: 0,
            wanted: 0,
            looks: Looks::new(options),
            resolver: Resolver::default(),
        }
    }

    /// Begins; whatever went before is forgotten.
    pub fn begin(&mut self, investigation: Box<dyn Investigation>, resolver: Resolver, effects: &mut Effects) {
        self.questions.clear();
        self.requests.clear();
        self.wanted = 0;
        self.looks.forget(effects);
        self.investigation = Some(investigation);
        self.resolver = resolver;
        self.go_on(effects);
    }

    /// Waits for nothing any more; what has come stays. Says whether anything was waited for.
    pub fn stop(&mut self, effects: &mut Effects) -> bool {
        let waited = self.pending() > 0;
        self.questions.clear();
        self.requests.clear();
        self.looks.forget(effects);
        waited
    }

    /// What is being looked into.
    #[must_use]
    pub fn investigation(&self) -> Option<&dyn Investigation> {
        self.investigation.as_deref()
    }

    /// What is waited for: questions, documents and looks at servers.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.questions.len() + self.requests.len() + self.looks.len()
    }

    /// What came and what was wanted, so far: more may be wanted later.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.wanted.saturating_sub(self.pending()), self.wanted)
    }

    /// An answer. Late ones of an earlier investigation are passed over. `now` is in seconds since 1970. Says whether it
    /// was waited for.
    pub fn answered(&mut self, id: QueryId, answer: Box<Answer>, now: i64, effects: &mut Effects) -> bool {
        let Some(question) = self.questions.remove(&id) else { return false };
        self.came(Came::Answer(question, answer), now, effects);
        true
    }

    /// A document, likewise.
    pub fn fetched(&mut self, id: FetchId, fetched: Box<Fetched>, now: i64, effects: &mut Effects) -> bool {
        if !self.requests.remove(&id) {
            return false;
        }
        self.came(Came::Document(fetched), now, effects);
        true
    }

    /// A judgement of a chain, likewise.
    pub fn judged(&mut self, id: FetchId, judgement: Box<Judgement>, now: i64, effects: &mut Effects) -> bool {
        if !self.requests.remove(&id) {
            return false;
        }
        self.came(Came::Judged(judgement), now, effects);
        true
    }

    /// A report about a connection. What belongs to no look of this investigation is passed over. Says whether there is
    /// something new to see.
    pub fn happened(&mut self, id: ConnectionId, what: Happened, at: Moment, now: i64, effects: &mut Effects) -> bool {
        let Some(came) = self.looks.happened(id, what, at, effects) else { return false };
        self.came(came, now, effects);
        true
    }

    /// Time has passed: a look that takes too long ends. `now` is in seconds since 1970. Says whether there is something
    /// new to see.
    pub fn tick(&mut self, at: Moment, now: i64, effects: &mut Effects) -> bool {
        let came = self.looks.tick(at, effects);
        let is_new = !came.is_empty();
        for came in came {
            self.came(came, now, effects);
        }
        is_new
    }

    fn came(&mut self, came: Came, now: i64, effects: &mut Effects) {
        if let Some(investigation) = &mut self.investigation {
            investigation.came(came, now);
        }
        self.go_on(effects);
    }

    fn go_on(&mut self, effects: &mut Effects) {
        let wants = self.investigation.as_mut().map(|investigation| investigation.wants()).unwrap_or_default();
        for want in wants {
            self.wanted += 1;
            match want {
                Want::Answer(question) => {
                    let id = QueryId(self.number());
                    let Question { query, resolver, options } = question.clone();
                    self.questions.insert(id, question);
                    effects.push(Effect::Query { id, query, resolver, options });
                }
                Want::Document(request) => {
                    let id = FetchId(self.number());
                    self.requests.insert(id);
                    effects.push(Effect::Fetch { id, request, resolver: self.resolver.clone() });
                }
                Want::Judge(chain) => {
                    let id = FetchId(self.number());
                    self.requests.insert(id);
                    effects.push(Effect::Judge { id, chain });
                }
                Want::Look(endpoint) => self.look(Errand::Look(endpoint), effects),
                Want::Again(endpoint) => self.look(Errand::Again(endpoint), effects),
                Want::Hello(hello) => self.look(Errand::Hello(hello), effects),
                Want::Talk(talk) => self.look(Errand::Talk(talk), effects),
            }
        }
    }

    fn look(&mut self, errand: Errand, effects: &mut Effects) {
        self.looks.want(errand, self.resolver.clone(), effects);
    }

    const fn number(&mut self) -> u32 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        number
    }
}
