//! The command line: what is typed, what is wrong with it and where, what may come next.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders};

use super::{text, theme, veil};
use crate::app::conversation::{Conversation, Link};
use crate::app::state::{App, Focus};
use crate::protocol::command::{Reading, next_verbs};
use crate::protocol::line::Ending;
use crate::protocol::verb::{Phase, Weight};
use crate::protocol::visible::visible;

/// Rows a word about the line may take when the border is too short for it.
const WORDS: usize = 3;

/// Notes that are shown beneath a line.
const NOTES: usize = 3;

/// Rows the panel wants on a screen of this size.
pub(super) fn height(app: &App, width: u16, height: u16, bordered: bool) -> u16 {
    if !bordered {
        return if height >= 6 { 2 } else { 1 };
    }
    3 + u16::try_from(inside(app, width, height).len()).unwrap_or(0)
}

/// The rows of the word about the line, when it does not fit into the border.
fn inside(app: &App, width: u16, height: u16) -> Vec<String> {
    let (words, _) = status(app);
    if text::width(&words) + 4 <= usize::from(width) || height < 14 {
        return Vec::new();
    }
    text::rows(&words, usize::from(width).saturating_sub(4), WORDS, app.options.ascii)
}

/// Draws the panel and puts the cursor into it.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, bordered: bool) {
    if area.is_empty() {
        return;
    }
    let (words, style) = status(app);
    if !bordered {
        let line = Rect { height: 1, ..area };
        draw_line(frame, line, app);
        if area.height > 1 {
            let below = Rect { y: area.y + 1, height: 1, ..area };
            let shown = text::cut(&words, usize::from(area.width), app.options.ascii);
            frame.render_widget(Line::styled(shown, style), below);
        }
        return;
    }
    let focused = app.focus == Focus::Input;
    let room = usize::from(area.width).saturating_sub(4);
    let rows = inside(app, area.width, frame.area().height);
    let mut block = Block::new().borders(Borders::ALL);
    if focused {
        block = block.border_type(BorderType::Thick).border_style(theme::FOCUSED);
    }
    let queue = queue(app).map(|words| text::cut(&format!(" {words} "), room, app.options.ascii));
    let left_room = room.saturating_sub(queue.as_deref().map_or(0, |words| text::width(words) + 1));
    block = block.title_top(title(app, left_room));
    if let Some(queue) = queue {
        block = block.title_top(Line::styled(queue, theme::WARNING).right_aligned());
    }
    if rows.is_empty() && !words.is_empty() {
        let words = text::cut(&words, room, app.options.ascii);
        block = block.title_bottom(Line::styled(format!(" {words} "), style));
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if inner.is_empty() {
        return;
    }
    draw_line(frame, Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), height: 1, ..inner }, app);
    for (y, row) in (inner.y + 1..inner.bottom()).zip(rows) {
        frame.render_widget(Line::styled(row, style), Rect { x: inner.x + 1, y, width: inner.width - 1, height: 1 });
    }
}

/// What the line is for, what ends it, what may come next: as much as fits.
fn title(app: &App, room: usize) -> Line<'static> {
    let style = if app.focus == Focus::Input { theme::FOCUSED } else { theme::STRONG };
    let Some(conversation) = app.conversation() else {
        return Line::styled(text::cut(" Command ── not connected ", room, app.options.ascii), style);
    };
    let mut parts = vec![(purpose(conversation), style)];
    let ending = conversation.ending;
    parts.push((ending.name().to_owned(), if ending == Ending::CrLf { Style::new() } else { theme::WARNING }));
    if conversation.pipelining {
        parts.push(("pipelining".to_owned(), theme::WARNING));
    }
    if conversation.link == Link::Open && app.prompt.line.is_empty() || app.prompt.reading.is_some() {
        let names: Vec<&str> = next_verbs(&conversation.context()).iter().map(|verb| verb.name).collect();
        if !names.is_empty() {
            parts.push((format!("next: {}", names.join("  ")), Style::new()));
        }
    }
    let mut spans = Vec::new();
    let mut used = 0;
    for (place, (words, style)) in parts.into_iter().enumerate() {
        let between = if place == 0 { " " } else { " ── " };
        let left = room.saturating_sub(used + text::width(between) + 1);
        if left < 4 {
            break;
        }
        let words = text::cut(&words, left, app.options.ascii);
        used += text::width(between) + text::width(&words);
        spans.push(Span::raw(between));
        spans.push(Span::styled(words, style));
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

fn purpose(conversation: &Conversation) -> String {
    let session = &conversation.session;
    match (conversation.link, session.phase()) {
        (Link::Closed, _) => "Command ── closed: Alt-a connects again, F2 elsewhere".to_owned(),
        (Link::Opening, _) => "Command ── connecting, lines are held".to_owned(),
        (Link::Handshake, _) => "Command ── TLS handshake, lines are held".to_owned(),
        (_, Phase::Greeting) if conversation.queue.is_empty() => {
            "Command ── lines are held until the greeting".to_owned()
        }
        (_, Phase::Data) => "Message line by line: a lone dot ends it".to_owned(),
        (_, Phase::Sasl) => "Answer to the challenge: base64, F12 makes it, Esc sends *".to_owned(),
        (_, Phase::Literal) => {
            let left = session.literal_to_send().unwrap_or(0);
            format!("Literal: {} octets left", text::grouped(left))
        }
        (_, Phase::LiteralEnd) => "The rest of the command line: a space first, Enter alone ends it".to_owned(),
        (_, Phase::Idle) => "Command ── DONE ends IDLE".to_owned(),
        _ if session.waits_for_go_ahead() => "Command ── waiting for + before the literal".to_owned(),
        _ => "Command".to_owned(),
    }
}

fn queue(app: &App) -> Option<String> {
    let conversation = app.conversation()?;
    let count = conversation.queue.len();
    if count == 0 {
        return None;
    }
    Some(if conversation.paused {
        format!("{count} queued, paused after a refusal: Enter goes on, Esc clears")
    } else if conversation.link != Link::Open || conversation.session.phase() == Phase::Greeting {
        format!("{count} held until the greeting")
    } else {
        format!("{count} queued, Esc clears")
    })
}

/// The word beneath the line: what matters most of what could be said.
fn status(app: &App) -> (String, Style) {
    let prompt = &app.prompt;
    if let Some(wanted) = &prompt.search {
        let (missed, style) = if prompt.missed { ("no such line · ", theme::WARNING) } else { ("", theme::STRONG) };
        return (format!("(reverse search: {wanted})  {missed}Ctrl-R older, Enter takes it, Esc gives up"), style);
    }
    if let Some(notice) = &app.notice {
        let mark = notice.severity.mark();
        return (format!("{mark} {}", notice.text), theme::severity(notice.severity));
    }
    if let Some(chosen) = prompt.chosen
        && let Some(offer) = prompt.offers.get(chosen)
    {
        let place = format!("{} of {}", chosen + 1, prompt.offers.len());
        return (format!("{place}: {} · Tab: the next", offer.summary), Style::new());
    }
    if let Some(reading) = &prompt.reading {
        return judged(reading, prompt.line.text());
    }
    (String::new(), Style::new())
}

fn judged(reading: &Reading, line: &str) -> (String, Style) {
    // A decoded name may hold what a terminal would act on.
    let notes: Vec<_> = reading.notes.iter().take(NOTES).map(|note| visible(note.text.as_bytes())).collect();
    let notes = notes.join(" · ");
    if let Some(fault) = reading.worst() {
        let column = line.get(..fault.at.start).unwrap_or(line).chars().count() + 1;
        let mut words = format!("{} column {column}: {}", theme::weight_mark(fault.weight), fault.reason);
        // A second fault is worth its words; more would hide the first.
        if let Some(other) = reading.faults.iter().find(|other| *other != fault && other.weight != Weight::Advice) {
            words.push_str(" · ");
            words.push_str(&other.reason);
        }
        let mut words = visible(words.as_bytes()).into_owned();
        if !notes.is_empty() {
            words.push_str(" · ");
            words.push_str(&notes);
        }
        if matches!(fault.weight, Weight::Syntax | Weight::Sequence) {
            words.push_str(" · Alt-Enter sends it anyway");
        }
        return (words, theme::weight(fault.weight));
    }
    let between = if notes.is_empty() { "" } else { " · " };
    match reading.verb {
        Some(verb) => (format!("{notes}{between}{} · {} ({})", verb.syntax, verb.summary, verb.rfc), theme::DIM),
        None => (notes, theme::DIM),
    }
}

/// The line itself, around the cursor.
fn draw_line(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let line = &app.prompt.line;
    let width = usize::from(area.width);
    let ascii = app.options.ascii;
    let mut spans = Vec::new();
    let mut cursor = 0;
    if line.is_empty() {
        let ghost = app.ghost();
        if !ghost.is_empty() && app.prompt.search.is_none() {
            let shown = text::cut(&format!("{ghost}   Tab takes it"), width, ascii);
            spans.push(Span::styled(shown, theme::DIM));
        }
    } else {
        // What is typed is shown as it is while it is typed: the keys move in it, and it goes out like that.
        let typing = app.focus == Focus::Input && app.overlay.is_none();
        let shown = if app.prompt.secret.is_some() { line.text().into() } else { veil::unless(typing, line.text()) };
        let at = if shown.len() == line.text().len() { line.cursor() } else { shown.len() };
        let window = text::window(&shown, at, width, app.prompt.secret.as_ref(), ascii);
        cursor = window.cursor;
        for glyph in window.glyphs {
            let style = glyph_style(app.prompt.reading.as_ref(), glyph.at);
            spans.push(Span::styled(glyph.text.into_owned(), style));
        }
    }
    frame.render_widget(Line::from(spans), area);
    if app.focus == Focus::Input && app.overlay.is_none() {
        let column = u16::try_from(cursor).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(area.x + column, area.y));
    }
}

/// The heaviest fault that covers this octet underlines it; the verb stands out.
fn glyph_style(reading: Option<&Reading>, at: usize) -> Style {
    let Some(reading) = reading else { return Style::new() };
    let covers = |range: &std::ops::Range<usize>| range.contains(&at) || range.is_empty() && range.start == at;
    let fault = reading.faults.iter().filter(|fault| covers(&fault.at)).max_by_key(|fault| fault.weight);
    match fault {
        Some(fault) => theme::weight(fault.weight).add_modifier(Modifier::UNDERLINED),
        None if reading.verb.is_some() && reading.verb_at.contains(&at) => theme::STRONG,
        None => Style::new(),
    }
}
