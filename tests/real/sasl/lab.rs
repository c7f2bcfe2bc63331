//! GNU SASL as a client of the practice servers.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tempfile::NamedTempFile;

/// `ehlo lab`, for as long as a test needs it.
struct Lab {
    child: Child,
    /// Name, address and the rest of each line that tells of a service.
    services: Vec<(String, SocketAddr, String)>,
    /// A user and the password.
    user: (String, String),
    authority: NamedTempFile,
}

impl Lab {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ehlo"));
        let mut child = command.arg("lab").stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let lines: Vec<String> = lines.take_while(|line| line != "Ctrl-C ends it.").collect();
        let service = |line: &String| {
            let mut words = line.split_whitespace();
            let (name, at) = (words.next()?, words.next()?.parse().ok()?);
            Some((name.to_owned(), at, words.collect::<Vec<_>>().join(" ")))
        };
        let users = lines.iter().skip_while(|line| *line != "Users:").skip(1);
        let user = users.filter_map(|line| line.trim().split_once(' ')).next().expect("a user");
        let mut authority = NamedTempFile::new().unwrap();
        let is_edge = |line: &&String| !line.starts_with("-----BEGIN");
        for line in lines.iter().skip_while(is_edge) {
            writeln!(authority, "{line}").unwrap();
        }
        let user = (user.0.to_owned(), user.1.trim().to_owned());
        Self { child, services: lines.iter().filter_map(service).collect(), user, authority }
    }

    /// Runs a mechanism by GNU SASL, and gives whether it is content with what it says.
    fn login(&self, protocol: &str, mechanism: &str, password: &str, more: &[&str]) -> (bool, String) {
        let is = |what: &str| what.to_lowercase().starts_with(protocol) && what.contains("STARTTLS");
        let (name, at, _) = self.services.iter().find(|(_, _, what)| is(what)).expect("such a service");
        let host = name.split(':').next().unwrap();
        let mut client = Command::new("gsasl");
        client.args([&format!("--{protocol}"), "--starttls", &format!("--connect={at}"), &format!("--hostname={host}")]);
        client.arg(format!("--x509-ca-file={}", self.authority.path().display())).args(more);
        client.args(["--application-data", "--mechanism", mechanism, "--authentication-id", &self.user.0]);
        client.args(["--password", password]).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        let output = client.output().unwrap_or_else(|error| panic!("gsasl: {error}; run tests/real/install as root"));
        let said = [output.stdout, output.stderr].map(|octets| String::from_utf8_lossy(&octets).into_owned()).concat();
        (output.status.success(), said)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn gnu_sasl_logs_in_to_the_practice_servers() {
    let lab = Lab::start();
    for protocol in ["smtp", "imap"] {
        for (mechanism, more) in [
            ("PLAIN", ["--no-cb"].as_slice()),
            ("LOGIN", &["--no-cb"]),
            ("CRAM-MD5", &["--no-cb"]),
            ("SCRAM-SHA-1", &["--no-cb"]),
            ("SCRAM-SHA-256", &["--no-cb"]),
            // GnuTLS gives it the exporter of this connection, and the practice server compares it with its own.
            ("SCRAM-SHA-1-PLUS", &[]),
            ("SCRAM-SHA-256-PLUS", &[]),
        ] {
            let (is_content, said) = lab.login(protocol, mechanism, &lab.user.1, more);
            assert!(is_content, "{protocol} {mechanism}: {said}");
            assert!(said.contains("Client authentication finished (server trusted)"), "{protocol} {mechanism}: {said}");
            let (is_content, said) = lab.login(protocol, mechanism, "wrong", more);
            assert!(!is_content, "{protocol} {mechanism}: {said}");
        }
    }
}
