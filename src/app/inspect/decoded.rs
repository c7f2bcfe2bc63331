//! What is encoded in one line, decoded: encoded words, base64, quoted-printable, modified UTF-7, punycode, percent,
//! xtext. What comes out is safe to draw.

use crate::protocol::text::{domain, encoded_word, json, mailbox_name, percent, transfer};
use crate::protocol::visible::visible;

/// Octets of a line that are looked through.
const LINE: usize = 16 * 1024;

/// Words of a line that are decoded.
const WORDS: usize = 16;

/// Everything in the line that means something once decoded, a line each.
pub(super) fn lines(octets: &[u8]) -> Vec<String> {
    let octets = octets.get(..octets.len().min(LINE)).unwrap_or(octets);
    let mut out = Vec::new();
    let words = encoded_word::decode(octets);
    if words.read > 0 {
        out.push(format!("encoded words: {}", visible(words.text.as_bytes())));
    }
    out.extend(words.remarks.iter().map(|remark| visible(remark.as_bytes()).into_owned()));
    let text = String::from_utf8_lossy(octets);
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | '<' | '>' | ',' | ';');
    let mut found = 0;
    for word in text.split(|c: char| c.is_whitespace()).filter(|word| word.len() >= 4) {
        if found >= WORDS {
            break;
        }
        found += usize::from(base64(word, &mut out));
    }
    found = 0;
    for word in text.split(is_end).filter(|word| word.len() >= 3) {
        if found >= WORDS {
            break;
        }
        found += usize::from(word_in(word, &mut out));
    }
    // A name in quotes may hold spaces.
    for name in text.split('"').skip(1).step_by(2).take(WORDS).filter(|name| name.contains([' ', '(', ','])) {
        mailbox(name, &mut out);
    }
    if words.read == 0
        && octets
            .windows(3)
            .any(|three| matches!(three, [b'=', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()))
    {
        let decoded = transfer::quoted_printable(octets);
        if decoded.stopped.is_none() && std::str::from_utf8(&decoded.octets).is_ok() {
            out.push(format!("quoted-printable: {}", visible(&decoded.octets)));
        }
    }
    out
}

/// Base64 that holds text. Hardly a word of plain language decodes to UTF-8 without control characters.
fn base64(word: &str, out: &mut Vec<String>) -> bool {
    // `AUTH=…`, `334`: what is no base64 by length or letters is none.
    let decoded = transfer::base64(word.as_bytes());
    if decoded.stopped.is_some() || decoded.octets.is_empty() || !word.len().is_multiple_of(4) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(&decoded.octets) else { return false };
    // LSUB, DATA, NOOP: a short word in capitals is a word.
    if word.len() == 4 && word.bytes().all(|b| b.is_ascii_uppercase()) {
        return false;
    }
    if !text.chars().all(|c| !c.is_control() || matches!(c, '\0' | '\x01' | '\r' | '\n' | '\t')) {
        return false;
    }
    if text.trim_start().starts_with(['{', '['])
        && let Ok(laid_out) = json::pretty(text.as_bytes())
    {
        out.push(format!("base64 {word} is JSON:"));
        out.extend(laid_out.iter().map(|line| format!("  {}", visible(line.as_bytes()))));
        return true;
    }
    out.push(format!("base64 {word} = {}", visible(text.as_bytes())));
    true
}

fn word_in(word: &str, out: &mut Vec<String>) -> bool {
    let before = out.len();
    mailbox(word, out);
    if word.to_ascii_lowercase().contains("xn--") {
        let host = word.rsplit(['@', '/', '=', '[']).next().unwrap_or(word);
        if let Some(unicode) = domain::to_unicode(host.trim_end_matches(['.', ']', ':'])) {
            out.push(format!("punycode {} = {}", visible(host.as_bytes()), visible(unicode.as_bytes())));
        }
    }
    if let Some((name, value)) = word.split_once('=')
        && ["ORCPT", "ENVID", "AUTH", "NAME", "HELO", "LOGIN"].iter().any(|known| name.eq_ignore_ascii_case(known))
    {
        let decoded = percent::xtext(value.as_bytes());
        if decoded.stopped.is_none() && decoded.octets != value.as_bytes() {
            out.push(format!("xtext {} = {}", visible(word.as_bytes()), visible(&decoded.octets)));
        }
    }
    if word.contains('%') {
        let decoded = percent::percent(word.as_bytes());
        if decoded.stopped.is_none() && std::str::from_utf8(&decoded.octets).is_ok() {
            out.push(format!("percent {} = {}", visible(word.as_bytes()), visible(&decoded.octets)));
        }
    }
    out.len() > before
}

fn mailbox(name: &str, out: &mut Vec<String>) {
    if name.contains('&')
        && let Ok(plain) = mailbox_name::decode(name.as_bytes())
        && plain != name
    {
        out.push(format!("modified UTF-7 {} = {}", visible(name.as_bytes()), visible(plain.as_bytes())));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_encoded_in_a_line() {
        for (line, expect) in [
            ("250 OK", &[][..]),
            ("* LSUB () \"/\" INBOX", &[]),
            ("334 VXNlcm5hbWU6", &["base64 VXNlcm5hbWU6 = Username:"]),
            ("AUTH PLAIN AGEAYg==", &["base64 AGEAYg== = ␀a␀b"]),
            (
                "334 eyJzdGF0dXMiOiI0MDAifQ==",
                &["base64 eyJzdGF0dXMiOiI0MDAifQ== is JSON:", "  {", "    \"status\": \"400\"", "  }"],
            ),
            ("Subject: =?utf-8?Q?gr=C3=BC?=", &["encoded words: Subject: grü"]),
            ("Subject: =?utf-7?B?YSs=?=", &["charset utf-7 is not understood"]),
            ("=?koi8-r?B?8NLJ?= =?big5?Q?a=FF?=", &["encoded words: Приa�", "1 octet is not big5: \\xff"]),
            ("caf=C3=A9=", &["quoted-printable: café"]),
            ("SELECT Entw&APw-rfe", &["modified UTF-7 Entw&APw-rfe = Entwürfe"]),
            (
                "SELECT \"Gel&APY-schte Elemente\"",
                &[
                    "modified UTF-7 Gel&APY-schte = Gelöschte",
                    "modified UTF-7 Gel&APY-schte Elemente = Gelöschte Elemente",
                ],
            ),
            ("MAIL FROM:<a@xn--bcher-kva.example>", &["punycode xn--bcher-kva.example = bücher.example"]),
            ("RCPT TO:<b@x> ORCPT=rfc822;a+2Bb@x", &[]),
            ("MAIL FROM:<> ENVID=a+2Bb", &["xtext ENVID=a+2Bb = a+b"]),
            ("filename*=utf-8''gr%C3%BC", &["percent filename*=utf-8''gr%C3%BC = filename*=utf-8''grü"]),
        ] {
            assert_eq!(lines(line.as_bytes()), expect, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_safe_to_draw(line in proptest::collection::vec(any::<u8>(), 0..300)) {
            for line in lines(&line) {
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
