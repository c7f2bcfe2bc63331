//! The binary in a terminal against Debian's own Postfix, Dovecot and BIND. `tests/real/run` installs them and runs this.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the rig writes its servers' files and waits with a deadline")]

#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "the flows here need a part of what the tests share")]
mod common;
mod dns;
mod explorer;
mod furnish;
mod imap;
mod keeper;
mod pop3;
mod rig;
mod smtp;
