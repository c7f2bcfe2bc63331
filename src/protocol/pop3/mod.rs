//! POP3 (RFC 1939).

pub mod apop;
mod verbs;

pub use verbs::VERBS;

#[cfg(test)]
mod tests;
