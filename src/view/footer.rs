//! Keys, as many as fit; the last one names them all.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{text, theme};
use crate::app::action::{Action, BINDINGS, binding};
use crate::app::state::{App, Focus};

/// Draws the line.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let last = binding(Action::Palette).map_or(("", ""), |row| (row.keys.first().copied().unwrap_or(""), row.name));
    let table = BINDINGS
        .iter()
        .filter(|row| row.action != Action::Palette)
        .filter_map(|row| Some((row.keys.first().copied()?, row.name)));
    let keys = own(app).iter().copied().chain(table);
    let room = usize::from(area.width);
    let mut used = 1 + width(last);
    let mut spans = vec![Span::raw(" ")];
    for (key, name) in keys {
        used += width((key, name)) + 2;
        if used > room {
            break;
        }
        push(&mut spans, (key, name));
        spans.push(Span::raw("  "));
    }
    push(&mut spans, last);
    frame.render_widget(Line::from(spans), area);
}

fn width((key, name): (&str, &str)) -> usize {
    text::width(key) + 1 + text::width(name)
}

fn push(spans: &mut Vec<Span<'static>>, (key, name): (&'static str, &'static str)) {
    spans.push(Span::styled(key, theme::KEY));
    spans.push(Span::raw(" "));
    spans.push(Span::raw(name));
}

/// The keys that only the pane with the focus has.
pub(super) const fn own(app: &App) -> &'static [(&'static str, &'static str)] {
    match app.focus {
        Focus::Input if app.message.is_some() => {
            &[("Ctrl-D", "send"), ("Ctrl-O", "load a file"), ("Esc", "line by line")]
        }
        Focus::Input => &[],
        Focus::Transcript => &[
            ("j k", "move"),
            ("g G", "ends"),
            ("Enter", "in full"),
            ("/ n N", "search"),
            ("y Y", "copy"),
            ("Esc", "back"),
        ],
        Focus::Dns => &[("j k", "move"), ("Enter", "connect"), ("/", "ask"), ("y", "copy"), ("Esc", "back")],
        Focus::Offers | Focus::Findings => &[("Tab", "next pane"), ("Esc", "back")],
    }
}
