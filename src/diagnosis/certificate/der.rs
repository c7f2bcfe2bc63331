//! As much of DER (X.690) as is read by hand: values one after another, none deeper than whoever asks goes.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Tags, as the one octet they have here.
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTF8: u8 = 0x0c;
pub(super) const IA5: u8 = 0x16;
pub(super) const TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;

/// What is left of a run of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Der<'a>(&'a [u8]);

/// One value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    /// What it holds.
    pub(super) inside: &'a [u8],
    /// The value with its tag and length.
    pub(super) whole: &'a [u8],
}

impl<'a> Der<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The next value. None at the end, and where there is no value of definite length with a tag of one octet.
    pub(super) fn next(&mut self) -> Option<Value<'a>> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, behind) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), behind)
            }
            _ => return None,
        };
        let (inside, after) = behind.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len() - after.len())?;
        self.0 = after;
        Some(Value { tag, inside, whole })
    }

    /// What the next value holds, if it has this tag. Otherwise it stays.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let value = ahead.next().filter(|value| value.tag == tag)?;
        *self = ahead;
        Some(value.inside)
    }

    /// The values in the next one, if that has this tag.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }
}

/// A GeneralizedTime as RFC 5280 §4.1.2.5.2 has it, `20261121074415Z`, in seconds since 1970.
pub(super) fn time(text: &[u8]) -> Option<i64> {
    let digits =
        text.strip_suffix(b"Z").filter(|digits| digits.len() == 14 && digits.iter().all(u8::is_ascii_digit))?;
    let number = |from: usize, to: usize| {
        digits
            .get(from..to)?
            .iter()
            .try_fold(0i16, |sum, digit| sum.checked_mul(10)?.checked_add(i16::from(digit - b'0')))
    };
    let part = |from: usize| number(from, from + 2).and_then(|part| i8::try_from(part).ok());
    let at = DateTime::new(number(0, 4)?, part(4)?, part(6)?, part(8)?, part(10)?, part(12)?, 0).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_what_is_none() {
        let mut der = Der::new(&[0x04, 2, 1, 2, 0x30, 0x81, 1, 9]);
        assert_eq!(der.take(SEQUENCE), None);
        assert_eq!(der.take(OCTETS), Some(&[1, 2][..]));
        assert_eq!(der.next().map(|value| (value.tag, value.inside, value.whole.len())), Some((0x30, &[9][..], 4)));
        assert!(der.next().is_none());
        for wrong in [
            &[0x30][..],
            &[0x30, 1],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x1f, 1, 1],
            &[0x30, 0x84, 255, 255, 255, 255],
        ] {
            assert!(Der::new(wrong).next().is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn times() {
        assert_eq!(time(b"20261121000000Z"), Some(1_795_219_200));
        for wrong in [&b"20261121000000"[..], b"20261321000000Z", b"2026112100000Z", b"2026112100000aZ", b""] {
            assert_eq!(time(wrong), None, "{wrong:?}");
        }
    }
}
