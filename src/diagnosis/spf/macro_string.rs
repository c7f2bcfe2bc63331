//! The macro language (RFC 7208 §7.1): what stands in a `domain-spec` and in an explanation.

use super::term::Misread;

/// A string with macros, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacroString {
    pieces: Vec<Piece>,
}

/// A part of a [`MacroString`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Octets that stand for themselves; `%%`, `%_` and `%-` are here as what they mean.
    Literal(String),
    /// `%{…}`.
    Macro(Macro),
}

/// `%{` letter, transformers, delimiters `}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macro {
    /// As it is written, with its braces.
    pub text: String,
    /// What it stands for.
    pub letter: Letter,
    /// The letter is upper case: the value is URL escaped.
    pub escaped: bool,
    /// How many of the right-hand parts are kept.
    pub keep: Option<usize>,
    /// The parts are reversed first.
    pub reversed: bool,
    /// Where the value is split; empty is the dot.
    pub delimiters: String,
}

/// The macro letters (RFC 7208 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// `s`: the sender's address.
    Sender,
    /// `l`: its local part.
    LocalPart,
    /// `o`: its domain.
    SenderDomain,
    /// `d`: the domain whose record is evaluated.
    Domain,
    /// `i`: the client's address, in nibbles when it is IPv6.
    Ip,
    /// `p`: the validated name of the client.
    Validated,
    /// `v`: `in-addr` or `ip6`.
    Version,
    /// `h`: the HELO name.
    Helo,
    /// `c`: the client's address as people read it. Explanations only.
    ReadableIp,
    /// `r`: the receiving host. Explanations only.
    Receiver,
    /// `t`: seconds since 1970. Explanations only.
    Time,
}

impl Letter {
    fn find(letter: char) -> Option<Self> {
        Some(match letter.to_ascii_lowercase() {
            's' => Self::Sender,
            'l' => Self::LocalPart,
            'o' => Self::SenderDomain,
            'd' => Self::Domain,
            'i' => Self::Ip,
            'p' => Self::Validated,
            'v' => Self::Version,
            'h' => Self::Helo,
            'c' => Self::ReadableIp,
            'r' => Self::Receiver,
            't' => Self::Time,
            _ => return None,
        })
    }

    const fn is_for_explanations(self) -> bool {
        matches!(self, Self::ReadableIp | Self::Receiver | Self::Time)
    }
}

/// Which letters and characters are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A name that is looked up.
    DomainSpec,
    /// The value of a modifier that nobody knows: every letter.
    Modifier,
    /// The text that `exp` points to: every letter, and spaces.
    Explanation,
}

impl MacroString {
    /// Reads a string.
    ///
    /// # Errors
    /// The octet at which it is no longer a macro-string, and why.
    pub fn read(text: &str, place: Place) -> Result<Self, Misread> {
        Self::scan(text, place).map(|(found, _)| found)
    }

    /// Reads a `domain-spec`: a macro-string that ends in a macro, or in a dot and a top label (RFC 7208 §7.1).
    ///
    /// # Errors
    /// The octet at which it is none, and why.
    pub fn domain_spec(text: &str) -> Result<Self, Misread> {
        if text.is_empty() {
            return Err(Misread::new(0, "a domain name is missing"));
        }
        let (found, behind) = Self::scan(text, Place::DomainSpec)?;
        let tail = text.get(behind..).unwrap_or_default();
        if tail.is_empty() {
            return Ok(found);
        }
        let name = tail.strip_suffix('.').unwrap_or(tail);
        let Some(dot) = name.rfind('.') else {
            return Err(Misread::new(behind, "a domain name of at least two labels is expected, as in example.org"));
        };
        let label = name.get(dot + 1..).unwrap_or_default();
        top_label(label).map_err(|why| Misread::new(behind + dot + 1, why))?;
        Ok(found)
    }

    /// The string, and the octet behind its last `macro-expand`.
    fn scan(text: &str, place: Place) -> Result<(Self, usize), Misread> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let (mut at, mut behind) = (0, 0);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let (meaning, length) = match *rest.as_bytes() {
                [b'%', b'%', ..] => ("%", 2),
                [b'%', b'_', ..] => (" ", 2),
                [b'%', b'-', ..] => ("%20", 2),
                [b'%', b'{', ..] => {
                    let Some(end) = rest.find('}') else {
                        return Err(Misread::new(at, "the macro has no closing brace \"}\""));
                    };
                    let written = rest.get(..=end).unwrap_or(rest);
                    let found = Macro::read(written, place).map_err(|misread| misread.further(at))?;
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(Piece::Macro(found));
                    ("", end + 1)
                }
                [b'%', ..] => return Err(Misread::new(at, "a lone \"%\"; a percent sign is written \"%%\"")),
                [b' ', ..] if place == Place::Explanation => (" ", 1),
                [0x21..=0x7e, ..] => (rest.get(..1).unwrap_or_default(), 1),
                _ => return Err(Misread::new(at, "a character that is not printable ASCII")),
            };
            literal.push_str(meaning);
            at += length;
            if rest.starts_with('%') {
                behind = at;
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok((Self { pieces }, behind))
    }

    /// The parts, in their order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The macros in it.
    pub fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Macro(found) => Some(found),
            Piece::Literal(_) => None,
        })
    }

    /// Whether its value is the same for every sender: no macro but the domain's own.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.macros().all(|found| found.letter == Letter::Domain)
    }
}

impl Macro {
    fn read(written: &str, place: Place) -> Result<Self, Misread> {
        let inner = written.get(2..written.len().saturating_sub(1)).unwrap_or_default();
        let wrong = |at: usize, says: String| Err(Misread::new(at + 2, says));
        let Some(first) = inner.chars().next() else {
            return wrong(0, "the macro is empty; a letter belongs between the braces".into());
        };
        let Some(letter) = Letter::find(first) else {
            return wrong(
                0,
                format!("{first:?} is no macro letter; the letters are s l o d i p v h, and c r t in exp"),
            );
        };
        if letter.is_for_explanations() && place == Place::DomainSpec {
            return wrong(0, format!("the macro letter \"{first}\" is for explanations (exp=) only"));
        }
        let rest = inner.get(1..).unwrap_or_default();
        let after_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = rest.get(..rest.len() - after_digits.len()).unwrap_or_default();
        // More parts than there are is every part; what does not fit into a number is more than there are.
        let keep = (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX));
        if keep == Some(0) {
            return wrong(1, "the number of parts may not be 0".into());
        }
        let after_r = after_digits.strip_prefix(['r', 'R']);
        let delimiters = after_r.unwrap_or(after_digits);
        if let Some(odd) = delimiters.find(|c| !matches!(c, '.' | '-' | '+' | ',' | '/' | '_' | '=')) {
            let c = delimiters.get(odd..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
            let at = inner.len() - delimiters.len() + odd;
            return wrong(at, format!("{c:?} is no delimiter; the delimiters are . - + , / _ ="));
        }
        Ok(Self {
            text: written.to_owned(),
            letter,
            escaped: first.is_ascii_uppercase(),
            keep,
            reversed: after_r.is_some(),
            delimiters: delimiters.to_owned(),
        })
    }
}

/// A top label: letters, digits and inner hyphens, and not digits alone.
fn top_label(label: &str) -> Result<(), String> {
    if label.is_empty() {
        return Err("the last label of the name is empty".to_owned());
    }
    if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        return Err(format!("{odd:?} cannot stand in the last label of a name"));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err("the last label of the name begins or ends with a hyphen".to_owned());
    }
    if label.bytes().all(|b| b.is_ascii_digit()) {
        return Err("the last label of the name is a number".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_right_and_wrong() {
        for text in [
            "example.org",
            "example.org.",
            "_spf.example.xn--zckzah",
            "foo:bar/baz.example.com",
            "mail.example...com",
            "%{d}",
            "a.%{d}",
            "%{D4r.-+,/_=}",
            "%{i}._spf.%{d2}",
            "%%%_%-",
            "x.%%",
            "a}b.org",
            ".org",
            "x.1-2",
        ] {
            assert_eq!(MacroString::domain_spec(text).map(|_| ()), Ok(()), "{text}");
        }
        for (text, at, says) in [
            ("", 0, "a domain name is missing"),
            ("museum", 0, "at least two labels"),
            ("museum.", 0, "at least two labels"),
            ("%{d}org", 4, "at least two labels"),
            ("%{d}.", 4, "at least two labels"),
            ("example..", 8, "the last label of the name is empty"),
            ("111.222.33.44", 11, "the last label of the name is a number"),
            ("example.-com", 8, "begins or ends with a hyphen"),
            ("example.com-", 8, "begins or ends with a hyphen"),
            ("example.com:8080", 8, "':' cannot stand in the last label"),
            ("%{d}.a}b", 5, "'}' cannot stand in the last label"),
            ("a.%(ir).org", 2, "a lone \"%\""),
            ("a.org%", 5, "a lone \"%\""),
            ("a.%{d", 2, "no closing brace"),
            ("a.%{}.org", 4, "the macro is empty"),
            ("a.%{x}.org", 4, "'x' is no macro letter"),
            ("%{r}.org", 2, "the macro letter \"r\" is for explanations"),
            ("%{d0}", 3, "may not be 0"),
            ("%{d2x}", 4, "'x' is no delimiter"),
            ("%{dr.r}", 5, "'r' is no delimiter"),
            ("a b.org", 1, "not printable ASCII"),
            ("%{é}.org", 2, "'é' is no macro letter"),
            ("%{dé}", 3, "'é' is no delimiter"),
        ] {
            let misread = MacroString::domain_spec(text).unwrap_err();
            assert_eq!(misread.at, at, "{text}: {}", misread.says);
            assert!(misread.says.contains(says), "{text}: {}", misread.says);
        }
    }

    #[test]
    fn letters_and_spaces_have_their_places() {
        for (text, modifier, explanation) in [
            ("%{c}%{r}%{t}", true, true),
            ("two words", false, true),
            ("", true, true),
            ("\u{feff}Sorry", false, false),
            ("50%", false, false),
        ] {
            assert_eq!(MacroString::read(text, Place::Modifier).is_ok(), modifier, "{text}");
            assert_eq!(MacroString::read(text, Place::Explanation).is_ok(), explanation, "{text}");
        }
        let fixed = |text| MacroString::read(text, Place::DomainSpec).unwrap().is_fixed();
        assert!(fixed("a.%{d2}.%%") && !fixed("%{o}.a.org"));
    }
}
