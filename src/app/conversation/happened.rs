//! What the network reports, and what the conversation makes of it.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Conversation, Goal, Link, Standing};
use crate::app::effect::{Effect, Effects};
use crate::app::event::{Closing, Happened, SocketFailure, SocketTrouble};
use crate::app::sentences;
use crate::app::transcript::{Kind, Marks};
use crate::diagnosis::investigation::Seen;
use crate::diagnosis::tls::{TlsFailure, TlsReport};
use crate::diagnosis::{Severity, certificate};
use crate::protocol::endpoint::{Protocol, Security};
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::smtp::address::literal_of;
use crate::protocol::verb::Phase;

/// After this long without a greeting the silence is worth a word.
pub(super) const SILENCE: Duration = Duration::from_secs(10);

/// IDLE is renewed after this long: a server may log out a client that idles for 30 minutes (RFC 2177 §3).
pub(super) const IDLE: Duration = Duration::from_secs(28 * 60);

impl Conversation {
    /// Takes in one report of the net room.
    pub fn happened(&mut self, what: Happened, at: Moment, effects: &mut Effects) {
        match what {
            Happened::Resolving { name } => _ = self.note(at, &format!("resolving {name} …")),
            Happened::Resolved { addresses, took } => {
                let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                self.note(at, &format!("resolved in {}: {}", sentences::duration(took), list.join(", ")));
            }
            Happened::NotResolved(failure) => {
                let (says, next) = sentences::resolve(&self.plan.endpoint.host.to_string(), &failure);
                self.trouble(at, &says, &next);
                self.finding(Severity::Fault, "connection", &says, &next);
                self.link = Link::Closed;
            }
            Happened::Attempt { address } => _ = self.note(at, &format!("trying {address}")),
            Happened::AttemptFailed { address, took, failure } => self.attempt_failed(address, took, &failure, at),
            Happened::NotConnected => self.link = Link::Closed,
            Happened::Connected { local, peer, practice, took } => {
                self.connected(local, peer, practice, took, at, effects);
            }
            Happened::Received(octets) => self.received(&octets, at, effects),
            Happened::Sent { octets } => {
                if self.handed.saturating_sub(self.octets.1) > super::BLOCK {
                    self.since = at;
                }
                self.octets.1 += octets as u64;
            }
            Happened::TlsDone(report) => self.tls_done(report, at, effects),
            Happened::TlsFailed(failure) => self.tls_failed(&failure, at),
            Happened::Closed(closing) => self.closed(&closing, at),
        }
    }

    fn attempt_failed(&mut self, address: SocketAddr, took: Duration, failure: &SocketFailure, at: Moment) {
        let (says, next) = sentences::socket(failure, took);
        if failure.kind == SocketTrouble::Cancelled {
            self.note(at, &format!("{address} {says}"));
        } else {
            self.trouble(at, &format!("{address} {says}"), next);
            self.finding(Severity::Warning, &address.to_string(), &says, next);
        }
    }

    fn connected(
        &mut self,
        local: SocketAddr,
        peer: SocketAddr,
        practice: Option<SocketAddr>,
        took: Duration,
        at: Moment,
        effects: &mut Effects,
    ) {
        self.peer = Some(peer);
        self.practice = practice;
        let behind = practice.map_or_else(String::new, |real| format!(" (practice server on {real})"));
        let took = sentences::duration(took);
        self.note(at, &format!("connected to {peer} from {} in {took}{behind}", local.ip()));
        self.since = at;
        if self.ehlo_name.is_empty() {
            self.ehlo_name = literal_of(local.ip());
        }
        if self.plan.endpoint.security == Security::Implicit {
            self.link = Link::Handshake;
        } else {
            self.link = Link::Open;
            effects.push(Effect::Wake(at + SILENCE));
        }
    }

    /// What this connection has shown of its TLS; none without a handshake.
    #[must_use]
    pub fn handshake(&self) -> Option<Seen> {
        let mut endpoint = self.plan.endpoint.clone();
        if endpoint.security == Security::Plain {
            endpoint.security = Security::StartTls;
        }
        let tls = Some(self.tls.clone()?);
        let offers = self.session.capabilities().clone();
        Some(Seen { remote: self.peer, offers, tls, ..Seen::nothing(endpoint) })
    }

    fn tls_done(&mut self, report: Box<TlsReport>, at: Moment, effects: &mut Effects) {
        let upgraded = self.session.phase() == Phase::Tls;
        self.link = Link::Open;
        self.since = at;
        self.fresh = true;
        self.session.tls_started();
        self.note(at, &certificate::summary(&report));
        for finding in certificate::findings(&report) {
            if finding.severity >= Severity::Warning {
                let says = format!("{}: {}", finding.subject, finding.says);
                let class =
                    if finding.severity == Severity::Fault { ReplyClass::Permanent } else { ReplyClass::Transient };
                self.remark(at, Kind::Trouble, class, &says);
                if !finding.next.is_empty() {
                    self.remark(at, Kind::Meaning, class, &finding.next);
                }
            }
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        self.standing = Some(Standing::of(&report));
        self.tls = Some(report);
        if upgraded {
            // What was agreed to for the clear channel, or for another certificate, is asked again.
            self.consent = self.insecure_auth;
            self.asked_capabilities = false;
            self.goals.push_front(Goal::Capabilities);
            self.advance(at, effects);
        } else {
            effects.push(Effect::Wake(at + SILENCE));
        }
    }

    fn tls_failed(&mut self, failure: &TlsFailure, at: Moment) {
        let (says, next) = sentences::tls(failure, &self.plan.endpoint);
        self.trouble(at, &says, &next);
        self.finding(Severity::Fault, "TLS", &says, &next);
        self.link = Link::Closed;
    }

    fn closed(&mut self, closing: &Closing, at: Moment) {
        if self.link == Link::Closed {
            return;
        }
        let protocol = self.protocol();
        let phase = self.session.phase();
        if let Some(rest) = self.session.finish() {
            let marks = Marks { tls: self.session.tls(), begins: self.fresh, ..Marks::default() };
            let shown = self.masks.mask_reply(&rest).unwrap_or(rest);
            self.transcript.push(at, Kind::Received, ReplyClass::Malformed, marks, None, &shown);
            self.remark(at, Kind::Meaning, ReplyClass::Malformed, "the line has no end");
        }
        let (says, bad) = sentences::closing(closing);
        let waited = sentences::duration(at - self.since);
        let unanswered: Vec<String> = self
            .session
            .outstanding()
            .iter()
            .map(|o| o.verb.map_or_else(|| "a command".to_owned(), |verb| verb.name.to_owned()))
            .take(3)
            .collect();
        let ours = *closing == Closing::Ours;
        if phase == Phase::Greeting && !ours {
            let next = "the server may refuse this client's address, or be overloaded; its log says why";
            self.trouble(at, &format!("{says} after {waited}, before any greeting"), next);
        } else if !unanswered.is_empty() && !ours {
            let next = format!("Alt-a connects again; {} was not answered", unanswered.join(", "));
            self.trouble(at, &format!("{says} {waited} after {}", unanswered.join(", ")), &next);
        } else if bad {
            self.trouble(at, &says, "Alt-a connects again");
        } else {
            self.note(at, &format!("{says} · {} octets in, {} out", self.octets.0, self.octets.1));
        }
        self.link = Link::Closed;
        self.goals.clear();
        self.exchange = None;
        self.spoken = None;
        self.asked = None;
        self.observer = None;
        if protocol == Protocol::Imap {
            self.append = None;
        }
    }

    /// Time has passed: says what is worth saying about a wait, once.
    pub fn tick(&mut self, now: Moment, effects: &mut Effects) {
        if self.link == Link::Open && self.session.phase() == Phase::Idle && now - self.since >= IDLE {
            self.note(now, "IDLE is renewed, so that the server does not take us for dead");
            self.send_line("DONE", now, effects);
            self.send_line("IDLE", now, effects);
            return;
        }
        let Some(wait) = self.wait(now) else { return };
        if self.link != Link::Open || self.warned {
            return;
        }
        if wait.stage == "greeting" && wait.elapsed >= SILENCE {
            self.warned = true;
            let says = format!("accepted, then silent: no greeting for {}", sentences::duration(wait.elapsed));
            let next = "a greet delay, a filter in between, or a server that waits for TLS first (try --tls); \
                        RFC 5321 allows 5 minutes; Ctrl-C gives up";
            self.trouble(now, &says, next);
            self.finding(Severity::Warning, "connection", "accepted, then silent", next);
        } else if wait.elapsed >= wait.limit {
            self.warned = true;
            let says = format!("no {} for {}", wait.stage, sentences::duration(wait.elapsed));
            self.trouble(now, &says, "RFC 5321 §4.5.3.2 lets a client give up now: Alt-x drops, Alt-a connects again");
        } else {
            effects.push(Effect::Wake(now + (wait.limit - wait.elapsed)));
        }
    }
}
