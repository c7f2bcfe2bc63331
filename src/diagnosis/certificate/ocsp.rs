//! The OCSP response that a server staples to its handshake (RFC 6960 §4.2, RFC 6066 §8).

use x509_parser::prelude::{AlgorithmIdentifier, FromDer as _, X509Certificate, X509Name};
use x509_parser::verify::verify_signature;

use super::der::{Der, ENUMERATED, OBJECT, OCTETS, SEQUENCE, TIME, time};
use super::reading::{date, distinguished_name, hex, is_for_ocsp};
use crate::diagnosis::finding::Severity;

/// id-pkix-ocsp-basic, the one kind of response there is.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// Context tags: primitive and constructed.
const BY_NAME: u8 = 0xa1;
const BY_KEY: u8 = 0xa2;
/// Answers of one response that are read.
const ANSWERS: usize = 16;
/// Certificates of responders that are tried.
const RESPONDERS: usize = 4;

/// What the authority says of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Not revoked.
    Good,
    /// Revoked: when, in seconds since 1970, and why (RFC 5280 §5.3.1).
    Revoked(Option<i64>, Option<u8>),
    /// The responder does not know the certificate.
    Unknown,
}

/// What it says of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer<'a> {
    serial: &'a [u8],
    status: Status,
    /// Seconds since 1970.
    this_update: Option<i64>,
    next_update: Option<i64>,
}

/// A stapled response, read and judged for the certificate it was sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staple {
    /// How much it matters.
    pub severity: Severity,
    /// What it says, in one sentence without a full stop.
    pub says: String,
    /// What to do next; may be empty.
    pub next: String,
    /// The response in full, line by line.
    pub lines: Vec<String>,
}

/// Reads a response and judges it for the first certificate of `chain`, at `now` in seconds since 1970.
#[must_use]
pub fn staple(response: &[u8], chain: &[Vec<u8>], now: i64) -> Staple {
    let odd = |says: String| Staple {
        severity: Severity::Warning,
        says,
        next: "look at what the server fetches from the responder of its authority, or switch stapling off".to_owned(),
        lines: Vec::new(),
    };
    match read(response) {
        Err(why) => odd(format!("the stapled OCSP response {why}")),
        Ok(basic) => match X509Certificate::from_der(chain.first().map(Vec::as_slice).unwrap_or_default()) {
            Err(_) => odd("the certificate that the OCSP response is about cannot be read".to_owned()),
            Ok((_, leaf)) => {
                let (severity, says, next) = basic.judge(&leaf, now);
                Staple { severity, says, next: next.to_owned(), lines: basic.lines(chain) }
            }
        },
    }
}

/// A basic response (RFC 6960 §4.2.1).
struct Basic<'a> {
    responder: String,
    produced: Option<i64>,
    answers: Vec<Answer<'a>>,
    /// What is signed, how, with what, and by whom, if they say.
    signed: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    certificates: Vec<&'a [u8]>,
}

fn read(response: &[u8]) -> Result<Basic<'_>, String> {
    let broken = || "cannot be read".to_owned();
    let mut whole = Der::new(response).enter(SEQUENCE).ok_or_else(broken)?;
    match whole.take(ENUMERATED).ok_or_else(broken)? {
        [0] => {}
        [1] => return Err("says that the request was malformed".to_owned()),
        [2] => return Err("says that the responder has an error".to_owned()),
        [3] => return Err("says to try again later".to_owned()),
        [5] => return Err("says that requests must be signed".to_owned()),
        [6] => return Err("says that the server may not ask".to_owned()),
        other => return Err(format!("has the unknown status {}", hex(other, ""))),
    }
    let mut bytes = whole.enter(0xa0).and_then(|mut inner| inner.enter(SEQUENCE)).ok_or_else(broken)?;
    if bytes.take(OBJECT) != Some(BASIC) {
        return Err("is of a kind that is not known".to_owned());
    }
    basic(bytes.take(OCTETS).ok_or_else(broken)?).ok_or_else(broken)
}

fn basic(octets: &[u8]) -> Option<Basic<'_>> {
    let mut outer = Der::new(octets).enter(SEQUENCE)?;
    let signed = outer.next().filter(|value| value.tag == SEQUENCE)?;
    let algorithm = outer.next().filter(|value| value.tag == SEQUENCE)?.whole;
    let signature = outer.next()?.whole;
    let mut certificates = Vec::new();
    if let Some(mut list) = outer.enter(0xa0).and_then(|mut inner| inner.enter(SEQUENCE)) {
        while let Some(one) = list.next().filter(|_| certificates.len() < RESPONDERS) {
            certificates.push(one.whole);
        }
    }
    let mut data = Der::new(signed.inside);
    data.enter(0xa0);
    let who = data.next()?;
    let responder = match who.tag {
        BY_NAME => X509Name::from_der(who.inside).map(|(_, name)| distinguished_name(&name)).ok()?,
        BY_KEY => format!("the key {}", hex(Der::new(who.inside).take(OCTETS)?, "")),
        _ => return None,
    };
    let produced = time(data.take(TIME)?);
    let mut answers = Vec::new();
    let mut list = data.enter(SEQUENCE)?;
    while let Some(mut one) = list.enter(SEQUENCE).filter(|_| answers.len() < ANSWERS) {
        answers.push(answer(&mut one)?);
    }
    Some(Basic { responder, produced, answers, signed: signed.whole, algorithm, signature, certificates })
}

fn answer<'a>(one: &mut Der<'a>) -> Option<Answer<'a>> {
    let mut id = one.enter(SEQUENCE)?;
    id.take(SEQUENCE)?;
    id.take(OCTETS)?;
    id.take(OCTETS)?;
    let serial = id.take(0x02)?;
    let status = one.next()?;
    let status = match status.tag {
        0x80 => Status::Good,
        0xa1 => {
            let mut revoked = Der::new(status.inside);
            let at = revoked.take(TIME).and_then(time);
            let why =
                revoked.enter(0xa0).and_then(|mut inner| inner.take(ENUMERATED)).and_then(|why| why.first().copied());
            Status::Revoked(at, why)
        }
        0x82 => Status::Unknown,
        _ => return None,
    };
    let this_update = one.take(TIME).and_then(time);
    let next_update = one.enter(0xa0).and_then(|mut inner| inner.take(TIME)).and_then(time);
    Some(Answer { serial, status, this_update, next_update })
}

impl Basic<'_> {
    fn judge(&self, leaf: &X509Certificate<'_>, now: i64) -> (Severity, String, &'static str) {
        let Some(answer) = self.answers.iter().find(|answer| same(answer.serial, leaf.raw_serial())) else {
            let says = "the stapled OCSP response is about another certificate".to_owned();
            return (Severity::Warning, says, "restart the server, so that it fetches one for its new certificate");
        };
        let until = answer.next_update.map(|next| format!(", until {}", date(next))).unwrap_or_default();
        match &answer.status {
            Status::Revoked(at, why) => {
                let at = at.map(|at| format!(" on {}", date(at))).unwrap_or_default();
                let why = why.map(|why| format!(": {}", reason(why))).unwrap_or_default();
                let next = "have a new certificate issued, with a new key if the old one was stolen";
                (Severity::Fault, format!("the certificate was revoked{at}{why}, says its authority (OCSP)"), next)
            }
            Status::Unknown => {
                let next = "ask the authority: the certificate may be too new, or not theirs";
                (Severity::Warning, "the responder does not know the certificate (OCSP)".to_owned(), next)
            }
            Status::Good if answer.next_update.is_some_and(|next| next < now) => {
                let next = "let the server fetch a new one: it has to reach the responder of its authority";
                (Severity::Warning, format!("the stapled OCSP response is out of date: good{until}"), next)
            }
            Status::Good if answer.this_update.is_some_and(|this| this > now) => {
                let next = "compare the clocks of this machine and of the server";
                (Severity::Warning, "the stapled OCSP response is of the future".to_owned(), next)
            }
            Status::Good => (Severity::Good, format!("not revoked, says its authority (stapled OCSP){until}"), ""),
        }
    }

    fn lines(&self, chain: &[Vec<u8>]) -> Vec<String> {
        let at = |time: Option<i64>| time.map_or_else(|| "not said".to_owned(), date);
        let mut lines = vec![format!("responder   {}", self.responder), format!("produced    {}", at(self.produced))];
        for answer in &self.answers {
            lines.push(format!("serial      {}", hex(answer.serial, ":")));
            lines.push(match &answer.status {
                Status::Good => "  status    good: not revoked".to_owned(),
                Status::Unknown => "  status    unknown to the responder".to_owned(),
                Status::Revoked(when, why) => {
                    let why = why.map(|why| format!(", {}", reason(why))).unwrap_or_default();
                    format!("  status    revoked {}{why}", at(*when))
                }
            });
            lines.push(format!("  as of     {}", at(answer.this_update)));
            lines.push(format!("  next      {}", at(answer.next_update)));
        }
        lines.push(format!("signature   {}", self.signature(chain)));
        lines
    }

    /// Whose signature it is: the issuer's own, or that of a responder to whom the issuer gave the right (RFC 6960
    /// §4.2.2.2).
    fn signature(&self, chain: &[Vec<u8>]) -> &'static str {
        let read = |der: &'_ [u8]| X509Certificate::from_der(der).is_ok();
        let Some(issuer) = chain.get(1).filter(|der| read(der)).and_then(|der| X509Certificate::from_der(der).ok())
        else {
            return "not checked: the server does not send the issuer's certificate";
        };
        let issuer = issuer.1;
        if self.is_signed_by(&issuer) {
            return "right, by the issuer of the certificate";
        }
        for der in &self.certificates {
            let Ok((_, responder)) = X509Certificate::from_der(der) else { continue };
            let appointed = responder.verify_signature(Some(issuer.public_key())).is_ok() && is_for_ocsp(&responder);
            if appointed && self.is_signed_by(&responder) {
                return "right, by a responder that the issuer appointed";
            }
        }
        "could not be confirmed: neither the issuer's nor that of a responder it appointed"
    }

    fn is_signed_by(&self, who: &X509Certificate<'_>) -> bool {
        let Ok((_, algorithm)) = AlgorithmIdentifier::from_der(self.algorithm) else { return false };
        let Ok((_, signature)) = x509_parser::asn1_rs::BitString::from_der(self.signature) else { return false };
        verify_signature(who.public_key(), &algorithm, &signature, self.signed).is_ok()
    }
}

/// Whether two serial numbers are the same, whatever zeros lead them.
fn same(one: &[u8], other: &[u8]) -> bool {
    let bare = |octets: &'_ [u8]| octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
    one.get(bare(one)..) == other.get(bare(other)..)
}

/// The reasons of RFC 5280 §5.3.1.
fn reason(code: u8) -> String {
    match code {
        0 => "no reason given",
        1 => "its key was stolen (keyCompromise)",
        2 => "the authority was broken into (cACompromise)",
        3 => "what it says changed (affiliationChanged)",
        4 => "another took its place (superseded)",
        5 => "it is no longer used (cessationOfOperation)",
        6 => "it is on hold (certificateHold)",
        9 => "its holder has lost the right to it (privilegeWithdrawn)",
        other => return format!("reason {other}"),
    }
    .to_owned()
}

#[cfg(test)]
#[path = "ocsp_tests.rs"]
mod tests;
