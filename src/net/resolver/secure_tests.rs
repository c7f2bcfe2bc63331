//! DNS over TLS and over HTTPS, against servers right and wrong.

use bytes::Bytes;
use http::{Response as Reply, StatusCode};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::*;
use crate::diagnosis::dns::Try;
use crate::net::authority::Authority;

const NAME: &str = "dns.example.test";

/// A client that trusts an authority, and a server's TLS that the authority vouches for.
fn both(alpn: &[u8]) -> (Client, TlsAcceptor) {
    let clock = Clock::start();
    let authority = Authority::new(clock.wall(clock.now())).unwrap();
    let mut config = ServerConfig::clone(&authority.server(&[NAME]).unwrap());
    config.alpn_protocols = vec![alpn.to_vec()];
    let trust = Arc::new(Trust::new(Some(authority.der())));
    (Client { clock, trust, means: Arc::default(), world: None }, TlsAcceptor::from(Arc::new(config)))
}

/// Asks a server at a loopback port that does `serve` with the connection, judged by [`NAME`].
async fn asked<S: Future<Output = ()>>(
    client: &Client,
    transport: Transport,
    serve: impl FnOnce(TcpStream) -> S,
) -> (Try, Result<Response, QueryFailure>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = listener.local_addr().unwrap();
    let server = SocketAddr::new("192.0.2.53".parse().unwrap(), transport.port());
    let target = Target { server, door, name: NAME.to_owned() };
    let query = Query { name: "example.org".to_owned(), kind: RecordType::Mx };
    let (limit, options) = (Duration::from_secs(20), QueryOptions::default());
    let serving = async {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream).await;
    };
    let asking = attempt(client, &target, &transport, &query, &options, limit);
    tokio::join!(asking, serving).0
}

/// The question as an answer without a record.
fn empty(question: &[u8]) -> Vec<u8> {
    let mut reply = question.to_vec();
    reply[2] |= 0x80;
    reply
}

#[tokio::test]
async fn dns_over_tls_tells_of_its_certificate() {
    let (client, acceptor) = both(b"dot");
    let serve = |tcp| async move {
        let mut stream = acceptor.accept(tcp).await.unwrap();
        let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut question).await.unwrap();
        let reply = empty(&question);
        // In pieces: TLS records need not be messages.
        stream.write_all(&(reply.len() as u16).to_be_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        stream.write_all(&reply).await.unwrap();
        stream.flush().await.unwrap();
    };
    let (tried, reply) = asked(&client, Transport::Tls, serve).await;
    assert_eq!(reply.unwrap().rcode, 0);
    assert_eq!((tried.server.port(), tried.transport), (853, Transport::Tls));
    let report = tried.tls.unwrap();
    assert_eq!((report.asked_name.as_str(), report.alpn.as_deref()), (NAME, Some("dot")));
    assert!(report.name.is_good() && report.system_trust.is_good() && !report.mozilla_trust.is_good());
}

#[tokio::test]
async fn what_is_no_tls_is_told() {
    let (client, _) = both(b"dot");
    for transport in [Transport::Tls, Transport::https("").unwrap()] {
        let serve = |mut tcp: TcpStream| async move { tcp.write_all(b"220 hello\r\n").await.unwrap() };
        let (tried, reply) = asked(&client, transport.clone(), serve).await;
        let Err(QueryFailure::Tls(failure)) = reply else { panic!("{transport:?}: {reply:?}") };
        assert!(matches!(failure, crate::diagnosis::tls::TlsFailure::Plaintext(_)), "{failure:?}");
        assert_eq!((tried.tls, tried.received), (None, Vec::new()));
    }
}

type Web = h2::server::Connection<TlsStream<TcpStream>, Bytes>;

/// Takes the request: its path, host, fields and body, and the place for the reply.
async fn request(web: &mut Web) -> (String, Vec<u8>, h2::server::SendResponse<Bytes>) {
    let (request, respond) = web.accept().await.unwrap().unwrap();
    let (head, mut body) = request.into_parts();
    let field = |name: &str| head.headers[name].to_str().unwrap().to_owned();
    let told = format!(
        "{} {} {} {} {}",
        head.method,
        head.uri,
        field("content-type"),
        field("accept"),
        field("content-length")
    );
    let mut question = Vec::new();
    let reading = async {
        while let Some(piece) = body.data().await {
            question.extend_from_slice(&piece.unwrap());
        }
    };
    tokio::select! {
        biased;
        () = reading => {}
        _ = web.accept() => {}
    }
    (told, question, respond)
}

/// Asks a web server that answers with this status, media type and body.
async fn web(
    status: StatusCode,
    media: &'static str,
    body: impl FnOnce(&[u8]) -> Vec<u8>,
) -> (String, Try, Result<Response, QueryFailure>) {
    let (client, acceptor) = both(b"h2");
    let mut told = String::new();
    let place = &mut told;
    let serve = |tcp| async move {
        let stream = acceptor.accept(tcp).await.unwrap();
        let mut web = h2::server::handshake(stream).await.unwrap();
        let (head, question, mut respond) = request(&mut web).await;
        *place = head;
        let reply = Reply::builder().status(status).header("content-type", media).body(()).unwrap();
        let mut send = respond.send_response(reply, false).unwrap();
        send.send_data(body(&question).into(), true).unwrap();
        // Until the client has closed.
        while let Some(Ok(_)) = web.accept().await {}
    };
    let (tried, reply) = asked(&client, Transport::https("/q?x=1").unwrap(), serve).await;
    (told, tried, reply)
}

#[tokio::test]
async fn dns_over_https_as_rfc_8484_has_it() {
    let (told, tried, reply) = web(StatusCode::OK, "application/dns-message; x=y", empty).await;
    assert_eq!(told, "POST https://dns.example.test/q?x=1 application/dns-message application/dns-message 40");
    assert_eq!(reply.unwrap().id, 0, "caches on the way know the same question again");
    let report = tried.tls.unwrap();
    assert_eq!((report.alpn.as_deref(), report.name.is_good()), (Some("h2"), true));
    // Larger than the window of a new connection: it must be opened on.
    let large = |question: &[u8]| {
        let mut reply = empty(question);
        reply.resize(65_535, 0);
        reply
    };
    let (_, tried, reply) = web(StatusCode::OK, "application/dns-message", large).await;
    assert_eq!((tried.received.len(), reply.unwrap().extra), (65_535, 65_535 - 40));
}

#[tokio::test]
async fn what_is_no_answer_over_https_is_told() {
    let failure = |(_, _, reply): (String, Try, Result<Response, QueryFailure>)| match reply {
        Err(QueryFailure::Malformed(why)) => why,
        Err(other) => other.to_string(),
        Ok(response) => panic!("{response:?}"),
    };
    let moved = failure(web(StatusCode::FOUND, "text/html", |_| Vec::new()).await);
    assert!(moved.contains("status 302"), "{moved}");
    let page = failure(web(StatusCode::OK, "text/html", |_| b"<html>".to_vec()).await);
    assert!(page.contains("media type \"text/html\""), "{page}");
    let huge = failure(web(StatusCode::OK, "application/dns-message", |_| vec![0; 65_536]).await);
    assert!(huge.contains("longer than 65535"), "{huge}");
    let empty = failure(web(StatusCode::OK, "application/dns-message", |_| Vec::new()).await);
    assert!(empty.contains("another id"), "{empty}");
}

#[tokio::test]
async fn a_web_server_that_breaks_off_or_speaks_something_else_is_told() {
    let (client, acceptor) = both(b"h2");
    let doh = || Transport::https("").unwrap();
    let closing = acceptor.clone();
    let serve = |tcp| async move {
        let mut stream = closing.accept(tcp).await.unwrap();
        stream.shutdown().await.unwrap();
    };
    let (_, reply) = asked(&client, doh(), serve).await;
    assert!(matches!(reply, Err(QueryFailure::Malformed(_) | QueryFailure::Unreachable(_))), "{reply:?}");
    let serve = |tcp| async move {
        let mut stream = acceptor.accept(tcp).await.unwrap();
        let _ = stream.write_all(&[0xff; 4096]).await;
        let _ = stream.shutdown().await;
    };
    let (tried, reply) = asked(&client, doh(), serve).await;
    assert!(matches!(reply, Err(QueryFailure::Malformed(_) | QueryFailure::Unreachable(_))), "{reply:?}");
    assert!(tried.tls.is_some(), "the certificate is shown all the same");
    // No protocol in common.
    let (client, acceptor) = both(b"http/1.1");
    let serve = |tcp| async move { assert!(acceptor.accept(tcp).await.is_err()) };
    let (_, reply) = asked(&client, doh(), serve).await;
    assert!(matches!(reply, Err(QueryFailure::Tls(_))), "{reply:?}");
}
