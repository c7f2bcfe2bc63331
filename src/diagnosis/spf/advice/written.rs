//! What is written: each term, and the order of the terms.

use std::collections::HashSet;

use super::{Notes, few, mend, networks};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::macro_string::{Letter, MacroString};
use crate::diagnosis::spf::record::{Record, Term, VERSION};
use crate::diagnosis::spf::term::{Mechanism, Qualifier, Reading};
use crate::protocol::visible::visible;

/// Judges the terms of a record.
pub(super) fn judge(notes: &mut Notes, record: &Record) {
    faults(notes, record);
    order(notes, record);
    modifiers(notes, record);
    networks::judge(notes, record);
    names(notes, record);
    writing(notes, record);
}

fn faults(notes: &mut Notes, record: &Record) {
    let faults = record.terms.iter().filter_map(|term| Some((term, term.reading.as_ref().err()?)));
    let mended = notes.suggestion.clone();
    few(faults.collect(), |(term, fault), tail| {
        let says = format!(
            "{}: {}; for one such term receivers refuse the whole record (permerror){tail}",
            quoted(record, term),
            fault.says
        );
        let next = match &fault.mended {
            Some(text) => format!("write {text}"),
            None => "correct this term, or take it out".to_owned(),
        };
        notes.mend(Severity::Fault, Some(fault.column), says, next, mended.clone());
    });
}

/// `all`, what stands behind it, and `redirect`.
fn order(notes: &mut Notes, record: &Record) {
    let mended = notes.suggestion.clone();
    let Some((all, sign)) = record.all() else {
        if record.redirect().is_none() {
            let says = "the record does not end with \"all\": it says nothing about other senders (neutral)";
            let next = "end it with ~all, and with -all once every sender is named";
            notes.mend(Severity::Warning, None, says, next, mended);
        }
        return;
    };
    let place = Some(all.column);
    match sign {
        Qualifier::Pass => {
            let says = format!("{} lets everybody send in this name (pass)", quoted(record, all));
            notes.mend(Severity::Fault, place, says, "end the record with ~all or -all", mended.clone());
        }
        Qualifier::Neutral => {
            let says = format!("{} says nothing about other senders (neutral)", quoted(record, all));
            notes.mend(Severity::Warning, place, says, "end the record with ~all or -all", mended.clone());
        }
        Qualifier::Softfail => notes.add(Severity::Good, place, "all other senders are suspect (softfail)", ""),
        Qualifier::Fail => notes.add(Severity::Good, place, "all other senders fail", ""),
    }
    let behind = record.directives().map(|(term, ..)| term).filter(|term| term.column > all.column);
    few(behind.collect(), |term, tail| {
        let says = format!("{} stands behind \"all\": receivers never come to it{tail}", quoted(record, term));
        let next = "move it before \"all\", or take it out";
        notes.mend(Severity::Warning, Some(term.column), says, next, mended.clone());
    });
    if let Some((term, _)) = record.redirect() {
        let says = format!("{} does nothing beside \"all\": receivers pass over it", quoted(record, term));
        let next = "take out \"all\" if the other record is to decide, and the redirection if not";
        notes.mend(Severity::Warning, Some(term.column), says, next, mended);
    }
}

/// Modifiers that nobody knows.
fn modifiers(notes: &mut Notes, record: &Record) {
    let mended = notes.suggestion.clone();
    let unknown = record.terms.iter().filter_map(|term| match &term.reading {
        Ok(Reading::Unknown(name)) => Some((term, name)),
        _ => None,
    });
    few(unknown.collect(), |(term, name), tail| {
        let (place, shown) = (Some(term.column), quoted(record, term));
        if record.text_of(term).eq_ignore_ascii_case(VERSION) {
            let says = format!("{shown} stands inside the record: two records seem to have been joined{tail}");
            notes.mend(Severity::Warning, place, says, "take it out", mended.clone());
        } else if mend::is_meant(name) {
            let says = format!("{shown} is no mechanism but an unknown modifier: receivers pass over it{tail}");
            notes.mend(Severity::Fault, place, says, format!("write \"{name}:\" for \"{name}=\""), mended.clone());
        } else {
            let says = format!("{shown} is a modifier that receivers do not know and pass over{tail}");
            notes.add(Severity::Note, place, says, "take it out, unless a receiver of yours reads it");
        }
    });
}

/// Mechanisms that look at names.
fn names(notes: &mut Notes, record: &Record) {
    let asks_for = |string: &MacroString, letter| string.macros().any(|found| found.letter == letter);
    let mut reverse: Vec<&Term> = Vec::new();
    for (term, _, mechanism) in record.directives() {
        let string = match mechanism {
            Mechanism::Ptr(target) => {
                reverse.push(term);
                target.as_ref()
            }
            Mechanism::Include(target) | Mechanism::Exists(target) => Some(target),
            Mechanism::A(target, _) | Mechanism::Mx(target, _) => target.as_ref(),
            Mechanism::All | Mechanism::Ip4(..) | Mechanism::Ip6(..) => None,
        };
        let Some(string) = string else { continue };
        if asks_for(string, Letter::Validated) && reverse.last() != Some(&term) {
            reverse.push(term);
        }
        if matches!(mechanism, Mechanism::Exists(_)) && string.is_fixed() {
            let says = format!("{} is the same for every sender: all of them match, or none", quoted(record, term));
            notes.add(
                Severity::Warning,
                Some(term.column),
                says,
                "put a macro into the name, as in %{ir}, or take it out",
            );
        }
        if let Some(glued) = string.macros().next().is_none().then(|| record.text_of(term)).filter(|t| ends_in_all(t)) {
            let says = format!("\"{glued}\" ends in \"all\" without a space before it, and is read as one name");
            notes.add(Severity::Warning, Some(term.column), says, "put a space before the qualifier of \"all\"");
        }
    }
    few(reverse, |term, tail| {
        let says = format!(
            "{} asks for the client's name in reverse DNS: slow, often missing, and passed over by some receivers{tail}",
            quoted(record, term)
        );
        let next = "name the senders with ip4:, ip6: or a: instead (RFC 7208 §5.5)";
        notes.add(Severity::Warning, Some(term.column), says, next);
    });
}

/// `a:mail.example.com-all` is good grammar.
fn ends_in_all(term: &str) -> bool {
    term.len() > 4 && term.to_ascii_lowercase().ends_with("-all")
}

/// What is harmless and odd.
fn writing(notes: &mut Notes, record: &Record) {
    let mended = notes.suggestion.clone();
    let spaces = record.text.ends_with(' ') || record.text.contains("  ");
    if spaces {
        let says = "there is more than one space between terms, or one at the end: harmless";
        notes.mend(Severity::Note, None, says, "", mended.clone());
    }
    let mut seen = HashSet::new();
    let twice = record.directives().filter(|(term, ..)| !seen.insert(record.text_of(term).to_ascii_lowercase()));
    few(twice.map(|(term, ..)| term).collect(), |term, tail| {
        let says = format!("{} stands in the record twice{tail}", quoted(record, term));
        notes.mend(Severity::Note, Some(term.column), says, "take one of them out", mended.clone());
    });
    let upper = record.directives().map(|(term, ..)| term).find(|term| {
        let text = record.text_of(term);
        let name = text.split([':', '/']).next().unwrap_or(text);
        name.bytes().any(|b| b.is_ascii_uppercase())
    });
    if let Some(term) = upper {
        let says = format!(
            "{} is written in capital letters: harmless, for names of mechanisms have no case",
            quoted(record, term)
        );
        notes.mend(Severity::Note, Some(term.column), says, "", mended);
    }
}

/// A term as it can be shown.
pub(super) fn quoted(record: &Record, term: &Term) -> String {
    const SHOWN: usize = 80;
    let text = record.text_of(term);
    let shown: String = visible(text.as_bytes()).chars().take(SHOWN).collect();
    let cut = if text.chars().count() > SHOWN { "…" } else { "" };
    format!("\"{shown}{cut}\"")
}
