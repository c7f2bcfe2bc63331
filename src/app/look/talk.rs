//! What a look says, and what it makes of the answers.

use bytes::Bytes;

use super::{Look, Step, words};
use crate::app::effect::{Effect, Effects};
use crate::app::state::FAREWELL;
use crate::diagnosis::investigation::Stage;
use crate::diagnosis::starttls;
use crate::protocol::endpoint::{Protocol, Security};
use crate::protocol::line::Ending;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::session::{Reading, Signal};
use crate::protocol::verb::Phase;

impl Look {
    /// One line of the server and what it says.
    pub(super) fn read(
        &mut self,
        line: &[u8],
        reading: &Reading,
        input: &mut &[u8],
        at: Moment,
        effects: &mut Effects,
    ) {
        let answered = reading.whole && reading.answers == Some(self.number);
        match self.step {
            Step::Greeting => self.greeted(line, reading, at, effects),
            Step::Offers if answered => self.offered(reading, at, effects),
            Step::Upgrade if answered => self.upgraded(reading, input, at, effects),
            Step::Talk => return self.told(line, reading, at, effects),
            Step::Farewell if answered => self.hang_up(effects),
            Step::Offers | Step::Upgrade if reading.class == ReplyClass::Closing && reading.answers.is_none() => {
                let (says, next) = words::refused(self.protocol(), "the server takes its leave", &self.said.reply());
                self.fail(self.stage(), says, next);
                self.hang_up(effects);
            }
            _ => {}
        }
        if reading.whole {
            self.said.reply_is_over();
        }
    }

    fn greeted(&mut self, line: &[u8], reading: &Reading, at: Moment, effects: &mut Effects) {
        if self.seen.greeting.is_empty() {
            self.seen.greeting = words::shown(line);
        }
        if reading.class == ReplyClass::Malformed {
            let (says, next) = words::foreign(self.protocol(), line, reading.remark);
            self.fail(Stage::Greeting, says, next);
            return self.hang_up(effects);
        }
        if !reading.whole {
            return;
        }
        if reading.class != ReplyClass::Completion {
            let (says, next) = words::refused(self.protocol(), "refused at the door", &self.said.reply());
            self.fail(Stage::Greeting, says, next);
            return match self.session.phase() {
                Phase::Closed => self.hang_up(effects),
                _ if reading.class == ReplyClass::Closing => self.hang_up(effects),
                _ => self.say_goodbye(at, effects),
            };
        }
        let preauth = self.session.phase() == Phase::Authenticated;
        if preauth && self.plan.endpoint.security == Security::StartTls {
            let says = format!("{} leaves no room for STARTTLS: we are logged in already", words::shown(line));
            let next = "have the server greet with OK where STARTTLS is to be said (RFC 9051 §7.1.4)";
            self.fail(Stage::StartTls, says, next.to_owned());
            return self.say_goodbye(at, effects);
        }
        self.ask(at, effects);
    }

    /// Asks for what is offered.
    pub(super) fn ask(&mut self, at: Moment, effects: &mut Effects) {
        let line = match self.protocol() {
            Protocol::Smtp | Protocol::Lmtp => format!("{} {}", self.asking(), self.ehlo_name),
            Protocol::Imap | Protocol::Pop3 => self.asking().to_owned(),
        };
        self.say(&line, Step::Offers, at, effects);
    }

    /// The verb that asks for what is offered.
    const fn asking(&self) -> &'static str {
        match self.protocol() {
            Protocol::Smtp => "EHLO",
            Protocol::Lmtp => "LHLO",
            Protocol::Imap => "CAPABILITY",
            Protocol::Pop3 => "CAPA",
        }
    }

    fn offered(&mut self, reading: &Reading, at: Moment, effects: &mut Effects) {
        // The dot that ends POP3's list is data.
        if !matches!(reading.class, ReplyClass::Completion | ReplyClass::Data) {
            let what = format!("{} is refused", self.asking());
            let (says, next) = words::refused(self.protocol(), &what, &self.said.reply());
            self.fail(Stage::Capabilities, says, next);
            return self.part(reading, at, effects);
        }
        let offers = self.session.capabilities().clone();
        let (clear, verb) = (!self.session.tls(), self.protocol().starttls());
        let offered = offers.has(verb);
        if clear {
            self.seen.clear = offers.clone();
        }
        self.seen.offers = offers;
        if !clear || self.plan.endpoint.security != Security::StartTls {
            return self.talk(at, effects);
        }
        if offered {
            return self.say(verb, Step::Upgrade, at, effects);
        }
        let (says, next) = starttls::not_offered(
            self.protocol(),
            &self.seen.offers,
            starttls::is_masked_greeting(self.seen.greeting.as_bytes()),
        );
        self.fail(Stage::StartTls, says, next);
        self.say_goodbye(at, effects);
    }

    fn upgraded(&mut self, reading: &Reading, input: &mut &[u8], at: Moment, effects: &mut Effects) {
        if reading.signal == Some(Signal::StartTls) {
            let injected = self.session.discard().len() + std::mem::take(input).len();
            self.injected(injected);
            return self.begin_tls(at, effects);
        }
        let what = format!("{} is offered and refused", self.protocol().starttls());
        let reply = self.said.reply();
        let (says, _) = words::refused(self.protocol(), &what, &reply);
        let next = starttls::refused(self.protocol(), reply.last().map_or(&[], Vec::as_slice), true);
        self.fail(Stage::StartTls, says, next.to_owned());
        self.part(reading, at, effects);
    }

    /// Takes leave after a refusal, unless the server does so itself.
    fn part(&mut self, reading: &Reading, at: Moment, effects: &mut Effects) {
        if reading.class == ReplyClass::Closing {
            self.hang_up(effects);
        } else {
            self.say_goodbye(at, effects);
        }
    }

    pub(super) fn say_goodbye(&mut self, at: Moment, effects: &mut Effects) {
        let until = at + FAREWELL;
        if self.until.is_none_or(|own| until < own) {
            self.until = Some(until);
            effects.push(Effect::Wake(until));
        }
        let verb = if self.protocol() == Protocol::Imap { "LOGOUT" } else { "QUIT" };
        self.say(verb, Step::Farewell, at, effects);
    }

    fn say(&mut self, line: &str, step: Step, at: Moment, effects: &mut Effects) {
        let tag = (self.protocol() == Protocol::Imap).then(|| self.session.next_tag());
        let line = tag.as_ref().map_or_else(|| line.to_owned(), |tag| format!("{tag} {line}"));
        self.number += 1;
        self.session.sent(&line, tag.as_deref(), self.number);
        self.said.client(&line);
        self.wait(step, at, effects);
        let mut octets = [line.as_bytes(), Ending::CrLf.bytes()].concat();
        if let (Step::Upgrade, Some(behind)) = (step, self.behind()) {
            self.said.note("in the same segment:");
            self.said.client_octets(behind.strip_suffix(b"\r\n").unwrap_or(&behind));
            octets.extend_from_slice(&behind);
        }
        effects.push(Effect::Send { id: self.id, octets: Bytes::from(octets) });
    }

    /// The verb that is to be answered at this step.
    pub(super) const fn verb(&self) -> &'static str {
        match self.step {
            Step::Upgrade => self.protocol().starttls(),
            _ => self.asking(),
        }
    }
}
