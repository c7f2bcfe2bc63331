//! The tables of words, each with what it is: for the reference and for completion.

use super::arguments::{append, convert, list, mailboxes, metadata, notify, rights, session, sort, store, url};
use super::{fetch, search};
use crate::protocol::word::Word;

/// Words of one kind.
#[derive(Debug)]
pub struct Table {
    /// What one of the words is: `search key`.
    pub kind: &'static str,
    /// The verbs whose arguments it belongs to.
    pub verbs: &'static [&'static str],
    /// The words.
    pub words: &'static [Word],
}

const fn table(kind: &'static str, verbs: &'static [&'static str], words: &'static [Word]) -> Table {
    Table { kind, verbs, words }
}

const SEARCHES: &[&str] = &["SEARCH", "ESEARCH", "SORT", "THREAD"];

/// Every table of IMAP.
#[rustfmt::skip] // A table: a line a row.
pub static TABLES: &[Table] = &[
    table("search key", SEARCHES, search::SEARCH_KEYS),
    table("result option", &["SEARCH", "ESEARCH", "SORT"], search::RESULT_OPTIONS),
    table("entry type of MODSEQ", SEARCHES, search::ENTRY_TYPES),
    table("attribute of annotations", SEARCHES, search::ANNOTATION_ATTRIBUTES),
    table("sort key", &["SORT"], sort::SORT_KEYS),
    table("thread algorithm", &["THREAD"], sort::THREAD_ALGORITHMS),
    table("fetch item", &["FETCH"], fetch::FETCH_ITEMS),
    table("fetch item with a section", &["FETCH"], fetch::FETCH_SECTIONS),
    table("fetch macro", &["FETCH"], fetch::FETCH_MACROS),
    table("fetch modifier", &["FETCH"], fetch::FETCH_MODIFIERS),
    table("modifier of PREVIEW", &["FETCH"], fetch::PREVIEW_MODIFIERS),
    table("store item", &["STORE"], store::STORE_ITEMS),
    table("store modifier", &["STORE"], store::STORE_MODIFIERS),
    table("status item", &["STATUS", "LIST"], mailboxes::STATUS_ITEMS),
    table("parameter of SELECT", &["SELECT", "EXAMINE"], mailboxes::SELECT_PARAMETERS),
    table("parameter of CREATE", &["CREATE"], mailboxes::CREATE_PARAMETERS),
    table("special use", &["CREATE"], mailboxes::SPECIAL_USES),
    table("selection option of LIST", &["LIST"], list::SELECTION_OPTIONS),
    table("return option of LIST", &["LIST"], list::RETURN_OPTIONS),
    table("message data", &["APPEND", "REPLACE"], append::APPEND_DATA),
    table("part of CATENATE", &["APPEND", "REPLACE"], append::CATENATE_PARTS),
    table("form of NOTIFY", &["NOTIFY"], notify::NOTIFY_FORMS),
    table("mailboxes of NOTIFY", &["NOTIFY"], notify::NOTIFY_MAILBOXES),
    table("mailboxes of ESEARCH", &["ESEARCH"], notify::ESEARCH_MAILBOXES),
    table("event", &["NOTIFY"], notify::EVENTS),
    table("item of CONVERT", &["CONVERT"], convert::CONVERT_ITEMS),
    table("item of URLFETCH", &["URLFETCH"], url::URLFETCH_ITEMS),
    table("mechanism of URLAUTH", &["GENURLAUTH", "RESETKEY"], url::URL_MECHANISMS),
    table("name for ENABLE", &["ENABLE"], session::ENABLE_NAMES),
    table("algorithm of COMPRESS", &["COMPRESS"], session::COMPRESSIONS),
    table("option of GETMETADATA", &["GETMETADATA"], metadata::METADATA_OPTIONS),
    table("depth of GETMETADATA", &["GETMETADATA"], metadata::DEPTHS),
    table("right", &["SETACL"], rights::RIGHTS),
    table("quota resource", &["SETQUOTA"], rights::QUOTA_RESOURCES),
];

/// The words of this kind.
#[must_use]
pub fn words(kind: &str) -> &'static [Word] {
    TABLES.iter().find(|table| table.kind == kind).map_or(&[], |table| table.words)
}
