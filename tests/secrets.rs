//! The proof of two promises: no secret given to the program is found in anything it shows, copies, keeps or prints; and
//! while the privacy key is on, no name or address of others is.
//!
//! Secrets are random; they come by every way into the program and meet the practice servers, and a server that says
//! everything back in every encoding. Then all that can be seen is looked through, with readers of this file's own.

#![cfg(test)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};
use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ehlo::app::effect::{Effect, Effects};
use ehlo::app::event::{ConnectionId, Event, Happened};
use ehlo::app::options::Options;
use ehlo::app::state::App;
use ehlo::app::supply::Supply;
use ehlo::practice::{Output, Server, World, listeners};
use ehlo::protocol::endpoint::{Target, parse_target};
use ehlo::protocol::moment::Moment;
use ehlo::protocol::netrc::Netrc;
use ehlo::protocol::secret::Secret;
use ehlo::protocol::verb::Phase;
use ehlo::view;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));

fn wall() -> jiff::Timestamp {
    "2025-01-15T12:00:00Z".parse().expect("a timestamp")
}

/// Who answers.
enum Peer {
    Practice(Box<Server>, Box<World>),
    /// Says everything back, in every encoding.
    Echo,
}

/// The program without a network, and all it has ever shown.
struct Run {
    app: App,
    peer: Peer,
    now: Moment,
    id: ConnectionId,
    seen: String,
    sent: Vec<u8>,
    /// What the password command prints.
    command: Vec<u8>,
    /// Screens are drawn after every event.
    draws: bool,
}

impl Run {
    fn new(target: &str, options: impl FnOnce(&mut App), draws: bool) -> Self {
        let mut settings = Options::new("client.corp.test", wall().to_zoned(jiff::tz::TimeZone::UTC));
        settings.insecure_auth = true;
        let mut app = App::new(settings, (120, 30));
        options(&mut app);
        let Ok(Target::Endpoint(endpoint)) = parse_target(&[target]) else { panic!("{target}") };
        let host = endpoint.host.to_string();
        let peer = match listeners().into_iter().find(|l| l.host == host && l.port == endpoint.port) {
            Some(found) => Peer::Practice(
                Box::new(Server::new(found.service, found.host, true, PEER)),
                Box::new(World::new(wall())),
            ),
            None => Peer::Echo,
        };
        let address = SocketAddr::new(PEER, endpoint.port);
        let mut run = Self {
            app,
            peer,
            now: Moment(0),
            id: ConnectionId(0),
            seen: String::new(),
            sent: Vec::new(),
            command: Vec::new(),
            draws,
        };
        let protocol = endpoint.protocol;
        run.app.connect(endpoint, Vec::new(), &mut Effects::new());
        run.id = run.app.conversation().expect("one").id;
        run.happened(Happened::Resolved { addresses: vec![PEER], took: Duration::from_millis(1) });
        run.happened(Happened::Connected {
            local: address,
            peer: address,
            practice: None,
            took: Duration::from_millis(1),
        });
        let greeting = match &mut run.peer {
            Peer::Practice(server, world) => octets(server.greeting(world, wall())),
            Peer::Echo if protocol.is_smtp() => b"220 echo\r\n".to_vec(),
            Peer::Echo if protocol.to_string() == "imap" => b"* OK echo\r\n".to_vec(),
            Peer::Echo => b"+OK echo\r\n".to_vec(),
        };
        run.received(&greeting);
        run
    }

    fn event(&mut self, event: Event) {
        self.now = self.now + Duration::from_millis(1);
        let effects = self.app.update(event, self.now);
        if self.draws {
            self.draw();
        }
        for effect in effects {
            match effect {
                Effect::Send { octets, .. } => {
                    self.sent.extend_from_slice(&octets);
                    let answer = self.answer(&octets);
                    self.received(&answer);
                }
                Effect::AskPassword { .. } => {
                    self.event(Event::Password(Ok(Secret::new(self.command.clone()))));
                }
                Effect::Copy(text) => self.seen.push_str(&text),
                _ => {}
            }
        }
    }

    fn happened(&mut self, what: Happened) {
        self.event(Event::Connection { id: self.id, at: self.now, what });
    }

    /// In two segments, cut anywhere.
    fn received(&mut self, octets: &[u8]) {
        let (head, tail) = octets.split_at(octets.len() / 3);
        for piece in [head, tail] {
            if !piece.is_empty() {
                self.happened(Happened::Received(Bytes::copy_from_slice(piece)));
            }
        }
    }

    fn answer(&mut self, sent: &[u8]) -> Vec<u8> {
        match &mut self.peer {
            Peer::Practice(server, world) => octets(server.received(world, wall(), sent)),
            Peer::Echo => echo(sent, &self.app),
        }
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.event(Event::Key(KeyEvent::new(code, modifiers)));
    }

    fn key(&mut self, code: KeyCode) {
        self.press(code, KeyModifiers::NONE);
    }

    /// A line that goes out, though it may look wrong here.
    fn line(&mut self, line: &str) {
        self.event(Event::Paste(line.to_owned()));
        self.key(KeyCode::Enter);
        if !self.app.prompt.line.is_empty() {
            self.press(KeyCode::Enter, KeyModifiers::ALT);
        }
    }

    fn draw(&mut self) {
        let mut terminal = Terminal::new(TestBackend::new(120, 30)).expect("a terminal");
        terminal.draw(|frame| _ = view::draw(frame, &self.app)).expect("a screen");
        let buffer = terminal.backend().buffer();
        for y in 0..buffer.area.height {
            let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            self.seen.push_str(row.trim_end());
            self.seen.push('\n');
        }
    }

    /// Everything that can be looked at: panes, details, copies, the history, the record, Debug.
    fn look_at_all(&mut self) {
        for key in ['1', '2', '3', '4'] {
            self.press(KeyCode::Char(key), KeyModifiers::ALT);
            self.draw();
        }
        self.press(KeyCode::Char('1'), KeyModifiers::ALT);
        self.press(KeyCode::Char('1'), KeyModifiers::ALT);
        for _ in 0..6 {
            for code in ['y', 'Y', 'k'] {
                self.key(KeyCode::Char(code));
            }
            self.key(KeyCode::Enter);
            self.draw();
            self.key(KeyCode::Esc);
        }
        self.key(KeyCode::Esc);
        self.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
        for _ in 0..4 {
            self.key(KeyCode::Up);
            self.draw();
        }
        self.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
        let record: Vec<String> = self.app.record().collect();
        self.seen.push_str(&record.join("\n"));
        self.seen.push_str(&format!("{:?}", self.app));
    }
}

fn octets(outputs: Vec<Output>) -> Vec<u8> {
    outputs.into_iter().fold(Vec::new(), |mut out, output| {
        if let Output::Send(octets) = output {
            out.extend_from_slice(&octets);
        }
        out
    })
}

/// Says a line back as it is, decoded, and encoded once more; as an offer too.
fn echo(sent: &[u8], app: &App) -> Vec<u8> {
    let text = String::from_utf8_lossy(sent).trim_end().to_owned();
    let go_on = if app.conversation().expect("one").protocol().is_smtp() { "334" } else { "+" };
    let challenge = match text.as_str() {
        "am8=" => Some("UGFzc3dvcmQ6"),
        opening if opening.ends_with(" LOGIN") => Some("VXNlcm5hbWU6"),
        opening if opening.ends_with(" PLAIN") => Some(""),
        _ => None,
    };
    if let Some(challenge) = challenge {
        return format!("{go_on} {challenge}\r\n").into_bytes();
    }
    let mut forms = vec![text.clone()];
    for word in text.split(' ') {
        forms.push(hex(word.as_bytes()));
        forms.push(BASE64_STANDARD.encode(format!("x{word}y")));
        forms.push(BASE64_URL_SAFE.encode(format!("xy{word}")));
        if let Ok(decoded) = BASE64_STANDARD.decode(word) {
            for part in decoded.split(|b| *b == 0 || *b == 1) {
                forms.push(String::from_utf8_lossy(part).into_owned());
                forms.push(hex(part));
                forms.push(BASE64_STANDARD_NO_PAD.encode([b"::", part].concat()));
            }
        }
    }
    let protocol = app.conversation().expect("one").protocol();
    let tag = text.split(' ').next().unwrap_or("").to_owned();
    let mut out = String::new();
    for form in forms.iter().map(|form| form.replace(['\r', '\n'], " ")) {
        match protocol.to_string().as_str() {
            "imap" => out.push_str(&format!("* CAPABILITY IMAP4rev1 {form}\r\n* NO {form}\r\n")),
            "pop3" => {}
            _ => out.push_str(&format!("535-{form}\r\n")),
        }
    }
    let last = forms.join(" | ").replace(['\r', '\n'], " ");
    match protocol.to_string().as_str() {
        "imap" => out.push_str(&format!("{tag} NO {last}\r\n")),
        "pop3" => out.push_str(&format!("-ERR {last}\r\n")),
        _ => out.push_str(&format!("535 5.7.8 {last}\r\n")),
    }
    out.into_bytes()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Whether the secret can be read in the text: as it is, or by decoding any run of base64 or hexadecimal in it.
fn reveals(text: &str, secret: &str) -> Option<String> {
    let around = |at: usize| text.get(at.saturating_sub(80)..).unwrap_or("").chars().take(240).collect::<String>();
    if let Some(at) = text.find(secret) {
        return Some(around(at));
    }
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/-_".contains(c)) {
        if word.len() * 3 / 4 < secret.len() {
            continue;
        }
        let plain: String = word.replace('-', "+").replace('_', "/");
        for skip in 0..4 {
            let rest = plain.get(skip..).unwrap_or("");
            let whole = rest.get(..rest.len() / 4 * 4).unwrap_or("");
            // What hangs over is completed, so that its octets are seen too.
            let tail = rest.get(whole.len()..).unwrap_or("");
            let padded = format!("{whole}{}", if tail.len() > 1 { format!("{tail:A<4}") } else { String::new() });
            let found = BASE64_STANDARD
                .decode(&padded)
                .is_ok_and(|octets| memchr::memmem::find(&octets, secret.as_bytes()).is_some());
            if found {
                return Some(format!("{word} by base64"));
            }
        }
        if word.to_ascii_lowercase().contains(&hex(secret.as_bytes())) {
            return Some(format!("{word} by hexadecimal"));
        }
    }
    None
}

/// The ways by which a secret comes in.
#[derive(Clone, Copy, Debug)]
enum Way {
    Dialog(u8),
    Command,
    Held,
    Netrc,
    PlainByHand,
    LoginByHand,
    TokenByHand,
    Pass,
    LoginQuoted,
    LoginLiteral,
}

fn come_in(run: &mut Run, way: Way, secret: &str) {
    let plain = BASE64_STANDARD.encode(format!("\0jo\0{secret}"));
    let imap = run.app.conversation().expect("one").protocol().to_string() == "imap";
    let auth = if imap { "AUTHENTICATE" } else { "AUTH" };
    match way {
        Way::Dialog(key) => {
            run.key(KeyCode::F(key));
            for c in "jo".chars() {
                run.key(KeyCode::Char(c));
            }
            run.key(KeyCode::Tab);
            run.event(Event::Paste(secret.to_owned()));
            run.draw();
            run.key(KeyCode::Enter);
        }
        Way::Command | Way::Held | Way::Netrc => {
            run.key(KeyCode::F(5));
            run.draw();
            if !matches!(way, Way::Netrc) {
                for c in "jo".chars() {
                    run.key(KeyCode::Char(c));
                }
            }
            run.key(KeyCode::Enter);
            run.draw();
            run.key(KeyCode::Enter);
            assert!(run.app.overlay.is_none(), "{:?}", run.app.overlay);
        }
        Way::PlainByHand => run.line(&format!("{auth} PLAIN {plain}")),
        Way::LoginByHand => {
            run.line(&format!("{auth} LOGIN"));
            run.line(&BASE64_STANDARD.encode("jo"));
            run.line(&BASE64_STANDARD.encode(secret));
        }
        Way::TokenByHand => {
            let message = format!("user=jo\x01auth=Bearer {secret}\x01\x01");
            run.line(&format!("{auth} XOAUTH2 {}", BASE64_STANDARD.encode(message)));
        }
        Way::Pass => {
            run.line("USER jo");
            run.line(&format!("PASS {secret}"));
        }
        Way::LoginQuoted => {
            run.line(&format!("LOGIN jo \"{}\"", secret.replace('\\', "\\\\").replace('"', "\\\"")));
        }
        Way::LoginLiteral => {
            run.line(&format!("LOGIN jo {{{}+}}", secret.len()));
            if run.app.conversation().expect("one").session.phase() != Phase::Literal {
                // Refused at once: nobody types the literal then.
                return come_in(run, Way::LoginQuoted, secret);
            }
            run.line(secret);
            run.key(KeyCode::Enter);
        }
    }
    run.draw();
}

fn sources(way: Way, secret: &str) -> impl FnOnce(&mut App) + use<> {
    let supply = match way {
        Way::Command => Some(Supply::Command("pass show mail".to_owned())),
        Way::Held => Some(Supply::Held { option: "--password-fd", secret: Secret::from(secret) }),
        Way::Netrc => {
            let quoted = secret.replace('\\', "\\\\").replace('"', "\\\"");
            let netrc = Netrc::parse(&format!("default login jo password \"{quoted}\"")).expect("a netrc");
            Some(Supply::Netrc(netrc))
        }
        _ => None,
    };
    move |app| app.options.supply = supply
}

/// Passwords as people and machines make them. Long enough, and unlike the words of the program: one that is `Ok` is
/// found on every screen.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9][a-zA-Z0-9]{7,20}",
        "[a-zA-Z0-9]{6,12}[\"\\\\'%&=+/~ -]{1,3}[a-z0-9]{4,8}",
        "[äöüßéñ漢字🔑]{3,6}[a-z0-9]{4,8}",
        "[!-~]{12,64}",
        "ya29\\.[A-Za-z0-9_-]{2000}",
    ]
    .prop_map(|text| text.trim().to_owned())
}

fn way() -> impl Strategy<Value = (&'static str, Way)> {
    let smtp = prop::sample::select(vec![
        Way::Dialog(5),
        Way::Dialog(6),
        Way::Command,
        Way::Held,
        Way::Netrc,
        Way::PlainByHand,
        Way::LoginByHand,
        Way::TokenByHand,
    ]);
    let imap = prop::sample::select(vec![Way::Dialog(5), Way::LoginQuoted, Way::LoginLiteral, Way::PlainByHand]);
    let pop3 = prop::sample::select(vec![Way::Pass, Way::Dialog(6), Way::PlainByHand, Way::Command]);
    let at = |targets: &'static [&'static str]| prop::sample::select(targets.to_vec());
    prop_oneof![
        (at(&["submission://mail.example.test", "smtp://echo.corp.test"]), smtp),
        (at(&["imap://mail.example.test", "imap://echo.corp.test"]), imap),
        (at(&["pop3://mail.example.test", "pop3://echo.corp.test"]), pop3),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_is_seen(secret in secret(), (target, way) in way()) {
        let mut run = Run::new(target, sources(way, &secret), false);
        run.command = secret.clone().into_bytes();
        if run.app.conversation().expect("one").protocol().is_smtp() {
            run.line("EHLO client.corp.test");
        }
        come_in(&mut run, way, &secret);
        run.look_at_all();
        let found = reveals(&run.seen, &secret);
        prop_assert!(found.is_none(), "{way:?} {target}: {secret:?} in {}", found.unwrap_or_default());
        // It did go out: else nothing was proved.
        let sent = String::from_utf8_lossy(&run.sent).into_owned();
        let encoded = sent.replace("\\\"", "\"").replace("\\\\", "\\");
        prop_assert!(
            reveals(&sent, &secret).is_some() || encoded.contains(&secret) || sent.contains("*\r\n"),
            "{way:?} {target}: the secret was not sent: {sent}"
        );
    }
}

#[test]
fn the_reader_of_this_file_finds_what_is_hidden_badly() {
    let secret = "hunter2";
    for text in ["hunter2", "x AGpvAGh1bnRlcjI= y", "eGh1bnRlcjJ5", "eHlodW50ZXIy", "68756E74657232"] {
        assert!(reveals(text, secret).is_some(), "{text}");
    }
    assert!(reveals("•••••••• AGpvA•••••••• hunter", secret).is_none());
}

/// Names and addresses of the session below.
const ORIGINALS: &[&str] = &["example.test", "corp.test", "192.0.2.", "2001:db8", "alice", "bob@"];

#[test]
fn with_the_privacy_key_no_name_of_others_is_seen() {
    let mut run = Run::new("smtp://mx1.example.test", |app| app.privacy.on = true, true);
    run.app.go(Target::Domain("example.test".to_owned()), &mut Effects::new());
    for line in [
        "EHLO client.corp.test",
        "MAIL FROM:<alice@example.test>",
        "RCPT TO:<bob@example.test>",
        "VRFY alice@example.test",
    ] {
        // What is typed is shown as it is while it is typed.
        run.draws = false;
        run.line(line);
        run.draws = true;
        run.draw();
    }
    run.draws = false;
    for key in ['1', '2', '3', '4'] {
        run.press(KeyCode::Char(key), KeyModifiers::ALT);
        run.draw();
    }
    run.press(KeyCode::Char('1'), KeyModifiers::ALT);
    for code in ['k', 'y', 'k', 'Y'] {
        run.key(KeyCode::Char(code));
        run.draw();
    }
    let record: Vec<String> = run.app.record().collect();
    assert_eq!(record.first().map(String::as_str), Some(ehlo::app::privacy::NOTE));
    run.seen.push_str(&record.join("\n"));
    for original in ORIGINALS {
        let place = run.seen.find(original);
        let around = place.and_then(|at| run.seen.get(at.saturating_sub(200)..(at + 100).min(run.seen.len())));
        assert!(place.is_none(), "{original} in {around:?}");
    }
    let sent = String::from_utf8_lossy(&run.sent).into_owned();
    assert!(sent.contains("MAIL FROM:<alice@example.test>"), "the wire has what was typed: {sent}");
    assert!(run.seen.contains("user1@domain1.example") && run.seen.contains("privacy"), "{}", run.seen);
    // And back.
    run.key(KeyCode::Esc);
    run.key(KeyCode::F(9));
    run.seen.clear();
    run.draw();
    assert!(run.seen.contains("alice@example.test"), "{}", run.seen);
}
