//! A look at a server, without a tab: what it says, what it offers, which certificate it shows. Nobody logs in, and no
//! mail is sent.
//!
//! ```text
//! Connect ─► greeting ─► EHLO, CAPABILITY, CAPA ─► STARTTLS, STLS ─► handshake ─► the same again ─► QUIT, LOGOUT
//!                                                                ├─► a ClientHello made by hand ─► its answer
//!                                                                └─► lines written out beforehand ─► their replies
//! ```
//!
//! How far it goes is its errand.

mod errand;
mod looks;
mod said;
mod steps;
mod talk;
mod words;

#[cfg(test)]
mod hang_tests;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

pub(super) use errand::Errand;
pub(super) use looks::Looks;
pub use looks::is_look;

use self::said::Said;
use super::effect::{ConnectPlan, Effect, Effects};
use super::event::{Closing, ConnectionId, Happened, SocketFailure, SocketTrouble};
use super::options::Options;
use super::sentences;
use crate::diagnosis::certificate;
use crate::diagnosis::investigation::{Came, Cause, Ended, Failure, Heard, Seen, Stage};
use crate::diagnosis::tls::TlsReport;
use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::{Host, Protocol, Security};
use crate::protocol::moment::Moment;
use crate::protocol::session::Session;
use crate::protocol::smtp::address::literal_of;
use crate::protocol::tls::Flight;
use crate::protocol::verb::Phase;

/// Each step of a look is waited for this long, where nothing else was said: connecting, the greeting, each answer, the
/// handshake. Servers that make strangers wait do so for some six seconds; one that hangs is not to hold up the others.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// A look is over after so many times that, counted from the first thing the net reports of it: a server that takes its
/// time with every step comes to no end else, and between the steps of a talk stand waits of its own.
const STEPS: u32 = 4;
/// Octets of a server that are read. None that is right sends so much.
const OCTETS: usize = 1 << 20;
/// Failed addresses that are told of.
const TRIES: usize = 3;

/// One look.
#[derive(Debug)]
struct Look {
    id: ConnectionId,
    errand: Errand,
    /// The plan as it was made; the net is told otherwise where the errand itself says the first octets.
    plan: ConnectPlan,
    ehlo_name: String,
    session: Session,
    step: Step,
    /// When the present wait began, and when the look is over whatever comes.
    since: Moment,
    until: Option<Moment>,
    /// The present step is over at the latest. None where something else bounds it: the net, or the talk itself.
    due: Option<Moment>,
    /// How long a step may take.
    patience: Duration,
    /// The number of the command that is to be answered.
    number: u64,
    received: usize,
    /// Addresses that failed: what happened, and the next step.
    tries: Vec<(String, &'static str)>,
    said: Said,
    seen: Seen,
    flight: Flight,
    ended: Ended,
    progress: steps::Progress,
}

/// What is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Connecting,
    Greeting,
    /// The answer to EHLO, CAPABILITY or CAPA.
    Offers,
    /// The answer to STARTTLS or STLS.
    Upgrade,
    Handshake,
    /// The answer to a ClientHello made by hand.
    Hello,
    /// The answer to a step of a talk.
    Talk,
    /// The answer to QUIT or LOGOUT.
    Farewell,
    Over,
}

impl Look {
    /// Begins. An empty name for EHLO becomes the address of this end.
    fn open(id: ConnectionId, errand: Errand, plan: ConnectPlan, options: &Options, effects: &mut Effects) -> Self {
        let patience = options.patience;
        // The look waits for the handshake itself, and tells of it in its own words.
        let (limit, handshake) = (plan.limit.min(patience), patience * STEPS);
        let plan = ConnectPlan { limit, handshake, endpoint: errand.way(), ..plan };
        effects.push(Effect::Connect { id, plan: errand.dialled(&plan) });
        Self {
            id,
            ehlo_name: options.ehlo_name.clone(),
            session: Session::new(plan.endpoint.protocol),
            step: Step::Connecting,
            since: Moment(0),
            until: None,
            due: None,
            patience,
            number: 0,
            received: 0,
            tries: Vec::new(),
            said: Said::default(),
            seen: Seen::nothing(plan.endpoint.clone()),
            flight: Flight::default(),
            ended: Ended::NotSent,
            progress: steps::Progress::default(),
            errand,
            plan,
        }
    }

    const fn protocol(&self) -> Protocol {
        self.plan.endpoint.protocol
    }

    fn is_over(&self) -> bool {
        self.step == Step::Over
    }

    /// What came of it.
    fn into_came(self) -> Came {
        let seen = Seen { said: self.said.into_lines(), ..self.seen };
        match self.errand {
            Errand::Look(_) => Came::Look(Box::new(seen)),
            Errand::Again(_) => Came::Again(Box::new(seen)),
            Errand::Hello(hello) => {
                Came::Hello(hello, Box::new(Heard { seen, flight: self.flight, ended: self.ended }))
            }
            Errand::Talk(talk) => Came::Talk(talk, Self::talked(self.progress, seen)),
        }
    }

    /// Takes in one report of the net.
    fn happened(&mut self, what: Happened, at: Moment, effects: &mut Effects) {
        if self.until.is_none() {
            self.since = at;
            let until = at + self.patience * STEPS;
            self.until = Some(until);
            effects.push(Effect::Wake(until));
        }
        match what {
            Happened::Resolving { .. }
            | Happened::Resolved { .. }
            | Happened::Attempt { .. }
            | Happened::Sent { .. } => {}
            Happened::NotResolved(failure) => {
                let (says, next) = sentences::resolve(&self.plan.endpoint.host.to_string(), &failure);
                self.end(Stage::Connection, says, next);
            }
            Happened::AttemptFailed { address, took, failure } => self.attempt_failed(address, took, &failure),
            Happened::NotConnected => {
                let (says, next) = words::not_connected(&self.tries);
                self.end(Stage::Connection, says, next);
            }
            Happened::Connected { local, peer, .. } => self.connected(local, peer, at, effects),
            Happened::Received(octets) => self.received(&octets, at, effects),
            Happened::TlsDone(report) => self.tls_done(report, at, effects),
            Happened::TlsFailed(failure) => {
                let (says, next) = sentences::tls(&failure, &self.plan.endpoint);
                self.said.note(&says);
                self.fail_by(Cause::from(&failure), Stage::Handshake, says, next);
                self.step = Step::Over;
            }
            Happened::Closed(closing) => self.closed(&closing, at),
        }
    }

    /// Time has passed.
    fn tick(&mut self, now: Moment, effects: &mut Effects) {
        self.talk_tick(now, effects);
        let is_late = [self.until, self.due].into_iter().flatten().any(|until| until <= now);
        if self.is_over() || !is_late {
            return;
        }
        effects.push(Effect::Close { id: self.id, abort: true });
        if self.step == Step::Hello {
            self.answered(Ended::Silent(now - self.since));
        } else if self.step == Step::Talk {
            self.talk_ended(format!("no answer for {}", sentences::duration(now - self.since)));
        } else if self.step != Step::Farewell {
            let (says, next) = words::silent(self.stage(), self.verb(), self.session.tls(), now - self.since);
            self.said.note(&says);
            self.fail_by(Cause::Silence, self.stage(), says, next);
        }
        self.step = Step::Over;
    }

    fn attempt_failed(&mut self, address: SocketAddr, took: Duration, failure: &SocketFailure) {
        if failure.kind == SocketTrouble::Cancelled {
            return;
        }
        let (says, next) = sentences::socket(failure, took);
        let says = format!("{address} {says}");
        self.said.note(&says);
        if self.tries.len() < TRIES {
            self.tries.push((says, next));
        }
    }

    fn connected(&mut self, local: SocketAddr, peer: SocketAddr, at: Moment, effects: &mut Effects) {
        self.seen.remote = Some(peer);
        self.said.note(&format!("TCP to {peer}"));
        if self.ehlo_name.is_empty() {
            self.ehlo_name = literal_of(local.ip());
        }
        if self.plan.endpoint.security == Security::Implicit {
            self.begin_tls(at, effects);
        } else {
            self.wait(Step::Greeting, at, effects);
        }
    }

    fn received(&mut self, octets: &[u8], at: Moment, effects: &mut Effects) {
        self.received = self.received.saturating_add(octets.len());
        match self.step {
            Step::Over | Step::Connecting => return,
            Step::Handshake => return self.injected(octets.len()),
            Step::Hello => return self.heard(octets, effects),
            Step::Greeting if !self.session.tls() && self.received == octets.len() && words::is_tls(octets) => {
                let says = "the server speaks TLS where plain text was expected".to_owned();
                self.fail(Stage::Greeting, says, "connect with TLS from the first octet: --tls".to_owned());
                return self.hang_up(effects);
            }
            _ => {}
        }
        let mut input = octets;
        while !matches!(self.step, Step::Over | Step::Handshake | Step::Hello) {
            if self.received > OCTETS {
                let says = format!("the server sent more than {} KB and came to no end", OCTETS >> 10);
                self.fail(self.stage(), says, "look at what it says in a tab of its own".to_owned());
                effects.push(Effect::Close { id: self.id, abort: true });
                self.step = Step::Over;
                break;
            }
            let Some(heard) = self.session.next(&mut input) else { break };
            let (line, reading) = (heard.octets.to_vec(), heard.reading);
            self.said.server(&line);
            self.read(&line, &reading, &mut input, at, effects);
        }
    }

    /// Octets came in clear where TLS was to begin.
    fn injected(&mut self, octets: usize) {
        if octets > 0 {
            self.seen.injected = self.seen.injected.saturating_add(octets);
            self.said.note(&format!("{octets} octets in clear behind the answer, discarded"));
        }
    }

    fn tls_done(&mut self, report: Box<TlsReport>, at: Moment, effects: &mut Effects) {
        let upgraded = self.session.phase() == Phase::Tls;
        self.session.tls_started();
        self.said.note(&certificate::summary(&report));
        self.seen.tls = Some(report);
        if upgraded {
            // What was offered in clear is forgotten (RFC 3207 §4.2).
            self.seen.offers = Capabilities::unheard();
            if self.behind().is_some() {
                return self.unasked(at, effects);
            }
            self.ask(at, effects);
        } else {
            self.wait(Step::Greeting, at, effects);
        }
    }

    fn closed(&mut self, closing: &Closing, at: Moment) {
        if let Some(rest) = self.session.finish() {
            self.said.server(&rest);
        }
        let (says, _) = sentences::closing(closing);
        self.said.note(&says);
        if self.step == Step::Hello {
            self.answered(Ended::Closed(says));
        } else if self.step == Step::Talk {
            self.talk_ended(says);
        } else if self.step != Step::Farewell {
            let (says, next) = words::closed(&says, self.stage(), self.verb(), at - self.since);
            let cause = match closing {
                Closing::Broken(SocketFailure { kind: SocketTrouble::Alert(alert), .. }) => Cause::Alert(*alert),
                _ => Cause::Other,
            };
            self.fail_by(cause, self.stage(), says, next);
        }
        self.step = Step::Over;
    }

    /// Closes; all that was said has been written.
    fn hang_up(&mut self, effects: &mut Effects) {
        effects.push(Effect::Close { id: self.id, abort: false });
        self.step = Step::Over;
    }

    /// The connection is over, and this is why.
    fn end(&mut self, stage: Stage, says: String, next: String) {
        self.said.note(&says);
        self.fail(stage, says, next);
        self.step = Step::Over;
    }

    fn fail(&mut self, stage: Stage, says: String, next: String) {
        self.fail_by(Cause::Other, stage, says, next);
    }

    /// The first failure is the one that is told.
    fn fail_by(&mut self, cause: Cause, stage: Stage, says: String, next: String) {
        self.seen.failure.get_or_insert(Failure { stage, says, next, cause });
    }

    /// What is awaited from now on, and until when.
    fn wait(&mut self, step: Step, at: Moment, effects: &mut Effects) {
        self.step = step;
        self.since = at;
        self.due = match step {
            Step::Greeting | Step::Offers | Step::Upgrade | Step::Handshake | Step::Hello => Some(at + self.patience),
            // Connecting is bounded by its plan, a talk by its steps, and leave is taken by a moment of its own.
            Step::Connecting | Step::Talk | Step::Farewell | Step::Over => None,
        };
        effects.extend(self.due.map(Effect::Wake));
    }

    const fn stage(&self) -> Stage {
        match self.step {
            Step::Connecting => Stage::Connection,
            Step::Greeting => Stage::Greeting,
            Step::Handshake | Step::Hello => Stage::Handshake,
            Step::Upgrade => Stage::StartTls,
            Step::Offers | Step::Talk | Step::Farewell | Step::Over => Stage::Capabilities,
        }
    }

    /// The name the certificate is judged by.
    fn name(&self) -> String {
        match (&self.plan.sni, &self.plan.endpoint.host) {
            (Some(sni), _) => sni.clone(),
            (None, Host::Name(name)) => name.clone(),
            (None, Host::Ip(ip)) => ip.to_string(),
        }
    }
}
