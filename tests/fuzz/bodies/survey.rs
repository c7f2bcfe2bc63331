//! What DNS answers, as hostile as a zone can be: [`ehlo::diagnosis::survey`]. The first line of the octets is the
//! subject, each other one a record of every answer to a question of its type, or how questions end:
//!
//! ```text
//! example.test
//! MX 10 mx1.example.test
//! TXT v=spf1 mx -all
//! rcode 3
//! ```

use ehlo::diagnosis::dns::{Answer, Query, QueryFailure, Record, RecordType, Resolver, Response, Value};
use ehlo::diagnosis::investigation::{Came, Investigation, Setting, Want};
use ehlo::diagnosis::survey::{Row, Single, Survey, asked};

use super::drawn;

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"",
    b"example.test\nTXT ",
    b"example.test\nTXT v=spf1 ",
    b"example.test\nTXT v=DMARC1; ",
    b"example.test\nMX 10 ",
    b"192.0.2.1\nPTR ",
];

/// What a zone can make a survey want.
const WANTS: usize = 400;

/// Octets shown of one octet of a record: each of 400 answers repeats it, and in its table and its findings.
const TIMES: usize = 2000;

/// A survey ends, and asks a bounded number of questions; what it shows is safe to draw and bounded.
pub(crate) fn holds(octets: &[u8]) {
    // No message of DNS is longer (RFC 1035 §4.2.2).
    let octets = octets.get(..octets.len().min(65_535)).unwrap_or_default();
    let text = String::from_utf8_lossy(octets);
    let (subject, records) = text.split_once('\n').unwrap_or((&text, ""));
    let records: Vec<Result<Value, u16>> = records.split('\n').filter_map(record).collect();
    let _ = asked(subject);
    // The program makes a name in A-label form of what the user typed.
    let subject: String = subject.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_:".contains(*c)).collect();
    let setting = Setting::new(Resolver::System);
    let mut survey = Survey::new(&subject, &setting);
    let mut total = 0;
    loop {
        let wants = survey.wants();
        if wants.is_empty() {
            break;
        }
        total += wants.len();
        assert!(total <= WANTS, "{total} wants");
        for want in wants {
            let Want::Answer(question) = want else { continue };
            let answer = Box::new(answer(question.query.clone(), &records));
            let mut single = Single::new(question.query.clone(), false, &setting);
            for own in single.wants() {
                let Want::Answer(own) = own else { continue };
                single.came(Came::Answer(own, answer.clone()), 0);
            }
            shown(&single.table().0, octets.len());
            survey.came(Came::Answer(question, answer), 0);
        }
    }
    assert!(survey.is_done() && survey.pending() == 0);
    let (rows, findings) = survey.table();
    shown(&rows, octets.len());
    drawn(findings.iter().flat_map(|found| [&found.subject, &found.says, &found.next]), TIMES, octets.len());
    let _ = (survey.best(), survey.targets());
}

fn shown(rows: &[Row], octets: usize) {
    let verdicts = rows.iter().filter_map(|row| row.verdict.as_ref()).map(|(_, text)| text);
    let details = rows.iter().flat_map(|row| &row.detail);
    drawn(rows.iter().flat_map(|row| [&row.label, &row.text, &row.note]).chain(verdicts).chain(details), TIMES, octets);
}

/// One record, or the code of all answers.
fn record(line: &str) -> Option<Result<Value, u16>> {
    let (word, rest) = line.split_once(' ')?;
    let numbers = |count: usize| -> Option<(Vec<u16>, String)> {
        let mut words = rest.splitn(count + 1, ' ');
        let numbers = words.by_ref().take(count).map(|word| word.parse().ok()).collect::<Option<_>>()?;
        Some((numbers, words.next().unwrap_or_default().to_owned()))
    };
    Some(Ok(match word {
        "A" => Value::A(rest.parse().ok()?),
        "AAAA" => Value::Aaaa(rest.parse().ok()?),
        "MX" => {
            let (numbers, exchange) = numbers(1)?;
            Value::Mx { preference: *numbers.first()?, exchange }
        }
        "SRV" => {
            let (numbers, target) = numbers(3)?;
            let [priority, weight, port] = numbers[..] else { return None };
            Value::Srv { priority, weight, port, target }
        }
        "TXT" => Value::Txt(rest.split('|').map(|string| string.as_bytes().to_vec()).collect()),
        "PTR" => Value::Ptr(rest.to_owned()),
        "CNAME" => Value::Cname(rest.to_owned()),
        "NS" => Value::Ns(rest.to_owned()),
        "SOA" => Value::Soa {
            primary: rest.to_owned(),
            mailbox: rest.to_owned(),
            serial: 1,
            refresh: 2,
            retry: 3,
            expire: 4,
            minimum: 5,
        },
        "TYPE" => {
            let (kind, text) = rest.split_once(' ')?;
            Value::Other { kind: RecordType::find(&format!("TYPE{kind}"))?, text: text.to_owned() }
        }
        "rcode" => return Some(Err(rest.parse().ok()?)),
        _ => return None,
    }))
}

fn answer(query: Query, records: &[Result<Value, u16>]) -> Answer {
    let rcode = records.iter().find_map(|record| record.as_ref().err().copied());
    let reply = if rcode == Some(u16::MAX) {
        Err(QueryFailure::TimedOut)
    } else {
        let fits = |value: &&Value| value.kind() == query.kind || matches!(value, Value::Cname(_));
        let answers = records
            .iter()
            .filter_map(|record| record.as_ref().ok())
            .filter(fits)
            .map(|value| Record { name: query.name.clone(), ttl: 1, value: value.clone() })
            .collect();
        Ok(Response { rcode: rcode.unwrap_or(0), answers, ..Response::default() })
    };
    Answer::new(query, reply)
}
