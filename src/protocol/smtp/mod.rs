//! SMTP (RFC 5321) and LMTP (RFC 2033).

pub mod address;
mod arguments;
pub mod parameters;
mod verbs;

pub use address::to_ascii_domain;
pub use verbs::VERBS;
