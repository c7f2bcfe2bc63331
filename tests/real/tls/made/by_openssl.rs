//! What rcgen does not make, or not so that openssl reads it: RSA with few bits, signatures that nobody trusts any more,
//! X.509 version 1, a key of Ed25519 in the older form.

use std::io;
use std::path::Path;
use std::process::Command;

use super::{Issuer, Made, name_for};

/// The keys and how they are made.
const KEYS: [(&str, &str); 3] = [
    ("rsa-1024", "RSA -pkeyopt rsa_keygen_bits:1024"),
    ("rsa-2048", "RSA -pkeyopt rsa_keygen_bits:2048"),
    ("ed25519", "ED25519"),
];
/// The fault, the key, and how the certificate is signed.
const SIGNED: [(&str, &str, &str); 5] = [
    ("rsa-2048", "rsa-2048", "-sha256"),
    ("rsa-1024", "rsa-1024", "-sha256"),
    ("ed25519", "ed25519", "-sha256"),
    ("sha-1", "rsa-2048", "-sha1"),
    ("md5", "rsa-2048", "-md5"),
];

pub(super) fn all(folder: &Path, root: &Issuer) -> io::Result<Vec<Made>> {
    std::fs::write(folder.join("root.key"), root.key().serialize_pem())?;
    std::fs::write(folder.join("authority.ext"), "basicConstraints=critical,CA:true\nkeyUsage=keyCertSign\n")?;
    let openssl = |arguments: &str| openssl(folder, arguments);
    for (key, algorithm) in KEYS {
        openssl(&format!("genpkey -quiet -algorithm {algorithm} -out {key}.own-key"))?;
    }
    // A second intermediate, with an RSA key: ECDSA signs no MD5.
    openssl("req -new -key rsa-2048.own-key -subj /CN=fault.test_RSA_intermediate -out between.csr")?;
    openssl(
        "x509 -req -in between.csr -CA authority.pem -CAkey root.key -set_serial 2 -days 90 -extfile authority.ext \
         -out between.pem",
    )?;

    let mut all = Vec::new();
    let mut keep = |fault: &'static str, key: &str| {
        let read = |file: &str| std::fs::read_to_string(folder.join(file));
        let chain = vec![read("issued.pem")?, read("between.pem")?];
        all.push(Made { fault, chain, key: read(&format!("{key}.own-key"))? });
        Ok::<(), io::Error>(())
    };
    for (serial, (fault, key, digest)) in (3..).zip(SIGNED) {
        let name = name_for(fault);
        let extensions = format!("subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:false\n");
        std::fs::write(folder.join("issued.ext"), extensions)?;
        openssl(&format!("req -new -key {key}.own-key -subj /CN={name} -out issued.csr"))?;
        openssl(&format!(
            "x509 -req -in issued.csr -CA between.pem -CAkey rsa-2048.own-key -set_serial {serial} -days 90 {digest} \
             -extfile issued.ext -out issued.pem"
        ))?;
        keep(fault, key)?;
    }
    let subject = format!("-subj /CN={}", name_for("version-1"));
    let by = "-CA between.pem -CAkey rsa-2048.own-key -set_serial 99 -days 90 -out issued.pem";
    // OpenSSL 3.2 made version 3 its habit and has a word for the first; before, it was the one without extensions.
    if openssl(&format!("req -new -x509 -x509v1 -key rsa-2048.own-key {subject} {by}")).is_err() {
        openssl(&format!("req -new -key rsa-2048.own-key {subject} -out issued.csr"))?;
        openssl(&format!("x509 -req -in issued.csr {by}"))?;
    }
    keep("version-1", "rsa-2048")?;
    Ok(all)
}

/// Runs openssl within the folder; no argument has a space.
fn openssl(folder: &Path, arguments: &str) -> io::Result<()> {
    let output = Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr)))),
    }
}
