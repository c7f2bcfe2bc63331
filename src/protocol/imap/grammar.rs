//! The words of IMAP (RFC 9051 §9): atoms, strings, literals, numbers.
//!
//! A line ends where a literal is announced: what follows it is on the next line. A rule that wants more there
//! answers [`Weight::Incomplete`](crate::protocol::verb::Weight) with an empty range at the end of the line, and
//! [`awaits_literal`] tells that from a line that is truly unfinished.

use super::super::line::{Literals, literal_announced};
use crate::protocol::cursor::SENT;
use crate::protocol::verb::{Cursor, Fault, Weight};

pub use super::fetch::{FetchItem, fetch_items};
pub use super::flags::{SYSTEM_FLAGS, flag, flag_list};
pub use super::search::{SearchDate, SearchKey, search_keys};
pub use super::sets::{SequenceSet, sequence_set};

/// Lists in lists go no deeper than this.
pub const DEPTH_LIMIT: usize = 32;

/// An atom, a quoted string, or the announcement of a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Astring {
    /// The text, quotes and backslashes taken off.
    Text(String),
    /// So many octets follow the line; `true` for `{n+}`, which does not wait for the server (RFC 7888).
    Literal(u64, bool),
}

impl Astring {
    /// The text, if it stands on the line.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Literal(..) => None,
        }
    }
}

/// Whether `fault` only says that the line goes on after the literal announced at its end.
#[must_use]
pub fn awaits_literal(line: &str, fault: &Fault) -> bool {
    fault.weight == Weight::Incomplete
        && fault.at.start == line.len()
        && literal_announced(line.as_bytes(), Literals::Client).is_some()
}

/// `ATOM-CHAR`.
#[must_use]
pub const fn is_atom_char(c: char) -> bool {
    matches!(c, '!'..='~') && !matches!(c, '(' | ')' | '{' | '%' | '*' | '"' | '\\' | ']')
}

/// An atom: `what` names it in the fault.
///
/// # Errors
/// None is here.
pub fn atom<'a>(cursor: &mut Cursor<'a>, what: &str) -> Result<&'a str, Fault> {
    let text = cursor.take_while(is_atom_char);
    if text.is_empty() { Err(cursor.expected(what)) } else { Ok(text) }
}

/// One space, and no more than one.
///
/// # Errors
/// It is missing, or there are several.
pub fn space(cursor: &mut Cursor<'_>, before: &str) -> Result<(), Fault> {
    let start = cursor.at();
    if !cursor.eat(' ') {
        return Err(cursor.expected(&if cursor.is_end() {
            before.to_owned()
        } else {
            format!("a space and {before}")
        }));
    }
    if cursor.peek() == Some(' ') {
        cursor.take_while(|c| c == ' ');
        return Err(cursor.fault_from(start, "exactly one space stands between arguments"));
    }
    Ok(())
}

/// An atom (where `]` may stand), a quoted string or a literal.
///
/// # Errors
/// Where and why it is none of them.
pub fn astring(cursor: &mut Cursor<'_>) -> Result<Astring, Fault> {
    named_astring(cursor, "an atom, a quoted string or a literal")
}

/// The same; `what` names it in the fault.
///
/// # Errors
/// Where and why it is none of them.
pub fn named_astring(cursor: &mut Cursor<'_>, what: &str) -> Result<Astring, Fault> {
    match cursor.peek() {
        Some('"' | '{') => string(cursor, what),
        _ => {
            let start = cursor.at();
            let text = cursor.take_while(|c| is_atom_char(c) || c == ']');
            match cursor.peek() {
                Some(c) if !matches!(c, ' ' | ')' | '(') => Err(odd_character(cursor, start, c)),
                _ if text.is_empty() => Err(cursor.expected(what)),
                _ => Ok(Astring::Text(text.to_owned())),
            }
        }
    }
}

fn odd_character(cursor: &Cursor<'_>, start: usize, c: char) -> Fault {
    let at = cursor.at();
    match c {
        '"' if at > start => Fault::syntax(at..at + 1, "a quote cannot stand within an atom, quote the whole word"),
        _ => Fault::syntax(at..at + c.len_utf8(), format!("{c:?} cannot stand in an atom, write the word in quotes")),
    }
}

/// A quoted string or a literal.
///
/// # Errors
/// Where and why it is neither.
pub fn string(cursor: &mut Cursor<'_>, what: &str) -> Result<Astring, Fault> {
    match cursor.peek() {
        Some('"') => quoted(cursor).map(Astring::Text),
        Some('{') => literal(cursor),
        _ => Err(cursor.expected(what)),
    }
}

/// `"text"`, where `\` may only stand before `"` and `\`.
///
/// # Errors
/// Where and why it is no quoted string.
pub fn quoted(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    cursor.expect('"', "a quoted string")?;
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|c| !matches!(c, '"' | '\\' | '\r' | '\n' | '\0')));
        if cursor.eat('"') {
            return Ok(text);
        }
        if cursor.is_end() {
            let reason = "the quoted string is not closed, expected a quote".to_owned();
            return Err(Fault { at: start..cursor.at(), weight: Weight::Incomplete, reason });
        }
        let at = cursor.at();
        if !cursor.eat('\\') {
            cursor.take_one(|_| true);
            return Err(cursor.fault_from(at, "this character needs a literal, it cannot stand in quotes"));
        }
        match cursor.peek() {
            Some(c @ ('"' | '\\')) => {
                cursor.eat(c);
                text.push(c);
            }
            None => {
                let reason = "the quoted string is not closed, expected a quote".to_owned();
                return Err(Fault { at: start..cursor.at(), weight: Weight::Incomplete, reason });
            }
            Some(_) => return Err(cursor.fault_from(at, "a backslash stands only before a quote or a backslash: \\\\")),
        }
    }
}

/// `{n}` or `{n+}` at the end of the line (RFC 9051 §4.3, RFC 7888), or within a line that goes on behind it.
///
/// # Errors
/// Where and why it announces no literal.
pub fn literal(cursor: &mut Cursor<'_>) -> Result<Astring, Fault> {
    let start = cursor.at();
    cursor.expect('{', "a literal like {5}")?;
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.expected("the number of octets"));
    }
    let octets = digits.parse::<u64>().ok().filter(|octets| *octets <= u64::MAX / 2);
    let Some(octets) = octets else {
        return Err(cursor.fault_from(start, "the number of octets is too large"));
    };
    let goes_at_once = cursor.eat('+');
    if cursor.peek() == Some('-') {
        let at = cursor.at();
        return Err(Fault::syntax(at..at + 1, "a literal that does not wait is written {n+}, with LITERAL- as well"));
    }
    cursor.expect('}', "\"}\"")?;
    if !(cursor.is_end() || cursor.joined && cursor.eat(SENT)) {
        return Err(
            cursor.fault_from(start, "a literal is announced at the end of the line, its octets follow after it")
        );
    }
    Ok(Astring::Literal(octets, goes_at_once))
}

/// `~{n}`, which may hold NUL (RFC 3516 §4.4), or a plain literal.
///
/// # Errors
/// Where and why it announces no literal.
pub fn literal8(cursor: &mut Cursor<'_>) -> Result<Astring, Fault> {
    let start = cursor.at();
    let binary = cursor.eat('~');
    let literal = literal(cursor)?;
    if binary {
        cursor.need(start, &["BINARY", "UTF8=ACCEPT"]);
    }
    Ok(literal)
}

/// `NIL`, a quoted string or a literal.
///
/// # Errors
/// Where and why it is none of them.
pub fn nstring(cursor: &mut Cursor<'_>, what: &str) -> Result<Option<Astring>, Fault> {
    if matches!(cursor.peek(), Some('"' | '{')) {
        return string(cursor, what).map(Some);
    }
    let start = cursor.at();
    let word = cursor.take_while(is_atom_char);
    match word {
        "" => Err(cursor.expected(what)),
        _ if word.eq_ignore_ascii_case("NIL") => Ok(None),
        _ if cursor.is_end() && "NIL".get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word)) => {
            Err(cursor.expected(what))
        }
        _ => Err(cursor.fault_from(start, format!("expected {what}"))),
    }
}

/// A number up to 2³²−1.
///
/// # Errors
/// None is here, or it is too large.
pub fn number(cursor: &mut Cursor<'_>, what: &str) -> Result<u32, Fault> {
    let start = cursor.at();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.expected(what));
    }
    digits.parse().map_err(|_| cursor.fault_from(start, format!("{what} is at most {}", u32::MAX)))
}

/// A number from 1 to 2³²−1.
///
/// # Errors
/// None is here, it is 0, or it is too large.
pub fn nz_number(cursor: &mut Cursor<'_>, what: &str) -> Result<u32, Fault> {
    let start = cursor.at();
    match number(cursor, what)? {
        0 => Err(cursor.fault_from(start, format!("expected {what}, from 1 on"))),
        number => Ok(number),
    }
}

/// A number up to 2⁶³−1.
///
/// # Errors
/// None is here, or it is too large.
pub fn number64(cursor: &mut Cursor<'_>, what: &str) -> Result<u64, Fault> {
    let start = cursor.at();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.expected(what));
    }
    match digits.parse() {
        Ok(number) if number <= u64::MAX / 2 => Ok(number),
        _ => Err(cursor.fault_from(start, format!("{what} is at most {}", u64::MAX / 2))),
    }
}

/// Items within parentheses, read by `item`, with one space between them.
///
/// # Errors
/// Where and why the list is wrong.
pub fn parenthesized<T>(
    cursor: &mut Cursor<'_>,
    what: &str,
    mut item: impl FnMut(&mut Cursor<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    if !cursor.eat('(') {
        return Err(cursor.expected(&format!("\"(\" and {what}")));
    }
    let mut out = Vec::new();
    loop {
        out.push(item(cursor)?);
        if cursor.eat(')') {
            return Ok(out);
        }
        if cursor.is_end() {
            return Err(cursor.expected(&format!("\")\" or another of {what}")));
        }
        space(cursor, what)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn astrings() {
        for (text, expect) in [
            ("inbox", Astring::Text("inbox".into())),
            ("a]b rest", Astring::Text("a]b".into())),
            (r#""a \"b\" \\c""#, Astring::Text(r#"a "b" \c"#.into())),
            ("\"\"", Astring::Text(String::new())),
            ("{5}", Astring::Literal(5, false)),
            ("{5+}", Astring::Literal(5, true)),
        ] {
            assert_eq!(astring(&mut Cursor::new(text, 0)), Ok(expect), "{text}");
        }
    }

    #[test]
    fn wrong_astrings_say_where() {
        for (text, at, weight, part) in [
            ("", 0..0, Weight::Incomplete, "atom"),
            ("a*b", 1..2, Weight::Syntax, "in quotes"),
            ("a\"b", 1..2, Weight::Syntax, "quote"),
            ("Entwürfe", 4..6, Weight::Syntax, "in quotes"),
            ("\"abc", 0..4, Weight::Incomplete, "not closed"),
            ("\"a\\x\"", 2..3, Weight::Syntax, "backslash"),
            ("\"abc {5}", 0..8, Weight::Incomplete, "not closed"),
            ("{}", 1..2, Weight::Syntax, "octets"),
            ("{5", 2..2, Weight::Incomplete, "}"),
            ("{5} x", 0..3, Weight::Syntax, "end of the line"),
            ("{5-}", 2..3, Weight::Syntax, "{n+}"),
            ("{9223372036854775808}", 0..20, Weight::Syntax, "too large"),
            ("{5}\u{fdd0} x", 0..3, Weight::Syntax, "end of the line"),
            ("{99999999999999999999}", 0..21, Weight::Syntax, "too large"),
        ] {
            let fault = astring(&mut Cursor::new(text, 0)).expect_err(text);
            assert_eq!((fault.at.clone(), fault.weight), (at, weight), "{text}: {fault:?}");
            assert!(fault.reason.contains(part), "{text}: {}", fault.reason);
            assert!(!awaits_literal(text, &fault), "{text}");
        }
    }
}
