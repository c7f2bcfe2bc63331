//! STORE, COPY, MOVE and EXPUNGE (RFC 9051 §6.4.3, §6.4.6 to §6.4.9).

use crate::protocol::imap::grammar::{SequenceSet, flag, flag_list, sequence_set, space};

use super::super::{Output, World};
use super::command::{Command, bad};
use super::folders::{viewed, viewed_mut};
use super::{Imap, say};

/// Message numbers and UIDs of a set.
pub(super) type Chosen = Vec<(usize, u32)>;

impl Imap {
    /// Reads a set and the space behind it, and finds its messages.
    pub(super) fn chosen(&self, command: &mut Command<'_>) -> Result<Chosen, String> {
        let set = sequence_set(&mut command.cursor).map_err(|fault| bad(&fault))?;
        let uid = command.verb.starts_with("UID ");
        self.find(&set, uid)
    }

    fn find(&self, set: &SequenceSet, uid: bool) -> Result<Chosen, String> {
        if set.0.is_empty() {
            return Err("BAD $ needs SEARCHRES, which is not offered".to_owned());
        }
        let view = self.view.as_ref().ok_or("BAD no mailbox is selected")?;
        if !uid && !view.covers(set) {
            return Err(format!("BAD the mailbox has {} messages, the set names others", view.known.len()));
        }
        Ok(view.select(set, uid))
    }

    fn writable(&self) -> Result<(), String> {
        match &self.view {
            Some(view) if view.read_only => Err("NO [READ-ONLY] the mailbox was opened with EXAMINE".to_owned()),
            _ => Ok(()),
        }
    }

    pub(super) fn store(
        &mut self,
        world: &mut World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let chosen = self.chosen(command)?;
        let cursor = &mut command.cursor;
        space(cursor, "FLAGS").map_err(|fault| bad(&fault))?;
        let sign = [Some('+'), Some('-')].into_iter().flatten().find(|&sign| cursor.eat(sign));
        if !cursor.eat_word("FLAGS") {
            return Err(bad(&cursor.expected("FLAGS, +FLAGS or -FLAGS")));
        }
        let silent = cursor.eat_word(".SILENT");
        space(cursor, "flags").map_err(|fault| bad(&fault))?;
        let flags = if cursor.peek() == Some('(') {
            flag_list(cursor).map_err(|fault| bad(&fault))?
        } else {
            let mut flags = Vec::new();
            loop {
                flags.push(flag(cursor).map_err(|fault| bad(&fault))?);
                if !cursor.eat(' ') {
                    break flags;
                }
            }
        };
        self.writable()?;
        let mailbox = viewed_mut(self, world)?;
        let mut changed = false;
        let mut told = Vec::new();
        for (at, uid) in chosen {
            let Some(message) = mailbox.message_mut(uid) else { continue };
            let before = message.flags.clone();
            match sign {
                None => {
                    message.flags = super::super::mailbox::Flags::default();
                    flags.iter().for_each(|flag| message.flags.insert(flag));
                }
                Some('+') => flags.iter().for_each(|flag| message.flags.insert(flag)),
                Some(_) => flags.iter().for_each(|flag| message.flags.remove(flag)),
            }
            changed |= before != message.flags;
            if !silent {
                let uid = if command.verb.starts_with("UID ") { format!("UID {uid} ") } else { String::new() };
                say(out, &format!("* {at} FETCH ({uid}FLAGS ({}))", message.flags.text()));
            }
            told.push((at, message.flags.clone()));
        }
        if let Some(view) = &mut self.view {
            told.iter().for_each(|(at, flags)| view.told(*at, flags));
        }
        if changed {
            world.touch();
        }
        Ok(format!("OK {} completed", command.verb))
    }

    /// COPY and MOVE.
    pub(super) fn copy(
        &mut self,
        world: &mut World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let chosen = self.chosen(command)?;
        let name = self.name(command)?;
        let moves = command.verb.ends_with("MOVE");
        if moves {
            self.writable()?;
        }
        let source = viewed(self, world)?;
        let messages: Vec<_> = chosen.iter().filter_map(|(_, uid)| source.message(*uid).cloned()).collect();
        let source = source.uid_validity;
        let user = self.user.unwrap_or_default();
        let account = world.account_mut(user).ok_or("NO the account is gone")?;
        let room = account.room(messages.len(), messages.iter().map(|message| message.octets.len()).sum());
        let target = account.find_mut(&name).ok_or("NO [TRYCREATE] there is no such mailbox")?;
        room.map_err(|_| "NO [OVERQUOTA] no room for the messages")?;
        if messages.is_empty() {
            return Ok(format!("OK {} completed, no messages", command.verb));
        }
        let from: Vec<u32> = messages.iter().map(|message| message.uid).collect();
        let validity = target.uid_validity;
        let to: Vec<u32> = messages.into_iter().map(|m| target.add(m.octets, m.flags, m.internal_date)).collect();
        if moves && let Some(mailbox) = account.by_validity_mut(source) {
            mailbox.messages.retain(|message| from.binary_search(&message.uid).is_err());
        }
        world.touch();
        let code = format!("[COPYUID {validity} {} {}]", ranges(&from), ranges(&to));
        if moves {
            // RFC 6851 §4.3: COPYUID comes before the EXPUNGEs.
            say(out, &format!("* OK {code} moved"));
            return Ok(format!("OK {} completed", command.verb));
        }
        Ok(format!("OK {code} {} completed", command.verb))
    }

    pub(super) fn expunge(
        &mut self,
        world: &mut World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let only = if command.verb == "UID EXPUNGE" { Some(self.chosen(command)?) } else { None };
        self.writable()?;
        let mailbox = viewed_mut(self, world)?;
        let before = mailbox.messages.len();
        mailbox.messages.retain(|message| {
            let meant =
                only.as_ref().is_none_or(|only| only.binary_search_by_key(&message.uid, |(_, uid)| *uid).is_ok());
            !(meant && message.flags.has("\\Deleted"))
        });
        if mailbox.messages.len() < before {
            world.touch();
            self.sync(world, true, out);
        }
        Ok(format!("OK {} completed", command.verb))
    }
}

/// `1:3,7`.
pub(super) fn ranges(numbers: &[u32]) -> String {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match out.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => out.push((number, number)),
        }
    }
    let show = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from}:{to}") };
    out.iter().map(show).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn numbers_in_ranges() {
        for (numbers, expect) in
            [(&[][..], ""), (&[1], "1"), (&[1, 2, 3, 7, 9, 10], "1:3,7,9:10"), (&[u32::MAX], "4294967295")]
        {
            assert_eq!(ranges(numbers), expect);
        }
    }
}
