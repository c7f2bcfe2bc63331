//! Who logs in, with what, and the gate before a password goes where it may be read.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::conversation::Way;
use super::event::ConnectionId;
use super::line_editor::LineEditor;
use crate::protocol::endpoint::Protocol;
use crate::protocol::pop3::apop;
use crate::protocol::sasl::{self, Channel, Credentials, Exchange, Mechanism};
use crate::protocol::secret::Secret;

/// What a key in the dialog led to.
#[derive(Debug)]
pub enum Outcome {
    /// Stay.
    Used,
    /// Close it, nothing is sent.
    Cancelled,
    /// Log in.
    /// The flag: the gate was passed.
    Login(Way, Credentials, bool),
    /// Only the base64 is wanted, in the input.
    Encoded(Secret),
}

/// The dialog of F5 and F6.
#[derive(Debug)]
pub struct AuthDialog {
    /// The connection it was opened for, and no other.
    pub id: ConnectionId,
    /// The dialect, which decides the ways.
    pub protocol: Protocol,
    /// How.
    pub way: Way,
    /// User, password, authorization identity.
    pub fields: [LineEditor; 3],
    /// The field with the cursor.
    pub field: usize,
    /// The password is shown (Ctrl-T).
    pub shows: bool,
    /// Mechanisms the server offers, for the hint.
    pub offered: Vec<String>,
    /// Why the password would be exposed, if it would.
    pub exposure: Option<String>,
    /// POP3: the timestamp of the greeting, without which there is no APOP.
    pub timestamp: Option<String>,
    /// Where the password comes from when its field is left empty: `--password-command`.
    pub supply: Option<&'static str>,
    /// The answer to the gate, once it is up.
    pub gate: Option<LineEditor>,
    /// Why Enter did nothing.
    pub error: Option<String>,
}

/// The names of the fields.
pub const FIELDS: [&str; 3] = ["user", "password", "authorization identity (may be empty)"];

impl AuthDialog {
    /// A dialog on this way, with the user filled in if one is known.
    #[must_use]
    pub fn new(
        id: ConnectionId,
        protocol: Protocol,
        way: Way,
        user: &str,
        offered: Vec<String>,
        exposure: Option<String>,
    ) -> Self {
        let fields = [LineEditor::with(user), LineEditor::masked(), LineEditor::default()];
        let field = usize::from(!user.is_empty());
        Self {
            id,
            protocol,
            way,
            fields,
            field,
            shows: false,
            offered,
            exposure,
            timestamp: None,
            supply: None,
            gate: None,
            error: None,
        }
    }

    /// The ways that can be chosen.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        Way::all(self.protocol).iter().copied().filter(|way| *way != Way::Apop || self.timestamp.is_some())
    }

    /// A key.
    pub fn key(&mut self, key: &KeyEvent) -> Outcome {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if self.gate.is_some() {
            return self.gate_key(key);
        }
        self.error = None;
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Char('c') if ctrl => return Outcome::Cancelled,
            KeyCode::Char('t') if ctrl => self.shows = !self.shows,
            KeyCode::Char('n') if ctrl => self.next_way(),
            KeyCode::F(5) => self.way = Way::Sasl(Mechanism::Plain),
            KeyCode::F(6) => {
                self.way = Way::Sasl(Mechanism::Login);
                self.field = self.field.min(self.used() - 1);
            }
            KeyCode::Char('e') if ctrl => return self.encode(),
            KeyCode::Tab | KeyCode::Down => self.field = (self.field + 1) % self.used(),
            KeyCode::BackTab | KeyCode::Up => self.field = (self.field + self.used() - 1) % self.used(),
            KeyCode::Enter if self.field == 0 && self.fields[1].is_empty() => self.field = 1,
            KeyCode::Enter => return self.enter(),
            _ => {
                if let Some(field) = self.fields.get_mut(self.field) {
                    field.key(key);
                }
            }
        }
        Outcome::Used
    }

    /// How many of the fields this way has: an authorization identity is PLAIN's (RFC 4616 §2).
    #[must_use]
    pub const fn used(&self) -> usize {
        if matches!(self.way, Way::Sasl(Mechanism::Plain)) { self.fields.len() } else { 2 }
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

    fn next_way(&mut self) {
        let next = self.ways().skip_while(|way| *way != self.way).nth(1).or_else(|| self.ways().next());
        self.way = next.unwrap_or(self.way);
        self.field = self.field.min(self.used() - 1);
    }

    /// The authorization identity, where this way has one.
    #[must_use]
    pub fn authorization(&self) -> &str {
        self.fields.get(2).filter(|_| self.used() > 2).map_or("", |field| field.text())
    }

    fn credentials(&mut self) -> Credentials {
        let authorization = self.authorization().to_owned();
        let [user, password, _] = &mut self.fields;
        Credentials { user: user.text().to_owned(), password: Secret::new(password.take().into_bytes()), authorization }
    }

    /// Whether the fields can make a message; else the error says what is missing, and they stay as they are.
    fn is_whole(&mut self) -> bool {
        if self.fields[0].is_empty() {
            self.error = Some("the user is missing".to_owned());
            self.field = 0;
            return false;
        }
        if let Some(field) = self.fields.iter().take(self.used()).position(|field| field.text().contains('\0')) {
            self.error = Some("NUL separates the parts of PLAIN and cannot stand in one (RFC 4616 §2)".to_owned());
            self.field = field;
            return false;
        }
        true
    }

    fn enter(&mut self) -> Outcome {
        if !self.is_whole() {
            return Outcome::Used;
        }
        if self.way.sends_password() && self.exposure.is_some() {
            self.gate = Some(LineEditor::default());
            return Outcome::Used;
        }
        Outcome::Login(self.way, self.credentials(), false)
    }

    fn gate_key(&mut self, key: &KeyEvent) -> Outcome {
        let Some(gate) = &mut self.gate else { return Outcome::Used };
        match key.code {
            KeyCode::Esc => self.gate = None,
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => self.gate = None,
            KeyCode::Enter if gate.text() == "YES" => return Outcome::Login(self.way, self.credentials(), true),
            KeyCode::Enter => self.error = Some("type YES in capitals, or Esc".to_owned()),
            _ => _ = gate.key(key),
        }
        Outcome::Used
    }

    /// The base64 or the digest alone, for those who came for it. Nothing is sent.
    fn encode(&mut self) -> Outcome {
        if let Some(name) = self.supply.filter(|_| self.fields[1].is_empty()) {
            self.error = Some(format!("{name} is asked when you log in; to encode a password, type it here"));
            self.field = 1;
            return Outcome::Used;
        }
        let mechanism = match (self.way, &self.timestamp) {
            (Way::Apop, Some(timestamp)) => {
                let digest = apop::digest(timestamp, &Secret::from(self.fields[1].text()));
                return Outcome::Encoded(Secret::from(digest.as_str()));
            }
            (Way::Sasl(mechanism), _) => mechanism,
            (Way::Login | Way::UserPass | Way::Apop, _) => Mechanism::Plain,
        };
        if mechanism == Mechanism::Plain && !self.is_whole() {
            return Outcome::Used;
        }
        let credentials = self.credentials();
        let text = match mechanism {
            Mechanism::Plain => Exchange::new(mechanism, credentials, &Channel::default(), None)
                .ok()
                .and_then(|mut exchange| exchange.initial())
                .map(|message| sasl::encode(&message)),
            // LOGIN sends one answer for each prompt: the field with the cursor is encoded.
            Mechanism::Login => Some(sasl::encode(&match self.field {
                1 => credentials.password,
                _ => Secret::from(credentials.user.as_str()),
            })),
            _ => None,
        };
        match text {
            Some(text) => Outcome::Encoded(text),
            None => Outcome::Used,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(dialog: &mut AuthDialog, code: KeyCode) -> Outcome {
        dialog.key(&KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn dialog(exposure: Option<&str>) -> AuthDialog {
        let way = Way::Sasl(Mechanism::Plain);
        let mut dialog =
            AuthDialog::new(ConnectionId(1), Protocol::Smtp, way, "jo", Vec::new(), exposure.map(str::to_owned));
        dialog.paste("8secret\r\n");
        dialog
    }

    #[test]
    fn enter_logs_in_on_a_safe_channel() {
        let mut dialog = dialog(None);
        let Outcome::Login(_, credentials, false) = press(&mut dialog, KeyCode::Enter) else { panic!("no login") };
        assert_eq!((credentials.user.as_str(), credentials.password.expose()), ("jo", &b"8secret"[..]));
    }

    #[test]
    fn the_gate_wants_the_whole_word() {
        let mut dialog = dialog(Some("clear"));
        assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used));
        dialog.paste("yes");
        assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used));
        assert!(dialog.error.is_some());
        for _ in 0..3 {
            press(&mut dialog, KeyCode::Backspace);
        }
        dialog.paste("YES");
        assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Login(..)));
    }

    #[test]
    fn only_the_base64() {
        let mut dialog = dialog(Some("clear"));
        let Outcome::Encoded(text) = dialog.key(&KeyEvent::new(KeyCode::Char('e'), KeyModifiers::CONTROL)) else {
            panic!("not encoded")
        };
        assert_eq!(text.expose(), b"AGpvADhzZWNyZXQ=");
    }

    #[test]
    fn base64_without_a_user_is_refused_and_the_password_stays() {
        let way = Way::Sasl(Mechanism::Plain);
        let mut dialog = AuthDialog::new(ConnectionId(1), Protocol::Smtp, way, "", Vec::new(), None);
        press(&mut dialog, KeyCode::Tab);
        dialog.paste("8secret");
        assert!(matches!(dialog.key(&KeyEvent::new(KeyCode::Char('e'), KeyModifiers::CONTROL)), Outcome::Used));
        assert_eq!(dialog.error.as_deref(), Some("the user is missing"));
        assert_eq!((dialog.fields[1].text(), dialog.field), ("8secret", 0));
    }

    #[test]
    fn a_nul_is_refused_with_its_place() {
        let mut dialog = dialog(None);
        dialog.paste("\0");
        assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used));
        assert!(dialog.error.as_deref().unwrap().contains("NUL"));
        assert_eq!(dialog.field, 1);
    }

    #[test]
    fn only_plain_has_an_authorization_identity() {
        let mut dialog = dialog(None);
        press(&mut dialog, KeyCode::Tab);
        dialog.paste("boss");
        assert_eq!((dialog.field, dialog.authorization()), (2, "boss"));
        press(&mut dialog, KeyCode::F(6));
        assert_eq!((dialog.used(), dialog.field, dialog.authorization()), (2, 1, ""));
        press(&mut dialog, KeyCode::Tab);
        assert_eq!(dialog.field, 0);
        let Outcome::Login(_, credentials, false) = press(&mut dialog, KeyCode::Enter) else { panic!("no login") };
        assert_eq!(credentials.authorization, "");
    }
}
