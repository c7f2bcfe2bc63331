//! What FETCH asks for (RFC 9051 §6.4.5).

mod items;

pub use items::{FETCH_ITEMS, FETCH_MACROS, FETCH_MODIFIERS, FETCH_SECTIONS, PREVIEW_MODIFIERS};

use super::grammar::{is_atom_char, named_astring, number, number64, parenthesized, space};
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose_or_other, find, nearest};

/// One item of a FETCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchItem {
    /// In upper case, `.PEEK` left out: `FLAGS`, `BODY`, `ALL`; `BODY[`, `BINARY[` and `BINARY.SIZE[` have a section.
    pub name: String,
    /// What stands in the brackets, as it was typed; an announced literal within it ends the line.
    pub section: Option<String>,
    /// `.PEEK`: do not set `\Seen`.
    pub peek: bool,
    /// `<first octet.octets>`.
    pub partial: Option<(u64, u64)>,
}

/// A macro, one item, or a list of items in parentheses.
///
/// # Errors
/// Where and why it is none of them.
pub fn fetch_items(cursor: &mut Cursor<'_>) -> Result<Vec<FetchItem>, Fault> {
    if cursor.peek() != Some('(') {
        return Ok(vec![fetch_item(cursor, true)?]);
    }
    parenthesized(cursor, "fetch items", |cursor| fetch_item(cursor, false))
}

/// The items that may stand in a list, as NOTIFY and the result option UPDATE want them (RFC 5465 §8).
///
/// # Errors
/// Where and why it is no such list.
pub(super) fn fetch_list(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    parenthesized(cursor, "fetch items like UID", |cursor| fetch_item(cursor, false)).map(drop)
}

fn fetch_item(cursor: &mut Cursor<'_>, alone: bool) -> Result<FetchItem, Fault> {
    let start = cursor.at();
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).to_ascii_uppercase();
    if name.is_empty() {
        return Err(cursor.expected("a fetch item like FLAGS or BODY[]"));
    }
    if cursor.eat('[') {
        return with_section(cursor, start, &name);
    }
    if find(FETCH_MACROS, &name).is_some() {
        if !alone {
            return Err(cursor.fault_from(start, format!("the macro {name} stands alone, without parentheses")));
        }
    } else if let Some(item) = find(FETCH_ITEMS, &name) {
        cursor.need(start, item.needs);
        modified(cursor, item)?;
    } else {
        return Err(unknown(cursor, start, &name));
    }
    match cursor.peek() {
        None | Some(' ' | ')') => Ok(FetchItem { name, section: None, peek: false, partial: None }),
        Some(_) => Err(cursor.expected("a space or the end of the item")),
    }
}

fn unknown(cursor: &Cursor<'_>, start: usize, name: &str) -> Fault {
    // `BODY.PEEK` and `BINARY` go on with a bracket; a prefix may still grow at the end of the line.
    let known = || FETCH_ITEMS.iter().chain(FETCH_MACROS).chain(FETCH_SECTIONS).map(|item| item.name);
    if FETCH_SECTIONS.iter().any(|item| item.name.strip_suffix("[]") == Some(name)) {
        return cursor.expected("\"[\" and a section");
    }
    if cursor.is_end() && known().any(|known| known.starts_with(name)) {
        return cursor.expected("the rest of a fetch item");
    }
    let shown: String = name.chars().take(40).collect();
    match nearest(FETCH_ITEMS, name).or_else(|| nearest(FETCH_MACROS, name)) {
        Some(item) => cursor.fault_from(start, format!("{shown} is not a fetch item, did you mean {}", item.name)),
        None => cursor.fault_from(start, format!("{shown} is not a fetch item")),
    }
}

/// What may or must follow an item: `PREVIEW (LAZY)`, `ANNOTATION (entries attributes)`.
fn modified(cursor: &mut Cursor<'_>, item: &Word) -> Result<(), Fault> {
    match item.name {
        "PREVIEW" if cursor.rest().starts_with(" (") => {
            cursor.eat(' ');
            parenthesized(cursor, "a modifier like LAZY", |cursor| {
                choose_or_other(cursor, PREVIEW_MODIFIERS, "a modifier like LAZY")
            })?;
            Ok(())
        }
        "ANNOTATION" => {
            space(cursor, "entries and attributes: (/comment value)")?;
            cursor.expect('(', "\"(\" and entries like /comment")?;
            one_or_more(cursor, |cursor| entry(cursor, true))?;
            space(cursor, "attributes like value.shared")?;
            one_or_more(cursor, |cursor| named_astring(cursor, "an attribute like value.shared").map(drop))?;
            cursor.expect(')', "\")\" after the attributes")
        }
        _ => Ok(()),
    }
}

fn one_or_more(cursor: &mut Cursor<'_>, item: impl Fn(&mut Cursor<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
    if cursor.peek() == Some('(') {
        return parenthesized(cursor, "another one", item).map(drop);
    }
    item(cursor)
}

/// The path of an annotation of a message, where `pattern` with wildcards (RFC 5257 §5, `entry-match`).
pub(super) fn entry(cursor: &mut Cursor<'_>, pattern: bool) -> Result<(), Fault> {
    const WHAT: &str = "an entry like /comment";
    let start = cursor.at();
    if pattern && !matches!(cursor.peek(), Some('"' | '{')) {
        if cursor.take_while(|c| is_atom_char(c) || matches!(c, '*' | '%' | ']')).is_empty() {
            return Err(cursor.expected(WHAT));
        }
    } else {
        named_astring(cursor, WHAT)?;
    }
    let path = cursor.since(start).trim_matches('"');
    if !path.starts_with(['/', '{', '*', '%']) {
        return Err(cursor.fault_from(start, "an entry begins with \"/\", like /comment"));
    }
    if !pattern && path.contains(['*', '%']) {
        return Err(cursor.fault_from(start, "no wildcard stands in an entry here"));
    }
    Ok(())
}

fn with_section(cursor: &mut Cursor<'_>, start: usize, name: &str) -> Result<FetchItem, Fault> {
    let (base, peek) = name.strip_suffix(".PEEK").map_or((name, false), |base| (base, true));
    let Some(item) = FETCH_SECTIONS.iter().find(|item| item.name.strip_suffix("[]") == Some(name)) else {
        return Err(cursor.fault_from(start, format!("{name} takes no section, only BODY and BINARY do")));
    };
    cursor.need(start, item.needs);
    let from = cursor.at();
    section(cursor, base != "BODY")?;
    let section = cursor.since(from).to_owned();
    cursor.expect(']', "\"]\" to close the section")?;
    let partial = if cursor.peek() == Some('<') { Some(partial(cursor)?) } else { None };
    if base == "BINARY.SIZE" && partial.is_some() {
        return Err(cursor.fault_from(start, "BINARY.SIZE takes no part"));
    }
    match cursor.peek() {
        None | Some(' ' | ')') => Ok(FetchItem { name: format!("{base}["), section: Some(section), peek, partial }),
        Some(_) => Err(cursor.expected("a space or the end of the item")),
    }
}

/// Part numbers: `1.2`, or nothing (RFC 9051 §9, `section-binary`).
///
/// # Errors
/// Where and why they are none.
pub(super) fn part_numbers(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    section(cursor, true)
}

const SECTIONS: [&str; 5] = ["HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"];

/// `section-spec`: empty, `1.2`, `HEADER`, `1.MIME`, `HEADER.FIELDS (From To)`.
fn section(cursor: &mut Cursor<'_>, binary: bool) -> Result<(), Fault> {
    if cursor.peek() == Some(']') {
        return Ok(());
    }
    let mut in_part = false;
    while cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
        let start = cursor.at();
        if number(cursor, "a part number")? == 0 {
            return Err(cursor.fault_from(start, "parts are numbered from 1; BODY[HEADER] is the header"));
        }
        in_part = true;
        if !cursor.eat('.') {
            return Ok(());
        }
    }
    let start = cursor.at();
    let word = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '.').to_ascii_uppercase();
    match word.as_str() {
        "HEADER" | "TEXT" if !binary => Ok(()),
        "MIME" if in_part && !binary => Ok(()),
        "MIME" if !binary => Err(cursor.fault_from(start, "MIME needs a part number before it: 1.MIME")),
        "HEADER.FIELDS" | "HEADER.FIELDS.NOT" if !binary => {
            cursor.expect(' ', "a space and field names in parentheses")?;
            parenthesized(cursor, "field names", |cursor| {
                let start = cursor.at();
                let name = named_astring(cursor, "a field name")?;
                if name.text().is_some_and(|name| name.contains(':')) {
                    cursor.advise(start, "the name of a field is written without its colon");
                }
                Ok(())
            })?;
            Ok(())
        }
        "" => Err(cursor.expected("a section: a part number, HEADER, TEXT, or \"]\"")),
        _ if cursor.is_end() && SECTIONS.iter().any(|known| known.starts_with(word.as_str())) => {
            Err(cursor.expected("\"]\" to close the section"))
        }
        _ if binary => Err(cursor.fault_from(start, "BINARY takes part numbers only")),
        _ => Err(cursor.fault_from(start, "expected HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or part.MIME")),
    }
}

/// `<first octet.octets>` (RFC 9051 §9, `partial`).
///
/// # Errors
/// Where and why it is none.
pub(super) fn partial(cursor: &mut Cursor<'_>) -> Result<(u64, u64), Fault> {
    let start = cursor.at();
    cursor.expect('<', "\"<\"")?;
    let first = number64(cursor, "the first octet")?;
    cursor.expect('.', "\".\" and a number of octets")?;
    let octets = number64(cursor, "a number of octets")?;
    cursor.expect('>', "\">\"")?;
    if octets == 0 {
        return Err(cursor.fault_from(start, "a part has at least one octet"));
    }
    Ok((first, octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::verb::Weight;

    #[test]
    fn items_are_read_into_values() {
        let items = |text: &str| fetch_items(&mut Cursor::new(text, 0)).unwrap_or_else(|f| panic!("{text}: {f:?}"));
        assert_eq!(items("full")[0].name, "FULL");
        let list = items("(flags BODY.PEEK[1.HEADER.FIELDS (From \"To\")]<0.2048> BINARY.SIZE[1.2] body[])");
        assert_eq!(
            list.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(),
            ["FLAGS", "BODY[", "BINARY.SIZE[", "BODY["]
        );
        assert_eq!(list[1].section.as_deref(), Some("1.HEADER.FIELDS (From \"To\")"));
        assert_eq!((list[1].peek, list[1].partial), (true, Some((0, 2048))));
        assert_eq!(list[3].section.as_deref(), Some(""));
        assert!(!list[3].peek);
    }

    #[test]
    fn wrong_items_say_where_and_why() {
        for (text, at, weight, part) in [
            ("", 0..0, Weight::Incomplete, "fetch item"),
            ("FLA", 3..3, Weight::Incomplete, "rest"),
            ("FLGS", 0..4, Weight::Syntax, "did you mean FLAGS"),
            ("XYZZY", 0..5, Weight::Syntax, "not a fetch item"),
            ("(ALL)", 1..4, Weight::Syntax, "stands alone"),
            ("(FLAGS", 6..6, Weight::Incomplete, "\")\""),
            ("(FLAGS  UID)", 6..8, Weight::Syntax, "one space"),
            ("(FLAGS,UID)", 6..7, Weight::Syntax, "space"),
            ("()", 1..2, Weight::Syntax, "fetch item"),
            ("FLAGS[1]", 0..6, Weight::Syntax, "no section"),
            ("BODY[MIME]", 5..9, Weight::Syntax, "1.MIME"),
            ("BODY[0]", 5..6, Weight::Syntax, "from 1"),
            ("BODY[HEDAER]", 5..11, Weight::Syntax, "HEADER"),
            ("BODY[HEADER.FIELDS]", 18..19, Weight::Syntax, "field names"),
            ("BODY[1.", 7..7, Weight::Incomplete, "section"),
            ("BODY[]<0>", 8..9, Weight::Syntax, "\".\""),
            ("BODY[]<0.0>", 6..11, Weight::Syntax, "one octet"),
            ("BINARY[TEXT]", 7..11, Weight::Syntax, "part numbers"),
            ("BODY.PEEK", 9..9, Weight::Incomplete, "\"[\""),
        ] {
            let fault = fetch_items(&mut Cursor::new(text, 0)).expect_err(text);
            assert_eq!((fault.at.clone(), fault.weight), (at, weight), "{text}: {fault:?}");
            assert!(fault.reason.contains(part), "{text}: {}", fault.reason);
        }
    }
}
