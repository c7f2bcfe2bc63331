//! What a server showed to a client that only looks.

use std::net::SocketAddr;

use crate::diagnosis::certificate;
use crate::diagnosis::tls::{TlsFailure, TlsReport, Verdict};
use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::{Endpoint, Security};
use crate::protocol::tls::AlertDescription;

/// What a server showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where. STARTTLS was said if it asks for that, and if it was offered.
    pub endpoint: Endpoint,
    /// The address that answered.
    pub remote: Option<SocketAddr>,
    /// The first line of the greeting, safe to draw; empty when none came.
    pub greeting: String,
    /// What is offered in clear. Unheard when TLS came first, or when it did not come to that.
    pub clear: Capabilities,
    /// What is offered at the end: under TLS, if there was TLS.
    pub offers: Capabilities,
    /// Octets that came in clear behind the answer to STARTTLS. They were discarded, and say that replies can be injected
    /// there (RFC 3207 §4.2, CVE-2011-0411).
    pub injected: usize,
    /// The handshake, when there was one that ended well.
    pub tls: Option<Box<TlsReport>>,
    /// Why it ended early.
    pub failure: Option<Failure>,
    /// What was said, a line each in the notation of dialogues (`C:`, `S:`, `--`), safe to draw and not endless.
    pub said: Vec<String>,
}

/// Why a look ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How far it had come.
    pub stage: Stage,
    /// What went wrong, with the words of the server if it said any: a sentence without a full stop, safe to draw.
    pub says: String,
    /// What to do next. May be empty.
    pub next: String,
    /// What it is, for whoever acts on it.
    pub cause: Cause,
}

/// What a failure is, as far as something hangs on it: advice is chosen by this and by no sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// Nothing came in time.
    Silence,
    /// The server ended TLS with this alert (RFC 8446 §6): the handshake, or what stood behind it.
    Alert(AlertDescription),
    /// Anything else.
    #[default]
    Other,
}

impl From<&TlsFailure> for Cause {
    fn from(failure: &TlsFailure) -> Self {
        match failure {
            TlsFailure::Alert(alert) => Self::Alert(*alert),
            TlsFailure::TimedOut(_) => Self::Silence,
            TlsFailure::Plaintext(_) | TlsFailure::Closed | TlsFailure::BadName(_) | TlsFailure::Other(_) => {
                Self::Other
            }
        }
    }
}

/// The stages of a look, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Finding an address, and connecting.
    Connection,
    /// Waiting for the greeting.
    Greeting,
    /// Asking what is offered.
    Capabilities,
    /// STARTTLS or STLS.
    StartTls,
    /// The TLS handshake.
    Handshake,
}

impl Seen {
    /// Nothing yet.
    #[must_use]
    pub fn nothing(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            remote: None,
            greeting: String::new(),
            clear: Capabilities::unheard(),
            offers: Capabilities::unheard(),
            injected: 0,
            tls: None,
            failure: None,
            said: Vec::new(),
        }
    }

    /// Whether STARTTLS or STLS is offered in clear; none when TLS came first, or the server did not say.
    #[must_use]
    pub fn starttls(&self) -> Option<bool> {
        self.clear.known.then(|| self.clear.has(self.endpoint.protocol.starttls()))
    }

    /// Whether the certificate is for the name of the host, trusted, and within its dates. None without TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<Verdict> {
        self.tls.as_deref().map(certificate::verdict)
    }

    /// Whether all that was asked for was seen: it answered, and TLS began if that was asked for.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.failure.is_none() && (self.tls.is_some() || self.endpoint.security == Security::Plain)
    }
}
