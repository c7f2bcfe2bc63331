//! One domain asked of many: this machine's resolver, public ones, and each server that the domain itself names. Who
//! differs, who is behind, who does not serve the domain at all.
//!
//! ```text
//! NS of the domain, its parent's word ─► A, AAAA of each name ─► every question to each of them
//! system, public resolvers ─────────────────────────────────────► every question to each of them
//! ```

mod table;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

pub use table::{Group, Topic};

use super::answers::{Answers, Outcome, key};
use super::dns::{Answer, Query, RecordType, Resolver, Transport, Value};

/// Servers of the domain that are asked; more are named.
const SERVERS: usize = 16;
/// Addresses of one server that are asked.
const ADDRESSES: usize = 4;

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// What this machine is configured with, or was told to use.
    Ours,
    /// A resolver that everybody can ask.
    Public(String),
    /// A server that the domain names in its NS records, at one of its addresses.
    Authority(String, IpAddr),
}

impl Source {
    /// In a few words, not yet safe to draw.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Ours => "our resolver".to_owned(),
            Self::Public(name) => name.clone(),
            Self::Authority(name, ip) => format!("{name} [{ip}]"),
        }
    }

    /// Whether it has the zone itself, and no copy that ages.
    #[must_use]
    pub const fn is_authority(&self) -> bool {
        matches!(self, Self::Authority(..))
    }
}

/// A question and who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// What.
    pub query: Query,
    /// Whom.
    pub resolver: Resolver,
    /// Not to look elsewhere for the answer: a server is asked for what it has itself.
    pub recursion: bool,
}

/// The state of a comparison.
#[derive(Clone, Debug)]
pub struct Comparison {
    domain: String,
    ours: Resolver,
    public: Vec<(String, Resolver)>,
    /// Whom was asked what. Our resolver may be a server of the domain too: it is asked once.
    asked: HashSet<(Resolver, Query)>,
    /// By whom was asked.
    answers: HashMap<Resolver, Answers>,
    came: usize,
}

impl Comparison {
    /// A comparison for a domain in A-label form.
    #[must_use]
    pub fn new(domain: &str, ours: Resolver, public: Vec<(String, Resolver)>) -> Self {
        let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
        Self { domain, ours, public, asked: HashSet::new(), answers: HashMap::new(), came: 0 }
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Every question that is known by now and was not asked before. They may be asked all at once.
    pub fn questions(&mut self) -> Vec<Asked> {
        let wanted = self.wanted();
        wanted.into_iter().filter(|asked| self.asked.insert((asked.resolver.clone(), asked.query.clone()))).collect()
    }

    /// Takes an answer in. One that was not asked for is passed over.
    pub fn answered(&mut self, resolver: &Resolver, answer: Answer) {
        let query = key(&answer.query.name, answer.query.kind);
        if !self.asked.contains(&(resolver.clone(), query.clone())) {
            return;
        }
        let answers = self.answers.entry(resolver.clone()).or_default();
        if answers.get(&query.name, query.kind).is_none() {
            self.came += 1;
            answers.insert(answer);
        }
    }

    /// How many questions wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.asked.len().saturating_sub(self.came)
    }

    /// Everybody who is asked, with the way to ask: the authorities first.
    #[must_use]
    pub fn sources(&self) -> Vec<(Source, Resolver)> {
        let authorities = self.servers().into_iter().flat_map(|name| {
            self.addresses(&name).into_iter().map(move |ip| {
                (Source::Authority(name.clone(), ip), Resolver::at(SocketAddr::new(ip, 53), Transport::Udp))
            })
        });
        let public = self.public.iter().map(|(name, resolver)| (Source::Public(name.clone()), resolver.clone()));
        authorities.chain([(Source::Ours, self.ours.clone())]).chain(public).collect()
    }

    /// The questions that are put to everybody.
    #[must_use]
    pub fn topics(&self) -> Vec<Query> {
        let domain = &self.domain;
        let mut topics: Vec<Query> =
            [RecordType::Soa, RecordType::Ns, RecordType::Mx, RecordType::A, RecordType::Aaaa, RecordType::Txt]
                .into_iter()
                .map(|kind| key(domain, kind))
                .collect();
        topics.push(key(&format!("_dmarc.{domain}"), RecordType::Txt));
        topics
    }

    fn wanted(&self) -> Vec<Asked> {
        let mut wanted = Vec::new();
        let ours = |query| Asked { query, resolver: self.ours.clone(), recursion: true };
        wanted.push(ours(key(&self.domain, RecordType::Ns)));
        for name in self.servers() {
            wanted.extend([RecordType::A, RecordType::Aaaa].map(|kind| ours(key(&name, kind))));
        }
        for (source, resolver) in self.sources() {
            let recursion = !source.is_authority();
            wanted.extend(self.topics().into_iter().map(|query| Asked {
                query,
                resolver: resolver.clone(),
                recursion,
            }));
        }
        wanted
    }

    /// The names of the domain's servers, as our resolver has them.
    fn servers(&self) -> Vec<String> {
        let Some(answers) = self.answers.get(&self.ours) else { return Vec::new() };
        let Outcome::Records(records) = answers.outcome(&self.domain, RecordType::Ns) else { return Vec::new() };
        let mut names: Vec<String> = records
            .into_iter()
            .filter_map(|record| match &record.value {
                Value::Ns(name) => Some(name.to_ascii_lowercase()),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(SERVERS);
        names
    }

    fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let Some(answers) = self.answers.get(&self.ours) else { return Vec::new() };
        let mut out = Vec::new();
        for kind in [RecordType::A, RecordType::Aaaa] {
            if let Outcome::Records(records) = answers.outcome(name, kind) {
                out.extend(records.into_iter().filter_map(|record| match record.value {
                    Value::A(ip) => Some(IpAddr::V4(ip)),
                    Value::Aaaa(ip) => Some(IpAddr::V6(ip)),
                    _ => None,
                }));
            }
        }
        out.truncate(ADDRESSES);
        out
    }
}
