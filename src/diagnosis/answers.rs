//! The answers that have come in, and what they say: aliases followed, names compared as DNS does.

use std::cell::RefCell;
use std::collections::HashMap;

use super::dns::{Answer, Query, Record, RecordType, Value};

/// Aliases that are followed within one answer.
const ALIASES: usize = 16;

/// What is known for one question.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// Not asked, or not answered yet.
    Waiting,
    /// Records of the type, never none. Aliases have been followed.
    Records(Vec<&'a Record>),
    /// The name exists, and has no such record; or it does not exist (`no_name`).
    Nothing {
        /// NXDOMAIN.
        no_name: bool,
    },
    /// No answer, or one that says nothing: SERVFAIL, REFUSED.
    Failed,
}

/// Answers by their questions.
#[derive(Clone, Debug, Default)]
pub struct Answers(HashMap<Query, Answer>);

impl Answers {
    /// Keeps an answer.
    pub fn insert(&mut self, answer: Answer) {
        self.0.insert(key(&answer.query.name, answer.query.kind), answer);
    }

    /// The answer to a question, if it has come.
    #[must_use]
    pub fn get(&self, name: &str, kind: RecordType) -> Option<&Answer> {
        self.0.get(&key(name, kind))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known for a question.
    #[must_use]
    pub fn outcome(&self, name: &str, kind: RecordType) -> Outcome<'_> {
        let Some(answer) = self.get(name, kind) else { return Outcome::Waiting };
        let Ok(response) = &answer.reply else { return Outcome::Failed };
        let owner = aliases(answer, name).last().map_or(name, |(_, target)| target);
        let records: Vec<&Record> = response
            .answers
            .iter()
            .filter(|record| record.value.kind() == kind && record.name.eq_ignore_ascii_case(owner))
            .collect();
        match (records.is_empty(), response.rcode) {
            (false, _) => Outcome::Records(records),
            (true, 0) => Outcome::Nothing { no_name: false },
            (true, 3) => Outcome::Nothing { no_name: true },
            (true, _) => Outcome::Failed,
        }
    }
}

/// The answers that an evaluation reads, and the questions it found to be open.
///
/// An evaluation is run from its start each time an answer has come, until it asks for nothing more. It goes on past an
/// open question where it can, so that independent questions are asked at the same time.
#[derive(Debug)]
pub struct Inquiry<'a> {
    answers: &'a Answers,
    open: RefCell<Vec<Query>>,
}

impl<'a> Inquiry<'a> {
    /// Reads these answers.
    #[must_use]
    pub const fn new(answers: &'a Answers) -> Self {
        Self { answers, open: RefCell::new(Vec::new()) }
    }

    /// What is known for a question. An open one is remembered.
    pub fn ask(&self, name: &str, kind: RecordType) -> Outcome<'a> {
        let outcome = self.answers.outcome(name, kind);
        if matches!(outcome, Outcome::Waiting) {
            let query = key(name, kind);
            let mut open = self.open.borrow_mut();
            if !open.contains(&query) {
                open.push(query);
            }
        }
        outcome
    }

    /// The answer itself, for its code and its time.
    #[must_use]
    pub fn answer(&self, name: &str, kind: RecordType) -> Option<&'a Answer> {
        self.answers.get(name, kind)
    }

    /// The questions to ask now, in the order in which they came up. None: the evaluation is final.
    #[must_use]
    pub fn open(self) -> Vec<Query> {
        self.open.into_inner()
    }
}

/// The aliases that lead from `name` on, within one answer, each with its target. A question for aliases follows none.
#[must_use]
pub fn aliases<'a>(answer: &'a Answer, name: &str) -> Vec<(&'a Record, &'a str)> {
    match &answer.reply {
        Ok(response) if answer.query.kind != RecordType::Cname => aliases_in(&response.answers, name),
        _ => Vec::new(),
    }
}

/// The same within records.
#[must_use]
pub fn aliases_in<'a>(records: &'a [Record], name: &str) -> Vec<(&'a Record, &'a str)> {
    let mut chain: Vec<(&Record, &str)> = Vec::new();
    while chain.len() < ALIASES {
        let at = chain.last().map_or(name, |(_, target)| target);
        let next = records.iter().find_map(|record| match &record.value {
            Value::Cname(target) if record.name.eq_ignore_ascii_case(at) => Some((record, target.as_str())),
            _ => None,
        });
        match next {
            Some((_, target)) if chain.iter().any(|(_, seen)| seen.eq_ignore_ascii_case(target)) => break,
            Some(next) => chain.push(next),
            None => break,
        }
    }
    chain
}

/// The names that the aliases lead through from `name` on, when they come back to one that was passed, which then stands
/// last: nobody ever gets to an answer.
#[must_use]
pub fn circle<'a>(answer: &'a Answer, name: &'a str) -> Option<Vec<&'a str>> {
    let mut path = vec![name];
    path.extend(aliases(answer, name).into_iter().map(|(_, target)| target));
    let passed = |path: &[&str], at: &str| path.iter().any(|name| name.eq_ignore_ascii_case(at));
    let (last, before) = path.split_last()?;
    if passed(before, last) {
        return Some(path);
    }
    let records = answer.reply.as_ref().map(|response| response.answers.as_slice()).unwrap_or_default();
    let back = records.iter().find_map(|record| match &record.value {
        Value::Cname(target) if record.name.eq_ignore_ascii_case(last) && passed(&path, target) => Some(target),
        _ => None,
    })?;
    // A question for aliases follows none.
    (answer.query.kind != RecordType::Cname).then(|| {
        path.push(back);
        path
    })
}

/// The form in which questions are kept: names in lower case, for DNS does not tell case apart (RFC 4343).
#[must_use]
pub fn key(name: &str, kind: RecordType) -> Query {
    Query { name: name.to_ascii_lowercase(), kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dns::Response;

    #[test]
    fn aliases_in_a_circle_are_told_from_long_ones() {
        for (links, names) in [
            (&[("a.example", "A.example")][..], Some("a.example A.example")),
            (&[("a.example", "b.example"), ("b.example", "a.example")], Some("a.example b.example a.example")),
            (
                &[("a.example", "b.example"), ("b.example", "c.example"), ("c.example", "B.example")],
                Some("a.example b.example c.example B.example"),
            ),
            (&[("a.example", "b.example"), ("b.example", "c.example")], None),
            (&[("b.example", "b.example")], None),
            (&[], None),
        ] {
            let record = |(name, target): &(&str, &str)| Record {
                name: (*name).to_owned(),
                ttl: 1,
                value: Value::Cname((*target).to_owned()),
            };
            let response = Response { answers: links.iter().map(record).collect(), ..Response::default() };
            let answer = Answer::new(key("a.example", RecordType::Mx), Ok(response));
            let found = circle(&answer, "a.example").map(|names| names.join(" "));
            assert_eq!(found.as_deref(), names, "{links:?}");
        }
    }

    #[test]
    fn open_questions_are_remembered_once() {
        let mut answers = Answers::default();
        let query = Query { name: "A.example".to_owned(), kind: RecordType::Txt };
        let reply = Ok(Response { rcode: 3, ..Response::default() });
        answers.insert(Answer::new(query, reply));
        let inquiry = Inquiry::new(&answers);
        assert!(matches!(inquiry.ask("a.EXAMPLE", RecordType::Txt), Outcome::Nothing { no_name: true }));
        for name in ["b.example", "B.example", "c.example"] {
            assert!(matches!(inquiry.ask(name, RecordType::A), Outcome::Waiting));
        }
        assert_eq!(inquiry.open(), [key("b.example", RecordType::A), key("c.example", RecordType::A)]);
    }
}
