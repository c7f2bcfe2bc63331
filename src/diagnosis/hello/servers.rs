//! Servers for tests: they read a ClientHello and answer as they are configured, in octets.

use std::time::Duration;

use crate::diagnosis::investigation::{Came, Cause, Ended, Failure, Heard, Hello, Seen, Stage};
use crate::protocol::endpoint::{Endpoint, Target, parse_target};
use crate::protocol::tls::{Exchange, Flight, Suite, Version};

/// How a server is configured. By default it speaks TLS 1.2 and 1.3 as the best do.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) versions: &'static [Version],
    /// The one that is preferred first.
    pub(super) suites: &'static [u16],
    pub(super) own_order: bool,
    pub(super) groups: &'static [u16],
    pub(super) prime: usize,
    /// It has this name only.
    pub(super) name: Option<&'static str>,
    /// It asks for a client certificate of these authorities, each in DER.
    pub(super) wants: Option<&'static [&'static [u8]]>,
    pub(super) renegotiation: bool,
    pub(super) compression: bool,
    /// It refuses a needless fallback.
    pub(super) fallback: bool,
    /// What it does with any ClientHello, or with one that offers more than it bears.
    pub(super) mood: Mood,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    Clear,
    Silent,
    Unreachable,
    /// It closes on what offers a newer version than this.
    Intolerant(Version),
    /// It says nothing to what offers a newer version than this.
    Deaf(Version),
}

impl Default for Server {
    fn default() -> Self {
        Self {
            versions: &[Version::TLS13, Version::TLS12],
            suites: &[0x1302, 0x1301, 0xc030, 0xc02f],
            own_order: true,
            groups: &[29, 23],
            prime: 2048,
            name: None,
            wants: None,
            renegotiation: true,
            compression: false,
            fallback: true,
            mood: Mood::Well,
        }
    }
}

pub(super) fn endpoint(url: &str) -> Endpoint {
    let Ok(Target::Endpoint(endpoint)) = parse_target(&[url]) else { panic!("{url}") };
    endpoint
}

/// What stands in a ClientHello.
#[derive(Default)]
struct Asked {
    versions: Vec<Version>,
    suites: Vec<Suite>,
    compression: bool,
    name: Option<String>,
    groups: Vec<u16>,
    key: bool,
}

fn split(octets: &[u8], width: usize) -> (&[u8], &[u8]) {
    let length = octets[..width].iter().fold(0, |sum, octet| sum * 256 + usize::from(*octet));
    octets[width..].split_at(length)
}

fn numbers(octets: &[u8]) -> Vec<u16> {
    octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

impl Asked {
    fn read(octets: &[u8]) -> Self {
        let flight = Flight::of(octets);
        let body = flight.message(1).expect("a ClientHello");
        let legacy = numbers(&body[..2])[0];
        let mut asked = Self { versions: vec![Version(legacy)], ..Self::default() };
        let (_, rest) = split(&body[34..], 1);
        let (suites, rest) = split(rest, 2);
        asked.suites = numbers(suites).into_iter().map(Suite).collect();
        let (compression, rest) = split(rest, 1);
        asked.compression = compression.contains(&1);
        let mut list = if rest.is_empty() { rest } else { split(rest, 2).0 };
        while !list.is_empty() {
            let kind = numbers(&list[..2])[0];
            let (data, behind) = split(&list[2..], 2);
            match kind {
                0 => asked.name = Some(String::from_utf8(data[5..].to_vec()).unwrap()),
                10 => asked.groups = numbers(&data[2..]),
                43 => asked.versions = numbers(&data[1..]).into_iter().map(Version).collect(),
                51 => asked.key = data.len() > 2,
                _ => {}
            }
            list = behind;
        }
        asked
    }
}

fn record(content: u8, fragment: &[u8]) -> Vec<u8> {
    [&[content, 3, 3], &u16::try_from(fragment.len()).unwrap().to_be_bytes()[..], fragment].concat()
}

fn alert(description: u8) -> Vec<u8> {
    record(21, &[2, description])
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &u32::try_from(body.len()).unwrap().to_be_bytes()[1..], body].concat()
}

fn vector(data: &[u8]) -> Vec<u8> {
    [&u16::try_from(data.len()).unwrap().to_be_bytes()[..], data].concat()
}

impl Server {
    /// What it answers to the one that asks.
    pub(super) fn came(&self, hello: Hello) -> Came {
        let mut seen = Seen::nothing(hello.endpoint.clone());
        let asked = Asked::read(&hello.octets);
        let newest = asked.versions.iter().max().copied().unwrap();
        let (octets, ended) = match self.mood {
            Mood::Well => (self.answer(&asked), Ended::Enough),
            Mood::Clear => (b"220 mx.test ESMTP\r\n".to_vec(), Ended::Enough),
            Mood::Silent => (Vec::new(), Ended::Silent(Duration::from_secs(10))),
            Mood::Intolerant(version) if newest > version => {
                (Vec::new(), Ended::Closed("closed by the server".to_owned()))
            }
            Mood::Deaf(version) if newest > version => (Vec::new(), Ended::Silent(Duration::from_secs(10))),
            Mood::Intolerant(_) | Mood::Deaf(_) => (self.answer(&asked), Ended::Enough),
            Mood::Unreachable => {
                let says = "192.0.2.25:465 refused after 1 ms".to_owned();
                seen.failure = Some(Failure {
                    stage: Stage::Connection,
                    says,
                    next: "no server there".to_owned(),
                    cause: Cause::Other,
                });
                (Vec::new(), Ended::NotSent)
            }
        };
        Came::Hello(hello, Box::new(Heard { seen, flight: Flight::of(&octets), ended }))
    }

    fn answer(&self, asked: &Asked) -> Vec<u8> {
        let newest = asked.versions.iter().max().copied().unwrap();
        let best = self.versions.iter().max().copied().unwrap();
        if asked.name.as_deref().is_some_and(|name| self.name.is_some_and(|own| own != name)) {
            return alert(112);
        }
        // Before TLS 1.3 a client offers all versions up to one.
        let offers =
            |version: &&Version| asked.versions.contains(version) || (newest <= Version::TLS12 && **version < newest);
        let Some(version) = self.versions.iter().filter(offers).max().copied() else { return alert(70) };
        if self.fallback && asked.suites.contains(&Suite::FALLBACK) && newest < best {
            return alert(86);
        }
        let both: Vec<Suite> = if self.own_order {
            let own = self.suites.iter().map(|suite| Suite(*suite));
            own.filter(|suite| asked.suites.contains(suite)).collect()
        } else {
            asked.suites.iter().copied().filter(|suite| self.suites.contains(&suite.0)).collect()
        };
        let group = self.groups.iter().find(|group| asked.groups.contains(group)).copied();
        let fits = |suite: &&Suite| suite.fits(version) && (suite.exchange() != Exchange::Ecdhe || group.is_some());
        let Some(suite) = both.iter().find(fits).copied() else { return alert(40) };
        self.flight(asked, version, suite, group)
    }

    fn flight(&self, asked: &Asked, version: Version, suite: Suite, group: Option<u16>) -> Vec<u8> {
        let mut extensions = Vec::new();
        if version == Version::TLS13 {
            let Some(group) = group else { return alert(40) };
            // Without a key this is what HelloRetryRequest says, and a test of its random is elsewhere.
            extensions.extend([0, 43, 0, 2, 3, 4, 0, 51, 0, 2]);
            extensions.extend(group.to_be_bytes());
        } else if self.renegotiation && asked.suites.contains(&Suite::RENEGOTIATION) {
            extensions.extend([0xff, 1, 0, 1, 0]);
        }
        let legacy = version.min(Version::TLS12).0.to_be_bytes();
        let compression = u8::from(self.compression && asked.compression);
        let body = [&legacy[..], &[7; 32], &[0], &suite.0.to_be_bytes(), &[compression], &vector(&extensions)].concat();
        let mut messages = message(2, &body);
        if version < Version::TLS13 {
            messages.extend(message(11, &[0, 0, 0]));
            match suite.exchange() {
                Exchange::Ecdhe => {
                    let named = group.unwrap_or_default().to_be_bytes();
                    messages.extend(message(12, &[&[3], &named[..], &[1, 4]].concat()));
                }
                Exchange::Dhe => {
                    let prime = vec![0xff; self.prime / 8];
                    messages.extend(message(12, &[vector(&prime), vector(&[2]), vector(&[4])].concat()));
                }
                _ => {}
            }
            if let Some(names) = self.wants {
                let names: Vec<u8> = names.iter().flat_map(|name| vector(name)).collect();
                let signatures = if version == Version::TLS12 { vector(&[4, 1]) } else { Vec::new() };
                messages.extend(message(13, &[vec![1, 1], signatures, vector(&names)].concat()));
            }
            messages.extend(message(14, &[]));
        }
        record(22, &messages)
    }
}
