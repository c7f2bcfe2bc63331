use super::verify_tests::{ED, ED_NAME, RFC_8463, RSA, RSA_NAME};
use super::*;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Investigation;
use crate::diagnosis::investigation::world::{World, drawn, setting};

/// The keys of RFC 8463, and a policy for its author.
fn zone(dmarc: &str) -> Vec<String> {
    vec![format!("{RSA_NAME} 60 TXT {RSA}"), format!("{ED_NAME} TXT {ED}"), format!("_dmarc.example.com TXT {dmarc}")]
}

fn check_in(zone: &[String], message: &str) -> (MessageCheck, (usize, usize)) {
    let mut check = MessageCheck::new(message.as_bytes(), setting());
    let effort = World::new(zone).run(&mut check);
    (check, effort)
}

fn check(message: &str) -> MessageCheck {
    check_in(&zone("v=DMARC1; p=reject"), message).0
}

fn told(check: &MessageCheck) -> Vec<String> {
    let tell = |found: Finding| format!("{} {}: {}", found.severity.name(), found.subject, found.says);
    check.table().1.into_iter().map(tell).collect()
}

#[test]
fn a_message_signature_by_signature() {
    let (check, (rounds, _)) = check_in(&zone("v=DMARC1; p=reject"), RFC_8463);
    assert_eq!(rounds, 1, "keys and policies at once");
    assert_eq!(check.title(), "message from football.example.com");
    let (rows, _) = check.table();
    let drawn = drawn(&rows);
    for part in [
        "message from football.example.com, 1090 octets, 2 signatures\n",
        "DKIM d=football.example.com s=brisbane [good: verifies]\n  From both are football.example.com [good: aligned \
         (relaxed)]\n  field ed25519-sha256, relaxed/relaxed [good: ]\n  dates made 2018-06-10T13:38:29Z, and does not \
         expire [good: ]\n  key brisbane._domainkey.football.example.com fits the signature [good: ]\n    TXT Ed25519, 256 \
         bits\n  body ",
        "  header from, to, subject, date, message-id in relaxed form have the hash SM6aLHEO",
        "DKIM d=football.example.com s=test [good: verifies]\n",
        "    TXT RSA, 1024 bits [warning: ",
        "DMARC football.example.com: p=reject by the record at _dmarc.example.com [good: passes by DKIM]\n  SPF not known: ",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    let key = rows.iter().find(|row| row.text.starts_with("RSA")).unwrap();
    assert_eq!((key.ttl, key.depth), (Some(60), 2));
    assert_eq!(key.question.as_ref().unwrap().query.name, RSA_NAME);
    assert!(key.detail.iter().any(|line| line.starts_with("k=rsa: ")), "{:?}", key.detail);
    let told = told(&check);
    let pass = "good DMARC football.example.com: the message passes: the signature of football.example.com verifies and is \
                aligned with football.example.com";
    assert!(told.iter().any(|line| line == pass), "{told:?}");
}

#[test]
fn a_message_that_was_changed_tells_who_must_act() {
    let forged = RFC_8463.replace("We lost the game.", "We won the game.");
    let (check, _) = check_in(&zone("v=DMARC1; p=quarantine; adkim=s"), &forged);
    let drawn = drawn(&check.table().0);
    for part in [
        "DKIM d=football.example.com s=test [fault: the body was changed after it was signed]\n",
        "  From both are football.example.com [good: aligned (strict)]\n",
        "  act whoever changed the message on its way: a mailing list, a gateway, a virus scanner\n",
        "DMARC football.example.com: p=quarantine by the record at _dmarc.example.com [warning: DKIM gives no pass; SPF may]\n",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    assert!(told(&check).iter().any(|line| line.starts_with("warning DMARC football.example.com: no signature that")));
    assert!(check.table().1.iter().filter(|f| f.severity > Severity::Good).all(|f| !f.next.is_empty()));
}

#[test]
fn keys_of_every_kind() {
    let revoked = [format!("{RSA_NAME} TXT v=DKIM1; p="), format!("{ED_NAME} TXT {ED}; t=y")];
    let drawn_with = |zone: &[String]| drawn(&check_in(zone, RFC_8463).0.table().0);
    let drawn = drawn_with(&revoked);
    for part in [
        "DKIM d=football.example.com s=test [fault: the key is revoked]\n",
        "    TXT no key (p=) [fault: revoked]\n",
        "    TXT Ed25519, 256 bits [warning: being tried (t=y)]\n",
        "  act whoever runs the server that signs\n",
        "DMARC football.example.com: none [note: no record asks for alignment]\n",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    let two = [format!("{RSA_NAME} TXT {RSA}"), format!("{RSA_NAME} TXT v=DKIM1; p=")];
    let drawn = drawn_with(&two);
    assert!(drawn.contains("    TXT RSA, 1024 bits [warning: one of 2]\n"), "{drawn}");
    assert!(drawn.contains("    TXT none\n"), "{drawn}");
    let failed = [format!("{RSA_NAME} TXT !SERVFAIL"), "_dmarc.example.com TXT !timeout".to_owned()];
    let drawn = drawn_with(&failed);
    assert!(drawn.contains("s=test [warning: the key gives no answer (temperror)]\n"), "{drawn}");
    assert!(drawn.contains("DMARC football.example.com [warning: no answer]\n"), "{drawn}");
}

#[test]
fn whose_the_message_is() {
    let from = "From: Joe SixPack <joe@football.example.com>\r\n";
    for (with, says) in [
        ("", "fault message: it has no From field"),
        ("From: Joe\r\n", "fault message: its From field has no address"),
        ("From: <a@b.example>\r\nFrom: <c@d.example>\r\n", "fault message: it has 2 From fields"),
        ("From: <a@b.example>, <c@d.example>\r\n", "warning message: its From field names authors of several domains"),
    ] {
        let check = check(&RFC_8463.replace(from, with));
        assert!(told(&check).iter().any(|line| line.starts_with(says)), "{with}: {:?}", told(&check));
        assert!(!drawn(&check.table().0).contains("DMARC"), "{with}");
    }
    let foreign = check(&RFC_8463.replace(from, "From: <a@other.example>\r\n"));
    let drawn = drawn(&foreign.table().0);
    assert!(drawn.contains("DMARC other.example: none"), "{drawn}");
    let none = check("From: a@b.example\n\nhello\n");
    assert_eq!(
        told(&none)[0],
        "warning message: it has no DKIM signature: nothing says that it is as its author wrote it"
    );
}

#[test]
fn results_that_servers_wrote_down_stand_beside_ours() {
    let heard = "Authentication-Results: mx.example.net; dkim=fail (body hash) header.d=football.example.com header.s=test;\r\n \
                 dkim=pass header.i=@football.example.com header.s=brisbane; spf=pass smtp.mailfrom=x\u{202e}\r\n\
                 Authentication-Results: example.net; none\r\n\
                 Return-Path: <joe@football.example.com>\r\n\
                 Received: from a (a.example [192.0.2.1]) by b with SMTP id 1; Tue, 1 Jul 2025 12:02:05 +0000\r\n";
    let check = check(&format!("{heard}{RFC_8463}"));
    let (rows, _) = check.table();
    let drawn = drawn(&rows);
    let part = "checked by mx.example.net [note: in its own words]\n  dkim fail header.d=football.example.com header.s=test \
                [note: verifies here]\n  dkim pass header.i=@football.example.com header.s=brisbane\n  spf pass \
                smtp.mailfrom=x<U+202E>\nchecked by example.net: nothing was checked [note: in its own words]\n";
    assert!(drawn.ends_with(part), "{drawn}");
    assert!(told(&check).iter().any(|line| line.starts_with("note Authentication-Results: ")), "{:?}", told(&check));
    assert_eq!(rows[0].detail, ["judged as of 2025-07-01T12:02:05Z, when its last server took it"]);
    let spf = rows.iter().find(|row| row.label == "SPF").unwrap();
    let expect = "the message says that it came from 192.0.2.1, with the envelope sender joe@football.example.com";
    assert_eq!(spf.detail, [expect]);
}

#[test]
fn while_answers_are_awaited() {
    let mut check = MessageCheck::new(RFC_8463.as_bytes(), setting());
    assert_eq!(check.wants().len(), 6, "two keys, three names of the walk, the domain itself");
    let (rows, findings) = check.table();
    let drawn = drawn(&rows);
    for part in ["DKIM d=football.example.com s=test …\n", "    TXT …\n", "DMARC …\n"] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    assert_eq!((findings, check.wants().len()), (Vec::new(), 0));
}

#[test]
fn a_hostile_message_is_bounded_and_safe_to_draw() {
    let mut message = String::new();
    for n in 0..400 {
        message
            .push_str(&format!("DKIM-Signature: v=1; a=rsa-sha256; d=d{n}.example; s=s{n}; h=from; bh=YQ==; b=YQ==\n"));
        message.push_str("Authentication-Results: x\u{1b}[2J; dkim=pass header.d=\u{202e}\n");
        message.push_str(&format!("From: <a@x{n}.example>\n"));
    }
    message.push_str("DKIM-Signature: \u{1b}[2J\n\nbody");
    let (check, (_, questions)) = check_in(&zone("v=DMARC1; p=none"), &message);
    assert!(questions <= 20, "{questions}");
    let (rows, findings) = check.table();
    assert!(rows.len() < 400, "{}", rows.len());
    let texts = rows.iter().flat_map(|row| row.detail.iter().chain([&row.text, &row.label, &row.note]));
    let says = findings.iter().flat_map(|found| [&found.says, &found.subject]);
    assert!(texts.chain(says).all(|text| !text.contains(['\u{1b}', '\u{202e}'])));
    assert!(check.title().starts_with("message from x0.example"));
}
