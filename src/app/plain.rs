//! Lines of the transcript as plain text: the marks, the times, and what `--preserve` and the copy keys give.

use std::borrow::Cow;
use std::time::Duration;

use super::conversation::Conversation;
use super::transcript::{Entry, Kind};
use crate::protocol::line::Ending;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::visible::{visible, visible_ascii};

/// The mark of a word of ours beneath a line.
#[must_use]
pub const fn meaning_mark(ascii: bool) -> &'static str {
    if ascii { "  `" } else { "  └" }
}

/// The mark of a line: direction, class and whether TLS protected it, for eyes without colour.
#[must_use]
pub const fn mark(entry: &Entry, ascii: bool) -> &'static str {
    let tls = entry.marks.tls;
    // Only the first piece of a line says what it is: a piece that looks like a reply is none.
    if entry.marks.resumes {
        return if ascii { ":" } else { "⋮" };
    }
    match (entry.kind, ascii) {
        (Kind::Sent, false) => {
            if tls {
                "▶▶"
            } else {
                "▶"
            }
        }
        (Kind::Sent, true) => {
            if tls {
                "~>"
            } else {
                "->"
            }
        }
        (Kind::SentData, false) => "▏",
        (Kind::SentData, true) => "|>",
        (Kind::Note, false) => "──",
        (Kind::Note, true) => "--",
        (Kind::Trouble, false) => match entry.class {
            ReplyClass::Transient => "─!",
            _ => "─✗",
        },
        (Kind::Trouble, true) => match entry.class {
            ReplyClass::Transient => "-!",
            _ => "-x",
        },
        (Kind::Meaning, ascii) => meaning_mark(ascii),
        (Kind::Received, false) => match entry.class {
            ReplyClass::Completion => {
                if tls {
                    "◀◀"
                } else {
                    "◀"
                }
            }
            ReplyClass::Intermediate => {
                if tls {
                    "◁◁"
                } else {
                    "◁"
                }
            }
            ReplyClass::Transient => {
                if tls {
                    "◀◀!"
                } else {
                    "◀!"
                }
            }
            ReplyClass::Permanent => {
                if tls {
                    "◀◀✗"
                } else {
                    "◀✗"
                }
            }
            ReplyClass::Data => {
                if tls {
                    "││"
                } else {
                    "│"
                }
            }
            ReplyClass::Closing => {
                if tls {
                    "■■"
                } else {
                    "■"
                }
            }
            ReplyClass::Malformed => {
                if tls {
                    "??"
                } else {
                    "?"
                }
            }
        },
        (Kind::Received, true) => match entry.class {
            ReplyClass::Completion => {
                if tls {
                    "<~"
                } else {
                    "<-"
                }
            }
            ReplyClass::Intermediate => {
                if tls {
                    "<~+"
                } else {
                    "<-+"
                }
            }
            ReplyClass::Transient => {
                if tls {
                    "<~!"
                } else {
                    "<-!"
                }
            }
            ReplyClass::Permanent => {
                if tls {
                    "<~x"
                } else {
                    "<-x"
                }
            }
            ReplyClass::Data => {
                if tls {
                    "~|"
                } else {
                    "|"
                }
            }
            ReplyClass::Closing => {
                if tls {
                    "<~#"
                } else {
                    "<-#"
                }
            }
            ReplyClass::Malformed => {
                if tls {
                    "~?"
                } else {
                    "?"
                }
            }
        },
    }
}

/// The text of a line, safe to draw, with what is odd about its ending said in words.
#[must_use]
pub fn text(conversation: &Conversation, entry: &Entry, ascii: bool) -> String {
    let octets = conversation.transcript.octets(entry);
    let mut out = String::from(before(entry));
    match (ascii, is_ours(entry)) {
        (false, _) => out.push_str(&visible(octets)),
        (true, false) => out.push_str(&visible_ascii(octets)),
        (true, true) => out.push_str(&visible_ascii(in_ascii(&String::from_utf8_lossy(octets)).as_bytes())),
    }
    out.push_str(after(entry, ascii));
    out
}

/// What stands before the octets of a line: the dot that was put there (RFC 5321 §4.5.2).
#[must_use]
pub const fn before(entry: &Entry) -> &'static str {
    if entry.marks.stuffed { "." } else { "" }
}

/// What is odd about the ending of a line, in words.
#[must_use]
pub const fn after(entry: &Entry, ascii: bool) -> &'static str {
    match (entry.kind, entry.marks.ending) {
        (Kind::Received, Ending::Lf) if !entry.marks.literal => {
            if ascii {
                " <LF>"
            } else {
                " ␊"
            }
        }
        (Kind::Sent, Ending::Lf) => " <LF>",
        (Kind::Sent, Ending::Cr) => " <CR>",
        (Kind::Sent, Ending::None) => " <no line end>",
        _ => "",
    }
}

/// Whether the words of a line are this program's own, so that they may be written otherwise in ASCII.
#[must_use]
pub const fn is_ours(entry: &Entry) -> bool {
    !matches!(entry.kind, Kind::Received | Kind::SentData)
}

/// This program's own words in ASCII: its dots, arrows and dashes have a form there; what else is not ASCII stays.
#[must_use]
pub fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '…' => out.push_str("..."),
            '→' => out.push_str("->"),
            '›' => out.push('>'),
            '␀' => out.push_str("\\x00"),
            '←' => out.push_str("<-"),
            '—' | '–' => out.push_str("--"),
            '·' | '─' => out.push('-'),
            '•' => out.push('*'),
            '✓' => out.push('+'),
            '✗' => out.push('x'),
            '≠' => out.push_str("!="),
            '§' => out.push_str("section "),
            'µ' => out.push('u'),
            '⏱' => out.push('@'),
            '⇥' => out.push_str("\\x09"),
            '␡' => out.push_str("\\x7f"),
            '\u{2400}'..='\u{241f}' => out.push_str(&format!("\\x{:02x}", u32::from(c) & 0x1f)),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// `10:21:04.118`.
#[must_use]
pub fn time_of_day(epoch: &jiff::Zoned, at: Moment) -> String {
    let wall = epoch.saturating_add(jiff::SignedDuration::from_micros(i64::try_from(at.0).unwrap_or(i64::MAX)));
    wall.strftime("%H:%M:%S%.3f").to_string()
}

/// Entries looked through for the last octets sent.
const STEPS: usize = 64;

/// Time since the last octets of the command this answers: `+23ms`, when a reply begins here.
#[must_use]
pub fn since_command(conversation: &Conversation, number: u64, entry: &Entry) -> Option<String> {
    if !entry.marks.begins || entry.kind != Kind::Received {
        return None;
    }
    let command = conversation.transcript.pair(number)?;
    // A literal, a response or DONE may have gone out since: the server could not answer before.
    let last = (command..number)
        .rev()
        .take(STEPS)
        .filter_map(|n| conversation.transcript.entry(n))
        .find(|e| matches!(e.kind, Kind::Sent | Kind::SentData));
    let sent = last.or_else(|| conversation.transcript.entry(command))?;
    Some(short(entry.at - sent.at))
}

fn short(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1000 => "+<1ms".to_owned(),
        1000..10_000_000 => format!("+{}ms", micros / 1000),
        _ => format!("+{}s", time.as_secs()),
    }
}

/// One line as `--preserve` prints it.
#[must_use]
pub fn line(conversation: &Conversation, epoch: &jiff::Zoned, number: u64, ascii: bool) -> Option<String> {
    let entry = conversation.transcript.entry(number)?;
    let time = if entry.marks.begins || matches!(entry.kind, Kind::Note | Kind::Trouble) {
        time_of_day(epoch, entry.at)
    } else {
        " ".repeat(12)
    };
    let since = since_command(conversation, number, entry).unwrap_or_default();
    Some(format!("{time} {since:>8} {:<3} {}", mark(entry, ascii), text(conversation, entry, ascii)))
}
