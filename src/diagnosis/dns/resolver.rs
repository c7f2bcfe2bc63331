//! Who is asked, and how it is reached.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::name::ascii_name;
use crate::protocol::endpoint::Host;

/// The path of a DoH server that names none: the one in the examples of RFC 8484, which nearly all have.
const PATH: &str = "/dns-query";

/// How a question travels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// In one datagram, and by TCP when the answer is truncated (RFC 1035 §4.2.1).
    Udp,
    /// By TCP only (RFC 7766).
    Tcp,
    /// DNS over TLS (RFC 7858).
    Tls,
    /// DNS over HTTPS, with the path (RFC 8484).
    Https(String),
}

impl Transport {
    /// DNS over HTTPS at this path, or at the usual one for an empty path.
    ///
    /// # Errors
    /// It is no path.
    pub fn https(path: &str) -> Result<Self, String> {
        match path {
            "" => Ok(Self::Https(PATH.to_owned())),
            path if path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') => {
                Ok(Self::Https(path.to_owned()))
            }
            odd => Err(format!("\"{odd}\" is not a path of HTTPS, which begins with / and has no blank: {PATH}")),
        }
    }

    /// The port where this is served unless another is named.
    #[must_use]
    pub const fn port(&self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 53,
            Self::Tls => 853,
            Self::Https(_) => 443,
        }
    }

    /// `UDP`, `TCP`, `TLS`, `HTTPS`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Https(_) => "HTTPS",
        }
    }
}

/// A server that is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// Its address, or its name, which is looked up first.
    pub host: Host,
    /// The port, when it is not the usual one of the transport.
    pub port: Option<u16>,
    /// How it is reached.
    pub transport: Transport,
}

/// Who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resolver {
    /// What the machine is configured with.
    #[default]
    System,
    /// This server.
    Server(Server),
}

impl Resolver {
    /// A server by its address and port.
    #[must_use]
    pub fn at(address: SocketAddr, transport: Transport) -> Self {
        let port = Some(address.port()).filter(|port| *port != transport.port());
        Self::Server(Server { host: Host::Ip(address.ip()), port, transport })
    }

    /// Reads `9.9.9.9`, `[2620:fe::fe]:53`, `ns1.example.org`, `tcp://9.9.9.9`, `tls://dns.quad9.net`,
    /// `https://dns.quad9.net/dns-query`, `udp://…`, `system`, with or without the `@` of dig.
    ///
    /// # Errors
    /// The text says what a resolver looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let word = text.strip_prefix('@').unwrap_or(text);
        if word.eq_ignore_ascii_case("system") {
            return Ok(Self::System);
        }
        let (transport, place) = match word.split_once("://") {
            None => (Transport::Udp, word),
            Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
                "udp" => (Transport::Udp, rest),
                "tcp" => (Transport::Tcp, rest),
                "tls" => (Transport::Tls, rest),
                "https" => {
                    let (place, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
                    (Transport::https(path)?, place)
                }
                _ => {
                    return Err(format!(
                        "\"{scheme}://\" is not a way to ask; the ways are @9.9.9.9, @tcp://9.9.9.9, \
                         @tls://dns.quad9.net, @https://dns.quad9.net/dns-query and @system"
                    ));
                }
            },
        };
        let (host, port) = host_and_port(place).map_err(|why| {
            format!(
                "\"{word}\" is not the address or the name of a resolver ({why}); write @9.9.9.9, @[2620:fe::fe]:53, \
                 @ns1.example.org, @tls://dns.quad9.net or @system"
            )
        })?;
        let port = port.filter(|port| *port != transport.port());
        Ok(Self::Server(Server { host, port, transport }))
    }
}

fn host_and_port(place: &str) -> Result<(Host, Option<u16>), String> {
    if let Ok(socket) = place.parse::<SocketAddr>() {
        return Ok((Host::Ip(socket.ip()), Some(socket.port())));
    }
    let bare = place.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(place);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok((Host::Ip(ip), None));
    }
    let (name, port) = match place.split_once(':') {
        None => (place, None),
        Some((name, port)) => {
            let number = port.parse().map_err(|_| format!("\"{port}\" is not a port"))?;
            (name, Some(number))
        }
    };
    let name = ascii_name(name)?;
    match name.rsplit('.').next() {
        None | Some("") => Err("no name".to_owned()),
        // `192.0.2` is an address that was not finished, and no name ends in a number (RFC 1123 §2.1).
        Some(last) if last.bytes().all(|b| b.is_ascii_digit()) => Err("an address is not whole".to_owned()),
        Some(_) => Ok((Host::Name(name), port)),
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, path) = match &self.transport {
            Transport::Udp => ("", ""),
            Transport::Tcp => ("tcp://", ""),
            Transport::Tls => ("tls://", ""),
            Transport::Https(path) => ("https://", path.as_str()),
        };
        f.write_str(scheme)?;
        match (&self.host, self.port) {
            (Host::Ip(ip), None) if scheme.is_empty() => write!(f, "{ip}")?,
            (host, None) => write!(f, "{host}")?,
            (host, Some(port)) => write!(f, "{host}:{port}")?,
        }
        f.write_str(path)
    }
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Server(server) => server.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolvers_as_they_are_typed() {
        for (text, expect) in [
            ("@9.9.9.9", "9.9.9.9"),
            ("@9.9.9.9:53", "9.9.9.9"),
            ("@tcp://9.9.9.9", "tcp://9.9.9.9"),
            ("@127.0.0.1:5353", "127.0.0.1:5353"),
            ("@2620:fe::fe", "2620:fe::fe"),
            ("@[2620:fe::fe]", "2620:fe::fe"),
            ("@[::1]:5353", "[::1]:5353"),
            ("@tls://[2620:fe::fe]", "tls://[2620:fe::fe]"),
            ("system", "system"),
            ("@ns1.Example.org.", "ns1.example.org"),
            ("@ns1.example.org:5353", "ns1.example.org:5353"),
            ("@bücher.example", "xn--bcher-kva.example"),
            ("@TLS://dns.quad9.net", "tls://dns.quad9.net"),
            ("@tls://1.1.1.1:853", "tls://1.1.1.1"),
            ("@tls://1.1.1.1:53", "tls://1.1.1.1:53"),
            ("@https://dns.quad9.net", "https://dns.quad9.net/dns-query"),
            ("@https://dns.google:8443/q/x", "https://dns.google:8443/q/x"),
            ("@localhost", "localhost"),
        ] {
            let resolver = Resolver::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(resolver.to_string(), expect, "{text}");
            assert_eq!(Resolver::parse(expect), Ok(resolver), "{text} comes back");
        }
    }

    #[test]
    fn wrong_resolvers_say_what_to_type() {
        for (text, part) in [
            ("@", "no name"),
            ("@.", "no name"),
            ("@quic://9.9.9.9", "is not a way to ask"),
            ("@192.0.2", "not whole"),
            ("@9.9.9.9:port", "\"port\" is not a port"),
            ("@9.9.9.9:99999", "is not a port"),
            ("@a..b", "empty label"),
            ("@2620:fe::fe::", "is not a port"),
            ("@https://dns.example/q x", "not a path"),
        ] {
            let error = Resolver::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_with_its_usual_port_shows_none() {
        let at = |text: &str, transport| Resolver::at(text.parse().unwrap(), transport).to_string();
        assert_eq!(at("9.9.9.9:53", Transport::Udp), "9.9.9.9");
        assert_eq!(at("[::1]:53", Transport::Tls), "tls://[::1]:53");
    }
}
