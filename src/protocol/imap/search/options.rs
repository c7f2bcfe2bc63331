//! Result options: `RETURN (…)` (RFC 9051 §6.4.4, RFC 4466 §2.6.1).

use super::super::arguments::partial_range;
use super::super::fetch::fetch_list;
use super::super::grammar::space;
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose_or_other};

/// Which command the options belong to: contexts are offered for each (RFC 5267 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::protocol::imap) enum Kind {
    /// SEARCH and ESEARCH.
    Search,
    /// SORT.
    Sort,
}

const CONTEXT: &[&str] = &["CONTEXT=SEARCH", "CONTEXT=SORT"];

/// The result options.
#[rustfmt::skip] // A table: a line a row.
pub static RESULT_OPTIONS: &[Word] = &[
    Word::row("MIN", "", "the lowest number", "RFC 9051 §6.4.4", &[]),
    Word::row("MAX", "", "the highest number", "RFC 9051 §6.4.4", &[]),
    Word::row("ALL", "", "all numbers as a set", "RFC 9051 §6.4.4", &[]),
    Word::row("COUNT", "", "how many", "RFC 9051 §6.4.4", &[]),
    Word::row("SAVE", "", "keep the result for $", "RFC 9051 §6.4.4", &["SEARCHRES"]),
    Word::row("PARTIAL", "1:100 or -1:-100", "this page of the result", "RFC 9394 §3.1", &["PARTIAL", "CONTEXT=SEARCH", "CONTEXT=SORT"]),
    Word::row("UPDATE", "[(fetch items)]", "tell when the result changes", "RFC 5267 §4.3", CONTEXT),
    Word::row("CONTEXT", "", "the client will ask for this again", "RFC 5267 §4.2", CONTEXT),
    Word::row("RELEVANCY", "", "how well each message fits, 1 to 100", "RFC 6203 §4", &["SEARCH=FUZZY"]),
];

/// `RETURN (…) ` when it is here, in upper case.
///
/// # Errors
/// Where and why the options are wrong.
pub(in crate::protocol::imap) fn result_options(
    cursor: &mut Cursor<'_>,
    kind: Kind,
    next: &str,
) -> Result<Option<Vec<String>>, Fault> {
    let start = cursor.at();
    if !cursor.eat_word("RETURN ") {
        return Ok(None);
    }
    let mut options = Vec::new();
    if !cursor.eat_word("()") {
        let mut seen: Vec<&'static str> = Vec::new();
        super::super::grammar::parenthesized(cursor, "result options like COUNT", |cursor| {
            let at = cursor.at();
            let word = choose_or_other(cursor, RESULT_OPTIONS, "a result option like COUNT")?;
            let name = cursor.since(at).to_ascii_uppercase();
            if let Some(word) = word {
                if seen.contains(&word.name) {
                    return Err(cursor.fault_from(at, format!("{} stands here twice", word.name)));
                }
                seen.push(word.name);
                value(cursor, word.name, kind, at)?;
            }
            options.push(name);
            Ok(())
        })?;
        if seen.contains(&"PARTIAL") && seen.contains(&"ALL") {
            return Err(cursor.fault_from(start, "ALL and PARTIAL exclude each other, keep one"));
        }
    }
    cursor.need(start, if kind == Kind::Sort { &["ESORT"] } else { &["ESEARCH"] });
    space(cursor, next)?;
    Ok(Some(options))
}

/// What follows the option that begins at `start`.
fn value(cursor: &mut Cursor<'_>, name: &str, kind: Kind, start: usize) -> Result<(), Fault> {
    match name {
        "PARTIAL" => {
            space(cursor, "a range like 1:100")?;
            partial_range(cursor)
        }
        "UPDATE" => {
            cursor.need(start, context(kind));
            // RFC 5465 §8 has no space before the list, its examples have one.
            if cursor.peek() == Some('(') || cursor.rest().starts_with(" (") {
                cursor.eat(' ');
                let from = cursor.at();
                fetch_list(cursor)?;
                cursor.need(from, &["NOTIFY"]);
            }
            Ok(())
        }
        "CONTEXT" => {
            cursor.need(start, context(kind));
            Ok(())
        }
        _ => Ok(()),
    }
}

const fn context(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Search => &["CONTEXT=SEARCH"],
        Kind::Sort => &["CONTEXT=SORT"],
    }
}
