//! The verbs of SMTP and LMTP.

use super::arguments;
use super::attributes::{XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES, attributes};
use crate::protocol::sasl;
use crate::protocol::verb::Phase::{Fresh, Mail, Rcpt, Ready};
use crate::protocol::verb::{Phase, Verb};

/// RFC 5321 §4.1.4: at any time outside DATA.
const ANY: &[Phase] = &[Fresh, Ready, Mail, Rcpt];

/// The verbs.
#[rustfmt::skip] // A table: two lines a row.
pub static VERBS: &[Verb] = &[
    Verb::row("EHLO", "EHLO domain", ANY, arguments::domain_or_literal,
        "RFC 5321 §4.1.1.1", "names this client and asks for the extensions").last(),
    Verb::row("HELO", "HELO domain", ANY, arguments::helo,
        "RFC 5321 §4.1.1.1", "names this client, the old way without extensions").last(),
    Verb::row("LHLO", "LHLO domain", ANY, arguments::domain_or_literal,
        "RFC 2033 §4.1", "names this client to an LMTP server").last(),
    Verb::row("STARTTLS", "STARTTLS", &[Ready], |cursor| cursor.end("STARTTLS"),
        "RFC 3207 §4", "begins TLS on this connection").offered("STARTTLS").last(),
    Verb::row("AUTH", "AUTH mechanism [initial-response]", &[Ready], sasl::arguments,
        "RFC 4954 §4", "proves who the user is").offered("AUTH").secret(1).last(),
    Verb::row("MAIL", "MAIL FROM:<reverse-path> [parameters]", &[Ready], arguments::mail,
        "RFC 5321 §4.1.1.2", "begins a mail transaction and names the sender"),
    Verb::row("RCPT", "RCPT TO:<forward-path> [parameters]", &[Mail, Rcpt], arguments::rcpt,
        "RFC 5321 §4.1.1.3", "names one recipient"),
    Verb::row("DATA", "DATA", &[Rcpt], |cursor| cursor.end("DATA"),
        "RFC 5321 §4.1.1.4", "sends the message, up to a line with a lone dot").last(),
    Verb::row("BDAT", "BDAT octets [LAST]", &[Rcpt], arguments::bdat,
        "RFC 3030 §2", "sends a piece of the message of so many octets").offered("CHUNKING"),
    Verb::row("BURL", "BURL url [LAST]", &[Rcpt], arguments::burl,
        "RFC 4468 §3", "has the server fetch a piece of the message from an IMAP server").offered("BURL"),
    Verb::row("RSET", "RSET", ANY, |cursor| cursor.end("RSET"),
        "RFC 5321 §4.1.1.5", "drops the mail transaction, keeps the session"),
    Verb::row("NOOP", "NOOP [text]", ANY, arguments::anything,
        "RFC 5321 §4.1.1.9", "does nothing but make the server answer").last(),
    Verb::row("VRFY", "VRFY user [SMTPUTF8]", ANY, |cursor| arguments::user(cursor, "a user name or an address"),
        "RFC 5321 §4.1.1.6", "asks whether a mailbox exists; mostly answered 252").last(),
    Verb::row("EXPN", "EXPN list [SMTPUTF8]", ANY, |cursor| arguments::user(cursor, "the name of a mailing list"),
        "RFC 5321 §4.1.1.7", "asks for the members of a mailing list").last(),
    Verb::row("HELP", "HELP [verb]", ANY, arguments::anything,
        "RFC 5321 §4.1.1.8", "asks the server for a few words of help"),
    Verb::row("QUIT", "QUIT", ANY, |cursor| cursor.end("QUIT"),
        "RFC 5321 §4.1.1.10", "ends the session").last(),
    Verb::row("ETRN", "ETRN domain, @domain or #queue", &[Ready], arguments::etrn,
        "RFC 1985 §5", "asks the server to send what it holds for a domain").offered("ETRN"),
    Verb::row("ATRN", "ATRN [domain,…]", &[Ready], arguments::atrn,
        "RFC 2645 §5.2.1", "turns the connection round, to receive what the server holds").offered("ATRN").last(),
    Verb::row("XCLIENT", "XCLIENT name=value …", &[Ready], |cursor| attributes(cursor, XCLIENT_ATTRIBUTES),
        "Postfix XCLIENT_README", "speaks for another client, for proxies and tests").offered("XCLIENT").last(),
    Verb::row("XFORWARD", "XFORWARD name=value …", &[Ready], |cursor| attributes(cursor, XFORWARD_ATTRIBUTES),
        "Postfix XFORWARD_README", "tells the server about the first client, for its log").offered("XFORWARD"),
];
