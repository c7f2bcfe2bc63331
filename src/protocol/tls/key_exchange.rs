//! What else stands in the clear flight of a server before TLS 1.3: its certificates, the parameters of the key exchange,
//! and what it asks of the client.

use super::octets::Octets;
use super::suite::{Exchange, Suite};
use super::version::Version;

/// The parameters of ServerKeyExchange. The signature behind them is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameters {
    /// A prime of so many bits (RFC 5246 §7.4.3).
    Prime {
        /// Its size.
        bits: usize,
    },
    /// A named group (RFC 8422 §5.4).
    Group(u16),
    /// A curve that the server made up, which must not be (RFC 8422 §5.4).
    OwnCurve,
}

impl Parameters {
    /// Reads the body of ServerKeyExchange, which means nothing without the suite.
    #[must_use]
    pub fn read(body: &[u8], suite: Suite) -> Option<Self> {
        let mut octets = Octets(body);
        match suite.exchange() {
            Exchange::Dhe | Exchange::Anonymous { ec: false } => {
                let prime = octets.long()?;
                // A generator and a public value follow: without them it is no such message.
                octets.long()?;
                octets.long()?;
                let zeroes = prime.iter().take_while(|octet| **octet == 0).count();
                let first = prime.get(zeroes).map_or(0, |octet| octet.leading_zeros());
                let bits = (prime.len() - zeroes) * 8;
                Some(Self::Prime { bits: bits.saturating_sub(usize::try_from(first).ok()?) })
            }
            Exchange::Ecdhe | Exchange::Anonymous { ec: true } => match octets.u8()? {
                3 => Some(Self::Group(octets.u16()?)),
                1 | 2 => Some(Self::OwnCurve),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The certificates of the message Certificate before TLS 1.3, in DER, the leaf first: as many as can be read.
#[must_use]
pub fn certificates(body: &[u8]) -> Vec<&[u8]> {
    let mut list = Octets(Octets(body).longest().unwrap_or_default());
    std::iter::from_fn(|| list.longest()).collect()
}

/// The names of the authorities in CertificateRequest before TLS 1.3, each a distinguished name in DER: as many as can be
/// read. There may be none, which means any (RFC 5246 §7.4.4).
#[must_use]
pub fn authorities(body: &[u8], version: Version) -> Vec<&[u8]> {
    let read = || {
        let mut octets = Octets(body);
        octets.short()?;
        if version >= Version::TLS12 {
            octets.long()?;
        }
        octets.long()
    };
    let mut list = Octets(read().unwrap_or_default());
    std::iter::from_fn(|| list.long()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DHE: Suite = Suite(0x0033);
    const ECDHE: Suite = Suite(0xc02f);

    fn dh(prime: &[u8]) -> Vec<u8> {
        let length = u16::try_from(prime.len()).unwrap().to_be_bytes();
        [&length[..], prime, &[0, 1, 2, 0, 1, 4, 9, 9, 9]].concat()
    }

    #[test]
    fn parameters_of_the_key_exchange() {
        for (body, suite, expect) in [
            (dh(&[0xff; 128]), DHE, Some(Parameters::Prime { bits: 1024 })),
            (dh(&[0, 0, 0x7f, 1]), DHE, Some(Parameters::Prime { bits: 15 })),
            (dh(&[]), DHE, Some(Parameters::Prime { bits: 0 })),
            (dh(&[0; 4]), Suite(0x0034), Some(Parameters::Prime { bits: 0 })),
            (dh(&[0xff; 128])[..131].to_vec(), DHE, None),
            (vec![3, 0, 29, 32], ECDHE, Some(Parameters::Group(29))),
            (vec![3, 0], ECDHE, None),
            (vec![1, 0, 29], Suite(0xc018), Some(Parameters::OwnCurve)),
            (vec![9, 0, 29], ECDHE, None),
            (vec![3, 0, 29], Suite(0x002f), None),
            (Vec::new(), DHE, None),
        ] {
            assert_eq!(Parameters::read(&body, suite), expect, "{body:02x?}");
        }
    }

    #[test]
    fn lists_are_read_as_far_as_they_go() {
        assert_eq!(certificates(&[0, 0, 8, 0, 0, 2, 1, 2, 0, 0, 0]), [&[1, 2][..], &[]]);
        assert!(certificates(&[0, 0, 9, 0, 0, 2, 1, 2, 0, 0, 0]).is_empty());
        assert_eq!(certificates(&[0, 0, 8, 0, 0, 2, 1, 2, 0, 0, 9]), [&[1, 2][..]]);
        let old = [1, 1, 0, 5, 0, 3, 7, 8, 9];
        let new = [1, 1, 0, 2, 4, 1, 0, 5, 0, 3, 7, 8, 9];
        assert_eq!(authorities(&old, Version::TLS11), [[7, 8, 9]]);
        assert_eq!(authorities(&new, Version::TLS12), [[7, 8, 9]]);
        assert!(authorities(&[1, 1, 0, 0], Version::TLS10).is_empty());
        assert!(authorities(&new[..7], Version::TLS12).is_empty());
    }
}
