//! The help, made from the tables the program runs on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::{next, popup, room, text, theme};
use crate::app::action::BINDINGS;
use crate::app::state::{App, Focus};
use crate::diagnosis::investigation::VIEWS;
use crate::protocol::reply::ReplyClass;
use crate::view::lines;

/// Columns of the box at most.
const WIDTH: usize = 96;

/// Columns of the left half of a row.
const LEFT: usize = 22;

const LINE_KEYS: &[(&str, &str)] = &[
    ("Enter", "send the line; while the greeting is awaited it is held"),
    ("Tab", "complete, again: the next; in an empty line take the suggestion"),
    ("Up Down", "lines sent before"),
    ("Ctrl-R", "search in them"),
    ("Ctrl-V", "the next key as it is: tab, escape, control characters"),
    ("Ctrl-A E B F", "begin, end, back, on; Alt-b Alt-f by words"),
    ("Ctrl-K U W Y", "delete to the end, to the begin, a word; put it back"),
    ("Esc", "to the transcript; clears the queue, cancels an exchange"),
];

const PANE_KEYS: &[(&str, &str)] = &[
    ("j k, Up Down", "move"),
    ("g G, Home End", "first and last; at the last line the transcript follows"),
    ("/ n N", "search the transcript; in the DNS pane / asks"),
    ("Space", "what the reply with the cursor means, shown or hidden; DNS: the record tag by tag"),
    ("Enter", "the line in full, read and explained; DNS: connect there, or explained; offers: explained"),
    ("v", "the DKIM signatures of the message that the line is part of"),
    ("F1", "the reference of the line; again: this help"),
    ("y Y", "copy the line, the whole transcript; DNS: the row as a line of dig"),
    ("Ctrl-C", "in the DNS pane: stop what is being asked"),
    ("Tab", "the next pane"),
    ("Esc i q", "back to the input"),
];

const MESSAGE_KEYS: &[(&str, &str)] = &[
    ("Ctrl-D, F7", "send the message; the final dot is added, leading dots are doubled"),
    ("Ctrl-O", "load a file"),
    ("Esc", "back to typing line by line"),
];

const CLASSES: &[(ReplyClass, &str, &str, &str)] = &[
    (ReplyClass::Completion, "◀", "<-", "yes: 2xx, OK, +OK"),
    (ReplyClass::Intermediate, "◁", "<-+", "go on: 3xx, +"),
    (ReplyClass::Transient, "◀!", "<-!", "not now: 4xx, NO [UNAVAILABLE], -ERR [SYS/TEMP]"),
    (ReplyClass::Permanent, "◀✗", "<-x", "no: 5xx, NO, BAD, -ERR"),
    (ReplyClass::Data, "│", "|", "data: untagged, literals, bodies"),
    (ReplyClass::Closing, "■", "<-#", "the server is leaving: 421, BYE"),
    (ReplyClass::Malformed, "?", "?", "no grammar of the protocol knows this"),
];

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, scroll: usize) -> usize {
    let ascii = app.options.ascii;
    let width = room(area, WIDTH);
    let rows = content(app, width);
    let keys = "j k PgUp PgDn move · Esc closes · Ctrl-P finds an action by name";
    let inner = popup(frame, area, "Help", keys, width, rows.len(), ascii);
    let top = scroll.min(rows.len().saturating_sub(usize::from(inner.height)));
    lines(frame, inner, rows.into_iter().skip(top));
    top
}

fn content(app: &App, width: usize) -> Vec<Line<'static>> {
    let ascii = app.options.ascii;
    let mut out = Vec::new();
    if let Some(conversation) = app.conversation().filter(|_| app.focus != Focus::Dns) {
        out = next::rows(&conversation.context(), width, ascii);
    }
    heading(&mut out, "Keys");
    for binding in BINDINGS {
        row(&mut out, &binding.how(), theme::KEY, binding.help, width, ascii);
    }
    for (title, keys) in
        [("In the command line", LINE_KEYS), ("In the panes", PANE_KEYS), ("In the message editor", MESSAGE_KEYS)]
    {
        out.push(Line::default());
        heading(&mut out, title);
        for (key, what) in keys {
            row(&mut out, key, theme::KEY, what, width, ascii);
        }
    }
    out.push(Line::default());
    heading(&mut out, "DNS: lines of F3");
    row(&mut out, "example.org", theme::KEY, "everything about the mail of a domain", width, ascii);
    row(
        &mut out,
        "mx example.org",
        theme::KEY,
        "one question as in dig: @RESOLVER +tcp +dnssec +norec …",
        width,
        ascii,
    );
    for (name, form, tells) in VIEWS {
        row(&mut out, &format!("{name} {form}"), theme::KEY, tells, width, ascii);
    }
    out.push(Line::default());
    heading(&mut out, "Marks");
    row(&mut out, if ascii { "->" } else { "▶" }, theme::STRONG, "sent; secrets are dots", width, ascii);
    for (class, mark, ascii_mark, what) in CLASSES {
        row(&mut out, if ascii { ascii_mark } else { mark }, theme::class(*class), what, width, ascii);
    }
    let (doubled, what) = if ascii { ("<~ ~>", "with ~: under TLS") } else { ("◀◀ ▶▶", "doubled: under TLS") };
    row(&mut out, doubled, Style::new(), what, width, ascii);
    out
}

pub(super) fn heading(out: &mut Vec<Line<'static>>, title: &str) {
    out.push(Line::styled(title.to_owned(), theme::STRONG.add_modifier(Modifier::UNDERLINED)));
}

/// A key or a form on the left, what it means on the right; a long form has a row of its own.
pub(super) fn row(out: &mut Vec<Line<'static>>, left: &str, style: Style, what: &str, width: usize, ascii: bool) {
    let left_room = LEFT.min(width / 2);
    let room = width.saturating_sub(left_room);
    let mut rows = text::rows(what, room, 6, ascii).into_iter();
    if text::width(left) < left_room {
        let pad = " ".repeat(left_room - text::width(left));
        let first = rows.next().unwrap_or_default();
        out.push(Line::from(vec![Span::styled(left.to_owned(), style), Span::raw(pad), Span::raw(first)]));
    } else {
        out.push(Line::styled(text::cut(left, width, ascii), style));
    }
    out.extend(rows.map(|row| Line::raw(format!("{}{row}", " ".repeat(left_room)))));
}
