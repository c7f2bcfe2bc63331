//! What was decided at the door, for the whole run.

use std::net::IpAddr;
use std::time::Duration;

use super::effect::{ConnectPlan, Family, Sessions};
use super::look::PATIENCE;
use super::supply::Supply;
use crate::diagnosis::blocklist::List;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::dnssec::{Anchor, root_anchors};
use crate::diagnosis::investigation::Setting;
use crate::protocol::endpoint::{Endpoint, Host, Security};
use crate::protocol::secret::Secret;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name said in EHLO: the machine's own, or an address literal.
    pub ehlo_name: String,
    /// Whom to ask.
    pub resolver: Resolver,
    /// The keys that DNSSEC is checked from.
    pub anchors: Vec<Anchor>,
    /// Resolvers that everybody can ask, each with its name.
    pub publics: Vec<(String, Resolver)>,
    /// Blocklists to ask.
    pub lists: Vec<List>,
    /// Only this family.
    pub family: Option<Family>,
    /// Bind here.
    pub source: Option<IpAddr>,
    /// The name for TLS.
    pub sni: Option<String>,
    /// `--tls`, `--starttls`, `--no-tls`.
    pub security: Option<Security>,
    /// `--resolve HOST:ADDRESS`.
    pub resolve: Vec<(String, IpAddr)>,
    /// Passwords may go over any channel without the gate.
    pub insecure_auth: bool,
    /// What was said of TLS at the door is for every server that is looked at: nobody connects to anything else.
    pub only_looks: bool,
    /// Draw nothing outside ASCII.
    pub ascii: bool,
    /// Draw no colours.
    pub monochrome: bool,
    /// Give up connecting after this long.
    pub limit: Duration,
    /// A look at a server waits this long for each of its steps: connecting, the greeting, each answer, the handshake.
    pub patience: Duration,
    /// The time of day at the first moment.
    pub epoch: jiff::Zoned,
    /// The practice world runs: its users, for the first lines.
    pub practice: Vec<String>,
    /// What the user must know from the beginning, a line each.
    pub notes: Vec<String>,
    /// Where passwords come from that nobody types.
    pub supply: Option<Supply>,
    /// A seed for Message-ID, from outside: this room makes no random numbers.
    pub seed: u64,
    /// A key for the nonces of logins, from outside, which nobody can guess.
    pub nonce_key: Secret,
}

impl Options {
    /// Settings as they are when nothing was said at the door.
    #[must_use]
    pub fn new(ehlo_name: &str, epoch: jiff::Zoned) -> Self {
        Self {
            ehlo_name: ehlo_name.to_owned(),
            resolver: Resolver::System,
            anchors: root_anchors(),
            publics: Vec::new(),
            lists: Vec::new(),
            family: None,
            source: None,
            sni: None,
            security: None,
            resolve: Vec::new(),
            insecure_auth: false,
            only_looks: false,
            ascii: false,
            monochrome: false,
            limit: Duration::from_secs(30),
            patience: PATIENCE,
            epoch,
            practice: Vec::new(),
            notes: Vec::new(),
            supply: None,
            seed: 0,
            nonce_key: Secret::default(),
        }
    }

    /// How investigations ask.
    #[must_use]
    pub fn setting(&self) -> Setting {
        Setting {
            anchors: self.anchors.clone(),
            publics: self.publics.clone(),
            lists: self.lists.clone(),
            ..Setting::new(self.resolver.clone())
        }
    }

    /// How to reach an endpoint with these settings. `first`: it is the target of the command line, which alone the
    /// settings of TLS are for.
    #[must_use]
    pub fn plan(&self, mut endpoint: Endpoint, addresses: Vec<IpAddr>, first: bool) -> ConnectPlan {
        if let Some(security) = self.security.filter(|_| first) {
            endpoint.security = security;
        }
        let given = match &endpoint.host {
            Host::Name(name) => {
                self.resolve.iter().filter(|(host, _)| host.eq_ignore_ascii_case(name)).map(|(_, ip)| *ip).collect()
            }
            Host::Ip(_) => Vec::new(),
        };
        ConnectPlan {
            endpoint,
            addresses: if given.is_empty() { addresses } else { given },
            family: self.family,
            source: self.source,
            resolver: self.resolver.clone(),
            sni: self.sni.clone().filter(|_| first),
            limit: self.limit,
            handshake: HANDSHAKE,
            sessions: Sessions::Forget,
            identity: first,
        }
    }
}
