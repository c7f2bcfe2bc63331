//! What DNSSEC is worth for an answer: the resolver's word, and what the signatures say here.

use std::collections::HashMap;

use crate::diagnosis::answers::{Answers, key};
use crate::diagnosis::dns::Query;
use crate::diagnosis::dnssec::{self, Anchor, State, Validation};
use crate::diagnosis::investigation::{Asking, Came, Setting, Want};
use crate::diagnosis::tlsa::Dnssec;

/// Questions of all chains together. A hostile zone cannot make it ask more.
const QUESTIONS: usize = 300;

/// The program's own validation of several questions, which share what is above them.
#[derive(Clone, Debug)]
pub(super) struct Trust {
    asking: Asking,
    anchors: Vec<Anchor>,
    known: HashMap<Query, Validation>,
}

/// What is known of the answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Worth {
    /// Whether the resolver says AD; none without an answer.
    pub(super) told: Option<bool>,
    /// What was found here; none while that is open, or without an anchor.
    pub(super) own: Option<State>,
    /// Nothing more will come.
    pub(super) is_settled: bool,
}

impl Trust {
    pub(super) fn new(setting: &Setting) -> Self {
        let own = Setting { options: dnssec::options(&setting.options), ..setting.clone() };
        Self { asking: Asking::new(own, QUESTIONS), anchors: setting.anchors.clone(), known: HashMap::new() }
    }

    /// What is to be asked for the chains of these questions.
    pub(super) fn wants(&mut self, queries: &[Query], now: i64) -> Vec<Want> {
        if self.anchors.is_empty() {
            return Vec::new();
        }
        let mut wants = Vec::new();
        for query in queries {
            // A chain is walked again only when all that it waits for is there.
            if self.known.get(query).is_none_or(|known| known.state.is_none() && self.has(&known.open)) {
                let known = dnssec::validate(query, self.asking.answers(), &self.anchors, now);
                wants.extend(self.asking.ask(known.open.iter().cloned()));
                self.known.insert(query.clone(), known);
            }
        }
        wants
    }

    fn has(&self, open: &[Query]) -> bool {
        open.iter().all(|query| self.asking.answers().get(&query.name, query.kind).is_some())
    }

    pub(super) fn came(&mut self, came: &Came) {
        self.asking.came(came);
    }

    /// What the answer to a question is worth. `answers` holds what the resolver says of it.
    pub(super) fn worth(&self, query: &Query, answers: &Answers) -> Worth {
        let query = key(&query.name, query.kind);
        let answer = answers.get(&query.name, query.kind);
        let own = self.known.get(&query).and_then(|known| known.state.clone());
        // What the limit kept from being asked stays open.
        let over = self.anchors.is_empty() || own.is_some() || self.asking.limit().is_some();
        Worth {
            told: answer.and_then(|answer| answer.reply.as_ref().ok()).map(|response| response.flags.ad),
            own,
            is_settled: over && answer.is_some(),
        }
    }

    /// The answers that were got around the resolver's own validation.
    pub(super) const fn answers(&self) -> &Answers {
        self.asking.answers()
    }

    /// The links of the chain, for the row in full.
    pub(super) fn links(&self, query: &Query) -> Vec<String> {
        let known = self.known.get(&key(&query.name, query.kind));
        known.iter().flat_map(|known| &known.links).map(|link| format!("{}: {}", link.what, link.says)).collect()
    }
}

impl Worth {
    /// Neither the resolver vouches for it, nor could it be checked here.
    pub(super) const fn is_unknown(&self) -> bool {
        self.is_settled && matches!((&self.own, self.told), (Some(State::Indeterminate { .. }), Some(false)))
    }

    /// Both together, as a sender of mail that validates sees it. None while that is open.
    pub(super) fn dnssec(&self) -> Option<Dnssec> {
        if !self.is_settled {
            return None;
        }
        Some(match (&self.own, self.told) {
            (Some(State::Secure), _) => Dnssec::Secure,
            (Some(State::Insecure(_)), _) => Dnssec::Insecure,
            (Some(State::Bogus(_)), _) => Dnssec::Bogus,
            (Some(State::Indeterminate { .. }) | None, Some(true)) => Dnssec::Secure,
            (Some(State::Indeterminate { .. }) | None, _) => Dnssec::Insecure,
        })
    }
}
