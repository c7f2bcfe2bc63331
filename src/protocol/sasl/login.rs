//! LOGIN: user and password, each when it is asked for. The prompts have no fixed wording.

use super::exchange::Answer;
use crate::protocol::secret::Secret;

/// The client's side.
#[derive(Debug)]
pub(super) struct Login {
    user: String,
    password: Secret,
    given: u8,
}

/// What a prompt asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    User,
    Password,
    Unclear,
}

impl Prompt {
    pub(super) fn read(challenge: &[u8]) -> Self {
        let challenge = challenge.to_ascii_lowercase();
        let asks = |word: &[u8]| memchr::memmem::find(&challenge, word).is_some();
        match (asks(b"pass"), asks(b"user")) {
            (true, _) => Self::Password,
            (false, true) => Self::User,
            (false, false) => Self::Unclear,
        }
    }
}

impl Login {
    pub(super) const fn new(user: String, password: Secret) -> Self {
        Self { user, password, given: 0 }
    }

    /// A prompt that asks for a password or a user gets it, any other is answered in the usual order.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Answer {
        self.given = self.given.saturating_add(1);
        match (Prompt::read(challenge), self.given) {
            (Prompt::Password, 1 | 2) | (Prompt::Unclear, 2) => Answer::Message(self.password.clone()),
            (Prompt::User, 1 | 2) | (Prompt::Unclear, 1) => Answer::Message(Secret::from(self.user.as_str())),
            _ => Answer::Cancel("LOGIN has two questions, and both are answered".to_owned()),
        }
    }
}
