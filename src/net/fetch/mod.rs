//! One request to a web server, over a connection of its own: addresses, the race, TLS, HTTP/1.1.
//!
//! No redirect is followed and no certificate is refused here: both are told, and the model decides.

mod http;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::reporter::Reporter;
use super::resolver::Client;
use super::{dial, lookup, tls};
use crate::app::event::{ConnectionId, Event, Happened, ResolveFailure};
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::web::{FetchFailure, Fetched, Request, Response};
use crate::protocol::endpoint::Host;

/// How long one request may take, with everything before it.
const LIMIT: Duration = Duration::from_secs(20);
/// How long of that the connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// Addresses of a host that are tried.
const ADDRESSES: usize = 16;

impl Client {
    /// Asks a web server once. In the practice world its own names and addresses lead to its own servers.
    pub(crate) async fn fetch(&self, request: Request, resolver: Resolver) -> Fetched {
        self.fetch_within(LIMIT, request, resolver).await
    }

    /// [`Self::fetch`] with a limit of one's own. What was known when it ran out is kept.
    async fn fetch_within(&self, limit: Duration, request: Request, resolver: Resolver) -> Fetched {
        let began = self.clock.now();
        let mut fetched = Fetched::new(request, Err(FetchFailure::TimedOut(limit)));
        if let Ok(reply) = timeout(limit, self.request(&mut fetched, resolver)).await {
            fetched.reply = reply;
        }
        fetched.took = self.clock.now() - began;
        fetched
    }

    /// Does everything, and notes in `fetched` what is known on the way.
    async fn request(&self, fetched: &mut Fetched, resolver: Resolver) -> Result<Response, FetchFailure> {
        let url = &fetched.request.url;
        let addresses = match &url.host {
            Host::Ip(ip) => vec![*ip],
            Host::Name(name) => self.resolve(name, resolver).await?,
        };
        let (mut tcp, remote) = self.connect(&addresses, url.port).await?;
        fetched.remote = Some(remote);
        if !url.secure {
            return http::exchange(&mut tcp, &fetched.request).await;
        }
        let name = url.host.to_string();
        let secured = tls::handshake(tcp, &tls::Ask::plain(&name, LIMIT), self).await.map_err(FetchFailure::Tls)?;
        fetched.tls = Some(secured.report);
        let mut stream = secured.stream;
        http::exchange(&mut *stream, &fetched.request).await
    }

    async fn resolve(&self, name: &str, resolver: Resolver) -> Result<Vec<IpAddr>, FetchFailure> {
        lookup::addresses_within(self, LIMIT, name, None, &resolver).await.map_err(|failure| match failure {
            ResolveFailure::NoSuchName => FetchFailure::NoSuchName,
            ResolveFailure::NoAddress => FetchFailure::NoAddress,
            ResolveFailure::Refused(code) => FetchFailure::NotResolved(format!("the resolver answered {code}")),
            ResolveFailure::Query(failure) => FetchFailure::NotResolved(failure.to_string()),
        })
    }

    /// Races the addresses, and says of a defeat why the last attempt failed.
    async fn connect(&self, addresses: &[IpAddr], port: u16) -> Result<(TcpStream, SocketAddr), FetchFailure> {
        let ordered = dial::in_order(addresses, None, None);
        let sockets: Vec<_> = ordered.into_iter().take(ADDRESSES).map(|ip| SocketAddr::new(ip, port)).collect();
        // The race reports a beginning and an end of each attempt. Nobody but us is to hear of them.
        let (events, mut heard) = mpsc::channel(2 * ADDRESSES + 1);
        let reporter = Reporter::new(ConnectionId::default(), self.clock, events);
        let won = dial::race(sockets, CONNECT, &reporter, |address| async move {
            dial::open(self.world.as_ref().and_then(|world| world.door(address)).unwrap_or(address), None).await
        })
        .await;
        match won {
            Some(won) => Ok((won.stream, won.address)),
            None => {
                let mut why = "it has no address that can be tried".to_owned();
                while let Ok(event) = heard.try_recv() {
                    if let Event::Connection { what: Happened::AttemptFailed { address, failure, .. }, .. } = event {
                        why = format!("{address}: {}", failure.text);
                    }
                }
                Err(FetchFailure::NotConnected(why))
            }
        }
    }
}
