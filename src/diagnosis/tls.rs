//! What a handshake showed, as plain facts. The net room records them; [`super::certificate`] judges them.

use std::fmt;
use std::time::Duration;

use crate::protocol::visible::visible;

/// The facts of a finished TLS handshake. The connection stands, whatever the certificate is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsReport {
    /// `TLS 1.3`.
    pub version: String,
    /// As IANA writes it: `TLS_AES_256_GCM_SHA384`.
    pub cipher: String,
    /// Key exchange group: `X25519`.
    pub group: Option<String>,
    /// The name the certificate is judged against: what the user asked for, or `--sni`.
    pub asked_name: String,
    /// The name sent in the clear (SNI); none when an address was asked for.
    pub sni: Option<String>,
    /// ALPN, when one was agreed.
    pub alpn: Option<String>,
    /// The chain as the server sent it, leaf first, each in DER.
    pub chain: Vec<Vec<u8>>,
    /// Whether the leaf is good for `asked_name` (RFC 9525).
    pub name: Verdict,
    /// Whether this machine's store trusts the chain, name and dates aside.
    pub system_trust: Verdict,
    /// Whether Mozilla's list trusts the chain, name and dates aside.
    pub mozilla_trust: Verdict,
    /// A fault in the signature of the handshake itself, if the recorder let one pass.
    pub handshake_signature: Verdict,
    /// Seconds since the Unix epoch at which the verdicts were made.
    pub judged_at: i64,
    /// How long the handshake took.
    pub took: Duration,
}

/// What one check said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Good,
    /// Wrong: why, in the library's words, lower case, without a full stop.
    Bad(String),
    /// Could not be checked: why.
    Unknown(String),
}

impl Verdict {
    /// Whether the check passed.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good)
    }
}

/// Names of alerts whose next step is known, as RFC 8446 §6 and RFC 6066 §3 write them.
pub const KNOWN_ALERTS: [&str; 4] =
    ["protocol_version", "handshake_failure", "insufficient_security", "unrecognized_name"];

/// Why a handshake did not end in a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// The server answered in clear text: the first octets it sent.
    Plaintext(Vec<u8>),
    /// The server sent this alert.
    Alert(String),
    /// The connection closed during the handshake.
    Closed,
    /// Nothing came in time.
    TimedOut(Duration),
    /// The name cannot be sent as a server name.
    BadName(String),
    /// Anything else, in the library's words.
    Other(String),
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plaintext(_) => f.write_str("the server answered in clear text"),
            Self::Alert(alert) => write!(f, "the server sent the alert {}", visible(alert.as_bytes())),
            Self::Closed => f.write_str("the server closed during the handshake"),
            Self::TimedOut(after) => write!(f, "no answer to the handshake within {} s", after.as_secs_f64()),
            Self::BadName(why) | Self::Other(why) => f.write_str(&visible(why.as_bytes())),
        }
    }
}
