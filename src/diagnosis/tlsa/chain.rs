//! The certificates of a server held against one record (RFC 7672 §3.1, §3.2).

use ring::digest::{SHA256, SHA512, digest};
use x509_parser::prelude::{FromDer as _, SubjectPublicKeyInfo, X509Certificate};

use super::record::Tlsa;
use crate::diagnosis::certificate::reading::{common_names, date, distinguished_name, dns_names, is_ca};
use crate::diagnosis::certificate::{CERTIFICATES, Signed, is_name, issued, path};
use crate::protocol::visible::visible;

/// The certificates a server shows, its own first.
pub(super) struct Chain<'a> {
    certificates: Vec<X509Certificate<'a>>,
    /// From the server's own certificate up, as far as each verifiably signed the one before it.
    path: Vec<usize>,
}

/// Why a record does not vouch for a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It is about another certificate or key.
    Other,
    /// The certificate of the authority is not in the chain the server sends.
    NotInChain,
    /// The authority is the right one, and the server's certificate does not come from it: why.
    Path(String),
    /// The authority is the right one, and the server's certificate is for other names.
    Names(Vec<String>),
    /// The authority is the right one, and a certificate is not within its dates: which.
    Dates(String),
}

impl<'a> Chain<'a> {
    /// Reads a chain. None when the server's own certificate cannot be read.
    pub(super) fn read(chain: &'a [Vec<u8>]) -> Option<Self> {
        let mut certificates = Vec::new();
        for (place, der) in chain.iter().take(CERTIFICATES).enumerate() {
            match X509Certificate::from_der(der) {
                Ok((_, certificate)) => certificates.push(certificate),
                Err(_) if place == 0 => return None,
                Err(_) => {}
            }
        }
        let path = path(&certificates, |signed| signed == Signed::Yes);
        (!certificates.is_empty()).then_some(Self { certificates, path })
    }

    fn leaf(&self) -> Option<&X509Certificate<'a>> {
        self.certificates.first()
    }

    /// The record that RFC 7672 §3.1.1 recommends for this server: `3 1 1`.
    pub(super) fn recommended(&self) -> Option<Tlsa> {
        let key = self.leaf()?.public_key().raw;
        Some(Tlsa { usage: 3, selector: 1, matching: 1, data: digest(&SHA256, key).as_ref().to_vec() })
    }

    /// Holds the chain against a usable record. `references`: the names the server may go by.
    pub(super) fn check(&self, record: &Tlsa, references: &[&str], now: i64) -> Result<(), Mismatch> {
        let leaf = self.leaf().ok_or(Mismatch::Other)?;
        if record.usage == 3 {
            return if is_match(record, leaf) { Ok(()) } else { Err(Mismatch::Other) };
        }
        self.authority(record, now)?;
        let mut names: Vec<String> = dns_names(leaf).map(str::to_owned).collect();
        // A common name counts only where there is no DNS name (RFC 7672 §3.2.3).
        if names.is_empty() {
            names = common_names(leaf);
        }
        let matches = names.iter().any(|name| references.iter().any(|reference| is_name(name, reference)));
        if matches {
            Ok(())
        } else {
            Err(Mismatch::Names(names.iter().map(|n| visible(n.as_bytes()).into_owned()).collect()))
        }
    }

    /// Goes from the server's certificate up to the authority of the record.
    fn authority(&self, record: &Tlsa, now: i64) -> Result<(), Mismatch> {
        let carried = if record.matching == 0 { Carried::read(record) } else { None };
        let path: Vec<&X509Certificate<'_>> = self.path.iter().filter_map(|at| self.certificates.get(*at)).collect();
        for (at, certificate) in path.iter().enumerate() {
            let below = if is_match(record, certificate) {
                // A certificate that signed itself is its own authority.
                at.max(1)
            } else if carried.as_ref().is_some_and(|carried| carried.issued(certificate)) {
                at + 1
            } else if at > 0 && !is_ca(certificate) {
                let says = format!("{} is no certificate authority", distinguished_name(certificate.subject()));
                return Err(Mismatch::Path(says));
            } else {
                continue;
            };
            return dates(path.get(..below).unwrap_or_default(), now);
        }
        if !self.certificates.iter().any(|certificate| is_match(record, certificate)) {
            return Err(Mismatch::NotInChain);
        }
        let last = path.last().map(|last| distinguished_name(last.subject())).unwrap_or_default();
        Err(Mismatch::Path(format!("nothing in the chain verifiably signed {last}")))
    }
}

/// An authority that stands in the record itself.
enum Carried<'a> {
    Certificate(Box<X509Certificate<'a>>),
    Key(SubjectPublicKeyInfo<'a>),
}

impl<'a> Carried<'a> {
    fn read(record: &'a Tlsa) -> Option<Self> {
        if record.selector == 0 {
            return X509Certificate::from_der(&record.data).ok().map(|(_, read)| Self::Certificate(Box::new(read)));
        }
        SubjectPublicKeyInfo::from_der(&record.data).ok().map(|(_, read)| Self::Key(read))
    }

    fn issued(&self, below: &X509Certificate<'_>) -> bool {
        match self {
            Self::Certificate(above) => issued(above, below) == Some(Signed::Yes),
            Self::Key(key) => below.verify_signature(Some(key)).is_ok(),
        }
    }
}

/// Whether a certificate is the one of a record (RFC 6698 §2.1).
pub(super) fn is_match(record: &Tlsa, certificate: &X509Certificate<'_>) -> bool {
    let selected = if record.selector == 0 { certificate.as_raw() } else { certificate.public_key().raw };
    match record.matching {
        0 => selected == record.data,
        1 => digest(&SHA256, selected).as_ref() == record.data,
        2 => digest(&SHA512, selected).as_ref() == record.data,
        _ => false,
    }
}

/// Every certificate below the authority must be within its dates; of the authority it is the record that counts.
fn dates(below: &[&X509Certificate<'_>], now: i64) -> Result<(), Mismatch> {
    for certificate in below {
        let (from, to) = (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
        if now < from || now > to {
            let says =
                format!("{} is valid from {} to {}", distinguished_name(certificate.subject()), date(from), date(to));
            return Err(Mismatch::Dates(says));
        }
    }
    Ok(())
}
