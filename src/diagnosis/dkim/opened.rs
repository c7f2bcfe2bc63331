//! A message opened for DKIM: each signature with the hashes that the message really has. All that takes time with the
//! size of the message is done here, once; [`super::verify`] then runs each time a key has come.

use std::collections::HashMap;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use super::canonical::{Body, Canonicalization};
use super::message::{RawField, RawMessage};
use super::signature::{Algorithm, Signature, SignatureReading, read_signature};
use crate::diagnosis::tagged::TagList;

/// Signatures of one message that are verified. A hostile message has thousands.
const SIGNATURES: usize = 20;

/// Octets of a body in which it is tried whether text was appended: each line costs a hash of its own.
const TRIED: usize = 1 << 20;

/// A message, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its signatures, the topmost first.
    pub signatures: Vec<OpenedSignature>,
    /// Signatures behind those, not verified.
    pub more: usize,
    /// Lines that end in LF alone and were taken for CR LF: the message comes from a file, or went through a careless
    /// program.
    pub bare_line_feeds: usize,
    /// Why nothing can be verified, without a full stop.
    pub stopped: Option<&'static str>,
}

/// A signature with the hashes of the message it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedSignature {
    /// The field, read.
    pub reading: SignatureReading,
    /// What the message has; none when the field must be refused.
    pub hashes: Option<Hashes>,
}

/// What a message has for one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// The hash of the canonical body, as far as `l` reaches.
    pub body: Vec<u8>,
    /// Octets of the whole canonical body.
    pub body_octets: u64,
    /// What the body's hash tells, when it is not that of `bh`.
    pub body_clue: Option<BodyClue>,
    /// The canonical header as it was signed: the fields of `h`, then the signature itself without its value.
    pub header: Vec<u8>,
    /// The fields of `h` that are there: the name, and the octets of each in [`Hashes::header`].
    pub fields: Vec<(String, std::ops::Range<usize>)>,
    /// Names whose field stands once more than is signed: the topmost is not vouched for.
    pub unsigned: Vec<String>,
}

/// Why the hash of a body is not that of `bh`, when it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyClue {
    /// The signer signed an empty body.
    Empty,
    /// Only white space has changed.
    WhiteSpace,
    /// So many lines stand behind what was signed: a footer, as mailing lists and gateways append it.
    Appended {
        /// Lines of the canonical body that were signed.
        signed: usize,
        /// Lines behind them.
        lines: usize,
    },
    /// `l` is larger than the body: something was cut off.
    Shorter,
}

impl Opened {
    /// Opens a message. Never fails.
    #[must_use]
    pub fn read(octets: &[u8]) -> Self {
        let raw = match RawMessage::read(octets) {
            Ok(raw) => raw,
            Err(why) => return Self { signatures: Vec::new(), more: 0, bare_line_feeds: 0, stopped: Some(why) },
        };
        let names: Vec<String> = raw.fields.iter().map(|field| raw.name(field)).collect();
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            places.entry(name).or_default().push(place);
        }
        let all: &[usize] = places.get("dkim-signature").map(Vec::as_slice).unwrap_or_default();
        let mut bodies = Bodies { raw: &raw, known: HashMap::new() };
        let signatures: Vec<OpenedSignature> = all
            .iter()
            .take(SIGNATURES)
            .filter_map(|place| {
                let field = raw.fields.get(*place)?;
                let reading = read_signature(raw.value(field));
                let hashes = reading.signature.as_ref().ok().map(|signature| {
                    let mut hashes = bodies.hashes(signature);
                    header(&raw, &places, *place, field, signature, &mut hashes);
                    hashes
                });
                Some(OpenedSignature { reading, hashes })
            })
            .collect();
        let more = all.len() - signatures.len();
        Self { signatures, more, bare_line_feeds: raw.bare_line_feeds(), stopped: None }
    }

    /// The selector and the domain of each signature that names both, each pair once.
    #[must_use]
    pub fn keys(&self) -> Vec<(&str, &str)> {
        let mut keys = Vec::new();
        for signature in self.signatures.iter().filter_map(|opened| opened.reading.signature.as_ref().ok()) {
            let key = (signature.selector.as_str(), signature.domain.as_str());
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

/// The hash that an algorithm is over.
const fn hash_of(algorithm: Algorithm) -> &'static ring::digest::Algorithm {
    match algorithm {
        Algorithm::RsaSha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::RsaSha256 | Algorithm::Ed25519Sha256 => &SHA256,
    }
}

/// What a body is hashed as.
type Kind = (Canonicalization, &'static str, Option<u64>);

/// The bodies already hashed: signatures share them.
struct Bodies<'a> {
    raw: &'a RawMessage<'a>,
    known: HashMap<Kind, (Vec<u8>, u64)>,
}

impl Bodies<'_> {
    fn hashes(&mut self, signature: &Signature) -> Hashes {
        let (body, body_octets) = self.hash(signature.body_form, signature.algorithm, signature.length);
        let body_clue = if body == signature.body_hash { None } else { self.clue(signature, body_octets) };
        Hashes { body, body_octets, body_clue, header: Vec::new(), fields: Vec::new(), unsigned: Vec::new() }
    }

    /// The hash of the canonical body up to `length`, and the octets of the whole.
    fn hash(&mut self, form: Canonicalization, algorithm: Algorithm, length: Option<u64>) -> (Vec<u8>, u64) {
        let kind = (form, algorithm.hash(), length);
        if let Some(known) = self.known.get(&kind) {
            return known.clone();
        }
        let mut context = Context::new(hash_of(algorithm));
        let mut octets = 0_u64;
        let mut body = Body::new(form, |piece: &[u8]| {
            let left = length.map_or(u64::MAX, |length| length.saturating_sub(octets));
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            context.update(piece.get(..taken).unwrap_or(piece));
            octets += piece.len() as u64;
        });
        self.raw.body_lines().for_each(|line| body.line(line));
        body.end();
        let found = (context.finish().as_ref().to_vec(), octets);
        self.known.insert(kind, found.clone());
        found
    }

    fn clue(&mut self, signature: &Signature, octets: u64) -> Option<BodyClue> {
        let hash = hash_of(signature.algorithm);
        if [&b""[..], b"\r\n"].iter().any(|empty| digest(hash, empty).as_ref() == signature.body_hash) {
            return Some(BodyClue::Empty);
        }
        if signature.length.is_some_and(|length| length > octets) {
            return Some(BodyClue::Shorter);
        }
        if signature.body_form == Canonicalization::Simple && signature.length.is_none() {
            let (relaxed, _) = self.hash(Canonicalization::Relaxed, signature.algorithm, None);
            if relaxed == signature.body_hash {
                return Some(BodyClue::WhiteSpace);
            }
        }
        self.appended(signature, octets)
    }

    /// Whether the body was signed up to the end of one of its lines.
    fn appended(&self, signature: &Signature, octets: u64) -> Option<BodyClue> {
        if octets > TRIED as u64 || signature.length.is_some() {
            return None;
        }
        let mut context = Context::new(hash_of(signature.algorithm));
        let (mut lines, mut signed) = (0, None);
        let mut body = Body::new(signature.body_form, |piece: &[u8]| {
            context.update(piece);
            if piece == b"\r\n" {
                lines += 1;
                if signed.is_none() && context.clone().finish().as_ref() == signature.body_hash {
                    signed = Some(lines);
                }
            }
        });
        self.raw.body_lines().for_each(|line| body.line(line));
        body.end();
        signed.map(|signed| BodyClue::Appended { signed, lines: lines - signed })
    }
}

/// Puts the signed fields together: of a name the lowest first, and each field once (RFC 6376 §5.4.2).
fn header(
    raw: &RawMessage<'_>,
    places: &HashMap<&str, Vec<usize>>,
    own: usize,
    field: &RawField,
    signature: &Signature,
    hashes: &mut Hashes,
) {
    let mut used: HashMap<&str, usize> = HashMap::new();
    for name in &signature.fields {
        let all = places.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let taken = used.entry(name).or_default();
        // The signature being verified is never among the fields it signs (§3.5).
        let next = all.iter().rev().filter(|place| **place != own).nth(*taken);
        *taken += 1;
        let Some(signed) = next.and_then(|place| raw.fields.get(*place)) else { continue };
        let begin = hashes.header.len();
        hashes.header.extend(signature.header_form.field(raw.get(&signed.name), raw.value(signed)));
        hashes.header.extend(b"\r\n");
        hashes.fields.push((name.clone(), begin..hashes.header.len()));
    }
    hashes.header.extend(signature.header_form.field(raw.get(&field.name), &without_value(raw.value(field))));
    for name in ["from", "subject", "to", "cc", "date", "reply-to", "sender", "message-id"] {
        let count = places.get(name).map_or(0, Vec::len);
        let signed = used.get(name).copied().unwrap_or(0);
        if signed > 0 && count > signed {
            hashes.unsigned.push(name.to_owned());
        }
    }
}

/// The value of a signature field with that of its `b` taken out, white space included (RFC 6376 §3.7).
fn without_value(value: &[u8]) -> Vec<u8> {
    let list = TagList::read(value);
    let Some(tag) = list.get("b") else { return value.to_vec() };
    let rest = value.get(tag.at.start..).unwrap_or_default();
    let equals = rest.iter().position(|b| *b == b'=').map_or(rest.len(), |equals| equals + 1);
    let end = rest.iter().position(|b| *b == b';').unwrap_or(rest.len());
    let (before, after) = (value.get(..tag.at.start + equals), rest.get(end..));
    [before.unwrap_or_default(), after.unwrap_or_default()].concat()
}
