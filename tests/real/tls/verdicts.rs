//! Our verdicts beside those of OpenSSL, Postfix and GnuTLS, for every fault.

use std::thread;

use super::ours::Ours;
use super::peers::{Faults, gnutls, openssl, posttls_finger};
use super::servers::servers;

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn dump() {
    let servers = servers();
    for fault in servers.faults() {
        let ours = Ours::of(&servers, fault, servers.postfix(fault));
        println!("=== {fault}: ours {:?} warn {:?} openssl {:?} posttls {:?} gnutls {:?}", ours.with("fault"), ours.with("warning"), openssl(&servers, fault), posttls_finger(&servers, fault), gnutls(&servers, fault));
        for label in ["name", "dates", "chain", "strength", "form", "this machine"] {
            if ours.verdict(label, "severity") != "good" {
                println!("     {label}: {} {}", ours.verdict(label, "severity"), ours.verdict(label, "says"));
            }
        }
    }
}
