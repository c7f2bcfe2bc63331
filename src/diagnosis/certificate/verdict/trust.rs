//! Who trusts the chain: this machine, Mozilla's list.

use super::{Certificates, say};
use crate::diagnosis::certificate::reading::{distinguished_name, is_self_issued};
use crate::diagnosis::certificate::{name_of, safe};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tls::{Reason, Verdict};

/// What to do about a certificate that vouches for itself.
const COMPARE: &str = "compare its SHA-256 fingerprint with the administrator, or use one from a public authority";

/// The authority that signs for the practice hosts.
const PRACTICE_ROOT: &str = "CN=ehlo practice authority";
/// What there is to say of it.
const PRACTICE: &str = "trusted here: the practice authority, which only ehlo knows";

/// What to do about a chain that nobody trusts for this reason: where it only ends in an unknown root, that one is private.
fn next(read: &Certificates<'_>, verdict: &Verdict) -> String {
    let reason = match verdict {
        Verdict::Bad(reason) => reason,
        Verdict::Good | Verdict::Unknown(_) => &Reason::UnknownIssuer,
    };
    let next = match reason {
        Reason::Purpose => "have the certificate issued anew for TLS servers (serverAuth)",
        Reason::NameConstraints => "have the certificate issued by an authority that may sign for this name",
        Reason::PathLength => "have the certificate issued by an authority that may be so far below the others",
        Reason::Algorithm => {
            "have what is signed with SHA-1 or another weak algorithm issued anew, with SHA-256: see strength"
        }
        Reason::NoAuthority => "have the certificate issued by an authority: see chain",
        Reason::AuthorityAsServer => "have a certificate issued for the server itself: see form",
        Reason::BadSignature => "send the certificate of the key that signed: see chain",
        Reason::CriticalExtension => "have the certificate issued anew without that extension: see form",
        Reason::Version => "have the certificate issued anew as version 3: see form",
        Reason::Unreadable => "have the certificate issued anew: see form",
        Reason::NeverTogether => {
            "have the certificate issued anew by an authority whose own is valid as long: see dates"
        }
        Reason::UnknownIssuer | Reason::Other(_) => return private(read),
    };
    next.to_owned()
}

/// What to do about a chain whose root nobody knows.
fn private(read: &Certificates<'_>) -> String {
    let root = read.chain.iter().skip(1).map(|(_, above)| above).find(|above| is_self_issued(above));
    match root {
        Some(root) => format!(
            "its root {} is on no list: if it is your own, have it trusted here (SSL_CERT_FILE)",
            distinguished_name(root.subject())
        ),
        None => "have its root trusted here if it is your own (SSL_CERT_FILE), or send the issuer that is missing: see chain".to_owned(),
    }
}

/// Whether the root that this machine trusts is the one that the program makes for its own practice hosts.
fn is_practice(read: &Certificates<'_>) -> bool {
    let root = read.report.system_path.as_ref().map(|path| name_of(&path.root));
    root.is_some_and(|name| name == PRACTICE_ROOT)
}

/// Only the server vouches for itself.
fn is_self_signed(read: &Certificates<'_>) -> bool {
    is_self_issued(&read.leaf) && read.report.chain.len() == 1
}

fn why(verdict: &Verdict) -> String {
    verdict.why().map(|why| safe(&why).into_owned()).unwrap_or_default()
}

/// This machine's store by itself.
pub(super) fn system(read: &Certificates<'_>) -> Finding {
    match &read.report.system_trust {
        Verdict::Good if is_practice(read) => say(Severity::Good, PRACTICE, ""),
        Verdict::Good => say(Severity::Good, "trusted by this machine", ""),
        Verdict::Bad(_) if is_self_signed(read) => {
            say(Severity::Fault, "self-signed: no authority vouches for it here", COMPARE)
        }
        bad @ Verdict::Bad(_) if read.report.mozilla_trust.is_good() => say(
            Severity::Warning,
            format!("not trusted by this machine: {}", why(bad)),
            "update the machine's certificates (package ca-certificates)",
        ),
        bad @ Verdict::Bad(_) => {
            say(Severity::Fault, format!("not trusted by this machine: {}", why(bad)), next(read, bad))
        }
        unknown @ Verdict::Unknown(_) => say(
            Severity::Warning,
            format!("could not be checked: {}", why(unknown)),
            "compare its SHA-256 fingerprint with the administrator",
        ),
    }
}

/// Mozilla's list by itself: what strangers are likely to trust. Servers of a house with its own root need not be on it.
pub(super) fn mozilla(read: &Certificates<'_>) -> Finding {
    let trusted_here = read.report.system_trust.is_good();
    match &read.report.mozilla_trust {
        Verdict::Good => say(Severity::Good, "trusted by Mozilla's list, as by most strangers", ""),
        bad @ Verdict::Bad(_) if trusted_here => say(
            Severity::Note,
            format!("not trusted by Mozilla's list: {}", why(bad)),
            "a root of your own is fine within the house; strangers will not trust this server",
        ),
        Verdict::Bad(_) if is_self_signed(read) => {
            say(Severity::Fault, "self-signed: no public authority vouches for it", COMPARE)
        }
        bad @ Verdict::Bad(_) => {
            say(Severity::Fault, format!("not trusted by Mozilla's list: {}", why(bad)), next(read, bad))
        }
        unknown @ Verdict::Unknown(_) => say(
            Severity::Warning,
            format!("could not be checked: {}", why(unknown)),
            "compare its SHA-256 fingerprint with the administrator",
        ),
    }
}

/// Both in one sentence, for a list that has no row for each.
pub(super) fn together(read: &Certificates<'_>) -> Finding {
    let (system, mozilla) = (&read.report.system_trust, &read.report.mozilla_trust);
    match (system, mozilla) {
        (Verdict::Good, Verdict::Good) => say(Severity::Good, "trusted by this machine and by Mozilla's list", ""),
        (Verdict::Good, _) if is_practice(read) => {
            say(Severity::Note, PRACTICE, "no other program trusts this server, and none needs to")
        }
        (Verdict::Good, other) => say(
            Severity::Note,
            format!("trusted by this machine, not by Mozilla's list: {}", why(other)),
            "a root of your own is fine within the house; strangers will not trust this server",
        ),
        (other, Verdict::Good) => say(
            Severity::Warning,
            format!("trusted by Mozilla's list, not by this machine: {}", why(other)),
            "update the machine's certificates (package ca-certificates)",
        ),
        _ if is_self_signed(read) => {
            say(Severity::Fault, "the certificate is self-signed: only the server itself vouches for it", COMPARE)
        }
        (Verdict::Unknown(_), Verdict::Unknown(_)) => say(
            Severity::Fault,
            format!("whether the certificate is trusted could not be checked: {}", why(system)),
            "compare its SHA-256 fingerprint with the administrator",
        ),
        _ => say(
            Severity::Fault,
            format!("not trusted by this machine, nor by Mozilla's list: {}", why(system)),
            next(read, system),
        ),
    }
}
