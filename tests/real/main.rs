//! The binary in a terminal against Debian's own Postfix, Dovecot and BIND. `tests/real/run` installs them and runs this.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the rig writes its servers' files and waits with a deadline")]

mod dns;
mod explorer;
mod imap;
mod pop3;
#[path = "../common/pty.rs"]
#[expect(dead_code, reason = "the flows here need a part of the harness")]
mod pty;
mod rig;
mod smtp;
