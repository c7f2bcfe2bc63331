//! Lines going out: tags, masks, the queue, and the steps one key asks for.

use bytes::Bytes;

use super::mask::DOTS;
use super::{Conversation, Goal, Link};
use crate::app::effect::{Effect, Effects};
use crate::app::transcript::{Kind, Marks};
use crate::diagnosis::Severity;
use crate::protocol::command;
use crate::protocol::endpoint::Protocol;
use crate::protocol::line::{Literals, literal_announced};
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::secret::Secret;
use crate::protocol::verb::{Context, Phase};

/// Why a typed line did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Conversation {
    /// The user pressed Enter on this line. It goes out, waits its turn, or is refused with the reason.
    ///
    /// # Errors
    /// The line is kept by the caller; the reason ends in what to do.
    pub fn say(&mut self, line: &str, now: Moment, effects: &mut Effects) -> Result<(), Refusal> {
        match self.link {
            Link::Closed => {
                return Err(Refusal("the connection is closed; Alt-a connects again, F2 elsewhere".to_owned()));
            }
            Link::Opening | Link::Handshake => {
                self.queue.push_back(line.to_owned());
                return Ok(());
            }
            Link::Open => {}
        }
        match self.session.phase() {
            Phase::Greeting => {
                self.queue.push_back(line.to_owned());
                return Ok(());
            }
            Phase::Data => {
                self.data_line(line, now, effects);
                return Ok(());
            }
            Phase::Literal => return self.literal_line(line, now, effects),
            Phase::Sasl if !self.session.owes_response() && line != "*" => {
                return Err(Refusal("the server has not answered the last response yet; * cancels".to_owned()));
            }
            Phase::Sasl | Phase::LiteralEnd => {
                self.send_line(line, now, effects);
                return Ok(());
            }
            _ => {}
        }
        let reading = command::check(line, &self.session.context());
        if let Some(fault) = reading.worst().filter(|_| !reading.is_sendable()) {
            return Err(Refusal(format!("{} · Alt-Enter sends it anyway", fault.reason)));
        }
        if self.is_busy() && !self.pipelining {
            self.queue.push_back(line.to_owned());
        } else {
            self.send_line(line, now, effects);
        }
        Ok(())
    }

    /// The same without any doubt: at once, however wrong.
    ///
    /// # Errors
    /// Only when there is no connection to send on.
    pub fn say_anyway(&mut self, line: &str, now: Moment, effects: &mut Effects) -> Result<(), Refusal> {
        if self.link != Link::Open {
            return Err(Refusal("there is no open connection; Alt-a connects again, F2 elsewhere".to_owned()));
        }
        match self.session.phase() {
            Phase::Data => self.data_line(line, now, effects),
            Phase::Literal => self.literal_anyway(line, now, effects),
            _ => self.send_line(line, now, effects),
        }
        Ok(())
    }

    /// Whether an answer is owed, so that another command would be pipelined.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.session.outstanding().is_empty() && self.session.phase() != Phase::Idle
    }

    /// Several pasted lines: each waits for the reply to the one before.
    pub fn enqueue(&mut self, lines: Vec<String>, now: Moment, effects: &mut Effects) {
        self.queue.extend(lines);
        self.paused = false;
        self.advance(now, effects);
    }

    /// Sends what may be sent now: the next step of a goal, then queued lines.
    pub fn advance(&mut self, now: Moment, effects: &mut Effects) {
        // A queue as long as this loop's bound has other troubles than fairness.
        for _ in 0..100_000 {
            if !self.is_ready() {
                return;
            }
            let phase = self.session.phase();
            if self.goal.is_some() && !self.is_busy() && !matches!(phase, Phase::Data | Phase::Sasl | Phase::Tls) {
                if self.pursue(now, effects) {
                    return;
                }
                continue;
            }
            if self.paused || phase == Phase::Tls {
                return;
            }
            let free = !self.is_busy()
                || self.pipelining
                || matches!(phase, Phase::Data | Phase::Sasl | Phase::Literal | Phase::LiteralEnd);
            if !free || self.session.waits_for_go_ahead() || (phase == Phase::Sasl && !self.fresh_challenge()) {
                return;
            }
            let Some(line) = self.queue.pop_front() else { return };
            match phase {
                Phase::Data => self.data_line(&line, now, effects),
                Phase::Literal => {
                    if self.literal_line(&line, now, effects).is_err() {
                        self.queue.push_front(line);
                        self.paused = true;
                        return;
                    }
                }
                _ => self.send_line(&line, now, effects),
            }
            if phase == Phase::Sasl {
                return;
            }
        }
    }

    /// In an exchange, one queued line answers one challenge.
    const fn fresh_challenge(&self) -> bool {
        self.exchange.is_none() && self.session.owes_response()
    }

    /// Takes the next step towards the goal. Returns whether an answer is now awaited.
    fn pursue(&mut self, now: Moment, effects: &mut Effects) -> bool {
        let Some(goal) = self.goal.take() else { return false };
        let known = self.session.capabilities().known;
        match goal {
            Goal::Capabilities => {
                self.ask_capabilities(now, effects);
                true
            }
            Goal::StartTls if self.session.tls() => {
                self.note(now, "TLS is on already");
                false
            }
            Goal::StartTls if self.session.phase() == Phase::Authenticated && self.protocol() == Protocol::Imap => {
                let next = "a server that greets with PREAUTH leaves no room for STARTTLS (RFC 9051 §7.1.4): use --tls";
                self.trouble(now, "STARTTLS is not possible after login", next);
                false
            }
            // HELO-only servers answer EHLO with 5xx: asking once is enough.
            Goal::StartTls if !known && self.asked_capabilities => {
                let name = if self.protocol() == Protocol::Pop3 { "STLS" } else { "STARTTLS" };
                let next = format!("type {name} and press Alt-Enter to try it all the same");
                self.trouble(now, "the server does not tell its capabilities", &next);
                false
            }
            Goal::StartTls if !known => {
                self.asked_capabilities = true;
                self.goal = Some(Goal::StartTls);
                self.ask_capabilities(now, effects);
                true
            }
            Goal::StartTls => {
                let name = if self.protocol() == Protocol::Pop3 { "STLS" } else { "STARTTLS" };
                if self.session.capabilities().has(name) {
                    self.send_line(name, now, effects);
                    true
                } else {
                    let says = format!("the server does not offer {name}");
                    let next = format!(
                        "it may be stripped by a middlebox; try the implicit TLS port with --tls, or type {name} and Alt-Enter"
                    );
                    self.trouble(now, &says, &next);
                    self.finding(Severity::Warning, name, &says, &next);
                    false
                }
            }
            Goal::Authenticate(way, credentials) if !known && !self.asked_capabilities && self.asks_first() => {
                self.asked_capabilities = true;
                self.goal = Some(Goal::Authenticate(way, credentials));
                self.ask_capabilities(now, effects);
                true
            }
            Goal::Pass(password) => {
                let accepted = self.session.user().is_some();
                if accepted {
                    let password = String::from_utf8_lossy(password.expose()).into_owned();
                    self.send_line(&format!("PASS {password}"), now, effects);
                }
                accepted
            }
            Goal::Authenticate(way, credentials) => {
                self.begin_exchange(way, credentials, now, effects);
                true
            }
        }
    }

    fn asks_first(&self) -> bool {
        self.protocol().is_smtp() && self.session.phase() == Phase::Fresh
    }

    fn ask_capabilities(&mut self, now: Moment, effects: &mut Effects) {
        let line = match self.protocol() {
            Protocol::Smtp => format!("EHLO {}", self.ehlo_name),
            Protocol::Lmtp => format!("LHLO {}", self.ehlo_name),
            Protocol::Imap => "CAPABILITY".to_owned(),
            Protocol::Pop3 => "CAPA".to_owned(),
        };
        self.send_line(&line, now, effects);
    }

    /// Sets out for STARTTLS.
    pub fn want_tls(&mut self, now: Moment, effects: &mut Effects) {
        self.goal = Some(Goal::StartTls);
        self.asked_capabilities = false;
        self.advance(now, effects);
    }

    /// Sends one line now, whatever the phase, with tag, mask and ending.
    pub(super) fn send_line(&mut self, line: &str, now: Moment, effects: &mut Effects) {
        let secret = self.secret_range(line);
        match self.session.phase() {
            Phase::LiteralEnd => self.literal_secrecy.literal = self.literal_secrecy.rest,
            Phase::Sasl | Phase::Literal => {}
            _ => self.literal_secrecy = command::literal_secrecy(line, &self.session.context()),
        }
        let (text, tag) = self.with_tag(line);
        let shift = text.len() - line.len();
        let mut shown = text.clone();
        if let Some(range) = secret {
            let range = range.start + shift..range.end + shift;
            if let Some(octets) = text.get(range.clone()) {
                self.remember(octets);
                shown.replace_range(range, DOTS);
            }
        }
        self.note_envelope(line, self.transcript.next_number());
        let number = self.push_sent(&shown, now);
        self.session.sent(&text, tag.as_deref(), number);
        self.transmit(text.as_bytes(), now, effects);
    }

    /// Remembers the addresses of MAIL and RCPT for the template of a message, and the name given in EHLO: whoever said
    /// one wants the EHLO inside TLS to say the same.
    fn note_envelope(&mut self, line: &str, number: u64) {
        let address = |line: &str| {
            let (_, rest) = line.split_once('<')?;
            Some(rest.split_once('>')?.0.to_owned())
        };
        let word = line.get(..4).unwrap_or("").to_ascii_uppercase();
        match (self.protocol(), word.as_str()) {
            (Protocol::Smtp | Protocol::Lmtp, "EHLO" | "HELO" | "LHLO") => {
                if let Some(name) = line.split_ascii_whitespace().nth(1) {
                    name.clone_into(&mut self.ehlo_name);
                }
            }
            (Protocol::Smtp | Protocol::Lmtp, "MAIL") => {
                self.sender = address(line).unwrap_or_default();
                self.recipients.clear();
            }
            (Protocol::Smtp | Protocol::Lmtp, "RCPT") if self.recipients.len() < 100 => {
                self.recipients.extend(address(line).map(|address| (number, address)));
            }
            (Protocol::Smtp | Protocol::Lmtp, "RSET") => {
                self.sender.clear();
                self.recipients.clear();
            }
            _ => {}
        }
    }

    /// The line with its tag in front, and the tag: typed, made, or none where none belongs (TRAPS: continuations,
    /// literals and `DONE`).
    fn with_tag(&mut self, line: &str) -> (String, Option<String>) {
        let phase = self.session.phase();
        if self.protocol() != Protocol::Imap
            || matches!(phase, Phase::Sasl | Phase::Literal | Phase::LiteralEnd | Phase::Idle)
        {
            return (line.to_owned(), None);
        }
        let reading = command::check(line, &self.session.context());
        if let Some(tag) = reading.tag.and_then(|range| line.get(range)) {
            return (line.to_owned(), Some(tag.to_owned()));
        }
        let tag = self.session.next_tag();
        (format!("{tag} {line}"), Some(tag))
    }

    /// The line as it stands in the transcript.
    pub(super) fn push_sent(&mut self, shown: &str, now: Moment) -> u64 {
        let marks = Marks { tls: self.session.tls(), ending: self.ending, begins: true, ..Marks::default() };
        self.fresh = true;
        self.transcript.push(now, Kind::Sent, ReplyClass::Data, marks, None, shown.as_bytes())
    }

    /// Hands a line and its ending to the wire.
    pub(super) fn transmit(&mut self, line: &[u8], now: Moment, effects: &mut Effects) {
        let mut octets = Vec::with_capacity(line.len() + 2);
        octets.extend_from_slice(line);
        octets.extend_from_slice(self.ending.bytes());
        self.since = now;
        self.warned = false;
        self.wait_given_up = false;
        effects.push(Effect::Send { id: self.id, octets: Bytes::from(octets) });
        if let Some(patience) = self.session.patience() {
            effects.push(Effect::Wake(now + patience.limit));
        }
    }

    /// The octets of a typed line that must not be seen, literals included.
    #[must_use]
    pub fn secret_range(&self, line: &str) -> Option<std::ops::Range<usize>> {
        let whole = (!line.is_empty()).then_some(0..line.len());
        match self.session.phase() {
            Phase::Literal => whole.filter(|_| self.literal_secrecy.literal),
            // What only announces another literal tells nothing.
            Phase::LiteralEnd => whole.filter(|_| {
                self.literal_secrecy.rest && literal_announced(line.as_bytes(), Literals::Client).is_none()
            }),
            _ => command::secret_range(line, &self.session.context()),
        }
    }

    /// From now on these octets are masked wherever they appear.
    pub(super) fn remember(&mut self, secret: &str) {
        let secret = Secret::from(secret);
        if secret.expose().len() >= 4 && !self.secrets.contains(&secret) && self.secrets.len() < 64 {
            self.secrets.push(secret);
            // The longest first: one that begins like another would leave its end behind.
            self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        }
    }

    /// What a typed line would be checked against.
    #[must_use]
    pub const fn context(&self) -> Context<'_> {
        self.session.context()
    }
}
