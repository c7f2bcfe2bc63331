//! `ehlo dns`: what the DNS pane shows, without a screen.
#![expect(clippy::disallowed_methods, reason = "the door reads the clock once, for the dates of signatures")]

use std::io::Read as _;

use super::args::Dns;
use super::draw::{Draw, worst};
use super::investigate::{Run, is_practice};
use super::{Exit, json, print, tables, veil};
use crate::app::message_editor::MESSAGE_CAP;
use crate::app::options::Options;
use crate::diagnosis::Severity;
use crate::diagnosis::investigation::{Investigation, Opened, Setting, What, open, open_message};
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::net::{Means, files};

/// Asks, waits until all is answered, and prints.
///
/// # Errors
/// When standard output cannot be written, or the practice world cannot start.
pub(super) async fn run(arguments: &Dns) -> anyhow::Result<Exit> {
    let arguments = match arguments.gathered() {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("ehlo dns: {why}");
            return Ok(Exit::Usage);
        }
    };
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
    let privacy = veil::privacy(arguments.privacy, &options, &arguments.line);
    let run = Run { clock, world, means: Means::default(), options: &options, privacy: &privacy };
    let investigator = run.investigate(investigation, resolver.clone()).await;
    let (mut rows, mut findings) = investigator.investigation().map(Investigation::table).unwrap_or_default();
    veil::table(&privacy, &mut rows, &mut findings);
    let text = if arguments.json {
        let answer = investigator.investigation().and_then(Investigation::answer);
        let all = json::all(&title, &resolver.to_string(), &rows, &findings, answer);
        serde_json::to_string_pretty(&veil::json(&privacy, all))?
    } else {
        let draw = Draw {
            short: opened.short,
            is_question: opened.is_question,
            explain: arguments.explain,
            ascii: arguments.ascii,
        };
        veil::text(&privacy, opened.short, draw.text(&rows, &findings))
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
