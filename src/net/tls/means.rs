//! What handshakes have in common: the cryptography, our own certificate, the key log, sessions that are kept.

use std::collections::HashMap;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::{ClientSessionMemoryCache, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, KeyLog};

use super::Ask;
use super::key_log::Log;
use super::recorder::Recorder;
use crate::app::effect::Sessions;
use crate::diagnosis::tls::TlsFailure;

/// Names of which sessions are kept.
const NAMES: usize = 64;
/// Servers whose sessions one handshake can leave.
const SERVERS: usize = 1;

/// The cryptography: ring, or aws-lc-rs with its post-quantum groups where the program was built so.
pub(crate) fn provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    return rustls::crypto::ring::default_provider();
}

/// What every handshake of a run shares.
#[derive(Debug, Default)]
pub struct Means {
    certificate: Option<Arc<CertifiedKey>>,
    key_log: Option<Arc<dyn KeyLog>>,
    kept: Mutex<HashMap<String, Prepared>>,
}

/// A handshake that can begin.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) config: Arc<ClientConfig>,
    pub(super) recorder: Arc<Recorder>,
}

impl Means {
    /// Shows the certificate of these PEM files to servers that ask for one: the chain, own first, and its key.
    ///
    /// # Errors
    /// Which of the two cannot be used, why, and what would mend it.
    pub fn with_certificate(mut self, chain: &[u8], key: &[u8]) -> Result<Self, String> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|why| format!("the certificate cannot be read: {why}"))?;
        if chain.is_empty() {
            return Err(
                "the certificate's file holds no certificate in PEM; openssl x509 -in FILE writes one".to_owned()
            );
        }
        if memchr::memmem::find(key, b"ENCRYPTED").is_some() {
            let mend = "openssl pkey -in FILE -out PLAIN writes it without";
            return Err(format!("the key is locked with a passphrase, which is not asked for here; {mend}"));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|why| match why {
            pem::Error::NoItemsFound => {
                "there is no private key in it; --key FILE names the file that has it, in PEM (openssl pkey -in FILE)"
                    .to_owned()
            }
            other => format!("the key cannot be read: {other}; openssl pkey -in FILE writes it in PEM"),
        })?;
        let own = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => "the key is not the one of the certificate".to_owned(),
            rustls::Error::InvalidCertificate(_) => {
                "the certificate cannot be used: it is no X.509 certificate of version 3 (RFC 5280 §4.1.2.1); openssl x509 -in \
                 FILE -text shows its version, and openssl req -x509 makes one of version 3"
                    .to_owned()
            }
            other => format!("the certificate and its key cannot be used: {other}"),
        })?;
        self.certificate = Some(Arc::new(own));
        Ok(self)
    }

    /// Appends the secrets of every handshake to `file`, for Wireshark: whoever has them can read what was said.
    #[must_use]
    pub fn with_key_log(mut self, file: File) -> Self {
        self.key_log = Some(Arc::new(Log::new(file)));
        self
    }

    /// A handshake that can begin.
    ///
    /// # Errors
    /// The library takes none of it.
    pub(super) fn prepare(&self, ask: &Ask<'_>) -> Result<Prepared, TlsFailure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if ask.sessions == Sessions::Offer
            && let Some(prepared) = kept.get(ask.name)
        {
            // The library takes a session up only with the verifier that it came from.
            return Ok(prepared.clone());
        }
        let prepared = self.fresh(ask).map_err(|error| TlsFailure::Other(error.to_string()))?;
        if ask.sessions == Sessions::Keep {
            if kept.len() >= NAMES {
                kept.clear();
            }
            kept.insert(ask.name.to_owned(), prepared.clone());
        }
        Ok(prepared)
    }

    fn fresh(&self, ask: &Ask<'_>) -> Result<Prepared, rustls::Error> {
        let provider = Arc::new(provider());
        let algorithms = provider.signature_verification_algorithms;
        let certificate = self.certificate.clone().filter(|_| ask.identity);
        let recorder = Arc::new(Recorder::new(algorithms, certificate));
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&recorder) as _)
            .with_client_cert_resolver(Arc::clone(&recorder) as _);
        config.alpn_protocols = ask.alpn.iter().map(|name| name.to_vec()).collect();
        // On resumption the server shows no certificate, and there would be nothing to report.
        config.resumption = match ask.sessions {
            Sessions::Forget => Resumption::disabled(),
            Sessions::Keep | Sessions::Offer => Resumption::store(Arc::new(ClientSessionMemoryCache::new(SERVERS))),
        };
        if let Some(log) = &self.key_log {
            config.key_log = Arc::clone(log);
        }
        Ok(Prepared { config: Arc::new(config), recorder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    /// A certificate and its key in PEM.
    fn own() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["me.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Made by `openssl x509 -req -signkey`, which writes version 1 where no extensions are named, and for nothing else.
    const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBJTCBzQIUXsDxCfCIvribuvf4Np3ZLrLCBngwCgYIKoZIzj0EAwIwFTETMBEG
A1UEAwwKbWUuZXhhbXBsZTAgFw0yNjExMjExOTA4MTdaGA8yMTI2MTAyODE5MDgx
N1owFTETMBEGA1UEAwwKbWUuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABKJsCoIo7sjf1lRmSLhVcE9Fa/TUCDj9ciTvXmvd7dGrJJ38BYa5W9vaQmoe
k8s4g9vnnZvWhM0yCo9eWbSk3H4wCgYIKoZIzj0EAwIDRwAwRAIgHMofevh661x+
DeWJX4i3/PJlxJ75aR/XjKor3/ZWQ3sCIE4agV4Y9xYwz2pbP6WGahv5md3q8dzi
XXObF7xyH8C+
-----END CERTIFICATE-----
";
    const VERSION_1_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh/QYw9uenkBCbgbR
ImFu8GzGngOWRdubHc8lj1c6RxihRANCAASibAqCKO7I39ZUZki4VXBPRWv01Ag4
/XIk715r3e3RqySd/AWGuVvb2kJqHpPLOIPb552b1oTNMgqPXlm0pNx+
-----END PRIVATE KEY-----
";

    #[test]
    fn certificates_that_cannot_be_used_say_why() {
        let (certificate, key) = own();
        let (_, other) = own();
        assert!(Means::default().with_certificate(certificate.as_bytes(), key.as_bytes()).is_ok());
        let both = format!("{key}{certificate}");
        assert!(Means::default().with_certificate(both.as_bytes(), both.as_bytes()).is_ok(), "one file for both");
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
        for (certificate, key, part) in [
            (certificate.as_str(), other.as_str(), "not the one of the certificate"),
            (&key, &key, "holds no certificate"),
            ("", &key, "holds no certificate"),
            ("-----BEGIN CERTIFICATE-----\n!", &key, "cannot be read"),
            (&certificate, "", "there is no private key in it; --key FILE"),
            (&certificate, &certificate, "--key FILE"),
            (VERSION_1, VERSION_1_KEY, "version 3"),
            (&certificate, locked, "passphrase"),
        ] {
            let error = Means::default().with_certificate(certificate.as_bytes(), key.as_bytes()).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
