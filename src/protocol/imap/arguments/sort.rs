//! SORT and THREAD (RFC 5256).

use super::super::fetch::entry;
use super::super::grammar::{named_astring, space};
use super::super::search::{self, ANNOTATION_ATTRIBUTES, Kind, result_options};
use super::Read;
use crate::protocol::verb::Cursor;
use crate::protocol::word::{Word, choose, choose_or_other};

const DISPLAY: &[&str] = &["SORT=DISPLAY"];

/// By what SORT sorts; REVERSE turns the key behind it round.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static SORT_KEYS: &[Word] = &[
    Word::row("ARRIVAL", "", "when the server took it", "RFC 5256 §3", &[]),
    Word::row("CC", "", "the first address of Cc", "RFC 5256 §3", &[]),
    Word::row("DATE", "", "the Date field", "RFC 5256 §3", &[]),
    Word::row("FROM", "", "the first address of From", "RFC 5256 §3", &[]),
    Word::row("REVERSE", "key", "the key behind it, the other way round", "RFC 5256 §3", &[]),
    Word::row("SIZE", "", "octets", "RFC 5256 §3", &[]),
    Word::row("SUBJECT", "", "the subject without Re: and Fwd:", "RFC 5256 §3", &[]),
    Word::row("TO", "", "the first address of To", "RFC 5256 §3", &[]),
    Word::row("DISPLAYFROM", "", "the displayed name of From", "RFC 5957 §4", DISPLAY),
    Word::row("DISPLAYTO", "", "the displayed name of To", "RFC 5957 §4", DISPLAY),
    Word::row("RELEVANCY", "", "how well it fits", "RFC 6203 §5", &["SEARCH=FUZZY"]),
    Word::row("ANNOTATION", "entry attribute", "an annotation", "RFC 5257 §4.8", &["ANNOTATE-EXPERIMENT-1"]),
];

/// How THREAD groups messages.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static THREAD_ALGORITHMS: &[Word] = &[
    Word::row("ORDEREDSUBJECT", "", "by subject, then date", "RFC 5256 §3", &["THREAD=ORDEREDSUBJECT"]),
    Word::row("REFERENCES", "", "by the References field, then subject", "RFC 5256 §3", &["THREAD=REFERENCES"]),
    Word::row("REFS", "", "by the References field alone", "draft-ietf-morg-inthread", &["THREAD=REFS"]),
];

pub(in crate::protocol::imap) fn sort(cursor: &mut Cursor<'_>) -> Read {
    const WHAT: &str = "criteria in parentheses, like (REVERSE DATE)";
    result_options(cursor, Kind::Sort, WHAT)?;
    if !cursor.eat('(') {
        return Err(cursor.expected(WHAT));
    }
    let mut reverse = false;
    loop {
        let start = cursor.at();
        let word = choose(cursor, SORT_KEYS, "a sort key like DATE or SIZE")?;
        if reverse && word.name == "REVERSE" {
            return Err(cursor.fault_from(start, "REVERSE stands before a key, once"));
        }
        reverse = word.name == "REVERSE";
        if word.name == "ANNOTATION" {
            space(cursor, "an entry like /comment")?;
            entry(cursor, false)?;
            space(cursor, "value.priv or value.shared")?;
            let start = cursor.at();
            if choose(cursor, ANNOTATION_ATTRIBUTES, "value.priv or value.shared")?.name == "value" {
                return Err(cursor.fault_from(start, "expected value.priv or value.shared"));
            }
        }
        if !reverse && cursor.eat(')') {
            break;
        }
        if cursor.is_end() || reverse && cursor.peek() == Some(')') {
            return Err(cursor.expected(if reverse {
                "the key that REVERSE turns round"
            } else {
                "\")\" or another key"
            }));
        }
        space(cursor, "another key")?;
    }
    charset_and_keys(cursor)
}

pub(in crate::protocol::imap) fn thread(cursor: &mut Cursor<'_>) -> Read {
    choose_or_other(cursor, THREAD_ALGORITHMS, "an algorithm like REFERENCES")?;
    charset_and_keys(cursor)
}

/// Here the charset is always named (RFC 5256 §5).
fn charset_and_keys(cursor: &mut Cursor<'_>) -> Read {
    space(cursor, "a charset like UTF-8")?;
    let start = cursor.at();
    let charset = named_astring(cursor, "a charset like UTF-8")?;
    if charset.text().is_some_and(|name| name.eq_ignore_ascii_case("CHARSET")) {
        return Err(cursor.fault_from(start, "the charset stands here without the word CHARSET"));
    }
    space(cursor, "search keys like ALL")?;
    search::search_keys(cursor)?;
    cursor.end("the search keys")
}
