//! A page of the reference, and what stands on it.

use super::words;
use crate::diagnosis::meaning::{Meaning, Offer, Phrase, Row};
use crate::protocol::endpoint::Protocol;
use crate::protocol::smtp::parameters::{MAIL_PARAMETERS, RCPT_PARAMETERS};
use crate::protocol::verb::{Secrecy, Verb};

/// What is known of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its name and what it is.
    pub title: String,
    /// A label and what stands beside it.
    pub rows: Vec<(&'static str, String)>,
}

/// Columns of the labels.
const LABELS: usize = 12;

impl Page {
    /// As plain lines of at most `width` columns; a word that is longer stays whole.
    #[must_use]
    pub fn lines(&self, width: usize) -> Vec<String> {
        let mut out = vec![self.title.clone()];
        for (label, text) in &self.rows {
            for (number, line) in wrap(text, width.saturating_sub(LABELS + 2)).into_iter().enumerate() {
                let label = if number == 0 { *label } else { "" };
                out.push(format!("  {label:<LABELS$}{line}"));
            }
        }
        out
    }
}

/// Text in lines of at most `width` columns, broken at spaces.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match out.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out
}

pub(super) fn verb_page(verb: &Verb, protocols: &[Protocol]) -> Page {
    let names: Vec<String> = protocols.iter().map(|protocol| protocol.name().to_ascii_uppercase()).collect();
    let phases: Vec<&str> = verb.phases.iter().map(|phase| phase.name()).collect();
    let mut rows = vec![
        ("form", verb.syntax.to_owned()),
        ("does", verb.summary.to_owned()),
        ("defined in", verb.rfc.to_owned()),
        ("legal when", phases.join("; ")),
    ];
    if let Some(capability) = verb.capability {
        rows.push(("offered as", capability.to_owned()));
    }
    if let Secrecy::FromArgument(number) = verb.secrecy {
        rows.push(("secret", format!("what follows from argument {} on is masked", number + 1)));
    }
    let parameters = match verb.name {
        "MAIL" => MAIL_PARAMETERS,
        "RCPT" => RCPT_PARAMETERS,
        _ => &[],
    };
    for (number, row) in parameters.iter().enumerate() {
        let label = if number == 0 { "parameters" } else { "" };
        rows.push((label, format!("{}: {}", with_value(row.keyword, row.value), row.summary)));
    }
    rows.extend(words::rows(verb));
    Page { title: format!("{} ({} command)", verb.name, names.join(", ")), rows }
}

pub(super) fn with_value(keyword: &str, value: &str) -> String {
    if value.is_empty() { keyword.to_owned() } else { format!("{keyword}={value}") }
}

pub(super) fn code_rows(words: Option<&Phrase>, row: &Row) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(words) = words {
        rows.extend(phrase_rows(words));
    }
    rows.push(("means", row.says.to_owned()));
    rows.push(("next", row.next.to_owned()));
    rows.push(("defined in", row.rfc.to_owned()));
    rows
}

pub(super) fn phrase_rows(words: &Phrase) -> Vec<(&'static str, String)> {
    vec![
        ("says", format!("{} (the words of {})", words.says, words.whose)),
        ("causes", words.causes.to_owned()),
        ("who acts", words.who.to_owned()),
        ("next", words.next.to_owned()),
    ]
}

/// What a reply means, as a page.
#[must_use]
pub fn meaning_page(meaning: &Meaning) -> Page {
    let row = Row { code: "", rfc: meaning.rfc, says: meaning.says, next: meaning.next };
    Page { title: format!("{} (reply)", meaning.code), rows: code_rows(meaning.phrase, &row) }
}

pub(super) fn offer_page(offer: &Offer) -> Page {
    let mut rows = vec![("allows", offer.says.to_owned()), ("defined in", offer.rfc.to_owned())];
    let names = words::used_by(offer);
    if !names.is_empty() {
        rows.push(("used by", names.join(", ")));
    }
    Page { title: format!("{} (capability of {})", offer.keyword, offer.protocol), rows }
}
