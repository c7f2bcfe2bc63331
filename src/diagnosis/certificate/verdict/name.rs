//! Is the certificate for the name that was asked for (RFC 9525)?

use super::{Certificates, say};
use crate::diagnosis::certificate::host::{matching, near};
use crate::diagnosis::certificate::reading::{common_names, dns_names, names};
use crate::diagnosis::certificate::safe;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tls::Verdict;

/// Names that a sentence lists.
const LISTED: usize = 6;

pub(super) fn findings(read: &Certificates<'_>) -> Vec<Finding> {
    let Certificates { report, leaf, .. } = read;
    let asked = safe(&report.asked_name);
    let names = names(leaf);
    if names.is_empty() {
        let common = common_names(leaf);
        let old = match common.is_empty() {
            true => String::new(),
            false => format!("; its common name {} does not count any more (RFC 9525)", common.join(", ")),
        };
        return vec![say(
            Severity::Fault,
            format!("the certificate carries no subject alternative name{old}"),
            format!("have it issued anew with {asked} as a subject alternative name"),
        )];
    }
    vec![match &report.name {
        Verdict::Good => {
            let by = matching(leaf, &report.asked_name).filter(|name| name.contains('*'));
            let by = by.map(|name| format!(", by {name}")).unwrap_or_default();
            say(Severity::Good, format!("the certificate is for {asked}{by}"), "")
        }
        Verdict::Unknown(why) => say(
            Severity::Warning,
            format!("the name {asked} could not be checked: {}", safe(why)),
            "compare the names of the certificate by eye",
        ),
        Verdict::Bad(_) => {
            let mut listed = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
            if let Some(more) = names.len().checked_sub(LISTED).filter(|more| *more > 0) {
                listed.push_str(&format!(" and {more} more"));
            }
            let near = near(leaf, &report.asked_name).map(|why| format!("; {why}")).unwrap_or_default();
            let host = dns_names(leaf).find(|name| is_host(name) && !name.eq_ignore_ascii_case(&report.asked_name));
            let next = host.map_or_else(
                || format!("connect by a name it carries, or have {asked} added to it"),
                |host| format!("connect to {host}, or have {asked} added to the certificate"),
            );
            say(Severity::Fault, format!("the certificate is not for {asked}: it is for {listed}{near}"), next)
        }
    }]
}

/// Whether one can connect to it as it stands: a name in letters, digits, hyphens and dots, whole, and no address.
fn is_host(name: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    name.split('.').all(is_label) && name.parse::<std::net::IpAddr>().is_err()
}
