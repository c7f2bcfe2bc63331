//! The steps one key or flag asks for: capabilities, STARTTLS, a login.

use super::{Conversation, Goal};
use crate::app::effect::Effects;
use crate::diagnosis::{Severity, starttls};
use crate::protocol::endpoint::Protocol;
use crate::protocol::moment::Moment;
use crate::protocol::secret::Hidden;
use crate::protocol::verb::Phase;

impl Conversation {
    /// Takes the next step towards the goal. Returns whether an answer is now awaited.
    pub(super) fn pursue(&mut self, now: Moment, effects: &mut Effects) -> bool {
        let Some(goal) = self.goals.pop_front() else { return false };
        let known = self.session.capabilities().known;
        match goal {
            Goal::Capabilities => {
                self.ask_capabilities(now, effects);
                true
            }
            Goal::StartTls if self.session.tls() => {
                self.note(now, "TLS is on already");
                false
            }
            Goal::StartTls if self.session.phase() == Phase::Authenticated && self.protocol() == Protocol::Imap => {
                let next = "a server that greets with PREAUTH leaves no room for STARTTLS (RFC 9051 §7.1.4): use --tls";
                self.trouble(now, "STARTTLS is not possible after login", next);
                self.finding(Severity::Warning, "STARTTLS", "the server greeted with PREAUTH: there is no TLS", next);
                false
            }
            // HELO-only servers answer EHLO with 5xx: asking once is enough.
            Goal::StartTls if !known && self.asked_capabilities => {
                let name = self.protocol().starttls();
                let next = format!("type {name} and press Alt-Enter to try it all the same");
                self.trouble(now, "the server does not tell its capabilities", &next);
                false
            }
            Goal::StartTls if !known => {
                self.asked_capabilities = true;
                self.goals.push_front(Goal::StartTls);
                self.ask_capabilities(now, effects);
                true
            }
            Goal::StartTls => {
                let name = self.protocol().starttls();
                if self.session.capabilities().has(name) {
                    self.send_line(name, now, effects);
                    true
                } else {
                    let (says, why) =
                        starttls::not_offered(self.protocol(), self.session.capabilities(), self.masked_greeting);
                    let next = format!("{why}; try the implicit TLS port with --tls, or type {name} and Alt-Enter");
                    self.trouble(now, &says, &next);
                    self.finding(Severity::Warning, name, &says, &next);
                    false
                }
            }
            Goal::Authenticate(login) if !known && !self.asked_capabilities && self.asks_first() => {
                self.asked_capabilities = true;
                self.goals.push_front(Goal::Authenticate(login));
                self.ask_capabilities(now, effects);
                true
            }
            Goal::Pass(password) => {
                let accepted = self.session.user().is_some();
                if accepted {
                    let mut line = Hidden::with_room(8 + password.expose().len());
                    line.push("PASS ");
                    line.push(&password.text());
                    self.send_line(&line, now, effects);
                }
                accepted
            }
            Goal::Authenticate(login) if !login.consent && login.way.sends_password() && self.exposure().is_some() => {
                let why = self.exposure().unwrap_or_default();
                let next = "nothing was sent; F4 begins TLS, F5 again asks whether to send it all the same";
                self.trouble(now, &format!("the login was stopped: {why}"), next);
                false
            }
            Goal::Authenticate(login) => {
                self.begin_exchange(*login, now, effects);
                true
            }
        }
    }

    fn asks_first(&self) -> bool {
        self.protocol().is_smtp() && self.session.phase() == Phase::Fresh
    }

    fn ask_capabilities(&mut self, now: Moment, effects: &mut Effects) {
        let line = match self.protocol() {
            Protocol::Smtp => format!("EHLO {}", self.ehlo_name),
            Protocol::Lmtp => format!("LHLO {}", self.ehlo_name),
            Protocol::Imap => "CAPABILITY".to_owned(),
            Protocol::Pop3 => "CAPA".to_owned(),
        };
        self.send_line(&line, now, effects);
    }

    /// Sets out for STARTTLS.
    pub fn want_tls(&mut self, now: Moment, effects: &mut Effects) {
        self.goals.push_back(Goal::StartTls);
        self.asked_capabilities = false;
        self.advance(now, effects);
    }
}
