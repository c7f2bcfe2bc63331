//! The client's side of TLS: a handshake that always completes where the protocol allows it, and a report of what it showed.
//!
//! No certificate is refused here. What it is worth is written down in the [`TlsReport`], and the model decides what may be
//! sent over such a connection.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, ProtocolVersion, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::clock::Clock;
use super::trouble::{alert_name, rustls_error, words};
use super::trust::{self, Trust};
use super::wire::Tap;
use crate::diagnosis::tls::{TlsFailure, TlsReport, Verdict};

/// How long a handshake may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);
/// The smallest RSA key whose signatures are checked, in bits.
const LEAST_RSA: usize = 2048;

/// A finished handshake.
pub(crate) struct Secured {
    pub(crate) stream: Box<TlsStream<Tap>>,
    pub(crate) report: Box<TlsReport>,
}

/// Does the handshake on `tcp` within `limit`, asking for `name`: a DNS name, or an address, for which no SNI is sent.
/// `alpn` names what may be spoken inside (RFC 7301), if that is to be said.
///
/// # Errors
/// The handshake did not end in a connection.
pub(crate) async fn handshake(
    tcp: TcpStream,
    name: &str,
    alpn: &[&[u8]],
    trust: &Trust,
    clock: Clock,
    limit: Duration,
) -> Result<Secured, TlsFailure> {
    let server = server_name(name)?;
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let recorder = Arc::new(Recorder { algorithms, seen: Mutex::default() });
    let mut config = config(provider, Arc::clone(&recorder)).map_err(|error| TlsFailure::Other(error.to_string()))?;
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();

    let began = clock.now();
    let (tap, first) = Tap::new(tcp);
    let connecting = tokio::time::timeout(limit, TlsConnector::from(Arc::new(config)).connect(server.clone(), tap));
    // The store is read meanwhile, so that the first connection does not wait for it.
    let (shaken, _) = tokio::join!(async { (connecting.await, clock.now()) }, trust.system());
    let (mut stream, took) = match shaken {
        (Ok(Ok(stream)), at) => (stream, at - began),
        (Ok(Err(error)), _) => return Err(spoke_plainly(first.take()).unwrap_or_else(|| failure(&error))),
        (Err(_), _) => return Err(spoke_plainly(first.take()).unwrap_or(TlsFailure::TimedOut(limit))),
    };
    stream.get_mut().0.stop();

    let judged_at = clock.wall(clock.now()).as_second();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(judged_at).unwrap_or(0)));
    let Seen { chain, signature } = std::mem::take(&mut *recorder.seen());
    let judged = trust.judge(&chain, &server, now, &algorithms).await;
    let (_, session) = stream.get_ref();
    let report = TlsReport {
        version: session.protocol_version().map_or_else(String::new, version_name),
        cipher: session.negotiated_cipher_suite().map_or_else(String::new, |suite| cipher_name(suite.suite())),
        group: session.negotiated_key_exchange_group().map(|group| format!("{:?}", group.name())),
        asked_name: name.to_owned(),
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
    };
    Ok(Secured { stream: Box::new(stream), report: Box::new(report) })
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

fn config(provider: Arc<CryptoProvider>, recorder: Arc<Recorder>) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(recorder)
        .with_no_client_auth();
    // On resumption the server shows no certificate, and there would be nothing to report.
    config.resumption = Resumption::disabled();
    Ok(config)
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
        Some(rustls::Error::AlertReceived(alert)) => TlsFailure::Alert(alert_name(*alert)),
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
            Verdict::Bad("the signature does not fit the key of the certificate".to_owned())
        }
        _ => Verdict::Unknown(trust::words(error)),
    }
}

/// A verifier that lets everything pass and writes down what it saw.
#[derive(Debug)]
struct Recorder {
    algorithms: WebPkiSupportedAlgorithms,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    signature: Option<rustls::Error>,
}

impl Recorder {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self, checked: Result<HandshakeSignatureValid, rustls::Error>) -> HandshakeSignatureValid {
        checked.unwrap_or_else(|error| {
            self.seen().signature = Some(error);
            HandshakeSignatureValid::assertion()
        })
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.seen().chain = std::iter::once(leaf).chain(above).map(|der| der.clone().into_owned()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.pass(verify_tls12_signature(message, leaf, signed, &self.algorithms)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.pass(verify_tls13_signature(message, leaf, signed, &self.algorithms)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
