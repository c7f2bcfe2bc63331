//! What is wrong and what to do next, worst first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{lines, panel, text, theme};
use crate::app::state::{App, Focus};
use crate::diagnosis::{Finding, Severity};

/// Rows a finding may take for what it says, and for what to do.
const ROWS: usize = 4;

/// `2 ✗ 1 !`, or nothing when nothing is wrong.
pub(super) fn counts(app: &App) -> String {
    let findings = app.findings();
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [Severity::Fault, Severity::Warning]
        .into_iter()
        .map(|severity| (count(severity), severity.mark()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, mark)| format!("{count} {mark}"))
        .collect();
    parts.join(" ")
}

/// Draws the pane.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, bordered: bool) {
    let focused = app.focus == Focus::Findings;
    let counts = counts(app);
    let state = if counts.is_empty() { Line::default() } else { Line::raw(format!(" {counts} ")) };
    let inner = panel(frame, area, "Findings", state, focused, bordered);
    if inner.is_empty() {
        return;
    }
    let width = usize::from(inner.width);
    let height = usize::from(inner.height);
    let ascii = app.options.ascii;
    let findings = app.findings();
    let mut drawn: Vec<Line<'static>> = Vec::new();
    let mut told = 0;
    let from = if focused { app.findings_from.min(findings.len().saturating_sub(1)) } else { 0 };
    for finding in findings.iter().skip(from) {
        let rows = rows(finding, width, ascii);
        // A finding is told whole or counted, but the first is always told.
        let last = from + told + 1 == findings.len();
        if told > 0 && drawn.len() + rows.len() + usize::from(!last) > height {
            break;
        }
        drawn.extend(rows);
        told += 1;
    }
    if from + told < findings.len() {
        drawn.truncate(height.saturating_sub(1));
        let hint = if focused { ", j moves on" } else { ", Alt-4 makes room" };
        drawn.push(Line::styled(format!("… {} more{hint}", findings.len() - from - told), theme::DIM));
    }
    if findings.is_empty() {
        drawn.push(Line::styled("nothing so far", theme::DIM));
    }
    lines(frame, inner, drawn.into_iter());
}

fn rows(finding: &Finding, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let style = theme::severity(finding.severity);
    let says = format!("{}: {}", finding.subject, finding.says);
    let room = width.saturating_sub(2);
    let mut out = Vec::new();
    for (place, row) in text::rows(&says, room, ROWS, ascii).into_iter().enumerate() {
        let mark = if place == 0 { finding.severity.mark() } else { " " };
        out.push(Line::from(vec![Span::styled(format!("{mark} "), style), Span::raw(row)]));
    }
    if !finding.next.is_empty() {
        for (place, row) in text::rows(&finding.next, room.saturating_sub(2), ROWS, ascii).into_iter().enumerate() {
            let mark = if place == 0 { "  → " } else { "    " };
            out.push(Line::styled(format!("{mark}{row}"), theme::DIM));
        }
    }
    out
}
