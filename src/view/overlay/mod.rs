//! What lies over the panes.

mod ask;
mod auth;
mod detail;
mod help;
mod next;
mod palette;
mod probe;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear};

use super::{text, theme};
use crate::app::state::{App, Overlay};

/// Draws the overlay that is open. Returns its first row that is on the screen.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, overlay: &Overlay) -> usize {
    match overlay {
        Overlay::Help(scroll) => return help::draw(frame, area, app, *scroll),
        Overlay::Palette { filter, selected } => palette::draw(frame, area, app, filter, *selected),
        Overlay::Ask { what, line, error } => ask::draw(frame, area, app, *what, line, error.as_deref()),
        Overlay::Auth(dialog) => auth::draw(frame, area, app, dialog),
        Overlay::Probe(dialog) => probe::draw(frame, area, app, dialog),
        Overlay::Detail { title, lines, scroll } => return detail::draw(frame, area, app, title, lines, *scroll),
    }
    0
}

/// A box in the middle, `width` × `height` inside or as much as there is; its keys stand in the lower border.
/// Returns the inside.
pub(super) fn popup(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    keys: &str,
    width: usize,
    height: usize,
    ascii: bool,
) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(4).min(area.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    frame.render_widget(Clear, place);
    if width < 8 || height < 3 {
        return place;
    }
    let room = usize::from(width) - 4;
    let block = Block::bordered()
        .border_type(BorderType::Thick)
        .border_style(theme::FOCUSED)
        .title_top(Line::styled(format!(" {} ", text::cut(title, room, ascii)), theme::FOCUSED))
        .title_bottom(Line::raw(format!(" {} ", text::cut(keys, room, ascii))));
    let inner = block.inner(place);
    frame.render_widget(block, place);
    Rect { x: inner.x + 1, width: inner.width - 2, ..inner }
}

/// Columns inside a box on a screen of this width: as many as wanted, or as there are.
pub(super) fn room(area: Rect, wanted: usize) -> usize {
    wanted.min(usize::from(area.width).saturating_sub(4)).max(1)
}
