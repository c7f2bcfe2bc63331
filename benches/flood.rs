//! A flood of reply lines under TLS into the binary in a terminal, keys typed meanwhile, beside a plain reader with the
//! same TLS library and `openssl s_client` in the same terminal. The practice server runs in a process of its own.
//!
//! `cargo bench --bench flood` prints the rates; no test depends on them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench measures, and may stop when it cannot"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, Stream};

#[expect(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/common/mod.rs"]
mod common;

use common::pty;

/// Lines of the flood: 80 octets each.
const LINES: u64 = 3_000_000;

struct Lab(Child, String);

impl Lab {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ehlo")).arg("lab").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains(":465"))).unwrap();
        let address = line.split_whitespace().nth(1).unwrap().to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, address)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Trusts everyone: the bench measures octets, not certificates.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Reads the flood and does nothing with it: octets and time.
fn plain_reader(lab: &Lab) -> (u64, Duration) {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    let mut tls = ClientConnection::new(Arc::new(config), ServerName::try_from("mail.example.test").unwrap()).unwrap();
    let mut socket = TcpStream::connect(&lab.1).unwrap();
    let mut stream = Stream::new(&mut tls, &mut socket);
    let mut buffer = vec![0; 64 * 1024];
    let _ = stream.read(&mut buffer).unwrap();
    stream.write_all(format!("HELP FLOOD {LINES}\r\n").as_bytes()).unwrap();
    let (began, mut total) = (Instant::now(), 0);
    loop {
        let count = stream.read(&mut buffer).unwrap();
        total += count as u64;
        let read = &buffer[..count];
        if memchr::memmem::find(read, b"\n214 ").is_some() || read.starts_with(b"214 ") {
            return (total, began.elapsed());
        }
    }
}

fn rate(octets: u64, took: Duration) -> f64 {
    octets as f64 / 1e6 / took.as_secs_f64()
}

fn main() {
    let lab = Lab::start();
    let (octets, took) = plain_reader(&lab);
    let plain = rate(octets, took);
    println!("plain reader, same TLS library:      {plain:7.0} MB/s ({octets} octets)");

    let last = "the flood is over";
    let mut openssl =
        pty::Terminal::spawn_program("openssl", &["s_client", "-quiet", "-crlf", "-connect", &lab.1], &[], 160, 48);
    openssl.patience(Duration::from_secs(120));
    openssl.wait_for("220 ");
    let began = Instant::now();
    openssl.enter(&format!("HELP FLOOD {LINES}"));
    openssl.wait_for(last);
    let openssl = rate(octets, began.elapsed());
    println!("openssl s_client in the same terminal: {openssl:5.0} MB/s");

    let (host, port) = lab.1.split_once(':').unwrap();
    let mut terminal = pty::Terminal::spawn(&[host, port, "--tls"], 160, 48);
    terminal.patience(Duration::from_secs(120));
    terminal.wait_for("220 ");
    let began = Instant::now();
    terminal.enter(&format!("HELP FLOOD {LINES}"));
    terminal.wait_for("214-");
    let mut echoes = Vec::new();
    let mut typed = String::new();
    while !terminal.screen().contains(last) {
        typed.push(char::from(b'a' + u8::try_from(echoes.len() % 26).unwrap()));
        let pressed = Instant::now();
        terminal.type_text(&typed[typed.len() - 1..]);
        terminal.wait_for(&typed);
        echoes.push(pressed.elapsed());
    }
    let explorer = rate(octets, began.elapsed());
    echoes.sort();
    let at = |share: usize| echoes.get(echoes.len() * share / 100).or(echoes.last()).copied().unwrap_or_default();
    println!("ehlo in the same terminal:           {explorer:7.0} MB/s");
    println!("  {:.2} of the plain reader, {:.1} times openssl s_client", explorer / plain, explorer / openssl);
    println!("  a key echoes after {:?} (median), {:?} (slowest of {})", at(50), at(100), echoes.len());
}
