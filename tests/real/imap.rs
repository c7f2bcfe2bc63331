//! IMAP by hand against Dovecot.

use crate::common::pty::Terminal;
use crate::explorer::{ask, authenticate, fill, leave, open, open_with, start_tls};
use crate::rig::{BIG_LAST_LINE, BIG_OCTETS, IMAPS_ALT, PASSWORD, Rig, SMALL_MESSAGES, rig};

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_whole_session_behind_starttls() {
    let rig = rig();
    let terminal = open(&rig, 143);
    terminal.wait_for("Dovecot ready.");
    ask(&terminal, "a0 CAPABILITY", "a0 OK Pre-login capabilities listed");
    let news = "AUTH=PLAIN, AUTH=LOGIN · gone: STARTTLS, LOGINDISABLED";
    start_tls(&terminal, "OK Begin TLS negotiation now.", news);
    session(&rig, &terminal, "max");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_whole_session_in_implicit_tls() {
    let rig = rig();
    let terminal = open(&rig, 993);
    terminal.wait_for("TLS 1.3 X25519");
    terminal.wait_for("Dovecot ready.");
    session(&rig, &terminal, "una");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_url_names_protocol_tls_and_port() {
    let rig = rig();
    let terminal = open_with(&rig, &[&format!("imaps://{}:{IMAPS_ALT}", rig.address)]);
    terminal.wait_for("TLS 1.3 X25519");
    terminal.wait_for("Dovecot ready.");
    ask(&terminal, "z1 LOGOUT", "z1 OK Logout completed");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn every_way_to_log_in_from_the_dialog() {
    let rig = rig();
    for (key, ways, goes_out) in [
        ("F5", 0, "AUTHENTICATE PLAIN ••••••••"),
        ("F6", 0, "AUTHENTICATE LOGIN"),
        ("F6", 1, "LOGIN \"jo@real.test\" ••••••••"),
    ] {
        let terminal = open(&rig, 993);
        terminal.wait_for("Dovecot ready.");
        fill(&terminal, key, ways, &Rig::user("jo"));
        terminal.key("Enter");
        terminal.wait_for("logged in as jo@real.test");
        let sent = terminal.row_with(goes_out).unwrap();
        assert!(sent.contains("▶▶  a"), "{sent}");
        ask(&terminal, "z1 LOGOUT", "z1 OK Logout completed");
        leave(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_message_written_in_the_editor_is_appended() {
    let rig = rig();
    let terminal = open(&rig, 993);
    terminal.wait_for("Dovecot ready.");
    authenticate(&terminal, "F5", &Rig::user("ann"), "logged in as ann@real.test");
    ask(&terminal, "SELECT INBOX", "Select completed");
    terminal.key("F7");
    terminal.wait_for("Subject:");
    terminal.paste("kept by APPEND\n.a dot that is not stuffed\ngrüße\n");
    terminal.wait_for("grüße");
    terminal.key("C-d");
    terminal.wait_for("OK [APPENDUID");
    ask(&terminal, "z1 LOGOUT", "z1 OK Logout completed");
    leave(&terminal);
    let message = rig.delivered("ann", "kept by APPEND");
    assert!(message.contains("\n.a dot that is not stuffed\ngrüße\n"), "{message}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_compressed_session() {
    let rig = rig();
    let terminal = open(&rig, 993);
    terminal.wait_for("Dovecot ready.");
    authenticate(&terminal, "F5", &Rig::user("jo"), "logged in as jo@real.test");
    ask(&terminal, "c1 COMPRESS DEFLATE", "c1 OK Begin compression");
    terminal.wait_for("compressed from here on");
    ask(&terminal, "c2 SELECT INBOX", "c2 OK [READ-WRITE] Select completed");
    ask(&terminal, "c3 FETCH 2 BODY.PEEK[TEXT]", "c3 OK Fetch completed");
    terminal.wait_for("A004 OK not the end");
    ask(&terminal, "c4 IDLE", "+ idling");
    ask(&terminal, "DONE", "c4 OK Idle completed");
    // It is told before, and Dovecot refuses it in its own way: RFC 4978 §3 has BAD.
    ask(&terminal, "c5 COMPRESS DEFLATE", "COMPRESS is on already");
    terminal.key("M-Enter");
    terminal.wait_for("c5 NO");
    ask(&terminal, "c6 LOGOUT", "c6 OK Logout completed");
    leave(&terminal);
}

/// LOGIN, SELECT, FETCH of the big message, APPEND with a literal, IDLE and DONE, LOGOUT.
fn session(rig: &Rig, terminal: &Terminal, name: &str) {
    ask(terminal, &format!("a1 LOGIN {} \"{PASSWORD}\"", Rig::user(name)), "logged in as");
    let login = terminal.row_with("a1 LOGIN").unwrap();
    assert!(login.contains("••••••••"), "{login}");
    ask(terminal, "a2 SELECT INBOX", "a2 OK [READ-WRITE] Select completed");
    let big = SMALL_MESSAGES + 1;
    terminal.wait_for(&format!("* {big} EXISTS"));

    // What POP3's stuffing and IMAP's tags would trip over is data here.
    ask(terminal, "a3 FETCH 2 BODY.PEEK[TEXT]", "a3 OK Fetch completed");
    terminal.wait_for("A004 OK not the end");
    // An escape sequence in a message is shown, not obeyed.
    ask(terminal, "a4 FETCH 3 BODY.PEEK[TEXT]", "a4 OK Fetch completed");
    assert!(memchr::memmem::find(&terminal.raw(), b"\x1b[31mred").is_none());

    ask(terminal, &format!("a40 FETCH {big} RFC822.SIZE"), &format!("RFC822.SIZE {BIG_OCTETS}"));
    terminal.enter(&format!("a5 FETCH {big} BODY.PEEK[]"));
    terminal.wait_for("a5 OK Fetch completed");
    terminal.wait_for(BIG_LAST_LINE);

    let message = ["Subject: appended", "", "a body of one line"];
    let octets: usize = message.iter().map(|line| line.len() + 2).sum();
    ask(terminal, &format!("a6 APPEND INBOX (\\Seen) {{{octets}}}"), "+ OK");
    for line in message {
        terminal.enter(line);
    }
    // The end of the command, behind the literal.
    terminal.key("Enter");
    terminal.wait_for("a6 OK [APPENDUID");
    terminal.wait_for(&format!("* {} EXISTS", big + 1));

    ask(terminal, "a7 IDLE", "+ idling");
    terminal.wait_for("DONE   Tab takes it");
    rig.deliver(name, "while idling");
    terminal.wait_for(&format!("* {} EXISTS", big + 2));
    ask(terminal, "DONE", "a7 OK Idle completed");
    terminal.enter("a8 LOGOUT");
    terminal.wait_for("* BYE Logging out");
    terminal.wait_for("a8 OK Logout completed");
}
