//! The commands that usually come next.

use super::{dialect, obstacle};
use crate::protocol::endpoint::Protocol;
use crate::protocol::verb::{Context, Phase, Verb, verbs};

/// Verbs that are legal now, most useful first, at most 8. What a server is known not to offer is left out.
#[must_use]
pub fn next_verbs(context: &Context<'_>) -> Vec<&'static Verb> {
    usual(context)
        .iter()
        .filter_map(|name| verbs(context.protocol).iter().find(|verb| verb.name == *name))
        .filter(|verb| possible(verb, context))
        .take(8)
        .collect()
}

fn usual(context: &Context<'_>) -> &'static [&'static str] {
    match (context.protocol, context.phase) {
        (Protocol::Smtp, Phase::Fresh) => &["EHLO", "HELO", "NOOP", "HELP", "QUIT"],
        (Protocol::Lmtp, Phase::Fresh) => &["LHLO", "NOOP", "HELP", "QUIT"],
        (_, Phase::Ready) => &["STARTTLS", "AUTH", "MAIL", "VRFY", "NOOP", "HELP", "RSET", "QUIT"],
        (_, Phase::Mail) => &["RCPT", "RSET", "NOOP", "QUIT"],
        (_, Phase::Rcpt) => &["DATA", "RCPT", "BDAT", "RSET", "NOOP", "QUIT"],
        (_, Phase::NotAuthenticated) => &["STARTTLS", "CAPABILITY", "LOGIN", "AUTHENTICATE", "ID", "NOOP", "LOGOUT"],
        (_, Phase::Authenticated) => {
            &["SELECT", "LIST", "EXAMINE", "STATUS", "NAMESPACE", "GETQUOTAROOT", "IDLE", "LOGOUT"]
        }
        (_, Phase::Selected) => &["FETCH", "SEARCH", "UID FETCH", "STORE", "IDLE", "EXPUNGE", "CLOSE", "LOGOUT"],
        (_, Phase::Idle) => &["DONE"],
        (_, Phase::Authorization) => &["STLS", "CAPA", "USER", "PASS", "AUTH", "APOP", "QUIT"],
        (_, Phase::Transaction) => &["STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "RSET", "QUIT"],
        _ => &[],
    }
}

/// Every verb that is legal now: the usual ones first, then the others in the order of their table.
#[must_use]
pub fn legal_verbs(context: &Context<'_>) -> Vec<&'static Verb> {
    let mut out = next_verbs(context);
    for verb in dialect(context.protocol).filter(|verb| possible(verb, context)) {
        if !out.contains(&verb) {
            out.push(verb);
        }
    }
    out
}

/// Whether nothing known speaks against this verb: phase, TLS, LOGINDISABLED, offers.
pub(super) fn possible(verb: &Verb, context: &Context<'_>) -> bool {
    obstacle(verb, context).is_none()
}
