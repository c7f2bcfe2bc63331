//! One question over HTTPS (RFC 8484), by HTTP/2, which that document asks for (§5.2): some large resolvers no longer
//! speak anything older.

use bytes::Bytes;
use h2::client;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, Uri, uri};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{LARGEST, stream};
use crate::diagnosis::dns::{QueryFailure, Try};

/// What is agreed on in TLS (RFC 9113 §3.2).
pub(super) const ALPN: &[u8] = b"h2";
/// The media type of a message (RFC 8484 §6).
const MESSAGE: &str = "application/dns-message";
/// Octets of the header fields of a reply.
const HEADERS: u32 = 16 << 10;
/// Letters of a foreign media type that are told.
const TOLD: usize = 60;

/// Sends what `tried` holds and reads the answer. `host` is the server's name, or its address with brackets.
///
/// # Errors
/// The connection broke, the web server refused, or what came is no answer.
pub(super) async fn exchange(
    tried: &mut Try,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
    port: u16,
    path: &str,
) -> Result<(), QueryFailure> {
    let mut settings = client::Builder::new();
    settings.enable_push(false).max_header_list_size(HEADERS).max_concurrent_streams(0);
    let (sender, connection) = settings.handshake::<_, Bytes>(stream).await.map_err(|error| broken(&error))?;
    let request = request(host, port, path, tried.sent.len())?;
    let asking = post(tried, sender, request);
    tokio::select! {
        biased;
        asked = asking => asked?,
        // The connection only ends by itself when it breaks.
        ended = connection => {
            let why = ended.err().map_or_else(|| "the connection closed without an answer".to_owned(), |e| words(&e));
            return Err(QueryFailure::Malformed(why));
        }
    }
    stream::fits(tried)
}

fn request(host: &str, port: u16, path: &str, length: usize) -> Result<Request<()>, QueryFailure> {
    let authority = if port == 443 { host.to_owned() } else { format!("{host}:{port}") };
    let uri = Uri::builder().scheme(uri::Scheme::HTTPS).authority(authority).path_and_query(path).build();
    uri.and_then(|uri| {
        Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(ACCEPT, MESSAGE)
            .header(CONTENT_TYPE, MESSAGE)
            .header(CONTENT_LENGTH, length)
            .body(())
    })
    .map_err(|error| QueryFailure::Malformed(format!("\"{host}{path}\" cannot be asked by HTTPS: {error}")))
}

async fn post(tried: &mut Try, sender: client::SendRequest<Bytes>, request: Request<()>) -> Result<(), QueryFailure> {
    let mut sender = sender.ready().await.map_err(|error| broken(&error))?;
    let (reply, mut body) = sender.send_request(request, false).map_err(|error| broken(&error))?;
    body.send_data(Bytes::copy_from_slice(&tried.sent), true).map_err(|error| broken(&error))?;
    let reply = reply.await.map_err(|error| broken(&error))?;
    // A redirection is told and not followed: the question was for this server.
    if reply.status() != http::StatusCode::OK {
        return Err(QueryFailure::Http(reply.status().as_u16()));
    }
    media_type(reply.headers())?;
    let mut body = reply.into_body();
    while let Some(piece) = body.data().await {
        let piece = piece.map_err(|error| broken(&error))?;
        if tried.received.len() + piece.len() > LARGEST {
            return Err(QueryFailure::Malformed(format!("it is longer than {LARGEST} octets")));
        }
        tried.received.extend_from_slice(&piece);
        body.flow_control().release_capacity(piece.len()).map_err(|error| broken(&error))?;
    }
    Ok(())
}

/// RFC 8484 §4.2.1: anything else is no answer of DNS, whatever its status.
fn media_type(headers: &HeaderMap) -> Result<(), QueryFailure> {
    let told = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let told = told.unwrap_or_default();
    let essence = told.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(MESSAGE) {
        return Ok(());
    }
    let shown: String = told.chars().take(TOLD).collect();
    Err(QueryFailure::Malformed(format!("it is of the media type \"{shown}\" and not {MESSAGE}")))
}

fn broken(error: &h2::Error) -> QueryFailure {
    match error.get_io() {
        Some(io) => super::unreachable(io),
        None => QueryFailure::Malformed(words(error)),
    }
}

fn words(error: &h2::Error) -> String {
    format!("HTTP/2: {error}")
}
