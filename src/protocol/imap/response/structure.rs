//! ENVELOPE and BODYSTRUCTURE (RFC 9051 §7.5.2), read as leniently as servers write them.

use super::value::{Node, Value};

/// The fields of an ENVELOPE. Texts are as the server sent them, encoded words and all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// `Date:`.
    pub date: Option<String>,
    /// `Subject:`.
    pub subject: Option<String>,
    /// `From:`.
    pub from: Vec<Address>,
    /// `Sender:`; servers fill in `From:` when it is absent.
    pub sender: Vec<Address>,
    /// `Reply-To:`; the same.
    pub reply_to: Vec<Address>,
    /// `To:`.
    pub to: Vec<Address>,
    /// `Cc:`.
    pub cc: Vec<Address>,
    /// `Bcc:`.
    pub bcc: Vec<Address>,
    /// `In-Reply-To:`.
    pub in_reply_to: Option<String>,
    /// `Message-ID:`.
    pub message_id: Option<String>,
}

/// One address of an ENVELOPE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A mailbox.
    Mailbox {
        /// The display name.
        name: Option<String>,
        /// The local part.
        mailbox: String,
        /// The domain; empty when the server had none.
        host: String,
    },
    /// A group begins (`host` NIL and a name in `mailbox`).
    GroupStart(String),
    /// The group ends.
    GroupEnd,
}

/// One part of a BODYSTRUCTURE. The tree is a list in its order, each part with its depth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The number to ask for it by: `1.2`; empty for the multipart at the top.
    pub section: String,
    /// How deep it lies, 0 for the top.
    pub depth: usize,
    /// `text/plain`, in lower case.
    pub kind: String,
    /// Parameters of the type: charset, boundary, name.
    pub parameters: Vec<(String, String)>,
    /// `Content-ID:`.
    pub id: Option<String>,
    /// `Content-Description:`.
    pub description: Option<String>,
    /// The transfer encoding; `None` for multiparts.
    pub encoding: Option<String>,
    /// Octets as transferred; `None` for multiparts.
    pub octets: Option<u64>,
    /// Lines, for texts and messages.
    pub lines: Option<u64>,
    /// `inline`, `attachment` and its parameters.
    pub disposition: Option<(String, Vec<(String, String)>)>,
    /// `Content-Language:`.
    pub languages: Vec<String>,
    /// `Content-Location:`.
    pub location: Option<String>,
    /// Of a message in the message.
    pub envelope: Option<Box<Envelope>>,
    /// What is not as RFC 9051 says, and the octet where.
    pub odd: Option<(usize, &'static str)>,
}

pub(super) fn envelope(node: &Node<'_>) -> Option<Envelope> {
    let fields = node.list()?;
    let text = |place: usize| fields.get(place).and_then(Node::text);
    let addresses = |place: usize| fields.get(place).map(addresses).unwrap_or_default();
    Some(Envelope {
        date: text(0),
        subject: text(1),
        from: addresses(2),
        sender: addresses(3),
        reply_to: addresses(4),
        to: addresses(5),
        cc: addresses(6),
        bcc: addresses(7),
        in_reply_to: text(8),
        message_id: text(9),
    })
}

fn addresses(node: &Node<'_>) -> Vec<Address> {
    node.list().unwrap_or_default().iter().filter_map(address).collect()
}

fn address(node: &Node<'_>) -> Option<Address> {
    let fields = node.list()?;
    let text = |place: usize| fields.get(place).and_then(Node::text);
    Some(match (text(0), text(2), text(3)) {
        (None, Some(group), None) => Address::GroupStart(group),
        (None, None, None) => Address::GroupEnd,
        (name, mailbox, host) => {
            Address::Mailbox { name, mailbox: mailbox.unwrap_or_default(), host: host.unwrap_or_default() }
        }
    })
}

/// The parts of a BODY or BODYSTRUCTURE. Depth is bounded by the reader of values.
pub(super) fn parts(node: &Node<'_>) -> Vec<Part> {
    let mut out = Vec::new();
    let multipart = is_multipart(node);
    part(node, 0, if multipart { String::new() } else { "1".to_owned() }, &mut out);
    out
}

fn is_multipart(node: &Node<'_>) -> bool {
    node.list().and_then(<[_]>::first).is_some_and(|first| matches!(first.value, Value::List(_) | Value::Nil))
}

fn part(node: &Node<'_>, depth: usize, section: String, out: &mut Vec<Part>) {
    let Some(fields) = node.list() else {
        let odd = Some((node.at, "a list that describes a part belongs here"));
        return out.push(Part { section, depth, kind: "?".to_owned(), odd, ..Part::default() });
    };
    if is_multipart(node) {
        multipart(node.at, fields, depth, section, out);
    } else {
        single(node.at, fields, depth, section, out);
    }
}

fn multipart(at: usize, fields: &[Node<'_>], depth: usize, section: String, out: &mut Vec<Part>) {
    let count = fields.iter().take_while(|field| field.list().is_some()).count();
    let (children, rest) = fields.split_at(count);
    // `(NIL "mixed" …)`: a multipart without parts.
    let rest = if count == 0 { rest.get(1..).unwrap_or_default() } else { rest };
    let subtype = rest.first().and_then(Node::text);
    let odd = if children.is_empty() {
        Some((at, "a multipart has at least one part"))
    } else if subtype.is_none() {
        Some((rest.first().map_or(at, |node| node.at), "the subtype of the multipart belongs here"))
    } else {
        None
    };
    let mut top = Part {
        section: section.clone(),
        depth,
        kind: format!("multipart/{}", subtype.unwrap_or_else(|| "?".to_owned()).to_ascii_lowercase()),
        parameters: rest.get(1).map(parameters).unwrap_or_default(),
        odd,
        ..Part::default()
    };
    extension(&mut top, rest.get(2..).unwrap_or_default());
    out.push(top);
    for (place, child) in children.iter().enumerate() {
        part(child, depth + 1, below(&section, place + 1), out);
    }
}

fn below(section: &str, number: usize) -> String {
    if section.is_empty() { number.to_string() } else { format!("{section}.{number}") }
}

fn single(at: usize, fields: &[Node<'_>], depth: usize, section: String, out: &mut Vec<Part>) {
    let text = |place: usize| fields.get(place).and_then(Node::text);
    let lower = |place: usize| text(place).map(|text| text.to_ascii_lowercase());
    let kind = format!("{}/{}", lower(0).unwrap_or_default(), lower(1).unwrap_or_else(|| "?".to_owned()));
    let mut this = Part {
        section: section.clone(),
        depth,
        parameters: fields.get(2).map(parameters).unwrap_or_default(),
        id: text(3),
        description: text(4),
        encoding: lower(5),
        octets: fields.get(6).and_then(Node::number),
        ..Part::default()
    };
    let message = matches!(kind.as_str(), "message/rfc822" | "message/global");
    let inner = fields.get(7).filter(|node| message && node.list().is_some()).and(fields.get(8));
    let mut next = 7;
    if let Some(body) = inner.filter(|body| body.list().is_some()) {
        this.envelope = fields.get(7).and_then(envelope).map(Box::new);
        this.lines = fields.get(9).and_then(Node::number);
        this.kind = kind;
        extension(&mut this, fields.get(11..).unwrap_or_default());
        out.push(this);
        let section = if is_multipart(body) { section } else { below(&section, 1) };
        return part(body, depth + 1, section, out);
    }
    if message {
        this.odd = Some((fields.get(7).map_or(at, |node| node.at), "the envelope and body of the message belong here"));
    }
    if kind.starts_with("text/") {
        this.lines = fields.get(7).and_then(Node::number);
        next = 8;
    } else if let Some(lines) = fields.get(7).filter(|node| matches!(node.value, Value::Atom(_))) {
        // Lines where none belong, as some servers count them for every part.
        this.lines = lines.number();
        next = 8;
    }
    if this.octets.is_none() && this.odd.is_none() {
        this.odd = Some((fields.get(6).map_or(at, |node| node.at), "the size in octets belongs here"));
    }
    this.kind = kind;
    // The first of the extension is the MD5 of RFC 1864; nobody checks it.
    extension(&mut this, fields.get(next + 1..).unwrap_or_default());
    out.push(this);
}

/// Disposition, languages, location.
fn extension(part: &mut Part, fields: &[Node<'_>]) {
    part.disposition = fields.first().and_then(|node| match node.list() {
        Some(list) => Some((
            list.first().and_then(Node::text)?.to_ascii_lowercase(),
            list.get(1).map(parameters).unwrap_or_default(),
        )),
        // `"inline"` without its parentheses, as Exchange sends it.
        None => Some((node.text()?.to_ascii_lowercase(), Vec::new())),
    });
    if let Some(node) = fields.get(1) {
        part.languages = match node.list() {
            Some(list) => list.iter().filter_map(Node::text).collect(),
            None => node.text().into_iter().collect(),
        };
    }
    part.location = fields.get(2).and_then(Node::text);
}

fn parameters(node: &Node<'_>) -> Vec<(String, String)> {
    node.list()
        .unwrap_or_default()
        .chunks(2)
        .filter_map(|pair| {
            let name = pair.first()?.text()?.to_ascii_lowercase();
            Some((name, pair.get(1).and_then(Node::text).unwrap_or_default()))
        })
        .collect()
}
