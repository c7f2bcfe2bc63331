//! Answers right and hostile, from servers in memory and on loopback.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::net::TcpListener;

use std::sync::Arc;

use super::http::exchange;
use super::*;
use crate::app::effect::Effect;
use crate::app::event::FetchId;
use crate::diagnosis::Severity;
use crate::diagnosis::client_config::ClientConfig;
use crate::diagnosis::investigation::{Came, Investigation, Setting, Want};
use crate::diagnosis::tls::{TlsFailure, Verdict};
use crate::diagnosis::web::Url;
use crate::net::authority::Authority;
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::net::trust::Trust;

fn get(url: &str) -> Request {
    Request::get(Url::parse(url).unwrap()).at_most(20)
}

/// What is made of these octets, and what the server heard.
async fn served(octets: &[u8], request: &Request) -> (Result<Response, FetchFailure>, String) {
    let (mut ours, mut theirs) = duplex(1 << 10);
    let server = async {
        // A client that has enough closes; the rest is then not wanted.
        let _ = theirs.write_all(octets).await;
        let _ = theirs.shutdown().await;
        let mut heard = Vec::new();
        let _ = theirs.read_to_end(&mut heard).await;
        String::from_utf8(heard).unwrap()
    };
    let client = async {
        let response = exchange(&mut ours, request).await;
        drop(ours);
        response
    };
    tokio::join!(client, server)
}

async fn reply(octets: &[u8]) -> Result<Response, FetchFailure> {
    served(octets, &get("http://example.test/")).await.0
}

#[tokio::test]
async fn requests_as_they_are_sent() {
    let agent = format!("User-Agent: ehlo/{}", env!("CARGO_PKG_VERSION"));
    let common = format!("{agent}\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
    let post = Request::post(Url::parse("https://example.test:8443/a?b=c").unwrap(), "text/xml", "<x/>".to_owned());
    for (request, expect) in [
        (get("http://example.test/x%20y?z"), format!("GET /x%20y?z HTTP/1.1\r\nHost: example.test\r\n{common}\r\n")),
        (get("http://[::1]:8080"), format!("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n{common}\r\n")),
        (
            post,
            format!(
                "POST /a?b=c HTTP/1.1\r\nHost: example.test:8443\r\n{common}Content-Type: text/xml\r\n\
                 Content-Length: 4\r\n\r\n<x/>"
            ),
        ),
    ] {
        let (response, heard) = served(b"HTTP/1.1 204 No Content\r\n\r\n", &request).await;
        assert_eq!((response.unwrap().status, heard), (204, expect));
    }
}

#[tokio::test]
async fn bodies_of_every_kind() {
    for (octets, body, is_cut) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"[..], &b"hello"[..], false),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\nContent-Length: 5\r\n\r\nhello", b"hello", false),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", b"to the end", false),
        (b"HTTP/1.1 200\nContent-Length: 2\n\nhi", b"hi", false),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b"", false),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b"", false),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", b"hello", false),
        // A length beside chunks counts for nothing (RFC 9112 section 6.3).
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 1\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            b"hello",
            false,
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", b"x", false),
        // Exactly the limit, and beyond it.
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789", b"01234567890123456789", false),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n012345678901234567890", b"01234567890123456789", true),
        (b"HTTP/1.1 200 OK\r\n\r\n012345678901234567890123", b"01234567890123456789", true),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n012345678901234567890",
            b"01234567890123456789",
            true,
        ),
    ] {
        let said = String::from_utf8_lossy(octets);
        let response = reply(octets).await.unwrap_or_else(|why| panic!("{said}: {why}"));
        assert_eq!((response.body.as_slice(), response.is_cut), (body, is_cut), "{said}");
    }
}

#[tokio::test]
async fn fields_keep_their_order_and_odd_octets() {
    let response =
        reply(b"HTTP/1.1 302 Gefunden\r\nLocation:  /a \r\nX-Odd: \xff\r\nX-Odd: 2\r\nContent-Length: 0\r\n\r\n").await;
    let response = response.unwrap();
    assert_eq!((response.status, response.reason.as_str()), (302, "Gefunden"));
    let names: Vec<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["location", "x-odd", "x-odd", "content-length"]);
    assert_eq!(response.headers[1].1, b"\xff");
    assert_eq!(response.redirect().as_deref(), Some("/a"));
}

#[tokio::test]
async fn hostile_answers_are_failures_with_a_name() {
    let chunked = |body: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes();
    let head = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").into_bytes();
    for (octets, why) in [
        (b"".to_vec(), "the server closed without an answer"),
        (b"220 mx.example.test ESMTP\r\n".to_vec(), "it said \"220 mx.example.test ESMTP\""),
        (b"<html>\r\n\r\n".to_vec(), "does not speak HTTP"),
        (b"HTT".to_vec(), "it ended within the header"),
        (b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(), "it ended within the header"),
        (b"HTTP/1.1 abc OK\r\n\r\n".to_vec(), "invalid"),
        (b"HTTP/9.9 200 OK\r\n\r\n".to_vec(), "invalid HTTP version"),
        (b"HTTP/1.1 099 Low\r\n\r\n".to_vec(), "099 is no status"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec(), "changes to another protocol"),
        (b"HTTP/1.1 100 Continue\r\n\r\n".repeat(10), "more than 8 answers of the kind 1xx"),
        (b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), "closed without an answer"),
        (head("no colon here"), "invalid header name"),
        (head(&"X: y\r\n".repeat(101)), "more than 100 fields"),
        (head(&format!("X: {}", "y".repeat(70_000))), "its header is longer than 64 KB"),
        (head("Content-Length: 5\r\nContent-Length: 6"), "more than one length"),
        (head("Content-Length: +5"), "\"+5\" is no length"),
        (head("Content-Length: -1"), "\"-1\" is no length"),
        (head("Content-Length: 99999999999999999999999"), "is no length"),
        (head("Content-Length: 5"), "it ended after 0 of 5 octets"),
        (head("Transfer-Encoding: gzip, chunked"), "the transfer encoding gzip, chunked was not asked for"),
        (head("Content-Encoding: gzip"), "its body is compressed (gzip)"),
        (chunked(""), "it ended before the last chunk"),
        (chunked("5\r\nhel"), "it ended before the last chunk"),
        (chunked("5\r\nhello"), "it ended before the last chunk"),
        (chunked("2\r\nhello\r\n0\r\n\r\n"), "a chunk is longer than its size says"),
        (chunked("xyz\r\n"), "the size of a chunk cannot be read"),
        (chunked("-1\r\n"), "the size of a chunk cannot be read"),
        (chunked("11111111111111111\r\n"), "the size of a chunk cannot be read"),
        (chunked(&format!("1;{}", "x".repeat(5000))), "the size of a chunk cannot be read"),
    ] {
        let failure = reply(&octets).await.unwrap_err().to_string();
        let said = String::from_utf8_lossy(octets.get(..80).unwrap_or(&octets));
        assert!(failure.contains(why), "{said}: {failure}");
    }
}

#[tokio::test]
async fn a_header_cut_anywhere_is_read_the_same() {
    let octets =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    let whole = reply(octets).await.unwrap();
    let (mut ours, mut theirs) = duplex(1);
    let request = get("http://example.test/");
    let drip = async {
        let (mut reader, mut writer) = tokio::io::split(&mut theirs);
        // A pipe of one octet: every read sees one.
        tokio::join!(writer.write_all(octets), async {
            let mut heard = [0; 64];
            while reader.read(&mut heard).await.is_ok_and(|count| count > 0) {}
        })
    };
    tokio::select! {
        response = exchange(&mut ours, &request) => assert_eq!(response.unwrap(), whole),
        _ = drip => panic!("the client waited for more than there is"),
    }
}

/// A server for one connection: its URL ends in the port.
async fn listening<F>(serve: impl FnOnce(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test plays the server")]
    tokio::spawn(async move { serve(listener.accept().await.unwrap().0).await });
    address
}

#[tokio::test]
async fn the_practice_web_answers_as_its_files_say() {
    let clock = Clock::start();
    let world = Practice::start(clock).await.unwrap();
    let trust = Arc::new(Trust::new(Some(world.ca_der().clone())));
    let fetcher = Client { clock, trust, means: Arc::default(), world: Some(world) };
    let config = "/mail/config-v1.1.xml";
    for (url, status, location, part) in [
        (format!("https://autoconfig.example.test{config}?emailaddress=alice@example.test"), 200, "", "<clientConfig"),
        (
            "http://autodiscover.example.test/autodiscover/autodiscover.xml".to_owned(),
            302,
            "https://autodiscover.example.test/autodiscover/autodiscover.xml",
            "",
        ),
        ("https://mta-sts.example.test/.well-known/mta-sts.txt".to_owned(), 200, "", "version: STSv1"),
        (
            format!("https://autoconfig.circle.example.test{config}"),
            302,
            "https://autoconfig.circle.example.test/mail/config.xml",
            "",
        ),
        (format!("https://autoconfig.noconfig.example.test{config}"), 404, "", ""),
        ("https://autodiscover.login.example.test/autodiscover/autodiscover.xml".to_owned(), 401, "", ""),
    ] {
        let request = Request::get(Url::parse(&url).unwrap());
        let secure = request.url.secure;
        let fetched = fetcher.fetch(request, Resolver::System).await;
        assert_eq!(fetched.certificate(), secure.then_some(Verdict::Good), "{url}");
        assert_eq!(fetched.remote.map(|at| at.ip().to_string()).as_deref(), Some("192.0.2.80"), "{url}");
        let response = fetched.reply.unwrap();
        assert_eq!((response.status, response.redirect().unwrap_or_default().as_str()), (status, location), "{url}");
        assert!(String::from_utf8_lossy(&response.body).contains(part), "{url}");
    }
    let ask = async |url: String| fetcher.fetch(Request::get(Url::parse(&url).unwrap()), Resolver::System).await;
    // A whole document behind a certificate for another name.
    let wrong = ask(format!("https://autoconfig.wrongname.example.test{config}")).await;
    assert_eq!(wrong.reply.as_ref().map(|response| response.status), Ok(200));
    assert!(
        matches!(wrong.certificate(), Some(Verdict::Bad(why)) if why.to_string().contains("not for autoconfig.wrongname"))
    );
    assert_eq!(
        ask(format!("https://autoconfig.missing.example.test{config}")).await.reply,
        Err(FetchFailure::NoSuchName)
    );
    assert_eq!(ask("https://example.net/".to_owned()).await.reply, Err(FetchFailure::NoAddress));
}

#[tokio::test]
async fn every_lesson_of_the_practice_web_shows_its_point() {
    let clock = Clock::start();
    let world = Practice::start(clock).await.unwrap();
    let trust = Arc::new(Trust::new(Some(world.ca_der().clone())));
    let fetcher = Client { clock, trust, means: Arc::default(), world: Some(world) };
    let mx = "MX autoconfig";
    let all = "autoconfig, well-known, autoconfig http, autodiscover host, autodiscover http, autodiscover SRV, \
               autodiscover JSON, Apple profile, SRV";
    for (subject, sources, part) in [
        ("alice@example.test", all, ""),
        (
            "alice@wrongname.example.test",
            "autoconfig, MX autoconfig",
            "the certificate is not for autoconfig.wrongname.example.test",
        ),
        ("alice@moved.example.test", "autoconfig, MX autoconfig", "Outlook finds no settings"),
        ("alice@circle.example.test", mx, "the redirects lead in a circle"),
        ("alice@clear.example.test", "autoconfig http, MX autoconfig", "it begins in clear"),
        (
            "alice@stale.example.test",
            "autoconfig, MX autoconfig, SRV",
            "IMAP: the sources prefer different hosts: autoconfig says imap.gone.example.test:993 TLS; MX autoconfig, SRV \
             says mail.example.test:993 TLS",
        ),
        ("alice@notxml.example.test", mx, "line 5, column"),
        ("alice@login.example.test", mx, "asks for a login before it says anything"),
        ("alice@noconfig.example.test", "mailconf TXT, MX autoconfig", "a record that nothing vouches for"),
        ("alice@example.net", "", "no source says how to set up a mail program"),
    ] {
        let mut config = ClientConfig::new(subject, &Setting::new(Resolver::System)).unwrap();
        loop {
            let wants = config.wants();
            if wants.is_empty() {
                break;
            }
            for want in wants {
                let came = match want {
                    Want::Answer(question) => {
                        let answer = fetcher.ask(&question.query, &question.resolver, &question.options).await;
                        Came::Answer(question, Box::new(answer))
                    }
                    Want::Document(request) => {
                        // Whatever is not the practice world's is not asked for in a test.
                        let outside = !crate::net::resolver::is_practice(&request.url.host.to_string());
                        assert!(!outside || subject.ends_with("example.net"), "{} for {subject}", request.url);
                        Came::Document(Box::new(match outside {
                            true => Fetched::new(request, Err(FetchFailure::NoSuchName)),
                            false => fetcher.fetch(request, Resolver::System).await,
                        }))
                    }
                    // What servers show is another test's matter.
                    _ => continue,
                };
                config.came(came, 0);
            }
        }
        let said: Vec<&str> = config.said().iter().map(|said| said.source.label()).collect();
        assert_eq!(said.join(", "), sources, "{subject}");
        let (_, findings) = config.table();
        if part.is_empty() {
            // The practice authority is in no list but the machine's, and the profile is not signed.
            let worse: Vec<_> = findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
            assert!(worse.iter().all(|finding| finding.says.contains("begins in clear")), "{subject}: {worse:#?}");
        } else {
            assert!(findings.iter().any(|finding| finding.says.contains(part)), "{subject}: {findings:#?}");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test looks for files that are not served")]
fn every_file_of_the_practice_web_is_compiled_in() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_to_string(root.join("src/practice/web/pages.rs")).unwrap();
    let mut folders = vec![root.join("assets/practice/web")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root.join("assets/practice/web")).unwrap().to_string_lossy().into_owned();
            let line = format!("\"{name}\",");
            assert!(name == "sites" || pages.contains(&line), "add the line {line} to src/practice/web/pages.rs");
        }
    }
}

fn fetcher() -> Client {
    Client { clock: Clock::start(), trust: Arc::new(Trust::new(None)), means: Arc::default(), world: None }
}

#[tokio::test]
async fn tls_is_reported_and_its_faults_stop_nothing() {
    let clock = Clock::start();
    let tls = Authority::new(clock.wall(clock.now())).unwrap().server(&["other.example"]).unwrap();
    let address = listening(|tcp| async move {
        let mut stream = tokio_rustls::TlsAcceptor::from(tls).accept(tcp).await.unwrap();
        let mut heard = [0; 16];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"GET /x HTTP/1.1\r");
        // No close_notify: the end of the body is told by its length.
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
        stream.flush().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let fetched = fetcher().fetch(get(&format!("https://{address}/x")), Resolver::System).await;
    assert_eq!(fetched.reply.as_ref().unwrap().body, b"hi");
    assert_eq!(fetched.remote, Some(address));
    let report = fetched.tls.as_ref().unwrap();
    assert_eq!(report.name, Verdict::Bad("the certificate is for other.example".into()));
    assert!(matches!(fetched.certificate(), Some(Verdict::Bad(why)) if why.to_string().contains("not for 127.0.0.1")));
}

#[tokio::test]
async fn what_keeps_an_answer_from_coming() {
    let refused = tokio::net::TcpSocket::new_v4().unwrap();
    refused.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = refused.local_addr().unwrap();
    let plain = listening(|mut tcp| async move {
        tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = tcp.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let silent = listening(|tcp| async move {
        std::future::pending::<()>().await;
        drop(tcp);
    })
    .await;
    let endless = listening(|mut tcp| async move {
        let _ = tcp.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while tcp.write_all(&b"X: y\r\n".repeat(100)).await.is_ok() {}
    })
    .await;
    let fetcher = fetcher();
    let ask = async |url: String, limit| {
        let fetched = fetcher.fetch_within(limit, get(&url), Resolver::System).await;
        (fetched.remote, fetched.reply.unwrap_err())
    };
    let (remote, why) = ask(format!("http://{closed}/"), LIMIT).await;
    assert_eq!(remote, None);
    assert!(matches!(&why, FetchFailure::NotConnected(text) if text.starts_with(&closed.to_string())), "{why}");
    let (remote, why) = ask(format!("https://{plain}/"), LIMIT).await;
    assert_eq!(remote, Some(plain));
    assert!(matches!(why, FetchFailure::Tls(TlsFailure::Plaintext(_))), "{why}");
    let short = Duration::from_millis(30);
    assert_eq!(ask(format!("http://{silent}/"), short).await, (Some(silent), FetchFailure::TimedOut(short)));
    let (_, why) = ask(format!("http://{endless}/"), LIMIT).await;
    assert!(why.to_string().contains("its header is longer than 64 KB"), "{why}");
}

#[tokio::test]
async fn the_effect_becomes_an_event() {
    let address = listening(|mut tcp| async move {
        tcp.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        let _ = tcp.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let (sender, mut events) = mpsc::channel(4);
    let mut net = crate::net::Net::new(Clock::start(), None, sender);
    let request = get(&format!("http://{address}/"));
    let effect = Effect::Fetch { id: FetchId(7), request: request.clone(), resolver: Resolver::System };
    assert_eq!(net.perform(effect), None);
    let Some(Event::Fetched { id, outcome, .. }) = events.recv().await else { panic!("another event came") };
    assert_eq!((id, outcome.request, outcome.reply.unwrap().status), (FetchId(7), request, 404));
}

#[tokio::test]
async fn an_endless_body_is_cut_and_left() {
    let address = listening(|mut tcp| async move {
        let _ = tcp.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        while tcp.write_all(b"1\r\nx\r\n").await.is_ok() {}
    })
    .await;
    let fetched = fetcher().fetch(get(&format!("http://{address}/")), Resolver::System).await;
    let response = fetched.reply.unwrap();
    assert_eq!((response.body.len(), response.is_cut), (20, true));
}
