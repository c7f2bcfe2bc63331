//! IMAP (RFC 9051, RFC 3501).

mod arguments;
pub mod fetch;
mod flags;
pub mod grammar;
mod mailbox;
pub mod response;
pub mod search;
pub mod seen;
mod sets;
mod tables;
#[cfg(test)]
mod tests;
pub(super) mod url;
mod verbs;
pub mod write;

pub(in crate::protocol) use arguments::session::is_language_range;
pub use tables::{TABLES, Table, words};
pub use verbs::VERBS;
