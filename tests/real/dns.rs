//! The way from a domain to its servers, by BIND.

use crate::explorer::{ask, leave, open_with};
use crate::rig::rig;

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_domain_leads_to_its_best_mail_exchanger() {
    let rig = rig();
    let terminal = open_with(&rig, &["real.test", &format!("@{}", rig.dns)]);
    // The pane: both MX in order, the address behind the first, what the reverse name says, the policies.
    for text in ["mx1.real.test", "mx2.real.test", "v=spf1", "v=DMARC1", "::1"] {
        terminal.wait_for(text);
    }
    terminal.wait_for(&rig.address.to_string());
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
