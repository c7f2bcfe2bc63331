//! The conversation, line by line. Only what is on the screen is made into text.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::text::{self, Script};
use super::{lines, panel, theme, veil};
use crate::app::conversation::Conversation;
use crate::app::plain;
use crate::app::state::{App, Focus};
use crate::app::transcript::{Entry, Kind};
use crate::protocol::reply::ReplyClass;

/// Rows one entry may take.
const ROWS: usize = 6;

/// Stands before the entry with the cursor.
const CURSOR: &str = "›";

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
    let inner = if bordered { area.inner(Margin::new(1, 1)) } else { area };
    let window = window(app, conversation, inner, focused);
    panel(frame, area, "Transcript", state(app, conversation, &window), focused, bordered);
    if let Some(row) = window.cursor.and_then(|row| u16::try_from(row).ok()).filter(|row| *row < inner.height)
        && app.overlay.is_none()
    {
        frame.set_cursor_position((inner.x, inner.y + row));
    }
    lines(frame, inner, window.rows.into_iter());
    window.entries
}

/// What is on the screen.
#[derive(Debug, Default)]
struct Window {
    rows: VecDeque<Line<'static>>,
    /// The number behind the last entry.
    end: u64,
    /// Entries, whole or in part.
    entries: u64,
    /// The row of the entry with the cursor.
    cursor: Option<usize>,
}

/// `follow`, or where the window stands.
fn state(app: &App, conversation: &Conversation, window: &Window) -> Line<'static> {
    let range = conversation.transcript.range();
    let at = |number: u64| format!("line {} of {}", number + 1, range.end);
    let place = app.place();
    let newer = range.end.saturating_sub(window.end);
    let mut spans = Vec::new();
    if range.start > 0 {
        spans.push(Span::styled(format!(" {} older dropped ", text::grouped(range.start)), theme::WARNING));
    }
    spans.push(match (place.bottom, place.selected) {
        (None, None) => Span::raw(" follow "),
        (None, Some(selected)) => Span::raw(format!(" {} · follow ", at(selected))),
        (Some(bottom), selected) => {
            let at = at(selected.unwrap_or(bottom));
            let newer = if newer > 0 { format!("{newer} newer, ") } else { String::new() };
            Span::styled(format!(" {at} · {newer}Ctrl-End follows "), theme::WARNING)
        }
    });
    Line::from(spans)
}

/// The rows of the window: from its lowest entry upwards until it is full, then downwards where the beginning is near.
fn window(app: &App, conversation: &Conversation, area: Rect, focused: bool) -> Window {
    let height = usize::from(area.height);
    let range = conversation.transcript.range();
    if height == 0 || area.width == 0 || range.is_empty() {
        return Window::default();
    }
    let place = app.place();
    let last = range.end - 1;
    let selected = focused.then(|| place.selected.unwrap_or(last).clamp(range.start, last));
    let bottom = place.bottom.unwrap_or(last).clamp(range.start, last).max(selected.unwrap_or(0));
    let mut window = Window { end: bottom + 1, ..Window::default() };
    if place.bottom.is_none() {
        window.rows.extend(unfinished(app, conversation));
    }
    let mut first = bottom + 1;
    while first > range.start && window.rows.len() < height {
        first -= 1;
        for row in entry_rows(app, conversation, first, area.width, selected == Some(first)).into_iter().rev() {
            window.rows.push_front(row);
        }
        window.entries += 1;
    }
    // Entries of several rows can push the one with the cursor out: then it stands on top.
    if let Some(selected) = selected.filter(|at| *at < first || *at == first && window.rows.len() > height) {
        first = selected;
        window = Window { end: selected, ..Window::default() };
    }
    if first == range.start && range.start > 0 && window.rows.len() < height {
        let text = format!(" … {} older lines were dropped: the memory for a transcript was full", range.start);
        window.rows.push_front(Line::styled(text, theme::WARNING));
    }
    let downwards = window.rows.len() < height;
    while window.rows.len() < height && window.end < range.end {
        let number = window.end;
        window.rows.extend(entry_rows(app, conversation, number, area.width, selected == Some(number)));
        window.entries += 1;
        window.end += 1;
    }
    while window.rows.len() > height {
        if downwards {
            window.rows.pop_back();
        } else {
            window.rows.pop_front();
        }
    }
    window.cursor = window.rows.iter().position(|row| row.spans.first().is_some_and(|span| span.content == CURSOR));
    window
}

/// One entry as rows.
fn entry_rows(app: &App, conversation: &Conversation, number: u64, width: u16, selected: bool) -> Vec<Line<'static>> {
    let Some(entry) = conversation.transcript.entry(number) else { return Vec::new() };
    if conversation.is_folded(number) {
        return Vec::new();
    }
    let ascii = app.options.ascii;
    let columns = Columns::of(width);
    let room = usize::from(width).saturating_sub(columns.before()).max(1);
    let octets = veil::octets(conversation.transcript.octets(entry));
    let ours = plain::is_ours(entry);
    let (before, after) = (plain::before(entry), plain::after(entry, ascii));
    let wrap = |most| {
        let after = text::glyphs(after.as_bytes(), Script::Full).map(|glyph| text::Glyph { at: octets.len(), ..glyph });
        let line = text::glyphs(before.as_bytes(), Script::Full).chain(text::glyphs(&octets, Script::of(ascii, ours)));
        text::wrap(line.chain(after), room, most, true)
    };
    // The row that tells of a rest shows the rest where it has room for it.
    let mut wrapped = wrap(ROWS + 1);
    if wrapped.rest.is_some() {
        wrapped = wrap(ROWS);
    }
    let style = line_style(entry);
    let style = if selected { style.patch(theme::SELECTED) } else { style };
    let mut out = Vec::with_capacity(wrapped.rows.len() + 1);
    for (place, row) in wrapped.rows.into_iter().enumerate() {
        let mut spans =
            if place == 0 { head(app, conversation, number, entry, columns) } else { vec![indent(columns)] };
        if selected
            && place == 0
            && let Some(first) = spans.first_mut()
        {
            *first = Span::styled(CURSOR, theme::FOCUSED);
        }
        spans.push(Span::styled(row, style));
        out.push(Line::from(spans));
    }
    if let Some(at) = wrapped.rest {
        let left = octets.len().saturating_sub(at);
        let text = format!("… {} more octets, Enter shows the line", text::grouped(left as u64));
        out.push(Line::from(vec![indent(columns), Span::styled(text, theme::DIM)]));
    }
    if let Some(meaning) = conversation.unfolded(number, app.explains_all) {
        let style = theme::DIM.add_modifier(Modifier::ITALIC);
        for line in meaning.lines() {
            for (place, row) in text::rows(&line, room, ROWS, ascii).into_iter().enumerate() {
                let mark = if place > 0 { "" } else { plain::meaning_mark(ascii) };
                let mut spans =
                    vec![Span::raw(" ".repeat(columns.before() - 4)), Span::styled(format!("{mark:<4}"), style)];
                spans.push(Span::styled(row, style));
                out.push(Line::from(spans));
            }
        }
    }
    out
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
