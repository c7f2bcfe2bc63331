//! The sockets of the practice servers: one task a connection, one world behind all of them.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{ProtocolVersion, ServerConnection};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::authority::Front;
use super::clock::Clock;
use super::tls::{EXPORTED, EXPORTER};
use crate::diagnosis::certificate::end_point;
use crate::practice::{Listening, Output, Secured, Server, World};
use crate::protocol::sasl::{Binding, BindingType};

/// Connections to all servers together.
pub(crate) const MOST_CONNECTIONS: usize = 256;
/// A client that neither says nor takes anything for this long is dropped.
const IDLE: Duration = Duration::from_secs(600);
/// How long a client may take over its handshake.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// How long a closed connection waits for the client's FIN, so that the last words are not lost to a RST.
const LINGER: Duration = Duration::from_secs(1);
/// Pause after the system would give no socket.
const PAUSE: Duration = Duration::from_millis(50);
/// Octets written at a time in a flood.
const BLOCK: usize = 256 << 10;

/// What all connections to the practice world share.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) clock: Clock,
    pub(crate) world: Arc<Mutex<World>>,
    /// The generation of the world, for those who wait for a change.
    pub(crate) news: Arc<watch::Sender<u64>>,
    pub(crate) places: Arc<Semaphore>,
}

/// What a server says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    /// The greeting.
    Greeting,
    /// What STARTTLS left to be said, which should be nothing.
    Rest,
}

/// Why a server stopped talking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    StartTls,
    Over,
}

impl Host {
    /// Takes connections for as long as the task lives.
    pub(crate) async fn listen(self, listener: TcpListener, listening: Listening, front: Front) {
        let mut connections = JoinSet::new();
        loop {
            let Ok((tcp, from)) = listener.accept().await else {
                sleep(PAUSE).await;
                continue;
            };
            while connections.try_join_next().is_some() {}
            // Full: the connection is dropped, which the client sees as a close.
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { continue };
            let (host, front) = (self.clone(), front.clone());
            connections.spawn(async move {
                // A client that breaks off harms nobody else.
                let _ = host.serve(tcp, from.ip(), listening, front).await;
                drop(place);
            });
        }
    }

    async fn serve(self, mut tcp: TcpStream, from: IpAddr, at: Listening, front: Front) -> io::Result<()> {
        let _ = tcp.set_nodelay(true);
        let mut server = Server::new(at.service, at.host, at.implicit_tls, from);
        let mut first = First::Greeting;
        if !at.implicit_tls {
            if self.talk(&mut tcp, &mut server, first).await? == Pause::Over {
                return part(&mut tcp).await;
            }
            first = First::Rest;
        }
        let mut secured = timeout(HANDSHAKE, TlsAcceptor::from(front.config).accept(tcp)).await??;
        if !at.implicit_tls {
            server.tls_established();
        }
        server.secured(known(secured.get_ref().1, &front.leaf));
        self.talk(&mut secured, &mut server, first).await?;
        part(&mut secured).await
    }

    /// Lets `server` speak on `stream` until it wants TLS or either side ends.
    async fn talk<S>(&self, stream: &mut S, server: &mut Server, first: First) -> io::Result<Pause>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut news = self.news.subscribe();
        let mut buffer = vec![0; 64 << 10];
        let mut outputs = self.ask(|world, host| match first {
            First::Greeting => server.greeting(world, host.time()),
            First::Rest => server.resumed(world, host.time()),
        });
        loop {
            for output in outputs {
                match output {
                    Output::Send(octets) => write(stream, &octets).await?,
                    Output::Flood { line, times, end } => flood(stream, &line, times, &end).await?,
                    Output::StartTls => {
                        stream.flush().await?;
                        return Ok(Pause::StartTls);
                    }
                    Output::Close => return Ok(Pause::Over),
                }
            }
            stream.flush().await?;
            outputs = tokio::select! {
                read = timeout(IDLE, stream.read(&mut buffer)) => match read?? {
                    0 => return Ok(Pause::Over),
                    n => {
                        let octets = buffer.get(..n).unwrap_or_default();
                        self.ask(|world, host| server.received(world, host.time(), octets))
                    }
                },
                Ok(()) = news.changed() => self.ask(|world, _| server.notified(world)),
            };
        }
    }

    fn time(&self) -> jiff::Timestamp {
        self.clock.wall(self.clock.now())
    }

    /// Asks something of the world, and tells everybody else if it changed.
    fn ask<T>(&self, question: impl FnOnce(&mut World, &Self) -> T) -> T {
        let mut world: MutexGuard<'_, World> = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = question(&mut world, self);
        let generation = world.generation();
        self.news.send_if_modified(|known| std::mem::replace(known, generation) != generation);
        answer
    }
}

/// What a login can stand on: what binds it to this connection, and whose certificate the client showed.
fn known(session: &ServerConnection, leaf: &CertificateDer<'_>) -> Secured {
    let mut bindings = Vec::new();
    if session.protocol_version() == Some(ProtocolVersion::TLSv1_3)
        && let Ok(octets) = session.export_keying_material(vec![0; EXPORTED], EXPORTER, None)
    {
        bindings.push(Binding { kind: BindingType::Exporter, octets });
    }
    bindings.extend(end_point(leaf).map(|octets| Binding { kind: BindingType::ServerEndPoint, octets }));
    let shown = session.peer_certificates().and_then(<[_]>::first);
    Secured { bindings, certificate: shown.and_then(|der| address(der)) }
}

/// The mail address in a certificate: a subject alternative name, else a common name that is one.
fn address(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let named = names.and_then(|names| {
        names.value.general_names.iter().find_map(|name| match name {
            GeneralName::RFC822Name(address) => Some((*address).to_owned()),
            _ => None,
        })
    });
    let common = || certificate.subject().iter_common_name().find_map(|name| name.as_str().ok());
    named.or_else(|| common().filter(|name| name.contains('@')).map(str::to_owned))
}

/// Writes, but does not wait for ever for a client that does not read.
async fn write<S: AsyncWrite + Unpin>(stream: &mut S, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        let n = timeout(IDLE, stream.write(octets)).await??;
        if n == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        octets = octets.get(n..).unwrap_or_default();
    }
    Ok(())
}

/// Writes `line` so many times, then `end`, in large pieces.
async fn flood<S: AsyncWrite + Unpin>(stream: &mut S, line: &[u8], times: u64, end: &[u8]) -> io::Result<()> {
    let lines = (BLOCK / line.len().max(1)).max(1);
    let block = line.repeat(lines.min(usize::try_from(times).unwrap_or(lines)));
    let mut left = times;
    while left >= lines as u64 && !line.is_empty() {
        write(stream, &block).await?;
        left -= lines as u64;
    }
    write(stream, &line.repeat(usize::try_from(left).unwrap_or(0).min(lines))).await?;
    write(stream, end).await
}

/// Says goodbye on the wire: `close_notify` under TLS, FIN, and a moment for the client to do the same.
async fn part<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    timeout(LINGER, stream.shutdown()).await??;
    let mut scrap = vec![0; 4096];
    let drained = async { while stream.read(&mut scrap).await.is_ok_and(|n| n > 0) {} };
    let _ = timeout(LINGER, drained).await;
    Ok(())
}
