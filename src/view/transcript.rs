//! The conversation, line by line. Only what is on the screen is made into text.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::text::{self, Script};
use super::{panel, theme};
use crate::app::conversation::Conversation;
use crate::app::plain;
use crate::app::state::{App, Focus};
use crate::app::transcript::{Entry, Kind};
use crate::protocol::reply::ReplyClass;

/// Rows one entry may take.
const ROWS: usize = 6;

/// Which columns there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Columns {
    /// Time of day, time since the command, mark, text.
    Both,
    /// One of the times, mark, text.
    Either,
    /// Mark and text.
    Mark,
}

impl Columns {
    const fn of(width: u16) -> Self {
        match width {
            88.. => Self::Both,
            56.. => Self::Either,
            _ => Self::Mark,
        }
    }

    /// Columns before the text: cursor, times, mark.
    const fn before(self) -> usize {
        match self {
            Self::Both => 1 + 13 + 9 + 4,
            Self::Either => 1 + 9 + 4,
            Self::Mark => 1 + 4,
        }
    }
}

/// Draws the pane and returns how many entries are on it.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, bordered: bool) -> u64 {
    let focused = app.focus == Focus::Transcript;
    let Some(conversation) = app.conversation() else {
        let inner = panel(frame, area, "Transcript", Line::default(), focused, bordered);
        welcome(frame, inner, app);
        return 0;
    };
    let title = state(app, conversation);
    let inner = panel(frame, area, "Transcript", title, focused, bordered);
    let (rows, entries) = visible_rows(app, conversation, inner, focused);
    for (row, line) in (inner.y..inner.bottom()).zip(rows) {
        frame.render_widget(line, Rect { y: row, height: 1, ..inner });
    }
    entries
}

/// `follow`, or where the window stands.
fn state(app: &App, conversation: &Conversation) -> Line<'static> {
    let range = conversation.transcript.range();
    let count = range.end - range.start;
    let at = |number: u64| format!("line {} of {count}", (number + 1).saturating_sub(range.start));
    let place = app.place();
    let mut spans = Vec::new();
    if range.start > 0 {
        spans.push(Span::styled(format!(" {} older dropped ", text::grouped(range.start)), theme::WARNING));
    }
    spans.push(match (place.bottom, place.selected) {
        (None, None) => Span::raw(" follow "),
        (None, Some(selected)) => Span::raw(format!(" {} · follow ", at(selected))),
        (Some(bottom), selected) => {
            let newer = range.end.saturating_sub(bottom + 1);
            let text = format!(" {} · {} newer, Ctrl-End follows ", at(selected.unwrap_or(bottom)), newer);
            Span::styled(text, theme::WARNING)
        }
    });
    Line::from(spans)
}

/// The rows of the window and the number of entries they belong to.
fn visible_rows(app: &App, conversation: &Conversation, area: Rect, focused: bool) -> (VecDeque<Line<'static>>, u64) {
    let height = usize::from(area.height);
    let range = conversation.transcript.range();
    let mut rows: VecDeque<Line<'static>> = VecDeque::with_capacity(height + ROWS);
    let mut entries = 0;
    if height == 0 || area.width == 0 {
        return (rows, entries);
    }
    let place = app.place();
    let bottom = place.bottom.unwrap_or(range.end).min(range.end.saturating_sub(1));
    let selected = if focused { Some(place.selected.unwrap_or(range.end.saturating_sub(1))) } else { None };
    if place.bottom.is_none()
        && let Some(line) = unfinished(app, conversation)
    {
        rows.push_front(line);
    }
    let mut number = bottom + 1;
    while number > range.start && rows.len() < height {
        number -= 1;
        for line in entry_rows(app, conversation, number, area.width, selected == Some(number)).into_iter().rev() {
            rows.push_front(line);
        }
        entries += 1;
    }
    if number == range.start && range.start > 0 && rows.len() < height {
        let text = format!("… {} older lines were dropped: the memory for a transcript was full", range.start);
        rows.push_front(Line::styled(text, theme::WARNING));
    }
    // Near the beginning there is room below the lowest line.
    let mut below = bottom + 1;
    while rows.len() < height && below < range.end {
        rows.extend(entry_rows(app, conversation, below, area.width, selected == Some(below)));
        entries += 1;
        below += 1;
    }
    while rows.len() > height {
        if below > bottom + 1 {
            rows.pop_back();
        } else {
            rows.pop_front();
        }
    }
    (rows, entries)
}

/// One entry as rows.
fn entry_rows(app: &App, conversation: &Conversation, number: u64, width: u16, selected: bool) -> Vec<Line<'static>> {
    let Some(entry) = conversation.transcript.entry(number) else { return Vec::new() };
    let ascii = app.options.ascii;
    let columns = Columns::of(width);
    let room = usize::from(width).saturating_sub(columns.before()).max(1);
    let octets = conversation.transcript.octets(entry);
    let ours = plain::is_ours(entry);
    let before = text::glyphs(plain::before(entry).as_bytes(), Script::Full);
    let after = text::glyphs(plain::after(entry, ascii).as_bytes(), Script::Full)
        .map(|glyph| text::Glyph { at: octets.len(), ..glyph });
    let glyphs = before.chain(text::glyphs(octets, Script::of(ascii, ours))).chain(after);
    let words = matches!(entry.kind, Kind::Note | Kind::Trouble | Kind::Meaning);
    let wrapped = text::wrap(glyphs, room, ROWS, words);
    let style = line_style(entry);
    let style = if selected { style.patch(theme::SELECTED) } else { style };
    let mut lines = Vec::with_capacity(wrapped.rows.len() + 1);
    for (place, row) in wrapped.rows.into_iter().enumerate() {
        let mut spans =
            if place == 0 { head(app, conversation, number, entry, columns) } else { vec![indent(columns)] };
        if selected
            && place == 0
            && let Some(first) = spans.first_mut()
        {
            *first = Span::styled("›", theme::FOCUSED);
        }
        spans.push(Span::styled(row, style));
        lines.push(Line::from(spans));
    }
    if let Some(at) = wrapped.rest {
        let left = octets.len().saturating_sub(at);
        let text = format!("… {} more octets, Enter shows the line", text::grouped(left as u64));
        lines.push(Line::from(vec![indent(columns), Span::styled(text, theme::DIM)]));
    }
    lines
}

fn indent(columns: Columns) -> Span<'static> {
    Span::raw(" ".repeat(columns.before()))
}

/// Cursor column, times and mark. The first span is the cursor column.
fn head(app: &App, conversation: &Conversation, number: u64, entry: &Entry, columns: Columns) -> Vec<Span<'static>> {
    let time = entry.marks.begins || matches!(entry.kind, Kind::Note | Kind::Trouble);
    let time = if time { plain::time_of_day(&app.options.epoch, entry.at) } else { String::new() };
    let since = plain::since_command(conversation, number, entry).unwrap_or_default();
    let mut spans = vec![Span::raw(" ")];
    match columns {
        Columns::Both => spans.push(Span::styled(format!("{time:<12} {since:>8} "), theme::DIM)),
        Columns::Either => {
            let shown = if since.is_empty() { time.get(..8).unwrap_or("") } else { &since };
            spans.push(Span::styled(format!("{shown:>8} "), theme::DIM));
        }
        Columns::Mark => {}
    }
    let mark = plain::mark(entry, app.options.ascii);
    let pad = " ".repeat(4usize.saturating_sub(text::width(mark)));
    spans.push(Span::styled(mark, mark_style(entry)));
    spans.push(Span::raw(pad));
    spans
}

fn mark_style(entry: &Entry) -> Style {
    match entry.kind {
        Kind::Sent | Kind::SentData => theme::STRONG,
        Kind::Note => theme::DIM,
        Kind::Received if entry.class == ReplyClass::Malformed => theme::class(entry.class),
        Kind::Trouble | Kind::Received => theme::class(entry.class).add_modifier(Modifier::BOLD),
        Kind::Meaning => meaning_style(entry),
    }
}

fn line_style(entry: &Entry) -> Style {
    match entry.kind {
        Kind::Sent => theme::STRONG,
        Kind::SentData => Style::new(),
        Kind::Note => theme::DIM,
        Kind::Trouble | Kind::Received => theme::class(entry.class),
        Kind::Meaning => meaning_style(entry),
    }
}

/// A meaning has the colour of what it explains, and never its reverse: it is our own word.
fn meaning_style(entry: &Entry) -> Style {
    let class = if entry.class == ReplyClass::Malformed { ReplyClass::Transient } else { entry.class };
    theme::class(class).add_modifier(Modifier::ITALIC | Modifier::DIM)
}

/// A prompt without a line end is worth a row once it has stood for a while.
fn unfinished(app: &App, conversation: &Conversation) -> Option<Line<'static>> {
    let octets = conversation.session.unfinished();
    let late = conversation.wait(app.now).is_none_or(|wait| wait.elapsed.as_millis() >= 1000);
    (late && !octets.is_empty()).then(|| {
        let text = format!("… {} octets of a line whose end has not come", text::grouped(octets.len() as u64));
        Line::styled(format!(" {text}"), theme::DIM)
    })
}

/// What a stranger can do before anything is connected.
fn welcome(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if app.dns.pending() > 0 {
        lines.push(("", format!("looking up {} · Alt-2 shows DNS", app.dns.title)));
        lines.push(("", String::new()));
    } else {
        lines.push(("", "nothing is connected".to_owned()));
        lines.push(("", String::new()));
    }
    for (key, what) in [
        ("F2", "connects: mx1.example.org:25, imaps://mail.example.org, example.org, jo@example.org"),
        ("F3", "asks DNS: example.org, or as dig: mx example.org @9.9.9.9"),
        ("F1", "shows the keys"),
        ("F10", "leaves"),
    ] {
        lines.push((key, what.to_owned()));
    }
    let room = usize::from(area.width).saturating_sub(6);
    let mut y = area.y;
    for (key, what) in lines {
        for (place, row) in text::rows(&what, room, 4, app.options.ascii).into_iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            let key = if place == 0 { key } else { "" };
            let line = Line::from(vec![Span::styled(format!(" {key:<4} "), theme::KEY), Span::raw(row)]);
            frame.render_widget(line, Rect { y, height: 1, ..area });
            y += 1;
        }
    }
}
