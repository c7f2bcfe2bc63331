//! Events in, exact effects out: what each key and each report of the network makes the program do.

#![cfg(test)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ehlo::app::conversation::Link;
use ehlo::app::effect::{ConnectPlan, Effect, Effects, Sessions};
use ehlo::app::event::{Closing, ConnectionId, Event, Happened, QueryId, ResolveFailure, SocketFailure, SocketTrouble};
use ehlo::app::options::Options;
use ehlo::app::plain;
use ehlo::app::state::{App, FAREWELL, Focus, Overlay};
use ehlo::app::supply::Supply;
use ehlo::diagnosis::dns::{Answer, Query, QueryFailure, QueryOptions, Record, RecordType, Resolver, Response, Value};
use ehlo::diagnosis::tls::{TlsFailure, TlsReport, Verdict};
use ehlo::protocol::endpoint::{Endpoint, Host, Protocol, Security, Target, parse_target};
use ehlo::protocol::moment::Moment;
use ehlo::protocol::sasl;
use ehlo::protocol::secret::Secret;
use ehlo::protocol::verb::Phase;
use proptest::prelude::*;

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 25));
const ID: ConnectionId = ConnectionId(0);

struct Model {
    app: App,
    now: Moment,
}

impl Model {
    fn new() -> Self {
        let epoch = "2025-01-15T12:00:00Z".parse::<jiff::Timestamp>().expect("a timestamp");
        let options = Options::new("client.example", epoch.to_zoned(jiff::tz::TimeZone::UTC));
        Self { app: App::new(options, (80, 24)), now: Moment(0) }
    }

    /// Connected in clear; nothing has come yet.
    fn connected(target: &str) -> Self {
        Self::new().connect(target)
    }

    fn connect(mut self, target: &str) -> Self {
        let target = parse_target(&[target]).expect("a target");
        self.app.go(target, &mut Effects::new());
        let peer = SocketAddr::new(PEER, 25);
        self.happened(Happened::Connected { local: peer, peer, practice: None, took: Duration::from_millis(1) });
        self
    }

    /// Greeted and, in SMTP, after EHLO.
    fn greeted(target: &str) -> Self {
        Self::after_greeting(Self::connected(target))
    }

    /// The same, and passwords may go over the clear channel.
    fn careless(target: &str) -> Self {
        let mut model = Self::new();
        model.app.options.insecure_auth = true;
        Self::after_greeting(model.connect(target))
    }

    fn after_greeting(mut model: Self) -> Self {
        match model.app.conversation().expect("one").protocol() {
            Protocol::Smtp | Protocol::Lmtp => {
                model.received("220 mx\r\n");
                model.enter("EHLO a");
                model.received("250-mx\r\n250-STARTTLS\r\n250 SIZE 1000\r\n");
            }
            Protocol::Imap => _ = model.received("* OK ready\r\n"),
            Protocol::Pop3 => _ = model.received("+OK ready\r\n"),
        }
        model
    }

    /// In DATA, the editor left for single lines.
    fn in_data() -> Self {
        let mut model = Self::greeted("192.0.2.25:25");
        for (line, reply) in
            [("MAIL FROM:<a@b.example>", "250 ok\r\n"), ("RCPT TO:<c@d.example>", "250 ok\r\n"), ("DATA", "354 go\r\n")]
        {
            model.enter(line);
            model.received(reply);
        }
        assert!(model.app.message().is_some());
        model.key(KeyCode::Esc);
        assert!(model.app.message().is_none());
        model
    }

    fn event(&mut self, event: Event) -> Effects {
        self.app.update(event, self.now)
    }

    fn happened(&mut self, what: Happened) -> Effects {
        self.event(Event::Connection { id: ID, at: self.now, what })
    }

    fn received(&mut self, octets: impl Into<Vec<u8>>) -> Effects {
        self.happened(Happened::Received(Bytes::from(octets.into())))
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Effects {
        self.event(Event::Key(KeyEvent::new(code, modifiers)))
    }

    fn key(&mut self, code: KeyCode) -> Effects {
        self.press(code, KeyModifiers::NONE)
    }

    fn alt(&mut self, c: char) -> Effects {
        self.press(KeyCode::Char(c), KeyModifiers::ALT)
    }

    fn ctrl(&mut self, c: char) -> Effects {
        self.press(KeyCode::Char(c), KeyModifiers::CONTROL)
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            assert_eq!(self.key(KeyCode::Char(c)), [], "typing {c:?} does nothing to the world");
        }
    }

    fn enter(&mut self, line: &str) -> Effects {
        self.type_text(line);
        self.key(KeyCode::Enter)
    }

    fn wait(&mut self, time: Duration) -> Effects {
        self.now = self.now + time;
        self.event(Event::Wake)
    }

    fn text(&self) -> String {
        let Some(conversation) = self.app.conversation() else { return String::new() };
        conversation
            .transcript
            .range()
            .filter_map(|n| plain::line(conversation, &self.app.options.epoch, n, false))
            .map(|line| line + "\n")
            .collect()
    }

    #[track_caller]
    fn shows(&self, part: &str) {
        let text = self.text();
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }

    fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| &notice.text)
    }
}

/// A line on the wire.
fn send(octets: &str) -> Effect {
    Effect::Send { id: ID, octets: Bytes::copy_from_slice(octets.as_bytes()) }
}

/// What went out, the clocks left aside.
fn wire(effects: &Effects) -> Vec<u8> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Send { octets, .. } = effect { Some(octets.to_vec()) } else { None })
        .flatten()
        .collect()
}

fn refused() -> SocketFailure {
    SocketFailure { kind: SocketTrouble::Refused, errno: Some(111), text: "Connection refused".to_owned() }
}

#[test]
fn a_target_becomes_a_plan() {
    let mut model = Model::new();
    model.key(KeyCode::F(2));
    model.type_text("[2001:db8::25]:465");
    let endpoint = Endpoint {
        protocol: Protocol::Smtp,
        host: Host::Ip("2001:db8::25".parse().expect("an address")),
        port: 465,
        security: Security::Implicit,
    };
    let plan = ConnectPlan {
        endpoint,
        addresses: Vec::new(),
        family: None,
        source: None,
        resolver: Resolver::System,
        sni: None,
        limit: Duration::from_secs(30),
        handshake: Duration::from_secs(20),
        sessions: Sessions::Forget,
        identity: true,
    };
    assert_eq!(model.key(KeyCode::Enter), [Effect::Connect { id: ID, plan }]);
    // A wrong one stays open and says why.
    model.key(KeyCode::F(2));
    assert_eq!(model.enter("mx:notaport"), []);
    assert!(matches!(&model.app.overlay, Some(Overlay::Ask { error: Some(_), .. })));
}

#[test]
fn a_wrong_line_is_refused_with_the_reason_and_alt_enter_sends_it() {
    let mut model = Model::greeted("192.0.2.25:25");
    for (line, part) in [
        ("RCPT TO:<jo@example.com>", "MAIL"),
        ("MAIL FROM:<jo@example.com", "expected"),
        ("ELHO x", "EHLO"),
        (".", "lone dot"),
    ] {
        assert_eq!(model.enter(line), [], "{line}");
        assert!(model.notice().contains(part) && model.notice().contains("Alt-Enter"), "{line}: {}", model.notice());
        assert_eq!(model.app.prompt.line.text(), line, "the line stays to be mended");
        let effects = model.press(KeyCode::Enter, KeyModifiers::ALT);
        assert_eq!(wire(&effects), format!("{line}\r\n").as_bytes());
        assert_eq!(model.app.prompt.line.text(), "");
        model.received("503 no\r\n");
    }
}

#[test]
fn a_typed_line_is_never_a_local_command() {
    // `R`, `Q`, `k` at the start of a line are commands of interactive s_client.
    let mut model = Model::in_data();
    for line in ["Regards", "Q", "kind regards", "?", "/x", ":q", "~."] {
        assert_eq!(model.enter(line), [send(&format!("{line}\r\n"))]);
    }
}

#[test]
fn a_good_line_goes_out_once_with_its_clock() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.now = Moment::from_millis(500);
    assert_eq!(
        model.enter("MAIL FROM:<>"),
        [send("MAIL FROM:<>\r\n"), Effect::Wake(Moment::from_millis(500) + Duration::from_secs(300))]
    );
    // The next one waits for the answer: MAIL, then RCPT could be right.
    assert_eq!(model.enter("NOOP"), []);
    assert_eq!(wire(&model.received("250 o")), b"");
    assert_eq!(wire(&model.received("k\r\n")), b"NOOP\r\n");
}

#[test]
fn type_ahead_is_held_until_the_greeting_is_whole() {
    let mut model = Model::connected("192.0.2.25:25");
    assert_eq!(model.enter("EHLO a"), []);
    assert_eq!(wire(&model.received("220-wait\r\n")), b"");
    assert_eq!(wire(&model.received("220 now\r")), b"");
    assert_eq!(wire(&model.received("\n")), b"EHLO a\r\n");
}

#[test]
fn the_line_ending_is_a_choice() {
    let mut model = Model::greeted("192.0.2.25:25");
    for ending in ["\r\n", "\n", "\r", "", "\r\n"] {
        assert_eq!(wire(&model.enter("NOOP")), format!("NOOP{ending}").as_bytes());
        model.received("250 ok\r\n");
        model.alt('e');
    }
    let mut model = Model::in_data();
    for ending in ["\r\n", "\n", "\r", ""] {
        assert_eq!(wire(&model.enter("x")), format!("x{ending}").as_bytes());
        model.alt('e');
    }
}

#[test]
fn octets_go_out_as_they_are() {
    let mut model = Model::in_data();
    for line in ["tab\there", "nul\0here", "\u{ff}\u{ff}", "Grüße ☕", "\u{feff}bom", "esc\u{1b}[2J", "\u{85}\u{9b}"]
    {
        model.event(Event::Paste(line.to_owned()));
        assert_eq!(wire(&model.key(KeyCode::Enter)), format!("{line}\r\n").as_bytes(), "{line:?}");
    }
    let long = "x".repeat(20_000);
    model.event(Event::Paste(long.clone()));
    assert_eq!(wire(&model.key(KeyCode::Enter)).len(), long.len() + 2);
    assert_eq!(wire(&model.enter("ÿ")), b"\xc3\xbf\r\n");
}

#[test]
fn dots_in_data_are_stuffed_and_one_ends_it() {
    let mut model = Model::in_data();
    assert_eq!(model.enter(".x"), [send("..x\r\n")]);
    assert_eq!(model.enter(".."), [send("...\r\n")]);
    assert_eq!(model.enter("a.b"), [send("a.b\r\n")]);
    assert_eq!(model.enter(""), [send("\r\n")]);
    assert_eq!(wire(&model.enter(".")), b".\r\n");
    assert_eq!(model.app.conversation().expect("one").session.phase(), Phase::Ready);
    // Afterwards a dot is no command.
    model.received("250 queued\r\n");
    assert_eq!(model.enter("."), []);
}

#[test]
fn a_pasted_lone_dot_is_asked_about_in_the_editor() {
    let mut model = Model::greeted("192.0.2.25:25");
    for line in ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"] {
        model.enter(line);
        model.received("250 ok\r\n");
    }
    // F7 says DATA by itself.
    assert_eq!(wire(&model.key(KeyCode::F(7))), b"DATA\r\n");
    model.received("354 go\r\n");
    model.event(Event::Paste("before\n.\nafter\n".to_owned()));
    assert!(model.app.message().is_some_and(|m| m.question.is_some()));
    assert_eq!(model.ctrl('d'), [], "the question comes first");
    model.key(KeyCode::Char('s'));
    let wire = String::from_utf8(wire(&model.ctrl('d'))).expect("text");
    assert!(wire.ends_with("before\r\n..\r\nafter\r\n.\r\n"), "{wire:?}");
    assert_eq!(wire.matches("\r\n.\r\n").count(), 1, "one end and no more: {wire:?}");
}

#[test]
fn a_literal_counts_octets() {
    let mut model = Model::careless("192.0.2.25:143");
    assert_eq!(wire(&model.enter("LOGIN {6} {4+}")), b"", "a literal ends the line");
    model.ctrl('u');
    assert_eq!(wire(&model.enter("x LOGIN {6}")), b"x LOGIN {6}\r\n");
    model.received("+ go\r\n");
    for (line, part) in
        [("älice", None), ("alice", Some("one octet is missing")), ("alice66", Some("1 octets too many"))]
    {
        if let Some(part) = part {
            assert_eq!(model.enter(line), [], "{line}");
            assert!(model.notice().contains(part), "{line}: {}", model.notice());
            model.ctrl('u');
        } else {
            assert_eq!(line.len(), 6, "octets, not characters");
        }
    }
    // With its line end a shorter line fits too.
    assert_eq!(wire(&model.enter("ab")), b"ab\r\n");
    assert_eq!(wire(&model.enter("é")), "é".as_bytes(), "the last one goes without a line end");
    assert_eq!(wire(&model.enter(" {4+}")), b" {4+}\r\n");
    assert_eq!(wire(&model.enter("word")), b"word");
    assert_eq!(wire(&model.enter("")), b"\r\n");
    model.received("x OK in\r\n");
    assert_eq!(model.app.conversation().expect("one").session.phase(), Phase::Authenticated);
}

#[test]
fn alt_enter_in_data_and_in_a_literal_keeps_the_count() {
    let mut model = Model::in_data();
    model.type_text(".");
    assert_eq!(wire(&model.press(KeyCode::Enter, KeyModifiers::ALT)), b".\r\n");
    model.received("250 queued\r\n");
    assert_eq!(model.app.conversation().expect("one").session.phase(), Phase::Ready);

    for (due, line, expect, phase) in [
        (5, "alic", "alic", Phase::Literal),
        (5, "alice", "alice", Phase::LiteralEnd),
        (5, "alice66", "alice66\r\n", Phase::NotAuthenticated),
        (5, "alice {3+}", "alice {3+}\r\n", Phase::Literal),
    ] {
        let mut model = Model::greeted("192.0.2.25:143");
        model.enter(&format!("x LOGIN {{{due}}}"));
        model.received("+ go\r\n");
        model.type_text(line);
        assert_eq!(wire(&model.press(KeyCode::Enter, KeyModifiers::ALT)), expect.as_bytes());
        let session = &model.app.conversation().expect("one").session;
        assert_eq!(session.phase(), phase, "{line}");
        assert_eq!(session.outstanding().len(), 1);
    }
}

#[test]
fn a_response_waits_for_its_challenge() {
    let mut model = Model::careless("192.0.2.25:25");
    model.enter("AUTH LOGIN");
    model.received("334 VXNlcm5hbWU6\r\n");
    assert_eq!(wire(&model.enter("am8=")), b"am8=\r\n");
    assert_eq!(model.enter("c2VjcmV0"), []);
    assert!(model.notice().contains("has not answered"), "{}", model.notice());
    model.received("334 UGFzc3dvcmQ6\r\n");
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"c2VjcmV0\r\n", "the line was kept");
    // XOAUTH2: an error in JSON is owed an empty line.
    model.received("535 no\r\n");
    model.enter("AUTH XOAUTH2 eHg=");
    model.received("334 eyJzdGF0dXMiOiI0MDAifQ==\r\n");
    model.shows("decoded: status 400 (the server did not understand the message");
    model.shows("owes an empty line");
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"\r\n");
    model.received("535 5.7.8 no\r\n");
    assert_eq!(model.app.conversation().expect("one").session.phase(), Phase::Ready);
}

#[test]
fn a_server_that_refuses_at_the_door_is_asked_nothing() {
    for (target, refusal) in [
        ("192.0.2.25:25", "554 5.7.1 no\r\n"),
        ("192.0.2.25:25", "421 busy\r\n"),
        ("192.0.2.25:143", "* BYE no\r\n"),
        ("192.0.2.25:110", "-ERR no\r\n"),
    ] {
        let mut model = Model::new();
        model.app.options.security = Some(Security::StartTls);
        model.app.go(parse_target(&[target]).expect("a target"), &mut Effects::new());
        let peer = SocketAddr::new(PEER, 25);
        model.happened(Happened::Connected { local: peer, peer, practice: None, took: Duration::from_millis(1) });
        model.enter("NOOP");
        assert_eq!(wire(&model.received(refusal)), b"", "{refusal}");
    }
}

#[test]
fn tags_are_made_kept_and_left_out() {
    let mut model = Model::careless("192.0.2.25:143");
    for (line, expect, reply) in [
        ("NOOP", "a1 NOOP\r\n", "a1 OK\r\n"),
        (". NOOP", ". NOOP\r\n", ". OK\r\n"),
        ("A007 CAPABILITY", "A007 CAPABILITY\r\n", "A007 OK\r\n"),
        ("LOGIN jo secret", "a2 LOGIN jo secret\r\n", "a2 OK\r\n"),
        ("IDLE", "a3 IDLE\r\n", "+ idling\r\n"),
        ("DONE", "DONE\r\n", "a3 OK\r\n"),
        ("NOOP", "a4 NOOP\r\n", "a4 OK\r\n"),
    ] {
        assert_eq!(wire(&model.enter(line)), expect.as_bytes());
        model.received(reply);
    }
    // Another command while idling is held back: DONE comes first.
    model.enter("IDLE");
    model.received("+ idling\r\n");
    assert_eq!(model.enter("NOOP"), []);
    assert!(model.notice().contains("DONE"), "{}", model.notice());
}

#[test]
fn ctrl_c_gives_up_connecting_and_waiting_but_never_the_program() {
    let mut model = Model::new();
    model.app.go(parse_target(&["192.0.2.25:25"]).expect("a target"), &mut Effects::new());
    assert_eq!(model.ctrl('c'), [Effect::Close { id: ID, abort: true }]);
    model.happened(Happened::Closed(Closing::Ours));
    assert_eq!(model.ctrl('c'), []);

    let mut model = Model::greeted("192.0.2.25:25");
    model.enter("NOOP");
    assert!(model.app.conversation().expect("one").wait(model.now).is_some());
    assert_eq!(model.ctrl('c'), []);
    assert!(model.app.conversation().expect("one").wait(model.now).is_none());
    model.shows("not waiting any longer");
    model.type_text("half a line");
    assert_eq!(model.ctrl('c'), []);
    assert_eq!(model.app.prompt.line.text(), "", "the second clears the line");
    assert_eq!(model.ctrl('c'), []);
    // What still comes is shown as the answer.
    model.received("250 late\r\n");
    model.shows("250 late");
}

#[test]
fn leaving_says_quit_and_waits_and_again_leaves_at_once() {
    let mut model = Model::greeted("192.0.2.25:25");
    let effects = model.key(KeyCode::F(10));
    assert_eq!(wire(&effects), b"QUIT\r\n");
    assert!(effects.contains(&Effect::Wake(model.now + FAREWELL)) && !effects.contains(&Effect::Quit), "{effects:?}");
    assert_eq!(model.key(KeyCode::F(10)), [Effect::Quit]);

    let mut model = Model::greeted("192.0.2.25:25");
    model.key(KeyCode::F(10));
    assert_eq!(model.received("221 bye\r\n"), [Effect::Close { id: ID, abort: false }]);
    assert_eq!(model.happened(Happened::Closed(Closing::Peer)), [Effect::Quit]);

    let mut model = Model::greeted("192.0.2.25:25");
    model.key(KeyCode::F(10));
    assert!(!model.wait(FAREWELL - Duration::from_millis(1)).contains(&Effect::Quit));
    assert!(model.wait(Duration::from_millis(1)).contains(&Effect::Quit), "a silent server does not keep us");

    assert_eq!(Model::new().key(KeyCode::F(10)), [Effect::Quit], "nobody to say goodbye to");
    assert_eq!(Model::greeted("192.0.2.25:143").event(Event::Terminate), [Effect::Quit]);

    let mut model = Model::greeted("192.0.2.25:143");
    assert_eq!(wire(&model.key(KeyCode::F(10))), b"a1 LOGOUT\r\n");
    let mut model = Model::greeted("192.0.2.25:25");
    assert_eq!(model.alt('x'), [Effect::Close { id: ID, abort: true }], "drop now is a key of its own");
}

#[test]
fn late_reports_of_an_old_connection_change_nothing() {
    let mut model = Model::greeted("192.0.2.25:25");
    assert_eq!(model.alt('w'), [Effect::Close { id: ID, abort: false }]);
    let effects = model.event(Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
    assert_eq!(effects, []);
    let before = format!("{:?}", model.app);
    let report = report();
    for what in [
        Happened::Received(Bytes::from_static(b"250 late\r\n")),
        Happened::TlsDone(report),
        Happened::TlsFailed(TlsFailure::Closed),
        Happened::NotConnected,
        Happened::Closed(Closing::Peer),
    ] {
        assert_eq!(model.happened(what), []);
    }
    assert_eq!(format!("{:?}", model.app), before);

    // A new connection to the same place has a new number.
    let mut model = Model::greeted("192.0.2.25:25");
    model.happened(Happened::Closed(Closing::Peer));
    let effects = model.alt('a');
    assert!(matches!(effects.as_slice(), [Effect::Connect { id: ConnectionId(1), .. }]), "{effects:?}");
    let before = format!("{:?}", model.app.conversations[1]);
    model.happened(Happened::Received(Bytes::from_static(b"220 from the old one\r\n")));
    assert_eq!(format!("{:?}", model.app.conversations[1]), before);
    assert_eq!(model.happened(Happened::Closed(Closing::Peer)), []);
}

#[test]
fn a_silent_server_gets_a_word_after_ten_seconds() {
    let mut model = Model::new();
    model.app.go(parse_target(&["192.0.2.25:25"]).expect("a target"), &mut Effects::new());
    let peer = SocketAddr::new(PEER, 25);
    let effects =
        model.happened(Happened::Connected { local: peer, peer, practice: None, took: Duration::from_millis(1) });
    assert_eq!(effects, [Effect::Wake(Moment(0) + Duration::from_secs(10))]);
    model.wait(Duration::from_millis(9_999));
    assert!(!model.text().contains("silent"));
    model.wait(Duration::from_millis(1));
    model.shows("accepted, then silent");
    let length = model.text().len();
    model.wait(Duration::from_secs(5));
    assert_eq!(model.text().len(), length, "it is said once");
    model.received("220 at last\r\n");
    assert_eq!(model.app.conversation().expect("one").session.phase(), Phase::Fresh);
}

#[test]
fn tls_on_a_plain_port_and_plain_text_on_a_tls_port() {
    let mut model = Model::connected("192.0.2.25:25");
    model.received(*b"\x15\x03\x03\x00\x02\x02\x28");
    model.shows("speaks TLS where plain text was expected");
    assert!(model.app.findings().iter().any(|f| f.next.contains("--tls")));

    let mut model = Model::connected("192.0.2.25:465");
    assert_eq!(model.app.conversation().expect("one").link, Link::Handshake);
    model.happened(Happened::TlsFailed(TlsFailure::Plaintext(b"220 mx \x1b[2J\r\n".to_vec())));
    model.shows("speaks plain text where TLS was expected: 220 mx ␛[2J");
    assert_eq!(model.app.conversation().expect("one").link, Link::Closed);
    assert!(model.app.findings().iter().any(|f| f.next.contains("--no-tls")));
    assert_eq!(model.enter("NOOP"), []);
    assert!(model.notice().contains("Alt-a"), "{}", model.notice());
}

#[test]
fn starttls_discards_and_reports_what_came_in_clear() {
    let mut model = Model::greeted("192.0.2.25:25");
    assert_eq!(wire(&model.key(KeyCode::F(4))), b"STARTTLS\r\n");
    // Part of it in the same piece, part of it after, before the handshake is done.
    let effects = model.received("220 go\r\n250 inject");
    assert_eq!(effects, [Effect::StartTls { id: ID, name: "192.0.2.25".to_owned() }]);
    assert_eq!(model.received("ed\r\n"), []);
    model.shows("10 octets came in clear");
    model.shows("4 octets came in clear");
    // Said again as it was said in clear.
    assert_eq!(wire(&model.happened(Happened::TlsDone(report()))), b"EHLO a\r\n");
    assert!(!model.app.conversation().expect("one").session.capabilities().known);
    // A server that does not offer it is not asked.
    let mut model = Model::greeted("192.0.2.25:25");
    model.enter("EHLO b");
    model.received("250 mx\r\n");
    assert_eq!(model.key(KeyCode::F(4)), []);
    model.shows("does not offer STARTTLS");
    // After PREAUTH it is too late (RFC 9051 §7.1.4).
    let mut model = Model::connected("192.0.2.25:143");
    model.received("* PREAUTH in\r\n");
    assert_eq!(model.key(KeyCode::F(4)), []);
    model.shows("not possible after login");
}

#[test]
fn every_way_to_end_has_its_words() {
    let broken = |kind, text: &str| Closing::Broken(SocketFailure { kind, errno: Some(104), text: text.to_owned() });
    for (closing, words) in [
        (Closing::Peer, "closed by the server"),
        (Closing::PeerWithoutNotify, "without TLS close_notify"),
        (Closing::Ours, "closed by us"),
        (broken(SocketTrouble::Reset, "reset"), "reset by the server"),
        (broken(SocketTrouble::Other, "the cable was cut"), "the connection broke: the cable was cut"),
    ] {
        let mut model = Model::greeted("192.0.2.25:25");
        model.now = Moment::from_millis(2_000);
        model.enter("MAIL FROM:<>");
        model.received("250 half a li");
        model.now = Moment::from_millis(5_000);
        assert_eq!(model.happened(Happened::Closed(closing.clone())), []);
        model.shows(words);
        model.shows("250 half a li");
        model.shows("the line has no end");
        if closing != Closing::Ours {
            model.shows("3.0 s after MAIL");
            model.shows("Alt-a connects again; MAIL was not answered");
        }
        assert_eq!(model.app.conversation().expect("one").link, Link::Closed);
        // The transcript stays; nothing can be sent.
        model.shows("220 mx");
        assert_eq!(model.enter("NOOP"), []);
    }
    let mut model = Model::connected("192.0.2.25:25");
    model.happened(Happened::Closed(Closing::Peer));
    model.shows("before any greeting");
}

#[test]
fn every_way_not_to_connect_has_its_words() {
    let address = SocketAddr::new(PEER, 25);
    for (what, words) in [
        (Happened::NotResolved(ResolveFailure::NoSuchName), "does not exist"),
        (Happened::NotResolved(ResolveFailure::Query(QueryFailure::TimedOut)), "could not resolve"),
        (Happened::AttemptFailed { address, took: Duration::from_millis(3), failure: refused() }, "refused after 3 ms"),
    ] {
        let mut model = Model::new();
        let Ok(Target::Endpoint(endpoint)) = parse_target(&["mx.example.org", "25"]) else { panic!("a target") };
        model.app.connect(endpoint, Vec::new(), &mut Effects::new());
        assert_eq!(model.happened(what), []);
        model.shows(words);
        assert!(!model.app.findings().is_empty());
    }
}

#[test]
fn a_421_out_of_nowhere_is_marked_and_answers_nothing() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.received("421 4.3.2 shutting down\r\n");
    let conversation = model.app.conversation().expect("one");
    let last = conversation.transcript.range().rev().find(|n| {
        conversation.transcript.entry(*n).is_some_and(|e| conversation.transcript.octets(e).starts_with(b"421"))
    });
    let last = last.expect("the line");
    assert!(conversation.transcript.entry(last).is_some_and(|e| e.marks.unsolicited));
    assert_eq!(conversation.transcript.pair(last), None);
}

#[test]
fn the_palette_runs_an_action_and_overlays_keep_their_keys() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.ctrl('p');
    model.type_text("rset");
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"RSET\r\n");
    assert!(model.app.overlay.is_none());
    model.received("250 ok\r\n");
    for open in [KeyCode::F(1), KeyCode::F(2), KeyCode::F(3), KeyCode::F(5)] {
        model.key(open);
        assert!(model.app.overlay.is_some(), "{open:?}");
        model.type_text("jk");
        assert_eq!(model.app.prompt.line.text(), "", "{open:?} keeps its keys");
        assert_eq!(model.key(KeyCode::Esc), []);
        assert!(model.app.overlay.is_none(), "Esc closes {open:?}");
    }
    // Every row of the palette can be run at once without an open connection.
    for number in 0..ehlo::app::action::BINDINGS.len() {
        let mut model = Model::new();
        model.ctrl('p');
        for _ in 0..number {
            model.key(KeyCode::Down);
        }
        let effects = model.key(KeyCode::Enter);
        assert_eq!(wire(&effects), b"", "nothing is connected");
    }
}

#[test]
fn enter_in_the_dns_pane_connects_to_the_address_of_the_row() {
    let mut model = Model::new();
    model.key(KeyCode::F(3));
    let effects = model.enter("a mx.example.org @192.0.2.53");
    let query = Query { name: "mx.example.org".to_owned(), kind: RecordType::A };
    let resolver = Resolver::parse("192.0.2.53").expect("a resolver");
    assert_eq!(
        effects,
        [Effect::Query { id: QueryId(0), query: query.clone(), resolver, options: QueryOptions::default() }]
    );
    assert_eq!(model.app.focus, Focus::Dns);
    let record = Record { name: query.name.clone(), ttl: 300, value: Value::A(Ipv4Addr::new(192, 0, 2, 77)) };
    let response = Response { answers: vec![record], ..Response::default() };
    let answer = Answer::new(query, Ok(response));
    assert_eq!(model.event(Event::Answered { id: QueryId(0), at: model.now, answer: Box::new(answer.clone()) }), []);
    let row = model.app.dns.rows.iter().position(|row| row.connect.is_some()).expect("a row to connect to");
    for _ in 0..row {
        model.key(KeyCode::Down);
    }
    let effects = model.key(KeyCode::Enter);
    let Some(Effect::Connect { id: ID, plan }) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(plan.addresses, [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 77))]);
    assert_eq!(model.app.focus, Focus::Input);
    // A late answer to a question that is no longer asked changes nothing.
    let before = format!("{:?}", model.app.dns);
    model.event(Event::Answered { id: QueryId(0), at: model.now, answer: Box::new(answer) });
    assert_eq!(format!("{:?}", model.app.dns), before);
}

#[test]
fn other_effects_are_exact() {
    let mut model = Model::greeted("192.0.2.25:25");
    assert_eq!(model.ctrl('z'), [Effect::Suspend]);
    assert_eq!(model.ctrl('l'), [Effect::Redraw]);
    let mut model = Model::in_data();
    model.key(KeyCode::F(7));
    model.ctrl('o');
    let path = PathBuf::from("/tmp/message.eml");
    let effects = model.enter("/tmp/message.eml");
    assert!(matches!(effects.as_slice(), [Effect::ReadFile { path: asked, .. }] if *asked == path), "{effects:?}");
    model.event(Event::File { path, content: Ok(b"Subject: file\r\n\r\n.\r\n".to_vec()) });
    assert_eq!(model.ctrl('d'), [], "the lone dot is asked about");
    model.key(KeyCode::Char('s'));
    assert_eq!(wire(&model.ctrl('d')), b"Subject: file\r\n\r\n..\r\n.\r\n");
}

#[test]
fn a_file_lands_in_the_tab_that_asked_for_it() {
    let mut model = Model::in_data();
    model.key(KeyCode::F(7));
    model.ctrl('o');
    model.enter("one.eml");
    // Another tab comes to the screen.
    model.app.go(parse_target(&["192.0.2.26:25"]).expect("a target"), &mut Effects::new());
    assert_eq!((model.app.conversations.len(), model.app.active), (2, 0), "a message keeps its tab on the screen");
    model.app.active = 1;
    let file = |path: &str, content: Result<&str, &str>| Event::File {
        path: path.into(),
        content: content.map(|text| text.as_bytes().to_vec()).map_err(str::to_owned),
    };
    // What nobody asked for goes nowhere.
    model.event(file("two.eml", Ok("two")));
    model.event(file("one.eml", Ok("one")));
    let text = |model: &Model| model.app.conversations[0].message.as_ref().map(|message| message.text());
    assert_eq!(text(&model).as_deref(), Some("one"));
    // Once is once.
    model.event(file("one.eml", Ok("again")));
    assert_eq!(text(&model).as_deref(), Some("one"));
    model.app.active = 0;
    for (content, on_screen, asked_again) in [(Err("it is gone"), true, true), (Err("it is gone"), false, false)] {
        model.app.active = 0;
        model.ctrl('o');
        model.enter("one.eml");
        model.app.active = usize::from(!on_screen);
        model.event(file("one.eml", content));
        assert_eq!(model.app.overlay.is_some(), asked_again);
        model.app.overlay = None;
        let error = model.app.conversations[0].message.as_ref().and_then(|message| message.error.clone());
        assert_eq!(error.is_some_and(|error| error == "one.eml: it is gone"), !asked_again);
    }
    // Its message is gone.
    model.app.active = 0;
    model.ctrl('o');
    model.enter("one.eml");
    model.app.conversations[0].message = None;
    model.event(file("one.eml", Ok("late")));
    assert!(model.notice().contains("one.eml was read for nothing"), "{}", model.notice());
}

#[test]
fn a_list_of_offers_that_is_cut_says_so() {
    for (offers, told) in [(1000, false), (1001, true)] {
        let mut model = Model::greeted("192.0.2.25:143");
        let list: String = (0..offers).map(|number| format!(" X{number}")).collect();
        model.received(format!("* CAPABILITY{list}\r\n"));
        let found = model.app.conversations[0].findings.iter().any(|finding| finding.says.contains("first 1000"));
        assert_eq!(found, told, "{offers}");
        model.press(KeyCode::Char('3'), KeyModifiers::ALT);
        model.key(KeyCode::Enter);
        let shown = format!("{:?}", model.app.overlay);
        assert!(shown.contains("X999") && shown.contains("and 1 more, which are not kept") == told, "{offers}");
    }
}

#[test]
fn a_paste_that_is_too_long_for_a_line_is_refused() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.type_text("x");
    model.event(Event::Paste("y".repeat(5 << 20)));
    assert_eq!(model.app.prompt.line.text(), "x");
    assert!(model.app.notice.as_ref().is_some_and(|notice| notice.text.contains("65536")), "{:?}", model.app.notice);
}

#[test]
fn nothing_bare_leaves_in_a_message() {
    // Asked about when a file is loaded.
    let mut model = Model::in_data();
    model.key(KeyCode::F(7));
    model.ctrl('o');
    model.enter("f");
    model.event(Event::File { path: "f".into(), content: Ok(b"c\r.\rd\0".to_vec()) });
    assert_eq!(model.ctrl('d'), []);
    model.key(KeyCode::Char('s'));
    assert_eq!(wire(&model.ctrl('d')), b"c\r\n..\r\nd\r\n.\r\n");
    // And set right, whoever sends it.
    let mut model = Model::in_data();
    let mut effects = Effects::new();
    model.app.conversations[0].send_message("c\r.\rd\0", model.now, &mut effects);
    assert_eq!(wire(&effects), b"c\r\n..\r\nd\r\n.\r\n");
    let mut model = Model::greeted("192.0.2.25:143");
    model.enter("LOGIN a b");
    model.received("a1 OK in\r\n");
    let mut effects = Effects::new();
    model.app.conversations[0].append_message("INBOX", "c\r.\rd\0", model.now, &mut effects);
    let line = String::from_utf8(wire(&effects)).expect("text");
    assert!(line.ends_with("{9}\r\n"), "{line:?}");
    let literal = wire(&model.received("+ go\r\n"));
    assert_eq!(literal, b"c\r\n.\r\nd\r\n\r\n");
}

#[test]
fn what_tls_changed_is_said_behind_the_whole_reply() {
    for (target, before, after, note) in [
        (
            "192.0.2.25:143",
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n", "STARTTLS", "a2 OK go\r\n"),
            ["* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "a3 OK done\r\n"],
            "new under TLS: AUTH=PLAIN · gone: STARTTLS",
        ),
        (
            "192.0.2.25:110",
            ("CAPA", "+OK\r\nSASL\r\nSTLS\r\n.\r\n", "STLS", "+OK go\r\n"),
            ["+OK\r\nSASL PLAIN LOGIN\r\n", ".\r\n"],
            "new under TLS: SASL: +PLAIN +LOGIN · gone: STLS",
        ),
    ] {
        let mut model = Model::greeted(target);
        model.enter(before.0);
        model.received(before.1);
        model.enter(before.2);
        model.received(before.3);
        // The capabilities are asked for anew by themselves.
        model.happened(Happened::TlsDone(report()));
        for (at, part) in after.into_iter().enumerate() {
            model.received(part);
            assert_eq!(model.text().contains(note), at == 1, "{}", model.text());
        }
        let text = model.text();
        assert!(text.find(after[1].trim_end()) < text.find(note), "{text}");
    }
}

#[test]
fn a_refusal_behind_data_is_explained() {
    for (target, line, reply, meaning) in [
        (
            "192.0.2.25:143",
            "FETCH 1:2 BODY[]",
            "* 1 FETCH (BODY[] {2}\r\nhi)\r\na1 NO [EXPUNGEISSUED] some are gone\r\n",
            "EXPUNGEISSUED:",
        ),
        ("192.0.2.25:110", "LIST 1", "+OK 1 2\r\n", ""),
        ("192.0.2.25:110", "PASS x", "-ERR [IN-USE] locked\r\n", "IN-USE:"),
    ] {
        let mut model = Model::greeted(target);
        model.app.conversations[0].say_anyway(line, model.now, &mut Effects::new()).expect("it is open");
        model.received(reply);
        let text = model.text();
        let explained = text.lines().filter(|row| row.contains('└')).count();
        assert_eq!(explained, usize::from(!meaning.is_empty()), "{text}");
        assert!(text.contains(meaning), "{text}");
    }
}

#[test]
fn the_first_esc_stops_a_paste() {
    let mut model = Model::greeted("mx:25");
    model.event(Event::Paste("NOOP\nNOOP\nNOOP\n".to_owned()));
    assert_eq!(model.app.conversations[0].queue.len(), 2, "the first is out");
    model.key(KeyCode::Esc);
    assert_eq!(model.app.conversations[0].queue.len(), 0, "whatever else there is to read");
    assert_eq!(model.app.notice.as_ref().map(|notice| notice.text.as_str()), Some("2 queued lines dropped"));
}

#[test]
fn a_line_that_is_sent_anyway_is_seen_to_be_answered() {
    let mut model = Model::greeted("mx:25");
    model.press(KeyCode::BackTab, KeyModifiers::SHIFT);
    model.key(KeyCode::Char('g'));
    model.key(KeyCode::Esc);
    assert!(model.app.place().bottom.is_some() || model.app.place().selected.is_some());
    model.type_text("XYZZY");
    model.press(KeyCode::Enter, KeyModifiers::ALT);
    assert_eq!((model.app.place().bottom, model.app.place().selected), (None, None));
}

#[test]
fn what_a_login_changed_is_said_and_marked() {
    let many: Vec<String> = (0..9).map(|number| format!("X{number}")).collect();
    let ok = format!("a2 OK [CAPABILITY IMAP4rev1 {}] in\r\n", many.join(" "));
    for (target, before, login, after, note, marked) in [
        (
            "192.0.2.25:143",
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK done\r\n"),
            ("LOGIN a b", "* CAPABILITY IMAP4rev1 IDLE\r\na2 OK in\r\n"),
            ("NOOP", ""),
            Some("new after the login: IDLE · gone: LOGINDISABLED"),
            &["IDLE"][..],
        ),
        (
            "192.0.2.25:143",
            ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"),
            ("LOGIN a b", ok.as_str()),
            ("NOOP", ""),
            Some("new after the login: 9 offers, which Alt-3 shows"),
            &["X0", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8"],
        ),
        (
            "192.0.2.25:143",
            ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"),
            ("LOGIN a b", "* CAPABILITY IMAP4rev1 IDLE\r\na2 NO wrong\r\n"),
            ("NOOP", ""),
            None,
            &[],
        ),
        (
            "192.0.2.25:110",
            ("CAPA", "+OK\r\nUSER\r\nLOGIN-DELAY 900 USER\r\n.\r\n"),
            ("APOP a c4c9334bac560ecc979e58001b3e22fb", "+OK\r\n"),
            ("CAPA", "+OK\r\nUSER\r\nLOGIN-DELAY 60\r\n.\r\n"),
            Some("new after the login: LOGIN-DELAY: +60 -900 -USER"),
            &["LOGIN-DELAY"],
        ),
    ] {
        let mut model = Model::greeted(target);
        model.enter(before.0);
        model.received(before.1);
        for (line, reply) in [login, after] {
            model.app.conversations[0].say_anyway(line, model.now, &mut Effects::new()).expect("it is open");
            model.received(reply);
        }
        let text = model.text();
        assert_eq!(text.matches("after the login").count(), usize::from(note.is_some()), "{text}");
        assert!(note.is_none_or(|note| text.contains(note)), "{text}");
        let session = &model.app.conversations[0].session;
        let new: Vec<&str> = session
            .capabilities()
            .list()
            .iter()
            .filter(|offer| session.change().is_some_and(|change| change.is_new(offer)))
            .map(|offer| offer.name.as_str())
            .collect();
        assert_eq!(new, marked, "{text}");
    }
}

/// A handshake in which the server showed nothing.
fn report() -> Box<TlsReport> {
    Box::new(TlsReport {
        version: "TLS 1.2".to_owned(),
        cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".to_owned(),
        group: None,
        asked_name: "mx".to_owned(),
        sni: None,
        alpn: None,
        chain: Vec::new(),
        name: Verdict::Bad("no certificate".into()),
        system_trust: Verdict::Unknown("no certificate".to_owned()),
        mozilla_trust: Verdict::Good,
        handshake_signature: Verdict::Good,
        judged_at: 0,
        took: Duration::ZERO,
        ..TlsReport::unjudged("")
    })
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        8 => any::<char>().prop_map(KeyCode::Char),
        8 => proptest::sample::select("aehijklnoprstuwxzACDEINORST{}0159. <>:@+*".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        6 => (1u8..12).prop_map(KeyCode::F),
        12 => proptest::sample::select(vec![
            KeyCode::Enter, KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down,
            KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Backspace, KeyCode::Delete, KeyCode::Insert, KeyCode::Null,
        ]),
    ];
    let modifiers = prop_oneof![
        4 => Just(KeyModifiers::NONE),
        1 => Just(KeyModifiers::ALT),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::SHIFT),
        1 => Just(KeyModifiers::ALT | KeyModifiers::CONTROL),
    ];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn any_octets() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&[u8]> = vec![
        b"220 mx\r\n",
        b"250 ok\r\n",
        b"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
        b"334 \r\n",
        b"334 %%%\r\n",
        b"334 eyJ9\r\n",
        b"354 go\r\n",
        b"421 bye\r\n",
        b"535 no\r\n",
        b"* OK hi\r\n",
        b"* PREAUTH x\r\n",
        b"+ \r\n",
        b"+OK\r\n",
        b"-ERR\r\n",
        b".\r\n",
        b"a1 OK\r\n",
        b"a2 NO [UNAVAILABLE]\r\n",
        b"* BYE\r\n",
        b"* 1 FETCH {3}\r\n",
        b"* 1 FETCH {99999999999999999999}\r\n",
        b"\r\n",
        b"\x15\x03\x01\x00\x02",
        b"a3 OK [CAPABILITY X]\r\n",
        b"25",
    ];
    prop_oneof![
        3 => proptest::sample::select(lines).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 1..40),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let address = SocketAddr::new(PEER, 25);
    let connected =
        Happened::Connected { local: address, peer: address, practice: None, took: Duration::from_millis(1) };
    let what = prop_oneof![
        4 => Just(connected),
        20 => any_octets().prop_map(|octets| Happened::Received(Bytes::from(octets))),
        2 => Just(Happened::TlsDone(report())),
        1 => Just(Happened::TlsFailed(TlsFailure::TimedOut(Duration::from_secs(1)))),
        1 => Just(Happened::NotConnected),
        1 => Just(Happened::AttemptFailed { address, took: Duration::ZERO, failure: refused() }),
        1 => Just(Happened::NotResolved(ResolveFailure::NoAddress)),
        1 => Just(Happened::Closed(Closing::Peer)),
        1 => Just(Happened::Closed(Closing::Broken(refused()))),
        1 => (0usize..9).prop_map(|octets| Happened::Sent { octets }),
    ];
    let lines = vec![
        "LOGIN {3}",
        "EHLO a",
        "AUTH LOGIN",
        "a\nb\n.\nc\n",
        "DATA",
        "MAIL FROM:<>",
        "RCPT TO:<a@b>",
        "IDLE",
        "x APPEND y {2+}",
    ];
    prop_oneof![
        20 => any_key().prop_map(Event::Key),
        3 => any::<String>().prop_map(Event::Paste),
        6 => proptest::sample::select(lines).prop_map(|line| Event::Paste(line.to_owned())),
        14 => (0u32..3, what).prop_map(|(id, what)| Event::Connection { id: ConnectionId(id), at: Moment(0), what }),
        1 => (any::<u16>(), any::<u16>()).prop_map(|(width, height)| Event::Resize { width, height }),
        1 => Just(Event::Wake),
        1 => proptest::collection::vec(any::<u8>(), 0..30)
            .prop_map(|content| Event::File { path: PathBuf::from("f"), content: Ok(content) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_panics_and_nothing_is_sent_without_a_connection(
        port in proptest::sample::select(vec!["192.0.2.25:25", "192.0.2.25:143", "192.0.2.25:110", "192.0.2.25:465", "lmtp://192.0.2.25"]),
        events in proptest::collection::vec((any_event(), 0u64..20_000), 1..120),
    ) {
        let mut model = Model::connected(port);
        for (event, millis) in events {
            model.now = model.now + Duration::from_millis(millis);
            let event = match event {
                Event::Connection { id, what, .. } => Event::Connection { id, at: model.now, what },
                other => other,
            };
            let shut: Vec<ConnectionId> =
                model.app.conversations.iter().filter(|c| c.link == Link::Closed).map(|c| c.id).collect();
            let was = format!("{event:?}");
            if matches!(event, Event::File { .. }) && model.app.message().is_some() {
                // What nobody asked for does not come.
                model.ctrl('o');
                model.enter("f");
            }
            let effects = model.event(event);
            for effect in &effects {
                if let Effect::Send { id, octets } = effect {
                    let open = model.app.conversations.iter().any(|c| c.id == *id) && !shut.contains(id);
                    prop_assert!(open, "{was} sent {octets:?} on {id:?}, which is not open");
                }
            }
            prop_assert!(model.app.active == 0 || model.app.active < model.app.conversations.len());
            prop_assert_eq!(model.app.places.len(), model.app.conversations.len());
        }
        model.text();
    }
}

#[test]
fn a_typed_password_is_held_back_from_a_clear_channel() {
    let mut model = Model::greeted("192.0.2.25:110");
    assert_eq!(wire(&model.enter("USER jo")), b"USER jo\r\n");
    model.received("+OK\r\n");
    assert_eq!(model.enter("PASS geheimnis"), []);
    assert!(model.notice().contains("channel is clear") && model.notice().contains("Alt-Enter"), "{}", model.notice());
    assert_eq!(wire(&model.press(KeyCode::Enter, KeyModifiers::ALT)), b"PASS geheimnis\r\n");
}

#[test]
fn a_pasted_password_stops_the_queue_and_enter_lets_it_go() {
    let mut model = Model::greeted("192.0.2.25:110");
    assert_eq!(wire(&model.event(Event::Paste("USER jo\nPASS geheimnis\n".to_owned()))), b"USER jo\r\n");
    assert_eq!(model.received("+OK\r\n"), []);
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"PASS geheimnis\r\n");
}

#[test]
fn a_login_goes_only_where_its_dialog_was_opened() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.key(KeyCode::F(5));
    let other = parse_target(&["192.0.2.26:25"]).expect("a target");
    model.app.go(other, &mut Effects::new());
    assert_eq!(model.app.active, 0, "a dialog keeps its tab");
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("geheimnis");
    assert_eq!(model.key(KeyCode::Enter), [], "the gate comes first");
    model.type_text("YES");
    let effects = model.key(KeyCode::Enter);
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Send { id, .. } if *id != ID)), "{effects:?}");
    assert!(wire(&effects).starts_with(b"AUTH PLAIN "));
}

/// A login by SCRAM up to the client's proof; the server's first message has these iterations.
fn scram_until(iterations: &str) -> (Model, Vec<u8>) {
    let mut model = Model::careless("192.0.2.25:110");
    model.enter("CAPA");
    model.received("+OK\r\nSASL PLAIN SCRAM-SHA-256\r\n.\r\n");
    model.key(KeyCode::F(12));
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("geheimnis");
    let sent = String::from_utf8(wire(&model.key(KeyCode::Enter))).expect("text");
    let first = sent.strip_prefix("AUTH SCRAM-SHA-256 ").expect("the strongest that is offered").trim_end();
    let first = String::from_utf8(sasl::decode(first).expect("base64")).expect("text");
    let nonce = first.strip_prefix("n,,n=jo,r=").expect("a first message");
    assert_eq!(nonce.len(), 24);
    let challenge = format!("r={nonce}more,s=QSXCR+Q6sek8bf92,i={iterations}");
    let answer = wire(&model.received(format!("+ {}\r\n", sasl::base64::text(challenge.as_bytes()))));
    (model, answer)
}

#[test]
fn a_server_that_does_not_know_the_password_is_found_out() {
    for (last, says) in [
        ("+ dj1BQUFB\r\n", "the server's signature is false"),
        ("+OK welcome\r\n", "the server said yes without its signature"),
    ] {
        let (mut model, answer) = scram_until("4096");
        assert!(answer.starts_with(b"Yz1iaXdz"), "c=biws…");
        let sent = wire(&model.received(last));
        assert_eq!(sent, if last.starts_with("+ ") { &b"*\r\n"[..] } else { b"" });
        model.shows(says);
        assert!(
            model
                .app
                .findings()
                .iter()
                .any(|f| f.severity == ehlo::diagnosis::Severity::Fault && f.says.contains(says))
        );
    }
    let (model, answer) = scram_until("4000000000");
    assert_eq!(answer, b"*\r\n");
    model.shows("4000000000 iterations would stall this program");
    let (model, answer) = scram_until("100");
    assert!(answer.starts_with(b"Yz1iaXdz"));
    model.shows("100 iterations are few");
}

#[test]
fn a_yes_to_a_login_that_was_broken_off_is_a_fault() {
    let (mut model, _) = scram_until("4096");
    model.received("+ dj1BQUFB\r\n");
    model.received("+OK welcome\r\n");
    model.shows("the server said yes to a login that was broken off");
    let mut model = Model::careless("192.0.2.25:110");
    model.enter("CAPA");
    model.received("+OK\r\nSASL CRAM-MD5\r\n.\r\n");
    model.key(KeyCode::F(12));
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("geheimnis");
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"AUTH CRAM-MD5\r\n");
    model.received("+OK welcome\r\n");
    model.shows("the server said yes without a challenge");
}

/// The key that logs in, and what is typed into the dialog: fields, each ended by Enter.
fn answered(model: &mut Model, fields: &[&str]) -> String {
    assert_eq!(model.key(KeyCode::F(12)), [], "nothing goes out before Enter");
    assert!(matches!(&model.app.overlay, Some(Overlay::Auth(_))), "{}", model.notice());
    let mut sent = Vec::new();
    for field in fields {
        sent.extend(wire(&model.enter(field)));
    }
    String::from_utf8(sent).expect("text")
}

#[test]
fn the_challenge_of_a_login_typed_by_hand_is_answered_from_the_dialog() {
    let base64 = |text: &str| format!("{}\r\n", sasl::base64::text(text.as_bytes()));
    // Nothing said yet: both questions are answered.
    let mut model = Model::careless("192.0.2.25:25");
    model.enter("AUTH LOGIN");
    model.received("334 VXNlcm5hbWU6\r\n");
    model.shows("F12 makes the answer from user and password · Esc cancels with *");
    assert_eq!(answered(&mut model, &["jo", "geheimnis"]), base64("jo"));
    assert_eq!(wire(&model.received("334 UGFzc3dvcmQ6\r\n")), base64("geheimnis").as_bytes());
    model.received("535 5.7.8 no\r\n");
    assert!(!model.text().contains("geheimnis") && !model.text().contains("Z2VoZWltbmlz"), "{}", model.text());
    // The user was typed, on the command line or as an answer.
    for lines in [&["AUTH LOGIN am8="][..], &["AUTH LOGIN", "am8="]] {
        for line in lines {
            model.enter(line);
            model.received(if line.ends_with('=') { "334 UGFzc3dvcmQ6\r\n" } else { "334 VXNlcm5hbWU6\r\n" });
        }
        model.shows("F12 makes the answer from the password");
        assert_eq!(answered(&mut model, &["geheimnis"]), base64("geheimnis"));
        model.received("535 5.7.8 no\r\n");
    }
    model.enter("AUTH PLAIN");
    model.received("334 \r\n");
    // Who logged in before is filled in.
    assert_eq!(answered(&mut model, &["geheimnis"]), base64("\0jo\0geheimnis"));
    model.received("535 5.7.8 no\r\n");
    // RFC 2195 §2.
    let mut model = Model::careless("192.0.2.25:143");
    model.enter("AUTHENTICATE CRAM-MD5");
    model.received(format!("+ {}", base64("<1896.697170952@postoffice.reston.mci.net>")));
    let answer = base64("tim b913a602c7eda7a495b4e6e7334d3890");
    assert_eq!(answered(&mut model, &["tim", "tanstaaftanstaaf"]), answer);
    model.received("a1 NO no\r\n");
    // RFC 7677 §3: the nonce is in the first message, which was typed.
    model.enter(&format!("AUTHENTICATE SCRAM-SHA-256 {}", base64("n,,n=user,r=rOprNGfwEbeRWgbNEkqO").trim_end()));
    let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    model.received(format!("+ {}", base64(&format!("r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"))));
    let proof = base64(&format!("c=biws,r={nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    assert_eq!(answered(&mut model, &["pencil"]), proof);
    let last = base64("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assert_eq!(wire(&model.received(format!("+ {last}"))), b"\r\n");
    model.shows("server signature ✓ verified");
}

#[test]
fn whoever_a_command_names_is_a_user_for_the_privacy_key() {
    for (target, line) in
        [("192.0.2.25:110", "user Eva"), ("192.0.2.25:143", "LOGIN \"Eva\" geheim"), ("192.0.2.25:25", "VRFY <Eva>")]
    {
        let mut model = Model::careless(target);
        model.enter(line);
        model.app.privacy.on = true;
        let veiled = model.app.record().find(|text| text.contains(line.split(' ').next().unwrap()));
        assert!(veiled.as_deref().is_some_and(|text| text.contains("user1") && !text.contains("Eva")), "{veiled:?}");
    }
    let mut model = Model::careless("192.0.2.25:25");
    model.press(KeyCode::F(5), KeyModifiers::NONE);
    for text in ["eva", "geheim"] {
        text.chars().for_each(|c| _ = model.key(KeyCode::Char(c)));
        model.key(if text == "eva" { KeyCode::Tab } else { KeyCode::Enter });
    }
    model.app.privacy.on = true;
    assert_eq!(model.app.privacy.veil("user eva"), "user user1");
}

#[test]
fn whose_login_it_is_is_no_secret() {
    // The name is typed, stands on the command line, or comes out of the dialog by Ctrl-E.
    for (line, by_dialog) in
        [("AUTH LOGIN", true), ("AUTH LOGIN", false), ("AUTH LOGIN YWxpY2VAZXhhbXBsZS50ZXN0", false)]
    {
        let mut model = Model::careless("192.0.2.25:25");
        model.enter(line);
        if line == "AUTH LOGIN" {
            model.received("334 VXNlcm5hbWU6\r\n");
            if by_dialog {
                model.key(KeyCode::F(12));
                model.type_text("alice@example.test");
                model.key(KeyCode::Tab);
                model.type_text("geheimnis");
                model.ctrl('e');
            } else {
                model.type_text("YWxpY2VAZXhhbXBsZS50ZXN0");
            }
            assert_eq!(wire(&model.key(KeyCode::Enter)), b"YWxpY2VAZXhhbXBsZS50ZXN0\r\n");
            model.shows("decoded: user alice@example.test");
        }
        model.received("334 UGFzc3dvcmQ6\r\n");
        assert_eq!(answered(&mut model, &["geheimnis"]), "Z2VoZWltbmlz\r\n");
        model.received("235 2.7.0 hello alice@example.test, not geheimnis\r\n");
        model.shows("hello alice@example.test, not ••••••••");
        model.shows("logged in as alice@example.test");
    }
    // A second question without words is for the password.
    let mut model = Model::careless("192.0.2.25:25");
    for (line, reply) in [("AUTH LOGIN", "334 \r\n"), ("am8=", "334 \r\n"), ("Z2VoZWltbmlz", "535 geheimnis\r\n")] {
        model.enter(line);
        model.received(reply);
    }
    assert!(model.text().contains("user jo") && !model.text().contains("geheimnis"), "{}", model.text());
}

#[test]
fn a_response_that_is_no_base64_is_held() {
    let mut model = Model::careless("192.0.2.25:110");
    model.enter("AUTH PLAIN");
    model.received("+ \r\n");
    assert_eq!(model.enter("not base64!"), []);
    assert!(model.notice().contains("base64 has no spaces"), "{}", model.notice());
    assert!(model.notice().ends_with("* cancels · Alt-Enter sends it anyway"), "{}", model.notice());
    let sent = model.press(KeyCode::Enter, KeyModifiers::ALT);
    assert_eq!(wire(&sent), b"not base64!\r\n");
    model.received("-ERR the response is not base64\r\n");
    model.shows("-ERR the response is not base64");
}

#[test]
fn a_refusal_is_explained_by_what_it_answers() {
    const CANCELLED: &str = ": the login was cancelled, as was asked for. Next: go on, or log in again";
    for (target, line, challenge, refusal, code) in [
        ("192.0.2.25:25", "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n", "501 authentication cancelled\r\n", "501"),
        ("192.0.2.25:143", "a9 AUTHENTICATE PLAIN", "+ \r\n", "a9 BAD authentication cancelled\r\n", "BAD"),
        ("192.0.2.25:110", "AUTH PLAIN", "+ \r\n", "-ERR cancelled\r\n", "-ERR"),
    ] {
        for typed in [false, true] {
            let mut model = Model::careless(target);
            model.enter(line);
            model.received(challenge);
            assert_eq!(wire(&if typed { model.enter("*") } else { model.key(KeyCode::Esc) }), b"*\r\n");
            model.received(refusal);
            model.shows(&format!("{code}{CANCELLED}"));
            assert!(!model.text().contains("check the"), "{}", model.text());
        }
        // Without the `*` it means what it always means.
        let mut model = Model::careless(target);
        model.enter(line);
        model.received(challenge);
        model.enter("am8=");
        model.received(refusal);
        assert!(!model.text().contains(CANCELLED), "{}", model.text());
    }
    let mut model = Model::greeted("192.0.2.25:110");
    model.enter("USER alice");
    model.received("-ERR [AUTH] USER is refused before STLS\r\n");
    model.shows("Next: say STLS first (F4), or connect to port 995");
    assert!(!model.text().contains("password is wrong"), "{}", model.text());
    let mut model = Model::careless("192.0.2.25:110");
    for (line, reply) in [("USER alice", "+OK\r\n"), ("PASS geheimnis", "-ERR [AUTH] no\r\n")] {
        model.enter(line);
        model.received(reply);
    }
    model.shows("the user name or the password is wrong");
}

#[test]
fn a_server_without_mechanisms_is_told_with_the_next_step() {
    let said = |model: &mut Model| {
        model.key(KeyCode::F(12));
        let Some(Overlay::Auth(dialog)) = &model.app.overlay else { panic!("no dialog") };
        let said = dialog.none_offered;
        model.key(KeyCode::Esc);
        said
    };
    let mut model = Model::careless("192.0.2.25:143");
    assert_eq!(said(&mut model), "the server has not said what it offers: Esc, then CAPABILITY asks it");
    model.enter("a1 CAPABILITY");
    model.received("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n");
    assert_eq!(said(&mut model), "the server offers no mechanism in clear: Esc, then F4 begins TLS");
    model.enter("a2 CAPABILITY");
    model.received("* CAPABILITY IMAP4rev1\r\na2 OK done\r\n");
    assert_eq!(said(&mut model), "the server offers no mechanism");
}

#[test]
fn what_is_owed_goes_out_and_what_cannot_be_answered_is_explained() {
    let mut model = Model::careless("192.0.2.25:25");
    for (line, owed) in [("AUTH XOAUTH2 eHg=", &b"\r\n"[..]), ("AUTH OAUTHBEARER eHg=", b"AQ==\r\n")] {
        model.enter(line);
        model.received("334 eyJzdGF0dXMiOiI0MDAifQ==\r\n");
        model.shows("F12 sends the answer that is owed");
        assert_eq!(wire(&model.key(KeyCode::F(12))), owed);
        assert_eq!(model.key(KeyCode::F(12)), [], "nothing is owed twice");
        assert!(model.notice().contains("has not answered the last response"), "{}", model.notice());
        model.received("535 5.7.8 no\r\n");
    }
    for (line, challenge, why) in [
        ("AUTH NTLM", "334 NTLM supported\r\n", "not supported here"),
        ("AUTH X-NEW", "334 \r\n", "the mechanism is not known here"),
        ("AUTH CRAM-MD5", "334 no base64!\r\n", "the challenge is no base64"),
        ("AUTH PLAIN AGpvAHB3", "334 \r\n", "everything PLAIN has to say was said"),
    ] {
        model.enter(line);
        model.received(challenge);
        model.shows(&format!("F12 cannot answer: {}", if line == "AUTH NTLM" { "NTLM: " } else { why }));
        assert_eq!(model.key(KeyCode::F(12)), []);
        assert!(model.app.overlay.is_none() && model.notice().contains(why), "{}", model.notice());
        assert!(model.notice().ends_with("or * to cancel"), "{}", model.notice());
        assert_eq!(wire(&model.enter("*")), b"*\r\n");
        model.received("501 5.7.0 cancelled\r\n");
    }
}

#[test]
fn an_answer_is_for_its_own_challenge_only() {
    let mut model = Model::careless("192.0.2.25:25");
    model.enter("AUTH CRAM-MD5");
    model.received("334 PDFAYT4=\r\n");
    model.key(KeyCode::F(12));
    for key in [KeyCode::F(5), KeyCode::F(6), KeyCode::F(12)] {
        assert_eq!(model.key(key), []);
    }
    model.type_text("jo");
    model.key(KeyCode::Enter);
    model.received("535 5.7.8 too late\r\n");
    assert_eq!(wire(&model.enter("geheimnis")), b"");
    model.shows("the challenge that was to be answered is no longer open");
}

#[test]
fn a_login_that_has_no_answer_yet_lets_no_other_begin() {
    for (target, line, challenge) in [
        ("192.0.2.25:25", "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"),
        ("192.0.2.25:143", "a9 AUTHENTICATE LOGIN", "+ VXNlcm5hbWU6\r\n"),
        ("192.0.2.25:110", "AUTH LOGIN", "+ VXNlcm5hbWU6\r\n"),
    ] {
        let mut model = Model::careless(target);
        assert_ne!(model.enter(line), []);
        for key in [KeyCode::F(12), KeyCode::F(5), KeyCode::F(6)] {
            assert_eq!(model.key(key), []);
            assert!(model.app.overlay.is_none(), "{target}");
            assert!(model.notice().contains("has no answer yet: wait for the challenge"), "{}", model.notice());
        }
        model.received(challenge);
        assert_eq!(answered(&mut model, &["jo", "geheimnis"]), "am8=\r\n", "{target}");
    }
    // A list is no login.
    let mut model = Model::careless("192.0.2.25:110");
    model.enter("AUTH");
    model.key(KeyCode::F(12));
    assert!(matches!(&model.app.overlay, Some(Overlay::Auth(_))), "{}", model.notice());
}

#[test]
fn a_dialog_sends_no_login_within_one_that_began_meanwhile() {
    for challenged in [false, true] {
        let mut model = Model::careless("192.0.2.25:25");
        model.enter("NOOP");
        model.enter("AUTH LOGIN");
        model.key(KeyCode::F(12));
        assert_eq!(wire(&model.received("250 ok\r\n")), b"AUTH LOGIN\r\n");
        if challenged {
            model.received("334 VXNlcm5hbWU6\r\n");
        }
        assert_eq!(wire(&model.enter("jo")), b"");
        assert_eq!(wire(&model.enter("geheimnis")), b"");
        model.shows("another login has begun since the dialog was opened; nothing was sent");
        assert_eq!(wire(&model.received("535 5.7.8 no\r\n")), b"", "nor afterwards");
    }
}

#[test]
fn a_challenge_of_several_lines_is_answered_once_by_its_last_line() {
    let begun = || {
        let mut model = Model::careless("192.0.2.25:25");
        model.enter("EHLO client.example");
        model.received("250-mx\r\n250 AUTH LOGIN\r\n");
        model.key(KeyCode::F(12));
        model.type_text("jo");
        model.key(KeyCode::Tab);
        model.type_text("geheimnis");
        assert_eq!(wire(&model.key(KeyCode::Enter)), b"AUTH LOGIN\r\n");
        model
    };
    for (lines, answer, says) in [
        ("334-VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n", "Z2VoZWltbmlz\r\n", "a challenge is one line (RFC 4954 §4)"),
        ("334-UGFzc3dvcmQ6\r\n334 VXNlcm5hbWU6\r\n", "am8=\r\n", "a challenge is one line (RFC 4954 §4)"),
        ("334 UGFzc3dvcmQ6\r\n334 VXNlcm5hbWU6\r\n", "am8=\r\n", "another challenge before the last was answered"),
        // Whoever has given up in the same breath wants no password any more.
        ("334 UGFzc3dvcmQ6\r\n535 5.7.8 no\r\n", "", "5.7.8"),
    ] {
        let mut model = begun();
        assert_eq!(String::from_utf8(wire(&model.received(lines))).expect("text"), answer, "{lines}");
        model.shows(says);
    }
    // The same where the first line comes alone.
    let mut model = begun();
    assert_eq!(wire(&model.received("334-VXNlcm5hbWU6\r\n")), b"", "half a challenge has no answer");
    assert_eq!(wire(&model.received("334 UGFzc3dvcmQ6\r\n")), b"Z2VoZWltbmlz\r\n");
}

#[test]
fn base64_that_the_dialog_made_is_masked_in_the_input() {
    let mut model = Model::careless("192.0.2.25:25");
    model.key(KeyCode::F(5));
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("geheimnis");
    model.ctrl('e');
    assert_eq!(model.app.prompt.line.text(), "AGpvAGdlaGVpbW5pcw==");
    assert_eq!(model.app.prompt.secret, Some(0..20), "no verb says that it is one");
    model.key(KeyCode::Home);
    for (typed, range) in [("x", 1..21), (" AUTH", 6..26)] {
        model.type_text(typed);
        assert_eq!(model.app.prompt.secret, Some(range), "{typed}");
    }
    model.key(KeyCode::End);
    model.key(KeyCode::Backspace);
    assert_eq!(model.app.prompt.secret, Some(0..25), "changed, and no less a secret");
    model.ctrl('u');
    model.type_text("NOOP");
    assert_eq!(model.app.prompt.secret, None);
    // Behind the verb it is hidden like a typed one.
    let mut model = Model::careless("192.0.2.25:25");
    model.type_text("AUTH PLAIN ");
    model.key(KeyCode::F(5));
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("geheimnis");
    model.ctrl('e');
    assert_eq!(model.app.prompt.secret, Some(11..31));
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"AUTH PLAIN AGpvAGdlaGVpbW5pcw==\r\n");
    assert!(!model.text().contains("AGpv"), "{}", model.text());
}

#[test]
fn a_timestamp_proposes_apop_before_capa() {
    use ehlo::app::conversation::Way;
    for (greeting, capa, expect) in [
        ("+OK ready <1896.697170952@a>\r\n", None, Way::Apop),
        ("+OK ready\r\n", None, Way::Sasl(sasl::Mechanism::Plain)),
        ("+OK ready <1896.697170952@a>\r\n", Some("SASL PLAIN"), Way::Apop),
        ("+OK ready <1896.697170952@a>\r\n", Some("SASL PLAIN CRAM-MD5"), Way::Sasl(sasl::Mechanism::CramMd5)),
    ] {
        let mut model = Model::connected("192.0.2.25:110");
        model.received(greeting);
        if let Some(offers) = capa {
            model.enter("CAPA");
            model.received(format!("+OK\r\n{offers}\r\n.\r\n"));
        }
        model.key(KeyCode::F(12));
        let Some(Overlay::Auth(dialog)) = &model.app.overlay else { panic!("no dialog") };
        assert_eq!(dialog.way, expect, "{greeting} {capa:?}");
        let beside = dialog.ways();
        assert!(beside.contains(&Way::UserPass), "{beside:?}");
        assert_eq!(beside.contains(&Way::Apop), greeting.contains('<'));
    }
}

#[test]
fn a_token_that_the_refusal_repeats_is_hidden_and_the_refusal_read() {
    let mut model = Model::careless("192.0.2.25:25");
    model.enter("EHLO client.example");
    model.received("250-mx\r\n250 AUTH XOAUTH2\r\n");
    model.key(KeyCode::F(12));
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("token-of-jo-1234");
    let sent = wire(&model.key(KeyCode::Enter));
    assert!(sent.starts_with(b"AUTH XOAUTH2 dXNlcj1qbw"), "{}", String::from_utf8_lossy(&sent));
    // At each place that base64 can put it.
    let json =
        "{\"status\":\"400\",\"token\":\"token-of-jo-1234\",\"a\":\"token-of-jo-1234\",\"of\":\"token-of-jo-1234\"}";
    let answer = wire(&model.received(format!("334 {}\r\n", sasl::base64::text(json.as_bytes()))));
    assert_eq!(answer, b"\r\n", "the empty answer that is owed");
    model.shows("status");
    assert!(!model.text().contains("not base64") && !model.text().contains("token-of-jo-1234"), "{}", model.text());
}

#[test]
fn a_password_that_is_an_ordinary_word_does_not_blot_out_our_own_words() {
    let mut model = Model::careless("192.0.2.25:25");
    model.enter("EHLO client.example");
    model.received("250-mx\r\n250 AUTH PLAIN\r\n");
    model.key(KeyCode::F(5));
    model.type_text("jo");
    model.key(KeyCode::Tab);
    model.type_text("wrong");
    model.key(KeyCode::Enter);
    model.received("535 5.7.8 you said wrong\r\n");
    model.shows("5.7.8: the user name or the password is wrong");
    assert!(!model.text().contains("you said wrong"), "{}", model.text());
}

#[test]
fn two_logins_have_two_nonces_and_a_wrong_one_is_wrong_as_chosen() {
    let mut model = Model::careless("192.0.2.25:110");
    model.enter("CAPA");
    model.received("+OK\r\nSASL PLAIN SCRAM-SHA-256\r\n.\r\n");
    let mut log_in = |mistakes: usize| {
        model.key(KeyCode::F(12));
        for _ in 0..mistakes {
            model.ctrl('g');
        }
        model.type_text("jo");
        model.key(KeyCode::Tab);
        model.type_text("geheimnis");
        let sent = wire(&model.key(KeyCode::Enter));
        model.received("-ERR no\r\n");
        sent
    };
    let (one, two, broken) = (log_in(0), log_in(0), log_in(1));
    assert_ne!(one, two);
    assert!(broken.contains(&b'!'), "{broken:?}");
}

#[test]
fn a_pipelined_group_ends_where_its_reply_decides() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.alt('i');
    let paste = "MAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\n.hidden\n.\nQUIT\n";
    let group = wire(&model.event(Event::Paste(paste.to_owned())));
    assert_eq!(group, b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
    assert_eq!(model.received("250 ok\r\n250 ok\r\n"), []);
    let rest = wire(&model.received("354 go\r\n"));
    assert_eq!(rest, b"..hidden\r\n.\r\n", "stuffed, and QUIT waits for the answer to the message");
    assert_eq!(wire(&model.received("250 queued\r\n")), b"QUIT\r\n");
}

#[test]
fn a_chunk_of_bdat_is_counted_and_never_stuffed() {
    let mut model = Model::greeted("192.0.2.25:25");
    for (line, reply) in [("MAIL FROM:<a@b.example>", "250 ok\r\n"), ("RCPT TO:<c@d.example>", "250 ok\r\n")] {
        model.enter(line);
        model.received(reply);
    }
    assert_eq!(wire(&model.enter("BDAT 8 LAST")), b"BDAT 8 LAST\r\n");
    assert_eq!(wire(&model.enter(".dot")), b".dot\r\n");
    assert_eq!(wire(&model.enter("xy")), b"xy");
    model.received("250 ok, 8 octets\r\n");
    assert_eq!(wire(&model.enter("NOOP")), b"NOOP\r\n");
}

#[test]
fn what_the_command_line_says_of_tls_is_for_its_own_target() {
    let mut model = Model::new();
    model.app.options.security = Some(ehlo::protocol::endpoint::Security::StartTls);
    model.app.options.sni = Some("mx.example.org".to_owned());
    let mut effects = Effects::new();
    for target in ["192.0.2.25:25", "imaps://192.0.2.26"] {
        model.app.go(parse_target(&[target]).expect("a target"), &mut effects);
    }
    let plans: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Connect { plan, .. } => Some((plan.endpoint.security, plan.sni.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(plans[0], (ehlo::protocol::endpoint::Security::StartTls, Some("mx.example.org".to_owned())));
    assert_eq!(plans[1], (ehlo::protocol::endpoint::Security::Implicit, None));
}

#[test]
fn a_password_that_was_typed_is_masked_when_the_server_repeats_it() {
    let mut model = Model::careless("192.0.2.25:143");
    model.enter("LOGIN jo \"geheim 99\"");
    model.received("a1 NO wrong password geheim 99\r\n");
    let mut smtp = Model::careless("192.0.2.25:25");
    // ␀jo␀geheimnis
    smtp.enter("AUTH PLAIN AGpvAGdlaGVpbW5pcw==");
    smtp.received("535 no geheimnis here\r\n");
    for model in [model, smtp] {
        let conversation = model.app.conversation().expect("one");
        for number in conversation.transcript.range() {
            let entry = conversation.transcript.entry(number).expect("kept");
            let text = String::from_utf8_lossy(conversation.transcript.octets(entry)).into_owned();
            assert!(!text.contains("geheim"), "{text}");
        }
    }
}

#[test]
fn the_body_of_a_refused_data_is_never_sent_as_commands() {
    let mut model = Model::greeted("192.0.2.25:25");
    let paste = "MAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\nSubject: s\n\nRSET\n.\nQUIT\n";
    model.event(Event::Paste(paste.to_owned()));
    model.received("250 ok\r\n");
    model.received("550 no\r\n");
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"DATA\r\n");
    assert_eq!(model.received("503 no recipients\r\n"), []);
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"QUIT\r\n");
}

#[test]
fn a_pasted_literal_ends_its_command_line() {
    let mut model = Model::careless("192.0.2.25:143");
    model.event(Event::Paste("a SELECT {5}\nINBOX\nb NOOP\nc LOGIN {2}\njo {6+}\nsecret\n".to_owned()));
    assert_eq!(wire(&model.received("+ go\r\n")), b"INBOX\r\n");
    assert_eq!(wire(&model.received("a OK in\r\n")), b"b NOOP\r\n");
    assert_eq!(wire(&model.received("b OK\r\n")), b"c LOGIN {2}\r\n");
    assert_eq!(wire(&model.received("+ go\r\n")), b"jo {6+}\r\nsecret\r\n");
    assert_eq!(model.received("c OK\r\n"), []);
}

#[test]
fn a_masked_line_is_wiped_when_its_exchange_is_over() {
    let mut model = Model::careless("192.0.2.25:25");
    model.enter("AUTH LOGIN");
    model.received("334 VXNlcm5hbWU6\r\n");
    model.enter("am8=");
    model.received("334 UGFzc3dvcmQ6\r\n");
    model.type_text("Z2VoZWltbmlz");
    assert!(model.app.prompt.secret.is_some());
    model.received("535 too slow\r\n");
    assert_eq!(model.app.prompt.line.text(), "");
    // What was cut from a secret does not come back either.
    let mut model = Model::greeted("192.0.2.25:110");
    model.type_text("PASS geheimnis");
    model.ctrl('a');
    model.ctrl('k');
    model.ctrl('y');
    assert_eq!(model.app.prompt.line.text(), "");
}

#[test]
fn a_wait_that_is_given_up_holds_nothing_back() {
    let mut model = Model::connected("192.0.2.25:25");
    assert_eq!(model.enter("EHLO early"), []);
    model.ctrl('c');
    assert_eq!(wire(&model.key(KeyCode::Enter)), b"EHLO early\r\n");
}

#[test]
fn a_cut_line_has_one_class_and_its_pieces_are_no_replies() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.enter("NOOP");
    model.received([b"250 ".to_vec(), vec![b'x'; 65_532], b"550 fake\r\n".to_vec()].concat());
    let conversation = model.app.conversation().expect("one");
    let last = conversation.transcript.range().end - 1;
    let entry = conversation.transcript.entry(last).expect("kept");
    assert_eq!(conversation.transcript.octets(entry), b"550 fake");
    assert_eq!(ehlo::app::plain::mark(entry, true), ":");
}

#[test]
fn a_message_over_the_limit_is_asked_about_once() {
    let mut model = Model::greeted("192.0.2.25:25");
    for (line, reply) in
        [("MAIL FROM:<a@b.example>", "250 ok\r\n"), ("RCPT TO:<c@d.example>", "250 ok\r\n"), ("DATA", "354 go\r\n")]
    {
        model.enter(line);
        model.received(reply);
    }
    // The server said SIZE 1000.
    model.event(Event::Paste("x".repeat(900) + "\n" + &"y".repeat(900)));
    assert_eq!(model.ctrl('d'), []);
    assert!(model.app.message().is_some_and(|m| m.error.as_deref().is_some_and(|e| e.contains("SIZE"))));
    assert!(wire(&model.ctrl('d')).ends_with(b"\r\n.\r\n"));
}

#[test]
fn a_large_message_waits_for_the_wire_first_and_then_for_the_answer() {
    let mut model = Model::in_data();
    model.key(KeyCode::F(7));
    model.event(Event::Paste("x".repeat(300_000)));
    model.ctrl('d');
    let sent = wire(&model.ctrl('d')).len();
    let stage = |model: &Model| model.app.conversation().expect("one").wait(model.now).map(|wait| wait.stage);
    assert_eq!(stage(&model), Some("sending"));
    model.happened(Happened::Sent { octets: sent });
    assert_eq!(stage(&model), Some("answer to the final dot"));
}

#[test]
fn quit_says_how_many_messages_it_removes() {
    let logged_in = || {
        let mut model = Model::careless("192.0.2.25:110");
        for (line, reply) in
            [("USER jo", "+OK\r\n"), ("PASS geheimnis", "+OK\r\n"), ("DELE 1", "+OK\r\n"), ("DELE 2", "+OK\r\n")]
        {
            model.enter(line);
            model.received(reply);
        }
        model
    };
    let mut model = logged_in();
    assert_eq!(model.enter("QUIT"), []);
    assert!(model.notice().contains("2 messages") && model.notice().contains("RSET"), "{}", model.notice());
    assert_eq!(wire(&model.press(KeyCode::Enter, KeyModifiers::ALT)), b"QUIT\r\n");
    let mut model = logged_in();
    assert_eq!(wire(&model.key(KeyCode::F(10))), b"RSET\r\nQUIT\r\n", "leaving removes nothing");
    let mut model = logged_in();
    model.enter("RSET");
    model.received("+OK\r\n");
    assert_eq!(wire(&model.enter("QUIT")), b"QUIT\r\n");
}

#[test]
fn control_v_enters_the_next_key_as_it_is() {
    let mut model = Model::greeted("192.0.2.25:25");
    model.type_text("NOOP ");
    for (code, modifiers) in [
        (KeyCode::Tab, KeyModifiers::NONE),
        (KeyCode::Esc, KeyModifiers::NONE),
        (KeyCode::Char(' '), KeyModifiers::CONTROL),
        (KeyCode::Char('g'), KeyModifiers::CONTROL),
        (KeyCode::Char('m'), KeyModifiers::CONTROL),
    ] {
        model.ctrl('v');
        model.press(code, modifiers);
    }
    assert_eq!(wire(&model.press(KeyCode::Enter, KeyModifiers::ALT)), b"NOOP \t\x1b\0\x07\r\n");
}

#[test]
fn a_message_goes_into_the_selected_mailbox_whatever_its_name() {
    for (mailbox, expect) in [("INBOX", "APPEND INBOX "), ("\"my mail\"", "APPEND \"my mail\" ")] {
        let mut model = Model::careless("192.0.2.25:143");
        for (line, reply) in
            [("LOGIN jo geheimnis".to_owned(), "a1 OK\r\n"), (format!("SELECT {mailbox}"), "a2 OK\r\n")]
        {
            model.enter(&line);
            model.received(reply);
        }
        model.key(KeyCode::F(7));
        let sent = String::from_utf8(wire(&model.ctrl('d'))).expect("text");
        assert!(sent.contains(expect), "{sent}");
    }
}

/// Answers every question that is out with these records of its type, until nothing is asked any more.
fn answer_all(model: &mut Model, mut effects: Vec<Effect>, records: &[(&str, Value)]) {
    while let Some(place) = effects.iter().position(|effect| matches!(effect, Effect::Query { .. })) {
        let Effect::Query { id, query, .. } = effects.swap_remove(place) else { return };
        let fits = |(name, value): &&(&str, Value)| *name == query.name && value.kind() == query.kind;
        let answers = records
            .iter()
            .filter(fits)
            .map(|(name, value)| Record { name: (*name).to_owned(), ttl: 300, value: value.clone() })
            .collect::<Vec<_>>();
        let rcode = if answers.is_empty() { 3 } else { 0 };
        let answer = Box::new(Answer::new(query, Ok(Response { rcode, answers, ..Response::default() })));
        effects.extend(model.event(Event::Answered { id, at: model.now, answer }));
    }
    assert_eq!(model.app.dns.pending(), 0);
}

#[test]
fn a_row_of_the_dns_pane_is_copied_as_dig_and_explained() {
    let mut model = Model::new();
    model.key(KeyCode::F(3));
    let effects = model.enter("example.org @192.0.2.53");
    let spf = Value::Txt(vec![b"v=spf1 mx -all".to_vec()]);
    let mx = Value::Mx { preference: 10, exchange: "mx.example.org".to_owned() };
    answer_all(&mut model, effects, &[("example.org", spf), ("example.org", mx)]);
    let row = model.app.dns.rows.iter().position(|row| row.label == "SPF").expect("SPF has a row");
    for _ in 0..row {
        model.key(KeyCode::Char('j'));
    }
    let copied = model.key(KeyCode::Char('y'));
    assert_eq!(copied, [Effect::Copy("dig @192.0.2.53 example.org TXT".to_owned())]);
    model.key(KeyCode::Enter);
    let detail = format!("{:?}", model.app.overlay);
    assert!(detail.contains("may send: the addresses of the mail exchanges"), "{detail}");
    model.key(KeyCode::Esc);
    assert!(model.app.findings().iter().any(|finding| finding.says.contains("does not exist")));
}

#[test]
fn a_message_is_looked_into_from_the_transcript_the_editor_and_a_file() {
    let mut model = Model::new();
    model.key(KeyCode::F(3));
    model.enter("dkim");
    let error = format!("{:?}", model.app.overlay);
    assert!(error.contains("there is no message here"), "{error}");
    model.key(KeyCode::Esc);
    // A file.
    model.key(KeyCode::F(3));
    let path = PathBuf::from("/tmp/a message.eml");
    let effects = model.enter("dkim /tmp/a message.eml");
    assert!(matches!(effects.as_slice(), [Effect::ReadFile { path: asked, .. }] if *asked == path), "{effects:?}");
    model.event(Event::File { path: path.clone(), content: Err("it is gone".to_owned()) });
    assert!(model.app.notice.as_ref().is_some_and(|notice| notice.text.contains("it is gone")));
    model.key(KeyCode::F(3));
    model.enter("dkim /tmp/a message.eml");
    let content = b"From: a@one.example\r\n\r\nx\r\n".to_vec();
    model.event(Event::File { path, content: Ok(content) });
    assert_eq!((model.app.dns.title.as_str(), model.app.focus), ("message from one.example", Focus::Dns));
    // The message that is being written.
    let mut model = Model::in_data();
    model.key(KeyCode::F(7));
    model.event(Event::Paste("From: b@two.example\n\nhello\n".to_owned()));
    model.key(KeyCode::F(3));
    model.enter("dkim");
    assert!(model.app.dns.title.starts_with("message"), "{}", model.app.dns.title);
    // One that came.
    let mut model = Model::careless("pop3://192.0.2.25");
    for line in ["USER a", "PASS b"] {
        model.enter(line);
        model.received("+OK\r\n");
    }
    model.enter("RETR 1");
    model.received("+OK 1\r\nFrom: c@three.example\r\n\r\n..dot\r\n.\r\n");
    model.key(KeyCode::F(3));
    model.enter("dkim");
    assert_eq!(model.app.dns.title, "message from three.example");
}

/// The findings about this, the says of each.
fn found(model: &Model, subject: &str) -> Vec<String> {
    model.app.findings().iter().filter(|f| f.subject == subject).map(|f| format!("{} → {}", f.says, f.next)).collect()
}

#[test]
fn what_is_wrong_with_starttls_is_found_in_its_own_words() {
    let ehlo = |greeting: &str, offers: &str| {
        let mut model = Model::connected("192.0.2.25:25");
        model.received(format!("{greeting}\r\n"));
        model.enter("EHLO a");
        model.received(offers);
        model
    };
    let model = ehlo("220 *****************2**0", "250-mx\r\n250-XXXXXXXA\r\n250 SIZE\r\n");
    assert!(found(&model, "greeting")[0].contains("asterisks"));
    assert!(found(&model, "STARTTLS")[0].contains("XXXXXXXA is: something on the way writes over"));
    model.shows("no inspect esmtp");
    let model = ehlo("220 mx", "250-mx\r\n250-XCLIENT\r\n250 SIZE\r\n");
    assert_eq!((found(&model, "greeting").len(), found(&model, "STARTTLS").len()), (0, 0));
    // Refused, each with its next step; a good answer is no finding.
    for (reply, next) in [
        ("454 4.7.0 TLS not available due to local problem\r\n", "certificate, its key"),
        ("502 5.5.1 not implemented\r\n", "a proxy in front"),
        ("503-5.5.1 no\r\n503 5.5.1 transaction\r\n", "a transaction is open"),
    ] {
        let mut model = Model::greeted("192.0.2.25:25");
        model.key(KeyCode::F(4));
        model.received(reply);
        let found = found(&model, "STARTTLS");
        assert!(found.len() == 1 && found[0].contains(next), "{reply}: {found:?}");
    }
    // After HELO there is none.
    let mut model = Model::connected("192.0.2.25:25");
    model.received("220 mx\r\n");
    model.enter("HELO a");
    model.received("250 mx\r\n");
    model.enter("STARTTLS");
    model.press(KeyCode::Enter, KeyModifiers::ALT);
    model.received("503 STARTTLS command used when not advertised\r\n");
    assert!(found(&model, "STARTTLS")[0].contains("after HELO there is no STARTTLS"));
    // The same list under TLS, and one that lost more than TLS takes away.
    for (offers, part) in [
        ("250-mx\r\n250 SIZE 1000\r\n", None),
        ("250-mx\r\n250 AUTH PLAIN\r\n", Some("no longer under TLS: SIZE 1000")),
        ("250-mx\r\n250-SIZE 1000\r\n250 STARTTLS\r\n", Some("still offered under TLS")),
    ] {
        let mut model = Model::greeted("192.0.2.25:25");
        model.key(KeyCode::F(4));
        model.received("220 go\r\n");
        model.happened(Happened::TlsDone(report()));
        model.received(offers);
        let found = found(&model, "STARTTLS");
        assert_eq!(found.len(), usize::from(part.is_some()), "{offers}: {found:?}");
        assert!(part.is_none_or(|part| found[0].contains(part)), "{offers}: {found:?}");
    }
}

#[test]
fn a_server_that_breaks_the_promise_of_its_domain_is_told_of() {
    let records = [
        ("example.org", Value::Mx { preference: 10, exchange: "mx.example.org".to_owned() }),
        ("mx.example.org", Value::A(Ipv4Addr::new(192, 0, 2, 25))),
        ("_25._tcp.mx.example.org", Value::Tlsa { usage: 3, selector: 1, matching: 1, data: vec![0; 32] }),
    ];
    for (offers, host, count) in [
        ("250-mx\r\n250 SIZE\r\n", "mx.example.org:25", 1),
        ("250-mx\r\n250 STARTTLS\r\n", "mx.example.org:25", 0),
        ("250-mx\r\n250 SIZE\r\n", "mx.example.org:587", 0),
        ("250-mx\r\n250 SIZE\r\n", "other.example.org:25", 0),
    ] {
        let mut model = Model::new();
        model.key(KeyCode::F(3));
        let effects = model.enter("example.org @192.0.2.53");
        answer_all(&mut model, effects, &records);
        let mut model = model.connect(host);
        model.received("220 mx\r\n");
        model.app.focus = Focus::Input;
        model.enter("EHLO a");
        model.received(offers);
        model.received("250 odd\r\n");
        let found: Vec<_> =
            found(&model, "DANE").into_iter().filter(|says| says.contains("will not deliver")).collect();
        assert_eq!(found.len(), count, "{offers} {host}: {found:?}");
    }
}

#[test]
fn the_handshake_on_the_screen_is_held_against_tlsa_and_the_policy_of_a_known_domain() {
    let records = [
        ("example.org", Value::Mx { preference: 10, exchange: "mx.example.org".to_owned() }),
        ("mx.example.org", Value::A(Ipv4Addr::new(192, 0, 2, 25))),
    ];
    for (host, asks) in [("mx.example.org:25", true), ("mx.example.org:587", false), ("other.example.org:25", false)] {
        let mut model = Model::new();
        model.key(KeyCode::F(3));
        let effects = model.enter("example.org @192.0.2.53");
        answer_all(&mut model, effects, &records);
        let mut model = model.connect(host);
        model.received("220 mx\r\n");
        model.happened(Happened::TlsDone(report()));
        // Whatever the pane shows by then.
        model.key(KeyCode::F(3));
        let effects = model.enter("mx other.example @192.0.2.53");
        answer_all(&mut model, effects, &[]);
        let effects = model.alt('t');
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Connect { .. })), "{host}: {effects:?}");
        let asked: Vec<&str> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Query { query, .. } => Some(query.name.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(asked.contains(&"_mta-sts.example.org"), asks, "{host}: {asked:?}");
        assert_eq!(model.app.dns.title.contains("for example.org"), asks, "{}", model.app.dns.title);
    }
}

#[test]
fn a_probe_begins_only_with_the_name_of_its_server() {
    let mut model = Model::greeted("mx.example.org:25");
    let open = |model: &mut Model| {
        model.ctrl('p');
        model.type_text("probe");
        model.key(KeyCode::Enter);
    };
    open(&mut model);
    let Some(Overlay::Probe(dialog)) = &model.app.overlay else { panic!("{:?}", model.app.overlay) };
    assert!(dialog.terms().join("\n").contains("Probes mx.example.org:25 (smtp)"));
    for wrong in ["", "yes"] {
        assert_eq!(model.enter(wrong), [], "{wrong}");
        assert!(model.app.overlay.is_some());
    }
    for _ in 0..3 {
        model.key(KeyCode::Backspace);
    }
    let effects = model.enter("mx.example.org --only relay");
    assert!(matches!(effects.as_slice(), [Effect::Connect { plan, .. }] if plan.endpoint.port == 25), "{effects:?}");
    assert_eq!((model.app.focus, model.app.dns.title.as_str()), (Focus::Dns, "probe of mx.example.org:25"));
    // Esc sends nothing, and the line of the DNS pane begins none.
    let mut model = Model::greeted("mx.example.org:25");
    open(&mut model);
    assert_eq!(model.key(KeyCode::Esc), []);
    assert!(model.app.overlay.is_none());
    model.key(KeyCode::F(3));
    assert_eq!(model.enter("probe mx.example.org"), []);
    assert!(format!("{:?}", model.app.overlay).contains("a probe is for a server, and asks first"));
}

/// A model with this source, after Enter in the dialog with no password typed.
fn supplied(supply: Supply) -> (Model, Effects) {
    let mut model = Model::careless("192.0.2.25:143");
    model.app.options.supply = Some(supply);
    model.key(KeyCode::F(5));
    model.type_text("jo");
    model.key(KeyCode::Enter);
    let effects = model.key(KeyCode::Enter);
    (model, effects)
}

#[test]
fn a_password_command_that_hangs_is_ended_by_ctrl_c() {
    let (mut model, effects) = supplied(Supply::Command("sleep 1000".to_owned()));
    assert_eq!(effects, [Effect::AskPassword { command: "sleep 1000".to_owned() }]);
    assert!(model.notice().contains("Ctrl-C ends it"), "{}", model.notice());
    for _ in 0..2 {
        model.key(KeyCode::F(5));
        model.key(KeyCode::Enter);
        assert_eq!(model.key(KeyCode::Enter), [], "one runs already");
        model.key(KeyCode::Esc);
    }
    assert_eq!(model.ctrl('c'), [Effect::ForgetPassword]);
    assert_eq!(model.notice(), "the password command was ended; nothing was sent");
    assert_eq!(model.event(Event::Password(Ok(Secret::from("late")))), [], "an answer on its way comes too late");
    assert_eq!(model.ctrl('c'), [], "once is enough");
}

#[test]
fn an_empty_password_of_a_source_is_not_sent() {
    let held = Supply::Held { option: "--password", secret: Secret::default() };
    let (model, effects) = supplied(held);
    assert_eq!((wire(&effects), model.app.overlay.is_none()), (Vec::new(), true));
    assert!(model.notice().starts_with("the password of --password is empty"), "{}", model.notice());
    let (mut model, _) = supplied(Supply::Command("true".to_owned()));
    assert_eq!(model.event(Event::Password(Ok(Secret::default()))), []);
    assert!(model.notice().contains("--password-command is empty"), "{}", model.notice());
}
