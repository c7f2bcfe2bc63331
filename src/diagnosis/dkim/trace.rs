//! The steps of a verification in words, and what is to say about its end.

use super::key::PublicKey;
use super::key_remarks::GOOD_RSA;
use super::opened::{BodyClue, Hashes};
use super::proof::header_hash;
use super::signature::{Algorithm, Signature};
use super::verify::{Cause, Outcome, Verified, is_expired, is_from_the_future};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::shown;
use crate::diagnosis::tls::Verdict;
use crate::protocol::text::transfer::to_base64;

/// Names of fields that a sentence lists.
const LISTED: usize = 40;

/// Fields without which a signature says little about what people read.
const SEEN: [&str; 4] = ["subject", "date", "to", "content-type"];

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is looked at: `field`, `dates`, `key`, `body`, `header`.
    pub name: &'static str,
    /// How it ended; unknown, with why, when it could not be done yet.
    pub verdict: Verdict,
    /// What was seen, in one sentence without a full stop.
    pub says: String,
}

impl Step {
    fn good(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Good, says: says.into() }
    }

    /// A step that failed.
    pub(super) fn bad(name: &'static str, says: impl Into<String>) -> Self {
        let says = says.into();
        Self { name, verdict: Verdict::Bad(says.as_str().into()), says }
    }

    fn open(name: &'static str, says: impl Into<String>) -> Self {
        let says = says.into();
        Self { name, verdict: Verdict::Unknown(says.clone()), says }
    }
}

/// The steps, in the order of RFC 6376 §6.1.
pub(super) fn steps(signature: &Signature, hashes: &Hashes, verified: &Verified, now: i64) -> Vec<Step> {
    let mut steps = vec![Step::good(
        "field",
        format!("{}, {}/{}", signature.algorithm.name(), signature.header_form.name(), signature.body_form.name()),
    )];
    steps.push(dates(signature, now));
    steps.push(key(signature, verified));
    steps.push(body(signature, hashes));
    steps.push(header(signature, hashes, verified));
    steps
}

fn dates(signature: &Signature, now: i64) -> Step {
    let date = |at: Option<u64>| {
        at.and_then(|at| i64::try_from(at).ok())
            .and_then(|at| jiff::Timestamp::from_second(at).ok())
            .map(|at| at.to_string())
    };
    if is_expired(signature, now) {
        return Step::bad("dates", format!("expired {}", date(signature.expires).unwrap_or_default()));
    }
    match (date(signature.signed_at), date(signature.expires)) {
        (None, None) => Step::good("dates", "neither when it was made nor when it expires is said"),
        (Some(made), None) => Step::good("dates", format!("made {made}, and does not expire")),
        (None, Some(expires)) => Step::good("dates", format!("expires {expires}")),
        (Some(made), Some(expires)) => Step::good("dates", format!("made {made}, expires {expires}")),
    }
}

fn key(signature: &Signature, verified: &Verified) -> Step {
    let name = signature.key_name();
    match &verified.outcome {
        Outcome::Waiting => Step::open("key", format!("{name} is being asked for")),
        Outcome::NoAnswer(_) => Step::open("key", format!("{name} gave no answer")),
        Outcome::Fail(
            cause @ (Cause::NoKey | Cause::Revoked | Cause::BadKey(_) | Cause::Unsuited(_) | Cause::Short(_)),
        ) => Step::bad("key", format!("{name}: {}", why(cause))),
        _ => Step::good("key", format!("{name} fits the signature")),
    }
}

fn body(signature: &Signature, hashes: &Hashes) -> Step {
    let extent = match signature.length {
        Some(length) => format!("{length} of {} octets", hashes.body_octets),
        None => format!("{} octets", hashes.body_octets),
    };
    let form = signature.body_form.name();
    let (have, signed) = (to_base64(&hashes.body), to_base64(&signature.body_hash));
    if hashes.body == signature.body_hash {
        Step::good("body", format!("{extent} in {form} form have the hash {have}, as bh says"))
    } else {
        Step::bad("body", format!("{extent} in {form} form have the hash {have}, and bh says {}", shown(signed)))
    }
}

fn header(signature: &Signature, hashes: &Hashes, verified: &Verified) -> Step {
    let names: Vec<&str> = hashes.fields.iter().take(LISTED).map(|(name, _)| name.as_str()).collect();
    let hash = to_base64(&header_hash(signature.algorithm, &hashes.header));
    let fields = format!("{} in {} form", shown(names.join(", ")), signature.header_form.name());
    match (verified.header_fits, &verified.outcome) {
        (Some(true), _) => Step::good("header", format!("{fields} have the hash {hash}, which is signed")),
        (Some(false), Outcome::Fail(Cause::Body(_))) => {
            Step::bad("header", format!("{fields} have the hash {hash}, which is not signed either"))
        }
        (Some(false), Outcome::Fail(cause)) => {
            Step::bad("header", format!("{fields} have the hash {hash}: {}", why(cause)))
        }
        _ => Step::open("header", format!("{fields} have the hash {hash}; whether that is signed was not looked at")),
    }
}

/// Why, as a part of a sentence.
pub(super) fn why(cause: &Cause) -> String {
    match cause {
        Cause::Refused(why) => format!("the signature field is wrong: {}", shown(why)),
        Cause::Expired => "the signature has expired".to_owned(),
        Cause::NoKey => "no key stands there".to_owned(),
        Cause::Revoked => "the key is revoked".to_owned(),
        Cause::BadKey(why) => format!("the key cannot be used: {}", shown(why)),
        Cause::Unsuited(why) => shown(why),
        Cause::Short(bits) => format!("the RSA key has {bits} bits, and fewer than 1024 prove nothing"),
        Cause::Body(None) => "the body was changed after it was signed".to_owned(),
        Cause::Body(Some(BodyClue::Empty)) => "an empty body was signed, and this one is not".to_owned(),
        Cause::Body(Some(BodyClue::WhiteSpace)) => "white space in the body was changed after it was signed".to_owned(),
        Cause::Body(Some(BodyClue::Appended { signed, lines })) => {
            format!("{lines} lines were appended behind the {signed} that were signed")
        }
        Cause::Body(Some(BodyClue::Shorter)) => {
            "the body is shorter than what was signed: something was cut off".to_owned()
        }
        Cause::Header(None) => {
            "a signed field was changed: the signature is of this key, over another header".to_owned()
        }
        Cause::Header(Some(clue)) => format!("the header was changed: {}", shown(clue)),
        Cause::WrongKey => "the signature was not made with the key in DNS, or was damaged".to_owned(),
        Cause::HeaderOrKey => "a signed field was changed, or the signature is of another key".to_owned(),
        Cause::Historic => "the signature fits, and rsa-sha1 is void since RFC 8301".to_owned(),
    }
}

/// What to do about it.
const fn next(cause: &Cause) -> &'static str {
    match cause {
        Cause::Refused(_) => "the server that signs: correct its DKIM configuration, or update it",
        Cause::Expired => "nothing, when the message is old; else compare the clocks, and have x set later",
        Cause::NoKey => {
            "publish the public key of the server that signs at this name, or have it use the selector that is there"
        }
        Cause::Revoked => "the server that signs: go over to a key that is published",
        Cause::BadKey(_) => "publish the public key again; ask for this selector to see what is wrong with it",
        Cause::Unsuited(_) => "the server that signs: use a selector whose key allows this signature",
        Cause::Short(_) => "make a key of 2048 bits, publish it with a new selector, then sign with that",
        Cause::Body(Some(BodyClue::Empty)) => "the server that signs: let it see the body before it signs",
        Cause::Body(Some(BodyClue::WhiteSpace)) => "sign with c=relaxed/relaxed, which such changes do not hurt",
        Cause::Body(Some(BodyClue::Appended { .. })) => {
            "whoever appends the footer: stop that, sign anew behind it, or add ARC; a list may rewrite From"
        }
        Cause::Body(_) => {
            "compare the message before and behind each server: the one that changes it must sign behind that"
        }
        Cause::Header(_) => {
            "whoever changed it: stop that, or sign anew behind it; lists that mark subjects rewrite From"
        }
        Cause::WrongKey => {
            "compare the key in DNS with the private key of the server that signs: after a change of keys they often differ"
        }
        Cause::HeaderOrKey => {
            "see whether other messages pass: if so, this one was changed on its way; if not, compare the keys"
        }
        Cause::Historic => "the server that signs: use rsa-sha256",
    }
}

/// The finding about a signature that fails.
pub(super) fn failed(verified: &Verified, cause: &Cause) -> Finding {
    let severity = if *cause == Cause::Expired { Severity::Warning } else { Severity::Fault };
    let says = format!("the signature fails: {}; who must act: {}", why(cause), cause.who().name());
    Finding::new(severity, subject(verified), says, next(cause))
}

fn subject(verified: &Verified) -> String {
    match verified.domain.as_str() {
        "" => "DKIM".to_owned(),
        domain => format!("DKIM {domain}"),
    }
}

/// What is to say, the worst first.
pub(super) fn findings(signature: &Signature, hashes: &Hashes, verified: &Verified, now: i64) -> Vec<Finding> {
    let subject = subject(verified);
    let mut findings = Vec::new();
    let mut say = |severity, says: String, next: &str| {
        findings.push(Finding::new(severity, subject.as_str(), says, next));
    };
    match &verified.outcome {
        Outcome::Waiting => return findings,
        Outcome::NoAnswer(finding) => findings.push(finding.clone()),
        Outcome::Fail(cause) => findings.push(failed(verified, cause)),
        Outcome::Pass => {
            say(Severity::Good, format!("the signature of {} verifies", verified.domain), "");
            weaknesses(signature, hashes, &mut say);
        }
    }
    let mut say = |severity, says: &str, next: &str| {
        findings.push(Finding::new(severity, subject.as_str(), says, next));
    };
    if verified.key.as_ref().is_some_and(|reading| reading.key.is_testing) {
        say(
            Severity::Warning,
            "the key says that DKIM is being tried (t=y): a failing signature counts as none",
            "leave y out of the key when the trial is over",
        );
    }
    if is_from_the_future(signature, now) {
        say(
            Severity::Warning,
            "the signature says that it was made in the future: careful verifiers refuse it",
            "the server that signs: set its clock",
        );
    }
    let public = verified.key.as_ref().and_then(|reading| reading.key.public.as_ref());
    if let (Outcome::Pass, Some(PublicKey::Rsa(rsa))) = (&verified.outcome, public)
        && rsa.bits() < GOOD_RSA
    {
        say(
            Severity::Warning,
            "the RSA key has fewer than 2048 bits, and is within reach of who has the means",
            "make a key of 2048 bits, publish it with a new selector, then sign with that",
        );
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What a signature that verifies leaves open.
fn weaknesses(signature: &Signature, hashes: &Hashes, say: &mut impl FnMut(Severity, String, &str)) {
    let unsigned = signature.length.map_or(0, |length| hashes.body_octets.saturating_sub(length));
    if unsigned > 0 {
        say(
            Severity::Warning,
            format!("the last {unsigned} octets of the body are not signed (l): anybody may have written them"),
            "the server that signs: leave l out",
        );
    } else if signature.length.is_some() {
        let says = "the signature covers a length of the body only (l): anybody may append text".to_owned();
        say(Severity::Warning, says, "the server that signs: leave l out");
    }
    for name in &hashes.unsigned {
        let says =
            format!("the field {name} stands more often than it is signed: what people see may be the forged one");
        say(Severity::Warning, says, "take it for a forgery; the server that signs: name each field once more in h");
    }
    let open: Vec<&str> = SEEN.into_iter().filter(|name| signature.fields.iter().all(|field| field != name)).collect();
    if !open.is_empty() {
        let says = format!("not signed, so that it could be changed: {}", open.join(", "));
        say(Severity::Note, says, "the server that signs: add these fields to h");
    }
    if signature.algorithm == Algorithm::Ed25519Sha256 {
        let says = "not every verifier knows Ed25519".to_owned();
        say(Severity::Note, says, "sign with an RSA key too (RFC 8463 §6)");
    }
}
