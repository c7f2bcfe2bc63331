//! `ehlo lab`: the practice servers for other programs.

use std::io::Write as _;

use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::practice::Service;

/// Starts the practice world, says where everything is, and stays until SIGINT or SIGTERM.
///
/// # Errors
/// When the loopback ports cannot be opened or standard output is closed.
pub(super) async fn run() -> anyhow::Result<()> {
    let practice = Practice::start(Clock::start()).await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "The practice world runs on this machine, for as long as this program does.\n")?;
    for (listening, address) in practice.listing() {
        let how = match (listening.fault(), listening.implicit_tls, listening.service) {
            (Some(fault), ..) => fault,
            (None, true, _) => "TLS",
            (None, false, Service::Web) => "clear",
            (None, false, _) => "clear, then STARTTLS",
        };
        let name = format!("{}:{}", listening.host, listening.port);
        writeln!(out, "  {name:<26} {address:<15} {}, {how}", listening.service.name())?;
    }
    writeln!(out, "  {:<26} {:<15} UDP and TCP, example.test", "DNS", practice.dns())?;
    writeln!(out, "\nUsers:")?;
    for (address, password) in crate::practice::users() {
        writeln!(out, "  {address:<26} {password}")?;
    }
    writeln!(out, "\nThe certificate authority, for --cacert and -CAfile:\n{}", practice.ca_pem().trim_end())?;
    writeln!(out, "\nCtrl-C ends it.")?;
    out.flush()?;
    drop(out);
    wait().await
}

#[cfg(unix)]
async fn wait() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn wait() -> anyhow::Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
