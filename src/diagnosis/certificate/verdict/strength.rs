//! Are the key and the signatures strong enough?

use super::{Certificates, say};
use crate::diagnosis::certificate::key;
use crate::diagnosis::certificate::reading::{is_self_issued, weak_signature};
use crate::diagnosis::finding::{Finding, Severity};

pub(super) fn findings(read: &Certificates<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, certificate) in &read.chain {
        let (number, is_root) = (place + 1, *place > 0 && is_self_issued(certificate));
        // A root is trusted for itself; nobody checks its own signature.
        if let Some(name) = weak_signature(certificate).filter(|_| !is_root) {
            found.push(say(
                Severity::Fault,
                format!("certificate {number} is signed with {name}, which can be forged"),
                "have it issued anew with SHA-256",
            ));
        }
        if let Some(key::Weakness { severity, what, says, next }) = key::weakness(certificate) {
            let whose = if *place == 0 { String::new() } else { format!(" of certificate {number}") };
            found.push(say(severity, format!("the {what}{whose} {says}"), next));
        }
    }
    if found.is_empty() {
        let own = key::words(&read.leaf);
        let signature = key::algorithm(&read.leaf.signature_algorithm);
        found.push(say(Severity::Good, format!("strong enough: {own}, signed with {signature}"), ""));
    }
    found
}
