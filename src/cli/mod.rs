//! The words at the door: options, targets, subcommands and exit codes.

pub mod args;
mod lab;
mod reference;
pub mod start;

use std::process::ExitCode;

/// How the program ended. One list for the README, `--help` and scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Ok = 0,
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
