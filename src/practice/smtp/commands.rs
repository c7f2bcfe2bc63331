//! The commands outside of message content.

use jiff::Timestamp;

use crate::protocol::endpoint::Protocol;
use crate::protocol::reply::ReplyCode;
use crate::protocol::smtp::address::{ForwardPath, ReversePath};
use crate::protocol::smtp::parameters::{Parameter, mail, rcpt};
use crate::protocol::verb::{Cursor, Fault, Phase, find_verb, verbs};

use super::super::vice::Vice;
use super::super::world::Recipient;
use super::super::{Output, Service, World};
use super::{
    COMMAND_CAP, Hello, Mode, RECIPIENTS_CAP, SIZE_LIMIT, Smtp, Transaction, message::Data, printable, say, say_line,
    say_more,
};

impl Smtp {
    pub(super) fn command(&mut self, world: &mut World, now: Timestamp, line: &[u8], out: &mut Vec<Output>) {
        let auth = line.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH"));
        if auth && line.len() > super::sasl::LINE_CAP {
            return say(out, ReplyCode(500), "5.5.6 the authentication line is too long, 12288 octets are allowed");
        }
        if !auth && line.len() > COMMAND_CAP {
            return say(
                out,
                ReplyCode(500),
                &format!("5.5.2 line too long: {} octets, {COMMAND_CAP} are allowed", line.len()),
            );
        }
        let Ok(text) = std::str::from_utf8(line) else {
            return say(out, ReplyCode(500), "5.5.2 the command is not UTF-8");
        };
        let Some((verb, length)) = find_verb(self.protocol(), text) else {
            let word = text.split(' ').next().unwrap_or_default();
            let word: String = printable(word).chars().take(40).collect();
            return say(out, ReplyCode(500), &format!("5.5.1 unknown command \"{word}\""));
        };
        let cursor = Cursor::new(text, length + 1);
        // BDAT's octets follow whatever is wrong with the moment: it sorts out the sequence itself.
        if verb.name != "BDAT" && !verb.phases.contains(&self.phase()) {
            let need = match (verb.name, self.phase()) {
                (_, Phase::Fresh) if self.service == Service::Lmtp => "send LHLO first",
                (_, Phase::Fresh) => "send EHLO first",
                ("MAIL" | "AUTH" | "STARTTLS", _) => "a transaction is open, send RSET first",
                ("RCPT" | "DATA", Phase::Ready) => "send MAIL first",
                ("DATA", Phase::Mail) => "no valid recipients, send RCPT first",
                _ => "not now",
            };
            return say(out, ReplyCode(503), &format!("5.5.1 bad sequence: {need}"));
        }
        if let Err(fault) = (verb.arguments)(&mut cursor.clone()) {
            return refuse(&fault, out);
        }
        match verb.name {
            "EHLO" | "LHLO" => self.hello(true, cursor.rest(), out),
            "HELO" => self.hello(false, cursor.rest(), out),
            "MAIL" => self.mail(cursor, out),
            "RCPT" => self.rcpt(world, cursor, out),
            "DATA" => self.data(out),
            "BDAT" => self.bdat(world, now, cursor.rest(), out),
            "RSET" => {
                self.transaction = None;
                say(out, ReplyCode(250), "2.0.0 ok");
            }
            "NOOP" => say(out, ReplyCode(250), "2.0.0 ok"),
            "VRFY" | "EXPN" if self.link.vice == Some(Vice::Gossip) => gossip(world, cursor.rest(), out),
            "VRFY" => say(out, ReplyCode(252), "2.5.2 cannot verify, send mail and see"),
            "HELP" => self.help(cursor.rest(), out),
            "QUIT" => {
                say(out, ReplyCode(221), &format!("2.0.0 {} closing the connection", self.link.host));
                self.link.close(out);
            }
            "AUTH" => self.auth(world, cursor.rest(), out),
            "STARTTLS" => self.start_tls(out),
            name => say(out, ReplyCode(502), &format!("5.5.1 {name} is not implemented")),
        }
    }

    fn hello(&mut self, extended: bool, name: &str, out: &mut Vec<Output>) {
        self.hello = Some(Hello { name: printable(name.trim()), extended });
        self.transaction = None;
        let host = &self.link.host;
        let client = self.link.client;
        if !extended {
            return say(out, ReplyCode(250), &format!("{host} hello {} [{client}]", printable(name.trim())));
        }
        let size = format!("SIZE {SIZE_LIMIT}");
        let mut lines = vec!["PIPELINING", &size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN", "CHUNKING"];
        if !self.link.tls {
            lines.push("STARTTLS");
        }
        let auth = self.auth_line();
        if self.offers_auth() {
            lines.push(&auth);
        }
        say_more(out, ReplyCode(250), &format!("{host} hello {} [{client}]", printable(name.trim())));
        for line in lines {
            say_more(out, ReplyCode::OK, line);
        }
        say(out, ReplyCode(250), "HELP");
    }

    fn mail(&mut self, mut cursor: Cursor<'_>, out: &mut Vec<Output>) {
        if self.is_submission() && self.user.is_none() {
            let first = if self.link.tls { "authentication required" } else { "send STARTTLS first, then AUTH" };
            return say(out, ReplyCode(530), &format!("5.7.0 {first}"));
        }
        let mail = match mail(&mut cursor) {
            Ok(mail) => mail,
            Err(fault) => return refuse(&fault, out),
        };
        if let Some(odd) = self.not_offered(&mail.parameters, &["SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"]) {
            return say_line(out, &odd);
        }
        let value = |name: &str| mail.parameters.iter().find(|p| p.keyword == name);
        let size = value("SIZE").and_then(|p| p.value.as_deref()).map(|n| n.parse::<u64>().unwrap_or(u64::MAX));
        if size.is_some_and(|size| size > SIZE_LIMIT as u64) {
            return say(out, ReplyCode(552), &format!("5.3.4 message too big, {SIZE_LIMIT} octets are allowed"));
        }
        if value("BODY").and_then(|p| p.value.as_deref()).is_some_and(|v| v.eq_ignore_ascii_case("BINARYMIME")) {
            return say(out, ReplyCode(555), "5.5.4 BODY=BINARYMIME is not offered");
        }
        let utf8 = value("SMTPUTF8").is_some();
        let from = match mail.path {
            ReversePath::Null => String::new(),
            ReversePath::Mailbox(mailbox) => mailbox.to_string(),
        };
        if !utf8 && !from.is_ascii() {
            return say(out, ReplyCode(553), "5.6.7 the address is not ASCII, MAIL needs the parameter SMTPUTF8");
        }
        self.transaction = Some(Transaction { from, utf8, to: Vec::new(), chunks: None });
        say(out, ReplyCode(250), "2.1.0 sender ok");
    }

    fn rcpt(&mut self, world: &World, mut cursor: Cursor<'_>, out: &mut Vec<Output>) {
        let rcpt = match rcpt(&mut cursor) {
            Ok(rcpt) => rcpt,
            Err(fault) => return refuse(&fault, out),
        };
        if let Some(odd) = self.not_offered(&rcpt.parameters, &["NOTIFY", "ORCPT"]) {
            return say_line(out, &odd);
        }
        let relays = self.user.is_some() || self.link.vice == Some(Vice::Relay);
        let Some(transaction) = &mut self.transaction else {
            return say(out, ReplyCode(503), "5.5.1 bad sequence: send MAIL first");
        };
        if transaction.chunks.is_some() {
            return say(out, ReplyCode(503), "5.5.1 bad sequence: BDAT has begun, send RSET first");
        }
        let (address, recipient) = match rcpt.path {
            ForwardPath::Postmaster => ("postmaster".to_owned(), world.recipient("postmaster", None)),
            ForwardPath::Mailbox(mailbox) => {
                (mailbox.to_string(), world.recipient(&unquoted(&mailbox.local_part), Some(&mailbox.domain)))
            }
        };
        if !transaction.utf8 && !address.is_ascii() {
            return say(out, ReplyCode(553), "5.6.7 the address is not ASCII, MAIL needs the parameter SMTPUTF8");
        }
        match recipient {
            Recipient::Refused(reply) => return say_line(out, reply),
            Recipient::Unknown => return say(out, ReplyCode(550), &format!("5.1.1 <{address}> no such user here")),
            Recipient::Outside if !relays => {
                return say(out, ReplyCode(554), &format!("5.7.1 <{address}> relay access denied"));
            }
            _ => {}
        }
        if transaction.to.len() >= RECIPIENTS_CAP {
            return say(out, ReplyCode(452), "4.5.3 too many recipients, send the rest in another transaction");
        }
        transaction.to.push((address, recipient));
        say(out, ReplyCode(250), "2.1.5 recipient ok");
    }

    /// The refusal of a parameter that EHLO did not offer (RFC 5321 §4.1.1.11: 555).
    fn not_offered(&self, parameters: &[Parameter], offered: &[&str]) -> Option<String> {
        let extended = self.hello.as_ref().is_some_and(|hello| hello.extended);
        let odd = parameters.iter().find(|parameter| {
            !extended
                || !offered.contains(&parameter.keyword.as_str())
                || parameter.keyword == "AUTH" && !self.offers_auth()
        })?;
        let why = if extended { "is not offered" } else { "needs EHLO, HELO was sent" };
        Some(format!("555 5.5.4 the parameter {} {why}", printable(&odd.keyword)))
    }

    fn data(&mut self, out: &mut Vec<Output>) {
        if self.transaction.as_ref().is_some_and(|transaction| transaction.chunks.is_some()) {
            return say(out, ReplyCode(503), "5.5.1 bad sequence: BDAT has begun, DATA cannot follow");
        }
        self.mode = Mode::Data(Data::default());
        say(out, ReplyCode(354), "end with <CR><LF>.<CR><LF>");
    }

    fn help(&self, topic: &str, out: &mut Vec<Output>) {
        let mut words = topic.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        if first.eq_ignore_ascii_case("FLOOD") {
            let times = words.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(1000).min(1_000_000_000);
            out.push(Output::Flood {
                line: b"214-2.0.0 a line of the flood, one of many, to see how fast lines can be drawn\r\n".to_vec(),
                times,
                end: b"214 2.0.0 the flood is over\r\n".to_vec(),
            });
            return;
        }
        if let Some(verb) = verbs(Protocol::Smtp).iter().find(|verb| verb.name.eq_ignore_ascii_case(first)) {
            say_more(out, ReplyCode(214), &format!("2.0.0 {}", verb.syntax));
            return say(out, ReplyCode(214), &format!("2.0.0 {} ({})", verb.summary, verb.rfc));
        }
        say_more(out, ReplyCode(214), "2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP AUTH STARTTLS QUIT");
        say(out, ReplyCode(214), "2.0.0 HELP and a verb tells more; HELP FLOOD n answers with n lines");
    }
}

/// 501 with the reason and the place of a fault.
fn refuse(fault: &Fault, out: &mut Vec<Output>) {
    say(out, ReplyCode(501), &format!("5.5.4 {} (column {})", printable(&fault.reason), fault.at.start + 1));
}

/// What nobody should be told: who is there (RFC 5321 §7.3).
fn gossip(world: &World, who: &str, out: &mut Vec<Output>) {
    let local_part = who.trim().trim_matches(['<', '>']).split('@').next().unwrap_or_default();
    match world.recipient(local_part, Some(super::super::DOMAIN)) {
        Recipient::User(user) => {
            let address = world.account(user).map_or("", |account| account.address);
            say(out, ReplyCode(250), &format!("2.1.5 <{address}>"));
        }
        _ => say(out, ReplyCode(550), &format!("5.1.1 <{}> no such user here", printable(local_part))),
    }
}

/// `"john smith"` without its quotes and backslashes.
fn unquoted(local_part: &str) -> String {
    let Some(inner) = local_part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return local_part.to_owned();
    };
    let mut escaped = false;
    inner
        .chars()
        .filter(|&c| {
            escaped = c == '\\' && !escaped;
            !escaped
        })
        .collect()
}
