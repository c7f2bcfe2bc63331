//! Passwords before TLS: told by what is offered there, without trying one.

use super::Ground;
use super::outcome::{Outcome, Part};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::Talk;
use crate::protocol::endpoint::{Protocol, Security};

/// Mechanisms that send the password, or what is as good, readable by whoever listens.
const READABLE: [&str; 4] = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"];

/// Nothing is said; the look has seen it all.
pub(super) fn talks(ground: &Ground<'_>) -> Result<Vec<Talk>, String> {
    if ground.order.endpoint.security == Security::Implicit {
        return Err("TLS begins with the first octet, and nothing is said in clear at this port".to_owned());
    }
    if !ground.seen.clear.known {
        return Err("the server did not say what it offers in clear".to_owned());
    }
    Ok(Vec::new())
}

pub(super) fn judge(ground: &Ground<'_>) -> Outcome {
    let (clear, protocol) = (&ground.seen.clear, ground.order.endpoint.protocol);
    let mut parts = Vec::new();
    let mut part = |tried: String, severity, says: &str| {
        parts.push(Part { tried, severity, says: says.to_owned() });
    };
    let mechanisms = clear.mechanisms();
    let (readable, others): (Vec<String>, Vec<String>) =
        mechanisms.into_iter().partition(|name| READABLE.contains(&name.as_str()));
    if !readable.is_empty() {
        part(shown("AUTH", &readable), Severity::Fault, "offered in clear: the password can be read on the way");
    }
    if !others.is_empty() {
        part(shown("AUTH", &others), Severity::Note, "offered in clear, and sends no password");
    }
    match protocol {
        Protocol::Imap if clear.has("LOGINDISABLED") => {
            part("LOGIN".to_owned(), Severity::Good, "LOGINDISABLED before TLS");
        }
        Protocol::Imap => {
            part("LOGIN".to_owned(), Severity::Fault, "no LOGINDISABLED before TLS: LOGIN is accepted in clear");
        }
        Protocol::Pop3 if clear.has("USER") => {
            part("USER".to_owned(), Severity::Fault, "USER is offered before TLS: PASS is accepted in clear");
        }
        Protocol::Pop3 => part("USER".to_owned(), Severity::Good, "not offered before TLS"),
        Protocol::Smtp | Protocol::Lmtp => {}
    }
    let worst = parts.iter().map(|part| part.severity).max().unwrap_or(Severity::Good);
    let says = match (worst, ground.seen.tls.is_some()) {
        (Severity::Fault, true) => "a password is asked for in clear although there is TLS",
        (Severity::Fault, false) => "a password is asked for in clear, and there is no TLS",
        _ => "no password is asked for before TLS",
    };
    let local = ground.seen.remote.is_some_and(|remote| remote.ip().is_loopback()) && worst == Severity::Fault;
    if local {
        parts.push(Part {
            tried: "this machine".to_owned(),
            severity: Severity::Note,
            says: "Dovecot takes a connection from its own host for safe; ask from elsewhere too".to_owned(),
        });
    }
    Outcome {
        parts,
        means: "whoever listens on the way reads the password and can use it for good",
        mend: match protocol {
            Protocol::Smtp | Protocol::Lmtp => {
                "Postfix: smtpd_tls_auth_only = yes; Exim: auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}; \
                 Exchange: offer basic authentication only after TLS"
            }
            Protocol::Imap | Protocol::Pop3 => {
                "Dovecot: auth_allow_cleartext = no (2.3: disable_plaintext_auth = yes, ssl = required); \
                 Cyrus: allowplaintext: no"
            }
        },
        reference: match protocol {
            Protocol::Smtp | Protocol::Lmtp => "RFC 4954 §4, RFC 8314 §4.1",
            Protocol::Imap => "RFC 9051 §6.2.3 and §11.1, RFC 8314 §4.1",
            Protocol::Pop3 => "RFC 2595 §4, RFC 8314 §4.1",
        },
        said: ground.seen.said.clone(),
        tried: "what is offered before TLS".to_owned(),
        ..Outcome::new(worst.max(Severity::Good), says)
    }
}

fn shown(verb: &str, names: &[String]) -> String {
    let text = format!("{verb} {}", names.join(" "));
    let text: String = text.chars().take(80).collect();
    crate::protocol::visible::visible(text.as_bytes()).into_owned()
}
