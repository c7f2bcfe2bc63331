//! Do the sources agree? A user is sent to the server of whichever source the mail program asks first.

use std::collections::HashMap;

use super::ClientConfig;
use super::account::UserName;
use super::heard;
use super::server::{Place, Remark, Server};
use super::srv;
use super::step::{Program, Source, Step};
use super::walk::{End, Walk};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{RecordType, is_within};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tls::Verdict;
use crate::protocol::endpoint::Protocol;

/// Places that are compared; more are passed over.
const PLACES: usize = 60;

/// What one source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which.
    pub source: Source,
    /// Its servers, the preferred first.
    pub servers: Vec<Server>,
    /// Whether a mail program takes it without asking the user: under TLS all the way, with valid certificates.
    pub is_sound: bool,
}

impl Said {
    fn preferred(&self, protocol: Protocol) -> Option<&Server> {
        self.servers.iter().find(|server| server.protocol == protocol)
    }
}

/// A server, and who names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Where.
    pub place: Place,
    /// The sources that name it, each once, in their order.
    pub sources: Vec<Source>,
}

/// What each source says, in the order of the steps; SRV last.
pub(super) fn said(config: &ClientConfig, walked: &[(&Step, Walk<'_>)]) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    for (step, walk) in walked {
        let End::Read(reading) = &walk.end else { continue };
        let sound = walk.hops.iter().all(|hop| matches!(hop.certificate, Some(Verdict::Good)));
        let is_sound = sound && !step.source.is_clear() && is_vouched(config, step.source, walk);
        all.push(Said { source: step.source, servers: reading.servers.clone(), is_sound });
    }
    let domain = config.account.domain();
    let mut servers = Vec::new();
    let mut is_sound = true;
    for service in srv::SERVICES {
        if let srv::Offer::At(found) = srv::offer(config.answers(), domain, service) {
            is_sound &= srv::is_authentic(config.answers(), domain, service.0)
                || found.iter().all(|found| is_within(&found.server.host, domain));
            servers.extend(found.into_iter().map(|found| found.server));
        }
    }
    if !servers.is_empty() {
        all.push(Said { source: Source::Srv, servers, is_sound });
    }
    all.retain(|said| !said.servers.is_empty());
    all
}

/// Whether nothing but a forged answer of DNS could have led a step to where it ended: it ended within the domain, or the
/// resolver vouches for the answer (AD), or DNS had no part in it.
pub(super) fn is_vouched(config: &ClientConfig, source: Source, walk: &Walk<'_>) -> bool {
    let domain = config.account.domain();
    let Some(query) = source.found_by(domain) else { return true };
    let within = walk.hops.iter().all(|hop| is_within(&hop.fetched.request.url.host.to_string(), domain));
    let answer = config.answers().get(&query.name, query.kind).and_then(|answer| answer.reply.as_ref().ok());
    within || answer.is_some_and(|response| response.flags.ad)
}

/// Every server once: those to fetch mail from first, in the order in which they are named.
pub(super) fn servers(said: &[Said]) -> Vec<Compared> {
    let mut all: Vec<Compared> = Vec::new();
    let mut known: HashMap<Place, usize> = HashMap::new();
    for said in said {
        for server in &said.servers {
            let place = server.place();
            let at = match known.get(&place) {
                Some(at) => *at,
                None if all.len() >= PLACES => continue,
                None => {
                    known.insert(place.clone(), all.len());
                    all.push(Compared { place, sources: Vec::new() });
                    all.len() - 1
                }
            };
            if let Some(compared) = all.get_mut(at)
                && !compared.sources.contains(&said.source)
            {
                compared.sources.push(said.source);
            }
        }
    }
    all.sort_by_key(|compared| match compared.place.protocol {
        Protocol::Imap => 0,
        Protocol::Pop3 => 1,
        Protocol::Smtp | Protocol::Lmtp => 2,
    });
    all
}

/// What is wrong with a place, whoever names it.
pub(super) fn faults(config: &ClientConfig, place: &Place) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = place.fault().into_iter().collect();
    let of = |kind| config.answers().outcome(&place.host, kind);
    match (of(RecordType::A), of(RecordType::Aaaa)) {
        (Outcome::Nothing { no_name: true }, _) | (_, Outcome::Nothing { no_name: true }) => {
            let says = "this host does not exist: mail programs cannot connect";
            remarks.push(Remark::fault(says, "name a host that exists, or publish an address for it"));
        }
        (Outcome::Nothing { .. }, Outcome::Nothing { .. }) => {
            let says = "this host has no address: mail programs cannot connect";
            remarks.push(Remark::fault(says, "publish an A or AAAA record for it"));
        }
        _ => {}
    }
    if let Some(seen) = config.seen(place) {
        remarks.extend(heard::of_place(place, seen));
    }
    remarks
}

/// What is to say about all sources together.
pub(super) fn findings(config: &ClientConfig, said: &[Said]) -> Vec<Finding> {
    let domain = config.account.domain();
    let mut findings = Vec::new();
    let mut say = |remark: Remark| findings.push(remark.finding(domain));
    if said.is_empty() {
        if config.is_done() {
            say(Remark::warning(
                "no source says how to set up a mail program: users must know host, port and TLS by heart",
                format!("serve https://autoconfig.{domain}/mail/config-v1.1.xml, and publish SRV records (RFC 6186)"),
            ));
        }
        return findings;
    }
    if config.is_done() {
        for (program, whose, next) in [
            (Program::Thunderbird, "Thunderbird", format!("serve https://autoconfig.{domain}/mail/config-v1.1.xml")),
            (Program::Outlook, "Outlook", format!("serve https://autodiscover.{domain}/autodiscover/autodiscover.xml")),
        ] {
            if !said.iter().any(|said| said.source.program() == program) {
                say(Remark::new(Severity::Note, format!("{whose} finds no settings, and guesses"), next));
            }
        }
        if said.iter().all(|said| !said.is_sound) {
            say(Remark::warning(
                "no source can be believed without asking the user: each comes in clear, or with a bad certificate, or \
                 leads to another domain",
                "serve one of them by https with a valid certificate",
            ));
        }
    }
    for protocol in [Protocol::Imap, Protocol::Pop3, Protocol::Smtp] {
        preferences(protocol, said, &mut say);
        user_names(protocol, said, &mut say);
        let named = said.iter().any(|said| said.source != Source::Srv && said.preferred(protocol).is_some());
        if named && srv::refuses(config.answers(), domain, protocol) {
            let label = protocol.name().to_ascii_uppercase();
            say(Remark::warning(
                format!("{label}: SRV says that it is not offered (target \".\"), and another source names a server"),
                "correct the SRV records, or take the server out of the other source",
            ));
        }
    }
    for said in said {
        for server in &said.servers {
            if let Some(remark) = config.seen(&server.place()).and_then(|seen| heard::of_login(server, seen)) {
                let label = server.place().label();
                say(Remark { says: format!("{} {label}: {}", said.source.label(), remark.says), ..remark });
            }
        }
    }
    findings
}

/// Sources that say the same, in one list; the lists in the order of their first source.
fn groups<T: PartialEq>(items: impl Iterator<Item = (Source, T)>) -> Vec<(T, Vec<Source>)> {
    let mut groups: Vec<(T, Vec<Source>)> = Vec::new();
    for (source, value) in items {
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, sources)) => {
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
            None => groups.push((value, vec![source])),
        }
    }
    groups
}

/// The labels of sources, as a list.
pub(super) fn labels(sources: &[Source]) -> String {
    sources.iter().map(|source| source.label()).collect::<Vec<_>>().join(", ")
}

/// The preferred server of each source.
fn preferences(protocol: Protocol, said: &[Said], say: &mut impl FnMut(Remark)) {
    let preferred = said.iter().filter_map(|said| Some((said.source, said.preferred(protocol)?.place())));
    let groups = groups(preferred);
    let [(first, _), others @ ..] = groups.as_slice() else { return };
    if others.is_empty() {
        return;
    }
    let listed: Vec<String> =
        groups.iter().map(|(place, sources)| format!("{} says {}", labels(sources), place.text())).collect();
    let label = protocol.name().to_ascii_uppercase();
    if others.iter().any(|(place, _)| place.host != first.host) {
        say(Remark::warning(
            format!("{label}: the sources prefer different hosts: {}", listed.join("; ")),
            "users of one mail program end elsewhere than those of another: name the same host everywhere",
        ));
    } else {
        say(Remark::new(
            Severity::Note,
            format!("{label}: the sources prefer different ports of one host: {}", listed.join("; ")),
            "prefer TLS from the first octet everywhere (RFC 8314)",
        ));
    }
}

/// What to log in with, where it is said.
fn user_names(protocol: Protocol, said: &[Said], say: &mut impl FnMut(Remark)) {
    let names = said.iter().filter_map(|said| {
        let name = &said.preferred(protocol)?.user_name;
        (*name != UserName::Unsaid).then(|| (said.source, name.clone()))
    });
    let groups = groups(names);
    if groups.len() > 1 {
        let listed: Vec<String> =
            groups.iter().map(|(name, sources)| format!("{} says {}", labels(sources), name.words())).collect();
        say(Remark::warning(
            format!(
                "{}: the sources differ in what to log in with: {}",
                protocol.name().to_ascii_uppercase(),
                listed.join("; ")
            ),
            "a server that takes only one of them refuses the others' users: say the same everywhere",
        ));
    }
}
