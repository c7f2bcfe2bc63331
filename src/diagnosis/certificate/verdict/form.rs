//! Is it a certificate of a server at all?

use x509_parser::prelude::{X509Certificate, X509Version};

use super::{Certificates, say};
use crate::diagnosis::certificate::extensions::{must_staple, unknown_and_critical};
use crate::diagnosis::certificate::reading::{is_ca, is_for_servers, key_usage};
use crate::diagnosis::finding::{Finding, Severity};

/// Whether those who check handshakes read the certificate at all: they stop at an old version, and at a critical
/// extension that they do not know.
pub(super) fn is_legible(leaf: &X509Certificate<'_>) -> bool {
    leaf.version() == X509Version::V3 && unknown_and_critical(leaf).is_none()
}

pub(super) fn findings(read: &Certificates<'_>) -> Vec<Finding> {
    let leaf = &read.leaf;
    let mut found = Vec::new();
    if leaf.version() != X509Version::V3 {
        found.push(say(
            Severity::Fault,
            format!("the certificate is X.509 version {}", leaf.version().0.saturating_add(1)),
            "have it issued anew as version 3: the names of a host have no place in older ones",
        ));
    }
    if is_ca(leaf) {
        found.push(say(
            Severity::Warning,
            "a certificate authority's certificate is used as the server's",
            "issue one for the server: many clients refuse this one",
        ));
    }
    if !is_for_servers(leaf) {
        found.push(say(
            Severity::Fault,
            "the certificate is not meant for TLS servers (extended key usage)",
            "have it issued anew with serverAuth",
        ));
    }
    if key_usage(leaf).is_some_and(|usage| !usage.digital_signature()) {
        found.push(say(
            Severity::Warning,
            "the key may not sign handshakes (key usage without digitalSignature)",
            "have it issued anew with digitalSignature, which TLS 1.3 and every suite with ECDHE need",
        ));
    }
    if let Some(oid) = unknown_and_critical(leaf) {
        found.push(say(
            Severity::Fault,
            format!("the certificate has a critical extension that nobody knows: {oid}"),
            "have it issued anew without: who does not know it must refuse the certificate (RFC 5280 §4.2)",
        ));
    }
    if must_staple(leaf) && read.report.ocsp.is_empty() {
        found.push(say(
            Severity::Warning,
            "the certificate demands a stapled OCSP response (must-staple, RFC 7633), and the server sends none",
            "switch OCSP stapling on in the server, or have the certificate issued without that demand",
        ));
    }
    if found.is_empty() {
        let staple = if must_staple(leaf) { ", which demands a stapled OCSP response" } else { "" };
        found.push(say(Severity::Good, format!("a server's certificate, X.509 version 3{staple}"), ""));
    }
    found
}
