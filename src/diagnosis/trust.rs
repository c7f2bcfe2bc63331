//! What DNSSEC is worth for an answer: the resolver's word, and what the signatures say here.

use std::collections::HashMap;

use crate::diagnosis::answers::{Answers, key};
use crate::diagnosis::dns::Query;
use crate::diagnosis::dnssec::{self, Anchor, Ground, Link, State, Validation};
use crate::diagnosis::investigation::{Asking, Came, Setting, Want};
use crate::diagnosis::tlsa::Dnssec;

/// Questions of all chains together. A hostile zone cannot make it ask more.
const QUESTIONS: usize = 300;
/// Signatures that are checked for all of them. A chain takes some ten, and what it shares with others is checked once.
const CHECKS: u32 = 3000;

/// The program's own validation of several questions, which share what is above them.
#[derive(Clone, Debug)]
pub(in crate::diagnosis) struct Trust {
    asking: Asking,
    anchors: Vec<Anchor>,
    known: HashMap<Query, Validation>,
    ground: Ground,
}

/// What is known of the answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::diagnosis) struct Worth {
    /// Whether the resolver says AD; none without an answer.
    pub(in crate::diagnosis) told: Option<bool>,
    /// What was found here; none while that is open, or without an anchor.
    pub(in crate::diagnosis) own: Option<State>,
    /// Nothing more will come.
    pub(in crate::diagnosis) is_settled: bool,
}

impl Trust {
    pub(in crate::diagnosis) fn new(setting: &Setting) -> Self {
        let own = Setting { options: dnssec::options(&setting.options), ..setting.clone() };
        Self {
            asking: Asking::new(own, QUESTIONS),
            anchors: setting.anchors.clone(),
            known: HashMap::new(),
            ground: Ground::default(),
        }
    }

    /// What is to be asked for the chains of these questions.
    pub(in crate::diagnosis) fn wants(&mut self, queries: &[Query], now: i64) -> Vec<Want> {
        if self.anchors.is_empty() {
            return Vec::new();
        }
        let mut wants = Vec::new();
        for query in queries {
            // A chain is walked again only when all that it waits for is there.
            if self.ground.checks() < CHECKS
                && self.known.get(query).is_none_or(|known| known.state.is_none() && self.has(&known.open))
            {
                let answers = self.asking.answers();
                let known = dnssec::validate_on(&mut self.ground, query, answers, &self.anchors, now);
                wants.extend(self.asking.ask(known.open.iter().cloned()));
                self.known.insert(query.clone(), known);
            }
        }
        wants
    }

    fn has(&self, open: &[Query]) -> bool {
        open.iter().all(|query| self.asking.answers().get(&query.name, query.kind).is_some())
    }

    pub(in crate::diagnosis) fn came(&mut self, came: &Came) {
        self.asking.came(came);
    }

    /// What the answer to a question is worth. `answers` holds what the resolver says of it.
    pub(in crate::diagnosis) fn worth(&self, query: &Query, answers: &Answers) -> Worth {
        let query = key(&query.name, query.kind);
        let answer = answers.get(&query.name, query.kind);
        let own = self.known.get(&query).and_then(|known| known.state.clone());
        // What a limit kept from being asked or checked stays open.
        let over =
            self.anchors.is_empty() || own.is_some() || self.asking.limit().is_some() || self.ground.checks() >= CHECKS;
        Worth {
            told: answer.and_then(|answer| answer.reply.as_ref().ok()).map(|response| response.flags.ad),
            own,
            is_settled: over && answer.is_some(),
        }
    }

    /// The answers that were got around the resolver's own validation.
    pub(in crate::diagnosis) const fn answers(&self) -> &Answers {
        self.asking.answers()
    }

    /// The links of the chain, for the row in full.
    pub(in crate::diagnosis) fn links(&self, query: &Query) -> Vec<String> {
        self.chain(query).iter().map(|link| format!("{}: {}", link.what, link.says)).collect()
    }

    /// The links themselves, as far as they were checked.
    pub(in crate::diagnosis) fn chain(&self, query: &Query) -> &[Link] {
        self.known.get(&key(&query.name, query.kind)).map(|known| known.links.as_slice()).unwrap_or_default()
    }

    /// Whether there is an anchor to check anything from.
    pub(in crate::diagnosis) const fn is_possible(&self) -> bool {
        !self.anchors.is_empty()
    }
}

impl Worth {
    /// Neither the resolver vouches for it, nor could it be checked here.
    pub(in crate::diagnosis) const fn is_unknown(&self) -> bool {
        self.is_settled && matches!((&self.own, self.told), (Some(State::Indeterminate { .. }), Some(false)))
    }

    /// Both together, as a sender of mail that validates sees it. None while that is open.
    pub(in crate::diagnosis) fn dnssec(&self) -> Option<Dnssec> {
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
