//! The issuer that a server does not send: where it may be fetched, and whether what was fetched is it.

use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::der::{Der, OBJECT, SEQUENCE};
use super::path::{CERTIFICATES, Signed, issued, path};
use super::reading::{distinguished_name, is_self_issued, issuer_urls};
use crate::diagnosis::tls::TlsReport;
use crate::protocol::text::transfer::base64;

/// id-signedData: a bag of certificates (RFC 5652 §5, RFC 5280 §4.2.2.1).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// A SET.
const SET: u8 = 0x31;

/// The certificate at the end of the chain in DER, when its issuer is neither sent nor trusted by anybody.
#[must_use]
pub fn unissued(report: &TlsReport) -> Option<&[u8]> {
    if report.system_trust.is_good() || report.mozilla_trust.is_good() {
        return None;
    }
    let read = report.chain.iter().take(CERTIFICATES).filter_map(|der| X509Certificate::from_der(der).ok());
    let certificates: Vec<X509Certificate<'_>> = read.map(|(_, certificate)| certificate).collect();
    let last = certificates.get(*path(&certificates, |signed| signed != Signed::Wrong).last()?)?;
    let raw = last.as_raw();
    (!is_self_issued(last)).then_some(raw)
}

/// Where the issuer of a certificate may be fetched by HTTP; none of one that is its own issuer.
#[must_use]
pub fn issuer_url(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let urls = if is_self_issued(&certificate) { Vec::new() } else { issuer_urls(&certificate) };
    urls.into_iter().find(|url| url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")))
}

/// The certificate that issued `below`, both in DER, out of what stands at such a place: a certificate, a bag of
/// certificates, or the text of one, which is not right there and common.
///
/// # Errors
/// Why there is none, without a full stop.
pub fn issuer_in(document: &[u8], below: &[u8]) -> Result<Vec<u8>, String> {
    let (_, below) = X509Certificate::from_der(below).map_err(|_| "the certificate cannot be read".to_owned())?;
    let text = unwrapped(document);
    let document = text.as_deref().unwrap_or(document);
    let found: Vec<&[u8]> = match bag(document) {
        Some(found) => found,
        None => vec![document],
    };
    let read: Vec<X509Certificate<'_>> =
        found.iter().filter_map(|der| X509Certificate::from_der(der).ok()).map(|(_, read)| read).collect();
    let Some(first) = read.first() else { return Err("what stands there is no certificate".to_owned()) };
    if let Some(issuer) = read.iter().find(|above| issued(above, &below).is_some_and(|signed| signed != Signed::Wrong))
    {
        return Ok(issuer.as_raw().to_vec());
    }
    let subject = distinguished_name(first.subject());
    if read.iter().any(|above| issued(above, &below).is_some()) {
        return Err(format!("what stands there has its name, and another key: {subject}"));
    }
    Err(format!("what stands there is another: {subject}"))
}

/// The octets of the first certificate in a text (RFC 7468).
fn unwrapped(document: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(document).ok()?;
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (inside, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let digits: Vec<u8> = inside.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let decoded = base64(&digits);
    decoded.stopped.is_none().then_some(decoded.octets)
}

/// The certificates of a bag.
fn bag(document: &[u8]) -> Option<Vec<&[u8]>> {
    let mut outer = Der::new(document).enter(SEQUENCE)?;
    outer.take(OBJECT).filter(|kind| *kind == SIGNED_DATA)?;
    let mut data = outer.enter(0xa0)?.enter(SEQUENCE)?;
    data.take(0x02)?;
    data.take(SET)?;
    data.take(SEQUENCE)?;
    let mut list = data.enter(0xa0)?;
    Some(std::iter::from_fn(|| list.next()).take(CERTIFICATES).map(|value| value.whole).collect())
}
