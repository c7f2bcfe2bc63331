//! The arithmetic: digests and signatures, by `ring`.

use ring::digest;
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};

/// What became of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    Good,
    Bad,
    /// The algorithm is not known here, or the key is too small or too large for it.
    Unsupported,
}

/// How a key of this algorithm is used (RFC 8624 §3.1).
enum Method {
    Rsa(&'static RsaParameters),
    /// The key has a mark before it that DNS leaves out, or none.
    Curve(&'static dyn VerificationAlgorithm, &'static [u8]),
}

/// Keys of 1024 bits are too small for anything new, and many a zone has one: what they sign is still checked.
fn method(algorithm: u8) -> Option<Method> {
    Some(match algorithm {
        5 | 7 => Method::Rsa(&signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        8 => Method::Rsa(&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        10 => Method::Rsa(&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        // An uncompressed point (RFC 6605 §4).
        13 => Method::Curve(&signature::ECDSA_P256_SHA256_FIXED, &[4]),
        14 => Method::Curve(&signature::ECDSA_P384_SHA384_FIXED, &[4]),
        15 => Method::Curve(&signature::ED25519, &[]),
        _ => return None,
    })
}

/// Whether signatures of this algorithm can be checked.
pub(super) fn is_supported(algorithm: u8) -> bool {
    method(algorithm).is_some()
}

/// Whether this algorithm rests on SHA-1, which must not be used to sign any more (RFC 9905).
pub(super) const fn is_deprecated(algorithm: u8) -> bool {
    matches!(algorithm, 5 | 7)
}

/// Whether digests of this type can be compared.
pub(super) fn is_digest_supported(digest_type: u8) -> bool {
    digest(digest_type).is_some()
}

fn digest(digest_type: u8) -> Option<&'static digest::Algorithm> {
    Some(match digest_type {
        1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        2 => &digest::SHA256,
        4 => &digest::SHA384,
        _ => return None,
    })
}

/// Whether `expected` is the digest of `octets`.
pub(super) fn is_digest(digest_type: u8, octets: &[u8], expected: &[u8]) -> bool {
    digest(digest_type).is_some_and(|algorithm| digest::digest(algorithm, octets).as_ref() == expected)
}

/// One step of NSEC3: SHA-1 of the octets and the salt (RFC 5155 §5).
pub(super) fn salted(octets: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(octets);
    context.update(salt);
    context.finish().as_ref().to_vec()
}

/// Checks a signature. `key` is as in a DNSKEY record.
pub(super) fn verify(algorithm: u8, key: &[u8], message: &[u8], signature: &[u8]) -> Checked {
    let verified = match method(algorithm) {
        None => return Checked::Unsupported,
        Some(Method::Curve(algorithm, mark)) => {
            UnparsedPublicKey::new(algorithm, [mark, key].concat()).verify(message, signature)
        }
        Some(Method::Rsa(parameters)) => {
            let Some((exponent, modulus)) = rsa(key) else { return Checked::Bad };
            // Fewer than 1024 bits, or more than 8192.
            if !(128..=1024).contains(&modulus.len()) {
                return Checked::Unsupported;
            }
            RsaPublicKeyComponents { n: modulus, e: exponent }.verify(parameters, message, signature)
        }
    };
    if verified.is_ok() { Checked::Good } else { Checked::Bad }
}

/// Exponent and modulus, without zeros before them (RFC 3110 §2).
fn rsa(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match key {
        [0, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [length, rest @ ..] => (usize::from(*length), rest),
        [] => return None,
    };
    let (exponent, modulus) = rest.split_at_checked(length)?;
    let bare = |number: &'_ [u8]| number.iter().take_while(|octet| **octet == 0).count();
    Some((exponent.get(bare(exponent)..)?, modulus.get(bare(modulus)..)?))
}
