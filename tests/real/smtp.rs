//! SMTP by hand against Postfix.

use crate::explorer::{ask, authenticate, leave, open, start_tls};
use crate::rig::{Rig, SUBMISSION_ALT, rig};

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_message_goes_out_behind_starttls_and_auth_plain() {
    let rig = rig();
    let terminal = open(&rig, 25);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250 CHUNKING");
    assert!(terminal.screen().contains("250-STARTTLS"));
    assert!(!terminal.screen().contains("250-AUTH"), "Postfix offers AUTH inside TLS only");

    start_tls(&terminal, "220 2.0.0 Ready to start TLS");
    // EHLO is asked again inside TLS without being typed.
    terminal.wait_for("250-AUTH PLAIN LOGIN");
    authenticate(&terminal, "F5", &Rig::user("jo"), "235 2.7.0 Authentication successful");

    ask(&terminal, "MAIL FROM:<jo@real.test>", "250 2.1.0 Ok");
    ask(&terminal, "RCPT TO:<ann@real.test>", "250 2.1.5 Ok");
    terminal.key("F7");
    terminal.wait_for("354 End data with <CR><LF>.<CR><LF>");
    terminal.wait_for("Subject:");
    terminal.paste("a pasted line\n.a line with a dot\ngrüße\n");
    terminal.wait_for("grüße");
    terminal.key("C-d");
    terminal.wait_for("250 2.0.0 Ok: queued as ");
    ask(&terminal, "QUIT", "221 2.0.0 Bye");
    leave(&terminal);

    let message = rig.delivered("ann", "a pasted line\n");
    assert!(message.contains("\n.a line with a dot\ngrüße\n"), "{message}");
    assert!(message.contains("(Authenticated sender: jo@real.test)") || message.contains("ESMTPSA"), "{message}");
    for field in ["Date: ", "Message-ID: ", "From: ", "To: ", "Subject: "] {
        assert!(message.contains(&format!("\n{field}")), "no {field}in {message}");
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn auth_login_on_the_submission_port() {
    let rig = rig();
    for port in [587, SUBMISSION_ALT] {
        let terminal = open(&rig, port);
        terminal.wait_for("220 mx1.real.test ESMTP Postfix");
        ask(&terminal, "EHLO client.example", "250 CHUNKING");
        ask(&terminal, "MAIL FROM:<jo@real.test>", "530 5.7.0 Must issue a STARTTLS command first");
        start_tls(&terminal, "220 2.0.0 Ready to start TLS");
        terminal.wait_for("250-AUTH PLAIN LOGIN");
        authenticate(&terminal, "F6", &Rig::user("jo"), "235 2.7.0 Authentication successful");
        // The server's two questions, as they came.
        let screen = terminal.screen();
        assert!(screen.contains("334 VXNlcm5hbWU6") && screen.contains("334 UGFzc3dvcmQ6"), "{screen}");
        // Who is authenticated may send elsewhere.
        ask(&terminal, "MAIL FROM:<jo@real.test>", "250 2.1.0 Ok");
        ask(&terminal, "RCPT TO:<someone@outside.example>", "250 2.1.5 Ok");
        ask(&terminal, "QUIT", "221 2.0.0 Bye");
        leave(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn implicit_tls_from_the_first_octet() {
    let rig = rig();
    let terminal = open(&rig, 465);
    terminal.wait_for("TLS 1.3");
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250-AUTH PLAIN LOGIN");
    ask(&terminal, "MAIL FROM:<jo@real.test>", "250 2.1.0 Ok");
    ask(&terminal, "RCPT TO:<ann@real.test>", "554 5.7.1");
    ask(&terminal, "QUIT", "221 2.0.0 Bye");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_wrong_password_is_refused_and_the_session_goes_on() {
    let rig = rig();
    let terminal = open(&rig, 465);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250-AUTH PLAIN LOGIN");
    authenticate(&terminal, "F5", "nobody@real.test", "535 5.7.8 Error: authentication failed");
    ask(&terminal, "NOOP", "250 2.0.0 Ok");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn relaying_for_a_stranger_is_refused() {
    let rig = rig();
    let terminal = open(&rig, 25);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250 CHUNKING");
    ask(&terminal, "MAIL FROM:<a@outside.example>", "250 2.1.0 Ok");
    ask(&terminal, "RCPT TO:<someone@outside.example>", "554 5.7.1 <someone@outside.example>: Relay access denied");
    ask(&terminal, "QUIT", "221 2.0.0 Bye");
    leave(&terminal);
}
