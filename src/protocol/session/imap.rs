//! IMAP responses (RFC 9051 §7).

use super::{Reading, Signal, State};
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::reply::ReplyClass;
use crate::protocol::verb::Phase;

/// `OK`, `NO`, `BAD`, `BYE`, `PREAUTH` and the text behind.
fn status(rest: &[u8]) -> Option<(&'static str, &[u8])> {
    let (word, text) = split_word(rest);
    ["OK", "NO", "BAD", "BYE", "PREAUTH"]
        .into_iter()
        .find(|name| word.eq_ignore_ascii_case(name.as_bytes()))
        .map(|name| (name, text))
}

fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', line) {
        Some(at) => (line.get(..at).unwrap_or(line), line.get(at + 1..).unwrap_or(b"")),
        None => (line, b""),
    }
}

/// The class of a status response, with its response code in mind (RFC 5530).
pub(super) fn status_class(name: &str, text: &[u8]) -> ReplyClass {
    match name {
        "OK" | "PREAUTH" => ReplyClass::Completion,
        "BYE" => ReplyClass::Closing,
        "NO" if response_code(text).is_some_and(|code| {
            let (atom, _) = split_word(code);
            [&b"UNAVAILABLE"[..], b"INUSE", b"LIMIT"].iter().any(|name| atom.eq_ignore_ascii_case(name))
        }) =>
        {
            ReplyClass::Transient
        }
        _ => ReplyClass::Permanent,
    }
}

/// What stands in the square brackets at the start of `text` (RFC 9051 §7.1).
pub(super) fn response_code(text: &[u8]) -> Option<&[u8]> {
    let inner = text.strip_prefix(b"[")?;
    inner.get(..memchr::memchr(b']', inner)?)
}

impl State {
    pub(super) fn read_imap(&mut self, octets: &[u8], literal: bool, announces: Option<u64>) -> Reading {
        self.seen.hear(octets, literal);
        if literal {
            return Reading { answers: self.only_outstanding(), ..Reading::of(ReplyClass::Data) };
        }
        if self.open.take().is_some() {
            // The rest of a response after a literal.
            self.note_literal(announces);
            return Reading { answers: self.only_outstanding(), ..Reading::of(ReplyClass::Data) };
        }
        match split_word(octets) {
            (b"+", text) => self.continuation(text),
            (b"*", rest) => self.untagged(rest, announces),
            (tag, rest) => match status(rest) {
                Some((name, text)) => self.tagged(tag, name, text),
                None => Reading {
                    remark: Some("neither untagged, nor a continuation, nor a tag with OK, NO or BAD"),
                    ..Reading::of(ReplyClass::Malformed)
                },
            },
        }
    }

    /// Remembers that the response goes on behind the literal that its line announces.
    pub(super) fn note_literal(&mut self, announces: Option<u64>) {
        if announces.is_some() {
            self.open = Some(super::OpenReply { code: crate::protocol::reply::ReplyCode(0), lines: 1 });
        }
    }

    /// The command that data belongs to: only when there is no doubt.
    fn only_outstanding(&self) -> Option<u64> {
        match (self.outstanding.len(), self.outstanding.front()) {
            (1, Some(command)) if self.phase != Phase::Idle => Some(command.number),
            _ => None,
        }
    }

    /// The same, if it is one of these: what others only hear of in passing is their answer.
    fn only_one_of(&self, names: &[&str]) -> Option<u64> {
        let number = self.only_outstanding()?;
        self.outstanding.front().is_some_and(|command| names.iter().any(|name| command.is(name))).then_some(number)
    }

    fn continuation(&mut self, text: &[u8]) -> Reading {
        // A server may work on several commands at once: the literal belongs to the last line sent, the rest to
        // whoever can be continued.
        let waiting = if self.literal.is_some() {
            self.outstanding.back()
        } else {
            self.outstanding.iter().find(|command| command.is("IDLE") || command.is("AUTHENTICATE"))
        };
        let answers = waiting.or_else(|| self.outstanding.front()).map(|command| command.number);
        let mut reading = Reading { answers, ..Reading::of(ReplyClass::Intermediate) };
        let (idle, sasl) = waiting.map_or((false, false), |command| (command.is("IDLE"), command.is("AUTHENTICATE")));
        reading.signal = Some(if let Some(literal) = &mut self.literal {
            literal.synchronizing = false;
            self.phase = Phase::Literal;
            if literal.octets == 0 {
                self.literal = None;
                self.phase = Phase::LiteralEnd;
            }
            Signal::GoAhead
        } else if idle {
            self.phase = Phase::Idle;
            Signal::Idling
        } else if sasl {
            self.phase = Phase::Sasl;
            self.challenged = true;
            Signal::Challenge(text.to_vec())
        } else {
            reading.remark = Some("a continuation that no command waits for");
            return reading;
        });
        reading
    }

    fn untagged(&mut self, rest: &[u8], announces: Option<u64>) -> Reading {
        let Some((name, text)) = status(rest) else {
            let (word, list) = split_word(rest);
            let mut reading = Reading::of(ReplyClass::Data);
            let number = word.first().is_some_and(u8::is_ascii_digit);
            let (kind, _) = split_word(list);
            reading.answers = match kind.to_ascii_uppercase().as_slice() {
                b"EXISTS" | b"RECENT" if number => self.only_one_of(&["SELECT", "EXAMINE"]),
                b"EXPUNGE" if number => self.only_one_of(&["EXPUNGE", "UID EXPUNGE", "MOVE", "UID MOVE"]),
                _ => self.only_outstanding(),
            };
            if word.eq_ignore_ascii_case(b"CAPABILITY") {
                self.capabilities = capabilities(list);
                reading.signal = Some(Signal::Capabilities);
            }
            self.recount(word, kind);
            if word.eq_ignore_ascii_case(b"ENABLED") {
                self.progress.enable(list);
            }
            self.note_literal(announces);
            return reading;
        };
        let mut reading = Reading::of(status_class(name, text));
        reading.whole = self.phase == Phase::Greeting;
        // SELECT is told by `* OK [UIDVALIDITY …]`, MOVE by `* OK [COPYUID …]`, LOGOUT by `* BYE`.
        reading.answers = match name {
            "OK" => self.only_one_of(&["SELECT", "EXAMINE", "MOVE", "UID MOVE"]).filter(|_| text.starts_with(b"[")),
            "BYE" => self.only_one_of(&["LOGOUT"]),
            _ => None,
        };
        if let Some(code) = response_code(text) {
            let (atom, list) = split_word(code);
            if atom.eq_ignore_ascii_case(b"CAPABILITY") {
                self.capabilities = capabilities(list);
                reading.signal = Some(Signal::Capabilities);
            }
        }
        if self.phase == Phase::Greeting {
            match name {
                "OK" => self.set_base(Phase::NotAuthenticated),
                "PREAUTH" => {
                    self.set_base(Phase::Authenticated);
                    self.logged_in(None);
                }
                _ => {
                    self.set_base(Phase::Closed);
                    reading.signal = Some(Signal::Closing);
                    return reading;
                }
            }
            reading.signal = Some(Signal::Greeted);
        } else if name == "BYE" {
            reading.signal = Some(Signal::Closing);
        }
        reading
    }

    /// Messages come and go (RFC 9051 §7.4.1, §7.5.1). VANISHED tells UIDs, which may name one message twice or none at
    /// all (RFC 7162 §3.2.10): the next EXISTS is waited for.
    fn recount(&mut self, word: &[u8], kind: &[u8]) {
        if word.eq_ignore_ascii_case(b"VANISHED") {
            return self.progress.count(None);
        }
        let Some(number) = std::str::from_utf8(word).ok().and_then(|word| word.parse::<u32>().ok()) else { return };
        if kind.eq_ignore_ascii_case(b"EXISTS") {
            self.progress.count(Some(number));
        } else if kind.eq_ignore_ascii_case(b"EXPUNGE") {
            self.progress.count(self.progress.messages().map(|messages| messages.saturating_sub(1)));
        }
    }

    fn tagged(&mut self, tag: &[u8], name: &'static str, text: &[u8]) -> Reading {
        let mut reading = Reading { whole: true, ..Reading::of(status_class(name, text)) };
        let place = self.outstanding.iter().position(|c| c.tag.as_deref().is_some_and(|t| t.as_bytes() == tag));
        let Some(command) = place.and_then(|place| self.outstanding.remove(place)) else {
            reading.remark = Some("no command with this tag is outstanding");
            return reading;
        };
        reading.answers = Some(command.number);
        // What is in the midst of a literal, of IDLE or of SASL is always the last command sent. Its answer ends it,
        // literal and all (RFC 9051 §7.6); that of an earlier one does not.
        let midst = self.phase != self.base && place < Some(self.outstanding.len());
        let phase = self.phase;
        if !midst {
            self.phase = self.base;
        }
        if place == Some(self.outstanding.len()) {
            self.literal = None;
        }
        if let Some(code) = response_code(text) {
            let (atom, list) = split_word(code);
            if atom.eq_ignore_ascii_case(b"CAPABILITY") {
                self.capabilities = capabilities(list);
                reading.signal = Some(Signal::Capabilities);
            }
        }
        let ok = name == "OK";
        self.progress.answered(command.verb.map_or("", |verb| verb.name), &command.argument, ok);
        match command.verb.map_or("", |verb| verb.name) {
            verb @ ("LOGIN" | "AUTHENTICATE") => {
                if ok {
                    self.set_base(Phase::Authenticated);
                    let user = command.argument.trim_matches('"').to_owned();
                    self.logged_in((verb == "LOGIN").then_some(user));
                    reading.signal = Some(Signal::Authenticated);
                } else {
                    reading.signal = Some(Signal::NotAuthenticated);
                }
            }
            "SELECT" | "EXAMINE" => {
                // A refused SELECT leaves nothing selected (RFC 9051 §6.3.2).
                self.mailbox = ok.then(|| mailbox_name(&command.argument));
                if ok {
                    self.set_base(Phase::Selected);
                } else if self.base == Phase::Selected && name == "NO" {
                    self.set_base(Phase::Authenticated);
                }
            }
            "CREATE" if ok => self.seen.add(mailbox_name(&command.argument), String::new()),
            "DELETE" if ok => self.seen.remove(&mailbox_name(&command.argument)),
            "CLOSE" | "UNSELECT" if ok => {
                self.mailbox = None;
                self.set_base(Phase::Authenticated);
            }
            "UNAUTHENTICATE" if ok => {
                self.user = None;
                self.mailbox = None;
                self.set_base(Phase::NotAuthenticated);
            }
            "STARTTLS" if ok => {
                self.phase = Phase::Tls;
                reading.signal = Some(Signal::StartTls);
            }
            "COMPRESS" if ok => reading.signal = Some(Signal::Compress),
            "LOGOUT" if ok => {
                self.set_base(Phase::Closed);
                reading.signal = Some(Signal::Closing);
            }
            _ => {}
        }
        // The handshake ends whatever else was in the midst.
        if midst && self.phase != Phase::Tls {
            self.phase = phase;
        }
        reading
    }
}

fn mailbox_name(argument: &str) -> String {
    match argument.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or("").to_owned(),
        None => argument.split(' ').next().unwrap_or("").to_owned(),
    }
}

fn capabilities(list: &[u8]) -> Capabilities {
    let mut out = Capabilities::heard();
    for word in list.split(|&b| b == b' ') {
        if let Some(capability) = Capability::read(word) {
            out.push(capability);
        }
    }
    out
}
