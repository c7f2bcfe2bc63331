//! The verbs and words of IMAP against the lists of their RFCs.

mod base;
mod composing;
mod events;
mod listing;
mod messages;
mod searching;
mod settling;
mod sharing;
mod synchronizing;
mod urls;
mod vendors;

use super::TABLES;
use crate::protocol::endpoint::Protocol;
use crate::protocol::lists::{Lists, Row};
use crate::protocol::verb::Phase::{self, Authenticated, NotAuthenticated, Selected};

pub(super) const ANY: &[Phase] = &[NotAuthenticated, Authenticated, Selected];
pub(super) const NOT: &[Phase] = &[NotAuthenticated];
pub(super) const AUTH: &[Phase] = &[Authenticated, Selected];
pub(super) const SEL: &[Phase] = &[Selected];

/// A capability of every extension that a table names.
#[rustfmt::skip] // A list of words.
const OFFERS: &[&str] = &[
    "IMAP4rev1", "IMAP4rev2", "ACL", "ANNOTATE-EXPERIMENT-1", "APPENDLIMIT=100000", "AUTH=EXTERNAL", "AUTH=PLAIN", "BINARY",
    "CATENATE", "COMPRESS=DEFLATE", "CONDSTORE", "CONTEXT=SEARCH", "CONTEXT=SORT", "CONVERT", "CREATE-SPECIAL-USE",
    "ENABLE", "ESEARCH", "ESORT", "FILTERS", "I18NLEVEL=2", "ID", "IDLE", "JMAPACCESS", "LANGUAGE", "LIST-EXTENDED",
    "LIST-METADATA", "LIST-MYRIGHTS", "LIST-STATUS", "LITERAL+", "MAILBOX-REFERRALS", "METADATA", "METADATA-SERVER",
    "MOVE", "MULTIAPPEND", "MULTISEARCH", "NAMESPACE", "NOTIFY", "OBJECTID", "PARTIAL", "PREVIEW", "QRESYNC", "QUOTA",
    "QUOTA=RES-ANNOTATION-STORAGE", "QUOTA=RES-MAILBOX", "QUOTA=RES-MESSAGE", "QUOTA=RES-STORAGE", "QUOTASET",
    "REPLACE", "RIGHTS=kxte", "SASL-IR", "SAVEDATE", "SEARCH=FUZZY", "SEARCHRES", "SORT", "SORT=DISPLAY",
    "SPECIAL-USE", "STARTTLS", "STATUS=SIZE", "THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES", "THREAD=REFS",
    "UIDBATCHES", "UIDONLY", "UIDPLUS", "UNAUTHENTICATE", "UNSELECT", "URLAUTH", "URLAUTH=BINARY", "UTF8=ACCEPT",
    "WITHIN", "X-GM-EXT-1", "XLIST",
];

#[test]
fn the_tables_hold_what_the_rfcs_list_and_nothing_else() {
    let rfcs = [
        base::LIST,
        composing::LIST,
        events::LIST,
        listing::LIST,
        messages::LIST,
        searching::LIST,
        settling::LIST,
        sharing::LIST,
        synchronizing::LIST,
        urls::LIST,
        vendors::LIST,
    ];
    let tables = TABLES.iter().map(|table| {
        let row = |word: &'static crate::protocol::word::Word| Row {
            name: word.name,
            takes_value: !word.form.is_empty(),
            needs: word.needs,
        };
        (table.kind, table.words.iter().map(row).collect())
    });
    let rfcs = rfcs.into_iter().flatten().collect();
    Lists { protocol: Protocol::Imap, rfcs, tables: tables.collect(), offers: OFFERS }.hold();
}
