//! What Tab offers: verbs, then what the verb may be followed by.

use std::ops::Range;

use super::next::possible;
use super::{dialect, known, offers, parts, starts_with};
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::words;
use crate::protocol::smtp::parameters::{MAIL_PARAMETERS, ParameterRow, RCPT_PARAMETERS};
use crate::protocol::verb::{Context, Cursor, Phase, Verb, Weight};

/// One offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What takes the place of `at`.
    pub text: String,
    /// Octets of the line.
    pub at: Range<usize>,
    /// What it means, in a few words.
    pub summary: String,
}

/// What the text before octet `cursor` of `line` may become, best first. Empty where nothing is known.
#[must_use]
pub fn complete(line: &str, cursor: usize, context: &Context<'_>) -> Vec<Completion> {
    if matches!(
        context.phase,
        Phase::Data | Phase::Literal | Phase::LiteralEnd | Phase::Sasl | Phase::Tls | Phase::Closed
    ) {
        return Vec::new();
    }
    let mut cursor = cursor.min(line.len());
    while !line.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = line.get(..cursor).unwrap_or("");
    let found = parts(context.protocol, before);
    match found.verb {
        Some(verb) if before.len() > found.verb_at.end => arguments(before, verb, found.verb_at.end, context),
        _ => {
            // After a tag and a space, or at the start: a verb, perhaps of two words.
            let mut from = found.verb_at.start;
            let typed_tag = found.tag.is_none()
                && context.protocol == Protocol::Imap
                && found.verb.is_none()
                && before.ends_with(' ')
                && !before.trim().eq_ignore_ascii_case("UID");
            if typed_tag && before.trim_end_matches(' ').len() == found.verb_at.end {
                from = before.len();
            }
            names(before, from, context)
        }
    }
}

/// Verbs that begin with what is typed: possible now, then out of sequence or not offered.
fn names(before: &str, from: usize, context: &Context<'_>) -> Vec<Completion> {
    let typed = before.get(from..).unwrap_or("");
    let at = from..before.len();
    let (mut out, mut later) = (Vec::new(), Vec::new());
    for verb in dialect(context.protocol).filter(|verb| starts_with(verb.name, typed)) {
        let space = if wants_argument(verb) { " " } else { "" };
        let list = if possible(verb, context) { &mut out } else { &mut later };
        list.push(Completion {
            text: format!("{}{space}", verb.name),
            at: at.clone(),
            summary: verb.summary.to_owned(),
        });
    }
    out.append(&mut later);
    out
}

/// Whether the verb alone is unfinished.
fn wants_argument(verb: &Verb) -> bool {
    (verb.arguments)(&mut Cursor::new("", 0)).is_err_and(|fault| fault.weight == Weight::Incomplete)
}

fn arguments(before: &str, verb: &Verb, from: usize, context: &Context<'_>) -> Vec<Completion> {
    let typed = before.get(from..).unwrap_or("").trim_start_matches(' ');
    let start = before.len() - typed.len();
    match verb.name {
        "MAIL" => path(before, start, "FROM:<", "the sender follows, then >", MAIL_PARAMETERS, context),
        "RCPT" => path(before, start, "TO:<", "the recipient follows, then >", RCPT_PARAMETERS, context),
        "AUTH" | "AUTHENTICATE" if !typed.contains(' ') => {
            let mut offered = context.capabilities.mechanisms();
            if offered.is_empty() {
                offered = vec!["PLAIN".to_owned(), "LOGIN".to_owned()];
            }
            let words = offered.iter().map(|name| (name.as_str(), "mechanism"));
            matching(before, start, words)
        }
        "BDAT" if typed.contains(' ') => matching(before, word_start(before), [("LAST", "the last piece")]),
        _ if context.protocol == Protocol::Imap => imap(before, typed, start, verb.name, context),
        _ => Vec::new(),
    }
}

/// Where the word before the end begins.
fn word_start(before: &str) -> usize {
    before.rfind([' ', '(', '[']).map_or(0, |at| at + 1)
}

fn matching<'a>(before: &str, from: usize, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Completion> {
    let typed = before.get(from..).unwrap_or("");
    words
        .into_iter()
        .filter(|(word, _)| starts_with(word, typed))
        .map(|(word, summary)| Completion {
            text: word.to_owned(),
            at: from..before.len(),
            summary: summary.to_owned(),
        })
        .collect()
}

/// `FROM:<` until the path begins, the parameters that are offered when it is closed.
fn path(
    before: &str,
    start: usize,
    prefix: &str,
    what: &str,
    rows: &[ParameterRow],
    context: &Context<'_>,
) -> Vec<Completion> {
    let typed = before.get(start..).unwrap_or("");
    if !typed.contains('<') {
        return matching(before, start, [(prefix, what)]);
    }
    let Some((_, after)) = typed.rsplit_once('>') else { return Vec::new() };
    if !after.starts_with(' ') {
        return Vec::new();
    }
    let from = word_start(before);
    let typed = before.get(from..).unwrap_or("");
    let named = |keyword: &str| {
        after.split(' ').any(|word| word.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case(keyword)))
            && !typed.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case(keyword))
    };
    let capabilities = context.capabilities;
    let mut out = Vec::new();
    for row in rows.iter().filter(|row| !named(row.keyword)) {
        if capabilities.known && !capabilities.has(row.capability) {
            continue;
        }
        let values: &[&str] = match row.keyword {
            "BODY" if capabilities.has("BINARYMIME") => &["8BITMIME", "7BIT", "BINARYMIME"],
            "BODY" => &["8BITMIME", "7BIT"],
            "RET" => &["FULL", "HDRS"],
            "NOTIFY" => &["NEVER", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE,DELAY"],
            "AUTH" => &["<>"],
            "ORCPT" => &["rfc822;"],
            _ => &[""],
        };
        for value in values {
            let equals = if row.value.is_empty() { "" } else { "=" };
            let text = format!("{}{equals}{value}", row.keyword);
            if starts_with(&text, typed) {
                out.push(Completion { text, at: from..before.len(), summary: row.summary.to_owned() });
            }
        }
    }
    out
}

fn imap(before: &str, typed: &str, start: usize, name: &str, context: &Context<'_>) -> Vec<Completion> {
    let from = word_start(before);
    let in_list = typed.rfind('(') > typed.rfind(')');
    let (argument, _) = known::last_argument(typed);
    // Words of these kinds that the server offers, as far as that is known.
    let of = |kinds: &[&'static str]| -> Vec<Completion> {
        let table = kinds.iter().flat_map(|kind| words(kind));
        let offered = table.filter(|word| offers::any_offered(context.capabilities, word.needs));
        matching(before, from, offered.map(|word| (word.name, word.summary)))
    };
    let flags = || known::flags(before, from, context.seen);
    let name = name.strip_prefix("UID ").unwrap_or(name);
    if let Some(mailboxes) = known::mailboxes(name, typed, start, context.seen) {
        return mailboxes;
    }
    match (name, argument) {
        ("SELECT" | "EXAMINE", _) if in_list => of(&["parameter of SELECT"]),
        ("CREATE", _) if in_list && typed.matches('(').count() > 1 => of(&["special use"]),
        ("CREATE", _) if in_list => of(&["parameter of CREATE"]),
        ("LIST", 0) => matching(before, start, [("\"\" \"*\"", "every mailbox"), ("\"\" %", "the top level")]),
        ("LIST", _) if in_list && typed.to_ascii_uppercase().contains(" RETURN (") => {
            of(&["return option of LIST", "status item"])
        }
        ("LIST", _) if in_list => of(&["selection option of LIST"]),
        ("STATUS", _) if in_list => of(&["status item"]),
        ("STATUS", 1) => matching(before, from, [("(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)", "the usual counts")]),
        ("APPEND" | "REPLACE", _) if in_list && typed.to_ascii_uppercase().contains("CATENATE (") => {
            of(&["part of CATENATE"])
        }
        ("APPEND" | "REPLACE", _) if in_list => flags(),
        ("APPEND" | "REPLACE", 1..) => of(&["message data"]),
        ("FETCH", 1..) if !typed.contains('[') || typed.rfind('[') < typed.rfind(']') => {
            let mut out = Vec::new();
            if !in_list && argument == 1 {
                out.extend(of(&["fetch macro"]));
            }
            out.extend(of(&["fetch item"]));
            out.extend(matching(
                before,
                from,
                [
                    ("BODY.PEEK[]", "the whole message, \\Seen is not set"),
                    ("BODY.PEEK[HEADER]", "the header, \\Seen is not set"),
                    ("BODY.PEEK[TEXT]", "the text, \\Seen is not set"),
                    ("BODY[]", "the whole message, sets \\Seen"),
                ],
            ));
            if in_list && argument > 1 {
                out.extend(of(&["fetch modifier"]));
            }
            out
        }
        ("STORE", 1) if in_list => of(&["store modifier"]),
        ("STORE", 1) => of(&["store item"]),
        ("STORE", 2..) => flags(),
        ("SEARCH" | "ESEARCH", _) | ("SORT" | "THREAD", 2..) if after_keyword(typed) => {
            // System flags have search keys of their own.
            flags().into_iter().filter(|flag| !flag.text.starts_with('\\')).collect()
        }
        ("SEARCH" | "ESEARCH" | "SORT", _) if in_list && returns(typed) => of(&["result option"]),
        ("SORT", _) if in_list => of(&["sort key"]),
        ("ESEARCH", _) if in_list => of(&["mailboxes of ESEARCH"]),
        ("THREAD", 0) => of(&["thread algorithm"]),
        ("SEARCH" | "ESEARCH", _) | ("SORT" | "THREAD", 2..) if awaits_value(typed) => Vec::new(),
        ("SEARCH" | "ESEARCH", _) | ("SORT" | "THREAD", 2..) => of(&["search key"]),
        ("NOTIFY", 0) => of(&["form of NOTIFY"]),
        ("NOTIFY", _) if typed.matches('(').count() > typed.matches(')').count() + 1 => of(&["event"]),
        ("NOTIFY", _) if in_list => of(&["mailboxes of NOTIFY"]),
        ("CONVERT", 2..) => of(&["item of CONVERT"]),
        ("URLFETCH", 1..) if in_list => of(&["item of URLFETCH"]),
        ("GETMETADATA", _) if in_list => of(&["option of GETMETADATA"]),
        ("SETQUOTA", 1..) if in_list => of(&["quota resource"]),
        ("ENABLE", _) => of(&["name for ENABLE"]),
        ("COMPRESS", 0) => of(&["algorithm of COMPRESS"]),
        ("ID", 0) => matching(before, start, [("NIL", "tell nothing"), ("(\"name\" \"ehlo\")", "tell the name")]),
        _ => Vec::new(),
    }
}

/// Whether the word before the last is KEYWORD or UNKEYWORD, which a flag follows (RFC 9051 §6.4.4).
fn after_keyword(typed: &str) -> bool {
    let word = typed.rsplit([' ', '(']).nth(1).unwrap_or("");
    ["KEYWORD", "UNKEYWORD"].iter().any(|key| word.eq_ignore_ascii_case(key))
}

/// Whether the word before the last is a search key that a value follows: a date, a text, a number.
fn awaits_value(typed: &str) -> bool {
    let word = typed.rsplit([' ', '(']).nth(1).unwrap_or("");
    words("search key")
        .iter()
        .any(|key| key.name.eq_ignore_ascii_case(word) && !key.form.is_empty() && !key.form.contains("key"))
}

/// Whether the list that is open is that of RETURN.
fn returns(typed: &str) -> bool {
    let open = typed.rfind('(').unwrap_or(0);
    typed.get(..open).is_some_and(|before| before.trim_end().to_ascii_uppercase().ends_with("RETURN"))
}
