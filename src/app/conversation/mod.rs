//! One connection and everything known about it: the session, the transcript, the queue, what is awaited.

mod authenticate;
mod encodings;
mod explain;
mod goals;
mod happened;
mod mask;
mod message;
mod observe;
mod received;
mod say;
mod send;
mod sieve;
mod take_over;
mod upgrade;

use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use self::mask::Masks;
use super::effect::{ConnectPlan, Effect, Effects};
use super::event::ConnectionId;
use super::message_editor::MessageEditor;
use super::transcript::{Kind, Marks, Transcript};
use crate::diagnosis::tls::TlsReport;
use crate::diagnosis::{Finding, Severity, certificate};
use crate::protocol::command::LiteralSecrecy;
use crate::protocol::deflate::{Deflater, Inflater};
use crate::protocol::endpoint::{Host, Protocol, Security};
use crate::protocol::line::Ending;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::sasl::{Exchange, Observer, Spoken};
use crate::protocol::secret::{Hidden, Secret};
use crate::protocol::session::Session;
use crate::protocol::verb::Phase;

pub use authenticate::{Login, Way};
pub(in crate::app) use mask::DOTS;
pub use message::{MessagePlace, lines, message_octets};
pub use say::Refusal;
pub use take_over::Stamp;

/// Octets that may lie with the system without being called a wait.
const BLOCK: u64 = 64 * 1024;

/// The state of the connection beneath the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Resolving and connecting.
    Opening,
    /// A TLS handshake runs.
    Handshake,
    /// Octets flow.
    Open,
    /// It is over.
    Closed,
}

/// What the program is on its way to do by itself, because one key or flag asked for it.
#[derive(Debug)]
pub enum Goal {
    /// Ask for the capabilities.
    Capabilities,
    /// Ask for the capabilities if they are unknown, then STARTTLS.
    StartTls,
    /// Ask for the capabilities if they are unknown, then authenticate.
    Authenticate(Box<Login>),
    /// Say PASS once USER has been accepted (RFC 1939 §7).
    Pass(Secret),
}

/// How the server's certificate stands, in few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How bad the worst of it is; [`Severity::Good`] when nothing is.
    pub severity: Severity,
    /// The worst that is to be said.
    pub says: Option<String>,
    /// How long the certificate is valid still.
    pub left: Option<String>,
}

impl Standing {
    fn of(report: &TlsReport) -> Self {
        let findings = certificate::findings(report);
        // Of equals the first: the certificate's findings begin with the verdict and go on to its reasons.
        let worst = findings.into_iter().rev().filter(|f| f.severity >= Severity::Warning).max_by_key(|f| f.severity);
        Self {
            severity: worst.as_ref().map_or(Severity::Good, |finding| finding.severity),
            says: worst.map(|finding| finding.says),
            left: certificate::remaining(report),
        }
    }
}

/// What is awaited, for the running clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What.
    pub stage: &'static str,
    /// For how long already.
    pub elapsed: Duration,
    /// A client may give up after this long.
    pub limit: Duration,
}

/// One conversation.
#[derive(Debug)]
pub struct Conversation {
    /// The number of its connection.
    pub id: ConnectionId,
    /// Where and how it was opened.
    pub plan: ConnectPlan,
    /// The state of the connection.
    pub link: Link,
    /// The dialogue.
    pub session: Session,
    /// Its record.
    pub transcript: Transcript,
    /// The address that answered.
    pub peer: Option<SocketAddr>,
    /// The loopback address behind it, in the practice world.
    pub practice: Option<SocketAddr>,
    /// The handshake, once there was one.
    pub tls: Option<Box<TlsReport>>,
    /// What the line at the top says of it; reading a chain of certificates is not for every frame.
    pub standing: Option<Standing>,
    /// Something on the way wrote over the greeting.
    masked_greeting: bool,
    /// The domain whose mail this server takes, where its MX records said so.
    pub(in crate::app) domain: Option<String>,
    /// What the promises of the domain were compared with last: whether TLS is offered, whether it is on, how many.
    compared: Option<(bool, bool, usize)>,
    /// What is worth saying about this connection.
    pub findings: Vec<Finding>,
    /// Pasted or held lines that wait for their turn.
    pub queue: VecDeque<Hidden>,
    /// The queue stands still after a refusal.
    pub paused: bool,
    /// Queued lines do not wait for replies.
    pub pipelining: bool,
    /// What ends a line we send.
    pub ending: Ending,
    /// How we introduce ourselves.
    pub ehlo_name: String,
    /// Users that commands named since the privacy key was last told.
    pub(in crate::app) met: Vec<String>,
    goals: VecDeque<Goal>,
    /// Secrets may go out whatever the channel.
    consent: bool,
    insecure_auth: bool,
    exchange: Option<Exchange>,
    /// What was said in a login that is led by hand.
    spoken: Option<Spoken>,
    /// The last challenge of the octets that are being read: it is answered when they are at their end.
    asked: Option<Vec<u8>>,
    /// We broke a login off, and the server has not answered to that.
    broken_off: bool,
    /// Takes every login apart, ours and those typed.
    observer: Option<Observer>,
    append: Option<Vec<u8>>,
    /// COMPRESS is on (RFC 4978): what packs and what unpacks.
    deflater: Option<Deflater>,
    inflater: Option<Inflater>,
    /// What must not be seen.
    masks: Masks,
    since: Moment,
    fresh: bool,
    warned: bool,
    wait_given_up: bool,
    asked_capabilities: bool,
    untold_capabilities: bool,
    literal_secrecy: LiteralSecrecy,
    sender: String,
    recipients: Vec<(u64, String)>,
    login: String,
    /// Octets handed to the net; `octets` tells how many of them have gone.
    handed: u64,
    /// The DATA that has not been answered.
    data: Option<u64>,
    /// The last frame goes on in the next.
    continuing: bool,
    /// Replies whose meaning is folded where others show it, or shown where others fold it.
    folds: HashSet<u64>,
    /// Octets received and sent.
    pub octets: (u64, u64),
    /// The message that is being written.
    pub message: Option<MessageEditor>,
    /// The server's prompt opened the message editor; the app takes this flag.
    pub wants_message: bool,
}

impl Conversation {
    /// A conversation that is about to be opened.
    #[must_use]
    pub fn open(
        id: ConnectionId,
        plan: ConnectPlan,
        ehlo_name: String,
        insecure_auth: bool,
        now: Moment,
        effects: &mut Effects,
    ) -> Self {
        effects.push(Effect::Connect { id, plan: plan.clone() });
        let goals = (plan.endpoint.security == Security::StartTls).then_some(Goal::StartTls).into_iter().collect();
        Self {
            id,
            link: Link::Opening,
            session: Session::new(plan.endpoint.protocol),
            plan,
            transcript: Transcript::default(),
            peer: None,
            practice: None,
            tls: None,
            standing: None,
            masked_greeting: false,
            domain: None,
            compared: None,
            findings: Vec::new(),
            queue: VecDeque::new(),
            paused: false,
            pipelining: false,
            ending: Ending::CrLf,
            ehlo_name,
            met: Vec::new(),
            goals,
            consent: insecure_auth,
            insecure_auth,
            exchange: None,
            spoken: None,
            asked: None,
            broken_off: false,
            observer: None,
            append: None,
            deflater: None,
            inflater: None,
            masks: Masks::default(),
            since: now,
            fresh: true,
            warned: false,
            wait_given_up: false,
            asked_capabilities: false,
            untold_capabilities: false,
            literal_secrecy: LiteralSecrecy::default(),
            sender: String::new(),
            recipients: Vec::new(),
            login: String::new(),
            handed: 0,
            data: None,
            continuing: false,
            folds: HashSet::new(),
            octets: (0, 0),
            message: None,
            wants_message: false,
        }
    }

    /// The dialect.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.plan.endpoint.protocol
    }

    /// The name a certificate is judged by.
    #[must_use]
    pub fn asked_name(&self) -> String {
        match (&self.plan.sni, &self.plan.endpoint.host) {
            (Some(name), _) => name.clone(),
            (None, Host::Name(name)) => name.clone(),
            (None, Host::Ip(ip)) => ip.to_string(),
        }
    }

    /// What is awaited, and since when.
    #[must_use]
    pub fn wait(&self, now: Moment) -> Option<Wait> {
        let elapsed = now - self.since;
        match self.link {
            Link::Closed => None,
            Link::Opening => Some(Wait { stage: "connecting", elapsed, limit: self.plan.limit }),
            Link::Handshake => Some(Wait { stage: "TLS handshake", elapsed, limit: Duration::from_secs(20) }),
            Link::Open if self.wait_given_up => None,
            // Every block of a message has three minutes, and the answer is awaited from the last one on (RFC 5321
            // §4.5.3.2.5).
            Link::Open if self.handed.saturating_sub(self.octets.1) > BLOCK => {
                Some(Wait { stage: "sending", elapsed, limit: Duration::from_secs(180) })
            }
            Link::Open => self.session.patience().map(|p| Wait { stage: p.stage, elapsed, limit: p.limit }),
        }
    }

    /// Whether a line that is sent now goes out at once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.link == Link::Open && (self.session.phase() != Phase::Greeting || self.wait_given_up)
    }

    /// Whether a password would be readable by others, or go to someone whose certificate has faults: why.
    #[must_use]
    pub fn exposure(&self) -> Option<String> {
        if !self.session.tls() {
            return Some("the channel is clear: everyone on the path can read the password".to_owned());
        }
        let report = self.tls.as_ref()?;
        let faults: Vec<Finding> =
            certificate::findings(report).into_iter().filter(|f| f.severity == Severity::Fault).collect();
        faults.first().map(|fault| format!("the server is not proven to be {}: {}", report.asked_name, fault.says))
    }

    /// Gives up waiting: connecting is cancelled, an answer may still come and will be shown.
    pub fn cancel(&mut self, now: Moment, effects: &mut Effects) -> bool {
        match self.link {
            Link::Opening | Link::Handshake => {
                effects.push(Effect::Close { id: self.id, abort: true });
                self.note(now, "given up by you");
                true
            }
            Link::Open if self.wait(now).is_some() => {
                self.wait_given_up = true;
                self.paused = !self.queue.is_empty();
                self.goals.clear();
                let stage = self.session.patience().map_or("an answer", |p| p.stage);
                self.note(now, &format!("not waiting any longer for {stage}; what still comes is shown"));
                true
            }
            _ => false,
        }
    }

    /// Cuts the connection.
    pub fn drop_now(&mut self, now: Moment, effects: &mut Effects) {
        if self.link != Link::Closed {
            self.note(now, "dropped by you, without QUIT");
            effects.push(Effect::Close { id: self.id, abort: true });
        }
    }

    /// Says QUIT or LOGOUT where the phase allows it, else closes. Returns whether an answer is awaited.
    pub fn say_goodbye(&mut self, now: Moment, effects: &mut Effects) -> bool {
        match (self.link, self.session.phase()) {
            (Link::Closed, _) => false,
            (Link::Open, Phase::Data | Phase::Literal | Phase::LiteralEnd | Phase::Sasl | Phase::Closed) => {
                effects.push(Effect::Close { id: self.id, abort: false });
                true
            }
            (Link::Open, Phase::Greeting) | (Link::Opening | Link::Handshake, _) => {
                effects.push(Effect::Close { id: self.id, abort: true });
                false
            }
            (Link::Open, phase) => {
                self.queue.clear();
                if phase == Phase::Idle {
                    self.send_line("DONE", now, effects);
                }
                if self.session.deletes() > 0 {
                    // Leaving is no consent to removing.
                    self.note(now, "RSET first: the messages marked by DELE stay");
                    self.send_line("RSET", now, effects);
                }
                let goodbye = if self.protocol() == Protocol::Imap { "LOGOUT" } else { "QUIT" };
                self.send_line(goodbye, now, effects);
                true
            }
        }
    }

    /// The sender and the accepted recipients of the transaction that is open, as they were typed, for a message's header.
    #[must_use]
    pub fn envelope(&self) -> (String, Vec<String>) {
        (self.sender.clone(), self.recipients.iter().map(|(_, address)| address.clone()).collect())
    }

    /// Whether both directions are compressed.
    #[must_use]
    pub const fn is_compressed(&self) -> bool {
        self.deflater.is_some()
    }

    /// Adds a line about what happened.
    pub fn note(&mut self, at: Moment, text: &str) -> u64 {
        self.remark(at, Kind::Note, ReplyClass::Data, text)
    }

    /// Adds a line about trouble, and its next step.
    pub fn trouble(&mut self, at: Moment, says: &str, next: &str) {
        self.remark(at, Kind::Trouble, ReplyClass::Permanent, says);
        if !next.is_empty() {
            self.remark(at, Kind::Meaning, ReplyClass::Permanent, next);
        }
    }

    /// A line of our own words, with nothing in it that was typed or received. What hides a secret would blot it out
    /// where the secret is an ordinary word, and so betray it.
    fn explain(&mut self, at: Moment, class: ReplyClass, text: &str) {
        let marks = Marks { tls: self.session.tls(), ..Marks::default() };
        self.transcript.push(at, Kind::Meaning, class, marks, None, text.as_bytes());
    }

    fn remark(&mut self, at: Moment, kind: Kind, class: ReplyClass, text: &str) -> u64 {
        let marks = Marks { tls: self.session.tls(), ..Marks::default() };
        let masked = self.masks.mask(text.as_bytes());
        self.transcript.push(at, kind, class, marks, None, masked.as_deref().unwrap_or(text.as_bytes()))
    }

    fn finding(&mut self, severity: Severity, subject: &str, spoken: &str, next: &str) {
        let says = self.masks.mask_text(spoken);
        let says = says.as_deref().unwrap_or(spoken);
        let finding = Finding::new(severity, subject, says, next);
        if !self.findings.contains(&finding) && self.findings.len() < 200 {
            self.findings.push(finding);
        }
    }
}
