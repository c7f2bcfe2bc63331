//! The reader of tag lists (RFC 6376 §3.2): lenient, and it names every place where the grammar is broken.

use std::collections::HashMap;
use std::ops::Range;

use crate::protocol::command::distance;

/// Octets of a list that are read: no TXT record is longer (RFC 1035 §3.2.1).
const LONGEST: usize = 65_535;

/// Tags of a list that are read. No honest list has twenty.
const TAGS: usize = 1000;

/// One `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// As it is written. Tags are told apart by case.
    pub name: &'a str,
    /// The value without the white space around it.
    pub value: &'a [u8],
    /// The octets of the tag, from its name to the end of its value.
    pub at: Range<usize>,
    /// The octets of the value.
    pub value_at: Range<usize>,
}

impl<'a> Tag<'a> {
    /// The value, when it is printable ASCII.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.value).ok().filter(|text| text.bytes().all(|b| matches!(b, b' '..=b'~')))
    }

    /// The words of a list such as `sha1 : sha256`, each with its octets in the list's text.
    pub fn words(&self, separator: u8) -> impl Iterator<Item = (Range<usize>, &'a [u8])> {
        let start = self.value_at.start;
        let mut at = 0;
        self.value.split(move |b| *b == separator).map(move |word| {
            let from = at;
            at += word.len() + 1;
            let (lead, word) = trim(word);
            let from = start + from + lead;
            (from..from + word.len(), word)
        })
    }

    /// The first white space in the value behind which a known tag and its `=` stand: a semicolon is missing there.
    fn missing_semicolon(&self, known: &[&str]) -> Option<(usize, &'a str)> {
        let text = self.text()?;
        let equals = text.find('=')?;
        let name = text.get(..equals)?.trim_end();
        let (before, name) = name.rsplit_once([' ', ','])?;
        known.contains(&name).then_some((self.value_at.start + before.trim_end_matches([' ', ',']).len(), name))
    }
}

/// Where a list breaks the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The octets this is about.
    pub at: Range<usize>,
    /// What is wrong there.
    pub slip: Slip,
}

/// In which way a list breaks the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Text between two semicolons without `=`.
    NoEquals,
    /// `=` with no name before it, or one that is no name.
    BadName,
    /// Two semicolons with nothing between them.
    Empty,
    /// An octet that may not stand in a value: a control character, or one outside ASCII.
    BadOctet(u8),
    /// The name stood before: RFC 6376 makes the whole list void.
    Duplicate(String),
    /// The list goes on behind what is read here.
    TooLong,
}

impl Slip {
    /// What is wrong, without a full stop.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::NoEquals => "text without \"=\" stands between two semicolons".to_owned(),
            Self::BadName => "what stands before \"=\" is not the name of a tag".to_owned(),
            Self::Empty => "nothing stands between two semicolons".to_owned(),
            Self::BadOctet(octet) => format!("the octet {octet:#04x} may not stand in a value"),
            Self::Duplicate(name) => format!("the tag {name} stands here for a second time"),
            Self::TooLong => "the list is longer than any receiver reads".to_owned(),
        }
    }
}

/// A tag list, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagList<'a> {
    /// The tags in their order; of those with one name, all.
    pub tags: Vec<Tag<'a>>,
    /// Where the grammar is broken, in order.
    pub troubles: Vec<Trouble>,
}

impl<'a> TagList<'a> {
    /// Reads a list. Never fails.
    #[must_use]
    pub fn read(text: &'a [u8]) -> Self {
        let mut list = Self::default();
        let kept = text.get(..text.len().min(LONGEST)).unwrap_or(text);
        let mut names: HashMap<&str, ()> = HashMap::new();
        let mut from = 0;
        for spec in kept.split(|b| *b == b';') {
            let at = from;
            from += spec.len() + 1;
            if list.tags.len() + list.troubles.len() >= TAGS {
                list.troubles.push(Trouble { at: at..kept.len(), slip: Slip::TooLong });
                return list;
            }
            let last = from > kept.len();
            if let Some(tag) = list.spec(at, spec, last)
                && names.insert(tag.name, ()).is_some()
            {
                list.troubles.push(Trouble { at: tag.at.clone(), slip: Slip::Duplicate(tag.name.to_owned()) });
            }
        }
        if kept.len() < text.len() {
            list.troubles.push(Trouble { at: kept.len()..text.len(), slip: Slip::TooLong });
        }
        list
    }

    /// Reads what stands between two semicolons. `last`: nothing follows, so nothing may stand there.
    fn spec(&mut self, at: usize, spec: &'a [u8], last: bool) -> Option<Tag<'a>> {
        let (lead, spec) = trim(spec);
        let at = at + lead;
        let whole = at..at + spec.len();
        let mut trouble = |at, slip| self.troubles.push(Trouble { at, slip });
        if spec.is_empty() {
            if !last {
                trouble(whole, Slip::Empty);
            }
            return None;
        }
        let Some(equals) = spec.iter().position(|b| *b == b'=') else {
            trouble(whole, Slip::NoEquals);
            return None;
        };
        let name = spec.get(..equals).unwrap_or_default().trim_ascii_end();
        let Some(name) = std::str::from_utf8(name).ok().filter(|name| is_name(name)) else {
            trouble(at..at + equals, Slip::BadName);
            return None;
        };
        let (lead, value) = trim(spec.get(equals + 1..).unwrap_or_default());
        let start = at + equals + 1 + lead;
        let odd = value.iter().position(|b| !matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
        if let Some((odd, octet)) = odd.and_then(|odd| Some((odd, *value.get(odd)?))) {
            trouble(start + odd..start + odd + 1, Slip::BadOctet(octet));
        }
        let tag = Tag { name, value, at: whole, value_at: start..start + value.len() };
        self.tags.push(tag.clone());
        Some(tag)
    }

    /// The first tag with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tag<'a>> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    /// Whether the list is void as a whole by RFC 6376 §3.2, and the first reason.
    #[must_use]
    pub fn void(&self) -> Option<&Trouble> {
        self.troubles.iter().find(|trouble| !matches!(trouble.slip, Slip::Empty | Slip::BadOctet(_)))
    }

    /// Values in which a semicolon is missing before the next tag: the octet where it belongs, and that tag.
    pub fn missing_semicolons(&self, known: &[&str]) -> impl Iterator<Item = (usize, &'a str)> {
        self.tags.iter().filter_map(|tag| tag.missing_semicolon(known))
    }
}

/// `tag-name` of RFC 6376 §3.2; a dot and a hyphen too, as RFC 8461 §3.1 has them.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Without the white space around it, and how many octets of it stood before.
fn trim(text: &[u8]) -> (usize, &[u8]) {
    let ended = text.trim_ascii_end();
    let trimmed = ended.trim_ascii_start();
    (ended.len() - trimmed.len(), trimmed)
}

/// The known tag that a wrong one was probably meant for: one slip away, or the same in another case.
pub(in crate::diagnosis) fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = name.to_ascii_lowercase();
    let same = known.iter().find(|tag| **tag == lower);
    // A name of one or two letters is near everything.
    let near =
        known.iter().find(|tag| tag.len() > 2 && lower.len() > 2 && distance(lower.as_bytes(), tag.as_bytes()) == 1);
    same.or(near).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `name=value@column` for each tag, and `column slip` for each trouble.
    fn told(text: &[u8]) -> (Vec<String>, Vec<String>) {
        let list = TagList::read(text);
        let tags = list
            .tags
            .iter()
            .map(|tag| format!("{}={}@{}", tag.name, String::from_utf8_lossy(tag.value), tag.value_at.start + 1))
            .collect();
        let troubles = list.troubles.iter().map(|t| format!("{}-{} {:?}", t.at.start + 1, t.at.end, t.slip)).collect();
        (tags, troubles)
    }

    #[test]
    fn lists_with_their_columns() {
        for (text, tags, troubles) in [
            ("", &[][..], &[][..]),
            ("v=DMARC1; p=none", &["v=DMARC1@3", "p=none@13"], &[]),
            ("v=DMARC1;p=none;", &["v=DMARC1@3", "p=none@12"], &[]),
            ("v=DMARC1; p=none ; \t", &["v=DMARC1@3", "p=none@13"], &[]),
            (" v = DMARC1 ;\r\n\tp =\tnone", &["v=DMARC1@6", "p=none@21"], &[]),
            ("p=; s=a=b", &["p=@3", "s=a=b@7"], &[]),
            ("v=DKIM1;; p=", &["v=DKIM1@3", "p=@13"], &["9-8 Empty"]),
            (";", &[], &["1-0 Empty"]),
            ("v=DKIM1; MIGf; p=a", &["v=DKIM1@3", "p=a@18"], &["10-13 NoEquals"]),
            ("v=DKIM1; =x; p q=a", &["v=DKIM1@3"], &["10-9 BadName", "14-16 BadName"]),
            ("n=a\u{e9}b; p=x", &["n=a\u{e9}b@3", "p=x@11"], &["4-4 BadOctet(195)"]),
            ("p=a\x1b", &["p=a\x1b@3"], &["4-4 BadOctet(27)"]),
            ("p=a; P=b; p=c", &["p=a@3", "P=b@8", "p=c@13"], &["11-13 Duplicate(\"p\")"]),
        ] {
            let (got_tags, got_troubles) = told(text.as_bytes());
            assert_eq!(got_tags, tags, "{text:?}");
            assert_eq!(got_troubles, troubles, "{text:?}");
        }
    }

    #[test]
    fn words_of_a_value_have_their_places() {
        let list = TagList::read(b"h= sha1 :sha256: ;x=1");
        let words: Vec<_> = list.get("h").unwrap().words(b':').collect();
        assert_eq!(words, [(3..7, &b"sha1"[..]), (9..15, b"sha256"), (16..16, b"")]);
    }

    #[test]
    fn slips_of_the_pen() {
        let known = ["v", "p", "rua", "adkim"];
        let missing = |text: &str| {
            TagList::read(text.as_bytes()).missing_semicolons(&known).map(|(at, tag)| format!("{at} {tag}")).next()
        };
        assert_eq!(missing("v=DMARC1 p=none; rua=x").as_deref(), Some("8 p"));
        assert_eq!(missing("v=DMARC1; p=none, rua=mailto:a@b").as_deref(), Some("16 rua"));
        assert_eq!(missing("v=DMARC1; p=none; rua=mailto:a@b?subject=x"), None);
        for (name, expect) in [("P", Some("p")), ("RUA", Some("rua")), ("rau", Some("rua")), ("adkm", Some("adkim"))] {
            assert_eq!(meant(name, &known), expect, "{name}");
        }
        for name in ["x", "policy", "ruf2", "sp"] {
            assert_eq!(meant(name, &known), None, "{name}");
        }
    }

    #[test]
    fn hostile_lists_are_bounded() {
        let many = "a=b;".repeat(10_000);
        let list = TagList::read(many.as_bytes());
        assert_eq!(list.tags.len() + list.troubles.len(), TAGS + 2);
        assert_eq!(list.void().map(|t| &t.slip), Some(&Slip::Duplicate("a".to_owned())));
        let distinct: String = (0..10_000).map(|n| format!("t{n}=;")).collect();
        let list = TagList::read(distinct.as_bytes());
        assert_eq!((list.tags.len(), list.void().map(|t| &t.slip)), (TAGS, Some(&Slip::TooLong)));
        let long = vec![b'a'; LONGEST + 5];
        let list = TagList::read(&long);
        assert_eq!(list.troubles.last().map(|t| t.at.clone()), Some(LONGEST..LONGEST + 5));
    }

    proptest! {
        #[test]
        fn every_place_is_inside_the_text(
            text in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b';'), Just(b'='), Just(b' ')], 0..200),
        ) {
            let list = TagList::read(&text);
            for tag in &list.tags {
                prop_assert_eq!(text.get(tag.value_at.clone()), Some(tag.value));
                prop_assert!(text.get(tag.at.clone()).is_some_and(|whole| whole.starts_with(tag.name.as_bytes())));
                for (at, word) in tag.words(b':') {
                    prop_assert_eq!(text.get(at), Some(word));
                }
            }
            for trouble in &list.troubles {
                prop_assert!(trouble.at.start <= trouble.at.end && trouble.at.end <= text.len());
            }
        }
    }
}
