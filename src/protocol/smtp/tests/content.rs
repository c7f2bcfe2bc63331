//! The message and how it goes over: RFC 1845, 1870, 3030, 3865, 4141, 4468, 6152.

use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Mail, Rcpt, Ready};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 1870",
        words: &[("parameter of MAIL", &["SIZE"])],
        right: &[(Ready, &["MAIL FROM:<> SIZE=0", "MAIL FROM:<a@b.example> size=1000"])],
        wrong: &[
            (Ready, "MAIL FROM:<a@b.example> SIZE", 28..28, Incomplete, "SIZE="),
            (Ready, "MAIL FROM:<a@b.example> SIZE=", 29..29, Incomplete, "value"),
            (Ready, "MAIL FROM:<a@b.example> SIZE=1k", 24..31, Syntax, "\"1k\" is not right for SIZE"),
            (Ready, "MAIL FROM:<> SIZE=123456789012345678901", 13..39, Syntax, "SIZE"),
            (Ready, "MAIL FROM:<> SIZE=1 SIZE=2", 20..26, Syntax, "twice"),
            (Mail, "RCPT TO:<a@b.example> SIZE=1", 22..28, Advice, "not a parameter of RCPT"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 6152, RFC 3030",
        verbs: &[("BDAT", &[Rcpt], Some("CHUNKING"))],
        words: &[("parameter of MAIL", &["BODY"])],
        right: &[
            (Ready, &["MAIL FROM:<> BODY=8BITMIME", "MAIL FROM:<> body=7bit", "MAIL FROM:<> BODY=BINARYMIME"]),
            (Rcpt, &["BDAT 1000", "BDAT 0 LAST", "bdat 5 last"]),
        ],
        wrong: &[
            (Ready, "MAIL FROM:<> BODY=9BIT", 13..22, Syntax, "BINARYMIME"),
            (Ready, "MAIL FROM:<> BODY", 17..17, Incomplete, "BODY="),
            (Rcpt, "BDAT", 4..4, Incomplete, "octets"),
            (Rcpt, "BDAT -5", 5..6, Syntax, "octets"),
            (Rcpt, "BDAT 5 FIRST", 7..8, Syntax, "LAST"),
            (Rcpt, "BDAT 5 LA", 9..9, Incomplete, "LAST"),
            (Rcpt, "BDAT 5 LAST x", 11..13, Syntax, "nothing more"),
            (Rcpt, "BDAT 99999999999999999999", 5..25, Syntax, "too large"),
            (Mail, "BDAT 5", 0..4, Sequence, "RCPT first"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4468",
        verbs: &[("BURL", &[Rcpt], Some("BURL"))],
        right: &[(
            Rcpt,
            &[
                "BURL imap://jo@imap.example/Sent/;UID=20/;SECTION=1 LAST",
                "BURL imap://jo@imap.example/Drafts;UIDVALIDITY=38/;UID=24",
                "burl imap://jo@imap.example/x/;UID=1;URLAUTH=submit+jo:INTERNAL:91354a473744909de610943775f92038",
            ],
        )],
        wrong: &[
            (Rcpt, "BURL", 4..4, Incomplete, "absolute URL"),
            (Rcpt, "BURL imap", 9..9, Incomplete, "rest of the URL"),
            (Rcpt, "BURL /x/;UID=1", 5..14, Syntax, "absolute URL"),
            (Rcpt, "BURL http://a.example/x", 5..23, Advice, "imap:// only"),
            (Rcpt, "BURL imap://a.example/x/;UID=0 LAST", 29..30, Syntax, "from 1 on"),
            (Rcpt, "BURL imap://a.example/x/;UID=1 FIRST", 31..32, Syntax, "LAST"),
            (Ready, "BURL imap://a.example/x/;UID=1", 0..4, Sequence, "MAIL and RCPT"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 1845",
        words: &[("parameter of MAIL", &["TRANSID"])],
        right: &[(Ready, &["MAIL FROM:<> TRANSID=<12345@ibm.example>"])],
        wrong: &[
            (Ready, "MAIL FROM:<> TRANSID=12345", 13..26, Syntax, "<id@host>"),
            (Ready, "MAIL FROM:<> TRANSID=<1..2@a>", 13..29, Syntax, "<id@host>"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 3865",
        words: &[("parameter of MAIL", &["SOLICIT"])],
        right: &[(Ready, &["MAIL FROM:<> SOLICIT=org.example:ADV:ADLT,net.example:ADV"])],
        wrong: &[
            (Ready, "MAIL FROM:<> SOLICIT=1a", 13..23, Syntax, "net.example:ADV"),
            (Ready, "MAIL FROM:<> SOLICIT=a,", 13..23, Syntax, "net.example:ADV"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4141",
        words: &[("parameter of MAIL", &["CONPERM"]), ("parameter of RCPT", &["CONNEG"])],
        right: &[(Ready, &["MAIL FROM:<> CONPERM"]), (Mail, &["RCPT TO:<a@b.example> CONNEG"])],
        wrong: &[
            (Ready, "MAIL FROM:<> CONPERM=1", 13..22, Syntax, "no value"),
            (Mail, "RCPT TO:<a@b.example> CONNEG=1", 22..30, Syntax, "no value"),
        ],
        ..NONE
    },
];
