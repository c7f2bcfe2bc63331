//! The client's side of TLS: a handshake that always completes where the protocol allows it, and a report of what it showed.
//!
//! No certificate is refused here. What it is worth is written down in the [`TlsReport`], and the model decides what may be
//! sent over such a connection.

mod key_log;
mod means;
mod recorder;
mod signature;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, HandshakeKind, ProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

pub use self::means::Means;
pub(crate) use self::means::provider;
use self::recorder::Seen;
pub(crate) use self::signature::checks_signatures;
use super::resolver::Client;
use super::trouble::{described, rustls_error, words};
use super::trust;
use super::wire::Tap;
use crate::app::effect::Sessions;
use crate::diagnosis::tls::{Chain, Judgement, Kind, TlsFailure, TlsReport, Verdict};
use crate::protocol::secret::Secret;

/// The smallest RSA key whose signatures are checked, in bits.
const LEAST_RSA: usize = 2048;
/// The label of the channel binding `tls-exporter` (RFC 9266 §2), and the octets it has.
pub(crate) const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";
pub(crate) const EXPORTED: usize = 32;

/// What is asked of a handshake.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// A DNS name, or an address, for which no SNI is sent.
    pub(crate) name: &'a str,
    /// What may be spoken inside (RFC 7301), if that is to be said.
    pub(crate) alpn: &'a [&'a [u8]],
    /// What becomes of sessions.
    pub(crate) sessions: Sessions,
    /// The client's certificate may be shown.
    pub(crate) identity: bool,
    /// How long it may take.
    pub(crate) limit: Duration,
}

impl<'a> Ask<'a> {
    /// A handshake that leaves nothing behind and shows no certificate of ours.
    pub(crate) const fn plain(name: &'a str, limit: Duration) -> Self {
        Self { name, alpn: &[], sessions: Sessions::Forget, identity: false, limit }
    }
}

/// A finished handshake.
pub(crate) struct Secured {
    pub(crate) stream: Box<TlsStream<Tap>>,
    pub(crate) report: Box<TlsReport>,
}

/// Does the handshake on `tcp`.
///
/// # Errors
/// The handshake did not end in a connection.
pub(crate) async fn handshake(tcp: TcpStream, ask: &Ask<'_>, client: &Client) -> Result<Secured, TlsFailure> {
    let (clock, trust) = (client.clock, &client.trust);
    let server = server_name(ask.name)?;
    let prepared = client.means.prepare(ask)?;
    let algorithms = provider().signature_verification_algorithms;

    let began = clock.now();
    let (tap, first) = Tap::new(tcp);
    let connector = TlsConnector::from(Arc::clone(&prepared.config));
    let connecting = tokio::time::timeout(ask.limit, connector.connect(server.clone(), tap));
    // The store is read meanwhile, so that the first connection does not wait for it.
    let (shaken, _) = tokio::join!(async { (connecting.await, clock.now()) }, trust.system());
    let (mut stream, took) = match shaken {
        (Ok(Ok(stream)), at) => (stream, at - began),
        (Ok(Err(error)), _) => return Err(spoke_plainly(first.take()).unwrap_or_else(|| failure(&error))),
        (Err(_), _) => return Err(spoke_plainly(first.take()).unwrap_or(TlsFailure::TimedOut(ask.limit))),
    };
    stream.get_mut().0.stop();

    let judged_at = clock.wall(clock.now()).as_second();
    let Seen { mut chain, ocsp, scheme, signature, request } = prepared.recorder.take();
    let (_, session) = stream.get_ref();
    let kind = match session.handshake_kind() {
        Some(HandshakeKind::Resumed) => Kind::Resumed,
        Some(HandshakeKind::FullWithHelloRetryRequest) => Kind::HelloRetry,
        _ => Kind::Full,
    };
    if kind == Kind::Resumed {
        // The server showed no certificate; the one of the first time is still what speaks for it.
        chain = session.peer_certificates().unwrap_or_default().to_vec();
    }
    let judged = trust.judge(&chain, &server, unix(judged_at), &algorithms).await;
    let is_13 = session.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    let exporter = is_13.then(|| session.export_keying_material(vec![0; EXPORTED], EXPORTER, None).ok()).flatten();
    let report = TlsReport {
        version: session.protocol_version().map_or_else(String::new, version_name),
        cipher: session.negotiated_cipher_suite().map_or_else(String::new, |suite| cipher_name(suite.suite())),
        group: session.negotiated_key_exchange_group().map(|group| format!("{:?}", group.name())),
        asked_name: ask.name.to_owned(),
        sni: match &server {
            ServerName::DnsName(dns) => Some(dns.as_ref().to_owned()),
            _ => None,
        },
        alpn: session.alpn_protocol().map(|alpn| String::from_utf8_lossy(alpn).into_owned()),
        name: judged.name,
        system_trust: judged.system,
        mozilla_trust: judged.mozilla,
        handshake_signature: signature.map_or(Verdict::Good, |error| signature_verdict(&error, chain.first())),
        chain: chain.iter().map(|der| der.to_vec()).collect(),
        judged_at,
        took,
        kind,
        scheme: scheme.map(scheme_name),
        ocsp,
        client_certificate: request,
        system_path: judged.system_path,
        mozilla_path: judged.mozilla_path,
        roots: judged.roots,
        exporter: exporter.map(Secret::new),
    };
    Ok(Secured { stream: Box::new(stream), report: Box::new(report) })
}

/// Judges a chain as that of a handshake.
pub(crate) async fn judge(chain: &Chain, client: &Client) -> Judgement {
    let certificates: Vec<_> = chain.certificates.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let algorithms = provider().signature_verification_algorithms;
    let now = unix(client.clock.wall(client.clock.now()).as_second());
    match server_name(&chain.name) {
        Ok(name) => client.trust.judge(&certificates, &name, now, &algorithms).await,
        Err(failure) => Judgement::unknown(&failure.to_string()),
    }
}

fn unix(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The name as it is sent and judged: without brackets around an address or a dot at the end.
fn server_name(name: &str) -> Result<ServerName<'static>, TlsFailure> {
    let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(ServerName::IpAddress(ip.into()));
    }
    let dns = name.strip_suffix('.').unwrap_or(name);
    ServerName::try_from(dns.to_owned())
        .map_err(|_| TlsFailure::BadName(format!("\"{name}\" is neither a DNS name in ASCII nor an IP address")))
}

/// A server that is not speaking TLS: no TLS record begins with an octet outside 20..=24 (RFC 8446 §5.1).
fn spoke_plainly(first: Vec<u8>) -> Option<TlsFailure> {
    match first.first() {
        Some(octet) if !(20..=24).contains(octet) => Some(TlsFailure::Plaintext(first)),
        _ => None,
    }
}

fn failure(error: &std::io::Error) -> TlsFailure {
    use std::io::ErrorKind;
    match rustls_error(error) {
        Some(rustls::Error::AlertReceived(alert)) => TlsFailure::Alert(described(*alert)),
        Some(other) => TlsFailure::Other(other.to_string()),
        None => match error.kind() {
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => TlsFailure::Closed,
            _ => TlsFailure::Other(words(error)),
        },
    }
}

fn version_name(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        other => format!("{other:?}"),
    }
}

/// As IANA writes it: the library marks the suites of TLS 1.3, which IANA does not.
fn cipher_name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1)
}

/// As RFC 8446 §4.2.3 writes it: `ecdsa_secp256r1_sha256`.
fn scheme_name(scheme: rustls::SignatureScheme) -> String {
    use rustls::SignatureScheme as Scheme;
    match scheme {
        Scheme::ECDSA_NISTP256_SHA256 => "ecdsa_secp256r1_sha256".to_owned(),
        Scheme::ECDSA_NISTP384_SHA384 => "ecdsa_secp384r1_sha384".to_owned(),
        Scheme::ECDSA_NISTP521_SHA512 => "ecdsa_secp521r1_sha512".to_owned(),
        Scheme::RSA_PSS_SHA256 => "rsa_pss_rsae_sha256".to_owned(),
        Scheme::RSA_PSS_SHA384 => "rsa_pss_rsae_sha384".to_owned(),
        Scheme::RSA_PSS_SHA512 => "rsa_pss_rsae_sha512".to_owned(),
        other => format!("{other:?}").to_ascii_lowercase(),
    }
}

/// What a fault in the signature of the handshake is worth. A key that is too small to be checked is no forgery.
fn signature_verdict(error: &rustls::Error, leaf: Option<&CertificateDer<'static>>) -> Verdict {
    let bits = leaf.and_then(|der| {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        match certificate.public_key().parsed().ok()? {
            PublicKey::RSA(rsa) => Some(rsa.key_size()),
            _ => None,
        }
    });
    match (error, bits) {
        (_, Some(bits)) if bits < LEAST_RSA => {
            Verdict::Unknown(format!("the server's RSA key has {bits} bits, too few for its signature to be checked"))
        }
        (rustls::Error::InvalidCertificate(CertificateError::BadSignature), _) => {
            Verdict::Bad("the signature does not fit the key of the certificate".into())
        }
        _ => Verdict::Unknown(trust::reason(error).to_string()),
    }
}

#[cfg(test)]
mod tests;
