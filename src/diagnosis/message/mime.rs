//! The tree of MIME parts (RFC 2045, RFC 2046 §5.1), found line by line.

use std::ops::Range;

use super::header::{self, Field};
use super::named;
use crate::protocol::text::{DEPTH, NotUnderstood, charset, encoded_word, percent};

/// Parts listed of one message.
const PARTS: usize = 1000;

/// Octets of a boundary that is looked for; RFC 2046 §5.1.1 allows 70.
const BOUNDARY: usize = 200;

/// One part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// IMAP's number for it: `1.2`; empty for the message itself.
    pub section: String,
    /// How deep it lies, 0 for the message itself.
    pub depth: usize,
    /// `text/plain`, in lower case.
    pub kind: String,
    /// The charset, of texts.
    pub charset: Option<String>,
    /// The transfer encoding, in lower case; `7bit` when the header names none.
    pub encoding: String,
    /// `inline`, `attachment`.
    pub disposition: Option<String>,
    /// The file name, decoded.
    pub file: Option<String>,
    /// What of the file name could not be read, without a full stop.
    pub remarks: Vec<String>,
    /// Where its content lies in the message, without the line end before the boundary.
    pub content: Range<usize>,
    /// The closing boundary of this multipart never came.
    pub unclosed: bool,
}

/// A multipart whose end has not come.
struct Open {
    /// `--` and the boundary.
    delimiter: Vec<u8>,
    part: usize,
    /// Parts found in it.
    children: usize,
}

/// The parts of a message whose header is read and whose body begins at `body`.
pub(super) fn parts(message: &[u8], fields: &[Field], body: usize) -> (Vec<Part>, Option<NotUnderstood>) {
    let mut tree = Tree { message, parts: Vec::new(), open: Vec::new(), running: Vec::new(), stopped: None };
    tree.begin(fields, body, 0, String::new(), "text/plain");
    let mut at = body;
    while at < message.len() {
        if tree.open.is_empty() {
            break;
        }
        let (line, next) = header::line(message, at);
        // Only a line that begins with two hyphens can end a part.
        at = if line.starts_with(b"--") { tree.delimiter(line, at, next) } else { next };
    }
    tree.close(0);
    tree.finish(0, message.len());
    (tree.parts, tree.stopped)
}

struct Tree<'a> {
    message: &'a [u8],
    parts: Vec<Part>,
    open: Vec<Open>,
    /// Parts whose content has no end yet, the innermost last.
    running: Vec<usize>,
    stopped: Option<NotUnderstood>,
}

impl Tree<'_> {
    /// A part begins whose header is `fields` and whose content begins at `body`. Returns where to read on.
    fn begin(&mut self, fields: &[Field], body: usize, depth: usize, section: String, default: &str) -> usize {
        let mut at = body;
        let (mut depth, mut section) = (depth, section);
        let (mut part, mut boundary) = describe(fields, default);
        loop {
            let number = self.parts.len();
            let kind = part.kind.clone();
            let identity = matches!(part.encoding.as_str(), "7bit" | "8bit" | "binary");
            self.parts.push(Part { depth, section: section.clone(), content: at..at, ..part });
            self.running.push(number);
            let nested = kind == "message/rfc822" || kind == "message/global";
            if kind.starts_with("multipart/") && !boundary.is_empty() {
                if self.open.len() < DEPTH {
                    let delimiter = [b"--", boundary.as_bytes()].concat();
                    self.open.push(Open { delimiter, part: number, children: 0 });
                } else {
                    self.stop(at, "nested too deep to be read");
                }
                return at;
            }
            if !nested || !identity {
                return at;
            }
            if depth >= DEPTH || self.parts.len() >= PARTS {
                self.stop(at, "nested too deep to be read");
                return at;
            }
            let (fields, body, _) = header::read(self.message, at);
            (part, boundary) = describe(&fields, "text/plain");
            if section.is_empty() {
                section.push('1');
            }
            if !part.kind.starts_with("multipart/") {
                section.push_str(".1");
            }
            depth += 1;
            at = body;
        }
    }

    /// The innermost open multipart that this line delimits, and whether it closes it.
    fn which(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.get(..line.len().min(BOUNDARY + 80)).unwrap_or(line).trim_ascii_end();
        let closing = line.strip_suffix(b"--");
        let is = |open: &Open, line: &[u8]| open.delimiter.len() == line.len() && open.delimiter == line;
        self.open.iter().enumerate().rev().find_map(|(place, open)| {
            if is(open, line) {
                return Some((place, false));
            }
            closing.filter(|closing| is(open, closing)).map(|_| (place, true))
        })
    }

    /// Reads a line that begins with `--`. Returns where to read on.
    fn delimiter(&mut self, line: &[u8], start: usize, next: usize) -> usize {
        let Some((place, closing)) = self.which(line) else { return next };
        self.close(place + 1);
        let Some(open) = self.open.get_mut(place) else { return next };
        let parent = open.part;
        open.children += 1;
        let number = open.children;
        self.finish(parent + 1, start);
        if closing {
            self.open.truncate(place);
            return next;
        }
        if self.parts.len() >= PARTS {
            self.stop(start, "so many parts are not listed");
            self.open.clear();
            return next;
        }
        let Some(above) = self.parts.get(parent) else { return next };
        let digest = above.kind == "multipart/digest";
        let section = if above.section.is_empty() { number.to_string() } else { format!("{}.{number}", above.section) };
        let depth = above.depth + 1;
        let (fields, body, _) = header::read(self.message, next);
        self.begin(&fields, body, depth, section, if digest { "message/rfc822" } else { "text/plain" })
    }

    /// Multiparts from this place inwards end without their closing boundary.
    fn close(&mut self, place: usize) {
        for open in self.open.drain(place.min(self.open.len())..) {
            if let Some(part) = self.parts.get_mut(open.part) {
                part.unclosed = true;
            }
        }
    }

    /// The contents of the parts from this number on end before the line at `at`.
    fn finish(&mut self, from: usize, at: usize) {
        let before = self.message.get(..at).unwrap_or_default();
        let end = if at >= self.message.len() {
            at
        } else {
            // The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
            let before = before.strip_suffix(b"\n").unwrap_or(before);
            before.strip_suffix(b"\r").unwrap_or(before).len()
        };
        while let Some(number) = self.running.pop_if(|number| *number >= from) {
            if let Some(part) = self.parts.get_mut(number) {
                part.content.end = end.max(part.content.start);
            }
        }
    }

    fn stop(&mut self, at: usize, reason: &'static str) {
        self.stopped.get_or_insert(NotUnderstood { at, reason });
    }
}

/// What a header says of its part, and the boundary.
fn describe(fields: &[Field], default: &str) -> (Part, String) {
    let raw = |name| named(fields, name).next().map(|field| field.raw.as_str());
    let (kind, mut parameters) = raw("Content-Type").map(parameters).unwrap_or_default();
    let kind = if kind.contains('/') { kind } else { default.to_owned() };
    let (disposition, more) = raw("Content-Disposition").map(self::parameters).unwrap_or_default();
    let mut take = |name: &str| {
        let place = parameters.iter().position(|known| known.name == name)?;
        Some(parameters.swap_remove(place))
    };
    let text = kind.starts_with("text/");
    let boundary = take("boundary").map(|boundary| boundary.value).filter(|value| value.len() <= BOUNDARY);
    let charset = take("charset").map(|charset| charset.value).filter(|_| text);
    let file = more.into_iter().find(|known| known.name == "filename").or_else(|| take("name"));
    let (file, remarks) = file.map(|file| (file.value, file.remarks)).unzip();
    let part = Part {
        charset,
        file,
        remarks: remarks.unwrap_or_default(),
        kind,
        encoding: raw("Content-Transfer-Encoding").map_or_else(
            || "7bit".to_owned(),
            |text| text.split(['(', ';', ' ']).next().unwrap_or(text).to_ascii_lowercase(),
        ),
        disposition: Some(disposition).filter(|word| !word.is_empty()),
        ..Part::default()
    };
    (part, boundary.unwrap_or_default())
}

/// A parameter of a field.
struct Parameter {
    /// In lower case.
    name: String,
    /// Decoded; as it came where its charset is not understood.
    value: String,
    /// What of it could not be read.
    remarks: Vec<String>,
}

/// A parameter that may go on in further pieces (RFC 2231 §3).
#[derive(Default)]
struct Pieces {
    name: String,
    /// The pieces as they came, and with their percent signs read.
    raw: String,
    octets: Vec<u8>,
    /// What the first piece names; without one the octets are UTF-8.
    charset: Option<String>,
    remarks: Vec<String>,
}

impl Pieces {
    fn whole(self) -> Parameter {
        let Self { name, raw, octets, charset, mut remarks } = self;
        let value = match charset.as_ref().map(|charset| (charset, charset::decode(charset, &octets))) {
            None => String::from_utf8_lossy(&octets).into_owned(),
            Some((charset, Some(decoded))) => {
                remarks.extend(decoded.remark(charset));
                decoded.text
            }
            Some((charset, None)) => {
                remarks.push(charset::not_understood(charset));
                raw
            }
        };
        Parameter { name, value, remarks }
    }
}

/// `text/plain; charset="utf-8"; name*0*=utf-8''a%20; name*1=b`: the value in lower case and its parameters, the
/// pieces and percent signs of RFC 2231 §3 and §4 read, and encoded words too, which do not belong there.
fn parameters(text: &str) -> (String, Vec<Parameter>) {
    // No real field has more; each piece is compared with the names before it.
    const MOST: usize = 100;
    let mut pieces = split(text).into_iter();
    let value = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut out: Vec<Pieces> = Vec::new();
    for piece in pieces.take(MOST) {
        let Some((name, value)) = piece.split_once('=') else { continue };
        let name = name.trim().to_ascii_lowercase();
        let value = unquoted(value.trim());
        let base = name.split('*').next().unwrap_or(&name);
        let known = out.iter().position(|known| known.name == base);
        let mut next = Pieces { name: base.to_owned(), raw: value, ..Pieces::default() };
        if name.ends_with('*') {
            let mut parts = next.raw.splitn(3, '\'');
            if known.is_none()
                && let (Some(charset), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next())
            {
                next.charset = Some(charset.to_owned()).filter(|charset| !charset.is_empty());
                next.raw = rest.to_owned();
            }
            next.octets = percent::percent(next.raw.as_bytes()).octets;
        } else if name.contains('*') {
            next.octets = next.raw.clone().into_bytes();
        } else if known.is_some() {
            continue;
        } else {
            let words = encoded_word::decode(next.raw.as_bytes());
            (next.octets, next.remarks) = (words.text.into_bytes(), words.remarks);
        }
        match known.and_then(|known| out.get_mut(known)) {
            Some(so_far) => {
                so_far.raw.push_str(&next.raw);
                so_far.octets.extend(next.octets);
            }
            None => out.push(next),
        }
    }
    (value, out.into_iter().map(Pieces::whole).collect())
}

/// Cuts at the semicolons that stand outside quotes.
fn split(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut quoted, mut escaped, mut from) = (false, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                out.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(text.get(from..).unwrap_or_default());
    out
}

fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else {
        return text.split([' ', '\t', '(']).next().unwrap_or(text).to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}
