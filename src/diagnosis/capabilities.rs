//! What an offer of the server means, in a line, from a table that a translator can edit.

use super::meaning::{Offer, offers};
use crate::protocol::endpoint::Protocol;

/// Explains a capability by its keyword, in any case; what follows a space is left out of account.
#[must_use]
pub fn explain(protocol: Protocol, capability: &str) -> Option<Offer> {
    let keyword = capability.split_ascii_whitespace().next()?;
    let find =
        |wanted: &str| offers().find(|offer| offer.is_of(protocol) && offer.keyword.eq_ignore_ascii_case(wanted));
    find(keyword).or_else(|| find(keyword.get(..=keyword.find('=')?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_values() {
        for (protocol, text, keyword) in [
            (Protocol::Smtp, "size 10240000", Some("SIZE")),
            (Protocol::Smtp, "AUTH=LOGIN PLAIN", Some("AUTH=")),
            (Protocol::Smtp, "XXXXXXXA", Some("XXXXXXXA")),
            (Protocol::Imap, "appendlimit=35651584", Some("APPENDLIMIT=")),
            (Protocol::Imap, "APPENDLIMIT", Some("APPENDLIMIT")),
            (Protocol::Imap, "IMAPSIEVE=sieve://x", Some("IMAPSIEVE=")),
            (Protocol::Imap, "RIGHTS=texk", Some("RIGHTS=")),
            (Protocol::Lmtp, "PIPELINING", Some("PIPELINING")),
            (Protocol::Imap, "AUTH=SCRAM-SHA-256", Some("AUTH=")),
            (Protocol::Imap, "THREAD=REFS", Some("THREAD=REFS")),
            (Protocol::Imap, "STATUS=ODD", None),
            (Protocol::Imap, "PIPELINING", None),
            (Protocol::Pop3, "X-ODD", None),
            (Protocol::Pop3, "", None),
            (Protocol::Imap, "é=ü", None),
        ] {
            assert_eq!(explain(protocol, text).map(|found| found.keyword), keyword, "{text}");
        }
    }
}
