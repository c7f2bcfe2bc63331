//! Whole sessions: a script of what the client says and what a hostile server answers, played against
//! [`ehlo::protocol::session`]. The notation is that of `tests/traces`, and any trace is a script:
//!
//! ```text
//! -- protocol: imap     the dialect, SMTP without it
//! C: a1 NOOP            a line that is sent
//! S: a1 OK              octets of the server, CR LF behind them
//! s: * BYE              the same without CR LF
//! -- TLS                the handshake is done
//! anything else         octets of the server, LF behind them; other notes are passed over
//! ```

use std::collections::HashSet;

use ehlo::diagnosis::{capabilities, meaning};
use ehlo::protocol::capability::{CAPABILITY_CAP, Capabilities, Change};
use ehlo::protocol::command::secret_range;
use ehlo::protocol::endpoint::Protocol;
use ehlo::protocol::line::{Ending, LINE_CAP};
use ehlo::protocol::session::{Reading, Session, Signal};
use ehlo::protocol::verb::Phase;

use super::say::say;
use super::{Cuts, drawn};

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"-- protocol: imap\nS: * OK a\nC: a1 LIST x y\ns: * ",
    b"S: 220 a\nC: EHLO a\ns: 250-",
    b"-- protocol: imap\nS: * OK [CAPABILITY ",
    b"-- protocol: imap\nS: * OK a\nC: a1 NOOP\ns: a1 NO [",
    b"-- protocol: pop3\nS: +OK a\nC: CAPA\nS: +OK\ns: ",
    b"-- protocol: pop3\ns: -ERR [",
];

/// The readings do not depend on cuts; no octet is lost; an answer names a command that was sent and waits; the server
/// cannot make anything grow but by what it sends; no password stays in the session.
pub(crate) fn holds(octets: &[u8]) {
    let script = Script::read(octets);
    let [first, second, third] = Cuts::of(octets).map(|cuts| script.play(cuts));
    assert_eq!(first, second, "cut between any two octets");
    assert_eq!(first, third, "cut here and there");
}

enum Step {
    Client(String),
    /// Up to the next line of the client, or the handshake.
    Server(Vec<u8>),
    Tls,
}

struct Script {
    protocol: Protocol,
    steps: Vec<Step>,
}

impl Script {
    fn read(octets: &[u8]) -> Self {
        let mut script = Self { protocol: Protocol::Smtp, steps: Vec::new() };
        for line in octets.split(|b| *b == b'\n') {
            match line {
                [b'C', b':', b' ', line @ ..] => {
                    script.steps.push(Step::Client(String::from_utf8_lossy(line).into_owned()));
                }
                [b'S', b':', b' ', line @ ..] => script.server(line, b"\r\n"),
                [b's', b':', b' ', line @ ..] => script.server(line, b""),
                b"-- TLS" => script.steps.push(Step::Tls),
                b"-- protocol: smtp" => script.protocol = Protocol::Smtp,
                b"-- protocol: lmtp" => script.protocol = Protocol::Lmtp,
                b"-- protocol: imap" => script.protocol = Protocol::Imap,
                b"-- protocol: pop3" => script.protocol = Protocol::Pop3,
                [b'-', b'-', b' ', ..] | [b'#', ..] => {}
                _ => script.server(line, b"\n"),
            }
        }
        script
    }

    fn server(&mut self, line: &[u8], ending: &[u8]) {
        if !matches!(self.steps.last(), Some(Step::Server(_))) {
            self.steps.push(Step::Server(Vec::new()));
        }
        if let Some(Step::Server(octets)) = self.steps.last_mut() {
            octets.extend_from_slice(line);
            octets.extend_from_slice(ending);
        }
    }

    fn play(&self, cuts: Cuts) -> Played {
        let mut player = Player {
            session: Session::new(self.protocol),
            cuts,
            commands: 0,
            reply: Vec::new(),
            clear: false,
            played: Played { seen: Vec::new(), discarded: Vec::new(), end: String::new() },
        };
        for step in &self.steps {
            match step {
                Step::Client(line) if !player.clear => player.client(line),
                // Nothing is said while the handshake runs.
                Step::Client(_) => {}
                Step::Server(octets) => player.server(octets),
                Step::Tls => {
                    player.session.tls_started();
                    player.clear = false;
                    assert!(player.session.tls());
                }
            }
        }
        player.end()
    }
}

/// What a session made of a script.
#[derive(Debug, PartialEq)]
struct Played {
    seen: Vec<Seen>,
    /// What came in clear behind the answer to STARTTLS.
    discarded: Vec<u8>,
    /// Everything else that can be asked of the session, at the end.
    end: String,
}

#[derive(Debug, PartialEq)]
struct Seen {
    /// How many; which they are is known from their order.
    octets: usize,
    ending: Ending,
    literal: bool,
    continues: bool,
    reading: Reading,
}

struct Player {
    session: Session,
    cuts: Cuts,
    commands: u64,
    /// The lines of a reply that is not whole.
    reply: Vec<u8>,
    /// After the answer to STARTTLS, until the handshake.
    clear: bool,
    played: Played,
}

impl Player {
    fn client(&mut self, line: &str) {
        self.commands += 1;
        let (session, number) = (&mut self.session, self.commands);
        // Once is enough: cuts change no command.
        let open = matches!(self.cuts, Cuts::None).then(|| {
            let secret = secret_range(line, &session.context());
            &line[..secret.map_or(line.len(), |secret| secret.start)]
        });
        say(session, line, number);
        if let Some(open) = open
            && let Some(kept) = session.outstanding().back().filter(|command| command.number == number)
        {
            assert!(open.contains(&kept.argument), "{line:?} leaves {:?}", kept.argument);
        }
    }

    fn server(&mut self, octets: &[u8]) {
        let before = self.session.outstanding().len();
        let Self { session, cuts, commands, reply, clear, played } = self;
        // All that is to come out, how much of it has, and how much has gone in.
        let stream = [session.unfinished(), octets].concat();
        let (mut out, mut fed) = (0, stream.len() - octets.len());
        let uncut = matches!(cuts, Cuts::None);
        cuts.each(octets, |mut piece| {
            if *clear {
                return played.discarded.extend_from_slice(piece);
            }
            fed += piece.len();
            while let Some(heard) = session.next(&mut piece) {
                let behind = stream[out..].strip_prefix(heard.octets);
                let behind = behind.and_then(|rest| rest.strip_prefix(heard.ending.bytes()));
                assert!(behind.is_some(), "octets in their order, none lost");
                out = stream.len() - behind.unwrap_or_default().len();
                if reply.len() < LINE_CAP {
                    reply.extend_from_slice(if reply.is_empty() { b"" } else { b"\n" });
                    reply.extend_from_slice(heard.octets);
                }
                let (ending, literal, continues) = (heard.ending, heard.literal, heard.continues);
                let seen = Seen { octets: heard.octets.len(), ending, literal, continues, reading: heard.reading };
                assert!(seen.reading.answers.is_none_or(|number| (1..=*commands).contains(&number)), "{seen:?}");
                if seen.reading.whole {
                    let reply = std::mem::take(reply);
                    // Once is enough: cuts change no reply.
                    if uncut {
                        explained(session.protocol(), &reply);
                    }
                }
                let starts_tls = seen.reading.signal == Some(Signal::StartTls);
                played.seen.push(seen);
                if starts_tls {
                    assert_eq!(session.phase(), Phase::Tls);
                    *clear = true;
                    played.discarded.extend(session.discard());
                    return played.discarded.extend_from_slice(piece);
                }
            }
            assert_eq!(out + session.unfinished().len(), fed, "the line that has not ended is kept");
        });
        assert!(*clear || stream.get(out..) == Some(session.unfinished()), "the line that has not ended");
        let session = &self.session;
        assert!(session.outstanding().len() <= before, "nobody but the client asks");
        assert!(session.unfinished().len() < LINE_CAP);
        assert!(session.capabilities().list().len() <= CAPABILITY_CAP);
        // Who owes an answer is waited for; who owes nothing is not.
        let silent = session.outstanding().is_empty() && session.phase() != Phase::Greeting;
        assert!(!silent || session.patience().is_none());
    }

    fn end(mut self) -> Played {
        let session = &mut self.session;
        offers(session.protocol(), session.capabilities(), session.change().as_ref());
        let (phase, tls, user, mailbox) = (session.phase(), session.tls(), session.user(), session.mailbox());
        let (capabilities, before) = (session.capabilities(), session.change());
        let (due, waits, owes) = (session.literal_to_send(), session.waits_for_go_ahead(), session.owes_response());
        let (outstanding, deletes, patience) = (session.outstanding(), session.deletes(), session.patience());
        self.played.end = format!(
            "{phase:?} {tls} {user:?} {mailbox:?} {capabilities:?} {before:?} {due:?} {waits} {owes} {outstanding:?} \
             {deletes} {patience:?}"
        );
        let unfinished = session.unfinished().to_vec();
        assert_eq!(session.finish().unwrap_or_default(), unfinished);
        assert_eq!(session.phase(), Phase::Closed);
        self.played
    }
}

fn explained(protocol: Protocol, reply: &[u8]) {
    let Some(meaning) = meaning::explain(protocol, reply) else { return };
    assert!(!meaning.says.is_empty() && meaning.code.len() <= 64);
    drawn(meaning.lines(), 1, reply.len());
}

fn offers(protocol: Protocol, offers: &Capabilities, change: Option<&Change>) {
    let names = offers.mechanisms();
    assert!(names.iter().all(|name| !name.is_empty()) && names.len() <= names.iter().collect::<HashSet<_>>().len());
    let (new, gone) = offers.difference(&Capabilities::heard());
    assert!(new.len() <= offers.list().len() && gone.is_empty());
    assert!(change.is_none_or(|change| change.new.len() <= offers.list().len() && change.gone.len() <= CAPABILITY_CAP));
    for offer in offers.list().iter().take(50) {
        let _ = capabilities::explain(protocol, &offer.text());
    }
    let _ = offers.size_limit();
}
