//! The rows of one question's answer: the three sections, as dig has them.

use super::rows::{Connect, Row, note, shown};
use super::verdict;
use crate::diagnosis::dns::{Answer, Query, Record, Value};
use crate::diagnosis::finding::Severity;
use crate::protocol::visible::visible;

/// Records of a section that are shown.
const RECORDS: usize = 200;

/// The table of a single question, or its open place.
#[must_use]
pub fn single_rows(query: &Query, answer: Option<&Answer>) -> Vec<Row> {
    let title = format!("{} {}", query.kind, shown(&query.name));
    let Some(answer) = answer else {
        return vec![Row { label: title, text: "…".to_owned(), ..Row::default() }];
    };
    let about = note(answer);
    let response = match &answer.reply {
        Ok(response) => response,
        Err(_) => {
            let finding = verdict::failure(answer);
            let verdict = Some((Severity::Fault, finding.next));
            return vec![Row { label: title, text: finding.says, verdict, note: about, ..Row::default() }];
        }
    };
    let good = response.rcode == 0;
    let verdict = match (good, response.answers.is_empty()) {
        (false, _) => Some((Severity::Fault, response.rcode_name())),
        (true, true) => Some((Severity::Note, "the name exists and has no such record".to_owned())),
        (true, false) => None,
    };
    let mut rows =
        vec![Row { label: title, text: response.rcode_name(), verdict, note: about.clone(), ..Row::default() }];
    let sections =
        [("", &response.answers), ("authority ", &response.authority), ("additional ", &response.additional)];
    for (section, records) in sections {
        for record in records.iter().take(RECORDS) {
            rows.push(row(section, record, &query.name, &about));
        }
    }
    rows
}

/// The owner is named where it is another than the one asked for.
fn row(section: &str, record: &Record, asked: &str, about: &str) -> Row {
    let connect = |host: &str, address, port| Some(Connect { host: host.to_owned(), address, port, service: None });
    let (text, connect) = match &record.value {
        Value::A(ip) => (ip.to_string(), connect(&record.name, Some((*ip).into()), 25)),
        Value::Aaaa(ip) => (ip.to_string(), connect(&record.name, Some((*ip).into()), 25)),
        Value::Mx { preference, exchange } => {
            let place = if exchange.is_empty() { None } else { connect(exchange, None, 25) };
            (format!("{preference} {}", shown(exchange)), place)
        }
        Value::Txt(strings) => {
            let quoted: Vec<String> = strings.iter().map(|s| format!("\"{}\"", visible(s))).collect();
            (quoted.join(" "), None)
        }
        Value::Ptr(name) | Value::Cname(name) | Value::Ns(name) => (shown(name), None),
        Value::Srv { priority, weight, port, target } => {
            let service = record.name.split('.').next().and_then(|label| label.strip_prefix('_')).map(str::to_owned);
            let place = Connect { host: target.clone(), address: None, port: *port, service };
            let place = Some(place).filter(|_| !target.is_empty());
            (format!("{priority} {weight} {port} {}", shown(target)), place)
        }
        Value::Soa { primary, serial } => (format!("{} serial {serial}", shown(primary)), None),
        Value::Other(number) => (format!("a record of type {number}"), None),
    };
    let null = matches!(&record.value, Value::Mx { exchange, .. } if exchange.is_empty());
    let verdict = null.then(|| (Severity::Note, "null MX: this domain takes no mail (RFC 7505)".to_owned()));
    let kind = record.value.kind().map_or("?", |kind| kind.name());
    Row {
        depth: 1,
        label: format!("{section}{kind}"),
        text: if same_name(&record.name, asked) { text } else { format!("{text} ({})", shown(&record.name)) },
        ttl: Some(record.ttl),
        verdict,
        note: about.to_owned(),
        connect,
    }
}

/// Names are compared without regard to case, and the root's dot at the end says nothing (RFC 1034 §3.1).
fn same_name(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::diagnosis::dns::{QueryFailure, RecordType, Response};

    fn answer(reply: Result<Response, QueryFailure>) -> Answer {
        let query = Query { name: "example.org".to_owned(), kind: RecordType::Txt };
        Answer { query, server: None, took: Duration::from_millis(3), over_tcp: false, reply }
    }

    #[test]
    fn records_of_an_answer_are_safe_to_draw() {
        let record = Record {
            name: "example.org".to_owned(),
            ttl: 60,
            value: Value::Txt(vec![b"a\x1b[2J".to_vec(), b"b".to_vec()]),
        };
        let answer = answer(Ok(Response { answers: vec![record], ..Response::default() }));
        let rows = single_rows(&answer.query, Some(&answer));
        assert_eq!(rows[0].text, "NOERROR");
        assert_eq!(rows[1].text, "\"a␛[2J\" \"b\"");
        assert_eq!(rows[1].ttl, Some(60));
    }

    #[test]
    fn a_foreign_owner_is_named_and_a_null_mx_explained() {
        let mx = |name: &str, exchange: &str| Record {
            name: name.to_owned(),
            ttl: 60,
            value: Value::Mx { preference: 0, exchange: exchange.to_owned() },
        };
        let answers = vec![mx("Example.org.", ""), mx("other.example", "mx.other.example")];
        let answer = answer(Ok(Response { answers, ..Response::default() }));
        let rows = single_rows(&answer.query, Some(&answer));
        assert_eq!((rows[1].text.as_str(), &rows[1].connect), ("0 .", &None));
        assert!(rows[1].verdict.as_ref().is_some_and(|(_, says)| says.contains("null MX")));
        assert_eq!(rows[2].text, "0 mx.other.example (other.example)");
        assert_eq!(rows[2].verdict, None);
    }

    #[test]
    fn no_answer_says_why() {
        let answer = answer(Err(QueryFailure::TimedOut));
        let rows = single_rows(&answer.query, Some(&answer));
        assert!(rows[0].text.contains("in time"), "{}", rows[0].text);
        assert!(rows[0].verdict.as_ref().is_some_and(|(_, next)| !next.is_empty()));
        assert_eq!(single_rows(&answer.query, None)[0].text, "…");
    }

    #[test]
    fn refusals_are_told_from_emptiness() {
        let refused = answer(Ok(Response { rcode: 5, ..Response::default() }));
        let empty = answer(Ok(Response::default()));
        assert_eq!(single_rows(&refused.query, Some(&refused))[0].verdict.as_ref().unwrap().1, "REFUSED");
        assert_eq!(single_rows(&empty.query, Some(&empty))[0].verdict.as_ref().unwrap().0, Severity::Note);
    }
}
