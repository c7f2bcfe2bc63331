//! Enter on a line, from the octets of the server to what is shown.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::effect::Effects;
use crate::app::event::{ConnectionId, Event, Happened};
use crate::app::options::Options;
use crate::app::plain;
use crate::app::state::{App, Focus, Overlay};
use crate::protocol::endpoint::parse_target;
use crate::protocol::moment::Moment;

struct Model(App);

impl Model {
    fn new(target: &str, greeting: &str) -> Self {
        let epoch = "2025-01-15T12:00:00Z".parse::<jiff::Timestamp>().expect("a timestamp");
        let options = Options::new("client.example", epoch.to_zoned(jiff::tz::TimeZone::UTC));
        let mut model = Self(App::new(options, (80, 24)));
        model.0.go(parse_target(&[target]).expect("a target"), &mut Effects::new());
        let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 25)), 25);
        model.happened(Happened::Connected { local: peer, peer, practice: None, took: Duration::from_millis(1) });
        model.received(greeting);
        model
    }

    fn happened(&mut self, what: Happened) {
        let id = ConnectionId(0);
        self.0.update(Event::Connection { id, at: Moment(5), what }, Moment(5));
    }

    fn received(&mut self, octets: &str) {
        self.happened(Happened::Received(Bytes::copy_from_slice(octets.as_bytes())));
    }

    fn key(&mut self, code: KeyCode) {
        self.0.update(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), Moment(6));
    }

    fn say(&mut self, line: &str) {
        self.0.focus = Focus::Input;
        line.chars().for_each(|c| self.key(KeyCode::Char(c)));
        self.key(KeyCode::Enter);
    }

    /// Enter on the last line that holds `part`.
    fn inspect(&mut self, part: &str) -> String {
        let conversation = self.0.conversation().expect("one");
        let number = conversation
            .transcript
            .range()
            .rev()
            .find(|number| {
                let entry = conversation.transcript.entry(*number).expect("in range");
                plain::text(conversation, entry, false).contains(part)
            })
            .unwrap_or_else(|| panic!("{part} is not in the transcript"));
        self.0.inspect(number, &mut Effects::new());
        self.detail()
    }

    fn detail(&mut self) -> String {
        match self.0.overlay.take() {
            Some(Overlay::Detail { lines, .. }) => lines.join("\n"),
            other => panic!("{other:?}"),
        }
    }
}

fn shows(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let found = text.get(from..).and_then(|rest| rest.find(part));
        from += found.unwrap_or_else(|| panic!("{part:?} does not come next in:\n{text}"));
    }
}

#[test]
fn a_fetch_is_read_from_any_of_its_lines_and_its_message_is_opened() {
    let mut model = Model::new("imap://192.0.2.25", "* PREAUTH ready\r\n");
    model.say("a1 SELECT INBOX");
    model.received("* FLAGS (\\Seen)\r\n* 1 EXISTS\r\na1 OK [READ-WRITE] done\r\n");
    model.say("a2 FETCH 1 (UID BODY[])");
    let message = "Received: by b; Tue, 1 Jul 2025 12:00:07 +0000\r\nReceived: by a; Tue, 1 Jul 2025 12:00:00 +0000\r\n\
                   Subject: =?utf-8?Q?gr=C3=BC?=\r\n\r\nA004 OK x\r\n";
    model.received(&format!("* 1 FETCH (UID 7 BODY[] {{{}}}\r\n{message})\r\na2 OK done\r\n", message.len()));
    for part in ["1 FETCH", "Subject:", "A004 OK x", "│ )"] {
        let part = part.trim_start_matches("│ ");
        let text = model.inspect(part);
        shows(&text, &["message 1", "UID           7", "BODY[]:", "Subject: grü", "parts", "+7 s", "0000  "]);
    }
    let text = model.inspect("Subject:");
    shows(&text, &["Subject: =?utf-8?Q?gr=C3=BC?=", "encoded words: Subject: grü", "message 1", "53 75 62"]);
    shows(&model.inspect("1 EXISTS"), &["the mailbox holds 1 messages"]);
}

#[test]
fn a_list_line_shows_the_tree_of_its_command() {
    let mut model = Model::new("imap://192.0.2.25", "* PREAUTH ready\r\n");
    model.say("a1 LIST \"\" *");
    model.received("* LIST (\\HasChildren) \"/\" A\r\n* LIST (\\Sent) \"/\" A/Entw&APw-rfe\r\na1 OK done\r\n");
    let text = model.inspect("(\\HasChildren)");
    shows(
        &text,
        &[
            "LIST: mailbox \"A\"",
            "others lie below it",
            "all that were listed",
            "A  \\HasChildren",
            "  Entwürfe  \\Sent",
        ],
    );
}

#[test]
fn capabilities_are_explained() {
    let mut model = Model::new("192.0.2.25:25", "220 mx\r\n");
    model.say("EHLO a");
    model.received("250-mx\r\n250-X-ODD\r\n250 SIZE 1000\r\n");
    shows(&model.inspect("250 SIZE"), &["SIZE 1000: MAIL takes SIZE=", "RFC 1870"]);
    shows(&model.inspect("X-ODD"), &["X-ODD: not in the registries"]);
    assert!(!model.inspect("250-mx").contains("registries"));
    model.0.focus = Focus::Offers;
    model.key(KeyCode::Enter);
    shows(&model.detail(), &["X-ODD: not in", "SIZE 1000: "]);
    let mut model = Model::new("imap://192.0.2.25", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n");
    shows(&model.inspect("CAPABILITY"), &["IMAP4rev1: ", "AUTH=PLAIN: AUTHENTICATE takes"]);
}

#[test]
fn a_message_of_pop3_is_opened() {
    let mut model = Model::new("pop3://192.0.2.25", "+OK ready\r\n");
    model.say("CAPA");
    model.received("+OK\r\nTOP\r\n.\r\n");
    shows(&model.inspect("TOP"), &["TOP: TOP fetches a header"]);
    model.say("USER a");
    model.received("+OK\r\n");
    model.say("PASS b");
    // A password in clear is asked about first; this is the yes.
    model.0.update(Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)), Moment(6));
    model.received("+OK\r\n");
    model.say("RETR 1");
    model.received("+OK 20 octets\r\nSubject: x\r\n\r\n..dot\r\n.\r\n");
    shows(&model.inspect("Subject: x"), &["message of 20 octets", "Subject: x", "parts"]);
}

#[test]
fn a_long_line_is_cut_before_its_reading_and_shown_behind_it() {
    let mut model = Model::new("imap://192.0.2.25", "* PREAUTH ready\r\n");
    model.say("a1 SEARCH ALL");
    let numbers: Vec<String> = (1..400).map(|n| (2 * n).to_string()).collect();
    model.received(&format!("* SEARCH {}\r\na1 OK done\r\n", numbers.join(" ")));
    shows(
        &model.inspect("* SEARCH"),
        &["octets in all: see the end", "399 messages were found", "* SEARCH 2 4", "796 798", "0000  "],
    );
}
