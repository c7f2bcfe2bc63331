//! The tables held against the lists of the RFCs and of IANA, both ways: what a list names has a line of its own that
//! cites it, and every line is in a list. The lists were written from the RFCs' own texts, not from the tables.

use std::collections::{BTreeSet, HashSet};

use super::{Table, enhanced, explain, offers, pop3_row, smtp_row};
use crate::protocol::endpoint::Protocol;

/// A source, as `RFC 5321 §4.2.3`, and what it defines, with spaces between.
type Lists = &'static [(&'static str, &'static str)];

const SMTP: Lists = &[
    (
        "RFC 5321 §4.2.3",
        "211 214 220 221 250 251 252 354 421 450 451 452 455 500 501 502 503 504 550 551 552 553 554 555",
    ),
    ("RFC 4954 §6", "235 432 454 534 535 500 530 538"),
    ("RFC 4954 §4", "334"),
    ("RFC 3207 §4", "454 530"),
    ("RFC 7504 §3", "521"),
    ("RFC 7504 §4", "556"),
    ("RFC 1985 §5.1", "253 458 459"),
    ("RFC 2645 §7", "453"),
    ("RFC 1845 §3", "355"),
    // Basic codes that the registry of enhanced ones associates with them, and no other text defines.
    ("RFC 5248 §2.4", "422 523 524 525 533"),
    ("RFC 5321 §4.2.1", "2 3 4 5 X0 X1 X2 X5"),
    ("in use", "200 441 442 446 447 471 510 511 512 513 540 541 557 571"),
];

const ENHANCED: Lists = &[
    ("RFC 3463 §2", "X.0 X.1 X.2 X.3 X.4 X.5 X.6 X.7"),
    ("RFC 3463 §3.1", "X.0.0 2.0.0"),
    ("RFC 3463 §3.2", "X.1.0 X.1.1 X.1.2 X.1.3 X.1.4 X.1.5 X.1.6 X.1.7 X.1.8 2.1.0 2.1.5"),
    ("RFC 3463 §3.3", "X.2.0 X.2.1 X.2.2 X.2.3 X.2.4 4.2.0 4.2.1"),
    ("RFC 3463 §3.4", "X.3.0 X.3.1 X.3.2 X.3.3 X.3.4 X.3.5 4.3.2"),
    ("RFC 3463 §3.5", "X.4.0 X.4.1 X.4.2 X.4.3 X.4.4 X.4.5 X.4.6 X.4.7 4.4.2 5.4.1"),
    ("RFC 3463 §3.6", "X.5.0 X.5.1 X.5.2 X.5.3 X.5.4 X.5.5"),
    ("RFC 3463 §3.7", "X.6.0 X.6.1 X.6.2 X.6.3 X.6.4 X.6.5 2.6.0"),
    ("RFC 3463 §3.8", "X.7.0 X.7.1 X.7.2 X.7.3 X.7.4 X.7.5 X.7.6 X.7.7 2.7.0 4.7.0 5.7.0 4.7.1"),
    ("RFC 3886 §3.3.4", "X.1.9"),
    ("RFC 4468 §5", "X.6.6"),
    ("RFC 4954 §6", "X.5.6 X.7.8 X.7.9 X.7.11 X.7.12"),
    ("RFC 5248 §2.4", "X.7.10 X.7.13 X.7.14"),
    ("RFC 6531 §4.2", "X.6.7 X.6.8 X.6.9 X.6.10"),
    ("RFC 6710 §10", "X.3.6 X.7.15 X.7.16"),
    ("RFC 7293 §15.3", "X.7.17 X.7.18 X.7.19"),
    ("RFC 7372 §3.1", "X.7.20 X.7.21 X.7.22"),
    ("RFC 7372 §3.2", "X.7.23 X.7.24"),
    ("RFC 7372 §3.3", "X.7.25"),
    ("RFC 7372 §3.4", "X.7.26"),
    ("RFC 7504 §6", "X.3.2 X.1.10"),
    ("RFC 7505 §4.1", "X.1.10 X.7.27"),
    ("IANA registry", "X.7.28"),
    ("RFC 8617 §10.4", "X.7.29"),
    ("RFC 8689 §7", "X.7.30"),
];

/// First arguments are beside their code with an underscore.
const IMAP: Lists = &[
    ("RFC 2060 §7.1", "NEWNAME"),
    ("RFC 2193 §4.1", "REFERRAL"),
    ("RFC 2221 §4.1", "REFERRAL"),
    (
        "RFC 3501 §7.1",
        "ALERT BADCHARSET CAPABILITY PARSE PERMANENTFLAGS READ-ONLY READ-WRITE TRYCREATE UIDNEXT UIDVALIDITY UNSEEN",
    ),
    ("RFC 3516 §4.3", "UNKNOWN-CTE"),
    ("RFC 4315 §3", "APPENDUID COPYUID UIDNOTSTICKY"),
    ("RFC 4467 §8", "URLMECH"),
    ("RFC 4469 §4.1", "BADURL"),
    ("RFC 4469 §4.2", "TOOBIG"),
    ("RFC 4978 §3", "COMPRESSIONACTIVE"),
    ("RFC 5182 §2.5", "NOTSAVED"),
    ("RFC 5255 §4.9", "BADCOMPARATOR"),
    ("RFC 5257 §4.1", "ANNOTATIONS"),
    ("RFC 5257 §4.5", "ANNOTATE_TOOBIG ANNOTATE_TOOMANY"),
    ("RFC 5259 §9", "TEMPFAIL MAXCONVERTMESSAGES MAXCONVERTPARTS"),
    ("RFC 5267 §4.3.1", "NOUPDATE"),
    ("RFC 5464 §4.2.1", "METADATA_LONGENTRIES"),
    ("RFC 5464 §4.3", "METADATA METADATA_MAXSIZE METADATA_TOOMANY METADATA_NOPRIVATE"),
    ("RFC 5465 §3.1", "BADEVENT"),
    ("RFC 5465 §5.8", "NOTIFICATIONOVERFLOW"),
    ("RFC 5466 §3.1", "UNDEFINED-FILTER"),
    (
        "RFC 5530 §3",
        "UNAVAILABLE AUTHENTICATIONFAILED AUTHORIZATIONFAILED EXPIRED PRIVACYREQUIRED CONTACTADMIN NOPERM INUSE \
         EXPUNGEISSUED CORRUPTION SERVERBUG CLIENTBUG CANNOT LIMIT OVERQUOTA ALREADYEXISTS NONEXISTENT",
    ),
    ("RFC 6154 §3", "USEATTR"),
    ("RFC 6858 §3", "DOWNGRADED"),
    ("RFC 7162 §3.1.2.1", "HIGHESTMODSEQ"),
    ("RFC 7162 §3.1.2.2", "NOMODSEQ"),
    ("RFC 7162 §3.1.3", "MODIFIED"),
    ("RFC 7162 §3.2.11", "CLOSED"),
    ("RFC 8474 §4.1", "MAILBOXID"),
    (
        "RFC 9051 §7.1",
        "ALERT ALREADYEXISTS APPENDUID AUTHENTICATIONFAILED AUTHORIZATIONFAILED BADCHARSET CANNOT CAPABILITY CLIENTBUG \
         CLOSED CONTACTADMIN COPYUID CORRUPTION EXPIRED EXPUNGEISSUED HASCHILDREN INUSE LIMIT NONEXISTENT NOPERM \
         OVERQUOTA PARSE PERMANENTFLAGS PRIVACYREQUIRED READ-ONLY READ-WRITE SERVERBUG TRYCREATE UIDNEXT UIDNOTSTICKY \
         UIDVALIDITY UNAVAILABLE UNKNOWN-CTE",
    ),
    ("RFC 9051 §6.4.4.3", "NOTSAVED"),
    ("RFC 9051 §7.1.1", "OK"),
    ("RFC 9051 §7.1.2", "NO"),
    ("RFC 9051 §7.1.3", "BAD"),
    ("RFC 9051 §7.1.4", "PREAUTH"),
    ("RFC 9051 §7.1.5", "BYE"),
    ("RFC 9051 §7.6", "+"),
    ("RFC 9208 §4.3.1", "OVERQUOTA"),
    ("RFC 9585 §4", "INPROGRESS"),
    ("RFC 9586 §3", "UIDREQUIRED"),
    ("RFC 9738 §3.1", "MESSAGELIMIT"),
    ("RFC 10022 §3.1.3.2", "TOOFEW"),
    ("RFC 10022 §3.1.5", "TOOMANY"),
    ("in use", "MYRIGHTS THROTTLED WEBALERT"),
];

const POP3: Lists = &[
    ("RFC 2449 §8.1.1", "LOGIN-DELAY"),
    ("RFC 2449 §8.1.2", "IN-USE"),
    ("RFC 3206 §4", "SYS SYS/TEMP SYS/PERM"),
    ("RFC 3206 §5", "AUTH"),
    ("RFC 6856 §5", "UTF8"),
    ("RFC 1939 §3", "+OK -ERR"),
];

const OFFERS: &[(Protocol, Lists)] = &[
    (
        Protocol::Smtp,
        &[
            ("RFC 821", "SEND SOML SAML TURN"),
            ("RFC 5321", "EXPN HELP VRFY"),
            ("RFC 1845", "CHECKPOINT"),
            ("RFC 1870", "SIZE"),
            ("RFC 1985", "ETRN"),
            ("RFC 2034", "ENHANCEDSTATUSCODES"),
            ("RFC 2645", "ATRN"),
            ("RFC 2852", "DELIVERBY"),
            ("RFC 2920", "PIPELINING"),
            ("RFC 3030", "CHUNKING BINARYMIME"),
            ("RFC 3207", "STARTTLS"),
            ("RFC 3461", "DSN"),
            ("RFC 3865", "NO-SOLICITING"),
            ("RFC 3885", "MTRK"),
            ("RFC 4141", "CONPERM CONNEG"),
            ("RFC 4405", "SUBMITTER"),
            ("RFC 4468", "BURL"),
            ("RFC 4865", "FUTURERELEASE"),
            ("RFC 4954", "AUTH"),
            ("RFC 5336", "UTF8SMTP"),
            ("RFC 6152", "8BITMIME"),
            ("RFC 6531", "SMTPUTF8"),
            ("RFC 6710", "MT-PRIORITY"),
            ("RFC 7293", "RRVS"),
            ("RFC 8689", "REQUIRETLS"),
            ("RFC 9422", "LIMITS"),
            ("IANA registry", "VERB ONEX"),
            ("in use", "AUTH="),
            ("Exim", "PIPECONNECT PRDR"),
            ("Postfix", "XCLIENT XFORWARD XVERP"),
            (
                "Microsoft",
                "X-ANONYMOUSTLS X-EXPS X-LINK2STATE XEXCH50 XOORG XPROXYFROM XPROXYTO XRDST XSHADOW XSHADOWREQUEST",
            ),
            ("Cisco and others", "XXXXXXXA"),
        ],
    ),
    (
        Protocol::Imap,
        &[
            ("RFC 1730", "IMAP4"),
            ("RFC 2177", "IDLE"),
            ("RFC 2193", "MAILBOX-REFERRALS"),
            ("RFC 2221", "LOGIN-REFERRALS"),
            ("RFC 2342", "NAMESPACE"),
            ("RFC 2971", "ID"),
            ("RFC 3348", "CHILDREN"),
            ("RFC 3501", "IMAP4REV1"),
            ("RFC 3502", "MULTIAPPEND"),
            ("RFC 3516", "BINARY"),
            ("RFC 3691", "UNSELECT"),
            ("RFC 4314", "ACL RIGHTS="),
            ("RFC 4315", "UIDPLUS"),
            ("RFC 4467", "URLAUTH"),
            ("RFC 4469", "CATENATE"),
            ("RFC 4731", "ESEARCH"),
            ("RFC 4959", "SASL-IR"),
            ("RFC 4978", "COMPRESS=DEFLATE"),
            ("RFC 5032", "WITHIN"),
            ("RFC 5161", "ENABLE"),
            ("RFC 5182", "SEARCHRES"),
            ("RFC 5255", "LANGUAGE I18NLEVEL=1 I18NLEVEL=2"),
            ("RFC 5256", "SORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES"),
            ("RFC 5257", "ANNOTATE-EXPERIMENT-1"),
            ("RFC 5258", "LIST-EXTENDED"),
            ("RFC 5259", "CONVERT"),
            ("RFC 5267", "CONTEXT=SEARCH CONTEXT=SORT ESORT"),
            ("RFC 5464", "METADATA METADATA-SERVER"),
            ("RFC 5465", "NOTIFY"),
            ("RFC 5466", "FILTERS"),
            ("RFC 5524", "URLAUTH=BINARY"),
            ("RFC 5550", "URL-PARTIAL"),
            ("RFC 5738", "UTF8=ALL UTF8=APPEND UTF8=USER"),
            ("RFC 5819", "LIST-STATUS"),
            ("RFC 5957", "SORT=DISPLAY"),
            ("RFC 6154", "SPECIAL-USE CREATE-SPECIAL-USE"),
            ("RFC 6203", "SEARCH=FUZZY"),
            ("RFC 6785", "IMAPSIEVE="),
            ("RFC 6851", "MOVE"),
            ("RFC 7162", "CONDSTORE QRESYNC"),
            ("RFC 7377", "MULTISEARCH"),
            ("RFC 7888", "LITERAL+ LITERAL-"),
            ("RFC 7889", "APPENDLIMIT APPENDLIMIT="),
            ("RFC 8437", "UNAUTHENTICATE"),
            ("RFC 8438", "STATUS=SIZE"),
            ("RFC 8440", "LIST-MYRIGHTS"),
            ("RFC 8474", "OBJECTID"),
            ("RFC 8508", "REPLACE"),
            ("RFC 8514", "SAVEDATE"),
            ("RFC 8970", "PREVIEW"),
            ("RFC 9051", "IMAP4REV2 AUTH= LOGINDISABLED STARTTLS"),
            ("RFC 9208", "QUOTA QUOTA= QUOTASET"),
            ("RFC 9394", "PARTIAL"),
            ("RFC 9585", "INPROGRESS"),
            ("RFC 9586", "UIDONLY"),
            ("RFC 9590", "LIST-METADATA"),
            ("RFC 9698", "JMAPACCESS"),
            ("RFC 9738", "MESSAGELIMIT= SAVELIMIT="),
            ("RFC 9755", "UTF8=ACCEPT UTF8=ONLY"),
            ("RFC 10022", "UIDBATCHES"),
            ("draft-ietf-morg-inthread", "THREAD=REFS"),
            ("draft of RFC 8970", "PREVIEW=FUZZY SNIPPET=FUZZY"),
            ("Apple", "XAPPLEPUSHSERVICE XAPPLELITERAL"),
            ("Courier", "ACL2=UNION XCOURIEROUTBOX= XMAGICTRASH"),
            ("Cyrus", "ANNOTATEMORE DIGEST=SHA1 MUPDATE= NO_ATOMIC_RENAME SORT=MODSEQ SORT=UID"),
            ("Gmail", "X-GM-EXT-1 XLIST XYZZY"),
            ("Microsoft", "BACKENDAUTHENTICATE CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION"),
            ("Netscape", "X-NETSCAPE XSENDER"),
            ("Yahoo", "XYMHIGHESTMODSEQ"),
            ("vendor", "XMOVE"),
        ],
    ),
    (
        Protocol::Pop3,
        &[
            ("RFC 1939", "APOP"),
            ("RFC 2449", "TOP USER RESP-CODES LOGIN-DELAY PIPELINING EXPIRE UIDL IMPLEMENTATION"),
            ("RFC 2595", "STLS"),
            ("RFC 3206", "AUTH-RESP-CODE"),
            ("RFC 5034", "SASL"),
            ("RFC 6856", "UTF8 LANG"),
            ("Gmail", "X-GOOGLE-RICO"),
            ("Zimbra", "XOIP"),
        ],
    ),
];

/// Every code of a list, with its source.
fn listed(lists: Lists) -> impl Iterator<Item = (&'static str, String)> {
    lists
        .iter()
        .flat_map(|(source, codes)| codes.split_ascii_whitespace().map(|code| (*source, code.replace('_', " "))))
}

#[test]
fn what_an_rfc_defines_has_a_line_that_cites_it() {
    for (table, lists) in [(Table::Smtp, SMTP), (Table::Enhanced, ENHANCED), (Table::Imap, IMAP), (Table::Pop3, POP3)] {
        for (source, code) in listed(lists) {
            let row = table.find(&code).unwrap_or_else(|| panic!("{code} of {source} is not in the table"));
            assert!(row.rfc.split(", ").any(|cited| cited == source), "{code}: {} is not {source}", row.rfc);
        }
        let cited: HashSet<String> = listed(lists).map(|(source, code)| format!("{code} {source}")).collect();
        for row in table.rows() {
            for source in row.rfc.split(", ") {
                assert!(cited.contains(&format!("{} {source}", row.code)), "{}: no list has {source}", row.code);
            }
        }
    }
}

#[test]
fn a_registered_code_in_a_reply_has_its_own_line() {
    for (_, code) in listed(SMTP).filter(|(_, code)| code.len() == 3) {
        assert_eq!(smtp_row(&code).unwrap().code, code);
        assert_eq!(explain(Protocol::Smtp, code.as_bytes()).unwrap().code, code);
    }
    for (_, code) in listed(ENHANCED).filter(|(_, code)| code.matches('.').count() == 2) {
        assert_eq!(enhanced(&code).unwrap().code, code);
        for class in ["2", "4", "5"] {
            let code = code.replace('X', class);
            let row = enhanced(&code).unwrap();
            assert_eq!(row.code.matches('.').count(), 2, "{code} is explained by {}", row.code);
            let reply = format!("{}50 {code} x", &code[..1]);
            assert_eq!(explain(Protocol::Smtp, reply.as_bytes()).unwrap().says, row.says, "{reply}");
        }
    }
    for (_, code) in
        listed(IMAP).filter(|(source, _)| !source.starts_with("RFC 9051 §7.1.") && *source != "RFC 9051 §7.6")
    {
        let row = Table::Imap.find(&code).unwrap_or_else(|| panic!("{code}"));
        let got = explain(Protocol::Imap, format!("a1 NO [{code}] x").as_bytes()).unwrap();
        assert_eq!((got.code.as_str(), got.says), (row.code, row.says));
    }
    for (_, code) in listed(POP3).filter(|(source, _)| *source != "RFC 1939 §3") {
        assert_eq!(pop3_row(&code).unwrap().code, code);
        assert_eq!(explain(Protocol::Pop3, format!("-ERR [{code}] x").as_bytes()).unwrap().code, code);
    }
}

#[test]
fn an_unknown_code_falls_back_to_what_it_is_part_of() {
    let known: BTreeSet<String> = listed(SMTP).map(|(_, code)| code).collect();
    for code in (0..1000).map(|code| format!("{code:03}")).filter(|code| !known.contains(code)) {
        let class = Table::Smtp.find(&code[..1]);
        let row = smtp_row(&code);
        assert_eq!(row.map(|row| row.next), class.map(|row| row.next), "{code}");
        let second = format!("X{}", &code[1..2]);
        let expect = if known.contains(&second) { Some(second.as_str()) } else { class.map(|row| row.code) };
        assert_eq!(row.map(|row| row.code), class.and(expect), "{code}");
    }
    let listed: BTreeSet<String> = listed(ENHANCED).map(|(_, code)| code).collect();
    for (subject, detail) in (0..12).flat_map(|subject| (0..40).map(move |detail| (subject, detail))) {
        if listed.contains(&format!("X.{subject}.{detail}")) {
            continue;
        }
        for (class, next) in [("2", "go on"), ("4", "try again later"), ("5", "change something")] {
            let code = format!("{class}.{subject}.{detail}");
            let row = enhanced(&code).filter(|row| row.code != code);
            assert_eq!(row.map(|row| row.code.to_owned()), (subject < 8).then(|| format!("X.{subject}")), "{code}");
            assert!(row.is_none_or(|row| row.next.starts_with(next)), "{code}: {row:?}");
        }
    }
    for nonsense in ["", "5", "x", "X", "3.1.1", "9.1.1", "5.1", "5.1.1.1", "5..1", "5.1.1000", "50", "5000", "5é0"] {
        assert_eq!(enhanced(nonsense), None, "{nonsense}");
        let whole = matches!(nonsense, "5");
        assert_eq!(smtp_row(nonsense).is_some(), whole, "{nonsense}");
    }
}

#[test]
fn what_is_registered_is_an_offer_and_every_offer_is_listed() {
    let mut expect = BTreeSet::new();
    for (protocol, lists) in OFFERS {
        for (source, keyword) in listed_offers(lists) {
            let found = offers().find(|offer| offer.is_of(*protocol) && offer.keyword == keyword);
            let found = found.unwrap_or_else(|| panic!("{keyword} of {source}"));
            assert_eq!(found.rfc, source, "{keyword}");
            assert!(expect.insert((protocol.name(), keyword)), "{keyword} is listed twice");
        }
    }
    for offer in offers() {
        let known =
            expect.iter().any(|(name, keyword)| offer.protocol.eq_ignore_ascii_case(name) && offer.keyword == *keyword);
        assert!(known, "{} {} is in no list", offer.protocol, offer.keyword);
    }
}

/// Keywords keep their underscores.
fn listed_offers(lists: Lists) -> impl Iterator<Item = (&'static str, &'static str)> {
    lists.iter().flat_map(|(source, keywords)| keywords.split_ascii_whitespace().map(|keyword| (*source, keyword)))
}
