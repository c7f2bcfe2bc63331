//! Everything that is encoded in a line: [`ehlo::protocol::text`], [`ehlo::protocol::sasl`], and the drawing of what
//! comes out.

use ehlo::protocol::reply::{EnhancedStatusCode, reply_line};
use ehlo::protocol::sasl;
use ehlo::protocol::text::{DEPTH, Decoded, charset, domain, encoded_word, json, mailbox_name, percent, transfer};
use ehlo::protocol::visible::{is_plain, visible, visible_ascii};

pub(crate) const OPENINGS: &[&[u8]] = &[b"", b"utf-8\n", b"iso-2022-jp\n\x1b$B", b"=?utf-8?B?", b"&", b"[\""];

/// No reader gives more octets than it was given but by a stated factor, places lie within, what is written again is
/// read again, and what a charset does not have is listed. The first line names the charset of the others.
pub(crate) fn holds(octets: &[u8]) {
    let within = |decoded: Decoded| {
        assert!(decoded.octets.len() <= octets.len(), "more octets than were read");
        assert!(decoded.stopped.is_none_or(|stopped| stopped.at <= octets.len()), "{:?}", decoded.stopped);
    };
    within(transfer::base64(octets));
    within(transfer::quoted_printable(octets));
    within(percent::percent(octets));
    within(percent::xtext(octets));
    words(octets);
    let mut lines = octets.splitn(2, |b| *b == b'\n');
    let label = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    charsets(&label, lines.next().unwrap_or_default());
    match json::pretty(octets) {
        Ok(lines) => {
            let total: usize = lines.iter().map(|line| line.len() + 1).sum();
            // A value of two octets, comma included, stands in a line behind its indent.
            assert!(total <= (2 * DEPTH + 4) * octets.len() + 1, "{total} octets of lines");
        }
        Err(stopped) => assert!(stopped.at <= octets.len(), "{stopped:?}"),
    }
    match mailbox_name::decode(octets) {
        Ok(name) => {
            let again = mailbox_name::encode(&name);
            assert_eq!(mailbox_name::decode(again.as_bytes()).as_deref(), Ok(name.as_str()), "{again}");
        }
        Err(stopped) => assert!(stopped.at <= octets.len(), "{stopped:?}"),
    }
    let text = String::from_utf8_lossy(octets);
    let _ = (domain::to_unicode(&text), domain::to_ascii(&text), sasl::decode(&text));
    let described = sasl::describe(octets);
    assert_eq!(visible(described.as_bytes()), described, "not safe to draw");
    if let Some((code, _, text)) = reply_line(octets) {
        assert!(code.0 < 1000 && octets.ends_with(text));
    }
    if let Some(code) = EnhancedStatusCode::read(octets) {
        assert!(matches!(code.class, 2 | 4 | 5));
    }
    let drawn = visible(octets);
    assert!(is_plain(drawn.as_bytes()) && visible(drawn.as_bytes()) == drawn, "drawn twice it is the same");
    assert!(visible_ascii(octets).bytes().all(|b| matches!(b, b' '..=b'~')));
    // `<U+E0001>` stands for four octets, `\x9f` for one.
    assert!(drawn.len() <= 4 * octets.len() && visible_ascii(octets).len() <= 4 * octets.len());
}

fn words(octets: &[u8]) {
    let words = encoded_word::decode(octets);
    assert!(words.text.len() <= 3 * octets.len(), "{} octets of text", words.text.len());
    // `=?x?Q??=` is the shortest.
    assert!(words.read <= octets.len() / 8 && words.remarks.len() <= 8);
    assert!(words.read > 0 || words.text == String::from_utf8_lossy(octets), "what is not read stays as it came");
}

fn charsets(label: &str, octets: &[u8]) {
    let Some(decoded) = charset::decode(label, octets) else {
        assert_eq!(charset::named(label), format!("{label} (not understood)"));
        return;
    };
    assert!(decoded.text.len() <= 3 * octets.len() && decoded.foreign.len() <= octets.len());
    // U+FFFD can stand in UTF-8, UTF-16 and GB18030, and there only.
    let written = ["\u{fffd}".as_bytes(), b"\xff\xfd", b"\xfd\xff", b"\x84\x31\xa4\x37"];
    let is_written = written.iter().any(|sequence| octets.windows(sequence.len()).any(|window| window == *sequence));
    assert!(
        !decoded.foreign.is_empty() || !decoded.text.contains('\u{fffd}') || is_written,
        "{label}: what was replaced is said"
    );
    assert_eq!(decoded.remark(label).is_some(), !decoded.foreign.is_empty());
}
