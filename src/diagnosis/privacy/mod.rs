//! Pseudonyms for sharing a screen: mail addresses, host names and IP addresses of others become steady stand-ins.
//!
//! | original | pseudonym |
//! |---|---|
//! | `example.org`, the part that is registered | `domain1.example` |
//! | `mx1.example.org`, `a.mx1.example.org` | `host1.domain1.example`, `host2.host1.domain1.example` |
//! | `_dmarc.example.org`, `mta-sts.example.org` | `_dmarc.domain1.example`, `mta-sts.domain1.example` |
//! | `jo@example.org` | `user1@domain1.example` |
//! | an IPv4 address | `203.0.113.1` … `203.0.113.254`, then `198.18.0.0/15` (RFC 5737, RFC 2544) |
//! | an IPv6 address | `3fff::1` … (RFC 9637) |
//! | the reverse name of an address | the reverse name of its pseudonym |
//! | `jo` where a user stands without a domain (`bare`) | `user1` |
//! | a fingerprint or serial number (`digest`) | `00:00:…:00:01`, as long as it is |
//! | base64 or percent escapes of a text that has any of these | the same encoding of the text with pseudonyms |
//! | a certificate as text | a sentence |
//!
//! The same original has the same pseudonym for the whole run; numbers go by first appearance. A pseudonym is its own:
//! text that was changed once is not changed again. What is reserved for examples, the resolvers everybody knows, the
//! duties of RFC 2142 and the words of protocols stay as they are. Prefix lengths stay, so an address before one may have
//! more bits set than a network has.

mod bare;
mod digest;
mod encoded;
mod heard;
mod known;
mod public;
mod spot;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use self::known::{Known, is_pseudonym};
use self::spot::{Spot, spots};
use crate::protocol::text::domain;

/// Originals of one kind that are told apart; a server that names more wants to fill the memory.
const MOST: usize = 65_536;

/// How often encoded words are looked into: a message of SASL, and the base64 in one of SCRAM.
const DEPTH: usize = 2;

/// Who is who. It only grows.
#[derive(Clone, Debug, Default)]
pub struct Pseudonyms {
    names: HashMap<String, String>,
    users: HashMap<String, usize>,
    /// The first user with a local part.
    locals: HashMap<String, usize>,
    digests: HashMap<Vec<u8>, u32>,
    v4: HashMap<Ipv4Addr, Ipv4Addr>,
    v6: HashMap<Ipv6Addr, Ipv6Addr>,
    domains: usize,
    hosts: usize,
    /// Names that do not look like one: hosts without a dot, and domains with an ending of their own, with all below.
    known: HashSet<String>,
}

impl Pseudonyms {
    /// From now on this word is a host, whatever it looks like. If it has a dot, so is every name of its domain: the part
    /// that is registered, or would be below an ending that nobody lists.
    pub fn know(&mut self, host: &str) {
        let host = host.trim_matches(['[', ']', '.']).to_lowercase();
        let host = domain::to_ascii(&host).unwrap_or(host);
        let address = host.parse::<std::net::IpAddr>().is_ok();
        let common = host.len() < 3 || host.starts_with("ipv6:") || address;
        let looks = public::is_name(&host) && !public::is_file_or_version(&host);
        if common || looks || self.known.len() >= MOST || host.contains('.') && !public::is_dotted(&host) {
            return;
        }
        self.known.insert(base(&host).to_owned());
    }

    /// The same for a name that says nothing about a host: without a dot it may be a word of any sentence.
    pub fn know_domain(&mut self, name: &str) {
        let name = name.trim_end_matches('.');
        let name = name.strip_prefix("*.").unwrap_or(name);
        if name.contains('.') {
            self.know(name);
        }
    }

    /// From now on this word is a user where users stand, also if no address with it is ever seen. The first address
    /// that is seen is theirs.
    pub fn know_user(&mut self, user: &str) {
        let user = user.to_lowercase();
        let spoken_for = self.locals.contains_key(&user) || is_pseudonym(&user, self.users.len());
        if !user.is_empty() && !user.contains('@') && !spoken_for && !public::is_duty(&user) {
            self.user(&user);
        }
    }

    /// The text with pseudonyms.
    pub fn veil<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        let left = digest::without_certificates(text);
        let veiled = match self.veil_octets(left.as_deref().unwrap_or(text).as_bytes()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(octets) => Some(String::from_utf8_lossy(&octets).into_owned()),
        };
        veiled.or(left).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// The same for octets of the wire.
    pub fn veil_octets<'a>(&mut self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let met = (self.locals.len(), self.names.len());
        let veiled = self.veil_to(text, DEPTH);
        // Whoever is met at the end of a text may stand in it before, without a domain.
        if (self.locals.len(), self.names.len()) == met { veiled } else { self.veil_to(text, DEPTH) }
    }

    fn veil_to<'a>(&mut self, text: &'a [u8], depth: usize) -> Cow<'a, [u8]> {
        let known = Known { told: &self.known, names: &self.names, locals: &self.locals, users: self.users.len() };
        let mut out: Option<Vec<u8>> = None;
        let mut from = 0;
        for (range, spot) in spots(text, depth, known) {
            let original = text.get(range.clone()).unwrap_or_default();
            let Some(pseudonym) = self.pseudonym(original, &spot, depth) else { continue };
            let out = out.get_or_insert_with(|| Vec::with_capacity(text.len() + 32));
            out.extend_from_slice(text.get(from..range.start).unwrap_or_default());
            out.extend_from_slice(pseudonym.as_bytes());
            from = range.end;
        }
        match out {
            None => Cow::Borrowed(text),
            Some(mut out) => {
                out.extend_from_slice(text.get(from..).unwrap_or_default());
                Cow::Owned(out)
            }
        }
    }

    /// What stands for it; `None`: it stays.
    fn pseudonym(&mut self, original: &[u8], spot: &Spot, depth: usize) -> Option<String> {
        match spot {
            Spot::Name => {
                let name = String::from_utf8_lossy(original).to_lowercase();
                let name = domain::to_ascii(&name).unwrap_or(name);
                let veiled = self.name(&name);
                (veiled != name).then_some(veiled)
            }
            Spot::Encoded(word) => match self.veil_to(word.said.as_bytes(), depth.saturating_sub(1)) {
                Cow::Borrowed(_) => None,
                Cow::Owned(veiled) => Some(word.again(&veiled)),
            },
            Spot::User(number) => Some(format!("user{number}")),
            Spot::Digest(digest) => self.digest(digest).map(|number| digest.numbered(number)),
            Spot::V4(address) => Some(self.v4(*address)?.to_string()),
            Spot::V6(address) => Some(self.v6(*address)?.to_string()),
            Spot::Local(address) => {
                let local = String::from_utf8_lossy(original);
                let reserved = address.rsplit_once('@').is_some_and(|(_, domain)| public::is_reserved(domain));
                let ours = is_pseudonym(&local, self.users.len()) && !self.users.contains_key(address);
                (!reserved && !ours && !public::is_duty(&local)).then(|| format!("user{}", self.user(address)))
            }
        }
    }

    fn user(&mut self, address: &str) -> usize {
        let next = self.users.len() + 1;
        if next > MOST {
            return self.users.get(address).copied().unwrap_or(0);
        }
        let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
        // Whoever was known without a domain has got one now.
        let next = self.users.remove(local).unwrap_or(next);
        let number = *self.users.entry(address.to_owned()).or_insert(next);
        self.locals.entry(local.to_owned()).or_insert(number);
        number
    }

    /// The number of what finds a certificate; `None`: it is a pseudonym.
    fn digest(&mut self, digest: &digest::Digest) -> Option<u32> {
        let count = u32::try_from(self.digests.len()).unwrap_or(u32::MAX);
        if digest.number().is_some_and(|number| number <= count) {
            return None;
        }
        if self.digests.len() >= MOST {
            return Some(self.digests.get(&digest.octets).copied().unwrap_or(0));
        }
        Some(*self.digests.entry(digest.octets.clone()).or_insert(count + 1))
    }

    fn v4(&mut self, address: Ipv4Addr) -> Option<Ipv4Addr> {
        if public::is_public_v4(address) {
            return None;
        }
        let next = u32::try_from(self.v4.len() + 1).unwrap_or(0);
        let stand_in = match next {
            1..=254 => Ipv4Addr::from(u32::from(Ipv4Addr::new(203, 0, 113, 0)) + next),
            next if next as usize <= MOST => Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + next),
            _ => return Some(self.v4.get(&address).copied().unwrap_or(Ipv4Addr::UNSPECIFIED)),
        };
        Some(*self.v4.entry(address).or_insert(stand_in))
    }

    fn v6(&mut self, address: Ipv6Addr) -> Option<Ipv6Addr> {
        if let Some(within) = address.to_ipv4_mapped() {
            return self.v4(within).map(|address| address.to_ipv6_mapped());
        }
        if public::is_public_v6(address) {
            return None;
        }
        let next = self.v6.len() + 1;
        if next > MOST {
            return Some(self.v6.get(&address).copied().unwrap_or(Ipv6Addr::UNSPECIFIED));
        }
        let low = u16::try_from(next & 0xffff).unwrap_or(0);
        let high = u16::try_from(next >> 16).unwrap_or(0);
        Some(*self.v6.entry(address).or_insert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, high, low)))
    }

    /// The pseudonym of a name in lower case and in ASCII; a public one is its own.
    fn name(&mut self, name: &str) -> String {
        if let Some(veiled) = self.names.get(name) {
            return veiled.clone();
        }
        if public::is_public(name) {
            return name.to_owned();
        }
        if let Some(reversed) = self.reversed(name) {
            return reversed;
        }
        let base = base(name);
        let mut veiled = match (self.names.get(base), public::is_public(base)) {
            (Some(veiled), _) => veiled.clone(),
            (None, true) => base.to_owned(),
            (None, false) => {
                self.domains += 1;
                self.keep(base, format!("domain{}.example", self.domains))
            }
        };
        // From the registered domain to the left: each level has its own pseudonym.
        let labels = name.strip_suffix(base).unwrap_or("").trim_end_matches('.');
        let mut at = name.len() - base.len();
        for label in labels.rsplit('.').filter(|label| !label.is_empty()) {
            at = at.saturating_sub(label.len() + 1);
            let level = name.get(at..).unwrap_or(name);
            veiled = match self.names.get(level) {
                Some(known) => known.clone(),
                None if public::is_label(label) => self.keep(level, format!("{label}.{veiled}")),
                None => {
                    self.hosts += 1;
                    self.keep(level, format!("host{}.{veiled}", self.hosts))
                }
            };
        }
        veiled
    }

    fn keep(&mut self, original: &str, pseudonym: String) -> String {
        if self.names.len() >= MOST {
            return "more.example".to_owned();
        }
        self.names.insert(original.to_owned(), pseudonym.clone());
        pseudonym
    }

    /// A name that begins with an address written backwards: a PTR name, or a question to a blocklist.
    fn reversed(&mut self, name: &str) -> Option<String> {
        let labels: Vec<&str> = name.split('.').collect();
        let nibble = |label: &&str| (label.len() == 1).then(|| u128::from_str_radix(label, 16).ok()).flatten();
        let nibbles: Vec<u128> = labels.iter().take(32).map_while(nibble).collect();
        if nibbles.len() < 32 || labels.len() < 34 {
            return self.reversed_v4(name, &labels);
        }
        let address = Ipv6Addr::from(nibbles.iter().rev().fold(0, |sum, nibble| sum << 4 | nibble));
        let bits = u128::from(self.v6(address).unwrap_or(address));
        let digits: Vec<String> = (0..32).map(|place| format!("{:x}", bits >> (4 * place) & 15)).collect();
        Some(format!("{}.{}", digits.join("."), self.name(&labels.get(32..)?.join("."))))
    }

    fn reversed_v4(&mut self, name: &str, labels: &[&str]) -> Option<String> {
        let number = |label: &&str| -> Option<u8> { (label.len() <= 3).then(|| label.parse().ok()).flatten() };
        let octets: Vec<u8> = labels.iter().take(4).map_while(number).collect();
        if let [d, c, b, a] = *octets.as_slice()
            && labels.len() > 5
            && !name.ends_with("ip6.arpa")
        {
            let address = Ipv4Addr::new(a, b, c, d);
            let [a, b, c, d] = self.v4(address).unwrap_or(address).octets();
            return Some(format!("{d}.{c}.{b}.{a}.{}", self.name(&labels.get(4..)?.join("."))));
        }
        None
    }
}

/// The part of a name that is registered by somebody, or all of it.
fn base(name: &str) -> &str {
    for zone in ["in-addr.arpa", "ip6.arpa"] {
        if name.ends_with(zone) {
            return name.get(name.len() - zone.len()..).unwrap_or(name);
        }
    }
    // Among public names an underscore cannot be registered: `_dmarc.com` and the like.
    psl::domain_str(name).filter(|domain| !domain.starts_with('_')).unwrap_or(name)
}
