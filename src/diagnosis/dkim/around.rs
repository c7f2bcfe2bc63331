//! What stands around the signatures: the message itself, DMARC for its author, and what servers wrote down when they
//! checked it.

use std::net::IpAddr;

use super::investigation::{Author, MessageCheck};
use super::{Outcome, Verified};
use crate::diagnosis::dmarc::{Applies, Policy};
use crate::diagnosis::dns::{RecordType, is_within};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::message::{Authentication, Method};
use crate::diagnosis::survey::{Row, note};
use crate::diagnosis::tagged::shown;

/// Fields of servers, and methods in each, that have a row.
const HEARD: usize = 20;

/// The message at a glance.
pub(super) fn message(check: &MessageCheck, rows: &mut Vec<Row>, findings: &mut Vec<Finding>) {
    let signatures = match check.opened.signatures.len() + check.opened.more {
        0 => "no signature".to_owned(),
        1 => "one signature".to_owned(),
        many => format!("{many} signatures"),
    };
    let from = match check.authors.as_slice() {
        [] => "no address".to_owned(),
        [one] => shown(one),
        [one, others @ ..] => format!("{} and {} more", shown(one), others.len()),
    };
    let text = format!("from {from}, {} octets, {signatures}", check.message.octets);
    let at = check.at.and_then(|at| jiff::Timestamp::from_second(at).ok());
    let when = if check.is_received { "when its last server took it" } else { "now" };
    let detail = at.map(|at| format!("judged as of {at}, {when}")).into_iter().collect();
    rows.push(Row { label: "message".to_owned(), text, detail, ..Row::default() });
    let mut say = |severity, says: String, next: &str| {
        findings.push(Finding::new(severity, "message", says, next));
    };
    if let Some(why) = check.opened.stopped {
        say(
            Severity::Fault,
            format!("its signatures cannot be verified: {why}"),
            "take the message as it was received",
        );
    } else if check.opened.signatures.is_empty() {
        let says = "it has no DKIM signature: nothing says that it is as its author wrote it".to_owned();
        say(Severity::Warning, says, "have the server that sends sign with the domain of its From address");
    }
    if check.opened.more > 0 {
        let says = format!("{} more signatures are not verified", check.opened.more);
        say(Severity::Note, says, "look for who adds them: verifiers stop early too");
    }
    if check.opened.bare_line_feeds > 0 {
        let says = format!("{} lines end in LF alone and were taken for CR LF", check.opened.bare_line_feeds);
        say(Severity::Note, says, "nothing, when it comes from a file; octets that were changed there are not seen");
    }
    match (check.fields, check.authors.as_slice()) {
        (0, _) => say(
            Severity::Fault,
            "it has no From field, which every message must have (RFC 5322 §3.6)".to_owned(),
            "the program that writes it: name the author",
        ),
        (2.., _) => say(
            Severity::Fault,
            format!("it has {} From fields: which one people see is chance, and DMARC does not apply", check.fields),
            "take it for a forgery; the program that writes it: leave one (RFC 5322 §3.6)",
        ),
        (1, []) => say(
            Severity::Fault,
            "its From field has no address: DMARC does not apply".to_owned(),
            "the program that writes it: name the author by an address",
        ),
        (1, [_, _, ..]) => say(
            Severity::Warning,
            "its From field names authors of several domains: receivers do not agree what DMARC is then".to_owned(),
            "name one author, and the others in Cc",
        ),
        (1, [_]) => {}
    }
}

/// DMARC: the policy for the author, and whether a signature gives it a pass.
pub(super) fn author(check: &MessageCheck, author: Option<&Author>, rows: &mut Vec<Row>, findings: &mut Vec<Finding>) {
    let Some(author) = author else { return };
    let dmarc = &author.dmarc;
    let from = shown(&dmarc.domain);
    let discoveries = [&dmarc.by_walk.applies, &dmarc.by_list.applies];
    let found = discoveries.into_iter().find_map(|applies| match applies {
        Applies::Record { domain, policy, tag, reading } => Some((domain, *policy, *tag, reading)),
        _ => None,
    });
    let waiting = discoveries.iter().any(|applies| **applies == Applies::Waiting);
    let mut row = Row { label: "DMARC".to_owned(), ..Row::default() };
    let Some((domain, policy, tag, reading)) = found else {
        let unknown = discoveries.iter().any(|applies| **applies == Applies::Unknown);
        (row.text, row.verdict) = match (waiting, unknown) {
            (true, _) => ("…".to_owned(), None),
            (_, true) => (from.clone(), Some((Severity::Warning, "no answer".to_owned()))),
            _ => (format!("{from}: none"), Some((Severity::Note, "no record asks for alignment".to_owned()))),
        };
        rows.push(row);
        rows.extend((!waiting).then(|| spf(check)));
        return;
    };
    let name = crate::diagnosis::dmarc::record_name(domain);
    let answer = check.asking.answers().get(&name, RecordType::Txt);
    row.text = format!("{from}: {tag}={} by the record at {}", policy.name(), shown(&name));
    row.detail = vec![shown(&reading.octets)];
    row.note = answer.map(note).unwrap_or_default();
    row.question = Some(check.asking.question(&name, RecordType::Txt));
    let pass = passes(check, author);
    row.verdict = match pass {
        Some(Ok(_)) => Some((Severity::Good, "passes by DKIM".to_owned())),
        Some(Err(())) => Some((weight(policy), "DKIM gives no pass; SPF may".to_owned())),
        None => None,
    };
    rows.push(row);
    rows.push(spf(check));
    match pass {
        Some(Ok(by)) => findings.push(Finding::new(
            Severity::Good,
            format!("DMARC {from}"),
            format!("the message passes: the signature of {} verifies and is aligned with {from}", shown(by)),
            "",
        )),
        Some(Err(())) => {
            let next = format!(
                "check SPF with the client's address and the envelope sender; and have the server that sends sign with \
                 d={from}, for SPF does not outlive a forwarder"
            );
            let says = format!(
                "no signature that verifies is aligned with {from}: the message passes only if SPF does and is aligned \
                 ({tag}={})",
                policy.name()
            );
            findings.push(Finding::new(weight(policy), format!("DMARC {from}"), says, next));
        }
        None => {}
    }
}

/// How much it matters that DKIM gives no pass.
const fn weight(policy: Policy) -> Severity {
    match policy {
        Policy::None => Severity::Note,
        Policy::Quarantine | Policy::Reject => Severity::Warning,
    }
}

/// The domain whose signature gives a pass; an error when none does, and nothing while that is open.
fn passes<'a>(check: &'a MessageCheck, author: &Author) -> Option<Result<&'a str, ()>> {
    let mut open = check.is_waiting();
    for (verified, alignment) in check.verified.iter().zip(&author.alignments) {
        let Some(alignment) = alignment.as_ref().filter(|_| verified.outcome == Outcome::Pass) else { continue };
        match alignment.by_walk {
            Some(true) => return Some(Ok(&verified.domain)),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(Err(()))
}

/// SPF is about the envelope and the client, of which a message knows at most by hearsay.
fn spf(check: &MessageCheck) -> Row {
    let path = check.message.fields.iter().find(|field| field.name.eq_ignore_ascii_case("Return-Path"));
    let sender = path.map(|field| field.raw.trim().trim_start_matches('<').trim_end_matches('>').to_owned());
    let client = check.message.hops.last().and_then(|hop| hop.seen.as_deref()).and_then(client);
    let detail = match (client, sender) {
        (Some(ip), Some(sender)) if !sender.is_empty() => {
            vec![format!("the message says that it came from {ip}, with the envelope sender {}", shown(&sender))]
        }
        _ => Vec::new(),
    };
    let hint = if detail.is_empty() { "" } else { "; what the message says of them is in the details" };
    Row {
        depth: 1,
        label: "SPF".to_owned(),
        text: format!("not known: it is about the client's address and the envelope sender{hint}"),
        detail,
        ..Row::default()
    }
}

/// The address in `a.example [192.0.2.1]`.
fn client(seen: &str) -> Option<IpAddr> {
    let (_, rest) = seen.split_once('[')?;
    let (ip, _) = rest.split_once(']')?;
    ip.strip_prefix("IPv6:").unwrap_or(ip).parse().ok()
}

/// What servers found when they checked the message, beside what is found here.
pub(super) fn heard(check: &MessageCheck, rows: &mut Vec<Row>, findings: &mut Vec<Finding>) {
    let all = &check.message.authentications;
    let mut differs = false;
    for found in all.iter().take(HEARD) {
        rows.push(by(found));
        for method in found.methods.iter().take(HEARD) {
            let verdict = disagrees(check, method);
            differs |= verdict.is_some();
            let properties = method.properties.iter().map(|(name, value)| format!(" {}={}", shown(name), shown(value)));
            let comments = method.reason.iter().chain(&method.comments).map(shown).collect();
            rows.push(Row {
                depth: 1,
                label: shown(&method.name),
                text: format!("{}{}", shown(&method.result), properties.collect::<String>()),
                verdict,
                detail: comments,
                ..Row::default()
            });
        }
    }
    if all.len() > HEARD {
        let text = format!("{} more", all.len() - HEARD);
        rows.push(Row { label: "checked".to_owned(), text, ..Row::default() });
    }
    if differs {
        let says = "a server wrote down another result for a signature than is found here";
        let next = "if it passed there, it was changed behind that server or the key has changed since; fields that no \
                    server of yours wrote prove nothing";
        findings.push(Finding::new(Severity::Note, "Authentication-Results", says, next));
    }
}

fn by(found: &Authentication) -> Row {
    let server = if found.server.is_empty() { "a server that is not named".to_owned() } else { shown(&found.server) };
    let hop = found.instance.as_ref().map(|number| format!(", ARC hop {}", shown(number))).unwrap_or_default();
    let nothing = if found.methods.is_empty() { ": nothing was checked" } else { "" };
    Row {
        label: "checked".to_owned(),
        text: format!("by {server}{hop}{nothing}"),
        verdict: Some((Severity::Note, "in its own words".to_owned())),
        ..Row::default()
    }
}

/// Whether a server came to another end with a signature than we do.
fn disagrees(check: &MessageCheck, method: &Method) -> Option<(Severity, String)> {
    if method.name != "dkim" {
        return None;
    }
    let property = |wanted: &str| method.properties.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let identity =
        property("header.i").map(|value| value.rsplit_once('@').map_or(value.as_str(), |(_, domain)| domain));
    let domain = property("header.d").map(String::as_str);
    let selector = property("header.s");
    let is_it = |verified: &&Verified| {
        let by_domain = match (domain, identity) {
            (Some(domain), _) => domain.eq_ignore_ascii_case(&verified.domain),
            (None, Some(identity)) => !verified.domain.is_empty() && is_within(identity, &verified.domain),
            (None, None) => false,
        };
        by_domain && selector.is_none_or(|selector| selector.eq_ignore_ascii_case(&verified.selector))
    };
    let same: Vec<&Verified> = check.verified.iter().filter(is_it).collect();
    // Several of one selector cannot be told apart.
    let [verified] = same.as_slice() else { return None };
    match (method.result.as_str(), &verified.outcome) {
        ("pass", Outcome::Fail(_)) => Some((Severity::Note, "fails here".to_owned())),
        ("fail" | "permerror" | "policy", Outcome::Pass) => Some((Severity::Note, "verifies here".to_owned())),
        _ => None,
    }
}
