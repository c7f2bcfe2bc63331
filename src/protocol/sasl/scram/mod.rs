//! SCRAM (RFC 5802; SHA-256 by RFC 7677): both sides prove by a salted hash that they know the password.

mod client;
pub mod gs2;
pub mod keys;
pub mod messages;

pub(super) use client::Client;

/// Fewer iterations than this are told (RFC 7677 §4 asks for as many; RFC 5802 §5.1 says the same of SHA-1).
pub const FEW_ITERATIONS: u32 = 4096;

/// More are refused. Servers in use ask for up to some hundred thousand; each million costs the client about half a
/// second, in which a hostile server would stall it.
pub const MOST_ITERATIONS: u32 = 2_000_000;
