use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::*;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::tagged::zone::settle;
use crate::diagnosis::tls::Verdict;
use crate::protocol::text::transfer::{base64, to_base64};

/// 2026-11-22, when every test is.
const NOW: i64 = 1_795_300_000;

/// The names and keys of RFC 8463 appendix A.2 and RFC 6376 appendix C.
pub(super) const RSA_NAME: &str = "test._domainkey.football.example.com";
pub(super) const RSA: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR|iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jL\
                   QiY/J16JYi0Qvx/byYzCNb3W91y3FutAC|DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3|\
                   Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
pub(super) const ED_NAME: &str = "brisbane._domainkey.football.example.com";
pub(super) const ED: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const OTHER_RSA: &str = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2Sn\
                         FCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGja\
                         NBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

/// Messages signed by dkimpy 1.1.8 with the keys of RFC 8463; their lines end in LF, as in a file.
const SIGNED: [(&str, &[u8]); 9] = [
    ("simple-simple", include_bytes!("../../../tests/dkim/simple-simple.eml")),
    ("relaxed-simple", include_bytes!("../../../tests/dkim/relaxed-simple.eml")),
    ("simple-relaxed", include_bytes!("../../../tests/dkim/simple-relaxed.eml")),
    ("relaxed-relaxed", include_bytes!("../../../tests/dkim/relaxed-relaxed.eml")),
    ("length", include_bytes!("../../../tests/dkim/length.eml")),
    ("empty-body-simple", include_bytes!("../../../tests/dkim/empty-body-simple.eml")),
    ("empty-body-relaxed", include_bytes!("../../../tests/dkim/empty-body-relaxed.eml")),
    ("utf-8", include_bytes!("../../../tests/dkim/utf-8.eml")),
    ("ed25519", include_bytes!("../../../tests/dkim/ed25519.eml")),
];
const SHA1: &[u8] = include_bytes!("../../../tests/dkim/rsa-sha1.eml");

fn crlf(text: &[u8]) -> Vec<u8> {
    super::message::with_crlf(text).into_owned()
}

fn check_in(zone: &[(&str, &str)], message: &[u8]) -> Vec<Verified> {
    let opened = Opened::read(message);
    let (verified, rounds) = settle(zone, |inquiry| verify(&opened, inquiry, NOW));
    assert!(rounds.len() <= 1, "all keys are asked for at once");
    verified
}

fn check(message: &[u8]) -> Vec<Verified> {
    check_in(&[(RSA_NAME, RSA), (ED_NAME, ED)], message)
}

fn outcomes(message: &[u8]) -> Vec<Outcome> {
    check(message).into_iter().map(|verified| verified.outcome).collect()
}

/// The message of RFC 8463 appendix A.3.
pub(super) const RFC_8463: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.\
com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n \
bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n \
Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=football.example.com; \
i=@football.example.com;\r\n q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n date : message-id : from : subject : \
date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n \
DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n\
From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\n\
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n\
Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n\r\n";

/// The message of RFC 6376 appendix A.2, its folds as they were signed.
const RFC_6376: &str = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
";

#[test]
fn the_examples_of_the_rfcs() {
    let zone = [(RSA_NAME, RSA), (ED_NAME, ED), ("brisbane._domainkey.example.com", OTHER_RSA)];
    for (message, signatures) in [(RFC_8463, 2), (RFC_6376, 1)] {
        let verified = check_in(&zone, &crlf(message.as_bytes()));
        assert_eq!(verified.len(), signatures);
        for one in verified {
            assert_eq!(one.outcome, Outcome::Pass, "{one:#?}");
            assert!(one.steps.iter().all(|step| step.verdict == Verdict::Good), "{:#?}", one.steps);
        }
    }
}

#[test]
fn signatures_made_by_dkimpy() {
    for (name, message) in SIGNED {
        for message in [message.to_vec(), crlf(message)] {
            assert_eq!(outcomes(&message), [Outcome::Pass], "{name}");
        }
        assert_eq!(Opened::read(&crlf(message)).bare_line_feeds, 0);
        assert_eq!(Opened::read(message).bare_line_feeds, message.iter().filter(|b| **b == b'\n').count());
    }
    let historic = check(SHA1);
    assert_eq!(historic[0].outcome, Outcome::Fail(Cause::Historic));
    assert!(historic[0].findings[0].says.contains("void since RFC 8301"));
    let forged = String::from_utf8_lossy(SHA1).replace("dinner", "supper");
    assert_eq!(outcomes(forged.as_bytes()), [Outcome::Fail(Cause::HeaderOrKey)]);
}

/// A signed message with a piece of it replaced, and why it fails then.
#[test]
fn changed_messages_say_what_changed() {
    let signed = |name: &str| {
        let message = SIGNED.iter().find(|(known, _)| *known == name).unwrap().1;
        String::from_utf8(message.to_vec()).unwrap()
    };
    for (name, from, to, cause, who) in [
        ("simple-simple", "We lost", "We won", Cause::Body(None), Who::Forwarder),
        ("simple-simple", "Hi. \t\n", "Hi.\n", Cause::Body(None), Who::Forwarder),
        ("relaxed-relaxed", "Is   dinner", "Is supper", Cause::Header(None), Who::Forwarder),
        (
            "relaxed-relaxed",
            "SUBJect: Is",
            "Subject: [list] Is",
            Cause::Header(Some("\"[list]\" was put before the subject".to_owned())),
            Who::Forwarder,
        ),
        (
            "relaxed-relaxed",
            "X-Empty:",
            "X-Not-There: now",
            Cause::Header(Some("the field x-not-there was added after it was signed as missing".to_owned())),
            Who::Forwarder,
        ),
        ("simple-simple", "SUBJect: Is   dinner", "SUBJect: Is dinner", Cause::Header(None), Who::Forwarder),
        ("ed25519", "dinner", "supper", Cause::HeaderOrKey, Who::Forwarder),
        (
            "relaxed-relaxed",
            "Joe.\n",
            "Joe.\n\n-- \nA list of ours\n",
            Cause::Body(Some(BodyClue::Appended { signed: 7, lines: 3 })),
            Who::Forwarder,
        ),
        ("length", "Joe.\n", "", Cause::Body(Some(BodyClue::Shorter)), Who::Forwarder),
        ("empty-body-simple", "com>\n\n", "com>\n\ntext\n", Cause::Body(Some(BodyClue::Empty)), Who::Signer),
        ("empty-body-relaxed", "com>\n\n", "com>\n\ntext\n", Cause::Body(Some(BodyClue::Empty)), Who::Signer),
        ("relaxed-relaxed", "12TrRLB23", "12TrRLB24", Cause::WrongKey, Who::Signer),
        ("relaxed-relaxed", "s=test", "s=gone", Cause::NoKey, Who::DomainOwner),
    ] {
        let message = signed(name);
        assert!(message.contains(from), "{name} has no {from:?}");
        let verified = check(message.replacen(from, to, 1).as_bytes());
        assert_eq!(verified[0].outcome, Outcome::Fail(cause.clone()), "{name} {from:?}");
        assert_eq!(cause.who(), who, "{cause:?}");
        let finding = &verified[0].findings[0];
        assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Fault, "DKIM football.example.com"));
        assert!(finding.says.contains(who.name()) && !finding.next.is_empty(), "{finding:?}");
        let bad: Vec<&str> =
            verified[0].steps.iter().filter(|step| matches!(step.verdict, Verdict::Bad(_))).map(|s| s.name).collect();
        let expect = match cause {
            Cause::Body(_) => "body",
            Cause::NoKey => "key",
            _ => "header",
        };
        assert_eq!(bad, [expect], "{:#?}", verified[0].steps);
    }
}

#[test]
fn white_space_hurts_only_where_it_is_simple() {
    let relaxed = String::from_utf8(SIGNED[3].1.to_vec()).unwrap();
    let respaced =
        relaxed.replacen("SUBJect: Is   dinner", "subject: Is dinner", 1).replacen("lost\t \tthe", "lost the", 1);
    assert!(respaced.len() + 4 == relaxed.len());
    assert_eq!(outcomes(respaced.as_bytes()), [Outcome::Pass]);
    let (signed, key) = sign("h=from; c=relaxed/simple", "From: a@example.org\r\n\r\na b\r\nc\r\n");
    let zone = [("s._domainkey.example.org", key.as_str())];
    let respaced = signed.replacen("a b\r\nc", "a \tb \r\nc", 1);
    let verified = check_in(&zone, respaced.as_bytes());
    assert_eq!(verified[0].outcome, Outcome::Fail(Cause::Body(Some(BodyClue::WhiteSpace))));
    let step = |at: usize| (verified[0].steps[at].name, verified[0].steps[at].verdict.is_good());
    assert_eq!((step(3), step(4)), (("body", false), ("header", true)), "only the body was changed");
}

#[test]
fn keys_that_do_not_fit() {
    let message = SIGNED[3].1;
    let p = RSA.split_once("p=").unwrap().1;
    let with = |tags: &str| format!("v=DKIM1; {tags}; p={p}");
    for (key, cause) in [
        (OTHER_RSA.to_owned(), Cause::WrongKey),
        ("v=DKIM1; p=".to_owned(), Cause::Revoked),
        ("v=DKIM1; p=AAAA".to_owned(), Cause::BadKey("it is no RSA public key".to_owned())),
        (ED.to_owned(), Cause::Unsuited("the signature is of RSA, and the key of Ed25519".to_owned())),
        (with("h=sha1"), Cause::Unsuited("the key does not allow sha256 (h)".to_owned())),
        (with("s=tlsrpt"), Cause::Unsuited("the key is not for mail (s)".to_owned())),
        // Its i= is below its d=.
        (with("t=s"), Cause::Unsuited("the key forbids a subdomain in i (t=s)".to_owned())),
        (with("k=dsa"), Cause::BadKey("its kind (k) is not known".to_owned())),
        ("nonsense".to_owned(), Cause::BadKey("text without \"=\" stands between two semicolons".to_owned())),
        (
            "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALhTZ2BHmtSxxtFDHRlDpCBWaKgmFdOY0wVfAaEEYMRdYKoBoXyKmzEhJKhVx0nEMAsGLIfR\
             4SOPJwAJVMtSgZECAwEAAQ=="
                .to_owned(),
            Cause::Short(512),
        ),
    ] {
        let verified = check_in(&[(RSA_NAME, &key)], message);
        assert_eq!(verified[0].outcome, Outcome::Fail(cause), "{key}");
    }
    let testing = check_in(&[(RSA_NAME, &with("t=y"))], message);
    assert_eq!(testing[0].outcome, Outcome::Pass);
    assert!(testing[0].findings.iter().any(|finding| finding.says.contains("is being tried")));
    let several = check_in(&[(RSA_NAME, OTHER_RSA), (RSA_NAME, RSA)], message);
    assert_eq!(several[0].outcome, Outcome::Pass, "the key that fits is taken");
    assert!(matches!(check_in(&[(RSA_NAME, "!")], message)[0].outcome, Outcome::NoAnswer(_)));
    let opened = Opened::read(message);
    let waiting = verify(&opened, &crate::diagnosis::answers::Inquiry::new(&Default::default()), NOW);
    assert_eq!(waiting[0].outcome, Outcome::Waiting);
    assert_eq!(opened.keys(), [("test", "football.example.com")]);
}

/// Signs a message by Ed25519: `tags` stand in the field before `bh` and `b`.
fn sign(tags: &str, message: &str) -> (String, String) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let key = format!("v=DKIM1; k=ed25519; p={}", to_base64(pair.public_key().as_ref()));
    let field = |bh: &str, b: &str| {
        format!("DKIM-Signature: v=1; a=ed25519-sha256; d=example.org; s=s; {tags}; bh={bh};\r\n\tb={b}\r\n{message}")
    };
    let hashes = |text: &str| Opened::read(text.as_bytes()).signatures.remove(0).hashes.unwrap();
    let bh = to_base64(&hashes(&field("AAAA", "AAAA")).body);
    let header = hashes(&field(&bh, "AAAA")).header;
    let b = to_base64(pair.sign(digest(&SHA256, &header).as_ref()).as_ref());
    (field(&bh, &b), key)
}

#[test]
fn what_a_good_signature_leaves_open() {
    let message = "From: a@example.org\r\nSubject: x\r\nTo: b@example.org\r\nDate: now\r\nContent-Type: text/plain\r\n\r\nbody\r\n";
    let all = "h=from:subject:to:date:content-type";
    for (tags, outcome, severity, part) in [
        (all.to_owned(), Outcome::Pass, Severity::Good, "verifies"),
        (format!("{all}; x=1795299999"), Outcome::Fail(Cause::Expired), Severity::Warning, "has expired"),
        (format!("{all}; x=1795300000"), Outcome::Pass, Severity::Good, "verifies"),
        (format!("{all}; t=1795300301"), Outcome::Pass, Severity::Warning, "made in the future"),
        (format!("{all}; t=1795300300; x=99999999999"), Outcome::Pass, Severity::Good, "verifies"),
        (format!("{all}; l=6"), Outcome::Pass, Severity::Warning, "a length of the body only"),
        (format!("{all}; l=2"), Outcome::Pass, Severity::Warning, "the last 4 octets of the body are not signed"),
        ("h=from".to_owned(), Outcome::Pass, Severity::Note, "could be changed: subject, date, to, content-type"),
    ] {
        let (signed, key) = sign(&tags, message);
        let verified = check_in(&[("s._domainkey.example.org", &key)], signed.as_bytes());
        assert_eq!(verified[0].outcome, outcome, "{tags}");
        let found = verified[0].findings.iter().find(|finding| finding.says.contains(part));
        assert_eq!(found.map(|finding| finding.severity), Some(severity), "{tags}: {:#?}", verified[0].findings);
    }
    let (signed, key) = sign(all, message);
    let forged = signed.replacen("From:", "From: forged@example.org\r\nFrom:", 1);
    let verified = check_in(&[("s._domainkey.example.org", &key)], forged.as_bytes());
    assert_eq!(verified[0].outcome, Outcome::Pass, "the lower From is the signed one");
    assert!(verified[0].findings.iter().any(|f| f.says.contains("from stands more often than it is signed")));
}

#[test]
fn fields_that_must_be_refused() {
    let right = "v=1; a=rsa-sha256; d=example.org; s=s; h=from; bh=AAAA; b=AAAA";
    assert!(read_signature(right.as_bytes()).signature.is_ok());
    for (from, to, part) in [
        ("v=1; ", "", "the tag v is missing"),
        ("a=rsa-sha256; ", "", "the tag a is missing"),
        ("d=example.org; ", "", "the tag d is missing"),
        ("s=s; ", "", "the tag s is missing"),
        ("h=from; ", "", "the tag h is missing"),
        ("bh=AAAA; ", "", "the tag bh is missing"),
        ("; b=AAAA", "", "the tag b is missing"),
        ("b=AAAA", "b=", "the tag b is missing"),
        ("v=1", "v=2", "version (v) is not 1"),
        ("rsa-sha256", "rsa-md5", "algorithm (a) is not known"),
        ("s=s", "s=s; s=t", "the tag s stands here for a second time"),
        ("s=s", "s=a..b", "s is no selector"),
        ("d=example.org", "d=exa mple", "d is no domain"),
        ("d=example.org", "d=org", "d is a top-level domain"),
        ("h=from", "h=to:subject", "the From field is not signed"),
        ("h=from", "h=from::to", "h has an empty name"),
        ("h=from", "h=from; i=@example.com", "the domain of i, example.com, is not within that of d, example.org"),
        ("h=from", "h=from; i=@badexample.org", "is not within"),
        ("h=from", "h=from; i=joe", "i has no \"@\""),
        ("h=from", "h=from; c=nofws", "canonical form (c) is not known"),
        ("h=from", "h=from; q=http", "not in DNS (q)"),
        ("h=from", "h=from; l=-1", "l is no number"),
        ("h=from", "h=from; t=1e9", "t is no number"),
        ("h=from", "h=from; t=20; x=20", "expires (x) before it was made"),
        ("b=AAAA", "b=A!AA", "b is no base64"),
    ] {
        let field = right.replacen(from, to, 1);
        let why = read_signature(field.as_bytes()).signature.expect_err(&field);
        assert!(why.contains(part), "{field}: {why}");
        let message = format!("DKIM-Signature: {field}\r\nFrom: a@b.c\r\n\r\n");
        let verified = check(message.as_bytes());
        assert_eq!(verified[0].outcome, Outcome::Fail(Cause::Refused(why)), "{field}");
    }
    for right in [
        "i=joe@sub.example.org",
        "i=@EXAMPLE.org",
        "c=relaxed",
        "c=simple / relaxed",
        "q=x : dns/txt",
        "l=9999999999999999999999",
    ] {
        let field =
            format!("v=1; a=RSA-SHA256; d=example.org; s=s; h=\r\n From\r\n :to; bh=AA AA; b=AA\r\n\tAA; {right}");
        assert!(read_signature(field.as_bytes()).signature.is_ok(), "{right}");
    }
}

#[test]
fn every_tag_of_a_signature_is_explained() {
    let field =
        "v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=s; t=1528637909; l=5; h=from:to; zz=1; bh=AAAA; b=AAAA";
    let rows = read_signature(field.as_bytes()).rows;
    let told: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.tag, row.meaning)).collect();
    for expect in [
        "a: signed with RSA over SHA-256",
        "c: on its way the header may be refolded and respaced, and the body must stay octet by octet",
        "t: made 2018-06-10T13:38:29Z",
        "l: only the first 5 octets of the body are signed: anybody may append text",
        "h: these fields are signed, the lowest of a name first: from, to",
        "zz: not a tag of DKIM: it is signed, and has no meaning",
        "x: it does not expire",
        "i: nobody in particular within the domain",
    ] {
        assert!(told.iter().any(|row| row == expect), "{expect} is not in {told:#?}");
    }
}

#[test]
fn hostile_messages_are_bounded() {
    let field = "DKIM-Signature: v=1; a=rsa-sha256; d=football.example.com; s=test; h=from; bh=AAAA; b=AAAA\n";
    let many = format!("{}From: a@b.c\n\nbody\n", field.repeat(5000));
    let opened = Opened::read(many.as_bytes());
    assert_eq!((opened.signatures.len(), opened.more, opened.keys().len()), (20, 4980, 1));
    let names = "from:".repeat(9000) + "from";
    let wide = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=football.example.com; s=test; h={names}; bh=AAAA; b=AAAA\n{}\n{}",
        "From: a@b.c\n".repeat(9000),
        "x\n".repeat(100_000),
    );
    let opened = Opened::read(wide.as_bytes());
    assert_eq!(opened.signatures[0].hashes.as_ref().unwrap().fields.len(), 9000);
    assert!(matches!(outcomes(wide.as_bytes())[..], [Outcome::Fail(Cause::Body(None))]));
    for (message, part) in [
        (vec![b'a'; LONGEST + 1], "too long"),
        (b"From: a@b.c\nno field\n\n".to_vec(), "no field"),
        (format!("X: {}\n\n", "a".repeat(1 << 20)).into_bytes(), "header is too long"),
    ] {
        assert!(Opened::read(&message).stopped.is_some_and(|why| why.contains(part)), "{part}");
    }
    let binary: Vec<u8> = (0..=255).cycle().take(65_000).collect();
    assert!(Opened::read(&binary).signatures.is_empty());
    assert!(read_signature(&binary).signature.is_err());
    assert!(Opened::read(b"").signatures.is_empty());
    let mbox = [b"From joe Tue Jul  1 12:00:00 2025\n", SIGNED[0].1].concat();
    assert_eq!(outcomes(&mbox), [Outcome::Pass]);
}

/// The digest in a signature tells a changed header from another key.
#[test]
fn a_signature_opened_with_its_key() {
    let message = crlf(RFC_8463.as_bytes());
    let opened = Opened::read(&message);
    let (signature, hashes) = (&opened.signatures[1], opened.signatures[1].hashes.as_ref().unwrap());
    let octets = &signature.reading.signature.as_ref().unwrap().octets;
    let key = |text: &str| match read_key(text.replace('|', "").as_bytes()).key.public {
        Some(PublicKey::Rsa(rsa)) => rsa,
        other => panic!("{other:?}"),
    };
    let info = base64(b"MDEwDQYJYIZIAWUDBAIBBQAEIA==").octets;
    let signed = key(RSA).signed_digest(octets, &info);
    assert_eq!(signed.as_deref(), Some(digest(&SHA256, &hashes.header).as_ref()));
    assert_eq!(key(OTHER_RSA).signed_digest(octets, &info), None);
    assert_eq!(key(RSA).signed_digest(&octets[1..], &info), None);
    assert_eq!(key(RSA).signed_digest(&[0xff; 128], &info), None, "above the modulus");
}
