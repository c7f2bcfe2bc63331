//! AUTH (RFC 4954) and STARTTLS (RFC 3207).

use super::super::sasl::{Exchange, Step};
use super::super::{Output, World};
use super::{Mode, Smtp, say};
use crate::protocol::reply::ReplyCode;

impl Smtp {
    /// AUTH is offered: to submit mail, under TLS.
    pub(super) const fn offers_auth(&self) -> bool {
        self.is_submission() && self.link.tls
    }

    pub(super) fn auth(&mut self, world: &World, arguments: &str, out: &mut Vec<Output>) {
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
        let Some(mut exchange) = Exchange::begin(mechanism) else {
            return say(out, ReplyCode(504), "5.5.4 unknown mechanism, PLAIN and LOGIN are offered");
        };
        let step = exchange.first(initial);
        self.step(world, exchange, step, out);
    }

    pub(super) fn step(&mut self, world: &World, exchange: Exchange, step: Step, out: &mut Vec<Output>) {
        match step {
            Step::Challenge(challenge) => {
                self.mode = Mode::Sasl(exchange);
                say(out, ReplyCode::CHALLENGE, challenge);
            }
            Step::Cancelled => say(out, ReplyCode(501), "5.7.0 authentication cancelled"),
            Step::Malformed(reason) => say(out, ReplyCode(501), &format!("5.5.2 {reason}")),
            Step::Credentials { user, password } => {
                self.user = world.login(&user, &password);
                if self.user.is_some() {
                    say(out, ReplyCode(235), "2.7.0 authentication successful");
                } else {
                    say(out, ReplyCode(535), "5.7.8 authentication credentials invalid");
                }
            }
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
