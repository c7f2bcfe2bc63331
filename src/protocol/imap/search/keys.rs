//! The words that searches are made of.

use crate::protocol::word::Word;

const REV1: &[&str] = &["IMAP4REV1"];
const GMAIL: &[&str] = &["X-GM-EXT-1"];
const OBJECTID: &[&str] = &["OBJECTID"];
const SAVEDATE: &[&str] = &["SAVEDATE"];
const WITHIN: &[&str] = &["WITHIN"];
const BASE: &str = "RFC 9051 §6.4.4";

/// The search keys, those without an argument first.
#[rustfmt::skip] // A table: a line a row.
pub static SEARCH_KEYS: &[Word] = &[
    Word::row("ALL", "", "every message", BASE, &[]),
    Word::row("UNSEEN", "", "without \\Seen", BASE, &[]),
    Word::row("SEEN", "", "with \\Seen", BASE, &[]),
    Word::row("ANSWERED", "", "with \\Answered", BASE, &[]),
    Word::row("DELETED", "", "with \\Deleted", BASE, &[]),
    Word::row("DRAFT", "", "with \\Draft", BASE, &[]),
    Word::row("FLAGGED", "", "with \\Flagged", BASE, &[]),
    Word::row("UNANSWERED", "", "without \\Answered", BASE, &[]),
    Word::row("UNDELETED", "", "without \\Deleted", BASE, &[]),
    Word::row("UNDRAFT", "", "without \\Draft", BASE, &[]),
    Word::row("UNFLAGGED", "", "without \\Flagged", BASE, &[]),
    Word::row("NEW", "", "\\Recent and not \\Seen", "RFC 3501 §6.4.4", REV1),
    Word::row("OLD", "", "not \\Recent", "RFC 3501 §6.4.4", REV1),
    Word::row("RECENT", "", "\\Recent", "RFC 3501 §6.4.4", REV1),
    Word::row("SAVEDATESUPPORTED", "", "every message, if save dates are kept", "RFC 8514 §4.3", SAVEDATE),
    Word::row("FROM", "text", "text in the From field", BASE, &[]),
    Word::row("TO", "text", "text in the To field", BASE, &[]),
    Word::row("SUBJECT", "text", "text in the Subject field", BASE, &[]),
    Word::row("CC", "text", "text in the Cc field", BASE, &[]),
    Word::row("BCC", "text", "text in the Bcc field", BASE, &[]),
    Word::row("BODY", "text", "text in the body", BASE, &[]),
    Word::row("TEXT", "text", "text anywhere", BASE, &[]),
    Word::row("HEADER", "field text", "text in a field; \"\": the field is there", BASE, &[]),
    Word::row("SINCE", "date like 1-Feb-2026", "came then or later", BASE, &[]),
    Word::row("BEFORE", "date like 1-Feb-2026", "came earlier", BASE, &[]),
    Word::row("ON", "date like 1-Feb-2026", "came that day", BASE, &[]),
    Word::row("SENTSINCE", "date like 1-Feb-2026", "sent then or later", BASE, &[]),
    Word::row("SENTBEFORE", "date like 1-Feb-2026", "sent earlier", BASE, &[]),
    Word::row("SENTON", "date like 1-Feb-2026", "sent that day", BASE, &[]),
    Word::row("LARGER", "octets", "more octets", BASE, &[]),
    Word::row("SMALLER", "octets", "fewer octets", BASE, &[]),
    Word::row("KEYWORD", "keyword", "with the keyword", BASE, &[]),
    Word::row("UNKEYWORD", "keyword", "without the keyword", BASE, &[]),
    Word::row("UID", "set", "set of unique identifiers", BASE, &[]),
    Word::row("NOT", "key", "not this", BASE, &[]),
    Word::row("OR", "key key", "one of both", BASE, &[]),
    Word::row("YOUNGER", "seconds", "came within so many seconds", "RFC 5032 §2", WITHIN),
    Word::row("OLDER", "seconds", "came so many seconds ago or more", "RFC 5032 §2", WITHIN),
    Word::row("MODSEQ", "[entry type] mod-sequence", "changed since then", "RFC 7162 §3.1.5", &["CONDSTORE", "QRESYNC"]),
    Word::row("SAVEDSINCE", "date like 1-Feb-2026", "came into this mailbox then or later", "RFC 8514 §4.3", SAVEDATE),
    Word::row("SAVEDBEFORE", "date like 1-Feb-2026", "came into this mailbox earlier", "RFC 8514 §4.3", SAVEDATE),
    Word::row("SAVEDON", "date like 1-Feb-2026", "came into this mailbox that day", "RFC 8514 §4.3", SAVEDATE),
    Word::row("EMAILID", "identifier", "the message with this object identifier", "RFC 8474 §6", OBJECTID),
    Word::row("THREADID", "identifier", "messages of this thread", "RFC 8474 §6", OBJECTID),
    Word::row("FILTER", "name", "what the stored filter finds", "RFC 5466 §3.1", &["FILTERS"]),
    Word::row("FUZZY", "key", "the key, also where it only resembles", "RFC 6203 §3", &["SEARCH=FUZZY"]),
    Word::row("ANNOTATION", "entry attribute value", "value of an annotation", "RFC 5257 §4.7", &["ANNOTATE-EXPERIMENT-1"]),
    Word::row("X-GM-RAW", "query", "Gmail query", "Gmail IMAP extensions", GMAIL),
    Word::row("X-GM-MSGID", "number", "Gmail message number", "Gmail IMAP extensions", GMAIL),
    Word::row("X-GM-THRID", "number", "Gmail thread number", "Gmail IMAP extensions", GMAIL),
    Word::row("X-GM-LABELS", "label", "Gmail label", "Gmail IMAP extensions", GMAIL),
];

/// Whose change of a flag MODSEQ looks for.
#[rustfmt::skip] // A table: a line a row.
pub static ENTRY_TYPES: &[Word] = &[
    Word::row("priv", "", "the user's own flag", "RFC 7162 §3.1.5", &[]),
    Word::row("shared", "", "the flag that all users share", "RFC 7162 §3.1.5", &[]),
    Word::row("all", "", "either", "RFC 7162 §3.1.5", &[]),
];

/// Attributes of annotations that can be searched.
#[rustfmt::skip] // A table: a line a row.
pub static ANNOTATION_ATTRIBUTES: &[Word] = &[
    Word::row("value", "", "either value", "RFC 5257 §5", &[]),
    Word::row("value.priv", "", "the user's own value", "RFC 5257 §5", &[]),
    Word::row("value.shared", "", "the value that all users share", "RFC 5257 §5", &[]),
];
