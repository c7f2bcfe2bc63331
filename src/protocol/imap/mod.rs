//! IMAP (RFC 9051, RFC 3501).

use super::verb::Verb;

/// The verbs.
pub static VERBS: &[Verb] = &[];
