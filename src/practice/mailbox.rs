//! A mailbox and its messages, as IMAP (RFC 9051 §2.3) and POP3 see them.

use std::sync::Arc;

use jiff::Timestamp;

/// The system flags (RFC 9051 §2.3.2), in the order they are listed.
pub(super) const SYSTEM_FLAGS: [&str; 5] = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

/// A message has at most this many keywords.
const KEYWORD_CAP: usize = 64;

/// The flags of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    system: u8,
    keywords: Vec<String>,
}

impl Flags {
    fn bit(flag: &str) -> Option<u8> {
        SYSTEM_FLAGS.iter().position(|name| name.eq_ignore_ascii_case(flag)).map(|at| 1 << at)
    }

    /// Whether `flag` is set, in any case.
    pub(super) fn has(&self, flag: &str) -> bool {
        match Self::bit(flag) {
            Some(bit) => self.system & bit != 0,
            None => self.keywords.iter().any(|keyword| keyword.eq_ignore_ascii_case(flag)),
        }
    }

    /// Sets `flag`. A system flag nobody knows (`\Recent`, `\Foo`) is left out: it cannot be stored.
    pub(super) fn insert(&mut self, flag: &str) {
        match Self::bit(flag) {
            Some(bit) => self.system |= bit,
            None if flag.starts_with('\\') || self.has(flag) || self.keywords.len() >= KEYWORD_CAP => {}
            None => self.keywords.push(flag.to_owned()),
        }
    }

    /// Takes `flag` away.
    pub(super) fn remove(&mut self, flag: &str) {
        match Self::bit(flag) {
            Some(bit) => self.system &= !bit,
            None => self.keywords.retain(|keyword| !keyword.eq_ignore_ascii_case(flag)),
        }
    }

    /// The keywords.
    pub(super) fn keywords(&self) -> &[String] {
        &self.keywords
    }

    /// `\Flagged \Seen $Junk`.
    pub(super) fn text(&self) -> String {
        let system = SYSTEM_FLAGS.iter().enumerate().filter(|(at, _)| self.system & (1 << at) != 0).map(|(_, f)| *f);
        system.chain(self.keywords.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

/// A message in a mailbox.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// Never given twice in a mailbox (RFC 9051 §2.3.1.1).
    pub(super) uid: u32,
    /// When it arrived.
    pub(super) internal_date: Timestamp,
    /// Changeable by every session.
    pub(super) flags: Flags,
    /// Header and body, with CRLF. Shared: a copy costs nothing.
    pub(super) octets: Arc<[u8]>,
}

/// A mailbox.
#[derive(Clone, Debug)]
pub(super) struct Mailbox {
    /// UTF-8, `/` parts the levels.
    pub(super) name: String,
    /// `\Sent` and the like (RFC 6154).
    pub(super) special: Option<&'static str>,
    /// LSUB lists it.
    pub(super) subscribed: bool,
    /// Different for every mailbox there ever was, so it also names the mailbox through a RENAME.
    pub(super) uid_validity: u32,
    /// The next message gets this one.
    pub(super) uid_next: u32,
    /// In the order of their UIDs.
    pub(super) messages: Vec<Message>,
}

impl Mailbox {
    /// An empty mailbox.
    pub(super) fn new(name: &str, uid_validity: u32) -> Self {
        Self {
            name: name.to_owned(),
            special: None,
            subscribed: false,
            uid_validity,
            uid_next: 1,
            messages: Vec::new(),
        }
    }

    /// Adds a message at the end and returns its UID.
    pub(super) fn add(&mut self, octets: Arc<[u8]>, flags: Flags, internal_date: Timestamp) -> u32 {
        let uid = self.uid_next;
        self.uid_next = uid.saturating_add(1);
        self.messages.push(Message { uid, internal_date, flags, octets });
        uid
    }

    /// The message with this UID.
    pub(super) fn message(&self, uid: u32) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        self.messages.get(at)
    }

    /// The message with this UID.
    pub(super) fn message_mut(&mut self, uid: u32) -> Option<&mut Message> {
        let at = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        self.messages.get_mut(at)
    }

    /// Octets of all messages.
    pub(super) fn size(&self) -> usize {
        self.messages.iter().map(|message| message.octets.len()).sum()
    }

    /// Messages without `\Seen`.
    pub(super) fn unseen(&self) -> usize {
        self.messages.iter().filter(|message| !message.flags.has("\\Seen")).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_know_no_case_and_keep_keywords() {
        let mut flags = Flags::default();
        for flag in ["\\SEEN", "$Junk", "$junk", "\\Recent", "\\flagged"] {
            flags.insert(flag);
        }
        assert_eq!(flags.text(), "\\Flagged \\Seen $Junk");
        flags.remove("\\seen");
        flags.remove("$JUNK");
        assert_eq!(flags.text(), "\\Flagged");
        assert!(flags.has("\\FLAGGED") && !flags.has("\\Seen"));
    }
}
