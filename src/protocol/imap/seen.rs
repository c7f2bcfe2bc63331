//! What a server has told of its mailboxes and flags, for completion: names by LIST, LSUB and XLIST (RFC 9051 §7.3.1),
//! flags by FLAGS and PERMANENTFLAGS (§7.3.5, §7.1).

use std::collections::BTreeMap;

use super::response::{self, Response};
use crate::protocol::line::{Literals, literal_announced};

/// Mailboxes that are remembered.
const MOST_MAILBOXES: usize = 2000;
/// Flags that are remembered.
const MOST_FLAGS: usize = 200;
/// Octets of a response that is remembered, its literals included.
const LONGEST: usize = 4096;

/// The mailboxes and flags of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Names as they came, with their attributes.
    mailboxes: BTreeMap<String, String>,
    flags: Vec<String>,
    /// `None`: the server has not said, and every flag is to be taken for permanent.
    permanent: Option<Vec<String>>,
    /// A response that goes on behind a literal.
    open: Option<Vec<u8>>,
}

/// For whoever has seen nothing.
pub static NOTHING: Seen = Seen::new();

impl Seen {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { mailboxes: BTreeMap::new(), flags: Vec::new(), permanent: None, open: None }
    }

    /// The mailboxes in the order of their names: the name as it came, and its attributes.
    pub fn mailboxes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.mailboxes.iter().map(|(name, attributes)| (name.as_str(), attributes.as_str()))
    }

    /// The flags of the selected mailbox, and whether each is kept beyond this session. Empty: nothing is known.
    pub fn flags(&self) -> impl Iterator<Item = (&str, bool)> {
        let kept = |flag: &str| {
            self.permanent.as_ref().is_none_or(|flags| flags.iter().any(|other| other.eq_ignore_ascii_case(flag)))
        };
        self.flags.iter().map(move |flag| (flag.as_str(), kept(flag)))
    }

    /// Takes in a line of the server, or a piece of a literal.
    pub fn hear(&mut self, octets: &[u8], literal: bool) {
        if let Some(mut open) = self.open.take() {
            if open.len() + octets.len() > LONGEST {
                return;
            }
            open.extend_from_slice(octets);
            if literal {
                self.open = Some(open);
            } else {
                self.whole(open);
            }
        } else if !literal && concerns(octets) && octets.len() <= LONGEST {
            self.whole(octets.to_vec());
        }
    }

    fn whole(&mut self, mut octets: Vec<u8>) {
        if literal_announced(&octets, Literals::Server).is_some() {
            octets.extend_from_slice(b"\r\n");
            self.open = Some(octets);
            return;
        }
        match response::read(&octets).response {
            Some(Response::List { mailbox, .. }) => self.add(mailbox.name, mailbox.attributes.join(" ")),
            Some(Response::Flags(flags)) => {
                self.flags = flags;
                self.flags.truncate(MOST_FLAGS);
            }
            Some(Response::PermanentFlags(flags)) => self.permanent = Some(flags),
            _ => {}
        }
    }

    /// A mailbox exists.
    pub fn add(&mut self, name: String, attributes: String) {
        if self.mailboxes.len() < MOST_MAILBOXES {
            self.mailboxes.insert(name, attributes);
        }
    }

    /// A mailbox is gone.
    pub fn remove(&mut self, name: &str) {
        self.mailboxes.remove(name);
    }

    /// Another mailbox is being selected: it has its own flags.
    pub fn selecting(&mut self) {
        self.flags.clear();
        self.permanent = None;
    }
}

/// Whether a line is one of those that are read here, told without reading it: a flood of others costs nothing.
fn concerns(octets: &[u8]) -> bool {
    let Some(rest) = octets.strip_prefix(b"* ") else { return false };
    [&b"LIST "[..], b"LSUB ", b"XLIST ", b"FLAGS ", b"OK [PERMANENTFLAGS "]
        .iter()
        .any(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &[(&str, bool)]) -> Seen {
        let mut seen = Seen::default();
        for (line, literal) in lines {
            seen.hear(line.as_bytes(), *literal);
        }
        seen
    }

    #[test]
    fn mailboxes_are_remembered_as_they_came() {
        let seen = seen(&[
            ("* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"", false),
            ("* lsub () \".\" Entw&APw-rfe", false),
            ("* LIST () \"/\" {4}", false),
            ("a", true),
            ("\"b", true),
            ("c", true),
            ("", false),
            ("* LIST () \"/\" INBOX", false),
            ("* 3 EXISTS", false),
            ("* LIST broken", false),
            ("a1 OK LIST completed", false),
        ]);
        assert_eq!(
            seen.mailboxes().collect::<Vec<_>>(),
            [("Entw&APw-rfe", ""), ("INBOX", ""), ("Sent Items", "\\HasNoChildren \\Sent"), ("a\"bc", "")]
        );
    }

    #[test]
    fn flags_are_kept_or_not() {
        let mut seen = seen(&[
            ("* FLAGS (\\Seen \\Draft $Junk)", false),
            ("* OK [PERMANENTFLAGS (\\seen $Junk \\*)] Flags permitted.", false),
        ]);
        assert_eq!(seen.flags().collect::<Vec<_>>(), [("\\Seen", true), ("\\Draft", false), ("$Junk", true)]);
        seen.selecting();
        assert_eq!(seen.flags().count(), 0);
        seen.hear(b"* FLAGS (\\Seen)", false);
        assert_eq!(seen.flags().collect::<Vec<_>>(), [("\\Seen", true)]);
    }

    #[test]
    fn a_hostile_server_does_not_fill_the_memory() {
        let mut seen = Seen::default();
        for number in 0..MOST_MAILBOXES + 10 {
            seen.hear(format!("* LIST () \"/\" m{number}").as_bytes(), false);
        }
        assert_eq!(seen.mailboxes().count(), MOST_MAILBOXES);
        seen.hear(b"* LIST () \"/\" {9000}", false);
        for _ in 0..9 {
            seen.hear(&[b'x'; 1000], true);
        }
        assert_eq!(seen.open, None);
    }
}
