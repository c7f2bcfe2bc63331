//! Logging in on one key: the ways a protocol has, the exchange, and what stays hidden.

use super::mask::DOTS;
use super::{Conversation, Goal};
use crate::app::effect::Effects;
use crate::app::transcript::Kind;
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::write::quoted;
use crate::protocol::moment::Moment;
use crate::protocol::pop3::apop;
use crate::protocol::reply::ReplyClass;
use crate::protocol::sasl::{self, Answer, Channel, Credentials, Exchange, Mechanism};
use crate::protocol::secret::{Hidden, Secret};
use crate::protocol::verb::Phase;
use crate::protocol::visible::visible;

/// How to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A SASL mechanism: `AUTH`, or `AUTHENTICATE` in IMAP.
    Sasl(Mechanism),
    /// IMAP's `LOGIN user password` (RFC 9051 §6.2.3).
    Login,
    /// POP3's `USER` and `PASS` (RFC 1939 §7).
    UserPass,
    /// POP3's `APOP` (RFC 1939 §7), where the greeting has a timestamp.
    Apop,
}

impl Way {
    /// The ways of a protocol.
    #[must_use]
    pub const fn all(protocol: Protocol) -> &'static [Self] {
        match protocol {
            Protocol::Smtp | Protocol::Lmtp => &[Self::Sasl(Mechanism::Plain), Self::Sasl(Mechanism::Login)],
            Protocol::Imap => &[Self::Sasl(Mechanism::Plain), Self::Sasl(Mechanism::Login), Self::Login],
            Protocol::Pop3 => &[Self::Sasl(Mechanism::Plain), Self::Sasl(Mechanism::Login), Self::UserPass, Self::Apop],
        }
    }

    /// The words for it in this protocol.
    #[must_use]
    pub fn name(self, protocol: Protocol) -> String {
        match (self, protocol) {
            (Self::Sasl(mechanism), Protocol::Imap) => format!("AUTHENTICATE {}", mechanism.name()),
            (Self::Sasl(mechanism), _) => format!("AUTH {}", mechanism.name()),
            (Self::Login, _) => "LOGIN".to_owned(),
            (Self::UserPass, _) => "USER and PASS".to_owned(),
            (Self::Apop, _) => "APOP".to_owned(),
        }
    }

    /// Whether the password itself goes over the wire, as it is or in base64.
    #[must_use]
    pub const fn sends_password(self) -> bool {
        !matches!(self, Self::Apop)
    }
}

impl Conversation {
    /// Sets out to log in.
    pub fn want_login(
        &mut self,
        way: Way,
        credentials: Credentials,
        consent: bool,
        now: Moment,
        effects: &mut Effects,
    ) {
        self.goals.push_back(Goal::Authenticate(way, credentials, consent || self.consent));
        self.advance(now, effects);
    }

    pub(super) fn begin_exchange(&mut self, way: Way, credentials: Credentials, now: Moment, effects: &mut Effects) {
        self.masks.remember(&credentials.password);
        self.login.clone_from(&credentials.user);
        match way {
            Way::Login => {
                let password = Hidden::from(quoted(&credentials.password.text()));
                let mut line = Hidden::with_room(16 + 2 * credentials.user.len() + password.len());
                for part in ["LOGIN ", &quoted(&credentials.user), " ", &password] {
                    line.push(part);
                }
                self.send_line(&line, now, effects);
            }
            Way::UserPass => {
                self.goals.push_front(Goal::Pass(credentials.password.clone()));
                self.send_line(&format!("USER {}", credentials.user), now, effects);
            }
            Way::Apop => {
                let Some(timestamp) = self.session.timestamp() else {
                    let next = "log in another way (F5)";
                    return self.trouble(now, "the greeting has no timestamp, which APOP needs (RFC 1939 §7)", next);
                };
                let digest = apop::digest(timestamp, &credentials.password);
                let decoded = format!("MD5 of {timestamp} and the password");
                self.send_line(&format!("APOP {} {digest}", credentials.user), now, effects);
                self.decoded(&decoded, now);
            }
            Way::Sasl(mechanism) => {
                let user = credentials.user.clone();
                let both = Exchange::new(mechanism, credentials.clone(), &Channel::default(), None).and_then(|first| {
                    Exchange::new(mechanism, credentials, &Channel::default(), None).map(|second| (first, second))
                });
                let (mut exchange, again) = match both {
                    Ok(both) => both,
                    Err(why) => return self.trouble(now, &why, "open the dialog again (F5)"),
                };
                let mut initial = if self.takes_initial_response() { exchange.initial() } else { None };
                let mut line = sasl::opening(self.protocol(), mechanism, initial.as_ref());
                if line.expose().len() > self.longest_opening() {
                    exchange = again;
                    initial = None;
                    line = sasl::opening(self.protocol(), mechanism, None);
                }
                let decoded = initial.as_ref().map(|message| sasl::describe(message.expose()));
                self.exchange = Some(exchange);
                self.send_line(&line.text(), now, effects);
                let decoded = decoded.unwrap_or_else(|| format!("logging in as {user}"));
                self.decoded(&decoded, now);
            }
        }
    }

    /// Whether an initial response may stand on the command line: always in SMTP (RFC 4954 §4) and POP3 (RFC 5034
    /// §4), in IMAP with SASL-IR (RFC 4959) or IMAP4rev2.
    fn takes_initial_response(&self) -> bool {
        let offers = self.session.capabilities();
        self.protocol() != Protocol::Imap || offers.has("SASL-IR") || offers.has("IMAP4REV2")
    }

    /// Octets an opening line may have with its initial response: what is longer waits for the challenge (RFC 4954 §4,
    /// RFC 5034 §4: no longer than any command, RFC 5321 §4.5.3.1.4 and RFC 2449 §4, CRLF included).
    const fn longest_opening(&self) -> usize {
        match self.protocol() {
            Protocol::Smtp | Protocol::Lmtp => 510,
            Protocol::Pop3 => 253,
            Protocol::Imap => usize::MAX,
        }
    }

    pub(super) fn challenged(&mut self, text: &[u8], now: Moment, effects: &mut Effects) {
        let text = String::from_utf8_lossy(text).trim().to_owned();
        let decoded = sasl::decode(&text);
        self.asked_for_user = decoded.as_ref().is_ok_and(|octets| octets.to_ascii_lowercase().starts_with(b"user"));
        match &decoded {
            Ok(octets) if !octets.is_empty() => {
                let masked = self.masks.mask_reply(octets);
                let octets = masked.as_ref().unwrap_or(octets);
                let shown = visible(octets.get(..octets.len().min(400)).unwrap_or(octets)).into_owned();
                self.decoded(&shown, now);
                if octets.starts_with(b"{") && self.exchange.is_none() {
                    let owed =
                        "an error in JSON: the client owes an empty line now (Enter), then the real answer comes";
                    self.decoded(owed, now);
                }
            }
            Ok(_) => {}
            Err(why) => self.decoded(&format!("the challenge is not base64: {why}"), now),
        }
        let Some(exchange) = &mut self.exchange else { return };
        let Some(Answer::Message(message)) = decoded.ok().map(|challenge| exchange.answer(&challenge)) else {
            self.exchange = None;
            self.decoded("no answer to this challenge is known: * cancels", now);
            self.send_line("*", now, effects);
            return;
        };
        let shown = sasl::describe(message.expose());
        let encoded = sasl::encode(&message);
        self.send_secret(&encoded, now, effects);
        self.decoded(&shown, now);
    }

    /// Sends a line of which nothing may be seen.
    fn send_secret(&mut self, line: &Secret, now: Moment, effects: &mut Effects) {
        self.masks.remember_as_it_is(line);
        self.masks.answering(true);
        let shown = if line.is_empty() { "" } else { DOTS };
        let number = self.push_sent(shown, now);
        self.session.sent("", None, number);
        self.transmit(line.expose(), now, effects);
    }

    fn decoded(&mut self, text: &str, now: Moment) {
        self.remark(now, Kind::Meaning, ReplyClass::Intermediate, &format!("decoded: {text}"));
    }

    /// Whether one key can cancel an exchange.
    #[must_use]
    pub fn in_exchange(&self) -> bool {
        self.session.phase() == Phase::Sasl
    }

    /// `*` cancels an exchange (RFC 4954 §4).
    pub fn cancel_exchange(&mut self, now: Moment, effects: &mut Effects) {
        self.exchange = None;
        self.send_line("*", now, effects);
    }
}
