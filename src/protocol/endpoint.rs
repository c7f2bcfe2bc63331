//! Where: protocols, ports, hosts and the grammar of targets.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033: SMTP with LHLO and one reply per recipient after the final dot.
    Lmtp,
    /// RFC 9051 and RFC 3501.
    Imap,
    /// RFC 1939.
    Pop3,
}

impl Protocol {
    /// SMTP or LMTP.
    #[must_use]
    pub const fn is_smtp(self) -> bool {
        matches!(self, Self::Smtp | Self::Lmtp)
    }

    /// `smtp`, `lmtp`, `imap`, `pop3`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
        }
    }

    /// The verb that begins TLS, which is also the capability that offers it: RFC 3207, RFC 9051 §6.2.1, RFC 2595 §4.
    #[must_use]
    pub const fn starttls(self) -> &'static str {
        match self {
            Self::Smtp | Self::Lmtp | Self::Imap => "STARTTLS",
            Self::Pop3 => "STLS",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// In clear, until the user says STARTTLS.
    Plain,
    /// In clear, then STARTTLS/STLS as the first thing after the greeting.
    StartTls,
    /// TLS from the first octet (RFC 8314).
    Implicit,
}

/// A host as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A DNS name, in A-label form, without a trailing dot.
    Name(String),
    /// An address.
    Ip(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Self::Ip(ip) => write!(f, "{ip}"),
        }
    }
}

/// Where to connect and how to begin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The dialect spoken there.
    pub protocol: Protocol,
    /// The host.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
    /// When TLS begins.
    pub security: Security,
}

impl Endpoint {
    /// Whether mail comes here from other mail servers, which connect to port 25 alone (RFC 5321 §4.5.4.2, RFC 6409 §3.1):
    /// what a domain promises by MTA-STS is about such servers.
    #[must_use]
    pub fn takes_mail(&self) -> bool {
        (self.protocol, self.port) == (Protocol::Smtp, 25)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// What the words after `ehlo` name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Connect there.
    Endpoint(Endpoint),
    /// Ask DNS first, then connect to the best MX.
    Domain(String),
    /// The same for the domain of a mail address; the address becomes the user and the recipient.
    Address {
        /// Before the last `@`.
        local_part: String,
        /// After it, in A-label form.
        domain: String,
    },
}

/// Why a target could not be read. The text says what to type instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetError(pub String);

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetError {}

/// The protocol and the security that a port means by its registration.
#[must_use]
pub const fn well_known(port: u16) -> Option<(Protocol, Security)> {
    Some(match port {
        24 => (Protocol::Lmtp, Security::Plain),
        25 | 587 | 2525 => (Protocol::Smtp, Security::Plain),
        465 => (Protocol::Smtp, Security::Implicit),
        143 => (Protocol::Imap, Security::Plain),
        993 => (Protocol::Imap, Security::Implicit),
        110 => (Protocol::Pop3, Security::Plain),
        995 => (Protocol::Pop3, Security::Implicit),
        _ => return None,
    })
}

/// The protocol, port and security that a URL scheme or service name means. `+starttls` behind one that begins in clear
/// asks for STARTTLS: `imap+starttls`.
#[must_use]
pub fn scheme(name: &str) -> Option<(Protocol, u16, Security)> {
    let name = name.to_ascii_lowercase();
    let (bare, upgraded) = name.strip_suffix("+starttls").map_or((name.as_str(), false), |bare| (bare, true));
    let (protocol, port, security) = match bare {
        "smtp" => (Protocol::Smtp, 25, Security::Plain),
        "smtps" | "submissions" => (Protocol::Smtp, 465, Security::Implicit),
        "submission" => (Protocol::Smtp, 587, Security::Plain),
        "lmtp" => (Protocol::Lmtp, 24, Security::Plain),
        "imap" => (Protocol::Imap, 143, Security::Plain),
        "imaps" => (Protocol::Imap, 993, Security::Implicit),
        "pop" | "pop3" => (Protocol::Pop3, 110, Security::Plain),
        "pops" | "pop3s" => (Protocol::Pop3, 995, Security::Implicit),
        _ => return None,
    };
    match (upgraded, security) {
        (false, _) => Some((protocol, port, security)),
        (true, Security::Plain) => Some((protocol, port, Security::StartTls)),
        (true, _) => None,
    }
}

impl Host {
    /// Reads a name, an address, or an address in square brackets (also `[IPv6:…]` as mail writes it).
    ///
    /// # Errors
    /// The text names what is wrong with the host.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner
                .strip_suffix(']')
                .ok_or_else(|| TargetError(format!("\"{text}\": the bracket is not closed, write [2001:db8::1]:25")))?;
            let bare = inner.get(..5).filter(|p| p.eq_ignore_ascii_case("ipv6:")).map_or(inner, |_| &inner[5..]);
            return bare
                .parse()
                .map(Self::Ip)
                .map_err(|_| TargetError(format!("\"{inner}\" in square brackets is not an IP address")));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Ip(ip));
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(TargetError("the host is empty; write ehlo HOST PORT, host:port or a domain".to_owned()));
        }
        let ascii = super::smtp::to_ascii_domain(text)
            .map_err(|reason| TargetError(format!("\"{text}\" is not a host name: {reason}")))?;
        Ok(Self::Name(ascii))
    }
}

/// Reads the words of a target: `HOST PORT`, `host:port`, `[v6]:port`, `:port`, `scheme://host[:port]`, `example.org`,
/// `user@example.org`. A bare name is a domain: DNS first. A bare address is SMTP on port 25.
///
/// # Errors
/// The text names the part that could not be read.
pub fn parse_target(words: &[&str]) -> Result<Target, TargetError> {
    match words {
        [] => Err(TargetError("no host given".to_owned())),
        [one] => parse_word(one),
        [host, port] => Ok(Target::Endpoint(endpoint(Host::parse(host)?, port_number(port)?))),
        [_, _, third, ..] => Err(TargetError(format!("\"{third}\" is one word too many: write HOST PORT"))),
    }
}

fn parse_word(word: &str) -> Result<Target, TargetError> {
    if let Some((name, rest)) = word.split_once("://") {
        let (protocol, default_port, security) = scheme(name).ok_or_else(|| {
            TargetError(format!(
                "\"{name}://\" is not a mail scheme: smtp smtps submission submissions lmtp imap imaps pop3 pop3s, \
                 and +starttls behind one in clear"
            ))
        })?;
        let authority = rest.split('/').next().unwrap_or(rest);
        let (userinfo, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
        if userinfo.contains(':') {
            return Err(TargetError(format!(
                "a password in \"{name}://\" would be read by everyone who lists processes; write the host alone and use F5"
            )));
        }
        let (host, port) = split_port(authority)?;
        let port = port.map_or(Ok(default_port), port_number)?;
        return Ok(Target::Endpoint(Endpoint { protocol, host: Host::parse(host)?, port, security }));
    }
    if let Some((local_part, domain)) = word.rsplit_once('@') {
        if local_part.is_empty() {
            return Err(TargetError(format!("\"{word}\": a resolver goes beside a target: ehlo example.org {word}")));
        }
        return match Host::parse(domain)? {
            Host::Name(domain) => Ok(Target::Address { local_part: local_part.to_owned(), domain }),
            ip @ Host::Ip(_) => Ok(Target::Endpoint(endpoint(ip, 25))),
        };
    }
    if let Some(port) = word.strip_prefix(':').filter(|rest| !rest.starts_with(':')) {
        return Ok(Target::Endpoint(endpoint(Host::Name("localhost".to_owned()), port_number(port)?)));
    }
    let (host, port) = split_port(word)?;
    match (Host::parse(host)?, port) {
        (host, Some(port)) => Ok(Target::Endpoint(endpoint(host, port_number(port)?))),
        (Host::Name(name), None) if name == "localhost" => Ok(Target::Endpoint(endpoint(Host::Name(name), 25))),
        (Host::Name(name), None) => Ok(Target::Domain(name)),
        (host @ Host::Ip(_), None) => Ok(Target::Endpoint(endpoint(host, 25))),
    }
}

fn split_port(text: &str) -> Result<(&str, Option<&str>), TargetError> {
    if text.starts_with('[') {
        let close = text
            .find(']')
            .ok_or_else(|| TargetError(format!("\"{text}\": the bracket is not closed, write [2001:db8::1]:25")))?;
        let (host, rest) = text.split_at(close + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(TargetError(format!("\"{rest}\" after the bracket: write [2001:db8::1]:25"))),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text, None));
    }
    Ok(text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port))))
}

fn port_number(text: &str) -> Result<u16, TargetError> {
    if let Some((_, port, _)) = scheme(text) {
        return Ok(port);
    }
    text.parse::<u16>().ok().filter(|&port| port != 0).ok_or_else(|| {
        TargetError(format!("\"{text}\" is not a port: 1 to 65535, or smtp, submission, imap, imaps, pop3, pop3s"))
    })
}

fn endpoint(host: Host, port: u16) -> Endpoint {
    let (protocol, security) = well_known(port).unwrap_or((Protocol::Smtp, Security::Plain));
    Endpoint { protocol, host, port, security }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<String, String> {
        let words: Vec<&str> = line.split(' ').collect();
        match parse_target(&words).map_err(|e| e.0)? {
            Target::Endpoint(e) => Ok(format!("{} {} {:?}", e.protocol, e, e.security)),
            Target::Domain(domain) => Ok(format!("domain {domain}")),
            Target::Address { local_part, domain } => Ok(format!("address {local_part} at {domain}")),
        }
    }

    #[test]
    fn targets() {
        for (line, expect) in [
            ("mx.example.org 25", "smtp mx.example.org:25 Plain"),
            ("mx.example.org 465", "smtp mx.example.org:465 Implicit"),
            ("mx.example.org imaps", "imap mx.example.org:993 Implicit"),
            ("mx.example.org:143", "imap mx.example.org:143 Plain"),
            ("mx.example.org.:110", "pop3 mx.example.org:110 Plain"),
            ("mx.example.org:4711", "smtp mx.example.org:4711 Plain"),
            ("[2001:db8::1]:587", "smtp [2001:db8::1]:587 Plain"),
            ("[IPv6:2001:db8::1]", "smtp [2001:db8::1]:25 Plain"),
            ("2001:db8::1", "smtp [2001:db8::1]:25 Plain"),
            ("192.0.2.1", "smtp 192.0.2.1:25 Plain"),
            (":2525", "smtp localhost:2525 Plain"),
            ("localhost", "smtp localhost:25 Plain"),
            ("smtps://mx.example.org", "smtp mx.example.org:465 Implicit"),
            ("submission://mx.example.org", "smtp mx.example.org:587 Plain"),
            ("submissions://mx.example.org", "smtp mx.example.org:465 Implicit"),
            ("imap://user@mx.example.org:1143/INBOX", "imap mx.example.org:1143 Plain"),
            ("imap+StartTLS://mx.example.org", "imap mx.example.org:143 StartTls"),
            ("submission+starttls://mx.example.org:2587", "smtp mx.example.org:2587 StartTls"),
            ("pop3s://[2001:db8::1]", "pop3 [2001:db8::1]:995 Implicit"),
            ("lmtp://mx.example.org", "lmtp mx.example.org:24 Plain"),
            ("example.org", "domain example.org"),
            ("Exämple.org", "domain xn--exmple-cua.org"),
            ("jo@example.org", "address jo at example.org"),
            ("\"a@b\"@example.org", "address \"a@b\" at example.org"),
        ] {
            assert_eq!(read(line).as_deref(), Ok(expect), "{line}");
        }
    }

    #[test]
    fn wrong_targets_say_what_is_wrong() {
        for (line, part) in [
            ("host 99999", "not a port"),
            ("host 0", "not a port"),
            ("host:", "not a port"),
            ("host:25x", "not a port"),
            ("ftp://host", "not a mail scheme"),
            ("imaps+starttls://host", "not a mail scheme"),
            ("imap://jo:secret@host", "a password in"),
            ("[2001:db8::1", "not closed"),
            ("[2001:db8::1]x", "after the bracket"),
            ("[nonsense]:25", "not an IP address"),
            ("a b c", "one word too many"),
            ("@9.9.9.9", "resolver"),
            ("jo@", "empty"),
            ("a..b", "not a host name"),
            ("smtp://", "empty"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
