//! One line on its way to the wire: its tag, its mask, its ending.

use bytes::Bytes;

use super::Conversation;
use super::mask::DOTS;
use crate::app::effect::{Effect, Effects};
use crate::app::transcript::{Kind, Marks};
use crate::protocol::command;
use crate::protocol::endpoint::Protocol;
use crate::protocol::line::{Literals, literal_announced};
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::sasl::{self, Observer};
use crate::protocol::secret::{Hidden, Secret};
use crate::protocol::verb::{Context, Phase};

impl Conversation {
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
        let mut shown = Hidden::from(&*text);
        if let Some(range) = secret.filter(|_| !self.is_open_exchange()) {
            let range = range.start + shift..range.end + shift;
            if let Some(octets) = text.get(range.clone()) {
                match self.session.phase() {
                    _ if self.names_user(line, octets) => {}
                    Phase::Sasl => self.masks.remember_response(octets),
                    _ => self.masks.remember_typed(octets),
                }
                self.masks.answering(true);
                shown.replace(range, DOTS);
            }
        }
        if let Some(masked) = self.masks.mask_text(&shown) {
            shown = Hidden::from(masked);
        }
        let word = line.trim_start().get(..4).unwrap_or("");
        if word.eq_ignore_ascii_case("DATA") && self.protocol().is_smtp() {
            self.data = Some(self.transcript.next_number());
        }
        self.note_envelope(line, self.transcript.next_number());
        let number = self.push_sent(&shown, now);
        let within = self.session.phase() == Phase::Sasl;
        self.session.sent(&text, tag.as_deref(), number);
        self.met.extend(self.session.named().map(str::to_owned));
        self.transmit(text.as_bytes(), now, effects);
        self.observe_line(line, within, now);
    }

    /// Whether what is hidden in a line is LOGIN's answer to the question for the user: it stays as hidden as it is, and
    /// must not hide the name wherever that stands. What is no base64 may be anything.
    fn names_user(&self, line: &str, hidden: &str) -> bool {
        let asked = if self.session.phase() == Phase::Sasl {
            self.observer.as_ref().is_some_and(Observer::asks_for_user)
        } else {
            let words: Vec<&str> = line.split_ascii_whitespace().rev().take(3).collect();
            matches!(words.as_slice(), [_, mechanism, verb] if mechanism.eq_ignore_ascii_case("LOGIN")
                && ["AUTH", "AUTHENTICATE"].iter().any(|name| verb.eq_ignore_ascii_case(name)))
        };
        asked && sasl::decode(hidden.trim()).is_ok()
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
    fn with_tag(&mut self, line: &str) -> (Hidden, Option<String>) {
        let phase = self.session.phase();
        if self.protocol() != Protocol::Imap
            || matches!(phase, Phase::Sasl | Phase::Literal | Phase::LiteralEnd | Phase::Idle)
        {
            return (Hidden::from(line), None);
        }
        let reading = command::check(line, &self.session.context());
        if let Some(tag) = reading.tag.and_then(|range| line.get(range)) {
            return (Hidden::from(line), Some(tag.to_owned()));
        }
        let tag = self.session.next_tag();
        let mut text = Hidden::with_room(tag.len() + 1 + line.len());
        for part in [&tag, " ", line] {
            text.push(part);
        }
        (text, Some(tag))
    }

    /// The line as it stands in the transcript.
    pub(super) fn push_sent(&mut self, shown: &str, now: Moment) -> u64 {
        let marks = Marks { tls: self.session.tls(), ending: self.ending, begins: true, ..Marks::default() };
        self.fresh = true;
        self.transcript.push(now, Kind::Sent, ReplyClass::Data, marks, None, shown.as_bytes())
    }

    /// Hands octets over, and counts them until the system has taken them.
    pub(super) fn put(&mut self, octets: Bytes, effects: &mut Effects) {
        let octets = match &mut self.deflater {
            Some(deflater) => Bytes::from(deflater.deflate(&octets)),
            None => octets,
        };
        self.handed += octets.len() as u64;
        effects.push(Effect::Send { id: self.id, octets });
    }

    /// Hands a line and its ending to the wire.
    pub(super) fn transmit(&mut self, line: &[u8], now: Moment, effects: &mut Effects) {
        let mut octets = Vec::with_capacity(line.len() + 2);
        octets.extend_from_slice(line);
        octets.extend_from_slice(self.ending.bytes());
        self.since = now;
        self.warned = false;
        self.wait_given_up = false;
        // It may hold a password: the net drops it when it is written, and what is dropped here is wiped.
        self.put(Bytes::from_owner(Secret::new(octets)), effects);
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

    /// Whether a line holds anything that must not be seen, by its verb or because it was seen as a secret before.
    #[must_use]
    pub fn holds_secret(&self, line: &str) -> bool {
        self.secret_range(line).is_some() || self.masks.mask(line.as_bytes()).is_some()
    }

    /// From now on these octets, which encode a secret, are masked wherever they appear.
    pub fn remember(&mut self, encoded: &Secret) {
        if let Ok(text) = std::str::from_utf8(encoded.expose()) {
            self.masks.remember_typed(text);
        }
    }

    /// What a typed line would be checked against.
    #[must_use]
    pub const fn context(&self) -> Context<'_> {
        self.session.context()
    }
}
