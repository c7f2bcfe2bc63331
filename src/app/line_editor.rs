//! A line under the cursor, with the keys fingers know from a shell. Enter never inserts a newline here.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};

/// Octets one line may have: every key reads all of it.
pub const LINE_ROOM: usize = 64 << 10;

/// One editable line.
#[derive(Clone, Default)]
pub struct LineEditor {
    area: TextArea<'static>,
}

/// What is typed may be a password: only its length is told.
impl std::fmt::Debug for LineEditor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LineEditor({} octets)", self.text().len())
    }
}

impl LineEditor {
    /// A line with this text, the cursor behind it.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let mut editor = Self::default();
        editor.set(text);
        editor
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The octet of the text at which the cursor stands.
    #[must_use]
    pub fn cursor(&self) -> usize {
        let DataCursor(_, column) = self.area.cursor();
        let text = self.text();
        text.char_indices().nth(column).map_or(text.len(), |(at, _)| at)
    }

    /// Replaces the text and puts the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.area = TextArea::new(vec![text.replace(['\r', '\n'], " ")]);
        self.area.move_cursor(CursorMove::End);
    }

    /// Forgets what was cut and what could be undone: it may have been a password.
    pub fn forget(&mut self) {
        let DataCursor(_, column) = self.area.cursor();
        self.area = TextArea::new(vec![self.text().to_owned()]);
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(column).unwrap_or(u16::MAX)));
    }

    /// Empties the line and returns what stood there.
    pub fn take(&mut self) -> String {
        let text = self.text().to_owned();
        self.set("");
        text
    }

    /// Puts text at the cursor; line ends become spaces. Returns false, and leaves the line as it is, when it would have
    /// more than [`LINE_ROOM`] octets.
    pub fn insert(&mut self, text: &str) -> bool {
        if self.text().len() + text.len() > LINE_ROOM {
            return false;
        }
        self.area.insert_str(text.replace(['\r', '\n'], " "));
        true
    }

    /// Puts one character at the cursor, whatever it is.
    pub fn insert_char(&mut self, c: char) {
        self.area.insert_char(c);
    }

    /// Replaces a range of octets and puts the cursor behind what is new.
    pub fn replace(&mut self, range: std::ops::Range<usize>, with: &str) {
        let mut text = self.text().to_owned();
        if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) && range.start <= range.end {
            text.replace_range(range.clone(), with);
            let column = text.get(..range.start + with.len()).map_or(0, |head| head.chars().count());
            self.area = TextArea::new(vec![text]);
            self.area.move_cursor(CursorMove::Jump(0, u16::try_from(column).unwrap_or(u16::MAX)));
        }
    }

    /// Whether the line is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Readline's keys. Returns whether the key belonged to the line.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char(c) if ctrl && !alt => match c.to_ascii_lowercase() {
                'a' => self.area.move_cursor(CursorMove::Head),
                'e' => self.area.move_cursor(CursorMove::End),
                'b' => self.area.move_cursor(CursorMove::Back),
                'f' => self.area.move_cursor(CursorMove::Forward),
                'd' => _ = self.area.delete_next_char(),
                'h' => _ = self.area.delete_char(),
                'k' => _ = self.area.delete_line_by_end(),
                'u' => _ = self.area.delete_line_by_head(),
                'w' => _ = self.area.delete_word(),
                'y' if self.text().len() + self.area.yank_text().len() <= LINE_ROOM => _ = self.area.paste(),
                'y' => {}
                '_' | '7' => _ = self.area.undo(),
                _ => return false,
            },
            KeyCode::Char('b') if alt => self.area.move_cursor(CursorMove::WordBack),
            KeyCode::Char('f') if alt => self.area.move_cursor(CursorMove::WordForward),
            KeyCode::Char('d') if alt => _ = self.area.delete_next_word(),
            KeyCode::Backspace if alt => _ = self.area.delete_word(),
            KeyCode::Char(c) if !alt && self.text().len() + c.len_utf8() <= LINE_ROOM => self.area.insert_char(c),
            KeyCode::Char(_) if !alt => {}
            KeyCode::Backspace => _ = self.area.delete_char(),
            KeyCode::Delete => _ = self.area.delete_next_char(),
            KeyCode::Left if ctrl => self.area.move_cursor(CursorMove::WordBack),
            KeyCode::Right if ctrl => self.area.move_cursor(CursorMove::WordForward),
            KeyCode::Left if !alt => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right if !alt => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End if !ctrl => self.area.move_cursor(CursorMove::End),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut LineEditor, code: KeyCode, modifiers: KeyModifiers) -> bool {
        editor.key(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn readline_keys() {
        let mut editor = LineEditor::with("MAIL FROM:<é@x>");
        assert_eq!(editor.cursor(), editor.text().len());
        press(&mut editor, KeyCode::Char('a'), KeyModifiers::CONTROL);
        assert_eq!(editor.cursor(), 0);
        press(&mut editor, KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(editor.text(), "xMAIL FROM:<é@x>");
        press(&mut editor, KeyCode::Char('k'), KeyModifiers::CONTROL);
        assert_eq!(editor.text(), "x");
        press(&mut editor, KeyCode::Char('u'), KeyModifiers::CONTROL);
        assert!(editor.is_empty());
        assert!(!press(&mut editor, KeyCode::Enter, KeyModifiers::NONE));
        assert!(!press(&mut editor, KeyCode::Char('m'), KeyModifiers::CONTROL));
        assert!(!press(&mut editor, KeyCode::Char('j'), KeyModifiers::CONTROL));
    }

    #[test]
    fn pasted_line_ends_never_make_a_second_line() {
        let mut editor = LineEditor::default();
        editor.insert("a\r\nb\nc");
        assert_eq!(editor.text(), "a  b c");
        assert_eq!(editor.take(), "a  b c");
        assert!(editor.is_empty());
    }

    #[test]
    fn a_line_has_room_for_so_many_octets() {
        let mut editor = LineEditor::with("x");
        assert!(!editor.insert(&"y".repeat(LINE_ROOM)));
        assert_eq!(editor.text(), "x");
        assert!(editor.insert(&"y".repeat(LINE_ROOM - 1)));
        press(&mut editor, KeyCode::Char('z'), KeyModifiers::NONE);
        assert_eq!(editor.text().len(), LINE_ROOM);
        for key in ['u', 'y', 'y'] {
            press(&mut editor, KeyCode::Char(key), KeyModifiers::CONTROL);
        }
        assert_eq!(editor.text().len(), LINE_ROOM, "what was cut is put back once");
    }

    #[test]
    fn a_range_is_replaced_and_the_cursor_stands_behind_it() {
        let mut editor = LineEditor::with("ELHO é");
        editor.replace(0..4, "EHLO");
        assert_eq!((editor.text(), editor.cursor()), ("EHLO é", 4));
        editor.replace(6..6, "x");
        assert_eq!(editor.text(), "EHLO é", "inside a character nothing happens");
    }
}
