//! The strings of a record are joined without a space (RFC 7208 §3.3), which makes one term of two.

use super::published::lossy;
use super::{Notes, mend};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::record::is_record;
use crate::diagnosis::spf::term;
use crate::protocol::visible::visible;

/// How a term begins. A domain that is cut in two may begin like a short one, so that only those with a value count.
const BEGINNINGS: [&str; 11] =
    ["include:", "exists:", "a:", "mx:", "ip4:", "ip6:", "redirect=", "-all", "~all", "?all", "+all"];

/// Octets of a term that are looked at; a real one is no longer.
const LONGEST: usize = 300;

/// Judges the strings of one record.
pub(super) fn judge(notes: &mut Notes, strings: &[Vec<u8>]) {
    let mut text = String::new();
    // Where the word that the text ends with begins.
    let mut word = 0;
    let mut first = None;
    for string in strings {
        let string = lossy(string);
        let right = string.split(' ').next().unwrap_or_default();
        let left = text.get(word..).filter(|left| left.len() < LONGEST).unwrap_or_default();
        if begins_a_term(right) && is_whole(left) && is_whole(right) {
            if first.is_none() {
                first = Some((text.chars().count() + 1, format!("{left}{right}")));
            }
            text.push(' ');
            word = text.len();
        }
        if let Some(space) = string.rfind(' ') {
            word = text.len() + space + 1;
        }
        text.push_str(&string);
    }
    let Some((column, term)) = first else { return };
    let says = format!(
        "two strings of the record are joined without a space, so that receivers read \"{}\" as one term",
        visible(term.as_bytes())
    );
    let next = "end each string but the last with a space";
    notes.mend(Severity::Fault, Some(column), says, next, Some(mend::record(&text).unwrap_or(text)));
}

fn begins_a_term(word: &str) -> bool {
    BEGINNINGS.iter().any(|name| word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

fn is_whole(word: &str) -> bool {
    !word.is_empty() && (is_record(word.as_bytes()) || term::read(word).is_ok())
}
