//! What servers really answer, held against what the sources say of them.

use super::server::{Place, Remark, Server};
use crate::diagnosis::tls::Verdict;
use crate::protocol::endpoint::Security;
use crate::protocol::visible::visible;

/// What came of a connection to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// None came about: why, in a few words.
    Nothing(String),
    /// It answered.
    Answered {
        /// Whether it offers STARTTLS or STLS; none under TLS from the first octet.
        starttls: Option<bool>,
        /// What its certificate is worth, for the name that the source gives; none without TLS.
        certificate: Option<Verdict>,
        /// The SASL mechanisms it offers, under TLS if there is TLS.
        mechanisms: Vec<String>,
    },
}

/// What of it differs from what is said of the place.
pub(super) fn of_place(place: &Place, heard: &Heard) -> Vec<Remark> {
    let mut remarks = Vec::new();
    match heard {
        Heard::Nothing(why) => remarks.push(Remark::fault(
            format!("nothing answers there: {}", visible(why.as_bytes())),
            "let the server listen there, or name another in every source",
        )),
        Heard::Answered { starttls, certificate, .. } => {
            if *starttls == Some(false) && place.security == Security::StartTls {
                remarks.push(Remark::fault(
                    "the server offers no STARTTLS: mail programs stop there",
                    "have it offer STARTTLS, or name the port with TLS from the first octet",
                ));
            }
            if *starttls == Some(true) && place.security == Security::Plain {
                remarks
                    .push(Remark::warning("the server offers STARTTLS, and nobody is told to use it", "say STARTTLS"));
            }
            if let Some(Verdict::Bad(why)) = certificate {
                remarks.push(Remark::fault(
                    format!("mail programs warn of its certificate: {}", visible(why.as_bytes())),
                    "name the host that the certificate is for, or have the certificate issued anew",
                ));
            }
        }
    }
    remarks
}

/// What of it differs from what a source says of logging in.
pub(super) fn of_login(server: &Server, heard: &Heard) -> Option<Remark> {
    let Heard::Answered { mechanisms, .. } = heard else { return None };
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
