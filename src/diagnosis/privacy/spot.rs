//! Finds in any text what says who somebody is: mail addresses, host names, IP addresses.
//!
//! One pass, and a bounded look ahead at each word: hostile text costs no more than any other.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::bare::stands_for_user;
use super::digest::Digest;
use super::encoded::Encoded;
use super::known::Known;
use super::{DEPTH, public};

/// Octets of an IPv6 address in text at most, `ffff:…:255.255.255.255` (RFC 4291 §2.2).
const V6: usize = 45;
/// Octets of a quoted local part that are looked at (RFC 5321 §4.5.3.1.1 allows 64, each may be escaped).
const QUOTED: usize = 130;
/// Octets before a reply code that are looked at: a mark and the blanks around it.
const MARK: usize = 24;
/// Octets that a word of base64 has at least; in shorter ones there is no room for a name.
const BASE64: usize = 12;
/// Octets of a host name (RFC 1035 §2.3.4).
const NAME: usize = 255;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// The local part of a mail address, with all of the address in lower case. The domain is a spot of its own.
    Local(String),
    /// A host name, or a domain.
    Name,
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
    /// An encoded word whose text has spots.
    Encoded(Encoded),
    /// A user without a domain, by number.
    User(usize),
    /// A number by which a certificate or a key is found.
    Digest(Digest),
}

/// Every spot of a text with its octets, in order. Encoded words are looked into `depth` times: SCRAM has base64 in base64
/// (`c=`, RFC 5802 §5.1).
pub(super) fn spots(text: &[u8], depth: usize, known: Known<'_>) -> Vec<(Range<usize>, Spot)> {
    let mut scan = Scan { text, at: 0, depth, known, hex: false, out: Vec::new() };
    while scan.at < text.len() {
        scan.step();
    }
    scan.out
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    known: Known<'a>,
    /// The word before, when a colon stands between it and this place, was hexadecimal: an address would have begun
    /// there.
    hex: bool,
    out: Vec<(Range<usize>, Spot)>,
}

impl Scan<'_> {
    fn step(&mut self) {
        let start = self.at;
        if self.reply_code() {
            self.at += 4;
            return;
        }
        match self.text.get(start) {
            Some(b'"') if self.quoted_local() => return,
            Some(b':') if !self.hex && self.text.get(start + 1) == Some(&b':') && self.v6(start) => return,
            Some(b':') => return self.at += 1,
            _ => {}
        }
        let end = self.run(start, |c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        if end == start {
            self.hex = false;
            self.at = start + char_at(self.text, start).1;
            return;
        }
        if self.text.get(end) == Some(&b'@') && self.local(start, end) {
            return;
        }
        // Not an address: the words in it one by one.
        while self.at < end {
            let from = self.at;
            if self.encoded(from) || self.digest(from) || self.user(from) {
                continue;
            }
            let word = self.run(from, |c| c.is_alphanumeric() || "-_.".contains(c)).min(end);
            if word == from {
                self.hex = false;
                self.at = from + char_at(self.text, from).1;
                continue;
            }
            if !self.hex && self.v6(from) {
                return;
            }
            self.name(from, word, false);
            self.hex = self.text.get(from..word).is_some_and(|word| word.iter().all(u8::is_ascii_hexdigit));
            self.at = word;
        }
    }

    /// Whether `250-` begins here, as in `250-mx1.example.org`: the code of a reply that goes on (RFC 5321 §4.2.1), at
    /// the start of a line or behind the mark that a line of the transcript has.
    fn reply_code(&self) -> bool {
        let code = self.text.get(self.at..self.at + 4);
        if !matches!(code, Some([b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b'-'])) {
            return false;
        }
        let before = self.text.get(self.at.saturating_sub(MARK)..self.at).unwrap_or_default();
        let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let mark = line.trim_ascii_end();
        let mark = mark.rsplit(|b| *b == b' ').next().unwrap_or_default();
        if line.ends_with(b" ") && matches!(mark, b"S:" | b"C:") {
            return true;
        }
        // No mark has a letter or a digit, but for the `x` of a refusal without colour: `<-x`.
        let sign = |b: &u8| !b.is_ascii_alphanumeric();
        line.is_empty()
            || line.ends_with(b" ") && mark.strip_suffix(b"x").unwrap_or(mark).iter().all(sign) && mark != b"x"
    }

    /// An encoded word that begins here and says in it who somebody is. Each word is decoded once in each way.
    fn encoded(&mut self, from: usize) -> bool {
        if self.depth == 0 {
            return false;
        }
        let percent = Encoded::percent(self.text, from).filter(|word| self.has_spots(word));
        let base64 = |url| Encoded::base64(self.text, from, url).filter(|word| self.says_who(word));
        let Some(word) = percent.or_else(|| base64(true)).or_else(|| base64(false)) else { return false };
        self.at = from + word.length;
        self.out.push((from..self.at, Spot::Encoded(word)));
        self.hex = false;
        true
    }

    fn has_spots(&self, word: &Encoded) -> bool {
        self.depth > 0 && !spots(word.said.as_bytes(), self.depth - 1, self.known).is_empty()
    }

    /// The same for a word that may be any: a short one has to be a user, and nothing else.
    fn says_who(&self, word: &Encoded) -> bool {
        (word.length >= BASE64 || self.known.user(&word.said).is_some()) && self.has_spots(word)
    }

    /// The number of a certificate or a key that begins here.
    fn digest(&mut self, from: usize) -> bool {
        let Some((place, digest)) = Digest::at(self.text, from, self.hex) else { return false };
        self.at = place.end;
        self.out.push((place, Spot::Digest(digest)));
        self.hex = false;
        true
    }

    /// A user without a domain that begins here.
    fn user(&mut self, from: usize) -> bool {
        let belongs = |c: char| c.is_alphanumeric() || "!#$%&*+-/?^_{|}~.".contains(c);
        let before = from.checked_sub(1).and_then(|before| self.text.get(before));
        if self.known.has_no_users() || before.is_some_and(|b| b.is_ascii() && belongs(char::from(*b))) {
            return false;
        }
        let run = self.run(from, belongs);
        let Some(Ok(word)) = self.text.get(from..run).map(std::str::from_utf8) else { return false };
        let word = word.trim_end_matches(['.', '!', '?']);
        let end = from + word.len();
        let Some(number) = self.known.user(word) else { return false };
        // An encoded word that says nothing else says a user: the answer to `VXNlcm5hbWU6`.
        let all = self.depth < DEPTH && from == 0 && end == self.text.len();
        if self.text.get(run) == Some(&b'@') || !all && !stands_for_user(self.text, from..end, &word.to_lowercase()) {
            return false;
        }
        self.out.push((from..end, Spot::User(number)));
        self.at = end;
        self.hex = false;
        true
    }

    /// Where the run of such characters ends that begins here.
    fn run(&self, from: usize, belongs: impl Fn(char) -> bool) -> usize {
        let mut at = from;
        while let (Some(c), octets) = char_at(self.text, at)
            && belongs(c)
        {
            at += octets;
        }
        at
    }

    /// `start..end` stands before an `@`: a local part, if a domain stands behind it.
    fn local(&mut self, start: usize, end: usize) -> bool {
        let (Some(next), _) = char_at(self.text, end + 1) else { return false };
        if !next.is_alphanumeric() && next != '[' {
            return false;
        }
        let run = self.text.get(start..end).unwrap_or_default();
        // `user=jo@…`, `smtp.mailfrom=jo@…`: the tag is not of the address. `bounces+jo=example.org@…` is.
        let tag = run.iter().position(|b| *b == b'=').filter(|at| run.get(..*at).is_some_and(public::is_tag));
        let mut from = start + tag.map_or(0, |at| at + 1);
        while self.text.get(from).is_some_and(|b| b"'`{|.*/=".contains(b)) {
            from += 1;
        }
        if from >= end {
            return false;
        }
        self.at = end + 1;
        let domain = self.domain_end();
        // `user@domain` of a form is nobody.
        if next != '[' && !is_domain(self.text.get(end + 1..domain).unwrap_or_default(), self.known) {
            self.at = start;
            return false;
        }
        let whole = self.text.get(from..domain).unwrap_or_default();
        // `imap://jo%40example.org@mx.example.org`: the local part is an address itself.
        let encoded =
            Encoded::percent(self.text, from).filter(|word| from + word.length == end && self.has_spots(word));
        let local = || Spot::Local(String::from_utf8_lossy(whole).to_lowercase());
        self.out.push((from..end, encoded.map_or_else(local, Spot::Encoded)));
        if next != '[' {
            self.name(end + 1, domain, true);
            self.at = domain;
        }
        self.hex = false;
        true
    }

    fn domain_end(&self) -> usize {
        self.run(self.at, |c| c.is_alphanumeric() || "-_.".contains(c)).min(self.at + NAME)
    }

    /// `"jo smith"@example.org`, and `NIL "jo" "example.org"` as IMAP's ENVELOPE has it (RFC 9051 §7.5.2).
    fn quoted_local(&mut self) -> bool {
        let start = self.at + 1;
        let ahead = self.text.get(start..).unwrap_or_default();
        let ahead = ahead.get(..QUOTED).unwrap_or(ahead);
        let mut escaped = false;
        let Some(length) = ahead.iter().position(|b| {
            let ends = *b == b'"' && !escaped;
            escaped = *b == b'\\' && !escaped;
            ends
        }) else {
            return false;
        };
        let end = start + length;
        let behind = self.text.get(end + 1..).unwrap_or_default();
        let structure = behind.starts_with(b" \"") && self.text.get(..self.at).is_some_and(|b| b.ends_with(b"NIL "));
        let domain_at = end + if structure { 3 } else { 2 };
        if length == 0 || !structure && !behind.starts_with(b"@") {
            return false;
        }
        self.at = domain_at;
        let domain = self.domain_end();
        let name = self.text.get(domain_at..domain).unwrap_or_default();
        let literal = name.is_empty() && !structure;
        if structure && self.text.get(domain) != Some(&b'"') || !literal && !is_domain(name, self.known) {
            self.at = start - 1;
            return false;
        }
        let whole = [self.text.get(start..end).unwrap_or_default(), b"@", name].concat();
        self.out.push((start..end, Spot::Local(String::from_utf8_lossy(&whole).to_lowercase())));
        if !name.is_empty() {
            self.name(domain_at, domain, true);
            self.at = domain;
        }
        self.hex = false;
        true
    }

    /// An IPv6 address that begins here.
    fn v6(&mut self, from: usize) -> bool {
        let ahead = self.text.get(from..).unwrap_or_default();
        let belongs = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
        let mut length = ahead.iter().take(V6 + 2).position(|b| !belongs(b)).unwrap_or(ahead.len().min(V6 + 2));
        while length > 0 && ahead.get(length - 1) == Some(&b'.') {
            length -= 1;
        }
        // A colon that ends what was said before, as in `2001:db8::1: refused`.
        if ahead.get(..length).is_some_and(|run| run.ends_with(b":") && !run.ends_with(b"::")) {
            length -= 1;
        }
        let Some(run) = ahead.get(..length).filter(|run| run.len() <= V6 && run.contains(&b':')) else { return false };
        if ahead.get(length).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            return false;
        }
        let Some(address) = std::str::from_utf8(run).ok().and_then(|run| run.parse::<Ipv6Addr>().ok()) else {
            return false;
        };
        // Eight pairs of digits are a serial number.
        let pairs = run.split(|b| *b == b':').all(|group| group.len() <= 2);
        if pairs && !run.windows(2).any(|two| two == b"::") || run == b"::" {
            return false;
        }
        self.out.push((from..from + length, Spot::V6(address)));
        self.at = from + length;
        self.hex = false;
        true
    }

    /// A word that is an IPv4 address or a host name, perhaps with dots and dashes around it.
    fn name(&mut self, mut from: usize, mut end: usize, certain: bool) {
        let edge = |b: Option<&u8>| b.is_some_and(|b| matches!(b, b'.' | b'-'));
        while from < end && edge(self.text.get(from)) {
            from += 1;
        }
        while from < end && edge(self.text.get(end - 1)) {
            end -= 1;
        }
        let Some(word) = self.text.get(from..end).filter(|word| !word.is_empty() && word.len() <= NAME) else { return };
        let Ok(word) = std::str::from_utf8(word) else { return };
        let spot = if let Ok(address) = word.parse::<Ipv4Addr>() {
            // `RFC 5321 §4.1.1.3` and `Version: 8.17.1.9` have four numbers too.
            let before = self.text.get(from.saturating_sub(9)..from).unwrap_or_default().to_ascii_lowercase();
            let sort = before.trim_ascii_end();
            let sort = sort.strip_suffix(b":").unwrap_or(sort);
            if before.ends_with("§".as_bytes()) || sort.ends_with(b"section") || sort.ends_with(b"version") {
                return;
            }
            Spot::V4(address)
        } else if certain || self.known.is_host(word) {
            Spot::Name
        } else {
            return;
        };
        self.out.push((from..end, spot));
    }
}

/// What stands for a domain in sentences of ours.
const PLACEHOLDERS: [&str; 3] = ["domain", "host", "example"];

/// Whether what stands behind an `@` is a domain, and no word that only stands for one. A host of the house has no dot,
/// and is a name all the same.
fn is_domain(name: &[u8], known: Known<'_>) -> bool {
    let name = String::from_utf8_lossy(name);
    let name = name.trim_matches(['.', '-']);
    known.is_told(name) || !name.is_empty() && !PLACEHOLDERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The character that begins at an octet and how many octets it has; an octet that begins none stands alone.
fn char_at(text: &[u8], at: usize) -> (Option<char>, usize) {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first() {
        None => (None, 1),
        Some(b) if b.is_ascii() => (Some(char::from(*b)), 1),
        Some(_) => {
            let few = rest.get(..4).unwrap_or(rest);
            let c = few.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
            (c, c.map_or(1, char::len_utf8))
        }
    }
}
