//! SMTP (RFC 5321) and LMTP (RFC 2033).

pub mod address;
pub mod parameters;

pub use address::to_ascii_domain;

use super::verb::Verb;

/// The verbs.
pub static VERBS: &[Verb] = &[];
