//! A message opened: its header read, its parts listed, its way through the servers timed (RFC 5322, RFC 2045).
//!
//! Headers and structure are read in time linear in the size of the message; contents are measured, and decoded only
//! when they are asked for ([`text`]).

mod authentication;
mod author;
mod content;
mod header;
mod lines;
mod mime;
mod received;
#[cfg(test)]
mod tests;

pub use authentication::{Authentication, Method};
pub use author::domains;
pub use content::text;
pub use header::Field;
pub use mime::Part;
pub use received::Hop;

use crate::protocol::text::NotUnderstood;

/// A message of more octets is read to here.
pub const LONGEST: usize = 25 << 20;

/// A message, opened.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// The header fields in their order.
    pub fields: Vec<Field>,
    /// The parts, the message itself first, each with its depth.
    pub parts: Vec<Part>,
    /// Its way, the first server first.
    pub hops: Vec<Hop>,
    /// What servers found when they checked it, the topmost field first.
    pub authentications: Vec<Authentication>,
    /// Octets of the whole message.
    pub octets: usize,
    /// Where reading stopped early.
    pub stopped: Option<NotUnderstood>,
}

/// Opens a message. Lines may end in CR LF or LF. Never fails: what is no message has no fields and one part.
#[must_use]
pub fn open(octets: &[u8]) -> Message {
    let kept = octets.get(..octets.len().min(LONGEST)).unwrap_or(octets);
    let (fields, body, odd) = header::read(kept, 0);
    let mut hops: Vec<Hop> = named(&fields, "Received").map(|field| received::hop(&field.raw)).collect();
    hops.reverse();
    received::delays(&mut hops);
    let authentications = fields
        .iter()
        .filter(|field| {
            ["Authentication-Results", "ARC-Authentication-Results"]
                .iter()
                .any(|name| field.name.eq_ignore_ascii_case(name))
        })
        .map(|field| authentication::read(&field.name, &field.raw))
        .collect();
    let (parts, structure) = mime::parts(kept, &fields, body);
    let cut =
        (kept.len() < octets.len()).then(|| NotUnderstood::new(kept.len(), "longer messages are not read further"));
    Message { fields, parts, hops, authentications, octets: octets.len(), stopped: odd.or(structure).or(cut) }
}

/// The fields with this name.
fn named<'a>(fields: &'a [Field], name: &'a str) -> impl Iterator<Item = &'a Field> {
    fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
}
