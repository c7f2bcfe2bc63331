//! The practice world on loopback: the servers of [`crate::practice`] behind real sockets, real TLS and real DNS.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::authority::{Authority, Front};
use super::clock::Clock;
use super::host::{Host, MOST_CONNECTIONS};
use super::resolver;
use super::zone::{self, PracticeDns};
use crate::diagnosis::dns::Record;
use crate::practice::{self, Listening, World};

/// A running practice world. It ends when its last clone is dropped.
#[derive(Clone)]
pub struct Practice(Arc<Inner>);

struct Inner {
    /// Virtual addresses and the loopback ports behind them.
    doors: HashMap<SocketAddr, SocketAddr>,
    listing: Vec<(Listening, SocketAddr)>,
    /// Bound and never listened on, so that a connection to it is refused, by the system and not by us.
    closed: SocketAddr,
    _closed: TcpSocket,
    dns: PracticeDns,
    ca_der: CertificateDer<'static>,
    ca_pem: String,
    /// Ends the listeners and their connections when it is dropped.
    _listeners: JoinSet<()>,
}

impl Practice {
    /// Starts every server of [`practice::listeners`] and the DNS zones on loopback ports of the system's choice.
    ///
    /// # Errors
    /// A loopback port cannot be opened, a certificate cannot be made, or the zones cannot be read.
    pub async fn start(clock: Clock) -> anyhow::Result<Self> {
        let now = clock.wall(clock.now());
        let authority = Authority::new(now)?;
        let world = World::new(now);
        let host = Host {
            clock,
            news: Arc::new(watch::Sender::new(world.generation())),
            world: Arc::new(Mutex::new(world)),
            places: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
        };
        let mut fronts: HashMap<&str, Front> = HashMap::new();
        for name in practice::host_names() {
            fronts.insert(name, authority.front(&practice::certificate_names(name), false)?);
        }
        let mut doors = HashMap::new();
        let mut listing = Vec::new();
        let mut listeners = JoinSet::new();
        for listening in practice::listeners() {
            let failed = || format!("cannot open a loopback port for {}:{}", listening.host, listening.port);
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.with_context(failed)?;
            let real = listener.local_addr().with_context(failed)?;
            let front = match fronts.get(listening.host) {
                Some(_) if listening.asks_certificate() => {
                    authority.front(&practice::certificate_names(listening.host), true)?
                }
                Some(front) => front.clone(),
                None => authority.front(&[listening.host], false)?,
            };
            doors.extend(listening.addresses.iter().map(|ip| (SocketAddr::new(*ip, listening.port), real)));
            listing.push((listening, real));
            listeners.spawn(host.clone().listen(listener, listening, front));
        }
        let blocked = TcpSocket::new_v4().context("cannot open a socket")?;
        blocked.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).context("cannot take a loopback port")?;
        let dns = zone::start(&authority, now.as_second()).await?;
        doors.extend(dns.doors.iter().copied());
        Ok(Self(Arc::new(Inner {
            doors,
            listing,
            closed: blocked.local_addr().context("cannot read the loopback port")?,
            _closed: blocked,
            dns,
            ca_der: authority.der(),
            ca_pem: authority.pem(),
            _listeners: listeners,
        })))
    }

    /// The loopback address behind a virtual one.
    #[must_use]
    pub fn map(&self, address: SocketAddr) -> Option<SocketAddr> {
        self.0.doors.get(&address).copied()
    }

    /// Where to dial for `address`: its loopback address, a closed port for any other documentation address, and nothing
    /// for an address of the real world.
    pub(crate) fn door(&self, address: SocketAddr) -> Option<SocketAddr> {
        self.map(address).or_else(|| is_documentation(address.ip()).then_some(self.0.closed))
    }

    /// Where the zones are served, over UDP and TCP.
    #[must_use]
    pub fn dns(&self) -> SocketAddr {
        self.0.dns.address
    }

    /// The DS records of the keys by which its signed zones can be checked.
    #[must_use]
    pub fn anchors(&self) -> &[Record] {
        &self.0.dns.anchors
    }

    /// The certificate of the throw-away authority as PEM text.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.0.ca_pem
    }

    /// The certificate of the throw-away authority in DER.
    #[must_use]
    pub fn ca_der(&self) -> &CertificateDer<'static> {
        &self.0.ca_der
    }

    /// Whether a name belongs to the practice world: its domains and what is below them, and its reverse zones.
    #[must_use]
    pub fn is_ours(&self, name: &str) -> bool {
        resolver::is_practice(name)
    }

    /// Every server with the loopback address where it really listens.
    #[must_use]
    pub fn listing(&self) -> Vec<(Listening, SocketAddr)> {
        self.0.listing.clone()
    }
}

impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Practice").field("doors", &self.0.doors).field("dns", &self.dns()).finish_non_exhaustive()
    }
}

/// The blocks of RFC 5737 and RFC 3849, which lead nowhere in the real world.
fn is_documentation(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => matches!(ip.octets(), [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _]),
        IpAddr::V6(ip) => matches!(ip.segments(), [0x2001, 0xdb8, ..]),
    }
}
