//! The task of one connection, from the name of a host to the end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpStream;

use super::dial;
use super::lookup;
use super::orders::Orders;
use super::pump::{Turn, pump};
use super::reporter::Reporter;
use super::resolver::Client;
use super::tls::{self, Ask};
use super::wire::Stream;
use crate::app::effect::ConnectPlan;
use crate::app::event::{Closing, Happened, ResolveFailure};
use crate::diagnosis::tls::TlsFailure;
use crate::protocol::endpoint::{Host, Security};

/// Everything the task of a connection needs.
pub(crate) struct Connection {
    pub(crate) plan: ConnectPlan,
    pub(crate) orders: Arc<Orders>,
    pub(crate) reporter: Reporter,
    pub(crate) client: Client,
}

impl Connection {
    /// Connects, and moves octets until the connection is over. What happens is reported as it happens.
    pub(crate) async fn run(self) {
        let Some(tcp) = self.unless_left(self.open()).await else { return };
        let mut stream = Stream::Plain(tcp);
        if self.plan.endpoint.security == Security::Implicit {
            let name = match (&self.plan.sni, &self.plan.endpoint.host) {
                (Some(sni), _) => sni.clone(),
                (None, host) => host.to_string(),
            };
            match self.unless_left(self.secure(stream, &name)).await {
                Some(secured) => stream = secured,
                None => return,
            }
        }
        while let Turn::StartTls { stream: plain, name } = pump(stream, &self.orders, &self.reporter).await {
            match self.unless_left(self.secure(plain, &name)).await {
                Some(secured) => stream = secured,
                None => return,
            }
        }
    }

    /// Does a step on the way to an open connection. An order to leave ends it at once, whatever it waits for.
    async fn unless_left<T>(&self, step: impl Future<Output = Option<T>>) -> Option<T> {
        tokio::select! {
            biased;
            _ = self.orders.left() => {
                self.reporter.tell(Happened::Closed(Closing::Ours)).await;
                None
            }
            done = step => done,
        }
    }

    /// Finds the addresses and races them. What went wrong is reported.
    async fn open(&self) -> Option<TcpStream> {
        let plan = &self.plan;
        let known = match plan.endpoint.host {
            _ if !plan.addresses.is_empty() => Some(plan.addresses.clone()),
            Host::Ip(ip) => Some(vec![ip]),
            Host::Name(_) => None,
        };
        let ordered = match known {
            Some(known) => dial::in_order(&known, plan.family, plan.source),
            None => self.resolve(&plan.endpoint.host.to_string()).await?,
        };
        if ordered.is_empty() {
            self.reporter.tell(Happened::NotResolved(ResolveFailure::NoAddress)).await;
            return None;
        }
        let sockets = ordered.iter().map(|ip| SocketAddr::new(*ip, plan.endpoint.port)).collect();
        let Some(won) = dial::race(sockets, plan.limit, &self.reporter, |address| self.attempt(address)).await else {
            self.reporter.tell(Happened::NotConnected).await;
            return None;
        };
        let local = won.stream.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        let practice = self.client.world.as_ref().and_then(|world| world.map(won.address));
        self.reporter.tell(Happened::Connected { local, peer: won.address, practice, took: won.took }).await;
        Some(won.stream)
    }

    async fn resolve(&self, name: &str) -> Option<Vec<IpAddr>> {
        let plan = &self.plan;
        self.reporter.tell(Happened::Resolving { name: name.to_owned() }).await;
        let began = self.reporter.now();
        let found = lookup::addresses_within(&self.client, plan.limit, name, plan.family, &plan.resolver).await;
        let took = self.reporter.now() - began;
        let ordered = found
            .map(|found| dial::in_order(&found, plan.family, plan.source))
            .and_then(|ordered| if ordered.is_empty() { Err(ResolveFailure::NoAddress) } else { Ok(ordered) });
        match ordered {
            Ok(ordered) => {
                self.reporter.tell(Happened::Resolved { addresses: ordered.clone(), took }).await;
                Some(ordered)
            }
            Err(failure) => {
                self.reporter.tell(Happened::NotResolved(failure)).await;
                None
            }
        }
    }

    /// One attempt. In the practice world an address stands for a loopback port, where the source address means nothing.
    async fn attempt(&self, address: SocketAddr) -> io::Result<TcpStream> {
        match self.client.world.as_ref().and_then(|world| world.door(address)) {
            Some(door) => dial::open(door, None).await,
            None => dial::open(address, self.plan.source).await,
        }
    }

    /// Does the handshake. What went wrong is reported.
    async fn secure(&self, stream: Stream, name: &str) -> Option<Stream> {
        let Stream::Plain(tcp) = stream else {
            let failure = TlsFailure::Other("TLS has already begun on this connection".to_owned());
            self.reporter.tell(Happened::TlsFailed(failure)).await;
            return None;
        };
        let (sessions, identity) = (self.plan.sessions, self.plan.identity);
        let ask = Ask { sessions, identity, ..Ask::plain(name, self.plan.handshake) };
        match tls::handshake(tcp, &ask, &self.client).await {
            Ok(secured) => {
                self.reporter.tell(Happened::TlsDone(secured.report)).await;
                Some(Stream::Tls(secured.stream))
            }
            Err(failure) => {
                self.reporter.tell(Happened::TlsFailed(failure)).await;
                None
            }
        }
    }
}
