//! The library's [`Exchange`] over a wire: lines of a protocol, or of GNU SASL.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use ehlo::protocol::endpoint::Protocol;
use ehlo::protocol::sasl::{Answer, Channel, Credentials, Exchange, Mechanism, Mistake, Remark, decode};
use ehlo::protocol::secret::Secret;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::servers::Servers;

/// Nobody answers as late as this.
const WITHIN: Duration = Duration::from_secs(30);
/// A nonce need not be secret where nobody listens.
const NONCE: &str = "fyko+d2lbbFgONRv9qkxdawL";

/// What came of an exchange.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The server said yes.
    pub(super) is_granted: bool,
    /// Its last word.
    pub(super) reply: String,
    /// Its challenges, decoded.
    pub(super) challenges: Vec<Vec<u8>>,
    /// What the client found out.
    pub(super) remarks: Vec<Remark>,
}

/// What a side of an exchange says next.
pub(super) enum Heard {
    /// A challenge, in base64.
    Challenge(String),
    /// It is over: whether it is a yes, and the words.
    End(bool, String),
}

/// The way to a server, with SASL inside a protocol.
pub(super) trait Wire {
    /// Says the line that begins, or continues.
    fn say(&mut self, line: &Secret);
    /// Hears what the server says to that.
    fn hear(&mut self) -> Heard;
}

/// How an exchange is run.
pub(super) struct Run<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    pub(super) authorization: &'a str,
    pub(super) mistake: Option<Mistake>,
    /// The first message stands on the command line, where there is one.
    pub(super) initial: bool,
    pub(super) channel: Channel,
}

impl<'a> Run<'a> {
    /// As it should be.
    pub(super) fn new(user: &'a str, password: &'a str) -> Self {
        let channel = Channel { nonce: NONCE.to_owned(), ..Channel::default() };
        Self { user, password, authorization: "", mistake: None, initial: true, channel }
    }

    /// The client's side.
    pub(super) fn exchange(&self, mechanism: Mechanism) -> Exchange {
        let credentials = Credentials {
            user: self.user.to_owned(),
            password: Secret::from(self.password),
            authorization: self.authorization.to_owned(),
        };
        Exchange::new(mechanism, credentials, &self.channel, self.mistake).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Runs the exchange to its end within a protocol.
    pub(super) fn over(&self, wire: &mut Connection, mechanism: Mechanism) -> Outcome {
        let mut exchange = self.exchange(mechanism);
        let initial = if self.initial { exchange.initial() } else { None };
        let opening = exchange.opening(wire.protocol, initial.as_ref());
        wire.begin(&opening);
        finish(&mut exchange, wire)
    }
}

/// Answers until the server is content, or not.
pub(super) fn finish(exchange: &mut Exchange, wire: &mut impl Wire) -> Outcome {
    let mut challenges = Vec::new();
    loop {
        match wire.hear() {
            Heard::End(is_granted, reply) => {
                if is_granted {
                    exchange.accepted();
                }
                return Outcome { is_granted, reply, challenges, remarks: exchange.take_remarks() };
            }
            Heard::Challenge(encoded) => {
                let challenge = decode(&encoded).unwrap_or_else(|why| panic!("{encoded:?}: {why:?}"));
                match exchange.answer(&challenge) {
                    Answer::Message(message) => wire.say(&exchange.line(&message)),
                    Answer::Cancel(_) => wire.say(&Secret::from("*")),
                }
                challenges.push(challenge);
            }
        }
    }
}

/// A connection in implicit TLS.
pub(super) struct Connection {
    pub(super) protocol: Protocol,
    /// The names of the mechanisms that are offered.
    pub(super) offered: Vec<String>,
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

impl Connection {
    /// Connects and hears what is offered. `certified`: with the client's certificate of the rig.
    pub(super) fn open(servers: &Servers, port: u16, certified: bool) -> Self {
        let protocol = match port {
            993 => Protocol::Imap,
            995 => Protocol::Pop3,
            _ => Protocol::Smtp,
        };
        let socket = TcpStream::connect(SocketAddr::from((servers.address, port))).unwrap();
        socket.set_read_timeout(Some(WITHIN)).unwrap();
        let tls = ClientConnection::new(Arc::new(config(servers, certified)), server_name(servers.address)).unwrap();
        let stream = BufReader::new(StreamOwned::new(tls, socket));
        let mut connection = Self { protocol, offered: Vec::new(), stream };
        connection.line();
        connection.offered = match protocol {
            Protocol::Smtp | Protocol::Lmtp => {
                connection.put("EHLO client.example");
                let lines = connection.lines_until(|line| line.get(3..4) == Some(" "));
                words_behind(&lines, &["250-AUTH ", "250 AUTH "])
            }
            Protocol::Imap => {
                connection.put("a0 CAPABILITY");
                let lines = connection.lines_until(|line| line.starts_with("a0 "));
                let names = lines.iter().flat_map(|line| line.split(' ')).filter_map(|word| word.strip_prefix("AUTH="));
                names.map(str::to_owned).collect()
            }
            Protocol::Pop3 => {
                connection.put("CAPA");
                words_behind(&connection.lines_until(|line| line == "."), &["SASL "])
            }
        };
        connection
    }

    /// Says the command that opens an exchange.
    fn begin(&mut self, opening: &Secret) {
        let tag: &[u8] = if self.protocol == Protocol::Imap { b"a1 " } else { b"" };
        self.say(&Secret::new([tag, opening.expose()].concat()));
    }

    fn put(&mut self, line: &str) {
        self.say(&Secret::from(line));
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        assert!(line.ends_with("\r\n"), "the server has gone: {line:?}");
        line.trim_end().to_owned()
    }

    fn lines_until(&mut self, is_last: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            let is_over = is_last(&line);
            lines.push(line);
            if is_over {
                return lines;
            }
        }
    }
}

impl Wire for Connection {
    fn say(&mut self, line: &Secret) {
        let stream = self.stream.get_mut();
        stream.write_all(&[line.expose(), b"\r\n"].concat()).unwrap();
        stream.flush().unwrap();
    }

    fn hear(&mut self) -> Heard {
        loop {
            let line = self.line();
            let challenge = match self.protocol {
                Protocol::Smtp | Protocol::Lmtp => line.strip_prefix("334"),
                Protocol::Imap | Protocol::Pop3 => line.strip_prefix('+').filter(|rest| !rest.starts_with("OK")),
            };
            let granted = match self.protocol {
                Protocol::Smtp | Protocol::Lmtp => "235 ",
                Protocol::Imap => "a1 OK",
                Protocol::Pop3 => "+OK",
            };
            match challenge {
                Some(challenge) => return Heard::Challenge(challenge.trim_start().to_owned()),
                // What is new after the login.
                None if line.starts_with("* ") => {}
                None => return Heard::End(line.starts_with(granted), line),
            }
        }
    }
}

/// What stands behind one of these beginnings, in words.
fn words_behind(lines: &[String], beginnings: &[&str]) -> Vec<String> {
    let rest = lines.iter().find_map(|line| beginnings.iter().find_map(|begin| line.strip_prefix(begin)));
    rest.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn server_name(address: Ipv4Addr) -> ServerName<'static> {
    ServerName::IpAddress(address.into())
}

fn config(servers: &Servers, certified: bool) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(servers.file("authority.pem")).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    if !certified {
        return builder.with_no_client_auth();
    }
    let chain = vec![CertificateDer::from_pem_file(servers.file("client.pem")).unwrap()];
    builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(servers.file("client.key")).unwrap()).unwrap()
}
