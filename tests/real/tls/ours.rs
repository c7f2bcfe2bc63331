//! What the program says of a certificate.

use std::net::SocketAddr;
use std::time::Duration;

use ehlo::app::effect::{ConnectPlan, Effect, Sessions};
use ehlo::app::event::{ConnectionId, Event, Happened};
use ehlo::diagnosis::certificate::verdicts;
use ehlo::diagnosis::dns::Resolver;
use ehlo::net::Net;
use ehlo::net::clock::Clock;
use ehlo::protocol::endpoint::{Endpoint, Host, Protocol, Security};
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::sync::mpsc::channel;

use super::made::name_for;
use super::peers::Faults;
use super::servers::Servers;
use crate::common::program::ehlo;

/// A verdict's row, and the word for it beside the peers'.
const VERDICTS: [(&str, &str); 6] = [
    ("name", "name"),
    ("dates", "dates"),
    ("chain", "chain"),
    ("strength", "strength"),
    ("form", "form"),
    ("this machine", "trust"),
];

/// The verdicts that do not depend on the roots that are trusted.
const OF_ITSELF: [&str; 4] = ["name", "dates", "strength", "form"];

/// What `ehlo tls --json` prints.
#[derive(Debug)]
pub(super) struct Ours(Value);

impl Ours {
    /// Looks at a server that shows the certificate, as one who asks for its name and trusts the root.
    pub(super) fn of(servers: &Servers, fault: &str, at: SocketAddr) -> Self {
        let root = servers.authority();
        let words = ["tls", "--json", "--sni", &name_for(fault), &at.to_string()];
        let (_, said, error) = ehlo(&words, &[("SSL_CERT_FILE", root.to_str().unwrap())], "");
        let why = || format!("{fault}: {said}{error}");
        Self(serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {}", why())))
    }

    /// The verdicts with this severity.
    pub(super) fn with(&self, severity: &str) -> Faults {
        let told = VERDICTS.iter().filter(|(label, _)| self.verdict(label, "severity") == severity);
        told.map(|(_, word)| *word).collect()
    }

    /// Everything that the verdicts say.
    pub(super) fn sentences(&self) -> Vec<String> {
        VERDICTS.iter().map(|(label, _)| self.sentence(label)).collect()
    }

    /// What they say of the certificate by itself: this process trusts other roots than the program that was run.
    pub(super) fn of_itself(&self) -> Vec<String> {
        OF_ITSELF.iter().map(|label| self.sentence(label)).collect()
    }

    fn sentence(&self, label: &str) -> String {
        format!("{label}: {} {}", self.verdict(label, "severity"), self.verdict(label, "says"))
    }

    /// What a verdict says.
    fn verdict(&self, label: &str, field: &str) -> &str {
        let rows = self.0["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let row = rows.iter().find(|row| row["label"] == label && row["depth"] == 0);
        let verdict = row.and_then(|row| row["verdict"][field].as_str());
        verdict.unwrap_or_else(|| panic!("no verdict {label} in {:#}", self.0))
    }
}

/// The verdicts on a certificate by itself, from a handshake alone: the server that shows it says nothing else.
pub(super) fn from_a_handshake(fault: &str, at: SocketAddr) -> Vec<String> {
    let endpoint =
        Endpoint { protocol: Protocol::Smtp, host: Host::Ip(at.ip()), port: at.port(), security: Security::Implicit };
    let plan = ConnectPlan {
        endpoint,
        addresses: Vec::new(),
        family: None,
        source: None,
        resolver: Resolver::System,
        sni: Some(name_for(fault)),
        limit: Duration::from_secs(30),
        handshake: Duration::from_secs(20),
        sessions: Sessions::Forget,
        identity: false,
    };
    let report = Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (sender, mut events) = channel(16);
        let mut net = Net::new(Clock::start(), None, sender);
        assert_eq!(net.perform(Effect::Connect { id: ConnectionId(0), plan }), None);
        loop {
            match events.recv().await {
                Some(Event::Connection { what: Happened::TlsDone(report), .. }) => return report,
                Some(Event::Connection { what: Happened::TlsFailed(why), .. }) => panic!("{fault}: {why:?}"),
                Some(_) => {}
                None => panic!("{fault}: the net has gone"),
            }
        }
    });
    let judged = verdicts(&report);
    let told = |label: &&str| judged.iter().find(|judged| judged.aspect.label() == *label).and_then(|one| one.worst());
    let told = OF_ITSELF.iter().map(|label| (label, told(label).unwrap_or_else(|| panic!("{fault}: no {label}"))));
    told.map(|(label, worst)| format!("{label}: {} {}", worst.severity.name(), worst.says)).collect()
}
