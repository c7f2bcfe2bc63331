//! A small DNS for the tests.

use super::{Case, Evaluation, evaluate};
use crate::diagnosis::answers::{Answers, Inquiry};
use crate::diagnosis::dns::{Answer, Query, QueryFailure, Record, RecordType, Response, Value};
use std::net::IpAddr;

/// Lines of `name TYPE value`. The strings of a TXT record are divided by `|`; a value of `!SERVFAIL` or `!timeout`
/// fails the question. A name without a line does not exist.
pub(super) struct World(Vec<(String, RecordType, String)>);

impl World {
    pub(super) fn new<T: AsRef<str>>(lines: &[T]) -> Self {
        let split = |line: &T| {
            let mut words = line.as_ref().splitn(3, ' ').map(str::to_owned);
            let (name, kind, value) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            (name, RecordType::find(&kind).unwrap(), value)
        };
        Self(lines.iter().map(split).collect())
    }

    pub(super) fn answer(&self, query: &Query) -> Answer {
        let mut response = Response::default();
        let mut failure = None;
        let mut name = query.name.clone();
        for _ in 0..8 {
            let here: Vec<_> = self.0.iter().filter(|(owner, ..)| owner.eq_ignore_ascii_case(&name)).collect();
            if here.is_empty() {
                response.rcode = 3;
            }
            let mut alias = None;
            for (_, kind, value) in here {
                match value.as_str() {
                    "!SERVFAIL" if *kind == query.kind => response.rcode = 2,
                    "!timeout" if *kind == query.kind => failure = Some(QueryFailure::TimedOut),
                    _ if *kind == query.kind => response.answers.push(record(&name, *kind, value)),
                    _ if *kind == RecordType::Cname => alias = Some(value.clone()),
                    _ => {}
                }
            }
            let Some(target) = alias else { break };
            response.answers.push(record(&name, RecordType::Cname, &target));
            name = target;
        }
        let reply = failure.map_or(Ok(response), Err);
        Answer::new(query.clone(), reply)
    }

    /// Runs `of` until it asks no more; gives what it said last, and the rounds of questions.
    pub(super) fn settle<T>(&self, mut of: impl FnMut(&Inquiry<'_>) -> T) -> (T, Vec<Vec<Query>>) {
        let mut answers = Answers::default();
        let mut rounds = Vec::new();
        loop {
            let inquiry = Inquiry::new(&answers);
            let out = of(&inquiry);
            let open = inquiry.open();
            if open.is_empty() {
                return (out, rounds);
            }
            assert!(rounds.len() < 40, "questions without end: {open:?}");
            for query in &open {
                answers.insert(self.answer(query));
            }
            rounds.push(open);
        }
    }

    pub(super) fn check(&self, ip: &str, sender: &str) -> Evaluation {
        let case = Case::mail_from(ip.parse::<IpAddr>().unwrap(), "helo.example.net", sender);
        self.settle(|inquiry| evaluate(&case, inquiry)).0
    }

    /// The result alone.
    pub(super) fn result(&self, ip: &str, sender: &str) -> &'static str {
        self.check(ip, sender).verdict().unwrap().result.name()
    }
}

fn record(name: &str, kind: RecordType, value: &str) -> Record {
    let value = match kind {
        RecordType::A => Value::A(value.parse().unwrap()),
        RecordType::Aaaa => Value::Aaaa(value.parse().unwrap()),
        RecordType::Mx => {
            let (preference, exchange) = value.split_once(' ').unwrap();
            Value::Mx { preference: preference.parse().unwrap(), exchange: exchange.to_owned() }
        }
        RecordType::Txt => Value::Txt(value.split('|').map(|string| string.as_bytes().to_vec()).collect()),
        RecordType::Ptr => Value::Ptr(value.to_owned()),
        RecordType::Cname => Value::Cname(value.to_owned()),
        other => panic!("{other} is not asked for"),
    };
    Record { name: name.to_owned(), ttl: 300, value }
}

/// The lines of a tree, a level two columns further in.
pub(super) fn drawn(lines: &[super::Line]) -> String {
    lines.iter().map(|line| format!("{}{}\n", "  ".repeat(line.depth), line.text)).collect()
}
