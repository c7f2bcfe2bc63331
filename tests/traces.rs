//! Dialogues of real-looking servers, played against the session machine: `tests/traces/*.trace`, in the notation of
//! `ehlo::dialogue`. `C:` is what was typed and sent, `S:` what came (a line that ends in an escaped `\n` has its own
//! ending, every other one CRLF), and the notes are assertions about the line before:
//!
//! ```text
//! -- protocol: imap            which session; the first note of a trace
//! -- trap: 12                  the point of the list of traps that the trace is about; see TRAPS
//! -- phase: mailbox selected   where the session stands now
//! -- class: transient failure  the class of the last frame
//! -- code: 250 · none          its SMTP code
//! -- answers: RCPT · nobody    the line that was typed and is answered by it begins like this
//! -- whole · part              a reply ends here, or does not
//! -- signal: StartTls · none   what the caller must act on
//! -- challenge: …              the same for a challenge, with its text (empty: `-- challenge:`)
//! -- remark: words · none      what is odd about it
//! -- literal                   it was the content of a literal
//! -- ending: LF                the ending it really had
//! -- octets: 12288             its length
//! -- capability: SIZE 1000     offered now, with its parameters · -- no capability: AUTH
//! -- mechanism: PLAIN          offered now · -- no mechanism: LOGIN
//! -- user: jo · -- mailbox: x  who is logged in, what is selected (`none`: nobody, nothing)
//! -- owes a response           the server waits for a line of a SASL exchange · -- response sent
//! -- outstanding: 2            commands that wait for their answer
//! -- literal to send: 5        octets of an announced literal that are due · none
//! -- waits for go-ahead        a literal was announced and the server has not agreed yet
//! -- discarded                 the lines since the answer to STARTTLS were an injection
//! -- TLS                       the handshake is done
//! ```
//!
//! Each trace is played again with the server's octets cut at every place, one by one, and cut at random: all
//! readings must be the same.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test reads its files")]

use std::fs;
use std::path::Path;

use ehlo::dialogue::{self, Turn};
use ehlo::protocol::endpoint::Protocol;
use ehlo::protocol::line::Ending;
use ehlo::protocol::session::{Reading, Session, Signal};
use ehlo::protocol::verb::Phase;
use proptest::prelude::*;

#[path = "fuzz/bodies/say.rs"]
mod say;

/// The traps that a trace must show, and what they are about.
const TRAPS: &[(u32, &str)] = &[
    (6, "nothing is sent before the banner is complete"),
    (9, "multi-line replies: differing codes, a code alone, long lines"),
    (10, "unsolicited lines are never taken for the answer"),
    (11, "IMAP tags: typed ones are kept"),
    (12, "IMAP literals: counted octets, data that looks like a tagged reply"),
    (13, "IDLE and DONE"),
    (14, "AUTH: empty challenges, odd prompts, cancelling"),
    (15, "XOAUTH2: the error in JSON and the line that is owed"),
    (16, "after STARTTLS everything learnt is forgotten, octets in clear behind it are discarded"),
    (17, "pipelined groups: each reply is paired with its command"),
    (20, "the server goes: 421, BYE, no more"),
];

/// One frame as it was read.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    octets: Vec<u8>,
    ending: Ending,
    literal: bool,
    continues: bool,
    reading: Reading,
}

struct Trace {
    name: String,
    turns: Vec<Turn>,
}

fn traces() -> Vec<Trace> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let mut traces: Vec<Trace> = fs::read_dir(folder)
        .expect("the folder of traces")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "trace"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a trace is UTF-8");
            let turns = dialogue::parse(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            Trace { name, turns }
        })
        .collect();
    traces.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(traces.len() > 10, "only {} traces", traces.len());
    traces
}

/// The octets of a line of the server, with the ending it has.
fn octets(turn: &Turn) -> Option<Vec<u8>> {
    let Turn::Server(pattern) = turn else { return None };
    let mut line = pattern.line().expect("a line of a trace has no gap").to_vec();
    if line.last() != Some(&b'\n') {
        line.extend_from_slice(b"\r\n");
    }
    Some(line)
}

/// A trace being played.
struct Player<'a> {
    trace: &'a Trace,
    session: Session,
    /// What was typed; the number of a command is its place plus one.
    typed: Vec<String>,
    /// What the last line of the server, or its frames, said.
    last: Vec<Seen>,
    seen: Vec<Seen>,
    /// Octets of the server so far, for the cuts.
    offset: usize,
    cuts: &'a [usize],
    /// After the answer to STARTTLS, until the handshake.
    clear: bool,
    discarded: Vec<u8>,
    checked: usize,
}

fn play(trace: &Trace, cuts: &[usize]) -> (Vec<Seen>, usize) {
    let protocol = match trace.turns.first() {
        Some(Turn::Note(note)) => match note.strip_prefix("protocol: ") {
            Some("smtp") => Protocol::Smtp,
            Some("lmtp") => Protocol::Lmtp,
            Some("imap") => Protocol::Imap,
            Some("pop3") => Protocol::Pop3,
            _ => panic!("{}: the first note names the protocol", trace.name),
        },
        _ => panic!("{}: the first note names the protocol", trace.name),
    };
    let mut player = Player {
        trace,
        session: Session::new(protocol),
        typed: Vec::new(),
        last: Vec::new(),
        seen: Vec::new(),
        offset: 0,
        cuts,
        clear: false,
        discarded: Vec::new(),
        checked: 0,
    };
    let mut at = 1;
    while at < trace.turns.len() {
        match &trace.turns[at] {
            Turn::Client(line) => player.client(line),
            Turn::Note(note) => player.note(note),
            Turn::Server(_) => {
                // All lines up to the next typed one, or the handshake, come in one stream.
                let end = trace.turns[at..]
                    .iter()
                    .position(|turn| matches!(turn, Turn::Client(_)) || *turn == Turn::Note("TLS".to_owned()))
                    .map_or(trace.turns.len(), |n| at + n);
                player.server(&trace.turns[at..end]);
                at = end;
                continue;
            }
        }
        at += 1;
    }
    assert!(player.checked >= 3, "{}: only {} assertions", trace.name, player.checked);
    (player.seen, player.offset)
}

impl Player<'_> {
    fn client(&mut self, line: &[u8]) {
        assert!(!self.clear, "{}: nothing is typed before the handshake", self.trace.name);
        let line = String::from_utf8(line.to_vec()).expect("a typed line is UTF-8");
        self.typed.push(line.clone());
        let number = self.typed.len() as u64;
        say::say(&mut self.session, &line, number);
    }

    fn server(&mut self, turns: &[Turn]) {
        let stream: Vec<u8> = turns.iter().filter_map(octets).flatten().collect();
        let end = self.offset + stream.len();
        let mut places: Vec<usize> =
            self.cuts.iter().filter(|cut| (self.offset..end).contains(cut)).map(|cut| cut - self.offset).collect();
        places.extend([0, stream.len()]);
        places.sort_unstable();
        self.offset = end;
        let mut turns = turns.iter().peekable();
        // Octets of the present line that have not come out in frames.
        let mut due: Vec<u8> = Vec::new();
        for pair in places.windows(2) {
            let mut input = &stream[pair[0]..pair[1]];
            if self.clear {
                self.discarded.extend_from_slice(input);
                continue;
            }
            while let Some(heard) = self.session.next(&mut input) {
                let seen = Seen {
                    octets: heard.octets.to_vec(),
                    ending: heard.ending,
                    literal: heard.literal,
                    continues: heard.continues,
                    reading: heard.reading,
                };
                if due.is_empty() {
                    due = turns.next().and_then(octets).expect("each frame belongs to a line of the trace");
                    self.last.clear();
                }
                let mut wire = seen.octets.clone();
                wire.extend_from_slice(seen.ending.bytes());
                let name = &self.trace.name;
                assert!(due.starts_with(&wire), "{name}: expected {:?}, read {:?}", show(&due), show(&wire));
                due.drain(..wire.len());
                let starts_tls = seen.reading.signal == Some(Signal::StartTls);
                self.last.push(seen.clone());
                self.seen.push(seen);
                if due.is_empty() {
                    while let Some(Turn::Note(note)) = turns.peek()
                        && note != "discarded"
                    {
                        let note = note.clone();
                        turns.next();
                        self.note(&note);
                    }
                }
                if starts_tls {
                    self.clear = true;
                    self.discarded = self.session.discard();
                    self.discarded.extend_from_slice(input);
                    break;
                }
            }
        }
        if self.clear {
            let rest: Vec<u8> = turns.clone().filter_map(octets).flatten().collect();
            assert_eq!(show(&self.discarded), show(&rest), "{}: what came in clear", self.trace.name);
        }
        for turn in turns {
            match turn {
                Turn::Note(note) => self.note(note),
                _ => assert!(self.clear, "{}: {turn:?} was not read", self.trace.name),
            }
        }
        assert!(due.is_empty(), "{}: {:?} was not read", self.trace.name, show(&due));
    }

    fn note(&mut self, note: &str) {
        let (word, value) = note.split_once(':').map_or((note, ""), |(word, value)| (word, value.trim()));
        let place = format!("{}, after {:?} {:?}: -- {note}", self.trace.name, self.typed.last(), self.last.last());
        let optional = |text: &str| if text == "none" { None } else { Some(text.to_owned()) };
        let session = &self.session;
        let capabilities = session.capabilities();
        self.checked += 1;
        match word {
            "phase" => assert_eq!(session.phase().name(), value, "{place}"),
            "capability" => {
                let found: Vec<String> = capabilities.list().iter().map(|c| c.text()).collect();
                assert!(found.iter().any(|c| c == value), "{place}: {found:?}");
            }
            "no capability" => assert!(!capabilities.has(value), "{place}"),
            "mechanism" => assert!(capabilities.mechanisms().iter().any(|m| m == value), "{place}"),
            "no mechanism" => assert!(!capabilities.mechanisms().iter().any(|m| m == value), "{place}"),
            "user" => assert_eq!(session.user().map(str::to_owned), optional(value), "{place}"),
            "mailbox" => assert_eq!(session.mailbox().map(str::to_owned), optional(value), "{place}"),
            "owes a response" => assert!(session.owes_response() && session.patience().is_none(), "{place}"),
            "response sent" => assert!(!session.owes_response() && session.patience().is_some(), "{place}"),
            "outstanding" => assert_eq!(session.outstanding().len().to_string(), value, "{place}"),
            "literal to send" => {
                assert_eq!(session.literal_to_send().map(|n| n.to_string()), optional(value), "{place}");
            }
            "waits for go-ahead" => assert!(session.waits_for_go_ahead(), "{place}"),
            "TLS" => {
                assert_eq!(session.phase(), Phase::Tls, "{place}");
                self.session.tls_started();
                self.clear = false;
                assert!(self.session.tls() && !self.session.capabilities().known, "{place}");
            }
            "discarded" => assert!(!self.discarded.is_empty(), "{place}: nothing came in clear"),
            "trap" => assert!(TRAPS.iter().any(|(number, _)| number.to_string() == value), "{place}"),
            _ => {
                let Some(Seen { octets, ending, literal, reading, .. }) = self.last.last() else {
                    panic!("{place}: no line has come");
                };
                match word {
                    "class" => assert_eq!(reading.class.name(), value, "{place}"),
                    "code" => assert_eq!(reading.code.map(|c| c.to_string()), optional(value), "{place}"),
                    "answers" if value == "nobody" => assert_eq!(reading.answers, None, "{place}"),
                    "answers" => {
                        let number = reading.answers.unwrap_or_else(|| panic!("{place}: it answers nobody"));
                        let typed = usize::try_from(number - 1).ok().and_then(|at| self.typed.get(at));
                        assert!(typed.is_some_and(|typed| typed.starts_with(value)), "{place}: {typed:?}");
                    }
                    "whole" => assert!(reading.whole, "{place}"),
                    "part" => assert!(!reading.whole, "{place}"),
                    "signal" => {
                        let name = reading.signal.as_ref().map(|signal| format!("{signal:?}"));
                        assert_eq!(name, optional(value), "{place}");
                    }
                    "challenge" => {
                        assert_eq!(reading.signal, Some(Signal::Challenge(value.as_bytes().to_vec())), "{place}");
                    }
                    "remark" => match optional(value) {
                        None => assert_eq!(reading.remark, None, "{place}"),
                        Some(part) => assert!(reading.remark.is_some_and(|r| r.contains(&part)), "{place}"),
                    },
                    "literal" => assert!(*literal || self.last.iter().any(|seen| seen.literal), "{place}"),
                    "ending" => assert_eq!(ending.name(), value, "{place}"),
                    "octets" => assert_eq!(octets.len().to_string(), value, "{place}"),
                    _ => panic!("{place}: no such assertion"),
                }
            }
        }
    }
}

fn show(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn every_trace_is_read_as_it_says() {
    for trace in traces() {
        play(&trace, &[]);
    }
}

#[test]
fn readings_do_not_depend_on_where_the_stream_is_cut() {
    for trace in traces() {
        let (expect, length) = play(&trace, &[]);
        // Long traces are cut at every seventeenth place, which is no multiple of anything in them.
        let step = if length > 4000 { 17 } else { 1 };
        for cut in (1..length).step_by(step) {
            assert!(play(&trace, &[cut]).0 == expect, "{}: cut at {cut}", trace.name);
        }
        for size in [1, 2, 3] {
            let cuts: Vec<usize> = (1..length).step_by(size).collect();
            assert!(play(&trace, &cuts).0 == expect, "{}: in pieces of {size}", trace.name);
        }
    }
}

#[test]
fn every_trap_has_a_trace() {
    let traces = traces();
    for (number, about) in TRAPS {
        let note = Turn::Note(format!("trap: {number}"));
        assert!(traces.iter().any(|trace| trace.turns.contains(&note)), "no trace shows trap {number}: {about}");
    }
}

#[test]
fn a_trace_can_fail() {
    let trace = |text: &str| Trace { name: "made".to_owned(), turns: dialogue::parse(text).expect("the notation") };
    let start = "-- protocol: smtp\nS: 220 mx\n-- class: completion\n-- whole\n";
    play(&trace(&format!("{start}-- phase: greeted, EHLO not said\n")), &[]);
    for wrong in [
        "-- phase: EHLO done",
        "-- class: permanent failure",
        "-- part",
        "-- answers: EHLO",
        "-- signal: none",
        "-- remark: odd",
        "-- capability: SIZE",
        "-- ending: LF",
        "-- nonsense",
        "-- user: jo",
        "-- literal",
        "-- waits for go-ahead",
        "-- discarded",
        "-- TLS",
    ] {
        let trace = trace(&format!("{start}{wrong}\n"));
        let outcome = std::panic::catch_unwind(|| play(&trace, &[]));
        assert!(outcome.is_err(), "{wrong} was believed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn readings_are_the_same_for_random_cuts(cuts in proptest::collection::vec(0usize..16_000, 0..40)) {
        for trace in traces() {
            let (expect, _) = play(&trace, &[]);
            prop_assert!(play(&trace, &cuts).0 == expect, "{}: {:?}", trace.name, cuts);
        }
    }
}
