//! A certificate authority that lives as long as the practice world.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName as RootName, ServerConfig};

use super::tls::{checks_signatures, provider};

/// Days before and after its making in which a certificate is valid.
const VALID: (i64, i64) = (1, 90);

/// An authority with its key, which is never written anywhere.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    now: Timestamp,
}

/// What a server shows of itself.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) leaf: CertificateDer<'static>,
}

/// What the check of a signature says.
type Checked = Result<HandshakeSignatureValid, rustls::Error>;

/// Asks for a certificate, takes any whose key is shown to be the client's, and does without.
#[derive(Debug)]
struct Anybody(WebPkiSupportedAlgorithms);

impl Anybody {
    const fn judge(&self, _signed: &DigitallySignedStruct, checked: Checked) -> Checked {
        checked
    }
}

impl ClientCertVerifier for Anybody {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[RootName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _above: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    checks_signatures!(0);
}

impl Authority {
    /// Makes a key and a certificate for it.
    ///
    /// # Errors
    /// The library could not make one.
    pub(crate) fn new(now: Timestamp) -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name = name("ehlo practice authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_dates(&mut params, now);
        let key = KeyPair::generate().context("cannot make a key for the practice authority")?;
        let issuer = CertifiedIssuer::self_signed(params, key).context("cannot make the practice authority")?;
        Ok(Self { issuer, now })
    }

    /// Its certificate.
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// Its certificate as text.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A TLS server with a fresh key and a certificate for these names, the first being its subject.
    ///
    /// # Errors
    /// The library could not make one.
    pub(crate) fn server(&self, names: &[&str]) -> anyhow::Result<Arc<ServerConfig>> {
        self.front(names, false).map(|front| front.config)
    }

    /// The same with its certificate beside it. If it `asks`, a client may show a certificate, of whomever.
    ///
    /// # Errors
    /// The library could not make one.
    pub(crate) fn front(&self, names: &[&str], asks: bool) -> anyhow::Result<Front> {
        let (leaf, key) = self.leaf(names)?;
        let provider = Arc::new(provider());
        let verifier = Anybody(provider.signature_verification_algorithms);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map(|builder| match asks {
                true => builder.with_client_cert_verifier(Arc::new(verifier)),
                false => builder.with_no_client_auth(),
            })
            .and_then(|builder| builder.with_single_cert(vec![leaf.clone()], key))
            .with_context(|| format!("cannot serve TLS for {}", names.join(", ")))?;
        Ok(Front { config: Arc::new(config), leaf })
    }

    /// A certificate for these names and its key.
    pub(crate) fn leaf(&self, names: &[&str]) -> anyhow::Result<(CertificateDer<'static>, PrivateKeyDer<'static>)> {
        let subject = names.first().copied().unwrap_or_default();
        let failed = || format!("cannot make a certificate for {subject}");
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).with_context(failed)?;
        params.distinguished_name = name(subject);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        set_dates(&mut params, self.now);
        let key = KeyPair::generate().with_context(failed)?;
        let leaf = params.signed_by(&key, &self.issuer).with_context(failed)?;
        Ok((leaf.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into())))
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn set_dates(params: &mut CertificateParams, now: Timestamp) {
    let day = |offset: i64| {
        let seconds = now.as_second().saturating_add(offset * 86_400);
        let date = Timestamp::from_second(seconds).unwrap_or(now).to_zoned(TimeZone::UTC).date();
        date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = day(-VALID.0);
    params.not_after = day(VALID.1);
}
