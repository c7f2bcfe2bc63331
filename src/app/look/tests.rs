//! Looks at servers that say what a test wants them to say.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::looks::AT_ONCE;
use super::*;
use crate::app::effect::Family;
use crate::app::event::ResolveFailure;
use crate::app::investigator::Investigator;
use crate::app::options::Options;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::investigation::{Came, Investigation, Want};
use crate::diagnosis::survey::Row;
use crate::diagnosis::tls::{TlsFailure, Verdict};
use crate::protocol::endpoint::{Endpoint, Target, parse_target};
use crate::protocol::tls::AlertDescription;

/// How a server ends a line of its script: it closes.
const CLOSE: &str = "CLOSE";

/// What happens when a connection is opened.
#[derive(Clone)]
enum Fate {
    NoName,
    Refused,
    /// Connected, then nothing.
    Silent,
    /// The greeting, and what is said to a line that begins like this (behind its tag).
    Says(&'static str, &'static [(&'static str, &'static str)]),
    /// The same, and the handshake fails.
    NoTls(&'static str, &'static [(&'static str, &'static str)], TlsFailure),
}

use Fate::{NoName, NoTls, Refused, Says, Silent};

/// Wants looks and keeps what came.
#[derive(Debug, Default)]
struct Wanting {
    wants: Vec<Endpoint>,
    came: usize,
}

impl Investigation for Wanting {
    fn title(&self) -> String {
        "looks".to_owned()
    }

    fn wants(&mut self) -> Vec<Want> {
        std::mem::take(&mut self.wants).into_iter().map(Want::Look).collect()
    }

    fn came(&mut self, came: Came, _now: i64) {
        assert!(matches!(came, Came::Look(_)));
        self.came += 1;
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        (vec![Row::default(); self.came], Vec::new())
    }
}

fn endpoint(url: &str) -> Endpoint {
    let (url, starttls) = url.strip_suffix(" STARTTLS").map_or((url, false), |url| (url, true));
    let Ok(Target::Endpoint(mut endpoint)) = parse_target(&[url]) else { panic!("{url}") };
    if starttls {
        endpoint.security = Security::StartTls;
    }
    endpoint
}

fn options() -> Options {
    Options::new("client.example.test", "2026-11-21T00:00:00+00:00[UTC]".parse().unwrap())
}

fn peer() -> SocketAddr {
    "192.0.2.25:25".parse().unwrap()
}

fn report(name: &str) -> Box<TlsReport> {
    let certificate = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    Box::new(TlsReport {
        version: "TLS 1.3".to_owned(),
        cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
        group: None,
        asked_name: name.to_owned(),
        sni: Some(name.to_owned()),
        alpn: None,
        chain: vec![certificate.cert.der().to_vec()],
        name: Verdict::Good,
        system_trust: Verdict::Good,
        mozilla_trust: Verdict::Good,
        handshake_signature: Verdict::Good,
        judged_at: 1_795_219_200,
        took: Duration::ZERO,
        ..TlsReport::unjudged("")
    })
}

/// One look and the server it meets.
struct Meeting {
    looks: Looks,
    fate: Fate,
    now: Moment,
    coming: Vec<(ConnectionId, Happened)>,
    sent: Vec<String>,
    tls: bool,
    /// Octets go one by one.
    cut: bool,
}

impl Meeting {
    fn new(fate: Fate, cut: bool) -> Self {
        let (looks, now) = (Looks::new(&options()), Moment(1_000_000));
        Self { looks, fate, now, coming: Vec::new(), sent: Vec::new(), tls: false, cut }
    }

    fn look(&mut self, url: &str) -> Seen {
        match self.run(Errand::Look(endpoint(url))) {
            Came::Look(seen) => *seen,
            other => panic!("{other:?}"),
        }
    }

    fn run(&mut self, errand: Errand) -> Came {
        let mut effects = Effects::new();
        self.looks.want(errand, Resolver::System, &mut effects);
        loop {
            for effect in std::mem::take(&mut effects) {
                self.perform(effect);
            }
            let came = if self.coming.is_empty() {
                self.now = self.now + PATIENCE;
                self.looks.tick(self.now, &mut effects).pop()
            } else {
                let (id, what) = self.coming.remove(0);
                self.looks.happened(id, what, self.now, &mut effects)
            };
            if let Some(came) = came {
                assert!(self.looks.len() == 0);
                return came;
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { id, plan } => self.connect(id, &plan),
            Effect::Send { id, octets } => self.answer(id, &octets),
            Effect::StartTls { id, name } => self.handshake(id, &name),
            Effect::Close { .. } | Effect::Wake(_) => {}
            other => panic!("{other:?}"),
        }
    }

    fn connect(&mut self, id: ConnectionId, plan: &ConnectPlan) {
        assert!(is_look(id));
        let host = plan.endpoint.host.to_string();
        self.coming.push((id, Happened::Resolving { name: host.clone() }));
        match &self.fate {
            NoName => self.coming.push((id, Happened::NotResolved(ResolveFailure::NoSuchName))),
            Refused => {
                let failure = SocketFailure { kind: SocketTrouble::Refused, errno: Some(111), text: "no".to_owned() };
                let took = Duration::from_millis(2);
                self.coming.push((id, Happened::AttemptFailed { address: peer(), took, failure }));
                self.coming.push((id, Happened::NotConnected));
            }
            Silent | Says(..) | NoTls(..) => {
                let took = Duration::ZERO;
                self.coming.push((id, Happened::Connected { local: peer(), peer: peer(), practice: None, took }));
                if plan.endpoint.security == Security::Implicit {
                    self.handshake(id, &host);
                }
                if let Says(greeting, _) | NoTls(greeting, ..) = &self.fate {
                    self.arrive(id, greeting);
                }
            }
        }
    }

    fn handshake(&mut self, id: ConnectionId, name: &str) {
        self.tls = true;
        self.coming.push((
            id,
            match &self.fate {
                NoTls(_, _, failure) => Happened::TlsFailed(failure.clone()),
                _ => Happened::TlsDone(report(name)),
            },
        ));
    }

    fn answer(&mut self, id: ConnectionId, octets: &[u8]) {
        let line = std::str::from_utf8(octets).unwrap().strip_suffix("\r\n").unwrap().to_owned();
        let bare = line.strip_prefix(|c| c == 'a').map_or(line.as_str(), |rest| rest.split_once(' ').unwrap().1);
        let verb = bare.split(' ').next().unwrap();
        let harmless = ["EHLO", "LHLO", "CAPABILITY", "CAPA", "STARTTLS", "STLS", "QUIT", "LOGOUT"];
        assert!(harmless.contains(&verb), "{line} is no business of a look");
        let mark = if self.tls { "TLS " } else { "" };
        let wanted = format!("{mark}{bare}");
        self.sent.push(format!("{mark}{line}"));
        let (Says(_, lines) | NoTls(_, lines, _)) = &self.fate else { panic!("{line}") };
        if let Some((_, reply)) = lines.iter().find(|(start, _)| wanted.starts_with(start)) {
            self.arrive(id, reply);
        }
    }

    fn arrive(&mut self, id: ConnectionId, text: &str) {
        let (text, closes) = text.strip_suffix(CLOSE).map_or((text, false), |text| (text, true));
        let octets = text.as_bytes();
        for piece in octets.chunks(if self.cut { 1 } else { octets.len().max(1) }) {
            self.coming.push((id, Happened::Received(Bytes::copy_from_slice(piece))));
        }
        if closes {
            self.coming.push((id, Happened::Closed(Closing::Peer)));
        }
    }
}

/// The look with a few words each: what was said, whether STARTTLS is offered, the mechanisms, TLS, and the failure.
fn told(seen: &Seen) -> String {
    let mut words = Vec::new();
    if let Some(offered) = seen.starttls() {
        words.push(if offered { "starttls" } else { "no starttls" }.to_owned());
    }
    if seen.offers.known {
        words.push(format!("offers {}", seen.offers.list().len()));
    }
    words.extend(seen.offers.mechanisms());
    words.extend(seen.tls.iter().map(|_| "TLS".to_owned()));
    if seen.injected > 0 {
        words.push(format!("injected {}", seen.injected));
    }
    if let Some(failure) = &seen.failure {
        words.push(format!("{:?}: {}", failure.stage, failure.says));
    }
    words.join(" ")
}

const SMTP: &[(&str, &str)] = &[
    ("EHLO client.example.test", "250-mx\r\n250-SIZE 5\r\n250 STARTTLS\r\n"),
    ("STARTTLS", "220 go\r\n"),
    ("TLS EHLO client.example.test", "250-mx\r\n250 AUTH PLAIN LOGIN\r\n"),
    ("QUIT", "221 bye\r\n"),
    ("TLS QUIT", "221 bye\r\n"),
];

#[test]
fn looks_at_servers_right_and_wrong() {
    let quiet = "192.0.2.25:25 refused after 2 ms (errno 111: no): the host is up, nothing listens on this port";
    for (url, fate, sent, expect) in [
        ("smtp://mx.test", Says("220 mx\r\n", SMTP), &["EHLO client.example.test", "QUIT"][..], "starttls offers 2"),
        (
            "smtp://mx.test STARTTLS",
            Says("220-mx\r\n220 hello\r\n", SMTP),
            &["EHLO client.example.test", "STARTTLS", "TLS EHLO client.example.test", "TLS QUIT"],
            "starttls offers 1 PLAIN LOGIN TLS",
        ),
        (
            "smtps://mx.test",
            Says("220 mx\r\n", SMTP),
            &["TLS EHLO client.example.test", "TLS QUIT"],
            "offers 1 PLAIN LOGIN TLS",
        ),
        (
            "lmtp://mx.test",
            Says("220 mx\r\n", &[("LHLO", "250 mx\r\n"), ("QUIT", "221 bye\r\n")]),
            &["LHLO client.example.test", "QUIT"],
            "no starttls offers 0",
        ),
        (
            "imap://mx.test STARTTLS",
            Says(
                "* OK [CAPABILITY IMAP4rev1] hi\r\n",
                &[
                    ("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK\r\n"),
                    ("STARTTLS", "a2 OK go\r\n"),
                    ("TLS CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na3 OK\r\n"),
                    ("TLS LOGOUT", "* BYE\r\na4 OK\r\n"),
                ],
            ),
            &["a1 CAPABILITY", "a2 STARTTLS", "TLS a3 CAPABILITY", "TLS a4 LOGOUT"],
            "starttls offers 2 PLAIN TLS",
        ),
        (
            "imaps://mx.test",
            Says("* PREAUTH hi\r\n", &[("TLS CAPABILITY", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n")]),
            &["TLS a1 CAPABILITY", "TLS a2 LOGOUT"],
            "offers 1 TLS",
        ),
        (
            "imap://mx.test STARTTLS",
            Says("* PREAUTH hi\r\n", &[("LOGOUT", "* BYE\r\na1 OK\r\n")]),
            &["a1 LOGOUT"],
            "StartTls: * PREAUTH hi leaves no room for STARTTLS: we are logged in already",
        ),
        ("imap://mx.test", Says("* BYE too many\r\n", &[]), &[], "Greeting: refused at the door: * BYE too many"),
        (
            "imap://mx.test",
            Says("* OK\r\n", &[("CAPABILITY", "* BYE [UNAVAILABLE] down\r\nCLOSE")]),
            &["a1 CAPABILITY"],
            "Capabilities: the server takes its leave: * BYE [UNAVAILABLE] down",
        ),
        (
            "pop3://mx.test STARTTLS",
            Says(
                "+OK\r\n",
                &[
                    ("CAPA", "+OK\r\nSTLS\r\n.\r\n"),
                    ("STLS", "+OK\r\n"),
                    ("TLS CAPA", "+OK\r\nSASL PLAIN\r\nUSER\r\n.\r\n"),
                    ("TLS QUIT", "+OK\r\n"),
                ],
            ),
            &["CAPA", "STLS", "TLS CAPA", "TLS QUIT"],
            "starttls offers 2 PLAIN TLS",
        ),
        (
            "pop3://mx.test",
            Says("+OK\r\n", &[("CAPA", "-ERR what\r\n")]),
            &["CAPA", "QUIT"],
            "Capabilities: CAPA is refused: -ERR what",
        ),
        ("pop3://mx.test", Says("-ERR [IN-USE] no\r\n", &[]), &[], "Greeting: refused at the door: -ERR [IN-USE] no"),
        (
            "smtp://mx.test STARTTLS",
            Says("220 mx\r\n", &[("EHLO", "250 mx\r\n"), ("QUIT", "221 bye\r\n")]),
            &["EHLO client.example.test", "QUIT"],
            "no starttls offers 0 StartTls: the server does not offer STARTTLS",
        ),
        (
            "smtp://mx.test STARTTLS",
            Says("220 mx\r\n", &[("EHLO", "250 STARTTLS\r\n"), ("EHLO", "")]),
            &["EHLO client.example.test", "QUIT"],
            "no starttls offers 0 StartTls: the server does not offer STARTTLS",
        ),
        (
            "smtp://mx.test STARTTLS",
            Says("220 mx\r\n", &[("EHLO", "250-mx\r\n250 STARTTLS\r\n"), ("STARTTLS", "454 4.7.0 no key\r\n")]),
            &["EHLO client.example.test", "STARTTLS", "QUIT"],
            "starttls offers 1 StartTls: STARTTLS is offered and refused: 454 4.7.0 no key",
        ),
        (
            "smtp://mx.test STARTTLS",
            Says("220 mx\r\n", &[("EHLO", "250-mx\r\n250 STARTTLS\r\n"), ("STARTTLS", "421 4.3.2 bye\r\nCLOSE")]),
            &["EHLO client.example.test", "STARTTLS"],
            "starttls offers 1 StartTls: STARTTLS is offered and refused: 421 4.3.2 bye",
        ),
        (
            "smtp://mx.test STARTTLS",
            Says(
                "220 mx\r\n",
                &[
                    ("EHLO", "250-mx\r\n250 STARTTLS\r\n"),
                    ("STARTTLS", "220 go\r\n250-mx\r\n250 AUTH FAKE\r\n"),
                    ("TLS EHLO", "250 mx\r\n"),
                ],
            ),
            &["EHLO client.example.test", "STARTTLS", "TLS EHLO client.example.test", "TLS QUIT"],
            "starttls offers 0 TLS injected 23",
        ),
        (
            "smtp://mx.test STARTTLS",
            NoTls("220 mx\r\n", SMTP, TlsFailure::Alert(AlertDescription::HANDSHAKE_FAILURE)),
            &["EHLO client.example.test", "STARTTLS"],
            "starttls offers 2 Handshake: the server ended the handshake with the alert handshake_failure",
        ),
        (
            "smtps://mx.test",
            NoTls("", &[], TlsFailure::Plaintext(b"220 mx\r\n".to_vec())),
            &[],
            "Handshake: the server speaks plain text where TLS was expected: 220 mx",
        ),
        ("smtp://mx.test", NoName, &[], "Connection: could not resolve mx.test: the name does not exist (NXDOMAIN)"),
        ("smtp://mx.test", Refused, &[], &format!("Connection: {quiet}")),
        ("smtp://mx.test", Silent, &[], "Greeting: accepted, then silent: no greeting for 15.0 s"),
        ("imaps://mx.test", Silent, &[], "TLS Greeting: no greeting for 15.0 s after the handshake"),
        (
            "smtp://mx.test",
            Says("220 mx\r\n", &[]),
            &["EHLO client.example.test"],
            "Capabilities: no answer to EHLO for 15.0 s",
        ),
        (
            "smtp://mx.test STARTTLS",
            Says("220 mx\r\n", &[("EHLO", "250-mx\r\n250 STARTTLS\r\n")]),
            &["EHLO client.example.test", "STARTTLS"],
            "starttls offers 1 StartTls: no answer to STARTTLS for 15.0 s",
        ),
        (
            "smtp://mx.test",
            Says("554-5.7.1 not you\r\n554 5.7.1 go away\r\n", SMTP),
            &["QUIT"],
            "Greeting: refused at the door: 554-5.7.1 not you / 554 5.7.1 go away",
        ),
        ("smtp://mx.test", Says("421 busy\r\n", &[]), &[], "Greeting: refused at the door: 421 busy"),
        (
            "smtp://mx.test",
            Says("220 mx\r\n", &[("EHLO", "502 what\r\n"), ("QUIT", "221\r\n")]),
            &["EHLO client.example.test", "QUIT"],
            "Capabilities: EHLO is refused: 502 what",
        ),
        (
            "smtp://mx.test",
            Says("220 mx\r\n", &[("EHLO", "999 what\r\n")]),
            &["EHLO client.example.test", "QUIT"],
            "Capabilities: EHLO is refused: 999 what",
        ),
        ("smtp://mx.test", Says("CLOSE", &[]), &[], "Greeting: closed by the server after 0 µs, before any greeting"),
        (
            "smtp://mx.test",
            Says("220 mx\r\n", &[("EHLO", "250-mx\r\n250-SIZCLOSE")]),
            &["EHLO client.example.test"],
            "Capabilities: closed by the server 0 µs after EHLO",
        ),
        (
            "smtp://mx.test",
            Says("* OK IMAP\x1b[2J\r\n", &[]),
            &[],
            "Greeting: the server does not speak SMTP: it said \"* OK IMAP␛[2J\"",
        ),
        (
            "imap://mx.test",
            Says("220 mx\r\n", &[]),
            &[],
            "Greeting: the server does not speak IMAP: it said \"220 mx\"",
        ),
        (
            "smtp://mx.test",
            Says("\x15\x03\x01\0\x02\x02\x28", &[]),
            &[],
            "Greeting: the server speaks TLS where plain text was expected",
        ),
    ] {
        for cut in [false, true] {
            // A record of TLS is told from text by its first octets together.
            if cut && expect.contains("speaks TLS") {
                continue;
            }
            let mut meeting = Meeting::new(fate.clone(), cut);
            let seen = meeting.look(url);
            assert_eq!(told(&seen), expect, "{url} {:#?}", seen.said);
            assert_eq!(meeting.sent, sent, "{url} {expect}");
            let next = seen.failure.as_ref().map(|failure| failure.next.as_str());
            assert_ne!(next, Some(""), "{url} {expect}");
            assert_eq!(seen.endpoint, endpoint(url));
            assert_eq!(seen.remote.is_some(), !matches!(fate, NoName | Refused), "{url}");
        }
    }
}

#[test]
fn what_was_said_is_kept_in_the_notation() {
    let seen = Meeting::new(Says("220-mx\x07\r\n220 hello\r\n", SMTP), true).look("smtp://mx.test STARTTLS");
    assert_eq!(seen.greeting, "220-mx␇");
    assert_eq!(
        seen.said,
        [
            "-- TCP to 192.0.2.25:25",
            "S: 220-mx\\x07",
            "S: 220 hello",
            "C: EHLO client.example.test",
            "S: 250-mx",
            "S: 250-SIZE 5",
            "S: 250 STARTTLS",
            "C: STARTTLS",
            "S: 220 go",
            "-- TLS 1.3 TLS_AES_128_GCM_SHA256 · trusted by this machine · name matches mx.test · 755728 days left",
            "C: EHLO client.example.test",
            "S: 250-mx",
            "S: 250 AUTH PLAIN LOGIN",
            "C: QUIT",
            "S: 221 bye",
        ]
    );
    assert_eq!(seen.certificate(), Some(Verdict::Good));
    assert!(crate::dialogue::parse(&seen.said.join("\n")).is_ok());
    let refused = Meeting::new(Refused, false).look("smtp://mx.test");
    assert!(refused.said[0].starts_with("-- 192.0.2.25:25 refused"), "{:?}", refused.said);
}

/// A look that is connected, and its number.
fn connected(looks: &mut Looks, effects: &mut Effects) -> ConnectionId {
    looks.want(Errand::Look(endpoint("smtp://mx.test")), Resolver::System, effects);
    let Some(Effect::Connect { id, .. }) = effects.first() else { panic!("{effects:?}") };
    let id = *id;
    let connected = Happened::Connected { local: peer(), peer: peer(), practice: None, took: Duration::ZERO };
    assert!(looks.happened(id, connected, Moment(0), effects).is_none());
    id
}

#[test]
fn a_server_without_end_is_left() {
    for octets in [&b"x"[..], b"220-\r\n", b"\r\n", b"220-\x1b\x1b\x1b\x1b\r\n"] {
        let (mut looks, mut effects) = (Looks::new(&options()), Effects::new());
        let id = connected(&mut looks, &mut effects);
        let flood = Bytes::from(octets.repeat(20_000 / octets.len()));
        let mut rounds = 0;
        let seen = loop {
            rounds += 1;
            assert!(rounds < 100, "{octets:?}");
            if let Some(came) = looks.happened(id, Happened::Received(flood.clone()), Moment(0), &mut effects) {
                let Came::Look(seen) = came else { panic!("{came:?}") };
                break seen;
            }
        };
        assert!(seen.failure.is_some(), "{octets:?}");
        assert!(seen.said.iter().map(String::len).sum::<usize>() < 200 << 10, "{}", seen.said.len());
        assert!(matches!(effects.last(), Some(Effect::Close { .. })), "{effects:?}");
    }
}

#[test]
fn a_client_without_a_name_says_its_address() {
    let (mut looks, mut effects) = (Looks::new(&Options { ehlo_name: String::new(), ..options() }), Effects::new());
    let id = connected(&mut looks, &mut effects);
    effects.clear();
    looks.happened(id, Happened::Received(Bytes::from_static(b"220 mx\r\n")), Moment(0), &mut effects);
    assert_eq!(effects.last(), Some(&Effect::Send { id, octets: Bytes::from_static(b"EHLO [192.0.2.25]\r\n") }));
}

#[test]
fn a_farewell_is_not_waited_for_long() {
    let (mut looks, mut effects) = (Looks::new(&options()), Effects::new());
    let id = connected(&mut looks, &mut effects);
    let said = "220 mx\r\n250 mx\r\n";
    for line in said.split_inclusive('\n') {
        let what = Happened::Received(Bytes::from_static(line.as_bytes()));
        assert!(looks.happened(id, what, Moment(0), &mut effects).is_none());
    }
    let until = effects.iter().rev().find_map(|effect| match effect {
        Effect::Wake(at) => Some(*at),
        _ => None,
    });
    assert_eq!(until, Some(Moment(3_000_000)));
    assert!(looks.tick(Moment(2_999_999), &mut effects).is_empty());
    let came = looks.tick(Moment(3_000_000), &mut effects);
    assert!(matches!(came.as_slice(), [Came::Look(seen)] if seen.failure.is_none()), "{came:?}");
    assert_eq!(effects.last(), Some(&Effect::Close { id, abort: true }));
}

#[test]
fn a_few_at_the_same_time_and_none_twice() {
    let options = Options { family: Some(Family::V4), sni: Some("x.test".to_owned()), ..options() };
    let mut investigator = Investigator::new(&options);
    let wants: Vec<Endpoint> = (0..6).map(|n| endpoint(&format!("imaps://mx{n}.test"))).collect();
    let mut effects = Effects::new();
    let resolver = Resolver::parse("9.9.9.9").unwrap();
    investigator.begin(Box::new(Wanting { wants, came: 0 }), resolver.clone(), &mut effects);
    let opened = |effects: &Effects| -> Vec<ConnectionId> {
        let ids = effects.iter().filter_map(|effect| match effect {
            Effect::Connect { id, plan } => {
                assert_eq!((plan.family, &plan.sni, &plan.resolver), (Some(Family::V4), &None, &resolver));
                Some(*id)
            }
            _ => None,
        });
        ids.collect()
    };
    let first = opened(&effects);
    assert_eq!((first.len(), investigator.pending()), (AT_ONCE, 6));
    assert!(first.iter().all(|id| is_look(*id)) && !is_look(ConnectionId(7)));
    effects.clear();
    let failed = || Happened::NotResolved(ResolveFailure::NoAddress);
    assert!(!investigator.happened(ConnectionId(0), failed(), Moment(0), 0, &mut effects), "the id of a tab");
    assert!(investigator.happened(first[1], failed(), Moment(0), 0, &mut effects));
    assert!(!investigator.happened(first[1], failed(), Moment(0), 0, &mut effects), "it is over");
    assert_eq!((opened(&effects).len(), investigator.pending()), (1, 5));
    assert_eq!(investigator.investigation().unwrap().table().0.len(), 1);
    // Whoever begins anew is not told what the old looks see.
    effects.clear();
    investigator.begin(Box::new(Wanting::default()), resolver.clone(), &mut effects);
    let closed = effects.iter().filter(|effect| matches!(effect, Effect::Close { abort: true, .. })).count();
    assert_eq!((closed, investigator.pending()), (AT_ONCE, 0));
    assert!(!investigator.happened(first[0], failed(), Moment(0), 0, &mut effects));
    investigator.begin(
        Box::new(Wanting { wants: vec![endpoint("imaps://mx.test")], came: 0 }),
        resolver.clone(),
        &mut effects,
    );
    let next = opened(&effects);
    assert!(next.iter().all(|id| !first.contains(id)), "numbers are not used twice");
    // The limit counts from the first report.
    let resolving = Happened::Resolving { name: "mx.test".to_owned() };
    assert!(!investigator.tick(Moment((PATIENCE * STEPS).as_micros() as u64), 0, &mut effects));
    investigator.happened(next[0], resolving, Moment(5), 0, &mut effects);
    assert!(effects.contains(&Effect::Wake(Moment(5) + PATIENCE * STEPS)));
    assert!(!investigator.tick(Moment(4) + PATIENCE * STEPS, 0, &mut effects));
    assert!(investigator.tick(Moment(5) + PATIENCE * STEPS, 0, &mut effects));
    assert_eq!(investigator.pending(), 0);
}
