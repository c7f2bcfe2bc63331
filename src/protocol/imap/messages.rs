//! What may follow the verbs of messages: APPEND, SEARCH, FETCH, STORE, SORT and their kin (RFC 9051 §6.4, RFC 5256).

use super::arguments::{Read, list_of_values, mailbox, word};
use super::fetch::fetch_items;
use super::grammar::{
    Astring, atom, flag, flag_list, literal, named_astring, number, parenthesized, quoted, sequence_set, space,
};
use super::search::{self, days, month};
use crate::protocol::verb::{Cursor, Fault};

pub(super) fn append(cursor: &mut Cursor<'_>) -> Read {
    mailbox(cursor)?;
    space(cursor, "flags, a date, or the literal {octets}")?;
    if cursor.peek() == Some('(') {
        flag_list(cursor)?;
        space(cursor, "a date, or the literal {octets}")?;
    }
    if cursor.peek() == Some('"') {
        date_time(cursor)?;
        space(cursor, "the literal {octets}")?;
    }
    // CATENATE (RFC 4469) and UTF8 (RFC 6855) wrap the literal in a list.
    if cursor.eat_word("CATENATE (") {
        loop {
            word(cursor, &["URL", "TEXT"], "URL or TEXT")?;
            space(cursor, "a URL or a literal")?;
            named_astring(cursor, "a URL or a literal")?;
            if cursor.eat(')') {
                return cursor.end("CATENATE (…)");
            }
            space(cursor, "URL or TEXT, or \")\"")?;
        }
    }
    let wrapped = cursor.eat_word("UTF8 (");
    cursor.eat('~');
    if cursor.peek() != Some('{') {
        return Err(cursor.expected("the octets of the message as a literal: {310}"));
    }
    let start = cursor.at();
    if literal(cursor)? == Astring::Literal(0, false) && !wrapped {
        cursor.advise(start, "an empty message; most servers refuse it");
    }
    Ok(())
}

/// `"dd-Mon-yyyy hh:mm:ss +zzzz"`, the day padded with a space (RFC 9051 §9, `date-time`).
fn date_time(cursor: &mut Cursor<'_>) -> Read {
    let start = cursor.at();
    let text = quoted(cursor)?;
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("");
    let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<u16>().ok()).flatten();
    let right = (|| {
        let day = number(part(0, 2).trim_start())?;
        let year = number(part(7, 11))?;
        let punctuation = [part(2, 3), part(6, 7), part(11, 12), part(14, 15), part(17, 18), part(20, 21)];
        let last = days(year, month(part(3, 6))?);
        Some(
            text.len() == 26
                && punctuation == ["-", "-", " ", ":", ":", " "]
                && (1..=u16::from(last)).contains(&day)
                && number(part(12, 14))? < 24
                && number(part(15, 17))? < 60
                && number(part(18, 20))? <= 60
                && matches!(part(21, 22), "+" | "-")
                && number(part(22, 26)).is_some(),
        )
    })();
    if right == Some(true) {
        Ok(())
    } else {
        Err(cursor.fault_from(start, "expected a date like \"01-Feb-2026 09:30:00 +0100\""))
    }
}

pub(super) fn replace(cursor: &mut Cursor<'_>) -> Read {
    if !cursor.eat('*') && number(cursor, "a message number")? == 0 {
        let at = cursor.at();
        return Err(Fault::syntax(at - 1..at, "message numbers begin at 1"));
    }
    space(cursor, "the mailbox")?;
    append(cursor)
}

pub(super) fn search(cursor: &mut Cursor<'_>) -> Read {
    search::search(cursor)?;
    cursor.end("the search keys")
}

pub(super) fn set_only(cursor: &mut Cursor<'_>) -> Read {
    sequence_set(cursor)?;
    cursor.end("the set")
}

pub(super) fn set_and(cursor: &mut Cursor<'_>, next: fn(&mut Cursor<'_>) -> Read) -> Read {
    sequence_set(cursor)?;
    space(cursor, "what comes after the set")?;
    next(cursor)
}

pub(super) fn fetch(cursor: &mut Cursor<'_>) -> Read {
    sequence_set(cursor)?;
    space(cursor, "what to fetch, like FLAGS or (UID BODY[])")?;
    fetch_items(cursor)?;
    if cursor.eat(' ') {
        list_of_values(cursor, 0)?;
    }
    cursor.end("the items; several are written in parentheses")
}

pub(super) fn store(cursor: &mut Cursor<'_>) -> Read {
    const WHAT: &str = "FLAGS, +FLAGS or -FLAGS, with .SILENT if you like";
    sequence_set(cursor)?;
    space(cursor, WHAT)?;
    if cursor.peek() == Some('(') {
        list_of_values(cursor, 0)?;
        space(cursor, WHAT)?;
    }
    let start = cursor.at();
    let operation = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let operation = operation.to_ascii_uppercase();
    let name = operation.strip_prefix(['+', '-']).unwrap_or(&operation);
    match name {
        "FLAGS" | "FLAGS.SILENT" | "X-GM-LABELS" | "X-GM-LABELS.SILENT" => {}
        _ if cursor.is_end() && "FLAGS.SILENT".starts_with(name) => return Err(cursor.expected(WHAT)),
        _ if operation.is_empty() => return Err(cursor.expected(WHAT)),
        _ => return Err(cursor.fault_from(start, format!("expected {WHAT}"))),
    }
    space(cursor, "flags like (\\Seen)")?;
    if name.starts_with("X-") {
        cursor.take_while(|_| true);
        return Ok(());
    }
    if cursor.peek() == Some('(') {
        flag_list(cursor)?;
        return cursor.end("the flags");
    }
    loop {
        flag(cursor)?;
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another flag")?;
    }
}

pub(super) fn sort(cursor: &mut Cursor<'_>) -> Read {
    const CRITERIA: [&str; 10] =
        ["ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO", "REVERSE", "DISPLAYFROM", "DISPLAYTO"];
    if cursor.eat_word("RETURN ") {
        list_of_values(cursor, 0)?;
        space(cursor, "criteria in parentheses")?;
    }
    parenthesized(cursor, "criteria like REVERSE DATE", |cursor| {
        word(cursor, &CRITERIA, "ARRIVAL, CC, DATE, FROM, SIZE, SUBJECT or TO, with REVERSE before it")
    })?;
    charset_and_keys(cursor)
}

pub(super) fn thread(cursor: &mut Cursor<'_>) -> Read {
    atom(cursor, "an algorithm: REFERENCES or ORDEREDSUBJECT")?;
    charset_and_keys(cursor)
}

fn charset_and_keys(cursor: &mut Cursor<'_>) -> Read {
    space(cursor, "a charset like UTF-8")?;
    named_astring(cursor, "a charset like UTF-8")?;
    space(cursor, "search keys like ALL")?;
    search::search_keys(cursor)?;
    cursor.end("the search keys")
}
