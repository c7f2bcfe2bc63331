//! A POP3 server (RFC 1939) with CAPA, STLS, SASL, response codes and UTF8.

use std::sync::Arc;

use jiff::Timestamp;

use crate::protocol::endpoint::Protocol;
use crate::protocol::line::{Frame, Framer, Literals};
use crate::protocol::pop3::apop;
use crate::protocol::secret::Secret;
use crate::protocol::verb::{Cursor, Phase, find_verb};

use super::mime;
use super::sasl::{self, Exchange, Secured, Step};
use super::server::Link;
use super::{ANSWER_CAP, Output, World, send, waiting};

/// RFC 2449 §4: a command has at most 255 octets with its ending; UTF-8 passwords may need more.
const COMMAND_CAP: usize = 1024;

/// A message as it was when the maildrop was opened (RFC 1939 §5: the numbers do not change).
#[derive(Debug)]
struct Entry {
    uid: u32,
    octets: Arc<[u8]>,
    deleted: bool,
}

/// An open maildrop.
#[derive(Debug)]
struct Maildrop {
    user: usize,
    uid_validity: u32,
    entries: Vec<Entry>,
    /// Held as long as this session lives.
    _lock: Arc<()>,
}

/// The server's end of a POP3 connection.
#[derive(Debug)]
pub(super) struct Pop3 {
    link: Link,
    framer: Framer,
    overlong: bool,
    exchange: Option<Exchange>,
    user: Option<String>,
    maildrop: Option<Maildrop>,
    /// What APOP hashes with the password; never the same twice (RFC 1939 §7).
    timestamp: String,
}

impl Pop3 {
    pub(super) const fn new(link: Link) -> Self {
        let framer = Framer::new(Literals::None);
        Self { link, framer, overlong: false, exchange: None, user: None, maildrop: None, timestamp: String::new() }
    }

    pub(super) fn greeting(&mut self, world: &mut World, now: Timestamp) -> Vec<Output> {
        let mut out = Vec::new();
        self.timestamp = format!("<{}.{}@{}>", world.ticket(), now.as_nanosecond(), self.link.host);
        say(&mut out, &format!("+OK {} POP3 ehlo practice ready {}", self.link.host, self.timestamp));
        out
    }

    pub(super) fn secured(&mut self, secured: Secured) {
        self.link.secured = secured;
    }

    pub(super) fn tls_established(&mut self) {
        self.link.tls = true;
        self.link.handshake = false;
        self.framer = Framer::new(Literals::None);
        self.overlong = false;
        self.exchange = None;
        self.user = None;
    }

    pub(super) fn received(&mut self, world: &mut World, octets: &[u8]) -> Vec<Output> {
        let mut out = Vec::new();
        let mut input = octets;
        while self.link.is_open() && !input.is_empty() {
            let mut framer = std::mem::replace(&mut self.framer, Framer::new(Literals::None));
            if let Some(frame) = framer.next(&mut input) {
                self.frame(world, frame, &mut out);
            }
            self.framer = framer;
        }
        out
    }

    fn frame(&mut self, world: &mut World, frame: Frame<'_>, out: &mut Vec<Output>) {
        let goes_on = std::mem::replace(&mut self.overlong, frame.continues);
        if frame.continues {
            return;
        }
        let most = if self.exchange.is_some() { sasl::LINE_CAP } else { COMMAND_CAP };
        if goes_on || frame.bytes.len() > most {
            self.exchange = None;
            return say(out, &format!("-ERR line too long, {most} octets are allowed"));
        }
        if let Some(mut exchange) = self.exchange.take() {
            let step = exchange.respond(world, frame.bytes);
            return self.step(world, exchange, step, out);
        }
        match std::str::from_utf8(frame.bytes) {
            Ok(line) => self.command(world, line, out),
            Err(_) => say(out, "-ERR the command is not UTF-8"),
        }
    }

    const fn phase(&self) -> Phase {
        if self.maildrop.is_some() { Phase::Transaction } else { Phase::Authorization }
    }

    fn command(&mut self, world: &mut World, line: &str, out: &mut Vec<Output>) {
        let Some((verb, length)) = find_verb(Protocol::Pop3, line) else {
            let word: String = line.split(' ').next().unwrap_or_default().chars().take(40).collect();
            return say(out, &format!("-ERR unknown command \"{}\"", printable(&word)));
        };
        if !verb.phases.contains(&self.phase()) {
            let need = if self.maildrop.is_some() { "already authenticated" } else { "authenticate first" };
            return say(out, &format!("-ERR {} is not allowed now, {need}", verb.name));
        }
        let cursor = Cursor::new(line, length + 1);
        if let Err(fault) = (verb.arguments)(&mut cursor.clone()) {
            return say(out, &format!("-ERR {} (column {})", printable(&fault.reason), fault.at.start + 1));
        }
        let arguments = cursor.rest();
        let mut numbers = arguments.split_ascii_whitespace().map(|word| word.parse::<usize>().unwrap_or(0));
        let (first, second) = (numbers.next(), numbers.next());
        match verb.name {
            "CAPA" => self.capabilities(out),
            "STLS" if self.link.tls => say(out, "-ERR TLS is already active"),
            "STLS" => {
                say(out, "+OK begin TLS");
                self.link.start_tls(out);
            }
            "USER" | "PASS" | "AUTH" if !self.link.tls && !arguments.is_empty() => {
                say(out, &format!("-ERR [AUTH] {} is refused before STLS", verb.name));
            }
            "USER" => {
                self.user = Some(arguments.to_owned());
                say(out, "+OK send PASS");
            }
            "PASS" => match self.user.take() {
                Some(user) => self.open(world, &user, &arguments.into(), out),
                None => say(out, "-ERR send USER first"),
            },
            "APOP" => self.apop(world, arguments, out),
            "AUTH" => self.auth(world, arguments, out),
            "NOOP" => say(out, "+OK"),
            "UTF8" => say(out, "+OK UTF-8 it is"),
            "LANG" => say(out, "-ERR LANG is not implemented"),
            "STAT" => {
                let (count, octets) = self.total();
                say(out, &format!("+OK {count} {octets}"));
            }
            "LIST" => self.list(first, out, |entry| entry.octets.len().to_string()),
            "UIDL" => {
                let validity = self.maildrop.as_ref().map_or(0, |maildrop| maildrop.uid_validity);
                self.list(first, out, |entry| format!("{validity:08x}{:08x}", entry.uid));
            }
            "RETR" => self.retrieve(first, None, out),
            "TOP" => self.retrieve(first, Some(second.unwrap_or(0)), out),
            "DELE" => match self.entry(first) {
                Ok(entry) => {
                    entry.deleted = true;
                    say(out, &format!("+OK message {} is to be deleted", first.unwrap_or(0)));
                }
                Err(reason) => say(out, &reason),
            },
            "RSET" => {
                let entries = self.maildrop.iter_mut().flat_map(|maildrop| &mut maildrop.entries);
                entries.for_each(|entry| entry.deleted = false);
                let (count, octets) = self.total();
                say(out, &format!("+OK {count} messages ({octets} octets)"));
            }
            "QUIT" => self.quit(world, out),
            name => say(out, &format!("-ERR {name} is not implemented")),
        }
    }

    fn capabilities(&self, out: &mut Vec<Output>) {
        say(out, "+OK capabilities follow");
        if self.link.tls {
            say(out, "USER");
            say(out, &format!("SASL {}", sasl::offered(&self.link.secured, true).join(" ")));
        } else {
            say(out, "STLS");
        }
        for line in ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UTF8 USER"] {
            say(out, line);
        }
        say(out, "IMPLEMENTATION ehlo practice");
        say(out, ".");
    }

    fn auth(&mut self, world: &mut World, arguments: &str, out: &mut Vec<Output>) {
        let mut words = arguments.split_ascii_whitespace();
        let Some(mechanism) = words.next() else {
            say(out, "+OK mechanisms follow");
            for name in sasl::offered(&self.link.secured, true).iter().filter(|_| self.link.tls) {
                say(out, name);
            }
            return say(out, ".");
        };
        let mut exchange = match Exchange::begin(mechanism, &self.link.secured, true, &self.link.host, world) {
            Ok(exchange) => exchange,
            Err(why) => return say(out, &format!("-ERR {why}")),
        };
        let step = exchange.first(world, words.next());
        self.step(world, exchange, step, out);
    }

    fn step(&mut self, world: &mut World, exchange: Exchange, step: Step, out: &mut Vec<Output>) {
        match step {
            Step::Challenge(challenge) => {
                self.exchange = Some(exchange);
                say(out, &format!("+ {challenge}"));
            }
            Step::Cancelled => say(out, "-ERR authentication cancelled"),
            Step::Malformed(reason) => say(out, &format!("-ERR {reason}")),
            Step::Accepted(user) => self.opened(world, Some(user), out),
            Step::Refused => self.opened(world, None, out),
        }
    }

    fn apop(&mut self, world: &mut World, arguments: &str, out: &mut Vec<Output>) {
        let (user, digest) = arguments.split_once(' ').unwrap_or_default();
        let timestamp = self.timestamp.as_str();
        let user = world.login_by(user, |password| apop::digest(timestamp, password) == digest);
        self.opened(world, user, out);
    }

    /// Opens the maildrop of a user who knows the password.
    fn open(&mut self, world: &mut World, user: &str, password: &Secret, out: &mut Vec<Output>) {
        let user = world.login(user, password);
        self.opened(world, user, out);
    }

    fn opened(&mut self, world: &mut World, user: Option<usize>, out: &mut Vec<Output>) {
        let Some(user) = user else { return say(out, "-ERR [AUTH] user name or password is wrong") };
        let Some(account) = world.account_mut(user) else {
            return say(out, "-ERR [SYS/TEMP] the maildrop is gone");
        };
        let Some(lock) = account.lock_maildrop() else {
            return say(out, "-ERR [IN-USE] another session has the maildrop");
        };
        let Some(inbox) = account.find("INBOX") else {
            return say(out, "-ERR [SYS/TEMP] the maildrop is gone");
        };
        let entry = |message: &super::mailbox::Message| Entry {
            uid: message.uid,
            octets: message.octets.clone(),
            deleted: false,
        };
        self.maildrop = Some(Maildrop {
            user,
            uid_validity: inbox.uid_validity,
            entries: inbox.messages.iter().map(entry).collect(),
            _lock: lock,
        });
        let (count, octets) = self.total();
        say(out, &format!("+OK {count} messages ({octets} octets)"));
    }

    /// Messages and octets that are not deleted.
    fn total(&self) -> (usize, usize) {
        let entries = self.maildrop.iter().flat_map(|maildrop| &maildrop.entries).filter(|entry| !entry.deleted);
        entries.fold((0, 0), |(count, octets), entry| (count + 1, octets + entry.octets.len()))
    }

    fn entry(&mut self, number: Option<usize>) -> Result<&mut Entry, String> {
        let number = number.unwrap_or(0);
        let entries = self.maildrop.as_mut().map(|maildrop| &mut maildrop.entries);
        match entries.and_then(|entries| entries.get_mut(number.checked_sub(1)?)) {
            None => Err(format!("-ERR there is no message {number}")),
            Some(entry) if entry.deleted => Err(format!("-ERR message {number} is deleted, RSET brings it back")),
            Some(entry) => Ok(entry),
        }
    }

    fn list(&mut self, number: Option<usize>, out: &mut Vec<Output>, show: impl Fn(&Entry) -> String) {
        if let Some(number) = number {
            return match self.entry(Some(number)) {
                Ok(entry) => say(out, &format!("+OK {number} {}", show(entry))),
                Err(reason) => say(out, &reason),
            };
        }
        let (count, octets) = self.total();
        say(out, &format!("+OK {count} messages ({octets} octets)"));
        let entries = self.maildrop.iter().flat_map(|maildrop| &maildrop.entries);
        for (at, entry) in entries.enumerate().filter(|(_, entry)| !entry.deleted) {
            say(out, &format!("{} {}", at + 1, show(entry)));
        }
        say(out, ".");
    }

    /// RETR, or TOP with so many lines of the body.
    fn retrieve(&mut self, number: Option<usize>, lines: Option<usize>, out: &mut Vec<Output>) {
        if waiting(out) > ANSWER_CAP {
            return say(out, "-ERR [SYS/TEMP] too much is waiting to be sent, ask again");
        }
        let octets = match self.entry(number) {
            Ok(entry) => entry.octets.clone(),
            Err(reason) => return say(out, &reason),
        };
        say(out, &format!("+OK {} octets", octets.len()));
        let (header, body) = mime::split(&octets);
        let mut text = Vec::with_capacity(octets.len() + octets.len() / 64 + 8);
        let body_lines = body.split_inclusive(|&b| b == b'\n').take(lines.unwrap_or(usize::MAX));
        for line in header.split_inclusive(|&b| b == b'\n').chain(body_lines) {
            // RFC 1939 §3: a dot at the start of a line is doubled.
            if line.starts_with(b".") {
                text.push(b'.');
            }
            text.extend_from_slice(line);
        }
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b".\r\n");
        send(out, &text);
    }

    /// Commits the deletions (RFC 1939 §6) and says goodbye.
    fn quit(&mut self, world: &mut World, out: &mut Vec<Output>) {
        if let Some(maildrop) = self.maildrop.take() {
            let gone: Vec<u32> = maildrop.entries.iter().filter(|entry| entry.deleted).map(|entry| entry.uid).collect();
            let inbox = world.account_mut(maildrop.user).and_then(|a| a.by_validity_mut(maildrop.uid_validity));
            if let Some(inbox) = inbox.filter(|_| !gone.is_empty()) {
                // The entries are in the order of their UIDs.
                inbox.messages.retain(|message| gone.binary_search(&message.uid).is_err());
                world.touch();
            }
            say(out, &format!("+OK {} messages deleted, goodbye", gone.len()));
        } else {
            say(out, "+OK goodbye");
        }
        self.link.close(out);
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
