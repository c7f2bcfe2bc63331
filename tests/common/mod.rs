//! What the integration tests share.

mod keys;
pub(crate) mod program;
pub(crate) mod pty;
pub(crate) mod scripted;

/// How long a test waits for what must come. Generous, because a loaded machine with two cores runs the suite too; what is
/// right comes long before.
const WITHIN: std::time::Duration = std::time::Duration::from_secs(120);
