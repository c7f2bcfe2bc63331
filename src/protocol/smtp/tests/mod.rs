//! The verbs, parameters and attributes of SMTP and LMTP against the lists of their RFCs.

mod base;
mod content;
mod delivery;
mod others;
mod postfix;

use super::attributes::{XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES};
use super::parameters::{MAIL_PARAMETERS, ParameterRow, RCPT_PARAMETERS};
use crate::protocol::endpoint::Protocol;
use crate::protocol::lists::{Lists, Row};
use crate::protocol::verb::Phase::{self, Fresh, Mail, Rcpt, Ready};
use crate::protocol::word::Word;

pub(super) const ANY: &[Phase] = &[Fresh, Ready, Mail, Rcpt];
pub(super) const READY: &[Phase] = &[Ready];

/// An EHLO line of every extension that a table names.
#[rustfmt::skip] // A list of words.
const OFFERS: &[&str] = &[
    "8BITMIME", "ATRN", "AUTH PLAIN EXTERNAL", "BINARYMIME", "BURL imap imap://imap.example", "CHECKPOINT", "CHUNKING",
    "CONNEG", "CONPERM", "DELIVERBY 120", "DSN", "ENHANCEDSTATUSCODES", "ETRN", "FUTURERELEASE 9999999 2035-01-01T00:00:00Z",
    "LIMITS MAILMAX=10 RCPTMAX=100 RCPTDOMAINMAX=5", "MT-PRIORITY STANAG4406", "MTRK", "NO-SOLICITING net.example:ADV",
    "PIPELINING", "REQUIRETLS", "RRVS", "SIZE 10000000", "SMTPUTF8", "STARTTLS", "SUBMITTER",
    "XCLIENT NAME REVERSE_NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT", "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",
    "XVERP",
];

fn parameters(rows: &'static [ParameterRow]) -> Vec<Row> {
    let row = |row: &'static ParameterRow| Row {
        name: row.keyword,
        takes_value: !row.value.is_empty(),
        needs: std::slice::from_ref(&row.capability),
    };
    rows.iter().map(row).collect()
}

fn attributes(words: &'static [Word]) -> Vec<Row> {
    let row = |word: &'static Word| Row { name: word.name, takes_value: !word.form.is_empty(), needs: word.needs };
    words.iter().map(row).collect()
}

#[test]
fn the_tables_hold_what_the_rfcs_list_and_nothing_else() {
    let rfcs = [base::LIST, content::LIST, delivery::LIST, others::LIST, postfix::LIST].into_iter().flatten().collect();
    let tables = vec![
        ("parameter of MAIL", parameters(MAIL_PARAMETERS)),
        ("parameter of RCPT", parameters(RCPT_PARAMETERS)),
        ("attribute of XCLIENT", attributes(XCLIENT_ATTRIBUTES)),
        ("attribute of XFORWARD", attributes(XFORWARD_ATTRIBUTES)),
    ];
    Lists { protocol: Protocol::Smtp, rfcs, tables, offers: OFFERS }.hold();
}
