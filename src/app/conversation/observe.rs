//! Every message of a login, ours or typed, is taken apart beneath its line.

use super::Conversation;
use crate::app::transcript::Kind;
use crate::diagnosis::Severity;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::sasl::{self, Exchange, Mechanism, Observer, Spoken, Weight};
use crate::protocol::secret::Secret;
use crate::protocol::verb::Phase;

impl Conversation {
    /// A line has gone out. `within`: it answered a challenge.
    pub(super) fn observe_line(&mut self, line: &str, within: bool, now: Moment) {
        if within {
            if line == "*" {
                self.spoken = None;
                return;
            }
            let message = sasl::decode(line).map(Secret::new).ok();
            // A password that nobody knows yet must not be shown: what is typed may be wrong in any way.
            self.observe_typed(message.as_ref(), now);
            if let Some(spoken) = &mut self.spoken {
                spoken.said(message);
            }
            return;
        }
        let Some(command) = self.session.outstanding().back() else { return };
        if !command.verb.is_some_and(|verb| matches!(verb.name, "AUTH" | "AUTHENTICATE")) {
            return;
        }
        let mechanism = command.argument.split(' ').next().unwrap_or("").to_owned();
        if mechanism.is_empty() || self.session.phase() == Phase::Sasl {
            return;
        }
        self.observer = Some(Observer::new(&mechanism));
        self.spoken = self.exchange.is_none().then(|| Spoken::new(&mechanism));
        let mut words = line.split(' ').skip_while(|word| !word.eq_ignore_ascii_case(&mechanism)).skip(1);
        let message = match words.next() {
            Some("=") => Ok(Vec::new()),
            Some(word) if !word.is_empty() => sasl::decode(word),
            _ => return,
        };
        let message = message.map(Secret::new).ok();
        self.observe_typed(message.as_ref(), now);
        if let Some(spoken) = &mut self.spoken {
            spoken.said(message);
        }
    }

    /// A message that was typed; `None`: it is no base64.
    fn observe_typed(&mut self, message: Option<&Secret>, now: Moment) {
        match (message, &mut self.observer) {
            (Some(message), _) => self.observe_message(message, now),
            (None, Some(observer)) => observer.said_unreadable(),
            (None, None) => {}
        }
    }

    /// A message of ours, decoded.
    pub(super) fn observe_message(&mut self, message: &Secret, now: Moment) {
        let Some(observer) = &mut self.observer else { return };
        let said = observer.said(message.expose()).to_string();
        self.decoded(&said, now);
    }

    /// A challenge, decoded.
    pub(super) fn observe_challenge(&mut self, challenge: &[u8], now: Moment) {
        let observer = self.observer.get_or_insert_with(|| Observer::new(""));
        let said = observer.heard(challenge).to_string();
        let owes = observer.owes_acknowledgement().then(|| observer.mechanism());
        if !said.is_empty() {
            self.decoded(&said, now);
        }
        if let Some(mechanism) = owes.filter(|_| self.exchange.is_none()) {
            let line = if mechanism == Some(Mechanism::OauthBearer) { "AQ== now" } else { "an empty line now (Enter)" };
            self.decoded(&format!("an error in JSON: the client owes {line}, then the real answer comes"), now);
        }
    }

    /// The exchange is over: `accepted` or not.
    pub(super) fn exchange_over(&mut self, accepted: bool, now: Moment) {
        (self.observer, self.spoken, self.asked) = (None, None, None);
        if std::mem::take(&mut self.broken_off) && accepted {
            let says = "the server said yes to a login that was broken off: it proved nothing, and lets anybody in";
            let next = "do not trust this session; Alt-x cuts it, and its postmaster must know";
            self.trouble(now, says, next);
            self.finding(Severity::Fault, "login", says, next);
        }
        let Some(mut exchange) = self.exchange.take() else { return };
        if accepted {
            exchange.accepted();
        }
        self.tell_remarks(&mut exchange, now);
    }

    /// Tells what an exchange found out.
    pub(super) fn tell_remarks(&mut self, exchange: &mut Exchange, now: Moment) {
        let name = exchange.mechanism().name();
        for remark in exchange.take_remarks() {
            let next = match remark.weight {
                Weight::Good => {
                    self.remark(now, Kind::Meaning, ReplyClass::Completion, &remark.says);
                    continue;
                }
                Weight::Note => {
                    self.remark(now, Kind::Meaning, ReplyClass::Intermediate, &remark.says);
                    continue;
                }
                Weight::Warning => {
                    let next = "whoever steals the server's list tries passwords faster: have the server store more";
                    self.remark(now, Kind::Meaning, ReplyClass::Transient, &remark.says);
                    self.finding(Severity::Warning, name, &remark.says, next);
                    continue;
                }
                Weight::Fault => "do not trust this server: compare its certificate (Alt-t), and tell its postmaster",
            };
            self.trouble(now, &remark.says, next);
            self.finding(Severity::Fault, name, &remark.says, next);
        }
    }

    pub(super) fn decoded(&mut self, text: &str, now: Moment) {
        self.remark(now, Kind::Meaning, ReplyClass::Intermediate, &format!("decoded: {text}"));
    }
}
