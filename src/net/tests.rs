//! The whole of the net against sockets on loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::authority::Authority;
use super::*;
use crate::app::effect::Sessions;
use crate::app::event::{Closing, Happened, SocketTrouble};
use crate::diagnosis::dns::{QueryOptions, RecordType, Transport};
use crate::diagnosis::tls::{Reason, TlsFailure, TlsReport, Verdict};
use crate::protocol::endpoint::{Endpoint, Host, Protocol, Security};
use crate::protocol::tls::AlertDescription;

const ID: ConnectionId = ConnectionId(7);
/// Generous: what is right comes long before, on a loaded machine too.
const SOON: Duration = Duration::from_secs(60);

fn plan(host: Host, port: u16, security: Security) -> ConnectPlan {
    ConnectPlan {
        endpoint: Endpoint { protocol: Protocol::Smtp, host, port, security },
        addresses: Vec::new(),
        family: None,
        source: None,
        resolver: Resolver::System,
        sni: None,
        limit: SOON,
        handshake: SOON,
        sessions: Sessions::Forget,
        identity: false,
    }
}

fn to(address: SocketAddr, security: Security) -> ConnectPlan {
    plan(Host::Ip(address.ip()), address.port(), security)
}

/// A net and its events.
struct Rig {
    net: Net,
    events: Receiver<Event>,
}

impl Rig {
    fn new(capacity: usize, world: Option<Practice>) -> Self {
        let (sender, events) = mpsc::channel(capacity);
        Self { net: Net::new(Clock::start(), world, sender), events }
    }

    fn connect(&mut self, plan: ConnectPlan) {
        assert_eq!(self.net.perform(Effect::Connect { id: ID, plan }), None);
    }

    fn send(&mut self, octets: impl Into<Bytes>) {
        self.net.perform(Effect::Send { id: ID, octets: octets.into() });
    }

    fn close(&mut self, abort: bool) {
        self.net.perform(Effect::Close { id: ID, abort });
    }

    fn start_tls(&mut self, name: &str) {
        self.net.perform(Effect::StartTls { id: ID, name: name.to_owned() });
    }

    async fn next(&mut self) -> Happened {
        match timeout(SOON, self.events.recv()).await.expect("no event came").expect("the net is gone") {
            Event::Connection { id, what, .. } => {
                assert_eq!(id, ID);
                what
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next event that is not about how the connection was opened or what was written.
    async fn next_of_note(&mut self) -> Happened {
        loop {
            match self.next().await {
                Happened::Attempt { .. } | Happened::Connected { .. } | Happened::Sent { .. } => {}
                other => return other,
            }
        }
    }

    /// Everything received up to the first other event of note, which comes with it.
    async fn all(&mut self) -> (Vec<u8>, Happened) {
        let mut octets = Vec::new();
        loop {
            match self.next_of_note().await {
                Happened::Received(more) => octets.extend_from_slice(&more),
                other => return (octets, other),
            }
        }
    }

    /// What was received, once it is `n` octets.
    async fn received(&mut self, n: usize) -> Vec<u8> {
        let mut octets = Vec::new();
        while octets.len() < n {
            match self.next_of_note().await {
                Happened::Received(more) => octets.extend_from_slice(&more),
                other => panic!("{other:?} after {} octets", octets.len()),
            }
        }
        octets
    }

    /// What was received up to and with a text that is waited for.
    async fn hear(&mut self, text: &str) -> String {
        let mut octets = Vec::new();
        while !octets.windows(text.len()).rev().take(4096).any(|window| window == text.as_bytes()) {
            match self.next_of_note().await {
                Happened::Received(more) => octets.extend_from_slice(&more),
                other => panic!("{other:?} in place of {text:?} after {:?}", String::from_utf8_lossy(&octets)),
            }
        }
        String::from_utf8(octets).unwrap()
    }

    async fn tls_done(&mut self) -> TlsReport {
        match self.next_of_note().await {
            Happened::TlsDone(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    async fn closing(&mut self) -> Closing {
        match self.next_of_note().await {
            Happened::Closed(closing) => closing,
            other => panic!("{other:?}"),
        }
    }
}

/// A server for one connection that does what `script` says.
async fn server<F, T>(script: impl FnOnce(TcpStream) -> F + Send + 'static) -> (SocketAddr, JoinHandle<T>)
where
    F: Future<Output = T> + Send,
    T: Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test plays the server")]
    let task = tokio::spawn(async move { script(listener.accept().await.unwrap().0).await });
    (address, task)
}

fn acceptor(names: &[&str]) -> TlsAcceptor {
    TlsAcceptor::from(Authority::new(clock_time()).unwrap().server(names).unwrap())
}

fn clock_time() -> Timestamp {
    let clock = Clock::start();
    clock.wall(clock.now())
}

/// An address to which every connection is refused, for as long as the socket lives.
fn refused() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    (socket.local_addr().unwrap(), socket)
}

async fn echo<S: AsyncRead + AsyncWrite>(stream: S) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let _ = tokio::io::copy(&mut reader, &mut writer).await;
    let _ = writer.shutdown().await;
}

#[tokio::test]
async fn a_refused_port_is_told_with_its_number() {
    let (address, _socket) = refused();
    let mut rig = Rig::new(16, None);
    rig.connect(to(address, Security::Plain));
    assert!(matches!(rig.next().await, Happened::Attempt { address: a } if a == address));
    let Happened::AttemptFailed { failure, .. } = rig.next().await else { panic!() };
    assert_eq!(failure.kind, SocketTrouble::Refused);
    assert_eq!(failure.errno, Some(if cfg!(target_os = "linux") { 111 } else { 61 }));
    assert!(matches!(rig.next().await, Happened::NotConnected));
    // Nothing is left of it.
    rig.send("x");
    rig.close(false);
    drop(rig.net);
    assert!(rig.events.recv().await.is_none());
}

#[tokio::test]
async fn a_refused_address_gives_way_to_the_next() {
    let (address, task) = server(|mut tcp| async move { tcp.write_all(b"220 hi\r\n").await.unwrap() }).await;
    let mut rig = Rig::new(16, None);
    let mut plan = plan(Host::Name("no.such.name.invalid".to_owned()), address.port(), Security::Plain);
    plan.addresses = vec![IpAddr::from([127, 0, 0, 2]), address.ip()];
    rig.connect(plan);
    let first = SocketAddr::new(IpAddr::from([127, 0, 0, 2]), address.port());
    assert!(matches!(rig.next().await, Happened::Attempt { address } if address == first));
    assert!(matches!(rig.next().await, Happened::AttemptFailed { address, .. } if address == first));
    assert!(matches!(rig.next().await, Happened::Attempt { address: a } if a == address));
    let Happened::Connected { peer, practice, local, .. } = rig.next().await else { panic!() };
    assert_eq!((peer, practice), (address, None));
    assert!(local.ip().is_loopback() && local.port() != 0);
    assert_eq!(rig.received(8).await, b"220 hi\r\n");
    assert_eq!(rig.closing().await, Closing::Peer);
    task.await.unwrap();
}

#[tokio::test]
async fn names_that_lead_nowhere() {
    let mut rig = Rig::new(16, None);
    let (dead, _socket) = refused();
    let mut plan = plan(Host::Name("mail.example.test".to_owned()), 25, Security::Plain);
    plan.resolver = Resolver::at(dead, Transport::Tcp);
    rig.connect(plan);
    assert!(matches!(rig.next().await, Happened::Resolving { name } if name == "mail.example.test"));
    let Happened::NotResolved(why) = rig.next().await else { panic!() };
    assert!(matches!(why, crate::app::event::ResolveFailure::Query(_)), "{why:?}");
}

#[tokio::test]
async fn closing_while_connecting_ends_everything_at_once() {
    // A resolver that never answers.
    let silent = tokio::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for abort in [false, true] {
        let mut rig = Rig::new(16, None);
        let mut plan = plan(Host::Name("mail.example.test".to_owned()), 25, Security::Plain);
        plan.resolver = Resolver::at(silent.local_addr().unwrap(), Transport::Udp);
        rig.connect(plan);
        assert!(matches!(rig.next().await, Happened::Resolving { .. }));
        rig.send("EHLO x\r\n");
        rig.close(abort);
        assert!(matches!(rig.next().await, Happened::Closed(Closing::Ours)));
    }
}

#[tokio::test]
async fn a_full_backlog_is_given_up_at_the_limit_or_by_the_user() {
    // A listener with no room: Linux drops the SYN of who comes too late, as a firewall would.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    // Long enough for a busy machine: what comes to nothing by then has found no room.
    while let Ok(Ok(stream)) = timeout(Duration::from_secs(2), TcpStream::connect(address)).await {
        held.push(stream);
        if held.len() > 16 {
            return; // not a system that drops
        }
    }
    let mut rig = Rig::new(16, None);
    let mut plan = to(address, Security::Plain);
    plan.limit = Duration::from_millis(50);
    rig.connect(plan.clone());
    assert!(matches!(rig.next().await, Happened::Attempt { .. }));
    let Happened::AttemptFailed { failure, took, .. } = rig.next().await else { panic!() };
    assert_eq!(failure.kind, SocketTrouble::TimedOut);
    assert!(took >= Duration::from_millis(40), "{took:?}"); // the limit began a little before the attempt
    assert!(matches!(rig.next().await, Happened::NotConnected));
    plan.limit = Duration::from_secs(60);
    rig.connect(plan);
    assert!(matches!(rig.next().await, Happened::Attempt { .. }));
    rig.close(false);
    assert!(matches!(rig.next().await, Happened::Closed(Closing::Ours)));
}

#[tokio::test]
async fn implicit_tls_completes_and_tells_what_the_certificate_is_worth() {
    let tls = acceptor(&["other.example"]);
    let (address, task) = server(|tcp| async move { echo(tls.accept(tcp).await.unwrap()).await }).await;
    let mut rig = Rig::new(16, None);
    let mut plan = to(address, Security::Implicit);
    plan.sni = Some("mail.example.test".to_owned());
    rig.connect(plan);
    let report = rig.tls_done().await;
    assert_eq!(report.version, "TLS 1.3");
    assert!(report.cipher.starts_with("TLS_") && !report.cipher.contains("TLS13"), "{}", report.cipher);
    assert!(report.group.as_deref().is_some_and(|group| group.contains("25519")));
    assert_eq!(report.asked_name, "mail.example.test");
    assert_eq!(report.sni.as_deref(), Some("mail.example.test"));
    assert_eq!(report.chain.len(), 1);
    assert_eq!(report.name, Verdict::Bad("the certificate is for other.example".into()));
    assert_eq!(report.mozilla_trust, Verdict::Bad(Reason::UnknownIssuer));
    assert!(!report.system_trust.is_good());
    assert_eq!(report.handshake_signature, Verdict::Good);
    rig.send("EHLO x\r\n");
    assert_eq!(rig.received(8).await, b"EHLO x\r\n");
    rig.close(false);
    assert_eq!(rig.closing().await, Closing::Ours);
    task.await.unwrap();
}

#[tokio::test]
async fn an_address_is_judged_as_an_address_and_sent_nowhere() {
    let tls = acceptor(&["mail.example.test", "127.0.0.1"]);
    let (address, _task) = server(|tcp| async move { echo(tls.accept(tcp).await.unwrap()).await }).await;
    let mut rig = Rig::new(16, None);
    rig.connect(to(address, Security::Implicit));
    let report = rig.tls_done().await;
    assert_eq!((report.sni, report.name), (None, Verdict::Good));
}

#[tokio::test]
async fn a_server_that_speaks_plainly_is_quoted() {
    let (address, _task) = server(|mut tcp| async move {
        tcp.write_all(b"220 mx.example.test ESMTP\r\n").await.unwrap();
        let _ = tcp.read(&mut [0; 64]).await;
        tcp
    })
    .await;
    let mut rig = Rig::new(16, None);
    rig.connect(to(address, Security::Implicit));
    let Happened::TlsFailed(failure) = rig.next_of_note().await else { panic!() };
    assert_eq!(failure, TlsFailure::Plaintext(b"220 mx.example.test ESMTP\r\n".to_vec()));
}

#[tokio::test]
async fn handshakes_that_fail() {
    // handshake_failure as a TLS record.
    let (alert, _a) = server(|mut tcp| async move {
        let _ = tcp.read(&mut [0; 4096]).await;
        tcp.write_all(&[21, 3, 3, 0, 2, 2, 40]).await.unwrap();
        tcp
    })
    .await;
    let (closing, _b) = server(|mut tcp| async move {
        let _ = tcp.read(&mut [0; 4096]).await;
    })
    .await;
    for (address, name, failure) in [
        (alert, "mail.example.test", TlsFailure::Alert(AlertDescription::HANDSHAKE_FAILURE)),
        (closing, "mail.example.test", TlsFailure::Closed),
    ] {
        let mut rig = Rig::new(16, None);
        let mut plan = to(address, Security::Implicit);
        plan.sni = Some(name.to_owned());
        rig.connect(plan);
        let Happened::TlsFailed(why) = rig.next_of_note().await else { panic!() };
        assert_eq!(why, failure);
    }
    let (silent, _c) = server(|tcp| async move {
        std::future::pending::<()>().await;
        drop(tcp);
    })
    .await;
    let client =
        Client { clock: Clock::start(), trust: Arc::new(Trust::new(None)), means: Arc::default(), world: None };
    let limit = Duration::from_millis(30);
    for (name, why) in [
        ("mail.example.test", TlsFailure::TimedOut(limit)),
        ("no name", TlsFailure::BadName("\"no name\" is neither a DNS name in ASCII nor an IP address".to_owned())),
    ] {
        let tcp = TcpStream::connect(silent).await.unwrap();
        let failure = tls::handshake(tcp, &tls::Ask::plain(name, limit), &client).await.err();
        assert_eq!(failure, Some(why));
    }
}

#[tokio::test]
async fn speaking_plainly_to_tls_gets_an_alert_as_octets() {
    let tls = acceptor(&["mail.example.test"]);
    let (address, _task) = server(|tcp| async move { tls.accept(tcp).await.map(|_| ()) }).await;
    let mut rig = Rig::new(16, None);
    rig.connect(to(address, Security::Plain));
    rig.send("EHLO client.example\r\n");
    let (octets, end) = rig.all().await;
    assert_eq!(octets.first(), Some(&21), "{octets:?}");
    assert!(matches!(end, Happened::Closed(_)), "{end:?}");
}

#[tokio::test]
async fn starttls_on_the_same_socket() {
    let tls = acceptor(&["mail.example.test"]);
    let (address, _task) = server(|mut tcp| async move {
        tcp.write_all(b"220 ready\r\n").await.unwrap();
        let mut line = [0; 10];
        tcp.read_exact(&mut line).await.unwrap();
        assert_eq!(&line, b"STARTTLS\r\n");
        // Octets behind the 220: the model is to see them, in clear, before it orders TLS.
        tcp.write_all(b"220 go\r\n250 injected\r\n").await.unwrap();
        echo(tls.accept(tcp).await.unwrap()).await;
    })
    .await;
    let mut rig = Rig::new(16, None);
    rig.connect(to(address, Security::StartTls));
    assert_eq!(rig.received(11).await, b"220 ready\r\n");
    rig.send("STARTTLS\r\n");
    assert_eq!(rig.received(22).await, b"220 go\r\n250 injected\r\n");
    rig.start_tls("mail.example.test");
    rig.send("EHLO again\r\n");
    let report = rig.tls_done().await;
    assert_eq!(report.name, Verdict::Good);
    assert_eq!(rig.received(12).await, b"EHLO again\r\n");
    rig.start_tls("mail.example.test");
    assert!(matches!(rig.next_of_note().await, Happened::TlsFailed(TlsFailure::Other(_))));
}

#[tokio::test]
async fn the_ways_to_end() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum End {
        Fin,
        Notify,
        NoNotify,
        Reset,
    }
    for (end, expect) in [
        (End::Fin, Closing::Peer),
        (End::Notify, Closing::Peer),
        (End::NoNotify, Closing::PeerWithoutNotify),
        (End::Reset, Closing::Ours),
    ] {
        let tls = acceptor(&["mail.example.test"]);
        let (address, _task) = server(move |mut tcp| async move {
            match end {
                End::Fin => tcp.write_all(b"bye\r\n").await.unwrap(),
                End::Reset => {
                    tcp.write_all(b"bye\r\n").await.unwrap();
                    let _ = tcp.read(&mut [0; 64]).await;
                    tcp.set_zero_linger().unwrap();
                }
                End::Notify | End::NoNotify => {
                    let mut tls = tls.accept(tcp).await.unwrap();
                    tls.write_all(b"bye\r\n").await.unwrap();
                    tls.flush().await.unwrap();
                    if end == End::Notify {
                        tls.shutdown().await.unwrap();
                    }
                }
            }
        })
        .await;
        let mut rig = Rig::new(16, None);
        let security = if matches!(end, End::Notify | End::NoNotify) { Security::Implicit } else { Security::Plain };
        rig.connect(to(address, security));
        if security == Security::Implicit {
            rig.tls_done().await;
        }
        assert_eq!(rig.received(5).await, b"bye\r\n");
        if end == End::Reset {
            rig.send("x");
        }
        match rig.closing().await {
            Closing::Broken(failure) => assert_eq!((end, failure.kind), (End::Reset, SocketTrouble::Reset)),
            closing => assert_eq!((end, closing), (end, expect)),
        }
    }
}

#[tokio::test]
async fn a_close_writes_what_waits_and_an_abort_does_not() {
    for abort in [false, true] {
        let (address, task) = server(|mut tcp| async move {
            let mut octets = Vec::new();
            let end = tcp.read_to_end(&mut octets).await;
            (octets, end.is_ok())
        })
        .await;
        let mut rig = Rig::new(16, None);
        rig.connect(to(address, Security::Plain));
        assert!(matches!(rig.next().await, Happened::Attempt { .. }));
        assert!(matches!(rig.next().await, Happened::Connected { .. }));
        if abort {
            rig.send("NOOP\r\n");
            assert!(matches!(rig.next().await, Happened::Sent { octets: 6 }));
        } else {
            rig.send(vec![b'x'; 3 << 20]);
            rig.send("QUIT\r\n");
        }
        rig.close(abort);
        assert_eq!(rig.closing().await, Closing::Ours);
        let (octets, ended_well) = task.await.unwrap();
        if abort {
            assert!(!ended_well, "FIN in place of RST");
        } else {
            assert!(ended_well && octets.len() == (3 << 20) + 6 && octets.ends_with(b"QUIT\r\n"));
        }
    }
}

#[tokio::test]
async fn a_flood_that_nobody_reads_stops_and_can_be_closed() {
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let (address, task) = server(move |mut tcp| async move {
        let block = vec![b'f'; 64 << 10];
        while let Ok(n) = tcp.write(&block).await {
            counter.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
        }
    })
    .await;
    let mut rig = Rig::new(4, None);
    rig.connect(to(address, Security::Plain));
    // The flood stands still once the channel and the buffers of the system are full.
    let so_far = || sent.load(std::sync::atomic::Ordering::Relaxed);
    // A clock that stands still goes on by itself only when no task can: then nothing flows any more.
    while !matches!(rig.next().await, Happened::Connected { .. }) {}
    tokio::time::pause();
    let mut before = usize::MAX;
    while before != so_far() {
        before = so_far();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::resume();
    assert!((1..64 << 20).contains(&before), "{before} octets went out");
    rig.close(true);
    timeout(SOON, task).await.expect("the server does not see the end while nobody reads events").unwrap();
    let (octets, end) = rig.all().await;
    assert!(octets.len() <= 4 * (64 << 10), "{} octets were held", octets.len());
    assert!(matches!(end, Happened::Closed(Closing::Ours)), "{end:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_megabytes_there_and_back() {
    for security in [Security::Plain, Security::Implicit] {
        let tls = acceptor(&["mail.example.test"]);
        let (address, _task) = server(move |tcp| async move {
            match security {
                Security::Implicit => echo(tls.accept(tcp).await.unwrap()).await,
                _ => echo(tcp).await,
            }
        })
        .await;
        let mut rig = Rig::new(64, None);
        rig.connect(to(address, security));
        let message: Vec<u8> = (0..20_u32 << 20).map(|n| (n ^ (n >> 8)) as u8).collect();
        rig.send(message.clone());
        if security == Security::Implicit {
            rig.tls_done().await;
        }
        let mut sent = 0;
        let mut back = Vec::new();
        while back.len() < message.len() {
            match rig.next().await {
                Happened::Received(more) => back.extend_from_slice(&more),
                Happened::Sent { octets } => sent += octets,
                Happened::Attempt { .. } | Happened::Connected { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(back == message, "the octets changed on the way");
        assert!(sent <= message.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, for an optimised build"]
#[expect(clippy::disallowed_methods, reason = "the measurement reads the clock")]
async fn how_fast_octets_come_in() {
    for security in [Security::Plain, Security::Implicit] {
        let tls = acceptor(&["mail.example.test"]);
        let total = 1_usize << 30;
        let (address, _task) = server(move |tcp| async move {
            async fn pour<S: AsyncWrite + Unpin>(mut stream: S, total: usize) {
                let block = vec![b'f'; 256 << 10];
                for _ in 0..total / block.len() {
                    stream.write_all(&block).await.unwrap();
                }
                stream.shutdown().await.unwrap();
            }
            match security {
                Security::Implicit => pour(tls.accept(tcp).await.unwrap(), total).await,
                _ => pour(tcp, total).await,
            }
        })
        .await;
        let mut rig = Rig::new(256, None);
        rig.connect(to(address, security));
        if security == Security::Implicit {
            rig.tls_done().await;
        }
        let began = Instant::now();
        let (mut octets, mut events) = (0, 0);
        while octets < total {
            if let Happened::Received(more) = rig.next_of_note().await {
                octets += more.len();
                events += 1;
            }
        }
        let rate = octets as f64 / began.elapsed().as_secs_f64() / 1e6;
        println!("{security:?}: {rate:.0} MB/s, {} octets an event", octets / events);
    }
}

#[tokio::test]
async fn dropping_the_net_drops_its_connections() {
    let (address, task) = server(|mut tcp| async move { tcp.read(&mut [0; 8]).await }).await;
    let mut rig = Rig::new(16, None);
    rig.connect(to(address, Security::Plain));
    assert!(matches!(rig.next().await, Happened::Attempt { .. }));
    assert!(matches!(rig.next().await, Happened::Connected { .. }));
    drop(rig.net);
    assert!(timeout(SOON, task).await.unwrap().unwrap().is_ok_and(|n| n == 0));
    assert!(rig.events.recv().await.is_none());
}

#[tokio::test]
async fn effects_of_the_loop_come_back() {
    let mut rig = Rig::new(16, None);
    for effect in [Effect::Quit, Effect::Suspend, Effect::Copy("x".to_owned())] {
        assert_eq!(rig.net.perform(effect.clone()), Some(effect));
    }
    rig.net.perform(Effect::ReadFile { path: PathBuf::from("/"), limit: 1 });
    let Some(Event::File { content: Err(why), .. }) = rig.events.recv().await else { panic!() };
    assert!(why.contains("directory"), "{why}");
}

#[tokio::test]
async fn the_practice_world_answers_as_the_real_one() {
    let world = Practice::start(Clock::start()).await.unwrap();
    let mut rig = Rig::new(16, Some(world.clone()));

    // DNS, the race, STARTTLS and trust, all by virtual names and addresses.
    rig.connect(plan(Host::Name("mx1.example.test".to_owned()), 25, Security::Plain));
    assert!(matches!(rig.next().await, Happened::Resolving { .. }));
    let Happened::Resolved { addresses, .. } = rig.next().await else { panic!() };
    assert_eq!(addresses.first(), Some(&"2001:db8::25".parse().unwrap()));
    assert!(matches!(rig.next().await, Happened::Attempt { .. }));
    let Happened::Connected { peer, practice, .. } = rig.next().await else { panic!() };
    assert_eq!(peer, "[2001:db8::25]:25".parse().unwrap());
    assert_eq!(practice, world.map(peer));
    assert!(rig.received(4).await.starts_with(b"220 "));
    rig.send("EHLO client.example\r\n");
    rig.received(5).await;
    rig.send("STARTTLS\r\n");
    assert!(rig.received(4).await.starts_with(b"220"));
    rig.start_tls("mx1.example.test");
    let report = rig.tls_done().await;
    assert_eq!((report.name, report.system_trust), (Verdict::Good, Verdict::Good));
    assert!(!report.mozilla_trust.is_good());
    rig.send("QUIT\r\n");
    let (bye, end) = rig.all().await;
    assert!(bye.starts_with(b"221"), "{bye:?}");
    assert!(matches!(end, Happened::Closed(Closing::Peer)), "{end:?}");

    // A documentation address where nothing listens is refused, in its own name.
    rig.connect(to("198.51.100.7:25".parse().unwrap(), Security::Plain));
    assert!(matches!(rig.next().await, Happened::Attempt { .. }));
    let Happened::AttemptFailed { address, failure, .. } = rig.next().await else { panic!() };
    assert_eq!((address.ip().to_string().as_str(), failure.kind), ("198.51.100.7", SocketTrouble::Refused));
    assert!(matches!(rig.next().await, Happened::NotConnected));

    let query = Query { name: "example.test".to_owned(), kind: RecordType::Mx };
    rig.net.perform(Effect::Query {
        id: QueryId(1),
        query,
        resolver: Resolver::System,
        options: QueryOptions::default(),
    });
    let Some(Event::Answered { answer, .. }) = rig.events.recv().await else { panic!() };
    assert_eq!(answer.server(), Some(world.dns()));
    assert!(!answer.reply.unwrap().answers.is_empty());
    assert_eq!(world.listing().len(), crate::practice::listeners().len());
    assert!(world.is_ours("MAIL.example.test") && !world.is_ours("example.org"));
    assert!(world.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[tokio::test]
async fn an_idling_client_of_the_practice_world_hears_of_new_mail() {
    let world = Practice::start(Clock::start()).await.unwrap();
    let mut imap = Rig::new(16, Some(world.clone()));
    imap.connect(plan(Host::Name("mail.example.test".to_owned()), 993, Security::Implicit));
    while !matches!(imap.next().await, Happened::Connected { .. }) {}
    let report = imap.tls_done().await;
    assert_eq!((report.name, report.system_trust), (Verdict::Good, Verdict::Good));
    imap.hear("* OK").await;
    for (command, answer) in
        [("a LOGIN alice \"correct horse\"\r\n", "a OK"), ("b SELECT INBOX\r\n", "b OK"), ("c IDLE\r\n", "+ ")]
    {
        imap.send(command);
        imap.hear(answer).await;
    }
    let mut smtp = Rig::new(16, Some(world));
    smtp.connect(to("192.0.2.25:25".parse().unwrap(), Security::Plain));
    smtp.hear("220 ").await;
    for (command, answer) in [
        ("EHLO client.example\r\n", "250 "),
        ("MAIL FROM:<bob@example.org>\r\n", "250 "),
        ("RCPT TO:<alice@example.test>\r\n", "250 "),
        ("DATA\r\n", "354 "),
        ("Subject: news\r\n\r\nNews.\r\n.\r\n", "250 "),
    ] {
        smtp.send(command);
        smtp.hear(answer).await;
    }
    imap.hear("EXISTS").await;
    smtp.send("HELP FLOOD 20000\r\n");
    let flood = smtp.hear("214 2.0.0 the flood is over\r\n").await;
    assert_eq!(flood.lines().filter(|line| line.starts_with("214-")).count(), 20_000);
}
