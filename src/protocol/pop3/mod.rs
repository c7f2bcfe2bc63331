//! POP3 (RFC 1939).

use super::verb::Verb;

/// The verbs.
pub static VERBS: &[Verb] = &[];
