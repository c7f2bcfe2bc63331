//! A small DNS for tests: an evaluation is run, its questions are answered, until it has none.

use crate::diagnosis::answers::{Answers, Inquiry};
use crate::diagnosis::dns::{Answer, Query, Record, Response, Value};

/// Names and the text of a TXT record there; `|` cuts it into strings, and `!` alone stands for SERVFAIL.
pub(in crate::diagnosis) type Zone<'a> = &'a [(&'a str, &'a str)];

/// Runs an evaluation until it asks nothing more. Returns what it said at last, and the questions of each round.
pub(in crate::diagnosis) fn settle<T>(zone: Zone<'_>, evaluate: impl Fn(&Inquiry<'_>) -> T) -> (T, Vec<Vec<String>>) {
    let mut answers = Answers::default();
    let mut rounds = Vec::new();
    loop {
        let inquiry = Inquiry::new(&answers);
        let said = evaluate(&inquiry);
        let open = inquiry.open();
        if open.is_empty() {
            return (said, rounds);
        }
        assert!(rounds.len() < 10, "it asks without an end: {rounds:?}");
        rounds.push(open.iter().map(|query| query.name.clone()).collect());
        for query in open {
            answers.insert(answer(zone, query));
        }
    }
}

fn answer(zone: Zone<'_>, query: Query) -> Answer {
    let mut response = Response::default();
    for (name, text) in zone.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&query.name)) {
        if *text == "!" {
            response.rcode = 2;
            continue;
        }
        let strings = text.split('|').map(|string| string.as_bytes().to_vec()).collect();
        response.answers.push(Record { name: (*name).to_owned(), ttl: 300, value: Value::Txt(strings) });
    }
    let under = format!(".{}", query.name);
    let exists = zone.iter().any(|(name, _)| name.eq_ignore_ascii_case(&query.name) || name.ends_with(&under));
    if !exists {
        response.rcode = 3;
    }
    Answer::new(query, Ok(response))
}
