//! One try: a message out and what comes of it, within its limit.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::{Client, https, stream, udp, unreachable};
use crate::diagnosis::dns::{Ending, Query, QueryFailure, QueryOptions, Response, Transport, Try, question};
use crate::net::tls;
use crate::net::wire::Tap;
use crate::protocol::endpoint::Host;

/// Where one try goes.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The address as the user knows it.
    pub(super) server: SocketAddr,
    /// The address behind it: another one in the practice world.
    pub(super) door: SocketAddr,
    /// The name to judge a certificate by.
    pub(super) name: String,
}

/// Asks once. The second value is the reply, unless it is truncated or there is none.
pub(super) async fn attempt(
    client: &Client,
    target: &Target,
    transport: &Transport,
    query: &Query,
    options: &QueryOptions,
    limit: Duration,
) -> (Try, Result<Response, QueryFailure>) {
    let mut tried = Try::new(target.server, transport.clone());
    let began = client.clock.now();
    let made = super::id(transport).and_then(|id| {
        question(id, query, options)
            .map_err(|why| QueryFailure::Malformed(format!("\"{}\" cannot be asked for: {why}", query.name)))
    });
    let done = match made {
        Ok(octets) => {
            tried.sent = octets;
            let exchange = exchange(client, &mut tried, target, limit);
            tokio::time::timeout(limit, exchange).await.unwrap_or(Err(QueryFailure::TimedOut))
        }
        Err(failure) => Err(failure),
    };
    tried.took = client.clock.now() - began;
    let reply = done.and_then(|()| match Response::read(&tried.received) {
        (response, None) => Ok(response),
        (_, Some(fault)) => Err(QueryFailure::Malformed(fault.to_string())),
    });
    match &reply {
        Ok(response) if response.flags.tc && *transport == Transport::Udp => tried.ending = Ending::Truncated,
        Ok(_) => {}
        Err(failure) => tried.ending = Ending::Failed(failure.clone()),
    }
    (tried, reply)
}

async fn secure(
    client: &Client,
    tried: &mut Try,
    target: &Target,
    tcp: TcpStream,
    alpn: &[u8],
    limit: Duration,
) -> Result<Box<TlsStream<Tap>>, QueryFailure> {
    let secured =
        tls::handshake(tcp, &tls::Ask { alpn: &[alpn], ..tls::Ask::plain(&target.name, limit) }, client).await;
    let secured = secured.map_err(QueryFailure::Tls)?;
    tried.tls = Some(secured.report);
    Ok(secured.stream)
}

async fn exchange(client: &Client, tried: &mut Try, target: &Target, limit: Duration) -> Result<(), QueryFailure> {
    if tried.transport == Transport::Udp {
        return udp::exchange(tried, target.door).await;
    }
    let mut tcp = TcpStream::connect(target.door).await.map_err(|error| unreachable(&error))?;
    // Without it the time of a small message includes the system's wait for more.
    let _ = tcp.set_nodelay(true);
    match tried.transport.clone() {
        Transport::Udp | Transport::Tcp => stream::exchange(tried, &mut tcp).await,
        Transport::Tls => {
            // Registered for it, and not asked for by RFC 7858.
            let mut stream = secure(client, tried, target, tcp, b"dot", limit).await?;
            stream::exchange(tried, &mut stream).await
        }
        Transport::Https(path) => {
            let stream = secure(client, tried, target, tcp, https::ALPN, limit).await?;
            if stream.get_ref().1.alpn_protocol() != Some(https::ALPN) {
                let why = "the server does not speak HTTP/2, which DNS over HTTPS asks for (RFC 8484 §5.2)";
                return Err(QueryFailure::Malformed(why.to_owned()));
            }
            let host = match target.name.parse() {
                Ok(ip) => Host::Ip(ip).to_string(),
                Err(_) => target.name.clone(),
            };
            https::exchange(tried, stream, &host, target.server.port(), &path).await
        }
    }
}
