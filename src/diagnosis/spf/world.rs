//! What the tests of SPF do in a small DNS.

use std::net::IpAddr;

use super::{Case, Evaluation, evaluate};
pub(super) use crate::diagnosis::investigation::world::World;

impl World {
    pub(super) fn check(&self, ip: &str, sender: &str) -> Evaluation {
        let case = Case::mail_from(ip.parse::<IpAddr>().unwrap(), "helo.example.net", sender);
        self.settle(|inquiry| evaluate(&case, inquiry)).0
    }

    /// The result alone.
    pub(super) fn result(&self, ip: &str, sender: &str) -> &'static str {
        self.check(ip, sender).verdict().unwrap().result.name()
    }
}

/// The lines of a tree, a level two columns further in.
pub(super) fn drawn(lines: &[super::Line]) -> String {
    lines.iter().map(|line| format!("{}{}\n", "  ".repeat(line.depth), line.text)).collect()
}
