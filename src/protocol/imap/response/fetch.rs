//! FETCH (RFC 9051 §7.5.2): the items of one message.

use std::ops::Range;

use super::structure::{self, Envelope, Part};
use super::value::{Node, Reader, Value};
use super::{Response, mailboxes};
use crate::protocol::text::NotUnderstood;

/// What an item of a FETCH holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// UID, RFC822.SIZE, MODSEQ, X-GM-MSGID, X-GM-THRID.
    Number(u64),
    /// FLAGS, X-GM-LABELS.
    Words(Vec<String>),
    /// INTERNALDATE, EMAILID and others, as they came.
    Text(String),
    /// ENVELOPE.
    Envelope(Box<Envelope>),
    /// BODY, BODYSTRUCTURE.
    Structure(Vec<Part>),
    /// BODY[…], BINARY[…], RFC822: where the content lies in the response.
    Content(Range<usize>),
    /// The server has none.
    Nil,
}

/// Items of one FETCH; nobody asks for more.
const ITEMS: usize = 1000;

/// Reads `(FLAGS (\Seen) UID 7 …)`. What was read before reading stopped is in `out` all the same.
pub(super) fn read(reader: &mut Reader<'_>, number: u64, out: &mut Option<Response>) -> Result<(), NotUnderstood> {
    let mut items = Vec::new();
    let read = read_items(reader, &mut items);
    *out = Some(Response::Fetch { number, items });
    read
}

fn read_items(reader: &mut Reader<'_>, items: &mut Vec<(String, Item)>) -> Result<(), NotUnderstood> {
    reader.spaces();
    if !reader.take(b'(') {
        return Err(reader.stop("the items of FETCH stand in parentheses"));
    }
    loop {
        reader.spaces();
        if reader.take(b')') {
            return Ok(());
        }
        let name = String::from_utf8_lossy(reader.item_name()).to_ascii_uppercase();
        if name.is_empty() || items.len() >= ITEMS {
            return Err(reader.stop("the name of an item belongs here"));
        }
        reader.spaces();
        let start = reader.at;
        let node = reader.node(0)?;
        let item = item(&name, &node, start..reader.at)?;
        items.push((name, item));
    }
}

fn item(name: &str, node: &Node<'_>, place: Range<usize>) -> Result<Item, NotUnderstood> {
    if node.is_nil() {
        return Ok(Item::Nil);
    }
    let stop = |reason| Err(NotUnderstood::new(node.at, reason));
    Ok(match name {
        "FLAGS" | "X-GM-LABELS" => Item::Words(mailboxes::words(node)?),
        "ENVELOPE" => match structure::envelope(node) {
            Some(envelope) => Item::Envelope(Box::new(envelope)),
            None => return stop("an envelope in parentheses belongs here"),
        },
        "BODY" | "BODYSTRUCTURE" => match node.list() {
            Some(_) => Item::Structure(structure::parts(node)),
            None => return stop("a structure in parentheses belongs here"),
        },
        _ if is_content(name) => match &node.value {
            Value::Literal(range, _) => Item::Content(range.clone()),
            Value::Quoted(_) => Item::Content(place.start + 1..place.end.saturating_sub(1).max(place.start + 1)),
            _ => return stop("the content belongs here as a string or a literal"),
        },
        "MODSEQ" => match node.list().and_then(<[_]>::first).unwrap_or(node).number() {
            Some(number) => Item::Number(number),
            None => return stop("a mod-sequence in parentheses belongs here"),
        },
        _ => match node.number() {
            Some(number) => Item::Number(number),
            None => {
                let mut text = String::new();
                match (&node.value, node.list()) {
                    // EMAILID (M6d99ac3275bb4e), THREADID.
                    (_, Some([only])) => only.write(&mut text),
                    (Value::Quoted(octets), _) => text = String::from_utf8_lossy(octets).into_owned(),
                    (Value::Literal(_, octets), _) => {
                        // PREVIEW has at most 256 characters (RFC 8970 §3).
                        text = String::from_utf8_lossy(octets.get(..octets.len().min(4096)).unwrap_or(octets)).into();
                    }
                    _ => node.write(&mut text),
                }
                Item::Text(text)
            }
        },
    })
}

/// Items that carry the message or a part of it.
fn is_content(name: &str) -> bool {
    (name.contains('[') && (name.starts_with("BODY") || name.starts_with("BINARY[")))
        || matches!(name, "RFC822" | "RFC822.HEADER" | "RFC822.TEXT")
}
