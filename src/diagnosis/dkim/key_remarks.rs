//! What is to say about a DKIM key record: what it does to signatures, and how to mend it.

use super::key::{ED25519, Key, KeyType, PublicKey};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::tagged::{Remark, Remarks, Slip, Tag, TagList, meant, shown, write};
use crate::protocol::text::transfer::{base64, to_base64};

/// The tags that are read, and `g`, which RFC 6376 removed.
const KNOWN: [&str; 8] = ["v", "k", "h", "n", "p", "s", "t", "g"];

/// RSA keys below this many bits are refused (RFC 8301 §3.2).
pub(super) const LEAST_RSA: usize = 1024;

/// RSA keys should have as many bits (RFC 8301 §3.2).
pub(super) const GOOD_RSA: usize = 2048;

/// Verifiers need not take larger RSA keys (RFC 8301 §3.2).
const LARGEST_RSA: usize = 4096;

/// The head of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410 §4).
const ED25519_INFO: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// All of them, the worst first, those of one weight in the order of the record.
pub(super) fn remarks(octets: &[u8], list: &TagList<'_>, key: &Key, void: Option<&str>) -> Vec<Remark> {
    let mut told = Told { list, key, remarks: Remarks::on(octets) };
    told.syntax(void);
    told.public();
    told.limits();
    told.tags();
    told.remarks.worst_first()
}

struct Told<'a> {
    list: &'a TagList<'a>,
    key: &'a Key,
    remarks: Remarks,
}

impl Told<'_> {
    fn say(&mut self, severity: Severity, tag: Option<&Tag<'_>>, says: impl Into<String>, next: impl Into<String>) {
        self.remarks.say(severity, tag, says, next);
    }

    fn syntax(&mut self, void: Option<&str>) {
        if let Some(why) = void {
            let says = format!("verifiers take this for no key, and every signature with it fails: {why}");
            self.say(Severity::Fault, None, says, "write v=DKIM1; k=rsa; p=… with each tag once");
        }
        for trouble in &self.list.troubles {
            let severity = match trouble.slip {
                Slip::Empty => Severity::Note,
                Slip::BadOctet(_) => Severity::Warning,
                _ => Severity::Fault,
            };
            let next = "write tag=value, with one semicolon between them";
            self.remarks.say_at(severity, trouble.at.clone(), trouble.slip.says(), next);
        }
    }

    fn public(&mut self) {
        let p = self.list.get("p");
        let rsa = match &self.key.public {
            None | Some(PublicKey::Ed25519(_)) => return,
            Some(PublicKey::Revoked) => {
                return self.say(
                    Severity::Note,
                    p,
                    "the key is revoked: every signature with this selector fails",
                    "sign with another selector; the record may stay",
                );
            }
            Some(PublicKey::Unreadable(why)) => {
                let says = format!("the key cannot be read, and every signature with it fails: {why}");
                return self.say(Severity::Fault, p, says, "publish the public key again, in one piece of base64");
            }
            Some(PublicKey::Rsa(rsa)) => rsa,
        };
        let bits = rsa.bits();
        let stronger = "make a key of 2048 bits, publish it with a new selector, then sign with that";
        if bits < LEAST_RSA {
            let says =
                format!("the RSA key has {bits} bits: anyone can forge signatures with it, and verifiers refuse it");
            self.say(Severity::Fault, p, says, stronger);
        } else if bits < GOOD_RSA {
            let says = format!("the RSA key has {bits} bits: it still works, and is within reach of who has the means");
            self.say(Severity::Warning, p, says, stronger);
        } else if bits > LARGEST_RSA {
            let says = format!("the RSA key has {bits} bits: verifiers need not take more than {LARGEST_RSA}");
            self.say(Severity::Warning, p, says, "make a key of 2048 to 4096 bits");
        } else {
            self.say(Severity::Good, p, format!("an RSA key of {bits} bits"), "");
        }
        if rsa.exponent != [1, 0, 1] {
            self.say(
                Severity::Note,
                p,
                "the exponent of the RSA key is not 65537",
                "make the next key with the usual one",
            );
        }
        if rsa.is_bare {
            self.say(
                Severity::Warning,
                p,
                "the key stands bare (RSAPublicKey): many verifiers read SubjectPublicKeyInfo only",
                "publish it as openssl rsa -pubout writes it",
            );
        }
    }

    /// What narrows the use of the key.
    fn limits(&mut self) {
        let (h, k, s, t) = (self.list.get("h"), self.list.get("k"), self.list.get("s"), self.list.get("t"));
        if let KeyType::Unknown(kind) = &self.key.kind {
            let says = format!("no verifier knows keys of the kind \"{}\"", shown(kind));
            self.say(Severity::Fault, k, says, "write k=rsa or k=ed25519");
        }
        if !self.key.allows_hash("sha256") {
            let says =
                "the key does not allow sha256, and no other hash is valid any more (RFC 8301): no signature passes";
            self.say(Severity::Fault, h, says, "leave h out, or write h=sha256");
        } else if self.key.hashes.as_ref().is_some_and(|list| list.iter().any(|word| word.eq_ignore_ascii_case("sha1")))
        {
            self.say(Severity::Note, h, "sha1 is allowed, and nobody may use it any more (RFC 8301)", "leave h out");
        }
        if !self.key.is_for_mail() {
            let says = "the key is not for mail: verifiers pass over it, and signatures on mail fail";
            self.say(Severity::Fault, s, says, "leave s out, or write s=email");
        }
        if self.key.is_testing {
            let says = "t=y says that DKIM is being tried: a failing signature counts as none";
            self.say(Severity::Warning, t, says, "leave y out when the trial is over");
        }
    }

    fn tags(&mut self) {
        if let Some(g) = self.list.get("g") {
            self.say(
                Severity::Note,
                Some(g),
                "g was removed by RFC 6376, and some old verifiers still obey it",
                "leave it out",
            );
        }
        if self.list.get("v").is_none() && self.list.get("p").is_some() {
            self.say(Severity::Note, None, "the version is missing, which is allowed", "begin the record with v=DKIM1");
        }
        for tag in self.list.tags.iter().filter(|tag| !KNOWN.contains(&tag.name)) {
            let (severity, next) = match meant(tag.name, &KNOWN) {
                Some(known) => {
                    (Severity::Fault, format!("write {known}, if that is meant: tags are told apart by case"))
                }
                None => (Severity::Note, "leave it out".to_owned()),
            };
            let says = format!("DKIM keys have no tag {}: verifiers pass over it", shown(tag.name));
            self.say(severity, Some(tag), says, next);
        }
    }
}

/// The corrected record; none when nothing is to correct, or the key itself must come anew.
pub(super) fn mended(list: &TagList<'_>, key: &Key, remarks: &[Remark]) -> Option<String> {
    let key_text = match (&key.public, list.get("p")) {
        (Some(PublicKey::Rsa(rsa)), _) if rsa.is_bare => to_base64(&rsa.to_info()),
        (Some(PublicKey::Rsa(_) | PublicKey::Ed25519(_)), Some(p)) => compact(p.value),
        (Some(PublicKey::Unreadable(_)), Some(p)) => bare_ed25519(p.value)?,
        _ => return None,
    };
    let is_ed25519 = key.kind == KeyType::Ed25519 || base64(key_text.as_bytes()).octets.len() == ED25519;
    let mut tags = vec![("v".to_owned(), "DKIM1".to_owned())];
    tags.push(("k".to_owned(), if is_ed25519 { "ed25519" } else { "rsa" }.to_owned()));
    for tag in &list.tags {
        let keep = match tag.name {
            "h" => key.allows_hash("sha256"),
            "s" => key.is_for_mail(),
            "t" | "n" => true,
            _ => false,
        };
        if let Some(text) = tag.text().filter(|_| keep && tags.iter().all(|(name, _)| name != tag.name)) {
            tags.push((tag.name.to_owned(), text.to_owned()));
        }
    }
    tags.push(("p".to_owned(), key_text));
    let wrong = remarks.iter().any(|remark| remark.severity == Severity::Fault);
    let bare = matches!(&key.public, Some(PublicKey::Rsa(rsa)) if rsa.is_bare);
    let weak = matches!(&key.public, Some(PublicKey::Rsa(rsa)) if rsa.bits() < LEAST_RSA);
    ((wrong || bare) && !weak).then(|| write(&tags))
}

/// The key without white space.
fn compact(value: &[u8]) -> String {
    value.iter().filter(|b| !b.is_ascii_whitespace()).map(|b| char::from(*b)).collect()
}

/// An Ed25519 key that stands in a SubjectPublicKeyInfo, or without `k=ed25519`.
fn bare_ed25519(value: &[u8]) -> Option<String> {
    let octets = base64(value).octets;
    let key = octets.strip_prefix(&ED25519_INFO).unwrap_or(&octets);
    (key.len() == ED25519).then(|| to_base64(key))
}
