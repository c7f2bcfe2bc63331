//! The texts from `assets/practice`: users, addresses with a life of their own, mailboxes and their messages.

use crate::protocol::secret::Secret;

use super::mailbox::Flags;

const USERS: &str = include_str!("../../assets/practice/users");
const TOKENS: &str = include_str!("../../assets/practice/tokens");
const ADDRESSES: &str = include_str!("../../assets/practice/addresses");
const MAILBOXES: &str = include_str!("../../assets/practice/mailboxes");

macro_rules! messages {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../assets/practice/mail/", $name)))),*]
    };
}

/// Every message file, by name.
const MESSAGES: &[(&str, &[u8])] = messages![
    "attachment.eml",
    "bounce.eml",
    "dots.eml",
    "draft.eml",
    "lunch.eml",
    "quoted.eml",
    "sent.eml",
    "utf8.eml",
    "welcome.eml",
];

/// The lines that say something.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// Address and password of each user.
pub(super) fn users() -> impl Iterator<Item = (&'static str, Secret)> {
    lines(USERS).filter_map(|line| {
        let (address, password) = line.split_once(": ")?;
        Some((address.trim(), Secret::from(password)))
    })
}

/// Access tokens, whose each is, and whether it still holds.
pub(super) fn tokens() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    lines(TOKENS).filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        Some((words.next()?, words.next()?, words.next()? == "good"))
    })
}

/// What an address does besides being there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// RCPT is answered with this reply.
    Rcpt(&'static str),
    /// RCPT is accepted, the message is answered with this reply.
    Data(&'static str),
    /// Mail goes to this user.
    Alias(&'static str),
}

/// The addresses that are no plain users.
pub(super) fn addresses() -> impl Iterator<Item = (&'static str, Life)> {
    lines(ADDRESSES).filter_map(|line| {
        let (address, rest) = line.split_once(' ')?;
        let (kind, rest) = rest.trim_start().split_once(' ')?;
        let rest = rest.trim();
        let life = match kind {
            "RCPT" => Life::Rcpt(rest),
            "DATA" => Life::Data(rest),
            "ALIAS" => Life::Alias(rest),
            _ => return None,
        };
        Some((address, life))
    })
}

/// A mailbox at the start.
pub(super) struct First {
    pub(super) user: &'static str,
    pub(super) name: &'static str,
    /// `\Sent` and the like (RFC 6154).
    pub(super) special: Option<&'static str>,
    /// Oldest first: the octets with CRLF, the age in seconds, the flags.
    pub(super) messages: Vec<(Vec<u8>, i64, Flags)>,
}

/// The mailboxes at the start, in the order of the file.
pub(super) fn mailboxes() -> Vec<First> {
    let mut out: Vec<First> = Vec::new();
    for line in lines(MAILBOXES) {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("mailbox") => {
                if let (Some(user), Some(name)) = (words.next(), words.next()) {
                    out.push(First { user, name, special: words.next(), messages: Vec::new() });
                }
            }
            Some("message") => {
                let file = words.next().and_then(|file| MESSAGES.iter().find(|(name, _)| *name == file));
                if let (Some(mailbox), Some((_, octets)), Some(age)) =
                    (out.last_mut(), file, words.next().and_then(seconds))
                {
                    let mut flags = Flags::default();
                    words.for_each(|flag| flags.insert(flag));
                    mailbox.messages.push((with_crlf(octets), age, flags));
                }
            }
            _ => {}
        }
    }
    out
}

/// `9d`, `26h`, `25m` in seconds.
fn seconds(age: &str) -> Option<i64> {
    let unit = match age.chars().last()? {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => return None,
    };
    age.get(..age.len() - 1)?.parse::<i64>().ok()?.checked_mul(unit)
}

/// The files may have either line ending; mail has CRLF.
pub(super) fn with_crlf(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len() + octets.len() / 32);
    for line in octets.split_inclusive(|&b| b == b'\n') {
        match line {
            [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => {
                out.extend_from_slice(text);
                out.extend_from_slice(b"\r\n");
            }
            text => out.extend_from_slice(text),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_assets_is_understood() {
        assert_eq!(users().count(), lines(USERS).count());
        assert_eq!(addresses().count(), lines(ADDRESSES).count());
        let mailboxes = mailboxes();
        let messages: usize = mailboxes.iter().map(|m| m.messages.len()).sum();
        assert_eq!(mailboxes.len() + messages, lines(MAILBOXES).count());
        for (_, life) in addresses() {
            match life {
                Life::Alias(user) => assert!(users().any(|(address, _)| address == user), "{user}"),
                Life::Rcpt(reply) | Life::Data(reply) => assert!(matches!(reply.as_bytes()[0], b'4' | b'5'), "{reply}"),
            }
        }
        for mailbox in &mailboxes {
            assert!(users().any(|(address, _)| address == mailbox.user), "{}", mailbox.user);
        }
    }

    #[test]
    fn lines_end_with_crlf_whatever_the_file_has() {
        assert_eq!(with_crlf(b"a\nb\r\n\nc"), b"a\r\nb\r\n\r\nc");
        for mailbox in mailboxes() {
            for (octets, _, _) in mailbox.messages {
                assert!(!String::from_utf8_lossy(&octets).replace("\r\n", "").contains(['\r', '\n']));
            }
        }
    }

    #[test]
    fn ages() {
        for (text, expect) in
            [("2d", Some(172_800)), ("3h", Some(10_800)), ("5m", Some(300)), ("5", None), ("d", None), ("", None)]
        {
            assert_eq!(seconds(text), expect, "{text}");
        }
    }
}
