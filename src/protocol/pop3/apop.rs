//! APOP (RFC 1939 §7): a login by the MD5 of the greeting's timestamp and the password.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};

use crate::protocol::secret::Secret;

/// The timestamp of a greeting, its angle brackets included; it has the form of a message identifier. One that is not
/// whole or not ASCII is none: a false server could use it to learn the password (CVE-2007-1558).
#[must_use]
pub fn timestamp(greeting: &[u8]) -> Option<&str> {
    let start = memchr::memchr(b'<', greeting)?;
    let end = start + memchr::memchr(b'>', greeting.get(start..)?)?;
    let found = std::str::from_utf8(greeting.get(start..=end)?).ok()?;
    let inner = found.get(1..found.len() - 1)?;
    let (left, right) = inner.split_once('@')?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@".contains(&b));
    (plain(left) && plain(right)).then_some(found)
}

/// What follows the name in APOP: 32 hexadecimal digits in lower case.
#[must_use]
pub fn digest(timestamp: &str, password: &Secret) -> String {
    let sum = Md5::new().chain_update(timestamp).chain_update(password.expose()).finalize();
    sum.iter().fold(String::with_capacity(32), |mut out, octet| {
        // Writing to a String does not fail.
        let _ = write!(out, "{octet:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        let greeting = b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>";
        let found = timestamp(greeting).unwrap();
        assert_eq!(digest(found, &Secret::from("tanstaaf")), "c4c9334bac560ecc979e58001b3e22fb");
    }

    #[test]
    fn what_is_no_timestamp_is_passed_over() {
        for (greeting, expect) in [
            ("+OK <a@b> ready", Some("<a@b>")),
            ("+OK <1.2@[192.0.2.1]>", Some("<1.2@[192.0.2.1]>")),
            ("+OK ready", None),
            ("+OK <a@b", None),
            ("+OK <ready>", None),
            ("+OK <a b@c>", None),
            ("+OK <a@b@c>", None),
            ("+OK <@b>", None),
            ("+OK <a@>", None),
            ("+OK <\u{e9}@b>", None),
            ("+OK <<a@b>", None),
            ("", None),
        ] {
            assert_eq!(timestamp(greeting.as_bytes()), expect, "{greeting}");
        }
        assert_eq!(timestamp(b"+OK <a\x80@b>"), None);
    }
}
