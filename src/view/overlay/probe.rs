//! What a probe will do, and the line that agrees to it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{ask::field, popup, room, text, theme};
use crate::app::probe_dialog::ProbeDialog;
use crate::app::state::App;
use crate::view::lines;

/// Columns of the box.
const WIDTH: usize = 90;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, dialog: &ProbeDialog) {
    let ascii = app.options.ascii;
    let width = room(area, WIDTH);
    let mut above: Vec<Line<'static>> = Vec::new();
    for line in dialog.terms() {
        above.extend(text::rows(&line, width, 3, ascii).into_iter().map(Line::raw));
        if line.is_empty() {
            above.push(Line::default());
        }
    }
    above.push(Line::default());
    let mut below: Vec<Line<'static>> = Vec::new();
    if let Some(error) = &dialog.error {
        let rows = text::rows(&format!("✗ {error}"), width, 3, ascii);
        below.extend(rows.into_iter().map(|row| Line::styled(row, theme::FAULT)));
    }
    let hint = text::rows(&dialog.hint(), width, 3, ascii);
    below.extend(hint.into_iter().map(|row| Line::styled(row, theme::DIM)));
    let height = above.len() + 1 + below.len();
    let inner = popup(
        frame,
        area,
        "Probe: what should not work, tried",
        "Enter begins · Esc: nothing is sent",
        WIDTH,
        height,
        ascii,
    );
    // On a low screen the line that is typed stays, and the terms give way.
    let kept = usize::from(inner.height).saturating_sub(1 + below.len()).min(above.len());
    let rows = u16::try_from(kept).unwrap_or(u16::MAX).min(inner.height);
    lines(frame, Rect { height: rows, ..inner }, above.into_iter());
    let rest = Rect { y: inner.y + rows, height: inner.height - rows, ..inner };
    field(frame, Rect { height: rest.height.min(1), ..rest }, &dialog.line, true, false, ascii);
    let last = Rect { y: rest.y + 1.min(rest.height), height: rest.height.saturating_sub(1), ..rest };
    lines(frame, last, below.into_iter());
}
