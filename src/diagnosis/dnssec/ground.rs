//! What was checked on the way down, for validations that share it.

use std::collections::HashMap;
use std::sync::Arc;

use super::chain::{Cut, Trusted};
use super::{Link, State};
use crate::diagnosis::dns::WireName;

/// Zones and the cuts between them, checked by earlier validations with the same anchors and answers. It is for one
/// investigation: what is kept here is not checked against the time again.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub(super) zones: Kept<Arc<Trusted>>,
    pub(super) cuts: Kept<Cut>,
    pub(super) checks: u32,
}

/// By the name of a zone, or of what may be one: what came of it, and what is told of it.
pub(super) type Kept<T> = HashMap<WireName, (Result<T, State>, Vec<Link>)>;

impl Ground {
    /// How many signatures were checked in all.
    #[must_use]
    pub const fn checks(&self) -> u32 {
        self.checks
    }
}
