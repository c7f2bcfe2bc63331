//! Responses as servers really send them.

use proptest::prelude::*;

use super::*;

fn whole(text: &str) -> Response {
    let understood = read(text.as_bytes());
    assert_eq!(understood.stopped, None, "{text}");
    understood.response.unwrap_or_else(|| panic!("{text}"))
}

fn items(text: &str) -> Vec<(String, Item)> {
    match whole(text) {
        Response::Fetch { items, .. } => items,
        other => panic!("{other:?}"),
    }
}

fn structure(text: &str) -> Vec<Part> {
    let found = items(text).into_iter().find_map(|(_, item)| match item {
        Item::Structure(parts) => Some(parts),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{text}"))
}

/// `section kind octets`, indented by depth.
fn outline(parts: &[Part]) -> Vec<String> {
    parts
        .iter()
        .map(|part| {
            let octets = part.octets.map_or(String::new(), |octets| format!(" {octets}"));
            format!("{}{} {}{octets}", "-".repeat(part.depth), part.section, part.kind)
        })
        .collect()
}

#[test]
fn dovecot() {
    let text = "* 12 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 ENVELOPE \
                (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev1 WG mtg summary and minutes\" ((\"Terry Gray\" NIL \
                \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \
                \"gray\" \"cac.washington.edu\")) ((NIL NIL \"imap\" \"cac.washington.edu\")) ((NIL NIL \"minutes\" \
                \"CNRI.Reston.VA.US\") (\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL \
                \"<B27397-0100000@cac.washington.edu>\") BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" \
                3028 92) MODSEQ (65402))\r\n";
    let items = items(text);
    let names: Vec<&str> = items.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY", "MODSEQ"]);
    assert_eq!(items[0].1, Item::Words(vec!["\\Seen".to_owned()]));
    assert_eq!(items[2].1, Item::Number(4286));
    assert_eq!(items[5].1, Item::Number(65402));
    let Item::Envelope(envelope) = &items[3].1 else { panic!("{:?}", items[3]) };
    assert_eq!(envelope.cc.len(), 2);
    assert_eq!(envelope.bcc, []);
    assert_eq!(envelope.message_id.as_deref(), Some("<B27397-0100000@cac.washington.edu>"));
    let Item::Structure(parts) = &items[4].1 else { panic!("{:?}", items[4]) };
    assert_eq!(outline(parts), ["1 text/plain 3028"]);
    assert_eq!((parts[0].lines, parts[0].encoding.as_deref()), (Some(92), Some("7bit")));
}

#[test]
fn literals_lie_where_they_lie() {
    let text = "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (SUBJECT)]<0> {18}\r\nSubject: hello\r\n\r\n BODY[] \"a \\\"b\" BINARY.SIZE[1] 5 FLAGS ())";
    let items = items(text);
    assert_eq!(items[1].0, "BODY[HEADER.FIELDS (SUBJECT)]<0>");
    let Item::Content(range) = &items[1].1 else { panic!() };
    assert_eq!(&text[range.clone()], "Subject: hello\r\n\r\n");
    let Item::Content(range) = &items[2].1 else { panic!() };
    assert_eq!(&text[range.clone()], "a \\\"b");
    assert_eq!(items[3].1, Item::Number(5));
    assert_eq!(items[4].1, Item::Words(Vec::new()));
}

#[test]
fn gmail() {
    let text = "* 1 FETCH (X-GM-THRID 1278455344230334865 X-GM-MSGID 1278455344230334866 X-GM-LABELS (\\Inbox \\Sent Important \
                \"Muy Importante\" \"&-\") UID 5 BODYSTRUCTURE (((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 6 1 NIL \
                NIL NIL)(\"TEXT\" \"HTML\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 27 1 NIL NIL NIL) \"ALTERNATIVE\" (\"BOUNDARY\" \
                \"x1\") NIL NIL)(\"IMAGE\" \"PNG\" (\"NAME\" \"=?UTF-8?Q?gr=C3=BC.png?=\") \"<ii_1>\" NIL \"BASE64\" 51036 NIL \
                (\"ATTACHMENT\" (\"FILENAME\" \"a.png\")) NIL) \"MIXED\" (\"BOUNDARY\" \"x2\") NIL NIL))";
    let items = items(text);
    assert_eq!(items[0].1, Item::Number(1_278_455_344_230_334_865));
    assert_eq!(
        items[2].1,
        Item::Words(["\\Inbox", "\\Sent", "Important", "Muy Importante", "&-"].map(str::to_owned).to_vec())
    );
    let parts = structure(text);
    assert_eq!(
        outline(&parts),
        [
            " multipart/mixed",
            "-1 multipart/alternative",
            "--1.1 text/plain 6",
            "--1.2 text/html 27",
            "-2 image/png 51036"
        ]
    );
    assert_eq!(
        parts[4].disposition,
        Some(("attachment".to_owned(), vec![("filename".to_owned(), "a.png".to_owned())]))
    );
    assert!(parts.iter().all(|part| part.odd.is_none()));
}

#[test]
fn a_message_in_a_message() {
    let text = "* 4 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1152 23 NIL NIL NIL NIL)(\"message\" \"rfc822\" NIL \
                NIL NIL \"7bit\" 4554 (\"date\" \"subject\" NIL NIL NIL NIL NIL NIL NIL \"<m@x>\") ((\"text\" \"plain\" NIL NIL \
                NIL \"7bit\" 10 1)(\"application\" \"pdf\" NIL NIL NIL \"base64\" 99) \"mixed\") 73 NIL (\"inline\" NIL) NIL NIL)\
                (\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 55 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" \"plain\" NIL \
                NIL NIL \"7bit\" 10 1) 3) \"digest\" NIL NIL (\"en\" \"de\") \"http://x/\"))";
    let parts = structure(text);
    assert_eq!(
        outline(&parts),
        [
            " multipart/digest",
            "-1 text/plain 1152",
            "-2 message/rfc822 4554",
            "--2 multipart/mixed",
            "---2.1 text/plain 10",
            "---2.2 application/pdf 99",
            "-3 message/rfc822 55",
            "--3.1 text/plain 10",
        ]
    );
    assert_eq!(parts[0].languages, ["en", "de"]);
    assert_eq!(parts[0].location.as_deref(), Some("http://x/"));
    assert_eq!(parts[2].lines, Some(73));
    assert_eq!(parts[2].disposition.as_ref().map(|(word, _)| word.as_str()), Some("inline"));
    assert_eq!(parts[2].envelope.as_ref().and_then(|e| e.subject.as_deref()), Some("subject"));
}

#[test]
fn exchange_and_its_like_send_what_the_grammar_forbids() {
    // A disposition without parentheses.
    let parts = structure(
        "* 37 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"ISO-8859-1\") NIL NIL \"QUOTED-PRINTABLE\" 850 31 NIL \
         \"inline\" NIL NIL)(\"text\" \"html\" (\"charset\" \"ISO-8859-1\") NIL NIL \"QUOTED-PRINTABLE\" 14692 502 NIL \"inline\" \
         NIL NIL) \"alternative\" (\"boundary\" \"----=_Part\") NIL NIL))",
    );
    assert_eq!(parts[1].disposition, Some(("inline".to_owned(), Vec::new())));
    assert_eq!(parts[2].lines, Some(502));
    // A multipart without parts, and a boundary that is NIL (mail.ru).
    let parts = structure("* 1 FETCH (BODYSTRUCTURE (NIL \"mixed\" (\"boundary\" NIL) NIL NIL))");
    assert_eq!(outline(&parts), [" multipart/mixed"]);
    assert_eq!(parts[0].odd.map(|(at, _)| at), Some(25));
    // A message without its envelope and body.
    let parts = structure("* 1 FETCH (BODYSTRUCTURE (\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 52))");
    assert_eq!(outline(&parts), ["1 message/rfc822 52"]);
    assert!(parts[0].odd.is_some());
    // A description whose quotes are not escaped (netease): the part reads on, shifted.
    let parts = structure(
        "* 150 FETCH (BODY ((\"text\" \"html\" (\"charset\" \"UTF-8\") NIL NIL \"quoted-printable\" 1224 16)(\"application\" \
         \"octet-stream\" (\"name\" \"2.pdf\") NIL \"\"\"\" \"base64\" 65322) \"MIXED\"))",
    );
    assert!(parts[2].odd.is_some());
}

#[test]
fn mailboxes_of_many_servers() {
    for (line, attributes, delimiter, name) in [
        // Dovecot, Gmail, Exchange, Courier, Cyrus, and one with flat names.
        ("* LIST (\\HasNoChildren \\UnMarked \\Trash) \"/\" Trash", 3, Some('/'), "Trash"),
        ("* LIST (\\HasChildren \\Noselect) \"/\" \"[Gmail]\"", 2, Some('/'), "[Gmail]"),
        ("* LIST (\\Marked \\HasNoChildren) \"/\" \"Gel&APY-schte Elemente\"", 2, Some('/'), "Gel&APY-schte Elemente"),
        ("* LIST (\\HasNoChildren) \".\" \"INBOX.Archives.2014\"", 1, Some('.'), "INBOX.Archives.2014"),
        ("* LSUB (\\Archive) \"/\" Archive", 1, Some('/'), "Archive"),
        ("* LIST (\\NoInferiors) NIL \"sentMarcel(1999-2007)\"", 1, None, "sentMarcel(1999-2007)"),
        ("* LIST () \"\\\\\" {5}\r\na\"b\\c", 0, Some('\\'), "a\"b\\c"),
        ("* XLIST (\\Noselect) \"/\" \"/\"", 1, Some('/'), "/"),
        ("* LIST () \"/\" NIL", 0, Some('/'), "NIL"),
    ] {
        let Response::List { mailbox, .. } = whole(line) else { panic!("{line}") };
        assert_eq!(mailbox.attributes.len(), attributes, "{line}");
        assert_eq!((mailbox.delimiter, mailbox.name.as_str()), (delimiter, name), "{line}");
    }
    let Response::List { mailbox, .. } = whole("* LIST () \"/\" \"Foo\" (\"CHILDINFO\" (\"SUBSCRIBED\"))") else {
        panic!()
    };
    assert_eq!(mailbox.extended.as_deref(), Some("(\"CHILDINFO\" (\"SUBSCRIBED\"))"));
}

#[test]
fn other_responses() {
    let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (line, expect) in [
        ("* 172 EXISTS", Response::Count { word: "EXISTS", number: 172 }),
        ("* 44 expunge\r\n", Response::Count { word: "EXPUNGE", number: 44 }),
        ("* FLAGS (\\Answered $Junk)", Response::Flags(text(&["\\Answered", "$Junk"]))),
        ("* OK [PERMANENTFLAGS (\\Deleted \\*)] Limited", Response::PermanentFlags(text(&["\\Deleted", "\\*"]))),
        (
            "a1 OK [CAPABILITY IMAP4rev1 IDLE] Logged in",
            Response::Words { word: "CAPABILITY", words: text(&["IMAP4rev1", "IDLE"]) },
        ),
        ("* ENABLED CONDSTORE", Response::Words { word: "ENABLED", words: text(&["CONDSTORE"]) }),
        (
            "* STATUS \"INBOX\" (MESSAGES 231 UIDNEXT 44292 MAILBOXID (F2212ea87))",
            Response::Status {
                mailbox: "INBOX".to_owned(),
                items: [("MESSAGES", "231"), ("UIDNEXT", "44292"), ("MAILBOXID", "(F2212ea87)")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .to_vec(),
            },
        ),
        (
            "* SEARCH 2 5 6 7 11 (MODSEQ 917162500)",
            Response::Search {
                word: "SEARCH",
                numbers: Numbers { runs: vec![(2, 2), (5, 7), (11, 11)], count: 5, cut: false },
                modseq: Some(917_162_500),
            },
        ),
        ("* SEARCH", Response::Search { word: "SEARCH", numbers: Numbers::default(), modseq: None }),
        (
            "* ESEARCH (TAG \"A282\") UID COUNT 17 ALL 4:18,21,28",
            Response::Esearch(Esearch {
                tag: Some("A282".to_owned()),
                uid: true,
                items: vec![("COUNT".to_owned(), "17".to_owned()), ("ALL".to_owned(), "4:18,21,28".to_owned())],
            }),
        ),
        (
            "* QUOTA \"\" (STORAGE 10 512 MESSAGE 3 1000)",
            Response::Quota {
                root: String::new(),
                resources: vec![
                    Resource { name: "STORAGE".to_owned(), used: 10, limit: 512 },
                    Resource { name: "MESSAGE".to_owned(), used: 3, limit: 1000 },
                ],
            },
        ),
        (
            "* QUOTAROOT INBOX \"\" \"shared\"",
            Response::QuotaRoot { mailbox: "INBOX".to_owned(), roots: text(&["", "shared"]) },
        ),
        (
            "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"#shared.\" \".\")(\"\" NIL))",
            Response::Namespace([
                vec![Namespace { prefix: "INBOX.".to_owned(), delimiter: Some('.') }],
                vec![],
                vec![
                    Namespace { prefix: "#shared.".to_owned(), delimiter: Some('.') },
                    Namespace { prefix: String::new(), delimiter: None },
                ],
            ]),
        ),
        (
            "* ID (\"name\" \"Dovecot\" \"version\" NIL)",
            Response::Id(vec![("name".to_owned(), Some("Dovecot".to_owned())), ("version".to_owned(), None)]),
        ),
        ("* ID NIL", Response::Id(Vec::new())),
        ("* VANISHED (EARLIER) 300:310,405", Response::Vanished { earlier: true, set: "300:310,405".to_owned() }),
        (
            "* THREAD (2)(3 6 (4 23)(44 7 96))",
            Response::Thread(vec![
                (0, "2".to_owned()),
                (0, "3 → 6".to_owned()),
                (1, "4 → 23".to_owned()),
                (1, "44 → 7 → 96".to_owned()),
            ]),
        ),
    ] {
        assert_eq!(whole(line), expect, "{line}");
    }
}

#[test]
fn what_is_not_understood_says_where() {
    for (line, at, some) in [
        ("* 1 FETCH (UID 7 FLAGS \\Seen)", 23, true),
        ("* 1 FETCH (UID 7 ENVELOPE (\"a", 29, true),
        ("* 1 FETCH UID 7", 10, true),
        ("* 1 FETCH (BODY[] {10}\r\nabc", 27, true),
        ("* 1 FETCH (UID 7) rubbish", 18, true),
        ("* 1 BANANA", 4, false),
        ("* BANANA", 2, false),
        ("* SEARCH 1 x", 11, false),
        ("* LIST \\Noselect \"/\" x", 7, false),
        ("a1 FOO", 0, false),
        ("* QUOTA \"\" (STORAGE 10)", 12, false),
        ("* OK [CAPABILITY x", 5, false),
    ] {
        let understood = read(line.as_bytes());
        assert_eq!(understood.stopped.map(|stopped| stopped.at), Some(at), "{line}");
        assert_eq!(understood.response.is_some(), some, "{line}");
    }
    // A line of free text is understood, and says nothing that is structured.
    for line in ["* OK still here", "* BYE", "a1 NO [ALERT] no", "* OK"] {
        assert_eq!(read(line.as_bytes()), Understood { response: None, stopped: None }, "{line}");
    }
}

#[test]
fn a_hundred_thousand_levels_are_answered() {
    for begin in ["* 1 FETCH (BODYSTRUCTURE ", "* 1 FETCH (X ", "* THREAD ", "* NAMESPACE ", "* ID ", "* LIST "] {
        for close in ["", ")"] {
            let line = format!("{begin}{}{}", "(".repeat(100_000), close.repeat(100_000));
            assert!(read(line.as_bytes()).stopped.is_some_and(|stopped| stopped.at < 200), "{begin}");
        }
    }
    let many = format!("* SEARCH{}", " 7".repeat(1_000_000));
    let Response::Search { numbers, .. } = whole(&many) else { panic!() };
    assert_eq!((numbers.count, numbers.cut), (1_000_000, true));
}

proptest! {
    #[test]
    fn any_octets_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn almost_responses_are_answered(
        begin in prop::sample::select(vec![
            "* 1 FETCH ", "* 1 FETCH (BODYSTRUCTURE ", "* 1 FETCH (ENVELOPE ", "* LIST ", "* STATUS ", "* SEARCH ",
            "* ESEARCH ", "* THREAD ", "* QUOTA ", "* QUOTAROOT ", "* NAMESPACE ", "* ID ", "* OK [", "* VANISHED ", "* FLAGS ",
        ]),
        tokens in proptest::collection::vec(prop::sample::select(vec![
            "(", "(", ")", ")", " ", "NIL", "\"a\"", "\"\"", "{2}\r\nab", "{9}\r\n", "~{1}\nx", "TEXT", "1", "\"", "\\", "[",
            "]", "BODY[", "UID", "\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 1 ", "\r\n", "é",
        ]), 0..60),
    ) {
        let line = format!("{begin}{}", tokens.concat());
        let understood = read(line.as_bytes());
        prop_assert!(understood.stopped.is_none_or(|stopped| stopped.at <= line.len()));
        if let Some(Response::Fetch { items, .. }) = understood.response {
            for (_, item) in items {
                if let Item::Content(range) = item {
                    prop_assert!(line.as_bytes().get(range).is_some());
                }
            }
        }
    }
}
