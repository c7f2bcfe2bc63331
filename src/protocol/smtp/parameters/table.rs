//! The parameters of MAIL and RCPT that the program knows.

use super::values::{self, Checked};

/// A parameter that the program knows.
#[derive(Debug)]
pub struct ParameterRow {
    /// In upper case.
    pub keyword: &'static str,
    /// The EHLO keyword under which a server offers it.
    pub capability: &'static str,
    /// What may follow: empty, or the form of the value.
    pub value: &'static str,
    /// What it asks for, in a few words.
    pub summary: &'static str,
    /// By how many octets it may lengthen the command line (RFC 5321 §4.5.3.1.4), as its RFC has it; 0: none is named.
    pub octets: usize,
    pub(super) check: fn(&str) -> Checked,
}

const fn row(
    keyword: &'static str,
    capability: &'static str,
    value: &'static str,
    octets: usize,
    summary: &'static str,
    check: fn(&str) -> Checked,
) -> ParameterRow {
    ParameterRow { keyword, capability, value, summary, octets, check }
}

/// The parameters of MAIL.
#[rustfmt::skip] // A table: two lines a row.
pub static MAIL_PARAMETERS: &[ParameterRow] = &[
    row("SIZE", "SIZE", "octets", 26,
        "octets of the message (RFC 1870)", values::size),
    row("BODY", "8BITMIME", "7BIT, 8BITMIME or BINARYMIME", 16,
        "what the octets are (RFC 6152, RFC 3030)", values::body),
    row("SMTPUTF8", "SMTPUTF8", "", 10,
        "addresses or headers in UTF-8 (RFC 6531)", values::no_value),
    row("RET", "DSN", "FULL or HDRS", 9,
        "how much a failure report returns (RFC 3461 §4.3)", values::ret),
    row("ENVID", "DSN", "xtext of at most 100 characters", 107,
        "a name for reports to quote (RFC 3461 §4.4)", values::envelope_id),
    row("AUTH", "AUTH", "<> or a mailbox in xtext", 500,
        "who submitted it first (RFC 4954 §5)", values::auth),
    row("REQUIRETLS", "REQUIRETLS", "", 11,
        "only over verified TLS, all the way (RFC 8689)", values::no_value),
    row("MT-PRIORITY", "MT-PRIORITY", "a number from -9 to 9", 15,
        "priority of the message (RFC 6710)", values::priority),
    row("BY", "DELIVERBY", "seconds;N or seconds;R, then T", 17,
        "deliver by, or else (RFC 2852)", values::deliver_by),
    row("HOLDFOR", "FUTURERELEASE", "1 to 999999999 seconds", 34,
        "hold the message so long (RFC 4865)", values::hold_for),
    row("HOLDUNTIL", "FUTURERELEASE", "a date like 2030-01-31T12:00:00Z", 0,
        "hold the message until (RFC 4865)", values::hold_until),
    row("SOLICIT", "NO-SOLICITING", "keywords like net.example:ADV", 1007,
        "what kind of unasked mail it is (RFC 3865)", values::solicitation),
    row("MTRK", "MTRK", "base64, then :seconds", 40,
        "lets the message be tracked (RFC 3885)", values::tracking),
    row("SUBMITTER", "SUBMITTER", "a mailbox in xtext", 0,
        "who is responsible, for Sender ID (RFC 4405)", values::mailbox_in_xtext),
    row("TRANSID", "CHECKPOINT", "<id@host>", 88,
        "names the transfer, to go on with it later (RFC 1845)", values::transaction_id),
    row("CONPERM", "CONPERM", "", 0,
        "permits that the content is converted (RFC 4141)", values::no_value),
    row("XVERP", "XVERP", "two of the characters + and -", 0,
        "gives each recipient a bounce address of its own (Postfix VERP_README)", values::delimiters),
];

/// The parameters of RCPT.
#[rustfmt::skip] // A table: two lines a row.
pub static RCPT_PARAMETERS: &[ParameterRow] = &[
    row("NOTIFY", "DSN", "NEVER, or SUCCESS,FAILURE,DELAY", 29,
        "when to report (RFC 3461 §4.1)", values::notify),
    row("ORCPT", "DSN", "rfc822;address in xtext", 507,
        "the recipient as first named (RFC 3461 §4.2)", values::original_recipient),
    row("RRVS", "RRVS", "a date, then ;C or ;R", 33,
        "only if the mailbox is as old as that (RFC 7293)", values::valid_since),
    row("CONNEG", "CONNEG", "", 0,
        "asks what the recipient can read (RFC 4141)", values::no_value),
];
