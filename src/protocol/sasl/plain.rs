//! PLAIN (RFC 4616): `[authzid] NUL authcid NUL passwd`.

use crate::protocol::secret::Secret;

/// The parts of a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Plain<'a> {
    /// Whom to act as; empty: the user.
    pub authorization: &'a [u8],
    /// The authentication identity.
    pub user: &'a [u8],
    /// The password.
    pub password: &'a [u8],
}

/// The message.
#[must_use]
pub fn message(authorization: &str, user: &str, password: &Secret) -> Secret {
    let mut out = Vec::with_capacity(authorization.len() + user.len() + password.expose().len() + 2);
    out.extend_from_slice(authorization.as_bytes());
    out.push(0);
    out.extend_from_slice(user.as_bytes());
    out.push(0);
    out.extend_from_slice(password.expose());
    Secret::new(out)
}

/// Reads a message.
///
/// # Errors
/// The number of NUL octets, when they are not two.
pub fn read(message: &[u8]) -> Result<Plain<'_>, usize> {
    let parts: Vec<&[u8]> = message.splitn(4, |&b| b == 0).collect();
    match parts.as_slice() {
        [authorization, user, password] => Ok(Plain { authorization, user, password }),
        _ => Err(message.iter().filter(|&&b| b == 0).count()),
    }
}
