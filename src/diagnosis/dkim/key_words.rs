//! What each tag of a DKIM key record means, in words.

use super::key::{Key, KeyType, PublicKey};
use crate::diagnosis::tagged::{Explained, Tag, TagList, shown};
use crate::protocol::text::transfer::quoted_printable;

/// The tags of the record in their order, then the defaults of those it leaves out.
pub(super) fn rows(list: &TagList<'_>, key: &Key) -> Vec<Explained> {
    let mut rows: Vec<Explained> = list.tags.iter().map(|tag| Explained::stated(tag, meaning(tag, key))).collect();
    for (tag, value, meaning) in [
        ("v", "DKIM1", "this is a DKIM key"),
        ("k", "rsa", "the key is of RSA"),
        ("h", "", "signatures may use any hash"),
        ("s", "*", "the key is for mail and all else"),
        ("t", "", "no flags: DKIM is meant seriously, and i= may name a subdomain"),
    ] {
        if list.get(tag).is_none() {
            rows.push(Explained::default(tag, value, meaning));
        }
    }
    rows
}

fn meaning(tag: &Tag<'_>, key: &Key) -> String {
    match tag.name {
        "v" if tag.value == b"DKIM1" => "this is a DKIM key".to_owned(),
        "v" => "not DKIM1: verifiers take the record for no key".to_owned(),
        "k" => match &key.kind {
            KeyType::Rsa => "the key is of RSA".to_owned(),
            KeyType::Ed25519 => "the key is of Ed25519, which not all verifiers know".to_owned(),
            KeyType::Unknown(_) => "a kind of key that no verifier knows".to_owned(),
        },
        "p" => match &key.public {
            Some(PublicKey::Rsa(rsa)) => format!("the public key: RSA, {} bits", rsa.bits()),
            Some(PublicKey::Ed25519(_)) => "the public key: Ed25519, 256 bits".to_owned(),
            Some(PublicKey::Revoked) | None => "revoked: every signature with this selector fails".to_owned(),
            Some(PublicKey::Unreadable(why)) => format!("not a key: {why}"),
        },
        "h" => format!("signatures may use {} only", list_of(key.hashes.as_deref())),
        "s" if key.is_for_mail() => {
            format!("the key is for {}", list_of(key.services.as_deref()).replace('*', "all services"))
        }
        "s" => format!("the key is for {}, not for mail", list_of(key.services.as_deref())),
        "t" => match (key.is_testing, key.is_strict) {
            (true, true) => "y: DKIM is being tried; s: i= may not name a subdomain".to_owned(),
            (true, false) => "DKIM is being tried: a failing signature counts as none".to_owned(),
            (false, true) => "i= may not name a subdomain".to_owned(),
            (false, false) => "no flag that is known".to_owned(),
        },
        "n" => format!("a note for people: {}", shown(quoted_printable(tag.value).octets)),
        "g" => "which local parts may sign; removed by RFC 6376".to_owned(),
        _ => "not a tag of DKIM keys: verifiers pass over it".to_owned(),
    }
}

fn list_of(words: Option<&[String]>) -> String {
    shown(words.unwrap_or_default().join(" and "))
}
