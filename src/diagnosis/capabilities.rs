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

    /// The keywords of the IANA registries.
    const REGISTERED: [(Protocol, &str); 3] = [
        (
            Protocol::Smtp,
            "SEND SOML SAML VRFY EXPN HELP TURN 8BITMIME SIZE VERB ONEX CHUNKING BINARYMIME CHECKPOINT DELIVERBY PIPELINING \
             DSN ETRN ENHANCEDSTATUSCODES STARTTLS NO-SOLICITING MTRK SUBMITTER ATRN AUTH FUTURERELEASE CONPERM CONNEG \
             BURL SMTPUTF8 MT-PRIORITY RRVS REQUIRETLS LIMITS",
        ),
        (
            Protocol::Imap,
            "ACL ANNOTATE-EXPERIMENT-1 APPENDLIMIT APPENDLIMIT=5 AUTH=PLAIN BINARY CATENATE CHILDREN COMPRESS=DEFLATE \
             CONDSTORE CONTEXT=SEARCH CONTEXT=SORT CONVERT CREATE-SPECIAL-USE ENABLE ESEARCH ESORT FILTERS I18NLEVEL=1 \
             I18NLEVEL=2 ID IDLE IMAP4rev1 IMAP4rev2 IMAPSIEVE=sieve://x INPROGRESS JMAPACCESS LANGUAGE LIST-EXTENDED \
             LIST-METADATA LIST-MYRIGHTS LIST-STATUS LITERAL+ LITERAL- LOGIN-REFERRALS LOGINDISABLED MAILBOX-REFERRALS \
             MESSAGELIMIT=1000 METADATA METADATA-SERVER MOVE MULTIAPPEND MULTISEARCH NAMESPACE NOTIFY OBJECTID PARTIAL \
             PREVIEW QRESYNC QUOTA QUOTA=RES-STORAGE QUOTASET REPLACE RIGHTS=texk SASL-IR SAVEDATE SAVELIMIT=9 \
             SEARCH=FUZZY SEARCHRES SORT SORT=DISPLAY SPECIAL-USE STARTTLS STATUS=SIZE THREAD=ORDEREDSUBJECT \
             THREAD=REFERENCES UIDBATCHES UIDONLY UIDPLUS UNAUTHENTICATE UNSELECT URL-PARTIAL URLAUTH URLAUTH=BINARY \
             UTF8=ACCEPT UTF8=ONLY WITHIN",
        ),
        (
            Protocol::Pop3,
            "TOP USER SASL RESP-CODES LOGIN-DELAY PIPELINING EXPIRE UIDL IMPLEMENTATION AUTH-RESP-CODE STLS UTF8 LANG",
        ),
    ];

    #[test]
    fn everything_registered_is_explained() {
        for (protocol, keywords) in REGISTERED {
            for keyword in keywords.split_ascii_whitespace() {
                assert!(explain(protocol, keyword).is_some(), "{keyword}");
            }
        }
    }

    #[test]
    fn keywords_and_values() {
        for (protocol, text, keyword) in [
            (Protocol::Smtp, "size 10240000", Some("SIZE")),
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
