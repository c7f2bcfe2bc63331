//! What stands where a secret stood.

use memchr::memmem;

use crate::protocol::secret::Secret;

/// What stands where a secret stood.
pub(in crate::app) const DOTS: &str = "••••••••";

/// What is secret in the octets of a line that must not be seen: all of it, each word, a quoted string without its
/// quotes, and, if `decode`, what base64 hides (the password of PLAIN, a response of LOGIN).
pub(super) fn secrets_of(octets: &str, decode: bool) -> Vec<Secret> {
    let mut out = vec![Secret::from(octets.trim())];
    if let Some(inner) = octets.trim().strip_prefix('"') {
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        out.push(Secret::from(inner));
        out.push(Secret::from(inner.replace("\\\"", "\"").replace("\\\\", "\\").as_str()));
    }
    for word in octets.split_ascii_whitespace() {
        let word_secret = Secret::from(word);
        out.push(crate::protocol::sasl::encode(&word_secret));
        out.push(word_secret);
        if decode
            && let Ok(decoded) = crate::protocol::sasl::decode(word)
            && let Some(last) = decoded.rsplit(|&b| b == 0).next()
        {
            let last = Secret::new(last.to_vec());
            out.push(crate::protocol::sasl::encode(&last));
            out.push(last);
        }
    }
    out
}

/// `octets` with every secret replaced by dots, if there is one in it.
pub(super) fn mask(octets: &[u8], secrets: &[Secret]) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    for secret in secrets {
        let needle = secret.expose();
        // Very short secrets would blot out ordinary text and tell by their absence what they are.
        if needle.len() < 4 {
            continue;
        }
        let text = out.as_deref().unwrap_or(octets);
        if memmem::find(text, needle).is_none() {
            continue;
        }
        let mut masked = Vec::with_capacity(text.len());
        let mut from = 0;
        for at in memmem::find_iter(text, needle) {
            masked.extend_from_slice(text.get(from..at).unwrap_or(b""));
            masked.extend_from_slice(DOTS.as_bytes());
            from = at + needle.len();
        }
        masked.extend_from_slice(text.get(from..).unwrap_or(b""));
        out = Some(masked);
    }
    out
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echoed_secret_is_masked_everywhere_in_a_line() {
        let secrets = [Secret::from("hunter2"), Secret::from("abc")];
        assert_eq!(mask(b"535 hunter2? hunter2!", &secrets).unwrap(), "535 ••••••••? ••••••••!".as_bytes());
        assert_eq!(mask(b"250 abc", &secrets), None);
    }
}
