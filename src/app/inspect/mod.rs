//! A line of the transcript in full: what it is, what it says, and its octets.

mod decoded;
mod gather;
#[cfg(test)]
mod tests;
mod whole;

use super::conversation::Conversation;
use super::effect::Effects;
use super::plain;
use super::state::{App, Overlay};
use super::transcript::{Entry, Kind};
use crate::diagnosis::{capabilities, certificate, message, reference, response};
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::response::{Item, Response, read};
use crate::protocol::reply::ReplyClass;
use crate::protocol::visible::visible;

/// Octets of a line shown in full.
const DETAIL: usize = 16 * 1024;

/// Octets of a line shown before what it says.
const HEAD: usize = 500;

/// Octets shown in hexadecimal.
const HEX: usize = 4096;

/// Capabilities explained of one line.
const EXPLAINED: usize = 200;

impl App {
    pub(super) fn inspect(&mut self, number: u64, effects: &mut Effects) {
        let ascii = self.options.ascii;
        let Some(conversation) = self.conversation() else { return };
        let Some(entry) = conversation.transcript.entry(number) else { return };
        let octets = conversation.transcript.octets(entry);
        // The line of the handshake opens what is behind it.
        let summary = conversation.tls.as_deref().filter(|_| entry.kind == Kind::Note).map(certificate::summary);
        if summary.is_some_and(|summary| octets == summary.as_bytes()) {
            return self.show_certificate(effects);
        }
        if matches!(entry.kind, Kind::Note | Kind::Trouble | Kind::Meaning) {
            let at = format!("at     {}", plain::time_of_day(&self.options.epoch, entry.at));
            let text = plain::text(conversation, entry, ascii);
            let lines = vec![at, "a word of this program, never on the wire".to_owned(), String::new(), text];
            self.overlay = Some(Overlay::Detail { title: format!("line {}", number + 1), lines, scroll: 0 });
            return;
        }
        let mut lines = vec![
            format!("at     {}", plain::time_of_day(&self.options.epoch, entry.at)),
            format!("class  {}", entry.class.name()),
            format!("length {} octets, ending {}", octets.len(), entry.marks.ending.name()),
        ];
        if let Some(command) = conversation.transcript.pair(number).and_then(|pair| conversation.transcript.entry(pair))
        {
            lines.push(format!("answers {}", plain::text(conversation, command, ascii)));
        }
        lines.push(String::new());
        let head = octets.get(..octets.len().min(HEAD)).unwrap_or(octets);
        lines.push(visible(head).into_owned());
        if head.len() < octets.len() {
            lines.push(format!("… {} octets in all: see the end", octets.len()));
        }
        // Of a success the meaning is shown here only; that of a failure stands in the transcript as well.
        if let Some(meaning) = conversation.meaning(number) {
            lines.push(String::new());
            lines.extend(reference::meaning_page(&meaning).lines(self.page_width()));
        }
        let read = readable(conversation, number, entry, octets);
        if !read.is_empty() {
            lines.push(String::new());
            lines.extend(read);
        }
        if head.len() < octets.len() {
            lines.push(String::new());
            lines.push(visible(octets.get(..octets.len().min(DETAIL)).unwrap_or(octets)).into_owned());
        }
        lines.push(String::new());
        lines.extend(dump(octets.get(..octets.len().min(HEX)).unwrap_or(octets)));
        self.overlay = Some(Overlay::Detail { title: format!("line {}", number + 1), lines, scroll: 0 });
    }
}

impl App {
    /// What the server offers, each offer with what it means.
    pub(super) fn inspect_offers(&mut self) {
        let Some(conversation) = self.conversation() else { return };
        let session = &conversation.session;
        let change = session.change();
        let mut lines = Vec::new();
        for offer in session.capabilities().list() {
            let text = offer.text();
            let mark = if change.as_ref().is_some_and(|change| change.is_new(offer)) { "+ " } else { "  " };
            lines.extend(explained(session.protocol(), &[&text]).into_iter().map(|line| format!("{mark}{line}")));
        }
        let beyond = session.capabilities().beyond();
        if beyond > 0 {
            lines.push(format!("  and {beyond} more, which are not kept"));
        }
        if let Some(change) = change {
            for text in &change.gone {
                lines.extend(explained(session.protocol(), &[text]).into_iter().map(|line| format!("- {line}")));
            }
            if !change.new.is_empty() || !change.gone.is_empty() {
                lines.push(format!("+ new, - gone {}", change.occasion));
            }
        }
        if lines.is_empty() {
            lines.push("nothing yet".to_owned());
        }
        self.overlay = Some(Overlay::Detail { title: "server offers".to_owned(), lines, scroll: 0 });
    }
}

/// What the line says, as far as it is understood.
fn readable(conversation: &Conversation, number: u64, entry: &Entry, octets: &[u8]) -> Vec<String> {
    let protocol = conversation.protocol();
    let mut out = decoded::lines(octets);
    let rest = match (entry.kind, protocol) {
        (Kind::SentData, _) => opened(&gather::body(&conversation.transcript, number)),
        (Kind::Received, Protocol::Imap) => imap(conversation, number),
        (Kind::Received, Protocol::Pop3) if entry.class == ReplyClass::Data => {
            match answered(conversation, number).as_str() {
                "RETR" | "TOP" => opened(&gather::body(&conversation.transcript, number)),
                "CAPA" if octets != b"." => explained(protocol, &[&String::from_utf8_lossy(octets)]),
                _ => Vec::new(),
            }
        }
        (Kind::Received, Protocol::Smtp | Protocol::Lmtp) if octets.starts_with(b"250") => {
            let command = answered(conversation, number);
            let first = conversation.transcript.entry(number.wrapping_sub(1)).is_some_and(|e| e.kind == Kind::Sent);
            match octets.get(4..) {
                Some(offer) if matches!(command.as_str(), "EHLO" | "LHLO") && !first && !offer.is_empty() => {
                    explained(protocol, &[&String::from_utf8_lossy(offer)])
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    if !out.is_empty() && !rest.is_empty() {
        out.push(String::new());
    }
    out.extend(rest);
    out
}

/// The first word of the command that the line answers, in upper case.
fn answered(conversation: &Conversation, number: u64) -> String {
    let transcript = &conversation.transcript;
    let command = transcript.pair(number).and_then(|pair| transcript.entry(pair)).map(|entry| transcript.octets(entry));
    let word = command.unwrap_or_default().split(|b| *b == b' ').next().unwrap_or_default();
    String::from_utf8_lossy(word.get(..word.len().min(20)).unwrap_or(word)).to_ascii_uppercase()
}

/// A message opened, unless it is none.
fn opened(octets: &[u8]) -> Vec<String> {
    let message = message::open(octets);
    if message.fields.is_empty() {
        return Vec::new();
    }
    let mut lines = message.lines();
    lines.extend(message.texts(octets));
    lines
}

fn imap(conversation: &Conversation, number: u64) -> Vec<String> {
    let whole = gather::response(&conversation.transcript, number);
    if !whole.starts_with(b"* ") && !whole.windows(12).take(200).any(|w| w.eq_ignore_ascii_case(b"[CAPABILITY ")) {
        return Vec::new();
    }
    let understood = read(&whole);
    if let Some(Response::Words { words, .. }) = &understood.response {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        return explained(Protocol::Imap, &words);
    }
    let mut out = response::lines(&understood);
    match &understood.response {
        Some(Response::Fetch { items, .. }) => {
            for (name, item) in items {
                if let Item::Content(range) = item {
                    let content = whole.get(range.clone()).unwrap_or_default();
                    let opened = if is_message(name) { opened(content) } else { message::text(content, None, None) };
                    if !opened.is_empty() {
                        out.push(String::new());
                        out.push(format!("{}:", visible(name.as_bytes())));
                        out.extend(opened);
                    }
                }
            }
        }
        Some(Response::List { .. }) => {
            let listed = gather::listed(&conversation.transcript, number);
            if listed.len() > 1 {
                out.push(String::new());
                out.push("all that were listed:".to_owned());
                out.extend(response::tree(&listed));
            }
        }
        _ => {}
    }
    out
}

/// Items that begin with a header: `BODY[]`, `BODY[HEADER]`, `BODY[2.MIME]`, `BODY[HEADER.FIELDS (…)]`.
fn is_message(name: &str) -> bool {
    name.contains("[]") || name.contains("HEADER") || name.contains(".MIME]") || name == "RFC822"
}

fn explained(protocol: Protocol, offers: &[&str]) -> Vec<String> {
    let line = |offer: &&str| match capabilities::explain(protocol, offer) {
        Some(found) => format!("{}: {} ({})", visible(offer.as_bytes()), found.says, found.rfc),
        None => format!("{}: not in the registries known here", visible(offer.as_bytes())),
    };
    offers.iter().take(EXPLAINED).map(line).collect()
}

/// Octets as hexadecimal, sixteen a line.
fn dump(octets: &[u8]) -> Vec<String> {
    octets
        .chunks(16)
        .enumerate()
        .map(|(row, chunk)| {
            let hex: Vec<String> = chunk.iter().map(|b| format!("{b:02x}")).collect();
            let text: String =
                chunk.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect();
            format!("{:04x}  {:<47}  {text}", row * 16, hex.join(" "))
        })
        .collect()
}
