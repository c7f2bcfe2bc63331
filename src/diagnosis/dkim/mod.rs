//! DKIM (RFC 6376, RFC 8301, RFC 8463): keys in DNS read and judged, and the signatures of a message verified step by
//! step, so that it is clear who must act.
//!
//! ```text
//! selector, domain ─► TXT at SELECTOR._domainkey.DOMAIN ─► the key, tag by tag
//! message ─► its signatures ─► canonical body ─► hash ── is it bh=?
//!                          ├► canonical header ───────── is it signed (b=) with …
//!                          └► the key in DNS ─────────── … this key?
//! ```

mod key;
mod key_remarks;
#[cfg(test)]
mod key_tests;
mod key_words;
mod lookup;
mod rsa;

pub use key::{Key, KeyReading, KeyType, PublicKey, read_key};
pub use lookup::{AtName, Guess, Guesses, KeyReport, guess, key, key_name, selectors};
pub use rsa::RsaKey;
