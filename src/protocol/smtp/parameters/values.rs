//! The values of parameters: what is right, and which octets of a wrong one are wrong.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::address::mailbox;
use crate::protocol::text::percent;
use crate::protocol::text::timestamp::is_date_time;
use crate::protocol::verb::Cursor;

/// What is wrong with a value: the octets of it and why; nothing: the value as a whole has not the form of its row.
pub(super) type Checked = Result<(), Option<(Range<usize>, String)>>;

fn of_form(right: bool) -> Checked {
    if right { Ok(()) } else { Err(None) }
}

fn wrong(at: Range<usize>, reason: impl Into<String>) -> Checked {
    Err(Some((at, reason.into())))
}

/// A row without a value never comes here.
pub(super) const fn no_value(_: &str) -> Checked {
    Err(None)
}

/// The octets behind the first `most`.
fn beyond(value: &str, most: usize) -> Range<usize> {
    (most..value.len()).find(|&at| value.is_char_boundary(at)).unwrap_or(value.len())..value.len()
}

fn one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(value))
}

fn digits(value: &str, most: usize) -> bool {
    (1..=most).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

/// RFC 1870 §3: up to 20 digits.
pub(super) fn size(value: &str) -> Checked {
    of_form(digits(value, 20))
}

pub(super) fn body(value: &str) -> Checked {
    of_form(one_of(value, &["7BIT", "8BITMIME", "BINARYMIME"]))
}

pub(super) fn ret(value: &str) -> Checked {
    of_form(one_of(value, &["FULL", "HDRS"]))
}

/// RFC 3461 §4: printable ASCII but `+` and `=`, which are written `+2B` and `+3D`, in upper-case hexadecimal.
fn xtext(value: &str, from: usize) -> Result<Vec<u8>, Option<(Range<usize>, String)>> {
    let text = value.get(from..).unwrap_or("");
    let bytes = text.as_bytes();
    let upper = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b));
    for (at, c) in text.char_indices() {
        let here = from + at..from + at + c.len_utf8();
        if c == '+' && !(upper(at + 1) && upper(at + 2)) {
            let end = (at + 3).min(bytes.len());
            let typed = bytes.get(at + 1..end).unwrap_or(&[]);
            let lower = typed.len() == 2 && typed.iter().all(u8::is_ascii_hexdigit);
            let reason =
                if lower { "the hexadecimal digits of xtext are upper case" } else { "\"+\" is written +2B in xtext" };
            let end = if lower { from + end } else { here.end };
            return Err(Some((here.start..end, reason.to_owned())));
        }
        if !c.is_ascii_graphic() {
            let mut octets = [0; 4];
            let written: String = c.encode_utf8(&mut octets).bytes().map(|byte| format!("+{byte:02X}")).collect();
            return Err(Some((here, format!("this character is written {written} in xtext"))));
        }
    }
    if text.is_empty() { Err(None) } else { Ok(percent::xtext(bytes).octets) }
}

/// RFC 3461 §4.4: at most 100 characters; decoded, printable ASCII and spaces.
pub(super) fn envelope_id(value: &str) -> Checked {
    const MOST: usize = 100;
    if value.len() > MOST {
        return wrong(beyond(value, MOST), format!("{} characters, an ENVID has at most {MOST}", value.len()));
    }
    let octets = xtext(value, 0)?;
    if octets.iter().all(|b| matches!(b, b' '..=b'~' | b'\t')) {
        return Ok(());
    }
    wrong(0..value.len(), "decoded it holds more than printable ASCII (RFC 3461 §4.4)")
}

/// RFC 4954 §5: `<>`, or a mailbox in xtext.
pub(super) fn auth(value: &str) -> Checked {
    if value == "<>" { Ok(()) } else { mailbox_in_xtext(value) }
}

/// A mailbox in xtext (RFC 4954 §5, RFC 4405 §4).
pub(super) fn mailbox_in_xtext(value: &str) -> Checked {
    let octets = xtext(value, 0)?;
    if std::str::from_utf8(&octets).is_ok_and(is_mailbox) {
        return Ok(());
    }
    wrong(0..value.len(), "decoded it is no address like jo@example.org")
}

fn is_mailbox(text: &str) -> bool {
    let mut cursor = Cursor::new(text, 0);
    mailbox(&mut cursor).is_ok() && cursor.is_end()
}

/// RFC 6710 §7: -9 to 9, no `-0`, no sign before what is positive.
pub(super) fn priority(value: &str) -> Checked {
    let digit = value.strip_prefix('-').filter(|digit| *digit != "0").unwrap_or(value);
    of_form(digits(digit, 1))
}

/// RFC 2852 §4: at most nine digits with a sign, `;`, N or R, and T for trace.
pub(super) fn deliver_by(value: &str) -> Checked {
    let Some((time, mode)) = value.split_once(';') else { return Err(None) };
    let number = time.strip_prefix(['-', '+']).unwrap_or(time);
    if !digits(number, 9) || !one_of(mode, &["N", "R", "NT", "RT"]) {
        return Err(None);
    }
    let past = time.starts_with('-') || number.bytes().all(|b| b == b'0');
    if past && mode.starts_with(['R', 'r']) {
        return wrong(0..time.len(), "with R the time lies ahead, only N takes 0 and less (RFC 2852 §4)");
    }
    Ok(())
}

/// RFC 4865 §3: 1 to 999999999 seconds.
pub(super) fn hold_for(value: &str) -> Checked {
    of_form(digits(value, 9) && !value.starts_with('0'))
}

/// RFC 4865 §3: a date in UTC.
pub(super) fn hold_until(value: &str) -> Checked {
    if !is_date_time(value) {
        return Err(None);
    }
    if value.ends_with(['Z', 'z']) {
        return Ok(());
    }
    let zone = value.rfind(['+', '-']).unwrap_or(0);
    wrong(zone..value.len(), "the date is in UTC and ends with Z (RFC 4865 §3)")
}

/// RFC 3461 §4.1.
pub(super) fn notify(value: &str) -> Checked {
    let mut at = 0;
    for word in value.split(',') {
        let here = at..at + word.len();
        at = here.end + 1;
        if word.eq_ignore_ascii_case("NEVER") {
            if value.contains(',') {
                return wrong(here, "NEVER stands alone, or leave it out");
            }
        } else if !one_of(word, &["SUCCESS", "FAILURE", "DELAY"]) {
            return if value.contains(',') && !word.is_empty() {
                wrong(here, "expected SUCCESS, FAILURE or DELAY, with commas between them")
            } else {
                Err(None)
            };
        }
    }
    Ok(())
}

/// RFC 3461 §4.2: a type, `;`, and the address in xtext, at most 500 characters. `utf-8` addresses may also be as they
/// are (RFC 6533 §3).
pub(super) fn original_recipient(value: &str) -> Checked {
    const MOST: usize = 500;
    if value.len() > MOST {
        return wrong(beyond(value, MOST), format!("{} characters, an ORCPT has at most {MOST}", value.len()));
    }
    let Some((kind, address)) = value.split_once(';') else { return Err(None) };
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    if kind.is_empty() || !kind.bytes().all(atom) {
        return wrong(0..kind.len().max(1), "expected the type of the address before \";\", like rfc822");
    }
    if kind.eq_ignore_ascii_case("utf-8") && address.chars().all(|c| c.is_ascii_graphic() || !c.is_ascii()) {
        return of_form(!address.is_empty());
    }
    let octets = xtext(value, kind.len() + 1)?;
    if !octets.iter().all(|b| matches!(b, b' '..=b'~' | b'\t')) {
        let reason = "decoded it holds more than printable ASCII; its type would be utf-8 (RFC 6533 §3)";
        return wrong(kind.len() + 1..value.len(), reason);
    }
    Ok(())
}

/// RFC 7293 §3.1.
pub(super) fn valid_since(value: &str) -> Checked {
    let (date, action) = value.split_once(';').unwrap_or((value, "C"));
    of_form(is_date_time(date) && one_of(action, &["C", "R"]))
}

/// RFC 3865 §4.1: keywords with commas between them, 1000 characters.
pub(super) fn solicitation(value: &str) -> Checked {
    let word = |word: &str| {
        word.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:".contains(&b))
    };
    of_form(value.len() <= 1000 && value.split(',').all(word))
}

/// RFC 3885 §3.1: base64, and perhaps seconds.
pub(super) fn tracking(value: &str) -> Checked {
    let (certifier, timeout) = value.split_once(':').map_or((value, None), |(first, second)| (first, Some(second)));
    // `=` is not allowed in a value: the padding is left out.
    let padded = format!("{certifier}{}", "=".repeat((4 - certifier.len() % 4) % 4));
    of_form(!certifier.is_empty() && STANDARD.decode(padded).is_ok() && timeout.is_none_or(|n| digits(n, 9)))
}

/// RFC 1845 §3: `<local@domain>` of at most 80 characters.
pub(super) fn transaction_id(value: &str) -> Checked {
    let token = |text: &str| {
        text.split('.').all(|atom| {
            !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
        })
    };
    let inner = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    of_form(
        value.len() <= 80
            && inner.and_then(|id| id.split_once('@')).is_some_and(|(local, domain)| token(local) && token(domain)),
    )
}

/// Postfix VERP_README: two characters, the default delimiters are `+=`, and `=` cannot stand in a value.
pub(super) fn delimiters(value: &str) -> Checked {
    of_form(value.len() == 2 && value.bytes().all(|b| b"-=+".contains(&b)))
}
