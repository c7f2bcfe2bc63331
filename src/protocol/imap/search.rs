//! What SEARCH asks for (RFC 9051 §6.4.4, RFC 4731, RFC 5032), as a tree.

use super::grammar::{
    Astring, DEPTH_LIMIT, SequenceSet, atom, flag, named_astring, number, number64, parenthesized, sequence_set, space,
};
use crate::protocol::verb::{Cursor, Fault};

/// A day without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchDate {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

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
    /// A key of an extension and its argument, not evaluated here: `EMAILID`, `X-GM-RAW`.
    Other(String, Astring),
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

/// Keys that take no argument, with what they find.
pub static SEARCH_KEYS: &[(&str, &str)] = &[
    ("ALL", "every message"),
    ("UNSEEN", "without \\Seen"),
    ("SEEN", "with \\Seen"),
    ("ANSWERED", "with \\Answered"),
    ("DELETED", "with \\Deleted"),
    ("DRAFT", "with \\Draft"),
    ("FLAGGED", "with \\Flagged"),
    ("UNANSWERED", "without \\Answered"),
    ("UNDELETED", "without \\Deleted"),
    ("UNDRAFT", "without \\Draft"),
    ("UNFLAGGED", "without \\Flagged"),
    ("NEW", "\\Recent and not \\Seen (RFC 3501)"),
    ("OLD", "not \\Recent (RFC 3501)"),
    ("RECENT", "\\Recent (RFC 3501)"),
];

/// Keys that take arguments, with their form.
pub static SEARCH_KEYS_WITH_ARGUMENTS: &[(&str, &str)] = &[
    ("FROM", "text in the From field"),
    ("TO", "text in the To field"),
    ("SUBJECT", "text in the Subject field"),
    ("CC", "text in the Cc field"),
    ("BCC", "text in the Bcc field"),
    ("BODY", "text in the body"),
    ("TEXT", "text anywhere"),
    ("HEADER", "field name, then text"),
    ("SINCE", "date like 1-Feb-2026: came then or later"),
    ("BEFORE", "date: came earlier"),
    ("ON", "date: came that day"),
    ("SENTSINCE", "date: sent then or later"),
    ("SENTBEFORE", "date: sent earlier"),
    ("SENTON", "date: sent that day"),
    ("LARGER", "octets"),
    ("SMALLER", "octets"),
    ("YOUNGER", "seconds (RFC 5032)"),
    ("OLDER", "seconds (RFC 5032)"),
    ("KEYWORD", "keyword that is set"),
    ("UNKEYWORD", "keyword that is not set"),
    ("UID", "set of unique identifiers"),
    ("MODSEQ", "number (RFC 7162)"),
    ("NOT", "key"),
    ("OR", "key key"),
    ("EMAILID", "object identifier (RFC 8474)"),
    ("THREADID", "object identifier (RFC 8474)"),
    ("X-GM-RAW", "Gmail query"),
    ("X-GM-MSGID", "Gmail message number"),
    ("X-GM-THRID", "Gmail thread number"),
    ("X-GM-LABELS", "Gmail label"),
];

/// `RETURN (…)`, `CHARSET …` and the keys.
///
/// # Errors
/// Where and why it is no search.
pub fn search(cursor: &mut Cursor<'_>) -> Result<Search, Fault> {
    let mut returns = None;
    let mut charset = None;
    if cursor.eat_word("RETURN ") {
        returns = Some(if cursor.eat_word("()") {
            Vec::new()
        } else {
            parenthesized(cursor, "result options", return_option)?
        });
        space(cursor, "a search key")?;
    }
    if cursor.eat_word("CHARSET ") {
        charset = Some(named_astring(cursor, "a charset like UTF-8")?);
        space(cursor, "a search key")?;
    }
    Ok(Search { returns, charset, keys: search_keys(cursor)? })
}

fn return_option(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    let option = atom(cursor, "MIN, MAX, ALL, COUNT or SAVE")?.to_ascii_uppercase();
    match option.as_str() {
        "MIN" | "MAX" | "ALL" | "COUNT" | "SAVE" | "UPDATE" | "CONTEXT" => {}
        "PARTIAL" => {
            space(cursor, "a range like 1:100")?;
            cursor.take_while(|c| c.is_ascii_digit() || matches!(c, ':' | '-'));
        }
        _ => cursor.advise(start, format!("{option} is not a result option that I know")),
    }
    Ok(option)
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
        Some('0'..='9' | '*' | '$') => return sequence_set(cursor).map(SearchKey::Sequence),
        _ => {}
    }
    let word = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).to_ascii_uppercase();
    if word.is_empty() {
        return Err(cursor.expected("a search key like UNSEEN or FROM"));
    }
    if let Some(key) = plain_key(&word) {
        return match cursor.peek() {
            None | Some(' ' | ')') => Ok(key),
            Some(_) => Err(cursor.expected("a space before the next key")),
        };
    }
    let Some((_, form)) = SEARCH_KEYS_WITH_ARGUMENTS.iter().find(|(name, _)| *name == word) else {
        let mut known = SEARCH_KEYS.iter().chain(SEARCH_KEYS_WITH_ARGUMENTS);
        if cursor.is_end() && known.any(|(name, _)| name.starts_with(&word)) {
            return Err(cursor.expected("the rest of a search key"));
        }
        return Err(cursor.fault_from(start, format!("{word} is not a search key")));
    };
    space(cursor, &format!("after {word} {form}"))?;
    with_argument(cursor, &word, depth)
}

fn plain_key(word: &str) -> Option<SearchKey> {
    let flag = |name: &str| SearchKey::Flag(name.to_owned());
    let not = |key: SearchKey| SearchKey::Not(Box::new(key));
    Some(match word {
        "ALL" => SearchKey::All,
        "RECENT" => SearchKey::Recent,
        "NEW" => SearchKey::And(vec![SearchKey::Recent, not(flag("\\Seen"))]),
        "OLD" => not(SearchKey::Recent),
        "SEEN" => flag("\\Seen"),
        "ANSWERED" => flag("\\Answered"),
        "DELETED" => flag("\\Deleted"),
        "DRAFT" => flag("\\Draft"),
        "FLAGGED" => flag("\\Flagged"),
        _ => {
            return word
                .strip_prefix("UN")
                .filter(|w| !w.starts_with("UN"))
                .and_then(|w| plain_key(w).filter(|key| matches!(key, SearchKey::Flag(_))).map(not));
        }
    })
}

fn with_argument(cursor: &mut Cursor<'_>, word: &str, depth: usize) -> Result<SearchKey, Fault> {
    let text = |cursor: &mut Cursor<'_>| named_astring(cursor, "the text to look for");
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
        "YOUNGER" => SearchKey::Younger(number(cursor, "a number of seconds")?),
        "OLDER" => SearchKey::Older(number(cursor, "a number of seconds")?),
        "KEYWORD" => SearchKey::Flag(flag(cursor)?),
        "UNKEYWORD" => SearchKey::Not(Box::new(SearchKey::Flag(flag(cursor)?))),
        "UID" => SearchKey::Uid(sequence_set(cursor)?),
        "MODSEQ" => {
            if cursor.peek() == Some('"') {
                super::grammar::quoted(cursor)?;
                space(cursor, "priv, shared or all")?;
                atom(cursor, "priv, shared or all")?;
                space(cursor, "a modification sequence")?;
            }
            SearchKey::ModSeq(number64(cursor, "a modification sequence")?)
        }
        "NOT" => SearchKey::Not(Box::new(key(cursor, depth + 1)?)),
        "OR" => {
            let left = key(cursor, depth + 1)?;
            space(cursor, "the second key of OR")?;
            SearchKey::Or(Box::new(left), Box::new(key(cursor, depth + 1)?))
        }
        _ => SearchKey::Other(word.to_owned(), named_astring(cursor, "an argument")?),
    })
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The number of a month named by three letters, in any case.
pub(super) fn month(name: &str) -> Option<u8> {
    (1u8..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// Days of a month.
pub(super) const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether more typing can make a date of this.
fn begins_date(text: &str) -> bool {
    let digits = |t: &str, most: usize| t.len() <= most && t.bytes().all(|b| b.is_ascii_digit());
    let begins_month = |t: &str| MONTHS.iter().any(|m| m.get(..t.len()).is_some_and(|m| m.eq_ignore_ascii_case(t)));
    let mut parts = text.split('-');
    digits(parts.next().unwrap_or(""), 2)
        && parts.next().is_none_or(begins_month)
        && parts.next().is_none_or(|year| digits(year, 3))
        && parts.next().is_none()
}

/// `1-Feb-2026`, with or without quotes.
fn date(cursor: &mut Cursor<'_>) -> Result<SearchDate, Fault> {
    let start = cursor.at();
    let quoted = cursor.eat('"');
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.'));
    let mut parts = text.split('-');
    let read = (|| {
        let (day, name, year) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(day) || day.len() > 2 || !digits(year) || year.len() != 4 {
            return None;
        }
        Some(SearchDate { year: year.parse().ok()?, month: month(name)?, day: day.parse().ok()? })
    })();
    match read {
        Some(date) if date.day == 0 || date.day > days(date.year, date.month) => {
            Err(cursor.fault_from(start, format!("{text} is not in the calendar")))
        }
        Some(date) => {
            if quoted {
                cursor.expect('"', "a quote after the date")?;
            }
            Ok(date)
        }
        None if cursor.is_end() && begins_date(text) => Err(cursor.expected("a date like 1-Feb-2026")),
        None => Err(cursor.fault_from(start, "expected a date like 1-Feb-2026")),
    }
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
            ("FROM", 4..4, Weight::Incomplete, "From field"),
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
