//! What was said and answered in a session so far, as far as it decides about the next line: what ENABLE turned on, how
//! many MAIL and RCPT there were, what this mail transaction has promised.

use std::collections::BTreeSet;

use super::cursor::SENT;
use super::line::{Literals, literal_announced};
use super::smtp::address::to_ascii_domain;
use super::verb::{Secrecy, Verb};

/// Domains of recipients that are told apart; no server sets a limit near to it (RFC 9422 §4.3).
const DOMAINS: usize = 1000;

/// Octets of a command that are joined over its literals; what is longer is not checked any more.
const JOINED: usize = 16 * 1024;

/// What was turned on for the lines that follow: by ENABLE (RFC 9051 §6.3.1), in SMTP by MAIL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enabled {
    /// `UTF8=ACCEPT` (RFC 9755 §3).
    pub utf8: bool,
    /// `IMAP4rev2`, or the server offers nothing older.
    pub rev2: bool,
    /// `UIDONLY` (RFC 9586 §3).
    pub uid_only: bool,
    /// `QRESYNC` (RFC 7162 §3.2.3).
    pub qresync: bool,
    /// `SMTPUTF8`, for the RCPT commands of the transaction (RFC 6531 §3.4).
    pub smtputf8: bool,
}

impl Enabled {
    /// Whether mailbox names are UTF-8, and not modified UTF-7 (RFC 9051 §5.1, RFC 9755 §3).
    #[must_use]
    pub const fn utf8_names(self) -> bool {
        self.utf8 || self.rev2
    }
}

/// What a mail transaction has promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// MAIL said `BODY=BINARYMIME`: only BDAT may bring the message (RFC 3030 §3).
    pub binary: bool,
    /// A BDAT was sent (RFC 3030 §2).
    pub chunked: bool,
}

/// What was said and answered so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was turned on.
    pub enabled: Enabled,
    /// SMTP: MAIL commands of this session, also refused ones (RFC 9422 §4.1).
    pub mails: u32,
    /// SMTP: RCPT commands of this transaction, also refused ones (RFC 9422 §4.2).
    pub recipients: u32,
    /// SMTP: the transaction since the last MAIL.
    pub transaction: Transaction,
    /// POP3: UTF8 was accepted (RFC 6856 §2.1).
    pub utf8_mode: bool,
    /// POP3: USER was said and not refused, and no login was tried since (RFC 1939 §7).
    pub user_named: bool,
    /// IMAP: COMPRESS is on (RFC 4978 §3); TLS changes nothing in it.
    pub compressed: bool,
    /// Messages in the selected mailbox (IMAP) or in the maildrop, marked ones included (POP3): the last number that
    /// names one. `None`: the server has not said.
    messages: Option<u32>,
    /// SMTP: the domains of recipients in this session, as DNS has them (RFC 9422 §4.3).
    domains: BTreeSet<String>,
    /// IMAP: the command up to the last literal, see [`SENT`]; empty when there is nothing to go on from.
    joined: String,
    changes: u32,
}

/// Nothing was said.
pub static BEGINNING: Progress = Progress::new();

impl Progress {
    /// Nothing was said.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            enabled: Enabled { utf8: false, rev2: false, uid_only: false, qresync: false, smtputf8: false },
            mails: 0,
            recipients: 0,
            transaction: Transaction { binary: false, chunked: false },
            utf8_mode: false,
            user_named: false,
            compressed: false,
            messages: None,
            domains: BTreeSet::new(),
            joined: String::new(),
            changes: 0,
        }
    }

    /// Counts what happened: while it is the same, so is the rest.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    /// Messages in the selected mailbox (IMAP) or in the maildrop, marked ones included (POP3); `None`: not known.
    #[must_use]
    pub const fn messages(&self) -> Option<u32> {
        self.messages
    }

    /// The server has told how many messages there are, or what makes the number unknown again.
    pub(super) fn count(&mut self, messages: Option<u32>) {
        if self.messages != messages {
            self.messages = messages;
            self.changes = self.changes.wrapping_add(1);
        }
    }

    /// How many domains the recipients of this session had.
    #[must_use]
    pub fn domains(&self) -> usize {
        self.domains.len()
    }

    /// Whether a recipient of this session had this domain, in any case and form.
    #[must_use]
    pub fn has_domain(&self, domain: &str) -> bool {
        self.domains.contains(&plain(domain))
    }

    /// The command that the line after a literal belongs to, [`SENT`] behind the announcement of each literal.
    #[must_use]
    pub fn joined(&self) -> Option<&str> {
        (!self.joined.is_empty()).then_some(self.joined.as_str())
    }

    /// TLS stands, or the user has logged out: everything is forgotten (RFC 3207 §4.2, RFC 8437 §4.1) but compression.
    pub fn restart(&mut self) {
        *self = Self { changes: self.changes.wrapping_add(1), compressed: self.compressed, ..Self::new() };
    }

    /// A command went out.
    pub(super) fn sent(&mut self, verb: Option<&Verb>, argument: &str) {
        self.changes = self.changes.wrapping_add(1);
        self.joined.clear();
        match verb.map_or("", |verb| verb.name) {
            "MAIL" => {
                self.mails = self.mails.saturating_add(1);
                self.recipients = 0;
                self.transaction = Transaction::default();
                self.enabled.smtputf8 = false;
            }
            "RCPT" => {
                self.recipients = self.recipients.saturating_add(1);
                let path = argument.split_once('<').and_then(|(_, path)| path.split_once('>'));
                let domain = path.and_then(|(path, _)| path.rsplit_once('@')).map_or("", |(_, domain)| domain);
                if !domain.is_empty() && self.domains.len() < DOMAINS {
                    self.domains.insert(plain(domain));
                }
            }
            "BDAT" => self.transaction.chunked = true,
            "USER" => self.user_named = true,
            // Another mailbox has its own messages, and a refusal leaves none selected (RFC 9051 §6.3.2).
            "SELECT" | "EXAMINE" => self.messages = None,
            "PASS" | "APOP" | "AUTH" => self.user_named = false,
            _ => {}
        }
    }

    /// A command was answered whole.
    pub(super) fn answered(&mut self, verb: &str, argument: &str, positive: bool) {
        self.changes = self.changes.wrapping_add(1);
        let says = |word: &str| argument.split(' ').any(|parameter| parameter.eq_ignore_ascii_case(word));
        match verb {
            "MAIL" if positive => {
                self.transaction.binary = says("BODY=BINARYMIME");
                self.enabled.smtputf8 = says("SMTPUTF8");
            }
            "RSET" | "EHLO" | "HELO" | "LHLO" if positive => {
                self.recipients = 0;
                self.transaction = Transaction::default();
                self.enabled.smtputf8 = false;
            }
            "UTF8" => self.utf8_mode |= positive,
            "USER" => self.user_named &= positive,
            "COMPRESS" => self.compressed |= positive,
            "CLOSE" | "UNSELECT" if positive => self.messages = None,
            // RFC 8437 §4.1.
            "UNAUTHENTICATE" if positive => {
                self.restart();
                self.compressed = false;
            }
            _ => {}
        }
    }

    /// `* ENABLED …` came with this list.
    pub(super) fn enable(&mut self, list: &[u8]) {
        self.changes = self.changes.wrapping_add(1);
        for name in list.split(|&b| b == b' ') {
            let is = |what: &str| name.eq_ignore_ascii_case(what.as_bytes());
            self.enabled.utf8 |= is("UTF8=ACCEPT");
            self.enabled.rev2 |= is("IMAP4rev2");
            self.enabled.uid_only |= is("UIDONLY");
            self.enabled.qresync |= is("QRESYNC");
        }
    }

    /// A line of an IMAP command went out, its first (with what `verb` it is) or one behind a literal: when it announces
    /// another literal the next line is checked as the rest of it. Commands that hold secrets are not kept.
    pub(super) fn announced(&mut self, line: &str, verb: Option<&Verb>) {
        self.changes = self.changes.wrapping_add(1);
        let begins = verb.is_some_and(|verb| verb.secrecy == Secrecy::Open);
        let goes_on = literal_announced(line.as_bytes(), Literals::Client).is_some();
        if goes_on && (begins || !self.joined.is_empty()) && self.joined.len() + line.len() <= JOINED {
            self.joined.push_str(line);
            self.joined.push(SENT);
        } else {
            self.joined.clear();
        }
    }
}

/// A domain as DNS has it; an address literal as it is.
fn plain(domain: &str) -> String {
    to_ascii_domain(domain).unwrap_or_else(|_| domain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::command::check;
    use crate::protocol::endpoint::Protocol;
    use crate::protocol::session::Session;
    use crate::protocol::verb::find_verb;

    fn said(progress: &mut Progress, protocol: Protocol, line: &str) {
        let (verb, end) = find_verb(protocol, line).unwrap();
        progress.sent(Some(verb), line[end..].trim());
        if protocol == Protocol::Imap {
            progress.announced(line, Some(verb));
        }
    }

    #[test]
    fn mails_recipients_and_domains_are_counted() {
        let mut progress = Progress::new();
        for line in ["MAIL FROM:<a@a.example>", "RCPT TO:<b@B.example>", "RCPT TO:<c@b.example> NOTIFY=NEVER"] {
            said(&mut progress, Protocol::Smtp, line);
        }
        said(&mut progress, Protocol::Smtp, "RCPT TO:<c@bücher.example>");
        assert_eq!((progress.mails, progress.recipients, progress.domains()), (1, 3, 2));
        assert!(progress.has_domain("xn--bcher-kva.EXAMPLE") && !progress.has_domain("a.example"));
        said(&mut progress, Protocol::Smtp, "MAIL FROM:<a@a.example>");
        assert_eq!((progress.mails, progress.recipients, progress.domains()), (2, 0, 2));
        let changes = progress.changes();
        progress.restart();
        assert_eq!(progress, Progress { changes: changes + 1, ..Progress::new() });
    }

    #[test]
    fn a_transaction_keeps_what_mail_promised() {
        let mut progress = Progress::new();
        progress.answered("MAIL", "FROM:<a@b.example> body=binarymime SMTPUTF8", true);
        assert!(progress.transaction.binary && progress.enabled.smtputf8);
        said(&mut progress, Protocol::Smtp, "BDAT 5");
        assert!(progress.transaction.chunked);
        progress.answered("RSET", "", true);
        assert_eq!(progress.transaction, Transaction::default());
        assert!(!progress.enabled.smtputf8);
        progress.answered("MAIL", "FROM:<a@b.example> BODY=BINARYMIME", false);
        assert_eq!(progress.transaction, Transaction::default());
    }

    #[test]
    fn what_is_enabled_adds_up_and_ends_with_the_login() {
        let mut progress = Progress::new();
        progress.enable(b"utf8=accept CONDSTORE");
        progress.enable(b"QRESYNC");
        assert_eq!(progress.enabled, Enabled { utf8: true, qresync: true, ..Enabled::default() });
        progress.answered("UNAUTHENTICATE", "", false);
        assert!(progress.enabled.utf8);
        progress.answered("UNAUTHENTICATE", "", true);
        assert_eq!(progress.enabled, Enabled::default());
    }

    #[test]
    fn a_command_is_joined_over_its_literals_unless_it_is_secret() {
        let mut progress = Progress::new();
        said(&mut progress, Protocol::Imap, "APPEND x {5}");
        progress.announced(" (\\Seen) {6+}", None);
        assert_eq!(progress.joined(), Some("APPEND x {5}\u{fdd0} (\\Seen) {6+}\u{fdd0}"));
        progress.announced("", None);
        assert_eq!(progress.joined(), None);
        said(&mut progress, Protocol::Imap, "LOGIN jo {5}");
        assert_eq!(progress.joined(), None);
        said(&mut progress, Protocol::Imap, &format!("APPEND {}{{5}}", "x".repeat(JOINED)));
        assert_eq!(progress.joined(), None);
    }

    /// Lines of ours and, behind `S: `, of the server; then what is wrong with the last line of ours.
    fn after(protocol: Protocol, lines: &[&str], line: &str) -> Vec<String> {
        let mut session = Session::new(protocol);
        for (number, said) in lines.iter().enumerate() {
            match said.strip_prefix("S: ") {
                Some(octets) => {
                    let line = format!("{octets}\r\n");
                    let mut input = line.as_bytes();
                    while session.next(&mut input).is_some() {}
                }
                None => {
                    let tag = (protocol == Protocol::Imap).then_some("a");
                    session.sent(said, tag, number as u64);
                }
            }
        }
        check(line, &session.context()).faults.into_iter().map(|fault| fault.reason).collect()
    }

    #[test]
    fn a_session_knows_what_was_said() {
        let ehlo =
            ["S: 220 a", "EHLO a.example", "S: 250-a", "S: 250-CHUNKING", "S: 250-BINARYMIME", "S: 250-XCLIENT NAME"];
        let smtp = |more: &[&'static str]| -> Vec<&'static str> {
            ehlo.into_iter().chain(["S: 250-SMTPUTF8", "S: 250 LIMITS MAILMAX=1"]).chain(more.iter().copied()).collect()
        };
        let mail = ["MAIL FROM:<> BODY=BINARYMIME SMTPUTF8", "S: 250 ok"];
        let jo = "RCPT TO:<j\u{f6}@a.example>";
        for (protocol, lines, line, part) in [
            (Protocol::Smtp, smtp(&mail), jo, None),
            (Protocol::Smtp, smtp(&["MAIL FROM:<>", "S: 250 ok"]), jo, Some("SMTPUTF8")),
            (Protocol::Smtp, smtp(&["MAIL FROM:<>", "S: 550 no"]), "MAIL FROM:<>", Some("MAILMAX")),
            (Protocol::Smtp, smtp(&["XCLIENT NAME=a", "S: 220 a"]), "MAIL FROM:<>", Some("EHLO first")),
            (
                Protocol::Imap,
                vec![
                    "S: * PREAUTH a",
                    "a ENABLE UIDONLY",
                    "S: * ENABLED UIDONLY",
                    "S: a OK b",
                    "a SELECT x",
                    "S: a OK b",
                ],
                "FETCH 1 FLAGS",
                Some("UID FETCH"),
            ),
            (
                Protocol::Imap,
                vec!["S: * PREAUTH a", "a ENABLE UIDONLY", "S: a OK b", "a SELECT x", "S: a OK b"],
                "FETCH 1 FLAGS",
                None,
            ),
            (Protocol::Pop3, vec!["S: +OK a", "UTF8", "S: +OK b"], "STLS", Some("UTF8")),
            (Protocol::Pop3, vec!["S: +OK a", "UTF8", "S: -ERR b"], "STLS", None),
        ] {
            let faults = after(protocol, &lines, line);
            match part {
                None => assert_eq!(faults, Vec::<String>::new(), "{lines:?} {line}"),
                Some(part) => {
                    assert!(faults.iter().any(|reason| reason.contains(part)), "{lines:?} {line}: {faults:?}")
                }
            }
        }
        let binary = smtp(&["MAIL FROM:<> BODY=BINARYMIME", "S: 250 ok", "RCPT TO:<a@b.example>", "S: 250 ok"]);
        let faults = after(Protocol::Smtp, &binary, "DATA");
        assert!(faults.iter().any(|reason| reason.contains("BINARYMIME")), "{faults:?}");
    }
}
