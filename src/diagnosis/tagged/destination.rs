//! The destinations of reports, `rua` and `ruf`: a list of URIs (RFC 9989 §4.6, RFC 8460 §3, RFC 3986).

use std::ops::Range;

use super::Tag;
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
    /// A scheme by which no report is sent.
    Scheme(String),
    /// `mailto:` without an address, or with one that is none: why.
    Address(String),
    /// `https:` without a host, or with one that is none: why.
    Host(String),
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
            Self::Host(why) => format!("not the URL of a host: {why}"),
            Self::Space => "white space may not stand in a URI".to_owned(),
            Self::Size => "what follows \"!\" is not a size such as 10m; an exclamation mark is written %21".to_owned(),
        }
    }
}

impl Destination {
    /// Whether reports go there.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.host.is_ok()
    }
}

/// Reads the value of `rua` or `ruf`. `schemes`: those by which reports are sent.
#[must_use]
pub fn destinations(tag: &Tag<'_>, schemes: &[&str]) -> Vec<Destination> {
    tag.words(b',').take(MOST).map(|(at, word)| destination(at, &String::from_utf8_lossy(word), schemes)).collect()
}

/// The destinations that can be used, as the value of a tag, with `mailto:` put before bare addresses; none when there is
/// none of them.
pub(in crate::diagnosis) fn usable(list: &[Destination]) -> Option<String> {
    let uris: Vec<String> = list
        .iter()
        .filter_map(|destination| match &destination.host {
            Ok(_) => Some(destination.uri.clone()),
            Err(Unusable::NoScheme) => Some(format!("mailto:{}", destination.uri)),
            Err(_) => None,
        })
        .collect();
    (!uris.is_empty()).then(|| uris.join(","))
}

fn destination(at: Range<usize>, text: &str, schemes: &[&str]) -> Destination {
    let (uri, size) = match text.split_once('!') {
        Some((uri, size)) => (uri, Some(size.to_owned())),
        None => (text, None),
    };
    let host = match &size {
        Some(size) if !is_size(size) => Err(Unusable::Size),
        _ => host(uri, schemes),
    };
    Destination { at, uri: uri.to_owned(), size, host }
}

/// `1*DIGIT [ "k" / "m" / "g" / "t" ]`, in 64 bits (RFC 7489 §6.4).
fn is_size(size: &str) -> bool {
    let digits = size.strip_suffix(['k', 'm', 'g', 't', 'K', 'M', 'G', 'T']).unwrap_or(size);
    digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u64>().is_ok()
}

fn host(uri: &str, schemes: &[&str]) -> Result<String, Unusable> {
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
    let scheme = scheme.to_ascii_lowercase();
    if !schemes.contains(&scheme.as_str()) {
        return Err(Unusable::Scheme(scheme));
    }
    if scheme != "mailto" {
        return web_host(rest).map_err(Unusable::Host);
    }
    // Header fields may follow (RFC 6068 §2); they change nothing about the host.
    let address = rest.split('?').next().unwrap_or(rest);
    match address.rsplit_once('@') {
        None => Err(Unusable::Address("it has no \"@\"".to_owned())),
        Some(("", _)) => Err(Unusable::Address("nothing stands before the \"@\"".to_owned())),
        Some((_, domain)) => to_ascii_domain(domain).map_err(Unusable::Address),
    }
}

/// The host of what follows `https:` (RFC 3986 §3.2).
fn web_host(rest: &str) -> Result<String, String> {
    let rest = rest.strip_prefix("//").ok_or_else(|| "// is missing behind the scheme".to_owned())?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    to_ascii_domain(name.map_or(host, |(name, _)| name))
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
            let got: Vec<String> = destinations(list.get("rua").unwrap(), &["mailto"])
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
    fn destinations_on_the_web() {
        for (text, expect) in [
            ("https://reports.example.org/v1/tlsrpt", Ok("reports.example.org")),
            ("https://reports.example.org:8443?x", Ok("reports.example.org")),
            ("https:reports.example.org", Err("// is missing")),
            ("https:///v1", Err("empty label")),
            ("http://reports.example.org", Err("by http:")),
        ] {
            let record = format!("rua={text}");
            let list = TagList::read(record.as_bytes());
            let got = destinations(list.get("rua").unwrap(), &["mailto", "https"]).remove(0).host;
            match (&got, expect) {
                (Ok(host), Ok(expect)) => assert_eq!(host, expect),
                (Err(why), Err(part)) => assert!(why.says().contains(part), "{text}: {}", why.says()),
                _ => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn destinations_have_their_columns_and_a_bound() {
        let list = TagList::read(b"rua=mailto:a@b.c , x");
        let places: Vec<_> = destinations(list.get("rua").unwrap(), &["mailto"]).into_iter().map(|d| d.at).collect();
        assert_eq!(places, [4..16, 19..20]);
        let many = format!("rua={}", "a@b,".repeat(10_000));
        assert_eq!(destinations(TagList::read(many.as_bytes()).get("rua").unwrap(), &["mailto"]).len(), MOST);
    }
}
