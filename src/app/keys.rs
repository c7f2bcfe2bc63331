//! Keys and pastes, sent to whatever has the focus.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{self, Action};
use super::effect::Effects;
use super::line_editor::LINE_ROOM;
use super::message_editor;
use super::prompt::Outcome;
use super::state::{App, Focus, Overlay, Question};
use crate::diagnosis::Severity;
use crate::protocol::secret::Hidden;
use crate::protocol::verb::Phase;

impl App {
    pub(super) fn key(&mut self, key: &KeyEvent, effects: &mut Effects) {
        if key.kind == crossterm::event::KeyEventKind::Release {
            return;
        }
        // Enter typed before the terminal was ours went through its line discipline and comes as LF.
        let enter = KeyEvent { code: KeyCode::Enter, modifiers: KeyModifiers::NONE, ..*key };
        let line_feed = key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL;
        let key = if line_feed { &enter } else { key };
        if let Some(overlay) = self.overlay.take() {
            self.overlay_key(overlay, key, effects);
            return;
        }
        if self.message().is_some() && self.focus == Focus::Input && !is_global_in_message(key) {
            self.message_key(key, effects);
            return;
        }
        if let Some(action) = action::global(key) {
            self.perform(action, effects);
            return;
        }
        match self.focus {
            Focus::Input => self.input_key(key, effects),
            Focus::Transcript => self.transcript_key(key, effects),
            Focus::Dns => self.dns_key(key, effects),
            Focus::Offers if matches!(key.code, KeyCode::Enter | KeyCode::Char('j' | ' ') | KeyCode::Down) => {
                self.inspect_offers()
            }
            Focus::Offers => self.pane_key(key),
            Focus::Findings => self.findings_key(key),
        }
    }

    pub(super) fn paste(&mut self, text: &str, effects: &mut Effects) {
        match &mut self.overlay {
            Some(Overlay::Ask { line, error, .. }) => {
                if !line.insert(text.trim_end_matches(['\r', '\n'])) {
                    *error = Some(too_long(text));
                }
                return;
            }
            Some(Overlay::Palette { filter, .. }) => {
                filter.insert(text.trim_end_matches(['\r', '\n']));
                return;
            }
            Some(Overlay::Auth(dialog)) => return dialog.paste(text),
            Some(Overlay::Probe(dialog)) => {
                dialog.line.insert(text.trim_end_matches(['\r', '\n']));
                return;
            }
            Some(_) => return,
            None => {}
        }
        if let Some(message) = self.message_mut() {
            return message.paste(text);
        }
        self.focus = Focus::Input;
        let text = Hidden::from(text.replace("\r\n", "\n"));
        let text = Hidden::from(str::replace(&text, '\r', "\n"));
        match text.strip_suffix('\n').unwrap_or(&text) {
            one if !one.contains('\n') => {
                if !self.prompt.line.insert(one) {
                    self.say(Severity::Warning, too_long(one));
                }
            }
            many => {
                let mut lines: Vec<Hidden> = many.split('\n').map(Hidden::from).collect();
                let typed = self.prompt.line.take();
                if let Some(first) = lines.first_mut() {
                    first.replace(0..0, &typed);
                }
                let count = lines.len();
                let now = self.now;
                match self.conversation_mut() {
                    Some(conversation) => {
                        conversation.enqueue(lines, now, effects);
                        let how = match self.conversation().is_some_and(|c| c.pipelining) {
                            true => "they go out in groups",
                            false => "each waits for the reply to the one before",
                        };
                        self.say(Severity::Note, format!("{count} lines pasted: {how}; Esc clears the queue"));
                    }
                    None => self.say(Severity::Note, "nothing is connected; F2 connects"),
                }
            }
        }
    }

    fn input_key(&mut self, key: &KeyEvent, effects: &mut Effects) {
        let ghost = self.ghost();
        let outcome = {
            let Self { conversations, active, prompt, .. } = self;
            let context = conversations.get(*active).map(super::conversation::Conversation::context);
            prompt.key(key, context.as_ref(), &ghost)
        };
        match outcome {
            Outcome::Used => self.notice = None,
            Outcome::Entered(line) => self.entered(&line, effects),
            Outcome::Passed if key.code == KeyCode::Esc => self.escape(effects),
            Outcome::Passed => {}
        }
    }

    fn entered(&mut self, line: &str, effects: &mut Effects) {
        self.notice = None;
        let now = self.now;
        let Some(conversation) = self.conversation_mut() else {
            return self.say(Severity::Note, "nothing is connected; F2 connects, F1 helps");
        };
        if line.is_empty() && conversation.paused {
            return conversation.resume(now, effects);
        }
        let takes_empty =
            matches!(conversation.session.phase(), Phase::Data | Phase::Literal | Phase::LiteralEnd | Phase::Sasl);
        if line.is_empty() && !takes_empty {
            return;
        }
        let secret = conversation.holds_secret(line);
        match conversation.say(line, now, effects) {
            Ok(()) => {
                self.prompt.accepted(line, secret);
                self.follow();
            }
            Err(refusal) => self.say(Severity::Fault, refusal.0),
        }
    }

    /// Esc in the input: the queue, which cannot wait, then a notice, then an exchange.
    fn escape(&mut self, effects: &mut Effects) {
        let now = self.now;
        let notice = self.notice.take().is_some();
        let Some(conversation) = self.conversation_mut().filter(|c| !notice || !c.queue.is_empty()) else { return };
        if !conversation.queue.is_empty() {
            let count = conversation.queue.len();
            conversation.queue.clear();
            conversation.paused = false;
            self.say(Severity::Note, format!("{count} queued lines dropped"));
        } else if conversation.in_exchange() {
            conversation.cancel_exchange(now, effects);
        } else {
            // Never over to a pane: what is typed next would be taken for its keys.
            self.say(Severity::Note, "Alt-1 or Shift-Tab moves to the transcript, Ctrl-C clears the line");
        }
    }

    fn message_key(&mut self, key: &KeyEvent, effects: &mut Effects) {
        let Some(message) = self.message_mut() else { return };
        match message.key(key) {
            message_editor::Outcome::Used => {}
            message_editor::Outcome::Left => self.drop_message(),
            message_editor::Outcome::Send => self.send_message(effects),
            message_editor::Outcome::Load => self.ask(Question::File),
        }
    }

    fn findings_key(&mut self, key: &KeyEvent) {
        let last = self.findings().len().saturating_sub(1);
        let from = self.findings_from.min(last);
        self.findings_from = match key.code {
            KeyCode::Char('j') | KeyCode::Down => (from + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => from.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => 0,
            KeyCode::Char('G') | KeyCode::End => last,
            _ => return self.pane_key(key),
        };
    }

    /// Keys every pane has.
    pub(super) fn pane_key(&mut self, key: &KeyEvent) {
        match key.code {
            KeyCode::Esc | KeyCode::Char('i' | 'q') => self.focus = Focus::Input,
            KeyCode::Char('?') => self.overlay = Some(Overlay::Help(0)),
            KeyCode::Char(':') => self.perform(Action::Palette, &mut Effects::new()),
            KeyCode::Tab => {
                self.focus = match self.focus {
                    Focus::Input => Focus::Transcript,
                    Focus::Transcript => Focus::Dns,
                    Focus::Dns => Focus::Offers,
                    Focus::Offers => Focus::Findings,
                    Focus::Findings => Focus::Input,
                }
            }
            _ => {}
        }
    }
}

fn too_long(text: &str) -> String {
    format!("not pasted: {} octets, a line has room for {LINE_ROOM}; a file goes out by F7 and Ctrl-O", text.len())
}

/// Keys that leave the message editor alone: panes, help, connections, leaving.
fn is_global_in_message(key: &KeyEvent) -> bool {
    let action = action::global(key);
    action.is_some()
        && !matches!(
            action,
            Some(Action::Message | Action::PageUp | Action::PageDown | Action::SendAnyway | Action::Suspend)
        )
        || action == Some(Action::Suspend)
}
