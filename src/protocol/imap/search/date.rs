//! Days: `1-Feb-2026` (RFC 9051 §9, `date`).

use crate::protocol::verb::{Cursor, Fault};

/// A day without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchDate {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The number of a month named by three letters, in any case.
pub(in crate::protocol::imap) fn month(name: &str) -> Option<u8> {
    (1u8..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// Days of a month.
pub(in crate::protocol::imap) const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether more typing can make a date of this.
fn begins_date(text: &str) -> bool {
    let digits = |t: &str, most: usize| t.len() <= most && t.bytes().all(|b| b.is_ascii_digit());
    let begins_month = |t: &str| MONTHS.iter().any(|m| m.get(..t.len()).is_some_and(|m| m.eq_ignore_ascii_case(t)));
    let mut parts = text.split('-');
    digits(parts.next().unwrap_or(""), 2)
        && parts.next().is_none_or(begins_month)
        && parts.next().is_none_or(|year| digits(year, 3))
        && parts.next().is_none()
}

/// `1-Feb-2026`, with or without quotes.
///
/// # Errors
/// Where and why it is no date.
pub(super) fn date(cursor: &mut Cursor<'_>) -> Result<SearchDate, Fault> {
    let start = cursor.at();
    let quoted = cursor.eat('"');
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.'));
    let mut parts = text.split('-');
    let read = (|| {
        let (day, name, year) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(day) || day.len() > 2 || !digits(year) || year.len() != 4 {
            return None;
        }
        Some(SearchDate { year: year.parse().ok()?, month: month(name)?, day: day.parse().ok()? })
    })();
    match read {
        Some(date) if date.day == 0 || date.day > days(date.year, date.month) => {
            Err(cursor.fault_from(start, format!("{text} is not in the calendar")))
        }
        Some(date) => {
            if quoted {
                cursor.expect('"', "a quote after the date")?;
            }
            Ok(date)
        }
        None if cursor.is_end() && begins_date(text) => Err(cursor.expected("a date like 1-Feb-2026")),
        None => Err(cursor.fault_from(start, "expected a date like 1-Feb-2026")),
    }
}
