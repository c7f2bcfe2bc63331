//! The program beside others that do the same. `tests/real/peers/install` brings them, from the Python Package Index.

mod dkim;
mod dmarc;
mod spf;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where they are.
fn directory() -> PathBuf {
    match std::env::var_os("EHLO_PEERS") {
        Some(dir) => dir.into(),
        None => panic!("EHLO_PEERS names no directory: run tests/real/run, which installs what this compares with"),
    }
}

/// Runs a script of this directory with what is installed there, and gives what it prints.
fn python(script: &str, arguments: &[&OsStr], input: &[u8]) -> String {
    let python = directory().join("venv/bin/python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/peers").join(script);
    let mut child = Command::new(&python)
        .arg(&script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    // The scripts read all that they are given before they print.
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{} failed:\n{said}", script.display());
    String::from_utf8(output.stdout).expect("the scripts print UTF-8")
}
