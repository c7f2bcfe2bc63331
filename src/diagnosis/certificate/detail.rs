//! The whole story of a handshake, to be read line by line.

use ring::digest::{SHA256, digest};
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::prelude::{AlgorithmIdentifier, FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::reading::{date, distinguished_name, hex, is_ca, names};
use super::{lifetime, safe};
use crate::diagnosis::tls::{TlsReport, Verdict};

/// Certificates of a chain that are told; more are counted.
const CERTIFICATES: usize = 16;

/// The handshake and each certificate of the chain. All text is safe to draw.
#[must_use]
pub fn lines(report: &TlsReport) -> Vec<String> {
    let mut lines = Vec::new();
    let mut put = |label: &str, text: &str| lines.push(format!("{label:<12}{text}"));
    put("protocol", &report.version);
    put("cipher", &report.cipher);
    if let Some(group) = &report.group {
        put("group", group);
    }
    put("asked for", &safe(&report.asked_name));
    put("SNI", &report.sni.as_deref().map_or_else(|| "none sent".into(), safe));
    put("ALPN", &report.alpn.as_deref().map_or_else(|| "none agreed".into(), safe));
    put("took", &format!("{} ms", report.took.as_millis()));
    put("name", &verdict(&report.name));
    put("machine", &verdict(&report.system_trust));
    put("Mozilla", &verdict(&report.mozilla_trust));
    put("signature", &verdict(&report.handshake_signature));
    let count = report.chain.len();
    for (number, der) in report.chain.iter().take(CERTIFICATES).enumerate() {
        lines.push(String::new());
        let whose = if number == 0 { "the server's own" } else { "sent with it" };
        lines.push(format!("certificate {} of {count}, {whose}", number + 1));
        certificate(der, report.judged_at, &mut lines);
    }
    if let Some(more) = count.checked_sub(CERTIFICATES + 1) {
        lines.push(format!("{} more certificates", more + 1));
    }
    lines
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Good => "right".to_owned(),
        Verdict::Bad(why) => format!("wrong: {}", safe(why)),
        Verdict::Unknown(why) => format!("not checked: {}", safe(why)),
    }
}

fn certificate(der: &[u8], now: i64, lines: &mut Vec<String>) {
    let mut put = |label: &str, text: &str| lines.push(format!("  {label:<12}{text}"));
    match X509Certificate::from_der(der) {
        Err(_) => put("unreadable", &hex(der, "")),
        Ok((_, read)) => {
            put("subject", &distinguished_name(read.subject()));
            for name in names(&read) {
                put("name", &name.text);
            }
            put("issuer", &distinguished_name(read.issuer()));
            let validity = read.validity();
            put("valid from", &date(validity.not_before.timestamp()));
            put("valid until", &format!("{} ({})", date(validity.not_after.timestamp()), lifetime(&read, now)));
            put("key", &key(&read));
            put("signed with", &algorithm(&read.signature_algorithm));
            put("serial", &hex(read.raw_serial(), ":"));
            let authority = if is_ca(&read) { ", certificate authority" } else { "" };
            put("version", &format!("X.509 v{}{authority}", read.version().0.saturating_add(1)));
        }
    }
    put("SHA-256", &hex(digest(&SHA256, der).as_ref(), ":"));
}

fn key(certificate: &X509Certificate<'_>) -> String {
    let kind = &certificate.public_key().algorithm;
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA, {} bits", rsa.key_size()),
        Ok(PublicKey::EC(point)) => {
            let curve = kind.parameters.as_ref().and_then(|any| any.as_oid().ok());
            let curve = curve.and_then(|oid| oid2sn(&oid, oid_registry()).ok().map(str::to_owned));
            format!("EC {}, {} bits", curve.as_deref().unwrap_or("of an unknown curve"), point.key_size())
        }
        _ => algorithm(kind),
    }
}

fn algorithm(kind: &AlgorithmIdentifier<'_>) -> String {
    oid2sn(&kind.algorithm, oid_registry()).map_or_else(|_| kind.algorithm.to_id_string(), str::to_owned)
}
