//! The client's certificate and the key log against `openssl s_server`, which keeps a log of its own.

use std::collections::BTreeSet;
use std::path::Path;

use super::made::name_for;
use super::servers::{Servers, servers};
use crate::common::pty::Terminal;
use crate::explorer::leave;

/// The explorer on an `s_server`.
fn open(servers: &Servers, at: std::net::SocketAddr, more: &[&str]) -> Terminal {
    let (name, url) = (name_for("none"), format!("smtps://{at}"));
    let arguments = [&["--sni", &name], more, &[url.as_str()]].concat();
    Terminal::spawn_with(&arguments, &[("SSL_CERT_FILE", servers.authority().to_str().unwrap())], 160, 48)
}

/// The lines of a key log for one session: label, client random, secret.
fn lines(log: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn the_clients_certificate_is_shown_and_the_keys_are_those_of_the_server() {
    let servers = servers();
    for (version, at, theirs) in servers.asking() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("keys");
        let files = [servers.client("pem"), servers.client("key"), log.clone()];
        let [cert, key, keys] = files.each_ref().map(|path| path.to_str().unwrap());
        let terminal = open(&servers, at, &["--cert", cert, "--key", key, "--keylog", keys]);
        // The server ends a handshake in which it does not like the certificate.
        terminal.wait_for(&format!("{version} ✓ {}", name_for("none")));
        leave(&terminal);

        let (ours, theirs) = (lines(&log), lines(&theirs));
        let expected: BTreeSet<_> = match version {
            "TLS 1.3" => [
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
                "SERVER_TRAFFIC_SECRET_0",
                "EXPORTER_SECRET",
            ]
            .into(),
            _ => ["CLIENT_RANDOM"].into(),
        };
        let labels: BTreeSet<_> = ours.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(labels, expected, "{version}");
        assert!(ours.is_subset(&theirs), "{version}: {ours:#?} and the server's {theirs:#?}");
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn without_a_certificate_the_server_ends_it_and_is_understood() {
    let servers = servers();
    for (version, at, _) in servers.asking() {
        let terminal = open(&servers, at, &[]);
        // TLS 1.3 tells the client only after its own end of the handshake.
        terminal.wait_until(version, |screen| {
            screen.contains("certificate_required") || screen.contains("handshake_failure")
        });
        leave(&terminal);
    }
}
