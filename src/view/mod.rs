//! What is seen. Everything here reads `&App` and changes nothing; the same model gives the same screen.
//!
//! ```text
//! header     where we are: host, address, TLS, phase, the running clock, tabs
//! panes      the transcript; DNS, offers and findings beside it, or in its place where the screen is narrow
//! input      the command line or the message editor, and one line about it
//! footer     keys
//! overlay    over the panes: help, palette, a question, logging in, something in full
//! ```

mod dns;
mod findings;
mod footer;
mod header;
mod input;
mod message;
mod offers;
mod overlay;
mod text;
mod theme;

pub(crate) use theme::in_ascii;
mod transcript;
mod veil;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders};

use crate::app::state::{App, Focus};

/// What was drawn, for those who move in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Entries of the transcript that are on the screen, whole or in part.
    pub entries: u64,
    /// The first row that is on the screen of what lies over the panes.
    pub top: usize,
}

/// Columns of the panes beside the transcript.
const SIDE: u16 = 42;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, app: &App) -> Drawn {
    let area = frame.area();
    if area.is_empty() {
        return Drawn::default();
    }
    let _veil = veil::Veil::over(app);
    let entries = screen(frame, area, app);
    let top = app.overlay.as_ref().map_or(0, |overlay| overlay::draw(frame, area, app, overlay));
    theme::finish(frame.buffer_mut(), app.options.ascii, app.options.monochrome);
    Drawn { entries, top }
}

/// Where everything goes. What is left out first when rows are short stands last in this list: input, panes, header,
/// footer, borders, the line of panes.
fn screen(frame: &mut Frame<'_>, area: Rect, app: &App) -> u64 {
    let height = area.height;
    let bordered = height >= 10 && area.width >= 24;
    let wide = area.width >= 120 && height >= 30;
    let mut rest = area;
    if height >= 3 {
        header::draw(frame, take_top(&mut rest, 1), app);
    }
    if height >= 6 {
        footer::draw(frame, take_bottom(&mut rest, 1), app);
    }
    let wanted = if app.message().is_some() {
        message::height(height)
    } else {
        input::height(app, area.width, height, bordered)
    };
    // The panes keep a row as long as there are two.
    let kept = rest.height.saturating_sub(1);
    let input = take_bottom(&mut rest, wanted.min(kept).max(1));
    if !wide && height >= 20 && area.width >= 40 {
        pane_line(frame, take_top(&mut rest, 1), app);
    }
    let entries = panes(frame, rest, app, wide, bordered);
    if app.message().is_some() {
        message::draw(frame, input, app, bordered);
    } else {
        input::draw(frame, input, app, bordered);
    }
    entries
}

fn panes(frame: &mut Frame<'_>, area: Rect, app: &App, wide: bool, bordered: bool) -> u64 {
    if area.is_empty() {
        return 0;
    }
    if wide {
        let mut right = area;
        // Records and findings have long lines: whoever reads them gets room.
        let width = if matches!(app.focus, Focus::Dns | Focus::Findings) { SIDE.max(area.width * 5 / 8) } else { SIDE };
        let side = Rect { width, ..area };
        right.x += width;
        right.width -= width;
        side_panes(frame, side, app);
        return transcript::draw(frame, right, app, true);
    }
    match app.focus {
        Focus::Input | Focus::Transcript => return transcript::draw(frame, area, app, bordered),
        Focus::Dns => dns::draw(frame, area, app, bordered),
        Focus::Offers => offers::draw(frame, area, app, bordered),
        Focus::Findings => findings::draw(frame, area, app, bordered),
    }
    0
}

/// DNS, offers and findings, one above the other. The one with the keys gets what the others can spare.
fn side_panes(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let total = area.height;
    let least = 4.min(total / 3);
    let offers_wish = offers::rows(app, area.width - 2) + 2;
    let dns_wish = u16::try_from(app.dns.rows.len()).unwrap_or(u16::MAX).saturating_add(if app.focus == Focus::Dns {
        5
    } else {
        2
    });
    let (dns, offers) = match app.focus {
        Focus::Dns => (share(dns_wish, least, total - 2 * least), share(offers_wish, least, total / 4)),
        Focus::Offers => {
            let offers = share(offers_wish, least, total - 2 * least);
            (share(dns_wish, least, (total - offers - least).max(least)), offers)
        }
        Focus::Findings => (share(dns_wish, least, total / 4), share(offers_wish, least, total / 5)),
        Focus::Input | Focus::Transcript => (share(dns_wish, least, total / 2), share(offers_wish, least, total / 4)),
    };
    let mut rest = area;
    dns::draw(frame, take_top(&mut rest, dns), app, true);
    offers::draw(frame, take_top(&mut rest, offers), app, true);
    findings::draw(frame, rest, app, true);
}

/// What is wished for, no more than may be had, and never less than a pane needs.
fn share(wish: u16, least: u16, most: u16) -> u16 {
    wish.min(most).max(least)
}

/// The panes by name, where there is room for one only.
fn pane_line(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let findings = findings::counts(app);
    let dns = match (app.dns.pending(), app.dns.rows.len()) {
        (0, 0) => "DNS".to_owned(),
        (0, rows) => format!("DNS ({rows})"),
        (pending, _) => format!("DNS ({pending} open)"),
    };
    let panes = [
        ("Alt-1", "transcript".to_owned(), matches!(app.focus, Focus::Transcript | Focus::Input)),
        ("Alt-2", dns, app.focus == Focus::Dns),
        ("Alt-3", "offers".to_owned(), app.focus == Focus::Offers),
        (
            "Alt-4",
            if findings.is_empty() { "findings".to_owned() } else { format!("findings ({findings})") },
            app.focus == Focus::Findings,
        ),
    ];
    let mut spans = vec![Span::raw(" ")];
    for (key, name, here) in panes {
        spans.push(Span::styled(key, theme::KEY));
        spans.push(Span::raw(" "));
        spans.push(Span::styled(name, if here { theme::SELECTED } else { ratatui::style::Style::new() }));
        spans.push(Span::raw("  "));
    }
    frame.render_widget(Line::from(spans), area);
}

/// A frame with a title on each side; returns what is inside. Titles must be safe to draw.
fn panel(frame: &mut Frame<'_>, area: Rect, left: &str, right: Line<'static>, focused: bool, bordered: bool) -> Rect {
    if !bordered {
        return area;
    }
    let mut block = Block::new().borders(Borders::ALL);
    if focused {
        block = block.border_type(BorderType::Thick).border_style(theme::FOCUSED);
    }
    let room = usize::from(area.width).saturating_sub(2);
    let right_width = right.width();
    let title = text::cut(&format!(" {left} "), room, false);
    let fits = text::width(&title) + right_width < room;
    block = block.title_top(Line::styled(title, if focused { theme::FOCUSED } else { theme::STRONG }));
    if fits {
        block = block.title_top(right.right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

/// Lines from the top of an area, as many as fit.
fn lines<'a>(frame: &mut Frame<'_>, area: Rect, lines: impl Iterator<Item = Line<'a>>) {
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
}

fn take_top(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    let taken = Rect { height: rows, ..*area };
    area.y += rows;
    area.height -= rows;
    taken
}

fn take_bottom(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    area.height -= rows;
    Rect { y: area.y + area.height, height: rows, ..*area }
}

/// The first row to draw of a list, so that the row with the cursor is on the screen.
const fn first_row(selected: usize, height: usize) -> usize {
    (selected + 1).saturating_sub(height)
}
