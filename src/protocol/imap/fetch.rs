//! What FETCH asks for (RFC 9051 §6.4.5).

use super::grammar::{named_astring, number, parenthesized};
use crate::protocol::verb::{Cursor, Fault};

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
    pub partial: Option<(u32, u32)>,
}

/// The items without a section, with what they give.
pub static FETCH_ITEMS: &[(&str, &str)] = &[
    ("FLAGS", "the flags"),
    ("UID", "the unique identifier"),
    ("ENVELOPE", "the parsed header: date, subject, addresses"),
    ("RFC822.SIZE", "octets of the message"),
    ("INTERNALDATE", "when the server took it"),
    ("BODYSTRUCTURE", "the MIME structure with extensions"),
    ("BODY", "the MIME structure without extensions"),
    ("RFC822", "the whole message, sets \\Seen (RFC 3501)"),
    ("RFC822.HEADER", "the header (RFC 3501)"),
    ("RFC822.TEXT", "the text, sets \\Seen (RFC 3501)"),
    ("MODSEQ", "the modification sequence (RFC 7162)"),
    ("EMAILID", "the server's object identifier (RFC 8474)"),
    ("THREADID", "the server's thread identifier (RFC 8474)"),
    ("SAVEDATE", "when it came into this mailbox (RFC 8514)"),
    ("PREVIEW", "the first words (RFC 8970)"),
    ("X-GM-MSGID", "Gmail's message number"),
    ("X-GM-THRID", "Gmail's thread number"),
    ("X-GM-LABELS", "Gmail's labels"),
];

/// The macros, which stand alone.
pub static FETCH_MACROS: &[(&str, &str)] = &[
    ("ALL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE"),
    ("FAST", "FLAGS INTERNALDATE RFC822.SIZE"),
    ("FULL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY"),
];

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

fn fetch_item(cursor: &mut Cursor<'_>, alone: bool) -> Result<FetchItem, Fault> {
    let start = cursor.at();
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).to_ascii_uppercase();
    if name.is_empty() {
        return Err(cursor.expected("a fetch item like FLAGS or BODY[]"));
    }
    if cursor.eat('[') {
        return with_section(cursor, start, &name);
    }
    if FETCH_MACROS.iter().any(|(known, _)| *known == name) {
        if !alone {
            return Err(cursor.fault_from(start, format!("the macro {name} stands alone, without parentheses")));
        }
    } else if !FETCH_ITEMS.iter().any(|(known, _)| *known == name) {
        // `BODY.PEEK` and `BINARY` go on with a bracket; a prefix may still grow at the end of the line.
        if matches!(name.as_str(), "BODY.PEEK" | "BINARY" | "BINARY.PEEK" | "BINARY.SIZE") {
            return Err(cursor.expected("\"[\" and a section"));
        }
        let known = FETCH_ITEMS.iter().chain(FETCH_MACROS).map(|(known, _)| *known).chain(["BODY.PEEK", "BINARY.PEEK"]);
        if cursor.is_end() && known.clone().any(|known| known.starts_with(&name)) {
            return Err(cursor.expected("the rest of a fetch item"));
        }
        return Err(cursor.fault_from(start, format!("{name} is not a fetch item")));
    }
    match cursor.peek() {
        None | Some(' ' | ')') => Ok(FetchItem { name, section: None, peek: false, partial: None }),
        Some(_) => Err(cursor.expected("a space or the end of the item")),
    }
}

fn with_section(cursor: &mut Cursor<'_>, start: usize, name: &str) -> Result<FetchItem, Fault> {
    let (base, peek) = name.strip_suffix(".PEEK").map_or((name, false), |base| (base, true));
    let binary = matches!(base, "BINARY" | "BINARY.SIZE");
    if base != "BODY" && !binary || base == "BINARY.SIZE" && peek {
        return Err(cursor.fault_from(start, format!("{name} takes no section, only BODY and BINARY do")));
    }
    let from = cursor.at();
    section(cursor, binary)?;
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
            parenthesized(cursor, "field names", |cursor| named_astring(cursor, "a field name"))?;
            Ok(())
        }
        "" => Err(cursor.expected("a section: a part number, HEADER, TEXT, or \"]\"")),
        _ if cursor.is_end() => Err(cursor.expected("\"]\" to close the section")),
        _ if binary => Err(cursor.fault_from(start, "BINARY takes part numbers only")),
        _ => Err(cursor.fault_from(start, "expected HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or part.MIME")),
    }
}

fn partial(cursor: &mut Cursor<'_>) -> Result<(u32, u32), Fault> {
    let start = cursor.at();
    cursor.expect('<', "\"<\"")?;
    let first = number(cursor, "the first octet")?;
    cursor.expect('.', "\".\" and a number of octets")?;
    let octets = number(cursor, "a number of octets")?;
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
            ("FLGS", 0..4, Weight::Syntax, "not a fetch item"),
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
