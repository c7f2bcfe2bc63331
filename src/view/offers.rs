//! What the server offers now, and what TLS changed about it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{lines, panel, text, theme};
use crate::app::state::{App, Focus};
use crate::diagnosis::capabilities;
use crate::protocol::endpoint::Protocol;

/// Offers that are drawn; a server with more wants to fill the screen.
const MOST: usize = 200;

/// One word of the pane.
struct Offer {
    text: String,
    style: Style,
    /// What it means, where that is known.
    says: &'static str,
}

/// Rows the pane would like to have inside.
pub(super) fn rows(app: &App, width: u16) -> u16 {
    let width = usize::from(width);
    let rows = if app.focus == Focus::Offers { explained(app, width) } else { flow(app, width) };
    u16::try_from(rows.len()).unwrap_or(u16::MAX - 2)
}

/// Draws the pane.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, bordered: bool) {
    let focused = app.focus == Focus::Offers;
    let state = match app.conversation() {
        Some(conversation) if conversation.session.capabilities().known => {
            let tls = if conversation.session.tls() { "under TLS" } else { "in clear" };
            let capabilities = conversation.session.capabilities();
            Line::raw(format!(" {} {tls} ", capabilities.list().len().saturating_add(capabilities.beyond())))
        }
        _ => Line::default(),
    };
    let inner = panel(frame, area, "Server offers", state, focused, bordered);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let mut rows = if focused { explained(app, width) } else { flow(app, width) };
    if focused && rows.len() > height && height > 1 {
        rows.truncate(height - 1);
        rows.push(Line::styled(text::cut("… Enter shows all", width, app.options.ascii), theme::DIM));
    }
    lines(frame, inner, rows.into_iter());
}

fn offers(app: &App) -> Vec<Offer> {
    let plain = |text: &str| vec![Offer { text: text.to_owned(), style: theme::DIM, says: "" }];
    let Some(conversation) = app.conversation() else { return plain("nothing is connected") };
    let session = &conversation.session;
    if !session.capabilities().known {
        return plain(match session.protocol() {
            Protocol::Smtp => "not asked yet: EHLO asks",
            Protocol::Lmtp => "not asked yet: LHLO asks",
            Protocol::Imap => "not asked yet: CAPABILITY asks",
            Protocol::Pop3 => "not asked yet: CAPA asks",
        });
    }
    let change = session.change();
    let ascii = app.options.ascii;
    let mut out = Vec::new();
    for capability in session.capabilities().list().iter().take(MOST) {
        let offer = capability.text();
        let shown = text::safe(offer.as_bytes(), ascii);
        let says = capabilities::explain(session.protocol(), &offer).map_or("", |found| found.says);
        out.push(if change.as_ref().is_some_and(|change| change.is_new(capability)) {
            Offer { text: format!("+{shown}"), style: theme::GOOD.patch(theme::STRONG), says }
        } else {
            Offer { text: shown, style: Style::new(), says }
        });
    }
    let capabilities = session.capabilities();
    let more = capabilities.list().len().saturating_sub(MOST).saturating_add(capabilities.beyond());
    if more > 0 {
        out.push(Offer { text: format!("(and {more} more)"), style: theme::WARNING, says: "" });
    }
    if let Some(change) = change {
        for offer in change.gone.iter().take(MOST) {
            let text = format!("-{}", text::safe(offer.as_bytes(), ascii));
            out.push(Offer { text, style: theme::WARNING, says: "" });
        }
        if !change.new.is_empty() || !change.gone.is_empty() {
            out.push(Offer { text: format!("(+ new, - gone {})", change.occasion), style: theme::DIM, says: "" });
        }
    }
    if out.is_empty() {
        return plain("nothing");
    }
    out
}

/// Each offer in a row of its own with what it means below it.
fn explained(app: &App, width: usize) -> Vec<Line<'static>> {
    let ascii = app.options.ascii;
    let mut out = Vec::new();
    for offer in offers(app) {
        out.extend(text::rows(&offer.text, width, 8, ascii).into_iter().map(|row| Line::styled(row, offer.style)));
        if !offer.says.is_empty() {
            let rows = text::rows(offer.says, width.saturating_sub(2), 4, ascii);
            out.extend(rows.into_iter().map(|row| Line::styled(format!("  {row}"), theme::DIM)));
        }
    }
    out
}

/// The offers side by side, as many a row as fit; one that is longer than a row is wrapped.
fn flow(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out: Vec<Line<'static>> = Vec::new();
    let mut row: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for offer in offers(app) {
        let wide = text::width(&offer.text);
        if used > 0 && used + 2 + wide > width {
            out.push(Line::from(std::mem::take(&mut row)));
            used = 0;
        }
        if wide > width {
            let rows = text::rows(&offer.text, width, 8, app.options.ascii);
            out.extend(rows.into_iter().map(|row| Line::styled(row, offer.style)));
            continue;
        }
        if used > 0 {
            row.push(Span::raw("  "));
            used += 2;
        }
        row.push(Span::styled(offer.text, offer.style));
        used += wide;
    }
    if !row.is_empty() {
        out.push(Line::from(row));
    }
    out
}
