//! The program against Debian's own Postfix, Dovecot and BIND. `tests/real/run` installs them and runs this.
//!
//! ```text
//! rig          Postfix, Dovecot and BIND    ◄─ the binary in a terminal: dns imap pop3 probe smtp
//! nameservers  BIND four times, below a root of its own ◄─ asker, the program's own resolver over sockets:
//!                                              questions records dnssec comparison
//! hello        servers of OpenSSL, each with a fault of its own
//! sasl         every mechanism against Dovecot, Cyrus SASL and GNU SASL
//! tls          certificates of every fault, and what OpenSSL, Postfix and GnuTLS say of them
//! peers        other programs that do the same, from the Python Package Index: spf dkim dmarc
//! ```

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the rig writes its servers' files and waits with a deadline")]

mod answerer;
mod asker;
#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "the flows here need a part of what the tests share")]
mod common;
mod comparison;
mod dns;
mod dnssec;
mod explorer;
mod furnish;
mod hello;
mod imap;
mod keeper;
mod nameservers;
mod peers;
mod pop3;
mod probe;
mod questions;
mod records;
mod rig;
mod sasl;
mod smtp;
#[path = "../spf_suite/mod.rs"]
mod spf_suite;
mod tls;
mod zones;
