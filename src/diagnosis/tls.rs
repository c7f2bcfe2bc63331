//! What a handshake showed, as plain facts. The net room records them; [`super::certificate`] judges them.

use std::fmt;
use std::time::Duration;

use crate::protocol::secret::Secret;
use crate::protocol::tls::AlertDescription;
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
    /// How much of a handshake it was.
    pub kind: Kind,
    /// How the server signed it, as RFC 8446 §4.2.3 writes it; none when a session was resumed.
    pub scheme: Option<String>,
    /// The stapled answer of the certificate's OCSP responder in DER (RFC 6066 §8); empty when none came.
    pub ocsp: Vec<u8>,
    /// What the server asked of the client's certificate; none when it asked for none.
    pub client_certificate: Option<CertificateRequest>,
    /// The chain that leads to a root of this machine's store, where it trusts it.
    pub system_path: Option<Path>,
    /// The chain that leads to a root of Mozilla's list, where it trusts it.
    pub mozilla_path: Option<Path>,
    /// The names of roots, of either list, that a certificate of the chain has for its issuer: each in DER.
    pub roots: Vec<Vec<u8>>,
    /// 32 octets of keying material for the channel binding `tls-exporter` (RFC 9266 §2); none before TLS 1.3, where they
    /// would need the extended master secret.
    pub exporter: Option<Secret>,
}

impl TlsReport {
    /// A handshake for `asked_name` of which nothing is known.
    #[must_use]
    pub fn unjudged(asked_name: &str) -> Self {
        let unknown = || Verdict::Unknown("not checked".to_owned());
        Self {
            version: String::new(),
            cipher: String::new(),
            group: None,
            asked_name: asked_name.to_owned(),
            sni: None,
            alpn: None,
            chain: Vec::new(),
            name: unknown(),
            system_trust: unknown(),
            mozilla_trust: unknown(),
            handshake_signature: unknown(),
            judged_at: 0,
            took: Duration::ZERO,
            kind: Kind::Full,
            scheme: None,
            ocsp: Vec::new(),
            client_certificate: None,
            system_path: None,
            mozilla_path: None,
            roots: Vec::new(),
            exporter: None,
        }
    }
}

/// How much of a handshake it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All of it.
    Full,
    /// All of it, after the server asked for another key share (RFC 8446 §4.1.4).
    HelloRetry,
    /// An earlier session was taken up again (RFC 8446 §2.2, RFC 5077): no certificate was shown.
    Resumed,
}

/// What a server asks of the client's certificate (RFC 8446 §4.3.2, RFC 5246 §7.4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The names of authorities it takes, each a distinguished name in DER; none: any.
    pub authorities: Vec<Vec<u8>>,
    /// Whether one was sent.
    pub sent: bool,
}

/// A chain as it was built: what stands between the server's certificate and a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The certificates in between in DER, the one above the server's first.
    pub between: Vec<Vec<u8>>,
    /// The subject of the root: a distinguished name in DER.
    pub root: Vec<u8>,
}

/// A chain that is to be judged without a handshake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chain {
    /// The name it must be good for.
    pub name: String,
    /// The certificates in DER, the server's first.
    pub certificates: Vec<Vec<u8>>,
}

/// What a chain is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the first certificate is good for the name (RFC 9525).
    pub name: Verdict,
    /// Whether this machine's store trusts the chain, name and dates aside.
    pub system: Verdict,
    /// Whether Mozilla's list trusts the chain, name and dates aside.
    pub mozilla: Verdict,
    /// The chain that leads to a root of this machine's store, where it trusts it.
    pub system_path: Option<Path>,
    /// The chain that leads to a root of Mozilla's list, where it trusts it.
    pub mozilla_path: Option<Path>,
    /// The names of roots, of either list, that a certificate of the chain has for its issuer: each in DER.
    pub roots: Vec<Vec<u8>>,
}

impl Judgement {
    /// What is said where nothing could be judged.
    #[must_use]
    pub fn unknown(why: &str) -> Self {
        let [name, system, mozilla] = [(); 3].map(|()| Verdict::Unknown(why.to_owned()));
        Self { name, system, mozilla, system_path: None, mozilla_path: None, roots: Vec::new() }
    }
}

/// What one check said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Good,
    /// Wrong, for this.
    Bad(Reason),
    /// Could not be checked: why.
    Unknown(String),
}

impl Verdict {
    /// Whether the check passed.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good)
    }

    /// Why it is not good, in words that can follow a colon.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Good => None,
            Self::Bad(reason) => Some(reason.to_string()),
            Self::Unknown(why) => Some(why.clone()),
        }
    }
}

/// Why a check failed. What is to be done hangs on this, and on no sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The chain leads to no root of the store.
    UnknownIssuer,
    /// A signature of the chain does not fit the key of its issuer.
    BadSignature,
    /// A certificate is no DER that can be read.
    Unreadable,
    /// A critical extension that is not understood (RFC 5280 §4.2).
    CriticalExtension,
    /// The extended key usage does not allow servers (RFC 5280 §4.2.1.12).
    Purpose,
    /// The server's own certificate is that of an authority.
    AuthorityAsServer,
    /// A certificate above the server's own is not that of an authority (RFC 5280 §4.2.1.9).
    NoAuthority,
    /// The version of a certificate is not 3.
    Version,
    /// An authority may not sign for the name (RFC 5280 §4.2.1.10).
    NameConstraints,
    /// An authority may not have so many others below it (RFC 5280 §4.2.1.9).
    PathLength,
    /// A signature of the chain has an algorithm that is not supported.
    Algorithm,
    /// There is no time at which all certificates of the chain are valid.
    NeverTogether,
    /// Anything else: why, lower case, without a full stop.
    Other(String),
}

impl From<String> for Reason {
    fn from(why: String) -> Self {
        Self::Other(why)
    }
}

impl From<&str> for Reason {
    fn from(why: &str) -> Self {
        Self::Other(why.to_owned())
    }
}

/// In words that can follow a colon. What a library or a certificate says comes as it is, and may hold anything.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => "no root in the store signs this chain",
            Self::BadSignature => "a signature does not fit its key",
            Self::Unreadable => "the certificate cannot be read",
            Self::CriticalExtension => "a certificate has a critical extension that is not understood",
            Self::Purpose => "the certificate is not meant for servers (extended key usage)",
            Self::AuthorityAsServer => "a CA certificate is used as the server's own, as self-signed ones often are",
            Self::NoAuthority => "a certificate above the server's own is that of no authority",
            Self::Version => "the certificate is of an old X.509 version that is not checked",
            Self::NameConstraints => "an authority of the chain may not sign for this name (name constraints)",
            Self::PathLength => "an authority of the chain may not have so many others below it (path length)",
            Self::Algorithm => "a signature uses an algorithm that is not supported",
            Self::NeverTogether => "the certificates of the chain were never valid all at the same time",
            Self::Other(why) => why,
        })
    }
}

/// Why a handshake did not end in a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// The server answered in clear text: the first octets it sent.
    Plaintext(Vec<u8>),
    /// The server sent this alert.
    Alert(AlertDescription),
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
            Self::Alert(alert) => write!(f, "the server sent the alert {alert}"),
            Self::Closed => f.write_str("the server closed during the handshake"),
            Self::TimedOut(after) => write!(f, "no answer to the handshake within {} s", after.as_secs_f64()),
            Self::BadName(why) | Self::Other(why) => f.write_str(&visible(why.as_bytes())),
        }
    }
}
