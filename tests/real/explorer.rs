//! What a person does in the explorer, as the flows need it: the keys stand here once.

use crate::common::pty::Terminal;
use crate::rig::{PASSWORD, Rig};

/// The explorer on one of the rig's services, by port. The rig's authority is trusted, as a machine's store would be.
pub(crate) fn open(rig: &Rig, port: u16) -> Terminal {
    open_with(rig, &[&rig.address.to_string(), &port.to_string()])
}

/// The explorer with any arguments. The rig's authority is trusted.
pub(crate) fn open_with(rig: &Rig, args: &[&str]) -> Terminal {
    spawn(args, rig.authority.to_str().unwrap())
}

/// The explorer on a machine that does not know the rig's authority.
pub(crate) fn open_as_a_stranger(rig: &Rig, port: u16) -> Terminal {
    spawn(&[&rig.address.to_string(), &port.to_string()], rig.others.to_str().unwrap())
}

/// The explorer on a machine with these roots. The password is never to be seen.
pub(crate) fn spawn(args: &[&str], store: &str) -> Terminal {
    let terminal = Terminal::spawn_with(args, &[("SSL_CERT_FILE", store)], 160, 48);
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

/// STARTTLS or STLS on its key. What the server offers is asked again without being typed, and `news` is what that changed.
#[track_caller]
pub(crate) fn start_tls(terminal: &Terminal, agreed: &str, news: &str) {
    terminal.key("F4");
    terminal.wait_for(agreed);
    terminal.wait_for("TLS 1.3 X25519");
    terminal.wait_for(&format!("new under TLS: {news}"));
}

/// Fills the dialog of F5 (AUTH PLAIN) or F6 (AUTH LOGIN) and sends it.
#[track_caller]
pub(crate) fn authenticate(terminal: &Terminal, key: &str, user: &str, granted: &str) {
    fill(terminal, key, 0, user);
    terminal.key("Enter");
    terminal.wait_gone("Ctrl-E encodes");
    terminal.wait_for(granted);
}

/// Opens the dialog, goes on to another way `ways` times, and types user and password. The password is not to be seen.
#[track_caller]
pub(crate) fn fill(terminal: &Terminal, key: &str, ways: usize, user: &str) {
    terminal.key(key);
    terminal.wait_for("› user");
    for _ in 0..ways {
        terminal.key("C-n");
    }
    terminal.type_text(user);
    terminal.key("Tab");
    terminal.wait_for("› password");
    terminal.type_text(PASSWORD);
    dots(terminal, PASSWORD);
}

/// Waits until the field for the password holds as many dots as `password` has letters.
#[track_caller]
pub(crate) fn dots(terminal: &Terminal, password: &str) {
    let dots = "•".repeat(password.chars().count());
    let full = |row: &str| row.contains("› password") && row.split_whitespace().any(|word| word == dots);
    terminal.wait_until("the password as dots", |screen| screen.lines().any(full));
}

/// Asks the DNS pane one question of the rig's server, as in dig.
#[track_caller]
pub(crate) fn look_up(terminal: &Terminal, rig: &Rig, question: &str) {
    terminal.key("F3");
    terminal.wait_for("Ask DNS");
    terminal.enter(&format!("{question} @{}", rig.dns));
    terminal.wait_gone("Ask DNS");
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
