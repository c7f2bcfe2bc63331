//! POP3 responses (RFC 1939 §3, RFC 2449 §8, RFC 5034).

use super::{Reading, Signal, State};
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::pop3::apop;
use crate::protocol::reply::ReplyClass;
use crate::protocol::verb::{Body, Phase};

impl State {
    pub(super) fn read_pop3(&mut self, octets: &[u8]) -> Reading {
        if self.outstanding.front().is_some_and(|command| command.body) {
            return self.body_line(octets);
        }
        let (class, text) = if let Some(text) = word(octets, b"+OK") {
            (ReplyClass::Completion, text)
        } else if let Some(text) = word(octets, b"-ERR") {
            (error_class(text), text)
        } else if let Some(text) = octets.strip_prefix(b"+") {
            (ReplyClass::Intermediate, text.strip_prefix(b" ").unwrap_or(text))
        } else {
            return Reading {
                remark: Some("neither +OK nor -ERR nor + (RFC 1939 §3)"),
                ..Reading::of(ReplyClass::Malformed)
            };
        };
        let ok = class == ReplyClass::Completion;
        let mut reading = Reading { whole: true, ..Reading::of(class) };
        if self.phase == Phase::Greeting {
            self.set_base(if ok { Phase::Authorization } else { Phase::Closed });
            self.timestamp = apop::timestamp(text).map(str::to_owned);
            reading.signal = Some(if ok { Signal::Greeted } else { Signal::Closing });
            return reading;
        }
        let Some(mut command) = self.outstanding.pop_front() else {
            reading.remark = Some("nobody asked for this response");
            return reading;
        };
        reading.answers = Some(command.number);
        let name = command.verb.map_or("", |verb| verb.name);
        if class == ReplyClass::Intermediate {
            reading.whole = false;
            if name == "AUTH" {
                self.phase = Phase::Sasl;
                self.challenged = true;
                reading.signal = Some(Signal::Challenge(text.to_vec()));
            } else {
                reading.remark = Some("a challenge that no command waits for");
            }
            self.outstanding.push_front(command);
            return reading;
        }
        self.phase = self.base;
        if ok && has_body(command.verb.map(|verb| verb.body), &command.argument) {
            reading.whole = false;
            self.listing = Capabilities::heard();
            self.listed = 0;
            command.body = true;
            self.outstanding.push_front(command);
            return reading;
        }
        self.progress.answered(name, &command.argument, ok);
        match name {
            "STAT" if ok => self.count(number(text)),
            "USER" => self.user = ok.then_some(command.argument),
            "PASS" | "APOP" | "AUTH" if ok => {
                let user = (name == "APOP").then(|| command.argument.clone());
                self.logged_in(user);
                self.set_base(Phase::Transaction);
                reading.signal = Some(Signal::Authenticated);
            }
            "PASS" | "APOP" | "AUTH" => {
                self.user = None;
                reading.signal = Some(Signal::NotAuthenticated);
            }
            "DELE" if ok => self.deletes = self.deletes.saturating_add(1),
            "RSET" if ok => self.deletes = 0,
            "STLS" if ok => {
                self.phase = Phase::Tls;
                reading.signal = Some(Signal::StartTls);
            }
            "QUIT" => {
                self.set_base(Phase::Closed);
                reading.signal = Some(Signal::Closing);
            }
            _ => {}
        }
        reading
    }

    fn body_line(&mut self, octets: &[u8]) -> Reading {
        let answers = self.outstanding.front().map(|command| command.number);
        let mut reading = Reading { answers, ..Reading::of(ReplyClass::Data) };
        if octets == b"." {
            reading.whole = true;
            let Some(command) = self.outstanding.pop_front() else { return reading };
            if command.is("CAPA") {
                self.capabilities = std::mem::take(&mut self.listing);
                self.capabilities.known = true;
                reading.signal = Some(Signal::Capabilities);
            } else if command.is("LIST") || command.is("UIDL") {
                self.count(Some(self.listed));
            }
        } else if self.outstanding.front().is_some_and(|command| command.is("CAPA"))
            && let Some(capability) = Capability::read(octets)
        {
            self.listing.push(capability);
        }
        self.listed = self.listed.saturating_add(1);
        reading
    }

    /// STAT and the lists leave out what is marked for deletion, which keeps its number (RFC 1939 §5).
    fn count(&mut self, unmarked: Option<u32>) {
        self.progress.count(unmarked.map(|unmarked| unmarked.saturating_add(self.deletes)));
    }
}

/// The number that a text begins with.
fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text.split(|&b| b == b' ').next()?).ok()?.parse().ok()
}

fn has_body(body: Option<Body>, argument: &str) -> bool {
    match body {
        Some(Body::Always) => true,
        Some(Body::WithoutArgument) => argument.is_empty(),
        Some(Body::Never) | None => false,
    }
}

/// `+OK` or `-ERR` and what follows its space.
fn word<'a>(line: &'a [u8], status: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = line.split_at_checked(status.len())?;
    if !start.eq_ignore_ascii_case(status) {
        return None;
    }
    match rest.split_first() {
        None => Some(rest),
        Some((b' ' | b'\t', text)) => Some(text),
        Some(_) => None,
    }
}

/// `[IN-USE]`, `[LOGIN-DELAY]` and `[SYS/TEMP]` are worth another try later (RFC 2449 §8.1, RFC 3206).
fn error_class(text: &[u8]) -> ReplyClass {
    let temporary = [&b"[IN-USE"[..], b"[LOGIN-DELAY", b"[SYS/TEMP"];
    let starts = |code: &&[u8]| text.get(..code.len()).is_some_and(|start| start.eq_ignore_ascii_case(code));
    if temporary.iter().any(starts) { ReplyClass::Transient } else { ReplyClass::Permanent }
}
