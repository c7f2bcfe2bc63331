//! Servers of OpenSSL, each configured for one fault, and what ClientHellos made by hand find out about them.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ehlo::app::effect::{Effect, Effects};
use ehlo::app::event::Event;
use ehlo::app::investigator::Investigator;
use ehlo::app::options::Options;
use ehlo::diagnosis::Finding;
use ehlo::diagnosis::dns::Resolver;
use ehlo::diagnosis::hello::{Enumeration, WhyNot};
use ehlo::diagnosis::investigation::{Came, Investigation, Want};
use ehlo::diagnosis::survey::Row;
use ehlo::net::Net;
use ehlo::net::clock::Clock;
use ehlo::protocol::endpoint::{Endpoint, Host, Protocol, Security};
use ehlo::protocol::moment::Moment;
use tokio::runtime::Builder;
use tokio::sync::mpsc::channel;
use tokio::time::{sleep, timeout};

/// Nothing here takes so long.
const SOON: Duration = Duration::from_secs(60);

/// `openssl s_server` at a port of its own, for as long as this lives.
struct Server {
    child: Child,
    endpoint: Endpoint,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts one with these arguments, in a folder that holds `c.pem`, `k.pem` and `dh.pem`.
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = |words: &[&str]| {
            let done = Command::new("openssl").args(words).current_dir(folder.path()).output().unwrap();
            assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        };
        let subject = ["-subj", "/CN=localhost", "-keyout", "k.pem", "-out", "c.pem"];
        run(&[&["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"], &subject[..]].concat());
        if arguments.contains(&"dh.pem") {
            run(&["dhparam", "-out", "dh.pem", "1024"]);
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-cert", "c.pem", "-key", "k.pem", "-accept", &free.to_string()])
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let endpoint = Endpoint {
            protocol: Protocol::Smtp,
            host: Host::Ip(free.ip()),
            port: free.port(),
            security: Security::Implicit,
        };
        let until = Instant::now() + SOON;
        while TcpStream::connect(free).is_err() {
            let log = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "openssl s_server {arguments:?} does not listen: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, endpoint, _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Runs an investigation as the program does, over sockets.
fn run(investigation: Box<dyn Investigation>) -> (Vec<Row>, Vec<Finding>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Clock::start();
        let (reports, mut events) = channel(64);
        let mut net = Net::new(clock, None, reports);
        let options = Options::new("client.example.test", clock.wall(clock.now()).to_zoned(jiff::tz::TimeZone::UTC));
        let mut investigator = Investigator::new(&options);
        let mut effects = Effects::new();
        let mut wakes: BTreeSet<Moment> = BTreeSet::new();
        investigator.begin(investigation, Resolver::System, &mut effects);
        loop {
            for effect in std::mem::take(&mut effects) {
                match net.perform(effect) {
                    None => {}
                    Some(Effect::Wake(at)) => _ = wakes.insert(at),
                    Some(other) => panic!("{other:?}"),
                }
            }
            if investigator.pending() == 0 {
                return investigator.investigation().expect("it has begun").table();
            }
            let wait = wakes.first().map_or(SOON, |at| *at - clock.now());
            tokio::select! {
                event = timeout(SOON, events.recv()) => match event.expect("nothing came") {
                    Some(Event::Connection { id, at, what }) => _ = investigator.happened(id, what, at, 0, &mut effects),
                    other => panic!("{other:?}"),
                },
                () = sleep(wait) => {
                    let at = clock.now();
                    wakes.retain(|wake| *wake > at);
                    investigator.tick(at, 0, &mut effects);
                }
            }
        }
    })
}

/// The reason for a failed handshake, by itself.
#[derive(Debug)]
struct Reason(WhyNot);

impl Investigation for Reason {
    fn title(&self) -> String {
        "why not".to_owned()
    }

    fn wants(&mut self) -> Vec<Want> {
        self.0.wants()
    }

    fn came(&mut self, came: Came, _now: i64) {
        assert!(self.0.came(&came));
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        (self.0.rows(), self.0.findings())
    }
}

#[test]
#[ignore = "needs openssl; tests/real/run"]
fn hello_says_why_a_handshake_fails() {
    for (arguments, parts) in [
        (&["-tls1", "-cipher", "ALL:@SECLEVEL=0"][..], &["speaks nothing newer than TLS 1.0"][..]),
        (&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], &["speaks nothing newer than TLS 1.1"]),
        (&["-tls1_2", "-cipher", "AES128-SHA"], &["has RSA key exchange only", "TLS_RSA_WITH_AES_128_CBC_SHA"]),
        (
            &["-tls1_2", "-cipher", "DHE:@SECLEVEL=0", "-dhparam", "dh.pem"],
            &["has DHE only, no ECDHE", "its DH prime has 1024 bits"],
        ),
        (&["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"], &["has no suite with ECDHE and AES-GCM"]),
        (&["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"], &["has RSA key exchange only", "nothing is encrypted"]),
        (&["-tls1_2", "-cipher", "ADH:@SECLEVEL=0", "-nocert"], &["shows no certificate"]),
        (&["-tls1_2", "-Verify", "1", "-CAfile", "c.pem"], &["asks for a client certificate of CN=localhost"]),
        (&["-Verify", "1", "-CAfile", "c.pem"], &["asks for a client certificate of CN=localhost"]),
        (&[], &["the handshake fails later"]),
    ] {
        let server = Server::start(arguments);
        let (rows, findings) = run(Box::new(Reason(WhyNot::new(&server.endpoint, None))));
        let says: Vec<&str> = findings.iter().map(|finding| finding.says.as_str()).collect();
        for part in parts {
            assert!(says.iter().any(|says| says.contains(part)), "{arguments:?}: {part} is not in {says:#?} {rows:#?}");
        }
    }
}

/// The suites that OpenSSL itself says it would speak with this list, as IANA names them.
fn configured(list: &str, version: &str) -> BTreeSet<String> {
    let done = Command::new("openssl").args(["ciphers", "-s", "-stdname", version, list]).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    // The certificate of the server is RSA: what needs another kind is not spoken.
    names
        .filter(|name| !["ECDSA", "DSS", "PSK", "SRP"].iter().any(|kind| name.contains(kind)))
        .map(str::to_owned)
        .collect()
}

#[test]
#[ignore = "needs openssl; tests/real/run"]
fn hello_enumerates_what_openssl_is_configured_for() {
    for (list, version) in [
        ("ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-tls1_2"),
        ("ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-tls1"),
        ("HIGH:!aNULL:!kRSA", "-tls1_2"),
        ("AES128-SHA", "-tls1_2"),
    ] {
        let server = Server::start(&[version, "-cipher", list, "-serverpref"]);
        let (rows, findings) = run(Box::new(Enumeration::new(&server.endpoint, None)));
        let suite = |row: &Row| row.text.split(',').next().unwrap_or_default().to_owned();
        let found: BTreeSet<String> = rows.iter().filter(|row| row.label == "suite").map(suite).collect();
        assert_eq!(found, configured(list, version), "{version} {list} {findings:#?}");
        let several = found.len() > 1;
        let ordered = rows.iter().any(|row| row.text.ends_with("in the server's order"));
        assert_eq!(ordered, several, "{rows:#?}");
    }
}

#[test]
#[ignore = "needs openssl; tests/real/run"]
fn hello_enumerates_groups_in_the_order_of_the_server() {
    let server = Server::start(&["-groups", "P-384:X25519", "-serverpref"]);
    let (rows, _) = run(Box::new(Enumeration::new(&server.endpoint, None)));
    let groups: Vec<&str> = rows.iter().filter(|row| row.label == "groups").map(|row| row.text.as_str()).collect();
    assert_eq!(groups, ["secp384r1, x25519", "secp384r1, x25519"], "{rows:#?}");
    for (label, text) in [
        ("compression", "none"),
        ("renegotiation", "secure (RFC 5746)"),
        ("fallback", "a needless one is refused (RFC 7507)"),
    ] {
        assert!(rows.iter().any(|row| row.label == label && row.text == text), "{label} {text}: {rows:#?}");
    }
}
