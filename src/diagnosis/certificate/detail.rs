//! The whole story of a handshake and of a certificate, to be read line by line.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::lifetime::{Lifetime, dates, remaining};
use super::path::CERTIFICATES;
use super::reading::{date, distinguished_name, hex, is_ca, is_self_issued, names, shown};
use super::{extensions, key, safe};
use crate::diagnosis::tls::{TlsReport, Verdict};
use crate::protocol::text::transfer::to_base64;

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
        lines.extend(certificate_lines(der, report.judged_at).into_iter().map(|line| format!("  {line}")));
    }
    if let Some(more) = count.checked_sub(CERTIFICATES + 1) {
        lines.push(format!("{} more certificates", more + 1));
    }
    lines
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Good => "right".to_owned(),
        Verdict::Bad(why) => format!("wrong: {}", safe(&why.to_string())),
        Verdict::Unknown(why) => format!("not checked: {}", safe(why)),
    }
}

/// Everything that one certificate says, a line each, at `now` in seconds since 1970. All text is safe to draw.
#[must_use]
pub fn certificate_lines(der: &[u8], now: i64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut put = |label: &str, text: &str| lines.push(format!("{label:<12}{text}"));
    match X509Certificate::from_der(der) {
        Err(_) => put("unreadable", &hex(der, "")),
        Ok((_, read)) => {
            put("subject", &distinguished_name(read.subject()));
            for name in names(&read) {
                put("name", &name);
            }
            let own = if is_self_issued(&read) { " (itself)" } else { "" };
            put("issuer", &format!("{}{own}", distinguished_name(read.issuer())));
            put("serial", &hex(read.raw_serial(), ":"));
            let (from, to) = dates(&read);
            put("valid from", &date(from));
            put("valid until", &format!("{} ({})", date(to), remaining(&read, now)));
            put("lasts", &lasts(&read));
            put("key", &key::words(&read));
            put("signed with", &key::algorithm(&read.signature_algorithm));
            for (label, says) in extensions::lines(&read) {
                put(label, &says);
            }
            let authority = if is_ca(&read) { ", certificate authority" } else { "" };
            put("version", &format!("X.509 v{}{authority}", read.version().0.saturating_add(1)));
            let pin = digest(&SHA256, read.public_key().raw);
            let usage = if is_ca(&read) { 2 } else { 3 };
            put("SHA-256", &fingerprint(der));
            put("SHA-1", &hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref(), ":"));
            put("SPKI", &format!("{} (SHA-256 of the key)", hex(pin.as_ref(), ":")));
            put("pin", &format!("sha256//{}", to_base64(pin.as_ref())));
            put("TLSA", &format!("{usage} 1 1 {} (this key)", hex(pin.as_ref(), "").to_ascii_lowercase()));
            let whole = hex(digest(&SHA256, der).as_ref(), "").to_ascii_lowercase();
            put("TLSA", &format!("{usage} 0 1 {whole} (this certificate)"));
            return lines;
        }
    }
    put("SHA-256", &fingerprint(der));
    lines
}

/// How long it lasts, and how long it may, were it of a public authority. Of an authority there is no such limit.
fn lasts(read: &X509Certificate<'_>) -> String {
    let lifetime = Lifetime::of(read);
    let days = if lifetime.days == 1 { "1 day".to_owned() } else { format!("{} days", lifetime.days) };
    match lifetime.limit {
        Some(limit) if !is_ca(read) => format!("{days}; a public authority may give it {limit}"),
        _ => days,
    }
}

/// Subject, key and what is left, in one line: `CN=mx1.example.org · EC prime256v1, 256 bits · 61 days left`.
#[must_use]
pub fn certificate_brief(der: &[u8], now: i64) -> String {
    match X509Certificate::from_der(der) {
        Err(_) => format!("unreadable, {} octets", der.len()),
        Ok((_, read)) => {
            format!("{} · {} · {}", distinguished_name(read.subject()), key::words(&read), remaining(&read, now))
        }
    }
}

/// The subject of a trust anchor, which is a name in DER, in one line.
#[must_use]
pub fn name_of(der: &[u8]) -> String {
    use x509_parser::prelude::X509Name;
    X509Name::from_der(der).map_or_else(|_| shown(der), |(_, name)| distinguished_name(&name))
}

/// The SHA-256 fingerprint of a certificate, as administrators compare it: octets with colons between.
#[must_use]
pub fn fingerprint(der: &[u8]) -> String {
    hex(digest(&SHA256, der).as_ref(), ":")
}

/// The certificate as text (RFC 7468 §5), with an end of line.
#[must_use]
pub fn pem(der: &[u8]) -> String {
    const COLUMNS: usize = 64;
    let text = to_base64(der);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    // Base64 is ASCII, and can be cut anywhere.
    for line in text.as_bytes().chunks(COLUMNS) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}
