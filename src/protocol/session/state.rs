//! What a sent line and a received frame change.

use super::{Announced, Outstanding, Reading, State};
use crate::protocol::capability::Occasion;
use crate::protocol::command::secret_range;
use crate::protocol::endpoint::Protocol;
use crate::protocol::line::{Frame, Literals, literal_announced};
use crate::protocol::reply::ReplyClass;
use crate::protocol::verb::{Context, Phase, find_verb};

impl State {
    pub(super) const fn context(&self) -> Context<'_> {
        Context {
            protocol: self.protocol,
            phase: self.phase,
            capabilities: &self.capabilities,
            tls: self.tls,
            authenticated: self.user.is_some() && !matches!(self.phase, Phase::Authorization),
            seen: &self.seen,
            progress: &self.progress,
            timestamp: self.timestamp.is_some(),
        }
    }

    pub(super) fn set_base(&mut self, phase: Phase) {
        self.phase = phase;
        self.base = phase;
    }

    pub(super) fn sent(&mut self, line: &str, tag: Option<&str>, number: u64) {
        let command = line.get(tag.map_or(0, |tag| tag.len() + 1)..).unwrap_or("");
        match self.phase {
            Phase::Sasl => {
                self.challenged = false;
                return;
            }
            Phase::Idle if line.trim_end().eq_ignore_ascii_case("DONE") => {
                self.phase = self.base;
                return;
            }
            // What is not DONE is no command to the server either: it ends IDLE with BAD (RFC 2177 §3).
            Phase::Idle => return,
            // Octets of a literal are counted by `literal_sent`, which knows the endings too.
            Phase::Literal => return,
            Phase::LiteralEnd => {
                self.phase = self.base;
                self.progress.announced(line, None);
                self.announce(line);
                return;
            }
            _ => {}
        }
        let found = find_verb(self.protocol, command);
        let verb = found.map(|(verb, _)| verb);
        // Only the part that is no secret.
        let hidden = secret_range(line, &self.context()).map_or(0, |secret| secret.len());
        let open = command.get(..command.len().saturating_sub(hidden)).unwrap_or("");
        let argument = found.and_then(|(_, end)| open.get(end..)).unwrap_or("").trim();
        let argument = if verb.is_some_and(|verb| verb.name == "LOGIN") { first_argument(argument) } else { argument };
        match verb.map_or("", |verb| verb.name) {
            "SELECT" | "EXAMINE" => self.seen.selecting(),
            "LOGIN" | "AUTH" | "AUTHENTICATE" | "PASS" | "APOP" => self.before_login = self.capabilities.clone(),
            _ => {}
        }
        self.progress.sent(verb, argument);
        self.outstanding.push_back(Outstanding {
            number,
            verb,
            tag: tag.map(str::to_owned),
            argument: argument.to_owned(),
            body: false,
        });
        if self.protocol == Protocol::Imap {
            self.progress.announced(command, verb);
            self.announce(line);
        } else if verb.is_some_and(|verb| verb.name == "BDAT") {
            self.chunk(number);
        }
    }

    /// The octets of a chunk follow at once, uncounted dots and all (RFC 3030 §2).
    pub(super) fn chunk(&mut self, number: u64) {
        let Some(command) = self.outstanding.back().cloned() else { return };
        let mut words = command.argument.split_ascii_whitespace();
        let octets = words.next().and_then(|size| size.parse().ok()).unwrap_or(0);
        if octets > 0 {
            self.literal = Some(Announced { octets, synchronizing: false });
            self.phase = Phase::Literal;
        }
        let last = words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST"));
        if last && self.protocol == Protocol::Lmtp {
            // One reply for each recipient, as after the final dot (RFC 2033 §4.2).
            for _ in 1..self.recipients {
                self.outstanding.push_back(Outstanding { number, ..command.clone() });
            }
        }
    }

    /// Notes the literal that the end of `line` announces.
    pub(super) fn announce(&mut self, line: &str) {
        let Some(octets) = literal_announced(line.as_bytes(), Literals::Client) else { return };
        let synchronizing = !line.ends_with("+}") && !line.ends_with("-}");
        self.literal = Some(Announced { octets, synchronizing });
        if !synchronizing {
            self.phase = if octets == 0 { Phase::LiteralEnd } else { Phase::Literal };
            if octets == 0 {
                self.literal = None;
            }
        }
    }

    pub(super) fn read(&mut self, frame: &Frame<'_>) -> Reading {
        let Frame { bytes: octets, literal, continues, announces, .. } = *frame;
        if let Some((class, code, answers)) = self.piece {
            if !continues {
                self.piece = None;
                if self.protocol == Protocol::Imap && class == ReplyClass::Data {
                    self.note_literal(announces);
                }
            }
            return Reading { code, answers, ..Reading::of(class) };
        }
        let reading = match self.protocol {
            Protocol::Smtp | Protocol::Lmtp => self.read_smtp(octets),
            Protocol::Imap => self.read_imap(octets, literal, announces),
            Protocol::Pop3 => self.read_pop3(octets),
        };
        if continues && !literal {
            self.piece = Some((reading.class, reading.code, reading.answers));
        }
        reading
    }

    /// The user an answered command logged in: from the argument of LOGIN or USER.
    pub(super) fn logged_in(&mut self, user: Option<String>) {
        self.before = Some((Occasion::Login, std::mem::take(&mut self.before_login)));
        if let Some(user) = user {
            self.user = Some(user);
        } else if self.user.is_none() {
            self.user = Some(String::new());
        }
    }
}

/// The user of LOGIN, quotes and all; a literal tells nothing yet.
pub(super) fn first_argument(argument: &str) -> &str {
    if argument.starts_with('{') {
        return "";
    }
    match argument.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((inner, _)) => inner,
        None => argument.split(' ').next().unwrap_or(""),
    }
}
