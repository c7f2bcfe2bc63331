//! What the integration tests share.

mod keys;
pub(crate) mod pty;
pub(crate) mod scripted;
