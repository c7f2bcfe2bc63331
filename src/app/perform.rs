//! Actions, one by one.

use super::action::Action;
use super::auth_dialog::{AuthDialog, none_offered};
use super::conversation::{Conversation, Link, MessagePlace, Way};
use super::effect::{Effect, Effects};
use super::line_editor::LineEditor;
use super::message_editor::{self, MessageEditor};
use super::probe_dialog::ProbeDialog;
use super::state::{App, FAREWELL, Focus, Overlay, Question};
use crate::diagnosis::Severity;
use crate::diagnosis::probe::Order;
use crate::protocol::endpoint::Protocol;
use crate::protocol::sasl::{Mechanism, scram};
use crate::protocol::secret::Hidden;
use crate::protocol::verb::Phase;

impl App {
    pub(super) fn perform(&mut self, action: Action, effects: &mut Effects) {
        self.notice = None;
        match action {
            Action::Help => {
                // On a line of the transcript its reference; a second time, or elsewhere, the help.
                if self.focus != Focus::Transcript || !self.open_reference() {
                    self.overlay = Some(Overlay::Help(0));
                }
            }
            Action::Palette => self.overlay = Some(Overlay::Palette { filter: LineEditor::default(), selected: 0 }),
            Action::Connect => self.ask(Question::Connect),
            Action::Dns => self.ask(Question::Dns),
            Action::StartTls => self.start_tls(effects),
            Action::LogIn => self.open_auth(None, effects),
            Action::AuthPlain => self.open_auth(Some(Way::Sasl(Mechanism::Plain)), effects),
            Action::AuthLogin => self.open_auth(Some(Way::Sasl(Mechanism::Login)), effects),
            Action::Message => self.open_message(effects),
            Action::Leave => self.leave(effects),
            Action::Drop => {
                let now = self.now;
                if let Some(conversation) = self.conversation_mut() {
                    conversation.drop_now(now, effects);
                }
            }
            Action::Cancel => self.cancel(effects),
            Action::Ending => {
                if let Some(conversation) = self.conversation_mut() {
                    conversation.ending = conversation.ending.next();
                    let name = conversation.ending.name();
                    self.say(Severity::Note, format!("lines now end in {name}"));
                }
            }
            Action::Reset => self.send("RSET", effects),
            Action::Reconnect => self.reconnect(effects),
            Action::Close => self.close_tab(effects),
            Action::Next => self.turn(1),
            Action::Previous => self.turn(self.conversations.len().saturating_sub(1)),
            Action::Pipeline => self.toggle_pipelining(effects),
            Action::ClearQueue => {
                if let Some(conversation) = self.conversation_mut() {
                    conversation.queue.clear();
                    conversation.paused = false;
                }
            }
            Action::SendAnyway => self.send_anyway(effects),
            Action::FocusTranscript => self.focus_on(Focus::Transcript),
            Action::FocusDns => self.focus_on(Focus::Dns),
            Action::FocusOffers => self.focus_on(Focus::Offers),
            Action::FocusFindings => self.focus_on(Focus::Findings),
            Action::PageUp => self.page(true),
            Action::PageDown => self.page(false),
            Action::Follow => {
                self.follow();
            }
            Action::Explain => {
                self.explains_all = !self.explains_all;
                let what =
                    if self.explains_all { "what every reply means is shown" } else { "what refusals mean is shown" };
                self.say(Severity::Note, format!("{what}; Space on a line folds or unfolds it"));
            }
            Action::Certificate => self.show_certificate(effects),
            Action::Privacy => self.toggle_privacy(),
            Action::Probe => self.open_probe(),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Redraw => effects.push(Effect::Redraw),
        }
    }

    pub(super) fn ask(&mut self, what: Question) {
        self.overlay = Some(Overlay::Ask { what, line: LineEditor::default(), error: None });
    }

    fn focus_on(&mut self, focus: Focus) {
        self.focus = if self.focus == focus { Focus::Input } else { focus };
    }

    fn start_tls(&mut self, effects: &mut Effects) {
        let now = self.now;
        let Some(conversation) = self.conversation_mut() else {
            return self.say(Severity::Note, "nothing is connected; F2 connects");
        };
        match (conversation.link, conversation.session.phase()) {
            (Link::Closed, _) => self.say(Severity::Note, "the connection is closed; Alt-a connects again"),
            _ if conversation.session.tls() => {
                self.say(Severity::Note, "TLS is on already; Alt-t shows the certificate")
            }
            (_, Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Sasl) => {
                self.say(Severity::Note, "STARTTLS has no place inside a transaction; Alt-r sends RSET first");
            }
            _ => conversation.want_tls(now, effects),
        }
    }

    /// Asks for consent to a probe of the server on the screen.
    fn open_probe(&mut self) {
        let Some(conversation) = self.conversation() else {
            return self.say(Severity::Note, "a probe is for the server of a tab, and none is open; F2 connects");
        };
        let order = Order::new(conversation.plan.endpoint.clone(), self.options.seed ^ self.now.0);
        self.overlay = Some(Overlay::Probe(Box::new(ProbeDialog::new(order))));
    }

    fn open_auth(&mut self, way: Option<Way>, effects: &mut Effects) {
        let Some(conversation) = self.conversation() else {
            return self.say(Severity::Note, "nothing is connected; F2 connects");
        };
        if !conversation.is_ready() {
            return self.say(Severity::Note, "there is no one to log in to yet: wait for the greeting, or Alt-a");
        }
        if conversation.in_exchange() {
            return self.answer_by_dialog(effects);
        }
        if let Some(why) = conversation.login_in_doubt() {
            return self.say(Severity::Note, why);
        }
        if !matches!(
            conversation.session.phase(),
            Phase::Fresh | Phase::Ready | Phase::NotAuthenticated | Phase::Authorization
        ) {
            let phase = conversation.session.phase();
            let next = match phase {
                Phase::Mail | Phase::Rcpt => "Alt-r sends RSET first",
                Phase::Transaction | Phase::Authenticated | Phase::Selected | Phase::Idle => {
                    "someone is logged in: Alt-a connects again"
                }
                _ => "it belongs before the mail transaction",
            };
            return self.say(Severity::Note, format!("a login has no place now ({}); {next}", phase.name()));
        }
        let dialog = self.auth_dialog(conversation, way);
        self.overlay = Some(Overlay::Auth(Box::new(dialog)));
    }

    /// A dialog for a conversation, with what is known of the user and the server.
    pub(super) fn auth_dialog(&self, conversation: &Conversation, way: Option<Way>) -> AuthDialog {
        let offered = conversation.session.capabilities().mechanisms();
        let exposure = if self.options.insecure_auth { None } else { conversation.exposure() };
        let host = conversation.plan.endpoint.host.to_string();
        let supply = self.options.supply.as_ref();
        let known = supply.and_then(|supply| supply.user(&host)).filter(|_| self.user.is_empty());
        let user = known.unwrap_or(&self.user);
        let nonce = scram::nonce(&self.options.nonce_key, &format!("{}.{}", conversation.id.0, self.now.0));
        let channel = conversation.channel(nonce);
        let timestamp = conversation.session.timestamp().map(str::to_owned);
        let protocol = conversation.protocol();
        let mut dialog = AuthDialog::new(conversation.id, protocol, way, user, offered, channel, timestamp);
        dialog.none_offered = none_offered(&conversation.session);
        dialog.exposure = exposure;
        dialog.supply = supply.and_then(|supply| supply.for_host(&host));
        dialog
    }

    pub(super) fn open_message(&mut self, effects: &mut Effects) {
        let Some(conversation) = self.conversation() else {
            return self.say(Severity::Note, "nothing is connected; F2 connects");
        };
        let place = match conversation.message_place() {
            Ok(place) => place,
            Err(refusal) => return self.say(Severity::Note, refusal.0),
        };
        if place == MessagePlace::NeedsData {
            return self.send("DATA", effects);
        }
        let (from, to) = conversation.envelope();
        let limit = conversation.session.capabilities().size_limit().filter(|limit| *limit > 0);
        let from = if from.is_empty() { self.user.clone() } else { from };
        let wall = self
            .options
            .epoch
            .saturating_add(jiff::SignedDuration::from_micros(i64::try_from(self.now.0).unwrap_or(i64::MAX)));
        let date = wall.strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
        let host = conversation.ehlo_name.trim_matches(['[', ']']).to_owned();
        let id = format!("{:x}.{:x}.ehlo@{host}", self.options.seed, self.now.0);
        let template = message_editor::template(&from, &to, &date, &id);
        let editor = MessageEditor::new(&template, place, limit);
        if let Some(conversation) = self.conversation_mut() {
            conversation.message = Some(editor);
        }
        self.focus = Focus::Input;
    }

    pub(super) fn drop_message(&mut self) {
        if let Some(conversation) = self.conversation_mut() {
            conversation.message = None;
        }
    }

    /// Sends what the message editor holds.
    pub(super) fn send_message(&mut self, effects: &mut Effects) {
        let now = self.now;
        let Some(conversation) = self.conversations.get_mut(self.active) else { return };
        let Some(message) = conversation.message.take() else { return };
        let text = message.text();
        match conversation.message_place() {
            Ok(MessagePlace::Data) => conversation.send_message(&text, now, effects),
            Ok(MessagePlace::Append) => {
                let mailbox = conversation.session.mailbox().unwrap_or("INBOX").to_owned();
                conversation.append_message(&mailbox, &text, now, effects);
            }
            Ok(MessagePlace::NeedsData) => {
                conversation.message = Some(message);
                self.say(Severity::Warning, "the server has not said 354 yet");
            }
            Err(refusal) => {
                conversation.message = Some(message);
                self.say(Severity::Warning, refusal.0);
            }
        }
    }

    fn leave(&mut self, effects: &mut Effects) {
        if self.leaving.is_some() {
            effects.push(Effect::Quit);
            return;
        }
        let now = self.now;
        if let Some(tab) =
            self.conversations.iter_mut().position(|c| c.message.as_mut().is_some_and(|m| !m.may_leave()))
        {
            self.active = tab;
            return self.say(Severity::Warning, "a message is being written: F10 again drops it and leaves");
        }
        let mut awaited = false;
        for conversation in &mut self.conversations {
            awaited |= conversation.say_goodbye(now, effects);
        }
        if awaited {
            self.leaving = Some(now + FAREWELL);
            effects.push(Effect::Wake(now + FAREWELL));
            self.say(Severity::Note, "saying goodbye … F10 again leaves at once");
        } else {
            effects.push(Effect::Quit);
        }
    }

    fn cancel(&mut self, effects: &mut Effects) {
        let now = self.now;
        if self.leaving.is_some() {
            effects.push(Effect::Quit);
            return;
        }
        if self.forget_password(effects) {
            return;
        }
        if self.focus == Focus::Dns && self.dns.stop(effects) {
            return self.say(Severity::Note, "stopped: what has come stays; F3 asks again");
        }
        let cancelled = self.conversation_mut().is_some_and(|conversation| conversation.cancel(now, effects));
        if cancelled {
            return;
        }
        if self.prompt.line.is_empty() {
            self.say(Severity::Note, "F10 or Ctrl-Q leaves; Alt-x drops this connection");
        } else {
            self.prompt.line.set("");
            self.prompt.settle();
        }
    }

    fn send_anyway(&mut self, effects: &mut Effects) {
        let line = Hidden::from(self.prompt.line.text());
        let now = self.now;
        let Some(conversation) = self.conversation_mut() else {
            return self.say(Severity::Note, "nothing is connected; F2 connects");
        };
        let secret = conversation.holds_secret(&line);
        match conversation.say_anyway(&line, now, effects) {
            Ok(()) => {
                self.prompt.accepted(&line, secret);
                self.follow();
            }
            Err(refusal) => self.say(Severity::Warning, refusal.0),
        }
    }

    /// A line as if it had been typed, the input left alone.
    pub(super) fn send(&mut self, line: &str, effects: &mut Effects) {
        let now = self.now;
        let Some(conversation) = self.conversation_mut() else {
            return self.say(Severity::Note, "nothing is connected; F2 connects");
        };
        if let Err(refusal) = conversation.say(line, now, effects) {
            self.say(Severity::Warning, refusal.0);
        }
    }

    fn reconnect(&mut self, effects: &mut Effects) {
        let Some(conversation) = self.conversation() else {
            return self.say(Severity::Note, "nothing was connected yet; F2 connects");
        };
        let (plan, domain) = (conversation.plan.clone(), conversation.domain.clone());
        self.open(plan, effects);
        if let Some(conversation) = self.conversations.last_mut() {
            conversation.domain = domain;
        }
    }

    fn close_tab(&mut self, effects: &mut Effects) {
        if self.active >= self.conversations.len() {
            return;
        }
        if let Some(message) = self.message_mut()
            && !message.may_leave()
        {
            return;
        }
        let conversation = self.conversations.remove(self.active);
        self.places.remove(self.active);
        if conversation.link != Link::Closed {
            effects.push(Effect::Close { id: conversation.id, abort: false });
        }
        self.active = self.active.min(self.conversations.len().saturating_sub(1));
    }

    fn turn(&mut self, by: usize) {
        if !self.conversations.is_empty() {
            self.active = (self.active + by) % self.conversations.len();
        }
    }

    fn toggle_pipelining(&mut self, effects: &mut Effects) {
        let now = self.now;
        let Some(conversation) = self.conversation_mut() else { return };
        conversation.pipelining = !conversation.pipelining;
        let offered =
            conversation.session.capabilities().has("PIPELINING") || conversation.protocol() == Protocol::Imap;
        let text = match (conversation.pipelining, offered) {
            (false, _) => "queued lines wait for each reply",
            (true, true) => "queued lines go out without waiting",
            (true, false) => "queued lines go out without waiting; the server does not offer PIPELINING",
        };
        if conversation.pipelining {
            conversation.advance(now, effects);
        }
        self.say(Severity::Note, text);
    }

    /// The handshake of this connection, its certificates and the verdicts about them, in the pane. Nobody connects again;
    /// DNS is asked for TLSA, and where the domain is known for its MTA-STS policy.
    pub(super) fn show_certificate(&mut self, effects: &mut Effects) {
        let conversation = self.conversation();
        let Some(seen) = conversation.and_then(Conversation::handshake) else {
            return self.say(Severity::Note, "no handshake has been made on this connection; F4 begins TLS");
        };
        let domain = conversation.and_then(|conversation| conversation.domain.clone());
        self.dns.inspect(seen, domain, effects);
        self.focus = Focus::Dns;
    }
}
