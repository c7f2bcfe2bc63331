//! The answers side by side: who is asked and how each of them stands, and for each question those who agree together.

use std::net::IpAddr;

use super::delegation::{Network, Slip};
use super::said::{Said, Start, said, start};
use super::{Comparison, Source};
use crate::diagnosis::answers::key;
use crate::diagnosis::dns::{Query, RecordType};
use crate::diagnosis::investigation::{Asking, Question};
use crate::diagnosis::survey::note;

/// One source with its answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Who.
    pub source: Source,
    /// The seconds for which a copy is kept there still; an authority's is the full time.
    pub ttl: Option<u32>,
    /// What was asked, whom and how.
    pub question: Question,
    /// How the answer came, in one line.
    pub note: String,
}

/// Those who give one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The answer.
    pub said: Said,
    /// Who gives it.
    pub voices: Vec<Voice>,
}

/// One question and everybody's answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// What was asked.
    pub query: Query,
    /// Those who agree; first what the servers of the zone say that have its newest serial, then what most of them say, or
    /// most of all where none of them does.
    pub groups: Vec<Group>,
    /// How many have not answered yet.
    pub waiting: usize,
}

/// How a source stands to all questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not answered yet.
    Waiting,
    /// It answers.
    Serves,
    /// It answers, and says nothing to any question: why.
    Lame(String),
    /// It does not answer, and others of its family of addresses do: why.
    Silent(String),
    /// It does not answer, and none of its family does: that tells more about where we are than about the server.
    Unreachable,
}

/// One source with all that is known of it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) source: Source,
    pub(super) standing: Standing,
    pub(super) start: Option<Start>,
    /// The answer that its row is about.
    pub(super) voice: Voice,
}

/// An answer and the seconds for which it may be kept, once it has come.
type Heard = Option<(Said, Option<u32>)>;

/// Everything that rows and findings are made of.
#[derive(Clone, Debug)]
pub(super) struct Overview {
    pub(super) domain: String,
    pub(super) zone: Option<String>,
    /// The servers of the zone, our resolver, the public ones.
    pub(super) known: Vec<Known>,
    pub(super) slips: Vec<(String, Slip)>,
    /// Name servers that are not asked.
    pub(super) more: usize,
    pub(super) topics: Vec<Topic>,
    /// What most servers of the zone have for its SOA record.
    pub(super) start: Option<Start>,
}

impl Overview {
    pub(super) fn of(comparison: &Comparison) -> Self {
        let network = comparison.network();
        let sources = sources(comparison, &network);
        let zone = network.zone.clone();
        let topics = comparison.topics(zone.as_deref());
        let heard = |source: &Source, asking: &Asking, query: &Query| {
            let domain = comparison.domain.as_str();
            said(asking.answers(), query, source, (domain, zone.as_deref().unwrap_or(domain)))
        };
        let mut heard_by: Vec<Vec<Heard>> = sources
            .iter()
            .map(|(source, asking)| topics.iter().map(|query| heard(source, asking, query)).collect())
            .collect();
        let first = topics.first().filter(|_| zone.is_some()).cloned();
        let first = first.unwrap_or_else(|| key(&comparison.domain, RecordType::Mx));
        let mut known: Vec<Known> = sources
            .iter()
            .zip(&heard_by)
            .map(|((source, asking), all)| Known {
                source: source.clone(),
                standing: standing(all),
                start: zone.as_deref().and_then(|zone| start(asking.answers(), zone)),
                voice: voice(source, asking, &first, None),
            })
            .collect();
        unreachable(&mut known);
        let parents = network
            .parents
            .iter()
            .filter_map(|(name, ip)| Some((Source::Parent(name.clone(), *ip), comparison.direct.get(ip)?)));
        let parents: Vec<(Source, &Asking)> = parents.collect();
        // A zone only goes forward: whoever has the newest serial has what all of them should say.
        let newest = newest(&known);
        let leads = |source: &Source| {
            let start = known.iter().find(|known| known.source == *source).and_then(|known| known.start.as_ref());
            source.is_authority()
                && start.is_some_and(|start| Some(start.serial) == newest.as_ref().map(|it| it.serial))
        };
        let serves = |place: usize| known.get(place).is_some_and(|known| known.standing == Standing::Serves);
        let topics: Vec<Topic> = topics
            .iter()
            .enumerate()
            .map(|(number, query)| {
                let mut topic = Topic { query: query.clone(), groups: Vec::new(), waiting: 0 };
                for (place, ((source, asking), heard)) in sources.iter().zip(&mut heard_by).enumerate() {
                    match heard.get_mut(number).and_then(Option::take) {
                        Some((said, ttl)) if serves(place) => topic.put(said, voice(source, asking, query, ttl)),
                        Some(_) => {}
                        None => topic.waiting += 1,
                    }
                }
                // The parent says something about the delegation alone, and not every one of its servers does.
                for (source, asking) in parents.iter().filter(|_| query.kind == RecordType::Ns) {
                    if let Some((said @ Said::Records(_), _)) = heard(source, asking, query) {
                        topic.put(said, voice(source, asking, query, None));
                    }
                }
                topic.sort(leads);
                topic
            })
            .collect();
        let start = newest.or_else(|| reference(&known, &topics));
        Self { domain: comparison.domain.clone(), zone, known, slips: network.slips, more: network.more, topics, start }
    }

    /// Those who say that the domain does not exist, where that is the measure.
    pub(super) fn denied(&self) -> Option<&[Voice]> {
        let topic = self.topics.iter().find(|topic| topic.query.kind == RecordType::Mx)?;
        topic.groups.first().filter(|group| group.said == Said::NoName).map(|group| group.voices.as_slice())
    }

    /// The zone that the domain is a name in, where it does not begin one.
    pub(super) fn above(&self) -> Option<&str> {
        self.zone.as_deref().filter(|zone| !zone.eq_ignore_ascii_case(&self.domain))
    }

    /// Whether no server of the zone can be asked, which is known once nothing is awaited.
    pub(super) fn is_without_servers(&self) -> bool {
        let waits = self.topics.iter().any(|topic| topic.waiting > 0);
        self.zone.is_some() && !waits && !self.known.iter().any(|known| known.source.is_authority())
    }

    /// The source with all that is known of it.
    pub(super) fn known(&self, source: &Source) -> Option<&Known> {
        self.known.iter().find(|known| known.source == *source)
    }
}

impl Topic {
    fn put(&mut self, said: Said, voice: Voice) {
        match self.groups.iter_mut().find(|group| group.said == said) {
            Some(group) => group.voices.push(voice),
            None => self.groups.push(Group { said, voices: vec![voice] }),
        }
    }

    fn sort(&mut self, leads: impl Fn(&Source) -> bool) {
        let leaders = |group: &Group| group.voices.iter().filter(|voice| leads(&voice.source)).count();
        let authorities = |group: &Group| group.voices.iter().filter(|voice| voice.source.is_authority()).count();
        // Who gives no answer is no measure for those that do.
        let weight = |group: &Group| (group.said.is_answer(), leaders(group), authorities(group), group.voices.len());
        self.groups.sort_by_key(|group| std::cmp::Reverse(weight(group)));
    }

    /// How many different answers there are.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.groups.iter().filter(|group| group.said.is_answer()).count()
    }
}

/// Everybody who is asked every question: the servers of the zone first.
fn sources<'a>(comparison: &'a Comparison, network: &Network) -> Vec<(Source, &'a Asking)> {
    let servers = network.servers.iter().filter_map(|server| {
        let asking = comparison.direct.get(&server.ip)?;
        Some((Source::Authority(server.names.clone(), server.ip), asking))
    });
    let public = comparison.public.iter().map(|(name, asking)| (Source::Public(name.clone()), asking));
    servers.chain([(Source::Ours, &comparison.ours)]).chain(public).collect()
}

fn voice(source: &Source, asking: &Asking, query: &Query, ttl: Option<u32>) -> Voice {
    let note = asking.answers().get(&query.name, query.kind).map(note).unwrap_or_default();
    Voice { source: source.clone(), ttl, question: asking.question(&query.name, query.kind), note }
}

/// How a source stands by all its answers. Whether it is to be reached at all is not settled here.
fn standing(all: &[Heard]) -> Standing {
    let came = || all.iter().flatten().map(|(said, _)| said);
    if came().any(Said::is_answer) {
        return Standing::Serves;
    }
    if all.iter().any(Option::is_none) {
        return Standing::Waiting;
    }
    let why = |wanted: bool| {
        came().find_map(|said| match said {
            Said::Failed { why, reached } if *reached == wanted => Some(why.clone()),
            _ => None,
        })
    };
    why(true).map(Standing::Lame).or_else(|| why(false).map(Standing::Silent)).unwrap_or(Standing::Waiting)
}

/// Tells the servers that are silent from those that cannot be reached from here: where none of a family answers, it is
/// more likely our side that lacks IPv6, or lets no questions out.
fn unreachable(known: &mut [Known]) {
    let family = |known: &Known| match &known.source {
        Source::Authority(_, ip) => Some(ip.is_ipv4()),
        _ => None,
    };
    for is_v4 in [true, false] {
        let here = |known: &&Known| family(known) == Some(is_v4);
        let heard =
            known.iter().filter(here).any(|known| matches!(known.standing, Standing::Serves | Standing::Lame(_)));
        // Where nobody knows the domain, its servers may as well be down.
        let others = known.iter().any(|known| known.standing == Standing::Serves);
        if heard || !others {
            continue;
        }
        for known in known.iter_mut().filter(|known| family(known) == Some(is_v4)) {
            if matches!(known.standing, Standing::Silent(_)) {
                known.standing = Standing::Unreachable;
            }
        }
    }
}

/// The SOA record with the newest serial that a server of the zone has (RFC 1982 §3.2).
fn newest(known: &[Known]) -> Option<Start> {
    let starts = known
        .iter()
        .filter(|known| known.source.is_authority() && known.standing == Standing::Serves)
        .filter_map(|known| known.start.as_ref());
    let is_newer = |start: &Start, best: &Start| (1..0x8000_0000).contains(&start.serial.wrapping_sub(best.serial));
    starts.reduce(|best, start| if is_newer(start, best) { start } else { best }).cloned()
}

/// The SOA record of the group that is the measure, where no server of the zone tells.
fn reference(known: &[Known], topics: &[Topic]) -> Option<Start> {
    let soa = topics.iter().find(|topic| topic.query.kind == RecordType::Soa)?;
    let voice = soa.groups.first()?.voices.first()?;
    known.iter().find(|known| known.source == voice.source)?.start.clone()
}

/// The family of an address, in words.
pub(super) const fn family(ip: IpAddr) -> &'static str {
    match ip {
        IpAddr::V4(_) => "IPv4",
        IpAddr::V6(_) => "IPv6",
    }
}
