//! Flags and keywords (RFC 9051 §2.3.2).

use super::grammar::{atom, space};
use crate::protocol::verb::{Cursor, Fault};

/// `(\Seen $Forwarded)`, possibly empty.
///
/// # Errors
/// Where and why it is no list of flags.
pub fn flag_list(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Fault> {
    cursor.expect('(', "a list of flags in parentheses")?;
    let mut flags = Vec::new();
    if cursor.eat(')') {
        return Ok(flags);
    }
    loop {
        flags.push(flag(cursor)?);
        if cursor.eat(')') {
            return Ok(flags);
        }
        if cursor.is_end() {
            return Err(cursor.expected("\")\" or another flag"));
        }
        space(cursor, "another flag")?;
    }
}

/// The flags that a client may set (RFC 9051 §2.3.2).
pub const SYSTEM_FLAGS: &[&str] = &["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"];

/// `\Seen` or a keyword.
///
/// # Errors
/// Where and why it is no flag.
pub fn flag(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    if !cursor.eat('\\') {
        let keyword = atom(cursor, "a flag like \\Seen or a keyword")?;
        if SYSTEM_FLAGS.iter().any(|flag| flag.trim_start_matches('\\').eq_ignore_ascii_case(keyword)) {
            cursor.advise(start, format!("a keyword named {keyword}; the system flag is written \\{keyword}"));
        }
        return Ok(keyword.to_owned());
    }
    let name = atom(cursor, "the name of a flag, like \\Seen")?;
    let flag = format!("\\{name}");
    if flag.eq_ignore_ascii_case("\\Recent") {
        return Err(cursor.fault_from(start, "\\Recent is set by the server alone"));
    }
    if !cursor.is_full() && !SYSTEM_FLAGS.iter().any(|known| known.eq_ignore_ascii_case(&flag)) {
        cursor.advise(start, format!("{flag} is no flag of RFC 9051; keywords are written without a backslash"));
    }
    Ok(flag)
}

/// A keyword, where no system flag may stand (RFC 9051 §9, `flag-keyword`).
///
/// # Errors
/// Where and why it is no keyword.
pub(super) fn keyword(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.at();
    if cursor.eat('\\') {
        let name = cursor.take_while(|c| c.is_ascii_alphanumeric()).to_ascii_uppercase();
        let reason = "a keyword has no backslash; a system flag has a key of its own";
        let known = SYSTEM_FLAGS.iter().any(|flag| flag.trim_start_matches('\\').eq_ignore_ascii_case(&name));
        return Err(cursor.fault_from(start, if known { format!("{reason}: {name}") } else { reason.to_owned() }));
    }
    Ok(atom(cursor, "a keyword like $Forwarded")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        assert_eq!(flag_list(&mut Cursor::new("(\\Seen $Junk)", 0)).unwrap(), ["\\Seen", "$Junk"]);
        assert_eq!(flag_list(&mut Cursor::new("()", 0)).unwrap(), Vec::<String>::new());
        for (text, at, part) in [
            ("(\\Recent)", 1..8, "server alone"),
            ("(\\Seen", 6..6, "\")\""),
            ("(\\Seen  \\Draft)", 6..8, "one space"),
            ("(\\)", 2..3, "name of a flag"),
            ("\\Seen", 0..1, "parentheses"),
        ] {
            let fault = flag_list(&mut Cursor::new(text, 0)).expect_err(text);
            assert_eq!(fault.at, at, "{text}");
            assert!(fault.reason.contains(part), "{text}: {}", fault.reason);
        }
        let mut cursor = Cursor::new("(Seen \\Sene)", 0);
        assert_eq!(flag_list(&mut cursor).unwrap().len(), 2);
        assert_eq!(cursor.remarks.iter().map(|r| r.at.clone()).collect::<Vec<_>>(), [1..5, 6..11]);
    }
}
