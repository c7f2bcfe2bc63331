//! From the command line to the running program.
#![expect(clippy::disallowed_methods, reason = "the door reads the clock once, for the time of day at the beginning")]

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use ring::rand::SecureRandom as _;
use tokio::sync::mpsc;

use super::Exit;
use super::args::{Arguments, Command, Explore};
use crate::app::action::BINDINGS;
use crate::app::effect::Effects;
use crate::app::options::Options;
use crate::app::state::{App, Notice};
use crate::app::supply::Supply;
use crate::diagnosis::Severity;
use crate::net::Net;
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::protocol::endpoint::{Host, Target};
use crate::protocol::secret::Secret;
use crate::tui;

/// Reports on their way from the net to the model. Full, it slows the servers down.
const REPORTS: usize = 64;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Some(Command::Keys) => keys(),
        Some(Command::Reference { names }) => super::reference::run(names),
        Some(Command::Dns(arguments)) => block_on(super::dns::run(arguments)),
        Some(Command::Tls(arguments)) => block_on(super::tls::run(arguments)),
        Some(Command::Probe(arguments)) => block_on(super::probe::run(arguments)),
        Some(Command::Lab) => block_on(super::lab::run()).map(|()| Exit::Ok),
        None => explore(&arguments.explore),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("ehlo: {error:#}");
            Exit::Internal.into()
        }
    }
}

fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(future);
    // A resolver in a thread of the system must not hold the prompt back.
    runtime.shutdown_background();
    result
}

fn keys() -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    for binding in BINDINGS {
        writeln!(out, "{:<18} {:<14} {}", binding.keys.join(" "), binding.name, binding.help)?;
    }
    Ok(Exit::Ok)
}

fn usage(text: &str) -> Exit {
    eprintln!("ehlo: {text}\nTry ehlo --help.");
    Exit::Usage
}

fn explore(explore: &Explore) -> anyhow::Result<Exit> {
    let (target, resolver) = match explore.target() {
        Ok(found) => found,
        Err(why) => return Ok(usage(&why)),
    };
    for (name, terminal) in
        [("standard input", std::io::stdin().is_terminal()), ("standard output", std::io::stdout().is_terminal())]
    {
        if !terminal {
            return Ok(usage(&format!(
                "{name} is not a terminal, and the explorer needs one for its screen. ehlo lab, ehlo keys, ehlo reference, ehlo dns, ehlo tls and ehlo probe work without"
            )));
        }
    }
    let supply = match explore.password.read() {
        Ok(supply) => supply,
        Err(why) => return Ok(usage(&why)),
    };
    block_on(open(explore, target, resolver.unwrap_or_default(), supply))
}

/// Names of the practice world start it (RFC 6761 §6.2: nothing real is ever called that).
fn is_practice(target: Option<&Target>) -> bool {
    let name = match target {
        None => return true,
        Some(Target::Domain(name) | Target::Address { domain: name, .. }) => name,
        Some(Target::Endpoint(endpoint)) => match &endpoint.host {
            Host::Name(name) => name,
            Host::Ip(_) => return false,
        },
    };
    name == "example.test" || name.ends_with(".example.test")
}

async fn open(
    explore: &Explore,
    target: Option<Target>,
    resolver: crate::diagnosis::dns::Resolver,
    supply: Option<Supply>,
) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let world = if is_practice(target.as_ref()) { Some(Practice::start(clock).await?) } else { None };
    let mut options = Options::new(&explore.ehlo_name.clone().unwrap_or_else(super::own_name), jiff::Zoned::now());
    options.resolver = resolver;
    options.family = explore.family();
    options.source = explore.source;
    options.sni.clone_from(&explore.sni);
    options.security = explore.security();
    options.resolve.clone_from(&explore.resolve);
    options.insecure_auth = explore.insecure_auth;
    options.ascii = explore.ascii;
    options.monochrome = explore.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    options.limit = explore.limit();
    options.supply = supply;
    options.seed = u64::from(std::process::id()) ^ options.epoch.timestamp().as_second().unsigned_abs().rotate_left(16);
    let mut key = vec![0; 32];
    if ring::rand::SystemRandom::new().fill(&mut key).is_err() {
        return Ok(usage("this machine gives no random numbers, which logins need"));
    }
    options.nonce_key = Secret::new(key);
    if let Err(why) = super::tables::fill(&mut options, world.as_ref()) {
        return Ok(usage(&why));
    }
    if world.is_some() {
        options.practice = practice_lines();
    }
    let (means, log) = match super::means::means(&explore.tls_files) {
        Ok(found) => found,
        Err(why) => return Ok(usage(&why)),
    };
    if let Some(path) = log {
        let path = path.display();
        options
            .notes
            .push(format!("the secrets of every TLS session are written to {path}: keep it, and delete it after"));
    }
    let (reports, events) = mpsc::channel(REPORTS);
    let net = Net::new(clock, world, reports).with_means(means);
    let mut app = App::new(options, (80, 24));
    app.privacy.on = explore.privacy;
    app.user = explore.user.clone().unwrap_or_default();
    if explore.password.password.is_some() {
        eprintln!("ehlo: {}", super::password::WARNING);
        app.notice = Some(Notice { severity: Severity::Warning, text: super::password::WARNING.to_owned() });
    }
    let mut effects = Effects::new();
    match target {
        Some(target) => app.go(target, &mut effects),
        None => app.go_practice(&mut effects),
    }
    tui::run(app, effects, net, events, clock, explore.preserve).await
}

fn practice_lines() -> Vec<String> {
    let users: Vec<String> =
        crate::practice::users().into_iter().map(|(address, password)| format!("{address} / {password}")).collect();
    vec![
        "the practice world example.test runs inside this program; nothing leaves this machine".to_owned(),
        format!("users: {}", users.join(" · ")),
        "more of it: F2 imap://mail.example.test, pop3s://mail.example.test, example.test (its MX); F3 compare lagging.example.test"
            .to_owned(),
    ]
}
