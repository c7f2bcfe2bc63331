//! Whole screens, drawn from a model that was fed events, as a person would see them.

#![cfg(test)]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ehlo::app::effect::Effect;
use ehlo::app::event::{ConnectionId, Event, Happened, QueryId};
use ehlo::app::options::Options;
use ehlo::app::state::App;
use ehlo::diagnosis::dns::{
    Answer, Dropped, Edns, Ending, ExtendedError, Flags, Mismatch, Query, QueryFailure, Record, RecordType, Response,
    Transport, Try, Value,
};
use ehlo::diagnosis::tls::{TlsReport, Verdict};
use ehlo::protocol::endpoint::{Target, parse_target};
use ehlo::protocol::moment::Moment;
use ehlo::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

/// An app that is fed, and drawn at any size.
struct Scene {
    app: App,
    now: u64,
    effects: Vec<Effect>,
}

impl Scene {
    fn new() -> Self {
        let epoch: jiff::Zoned = "2026-03-09T10:21:04.118+00:00[UTC]".parse().unwrap();
        let mut options = Options::new("client.example.net", epoch);
        options.seed = 0xe41;
        Self { app: App::new(options, (80, 24)), now: 0, effects: Vec::new() }
    }

    fn update(&mut self, event: Event) {
        let effects = self.app.update(event, Moment::from_millis(self.now));
        self.effects.extend(effects);
    }

    /// Connects to `target`, as the words at the door would.
    fn connect(target: &str) -> Self {
        let mut scene = Self::new();
        scene.open(target);
        scene
    }

    fn open(&mut self, target: &str) {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&[target]) else { panic!("{target}") };
        let mut effects = Vec::new();
        self.app.connect(endpoint, Vec::new(), &mut effects);
        let id = self.app.conversation().unwrap().id;
        let peer = SocketAddr::from(([192, 0, 2, 25], self.app.conversation().unwrap().plan.endpoint.port));
        let local = SocketAddr::from(([198, 51, 100, 7], 40000));
        let took = Duration::from_millis(23);
        self.happened(id, Happened::Resolved { addresses: vec![peer.ip()], took: Duration::from_millis(9) });
        self.happened(id, Happened::Connected { local, peer, practice: None, took });
    }

    fn happened(&mut self, id: ConnectionId, what: Happened) {
        self.now += 23;
        let at = Moment::from_millis(self.now);
        self.update(Event::Connection { id, at, what });
    }

    /// The server says this.
    fn server(&mut self, octets: impl AsRef<[u8]>) -> &mut Self {
        let id = self.app.conversation().unwrap().id;
        self.happened(id, Happened::Received(Bytes::copy_from_slice(octets.as_ref())));
        self
    }

    fn tls(&mut self, name: Verdict) -> &mut Self {
        self.tls_with(name, certificate(), 1_773_051_664)
    }

    /// A handshake that showed this certificate at this time.
    fn tls_with(&mut self, name: Verdict, der: Vec<u8>, judged_at: i64) -> &mut Self {
        let id = self.app.conversation().unwrap().id;
        let report = TlsReport {
            version: "TLS 1.3".to_owned(),
            cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
            group: Some("X25519".to_owned()),
            asked_name: "mx1.example.org".to_owned(),
            sni: Some("mx1.example.org".to_owned()),
            alpn: None,
            chain: vec![der],
            name,
            system_trust: Verdict::Good,
            mozilla_trust: Verdict::Good,
            handshake_signature: Verdict::Good,
            judged_at,
            took: Duration::from_millis(31),
            ..TlsReport::unjudged("")
        };
        self.happened(id, Happened::TlsDone(Box::new(report)));
        self
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.chord(code, KeyModifiers::NONE)
    }

    fn chord(&mut self, code: KeyCode, modifiers: KeyModifiers) -> &mut Self {
        self.now += 2;
        self.update(Event::Key(KeyEvent::new(code, modifiers)));
        self
    }

    fn alt(&mut self, c: char) -> &mut Self {
        self.chord(KeyCode::Char(c), KeyModifiers::ALT)
    }

    fn typed(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn line(&mut self, text: &str) -> &mut Self {
        self.typed(text).press(KeyCode::Enter)
    }

    /// Sent although it gives a password away.
    fn line_anyway(&mut self, text: &str) -> &mut Self {
        self.typed(text).chord(KeyCode::Enter, KeyModifiers::ALT)
    }

    fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += millis;
        self.update(Event::Wake);
        self
    }

    fn buffer(&self, width: u16, height: u16) -> (Buffer, view::Drawn) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut drawn = view::Drawn::default();
        terminal.draw(|frame| drawn = view::draw(frame, &self.app)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        check(&buffer);
        (buffer, drawn)
    }

    fn screen(&self, width: u16, height: u16) -> String {
        text(&self.buffer(width, height).0)
    }
}

/// No cell holds anything a terminal would act on.
fn check(buffer: &Buffer) {
    for cell in &buffer.content {
        assert!(
            cell.symbol().chars().all(|c| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}')),
            "{:?}",
            cell.symbol()
        );
    }
}

fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip > 0 {
                skip -= 1;
                continue;
            }
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// The style of the first cell of `wanted` on the screen.
fn style_of(buffer: &Buffer, wanted: &str) -> String {
    let first: Vec<String> = wanted.chars().map(|c| c.to_string()).collect();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width.saturating_sub(u16::try_from(first.len()).unwrap() - 1) {
            if (x..).zip(&first).all(|(x, symbol)| buffer[(x, y)].symbol() == symbol) {
                let cell = &buffer[(x, y)];
                return format!("{wanted}: {:?} {:?}", cell.fg, cell.modifier);
            }
        }
    }
    panic!("{wanted} is not on the screen\n{}", text(buffer));
}

/// A certificate that is always the same but for its key, which is never drawn.
fn certificate() -> Vec<u8> {
    let mut params = rcgen::CertificateParams::new(vec!["mx1.example.org".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 2, 1);
    params.not_after = rcgen::date_time_ymd(2026, 5, 9);
    let key = rcgen::KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

/// The working day: EHLO, STARTTLS, a login that fails.
fn working_day() -> Scene {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 mx1.example.org ESMTP Postfix\r\n");
    scene.line("EHLO client.example.net");
    scene.server("250-mx1.example.org\r\n250-STARTTLS\r\n250-PIPELINING\r\n250 SIZE 10485760\r\n");
    scene.press(KeyCode::F(4));
    scene.server("220 2.0.0 Ready to start TLS\r\n");
    scene.tls(Verdict::Good);
    scene.server("250-mx1.example.org\r\n250-AUTH PLAIN LOGIN\r\n250-PIPELINING\r\n250 SIZE 10485760\r\n");
    scene.press(KeyCode::F(5)).line("jo@example.org").line("geheimnis");
    scene.server("535 5.7.8 Error: authentication failed\r\n");
    scene
}

#[test]
fn the_working_day() {
    let mut scene = working_day();
    scene.typed("RCPT TO:<jo@example.com");
    for (width, height) in [(160, 48), (80, 24), (60, 16), (1, 1)] {
        insta::assert_snapshot!(format!("working_day_{width}x{height}"), scene.screen(width, height));
    }
}

#[test]
fn classes_and_marks_have_their_styles() {
    let scene = working_day();
    let (buffer, _) = scene.buffer(160, 48);
    let styles: Vec<String> = [
        "ehlo",
        "TLS 1.3 ✓",
        "220 mx1",
        "EHLO client",
        "connected to",
        "535 5.7.8",
        "◀◀✗",
        "└ decoded",
        "+AUTH PLAIN",
        "-STARTTLS",
        "F1",
    ]
    .into_iter()
    .map(|wanted| style_of(&buffer, wanted))
    .collect();
    insta::assert_snapshot!("styles", styles.join("\n"));
}

#[test]
fn faults_are_underlined_where_they_are() {
    let mut scene = working_day();
    scene.typed("MAIL FROM:<jo@@mail.invalid>");
    let (buffer, _) = scene.buffer(80, 24);
    insta::assert_snapshot!("styles_input", [style_of(&buffer, "MAIL FROM"), style_of(&buffer, "@mail")].join("\n"));
}

#[test]
fn the_reading_of_a_line() {
    let mut scene = working_day();
    let mut out = String::new();
    for line in ["MAIL FROM:<jo@example.org>", "MAIL FROM: <jo", "ELHO x", "NOOP", "x\u{7}\u{1b}[2J"] {
        scene.typed(line);
        let screen = scene.screen(80, 24);
        out.push_str(&screen.lines().skip(18).collect::<Vec<_>>().join("\n"));
        out.push_str("\n\n");
        scene.chord(KeyCode::Char('u'), KeyModifiers::CONTROL);
    }
    out.push_str(&scene.screen(80, 24).lines().skip(20).collect::<Vec<_>>().join("\n"));
    insta::assert_snapshot!(out);
}

#[test]
fn both_forms_of_what_is_encoded_stand_beneath_the_line() {
    let beneath = |scene: &mut Scene, line: &str| {
        scene.typed(line);
        let screen = scene.screen(100, 24);
        scene.chord(KeyCode::Char('u'), KeyModifiers::CONTROL);
        let rows: Vec<&str> = screen.lines().skip(17).map(|row| row.trim_matches(['┃', '│', ' '])).collect();
        rows.join(" ")
    };
    let mut smtp = working_day();
    for (line, part) in [
        ("MAIL FROM:<jo@münchen.de> SMTPUTF8", "münchen.de = xn--mnchen-3ya.de"),
        ("MAIL FROM:<jo@xn--mnchen-3ya.de>", "xn--mnchen-3ya.de = münchen.de"),
        ("MAIL FROM:<jo@münchen.de>", "or write xn--mnchen-3ya.de, which does without"),
        ("MAIL FROM:<jö@example.org>", "the local part is not ASCII: MAIL needs the parameter SMTPUTF8"),
    ] {
        let found = beneath(&mut smtp, line);
        assert!(found.contains(part), "{line}: {found}");
    }
    let mut imap = Scene::connect("imap://imap.example.org");
    imap.server("* PREAUTH [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] hello\r\n");
    for (line, part) in [
        ("SELECT Entw&APw-rfe", "Entw&APw-rfe = Entwürfe · SELECT mailbox"),
        ("SELECT Entwürfe", "Entw&APw-rfe"),
        ("SELECT &IC4-x", "&IC4-x = <U+202E>x"),
    ] {
        let found = beneath(&mut imap, line);
        assert!(found.contains(part), "{line}: {found}");
    }
    // Once UTF-8 is turned on, nothing is encoded any more.
    imap.line("a ENABLE UTF8=ACCEPT").server("* ENABLED UTF8=ACCEPT\r\na OK enabled\r\n");
    let found = beneath(&mut imap, "SELECT \"Entwürfe\"");
    assert!(!found.contains('&') && found.contains("SELECT mailbox"), "{found}");
}

#[test]
fn no_size_is_too_small() {
    let mut scenes = vec![Scene::new(), working_day(), surveyed()];
    let mut message = writing();
    message.update(Event::Paste("one\n.\ntwo\n".to_owned()));
    scenes.push(message);
    for key in [KeyCode::F(1), KeyCode::F(2), KeyCode::F(3)] {
        let mut scene = working_day();
        scene.press(key);
        scenes.push(scene);
    }
    for key in ['1', '2', '3', '4'] {
        let mut scene = working_day();
        scene.alt(key);
        scenes.push(scene);
    }
    let mut scene = working_day();
    scene.chord(KeyCode::Char('p'), KeyModifiers::CONTROL);
    scenes.push(scene);
    scenes.push(gate());
    let mut scene = working_day();
    scene.alt('t');
    scenes.push(scene);
    for scene in &mut scenes {
        for width in 1..=30 {
            for height in 1..=20 {
                scene.buffer(width, height);
            }
        }
        for (width, height) in [(0, 0), (0, 5), (5, 0), (119, 30), (120, 29), (120, 30), (300, 100), (40, 200)] {
            scene.buffer(width, height);
        }
        scene.app.options.ascii = true;
        scene.app.options.monochrome = true;
        for (width, height) in [(160, 48), (80, 24), (33, 11)] {
            let (buffer, _) = scene.buffer(width, height);
            for cell in &buffer.content {
                assert!(cell.symbol().is_ascii(), "{:?}\n{}", cell.symbol(), text(&buffer));
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
            }
        }
    }
}

#[test]
fn the_working_day_in_ascii_without_colour() {
    let mut scene = working_day();
    scene.app.options.ascii = true;
    scene.app.options.monochrome = true;
    scene.typed("STARTTLS");
    insta::assert_snapshot!("ascii_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("ascii_130x40", scene.screen(130, 40));
    scene.press(KeyCode::F(1));
    insta::assert_snapshot!("ascii_help", scene.screen(100, 70));
}

#[test]
fn nothing_is_connected() {
    let mut scene = Scene::new();
    insta::assert_snapshot!("empty_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("empty_160x48", scene.screen(160, 48));
    scene.press(KeyCode::F(2)).typed("smtp://[2001:db8::1").press(KeyCode::Enter);
    insta::assert_snapshot!("connect_error_80x24", scene.screen(80, 24));
}

#[test]
fn imap_with_a_literal_and_a_refusal() {
    let mut scene = Scene::connect("imap://mail.example.org");
    scene.server("* OK [CAPABILITY IMAP4rev1 STARTTLS IDLE LITERAL+] Dovecot ready.\r\n");
    scene.line_anyway("LOGIN jo geheimnis").server("a1 OK [CAPABILITY IMAP4rev1 IDLE] Logged in\r\n");
    scene.line("SELECT INBOX");
    scene.server("* FLAGS (\\Answered \\Seen)\r\n* 3 EXISTS\r\na2 OK [READ-WRITE] Select completed.\r\n");
    scene.line("FETCH 1 BODY[TEXT]");
    scene.server("* 1 FETCH (BODY[TEXT] {27}\r\nline one\r\na3 OK not a tag\r\n)\r\na3 OK Fetch completed.\r\n");
    scene.line("EXAMINE Ghost").server("a4 NO [NONEXISTENT] Mailbox doesn't exist: Ghost\r\n");
    insta::assert_snapshot!("imap_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("imap_130x40", scene.screen(130, 40));
    scene.line("IDLE").server("+ idling\r\n");
    insta::assert_snapshot!("imap_idle_80x24", scene.screen(80, 24));
}

#[test]
fn pop3() {
    let mut scene = Scene::connect("pop3://mail.example.org");
    scene.server("+OK POP3 ready <1.2@mail.example.org>\r\n");
    scene.line("CAPA").server("+OK\r\nSTLS\r\nTOP\r\nUIDL\r\nSASL PLAIN\r\n.\r\n");
    scene.line("USER jo").server("+OK\r\n");
    scene.line_anyway("PASS geheimnis").server("-ERR [AUTH] Authentication failed.\r\n");
    scene.alt('3');
    insta::assert_snapshot!("pop3_offers_80x24", scene.screen(80, 24));
    scene.alt('3');
    insta::assert_snapshot!("pop3_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("pop3_130x40", scene.screen(130, 40));
}

#[test]
fn offers_that_are_not_drawn_are_counted() {
    for (offers, mark) in [(200, None), (201, Some("(and 1 more)")), (1100, Some("(and 900 more)"))] {
        let mut scene = Scene::connect("imap://mail.example.org");
        let list: String = (0..offers).map(|number| format!(" X{number}")).collect();
        scene.server(format!("* OK [CAPABILITY{list}] ready\r\n")).alt('3');
        let screen = scene.screen(130, 400);
        assert!(screen.contains("X199"), "{offers}: {screen}");
        assert_eq!(screen.contains(" more)"), mark.is_some(), "{offers}: {screen}");
        assert!(mark.is_none_or(|mark| screen.contains(mark)), "{offers}: {screen}");
    }
}

/// The handshake in the pane, from a certificate made by OpenSSL. DNS has not answered yet.
#[test]
fn the_tls_of_a_connection() {
    use base64::Engine as _;
    let text: String = include_str!("certificates/leaf.txt").split_whitespace().collect();
    let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 mx1.example.org ESMTP\r\n").line("EHLO client.example.net");
    scene.server("250-mx1.example.org\r\n250 STARTTLS\r\n").press(KeyCode::F(4)).server("220 go\r\n");
    scene.tls_with(Verdict::Good, der, 1_795_284_000).alt('t');
    insta::assert_snapshot!("tls_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("tls_160x50", scene.screen(160, 50));
    for _ in 0..7 {
        scene.press(KeyCode::Char('j'));
    }
    scene.press(KeyCode::Char(' '));
    insta::assert_snapshot!("tls_certificate_160x50", scene.screen(160, 50));
}

/// A survey of which most questions are answered.
fn surveyed() -> Scene {
    let mut scene = Scene::new();
    scene.press(KeyCode::F(3)).line("example.org");
    let txt = |text: &str| Value::Txt(vec![text.as_bytes().to_vec()]);
    let mx = |preference, exchange: &str| Value::Mx { preference, exchange: exchange.to_owned() };
    for _ in 0..4 {
        let effects = std::mem::take(&mut scene.effects);
        for effect in effects {
            let Effect::Query { id, query, .. } = effect else { continue };
            let values = match (query.name.as_str(), query.kind) {
                ("example.org", RecordType::Mx) => vec![mx(10, "mx1.example.org"), mx(20, "mx2.example.org")],
                ("mx1.example.org", RecordType::A) => vec![Value::A([192, 0, 2, 25].into())],
                ("mx1.example.org", RecordType::Aaaa) => vec![Value::Aaaa("2001:db8::25".parse().unwrap())],
                ("mx2.example.org", RecordType::A) => vec![Value::A([192, 0, 2, 26].into())],
                ("25.2.0.192.in-addr.arpa", RecordType::Ptr) => vec![Value::Ptr("mx1.example.org".to_owned())],
                ("26.2.0.192.in-addr.arpa", RecordType::Ptr) => vec![Value::Ptr("h26.isp.example".to_owned())],
                ("example.org", RecordType::Txt) => vec![txt("v=spf1 mx -all"), txt("evil \u{1b}[2J \u{202e}x")],
                ("_dmarc.example.org", RecordType::Txt) => vec![txt("v=DMARC1; p=none")],
                ("mx2.example.org", RecordType::Aaaa) => continue,
                _ => Vec::new(),
            };
            scene.answer(id, query, values);
        }
    }
    scene
}

impl Scene {
    fn answer(&mut self, id: QueryId, query: Query, values: Vec<Value>) {
        self.now += 7;
        let name = query.name.clone();
        let record = |value| Record { name: name.clone(), ttl: 300, value };
        let reply = Response {
            flags: Flags { rd: true, ra: true, ..Flags::default() },
            answers: values.into_iter().map(record).collect(),
            ..Response::default()
        };
        let server = SocketAddr::from(([9, 9, 9, 9], 53));
        let tried = Try { took: Duration::from_millis(7), ..Try::new(server, Transport::Udp) };
        let answer = Box::new(Answer { tries: vec![tried], ..Answer::new(query, Ok(reply)) });
        self.update(Event::Answered { id, at: Moment::from_millis(self.now), answer });
    }
}

/// A question whose answer came by TCP, after a forged one was put aside.
#[test]
fn a_single_question() {
    let mut scene = Scene::new();
    scene.press(KeyCode::F(3)).line("mx bücher.example @9.9.9.9 +dnssec +nsid");
    let effects = std::mem::take(&mut scene.effects);
    let Some(Effect::Query { id, query, options, .. }) = effects.into_iter().next() else { panic!("no question") };
    assert!(options.dnssec && options.nsid);
    insta::assert_snapshot!("question_open_80x24", scene.screen(80, 24));

    let record = |name: &str, value| Record { name: name.to_owned(), ttl: 3600, value };
    let (name, server) = (query.name.as_str(), SocketAddr::from(([9, 9, 9, 9], 53)));
    let signature = Value::Rrsig {
        covered: RecordType::Mx,
        algorithm: 13,
        labels: 2,
        original_ttl: 3600,
        expiration: 1_800_000_000,
        inception: 1_790_000_000,
        key_tag: 12345,
        signer: name.to_owned(),
        signature: vec![0xab; 64],
    };
    let reply = Response {
        flags: Flags { qr: true, rd: true, ra: true, ad: true, ..Flags::default() },
        answers: vec![
            record(name, Value::Mx { preference: 10, exchange: format!("mx1.{name}") }),
            record(name, Value::Mx { preference: 20, exchange: "backup.example.net".to_owned() }),
            record(name, signature),
        ],
        authority: vec![record(name, Value::Ns("ns1.example.net".to_owned()))],
        additional: vec![record("ns1.example.net", Value::A([192, 0, 2, 53].into()))],
        edns: Some(Edns {
            payload: 1232,
            dnssec_ok: true,
            nsid: Some(b"res110.fra".to_vec()),
            errors: vec![ExtendedError { code: 3, text: "served from the cache \u{1b}[2J".to_owned() }],
            ..Edns::default()
        }),
        ..Response::default()
    };
    let tried = |transport, received: usize, ending| Try {
        took: Duration::from_millis(7),
        sent: vec![0; 50],
        received: vec![0; received],
        ending,
        ..Try::new(server, transport)
    };
    let forged = Dropped { why: Mismatch::Id, from: server, count: 3 };
    let udp = Try { dropped: vec![forged], ..tried(Transport::Udp, 1232, Ending::Truncated) };
    let tcp = tried(Transport::Tcp, 2310, Ending::Answered);
    let answer = Answer { tries: vec![udp, tcp], decisive: 1, ..Answer::new(query, Ok(reply)) };
    scene.update(Event::Answered { id, at: Moment::from_millis(20), answer: Box::new(answer) });
    // The octets of the answer are none, so that its validation ends where it begins: with the keys of the root.
    for effect in std::mem::take(&mut scene.effects) {
        let Effect::Query { id, query, options, .. } = effect else { continue };
        assert!(options.checking_disabled, "{query:?}");
        let answer = Box::new(Answer::new(query, Err(QueryFailure::TimedOut)));
        scene.update(Event::Answered { id, at: Moment::from_millis(30), answer });
    }
    for (width, height) in [(130, 40), (80, 24), (60, 16)] {
        insta::assert_snapshot!(format!("question_{width}x{height}"), scene.screen(width, height));
    }
    // What copies the row of the question is the line of dig.
    scene.effects.clear();
    scene.press(KeyCode::Char('y'));
    let dig = "dig @9.9.9.9 +dnssec +nsid xn--bcher-kva.example MX".to_owned();
    assert_eq!(scene.effects, [Effect::Copy(dig)]);
}

#[test]
fn a_survey() {
    let mut scene = surveyed();
    scene.press(KeyCode::Char('j')).press(KeyCode::Char('j'));
    for (width, height) in [(160, 48), (80, 24), (60, 16)] {
        insta::assert_snapshot!(format!("survey_{width}x{height}"), scene.screen(width, height));
    }
    let (buffer, _) = scene.buffer(80, 24);
    let styles = ["MX 20", "v=spf1", "A    192.0.2.25"].map(|wanted| style_of(&buffer, wanted)).join("\n");
    insta::assert_snapshot!("survey_styles", styles);
    scene.alt('4');
    insta::assert_snapshot!("survey_findings_80x24", scene.screen(80, 24));
}

/// Pseudonyms in the header, the transcript and its remarks; the line that is typed stays as it is.
#[test]
fn names_are_pseudonyms_while_the_screen_is_shared() {
    let mut scene = Scene::connect("mail.firma.de:25");
    scene.server("220 mail.firma.de ESMTP Postfix 3.7.11\r\n").line("EHLO client.firma.de");
    scene.server("250-mail.firma.de hello [10.1.2.3]\r\n250-SIZE 10240000\r\n250 AUTH PLAIN\r\n");
    scene.line("MAIL FROM:<jo@firma.de>").server("250 2.1.0 Ok\r\n");
    scene.line("RCPT TO:<ann@example.org>").server("554 5.7.1 <client.firma.de[10.1.2.3]>: relay denied\r\n");
    scene.press(KeyCode::F(9)).wait(1).typed("RCPT TO:<jo@firma.de>");
    insta::assert_snapshot!("privacy_80x24", scene.screen(80, 24));
    scene.press(KeyCode::F(9));
    assert!(scene.screen(80, 24).contains("MAIL FROM:<jo@firma.de>"), "and back:\n{}", scene.screen(80, 24));
}

/// The password is not typed: its field says where it comes from.
#[test]
fn a_password_that_is_not_typed() {
    let mut scene = Scene::connect("mx1.example.org:587");
    scene.app.options.supply = Some(ehlo::app::supply::Supply::Command("pass show mail".to_owned()));
    scene.server("220 mx1.example.org\r\n").press(KeyCode::F(5)).typed("jo");
    let screen = scene.screen(80, 24);
    assert!(screen.contains("password") && screen.contains("from --password-command"), "{screen}");
    scene.press(KeyCode::Tab).typed("x");
    assert!(!scene.screen(80, 24).contains("from --password-command"));
}

/// A login over a clear channel, up to the gate.
fn gate() -> Scene {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 mx1.example.org ESMTP\r\n").line("EHLO x");
    scene.server("250-mx1.example.org\r\n250 AUTH LOGIN PLAIN\r\n");
    scene.press(KeyCode::F(5)).line("jo").typed("geheimnis");
    scene
}

#[test]
fn logging_in_by_any_mechanism() {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 mx1.example.org ESMTP\r\n").line("EHLO x");
    scene.server("250-mx1.example.org\r\n250 AUTH LOGIN PLAIN NTLM SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2\r\n");
    scene.press(KeyCode::F(12)).line("jo").typed("geheimnis");
    insta::assert_snapshot!("auth_scram_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("auth_scram_160x50", scene.screen(160, 50));
    // All of them, the one before the strongest, and a mistake.
    for key in ['o', 'b', 'g'] {
        scene.chord(KeyCode::Char(key), KeyModifiers::CONTROL);
    }
    insta::assert_snapshot!("auth_all_80x24", scene.screen(80, 24));
}

#[test]
fn logging_in() {
    let mut scene = gate();
    insta::assert_snapshot!("auth_80x24", scene.screen(80, 24));
    scene.chord(KeyCode::Char('t'), KeyModifiers::CONTROL);
    insta::assert_snapshot!("auth_shown_80x24", scene.screen(80, 24));
    scene.chord(KeyCode::Char('t'), KeyModifiers::CONTROL).press(KeyCode::Enter).line("yes");
    insta::assert_snapshot!("auth_gate_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("auth_gate_130x40", scene.screen(130, 40));
    let (buffer, _) = scene.buffer(80, 24);
    insta::assert_snapshot!("auth_gate_styles", style_of(&buffer, "type YES"));
    let small = scene.screen(40, 10);
    assert!(small.contains("type YES"), "the gate is read before it is answered\n{small}");
}

/// In DATA, with the editor open.
fn writing() -> Scene {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 mx1.example.org ESMTP\r\n").line("EHLO x").server("250-mx1.example.org\r\n250 SIZE 10485760\r\n");
    scene.line("MAIL FROM:<jo@example.org>").server("250 2.1.0 Ok\r\n");
    scene.line("RCPT TO:<sam@example.net>").server("250 2.1.5 Ok\r\n");
    scene.line("DATA").server("354 End data with <CR><LF>.<CR><LF>\r\n");
    scene
}

#[test]
fn writing_a_message() {
    let mut scene = writing();
    scene.typed("Hello").press(KeyCode::Enter).typed(".hidden \u{1b}[2J").press(KeyCode::Enter).typed(".");
    for (width, height) in [(80, 24), (160, 48), (60, 16)] {
        insta::assert_snapshot!(format!("message_{width}x{height}"), scene.screen(width, height));
    }
    scene.update(Event::Paste("one\n.\ntwo\n".to_owned()));
    insta::assert_snapshot!("message_lone_dot_80x24", scene.screen(80, 24));
    scene.press(KeyCode::Esc).press(KeyCode::Esc);
    insta::assert_snapshot!("message_leaving_80x24", scene.screen(80, 24));
    scene.press(KeyCode::Esc);
    insta::assert_snapshot!("message_line_by_line_80x24", scene.screen(80, 24));
    let mut large = writing();
    large.chord(KeyCode::Char('o'), KeyModifiers::CONTROL).line("big.eml");
    large.update(Event::File { path: "big.eml".into(), content: Ok(vec![b'x'; 12 << 20]) });
    insta::assert_snapshot!("message_large_80x24", large.screen(80, 24));
    let mut bare = writing();
    bare.chord(KeyCode::Char('o'), KeyModifiers::CONTROL).line("bare.eml");
    bare.update(Event::File { path: "bare.eml".into(), content: Ok(b"a\rb\0c\n.\n".to_vec()) });
    insta::assert_snapshot!("message_bare_80x24", bare.screen(80, 24));
}

#[test]
fn help_and_palette() {
    let mut scene = working_day();
    scene.press(KeyCode::F(1));
    insta::assert_snapshot!("help_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("help_130x90", scene.screen(130, 90));
    scene.press(KeyCode::Esc).chord(KeyCode::Char('p'), KeyModifiers::CONTROL).typed("tab").press(KeyCode::Down);
    insta::assert_snapshot!("palette_80x24", scene.screen(80, 24));
}

#[test]
fn the_reference_of_a_line_is_one_key_away() {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 mx1.example.org ESMTP\r\n").line("EHLO x");
    scene.server("250-mx1.example.org\r\n250-SIZE 1000\r\n250 CHUNKING\r\n");
    scene.line("MAIL FROM:<a@example.org>").server("250 2.1.0 Ok\r\n");
    scene.line("RCPT TO:<b@example.net>");
    scene.server("550-5.7.1 No,\r\n550 5.7.1 relay not permitted\r\n");
    scene.alt('1').press(KeyCode::Char('G')).press(KeyCode::F(1));
    insta::assert_snapshot!("reference_of_a_refusal_80x24", scene.screen(80, 24));
    scene.press(KeyCode::Esc);
    for _ in 0..7 {
        scene.press(KeyCode::Char('k'));
    }
    scene.press(KeyCode::F(1));
    insta::assert_snapshot!("reference_of_an_offer_80x24", scene.screen(80, 24));
    // A second time it is the help.
    scene.press(KeyCode::F(1));
    assert!(scene.screen(80, 24).contains(" Help "));
    scene.press(KeyCode::Esc).press(KeyCode::Char('g')).press(KeyCode::F(1));
    assert!(scene.screen(80, 24).contains(" Help "), "a note has no reference");
}

/// The rows of the transcript that are words of ours beneath a reply.
fn explained(scene: &Scene) -> Vec<String> {
    let screen = scene.screen(100, 30);
    let meant = |row: &&str| row.contains('└') && !row.starts_with('└') && !row.contains("──");
    screen.lines().filter(meant).map(|row| row.trim_matches(['│', '┃', ' ', '└']).to_owned()).collect()
}

#[test]
fn what_replies_mean_is_folded_and_unfolded() {
    let mut scene = Scene::connect("mx1.example.org:25");
    scene.server("220 mx1 ESMTP\r\n");
    scene.line("EHLO me").server("250-mx1\r\n250 SIZE 9\r\n");
    scene.line("MAIL FROM:<a@example.org>").server("250 2.1.0 Ok\r\n");
    scene.line("RCPT TO:<b@example.org>").server("550 5.1.1 no such user\r\n");
    let failures = explained(&scene);
    assert!(failures.len() == 1 && failures[0].contains("5.1.1"), "{failures:?}");
    // All of them, and back.
    scene.alt('v');
    let all = explained(&scene);
    assert!(all.len() == 4 && all.iter().any(|row| row.starts_with("220")), "{all:?}");
    assert!(all.iter().filter(|row| row.starts_with("250")).count() == 1, "one for the whole of EHLO: {all:?}");
    scene.alt('v');
    assert_eq!(explained(&scene), failures);
    // The refusal with the cursor is folded; the cursor does not vanish with its words.
    scene.chord(KeyCode::BackTab, KeyModifiers::SHIFT).press(KeyCode::Char(' '));
    assert_eq!(explained(&scene), Vec::<String>::new());
    // Two lines up is the answer to MAIL: its meaning is unfolded.
    scene.press(KeyCode::Char('k')).press(KeyCode::Char('k')).press(KeyCode::Char(' '));
    let one = explained(&scene);
    assert!(one.len() == 1 && one[0].starts_with("2.1.0"), "{one:?}");
    insta::assert_snapshot!("unfolded_80x24", scene.screen(80, 24));
    scene.press(KeyCode::Char(' '));
    assert_eq!(explained(&scene), Vec::<String>::new());
    scene.press(KeyCode::Char('j')).press(KeyCode::Char('j')).press(KeyCode::Char(' '));
    assert_eq!(explained(&scene), failures);
    // A command means nothing by itself.
    scene.press(KeyCode::Char('k')).press(KeyCode::Char(' '));
    assert!(scene.screen(80, 24).contains("nothing is known that this line means"));
}

#[test]
fn a_hostile_banner_is_seen_and_does_nothing() {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server(
        b"220 \x1b]0;owned\x07 \x1b[2J\x1b[H \x9b31m \xc2\x9b31m \0 \xe2\x80\xaegro.elpmaxe\xe2\x80\xac \xff\r\n",
    );
    scene.line("EHLO x");
    scene.server("250-mx\r\n250-AU\u{200b}TH \u{1b}[31mPLAIN\r\n250 \u{301}SIZE\r\n");
    insta::assert_snapshot!("hostile_80x24", scene.screen(80, 24));
    insta::assert_snapshot!("hostile_130x40", scene.screen(130, 40));
    scene.alt('1').press(KeyCode::Char('g')).press(KeyCode::Char('j')).press(KeyCode::Char('j')).press(KeyCode::Enter);
    insta::assert_snapshot!("hostile_detail_80x24", scene.screen(80, 24));
}

#[test]
fn scrolling_past_the_end_of_an_overlay_goes_nowhere() {
    let mut scene = working_day();
    scene.press(KeyCode::F(1));
    let mut ends = Vec::new();
    for key in std::iter::repeat_n('j', 300).chain(['k']) {
        scene.press(KeyCode::Char(key));
        let (buffer, drawn) = scene.buffer(80, 24);
        scene.app.drawn(drawn.entries);
        scene.app.scrolled_to(drawn.top);
        ends.push(text(&buffer));
    }
    assert_eq!(ends[298], ends[299], "the end was reached");
    assert_ne!(ends[299], ends[300], "one press back moves at once");
}

#[test]
fn long_lines_and_scrolling() {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 ready\r\n");
    scene.server(format!("250 {}\r\n", "0123456789".repeat(6000)));
    for n in 0..40 {
        scene.server(format!("250 line {n}\r\n"));
    }
    let (_, drawn) = scene.buffer(80, 24);
    assert_eq!(drawn.entries, 16);
    scene.alt('1').press(KeyCode::Char('g'));
    insta::assert_snapshot!("long_line_80x24", scene.screen(80, 24));
    // However tall the lines are, the one with the cursor is on the screen.
    for key in ['j', 'k'] {
        for _ in 0..90 {
            let (buffer, drawn) = scene.buffer(60, 16);
            scene.app.drawn(drawn.entries);
            assert!(text(&buffer).contains('›'), "{}", text(&buffer));
            scene.press(KeyCode::Char(key));
        }
    }
    scene.press(KeyCode::Char('G')).press(KeyCode::Char('k'));
    let screen = scene.screen(80, 24);
    assert!(screen.contains("›") && screen.contains("250 line 38"), "{screen}");
    for _ in 0..30 {
        scene.press(KeyCode::Char('k'));
    }
    let screen = scene.screen(80, 24);
    assert!(screen.contains("newer, Ctrl-End follows"), "{screen}");
}

#[test]
fn a_line_is_cut_only_where_that_saves_a_row() {
    let mut scene = Scene::connect("smtp://mx1.example.org");
    let room = |rows: usize| "x".repeat(rows * 64 - "250 ".len());
    scene.server("220 ready\r\n").server(format!("250 {}end\r\n", &room(7)[3..]));
    let screen = scene.screen(80, 24);
    assert!(screen.contains("xend") && !screen.contains("Enter shows the line"), "{screen}");
    scene.server(format!("250 {}\r\n", room(7) + "x"));
    let screen = scene.screen(80, 24);
    assert!(screen.contains("… 65 more octets, Enter shows the line"), "{screen}");
}

#[test]
fn the_clock_the_queue_and_the_tabs() {
    let mut scene = working_day();
    scene.open("imap://mail.example.org");
    scene.wait(200);
    assert!(!scene.screen(120, 24).contains('⏱'), "a short wait does not flicker");
    scene.update(Event::Paste("a1 NOOP\na2 NOOP\n".to_owned()));
    scene.wait(300);
    insta::assert_snapshot!("held_100x24", scene.screen(100, 24));
    scene.alt('s').wait(12_000);
    insta::assert_snapshot!("silence_80x24", scene.screen(80, 24));
    scene.server("* OK ready\r\n");
    scene.server("a1 BAD no\r\n");
    insta::assert_snapshot!("paused_80x24", scene.screen(80, 24));
}

#[test]
fn what_the_line_is_for() {
    let panel = |scene: &Scene| scene.screen(80, 24).lines().skip(19).collect::<Vec<_>>().join("\n");
    let mut out = Vec::new();
    let mut scene = Scene::connect("smtp://mx1.example.org");
    scene.server("220 ready\r\n").line("EHLO x").server("250-mx\r\n250 AUTH LOGIN\r\n");
    scene.typed("H").press(KeyCode::Tab);
    out.push(panel(&scene));
    scene.chord(KeyCode::Char('c'), KeyModifiers::CONTROL);
    scene.chord(KeyCode::Char('r'), KeyModifiers::CONTROL).typed("EH");
    out.push(panel(&scene));
    scene.press(KeyCode::Esc).alt('e');
    out.push(panel(&scene));
    scene.alt('e').alt('e').alt('e').line("AUTH LOGIN").server("334 VXNlcm5hbWU6\r\n").typed("am8=");
    out.push(panel(&scene));
    let mut scene = Scene::connect("imap://mail.example.org");
    scene.server("* OK ready\r\n").typed("LOGIN jo geheim");
    out.push(panel(&scene));
    scene.chord(KeyCode::Char('c'), KeyModifiers::CONTROL).line("LOGIN {2}").server("+ go\r\n");
    out.push(panel(&scene));
    insta::assert_snapshot!(out.join("\n\n"));
}
