//! Server text is hostile until shown otherwise: what a terminal would act on is drawn as a visible escape.

use std::borrow::Cow;

/// `bytes` as text that is safe to draw: C0 as Unicode control pictures (`␛`), C1, invalid UTF-8 as `\x9b`, and
/// bidirectional, zero-width and other invisible characters as `<U+202E>`. The raw octets stay with the caller.
#[must_use]
pub fn visible(bytes: &[u8]) -> Cow<'_, str> {
    if bytes.iter().all(|b| matches!(b, 0x20..=0x7e)) {
        // Checked just above: printable ASCII is UTF-8.
        return String::from_utf8_lossy(bytes);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_visible(&mut out, c);
        }
        for byte in chunk.invalid() {
            push_hex(&mut out, *byte);
        }
    }
    Cow::Owned(out)
}

/// The same for ASCII terminals (`--ascii`): everything outside printable ASCII as `\x1b` or `<U+00E9>`.
#[must_use]
pub fn visible_ascii(bytes: &[u8]) -> Cow<'_, str> {
    if bytes.iter().all(|b| matches!(b, 0x20..=0x7e)) {
        return String::from_utf8_lossy(bytes);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                ' '..='~' => out.push(c),
                '\0'..='\x7f' => push_hex(&mut out, c as u8),
                _ => push_code_point(&mut out, c),
            }
        }
        for byte in chunk.invalid() {
            push_hex(&mut out, *byte);
        }
    }
    Cow::Owned(out)
}

/// The first `most` octets as [`visible`] has them, with `…` where more follow. A character is not cut in two.
#[must_use]
pub fn excerpt(bytes: &[u8], most: usize) -> String {
    let Some((head, rest)) = bytes.split_at_checked(most).filter(|(_, rest)| !rest.is_empty()) else {
        return visible(bytes).into_owned();
    };
    // In UTF-8 what is 0x80 to 0xbf goes on with a character, and 0xc0 and above begins one of up to four octets.
    let goes_on = |octet: &u8| (0x80..0xc0).contains(octet);
    let inner = head.iter().rev().take(3).take_while(|octet| goes_on(octet)).count();
    let (before, last) = head.split_at(head.len().saturating_sub(inner + 1));
    let is_cut = rest.first().is_some_and(goes_on) && last.first().is_some_and(|lead| *lead >= 0xc0);
    format!("{}…", visible(if is_cut { before } else { head }))
}

/// Whether [`visible`] would change anything but leave the rest of the text alone: the mark for "odd octets here".
#[must_use]
pub fn is_plain(bytes: &[u8]) -> bool {
    matches!(visible(bytes), Cow::Borrowed(_))
        || std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(|c| !is_hidden(c)))
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\t' => out.push('⇥'),
        '\0'..='\x1f' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('␀')),
        '\x7f' => out.push('␡'),
        '\u{80}'..='\u{9f}' => push_hex(out, c as u32 as u8),
        _ if is_hidden(c) => push_code_point(out, c),
        _ => out.push(c),
    }
}

fn push_hex(out: &mut String, byte: u8) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    out.push_str("\\x");
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

fn push_code_point(out: &mut String, c: char) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = write!(out, "<U+{:04X}>", c as u32);
}

/// Characters that are drawn as nothing, reorder their neighbours, or are not characters at all.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_excerpt_ends_between_characters() {
        for (bytes, most, expect) in [
            (&b"plain"[..], 5, "plain"),
            (b"plain", 4, "plai…"),
            (b"\x1b[2J", 1, "␛…"),
            (b"", 0, ""),
            (b"x", 0, "…"),
            ("grüße".as_bytes(), 3, "gr…"),
            ("grüße".as_bytes(), 4, "grü…"),
            ("a€".as_bytes(), 3, "a…"),
            (b"ab\x80", 2, "ab…"),
            // Not UTF-8: what looks like the rest of a character has none to belong to.
            (b"\x80\x80\x80\x80\x80\x80", 5, "\\x80\\x80\\x80\\x80\\x80…"),
        ] {
            assert_eq!(excerpt(bytes, most), expect, "{bytes:x?} {most}");
        }
    }

    #[test]
    fn hostile_bytes_become_escapes() {
        for (bytes, expect) in [
            (&b"220 plain"[..], "220 plain"),
            (b"\x1b]52;c;AAAA\x07", "␛]52;c;AAAA␇"),
            (b"\x1b[2J\0\t", "␛[2J␀⇥"),
            (b"\x9b31m", "\\x9b31m"),
            ("\u{9b}31m".as_bytes(), "\\x9b31m"),
            ("a\u{202e}b\u{200b}c\u{feff}".as_bytes(), "a<U+202E>b<U+200B>c<U+FEFF>"),
            ("Grüße 漢".as_bytes(), "Grüße 漢"),
            (b"\xff\xfe", "\\xff\\xfe"),
        ] {
            assert_eq!(visible(bytes), expect);
        }
        assert_eq!(visible_ascii("é\x1b".as_bytes()), "<U+00E9>\\x1b");
    }

    proptest! {
        #[test]
        fn nothing_a_terminal_acts_on_is_left(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(visible(&bytes).chars().all(|c| !is_hidden(c)));
            prop_assert!(visible_ascii(&bytes).bytes().all(|b| (0x20..=0x7e).contains(&b)));
        }
    }
}
