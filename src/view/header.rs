//! Where we are, in one line: host, address, TLS, phase, the running clock, tabs.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{text, theme, veil};
use crate::app::conversation::{Conversation, Link};
use crate::app::state::App;
use crate::diagnosis::Severity;
use crate::protocol::verb::Phase;
use crate::protocol::visible::visible;

/// A wait shorter than this is not shown: the clock would only flicker.
const FLICKER: Duration = Duration::from_millis(300);

/// A part of the line in several lengths, the longest first; the last one may be empty.
struct Part {
    forms: Vec<(String, Style)>,
    form: usize,
}

impl Part {
    fn new(forms: Vec<(String, Style)>) -> Self {
        let veiled = |(text, style): (String, Style)| (veil::text(&text).into_owned(), style);
        Self { forms: forms.into_iter().map(veiled).collect(), form: 0 }
    }

    fn one(text: impl Into<String>, style: Style) -> Self {
        Self::new(vec![(text.into(), style), (String::new(), style)])
    }

    fn shown(&self) -> (&str, Style) {
        self.forms.get(self.form).map_or(("", Style::new()), |(text, style)| (text.as_str(), *style))
    }

    fn width(&self) -> usize {
        text::width(self.shown().0)
    }
}

/// The order of the parts on the screen.
const BRAND: usize = 0;
const PLACE: usize = 1;
const PEER: usize = 2;
const TLS: usize = 3;
const PHASE: usize = 4;
const CLOCK: usize = 5;
const TABS: usize = 6;

/// Which part is shortened next when the line is too long.
const SHORTENED: [usize; 13] = [BRAND, TLS, TABS, PEER, CLOCK, TLS, PHASE, TABS, CLOCK, PLACE, PHASE, TLS, PLACE];

/// Draws the line.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let width = usize::from(area.width);
    let mut parts = parts(app);
    for shortened in SHORTENED {
        if total(&parts) <= width {
            break;
        }
        if let Some(part) = parts.get_mut(shortened) {
            part.form = (part.form + 1).min(part.forms.len().saturating_sub(1));
        }
    }
    let tabs = parts.pop();
    let mut spans = Vec::new();
    let mut used = 0;
    for part in parts.iter().filter(|part| part.width() > 0) {
        let (shown, style) = part.shown();
        spans.push(Span::raw(if used == 0 { " " } else { "  " }));
        used += if used == 0 { 1 } else { 2 };
        let shown = text::cut(shown, width.saturating_sub(used), app.options.ascii);
        used += text::width(&shown);
        spans.push(Span::styled(shown, style));
    }
    frame.render_widget(Line::from(spans), area);
    if let Some(tabs) = tabs.filter(|tabs| tabs.width() > 0 && used + tabs.width() < width) {
        let (shown, style) = tabs.shown();
        frame.render_widget(Line::styled(shown.to_owned(), style).right_aligned(), area);
    }
}

fn total(parts: &[Part]) -> usize {
    parts.iter().map(Part::width).filter(|width| *width > 0).map(|width| width + 2).sum()
}

fn parts(app: &App) -> Vec<Part> {
    let brand = match app.privacy.on {
        false => Part::one("ehlo", theme::STRONG),
        true => Part::new(vec![("ehlo privacy".to_owned(), theme::STRONG), ("privacy".to_owned(), theme::STRONG)]),
    };
    let Some(conversation) = app.conversation() else {
        let state = match app.dns.pending() {
            0 => "not connected".to_owned(),
            pending => format!("looking up {}, {pending} open", visible(app.dns.title.as_bytes())),
        };
        return vec![brand, Part::new(vec![(state, Style::new())]), Part::one("", Style::new())];
    };
    vec![
        brand,
        place(conversation),
        peer(conversation),
        tls(conversation),
        phase(conversation),
        clock(app, conversation),
        tabs(app),
    ]
}

fn place(conversation: &Conversation) -> Part {
    let endpoint = &conversation.plan.endpoint;
    let shown = visible(endpoint.to_string().as_bytes()).into_owned();
    let long = format!("{} {shown}", endpoint.protocol);
    Part::new(vec![
        (long, theme::STRONG),
        (shown.clone(), theme::STRONG),
        (text::cut(&shown, 20, false), theme::STRONG),
    ])
}

fn peer(conversation: &Conversation) -> Part {
    let host = conversation.plan.endpoint.host.to_string();
    match conversation.peer {
        Some(peer) if host.trim_matches(['[', ']']) != peer.ip().to_string() => {
            Part::one(format!("→ {}", peer.ip()), Style::new())
        }
        _ => Part::one("", Style::new()),
    }
}

fn tls(conversation: &Conversation) -> Part {
    match (conversation.link, &conversation.tls) {
        (Link::Opening, _) => Part::one("", Style::new()),
        (Link::Handshake, _) => Part::one("TLS …", theme::WARNING),
        (_, Some(report)) if conversation.session.tls() => {
            let standing = conversation.standing.as_ref();
            let severity = standing.map_or(Severity::Good, |standing| standing.severity);
            let style = theme::severity(severity);
            let short = format!("{} {}", report.version, severity.mark());
            let asked = visible(report.asked_name.as_bytes());
            let (long, middle) = match standing.and_then(|standing| standing.says.as_ref()) {
                Some(says) => (format!("{short} {says}"), format!("{short} {}", text::cut(says, 24, false))),
                None => {
                    let left = standing.and_then(|standing| standing.left.as_ref());
                    let left = left.map(|left| format!(", {left}")).unwrap_or_default();
                    (format!("{short} {asked}{left}"), format!("{short} {asked}"))
                }
            };
            Part::new(vec![(long, style), (middle, style), (short, style)])
        }
        _ => Part::new(vec![("clear !".to_owned(), theme::WARNING), ("clear!".to_owned(), theme::WARNING)]),
    }
}

fn phase(conversation: &Conversation) -> Part {
    let session = &conversation.session;
    let (long, style) = match (conversation.link, session.phase()) {
        (Link::Opening, _) => ("connecting".to_owned(), theme::WARNING),
        (Link::Handshake, _) => ("TLS handshake".to_owned(), theme::WARNING),
        (Link::Closed, _) | (_, Phase::Closed) => ("closed".to_owned(), theme::FAULT),
        (Link::Open, Phase::Authenticated) => match session.user().filter(|user| !user.is_empty()) {
            Some(user) => (format!("authenticated as {}", visible(user.as_bytes())), Style::new()),
            None => ("authenticated".to_owned(), Style::new()),
        },
        (Link::Open, Phase::Selected) => match session.mailbox() {
            Some(mailbox) => (format!("{} selected", visible(mailbox.as_bytes())), Style::new()),
            None => ("selected".to_owned(), Style::new()),
        },
        (Link::Open, phase) if session.protocol().is_smtp() && session.context().authenticated => {
            (format!("{}, logged in", phase.name()), Style::new())
        }
        (Link::Open, phase) => (phase.name().to_owned(), Style::new()),
    };
    let short = text::cut(&long, 14, false);
    let compressed = if conversation.is_compressed() { ", compressed" } else { "" };
    Part::new(vec![(format!("{long}{compressed}"), style), (short, style), (String::new(), style)])
}

fn clock(app: &App, conversation: &Conversation) -> Part {
    let Some(wait) = conversation.wait(app.now).filter(|wait| wait.elapsed >= FLICKER) else {
        return Part::one("", Style::new());
    };
    let style = if wait.elapsed >= wait.limit {
        theme::FAULT
    } else if wait.elapsed >= Duration::from_secs(5) {
        theme::WARNING
    } else {
        theme::STRONG
    };
    let elapsed = seconds(wait.elapsed);
    let limit = limit(wait.limit);
    Part::new(vec![
        (format!("⏱ {}: {elapsed} of {limit}", wait.stage), style),
        (format!("⏱ {elapsed} of {limit}"), style),
        (format!("⏱ {elapsed}"), style),
    ])
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100),
        secs => format!("{} min {:02} s", secs / 60, secs % 60),
    }
}

fn limit(time: Duration) -> String {
    match time.as_secs() {
        secs if secs >= 60 && secs % 60 == 0 => format!("{} min", secs / 60),
        secs => format!("{secs} s"),
    }
}

/// `[1 smtp*] [2 imap]`: the one on the screen has the star.
fn tabs(app: &App) -> Part {
    if app.conversations.len() < 2 {
        return Part::one("", Style::new());
    }
    let long: Vec<String> = app
        .conversations
        .iter()
        .enumerate()
        .map(|(place, conversation)| {
            let star = if place == app.active { "*" } else { "" };
            format!("[{} {}{star}]", place + 1, conversation.protocol())
        })
        .collect();
    let short = format!("[{}/{}]", app.active + 1, app.conversations.len());
    Part::new(vec![(long.join(" "), theme::STRONG), (short, theme::STRONG), (String::new(), Style::new())])
}
