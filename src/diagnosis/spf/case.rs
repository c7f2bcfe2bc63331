//! Who sends: the arguments of `check_host` (RFC 7208 §4.1).

use std::net::IpAddr;

use crate::protocol::text::domain::to_ascii;

/// Which name of the session is checked (RFC 7208 §2.3, §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The name of EHLO or HELO.
    Helo,
    /// The address of MAIL FROM.
    MailFrom,
}

/// A client and a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The client's address. An IPv4-mapped IPv6 address is the IPv4 address (RFC 7208 §5).
    pub(super) ip: IpAddr,
    /// The name it gave in EHLO.
    pub(super) helo: String,
    pub(super) identity: Identity,
    /// The local part of the sender; `postmaster` where there is none (RFC 7208 §4.3).
    pub(super) local_part: String,
    /// The domain of the sender, in A-labels (RFC 8616 §4).
    pub(super) domain: String,
    pub(super) receiver: String,
    pub(super) now: u64,
}

impl Case {
    /// Checks the address of MAIL FROM, without its angle brackets. The null sender is `postmaster` at the HELO name
    /// (RFC 7208 §2.4); an address without `@` is taken as a domain.
    #[must_use]
    pub fn mail_from(ip: IpAddr, helo: &str, sender: &str) -> Self {
        let helo = ascii(helo);
        let (local_part, domain) = match sender.rsplit_once('@') {
            Some((local_part, domain)) => (local_part, ascii(domain)),
            None if sender.is_empty() => ("", helo.clone()),
            None => ("", ascii(sender)),
        };
        let local_part = if local_part.is_empty() { "postmaster" } else { local_part }.to_owned();
        let ip = ip.to_canonical();
        Self { ip, helo, identity: Identity::MailFrom, local_part, domain, receiver: "unknown".to_owned(), now: 0 }
    }

    /// Checks the name of EHLO (RFC 7208 §2.3).
    #[must_use]
    pub fn helo(ip: IpAddr, helo: &str) -> Self {
        Self { identity: Identity::Helo, ..Self::mail_from(ip, helo, "") }
    }

    /// With the name of the host that checks, for `%{r}`; without it that is `unknown`.
    #[must_use]
    pub fn received_by(self, receiver: impl Into<String>) -> Self {
        Self { receiver: receiver.into(), ..self }
    }

    /// With the time of the check in seconds since 1970, for `%{t}`.
    #[must_use]
    pub fn at(self, now: u64) -> Self {
        Self { now, ..self }
    }

    /// The client's address.
    #[must_use]
    pub const fn ip(&self) -> IpAddr {
        self.ip
    }

    /// Which name is checked.
    #[must_use]
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// The domain whose record is looked up first.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The sender's address as the macros see it.
    #[must_use]
    pub fn sender(&self) -> String {
        format!("{}@{}", self.local_part, self.domain)
    }
}

/// The domain in A-labels, without the dot at its end.
fn ascii(domain: &str) -> String {
    let name = to_ascii(domain).unwrap_or_else(|| domain.to_owned());
    name.strip_suffix('.').map(str::to_owned).unwrap_or(name)
}
