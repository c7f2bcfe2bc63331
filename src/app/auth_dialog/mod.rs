//! Who logs in, with what, and the gate before a password goes where it may be read.

mod keys;
mod send;
#[cfg(test)]
mod tests;
mod ways;

pub(super) use ways::none_offered;

use super::conversation::{Login, Stamp, Way};
use super::event::ConnectionId;
use super::line_editor::LineEditor;
use crate::protocol::endpoint::Protocol;
use crate::protocol::sasl::{Channel, Credentials, Mechanism, Mistake, Spoken};
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
    Encoded {
        /// The base64, or the digest.
        text: Secret,
        /// It holds a password or a token, not only who it is.
        secret: bool,
    },
}

/// A login begun by hand whose challenge the dialog answers.
#[derive(Debug)]
pub struct TakeOver {
    /// What was said in it.
    pub spoken: Spoken,
    /// User and authorization identity are said already, and can no longer be changed.
    pub told: bool,
    /// Which challenge it is.
    pub stamp: Stamp,
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
    /// Why there is none among them, and what to do about it.
    pub none_offered: &'static str,
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
    /// The dialog is for this challenge alone: its mechanism is fixed.
    pub answers: Option<TakeOver>,
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
        timestamp: Option<String>,
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
            none_offered: "the server offers no mechanism",
            all: false,
            initial: true,
            mistake: None,
            channel,
            exposure: None,
            timestamp,
            supply: None,
            gate: None,
            error: None,
            answers: None,
        };
        let way = way.unwrap_or_else(|| dialog.strongest());
        dialog.choose(way);
        dialog
    }

    /// The dialog for the challenge of a login begun by hand; `told` is whom its first message named.
    #[must_use]
    pub fn answering(mut self, over: TakeOver, told: Option<(String, String)>) -> Self {
        self.answers = Some(over);
        if let Some((user, authorization)) = told {
            self.fields[0] = LineEditor::with(&user);
            self.fields[2] = LineEditor::with(&authorization);
        }
        self.choose(self.way);
        self
    }

    /// Whether a field shows what was said already.
    #[must_use]
    pub fn is_fixed(&self, place: usize) -> bool {
        place != 1 && self.answers.as_ref().is_some_and(|over| over.told)
    }

    /// The fields in which the cursor can stand.
    fn open_fields(&self) -> Vec<(usize, &'static str)> {
        self.way.fields().into_iter().filter(|(place, _)| !self.is_fixed(*place)).collect()
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
}
