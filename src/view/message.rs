//! The message editor, in the place of the command line: the text, its size, the dots that will be doubled.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders};
use tui_textarea::DataCursor;

use super::overlay::popup;
use super::{text, theme, veil};
use crate::app::conversation::MessagePlace;
use crate::app::doubt::Doubt;
use crate::app::message_editor::MessageEditor;
use crate::app::state::{App, Focus};
use crate::protocol::visible::visible;

/// Rows the editor wants: half the screen.
pub(super) const fn height(screen: u16) -> u16 {
    let half = screen.div_ceil(2);
    if half < 3 { 3 } else { half }
}

/// Draws the editor and puts the cursor into it.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, bordered: bool) {
    let Some(message) = app.message() else { return };
    if area.is_empty() {
        return;
    }
    let focused = app.focus == Focus::Input;
    let mut inner = area;
    if bordered && area.height > 2 {
        let mut block = Block::new().borders(Borders::ALL).title_top(title(message, usize::from(area.width)));
        if focused {
            block = block.border_type(BorderType::Thick).border_style(theme::FOCUSED);
        }
        if let Some((words, style)) = word(app, message) {
            let room = usize::from(area.width).saturating_sub(4);
            let shown = text::cut(&words, room, app.options.ascii);
            block = block.title_bottom(Line::styled(format!(" {shown} "), style));
        }
        inner = block.inner(area);
        frame.render_widget(block, area);
    }
    match &message.held {
        Some(held) => {
            let shown = visible(held.name.as_bytes());
            let octets = text::grouped(held.octets);
            let words = format!("{shown}, {octets} octets: sent as it is, too large to edit here");
            let rows = text::rows(&words, usize::from(inner.width), usize::from(inner.height), app.options.ascii);
            super::lines(frame, inner, rows.into_iter().map(Line::raw));
        }
        None => edit(frame, inner, app, message, focused),
    }
    if let Some(doubt) = &message.question {
        ask(frame, app, doubt);
    }
}

/// The title with as many keys as fit.
fn title(message: &MessageEditor, width: usize) -> Line<'static> {
    let octets = message.octets();
    let size = match message.limit {
        Some(limit) => format!("{} of {} octets", text::grouped(octets), text::grouped(limit)),
        None => format!("{} octets", text::grouped(octets)),
    };
    let over = message.limit.is_some_and(|limit| octets > limit);
    let mut spans = vec![
        Span::styled(" Message", theme::FOCUSED),
        Span::raw(" · "),
        Span::styled(
            if over { format!("! {size}, over the limit") } else { size },
            if over { theme::WARNING } else { theme::STRONG },
        ),
    ];
    for key in ["Ctrl-D sends it", "Ctrl-O loads a file", "Esc line by line"] {
        let used: usize = spans.iter().map(Span::width).sum();
        if used + text::width(key) + 6 > width {
            break;
        }
        spans.push(Span::raw(format!(" · {key}")));
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

fn word(app: &App, message: &MessageEditor) -> Option<(String, ratatui::style::Style)> {
    if let Some(error) = &message.error {
        return Some((format!("! {error}"), theme::WARNING));
    }
    let notice = app.notice.as_ref()?;
    Some((format!("{} {}", notice.severity.mark(), notice.text), theme::severity(notice.severity)))
}

/// The lines around the cursor. A dot that will be doubled shows in the margin.
fn edit(frame: &mut Frame<'_>, area: Rect, app: &App, message: &MessageEditor, focused: bool) {
    let margin = if area.width > 20 { 3 } else { 0 };
    let width = usize::from(area.width.saturating_sub(margin));
    let height = usize::from(area.height);
    let lines = message.area.lines();
    let DataCursor(row, column) = message.area.cursor();
    let top = row.saturating_sub(height / 2).min(lines.len().saturating_sub(height));
    let octet = |line: &str| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let here = lines.get(row).map_or("", String::as_str);
    let window = text::window(here, octet(here), width, None, app.options.ascii);
    // All rows are shifted as the one with the cursor is.
    let shift = window.glyphs.first().map_or(0, |glyph| here.get(..glyph.at).map_or(0, |head| head.chars().count()));
    let stuffs = message.place != MessagePlace::Append;
    for (place, (y, line)) in (area.y..area.bottom()).zip(lines.iter().skip(top)).enumerate() {
        // The line with the cursor is shown as it is: the keys move in it.
        let line = &*veil::unless(focused && top + place == row, line);
        let from = line.char_indices().nth(shift).map_or(line.len(), |(at, _)| at);
        let tail = line.get(from..).unwrap_or("");
        let window = text::window(tail, 0, width, None, app.options.ascii);
        let mut spans = Vec::new();
        if margin > 0 {
            let mark = if stuffs && line.starts_with('.') { ".+ " } else { "   " };
            spans.push(Span::styled(mark, theme::WARNING));
        }
        spans.extend(window.glyphs.into_iter().map(|glyph| Span::raw(glyph.text.into_owned())));
        frame.render_widget(Line::from(spans), Rect { y, height: 1, ..area });
    }
    if focused && app.overlay.is_none() && message.question.is_none() {
        let x = u16::try_from(window.cursor).unwrap_or(u16::MAX).min(area.width.saturating_sub(margin + 1));
        let y = u16::try_from(row.saturating_sub(top)).unwrap_or(0).min(area.height.saturating_sub(1));
        frame.set_cursor_position(Position::new(area.x + margin + x, area.y + y));
    }
}

/// The question about what must not go out as it is.
fn ask(frame: &mut Frame<'_>, app: &App, doubt: &Doubt) {
    let taken = if doubt.file.is_some() { "loaded" } else { "pasted" };
    let mut lines = Vec::new();
    if let Some(number) = doubt.lone_dot {
        lines.push(Line::raw(format!("line {number} of the {} {taken} is a dot alone:", doubt.lines)));
        lines.push(Line::raw("typed in a terminal session, it would end the message"));
    }
    if doubt.bare_crs > 0 {
        lines.push(Line::raw(format!("{} CR without LF: servers disagree on what that ends", doubt.bare_crs)));
    }
    if doubt.nuls > 0 {
        lines.push(Line::raw(format!("{} NUL: no message may hold one", doubt.nuls)));
    }
    lines.push(Line::default());
    let (title, says) = match doubt.lone_dot {
        Some(_) => ("A lone dot", "tuff it, so that it stays part of the message"),
        None => ("Not as it is", "et right, and take it"),
    };
    lines.push(Line::from(vec![Span::styled("[S]", theme::KEY), Span::raw(says)]));
    if doubt.bare_crs > 0 {
        lines.push(Line::raw("   each CR becomes a line end"));
    }
    if doubt.nuls > 0 {
        lines.push(Line::raw("   each NUL is left out"));
    }
    if doubt.lone_dot.is_some() {
        lines.push(Line::from(vec![Span::styled("[E]", theme::KEY), Span::raw("nd the message there")]));
    }
    let drops = if doubt.file.is_some() { " leaves the file alone" } else { " drops the paste" };
    lines.push(Line::from(vec![Span::styled("Esc", theme::KEY), Span::raw(drops)]));
    let keys = if doubt.lone_dot.is_some() { "S  E  Esc" } else { "S  Esc" };
    let inner = popup(frame, frame.area(), title, keys, 56, lines.len(), app.options.ascii);
    super::lines(frame, inner, lines.into_iter());
}
