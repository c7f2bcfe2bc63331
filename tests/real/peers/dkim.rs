//! DKIM verdicts beside those of dkimpy, which signs the messages too: the same keys, asked for by the program's own
//! resolver. `sign.py` makes the messages.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use ehlo::diagnosis::dkim::{Cause, Opened, Outcome, verify};
use ehlo::diagnosis::dns::{Query, QueryOptions, Record, RecordType, Response, Value};

use super::python;
use crate::answerer::Answerer;
use crate::asker::{Asker, now};

/// The messages of `sign.py` on which both agree, and the verdict here on each of its signatures. dkimpy says pass or fail.
const AGREED: [(&str, &str); 99] = [
    ("rsa-simple-simple", "pass"),
    ("rsa-simple-relaxed", "pass"),
    ("rsa-relaxed-simple", "pass"),
    ("rsa-relaxed-relaxed", "pass"),
    ("ed25519-simple-simple", "pass"),
    ("ed25519-simple-relaxed", "pass"),
    ("ed25519-relaxed-simple", "pass"),
    ("ed25519-relaxed-relaxed", "pass"),
    ("body-empty-simple", "pass"),
    ("body-blank-lines-simple", "pass"),
    ("body-white-space-simple", "pass"),
    ("body-no-line-end-simple", "pass"),
    ("body-octets-simple", "pass"),
    ("body-long-line-simple", "pass"),
    ("body-empty-relaxed", "pass"),
    ("body-blank-lines-relaxed", "pass"),
    ("body-white-space-relaxed", "pass"),
    ("body-no-line-end-relaxed", "pass"),
    ("body-octets-relaxed", "pass"),
    ("body-long-line-relaxed", "pass"),
    ("header-utf-8", "pass"),
    ("header-empty-field", "pass"),
    ("line-feeds-alone", "pass"),
    ("mbox-separator", "pass"),
    ("length", "pass"),
    ("length-appended", "pass"),
    ("length-zero", "pass"),
    ("length-too-large", "pass"),
    ("length-no-number", "refused"),
    ("oversigned", "pass"),
    ("oversigned-added", "header"),
    ("added-unsigned", "pass"),
    ("added-from-oversigned", "header"),
    ("one-of-two-fields", "pass"),
    ("one-of-two-fields-changed", "pass"),
    ("both-fields-changed", "header"),
    ("changed-body", "body"),
    ("changed-body-footer", "body"),
    ("changed-body-white-space-simple", "body"),
    ("changed-body-white-space-relaxed", "pass"),
    ("changed-header", "header"),
    ("changed-header-white-space-simple", "header"),
    ("changed-header-white-space-relaxed", "pass"),
    ("changed-header-case-relaxed", "pass"),
    ("changed-header-case-simple", "header"),
    ("changed-header-unsigned", "pass"),
    ("changed-header-refolded", "pass"),
    ("changed-ed25519-header", "header or key"),
    ("changed-ed25519-body", "body"),
    ("changed-signature", "header"),
    ("mailing-list", "header"),
    ("expires-later", "pass"),
    ("expired", "expired"),
    ("expires-before-signed", "refused"),
    ("signed-in-an-hour", "pass"),
    ("no-time", "pass"),
    ("key-in-two-strings", "pass"),
    ("key-without-version", "pass"),
    ("key-version-2", "bad key"),
    ("key-with-blanks", "pass"),
    ("key-testing", "pass"),
    ("key-testing-changed", "body"),
    ("key-strict", "pass"),
    ("identity-subdomain", "pass"),
    ("identity-elsewhere", "refused"),
    ("key-missing", "no key"),
    ("key-revoked", "revoked"),
    ("key-other", "wrong key"),
    ("key-unreadable", "bad key"),
    ("key-no-base64", "bad key"),
    ("key-not-a-list", "bad key"),
    ("key-no-answer", "no answer"),
    ("key-unknown-kind", "bad key"),
    ("key-of-ed25519-for-rsa", "unsuited"),
    ("key-of-rsa-for-ed25519", "unsuited"),
    ("key-sha1-and-sha256", "pass"),
    ("key-for-mail", "pass"),
    ("key-for-something-else", "unsuited"),
    ("key-of-512-bits", "short"),
    ("key-of-1024-bits", "pass"),
    ("key-of-3072-bits", "pass"),
    ("unknown-algorithm", "refused"),
    ("unknown-canonicalization", "refused"),
    ("header-canonicalization-alone", "pass"),
    ("unknown-query", "refused"),
    ("no-query", "pass"),
    ("version-2", "refused"),
    ("no-version", "refused"),
    ("no-selector", "refused"),
    ("no-domain", "refused"),
    ("no-body-hash", "refused"),
    ("unknown-tag", "pass"),
    ("domain-in-capitals", "pass"),
    ("two-signatures", "pass,pass"),
    ("two-signatures-one-changed", "pass,header or key"),
    ("duplicate-tag", "refused"),
    ("blanks-around-equals", "pass"),
    ("signature-no-base64", "refused"),
    ("no-from", "header"),
];

/// Those on which both differ: the verdict here, that of dkimpy, and why.
const DIFFERENT: [(&str, &str, &str, &str); 11] = [
    (
        "added-from",
        "pass",
        "fail",
        "the topmost From is not among the fields that were signed (RFC 6376 §5.4.2), which is told; dkimpy takes it for signed",
    ),
    ("expired-an-hour-ago", "expired", "pass", "dkimpy lets ten hours pass behind the end"),
    (
        "signed-in-a-day",
        "pass",
        "fail",
        "a verifier may pass over a signature from the future, and need not (RFC 6376 §3.5); it is told",
    ),
    ("key-version-late", "bad key", "pass", "v must stand first (RFC 6376 §3.6.1)"),
    (
        "key-strict-subdomain",
        "unsuited",
        "pass",
        "t=s forbids a subdomain in i (RFC 6376 §3.6.1), and dkimpy does not read it",
    ),
    (
        "key-only-sha1",
        "unsuited",
        "pass",
        "h names the hashes that the key allows (RFC 6376 §3.6.1), and dkimpy does not read it",
    ),
    ("key-for-mail-and-more", "pass", "fail", "s is a list (RFC 6376 §3.6.1), which dkimpy takes for one word"),
    (
        "key-twice",
        "pass",
        "fail",
        "what several keys mean is open (RFC 6376 §3.6.2.2): dkimpy takes the first, and here the one that fits is found",
    ),
    ("sha1", "historic", "pass", "rsa-sha1 is void since RFC 8301 §3.1"),
    ("from-not-signed", "refused", "pass", "From must be signed (RFC 6376 §5.4), and dkimpy does not look"),
    (
        "blank-before-colon",
        "pass",
        "fail",
        "a blank before the colon is old syntax that must be read (RFC 5322 §4.5.8), and dkimpy reads no such message",
    ),
];

/// What is told besides: a part of a finding.
const TOLD: [(&str, &str); 8] = [
    ("added-from", "the field from stands more often than it is signed"),
    ("signed-in-a-day", "made in the future"),
    ("length-appended", "the last 34 octets of the body are not signed (l)"),
    ("key-testing", "DKIM is being tried (t=y)"),
    ("key-of-1024-bits", "fewer than 2048 bits"),
    ("mailing-list", "\"[list]\" was put before the subject"),
    ("changed-body-footer", "3 lines were appended behind the 5 that were signed"),
    ("oversigned-added", "the field subject was added after it was signed as missing"),
];

/// The keys, served as a name server would.
fn serve(dir: &Path) -> Answerer {
    let mut keys: HashMap<String, Vec<String>> = HashMap::new();
    for line in fs::read_to_string(dir.join("keys")).unwrap().lines() {
        let (name, record) = line.split_once('\t').expect("a name and a record");
        keys.entry(name.to_owned()).or_default().push(record.to_owned());
    }
    Answerer::start(move |query: &Query| {
        let mut response = Response::default();
        match keys.get(&query.name.to_ascii_lowercase()) {
            None => response.rcode = 3,
            Some(records) if records.iter().any(|record| record == "!SERVFAIL") => response.rcode = 2,
            Some(records) if query.kind == RecordType::Txt => {
                let record = |text: &String| Record {
                    name: query.name.clone(),
                    ttl: 300,
                    value: Value::Txt(vec![text.as_bytes().to_vec()]),
                };
                response.answers = records.iter().map(record).collect();
            }
            Some(_) => {}
        }
        Some(response)
    })
}

/// An outcome in a word.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Waiting => "waiting",
        Outcome::Pass => "pass",
        Outcome::NoAnswer(_) => "no answer",
        Outcome::Fail(cause) => match cause {
            Cause::Refused(_) => "refused",
            Cause::Expired => "expired",
            Cause::NoKey => "no key",
            Cause::Revoked => "revoked",
            Cause::BadKey(_) => "bad key",
            Cause::Unsuited(_) => "unsuited",
            Cause::Short(_) => "short",
            Cause::Body(_) => "body",
            Cause::Header(_) => "header",
            Cause::WrongKey => "wrong key",
            Cause::HeaderOrKey => "header or key",
            Cause::Historic => "historic",
        },
    }
}

/// The verdict of dkimpy for one of ours.
fn plain(ours: &str) -> String {
    let pass = |word| if word == "pass" { "pass" } else { "fail" };
    ours.split(',').map(pass).collect::<Vec<_>>().join(",")
}

#[test]
#[ignore = "needs dkimpy: tests/real/run"]
fn verdicts_are_those_of_dkimpy() {
    let dir = tempfile::tempdir().unwrap();
    python("sign.py", &[dir.path().as_os_str()], b"");
    let answerer = serve(dir.path());
    let (mut asker, now) = (Asker::new(), now());
    let agreed = AGREED.map(|(name, ours)| (name, ours, plain(ours)));
    let different = DIFFERENT.map(|(name, ours, theirs, _)| (name, ours, theirs.to_owned()));
    let mut expected: Vec<_> = agreed.into_iter().chain(different).collect();
    let mut wrong = Vec::new();
    for line in fs::read_to_string(dir.path().join("verdicts")).unwrap().lines() {
        let [name, theirs, why] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let opened = Opened::read(&fs::read(dir.path().join(format!("{name}.eml"))).unwrap());
        let verified =
            asker.settle(&answerer.resolver(), &QueryOptions::default(), |inquiry| verify(&opened, inquiry, now));
        let ours = verified.iter().map(|one| word(&one.outcome)).collect::<Vec<_>>().join(",");
        let row = expected.iter().position(|row| row.0 == name).map(|place| expected.swap_remove(place));
        if row != Some((name, ours.as_str(), theirs.to_owned())) {
            wrong.push(format!("{name}: here {ours}, dkimpy {theirs} {why}; expected {row:?}"));
        }
        let findings: Vec<_> = verified.into_iter().flat_map(|one| one.findings).collect();
        for (_, part) in TOLD.into_iter().filter(|(told, _)| *told == name) {
            if !findings.iter().any(|finding| finding.says.contains(part)) {
                wrong.push(format!("{name}: nothing says \"{part}\": {findings:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(expected, [], "sign.py makes no such message");
}
