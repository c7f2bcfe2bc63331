//! Files for messages: asked for in one tab, and taken there whatever tab is on the screen when they have been read.

use std::path::{Path, PathBuf};

use super::conversation::Conversation;
use super::effect::{Effect, Effects};
use super::event::ConnectionId;
use super::line_editor::LineEditor;
use super::message_editor::MESSAGE_CAP;
use super::state::{App, Overlay, Question};
use crate::diagnosis::Severity;

/// A file that is being read, and whose message it is for.
#[derive(Debug)]
pub(super) struct Loading {
    path: PathBuf,
    id: ConnectionId,
}

impl App {
    /// Has a file read for the message on the screen.
    pub(super) fn load(&mut self, path: PathBuf, effects: &mut Effects) {
        let Some(id) = self.conversation().map(|conversation| conversation.id) else { return };
        self.loading.push(Loading { path: path.clone(), id });
        effects.push(Effect::ReadFile { path, limit: MESSAGE_CAP });
    }

    /// A file that was asked for has been read, or could not be.
    pub(super) fn loaded(&mut self, path: &Path, content: Result<Vec<u8>, String>) {
        let Some(place) = self.loading.iter().position(|loading| loading.path == path) else { return };
        let Loading { id, .. } = self.loading.remove(place);
        let name = path.display().to_string();
        let on_screen = self.conversation().is_some_and(|conversation| conversation.id == id);
        let tab = self.conversations.iter_mut().find(|conversation| conversation.id == id);
        let Some(message) = tab.and_then(|Conversation { message, .. }| message.as_mut()) else {
            let says = format!("{name} was read for nothing: its message was sent or dropped meanwhile");
            return self.say(Severity::Note, says);
        };
        match content.map(String::from_utf8) {
            Ok(Ok(text)) => message.load(&name, &text),
            Ok(Err(_)) => message.error = Some(format!("{name} is not UTF-8 text; encode it as MIME first")),
            Err(why) if on_screen && self.overlay.is_none() => {
                let line = LineEditor::with(&name);
                self.overlay = Some(Overlay::Ask { what: Question::File, line, error: Some(why) });
            }
            Err(why) => message.error = Some(format!("{name}: {why}")),
        }
    }
}
