//! NOTIFY (RFC 5465), and the mailboxes that NOTIFY and ESEARCH name (RFC 7377 §2.2).

use super::super::fetch::fetch_list;
use super::super::grammar::space;
use super::super::mailbox::one_or_more;
use super::super::search::{self, Kind, result_options};
use super::{Read, list_of_values, options};
use crate::protocol::verb::{Cursor, Fault};
use crate::protocol::word::{Word, choose, choose_or_other};

/// The forms of NOTIFY.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static NOTIFY_FORMS: &[Word] = &[
    Word::row("NONE", "", "no news any more", "RFC 5465 §3.1", &[]),
    Word::row("SET", "[STATUS] (mailboxes (events)) …", "news of these events in these mailboxes", "RFC 5465 §3.1", &[]),
];

/// Which mailboxes NOTIFY watches.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static NOTIFY_MAILBOXES: &[Word] = &[
    Word::row("selected", "", "the selected mailbox", "RFC 5465 §6.1.1", &[]),
    Word::row("selected-delayed", "", "the selected mailbox, expunges later", "RFC 5465 §6.1.2", &[]),
    Word::row("inboxes", "", "where new mail comes in", "RFC 5465 §6.3", &[]),
    Word::row("personal", "", "all of the user's own", "RFC 5465 §6.2", &[]),
    Word::row("subscribed", "", "the subscribed ones", "RFC 5465 §6.4", &[]),
    Word::row("subtree", "mailboxes", "these and all below", "RFC 5465 §6.5", &[]),
    Word::row("mailboxes", "mailboxes", "these", "RFC 5465 §6.6", &[]),
];

/// Which mailboxes ESEARCH looks into.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static ESEARCH_MAILBOXES: &[Word] = &[
    Word::row("selected", "", "the selected mailbox", "RFC 7377 §2.2", &[]),
    Word::row("inboxes", "", "where new mail comes in", "RFC 7377 §2.2", &[]),
    Word::row("personal", "", "all of the user's own", "RFC 7377 §2.2", &[]),
    Word::row("subscribed", "", "the subscribed ones", "RFC 7377 §2.2", &[]),
    Word::row("subtree", "mailboxes", "these and all below", "RFC 7377 §2.2", &[]),
    Word::row("subtree-one", "mailboxes", "these and what is directly below", "RFC 7377 §2.2", &[]),
    Word::row("mailboxes", "mailboxes", "these", "RFC 7377 §2.2", &[]),
];

/// What NOTIFY can tell of; the first four are of messages.
#[rustfmt::skip] // A table: a line a row.
pub(in crate::protocol::imap) static EVENTS: &[Word] = &[
    Word::row("MessageNew", "[(fetch items)]", "a message came", "RFC 5465 §5.2", &[]),
    Word::row("MessageExpunge", "", "a message went", "RFC 5465 §5.3", &[]),
    Word::row("FlagChange", "", "flags changed", "RFC 5465 §5.1", &[]),
    Word::row("AnnotationChange", "", "annotations of a message changed", "RFC 5465 §5.1", &[]),
    Word::row("MailboxName", "", "a mailbox was made, removed or renamed", "RFC 5465 §5.4", &[]),
    Word::row("SubscriptionChange", "", "a mailbox was subscribed or not any more", "RFC 5465 §5.5", &[]),
    Word::row("MailboxMetadataChange", "", "annotations of a mailbox changed", "RFC 5465 §5.6", &["METADATA"]),
    Word::row("ServerMetadataChange", "", "annotations of the server changed", "RFC 5465 §5.7", &["METADATA"]),
];

const OF_MESSAGES: [&str; 4] = ["MessageNew", "MessageExpunge", "FlagChange", "AnnotationChange"];

static STATUS: &[Word] = &[Word::row("STATUS", "", "and the STATUS of each mailbox", "RFC 5465 §3.1", &[])];

pub(in crate::protocol::imap) fn notify(cursor: &mut Cursor<'_>) -> Read {
    if choose(cursor, NOTIFY_FORMS, "NONE or SET")?.name == "NONE" {
        return cursor.end("NOTIFY NONE");
    }
    space(cursor, "STATUS, or groups of events like (personal (MailboxName))")?;
    if cursor.peek() != Some('(') {
        choose(cursor, STATUS, "STATUS, or a group of events in parentheses")?;
        space(cursor, "a group of events like (personal (MailboxName))")?;
    }
    let mut selected = false;
    loop {
        group(cursor, &mut selected)?;
        if cursor.is_end() {
            return Ok(());
        }
        space(cursor, "another group of events")?;
    }
}

/// `(mailboxes events)`. One group at most is of the selected mailbox.
fn group(cursor: &mut Cursor<'_>, selected: &mut bool) -> Read {
    cursor.expect('(', "\"(\" and mailboxes like selected or personal")?;
    let start = cursor.at();
    let word = mailboxes(cursor, NOTIFY_MAILBOXES, "mailboxes like selected or personal")?;
    let of_selected = word.name.starts_with("selected");
    if of_selected && std::mem::replace(selected, true) {
        return Err(cursor.fault_from(start, "only one group is of the selected mailbox (RFC 5465 §6.1)"));
    }
    space(cursor, "events in parentheses, or NONE")?;
    if cursor.peek() == Some('(') {
        events(cursor, of_selected)?;
    } else {
        let start = cursor.at();
        let typed = cursor.take_while(|c| c.is_ascii_alphanumeric());
        if typed.is_empty() || cursor.is_end() && begins("NONE", typed) && typed.len() < 4 {
            return Err(cursor.expected("\"(\" and events like MessageNew, or NONE"));
        }
        if !typed.eq_ignore_ascii_case("NONE") {
            return Err(cursor.fault_from(start, "expected \"(\" and events like MessageNew, or NONE"));
        }
    }
    cursor.expect(')', "\")\" to close the group")
}

fn begins(word: &str, typed: &str) -> bool {
    word.get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed))
}

/// The events of a group, and which must go together (RFC 5465 §5).
fn events(cursor: &mut Cursor<'_>, of_selected: bool) -> Read {
    let start = cursor.at();
    let seen = options(cursor, "events like MessageNew", |cursor| {
        let at = cursor.at();
        let Some(word) = choose_or_other(cursor, EVENTS, "an event like MessageNew")? else { return Ok("") };
        let of_messages = OF_MESSAGES.contains(&word.name);
        if of_selected && !of_messages {
            return Err(cursor.fault_from(at, format!("{} is no event of the selected mailbox", word.name)));
        }
        if word.name == "MessageNew" && cursor.rest().starts_with(" (") {
            cursor.eat(' ');
            let at = cursor.at();
            fetch_list(cursor)?;
            if !of_selected {
                return Err(cursor.fault_from(at, "fetch items go with the selected mailbox only (RFC 5465 §8)"));
            }
        }
        Ok(word.name)
    })?;
    let has = |name: &str| seen.contains(&name);
    if has("MessageNew") != has("MessageExpunge") {
        return Err(cursor.fault_from(start, "MessageNew and MessageExpunge go together, name both"));
    }
    if let Some(change) = ["FlagChange", "AnnotationChange"].into_iter().find(|name| has(name))
        && !has("MessageNew")
    {
        return Err(cursor.fault_from(start, format!("{change} needs MessageNew and MessageExpunge beside it")));
    }
    Ok(())
}

/// `selected`, `subtree Lists`: a word, and mailboxes where it wants some.
fn mailboxes(cursor: &mut Cursor<'_>, words: &'static [Word], what: &str) -> Result<&'static Word, Fault> {
    let word = choose(cursor, words, what)?;
    if !word.form.is_empty() {
        space(cursor, "a mailbox, or several in parentheses")?;
        one_or_more(cursor)?;
    }
    Ok(word)
}

/// ESEARCH: `[IN (mailboxes [(options)])] [RETURN (options)] keys` (RFC 7377 §4).
pub(in crate::protocol::imap) fn esearch(cursor: &mut Cursor<'_>) -> Read {
    let mut only_selected = true;
    if cursor.eat_word("IN ") {
        cursor.expect('(', "\"(\" and mailboxes like selected or personal")?;
        let mut words: Vec<&'static str> = Vec::new();
        loop {
            if cursor.peek() == Some('(') && !words.is_empty() {
                let start = cursor.at();
                list_of_values(cursor, 0)?;
                cursor.advise(start, "no scope option of ESEARCH is defined");
                break;
            }
            let word = mailboxes(cursor, ESEARCH_MAILBOXES, "mailboxes like selected or personal")?;
            if words.len() < 64 {
                words.push(word.name);
            }
            only_selected &= word.name == "selected";
            if cursor.peek() != Some(' ') {
                break;
            }
            space(cursor, "other mailboxes")?;
        }
        cursor.expect(')', "\")\" after the mailboxes")?;
        space(cursor, "RETURN (…) or a search key")?;
    }
    let start = cursor.at();
    let returns = result_options(cursor, Kind::Search, "a search key")?;
    let saves = returns.as_ref().is_some_and(|options| options.iter().any(|option| option == "SAVE"));
    if saves && !only_selected {
        return Err(cursor.fault_from(start, "SAVE is for the selected mailbox alone (RFC 7377 §2.2)"));
    }
    search::program(cursor, returns)?;
    cursor.end("the search keys")
}
