//! The sockets of the practice DNS: UDP, TCP, TLS and HTTPS, each on a loopback port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::reply::reply;
use super::store::Zones;

/// Connections to one port.
const MOST_CONNECTIONS: usize = 64;
/// A client that says nothing for this long is dropped (RFC 7766 §6.2.3).
const IDLE: Duration = Duration::from_secs(10);
/// Pause after the system would give no socket.
const PAUSE: Duration = Duration::from_millis(50);
/// Octets of the largest message (RFC 1035 §4.2.2).
const LARGEST: usize = 65_535;
/// The media type of a message (RFC 8484 §6).
const MESSAGE: &str = "application/dns-message";

/// What a connection speaks.
#[derive(Clone)]
pub(super) enum Manner {
    /// Messages behind their lengths.
    Plain,
    /// The same in TLS.
    Tls(Arc<ServerConfig>),
    /// HTTP/2 in TLS.
    Https(Arc<ServerConfig>),
}

/// A UDP socket and a TCP listener on the same port.
pub(super) async fn bind() -> io::Result<(UdpSocket, TcpListener, SocketAddr)> {
    // The port that TCP is given may be taken for UDP: another one is tried then.
    let mut last = io::Error::other("no port was tried");
    for _ in 0..8 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = tcp.local_addr()?;
        match UdpSocket::bind(address).await {
            Ok(udp) => return Ok((udp, tcp, address)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Answers datagrams for as long as the task lives.
pub(super) async fn datagrams(socket: UdpSocket, zones: Arc<Zones>) {
    let mut buffer = vec![0; LARGEST];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            // On some systems a client that has gone is told here.
            sleep(PAUSE).await;
            continue;
        };
        for message in reply(&zones, buffer.get(..length).unwrap_or_default(), true) {
            // A client that cannot be reached asks again or not.
            let _ = socket.send_to(&message, from).await;
        }
    }
}

/// Takes connections for as long as the task lives.
pub(super) async fn connections(listener: TcpListener, zones: Arc<Zones>, manner: Manner) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        let Ok((tcp, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        while open.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (zones, manner) = (Arc::clone(&zones), manner.clone());
        open.spawn(async move {
            // A client that breaks off harms nobody else.
            let _ = speak(tcp, &zones, manner).await;
            drop(place);
        });
    }
}

async fn speak(mut tcp: TcpStream, zones: &Zones, manner: Manner) -> io::Result<()> {
    let _ = tcp.set_nodelay(true);
    match manner {
        Manner::Plain => messages(&mut tcp, zones).await,
        Manner::Tls(config) => {
            let mut stream = timeout(IDLE, TlsAcceptor::from(config).accept(tcp)).await??;
            messages(&mut stream, zones).await
        }
        Manner::Https(config) => {
            let stream = timeout(IDLE, TlsAcceptor::from(config).accept(tcp)).await??;
            requests(stream, zones).await
        }
    }
}

/// Messages one after another (RFC 7766 §6.2.1).
async fn messages(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), zones: &Zones) -> io::Result<()> {
    loop {
        let length = timeout(IDLE, stream.read_u16()).await??;
        let mut question = vec![0; usize::from(length)];
        timeout(IDLE, stream.read_exact(&mut question)).await??;
        for message in reply(zones, &question, false) {
            let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
            let framed = [&length.to_be_bytes(), message.as_slice()].concat();
            timeout(IDLE, stream.write_all(&framed)).await??;
        }
        stream.flush().await?;
    }
}

/// Requests of RFC 8484, by POST only.
async fn requests(stream: impl AsyncRead + AsyncWrite + Unpin, zones: &Zones) -> io::Result<()> {
    let mut connection = h2::server::handshake(stream).await.map_err(io::Error::other)?;
    while let Some(request) = timeout(IDLE, connection.accept()).await? {
        let (request, respond) = request.map_err(io::Error::other)?;
        // The body comes while the connection is driven on.
        let answered = tokio::select! {
            biased;
            answered = request_answered(request, respond, zones) => answered,
            _ = connection.accept() => return Ok(()),
        };
        answered.map_err(io::Error::other)?;
    }
    Ok(())
}

async fn request_answered(
    request: Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
    zones: &Zones,
) -> Result<(), h2::Error> {
    let (head, mut body) = request.into_parts();
    let mut question = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        if question.len() + piece.len() > LARGEST {
            break;
        }
        question.extend_from_slice(&piece);
        body.flow_control().release_capacity(piece.len())?;
    }
    let is_message = head.headers.get(CONTENT_TYPE).is_some_and(|value| value == MESSAGE);
    let answer = reply(zones, &question, false).pop();
    let (status, answer) = match (head.uri.path(), &head.method, answer) {
        ("/dns-query", &Method::POST, Some(answer)) if is_message => (StatusCode::OK, answer),
        ("/dns-query", &Method::POST, _) if !is_message => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Vec::new()),
        ("/dns-query", &Method::POST, _) => (StatusCode::BAD_REQUEST, Vec::new()),
        ("/dns-query", ..) => (StatusCode::METHOD_NOT_ALLOWED, Vec::new()),
        _ => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let mut response = Response::new(());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(MESSAGE));
    let mut send = respond.send_response(response, false)?;
    send.send_data(answer.into(), true)
}
