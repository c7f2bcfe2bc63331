//! FETCH (RFC 9051 §6.4.5, §7.5.2).

use std::collections::HashSet;

use crate::protocol::imap::grammar::{FetchItem, fetch_items, named_astring, number, parenthesized, space};
use crate::protocol::verb::Cursor;

use super::super::envelope::{envelope, literal, string, structure};
use super::super::mailbox::Message;
use super::super::mime::{self, Inside, Part, fields};
use super::super::{ANSWER_CAP, Output, World, send, waiting};
use super::Imap;
use super::command::{Command, bad};
use super::folders::viewed_mut;

/// Sections of one FETCH: each may read the whole message.
const SECTIONS_CAP: usize = 64;

/// A section understood.
#[derive(Debug, PartialEq, Eq)]
struct Section {
    /// `1.2` of `1.2.HEADER`.
    path: Vec<u32>,
    text: Text,
}

/// Which text of a part.
#[derive(Debug, PartialEq, Eq)]
enum Text {
    /// All of it.
    All,
    Header,
    /// The fields with these names in lower case, or all others.
    Fields(HashSet<Vec<u8>>, bool),
    Body,
    Mime,
}

/// One item to answer.
enum Item {
    /// Named by [`FetchItem::name`], no section.
    Plain(String),
    /// `BODY[section]<partial>`, the section as it is to be repeated.
    Section { section: Section, shown: String, partial: Option<(u64, u64)> },
}

impl Imap {
    pub(super) fn fetch(
        &mut self,
        world: &mut World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let chosen = self.chosen(command)?;
        space(&mut command.cursor, "what to fetch").map_err(|fault| bad(&fault))?;
        let asked = fetch_items(&mut command.cursor).map_err(|fault| bad(&fault))?;
        let by_uid = command.verb == "UID FETCH";
        let mut items: Vec<Item> = Vec::new();
        let mut plain: HashSet<String> = HashSet::new();
        let mut sees = false;
        if by_uid && !asked.iter().any(|item| item.name == "UID") {
            plain.insert("UID".to_owned());
            items.push(Item::Plain("UID".to_owned()));
        }
        for item in &asked {
            sees |= !item.peek && matches!(item.name.as_str(), "BODY[" | "RFC822" | "RFC822.TEXT");
            for item in expand(item, command)? {
                match &item {
                    // A plain item once is enough, however often it was asked for.
                    Item::Plain(name) if !plain.insert(name.clone()) => {}
                    _ => items.push(item),
                }
            }
        }
        if items.iter().filter(|item| matches!(item, Item::Section { .. })).count() > SECTIONS_CAP {
            return Err(format!("NO [LIMIT] more than {SECTIONS_CAP} sections, ask in several commands"));
        }
        let read_only = self.view.as_ref().is_none_or(|view| view.read_only);
        let mailbox = viewed_mut(self, world)?;
        let mut seen = false;
        let mut told = Vec::new();
        let mut size = waiting(out);
        for (at, uid) in chosen {
            let Some(message) = mailbox.message_mut(uid) else { continue };
            let newly = sees && !read_only && !message.flags.has("\\Seen");
            if newly {
                message.flags.insert("\\Seen");
                seen = true;
            }
            let mut answer = format!("* {at} FETCH (").into_bytes();
            let whole = write(&mut answer, message, &items, ANSWER_CAP.saturating_sub(size));
            if newly && !plain.contains("FLAGS") {
                answer.extend_from_slice(format!(" FLAGS ({})", message.flags.text()).as_bytes());
            }
            if newly || plain.contains("FLAGS") {
                told.push((at, message.flags.clone()));
            }
            answer.extend_from_slice(b")\r\n");
            size += answer.len();
            send(out, &answer);
            if !whole || size > ANSWER_CAP {
                self.after(world, told, seen);
                return Err(format!("NO [LIMIT] more than {ANSWER_CAP} octets were asked for at once"));
            }
        }
        self.after(world, told, seen);
        Ok(format!("OK {} completed", command.verb))
    }

    fn after(&mut self, world: &mut World, told: Vec<(usize, super::super::mailbox::Flags)>, seen: bool) {
        if let Some(view) = &mut self.view {
            told.iter().for_each(|(at, flags)| view.told(*at, flags));
        }
        if seen {
            world.touch();
        }
    }
}

/// Macros and the names of RFC 3501 in terms of the rest.
fn expand(item: &FetchItem, command: &Command<'_>) -> Result<Vec<Item>, String> {
    let all = |names: &[&str]| Ok(names.iter().map(|name| Item::Plain((*name).to_owned())).collect());
    match item.name.as_str() {
        "ALL" => all(&["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"]),
        "FAST" => all(&["FLAGS", "INTERNALDATE", "RFC822.SIZE"]),
        "FULL" => all(&["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"]),
        "BODY[" => {
            let text = item.section.as_deref().unwrap_or_default();
            let section = section(text, command)?;
            Ok(vec![Item::Section { shown: text.to_owned(), section, partial: item.partial }])
        }
        name @ ("FLAGS" | "UID" | "ENVELOPE" | "RFC822.SIZE" | "INTERNALDATE" | "BODYSTRUCTURE" | "BODY" | "RFC822"
        | "RFC822.HEADER" | "RFC822.TEXT") => all(&[name]),
        name => Err(format!("BAD {} is not offered", name.trim_end_matches('['))),
    }
}

/// Reads what stands between the brackets; the grammar has seen it already.
fn section(text: &str, command: &Command<'_>) -> Result<Section, String> {
    let mut cursor = Cursor::new(text, 0);
    let mut path = Vec::new();
    while cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
        path.push(number(&mut cursor, "a part number").map_err(|fault| bad(&fault))?);
        if !cursor.eat('.') {
            break;
        }
    }
    let word = cursor.take_while(|c| c != ' ').to_ascii_uppercase();
    let text = match word.as_str() {
        "" => Text::All,
        "HEADER" => Text::Header,
        "TEXT" => Text::Body,
        "MIME" => Text::Mime,
        "HEADER.FIELDS" | "HEADER.FIELDS.NOT" => {
            cursor.eat(' ');
            let names = parenthesized(&mut cursor, "field names", |cursor| named_astring(cursor, "a field name"))
                .map_err(|fault| bad(&fault))?;
            let names = names.iter().map(|name| command.octets(name).to_ascii_lowercase()).collect();
            Text::Fields(names, word.ends_with("NOT"))
        }
        _ => return Err(format!("BAD {word} is not a section")),
    };
    Ok(Section { path, text })
}

/// Writes the items of a message; `false` when `room` octets were not enough.
fn write(out: &mut Vec<u8>, message: &Message, items: &[Item], room: usize) -> bool {
    let octets = &message.octets;
    // The structure is read once, and only if an item needs it.
    let mut read: Option<Part<'_>> = None;
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        if out.len() > room {
            out.extend_from_slice(b"UID ");
            out.extend_from_slice(message.uid.to_string().as_bytes());
            return false;
        }
        match item {
            Item::Plain(name) => {
                out.extend_from_slice(name.as_bytes());
                out.push(b' ');
                match name.as_str() {
                    "FLAGS" => out.extend_from_slice(format!("({})", message.flags.text()).as_bytes()),
                    "UID" => out.extend_from_slice(message.uid.to_string().as_bytes()),
                    "RFC822.SIZE" => out.extend_from_slice(octets.len().to_string().as_bytes()),
                    "INTERNALDATE" => {
                        let date = message.internal_date.strftime("\"%e-%b-%Y %H:%M:%S +0000\"");
                        out.extend_from_slice(date.to_string().as_bytes());
                    }
                    "ENVELOPE" => envelope(out, mime::split(octets).0),
                    "RFC822" => literal(out, octets),
                    "RFC822.HEADER" => literal(out, mime::split(octets).0),
                    "RFC822.TEXT" => literal(out, mime::split(octets).1),
                    name => structure(out, read.get_or_insert_with(|| Part::read(octets)), name == "BODYSTRUCTURE"),
                }
            }
            Item::Section { section, shown, partial } => {
                out.extend_from_slice(b"BODY[");
                out.extend_from_slice(shown.as_bytes());
                out.push(b']');
                if let Some((first, _)) = partial {
                    out.extend_from_slice(format!("<{first}>").as_bytes());
                }
                out.push(b' ');
                if section.path.is_empty() {
                    let (header, body) =
                        if section.text == Text::All { (&octets[..], &b""[..]) } else { mime::split(octets) };
                    pick(out, &section.text, octets, header, body, *partial);
                    continue;
                }
                let part = read.get_or_insert_with(|| Part::read(octets)).find(&section.path);
                match (part, &section.text) {
                    (Some(part), Text::All) => cut(out, part.body, *partial),
                    (Some(part), Text::Mime) => cut(out, part.header, *partial),
                    (Some(part), text) => match &part.inside {
                        Inside::Message(inner) => pick(out, text, part.body, inner.header, inner.body, *partial),
                        _ => out.extend_from_slice(b"NIL"),
                    },
                    (None, _) => out.extend_from_slice(b"NIL"),
                }
            }
        }
    }
    true
}

/// The text of a message.
fn pick(out: &mut Vec<u8>, text: &Text, whole: &[u8], header: &[u8], body: &[u8], partial: Option<(u64, u64)>) {
    match text {
        Text::All => cut(out, whole, partial),
        Text::Header | Text::Mime => cut(out, header, partial),
        Text::Body => cut(out, body, partial),
        Text::Fields(names, others) => {
            let mut found: Vec<u8> = fields(header)
                .filter(|field| names.contains(&field.name.to_ascii_lowercase()) != *others)
                .flat_map(|field| field.raw)
                .copied()
                .collect();
            found.extend_from_slice(b"\r\n");
            cut(out, &found, partial);
        }
    }
}

/// The octets, or the part of them asked for, as a string.
fn cut(out: &mut Vec<u8>, octets: &[u8], partial: Option<(u64, u64)>) {
    let octets = match partial {
        None => octets,
        Some((first, count)) => {
            let first = usize::try_from(first).unwrap_or(usize::MAX).min(octets.len());
            let end = first.saturating_add(usize::try_from(count).unwrap_or(usize::MAX)).min(octets.len());
            octets.get(first..end).unwrap_or_default()
        }
    };
    if octets.is_empty() { string(out, b"") } else { literal(out, octets) }
}
