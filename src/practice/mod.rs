//! The other end: SMTP, LMTP, IMAP, POP3 and web servers without a socket, and the small world of mail behind them.
//!
//! Pure: octets and the time go in, [`Output`]s come out; `net` owns the sockets, the TLS and the certificates.
//! What the world holds at the start is text in `assets/practice`. The verbs and their grammar are the client's own
//! ([`crate::protocol::verb`]), so that what the program calls right is what these servers accept.
//!
//! Limits: a message has at most [`MESSAGE_CAP`] octets, a command line at most
//! [`LINE_CAP`](crate::protocol::line::LINE_CAP), the answers to one piece of input at most [`ANSWER_CAP`].

mod address_list;
mod envelope;

mod imap;
mod mail;
mod mailbox;
mod mime;
mod pop3;
mod sasl;
#[cfg(test)]
mod script;
mod server;
mod smtp;
#[cfg(test)]
mod tests;
mod vice;
mod web;
mod world;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use sasl::Secured;
pub use server::Server;
pub use world::{Outgoing, World};

/// The domain whose mail the practice servers take.
pub const DOMAIN: &str = "example.test";

/// The web server whose certificate is for every site it serves.
const WEB_HOST: &str = "web.example.test";

/// Octets of the largest message the world keeps.
pub const MESSAGE_CAP: usize = 25 * 1024 * 1024;

/// When the answers to one piece of input pass this many octets, what is asked after that is refused.
pub const ANSWER_CAP: usize = 128 * 1024 * 1024;

/// What a listening port offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// A mail exchanger, port 25: takes mail for [`DOMAIN`], refuses to relay.
    Smtp,
    /// Message submission (RFC 6409), ports 587 and 465: AUTH under TLS, then anywhere.
    Submission,
    /// Local delivery (RFC 2033), port 24: an answer for each recipient, nothing for elsewhere.
    Lmtp,
    /// IMAP4rev1 and IMAP4rev2, ports 143 and 993.
    Imap,
    /// POP3, ports 110 and 995.
    Pop3,
    /// HTTP/1.1, ports 80 and 443: how mail programs are set up, and the policy of MTA-STS.
    Web,
}

impl Service {
    /// What is spoken there, as people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "SMTP",
            Self::Submission => "submission",
            Self::Lmtp => "LMTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Web => "HTTP",
        }
    }
}

/// A port of the practice world. Addresses and port are virtual; `net` maps them to loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// What is spoken there.
    pub service: Service,
    /// The name of the host.
    pub host: &'static str,
    /// Its addresses, from the documentation blocks (RFC 5737, RFC 3849).
    pub addresses: &'static [IpAddr],
    /// The well-known port.
    pub port: u16,
    /// TLS begins with the first octet (RFC 8314).
    pub implicit_tls: bool,
}

impl Listening {
    /// Whether clients are asked for a certificate, which EXTERNAL then takes for their word: where submission begins
    /// with TLS. Nobody has to have one.
    #[must_use]
    pub fn asks_certificate(&self) -> bool {
        self.service == Service::Submission && self.implicit_tls
    }

    /// What the host does wrong on purpose, in words; none for one that does nothing wrong.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        vice::fault(self.host)
    }
}

const MX1: &[IpAddr] =
    &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 25)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25))];
const MX2: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 26))];
const MAIL: &[IpAddr] =
    &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 143)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x143))];
/// The servers that are wrong on purpose, by `assets/practice/faults`.
const RELAY: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 30))];
const GOSSIP: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 31))];
const BARE_LF: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 32))];
const PIPELINED: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 33))];
const CLEARTEXT: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 34))];
const TRUSTING: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 35))];
const MASKED: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 36))];
const WEB: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 80))];
const OLD_WEB: &[IpAddr] = &[IpAddr::V4(Ipv4Addr::new(192, 0, 2, 81))];

/// Every port of the practice world.
#[must_use]
pub fn listeners() -> Vec<Listening> {
    let at = |service, host, addresses, port, implicit_tls| Listening { service, host, addresses, port, implicit_tls };
    vec![
        at(Service::Smtp, "mx1.example.test", MX1, 25, false),
        at(Service::Smtp, "mx2.example.test", MX2, 25, false),
        at(Service::Submission, "mail.example.test", MAIL, 587, false),
        at(Service::Submission, "mail.example.test", MAIL, 465, true),
        at(Service::Lmtp, "mail.example.test", MAIL, 24, false),
        at(Service::Imap, "mail.example.test", MAIL, 143, false),
        at(Service::Imap, "mail.example.test", MAIL, 993, true),
        at(Service::Pop3, "mail.example.test", MAIL, 110, false),
        at(Service::Pop3, "mail.example.test", MAIL, 995, true),
        at(Service::Web, WEB_HOST, WEB, 80, false),
        at(Service::Web, WEB_HOST, WEB, 443, true),
        // The certificate of this one is for its own name, whatever name it is asked by.
        at(Service::Web, "oldweb.example.test", OLD_WEB, 443, true),
        at(Service::Smtp, "relay.example.test", RELAY, 25, false),
        at(Service::Smtp, "gossip.example.test", GOSSIP, 25, false),
        at(Service::Smtp, "barelf.example.test", BARE_LF, 25, false),
        at(Service::Smtp, "pipelined.example.test", PIPELINED, 25, false),
        at(Service::Imap, "pipelined.example.test", PIPELINED, 143, false),
        at(Service::Pop3, "pipelined.example.test", PIPELINED, 110, false),
        at(Service::Submission, "cleartext.example.test", CLEARTEXT, 587, false),
        at(Service::Imap, "cleartext.example.test", CLEARTEXT, 143, false),
        at(Service::Pop3, "cleartext.example.test", CLEARTEXT, 110, false),
        at(Service::Submission, "trusting.example.test", TRUSTING, 587, false),
        at(Service::Imap, "trusting.example.test", TRUSTING, 143, false),
        at(Service::Pop3, "trusting.example.test", TRUSTING, 110, false),
        at(Service::Smtp, "masked.example.test", MASKED, 25, false),
        at(Service::Submission, "masked.example.test", MASKED, 587, false),
    ]
}

/// Every name the throw-away certificates need.
#[must_use]
pub fn host_names() -> Vec<&'static str> {
    let mut names = vec![DOMAIN];
    for listening in listeners() {
        if !names.contains(&listening.host) {
            names.push(listening.host);
        }
    }
    names
}

/// The names in the certificate of a host: its own, the domain's, and at the web server every site's.
#[must_use]
pub fn certificate_names(host: &'static str) -> Vec<&'static str> {
    let mut names = vec![host];
    let sites = if host == WEB_HOST { web::hosts() } else { Vec::new() };
    for name in [DOMAIN].into_iter().chain(sites) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What a server wants done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send these octets.
    Send(Vec<u8>),
    /// Begin TLS once everything before it is sent, then call [`Server::tls_established`]. Octets that come in
    /// clear before that are dropped.
    StartTls,
    /// Close the connection once everything before it is sent.
    Close,
    /// Send `line` so many times, then `end`: a flood to measure with, without its memory.
    Flood {
        /// One line with its ending.
        line: Vec<u8>,
        /// How often.
        times: u64,
        /// What follows.
        end: Vec<u8>,
    },
}

/// Appends to the last [`Output::Send`], or begins one.
fn send(out: &mut Vec<Output>, octets: &[u8]) {
    if let Some(Output::Send(last)) = out.last_mut() {
        last.extend_from_slice(octets);
    } else {
        out.push(Output::Send(octets.to_vec()));
    }
}

/// Octets waiting in `out`.
fn waiting(out: &[Output]) -> usize {
    out.iter().map(|output| if let Output::Send(octets) = output { octets.len() } else { 0 }).sum()
}

/// Address and password of each user, for whoever is to log in.
#[must_use]
pub fn users() -> Vec<(&'static str, String)> {
    mail::users()
        .map(|(address, password)| (address, String::from_utf8_lossy(password.expose()).into_owned()))
        .collect()
}
