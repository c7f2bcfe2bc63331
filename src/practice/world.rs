//! The small world behind the servers: users, their mailboxes, and the mail that left.

use std::sync::{Arc, Weak};

use jiff::{SignedDuration, Timestamp};

use crate::protocol::secret::Secret;

use super::mail::{self, Life};
use super::mailbox::{Flags, Mailbox};

/// Octets and messages one user may keep.
const QUOTA: usize = 256 * 1024 * 1024;
const MESSAGES_CAP: usize = 10_000;
const MAILBOXES_CAP: usize = 1_000;
/// What left is kept to be looked at; the oldest go first.
const OUTGOING_CAP: usize = 100;

/// Mail that left [`super::DOMAIN`] after AUTH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The queue number in the `250` answer.
    pub queue: String,
    /// The reverse path, without angle brackets; empty for a bounce.
    pub from: String,
    /// The recipients outside.
    pub to: Vec<String>,
    /// Header and body, as they would be sent on.
    pub octets: Arc<[u8]>,
}

/// The user without a password that ANONYMOUS makes one (RFC 4505).
const ANONYMOUS: &str = "anonymous@example.test";

/// What an access token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// It makes one this user.
    Good(usize),
    /// It did.
    Expired,
    /// Nobody gave it out.
    Unknown,
}

/// Why a message could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The user's quota of octets or messages is used up.
    Quota,
    /// The message alone is too big.
    Message,
}

/// A user.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) address: &'static str,
    password: Secret,
    pub(super) mailboxes: Vec<Mailbox>,
    /// Alive as long as the POP3 session that holds the maildrop (RFC 1939 §4).
    maildrop: Weak<()>,
}

impl Account {
    /// The mailbox with this name; `INBOX` in any case (RFC 9051 §5.1).
    pub(super) fn find(&self, name: &str) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|mailbox| same_name(&mailbox.name, name))
    }

    /// The mailbox with this name.
    pub(super) fn find_mut(&mut self, name: &str) -> Option<&mut Mailbox> {
        self.mailboxes.iter_mut().find(|mailbox| same_name(&mailbox.name, name))
    }

    /// The mailbox with this UIDVALIDITY.
    pub(super) fn by_validity(&self, uid_validity: u32) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|mailbox| mailbox.uid_validity == uid_validity)
    }

    /// The mailbox with this UIDVALIDITY.
    pub(super) fn by_validity_mut(&mut self, uid_validity: u32) -> Option<&mut Mailbox> {
        self.mailboxes.iter_mut().find(|mailbox| mailbox.uid_validity == uid_validity)
    }

    /// Whether `octets` more in `messages` more still fit.
    pub(super) fn room(&self, messages: usize, octets: usize) -> Result<(), Full> {
        let (count, size) = self
            .mailboxes
            .iter()
            .fold((0, 0), |(count, size), mailbox| (count + mailbox.messages.len(), size + mailbox.size()));
        if count + messages > MESSAGES_CAP || size + octets > QUOTA { Err(Full::Quota) } else { Ok(()) }
    }

    /// Holds the maildrop until the returned token is dropped; `None` when another session has it.
    pub(super) fn lock_maildrop(&mut self) -> Option<Arc<()>> {
        if self.maildrop.strong_count() > 0 {
            return None;
        }
        let token = Arc::new(());
        self.maildrop = Arc::downgrade(&token);
        Some(token)
    }
}

/// `INBOX` is the same in any case; other names are not.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a == b || a.eq_ignore_ascii_case("INBOX") && b.eq_ignore_ascii_case("INBOX")
}

/// What an address is to a mail exchanger of the practice world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    /// A user, by number.
    User(usize),
    /// RCPT is answered with this reply.
    Refused(&'static str),
    /// RCPT is accepted, the message is answered with this reply.
    Trap(&'static str),
    /// In the domain, and nobody.
    Unknown,
    /// Another domain.
    Outside,
}

/// The small world: what the practice servers share.
#[derive(Debug)]
pub struct World {
    accounts: Vec<Account>,
    lives: Vec<(&'static str, Life)>,
    outgoing: Vec<Outgoing>,
    relayed: u64,
    generation: u64,
    next_validity: u32,
    next_queue: u64,
    tickets: u64,
    born: Timestamp,
    /// The server that asks lets everybody in.
    trusting: bool,
}

impl World {
    /// The world as `assets/practice` tells it, with the ages of the messages counted back from `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let mut world = Self {
            accounts: Vec::new(),
            lives: mail::addresses().collect(),
            outgoing: Vec::new(),
            relayed: 0,
            generation: 0,
            // RFC 9051 §2.3.1.1 suggests the time of creation: it is larger in the next session.
            next_validity: u32::try_from(now.as_second()).unwrap_or(1).max(1),
            next_queue: 1,
            tickets: 0,
            born: now,
            trusting: false,
        };
        for (address, password) in mail::users() {
            let inbox = Mailbox::new("INBOX", world.take_validity());
            world.accounts.push(Account { address, password, mailboxes: vec![inbox], maildrop: Weak::new() });
        }
        for first in mail::mailboxes() {
            let validity = world.take_validity();
            let Some(account) = world.accounts.iter_mut().find(|account| account.address == first.user) else {
                continue;
            };
            if account.find(first.name).is_none() {
                account.mailboxes.push(Mailbox::new(first.name, validity));
            }
            if let Some(mailbox) = account.find_mut(first.name) {
                mailbox.special = first.special;
                mailbox.subscribed = true;
                for (octets, age, flags) in first.messages {
                    let date = now.checked_sub(SignedDuration::from_secs(age)).unwrap_or(now);
                    mailbox.add(octets.into(), flags, date);
                }
            }
        }
        let mailboxes = vec![Mailbox::new("INBOX", world.take_validity())];
        world.accounts.push(Account {
            address: ANONYMOUS,
            password: Secret::default(),
            mailboxes,
            maildrop: Weak::new(),
        });
        world
    }

    /// A number that changes whenever a mailbox changes; then [`super::Server::notified`] has news to tell.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Mail that left the domain, oldest first, the last hundred.
    #[must_use]
    pub fn outgoing(&self) -> &[Outgoing] {
        &self.outgoing
    }

    /// How many messages left the domain.
    #[must_use]
    pub const fn relayed(&self) -> u64 {
        self.relayed
    }

    /// A number that no other connection is given.
    pub(super) const fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    /// For a challenge: the same is never given twice, here or in another world. It can be guessed, which only the
    /// practice world may allow.
    pub(super) fn nonce(&mut self) -> String {
        let ticket = self.ticket();
        format!("{}.{ticket}", self.born.as_nanosecond())
    }

    /// Says that a mailbox changed.
    pub(super) fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// The user with this name, with or without the domain, and this password.
    pub(super) fn login(&self, user: &str, password: &Secret) -> Option<usize> {
        self.login_by(user, |right| right == password)
    }

    /// The user with this name or address whose password is shown to be known.
    pub(super) fn login_by(&self, user: &str, knows: impl FnOnce(&Secret) -> bool) -> Option<usize> {
        // Somebody whom a trusting server does not know becomes the first user.
        let at = self.user(user).or(self.trusting.then_some(0))?;
        let account = self.accounts.get(at).filter(|account| !account.password.is_empty());
        account.filter(|account| self.trusting || knows(&account.password)).map(|_| at)
    }

    /// Whether every password is right, until the contrary is said: for a server that does so on purpose.
    pub(super) const fn trust(&mut self, everybody: bool) {
        self.trusting = everybody;
    }

    /// The user that ANONYMOUS makes one.
    pub(super) fn anonymous(&self) -> Option<usize> {
        self.user(ANONYMOUS)
    }

    /// Whose token this is.
    pub(super) fn token(&self, token: &str) -> Token {
        match mail::tokens().find(|known| known.0 == token) {
            Some((_, address, true)) => self.user(address).map_or(Token::Unknown, Token::Good),
            Some((_, _, false)) => Token::Expired,
            None => Token::Unknown,
        }
    }

    /// The number of a user by name or address.
    pub(super) fn user(&self, user: &str) -> Option<usize> {
        self.accounts.iter().position(|account| {
            let local = account.address.split('@').next().unwrap_or_default();
            account.address.eq_ignore_ascii_case(user) || local.eq_ignore_ascii_case(user)
        })
    }

    /// A user by number.
    pub(super) fn account(&self, user: usize) -> Option<&Account> {
        self.accounts.get(user)
    }

    /// A user by number.
    pub(super) fn account_mut(&mut self, user: usize) -> Option<&mut Account> {
        self.accounts.get_mut(user)
    }

    /// What `local_part@domain` is here. No domain is only right for `postmaster` (RFC 5321 §4.5.1).
    pub(super) fn recipient(&self, local_part: &str, domain: Option<&str>) -> Recipient {
        match domain {
            Some(domain) if !domain.trim_end_matches('.').eq_ignore_ascii_case(super::DOMAIN) => {
                return Recipient::Outside;
            }
            None if !local_part.eq_ignore_ascii_case("postmaster") => return Recipient::Unknown,
            _ => {}
        }
        let address = format!("{local_part}@{}", super::DOMAIN);
        match self.lives.iter().find(|(known, _)| known.eq_ignore_ascii_case(&address)) {
            Some((_, Life::Rcpt(reply))) => Recipient::Refused(reply),
            Some((_, Life::Data(reply))) => Recipient::Trap(reply),
            Some((_, Life::Alias(user))) => self.user(user).map_or(Recipient::Unknown, Recipient::User),
            None => self
                .accounts
                .iter()
                .position(|account| account.address.eq_ignore_ascii_case(&address))
                .map_or(Recipient::Unknown, Recipient::User),
        }
    }

    /// Puts a message into a user's INBOX, where every session sees it at once.
    pub(super) fn deliver(&mut self, user: usize, octets: Arc<[u8]>, now: Timestamp) -> Result<u32, Full> {
        let account = self.accounts.get_mut(user).ok_or(Full::Quota)?;
        if octets.len() > super::MESSAGE_CAP {
            return Err(Full::Message);
        }
        account.room(1, octets.len())?;
        let inbox = account.find_mut("INBOX").ok_or(Full::Quota)?;
        let uid = inbox.add(octets, Flags::default(), now);
        self.touch();
        Ok(uid)
    }

    /// Counts and keeps a message for another domain.
    pub(super) fn send_outside(&mut self, outgoing: Outgoing) {
        self.relayed += 1;
        self.outgoing.push(outgoing);
        let held: usize = self.outgoing.iter().map(|o| o.octets.len()).sum();
        if self.outgoing.len() > OUTGOING_CAP || held > QUOTA {
            self.outgoing.remove(0);
        }
    }

    /// The next queue number, as it stands in Received and in the `250` answer.
    pub(super) fn take_queue(&mut self) -> String {
        let number = self.next_queue;
        self.next_queue += 1;
        format!("4P{number:06X}")
    }

    fn take_validity(&mut self) -> u32 {
        let validity = self.next_validity;
        self.next_validity = validity.checked_add(1).unwrap_or(1);
        validity
    }

    /// Makes an empty mailbox; `false` when the user has too many.
    pub(super) fn create(&mut self, user: usize, name: &str) -> bool {
        let validity = self.take_validity();
        let Some(account) = self.accounts.get_mut(user).filter(|account| account.mailboxes.len() < MAILBOXES_CAP)
        else {
            return false;
        };
        account.mailboxes.push(Mailbox::new(name, validity));
        self.touch();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        World::new("2025-01-15T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn the_world_of_the_assets() {
        let world = world();
        let alice = world.account(0).unwrap();
        assert_eq!(alice.address, "alice@example.test");
        let names: Vec<_> = alice.mailboxes.iter().map(|m| (m.name.as_str(), m.special, m.messages.len())).collect();
        assert_eq!(
            names,
            [
                ("INBOX", None, 6),
                ("Sent", Some("\\Sent"), 1),
                ("Drafts", Some("\\Drafts"), 1),
                ("Archive", Some("\\Archive"), 0),
                ("Archive/2024", None, 0),
            ]
        );
        assert_eq!(world.account(1).unwrap().find("inbox").unwrap().messages.len(), 2);
    }

    #[test]
    fn logins() {
        let world = world();
        for (user, password, expect) in [
            ("alice", "correct horse", Some(0)),
            ("ALICE@example.test", "correct horse", Some(0)),
            ("alice", "Correct horse", None),
            ("bob@example.test", "123secret", Some(1)),
            ("bob", "S", None),
            ("zoe", "Zoë trinkt Tee ☕", Some(2)),
            ("", "", None),
            ("anonymous", "", None),
        ] {
            assert_eq!(world.login(user, &Secret::from(password)), expect, "{user}");
        }
    }

    #[test]
    fn recipients() {
        let world = world();
        for (local, domain, expect) in [
            ("alice", Some("EXAMPLE.test"), Recipient::User(0)),
            ("Postmaster", None, Recipient::User(0)),
            ("abuse", Some("example.test"), Recipient::User(0)),
            ("alice", None, Recipient::Unknown),
            ("nobody", Some("example.test"), Recipient::Unknown),
            ("alice", Some("example.org"), Recipient::Outside),
            ("full", Some("example.test"), Recipient::Refused("452 4.2.2 the mailbox is full")),
            ("spam", Some("example.test"), Recipient::Trap("554 5.7.1 the message was refused as spam")),
        ] {
            assert_eq!(world.recipient(local, domain), expect, "{local}");
        }
    }

    #[test]
    fn the_maildrop_is_free_when_its_session_is_gone() {
        let mut world = world();
        let alice = world.account_mut(0).unwrap();
        let token = alice.lock_maildrop();
        assert!(token.is_some() && alice.lock_maildrop().is_none());
        drop(token);
        assert!(alice.lock_maildrop().is_some());
    }

    #[test]
    fn delivery_changes_the_generation_and_knows_limits() {
        let mut world = world();
        let before = world.generation();
        let now = "2025-01-15T12:00:00Z".parse().unwrap();
        assert_eq!(world.deliver(0, Arc::from(&b"x"[..]), now), Ok(7));
        assert_ne!(world.generation(), before);
        let big: Arc<[u8]> = vec![b'x'; super::super::MESSAGE_CAP].into();
        for _ in 0..10 {
            assert!(world.deliver(0, big.clone(), now).is_ok());
        }
        assert_eq!(world.deliver(0, big, now), Err(Full::Quota));
    }
}
