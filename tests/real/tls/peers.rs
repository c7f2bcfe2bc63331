//! What three other programs say of a certificate.

use std::process::{Command, Output, Stdio};

use super::made::name_for;
use super::servers::Servers;

/// `openssl verify`, which needs no server: it is given the chain that the server sends.
pub(super) fn openssl(servers: &Servers, fault: &str) -> String {
    let mut verify = Command::new("openssl");
    verify.args(["verify", "-purpose", "sslserver", "-verify_hostname", &name_for(fault), "-no-CApath", "-no-CAstore"]);
    verify.arg("-CAfile").arg(servers.authority());
    if !std::fs::read(servers.file(fault, "above")).unwrap().is_empty() {
        verify.arg("-untrusted").arg(servers.file(fault, "above"));
    }
    verify.arg(servers.file(fault, "own"));
    said(verify)
}

/// `posttls-finger`, Postfix' own client, at the level of the name.
pub(super) fn posttls_finger(servers: &Servers, fault: &str) -> String {
    let at = servers.postfix(fault);
    let mut finger = Command::new(crate::rig::SBIN.to_owned() + "/posttls-finger");
    finger.args(["-c", "-l", "secure", "-F"]).arg(servers.authority());
    finger.args([&format!("inet:[{}]:{}", at.ip(), at.port()), &name_for(fault)]);
    said(finger)
}

/// `gnutls-cli`.
pub(super) fn gnutls(servers: &Servers, fault: &str) -> String {
    let (at, name) = (servers.postfix(fault), name_for(fault));
    let mut client = Command::new("gnutls-cli");
    client.args(["--starttls-proto=smtp", "--no-ca-verification"]);
    client.args([&format!("--sni-hostname={name}"), &format!("--verify-hostname={name}")]);
    client.arg(format!("--x509cafile={}", servers.authority().display()));
    client.args([&format!("--port={}", at.port()), &at.ip().to_string()]);
    said(client)
}

/// All that a program prints.
fn said(mut program: Command) -> String {
    let Output { stdout, stderr, .. } = program
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program:?}: {error}; run tests/real/install as root"));
    [stdout, stderr].map(|octets| String::from_utf8_lossy(&octets).into_owned()).concat()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn dump() {
    let servers = super::servers::servers();
    for fault in servers.faults() {
        println!("=========== {fault}");
        println!("--- openssl\n{}", openssl(&servers, fault));
        println!("--- posttls\n{}", posttls_finger(&servers, fault));
        println!("--- gnutls\n{}", gnutls(&servers, fault));
    }
}
