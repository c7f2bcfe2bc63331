//! Dovecot, and Postfix with Dovecot's SASL and with Cyrus', once for the whole test process.
//!
//! As in [`crate::rig`], everything listens on one address that belongs to this process alone.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair};

use super::tokens;
use crate::furnish::{POSTFIX, Words, account, certify, folders, for_dovecot};
use crate::keeper::{Keeper, MAIL_LOGS, SBIN, Use, directory, installed, shared};
use crate::rig::{PASSWORD, own_address};

/// User and password. The servers know both in the clear, as CRAM-MD5 and SCRAM need it.
pub(super) const USERS: [(&str, &str); 3] = [
    (JO, PASSWORD),
    // SCRAM separates by commas and equals signs (RFC 5802 §5.1).
    ("a,b=c@real.test", "s,e=cret"),
    // Who types the ROMAN NUMERAL NINE means these two letters (RFC 4013 §3).
    ("nine@real.test", "IX"),
];
/// The user with the password that begins with a digit and leaves ASCII.
pub(super) const JO: &str = "jo@real.test";
/// The user who has a certificate and no password.
pub(super) const CERTIFIED: &str = "cert@real.test";

/// The ports on which Postfix asks Cyrus SASL, with STARTTLS and in implicit TLS.
pub(super) const CYRUS: u16 = 2525;
pub(super) const CYRUS_TLS: u16 = 2465;

const SERVERS: [&str; 2] = ["postfix", "dovecot"];
const PORTS: [u16; 8] = [25, 465, CYRUS, CYRUS_TLS, 143, 993, 110, 995];

/// The running servers.
pub(super) struct Servers {
    /// Where all of them listen.
    pub(super) address: Ipv4Addr,
    keeper: Keeper,
}

/// Starts the servers on the first call and gives them to the test.
pub(super) fn servers() -> Use<Servers> {
    static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();
    shared(&SERVERS, Servers::start, |servers| &servers.keeper)
}

impl Servers {
    /// A file of the rig: `authority.pem`, and `client.pem` with `client.key` of [`CERTIFIED`].
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.keeper.dir.join(name)
    }

    fn start() -> Result<Self, String> {
        installed(&SERVERS)?;
        let address = own_address(111..=119, &PORTS)?;
        let dir = directory()?;
        furnish(&dir, address).map_err(|error| format!("cannot write the configuration: {error}"))?;
        let keeper = Keeper::start(dir, &SERVERS, &MAIL_LOGS)?;
        keeper.wait_to_listen(PORTS.map(|port| SocketAddr::from((address, port))))?;
        Ok(Self { address, keeper })
    }
}

fn furnish(dir: &Path, address: Ipv4Addr) -> io::Result<()> {
    let words = Words::of(dir, address)?.and([("@CYRUS@", CYRUS.to_string()), ("@CYRUS_TLS@", CYRUS_TLS.to_string())]);
    let fill = |template: &str| words.fill(template);
    folders(dir, &["postfix/sasl", "dovecot/keys/default/HS256"])?;

    let dovecot =
        for_dovecot(include_str!("../config/sasl/dovecot-2.3.conf"), include_str!("../config/sasl/dovecot-2.4.conf"))?;
    fs::write(dir.join("dovecot/dovecot.conf"), fill(dovecot))?;
    fs::write(dir.join("dovecot/oauth2.conf"), fill(include_str!("../config/sasl/oauth2.conf")))?;
    fs::write(dir.join("dovecot/keys/default/HS256/default"), STANDARD.encode(tokens::KEY))?;
    let master = concat!(include_str!("../config/sasl/master.cf"), include_str!("../config/daemons.cf"));
    fs::write(dir.join("postfix/main.cf"), fill(include_str!("../config/no-mail.cf")))?;
    fs::write(dir.join("postfix/master.cf"), fill(master))?;
    fs::write(dir.join("postfix/sasl/smtpd.conf"), fill(include_str!("../config/sasl/smtpd.conf")))?;

    let mut passwords = format!("{CERTIFIED}:::::::nopassword=y\n");
    let sasldb = dir.join("postfix/sasl/sasldb2");
    for (user, password) in USERS {
        let _ = writeln!(passwords, "{user}:{password}");
        remember(&sasldb, user, password)?;
    }
    chown(sasldb, Some(account(POSTFIX)?.0), None)?;
    fs::write(dir.join("dovecot/users"), passwords)?;
    certificates(dir, address).map_err(io::Error::other)
}

/// Puts a user into the database of Cyrus SASL, which keeps name and realm apart.
fn remember(sasldb: &Path, user: &str, password: &str) -> io::Result<()> {
    let (name, realm) = user.split_once('@').ok_or_else(|| io::Error::other("a user without a realm"))?;
    let mut child = Command::new(Path::new(SBIN).join("saslpasswd2"))
        .args(["-p", "-c", "-u", realm, "-f"])
        .arg(sasldb)
        .arg(name)
        .stdin(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| io::Error::other(format!("saslpasswd2 (run tests/real/install as root): {error}")))?;
    let typed = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(password.as_bytes()));
    match child.wait()?.success() {
        true => typed,
        false => Err(io::Error::other("saslpasswd2 failed")),
    }
}

/// The server's certificate, and one for a client, of the same authority.
fn certificates(dir: &Path, address: Ipv4Addr) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let authority = certify(dir, address)?;
    let mut client = CertificateParams::new(Vec::new())?;
    client.distinguished_name.push(DnType::CommonName, CERTIFIED);
    let key = KeyPair::generate()?;
    fs::write(dir.join("client.pem"), client.signed_by(&key, &authority)?.pem())?;
    fs::write(dir.join("client.key"), key.serialize_pem())?;
    fs::set_permissions(dir.join("client.key"), fs::Permissions::from_mode(0o600))?;
    Ok(())
}
