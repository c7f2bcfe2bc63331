//! From lines and literals to a command, and from its verb to what is done.

use jiff::Timestamp;

use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::grammar::{Astring, awaits_literal};
use crate::protocol::line::{Ending, Frame, LINE_CAP};
use crate::protocol::verb::{Cursor, Phase, find_verb};

use super::super::{MESSAGE_CAP, Output, World};
use super::{Imap, printable, say};

/// The token of the first long literal; the others follow. Noncharacters, which no text holds (Unicode §23.7).
const FIRST_TOKEN: u32 = 0xF_0000;
const TOKENS: usize = 256;
/// A literal up to this many octets, that can be quoted, is quoted.
const QUOTED_CAP: usize = 1000;

/// A command on its way in.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// The lines so far, literals written as quoted strings.
    text: Vec<u8>,
    /// The literal that is coming in.
    current: Option<Vec<u8>>,
    literals: Vec<Vec<u8>>,
    octets: u64,
    /// The answer at the end of the command, when it will be no.
    refusal: Option<String>,
}

impl Gathering {
    pub(super) fn literal(&mut self, frame: Frame<'_>) {
        if let Some(current) = &mut self.current
            && self.refusal.is_none()
        {
            current.extend_from_slice(frame.bytes);
            current.extend_from_slice(frame.ending.bytes());
        }
    }

    /// The literal is whole: it replaces its announcement, unless it ends an APPEND.
    fn take_literal(&mut self, ends: bool) {
        let Some(octets) = self.current.take() else { return };
        let open = self.text.iter().rposition(|&b| b == b'{').unwrap_or(self.text.len());
        let (_, rest) = split_tag(&self.text);
        let append = rest.get(..6).is_some_and(|verb| verb.eq_ignore_ascii_case(b"APPEND"));
        if !(ends && append) {
            self.text.truncate(open);
            if self.text.ends_with(b"~") {
                self.text.pop();
            }
            self.text.push(b'"');
            let plain = octets.len() <= QUOTED_CAP && !octets.iter().any(|b| matches!(b, b'\r' | b'\n' | 0));
            if plain && std::str::from_utf8(&octets).is_ok() {
                for &b in &octets {
                    if matches!(b, b'"' | b'\\') {
                        self.text.push(b'\\');
                    }
                    self.text.push(b);
                }
            } else {
                let number = u32::try_from(self.literals.len()).unwrap_or(0);
                let token = char::from_u32(FIRST_TOKEN + number).unwrap_or('?');
                self.text.extend_from_slice(token.encode_utf8(&mut [0; 4]).as_bytes());
            }
            self.text.push(b'"');
        }
        self.literals.push(octets);
    }
}

/// A whole command, its tag taken off.
pub(super) struct Command<'a> {
    pub(super) tag: &'a str,
    /// The name of its row.
    pub(super) verb: &'static str,
    /// At the arguments.
    pub(super) cursor: Cursor<'a>,
    literals: Vec<Vec<u8>>,
}

impl Command<'_> {
    /// The octets that an astring stands for.
    pub(super) fn octets(&self, text: &Astring) -> Vec<u8> {
        let Astring::Text(text) = text else {
            return self.literals.last().cloned().unwrap_or_default();
        };
        let mut chars = text.chars();
        let token = chars.next().filter(|_| chars.next().is_none()).map(u32::from);
        let literal = token
            .and_then(|token| token.checked_sub(FIRST_TOKEN))
            .and_then(|at| self.literals.get(usize::try_from(at).ok()?));
        literal.cloned().unwrap_or_else(|| text.clone().into_bytes())
    }

    /// The text that an astring stands for.
    pub(super) fn text(&self, text: &Astring) -> String {
        String::from_utf8_lossy(&self.octets(text)).into_owned()
    }

    /// The literal at the end, taken out.
    pub(super) fn take_last_literal(&mut self) -> Vec<u8> {
        self.literals.pop().unwrap_or_default()
    }
}

/// Tag and the rest.
fn split_tag(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|&b| b == b' ') {
        Some(at) => (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default()),
        None => (line, b""),
    }
}

/// A tag has ASTRING characters but `+` (RFC 9051 §9).
fn is_tag(tag: &[u8]) -> bool {
    !tag.is_empty() && tag.len() <= 64 && tag.iter().all(|b| matches!(b, b'!'..=b'~') && !b"(){%*\"\\+".contains(b))
}

/// `a1`, or `*` when the line has no tag that could be answered.
fn answer_tag(line: &[u8]) -> &str {
    let (tag, _) = split_tag(line);
    if is_tag(tag) { std::str::from_utf8(tag).unwrap_or("*") } else { "*" }
}

impl Imap {
    /// Adds a line to the command under way; `false` when a literal announced in it is not wanted.
    pub(super) fn gather(
        &mut self,
        world: &mut World,
        now: Timestamp,
        frame: Frame<'_>,
        out: &mut Vec<Output>,
    ) -> bool {
        let mut gathering = self.gathering.take().unwrap_or_default();
        let whole = frame.ending != Ending::None;
        let announced = frame.announces;
        gathering.take_literal(announced.is_none() && whole && frame.bytes.is_empty());
        if gathering.text.len() + frame.bytes.len() <= LINE_CAP && whole {
            gathering.text.extend_from_slice(frame.bytes);
        } else if gathering.refusal.is_none() {
            if gathering.text.is_empty() {
                gathering.text.extend_from_slice(frame.bytes.get(..100).unwrap_or(frame.bytes));
            }
            gathering.refusal = Some(format!("BAD the command is longer than {LINE_CAP} octets"));
        }
        if !whole {
            self.gathering = Some(gathering);
            return true;
        }
        if let Some(octets) = announced {
            let waits = !frame.bytes.ends_with(b"+}") && !frame.bytes.ends_with(b"-}");
            gathering.octets = gathering.octets.saturating_add(octets);
            if gathering.refusal.is_none() {
                gathering.refusal = self.refuses_literal(&gathering);
            }
            if let (Some(refusal), true) = (&gathering.refusal, waits) {
                say(out, &format!("{} {refusal}", answer_tag(&gathering.text)));
                return false;
            }
            let room = usize::try_from(octets).unwrap_or(0);
            gathering.current = Some(Vec::with_capacity(if gathering.refusal.is_none() { room } else { 0 }));
            self.gathering = Some(gathering);
            if waits {
                say(out, "+ send the literal");
            }
            return true;
        }
        let tag = answer_tag(&gathering.text);
        if let Some(refusal) = gathering.refusal {
            say(out, &format!("{tag} {refusal}"));
            return true;
        }
        match std::str::from_utf8(&gathering.text) {
            Err(_) => say(out, &format!("{tag} BAD the command is not UTF-8, other octets need a literal")),
            Ok(text) => self.command(world, now, text, gathering.literals, out),
        }
        true
    }

    /// Why the literal announced at the end of the text so far is not wanted.
    fn refuses_literal(&self, gathering: &Gathering) -> Option<String> {
        let most = if self.user.is_some() { MESSAGE_CAP as u64 } else { LINE_CAP as u64 };
        if gathering.octets > most {
            return Some(format!("NO [TOOBIG] literals of more than {most} octets are not taken"));
        }
        if gathering.literals.len() >= TOKENS {
            return Some(format!("BAD more than {TOKENS} literals in a command"));
        }
        let Ok(text) = std::str::from_utf8(&gathering.text) else {
            return Some("BAD the command is not UTF-8, other octets need a literal".to_owned());
        };
        let (verb, at) = match self.verb(text) {
            Ok(found) => found,
            Err(refusal) => return Some(refusal),
        };
        // A password in clear is better not asked for.
        if verb.name == "LOGIN" && !self.link.tls {
            return Some(super::login::IN_CLEAR.to_owned());
        }
        match (verb.arguments)(&mut Cursor::new(text, at)) {
            Err(fault) if !awaits_literal(text, &fault) => Some(bad(&fault)),
            _ => None,
        }
    }

    /// The row of the command in `line`, if this is the time for it, and where its arguments begin.
    fn verb(&self, line: &str) -> Result<(&'static crate::protocol::verb::Verb, usize), String> {
        let (tag, _) = split_tag(line.as_bytes());
        if !is_tag(tag) {
            return Err("BAD expected a tag, a space and a command".to_owned());
        }
        let start = tag.len() + 1;
        let rest = line.get(start..).unwrap_or_default();
        let Some((verb, length)) = find_verb(Protocol::Imap, rest) else {
            let word: String = rest.split(' ').next().unwrap_or_default().chars().take(40).collect();
            return Err(format!("BAD unknown command \"{}\"", printable(&word)));
        };
        if !verb.phases.contains(&self.phase()) {
            let need = match self.phase() {
                _ if verb.name == "DONE" => "nothing idles",
                Phase::NotAuthenticated => "authenticate first",
                Phase::Authenticated => "SELECT a mailbox first",
                _ => "UNSELECT the mailbox first",
            };
            let need = if verb.phases.contains(&Phase::NotAuthenticated) { "already authenticated" } else { need };
            return Err(format!("BAD {} is not allowed now, {need}", verb.name));
        }
        Ok((verb, start + length + 1))
    }

    fn command(
        &mut self,
        world: &mut World,
        now: Timestamp,
        line: &str,
        literals: Vec<Vec<u8>>,
        out: &mut Vec<Output>,
    ) {
        let tag = answer_tag(line.as_bytes());
        let (verb, at) = match self.verb(line) {
            Ok(found) => found,
            Err(refusal) => return say(out, &format!("{tag} {refusal}")),
        };
        let cursor = Cursor::new(line, at);
        // An APPEND ends with its announcement, which the rows call unfinished or right; anything else is a fault.
        if let Err(fault) = (verb.arguments)(&mut cursor.clone())
            && !(verb.name == "APPEND" && awaits_literal(line, &fault))
        {
            return say(out, &format!("{tag} {}", bad(&fault)));
        }
        let mut command = Command { tag, verb: verb.name, cursor, literals };
        let answer = self.perform(world, now, &mut command, out);
        if let Some(answer) = answer {
            // RFC 9051 §7.5.1: no EXPUNGE while FETCH, STORE and SEARCH count messages by number.
            let numbers = matches!(verb.name, "FETCH" | "STORE" | "SEARCH");
            self.sync(world, !numbers, out);
            say(out, &format!("{tag} {answer}"));
        }
        if verb.name == "LOGOUT" {
            self.link.close(out);
        }
    }

    /// Does what the verb says. The answer is without its tag; `None` when it comes later or is said already.
    fn perform(
        &mut self,
        world: &mut World,
        now: Timestamp,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Option<String> {
        let answer = match command.verb {
            "CAPABILITY" => {
                say(out, &format!("* CAPABILITY {}", self.capabilities()));
                Ok("OK CAPABILITY completed".to_owned())
            }
            "NOOP" | "CHECK" => Ok(format!("OK {} completed", command.verb)),
            "LOGOUT" => {
                say(out, &format!("* BYE {} says goodbye", self.link.host));
                Ok("OK LOGOUT completed".to_owned())
            }
            "STARTTLS" => return self.start_tls(command, out),
            "COMPRESS" => return self.compress(command, out),
            "LOGIN" => self.login(world, command),
            "AUTHENTICATE" => return self.authenticate(world, command, out),
            "ID" => {
                say(out, "* ID (\"name\" \"ehlo practice\")");
                Ok("OK ID completed".to_owned())
            }
            "ENABLE" => self.enable(command, out),
            "NAMESPACE" => {
                say(out, "* NAMESPACE ((\"\" \"/\")) NIL NIL");
                Ok("OK NAMESPACE completed".to_owned())
            }
            "SELECT" | "EXAMINE" => self.select(world, command, out),
            "LIST" | "LSUB" | "XLIST" => self.list(world, command, out),
            "STATUS" => self.status(world, command, out),
            "CREATE" => self.create(world, command),
            "DELETE" => self.delete(world, command),
            "RENAME" => self.rename(world, command),
            "SUBSCRIBE" | "UNSUBSCRIBE" => self.subscribe(world, command),
            "APPEND" => self.append(world, now, command),
            "CLOSE" | "UNSELECT" => self.close(world, command),
            "EXPUNGE" | "UID EXPUNGE" => self.expunge(world, command, out),
            "FETCH" | "UID FETCH" => self.fetch(world, command, out),
            "STORE" | "UID STORE" => self.store(world, command, out),
            "SEARCH" | "UID SEARCH" => self.search(world, now, command, out),
            "COPY" | "UID COPY" | "MOVE" | "UID MOVE" => self.copy(world, command, out),
            "IDLE" => {
                say(out, "+ idling");
                self.mode = super::Mode::Idle(command.tag.to_owned());
                self.sync(world, true, out);
                return None;
            }
            name => Err(format!("BAD {name} is not implemented")),
        };
        Some(answer.unwrap_or_else(|refusal| refusal))
    }
}

/// BAD with the reason and the place of a fault.
pub(super) fn bad(fault: &crate::protocol::verb::Fault) -> String {
    format!("BAD {} (column {})", printable(&fault.reason), fault.at.start + 1)
}
