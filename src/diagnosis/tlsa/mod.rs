//! DANE for SMTP (RFC 7672, RFC 7671, RFC 6698): TLSA records held against the certificates a server really shows.
//!
//! A record is of use only when DNSSEC vouches for it, and usages 2 and 3 only are for mail. One record that matches is
//! enough; when none does, senders that know DANE keep the message and try again, until it comes back.

mod chain;
mod record;
#[cfg(test)]
mod tests;
mod verdict;

pub use chain::Mismatch;
pub use record::Tlsa;
pub use verdict::{Dane, Judged, Server, Standing, Verdict, judge, record_name};

/// What DNSSEC says of an answer (RFC 4033 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dnssec {
    /// Its signatures lead to the root.
    Secure,
    /// It is not signed, provably.
    Insecure,
    /// It should be signed, and is not, or wrongly.
    Bogus,
}
