//! What should not work, tried: an open relay, passwords in clear, a wrong password, names told to strangers, a message
//! that ends too early, commands that outlive STARTTLS.
//!
//! ```text
//! Order ─► terms, agreed to ─► a look ─► the tests that fit ─► talks, one at a time ─► a row each
//! ```
//!
//! Each test is a file: which talks it wants after the look, and what their replies mean. None says DATA but the one that
//! was given a mailbox for it, and none says AUTH but the one that was given a number.

mod clear;
mod injection;
mod order;
mod outcome;
mod password;
mod relay;
mod smuggling;
mod terms;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::VecDeque;

pub use order::{Order, Test};

use self::outcome::Outcome;
use super::finding::{Finding, Severity};
use super::investigation::{Came, Failure, Investigation, Place, Seen, Stage, Talk, Talked, Want};
use super::survey::Row;
use crate::protocol::endpoint::{Endpoint, Security};

/// What a test may go by: what was ordered, and what the look showed.
struct Ground<'a> {
    order: &'a Order,
    seen: &'a Seen,
    /// The time of the look, in seconds since 1970.
    now: i64,
}

impl Ground<'_> {
    /// Under TLS if the server can, else in clear.
    fn place(&self) -> Place {
        if self.seen.tls.is_some() { Place::Tls } else { Place::Clear }
    }

    fn talk(&self, steps: Vec<super::investigation::Step>) -> Talk {
        Talk { endpoint: self.order.endpoint.clone(), place: self.place(), steps }
    }
}

/// How far a test has come.
#[derive(Debug)]
struct Trial {
    test: Test,
    /// Why it is not done, in the words behind "not tested:".
    not: Option<String>,
    talks: Vec<Talk>,
    talked: Vec<Talked>,
}

impl Trial {
    fn is_over(&self) -> bool {
        self.not.is_some() || self.talked.len() >= self.talks.len()
    }
}

/// The probe of one server. It is begun only after its [terms](Order::terms) were agreed to.
#[derive(Debug)]
pub struct Probe {
    order: Order,
    asked: bool,
    seen: Option<Seen>,
    now: i64,
    trials: Vec<Trial>,
    waiting: VecDeque<(usize, Talk)>,
    under_way: Option<(usize, Talk)>,
}

impl Probe {
    /// Nothing is said yet.
    #[must_use]
    pub const fn new(order: Order) -> Self {
        Self { order, asked: false, seen: None, now: 0, trials: Vec::new(), waiting: VecDeque::new(), under_way: None }
    }

    /// The look is over: each test says what it wants.
    fn looked(&mut self, seen: Seen, now: i64) {
        let ground = Ground { order: &self.order, seen: &seen, now };
        let unreached = unreached(seen.failure.as_ref());
        for test in self.order.tests() {
            let talks = match &unreached {
                Some(_) => Err("the server was not reached".to_owned()),
                None => test.talks(&ground),
            };
            let (not, talks) = match talks {
                Ok(talks) => (None, talks),
                Err(why) => (Some(why), Vec::new()),
            };
            self.waiting.extend(talks.iter().map(|talk| (self.trials.len(), talk.clone())));
            self.trials.push(Trial { test, not, talks, talked: Vec::new() });
        }
        self.seen = Some(seen);
        self.now = now;
    }

    fn talked(&mut self, talked: Talked) {
        let Some((place, _)) = self.under_way.take() else { return };
        let gone = unreached(talked.seen.failure.as_ref());
        if let Some(trial) = self.trials.get_mut(place) {
            trial.talked.push(talked);
        }
        // A server that answers no more may have had enough of us: it is left alone.
        if let Some(why) = gone {
            self.waiting.clear();
            for trial in self.trials.iter_mut().filter(|trial| !trial.is_over()) {
                trial.not = Some(format!("the server answers no more: {why}"));
            }
        }
    }

    fn outcome(&self, trial: &Trial, seen: &Seen) -> Outcome {
        let ground = Ground { order: &self.order, seen, now: self.now };
        match &trial.not {
            Some(why) => Outcome::not_tested(why),
            None => trial.test.judge(&ground, &trial.talks, &trial.talked),
        }
    }
}

/// Why a server was not reached, or not far enough to say anything to it.
fn unreached(failure: Option<&Failure>) -> Option<String> {
    failure.filter(|failure| failure.stage <= Stage::Capabilities).map(|failure| failure.says.clone())
}

impl Investigation for Probe {
    fn title(&self) -> String {
        format!("probe of {}", self.order.endpoint)
    }

    fn wants(&mut self) -> Vec<Want> {
        if !std::mem::replace(&mut self.asked, true) {
            let endpoint = self.order.endpoint.clone();
            let security = match endpoint.security {
                Security::Plain => Security::StartTls,
                other => other,
            };
            return vec![Want::Look(Endpoint { security, ..endpoint })];
        }
        if self.under_way.is_some() {
            return Vec::new();
        }
        let Some((place, talk)) = self.waiting.pop_front() else { return Vec::new() };
        self.under_way = Some((place, talk.clone()));
        vec![Want::Talk(talk)]
    }

    fn came(&mut self, came: Came, now: i64) {
        match came {
            Came::Look(seen) if self.seen.is_none() => self.looked(*seen, now),
            Came::Talk(talk, talked) if self.under_way.as_ref().is_some_and(|(_, asked)| *asked == talk) => {
                self.talked(*talked);
            }
            _ => {}
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let Some(seen) = &self.seen else {
            let row = Row { label: "server".to_owned(), text: "…".to_owned(), ..Row::default() };
            return (vec![row], Vec::new());
        };
        let (mut rows, mut findings) = (vec![outcome::server(seen)], Vec::new());
        if let Some(failure) = seen.failure.as_ref().filter(|failure| failure.stage <= Stage::Capabilities) {
            findings.push(Finding::new(Severity::Fault, "server", failure.says.clone(), failure.next.clone()));
        }
        for trial in &self.trials {
            if trial.is_over() {
                self.outcome(trial, seen).draw(trial.test, &mut rows, &mut findings);
            } else {
                let text = format!("… {} of {} connections", trial.talked.len(), trial.talks.len());
                rows.push(Row { label: trial.test.label().to_owned(), text, ..Row::default() });
            }
        }
        (rows, findings)
    }
}
