//! Mechanisms of one message: PLAIN, EXTERNAL (RFC 4422 appendix A) and ANONYMOUS (RFC 4505).

use super::exchange::Answer;
use crate::protocol::secret::Secret;

/// The client's side: one message, then the server decides.
#[derive(Debug)]
pub(super) struct Once(Option<Secret>);

impl Once {
    pub(super) const fn new(message: Secret) -> Self {
        Self(Some(message))
    }

    pub(super) fn initial(&mut self) -> Option<Secret> {
        self.0.take()
    }

    pub(super) fn answer(&mut self) -> Answer {
        match self.0.take() {
            Some(message) => Answer::Message(message),
            None => Answer::Cancel("everything this mechanism has to say was said".to_owned()),
        }
    }
}
