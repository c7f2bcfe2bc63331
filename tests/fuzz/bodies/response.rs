//! Untagged responses of an IMAP server: [`ehlo::protocol::imap::response`], and their pages.

use ehlo::diagnosis::response::{lines, tree};
use ehlo::protocol::imap::response::{Item, Part, Response, Understood, read};
use ehlo::protocol::text::{DEPTH, NotUnderstood};

use super::drawn;

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"* 1 FETCH (X ",
    b"",
    b"* ",
    b"* 1 FETCH (BODY[",
    b"* 1 FETCH (ENVELOPE (\"\" \"",
    b"* 1 FETCH (BODYSTRUCTURE (",
    b"* LIST () \"/\" ",
    b"* STATUS x (",
    b"* SEARCH ",
    b"* ESEARCH ",
    b"* THREAD ",
    b"* NAMESPACE ",
    b"* ID (",
    b"* OK [CAPABILITY ",
];

/// Octets shown of one octet: a part of two octets, `()`, has a line with its number and its indent.
const TIMES: usize = 400;

/// Reading stops within, contents lie within, depth is bounded; the line end behind a response changes nothing; the
/// pages are safe to draw and bounded.
pub(crate) fn holds(octets: &[u8]) {
    let understood = read(octets);
    check(&understood, octets.len());
    // What stops at the end may be a literal that takes the line end in.
    let at_end = understood.stopped.is_some_and(|stopped| stopped.at == octets.len());
    if !at_end && !matches!(octets.last(), Some(b'\r' | b'\n' | b'}')) {
        let ended = [octets, b"\r\n"].concat();
        assert_eq!(read(&ended), understood, "with the line end behind it");
    }
    let mut mailboxes = Vec::new();
    for line in octets.split(|b| *b == b'\n') {
        if let Some(Response::List { mailbox, .. }) = read(line).response {
            mailboxes.push(mailbox);
        }
    }
    // Each level of a name is a line of its own, with the levels above it as its indent.
    drawn(tree(&mailboxes), 2 * DEPTH + 20, octets.len());
}

fn check(understood: &Understood, length: usize) {
    assert!(understood.stopped.is_none_or(|NotUnderstood { at, .. }| at <= length), "{:?}", understood.stopped);
    match &understood.response {
        Some(Response::Fetch { items, .. }) => {
            for (name, item) in items {
                match item {
                    Item::Content(range) => {
                        assert!(range.start <= range.end && range.end <= length, "{name}: {range:?} of {length}");
                    }
                    Item::Structure(parts) => parts.iter().for_each(|part| structure(part, length)),
                    _ => {}
                }
            }
        }
        Some(Response::Thread(threads)) => assert!(threads.iter().all(|(depth, _)| *depth <= DEPTH)),
        _ => {}
    }
    drawn(lines(understood), TIMES, length);
}

fn structure(part: &Part, length: usize) {
    assert!(part.depth <= DEPTH, "a part at depth {}", part.depth);
    assert!(part.odd.is_none_or(|(at, _)| at <= length), "{:?}", part.odd);
}
