//! What the text of a part says, its transfer encoding undone and its charset read (RFC 2045 §6, RFC 2046 §4.1).

use super::{LONGEST, Message, Part};
use crate::protocol::text::{charset, json, transfer};
use crate::protocol::visible::visible;

/// Octets of one part that are decoded.
const OCTETS: usize = 64 << 10;

/// Lines of one part that are shown.
const LINES: usize = 80;

/// Parts whose text is shown.
const PARTS: usize = 8;

/// A line of fewer octets cannot be told from plain words.
const TELLING: usize = 20;

impl Message {
    /// The texts of a message that was opened from these octets: each part that is read by people or written for
    /// postmasters, decoded.
    #[must_use]
    pub fn texts(&self, octets: &[u8]) -> Vec<String> {
        let octets = octets.get(..octets.len().min(LONGEST)).unwrap_or(octets);
        let mut out = Vec::new();
        for part in self.parts.iter().filter(|part| is_text(part)).take(PARTS) {
            let Some(content) = octets.get(part.content.clone()).filter(|content| !content.is_empty()) else {
                continue;
            };
            let section = if part.section.is_empty() { String::new() } else { format!(" of part {}", part.section) };
            let lines = text(content, Some(&part.encoding), part.charset.as_deref());
            out.push(String::new());
            out.extend(lines.into_iter().enumerate().map(|(place, line)| match place {
                0 => format!("text{section}, {line}"),
                _ => line,
            }));
        }
        out
    }
}

/// Texts, reports for machines that people read too (RFC 3464, RFC 8098, RFC 5965), and JSON (RFC 8460).
fn is_text(part: &Part) -> bool {
    const REPORTS: [&str; 5] = [
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "application/json",
        "application/tlsrpt+json",
    ];
    part.kind.starts_with("text/") || REPORTS.contains(&part.kind.as_str())
}

/// The text of a part in lines, safe to draw: first how it was read, then what it says. Where encoding or charset are
/// not known they are guessed, and the first line says so.
#[must_use]
pub fn text(octets: &[u8], encoding: Option<&str>, charset: Option<&str>) -> Vec<String> {
    let cut = octets.len() > OCTETS;
    let octets = octets.get(..octets.len().min(OCTETS)).unwrap_or(octets);
    let guessed = encoding.is_none();
    let encoding = encoding.map_or_else(|| looks_like(octets), str::to_owned);
    let (decoded, stopped) = match encoding.as_str() {
        "base64" => {
            let decoded = transfer::base64(octets);
            // The end of a piece is no fault of the sender's.
            (decoded.octets, decoded.stopped.filter(|stopped| !cut || stopped.at < octets.len()))
        }
        "quoted-printable" => (transfer::quoted_printable(octets).octets, None),
        _ => (octets.to_vec(), None),
    };
    let mut how = match (encoding.as_str(), guessed) {
        ("base64" | "quoted-printable", false) => format!("decoded from {encoding}"),
        ("base64" | "quoted-printable", true) => format!("taken for {encoding} and decoded"),
        _ => "as it came".to_owned(),
    };
    let name = charset.unwrap_or(if std::str::from_utf8(&decoded).is_ok() { "utf-8" } else { "windows-1252" });
    let guess = if charset.is_none() { "taken for " } else { "" };
    let said = match charset::decode(name, &decoded) {
        Some(read) => {
            how.push_str(&format!(", {guess}{}", visible(name.as_bytes())));
            if let Some(remark) = read.remark(name) {
                how.push_str(&format!("  ({})", visible(remark.as_bytes())));
            }
            read.text
        }
        None => {
            how.push_str(&format!("  ({})", visible(charset::not_understood(name).as_bytes())));
            String::from_utf8_lossy(&decoded).into_owned()
        }
    };
    if said.contains('\0') {
        return vec![format!("{how}: {} octets that are no text", decoded.len())];
    }
    let mut out = vec![format!("{how}:")];
    match json::pretty(said.trim().as_bytes()) {
        Ok(laid_out) if said.trim_start().starts_with(['{', '[']) => {
            out.extend(laid_out.iter().take(LINES).map(|l| row(l)))
        }
        _ => out.extend(said.lines().take(LINES).map(row)),
    }
    if let Some(stopped) = stopped {
        out.push(format!("  … not understood from octet {} of it on: {}", stopped.at, stopped.reason));
    } else if cut || said.lines().count() > LINES {
        out.push("  … there is more of it".to_owned());
    }
    out
}

fn row(line: &str) -> String {
    format!("  {}", visible(line.trim_end().as_bytes())).trim_end().to_owned()
}

/// Base64 has nothing but its letters, in lines of one length but the last; quoted-printable has escapes or
/// soft line breaks and no octet of eight bits.
fn looks_like(octets: &[u8]) -> String {
    let mut lines = octets.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).peekable();
    let letters = |line: &[u8]| line.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    let length = lines.peek().map_or(0, |line| line.len());
    let mut base64 = length >= TELLING && length % 4 == 0;
    while let Some(line) = lines.next() {
        base64 &= letters(line) && (line.len() == length || lines.peek().is_none());
    }
    let escape = |three: &[u8]| matches!(three, [b'=', b'\r', b'\n'] | [b'=', b'0'..=b'9' | b'A'..=b'F', b'0'..=b'9' | b'A'..=b'F']);
    if base64 {
        "base64".to_owned()
    } else if octets.is_ascii() && octets.windows(3).any(escape) {
        "quoted-printable".to_owned()
    } else {
        "8bit".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::open;
    use super::*;

    #[test]
    fn parts_are_decoded_as_they_say() {
        for (octets, encoding, charset, lines) in [
            (
                &b"Z3LDvG4Ka2VpbiBIaW1tZWw="[..],
                "base64",
                "utf-8",
                &["decoded from base64, utf-8:", "  grün", "  kein Himmel"][..],
            ),
            (
                b"gr=FCn=\r\n!\r\n",
                "quoted-printable",
                "iso-8859-1",
                &["decoded from quoted-printable, iso-8859-1:", "  grün!"],
            ),
            (b"\xc7\xd2\xc5\xcb", "8bit", "koi8-r", &["as it came, koi8-r:", "  грек"]),
            (b"a\xff", "7bit", "us-ascii", &["as it came, us-ascii  (1 octet is not us-ascii: \\xff):", "  a\u{fffd}"]),
            (b"+AOQ-", "7bit", "utf-7", &["as it came  (charset utf-7 is not understood):", "  +AOQ-"]),
            (b"AAECAw==", "base64", "utf-8", &["decoded from base64, utf-8: 4 octets that are no text"]),
            (
                b"YQ==!",
                "base64",
                "utf-8",
                &[
                    "decoded from base64, utf-8:",
                    "  a",
                    "  … not understood from octet 4 of it on: not a base64 character",
                ],
            ),
            (b"{\"a\":1}", "7bit", "utf-8", &["as it came, utf-8:", "  {", "    \"a\": 1", "  }"]),
            (b"\x1b[2J", "7bit", "utf-8", &["as it came, utf-8:", "  ␛[2J"]),
        ] {
            assert_eq!(text(octets, Some(encoding), Some(charset)), lines, "{encoding} {charset}");
        }
    }

    #[test]
    fn what_is_not_told_is_guessed() {
        for (octets, lines) in [
            (
                &b"VGhpcyBpcyBhIHRleHQgaW4K\r\nYmFzZTY0\r\n"[..],
                &["taken for base64 and decoded, taken for utf-8:", "  This is a text in", "  base64"][..],
            ),
            (b"caf=C3=A9\r\n", &["taken for quoted-printable and decoded, taken for utf-8:", "  café"]),
            (b"a plain line\r\n", &["as it came, taken for utf-8:", "  a plain line"]),
            (b"word", &["as it came, taken for utf-8:", "  word"]),
            (b"gr\xfcn", &["as it came, taken for windows-1252:", "  grün"]),
            (b"x = 1 and y=2", &["as it came, taken for utf-8:", "  x = 1 and y=2"]),
        ] {
            assert_eq!(text(octets, None, None), lines, "{}", String::from_utf8_lossy(octets));
        }
    }

    #[test]
    fn the_texts_of_a_bounce() {
        let bounce = "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n\
                      Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--b\r\n\
                      Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";
        let texts = open(bounce.as_bytes()).texts(bounce.as_bytes());
        assert_eq!(
            texts,
            [
                "",
                "text of part 1, as it came, taken for utf-8:",
                "  Sorry.",
                "",
                "text of part 2, as it came, taken for utf-8:",
                "  Action: failed",
                "  Status: 5.1.1",
            ]
        );
    }

    #[test]
    fn long_texts_are_cut_and_it_is_said() {
        let long = "line\r\n".repeat(LINES + 1);
        let lines = text(long.as_bytes(), None, None);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (LINES + 2, Some("  … there is more of it")));
        let huge = vec![b'A'; OCTETS * 4 + 1];
        assert!(text(&huge, Some("base64"), Some("latin1")).iter().all(|line| !line.contains("not understood")));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_safe_to_draw(octets in prop::collection::vec(any::<u8>(), 0..300)) {
            for encoding in [None, Some("base64"), Some("quoted-printable"), Some("odd")] {
                for line in text(&octets, encoding, None) {
                    prop_assert!(!line.chars().any(char::is_control), "{line:?}");
                }
            }
        }
    }
}
