//! `ehlo probe`: what should not work, tried on a server one is responsible for.
#![expect(clippy::disallowed_methods, reason = "the door reads the clock once, for the date of a message")]

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use ring::rand::{SecureRandom as _, SystemRandom};

use super::args::Probe as Arguments;
use super::draw::{Draw, worst};
use super::investigate::{Run, is_practice};
use super::{Exit, json, print, tables, veil};
use crate::app::options::Options;
use crate::app::privacy::Privacy;
use crate::diagnosis::Severity;
use crate::diagnosis::investigation::Investigation;
use crate::diagnosis::probe::{Order, Probe};
use crate::net::Means;
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::protocol::endpoint::{Endpoint, Host, Protocol, Security, Target, parse_target};
use crate::view;

/// Says what it will do, asks, does it, and prints what came of it.
///
/// # Errors
/// When standard output cannot be written, or the practice world cannot start.
pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let order = match order(arguments) {
        Ok(order) => order,
        Err(why) => {
            eprintln!("ehlo probe: {why}");
            return Ok(Exit::Usage);
        }
    };
    let mut options = Options::new(&super::own_name(), jiff::Zoned::now());
    let privacy = veil::privacy(arguments.privacy, &options, &arguments.target);
    privacy.know(&order.name());
    if let Err(why) = agreed(&order, arguments, &privacy)? {
        eprintln!("ehlo probe: {why}");
        return Ok(Exit::Usage);
    }
    let clock = Clock::start();
    let world =
        if arguments.target.iter().any(|word| is_practice(word)) { Some(Practice::start(clock).await?) } else { None };
    if let Err(why) = tables::fill(&mut options, world.as_ref()) {
        eprintln!("ehlo probe: {why}");
        return Ok(Exit::Usage);
    }
    let probe = Probe::new(order);
    let title = probe.title();
    let resolver = options.resolver.clone();
    let run = Run { clock, world, means: Means::default(), options: &options, privacy: &privacy };
    let investigator = run.investigate(Box::new(probe), resolver.clone()).await;
    let (mut rows, mut findings) = investigator.investigation().map(Investigation::table).unwrap_or_default();
    veil::table(&privacy, &mut rows, &mut findings);
    let text = if arguments.json {
        let all = json::all(&title, &resolver.to_string(), &rows, &findings, None);
        serde_json::to_string_pretty(&veil::json(&privacy, all))?
    } else {
        let draw = Draw { short: false, is_question: false, explain: arguments.explain, ascii: arguments.ascii };
        veil::text(&privacy, false, draw.text(&rows, &findings))
    };
    print(&text)?;
    Ok(if worst(&rows, &findings) == Some(Severity::Fault) { Exit::Fault } else { Exit::Ok })
}

fn order(arguments: &Arguments) -> Result<Order, String> {
    let words: Vec<&str> = arguments.target.iter().map(String::as_str).collect();
    let mut endpoint = match parse_target(&words).map_err(|error| error.0)? {
        Target::Endpoint(endpoint) => endpoint,
        // A server is meant here, not a domain.
        Target::Domain(name) => {
            Endpoint { protocol: Protocol::Smtp, host: Host::Name(name), port: 25, security: Security::Plain }
        }
        Target::Address { domain, .. } => return Err(format!("name a server: the host of an MX of {domain}")),
    };
    match (arguments.starttls, arguments.tls, arguments.no_tls) {
        (true, ..) => endpoint.security = Security::StartTls,
        (_, true, _) => endpoint.security = Security::Implicit,
        (.., true) => endpoint.security = Security::Plain,
        _ => {}
    }
    let mut seed = [0; 8];
    SystemRandom::new().fill(&mut seed).map_err(|_| "the system gives no random numbers".to_owned())?;
    let mut order = Order::new(endpoint, u64::from_le_bytes(seed));
    let mut options = Vec::new();
    for (name, value) in [
        ("--attempts", &arguments.attempts),
        ("--user", &arguments.user),
        ("--to", &arguments.to),
        ("--only", &arguments.only),
    ] {
        options.extend(value.iter().flat_map(|value| [name, value.as_str()]));
    }
    order.read(&options)?;
    order.check()?;
    Ok(order)
}

/// Tells what will be done. Whoever is at a terminal types the name of the server, unless nobody else is concerned;
/// elsewhere the flag stands for it.
fn agreed(order: &Order, arguments: &Arguments, privacy: &Privacy) -> std::io::Result<Result<(), String>> {
    let terms = order.terms().join("\n");
    let terms = privacy.veil(&terms).into_owned();
    eprintln!("{}\n", if arguments.ascii { view::in_ascii(&terms) } else { terms });
    if arguments.i_am_responsible || order.is_own() {
        return Ok(Ok(()));
    }
    if !std::io::stdin().is_terminal() {
        return Ok(Err("nothing was sent: without a terminal it needs --i-am-responsible".to_owned()));
    }
    // What is typed is the name itself, so a pseudonym would be the wrong word to ask for.
    let name = if privacy.on { "the name of the server".to_owned() } else { order.name() };
    eprint!("Type {name} to begin: ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(order.agrees(&line).then_some(()).ok_or_else(|| "nothing was sent: that is not its name".to_owned()))
}
