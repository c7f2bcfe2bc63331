//! Handshakes with servers of our own.

use std::io::Read as _;
use std::net::Ipv4Addr;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::net::authority::Authority;
use crate::net::clock::Clock;
use crate::net::trust::Trust;

const NAME: &str = "mail.example.test";
const LIMIT: Duration = Duration::from_secs(20);

/// An authority, and a client that trusts it.
fn house(means: Means) -> (Authority, Client) {
    let clock = Clock::start();
    let authority = Authority::new(clock.wall(clock.now())).unwrap();
    let trust = Arc::new(Trust::new(Some(authority.der())));
    (authority, Client { clock, trust, means: Arc::new(means), world: None })
}

fn ask() -> Ask<'static> {
    Ask::plain(NAME, LIMIT)
}

/// One connection to a server of this making. It reads one octet, so that tickets of TLS 1.3 have come.
async fn meet(server: ServerConfig, client: &Client, ask: &Ask<'_>) -> TlsReport {
    let acceptor = TlsAcceptor::from(Arc::new(server));
    meet_again(&acceptor, client, ask).await
}

async fn meet_again(acceptor: &TlsAcceptor, client: &Client, ask: &Ask<'_>) -> TlsReport {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let tcp = listener.accept().await.unwrap().0;
        let mut stream = acceptor.accept(tcp).await.unwrap();
        stream.write_all(b"!").await.unwrap();
        stream.shutdown().await.unwrap();
        // A client that leaves first would lose what is still on its way to it.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    };
    let speak = async {
        let tcp = TcpStream::connect(address).await.unwrap();
        let mut secured = handshake(tcp, ask, client).await.unwrap();
        assert_eq!(secured.stream.read_u8().await.unwrap(), b'!');
        *secured.report
    };
    tokio::join!(serve, speak).1
}

fn server(authority: &Authority) -> ServerConfig {
    ServerConfig::clone(&authority.server(&[NAME]).unwrap())
}

#[tokio::test]
async fn the_chain_as_it_was_built() {
    let (authority, client) = house(Means::default());
    let report = meet(server(&authority), &client, &ask()).await;
    let path = report.system_path.unwrap();
    assert_eq!(path.between, Vec::<Vec<u8>>::new());
    let der = authority.der();
    let (_, root) = X509Certificate::from_der(&der).unwrap();
    assert_eq!(path.root, root.subject().as_raw());
    assert_eq!(report.mozilla_path, None);
    assert_eq!((report.kind, report.client_certificate), (Kind::Full, None));
    assert_eq!(report.scheme.as_deref(), Some("ecdsa_secp256r1_sha256"));
}

#[tokio::test]
async fn both_ends_export_the_same_binding() {
    let (authority, client) = house(Means::default());
    let report = meet(server(&authority), &client, &ask()).await;
    assert_eq!(report.exporter.map(|exported| exported.expose().len()), Some(EXPORTED));
    let old = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth();
    let (leaf, key) = authority.leaf(&[NAME]).unwrap();
    let report = meet(old.with_single_cert(vec![leaf], key).unwrap(), &client, &ask()).await;
    assert_eq!((report.version.as_str(), report.exporter), ("TLS 1.2", None));
}

#[tokio::test]
async fn an_ocsp_staple_is_kept() {
    let (authority, client) = house(Means::default());
    let (leaf, key) = authority.leaf(&[NAME]).unwrap();
    let staple = vec![0x30, 3, 0x0a, 1, 6];
    let server = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert_with_ocsp(vec![leaf], key, staple.clone())
        .unwrap();
    assert_eq!(meet(server, &client, &ask()).await.ocsp, staple);
}

#[tokio::test]
async fn a_session_is_taken_up_again_only_where_that_is_wanted() {
    let (authority, client) = house(Means::default());
    let acceptor = TlsAcceptor::from(authority.server(&[NAME]).unwrap());
    let with = |sessions| Ask { sessions, ..ask() };
    for (sessions, kind) in [
        (Sessions::Offer, Kind::Full),
        (Sessions::Keep, Kind::Full),
        (Sessions::Forget, Kind::Full),
        (Sessions::Keep, Kind::Full),
        (Sessions::Offer, Kind::Resumed),
    ] {
        let report = meet_again(&acceptor, &client, &with(sessions)).await;
        assert_eq!((report.kind, report.chain.len()), (kind, 1), "{sessions:?}");
        assert!(report.name.is_good() && report.system_trust.is_good(), "{sessions:?}");
    }
}

#[tokio::test]
async fn a_certificate_is_shown_to_who_asks_and_where_it_may_be() {
    let (authority, _) = house(Means::default());
    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(vec!["me.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    let means = Means::default().with_certificate(own.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let (_, client) = house(means);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(own.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
        .allow_unauthenticated()
        .build()
        .unwrap();
    let (leaf, server_key) = authority.leaf(&[NAME]).unwrap();
    let asks = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![leaf], server_key)
        .unwrap();
    for identity in [true, false] {
        let request = meet(asks.clone(), &client, &Ask { identity, ..ask() }).await.client_certificate.unwrap();
        assert_eq!(request.sent, identity);
        let (_, subject) = X509Certificate::from_der(own.der()).unwrap();
        assert_eq!(request.authorities, [subject.subject().as_raw()]);
    }
}

#[tokio::test]
async fn the_key_log_has_the_lines_that_wireshark_reads() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let (authority, client) = house(Means::default().with_key_log(file.reopen().unwrap()));
    meet(server(&authority), &client, &ask()).await;
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    for label in ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"] {
        let line = text.lines().find(|line| line.starts_with(label)).unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!((words.len(), words[1].len()), (3, 64), "{line}");
        assert!(words[1..].iter().all(|word| word.bytes().all(|b| b.is_ascii_hexdigit())), "{line}");
    }
}

#[tokio::test]
async fn a_chain_is_judged_without_a_handshake() {
    let (authority, client) = house(Means::default());
    let certificates = vec![authority.leaf(&[NAME]).unwrap().0.to_vec()];
    let judged = |name: &str| Chain { name: name.to_owned(), certificates: certificates.clone() };
    let judgement = judge(&judged(NAME), &client).await;
    assert_eq!((judgement.name, judgement.system), (Verdict::Good, Verdict::Good));
    assert!(judgement.system_path.is_some() && judgement.mozilla_path.is_none());
    assert!(matches!(judge(&judged("mx.example.test"), &client).await.name, Verdict::Bad(_)));
    assert!(matches!(judge(&judged("no name"), &client).await.name, Verdict::Unknown(_)));
    let empty = Chain { name: NAME.to_owned(), certificates: Vec::new() };
    assert!(matches!(judge(&empty, &client).await.system, Verdict::Unknown(_)));
}

#[tokio::test]
async fn the_group_is_post_quantum_where_the_program_was_built_so() {
    let (authority, client) = house(Means::default());
    let report = meet(server(&authority), &client, &ask()).await;
    let group = if cfg!(feature = "aws-lc-rs") { "X25519MLKEM768" } else { "X25519" };
    assert_eq!(report.group.as_deref(), Some(group));
}
