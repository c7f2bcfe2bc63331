//! A record: which TXT record is one, and its terms (RFC 7208 §3, §4.5, §4.6).

use std::ops::Range;

use super::macro_string::MacroString;
use super::mistakes;
use super::term::{self, Mechanism, Qualifier, Reading};

/// The version that begins every record.
pub(super) const VERSION: &str = "v=spf1";

/// Whether the joined strings of a TXT record are an SPF record: the version is a word of its own (RFC 7208 §4.5).
#[must_use]
pub fn is_record(octets: &[u8]) -> bool {
    let (version, rest) = octets.split_at(octets.len().min(VERSION.len()));
    version.eq_ignore_ascii_case(VERSION.as_bytes()) && rest.first().is_none_or(|b| *b == b' ')
}

/// A record, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// As it is published, the strings joined. Octets that are no UTF-8 are U+FFFD.
    pub text: String,
    /// Its terms, in their order.
    pub terms: Vec<Term>,
}

/// A term where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its octets in the text.
    pub span: Range<usize>,
    /// The column of its first character, from 1.
    pub column: usize,
    /// What it says.
    pub reading: Result<Reading, Fault>,
}

/// Why a term is none. One such term makes the whole record void: permerror (RFC 7208 §4.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The column, from 1, of the first character that cannot be read.
    pub column: usize,
    /// What is wrong, without a full stop.
    pub says: String,
    /// What to write in its place, when that can be told.
    pub mended: Option<String>,
}

impl Record {
    /// Reads a record from its version on.
    #[must_use]
    pub fn read(octets: &[u8]) -> Self {
        let text = String::from_utf8_lossy(octets).into_owned();
        let mut terms: Vec<Term> = Vec::new();
        let (mut at, mut column) = (0, 1);
        let mut seen = (false, false);
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 && !word.is_empty() {
                let mut reading = read(word, column);
                let twice = match &reading {
                    Ok(Reading::Redirect(_)) => std::mem::replace(&mut seen.0, true),
                    Ok(Reading::Explanation(_)) => std::mem::replace(&mut seen.1, true),
                    _ => false,
                };
                if twice {
                    let says = "this modifier stands here a second time; it may stand once".to_owned();
                    reading = Err(Fault { column, says, mended: None });
                }
                terms.push(Term { span: at..at + word.len(), column, reading });
            }
            at += word.len() + 1;
            column += word.chars().count() + 1;
        }
        Self { text, terms }
    }

    /// A term as it is written.
    #[must_use]
    pub fn text_of(&self, term: &Term) -> &str {
        self.text.get(term.span.clone()).unwrap_or_default()
    }

    /// The first term that is none.
    #[must_use]
    pub fn fault(&self) -> Option<(&Term, &Fault)> {
        self.terms.iter().find_map(|term| Some((term, term.reading.as_ref().err()?)))
    }

    /// The directives, in their order.
    pub fn directives(&self) -> impl Iterator<Item = (&Term, Qualifier, &Mechanism)> {
        self.terms.iter().filter_map(|term| match &term.reading {
            Ok(Reading::Directive(qualifier, mechanism)) => Some((term, *qualifier, mechanism)),
            _ => None,
        })
    }

    /// The first `all`. No directive behind it and no `redirect` is ever looked at (RFC 7208 §5.1).
    #[must_use]
    pub fn all(&self) -> Option<(&Term, Qualifier)> {
        self.directives().find(|(.., mechanism)| **mechanism == Mechanism::All).map(|(term, sign, _)| (term, sign))
    }

    /// The `redirect` modifier, and where it points.
    #[must_use]
    pub fn redirect(&self) -> Option<(&Term, &MacroString)> {
        self.terms.iter().find_map(|term| match &term.reading {
            Ok(Reading::Redirect(target)) => Some((term, target)),
            _ => None,
        })
    }

    /// Where the `exp` modifier points.
    #[must_use]
    pub fn explanation(&self) -> Option<&MacroString> {
        self.terms.iter().find_map(|term| match &term.reading {
            Ok(Reading::Explanation(target)) => Some(target),
            _ => None,
        })
    }
}

fn read(word: &str, column: usize) -> Result<Reading, Fault> {
    term::read(word).map_err(|misread| {
        let before = word.get(..misread.at).map_or(0, |before| before.chars().count());
        match mistakes::known(word) {
            // What was meant is told of the whole term, unless one character in it is the trouble.
            Some(found) => {
                let before = if word.chars().all(|c| c.is_ascii_graphic()) { 0 } else { before };
                Fault { column: column + before, says: found.says, mended: found.mended }
            }
            None => Fault { column: column + before, says: misread.says, mended: None },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (text, expect) in [
            ("v=spf1", true),
            ("V=SPF1 mx", true),
            ("v=spf1 ", true),
            ("v=spf10 mx", false),
            ("v=spf1\tmx", false),
            (" v=spf1 mx", false),
            ("v=spf", false),
            ("", false),
        ] {
            assert_eq!(is_record(text.as_bytes()), expect, "{text:?}");
        }
    }

    #[test]
    fn terms_that_are_right() {
        let text = "v=spf1 a A/24 a//64 a/24//64 a:x.org/24//64 mx:%{d}/8 ?mx +ptr -ptr:x.org ip4:192.0.2.1 \
                    ip4:192.0.2.0/24 ip6:2001:db8::/32 IP6:::FFFF:1.2.3.4 ip6:::1/0 exists:%{ir}.%{d} include:x.org. \
                    redirect=x.org exp=%{d}.x.org ra=%{c}man:dog/cat moo.cow-far_out= ~all a:foo/12.com//128 a/0";
        let record = Record::read(text.as_bytes());
        assert_eq!(record.fault(), None);
        assert_eq!(record.terms.len(), 23);
        assert_eq!(record.all().map(|(term, sign)| (term.column, sign)), Some((252, Qualifier::Softfail)));
        assert_eq!(record.redirect().map(|(term, _)| record.text_of(term)), Some("redirect=x.org"));
    }

    #[test]
    fn terms_that_are_wrong() {
        for (term, column, says) in [
            ("foo", 8, "\"foo\" is no mechanism"),
            ("-", 9, "the name of a mechanism is missing"),
            ("=all", 8, "a modifier begins with its name"),
            ("1up=foo", 8, "\"1up\" is no mechanism"),
            ("-redirect=x.org", 17, "is a modifier and takes"),
            ("moo.cow/far_out=man", 8, "is no mechanism"),
            ("all:x.org", 11, "nothing may follow"),
            ("include", 15, "a \":\" and a domain name are missing"),
            ("include:", 16, "a domain name is missing"),
            ("include:foo", 16, "at least two labels"),
            ("exists", 14, "a \":\" and a domain name are missing"),
            ("exists:%{r}.x.org", 17, "for explanations"),
            ("a:", 10, "a domain name is missing"),
            ("a/33", 10, "\"33\" is no prefix length; it is a number from 0 to 32"),
            ("a/024", 10, "\"024\" is no prefix length"),
            ("a//129", 11, "a number from 0 to 128"),
            ("a/24/64", 8, "\"64\" is no prefix length"),
            ("a/24/8", 8, "a \":\" and a domain name, or nothing, is expected"),
            ("a:x.org/", 8, "'/' cannot stand in the last label"),
            ("ptr/0", 11, "or nothing, is expected"),
            ("ip4", 11, "a \":\" and an IPv4 address"),
            ("ip4:", 12, "\"\" is not an IPv4 address"),
            ("ip4:1.2.3.04", 12, "\"1.2.3.04\" is not an IPv4 address"),
            ("ip4:1.2.3.4//32", 20, "\"/32\" is no prefix length"),
            ("ip4:1.2.3.4/", 20, "\"\" is no prefix length"),
            ("ip4:1.2.3.4/+8", 20, "\"+8\" is no prefix length"),
            ("ip4:1.2.3.4/256", 20, "\"256\" is no prefix length"),
            ("ip6::CAFE::BABE", 12, "is not an IPv6 address"),
            ("ip6:fe80::1%eth0", 12, "is not an IPv6 address"),
            ("redirect=", 17, "a domain name is missing"),
            ("exp=-all", 12, "at least two labels"),
            ("foo=%abc", 12, "a lone \"%\""),
            ("mx\tall", 10, "the control character \\t"),
            ("a:x.org\0", 15, "the control character \\u{0}"),
        ] {
            let record = Record::read(format!("v=spf1 {term} -all").as_bytes());
            let Some((found, fault)) = record.fault() else { panic!("{term:?} is read") };
            assert_eq!((found.column, fault.column), (8, column), "{term:?}: {}", fault.says);
            let plain = term::read(term).unwrap_err().says;
            assert!(plain.contains(says), "{term:?}: {plain}");
            assert_eq!(record.terms.len(), 2);
        }
    }

    #[test]
    fn columns_count_characters_and_modifiers_stand_once() {
        let record = Record::read("v=spf1 é  a:x.org foo -all".as_bytes());
        assert_eq!(record.terms.iter().map(|term| term.column).collect::<Vec<_>>(), [8, 11, 19, 23]);
        for (text, column) in [
            ("v=spf1 redirect=a.org mx redirect=b.org", Some(26)),
            ("v=spf1 exp=a.org EXP=a.org -all", Some(18)),
            ("v=spf1 foo=a foo=a exp=a.org redirect=a.org", None),
        ] {
            assert_eq!(Record::read(text.as_bytes()).fault().map(|(_, fault)| fault.column), column, "{text}");
        }
    }
}
