//! Dialogues for the tests of this room: `C: …` is sent, `S: …` is expected, a `…` at the end takes any rest;
//! `TLS` expects the start of TLS, `CLOSE` the end. Nothing else may come.

use std::collections::VecDeque;
use std::net::IpAddr;

use jiff::Timestamp;

use super::{Output, Server, Service, World};

pub(super) const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 9));

pub(super) fn now() -> Timestamp {
    "2025-01-15T12:00:00Z".parse().unwrap()
}

/// One connection in a test.
pub(super) struct Peer {
    pub(super) server: Server,
    heard: VecDeque<String>,
}

impl Peer {
    pub(super) fn new(world: &mut World, service: Service, tls: bool) -> Self {
        let mut server = Server::new(service, "mail.example.test", tls, CLIENT);
        let greeting = server.greeting(world, now());
        let mut peer = Self { server, heard: VecDeque::new() };
        peer.hear(greeting);
        peer
    }

    /// The greeting left out.
    pub(super) fn greeted(world: &mut World, service: Service, tls: bool) -> Self {
        let mut peer = Self::new(world, service, tls);
        peer.heard.clear();
        peer
    }

    pub(super) fn hear(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(octets) => {
                    let text = String::from_utf8_lossy(&octets).into_owned();
                    assert!(text.ends_with("\r\n"), "{text}");
                    self.heard.extend(text.split_terminator("\r\n").map(str::to_owned));
                }
                Output::StartTls => self.heard.push_back("TLS".to_owned()),
                Output::Close => self.heard.push_back("CLOSE".to_owned()),
                Output::Flood { line, times, end } => {
                    let text = |octets: &[u8]| String::from_utf8_lossy(octets).trim_end().to_owned();
                    self.heard.push_back(format!("{times} x {}", text(&line)));
                    self.heard.push_back(text(&end));
                }
            }
        }
    }

    /// Plays a dialogue to its end.
    pub(super) fn play(&mut self, world: &mut World, script: &str) {
        for line in script.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
            if let Some(typed) = line.strip_prefix("C: ").or_else(|| (line == "C:").then_some("")) {
                assert_eq!(self.heard, [""; 0], "not expected before {line:?}");
                let octets = format!("{typed}\r\n");
                let outputs = self.server.received(world, now(), octets.as_bytes());
                self.hear(outputs);
                continue;
            }
            let heard = self.heard.pop_front().unwrap_or_else(|| panic!("nothing came for {line:?}"));
            let expected = line.strip_prefix("S: ").unwrap_or(if line == "S:" { "" } else { line });
            match expected.strip_suffix('…') {
                Some(start) => assert!(heard.starts_with(start), "expected {expected:?}, heard {heard:?}"),
                None => assert_eq!(heard, expected),
            }
            if line == "TLS" {
                self.server.tls_established();
            }
        }
        assert_eq!(self.heard, [""; 0], "not expected at the end");
    }
}

/// Plays one dialogue in a new world.
pub(super) fn play(service: Service, tls: bool, script: &str) -> World {
    let mut world = World::new(now());
    Peer::greeted(&mut world, service, tls).play(&mut world, script);
    world
}
