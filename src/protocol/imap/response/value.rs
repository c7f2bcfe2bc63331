//! What IMAP responses are made of: NIL, atoms, strings, literals and lists (RFC 9051 §4), with their places.

use std::borrow::Cow;
use std::ops::Range;

use crate::protocol::text::{DEPTH, NotUnderstood};

/// Values read of one response: nothing real has more, and memory stays small.
const VALUES: usize = 200_000;

/// One value and where it begins.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) at: usize,
    pub(super) value: Value<'a>,
}

#[derive(Debug)]
pub(super) enum Value<'a> {
    Nil,
    Atom(&'a [u8]),
    Quoted(Cow<'a, [u8]>),
    Literal(Range<usize>, &'a [u8]),
    List(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    /// The octets of a string or an atom; `None` for NIL and lists.
    pub(super) fn octets(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Atom(octets) | Value::Literal(_, octets) => Some(octets),
            Value::Quoted(octets) => Some(octets),
            Value::Nil | Value::List(_) => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) const fn is_nil(&self) -> bool {
        matches!(self.value, Value::Nil)
    }

    pub(super) fn text(&self) -> Option<String> {
        self.octets().map(|octets| String::from_utf8_lossy(octets).into_owned())
    }

    pub(super) fn number(&self) -> Option<u64> {
        match self.value {
            Value::Atom(digits) => number(digits),
            // Some servers quote their numbers.
            _ => self.octets().and_then(number),
        }
    }

    /// The value written again, for what has no reading of its own.
    pub(super) fn write(&self, out: &mut String) {
        match &self.value {
            Value::Nil => out.push_str("NIL"),
            Value::List(list) => {
                out.push('(');
                for (place, node) in list.iter().enumerate() {
                    if place > 0 {
                        out.push(' ');
                    }
                    node.write(out);
                }
                out.push(')');
            }
            Value::Atom(octets) => out.push_str(&String::from_utf8_lossy(octets)),
            Value::Quoted(octets) => {
                out.push('"');
                out.push_str(&String::from_utf8_lossy(octets));
                out.push('"');
            }
            Value::Literal(_, octets) => out.push_str(&format!("{{{}}}", octets.len())),
        }
    }
}

pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let legal = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if legal { std::str::from_utf8(digits).ok()?.parse().ok() } else { None }
}

/// Reads a whole response, literals and their line ends included.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) octets: &'a [u8],
    pub(super) at: usize,
    values: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0, values: 0 }
    }

    pub(super) const fn stop(&self, reason: &'static str) -> NotUnderstood {
        NotUnderstood::new(self.at, reason)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    /// Steps over this octet if it comes next.
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        let taken = self.peek() == Some(wanted);
        self.at += usize::from(taken);
        taken
    }

    /// One space is the rule; some servers send more, or one where none belongs.
    pub(super) fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Whether nothing but the end of the line is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.spaces();
        matches!(self.rest(), [] | [b'\r', b'\n'] | [b'\n'] | [b'\r'])
    }

    /// The octets up to a space, a parenthesis or the end of the line.
    pub(super) fn word(&mut self) -> &'a [u8] {
        self.spaces();
        let rest = self.rest();
        let length = rest.iter().take_while(|b| !matches!(b, b' ' | b'(' | b')' | b'\r' | b'\n')).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The name of a FETCH item: `BODY[HEADER.FIELDS (FROM "x")]<0>` is one word.
    pub(super) fn item_name(&mut self) -> &'a [u8] {
        self.spaces();
        let start = self.at;
        let (mut section, mut quoted) = (false, false);
        while let Some(byte) = self.peek() {
            match byte {
                b'\r' | b'\n' => break,
                b'"' if section => quoted = !quoted,
                _ if quoted => {}
                b'[' => section = true,
                b']' => section = false,
                b' ' | b'(' | b')' if !section => break,
                _ => {}
            }
            self.at += 1;
        }
        self.octets.get(start..self.at).unwrap_or_default()
    }

    /// The next value. Never deeper than [`DEPTH`].
    pub(super) fn node(&mut self, depth: usize) -> Result<Node<'a>, NotUnderstood> {
        self.spaces();
        self.values += 1;
        if self.values > VALUES {
            return Err(self.stop("so many values are not read"));
        }
        let at = self.at;
        let value = match self.peek() {
            Some(b'(') if depth >= DEPTH => return Err(self.stop("nested too deep to be read")),
            Some(b'(') => self.list(depth)?,
            Some(b'"') => self.quoted()?,
            Some(b'{' | b'~') if self.literal_length().is_some() => self.literal()?,
            Some(b')') => return Err(self.stop("a value is missing before \")\"")),
            None | Some(b'\r' | b'\n') => return Err(self.stop("the response ends where a value stands")),
            Some(_) => {
                let word = self.word();
                if word.eq_ignore_ascii_case(b"NIL") { Value::Nil } else { Value::Atom(word) }
            }
        };
        Ok(Node { at, value })
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, NotUnderstood> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            self.spaces();
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    return Ok(Value::List(out));
                }
                None | Some(b'\r' | b'\n') => return Err(self.stop("the response ends inside a list")),
                Some(_) => out.push(self.node(depth + 1)?),
            }
        }
    }

    fn quoted(&mut self) -> Result<Value<'a>, NotUnderstood> {
        self.at += 1;
        let start = self.at;
        let mut unescaped: Option<Vec<u8>> = None;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let so_far = self.octets.get(start..self.at).unwrap_or_default();
                    let text = unescaped.get_or_insert_with(|| so_far.to_vec());
                    self.at += 1;
                    match self.octets.get(self.at) {
                        // Not every server escapes a backslash: what it stands before stays.
                        Some(b @ (b'"' | b'\\')) => text.push(*b),
                        Some(b'\r' | b'\n') | None => return Err(self.stop("the quoted string is not closed")),
                        Some(b) => text.extend([b'\\', *b]),
                    }
                }
                None | Some(b'\r' | b'\n') => return Err(self.stop("the quoted string is not closed")),
                Some(b) => {
                    if let Some(text) = &mut unescaped {
                        text.push(b);
                    }
                }
            }
            self.at += 1;
        }
        let raw = self.octets.get(start..self.at).unwrap_or_default();
        self.at += 1;
        Ok(Value::Quoted(unescaped.map_or(Cow::Borrowed(raw), Cow::Owned)))
    }

    /// The octets of the literal announced here, and of the announcement with its line end: `{12}`, `~{12}`.
    fn literal_length(&self) -> Option<(u64, usize)> {
        // 20 digits write any number that fits.
        const LONGEST: usize = 26;
        let rest = self.rest();
        let inner = rest.strip_prefix(b"~").unwrap_or(rest).strip_prefix(b"{")?;
        let window = inner.get(..inner.len().min(LONGEST))?;
        let close = window.iter().position(|b| *b == b'}')?;
        let digits = window.get(..close)?;
        let octets = number(digits.strip_suffix(b"+").unwrap_or(digits))?;
        let ending = match inner.get(close + 1..)? {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => return None,
        };
        Some((octets, rest.len() - inner.len() + close + 1 + ending))
    }

    fn literal(&mut self) -> Result<Value<'a>, NotUnderstood> {
        let Some((octets, announced)) = self.literal_length() else {
            return Err(self.stop("no literal"));
        };
        self.at += announced;
        let end = usize::try_from(octets).ok().and_then(|octets| self.at.checked_add(octets));
        match end.and_then(|end| Some((end, self.octets.get(self.at..end)?))) {
            Some((end, content)) => {
                let range = self.at..end;
                self.at = end;
                Ok(Value::Literal(range, content))
            }
            None => {
                self.at = self.octets.len();
                Err(self.stop("the literal is not here to its end"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, usize> {
        let mut reader = Reader::new(text.as_bytes());
        let node = reader.node(0).map_err(|stopped| stopped.at)?;
        let mut out = String::new();
        node.write(&mut out);
        Ok(out)
    }

    #[test]
    fn values() {
        for (text, expect) in [
            ("nil", Ok("NIL")),
            ("(a  \"b \\\" c\" (1 2)())", Ok("(a \"b \" c\" (1 2) ())")),
            ("\"C:\\dir\"", Ok("\"C:\\dir\"")),
            ("({3}\r\na)b x)", Ok("({3} x)")),
            ("(~{3}\na\0b)", Ok("({3})")),
            ("{3} x", Ok("{3}")),
            ("({9}\r\nabc", Err(9)),
            ("(\"a", Err(3)),
            ("(\"a\r\n\")", Err(3)),
            ("(a", Err(2)),
            (")", Err(0)),
            ("", Err(0)),
            ("{99999999999999999999}\r\n", Ok("{99999999999999999999}")),
            ("{18446744073709551615}\r\n", Err(24)),
        ] {
            assert_eq!(written(text), expect.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = "(".repeat(100_000);
        assert_eq!(written(&deep), Err(DEPTH));
        assert!(written(&format!("({})", "()".repeat(VALUES + 10))).is_err());
        assert!(written(&format!("({})", "()".repeat(VALUES / 2))).is_ok());
    }

    #[test]
    fn names_of_items() {
        for (text, expect) in [
            ("BODY[HEADER.FIELDS (FROM \"a]b\")]<0> NIL", "BODY[HEADER.FIELDS (FROM \"a]b\")]<0>"),
            ("FLAGS(\\Seen)", "FLAGS"),
            ("BODY[TEXT", "BODY[TEXT"),
        ] {
            assert_eq!(Reader::new(text.as_bytes()).item_name(), expect.as_bytes());
        }
    }
}
