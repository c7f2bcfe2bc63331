//! Mailbox names outside ASCII in IMAP4rev1: modified UTF-7 (RFC 3501 §5.1.3), both ways, and what is wrong with one.

use std::ops::Range;

use super::NotUnderstood;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The name in plain text. A name that is UTF-8 already (RFC 9755, IMAP4rev2) passes unchanged.
///
/// # Errors
/// Where the name is neither: an `&` that begins nothing, a broken shift, octets that are no UTF-8.
pub fn decode(name: &[u8]) -> Result<String, NotUnderstood> {
    let text = std::str::from_utf8(name).map_err(|error| NotUnderstood::new(error.valid_up_to(), "not UTF-8"))?;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let at = text.len() - rest.len() + start;
        let (before, shift) = rest.split_at(start);
        out.push_str(before);
        let Some(end) = shift.find('-') else {
            return Err(NotUnderstood::new(at, "\"&\" begins modified UTF-7, and no \"-\" ends it"));
        };
        let (encoded, behind) = shift.split_at(end);
        rest = behind.get(1..).unwrap_or_default();
        match encoded.get(1..).unwrap_or_default() {
            "" => out.push('&'),
            encoded => units(encoded, at + 1, &mut out)?,
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads what stands between `&` and `-`: UTF-16 in modified base64.
fn units(encoded: &str, at: usize, out: &mut String) -> Result<(), NotUnderstood> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut pair = Pair::default();
    for (place, byte) in encoded.bytes().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return Err(NotUnderstood::new(at + place, "no letter of modified base64")),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 16 {
            count -= 16;
            let c = pair.take(bits >> count);
            out.extend(c.map_err(|()| NotUnderstood::new(at, HALF_PAIR))?);
            bits &= (1 << count) - 1;
        }
    }
    if count >= 6 || bits != 0 {
        return Err(NotUnderstood::new(at + encoded.len(), "the UTF-16 between \"&\" and \"-\" is cut short"));
    }
    if pair.high.is_some() { Err(NotUnderstood::new(at, HALF_PAIR)) } else { Ok(()) }
}

const HALF_PAIR: &str = "half a surrogate pair";

/// UTF-16, unit by unit.
#[derive(Default)]
struct Pair {
    high: Option<u32>,
}

impl Pair {
    /// The character that this unit ends, if it does; an error for half a surrogate pair.
    fn take(&mut self, unit: u32) -> Result<Option<char>, ()> {
        let scalar = match (self.high.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                self.high = Some(unit - 0xd800);
                return Ok(None);
            }
            (Some(high), 0xdc00..=0xdfff) => 0x1_0000 + (high << 10) + (unit - 0xdc00),
            (None, _) => unit,
            (Some(_), _) => return Err(()),
        };
        char::from_u32(scalar).map(Some).ok_or(())
    }
}

/// What is wrong with a name, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Octets of the name.
    pub at: Range<usize>,
    /// Why, without a full stop.
    pub reason: &'static str,
    /// It holds characters that are not encoded at all.
    pub raw: bool,
    /// More letters at the end of the name could make it right.
    pub unfinished: bool,
    /// The name that was probably meant, as IMAP4rev1 writes it; empty when it is longer than any server takes.
    pub mend: String,
}

/// What is wrong with a name that is not encoded.
pub const RAW: &str = "a name outside ASCII is written in modified UTF-7 here";

/// Octets of a name that is mended; no server takes a longer one.
const LONGEST: usize = 1000;

/// Whether a name is written as IMAP4rev1 has it, and only as it has it: every name has one form. Right: what it says,
/// when it has a shift.
///
/// # Errors
/// What is wrong first, where, and the form that is right.
pub fn check(name: &str) -> Result<Option<String>, Wrong> {
    if name.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'&') {
        return Ok(None);
    }
    let mend = || if name.len() > LONGEST { String::new() } else { encode(&lenient(name)) };
    let wrong = |at: Range<usize>, reason| Wrong { at, reason, raw: false, unfinished: false, mend: mend() };
    let mut at = 0;
    // What it says so far.
    let mut out = String::new();
    while let Some(&byte) = name.as_bytes().get(at) {
        let rest = name.get(at..).unwrap_or("");
        if byte != b'&' {
            let c = rest.chars().next().unwrap_or(' ');
            if !matches!(c, ' '..='~') {
                let end = at + rest.find(|c| matches!(c, ' '..='~')).unwrap_or(rest.len());
                return Err(Wrong { raw: true, ..wrong(at..end, RAW) });
            }
            out.push(c);
            at += 1;
            continue;
        }
        let letters = rest.bytes().skip(1).take_while(|&b| is_letter(b)).count();
        let end = at + 1 + letters;
        let encoded = name.get(at + 1..end).unwrap_or("");
        match rest.as_bytes().get(1 + letters) {
            Some(b'-') => {}
            None => {
                let reason = "\"&\" begins modified UTF-7, which goes on to \"-\"; a lone & is &-";
                return Err(Wrong { unfinished: true, ..wrong(at..end, reason) });
            }
            Some(_) => {
                let c = name.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                let reason = "modified UTF-7 has the letters of base64 with , for / between & and -; a lone & is &-";
                return Err(wrong(end..end + c, reason));
            }
        }
        if encoded.is_empty() {
            out.push('&');
        } else {
            let before = out.len();
            if let Err(stopped) = units(encoded, at + 1, &mut out) {
                return Err(wrong(stopped.at..end.max(stopped.at + 1), stopped.reason));
            }
            if out.get(before..).unwrap_or("").contains(|c| matches!(c, ' '..='~')) {
                return Err(wrong(at..end + 1, "printable ASCII stands for itself and is not encoded"));
            }
            if name.get(end + 1..).is_some_and(|next| next.starts_with('&') && !next.starts_with("&-")) {
                let next = name.get(end + 1..).map_or(0, |next| next.find('-').map_or(next.len(), |end| end + 1));
                return Err(wrong(at..end + 1 + next, "two shifts in a row are written as one"));
            }
        }
        at = end + 1;
    }
    Ok((out != name).then_some(out))
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b',')
}

/// What a name says that is not written right: shifts that can be read are, also one of a European script whose end was
/// forgotten (any three letters can be read as something), and everything else stands for itself.
fn lenient(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, shift)) = rest.split_once('&') {
        out.push_str(before);
        let letters = shift.bytes().take_while(|&b| is_letter(b)).count();
        let (encoded, behind) = shift.split_at(letters);
        let mut plain = String::new();
        let closed = behind.starts_with('-');
        let readable = units(encoded, 0, &mut plain).is_ok();
        let right = readable && (closed || encoded.starts_with('A') && plain.chars().all(char::is_alphabetic));
        rest = match (encoded, closed) {
            ("", true) => {
                out.push('&');
                behind.get(1..).unwrap_or("")
            }
            (_, _) if right && !encoded.is_empty() => {
                out.push_str(&plain);
                behind.strip_prefix('-').unwrap_or(behind)
            }
            _ => {
                out.push('&');
                shift
            }
        };
    }
    out.push_str(rest);
    out
}

/// A name as IMAP4rev1 writes it.
#[must_use]
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let (mut bits, mut count, mut shifted) = (0_u32, 0_u32, false);
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            if shifted {
                close(&mut out, bits, count);
                (bits, count, shifted) = (0, 0, false);
            }
            out.push(c);
            if c == '&' {
                out.push('-');
            }
            continue;
        }
        if !shifted {
            out.push('&');
            shifted = true;
        }
        let mut pair = [0; 2];
        for unit in c.encode_utf16(&mut pair) {
            bits = bits << 16 | u32::from(*unit);
            count += 16;
            while count >= 6 {
                count -= 6;
                push_digit(&mut out, bits >> count);
            }
            bits &= (1 << count) - 1;
        }
    }
    if shifted {
        close(&mut out, bits, count);
    }
    out
}

fn close(out: &mut String, bits: u32, count: u32) {
    if count > 0 {
        push_digit(out, bits << (6 - count));
    }
    out.push('-');
}

fn push_digit(out: &mut String, bits: u32) {
    let place = (bits & 63) as usize;
    out.push(ALPHABET.get(place).map_or('A', |b| char::from(*b)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_both_ways() {
        for (encoded, plain) in [
            ("INBOX", "INBOX"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("R&-D", "R&D"),
            ("&2D3eAA-", "😀"),
            ("[Gmail]/Tous les messages", "[Gmail]/Tous les messages"),
            ("INBOX.&AMk-l&AOk-ments envoy&AOk-s", "INBOX.Éléments envoyés"),
        ] {
            assert_eq!(decode(encoded.as_bytes()).as_deref(), Ok(plain), "{encoded}");
            assert_eq!(encode(plain), encoded, "{plain}");
        }
        assert_eq!(decode("Entwürfe".as_bytes()).as_deref(), Ok("Entwürfe"));
    }

    #[test]
    fn wrong_names_say_where() {
        for (name, at) in
            [(&b"a&b"[..], 1), (b"a&A!-", 3), (b"a&AP-", 4), (b"&2D0-", 1), (b"a\xff", 1), ("&AP/8-".as_bytes(), 3)]
        {
            assert_eq!(decode(name).map_err(|stopped| stopped.at), Err(at), "{}", String::from_utf8_lossy(name));
        }
    }

    #[test]
    fn right_names_are_told_what_they_say() {
        for (name, says) in [
            ("INBOX", None),
            ("", None),
            ("Entw&APw-rfe", Some("Entwürfe")),
            ("R&-D", Some("R&D")),
            ("&-&-", Some("&&")),
            ("&U,BTF2XlZyyKng-", Some("台北日本語")),
            ("&AOk-&-", Some("é&")),
            ("&2D3eAA-", Some("😀")),
        ] {
            assert_eq!(check(name).as_ref().map(Option::as_deref), Ok(says), "{name}");
        }
    }

    #[test]
    fn every_other_form_is_wrong_with_its_place_and_its_mend() {
        for (name, at, unfinished, part, mend) in [
            ("Entwürfe", 4..6, false, "outside ASCII", "Entw&APw-rfe"),
            ("日本 語", 0..6, false, "outside ASCII", "&ZeVnLA- &ip4-"),
            ("a&b", 1..3, true, "goes on to", "a&-b"),
            ("R&D dept", 3..4, false, "lone & is &-", "R&-D dept"),
            ("Entw&APw", 4..8, true, "goes on to", "Entw&APw-"),
            ("Entw&AP", 4..7, true, "goes on to", "Entw&-AP"),
            ("&Jjo!", 4..5, false, "lone & is &-", "&-Jjo!"),
            ("&AP/8-", 3..4, false, ", for /", "&-AP/8-"),
            ("a&AP-b", 4..5, false, "cut short", "a&-AP-b"),
            ("&2D0-", 1..4, false, "surrogate", "&-2D0-"),
            ("&AGE-", 0..5, false, "stands for itself", "a"),
            ("&AOkAYQ-", 0..8, false, "stands for itself", "&AOk-a"),
            ("x&U,BTFw-&ZeVnLIqe-y", 1..19, false, "as one", "x&U,BTF2XlZyyKng-y"),
        ] {
            let wrong = check(name).expect_err(name);
            assert_eq!((wrong.at.clone(), wrong.unfinished), (at, unfinished), "{name}: {wrong:?}");
            assert!(wrong.reason.contains(part), "{name}: {}", wrong.reason);
            assert_eq!(wrong.mend, mend, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_right_exactly_in_the_form_that_is_written(name in "[ -~é日😀&+,-]{0,20}") {
            match check(&name) {
                Ok(says) => prop_assert_eq!(encode(&says.unwrap_or_else(|| name.clone())), name.clone()),
                Err(wrong) => {
                    prop_assert!(name.get(wrong.at.clone()).is_some(), "{:?}", wrong);
                    prop_assert!(check(&wrong.mend).is_ok(), "{:?}", wrong);
                }
            }
            let written = encode(&name);
            prop_assert!(check(&written).is_ok(), "{}", written);
        }

        #[test]
        fn what_is_written_is_read_again(name in "\\PC{0,60}") {
            prop_assert_eq!(decode(encode(&name).as_bytes()), Ok(name));
        }
    }
}
