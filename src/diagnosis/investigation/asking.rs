//! From an evaluation that reads answers to an investigation that wants them.

use std::collections::HashSet;

use super::{Came, Question, Setting, Want};
use crate::diagnosis::answers::{Answers, Inquiry, key};
use crate::diagnosis::dns::{Answer, Query, RecordType};

/// The answers of one run, and what was asked of DNS for them: each question once, and only so many of them.
///
/// An evaluation is run anew over what has come, with [`Self::read`]; what it left open becomes wants, with
/// [`Self::wants`].
#[derive(Clone, Debug)]
pub struct Asking {
    setting: Setting,
    most: usize,
    asked: HashSet<Query>,
    answers: Answers,
    /// Whether an open question was not asked because there were too many.
    full: bool,
}

impl Asking {
    /// Nothing asked yet. A hostile zone cannot make this ask more than `most` questions.
    #[must_use]
    pub fn new(setting: Setting, most: usize) -> Self {
        Self { setting, most, asked: HashSet::new(), answers: Answers::default(), full: false }
    }

    /// Runs an evaluation over what has come by now.
    pub fn read<T>(&self, evaluate: impl FnOnce(&Inquiry<'_>) -> T) -> T {
        evaluate(&Inquiry::new(&self.answers))
    }

    /// Runs an evaluation and wants what it left open and what was not asked before.
    pub fn wants<T>(&mut self, evaluate: impl FnOnce(&Inquiry<'_>) -> T) -> Vec<Want> {
        let inquiry = Inquiry::new(&self.answers);
        evaluate(&inquiry);
        let open = inquiry.open();
        self.ask(open)
    }

    /// Wants the answers to these questions, unless they were asked before.
    pub fn ask(&mut self, open: impl IntoIterator<Item = Query>) -> Vec<Want> {
        let mut wants = Vec::new();
        for query in open {
            let query = key(&query.name, query.kind);
            if self.asked.contains(&query) {
                continue;
            }
            if self.asked.len() >= self.most {
                self.full = true;
                break;
            }
            self.asked.insert(query.clone());
            wants.push(Want::Answer(self.setting.question(query)));
        }
        wants
    }

    /// Takes in an answer to what was asked, the first one to each question. Tells whether it was taken.
    pub fn came(&mut self, came: &Came) -> bool {
        let Came::Answer(question, answer) = came else { return false };
        let query = key(&question.query.name, question.query.kind);
        let ours = question.resolver == self.setting.resolver && question.options == self.setting.options;
        let first = self.answers.get(&query.name, query.kind).is_none();
        let fits = key(&answer.query.name, answer.query.kind) == query;
        let taken = ours && first && fits && self.asked.contains(&query);
        if taken {
            self.answers.insert(Answer::clone(answer));
        }
        taken
    }

    /// The answers by now.
    #[must_use]
    pub const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// What this run shares with others.
    #[must_use]
    pub const fn setting(&self) -> &Setting {
        &self.setting
    }

    /// A question as it is asked here, for a row.
    #[must_use]
    pub fn question(&self, name: &str, kind: RecordType) -> Question {
        self.setting.question(key(name, kind))
    }

    /// How many questions wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.asked.len().saturating_sub(self.answers.len())
    }

    /// How many questions may be asked, once that has kept one from being asked. What stays open then stays so.
    #[must_use]
    pub fn limit(&self) -> Option<usize> {
        self.full.then_some(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dns::{QueryOptions, Resolver, Response};

    fn asking(most: usize) -> Asking {
        Asking::new(Setting::new(Resolver::System), most)
    }

    fn names(wants: Vec<Want>) -> Vec<String> {
        let name = |want| match want {
            Want::Answer(question) => question.query.name,
            other => panic!("{other:?}"),
        };
        wants.into_iter().map(name).collect()
    }

    fn answer(question: Question) -> Came {
        let answer = Answer::new(question.query.clone(), Ok(Response::default()));
        Came::Answer(question, Box::new(answer))
    }

    /// Asks `a`, and `b` once `a` is there.
    fn both(inquiry: &Inquiry<'_>) -> bool {
        inquiry.ask("a.example", RecordType::A);
        inquiry.answer("a.example", RecordType::A).is_some_and(|_| {
            inquiry.ask("B.example", RecordType::A);
            inquiry.answer("b.example", RecordType::A).is_some()
        })
    }

    #[test]
    fn each_question_is_wanted_once_and_taken_once() {
        let mut asking = asking(9);
        assert_eq!(names(asking.wants(both)), ["a.example"]);
        assert_eq!((asking.wants(both), asking.pending()), (Vec::new(), 1));
        let question = asking.question("A.example", RecordType::A);
        assert!(asking.came(&answer(question.clone())));
        assert!(!asking.came(&answer(question)), "a second answer");
        assert_eq!(names(asking.wants(both)), ["b.example"]);
        assert!(asking.came(&answer(asking.question("b.example", RecordType::A))));
        assert_eq!((asking.wants(both), asking.pending(), asking.limit()), (Vec::new(), 0, None));
        assert!(asking.read(both));
    }

    #[test]
    fn what_was_not_asked_is_passed_over() {
        let mut asking = asking(9);
        asking.wants(both);
        let question = asking.question("a.example", RecordType::A);
        let norec = QueryOptions { recursion: false, ..QueryOptions::default() };
        let elsewhere = Resolver::parse("192.0.2.53").unwrap();
        let mut other = answer(question.clone());
        if let Came::Answer(_, answer) = &mut other {
            answer.query.kind = RecordType::Mx;
        }
        for came in [
            answer(asking.question("b.example", RecordType::A)),
            answer(Question { options: norec, ..question.clone() }),
            answer(Question { resolver: elsewhere, ..question }),
            other,
        ] {
            assert!(!asking.came(&came), "{came:?}");
        }
        assert_eq!((asking.pending(), asking.answers().len()), (1, 0));
    }

    #[test]
    fn a_hostile_zone_ends_at_the_limit() {
        let mut asking = asking(2);
        let open = |range: std::ops::Range<u8>| range.map(|n| key(&format!("{n}.example"), RecordType::A));
        assert_eq!(names(asking.ask(open(0..2))), ["0.example", "1.example"]);
        assert_eq!((asking.ask(open(0..2)), asking.limit()), (Vec::new(), None), "nothing was left out");
        assert_eq!((asking.ask(open(0..9)), asking.limit()), (Vec::new(), Some(2)));
    }
}
