//! What differs, what it does to mail, and what to do about it.

use super::Source;
use super::delegation::Slip;
use super::judge::{self, Whose, whose};
use super::rows::said_by;
use super::said::Said;
use super::table::{Group, Known, Overview, Standing, Topic, Voice, family};
use crate::diagnosis::dns::{RecordType, span};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::survey::shown;

/// What is worth saying, the worst first; each source is told of once.
pub(super) fn tell(overview: &Overview) -> Vec<Finding> {
    let mut out: Vec<Finding> = overview.slips.iter().map(|(name, slip)| slipped(name, *slip)).collect();
    out.extend(denied(overview));
    out.extend(overview.known.iter().filter_map(|known| stands(overview, known)));
    out.extend(without_servers(overview));
    out.extend(unreachable(overview));
    out.extend(shared(overview));
    out.extend(delegated(overview));
    out.extend(split(overview));
    out.extend(overview.known.iter().filter_map(|known| differs(overview, known)));
    out.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    out
}

fn slipped(name: &str, slip: Slip) -> Finding {
    match slip {
        Slip::NoAddress => Finding::new(
            Severity::Fault,
            shown(name),
            "an NS record names this server, and it has no address",
            "publish an A or AAAA record for it, or take it out of the NS records and of the delegation",
        ),
        Slip::Alias => Finding::new(
            Severity::Warning,
            shown(name),
            "an NS record names an alias, and some resolvers do not follow it (RFC 2181 §10.3)",
            "name the server by the name that has its A and AAAA records",
        ),
        Slip::Glue(ip) => Finding::new(
            Severity::Warning,
            shown(name),
            format!("the parent gives the address {ip} for it (glue), and its own records do not have that"),
            "have the registrar correct the glue, or bring the address back",
        ),
    }
}

/// The domain does not exist.
fn denied(overview: &Overview) -> Option<Finding> {
    let by = said_by(overview.denied()?);
    let says = format!("the name does not exist (NXDOMAIN), {by}");
    let next = match overview.above() {
        Some(zone) => format!("check the spelling; if it is right, put its records into the zone {}", shown(zone)),
        None => "check the spelling; if it is right, see why its own servers deny it".to_owned(),
    };
    Some(Finding::new(Severity::Fault, shown(&overview.domain), says, next))
}

/// Nobody who has the zone itself could be asked.
fn without_servers(overview: &Overview) -> Option<Finding> {
    let zone = shown(overview.zone.as_deref().filter(|_| overview.is_without_servers())?);
    let says = "no server of the zone can be asked, for neither our resolver nor the parent tells where they are: what is \
                compared are copies alone";
    let next =
        format!("ask for the delegation (NS {zone} +norec @ a server of the parent), or through another resolver");
    Some(Finding::new(Severity::Warning, zone.clone(), says, next))
}

/// A source that says nothing to anything.
fn stands(overview: &Overview, known: &Known) -> Option<Finding> {
    let who = shown(&known.source.name());
    let zone = shown(overview.zone.as_deref().unwrap_or(&overview.domain));
    let finding = match (&known.standing, known.source.is_authority()) {
        (Standing::Lame(why), true) => Finding::new(
            Severity::Fault,
            who,
            format!("does not serve {zone} though an NS record names it (lame): {why}"),
            "configure the zone there, or take the server out of the NS records and of the delegation at the parent",
        ),
        (Standing::Silent(why), true) => Finding::new(
            Severity::Warning,
            who,
            format!("does not answer: {why}; resolvers lose time whenever they try it first"),
            "see whether the server runs, and whether port 53 is open for UDP and TCP",
        ),
        (Standing::Lame(why) | Standing::Silent(why), false) => Finding::new(
            match known.standing {
                Standing::Silent(_) if known.source == Source::Ours => Severity::Fault,
                _ => Severity::Warning,
            },
            who,
            format!("tells nothing about {}: {why}", shown(&overview.domain)),
            match why.starts_with("SERVFAIL") {
                true => "check the DNSSEC of the domain (+dnssec), and its name servers: mail of its users waits",
                false => "see whether this resolver can be reached, and whether it serves you",
            },
        ),
        _ => return None,
    };
    Some(finding)
}

/// Servers of which nothing can be said, for nothing of their family answers here.
fn unreachable(overview: &Overview) -> Vec<Finding> {
    let mut out = Vec::new();
    for name in ["IPv4", "IPv6"] {
        let count = overview.known.iter().filter(|known| known.standing == Standing::Unreachable);
        let count = count.filter(|k| matches!(k.source, Source::Authority(_, ip) if family(ip) == name)).count();
        let servers = if count == 1 { "one address".to_owned() } else { format!("{count} addresses") };
        if count > 0 {
            let says = format!(
                "{servers} of name servers cannot be reached from here: nothing answers by {name}, so nothing is known \
                 of them"
            );
            let next = format!("ask from a host that has {name} and may ask strangers on port 53");
            out.push(Finding::new(Severity::Note, name, says, next));
        }
    }
    out
}

/// Two names that are one server.
fn shared(overview: &Overview) -> Vec<Finding> {
    let servers = overview.known.iter().filter_map(|known| match &known.source {
        Source::Authority(names, ip) if names.len() > 1 => Some((names, ip)),
        _ => None,
    });
    let tell = |(names, ip): (&Vec<String>, &std::net::IpAddr)| {
        let says = format!("{} are one server: all have the address {ip}", shown(&names.join(", ")));
        let next = "the domain hangs on fewer servers than it names: let each be another host (RFC 2182 §3.1)";
        Finding::new(Severity::Note, ip.to_string(), says, next)
    };
    servers.map(tell).collect()
}

/// The delegation at the parent, and the NS records of the zone itself.
fn delegated(overview: &Overview) -> Option<Finding> {
    let topic = overview.topics.iter().find(|topic| topic.query.kind == RecordType::Ns)?;
    let is_parent = |voice: &Voice| matches!(voice.source, Source::Parent(..));
    let (first, others) = topic.groups.split_first()?;
    let group = others.iter().find(|group| group.voices.iter().any(is_parent))?;
    if !first.voices.iter().any(|voice| voice.source.is_authority()) {
        return None;
    }
    let says = format!(
        "the parent delegates {} to other servers than its own NS records name: {}, and here {}",
        shown(&topic.query.name),
        group.said.line(),
        first.said.line()
    );
    let next = "have the registrar put the same names at the parent that the zone has, or correct the zone";
    Some(Finding::new(Severity::Warning, shown(&topic.query.name), says, next))
}

/// The servers of the zone tell us one thing, and all public resolvers another.
fn split(overview: &Overview) -> Option<Finding> {
    let groups: Vec<(&Topic, &Group)> = differing(overview)
        .filter(|(topic, group)| topic.query.kind != RecordType::Soa && whose(topic, group) == Whose::Everybodys)
        .collect();
    let public = overview.known.iter().filter(|known| matches!(known.source, Source::Public(_))).count();
    let longest = groups.iter().flat_map(|(_, group)| &group.voices).filter_map(|voice| voice.ttl).max();
    let after = longest.map_or_else(|| "a while".to_owned(), |ttl| span(u64::from(ttl)));
    let says = format!(
        "the servers of the domain tell us {} in one way, and all {public} public resolvers in another: a split view, or a \
         change that is not everywhere yet",
        kinds(groups.iter().map(|(topic, _)| *topic))?
    );
    let next = format!(
        "ask again in {after}; if it stays, see the views of the servers: mail from outside goes by what public resolvers \
         say"
    );
    Some(Finding::new(Severity::Warning, shown(&overview.domain), says, next))
}

/// All groups that say something else than the first of their topic.
fn differing(overview: &Overview) -> impl Iterator<Item = (&Topic, &Group)> {
    overview.topics.iter().flat_map(|topic| topic.groups.iter().skip(1).map(move |group| (topic, group)))
}

/// `MX, TXT at _mta-sts`; nothing for none.
fn kinds<'a>(topics: impl Iterator<Item = &'a Topic>) -> Option<String> {
    let name = |topic: &Topic| match super::policy(&topic.query) {
        Some((label, _)) => format!("{} at {label}", topic.query.kind),
        None => topic.query.kind.to_string(),
    };
    let names: Vec<String> = topics.map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What one source says otherwise than the others, in all topics together.
fn differs(overview: &Overview, known: &Known) -> Option<Finding> {
    let source = &known.source;
    let own: Vec<(&Topic, &Group, &Voice)> = differing(overview)
        .filter_map(|(topic, group)| Some((topic, group, group.voices.iter().find(|voice| voice.source == *source)?)))
        .filter(|(_, group, _)| !matches!(group.said, Said::Elsewhere(_)))
        // All public resolvers together are told of in one finding.
        .filter(|(topic, group, _)| source.is_authority() || whose(topic, group) != Whose::Everybodys)
        .collect();
    let worst = own.iter().map(|(topic, group, voice)| judge::verdict(overview, topic, group, voice).0).max()?;
    let (silent, other): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|(_, group, _)| matches!(group.said, Said::Failed { .. }));
    let mute = kinds(silent.iter().map(|(topic, ..)| *topic));
    let mute = mute.map(|kinds| {
        let why = silent.first().map(|(_, group, _)| group.said.line()).unwrap_or_default();
        format!("tells nothing about {kinds} ({why})")
    });
    let changed = kinds(other.iter().map(|(topic, ..)| *topic).filter(|topic| topic.query.kind != RecordType::Soa));
    let changed = changed.map(|kinds| format!("answers {kinds} otherwise"));
    let left = other.iter().filter_map(|(_, _, voice)| voice.ttl).max();
    let (first, next) = match source {
        Source::Authority(..) => authority(overview, known, other.is_empty()),
        _ if silent.is_empty() && !other.iter().any(|(topic, ..)| matters(topic)) => return None,
        _ => (None, resolver(overview, known, &other, left)),
    };
    let says: Vec<String> = [first, changed, mute].into_iter().flatten().collect();
    (!says.is_empty()).then(|| Finding::new(worst, shown(&source.name()), says.join("; it "), next))
}

/// A server of the zone that does not say what the others say.
fn authority(overview: &Overview, known: &Known, answers: bool) -> (Option<String>, String) {
    if let (Some(relation), Some(start), Some(other)) =
        (judge::relation(overview, &known.source), &known.start, &overview.start)
    {
        let says = format!("has the serial {}, and the others {}: {relation}", start.serial, other.serial);
        let next = format!(
            "the transfer to it is late or broken: it looks for changes every {} (refresh); if it stays, see NOTIFY and AXFR",
            span(u64::from(start.refresh))
        );
        return (Some(says), next);
    }
    let next = if answers {
        "see its log: it has the zone, and cannot answer this from it"
    } else {
        "two versions of the zone have one serial, or it answers by who asks: raise the serial and transfer the zone \
         anew; until then mail goes one way or the other by chance"
    };
    (None, next.to_owned())
}

/// Whether mail goes by it: a copy of the SOA record or of the delegation is as old as it is, and does nothing.
const fn matters(topic: &Topic) -> bool {
    !matches!(topic.query.kind, RecordType::Soa | RecordType::Ns)
}

/// What to do about a resolver that does not say what the servers of the zone say.
fn resolver(overview: &Overview, known: &Known, other: &[(&Topic, &Group, &Voice)], left: Option<u32>) -> String {
    if other.is_empty() {
        return "its users' mail may wait: ask it again, and check DNSSEC (+dnssec)".to_owned();
    }
    let kept = left.map_or_else(|| "a while".to_owned(), |ttl| span(u64::from(ttl)));
    let own = other.iter().any(|(topic, group, _)| matters(topic) && whose(topic, group) == Whose::Ours);
    if own && known.source == Source::Ours {
        format!(
            "it has a view of {} of its own, as in many companies, or an old answer: ask again in {kept}, and compare with \
             @9.9.9.9 whatever you see through it",
            shown(&overview.domain)
        )
    } else {
        format!("an old answer is kept for {kept} still: ask again then; if it stays, the answer depends on who asks")
    }
}
