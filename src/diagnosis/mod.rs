//! What it means: facts in, [`Finding`]s out. Pure: what the network said comes in as values.

pub mod answers;
pub mod blocklist;
pub mod capabilities;
pub mod certificate;
pub mod comparison;
pub mod dns;
pub mod finding;
pub mod meaning;
pub mod message;
pub mod reference;
pub mod response;
pub mod spf;
pub mod survey;
pub mod tls;

pub use finding::{Finding, Severity};
