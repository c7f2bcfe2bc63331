//! POP3 by hand against Dovecot.

use crate::explorer::{ask, authenticate, fill, leave, open, open_with, start_tls};
use crate::rig::{PASSWORD, POP3_ALT, Rig, SMALL_MESSAGES, rig};

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn user_and_pass_behind_stls() {
    let rig = rig();
    for port in [110, POP3_ALT] {
        // The second port says nothing of the protocol.
        let url = format!("pop3://{}:{port}", rig.address);
        let terminal = open_with(&rig, &[&url]);
        terminal.wait_for("+OK Dovecot ready.");
        ask(&terminal, "CAPA", "AUTH-RESP-CODE");
        start_tls(&terminal, "+OK Begin TLS negotiation now.", "USER, SASL: +PLAIN +LOGIN");
        if port == POP3_ALT {
            terminal.enter(&format!("USER {}", Rig::user("kim")));
            ask(&terminal, &format!("PASS {PASSWORD}"), "+OK Logged in.");
        } else {
            fill(&terminal, "F6", 1, &Rig::user("kim"));
            terminal.wait_for("USER kim@real.test, then PASS ••••••••");
            terminal.key("Enter");
            terminal.wait_for("+OK Logged in.");
        }
        terminal.wait_for("▶▶  USER kim@real.test");
        terminal.wait_for("▶▶  PASS ••••••••");
        read_and_quit(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn auth_plain_in_implicit_tls() {
    let rig = rig();
    let terminal = open(&rig, 995);
    terminal.wait_for("TLS 1.3 X25519");
    terminal.wait_for("+OK Dovecot ready.");
    authenticate(&terminal, "F5", &Rig::user("lee"), "+OK Logged in.");
    read_and_quit(&terminal);
}

#[track_caller]
fn read_and_quit(terminal: &crate::common::pty::Terminal) {
    ask(terminal, "LIST", &format!("+OK {SMALL_MESSAGES} messages:"));
    terminal.enter("RETR 2");
    // The stuffing is taken off or shown, but the body goes on behind its lone dot.
    terminal.wait_for("A004 OK not the end");
    terminal.wait_for("one dot");
    // Its answer is the number of messages and their octets, as nothing else on the screen is.
    terminal.enter("STAT");
    let drop_listing = format!("+OK {SMALL_MESSAGES} ");
    let is_listing = |row: &str| {
        row.split_once(&drop_listing).is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    terminal.wait_until("the answer to STAT", |screen| screen.lines().any(is_listing));
    ask(terminal, "QUIT", "+OK Logging out.");
    leave(terminal);
}
