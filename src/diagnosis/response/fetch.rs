//! The items of a FETCH in lines.

use super::shown;
use crate::protocol::imap::response::{Address, Envelope, Item, Part};
use crate::protocol::text::{charset, encoded_word, mailbox_name};

pub(super) fn lines(number: u64, items: &[(String, Item)]) -> Vec<String> {
    let mut out = vec![format!("message {number}")];
    for (name, item) in items {
        let name = shown(name);
        match item {
            Item::Number(number) if name == "RFC822.SIZE" => out.push(format!("  {name:<13} {number} octets")),
            Item::Number(number) => out.push(format!("  {name:<13} {number}")),
            Item::Words(words) if words.is_empty() => out.push(format!("  {name:<13} none")),
            // Labels are written like mailbox names.
            Item::Words(words) if name == "X-GM-LABELS" => {
                let plain = |word: &String| mailbox_name::decode(word.as_bytes()).unwrap_or_else(|_| word.clone());
                let words: Vec<String> = words.iter().map(plain).collect();
                out.push(format!("  {name:<13} {}", shown(&words.join(" "))));
            }
            Item::Words(words) => out.push(format!("  {name:<13} {}", shown(&words.join(" ")))),
            Item::Text(text) => out.push(format!("  {name:<13} {}", shown(text))),
            Item::Nil => out.push(format!("  {name:<13} NIL: there is none")),
            Item::Content(range) => {
                let octets = range.len();
                out.push(format!("  {name:<13} {octets} octets, from octet {} of the response on", range.start));
            }
            Item::Envelope(envelope) => {
                out.push(format!("  {name}"));
                self::envelope(envelope, "    ", &mut out);
            }
            Item::Structure(parts) => {
                out.push(format!("  {name}"));
                for part in parts {
                    self::part(part, &mut out);
                }
            }
        }
    }
    out
}

fn envelope(envelope: &Envelope, indent: &str, out: &mut Vec<String>) {
    let mut text = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            out.push(format!("{indent}{name:<12} {}", words(value)));
        }
    };
    text("Date", &envelope.date);
    text("Subject", &envelope.subject);
    text("Message-ID", &envelope.message_id);
    text("In-Reply-To", &envelope.in_reply_to);
    for (name, list) in [
        ("From", &envelope.from),
        ("Sender", &envelope.sender),
        ("Reply-To", &envelope.reply_to),
        ("To", &envelope.to),
        ("Cc", &envelope.cc),
        ("Bcc", &envelope.bcc),
    ] {
        // Servers repeat From in both: said once is enough.
        let repeated = matches!(name, "Sender" | "Reply-To") && *list == envelope.from;
        if !list.is_empty() && !repeated {
            let most = 100;
            let mut all: Vec<String> = list.iter().take(most).map(address).collect();
            if list.len() > most {
                all.push(format!("… and {} more", list.len() - most));
            }
            out.push(format!("{indent}{name:<12} {}", all.join(", ")));
        }
    }
}

fn address(address: &Address) -> String {
    match address {
        Address::Mailbox { name: Some(name), mailbox, host } => {
            format!("{} <{}@{}>", words(name), shown(mailbox), shown(host))
        }
        Address::Mailbox { name: None, mailbox, host } => format!("<{}@{}>", shown(mailbox), shown(host)),
        Address::GroupStart(name) => format!("{}:", words(name)),
        Address::GroupEnd => ";".to_owned(),
    }
}

/// A text with its encoded words read, and what of them could not be.
fn words(text: &str) -> String {
    let words = encoded_word::decode(text.as_bytes());
    shown(&words.text) + &shown(&encoded_word::behind(&words.remarks))
}

fn part(part: &Part, out: &mut Vec<String>) {
    let indent = "  ".repeat(part.depth + 2);
    let mut line = format!("{indent}{} {}", part.section, shown(&part.kind));
    let parameter = |name: &str| part.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let mut add = |text: String| {
        line.push_str(" · ");
        line.push_str(&text);
    };
    if let Some(charset) = parameter("charset") {
        add(shown(&charset::named(charset)));
    }
    if let Some(encoding) = &part.encoding {
        add(shown(encoding));
    }
    if let Some(octets) = part.octets {
        add(format!("{octets} octets"));
    }
    if let Some(lines) = part.lines {
        add(format!("{lines} lines"));
    }
    let file = part
        .disposition
        .as_ref()
        .and_then(|(_, parameters)| parameters.iter().find(|(name, _)| name.starts_with("filename")));
    if let Some((disposition, _)) = &part.disposition {
        add(shown(disposition));
    }
    if let Some(name) = file.map(|(_, name)| name).or_else(|| parameter("name")) {
        add(format!("\"{}\"", words(name)));
    }
    if let Some(id) = &part.id {
        add(shown(id));
    }
    if let Some(description) = &part.description {
        add(words(description));
    }
    if let Some((at, reason)) = part.odd {
        add(format!("not as the RFC says at octet {at}: {reason}"));
    }
    out.push(line);
    if let Some(inner) = &part.envelope {
        envelope(inner, &format!("{indent}    "), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::imap::response::read;

    #[test]
    fn a_fetch_in_plain_lines() {
        let line = "* 1 FETCH (UID 7 FLAGS () RFC822.SIZE 99 ENVELOPE (\"Mon\" \"=?utf-8?Q?gr=C3=BC?= =?x?Q?a?=\" ((\"A\" NIL \"a\" \"x\")) ((\"A\" \
                    NIL \"a\" \"x\")) NIL ((NIL NIL \"list\" NIL)(NIL NIL \"b\" \"y\")(NIL NIL NIL NIL)) NIL NIL NIL NIL) BODYSTRUCTURE \
                    ((\"text\" \"plain\" (\"charset\" \"utf-7\") NIL NIL \"7bit\" 6 1)(\"image\" \"png\" (\"name\" \"a.png\") NIL NIL \
                    \"base64\" 10) \"mixed\") BODY[1] {2}\r\nab)";
        assert_eq!(
            super::super::lines(&read(line.as_bytes())),
            [
                "message 1",
                "  UID           7",
                "  FLAGS         none",
                "  RFC822.SIZE   99 octets",
                "  ENVELOPE",
                "    Date         Mon",
                "    Subject      grü =?x?Q?a?=  (charset x is not understood)",
                "    From         A <a@x>",
                "    To           list:, <b@y>, ;",
                "  BODYSTRUCTURE",
                "     multipart/mixed",
                "      1 text/plain · utf-7 (not understood) · 7bit · 6 octets · 1 lines",
                "      2 image/png · base64 · 10 octets · \"a.png\"",
                &format!("  BODY[1]       2 octets, from octet {} of the response on", line.len() - 3),
            ]
        );
    }

    #[test]
    fn labels_are_read_like_mailbox_names() {
        let line = "* 1 FETCH (X-GM-LABELS (\\Inbox Entw&APw-rfe \"a&b\"))";
        assert_eq!(super::super::lines(&read(line.as_bytes())), ["message 1", "  X-GM-LABELS   \\Inbox Entwürfe a&b"]);
    }
}
