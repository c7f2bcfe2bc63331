//! GNU SASL as a client of the practice servers.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::common::program::PROGRAM;

/// The users that it tells of.
const USERS: usize = 3;

/// `ehlo lab`, for as long as a test needs it.
struct Lab {
    child: Child,
    /// The address and the rest of each line that tells of a service.
    services: Vec<(SocketAddr, String)>,
    /// Users and their passwords.
    users: Vec<(String, String)>,
}

impl Lab {
    fn start() -> Self {
        let mut child = Command::new(PROGRAM).arg("lab").stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let lines: Vec<String> = lines.take_while(|line| line != "Ctrl-C ends it.").collect();
        let service = |line: &String| {
            let mut words = line.split_whitespace();
            let at = words.nth(1)?.parse().ok()?;
            Some((at, words.collect::<Vec<_>>().join(" ")))
        };
        let users = lines.iter().skip_while(|line| *line != "Users:").skip(1).take(USERS);
        let users = users.filter_map(|line| line.trim().split_once(' '));
        let users = users.map(|(user, password)| (user.to_owned(), password.trim().to_owned())).collect();
        Self { child, services: lines.iter().filter_map(service).collect(), users }
    }

    /// Runs a mechanism by GNU SASL behind STARTTLS, and gives whether it is content with what it says.
    fn login(&self, protocol: &str, mechanism: &str, (user, password): (&str, &str)) -> (bool, String) {
        let service = if protocol == "imap" { "IMAP, clear" } else { "submission, clear" };
        let (at, _) = self.services.iter().find(|(_, what)| what.starts_with(service)).expect("such a service");
        let mut client = Command::new("gsasl");
        // Without a file it takes any certificate: its name would have to be that of the address.
        client.args([&format!("--{protocol}"), "--x509-ca-file=", &format!("--connect={at}"), "--application-data"]);
        // It refuses to do without the binding that it could have.
        if !mechanism.ends_with("-PLUS") {
            client.arg("--no-cb");
        }
        client.args(["--mechanism", mechanism, "--authentication-id", user, "--password", password]);
        let output = client.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("gsasl: {error}; run tests/real/install as root"));
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
    assert_eq!(lab.users.len(), USERS);
    for protocol in ["smtp", "imap"] {
        for mechanism in [
            "PLAIN",
            "LOGIN",
            "CRAM-MD5",
            "SCRAM-SHA-1",
            "SCRAM-SHA-256",
            // GnuTLS gives it what this connection is bound by, and the practice server has its own.
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-256-PLUS",
        ] {
            // With a space; from a digit on; and with a letter newer than Unicode 3.2, which GNU SASL sends in clear only.
            let clear = ["PLAIN", "LOGIN"].contains(&mechanism);
            for (user, password) in lab.users.iter().take(if clear { USERS } else { USERS - 1 }) {
                let (is_content, said) = lab.login(protocol, mechanism, (user, password));
                assert!(is_content, "{protocol} {mechanism} {user}: {said}");
                // Of SCRAM this is the server's signature.
                let trusted = said.contains("Client authentication finished (server trusted)");
                assert!(trusted, "{protocol} {mechanism} {user}: {said}");
            }
            let (is_content, said) = lab.login(protocol, mechanism, (&lab.users[0].0, "wrong"));
            assert!(!is_content, "{protocol} {mechanism}: {said}");
        }
    }
}
