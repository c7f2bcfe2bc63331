//! Text as cells: every octet gets a form that can be seen, a width, and its place in the line.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::veil;
use crate::app::plain::in_ascii;
use crate::protocol::visible::{visible, visible_ascii};

/// Characters of one cluster that are drawn: a cell is no place for a thousand accents.
const CLUSTER: usize = 8;

/// Characters of a name or an offer that are drawn.
const SAFE: usize = 1000;

/// Whose text it is, and what the terminal can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Unicode.
    Full,
    /// ASCII only, and the octets are evidence: every foreign one is spelt out.
    AsciiEvidence,
    /// ASCII only, and the words are ours: dots and arrows have a form.
    AsciiOurs,
}

impl Script {
    pub(super) const fn of(ascii: bool, ours: bool) -> Self {
        match (ascii, ours) {
            (false, _) => Self::Full,
            (true, false) => Self::AsciiEvidence,
            (true, true) => Self::AsciiOurs,
        }
    }
}

/// What is drawn for one character of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glyph<'a> {
    /// The octet of the line where it begins.
    pub(super) at: usize,
    /// What is drawn.
    pub(super) text: Cow<'a, str>,
    /// Columns.
    pub(super) width: usize,
}

/// The glyphs of `octets`, made one by one as they are asked for.
pub(super) fn glyphs(octets: &[u8], script: Script) -> impl Iterator<Item = Glyph<'_>> {
    let mut from = 0;
    octets.utf8_chunks().flat_map(move |chunk| {
        let start = from;
        let broken = start + chunk.valid().len();
        from = broken + chunk.invalid().len();
        let valid = chunk.valid().grapheme_indices(true);
        let invalid = chunk.invalid().iter().enumerate();
        valid.flat_map(move |(at, cluster)| shown(start + at, cluster, script)).chain(
            invalid.map(move |(at, byte)| escape(broken + at, visible(std::slice::from_ref(byte)).into_owned(), ' ')),
        )
    })
}

/// The glyphs of one cluster: itself, or the escape of each of its characters.
fn shown(at: usize, cluster: &str, script: Script) -> impl Iterator<Item = Glyph<'_>> {
    let drawable = match cluster.as_bytes() {
        [0x20..=0x7e] => Some(1),
        _ if script != Script::Full => None,
        bytes => Some(cluster.width()).filter(|width| {
            *width > 0
                && cluster.chars().nth(CLUSTER).is_none()
                && matches!(visible(bytes), Cow::Owned(text) if text == cluster)
        }),
    };
    let whole = drawable.map(|width| Glyph { at, text: Cow::Borrowed(cluster), width });
    let apart = if drawable.is_none() { cluster } else { "" };
    let over = apart.chars().count().saturating_sub(CLUSTER);
    let spelt = apart.chars().take(CLUSTER).map(move |c| {
        let mut buffer = [0; 4];
        let octets: &str = c.encode_utf8(&mut buffer);
        escape(
            at,
            match script {
                Script::Full => visible(octets.as_bytes()).into_owned(),
                Script::AsciiEvidence => visible_ascii(octets.as_bytes()).into_owned(),
                Script::AsciiOurs => visible_ascii(in_ascii(octets).as_bytes()).into_owned(),
            },
            c,
        )
    });
    let more = (over > 0).then(|| escape(at, format!("<+{over}>"), ' '));
    whole.into_iter().chain(spelt).chain(more)
}

/// What a character is spelt as, in one piece; a mark without a letter would be dropped by the terminal's own rules.
fn escape<'a>(at: usize, text: String, c: char) -> Glyph<'a> {
    let text = if text.width() == 0 { format!("<U+{:04X}>", c as u32) } else { text };
    let width = text.width();
    Glyph { at, text: Cow::Owned(text), width }
}

/// Rows of a text, and what did not fit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub(super) rows: Vec<String>,
    /// The octet where the part begins that is not in the rows.
    pub(super) rest: Option<usize>,
}

/// Cuts glyphs into at most `most` rows of `width` columns: between words where that is asked for and possible.
pub(super) fn wrap<'a>(glyphs: impl Iterator<Item = Glyph<'a>>, width: usize, most: usize, words: bool) -> Wrapped {
    let width = width.max(1);
    let mut out = Wrapped::default();
    let mut row = String::new();
    let mut used = 0;
    // Where the row could be broken: octets of the row behind a space.
    let mut space = None;
    for glyph in glyphs {
        if used + glyph.width > width && used > 0 {
            if out.rows.len() + 1 >= most {
                out.rest = Some(glyph.at);
                break;
            }
            let keep = match space.filter(|_| words && glyph.text != " ") {
                Some(at) if at > row.len() / 3 => row.split_off(at),
                _ => String::new(),
            };
            used = keep.width();
            out.rows.push(std::mem::replace(&mut row, keep));
            space = None;
            if words && glyph.text == " " && used == 0 {
                continue;
            }
        }
        row.push_str(&glyph.text);
        used += glyph.width;
        if glyph.text == " " {
            space = Some(row.len());
        }
    }
    if most > 0 {
        out.rows.push(row);
    }
    out
}

/// Our own text in rows, broken between words.
pub(super) fn rows(text: &str, width: usize, most: usize, ascii: bool) -> Vec<String> {
    let text = veil::text(text);
    let mut out = Vec::new();
    for line in text.split('\n') {
        if out.len() >= most {
            break;
        }
        out.extend(wrap(glyphs(line.as_bytes(), Script::of(ascii, true)), width, most - out.len(), true).rows);
    }
    out
}

/// Text that is safe to draw, cut to `width` columns; the cut shows as `…`.
pub(super) fn cut(text: &str, width: usize, ascii: bool) -> String {
    let text = veil::text(text);
    let script = Script::of(ascii, true);
    let wrapped = wrap(glyphs(text.as_bytes(), script), width, 1, false);
    let mut out = wrapped.rows.into_iter().next().unwrap_or_default();
    if width == 0 {
        return String::new();
    }
    if wrapped.rest.is_some() {
        let mut narrower = wrap(glyphs(text.as_bytes(), script), width.saturating_sub(1), 1, false).rows;
        out = if width == 1 { String::new() } else { narrower.pop().unwrap_or_default() };
        out.push('…');
    }
    out
}

/// The part of a line around the cursor that fits into `width` columns.
#[derive(Debug)]
pub(super) struct Window<'a> {
    pub(super) glyphs: Vec<Glyph<'a>>,
    /// The column of the cursor.
    pub(super) cursor: usize,
}

/// The glyphs around octet `cursor` of `text`; those in `hidden` are dots. Costs no more than the window is wide.
pub(super) fn window<'a>(
    text: &'a str,
    cursor: usize,
    width: usize,
    hidden: Option<&Range<usize>>,
    ascii: bool,
) -> Window<'a> {
    let script = Script::of(ascii, false);
    let glyph = |at: usize, cluster: &'a str| -> Vec<Glyph<'a>> {
        if hidden.is_some_and(|range| range.contains(&at)) {
            return vec![Glyph { at, text: Cow::Borrowed("•"), width: 1 }];
        }
        shown(at, cluster, script).collect()
    };
    let (head, tail) = text.split_at_checked(cursor).unwrap_or((text, ""));
    let mut before = Vec::new();
    let mut used = 0;
    'back: for (at, cluster) in head.grapheme_indices(true).rev() {
        for glyph in glyph(at, cluster).into_iter().rev() {
            if used + glyph.width + 1 > width {
                break 'back;
            }
            used += glyph.width;
            before.push(glyph);
        }
    }
    before.reverse();
    let cursor_column = used;
    'on: for (at, cluster) in tail.grapheme_indices(true) {
        for glyph in glyph(head.len() + at, cluster) {
            if used + glyph.width > width {
                break 'on;
            }
            used += glyph.width;
            before.push(glyph);
        }
    }
    Window { glyphs: before, cursor: cursor_column }
}

/// Octets from the wire as text that is safe to draw, no more of them than a screen has columns.
pub(super) fn safe(octets: &[u8], ascii: bool) -> String {
    let octets = veil::octets(octets);
    glyphs(&octets, Script::of(ascii, false)).take(SAFE).map(|glyph| glyph.text).collect()
}

/// Columns of a text.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// A number in groups of three: `10 485 760`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(octets: &[u8], width: usize, most: usize) -> (Vec<String>, Option<usize>) {
        let wrapped = wrap(glyphs(octets, Script::Full), width, most, false);
        (wrapped.rows, wrapped.rest)
    }

    #[test]
    fn glyphs_say_the_same_as_the_whole_line() {
        for octets in [
            &b"250 plain"[..],
            b"\x1b]0;t\x07 \x9b31m \0 \xff\xfe \t",
            "Grüße 漢字 a\u{202e}b\u{200b}c\u{feff} \u{9b}".as_bytes(),
            "e\u{301} 👩\u{200d}👩".as_bytes(),
            b"",
        ] {
            let text: String = glyphs(octets, Script::Full).map(|glyph| glyph.text.into_owned()).collect();
            assert_eq!(text, visible(octets));
            let text: String = glyphs(octets, Script::AsciiEvidence).map(|glyph| glyph.text.into_owned()).collect();
            assert_eq!(text, visible_ascii(octets));
        }
    }

    #[test]
    fn a_mark_without_a_letter_and_a_tower_of_marks_are_seen() {
        assert_eq!(drawn("\u{301}x".as_bytes(), 20, 1).0, ["<U+0301>x"]);
        let tower = format!("a{}b", "\u{301}".repeat(1000));
        let (rows, rest) = drawn(tower.as_bytes(), 90, 1);
        assert_eq!(rows[0], format!("a{}<+993>b", "<U+0301>".repeat(7)));
        assert_eq!(rest, None);
    }

    #[test]
    fn wrapping_counts_columns_and_tells_what_is_left() {
        assert_eq!(drawn("漢字x".as_bytes(), 3, 9).0, ["漢", "字x"]);
        assert_eq!(drawn(b"ab\xff", 5, 9).0, ["ab", "\\xff"], "an escape is not torn");
        assert_eq!(drawn(b"\xff", 2, 9).0, ["\\xff"], "unless there is no room at all");
        assert_eq!(drawn(b"abcdef", 2, 2), (vec!["ab".to_owned(), "cd".to_owned()], Some(4)));
        assert_eq!(drawn("漢字".as_bytes(), 1, 9).0, ["漢", "字"], "wider than the row, yet no endless loop");
        assert_eq!(drawn(b"", 5, 6).0, [""]);
        assert_eq!(rows("one two three", 8, 9, false), ["one two ", "three"]);
        assert_eq!(rows("aaaaaaaaaaaa b", 5, 9, false), ["aaaaa", "aaaaa", "aa b"]);
    }

    #[test]
    fn cuts_show() {
        for (text, width, expect) in
            [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字", 3, "漢…"), ("abc", 1, "…"), ("abc", 0, ""), ("", 0, "")]
        {
            assert_eq!(cut(text, width, false), expect);
        }
    }

    #[test]
    fn the_window_follows_the_cursor() {
        let at = |text: &str, cursor, width| {
            let window = window(text, cursor, width, None, false);
            let shown: String = window.glyphs.iter().map(|glyph| &*glyph.text).collect();
            (shown, window.cursor)
        };
        assert_eq!(at("abcdef", 6, 10), ("abcdef".to_owned(), 6));
        assert_eq!(at("abcdef", 6, 4), ("def".to_owned(), 3));
        assert_eq!(at("abcdef", 0, 4), ("abcd".to_owned(), 0));
        assert_eq!(at("a\u{1b}b", 3, 10), ("a␛b".to_owned(), 3));
        assert_eq!(at("漢字", 6, 4), ("字".to_owned(), 2));
        assert_eq!(at("x", 1, 0), (String::new(), 0));
        assert_eq!(at("é", 1, 5), ("é".to_owned(), 1), "a cursor within a character stands behind the line");
    }

    #[test]
    fn what_is_hidden_is_dots() {
        let window = window("PASS geheim", 11, 20, Some(&(5..11)), false);
        let shown: String = window.glyphs.iter().map(|glyph| &*glyph.text).collect();
        assert_eq!(shown, "PASS ••••••");
    }

    #[test]
    fn numbers_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (1234, "1 234"), (10_485_760, "10 485 760")] {
            assert_eq!(grouped(number), text);
        }
    }
}
