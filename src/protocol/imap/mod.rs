//! IMAP (RFC 9051, RFC 3501).

mod arguments;
pub mod fetch;
pub mod grammar;
mod messages;
pub mod response;
pub mod search;
pub mod seen;
mod verbs;
pub mod write;

pub use arguments::STATUS_ITEMS;
pub use verbs::VERBS;
