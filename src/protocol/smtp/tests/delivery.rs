//! When, how and whether it is delivered, and what is told of it: RFC 2852, 3461, 3885, 4405, 4865, 6710, 7293, 8689.

use crate::protocol::lists::{NONE, Rfc};
use crate::protocol::verb::Phase::{Mail, Ready};
use crate::protocol::verb::Weight::{Advice, Incomplete, Sequence, Syntax};

/// 101 characters.
const LONG: &str = concat!(
    "MAIL FROM:<> ENVID=12345678901234567890123456789012345678901234567890",
    "123456789012345678901234567890123456789012345678901"
);

pub(super) const LIST: &[Rfc] = &[
    Rfc {
        name: "RFC 3461",
        words: &[("parameter of MAIL", &["RET", "ENVID"]), ("parameter of RCPT", &["NOTIFY", "ORCPT"])],
        right: &[
            (Ready, &["MAIL FROM:<> RET=HDRS ENVID=QQ314159", "MAIL FROM:<> ret=full", "MAIL FROM:<> ENVID=a+20b+2B"]),
            (Mail, &["RCPT TO:<a@b.example> NOTIFY=SUCCESS,delay,FAILURE", "RCPT TO:<a@b.example> NOTIFY=never"]),
            (
                Mail,
                &[
                    "RCPT TO:<a@b.example> ORCPT=rfc822;a+2Bb@c.example",
                    "RCPT TO:<a@b.example> ORCPT=utf-8;jö@c.example",
                ],
            ),
        ],
        wrong: &[
            (Ready, "MAIL FROM:<> RET=ALL", 13..20, Syntax, "FULL or HDRS"),
            (Ready, "MAIL FROM:<> ENVID=a+b", 20..21, Syntax, "+2B"),
            (Ready, "MAIL FROM:<> ENVID=a+2b", 20..23, Syntax, "upper case"),
            (Ready, "MAIL FROM:<> ENVID=a=b", 20..21, Syntax, "+3D"),
            (Ready, "MAIL FROM:<> ENVID=aéb", 20..22, Syntax, "+C3+A9"),
            (Ready, "MAIL FROM:<> ENVID=a+C3+A9b", 19..27, Syntax, "printable ASCII"),
            (Ready, LONG, 119..120, Syntax, "101 characters, an ENVID has at most 100"),
            (Mail, "RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY", 29..34, Syntax, "alone"),
            (Mail, "RCPT TO:<a@b.example> NOTIFY=DELAY,NEVER", 35..40, Syntax, "alone"),
            (Mail, "RCPT TO:<a@b.example> NOTIFY=SUCCESS,DELAYED", 37..44, Syntax, "SUCCESS, FAILURE or DELAY"),
            (Mail, "RCPT TO:<a@b.example> NOTIFY=ALWAYS", 22..35, Syntax, "NEVER, or SUCCESS,FAILURE,DELAY"),
            (Mail, "RCPT TO:<a@b.example> ORCPT=a@b.example", 22..39, Syntax, "rfc822"),
            (Mail, "RCPT TO:<a@b.example> ORCPT=;a@b.example", 28..29, Syntax, "type of the address"),
            (Mail, "RCPT TO:<a@b.example> ORCPT=rfc822;a+b@c", 36..37, Syntax, "+2B"),
            (Mail, "RCPT TO:<a@b.example> ORCPT=rfc822;j+C3+B6@c", 35..44, Syntax, "utf-8"),
            (Mail, "RCPT TO:<a@b.example> RET=FULL", 22..30, Advice, "not a parameter of RCPT"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 2852",
        words: &[("parameter of MAIL", &["BY"])],
        right: &[(
            Ready,
            &["MAIL FROM:<> BY=120;R", "MAIL FROM:<> BY=-60;NT", "MAIL FROM:<> BY=999999999;rt", "MAIL FROM:<> BY=0;N"],
        )],
        wrong: &[
            (Ready, "MAIL FROM:<> BY=120", 13..19, Syntax, "seconds;N"),
            (Ready, "MAIL FROM:<> BY=120;X", 13..21, Syntax, "seconds;N"),
            (Ready, "MAIL FROM:<> BY=1234567890;N", 13..28, Syntax, "seconds;N"),
            (Ready, "MAIL FROM:<> BY=0;R", 16..17, Syntax, "with R the time lies ahead"),
            (Ready, "MAIL FROM:<> BY=-5;RT", 16..18, Syntax, "with R the time lies ahead"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4865",
        words: &[("parameter of MAIL", &["HOLDFOR", "HOLDUNTIL"])],
        right: &[(
            Ready,
            &[
                "MAIL FROM:<a@b.example> HOLDFOR=86400",
                "MAIL FROM:<a@b.example> HOLDUNTIL=2030-01-31T12:00:00Z",
                "MAIL FROM:<a@b.example> HOLDFOR=60 BY=120;N",
            ],
        )],
        wrong: &[
            (Ready, "MAIL FROM:<a@b.example> HOLDFOR=0", 24..33, Syntax, "1 to 999999999"),
            (Ready, "MAIL FROM:<a@b.example> HOLDFOR=1234567890", 24..42, Syntax, "1 to 999999999"),
            (Ready, "MAIL FROM:<a@b.example> HOLDUNTIL=2030-13-31T12:00:00Z", 24..54, Syntax, "2030-01-31T12:00:00Z"),
            (Ready, "MAIL FROM:<a@b.example> HOLDUNTIL=2030-01-31T12:00:00+02:00", 53..59, Syntax, "UTC"),
            (Ready, "MAIL FROM:<a@b.example> HOLDFOR=1 HOLDUNTIL=2030-01-31T12:00:00Z", 34..64, Syntax, "exclude"),
            (Ready, "MAIL FROM:<a@b.example> HOLDFOR=121 BY=120;N", 24..35, Syntax, "held longer"),
            (Ready, "MAIL FROM:<> HOLDFOR=60", 13..23, Advice, "is not held"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 6710",
        words: &[("parameter of MAIL", &["MT-PRIORITY"])],
        right: &[(Ready, &["MAIL FROM:<> MT-PRIORITY=-9", "MAIL FROM:<> MT-PRIORITY=0", "MAIL FROM:<> mt-priority=9"])],
        wrong: &[
            (Ready, "MAIL FROM:<> MT-PRIORITY=10", 13..27, Syntax, "-9 to 9"),
            (Ready, "MAIL FROM:<> MT-PRIORITY=+1", 13..27, Syntax, "-9 to 9"),
            (Ready, "MAIL FROM:<> MT-PRIORITY=-0", 13..27, Syntax, "-9 to 9"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 8689",
        words: &[("parameter of MAIL", &["REQUIRETLS"])],
        tls: true,
        right: &[(Ready, &["MAIL FROM:<a@b.example> REQUIRETLS"])],
        wrong: &[(Ready, "MAIL FROM:<a@b.example> REQUIRETLS=YES", 24..38, Syntax, "no value")],
        ..NONE
    },
    Rfc {
        name: "RFC 8689, in clear",
        wrong: &[(Ready, "MAIL FROM:<a@b.example> REQUIRETLS", 24..34, Sequence, "STARTTLS first")],
        ..NONE
    },
    Rfc {
        name: "RFC 7293",
        words: &[("parameter of RCPT", &["RRVS"])],
        right: &[(
            Mail,
            &["RCPT TO:<a@b.example> RRVS=2014-04-03T23:01:00Z", "RCPT TO:<a@b.example> RRVS=2014-04-03T23:01:00Z;R"],
        )],
        wrong: &[
            (Mail, "RCPT TO:<a@b.example> RRVS=2014-04-03", 22..37, Syntax, ";C or ;R"),
            (Mail, "RCPT TO:<a@b.example> RRVS=2014-04-03T23:01:00Z;X", 22..49, Syntax, ";C or ;R"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 3885",
        words: &[("parameter of MAIL", &["MTRK"])],
        right: &[(Ready, &["MAIL FROM:<> ENVID=x MTRK=QUJD", "MAIL FROM:<> ENVID=x MTRK=QUI:86400"])],
        wrong: &[
            (Ready, "MAIL FROM:<> MTRK=QUJD", 13..22, Syntax, "ENVID beside it"),
            (Ready, "MAIL FROM:<> ENVID=x MTRK=a*", 21..28, Syntax, "base64"),
            (Ready, "MAIL FROM:<> ENVID=x MTRK=", 26..26, Incomplete, "value"),
        ],
        ..NONE
    },
    Rfc {
        name: "RFC 4405",
        words: &[("parameter of MAIL", &["SUBMITTER"])],
        right: &[(Ready, &["MAIL FROM:<a@b.example> SUBMITTER=jo@c.example"])],
        wrong: &[(Ready, "MAIL FROM:<a@b.example> SUBMITTER=jo", 34..36, Syntax, "no address")],
        ..NONE
    },
];
