//! Which versions and suites a server accepts: it is offered all, and again all but what it chose, until it refuses.

mod findings;
mod rows;

#[cfg(test)]
mod tests;

use super::reply::{Choice, Reply, SILENCES};
use super::way::{Way, groups};
use crate::diagnosis::finding::Finding;
use crate::diagnosis::investigation::{Came, Hello, Investigation, Want};
use crate::diagnosis::survey::Row;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::tls::{AlertDescription, ClientHello, Exchange, Suite, Version};

/// Connections that are made at most. A server with every cipher of its library takes about as many; most take thirty.
const MOST: usize = 150;

/// The versions that are asked for, the newest first, so that a server that goes deaf has told the best.
const VERSIONS: [Version; 5] = [Version::TLS13, Version::TLS12, Version::TLS11, Version::TLS10, Version::SSL3];

/// What one ClientHello asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// Which suite is chosen of those that are left.
    Suite(Version),
    /// Whose order counts.
    Order(Version),
    /// Which group is chosen of those that are left.
    Group(Version),
    /// Whether a needless fallback to this version is refused (RFC 7507).
    Fallback(Version),
}

/// Who decides between two suites that both sides have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Server,
    Client,
    /// Neither alone: some servers move ChaCha20 up for clients that have it first.
    Mixed,
}

/// What a server does when a client falls back without need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fallback {
    Refused,
    Taken,
    Unclear,
}

/// What is known of one version.
#[derive(Clone, Debug)]
struct Spoken {
    version: Version,
    /// What was chosen, in the order in which it was.
    choices: Vec<Choice>,
    /// The answer that ended it. None as long as more may be accepted.
    end: Option<Reply>,
    order: Option<Order>,
    groups: Vec<u16>,
    groups_known: bool,
}

/// Finds out what a server accepts: one connection after the other, and no more than 150 of them.
#[derive(Clone, Debug)]
pub struct Enumeration {
    way: Way,
    asked: Option<(Ask, Hello)>,
    connections: usize,
    silences: usize,
    versions: Vec<Spoken>,
    fallback: Option<Fallback>,
    /// Why it was ended early.
    stopped: Option<Stopped>,
}

/// Why nothing more is asked.
#[derive(Clone, Debug)]
enum Stopped {
    /// It cannot be reached, or does not come to TLS, or is silent.
    Reply(Reply),
    /// There were too many.
    Full,
}

impl Enumeration {
    /// Of this server. What begins in clear is asked for STARTTLS. `name` is sent in place of the host's own.
    #[must_use]
    pub fn new(endpoint: &Endpoint, name: Option<&str>) -> Self {
        let spoken = |version| Spoken {
            version,
            choices: Vec::new(),
            end: None,
            order: None,
            groups: Vec::new(),
            groups_known: false,
        };
        Self {
            way: Way::new(endpoint, name),
            asked: None,
            connections: 0,
            silences: 0,
            versions: VERSIONS.map(spoken).to_vec(),
            fallback: None,
            stopped: None,
        }
    }

    /// Whether there is nothing more to ask.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.asked.is_none() && self.next().is_none()
    }

    fn next(&self) -> Option<Ask> {
        if self.stopped.is_some() {
            return None;
        }
        if let Some(open) = self.versions.iter().find(|spoken| spoken.end.is_none()) {
            return Some(Ask::Suite(open.version));
        }
        if let Some(several) = self.versions.iter().find(|spoken| spoken.choices.len() > 1 && spoken.order.is_none()) {
            return Some(Ask::Order(several.version));
        }
        if let Some(open) = self.curved().find(|spoken| !spoken.groups_known) {
            return Some(Ask::Group(open.version));
        }
        self.lower().filter(|_| self.fallback.is_none()).map(Ask::Fallback)
    }

    /// TLS 1.3, and the newest version before it that has ECDHE: of these the groups are asked.
    fn curved(&self) -> impl Iterator<Item = &Spoken> {
        let (new, old): (Vec<&Spoken>, Vec<&Spoken>) =
            self.versions.iter().partition(|spoken| spoken.version == Version::TLS13);
        let new = new.into_iter().filter(|spoken| !spoken.choices.is_empty());
        new.chain(old.into_iter().find(|spoken| spoken.choices.iter().any(|choice| is_ecdhe(choice.suite))))
    }

    /// The newest version before TLS 1.3 that is not the newest of all: whoever falls back comes there.
    fn lower(&self) -> Option<Version> {
        let mut spoken = self.versions.iter().filter(|spoken| !spoken.choices.is_empty());
        spoken.next()?;
        spoken.next().map(|spoken| spoken.version)
    }

    /// Whether it answers no ClientHello at all: every one so far was met by an end of the connection or by silence. What
    /// it speaks is not known then.
    fn is_mute(&self) -> bool {
        let is_answer = |reply: &Reply| !(reply.is_late() || matches!(reply, Reply::Closed(_)));
        let mut ends = self.versions.iter().filter_map(|spoken| spoken.end.as_ref()).peekable();
        ends.peek().is_some() && !ends.any(is_answer) && self.versions.iter().all(|spoken| spoken.choices.is_empty())
    }

    fn spoken(&self, version: Version) -> Option<&Spoken> {
        self.versions.iter().find(|spoken| spoken.version == version)
    }

    fn spoken_mut(&mut self, version: Version) -> Option<&mut Spoken> {
        self.versions.iter_mut().find(|spoken| spoken.version == version)
    }

    fn hello(&self, ask: Ask) -> Hello {
        let (Ask::Suite(version) | Ask::Order(version) | Ask::Group(version) | Ask::Fallback(version)) = ask;
        let chosen: Vec<Suite> = self
            .spoken(version)
            .map(|spoken| spoken.choices.iter().map(|choice| choice.suite).collect())
            .unwrap_or_default();
        let mut suites = match ask {
            Ask::Suite(_) => {
                let mut left = Suite::all(version);
                left.retain(|suite| !chosen.contains(suite));
                left
            }
            Ask::Order(_) => chosen.into_iter().rev().collect(),
            Ask::Group(_) if version < Version::TLS13 => chosen.into_iter().filter(|suite| is_ecdhe(*suite)).collect(),
            Ask::Group(_) => chosen,
            Ask::Fallback(_) => chosen.into_iter().chain([Suite::FALLBACK]).collect(),
        };
        if version < Version::TLS13 {
            suites.push(Suite::RENEGOTIATION);
        }
        let mut hello = ClientHello { compression: true, ..ClientHello::new(vec![version], suites) };
        hello.groups = groups(version);
        if let (Ask::Group(_), Some(spoken)) = (ask, self.spoken(version)) {
            hello.groups.retain(|group| !spoken.groups.contains(group));
        }
        // Without a key a server of TLS 1.3 names the group that it wants; with one it would rather take that.
        hello.key = version == Version::TLS13 && !matches!(ask, Ask::Group(_));
        self.way.hello(hello)
    }

    fn heard(&mut self, ask: Ask, reply: Reply) {
        match &reply {
            Reply::NotSent(_) | Reply::Clear(_) => {
                self.stopped = Some(Stopped::Reply(reply));
                return;
            }
            reply if reply.is_late() => {
                self.silences += 1;
                if self.silences >= SILENCES {
                    self.stopped = Some(Stopped::Reply((*reply).clone()));
                }
            }
            _ => {}
        }
        if self.connections >= MOST {
            self.stopped.get_or_insert(Stopped::Full);
        }
        let all = |version| Suite::all(version).len();
        let (Ask::Suite(version) | Ask::Order(version) | Ask::Group(version) | Ask::Fallback(version)) = ask;
        if let Ask::Fallback(_) = ask {
            self.fallback = Some(match &reply {
                Reply::Alert(alert) if alert.description == AlertDescription::INAPPROPRIATE_FALLBACK => {
                    Fallback::Refused
                }
                Reply::Chose(_) => Fallback::Taken,
                _ => Fallback::Unclear,
            });
        }
        let Some(spoken) = self.spoken_mut(version) else { return };
        let choice = reply.choice().filter(|choice| choice.version == version).cloned();
        match (ask, choice) {
            (Ask::Suite(_), Some(choice))
                if choice.suite.fits(version) && spoken.choices.iter().all(|own| own.suite != choice.suite) =>
            {
                spoken.choices.push(choice);
                if spoken.choices.len() >= all(version) {
                    spoken.end = Some(reply);
                }
            }
            (Ask::Suite(_), _) => spoken.end = Some(reply),
            (Ask::Order(_), choice) => {
                let first = spoken.choices.first().map(|own| own.suite);
                let last = spoken.choices.last().map(|own| own.suite);
                let now = choice.map(|choice| choice.suite);
                spoken.order = Some(match now {
                    _ if now == first => Order::Server,
                    _ if now == last => Order::Client,
                    _ => Order::Mixed,
                });
            }
            (Ask::Group(_), choice) => {
                match choice.and_then(|choice| choice.group).filter(|group| !spoken.groups.contains(group)) {
                    Some(group) => spoken.groups.push(group),
                    None => spoken.groups_known = true,
                }
                spoken.groups_known |= spoken.groups.len() >= groups(version).len();
            }
            (Ask::Fallback(_), _) => {}
        }
    }
}

impl Investigation for Enumeration {
    fn title(&self) -> String {
        format!("what {} speaks", self.way.subject())
    }

    fn wants(&mut self) -> Vec<Want> {
        if self.asked.is_some() {
            return Vec::new();
        }
        let Some(ask) = self.next() else { return Vec::new() };
        let hello = self.hello(ask);
        self.connections += 1;
        self.asked = Some((ask, hello.clone()));
        vec![Want::Hello(hello)]
    }

    fn came(&mut self, came: Came, _now: i64) {
        let Came::Hello(hello, heard) = came else { return };
        if let Some((ask, _)) = self.asked.take_if(|(_, asked)| *asked == hello) {
            self.heard(ask, Reply::of(&heard));
        }
    }

    /// How many connections it takes is known to the server alone.
    fn announcement(&self) -> Option<String> {
        Some(format!(
            "asks {} in short connections, one after the other: one for each suite and group that it accepts, and a few that it \
             refuses; most servers take twenty to fifty, and there are at most {MOST}",
            self.way.subject()
        ))
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        (rows::rows(self), findings::findings(self))
    }
}

fn is_ecdhe(suite: Suite) -> bool {
    suite.exchange() == Exchange::Ecdhe
}
