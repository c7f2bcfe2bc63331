//! What came back for one question, and how.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::Query;
use super::message::Mismatch;
use super::resolver::Transport;
use super::response::Response;
use crate::diagnosis::tls::{TlsFailure, TlsReport};

/// Why there is no answer at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryFailure {
    /// Nothing came in time.
    TimedOut,
    /// The resolver could not be reached: text of the system's error.
    Unreachable(String),
    /// What came could not be read.
    Malformed(String),
    /// No TLS with the resolver.
    Tls(TlsFailure),
    /// The web server in front of the resolver refused: its status.
    Http(u16),
    /// No resolver is configured on this machine, or the one that was named has no address.
    NoResolver(String),
}

impl fmt::Display for QueryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the resolver did not answer in time"),
            Self::Unreachable(why) => write!(f, "the resolver cannot be reached: {why}"),
            Self::Malformed(why) => write!(f, "the resolver sent something that is not an answer: {why}"),
            Self::Tls(failure) => write!(f, "no TLS with the resolver: {}", tls_words(failure)),
            Self::Http(status) => write!(f, "the resolver's web server answered with status {status}"),
            Self::NoResolver(why) => write!(f, "no resolver to ask: {why}"),
        }
    }
}

fn tls_words(failure: &TlsFailure) -> String {
    match failure {
        TlsFailure::Plaintext(_) => "it answered in clear text".to_owned(),
        TlsFailure::Alert(alert) => format!("it sent the alert {alert}"),
        TlsFailure::Closed => "it closed during the handshake".to_owned(),
        TlsFailure::TimedOut(after) => format!("the handshake was not done after {} s", after.as_secs_f32()),
        TlsFailure::BadName(why) | TlsFailure::Other(why) => why.clone(),
    }
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an answer that was taken.
    Answered,
    /// With an answer that did not fit into UDP (TC).
    Truncated,
    /// Without.
    Failed(QueryFailure),
}

/// Answers to nothing that was asked, put aside while waiting for the real one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// What did not fit.
    pub why: Mismatch,
    /// Where the first came from.
    pub from: SocketAddr,
    /// How many.
    pub count: u32,
}

/// One message out, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// Who was asked.
    pub server: SocketAddr,
    /// How.
    pub transport: Transport,
    /// From the first octet out to the last octet in; under TLS with its handshake.
    pub took: Duration,
    /// The message that went out. Empty: it did not come to that.
    pub sent: Vec<u8>,
    /// The message that came back, at most 65 535 octets. Empty: none did.
    pub received: Vec<u8>,
    /// What was put aside.
    pub dropped: Vec<Dropped>,
    /// What the TLS handshake showed.
    pub tls: Option<Box<TlsReport>>,
    /// How it ended.
    pub ending: Ending,
}

impl Try {
    /// A try of which nothing has come yet.
    #[must_use]
    pub const fn new(server: SocketAddr, transport: Transport) -> Self {
        Self {
            server,
            transport,
            took: Duration::ZERO,
            sent: Vec::new(),
            received: Vec::new(),
            dropped: Vec::new(),
            tls: None,
            ending: Ending::Answered,
        }
    }
}

/// What came back for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub query: Query,
    /// The questions that were asked first, for the addresses of a resolver that is named by its name.
    pub before: Vec<Self>,
    /// Every message that went out, in order. No try is silent.
    pub tries: Vec<Try>,
    /// Which of the tries [`Self::reply`] is from.
    pub decisive: usize,
    /// The reply, or why there is none.
    pub reply: Result<Response, QueryFailure>,
}

impl Answer {
    /// An answer whose way is not known, as examples and tests make it.
    #[must_use]
    pub const fn new(query: Query, reply: Result<Response, QueryFailure>) -> Self {
        Self { query, before: Vec::new(), tries: Vec::new(), decisive: 0, reply }
    }

    /// The try that the reply is from.
    #[must_use]
    pub fn told_by(&self) -> Option<&Try> {
        self.tries.get(self.decisive)
    }

    /// The server that the reply is from, or that failed first.
    #[must_use]
    pub fn server(&self) -> Option<SocketAddr> {
        self.told_by().map(|told| told.server)
    }

    /// The time of all tries together.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.tries.iter().map(|tried| tried.took).sum()
    }

    /// Whether TCP was asked because the reply did not fit into UDP.
    #[must_use]
    pub fn over_tcp(&self) -> bool {
        self.told_by().is_some_and(|told| told.transport == Transport::Tcp)
            && self.tries.iter().any(|tried| tried.ending == Ending::Truncated)
    }
}
