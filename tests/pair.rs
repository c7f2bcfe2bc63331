//! The model and the practice servers in one memory: whole sessions by keys, the octets between them cut at random.
//!
//! [`Pair`] does what the net room does, without a socket: it performs the effects, keeps a fake clock, and hands
//! back events. While replies are not pipelined it also checks that nothing is ever sent before the reply to what was
//! sent before has arrived whole.

#![cfg(test)]

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ehlo::app::conversation::{Conversation, Link, Way};
use ehlo::app::effect::{ConnectPlan, Effect, Effects};
use ehlo::app::event::{Closing, ConnectionId, Event, Happened};
use ehlo::app::options::Options;
use ehlo::app::plain;
use ehlo::app::state::{App, Overlay};
use ehlo::app::transcript::Kind;
use ehlo::diagnosis::Severity;
use ehlo::diagnosis::tls::{TlsReport, Verdict};
use ehlo::practice::{Output, Secured, Server, World, listeners};
use ehlo::protocol::endpoint::Security;
use ehlo::protocol::moment::Moment;
use ehlo::protocol::sasl::{Binding, BindingType, Mechanism};
use ehlo::protocol::secret::Secret;
use ehlo::protocol::verb::Phase;
use jiff::Timestamp;
use proptest::prelude::*;

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));
const PASSWORD: &str = "correct horse";
/// The password, and what PLAIN and LOGIN make of it.
const SECRETS: &[&str] = &[PASSWORD, "Y29ycmVjdCBob3JzZQ", "AGFsaWNlAGNvcnJlY3QgaG9yc2U", "Zob3JzZQ", TOKEN];

/// A token of alice's.
const TOKEN: &str = "practice-token-of-alice";
/// What both ends of every TLS connection export.
const EXPORTED: [u8; 32] = [7; 32];

/// What the practice server knows of TLS.
fn secured() -> Secured {
    Secured {
        bindings: vec![Binding { kind: BindingType::Exporter, octets: EXPORTED.to_vec() }],
        certificate: Some("alice@example.test".to_owned()),
    }
}

/// Small numbers from a seed; the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }

    /// `octets` in pieces, most of them small.
    fn cut(&mut self, mut octets: &[u8]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        while !octets.is_empty() {
            let most = [1, 3, 20, 400, 5000][self.roll(5)];
            let (piece, rest) = octets.split_at((1 + self.roll(most)).min(octets.len()));
            out.push(piece.to_vec());
            octets = rest;
        }
        out
    }
}

/// Who answers.
enum Peer {
    Practice(Box<Server>),
    /// The greeting, and what is said to a line that begins like this.
    Script(&'static [u8], &'static [(&'static str, &'static [u8])]),
}

struct Pair {
    app: App,
    world: World,
    now: Moment,
    dice: Dice,
    peers: HashMap<ConnectionId, Peer>,
    /// What a scripted host says, by name.
    scripts: HashMap<&'static str, Peer>,
    coming: VecDeque<(ConnectionId, Happened)>,
    /// Every line or message sent, in order.
    sent: Vec<String>,
    wakes: Vec<Moment>,
    /// Lines may go out before replies are whole.
    pipelining: bool,
    quit: bool,
}

fn wall() -> Timestamp {
    "2025-01-15T12:00:00Z".parse().expect("a timestamp")
}

/// What a handshake with a good certificate shows.
fn report(name: &str) -> Box<TlsReport> {
    let certificate = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
    Box::new(TlsReport {
        version: "TLS 1.3".to_owned(),
        cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
        group: Some("X25519".to_owned()),
        asked_name: name.to_owned(),
        sni: Some(name.to_owned()),
        alpn: None,
        chain: vec![certificate.cert.der().to_vec()],
        name: Verdict::Good,
        system_trust: Verdict::Good,
        mozilla_trust: Verdict::Good,
        handshake_signature: Verdict::Good,
        judged_at: wall().as_second(),
        took: Duration::from_millis(3),
        exporter: Some(Secret::new(EXPORTED.to_vec())),
        ..TlsReport::unjudged("")
    })
}

impl Pair {
    fn new(seed: u64) -> Self {
        let options = Options::new("client.example.test", wall().to_zoned(jiff::tz::TimeZone::UTC));
        Self {
            app: App::new(options, (100, 30)),
            world: World::new(wall()),
            now: Moment(0),
            dice: Dice(seed),
            peers: HashMap::new(),
            scripts: HashMap::new(),
            coming: VecDeque::new(),
            sent: Vec::new(),
            wakes: Vec::new(),
            pipelining: false,
            quit: false,
        }
    }

    fn event(&mut self, event: Event) {
        self.now = self.now + Duration::from_millis(1);
        let effects = self.app.update(event, self.now);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Effects) {
        for effect in effects {
            match effect {
                Effect::Connect { id, plan } => self.connect(id, &plan),
                Effect::Send { id, octets } => self.transmit(id, &octets),
                Effect::StartTls { id, name } => {
                    if let Some(Peer::Practice(server)) = self.peers.get_mut(&id) {
                        server.tls_established();
                        server.secured(secured());
                    }
                    // What came in clear was on the wire before the handshake.
                    self.coming.push_back((id, Happened::TlsDone(report(&name))));
                }
                Effect::Close { id, .. } => {
                    if self.peers.remove(&id).is_some() {
                        self.coming.push_back((id, Happened::Closed(Closing::Ours)));
                    }
                }
                Effect::Wake(at) => self.wakes.push(at),
                Effect::Quit => self.quit = true,
                Effect::Query { .. }
                | Effect::Fetch { .. }
                | Effect::Judge { .. }
                | Effect::ReadFile { .. }
                | Effect::AskPassword { .. }
                | Effect::ForgetPassword
                | Effect::Copy(_)
                | Effect::Suspend
                | Effect::Redraw => {}
            }
        }
    }

    fn connect(&mut self, id: ConnectionId, plan: &ConnectPlan) {
        let host = plan.endpoint.host.to_string();
        let implicit = plan.endpoint.security == Security::Implicit;
        let peer = SocketAddr::new(CLIENT, plan.endpoint.port);
        for what in [
            Happened::Resolving { name: host.clone() },
            Happened::Resolved { addresses: vec![CLIENT], took: Duration::from_millis(2) },
            Happened::Attempt { address: peer },
            Happened::Connected { local: peer, peer, practice: None, took: Duration::from_millis(1) },
        ] {
            self.coming.push_back((id, what));
        }
        if implicit {
            self.coming.push_back((id, Happened::TlsDone(report(&host))));
        }
        if let Some(script) = self.scripts.remove(host.as_str()) {
            if let Peer::Script(greeting, _) = &script {
                self.arrive(id, greeting);
            }
            self.peers.insert(id, script);
            return;
        }
        let listening = listeners()
            .into_iter()
            .find(|l| l.host == host && l.port == plan.endpoint.port)
            .unwrap_or_else(|| panic!("nothing listens on {}", plan.endpoint));
        let mut server = Server::new(listening.service, listening.host, implicit, CLIENT);
        if implicit {
            server.secured(secured());
        }
        let outputs = server.greeting(&mut self.world, wall());
        self.peers.insert(id, Peer::Practice(Box::new(server)));
        self.outputs(id, outputs);
    }

    /// Octets from the server are on their way, in pieces.
    fn arrive(&mut self, id: ConnectionId, octets: &[u8]) {
        for piece in self.dice.cut(octets) {
            self.coming.push_back((id, Happened::Received(Bytes::from(piece))));
        }
    }

    fn outputs(&mut self, id: ConnectionId, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(octets) => self.arrive(id, &octets),
                Output::StartTls => {}
                Output::Close => {
                    self.peers.remove(&id);
                    self.coming.push_back((id, Happened::Closed(Closing::Peer)));
                }
                Output::Flood { .. } => panic!("no flood was asked for"),
            }
        }
    }

    fn transmit(&mut self, id: ConnectionId, octets: &[u8]) {
        let text = String::from_utf8_lossy(octets).into_owned();
        let owed = self.coming.iter().any(|(other, what)| *other == id && matches!(what, Happened::Received(_)));
        // A compressed answer ends in octets that say nothing but "flushed".
        let packed = self.app.conversations.iter().any(|c| c.id == id && c.is_compressed());
        assert!(!owed || packed || self.pipelining, "{text:?} was sent before the reply to the line before was whole");
        self.sent.push(text.clone());
        self.coming.push_back((id, Happened::Sent { octets: octets.len() }));
        let generation = self.world.generation();
        match self.peers.get_mut(&id) {
            Some(Peer::Practice(server)) => {
                let mut outputs = Vec::new();
                for piece in self.dice.cut(octets) {
                    outputs.extend(server.received(&mut self.world, wall(), &piece));
                }
                self.outputs(id, outputs);
            }
            Some(Peer::Script(_, lines)) => {
                let reply =
                    lines.iter().find(|(start, _)| text.starts_with(start)).map_or(&b""[..], |(_, reply)| reply);
                self.arrive(id, reply);
            }
            None => panic!("{text:?} was sent on a connection that is closed"),
        }
        if self.world.generation() != generation {
            let others: Vec<ConnectionId> = self.peers.keys().copied().filter(|other| *other != id).collect();
            for other in others {
                if let Some(Peer::Practice(server)) = self.peers.get_mut(&other) {
                    let outputs = server.notified(&mut self.world);
                    self.outputs(other, outputs);
                }
            }
        }
    }

    /// Everything that is on its way arrives.
    fn settle(&mut self) {
        while let Some((id, what)) = self.coming.pop_front() {
            let at = self.now;
            self.event(Event::Connection { id, at, what });
        }
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.event(Event::Key(KeyEvent::new(code, modifiers)));
    }

    fn f(&mut self, number: u8) {
        self.press(KeyCode::F(number), KeyModifiers::NONE);
        self.settle();
    }

    fn alt(&mut self, c: char) {
        self.press(KeyCode::Char(c), KeyModifiers::ALT);
        self.settle();
    }

    fn ctrl(&mut self, c: char) {
        self.press(KeyCode::Char(c), KeyModifiers::CONTROL);
        self.settle();
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    /// Types a line and Enter; nothing arrives yet.
    fn enter(&mut self, line: &str) {
        self.type_text(line);
        self.press(KeyCode::Enter, KeyModifiers::NONE);
    }

    fn line(&mut self, line: &str) {
        self.enter(line);
        self.settle();
    }

    fn paste(&mut self, text: &str) {
        self.event(Event::Paste(text.to_owned()));
        self.settle();
    }

    fn open(&mut self, target: &str) {
        self.f(2);
        self.line(target);
    }

    fn current(&self) -> &Conversation {
        self.app.conversation().expect("a conversation")
    }

    fn phase(&self) -> Phase {
        self.current().session.phase()
    }

    /// The transcript as `--preserve` prints it.
    fn text_of(&self, conversation: &Conversation) -> String {
        conversation
            .transcript
            .range()
            .filter_map(|number| plain::line(conversation, &self.app.options.epoch, number, false))
            .map(|line| line + "\n")
            .collect()
    }

    #[track_caller]
    fn shows(&self, part: &str) {
        let text = self.text_of(self.current());
        assert!(text.contains(part), "{part:?} is not in\n{text}notice: {:?}", self.app.notice);
    }

    #[track_caller]
    fn said(&self, line: &str) {
        assert!(self.sent.iter().any(|sent| sent == line), "{line:?} is not in {:?}", self.sent);
    }

    /// Neither the password nor what encodes it stands in anything that can be seen, copied or kept.
    #[track_caller]
    fn keeps_secrets(&mut self) {
        let mut all = format!("{:?} {:?} {:?}", self.app.findings(), self.app.notice, self.app);
        for conversation in &self.app.conversations {
            all.push_str(&self.text_of(conversation));
            for number in conversation.transcript.range() {
                let entry = conversation.transcript.entry(number).expect("an entry");
                all.push_str(&String::from_utf8_lossy(conversation.transcript.octets(entry)));
                all.push('\n');
            }
            all.push_str(&format!("{:?} {:?}", conversation.queue, conversation.findings));
        }
        self.ctrl('u');
        for _ in 0..60 {
            self.press(KeyCode::Up, KeyModifiers::NONE);
            all.push_str(self.app.prompt.line.text());
            all.push('\n');
        }
        self.ctrl('u');
        for secret in SECRETS {
            let place = all.find(secret);
            assert!(place.is_none(), "the secret {secret:?} can be seen: …{}", around(&all, place.unwrap_or(0)));
        }
    }

    /// Logs in by the dialog of this key.
    fn log_in(&mut self, key: u8) {
        self.f(key);
        assert!(matches!(self.app.overlay, Some(Overlay::Auth(_))), "{:?}", self.app.notice);
        self.type_text("alice");
        self.press(KeyCode::Enter, KeyModifiers::NONE);
        self.line(PASSWORD);
        assert!(self.app.overlay.is_none(), "{:?}", self.app.overlay);
    }
}

fn around(text: &str, place: usize) -> String {
    let skipped = text.get(..place).map_or(0, |before| before.chars().count()).saturating_sub(80);
    text.chars().skip(skipped).take(160).collect()
}

fn smtp_by_keys(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mail.example.test:587");
    assert_eq!(pair.phase(), Phase::Fresh);
    pair.shows("220 mail.example.test");
    pair.line("EHLO client.example.test");
    assert!(pair.current().session.capabilities().has("STARTTLS"));
    assert!(!pair.current().session.capabilities().has("AUTH"));
    pair.f(4);
    assert!(pair.current().session.tls());
    pair.shows("new under TLS: AUTH PLAIN LOGIN");
    assert_eq!(pair.sent.iter().filter(|sent| sent.starts_with("EHLO ")).count(), 2);
    pair.log_in(5);
    pair.shows("235 ");
    pair.shows("logged in");
    pair.shows("AUTH PLAIN ••••••••");
    pair.line("MAIL FROM:<alice@example.test>");
    pair.line("RCPT TO:<bob@example.test>");
    assert_eq!(pair.phase(), Phase::Rcpt);
    pair.line("DATA");
    assert!(pair.app.message().is_some(), "354 opens the editor");
    pair.type_text("first");
    pair.press(KeyCode::Enter, KeyModifiers::NONE);
    pair.type_text(".dotted");
    pair.ctrl('d');
    assert!(pair.app.message().is_none());
    let message = pair.sent.iter().find(|sent| sent.starts_with("Date: ")).expect("the message").clone();
    assert!(message.contains("From: alice@example.test\r\nTo: bob@example.test\r\n"), "{message}");
    assert!(message.ends_with("\r\n\r\nfirst\r\n..dotted\r\n"), "{message}");
    assert_eq!(pair.sent.iter().filter(|sent| *sent == ".\r\n").count(), 1);
    pair.shows("250 2.0.0");
    assert_eq!(pair.phase(), Phase::Ready);
    pair.line("QUIT");
    pair.shows("221 ");
    assert_eq!(pair.current().link, Link::Closed);
    pair.keeps_secrets();
}

fn auth_login_and_a_refused_relay(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("smtps://mail.example.test");
    // The capabilities are asked for on the way.
    pair.log_in(6);
    for line in ["AUTH LOGIN\r\n", "YWxpY2U=\r\n", "Y29ycmVjdCBob3JzZQ==\r\n"] {
        pair.said(line);
    }
    pair.shows("decoded: ");
    pair.shows("235 ");
    pair.keeps_secrets();
    // The exchanger refuses to relay.
    pair.open("mx1.example.test:25");
    pair.line("EHLO client.example.test");
    pair.line("MAIL FROM:<alice@example.test>");
    pair.line("RCPT TO:<someone@elsewhere.example>");
    pair.shows("◀✗");
    pair.shows("relay");
    assert_eq!(pair.phase(), Phase::Mail);
    pair.alt('r');
    pair.said("RSET\r\n");
    assert_eq!(pair.phase(), Phase::Ready);
}

/// The gate before a password goes out in clear.
fn a_password_in_clear_wants_a_yes(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mail.example.test:143");
    pair.f(5);
    pair.type_text("alice");
    pair.press(KeyCode::Enter, KeyModifiers::NONE);
    let before = pair.sent.len();
    pair.line(PASSWORD);
    assert!(matches!(&pair.app.overlay, Some(Overlay::Auth(dialog)) if dialog.gate.is_some()));
    pair.line("yes");
    assert_eq!(pair.sent.len(), before, "nothing goes out without a YES");
    pair.press(KeyCode::Esc, KeyModifiers::NONE);
    pair.press(KeyCode::Esc, KeyModifiers::NONE);
    assert!(pair.app.overlay.is_none());
    assert_eq!(pair.sent.len(), before);
    pair.keeps_secrets();
}

fn imap_by_keys(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mail.example.test:143");
    pair.f(4);
    assert!(pair.current().session.tls());
    pair.line("LOGIN alice \"correct horse\"");
    assert_eq!(pair.phase(), Phase::Authenticated);
    assert_eq!(pair.current().session.user(), Some("alice"));
    pair.line("x9 SELECT INBOX");
    assert!(pair.sent.contains(&"x9 SELECT INBOX\r\n".to_owned()), "a typed tag is kept");
    assert_eq!((pair.phase(), pair.current().session.mailbox()), (Phase::Selected, Some("INBOX")));
    pair.shows("* 6 EXISTS");
    pair.line("FETCH 1 BODY[]");
    let literals = |pair: &Pair| {
        let transcript = &pair.current().transcript;
        transcript.range().filter(|n| transcript.entry(*n).is_some_and(|e| e.marks.literal)).count()
    };
    assert!(literals(&pair) > 3, "the message came as a literal");
    assert!(pair.current().session.outstanding().is_empty());
    pair.f(7);
    assert!(pair.app.message().is_some());
    pair.type_text("kept here");
    pair.ctrl('d');
    assert!(pair.app.message().is_none());
    pair.shows("APPEND INBOX (\\Seen) {");
    pair.shows("APPENDUID");
    assert_eq!(pair.phase(), Phase::Selected);
    pair.line("IDLE");
    assert_eq!(pair.phase(), Phase::Idle);
    // Mail comes in by SMTP in a second conversation.
    let before = pair.current().transcript.next_number();
    pair.open("mx1.example.test:25");
    pair.paste(
        "EHLO other.example\nMAIL FROM:<>\nRCPT TO:<alice@example.test>\nDATA\nSubject: news\n\nhello\n.\nQUIT\n",
    );
    pair.shows("250 2.0.0");
    assert_eq!(pair.current().link, Link::Closed);
    pair.press(KeyCode::Left, KeyModifiers::ALT);
    let idler = &pair.app.conversations[0];
    let news: Vec<u64> = (before..idler.transcript.next_number())
        .filter(|n| idler.transcript.entry(*n).is_some_and(|e| e.marks.unsolicited && e.kind == Kind::Received))
        .collect();
    assert!(!news.is_empty(), "IDLE heard of the new mail:\n{}", pair.text_of(idler));
    assert!(news.iter().all(|n| idler.transcript.pair(*n).is_none()));
    assert_eq!(pair.app.active, 0);
    pair.line("DONE");
    assert!(pair.sent.contains(&"DONE\r\n".to_owned()), "DONE has no tag");
    assert_eq!(pair.phase(), Phase::Selected);
    pair.line("LOGOUT");
    pair.shows("BYE");
    assert_eq!(pair.current().link, Link::Closed);
    pair.keeps_secrets();
}

/// `LOGIN` with both arguments as literals, and with the password behind a literal.
fn lmtp_by_keys(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mail.example.test:24");
    pair.f(4);
    assert!(pair.current().session.tls());
    pair.line("MAIL FROM:<a@example.org>");
    pair.line("RCPT TO:<alice@example.test>");
    pair.line("RCPT TO:<bob@example.test>");
    assert_eq!(pair.phase(), Phase::Rcpt);
    pair.line("DATA");
    pair.type_text("to both");
    pair.ctrl('d');
    pair.shows("250 2.1.5 <alice@example.test> delivered");
    pair.shows("250 2.1.5 <bob@example.test> delivered");
    assert!(pair.current().session.outstanding().is_empty(), "both answers were awaited, and came");
    pair.line("EHLO me");
    assert!(!pair.sent.contains(&"EHLO me\r\n".to_owned()), "EHLO is not LMTP's");
    pair.ctrl('u');
    pair.line("QUIT");
    assert_eq!(pair.current().link, Link::Closed);
}

fn a_compressed_session(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("imaps://mail.example.test");
    pair.line("LOGIN alice \"correct horse\"");
    pair.line("COMPRESS DEFLATE");
    pair.shows("OK DEFLATE active");
    assert!(pair.current().is_compressed());
    let plain = pair.sent.len();
    pair.line("COMPRESS DEFLATE");
    pair.press(KeyCode::Enter, KeyModifiers::ALT);
    pair.settle();
    pair.shows("BAD COMPRESS is active already");
    pair.line("SELECT INBOX");
    pair.line("FETCH 1:* (FLAGS BODY.PEEK[])");
    pair.shows("* 6 FETCH");
    assert!(pair.current().session.outstanding().is_empty());
    pair.f(7);
    pair.type_text("kept here");
    pair.ctrl('d');
    pair.shows("APPENDUID");
    pair.line("IDLE");
    pair.line("DONE");
    assert_eq!(pair.phase(), Phase::Selected);
    pair.line("LOGOUT");
    pair.shows("BYE");
    assert_eq!(pair.current().link, Link::Closed);
    assert!(pair.sent.len() > plain + 6);
    for sent in &pair.sent[plain..] {
        assert!(!sent.contains("SELECT") && !sent.ends_with("\r\n"), "{sent:?} was sent in plain text");
    }
    pair.keeps_secrets();
}

/// The server says OK to COMPRESS and goes on in plain text.
fn a_server_that_only_says_it_compresses(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.scripts.insert(
        "liar.example",
        Peer::Script(
            b"* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hello\r\n",
            &[("a1 COMPRESS", b"a1 OK active\r\n* OK still in clear\r\n")],
        ),
    );
    pair.open("imap://liar.example");
    pair.line("COMPRESS DEFLATE");
    pair.shows("is no DEFLATE");
    assert_eq!(pair.current().link, Link::Closed);
    let told = pair.current().findings.iter().filter(|finding| finding.subject == "COMPRESS").count();
    assert_eq!(told, 1);
}

fn imap_login_by_literals(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("imaps://mail.example.test");
    pair.line("LOGIN {5}");
    assert_eq!(pair.phase(), Phase::Literal);
    pair.line("alice");
    pair.line(" {13}");
    assert_eq!(pair.phase(), Phase::Literal);
    pair.line(PASSWORD);
    assert_eq!(pair.phase(), Phase::LiteralEnd);
    pair.line("");
    assert_eq!(pair.phase(), Phase::Authenticated);
    pair.keeps_secrets();
    pair.open("imaps://mail.example.test");
    pair.line("LOGIN {5}");
    pair.line("alice");
    pair.line(" \"correct horse\"");
    assert_eq!(pair.phase(), Phase::Authenticated);
    pair.keeps_secrets();
}

fn pop3_by_keys(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mail.example.test:110");
    pair.f(4);
    pair.said("STLS\r\n");
    assert!(pair.current().session.tls());
    pair.line("USER alice");
    pair.line("PASS correct horse");
    assert_eq!(pair.phase(), Phase::Transaction);
    pair.line("LIST");
    assert!(pair.current().session.outstanding().is_empty());
    pair.shows("││  6 1202");
    pair.line("RETR 1");
    assert!(pair.current().session.outstanding().is_empty());
    pair.line("QUIT");
    assert_eq!(pair.current().link, Link::Closed);
    pair.keeps_secrets();
    // The same by the dialog, USER and PASS.
    pair.open("pop3s://mail.example.test");
    pair.f(5);
    pair.ctrl('n');
    pair.ctrl('n');
    pair.line("alice");
    pair.line(PASSWORD);
    assert_eq!(pair.phase(), Phase::Transaction, "{:?}", pair.sent);
    pair.said("USER alice\r\n");
    pair.keeps_secrets();
    // And by APOP, in clear: the password is not sent, so nothing asks for a YES.
    pair.line("QUIT");
    pair.open("mail.example.test:110");
    pair.f(5);
    for _ in 0..3 {
        pair.ctrl('n');
    }
    // The user is remembered.
    pair.line(PASSWORD);
    assert_eq!(pair.phase(), Phase::Transaction, "{:?}", pair.sent);
    assert!(!pair.current().session.tls());
    pair.shows("APOP alice ••••••••");
    pair.keeps_secrets();
}

fn a_pasted_queue(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mx1.example.test:25");
    pair.paste("EHLO a.example\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<nobody@example.test>\r\nRCPT TO:<alice@example.test>\r\nRSET\r\n");
    // The queue stands still at the refusal.
    assert!(pair.current().paused);
    assert_eq!(pair.current().queue, ["RCPT TO:<alice@example.test>", "RSET"]);
    assert_eq!(pair.sent.last().map(String::as_str), Some("RCPT TO:<nobody@example.test>\r\n"));
    pair.line("");
    assert_eq!(pair.current().queue.len(), 0);
    assert_eq!(pair.phase(), Phase::Ready);
    // Esc empties it.
    pair.paste("BOGUS\nNOOP\nNOOP\n");
    assert_eq!(pair.current().queue.len(), 2);
    pair.press(KeyCode::Esc, KeyModifiers::NONE);
    pair.press(KeyCode::Esc, KeyModifiers::NONE);
    assert_eq!(pair.current().queue.len(), 0);
}

/// Responses of an exchange typed by hand into a queue: each answers a whole challenge.
fn a_pasted_exchange(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("smtps://mail.example.test");
    pair.paste("EHLO a.example\nAUTH LOGIN\nYWxpY2U=\nY29ycmVjdCBob3JzZQ==\nMAIL FROM:<alice@example.test>\n");
    pair.shows("235 ");
    assert_eq!(pair.phase(), Phase::Mail);
    pair.keeps_secrets();
    // An exchange that is given up.
    pair.open("smtps://mail.example.test");
    pair.line("EHLO a.example");
    pair.line("AUTH LOGIN");
    assert_eq!(pair.phase(), Phase::Sasl);
    pair.line("*");
    pair.shows("501 ");
    assert_eq!(pair.phase(), Phase::Ready);
}

fn typed_ahead_of_the_greeting(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.scripts.insert(
        "slow.example.test",
        Peer::Script(b"220-wait\r\n220-for\r\n220 it\r\n", &[("EHLO", b"250 slow\r\n"), ("NOOP", b"250 ok\r\n")]),
    );
    pair.f(2);
    // `open` would let the greeting come.
    pair.type_text("slow.example.test:25");
    pair.press(KeyCode::Enter, KeyModifiers::NONE);
    pair.enter("EHLO early.example");
    pair.enter("NOOP");
    assert_eq!(pair.current().queue, ["EHLO early.example", "NOOP"]);
    // The transmit check of the harness fails if a line goes out inside the banner.
    pair.settle();
    assert_eq!(pair.sent, ["EHLO early.example\r\n", "NOOP\r\n"]);
}

fn pipelining(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mx1.example.test:25");
    pair.line("EHLO a.example");
    pair.alt('i');
    pair.pipelining = true;
    let before = pair.sent.len();
    pair.event(Event::Paste("MAIL FROM:<>\nRCPT TO:<alice@example.test>\nRCPT TO:<nobody@example.test>\n".to_owned()));
    assert_eq!(pair.sent.len() - before, 3, "the group goes out at once");
    pair.settle();
    let conversation = pair.current();
    let transcript = &conversation.transcript;
    let pairs: Vec<String> = transcript
        .range()
        .filter(|n| transcript.entry(*n).is_some_and(|e| e.kind == Kind::Received))
        .filter_map(|n| {
            let command = transcript.entry(transcript.pair(n)?)?;
            Some(String::from_utf8_lossy(transcript.octets(command)).into_owned())
        })
        .collect();
    assert!(
        pairs.ends_with(
            &["MAIL FROM:<>", "RCPT TO:<alice@example.test>", "RCPT TO:<nobody@example.test>"].map(str::to_owned)
        ),
        "{pairs:?}"
    );
}

fn injected_clear_octets(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.scripts.insert(
        "evil.example.test",
        Peer::Script(
            b"220 evil\r\n",
            &[
                ("EHLO", b"250-evil\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"),
                ("STARTTLS", b"220 go\r\n250-fake\r\n250 AUTH FAKE\r\n"),
            ],
        ),
    );
    pair.open("evil.example.test:25");
    pair.f(4);
    let findings = pair.app.findings();
    assert!(
        findings.iter().any(|f| f.severity == Severity::Fault && f.says.contains("octets in clear")),
        "{findings:?}"
    );
    let conversation = pair.current();
    for number in conversation.transcript.range() {
        let entry = conversation.transcript.entry(number).expect("an entry");
        let text = String::from_utf8_lossy(conversation.transcript.octets(entry)).into_owned();
        assert!(entry.kind != Kind::Received || !text.contains("fake") && !text.contains("FAKE"), "{text}");
    }
    pair.shows("discarded");
    assert!(!pair.current().session.capabilities().mechanisms().contains(&"FAKE".to_owned()));
}

/// A server that repeats the password in all its forms.
fn an_echoed_password(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.scripts.insert(
        "echo.example.test",
        Peer::Script(
            b"+OK echo\r\n",
            &[
                ("USER", b"+OK\r\n"),
                ("PASS", b"-ERR no such password: correct horse\r\n"),
                ("AUTH LOGIN", b"+ VXNlcm5hbWU6\r\n"),
                ("YWxpY2U=", b"+ UGFzc3dvcmQ6\r\n"),
                // base64 of the password itself as a further challenge.
                ("Y29ycmVjdCBob3JzZQ==", b"+ Y29ycmVjdCBob3JzZQ==\r\n"),
                ("*", b"-ERR cancelled\r\n"),
            ],
        ),
    );
    pair.app.options.insecure_auth = true;
    pair.open("pop3://echo.example.test");
    pair.line("USER alice");
    pair.line("PASS correct horse");
    pair.shows("no such password: ••••••••");
    pair.log_in(6);
    pair.shows("cancelled");
    pair.keeps_secrets();
}

/// A refused USER must not leave the password in the queue, where it can be seen.
fn a_refused_user(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.scripts.insert(
        "no.example.test",
        Peer::Script(b"+OK no\r\n", &[("USER", b"-ERR no such user\r\n"), ("CAPA", b"-ERR\r\n")]),
    );
    pair.app.options.insecure_auth = true;
    pair.open("pop3://no.example.test");
    pair.f(5);
    pair.ctrl('n');
    pair.ctrl('n');
    pair.line("alice");
    pair.line(PASSWORD);
    pair.shows("no such user");
    assert!(!pair.sent.iter().any(|sent| sent.starts_with("PASS")), "{:?}", pair.sent);
    pair.keeps_secrets();
}

/// A refused APPEND leaves nothing behind for the next literal.
fn a_refused_append(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.scripts.insert(
        "full.example.test",
        Peer::Script(
            b"* PREAUTH full\r\n",
            &[("a1 APPEND", b"a1 NO [OVERQUOTA] full\r\n"), ("a2 CREATE", b"+ go\r\n"), ("x\r\n", b"a2 OK\r\n")],
        ),
    );
    pair.open("imap://full.example.test");
    pair.f(7);
    pair.type_text("a text that stays here");
    pair.ctrl('d');
    pair.shows("OVERQUOTA");
    pair.line("CREATE {1}");
    assert!(!pair.sent.iter().any(|sent| sent.contains("stays here")), "{:?}", pair.sent);
    assert_eq!(pair.phase(), Phase::Literal);
}

fn leaving_says_goodbye(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("mail.example.test:143");
    pair.open("mx1.example.test:25");
    assert!(!pair.quit);
    pair.f(10);
    assert!(pair.sent.iter().any(|sent| sent.ends_with(" LOGOUT\r\n")), "{:?}", pair.sent);
    pair.said("QUIT\r\n");
    assert!(pair.quit, "the farewells were answered");
}

/// Logs in with every mechanism that the server offers, once with an initial response and once without.
fn every_mechanism(target: &str, ask: &str) {
    for mechanism in Mechanism::all() {
        for (initial, right) in [(true, true), (false, true), (true, false)] {
            let mut pair = Pair::new(7);
            pair.open(target);
            pair.line(ask);
            if !pair.current().session.capabilities().mechanisms().iter().any(|name| name == mechanism.name()) {
                assert_eq!((mechanism, ask), (Mechanism::Anonymous, "EHLO client.example.test"));
                continue;
            }
            pair.f(12);
            let way = |pair: &Pair| match &pair.app.overlay {
                Some(Overlay::Auth(dialog)) => dialog.way,
                other => panic!("no dialog: {other:?}"),
            };
            assert_eq!(way(&pair), Way::Sasl(Mechanism::find("SCRAM-SHA-512-PLUS").expect("known")));
            for _ in 0..20 {
                if way(&pair) != Way::Sasl(mechanism) {
                    pair.ctrl('n');
                }
            }
            assert_eq!(way(&pair), Way::Sasl(mechanism));
            if !initial {
                pair.ctrl('r');
            }
            if way(&pair).needs_secret() {
                pair.type_text("alice");
                pair.press(KeyCode::Enter, KeyModifiers::NONE);
                let secret = if mechanism.takes_token() { TOKEN } else { PASSWORD };
                pair.type_text(if right { secret } else { "another-secret" });
            } else if !right {
                pair.type_text("bob");
            }
            pair.press(KeyCode::Enter, KeyModifiers::NONE);
            pair.settle();
            let shown = pair.text_of(pair.current());
            if right || mechanism == Mechanism::Anonymous {
                assert!(shown.contains("logged in"), "{mechanism} at {target}: {shown}");
                let proven = shown.contains("server signature ✓ verified");
                assert_eq!(proven, matches!(mechanism, Mechanism::Scram { .. }), "{mechanism}");
            } else {
                assert!(!shown.contains("logged in"), "{mechanism} at {target}: {shown}");
                assert!(!pair.current().in_exchange(), "{mechanism} at {target}: {shown}");
            }
            if mechanism.takes_token() && !right {
                assert!(shown.contains("(the token is wrong, expired or revoked: fetch a new one)"), "{shown}");
                assert!(shown.contains("decoded: the answer owed to the error"), "{shown}");
            }
            pair.keeps_secrets();
        }
    }
}

#[test]
fn every_mechanism_in_smtp() {
    every_mechanism("smtps://mail.example.test", "EHLO client.example.test");
}

#[test]
fn every_mechanism_in_imap() {
    every_mechanism("imaps://mail.example.test", "CAPABILITY");
}

#[test]
fn every_mechanism_in_pop3() {
    every_mechanism("pop3s://mail.example.test", "CAPA");
}

/// What was typed by hand is taken apart too, and one that is wrong on purpose is refused.
fn typed_and_wrong_on_purpose(seed: u64) {
    let mut pair = Pair::new(seed);
    pair.open("imaps://mail.example.test");
    // n,,n=alice,r=abc
    pair.line("AUTHENTICATE SCRAM-SHA-256 biwsbj1hbGljZSxyPWFiYw==");
    pair.shows("decoded: channel binding n, none · user alice · nonce abc");
    pair.shows("(✓ begins with ours) · salt ");
    pair.shows(" · iterations 4096");
    pair.line("*");
    pair.line("AUTHENTICATE XOAUTH2");
    // user=alice ␁ auth=Bearer practice-token-of-alice-from-2024 ␁␁
    pair.line("dXNlcj1hbGljZQFhdXRoPUJlYXJlciBwcmFjdGljZS10b2tlbi1vZi1hbGljZS1mcm9tLTIwMjQBAQ==");
    pair.shows("user=alice ␁ auth=Bearer ••••");
    pair.shows("the client owes an empty line now (Enter)");
    pair.line("");
    pair.shows("NO [AUTHENTICATIONFAILED]");
    pair.f(12);
    for _ in 0..4 {
        pair.ctrl('g');
    }
    pair.type_text("alice");
    pair.press(KeyCode::Enter, KeyModifiers::NONE);
    pair.line(PASSWORD);
    pair.shows("wrong on purpose: ");
    assert_ne!(pair.phase(), Phase::Authenticated);
    pair.keeps_secrets();
}

/// A login begun by hand is finished by the dialog, in each protocol.
fn begun_by_hand(seed: u64) {
    for (url, verb) in [("smtps", "AUTH"), ("imaps", "AUTHENTICATE"), ("pop3s", "AUTH")] {
        // n,,n=alice,r=abc
        for (line, told) in [("SCRAM-SHA-256 biwsbj1hbGljZSxyPWFiYw==", true), ("CRAM-MD5", false), ("LOGIN", false)] {
            let mut pair = Pair::new(seed);
            pair.open(&format!("{url}://mail.example.test"));
            if url == "smtps" {
                pair.line("EHLO client.example.test");
            }
            pair.line(&format!("{verb} {line}"));
            pair.shows("F12 makes the answer from ");
            pair.f(12);
            if !told {
                pair.line("alice");
            }
            pair.line(PASSWORD);
            pair.shows("logged in");
            if told {
                pair.shows("server signature ✓ verified");
            }
            pair.keeps_secrets();
        }
    }
}

type Session = fn(u64);

const SESSIONS: &[(&str, Session)] = &[
    ("smtp_by_keys", smtp_by_keys),
    ("auth_login_and_a_refused_relay", auth_login_and_a_refused_relay),
    ("a_password_in_clear_wants_a_yes", a_password_in_clear_wants_a_yes),
    ("imap_by_keys", imap_by_keys),
    ("lmtp_by_keys", lmtp_by_keys),
    ("a_compressed_session", a_compressed_session),
    ("a_server_that_only_says_it_compresses", a_server_that_only_says_it_compresses),
    ("imap_login_by_literals", imap_login_by_literals),
    ("pop3_by_keys", pop3_by_keys),
    ("a_pasted_queue", a_pasted_queue),
    ("a_pasted_exchange", a_pasted_exchange),
    ("typed_ahead_of_the_greeting", typed_ahead_of_the_greeting),
    ("pipelining", pipelining),
    ("injected_clear_octets", injected_clear_octets),
    ("an_echoed_password", an_echoed_password),
    ("a_refused_user", a_refused_user),
    ("a_refused_append", a_refused_append),
    ("leaving_says_goodbye", leaving_says_goodbye),
    ("typed_and_wrong_on_purpose", typed_and_wrong_on_purpose),
    ("begun_by_hand", begun_by_hand),
];

#[test]
fn every_session_goes_as_it_should() {
    let mut failed = Vec::new();
    for (name, session) in SESSIONS {
        if std::panic::catch_unwind(|| session(7)).is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn and_does_not_depend_on_where_the_octets_are_cut(seed in any::<u64>()) {
        for (_, session) in SESSIONS {
            session(seed);
        }
    }
}
