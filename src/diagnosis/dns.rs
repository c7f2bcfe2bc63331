//! DNS questions and answers as plain values, so that the pure rooms need no resolver library.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The record types that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// IPv4 address (RFC 1035 §3.4.1).
    A,
    /// IPv6 address (RFC 3596).
    Aaaa,
    /// Mail exchange (RFC 1035 §3.3.9).
    Mx,
    /// Text: SPF, DMARC and others (§3.3.14).
    Txt,
    /// Reverse name (§3.3.12).
    Ptr,
    /// Service location (RFC 2782, RFC 6186).
    Srv,
    /// Alias (RFC 1035 §3.3.1).
    Cname,
    /// Authoritative server (§3.3.11).
    Ns,
    /// Start of authority (§3.3.13).
    Soa,
}

impl RecordType {
    /// Every type, in the order they are offered.
    pub const ALL: [Self; 9] =
        [Self::A, Self::Aaaa, Self::Mx, Self::Txt, Self::Ptr, Self::Srv, Self::Cname, Self::Ns, Self::Soa];

    /// The name as dig writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ptr => "PTR",
            Self::Srv => "SRV",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Soa => "SOA",
        }
    }

    /// The type with this name, in any case.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resolver {
    /// What the machine is configured with.
    #[default]
    System,
    /// This server, by UDP, and by TCP when the answer is truncated.
    Udp(SocketAddr),
    /// This server, by TCP only.
    Tcp(SocketAddr),
}

impl Resolver {
    /// Reads `9.9.9.9`, `[2620:fe::fe]:53`, `tcp://9.9.9.9`, `udp://…`, `system`, with or without the `@` of dig.
    ///
    /// # Errors
    /// The text says what a resolver looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let word = text.strip_prefix('@').unwrap_or(text);
        if word.eq_ignore_ascii_case("system") {
            return Ok(Self::System);
        }
        let (tcp, address) = match word.split_once("://") {
            None => (false, word),
            Some(("udp", rest)) => (false, rest),
            Some(("tcp", rest)) => (true, rest),
            Some((scheme, _)) => {
                return Err(format!("\"{scheme}://\" is not a way to ask; write @9.9.9.9, @tcp://9.9.9.9 or @system"));
            }
        };
        let bare = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address);
        let socket = match (address.parse::<SocketAddr>(), bare.parse::<IpAddr>()) {
            (Ok(socket), _) => socket,
            (_, Ok(ip)) => SocketAddr::new(ip, 53),
            _ => {
                return Err(format!(
                    "\"{word}\" is not the address of a resolver; write @9.9.9.9, @[2620:fe::fe]:53, @tcp://9.9.9.9 or @system"
                ));
            }
        };
        Ok(if tcp { Self::Tcp(socket) } else { Self::Udp(socket) })
    }
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |f: &mut fmt::Formatter<'_>, at: &SocketAddr| {
            if at.port() == 53 { write!(f, "{}", at.ip()) } else { write!(f, "{at}") }
        };
        match self {
            Self::System => f.write_str("system"),
            Self::Udp(at) => plain(f, at),
            Self::Tcp(at) => {
                f.write_str("tcp://")?;
                plain(f, at)
            }
        }
    }
}

/// A question. The name is in A-label form without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// `example.org`, `_dmarc.example.org`, `25.2.0.192.in-addr.arpa`.
    pub name: String,
    /// The type asked for.
    pub kind: RecordType,
}

/// What one record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// Mail exchange. Exchange `.` (the empty string here) with preference 0 is the null MX of RFC 7505.
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// A-label form, no trailing dot.
        exchange: String,
    },
    /// The character strings, not joined.
    Txt(Vec<Vec<u8>>),
    /// Reverse name.
    Ptr(String),
    /// Service. Target `.` (the empty string here): decidedly not offered (RFC 2782).
    Srv {
        /// Lower is tried first.
        priority: u16,
        /// Share among equals.
        weight: u16,
        /// TCP port.
        port: u16,
        /// Host, no trailing dot.
        target: String,
    },
    /// Alias.
    Cname(String),
    /// Authoritative server.
    Ns(String),
    /// Start of authority.
    Soa {
        /// Primary server.
        primary: String,
        /// Serial number.
        serial: u32,
    },
    /// Any other type, with its number.
    Other(u16),
}

impl Value {
    /// The type of this record, if it is one that is asked for.
    #[must_use]
    pub const fn kind(&self) -> Option<RecordType> {
        Some(match self {
            Self::A(_) => RecordType::A,
            Self::Aaaa(_) => RecordType::Aaaa,
            Self::Mx { .. } => RecordType::Mx,
            Self::Txt(_) => RecordType::Txt,
            Self::Ptr(_) => RecordType::Ptr,
            Self::Srv { .. } => RecordType::Srv,
            Self::Cname(_) => RecordType::Cname,
            Self::Ns(_) => RecordType::Ns,
            Self::Soa { .. } => RecordType::Soa,
            Self::Other(_) => return None,
        })
    }
}

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The owner name, no trailing dot.
    pub name: String,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// What it says.
    pub value: Value,
}

/// The header flags of an answer that matter to a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Authoritative answer.
    pub aa: bool,
    /// Truncated.
    pub tc: bool,
    /// Recursion desired.
    pub rd: bool,
    /// Recursion available.
    pub ra: bool,
    /// Authentic data: the resolver says it validated DNSSEC.
    pub ad: bool,
}

/// Why there is no answer at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryFailure {
    /// Nothing came in time.
    TimedOut,
    /// The resolver could not be reached: text of the system's error.
    Unreachable(String),
    /// What came could not be read.
    Malformed(String),
    /// No resolver is configured on this machine.
    NoResolver(String),
}

impl fmt::Display for QueryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the resolver did not answer in time"),
            Self::Unreachable(why) => write!(f, "the resolver cannot be reached: {why}"),
            Self::Malformed(why) => write!(f, "the resolver sent something that is not an answer: {why}"),
            Self::NoResolver(why) => write!(f, "no resolver is configured: {why}"),
        }
    }
}

/// What came back for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub query: Query,
    /// The server that was really asked.
    pub server: Option<SocketAddr>,
    /// From the first octet out to the last octet in.
    pub took: Duration,
    /// The answer was truncated over UDP and asked again over TCP.
    pub over_tcp: bool,
    /// The reply, or why there is none.
    pub reply: Result<Response, QueryFailure>,
}

/// A DNS response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// RFC 1035 §4.1.1 and RFC 6895: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    pub rcode: u16,
    /// Header flags.
    pub flags: Flags,
    /// The answer section, aliases included, in the order it came.
    pub answers: Vec<Record>,
    /// The authority section.
    pub authority: Vec<Record>,
    /// The additional section.
    pub additional: Vec<Record>,
}

impl Response {
    /// `NOERROR`, `NXDOMAIN` … or `RCODE23`.
    #[must_use]
    pub fn rcode_name(&self) -> String {
        match self.rcode {
            0 => "NOERROR",
            1 => "FORMERR",
            2 => "SERVFAIL",
            3 => "NXDOMAIN",
            4 => "NOTIMP",
            5 => "REFUSED",
            9 => "NOTAUTH",
            16 => "BADVERS",
            other => return format!("RCODE{other}"),
        }
        .to_owned()
    }
}

/// The name under which the PTR record of `ip` stands (RFC 1035 §3.5, RFC 3596 §2.5).
#[must_use]
pub fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let mut name = String::with_capacity(72);
            for octet in ip.octets().iter().rev() {
                for nibble in [octet & 15, octet >> 4] {
                    name.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
                    name.push('.');
                }
            }
            name.push_str("ip6.arpa");
            name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolvers_as_dig_writes_them() {
        for (text, expect) in [
            ("@9.9.9.9", Ok("9.9.9.9")),
            ("@tcp://9.9.9.9", Ok("tcp://9.9.9.9")),
            ("@127.0.0.1:5353", Ok("127.0.0.1:5353")),
            ("@2620:fe::fe", Ok("2620:fe::fe")),
            ("@[::1]:5353", Ok("[::1]:5353")),
            ("system", Ok("system")),
            ("@tls://1.1.1.1", Err(())),
            ("@ns1.example.org", Err(())),
        ] {
            assert_eq!(
                Resolver::parse(text).map(|r| r.to_string()).map_err(|_| ()),
                expect.map(str::to_owned),
                "{text}"
            );
        }
    }

    #[test]
    fn reverse_names() {
        assert_eq!(reverse_name("192.0.2.25".parse().unwrap()), "25.2.0.192.in-addr.arpa");
        assert_eq!(
            reverse_name("2001:db8::25".parse().unwrap()),
            "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
        );
    }
}
