//! Reading a certificate into text that is safe to draw. What cannot be read is shown as octets, never dropped.

use std::net::{Ipv4Addr, Ipv6Addr};

use x509_parser::extensions::{GeneralName, KeyUsage, ParsedExtension};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{X509Certificate, X509Name};

use super::der::{Der, IA5, UTF8};
use crate::protocol::text::domain::to_unicode;
use crate::protocol::visible::excerpt;

/// Names of one certificate that are read; a certificate has room for thousands.
const NAMES: usize = 100;
/// URLs of one kind that are read.
const URLS: usize = 4;
/// id-ad-caIssuers and id-ad-ocsp.
pub(super) const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
pub(super) const OCSP: &str = "1.3.6.1.5.5.7.48.1";

/// The subject alternative names, at most a hundred, safe to draw.
pub(super) fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    general_names(certificate).take(NAMES).map(general_name).collect()
}

/// The DNS names among the subject alternative names, all of them, as they stand in the certificate.
pub(in crate::diagnosis) fn dns_names<'c>(certificate: &'c X509Certificate<'_>) -> impl Iterator<Item = &'c str> {
    general_names(certificate).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(*name),
        _ => None,
    })
}

pub(super) fn general_names<'c, 'a>(certificate: &'c X509Certificate<'a>) -> impl Iterator<Item = &'c GeneralName<'a>> {
    let listed = certificate.iter_extensions().filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
        _ => None,
    });
    listed.flatten()
}

/// A name of any kind as text that is safe to draw.
pub(super) fn general_name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(text) => domain(text),
        GeneralName::RFC822Name(text) => format!("mail {}", shown(text.as_bytes())),
        GeneralName::URI(text) => format!("URI {}", shown(text.as_bytes())),
        GeneralName::IPAddress(octets) => address(octets),
        GeneralName::DirectoryName(text) => format!("directory {}", distinguished_name(text)),
        GeneralName::OtherName(oid, octets) => other_name(&oid.to_id_string(), octets),
        GeneralName::RegisteredID(oid) => format!("id {oid}"),
        GeneralName::X400Address(any) | GeneralName::EDIPartyName(any) => {
            format!("other {}", hex(any.data, ""))
        }
        GeneralName::Invalid(tag, octets) => format!("unreadable [{}] {}", tag.0, shown(octets)),
    }
}

/// The name as it stands, and in its own script beside it (RFC 5890 §2.3.2.1).
fn domain(name: &str) -> String {
    let bare = shown(name.as_bytes());
    match to_unicode(name.strip_prefix("*.").unwrap_or(name)) {
        Some(unicode) => format!("{bare} ({})", shown(unicode.as_bytes())),
        None => bare,
    }
}

/// The kinds of other names that mail meets: mailboxes beyond ASCII (RFC 9598 §3) and services (RFC 4985).
fn other_name(kind: &str, octets: &[u8]) -> String {
    let text = |tag| Der::new(octets).enter(0xa0).and_then(|mut inner| inner.take(tag)).map(shown);
    let known = match kind {
        "1.3.6.1.5.5.7.8.9" => text(UTF8).map(|mailbox| format!("mail {mailbox} (SmtpUTF8Mailbox)")),
        "1.3.6.1.5.5.7.8.7" => text(IA5).map(|service| format!("service {service} (SRVName)")),
        _ => None,
    };
    known.unwrap_or_else(|| format!("other {kind} {}", hex(octets, "")))
}

fn address(octets: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return format!("IP {}", Ipv4Addr::from(four));
    }
    if let Ok(six) = <[u8; 16]>::try_from(octets) {
        return format!("IP {}", Ipv6Addr::from(six));
    }
    format!("IP of {} octets {}", octets.len(), hex(octets, ""))
}

/// The common names of the subject.
pub(in crate::diagnosis) fn common_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    certificate.subject().iter_common_name().take(NAMES).map(|attribute| shown(attribute.as_slice())).collect()
}

/// `CN=R11, O=Let's Encrypt, C=US`, in the order of the certificate.
pub(in crate::diagnosis) fn distinguished_name(name: &X509Name<'_>) -> String {
    let parts = name.iter_attributes().take(NAMES).map(|attribute| {
        let oid = attribute.attr_type();
        let key = oid2abbrev(oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned);
        format!("{key}={}", shown(attribute.as_slice()))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "(empty)".to_owned() } else { parts.join(", ") }
}

/// Whether the basic constraints say CA.
pub(in crate::diagnosis) fn is_ca(certificate: &X509Certificate<'_>) -> bool {
    certificate
        .iter_extensions()
        .any(|extension| matches!(extension.parsed_extension(), ParsedExtension::BasicConstraints(basic) if basic.ca))
}

/// Whether the extended key usage, if there is one, allows TLS servers (RFC 5280 §4.2.1.12).
pub(super) fn is_for_servers(certificate: &X509Certificate<'_>) -> bool {
    certificate.iter_extensions().all(|extension| match extension.parsed_extension() {
        ParsedExtension::ExtendedKeyUsage(usage) => usage.any || usage.server_auth,
        _ => true,
    })
}

/// Whether it may sign OCSP responses for its issuer (RFC 6960 §4.2.2.2).
pub(super) fn is_for_ocsp(certificate: &X509Certificate<'_>) -> bool {
    certificate.iter_extensions().any(|extension| {
        matches!(extension.parsed_extension(), ParsedExtension::ExtendedKeyUsage(usage) if usage.ocsp_signing)
    })
}

/// What the key may be used for, if the certificate says so.
pub(super) fn key_usage(certificate: &X509Certificate<'_>) -> Option<KeyUsage> {
    certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::KeyUsage(usage) => Some(*usage),
        _ => None,
    })
}

/// Whether subject and issuer are the same: it signed itself, or says so.
pub(in crate::diagnosis) fn is_self_issued(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

/// Where the certificate of its issuer may be fetched (RFC 5280 §4.2.2.1), as it is written there.
pub(in crate::diagnosis) fn issuer_urls(certificate: &X509Certificate<'_>) -> Vec<String> {
    access(certificate, CA_ISSUERS).take(URLS).map(str::to_owned).collect()
}

/// The URLs of one kind of access to the authority: [`CA_ISSUERS`] or [`OCSP`].
pub(super) fn access<'c>(certificate: &'c X509Certificate<'_>, kind: &'static str) -> impl Iterator<Item = &'c str> {
    let listed = certificate.iter_extensions().filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => Some(&access.accessdescs),
        _ => None,
    });
    listed.flatten().filter(move |access| access.access_method.to_id_string() == kind).filter_map(
        |access| match &access.access_location {
            GeneralName::URI(url) => Some(*url),
            _ => None,
        },
    )
}

/// The name of the signature algorithm, if its hash is broken.
pub(super) fn weak_signature(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    match certificate.signature_algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.2" => Some("MD2"),
        "1.2.840.113549.1.1.4" => Some("MD5"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" | "1.2.840.10040.4.3" | "1.2.840.10045.4.1" => Some("SHA-1"),
        _ => None,
    }
}

/// A span of seconds in days, rounded down.
pub(super) fn days(seconds: i64) -> String {
    match seconds / 86_400 {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// Seconds since the Unix epoch as `2026-11-21T07:44:15Z`.
pub(in crate::diagnosis) fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| format!("second {seconds}"), |at| at.to_string())
}

/// Octets in hexadecimal digits, at most 64 of them.
pub(super) fn hex(octets: &[u8], between: &str) -> String {
    let digits: Vec<String> = octets.iter().take(64).map(|octet| format!("{octet:02X}")).collect();
    let cut = if octets.len() > 64 { "…" } else { "" };
    digits.join(between) + cut
}

/// Octets as text that is safe to draw, and not endless.
pub(super) fn shown(octets: &[u8]) -> String {
    // A name of any length fits into a certificate, and no one reads past this.
    const LONGEST: usize = 512;
    excerpt(octets, LONGEST)
}
