//! Something in full.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{popup, room, text};
use crate::app::state::App;
use crate::view::lines as draw_lines;

/// Columns of the box at most.
const WIDTH: usize = 110;

/// Rows kept of a detail; the model holds 16 KB of one line at most.
const ROWS: usize = 20_000;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    title: &str,
    lines: &[String],
    scroll: usize,
) -> usize {
    let ascii = app.options.ascii;
    let width = room(area, WIDTH);
    let mut rows: Vec<String> = Vec::new();
    for line in lines {
        rows.extend(text::rows(line, width, ROWS.saturating_sub(rows.len()), ascii));
    }
    let inner = popup(frame, area, title, "j k PgUp PgDn move · Esc closes", width, rows.len(), ascii);
    let top = scroll.min(rows.len().saturating_sub(usize::from(inner.height)));
    draw_lines(frame, inner, rows.into_iter().skip(top).map(Line::raw));
    top
}
