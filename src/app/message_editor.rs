//! The message mode: a template, room to write or paste, one key that ends it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, Input, TextArea};

use super::conversation::MessagePlace;

/// A message that is larger than this is not loaded: what servers take is far below.
pub const MESSAGE_CAP: u64 = 64 << 20;

/// What a key led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stay.
    Used,
    /// Back to the input, line by line; the text is dropped.
    Left,
    /// Send it.
    Send,
    /// Ask for the name of a file.
    Load,
}

/// The editor of F7.
#[derive(Debug)]
pub struct MessageEditor {
    /// The text.
    pub area: TextArea<'static>,
    /// How it will be sent.
    pub place: MessagePlace,
    /// The server's limit in octets, if it told one.
    pub limit: Option<u64>,
    /// A pasted text with a lone dot waits for an answer: stuff, cut there, or drop it.
    pub question: Option<String>,
    /// A file that was loaded whole: too large to edit line by line, sent as it is.
    pub file: Option<(String, String)>,
    /// What went wrong.
    pub error: Option<String>,
    /// Esc was pressed once on a changed text.
    pub leaving: bool,
    changed: bool,
}

/// The headers RFC 5322 §3.6 asks for, and a first line to write over.
#[must_use]
pub fn template(from: &str, to: &[String], date: &str, message_id: &str) -> String {
    let to = if to.is_empty() { String::new() } else { to.join(", ") };
    format!("Date: {date}\nMessage-ID: <{message_id}>\nFrom: {from}\nTo: {to}\nSubject: test\n\n")
}

impl MessageEditor {
    /// An editor on a template, the cursor in the body.
    #[must_use]
    pub fn new(template: &str, place: MessagePlace, limit: Option<u64>) -> Self {
        let mut area = TextArea::new(template.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, place, limit, question: None, file: None, error: None, leaving: false, changed: false }
    }

    /// The text as it will be sent, before dots are doubled.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.file {
            Some((_, text)) => text.clone(),
            None => self.area.lines().join("\n"),
        }
    }

    /// Octets on the wire: every line end is two.
    #[must_use]
    pub fn octets(&self) -> u64 {
        match &self.file {
            Some((_, text)) => text.len() as u64,
            None => self.area.lines().iter().map(|line| line.len() as u64 + 2).sum(),
        }
    }

    /// A key.
    pub fn key(&mut self, key: &KeyEvent) -> Outcome {
        if self.question.is_some() {
            self.question_key(key);
            return Outcome::Used;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let leaving = std::mem::take(&mut self.leaving);
        self.error = None;
        match key.code {
            KeyCode::Char('d') if ctrl => return Outcome::Send,
            KeyCode::F(7) => return Outcome::Send,
            KeyCode::Char('o') if ctrl => return Outcome::Load,
            KeyCode::Esc if self.changed && !leaving => {
                self.leaving = true;
                self.error = Some("Esc again drops this text and goes back to typing line by line".to_owned());
            }
            KeyCode::Esc => return Outcome::Left,
            _ if self.file.is_some() => {}
            KeyCode::Char('a') if ctrl => self.area.move_cursor(CursorMove::Head),
            KeyCode::Char('e') if ctrl => self.area.move_cursor(CursorMove::End),
            KeyCode::Char('k') if ctrl => _ = self.area.delete_line_by_end(),
            KeyCode::Char('u') if ctrl => _ = self.area.delete_line_by_head(),
            KeyCode::Char('w') if ctrl => _ = self.area.delete_word(),
            KeyCode::Char('z') if ctrl => _ = self.area.undo(),
            KeyCode::Up => self.area.move_cursor(CursorMove::Up),
            KeyCode::Down => self.area.move_cursor(CursorMove::Down),
            KeyCode::Left => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            KeyCode::PageUp => (0..10).for_each(|_| self.area.move_cursor(CursorMove::Up)),
            KeyCode::Enter if self.area.lines().get(self.area.cursor().0).is_some_and(|line| line == ".") => {
                self.area.insert_newline();
                self.changed = true;
                self.error = Some("a dot alone is text here and goes out doubled; Ctrl-D sends".to_owned());
            }
            KeyCode::PageDown => (0..10).for_each(|_| self.area.move_cursor(CursorMove::Down)),
            _ => self.changed |= self.area.input_without_shortcuts(Input::from(*key)),
        }
        Outcome::Used
    }

    /// Whether the text may be dropped: at once when nothing was written, else at the second time of asking.
    pub fn may_leave(&mut self) -> bool {
        if !self.changed || std::mem::replace(&mut self.leaving, true) {
            return true;
        }
        self.error = Some("once more drops this text".to_owned());
        false
    }

    /// Pasted text. One with a lone dot in it is asked about first.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.file.is_some() || self.question.is_some() {
            return;
        }
        if has_lone_dot(&text) {
            self.question = Some(text);
        } else {
            self.insert(&text);
        }
    }

    /// Takes a file's content in place of the text.
    pub fn load(&mut self, name: &str, content: String) {
        self.changed = true;
        if content.len() > 1 << 20 {
            self.file = Some((name.to_owned(), content));
        } else {
            self.area =
                TextArea::new(content.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l).to_owned()).collect());
            self.file = None;
        }
    }

    fn insert(&mut self, text: &str) {
        self.changed = true;
        self.area.insert_str(text);
    }

    fn question_key(&mut self, key: &KeyEvent) {
        let Some(text) = self.question.take() else { return };
        match key.code {
            KeyCode::Char('s' | 'S') | KeyCode::Enter => self.insert(&text),
            KeyCode::Char('e' | 'E') => {
                let end = text.split_inclusive('\n').take_while(|line| line.trim_end_matches('\n') != ".");
                let kept: String = end.collect();
                self.insert(&kept);
            }
            KeyCode::Esc => {}
            _ => self.question = Some(text),
        }
    }
}

/// Whether one of the lines is a dot alone: in a terminal session it would end the message.
#[must_use]
pub fn has_lone_dot(text: &str) -> bool {
    text.split('\n').any(|line| line.strip_suffix('\r').unwrap_or(line) == ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut MessageEditor, code: KeyCode) -> Outcome {
        editor.key(&KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn editor() -> MessageEditor {
        MessageEditor::new("Subject: x\n\n", MessagePlace::Data, Some(100))
    }

    #[test]
    fn a_pasted_lone_dot_is_asked_about() {
        let mut one = editor();
        one.paste("a\r\n.\r\nb\r\n");
        assert!(one.question.is_some());
        assert_eq!(one.text(), "Subject: x\n\n");
        press(&mut one, KeyCode::Char('s'));
        assert_eq!(one.text(), "Subject: x\n\na\n.\nb\n");

        let mut two = editor();
        two.paste("a\n.\nb\n");
        press(&mut two, KeyCode::Char('x'));
        assert!(two.question.is_some(), "another key leaves the question open");
        press(&mut two, KeyCode::Char('e'));
        assert_eq!(two.text(), "Subject: x\n\na\n");
    }

    #[test]
    fn a_typed_lone_dot_is_text_and_the_way_to_send_is_told() {
        let mut editor = editor();
        press(&mut editor, KeyCode::Char('.'));
        assert_eq!(press(&mut editor, KeyCode::Enter), Outcome::Used);
        assert!(editor.error.as_deref().is_some_and(|text| text.contains("Ctrl-D")));
        press(&mut editor, KeyCode::Char('x'));
        assert_eq!(editor.error, None);
        assert_eq!(editor.text(), "Subject: x\n\n.\nx");
    }

    #[test]
    fn leaving_a_changed_text_asks_once() {
        let mut editor = editor();
        press(&mut editor, KeyCode::Char('x'));
        assert_eq!(press(&mut editor, KeyCode::Esc), Outcome::Used);
        assert_eq!(press(&mut editor, KeyCode::Char('y')), Outcome::Used);
        assert_eq!(press(&mut editor, KeyCode::Esc), Outcome::Used);
        assert_eq!(press(&mut editor, KeyCode::Esc), Outcome::Left);
    }

    #[test]
    fn octets_count_line_ends_as_two() {
        assert_eq!(editor().octets(), 12 + 2 + 2);
        let mut large = editor();
        large.load("f", "x".repeat(2 << 20));
        assert_eq!(large.octets(), 2 << 20);
        assert_eq!(press(&mut large, KeyCode::Char('d')), Outcome::Used, "a file is not edited");
        assert_eq!(large.octets(), 2 << 20);
    }
}
