//! The DNSSEC of a single answer: what the resolver says of it, and beside that the program's own finding.

use std::collections::HashSet;

use super::rows::Row;
use crate::diagnosis::answers::{Answers, key};
use crate::diagnosis::dns::{Answer, Query, QueryOptions, Response};
use crate::diagnosis::dnssec::{self, Anchor, State, Validation};
use crate::diagnosis::finding::Severity;

/// Questions for one answer. A hostile zone cannot make it ask more.
const QUESTIONS: usize = 80;

/// A validation on its way.
#[derive(Clone, Debug)]
pub(super) struct Validating {
    query: Query,
    options: QueryOptions,
    anchors: Vec<Anchor>,
    answers: Answers,
    asked: HashSet<Query>,
    validation: Option<Validation>,
}

impl Validating {
    pub(super) fn new(query: &Query, options: &QueryOptions, anchors: &[Anchor]) -> Self {
        Self {
            query: query.clone(),
            options: dnssec::options(options),
            anchors: anchors.to_vec(),
            answers: Answers::default(),
            asked: HashSet::new(),
            // The first questions do not depend on the time.
            validation: Some(dnssec::validate(query, &Answers::default(), anchors, 0)),
        }
    }

    /// How its questions are asked.
    pub(super) const fn options(&self) -> &QueryOptions {
        &self.options
    }

    /// Takes in the answer as the user asked for it. A refusal is asked for again, with what does not validate.
    pub(super) fn begin(&mut self, answer: &Answer, now: i64) {
        if answer.reply.as_ref().is_ok_and(|response| matches!(response.rcode, 0 | 3)) {
            self.answers.insert(answer.clone());
        }
        self.go_on(now);
    }

    /// Takes in an answer of the chain.
    pub(super) fn answered(&mut self, answer: Answer, now: i64) {
        self.answers.insert(answer);
        self.go_on(now);
    }

    fn go_on(&mut self, now: i64) {
        self.validation = Some(dnssec::validate(&self.query, &self.answers, &self.anchors, now));
    }

    /// What to ask now, and how.
    pub(super) fn questions(&mut self) -> Vec<(Query, QueryOptions)> {
        let open = self.validation.iter().flat_map(|validation| &validation.open);
        let mut new = Vec::new();
        for query in open.map(|query| key(&query.name, query.kind)) {
            if self.asked.len() < QUESTIONS && self.asked.insert(query.clone()) {
                new.push((query, self.options.clone()));
            }
        }
        new
    }

    fn is_over(&self) -> bool {
        self.asked.len() >= QUESTIONS && self.asked.len() <= self.answers.len()
    }

    /// The row of both findings, and a row for each link of the chain.
    pub(super) fn rows(&self, response: Option<&Response>) -> Option<(Row, Vec<Row>)> {
        let validation = self.validation.as_ref()?;
        let authentic = response.map(|response| response.flags.ad);
        let told = match authentic {
            Some(true) => "the resolver says AD",
            Some(false) => "the resolver does not say AD",
            None => "no answer",
        };
        let (here, verdict) = match &validation.state {
            None if self.is_over() => {
                ("not settled".to_owned(), Some((Severity::Warning, format!("more than {QUESTIONS} questions"))))
            }
            None => ("…".to_owned(), None),
            Some(state) => (state.name().to_owned(), Some(verdict(state, authentic))),
        };
        let detail = validation.state.iter().map(ToString::to_string).collect();
        let text = format!("{told} · here: {here}");
        let row = Row { label: "DNSSEC".to_owned(), text, verdict, detail, ..Row::default() };
        let links = validation.links.iter().map(|link| Row {
            label: link.what.clone(),
            text: link.says.clone(),
            verdict: Some((link.severity, String::new())),
            ..Row::default()
        });
        Some((row, links.collect()))
    }
}

/// What both findings together mean.
fn verdict(state: &State, authentic: Option<bool>) -> (Severity, String) {
    match (state, authentic) {
        (State::Secure, Some(true)) => (Severity::Good, "both agree".to_owned()),
        (State::Secure, _) => (Severity::Note, "a resolver that validates would say AD".to_owned()),
        (State::Insecure(_), Some(true)) => (Severity::Warning, "the resolver claims more than is signed".to_owned()),
        (State::Insecure(why) | State::Indeterminate(why), _) => (Severity::Note, why.clone()),
        (State::Bogus(reason), Some(true)) => (Severity::Fault, format!("the resolver believes it: {reason}")),
        (State::Bogus(reason), _) => (Severity::Fault, format!("{reason}; {}", reason.next())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dns::RecordType;
    use crate::diagnosis::dnssec::Reason;

    #[test]
    fn both_findings_together() {
        let bogus = || State::Bogus(Reason::TooMuch);
        for (state, authentic, severity, part) in [
            (State::Secure, Some(true), Severity::Good, "agree"),
            (State::Secure, Some(false), Severity::Note, "would say AD"),
            (State::Insecure("x".to_owned()), Some(false), Severity::Note, "x"),
            (State::Insecure("x".to_owned()), Some(true), Severity::Warning, "claims more"),
            (State::Indeterminate("y".to_owned()), Some(true), Severity::Note, "y"),
            (bogus(), Some(true), Severity::Fault, "believes it"),
            (bogus(), None, Severity::Fault, "signed again"),
        ] {
            let (told, says) = verdict(&state, authentic);
            assert_eq!(told, severity, "{state}");
            assert!(says.contains(part), "{state}: {says}");
        }
    }

    #[test]
    fn a_refusal_is_asked_for_again_and_nothing_twice() {
        let query = Query { name: "Example.org".to_owned(), kind: RecordType::Mx };
        let mut validating = Validating::new(&query, &QueryOptions::default(), &dnssec::root_anchors());
        validating.begin(&Answer::new(query.clone(), Ok(Response { rcode: 2, ..Response::default() })), 0);
        let questions = validating.questions();
        let [(again, options)] = questions.as_slice() else { panic!("{questions:?}") };
        assert_eq!((again.name.as_str(), again.kind), ("example.org", RecordType::Mx));
        assert!(options.dnssec && options.checking_disabled);
        assert!(validating.questions().is_empty());
        assert_eq!(validating.rows(None).unwrap().0.text, "no answer · here: …");
    }
}
