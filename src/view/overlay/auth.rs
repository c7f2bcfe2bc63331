//! Logging in: the ways, the fields, the line that will go out, and the gate before a password is exposed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::ask::field;
use super::{popup, room, text, theme};
use crate::app::auth_dialog::{AuthDialog, FIELDS};
use crate::app::conversation::Way;
use crate::app::state::App;
use crate::protocol::endpoint::Protocol;
use crate::protocol::pop3::apop;
use crate::protocol::sasl::{self, Channel, Credentials, Exchange, Mechanism};
use crate::protocol::secret::Secret;
use crate::protocol::visible::visible;
use crate::view::{lines, take_top};

/// Columns of the box.
const WIDTH: usize = 76;

/// Columns of the names of the fields.
const LABEL: u16 = 26;

/// What stands for a password.
const DOTS: &str = "••••••••";

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, dialog: &AuthDialog) {
    let ascii = app.options.ascii;
    let width = room(area, WIDTH);
    let above = above(dialog, width, ascii);
    let below = below(dialog, width, ascii);
    let gate = gate(dialog, width, ascii);
    let keys = if dialog.gate.is_some() {
        "Enter confirms YES · Esc goes back"
    } else {
        "Enter logs in · Tab next field · Ctrl-T shows · Ctrl-E encodes only · Esc"
    };
    let height = above.len() + dialog.used() + below.len() + gate.len() + usize::from(dialog.gate.is_some());
    let mut rest = popup(frame, area, "Log in", keys, WIDTH, height, ascii);
    if dialog.gate.is_some() && usize::from(rest.height) < height {
        // What must be read before YES is typed comes first where there is no room for both.
        return draw_gate(frame, &mut rest, dialog, gate, ascii);
    }
    put(frame, &mut rest, above);
    for (place, name) in FIELDS.iter().enumerate().take(dialog.used()) {
        let Some(line) = dialog.fields.get(place) else { continue };
        let here = dialog.field == place && dialog.gate.is_none();
        let row = take_top(&mut rest, 1);
        let mark = if here { "› " } else { "  " };
        let label = Rect { width: LABEL.min(row.width / 2), ..row };
        let style = if here { theme::STRONG } else { Style::new() };
        let name = name.split(" (").next().unwrap_or(name);
        let shown = text::cut(&format!("{mark}{name}"), usize::from(label.width).saturating_sub(1), ascii);
        frame.render_widget(Line::styled(shown, style), label);
        let value = Rect { x: row.x + label.width, width: row.width - label.width, ..row };
        field(frame, value, line, here, place == 1 && !dialog.shows, ascii);
        if let Some(supply) = dialog.supply.filter(|_| place == 1 && line.is_empty()) {
            let words = text::cut(&format!("from {supply}"), usize::from(value.width), ascii);
            frame.render_widget(Line::styled(words, theme::DIM), value);
        }
    }
    put(frame, &mut rest, below);
    draw_gate(frame, &mut rest, dialog, gate, ascii);
}

fn draw_gate(frame: &mut Frame<'_>, rest: &mut Rect, dialog: &AuthDialog, gate: Vec<Line<'static>>, ascii: bool) {
    put(frame, rest, gate);
    if let Some(answer) = &dialog.gate {
        field(frame, take_top(rest, 1), answer, true, false, ascii);
    }
}

fn put(frame: &mut Frame<'_>, rest: &mut Rect, rows: Vec<Line<'static>>) {
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    lines(frame, take_top(rest, height), rows.into_iter());
}

/// The ways and what the server offers.
fn above(dialog: &AuthDialog, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let mut spans = Vec::new();
    for way in dialog.ways() {
        let name = way.name(dialog.protocol);
        spans.push(if way == dialog.way {
            Span::styled(format!("[{name}]"), theme::SELECTED)
        } else {
            Span::raw(format!(" {name} "))
        });
        spans.push(Span::raw(" "));
    }
    spans.push(Span::styled(" Ctrl-N next way", theme::DIM));
    let mut out = vec![Line::from(spans)];
    let offered = if dialog.offered.is_empty() {
        "the server has offered no mechanism so far".to_owned()
    } else {
        format!("offered: {}", visible(dialog.offered.join(" ").as_bytes()))
    };
    out.extend(text::rows(&offered, width, 2, ascii).into_iter().map(|row| Line::styled(row, theme::DIM)));
    if let Way::Sasl(mechanism) = dialog.way
        && !dialog.offered.is_empty()
        && !dialog.offered.iter().any(|offer| offer == mechanism.name())
    {
        let words = format!("! {} is not among them; a server may refuse it", mechanism.name());
        out.push(Line::styled(text::cut(&words, width, ascii), theme::WARNING));
    }
    out.push(Line::default());
    out
}

/// The line that will go out, decoded beside its base64; and why Enter did nothing.
fn below(dialog: &AuthDialog, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let mut out = vec![Line::default()];
    let (goes_out, decoded) = preview(dialog);
    for (label, words) in [("goes out", goes_out), ("decoded", decoded)] {
        let room = width.saturating_sub(10);
        for (place, row) in text::rows(&words, room, 3, ascii).into_iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            out.push(Line::from(vec![Span::styled(format!("{label:<10}"), theme::DIM), Span::raw(row)]));
        }
    }
    if let Some(error) = &dialog.error {
        let rows = text::rows(&format!("✗ {error}"), width, 3, ascii);
        out.extend(rows.into_iter().map(|row| Line::styled(row, theme::FAULT)));
    }
    out
}

/// What Enter would send, secrets as dots unless they are shown, and what the base64 in it says.
fn preview(dialog: &AuthDialog) -> (String, String) {
    let [user, password, _] = &dialog.fields;
    let mechanism = match dialog.way {
        Way::Sasl(mechanism) => mechanism,
        Way::Login => {
            let secret = if dialog.shows { shown(password.text()) } else { DOTS.to_owned() };
            return (format!("LOGIN \"{}\" \"{secret}\"", shown(user.text())), "no base64 in LOGIN".to_owned());
        }
        Way::Apop => {
            let digest = match (&dialog.timestamp, dialog.shows) {
                (Some(timestamp), true) => apop::digest(timestamp, &Secret::from(password.text())),
                _ => DOTS.to_owned(),
            };
            let timestamp = shown(dialog.timestamp.as_deref().unwrap_or(""));
            let decoded = format!("MD5 of {timestamp} and the password; whoever hears it can try passwords at home");
            return (format!("APOP {} {digest}", shown(user.text())), decoded);
        }
        Way::UserPass => {
            let secret = if dialog.shows { shown(password.text()) } else { DOTS.to_owned() };
            return (
                format!("USER {}, then PASS {secret}", shown(user.text())),
                "no base64 in USER and PASS".to_owned(),
            );
        }
    };
    let verb = if dialog.protocol == Protocol::Imap { "AUTHENTICATE" } else { "AUTH" };
    let credentials = Credentials {
        user: user.text().to_owned(),
        password: Secret::from(password.text()),
        authorization: dialog.authorization().to_owned(),
    };
    let encoded = |message: &Secret| {
        if dialog.shows {
            String::from_utf8_lossy(sasl::encode(message).expose()).into_owned()
        } else {
            DOTS.to_owned()
        }
    };
    match (mechanism, Exchange::new(mechanism, credentials, &Channel::default(), None)) {
        (Mechanism::Plain, Ok(mut exchange)) => match exchange.initial() {
            Some(message) => (
                format!("{verb} PLAIN {}", encoded(&message)),
                if dialog.shows { shown_octets(message.expose()) } else { sasl::describe(message.expose()) },
            ),
            None => (format!("{verb} PLAIN"), String::new()),
        },
        (Mechanism::Login, Ok(_)) => {
            let user_message = Secret::from(user.text());
            let base64 = String::from_utf8_lossy(sasl::encode(&user_message).expose()).into_owned();
            let password = Secret::from(password.text());
            let secret = if dialog.shows { shown_octets(password.expose()) } else { DOTS.to_owned() };
            (
                format!("{verb} LOGIN, then {base64}, then {}", encoded(&password)),
                format!("{}, then {secret}", shown(user.text())),
            )
        }
        (mechanism, Ok(_)) => (format!("{verb} {mechanism}"), String::new()),
        (_, Err(why)) => (format!("{verb} {} …", mechanism.name()), why),
    }
}

fn shown(text: &str) -> String {
    shown_octets(text.as_bytes())
}

fn shown_octets(octets: &[u8]) -> String {
    visible(octets.get(..octets.len().min(400)).unwrap_or(octets)).into_owned()
}

/// The red gate.
fn gate(dialog: &AuthDialog, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let Some(exposure) = dialog.exposure.as_ref().filter(|_| dialog.way.sends_password()) else { return Vec::new() };
    let mut out = vec![Line::default()];
    let words = format!("✗ {exposure}");
    out.extend(text::rows(&words, width, 4, ascii).into_iter().map(|row| Line::styled(row, theme::FAULT)));
    if dialog.gate.is_some() {
        out.push(Line::styled("type YES to send it all the same:", theme::FAULT));
    }
    out
}
