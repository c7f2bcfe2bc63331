//! The public key of a certificate: what kind it is, and whether it is strong enough.

use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::prelude::{AlgorithmIdentifier, X509Certificate};
use x509_parser::public_key::{PublicKey, RSAPublicKey};

use crate::diagnosis::finding::Severity;

/// RSA keys below this many bits are refused by today's libraries (NIST SP 800-131A).
const LEAST_RSA: usize = 2048;
/// RSA keys above this many bits cost much and are refused by some libraries.
const MOST_RSA: usize = 8192;
/// The least public exponent that public authorities certify (CA/B Baseline Requirements §6.1.6: odd, above 2^16).
const LEAST_EXPONENT: u64 = 65_537;

/// The key in a few words: `RSA, 2048 bits, exponent 65537`, `EC prime256v1, 256 bits`.
pub(super) fn words(certificate: &X509Certificate<'_>) -> String {
    let kind = &certificate.public_key().algorithm;
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => {
            let exponent = exponent(&rsa).map(|exponent| format!(", exponent {exponent}")).unwrap_or_default();
            format!("RSA, {} bits{exponent}", rsa.key_size())
        }
        Ok(PublicKey::EC(point)) => {
            format!("EC {}, {} bits", curve(kind).unwrap_or_else(|| "of an unknown curve".to_owned()), point.key_size())
        }
        Ok(PublicKey::DSA(_)) => "DSA".to_owned(),
        _ => algorithm(kind),
    }
}

/// The name of an algorithm, or its number.
pub(super) fn algorithm(kind: &AlgorithmIdentifier<'_>) -> String {
    oid2sn(&kind.algorithm, oid_registry()).map_or_else(|_| kind.algorithm.to_id_string(), str::to_owned)
}

/// What is weak or odd about a key.
pub(super) struct Weakness {
    pub(super) severity: Severity,
    /// `RSA key`.
    pub(super) what: &'static str,
    /// What follows that in a sentence: `has 1024 bits: …`.
    pub(super) says: String,
    /// The next step.
    pub(super) next: &'static str,
}

/// The worst that is to be said of a key; none when it is strong and of a common kind.
pub(super) fn weakness(certificate: &X509Certificate<'_>) -> Option<Weakness> {
    const ANEW: &str = "make a new key, RSA of 2048 bits or more, or ECDSA P-256";
    let some = |severity, what, says: String| Some(Weakness { severity, what, says, next: ANEW });
    let kind = &certificate.public_key().algorithm;
    let number = kind.algorithm.to_id_string();
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => rsa_weakness(&rsa).and_then(|(severity, says)| some(severity, "RSA key", says)),
        Ok(PublicKey::DSA(_)) => {
            some(Severity::Fault, "DSA key", "is of a kind that no TLS library of today takes".to_owned())
        }
        Ok(PublicKey::EC(point)) => {
            let name = curve(kind).unwrap_or_else(|| "an unknown curve".to_owned());
            match (name.as_str(), point.key_size()) {
                ("prime256v1" | "secp256r1" | "secp384r1" | "secp521r1", _) => None,
                (_, bits @ ..224) => {
                    some(Severity::Fault, "EC key", format!("is on {name}, of {bits} bits: too small to be safe"))
                }
                _ => some(Severity::Warning, "EC key", format!("is on {name}, which few clients know")),
            }
        }
        _ if matches!(number.as_str(), "1.3.101.112" | "1.3.101.113") => Some(Weakness {
            severity: Severity::Note,
            what: "EdDSA key",
            says: "is of a kind that many mail servers and clients do not know yet".to_owned(),
            next: "serve an RSA or ECDSA P-256 certificate beside it",
        }),
        // RSA that may sign by PSS alone (RFC 4055).
        _ if number == "1.2.840.113549.1.1.10" => Some(Weakness {
            severity: Severity::Note,
            what: "RSASSA-PSS key",
            says: "is of a kind that clients before TLS 1.3 do not know".to_owned(),
            next: "use a plain RSA or ECDSA P-256 key",
        }),
        Ok(_) => some(Severity::Warning, "key", format!("is of a kind that is not known here: {}", algorithm(kind))),
        Err(_) => some(Severity::Warning, "key", format!("cannot be read ({})", algorithm(kind))),
    }
}

fn rsa_weakness(rsa: &RSAPublicKey<'_>) -> Option<(Severity, String)> {
    let bits = rsa.key_size();
    if bits < LEAST_RSA {
        let why = if bits <= 1024 { "whoever has the means can factor it" } else { "too small to be safe" };
        return Some((Severity::Fault, format!("has {bits} bits: {why}")));
    }
    match exponent(rsa) {
        Some(1) => return Some((Severity::Fault, "has the exponent 1: anybody can sign for it".to_owned())),
        Some(small) if small < LEAST_EXPONENT => {
            let says = format!("has the exponent {small}: careless programs take forged signatures for its own");
            return Some((Severity::Warning, says));
        }
        _ => {}
    }
    (bits > MOST_RSA).then(|| (Severity::Note, format!("has {bits} bits: slow, and too large for some libraries")))
}

/// The exponent, if it is a number that one can look at.
fn exponent(rsa: &RSAPublicKey<'_>) -> Option<u64> {
    rsa.try_exponent().ok()
}

fn curve(kind: &AlgorithmIdentifier<'_>) -> Option<String> {
    let oid = kind.parameters.as_ref()?.as_oid().ok()?;
    Some(oid2sn(&oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned))
}
