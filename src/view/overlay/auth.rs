//! Logging in: the ways, the fields, the line that will go out, and the gate before a password is exposed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::ask::field;
use super::{popup, room, text, theme};
use crate::app::auth_dialog::{AuthDialog, TakeOver};
use crate::app::conversation::Way;
use crate::app::state::App;
use crate::protocol::endpoint::Protocol;
use crate::protocol::pop3::apop;
use crate::protocol::sasl::{Answer, Exchange, Mechanism, Observer, table};
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
    let keys = match (&dialog.gate, &dialog.answers) {
        (Some(_), _) => "Enter confirms YES · Esc goes back",
        (None, Some(_)) => "Enter answers the challenge · Tab field · Ctrl-T shows · -E encodes · Esc",
        (None, None) => "Enter logs in · Tab field · Ctrl-N -B way · Ctrl-T shows · -E encodes · Esc",
    };
    let title = if dialog.answers.is_some() { "Answer the challenge" } else { "Log in" };
    let height =
        above.len() + dialog.way.fields().len() + below.len() + gate.len() + usize::from(dialog.gate.is_some());
    let mut rest = popup(frame, area, title, keys, WIDTH, height, ascii);
    if dialog.gate.is_some() && usize::from(rest.height) < height {
        // What must be read before YES is typed comes first where there is no room for both.
        return draw_gate(frame, &mut rest, dialog, gate, ascii);
    }
    put(frame, &mut rest, above);
    for (place, name) in dialog.way.fields() {
        let Some(line) = dialog.fields.get(place) else { continue };
        let here = dialog.field == place && dialog.gate.is_none();
        let row = take_top(&mut rest, 1);
        let mark = if here { "› " } else { "  " };
        let label = Rect { width: LABEL.min(row.width / 2), ..row };
        let fixed = dialog.is_fixed(place);
        let style = match (here, fixed) {
            (true, _) => theme::STRONG,
            (false, true) => theme::DIM,
            (false, false) => Style::new(),
        };
        let name = if fixed { format!("{name}, said already") } else { name.to_owned() };
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
    let mut out = if dialog.answers.is_some() { Vec::new() } else { ways(dialog, width) };
    let known = |name: &&String| table::find(name).is_some_and(|row| row.mechanism.is_some());
    let others: Vec<&str> = dialog.offered.iter().filter(|name| !known(name)).map(String::as_str).collect();
    let mut say = |words: &str, most: usize, style: Style| {
        out.extend(text::rows(words, width, most, ascii).into_iter().map(|row| Line::styled(row, style)));
    };
    if dialog.answers.is_some() {
        say("This login was begun by hand. Its challenge is answered here, then it goes on by itself.", 2, theme::DIM);
    } else if dialog.offered.is_empty() {
        say(dialog.none_offered, 1, theme::DIM);
    }
    let others = if dialog.answers.is_some() { &[] } else { others.as_slice() };
    for (place, name) in others.iter().take(3).enumerate() {
        let words = table::find(name).map_or("a mechanism that is not known here", |row| row.says);
        let also = if place == 0 { "also offered: " } else { "" };
        say(&format!("{also}{}: {words}", visible(name.as_bytes())), 2, theme::DIM);
    }
    match dialog.way {
        Way::Apop => say(
            "! APOP sends an MD5 of the timestamp and the password: whoever hears it can try passwords at home, and the \
             server keeps the password in clear (RFC 1939 §7)",
            3,
            theme::WARNING,
        ),
        Way::UserPass => say("USER and PASS send the password as it is: for TLS only (RFC 1939 §7)", 2, Style::new()),
        Way::Login | Way::Sasl(_) => {}
    }
    if let Way::Sasl(mechanism) = dialog.way {
        say(&format!("{}: {} ({})", mechanism.name(), mechanism.row().says, mechanism.row().rfc), 2, Style::new());
        if !dialog.offered.is_empty() && !dialog.offers(mechanism) {
            let words = format!("! {} is not among those offered; a server may refuse it", mechanism.name());
            say(&words, 1, theme::WARNING);
        }
    }
    out.push(Line::default());
    out
}

/// The names of the ways, those not offered dim.
fn ways(dialog: &AuthDialog, width: usize) -> Vec<Line<'static>> {
    let mut rows = vec![Vec::new()];
    let mut used = 0;
    let hint = if dialog.all { "Ctrl-O fewer" } else { "Ctrl-O all" };
    let names = dialog.ways().into_iter().map(|way| {
        let name = match way {
            Way::Sasl(mechanism) => mechanism.name().to_owned(),
            Way::Login => "the command LOGIN".to_owned(),
            Way::UserPass | Way::Apop => way.name(dialog.protocol),
        };
        let offered = !matches!(way, Way::Sasl(mechanism) if !dialog.offers(mechanism));
        match (way == dialog.way, offered) {
            (true, _) => (format!("[{name}]"), theme::SELECTED),
            (false, true) => (format!(" {name} "), Style::new()),
            (false, false) => (format!(" {name} "), theme::DIM),
        }
    });
    for (name, style) in names.chain([(format!(" {hint} "), theme::DIM)]) {
        let columns = text::width(&name);
        if used > 0 && used + columns > width {
            rows.push(Vec::new());
            used = 0;
        }
        used += columns;
        if let Some(row) = rows.last_mut() {
            row.push(Span::styled(name, style));
        }
    }
    rows.into_iter().map(Line::from).collect()
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
    if let Way::Sasl(mechanism) = dialog.way
        && let Some(binding) = dialog.channel.bindings.first().filter(|_| mechanism.is_plus())
    {
        let others: Vec<&str> = dialog.channel.bindings.iter().skip(1).map(|other| other.kind.name()).collect();
        let other = if others.is_empty() { String::new() } else { format!(" (Ctrl-P: {})", others.join(", ")) };
        let words = format!("channel binding: {}{other}", binding.kind.name());
        out.extend(text::rows(&words, width, 2, ascii).into_iter().map(|row| Line::styled(row, theme::DIM)));
    }
    if let (Way::Sasl(mechanism), None) = (dialog.way, &dialog.answers) {
        let initial = match (mechanism.row().client_first, dialog.initial) {
            (false, _) => "none, the server begins",
            (true, true) => "yes",
            (true, false) => "no",
        };
        let mistake = dialog.mistake.map_or("nothing", |mistake| mistake.name());
        let words = format!("initial response: {initial} (Ctrl-R) · wrong on purpose: {mistake} (Ctrl-G)");
        let style = if dialog.mistake.is_some() { theme::WARNING } else { theme::DIM };
        out.extend(text::rows(&words, width, 2, ascii).into_iter().map(|row| Line::styled(row, style)));
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
    if let Some(over) = &dialog.answers {
        return answer(dialog, over, mechanism);
    }
    let verb = if dialog.protocol == Protocol::Imap { "AUTHENTICATE" } else { "AUTH" };
    let mut exchange = match Exchange::new(mechanism, dialog.preview(), &dialog.channel, dialog.mistake) {
        Ok(exchange) => exchange,
        Err(why) => return (format!("{verb} {} …", mechanism.name()), why),
    };
    let seen = dialog.shows || mechanism.is_open();
    let line = |octets: &Secret| if seen { octets.text().to_string() } else { DOTS.to_owned() };
    match (mechanism, exchange.initial()) {
        (Mechanism::Login, _) => {
            let [user_line, password_line] = [user, password].map(|field| exchange.line(&Secret::from(field.text())));
            let secret = if dialog.shows { shown(password.text()) } else { DOTS.to_owned() };
            (
                format!("{verb} LOGIN, then {}, then {}", &*user_line.text(), line(&password_line)),
                format!("{}, then {secret}", shown(user.text())),
            )
        }
        (_, None) => {
            (format!("{verb} {mechanism}, then the answer"), "it is made from the server's challenge".to_owned())
        }
        (_, Some(message)) => {
            let decoded = if dialog.shows && !mechanism.is_open() {
                shown_octets(message.expose())
            } else {
                Observer::new(mechanism.name()).said(message.expose()).to_string()
            };
            let opening = exchange.opening(dialog.protocol, dialog.initial.then_some(&message));
            if !dialog.initial {
                return (format!("{verb} {mechanism}, then {}", line(&exchange.line(&message))), decoded);
            }
            let response = opening.expose().split(|b| *b == b' ').nth(2).unwrap_or_default();
            (format!("{verb} {mechanism} {}", line(&Secret::new(response.to_vec()))), decoded)
        }
    }
}

/// The same where a challenge is answered. A proof of SCRAM takes its time: it is not made anew for every frame.
fn answer(dialog: &AuthDialog, over: &TakeOver, mechanism: Mechanism) -> (String, String) {
    if over.told && mechanism.is_open() {
        return ("c=…,r=…,p=… in base64".to_owned(), "the proof, made from the challenge and the password".to_owned());
    }
    let mut exchange = match over.spoken.resume(dialog.preview(), &dialog.channel) {
        Ok(exchange) => exchange,
        Err(why) => return ("…".to_owned(), why),
    };
    match over.spoken.answer(&mut exchange) {
        Answer::Message(message) => {
            let mut observer = Observer::new(mechanism.name());
            _ = observer.heard(over.spoken.challenge().unwrap_or_default());
            let decoded = observer.said(message.expose()).to_string();
            let seen = dialog.shows || mechanism.is_open();
            (if seen { exchange.line(&message).text().to_string() } else { DOTS.to_owned() }, decoded)
        }
        Answer::Cancel(why) => ("*".to_owned(), why),
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
