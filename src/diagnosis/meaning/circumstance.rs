//! What a refusal means where it came, when that tells more than its code.

use super::tables::circumstance;
use super::{Meaning, explain};
use crate::protocol::endpoint::Protocol;

/// What is known of a refusal beyond its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circumstance {
    /// It ends a login that the client broke off with `*` (RFC 4954 §4, RFC 9051 §6.2.2, RFC 5034 §4).
    Cancelled,
    /// POP3: it answers USER in clear, and no password has been said.
    UserInClear,
}

/// Explains a reply as [`explain`] does, but for what its circumstance explains better.
#[must_use]
pub fn explain_in(protocol: Protocol, reply: &[u8], known: Option<Circumstance>) -> Option<Meaning> {
    let found = explain(protocol, reply)?;
    let key = match (known, protocol) {
        (None, _) => None,
        // A server that closes, or has trouble, says more than that it heard the `*`.
        (Some(Circumstance::Cancelled), Protocol::Smtp | Protocol::Lmtp) => {
            let last = reply.rsplit(|b| *b == b'\n').next();
            last.is_some_and(|line| line.starts_with(b"5")).then_some("SMTP *")
        }
        (Some(Circumstance::Cancelled), Protocol::Imap) => (!reply.starts_with(b"* ")).then_some("IMAP *"),
        (Some(Circumstance::Cancelled), Protocol::Pop3) => (!found.code.starts_with("SYS")).then_some("POP3 *"),
        (Some(Circumstance::UserInClear), _) => (found.code == "AUTH").then_some("POP3 USER"),
    };
    let Some(row) = key.and_then(circumstance) else { return Some(found) };
    let phrase = found.phrase.filter(|_| known != Some(Circumstance::Cancelled));
    Some(Meaning { phrase, code: found.code, says: row.says, next: row.next, rfc: row.rfc })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_explained_by_where_it_came() {
        let cancelled = "the login was cancelled, as was asked for";
        let clear = "the server refuses this login before a password was said";
        for (protocol, reply, known, says) in [
            (Protocol::Smtp, "501 5.7.0 authentication cancelled", Circumstance::Cancelled, cancelled),
            (Protocol::Lmtp, "501-5.5.2 no\n501 5.5.2 more", Circumstance::Cancelled, cancelled),
            (Protocol::Smtp, "421 4.3.2 bye", Circumstance::Cancelled, ""),
            (Protocol::Imap, "a1 BAD authentication cancelled", Circumstance::Cancelled, cancelled),
            (Protocol::Imap, "a1 NO [AUTHENTICATIONFAILED] no", Circumstance::Cancelled, cancelled),
            (Protocol::Imap, "* BYE too many", Circumstance::Cancelled, ""),
            (Protocol::Pop3, "-ERR cancelled", Circumstance::Cancelled, cancelled),
            (Protocol::Pop3, "-ERR [SYS/TEMP] later", Circumstance::Cancelled, ""),
            (Protocol::Pop3, "-ERR [AUTH] USER is refused before STLS", Circumstance::UserInClear, clear),
            (Protocol::Pop3, "-ERR [IN-USE] locked", Circumstance::UserInClear, ""),
        ] {
            let found = explain_in(protocol, reply.as_bytes(), Some(known)).expect("a meaning");
            if says.is_empty() {
                assert_eq!(Some(found), explain(protocol, reply.as_bytes()), "{reply}");
            } else {
                assert!(found.says.starts_with(says) && found.phrase.is_none(), "{reply}: {found:?}");
            }
            assert_eq!(explain_in(protocol, reply.as_bytes(), None), explain(protocol, reply.as_bytes()), "{reply}");
        }
    }
}
