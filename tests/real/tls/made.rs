//! Certificates with a fault each. The name asked for is that of the fault, below `fault.test`.

mod by_openssl;
mod by_rcgen;

use std::io;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// What a server shows.
#[derive(Debug)]
pub(super) struct Made {
    /// The fault.
    pub(super) fault: &'static str,
    /// The chain in PEM, the server's own first.
    chain: Vec<String>,
    /// Its key in PEM.
    key: String,
}

impl Made {
    /// The name that is asked for.
    pub(super) fn name(&self) -> String {
        name_for(self.fault)
    }

    /// Writes what servers read: the chain, the key, and both in one.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let (chain, path) = (self.chain.concat(), |kind: &str| file(folder, self.fault, kind));
        std::fs::write(path("pem"), &chain)?;
        std::fs::write(path("key"), &self.key)?;
        std::fs::write(path("both"), format!("{}{chain}", self.key))?;
        let (own, above) = self.chain.split_first().ok_or_else(|| io::Error::other("a chain without certificates"))?;
        std::fs::write(path("own"), own)?;
        std::fs::write(path("above"), above.concat())
    }
}

/// A file of a fault: `pem` the chain, `own` and `above` its parts, `key`, and `both` key and chain.
pub(super) fn file(folder: &Path, fault: &str, kind: &str) -> PathBuf {
    folder.join(format!("{fault}.{kind}"))
}

/// The name under which a fault is asked for.
pub(super) fn name_for(fault: &str) -> String {
    match fault {
        // A wildcard stands for one label (RFC 9525 §6.3).
        "wildcard-too-deep" => "a.b.fault.test".to_owned(),
        _ => format!("{fault}.fault.test"),
    }
}

/// Makes all of them in `folder`, and `authority.pem`, the root above them.
pub(super) fn make(folder: &Path) -> Result<Vec<Made>, Box<dyn std::error::Error + Send + Sync>> {
    let root = Issuer::self_signed(authority("fault.test root"), KeyPair::generate()?)?;
    let between = Issuer::signed_by(authority("fault.test intermediate"), KeyPair::generate()?, &root)?;
    std::fs::write(folder.join("authority.pem"), root.pem())?;
    by_rcgen::client(folder, &between)?;
    let mut all = by_rcgen::all(&root, &between)?;
    all.extend(by_openssl::all(folder, &root)?);
    for made in &all {
        made.write(folder)?;
    }
    Ok(all)
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// An authority that is as it should be.
fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 1, 1));
    params
}
