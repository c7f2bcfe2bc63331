//! What it means: facts in, [`Finding`]s out. Pure: what the network said comes in as values.

pub mod answers;
pub mod capabilities;
pub mod certificate;
pub mod client_config;
pub mod dns;
pub mod finding;
pub mod meaning;
pub mod message;
pub mod reference;
pub mod response;
pub mod survey;
pub mod tls;
pub mod web;

pub use finding::{Finding, Severity};
