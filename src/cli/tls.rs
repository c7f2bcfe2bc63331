//! `ehlo tls`: the handshake and the certificate of a server, without a screen.
#![expect(clippy::disallowed_methods, reason = "the door reads the clock once, for the dates of certificates")]

use super::args::Inspect;
use super::draw::{Draw, worst};
use super::investigate::{Run, is_practice};
use super::{Exit, json, means, print, tables, veil};
use crate::app::options::Options;
use crate::diagnosis::investigation::{Investigation, Opened, What, open};
use crate::diagnosis::survey::Row;
use crate::diagnosis::{Finding, Severity};
use crate::net::clock::Clock;
use crate::net::practice::Practice;

/// How a certificate begins as text (RFC 7468 §5.1).
const PEM: &str = "-----BEGIN CERTIFICATE-----";

/// Looks, waits until all is known, and prints.
///
/// # Errors
/// When standard output cannot be written, or the practice world cannot start.
pub(super) async fn run(arguments: &Inspect) -> anyhow::Result<Exit> {
    if arguments.pem && arguments.privacy {
        eprintln!(
            "ehlo tls: --privacy leaves certificates out, for each holds the names it is for: leave out --pem or --privacy"
        );
        return Ok(Exit::Usage);
    }
    let clock = Clock::start();
    let world =
        if arguments.line.iter().any(|word| is_practice(word)) { Some(Practice::start(clock).await?) } else { None };
    let mut options = Options::new(&super::own_name(), jiff::Zoned::now());
    options.family = arguments.reach.family();
    options.resolve.clone_from(&arguments.reach.resolve);
    options.patience = arguments.reach.patience();
    options.limit = options.patience;
    options.sni.clone_from(&arguments.sni);
    options.only_looks = true;
    let files = tables::fill(&mut options, world.as_ref()).and_then(|()| means::means(&arguments.files));
    let mut setting = options.setting();
    setting.security = arguments.security();
    setting.sni.clone_from(&arguments.sni);
    let view = if arguments.enumerate { "enumerate" } else { "tls" };
    let opened = open(&format!("{view} {}", arguments.line.join(" ")), &setting);
    let ((means, log), Opened { what, setting, short, .. }) = match files.and_then(|files| Ok((files, opened?))) {
        Ok(found) => found,
        Err(why) => {
            eprintln!("ehlo tls: {why}");
            return Ok(Exit::Usage);
        }
    };
    let What::Investigation(investigation) = what else { return Ok(Exit::Usage) };
    if let Some(path) = log {
        eprintln!("ehlo tls: the secrets of this TLS session are written to {}: delete it after", path.display());
    }
    let title = investigation.title();
    let privacy = veil::privacy(arguments.privacy, &options, &arguments.line);
    if let Some(text) = investigation.announcement() {
        eprintln!("ehlo tls: {}", privacy.veil(&text));
    }
    let privacy = veil::privacy(arguments.privacy, &options, &arguments.line);
    let run = Run { clock, world, means, options: &options, privacy: &privacy };
    let investigator = run.investigate(investigation, setting.resolver.clone()).await;
    let (mut rows, mut findings) = investigator.investigation().map(Investigation::table).unwrap_or_default();
    veil::table(&privacy, &mut rows, &mut findings);
    let text = if arguments.json {
        let all = json::all(&title, &setting.resolver.to_string(), &rows, &findings, None);
        serde_json::to_string_pretty(&veil::json(&privacy, all))?
    } else if arguments.pem {
        pem(&rows)
    } else {
        let draw = Draw {
            short: short || arguments.short,
            is_question: false,
            explain: arguments.explain,
            ascii: arguments.ascii,
        };
        veil::text(&privacy, draw.short, draw.text(&rows, &findings))
    };
    if !text.is_empty() {
        print(&text)?;
    } else if arguments.pem {
        eprintln!("ehlo tls: no certificate was shown{}", why(&findings));
    }
    Ok(if worst(&rows, &findings) == Some(Severity::Fault) { Exit::Fault } else { Exit::Ok })
}

/// The worst that was found, behind a colon: what is asked for did not come, so it is told why.
fn why(findings: &[Finding]) -> String {
    let worst = findings.iter().find(|finding| finding.severity == Severity::Fault);
    worst.map(|worst| format!(": {}\nnext: {}", worst.says, worst.next)).unwrap_or_default()
}

/// Every certificate once, in the order of the rows: as it was sent, then what a list or an authority added.
fn pem(rows: &[Row]) -> String {
    let mut told: Vec<&str> = Vec::new();
    for text in rows.iter().filter_map(|row| row.copy.as_deref()).filter(|text| text.starts_with(PEM)) {
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.concat().trim_end().to_owned()
}
