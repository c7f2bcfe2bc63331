//! A message of a mechanism that is not known, in words.

use super::observer::MASK;
use crate::protocol::visible::visible;

/// A message in words, its secret masked: `authorization ␀ user ␀ ••••` for PLAIN, `user=… auth=Bearer ••••` for the
/// OAuth mechanisms, `••••` for everything else.
#[must_use]
pub fn describe(message: &[u8]) -> String {
    let parts: Vec<&[u8]> = message.split(|&b| b == 0).collect();
    if let [authorization, user, _] = parts.as_slice() {
        let space = if authorization.is_empty() { "" } else { " " };
        return format!("{}{space}␀ {} ␀ {MASK}", visible(authorization), visible(user));
    }
    let fields: Vec<&[u8]> = message.split(|&b| b == 1).filter(|field| !field.is_empty()).collect();
    if fields.iter().any(|field| field.starts_with(b"auth=")) {
        let words: Vec<String> = fields
            .iter()
            .map(|field| {
                let open = [&b"user="[..], b"host=", b"port=", b"n,"].iter().any(|start| field.starts_with(start));
                match field {
                    _ if open => visible(field).into_owned(),
                    _ if field.starts_with(b"auth=Bearer ") => format!("auth=Bearer {MASK}"),
                    _ => MASK.to_owned(),
                }
            })
            .collect();
        return words.join(" ␁ ");
    }
    if message.is_empty() { "(empty)".to_owned() } else { MASK.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_mask_what_is_secret() {
        for (message, expect) in [
            (&b"\0tim\0tanstaaf"[..], "␀ tim ␀ ••••"),
            (b"Ursel\0Kurt\0xipj", "Ursel ␀ Kurt ␀ ••••"),
            (b"user=jo@example.com\x01auth=Bearer ya29.x\x01\x01", "user=jo@example.com ␁ auth=Bearer ••••"),
            (b"n,a=jo,\x01host=h\x01auth=Bearer x\x01\x01", "n,a=jo, ␁ host=h ␁ auth=Bearer ••••"),
            (b"hunter2", "••••"),
            (b"a\0b", "••••"),
            (b"", "(empty)"),
        ] {
            assert_eq!(describe(message), expect);
        }
    }
}
