//! The errand of a talk: its steps are said one after the other, and their replies kept.

use std::mem;
use std::time::Duration;

use bytes::Bytes;

use super::{Errand, Look, words};
use crate::app::conversation::DOTS;
use crate::app::effect::{Effect, Effects};
use crate::diagnosis::investigation::{Awaits, Needs, Place, Reply, Step, Talk, Talked};
use crate::protocol::command::secret_range;
use crate::protocol::endpoint::Protocol;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::session::Reading;

/// So long an answer to what was said behind STARTTLS is waited for after the handshake.
const UNASKED: Duration = Duration::from_secs(2);
/// Lines of a reply, and replies to a step, that are kept.
const KEPT: usize = 64;

/// How far a talk has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Steps that are over or under way.
    said: usize,
    awaits: Option<Awaits>,
    needs: Option<Needs>,
    heard: Vec<Vec<Reply>>,
    /// The lines of the reply that is coming in.
    lines: Vec<String>,
    /// The quiet is long enough at this moment.
    quiet: Option<Moment>,
    ended: Option<String>,
}

impl Look {
    /// What is to go out in the same segment behind STARTTLS.
    pub(super) fn behind(&self) -> Option<Vec<u8>> {
        match &self.errand {
            Errand::Talk(Talk { place: Place::Behind(octets), .. }) => Some(octets.clone()),
            _ => None,
        }
    }

    /// The place of the talk is reached: its steps begin.
    pub(super) fn talk(&mut self, at: Moment, effects: &mut Effects) {
        self.wait(super::Step::Talk, at, effects);
        self.next_step(at, effects);
    }

    /// After a handshake behind whose STARTTLS something stood, whatever comes is waited for before anything is said.
    pub(super) fn unasked(&mut self, at: Moment, effects: &mut Effects) {
        self.wait(super::Step::Talk, at, effects);
        self.awaiting(Awaits::Quiet(UNASKED), Needs::Nothing, at, effects);
    }

    fn next_step(&mut self, at: Moment, effects: &mut Effects) {
        let Errand::Talk(talk) = &self.errand else { return self.say_goodbye(at, effects) };
        let Some(step) = talk.steps.get(self.progress.said).cloned() else {
            return self.say_goodbye(at, effects);
        };
        self.progress.said += 1;
        self.record(&step);
        if !step.octets.is_empty() {
            effects.push(Effect::Send { id: self.id, octets: Bytes::from(step.octets) });
        }
        self.awaiting(step.awaits, step.needs, at, effects);
    }

    fn awaiting(&mut self, awaits: Awaits, needs: Needs, at: Moment, effects: &mut Effects) {
        self.since = at;
        self.progress.heard.push(Vec::new());
        self.progress.awaits = Some(awaits);
        self.progress.needs = Some(needs);
        self.be_quiet(at, effects);
        if awaits == Awaits::Replies(0) {
            self.step_over(at, effects);
        }
    }

    /// The quiet begins anew.
    fn be_quiet(&mut self, at: Moment, effects: &mut Effects) {
        self.progress.quiet = match self.progress.awaits {
            Some(Awaits::Quiet(length)) => Some(at + length),
            _ => None,
        };
        effects.extend(self.progress.quiet.map(Effect::Wake));
    }

    /// Writes down what is said, line by line, and how it ends if not with CRLF.
    fn record(&mut self, step: &Step) {
        let Some(whole) = step.octets.strip_suffix(b"\r\n") else {
            if !step.octets.is_empty() {
                self.said.client_octets(&step.octets);
                self.said.note("without <CR><LF> behind it");
            }
            return;
        };
        let mut rest = whole;
        loop {
            let end = rest.windows(2).position(|two| two == b"\r\n");
            self.record_line(rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest), step.secret);
            let Some(end) = end else { break };
            rest = rest.get(end + 2..).unwrap_or_default();
        }
    }

    fn record_line(&mut self, line: &[u8], secret: bool) {
        let text = String::from_utf8_lossy(line);
        // The tag is our own, and what stands behind it is what the table of verbs knows.
        match secret_range(&text, &self.session.context()) {
            _ if secret => self.said.client_octets(DOTS.as_bytes()),
            Some(range) => {
                let open = text.get(..range.start).unwrap_or_default();
                self.said.client_octets(format!("{open}{DOTS}").as_bytes());
            }
            None => self.said.client_octets(line),
        }
    }

    /// A line of the server in answer to a step, or without having been asked.
    pub(super) fn told(&mut self, line: &[u8], reading: &Reading, at: Moment, effects: &mut Effects) {
        if self.progress.lines.len() < KEPT {
            self.progress.lines.push(words::shown(line));
        }
        self.be_quiet(at, effects);
        // To IMAP a reply is whole with whatever is not untagged; only a farewell is untagged and whole.
        let whole = match self.protocol() {
            Protocol::Imap => !line.starts_with(b"* ") || reading.class == ReplyClass::Closing,
            Protocol::Smtp | Protocol::Lmtp | Protocol::Pop3 => reading.whole || reading.class == ReplyClass::Malformed,
        };
        if !whole {
            return;
        }
        self.said.reply_is_over();
        let reply = Reply { code: reading.code, class: reading.class, lines: mem::take(&mut self.progress.lines) };
        let Some(replies) = self.progress.heard.last_mut() else { return };
        if replies.len() < KEPT {
            replies.push(reply);
        }
        let count = replies.len();
        if reading.class == ReplyClass::Closing {
            self.progress.ended = Some("the server took its leave".to_owned());
            self.progress.quiet = None;
            return self.hang_up(effects);
        }
        if matches!(self.progress.awaits, Some(Awaits::Replies(wanted)) if count >= wanted) {
            self.step_over(at, effects);
        }
    }

    /// Time has passed in a talk: the quiet may have been long enough.
    pub(super) fn talk_tick(&mut self, now: Moment, effects: &mut Effects) {
        if self.step == super::Step::Talk && self.progress.quiet.is_some_and(|until| until <= now) {
            self.progress.quiet = None;
            self.step_over(now, effects);
        }
    }

    fn step_over(&mut self, at: Moment, effects: &mut Effects) {
        self.progress.awaits = None;
        let last = self.progress.heard.last().and_then(|replies| replies.last());
        let goes_on = match self.progress.needs {
            None | Some(Needs::Nothing) => true,
            Some(Needs::Class(class)) => last.is_some_and(|reply| reply.class == class),
            Some(Needs::Silence) => last.is_none(),
        };
        if goes_on {
            self.next_step(at, effects);
        } else {
            self.say_goodbye(at, effects);
        }
    }

    /// The talk ended before its time.
    pub(super) fn talk_ended(&mut self, how: String) {
        self.progress.ended.get_or_insert(how);
    }

    /// What came of the talk; `seen` is what was seen on the way.
    pub(super) fn talked(progress: Progress, seen: crate::diagnosis::investigation::Seen) -> Box<Talked> {
        Box::new(Talked { seen, heard: progress.heard, ended: progress.ended })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Looks, PATIENCE, STEPS};
    use super::*;
    use crate::app::event::{Closing, ConnectionId, Happened};
    use crate::app::options::Options;
    use crate::diagnosis::dns::Resolver;
    use crate::diagnosis::investigation::Came;
    use crate::diagnosis::tls::TlsReport;
    use crate::protocol::endpoint::{Target, parse_target};

    /// Runs a talk against a server that says these things, one after each thing that is sent to it, the greeting first;
    /// `CLOSE` closes, an empty text is silence. Gives what was sent, the time it took, and what came of it.
    fn run(url: &str, place: Place, steps: Vec<Step>, says: &[&str]) -> (Vec<String>, Duration, Talked) {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&[url]) else { panic!("{url}") };
        let talk = Talk { endpoint, place, steps };
        let options = Options::new("client.example.test", "2026-11-21T00:00:00+00:00[UTC]".parse().unwrap());
        let (mut looks, mut effects) = (Looks::new(&options), Effects::new());
        looks.want(Errand::Talk(talk.clone()), Resolver::System, &mut effects);
        let id = effects.iter().find_map(|effect| match effect {
            Effect::Connect { id, .. } => Some(*id),
            _ => None,
        });
        let id: ConnectionId = id.unwrap();
        effects.clear();
        let began = Moment(1_000_000);
        let (mut now, mut sent, mut says) = (began, Vec::new(), says.iter());
        let peer = "192.0.2.25:25".parse().unwrap();
        let said = |text: &&str| match *text {
            "" => None,
            "CLOSE" => Some(Happened::Closed(Closing::Peer)),
            text => Some(Happened::Received(Bytes::copy_from_slice(text.as_bytes()))),
        };
        let tls = || Happened::TlsDone(Box::new(TlsReport::unjudged("")));
        let mut what = vec![Happened::Connected { local: peer, peer, practice: None, took: Duration::ZERO }];
        what.extend(url.contains("s://").then(tls));
        what.extend(says.next().and_then(said));
        loop {
            let came = if what.is_empty() {
                let wake = effects.iter().filter_map(|effect| match effect {
                    Effect::Wake(at) if *at > now => Some(*at),
                    _ => None,
                });
                now = wake.min().unwrap_or_else(|| panic!("nothing more comes: {sent:?}"));
                looks.tick(now, &mut effects).pop()
            } else {
                looks.happened(id, what.remove(0), now, &mut effects)
            };
            if let Some(Came::Talk(asked, talked)) = came {
                assert_eq!(asked, talk);
                return (sent, now - began, *talked);
            }
            let (wakes, others) = std::mem::take(&mut effects).into_iter().partition(|e| matches!(e, Effect::Wake(_)));
            effects = wakes;
            for effect in others {
                match effect {
                    Effect::Send { octets, .. } => {
                        sent.push(String::from_utf8_lossy(&octets).into_owned());
                        what.extend(says.next().and_then(said));
                    }
                    Effect::StartTls { .. } => {
                        what.push(tls());
                        // What a server says right behind the handshake.
                        what.extend(says.next().and_then(said));
                    }
                    Effect::Close { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    const CLEAR: &str = "250-mx\r\n250 STARTTLS\r\n";
    const EHLO: &str = "EHLO client.example.test\r\n";
    const QUIET: Awaits = Awaits::Quiet(Duration::from_secs(3));

    fn quoted(talked: &Talked) -> Vec<Vec<&str>> {
        talked.heard.iter().map(|replies| replies.iter().map(Reply::quote).collect()).collect()
    }

    #[test]
    fn steps_go_out_as_they_are_and_each_has_its_replies() {
        let steps = vec![
            Step::line("MAIL FROM:<>").needing(ReplyClass::Completion),
            Step::octets(b"RCPT TO:<a>\r\nRCPT TO:<b>\r\n", Awaits::Replies(2)),
            Step::octets(b"\n.\n", QUIET),
        ];
        let says = ["220 mx\r\n", CLEAR, "250 ok\r\n", "250-a\r\n250 A\r\n550 B\r\n", "", "221 bye\r\n"];
        let (sent, took, talked) = run("smtp://mx.test", Place::Clear, steps, &says);
        assert_eq!(sent, [EHLO, "MAIL FROM:<>\r\n", "RCPT TO:<a>\r\nRCPT TO:<b>\r\n", "\n.\n", "QUIT\r\n"]);
        assert_eq!(quoted(&talked), [&["250 ok"][..], &["250 A", "550 B"], &[]]);
        assert_eq!(talked.replies(1)[0].lines, ["250-a", "250 A"]);
        assert_eq!((took, talked.ended), (Duration::from_secs(3), None));
        let said = talked.seen.said.join("|");
        assert!(said.contains("C: RCPT TO:<a>|C: RCPT TO:<b>|S: 250-a|"), "{said}");
        assert!(said.contains("C: \\n.\\n|-- without <CR><LF> behind it|C: QUIT"), "{said}");
    }

    #[test]
    fn a_talk_stops_where_the_next_step_would_be_wrong() {
        let mail = || Step::line("MAIL FROM:<>").needing(ReplyClass::Completion);
        let silent = || Step { needs: Needs::Silence, ..Step::octets(b"x", QUIET) };
        let rset = || Step::line("RSET");
        for (steps, says, sent, ended) in [
            (vec![mail(), rset()], &["451 later\r\n", "221 bye\r\n"][..], &["MAIL FROM:<>\r\n", "QUIT\r\n"][..], None),
            (vec![mail(), rset()], &["421 bye\r\n"], &["MAIL FROM:<>\r\n"], Some("the server took its leave")),
            (vec![mail(), rset()], &["CLOSE"], &["MAIL FROM:<>\r\n"], Some("closed by the server")),
            (vec![mail(), rset()], &[""], &["MAIL FROM:<>\r\n"], Some("no answer for 1 min 00 s")),
            (vec![silent(), rset()], &["", "250 ok\r\n", "221 bye\r\n"], &["x", "RSET\r\n", "QUIT\r\n"], None),
            (vec![silent(), rset()], &["250 early\r\n", "221 bye\r\n"], &["x", "QUIT\r\n"], None),
        ] {
            let says: Vec<&str> = ["220 mx\r\n", CLEAR].into_iter().chain(says.iter().copied()).collect();
            let (did, took, talked) = run("smtp://mx.test", Place::Clear, steps, &says);
            assert_eq!(did.get(1..).unwrap(), sent, "{says:?}");
            assert_eq!(talked.ended.as_deref(), ended, "{says:?}");
            assert_eq!(talked.seen.failure, None, "{says:?}");
            assert!(took <= PATIENCE * STEPS);
        }
    }

    #[test]
    fn what_stands_behind_starttls_goes_out_with_it() {
        let place = || Place::Behind(b"NOOP\r\n".to_vec());
        let ask = |says: &[&str]| run("smtp://mx.test", place(), Vec::new(), says);
        for (unasked, heard) in
            [("", &[][..]), ("250 ok\r\n", &["250 ok"]), ("250 a\r\n250 b\r\n", &["250 a", "250 b"])]
        {
            let (sent, _, talked) = ask(&["220 mx\r\n", CLEAR, "220 go\r\n", unasked, "221 bye\r\n"]);
            assert_eq!(sent, [EHLO, "STARTTLS\r\nNOOP\r\n", "QUIT\r\n"]);
            assert_eq!(quoted(&talked), [heard], "{unasked}");
            assert!(talked.seen.said.join("|").contains("C: STARTTLS|-- in the same segment:|C: NOOP|"), "{talked:?}");
        }
        let (sent, _, talked) = ask(&["220 mx\r\n", CLEAR, "554 sync\r\n", "221 bye\r\n"]);
        assert_eq!(sent.last().unwrap(), "QUIT\r\n");
        assert!(talked.heard.is_empty());
        assert_eq!(talked.seen.failure.unwrap().says, "STARTTLS is offered and refused: 554 sync");
        let (_, _, talked) = ask(&["220 mx\r\n", CLEAR, "220 go\r\n250 ok\r\n", "", "221 bye\r\n"]);
        assert_eq!(talked.seen.injected, 8);
        let says = ["* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n", "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK x\r\n"];
        let says = [&says[..], &["a2 OK go\r\n", "b OK NOOP done\r\n", "* BYE x\r\na3 OK x\r\n"]].concat();
        let (sent, _, talked) = run("imap://m.test", Place::Behind(b"b NOOP\r\n".to_vec()), Vec::new(), &says);
        assert_eq!(sent.get(1).unwrap(), "a2 STARTTLS\r\nb NOOP\r\n");
        assert_eq!(quoted(&talked), [&["b OK NOOP done"]]);
    }

    #[test]
    fn passwords_are_not_in_the_record() {
        let secret = Step { secret: true, ..Step::line("c2VjcmV0") };
        let steps = vec![Step::line("AUTH PLAIN AGpvAHNlY3JldA=="), Step::line("AUTH LOGIN"), secret];
        let says = ["220 mx\r\n", "250 mx\r\n", "535 no\r\n", "334 x\r\n", "535 no\r\n", "221 bye\r\n"];
        let (sent, _, talked) = run("smtps://mx.test", Place::Tls, steps, &says);
        assert_eq!(sent.len(), 5);
        let said = talked.seen.said.join("|");
        assert!(!said.contains("c2Vjcm") && !said.contains("AGpv"), "{said}");
        assert_eq!(said.matches("C: AUTH").count(), 2, "{said}");
        let steps = vec![Step::line("p1 LOGIN jo secret")];
        let says = ["* OK x\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK x\r\n", "p1 NO no\r\n", "* BYE x\r\n"];
        let (_, _, talked) = run("imaps://m.test", Place::Tls, steps, &says);
        let said = talked.seen.said.join("|");
        assert!(said.contains("C: p1 LOGIN ") && !said.contains("secret"), "{said}");
    }
}
