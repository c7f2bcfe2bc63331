//! Which mended record may be offered: one that by the same answers has no fault any more.

use super::{Notes, tree, written};
use crate::diagnosis::answers::{Inquiry, Outcome};
use crate::diagnosis::dns::{RecordType, Value};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::outline::{Note, Outline, Twig, supposed};
use crate::diagnosis::spf::record::{Record, VERSION};
use crate::diagnosis::spf::term::{Mechanism, Qualifier};
use crate::diagnosis::spf::trace::VOIDS;

/// A mended record without the terms that lead nowhere. Nothing where a fault is left in it, where it would name no
/// sender at all although mail may be sent, or while answers are missing.
pub(super) fn settled(domain: &str, text: &str, inquiry: &Inquiry<'_>) -> Option<String> {
    let record = Record::read(text.as_bytes());
    let outline = supposed(domain, record.clone(), inquiry);
    let text = without(&record, &outline);
    let record = Record::read(text.as_bytes());
    let is_cut = text != outline.root.record.as_ref().map(|record| record.text.as_str()).unwrap_or_default();
    let text = if names_somebody(&record) || (forbids_all(&record) && !is_cut) {
        text
    } else if takes_mail(domain, inquiry) {
        text.replacen(VERSION, &format!("{VERSION} mx"), 1)
    } else {
        return None;
    };
    is_sound(domain, &text, inquiry).then_some(text)
}

/// Without the terms that give permerror whatever the owner writes elsewhere: records that are not there, that cannot
/// be read or that lead back, and void names when they are too many.
fn without(record: &Record, outline: &Outline) -> String {
    let too_many = outline.voids.v4.min(outline.voids.v6) > VOIDS;
    let is_dead = |twig: &&Twig| match twig.note {
        Some(Note::Loop) => true,
        Some(Note::NoExchange | Note::Void { v4: true, v6: true }) => too_many,
        _ => twig.branch.is_some() && twig.permerror().is_some(),
    };
    let dead: Vec<usize> = outline.root.twigs.iter().filter(is_dead).map(|twig| twig.column).collect();
    if dead.is_empty() {
        return record.text.clone();
    }
    let left = record.terms.iter().filter(|term| dead.binary_search(&term.column).is_err());
    let mut parts = vec![VERSION];
    parts.extend(left.map(|term| record.text_of(term)));
    let text = parts.join(" ");
    let record = Record::read(text.as_bytes());
    // Where the redirection went, nothing says any more what becomes of others.
    if record.all().is_none() && record.redirect().is_none() { format!("{text} ~all") } else { text }
}

fn names_somebody(record: &Record) -> bool {
    let names =
        |(_, sign, mechanism): (_, Qualifier, &Mechanism)| sign == Qualifier::Pass && *mechanism != Mechanism::All;
    record.redirect().is_some() || record.directives().any(names)
}

fn forbids_all(record: &Record) -> bool {
    record.all().is_some_and(|(_, sign)| sign == Qualifier::Fail)
}

/// Whether the domain has a mail exchange, which usually sends its mail too.
fn takes_mail(domain: &str, inquiry: &Inquiry<'_>) -> bool {
    let Outcome::Records(records) = inquiry.ask(domain, RecordType::Mx) else { return false };
    // The null MX (RFC 7505) names none.
    records.iter().any(|record| matches!(&record.value, Value::Mx { exchange, .. } if !exchange.is_empty()))
}

fn is_sound(domain: &str, text: &str, inquiry: &Inquiry<'_>) -> bool {
    let record = Record::read(text.as_bytes());
    let outline = supposed(domain, record.clone(), inquiry);
    let mut notes = Notes { domain: domain.to_owned(), suggestion: None, advice: Vec::new() };
    written::judge(&mut notes, &record);
    tree::judge(&mut notes, &outline);
    let fault = |severity| severity == Severity::Fault;
    !outline.waiting
        && !outline.permerror().is_some_and(|(severity, _)| fault(severity))
        && !notes.advice.iter().any(|advice| fault(advice.finding.severity))
}
