//! The way from a domain to its servers, by BIND.

use crate::common::program::ehlo;
use crate::explorer::{ask, leave, look_up, open_with};
use crate::rig::rig;

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_domain_leads_to_its_best_mail_exchanger() {
    let rig = rig();
    let terminal = open_with(&rig, &["real.test", &format!("@{}", rig.dns)]);
    // The pane: the exchanges in order, their addresses, where the reverse names lead, the policies, the services.
    for text in [
        "MX 10 mx1.real.test",
        "MX 20 mx2.real.test",
        "AAAA ::1",
        "PTR  mx1.real.test",
        "✓ confirmed",
        "SPF  v=spf1 mx",
        "DMARC v=DMARC1; p=quarantine",
    ] {
        terminal.wait_for(text);
    }
    terminal.wait_for(&format!("A    {}", rig.address));
    terminal.wait_for("[::1]:25 refused");
    // ::1 refuses port 25, so the IPv4 address wins.
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250 CHUNKING");
    ask(&terminal, "QUIT", "221 2.0.0 Bye");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn without_an_mx_the_address_itself_is_taken() {
    let rig = rig();
    let terminal = open_with(&rig, &["addressonly.real.test", &format!("@{}", rig.dns)]);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_null_mx_is_told_and_nothing_is_dialled() {
    let rig = rig();
    let terminal = open_with(&rig, &["nomail.real.test", &format!("@{}", rig.dns)]);
    terminal.wait_until("the null MX explained", |screen| screen.to_lowercase().contains("null mx"));
    assert!(!terminal.screen().contains("220 "));
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_hostile_text_record_paints_nothing() {
    let rig = rig();
    let terminal = open_with(&rig, &["hostile.real.test", &format!("@{}", rig.dns)]);
    terminal.wait_for("hostile.real.test");
    leave(&terminal);
    let raw = terminal.raw();
    for bytes in [b"\x1b]52".as_slice(), b"\x1b[31mred", b"\0", b"\x9b31m"] {
        assert!(memchr::memmem::find(&raw, bytes).is_none(), "{bytes:?}");
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn single_questions_as_in_dig() {
    let rig = rig();
    let terminal = open_with(&rig, &["nomail.real.test", &format!("@{}", rig.dns)]);
    terminal.wait_until("the null MX explained", |screen| screen.to_lowercase().contains("null mx"));
    // At this width a row of the pane is cut, so what is asked for is short.
    for (question, answer) in [
        ("mx real.test", "MX   10 mx1.real.test"),
        ("mx nomail.real.test", "null MX"),
        ("srv _imaps._tcp.real.test", "SRV  0 1 10993 mail.real.test"),
        ("txt _dmarc.real.test", "TXT  \"v=DMARC1; p=quarantine"),
        ("a nothing.real.test", "NXDOMAIN"),
        // Too long for UDP: asked again over TCP.
        ("txt big.real.test", "TXT  \"xxxxxxxx"),
    ] {
        look_up(&terminal, &rig, question);
        terminal.wait_for(answer);
    }
    // An address alone asks for its name, and whether that leads back.
    look_up(&terminal, &rig, &rig.address.to_string());
    terminal.wait_for("PTR  mx1.real.test");
    terminal.wait_for("✓ confirmed");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn enter_connects_to_what_a_row_names() {
    let rig = rig();
    let terminal = open_with(&rig, &["nomail.real.test", &format!("@{}", rig.dns)]);
    terminal.wait_until("the null MX explained", |screen| screen.to_lowercase().contains("null mx"));
    for (question, row, greeting) in [
        ("a mx1.real.test", "A    127.", "220 mx1.real.test ESMTP Postfix"),
        // The port says nothing; the service does.
        ("srv _imaps._tcp.real.test", "SRV  0 1 10993", "Dovecot ready."),
        ("srv _pop3._tcp.real.test", "SRV  10 1 10110", "+OK Dovecot ready."),
    ] {
        look_up(&terminal, &rig, question);
        terminal.wait_for(row);
        terminal.key("Down");
        terminal.key("Enter");
        terminal.wait_for(greeting);
    }
    terminal.wait_for("[3 pop3*]");
    leave(&terminal);
}

/// `ehlo dns` with these words behind the resolver: its exit code and what it printed.
fn without_a_screen(resolver: &str, words: &[&str]) -> (Option<i32>, String) {
    let at = format!("@{resolver}");
    let (code, text, _) = ehlo(&[&["dns"], words, &[at.as_str()]].concat(), &[], "");
    (code, text)
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn the_same_without_a_screen() {
    let rig = rig();
    let at = rig.dns.to_string();
    let (code, text) = without_a_screen(&at, &["real.test"]);
    for part in [
        "MX 10",
        "mx1.real.test",
        "SPF",
        "DMARC",
        "mail.real.test:10587 (priority",
        "mail.real.test:10993 (priority",
        "SRV _autodiscover",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(code == Some(0) || code == Some(1), "{code:?}\n{text}");

    let (code, text) = without_a_screen(&at, &["--short", "mx", "real.test"]);
    // The server turns the order about, as dig +short would show it.
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!((code, lines), (Some(0), vec!["10 mx1.real.test", "20 mx2.real.test"]));
    let (code, _) = without_a_screen(&at, &["a", "nothing.real.test"]);
    assert_eq!(code, Some(1), "a name that does not exist");

    let (code, text) = without_a_screen(&at, &["--json", "mx", "real.test"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, json["asked"].as_str()), (Some(0), Some("MX real.test")));
    let texts: Vec<&str> = json["rows"].as_array().unwrap().iter().filter_map(|row| row["text"].as_str()).collect();
    assert!(texts.contains(&"10 mx1.real.test"), "{texts:?}");
}
