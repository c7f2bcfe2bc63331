//! What a source says: servers, and what is to say about them.

use super::account::UserName;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::survey::{Connect, shown};
use crate::protocol::endpoint::{Endpoint, Host, Protocol, Security, well_known};
use crate::protocol::visible::visible;

/// Servers of one source that are read; more are passed over.
pub(super) const SERVERS: usize = 40;
/// Remarks on one source that are kept.
const REMARKS: usize = 40;

/// A server that a mail program is told to use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// IMAP, POP3, or SMTP for submission.
    pub protocol: Protocol,
    /// Its name in A-label form and lower case, or its address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// When TLS begins.
    pub security: Security,
    /// What to log in with.
    pub user_name: UserName,
    /// How to log in, in the words of the source, the preferred first; empty when it is not said.
    pub authentication: Vec<String>,
}

/// The same place, whatever is said of logging in there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// IMAP, POP3, or SMTP for submission.
    pub protocol: Protocol,
    /// The name of the host.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// When TLS begins.
    pub security: Security,
}

impl Server {
    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { protocol: self.protocol, host: self.host.clone(), port: self.port, security: self.security }
    }
}

impl Place {
    /// `IMAP`, `POP3`, `SMTP`.
    #[must_use]
    pub fn label(&self) -> String {
        self.protocol.name().to_ascii_uppercase()
    }

    /// `mail.example.org:993 TLS`, safe to draw.
    #[must_use]
    pub fn text(&self) -> String {
        let tls = match self.security {
            Security::Implicit => "TLS",
            Security::StartTls => "STARTTLS",
            Security::Plain => "in clear",
        };
        format!("{}:{} {tls}", shown(&self.host), self.port)
    }

    /// Where to look at it. None: its host is none.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        let host = Host::parse(&self.host).ok()?;
        Some(Endpoint { protocol: self.protocol, host, port: self.port, security: self.security })
    }

    /// What one key connects to, with TLS as it is said to begin.
    #[must_use]
    pub fn connect(&self) -> Connect {
        let service = match (self.protocol, self.security) {
            (Protocol::Imap, Security::Implicit) => "imaps",
            (Protocol::Imap, Security::StartTls) => "imap+starttls",
            (Protocol::Imap, Security::Plain) => "imap",
            (Protocol::Pop3, Security::Implicit) => "pop3s",
            (Protocol::Pop3, Security::StartTls) => "pop3+starttls",
            (Protocol::Pop3, Security::Plain) => "pop3",
            (Protocol::Smtp | Protocol::Lmtp, Security::Implicit) => "submissions",
            (Protocol::Smtp | Protocol::Lmtp, Security::StartTls) => "submission+starttls",
            (Protocol::Smtp | Protocol::Lmtp, Security::Plain) => "submission",
        };
        Connect { host: self.host.clone(), address: None, port: self.port, service: Some(service.to_owned()) }
    }

    /// What is wrong with it whoever says so.
    #[must_use]
    pub fn fault(&self) -> Option<Remark> {
        if let Some((protocol, security)) = well_known(self.port) {
            let begins = |security| if security == Security::Implicit { "with TLS" } else { "in clear" };
            if (protocol.is_smtp(), protocol) != (self.protocol.is_smtp(), self.protocol) {
                return Some(Remark::fault(
                    format!("port {} is the port of {}", self.port, protocol.name().to_ascii_uppercase()),
                    "correct the port, or the protocol",
                ));
            }
            if (security == Security::Implicit) != (self.security == Security::Implicit) {
                return Some(Remark::fault(
                    format!(
                        "port {} begins {}, and is said to begin {}: a mail program waits there until it gives up",
                        self.port,
                        begins(security),
                        begins(self.security)
                    ),
                    if security == Security::Implicit {
                        "say SSL (TLS from the first octet) for this port, or name the port for STARTTLS"
                    } else {
                        "say STARTTLS for this port, or name the port for TLS: 465, 993, 995"
                    },
                ));
            }
        }
        if self.security == Security::Plain {
            return Some(Remark::fault(
                "without TLS: the password goes out for everybody on the way to read".to_owned(),
                "offer TLS (RFC 8314), and say so",
            ));
        }
        if self.protocol.is_smtp() && self.port == 25 {
            return Some(Remark::warning(
                "port 25 is for servers: many networks let no mail program through (RFC 8314 §3.3)".to_owned(),
                "name port 465 with TLS, or 587 with STARTTLS",
            ));
        }
        None
    }
}

/// A remark on a source, and the place in its document, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// Line and column, from 1.
    pub at: Option<(u32, u32)>,
    /// What is to say, without a full stop. Safe to draw.
    pub says: String,
    /// What to do next.
    pub next: String,
}

impl Remark {
    pub(super) fn new(severity: Severity, says: impl Into<String>, next: impl Into<String>) -> Self {
        Self { severity, at: None, says: says.into(), next: next.into() }
    }

    pub(super) fn fault(says: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Severity::Fault, says, next)
    }

    pub(super) fn warning(says: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Severity::Warning, says, next)
    }

    pub(super) fn note(says: impl Into<String>) -> Self {
        Self::new(Severity::Note, says, "")
    }

    pub(super) const fn at(mut self, place: (u32, u32)) -> Self {
        self.at = Some(place);
        self
    }

    /// With its place in front.
    #[must_use]
    pub fn text(&self) -> String {
        match self.at {
            Some((line, column)) => format!("line {line}, column {column}: {}", self.says),
            None => self.says.clone(),
        }
    }

    /// As a finding about a subject.
    #[must_use]
    pub fn finding(&self, subject: &str) -> Finding {
        Finding::new(self.severity, subject, self.text(), self.next.clone())
    }
}

/// What a document says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its servers, the preferred first.
    pub servers: Vec<Server>,
    /// What is to say about it, in its order.
    pub remarks: Vec<Remark>,
}

impl Reading {
    /// Adds a server, or why one cannot be used.
    pub(super) fn take(&mut self, server: Result<Server, Remark>) {
        match server {
            Ok(server) => self.servers.push(server),
            Err(remark) => self.say(remark),
        }
    }

    pub(super) fn say(&mut self, remark: Remark) {
        if self.remarks.len() < REMARKS {
            self.remarks.push(remark);
        }
    }
}

/// A host as a configuration names it.
///
/// # Errors
/// What is wrong with it, safe to draw.
pub(super) fn host(text: &str) -> Result<String, String> {
    match Host::parse(text) {
        Ok(host) => Ok(host.to_string().to_ascii_lowercase()),
        Err(error) => Err(visible(error.0.as_bytes()).into_owned()),
    }
}

/// A port as a configuration names it.
pub(super) fn port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::endpoint::scheme;

    #[test]
    fn places_and_their_faults() {
        use Protocol::{Imap, Pop3, Smtp};
        use Security::{Implicit, Plain, StartTls};
        for (protocol, port, security, service, fault) in [
            (Imap, 993, Implicit, "imaps", None),
            (Imap, 143, StartTls, "imap+starttls", None),
            (Pop3, 995, Implicit, "pop3s", None),
            (Smtp, 465, Implicit, "submissions", None),
            (Smtp, 587, StartTls, "submission+starttls", None),
            (Smtp, 2465, Implicit, "submissions", None),
            (Imap, 993, StartTls, "imap+starttls", Some("port 993 begins with TLS, and is said to begin in clear")),
            (Smtp, 587, Implicit, "submissions", Some("port 587 begins in clear, and is said to begin with TLS")),
            (Pop3, 110, Plain, "pop3", Some("without TLS")),
            (Imap, 995, Implicit, "imaps", Some("port 995 is the port of POP3")),
            (Smtp, 993, Implicit, "submissions", Some("port 993 is the port of IMAP")),
            (Smtp, 25, StartTls, "submission+starttls", Some("port 25 is for servers")),
        ] {
            let place = Place { protocol, host: "mail.example.org".to_owned(), port, security };
            assert_eq!(place.connect().service.as_deref(), Some(service), "{place:?}");
            let meant = scheme(service).map(|(protocol, _, security)| (protocol, security));
            assert_eq!(meant, Some((protocol, security)), "{place:?}");
            assert_eq!(place.endpoint().unwrap().to_string(), format!("mail.example.org:{port}"));
            let says = place.fault().map(|remark| remark.says);
            match (says, fault) {
                (None, None) => {}
                (Some(says), Some(part)) => assert!(says.contains(part), "{says}"),
                (says, fault) => panic!("{place:?}: {says:?} for {fault:?}"),
            }
        }
    }
}
