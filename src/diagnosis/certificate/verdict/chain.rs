//! Does the server send the certificates that lead to a root, in order (RFC 8446 §4.4.2)?

use super::{Certificates, say};
use crate::diagnosis::certificate::path::{CERTIFICATES, Signed, issued, path};
use crate::diagnosis::certificate::reading::{distinguished_name, is_ca, is_self_issued, issuer_urls, key_usage};
use crate::diagnosis::certificate::safe;
use crate::diagnosis::finding::{Finding, Severity};

/// What to do about the order of a chain.
const ORDER: &str = "put the chain file in order: the server's own first, then each issuer after what it signed";

/// What begins the advice to fetch an issuer, at the end of a next step.
const FETCH_AT: &str = "; it may be fetched from ";

/// The same finding for whoever has fetched the issuer already.
#[must_use]
pub(in crate::diagnosis) fn fetched(mut finding: Finding) -> Finding {
    if let Some(at) = finding.next.find(FETCH_AT) {
        finding.next.truncate(at);
    }
    finding
}

pub(super) fn findings(read: &Certificates<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let certificates: Vec<_> = read.chain.iter().map(|(_, certificate)| certificate.clone()).collect();
    let path = path(&certificates, |signed| signed != Signed::Wrong);
    let number = |at: usize| read.chain.get(at).map_or(0, |(place, _)| place + 1);
    missing(read, &path, &mut found);
    for place in &read.unreadable {
        found.push(say(
            Severity::Warning,
            format!("certificate {} of the chain cannot be read", place + 1),
            "take it out of the server's chain file",
        ));
    }
    if !path.is_sorted() {
        let order = path.iter().map(|at| number(*at).to_string()).collect::<Vec<_>>().join(", ");
        found.push(say(Severity::Warning, format!("the chain is not in order: it would be as {order}"), ORDER));
    }
    for (at, (place, certificate)) in read.chain.iter().enumerate().filter(|(at, _)| !path.contains(at)) {
        let own = number(at);
        let before = read.report.chain.iter().take(*place).position(|der| der == certificate.as_raw());
        if let Some(first) = before {
            let says = format!("certificate {own} of the chain is the same as certificate {}", first + 1);
            found.push(say(Severity::Warning, says, "take it out of the chain file"));
            continue;
        }
        let forged = certificates.iter().enumerate().find(|(other, below)| {
            *other != at && path.contains(other) && issued(certificate, below) == Some(Signed::Wrong)
        });
        found.push(match forged {
            Some((below, _)) => say(
                Severity::Fault,
                format!(
                    "certificate {own} of the chain has the name of the issuer of certificate {}, and another key signed that",
                    number(below)
                ),
                "send the certificate of the key that signed it: authorities renew theirs under the same name",
            ),
            None => say(
                Severity::Warning,
                format!(
                    "certificate {own} of the chain did not issue the one before it, nor any other that is needed: {}",
                    distinguished_name(certificate.subject())
                ),
                ORDER,
            ),
        });
    }
    issuers(read, &path, &mut found);
    if read.report.chain.len() > CERTIFICATES {
        let says = format!("the server sends {} certificates", read.report.chain.len());
        found.push(say(Severity::Warning, says, "send those that lead from the server's own to a root, and no others"));
    }
    if found.iter().all(|finding| finding.severity < Severity::Warning) {
        let says = match read.report.chain.len() {
            1 if is_self_issued(&read.leaf) => "one certificate, which is its own issuer".to_owned(),
            1 => "one certificate, issued by one that is trusted".to_owned(),
            count => format!("{count} certificates in order, each issued by the next"),
        };
        found.insert(0, say(Severity::Good, says, ""));
    }
    found
}

/// The last of them was issued by one that is neither sent nor trusted.
fn missing(read: &Certificates<'_>, path: &[usize], found: &mut Vec<Finding>) {
    let Some((place, last)) = path.last().and_then(|at| read.chain.get(*at)) else { return };
    // It is there, and the chain is not trusted for another reason.
    let is_root = read.report.roots.iter().any(|name| name == last.issuer().as_raw());
    if is_self_issued(last) || is_root || read.is_trusted() {
        return;
    }
    // That another key signed it is told for itself.
    if read.chain.iter().any(|(_, above)| issued(above, last) == Some(Signed::Wrong)) {
        return;
    }
    let issuer = distinguished_name(last.issuer());
    let fetch = issuer_urls(last).first().map(|url| format!("{FETCH_AT}{} (+aia)", safe(url))).unwrap_or_default();
    // Above an authority there may be a root, which nobody needs to send.
    if *place > 0 && is_ca(last) {
        let says = format!("{issuer}, which signed certificate {}, is not in the store", place + 1);
        let next = "if it is a root of your own, have it trusted here (SSL_CERT_FILE), servers should not send it; else add it to the chain file";
        found.push(say(Severity::Warning, says, format!("{next}{fetch}")));
        return;
    }
    let whose = match place {
        0 => "the certificate of its issuer is missing".to_owned(),
        _ => format!("the issuer of certificate {} is missing", place + 1),
    };
    let sends = match read.report.chain.len() {
        1 => "the server sends its own only",
        _ => "the server does not send it",
    };
    let says = format!("{whose}: {issuer} signed it, and {sends}");
    let next = "if that is a root of your own, have it trusted here (SSL_CERT_FILE); else configure the full chain (fullchain.pem)";
    found.push(say(Severity::Fault, says, format!("{next}{fetch}")));
}

/// Whether those above the server's own may sign certificates, and how many others below them.
fn issuers(read: &Certificates<'_>, path: &[usize], found: &mut Vec<Finding>) {
    for (height, at) in path.iter().enumerate().skip(1) {
        let Some((place, above)) = read.chain.get(*at) else { continue };
        let (number, subject) = (place + 1, distinguished_name(above.subject()));
        if !is_ca(above) {
            found.push(say(
                Severity::Fault,
                format!("certificate {number} signs another and is no authority (basic constraints): {subject}"),
                "nobody takes a certificate from it: have the server's issued by an authority",
            ));
        } else if key_usage(above).is_some_and(|usage| !usage.key_cert_sign()) {
            found.push(say(
                Severity::Fault,
                format!("certificate {number} signs another and may not sign certificates (key usage): {subject}"),
                "have the authority's certificate issued anew with keyCertSign",
            ));
        }
        let between = height.saturating_sub(1);
        if let Ok(Some(basic)) = above.basic_constraints()
            && let Some(limit) = basic.value.path_len_constraint.and_then(|limit| usize::try_from(limit).ok())
            && between > limit
        {
            found.push(say(
                Severity::Fault,
                format!("certificate {number} allows {limit} authorities below it, and there are {between}: {subject}"),
                "have the server's certificate issued by an authority that may",
            ));
        }
        if is_self_issued(above) {
            let says = format!("the chain holds its root, {subject}");
            found.push(say(
                Severity::Note,
                says,
                "leave it out, unless a TLSA record 2 x x needs it: who trusts it has it",
            ));
        }
    }
}
