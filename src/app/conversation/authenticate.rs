//! Logging in on one key: the ways a protocol has, the exchange, and what stays hidden.

use super::mask::DOTS;
use super::take_over::Stamp;
use super::{Conversation, Goal};
use crate::app::effect::Effects;
use crate::diagnosis::certificate;
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::write::quoted;
use crate::protocol::moment::Moment;
use crate::protocol::pop3::apop;
use crate::protocol::sasl::table::Field;
use crate::protocol::sasl::{self, Answer, BindingType, Channel, Credentials, Exchange, Mechanism, Mistake};
use crate::protocol::secret::{Hidden, Secret};
use crate::protocol::verb::Phase;

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

/// A login that is wanted.
#[derive(Debug)]
pub struct Login {
    /// How.
    pub way: Way,
    /// Who.
    pub credentials: Credentials,
    /// An initial response is wanted on the command line, where protocol and mechanism allow it.
    pub initial: bool,
    /// A mistake that is to be made.
    pub mistake: Option<Mistake>,
    /// The user has agreed that the password may be read on the way.
    pub consent: bool,
    /// The client's nonce (see [`Channel::nonce`]).
    pub nonce: String,
    /// What a -PLUS is to be bound by; `None`: the best that there is.
    pub binding: Option<BindingType>,
    /// The challenge of a login begun by hand that is to be answered, not a login of its own.
    pub answers: Option<Stamp>,
}

impl Way {
    /// The ways of a protocol that are commands of their own.
    #[must_use]
    pub const fn commands(protocol: Protocol) -> &'static [Self] {
        match protocol {
            Protocol::Smtp | Protocol::Lmtp => &[],
            Protocol::Imap => &[Self::Login],
            Protocol::Pop3 => &[Self::UserPass, Self::Apop],
        }
    }

    /// What is asked for: the place of the field, and its name.
    #[must_use]
    pub fn fields(self) -> Vec<(usize, &'static str)> {
        let Self::Sasl(mechanism) = self else { return vec![(0, "user"), (1, "password")] };
        let field = |field: &Field| match field {
            Field::User => (0, "user"),
            Field::Trace => (0, "trace"),
            Field::Password => (1, "password"),
            Field::Token => (1, "token"),
            Field::Authorization => (2, "authorization identity"),
        };
        mechanism.row().fields.iter().map(field).collect()
    }

    /// Whether a password or a token is needed.
    #[must_use]
    pub fn needs_secret(self) -> bool {
        self.fields().iter().any(|(place, _)| *place == 1)
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

    /// Whether the password or the token itself goes over the wire, as it is or in base64.
    #[must_use]
    pub fn sends_password(self) -> bool {
        match self {
            Self::Sasl(mechanism) => mechanism.row().sends_secret,
            Self::Login | Self::UserPass => true,
            Self::Apop => false,
        }
    }
}

impl Conversation {
    /// Sets out to log in.
    pub fn want_login(&mut self, mut login: Login, now: Moment, effects: &mut Effects) {
        login.consent |= self.consent;
        if let Some(stamp) = login.answers {
            return self.answer_challenge(login, stamp, now, effects);
        }
        if self.in_exchange() || self.login_in_doubt().is_some() {
            // It began after the dialog was opened: a line from the queue, or a login of another key.
            let says = "another login has begun since the dialog was opened; nothing was sent";
            return self.trouble(now, says, "F12 answers its challenge, * cancels it");
        }
        self.goals.push_back(Goal::Authenticate(Box::new(login)));
        self.advance(now, effects);
    }

    /// What a login on this connection has to know of it.
    #[must_use]
    pub fn channel(&self, nonce: String) -> Channel {
        let report = self.tls.as_ref().filter(|_| self.session.tls());
        let offered = self.session.capabilities().mechanisms();
        let endpoint = &self.plan.endpoint;
        Channel {
            bindings: report.map_or_else(Vec::new, |report| certificate::bindings(report)),
            plus_offered: offered.iter().any(|name| name.ends_with("-PLUS")),
            server: Some((endpoint.host.to_string(), endpoint.port)),
            nonce,
        }
    }

    pub(super) fn begin_exchange(&mut self, login: Login, now: Moment, effects: &mut Effects) {
        let Login { way, credentials, initial: wanted, mistake, nonce, binding, .. } = login;
        self.masks.remember(&credentials.password);
        self.broken_off = false;
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
                let mut channel = self.channel(nonce);
                if let Some(kind) = binding {
                    channel.prefer(kind);
                }
                let start = || Exchange::new(mechanism, credentials.clone(), &channel, mistake);
                let mut exchange = match start() {
                    Ok(exchange) => exchange,
                    Err(why) => return self.trouble(now, &why, "open the dialog again (F12)"),
                };
                let mut initial = if wanted && self.takes_initial_response() { exchange.initial() } else { None };
                let mut line = exchange.opening(self.protocol(), initial.as_ref());
                if line.expose().len() > self.longest_opening()
                    && let Ok(again) = start()
                {
                    exchange = again;
                    initial = None;
                    line = exchange.opening(self.protocol(), None);
                }
                self.tell_remarks(&mut exchange, now);
                self.exchange = Some(exchange);
                self.send_line(&line.text(), now, effects);
                if let Some(mistake) = mistake {
                    self.note(now, &format!("wrong on purpose: {}", mistake.name()));
                }
                if initial.is_none() && !user.is_empty() {
                    self.decoded(&format!("logging in as {user}"), now);
                }
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
        match &decoded {
            Ok(octets) => {
                let masked = self.masks.mask_reply(octets);
                self.observe_challenge(masked.as_ref().unwrap_or(octets), now);
            }
            Err(why) => self.decoded(&format!("the challenge is not base64: {why}"), now),
        }
        let Some(mut exchange) = self.exchange.take() else { return self.hint_at_answer(decoded.ok(), now) };
        let answer = match decoded {
            Ok(challenge) => exchange.answer(&challenge),
            Err(_) => Answer::Cancel("what is no base64 has no answer".to_owned()),
        };
        self.give(exchange, answer, now, effects);
    }

    /// Sends the answer of an exchange, which goes on, or cancels it.
    pub(super) fn give(&mut self, mut exchange: Exchange, answer: Answer, now: Moment, effects: &mut Effects) {
        self.tell_remarks(&mut exchange, now);
        match answer {
            Answer::Message(message) => {
                let line = exchange.line(&message);
                self.exchange = Some(exchange);
                self.send_secret(&line, now, effects);
                self.observe_message(&message, now);
            }
            Answer::Cancel(why) => {
                self.decoded(&format!("no answer is sent: {why}; * cancels"), now);
                self.send_line("*", now, effects);
                self.broken_off = true;
            }
        }
    }

    /// Whether we speak a mechanism whose messages may be seen.
    pub(super) fn is_open_exchange(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| exchange.mechanism().is_open())
    }

    /// Sends a line that is seen only if its mechanism is an open one.
    fn send_secret(&mut self, line: &Secret, now: Moment, effects: &mut Effects) {
        self.masks.answering(true);
        let number = if self.is_open_exchange() {
            self.push_sent(&line.text(), now)
        } else {
            self.masks.remember_as_it_is(line);
            self.push_sent(if line.is_empty() { "" } else { DOTS }, now)
        };
        self.session.sent("", None, number);
        self.transmit(line.expose(), now, effects);
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
        self.broken_off = true;
    }
}
