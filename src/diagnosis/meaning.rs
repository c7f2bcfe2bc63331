//! stub
use crate::protocol::endpoint::Protocol;
/// x
#[derive(Debug)]
pub struct Meaning {
    /// x
    pub code: String,
    /// x
    pub says: &'static str,
    /// x
    pub next: &'static str,
}
/// x
pub fn explain(_p: Protocol, _l: &[u8]) -> Option<Meaning> {
    None
}
