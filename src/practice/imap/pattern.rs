//! The patterns of LIST and LSUB (RFC 9051 §6.3.9).

use crate::protocol::imap::grammar::{Astring, quoted};
use crate::protocol::verb::Cursor;

use super::command::{Command, bad};
use super::folders::NAME_CAP;

/// One pattern, or several in parentheses (RFC 9051 §6.3.9).
pub(super) fn patterns(command: &mut Command<'_>) -> Result<Vec<String>, String> {
    let mut found: Vec<Astring> = Vec::new();
    if command.cursor.eat('(') {
        while !command.cursor.eat(')') {
            found.push(pattern(&mut command.cursor)?);
            if !command.cursor.eat(' ') && command.cursor.is_end() {
                break;
            }
        }
    } else {
        found.push(pattern(&mut command.cursor)?);
    }
    Ok(found.iter().take(32).map(|pattern| command.text(pattern)).collect())
}

fn pattern(cursor: &mut Cursor<'_>) -> Result<Astring, String> {
    if cursor.peek() == Some('"') {
        return quoted(cursor).map(Astring::Text).map_err(|fault| bad(&fault));
    }
    let text = cursor.take_while(|c| !matches!(c, ' ' | '(' | ')' | '{' | '"' | '\\'));
    if text.is_empty() { Err(bad(&cursor.expected("a pattern like *"))) } else { Ok(Astring::Text(text.to_owned())) }
}

/// Whether `name` fits `pattern`, where `*` is anything and `%` anything without `/`. Linear in each star.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = if pattern.eq_ignore_ascii_case("INBOX") {
        "INBOX".chars().collect()
    } else {
        pattern.chars().take(NAME_CAP).collect()
    };
    // `reach` holds whether the pattern so far fits the first n characters of the name.
    let name: Vec<char> = name.chars().collect();
    let mut reach = vec![false; name.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    for p in pattern {
        let mut next = vec![false; name.len() + 1];
        let mut open = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let here = reach.get(at).copied().unwrap_or(false);
            let before = at.checked_sub(1).and_then(|at| name.get(at));
            let was = at.checked_sub(1).and_then(|at| reach.get(at)).copied().unwrap_or(false);
            *slot = match (p, before) {
                ('*', _) => {
                    open |= here;
                    open
                }
                ('%', before) => {
                    open = here || open && before != Some(&'/');
                    open
                }
                (c, Some(before)) => was && c == *before,
                (_, None) => false,
            };
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards() {
        for (pattern, name, expect) in [
            ("*", "Archive/2024", true),
            ("%", "Archive", true),
            ("%", "Archive/2024", false),
            ("Archive/%", "Archive/2024", true),
            ("%/%", "Archive/2024", true),
            ("A*4", "Archive/2024", true),
            ("inbox", "INBOX", true),
            ("archive", "Archive", false),
            ("%%", "Archive", true),
            ("*%", "a/b", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expect, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(250), &"b".repeat(500)));
    }
}
