//! The message that a line of the transcript is part of, in its octets.

use super::{answered, gather};
use crate::app::conversation::Conversation;
use crate::app::state::App;
use crate::app::transcript::Kind;
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::response::{Item, Response, read};
use crate::protocol::reply::ReplyClass;

/// Lines that are looked through for a message.
const LINES: usize = 100_000;

impl App {
    /// The message that is being written, else the one that the line with the cursor is part of, else the newest one
    /// that came or went in this conversation.
    pub(in crate::app) fn whole_message(&self) -> Option<Vec<u8>> {
        if let Some(editor) = self.message() {
            let text = editor.text();
            return Some(text.lines().flat_map(|line| [line.as_bytes(), b"\r\n"]).collect::<Vec<_>>().concat());
        }
        let conversation = self.conversation()?;
        let range = conversation.transcript.range();
        let selected = self.place().selected.and_then(|number| message_at(conversation, number));
        selected.or_else(|| range.rev().take(LINES).find_map(|number| message_at(conversation, number)))
    }
}

fn message_at(conversation: &Conversation, number: u64) -> Option<Vec<u8>> {
    let transcript = &conversation.transcript;
    let entry = transcript.entry(number)?;
    let octets = match (entry.kind, conversation.protocol()) {
        (Kind::SentData, _) => gather::body(transcript, number),
        (Kind::Received, Protocol::Pop3) if entry.class == ReplyClass::Data => {
            match answered(conversation, number).as_str() {
                "RETR" => gather::body(transcript, number),
                _ => return None,
            }
        }
        (Kind::Received, Protocol::Imap) if entry.marks.literal => {
            let whole = gather::response(transcript, number);
            let Some(Response::Fetch { items, .. }) = read(&whole).response else { return None };
            items.into_iter().find_map(|(name, item)| match item {
                Item::Content(range) if is_whole(&name) => whole.get(range).map(<[u8]>::to_vec),
                _ => None,
            })?
        }
        _ => return None,
    };
    Some(octets).filter(|octets| !octets.is_empty())
}

/// Items that hold a message from its first octet to its last.
fn is_whole(name: &str) -> bool {
    name.ends_with("BODY[]") || name.ends_with("BODY.PEEK[]") || name == "RFC822"
}
