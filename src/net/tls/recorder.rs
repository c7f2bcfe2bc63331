//! A handshake that lets every certificate pass and writes down what it saw and was asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, SignatureScheme};

use super::signature::checks_signatures;
use crate::diagnosis::tls::CertificateRequest;

/// What is seen during a handshake.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// The stapled OCSP answer in DER; may be empty.
    pub(super) ocsp: Vec<u8>,
    /// How the handshake was signed.
    pub(super) scheme: Option<SignatureScheme>,
    /// What is wrong with that signature.
    pub(super) signature: Option<rustls::Error>,
    /// What was asked of the client's certificate.
    pub(super) request: Option<CertificateRequest>,
}

/// Lets everything pass and writes it down.
#[derive(Debug)]
pub(super) struct Recorder {
    algorithms: WebPkiSupportedAlgorithms,
    certificate: Option<Arc<CertifiedKey>>,
    seen: Mutex<Seen>,
}

impl Recorder {
    /// Nothing seen yet. `certificate` is shown to a server that asks for one.
    pub(super) fn new(algorithms: WebPkiSupportedAlgorithms, certificate: Option<Arc<CertifiedKey>>) -> Self {
        Self { algorithms, certificate, seen: Mutex::default() }
    }

    /// What was seen, which is forgotten here.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(
        &self,
        signed: &DigitallySignedStruct,
        checked: Result<HandshakeSignatureValid, rustls::Error>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let mut seen = self.seen();
        seen.scheme = Some(signed.scheme);
        seen.signature = checked.err();
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut seen = self.seen();
        seen.chain = std::iter::once(leaf).chain(above).map(|der| der.clone().into_owned()).collect();
        seen.ocsp = ocsp.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    checks_signatures!(algorithms);
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, authorities: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let certificate = self.certificate.clone().filter(|own| own.key.choose_scheme(schemes).is_some());
        let authorities = authorities.iter().map(|name| name.to_vec()).collect();
        self.seen().request = Some(CertificateRequest { authorities, sent: certificate.is_some() });
        certificate
    }

    fn has_certs(&self) -> bool {
        // The library tells what was asked for only to who may have an answer.
        true
    }
}
