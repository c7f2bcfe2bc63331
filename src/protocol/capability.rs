//! What a server offers: EHLO lines, `CAPABILITY`, `CAPA`. Unknown capabilities are kept as they came.

use std::collections::{HashMap, HashSet};
use std::fmt;

/// One offer: `SIZE 10240000`, `AUTH PLAIN LOGIN`, `IDLE`, `SASL PLAIN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The keyword in upper case. IMAP's `AUTH=PLAIN` is keyword `AUTH=PLAIN`; what stands behind the `=` is as it came,
    /// for it may be a URL (`IMAPSIEVE=`) or letters that are rights (`RIGHTS=texk`).
    pub name: String,
    /// What follows the keyword, as it came.
    pub parameters: Vec<String>,
}

impl Capability {
    /// Reads one line of a capability list, lossily for octets that are not UTF-8. Of a line longer than any server's
    /// the first 1000 octets are read.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let line = line.get(..1000).unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_ascii_whitespace();
        let mut name = words.next()?.to_owned();
        let keyword = name.find('=').unwrap_or(name.len());
        if let Some(keyword) = name.get_mut(..keyword) {
            keyword.make_ascii_uppercase();
        }
        let mut parameters: Vec<String> = words.map(str::to_owned).collect();
        // `AUTH=LOGIN` in an EHLO answer is the old form some servers still send beside `AUTH LOGIN`.
        if let Some(first) = name.strip_prefix("AUTH=").filter(|_| !parameters.is_empty()) {
            parameters.insert(0, first.to_owned());
            return Some(Self { name: "AUTH".to_owned(), parameters });
        }
        Some(Self { name, parameters })
    }

    /// The keyword and its parameters.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = self.name.clone();
        for parameter in &self.parameters {
            out.push(' ');
            out.push_str(parameter);
        }
        out
    }
}

/// A capability list, and whether one has been heard at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A list has been received since the connection or TLS began.
    pub known: bool,
    list: Vec<Capability>,
    beyond: usize,
}

/// More offers than this in one list are counted, not kept: no server has them, a hostile one might.
pub const CAPABILITY_CAP: usize = 1000;

impl Capabilities {
    /// No list has been heard.
    #[must_use]
    pub const fn unheard() -> Self {
        Self { known: false, list: Vec::new(), beyond: 0 }
    }

    /// An empty list that has been heard.
    #[must_use]
    pub const fn heard() -> Self {
        Self { known: true, list: Vec::new(), beyond: 0 }
    }

    /// The offers in the order they came.
    #[must_use]
    pub fn list(&self) -> &[Capability] {
        &self.list
    }

    /// How many offers came behind the first [`CAPABILITY_CAP`]: they were counted, and are not in the list.
    #[must_use]
    pub const fn beyond(&self) -> usize {
        self.beyond
    }

    /// Adds an offer.
    pub fn push(&mut self, capability: Capability) {
        if self.list.len() < CAPABILITY_CAP {
            self.list.push(capability);
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// The offer with this keyword, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Capability> {
        self.list.iter().find(|capability| capability.name.eq_ignore_ascii_case(name))
    }

    /// Whether this keyword is offered.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// SASL mechanisms offered: `AUTH …` (SMTP), `AUTH=…` (IMAP), `SASL …` (POP3), each once, in upper case.
    #[must_use]
    pub fn mechanisms(&self) -> Vec<String> {
        let mut known = HashSet::new();
        let mut out: Vec<String> = Vec::new();
        for capability in &self.list {
            let names: Vec<&str> = match capability.name.as_str() {
                "AUTH" | "SASL" => capability.parameters.iter().map(String::as_str).collect(),
                name => name.strip_prefix("AUTH=").into_iter().collect(),
            };
            // `AUTH=` alone offers nothing.
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                let name = name.to_ascii_uppercase();
                if known.insert(name.clone()) {
                    out.push(name);
                }
            }
        }
        out
    }

    /// SMTP's SIZE limit in octets (RFC 1870 §3): `None` when not offered, `Some(0)` when there is no fixed limit.
    #[must_use]
    pub fn size_limit(&self) -> Option<u64> {
        let size = self.get("SIZE")?;
        Some(size.parameters.first().and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    /// What `self` offers that `before` did not, and what it no longer offers, compared by keyword. Of a keyword in both
    /// lists only what changed in its parameters counts as new: `SASL: +PLAIN +LOGIN`, `SIZE: +20 -10`.
    #[must_use]
    pub fn difference(&self, before: &Self) -> (Vec<String>, Vec<String>) {
        let (now, then) = (self.by_keyword(), before.by_keyword());
        let mut new = Vec::new();
        let mut told = HashSet::new();
        for capability in &self.list {
            let name = capability.name.as_str();
            match (then.get(name), now.get(name)) {
                // A keyword on several lines is told of once, at its first.
                (Some(had), Some(has)) if told.insert(name) => {
                    let added = has.all.iter().filter(|p| !had.set.contains(*p)).map(|p| format!(" +{p}"));
                    let removed = had.all.iter().filter(|p| !has.set.contains(*p)).map(|p| format!(" -{p}"));
                    let changes: String = added.chain(removed).collect();
                    if !changes.is_empty() {
                        new.push(format!("{name}:{changes}"));
                    }
                }
                (Some(_), _) => {}
                (None, _) => new.push(capability.text()),
            }
        }
        let gone = before.list.iter().filter(|c| !now.contains_key(c.name.as_str())).map(Capability::text).collect();
        (new, gone)
    }

    /// The same as a value, with the occasion; None unless both lists have been heard.
    #[must_use]
    pub fn change(&self, occasion: Occasion, before: &Self) -> Option<Change> {
        let (new, gone) = (self.known && before.known).then(|| self.difference(before))?;
        Some(Change { occasion, new, gone })
    }

    fn by_keyword(&self) -> HashMap<&str, Parameters<'_>> {
        let mut keywords: HashMap<&str, Parameters<'_>> = HashMap::new();
        for capability in &self.list {
            let of = keywords.entry(&capability.name).or_default();
            for parameter in &capability.parameters {
                if of.set.insert(parameter) {
                    of.all.push(parameter);
                }
            }
        }
        keywords
    }
}

/// After what a server may offer something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// STARTTLS.
    Tls,
    /// A login.
    Login,
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "under TLS",
            Self::Login => "after the login",
        })
    }
}

/// What changed in the offers, see [`Capabilities::difference`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// After what.
    pub occasion: Occasion,
    /// Offers that were not there, and keywords with new parameters.
    pub new: Vec<String>,
    /// Offers that are there no longer.
    pub gone: Vec<String>,
}

impl Change {
    /// Whether an offer is new, or something in it.
    #[must_use]
    pub fn is_new(&self, capability: &Capability) -> bool {
        let text = capability.text();
        self.new
            .iter()
            .any(|new| *new == text || new.strip_prefix(&capability.name).is_some_and(|r| r.starts_with(": ")))
    }
}

/// All parameters of one keyword, on however many lines.
#[derive(Default)]
struct Parameters<'a> {
    all: Vec<&'a str>,
    set: HashSet<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(lines: &[&str]) -> Capabilities {
        let mut out = Capabilities::heard();
        for line in lines {
            out.push(Capability::read(line.as_bytes()).unwrap());
        }
        out
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn mechanisms_of_all_three_protocols() {
        assert_eq!(list(&["AUTH PLAIN login", "AUTH=PLAIN LOGIN"]).mechanisms(), ["PLAIN", "LOGIN"]);
        assert_eq!(list(&["auth=plain", "Auth=Plain"]).mechanisms(), ["PLAIN"]);
        assert_eq!(list(&["AUTH=PLAIN", "AUTH=SCRAM-SHA-256", "IDLE"]).mechanisms(), ["PLAIN", "SCRAM-SHA-256"]);
        assert_eq!(list(&["SASL PLAIN"]).mechanisms(), ["PLAIN"]);
        assert_eq!(list(&["AUTH=", "AUTH=PLAIN"]).mechanisms(), ["PLAIN"]);
    }

    #[test]
    fn a_list_made_to_be_slow_costs_little() {
        let mut hostile = Capabilities::heard();
        for line in 0..CAPABILITY_CAP {
            // As many names as fit into the octets that are read.
            let names: String = (0..220).map(|n| format!(" {:04x}", line * 220 + n)).collect();
            let names = if line % 2 == 0 { &names } else { " 0" };
            hostile.push(Capability::read(format!("AUTH{names}").as_bytes()).unwrap());
        }
        let parameters: usize = hostile.list().iter().map(|capability| capability.parameters.len()).sum();
        assert!(parameters > 80_000 && hostile.mechanisms().len() > 60_000);
        let (new, gone) = hostile.difference(&list(&["AUTH PLAIN"]));
        assert_eq!((new.len(), gone.len()), (1, 0));
    }

    #[test]
    fn what_is_beyond_the_cap_is_counted() {
        let mut many = Capabilities::heard();
        for (offers, kept, beyond) in
            [(CAPABILITY_CAP, CAPABILITY_CAP, 0), (1, CAPABILITY_CAP, 1), (2, CAPABILITY_CAP, 3)]
        {
            (0..offers).for_each(|n| many.push(Capability::read(format!("X{n}").as_bytes()).unwrap()));
            assert_eq!((many.list().len(), many.beyond()), (kept, beyond));
        }
    }

    #[test]
    fn keywords_are_in_upper_case_and_values_as_they_came() {
        for (line, text) in [
            ("idle", "IDLE"),
            ("rights=texk", "RIGHTS=texk"),
            ("ImapSieve=sieve://Mail.example/", "IMAPSIEVE=sieve://Mail.example/"),
            ("size 1000", "SIZE 1000"),
            ("=x", "=x"),
            ("\u{e9}=x", "\u{e9}=x"),
        ] {
            assert_eq!(Capability::read(line.as_bytes()).map(|c| c.text()).as_deref(), Some(text));
        }
        assert!(list(&["utf8=accept"]).has("UTF8=ACCEPT"));
    }

    #[test]
    fn size_and_difference() {
        assert_eq!(list(&["SIZE 5"]).size_limit(), Some(5));
        assert_eq!(list(&["SIZE"]).size_limit(), Some(0));
        assert_eq!(list(&[]).size_limit(), None);
        for (now, before, new, gone) in [
            (&["A", "B"][..], &["A", "C 1"][..], &["B"][..], &["C 1"][..]),
            (&["SASL PLAIN LOGIN", "USER"], &["SASL", "STLS"], &["SASL: +PLAIN +LOGIN", "USER"], &["STLS"]),
            (&["SIZE 20"], &["SIZE 10"], &["SIZE: +20 -10"], &[]),
            (&["AUTH PLAIN", "AUTH LOGIN"], &["AUTH LOGIN"], &["AUTH: +PLAIN"], &[]),
            (&["AUTH"], &["AUTH PLAIN"], &["AUTH: -PLAIN"], &[]),
            (&["AUTH=PLAIN"], &["LOGINDISABLED"], &["AUTH=PLAIN"], &["LOGINDISABLED"]),
            (&["A", "B 1"], &["B 1", "A"], &[], &[]),
        ] {
            let (found, lost) = list(now).difference(&list(before));
            assert_eq!((found, lost), (owned(new), owned(gone)), "{now:?} after {before:?}");
        }
    }

    #[test]
    fn what_is_new_is_marked() {
        let now = list(&["SIZE 20", "AUTH PLAIN", "AUTHX", "DSN", "HELP"]);
        let change = now.change(Occasion::Tls, &list(&["SIZE 10", "AUTH", "HELP", "STARTTLS"])).unwrap();
        let marked: Vec<&str> =
            now.list().iter().filter(|offer| change.is_new(offer)).map(|offer| offer.name.as_str()).collect();
        assert_eq!(marked, ["SIZE", "AUTH", "AUTHX", "DSN"]);
        assert_eq!(now.change(Occasion::Login, &Capabilities::unheard()), None);
    }
}
