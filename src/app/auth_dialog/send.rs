//! What Enter and Ctrl-E make of the fields, once they are whole.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{AuthDialog, Outcome};
use crate::app::conversation::{Login, Way};
use crate::app::line_editor::LineEditor;
use crate::protocol::pop3::apop;
use crate::protocol::sasl::{self, Answer, Credentials, Exchange, Mechanism};
use crate::protocol::secret::Secret;

impl AuthDialog {
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
            binding: self.channel.bindings.first().map(|binding| binding.kind),
            answers: self.answers.as_ref().map(|over| over.stamp),
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
            && let Err(why) = self.exchange(mechanism, self.preview())
        {
            self.error = Some(why);
            return false;
        }
        true
    }

    /// A new exchange, or the one begun by hand, before its open challenge.
    fn exchange(&self, mechanism: Mechanism, credentials: Credentials) -> Result<Exchange, String> {
        match &self.answers {
            Some(over) => over.spoken.resume(credentials, &self.channel),
            None => Exchange::new(mechanism, credentials, &self.channel, self.mistake),
        }
    }

    pub(super) fn enter(&mut self) -> Outcome {
        if !self.is_whole() {
            return Outcome::Used;
        }
        if self.way.sends_password() && self.exposure.is_some() {
            self.gate = Some(LineEditor::default());
            return Outcome::Used;
        }
        self.login(false)
    }

    pub(super) fn gate_key(&mut self, key: &KeyEvent) -> Outcome {
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
    pub(super) fn encode(&mut self) -> Outcome {
        if let Some(name) = self.supply.filter(|_| self.fields[1].is_empty() && self.way.needs_secret()) {
            self.error = Some(format!("{name} is asked when you log in; to encode a password, type it here"));
            self.field = 1;
            return Outcome::Used;
        }
        let mechanism = match (self.way, &self.timestamp) {
            (Way::Apop, Some(timestamp)) => {
                let digest = apop::digest(timestamp, &Secret::from(self.fields[1].text()));
                return Outcome::Encoded { text: Secret::from(digest.as_str()), secret: true };
            }
            (Way::Sasl(mechanism), _) => mechanism,
            (Way::Login | Way::UserPass | Way::Apop, _) => Mechanism::Plain,
        };
        match mechanism {
            _ if self.answers.is_some() && !self.is_whole() => return Outcome::Used,
            _ if self.answers.is_some() => {}
            // LOGIN sends one answer for each prompt: the field with the cursor is encoded.
            Mechanism::Login => {
                let message = Secret::from(self.value(self.field));
                return Outcome::Encoded { text: sasl::encode(&message), secret: self.field == 1 };
            }
            Mechanism::CramMd5 => {
                self.error = Some("CRAM-MD5 answers a challenge, which only a login brings".to_owned());
                return Outcome::Used;
            }
            _ if !self.is_whole() => return Outcome::Used,
            _ => {}
        }
        let credentials = self.credentials();
        let named = sasl::encode(&Secret::from(credentials.user.as_str()));
        let made = self.exchange(mechanism, credentials).and_then(|mut exchange| {
            let message = match &self.answers {
                None => exchange.initial(),
                Some(over) => match over.spoken.answer(&mut exchange) {
                    Answer::Message(message) => Some(message),
                    Answer::Cancel(why) => return Err(why),
                },
            };
            Ok(message.map(|message| exchange.line(&message)))
        });
        match made {
            // In LOGIN the answer to the first question says only who it is.
            Ok(Some(line)) => {
                let secret = self.way.needs_secret() && (mechanism != Mechanism::Login || line != named);
                return Outcome::Encoded { text: line, secret };
            }
            Ok(None) => {}
            Err(why) => self.error = Some(why),
        }
        Outcome::Used
    }
}
