//! What belongs together in the transcript: a response with its literals, a message that came or went line by line,
//! the LIST lines of one command.

use crate::app::transcript::{Entry, Kind, Transcript};
use crate::diagnosis::message;
use crate::protocol::imap::response::{Mailbox, Response, read};
use crate::protocol::line::{Literals, literal_announced};
use crate::protocol::reply::ReplyClass;

/// Octets gathered: the longest message that is read, and room for what stands around it.
const OCTETS: usize = message::LONGEST + (1 << 20);

/// LIST lines that go into one tree.
const LISTED: usize = 2000;

/// Lines looked through for them.
const LINES: usize = 100_000;

/// The whole IMAP response that this line is part of, as it came: literals and line ends included.
pub(super) fn response(transcript: &Transcript, number: u64) -> Vec<u8> {
    let mut start = number;
    while let (Some(here), Some(before)) = (transcript.entry(start), received_before(transcript, start)) {
        let Some(entry) = transcript.entry(before) else { break };
        if !(here.marks.literal || goes_on(transcript, entry)) {
            break;
        }
        start = before;
    }
    let mut out = Vec::new();
    for entry in (start..transcript.range().end).filter_map(|number| transcript.entry(number)) {
        if entry.kind != Kind::Received {
            continue;
        }
        push(transcript, entry, &mut out);
        if !goes_on(transcript, entry) || out.len() >= OCTETS {
            break;
        }
    }
    out
}

/// Whether the next received line is part of the same response.
fn goes_on(transcript: &Transcript, entry: &Entry) -> bool {
    // Status lines are free text to their end and announce nothing; the session gave them a class of their own.
    entry.marks.literal
        || entry.marks.continues
        || (entry.class == ReplyClass::Data && literal_announced(transcript.octets(entry), Literals::Server).is_some())
}

fn received_before(transcript: &Transcript, number: u64) -> Option<u64> {
    let first = transcript.range().start;
    (first..number).rev().find(|number| transcript.entry(*number).is_some_and(|entry| entry.kind == Kind::Received))
}

fn push(transcript: &Transcript, entry: &Entry, out: &mut Vec<u8>) {
    out.extend_from_slice(transcript.octets(entry));
    out.extend_from_slice(entry.marks.ending.bytes());
}

/// The lines around this one that are of its kind and belong to the same command: the body of a POP3 response, or
/// the message we sent. Received dots are unstuffed (RFC 1939 §3), the last dot is left out.
pub(super) fn body(transcript: &Transcript, number: u64) -> Vec<u8> {
    let Some(this) = transcript.entry(number) else { return Vec::new() };
    let pair = transcript.pair(number);
    let belongs = |number: u64| {
        transcript.entry(number).filter(|entry| {
            entry.kind == this.kind && entry.class == ReplyClass::Data && transcript.pair(number) == pair
        })
    };
    let range = transcript.range();
    let start = (range.start..number).rev().take_while(|number| belongs(*number).is_some()).last().unwrap_or(number);
    let mut out = Vec::new();
    for entry in (start..range.end).map_while(belongs) {
        let octets = transcript.octets(entry);
        if this.kind == Kind::Received && octets == b"." && !entry.marks.continues {
            break;
        }
        let stuffed = this.kind == Kind::Received && octets.starts_with(b".");
        out.extend_from_slice(octets.get(usize::from(stuffed)..).unwrap_or_default());
        out.extend_from_slice(entry.marks.ending.bytes());
        if out.len() >= OCTETS {
            break;
        }
    }
    out
}

/// The mailboxes that the command behind this line was answered with.
pub(super) fn listed(transcript: &Transcript, number: u64) -> Vec<Mailbox> {
    let Some(pair) = transcript.pair(number) else { return Vec::new() };
    let mut out = Vec::new();
    for near in (pair + 1..transcript.range().end).take(LINES) {
        let Some(entry) = transcript.entry(near) else { continue };
        if entry.kind != Kind::Received || transcript.pair(near) != Some(pair) {
            // Something unsolicited may stand between; another command's line ends the search only further down.
            if near > number && entry.kind == Kind::Sent || near > number + LISTED as u64 {
                break;
            }
            continue;
        }
        let octets = transcript.octets(entry);
        if entry.marks.literal || !octets.starts_with(b"* ") {
            continue;
        }
        let whole = if goes_on(transcript, entry) { response(transcript, near) } else { octets.to_vec() };
        if let Some(Response::List { mailbox, .. }) = read(&whole).response {
            out.push(mailbox);
        }
        if out.len() >= LISTED {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::transcript::Marks;
    use crate::protocol::line::{Ending, Framer};
    use crate::protocol::moment::Moment;

    /// What the session would push, lines of class `OK` recognised by their words.
    fn transcript(text: &[u8], pair: Option<u64>, literals: Literals) -> Transcript {
        let mut out = Transcript::default();
        out.push(Moment(0), Kind::Sent, ReplyClass::Data, Marks::default(), None, b"a1 X");
        let mut framer = Framer::new(literals);
        let mut input = text;
        while let Some(frame) = framer.next(&mut input) {
            let marks =
                Marks { literal: frame.literal, continues: frame.continues, ending: frame.ending, ..Marks::default() };
            let status = frame.bytes.windows(3).any(|word| word == b"OK ") && !frame.literal;
            let class = if status { ReplyClass::Completion } else { ReplyClass::Data };
            out.push(Moment(0), Kind::Received, class, marks, pair, frame.bytes);
            out.push(Moment(0), Kind::Meaning, class, Marks::default(), None, b"ours");
        }
        out
    }

    #[test]
    fn a_response_with_its_literals_from_any_of_its_lines() {
        let first = "* 1 FETCH (BODY[1] {12}\r\nab\r\nOK c\r\nde BODY[2] {0}\r\n BODY[3] {4}\r\nx\r\ny)\r\n";
        let second = "* 2 FETCH (UID 5)\r\n";
        let status = "* OK see {5}\r\n";
        let text = format!("{status}{first}{second}a1 OK done {{3}}\r\n");
        let transcript = transcript(text.as_bytes(), Some(0), Literals::Server);
        let mut seen = Vec::new();
        for number in transcript.range() {
            let entry = transcript.entry(number).unwrap();
            if entry.kind == Kind::Received {
                seen.push(String::from_utf8(response(&transcript, number)).unwrap());
            }
        }
        let lines = seen.iter().filter(|whole| *whole == first).count();
        assert_eq!(lines, 9, "{seen:#?}");
        assert_eq!(seen.first().map(String::as_str), Some(status));
        assert!(seen.iter().any(|whole| whole == second));
    }

    #[test]
    fn a_body_of_pop3_without_its_dots() {
        let text = b"+OK 1\r\nSubject: x\r\n\r\n..dot\r\nend\r\n.\r\n";
        let transcript = transcript(text, Some(0), Literals::None);
        // Words of ours stand between the lines here; without them the lines are one body.
        let mut clean = Transcript::default();
        for number in transcript.range() {
            let entry = transcript.entry(number).unwrap();
            if entry.kind != Kind::Meaning {
                let class = if number < 3 { ReplyClass::Completion } else { entry.class };
                clean.push(
                    Moment(0),
                    entry.kind,
                    class,
                    entry.marks,
                    (number > 0).then_some(0),
                    transcript.octets(entry),
                );
            }
        }
        for number in 2..=5 {
            assert_eq!(body(&clean, number), b"Subject: x\r\n\r\n.dot\r\nend\r\n", "{number}");
        }
        assert_eq!(clean.entry(2).map(|entry| entry.marks.ending), Some(Ending::CrLf));
    }

    #[test]
    fn the_mailboxes_of_one_command() {
        let text = b"* LIST () \"/\" a\r\n* 3 EXISTS\r\n* LIST () \"/\" {1}\r\nb\r\na1 OK done\r\n";
        let transcript = transcript(text, Some(0), Literals::Server);
        let names: Vec<String> = listed(&transcript, 1).into_iter().map(|mailbox| mailbox.name).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
