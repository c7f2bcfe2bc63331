//! Which certificate issued which, among those that a server sends.

use x509_parser::error::X509Error;
use x509_parser::prelude::X509Certificate;

/// Certificates of a chain that are read.
pub(in crate::diagnosis) const CERTIFICATES: usize = 16;

/// Whether one certificate signed another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diagnosis) enum Signed {
    /// The signature is right.
    Yes,
    /// It is the issuer by name, and the signature is of a kind that cannot be checked here.
    Unknown,
    /// It is the issuer by name, and another key signed.
    Wrong,
}

/// Whether `above` issued `below`; none when it has another name.
pub(in crate::diagnosis) fn issued(above: &X509Certificate<'_>, below: &X509Certificate<'_>) -> Option<Signed> {
    if above.subject().as_raw() != below.issuer().as_raw() {
        return None;
    }
    Some(match below.verify_signature(Some(above.public_key())) {
        Ok(()) => Signed::Yes,
        Err(X509Error::SignatureVerificationError) if is_checked(above) => Signed::Wrong,
        Err(_) => Signed::Unknown,
    })
}

/// Whether signatures of this key can be checked at all: those of small RSA keys fail without being wrong.
fn is_checked(above: &X509Certificate<'_>) -> bool {
    use x509_parser::public_key::PublicKey;
    match above.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => rsa.key_size() >= 2048,
        _ => true,
    }
}

/// The way up from the first certificate, each of them once, as far as `accepts` says yes to the signature.
pub(in crate::diagnosis) fn path(certificates: &[X509Certificate<'_>], accepts: fn(Signed) -> bool) -> Vec<usize> {
    let mut path = Vec::new();
    if !certificates.is_empty() {
        path.push(0);
    }
    while let Some(last) = path.last().and_then(|at: &usize| certificates.get(*at)) {
        // One that is sent twice is in the way once.
        let is_new = |above: &X509Certificate<'_>| {
            !path.iter().filter_map(|at| certificates.get(*at)).any(|known| known.as_raw() == above.as_raw())
        };
        let next = certificates
            .iter()
            .enumerate()
            .take(CERTIFICATES)
            .find(|(_, above)| is_new(above) && issued(above, last).is_some_and(accepts));
        match next {
            Some((at, _)) => path.push(at),
            None => break,
        }
    }
    path
}
