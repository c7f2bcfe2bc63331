//! Why a handshake failed: a few ClientHellos, each chosen by what the ones before it brought, and what follows from
//! their answers.

mod words;

#[cfg(test)]
mod tests;

use super::reply::{Choice, Reply, SILENCES};
use super::way::Way;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::{Came, Cause, Hello, Want};
use crate::diagnosis::survey::Row;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::tls::{AlertDescription, ClientHello, Exchange, Suite, Version};

/// ClientHellos that are sent at most.
const MOST: usize = 6;

/// A ClientHello that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    /// Everything from TLS 1.0 to TLS 1.3.
    All,
    /// The same without the name of the server.
    Unnamed,
    /// Nothing newer than TLS 1.2.
    Tls12,
    /// TLS 1.2 and before with ephemeral keys on curves, whatever the cipher.
    Ecdhe,
    /// The same with ephemeral keys modulo a prime.
    Dhe,
    /// TLS 1.0 as its clients spoke.
    Tls10,
    /// SSL 3.0.
    Ssl3,
}

/// Finds out why the program's own TLS, which speaks TLS 1.2 and 1.3 with ECDHE and AEAD, comes to no end with a server.
///
/// A part of an investigation: it names what it wants, one thing after the other, and is given what came.
#[derive(Clone, Debug)]
pub struct WhyNot {
    way: Way,
    asked: Option<(Probe, Hello)>,
    said: Vec<(Probe, Reply)>,
    /// Why the program's own handshake came to no end.
    cause: Cause,
}

impl WhyNot {
    /// About this server. What begins in clear is asked for STARTTLS. `name` is sent in place of the host's own.
    #[must_use]
    pub fn new(endpoint: &Endpoint, name: Option<&str>) -> Self {
        Self { way: Way::new(endpoint, name), asked: None, said: Vec::new(), cause: Cause::Other }
    }

    /// The program's own handshake ended for this. A server that was silent then is not asked the same again before it has
    /// answered something else.
    #[must_use]
    pub const fn after(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// What is wanted next: one ClientHello or nothing.
    pub fn wants(&mut self) -> Vec<Want> {
        if self.asked.is_some() {
            return Vec::new();
        }
        let Some(probe) = self.next() else { return Vec::new() };
        let hello = self.hello(probe);
        self.asked = Some((probe, hello.clone()));
        vec![Want::Hello(hello)]
    }

    /// Takes in what came, and tells whether it was waited for.
    pub fn came(&mut self, came: &Came) -> bool {
        let Came::Hello(hello, heard) = came else { return false };
        match &self.asked {
            Some((probe, asked)) if asked == hello => {
                self.said.push((*probe, Reply::of(heard)));
                self.asked = None;
                true
            }
            _ => false,
        }
    }

    /// Whether there is nothing more to ask.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.asked.is_none() && self.next().is_none()
    }

    /// What follows from the answers, the reason first. Nothing before all have come.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if self.is_done() { words::findings(self) } else { Vec::new() }
    }

    /// A row for each ClientHello, with its answer.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        words::rows(self)
    }

    fn reply(&self, probe: Probe) -> Option<&Reply> {
        self.said.iter().find(|(own, _)| *own == probe).map(|(_, reply)| reply)
    }

    fn choice(&self, probe: Probe) -> Option<&Choice> {
        self.reply(probe).and_then(Reply::choice)
    }

    /// The first of these that was not tried, as long as none before it has found an ear.
    fn until_heard(&self, probes: &[Probe]) -> Option<Probe> {
        for probe in probes {
            match self.reply(*probe) {
                None => return Some(*probe),
                Some(Reply::Chose(_) | Reply::NotSent(_)) => return None,
                Some(_) => {}
            }
        }
        None
    }

    /// Whether it has been silent so often, the program's own handshake counted, that it would be asked in vain.
    fn is_mute(&self) -> bool {
        let own = usize::from(self.cause == Cause::Silence);
        own + self.said.iter().filter(|(_, reply)| reply.is_late()).count() >= SILENCES
    }

    fn next(&self) -> Option<Probe> {
        let is_lost = self.said.iter().any(|(_, reply)| matches!(reply, Reply::NotSent(_)));
        if self.said.len() >= MOST || self.is_mute() || is_lost {
            return None;
        }
        let Some(first) = self.reply(Probe::All) else {
            // The offer of TLS 1.3 is what was not answered, and a shorter ClientHello may be: some middleboxes drop the other.
            let is_next = self.cause == Cause::Silence && self.reply(Probe::Tls12).is_none();
            return Some(if is_next { Probe::Tls12 } else { Probe::All });
        };
        let named = self.way.name.is_some();
        match first {
            // What is asked of the client is seen in TLS 1.2 only.
            Reply::Chose(choice) if choice.version == Version::TLS13 => self.until_heard(&[Probe::Tls12]),
            Reply::Chose(choice) if choice.version == Version::TLS12 && !is_ours(choice.suite) => {
                match choice.suite.exchange() {
                    Exchange::Ecdhe => None,
                    Exchange::Dhe => self.until_heard(&[Probe::Ecdhe]),
                    _ => self.until_heard(&[Probe::Ecdhe, Probe::Dhe]),
                }
            }
            Reply::Chose(_) | Reply::NotSent(_) | Reply::Clear(_) => None,
            Reply::Alert(alert) if alert.description == AlertDescription::UNRECOGNIZED_NAME && named => {
                self.until_heard(&[Probe::Unnamed, Probe::Tls12, Probe::Tls10, Probe::Ssl3])
            }
            _ if named => self.until_heard(&[Probe::Tls12, Probe::Tls10, Probe::Ssl3, Probe::Unnamed]),
            _ => self.until_heard(&[Probe::Tls12, Probe::Tls10, Probe::Ssl3]),
        }
    }

    fn hello(&self, probe: Probe) -> Hello {
        let only = |version, exchange: Option<Exchange>| {
            let mut suites = Suite::all(version);
            suites.retain(|suite| exchange.is_none_or(|exchange| suite.exchange() == exchange));
            suites.push(Suite::RENEGOTIATION);
            ClientHello::new(vec![version], suites)
        };
        match probe {
            Probe::All => self.way.hello(everything()),
            Probe::Unnamed => self.way.unnamed(everything()),
            Probe::Tls12 => self.way.hello(only(Version::TLS12, None)),
            Probe::Ecdhe => self.way.hello(only(Version::TLS12, Some(Exchange::Ecdhe))),
            Probe::Dhe => self.way.hello(only(Version::TLS12, Some(Exchange::Dhe))),
            Probe::Tls10 => self.way.hello(only(Version::TLS10, None)),
            Probe::Ssl3 => self.way.unnamed(only(Version::SSL3, None)),
        }
    }
}

fn everything() -> ClientHello {
    let mut suites = Suite::all(Version::TLS13);
    suites.extend(Suite::all(Version::TLS12));
    suites.push(Suite::RENEGOTIATION);
    let versions = vec![Version::TLS10, Version::TLS11, Version::TLS12, Version::TLS13];
    ClientHello { key: true, ..ClientHello::new(versions, suites) }
}

/// Whether the program's own TLS speaks a suite of TLS 1.2: a test holds that this is so.
fn is_ours(suite: Suite) -> bool {
    suite.exchange() == Exchange::Ecdhe
        && suite.is_aead()
        && (suite.cipher().starts_with("AES_") && suite.cipher().contains("GCM")
            || suite.cipher().starts_with("CHACHA20"))
}

/// A finding that keeps everybody out who speaks as this program does.
fn fault(way: &Way, says: String, next: &str) -> Finding {
    Finding::new(Severity::Fault, way.subject(), says, next)
}
