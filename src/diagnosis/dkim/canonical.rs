//! The two canonical forms (RFC 6376 §3.4): `simple` changes next to nothing, `relaxed` evens out white space.

use super::message::with_crlf;

/// A canonical form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Canonicalization {
    /// `simple`.
    #[default]
    Simple,
    /// `relaxed`.
    Relaxed,
}

impl Canonicalization {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Relaxed => "relaxed",
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        [Self::Simple, Self::Relaxed].into_iter().find(|form| form.name().eq_ignore_ascii_case(name))
    }

    /// A header field without the end of its last line. `name` is what stands before the colon, `value` what follows.
    #[must_use]
    pub fn field(self, name: &[u8], value: &[u8]) -> Vec<u8> {
        match self {
            Self::Simple => [&with_crlf(name), &b":"[..], &with_crlf(value)].concat(),
            Self::Relaxed => {
                let mut out = name.trim_ascii_end().to_ascii_lowercase();
                out.push(b':');
                relax(value, &mut out);
                out
            }
        }
    }
}

/// Appends a field's value: unfolded, each run of white space one space, none at either end.
fn relax(value: &[u8], out: &mut Vec<u8>) {
    let begin = out.len();
    let mut space = false;
    for (at, octet) in value.iter().enumerate() {
        match octet {
            b' ' | b'\t' => space = true,
            // The end of a folded line goes; a CR that ends none is kept.
            b'\n' => {}
            b'\r' if value.get(at + 1) == Some(&b'\n') => {}
            _ => {
                if space && out.len() > begin {
                    out.push(b' ');
                }
                space = false;
                out.push(*octet);
            }
        }
    }
}

/// A body put into canonical form line by line. What it becomes goes to a sink, so that none of it is kept.
pub(super) struct Body<S> {
    form: Canonicalization,
    sink: S,
    /// Empty lines not passed on: at the end they do not count.
    held: usize,
    is_empty: bool,
    line: Vec<u8>,
}

impl<S: FnMut(&[u8])> Body<S> {
    pub(super) const fn new(form: Canonicalization, sink: S) -> Self {
        Self { form, sink, held: 0, is_empty: true, line: Vec::new() }
    }

    /// Takes a line without its end.
    pub(super) fn line(&mut self, line: &[u8]) {
        let line = match self.form {
            Canonicalization::Simple => line,
            Canonicalization::Relaxed => {
                self.line.clear();
                even(line, &mut self.line);
                &self.line
            }
        };
        if line.is_empty() {
            self.held += 1;
            return;
        }
        for _ in 0..std::mem::take(&mut self.held) {
            (self.sink)(b"\r\n");
        }
        (self.sink)(line);
        (self.sink)(b"\r\n");
        self.is_empty = false;
    }

    /// Ends the body: an empty one is one line end in `simple` (RFC 6376 §3.4.3), nothing in `relaxed`.
    pub(super) fn end(mut self) {
        if self.is_empty && self.form == Canonicalization::Simple {
            (self.sink)(b"\r\n");
        }
    }
}

/// Appends a line: each run of white space one space, none at its end.
fn even(line: &[u8], out: &mut Vec<u8>) {
    let mut space = false;
    for octet in line {
        if matches!(octet, b' ' | b'\t') {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            out.push(b' ');
        }
        out.push(*octet);
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::RawMessage;
    use super::*;

    fn canonical(message: &[u8], header: Canonicalization, body: Canonicalization) -> (String, String) {
        let raw = RawMessage::read(message).unwrap();
        let mut fields = Vec::new();
        for field in &raw.fields {
            fields.extend(header.field(raw.get(&field.name), raw.value(field)));
            fields.extend(b"\r\n");
        }
        let mut out = Vec::new();
        let mut writer = Body::new(body, |octets: &[u8]| out.extend_from_slice(octets));
        raw.body_lines().for_each(|line| writer.line(line));
        writer.end();
        (String::from_utf8(fields).unwrap(), String::from_utf8(out).unwrap())
    }

    /// RFC 6376 §3.4.5.
    #[test]
    fn the_examples_of_the_rfc() {
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let simple = ("A: X\r\nB : Y\t\r\n\tZ  \r\n", " C \r\nD \t E\r\n");
        let relaxed = ("a:X\r\nb:Y Z\r\n", " C\r\nD E\r\n");
        use Canonicalization::{Relaxed, Simple};
        for (header, body, expect) in [
            (Relaxed, Relaxed, relaxed),
            (Simple, Simple, simple),
            (Relaxed, Simple, (relaxed.0, simple.1)),
            (Simple, Relaxed, (simple.0, relaxed.1)),
        ] {
            let got = canonical(message, header, body);
            assert_eq!((got.0.as_str(), got.1.as_str()), expect, "{header:?} {body:?}");
            // The same from a file, whose lines end in LF.
            let file: Vec<u8> = message.iter().copied().filter(|b| *b != b'\r').collect();
            assert_eq!(canonical(&file, header, body), got);
        }
    }

    #[test]
    fn ends_of_bodies() {
        for (body, simple, relaxed) in [
            ("", "\r\n", ""),
            ("\r\n\r\n", "\r\n", ""),
            (" \r\n", " \r\n", ""),
            ("a", "a\r\n", "a\r\n"),
            ("a\r\n\r\n \t\r\n", "a\r\n\r\n \t\r\n", "a\r\n"),
            ("\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"),
            ("a\rb\r\n", "a\rb\r\n", "a\rb\r\n"),
        ] {
            let message = format!("A: b\r\n\r\n{body}");
            for (form, expect) in [(Canonicalization::Simple, simple), (Canonicalization::Relaxed, relaxed)] {
                let got = canonical(message.as_bytes(), Canonicalization::Simple, form).1;
                assert_eq!(got, expect, "{body:?} {form:?}");
            }
        }
    }

    #[test]
    fn fields() {
        for (name, value, relaxed) in [
            ("SUBJect", " AbC", "subject:AbC"),
            ("Subject \t", "a\r\n\tb", "subject:a b"),
            ("A", "", "a:"),
            ("A", " \r\n ", "a:"),
            ("A", " x \t\r\n  y  \r\n \t", "a:x y"),
        ] {
            assert_eq!(Canonicalization::Relaxed.field(name.as_bytes(), value.as_bytes()), relaxed.as_bytes());
            let simple = format!("{name}:{value}");
            assert_eq!(Canonicalization::Simple.field(name.as_bytes(), value.as_bytes()), simple.as_bytes());
        }
    }
}
