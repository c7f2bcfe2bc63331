//! JSON in lines for reading (RFC 8259): what XOAUTH2 and OAUTHBEARER say in their challenges (RFC 7628 §3.2.2).

use super::{DEPTH, NotUnderstood};

/// Octets of JSON that are laid out.
pub const LONGEST: usize = 256 * 1024;

/// The value in lines, two spaces a level. Numbers and strings stay exactly as they came.
///
/// # Errors
/// Where the text is no JSON, is longer than [`LONGEST`], or is nested deeper than [`DEPTH`].
pub fn pretty(text: &[u8]) -> Result<Vec<String>, NotUnderstood> {
    if text.len() > LONGEST {
        return Err(NotUnderstood::new(LONGEST, "longer JSON is not laid out"));
    }
    let mut reader = Reader { text, at: 0, lines: vec![String::new()] };
    reader.value(0)?;
    reader.blank();
    match reader.peek() {
        None => Ok(reader.lines),
        Some(_) => Err(reader.stop("something follows the JSON value")),
    }
}

/// Names and values of the object that the text is, those that are strings without their quotes, everything else as
/// [`pretty`] lays it out, in one line. Escapes stay as they came.
///
/// # Errors
/// As [`pretty`], and where the value is no object.
pub fn members(text: &[u8]) -> Result<Vec<(String, String)>, NotUnderstood> {
    let lines = pretty(text)?;
    if lines.first().is_none_or(|line| !line.starts_with('{')) {
        return Err(NotUnderstood::new(0, "the value is no object"));
    }
    let mut out: Vec<(String, String)> = Vec::new();
    for line in lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default() {
        let inner = line.strip_prefix("  ").unwrap_or(line);
        match (inner.strip_prefix('"').and_then(|rest| rest.split_once("\": ")), out.last_mut()) {
            (Some((name, value)), _) => out.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push(' ');
                value.push_str(inner.trim_start());
            }
            (None, None) => {}
        }
    }
    for (_, value) in &mut out {
        let whole = value.strip_suffix(',').unwrap_or(value);
        let string = whole.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        *value = string.unwrap_or(whole).to_owned();
    }
    Ok(out)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    lines: Vec<String>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    const fn stop(&self, reason: &'static str) -> NotUnderstood {
        NotUnderstood::new(self.at, reason)
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn write(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.push_str(text);
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), NotUnderstood> {
        self.blank();
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH => Err(self.stop("nested too deep to be read")),
            Some(b'{') => self.members(depth, b'}'),
            Some(b'[') => self.members(depth, b']'),
            Some(b'"') => self.string(),
            Some(_) => self.word(),
            None => Err(self.stop("a value is missing here")),
        }
    }

    fn members(&mut self, depth: usize, close: u8) -> Result<(), NotUnderstood> {
        let object = close == b'}';
        let (open, end) = if object { ("{", "}") } else { ("[", "]") };
        self.write(open);
        self.at += 1;
        self.blank();
        if self.peek() == Some(close) {
            self.at += 1;
            self.write(end);
            return Ok(());
        }
        loop {
            self.lines.push("  ".repeat(depth + 1));
            self.blank();
            if object {
                if self.peek() != Some(b'"') {
                    return Err(self.stop("a name in quotes stands here"));
                }
                self.string()?;
                self.blank();
                if self.peek() != Some(b':') {
                    return Err(self.stop("\":\" stands here"));
                }
                self.at += 1;
                self.write(": ");
            }
            self.value(depth + 1)?;
            self.blank();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.write(",");
                }
                Some(b) if b == close => {
                    self.at += 1;
                    self.lines.push("  ".repeat(depth));
                    self.write(end);
                    return Ok(());
                }
                _ => return Err(self.stop("\",\" or the closing bracket stands here")),
            }
        }
    }

    fn string(&mut self) -> Result<(), NotUnderstood> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(0..=0x1f) => return Err(self.stop("a control character is written as an escape")),
                Some(_) => self.at += 1,
                None => {
                    self.at = self.text.len();
                    return Err(self.stop("the quotes are not closed"));
                }
            }
        }
        self.at += 1;
        let text = String::from_utf8_lossy(self.text.get(start..self.at).unwrap_or_default()).into_owned();
        self.write(&text);
        Ok(())
    }

    /// `true`, `false`, `null`, a number.
    fn word(&mut self) -> Result<(), NotUnderstood> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')).count();
        let word = std::str::from_utf8(rest.get(..length).unwrap_or_default()).unwrap_or_default();
        let number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && word.parse::<f64>().is_ok();
        if !number && !matches!(word, "true" | "false" | "null") {
            return Err(self.stop("no JSON value"));
        }
        let word = word.to_owned();
        self.at += length;
        self.write(&word);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_in_lines() {
        let text = br#"{"status":"400","schemes":"Bearer","scope":["https://mail.google.com/",1.5e3,{}],"x":null}"#;
        assert_eq!(
            pretty(text).unwrap().join("\n"),
            "{\n  \"status\": \"400\",\n  \"schemes\": \"Bearer\",\n  \"scope\": [\n    \
             \"https://mail.google.com/\",\n    1.5e3,\n    {}\n  ],\n  \"x\": null\n}"
        );
    }

    #[test]
    fn members_of_an_object() {
        let text = br#"{"status":"400","a":["x",{"b":1}],"n": 1,"e":"\\\": ,"}"#;
        let found = members(text).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("status", "400"), ("a", "[ \"x\", { \"b\": 1 } ]"), ("n", "1"), ("e", "\\\\\\\": ,")]);
        assert_eq!(members(b"{}"), Ok(Vec::new()));
        assert!(members(b"[1]").is_err());
        assert!(members(b"\"a\"").is_err());
    }

    #[test]
    fn wrong_json_says_where() {
        for (text, at) in [
            ("", 0),
            ("{", 1),
            ("{\"a\"}", 4),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("\"a", 2),
            ("nul", 0),
            ("1 2", 2),
            ("\"\n\"", 1),
        ] {
            assert_eq!(pretty(text.as_bytes()).map_err(|stopped| stopped.at), Err(at), "{text}");
        }
        let deep = b"[".repeat(100_000);
        assert_eq!(pretty(&deep).map_err(|stopped| stopped.at), Err(DEPTH));
    }
}
