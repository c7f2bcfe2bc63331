//! SCRAM (RFC 5802; SHA-256 by RFC 7677): both sides prove by a salted hash that they know the password.

use ring::hmac;

use super::base64;
use crate::protocol::secret::Secret;

mod client;
pub mod gs2;
pub mod keys;
pub mod messages;

pub(super) use client::Client;

/// The nonce of a client: 24 characters that nobody can guess who has not the key. `number` is never the same twice.
#[must_use]
pub fn nonce(key: &Secret, number: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
    let tag = hmac::sign(&key, number.as_bytes());
    base64::text(tag.as_ref().get(..18).unwrap_or_default())
}

/// Fewer iterations than this are told (RFC 7677 §4 asks for as many; RFC 5802 §5.1 says the same of SHA-1).
pub const FEW_ITERATIONS: u32 = 4096;

/// More are refused. Servers in use ask for up to some hundred thousand; each million costs the client about half a
/// second, in which a hostile server would stall it.
pub const MOST_ITERATIONS: u32 = 2_000_000;
