//! Keys in the dialog: the way, the field, what goes out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{AuthDialog, Outcome};
use crate::app::conversation::Way;
use crate::protocol::sasl::{Mechanism, Mistake};

impl AuthDialog {
    /// A key.
    pub fn key(&mut self, key: &KeyEvent) -> Outcome {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if self.gate.is_some() {
            return self.gate_key(key);
        }
        self.error = None;
        let changes = match key.code {
            KeyCode::Char(c) => ctrl && matches!(c, 'n' | 'b' | 'o' | 'r' | 'g'),
            code => matches!(code, KeyCode::F(5 | 6 | 12)),
        };
        if changes && self.answers.is_some() {
            self.error = Some("the login was begun by hand: only its challenge is answered here".to_owned());
            return Outcome::Used;
        }
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Char('c') if ctrl => return Outcome::Cancelled,
            KeyCode::Char('t') if ctrl => self.shows = !self.shows,
            KeyCode::Char('n') if ctrl => self.turn(true),
            KeyCode::Char('b') if ctrl => self.turn(false),
            KeyCode::Char('o') if ctrl => self.all = !self.all,
            KeyCode::Char('r') if ctrl => self.initial = !self.initial,
            KeyCode::Char('g') if ctrl => self.next_mistake(),
            KeyCode::Char('p') if ctrl => self.next_binding(),
            // Who presses it a second time wants something else than PLAIN.
            KeyCode::F(5) if self.way == Way::Sasl(Mechanism::Plain) => self.choose(self.strongest()),
            KeyCode::F(5) => self.choose(Way::Sasl(Mechanism::Plain)),
            KeyCode::F(6) => self.choose(Way::Sasl(Mechanism::Login)),
            KeyCode::F(12) => self.choose(self.strongest()),
            KeyCode::Char('e') if ctrl => return self.encode(),
            KeyCode::Tab | KeyCode::Down => self.move_field(true),
            KeyCode::BackTab | KeyCode::Up => self.move_field(false),
            KeyCode::Enter if self.field == 0 && self.fields[1].is_empty() && self.way.needs_secret() => self.field = 1,
            KeyCode::Enter => return self.enter(),
            _ => {
                if let Some(field) = self.fields.get_mut(self.field) {
                    field.key(key);
                }
            }
        }
        Outcome::Used
    }

    /// Text pasted into the field with the cursor; a line end at its end is dropped.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim_end_matches(['\r', '\n']);
        let field = match &mut self.gate {
            Some(gate) => Some(gate),
            None => self.fields.get_mut(self.field),
        };
        if let Some(field) = field {
            field.insert(text);
        }
    }

    fn move_field(&mut self, forward: bool) {
        let fields = self.open_fields();
        let at = fields.iter().position(|(place, _)| *place == self.field).unwrap_or(0);
        let next = if forward { at + 1 } else { at + fields.len() - 1 };
        self.field = fields.get(next % fields.len().max(1)).map_or(0, |(place, _)| *place);
    }

    fn next_mistake(&mut self) {
        let Way::Sasl(mechanism) = self.way else { return };
        self.mistake = match self.mistake {
            None => Mistake::of(mechanism).next(),
            Some(now) => Mistake::of(mechanism).skip_while(|other| *other != now).nth(1),
        };
    }

    /// What a -PLUS binds itself by: the next that this connection has.
    fn next_binding(&mut self) {
        let plus = matches!(self.way, Way::Sasl(mechanism) if mechanism.is_plus());
        match self.channel.bindings.as_slice() {
            _ if !plus => self.error = Some("only a -PLUS binds itself to the TLS connection".to_owned()),
            [] => self.error = Some("there is no TLS on this connection to bind to".to_owned()),
            [only] => self.error = Some(format!("this connection has data of {} only", only.kind.name())),
            _ => self.channel.bindings.rotate_left(1),
        }
    }
}
