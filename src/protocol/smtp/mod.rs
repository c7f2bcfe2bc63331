//! SMTP (RFC 5321) and LMTP (RFC 2033).

pub mod address;
mod arguments;
mod attributes;
pub mod parameters;
mod verbs;

pub use address::to_ascii_domain;
pub use attributes::{XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES};
pub use verbs::VERBS;

#[cfg(test)]
mod tests;
