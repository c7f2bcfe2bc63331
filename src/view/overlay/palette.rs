//! Every action by name.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{ask::field, popup, text, theme};
use crate::app::line_editor::LineEditor;
use crate::app::popup_keys::palette;
use crate::app::state::App;
use crate::view::{first_row, lines};

/// Columns of the box.
const WIDTH: usize = 90;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, filter: &LineEditor, selected: usize) {
    let found = palette(filter.text());
    let all = palette("").len();
    let ascii = app.options.ascii;
    let title = format!("Actions, {} of {all}", found.len());
    let inner =
        popup(frame, area, &title, "type to filter · Up Down · Enter does it · Esc closes", WIDTH, all + 2, ascii);
    field(frame, Rect { height: inner.height.min(1), ..inner }, filter, true, false, ascii);
    let rest = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
    let top = first_row(selected, usize::from(rest.height));
    let rows = found.iter().enumerate().skip(top).map(|(place, row)| {
        let keys = row.keys.join(" ");
        let used = 14 + 16 + 2;
        let help = text::cut(row.help, usize::from(rest.width).saturating_sub(used), ascii);
        let mark = if place == selected { "› " } else { "  " };
        let line = Line::from(vec![
            Span::raw(mark),
            Span::styled(format!("{:<14}", row.name), theme::STRONG),
            Span::styled(format!("{keys:<16}"), theme::KEY),
            Span::raw(help),
        ]);
        if place == selected { line.style(theme::SELECTED) } else { line }
    });
    lines(frame, rest, rows);
}
