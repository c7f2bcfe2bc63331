//! AUTH (RFC 4954) and STARTTLS (RFC 3207).

use super::super::sasl::{Exchange, Step, offered};
use super::super::{Output, World};
use super::{Mode, Smtp, say};
use crate::protocol::reply::ReplyCode;

impl Smtp {
    /// AUTH is offered: to submit mail, under TLS.
    pub(super) const fn offers_auth(&self) -> bool {
        self.is_submission() && self.link.tls
    }

    /// The line that offers it.
    pub(super) fn auth_line(&self) -> String {
        format!("AUTH {}", offered(&self.link.secured, false).join(" "))
    }

    pub(super) fn auth(&mut self, world: &mut World, arguments: &str, out: &mut Vec<Output>) {
        if !self.is_submission() {
            return say(out, ReplyCode(502), "5.5.1 AUTH is for submission, ports 587 and 465");
        }
        if self.user.is_some() {
            return say(out, ReplyCode(503), "5.5.1 already authenticated");
        }
        if self.transaction.is_some() {
            return say(out, ReplyCode(503), "5.5.1 AUTH is not allowed within a mail transaction, send RSET first");
        }
        if !self.link.tls {
            return say(out, ReplyCode(538), "5.7.11 encryption is required before AUTH, send STARTTLS first");
        }
        let mut words = arguments.split_ascii_whitespace();
        let (mechanism, initial) = (words.next().unwrap_or_default(), words.next());
        let mut exchange = match Exchange::begin(mechanism, &self.link.secured, false, &self.link.host, world) {
            Ok(exchange) => exchange,
            Err(why) => return say(out, ReplyCode(504), &format!("5.5.4 {why}")),
        };
        let step = exchange.first(world, initial);
        self.step(exchange, step, out);
    }

    pub(super) fn step(&mut self, exchange: Exchange, step: Step, out: &mut Vec<Output>) {
        match step {
            Step::Challenge(challenge) => {
                self.mode = Mode::Sasl(exchange);
                say(out, ReplyCode::CHALLENGE, &challenge);
            }
            Step::Cancelled => say(out, ReplyCode(501), "5.7.0 authentication cancelled"),
            Step::Malformed(reason) => say(out, ReplyCode(501), &format!("5.5.2 {reason}")),
            Step::Accepted(user) => {
                self.user = Some(user);
                say(out, ReplyCode(235), "2.7.0 authentication successful");
            }
            Step::Refused => say(out, ReplyCode(535), "5.7.8 authentication credentials invalid"),
        }
    }

    pub(super) fn start_tls(&mut self, out: &mut Vec<Output>) {
        if self.link.tls {
            return say(out, ReplyCode(503), "5.5.1 TLS is already active");
        }
        say(out, ReplyCode(220), "2.0.0 ready to start TLS");
        self.link.start_tls(out);
    }
}
