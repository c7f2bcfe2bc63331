//! IMAP (RFC 9051, RFC 3501).

pub mod fetch;
pub mod grammar;
pub mod search;

use super::verb::Verb;

/// The verbs.
pub static VERBS: &[Verb] = &[];
