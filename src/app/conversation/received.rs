//! Octets from the server: frame by frame into the transcript, then what each whole reply asks for.

use super::explain::explained;
use super::happened::IDLE;
use super::{Conversation, Goal, Link};
use crate::app::effect::{Effect, Effects};
use crate::app::transcript::{Kind, Marks};
use crate::diagnosis::Severity;
use crate::diagnosis::meaning::Meaning;
use crate::protocol::capability::{CAPABILITY_CAP, Occasion};
use crate::protocol::deflate::{Deflater, Inflater};
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::session::Signal;
use crate::protocol::verb::Phase;
use crate::protocol::visible::visible;

/// Offers that are named in the transcript; more are counted.
const OFFERS: usize = 8;

impl Conversation {
    pub(super) fn received(&mut self, octets: &[u8], at: Moment, effects: &mut Effects) {
        self.octets.0 += octets.len() as u64;
        if self.link == Link::Closed {
            return;
        }
        if self.link == Link::Handshake {
            self.injection(octets, at);
            return;
        }
        if self.session.phase() == Phase::Greeting && !self.session.tls() {
            self.tls_on_plain_port(octets, at);
        }
        let mut input = octets;
        if self.inflater.is_none() {
            self.read(&mut input, at, effects);
        }
        // What stands behind the answer to COMPRESS is the start of the compressed stream.
        if let Some(mut inflater) = self.inflater.take() {
            let done = inflater.inflate(input, |mut plain| self.read(&mut plain, at, effects));
            self.inflater = Some(inflater);
            if done.is_err() {
                self.garbled(input, at, effects);
            }
        }
        // A server that asks in several lines gets one answer; one that has given up meanwhile gets none.
        if let Some(challenge) = self.asked.take().filter(|_| self.session.phase() == Phase::Sasl) {
            self.challenged(&challenge, at, effects);
        }
        if self.session.literal_to_send().is_none() {
            // APPEND was refused: its message must not go into the next literal.
            self.append = None;
        }
        self.advance(at, effects);
    }

    /// Reads frames until `input` is used up, or until what follows is of another kind: TLS, or compressed.
    fn read(&mut self, input: &mut &[u8], at: Moment, effects: &mut Effects) {
        loop {
            let Self { session, transcript, masks, fresh, since, continuing, .. } = self;
            let tls = session.tls();
            let protocol = session.protocol();
            let greeted = session.phase() != Phase::Greeting;
            let upgrade = session
                .outstanding()
                .front()
                .filter(|oldest| oldest.verb.is_some_and(|verb| verb.name == protocol.starttls()))
                .map(|oldest| oldest.number);
            let Some(heard) = session.next_hiding(input, |octets| masks.mask_reply(octets)) else { break };
            let reading = heard.reading;
            let marks = Marks {
                tls,
                literal: heard.literal,
                continues: heard.continues,
                resumes: std::mem::replace(continuing, heard.continues && !heard.literal),
                unsolicited: greeted && reading.answers.is_none(),
                ending: heard.ending,
                begins: *fresh,
                stuffed: false,
            };
            let shown = heard.hidden.as_deref().unwrap_or(heard.octets);
            transcript.push(at, Kind::Received, reading.class, marks, reading.answers, shown);
            let meaning = if reading.class.is_negative() && reading.whole {
                // What is masked above stays so below.
                explained(protocol, transcript, transcript.next_number() - 1)
            } else {
                None
            };
            let negative = reading.class.is_negative();
            let refused = negative && reading.whole && upgrade.is_some() && reading.answers == upgrade;
            let telling = (!greeted || refused).then(|| heard.octets.to_vec());
            let whole = reading.whole;
            if whole {
                *fresh = true;
                *since = at;
                // Only the answer to the line itself ends the wait for it, not what is said in between.
                let over = reading.answers.is_some() && session.phase() != Phase::Sasl;
                masks.answering(masks.is_answering() && !over);
            } else {
                *fresh = false;
            }
            if let Some(remark) = reading.remark {
                self.explain(at, ReplyClass::Malformed, remark);
            }
            for line in meaning.iter().flat_map(Meaning::lines) {
                self.explain(at, reading.class, &line);
            }
            if negative && whole {
                self.recipients.retain(|(command, _)| Some(*command) != reading.answers);
            }
            match telling {
                Some(line) if refused => self.not_upgraded(&line),
                Some(line) => self.greeted(&line),
                None => {}
            }
            if whole && reading.answers.is_some() && reading.answers == self.data {
                self.data = None;
                if negative {
                    self.drop_body(at);
                }
            }
            if negative && whole && matches!(self.goals.front(), Some(Goal::Pass(_))) {
                self.goals.pop_front();
            }
            if negative && whole && !greeted {
                // Refused at the door: nothing more is asked of this server but by hand (RFC 5321 §3.1).
                self.goals.clear();
            }
            if negative && whole && !self.queue.is_empty() && !self.pipelining {
                self.paused = true;
            }
            if let Some(signal) = reading.signal
                && self.signal(signal, input, at, effects)
            {
                break;
            }
            // IMAP's list comes before the reply is whole; what is said of it stands behind the last line.
            if self.untold_capabilities && (whole || reading.answers.is_none()) {
                self.untold_capabilities = false;
                self.capabilities_changed(at);
            }
        }
    }

    /// What came in is no DEFLATE: nothing behind it can be read, nor anything that would still come.
    fn garbled(&mut self, octets: &[u8], at: Moment, effects: &mut Effects) {
        let masked = self.masks.mask(octets);
        let shown = masked.as_deref().unwrap_or(octets);
        let shown = visible(shown.get(..shown.len().min(60)).unwrap_or(shown)).into_owned();
        let says = format!("what came behind the answer to COMPRESS is no DEFLATE: {shown}");
        let next = "the server did not compress, or something on the way changed octets; Alt-a connects again";
        self.trouble(at, &says, next);
        self.finding(Severity::Fault, "COMPRESS", "what the server sends is no DEFLATE (RFC 4978 §3)", next);
        effects.push(Effect::Close { id: self.id, abort: true });
        self.link = Link::Closed;
    }

    /// DATA was refused: the body that was pasted behind it must not be taken for commands.
    fn drop_body(&mut self, at: Moment) {
        if let Some(end) = self.queue.iter().position(|line| &**line == ".") {
            self.queue.drain(..=end);
            self.note(
                at,
                &format!("DATA was refused: the {} lines of its message were taken out of the queue", end + 1),
            );
        }
    }

    /// Acts on a signal. Returns whether reading must stop here.
    fn signal(&mut self, signal: Signal, input: &mut &[u8], at: Moment, effects: &mut Effects) -> bool {
        match signal {
            Signal::Greeted => {}
            Signal::Idling => effects.push(Effect::Wake(at + IDLE)),
            Signal::Capabilities => self.untold_capabilities = true,
            Signal::StartTls => {
                let mut rest = self.session.discard();
                rest.extend_from_slice(std::mem::take(input));
                self.link = Link::Handshake;
                self.since = at;
                if !rest.is_empty() {
                    self.injection(&rest, at);
                }
                effects.push(Effect::StartTls { id: self.id, name: self.asked_name() });
                return true;
            }
            Signal::Compress => {
                self.deflater = Some(Deflater::default());
                self.inflater = Some(Inflater::default());
                self.note(at, "both directions are compressed from here on; lines are shown as they were before");
                return true;
            }
            Signal::Challenge(text) => {
                if self.asked.replace(text).is_some() {
                    let says = "another challenge before the last was answered: only this one is answered";
                    self.explain(at, ReplyClass::Malformed, says);
                }
            }
            Signal::Authenticated => {
                let known = self.session.user().filter(|user| !user.is_empty());
                let who = known.or(Some(self.login.as_str()).filter(|user| !user.is_empty()));
                let who = who.map(|user| format!(" as {}", visible(user.as_bytes())));
                self.note(at, &format!("logged in{}", who.unwrap_or_default()));
                self.exchange_over(true, at);
                // The new list may have come before the answer, or in it.
                self.untold_capabilities = true;
            }
            Signal::NotAuthenticated => self.exchange_over(false, at),
            Signal::GoAhead => self.go_ahead(at, effects),
            Signal::Closing => {
                if self.session.phase() == Phase::Closed {
                    effects.push(Effect::Close { id: self.id, abort: false });
                }
            }
        }
        false
    }

    fn capabilities_changed(&mut self, at: Moment) {
        self.judge_offers(at);
        if self.session.capabilities().beyond() > 0 {
            let says = format!(
                "the list of offers is cut: only its first {CAPABILITY_CAP} are read, and no server has as many"
            );
            let next = "do not trust what seems not to be offered; compare with the same list from another network";
            self.finding(Severity::Warning, "offers", &says, next);
        }
        let Some(change) = self.session.change() else { return };
        let mut parts = Vec::new();
        for (word, offers) in [("new", &change.new), ("gone", &change.gone)] {
            let since = if parts.is_empty() { format!(" {}", change.occasion) } else { String::new() };
            match offers.len() {
                0 => {}
                1..=OFFERS => parts.push(format!("{word}{since}: {}", offers.join(", "))),
                many => parts.push(format!("{word}{since}: {many} offers, which Alt-3 shows")),
            }
        }
        match change.occasion {
            Occasion::Login if parts.is_empty() => return,
            Occasion::Tls if parts.is_empty() => parts.push("TLS changed nothing in what is offered".to_owned()),
            _ => {}
        }
        let text = visible(parts.join(" · ").as_bytes()).into_owned();
        self.note(at, &text);
    }

    pub(super) fn injection(&mut self, octets: &[u8], at: Moment) {
        let masked = self.masks.mask(octets);
        let shown = masked.as_deref().unwrap_or(octets);
        let shown = shown.get(..shown.len().min(60)).unwrap_or(shown);
        let says = format!(
            "{} octets came in clear behind the answer to STARTTLS and were discarded: {}",
            octets.len(),
            visible(shown)
        );
        let next = "a server or a middlebox that does this lets attackers inject replies (CVE-2011-0411 and others)";
        self.trouble(at, &says, next);
        self.finding(Severity::Fault, "STARTTLS", "octets in clear behind the answer to STARTTLS", next);
    }

    /// A TLS record where a greeting was expected: an alert, most often.
    fn tls_on_plain_port(&mut self, octets: &[u8], at: Moment) {
        if self.octets.0 == octets.len() as u64
            && let [0x14..=0x17, 3, 0..=4, ..] = octets
        {
            let next = "connect again with --tls";
            self.trouble(at, "the server speaks TLS where plain text was expected", next);
            self.finding(Severity::Fault, "connection", "TLS where plain text was expected", next);
        }
    }
}
