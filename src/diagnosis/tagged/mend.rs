//! Corrected records, ready to be published.

/// Octets of one string of a TXT record (RFC 1035 §3.3).
const STRING: usize = 255;

/// A record as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Where it stands: `_dmarc.example.org`.
    pub name: String,
    /// Its text, in one piece.
    pub text: String,
}

impl Suggestion {
    /// A record of this name.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// As a line of a zone file, its strings cut to the length that DNS allows.
    #[must_use]
    pub fn zone_line(&self) -> String {
        let mut line = format!("{}. IN TXT", self.name);
        let mut string = String::new();
        let mut length = 0;
        for c in self.text.chars() {
            if length + c.len_utf8() > STRING {
                line.push_str(&format!(" \"{string}\""));
                string.clear();
                length = 0;
            }
            length += c.len_utf8();
            if matches!(c, '"' | '\\') {
                string.push('\\');
            }
            string.push(c);
        }
        line.push_str(&format!(" \"{string}\""));
        line
    }
}

/// A tag list in its usual form: `v=DMARC1; p=none`.
#[must_use]
pub fn write(tags: &[(String, String)]) -> String {
    let tags: Vec<String> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    tags.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_lines() {
        let line = Suggestion::new("_dmarc.example.org", "v=DMARC1; p=none").zone_line();
        assert_eq!(line, "_dmarc.example.org. IN TXT \"v=DMARC1; p=none\"");
        let long = Suggestion::new("k", format!("{}\"\\é", "a".repeat(254))).zone_line();
        assert_eq!(long, format!("k. IN TXT \"{}\\\"\" \"\\\\é\"", "a".repeat(254)));
    }
}
