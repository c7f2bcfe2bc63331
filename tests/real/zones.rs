//! What the name servers find in their directory: their configuration, and their zones, some of them signed and some of
//! those broken on purpose.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::nameservers::run;

/// Where the name servers are. BIND listens on addresses of interfaces only, and loopback has two.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The authority's port on 127.0.0.1 and the secondary's on ::1, so that a delegation leads to either.
    pub(crate) port: u16,
    /// The resolver's, on 127.0.0.1.
    pub(crate) resolver: u16,
    /// That of the server with the views, on 127.0.0.1 and ::1.
    pub(crate) views: u16,
    /// Nothing listens there.
    pub(crate) nobody: Ipv4Addr,
}

impl Places {
    /// The address and port of a server by its name. `inside` and `outside` are the two views.
    pub(crate) fn named(&self, name: &str) -> Option<SocketAddr> {
        Some(match name {
            "authority" => (Ipv4Addr::LOCALHOST, self.port).into(),
            "secondary" => (Ipv6Addr::LOCALHOST, self.port).into(),
            "resolver" => (Ipv4Addr::LOCALHOST, self.resolver).into(),
            "inside" => (Ipv6Addr::LOCALHOST, self.views).into(),
            "outside" => (Ipv4Addr::LOCALHOST, self.views).into(),
            "nobody" => (self.nobody, self.port).into(),
            _ => return None,
        })
    }
}

/// What is done to a child of signed.test.
enum Child {
    Sound,
    /// The signature of its MX record has another octet than the signer gave it.
    Damaged,
    /// Its signatures were good for January 2025.
    Expired,
    /// Its parent vouches for a key that it does not have.
    Orphan,
}

/// The children of signed.test, the algorithm of each, and how the lack of a name is proven.
const CHILDREN: [(&str, Child, &str, &[&str]); 4] = [
    ("damaged", Child::Damaged, "ECDSAP256SHA256", &[]),
    ("expired", Child::Expired, "RSASHA256", &["-s", "20250101000000", "-e", "20250201000000"]),
    ("orphan", Child::Orphan, "ED25519", &[]),
    ("nsec3", Child::Sound, "ECDSAP384SHA384", &["-3", "-", "-H", "0"]),
];

/// Writes and signs all of it. Gives the DS record of the root, behind its `DS`.
pub(crate) fn write(dir: &Path, places: &Places) -> std::io::Result<String> {
    let words = [
        ("@DIR@", dir.display().to_string()),
        ("@PORT@", places.port.to_string()),
        ("@RESOLVER@", places.resolver.to_string()),
        ("@VIEWS@", places.views.to_string()),
        ("@NOBODY@", places.nobody.to_string()),
        ("@BIG@", "x".repeat(250)),
    ];
    let fill = |template: &str| words.iter().fold(template.to_owned(), |text, (word, value)| text.replace(word, value));
    for (server, config) in [
        ("authority", include_str!("config/named/authority.conf")),
        ("secondary", include_str!("config/named/secondary.conf")),
        ("views", include_str!("config/named/views.conf")),
        ("resolver", include_str!("config/named/resolver.conf")),
    ] {
        fs::create_dir(dir.join(server))?;
        // BIND goes on as its own user, and writes there what it transfers and what it trusts.
        fs::set_permissions(dir.join(server), fs::Permissions::from_mode(0o777))?;
        fs::write(dir.join(server).join("named.conf"), fill(config))?;
    }
    let authority = dir.join("authority");
    for (name, zone) in [
        ("root.zone", include_str!("config/zones/root.zone")),
        ("test.zone", include_str!("config/zones/test.zone")),
        ("good.test.zone", include_str!("config/zones/good.test.zone")),
        ("partner.test.zone", include_str!("config/zones/partner.test.zone")),
        ("private.test.zone", include_str!("config/zones/private.test.zone")),
        ("stale.test.zone", include_str!("config/zones/stale.test.zone")),
        ("lame.test.zone", include_str!("config/zones/lame.test.zone")),
        ("192.0.2.zone", include_str!("config/zones/192.0.2.zone")),
        ("2001.db8.zone", include_str!("config/zones/2001.db8.zone")),
        ("signed.test.zone", include_str!("config/zones/signed.test.zone")),
    ] {
        fs::write(authority.join(name), fill(zone))?;
    }
    let old = dir.join("secondary/stale.test.zone");
    fs::write(&old, fill(include_str!("config/zones/stale.test.old.zone")))?;
    fs::set_permissions(&old, fs::Permissions::from_mode(0o666))?;
    for view in ["inside", "outside"] {
        let zone = include_str!("config/zones/views.test.zone").replace("@VIEW@", view);
        fs::write(dir.join(format!("views/{view}.zone")), fill(&zone))?;
    }
    fs::write(dir.join("resolver/hints.zone"), fill(include_str!("config/zones/hints.zone")))?;

    let template = include_str!("config/zones/child.zone");
    for (child, what, algorithm, arguments) in CHILDREN {
        let zone = format!("{child}.signed.test");
        fs::write(authority.join(format!("{zone}.zone")), template.replace("@CHILD@", child))?;
        sign(&authority, &zone, algorithm, arguments)?;
        match what {
            Child::Damaged => damage(&authority.join(format!("{zone}.signed")))?,
            // A key that is made and never used: the parent hears of this one.
            Child::Orphan => drop(delegate(&authority, &zone, &key(&authority, &zone, algorithm)?)?),
            Child::Sound | Child::Expired => {}
        }
    }
    fs::write(authority.join("unsigned.signed.test.zone"), template.replace("@CHILD@", "unsigned"))?;
    sign(&authority, "signed.test", "ED25519", &[])?;
    sign(&authority, "test", "RSASHA256", &[])?;
    let anchor = sign(&authority, ".", "ECDSAP256SHA256", &[])?;
    let [key_tag, algorithm, digest_type, digest] = anchor.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(std::io::Error::other(format!("no DS record: {anchor}")));
    };
    let trusted = format!("trust-anchors {{ . static-ds {key_tag} {algorithm} {digest_type} \"{digest}\"; }};\n");
    fs::write(dir.join("anchors.conf"), trusted)?;
    Ok(anchor)
}

/// Makes a key and gives the stem of its files.
fn key(dir: &Path, zone: &str, algorithm: &str) -> std::io::Result<String> {
    let mut arguments = vec!["-q", "-a", algorithm, "-f", "KSK"];
    if algorithm.starts_with("RSA") {
        arguments.extend(["-b", "2048"]);
    }
    arguments.push(zone);
    Ok(run("dnssec-keygen", &arguments, dir)?.trim().to_owned())
}

/// Lets the parent vouch for a key. Gives the DS record, behind its `DS`.
fn delegate(dir: &Path, zone: &str, key: &str) -> std::io::Result<String> {
    let ds = run("dnssec-dsfromkey", &["-2", key], dir)?;
    fs::write(dir.join(format!("dsset-{}.", zone.trim_end_matches('.'))), &ds)?;
    let (_, data) = ds.split_once(" DS ").ok_or_else(|| std::io::Error::other(format!("no DS record: {ds}")))?;
    Ok(data.trim().to_owned())
}

/// Signs a zone with one new key, and leaves its DS record where the signing of the parent takes it.
fn sign(dir: &Path, zone: &str, algorithm: &str, arguments: &[&str]) -> std::io::Result<String> {
    let stem = if zone == "." { "root" } else { zone };
    let (file, signed) = (format!("{stem}.zone"), format!("{stem}.signed"));
    let key = key(dir, zone, algorithm)?;
    let public = fs::read_to_string(dir.join(format!("{key}.key")))?;
    let mut all = fs::read_to_string(dir.join(&file))?;
    all.push_str(&public);
    fs::write(dir.join(&file), all)?;
    // -g: the DS records of children. -z: one key for all. -P: what is broken on purpose is not to be found out here.
    let mut words = vec!["-g", "-z", "-P", "-q", "-O", "full", "-o", zone, "-f", &signed];
    words.extend(arguments);
    words.extend([file.as_str(), &key]);
    run("dnssec-signzone", &words, dir)?;
    delegate(dir, zone, &key)
}

/// Changes one octet of the signature over the MX records of the zone itself.
fn damage(zone: &Path) -> std::io::Result<()> {
    let text = fs::read_to_string(zone)?;
    let line = text
        .lines()
        .find(|line| line.starts_with("damaged.") && line.contains("RRSIG\tMX "))
        .ok_or_else(|| std::io::Error::other("the MX records of the zone are not signed"))?;
    let (before, signature) = line.rsplit_once(' ').unwrap_or_default();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let (_, rest) = signature.split_at(1);
    fs::write(zone, text.replace(line, &format!("{before} {other}{rest}")))
}
