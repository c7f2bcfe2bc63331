//! A quick look whether a secret may stand in some octets. A mailbox comes in hundreds of thousands of lines, and a secret
//! has dozens of forms: to search each line for each of them would take longer than to receive it.

use crate::protocol::secret::Secret;

/// Octets that are looked at together. Nothing shorter goes in.
const WINDOW: usize = 4;
/// Bits of the hash of a window.
const BITS: u32 = 16;

/// The beginnings of what is looked for, as a set of their hashes. What is not found here is not there.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// A bit for each hash; empty as long as nothing is looked for. It tells of the secrets, and is wiped as they are.
    seen: Secret,
}

impl Sieve {
    /// From now on these octets are looked for too. With fewer than four of them everything would have to pass.
    pub(super) fn add(&mut self, octets: &[u8]) {
        let mut seen = match self.seen.is_empty() {
            true => vec![0; 1 << (BITS - u8::BITS.ilog2())],
            false => self.seen.expose().to_vec(),
        };
        let place = octets.first_chunk().map(place);
        match place.and_then(|(at, bit)| Some((seen.get_mut(at)?, bit))) {
            Some((octet, bit)) => *octet |= bit,
            None => seen.fill(u8::MAX),
        }
        self.seen = Secret::new(seen);
    }

    /// Whether what is looked for may stand in these octets.
    pub(super) fn lets_through(&self, octets: &[u8]) -> bool {
        let seen = self.seen.expose();
        let is_seen = |window: &[u8]| {
            let place = window.first_chunk().map(place);
            place.is_some_and(|(at, bit)| seen.get(at).is_some_and(|octet| octet & bit != 0))
        };
        !seen.is_empty() && octets.windows(WINDOW).any(is_seen)
    }
}

/// Where the bit of a window is: the octet and the bit in it.
const fn place(window: &[u8; WINDOW]) -> (usize, u8) {
    // Fibonacci hashing: the upper bits of a product with 2³² divided by the golden ratio.
    let hash = u32::from_be_bytes(*window).wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS);
    ((hash / u8::BITS) as usize, 1 << (hash % u8::BITS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn most_that_is_not_looked_for_stays_behind() {
        let mut sieve = Sieve::default();
        assert!(!sieve.lets_through(b"anything"));
        for word in ["hunter2", "8secret", "aHVudGVyMg", "68756e74657232"] {
            sieve.add(word.as_bytes());
        }
        for (octets, expected) in [
            (&b"535 hunter2?"[..], true),
            (b"hunter", true),
            (b"hun", false),
            (b"", false),
            (b"000161843 0123456789abcdef0123456789abcdef0123456789abcdef", false),
            (b"250 2.1.0 Ok", false),
        ] {
            assert_eq!(sieve.lets_through(octets), expected, "{octets:?}");
        }
    }

    proptest! {
        /// What is there is let through, wherever it stands.
        #[test]
        fn nothing_is_missed(before: Vec<u8>, secret in prop::collection::vec(any::<u8>(), WINDOW..20), behind: Vec<u8>) {
            let mut sieve = Sieve::default();
            sieve.add(&secret);
            prop_assert!(sieve.lets_through(&[before, secret, behind].concat()));
        }
    }
}
