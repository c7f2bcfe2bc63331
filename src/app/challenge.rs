//! The key that logs in, pressed within an exchange that was begun by hand.

use super::auth_dialog::TakeOver;
use super::conversation::Way;
use super::effect::Effects;
use super::state::{App, Overlay};
use crate::diagnosis::Severity;
use crate::protocol::sasl::Next;

impl App {
    /// Opens the dialog for the challenge that waits, sends what is owed without one, or says why neither can be.
    pub(super) fn answer_by_dialog(&mut self, effects: &mut Effects) {
        let Some(conversation) = self.conversation() else { return };
        let (stamp, spoken) = match conversation.challenge() {
            Ok(open) => open,
            Err(why) => return self.say(Severity::Note, why),
        };
        match spoken.next() {
            Ok(Next::Owed(owed)) => {
                let now = self.now;
                if let Some(conversation) = self.conversation_mut() {
                    conversation.send_owed(&owed, now, effects);
                }
            }
            Ok(Next::Ask { mechanism, told }) => {
                let over = TakeOver { spoken: spoken.clone(), told: told.is_some(), stamp };
                let dialog = self.auth_dialog(conversation, Some(Way::Sasl(mechanism)));
                self.overlay = Some(Overlay::Auth(Box::new(dialog.answering(over, told))));
            }
            Err(why) => {
                self.say(Severity::Note, format!("{why}; type the answer in base64 yourself, or * to cancel"));
            }
        }
    }
}
