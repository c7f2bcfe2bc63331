//! The dialogue machine: octets of the server in, readings and the phase out. It never fails and never waits.
//!
//! [`Session::next`] pulls one frame at a time, so that whoever feeds it can stop at the very octet after the answer
//! to STARTTLS: what follows it in clear is an injection, not a reply.

mod imap;
mod pop3;
mod smtp;
mod state;

use std::collections::VecDeque;
use std::time::Duration;

use super::capability::{Capabilities, Change, Occasion};
use super::endpoint::Protocol;
use super::imap::seen::Seen;
use super::line::{Ending, Frame, Framer, Literals};
use super::progress::Progress;
use super::reply::{ReplyClass, ReplyCode};
use super::verb::{Context, Phase, Verb, find_verb};

/// One conversation with one server.
#[derive(Debug)]
pub struct Session {
    framer: Framer,
    state: State,
}

/// Everything but the framer, so that a frame can be borrowed while the state changes.
#[derive(Debug)]
struct State {
    protocol: Protocol,
    phase: Phase,
    /// The phase to go back to after SASL, IDLE or a literal.
    base: Phase,
    tls: bool,
    capabilities: Capabilities,
    /// What was offered before TLS or the login, whichever came last.
    before: Option<(Occasion, Capabilities)>,
    /// What was offered when the login that is under way began.
    before_login: Capabilities,
    /// A list that is being received; it replaces `capabilities` when the reply is whole.
    listing: Capabilities,
    outstanding: VecDeque<Outstanding>,
    tags: u32,
    /// The last challenge of a SASL exchange has not been answered.
    challenged: bool,
    user: Option<String>,
    mailbox: Option<String>,
    /// IMAP: mailboxes and flags told of.
    seen: Seen,
    /// POP3: what APOP hashes with the password (RFC 1939 §7). STLS does not change it.
    timestamp: Option<String>,
    /// POP3: messages marked by DELE, which QUIT removes (RFC 1939 §6).
    deletes: u32,
    /// POP3: lines of the body that is being received.
    listed: u32,
    /// SMTP: recipients accepted in this transaction; LMTP owes a reply for each (RFC 2033 §4.2).
    recipients: u32,
    /// The reply that is being received: its code, and how many lines came.
    open: Option<OpenReply>,
    /// A line longer than the cap is being received: how its first piece was read.
    piece: Option<(ReplyClass, Option<ReplyCode>, Option<u64>)>,
    /// IMAP: octets of a literal that we announced and have not sent, and whether the server must agree first.
    literal: Option<Announced>,
    /// What was said so far and decides about the next line.
    progress: Progress,
}

#[derive(Clone, Copy, Debug)]
struct OpenReply {
    code: ReplyCode,
    lines: u32,
}

#[derive(Clone, Copy, Debug)]
struct Announced {
    octets: u64,
    /// `{n}`: wait for `+`. `{n+}`: go at once (RFC 7888).
    synchronizing: bool,
}

/// A command that has been sent and not answered whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// The number the caller gave it, for pairing.
    pub number: u64,
    /// The table row, when the word is known.
    pub verb: Option<&'static Verb>,
    /// IMAP.
    pub tag: Option<String>,
    /// The rest of the line, for what the answer means: the mailbox of SELECT, the user of LOGIN. Secrets left out.
    pub argument: String,
    /// POP3: a body is being received. SMTP: the answer to the final dot is awaited.
    body: bool,
}

impl Outstanding {
    fn is(&self, name: &str) -> bool {
        self.verb.is_some_and(|verb| verb.name == name)
    }
}

/// One frame and what it means.
#[derive(Debug)]
pub struct Heard<'a> {
    /// The octets, without their ending.
    pub octets: &'a [u8],
    /// The same with what was to be hidden replaced, if there was anything.
    pub hidden: Option<Vec<u8>>,
    /// The ending they had.
    pub ending: Ending,
    /// The content of an IMAP literal.
    pub literal: bool,
    /// The next frame goes on with the same line.
    pub continues: bool,
    /// What it says.
    pub reading: Reading,
}

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The class that gives it colour and mark.
    pub class: ReplyClass,
    /// SMTP only.
    pub code: Option<ReplyCode>,
    /// The number of the command this belongs to. `None`: the greeting, or nobody asked.
    pub answers: Option<u64>,
    /// The reply to that command (or the greeting) is whole with this frame.
    pub whole: bool,
    /// Something the caller must act on.
    pub signal: Option<Signal>,
    /// Something odd about the frame, in one sentence without a full stop.
    pub remark: Option<&'static str>,
}

impl Reading {
    const fn of(class: ReplyClass) -> Self {
        Self { class, code: None, answers: None, whole: false, signal: None, remark: None }
    }
}

/// What a whole reply asks of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The greeting is whole: held lines may go out now (RFC 5321 §4.3.1).
    Greeted,
    /// A new capability list is in force.
    Capabilities,
    /// The answer to STARTTLS/STLS is positive: discard what else came in clear, then shake hands.
    StartTls,
    /// The answer to COMPRESS is OK: from the next octet on both directions are DEFLATE (RFC 4978 §3).
    Compress,
    /// A SASL challenge, still in base64; may be empty.
    Challenge(Vec<u8>),
    /// Logged in.
    Authenticated,
    /// The exchange or the login was refused.
    NotAuthenticated,
    /// 354, or `+` for a literal: send the octets.
    GoAhead,
    /// IDLE has begun.
    Idling,
    /// The server is about to close: 221, 421, `BYE`, the answer to POP3's QUIT.
    Closing,
}

/// How long an answer may take, by RFC 5321 §4.5.3.2, and the words for the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// What is awaited.
    pub stage: &'static str,
    /// After this long a client may give up.
    pub limit: Duration,
}

impl Session {
    /// A session whose connection has just been opened.
    #[must_use]
    pub const fn new(protocol: Protocol) -> Self {
        let literals = if matches!(protocol, Protocol::Imap) { Literals::Server } else { Literals::None };
        Self {
            framer: Framer::new(literals),
            state: State {
                protocol,
                phase: Phase::Greeting,
                base: Phase::Greeting,
                tls: false,
                capabilities: Capabilities::unheard(),
                before: None,
                before_login: Capabilities::unheard(),
                listing: Capabilities::heard(),
                outstanding: VecDeque::new(),
                tags: 0,
                challenged: false,
                user: None,
                mailbox: None,
                seen: Seen::new(),
                timestamp: None,
                deletes: 0,
                listed: 0,
                recipients: 0,
                open: None,
                piece: None,
                literal: None,
                progress: Progress::new(),
            },
        }
    }

    /// The dialect.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.state.protocol
    }

    /// Where the dialogue stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.state.phase
    }

    /// Whether TLS protects the channel.
    #[must_use]
    pub const fn tls(&self) -> bool {
        self.state.tls
    }

    /// What the server offers now.
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities {
        &self.state.capabilities
    }

    /// What TLS or the login, whichever came last, changed in what is offered.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        let (occasion, before) = self.state.before.as_ref()?;
        self.state.capabilities.change(*occasion, before)
    }

    /// What was offered in clear, once TLS is there and nobody has logged in since.
    #[must_use]
    pub fn before_tls(&self) -> Option<&Capabilities> {
        self.state.before.as_ref().filter(|(occasion, _)| *occasion == Occasion::Tls).map(|(_, before)| before)
    }

    /// Who is logged in.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.state.user.as_deref()
    }

    /// The selected mailbox.
    #[must_use]
    pub fn mailbox(&self) -> Option<&str> {
        self.state.mailbox.as_deref()
    }

    /// POP3: the timestamp of the greeting, for APOP.
    #[must_use]
    pub fn timestamp(&self) -> Option<&str> {
        self.state.timestamp.as_deref()
    }

    /// POP3: messages that QUIT will remove for good; RSET takes the marks off.
    #[must_use]
    pub const fn deletes(&self) -> u32 {
        self.state.deletes
    }

    /// Commands sent and not answered, oldest first.
    #[must_use]
    pub const fn outstanding(&self) -> &VecDeque<Outstanding> {
        &self.state.outstanding
    }

    /// Octets of an announced literal that are still to be sent, once [`Phase::Literal`] is reached.
    #[must_use]
    pub fn literal_to_send(&self) -> Option<u64> {
        self.state.literal.map(|literal| literal.octets)
    }

    /// Whether a line was announced with `{n}` and the server has not said `+` yet.
    #[must_use]
    pub fn waits_for_go_ahead(&self) -> bool {
        self.state.literal.is_some_and(|literal| literal.synchronizing)
    }

    /// Whether the server waits for a response in a SASL exchange. When it has one, another would come too early.
    #[must_use]
    pub const fn owes_response(&self) -> bool {
        matches!(self.state.phase, Phase::Sasl) && self.state.challenged
    }

    /// The start of a line whose end has not come: shown after a while, since prompts without an end do happen.
    #[must_use]
    pub fn unfinished(&self) -> &[u8] {
        self.framer.pending()
    }

    /// What typed lines are checked against.
    #[must_use]
    pub const fn context(&self) -> Context<'_> {
        self.state.context()
    }

    /// The next unused IMAP tag.
    pub fn next_tag(&mut self) -> String {
        self.state.tags += 1;
        format!("a{}", self.state.tags)
    }

    /// Takes the next frame off `input` and reads it. `None`: the rest is kept until more comes.
    pub fn next<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Heard<'a>> {
        self.next_hiding(input, |_| None)
    }

    /// The same, and what `hide` replaces is not kept here either: a server can name an offer or a mailbox by the
    /// password it was given. The first word and a challenge are read as they came, for what follows depends on them.
    pub fn next_hiding<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
        hide: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Option<Heard<'a>> {
        let frame = self.framer.next(input)?;
        let hidden = hide(frame.bytes);
        // The first one comes before the phase says so. Nothing of it is kept here.
        let challenge = frame.bytes.starts_with(b"334")
            || frame
                .bytes
                .strip_prefix(b"+")
                .is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'\r' | b'\n')));
        let reading = match hidden.as_ref().filter(|_| !challenge) {
            None => self.state.read(&frame),
            Some(hidden) => {
                let end = |octets: &[u8]| octets.iter().position(|b| matches!(b, b' ' | b'-')).unwrap_or(octets.len());
                let mut told = frame.bytes.get(..end(frame.bytes)).unwrap_or_default().to_vec();
                told.extend_from_slice(hidden.get(end(hidden)..).unwrap_or_default());
                self.state.read(&Frame { bytes: &told, ..frame })
            }
        };
        Some(Heard {
            octets: frame.bytes,
            hidden,
            ending: frame.ending,
            literal: frame.literal,
            continues: frame.continues,
            reading,
        })
    }

    /// The line that never ended, when the connection has.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        self.state.phase = Phase::Closed;
        self.framer.finish()
    }

    /// A line went out (tag included, ending left out). `number` comes back in [`Reading::answers`].
    ///
    /// In the phases Sasl, Literal and Data a line is part of the outstanding command; see [`Self::literal_sent`] and
    /// [`Self::message_sent`].
    pub fn sent(&mut self, line: &str, tag: Option<&str>, number: u64) {
        self.state.sent(line, tag, number);
    }

    /// The user that the command sent last names, whose address need not be known: `USER jo`, `VRFY jo`.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        let names = |sent: &&Outstanding| {
            sent.verb.is_some_and(|verb| ["USER", "LOGIN", "APOP", "VRFY", "EXPN"].contains(&verb.name))
        };
        let sent = self.state.outstanding.back().filter(names)?;
        Some(state::first_argument(&sent.argument).trim_matches(['"', '<', '>']))
    }

    /// Octets of a literal went out. When the last is sent, the rest of the command line is due.
    pub fn literal_sent(&mut self, octets: u64) {
        let Some(literal) = &mut self.state.literal else { return };
        literal.octets = literal.octets.saturating_sub(octets);
        if literal.octets == 0 {
            // A chunk of BDAT is answered as it is; a literal has the rest of its command line behind it.
            let chunk = self.state.protocol != Protocol::Imap;
            self.state.phase = if chunk { self.state.base } else { Phase::LiteralEnd };
            self.state.literal = None;
        }
    }

    /// The final dot went out: the transaction is over whatever the answer is (RFC 5321 §4.1.1.4).
    pub fn message_sent(&mut self, number: u64) {
        let replies = if self.state.protocol == Protocol::Lmtp { self.state.recipients.max(1) } else { 1 };
        let verb = find_verb(self.state.protocol, "DATA").map(|(verb, _)| verb);
        for _ in 0..replies {
            self.state.outstanding.push_back(Outstanding {
                number,
                verb,
                tag: None,
                argument: String::new(),
                body: true,
            });
        }
        self.state.recipients = 0;
        self.state.set_base(Phase::Ready);
    }

    /// TLS stands. Everything learnt in clear is forgotten (RFC 3207 §4.2, RFC 9051 §6.2.1, RFC 2595 §4).
    pub fn tls_started(&mut self) {
        let state = &mut self.state;
        state.tls = true;
        if state.phase != Phase::Tls {
            return;
        }
        self.framer.discard();
        let state = &mut self.state;
        state.before = Some((Occasion::Tls, std::mem::take(&mut state.capabilities)));
        state.outstanding.clear();
        state.open = None;
        state.piece = None;
        state.user = None;
        state.mailbox = None;
        state.seen = Seen::new();
        state.recipients = 0;
        state.progress.restart();
        state.set_base(match state.protocol {
            Protocol::Smtp | Protocol::Lmtp => Phase::Fresh,
            Protocol::Imap => Phase::NotAuthenticated,
            Protocol::Pop3 => Phase::Authorization,
        });
    }

    /// Takes what has come behind the answer to STARTTLS out of the framer: it is to be reported, never read.
    pub fn discard(&mut self) -> Vec<u8> {
        self.framer.discard()
    }

    /// What is awaited now and for how long; `None` when nothing is.
    #[must_use]
    pub fn patience(&self) -> Option<Patience> {
        let minutes = |stage, minutes: u64| Some(Patience { stage, limit: Duration::from_secs(60 * minutes) });
        if self.state.phase == Phase::Greeting {
            return minutes("greeting", 5);
        }
        let oldest = self.state.outstanding.front()?;
        if self.owes_response() || matches!(self.state.phase, Phase::Data | Phase::Idle | Phase::Literal) {
            return None;
        }
        match oldest.verb.map_or("", |verb| verb.name) {
            "MAIL" => minutes("answer to MAIL", 5),
            "RCPT" => minutes("answer to RCPT", 5),
            "DATA" if oldest.body => minutes("answer to the final dot", 10),
            "DATA" => minutes("answer to DATA", 2),
            "BDAT" => minutes("answer to BDAT", 10),
            name => minutes(if name.is_empty() { "answer" } else { name }, 5),
        }
    }
}

#[cfg(test)]
mod tests;
