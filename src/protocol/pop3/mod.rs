//! POP3 (RFC 1939).

mod verbs;

pub use verbs::VERBS;

#[cfg(test)]
mod tests;
