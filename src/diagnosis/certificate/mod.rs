//! What the server's certificate is worth, and why: every fault for itself, for one often hides another.

mod binding;
mod der;
mod detail;
mod extensions;
mod host;
mod issuer;
mod key;
mod lifetime;
mod ocsp;
mod path;
pub(super) mod reading;
mod verdict;

use x509_parser::prelude::{FromDer as _, X509Certificate};

pub use binding::{bindings, end_point};
pub use detail::{certificate_brief, certificate_lines, fingerprint, lines, name_of, pem};
pub(super) use host::is_name;
pub use issuer::{issuer_in, issuer_url, unissued};
use lifetime::remaining as lifetime;
pub use ocsp::{Staple, staple};
pub(super) use path::{CERTIFICATES, Signed, issued, path};
use reading::is_self_issued;
pub(super) use verdict::fetched;
pub use verdict::{Aspect, Judged, findings, verdicts};

use super::finding::Severity;
use super::tls::{TlsReport, Verdict};
use crate::protocol::visible::visible;

/// Whether the certificate is for the name that was asked for, trusted, and within its dates; and if not, the first
/// reason.
#[must_use]
pub fn verdict(report: &TlsReport) -> Verdict {
    let worst = findings(report).into_iter().find(|finding| finding.severity == Severity::Fault);
    worst.map_or(Verdict::Good, |finding| Verdict::Bad(finding.says.into()))
}

/// The handshake in one line: `TLS 1.3 X25519 TLS_AES_256_GCM_SHA384 · trusted by this machine · name matches
/// mx1.example.org · 61 days left`.
#[must_use]
pub fn summary(report: &TlsReport) -> String {
    let mut summary = report.version.clone();
    for part in report.group.iter().chain([&report.cipher]) {
        summary.push(' ');
        summary.push_str(part);
    }
    let leaf = report.chain.first().and_then(|der| X509Certificate::from_der(der).ok()).map(|(_, leaf)| leaf);
    let trust = match (&report.system_trust, &report.mozilla_trust) {
        (Verdict::Good, _) => "trusted by this machine",
        (_, Verdict::Good) => "trusted by Mozilla's list, not by this machine",
        _ if leaf.as_ref().is_some_and(is_self_issued) => "self-signed",
        (Verdict::Unknown(_), Verdict::Unknown(_)) => "trust unknown",
        _ => "not trusted",
    };
    summary.push_str(" · ");
    summary.push_str(trust);
    let asked = safe(&report.asked_name);
    summary.push_str(&match report.name {
        Verdict::Good => format!(" · name matches {asked}"),
        Verdict::Bad(_) => format!(" · name does not match {asked}"),
        Verdict::Unknown(_) => format!(" · name not checked against {asked}"),
    });
    if let Some(leaf) = leaf {
        summary.push_str(" · ");
        summary.push_str(&lifetime(&leaf, report.judged_at));
    }
    match report.handshake_signature {
        Verdict::Good => {}
        Verdict::Bad(_) => summary.push_str(" · handshake signature wrong"),
        Verdict::Unknown(_) => summary.push_str(" · handshake signature not checked"),
    }
    summary
}

/// The same in few words, for a row that says TLS already: `1.3, 61 days left`.
#[must_use]
pub fn brief(report: &TlsReport) -> String {
    let version = report.version.strip_prefix("TLS ").unwrap_or(&report.version);
    remaining(report).map_or_else(|| version.to_owned(), |left| format!("{version}, {left}"))
}

/// How long the server's certificate is valid still: `61 days left`; none when it cannot be read.
#[must_use]
pub fn remaining(report: &TlsReport) -> Option<String> {
    let (_, leaf) = X509Certificate::from_der(report.chain.first()?).ok()?;
    Some(lifetime(&leaf, report.judged_at))
}

fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    visible(text.as_bytes())
}

#[cfg(test)]
pub(in crate::diagnosis) mod tests;
