//! The `DKIM-Signature` field: its tags as values (RFC 6376 §3.5), refused where verifiers must refuse it (§6.1.1).

use super::canonical::Canonicalization;
use super::lookup::key_name;
use super::signature_words;
use crate::diagnosis::tagged::{Explained, Tag, TagList};
use crate::protocol::smtp::to_ascii_domain;
use crate::protocol::text::transfer::base64;

/// Names of one signature that are read: more than any header has fields.
const NAMES: usize = 10_000;

/// How a signature is made: `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `rsa-sha1`: historic, and no longer valid (RFC 8301).
    RsaSha1,
    /// `rsa-sha256`.
    RsaSha256,
    /// `ed25519-sha256` (RFC 8463).
    Ed25519Sha256,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::RsaSha1, Self::RsaSha256, Self::Ed25519Sha256];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaSha1 => "rsa-sha1",
            Self::RsaSha256 => "rsa-sha256",
            Self::Ed25519Sha256 => "ed25519-sha256",
        }
    }

    /// The hash: `sha1` or `sha256`.
    #[must_use]
    pub const fn hash(self) -> &'static str {
        match self {
            Self::RsaSha1 => "sha1",
            Self::RsaSha256 | Self::Ed25519Sha256 => "sha256",
        }
    }
}

/// A signature whose field is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// How it is made.
    pub algorithm: Algorithm,
    /// The form of the header.
    pub header_form: Canonicalization,
    /// The form of the body.
    pub body_form: Canonicalization,
    /// `d`: the domain that takes responsibility, in A-label form and lower case.
    pub domain: String,
    /// `s`: the selector, likewise.
    pub selector: String,
    /// The domain of `i`; without `i` that of `d`.
    pub identity_domain: String,
    /// `h`: the names of the signed fields, in lower case.
    pub fields: Vec<String>,
    /// `l`: octets of the canonical body that are signed.
    pub length: Option<u64>,
    /// `t`: seconds since the Unix epoch at which it was made.
    pub signed_at: Option<u64>,
    /// `x`: when it expires.
    pub expires: Option<u64>,
    /// `bh`: the hash of the body.
    pub body_hash: Vec<u8>,
    /// `b`: the signature itself.
    pub octets: Vec<u8>,
}

impl Signature {
    /// The name at which its key stands.
    #[must_use]
    pub fn key_name(&self) -> String {
        key_name(&self.selector, &self.domain)
    }
}

/// A signature field, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureReading {
    /// The value of the field as it came, folds included.
    pub octets: Vec<u8>,
    /// The signature, or why verifiers must refuse it, without a full stop.
    pub signature: Result<Signature, String>,
    /// Its tags, then the defaults of those left out.
    pub rows: Vec<Explained>,
}

/// Reads the value of a `DKIM-Signature` field.
#[must_use]
pub fn read_signature(value: &[u8]) -> SignatureReading {
    let list = TagList::read(value);
    let signature = signature(&list);
    let rows = signature_words::rows(&list);
    SignatureReading { octets: value.to_vec(), signature, rows }
}

fn signature(list: &TagList<'_>) -> Result<Signature, String> {
    if let Some(trouble) = list.void() {
        return Err(trouble.slip.says());
    }
    for name in ["v", "a", "b", "bh", "d", "h", "s"] {
        if list.get(name).is_none_or(|tag| tag.value.is_empty()) {
            return Err(format!("the tag {name} is missing"));
        }
    }
    let text = |name: &str| list.get(name).map(|tag| String::from_utf8_lossy(tag.value).into_owned());
    let required = |name: &str| text(name).unwrap_or_default();
    if required("v") != "1" {
        return Err("its version (v) is not 1".to_owned());
    }
    let a = required("a");
    let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(&a));
    let algorithm = algorithm.ok_or_else(|| "its algorithm (a) is not known".to_owned())?;
    let (header_form, body_form) = forms(text("c"))?;
    let domain = to_ascii_domain(&required("d")).map_err(|why| format!("d is no domain: {why}"))?;
    if !domain.contains('.') {
        return Err("d is a top-level domain".to_owned());
    }
    let selector = to_ascii_domain(&required("s")).map_err(|why| format!("s is no selector: {why}"))?;
    let identity_domain = identity(text("i"), &domain)?;
    let fields = names(list.get("h"));
    if fields.iter().any(String::is_empty) {
        return Err("h has an empty name".to_owned());
    }
    if fields.iter().all(|name| name != "from") {
        return Err("the From field is not signed (h)".to_owned());
    }
    if let Some(q) = list.get("q")
        && !q.words(b':').any(|(_, word)| word.eq_ignore_ascii_case(b"dns/txt"))
    {
        return Err("its key is not in DNS (q)".to_owned());
    }
    let (signed_at, expires) = (number(text("t"), "t", 12)?, number(text("x"), "x", 12)?);
    if let (Some(signed_at), Some(expires)) = (signed_at, expires)
        && expires <= signed_at
    {
        return Err("it expires (x) before it was made (t)".to_owned());
    }
    Ok(Signature {
        algorithm,
        header_form,
        body_form,
        domain,
        selector,
        identity_domain,
        fields,
        length: number(text("l"), "l", 76)?,
        signed_at,
        expires,
        body_hash: octets(list.get("bh"), "bh")?,
        octets: octets(list.get("b"), "b")?,
    })
}

/// The forms of header and body; a body of which nothing is said is `simple`.
fn forms(c: Option<String>) -> Result<(Canonicalization, Canonicalization), String> {
    let Some(c) = c else { return Ok(Default::default()) };
    let (header, body) = c.split_once('/').unwrap_or((&c, "simple"));
    let find = |name: &str| Canonicalization::find(name.trim());
    find(header).zip(find(body)).ok_or_else(|| "its canonical form (c) is not known".to_owned())
}

/// The domain of `i`, which must be that of `d` or below it.
fn identity(i: Option<String>, domain: &str) -> Result<String, String> {
    let Some(i) = i else { return Ok(domain.to_owned()) };
    let at = i.rsplit_once('@').ok_or_else(|| "i has no \"@\"".to_owned())?.1;
    let at = to_ascii_domain(at).map_err(|why| format!("i has no domain: {why}"))?;
    let within = at == domain || at.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if within { Ok(at) } else { Err(format!("the domain of i, {at}, is not within that of d, {domain}")) }
}

/// The names of `h`, in lower case.
pub(super) fn names(tag: Option<&Tag<'_>>) -> Vec<String> {
    let words = tag.into_iter().flat_map(|tag| tag.words(b':')).take(NAMES);
    words.map(|(_, word)| String::from_utf8_lossy(word).to_ascii_lowercase()).collect()
}

/// A number of at most so many digits; what does not fit is as good as endless.
fn number(text: Option<String>, name: &str, digits: usize) -> Result<Option<u64>, String> {
    let Some(text) = text else { return Ok(None) };
    if text.is_empty() || text.len() > digits || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{name} is no number"));
    }
    Ok(Some(text.parse().unwrap_or(u64::MAX)))
}

fn octets(tag: Option<&Tag<'_>>, name: &str) -> Result<Vec<u8>, String> {
    let decoded = base64(tag.map(|tag| tag.value).unwrap_or_default());
    match decoded.stopped {
        Some(stopped) => Err(format!("{name} is no base64: {}", stopped.reason)),
        None => Ok(decoded.octets),
    }
}
