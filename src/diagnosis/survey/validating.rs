//! The DNSSEC of a single answer: what the resolver says of it, and beside that the program's own finding.

use std::collections::HashSet;

use super::rows::Row;
use crate::diagnosis::answers::{Answers, key};
use crate::diagnosis::dns::{Answer, Query, QueryOptions, Response};
use crate::diagnosis::dnssec::{self, Anchor, State, Validation};
use crate::diagnosis::finding::Severity;

/// Questions for one answer. A hostile zone cannot make it ask more.
const QUESTIONS: usize = 80;
/// RFC 1035 §4.1.1.
const SERVFAIL: u16 = 2;

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
        let told = match response {
            Some(response) if response.flags.ad => "the resolver says AD",
            Some(_) => "the resolver does not say AD",
            None => "no answer",
        };
        let (here, verdict) = match &validation.state {
            None if self.is_over() => {
                ("not settled".to_owned(), Some((Severity::Warning, format!("more than {QUESTIONS} questions"))))
            }
            None => ("…".to_owned(), None),
            Some(state) => (state.name().to_owned(), Some(verdict(state, response))),
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
pub(super) fn verdict(state: &State, response: Option<&Response>) -> (Severity, String) {
    let authentic = response.is_some_and(|response| response.flags.ad);
    // A resolver that validates gives nothing else of what it finds broken (RFC 4035 §5.5).
    let refused = response.is_some_and(|response| response.rcode == SERVFAIL);
    match state {
        State::Secure | State::Insecure(_) if refused => {
            let says = format!(
                "the resolver calls it broken (SERVFAIL), here it is {}: its data is another, or its clock or keys are",
                state.name()
            );
            (Severity::Warning, says)
        }
        State::Secure if authentic => (Severity::Good, "both agree".to_owned()),
        State::Secure => (Severity::Note, "a resolver that validates would say AD".to_owned()),
        State::Insecure(_) if authentic => (Severity::Warning, "the resolver claims more than is signed".to_owned()),
        State::Insecure(why) => (Severity::Note, why.clone()),
        State::Indeterminate { why, next: "" } => (Severity::Note, why.clone()),
        State::Indeterminate { why, next } => (Severity::Note, format!("{why}; {next}")),
        State::Bogus(reason) if authentic => (Severity::Fault, format!("the resolver believes it: {reason}")),
        State::Bogus(reason) => (Severity::Fault, format!("{reason}; {}", reason.next())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dns::{Flags, RecordType};
    use crate::diagnosis::dnssec::Reason;

    #[test]
    fn both_findings_together() {
        let bogus = || State::Bogus(Reason::TooMuch);
        let told = |rcode, ad| {
            let flags = Flags { ad, ..Flags::default() };
            Some(Response { rcode, flags, ..Response::default() })
        };
        let unknown = |next| State::Indeterminate { why: "y".to_owned(), next };
        let unsigned = || State::Insecure("x".to_owned());
        for (state, response, severity, part) in [
            (State::Secure, told(0, true), Severity::Good, "agree"),
            (State::Secure, told(0, false), Severity::Note, "would say AD"),
            (State::Secure, told(2, false), Severity::Warning, "calls it broken (SERVFAIL), here it is secure"),
            (unsigned(), told(0, false), Severity::Note, "x"),
            (unsigned(), told(0, true), Severity::Warning, "claims more"),
            (unsigned(), told(2, false), Severity::Warning, "calls it broken (SERVFAIL), here it is insecure"),
            (unknown("go on"), told(0, true), Severity::Note, "y; go on"),
            (unknown(""), told(2, false), Severity::Note, "y"),
            (bogus(), told(0, true), Severity::Fault, "believes it"),
            (bogus(), told(2, false), Severity::Fault, "signed again"),
            (bogus(), None, Severity::Fault, "signed again"),
        ] {
            let (told, says) = verdict(&state, response.as_ref());
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
