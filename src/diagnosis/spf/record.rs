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
        let (says, mended) = mistakes::known(word).map_or((misread.says, None), |found| (found.says, found.mended));
        Fault { column: column + before, says, mended }
    })
}
