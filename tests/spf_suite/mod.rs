//! The suite as another test takes it: read from its file, and answered for.

pub(crate) mod server;
pub(crate) mod suite;
