//! DKIM (RFC 6376, RFC 8301, RFC 8463): keys in DNS read and judged, and the signatures of a message verified step by
//! step, so that it is clear who must act.
//!
//! ```text
//! selector, domain ─► TXT at SELECTOR._domainkey.DOMAIN ─► the key, tag by tag
//! message ─► its signatures ─► canonical body ─► hash ── is it bh=?
//!                          ├► canonical header ───────── is it signed (b=) with …
//!                          └► the key in DNS ─────────── … this key?
//! ```

mod around;
mod canonical;
mod investigation;
#[cfg(test)]
mod investigation_tests;
mod key;
mod key_remarks;
#[cfg(test)]
mod key_tests;
mod key_words;
mod lookup;
mod message;
mod opened;
mod proof;
mod rows;
mod rsa;
mod signature;
mod signature_words;
mod trace;
mod verify;
#[cfg(test)]
mod verify_tests;

pub use canonical::Canonicalization;
pub use investigation::MessageCheck;
pub use key::{Key, KeyReading, KeyType, PublicKey, read_key};
pub use lookup::{AtName, Guess, Guesses, KeyReport, guess, key, key_name, selectors};
pub use message::LONGEST;
pub use opened::{BodyClue, Hashes, Opened, OpenedSignature};
pub use rsa::RsaKey;
pub use signature::{Algorithm, Signature, SignatureReading, read_signature};
pub use trace::Step;
pub use verify::{Cause, Outcome, Verified, Who, verify};
