//! What it means: facts in, [`Finding`]s out. Pure: what the network said comes in as values.

pub mod answers;
pub mod bimi;
pub mod blocklist;
pub mod caa;
pub mod capabilities;
pub mod certificate;
pub mod client_config;
pub mod comparison;
pub mod dane;
pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod dnssec;
pub mod finding;
pub mod hello;
pub mod inspection;
pub mod investigation;
pub mod meaning;
pub mod message;
pub mod mta_sts;
pub mod privacy;
pub mod probe;
pub mod reference;
pub mod response;
pub mod spf;
pub mod starttls;
pub mod survey;
pub mod tagged;
pub mod tls;
pub mod tls_rpt;
pub mod tlsa;
mod trust;
pub mod web;

pub use finding::{Finding, Severity};
