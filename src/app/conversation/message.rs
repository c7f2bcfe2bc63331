//! Octets that are not commands: the lines of DATA, literals, and whole messages from the editor.

use std::borrow::Cow;

use bytes::Bytes;

use super::Conversation;
use super::mask::DOTS;
use super::say::Refusal;
use crate::app::effect::Effects;
use crate::app::transcript::{Kind, Marks};
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::write;
use crate::protocol::line::Ending;
use crate::protocol::moment::Moment;
use crate::protocol::reply::ReplyClass;
use crate::protocol::secret::Secret;
use crate::protocol::verb::Phase;

impl Conversation {
    /// 354, or `+` for a literal.
    pub(super) fn go_ahead(&mut self, now: Moment, effects: &mut Effects) {
        if self.session.phase() == Phase::Literal
            && let Some(message) = self.append.take()
        {
            self.send_literal(&message, now, effects);
        } else if self.session.phase() == Phase::Data && self.queue.is_empty() {
            self.wants_message = true;
        }
    }

    /// One line typed or queued after 354: a leading dot is doubled (RFC 5321 §4.5.2), a lone dot ends the message.
    pub(super) fn data_line(&mut self, line: &str, now: Moment, effects: &mut Effects) {
        if line == "." {
            self.end_of_data(now, effects);
            return;
        }
        let stuffed = line.starts_with('.');
        self.push_data(line.as_bytes(), stuffed, self.ending, now);
        let mut octets = Vec::with_capacity(line.len() + 3);
        if stuffed {
            octets.push(b'.');
        }
        octets.extend_from_slice(line.as_bytes());
        octets.extend_from_slice(self.ending.bytes());
        self.since = now;
        self.put(Bytes::from(octets), effects);
    }

    fn end_of_data(&mut self, now: Moment, effects: &mut Effects) {
        let number = self.push_sent(".", now);
        self.session.message_sent(number);
        self.transmit(b".", now, effects);
    }

    /// A line of a literal: counted with its CRLF while there is room, without when it fits exactly.
    pub(super) fn literal_line(&mut self, line: &str, now: Moment, effects: &mut Effects) -> Result<(), Refusal> {
        let left = self.session.literal_to_send().unwrap_or(0);
        // `alice {13}`: the literal and, behind a space or a parenthesis, the rest of its command line.
        if let Some((literal, rest)) = usize::try_from(left).ok().and_then(|left| line.split_at_checked(left))
            && self.protocol() == Protocol::Imap
            && rest.starts_with([' ', ')'])
        {
            self.literal_line(literal, now, effects)?;
            self.send_line(rest, now, effects);
            return Ok(());
        }
        let len = line.len() as u64;
        let ending = if len + 2 <= left { Ending::CrLf } else { Ending::None };
        if len > left {
            return Err(Refusal(format!(
                "{} octets too many: the literal has room for {left} · Alt-Enter sends it anyway",
                len - left
            )));
        }
        if len < left && ending == Ending::None {
            return Err(Refusal(format!(
                "one octet is missing: the literal has room for {left}, a line end takes two"
            )));
        }
        self.literal_octets(line, ending, now, effects);
        Ok(())
    }

    /// The same however many octets are due: too few go out without a line end, what is too much ends the command.
    pub(super) fn literal_anyway(&mut self, line: &str, now: Moment, effects: &mut Effects) {
        let left = self.session.literal_to_send().and_then(|left| usize::try_from(left).ok()).unwrap_or(0);
        if line.len() <= left {
            return self.literal_octets(line, Ending::None, now, effects);
        }
        self.literal_octets(line, self.ending, now, effects);
        let rest = line.as_bytes().get(left..).unwrap_or(b"");
        self.session.sent(&String::from_utf8_lossy(rest), None, self.transcript.next_number());
    }

    fn literal_octets(&mut self, line: &str, ending: Ending, now: Moment, effects: &mut Effects) {
        if self.literal_secrecy.literal {
            self.masks.remember(&Secret::from(line));
            self.masks.answering(true);
            self.push_data(DOTS.as_bytes(), false, ending, now);
        } else {
            self.push_data(line.as_bytes(), false, ending, now);
        }
        let mut octets = line.as_bytes().to_vec();
        octets.extend_from_slice(ending.bytes());
        self.session.literal_sent(octets.len() as u64);
        self.since = now;
        self.put(Bytes::from_owner(Secret::new(octets)), effects);
    }

    fn push_data(&mut self, line: &[u8], stuffed: bool, ending: Ending, now: Moment) {
        let marks = Marks { tls: self.session.tls(), stuffed, ending, begins: false, ..Marks::default() };
        let masked = self.masks.mask(line);
        self.transcript.push(now, Kind::SentData, ReplyClass::Data, marks, None, masked.as_deref().unwrap_or(line));
    }

    /// Sends a whole message in DATA: every line ends in CRLF, dots are doubled, the final dot is added once.
    pub fn send_message(&mut self, message: &str, now: Moment, effects: &mut Effects) {
        let mut octets = Vec::with_capacity(message.len() + message.len() / 32 + 8);
        for line in lines(message) {
            let line = whole(line);
            let stuffed = line.starts_with('.');
            if stuffed {
                octets.push(b'.');
            }
            octets.extend_from_slice(line.as_bytes());
            octets.extend_from_slice(b"\r\n");
            self.push_data(line.as_bytes(), stuffed, Ending::CrLf, now);
        }
        self.put(Bytes::from(octets), effects);
        self.end_of_data(now, effects);
    }

    /// Begins IMAP's `APPEND mailbox {n}`; the message goes out when the server says `+` (RFC 9051 §6.3.12).
    pub fn append_message(&mut self, mailbox: &str, message: &str, now: Moment, effects: &mut Effects) {
        let mut octets = Vec::with_capacity(message.len() + message.len() / 32);
        for line in lines(message) {
            octets.extend_from_slice(whole(line).as_bytes());
            octets.extend_from_slice(b"\r\n");
        }
        // A name with a line end in it cannot have been selected by a line.
        let mailbox = write::astring(mailbox).unwrap_or_default();
        let line = format!("APPEND {mailbox} (\\Seen) {{{}}}", octets.len());
        self.append = Some(octets);
        self.send_line(&line, now, effects);
    }

    fn send_literal(&mut self, message: &[u8], now: Moment, effects: &mut Effects) {
        for line in message.split_inclusive(|&b| b == b'\n') {
            let line = line.strip_suffix(b"\r\n").unwrap_or(line);
            self.push_data(line, false, Ending::CrLf, now);
        }
        self.put(Bytes::copy_from_slice(message), effects);
        self.session.literal_sent(message.len() as u64);
        // The command line ends behind its literal.
        self.session.sent("", None, self.transcript.next_number());
        self.transmit(b"", now, effects);
    }

    /// Whether a message can be written now, and how it would be sent; else what is missing.
    ///
    /// # Errors
    /// What has to be done first.
    pub fn message_place(&self) -> Result<MessagePlace, Refusal> {
        match (self.protocol(), self.session.phase()) {
            (Protocol::Smtp | Protocol::Lmtp, Phase::Data) => Ok(MessagePlace::Data),
            (Protocol::Smtp | Protocol::Lmtp, Phase::Rcpt) => Ok(MessagePlace::NeedsData),
            (Protocol::Smtp | Protocol::Lmtp, _) => {
                Err(Refusal("a message needs MAIL FROM and RCPT TO accepted first".to_owned()))
            }
            (Protocol::Imap, Phase::Authenticated | Phase::Selected) => Ok(MessagePlace::Append),
            (Protocol::Imap, Phase::Idle) => Err(Refusal("DONE ends IDLE; APPEND comes after it".to_owned())),
            (Protocol::Imap, Phase::NotAuthenticated) => Err(Refusal("APPEND needs a login first (F5)".to_owned())),
            (Protocol::Imap, phase) => Err(Refusal(format!("APPEND has no place now ({})", phase.name()))),
            (Protocol::Pop3, _) => Err(Refusal("POP3 only reads mail; messages are sent by SMTP".to_owned())),
        }
    }
}

/// How a message would go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePlace {
    /// After 354.
    Data,
    /// DATA has to be said first.
    NeedsData,
    /// By APPEND.
    Append,
}

/// Octets of a message for comparison with SIZE: every line end is two, the final dot and the doubled dots do not count
/// (RFC 1870 §5).
#[must_use]
pub fn message_octets(message: &str) -> u64 {
    lines(message).map(|line| whole(line).len() as u64 + 2).sum()
}

/// The lines of a message, whatever ended them, without the empty one behind the last line end. A bare CR ends a line
/// too: nothing may go out in which one server sees a line end and another does not (RFC 5321 §2.3.8).
pub fn lines(message: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(message);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(end) = memchr::memchr2(b'\r', b'\n', text.as_bytes()) else { return Some(text) };
        let (line, tail) = text.split_at(end);
        let tail = tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or("");
        rest = (!tail.is_empty()).then_some(tail);
        Some(line)
    })
}

/// A line without NUL, which no message may hold (RFC 5322 §2.2, RFC 9051 §9 CHAR8).
fn whole(line: &str) -> Cow<'_, str> {
    if line.contains('\0') { Cow::Owned(line.replace('\0', "")) } else { Cow::Borrowed(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_ends_a_line_and_counts_two_octets() {
        for (message, wanted, octets) in [
            ("", vec![""], 2),
            ("\n", vec![""], 2),
            ("a", vec!["a"], 3),
            ("a\n", vec!["a"], 3),
            ("a\r\n\r\n", vec!["a", ""], 5),
            ("a\n\nb", vec!["a", "", "b"], 8),
            ("c\r.\rd", vec!["c", ".", "d"], 9),
            ("c\r", vec!["c"], 3),
            ("c\r\r\nd", vec!["c", "", "d"], 8),
            ("a\0b\n.\n", vec!["a\0b", "."], 7),
        ] {
            assert_eq!(lines(message).collect::<Vec<_>>(), wanted, "{message:?}");
            assert_eq!(message_octets(message), octets, "{message:?}");
        }
    }
}
