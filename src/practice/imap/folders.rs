//! Mailboxes: SELECT, LIST, STATUS, CREATE, APPEND and their kin (RFC 9051 §6.3).

use jiff::Timestamp;

use crate::protocol::imap::grammar::{atom, flag_list, parenthesized, quoted};

use super::super::mailbox::{Flags, Mailbox, SYSTEM_FLAGS};
use super::super::world::{Account, same_name};
use super::super::{MESSAGE_CAP, Output, World};
use super::command::{Command, bad};
use super::pattern::{matches, patterns};
use super::view::View;
use super::{Imap, say};

const NONEXISTENT: &str = "NO [NONEXISTENT] there is no such mailbox";
/// Octets of a mailbox name.
pub(super) const NAME_CAP: usize = 500;

impl Imap {
    fn account<'w>(&self, world: &'w World) -> Result<&'w Account, String> {
        self.user.and_then(|user| world.account(user)).ok_or_else(|| "NO the account is gone".to_owned())
    }

    fn account_mut<'w>(&self, world: &'w mut World) -> Result<&'w mut Account, String> {
        self.user.and_then(|user| world.account_mut(user)).ok_or_else(|| "NO the account is gone".to_owned())
    }

    pub(super) fn select(
        &mut self,
        world: &World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let name = self.name(command)?;
        let read_only = command.verb == "EXAMINE";
        // Also when the new mailbox is not there, the old one is closed (RFC 9051 §6.3.2).
        if self.view.take().is_some() {
            say(out, "* OK [CLOSED] the previous mailbox is closed");
        }
        let mailbox = self.account(world)?.find(&name).ok_or(NONEXISTENT)?;
        let mut keywords: Vec<&str> = Vec::new();
        for keyword in mailbox.messages.iter().flat_map(|message| message.flags.keywords()) {
            if !keywords.contains(&keyword.as_str()) && keywords.len() < 100 {
                keywords.push(keyword);
            }
        }
        let flags = SYSTEM_FLAGS.iter().copied().chain(keywords).collect::<Vec<_>>().join(" ");
        say(out, &format!("* FLAGS ({flags})"));
        let permanent = if read_only { String::new() } else { format!("{flags} \\*") };
        say(out, &format!("* OK [PERMANENTFLAGS ({permanent})] flags that stay"));
        say(out, &format!("* {} EXISTS", mailbox.messages.len()));
        if !self.rev2 {
            say(out, "* 0 RECENT");
            if let Some(at) = mailbox.messages.iter().position(|message| !message.flags.has("\\Seen")) {
                say(out, &format!("* OK [UNSEEN {}] first unseen message", at + 1));
            }
        }
        say(out, &format!("* OK [UIDVALIDITY {}] UIDs are valid", mailbox.uid_validity));
        say(out, &format!("* OK [UIDNEXT {}] the next UID", mailbox.uid_next));
        if self.rev2 {
            self.list_line(out, "LIST", "", &mailbox.name);
        }
        self.view = Some(View::new(mailbox, read_only));
        let access = if read_only { "READ-ONLY" } else { "READ-WRITE" };
        Ok(format!("OK [{access}] {} completed", command.verb))
    }

    pub(super) fn close(&mut self, world: &mut World, command: &Command<'_>) -> Result<String, String> {
        if let (Some(view), "CLOSE") = (&self.view, command.verb)
            && !view.read_only
        {
            let validity = view.mailbox;
            let mailbox = self.account_mut(world)?.by_validity_mut(validity);
            if let Some(mailbox) = mailbox {
                mailbox.messages.retain(|message| !message.flags.has("\\Deleted"));
                world.touch();
            }
        }
        self.view = None;
        Ok(format!("OK {} completed", command.verb))
    }

    pub(super) fn list(
        &mut self,
        world: &World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let mut only: Vec<String> = Vec::new();
        if command.cursor.eat('(') {
            let options = command.cursor.take_while(|c| c != ')');
            only = options.split(' ').map(str::to_ascii_uppercase).collect();
            command.cursor.eat(')');
        }
        let reference = self.name(command)?;
        command.cursor.eat(' ');
        let patterns = patterns(command)?;
        let patterns: Vec<String> =
            patterns.into_iter().map(|pattern| self.plain(pattern)).collect::<Result<_, _>>()?;
        // LIST with an empty pattern asks for the separator (RFC 9051 §6.3.9).
        if patterns.iter().all(String::is_empty) {
            self.list_line(out, command.verb, "\\Noselect", "");
            return Ok(format!("OK {} completed", command.verb));
        }
        let account = self.account(world)?;
        let subscribed = command.verb == "LSUB" || only.iter().any(|option| option == "SUBSCRIBED");
        let special = only.iter().any(|option| option == "SPECIAL-USE");
        for mailbox in &account.mailboxes {
            let wanted = patterns.iter().any(|pattern| matches(&format!("{reference}{pattern}"), &mailbox.name));
            if !wanted || subscribed && !mailbox.subscribed || special && mailbox.special.is_none() {
                continue;
            }
            let prefix = format!("{}/", mailbox.name);
            let parent = account.mailboxes.iter().any(|other| other.name.starts_with(&prefix));
            let mut attributes = vec![if parent { "\\HasChildren" } else { "\\HasNoChildren" }];
            attributes.extend(mailbox.special);
            if subscribed && command.verb != "LSUB" {
                attributes.push("\\Subscribed");
            }
            self.list_line(out, command.verb, &attributes.join(" "), &mailbox.name);
        }
        Ok(format!("OK {} completed", command.verb))
    }

    pub(super) fn status(
        &mut self,
        world: &World,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let name = self.name(command)?;
        let mailbox = self.account(world)?.find(&name).ok_or(NONEXISTENT)?;
        command.cursor.eat(' ');
        let items = parenthesized(&mut command.cursor, "status items", |cursor| {
            atom(cursor, "a status item").map(str::to_ascii_uppercase)
        })
        .map_err(|fault| bad(&fault))?;
        let mut shown = Vec::new();
        for item in items.iter().take(32) {
            let value = match item.as_str() {
                "MESSAGES" => mailbox.messages.len(),
                "UNSEEN" => mailbox.unseen(),
                "DELETED" => mailbox.messages.iter().filter(|message| message.flags.has("\\Deleted")).count(),
                "SIZE" => mailbox.size(),
                "RECENT" => 0,
                "UIDNEXT" => usize::try_from(mailbox.uid_next).unwrap_or(usize::MAX),
                "UIDVALIDITY" => usize::try_from(mailbox.uid_validity).unwrap_or(usize::MAX),
                item => return Err(format!("BAD {item} is not a status item of this server")),
            };
            shown.push(format!("{item} {value}"));
        }
        self.status_line(out, &mailbox.name, &shown.join(" "));
        Ok("OK STATUS completed".to_owned())
    }

    pub(super) fn create(&mut self, world: &mut World, command: &mut Command<'_>) -> Result<String, String> {
        let name = self.name(command)?;
        let name = name.trim_end_matches('/');
        check_name(name)?;
        if self.account(world)?.find(name).is_some() {
            return Err("NO [ALREADYEXISTS] the mailbox exists".to_owned());
        }
        let made = self.user.is_some_and(|user| world.create(user, name));
        if made { Ok("OK CREATE completed".to_owned()) } else { Err("NO [LIMIT] too many mailboxes".to_owned()) }
    }

    pub(super) fn delete(&mut self, world: &mut World, command: &mut Command<'_>) -> Result<String, String> {
        let name = self.name(command)?;
        if same_name(&name, "INBOX") {
            return Err("NO [CANNOT] INBOX stays".to_owned());
        }
        let account = self.account_mut(world)?;
        let prefix = format!("{name}/");
        if account.mailboxes.iter().any(|mailbox| mailbox.name.starts_with(&prefix)) {
            return Err("NO [HASCHILDREN] delete the mailboxes below it first".to_owned());
        }
        let at = account.mailboxes.iter().position(|mailbox| mailbox.name == name).ok_or(NONEXISTENT)?;
        account.mailboxes.remove(at);
        world.touch();
        Ok("OK DELETE completed".to_owned())
    }

    pub(super) fn rename(&mut self, world: &mut World, command: &mut Command<'_>) -> Result<String, String> {
        let old = self.name(command)?;
        let new = self.name(command)?;
        let new = new.trim_end_matches('/');
        check_name(new)?;
        let account = self.account_mut(world)?;
        if account.find(new).is_some() {
            return Err("NO [ALREADYEXISTS] the new mailbox exists".to_owned());
        }
        let prefix = format!("{old}/");
        if new.starts_with(&prefix) {
            return Err("NO [CANNOT] a mailbox cannot go below itself".to_owned());
        }
        account.find(&old).ok_or(NONEXISTENT)?;
        if same_name(&old, "INBOX") {
            // RFC 9051 §6.3.6: its messages move, INBOX stays, empty.
            let user = self.user.unwrap_or_default();
            if !world.create(user, new) {
                return Err("NO [LIMIT] too many mailboxes".to_owned());
            }
            let account = self.account_mut(world)?;
            let moved = account.find_mut("INBOX").map(|inbox| std::mem::take(&mut inbox.messages)).unwrap_or_default();
            if let Some(target) = account.find_mut(new) {
                moved.into_iter().for_each(|m| _ = target.add(m.octets, m.flags, m.internal_date));
            }
        } else {
            for mailbox in &mut account.mailboxes {
                if mailbox.name == old {
                    mailbox.name = new.to_owned();
                } else if let Some(below) = mailbox.name.strip_prefix(&prefix) {
                    mailbox.name = format!("{new}/{below}");
                }
            }
        }
        world.touch();
        Ok("OK RENAME completed".to_owned())
    }

    pub(super) fn subscribe(&mut self, world: &mut World, command: &mut Command<'_>) -> Result<String, String> {
        let name = self.name(command)?;
        let mailbox = self.account_mut(world)?.find_mut(&name).ok_or(NONEXISTENT)?;
        mailbox.subscribed = command.verb == "SUBSCRIBE";
        Ok(format!("OK {} completed", command.verb))
    }

    pub(super) fn append(
        &mut self,
        world: &mut World,
        now: Timestamp,
        command: &mut Command<'_>,
    ) -> Result<String, String> {
        let name = self.name(command)?;
        let mut flags = Flags::default();
        let mut date = now;
        command.cursor.eat(' ');
        if command.cursor.peek() == Some('(') {
            let list = flag_list(&mut command.cursor).map_err(|fault| bad(&fault))?;
            list.iter().for_each(|flag| flags.insert(flag));
            command.cursor.eat(' ');
        }
        if command.cursor.peek() == Some('"') {
            let text = quoted(&mut command.cursor).map_err(|fault| bad(&fault))?;
            let day = text.strip_prefix(' ').map_or_else(|| text.clone(), |rest| format!("0{rest}"));
            date = Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", &day)
                .map_err(|_| format!("BAD expected a date like \"01-Feb-2026 12:00:00 +0000\", found \"{text}\""))?;
            command.cursor.eat(' ');
        }
        if command.cursor.peek() != Some('{') {
            return Err("BAD expected the literal {octets}, neither CATENATE nor UTF8 nor BINARY is offered".to_owned());
        }
        let octets = command.take_last_literal();
        if octets.is_empty() {
            return Err("NO an empty message is not kept".to_owned());
        }
        if octets.len() > MESSAGE_CAP {
            return Err(format!("NO [TOOBIG] a message has at most {MESSAGE_CAP} octets"));
        }
        let account = self.account_mut(world)?;
        let room = account.room(1, octets.len());
        let mailbox = account.find_mut(&name).ok_or("NO [TRYCREATE] there is no such mailbox")?;
        room.map_err(|_| "NO [OVERQUOTA] no room for the message")?;
        let uid = mailbox.add(octets.into(), flags, date);
        let answer = format!("OK [APPENDUID {} {uid}] APPEND completed", mailbox.uid_validity);
        world.touch();
        Ok(answer)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let odd = name.is_empty() || name.starts_with('/') || name.contains("//") || name.len() > NAME_CAP;
    if odd || name.chars().any(|c| c.is_control() || matches!(c, '*' | '%')) {
        return Err("NO [CANNOT] this is no name for a mailbox".to_owned());
    }
    Ok(())
}

/// The mailbox of a view.
pub(super) fn viewed<'w>(imap: &Imap, world: &'w World) -> Result<&'w Mailbox, String> {
    let validity = imap.view.as_ref().map(|view| view.mailbox).ok_or("BAD no mailbox is selected")?;
    imap.account(world)?.by_validity(validity).ok_or_else(|| "NO [NONEXISTENT] the mailbox was deleted".to_owned())
}

/// The mailbox of a view.
pub(super) fn viewed_mut<'w>(imap: &Imap, world: &'w mut World) -> Result<&'w mut Mailbox, String> {
    let validity = imap.view.as_ref().map(|view| view.mailbox).ok_or("BAD no mailbox is selected")?;
    let mailbox = imap.account_mut(world)?.by_validity_mut(validity);
    mailbox.ok_or_else(|| "NO [NONEXISTENT] the mailbox was deleted".to_owned())
}
