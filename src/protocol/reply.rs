//! Replies, in any dialect: the class that gives a line its colour and mark, and the codes as open numbers.

use std::fmt;

/// The basic status code of SMTP (RFC 5321 §4.2). Open: a server may send any three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyCode(pub u16);

impl ReplyCode {
    /// Service ready (RFC 5321 §4.2.2).
    pub const SERVICE_READY: Self = Self(220);
    /// Service closing transmission channel.
    pub const CLOSING: Self = Self(221);
    /// Authentication succeeded (RFC 4954 §6).
    pub const AUTHENTICATED: Self = Self(235);
    /// Requested mail action okay, completed.
    pub const OK: Self = Self(250);
    /// Server challenge (RFC 4954 §4).
    pub const CHALLENGE: Self = Self(334);
    /// Start mail input.
    pub const START_INPUT: Self = Self(354);
    /// Service not available, closing transmission channel (RFC 5321 §3.8).
    pub const NOT_AVAILABLE: Self = Self(421);
    /// Bad sequence of commands.
    pub const BAD_SEQUENCE: Self = Self(503);

    /// The class named by the first digit; 421 closes.
    #[must_use]
    pub const fn class(self) -> ReplyClass {
        match self.0 {
            421 => ReplyClass::Closing,
            200..=299 => ReplyClass::Completion,
            300..=399 => ReplyClass::Intermediate,
            400..=499 => ReplyClass::Transient,
            500..=599 => ReplyClass::Permanent,
            _ => ReplyClass::Malformed,
        }
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// One line of an SMTP reply (RFC 5321 §4.2): the code, whether more lines follow, the text. `None`: it is none.
#[must_use]
pub fn reply_line(line: &[u8]) -> Option<(ReplyCode, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0u16, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Some((ReplyCode(code), false, rest)),
        Some((b' ', text)) => Some((ReplyCode(code), false, text)),
        Some((b'-', text)) => Some((ReplyCode(code), true, text)),
        Some(_) => None,
    }
}

/// `class.subject.detail` (RFC 3463 §2, RFC 2034).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedStatusCode {
    /// 2, 4 or 5.
    pub class: u8,
    /// What the trouble is about: addressing, mailbox, mail system …
    pub subject: u16,
    /// The exact trouble.
    pub detail: u16,
}

impl EnhancedStatusCode {
    /// Reads the code at the start of `text`, which is followed by a space or the end.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let word = text.split(|&b| b == b' ').next()?;
        let word = std::str::from_utf8(word).ok()?;
        let mut parts = word.split('.');
        let class = parts.next()?;
        let subject = parts.next()?;
        let detail = parts.next()?;
        let short = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !matches!(class, "2" | "4" | "5") || !short(subject) || !short(detail) {
            return None;
        }
        Some(Self { class: class.parse().ok()?, subject: subject.parse().ok()?, detail: detail.parse().ok()? })
    }
}

impl fmt::Display for EnhancedStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What kind of answer a line is, for all three protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ReplyClass {
    /// 2xx, `OK`, `PREAUTH`, `+OK`.
    Completion,
    /// 3xx, `+`.
    Intermediate,
    /// 4xx, `NO [UNAVAILABLE]`, `-ERR [SYS/TEMP]`.
    Transient,
    /// 5xx, `NO`, `BAD`, `-ERR`.
    Permanent,
    /// Untagged data, literals, multi-line bodies.
    Data,
    /// 421, `BYE`.
    Closing,
    /// Anything that no grammar of the protocol knows.
    Malformed,
}

impl ReplyClass {
    /// The word for this class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Intermediate => "intermediate",
            Self::Transient => "transient failure",
            Self::Permanent => "permanent failure",
            Self::Data => "data",
            Self::Closing => "closing",
            Self::Malformed => "malformed",
        }
    }

    /// 4xx, 5xx, `NO`, `BAD`, `-ERR`, 421, `BYE`: the answer is no.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        matches!(self, Self::Transient | Self::Permanent | Self::Closing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_status_codes() {
        for (text, expect) in [
            (&b"5.7.8 Error"[..], Some("5.7.8")),
            (b"2.1.0", Some("2.1.0")),
            (b"4.250.999 x", Some("4.250.999")),
            (b"3.1.1 x", None),
            (b"5.7 x", None),
            (b"5.7.8.1 x", None),
            (b"5.7.8: x", None),
            (b"", None),
            (b"5.1234.1", None),
        ] {
            assert_eq!(EnhancedStatusCode::read(text).map(|c| c.to_string()).as_deref(), expect);
        }
    }

    #[test]
    fn classes_by_first_digit() {
        assert_eq!(ReplyCode(250).class(), ReplyClass::Completion);
        assert_eq!(ReplyCode(421).class(), ReplyClass::Closing);
        assert_eq!(ReplyCode(999).class(), ReplyClass::Malformed);
        assert_eq!(ReplyCode(7).to_string(), "007");
    }
}
