//! FETCH, SEARCH, COPY and MOVE: what is done with messages of the selected mailbox (RFC 9051 §6.4).

use super::super::fetch::{FETCH_MODIFIERS, fetch_items};
use super::super::grammar::space;
use super::super::mailbox::mailbox_only;
use super::super::search;
use super::super::sets::sequence_set;
use super::{Read, mod_sequence, options, partial_range, tagged_value};
use crate::protocol::verb::{Cursor, Fault, Weight};
use crate::protocol::word::choose_or_other;

pub(in crate::protocol::imap) fn search(cursor: &mut Cursor<'_>) -> Read {
    search::search(cursor)?;
    cursor.end("the search keys")
}

pub(in crate::protocol::imap) fn set_only(cursor: &mut Cursor<'_>) -> Read {
    sequence_set(cursor)?;
    cursor.end("the set")
}

pub(in crate::protocol::imap) fn set_and_mailbox(cursor: &mut Cursor<'_>) -> Read {
    sequence_set(cursor)?;
    space(cursor, "the mailbox after the set")?;
    mailbox_only(cursor)
}

pub(in crate::protocol::imap) fn fetch(cursor: &mut Cursor<'_>) -> Read {
    fetch_of(cursor, false)
}

pub(in crate::protocol::imap) fn uid_fetch(cursor: &mut Cursor<'_>) -> Read {
    fetch_of(cursor, true)
}

fn fetch_of(cursor: &mut Cursor<'_>, uid: bool) -> Read {
    sequence_set(cursor)?;
    space(cursor, "what to fetch, like FLAGS or (UID BODY[])")?;
    fetch_items(cursor)?;
    if cursor.eat(' ') {
        let start = cursor.at();
        let seen = options(cursor, "modifiers like CHANGEDSINCE", |cursor| modifier(cursor, uid))?;
        if seen.contains(&"VANISHED") && !seen.contains(&"CHANGEDSINCE") {
            return Err(cursor.fault_from(start, "VANISHED needs CHANGEDSINCE beside it (RFC 7162 §3.2.6)"));
        }
    }
    cursor.end("the items; several are written in parentheses")
}

fn modifier(cursor: &mut Cursor<'_>, uid: bool) -> Result<&'static str, Fault> {
    let start = cursor.at();
    let Some(word) = choose_or_other(cursor, FETCH_MODIFIERS, "a modifier of FETCH like CHANGEDSINCE")? else {
        if cursor.eat(' ') {
            tagged_value(cursor)?;
        }
        return Ok("");
    };
    if word.name != "CHANGEDSINCE" && !uid {
        return Err(cursor.fault_from(start, format!("{} is a modifier of UID FETCH only", word.name)));
    }
    match word.name {
        "CHANGEDSINCE" => {
            space(cursor, "a modification sequence")?;
            mod_sequence(cursor)?;
        }
        "PARTIAL" => {
            space(cursor, "a range like 1:100 or -1:-100")?;
            partial_range(cursor)?;
        }
        _ if !cursor.enabled.qresync => {
            let reason = "ENABLE QRESYNC comes first, the server would answer BAD (RFC 7162 §3.2.6)";
            cursor.remark(start, Weight::Sequence, reason);
        }
        _ => {}
    }
    Ok(word.name)
}
