//! What the network reports, and what the conversation makes of it.

use std::net::SocketAddr;
use std::time::Duration;

use memchr::memmem;

use super::{Conversation, Goal, Link};
use crate::app::effect::{Effect, Effects};
use crate::app::event::{Closing, Happened, SocketFailure, SocketTrouble};
use crate::app::sentences;
use crate::app::transcript::{Kind, Marks};
use crate::diagnosis::tls::{TlsFailure, TlsReport};
use crate::diagnosis::{Severity, certificate, meaning};
use crate::protocol::endpoint::{Protocol, Security};
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::session::Signal;
use crate::protocol::verb::Phase;
use crate::protocol::visible::visible;

/// After this long without a greeting the silence is worth a word.
pub(super) const SILENCE: Duration = Duration::from_secs(10);

/// IDLE is renewed after this long: a server may log out a client that idles for 30 minutes (RFC 2177 §3).
const IDLE: Duration = Duration::from_secs(28 * 60);

/// What stands where a secret stood.
pub(super) const DOTS: &str = "••••••••";

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
            Happened::Sent { octets } => self.octets.1 += octets as u64,
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
            self.ehlo_name = address_literal(local.ip());
        }
        if self.plan.endpoint.security == Security::Implicit {
            self.link = Link::Handshake;
        } else {
            self.link = Link::Open;
            effects.push(Effect::Wake(at + SILENCE));
        }
    }

    fn received(&mut self, octets: &[u8], at: Moment, effects: &mut Effects) {
        self.octets.0 += octets.len() as u64;
        if self.link == Link::Handshake {
            self.injection(octets, at);
            return;
        }
        if self.session.phase() == Phase::Greeting && !self.session.tls() {
            self.tls_on_plain_port(octets, at);
        }
        let mut input = octets;
        loop {
            let Self { session, transcript, secrets, fresh, since, .. } = self;
            let tls = session.tls();
            let protocol = session.protocol();
            let greeted = session.phase() != Phase::Greeting;
            let Some(heard) = session.next(&mut input) else { break };
            let reading = heard.reading;
            let marks = Marks {
                tls,
                literal: heard.literal,
                continues: heard.continues,
                unsolicited: greeted && reading.answers.is_none(),
                ending: heard.ending,
                begins: *fresh,
                stuffed: false,
            };
            let masked = if secrets.is_empty() { None } else { mask(heard.octets, secrets) };
            let shown = masked.as_deref().unwrap_or(heard.octets);
            transcript.push(at, Kind::Received, reading.class, marks, reading.answers, shown);
            let explained = if reading.class.is_negative() && reading.whole {
                meaning::explain(protocol, heard.octets)
            } else {
                None
            };
            let negative = reading.class.is_negative();
            let whole = reading.whole;
            if whole {
                *fresh = true;
                *since = at;
            } else {
                *fresh = false;
            }
            if let Some(remark) = reading.remark {
                self.remark(at, Kind::Meaning, ReplyClass::Malformed, remark);
            }
            if let Some(meaning) = explained {
                let text = if meaning.next.is_empty() {
                    format!("{}: {}", meaning.code, meaning.says)
                } else {
                    format!("{}: {}. Next: {}", meaning.code, meaning.says, meaning.next)
                };
                self.remark(at, Kind::Meaning, reading.class, &text);
            }
            if negative && whole {
                self.recipients.retain(|(command, _)| Some(*command) != reading.answers);
            }
            if negative && whole && matches!(self.goal, Some(Goal::Pass(_))) {
                self.goal = None;
            }
            if negative && whole && !greeted {
                // Refused at the door: nothing more is asked of this server but by hand (RFC 5321 §3.1).
                self.goal = None;
            }
            if negative && whole && !self.queue.is_empty() && !self.pipelining {
                self.paused = true;
            }
            if let Some(signal) = reading.signal
                && self.signal(signal, &mut input, at, effects)
            {
                break;
            }
        }
        if self.session.literal_to_send().is_none() {
            // APPEND was refused: its message must not go into the next literal.
            self.append = None;
        }
        self.advance(at, effects);
    }

    /// Acts on a signal. Returns whether reading must stop here.
    fn signal(&mut self, signal: Signal, input: &mut &[u8], at: Moment, effects: &mut Effects) -> bool {
        match signal {
            Signal::Greeted => {}
            Signal::Idling => effects.push(Effect::Wake(at + IDLE)),
            Signal::Capabilities => self.capabilities_changed(at),
            Signal::StartTls => {
                let mut rest = self.session.discard();
                rest.extend_from_slice(input);
                self.link = Link::Handshake;
                self.since = at;
                if !rest.is_empty() {
                    self.injection(&rest, at);
                }
                effects.push(Effect::StartTls { id: self.id, name: self.asked_name() });
                return true;
            }
            Signal::Challenge(text) => self.challenged(&text, at, effects),
            Signal::Authenticated => {
                let known = self.session.user().filter(|user| !user.is_empty());
                let who = known.or(Some(self.login.as_str()).filter(|user| !user.is_empty()));
                let who = who.map(|user| format!(" as {}", visible(user.as_bytes())));
                self.note(at, &format!("logged in{}", who.unwrap_or_default()));
                self.exchange = None;
            }
            Signal::NotAuthenticated => self.exchange = None,
            Signal::GoAhead => self.go_ahead(at, effects),
            Signal::Closing => {
                if self.session.phase() == Phase::Closed {
                    effects.push(Effect::Close { id: self.id, abort: false });
                }
            }
        }
        false
    }

    fn capabilities_changed(&mut self, at: Moment) {
        let Some(before) = self.session.before_tls() else { return };
        if !before.known {
            return;
        }
        let (new, gone) = self.session.capabilities().difference(before);
        let mut parts = Vec::new();
        if !new.is_empty() {
            parts.push(format!("new under TLS: {}", new.join(", ")));
        }
        if !gone.is_empty() {
            parts.push(format!("gone: {}", gone.join(", ")));
        }
        let text =
            if parts.is_empty() { "TLS changed nothing in what is offered".to_owned() } else { parts.join(" · ") };
        let text = visible(text.as_bytes()).into_owned();
        self.note(at, &text);
    }

    fn injection(&mut self, octets: &[u8], at: Moment) {
        self.injected += octets.len();
        let shown = octets.get(..octets.len().min(60)).unwrap_or(octets);
        let says = format!(
            "{} octets came in clear behind the answer to STARTTLS and were discarded: {}",
            octets.len(),
            visible(shown)
        );
        let next = "a server or a middlebox that does this lets attackers inject replies (CVE-2011-0411 and others)";
        self.trouble(at, &says, next);
        self.finding(Severity::Fault, "STARTTLS", "octets in clear behind the answer to STARTTLS", next);
    }

    /// A TLS record where a greeting was expected: an alert, most often.
    fn tls_on_plain_port(&mut self, octets: &[u8], at: Moment) {
        if self.octets.0 == octets.len() as u64
            && let [0x14..=0x17, 3, 0..=4, ..] = octets
        {
            let next = "connect again with --tls";
            self.trouble(at, "the server speaks TLS where plain text was expected", next);
            self.finding(Severity::Fault, "connection", "TLS where plain text was expected", next);
        }
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
        self.tls = Some(report);
        if upgraded {
            self.goal = Some(match self.goal.take() {
                Some(goal @ Goal::Authenticate(..)) => goal,
                _ => Goal::Capabilities,
            });
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
            let shown = mask(&rest, &self.secrets).unwrap_or(rest);
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
        self.goal = None;
        self.exchange = None;
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

/// How a client without a name introduces itself (RFC 5321 §4.1.3).
fn address_literal(ip: std::net::IpAddr) -> String {
    match ip {
        std::net::IpAddr::V4(ip) => format!("[{ip}]"),
        std::net::IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    }
}

/// `octets` with every secret replaced by dots, if there is one in it.
pub(super) fn mask(octets: &[u8], secrets: &[crate::protocol::secret::Secret]) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    for secret in secrets {
        let needle = secret.expose();
        // Very short secrets would blot out ordinary text and tell by their absence what they are.
        if needle.len() < 4 {
            continue;
        }
        let text = out.as_deref().unwrap_or(octets);
        if memmem::find(text, needle).is_none() {
            continue;
        }
        let mut masked = Vec::with_capacity(text.len());
        let mut from = 0;
        for at in memmem::find_iter(text, needle) {
            masked.extend_from_slice(text.get(from..at).unwrap_or(b""));
            masked.extend_from_slice(DOTS.as_bytes());
            from = at + needle.len();
        }
        masked.extend_from_slice(text.get(from..).unwrap_or(b""));
        out = Some(masked);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::secret::Secret;

    #[test]
    fn an_echoed_secret_is_masked_everywhere_in_a_line() {
        let secrets = [Secret::from("hunter2"), Secret::from("abc")];
        assert_eq!(mask(b"535 hunter2? hunter2!", &secrets).unwrap(), "535 ••••••••? ••••••••!".as_bytes());
        assert_eq!(mask(b"250 abc", &secrets), None);
    }
}
