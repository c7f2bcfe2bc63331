//! SMTP (RFC 5321) and LMTP (RFC 2033).

use super::verb::Verb;

/// The verbs.
pub static VERBS: &[Verb] = &[];

/// The A-label form of a domain name (RFC 5890 §2.3.2.1), in lower case, checked for length (RFC 1035 §2.3.4).
///
/// # Errors
/// Why it is not a domain name, in a few words.
pub fn to_ascii_domain(text: &str) -> Result<String, String> {
    let ascii = idna::domain_to_ascii(text).map_err(|_| "a label is not allowed by IDNA".to_owned())?;
    if ascii.len() > 253 {
        return Err(format!("{} octets, a domain has at most 253", ascii.len()));
    }
    for label in ascii.split('.') {
        if label.is_empty() {
            return Err("two dots, or a dot at the start, leave an empty label".to_owned());
        }
        if label.len() > 63 {
            return Err(format!("the label \"{label}\" has {} octets, at most 63 are allowed", label.len()));
        }
        if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            return Err(format!("{odd:?} cannot stand in a domain name"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(format!("the label \"{label}\" begins or ends with a hyphen"));
        }
    }
    Ok(ascii)
}
