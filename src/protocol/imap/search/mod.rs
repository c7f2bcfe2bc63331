//! What SEARCH asks for (RFC 9051 §6.4.4 and the extensions that the tables name), as a tree.

mod date;
mod keys;
mod options;

pub use date::SearchDate;
pub(super) use date::{days, month};
pub use keys::{ANNOTATION_ATTRIBUTES, ENTRY_TYPES, SEARCH_KEYS};
pub use options::RESULT_OPTIONS;
pub(super) use options::{Kind, result_options};

use super::fetch::entry;
use super::flags::keyword;
use super::grammar::{
    Astring, DEPTH_LIMIT, SequenceSet, is_atom_char, named_astring, nstring, number64, nz_number, quoted, sequence_set,
    space,
};
use crate::protocol::verb::{Cursor, Fault, Weight};
use crate::protocol::word::choose;
use date::date;

/// One search key. `UNSEEN` is `Not(Flag("\\Seen"))`, `NEW` is `And([Recent, Not(Flag("\\Seen"))])`, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchKey {
    /// Every message.
    All,
    /// `\Recent`, of RFC 3501 only.
    Recent,
    /// A system flag with its backslash, or a keyword.
    Flag(String),
    /// The field of this name (in upper case) holds the text; empty text: the field exists.
    Header(Astring, Astring),
    /// The body holds the text.
    Body(Astring),
    /// The header or the body holds the text.
    Text(Astring),
    /// The internal date is before the day.
    Before(SearchDate),
    /// The internal date is that day.
    On(SearchDate),
    /// The internal date is that day or later.
    Since(SearchDate),
    /// The Date field is before the day.
    SentBefore(SearchDate),
    /// The Date field is that day.
    SentOn(SearchDate),
    /// The Date field is that day or later.
    SentSince(SearchDate),
    /// More octets.
    Larger(u64),
    /// Fewer octets.
    Smaller(u64),
    /// Came within so many seconds (RFC 5032).
    Younger(u32),
    /// Came so many seconds ago or more (RFC 5032).
    Older(u32),
    /// Unique identifiers.
    Uid(SequenceSet),
    /// Message numbers.
    Sequence(SequenceSet),
    /// The modification sequence is at least this (RFC 7162).
    ModSeq(u64),
    /// A key of an extension, whose argument is not kept: `EMAILID`, `X-GM-RAW`.
    Other(&'static str),
    /// Not this one.
    Not(Box<Self>),
    /// Either.
    Or(Box<Self>, Box<Self>),
    /// All of these.
    And(Vec<Self>),
}

/// What stands before the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// `RETURN (…)` in upper case (RFC 4731); `None` without it.
    pub returns: Option<Vec<String>>,
    /// `CHARSET …`.
    pub charset: Option<Astring>,
    /// All must hold.
    pub keys: Vec<SearchKey>,
}

/// `RETURN (…)`, `CHARSET …` and the keys.
///
/// # Errors
/// Where and why it is no search.
pub fn search(cursor: &mut Cursor<'_>) -> Result<Search, Fault> {
    let returns = result_options(cursor, Kind::Search, "a search key")?;
    program(cursor, returns)
}

/// What stands behind the result options (RFC 9051 §9, `search-program`).
pub(super) fn program(cursor: &mut Cursor<'_>, returns: Option<Vec<String>>) -> Result<Search, Fault> {
    let mut charset = None;
    let start = cursor.at();
    if cursor.eat_word("CHARSET ") {
        charset = Some(named_astring(cursor, "a charset like UTF-8")?);
        if cursor.enabled.utf8 {
            let reason = "no charset is named after ENABLE UTF8=ACCEPT, it is UTF-8; the server would answer BAD";
            cursor.remark(start, Weight::Sequence, reason);
        }
        space(cursor, "a search key")?;
    }
    Ok(Search { returns, charset, keys: search_keys(cursor)? })
}

/// One or more keys, all of which must hold, to the end of the line or a closing parenthesis.
///
/// # Errors
/// Where and why they are no search keys; also nesting deeper than [`DEPTH_LIMIT`].
pub fn search_keys(cursor: &mut Cursor<'_>) -> Result<Vec<SearchKey>, Fault> {
    keys(cursor, 0)
}

fn keys(cursor: &mut Cursor<'_>, depth: usize) -> Result<Vec<SearchKey>, Fault> {
    let mut out = vec![key(cursor, depth)?];
    while !cursor.is_end() && cursor.peek() != Some(')') {
        space(cursor, "another search key")?;
        out.push(key(cursor, depth)?);
    }
    Ok(out)
}

fn key(cursor: &mut Cursor<'_>, depth: usize) -> Result<SearchKey, Fault> {
    let start = cursor.at();
    if depth >= DEPTH_LIMIT {
        return Err(Fault::syntax(start..start, format!("keys are nested deeper than {DEPTH_LIMIT}")));
    }
    match cursor.peek() {
        Some('(') => {
            cursor.eat('(');
            let inner = keys(cursor, depth + 1)?;
            cursor.expect(')', "\")\" or another search key")?;
            return Ok(SearchKey::And(inner));
        }
        Some('0'..='9' | '*' | '$') => {
            let set = sequence_set(cursor)?;
            if cursor.enabled.uid_only && !set.0.is_empty() {
                let reason = "message numbers are not allowed after ENABLE UIDONLY: write UID before the set";
                cursor.remark(start, Weight::Sequence, reason);
            }
            return Ok(SearchKey::Sequence(set));
        }
        _ => {}
    }
    let word = choose(cursor, SEARCH_KEYS, "a search key like UNSEEN or FROM")?;
    if word.form.is_empty() {
        return match cursor.peek() {
            None | Some(' ' | ')') => Ok(plain_key(word.name)),
            Some(_) => Err(cursor.expected("a space before the next key")),
        };
    }
    if cursor.peek() != Some(' ') {
        let needs = format!("{} {}", word.name, word.form);
        return Err(cursor.expected(&if cursor.is_end() { needs } else { format!("a space: {needs}") }));
    }
    space(cursor, word.form)?;
    with_argument(cursor, word.name, depth)
}

fn plain_key(name: &'static str) -> SearchKey {
    let flag = |name: &str| SearchKey::Flag(name.to_owned());
    let not = |key: SearchKey| SearchKey::Not(Box::new(key));
    match name {
        "ALL" => SearchKey::All,
        "RECENT" => SearchKey::Recent,
        "NEW" => SearchKey::And(vec![SearchKey::Recent, not(flag("\\Seen"))]),
        "OLD" => not(SearchKey::Recent),
        "SEEN" => flag("\\Seen"),
        "ANSWERED" => flag("\\Answered"),
        "DELETED" => flag("\\Deleted"),
        "DRAFT" => flag("\\Draft"),
        "FLAGGED" => flag("\\Flagged"),
        "UNSEEN" => not(flag("\\Seen")),
        "UNANSWERED" => not(flag("\\Answered")),
        "UNDELETED" => not(flag("\\Deleted")),
        "UNDRAFT" => not(flag("\\Draft")),
        "UNFLAGGED" => not(flag("\\Flagged")),
        other => SearchKey::Other(other),
    }
}

fn with_argument(cursor: &mut Cursor<'_>, word: &'static str, depth: usize) -> Result<SearchKey, Fault> {
    let text = |cursor: &mut Cursor<'_>| named_astring(cursor, "the text to look for");
    let start = cursor.at();
    Ok(match word {
        "FROM" | "TO" | "CC" | "BCC" | "SUBJECT" => SearchKey::Header(Astring::Text(word.to_owned()), text(cursor)?),
        "BODY" => SearchKey::Body(text(cursor)?),
        "TEXT" => SearchKey::Text(text(cursor)?),
        "HEADER" => {
            let field = match named_astring(cursor, "the name of a field")? {
                Astring::Text(field) => Astring::Text(field.to_ascii_uppercase()),
                literal @ Astring::Literal(..) => literal,
            };
            space(cursor, "the text to look for")?;
            SearchKey::Header(field, text(cursor)?)
        }
        "BEFORE" => SearchKey::Before(date(cursor)?),
        "ON" => SearchKey::On(date(cursor)?),
        "SINCE" => SearchKey::Since(date(cursor)?),
        "SENTBEFORE" => SearchKey::SentBefore(date(cursor)?),
        "SENTON" => SearchKey::SentOn(date(cursor)?),
        "SENTSINCE" => SearchKey::SentSince(date(cursor)?),
        "LARGER" => SearchKey::Larger(number64(cursor, "a number of octets")?),
        "SMALLER" => SearchKey::Smaller(number64(cursor, "a number of octets")?),
        "YOUNGER" => SearchKey::Younger(nz_number(cursor, "a number of seconds")?),
        "OLDER" => SearchKey::Older(nz_number(cursor, "a number of seconds")?),
        "KEYWORD" => SearchKey::Flag(keyword(cursor)?),
        "UNKEYWORD" => SearchKey::Not(Box::new(SearchKey::Flag(keyword(cursor)?))),
        "UID" => SearchKey::Uid(sequence_set(cursor)?),
        "MODSEQ" => {
            if cursor.peek() == Some('"') {
                changed_entry(cursor)?;
            }
            SearchKey::ModSeq(number64(cursor, "a modification sequence")?)
        }
        "NOT" => SearchKey::Not(Box::new(key(cursor, depth + 1)?)),
        "OR" => {
            let left = key(cursor, depth + 1)?;
            space(cursor, "the second key of OR")?;
            SearchKey::Or(Box::new(left), Box::new(key(cursor, depth + 1)?))
        }
        "FUZZY" => {
            key(cursor, depth + 1)?;
            SearchKey::Other(word)
        }
        "SAVEDBEFORE" | "SAVEDON" | "SAVEDSINCE" => {
            date(cursor)?;
            SearchKey::Other(word)
        }
        "FILTER" => {
            let name = cursor.take_while(|c| is_atom_char(c) && c != '/');
            if name.is_empty() || !matches!(cursor.peek(), None | Some(' ' | ')')) {
                return Err(cursor.expected("the name of a filter, without slash"));
            }
            SearchKey::Other(word)
        }
        "EMAILID" | "THREADID" => {
            let id = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            if id.is_empty() || !matches!(cursor.peek(), None | Some(' ' | ')')) {
                return Err(cursor.expected("an identifier of letters, digits, _ and -"));
            }
            if id.len() > 255 {
                return Err(cursor.fault_from(start, "an identifier has at most 255 characters"));
            }
            SearchKey::Other(word)
        }
        "X-GM-MSGID" | "X-GM-THRID" => {
            let digits = cursor.take_while(|c| c.is_ascii_digit());
            if digits.is_empty() {
                return Err(cursor.expected("Gmail's number, in decimal"));
            }
            if digits.parse::<u64>().is_err() {
                return Err(cursor.fault_from(start, format!("Gmail's number is at most {}", u64::MAX)));
            }
            SearchKey::Other(word)
        }
        "ANNOTATION" => {
            entry(cursor, true)?;
            space(cursor, "an attribute: value, value.priv or value.shared")?;
            choose(cursor, ANNOTATION_ATTRIBUTES, "an attribute like value.shared")?;
            space(cursor, "the value to look for")?;
            nstring(cursor, "a value in quotes, or NIL")?;
            SearchKey::Other(word)
        }
        _ => {
            named_astring(cursor, "an argument")?;
            SearchKey::Other(word)
        }
    })
}

/// `"/flags/\\draft" all `: the change of one flag (RFC 7162 §3.1.5).
fn changed_entry(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    if !quoted(cursor)?.to_ascii_lowercase().starts_with("/flags/") {
        return Err(cursor.fault_from(start, "expected an entry like \"/flags/\\\\draft\""));
    }
    space(cursor, "priv, shared or all")?;
    choose(cursor, ENTRY_TYPES, "priv, shared or all")?;
    space(cursor, "a modification sequence")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::verb::Weight;

    fn read(text: &str) -> Result<Search, Fault> {
        let mut cursor = Cursor::new(text, 0);
        let read = search(&mut cursor)?;
        cursor.end("SEARCH")?;
        Ok(read)
    }

    #[test]
    fn keys_become_a_tree() {
        let text = |t: &str| Astring::Text(t.to_owned());
        let read = |t: &str| read(t).unwrap_or_else(|fault| panic!("{t}: {fault:?}"));
        assert_eq!(read("ALL").keys, [SearchKey::All]);
        assert_eq!(
            read("unseen OR FROM \"jo s\" (SUBJECT x 2:*)").keys,
            [
                SearchKey::Not(Box::new(SearchKey::Flag("\\Seen".into()))),
                SearchKey::Or(
                    Box::new(SearchKey::Header(text("FROM"), text("jo s"))),
                    Box::new(SearchKey::And(vec![
                        SearchKey::Header(text("SUBJECT"), text("x")),
                        SearchKey::Sequence(SequenceSet(vec![(Some(2), None)])),
                    ])),
                ),
            ]
        );
        let with = read("RETURN (MIN COUNT) CHARSET UTF-8 SINCE 29-Feb-2024 LARGER 1000 HEADER list-id {5}");
        assert_eq!(with.returns, Some(vec!["MIN".into(), "COUNT".into()]));
        assert_eq!(with.charset, Some(text("UTF-8")));
        assert_eq!(with.keys[0], SearchKey::Since(SearchDate { year: 2024, month: 2, day: 29 }));
        assert_eq!(with.keys[2], SearchKey::Header(text("LIST-ID"), Astring::Literal(5, false)));
    }

    #[test]
    fn wrong_keys_say_where_and_why() {
        for (line, at, weight, part) in [
            ("", 0..0, Weight::Incomplete, "search key"),
            ("UNSE", 4..4, Weight::Incomplete, "rest"),
            ("UNSENE", 0..6, Weight::Syntax, "not a search key"),
            ("UNALL", 0..5, Weight::Syntax, "not a search key"),
            ("FROM", 4..4, Weight::Incomplete, "FROM text"),
            ("FROM ", 5..5, Weight::Incomplete, "text"),
            ("SINCE 2026-02-01", 6..16, Weight::Syntax, "1-Feb-2026"),
            ("SINCE 31-Feb-2026", 6..17, Weight::Syntax, "calendar"),
            ("SINCE 1-Feb", 11..11, Weight::Incomplete, "date"),
            ("(ALL", 4..4, Weight::Incomplete, "\")\""),
            ("ALL)", 3..4, Weight::Syntax, "nothing more"),
            ("OR ALL", 6..6, Weight::Incomplete, "second key"),
            ("0", 0..1, Weight::Syntax, "begin at 1"),
            ("LARGER 1k", 8..9, Weight::Syntax, "space"),
            ("ALL  SEEN", 3..5, Weight::Syntax, "one space"),
        ] {
            let fault = read(line).expect_err(line);
            assert_eq!((fault.at.clone(), fault.weight), (at, weight), "{line}: {fault:?}");
            assert!(fault.reason.contains(part), "{line}: {}", fault.reason);
        }
    }

    #[test]
    fn depth_is_limited() {
        let fault = read(&"NOT ".repeat(100_000)).unwrap_err();
        assert!(fault.reason.contains("nested"), "{fault:?}");
        let fault = read(&"(".repeat(100_000)).unwrap_err();
        assert!(fault.reason.contains("nested"), "{fault:?}");
        assert!(read(&format!("{}ALL", "NOT ".repeat(DEPTH_LIMIT - 1))).is_ok());
    }
}
