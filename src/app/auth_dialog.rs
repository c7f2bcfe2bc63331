//! Who logs in, with what, and the gate before a password goes where it may be read.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::conversation::{Login, Way};
use super::event::ConnectionId;
use super::line_editor::LineEditor;
use crate::protocol::endpoint::Protocol;
use crate::protocol::pop3::apop;
use crate::protocol::sasl::table::strongest;
use crate::protocol::sasl::{self, Channel, Credentials, Exchange, Mechanism, Mistake};
use crate::protocol::secret::Secret;

/// What a key in the dialog led to.
#[derive(Debug)]
pub enum Outcome {
    /// Stay.
    Used,
    /// Close it, nothing is sent.
    Cancelled,
    /// Log in.
    Login(Box<Login>),
    /// Only the base64 is wanted, in the input.
    Encoded(Secret),
}

/// The dialog of F5, F6 and F12.
#[derive(Debug)]
pub struct AuthDialog {
    /// The connection it was opened for, and no other.
    pub id: ConnectionId,
    /// The dialect, which decides the ways.
    pub protocol: Protocol,
    /// How.
    pub way: Way,
    /// User or trace, password or token, authorization identity.
    pub fields: [LineEditor; 3],
    /// The field with the cursor.
    pub field: usize,
    /// The password is shown (Ctrl-T).
    pub shows: bool,
    /// Mechanisms the server offers.
    pub offered: Vec<String>,
    /// Mechanisms that are not offered can be chosen too (Ctrl-O).
    pub all: bool,
    /// An initial response is wanted (Ctrl-R).
    pub initial: bool,
    /// A mistake that is to be made (Ctrl-G).
    pub mistake: Option<Mistake>,
    /// What an exchange will know of the connection.
    pub channel: Channel,
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

impl AuthDialog {
    /// A dialog on this way, or on the strongest that the server offers, with the user filled in if one is known.
    #[must_use]
    pub fn new(
        id: ConnectionId,
        protocol: Protocol,
        way: Option<Way>,
        user: &str,
        offered: Vec<String>,
        channel: Channel,
    ) -> Self {
        let fields = [LineEditor::with(user), LineEditor::masked(), LineEditor::default()];
        let mut dialog = Self {
            id,
            protocol,
            way: Way::Sasl(Mechanism::Plain),
            fields,
            field: usize::from(!user.is_empty()),
            shows: false,
            offered,
            all: false,
            initial: true,
            mistake: None,
            channel,
            exposure: None,
            timestamp: None,
            supply: None,
            gate: None,
            error: None,
        };
        let way = way.unwrap_or_else(|| dialog.strongest());
        dialog.choose(way);
        dialog
    }

    fn strongest(&self) -> Way {
        let found = strongest(&self.offered, self.channel.binding.is_some(), false);
        // A server with tokens only has no other way in.
        let found = found.or_else(|| strongest(&self.offered, false, true));
        Way::Sasl(found.unwrap_or(Mechanism::Plain))
    }

    /// The ways that can be chosen: what the server offers, the strongest first, PLAIN and LOGIN, the protocol's own
    /// commands, and every other mechanism if wanted.
    #[must_use]
    pub fn ways(&self) -> Vec<Way> {
        let always = [Mechanism::Plain, Mechanism::Login];
        let listed = |mechanism: &Mechanism| self.offers(*mechanism) || always.contains(mechanism);
        let commands = Way::commands(self.protocol).iter().copied();
        let chosen = match self.way {
            Way::Sasl(mechanism) if !self.all && !listed(&mechanism) => Some(self.way),
            _ => None,
        };
        let others = Mechanism::all().filter(|mechanism| self.all && !listed(mechanism));
        let commands = commands.filter(|way| *way != Way::Apop || self.timestamp.is_some());
        Mechanism::all()
            .filter(listed)
            .map(Way::Sasl)
            .chain(commands)
            .chain(others.map(Way::Sasl))
            .chain(chosen)
            .collect()
    }

    /// Whether the server offers a mechanism.
    #[must_use]
    pub fn offers(&self, mechanism: Mechanism) -> bool {
        self.offered.iter().any(|name| name == mechanism.name())
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
            KeyCode::Char('n') if ctrl => self.turn(true),
            KeyCode::Char('b') if ctrl => self.turn(false),
            KeyCode::Char('o') if ctrl => self.all = !self.all,
            KeyCode::Char('r') if ctrl => self.initial = !self.initial,
            KeyCode::Char('g') if ctrl => self.next_mistake(),
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

    fn choose(&mut self, way: Way) {
        self.way = way;
        let fields = way.fields();
        let near = fields.iter().rev().find(|(place, _)| *place <= self.field).or_else(|| fields.first());
        self.field = near.map_or(0, |(place, _)| *place);
        let possible = |mistake: &Mistake| matches!(way, Way::Sasl(m) if Mistake::of(m).any(|other| other == *mistake));
        self.mistake = self.mistake.filter(possible);
    }

    fn turn(&mut self, forward: bool) {
        let ways = self.ways();
        let at = ways.iter().position(|way| *way == self.way).unwrap_or(0);
        let next = if forward { at + 1 } else { at + ways.len() - 1 };
        if let Some(way) = ways.get(next % ways.len().max(1)) {
            self.choose(*way);
        }
    }

    fn move_field(&mut self, forward: bool) {
        let fields = self.way.fields();
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

    /// The text of a field, where this way has it.
    #[must_use]
    pub fn value(&self, place: usize) -> &str {
        let asked = self.way.fields().iter().any(|(asked, _)| *asked == place);
        self.fields.get(place).filter(|_| asked).map_or("", |field| field.text())
    }

    /// What the fields say, the password copied.
    #[must_use]
    pub fn preview(&self) -> Credentials {
        Credentials {
            user: self.value(0).to_owned(),
            password: Secret::from(self.value(1)),
            authorization: self.value(2).to_owned(),
        }
    }

    fn credentials(&mut self) -> Credentials {
        let (user, authorization) = (self.value(0).to_owned(), self.value(2).to_owned());
        let password =
            if self.way.needs_secret() { Secret::new(self.fields[1].take().into_bytes()) } else { Secret::default() };
        Credentials { user, password, authorization }
    }

    fn login(&mut self, consent: bool) -> Outcome {
        Outcome::Login(Box::new(Login {
            way: self.way,
            credentials: self.credentials(),
            initial: self.initial,
            mistake: self.mistake,
            consent,
            nonce: self.channel.nonce.clone(),
        }))
    }

    /// Whether the fields can make a message; else the error says what is missing, and they stay as they are.
    fn is_whole(&mut self) -> bool {
        let named = self.way.fields().contains(&(0, "user"));
        if named && self.fields[0].is_empty() && self.way != Way::Sasl(Mechanism::OauthBearer) {
            self.error = Some("the user is missing".to_owned());
            self.field = 0;
            return false;
        }
        let nul = |(place, _): &(usize, &str)| self.fields.get(*place).is_some_and(|field| field.text().contains('\0'));
        if let Some((field, _)) = self.way.fields().into_iter().find(nul) {
            self.error = Some("NUL separates the parts of PLAIN and cannot stand in one (RFC 4616 §2)".to_owned());
            self.field = field;
            return false;
        }
        // Of a token the exchange says so itself.
        if self.supply.is_none() && self.fields[1].is_empty() && self.way.fields().contains(&(1, "password")) {
            self.error = Some("the password is missing".to_owned());
            self.field = 1;
            return false;
        }
        if let Way::Sasl(mechanism) = self.way
            && (self.supply.is_none() || !self.fields[1].is_empty())
            && let Err(why) = Exchange::new(mechanism, self.preview(), &self.channel, self.mistake)
        {
            self.error = Some(why);
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
        self.login(false)
    }

    fn gate_key(&mut self, key: &KeyEvent) -> Outcome {
        let Some(gate) = &mut self.gate else { return Outcome::Used };
        match key.code {
            KeyCode::Esc => self.gate = None,
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => self.gate = None,
            KeyCode::Enter if gate.text() == "YES" => return self.login(true),
            KeyCode::Enter => self.error = Some("type YES in capitals, or Esc".to_owned()),
            _ => _ = gate.key(key),
        }
        Outcome::Used
    }

    /// The base64 or the digest alone, for those who came for it. Nothing is sent.
    fn encode(&mut self) -> Outcome {
        if let Some(name) = self.supply.filter(|_| self.fields[1].is_empty() && self.way.needs_secret()) {
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
        match mechanism {
            // LOGIN sends one answer for each prompt: the field with the cursor is encoded.
            Mechanism::Login => {
                let message = Secret::from(self.value(self.field));
                return Outcome::Encoded(sasl::encode(&message));
            }
            Mechanism::CramMd5 => {
                self.error = Some("CRAM-MD5 answers a challenge, which only a login brings".to_owned());
                return Outcome::Used;
            }
            _ if !self.is_whole() => return Outcome::Used,
            _ => {}
        }
        match Exchange::new(mechanism, self.credentials(), &self.channel, self.mistake) {
            Ok(mut exchange) => match exchange.initial() {
                Some(message) => Outcome::Encoded(exchange.line(&message)),
                None => Outcome::Used,
            },
            Err(why) => {
                self.error = Some(why);
                Outcome::Used
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::sasl::{Binding, BindingType};

    fn press(dialog: &mut AuthDialog, code: KeyCode) -> Outcome {
        dialog.key(&KeyEvent::new(code, KeyModifiers::NONE))
    }

    /// A dialog on a channel that can be bound, at a server that offers these.
    fn opened(user: &str, offered: &str, mechanism: Option<Mechanism>) -> AuthDialog {
        let offered = offered.split_ascii_whitespace().map(str::to_owned).collect();
        let binding = Binding { kind: BindingType::Exporter, octets: vec![1; 32] };
        let channel = Channel { binding: Some(binding), nonce: "abc".to_owned(), ..Channel::default() };
        AuthDialog::new(ConnectionId(1), Protocol::Smtp, mechanism.map(Way::Sasl), user, offered, channel)
    }

    fn control(dialog: &mut AuthDialog, c: char) -> Outcome {
        dialog.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
    }

    fn dialog(exposure: Option<&str>) -> AuthDialog {
        let mut dialog = opened("jo", "", Some(Mechanism::Plain));
        dialog.exposure = exposure.map(str::to_owned);
        dialog.paste("8secret\r\n");
        dialog
    }

    #[test]
    fn enter_logs_in_on_a_safe_channel() {
        let mut dialog = dialog(None);
        let Outcome::Login(login) = press(&mut dialog, KeyCode::Enter) else { panic!("no login") };
        let credentials = login.credentials;
        assert!(!login.consent && login.initial && login.mistake.is_none());
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
        let mut dialog = opened("", "", Some(Mechanism::Plain));
        press(&mut dialog, KeyCode::Tab);
        dialog.paste("8secret");
        assert!(matches!(dialog.key(&KeyEvent::new(KeyCode::Char('e'), KeyModifiers::CONTROL)), Outcome::Used));
        assert_eq!(dialog.error.as_deref(), Some("the user is missing"));
        assert_eq!((dialog.fields[1].text(), dialog.field), ("8secret", 0));
    }

    #[test]
    fn an_empty_password_is_no_attempt() {
        let sasl = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"]
            .map(|name| Way::Sasl(Mechanism::all().find(|mechanism| mechanism.name() == name).unwrap()));
        for way in sasl.into_iter().chain([Way::Login, Way::UserPass, Way::Apop]) {
            let mut dialog = opened("jo", "", None);
            dialog.exposure = Some("clear".to_owned());
            dialog.choose(way);
            assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used), "{way:?}");
            assert_eq!(dialog.error.as_deref(), Some("the password is missing"), "{way:?}");
            assert!(dialog.field == 1 && dialog.gate.is_none(), "{way:?}");
            (dialog.supply, dialog.exposure) = (Some("--netrc"), None);
            assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Login(_)), "{way:?}");
        }
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
        assert_eq!((dialog.field, dialog.value(2)), (2, "boss"));
        press(&mut dialog, KeyCode::F(6));
        assert_eq!((dialog.way.fields().len(), dialog.field, dialog.value(2)), (2, 1, ""));
        press(&mut dialog, KeyCode::Tab);
        assert_eq!(dialog.field, 0);
        let Outcome::Login(login) = press(&mut dialog, KeyCode::Enter) else { panic!("no login") };
        assert_eq!(login.credentials.authorization, "");
    }

    #[test]
    fn the_strongest_is_proposed_and_any_other_is_near() {
        let names = |dialog: &AuthDialog| {
            let names: Vec<String> = dialog.ways().iter().map(|way| way.name(Protocol::Smtp)).collect();
            names.join(" ").replace("AUTH ", "")
        };
        let mut dialog = opened("jo", "LOGIN PLAIN NTLM SCRAM-SHA-256 SCRAM-SHA-256-PLUS", None);
        assert_eq!(dialog.way.name(Protocol::Smtp), "AUTH SCRAM-SHA-256-PLUS");
        assert_eq!(names(&dialog), "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
        control(&mut dialog, 'b');
        assert_eq!(dialog.way, Way::Sasl(Mechanism::Login));
        control(&mut dialog, 'n');
        control(&mut dialog, 'n');
        assert_eq!(dialog.way.name(Protocol::Smtp), "AUTH SCRAM-SHA-256");
        press(&mut dialog, KeyCode::F(5));
        assert_eq!(dialog.way, Way::Sasl(Mechanism::Plain));
        press(&mut dialog, KeyCode::F(5));
        assert_eq!(dialog.way.name(Protocol::Smtp), "AUTH SCRAM-SHA-256-PLUS");
        control(&mut dialog, 'o');
        assert_eq!(dialog.ways().len(), Mechanism::all().count());
        assert_eq!(opened("jo", "XOAUTH2", None).way, Way::Sasl(Mechanism::Xoauth2));
        assert_eq!(names(&opened("jo", "", Some(Mechanism::External))), "PLAIN LOGIN EXTERNAL");
    }

    #[test]
    fn each_way_asks_for_what_it_needs() {
        for (mechanism, fields) in [
            (Mechanism::External, vec![(2, "authorization identity")]),
            (Mechanism::Anonymous, vec![(0, "trace")]),
            (Mechanism::OauthBearer, vec![(0, "user"), (1, "token")]),
        ] {
            let mut dialog = opened("", "", Some(mechanism));
            assert_eq!(dialog.way.fields(), fields);
            assert!(fields.iter().any(|(place, _)| *place == dialog.field), "{mechanism}: {}", dialog.field);
            if mechanism != Mechanism::OauthBearer {
                assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Login(_)), "{mechanism}");
            }
        }
        let mut token = opened("jo", "", Some(Mechanism::Xoauth2));
        assert!(matches!(press(&mut token, KeyCode::Enter), Outcome::Used));
        assert_eq!(token.error.as_deref(), Some("the token is empty, paste one"));
        token.paste("ya29.x");
        let Outcome::Login(login) = press(&mut token, KeyCode::Enter) else { panic!("no login") };
        assert_eq!(login.credentials.password.expose(), b"ya29.x");
    }

    #[test]
    fn the_gate_is_for_what_sends_the_password() {
        for (mechanism, gated) in [(Mechanism::Plain, true), (Mechanism::Xoauth2, true), (Mechanism::CramMd5, false)] {
            let mut dialog = opened("jo", "", Some(mechanism));
            dialog.exposure = Some("clear".to_owned());
            dialog.paste("secret");
            let outcome = press(&mut dialog, KeyCode::Enter);
            assert_eq!(matches!(outcome, Outcome::Used), gated, "{mechanism}");
            assert_eq!(dialog.gate.is_some(), gated, "{mechanism}");
        }
    }

    #[test]
    fn mistakes_are_those_of_the_mechanism() {
        let mut dialog = opened("jo", "", Some(Mechanism::Plain));
        dialog.paste("8secret");
        let mut seen = Vec::new();
        loop {
            control(&mut dialog, 'g');
            let Some(mistake) = dialog.mistake else { break };
            seen.push(mistake);
        }
        assert_eq!(seen, Mistake::of(Mechanism::Plain).collect::<Vec<_>>());
        for _ in 0..3 {
            control(&mut dialog, 'g');
        }
        assert_eq!(dialog.mistake, Some(Mistake::Nul));
        control(&mut dialog, 'r');
        let Outcome::Encoded(text) = control(&mut dialog, 'e') else { panic!("not encoded") };
        assert_eq!(text.expose(), sasl::base64::text(b"\0jo8secret").as_bytes());
        press(&mut dialog, KeyCode::F(6));
        assert_eq!((dialog.mistake, dialog.initial), (None, false));
    }
}
