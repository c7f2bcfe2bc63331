//! What a person does in the explorer, as the flows need it: the keys stand here once.

use crate::common::pty::Terminal;
use crate::rig::{PASSWORD, Rig};

/// The explorer on one of the rig's services, by port. The rig's authority is trusted, as a machine's store would be.
pub(crate) fn open(rig: &Rig, port: u16) -> Terminal {
    open_with(rig, &[&rig.address.to_string(), &port.to_string()])
}

/// The explorer with any arguments. The rig's authority is trusted.
pub(crate) fn open_with(rig: &Rig, args: &[&str]) -> Terminal {
    let authority = rig.authority.to_str().unwrap();
    let terminal = Terminal::spawn_with(args, &[("SSL_CERT_FILE", authority)], 160, 48);
    // The password as it is, and in base64 behind zero, one and two octets.
    for secret in [PASSWORD, "OHNlY3JldCDDvG7Drw", "hzZWNyZXQgw7xuw68", "4c2VjcmV0IMO8bsOv"] {
        terminal.forbid(secret);
    }
    terminal
}

/// Sends a line and waits for the answer.
#[track_caller]
pub(crate) fn ask(terminal: &Terminal, line: &str, answer: &str) {
    terminal.enter(line);
    terminal.wait_for(answer);
}

/// STARTTLS or STLS on its key.
#[track_caller]
pub(crate) fn start_tls(terminal: &Terminal, agreed: &str) {
    terminal.key("F4");
    terminal.wait_for(agreed);
    terminal.wait_for("TLS 1.3");
}

/// Fills the dialog of F5 (AUTH PLAIN) or F6 (AUTH LOGIN) and sends it.
#[track_caller]
pub(crate) fn authenticate(terminal: &Terminal, key: &str, user: &str, granted: &str) {
    terminal.key(key);
    terminal.wait_until("the dialog for user and password", |screen| screen.to_lowercase().contains("password"));
    terminal.type_text(user);
    terminal.key("Tab");
    terminal.type_text(PASSWORD);
    terminal.wait_for(user);
    terminal.key("Enter");
    terminal.wait_for(granted);
}

/// Leaves with F10. The terminal is as it was, and the password has never been on it.
#[track_caller]
pub(crate) fn leave(terminal: &Terminal) {
    assert!(terminal.alternate_screen(), "a full-screen program uses the alternate screen");
    terminal.key("F10");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!terminal.alternate_screen() && !terminal.cursor_hidden() && !terminal.bracketed_paste());
    assert!(terminal.cooked(), "the terminal edits lines again");
    terminal.assert_nothing_forbidden();
}
