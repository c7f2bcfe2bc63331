//! One table row per verb drives validation, completion, inline help, the legal next commands and the practice
//! servers. The rows are in [`super::smtp::VERBS`], [`super::imap::VERBS`] and [`super::pop3::VERBS`].

use super::capability::Capabilities;
use super::endpoint::Protocol;
use super::imap::seen::{NOTHING, Seen};
use super::progress::{BEGINNING, Progress};

pub use super::cursor::{Cursor, Fault, Note, Weight};

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
    /// What was said and answered so far.
    pub progress: &'a Progress,
    /// IMAP: the mailboxes and flags that the server has told of.
    pub seen: &'a Seen,
    /// POP3: the greeting has a timestamp for APOP.
    pub timestamp: bool,
}

impl<'a> Context<'a> {
    /// In clear, nobody logged in, nothing said.
    #[must_use]
    pub const fn new(protocol: Protocol, phase: Phase, capabilities: &'a Capabilities) -> Self {
        Self {
            protocol,
            phase,
            capabilities,
            tls: false,
            authenticated: false,
            progress: &BEGINNING,
            seen: &NOTHING,
            timestamp: false,
        }
    }
}
