//! The rows: a version each with its suites, and below what is the same for all of them.

use super::{Enumeration, Fallback, Order, Spoken, Stopped};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::hello::grade;
use crate::diagnosis::hello::reply::{Choice, Reply};
use crate::diagnosis::survey::Row;
use crate::protocol::tls::{self, Version};

pub(super) fn rows(of: &Enumeration) -> Vec<Row> {
    let mut rows = Vec::new();
    for spoken in &of.versions {
        rows.push(heading(of, spoken));
        rows.extend(spoken.choices.iter().map(suite));
        if !spoken.groups.is_empty() {
            let groups: Vec<String> = spoken.groups.iter().map(|group| tls::group(*group)).collect();
            rows.push(row(1, "groups", groups.join(", "), None));
        }
    }
    rows.extend(traits(of));
    let text = match (&of.stopped, of.is_done()) {
        (Some(Stopped::Reply(reply)), _) => format!("{}, then it ended: {}", of.connections, reply.words()),
        (Some(Stopped::Full), _) => format!("{}, which is the most; not all was asked", of.connections),
        (None, true) => format!("{}, one after the other", of.connections),
        (None, false) => format!("{} of at most {} …", of.connections, super::MOST),
    };
    rows.push(row(0, "connections", text, None));
    rows
}

fn row(depth: u8, label: &str, text: String, verdict: Option<(Severity, String)>) -> Row {
    Row { depth, label: label.to_owned(), text, verdict, ..Row::default() }
}

fn heading(of: &Enumeration, spoken: &Spoken) -> Row {
    let version = spoken.version;
    let (text, verdict) = match (spoken.choices.len(), &spoken.end) {
        (0, None) if of.stopped.is_some() => ("not asked".to_owned(), None),
        (0, None) => ("…".to_owned(), None),
        (0, Some(reply)) if of.is_mute() => {
            let text = if matches!(reply, Reply::Stalled { .. }) { "no whole answer" } else { "no answer" };
            (text.to_owned(), Some((Severity::Note, format!("not known: {}", reply.words()))))
        }
        (0, Some(reply)) => {
            let verdict = match version.forbidden_by() {
                Some(rfc) => (Severity::Good, format!("rightly not spoken ({rfc})")),
                None => (Severity::Note, format!("not spoken: {}", reply.words())),
            };
            ("not spoken".to_owned(), Some(verdict))
        }
        (count, end) => {
            let suites = if count == 1 { "1 suite".to_owned() } else { format!("{count} suites") };
            let order = match spoken.order {
                Some(Order::Server) => ", in the server's order",
                Some(Order::Client) => ", in the client's order",
                Some(Order::Mixed) => ", in an order that both have a part in",
                None => "",
            };
            let grade = grade::spoken(version);
            let says = match version.forbidden_by() {
                Some(rfc) => format!("{} ({rfc})", grade.says),
                None => "spoken".to_owned(),
            };
            let more = if end.is_none() && of.stopped.is_none() { " …" } else { "" };
            (format!("{suites}{order}{more}"), Some((grade.severity, says)))
        }
    };
    let note = spoken.end.as_ref().map(|reply| format!("the last answer: {}", reply.words())).unwrap_or_default();
    Row { note, ..row(0, &version.to_string(), text, verdict) }
}

fn suite(choice: &Choice) -> Row {
    let mut grade = grade::suite(choice.suite);
    if let Some(prime) = choice.prime.map(grade::prime).filter(|prime| prime.severity > grade.severity) {
        grade = prime;
    }
    row(1, "suite", choice.words(), Some((grade.severity, grade.says.to_owned())))
}

/// What is the same for every suite of the versions before TLS 1.3.
fn traits(of: &Enumeration) -> Vec<Row> {
    let old = || of.versions.iter().filter(|spoken| spoken.version < Version::TLS13).flat_map(|spoken| &spoken.choices);
    let mut rows = Vec::new();
    if old().next().is_some() {
        let compression = old().any(|choice| choice.compression);
        let (text, verdict) = match compression {
            true => ("DEFLATE", (Severity::Fault, "lets secrets be guessed (CRIME, CVE-2012-4929)")),
            false => ("none", (Severity::Good, "")),
        };
        rows.push(row(0, "compression", text.to_owned(), Some((verdict.0, verdict.1.to_owned()))));
        let (text, verdict) = match old().all(|choice| choice.renegotiation) {
            true => ("secure (RFC 5746)", Severity::Good),
            false => ("not said to be secure (RFC 5746)", Severity::Warning),
        };
        rows.push(row(0, "renegotiation", text.to_owned(), Some((verdict, String::new()))));
    }
    let fallback = of.fallback.map(|fallback| match fallback {
        Fallback::Refused => ("a needless one is refused (RFC 7507)", Severity::Good),
        Fallback::Taken => ("a needless one is taken", Severity::Note),
        Fallback::Unclear => ("a needless one is not understood", Severity::Note),
    });
    rows.extend(fallback.map(|(text, verdict)| row(0, "fallback", text.to_owned(), Some((verdict, String::new())))));
    if let Some(names) = old().find_map(|choice| choice.wants.as_deref()) {
        let text = if names.is_empty() { "of any authority".to_owned() } else { names.join("; ") };
        rows.push(row(0, "asks for", text, Some((Severity::Note, "a client certificate".to_owned()))));
    }
    rows
}
