//! A response of an IMAP server in lines that a person can read. What comes out is safe to draw.

mod fetch;
mod tree;

use crate::protocol::imap::response::{Mailbox, Namespace, Resource, Response, Understood};
use crate::protocol::text::mailbox_name;
use crate::protocol::visible::excerpt;

pub use tree::tree;

/// Octets of one value that are shown.
const VALUE: usize = 2000;

/// The response in lines, and where reading stopped.
#[must_use]
pub fn lines(understood: &Understood) -> Vec<String> {
    let mut out = understood.response.as_ref().map(response).unwrap_or_default();
    if let Some(stopped) = understood.stopped {
        out.push(format!("not understood from octet {} on: {}", stopped.at, stopped.reason));
    }
    out
}

fn response(response: &Response) -> Vec<String> {
    match response {
        Response::Count { word, number } => vec![match *word {
            "EXISTS" => format!("the mailbox holds {number} messages"),
            "RECENT" => format!("{number} messages came since the mailbox was last opened"),
            _ => format!("message {number} is gone; those behind it move up by one"),
        }],
        Response::Fetch { number, items } => fetch::lines(*number, items),
        Response::List { word, mailbox } => list(word, mailbox),
        Response::Status { mailbox, items } => {
            let mut out = vec![format!("mailbox {}", name(mailbox))];
            out.extend(items.iter().map(|(item, value)| format!("  {:<15} {}", shown(item), shown(value))));
            out
        }
        Response::Search { word, numbers, modseq } => {
            let found = match numbers.count {
                0 => "nothing was found".to_owned(),
                1 => "1 message was found".to_owned(),
                count => format!("{count} messages were found"),
            };
            let mut out = vec![format!("{word}: {found}")];
            if numbers.count > 0 {
                let more = if numbers.cut { " … and more" } else { "" };
                out.push(format!("  {}{more}", shown(&numbers.text())));
            }
            out.extend(modseq.map(|modseq| format!("  highest mod-sequence {modseq}")));
            out
        }
        Response::Esearch(found) => {
            let mut out = vec![format!(
                "ESEARCH: numbers are {}{}",
                if found.uid { "UIDs" } else { "message numbers" },
                found.tag.as_ref().map(|tag| format!(", answering {}", shown(tag))).unwrap_or_default()
            )];
            out.extend(found.items.iter().map(|(item, value)| format!("  {:<10} {}", shown(item), shown(value))));
            out
        }
        Response::Thread(threads) => {
            let most = 2000;
            threads
                .iter()
                .take(most)
                .map(|(depth, run)| format!("{}{}", "  ".repeat(*depth), shown(run)))
                .chain((threads.len() > most).then(|| format!("… and {} more", threads.len() - most)))
                .collect()
        }
        Response::Vanished { earlier, set } => {
            let when = if *earlier { "before this session" } else { "now" };
            vec![format!("gone {when}, by UID: {}", shown(set))]
        }
        Response::Flags(flags) => vec![format!("flags of this mailbox: {}", words(flags))],
        Response::PermanentFlags(flags) => {
            let own = if flags.iter().any(|flag| flag == "\\*") { "; new flags may be made up" } else { "" };
            vec![format!("flags that stay: {}{own}", words(flags))]
        }
        Response::Words { word, words: list } => vec![format!("{word}: {}", words(list))],
        Response::Quota { root, resources } => {
            let mut out = vec![format!("quota root {}", quoted(root))];
            out.extend(resources.iter().map(resource));
            out
        }
        Response::QuotaRoot { mailbox, roots } => {
            vec![format!("mailbox {} is counted in {}", name(mailbox), quoted(&roots.join(", ")))]
        }
        Response::Namespace(kinds) => {
            let names = ["own mailboxes", "other users' mailboxes", "shared mailboxes"];
            names.into_iter().zip(kinds).map(|(what, spaces)| namespaces(what, spaces)).collect()
        }
        Response::Id(pairs) => {
            let line = |(name, value): &(String, Option<String>)| {
                format!("{:<12} {}", shown(name), value.as_deref().map_or("–".to_owned(), shown))
            };
            pairs.iter().take(100).map(line).collect()
        }
    }
}

fn list(word: &str, mailbox: &Mailbox) -> Vec<String> {
    let mut out = vec![format!("{word}: mailbox {}", name(&mailbox.name))];
    out.push(match mailbox.delimiter {
        Some(delimiter) => format!("  levels are separated by {}", shown(&delimiter.to_string())),
        None => "  names are flat".to_owned(),
    });
    for attribute in mailbox.attributes.iter().take(100) {
        let says = attribute_says(attribute).unwrap_or("an attribute not known here");
        out.push(format!("  {:<15} {says}", shown(attribute)));
    }
    out.extend(mailbox.extended.as_ref().map(|extended| format!("  more {}", shown(extended))));
    out
}

/// What a mailbox attribute means (RFC 9051 §7.3.1, RFC 6154, RFC 8457).
fn attribute_says(attribute: &str) -> Option<&'static str> {
    Some(match attribute.to_ascii_lowercase().as_str() {
        "\\noselect" => "a level only, it cannot be selected",
        "\\nonexistent" => "there is no such mailbox, only others below it",
        "\\noinferiors" => "nothing can lie below it",
        "\\haschildren" => "others lie below it",
        "\\hasnochildren" => "nothing lies below it",
        "\\marked" => "something new may be in it",
        "\\unmarked" => "nothing new is in it",
        "\\subscribed" => "it is subscribed",
        "\\remote" => "it lies on another server",
        "\\all" | "\\allmail" => "all messages",
        "\\archive" => "archive",
        "\\drafts" => "drafts",
        "\\flagged" | "\\starred" => "flagged messages",
        "\\junk" | "\\spam" => "spam",
        "\\sent" => "sent messages",
        "\\trash" => "deleted messages",
        "\\important" => "messages the server thinks important",
        "\\inbox" => "the inbox",
        _ => return None,
    })
}

fn resource(resource: &Resource) -> String {
    let Resource { name, used, limit } = resource;
    let share = used.saturating_mul(100).checked_div(*limit).map(|share| format!(", {share} %")).unwrap_or_default();
    // RFC 9208 §5.1 counts storage in units of 1024 octets.
    let unit = if name == "STORAGE" { " KiB" } else { "" };
    format!("  {:<10} {used} of {limit}{unit}{share}", shown(name))
}

fn namespaces(what: &str, spaces: &[Namespace]) -> String {
    if spaces.is_empty() {
        return format!("{what}: none");
    }
    let each = spaces.iter().take(100).map(|space| {
        let delimiter = space.delimiter.map_or("flat".to_owned(), |c| format!("levels by {}", shown(&c.to_string())));
        format!("{} ({delimiter})", name(&space.prefix))
    });
    format!("{what}: {}", each.collect::<Vec<_>>().join(", "))
}

/// A mailbox name, decoded where that says more.
pub(super) fn name(raw: &str) -> String {
    match mailbox_name::decode(raw.as_bytes()) {
        Ok(plain) if plain != raw => format!("{} (sent as {})", quoted(&plain), shown(raw)),
        _ => quoted(raw),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text))
}

fn words(list: &[String]) -> String {
    if list.is_empty() { "none".to_owned() } else { shown(&list.join(" ")) }
}

/// Safe to draw, and not endless.
pub(super) fn shown(text: &str) -> String {
    excerpt(text.as_bytes(), VALUE)
}

#[cfg(test)]
mod tests {
    use crate::protocol::imap::response::read;

    use super::*;

    #[test]
    fn responses_in_plain_lines() {
        for (line, expect) in [
            ("* 3 EXISTS", &["the mailbox holds 3 messages"][..]),
            ("* SEARCH", &["SEARCH: nothing was found"]),
            ("* SEARCH 1 2 3 9", &["SEARCH: 4 messages were found", "  1:3,9"]),
            (
                "* LIST (\\HasNoChildren \\X-Odd) \"/\" \"Entw&APw-rfe\"",
                &[
                    "LIST: mailbox \"Entwürfe\" (sent as Entw&APw-rfe)",
                    "  levels are separated by /",
                    "  \\HasNoChildren  nothing lies below it",
                    "  \\X-Odd          an attribute not known here",
                ],
            ),
            ("* QUOTA \"\" (STORAGE 256 512)", &["quota root \"\"", "  STORAGE    256 of 512 KiB, 50 %"]),
            ("* QUOTA \"\" (STORAGE 256 0)", &["quota root \"\"", "  STORAGE    256 of 0 KiB"]),
            (
                "* NAMESPACE ((\"\" \"/\")) NIL NIL",
                &["own mailboxes: \"\" (levels by /)", "other users' mailboxes: none", "shared mailboxes: none"],
            ),
            ("* FETCH x", &["not understood from octet 2 on: no untagged response known here is called so"]),
            ("* STATUS \"a\x1b[2J\" (MESSAGES 1)", &["mailbox \"a␛[2J\"", "  MESSAGES        1"]),
        ] {
            assert_eq!(lines(&read(line.as_bytes())), expect, "{line:?}");
        }
    }
}
