//! `ehlo dns`: what the DNS pane shows, without a screen.
#![expect(clippy::disallowed_methods, reason = "the door reads the clock once, for the dates of signatures")]

use std::collections::BTreeSet;
use std::future::pending;
use std::io::Read as _;
use std::net::IpAddr;

use tokio::sync::mpsc;

use super::args::Dns;
use super::{Exit, json, print, tables};
use crate::app::effect::{Effect, Effects};
use crate::app::event::Event;
use crate::app::investigator::Investigator;
use crate::app::message_editor::MESSAGE_CAP;
use crate::app::options::Options;
use crate::diagnosis::investigation::{Investigation, Opened, Setting, What, open, open_message};
use crate::diagnosis::survey::{Row, branch};
use crate::diagnosis::{Finding, Severity};
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::net::{Net, files};
use crate::protocol::moment::Moment;
use crate::view;

/// Reports on their way from the net.
const REPORTS: usize = 256;

/// Asks, waits until all is answered, and prints.
///
/// # Errors
/// When standard output cannot be written, or the practice world cannot start.
pub(super) async fn run(arguments: &Dns) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let line = arguments.line.join(" ");
    let world = if line.split_whitespace().any(is_practice) { Some(Practice::start(clock).await?) } else { None };
    let mut options = Options::new(&super::own_name(), jiff::Zoned::now());
    if let Err(why) = tables::fill(&mut options, world.as_ref()) {
        eprintln!("ehlo dns: {why}");
        return Ok(Exit::Usage);
    }
    // What a flag says, the line can say too.
    let line = if arguments.short { format!("+short {line}") } else { line };
    let opened = match opened(&line, &options.setting()).await {
        Ok(opened) => opened,
        Err(why) => {
            eprintln!("ehlo dns: {why}");
            return Ok(Exit::Usage);
        }
    };
    let (investigation, resolver) = (opened.investigation, opened.setting.resolver);
    let title = investigation.title();
    let (reports, mut events) = mpsc::channel(REPORTS);
    let mut net = Net::new(clock, world, reports);
    let began = options.epoch.timestamp().as_second();
    let mut investigator = Investigator::new(&options);
    let mut effects = Effects::new();
    let mut wakes = BTreeSet::new();
    investigator.begin(investigation, resolver.clone(), &mut effects);
    loop {
        for effect in effects.drain(..) {
            if let Some(Effect::Wake(at)) = net.perform(effect) {
                wakes.insert(at);
            }
        }
        if investigator.pending() == 0 {
            break;
        }
        let now = |at: Moment| {
            let since = i64::try_from(at.0 / 1_000_000).unwrap_or(i64::MAX);
            began.saturating_add(since)
        };
        let rest = wakes.first().map(|wake| *wake - clock.now());
        let event = tokio::select! {
            event = events.recv() => event,
            () = async { if let Some(rest) = rest { tokio::time::sleep(rest).await } else { pending().await } } => {
                wakes.pop_first();
                Some(Event::Wake)
            }
        };
        match event {
            Some(Event::Answered { id, at, answer }) => _ = investigator.answered(id, answer, now(at), &mut effects),
            Some(Event::Fetched { id, at, outcome }) => _ = investigator.fetched(id, outcome, now(at), &mut effects),
            Some(Event::Judged { id, at, judgement }) => _ = investigator.judged(id, judgement, now(at), &mut effects),
            Some(Event::Connection { id, at, what }) => _ = investigator.happened(id, what, at, now(at), &mut effects),
            Some(Event::Wake) => _ = investigator.tick(clock.now(), now(clock.now()), &mut effects),
            Some(_) => {}
            None => break,
        }
    }
    let (rows, findings) = investigator.investigation().map(Investigation::table).unwrap_or_default();
    let text = if arguments.json {
        let answer = investigator.investigation().and_then(Investigation::answer);
        let all = json::all(&title, &resolver.to_string(), &rows, &findings, answer);
        serde_json::to_string_pretty(&all)?
    } else {
        let draw = Draw {
            short: opened.short,
            is_question: opened.is_question,
            explain: arguments.explain,
            ascii: arguments.ascii,
        };
        let text = draw.text(&rows, &findings);
        if arguments.ascii { view::in_ascii(&text) } else { text }
    };
    // Nothing is no line: a script counts them.
    if !text.is_empty() {
        print(&text)?;
    }
    if let (true, Some(row)) = (opened.short && opened.is_question, rows.first())
        && row.verdict.as_ref().is_some_and(|(severity, _)| *severity == Severity::Fault)
    {
        eprintln!("ehlo dns: {}: {}", row.label, row.text);
    }
    Ok(if worst(&rows, &findings) == Some(Severity::Fault) { Exit::Fault } else { Exit::Ok })
}

/// A line that has been read, with its message where it is about one.
struct Ready {
    investigation: Box<dyn Investigation>,
    setting: Setting,
    is_question: bool,
    short: bool,
}

async fn opened(line: &str, setting: &Setting) -> Result<Ready, String> {
    let Opened { what, setting, is_question, short } = open(line, setting)?;
    let investigation = match what {
        What::Investigation(investigation) => investigation,
        What::Message(file) => open_message(&message(&file).await?, &setting),
    };
    Ok(Ready { investigation, setting, is_question, short })
}

/// A message from a file, or from standard input where none is named.
async fn message(file: &str) -> Result<Vec<u8>, String> {
    if !matches!(file, "" | "-") {
        return files::read(file.as_ref(), MESSAGE_CAP).await;
    }
    let mut octets = Vec::new();
    let read = std::io::stdin().lock().take(MESSAGE_CAP + 1).read_to_end(&mut octets);
    read.map_err(|why| format!("standard input: {why}"))?;
    let is_whole = u64::try_from(octets.len()).is_ok_and(|length| length <= MESSAGE_CAP);
    if is_whole { Ok(octets) } else { Err(format!("standard input: more than {MESSAGE_CAP} octets")) }
}

/// Whether a word of the line is a name of the practice world, alone or as part of an address or of HOST:PORT, or one of
/// the addresses that only documentation has (RFC 5737 §3, RFC 3849).
fn is_practice(word: &str) -> bool {
    match word.parse() {
        Ok(IpAddr::V4(ip)) => return ip.octets().starts_with(&[192, 0, 2]),
        Ok(IpAddr::V6(ip)) => return ip.octets().starts_with(&[0x20, 0x01, 0x0d, 0xb8]),
        Err(_) => {}
    }
    let name = word.rsplit_once("://").map_or(word, |(_, rest)| rest).to_ascii_lowercase();
    let name = name.rsplit_once('@').map_or(name.as_str(), |(_, domain)| domain);
    let name = name.split([':', '/']).next().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "example.test" || name.ends_with(".example.test")
}

fn worst(rows: &[Row], findings: &[Finding]) -> Option<Severity> {
    let verdicts = rows.iter().filter_map(|row| row.verdict.as_ref()).map(|(severity, _)| *severity);
    verdicts.chain(findings.iter().map(|finding| finding.severity)).max()
}

/// How the table is written.
struct Draw {
    short: bool,
    is_question: bool,
    explain: bool,
    ascii: bool,
}

impl Draw {
    fn text(&self, rows: &[Row], findings: &[Finding]) -> String {
        let mut out = String::new();
        let column = rows.iter().filter(|row| row.depth == 0).map(|row| row.label.chars().count()).max().unwrap_or(0);
        for (place, row) in rows.iter().enumerate() {
            match (self.short, self.is_question) {
                // The first row of a question tells how it went; the short form has what the records say.
                (true, true) if row.ttl.is_none() => continue,
                (true, true) => {
                    out.push_str(&format!("{}\n", row.text));
                    continue;
                }
                // A row a line, in columns that cut and awk find.
                (true, false) => {
                    let (severity, says) =
                        row.verdict.as_ref().map_or(("", ""), |(severity, says)| (severity.name(), says.as_str()));
                    out.push_str(&format!("{}\t{}\t{severity}\t{says}\n", row.label, row.text));
                    continue;
                }
                (false, _) => {}
            }
            let label = if row.depth == 0 { format!("{:<column$}", row.label) } else { row.label.clone() };
            out.push_str(&format!("{}{label}", branch(rows, place, row.depth, self.ascii)));
            if !row.text.is_empty() {
                out.push_str(&format!("  {}", row.text));
            }
            if let Some(ttl) = row.ttl {
                out.push_str(&format!("  ttl {ttl}"));
            }
            if let Some((severity, says)) = &row.verdict {
                out.push_str(&format!("  {} {says}", self.mark(*severity)));
            }
            out = out.trim_end().to_owned();
            out.push('\n');
            if self.explain {
                for line in &row.detail {
                    out.push_str(&format!("{}    {line}\n", "  ".repeat(usize::from(row.depth))));
                }
            }
        }
        if !self.short {
            for finding in findings {
                out.push_str(&format!("\n{} {}: {}", self.mark(finding.severity), finding.subject, finding.says));
                if !finding.next.is_empty() {
                    out.push_str(&format!("\n  {} {}", if self.ascii { "->" } else { "→" }, finding.next));
                }
            }
        }
        out.trim_end().to_owned()
    }

    const fn mark(&self, severity: Severity) -> &'static str {
        if self.ascii { severity.name() } else { severity.mark() }
    }
}
