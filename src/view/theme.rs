//! Styles by meaning. Colours are the terminal's own sixteen; each meaning has a mark or an attribute besides.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::diagnosis::Severity;
use crate::protocol::reply::ReplyClass;
use crate::protocol::verb::Weight;

/// What is there, and not what one looks for.
pub(super) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
/// What one looks for.
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// The name of a key.
pub(super) const KEY: Style = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);
/// The row with the cursor.
pub(super) const SELECTED: Style = Style::new().add_modifier(Modifier::REVERSED);
/// Right.
pub(super) const GOOD: Style = Style::new().fg(Color::Green);
/// Will hurt.
pub(super) const WARNING: Style = Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD);
/// Broken.
pub(super) const FAULT: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
/// The border and the title of the pane that has the keys.
pub(super) const FOCUSED: Style = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);

/// A reply class.
pub(super) const fn class(class: ReplyClass) -> Style {
    match class {
        ReplyClass::Completion => Style::new().fg(Color::Green),
        ReplyClass::Intermediate => Style::new().fg(Color::Cyan),
        ReplyClass::Transient => Style::new().fg(Color::Yellow),
        ReplyClass::Permanent => Style::new().fg(Color::Red),
        ReplyClass::Data => Style::new(),
        ReplyClass::Closing => Style::new().fg(Color::Magenta),
        ReplyClass::Malformed => Style::new().add_modifier(Modifier::REVERSED),
    }
}

/// A severity.
pub(super) const fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Good => GOOD,
        Severity::Note => Style::new(),
        Severity::Warning => WARNING,
        Severity::Fault => FAULT,
    }
}

/// The weight of a fault in a typed line.
pub(super) const fn weight(weight: Weight) -> Style {
    match weight {
        Weight::Incomplete => Style::new().fg(Color::Cyan),
        Weight::Advice => Style::new().fg(Color::Yellow),
        Weight::Syntax => FAULT,
        Weight::Sequence => Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD),
    }
}

/// The mark of a weight.
pub(super) const fn weight_mark(weight: Weight) -> &'static str {
    match weight {
        Weight::Incomplete => "·",
        Weight::Advice => "!",
        Weight::Syntax | Weight::Sequence => "✗",
    }
}

/// The last pass over a drawn screen: what the terminal or the user cannot see is replaced, whoever drew it.
pub(super) fn finish(buffer: &mut Buffer, ascii: bool, monochrome: bool) {
    if !ascii && !monochrome {
        return;
    }
    for cell in &mut buffer.content {
        if monochrome {
            cell.fg = Color::Reset;
            cell.bg = Color::Reset;
            cell.underline_color = Color::Reset;
        }
        if ascii && !cell.symbol().is_ascii() {
            let stand_in = in_one_column(cell.symbol());
            cell.set_char(stand_in);
        }
    }
}

/// A text in ASCII, character by character.
pub(crate) fn in_ascii(text: &str) -> String {
    let stand_in = |c: char| if c.is_ascii() { c } else { in_one_column(c.encode_utf8(&mut [0; 4])) };
    text.chars().map(stand_in).collect()
}

/// The ASCII character that stands in for a symbol of this room.
fn in_one_column(symbol: &str) -> char {
    match symbol.chars().next().unwrap_or(' ') {
        '─' | '·' | '—' | '–' => '-',
        '━' => '=',
        '│' | '┃' => '|',
        '┌' | '┐' | '└' | '┘' | '┏' | '┓' | '┗' | '┛' | '✓' => '+',
        '→' | '›' | '▶' => '>',
        '←' | '◀' | '◁' => '<',
        '✗' => 'x',
        '•' => '*',
        '…' => '~',
        '⏱' => '@',
        '§' => 'S',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn the_last_pass_leaves_neither_colour_nor_foreign_symbol() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "┏✗…漢é", FAULT);
        finish(&mut buffer, true, true);
        let text: String = buffer.content.iter().map(|cell| cell.symbol().to_owned()).collect();
        assert!(text.is_ascii() && text.starts_with("+x~?"), "{text}");
        assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset));
        assert!(buffer.content[0].modifier.contains(Modifier::BOLD), "attributes stay");
    }

    #[test]
    fn classes_differ_in_style() {
        let classes = [
            ReplyClass::Completion,
            ReplyClass::Intermediate,
            ReplyClass::Transient,
            ReplyClass::Permanent,
            ReplyClass::Data,
            ReplyClass::Closing,
            ReplyClass::Malformed,
        ];
        let styles: std::collections::HashSet<Style> = classes.into_iter().map(class).collect();
        assert_eq!(styles.len(), classes.len());
    }
}
