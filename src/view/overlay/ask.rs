//! One line is asked for.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{popup, room, text, theme};
use crate::app::line_editor::LineEditor;
use crate::app::state::{App, Question};
use crate::diagnosis::investigation::VIEWS;
use crate::view::{lines, veil};

/// Columns of the box.
const WIDTH: usize = 72;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    what: Question,
    line: &LineEditor,
    error: Option<&str>,
) {
    let ascii = app.options.ascii;
    let (title, hint) = match what {
        Question::Connect => (
            "Connect to",
            "host:port, host port, a URL (smtp smtps submission imap imaps pop3 pop3s lmtp), a domain (its MX is \
             looked up), an address (user and domain), an IP address",
        ),
        Question::Dns => (
            "Ask DNS",
            "a domain or an address looks at everything about its mail; one question as in dig: mx example.org \
             @9.9.9.9, txt _dmarc.example.org @tcp://9.9.9.9",
        ),
        Question::File => ("Load a file as the message", "the path of a text file, headers and body"),
        Question::Search => ("Search the transcript", "n goes further up, N back down"),
    };
    let width = room(area, WIDTH);
    let mut below: Vec<Line<'static>> = Vec::new();
    if let Some(error) = error {
        let rows = text::rows(&format!("✗ {error}"), width, 4, ascii);
        below.extend(rows.into_iter().map(|row| Line::styled(row, theme::FAULT)));
        below.push(Line::default());
    }
    below.extend(text::rows(hint, width, 4, ascii).into_iter().map(|row| Line::styled(row, theme::DIM)));
    if what == Question::Dns {
        below.push(Line::default());
        below.extend(VIEWS.iter().map(|(name, form, tells)| {
            let line = format!("{:<26} {tells}", format!("{name} {form}"));
            Line::styled(text::cut(&line, width, ascii), theme::DIM)
        }));
    }
    let inner = popup(frame, area, title, "Enter goes on · Esc closes", WIDTH, below.len() + 2, ascii);
    field(frame, Rect { height: inner.height.min(1), ..inner }, line, true, false, ascii);
    let rest = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
    lines(frame, rest, below.into_iter());
}

/// An editable line in a box; the cursor is put into it when it has the keys.
pub(super) fn field(frame: &mut Frame<'_>, area: Rect, line: &LineEditor, active: bool, hidden: bool, ascii: bool) {
    if area.is_empty() {
        return;
    }
    // What is typed is shown as it is: the keys move in it.
    let shown = veil::unless(active, line.text());
    let all = 0..shown.len();
    let cursor = if active { line.cursor() } else { shown.len() };
    let window = text::window(&shown, cursor, usize::from(area.width), hidden.then_some(&all), ascii);
    let shown: String = window.glyphs.iter().map(|glyph| &*glyph.text).collect();
    let pad = " ".repeat(usize::from(area.width).saturating_sub(text::width(&shown)));
    let style = ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::UNDERLINED);
    frame.render_widget(Line::styled(format!("{shown}{pad}"), style), area);
    if active {
        let column = u16::try_from(window.cursor).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(area.x + column, area.y));
    }
}
