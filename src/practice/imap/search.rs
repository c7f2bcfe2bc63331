//! SEARCH (RFC 9051 §6.4.4). Text is looked for as it stands in the message, not decoded, in any case.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::protocol::imap::grammar::SearchKey;
use crate::protocol::imap::search::{SearchDate, search};

use super::super::mailbox::Message;
use super::super::mime::{fields, split, unfold};
use super::super::{Output, World};
use super::command::{Command, bad};
use super::folders::viewed;
use super::store::ranges;
use super::view::View;
use super::{Imap, say};

/// Keys that read the text of the messages, in one search.
const TEXT_KEYS_CAP: usize = 64;

/// A message, and its text in lower case once it was needed.
struct Candidate<'a> {
    message: &'a Message,
    number: u32,
    last: (u32, u32),
    now: Timestamp,
    lower: Option<(String, String)>,
}

impl Candidate<'_> {
    /// Header and body in lower case.
    fn text(&mut self) -> &(String, String) {
        self.lower.get_or_insert_with(|| {
            let (header, body) = split(&self.message.octets);
            let lower = |octets| String::from_utf8_lossy(octets).to_lowercase();
            (lower(header), lower(body))
        })
    }

    fn sent(&self) -> Option<Date> {
        let (header, _) = split(&self.message.octets);
        let field = fields(header).find(|field| field.name.eq_ignore_ascii_case(b"date"))?;
        let value = String::from_utf8(unfold(field.value)).ok()?;
        jiff::fmt::rfc2822::parse(&value).ok().map(|date| date.date())
    }

    fn came(&self) -> Date {
        self.message.internal_date.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    fn age(&self) -> i64 {
        self.now.as_second().saturating_sub(self.message.internal_date.as_second())
    }

    fn fits(&mut self, key: &SearchKey, command: &Command<'_>) -> bool {
        let octets = self.message.octets.len() as u64;
        match key {
            SearchKey::All => true,
            SearchKey::Recent | SearchKey::ModSeq(_) | SearchKey::Other(..) => false,
            SearchKey::Flag(flag) => self.message.flags.has(flag),
            SearchKey::Header(name, text) => {
                let (name, text) = (command.octets(name), command.text(text).to_lowercase());
                let (header, _) = split(&self.message.octets);
                fields(header)
                    .filter(|field| field.name.eq_ignore_ascii_case(&name))
                    .any(|field| String::from_utf8_lossy(&unfold(field.value)).to_lowercase().contains(&text))
            }
            SearchKey::Body(text) => {
                let text = command.text(text).to_lowercase();
                self.text().1.contains(&text)
            }
            SearchKey::Text(text) => {
                let text = command.text(text).to_lowercase();
                let (header, body) = self.text();
                header.contains(&text) || body.contains(&text)
            }
            SearchKey::Before(day) => civil(*day).is_some_and(|day| self.came() < day),
            SearchKey::On(day) => civil(*day).is_some_and(|day| self.came() == day),
            SearchKey::Since(day) => civil(*day).is_some_and(|day| self.came() >= day),
            SearchKey::SentBefore(day) => civil(*day).zip(self.sent()).is_some_and(|(day, sent)| sent < day),
            SearchKey::SentOn(day) => civil(*day).zip(self.sent()).is_some_and(|(day, sent)| sent == day),
            SearchKey::SentSince(day) => civil(*day).zip(self.sent()).is_some_and(|(day, sent)| sent >= day),
            SearchKey::Larger(than) => octets > *than,
            SearchKey::Smaller(than) => octets < *than,
            SearchKey::Younger(seconds) => self.age() <= i64::from(*seconds),
            SearchKey::Older(seconds) => self.age() >= i64::from(*seconds),
            SearchKey::Uid(set) => set.contains(self.message.uid, self.last.1),
            SearchKey::Sequence(set) => set.contains(self.number, self.last.0),
            SearchKey::Not(key) => !self.fits(key, command),
            SearchKey::Or(left, right) => self.fits(left, command) || self.fits(right, command),
            SearchKey::And(keys) => keys.iter().all(|key| self.fits(key, command)),
        }
    }
}

fn civil(day: SearchDate) -> Option<Date> {
    Date::new(i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
}

/// Keys that read text; an error for keys and sets that this server does not know.
fn weigh(keys: &[SearchKey]) -> Result<usize, String> {
    let mut count = 0;
    for key in keys {
        count += match key {
            SearchKey::Header(..) | SearchKey::Body(_) | SearchKey::Text(_) => 1,
            SearchKey::SentBefore(_) | SearchKey::SentOn(_) | SearchKey::SentSince(_) => 1,
            SearchKey::Not(key) => weigh(std::slice::from_ref(key))?,
            SearchKey::Or(left, right) => weigh(std::slice::from_ref(left))? + weigh(std::slice::from_ref(right))?,
            SearchKey::And(keys) => weigh(keys)?,
            SearchKey::Other(name) => return Err(format!("BAD the search key {name} is not offered")),
            SearchKey::ModSeq(_) => return Err("BAD the search key MODSEQ is not offered".to_owned()),
            SearchKey::Uid(set) | SearchKey::Sequence(set) if set.0.is_empty() => {
                return Err("BAD $ needs SEARCHRES, which is not offered".to_owned());
            }
            _ => 0,
        };
    }
    Ok(count)
}

impl Imap {
    pub(super) fn search(
        &mut self,
        world: &World,
        now: Timestamp,
        command: &mut Command<'_>,
        out: &mut Vec<Output>,
    ) -> Result<String, String> {
        let search = search(&mut command.cursor).map_err(|fault| bad(&fault))?;
        if let Some(charset) = &search.charset {
            let charset = command.text(charset);
            if !charset.eq_ignore_ascii_case("UTF-8") && !charset.eq_ignore_ascii_case("US-ASCII") {
                return Err("NO [BADCHARSET (US-ASCII UTF-8)] this charset is not known".to_owned());
            }
        }
        if weigh(&search.keys)? > TEXT_KEYS_CAP {
            return Err(format!("NO [LIMIT] more than {TEXT_KEYS_CAP} keys that read text"));
        }
        let by_uid = command.verb == "UID SEARCH";
        let mailbox = viewed(self, world)?;
        let known = self.view.as_ref().map_or(&[][..], |view: &View| view.known.as_slice());
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let last = (number(known.len()), known.last().map_or(0, |(uid, _)| *uid));
        let mut found = Vec::new();
        for (at, (uid, _)) in known.iter().enumerate() {
            let Some(message) = mailbox.message(*uid) else { continue };
            let mut candidate = Candidate { message, number: number(at + 1), last, now, lower: None };
            if search.keys.iter().all(|key| candidate.fits(key, command)) {
                found.push(if by_uid { *uid } else { number(at + 1) });
            }
        }
        match &search.returns {
            None if !self.rev2 => {
                let list: String = found.iter().map(|number| format!(" {number}")).collect();
                say(out, &format!("* SEARCH{list}"));
            }
            returns => say(out, &esearch(command.tag, by_uid, returns.as_deref().unwrap_or_default(), &found)),
        }
        Ok(format!("OK {} completed", command.verb))
    }
}

/// `* ESEARCH (TAG "a") …` (RFC 9051 §7.3.4); no option means ALL.
fn esearch(tag: &str, by_uid: bool, options: &[String], found: &[u32]) -> String {
    let wants = |name: &str| options.iter().any(|option| option == name);
    let mut line = format!("* ESEARCH (TAG \"{tag}\")");
    if by_uid {
        line.push_str(" UID");
    }
    if let (Some(first), Some(last)) = (found.first(), found.last()) {
        if wants("MIN") {
            line.push_str(&format!(" MIN {first}"));
        }
        if wants("MAX") {
            line.push_str(&format!(" MAX {last}"));
        }
        if wants("ALL") || options.is_empty() {
            line.push_str(&format!(" ALL {}", ranges(found)));
        }
    }
    if wants("COUNT") {
        line.push_str(&format!(" COUNT {}", found.len()));
    }
    line
}
