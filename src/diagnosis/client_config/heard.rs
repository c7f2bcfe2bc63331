//! What servers really show, held against what the sources say of them.

use super::server::{Place, Remark, Server};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Failure, Seen, Stage};
use crate::diagnosis::tls::Verdict;
use crate::protocol::endpoint::Security;
use crate::protocol::visible::visible;

/// What of it differs from what is said of the place, or keeps mail programs out.
pub(super) fn of_place(place: &Place, seen: &Seen) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = seen.failure.iter().map(|failure| of_failure(seen, failure)).collect();
    if seen.starttls() == Some(true) && place.security == Security::Plain {
        remarks.push(Remark::warning("the server offers STARTTLS, and nobody is told to use it", "say STARTTLS"));
    }
    if let Some(Verdict::Bad(why)) = seen.certificate() {
        remarks.push(Remark::fault(
            format!("mail programs warn of its certificate: {}", visible(why.to_string().as_bytes())),
            "name the host that the certificate is for, or have the certificate issued anew",
        ));
    }
    if seen.injected > 0 {
        remarks.push(Remark::fault(
            format!("{} octets came in clear behind the answer to STARTTLS", seen.injected),
            "whoever does this lets attackers inject replies (CVE-2011-0411 and others)",
        ));
    }
    remarks
}

fn of_failure(seen: &Seen, failure: &Failure) -> Remark {
    let Failure { stage, says, next, .. } = failure;
    match stage {
        Stage::Connection => Remark::fault(
            format!("nothing answers there: {says}"),
            "let the server listen there, or name another in every source",
        ),
        Stage::Greeting => Remark::fault(says.clone(), next.clone()),
        Stage::StartTls => Remark::fault(
            format!("{says}: mail programs stop there"),
            "have it offer STARTTLS, or name the port with TLS from the first octet",
        ),
        Stage::Handshake => Remark::fault(
            format!("no TLS comes about: {says}"),
            "let the port begin with TLS, or have every source say STARTTLS, whichever is meant",
        ),
        // TLS stands by then, or was not asked for.
        Stage::Capabilities if seen.tls.is_some() => Remark::new(Severity::Note, says.clone(), next.clone()),
        Stage::Capabilities => Remark::warning(says.clone(), next.clone()),
    }
}

/// What of it differs from what a source says of logging in.
pub(super) fn of_login(server: &Server, seen: &Seen) -> Option<Remark> {
    let mechanisms = seen.offers.mechanisms();
    let offered = |names: &[&str]| mechanisms.iter().any(|m| names.iter().any(|name| m.eq_ignore_ascii_case(name)));
    let first = server.authentication.first()?;
    let needs: &[&str] = match first.to_ascii_lowercase().as_str() {
        "password-cleartext" | "plain" | "emailauthpassword" => &["PLAIN", "LOGIN"],
        "password-encrypted" | "secure" => {
            &["CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"]
        }
        "oauth2" => &["XOAUTH2", "OAUTHBEARER"],
        "gssapi" => &["GSSAPI"],
        "ntlm" => &["NTLM"],
        _ => return None,
    };
    if mechanisms.is_empty() || offered(needs) {
        return None;
    }
    Some(Remark::warning(
        format!("{first} is said, and the server offers {}", visible(mechanisms.join(" ").as_bytes())),
        "say what the server offers, the best first",
    ))
}
