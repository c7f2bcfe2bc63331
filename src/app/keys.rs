//! Keys and pastes, sent to whatever has the focus.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{self, Action, BINDINGS, Binding};
use super::auth_dialog;
use super::effect::{Effect, Effects};
use super::message_editor::{self, MESSAGE_CAP};
use super::prompt::Outcome;
use super::state::{App, Focus, Overlay, Question};
use crate::diagnosis::Severity;
use crate::protocol::endpoint::{Security, Target, parse_target};
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
            Focus::Offers => self.pane_key(key),
            Focus::Findings => self.findings_key(key),
        }
    }

    pub(super) fn paste(&mut self, text: &str, effects: &mut Effects) {
        match &mut self.overlay {
            Some(Overlay::Ask { line, .. }) => return line.insert(text.trim_end_matches(['\r', '\n'])),
            Some(Overlay::Palette { filter, .. }) => return filter.insert(text.trim_end_matches(['\r', '\n'])),
            Some(Overlay::Auth(dialog)) => return dialog.paste(text),
            Some(_) => return,
            None => {}
        }
        if let Some(message) = self.message_mut() {
            return message.paste(text);
        }
        self.focus = Focus::Input;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match text.strip_suffix('\n').unwrap_or(&text) {
            one if !one.contains('\n') => self.prompt.line.insert(one),
            many => {
                let mut lines: Vec<String> = many.split('\n').map(str::to_owned).collect();
                let typed = self.prompt.line.take();
                if let Some(first) = lines.first_mut() {
                    first.insert_str(0, &typed);
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
                if let Some(place) = self.places.get_mut(self.active) {
                    *place = super::state::Place::default();
                }
            }
            Err(refusal) => self.say(Severity::Fault, refusal.0),
        }
    }

    /// Esc in the input: completion, then queue, then exchange.
    fn escape(&mut self, effects: &mut Effects) {
        let now = self.now;
        if self.notice.take().is_some() {
            return;
        }
        let Some(conversation) = self.conversation_mut() else { return };
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

    fn overlay_key(&mut self, overlay: Overlay, key: &KeyEvent, effects: &mut Effects) {
        let closes =
            key.code == KeyCode::Esc || key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        match overlay {
            Overlay::Auth(mut dialog) => match dialog.key(key) {
                auth_dialog::Outcome::Used => self.overlay = Some(Overlay::Auth(dialog)),
                auth_dialog::Outcome::Cancelled => {}
                auth_dialog::Outcome::Login(way, credentials, gated) => {
                    self.login(dialog.id, way, credentials, gated, effects);
                }
                auth_dialog::Outcome::Encoded(text) => {
                    self.prompt.insert_secret(&String::from_utf8_lossy(text.expose()));
                    if let Some(conversation) = self.conversation_mut() {
                        conversation.remember_secret(text);
                    }
                    self.focus = Focus::Input;
                    self.say(Severity::Note, "encoded only: nothing was sent. Base64 is not secrecy");
                }
            },
            _ if closes => {}
            // A popup to read gives way to what the footer offers.
            Overlay::Help(_) | Overlay::Detail { .. }
                if matches!(key.code, KeyCode::F(2..)) && action::global(key).is_some() =>
            {
                if let Some(action) = action::global(key) {
                    self.perform(action, effects);
                }
            }
            Overlay::Help(scroll) => {
                let next = scrolled(scroll, key);
                self.overlay = next.map(Overlay::Help);
            }
            Overlay::Detail { .. } if key.code == KeyCode::F(1) => self.overlay = Some(Overlay::Help(0)),
            Overlay::Detail { title, lines, scroll } => {
                if let Some(scroll) = scrolled(scroll, key) {
                    // A long line takes several rows; how many, only the view knows.
                    let rows: usize = lines.iter().map(|line| 1 + line.len() / 40).sum();
                    let scroll = scroll.min(rows);
                    self.overlay = Some(Overlay::Detail { title, lines, scroll });
                }
            }
            Overlay::Ask { what, line, .. } => self.ask_key(what, line, key, effects),
            Overlay::Palette { mut filter, selected } => {
                let found = palette(filter.text());
                match key.code {
                    KeyCode::Enter => {
                        if let Some(binding) = found.get(selected) {
                            self.perform(binding.action, effects);
                        }
                    }
                    KeyCode::Up => {
                        self.overlay = Some(Overlay::Palette { filter, selected: selected.saturating_sub(1) })
                    }
                    KeyCode::Down => {
                        let selected = (selected + 1).min(found.len().saturating_sub(1));
                        self.overlay = Some(Overlay::Palette { filter, selected });
                    }
                    _ => {
                        filter.key(key);
                        self.overlay = Some(Overlay::Palette { filter, selected: 0 });
                    }
                }
            }
        }
    }

    /// The line of F2: a target, and when TLS begins in the words of the command line.
    fn connect_line(&mut self, text: &str, effects: &mut Effects) -> Result<(), String> {
        let mut security = None;
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            match word {
                "--starttls" => security = Some(Security::StartTls),
                "--tls" => security = Some(Security::Implicit),
                "--no-tls" => security = Some(Security::Plain),
                word => words.push(word),
            }
        }
        let mut target = parse_target(&words).map_err(|error| error.0)?;
        match (&mut target, security) {
            (Target::Endpoint(endpoint), Some(security)) => endpoint.security = security,
            (_, Some(_)) => return Err("--tls, --starttls and --no-tls need a host and a port here".to_owned()),
            _ => {}
        }
        self.go(target, effects);
        Ok(())
    }

    fn ask_key(
        &mut self,
        what: Question,
        mut line: super::line_editor::LineEditor,
        key: &KeyEvent,
        effects: &mut Effects,
    ) {
        if key.code != KeyCode::Enter {
            line.key(key);
            self.overlay = Some(Overlay::Ask { what, line, error: None });
            return;
        }
        let text = line.text().trim().to_owned();
        let result = match what {
            Question::Connect => self.connect_line(&text, effects),
            Question::Dns => self.dns.ask(&text, effects).map(|()| self.focus = Focus::Dns),
            Question::File => {
                let path = std::path::PathBuf::from(&text);
                effects.push(Effect::ReadFile { path, limit: MESSAGE_CAP });
                Ok(())
            }
            Question::Search => {
                self.search = text;
                self.find(true);
                Ok(())
            }
        };
        if let Err(error) = result {
            self.overlay = Some(Overlay::Ask { what, line, error: Some(error) });
        }
    }

    fn dns_key(&mut self, key: &KeyEvent, effects: &mut Effects) {
        let last = self.dns.rows.len().saturating_sub(1);
        match key.code {
            KeyCode::Char('j') | KeyCode::Down => self.dns.selected = (self.dns.selected + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => self.dns.selected = self.dns.selected.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => self.dns.selected = 0,
            KeyCode::Char('G') | KeyCode::End => self.dns.selected = last,
            KeyCode::Char('/' | '?') => self.ask(Question::Dns),
            KeyCode::Char('y') => {
                if let Some(row) = self.dns.row() {
                    effects.push(Effect::Copy(format!("{} {}", row.label, row.text)));
                    self.say(Severity::Note, "copied");
                }
            }
            KeyCode::Enter if self.dns.connect().is_some() => self.connect_to_row(effects),
            KeyCode::Enter | KeyCode::Char(' ') => self.inspect_row(),
            _ => self.pane_key(key),
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
    fn pane_key(&mut self, key: &KeyEvent) {
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

    pub(super) fn any_pane_key(&mut self, key: &KeyEvent) {
        self.pane_key(key);
    }
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

/// The rows of the palette that match every word typed.
#[must_use]
pub fn palette(filter: &str) -> Vec<&'static Binding> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    BINDINGS
        .iter()
        .filter(|binding| {
            let text = format!("{} {}", binding.name, binding.help).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .collect()
}

/// The new place of something that scrolls; `None` for a key that closes it.
fn scrolled(scroll: usize, key: &KeyEvent) -> Option<usize> {
    Some(match key.code {
        KeyCode::Char('j') | KeyCode::Down => scroll + 1,
        KeyCode::Char('k') | KeyCode::Up => scroll.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char(' ') => scroll + 10,
        KeyCode::PageUp => scroll.saturating_sub(10),
        KeyCode::Char('g') | KeyCode::Home => 0,
        KeyCode::Enter | KeyCode::Char('q') | KeyCode::F(1) => return None,
        _ => scroll,
    })
}
