//! The rows of how an answer came about: the look-ups before it, and each try with what it cost.

use super::rows::{Row, shown};
use crate::diagnosis::certificate;
use crate::diagnosis::dns::{Answer, Ending, Response, Try};
use crate::diagnosis::finding::Severity;
use crate::protocol::visible::visible;

/// Tries that are shown.
const TRIES: usize = 40;
/// Octets of a message on one line of its dump.
const LINE: usize = 16;

/// Adds the rows of an answer's way.
pub(super) fn rows(answer: &Answer, rows: &mut Vec<Row>) {
    for before in &answer.before {
        rows.push(looked_up(before));
    }
    for (number, tried) in answer.tries.iter().take(TRIES).enumerate() {
        rows.push(row(number + 1, tried));
        rows.extend(tried.dropped.iter().map(|dropped| {
            let times = if dropped.count == 1 { "once".to_owned() } else { format!("{} times", dropped.count) };
            let says = "somebody may be forging answers, or the server is broken";
            Row {
                depth: 2,
                label: "dropped".to_owned(),
                text: format!("{} {times}, from {}", dropped.why.says(), dropped.from),
                verdict: Some((Severity::Warning, says.to_owned())),
                ..Row::default()
            }
        }));
        if let Some(report) = &tried.tls {
            let worst = certificate::findings(report).into_iter().max_by_key(|finding| finding.severity);
            rows.push(Row {
                depth: 2,
                label: "TLS".to_owned(),
                text: certificate::summary(report),
                verdict: worst
                    .filter(|worst| worst.severity > Severity::Note)
                    .map(|worst| (worst.severity, worst.says)),
                detail: certificate::lines(report),
                ..Row::default()
            });
        }
    }
    if answer.tries.len() > TRIES {
        let text = format!("{} more", answer.tries.len() - TRIES);
        rows.push(Row { depth: 1, label: "try".to_owned(), text, ..Row::default() });
    }
}

/// A question for the address of the server.
fn looked_up(answer: &Answer) -> Row {
    let text = match &answer.reply {
        Ok(response) if response.answers.is_empty() => format!("{}, none", response.rcode_name()),
        Ok(response) => {
            let values: Vec<String> = response.answers.iter().take(8).map(|record| record.value.to_string()).collect();
            visible(values.join(", ").as_bytes()).into_owned()
        }
        Err(failure) => visible(failure.to_string().as_bytes()).into_owned(),
    };
    let label = format!("looked up {} {}", shown(&answer.query.name), answer.query.kind);
    Row { depth: 1, label, text, note: super::rows::note(answer), ..Row::default() }
}

fn row(number: usize, tried: &Try) -> Row {
    let (said, verdict) = match &tried.ending {
        Ending::Answered => (Response::read(&tried.received).0.rcode_name(), None),
        Ending::Truncated => ("truncated".to_owned(), None),
        Ending::Failed(failure) => {
            (visible(failure.to_string().as_bytes()).into_owned(), Some((Severity::Fault, "no answer".to_owned())))
        }
    };
    let mut text = format!("{} {}, {} ms: {said}", tried.server, tried.transport.name(), tried.took.as_millis());
    text.push_str(&format!(" · {} octets out, {} in", tried.sent.len(), tried.received.len()));
    let mut detail = Vec::new();
    for (octets, title) in [(&tried.sent, "the question"), (&tried.received, "the answer")] {
        if !octets.is_empty() {
            detail.push(String::new());
            detail.push(format!("{title}, {} octets", octets.len()));
            detail.extend(dump(octets));
        }
    }
    Row { depth: 1, label: format!("try {number}"), text, verdict, detail, ..Row::default() }
}

/// `0000  12 34 81 80 …  .4..`.
fn dump(octets: &[u8]) -> impl Iterator<Item = String> {
    octets.chunks(LINE).enumerate().map(|(line, chunk)| {
        let hex: Vec<String> = chunk.iter().map(|octet| format!("{octet:02x}")).collect();
        let plain: String = chunk.iter().map(|o| if (0x20..0x7f).contains(o) { char::from(*o) } else { '.' }).collect();
        format!("{:04x}  {:<47}  {plain}", line * LINE, hex.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::diagnosis::dns::{Dropped, Mismatch, Query, QueryFailure, RecordType, Transport};

    #[test]
    fn every_try_has_its_row() {
        let server = "192.0.2.53:53".parse().unwrap();
        let tried = |transport, received: &[u8], dropped, ending| Try {
            took: Duration::from_millis(12),
            sent: b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\0\x01a\0\0\x0f\0\x01".to_vec(),
            received: received.to_vec(),
            dropped,
            ending,
            ..Try::new(server, transport)
        };
        let query = Query { name: "a".to_owned(), kind: RecordType::Mx };
        let forged = vec![
            Dropped { why: Mismatch::Id, from: server, count: 1 },
            Dropped { why: Mismatch::Source, from: "198.51.100.7:53".parse().unwrap(), count: 300 },
        ];
        let failed = || Ending::Failed(QueryFailure::TimedOut);
        let mut answer = Answer::new(query.clone(), Err(QueryFailure::TimedOut));
        answer.before = vec![Answer::new(query, Ok(Response::default()))];
        answer.tries = vec![
            tried(Transport::Udp, b"\x12\x34\x83\x80\0\0\0\0\0\0\0\0", forged, Ending::Truncated),
            tried(Transport::Tcp, b"\x12\x34\x81\x83\0\0\0\0\0\0\0\0", Vec::new(), Ending::Answered),
            tried(Transport::Tls, b"", Vec::new(), failed()),
        ];
        let mut rows = Vec::new();
        super::rows(&answer, &mut rows);
        let shown: Vec<String> = rows.iter().map(|row| format!("{} {} {}", row.depth, row.label, row.text)).collect();
        assert_eq!(
            shown,
            [
                "1 looked up a MX NOERROR, none",
                "1 try 1 192.0.2.53:53 UDP, 12 ms: truncated · 19 octets out, 12 in",
                "2 dropped another id once, from 192.0.2.53:53",
                "2 dropped from another address 300 times, from 198.51.100.7:53",
                "1 try 2 192.0.2.53:53 TCP, 12 ms: NXDOMAIN · 19 octets out, 12 in",
                "1 try 3 192.0.2.53:53 TLS, 12 ms: the resolver did not answer in time · 19 octets out, 0 in",
            ]
        );
        assert_eq!(rows[4].detail[2], "0000  12 34 01 20 00 01 00 00 00 00 00 00 01 61 00 00  .4. .........a..");
        assert_eq!(rows[4].detail[3], "0010  0f 00 01                                         ...");
        assert_eq!(rows[4].detail[5], "the answer, 12 octets");
        answer.tries = vec![tried(Transport::Udp, b"", Vec::new(), failed()); 60];
        let mut rows = Vec::new();
        super::rows(&answer, &mut rows);
        assert_eq!(rows.last().unwrap().text, "20 more");
    }
}
