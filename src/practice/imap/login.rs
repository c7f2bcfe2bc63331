//! Capabilities, STARTTLS and authentication (RFC 9051 §6.1, §6.2).

use crate::protocol::imap::grammar::{astring, space};
use crate::protocol::secret::Secret;

use super::super::sasl::{Exchange, Step, offered};
use super::super::{Output, World};
use super::command::{Command, bad};
use super::{Imap, Mode, say};

const WRONG: &str = "NO [AUTHENTICATIONFAILED] user name or password is wrong";
pub(super) const IN_CLEAR: &str = "NO [PRIVACYREQUIRED] not before STARTTLS";

impl Imap {
    pub(super) fn capabilities(&self) -> String {
        let mut list = vec!["IMAP4rev1", "IMAP4rev2", "LITERAL+", "SASL-IR", "ID", "ENABLE"];
        let mechanisms: Vec<String> =
            offered(&self.link.secured, true).iter().map(|name| format!("AUTH={name}")).collect();
        if self.user.is_none() {
            if self.link.tls {
                list.extend(mechanisms.iter().map(String::as_str));
            } else {
                list.extend(["STARTTLS", "LOGINDISABLED"]);
            }
        }
        list.extend(["IDLE", "NAMESPACE", "CHILDREN", "SPECIAL-USE", "UIDPLUS", "MOVE", "UNSELECT", "ESEARCH"]);
        if self.user.is_some() {
            list.push("COMPRESS=DEFLATE");
        }
        list.join(" ")
    }

    pub(super) fn start_tls(&mut self, command: &Command<'_>, out: &mut Vec<Output>) -> Option<String> {
        if self.link.tls {
            return Some("BAD TLS is already active".to_owned());
        }
        say(out, &format!("{} OK begin TLS negotiation now", command.tag));
        self.link.start_tls(out);
        None
    }

    pub(super) fn login(&mut self, world: &World, command: &mut Command<'_>) -> Result<String, String> {
        if !self.link.tls {
            return Err(IN_CLEAR.to_owned());
        }
        let user = astring(&mut command.cursor).map_err(|fault| bad(&fault))?;
        space(&mut command.cursor, "a password").map_err(|fault| bad(&fault))?;
        let password = astring(&mut command.cursor).map_err(|fault| bad(&fault))?;
        self.user = world.login(&command.text(&user), &Secret::new(command.octets(&password)));
        self.logged_in("LOGIN")
    }

    fn logged_in(&self, verb: &str) -> Result<String, String> {
        if self.user.is_none() {
            return Err(WRONG.to_owned());
        }
        Ok(format!("OK [CAPABILITY {}] {verb} completed", self.capabilities()))
    }

    pub(super) fn authenticate(
        &mut self,
        world: &mut World,
        command: &Command<'_>,
        out: &mut Vec<Output>,
    ) -> Option<String> {
        if !self.link.tls {
            return Some(IN_CLEAR.to_owned());
        }
        let mut words = command.cursor.rest().split(' ');
        let (mechanism, initial) = (words.next().unwrap_or_default(), words.next());
        let mut exchange = match Exchange::begin(mechanism, &self.link.secured, true, &self.link.host, world) {
            Ok(exchange) => exchange,
            Err(why) => return Some(format!("NO {why}")),
        };
        let step = exchange.first(world, initial);
        self.step(exchange, step, command.tag, out);
        None
    }

    pub(super) fn step(&mut self, exchange: Exchange, step: Step, tag: &str, out: &mut Vec<Output>) {
        let answer = match step {
            Step::Challenge(challenge) => {
                self.mode = Mode::Sasl(exchange, tag.to_owned());
                return say(out, &format!("+ {challenge}"));
            }
            Step::Cancelled => "BAD authentication cancelled".to_owned(),
            Step::Malformed(reason) => format!("BAD {reason}"),
            Step::Refused => WRONG.to_owned(),
            Step::Accepted(user) => {
                self.user = Some(user);
                self.logged_in("AUTHENTICATE").unwrap_or_else(|refusal| refusal)
            }
        };
        say(out, &format!("{tag} {answer}"));
    }

    pub(super) fn enable(&mut self, command: &Command<'_>, out: &mut Vec<Output>) -> Result<String, String> {
        let wanted = command.cursor.rest().split(' ').any(|word| word.eq_ignore_ascii_case("IMAP4rev2"));
        if wanted && !self.rev2 {
            self.rev2 = true;
            say(out, "* ENABLED IMAP4rev2");
        } else {
            say(out, "* ENABLED");
        }
        Ok("OK ENABLE completed".to_owned())
    }
}
