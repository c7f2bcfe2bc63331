//! The message mode: a template, room to write or paste, one key that ends it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, Input, TextArea};

use super::conversation::{MessagePlace, message_octets};
use super::doubt::Doubt;

/// A message that is larger than this is not loaded: what servers take is far below.
pub const MESSAGE_CAP: u64 = 64 << 20;

/// A text of more octets is held as it is: the editor works line by line, and each key would take its time.
const HELD: usize = 1 << 20;

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

/// A text that is not edited, only sent.
#[derive(Debug)]
pub struct Held {
    /// The name of its file, or what it is.
    pub name: String,
    /// Octets on the wire, as [`message_octets`] counts them.
    pub octets: u64,
    text: String,
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
    /// A pasted or loaded text with something in it that must not go out as it is waits for an answer.
    pub question: Option<Doubt>,
    /// A text that is too large to edit line by line, sent as it is.
    pub held: Option<Held>,
    /// What went wrong.
    pub error: Option<String>,
    /// Esc was pressed once on a changed text.
    pub leaving: bool,
    changed: bool,
    /// The size was asked about.
    oversized: bool,
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
        Self {
            area,
            place,
            limit,
            question: None,
            held: None,
            error: None,
            leaving: false,
            changed: false,
            oversized: false,
        }
    }

    /// The text as it will be sent, before dots are doubled.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.held {
            Some(held) => held.text.clone(),
            None => self.area.lines().join("\n"),
        }
    }

    /// Octets on the wire, as [`message_octets`] counts them.
    #[must_use]
    pub fn octets(&self) -> u64 {
        if let Some(held) = &self.held {
            return held.octets;
        }
        let lines = self.area.lines();
        // The empty line behind the last line end is none.
        let ended = lines.len() > 1 && lines.last().is_some_and(String::is_empty);
        lines.iter().map(|line| line.len() as u64 + 2).sum::<u64>() - if ended { 2 } else { 0 }
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
            KeyCode::Char('d') if ctrl => return self.send(),
            KeyCode::F(7) => return self.send(),
            KeyCode::Char('o') if ctrl => return Outcome::Load,
            KeyCode::Esc if self.changed && !leaving => {
                self.leaving = true;
                self.error = Some("Esc again drops this text and goes back to typing line by line".to_owned());
            }
            KeyCode::Esc => return Outcome::Left,
            _ if self.held.is_some() => {
                self.error = Some("this text is held as it is, too large to edit here; Ctrl-D sends it".to_owned());
            }
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

    /// Sends, or asks once when the server has said that it will not take as much (RFC 1870 §6).
    fn send(&mut self) -> Outcome {
        if self.limit.is_some_and(|limit| self.octets() > limit) && !std::mem::replace(&mut self.oversized, true) {
            self.error = Some(
                "larger than the server's SIZE: it would be refused; Ctrl-D again sends it all the same".to_owned(),
            );
            return Outcome::Used;
        }
        Outcome::Send
    }

    /// Whether the text may be dropped: at once when nothing was written, else at the second time of asking.
    pub fn may_leave(&mut self) -> bool {
        if !self.changed || std::mem::replace(&mut self.leaving, true) {
            return true;
        }
        self.error = Some("once more drops this text".to_owned());
        false
    }

    /// Pasted text. One with a lone dot or NUL in it is asked about first.
    pub fn paste(&mut self, text: &str) {
        if self.question.is_some() {
            return;
        }
        if self.held.is_some() {
            self.error = Some("this text is held as it is, nothing is added to it; Ctrl-D sends it".to_owned());
            return;
        }
        self.doubt(Doubt::of(text, None));
    }

    /// Takes a file's content in place of the text. One with lone dots, bare CRs or NUL in it is asked about first.
    pub fn load(&mut self, name: &str, content: &str) {
        self.doubt(Doubt::of(content, Some(name)));
    }

    fn doubt(&mut self, doubt: Doubt) {
        if doubt.is_founded() {
            self.question = Some(doubt);
        } else {
            self.take(doubt);
        }
    }

    /// Takes a text that is in order by now.
    fn take(&mut self, Doubt { text, file, .. }: Doubt) {
        self.changed = true;
        match file {
            Some(name) if text.len() > HELD => self.hold(name, text),
            Some(_) => {
                self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
                self.held = None;
            }
            None => {
                let before: usize = self.area.lines().iter().map(|line| line.len() + 1).sum();
                if before + text.len() > HELD {
                    let DataCursor(row, column) = self.area.cursor();
                    let whole = inserted(self.area.lines(), row, column, &text);
                    self.hold("the text with what was pasted".to_owned(), whole);
                } else {
                    self.area.insert_str(text);
                }
            }
        }
    }

    fn hold(&mut self, name: String, text: String) {
        self.area = TextArea::default();
        self.held = Some(Held { name, octets: message_octets(&text), text });
    }

    fn question_key(&mut self, key: &KeyEvent) {
        let Some(mut doubt) = self.question.take() else { return };
        match (key.code, doubt.lone_dot) {
            (KeyCode::Char('s' | 'S') | KeyCode::Enter, _) => self.take(doubt),
            (KeyCode::Char('e' | 'E'), Some(number)) => {
                let end: usize = doubt.text.split_inclusive('\n').take(number - 1).map(str::len).sum();
                doubt.text.truncate(end);
                self.take(doubt);
            }
            (KeyCode::Esc, _) => {}
            _ => self.question = Some(doubt),
        }
    }
}

/// The lines as one text, with `text` put in at a row and a column of characters.
fn inserted(lines: &[String], row: usize, column: usize, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1024);
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if number == row {
            let at = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
            let (head, tail) = line.split_at(at);
            out.extend([head, text, tail]);
        } else {
            out.push_str(line);
        }
    }
    out
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
        assert_eq!(editor().octets(), 12 + 2);
        assert_eq!(editor().octets(), message_octets(&editor().text()));
        for (content, octets) in [("x\n", 3), ("x\r\n", 3), ("x", 3), (".x\n\n", 6)] {
            let (small, large) = (content.to_owned(), content.repeat((1 << 20) / content.len() + 1));
            for text in [small, large] {
                let mut editor = editor();
                editor.load("f", &text);
                assert_eq!(editor.octets(), message_octets(&editor.text()), "{content:?}");
            }
            let mut editor = editor();
            editor.load("f", content);
            assert_eq!(editor.octets(), octets, "{content:?}");
        }
        let mut large = editor();
        large.load("f", &"xy\n".repeat(400_000));
        assert_eq!(large.octets(), 1_600_000);
        assert_eq!(press(&mut large, KeyCode::Char('d')), Outcome::Used, "a held text is not edited");
        assert_eq!(large.octets(), 1_600_000);
        assert!(large.error.is_some());
    }

    #[test]
    fn what_must_not_go_out_as_it_is_in_a_file_is_asked_about() {
        for (content, lone_dot, bare_crs, nuls, taken) in [
            ("c\r.\rd", Some(2), 2, 0, "c\n.\nd"),
            ("a\n.\nb\n", Some(2), 0, 0, "a\n.\nb\n"),
            ("a\r\nb\rc\r\n", None, 1, 0, "a\nb\nc\n"),
            ("a\0b\n", None, 0, 1, "ab\n"),
            ("a\n.\0\nb", Some(2), 0, 1, "a\n.\nb"),
        ] {
            let mut asked = editor();
            asked.load("f", content);
            let doubt = asked.question.as_ref().expect(content);
            assert_eq!((doubt.lone_dot, doubt.bare_crs, doubt.nuls), (lone_dot, bare_crs, nuls), "{content:?}");
            assert_eq!(asked.text(), "Subject: x\n\n", "{content:?}: nothing is taken before the answer");
            press(&mut asked, KeyCode::Char('s'));
            assert_eq!(asked.text(), taken, "{content:?}");

            let mut dropped = editor();
            dropped.load("f", content);
            press(&mut dropped, KeyCode::Char('e'));
            assert_eq!(dropped.question.is_some(), lone_dot.is_none(), "{content:?}: E needs a dot to end at");
            press(&mut dropped, KeyCode::Esc);
            assert!(dropped.question.is_none());
        }
        let mut fine = editor();
        fine.load("f", "a\r\nb\r\n");
        assert_eq!((fine.question.is_none(), fine.text()), (true, "a\nb\n".to_owned()));
        let mut large = editor();
        large.load("f", &format!("{}\r.\rx", "y".repeat(2 << 20)));
        assert!(large.question.is_some() && large.held.is_none());
        press(&mut large, KeyCode::Char('e'));
        assert_eq!(large.octets(), (2 << 20) + 2);
    }

    #[test]
    fn a_large_paste_is_held_where_the_cursor_stood() {
        let mut editor = MessageEditor::new("é1\n2", MessagePlace::Data, None);
        press(&mut editor, KeyCode::Up);
        press(&mut editor, KeyCode::Home);
        press(&mut editor, KeyCode::Right);
        let pasted = "xyz\r\n".repeat(300_000);
        editor.paste(&pasted);
        assert!(editor.held.is_some());
        assert_eq!(editor.text(), format!("é{}1\n2", pasted.replace("\r\n", "\n")));
        editor.paste("more");
        assert!(editor.error.is_some() && !editor.text().contains("more"));
        // Small ones add up.
        let mut editor = MessageEditor::new("", MessagePlace::Data, None);
        editor.paste(&"x".repeat(700_000));
        assert!(editor.held.is_none());
        editor.paste(&"x".repeat(700_000));
        assert_eq!(editor.held.as_ref().map(|held| held.octets), Some(1_400_002));
    }
}
