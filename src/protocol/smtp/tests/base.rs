//! The protocol itself and who speaks: RFC 5321, 2033, 3207, 4954, 6531.

use super::{ANY, READY};
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Fresh, Mail, Rcpt, Ready};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 5321, commands",
        verbs: &[
            ("EHLO", ANY, None),
            ("HELO", ANY, None),
            ("MAIL", READY, None),
            ("RCPT", &[Mail, Rcpt], None),
            ("DATA", &[Rcpt], None),
            ("RSET", ANY, None),
            ("VRFY", ANY, None),
            ("EXPN", ANY, None),
            ("HELP", ANY, None),
            ("NOOP", ANY, None),
            ("QUIT", ANY, None),
        ],
        right: &[
            (Fresh, &["EHLO client.example.net", "ehlo [192.0.2.1]", "EHLO [IPv6:2001:db8::1]", "HELO a.example"]),
            (Fresh, &["NOOP", "NOOP anything goes", "HELP", "HELP MAIL", "RSET", "VRFY jo", "EXPN staff", "QUIT"]),
            (Ready, &["mail from:<>", "MAIL FROM:<jo@example.com>", "VRFY \"Jo Smith\"", "VRFY <jo@example.com>"]),
            (Ready, &["EXPN staff@example.com", "EHLO again.example"]),
            (Mail, &["RCPT TO:<jo@example.com>", "RCPT TO:<Postmaster>", "rset"]),
            (Rcpt, &["RCPT TO:<a@b.example>", "DATA", "EHLO again.example"]),
        ],
        wrong: &[
            (Fresh, "EHLO", 4..4, Incomplete, "name of this machine"),
            (Fresh, "EHLO localhost", 5..14, Advice, "without a dot"),
            (Fresh, "EHLO 192.0.2.1", 5..14, Advice, "brackets"),
            (Fresh, "EHLO [2001:db8::1]", 5..18, Syntax, "[IPv6:2001:db8::1]"),
            (Fresh, "EHLO a.example b", 14..16, Syntax, "nothing more"),
            (Fresh, "EHLO bücher.example", 5..20, Syntax, "xn--bcher-kva.example"),
            (Fresh, "HELO [192.0.2.1]", 5..16, Advice, "EHLO"),
            (Fresh, "MAIL FROM:<>", 0..4, Sequence, "needs EHLO first, the server would answer 503"),
            (Ready, "MAIL ", 4..4, Incomplete, "FROM:"),
            (Ready, "MAIL FROM: <jo@example.com>", 10..11, Syntax, "no space"),
            (Ready, "RCPT TO:<a@b.example>", 0..4, Sequence, "RCPT needs MAIL first, the server would answer 503"),
            (Mail, "RCPT TO:<jo@example.com", 23..23, Incomplete, "\">\""),
            (Mail, "RCPT TO:<>", 8..10, Syntax, "null path"),
            (Mail, "RCPT FROM:<a@b.example>", 5..10, Syntax, "TO:"),
            (Rcpt, "MAIL FROM:<>", 0..4, Sequence, "RSET"),
            (Rcpt, "DATA x", 5..6, Syntax, "nothing more"),
            (Ready, "DATA", 0..4, Sequence, "MAIL and RCPT"),
            (Mail, "DATA", 0..4, Sequence, "RCPT first"),
            (Ready, "RSET x", 5..6, Syntax, "nothing more"),
            (Ready, "VRFY", 4..4, Incomplete, "user name"),
            (Ready, "VRFY Jo Smith", 7..13, Advice, "in quotes"),
            (Ready, "VRFY \"Jo", 8..8, Incomplete, "quote"),
            (Ready, "EXPN", 4..4, Incomplete, "list"),
            (Ready, "NOOP é", 5..7, Advice, "not ASCII"),
            (Ready, "HELP é", 5..7, Advice, "not ASCII"),
            (Ready, "QUIT now", 5..8, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 5321, paths",
        right: &[
            (
                Ready,
                &["MAIL FROM:<\"j o\\\"@\"@example.com>", "MAIL FROM:<jo@[192.0.2.1]>", "MAIL FROM:<a.b+c@d.example>"],
            ),
            (
                Mail,
                &["RCPT TO:<jo@[IPv6:2001:db8::1]>", "RCPT TO:<postmaster@example.com>", "RCPT TO:<\"\"@a.example>"],
            ),
        ],
        wrong: &[
            (Ready, "MAIL FROM:jo@example.com", 10..24, Syntax, "<jo@example.com>"),
            (Ready, "MAIL FROM:<jo>", 11..13, Syntax, "no \"@\""),
            (Ready, "MAIL FROM:<jo@example..com>", 21..22, Syntax, "dot too many"),
            (Ready, "MAIL FROM:<.jo@example.com>", 11..12, Syntax, "dot"),
            (Ready, "MAIL FROM:<jo@-a.example>", 14..16, Syntax, "hyphen"),
            (Ready, "MAIL FROM:<jo@[300.1.1.1]>", 14..25, Syntax, "[192.0.2.1]"),
            (Ready, "MAIL FROM:<jo@[x-tag:abc]>", 14..25, Advice, "not registered"),
            (Mail, "RCPT TO:<@a.example,@b.example:jo@c.example>", 9..31, Advice, "obsolete"),
            (Mail, "RCPT TO:<@a.example>", 19..20, Syntax, "\":\""),
            (Mail, "RCPT TO:<jo@example.com>x", 24..25, Syntax, "a space"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 2033",
        verbs: &[("LHLO", ANY, None)],
        right: &[(Fresh, &["LHLO client.example.net", "LHLO [192.0.2.1]"]), (Rcpt, &["LHLO a.example"])],
        wrong: &[
            (Fresh, "LHLO", 4..4, Incomplete, "name of this machine"),
            (Fresh, "LHLO a b", 6..8, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 3207",
        verbs: &[("STARTTLS", READY, Some("STARTTLS"))],
        right: &[(Ready, &["STARTTLS", "starttls"])],
        wrong: &[
            (Fresh, "STARTTLS", 0..8, Sequence, "EHLO first"),
            (Ready, "STARTTLS x", 9..10, Syntax, "nothing more"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4954",
        verbs: &[("AUTH", READY, Some("AUTH"))],
        words: &[("parameter of MAIL", &["AUTH"])],
        right: &[(
            Ready,
            &[
                "AUTH PLAIN",
                "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm",
                "auth external =",
                "MAIL FROM:<jo@example.com> AUTH=<>",
                "MAIL FROM:<jo@example.com> AUTH=e+3Dmc2@example.com",
            ],
        )],
        wrong: &[
            (Ready, "AUTH", 4..4, Incomplete, "mechanism"),
            (Ready, "AUTH PLAIN a*b=", 12..13, Syntax, "base64"),
            (Ready, "AUTH PLAIN dGlt", 11..15, Advice, "0 NUL"),
            (Ready, "AUTH PLAIN AHRpbQBwYXNzCg==", 11..27, Advice, "newline"),
            (Mail, "AUTH PLAIN", 0..4, Sequence, "RSET"),
            (Ready, "MAIL FROM:<a@b.example> AUTH=", 29..29, Incomplete, "value"),
            (Ready, "MAIL FROM:<a@b.example> AUTH=jo", 29..31, Syntax, "no address"),
            (Ready, "MAIL FROM:<a@b.example> AUTH=a+3d@c.example", 30..33, Syntax, "upper case"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 6531",
        words: &[("parameter of MAIL", &["SMTPUTF8"])],
        right: &[(
            Ready,
            &[
                "MAIL FROM:<jö@example.com> SMTPUTF8",
                "MAIL FROM:<jo@bücher.example> smtputf8",
                "VRFY jö@example.com SMTPUTF8",
                "EXPN staff SMTPUTF8",
            ],
        )],
        wrong: &[
            (Ready, "MAIL FROM:<a@b.example> SMTPUTF8=1", 24..34, Syntax, "no value"),
            (Ready, "MAIL FROM:<jö@example.com>", 11..14, Advice, "MAIL needs the parameter SMTPUTF8"),
            (Ready, "MAIL FROM:<jo@bücher.example>", 14..29, Advice, "or write xn--bcher-kva.example"),
            (Mail, "RCPT TO:<jö@example.com>", 9..12, Advice, "MAIL needs the parameter SMTPUTF8"),
            (Ready, "MAIL FROM:<jo@exa mple.com>", 17..18, Syntax, "\">\""),
            (Ready, "VRFY jö", 5..8, Advice, "SMTPUTF8 goes behind it"),
            (Ready, "VRFY jo SMTPUTF8=x", 8..18, Syntax, "no value"),
            (Ready, "VRFY jo SMTPU", 13..13, Incomplete, "SMTPUTF8, or nothing"),
        ],
        ..NONE
    },
];
