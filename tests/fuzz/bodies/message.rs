//! A message opened: headers, MIME, the way it took, what was checked: [`ehlo::diagnosis::message`].

use ehlo::diagnosis::message::{Message, open};

use super::drawn;

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"Content-Type: multipart/mixed; boundary=a\n\n--a\n",
    b"",
    b"\n",
    b"a:",
    b"Subject: ",
    b"From: a@",
    b"Received: ",
    b"Received: from a; ",
    b"Authentication-Results: a; b=c ",
    b"Content-Type: ",
    b"Content-Type: text/plain; name=\"",
    b"Content-Type: text/plain; name*0*=utf-8''",
];

/// Octets shown of one octet: a field `a:` is a line of its own, a character is drawn as `<U+202E>`.
const TIMES: usize = 40;

/// Depth that is drawn, and parts that are listed, a message within a message included.
const MOST: (usize, usize) = (130, 1100);

/// Places lie within and in their order, depth and number are bounded, the page is safe to draw; LF or CR LF is the
/// same message.
pub(crate) fn holds(octets: &[u8]) {
    check(&open(octets), octets.len());
    let lf: Vec<u8> = octets.iter().copied().filter(|b| *b != b'\r').collect();
    let mut crlf = Vec::with_capacity(lf.len() * 2);
    for octet in &lf {
        if *octet == b'\n' {
            crlf.push(b'\r');
        }
        crlf.push(*octet);
    }
    assert_eq!(outline(open(&lf)), outline(open(&crlf)), "LF and CR LF");
}

fn check(message: &Message, length: usize) {
    assert_eq!(message.octets, length);
    assert!(message.fields.is_sorted_by(|a, b| a.at < b.at), "fields in their order");
    assert!(message.fields.last().is_none_or(|last| last.at < length));
    assert!(message.stopped.is_none_or(|stopped| stopped.at <= length), "{:?}", message.stopped);
    let (depth, parts) = MOST;
    assert!((1..=parts).contains(&message.parts.len()), "{} parts", message.parts.len());
    for part in &message.parts {
        assert!(part.content.start <= part.content.end && part.content.end <= length, "{part:?} of {length}");
        assert!(part.depth <= depth, "a part at depth {}", part.depth);
    }
    assert!(message.hops.len() <= message.fields.len() && message.authentications.len() <= message.fields.len());
    drawn(message.lines(), TIMES, length);
}

/// What does not depend on how lines end.
fn outline(message: Message) -> impl PartialEq + std::fmt::Debug {
    let Message { fields, parts, hops, authentications, .. } = message;
    let fields: Vec<_> = fields.into_iter().map(|field| (field.name, field.raw, field.decoded)).collect();
    let parts: Vec<_> =
        parts.into_iter().map(|part| (part.section, part.depth, part.kind, part.file, part.unclosed)).collect();
    (fields, parts, hops, authentications)
}
