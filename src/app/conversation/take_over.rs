//! Going on with a login that was begun by hand: what was typed is gone through again, and the open challenge answered.

use super::{Conversation, Login};
use crate::app::effect::Effects;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::sasl::{self, Mechanism, Next, Spoken};
use crate::protocol::secret::Secret;

/// Which challenge is meant: the number of the line that began the exchange, and the messages of ours so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64, usize);

impl Conversation {
    /// The challenge of a login typed by hand that is open, and what was said before it.
    ///
    /// # Errors
    /// Why there is none to answer, and what to do.
    pub fn challenge(&self) -> Result<(Stamp, &Spoken), String> {
        if self.exchange.is_some() {
            return Err("the login under way answers by itself; * cancels it".to_owned());
        }
        if !self.session.owes_response() {
            return Err("the server has not answered the last response yet; * cancels".to_owned());
        }
        match (self.session.outstanding().front(), &self.spoken) {
            (Some(command), Some(spoken)) => Ok((Stamp(command.number, spoken.count()), spoken)),
            _ => Err("this login was broken off, and the server asks on; * cancels".to_owned()),
        }
    }

    /// Why nobody else can begin to log in: AUTH or AUTHENTICATE has gone out, and the server has neither asked nor
    /// decided. What is sent now would be read as the answer to a challenge on its way.
    #[must_use]
    pub fn login_in_doubt(&self) -> Option<String> {
        // Without an argument, POP3's AUTH asks for a list.
        let mut asked = self.session.outstanding().iter().filter(|command| !command.argument.is_empty());
        let verb = asked.find_map(|command| command.verb.filter(|verb| verb.name.starts_with("AUTH")))?;
        let name = verb.name;
        Some(format!("{name} has no answer yet: wait for the challenge, then F12 answers it; Alt-a connects again"))
    }

    /// A challenge came that nobody answers but the user: the line beneath it names the key.
    pub(super) fn hint_at_answer(&mut self, challenge: Option<Vec<u8>>, now: Moment) {
        if self.exchange.is_some() {
            return;
        }
        let Some(spoken) = &mut self.spoken else { return };
        spoken.heard(challenge);
        let hint = match spoken.next() {
            Ok(Next::Ask { mechanism, told }) => {
                let from = match (mechanism, told) {
                    (Mechanism::External, _) => "an authorization identity",
                    (Mechanism::Anonymous, _) => "a trace",
                    (mechanism, _) if mechanism.takes_token() => "user and token",
                    (_, Some(_)) => "the password",
                    (_, None) => "user and password",
                };
                format!("F12 makes the answer from {from} · Esc cancels with *")
            }
            Ok(Next::Owed(_)) => "F12 sends the answer that is owed · Esc cancels with *".to_owned(),
            Err(why) => format!("F12 cannot answer: {why} · type the base64 yourself, or Esc cancels with *"),
        };
        self.explain(now, ReplyClass::Intermediate, &hint);
    }

    /// Answers the challenge that the dialog was opened for, and goes on by itself.
    pub(super) fn answer_challenge(&mut self, login: Login, stamp: Stamp, now: Moment, effects: &mut Effects) {
        if self.challenge().map(|(open, _)| open) != Ok(stamp) {
            let says = "the challenge that was to be answered is no longer open; nothing was sent";
            return self.trouble(now, says, "log in again (F12)");
        }
        let Some(spoken) = self.spoken.take() else { return };
        self.masks.remember(&login.credentials.password);
        if !login.credentials.user.is_empty() {
            self.login.clone_from(&login.credentials.user);
        }
        let mut channel = self.channel(login.nonce);
        if let Some(kind) = login.binding {
            channel.prefer(kind);
        }
        match spoken.resume(login.credentials, &channel) {
            Ok(mut exchange) => {
                let answer = spoken.answer(&mut exchange);
                self.give(exchange, answer, now, effects);
            }
            Err(why) => {
                self.spoken = Some(spoken);
                self.trouble(now, &why, "F12 opens the dialog again, Esc cancels with *");
            }
        }
    }

    /// Sends what is owed to an error of OAuth, whoever logs in.
    pub fn send_owed(&mut self, owed: &Secret, now: Moment, effects: &mut Effects) {
        let line = sasl::encode(owed);
        self.send_line(&line.text(), now, effects);
    }
}
