//! The verdicts: each question about a certificate by itself, for the answer to one often hides that to another.

mod chain;
mod dates;
mod form;
mod name;
mod strength;
mod trust;

pub(in crate::diagnosis) use chain::fetched;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::path::CERTIFICATES;
use super::safe;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tls::{TlsReport, Verdict};

/// What is asked about a certificate and its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Is it for the name that was asked for (RFC 9525)?
    Name,
    /// Is it within its dates, and are those above it?
    Dates,
    /// Does the server send the certificates that lead to a root, in order (RFC 8446 §4.4.2)?
    Chain,
    /// Are its key and the signatures strong enough?
    Strength,
    /// Is it a certificate of a server?
    Form,
    /// Does this machine trust it?
    System,
    /// Does Mozilla's list?
    Mozilla,
    /// Did the holder of its key sign the handshake?
    Handshake,
}

impl Aspect {
    /// The label of its row.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Dates => "dates",
            Self::Chain => "chain",
            Self::Strength => "strength",
            Self::Form => "form",
            Self::System => "this machine",
            Self::Mozilla => "Mozilla",
            Self::Handshake => "signature",
        }
    }
}

/// What was found about one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The question.
    pub aspect: Aspect,
    /// The answers, at least one.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// The worst of it, and of equals the first.
    #[must_use]
    pub fn worst(&self) -> Option<&Finding> {
        self.findings.iter().rev().max_by_key(|finding| finding.severity)
    }
}

/// Every question with its answers, in the order in which they are drawn. When there is no certificate, or none that can
/// be read, that is all there is to say.
#[must_use]
pub fn verdicts(report: &TlsReport) -> Vec<Judged> {
    match Certificates::read(report) {
        Err(finding) => vec![Judged { aspect: Aspect::Chain, findings: vec![finding] }],
        Ok(read) => [
            Aspect::Name,
            Aspect::Dates,
            Aspect::Chain,
            Aspect::Strength,
            Aspect::Form,
            Aspect::System,
            Aspect::Mozilla,
            Aspect::Handshake,
        ]
        .map(|aspect| read.judge(aspect))
        .to_vec(),
    }
}

/// Everything worth saying about the certificate and the handshake, in the order in which it is best mended. The two
/// verdicts about trust are one sentence here, and what is right goes without saying but for name, dates and trust.
#[must_use]
pub fn findings(report: &TlsReport) -> Vec<Finding> {
    let read = match Certificates::read(report) {
        Err(finding) => return vec![finding],
        Ok(read) => read,
    };
    let mut findings = read.judge(Aspect::Name).findings;
    findings.extend(read.judge(Aspect::Dates).findings);
    findings.push(trust::together(&read));
    for aspect in [Aspect::Chain, Aspect::Strength, Aspect::Form, Aspect::Handshake] {
        findings.extend(read.judge(aspect).findings.into_iter().filter(|found| found.severity > Severity::Good));
    }
    findings
}

/// The report with its certificates read.
struct Certificates<'a> {
    report: &'a TlsReport,
    leaf: X509Certificate<'a>,
    /// All of them with their places, the first being the server's own; without those that cannot be read.
    chain: Vec<(usize, X509Certificate<'a>)>,
    /// Places, from 0, of those that cannot be read.
    unreadable: Vec<usize>,
}

impl<'a> Certificates<'a> {
    fn read(report: &'a TlsReport) -> Result<Self, Finding> {
        let Some(first) = report.chain.first() else {
            return Err(say(
                Severity::Fault,
                "the server showed no certificate",
                "nobody can tell who the server is: configure one there",
            ));
        };
        let Ok((_, leaf)) = X509Certificate::from_der(first) else {
            return Err(say(
                Severity::Fault,
                "the certificate cannot be read",
                "look at it with openssl x509 -text, and have it issued anew",
            ));
        };
        let (mut chain, mut unreadable) = (Vec::new(), Vec::new());
        for (place, der) in report.chain.iter().enumerate().take(CERTIFICATES) {
            match X509Certificate::from_der(der) {
                Ok((_, read)) => chain.push((place, read)),
                Err(_) => unreadable.push(place),
            }
        }
        Ok(Self { report, leaf, chain, unreadable })
    }

    /// Those above the server's own, with their numbers as people count.
    fn above(&self) -> impl Iterator<Item = (usize, &X509Certificate<'a>)> {
        self.chain.iter().skip(1).map(|(place, read)| (place + 1, read))
    }

    /// Whether somebody trusts the chain.
    const fn is_trusted(&self) -> bool {
        self.report.system_trust.is_good() || self.report.mozilla_trust.is_good()
    }

    fn judge(&self, aspect: Aspect) -> Judged {
        let findings = match aspect {
            Aspect::Name => name::findings(self),
            Aspect::Dates => dates::findings(self),
            Aspect::Chain => chain::findings(self),
            Aspect::Strength => strength::findings(self),
            Aspect::Form => form::findings(self),
            Aspect::System => vec![trust::system(self)],
            Aspect::Mozilla => vec![trust::mozilla(self)],
            Aspect::Handshake => vec![handshake(self)],
        };
        Judged { aspect, findings }
    }
}

/// Whether the handshake is signed with the key of the certificate.
fn handshake(read: &Certificates<'_>) -> Finding {
    match &read.report.handshake_signature {
        Verdict::Good => say(Severity::Good, "signed with the certificate's key: the server holds it", ""),
        Verdict::Bad(why) => say(
            Severity::Fault,
            format!("the handshake is not signed with the certificate's key: {}", safe(&why.to_string())),
            "whoever answers does not hold the key: do not send a password",
        ),
        Verdict::Unknown(why) => say(
            Severity::Warning,
            format!("the signature of the handshake could not be checked: {}", safe(why)),
            match form::is_legible(&read.leaf) {
                true => "nothing proves that the server holds the key: use a key of a common kind",
                false => "the certificate itself cannot be read, so its key could not be used: see form",
            },
        ),
    }
}

fn say(severity: Severity, says: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding::new(severity, "certificate", says, next)
}

#[cfg(test)]
mod tests;
