//! A line under the cursor, with the keys fingers know from a shell. Enter never inserts a newline here.
//!
//! What is typed may be a password: the text, what was cut from it and what can be undone are wiped when they go, and a
//! line for passwords keeps neither of the last two.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::protocol::secret::Hidden;

/// Octets one line may have: every key reads all of it.
pub const LINE_ROOM: usize = 64 << 10;

/// Changes that can be undone.
const STEPS: usize = 100;

/// One editable line.
#[derive(Clone, Debug, Default)]
pub struct LineEditor {
    text: Hidden,
    /// The octet before which the cursor stands, always between two characters.
    cursor: usize,
    /// A password is typed here: nothing of it is kept elsewhere.
    masked: bool,
    /// What was cut last, for Ctrl-Y.
    cut: Hidden,
    /// The line before each change and where its cursor stood, the oldest first.
    before: Vec<(Hidden, usize)>,
}

impl LineEditor {
    /// A line with this text, the cursor behind it.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let mut editor = Self::default();
        editor.set(text);
        editor
    }

    /// An empty line for a password: nothing that was in it can be put back.
    #[must_use]
    pub fn masked() -> Self {
        Self { masked: true, ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The octet of the text at which the cursor stands.
    #[must_use]
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Replaces the text and puts the cursor at its end. What was before cannot be brought back.
    pub fn set(&mut self, text: &str) {
        self.text = one_line(text);
        self.cursor = self.text.len();
        self.forget();
    }

    /// Forgets what was cut and what could be undone: it may have been a password.
    pub fn forget(&mut self) {
        self.cut.clear();
        self.before.clear();
    }

    /// Empties the line and returns what stood there.
    pub fn take(&mut self) -> Hidden {
        let text = std::mem::take(&mut self.text);
        self.set("");
        text
    }

    /// Puts text at the cursor; line ends become spaces. Returns false, and leaves the line as it is, when it would have
    /// more than [`LINE_ROOM`] octets.
    pub fn insert(&mut self, text: &str) -> bool {
        if self.text.len() + text.len() > LINE_ROOM {
            return false;
        }
        self.change(self.cursor..self.cursor, &one_line(text));
        true
    }

    /// Puts one character at the cursor, whatever it is.
    pub fn insert_char(&mut self, c: char) {
        self.change(self.cursor..self.cursor, c.encode_utf8(&mut [0; 4]));
    }

    /// Replaces a range of octets and puts the cursor behind what is new. Inside a character nothing happens.
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        if self.text.get(range.clone()).is_some() {
            self.change(range, with);
        }
    }

    /// Whether the line is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn change(&mut self, range: Range<usize>, with: &str) {
        if !self.masked {
            if self.before.len() >= STEPS {
                self.before.remove(0);
            }
            self.before.push((self.text.clone(), self.cursor));
        }
        let end = range.start + with.len();
        self.text.replace(range, with);
        self.cursor = end;
    }

    /// Takes a range out, for good.
    fn delete(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.change(range, "");
        }
    }

    /// Takes a range out, for Ctrl-Y.
    fn cut(&mut self, range: Range<usize>) {
        if !self.masked
            && !range.is_empty()
            && let Some(text) = self.text.get(range.clone())
        {
            self.cut = Hidden::from(text);
        }
        self.delete(range);
    }

    fn undo(&mut self) {
        if let Some((text, cursor)) = self.before.pop() {
            self.text = text;
            self.cursor = cursor;
        }
    }

    fn back(&self) -> usize {
        self.text.get(..self.cursor).and_then(|head| head.chars().next_back()).map_or(0, |c| self.cursor - c.len_utf8())
    }

    fn on(&self) -> usize {
        let next = self.text.get(self.cursor..).and_then(|tail| tail.chars().next());
        self.cursor + next.map_or(0, char::len_utf8)
    }

    /// Where the word before the cursor begins.
    fn word_back(&self) -> usize {
        let head = self.text.get(..self.cursor).unwrap_or("");
        let word = head.trim_end_matches(char::is_whitespace);
        let Some(last) = word.chars().next_back() else { return 0 };
        word.trim_end_matches(|c| of_one_kind(c, last)).len()
    }

    /// Where the word at or behind the cursor ends.
    fn word_on(&self) -> usize {
        let tail = self.text.get(self.cursor..).unwrap_or("");
        let word = tail.trim_start_matches(char::is_whitespace);
        let Some(first) = word.chars().next() else { return self.text.len() };
        self.text.len() - word.trim_start_matches(|c| of_one_kind(c, first)).len()
    }

    /// Readline's keys. Returns whether the key belonged to the line.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let (here, end) = (self.cursor, self.text.len());
        match key.code {
            KeyCode::Char(c) if ctrl && !alt => match c.to_ascii_lowercase() {
                'a' => self.cursor = 0,
                'e' => self.cursor = end,
                'b' => self.cursor = self.back(),
                'f' => self.cursor = self.on(),
                'd' => self.delete(here..self.on()),
                'h' => self.delete(self.back()..here),
                'k' => self.cut(here..end),
                'u' => self.cut(0..here),
                'w' => self.cut(self.word_back()..here),
                'y' if end + self.cut.len() <= LINE_ROOM => {
                    let text = self.cut.clone();
                    self.change(here..here, &text);
                }
                'y' => {}
                '_' | '7' => self.undo(),
                _ => return false,
            },
            KeyCode::Char('b') if alt => self.cursor = self.word_back(),
            KeyCode::Char('f') if alt => self.cursor = self.word_on(),
            KeyCode::Char('d') if alt => self.cut(here..self.word_on()),
            KeyCode::Backspace if alt => self.cut(self.word_back()..here),
            KeyCode::Char(c) if !alt && end + c.len_utf8() <= LINE_ROOM => self.insert_char(c),
            KeyCode::Char(_) if !alt => {}
            KeyCode::Backspace => self.delete(self.back()..here),
            KeyCode::Delete => self.delete(here..self.on()),
            KeyCode::Left if ctrl => self.cursor = self.word_back(),
            KeyCode::Right if ctrl => self.cursor = self.word_on(),
            KeyCode::Left if !alt => self.cursor = self.back(),
            KeyCode::Right if !alt => self.cursor = self.on(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End if !ctrl => self.cursor = end,
            _ => return false,
        }
        true
    }
}

/// Letters and digits make one word, other signs another; a space ends both.
fn of_one_kind(c: char, other: char) -> bool {
    let kind = |c: char| (c.is_whitespace(), c.is_alphanumeric() || c == '_');
    kind(c) == kind(other)
}

/// Line ends become spaces.
fn one_line(text: &str) -> Hidden {
    let mut out = Hidden::with_room(text.len());
    for (place, part) in text.split(['\r', '\n']).enumerate() {
        out.push(if place == 0 { "" } else { " " });
        out.push(part);
    }
    out
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

    #[test]
    fn words_are_moved_over_cut_and_put_back() {
        let mut editor = LineEditor::with("RCPT TO:<jo@x.example>");
        let ctrl = KeyModifiers::CONTROL;
        for (wanted, cursor) in [("RCPT TO:<jo@x.example", 21), ("RCPT TO:<jo@x.", 14), ("RCPT TO:<jo@x", 13)] {
            press(&mut editor, KeyCode::Char('w'), ctrl);
            assert_eq!((editor.text(), editor.cursor()), (wanted, cursor));
        }
        press(&mut editor, KeyCode::Char('y'), ctrl);
        assert_eq!(editor.text(), "RCPT TO:<jo@x.", "the last that was cut");
        press(&mut editor, KeyCode::Left, ctrl);
        press(&mut editor, KeyCode::Left, ctrl);
        assert_eq!(editor.cursor(), 12);
        press(&mut editor, KeyCode::Right, ctrl);
        assert_eq!(editor.cursor(), 13);
        for _ in 0..4 {
            press(&mut editor, KeyCode::Char('_'), ctrl);
        }
        assert_eq!(editor.text(), "RCPT TO:<jo@x.example>");
        press(&mut editor, KeyCode::Char('_'), ctrl);
        assert_eq!(editor.text(), "RCPT TO:<jo@x.example>", "there is nothing more to undo");
    }

    #[test]
    fn nothing_of_a_password_is_put_back() {
        let mut editor = LineEditor::masked();
        let ctrl = KeyModifiers::CONTROL;
        editor.insert("8 secret");
        press(&mut editor, KeyCode::Char('u'), ctrl);
        for key in ['y', '_'] {
            press(&mut editor, KeyCode::Char(key), ctrl);
            assert_eq!(editor.text(), "", "{key}");
        }
        assert_eq!(format!("{:?}", LineEditor::with("hunter2")).find("hunter2"), None);
    }
}
