//! What a session knows of its mailbox, and how it learns what others changed (RFC 9051 §5.2, §7.4, §7.5).

use crate::protocol::imap::grammar::SequenceSet;

use super::super::mailbox::{Flags, Mailbox};
use super::super::{Output, World};
use super::{Imap, say};

/// The selected mailbox as the client was told.
#[derive(Debug)]
pub(super) struct View {
    /// The UIDVALIDITY, which names the mailbox.
    pub(super) mailbox: u32,
    pub(super) read_only: bool,
    /// UID and flags of every message by its number, from 1.
    pub(super) known: Vec<(u32, Flags)>,
    /// The world's generation when this was the whole truth.
    generation: Option<u64>,
}

impl View {
    pub(super) fn new(mailbox: &Mailbox, read_only: bool) -> Self {
        let known = mailbox.messages.iter().map(|message| (message.uid, message.flags.clone())).collect();
        Self { mailbox: mailbox.uid_validity, read_only, known, generation: None }
    }

    /// Number and UID of the messages in a set of numbers or of UIDs.
    pub(super) fn select(&self, set: &SequenceSet, uid: bool) -> Vec<(usize, u32)> {
        let last = if uid { self.known.last().map_or(0, |(uid, _)| *uid) } else { number(self.known.len()) };
        let pairs = self.known.iter().enumerate().map(|(at, (uid, _))| (at + 1, *uid));
        pairs.filter(|&(at, u)| set.contains(if uid { u } else { number(at) }, last)).collect()
    }

    /// Whether every number of the set is one of a message; UIDs may be of nobody (RFC 9051 §6.4.9).
    pub(super) fn covers(&self, set: &SequenceSet) -> bool {
        let count = number(self.known.len());
        set.0.iter().flat_map(|(from, to)| [from, to]).all(|end| end.unwrap_or(count.max(1)) <= count)
    }

    /// Says that the client was told the flags of message `at`.
    pub(super) fn told(&mut self, at: usize, flags: &Flags) {
        if let Some((_, known)) = at.checked_sub(1).and_then(|at| self.known.get_mut(at)) {
            known.clone_from(flags);
        }
    }
}

/// Message counts stay far below 2³².
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Imap {
    /// Tells what changed in the selected mailbox; EXPUNGE only when it is allowed now.
    pub(super) fn sync(&mut self, world: &World, expunge: bool, out: &mut Vec<Output>) {
        let (Some(view), Some(user)) = (&mut self.view, self.user) else { return };
        if view.generation == Some(world.generation()) {
            return;
        }
        let none = Vec::new();
        let messages = world
            .account(user)
            .and_then(|account| account.by_validity(view.mailbox))
            .map_or(&none, |mailbox| &mailbox.messages);
        let mut behind = false;
        if expunge {
            let mut at = 0;
            view.known.retain(|(uid, _)| {
                let here = messages.binary_search_by_key(uid, |message| message.uid).is_ok();
                if here {
                    at += 1;
                } else {
                    say(out, &format!("* {} EXPUNGE", at + 1));
                }
                here
            });
        }
        for (at, (uid, flags)) in view.known.iter_mut().enumerate() {
            match messages.binary_search_by_key(uid, |message| message.uid).ok().and_then(|found| messages.get(found)) {
                None => behind = true,
                Some(message) if message.flags != *flags => {
                    flags.clone_from(&message.flags);
                    say(out, &format!("* {} FETCH (UID {uid} FLAGS ({}))", at + 1, flags.text()));
                }
                Some(_) => {}
            }
        }
        let last = view.known.last().map_or(0, |(uid, _)| *uid);
        let before = view.known.len();
        let new = messages.iter().filter(|message| message.uid > last);
        view.known.extend(new.map(|message| (message.uid, message.flags.clone())));
        if view.known.len() > before {
            say(out, &format!("* {} EXISTS", view.known.len()));
            if !self.rev2 {
                say(out, "* 0 RECENT");
            }
        }
        view.generation = (!behind).then(|| world.generation());
    }
}
