//! What Postfix adds: XCLIENT, XFORWARD, XVERP.

use super::READY;
use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Mail, Ready};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "Postfix XCLIENT_README",
        verbs: &[("XCLIENT", READY, Some("XCLIENT"))],
        words: &[(
            "attribute of XCLIENT",
            &["NAME", "REVERSE_NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT"],
        )],
        right: &[(
            Ready,
            &[
                "XCLIENT NAME=spike.example ADDR=168.100.189.2",
                "xclient name=[UNAVAILABLE] reverse_name=[tempunavail] addr=IPV6:2001:db8::1 port=4000",
                "XCLIENT PROTO=ESMTP HELO=spike.example LOGIN=jo+20smith DESTADDR=192.0.2.1 DESTPORT=25",
            ],
        )],
        wrong: &[
            (Ready, "XCLIENT", 7..7, Incomplete, "NAME=value"),
            (Ready, "XCLIENT NAME", 12..12, Incomplete, "\"=\""),
            (Ready, "XCLIENT NAME=", 13..13, Incomplete, "value"),
            (Ready, "XCLIENT REVERSE_NAME=", 21..21, Incomplete, "value"),
            (Ready, "XCLIENT HELO=", 13..13, Incomplete, "value"),
            (Ready, "XCLIENT LOGIN=", 14..14, Incomplete, "value"),
            (Ready, "XCLIENT ADDR=2001:db8::1", 13..24, Syntax, "IPV6:"),
            (Ready, "XCLIENT DESTADDR=a.example", 17..26, Syntax, "192.0.2.1"),
            (Ready, "XCLIENT PORT=0", 13..14, Syntax, "port"),
            (Ready, "XCLIENT DESTPORT=70000", 17..22, Syntax, "port"),
            (Ready, "XCLIENT PROTO=LMTP", 14..18, Syntax, "SMTP or ESMTP"),
            (Ready, "XCLIENT IDENT=x", 8..13, Advice, "no attribute that I know"),
            (Mail, "XCLIENT NAME=a", 0..7, Sequence, "RSET"),
        ],
        ..NONE
    },
    Rfc {
        name: "Postfix XFORWARD_README",
        verbs: &[("XFORWARD", READY, Some("XFORWARD"))],
        words: &[("attribute of XFORWARD", &["NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"])],
        right: &[(
            Ready,
            &[
                "XFORWARD NAME=spike.example ADDR=168.100.189.2 PROTO=ESMTP",
                "XFORWARD HELO=a PORT=1 IDENT=x SOURCE=local",
            ],
        )],
        wrong: &[
            (Ready, "XFORWARD NAME=a SOURCE=INSIDE", 23..29, Syntax, "LOCAL or REMOTE"),
            (Ready, "XFORWARD ADDR=::1 HELO=x", 14..17, Syntax, "IPV6:"),
            (Ready, "XFORWARD PORT=x", 14..15, Syntax, "port"),
            (Ready, "XFORWARD PROTO=x", 15..16, Syntax, "SMTP or ESMTP"),
            (Ready, "XFORWARD HELO=", 14..14, Incomplete, "value"),
            (Ready, "XFORWARD IDENT=", 15..15, Incomplete, "value"),
            (Ready, "XFORWARD LOGIN=x", 9..14, Advice, "no attribute that I know"),
        ],
        ..NONE
    },
    Rfc {
        name: "Postfix VERP_README",
        words: &[("parameter of MAIL", &["XVERP"])],
        right: &[(Ready, &["MAIL FROM:<a@b.example> XVERP", "MAIL FROM:<a@b.example> XVERP=+-"])],
        wrong: &[(Ready, "MAIL FROM:<a@b.example> XVERP=ab", 24..32, Syntax, "two of the characters")],
        ..NONE
    },
];
