//! What the servers find in their directory: configuration, certificates, zones, users and mailboxes.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, SanType};

use crate::keeper::SBIN;
use crate::rig::{
    BIG_LAST_LINE, BIG_OCTETS, BIG_USERS, IMAP_ALT, IMAPS_ALT, PASSWORD, POP3_ALT, POP3S_ALT, PROBE_LAX, PROBE_STRICT,
    SMALL_MESSAGES, SUBMISSION_ALT, SUBMISSIONS_ALT, USERS,
};

/// The account that owns the mailboxes.
const MAIL: &str = "mail";
/// The account that Postfix changes to.
pub(crate) const POSTFIX: &str = "postfix";

/// The file with the certificate of an authority that signed nothing here.
pub(crate) const OTHERS: &str = "others.pem";

/// Writes all of it.
pub(crate) fn furnish(dir: &Path, address: Ipv4Addr, dns: SocketAddr) -> io::Result<()> {
    let [_, a, b, c] = address.octets();
    let words = Words::of(dir, address)?.and([
        ("@REVERSE@", format!("{c}.{b}.{a}")),
        ("@DNS@", dns.port().to_string()),
        ("@SUBMISSION_ALT@", SUBMISSION_ALT.to_string()),
        ("@SUBMISSIONS_ALT@", SUBMISSIONS_ALT.to_string()),
        ("@IMAP_ALT@", IMAP_ALT.to_string()),
        ("@IMAPS_ALT@", IMAPS_ALT.to_string()),
        ("@POP3_ALT@", POP3_ALT.to_string()),
        ("@POP3S_ALT@", POP3S_ALT.to_string()),
        ("@PROBE_STRICT@", PROBE_STRICT.to_string()),
        ("@PROBE_LAX@", PROBE_LAX.to_string()),
        ("@BIG@", "x".repeat(250)),
    ]);
    let fill = |template: &str| words.fill(template);

    folders(dir, &["named"])?;
    // BIND goes on as its own user, and insists that its directory is its own to write.
    fs::set_permissions(dir.join("named"), fs::Permissions::from_mode(0o777))?;

    fs::write(dir.join("named/named.conf"), fill(include_str!("config/named.conf")))?;
    fs::write(dir.join("named/real.test.zone"), fill(include_str!("config/real.test.zone")))?;
    fs::write(dir.join("named/127.zone"), fill(include_str!("config/127.zone")))?;
    fs::write(dir.join("named/ip6.zone"), fill(include_str!("config/ip6.zone")))?;
    fs::write(dir.join("postfix/main.cf"), fill(include_str!("config/main.cf")))?;
    let master = concat!(include_str!("config/master.cf"), include_str!("config/daemons.cf"));
    fs::write(dir.join("postfix/master.cf"), fill(master))?;
    let template = for_dovecot(include_str!("config/dovecot-2.3.conf"), include_str!("config/dovecot-2.4.conf"))?;
    fs::write(dir.join("dovecot/dovecot.conf"), fill(template))?;
    certify(dir, address).map_err(io::Error::other)?;
    // What a machine trusts that knows nothing of this rig.
    fs::write(dir.join(OTHERS), authority("another authority").map_err(io::Error::other)?.pem())?;

    let (mut mailboxes, mut passwords) = (String::new(), String::new());
    for user in USERS {
        let _ = writeln!(mailboxes, "{user}@real.test {user}/Maildir/");
        let _ = writeln!(passwords, "{user}@real.test:{PASSWORD}");
        fill_mailbox(&dir.join("mail").join(user), user)?;
    }
    fs::write(dir.join("postfix/mailboxes"), mailboxes)?;
    fs::write(dir.join("dovecot/users"), passwords)?;
    let (uid, gid) = account(MAIL)?;
    let owner = format!("{uid}:{gid}");
    match Command::new("chown").arg("-R").arg(owner).arg(dir.join("mail")).status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("chown failed")),
    }
}

/// What the words between @ in the templates stand for in one rig.
pub(crate) struct Words(Vec<(&'static str, String)>);

impl Words {
    /// Those of every rig: where it is, where it listens, and who owns the mailboxes.
    pub(crate) fn of(dir: &Path, address: Ipv4Addr) -> io::Result<Self> {
        let (uid, gid) = account(MAIL)?;
        Ok(Self(vec![
            ("@DIR@", dir.display().to_string()),
            ("@ADDRESS@", address.to_string()),
            ("@MAIL_UID@", uid.to_string()),
            ("@MAIL_GID@", gid.to_string()),
        ]))
    }

    /// The same and more.
    pub(crate) fn and(mut self, more: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.0.extend(more);
        self
    }

    /// The template with all of them replaced.
    pub(crate) fn fill(&self, template: &str) -> String {
        self.0.iter().fold(template.to_owned(), |text, (word, value)| text.replace(word, value))
    }
}

/// Makes the folders that Postfix and Dovecot work in, each with the owner it must have, and `more`.
pub(crate) fn folders(dir: &Path, more: &[&str]) -> io::Result<()> {
    for folder in ["postfix", "dovecot", "queue", "data", "mail"].iter().chain(more) {
        fs::create_dir_all(dir.join(folder))?;
    }
    let (mail_uid, mail_gid) = account(MAIL)?;
    chown(dir.join("mail"), Some(mail_uid), Some(mail_gid))?;
    chown(dir.join("data"), Some(account(POSTFIX)?.0), None)
}

/// The user and group number of an account that Debian's packages make.
pub(crate) fn account(name: &str) -> io::Result<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd")?;
    let mut fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    fields
        .find(|fields| fields.first() == Some(&name))
        .and_then(|fields| Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?)))
        .ok_or_else(|| io::Error::other(format!("no account {name} in /etc/passwd")))
}

/// Dovecot 2.4 renamed most settings, so each line of releases has its own template.
pub(crate) fn for_dovecot(two_three: &'static str, two_four: &'static str) -> io::Result<&'static str> {
    let output = Command::new(Path::new(SBIN).join("dovecot")).arg("--version").output()?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    if version.starts_with("2.3.") {
        Ok(two_three)
    } else if version.starts_with("2.4.") {
        Ok(two_four)
    } else {
        Err(io::Error::other(format!("no template for Dovecot {version}; there are ones for 2.3 and 2.4")))
    }
}

/// An authority that signs what a rig needs.
pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

/// Makes an authority, and a certificate for every name and address of the servers.
pub(crate) fn certify(dir: &Path, address: Ipv4Addr) -> Result<Authority, Box<dyn std::error::Error + Send + Sync>> {
    let authority = authority("real.test test authority")?;

    let names = ["mx1.real.test", "mail.real.test", "real.test"].map(str::to_owned);
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "mx1.real.test");
    server.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(address)));
    let key = KeyPair::generate()?;
    let server = server.signed_by(&key, &authority)?;

    fs::write(dir.join("authority.pem"), authority.pem())?;
    fs::write(dir.join("server.pem"), server.pem())?;
    fs::write(dir.join("server.key"), key.serialize_pem())?;
    fs::set_permissions(dir.join("server.key"), fs::Permissions::from_mode(0o600))?;
    Ok(authority)
}

fn authority(name: &str) -> Result<Authority, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, name);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(authority, KeyPair::generate()?)
}

/// A few small messages that are awkward to show, and the big one for its user.
fn fill_mailbox(home: &Path, user: &str) -> io::Result<()> {
    let maildir = home.join("Maildir");
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(maildir.join(part))?;
    }
    let bodies: [&[u8]; SMALL_MESSAGES] = [
        b"a first line\n",
        // Lines that POP3 has to stuff, and one that looks like the end of an IMAP command.
        b".\n..two dots\n.one dot\nA004 OK not the end\n",
        // UTF-8, a lone Latin-1 octet, and an escape sequence that must not reach the terminal.
        b"gr\xc3\xbc\xc3\x9fe \xe9 \x1b[31mred\x1b[0m\n",
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        let mut message = header(user, &format!("small {}", number + 1));
        message.extend_from_slice(body);
        fs::write(maildir.join(format!("cur/10000000{number}.small.rig:2,S")), message)?;
    }
    if BIG_USERS.contains(&user) {
        fs::write(maildir.join("cur/100000009.big.rig:2,S"), big_message(user))?;
    }
    Ok(())
}

fn header(user: &str, subject: &str) -> Vec<u8> {
    format!(
        "From: Ann <ann@real.test>\nTo: {user}@real.test\nSubject: {subject}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    .into_bytes()
}

/// A message of exactly [`BIG_OCTETS`] octets once its line ends are CR LF. Lines are numbered; the last one says so.
fn big_message(user: &str) -> Vec<u8> {
    let mut message = header(user, "big");
    let last = format!("{BIG_LAST_LINE}\n");
    let mut lines = message.iter().filter(|octet| **octet == b'\n').count();
    let mut number = 0;
    // The longest line that may still follow has 77 octets on the wire.
    while message.len() + lines + last.len() + 1 + 2 * 77 < BIG_OCTETS {
        message.extend_from_slice(format!("{number:09} {}\n", "0123456789abcdef".repeat(4)).as_bytes());
        number += 1;
        lines += 1;
    }
    let rest = BIG_OCTETS - message.len() - lines - last.len() - 1 - 2;
    message.extend(std::iter::repeat_n(b'-', rest));
    message.push(b'\n');
    message.extend_from_slice(last.as_bytes());
    message
}
