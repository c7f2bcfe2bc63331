//! Keys while a popup lies over the panes.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{self, BINDINGS, Binding};
use super::auth_dialog;
use super::effect::{Effect, Effects};
use super::message_editor::MESSAGE_CAP;
use super::probe_dialog;
use super::state::{App, Focus, Overlay, Question};
use crate::diagnosis::Severity;
use crate::protocol::endpoint::{Security, Target, parse_target};

impl App {
    pub(super) fn overlay_key(&mut self, overlay: Overlay, key: &KeyEvent, effects: &mut Effects) {
        let closes =
            key.code == KeyCode::Esc || key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        match overlay {
            Overlay::Auth(mut dialog) => match dialog.key(key) {
                auth_dialog::Outcome::Used => self.overlay = Some(Overlay::Auth(dialog)),
                auth_dialog::Outcome::Cancelled => {}
                auth_dialog::Outcome::Login(login) => {
                    self.privacy.know_user(dialog.fields[0].text());
                    self.login(dialog.id, *login, effects);
                }
                auth_dialog::Outcome::Encoded { text, secret } => {
                    if !secret {
                        self.prompt.line.insert(&text.text());
                    } else {
                        self.prompt.insert_secret(&text.text());
                        if let Some(conversation) = self.conversation_mut() {
                            conversation.remember(&text);
                        }
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
            Overlay::Probe(mut dialog) => match dialog.key(key) {
                probe_dialog::Outcome::Used => self.overlay = Some(Overlay::Probe(dialog)),
                probe_dialog::Outcome::Agreed(order) => {
                    self.dns.probe(*order, effects);
                    self.focus = Focus::Dns;
                }
            },
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

    /// A line of the DNS prompt. A message is looked into from a file, or as it stands on the screen.
    fn ask_dns(&mut self, text: &str, effects: &mut Effects) -> Result<(), String> {
        match self.dns.ask(text, effects)? {
            None => {}
            Some((file, setting)) if file.is_empty() => {
                let octets = self.whole_message().ok_or_else(|| {
                    "there is no message here; fetch one, write one (F7), or name a file: dkim FILE".to_owned()
                })?;
                self.dns.message(&octets, &setting, effects);
            }
            Some((file, setting)) => {
                let path = std::path::PathBuf::from(file);
                effects.push(Effect::ReadFile { path: path.clone(), limit: MESSAGE_CAP });
                self.verifies = Some((path, setting));
                return Ok(());
            }
        }
        self.focus = Focus::Dns;
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
            Question::Dns => self.ask_dns(&text, effects),
            Question::File => {
                self.load(std::path::PathBuf::from(&text), effects);
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
