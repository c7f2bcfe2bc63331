//! The mistakes that are really made in terms: what was meant, and how it is written.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::term;

/// A term that is none, recognized.
pub(super) struct Mistake {
    pub(super) says: String,
    /// What was meant, in good grammar.
    pub(super) mended: Option<String>,
}

/// Names that are followed by `:`, and by `=`.
const MECHANISMS: [&str; 7] = ["include", "exists", "ip4", "ip6", "ptr", "mx", "a"];
const MODIFIERS: [&str; 2] = ["redirect", "exp"];

/// Octets of a term that are looked at; a real one is no longer.
const LONGEST: usize = 600;

/// Recognizes a term that is none.
pub(super) fn known(word: &str) -> Option<Mistake> {
    if word.len() > LONGEST {
        return None;
    }
    if let Some(odd) = word.chars().find(|c| !c.is_ascii()) {
        let plain = plain(word);
        let mended = if all_read(&plain) {
            Some(plain)
        } else {
            Some(plain).filter(|plain| plain.is_ascii()).and_then(|plain| known(&plain)).and_then(|found| found.mended)
        };
        let says = format!("the character U+{:04X} stands here; a record is printable ASCII", u32::from(odd));
        return Some(Mistake { says, mended });
    }
    let bare = word.trim_start_matches(['+', '-', '~', '?']);
    let sign = word.get(..word.len() - bare.len()).unwrap_or_default();
    let meant = |says: &str, text: String| {
        let mended = format!("{}{text}", sign.get(..sign.len().min(1)).unwrap_or_default());
        all_read(&mended).then(|| Mistake { says: says.to_owned(), mended: Some(mended) })
    };
    let split = bare.find([':', '=']).and_then(|at| Some((bare.get(..at)?, bare.get(at + 1..)?)));
    None.or_else(|| (sign.len() > 1).then(|| meant("a term takes one qualifier", bare.to_owned()))?)
        .or_else(|| meant("terms are separated by spaces only", separated(bare)?))
        .or_else(|| meant("the prefix length for IPv6 takes two slashes", two_slashes(bare)?))
        .or_else(|| {
            let (name, value) = split?;
            of_value(&name.to_ascii_lowercase(), value).and_then(|(says, text)| meant(says, text))
        })
        .or_else(|| meant("an address needs \"ip4:\" or \"ip6:\" before it", network(bare)?))
        .or_else(|| {
            let (name, value) = split?;
            let near = nearest(name)?;
            let sign = if MODIFIERS.contains(&near) { "=" } else { ":" };
            meant("the name of the mechanism is misspelt", format!("{near}{sign}{value}"))
        })
        .or_else(|| {
            let is_name = split.is_none() && bare.contains('.') && term::read(&format!("a:{bare}")).is_ok();
            let says =
                "a name stands alone: \"a:\" belongs before the name of a host, \"include:\" before that of a provider";
            is_name.then(|| Mistake { says: says.to_owned(), mended: None })
        })
}

/// Without what word processors and web pages put in: quotation marks, odd spaces and dashes, invisible characters.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
            '\u{ff1a}' => Some(':'),
            '\u{2dc}' | '\u{223c}' | '\u{ff5e}' => Some('~'),
            '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{ad}' | '\u{200b}'..='\u{200f}' => None,
            '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
            c => Some(c),
        })
        .collect()
}

/// Whether every word of `text` is a term.
pub(super) fn all_read(text: &str) -> bool {
    let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| term::read(word).is_ok())
}

/// What was meant by a mechanism's name and the value behind it.
fn of_value(name: &str, value: &str) -> Option<(&'static str, String)> {
    match name {
        "redirect" | "exp" => Some(("this is a modifier, which takes \"=\" and not \":\"", format!("{name}={value}"))),
        "ip4" | "ip6" | "ip" | "ipv4" | "ipv6" => {
            let says = match name {
                "ip4" => "\"ip4\" takes an IPv4 address of four numbers",
                "ip6" => "\"ip6\" takes an IPv6 address",
                _ => "the mechanisms for addresses are \"ip4\" and \"ip6\"",
            };
            let without_port = value.split_once(':').map(|(address, _)| address);
            let host = || value.ends_with(|c: char| c.is_ascii_alphabetic()).then(|| format!("a:{value}"));
            network(value).or_else(|| network(without_port?)).or_else(host).map(|text| (says, text))
        }
        "a" | "mx" | "include" | "exists" | "ptr" => {
            if let Some(text) = network(value) {
                return Some(("a name belongs here, and this is an address", text));
            }
            let bare = ["https://", "http://"].iter().find_map(|scheme| value.strip_prefix(scheme)).unwrap_or(value);
            let bare = bare.trim_end_matches('/');
            let cidr_allowed = matches!(name, "a" | "mx");
            let bare = bare.split_once('/').filter(|_| !cidr_allowed).map_or(bare, |(domain, _)| domain);
            (bare != value).then(|| ("a domain name belongs here, and nothing else", format!("{name}:{bare}")))
        }
        _ => None,
    }
}

/// An address or a network as `ip4:` or `ip6:`; parts of an IPv4 address that are left out or `*` are zeros.
fn network(text: &str) -> Option<String> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let most = |most: u8| bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most));
    let tail = bits.map(|bits| format!("/{bits}")).unwrap_or_default();
    if address.parse::<Ipv4Addr>().is_ok() && most(32) {
        return Some(format!("ip4:{address}{tail}"));
    }
    if address.parse::<Ipv6Addr>().is_ok() && most(128) {
        return Some(format!("ip6:{address}{tail}"));
    }
    let numbers: Vec<&str> = address.trim_end_matches(['.', '*']).split('.').collect();
    let given = numbers.len();
    // Two numbers alone may be anything; with a star or a prefix length they are a network.
    let told = given == 3 || given == 2 && (bits.is_some() || address.ends_with('*'));
    let short = told && numbers.iter().all(|number| number.parse::<u8>().is_ok());
    if !short || !most(32) {
        return None;
    }
    let whole = numbers.into_iter().chain(std::iter::repeat_n("0", 4 - given)).collect::<Vec<_>>().join(".");
    let tail = if bits.is_some() { tail } else { format!("/{}", 8 * given) };
    Some(format!("ip4:{whole}{tail}"))
}

/// Terms that stand together without a space, or with another mark than a space.
fn separated(bare: &str) -> Option<String> {
    let spaced = bare.replace([',', ';', '"', '\'', '|', '\t', '\r', '\n'], " ");
    let spaced = spaced.split(' ').map(|word| word.trim_end_matches('.')).collect::<Vec<_>>().join(" ");
    let spaced = spaced.trim().to_owned();
    if spaced != bare && all_read(&spaced) {
        return Some(spaced);
    }
    let mut text = spaced;
    for sign in ["-all", "~all", "?all", "+all"] {
        if let Some(before) = text.strip_suffix(sign).filter(|before| !before.is_empty()) {
            text = format!("{before} {sign}");
            break;
        }
    }
    let text = glued(&text);
    (text != bare && all_read(&text)).then_some(text)
}

/// `a/24/64` as `a/24//64`.
fn two_slashes(bare: &str) -> Option<String> {
    let (before, bits) = bare.rsplit_once('/')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let dual = is_number(bits) && before.rsplit_once('/').is_some_and(|(_, bits)| is_number(bits));
    dual.then(|| format!("{before}//{bits}"))
}

/// With a space before each name of a mechanism that takes a value.
fn glued(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while !rest.is_empty() {
        let begins = ["include:", "exists:", "ip4:", "ip6:", "redirect="].iter().find(|name| rest.starts_with(**name));
        if begins.is_some() {
            let sign = out.pop().filter(|last| match last {
                '+' | '-' | '~' | '?' => true,
                other => {
                    out.push(*other);
                    false
                }
            });
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            out.extend(sign);
        }
        let length = begins.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |name| name.len());
        let (taken, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push_str(taken);
        rest = left;
    }
    out
}

/// The long name that differs from `name` by at most two letters.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let long = MECHANISMS.into_iter().chain(MODIFIERS).filter(|known| known.len() > 4);
    long.map(|known| (distance(&name, known), known)).filter(|(far, _)| *far <= 2).min().map(|(_, known)| known)
}

/// Letters to add, take away, change or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    let at = |rows: &[Vec<usize>], i: usize, j: usize| rows.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = at(&rows, i, j) + usize::from(x != y);
            let mut least = changed.min(at(&rows, i, j + 1) + 1).min(row.last().map_or(0, |left| left + 1));
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                least = least.min(at(&rows, i - 1, j - 1) + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    at(&rows, a.len(), b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        for (word, expect) in [
            ("192.0.2.1", Some("ip4:192.0.2.1")),
            ("+192.0.2.0/24", Some("+ip4:192.0.2.0/24")),
            ("2001:db8::/32", Some("ip6:2001:db8::/32")),
            ("a:192.0.2.1", Some("ip4:192.0.2.1")),
            ("mx:192.0.2.1", Some("ip4:192.0.2.1")),
            ("~include:192.0.2.0/24", Some("~ip4:192.0.2.0/24")),
            ("a:2001:db8::1", Some("ip6:2001:db8::1")),
            ("a:[192.0.2.1]", Some("ip4:192.0.2.1")),
            ("ip:192.0.2.1", Some("ip4:192.0.2.1")),
            ("ipv4:192.0.2.1/28", Some("ip4:192.0.2.1/28")),
            ("ip4:2001:db8::1", Some("ip6:2001:db8::1")),
            ("ip6:192.0.2.1", Some("ip4:192.0.2.1")),
            ("ip4:192.0.2", Some("ip4:192.0.2.0/24")),
            ("ip4:192.0.2.*", Some("ip4:192.0.2.0/24")),
            ("ip4:192.0.2/25", Some("ip4:192.0.2.0/25")),
            ("ip4:10.1", None),
            ("ip4:10.1.*.*", Some("ip4:10.1.0.0/16")),
            ("ip4:10.1/16", Some("ip4:10.1.0.0/16")),
            ("ip4:192.0.2.1:25", Some("ip4:192.0.2.1")),
            ("ip4:mail.example.org", Some("a:mail.example.org")),
            ("ip4:192.0.2.1/33", None),
            ("ip4:1.2.3.4.5", None),
            ("redirect:x.org", Some("redirect=x.org")),
            ("exp:x.org", Some("exp=x.org")),
            ("include:x.org/24", Some("include:x.org")),
            ("include:https://x.org/", Some("include:x.org")),
            ("a:https://x.org", Some("a:x.org")),
            ("--all", Some("-all")),
            ("-all.", Some("-all")),
            ("-all;", Some("-all")),
            ("\"-all\"", Some("-all")),
            ("ip4:192.0.2.1,ip4:192.0.2.2", Some("ip4:192.0.2.1 ip4:192.0.2.2")),
            ("ip4:192.0.2.1;mx;-all", Some("ip4:192.0.2.1 mx -all")),
            ("ip4:192.0.2.1-all", Some("ip4:192.0.2.1 -all")),
            ("include:_spf.x.org~all", Some("include:_spf.x.org ~all")),
            ("ip4:192.0.2.1ip4:192.0.2.2", Some("ip4:192.0.2.1 ip4:192.0.2.2")),
            ("ip4:192.0.2.1-include:x.org~all", Some("ip4:192.0.2.1 -include:x.org ~all")),
            ("mx\t-all", Some("mx -all")),
            ("a/24/64", Some("a/24//64")),
            ("mx:x.org/24/64", Some("mx:x.org/24//64")),
            ("inlcude:x.org", Some("include:x.org")),
            ("includes:x.org", Some("include:x.org")),
            ("exist:%{i}.x.org", Some("exists:%{i}.x.org")),
            ("\u{201c}include:x.org\u{201d}", Some("include:x.org")),
            ("\u{2013}all", Some("-all")),
            ("\u{feff}mx", Some("mx")),
            ("mx\u{a0}-all", Some("mx -all")),
            ("\u{200b}a:192.0.2.1", Some("ip4:192.0.2.1")),
            ("b\u{fc}cher", None),
            ("mail.example.org", None),
            ("include", None),
            ("include:", None),
            ("foo:bar", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(known(word).and_then(|mistake| mistake.mended).as_deref(), expect, "{word}");
            assert!(expect.is_none_or(all_read), "{word}");
        }
        assert!(known("mail.example.org").unwrap().says.contains("a name stands alone"));
        assert!(known(&"x".repeat(100_000)).is_none());
    }

    #[test]
    fn letters_apart() {
        for (a, b, expect) in
            [("include", "include", 0), ("inlcude", "include", 1), ("nclude", "include", 1), ("exsts", "exists", 1)]
        {
            assert_eq!(distance(a, b), expect, "{a}");
        }
        assert_eq!(nearest("exit"), Some("exists"));
        assert_eq!(nearest("foo"), None);
    }
}
