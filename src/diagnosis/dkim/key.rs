//! A DKIM key record: its tags as values (RFC 6376 §3.6.1, RFC 8463 §4.2).

use super::rsa::RsaKey;
use super::{key_remarks, key_words};
use crate::diagnosis::tagged::{Explained, Remark, Tag, TagList};
use crate::protocol::text::transfer::base64;

/// Octets of an Ed25519 public key (RFC 8032 §5.1.5).
pub(super) const ED25519: usize = 32;

/// The kind of a key: `k`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// `rsa`, also when nothing is said.
    #[default]
    Rsa,
    /// `ed25519` (RFC 8463).
    Ed25519,
    /// Any other: verifiers ignore the record.
    Unknown(String),
}

/// What `p` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Nothing: the key is revoked.
    Revoked,
    /// An RSA key.
    Rsa(RsaKey),
    /// An Ed25519 key.
    Ed25519(Vec<u8>),
    /// What cannot be read: why, without a full stop.
    Unreadable(String),
}

/// The values of a key record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The kind.
    pub kind: KeyType,
    /// The key itself; none when there is no `p`.
    pub public: Option<PublicKey>,
    /// The hash algorithms that are allowed; none: all.
    pub hashes: Option<Vec<String>>,
    /// The services it is for; none: all.
    pub services: Option<Vec<String>>,
    /// `t=y`: the domain is trying DKIM out.
    pub is_testing: bool,
    /// `t=s`: the domain of `i=` must be that of `d=`.
    pub is_strict: bool,
}

impl Key {
    /// Whether it may be used for signatures with this hash.
    #[must_use]
    pub fn allows_hash(&self, hash: &str) -> bool {
        self.hashes.as_ref().is_none_or(|list| list.iter().any(|word| word.eq_ignore_ascii_case(hash)))
    }

    /// Whether it may be used for mail.
    #[must_use]
    pub fn is_for_mail(&self) -> bool {
        self.services
            .as_ref()
            .is_none_or(|list| list.iter().any(|word| word == "*" || word.eq_ignore_ascii_case("email")))
    }
}

/// A key record, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReading {
    /// The strings of the TXT record, joined.
    pub octets: Vec<u8>,
    /// Its values.
    pub key: Key,
    /// Why verifiers take it for no key record; none: they use it.
    pub void: Option<String>,
    /// Its tags, then the defaults of those left out.
    pub rows: Vec<Explained>,
    /// What is to say about it.
    pub remarks: Vec<Remark>,
    /// The record as it should be, when something is to mend that can be told from the record alone.
    pub mended: Option<String>,
}

/// Reads a key record, the strings of the TXT record joined.
#[must_use]
pub fn read_key(octets: &[u8]) -> KeyReading {
    let list = TagList::read(octets);
    let kind = match list.get("k").map(|tag| String::from_utf8_lossy(tag.value)) {
        None => KeyType::Rsa,
        Some(kind) if kind.eq_ignore_ascii_case("rsa") => KeyType::Rsa,
        Some(kind) if kind.eq_ignore_ascii_case("ed25519") => KeyType::Ed25519,
        Some(kind) => KeyType::Unknown(kind.into_owned()),
    };
    let flags = list.get("t").map(words).unwrap_or_default();
    let key = Key {
        public: list.get("p").map(|tag| public(&kind, tag.value)),
        kind,
        hashes: list.get("h").map(words),
        services: list.get("s").map(words),
        is_testing: flags.iter().any(|flag| flag.eq_ignore_ascii_case("y")),
        is_strict: flags.iter().any(|flag| flag.eq_ignore_ascii_case("s")),
    };
    let void = void(&list);
    let rows = key_words::rows(&list, &key);
    let remarks = key_remarks::remarks(octets, &list, &key, void.as_deref());
    let mended = key_remarks::mended(&list, &key, &remarks);
    KeyReading { octets: octets.to_vec(), key, void, rows, remarks, mended }
}

/// Why the record is none (RFC 6376 §3.6.1).
fn void(list: &TagList<'_>) -> Option<String> {
    let version = list.tags.iter().position(|tag| tag.name == "v");
    let wrong = list.get("v").filter(|tag| tag.value != b"DKIM1");
    match (version, wrong, list.void()) {
        (_, Some(_), _) => Some("its version (v) is not DKIM1".to_owned()),
        (Some(1..), _, _) => Some("its version (v) does not stand first".to_owned()),
        (_, _, Some(trouble)) => Some(trouble.slip.says()),
        _ if list.get("p").is_none() => Some("it has no key (p)".to_owned()),
        _ => None,
    }
}

/// The key that the value of `p` is.
fn public(kind: &KeyType, value: &[u8]) -> PublicKey {
    if value.is_empty() {
        return PublicKey::Revoked;
    }
    if value.starts_with(b"-----") {
        return PublicKey::Unreadable(
            "it has the BEGIN line of a PEM file: only what stands between the lines is the key".to_owned(),
        );
    }
    if let Some(odd) = value.iter().position(|b| matches!(b, b'-' | b'_')) {
        return PublicKey::Unreadable(format!("character {} is of the URL alphabet of base64, not of base64", odd + 1));
    }
    let decoded = base64(value);
    if let Some(stopped) = decoded.stopped {
        return PublicKey::Unreadable(format!(
            "it is no base64 from character {} on: {}",
            stopped.at + 1,
            stopped.reason
        ));
    }
    let octets = decoded.octets;
    match kind {
        KeyType::Rsa if octets.len() == ED25519 => {
            PublicKey::Unreadable("it is as long as an Ed25519 key, and k=ed25519 is missing".to_owned())
        }
        KeyType::Rsa => RsaKey::read(&octets).map_or_else(PublicKey::Unreadable, PublicKey::Rsa),
        KeyType::Ed25519 if octets.len() == ED25519 => PublicKey::Ed25519(octets),
        KeyType::Ed25519 => {
            PublicKey::Unreadable(format!("an Ed25519 key has {ED25519} octets, and this {}", octets.len()))
        }
        KeyType::Unknown(_) => PublicKey::Unreadable("its kind is not known".to_owned()),
    }
}

/// The words of a list between colons.
fn words(tag: &Tag<'_>) -> Vec<String> {
    tag.words(b':').map(|(_, word)| String::from_utf8_lossy(word).into_owned()).collect()
}
