//! Mailbox names as arguments: how they must be written on this connection, and what they say (RFC 3501 §5.1.3,
//! RFC 9051 §5.1, RFC 9755 §3).

use super::arguments::Read;
use super::grammar::{is_atom_char, named_astring, parenthesized, string};
use crate::protocol::text::mailbox_name;
use crate::protocol::verb::{Cursor, Fault, Weight};

/// A name that is longer is not written again in a reason or a note.
const SHOWN: usize = 120;

const WHAT: &str = "the name of a mailbox, like INBOX";

/// A mailbox name.
pub(super) fn mailbox(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    foreign_atom(cursor)?;
    let name = named_astring(cursor, WHAT)?;
    if name.text().is_some_and(|text| text.contains(['*', '%'])) {
        cursor.advise(start, "* and % are wildcards of LIST and cannot be looked up again in a name");
    }
    written(cursor, start);
    Ok(())
}

/// The name of a mailbox and nothing more.
pub(super) fn mailbox_only(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    cursor.end("the mailbox")
}

/// One mailbox, or several in parentheses (RFC 5465 §8, `one-or-more-mailbox`).
pub(super) fn one_or_more(cursor: &mut Cursor<'_>) -> Read {
    if cursor.peek() == Some('(') {
        return parenthesized(cursor, "the name of a mailbox", mailbox).map(drop);
    }
    mailbox(cursor)
}

/// `list-mailbox`: a pattern of LIST, wildcards and all.
pub(super) fn pattern(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    if matches!(cursor.peek(), Some('"' | '{')) {
        string(cursor, "a pattern")?;
    } else {
        foreign_atom(cursor)?;
        if cursor.take_while(|c| is_atom_char(c) || matches!(c, '*' | '%' | ']')).is_empty() {
            return Err(cursor.expected("a pattern like \"*\" or %"));
        }
    }
    written(cursor, start);
    Ok(())
}

/// The reference of LIST, often empty.
pub(super) fn reference(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    foreign_atom(cursor)?;
    named_astring(cursor, "the reference, often \"\"")?;
    written(cursor, start);
    Ok(())
}

/// A word without quotes that holds more than ASCII: no atom, whatever is enabled.
fn foreign_atom(cursor: &Cursor<'_>) -> Read {
    if matches!(cursor.peek(), Some('"' | '{')) {
        return Ok(());
    }
    let rest = cursor.rest();
    let end = rest.find(|c: char| c.is_ascii() && !is_atom_char(c) && !matches!(c, ']' | '*' | '%'));
    let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
    if word.is_ascii() || !matches!(behind.chars().next(), None | Some(' ' | '(' | ')')) {
        return Ok(());
    }
    let from = word.find(|c: char| !c.is_ascii()).unwrap_or(0);
    let to = word.rfind(|c: char| !c.is_ascii()).unwrap_or(0);
    let to = to + word.get(to..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    let reason = if cursor.enabled.utf8_names() {
        format!("a name outside ASCII stands in quotes{}", shown(": ", "\"", word))
    } else {
        let mend = mailbox_name::check(word).err().map_or_else(String::new, |wrong| wrong.mend);
        format!("{}{}", mailbox_name::RAW, shown(": ", "", &mend))
    };
    Err(Fault::syntax(cursor.at() + from..cursor.at() + to, reason))
}

/// How the name that stands from `start` to this place is written, quotes and all.
fn written(cursor: &mut Cursor<'_>, start: usize) {
    let typed = cursor.since(start);
    if typed.starts_with('{') {
        return;
    }
    let (name, quote, from) = match typed.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) => (inner, "\"", start + 1),
        None => (typed, "", start),
    };
    let checked = mailbox_name::check(name);
    let plain = checked.as_ref().ok().and_then(Option::as_deref).unwrap_or(name);
    if plain.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        cursor.advise(start, "a control character in a name; servers refuse it (RFC 9755 §3)");
    }
    match (checked, cursor.enabled.utf8_names()) {
        (Ok(Some(plain)), true) => {
            cursor
                .advise(start, format!("names are UTF-8 now, & is only itself{}", shown("; perhaps ", quote, &plain)));
        }
        (Ok(Some(plain)), false) if name.len() + plain.len() <= SHOWN => {
            cursor.tell(start, format!("{name} = {plain}"));
        }
        (Err(wrong), false) => {
            // Within quotes that are closed nothing more can come.
            let unfinished = wrong.unfinished && quote.is_empty() && cursor.is_end();
            let weight = if unfinished { Weight::Incomplete } else { Weight::Syntax };
            let words = if wrong.raw { ": " } else { "; perhaps " };
            let reason = format!("{}{}", wrong.reason, shown(words, quote, &wrong.mend));
            cursor.remark_at(Fault { at: from + wrong.at.start..from + wrong.at.end, weight, reason });
        }
        _ => {}
    }
}

/// The words and the name in its quotes, when it is not too long to be read.
fn shown(words: &str, quote: &str, name: &str) -> String {
    if name.is_empty() || name.len() > SHOWN { String::new() } else { format!("{words}{quote}{name}{quote}") }
}
