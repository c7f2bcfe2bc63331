//! What FETCH can ask for and how FETCH can be limited.

use crate::protocol::word::Word;

const CONDSTORE: &[&str] = &["CONDSTORE", "QRESYNC"];
const REV1: &[&str] = &["IMAP4REV1"];
const OBJECTID: &[&str] = &["OBJECTID"];
const GMAIL: &[&str] = &["X-GM-EXT-1"];

/// The items without a section.
#[rustfmt::skip] // A table: a line a row.
pub static FETCH_ITEMS: &[Word] = &[
    Word::row("FLAGS", "", "the flags", "RFC 9051 §6.4.5", &[]),
    Word::row("UID", "", "the unique identifier", "RFC 9051 §6.4.5", &[]),
    Word::row("ENVELOPE", "", "the parsed header: date, subject, addresses", "RFC 9051 §6.4.5", &[]),
    Word::row("RFC822.SIZE", "", "octets of the message", "RFC 9051 §6.4.5", &[]),
    Word::row("INTERNALDATE", "", "when the server took it", "RFC 9051 §6.4.5", &[]),
    Word::row("BODYSTRUCTURE", "", "the MIME structure with extensions", "RFC 9051 §6.4.5", &[]),
    Word::row("BODY", "", "the MIME structure without extensions", "RFC 9051 §6.4.5", &[]),
    Word::row("RFC822", "", "the whole message, sets \\Seen", "RFC 3501 §6.4.5", REV1),
    Word::row("RFC822.HEADER", "", "the header", "RFC 3501 §6.4.5", REV1),
    Word::row("RFC822.TEXT", "", "the text, sets \\Seen", "RFC 3501 §6.4.5", REV1),
    Word::row("MODSEQ", "", "the modification sequence", "RFC 7162 §3.1.4.2", CONDSTORE),
    Word::row("EMAILID", "", "the server's object identifier", "RFC 8474 §5.1", OBJECTID),
    Word::row("THREADID", "", "the server's thread identifier", "RFC 8474 §5.2", OBJECTID),
    Word::row("SAVEDATE", "", "when it came into this mailbox", "RFC 8514 §4.2", &["SAVEDATE"]),
    Word::row("PREVIEW", "[(LAZY)]", "the first words", "RFC 8970 §3.1", &["PREVIEW"]),
    Word::row("ANNOTATION", "(entries attributes)", "annotations", "RFC 5257 §4.3", &["ANNOTATE-EXPERIMENT-1"]),
    Word::row("X-GM-MSGID", "", "Gmail's message number", "Gmail IMAP extensions", GMAIL),
    Word::row("X-GM-THRID", "", "Gmail's thread number", "Gmail IMAP extensions", GMAIL),
    Word::row("X-GM-LABELS", "", "Gmail's labels", "Gmail IMAP extensions", GMAIL),
];

/// The items with a section in brackets.
#[rustfmt::skip] // A table: a line a row.
pub static FETCH_SECTIONS: &[Word] = &[
    Word::row("BODY[]", "BODY[section]<from.octets>", "a part of the message, sets \\Seen", "RFC 9051 §6.4.5", &[]),
    Word::row("BODY.PEEK[]", "BODY.PEEK[section]<from.octets>", "a part, \\Seen is not set", "RFC 9051 §6.4.5", &[]),
    Word::row("BINARY[]", "BINARY[part]<from.octets>", "a part, decoded; sets \\Seen", "RFC 9051 §6.4.5", &["BINARY", "IMAP4REV2"]),
    Word::row("BINARY.PEEK[]", "BINARY.PEEK[part]<from.octets>", "a part, decoded", "RFC 9051 §6.4.5", &["BINARY", "IMAP4REV2"]),
    Word::row("BINARY.SIZE[]", "BINARY.SIZE[part]", "octets of a part, decoded", "RFC 9051 §6.4.5", &["BINARY", "IMAP4REV2"]),
];

/// The macros, which stand alone.
#[rustfmt::skip] // A table: a line a row.
pub static FETCH_MACROS: &[Word] = &[
    Word::row("ALL", "", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE", "RFC 9051 §6.4.5", &[]),
    Word::row("FAST", "", "FLAGS INTERNALDATE RFC822.SIZE", "RFC 9051 §6.4.5", &[]),
    Word::row("FULL", "", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY", "RFC 9051 §6.4.5", &[]),
];

/// What may stand in parentheses behind the items.
#[rustfmt::skip] // A table: a line a row.
pub static FETCH_MODIFIERS: &[Word] = &[
    Word::row("CHANGEDSINCE", "mod-sequence", "only what changed since then", "RFC 7162 §3.1.4.1", CONDSTORE),
    Word::row("VANISHED", "", "and what was expunged since then", "RFC 7162 §3.2.6", &["QRESYNC"]),
    Word::row("PARTIAL", "1:100 or -1:-100", "only this page of the messages", "RFC 9394 §3.3", &["PARTIAL"]),
];

/// What may follow PREVIEW in parentheses.
pub static PREVIEW_MODIFIERS: &[Word] =
    &[Word::row("LAZY", "", "only if it is at hand", "RFC 8970 §4.1", &["PREVIEW"])];
