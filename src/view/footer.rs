//! Keys, as many as fit; always the last one, which names them all, and in the input the way out.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{text, theme};
use crate::app::action::{Action, BINDINGS, binding};
use crate::app::state::{App, Focus};

/// Draws the line.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let key_of = |action| binding(action).map_or(("", ""), |row| (row.keys.first().copied().unwrap_or(""), row.name));
    // A pane and the message editor have a way out of their own, and it leads here.
    let last: &[Action] = if own(app).is_empty() { &[Action::Leave, Action::Palette] } else { &[Action::Palette] };
    let table = BINDINGS
        .iter()
        .filter(|row| !last.contains(&row.action))
        .filter_map(|row| Some((row.keys.first().copied()?, row.name)));
    let keys = own(app).iter().copied().chain(table);
    let room = usize::from(area.width);
    let mut used = last.iter().map(|action| 2 + width(key_of(*action))).sum::<usize>().saturating_sub(1);
    let mut spans = vec![Span::raw(" ")];
    for (key, name) in keys {
        used += width((key, name)) + 2;
        if used > room {
            break;
        }
        push(&mut spans, (key, name));
        spans.push(Span::raw("  "));
    }
    for (place, action) in last.iter().enumerate() {
        if place > 0 {
            spans.push(Span::raw("  "));
        }
        push(&mut spans, key_of(*action));
    }
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
pub(super) fn own(app: &App) -> &'static [(&'static str, &'static str)] {
    match app.focus {
        Focus::Input if app.message().is_some() => {
            &[("Ctrl-D", "send"), ("Ctrl-O", "load a file"), ("Esc", "line by line")]
        }
        Focus::Input => &[],
        Focus::Transcript => &[
            ("j k", "move"),
            ("Space", "meaning"),
            ("Enter", "in full"),
            ("/ n N", "search"),
            ("Esc", "back"),
            ("y Y", "copy"),
        ],
        Focus::Dns => &[("j k", "move"), ("Enter", "connect"), ("/", "ask"), ("y", "copy"), ("Esc", "back")],
        Focus::Offers => &[("Enter", "all explained"), ("Tab", "next pane"), ("Esc", "back")],
        Focus::Findings => &[("Tab", "next pane"), ("Esc", "back")],
    }
}
