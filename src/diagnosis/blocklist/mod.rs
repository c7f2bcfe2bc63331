//! Blocklists asked as RFC 5782 has it: test points first, every code in words, and a refusal to answer told from a
//! listing.

mod investigation;
#[cfg(test)]
mod investigation_tests;
mod list;
mod rows;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};

pub use investigation::Listings;
pub use list::{Kind, List, builtin, read};

use super::answers::{Inquiry, Outcome};
use super::dns::{RecordType, Value, reverse_name};
use super::finding::{Finding, Severity};
use crate::protocol::visible::visible;

/// Addresses of one answer that are read.
const ADDRESSES: usize = 16;

/// Characters of a list's own words that are shown.
const WORDS: usize = 300;

/// Who is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An address that sends or takes mail.
    Address(IpAddr),
    /// A domain, in A-label form.
    Domain(String),
}

impl Subject {
    /// What a list must list to be asked about it.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Address(IpAddr::V4(_)) => Kind::Ip4,
            Self::Address(IpAddr::V6(_)) => Kind::Ip6,
            Self::Domain(_) => Kind::Domain,
        }
    }

    /// The name that is asked for (RFC 5782 §2.1, §2.4, §3).
    #[must_use]
    pub fn name(&self, zone: &str) -> String {
        match self {
            Self::Address(ip) => {
                let reversed = reverse_name(*ip);
                let bare = reversed.trim_end_matches(".in-addr.arpa").trim_end_matches(".ip6.arpa");
                format!("{bare}.{zone}")
            }
            Self::Domain(name) => format!("{name}.{zone}"),
        }
    }

    /// What every working list of this kind lists, and what none lists (RFC 5782 §5).
    fn test_points(&self) -> (Self, Self) {
        match self.kind() {
            Kind::Ip4 => {
                let point = |last| Self::Address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)));
                (point(2), point(1))
            }
            Kind::Ip6 => {
                let point = |last| Self::Address(IpAddr::V6(Ipv4Addr::new(127, 0, 0, last).to_ipv6_mapped()));
                (point(2), point(1))
            }
            Kind::Domain => (Self::Domain("test".to_owned()), Self::Domain("invalid".to_owned())),
        }
    }
}

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// An answer is awaited.
    Waiting,
    /// It does not list the subject.
    NotListed,
    /// It does: each address it answered with and what that means, and its own words.
    Listed {
        /// `127.0.0.2` and `SBL: known spam source`; the words are empty where the code is not known.
        codes: Vec<(Ipv4Addr, String)>,
        /// Its TXT record, safe to draw.
        words: Option<String>,
    },
    /// It does not answer us, in its own way of saying so: nothing is known about the subject.
    Refused(&'static str),
    /// It fails its own test points, or answers what no blocklist answers: what it says means nothing.
    Broken(&'static str),
    /// DNS gave no answer.
    NoAnswer,
}

/// What one list says about a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// The list.
    pub list: &'a List,
    /// What it says.
    pub standing: Standing,
}

/// Asks every list that lists such a subject. The test points are asked at the same time, and count first.
#[must_use]
pub fn evaluate<'a>(subject: &Subject, lists: &'a [List], inquiry: &Inquiry<'_>) -> Vec<Verdict<'a>> {
    lists
        .iter()
        .filter(|list| list.kinds.contains(&subject.kind()))
        .map(|list| Verdict { list, standing: standing(subject, list, inquiry) })
        .collect()
}

/// What a list answered for one name.
enum Heard {
    Waiting,
    Nothing,
    Failed,
    Addresses(Vec<Ipv4Addr>),
}

fn heard(subject: &Subject, zone: &str, inquiry: &Inquiry<'_>) -> Heard {
    match inquiry.ask(&subject.name(zone), RecordType::A) {
        Outcome::Waiting => Heard::Waiting,
        Outcome::Nothing { .. } => Heard::Nothing,
        Outcome::Failed => Heard::Failed,
        Outcome::Records(records) => {
            let addresses = records.into_iter().filter_map(|record| match record.value {
                Value::A(ip) => Some(ip),
                _ => None,
            });
            Heard::Addresses(addresses.take(ADDRESSES).collect())
        }
    }
}

fn standing(subject: &Subject, list: &List, inquiry: &Inquiry<'_>) -> Standing {
    let (listed, not_listed) = subject.test_points();
    // All three are asked before any is waited for.
    let [listed, not_listed, found] = [&listed, &not_listed, subject].map(|name| heard(name, &list.zone, inquiry));
    // A refusal often answers every name alike; it says more than the failed test points.
    for answer in [&found, &not_listed, &listed] {
        if let Heard::Addresses(addresses) = answer
            && let Some(why) = addresses.iter().find_map(|ip| refusal(*ip))
        {
            return Standing::Refused(why);
        }
    }
    match (&listed, &not_listed) {
        (Heard::Waiting, _) | (_, Heard::Waiting) => return Standing::Waiting,
        (Heard::Failed, _) | (_, Heard::Failed) => return Standing::NoAnswer,
        (_, Heard::Addresses(_)) => {
            return Standing::Broken("it lists what no list lists (RFC 5782 §5): it answers yes to everything");
        }
        (Heard::Nothing, _) => {
            return Standing::Broken("it does not list its own test point (RFC 5782 §5): it is shut");
        }
        _ => {}
    }
    match found {
        Heard::Waiting => Standing::Waiting,
        Heard::Failed => Standing::NoAnswer,
        Heard::Nothing => Standing::NotListed,
        Heard::Addresses(addresses) if addresses.iter().any(|ip| ip.octets()[0] != 127) => Standing::Broken(
            "it answers with an address outside 127.0.0.0/8 (RFC 5782 §2.1): the domain may be for sale",
        ),
        Heard::Addresses(addresses) => {
            let words = match inquiry.ask(&subject.name(&list.zone), RecordType::Txt) {
                Outcome::Records(records) => records.into_iter().find_map(|record| match &record.value {
                    Value::Txt(strings) => Some(visible(&strings.concat()).chars().take(WORDS).collect()),
                    _ => None,
                }),
                _ => None,
            };
            let codes = addresses.into_iter().map(|ip| (ip, list.meaning(ip))).collect();
            Standing::Listed { codes, words }
        }
    }
}

/// Why an answer is no listing: addresses that lists keep for telling a client to go away.
const fn refusal(ip: Ipv4Addr) -> Option<&'static str> {
    match ip.octets() {
        [127, 255, 255, 252] => Some("the name of the list is misspelt"),
        [127, 255, 255, 254] => Some("it does not answer public resolvers; ask through a resolver of your own"),
        [127, 255, 255, 255] => Some("too many questions came from this resolver"),
        [127, 255, 255, _] => Some("it refuses to answer"),
        // URIBL and SURBL answer so to resolvers they block.
        [127, 0, 0, 1] => Some("it blocks this resolver; ask through one of your own"),
        _ => None,
    }
}

/// `127.0.0.2 SBL: known spam source, 127.0.0.9`.
fn meanings(codes: &[(Ipv4Addr, String)]) -> String {
    let code = |(ip, words): &(Ipv4Addr, String)| match words.as_str() {
        "" => ip.to_string(),
        words => format!("{ip} {words}"),
    };
    codes.iter().map(code).collect::<Vec<_>>().join(", ")
}

impl Verdict<'_> {
    /// The standing in few words, safe to draw.
    #[must_use]
    pub fn says(&self) -> String {
        match &self.standing {
            Standing::Waiting => "…".to_owned(),
            Standing::NotListed => "not listed".to_owned(),
            Standing::Listed { codes, .. } => format!("listed: {}", meanings(codes)),
            Standing::Refused(why) => format!("query refused: {why}"),
            Standing::Broken(why) => (*why).to_owned(),
            Standing::NoAnswer => "no answer".to_owned(),
        }
    }

    /// How much it matters.
    #[must_use]
    pub const fn severity(&self) -> Option<Severity> {
        match self.standing {
            Standing::Waiting => None,
            Standing::NotListed => Some(Severity::Good),
            Standing::Listed { .. } => Some(Severity::Fault),
            Standing::Refused(_) | Standing::Broken(_) | Standing::NoAnswer => Some(Severity::Note),
        }
    }

    /// What a listing does to mail, and the way off the list.
    #[must_use]
    pub fn finding(&self, subject: &Subject) -> Option<Finding> {
        let Standing::Listed { .. } = self.standing else { return None };
        let name = match subject {
            Subject::Address(ip) => ip.to_string(),
            Subject::Domain(domain) => visible(domain.as_bytes()).into_owned(),
        };
        let says = format!("{}: {}; servers that use this list refuse or mark its mail", self.list.name, self.says());
        let next = format!("find and stop what got it listed, then {}", self.list.delisting);
        Some(Finding::new(Severity::Fault, name, says, next))
    }
}
