//! Message content: DATA (RFC 5321 §4.1.1.4), BDAT (RFC 3030) and what becomes of it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::protocol::line::Frame;
use crate::protocol::reply::ReplyCode;
use crate::protocol::smtp::address::literal_of;

use super::super::world::{Outgoing, Recipient};
use super::super::{Output, Service, World};
use super::{Mode, SIZE_LIMIT, Smtp, Transaction, say, say_line};

/// Octets of a text line without its ending (RFC 5321 §4.5.3.1.6).
const TEXT_LINE_CAP: usize = 998;

/// DATA under way.
#[derive(Debug, Default)]
pub(super) struct Data {
    octets: Vec<u8>,
    /// The answer after the final dot, when it will be no.
    refusal: Option<String>,
    lines: u64,
}

/// One BDAT chunk under way.
#[derive(Debug)]
pub(super) struct Bdat {
    left: u64,
    octets: u64,
    last: bool,
    /// The answer after the chunk, when it will be no: its octets are read and dropped.
    refusal: Option<String>,
}

fn too_big() -> String {
    format!("552 5.3.4 message too big, {SIZE_LIMIT} octets are allowed")
}

impl Smtp {
    pub(super) fn data_line(
        &mut self,
        world: &mut World,
        now: Timestamp,
        mut data: Data,
        frame: Frame<'_>,
        goes_on: bool,
        out: &mut Vec<Output>,
    ) {
        if !goes_on {
            if frame.bytes == b"." && !frame.continues {
                return match data.refusal {
                    Some(refusal) => self.refuse_message(&refusal, out),
                    None => self.finish(world, now, data.octets, out),
                };
            }
            data.lines += 1;
        }
        // Transparency (RFC 5321 §4.5.2): a dot at the start of a line was added by the client.
        let line = if goes_on { frame.bytes } else { frame.bytes.strip_prefix(b".").unwrap_or(frame.bytes) };
        if data.refusal.is_none() {
            if goes_on || line.len() > TEXT_LINE_CAP {
                let number = data.lines;
                data.refusal =
                    Some(format!("500 5.5.2 line {number} of the message is longer than {TEXT_LINE_CAP} octets"));
            } else if data.octets.len() + line.len() + 2 > SIZE_LIMIT {
                data.refusal = Some(too_big());
            }
        }
        if data.refusal.is_none() {
            data.octets.extend_from_slice(line);
            data.octets.extend_from_slice(frame.ending.bytes());
        } else {
            data.octets = Vec::new();
        }
        self.mode = Mode::Data(data);
    }

    pub(super) fn bdat(&mut self, world: &mut World, now: Timestamp, arguments: &str, out: &mut Vec<Output>) {
        let mut words = arguments.split_ascii_whitespace();
        let Some(octets) = words.next().and_then(|n| n.parse::<u64>().ok()) else {
            return say(out, ReplyCode(501), "5.5.4 expected BDAT and the number of octets");
        };
        let last = words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST"));
        let refusal = match &mut self.transaction {
            None => Some("503 5.5.1 bad sequence: send MAIL first".to_owned()),
            Some(transaction) if transaction.to.is_empty() => {
                Some("503 5.5.1 bad sequence: no valid recipients, send RCPT first".to_owned())
            }
            Some(transaction) => {
                let so_far = transaction.chunks.get_or_insert_default().len() as u64;
                (so_far.saturating_add(octets) > SIZE_LIMIT as u64).then(too_big)
            }
        };
        let chunk = Bdat { left: octets, octets, last, refusal };
        if octets == 0 {
            // Nothing follows: the answer must not wait for the next octet.
            self.chunk_done(world, now, chunk, out);
        } else {
            self.mode = Mode::Bdat(chunk);
        }
    }

    /// Takes the octets of a chunk off `input`.
    pub(super) fn chunk(&mut self, world: &mut World, now: Timestamp, input: &mut &[u8], out: &mut Vec<Output>) {
        let Mode::Bdat(mut chunk) = std::mem::replace(&mut self.mode, Mode::Command) else { return };
        let taken = usize::try_from(chunk.left).unwrap_or(usize::MAX).min(input.len());
        let (piece, rest) = input.split_at(taken);
        *input = rest;
        chunk.left -= taken as u64;
        if chunk.refusal.is_none()
            && let Some(chunks) = self.transaction.as_mut().and_then(|transaction| transaction.chunks.as_mut())
        {
            chunks.extend_from_slice(piece);
        }
        if chunk.left == 0 {
            self.chunk_done(world, now, chunk, out);
        } else {
            self.mode = Mode::Bdat(chunk);
        }
    }

    fn chunk_done(&mut self, world: &mut World, now: Timestamp, chunk: Bdat, out: &mut Vec<Output>) {
        if let Some(refusal) = chunk.refusal {
            // RFC 3030 §2: after a refused chunk the transaction can only begin anew.
            return if chunk.last {
                self.refuse_message(&refusal, out);
            } else {
                self.transaction = None;
                say_line(out, &refusal);
            };
        }
        if !chunk.last {
            return say(out, ReplyCode(250), &format!("2.0.0 {} octets received", chunk.octets));
        }
        let octets = self.transaction.as_mut().and_then(|transaction| transaction.chunks.take()).unwrap_or_default();
        self.finish(world, now, octets, out);
    }

    /// The answer to a message that is not taken: one, in LMTP one for each recipient (RFC 2033 §4.2).
    fn refuse_message(&mut self, refusal: &str, out: &mut Vec<Output>) {
        let recipients = self.transaction.take().map_or(0, |transaction| transaction.to.len());
        let answers = if self.service == Service::Lmtp { recipients.max(1) } else { 1 };
        for _ in 0..answers {
            say_line(out, refusal);
        }
    }

    /// LMTP's answers, one for each recipient in the order of the RCPTs (RFC 2033 §4.2).
    fn deliver_each(
        world: &mut World,
        now: Timestamp,
        transaction: &Transaction,
        octets: &Arc<[u8]>,
        out: &mut Vec<Output>,
    ) {
        for (address, recipient) in &transaction.to {
            match recipient {
                Recipient::User(user) if world.deliver(*user, octets.clone(), now).is_ok() => {
                    say(out, ReplyCode(250), &format!("2.1.5 <{address}> delivered"));
                }
                Recipient::User(_) => say(out, ReplyCode(452), &format!("4.2.2 <{address}> the mailbox is full")),
                Recipient::Trap(reply) | Recipient::Refused(reply) => say_line(out, reply),
                Recipient::Unknown | Recipient::Outside => {
                    say(out, ReplyCode(550), &format!("5.1.1 <{address}> no such user here"));
                }
            }
        }
    }

    /// The message is whole: it goes where its recipients are, and the transaction is over.
    fn finish(&mut self, world: &mut World, now: Timestamp, octets: Vec<u8>, out: &mut Vec<Output>) {
        let Some(transaction) = self.transaction.take() else {
            return say(out, ReplyCode(503), "5.5.1 bad sequence: send MAIL first");
        };
        if self.service == Service::Lmtp {
            let queue = world.take_queue();
            let path = format!("Return-Path: <{}>\r\n", transaction.from);
            let received = self.received_field(&transaction, &queue, now);
            let whole = [path.as_bytes(), received.as_bytes(), &octets].concat().into();
            return Self::deliver_each(world, now, &transaction, &whole, out);
        }
        if let Some(reply) = transaction.to.iter().find_map(|(_, recipient)| match recipient {
            Recipient::Trap(reply) => Some(*reply),
            _ => None,
        }) {
            return say_line(out, reply);
        }
        let queue = world.take_queue();
        let received = self.received_field(&transaction, &queue, now);
        let mut users: Vec<usize> = Vec::new();
        let mut outside: Vec<String> = Vec::new();
        for (address, recipient) in transaction.to {
            match recipient {
                Recipient::User(user) if !users.contains(&user) => users.push(user),
                Recipient::Outside => outside.push(address),
                _ => {}
            }
        }
        // Room is asked for first, so that the one answer holds for every recipient.
        let most = octets.len() + received.len() + transaction.from.len() + 32;
        let full = users.iter().any(|&user| world.account(user).is_none_or(|a| a.room(1, most).is_err()));
        if full {
            return say(out, ReplyCode(452), "4.2.2 the mailbox is full, nothing was delivered");
        }
        if !users.is_empty() {
            let path = format!("Return-Path: <{}>\r\n", transaction.from);
            let whole: Arc<[u8]> = [path.as_bytes(), received.as_bytes(), &octets].concat().into();
            for user in users {
                if world.deliver(user, whole.clone(), now).is_err() {
                    return say(out, ReplyCode(452), "4.2.2 the mailbox is full");
                }
            }
        }
        if !outside.is_empty() {
            let octets = [received.as_bytes(), &octets].concat().into();
            world.send_outside(Outgoing { queue: queue.clone(), from: transaction.from, to: outside, octets });
        }
        say(out, ReplyCode(250), &format!("2.0.0 queued as {queue}"));
    }

    /// The trace of this hop (RFC 5321 §4.4, keywords of RFC 3848 and RFC 6531).
    fn received_field(&self, transaction: &Transaction, queue: &str, now: Timestamp) -> String {
        let (name, extended) = self.hello.as_ref().map_or(("unknown", false), |hello| (&hello.name, hello.extended));
        // RFC 3848 has names for LMTP too, RFC 6531 §4.3 with UTF8 in front.
        let mut with = match (transaction.utf8, extended) {
            (true, _) if self.service == Service::Lmtp => "UTF8LMTP".to_owned(),
            (false, _) if self.service == Service::Lmtp => "LMTP".to_owned(),
            (true, _) => "UTF8SMTP".to_owned(),
            (false, true) => "ESMTP".to_owned(),
            (false, false) => "SMTP".to_owned(),
        };
        if extended {
            with.extend(self.link.tls.then_some('S'));
            with.extend(self.user.is_some().then_some('A'));
        }
        let only = match transaction.to.as_slice() {
            [(address, _)] => format!("\r\n\tfor <{address}>"),
            _ => String::new(),
        };
        let client = literal_of(self.link.client);
        let host = &self.link.host;
        let date = now.strftime("%a, %-d %b %Y %H:%M:%S +0000");
        format!("Received: from {name} ({client})\r\n\tby {host} with {with} id {queue}{only}; {date}\r\n")
    }
}
