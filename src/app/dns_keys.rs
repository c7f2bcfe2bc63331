//! Keys while the DNS pane has the focus: moving, connecting to what a row names, a row in full.

use crossterm::event::{KeyCode, KeyEvent};

use super::effect::{Effect, Effects};
use super::state::{App, Overlay, Question};
use crate::diagnosis::Severity;
use crate::protocol::endpoint::{self, Endpoint, Host, Protocol, Security, well_known};

impl App {
    pub(super) fn dns_key(&mut self, key: &KeyEvent, effects: &mut Effects) {
        let last = self.dns.rows.len().saturating_sub(1);
        match key.code {
            KeyCode::Char('j') | KeyCode::Down => self.dns.selected = (self.dns.selected + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => self.dns.selected = self.dns.selected.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => self.dns.selected = 0,
            KeyCode::Char('G') | KeyCode::End => self.dns.selected = last,
            KeyCode::Char('/' | '?') => self.ask(Question::Dns),
            KeyCode::Char('y') => {
                if let Some(text) = self.dns.copy() {
                    effects.push(Effect::Copy(text));
                    self.say(Severity::Note, "copied");
                }
            }
            KeyCode::Enter if self.dns.connect().is_some() => self.connect_to_row(effects),
            KeyCode::Enter | KeyCode::Char(' ') => self.inspect_row(),
            _ => self.pane_key(key),
        }
    }

    /// A row of the DNS pane in full.
    fn inspect_row(&mut self) {
        let Some(row) = self.dns.row() else { return };
        let mut lines = vec![row.text.clone(), String::new()];
        if let Some((severity, says)) = &row.verdict {
            lines.push(format!("{}: {says}", severity.name()));
        }
        if let Some(ttl) = row.ttl {
            lines.push(format!("ttl {ttl} s"));
        }
        lines.push(row.note.clone());
        lines.extend(row.detail.iter().cloned());
        self.overlay = Some(Overlay::Detail { title: row.label.clone(), lines, scroll: 0 });
    }

    fn connect_to_row(&mut self, effects: &mut Effects) {
        let Some(place) = self.dns.connect().cloned() else {
            return self.say(Severity::Note, "this row names no server to connect to");
        };
        let Ok(host) = Host::parse(&place.host) else {
            return self.say(Severity::Warning, format!("{} is not a host name", place.host));
        };
        let said =
            place.service.as_deref().and_then(endpoint::scheme).map(|(protocol, _, security)| (protocol, security));
        let (protocol, security) = said.or_else(|| well_known(place.port)).unwrap_or((Protocol::Smtp, Security::Plain));
        let endpoint = Endpoint { protocol, host, port: place.port, security };
        self.connect(endpoint, place.address.into_iter().collect(), effects);
    }
}
