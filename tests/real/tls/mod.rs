//! Certificates with every fault, served by three servers and judged by three other programs.
//!
//! ```text
//! made      the certificates, half by rcgen, half by openssl, below one root ◄─ servers: Postfix and Dovecot with
//!                                                                              STARTTLS, openssl s_server, BIND
//! peers     openssl verify, posttls-finger, gnutls-cli: what they say, in the words of our verdicts
//! verdicts  theirs beside ours, equal but where a difference is explained
//! means     client certificates and key logs against openssl s_server
//! ```

mod made;
mod means;
mod ours;
mod peers;
mod servers;
mod verdicts;
