//! Octets that came as an answer of DNS: [`ehlo::diagnosis::dns`], the rows that are drawn of them, and the chain of
//! trust that may be checked with them.

use std::net::SocketAddr;

use ehlo::diagnosis::answers::Answers;
use ehlo::diagnosis::dns::{Answer, Query, RecordType, Resolver, Response, Transport, Try};
use ehlo::diagnosis::dnssec::{root_anchors, validate};
use ehlo::diagnosis::investigation::{Came, Investigation, Setting, Want};
use ehlo::diagnosis::survey::Single;

use super::drawn;

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"",
    // A header with a question and many records of each section.
    b"\x00\x01\x84\x00\x00\x01\xff\xff\xff\xff\xff\xff\x01x\x00\x00\x10\x00\x01",
    // A TXT record of the root whose strings go on.
    b"\x00\x01\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x10\x00\x01\x00\x00\x00\x01\xff\xff",
    // An OPT record with options.
    b"\x00\x01\x84\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x29\x04\xd0\x00\x00\x00\x00\xff\xff",
];

/// Octets shown of one octet: the hex dump is four of them, an escaped octet four, and a name of pointers 255.
const TIMES: usize = 400;

/// Reading ends, what is drawn is safe and bounded, and what is read is the same again.
pub(crate) fn holds(octets: &[u8]) {
    // No message of DNS is longer (RFC 1035 §4.2.2).
    let octets = octets.get(..octets.len().min(65_535)).unwrap_or_default();
    let (response, fault) = Response::read(octets);
    assert_eq!((&response, &fault), (&Response::read(octets).0, &Response::read(octets).1));
    let query = Query { name: "x.example".to_owned(), kind: RecordType::Mx };
    let at = SocketAddr::from(([192, 0, 2, 53], 53));
    let tried = Try { received: octets.to_vec(), sent: octets.to_vec(), ..Try::new(at, Transport::Udp) };
    let answer = Answer { tries: vec![tried], ..Answer::new(query.clone(), Ok(response)) };
    let mut single = Single::new(query.clone(), false, &Setting::new(Resolver::System));
    for want in single.wants() {
        if let Want::Answer(question) = want {
            single.came(Came::Answer(question, Box::new(answer.clone())), 0);
        }
    }
    let (rows, _) = single.table();
    let details = rows.iter().flat_map(|row| &row.detail);
    let verdicts = rows.iter().filter_map(|row| row.verdict.as_ref()).map(|(_, text)| text);
    let texts = rows.iter().flat_map(|row| [&row.label, &row.text, &row.note]);
    drawn(texts.chain(verdicts).chain(details), TIMES, octets.len());
    // The same octets as every answer of a chain: it ends, and asks a bounded number of questions.
    let mut answers = Answers::default();
    let ends = (0..100).any(|_| {
        let validation = validate(&query, &answers, &root_anchors(), 1_800_000_000);
        let links = validation.links.iter().flat_map(|link| [&link.what, &link.says]);
        drawn(links, TIMES, octets.len());
        drawn(validation.state.iter().map(ToString::to_string), TIMES, octets.len());
        for open in &validation.open {
            answers.insert(Answer { query: open.clone(), ..answer.clone() });
        }
        validation.open.is_empty()
    });
    assert!(ends, "the chain of trust asks on and on");
}
