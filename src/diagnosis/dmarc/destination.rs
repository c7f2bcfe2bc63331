//! The destinations of reports, `rua` and `ruf`: a list of URIs (RFC 9989 §4.6, RFC 3986).

use std::ops::Range;

use crate::diagnosis::tagged::Tag;
use crate::protocol::smtp::to_ascii_domain;

/// Destinations of one tag that are read.
const MOST: usize = 50;

/// One destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its octets in the record, with the obsolete size.
    pub at: Range<usize>,
    /// The URI without its size.
    pub uri: String,
    /// The largest report it takes, as written: `10m`. RFC 7489 only; RFC 9989 has receivers pass over it.
    pub size: Option<String>,
    /// The host that takes the reports, in A-label form; or why no report can go there.
    pub host: Result<String, Unusable>,
}

/// Why no report can go to a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Nothing stands between two commas.
    Empty,
    /// An address, its scheme missing.
    NoScheme,
    /// A scheme for which no receiver sends reports.
    Scheme(String),
    /// `mailto:` without an address, or with one that is none: why.
    Address(String),
    /// White space within the URI.
    Space,
    /// What stands behind `!` is no size.
    Size,
}

impl Unusable {
    /// Why, without a full stop.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::Empty => "nothing stands between two commas".to_owned(),
            Self::NoScheme => "mailto: is missing before the address".to_owned(),
            Self::Scheme(scheme) => format!("no receiver is bound to send reports by {scheme}:"),
            Self::Address(why) => format!("not a mail address: {why}"),
            Self::Space => "white space may not stand in a URI".to_owned(),
            Self::Size => "what follows \"!\" is not a size such as 10m; an exclamation mark is written %21".to_owned(),
        }
    }
}

impl Destination {
    /// Whether reports go there by mail.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.host.is_ok()
    }
}

/// Reads the value of `rua` or `ruf`.
pub(super) fn read(tag: &Tag<'_>) -> Vec<Destination> {
    tag.words(b',').take(MOST).map(|(at, word)| destination(at, &String::from_utf8_lossy(word))).collect()
}

fn destination(at: Range<usize>, text: &str) -> Destination {
    let (uri, size) = match text.split_once('!') {
        Some((uri, size)) => (uri, Some(size.to_owned())),
        None => (text, None),
    };
    let host = match &size {
        Some(size) if !is_size(size) => Err(Unusable::Size),
        _ => host(uri),
    };
    Destination { at, uri: uri.to_owned(), size, host }
}

/// `1*DIGIT [ "k" / "m" / "g" / "t" ]`, in 64 bits (RFC 7489 §6.4).
fn is_size(size: &str) -> bool {
    let digits = size.strip_suffix(['k', 'm', 'g', 't', 'K', 'M', 'G', 'T']).unwrap_or(size);
    digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u64>().is_ok()
}

fn host(uri: &str) -> Result<String, Unusable> {
    if uri.is_empty() {
        return Err(Unusable::Empty);
    }
    if uri.contains(|c: char| c.is_whitespace()) {
        return Err(Unusable::Space);
    }
    let Some((scheme, rest)) = uri.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Err(if uri.contains('@') {
            Unusable::NoScheme
        } else {
            Unusable::Address("it has no \"@\"".to_owned())
        });
    };
    if !scheme.eq_ignore_ascii_case("mailto") {
        return Err(Unusable::Scheme(scheme.to_ascii_lowercase()));
    }
    // Header fields may follow (RFC 6068 §2); they change nothing about the host.
    let address = rest.split('?').next().unwrap_or(rest);
    match address.rsplit_once('@') {
        None => Err(Unusable::Address("it has no \"@\"".to_owned())),
        Some(("", _)) => Err(Unusable::Address("nothing stands before the \"@\"".to_owned())),
        Some((_, domain)) => to_ascii_domain(domain).map_err(Unusable::Address),
    }
}

/// `scheme` of RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::tagged::TagList;

    #[test]
    fn destinations_and_why_not() {
        for (text, expect) in [
            ("mailto:a@example.org", &["example.org"][..]),
            ("MAILTO:a@EXAMPLE.org", &["example.org"]),
            ("mailto:a@b.example, mailto:c@d.example!10m", &["b.example", "d.example 10m"]),
            ("mailto:a@b.example?subject=x", &["b.example"]),
            ("mailto:a@bücher.example", &["xn--bcher-kva.example"]),
            ("a@b.example", &["mailto: is missing before the address"]),
            ("https://b.example/x", &["no receiver is bound to send reports by https:"]),
            ("mailto:a", &["not a mail address: it has no \"@\""]),
            ("mailto:@b.example", &["not a mail address: nothing stands before the \"@\""]),
            ("postmaster", &["not a mail address: it has no \"@\""]),
            ("mailto: a@b.example", &["white space may not stand in a URI"]),
            ("mailto:a@b.example,", &["b.example", "nothing stands between two commas"]),
            (
                "mailto:a@b.example!10x",
                &["what follows \"!\" is not a size such as 10m; an exclamation mark is written %21"],
            ),
        ] {
            let record = format!("rua={text}");
            let list = TagList::read(record.as_bytes());
            let got: Vec<String> = read(list.get("rua").unwrap())
                .into_iter()
                .map(|d| match (d.host, d.size) {
                    (Ok(host), None) => host,
                    (Ok(host), Some(size)) => format!("{host} {size}"),
                    (Err(why), _) => why.says(),
                })
                .collect();
            assert_eq!(got, expect, "{text}");
        }
    }

    #[test]
    fn destinations_have_their_columns_and_a_bound() {
        let list = TagList::read(b"rua=mailto:a@b.c , x");
        let places: Vec<_> = read(list.get("rua").unwrap()).into_iter().map(|d| d.at).collect();
        assert_eq!(places, [4..16, 19..20]);
        let many = format!("rua={}", "a@b,".repeat(10_000));
        assert_eq!(read(TagList::read(many.as_bytes()).get("rua").unwrap()).len(), MOST);
    }
}
