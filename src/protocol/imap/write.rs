//! Text as IMAP writes it (RFC 9051 §9).

use super::grammar::is_atom_char;

/// A quoted string: backslash before `"` and `\`.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// An `astring`: as it is where it can be, else in quotes. `None`: only a literal can hold it.
#[must_use]
pub fn astring(text: &str) -> Option<String> {
    if text.contains(['\0', '\r', '\n']) {
        None
    } else if !text.is_empty() && text.chars().all(|c| c.is_ascii() && (is_atom_char(c) || c == ']')) {
        Some(text.to_owned())
    } else {
        Some(quoted(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::imap::grammar;
    use crate::protocol::verb::Cursor;

    #[test]
    fn as_it_is_or_in_quotes() {
        for (text, written) in [
            ("INBOX", Some("INBOX")),
            ("Entw&APw-rfe", Some("Entw&APw-rfe")),
            ("a]b", Some("a]b")),
            ("Sent Items", Some("\"Sent Items\"")),
            ("a\"b\\c", Some("\"a\\\"b\\\\c\"")),
            ("", Some("\"\"")),
            ("100%", Some("\"100%\"")),
            ("Entwürfe", Some("\"Entwürfe\"")),
            ("a\r\nb", None),
        ] {
            assert_eq!(astring(text).as_deref(), written, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(text in "[^\\r\\n\\x00]{0,40}") {
            let written = astring(&text).unwrap_or_default();
            let mut cursor = Cursor::new(&written, 0);
            let read = grammar::astring(&mut cursor).map(|read| read.text().map(str::to_owned));
            prop_assert_eq!(read, Ok(Some(text)));
            prop_assert!(cursor.is_end());
        }
    }
}
