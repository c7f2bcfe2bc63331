//! One table row per verb drives validation, completion, inline help, the legal next commands and the practice
//! servers. The rows are in [`super::smtp::VERBS`], [`super::imap::VERBS`] and [`super::pop3::VERBS`].

use std::ops::Range;

use super::capability::Capabilities;
use super::endpoint::Protocol;
use super::imap::seen::{NOTHING, Seen};

/// Where a session stands. One list for the three protocols; each uses its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Connected, the greeting has not come whole.
    Greeting,
    /// SMTP: greeted, no EHLO, HELO or LHLO accepted (or forgotten at STARTTLS).
    Fresh,
    /// SMTP: EHLO accepted, no mail transaction.
    Ready,
    /// SMTP: MAIL accepted, no recipient yet.
    Mail,
    /// SMTP: at least one RCPT accepted.
    Rcpt,
    /// SMTP: after 354, until the final dot is answered.
    Data,
    /// IMAP: not authenticated (RFC 9051 §3.1).
    NotAuthenticated,
    /// IMAP: authenticated, nothing selected (§3.2).
    Authenticated,
    /// IMAP: a mailbox is selected (§3.3).
    Selected,
    /// IMAP: IDLE was answered with `+` (RFC 2177).
    Idle,
    /// IMAP: the server waits for the octets of a literal.
    Literal,
    /// IMAP: the octets of a literal are sent, the rest of the command line is due.
    LiteralEnd,
    /// POP3: AUTHORIZATION (RFC 1939 §4).
    Authorization,
    /// POP3: TRANSACTION (§5).
    Transaction,
    /// Within an authentication exchange: lines are responses, not commands.
    Sasl,
    /// The answer to STARTTLS/STLS was positive; the handshake runs.
    Tls,
    /// QUIT or LOGOUT was answered, or the connection is gone.
    Closed,
}

impl Phase {
    /// The words for this phase on the screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "waiting for the greeting",
            Self::Fresh => "greeted, EHLO not said",
            Self::Ready => "EHLO done",
            Self::Mail => "MAIL accepted",
            Self::Rcpt => "RCPT accepted",
            Self::Data => "in DATA",
            Self::NotAuthenticated => "not authenticated",
            Self::Authenticated => "authenticated",
            Self::Selected => "mailbox selected",
            Self::Idle => "idling",
            Self::Literal => "in a literal",
            Self::LiteralEnd => "after a literal",
            Self::Authorization => "AUTHORIZATION",
            Self::Transaction => "TRANSACTION",
            Self::Sasl => "in AUTH",
            Self::Tls => "TLS handshake",
            Self::Closed => "closed",
        }
    }
}

/// Whether the positive answer to a POP3 command has a body that ends with a lone dot (RFC 1939 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// One line.
    Never,
    /// Always multi-line: RETR, TOP, CAPA.
    Always,
    /// Multi-line when the command had no argument: LIST, UIDL, AUTH.
    WithoutArgument,
}

/// Which part of a command must not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Nothing.
    Open,
    /// Everything from the argument with this number (0 is the first): PASS 0, LOGIN 1, AUTH 1.
    FromArgument(usize),
}

/// A verb: everything the program knows of one command.
#[derive(Debug)]
pub struct Verb {
    /// In upper case. `UID FETCH` is a verb of its own.
    pub name: &'static str,
    /// The form in one line: `MAIL FROM:<reverse-path> [parameters]`.
    pub syntax: &'static str,
    /// What it does, in a sentence without a full stop.
    pub summary: &'static str,
    /// The paragraph that defines it: `RFC 5321 §4.1.1.2`.
    pub rfc: &'static str,
    /// The phases in which it is legal. Elsewhere it is out of sequence.
    pub phases: &'static [Phase],
    /// The capability a server advertises for it, if it is an extension.
    pub capability: Option<&'static str>,
    /// Checks what follows the verb and one space (or nothing).
    pub arguments: fn(&mut Cursor<'_>) -> Result<(), Fault>,
    /// POP3 only: whether the answer has a body.
    pub body: Body,
    /// What is to be masked.
    pub secrecy: Secrecy,
    /// It must be the last of a pipelined group (RFC 2920 §3.1).
    pub ends_group: bool,
}

impl Verb {
    /// A row that is no extension, hides nothing, has no body and may stand anywhere in a pipelined group.
    pub(super) const fn row(
        name: &'static str,
        syntax: &'static str,
        phases: &'static [Phase],
        arguments: fn(&mut Cursor<'_>) -> Result<(), Fault>,
        rfc: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            syntax,
            summary,
            rfc,
            phases,
            capability: None,
            arguments,
            body: Body::Never,
            secrecy: Secrecy::Open,
            ends_group: false,
        }
    }

    /// Advertised under this keyword.
    pub(super) const fn offered(mut self, capability: &'static str) -> Self {
        self.capability = Some(capability);
        self
    }

    /// Masked from this argument on.
    pub(super) const fn secret(mut self, argument: usize) -> Self {
        self.secrecy = Secrecy::FromArgument(argument);
        self
    }

    /// The last of its pipelined group.
    pub(super) const fn last(mut self) -> Self {
        self.ends_group = true;
        self
    }

    /// Answered with a body.
    pub(super) const fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

impl PartialEq for Verb {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Verb {}

/// The table of a protocol. LMTP's is SMTP's, with LHLO in place of HELO and EHLO (RFC 2033 §4.1).
#[must_use]
pub fn verbs(protocol: Protocol) -> &'static [Verb] {
    match protocol {
        Protocol::Smtp | Protocol::Lmtp => super::smtp::VERBS,
        Protocol::Imap => super::imap::VERBS,
        Protocol::Pop3 => super::pop3::VERBS,
    }
}

/// The row whose name begins `line` (tag already taken off), in any case, and the octets it takes up. The longest
/// name wins: `UID FETCH` before `UID`.
#[must_use]
pub fn find_verb(protocol: Protocol, line: &str) -> Option<(&'static Verb, usize)> {
    verbs(protocol)
        .iter()
        .filter(|verb| {
            protocol == Protocol::Lmtp && !matches!(verb.name, "EHLO" | "HELO")
                || protocol == Protocol::Smtp && verb.name != "LHLO"
                || matches!(protocol, Protocol::Imap | Protocol::Pop3)
        })
        .filter(|verb| {
            line.get(..verb.name.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb.name))
                && line.as_bytes().get(verb.name.len()).is_none_or(|b| matches!(b, b' ' | b'\t'))
        })
        .max_by_key(|verb| verb.name.len())
        .map(|verb| (verb, verb.name.len()))
}

/// Something wrong, or worth knowing, about a typed line, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Octets of the line this is about. May be empty and at the end: something is missing there.
    pub at: Range<usize>,
    /// Whether a server would refuse it.
    pub weight: Weight,
    /// What is wrong and what was expected, in one sentence without a full stop.
    pub reason: String,
}

/// How much a [`Fault`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Right so far, not finished: shown calmly while typing.
    Incomplete,
    /// Would be accepted by most, and is worth a word.
    Advice,
    /// Against the grammar.
    Syntax,
    /// Right in itself, wrong at this moment.
    Sequence,
}

impl Fault {
    /// A fault against the grammar.
    #[must_use]
    pub fn syntax(at: Range<usize>, reason: impl Into<String>) -> Self {
        Self { at, weight: Weight::Syntax, reason: reason.into() }
    }
}

/// What a line is checked against besides its grammar.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The dialect.
    pub protocol: Protocol,
    /// Where the session stands.
    pub phase: Phase,
    /// What the server offers.
    pub capabilities: &'a Capabilities,
    /// Whether TLS protects the channel.
    pub tls: bool,
    /// Whether someone is logged in.
    pub authenticated: bool,
    /// IMAP: the mailboxes and flags that the server has told of.
    pub seen: &'a Seen,
    /// POP3: the greeting has a timestamp for APOP.
    pub timestamp: bool,
}

impl<'a> Context<'a> {
    /// In clear, nobody logged in, nothing told of.
    #[must_use]
    pub const fn new(protocol: Protocol, phase: Phase, capabilities: &'a Capabilities) -> Self {
        Self { protocol, phase, capabilities, tls: false, authenticated: false, seen: &NOTHING, timestamp: false }
    }
}

/// A place in a typed line, moved forward by the grammar rules of the verbs.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Remarks that do not stop the reading: advice.
    pub remarks: Vec<Fault>,
}

impl<'a> Cursor<'a> {
    /// A cursor at octet `at` of `text`, which must be a character boundary; otherwise it is moved back to one.
    #[must_use]
    pub fn new(text: &'a str, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Self { text, at, remarks: Vec::new() }
    }

    /// Octets from the start of the line.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// What has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// What has been read since octet `start`.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// The next character.
    #[must_use]
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether everything has been read.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Takes `c` if it is next.
    pub fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    /// Takes `word` if it is next, in any case.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.rest().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Takes `c`, or says that `what` was expected here.
    ///
    /// # Errors
    /// A fault at this place; [`Weight::Incomplete`] at the end of the line.
    pub fn expect(&mut self, c: char, what: &str) -> Result<(), Fault> {
        if self.eat(c) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// Takes the characters that `wanted` likes.
    pub fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// Takes one character if `wanted` likes it.
    pub fn take_one(&mut self, wanted: impl FnOnce(char) -> bool) -> bool {
        match self.peek() {
            Some(c) if wanted(c) => {
                self.at += c.len_utf8();
                true
            }
            _ => false,
        }
    }

    /// Takes everything up to the next space or the end.
    pub fn word(&mut self) -> &'a str {
        self.take_while(|c| c != ' ')
    }

    /// Nothing more may follow.
    ///
    /// # Errors
    /// A syntax fault over what is left.
    pub fn end(&self, verb: &str) -> Result<(), Fault> {
        if self.is_end() {
            Ok(())
        } else {
            Err(Fault::syntax(self.at..self.text.len(), format!("nothing more is expected after {verb}")))
        }
    }

    /// The fault "expected `what` here".
    #[must_use]
    pub fn expected(&self, what: &str) -> Fault {
        let (weight, end) = match self.peek() {
            None => (Weight::Incomplete, self.at),
            Some(c) => (Weight::Syntax, self.at + c.len_utf8()),
        };
        Fault { at: self.at..end, weight, reason: format!("expected {what}") }
    }

    /// A syntax fault from `start` to this place.
    #[must_use]
    pub fn fault_from(&self, start: usize, reason: impl Into<String>) -> Fault {
        Fault::syntax(start..self.at, reason)
    }

    /// A remark from `start` to this place that does not stop the reading.
    pub fn advise(&mut self, start: usize, reason: impl Into<String>) {
        self.remarks.push(Fault { at: start..self.at, weight: Weight::Advice, reason: reason.into() });
    }
}
