//! Whole screens, drawn from a model that was fed events, as a person would see them.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ehlo::app::effect::Effect;
use ehlo::app::event::{ConnectionId, Event, Happened, QueryId};
use ehlo::app::options::Options;
use ehlo::app::state::App;
use ehlo::diagnosis::dns::{Answer, Flags, Query, Record, RecordType, Response, Value};
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
        let id = self.app.conversation().unwrap().id;
        let report = TlsReport {
            version: "TLS 1.3".to_owned(),
            cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
            group: Some("X25519".to_owned()),
            asked_name: "mx1.example.org".to_owned(),
            sni: Some("mx1.example.org".to_owned()),
            alpn: None,
            chain: vec![certificate()],
            name,
            system_trust: Verdict::Good,
            mozilla_trust: Verdict::Good,
            handshake_signature: Verdict::Good,
            judged_at: 1_773_051_664,
            took: Duration::from_millis(31),
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
