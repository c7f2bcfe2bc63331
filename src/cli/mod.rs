//! The words at the door: options, targets, subcommands and exit codes.

pub mod args;
mod dns;
mod draw;
mod investigate;
mod json;
mod lab;
mod means;
pub mod password;
mod probe;
mod reference;
pub mod start;
mod tables;
mod tls;
mod veil;

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

/// How the program ended. One list for the README, `--help` and scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Ok = 0,
    /// What was looked into has a fault, or gave no answer.
    Fault = 1,
    /// The command line could not be read, or there is no terminal to draw on.
    Usage = 2,
    /// Something inside broke: a system call that never fails. A panic ends with 101, as Rust has it.
    Internal = 70,
    /// SIGHUP: the terminal went away.
    Hangup = 129,
    /// SIGINT.
    Interrupt = 130,
    /// SIGTERM.
    Terminate = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Writes the text; a reader that has seen enough, as `head`, is no error.
fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The machine's name if it is fully qualified; else nothing, and the address of the connection is taken.
fn own_name() -> String {
    #[cfg(unix)]
    {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        if name.contains('.') && !name.ends_with(".local") && !name.starts_with("localhost") {
            return name;
        }
    }
    String::new()
}
