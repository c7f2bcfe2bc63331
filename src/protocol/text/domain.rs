//! Internationalized domain names: the A-label for the wire, the U-label for people (RFC 5890 §2.3.2.1).

/// Octets of a domain that are looked at (RFC 1035 §2.3.4 allows 255).
const LONGEST: usize = 255;

/// The domain with its `xn--` labels in plain script. `None` when it has none, or they are no legal punycode.
#[must_use]
pub fn to_unicode(domain: &str) -> Option<String> {
    if domain.len() > LONGEST || !domain.to_ascii_lowercase().split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let (unicode, legal) = idna::domain_to_unicode(domain);
    (legal.is_ok() && !unicode.is_ascii()).then_some(unicode)
}

/// The domain as it goes into DNS. `None` when it is ASCII already, or is no legal name.
#[must_use]
pub fn to_ascii(domain: &str) -> Option<String> {
    if domain.len() > 4 * LONGEST || domain.is_ascii() {
        return None;
    }
    idna::domain_to_ascii(domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_both_ways() {
        assert_eq!(to_unicode("mail.xn--bcher-kva.example").as_deref(), Some("mail.bücher.example"));
        assert_eq!(to_unicode("XN--BCHER-KVA.example").as_deref(), Some("bücher.example"));
        assert_eq!(to_unicode("example.org"), None);
        assert_eq!(to_unicode("xn--99999999999.example"), None);
        assert_eq!(to_unicode(&format!("xn--{}", "a".repeat(300))), None);
        assert_eq!(to_ascii("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(to_ascii("example.org"), None);
    }
}
