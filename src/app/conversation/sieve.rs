//! A quick look whether a secret may stand in some octets. A mailbox comes in hundreds of thousands of lines, and a secret
//! has dozens of forms: to search each line for each of them would take longer than to receive it.

use zeroize::Zeroizing;

/// Octets that are looked at together. Nothing shorter goes in.
const WINDOW: usize = 4;
/// Bits of the hash of a window.
const BITS: u32 = 16;

/// The beginnings of what is looked for, as a set of their hashes. What is not found here is not there.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// A bit for each hash; empty as long as nothing is looked for. It tells of the secrets, and is wiped as they are.
    seen: Zeroizing<Vec<u64>>,
}

impl Sieve {
    /// From now on these octets are looked for too. With fewer than four of them everything would have to pass.
    pub(super) fn add(&mut self, octets: &[u8]) {
        if self.seen.is_empty() {
            self.seen = Zeroizing::new(vec![0; 1 << (BITS - u64::BITS.ilog2())]);
        }
        let words = octets.first_chunk().map(place);
        match words.and_then(|(word, bit)| Some((self.seen.get_mut(word)?, bit))) {
            Some((word, bit)) => *word |= bit,
            None => self.seen.fill(u64::MAX),
        }
    }

    /// Whether what is looked for may stand in these octets.
    pub(super) fn lets_through(&self, octets: &[u8]) -> bool {
        let is_seen = |window: &[u8]| {
            let place = window.first_chunk().map(place);
            place.is_some_and(|(word, bit)| self.seen.get(word).is_some_and(|seen| seen & bit != 0))
        };
        !self.seen.is_empty() && octets.windows(WINDOW).any(is_seen)
    }
}

/// Where the bit of a window is: the word and the bit in it.
const fn place(window: &[u8; WINDOW]) -> (usize, u64) {
    // Fibonacci hashing: the upper bits of a product with 2³² divided by the golden ratio.
    let hash = u32::from_be_bytes(*window).wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS);
    ((hash / u64::BITS) as usize, 1 << (hash % u64::BITS))
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
