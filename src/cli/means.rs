//! Certificates and key logs that are named at the door.
#![expect(clippy::disallowed_methods, reason = "the door reads the user's files before anything else runs")]

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::args::Tls;
use crate::net::Means;

/// Octets of a certificate's file.
const LARGEST: u64 = 1 << 20;
/// Where browsers and curl are told to write the secrets of TLS.
const KEY_LOG: &str = "SSLKEYLOGFILE";

/// What the handshakes of a run have in common, and where their secrets are written, if they are.
///
/// # Errors
/// The file and why it cannot be used.
pub(super) fn means(arguments: &Tls) -> Result<(Means, Option<PathBuf>), String> {
    let mut means = Means::default();
    if let Some(certificate) = &arguments.cert {
        // As with curl, one file may hold both.
        let key = arguments.key.as_ref().unwrap_or(certificate);
        means = means.with_certificate(&read(certificate)?, &read(key)?).map_err(|why| {
            let files = if key == certificate { String::new() } else { format!(", {}", key.display()) };
            format!("{}{files}: {why}", certificate.display())
        })?;
    }
    let environment = || std::env::var_os(KEY_LOG).filter(|value| !value.is_empty()).map(PathBuf::from);
    let log = arguments.keylog.clone().or_else(environment);
    if let Some(path) = &log {
        means = means.with_key_log(append(path).map_err(|why| format!("{}: {why}", path.display()))?);
    }
    Ok((means, log))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let told = |why: std::io::Error| format!("{}: {why}", path.display());
    let mut octets = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut octets)).map_err(told)?;
    Ok(octets)
}

/// Opens a file that only its owner reads, as what will stand there opens every session.
fn append(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("empty"), "").unwrap();
        let with = |cert: &str, keylog: Option<PathBuf>| Tls { cert: Some(path(cert)), key: None, keylog };
        let error = means(&with("none", None)).unwrap_err();
        assert!(error.contains("none: No such file"), "{error}");
        let error = means(&with("empty", None)).unwrap_err();
        assert!(error.contains("empty: the certificate's file holds no certificate"), "{error}");
        let log = Tls { keylog: Some(path("no folder/keys")), ..Tls::default() };
        assert!(means(&log).unwrap_err().contains("keys: No such file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_log_is_for_its_owner_and_grows() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        for _ in 0..2 {
            let mut file = append(&path).unwrap();
            std::io::Write::write_all(&mut file, b"x").unwrap();
        }
        let found = std::fs::metadata(&path).unwrap();
        assert_eq!((found.len(), found.permissions().mode() & 0o777), (2, 0o600));
    }
}
