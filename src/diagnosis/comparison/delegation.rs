//! Where a domain is served: the zone that it is in, the name servers that the zone and its parent name, and their
//! addresses.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diagnosis::answers::{Inquiry, Outcome, aliases};
use crate::diagnosis::dns::{Answer, Record, RecordType, Value, is_within};

/// Names that are asked for NS until one begins a zone.
const STEPS: usize = 10;
/// Name servers of the zone that are asked; more are counted.
const SERVERS: usize = 16;
/// Addresses of one name server that are asked.
const ADDRESSES: usize = 4;
/// Name servers of the parent whose word is asked for, each at one address of a family.
const PARENTS: usize = 2;
/// RFC 1035 §4.1.1.
const SERVFAIL: u16 = 2;

/// Our resolver, asked as the user wants it; and where it then says SERVFAIL, without its own validation (CD, RFC 4035
/// §3.2.2): a zone whose signatures are broken has servers all the same, and they are what is to be compared.
pub(super) struct Way<'a> {
    pub(super) plain: &'a Inquiry<'a>,
    pub(super) unchecked: &'a Inquiry<'a>,
}

impl<'a> Way<'a> {
    fn ask(&self, name: &str, kind: RecordType) -> Outcome<'a> {
        let outcome = self.plain.ask(name, kind);
        if self.is_refused(name, kind) { self.unchecked.ask(name, kind) } else { outcome }
    }

    fn answer(&self, name: &str, kind: RecordType) -> Option<&'a Answer> {
        let inquiry = if self.is_refused(name, kind) { self.unchecked } else { self.plain };
        inquiry.answer(name, kind)
    }

    fn is_refused(&self, name: &str, kind: RecordType) -> bool {
        let reply = self.plain.answer(name, kind).map(|answer| &answer.reply);
        reply.is_some_and(|reply| reply.as_ref().is_ok_and(|response| response.rcode == SERVFAIL))
    }
}

/// Where a domain is served, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Network {
    /// The zone; none while it is looked for.
    pub(super) zone: Option<String>,
    /// Servers of the zone above, which know the delegation.
    pub(super) parents: Vec<(String, IpAddr)>,
    /// The servers of the zone, each address once.
    pub(super) servers: Vec<Server>,
    /// Name servers behind those that are asked.
    pub(super) more: usize,
    /// What is wrong with their names.
    pub(super) slips: Vec<(String, Slip)>,
}

/// A server of the zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// Its names; two are one server.
    pub(super) names: Vec<String>,
    pub(super) ip: IpAddr,
}

/// What is wrong with the name of a name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// It has no address.
    NoAddress,
    /// It is an alias (RFC 2181 §10.3).
    Alias,
    /// The parent gives an address (glue) that the name does not have.
    Glue(IpAddr),
}

/// The delegation, as a server of the parent has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Delegation {
    pub(super) names: Vec<String>,
    /// Addresses that come with the names (RFC 9471).
    pub(super) glue: Vec<(String, IpAddr)>,
}

/// The delegation in an answer of the parent; none when it does not tell.
pub(super) fn delegation(answer: &Answer, zone: &str) -> Option<Delegation> {
    let response = answer.reply.as_ref().ok()?;
    let names = name_servers(response.answers.iter().chain(&response.authority), zone);
    let glue = response.additional.iter().filter_map(|record| {
        let ip = address(record)?;
        let name = record.name.to_ascii_lowercase();
        names.contains(&name).then_some((name, ip))
    });
    let glue = glue.take(SERVERS * ADDRESSES).collect();
    (!names.is_empty()).then(|| Delegation { names: names.into_iter().collect(), glue })
}

/// Finds the zone of a domain, its servers, and some of the servers of its parent. `told` is what the latter said.
pub(super) fn network(inquiry: &Way<'_>, domain: &str, told: &[Delegation]) -> Network {
    let mut network = Network::default();
    let Some(zone) = zone(inquiry, domain) else { return network };
    network.parents = parents(inquiry, &zone);
    let mut names: BTreeSet<String> = told.iter().flat_map(|told| told.names.iter().cloned()).collect();
    names.extend(asked(inquiry, &zone));
    network.more = names.len().saturating_sub(SERVERS);
    network.zone = Some(zone);
    for name in names.into_iter().take(SERVERS) {
        server(inquiry, told, name, &mut network);
    }
    network
}

/// The addresses of one name server, and what is wrong with it.
fn server(inquiry: &Way<'_>, told: &[Delegation], name: String, network: &mut Network) {
    let (own, known) = addresses(inquiry, &name);
    let glue: BTreeSet<IpAddr> =
        told.iter().flat_map(|told| &told.glue).filter(|(of, _)| *of == name).map(|(_, ip)| *ip).collect();
    if known {
        let is_alias = inquiry.answer(&name, RecordType::A).is_some_and(|answer| !aliases(answer, &name).is_empty());
        if is_alias {
            network.slips.push((name.clone(), Slip::Alias));
        }
        if own.is_empty() {
            network.slips.push((name.clone(), Slip::NoAddress));
        } else {
            let stray = glue.iter().filter(|ip| !own.contains(ip)).take(ADDRESSES);
            network.slips.extend(stray.map(|ip| (name.clone(), Slip::Glue(*ip))));
        }
    }
    let strays = glue.into_iter().filter(|ip| !own.contains(ip)).collect::<Vec<_>>();
    for ip in own.iter().copied().chain(strays).take(ADDRESSES) {
        match network.servers.iter_mut().find(|server| server.ip == ip) {
            Some(same) if same.names.contains(&name) => {}
            Some(same) => same.names.push(name.clone()),
            None => network.servers.push(Server { names: vec![name.clone()], ip }),
        }
    }
}

/// The zone that a name is in: the nearest name above it that has NS records. None while an answer is missing.
fn zone(inquiry: &Way<'_>, name: &str) -> Option<String> {
    let mut at = name.to_owned();
    for _ in 0..STEPS {
        let outcome = inquiry.ask(&at, RecordType::Ns);
        let answer = inquiry.answer(&at, RecordType::Ns)?;
        let next = match outcome {
            Outcome::Waiting => return None,
            Outcome::Records(_) if aliases(answer, &at).is_empty() => return Some(at),
            // Our resolver cannot tell; the parent may.
            Outcome::Failed => return Some(at),
            // RFC 2308 §3: a negative answer has the SOA of the zone.
            _ => above(answer, &at).or_else(|| at.split_once('.').map(|(_, parent)| parent.to_owned())),
        };
        match next {
            Some(next) if next.len() < at.len() => at = next,
            _ => break,
        }
    }
    Some(at)
}

/// The owner of the SOA record in a negative answer.
fn above(answer: &Answer, name: &str) -> Option<String> {
    let response = answer.reply.as_ref().ok()?;
    let soa = response.authority.iter().find(|record| matches!(record.value, Value::Soa { .. }))?;
    is_within(name, &soa.name).then(|| soa.name.to_ascii_lowercase())
}

/// Servers of the zone above: one address of each family, for we may have but one of them.
fn parents(inquiry: &Way<'_>, of: &str) -> Vec<(String, IpAddr)> {
    if of.is_empty() {
        return Vec::new();
    }
    let parent = of.split_once('.').map_or("", |(_, parent)| parent);
    let Some(parent) = zone(inquiry, parent) else { return Vec::new() };
    let mut found = Vec::new();
    for name in asked(inquiry, &parent).into_iter().take(PARENTS) {
        let (ips, _) = addresses(inquiry, &name);
        for is_v4 in [true, false] {
            found.extend(ips.iter().find(|ip| ip.is_ipv4() == is_v4).map(|ip| (name.clone(), *ip)));
        }
    }
    found
}

/// The name servers of a zone, as our resolver has them.
fn asked(inquiry: &Way<'_>, zone: &str) -> BTreeSet<String> {
    match inquiry.ask(zone, RecordType::Ns) {
        Outcome::Records(records) => name_servers(records, zone),
        _ => BTreeSet::new(),
    }
}

fn name_servers<'a>(records: impl IntoIterator<Item = &'a Record>, zone: &str) -> BTreeSet<String> {
    let of = records.into_iter().filter(|record| record.name.eq_ignore_ascii_case(zone));
    of.filter_map(|record| match &record.value {
        Value::Ns(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    })
    .collect()
}

/// The addresses of a name, IPv4 first, and whether all that there are have come.
fn addresses(inquiry: &Way<'_>, name: &str) -> (Vec<IpAddr>, bool) {
    let (mut found, mut known) = (Vec::new(), true);
    for kind in [RecordType::A, RecordType::Aaaa] {
        match inquiry.ask(name, kind) {
            Outcome::Records(records) => found.extend(records.into_iter().filter_map(address)),
            Outcome::Nothing { .. } => {}
            Outcome::Waiting | Outcome::Failed => known = false,
        }
    }
    (found, known)
}

const fn address(record: &Record) -> Option<IpAddr> {
    match record.value {
        Value::A(ip) => Some(IpAddr::V4(ip)),
        Value::Aaaa(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    }
}
