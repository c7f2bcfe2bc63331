//! What is to be mended, a sentence each, the worst first.

use super::{Enumeration, Fallback, Stopped};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::hello::grade::{self, Grade};
use crate::diagnosis::hello::reply::{Choice, Reply, STALLED};
use crate::protocol::tls::{Suite, Version};

/// Suites that a sentence names.
const NAMED: usize = 3;

pub(super) fn findings(of: &Enumeration) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(stopped(of));
    findings.extend(versions(of));
    findings.extend(suites(of));
    findings.extend(traits(of));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

fn finding(of: &Enumeration, severity: Severity, says: String, next: &str) -> Finding {
    Finding::new(severity, of.way.subject(), says, next)
}

fn choices(of: &Enumeration) -> impl Iterator<Item = &Choice> {
    of.versions.iter().flat_map(|spoken| &spoken.choices)
}

fn stopped(of: &Enumeration) -> Option<Finding> {
    let after = match of.connections {
        1 => String::new(),
        count => format!(" after {count} connections"),
    };
    Some(match of.stopped.as_ref()? {
        Stopped::Reply(Reply::NotSent(failure)) => {
            finding(of, Severity::Fault, format!("could not be asked{after}: {}", failure.says), &failure.next)
        }
        Stopped::Reply(reply) if reply.is_late() && of.is_mute() => unanswered(of, reply, &after),
        Stopped::Reply(reply) => {
            let next = match reply {
                Reply::Stalled { .. } => STALLED,
                _ => "TLS may not be spoken here, or the server has had enough of it: ask again later, or read its log",
            };
            finding(of, Severity::Fault, format!("was not asked further{after}: {}", reply.words()), next)
        }
        Stopped::Full => {
            let says = format!("not all was asked: there are at most {} connections", super::MOST);
            finding(of, Severity::Note, says, "switch off what it accepts and need not, and ask again")
        }
    })
}

fn versions(of: &Enumeration) -> Vec<Finding> {
    let speaks = |version| of.spoken(version).is_some_and(|spoken| !spoken.choices.is_empty());
    let settled = |version| of.spoken(version).is_some_and(|spoken| spoken.end.is_some());
    let mut findings = Vec::new();
    if of.is_mute() {
        findings.extend(mute(of));
        return findings;
    }
    if VERSIONS_OF_TODAY.into_iter().all(|version| settled(version) && !speaks(version)) {
        let next = "let it speak TLS 1.2 and 1.3: renew its TLS library, or lift what keeps it (Postfix: \
                    smtpd_tls_protocols = >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2)";
        findings.push(finding(of, Severity::Fault, "speaks neither TLS 1.2 nor TLS 1.3".to_owned(), next));
    } else if settled(Version::TLS13) && !speaks(Version::TLS13) {
        let next = "renew its TLS library (OpenSSL 1.1.1 and later speak it)";
        findings.push(finding(of, Severity::Note, "does not speak TLS 1.3".to_owned(), next));
    }
    for version in Version::ALL.into_iter().filter(|version| speaks(*version)) {
        let grade = grade::spoken(version);
        if let Some(rfc) = version.forbidden_by() {
            let says = format!("speaks {version}, which is {} ({rfc})", grade.says);
            findings.push(finding(of, grade.severity, says, grade.next));
        }
    }
    findings
}

/// Nothing is known of a server that answers nothing. That it was given up is told with the last answer.
fn mute(of: &Enumeration) -> Option<Finding> {
    let last = of.versions.iter().rev().find_map(|spoken| spoken.end.as_ref()).filter(|_| of.is_done())?;
    of.stopped.is_none().then(|| unanswered(of, last, ""))
}

/// No ClientHello has a whole answer; this is how the last one ended.
fn unanswered(of: &Enumeration, last: &Reply, after: &str) -> Finding {
    let did = match last {
        Reply::Stalled { .. } => "finished no answer to a ClientHello",
        _ => "answered no ClientHello at all",
    };
    let says = format!("{did}{after}, so what it speaks is not known: {}", last.words());
    finding(of, Severity::Fault, says, last.unanswered())
}

const VERSIONS_OF_TODAY: [Version; 2] = [Version::TLS13, Version::TLS12];

/// Suites with the same fault are one finding.
fn suites(of: &Enumeration) -> Vec<Finding> {
    let mut faults: Vec<(Grade, Vec<Suite>)> = Vec::new();
    for choice in choices(of) {
        let grade = grade::suite(choice.suite);
        if grade.severity < Severity::Warning {
            continue;
        }
        match faults.iter_mut().find(|(own, _)| *own == grade) {
            Some((_, suites)) if suites.contains(&choice.suite) => {}
            Some((_, suites)) => suites.push(choice.suite),
            None => faults.push((grade, vec![choice.suite])),
        }
    }
    let sentence = |(grade, suites): (Grade, Vec<Suite>)| {
        let named: Vec<String> = suites.iter().take(NAMED).map(ToString::to_string).collect();
        let more = match suites.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        finding(of, grade.severity, format!("accepts {}{more}: {}", named.join(", "), grade.says), grade.next)
    };
    faults.into_iter().map(sentence).collect()
}

fn traits(of: &Enumeration) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(bits) = choices(of).filter_map(|choice| choice.prime).min() {
        let grade = grade::prime(bits);
        if grade.severity > Severity::Good {
            let says = format!("its DH prime has {bits} bits: {}", grade.says);
            findings.push(finding(of, grade.severity, says, grade.next));
        }
    }
    if choices(of).any(|choice| choice.compression) {
        let says = "compresses under TLS, which lets secrets be guessed (CRIME, CVE-2012-4929)".to_owned();
        findings.push(finding(of, Severity::Fault, says, "switch compression off in its TLS library"));
    }
    if choices(of).any(|choice| choice.version < Version::TLS13 && !choice.renegotiation) {
        let says = "does not say that its renegotiation is secure (RFC 5746)".to_owned();
        findings.push(finding(of, Severity::Warning, says, "renew its TLS library"));
    }
    if of.fallback == Some(Fallback::Taken) {
        let says = "takes a needless fallback to an older version (RFC 7507)".to_owned();
        findings.push(finding(of, Severity::Note, says, "renew its TLS library, or switch the older versions off"));
    }
    findings
}
