//! RSA public keys as DKIM publishes them, and what a signature says when it is opened with one.

use x509_parser::prelude::{FromDer as _, SubjectPublicKeyInfo};
use x509_parser::public_key::{PublicKey, RSAPublicKey};

/// `AlgorithmIdentifier` of rsaEncryption (RFC 8017 appendix A.1).
const RSA_ENCRYPTION: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// Bits of a modulus at most with which a signature is opened here: above it takes too long.
const OPENED: usize = 4096;

/// An RSA public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    /// The modulus, the highest octet first, without zeros before it.
    pub modulus: Vec<u8>,
    /// The public exponent, likewise.
    pub exponent: Vec<u8>,
    /// It stands bare (RSAPublicKey, as RFC 6376 §3.6.1 says) and not in a SubjectPublicKeyInfo, as everybody has it.
    pub is_bare: bool,
}

impl RsaKey {
    /// Reads a key in DER, in either form.
    ///
    /// # Errors
    /// What is wrong with it, without a full stop.
    pub fn read(der: &[u8]) -> Result<Self, String> {
        if let Some((whole, there)) = outer(der).filter(|(whole, there)| whole > there) {
            return Err(format!("it is cut short: {there} of {whole} octets are there"));
        }
        if is_private(der) {
            return Err("it is a private key, and now known to everybody: make a new pair, and publish the public one"
                .to_owned());
        }
        let key = |key: &RSAPublicKey<'_>, is_bare| Self {
            modulus: significant(key.modulus),
            exponent: significant(key.exponent),
            is_bare,
        };
        let read = match SubjectPublicKeyInfo::from_der(der) {
            Ok((_, info)) => match info.parsed() {
                Ok(PublicKey::RSA(rsa)) => Some(key(&rsa, false)),
                _ => return Err("it is a public key, and none of RSA".to_owned()),
            },
            Err(_) => RSAPublicKey::from_der(der).ok().map(|(_, rsa)| key(&rsa, true)),
        };
        read.filter(|key| !key.modulus.is_empty() && !key.exponent.is_empty())
            .ok_or_else(|| "it is no RSA public key".to_owned())
    }

    /// Bits of the modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        bits(&self.modulus)
    }

    /// As SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER.
    #[must_use]
    pub fn to_info(&self) -> Vec<u8> {
        let mut key = vec![0];
        key.extend(sequence(
            &[element(0x02, &positive(&self.modulus)), element(0x02, &positive(&self.exponent))].concat(),
        ));
        sequence(&[RSA_ENCRYPTION.to_vec(), element(0x03, &key)].concat())
    }

    /// The digest that the signer signed, when the signature was made with the private half of this key (RFC 8017
    /// §8.2.2); none when it was not, or the key is too large to be tried.
    #[must_use]
    pub fn signed_digest(&self, signature: &[u8], digest_info: &[u8]) -> Option<Vec<u8>> {
        if self.bits() > OPENED || bits(&self.exponent) > 24 || signature.len() != self.modulus.len() {
            return None;
        }
        let (modulus, base) = (limbs(&self.modulus), limbs(signature));
        if !is_less(&base, &modulus) {
            return None;
        }
        let mut power = base.clone();
        for bit in (0..bits(&self.exponent).saturating_sub(1)).rev() {
            power = multiply(&power, &power, &modulus);
            if bit_of(&limbs(&self.exponent), bit) {
                power = multiply(&power, &base, &modulus);
            }
        }
        let encoded: Vec<u8> = power.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        let encoded = encoded.get(encoded.len().checked_sub(self.modulus.len())?..)?;
        // 00 01 FF … FF 00, then what was signed (RFC 8017 §9.2).
        let padded = encoded.strip_prefix(&[0, 1])?;
        let fill = padded.iter().take_while(|octet| **octet == 0xff).count();
        let signed = padded.get(fill..)?.strip_prefix(&[0])?;
        (fill >= 8).then_some(())?;
        signed.strip_prefix(digest_info).map(<[u8]>::to_vec)
    }
}

/// Octets that the outermost DER element is to have, and those that are there.
fn outer(der: &[u8]) -> Option<(usize, usize)> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let count = usize::from(first & 0x7f);
    let (length, head) = match first {
        0..=0x7f => (count, 2),
        _ if count <= 4 => {
            let octets = rest.get(..count)?;
            (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), 2 + count)
        }
        _ => return None,
    };
    (*tag == 0x30).then_some((head + length, der.len()))
}

/// Whether this is an RSAPrivateKey or a PrivateKeyInfo: a sequence that begins with version 0.
fn is_private(der: &[u8]) -> bool {
    let head = match der.get(1) {
        Some(0x81) => 3,
        Some(0x82) => 4,
        _ => 2,
    };
    der.first() == Some(&0x30) && der.get(head..).is_some_and(|rest| rest.starts_with(&[0x02, 0x01, 0x00]))
}

fn significant(octets: &[u8]) -> Vec<u8> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default().to_vec()
}

fn bits(octets: &[u8]) -> usize {
    octets.first().map_or(0, |first| octets.len() * 8 - first.leading_zeros() as usize)
}

/// An unsigned number as the octets of an INTEGER.
fn positive(octets: &[u8]) -> Vec<u8> {
    let sign = octets.first().is_some_and(|first| first & 0x80 != 0).then_some(0);
    sign.into_iter().chain(octets.iter().copied()).collect()
}

fn sequence(content: &[u8]) -> Vec<u8> {
    element(0x30, content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = significant(&length);
    let mut out = vec![tag];
    match length.as_slice() {
        [] => out.push(0),
        [short @ 0..=0x7f] => out.push(*short),
        long => {
            out.push(0x80 | long.len() as u8);
            out.extend(long);
        }
    }
    out.extend(content);
    out
}

/// The number in limbs of 32 bits, the lowest first.
fn limbs(octets: &[u8]) -> Vec<u32> {
    octets.rchunks(4).map(|chunk| chunk.iter().fold(0, |limb, octet| limb << 8 | u32::from(*octet))).collect()
}

fn bit_of(number: &[u32], bit: usize) -> bool {
    number.get(bit / 32).is_some_and(|limb| limb >> (bit % 32) & 1 == 1)
}

/// Of numbers with as many limbs.
fn is_less(a: &[u32], b: &[u32]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a · b mod m` by doubling and adding: slow, short, and done once for a signature that failed.
fn multiply(a: &[u32], b: &[u32], m: &[u32]) -> Vec<u32> {
    let mut out = vec![0; m.len()];
    for bit in (0..a.len() * 32).rev() {
        let twice = out.clone();
        add(&mut out, &twice, m);
        if bit_of(a, bit) {
            add(&mut out, b, m);
        }
    }
    out
}

/// `a + b mod m` for `a` and `b` below `m`.
fn add(a: &mut [u32], b: &[u32], m: &[u32]) {
    let mut carry = 0;
    for (a, b) in a.iter_mut().zip(b) {
        let sum = u64::from(*a) + u64::from(*b) + carry;
        *a = sum as u32;
        carry = sum >> 32;
    }
    if carry == 1 || !is_less(a, m) {
        let mut borrow = false;
        for (a, m) in a.iter_mut().zip(m) {
            let (less, first) = a.overflowing_sub(*m);
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            *a = less;
            borrow = first || second;
        }
    }
}
