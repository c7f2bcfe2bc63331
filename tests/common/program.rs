//! The program run to its end, without a terminal.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ehlo");

/// What is set for a run of it, so that no table, language or terminal of the person who tests has a say.
pub(crate) const SET: [(&str, &str); 2] = [("LC_ALL", "C.UTF-8"), ("XDG_CONFIG_HOME", "/nonexistent")];

/// What is taken away for the same reason: the program, its TLS library and the terminal's read these.
pub(crate) const UNSET: [&str; 12] = [
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "COLUMNS",
    "ENV",
    "LINES",
    "NO_COLOR",
    "RUST_BACKTRACE",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TERM",
];

/// Exit code, standard output, standard error of `ehlo` with these words, these variables besides [`SET`], and this on its
/// standard input.
pub(crate) fn ehlo(words: &[&str], variables: &[(&str, &str)], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(PROGRAM);
    for name in UNSET {
        command.env_remove(name);
    }
    let mut child = command
        .args(words)
        .envs(SET)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    // A program that ends without reading closes the pipe, which is its right.
    let writing = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}
