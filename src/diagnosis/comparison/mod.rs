//! One domain asked of many: this machine's resolver, public ones, and each server that serves it. Who differs, who is
//! behind, who does not serve the domain at all.
//!
//! ```text
//! our resolver, public ones ───────────────────────────────────────────► every question
//! NS of the domain ─► its zone ─► A, AAAA of the name servers ──────────► every question, without recursion
//! NS of the zone above ─► A, AAAA of two of its servers ─► the delegation ─► name servers nobody else knows
//! ```

mod delegation;
mod findings;
mod judge;
mod rows;
mod said;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

pub use said::Said;
pub use table::{Group, Standing, Topic, Voice};

use delegation::{Delegation, Network, Way, delegation, network};

use super::answers::key;
use super::dns::{Query, QueryOptions, RecordType, Resolver, Transport};
use super::finding::Finding;
use super::investigation::{Asking, Came, Investigation, Setting, Want};
use super::survey::Row;

/// Questions that our own resolver is asked: the topics, and the way to the servers.
const OURS: usize = 120;
/// Questions that anybody else is asked.
const THEIRS: usize = 10;

/// Names below the domain whose TXT records say what becomes of its mail, each with the policy that stands there
/// (RFC 9989 §4.7, RFC 8461 §3.1).
const POLICIES: [(&str, &str); 2] = [("_dmarc", "DMARC"), ("_mta-sts", "MTA-STS")];

/// The policy a question is about, where it is about one: the label of its name, and what it is called.
fn policy(query: &Query) -> Option<(&'static str, &'static str)> {
    let label = query.name.split('.').next()?;
    POLICIES.into_iter().find(|(own, _)| *own == label && query.kind == RecordType::Txt)
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// What this machine is configured with, or was told to use.
    Ours,
    /// A resolver that everybody can ask.
    Public(String),
    /// A server of the zone: its names, and the address that is asked.
    Authority(Vec<String>, IpAddr),
    /// A server of the zone above, which knows the delegation.
    Parent(String, IpAddr),
}

impl Source {
    /// In a few words, not yet safe to draw.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Ours => "our resolver".to_owned(),
            Self::Public(name) => name.clone(),
            Self::Authority(names, ip) => format!("{} [{ip}]", names.join(", ")),
            Self::Parent(name, ip) => format!("{name} [{ip}]"),
        }
    }

    /// Whether it has the zone itself, and no copy that ages.
    #[must_use]
    pub const fn is_authority(&self) -> bool {
        matches!(self, Self::Authority(..))
    }
}

/// The state of a comparison.
#[derive(Clone, Debug)]
pub struct Comparison {
    domain: String,
    setting: Setting,
    ours: Asking,
    /// Our resolver without its own validation, on the way to the servers of a zone that it calls broken.
    unchecked: Asking,
    public: Vec<(String, Asking)>,
    /// The zone, once it is found, and the servers of its parent that are asked for the delegation.
    zone: Option<(String, Vec<IpAddr>)>,
    /// Servers that are asked for what they have themselves, of the zone and of its parent.
    direct: HashMap<IpAddr, Asking>,
}

impl Comparison {
    /// A comparison for a domain or a host in A-label form.
    #[must_use]
    pub fn new(domain: &str, setting: Setting) -> Self {
        let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
        let others = setting.publics.iter().filter(|(_, resolver)| *resolver != setting.resolver);
        let unchecked = QueryOptions { checking_disabled: true, ..setting.options.clone() };
        let public = others.map(|(name, resolver)| (name.clone(), stranger(&setting, resolver.clone(), true)));
        Self {
            domain,
            ours: Asking::new(setting.clone(), OURS),
            unchecked: Asking::new(Setting { options: unchecked, ..setting.clone() }, OURS),
            public: public.collect(),
            zone: None,
            direct: HashMap::new(),
            setting,
        }
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// How many questions wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        let public = self.public.iter().map(|(_, asking)| asking);
        public.chain(self.direct.values()).chain([&self.ours, &self.unchecked]).map(Asking::pending).sum()
    }

    /// What is known by now of where the domain is served.
    fn network(&self) -> Network {
        let told = self.delegations();
        self.ours.read(|plain| self.unchecked.read(|unchecked| network(&Way { plain, unchecked }, &self.domain, &told)))
    }

    /// The delegation, in the words of each server of the parent that has told it.
    fn delegations(&self) -> Vec<Delegation> {
        let Some((zone, parents)) = &self.zone else { return Vec::new() };
        let asking = parents.iter().filter_map(|ip| self.direct.get(ip));
        asking.filter_map(|asking| delegation(asking.answers().get(zone, RecordType::Ns)?, zone)).collect()
    }

    /// The questions that are put to everybody. Where the zone begins is asked of one resolver first.
    fn topics(&self, zone: Option<&str>) -> Vec<Query> {
        let zone = zone.into_iter().flat_map(|zone| [key(zone, RecordType::Soa), key(zone, RecordType::Ns)]);
        let own =
            [RecordType::Mx, RecordType::A, RecordType::Aaaa, RecordType::Txt].map(|kind| key(&self.domain, kind));
        let policies = POLICIES.map(|(label, _)| key(&format!("{label}.{}", self.domain), RecordType::Txt));
        zone.chain(own).chain(policies).collect()
    }
}

/// How others than our resolver are asked: with the same options, but for those of TLS, which are about our resolver
/// alone.
fn stranger(setting: &Setting, resolver: Resolver, recursion: bool) -> Asking {
    let plain = |transport: &Transport| matches!(transport, Transport::Udp | Transport::Tcp);
    let ours = match &setting.resolver {
        Resolver::System => &Transport::Udp,
        Resolver::Server(server) => &server.transport,
    };
    let is_plain = plain(setting.options.transport.as_ref().unwrap_or(ours));
    let options = QueryOptions {
        recursion,
        port: setting.options.port.filter(|_| is_plain),
        transport: setting.options.transport.clone().filter(plain),
        ..setting.options.clone()
    };
    Asking::new(Setting { options, ..Setting::new(resolver) }, THEIRS)
}

/// A server asked for what it has itself.
fn server(setting: &Setting, ip: IpAddr) -> Asking {
    stranger(setting, Resolver::at(SocketAddr::new(ip, 53), Transport::Udp), false)
}

impl Investigation for Comparison {
    fn title(&self) -> String {
        format!("{} compared", super::survey::shown(&self.domain))
    }

    fn wants(&mut self) -> Vec<Want> {
        let told = self.delegations();
        let (ours, domain) = (&self.ours, &self.domain);
        let mut wants = self.unchecked.wants(|unchecked| {
            ours.read(|plain| network(&Way { plain, unchecked }, domain, &told));
        });
        let unchecked = &self.unchecked;
        wants.extend(self.ours.wants(|plain| {
            unchecked.read(|unchecked| network(&Way { plain, unchecked }, domain, &told));
        }));
        let found = self.network();
        let topics = self.topics(found.zone.as_deref());
        wants.extend(self.ours.ask(topics.clone()));
        for (_, asking) in &mut self.public {
            wants.extend(asking.ask(topics.clone()));
        }
        let Some(zone) = found.zone else { return wants };
        let parents = found.parents.into_iter().map(|(_, ip)| (ip, vec![key(&zone, RecordType::Ns)]));
        for (ip, questions) in parents.clone().chain(found.servers.into_iter().map(|found| (found.ip, topics.clone())))
        {
            let asking = self.direct.entry(ip).or_insert_with(|| server(&self.setting, ip));
            wants.extend(asking.ask(questions));
        }
        self.zone = Some((zone.clone(), parents.map(|(ip, _)| ip).collect()));
        wants
    }

    fn came(&mut self, came: Came, _now: i64) {
        let public = self.public.iter_mut().map(|(_, asking)| asking);
        for asking in public.chain(self.direct.values_mut()).chain([&mut self.ours, &mut self.unchecked]) {
            asking.came(&came);
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let overview = table::Overview::of(self);
        (rows::draw(&overview), findings::tell(&overview))
    }
}
