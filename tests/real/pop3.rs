//! POP3 by hand against Dovecot.

use crate::explorer::{ask, authenticate, leave, open, start_tls};
use crate::rig::{PASSWORD, POP3_ALT, Rig, SMALL_MESSAGES, rig};

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn user_and_pass_behind_stls() {
    let rig = rig();
    for port in [110, POP3_ALT] {
        // The second port says nothing of the protocol.
        let url = format!("pop3://{}:{port}", rig.address);
        let terminal = crate::explorer::open_with(&rig, &[&url]);
        terminal.wait_for("+OK Dovecot ready.");
        ask(&terminal, "CAPA", "STLS");
        start_tls(&terminal, "+OK Begin TLS negotiation now.");
        // CAPA is asked again inside TLS without being typed.
        terminal.wait_for("SASL PLAIN LOGIN");
        ask(&terminal, &format!("USER {}", Rig::user("kim")), "+OK");
        ask(&terminal, &format!("PASS {PASSWORD}"), "+OK Logged in.");
        read_and_quit(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn auth_plain_in_implicit_tls() {
    let rig = rig();
    let terminal = open(&rig, 995);
    terminal.wait_for("TLS 1.3");
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
    ask(terminal, "NOOP", "+OK");
    ask(terminal, "QUIT", "+OK Logging out.");
    leave(terminal);
}
