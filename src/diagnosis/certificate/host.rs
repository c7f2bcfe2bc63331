//! Whether a name of a certificate is that of a server (RFC 9525 §6), and why not.

use std::net::IpAddr;

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

use super::reading::{general_names, shown};

/// Whether a DNS name of a certificate is the name of a server (RFC 9525 §6.3, RFC 7672 §3.2.3): an asterisk stands for
/// one whole label, the first. Both are in A-label form.
pub(in crate::diagnosis) fn is_name(presented: &str, reference: &str) -> bool {
    let bare = |name: &str| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let (presented, reference) = (bare(presented), bare(reference));
    match presented.strip_prefix("*.") {
        Some(rest) => reference.split_once('.').is_some_and(|(label, below)| !label.is_empty() && below == rest),
        None => presented == reference && !presented.is_empty(),
    }
}

/// The DNS name of the certificate that is the name of the server, as it stands there.
pub(super) fn matching(certificate: &X509Certificate<'_>, asked: &str) -> Option<String> {
    dns(certificate).find(|name| is_name(name, asked)).map(|name| shown(name.as_bytes()))
}

/// Why the name that comes nearest does not do, if one comes near.
pub(super) fn near(certificate: &X509Certificate<'_>, asked: &str) -> Option<String> {
    let bare = asked.trim_matches(['[', ']']);
    if bare.parse::<IpAddr>().is_ok() {
        let is_named = dns(certificate).any(|name| name == bare);
        return Some(match is_named {
            true => "the address stands there as a DNS name, where nobody looks for it (RFC 9525 §6.5)".to_owned(),
            false => "names do not vouch for addresses (RFC 9525 §6.5)".to_owned(),
        });
    }
    let asked = asked.strip_suffix('.').unwrap_or(asked).to_ascii_lowercase();
    let labels = |name: &str| name.split('.').count();
    dns(certificate).filter(|name| name.contains('*')).find_map(|name| {
        let lower = name.to_ascii_lowercase();
        let told = shown(name.as_bytes());
        let Some(rest) = lower.strip_prefix("*.").filter(|rest| !rest.contains('*')) else {
            return is_covered(&lower, &asked).then(|| {
                format!("the asterisk in {told} does not count: it must be the whole first label, and the only one (RFC 9525 §6.3)")
            });
        };
        if asked == rest {
            return Some(format!("{told} is for what is below {}, not for that itself", shown(rest.as_bytes())));
        }
        let below = asked.strip_suffix(rest).and_then(|front| front.strip_suffix('.'))?;
        (labels(below) > 1).then(|| format!("the asterisk in {told} stands for one label, and {} is {}", shown(below.as_bytes()), labels(below)))
    })
}

/// Whether a pattern with asterisks anywhere would be the name, if they counted: then somebody meant it so. Each label by
/// itself, an asterisk for any octets within.
fn is_covered(pattern: &str, name: &str) -> bool {
    let (patterns, labels): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), name.split('.').collect());
    patterns.len() == labels.len()
        && patterns.iter().zip(&labels).all(|(pattern, label)| match pattern.split_once('*') {
            None => pattern == label,
            Some((front, back)) => {
                let back = back.trim_start_matches('*');
                label.len() >= front.len() + back.len() && label.starts_with(front) && label.ends_with(back)
            }
        })
}

fn dns<'c>(certificate: &'c X509Certificate<'_>) -> impl Iterator<Item = &'c str> {
    general_names(certificate).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(*name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_servers() {
        for (presented, reference, expect) in [
            ("mx1.example.com", "MX1.example.com.", true),
            ("mx1.example.com", "mx2.example.com", false),
            ("*.example.com", "mx1.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "a.mx1.example.com", false),
            ("smtp*.example.com", "smtp1.example.com", false),
            ("*smtp.example.com", "asmtp.example.com", false),
            ("*", "mx1", false),
            ("", "", false),
        ] {
            assert_eq!(is_name(presented, reference), expect, "{presented} {reference}");
        }
    }

    #[test]
    fn patterns_that_somebody_meant() {
        for (pattern, name, expect) in [
            ("smtp*.example.com", "smtp1.example.com", true),
            ("*.*.example.com", "a.b.example.com", true),
            ("mail.*.com", "mail.example.com", true),
            ("s*p.example.com", "sp.example.com", true),
            ("s*p.example.com", "s.example.com", false),
            ("*.*.example.com", "b.example.com", false),
        ] {
            assert_eq!(is_covered(pattern, name), expect, "{pattern} {name}");
        }
    }
}
