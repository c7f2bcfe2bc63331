//! Servers that accept a connection and then say nothing, and how long that holds up whoever asks.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::app::investigator::Investigator;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::hello::Enumeration;
use crate::diagnosis::inspection::{Inspection, Subject};
use crate::diagnosis::investigation::{Investigation, Setting};
use crate::diagnosis::{Finding, Severity};

/// Where the server falls silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Hangs {
    Greeting,
    StartTls,
    Handshake,
    /// In the middle of its ServerHello.
    Record,
    /// There, and the octets before it come one a second.
    Drip,
}

/// How a ServerHello begins: five octets of the record's header, which announces 122, and two of those.
const BEGUN: &str = "\x16\x03\x03\x00\x7a\x02\x00";

/// An investigation, the server that it meets, and a clock that jumps to the next moment somebody waits for.
struct Meeting {
    hangs: Hangs,
    investigator: Investigator,
    effects: Effects,
    coming: Vec<(ConnectionId, Happened)>,
    wakes: BTreeSet<Moment>,
    now: Moment,
    connections: usize,
    /// The connection on which single octets come, and how many have.
    drips: Option<(ConnectionId, usize)>,
}

impl Meeting {
    fn begin(hangs: Hangs, investigation: Box<dyn Investigation>, patience: Duration) -> Self {
        let epoch = "2026-11-21T00:00:00+00:00[UTC]".parse().unwrap();
        let options = Options { patience, limit: patience, ..Options::new("client.example.test", epoch) };
        let (mut investigator, mut effects) = (Investigator::new(&options), Effects::new());
        investigator.begin(investigation, Resolver::System, &mut effects);
        let (coming, wakes, now) = (Vec::new(), BTreeSet::new(), Moment(0));
        Self { hangs, investigator, effects, coming, wakes, now, connections: 0, drips: None }
    }

    /// Until nothing happens but that time passes.
    fn settle(&mut self) {
        loop {
            for effect in std::mem::take(&mut self.effects) {
                self.perform(effect);
            }
            if self.coming.is_empty() {
                break;
            }
            let (id, what) = self.coming.remove(0);
            self.investigator.happened(id, what, self.now, 0, &mut self.effects);
        }
    }

    fn run(&mut self) {
        self.settle();
        while self.investigator.pending() > 0 {
            self.now = self.wakes.pop_first().expect("somebody waits");
            self.drip();
            self.investigator.tick(self.now, 0, &mut self.effects);
            self.settle();
        }
    }

    /// One more octet, and a second later the next.
    fn drip(&mut self) {
        let Some((id, came)) = &mut self.drips else { return };
        let (id, octet) = (*id, BEGUN.get(*came..*came + 1));
        *came += 1;
        if let Some(octet) = octet {
            self.say(id, octet);
            self.wakes.insert(self.now + Duration::from_secs(1));
            self.settle();
        }
    }

    fn perform(&mut self, effect: Effect) {
        let peer = "192.0.2.25:25".parse().unwrap();
        match effect {
            Effect::Connect { id, plan } => {
                assert!(plan.handshake > plan.limit, "the look itself tells of a handshake that hangs");
                self.connections += 1;
                let took = Duration::ZERO;
                self.coming.push((id, Happened::Connected { local: peer, peer, practice: None, took }));
                if self.hangs != Hangs::Greeting {
                    self.say(id, "220 mx\r\n");
                }
            }
            Effect::Send { id, octets } if octets.starts_with(b"EHLO") => self.say(id, "250-mx\r\n250 STARTTLS\r\n"),
            Effect::Send { id, octets } if octets.starts_with(b"STARTTLS") && self.hangs >= Hangs::Handshake => {
                self.say(id, "220 go\r\n");
            }
            Effect::Send { id, octets } if octets.starts_with(b"\x16\x03") => match self.hangs {
                Hangs::Record => self.say(id, BEGUN),
                Hangs::Drip => {
                    self.drips = Some((id, 0));
                    self.wakes.insert(self.now + Duration::from_secs(1));
                }
                _ => {}
            },
            Effect::Wake(at) => _ = self.wakes.insert(at),
            // The rest is what the server does not answer.
            Effect::Send { .. } | Effect::StartTls { .. } | Effect::Close { .. } => {}
            other => panic!("{other:?}"),
        }
    }

    fn say(&mut self, id: ConnectionId, text: &'static str) {
        self.coming.push((id, Happened::Received(Bytes::from_static(text.as_bytes()))));
    }

    fn findings(&self) -> Vec<Finding> {
        self.investigator.investigation().unwrap().table().1
    }
}

fn subject() -> Subject {
    Subject::read(&["192.0.2.25"], None).unwrap()
}

fn inspection() -> Box<dyn Investigation> {
    Box::new(Inspection::new(subject(), &Setting::new(Resolver::System)))
}

fn enumeration() -> Box<dyn Investigation> {
    Box::new(Enumeration::new(&subject().endpoint, None))
}

#[test]
fn a_server_that_falls_silent_holds_nobody_up() {
    const LONG: Duration = Duration::from_secs(300);
    let (none, pause) = (Duration::ZERO, super::looks::PAUSE);
    for (hangs, of, patience, waits, more, says) in [
        (Hangs::Greeting, inspection(), PATIENCE, 1, none, "accepted, then silent: no greeting for 15.0 s"),
        (Hangs::Greeting, inspection(), LONG, 1, none, "accepted, then silent: no greeting for 5 min 00 s"),
        (Hangs::StartTls, inspection(), PATIENCE, 1, none, "no answer to STARTTLS for 15.0 s"),
        (
            Hangs::Handshake,
            inspection(),
            PATIENCE,
            2,
            none,
            "was silent too often to be asked further (no end of our handshake; at most TLS 1.2, all suites: said nothing for \
             15 s)",
        ),
        (
            Hangs::Greeting,
            enumeration(),
            PATIENCE,
            1,
            none,
            "could not be asked: accepted, then silent: no greeting for 15.0 s",
        ),
        (
            Hangs::Handshake,
            enumeration(),
            PATIENCE,
            2,
            pause,
            "answered no ClientHello at all after 2 connections, so what it speaks is not known: said nothing for 15 s",
        ),
    ] {
        let mut meeting = Meeting::begin(hangs, of, patience);
        meeting.run();
        assert_eq!(meeting.now, Moment(0) + patience * waits + more, "{hangs:?} {says}");
        assert_eq!(meeting.connections, waits as usize, "{hangs:?} {says}: nothing is asked again in vain");
        let findings = meeting.findings();
        let faults: Vec<&Finding> = findings.iter().filter(|found| found.severity == Severity::Fault).collect();
        assert!(matches!(faults.as_slice(), [fault] if fault.says == says && !fault.next.is_empty()), "{faults:#?}");
    }
}

#[test]
fn a_server_that_begins_to_answer_is_not_called_silent() {
    let patience = Duration::from_secs(10);
    let begun = "began a TLS record and did not finish it within 10 s: 7 octets came";
    for hangs in [Hangs::Record, Hangs::Drip] {
        for (of, pause, says) in [
            (
                inspection(),
                Duration::ZERO,
                format!(
                    "came to no end too often to be asked further (no end of our handshake; at most TLS 1.2, all suites: {begun})"
                ),
            ),
            (
                enumeration(),
                super::looks::PAUSE,
                format!(
                    "finished no answer to a ClientHello after 2 connections, so what it speaks is not known: {begun}"
                ),
            ),
        ] {
            let mut meeting = Meeting::begin(hangs, of, patience);
            meeting.run();
            assert_eq!(meeting.now, Moment(0) + patience * 2 + pause, "{hangs:?} {says}: octets buy no time");
            let findings = meeting.findings();
            let faults: Vec<&Finding> = findings.iter().filter(|found| found.severity == Severity::Fault).collect();
            assert!(
                matches!(faults.as_slice(), [fault] if fault.says == says && fault.next.starts_with("TLS is spoken here, and stalls")),
                "{hangs:?} {faults:#?}"
            );
        }
    }
}

#[test]
fn whoever_stops_waits_for_nothing() {
    for hangs in [Hangs::Greeting, Hangs::StartTls, Hangs::Handshake] {
        let mut meeting = Meeting::begin(hangs, inspection(), PATIENCE);
        meeting.settle();
        assert!(meeting.investigator.stop(&mut meeting.effects), "{hangs:?}");
        assert!(matches!(meeting.effects.as_slice(), [Effect::Close { abort: true, .. }]), "{:?}", meeting.effects);
        assert_eq!(meeting.investigator.pending(), 0);
    }
}
