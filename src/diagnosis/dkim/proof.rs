//! The last step: does the signature fit header and key, and if not, which of the two has changed?

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::key::{Key, PublicKey};
use super::opened::Hashes;
use super::signature::{Algorithm, Signature};

/// Fields of which it is tried whether one was changed: each costs a verification.
const TRIED: usize = 40;

/// The DigestInfo before a digest (RFC 8017 §9.2).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// What a signature proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It was made over this header with the private half of this key.
    Good,
    /// It was made with this key over another header; what has changed, if that can be told.
    Header(Option<String>),
    /// It was made with another key, or was damaged.
    WrongKey,
    /// One or the other.
    Unknown,
}

/// Whether the signature fits.
pub(super) fn fits(signature: &Signature, hashes: &Hashes, key: &Key) -> bool {
    is_signed(signature, &hashes.header, key)
}

/// What the signature proves.
pub(super) fn prove(signature: &Signature, hashes: &Hashes, key: &Key) -> Proof {
    if fits(signature, hashes, key) {
        return Proof::Good;
    }
    if let Some(clue) = changed(signature, hashes, key) {
        return Proof::Header(Some(clue));
    }
    match (&key.public, signature.algorithm) {
        (Some(PublicKey::Rsa(rsa)), Algorithm::RsaSha256) => match rsa.signed_digest(&signature.octets, &SHA256_INFO) {
            Some(_) => Proof::Header(None),
            None if rsa.bits() <= 4096 => Proof::WrongKey,
            None => Proof::Unknown,
        },
        _ => Proof::Unknown,
    }
}

fn is_signed(signature: &Signature, header: &[u8], key: &Key) -> bool {
    let verified = match (&key.public, signature.algorithm) {
        (Some(PublicKey::Rsa(rsa)), algorithm @ (Algorithm::RsaSha1 | Algorithm::RsaSha256)) => {
            let parameters = match algorithm {
                Algorithm::RsaSha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                _ => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            };
            RsaPublicKeyComponents { n: &rsa.modulus, e: &rsa.exponent }.verify(parameters, header, &signature.octets)
        }
        // RFC 8463 §3: what is signed is the hash.
        (Some(PublicKey::Ed25519(octets)), Algorithm::Ed25519Sha256) => {
            UnparsedPublicKey::new(&ED25519, octets).verify(digest(&SHA256, header).as_ref(), &signature.octets)
        }
        _ => return false,
    };
    verified.is_ok()
}

/// Undoes the usual changes one by one: a field that was added, a mark that was put before the subject.
fn changed(signature: &Signature, hashes: &Hashes, key: &Key) -> Option<String> {
    for (name, at) in hashes.fields.iter().take(TRIED) {
        let without = |keep: &[u8]| {
            let (before, after) = (hashes.header.get(..at.start), hashes.header.get(at.end..));
            [before.unwrap_or_default(), keep, after.unwrap_or_default()].concat()
        };
        if is_signed(signature, &without(b""), key) {
            return Some(format!("the field {name} was added after it was signed as missing"));
        }
        let field = hashes.header.get(at.clone()).unwrap_or_default();
        if name == "subject"
            && let Some((mark, unmarked)) = unmarked(field)
            && is_signed(signature, &without(&unmarked), key)
        {
            return Some(format!("\"{mark}\" was put before the subject"));
        }
    }
    None
}

/// A subject without the bracketed mark at its begin, and that mark.
fn unmarked(field: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = field.iter().position(|b| *b == b':')? + 1;
    let (name, value) = field.split_at(colon);
    let blanks = value.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let (blanks, text) = value.split_at(blanks);
    let end = text.iter().take(100).position(|b| *b == b']').filter(|_| text.starts_with(b"["))? + 1;
    let (mark, rest) = text.split_at(end);
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    Some((crate::diagnosis::tagged::shown(mark), [name, blanks, rest].concat()))
}

/// The hash of a canonical header, for people to compare.
pub(super) fn header_hash(algorithm: Algorithm, header: &[u8]) -> Vec<u8> {
    let hash = match algorithm {
        Algorithm::RsaSha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::RsaSha256 | Algorithm::Ed25519Sha256 => &SHA256,
    };
    digest(hash, header).as_ref().to_vec()
}
