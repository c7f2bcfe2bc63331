//! DNS as a tree: what was asked, what was said, what it means.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{first_row, lines, panel, text, theme, veil};
use crate::app::state::{App, Focus};
use crate::diagnosis::survey::{Row, branch};
use crate::protocol::visible::visible;

/// Rows that the row with the cursor may take at the bottom, in full.
const NOTE: usize = 3;
/// From this width on labels are padded to one column.
const ROOMY: usize = 60;
/// From this width on the longest of them fits as well, up to so many columns.
const WIDE: usize = 90;
const WIDEST: usize = 17;

/// Draws the pane.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, bordered: bool) {
    let focused = app.focus == Focus::Dns;
    let title = match visible(app.dns.title.as_bytes()) {
        subject if subject.is_empty() => "DNS".to_owned(),
        subject if subject.starts_with("TLS ") => subject.into_owned(),
        subject => format!("DNS {subject}"),
    };
    let mut state = format!(" @{} ", app.dns.resolver());
    if app.dns.pending() > 0 {
        let (came, wanted) = app.dns.progress();
        state = format!(" {came} of {wanted} answered · @{} ", app.dns.resolver());
    }
    let inner = panel(frame, area, &title, Line::raw(veil::text(&state).into_owned()), focused, bordered);
    if inner.is_empty() {
        return;
    }
    let ascii = app.options.ascii;
    let width = usize::from(inner.width);
    if app.dns.rows.is_empty() {
        let hint = "nothing was asked; F3 asks: example.org, 192.0.2.25, mx example.org @9.9.9.9";
        return lines(
            frame,
            inner,
            text::rows(hint, width, 4, ascii).into_iter().map(|row| Line::styled(row, theme::DIM)),
        );
    }
    let note =
        if focused { app.dns.row().map(|row| details(row, width, ascii)).unwrap_or_default() } else { Vec::new() };
    let note_rows = note.len().min(usize::from(inner.height) / 2);
    let height = usize::from(inner.height) - note_rows;
    let top = if focused { first_row(app.dns.selected, height) } else { 0 };
    let column = label_column(&app.dns.rows, width);
    let mut drawn = Vec::with_capacity(height);
    for (place, row) in app.dns.rows.iter().enumerate().skip(top).take(height) {
        let line = row_line(&app.dns.rows, place, row, column, width, ascii);
        drawn.push(if focused && place == app.dns.selected { line.style(theme::SELECTED) } else { line });
    }
    let hidden = app.dns.rows.len().saturating_sub(top + drawn.len());
    if hidden > 0
        && !focused
        && let Some(last) = drawn.last_mut()
    {
        *last = Line::styled(format!("… {} more, Alt-2 moves there", hidden + 1), theme::DIM);
    }
    lines(frame, inner, drawn.into_iter());
    if focused && app.overlay.is_none() {
        let row = u16::try_from(app.dns.selected - top).unwrap_or(0);
        frame.set_cursor_position((inner.x, inner.y + row));
    }
    let below = Rect {
        y: inner.y + u16::try_from(height).unwrap_or(0),
        height: u16::try_from(note_rows).unwrap_or(0),
        ..inner
    };
    lines(frame, below, note.into_iter().map(|row| Line::styled(row, theme::DIM)));
}

/// The row with the cursor in full: what was cut off, and how the answer came.
fn details(row: &Row, width: usize, ascii: bool) -> Vec<String> {
    let mut whole = format!("{} {}", row.label, row.text);
    if let Some(ttl) = row.ttl {
        whole.push_str(&format!(" ttl {ttl}"));
    }
    if let Some((severity, says)) = &row.verdict {
        whole.push_str(&format!(" {} {says}", severity.mark()));
    }
    let mut out = text::rows(&whole, width, NOTE, ascii);
    if !row.note.is_empty() {
        out.extend(text::rows(&row.note, width, NOTE, ascii));
    }
    let keys = match (row.connect.is_some(), row.detail.is_empty()) {
        (true, true) => "Enter connects there",
        (true, false) => "Enter connects there, Space explains",
        (false, true) => "",
        (false, false) => "Enter explains",
    };
    if !keys.is_empty() {
        out.push(text::cut(keys, width, ascii));
    }
    out
}

/// The columns of the labels of the first level: where there is room the texts begin in one column.
fn label_column(rows: &[Row], width: usize) -> usize {
    let widest = rows.iter().filter(|row| row.depth == 0).map(|row| text::width(&row.label)).max().unwrap_or(0);
    match width {
        0..ROOMY => 4,
        ROOMY..WIDE => 8,
        _ => widest.clamp(8, WIDEST),
    }
}

fn row_line(rows: &[Row], place: usize, row: &Row, column: usize, width: usize, ascii: bool) -> Line<'static> {
    let branch = branch(rows, place, row.depth, ascii);
    let (shown_label, shown_text) = (veil::text(&row.label), veil::text(&row.text));
    let column = if row.depth == 0 { column } else { 4 };
    let label = format!("{shown_label:<column$} ");
    let (mark, says, style) = match &row.verdict {
        Some((severity, says)) => (severity.mark(), says.as_str(), theme::severity(*severity)),
        None => ("", "", ratatui::style::Style::new()),
    };
    let ttl = row.ttl.map(|ttl| format!("ttl {ttl}")).unwrap_or_default();
    let own = text::width(&branch) + text::width(&label) + text::width(&shown_text);
    let words = if mark.is_empty() { 0 } else { 2 + text::width(mark) };
    let said = if says.is_empty() { 0 } else { 1 + text::width(says) };
    let with_ttl = if ttl.is_empty() { 0 } else { 2 + ttl.len() };
    let shows_ttl = own + words + said + with_ttl <= width || row.verdict.is_none() && own + with_ttl <= width;
    // The words of a verdict may be cut, what the record says comes first.
    let room = width.saturating_sub(own + words + if shows_ttl { with_ttl } else { 0 });
    let says = if room >= 10 || said <= room { text::cut(says, room.saturating_sub(1), ascii) } else { String::new() };
    let text_room = width.saturating_sub(text::width(&branch) + text::width(&label) + words);
    let mut spans = vec![
        Span::styled(branch, theme::DIM),
        Span::styled(label, theme::STRONG),
        Span::raw(text::cut(&shown_text, text_room, ascii)),
    ];
    if shows_ttl && !ttl.is_empty() {
        spans.push(Span::styled(format!("  {ttl}"), theme::DIM));
    }
    if !mark.is_empty() {
        // The label ends with a space of its own.
        let gap = if row.text.is_empty() && (ttl.is_empty() || !shows_ttl) { "" } else { "  " };
        spans.push(Span::styled(format!("{gap}{mark}"), style));
        if !says.is_empty() {
            spans.push(Span::styled(format!(" {says}"), style));
        }
    }
    Line::from(spans)
}
