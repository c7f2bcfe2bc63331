//! The structure of a message: header fields (RFC 5322 §2.2) and MIME parts (RFC 2045, RFC 2046), as slices of it.

/// Parts nested deeper than this are not looked into.
const DEPTH_CAP: usize = 16;
/// Parts of one multipart after this many are not looked into.
const PARTS_CAP: usize = 256;
/// Octets of one structured field that are read.
const VALUE_CAP: usize = 64 * 1024;

/// One field of a header.
pub(super) struct Field<'a> {
    /// As written.
    pub(super) name: &'a [u8],
    /// After the colon, folds and all, without the last line ending.
    pub(super) value: &'a [u8],
    /// The whole field with its line endings.
    pub(super) raw: &'a [u8],
}

/// The fields of a header, one after the other. Lines that are no fields are passed over.
pub(super) struct Fields<'a>(&'a [u8]);

/// The fields of `header`.
pub(super) const fn fields(header: &[u8]) -> Fields<'_> {
    Fields(header)
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        while !self.0.is_empty() {
            let mut end = line_length(self.0);
            while matches!(self.0.get(end), Some(b' ' | b'\t')) {
                end += line_length(self.0.get(end..).unwrap_or_default());
            }
            let (raw, rest) = self.0.split_at(end);
            self.0 = rest;
            if let Some(colon) = raw.iter().position(|&b| b == b':') {
                let (name, value) = raw.split_at(colon);
                let value = without_ending(value.get(1..).unwrap_or_default());
                return Some(Field { name: name.trim_ascii_end(), value, raw });
            }
        }
        None
    }
}

/// Octets of the first line with its ending.
fn line_length(octets: &[u8]) -> usize {
    octets.iter().position(|&b| b == b'\n').map_or(octets.len(), |at| at + 1)
}

fn without_ending(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The value in one line: line endings of folds taken out (RFC 5322 §2.2.3), spaces at both ends too.
pub(super) fn unfold(value: &[u8]) -> Vec<u8> {
    let value = value.get(..VALUE_CAP).unwrap_or(value);
    let line: Vec<u8> = value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n' | 0)).collect();
    line.trim_ascii().to_vec()
}

/// Header with its empty line, and body. A message without an empty line is all header.
pub(super) fn split(octets: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let length = line_length(rest);
        at += length;
        if without_ending(rest.get(..length).unwrap_or_default()).is_empty() {
            break;
        }
    }
    octets.split_at(at)
}

/// Name and value.
pub(super) type Parameter = (String, Vec<u8>);

/// A part, which may be the whole message.
pub(super) struct Part<'a> {
    /// Its own header with the empty line.
    pub(super) header: &'a [u8],
    pub(super) body: &'a [u8],
    /// `TEXT`, in upper case.
    pub(super) media: String,
    /// `PLAIN`, in upper case.
    pub(super) subtype: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) description: Option<Vec<u8>>,
    /// In upper case, `7BIT` when not said.
    pub(super) encoding: Vec<u8>,
    pub(super) disposition: Option<(String, Vec<Parameter>)>,
    pub(super) language: Option<Vec<u8>>,
    pub(super) location: Option<Vec<u8>>,
    pub(super) md5: Option<Vec<u8>>,
    pub(super) inside: Inside<'a>,
}

/// What a part holds.
pub(super) enum Inside<'a> {
    /// Octets.
    Leaf,
    /// `multipart/…`, at least one part.
    Multipart(Vec<Part<'a>>),
    /// `message/rfc822`.
    Message(Box<Part<'a>>),
}

impl<'a> Part<'a> {
    /// Reads a whole message.
    pub(super) fn read(octets: &'a [u8]) -> Self {
        Self::read_at(octets, 0, false)
    }

    fn read_at(octets: &'a [u8], depth: usize, in_digest: bool) -> Self {
        let (header, body) = split(octets);
        let mut part = Self {
            header,
            body,
            media: if in_digest { "MESSAGE" } else { "TEXT" }.to_owned(),
            subtype: if in_digest { "RFC822" } else { "PLAIN" }.to_owned(),
            parameters: Vec::new(),
            id: None,
            description: None,
            encoding: b"7BIT".to_vec(),
            disposition: None,
            language: None,
            location: None,
            md5: None,
            inside: Inside::Leaf,
        };
        let mut typed = false;
        for field in fields(header).filter(|f| f.name.len() >= 10 && f.name[..8].eq_ignore_ascii_case(b"content-")) {
            let value = unfold(field.value);
            match field.name.to_ascii_lowercase().as_slice() {
                b"content-type" if !typed => typed = part.read_type(&value),
                b"content-id" => part.id = Some(value),
                b"content-description" => part.description = Some(value),
                b"content-transfer-encoding" if !value.is_empty() => part.encoding = value.to_ascii_uppercase(),
                b"content-disposition" => {
                    let (kind, parameters) = with_parameters(&value);
                    part.disposition = (!kind.is_empty()).then_some((kind, parameters));
                }
                b"content-language" => part.language = Some(value),
                b"content-location" => part.location = Some(value),
                b"content-md5" => part.md5 = Some(value),
                _ => {}
            }
        }
        if part.media == "TEXT" && !part.parameters.iter().any(|(name, _)| name == "CHARSET") {
            part.parameters.push(("CHARSET".to_owned(), b"US-ASCII".to_vec()));
        }
        if depth < DEPTH_CAP {
            if part.media == "MULTIPART" {
                let boundary = part.parameters.iter().find(|(name, _)| name == "BOUNDARY").map(|(_, value)| value);
                let digest = part.subtype == "DIGEST";
                let parts: Vec<Self> = boundary
                    .filter(|boundary| !boundary.is_empty())
                    .map(|boundary| between(body, boundary))
                    .unwrap_or_default()
                    .into_iter()
                    .map(|octets| Self::read_at(octets, depth + 1, digest))
                    .collect();
                if !parts.is_empty() {
                    part.inside = Inside::Multipart(parts);
                }
            } else if part.media == "MESSAGE" && matches!(part.subtype.as_str(), "RFC822" | "GLOBAL") {
                part.inside = Inside::Message(Box::new(Self::read_at(body, depth + 1, false)));
            }
        }
        part
    }

    fn read_type(&mut self, value: &[u8]) -> bool {
        let (kind, parameters) = with_parameters(value);
        let Some((media, subtype)) = kind.split_once('/') else { return false };
        let (media, subtype) = (media.trim(), subtype.trim());
        if media.is_empty() || subtype.is_empty() {
            return false;
        }
        self.media = media.to_owned();
        self.subtype = subtype.to_owned();
        self.parameters = parameters;
        true
    }

    /// The part with this number among those inside (RFC 9051 §6.4.5): 1 is the body of a message that is no multipart.
    pub(super) fn child(&self, number: u32) -> Option<&Self> {
        let of = |parts: &'_ [Self]| usize::try_from(number).ok()?.checked_sub(1).filter(|at| *at < parts.len());
        match &self.inside {
            Inside::Multipart(parts) => parts.get(of(parts)?),
            Inside::Message(inner) => match &inner.inside {
                Inside::Multipart(parts) => parts.get(of(parts)?),
                _ => (number == 1).then_some(inner),
            },
            Inside::Leaf => None,
        }
    }

    /// The part at `path`, counted from the whole message.
    pub(super) fn find(&self, path: &[u32]) -> Option<&Self> {
        let (&first, rest) = path.split_first()?;
        let top = match &self.inside {
            Inside::Multipart(_) => self.child(first),
            _ => (first == 1).then_some(self),
        };
        rest.iter().try_fold(top?, |part, &number| part.child(number))
    }

    /// Lines of the body.
    pub(super) fn lines(&self) -> usize {
        self.body.split_inclusive(|&b| b == b'\n').count()
    }
}

/// What lies between the lines `--boundary` (RFC 2046 §5.1.1). The ending before a boundary line belongs to it.
fn between<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut out = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in body.split_inclusive(|&b| b == b'\n') {
        let after = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary));
        if let Some(after) = after {
            let last = after.starts_with(b"--");
            if last || after.trim_ascii().is_empty() {
                if let Some(start) = start.take() {
                    out.push(without_ending(body.get(start..at).unwrap_or_default()));
                }
                if last || out.len() >= PARTS_CAP {
                    return out;
                }
                start = Some(at + line.len());
            }
        }
        at += line.len();
    }
    if let Some(start) = start {
        out.push(body.get(start..).unwrap_or_default());
    }
    out
}

/// `text/plain; charset="utf-8"`: the first word in upper case, and the parameters, names in upper case.
fn with_parameters(value: &[u8]) -> (String, Vec<Parameter>) {
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    let (mut quoted, mut escaped, mut depth) = (false, false, 0u32);
    for &b in value {
        if escaped {
            escaped = false;
            if depth == 0 {
                piece.push(b);
            }
            continue;
        }
        match b {
            b'\\' if quoted || depth > 0 => escaped = true,
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted && depth > 0 => depth -= 1,
            b';' if !quoted && depth == 0 => pieces.push(std::mem::take(&mut piece)),
            _ if depth == 0 => piece.push(b),
            _ => {}
        }
    }
    pieces.push(piece);
    let mut pieces = pieces.into_iter();
    let upper = |octets: &[u8]| String::from_utf8_lossy(octets.trim_ascii()).to_uppercase();
    let first = upper(&pieces.next().unwrap_or_default());
    let parameters = pieces
        .filter_map(|piece| {
            let equals = piece.iter().position(|&b| b == b'=')?;
            let (name, value) = piece.split_at(equals);
            Some((upper(name), value.get(1..)?.trim_ascii().to_vec()))
        })
        .collect();
    (first, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_split_and_unfold() {
        let (header, body) = split(b"A: 1\r\nB: x\r\n\ty\r\nnot a field\r\n\r\nbody\r\n");
        assert_eq!(body, b"body\r\n");
        let all: Vec<_> = fields(header).map(|f| (f.name.to_vec(), unfold(f.value))).collect();
        assert_eq!(all, [(b"A".to_vec(), b"1".to_vec()), (b"B".to_vec(), b"x\ty".to_vec())]);
        assert_eq!(split(b"A: 1\r\n"), (&b"A: 1\r\n"[..], &b""[..]));
        assert_eq!(split(b"\r\nx"), (&b"\r\n"[..], &b"x"[..]));
        assert_eq!(split(b""), (&b""[..], &b""[..]));
    }

    #[test]
    fn parameters() {
        let (kind, all) = with_parameters(b"text/Plain; charset=\"utf-8; \\\"x\\\"\" (a; comment); name = a.txt; junk");
        assert_eq!(kind, "TEXT/PLAIN");
        assert_eq!(all, [("CHARSET".to_owned(), b"utf-8; \"x\"".to_vec()), ("NAME".to_owned(), b"a.txt".to_vec())]);
        assert_eq!(with_parameters(b"").0, "");
        assert_eq!(with_parameters(b"\"unclosed; x").0, "UNCLOSED; X");
    }

    const NESTED: &[u8] = b"Content-Type: multipart/mixed; boundary=a\r\n\r\npreamble\r\n--a\r\n\r\none\r\n--a\r\n\
        Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/x; boundary=aa\r\n\r\n--aa\r\n\r\nx\r\n--aa--\r\n\
        --a--\r\nepilogue";

    #[test]
    fn parts_by_number() {
        let message = Part::read(NESTED);
        let body = |path: &[u32]| message.find(path).map(|part| part.body);
        assert_eq!(body(&[1]), Some(&b"one"[..]));
        assert_eq!(body(&[2, 1]), Some(&b"x"[..]));
        assert_eq!(body(&[3]), None);
        assert_eq!(body(&[0]), None);
        assert_eq!(body(&[1, 1]), None);
        assert_eq!(body(&[]), None);
        let plain = Part::read(b"Subject: x\r\n\r\nhi\r\n");
        assert_eq!(plain.find(&[1]).map(|part| part.body), Some(&b"hi\r\n"[..]));
        assert!(plain.find(&[2]).is_none() && plain.find(&[1, 1]).is_none());
    }

    #[test]
    fn depth_is_limited() {
        let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(10_000);
        let mut depth = 0;
        let mut part = &Part::read(deep.as_bytes());
        while let Inside::Message(inner) = &part.inside {
            depth += 1;
            part = inner;
        }
        assert_eq!(depth, DEPTH_CAP);
    }
}
