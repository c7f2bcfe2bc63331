//! What three other programs say of a certificate, in the words of our verdicts.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use super::made::name_for;
use super::servers::Servers;

/// What is at fault: `name`, `dates`, `chain`, `strength`, `form`, `trust`. Nothing: it is accepted.
pub(super) type Faults = BTreeSet<&'static str>;

/// Their words, and ours. OpenSSL has a number for each, which Postfix tells where it has no words of its own.
const OPENSSL: [(&str, &str); 16] = [
    ("9", "dates"),
    ("10", "dates"),
    ("18", "trust"),
    ("19", "trust"),
    ("20", "trust"),
    ("21", "trust"),
    ("24", "chain"),
    ("25", "chain"),
    ("26", "form"),
    ("32", "chain"),
    ("34", "form"),
    ("47", "trust"),
    ("62", "name"),
    ("66", "strength"),
    ("68", "strength"),
    ("79", "chain"),
];
const POSTFIX: [(&str, &str); 5] = [
    ("certificate has expired", "dates"),
    ("certificate not yet valid", "dates"),
    ("self-signed certificate", "trust"),
    ("untrusted issuer", "trust"),
    ("not designated for use as a server certificate", "form"),
];
const GNUTLS: [(&str, &str); 11] = [
    ("uses expired certificate", "dates"),
    ("uses not yet valid certificate", "dates"),
    ("name in the certificate does not match", "name"),
    ("does not match the intended purpose", "form"),
    ("unknown critical extension", "form"),
    ("OCSP status is missing", "form"),
    ("certificate issuer is unknown", "trust"),
    ("certificate issuer is not a CA", "chain"),
    ("violates the signer's constraints", "trust"),
    ("uses insecure algorithm", "strength"),
    ("signature in the certificate is invalid", "chain"),
];

/// `openssl verify`, at the level that Debian sets for TLS. It needs no server: it is given the chain that one sends.
pub(super) fn openssl(servers: &Servers, fault: &str) -> Faults {
    let mut verify = Command::new("openssl");
    verify.args(["verify", "-auth_level", "2", "-purpose", "sslserver", "-verify_hostname", &name_for(fault)]);
    verify.args(["-no-CApath", "-no-CAstore", "-CAfile"]).arg(servers.authority());
    if !std::fs::read(servers.file(fault, "above")).unwrap().is_empty() {
        verify.arg("-untrusted").arg(servers.file(fault, "above"));
    }
    let said = said(verify.arg(servers.file(fault, "own")));
    let numbers =
        said.lines().filter_map(|line| line.strip_prefix("error ")?.split_once(" at ")).map(|(number, _)| number);
    let faults: Faults = numbers.map(|number| known(&OPENSSL, |told| told == number, &said)).collect();
    assert_ne!(faults.is_empty(), !said.trim_end().ends_with(": OK"), "{said}");
    faults
}

/// `posttls-finger`, Postfix' own client, at the level that looks at the name.
pub(super) fn posttls_finger(servers: &Servers, fault: &str) -> Faults {
    let at = servers.postfix(fault);
    let mut finger = Command::new(crate::keeper::SBIN.to_owned() + "/posttls-finger");
    finger.args(["-c", "-l", "secure", "-F"]).arg(servers.authority());
    finger
        .args([&format!("[{}]:{}", at.ip(), at.port()), &name_for(fault)])
        .env("MAIL_CONFIG", servers.postfix_config());
    let said = said(&mut finger);
    if said.contains("Verified TLS connection established") {
        return Faults::new();
    }
    let reason = said.lines().find_map(|line| line.split_once(" verification failed for ")?.1.split_once(": "));
    let (_, reason) = reason.unwrap_or_else(|| panic!("{fault}: no verdict in {said}"));
    let faults = match reason.strip_prefix("num=").and_then(|rest| rest.split_once(':')) {
        Some((number, _)) => known(&OPENSSL, |told| told == number, &said),
        None => known(&POSTFIX, |told| reason.starts_with(told), &said),
    };
    Faults::from([faults])
}

/// `gnutls-cli`.
pub(super) fn gnutls(servers: &Servers, fault: &str) -> Faults {
    let (at, name) = (servers.postfix(fault), name_for(fault));
    let mut client = Command::new("gnutls-cli");
    // It goes on whatever the certificate is worth, so that it says why.
    client.args(["--starttls-proto=smtp", "--insecure"]);
    client.args([&format!("--sni-hostname={name}"), &format!("--verify-hostname={name}")]);
    client.arg(format!("--x509cafile={}", servers.authority().display()));
    let said = said(client.args([&format!("--port={}", at.port()), &at.ip().to_string()]));
    let status = said.lines().find_map(|line| line.strip_prefix("- Status: "));
    let status = status.unwrap_or_else(|| panic!("{fault}: no verdict in {said}"));
    let faults: Faults = GNUTLS.into_iter().filter(|(told, _)| status.contains(told)).map(|(_, fault)| fault).collect();
    assert_eq!(faults.is_empty(), status.starts_with("The certificate is trusted."), "{status}");
    faults
}

fn known(words: &[(&str, &'static str)], is: impl Fn(&str) -> bool, said: &str) -> &'static str {
    words.iter().find(|(told, _)| is(told)).map(|(_, ours)| *ours).unwrap_or_else(|| panic!("new words: {said}"))
}

/// All that a program prints.
fn said(program: &mut Command) -> String {
    let Output { stdout, stderr, .. } = program
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program:?}: {error}; run tests/real/install as root"));
    [stdout, stderr].map(|octets| String::from_utf8_lossy(&octets).into_owned()).concat()
}
