//! Typed and pasted lines: which go out now, which wait, which are refused with a reason.

use super::{Conversation, Link};
use crate::app::effect::Effects;
use crate::protocol::command;
use crate::protocol::moment::Moment;
use crate::protocol::secret::Hidden;
use crate::protocol::verb::Phase;

/// Why a typed line did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Conversation {
    /// The user pressed Enter on this line. It goes out, waits its turn, or is refused with the reason.
    ///
    /// # Errors
    /// The line is kept by the caller; the reason ends in what to do.
    pub fn say(&mut self, line: &str, now: Moment, effects: &mut Effects) -> Result<(), Refusal> {
        match self.link {
            Link::Closed => {
                return Err(Refusal("the connection is closed; Alt-a connects again, F2 elsewhere".to_owned()));
            }
            Link::Opening | Link::Handshake => {
                self.queue.push_back(Hidden::from(line));
                return Ok(());
            }
            Link::Open => {}
        }
        if self.session.phase() == Phase::Greeting && !self.wait_given_up {
            self.queue.push_back(Hidden::from(line));
            return Ok(());
        }
        if let Some(why) = self.betrays(line) {
            return Err(Refusal(format!("{why} · Alt-Enter sends it anyway")));
        }
        match self.session.phase() {
            Phase::Data => {
                self.data_line(line, now, effects);
                return Ok(());
            }
            Phase::Literal => return self.literal_line(line, now, effects),
            Phase::Sasl if !self.session.owes_response() && line != "*" => {
                return Err(Refusal("the server has not answered the last response yet; * cancels".to_owned()));
            }
            Phase::LiteralEnd => {
                self.after_literal(line, now, effects);
                return Ok(());
            }
            _ => {}
        }
        let reading = command::check(line, &self.session.context());
        if let Some(fault) = reading.worst().filter(|_| !reading.is_sendable()) {
            return Err(Refusal(format!("{} · Alt-Enter sends it anyway", fault.reason)));
        }
        if self.session.phase() == Phase::Sasl {
            self.send_line(line, now, effects);
            return Ok(());
        }
        if reading.verb.is_some_and(|verb| verb.name == "QUIT") && self.session.deletes() > 0 {
            let count = self.session.deletes();
            let what = if count == 1 { "the message".to_owned() } else { format!("the {count} messages") };
            return Err(Refusal(format!(
                "QUIT removes {what} marked by DELE for good; RSET undoes · Alt-Enter sends it"
            )));
        }
        let behind = !self.queue.is_empty() && !self.paused;
        if behind || self.is_busy() && !self.may_pipeline() {
            self.queue.push_back(Hidden::from(line));
        } else {
            self.send_line(line, now, effects);
        }
        Ok(())
    }

    /// The same without any doubt: at once, however wrong.
    ///
    /// # Errors
    /// Only when there is no connection to send on.
    pub fn say_anyway(&mut self, line: &str, now: Moment, effects: &mut Effects) -> Result<(), Refusal> {
        if self.link != Link::Open {
            return Err(Refusal("there is no open connection; Alt-a connects again, F2 elsewhere".to_owned()));
        }
        // Whoever said yes once on this channel is not asked at every line of an exchange.
        self.consent |= self.secret_range(line).is_some();
        match self.session.phase() {
            Phase::Data => self.data_line(line, now, effects),
            Phase::Literal => self.literal_anyway(line, now, effects),
            _ => self.send_line(line, now, effects),
        }
        Ok(())
    }

    /// Whether an answer is owed, so that another command would be pipelined.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.session.outstanding().is_empty() && self.session.phase() != Phase::Idle && !self.wait_given_up
    }

    /// Whether the next command may go out before the reply to the last: pipelining is on, and the last does not end a
    /// group (RFC 2920 §3.1; in all three protocols TLS and SASL must be answered first).
    fn may_pipeline(&self) -> bool {
        self.pipelining
            && self.session.outstanding().back().and_then(|command| command.verb).is_none_or(|verb| {
                !verb.ends_group
                    && !matches!(verb.name, "STARTTLS" | "STLS" | "AUTH" | "AUTHENTICATE" | "IDLE" | "APPEND")
            })
    }

    /// Why a typed line would give a secret away: the channel is clear, or the server is not proven to be who it says.
    fn betrays(&self, line: &str) -> Option<String> {
        if self.consent || self.secret_range(line).is_none() || line == "*" {
            return None;
        }
        self.exposure()
    }

    /// Goes on after a stop of the queue. A secret that stopped it goes out: that is what the user was asked.
    pub fn resume(&mut self, now: Moment, effects: &mut Effects) {
        self.paused = false;
        self.consent |= self.queue.front().is_some_and(|line| self.secret_range(line).is_some());
        self.advance(now, effects);
    }

    /// A line behind a literal: the rest of its command, which can only begin with a space or a parenthesis, or the next
    /// command, and then the last one ends here (RFC 9051 §4.3).
    fn after_literal(&mut self, line: &str, now: Moment, effects: &mut Effects) {
        if line.is_empty() || line.starts_with([' ', ')']) {
            self.send_line(line, now, effects);
        } else {
            self.send_line("", now, effects);
            self.queue.push_front(Hidden::from(line));
            self.advance(now, effects);
        }
    }

    /// Several pasted lines: each waits for the reply to the one before.
    pub fn enqueue(&mut self, lines: Vec<Hidden>, now: Moment, effects: &mut Effects) {
        self.queue.extend(lines);
        self.paused = false;
        self.advance(now, effects);
    }

    /// Sends what may be sent now: the next step of a goal, then queued lines.
    pub fn advance(&mut self, now: Moment, effects: &mut Effects) {
        loop {
            if !self.is_ready() {
                return;
            }
            let phase = self.session.phase();
            if !self.goals.is_empty() && !self.is_busy() && !matches!(phase, Phase::Data | Phase::Sasl | Phase::Tls) {
                if self.pursue(now, effects) {
                    return;
                }
                continue;
            }
            if self.paused || phase == Phase::Tls {
                return;
            }
            let free = !self.is_busy()
                || self.may_pipeline()
                || matches!(phase, Phase::Data | Phase::Sasl | Phase::Literal | Phase::LiteralEnd);
            if !free || self.session.waits_for_go_ahead() || (phase == Phase::Sasl && !self.fresh_challenge()) {
                return;
            }
            let Some(line) = self.queue.pop_front() else { return };
            if let Some(why) = self.betrays(&line) {
                self.queue.push_front(line);
                self.paused = true;
                let next = "Enter on an empty line sends it all the same, Esc clears the queue, F4 begins TLS";
                return self.trouble(now, &format!("the queue stops before a password: {why}"), next);
            }
            match phase {
                Phase::Data => self.data_line(&line, now, effects),
                Phase::Literal => {
                    if self.literal_line(&line, now, effects).is_err() {
                        self.queue.push_front(line);
                        self.paused = true;
                        return;
                    }
                    if self.session.phase() == Phase::LiteralEnd && self.queue.is_empty() {
                        // The pasted text is at its end, and with it the command.
                        self.send_line("", now, effects);
                    }
                }
                Phase::LiteralEnd => self.after_literal(&line, now, effects),
                _ => self.send_line(&line, now, effects),
            }
            if phase == Phase::Sasl {
                return;
            }
        }
    }

    /// In an exchange, one queued line answers one challenge.
    const fn fresh_challenge(&self) -> bool {
        self.exchange.is_none() && self.session.owes_response()
    }
}
