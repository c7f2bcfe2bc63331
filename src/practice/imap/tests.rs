use super::super::Service::{Imap, Smtp};
use super::super::script::{CLIENT, Peer, now, play};
use super::super::{Output, Server, World};

/// Logged in as a user, under TLS.
fn logged_in(world: &mut World, user: &str, password: &str) -> Peer {
    let mut peer = Peer::greeted(world, Imap, true);
    peer.play(world, &format!("C: l LOGIN {user} \"{password}\"\nS: l OK [CAPABILITY…"));
    peer
}

fn alice(world: &mut World) -> Peer {
    logged_in(world, "alice", "correct horse")
}

/// With INBOX selected.
fn selected(world: &mut World) -> Peer {
    let mut peer = alice(world);
    peer.play(
        world,
        "C: s SELECT INBOX
         S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
         S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)]…
         S: * 6 EXISTS
         S: * 0 RECENT
         S: * OK [UNSEEN 3]…
         S: * OK [UIDVALIDITY 1736942400]…
         S: * OK [UIDNEXT 7]…
         S: s OK [READ-WRITE] SELECT completed",
    );
    peer
}

#[test]
fn in_clear_and_under_tls() {
    let mut world = World::new(now());
    Peer::new(&mut world, Imap, false).play(
        &mut world,
        "S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE STARTTLS LOGINDISABLED IDLE NAMESPACE CHILDREN SPECIAL-USE UIDPLUS MOVE UNSELECT ESEARCH] mail.example.test ehlo practice ready
         C: a LOGIN alice x
         S: a NO [PRIVACYREQUIRED] not before STARTTLS
         C: b AUTHENTICATE PLAIN
         S: b NO [PRIVACYREQUIRED] not before STARTTLS
         C: b LOGIN {5}
         S: b NO [PRIVACYREQUIRED] not before STARTTLS
         C: c STARTTLS
         S: c OK begin TLS negotiation now
         TLS
         C: d CAPABILITY
         S: * CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5 AUTH=SCRAM-SHA-512 AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1 AUTH=OAUTHBEARER AUTH=XOAUTH2 AUTH=ANONYMOUS IDLE NAMESPACE CHILDREN SPECIAL-USE UIDPLUS MOVE UNSELECT ESEARCH
         S: d OK CAPABILITY completed
         C: e STARTTLS
         S: e BAD TLS is already active
         C: f LOGIN alice wrong
         S: f NO [AUTHENTICATIONFAILED]…
         C: g SELECT INBOX
         S: g BAD SELECT is not allowed now, authenticate first
         C: h AUTHENTICATE PLAIN
         S: +\u{20}
         C: *
         S: h BAD authentication cancelled
         C: i AUTHENTICATE PLAIN AGJvYgAxMjNzZWNyZXQ=
         S: i OK [CAPABILITY…
         C: j LOGIN a b
         S: j BAD LOGIN is not allowed now, already authenticated
         C: k LOGOUT
         S: * BYE mail.example.test says goodbye
         S: k OK LOGOUT completed
         CLOSE",
    );
}

#[test]
fn literals_in_login_and_sasl_login() {
    play(
        Imap,
        true,
        "C: a LOGIN {5}
         S: + send the literal
         C: alice {13}
         S: + send the literal
         C: correct horse
         S: a OK [CAPABILITY…",
    );
    play(
        Imap,
        true,
        "C: a LOGIN {5+}
         C: alice {13+}
         C: correct horse
         S: a OK [CAPABILITY…",
    );
    play(
        Imap,
        true,
        "C: a AUTHENTICATE LOGIN
         S: + VXNlcm5hbWU6
         C: Ym9i
         S: + UGFzc3dvcmQ6
         C: MTIzc2VjcmV0
         S: a OK [CAPABILITY…",
    );
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_lost() {
    let mut world = World::new(now());
    Peer::greeted(&mut world, Imap, true).play(
        &mut world,
        "C: a FOO
         S: a BAD unknown command \"FOO\"
         C:
         S: * BAD expected a tag, a space and a command
         C: +x NOOP
         S: * BAD…
         C: a LOGIN alice
         S: a BAD…
         C: b NOOP {5}
         S: b BAD…
         C: c LOGIN {99999999}
         S: c NO [TOOBIG]…
         C: d LOGIN {99999999999999999999}
         S: d BAD…
         C: e FOO {3+}
         C: abc
         S: e BAD unknown command \"FOO\"
         C: f DONE
         S: f BAD DONE is not allowed now, nothing idles
         C: g NOOP
         S: g OK NOOP completed",
    );
}

#[test]
fn fetching() {
    let mut world = World::new(now());
    let mut peer = selected(&mut world);
    peer.play(
        &mut world,
        "C: a FETCH 1:2 (FLAGS UID INTERNALDATE RFC822.SIZE)
         S: * 1 FETCH (FLAGS (\\Seen) UID 1 INTERNALDATE \" 6-Jan-2025 12:00:00 +0000\" RFC822.SIZE 487)
         S: * 2 FETCH (FLAGS (\\Answered \\Seen) UID 2 INTERNALDATE \"10-Jan-2025 12:00:00 +0000\" RFC822.SIZE 598)
         S: a OK FETCH completed
         C: b UID FETCH 4 BODY.PEEK[HEADER.FIELDS (subject \"from\")]<0.20>
         S: * 4 FETCH (UID 4 BODY[HEADER.FIELDS (subject \"from\")]<0> {20}
         S: From: Bob <bob@examp)
         S: b OK UID FETCH completed
         C: c FETCH 3 BODY[TEXT]<0.5>
         S: * 3 FETCH (BODY[TEXT]<0> {5}
         S: A cr= FLAGS (\\Seen))
         S: c OK FETCH completed
         C: d FETCH 5 BODYSTRUCTURE
         S: * 5 FETCH (BODYSTRUCTURE (((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"us-ascii\") NIL NIL \"7BIT\" 16 1 NIL NIL NIL NIL)(\"TEXT\" \"HTML\" (\"CHARSET\" \"us-ascii\") NIL NIL \"7BIT\" 30 1 NIL NIL NIL NIL) \"ALTERNATIVE\" (\"BOUNDARY\" \"=_alternative\") NIL NIL NIL)(\"IMAGE\" \"PNG\" (\"NAME\" \"dot.png\") \"<dot@example.test>\" \"a red dot\" \"BASE64\" 118 NIL (\"ATTACHMENT\" (\"FILENAME\" \"dot.png\" \"SIZE\" \"85\")) NIL NIL) \"MIXED\" (\"BOUNDARY\" \"=_mixed\") NIL NIL NIL))
         S: d OK FETCH completed
         C: e FETCH 5 (BODY.PEEK[1.2] BODY.PEEK[2.MIME]<0.7> BODY.PEEK[9])
         S: * 5 FETCH (BODY[1.2] {30}
         S: <p>See the <b>red</b> dot.</p> BODY[2.MIME]<0> {7}
         S: Content BODY[9] NIL)
         S: e OK FETCH completed
         C: f FETCH 6 (BODY.PEEK[3.HEADER.FIELDS (SUBJECT)])
         S: * 6 FETCH (BODY[3.HEADER.FIELDS (SUBJECT)] {30}
         S: Subject: Is anybody there?
         S:
         S: )
         S: f OK FETCH completed
         C: g FETCH 4 ENVELOPE
         S: * 4 FETCH (ENVELOPE (\"Tue, 14 Jan 2025 08:00:00 +0000\" \"A message full of dots\" ((\"Bob\" NIL \"bob\" \"example.test\")) ((\"Bob\" NIL \"bob\" \"example.test\")) ((\"Bob\" NIL \"bob\" \"example.test\")) ((NIL NIL \"alice\" \"example.test\")) NIL NIL NIL \"<dots.4@example.test>\"))
         S: g OK FETCH completed
         C: h FETCH 9 FLAGS
         S: h BAD the mailbox has 6 messages, the set names others
         C: i UID FETCH 9 FLAGS
         S: i OK UID FETCH completed
         C: j FETCH 1 (FOO)
         S: j BAD…
         C: k FETCH 1 FAST
         S: * 1 FETCH (FLAGS (\\Seen) INTERNALDATE…
         S: k OK FETCH completed",
    );
}

#[test]
fn too_many_sections_are_refused() {
    let mut world = World::new(now());
    let items = ["BODY.PEEK[TEXT]<0.1>"; 65].join(" ");
    selected(&mut world).play(&mut world, &format!("C: a FETCH 1 ({items})\nS: a NO [LIMIT]…"));
}

#[test]
fn storing_copying_and_removing() {
    let mut world = World::new(now());
    let mut peer = selected(&mut world);
    peer.play(
        &mut world,
        "C: a STORE 1:2 +FLAGS (\\Deleted $Junk)
         S: * 1 FETCH (FLAGS (\\Deleted \\Seen $Junk))
         S: * 2 FETCH (FLAGS (\\Answered \\Deleted \\Seen $Junk))
         S: a OK STORE completed
         C: b UID STORE 2 -FLAGS.SILENT \\Deleted
         S: b OK UID STORE completed
         C: c COPY 1:2 Archive
         S: c OK [COPYUID 1736942406 1:2 1:2] COPY completed
         C: d COPY 1 Nowhere
         S: d NO [TRYCREATE]…
         C: e EXPUNGE
         S: * 1 EXPUNGE
         S: e OK EXPUNGE completed
         C: f UID MOVE 3,5 Archive
         S: * OK [COPYUID 1736942406 3,5 3:4] moved
         S: * 2 EXPUNGE
         S: * 3 EXPUNGE
         S: f OK UID MOVE completed
         C: g UID SEARCH ALL
         S: * SEARCH 2 4 6
         S: g OK UID SEARCH completed
         C: h UNSELECT
         S: h OK UNSELECT completed
         C: i EXAMINE Archive
         S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Junk)
         S: * OK [PERMANENTFLAGS ()]…
         S: * 4 EXISTS
         S: * 0 RECENT
         S: * OK [UNSEEN 3]…
         S: * OK [UIDVALIDITY 1736942406]…
         S: * OK [UIDNEXT 5]…
         S: i OK [READ-ONLY] EXAMINE completed
         C: j STORE 1 FLAGS (\\Seen)
         S: j NO [READ-ONLY]…
         C: k EXPUNGE
         S: k NO [READ-ONLY]…
         C: l CLOSE
         S: l OK CLOSE completed
         C: m STATUS Archive (MESSAGES DELETED UNSEEN)
         S: * STATUS \"Archive\" (MESSAGES 4 DELETED 1 UNSEEN 2)
         S: m OK STATUS completed",
    );
}

#[test]
fn names_are_modified_utf7_until_imap4rev2_is_enabled() {
    let mut world = World::new(now());
    let mut peer = alice(&mut world);
    peer.play(
        &mut world,
        "C: a CREATE Entw&APw-rfe
         S: a OK CREATE completed
         C: b LIST \"\" Entw*
         S: * LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe\"
         S: b OK LIST completed
         C: c LIST \"\" Entw&APw-%
         S: * LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe\"
         S: c OK LIST completed
         C: d CREATE \"Entwürfe\"
         S: d NO [CANNOT] a name outside ASCII is written in modified UTF-7 here
         C: e STATUS Entw&APw-rfe (MESSAGES)
         S: * STATUS \"Entw&APw-rfe\" (MESSAGES 0)
         S: e OK STATUS completed
         C: f DELETE &x
         S: f NO [CANNOT]…
         C: g CREATE R&-D
         S: g OK CREATE completed
         C: h ENABLE IMAP4rev2
         S: * ENABLED IMAP4rev2
         S: h OK ENABLE completed
         C: i STATUS \"Entwürfe\" (MESSAGES)
         S: * STATUS {9}
         S: Entwürfe (MESSAGES 0)
         S: i OK STATUS completed
         C: j SELECT Entw&APw-rfe
         S: j NO [NONEXISTENT]…
         C: k STATUS R&D (MESSAGES)
         S: * STATUS \"R&D\" (MESSAGES 0)
         S: k OK STATUS completed",
    );
}

#[test]
fn searching() {
    let mut world = World::new(now());
    let mut peer = selected(&mut world);
    for (keys, expect) in [
        ("ALL", "1 2 3 4 5 6"),
        ("UNSEEN", "3 4 5 6"),
        ("FLAGGED", "5"),
        ("FROM bob", "4 5"),
        ("SUBJECT \"dots\"", "4"),
        ("BODY \"lone dot\"", "4"),
        ("TEXT GRÜSSE", "2"),
        ("SINCE 14-Jan-2025", "4 5 6"),
        ("BEFORE 10-Jan-2025", "1"),
        ("SENTON 10-Jan-2025", "2"),
        ("LARGER 1000", "6"),
        ("NOT (SEEN) OR FROM bob FROM rene", "3 4 5"),
        ("UID 4:* 2:5", "4 5"),
        ("*", "6"),
        ("HEADER In-Reply-To \"\"", "2"),
        ("YOUNGER 86400", "5 6"),
        ("KEYWORD $Junk", ""),
    ] {
        let found = if expect.is_empty() { String::new() } else { format!(" {expect}") };
        let keys = if keys == "TEXT GRÜSSE" { "TEXT \"GRÜSSE\"" } else { keys };
        let keys = keys.replace("GRÜSSE", "GRÜßE");
        peer.play(&mut world, &format!("C: a SEARCH {keys}\nS: * SEARCH{found}\nS: a OK SEARCH completed"));
    }
    peer.play(
        &mut world,
        "C: b SEARCH RETURN (MIN MAX COUNT) UNSEEN
         S: * ESEARCH (TAG \"b\") MIN 3 MAX 6 COUNT 4
         S: b OK SEARCH completed
         C: c SEARCH CHARSET KOI8-R ALL
         S: c NO [BADCHARSET (US-ASCII UTF-8)]…
         C: d SEARCH MODSEQ 5
         S: d BAD…
         C: e SEARCH SUBJECT {4}
         S: + send the literal
         C: dots
         S: * SEARCH 4
         S: e OK SEARCH completed",
    );
}

#[test]
fn mailboxes() {
    let mut world = World::new(now());
    alice(&mut world).play(
        &mut world,
        "C: a LIST \"\" %
         S: * LIST (\\HasNoChildren) \"/\" \"INBOX\"
         S: * LIST (\\HasNoChildren \\Sent) \"/\" \"Sent\"
         S: * LIST (\\HasNoChildren \\Drafts) \"/\" \"Drafts\"
         S: * LIST (\\HasChildren \\Archive) \"/\" \"Archive\"
         S: a OK LIST completed
         C: b LIST \"\" \"\"
         S: * LIST (\\Noselect) \"/\" \"\"
         S: b OK LIST completed
         C: c CREATE Work/2025/
         S: c OK CREATE completed
         C: d CREATE inbox
         S: d NO [ALREADYEXISTS]…
         C: e LSUB Work/ *
         S: e OK LSUB completed
         C: f SUBSCRIBE Work/2025
         S: f OK SUBSCRIBE completed
         C: g LSUB Work/ *
         S: * LSUB (\\HasNoChildren) \"/\" \"Work/2025\"
         S: g OK LSUB completed
         C: h RENAME Archive Old
         S: h OK RENAME completed
         C: i LIST Old *
         S: * LIST (\\HasChildren \\Archive) \"/\" \"Old\"
         S: * LIST (\\HasNoChildren) \"/\" \"Old/2024\"
         S: i OK LIST completed
         C: j DELETE Old
         S: j NO [HASCHILDREN]…
         C: k DELETE Old/2024
         S: k OK DELETE completed
         C: l DELETE INBOX
         S: l NO [CANNOT]…
         C: m SELECT Nowhere
         S: m NO [NONEXISTENT]…
         C: n CREATE Gr&APwA3w-e
         S: n OK CREATE completed
         C: o STATUS Gr&APwA3w-e (UIDNEXT)
         S: * STATUS \"Gr&APwA3w-e\" (UIDNEXT 1)
         S: o OK STATUS completed
         C: p ENABLE IMAP4rev2
         S: * ENABLED IMAP4rev2
         S: p OK ENABLE completed
         C: q SELECT Sent
         S: * FLAGS…
         S: * OK [PERMANENTFLAGS…
         S: * 1 EXISTS
         S: * OK [UIDVALIDITY…
         S: * OK [UIDNEXT 2]…
         S: * LIST () \"/\" \"Sent\"
         S: q OK [READ-WRITE] SELECT completed
         C: r SEARCH ALL
         S: * ESEARCH (TAG \"r\") ALL 1
         S: r OK SEARCH completed
         C: s LIST (SPECIAL-USE) \"\" (\"*\" \"%\") RETURN (CHILDREN)
         S: * LIST (\\HasNoChildren \\Sent) \"/\" \"Sent\"
         S: * LIST (\\HasNoChildren \\Drafts) \"/\" \"Drafts\"
         S: * LIST (\\HasNoChildren \\Archive) \"/\" \"Old\"
         S: s OK LIST completed
         C: t NAMESPACE
         S: * NAMESPACE ((\"\" \"/\")) NIL NIL
         S: t OK NAMESPACE completed",
    );
}

#[test]
fn appending() {
    let mut world = World::new(now());
    let mut peer = selected(&mut world);
    peer.play(
        &mut world,
        "C: a APPEND INBOX (\\Seen) \" 1-Feb-2025 03:04:05 +0100\" {14}
         S: + send the literal
         C: Subject: x
         C:
         C:
         S: * 7 EXISTS
         S: * 0 RECENT
         S: a OK [APPENDUID 1736942400 7] APPEND completed
         C: b FETCH 7 (INTERNALDATE FLAGS RFC822)
         S: * 7 FETCH (INTERNALDATE \" 1-Feb-2025 02:04:05 +0000\" FLAGS (\\Seen) RFC822 {14}
         S: Subject: x
         S:
         S: )
         S: b OK FETCH completed
         C: c APPEND Nowhere {3+}
         C: abc
         S: c NO [TRYCREATE]…
         C: d APPEND {4+}
         C: Sent {3+}
         C: abc
         S: d OK [APPENDUID 1736942404 2] APPEND completed
         C: e APPEND Sent {30000000}
         S: e NO [TOOBIG]…
         C: f APPEND Sent CATENATE (TEXT {3+}
         C: abc)
         S: f BAD…
         C: g NOOP
         S: g OK NOOP completed",
    );
}

#[test]
fn a_literal_too_big_that_goes_at_once_is_skipped() {
    let mut world = World::new(now());
    let mut server = Server::new(Imap, "mail.example.test", true, CLIENT);
    server.received(&mut world, now(), b"l LOGIN bob 123secret\r\na APPEND INBOX {26214401+}\r\n");
    let piece = [b"a NOOP\r\n".as_slice(), &[b'x'; 8182], b"\r\n"].concat();
    for _ in 0..3200 {
        assert_eq!(server.received(&mut world, now(), &piece), []);
    }
    let out = server.received(&mut world, now(), b"x\r\nb NOOP\r\n");
    let [Output::Send(said)] = out.as_slice() else { panic!("an answer") };
    let said = String::from_utf8_lossy(said);
    assert!(said.starts_with("a NO [TOOBIG]") && said.ends_with("\r\nb OK NOOP completed\r\n"), "{said}");
}

#[test]
fn a_large_message_goes_in_and_out() {
    let mut world = World::new(now());
    let mut server = Server::new(Imap, "mail.example.test", true, CLIENT);
    let body = b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n".repeat(20_000_000 / 72);
    let size = body.len() + 2;
    server.received(&mut world, now(), b"l LOGIN bob 123secret\r\nm SELECT INBOX\r\n");
    server.received(&mut world, now(), format!("a APPEND INBOX {{{size}+}}\r\n\r\n").as_bytes());
    for piece in body.chunks(65_536) {
        assert_eq!(server.received(&mut world, now(), piece), []);
    }
    server.received(&mut world, now(), b"\r\n");
    let out = server.received(&mut world, now(), b"f FETCH 3 (RFC822.SIZE BODY.PEEK[])\r\n");
    let [Output::Send(said)] = out.as_slice() else { panic!("an answer") };
    assert!(said.starts_with(format!("* 3 FETCH (RFC822.SIZE {size} BODY[] {{{size}}}\r\n").as_bytes()));
    let out =
        server.received(&mut world, now(), format!("g FETCH 3 ({})\r\n", ["BODY.PEEK[]"; 20].join(" ")).as_bytes());
    let [Output::Send(said)] = out.as_slice() else { panic!("an answer") };
    assert!(said.len() < super::super::ANSWER_CAP + 2 * size);
    assert!(String::from_utf8_lossy(&said[said.len() - 90..]).contains("g NO [LIMIT]"));
}

#[test]
fn others_are_heard() {
    let mut world = World::new(now());
    let mut idler = selected(&mut world);
    let mut other = selected(&mut world);
    idler.play(&mut world, "C: i IDLE\nS: + idling");
    other.play(&mut world, "C: a STORE 3 +FLAGS.SILENT (\\Deleted)\nS: a OK STORE completed");
    let news = idler.server.notified(&mut world);
    idler.hear(news);
    idler.play(&mut world, "S: * 3 FETCH (UID 3 FLAGS (\\Deleted))");
    other.play(&mut world, "C: b EXPUNGE\nS: * 3 EXPUNGE\nS: b OK EXPUNGE completed");
    let news = idler.server.notified(&mut world);
    idler.hear(news);
    idler.play(&mut world, "S: * 3 EXPUNGE");
    Peer::greeted(&mut world, Smtp, false).play(
        &mut world,
        "C: HELO a.example
         S: 250…
         C: MAIL FROM:<>
         S: 250…
         C: RCPT TO:<alice@example.test>
         S: 250…
         C: DATA
         S: 354…
         C: Subject: hello
         C: .
         S: 250…",
    );
    let news = idler.server.notified(&mut world);
    idler.hear(news);
    idler.play(
        &mut world,
        "S: * 6 EXISTS
         S: * 0 RECENT
         C: DONE
         S: i OK IDLE is over
         C: j IDLE
         S: + idling
         C: k NOOP
         S: j BAD only DONE ends IDLE, without a tag",
    );
    assert_eq!(other.server.notified(&mut world), [], "only an idling client is told");
    other.play(&mut world, "C: c NOOP\nS: * 6 EXISTS\nS: * 0 RECENT\nS: c OK NOOP completed");
}

#[test]
fn expunge_is_not_told_while_numbers_count() {
    let mut world = World::new(now());
    let mut one = selected(&mut world);
    let mut two = selected(&mut world);
    two.play(&mut world, "C: a UID MOVE 1 Archive\nS: * OK [COPYUID…\nS: * 1 EXPUNGE\nS: a OK UID MOVE completed");
    one.play(
        &mut world,
        "C: a FETCH 1:2 UID
         S: * 2 FETCH (UID 2)
         S: a OK FETCH completed
         C: b NOOP
         S: * 1 EXPUNGE
         S: b OK NOOP completed",
    );
}
