//! A certificate authority that lives as long as the practice world.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::tls::provider;

/// Days before and after its making in which a certificate is valid.
const VALID: (i64, i64) = (1, 90);

/// An authority with its key, which is never written anywhere.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    now: Timestamp,
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
        let (leaf, key) = self.leaf(names)?;
        let config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![leaf], key))
            .with_context(|| format!("cannot serve TLS for {}", names.join(", ")))?;
        Ok(Arc::new(config))
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
