//! What the server's certificate is worth, and why: every fault for itself, for one often hides another.

mod detail;
pub(super) mod reading;

use x509_parser::prelude::{FromDer as _, X509Certificate, X509Version};
use x509_parser::public_key::PublicKey;

pub use detail::lines;
use reading::{common_names, date, days, distinguished_name, is_ca, is_for_servers, names, weak_signature};

use super::finding::{Finding, Severity};
use super::tls::{TlsReport, Verdict};
use crate::protocol::visible::visible;

/// Below this many days left, it is time to renew.
const RENEW: i64 = 14;
/// RSA keys below this many bits are refused by today's libraries (NIST SP 800-131A).
const LEAST_RSA: usize = 2048;
/// Names that a sentence lists.
const LISTED: usize = 6;

/// Everything worth saying about the certificate and the handshake, in the order in which it is best mended.
#[must_use]
pub fn findings(report: &TlsReport) -> Vec<Finding> {
    let mut told = Told(Vec::new());
    let Some(first) = report.chain.first() else {
        told.say(
            Severity::Fault,
            "the server showed no certificate",
            "nobody can tell who the server is: configure one there",
        );
        return told.0;
    };
    let Ok((_, leaf)) = X509Certificate::from_der(first) else {
        told.say(
            Severity::Fault,
            "the certificate cannot be read",
            "look at it with openssl x509 -text, and have it issued anew",
        );
        return told.0;
    };
    told.name(report, &leaf);
    told.dates(report, &leaf);
    told.trust(report, &leaf);
    told.chain(report, &leaf);
    told.form(&leaf);
    match &report.handshake_signature {
        Verdict::Good => {}
        Verdict::Bad(why) => told.say(
            Severity::Fault,
            format!("the handshake is not signed with the certificate's key: {}", safe(why)),
            "whoever answers does not hold the key: do not send a password",
        ),
        Verdict::Unknown(why) => told.say(
            Severity::Warning,
            format!("the signature of the handshake could not be checked: {}", safe(why)),
            "nothing proves that the server holds the key: use a key of a common kind",
        ),
    }
    told.0
}

/// Whether the certificate is for the name that was asked for, trusted, and within its dates; and if not, the first
/// reason.
#[must_use]
pub fn verdict(report: &TlsReport) -> Verdict {
    let worst = findings(report).into_iter().find(|finding| finding.severity == Severity::Fault);
    worst.map_or(Verdict::Good, |finding| Verdict::Bad(finding.says))
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
        _ if leaf.as_ref().is_some_and(is_self_signed) => "self-signed",
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

/// `61 days left`, `expired 3 days ago`, `valid in 2 days`.
fn lifetime(certificate: &X509Certificate<'_>, now: i64) -> String {
    let validity = certificate.validity();
    let (from, to) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    if now < from {
        format!("valid in {}", days(from.saturating_sub(now)))
    } else if now > to {
        format!("expired {} ago", days(now.saturating_sub(to)))
    } else {
        format!("{} left", days(to.saturating_sub(now)))
    }
}

fn is_self_signed(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    visible(text.as_bytes())
}

struct Told(Vec<Finding>);

impl Told {
    fn say(&mut self, severity: Severity, says: impl Into<String>, next: impl Into<String>) {
        self.0.push(Finding::new(severity, "certificate", says, next));
    }

    fn name(&mut self, report: &TlsReport, leaf: &X509Certificate<'_>) {
        let asked = safe(&report.asked_name);
        let names = names(leaf);
        if names.is_empty() {
            let common = common_names(leaf);
            let old = if common.is_empty() {
                String::new()
            } else {
                format!("; its common name {} does not count any more (RFC 9525)", common.join(", "))
            };
            self.say(
                Severity::Fault,
                format!("the certificate carries no subject alternative name{old}"),
                format!("have it issued anew with {asked} as a subject alternative name"),
            );
            return;
        }
        match &report.name {
            Verdict::Good => self.say(Severity::Good, format!("the certificate is for {asked}"), ""),
            Verdict::Unknown(why) => self.say(
                Severity::Warning,
                format!("the name {asked} could not be checked: {}", safe(why)),
                "compare the names of the certificate by eye",
            ),
            Verdict::Bad(_) => {
                let mut listed =
                    names.iter().take(LISTED).map(|name| name.text.as_str()).collect::<Vec<_>>().join(", ");
                if let Some(more) = names.len().checked_sub(LISTED).filter(|more| *more > 0) {
                    listed.push_str(&format!(" and {more} more"));
                }
                let host = names.iter().find(|name| name.is_dns && !name.text.contains('*'));
                let next = host.map_or_else(
                    || format!("connect by a name it carries, or have {asked} added to it"),
                    |host| format!("connect to {}, or have {asked} added to the certificate", host.text),
                );
                self.say(Severity::Fault, format!("the certificate is not for {asked}: it is for {listed}"), next);
            }
        }
    }

    fn dates(&mut self, report: &TlsReport, leaf: &X509Certificate<'_>) {
        let now = report.judged_at;
        let (from, to) = (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp());
        let says = lifetime(leaf, now);
        if to < from {
            self.say(
                Severity::Fault,
                "the certificate ends before it begins",
                "no clock makes it valid: have it issued anew",
            );
        } else if now < from {
            self.say(
                Severity::Fault,
                format!("the certificate is not valid yet: {says}, from {}", date(from)),
                "compare the clocks of this machine and of whoever issued it",
            );
        } else if now > to {
            self.say(
                Severity::Fault,
                format!("the certificate has expired: {says}, on {}", date(to)),
                "renew it, then make the server load it: a renewed file is often still the old one in memory",
            );
        } else if to.saturating_sub(now) < RENEW * 86_400 {
            self.say(
                Severity::Warning,
                format!("the certificate ends soon: {says}, until {}", date(to)),
                "renew it, and find out why it was not renewed by itself",
            );
        } else {
            self.say(Severity::Good, format!("the certificate is valid: {says}, until {}", date(to)), "");
        }
        for (number, der) in report.chain.iter().enumerate().skip(1) {
            let Ok((_, above)) = X509Certificate::from_der(der) else { continue };
            if now > above.validity().not_after.timestamp() {
                self.say(
                    Severity::Warning,
                    format!(
                        "certificate {} of the chain, {}, {}",
                        number + 1,
                        distinguished_name(above.subject()),
                        lifetime(&above, now)
                    ),
                    "send the issuer's current certificate in its place",
                );
            }
        }
    }

    fn trust(&mut self, report: &TlsReport, leaf: &X509Certificate<'_>) {
        let why = |verdict: &Verdict| match verdict {
            Verdict::Good => String::new(),
            Verdict::Bad(why) | Verdict::Unknown(why) => safe(why).into_owned(),
        };
        let (system, mozilla) = (&report.system_trust, &report.mozilla_trust);
        match (system, mozilla) {
            (Verdict::Good, Verdict::Good) => {
                self.say(Severity::Good, "trusted by this machine and by Mozilla's list", "");
            }
            (Verdict::Good, other) => self.say(
                Severity::Note,
                format!("trusted by this machine, not by Mozilla's list: {}", why(other)),
                "a root of your own is fine within the house; strangers will not trust this server",
            ),
            (other, Verdict::Good) => self.say(
                Severity::Warning,
                format!("trusted by Mozilla's list, not by this machine: {}", why(other)),
                "update the machine's certificates (package ca-certificates)",
            ),
            _ if is_self_signed(leaf) && report.chain.len() == 1 => self.say(
                Severity::Fault,
                "the certificate is self-signed: only the server itself vouches for it",
                "compare its SHA-256 fingerprint with the administrator, or use one from a public authority",
            ),
            (Verdict::Unknown(_), Verdict::Unknown(_)) => self.say(
                Severity::Fault,
                format!("whether the certificate is trusted could not be checked: {}", why(system)),
                "compare its SHA-256 fingerprint with the administrator",
            ),
            _ => self.say(
                Severity::Fault,
                format!("not trusted by this machine, nor by Mozilla's list: {}", why(system)),
                "see the chain: an issuer may be missing or private",
            ),
        }
    }

    fn chain(&mut self, report: &TlsReport, leaf: &X509Certificate<'_>) {
        let trusted = report.system_trust.is_good() || report.mozilla_trust.is_good();
        if report.chain.len() == 1 && !is_self_signed(leaf) && !trusted {
            self.say(
                Severity::Fault,
                format!(
                    "the certificate of its issuer is missing: {} signed it, and the server sends its own only",
                    distinguished_name(leaf.issuer())
                ),
                "if that is a root of your own, have it trusted here (SSL_CERT_FILE); else configure the full chain (fullchain.pem)",
            );
        }
        let read: Vec<_> = report.chain.iter().map(|der| X509Certificate::from_der(der).ok()).collect();
        for (number, pair) in read.windows(2).enumerate() {
            let [below, above] = pair else { continue };
            match (below, above) {
                (_, None) => self.say(
                    Severity::Warning,
                    format!("certificate {} of the chain cannot be read", number + 2),
                    "take it out of the server's chain file",
                ),
                (Some((_, below)), Some((_, above))) if below.issuer().as_raw() != above.subject().as_raw() => self
                    .say(
                        Severity::Warning,
                        format!("certificate {} of the chain did not issue the one before it", number + 2),
                        "put the chain file in order: the server's own first, then each issuer after what it signed",
                    ),
                _ => {}
            }
        }
        for (number, certificate) in read.iter().enumerate() {
            let Some((_, certificate)) = certificate else { continue };
            let root = is_self_signed(certificate);
            if let Some(name) = weak_signature(certificate)
                && (!root || number == 0)
            {
                self.say(
                    Severity::Fault,
                    format!("certificate {} is signed with {name}, which can be forged", number + 1),
                    "have it issued anew with SHA-256",
                );
            }
            if root && number > 0 {
                self.say(
                    Severity::Note,
                    format!("the chain holds its root, {}", distinguished_name(certificate.subject())),
                    "leave it out: who trusts it has it",
                );
            }
        }
    }

    /// What is odd about the certificate itself.
    fn form(&mut self, leaf: &X509Certificate<'_>) {
        if leaf.version() != X509Version::V3 {
            self.say(
                Severity::Fault,
                format!("the certificate is X.509 version {}", leaf.version().0.saturating_add(1)),
                "have it issued anew as version 3: the names of a host have no place in older ones",
            );
        }
        if is_ca(leaf) {
            self.say(
                Severity::Warning,
                "a certificate authority's certificate is used as the server's",
                "issue one for the server: many clients refuse this one",
            );
        }
        if !is_for_servers(leaf) {
            self.say(
                Severity::Fault,
                "the certificate is not meant for TLS servers (extended key usage)",
                "have it issued anew with serverAuth",
            );
        }
        if let Ok(PublicKey::RSA(rsa)) = leaf.public_key().parsed()
            && rsa.key_size() < LEAST_RSA
        {
            self.say(
                Severity::Fault,
                format!("the RSA key has {} bits: too small to be safe", rsa.key_size()),
                "make a new key, RSA of 2048 bits or more, or ECDSA P-256",
            );
        }
    }
}

#[cfg(test)]
mod tests;
