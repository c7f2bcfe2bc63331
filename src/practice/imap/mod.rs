//! An IMAP server: IMAP4rev1 (RFC 3501) and the essentials of IMAP4rev2 (RFC 9051).
//!
//! A command is gathered line by line. A literal within it is written into the text as a quoted string, or as a
//! token that stands for it, so that the line grammar of the client reads the whole command; only the message of
//! APPEND stays announced at the end.

mod command;
mod compress;
mod fetch;
mod folders;
mod login;
mod names;
mod pattern;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod view;

use jiff::Timestamp;

use crate::protocol::deflate::{Deflater, Inflater};
use crate::protocol::line::{Ending, Frame, Framer, Literals};
use crate::protocol::verb::Phase;

use super::sasl::{self, Exchange, Secured};
use super::server::Link;
use super::{Output, World, send};
use command::Gathering;
use view::View;

/// What the next line is.
#[derive(Debug)]
enum Mode {
    Command,
    /// A response of AUTHENTICATE with this tag.
    Sasl(Exchange, String),
    /// IDLE with this tag: only DONE is expected (RFC 2177).
    Idle(String),
}

/// The server's end of an IMAP connection.
#[derive(Debug)]
pub(super) struct Imap {
    link: Link,
    framer: Framer,
    mode: Mode,
    overlong: bool,
    gathering: Option<Gathering>,
    user: Option<usize>,
    view: Option<View>,
    /// `ENABLE IMAP4rev2` was said.
    rev2: bool,
    /// `COMPRESS DEFLATE` was said: how both directions are packed.
    deflater: Option<Box<Deflater>>,
    /// The same; away while what it unpacked is being read.
    inflater: Option<Box<Inflater>>,
}

impl Imap {
    pub(super) const fn new(link: Link) -> Self {
        Self {
            link,
            framer: Framer::new(Literals::Client),
            mode: Mode::Command,
            overlong: false,
            gathering: None,
            user: None,
            view: None,
            rev2: false,
            deflater: None,
            inflater: None,
        }
    }

    pub(super) fn greeting(&self) -> Vec<Output> {
        let mut out = Vec::new();
        let capabilities = self.capabilities();
        say(&mut out, &format!("* OK [CAPABILITY {capabilities}] {} ehlo practice ready", self.link.host));
        out
    }

    pub(super) fn secured(&mut self, secured: Secured) {
        self.link.secured = secured;
    }

    pub(super) fn tls_established(&mut self) {
        self.link.tls = true;
        self.link.handshake = false;
        self.framer = Framer::new(Literals::Client);
        self.mode = Mode::Command;
        self.overlong = false;
        self.gathering = None;
    }

    /// Takes the commands in `input`, up to the one that changes how what follows is to be read.
    fn take(&mut self, world: &mut World, now: Timestamp, input: &mut &[u8]) -> Vec<Output> {
        let mut out = Vec::new();
        let packed = self.deflater.is_some();
        while self.link.is_open() && !input.is_empty() && packed == self.deflater.is_some() {
            let mut framer = std::mem::replace(&mut self.framer, Framer::new(Literals::Client));
            let mut expect_literal = true;
            if let Some(frame) = framer.next(input) {
                expect_literal = self.frame(world, now, frame, &mut out);
            }
            // The client was told not to send the literal it announced: the next octets are a command again.
            if !expect_literal && framer.literal_left() > 0 {
                framer.discard();
            }
            self.framer = framer;
        }
        out
    }

    pub(super) fn notified(&mut self, world: &World) -> Vec<Output> {
        let mut out = Vec::new();
        if let Mode::Idle(_) = self.mode {
            self.sync(world, true, &mut out);
        }
        self.packed(out)
    }

    const fn phase(&self) -> Phase {
        match (self.user, &self.view) {
            (None, _) => Phase::NotAuthenticated,
            (Some(_), None) => Phase::Authenticated,
            (Some(_), Some(_)) => Phase::Selected,
        }
    }

    /// Takes a frame; `false` when a literal announced in it is not to be waited for.
    fn frame(&mut self, world: &mut World, now: Timestamp, frame: Frame<'_>, out: &mut Vec<Output>) -> bool {
        if frame.literal {
            if let Some(gathering) = &mut self.gathering {
                gathering.literal(frame);
            }
            return true;
        }
        match std::mem::replace(&mut self.mode, Mode::Command) {
            Mode::Command => self.gather(world, now, frame, out),
            mode => {
                let goes_on = std::mem::replace(&mut self.overlong, frame.ending == Ending::None);
                if frame.ending == Ending::None {
                    self.mode = mode;
                } else {
                    let line = (!goes_on && frame.bytes.len() <= sasl::LINE_CAP).then_some(frame.bytes);
                    self.response(world, mode, line, out);
                }
                false
            }
        }
    }

    /// A line that is no command; `None` when it was too long.
    fn response(&mut self, world: &mut World, mode: Mode, line: Option<&[u8]>, out: &mut Vec<Output>) {
        match (mode, line) {
            (Mode::Sasl(mut exchange, tag), Some(line)) => {
                let step = exchange.respond(world, line);
                self.step(exchange, step, &tag, out);
            }
            (Mode::Sasl(_, tag), None) => say(out, &format!("{tag} BAD the authentication line is too long")),
            (Mode::Idle(tag), Some(line)) if line.eq_ignore_ascii_case(b"DONE") => {
                self.sync(world, true, out);
                say(out, &format!("{tag} OK IDLE is over"));
            }
            (Mode::Idle(tag), _) => say(out, &format!("{tag} BAD only DONE ends IDLE, without a tag")),
            (Mode::Command, _) => {}
        }
    }
}

/// One line.
fn say(out: &mut Vec<Output>, line: &str) {
    send(out, line.as_bytes());
    send(out, b"\r\n");
}

/// `text` without control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
