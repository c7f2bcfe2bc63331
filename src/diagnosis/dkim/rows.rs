//! The rows of one signature: what came of it, whether it is of the author, each step, the key, and who must act.

use super::investigation::MessageCheck;
use super::{AtName, KeyReading, OpenedSignature, Outcome, PublicKey, Step, Verified};
use crate::diagnosis::dmarc::{Alignment, Mode};
use crate::diagnosis::dns::{RecordType, Value};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::survey::{Row, note};
use crate::diagnosis::tagged::{Explained, shown};
use crate::diagnosis::tls::Verdict;
use crate::protocol::visible::visible;

/// The group of a signature.
pub(super) fn signature(
    check: &MessageCheck,
    opened: &OpenedSignature,
    verified: &Verified,
    alignment: Option<&Alignment>,
    rows: &mut Vec<Row>,
) {
    let named = match (verified.domain.as_str(), verified.selector.as_str()) {
        ("", _) => "a signature that cannot be read".to_owned(),
        (domain, selector) => format!("d={} s={}", shown(domain), shown(selector)),
    };
    let (text, verdict) = match &verified.outcome {
        Outcome::Waiting => (format!("{named} …"), None),
        Outcome::Pass => (named, Some((Severity::Good, "verifies".to_owned()))),
        Outcome::NoAnswer(_) => (named, Some((Severity::Warning, "the key gives no answer (temperror)".to_owned()))),
        Outcome::Fail(cause) => {
            let severity = if *cause == super::Cause::Expired { Severity::Warning } else { Severity::Fault };
            (named, Some((severity, super::trace::why(cause))))
        }
    };
    let detail = opened.reading.rows.iter().map(tag).collect();
    rows.push(Row { label: "DKIM".to_owned(), text, verdict, detail, ..Row::default() });
    rows.extend(alignment.map(aligned));
    for step in &verified.steps {
        rows.push(self::step(step));
        if step.name == "key" {
            rows.push(key(check, verified));
        }
    }
    if let Outcome::Fail(cause) = &verified.outcome {
        let text = cause.who().name().to_owned();
        let detail = verified.findings.iter().map(|finding| finding.next.clone()).filter(|next| !next.is_empty());
        let (label, detail) = ("act".to_owned(), detail.collect());
        rows.push(Row { depth: 1, label, text, detail, ..Row::default() });
    }
}

fn tag(tag: &Explained) -> String {
    let left_out = if tag.is_default() { " (left out)" } else { "" };
    format!("{}={}{left_out}: {}", tag.tag, tag.value, tag.meaning)
}

fn step(step: &Step) -> Row {
    let severity = match step.verdict {
        Verdict::Good => Some(Severity::Good),
        Verdict::Bad(_) => Some(Severity::Fault),
        Verdict::Unknown(_) => None,
    };
    Row {
        depth: 1,
        label: step.name.to_owned(),
        text: shown(&step.says),
        verdict: severity.map(|severity| (severity, String::new())),
        detail: vec![visible(step.says.as_bytes()).into_owned()],
        ..Row::default()
    }
}

/// The key in DNS, with the question for it.
fn key(check: &MessageCheck, verified: &Verified) -> Row {
    let name = super::key_name(&verified.selector, &verified.domain);
    let (text, verdict) = match &verified.key {
        Some(reading) => described(reading),
        None if verified.outcome == Outcome::Waiting => ("…".to_owned(), None),
        None => ("none".to_owned(), None),
    };
    let several = check.asking.read(|inquiry| match super::lookup::look(inquiry, &name) {
        AtName::Several(all) => Some(format!("one of {}", all.len())),
        _ => None,
    });
    let verdict = several.map_or(verdict, |several| Some((Severity::Warning, several)));
    let answer = check.asking.answers().get(&name, RecordType::Txt);
    let records = answer.and_then(|answer| answer.reply.as_ref().ok()).into_iter().flat_map(|found| &found.answers);
    Row {
        depth: 2,
        label: "TXT".to_owned(),
        text,
        ttl: records.filter(|record| matches!(record.value, Value::Txt(_))).map(|record| record.ttl).min(),
        verdict,
        note: answer.map(note).unwrap_or_default(),
        detail: verified.key.iter().flat_map(|reading| reading.rows.iter().map(tag)).collect(),
        question: Some(check.asking.question(&name, RecordType::Txt)),
        ..Row::default()
    }
}

/// A key in a few words: its type, its bits, whether it is revoked or being tried.
fn described(reading: &KeyReading) -> (String, Option<(Severity, String)>) {
    let (text, verdict) = match &reading.key.public {
        Some(PublicKey::Rsa(rsa)) => (format!("RSA, {} bits", rsa.bits()), None),
        Some(PublicKey::Ed25519(_)) => ("Ed25519, 256 bits".to_owned(), None),
        Some(PublicKey::Revoked) => ("no key (p=)".to_owned(), Some((Severity::Fault, "revoked".to_owned()))),
        Some(PublicKey::Unreadable(why)) => {
            (shown(&reading.octets), Some((Severity::Fault, format!("unreadable: {}", shown(why)))))
        }
        None => (shown(&reading.octets), Some((Severity::Fault, "has no key (p)".to_owned()))),
    };
    let testing = reading.key.is_testing.then(|| (Severity::Warning, "being tried (t=y)".to_owned()));
    let worst = reading.remarks.iter().max_by_key(|remark| remark.severity);
    let worst = worst.filter(|remark| remark.severity > Severity::Note);
    let remark = worst.map(|remark| (remark.severity, shown(&remark.says)));
    (text, verdict.or(testing).or(remark))
}

/// Whether the domain that signs is that of the author.
fn aligned(alignment: &Alignment) -> Row {
    let mode = match alignment.mode {
        Mode::Relaxed => "relaxed",
        Mode::Strict => "strict",
    };
    let verdict = match (alignment.by_walk, alignment.by_list) {
        (Some(true), true) => Some((Severity::Good, format!("aligned ({mode})"))),
        (Some(false), false) => Some((Severity::Note, format!("not aligned ({mode})"))),
        (Some(true), false) => Some((Severity::Warning, "aligned by the tree walk alone".to_owned())),
        (Some(false), true) => Some((Severity::Warning, "aligned by the public suffix list alone".to_owned())),
        (None, _) => None,
    };
    Row { depth: 1, label: "From".to_owned(), text: shown(&alignment.says), verdict, ..Row::default() }
}
