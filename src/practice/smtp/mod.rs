//! An SMTP server (RFC 5321): a mail exchanger, a submission server (RFC 6409), or one for local delivery (RFC 2033).
//!
//! A bare LF, in a command or in DATA, is answered `521 5.5.2` and closes the connection, as Postfix does since 3.9:
//! there is no other safe reading of it (RFC 5321 §2.3.8).

mod auth;
mod commands;
mod message;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::protocol::endpoint::Protocol;
use crate::protocol::line::{Ending, Frame, Framer, Literals};
use crate::protocol::reply::{ReplyCode, reply_line};
use crate::protocol::verb::Phase;

use super::sasl::{self, Exchange, Secured};
use super::server::Link;
use super::vice::Vice;
use super::world::Recipient;
use super::{Output, Service, World, send};
use message::{Bdat, Data};

/// The limit that EHLO announces (RFC 1870), in octets.
pub(super) const SIZE_LIMIT: usize = 10 * 1024 * 1024;
/// Octets of a command line. RFC 5321 §4.5.3.1.4 asks for 512, extensions for more.
const COMMAND_CAP: usize = 2048;
/// Recipients of one message; RFC 5321 §4.5.3.1.8 asks for 100.
const RECIPIENTS_CAP: usize = 100;

/// What the next octets are.
#[derive(Debug)]
enum Mode {
    Command,
    Sasl(Exchange),
    Data(Data),
    Bdat(Bdat),
}

/// A mail transaction (RFC 5321 §3.3).
#[derive(Debug)]
struct Transaction {
    /// The reverse path without angle brackets.
    from: String,
    /// With SMTPUTF8 (RFC 6531).
    utf8: bool,
    /// As given, and what each is.
    to: Vec<(String, Recipient)>,
    /// What BDAT brought so far; `None` before the first BDAT.
    chunks: Option<Vec<u8>>,
}

/// How the client introduced itself.
#[derive(Debug)]
struct Hello {
    name: String,
    /// EHLO, not HELO.
    extended: bool,
}

/// The server's end of an SMTP connection.
#[derive(Debug)]
pub(super) struct Smtp {
    link: Link,
    service: Service,
    framer: Framer,
    mode: Mode,
    /// Within a line that is longer than a frame.
    overlong: bool,
    hello: Option<Hello>,
    user: Option<usize>,
    transaction: Option<Transaction>,
}

impl Smtp {
    pub(super) const fn new(link: Link, service: Service) -> Self {
        Self {
            link,
            service,
            framer: Framer::new(Literals::None),
            mode: Mode::Command,
            overlong: false,
            hello: None,
            user: None,
            transaction: None,
        }
    }

    pub(super) fn greeting(&self) -> Vec<Output> {
        let mut out = Vec::new();
        let purpose = match self.service {
            Service::Submission => "ESMTP ehlo practice submission",
            Service::Lmtp => "LMTP ehlo practice delivery",
            Service::Smtp | Service::Imap | Service::Pop3 | Service::Web => "ESMTP ehlo practice mail exchanger",
        };
        say(&mut out, ReplyCode(220), &format!("{} {purpose}", self.link.host));
        out
    }

    pub(super) fn secured(&mut self, secured: Secured) {
        self.link.secured = secured;
    }

    pub(super) fn tls_established(&mut self) {
        self.link.tls = true;
        self.link.handshake = false;
        self.framer = Framer::new(Literals::None);
        self.mode = Mode::Command;
        self.overlong = false;
        self.hello = None;
        self.user = None;
        self.transaction = None;
    }

    pub(super) fn received(&mut self, world: &mut World, now: Timestamp, octets: &[u8]) -> Vec<Output> {
        let mut out = Vec::new();
        let mut input = octets;
        while self.link.is_open() && !input.is_empty() {
            if let Mode::Bdat(_) = self.mode {
                self.chunk(world, now, &mut input, &mut out);
                continue;
            }
            let mut framer = std::mem::replace(&mut self.framer, Framer::new(Literals::None));
            let frame = framer.next(&mut input);
            let whole = frame.is_some();
            if let Some(frame) = frame {
                self.frame(world, now, frame, &mut out);
            }
            self.framer = framer;
            if !whole {
                break;
            }
        }
        out
    }

    /// Whether AUTH opens the way to everywhere (RFC 6409).
    const fn is_submission(&self) -> bool {
        matches!(self.service, Service::Submission)
    }

    /// The dialect of the verb table.
    const fn protocol(&self) -> Protocol {
        if matches!(self.service, Service::Lmtp) { Protocol::Lmtp } else { Protocol::Smtp }
    }

    /// Where the session stands, in the words of the verb table.
    const fn phase(&self) -> Phase {
        match (&self.hello, &self.transaction) {
            (None, _) => Phase::Fresh,
            (Some(_), None) => Phase::Ready,
            (Some(_), Some(transaction)) if transaction.to.is_empty() => Phase::Mail,
            (Some(_), Some(_)) => Phase::Rcpt,
        }
    }

    fn frame(&mut self, world: &mut World, now: Timestamp, frame: Frame<'_>, out: &mut Vec<Output>) {
        let goes_on = std::mem::replace(&mut self.overlong, frame.continues);
        // The cut of an overlong line may fall between CR and LF: only a whole line tells a bare LF.
        if frame.ending == Ending::Lf && !goes_on && self.link.vice != Some(Vice::BareLf) {
            say(out, ReplyCode(521), &format!("5.5.2 {} bare <LF> received, lines end with <CR><LF>", self.link.host));
            self.link.close(out);
            return;
        }
        match std::mem::replace(&mut self.mode, Mode::Command) {
            Mode::Data(data) => self.data_line(world, now, data, frame, goes_on, out),
            Mode::Sasl(exchange) if frame.continues => self.mode = Mode::Sasl(exchange),
            Mode::Sasl(_) if goes_on || frame.bytes.len() > sasl::LINE_CAP => {
                say(out, ReplyCode(500), "5.5.6 the authentication line is too long, 12288 octets are allowed");
            }
            Mode::Sasl(exchange) => {
                let mut exchange = exchange;
                let step = exchange.respond(world, frame.bytes);
                self.step(exchange, step, out);
            }
            _ if frame.continues => {}
            _ if goes_on => say(out, ReplyCode(500), "5.5.2 line too long"),
            _ => self.command(world, now, frame.bytes, out),
        }
    }
}

/// One reply line.
fn say(out: &mut Vec<Output>, code: ReplyCode, text: &str) {
    send(out, format!("{code} {text}\r\n").as_bytes());
}

/// A line of a reply that has more of them.
fn say_more(out: &mut Vec<Output>, code: ReplyCode, text: &str) {
    send(out, format!("{code}-{text}\r\n").as_bytes());
}

/// A reply that stands ready in a table or was made elsewhere. One that the client's own reader would not take is said
/// to be broken.
fn say_line(out: &mut Vec<Output>, line: &str) {
    match reply_line(line.as_bytes()) {
        Some((code, false, text)) => say(out, code, &String::from_utf8_lossy(text)),
        _ => say(out, ReplyCode(451), "4.3.0 this practice server has a broken reply"),
    }
}

/// `text` without control characters, for a place in a reply or a header.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
