//! How text is written so that it passes through mail, and how it is read back: RFC 2047 words, base64,
//! quoted-printable, modified UTF-7, IDNA, percent and xtext, JSON, RFC 3339 dates.
//!
//! Every reader here takes any octets, stops where it no longer understands, and says where that is. What comes out
//! may hold anything: draw it through [`super::visible::visible`] only.

pub mod charset;
pub mod domain;
pub mod encoded_word;
pub mod json;
pub mod mailbox_name;
pub mod percent;
pub mod timestamp;
pub mod transfer;

/// Nesting is read to this depth: nothing real is deeper, something hostile may be.
pub const DEPTH: usize = 64;

/// Where reading stopped, and why. A normal answer: the octets are still there to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUnderstood {
    /// The octet, from 0, that is the first one not understood.
    pub at: usize,
    /// Why, without a full stop.
    pub reason: &'static str,
}

impl NotUnderstood {
    /// Reading stopped at octet `at`.
    #[must_use]
    pub const fn new(at: usize, reason: &'static str) -> Self {
        Self { at, reason }
    }
}

/// What could be decoded, and where that ended early.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The octets.
    pub octets: Vec<u8>,
    /// The first trouble. Reading goes on behind it where that makes sense.
    pub stopped: Option<NotUnderstood>,
}

impl Decoded {
    fn odd(&mut self, at: usize, reason: &'static str) {
        self.stopped.get_or_insert(NotUnderstood { at, reason });
    }
}

/// The value of a hexadecimal digit, in either case.
fn hex(digit: Option<&u8>) -> Option<u8> {
    let value = char::from(*digit?).to_digit(16)?;
    u8::try_from(value).ok()
}

/// The octet that two hexadecimal digits write.
fn hex_pair(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    Some(hex(high)? << 4 | hex(low)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_reader_takes_any_octets(
            bytes in proptest::collection::vec(prop_oneof![
                any::<u8>(), Just(b'='), Just(b'?'), Just(b'&'), Just(b'-'), Just(b'%'), Just(b'+'), Just(b'Q'),
                Just(b'['), Just(b'{'), Just(b'"'), Just(b':'), Just(b','), Just(b'\\'), Just(b'A'), Just(b' '),
            ], 0..300),
        ) {
            for decoded in [
                transfer::base64(&bytes), transfer::quoted_printable(&bytes), percent::percent(&bytes),
                percent::xtext(&bytes),
            ] {
                prop_assert!(decoded.octets.len() <= bytes.len());
                prop_assert!(decoded.stopped.is_none_or(|stopped| stopped.at <= bytes.len()));
            }
            let _ = encoded_word::decode(&bytes);
            if let Err(stopped) = json::pretty(&bytes) {
                prop_assert!(stopped.at <= bytes.len());
            }
            if let Err(stopped) = mailbox_name::decode(&bytes) {
                prop_assert!(stopped.at <= bytes.len());
            }
            let _ = domain::to_unicode(&String::from_utf8_lossy(&bytes));
            for name in ["utf-8", "us-ascii", "iso-8859-1", "koi8-r", "iso-2022-jp", "gb18030", "big5", "utf-16", "x"] {
                let decoded = charset::decode(name, &bytes).unwrap_or_default();
                prop_assert!(decoded.text.len() <= 3 * bytes.len() && decoded.foreign.len() <= bytes.len());
            }
        }
    }
}
