//! stub
use crate::protocol::verb::Context;
/// x
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// x
    pub text: String,
    /// x
    pub at: std::ops::Range<usize>,
    /// x
    pub summary: String,
}
/// x
pub fn complete(_line: &str, _cursor: usize, _c: &Context<'_>) -> Vec<Completion> {
    Vec::new()
}
