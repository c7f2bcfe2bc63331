//! The rows of a comparison: who is asked, then each question.

use std::collections::HashSet;

use super::delegation::Slip;
use super::judge::{self, Verdict};
use super::table::{Group, Known, Overview, Standing, Topic, Voice, family};
use super::{Said, Source};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::Question;
use crate::diagnosis::survey::{Row, shown};

/// Octets of one answer in a row; all of it is in the row's details.
const TEXT: usize = 300;
/// Lines of an answer in the details of a row.
const LINES: usize = 200;

/// The whole table.
pub(super) fn draw(overview: &Overview) -> Vec<Row> {
    let mut rows: Vec<Row> = overview.known.iter().map(|known| source(overview, known)).collect();
    rows.extend(overview.slips.iter().map(|(name, slip)| slipped(name, *slip)));
    if overview.more > 0 {
        let text = format!("{} more are not asked", overview.more);
        rows.push(Row { label: "server".to_owned(), text, ..Row::default() });
    }
    if overview.zone.is_none() {
        rows.insert(0, Row { label: "server".to_owned(), text: "…".to_owned(), ..Row::default() });
    }
    if overview.is_without_servers() {
        let verdict = Some((Severity::Warning, "none of the zone can be asked".to_owned()));
        rows.insert(0, Row { label: "server".to_owned(), text: "none".to_owned(), verdict, ..Row::default() });
    }
    if let Some(zone) = overview.above() {
        let verdict = Some((Severity::Note, format!("{} begins no zone of its own", shown(&overview.domain))));
        rows.insert(0, Row { label: "zone".to_owned(), text: shown(zone), verdict, ..Row::default() });
    }
    if let Some(voices) = overview.denied() {
        let verdict = Some((Severity::Fault, format!("does not exist (NXDOMAIN): {}", said_by(voices))));
        rows.insert(0, Row { label: "name".to_owned(), text: shown(&overview.domain), verdict, ..Row::default() });
    }
    for topic in &overview.topics {
        self::topic(overview, topic, &mut rows);
    }
    rows
}

/// `says ns1.example.org`, `say all 5`.
pub(super) fn said_by(voices: &[Voice]) -> String {
    match voices {
        [only] => format!("says {}", shown(&only.source.name())),
        many => {
            let own = many.iter().filter(|voice| voice.source.is_authority()).count();
            let servers = match own {
                0 => "none of them a server of the zone".to_owned(),
                1 => "one of them a server of the zone".to_owned(),
                own => format!("{own} of them servers of the zone"),
            };
            format!("say {} who answer, {servers}", many.len())
        }
    }
}

/// Who is asked, and how it stands.
fn source(overview: &Overview, known: &Known) -> Row {
    let is_authority = known.source.is_authority();
    let verdict = match &known.standing {
        Standing::Waiting => None,
        Standing::Serves if !is_authority => None,
        Standing::Serves => known.start.as_ref().map(|start| {
            let serial = start.serial;
            match judge::relation(overview, &known.source) {
                Some(relation) => (Severity::Warning, format!("serial {serial}, {relation}")),
                None => (Severity::Good, format!("serial {serial}")),
            }
        }),
        Standing::Lame(why) if is_authority => Some((Severity::Fault, format!("lame: {why}"))),
        // Nothing can be looked up here.
        Standing::Silent(why) if known.source == Source::Ours => Some((Severity::Fault, why.clone())),
        Standing::Lame(why) | Standing::Silent(why) => Some((Severity::Warning, why.clone())),
        Standing::Unreachable => Some((Severity::Note, "not reachable from here".to_owned())),
    };
    let open = if known.standing == Standing::Waiting { " …" } else { "" };
    let resolver = match &known.source {
        Source::Authority(..) | Source::Parent(..) => String::new(),
        Source::Ours | Source::Public(_) => format!(" ({})", known.voice.question.resolver),
    };
    Row {
        label: if is_authority { "server" } else { "resolver" }.to_owned(),
        text: format!("{}{resolver}{open}", shown(&known.source.name())),
        verdict,
        note: known.voice.note.clone(),
        question: Some(known.voice.question.clone()),
        ..Row::default()
    }
}

fn slipped(name: &str, slip: Slip) -> Row {
    let (text, verdict) = match slip {
        Slip::NoAddress => (shown(name), (Severity::Fault, "has no address".to_owned())),
        Slip::Alias => (shown(name), (Severity::Warning, "is an alias (RFC 2181 §10.3)".to_owned())),
        Slip::Glue(ip) => {
            let says = format!("the parent alone gives this {} address", family(ip));
            (format!("{} [{ip}]", shown(name)), (Severity::Warning, says))
        }
    };
    Row { label: "server".to_owned(), text, verdict: Some(verdict), ..Row::default() }
}

/// One row when everybody agrees; otherwise the answers below it, each with those who give it.
fn topic(overview: &Overview, topic: &Topic, rows: &mut Vec<Row>) {
    let policy = super::policy(&topic.query).filter(|_| topic.query.name != overview.domain);
    let label = policy.map_or_else(|| topic.query.kind.to_string(), |(_, name)| name.to_owned());
    let mut row = Row { label, ..Row::default() };
    let Some((first, others)) = topic.groups.split_first() else {
        let open = topic.waiting > 0;
        row.text = if open { "…" } else { "no answer" }.to_owned();
        row.verdict = (!open).then(|| (Severity::Fault, "nobody answers".to_owned()));
        rows.push(row);
        return;
    };
    stand(&mut row, first);
    if others.is_empty() {
        row.verdict = match &first.said {
            Said::Failed { .. } => Some((Severity::Fault, "nobody answers".to_owned())),
            _ => (topic.waiting == 0).then(|| agreed(first)),
        };
        rows.push(row);
        return;
    }
    let groups: Vec<Vec<Row>> =
        topic.groups.iter().enumerate().map(|(place, group)| self::group(overview, topic, place, group)).collect();
    let worst = groups.iter().flatten().filter_map(|row| row.verdict.as_ref()).map(|(severity, _)| *severity).max();
    let severity = worst.unwrap_or(Severity::Note);
    row.verdict = Some(summary(topic, severity));
    if topic.answers() > 1 {
        row.text = format!("{} different answers", topic.answers());
        row.ttl = None;
    }
    rows.push(row);
    rows.extend(groups.into_iter().flatten());
}

/// That all say the same, and how many they are. Copies alone prove nothing.
fn agreed(group: &Group) -> Verdict {
    let parents = group.voices.iter().filter(|voice| matches!(voice.source, Source::Parent(..))).count();
    let own = group.voices.iter().filter(|voice| voice.source.is_authority()).count();
    let says = match (group.voices.len() - parents, parents) {
        (1, 0) => "one answer".to_owned(),
        (all, 0) => format!("all {all} agree"),
        (0, 1) => "by one server of the parent".to_owned(),
        (0, parents) => format!("by {parents} servers of the parent"),
        (all, 1) => format!("all {all} and a server of the parent agree"),
        (all, parents) => format!("all {all} and {parents} servers of the parent agree"),
    };
    match own {
        0 => (Severity::Note, format!("{says}; no server of the zone answers")),
        // That a name is not there is agreed upon, and not well.
        _ if group.said == Said::NoName => (Severity::Note, says),
        _ => (Severity::Good, says),
    }
}

/// What the groups of a topic come to.
fn summary(topic: &Topic, severity: Severity) -> Verdict {
    let failed = |group: &&Group| matches!(group.said, Said::Failed { .. });
    let silent: usize = topic.groups.iter().filter(failed).map(|group| group.voices.len()).sum();
    let says = match (topic.answers(), silent) {
        (2.., 0) => "they differ".to_owned(),
        (2.., silent) => format!("they differ, and {silent} give none"),
        (_, 0) => "a zone of its own".to_owned(),
        (_, 1) => "one gives no answer".to_owned(),
        (_, silent) => format!("{silent} give no answer"),
    };
    (severity, says)
}

/// An answer, and below it who gives it.
fn group(overview: &Overview, topic: &Topic, place: usize, group: &Group) -> Vec<Row> {
    let mut row = Row { depth: 1, label: if place == 0 { "says" } else { "or" }.to_owned(), ..Row::default() };
    stand(&mut row, group);
    if let (Some(first), Said::Records(lines)) = (topic.groups.first().filter(|_| place > 0), &group.said)
        && let Said::Records(measure) = &first.said
    {
        row.text = cut(&against(lines, measure).unwrap_or_else(|| group.said.line()));
    }
    let mut rows = vec![row];
    rows.extend(group.voices.iter().map(|voice| Row {
        depth: 2,
        label: "by".to_owned(),
        text: shown(&voice.source.name()),
        ttl: voice.ttl,
        verdict: (place > 0).then(|| judge::verdict(overview, topic, group, voice)),
        note: voice.note.clone(),
        question: Some(voice.question.clone()),
        ..Row::default()
    }));
    rows
}

/// Puts an answer into a row, with the question and the time of the first who gives it.
fn stand(row: &mut Row, group: &Group) {
    row.text = cut(&group.said.line());
    let lines = group.said.lines();
    if lines.len() > 1 || row.text != group.said.line() {
        row.detail = lines.into_iter().take(LINES).collect();
    }
    if let Some(voice) = group.voices.first() {
        row.ttl = voice.ttl;
        row.note.clone_from(&voice.note);
        row.question = Some(Question::clone(&voice.question));
    }
}

/// A long answer by what sets it apart from the first.
fn against<'a>(lines: &'a [String], measure: &'a [String]) -> Option<String> {
    let (ours, theirs): (HashSet<&String>, HashSet<&String>) = (lines.iter().collect(), measure.iter().collect());
    let without = |lines: &'a [String], known: &HashSet<&String>| -> Vec<&'a str> {
        lines.iter().filter(|line| !known.contains(line)).map(String::as_str).collect()
    };
    let (missing, added) = (without(measure, &ours), without(lines, &theirs));
    if lines.len() == added.len() || lines.len().max(measure.len()) < 3 {
        return None;
    }
    let part = |word: &str, lines: &[&str]| (!lines.is_empty()).then(|| format!("{word} {}", lines.join(", ")));
    let parts: Vec<String> = [part("without", &missing), part("with", &added)].into_iter().flatten().collect();
    Some(format!("the same {}", parts.join(", ")))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
