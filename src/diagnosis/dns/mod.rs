//! DNS as the mail diagnosis reads it: questions, messages and answers as plain values, without a resolver library.
//!
//! ```text
//! Query + QueryOptions ─► question: octets ─► (net) ─► octets ─► message ─► Response, Record, Value ─► Answer
//! ```
//!
//! Messages are read here and not by a library's codec, for three reasons. A message that is wrong in one place is
//! evidence: it is shown as far as it can be read, with the octet and the reason, where a codec refuses all of it. Any
//! type can be shown, and signatures need the octets of each record in their canonical form (RFC 4034 §6). And the
//! room stays pure.
//!
//! What is read is hostile: names are bounded and their pointers lead back only, what compression unpacks to is counted,
//! and all text is printable ASCII but for that of TXT and extended errors, which is kept in its octets.

mod answer;
mod code;
mod form;
mod kind;
mod location;
mod message;
mod name;
mod options;
mod question;
mod reader;
mod resolver;
mod response;
mod svcb;
mod text;
mod value;

use std::net::IpAddr;

pub use answer::{Answer, Dropped, Ending, QueryFailure, Try};
pub use code::{algorithm_name, digest_name, extended_error_name, opcode_name, rcode_name};
pub(in crate::diagnosis) use form::{canonical, types};
pub use kind::RecordType;
pub(in crate::diagnosis) use message::{Entry, IN, Message};
pub use message::{Mismatch, answers};
pub use name::{WireName, ascii_name, both_forms};
pub use options::{OFFERED, QueryOptions, Subnet};
pub use question::question;
pub use reader::Fault;
pub(in crate::diagnosis) use reader::Reader;
pub use resolver::{Resolver, Server, Transport};
pub use response::{Edns, ExtendedError, Flags, Response};
pub(crate) use text::base32hex;
pub(in crate::diagnosis) use text::{span, time};
pub(in crate::diagnosis) use value::key_tag;
pub use value::{Record, Value};

/// A question. The name is in A-label form without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// `example.org`, `_dmarc.example.org`, `25.2.0.192.in-addr.arpa`; the empty text for the root.
    pub name: String,
    /// The type asked for.
    pub kind: RecordType,
}

/// Whether a name is this domain or below it. Neither has a dot at its end; the root is the empty text.
pub(in crate::diagnosis) fn is_within(name: &str, domain: &str) -> bool {
    let Some(at) = name.len().checked_sub(domain.len()) else { return false };
    let same = name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(domain));
    same && (at == 0 || domain.is_empty() || name.as_bytes().get(at - 1) == Some(&b'.'))
}

/// The name under which the PTR record of `ip` stands (RFC 1035 §3.5, RFC 3596 §2.5).
#[must_use]
pub fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let mut name = String::with_capacity(72);
            for octet in ip.octets().iter().rev() {
                for nibble in [octet & 15, octet >> 4] {
                    name.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
                    name.push('.');
                }
            }
            name.push_str("ip6.arpa");
            name
        }
    }
}

#[cfg(test)]
mod tests;
