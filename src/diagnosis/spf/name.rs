//! What may be looked up, and which addresses are in a network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::diagnosis::dns::WireName;

/// Characters of a domain name (RFC 7208 §7.3).
const LONGEST: usize = 253;

/// Makes the name to look up of an expanded domain: without the dot at its end, and without labels on the left until it
/// is no longer than a name may be (RFC 7208 §7.3).
///
/// # Errors
/// Why no question can be asked about it.
pub(super) fn target(text: &str) -> Result<String, String> {
    let mut name = text.strip_suffix('.').unwrap_or(text);
    while name.len() > LONGEST
        && let Some((_, rest)) = name.split_once('.')
    {
        name = rest;
    }
    check(name).map(|()| name.to_owned())
}

/// Whether a name is fit for a question: at least two labels of 1 to 63 printable octets (RFC 7208 §4.3).
///
/// # Errors
/// Why it is not.
pub(super) fn check(name: &str) -> Result<(), String> {
    if name.len() > LONGEST {
        return Err(format!("it has {} octets, and a name has at most {LONGEST}", name.len()));
    }
    let literal = name.starts_with('[') || name.parse::<Ipv4Addr>().is_ok() || name.parse::<Ipv6Addr>().is_ok();
    if literal {
        return Err("it is an address and no domain name".to_owned());
    }
    if !name.contains('.') {
        return Err("it is no domain name of two labels".to_owned());
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err("it has an empty label".to_owned());
        }
        if label.len() > 63 {
            return Err(format!("it has a label of {} octets, and a label has at most 63", label.len()));
        }
        if !label.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
            return Err("it holds characters that are not printable ASCII".to_owned());
        }
    }
    Ok(())
}

/// The form in which such a name is asked for: a macro brings in whatever a local part holds, and what zone files give a
/// meaning stands behind a backslash in questions, as it does in answers (RFC 1035 §5.1).
pub(super) fn asked(name: &str) -> String {
    let wire = name.rsplit('.').try_fold(WireName::root(), |wire, label| wire.below(label.as_bytes()));
    wire.map_or_else(|_| name.to_owned(), |wire| wire.text())
}

/// Whether the first `bits` of two addresses are the same. Addresses of two families never match.
pub(super) fn same_network(ip: IpAddr, other: IpAddr, bits: u8) -> bool {
    match (ip, other) {
        (IpAddr::V4(a), IpAddr::V4(b)) => network4(a, bits) == network4(b, bits),
        (IpAddr::V6(a), IpAddr::V6(b)) => network6(a, bits) == network6(b, bits),
        _ => false,
    }
}

/// The address with all but its first `bits` set to zero.
pub(super) fn network4(ip: Ipv4Addr, bits: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(bits))).unwrap_or(0);
    Ipv4Addr::from_bits(ip.to_bits() & mask)
}

/// The same.
pub(super) fn network6(ip: Ipv6Addr, bits: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(u32::from(bits))).unwrap_or(0);
    Ipv6Addr::from_bits(ip.to_bits() & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let (label, long) = ("a".repeat(63), "a".repeat(64));
        let names = |count: usize| vec![label.as_str(); count].join(".");
        for (text, expect) in [
            ("example.org.", Some("example.org")),
            ("foo:bar/baz  %.example.com", Some("foo:bar/baz  %.example.com")),
            (&format!("{}.x.example", names(3)), Some(&format!("{}.x.example", names(3)))),
            // Labels go from the left until 253 octets are left.
            (&format!("x.{}.yy.example", names(4)), Some(&format!("{}.yy.example", names(3)))),
            (&format!("{}.{}", long.repeat(4), label), None),
            ("org", None),
            ("", None),
            ("..", None),
            ("a..org", None),
            ("example.org..", None),
            ("[192.0.2.1]", None),
            ("192.0.2.1", None),
            ("b\u{fc}cher.example", None),
            ("a\n.example", None),
            (&format!("{long}.example"), None),
        ] {
            assert_eq!(target(text).ok().as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn names_in_questions() {
        for (name, expect) in [
            ("example.org", "example.org"),
            ("A_b-1.Example.org", "A_b-1.Example.org"),
            ("a b%  c.example.org", "a\\032b%\\032\\032c.example.org"),
            ("jo\"x\\y;z@.example.org", "jo\\\"x\\\\y\\;z\\@.example.org"),
            // Nothing that can be asked for: it is left as it is.
            ("a..example.org", "a..example.org"),
        ] {
            assert_eq!(asked(name), expect, "{name}");
            assert_eq!(WireName::parse(expect).is_ok_and(|wire| wire.text() == expect), !name.contains(".."), "{name}");
        }
    }

    #[test]
    fn networks() {
        for (a, b, bits, expect) in [
            ("192.0.2.1", "192.0.3.1", 23, true),
            ("192.0.2.1", "192.0.3.1", 24, false),
            ("192.0.2.1", "10.0.0.1", 0, true),
            ("192.0.2.1", "192.0.2.1", 32, true),
            ("2001:db8::1", "2001:db8::2", 126, true),
            ("2001:db8::1", "2001:db8::2", 127, false),
            ("2001:db8::1", "::", 0, true),
            ("2001:db8::1", "192.0.2.1", 0, false),
        ] {
            assert_eq!(same_network(a.parse().unwrap(), b.parse().unwrap(), bits), expect, "{a} {b}/{bits}");
        }
    }
}
