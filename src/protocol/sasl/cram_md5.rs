//! CRAM-MD5 (RFC 2195): the user, a space, and HMAC-MD5 (RFC 2104) of the challenge with the password as its key.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};

use crate::protocol::secret::Secret;

/// Octets of a block of MD5.
const BLOCK: usize = 64;

/// The digest: 32 hexadecimal digits in lower case.
#[must_use]
pub fn digest(challenge: &[u8], password: &Secret) -> String {
    let mut key = vec![0; BLOCK];
    let secret = password.expose();
    let hashed = Md5::digest(secret);
    let start = if secret.len() > BLOCK { hashed.as_slice() } else { secret };
    for (to, from) in key.iter_mut().zip(start) {
        *to = *from;
    }
    let key = Secret::new(key);
    let pad = |octet: u8| Secret::new(key.expose().iter().map(|b| b ^ octet).collect());
    let inner = Md5::new().chain_update(pad(0x36).expose()).chain_update(challenge).finalize();
    let outer = Md5::new().chain_update(pad(0x5c).expose()).chain_update(inner).finalize();
    outer.iter().fold(String::with_capacity(32), |mut out, octet| {
        // Writing to a String does not fail.
        let _ = write!(out, "{octet:02x}");
        out
    })
}

/// The response.
#[must_use]
pub fn response(user: &str, digest: &str) -> Secret {
    Secret::new(format!("{user} {digest}").into_bytes())
}

/// User and digest of a response. A user may hold spaces, the digest holds none.
#[must_use]
pub fn read(response: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr::memrchr(b' ', response)?;
    Some((response.get(..space)?, response.get(space + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        for (challenge, password, expect) in [
            // RFC 2195 §2.
            (
                &b"<1896.697170952@postoffice.reston.mci.net>"[..],
                Secret::from("tanstaaftanstaaf"),
                "b913a602c7eda7a495b4e6e7334d3890",
            ),
            // RFC 2202 §2, cases 2, 3 and 6: a short key, octets that are no text, a key longer than a block.
            (b"what do ya want for nothing?", Secret::from("Jefe"), "750c783e6ab0b503eaa86e310a5db738"),
            (&[0xdd; 50], Secret::new(vec![0xaa; 16]), "56be34521d144c88dbb8c733f0e8b3f6"),
            (
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                Secret::new(vec![0xaa; 80]),
                "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
            ),
        ] {
            assert_eq!(digest(challenge, &password), expect);
        }
        assert_eq!(read(b"jo e 0123"), Some((&b"jo e"[..], &b"0123"[..])));
        assert_eq!(read(b"jo"), None);
    }
}
