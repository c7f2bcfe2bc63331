//! SMTP by hand against Postfix.

use crate::explorer::{ask, authenticate, dots, fill, leave, open, open_as_a_stranger, open_with, start_tls};
use crate::rig::{PASSWORD, Rig, SUBMISSION_ALT, rig};

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_message_goes_out_behind_starttls_and_auth_plain() {
    let rig = rig();
    let terminal = open(&rig, 25);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250 CHUNKING");
    assert!(terminal.screen().contains("250-STARTTLS"));
    assert!(!terminal.screen().contains("250-AUTH"), "Postfix offers AUTH inside TLS only");

    start_tls(&terminal, "220 2.0.0 Ready to start TLS", "AUTH PLAIN LOGIN · gone: STARTTLS");
    // The name typed in clear is repeated inside TLS.
    terminal.wait_for("▶▶  EHLO client.example");
    terminal.wait_for("· trusted by this machine · name matches");
    authenticate(&terminal, "F5", &Rig::user("jo"), "235 2.7.0 Authentication successful");
    let row = terminal.row_with("AUTH PLAIN •").unwrap();
    assert!(row.contains("▶▶  AUTH PLAIN ••••••••"), "{row}");
    terminal.wait_for("decoded: ␀ jo@real.test ␀ ••••");
    terminal.wait_for("logged in as jo@real.test");

    ask(&terminal, "MAIL FROM:<jo@real.test>", "250 2.1.0 Ok");
    ask(&terminal, "RCPT TO:<ann@real.test>", "250 2.1.5 Ok");
    terminal.key("F7");
    terminal.wait_for("354 End data with <CR><LF>.<CR><LF>");
    terminal.wait_for("To: ann@real.test");
    terminal.wait_for("Subject:");
    terminal.paste("a pasted line\n.a line with a dot\ngrüße\n");
    // The dot that is stuffed shows before it goes out, and behind it what went out.
    terminal.wait_for(".+ .a line with a dot");
    terminal.wait_for("grüße");
    terminal.key("C-d");
    terminal.wait_for("250 2.0.0 Ok: queued as ");
    terminal.wait_for("▏   ..a line with a dot");
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
        start_tls(&terminal, "220 2.0.0 Ready to start TLS", "AUTH PLAIN LOGIN");
        authenticate(&terminal, "F6", &Rig::user("jo"), "235 2.7.0 Authentication successful");
        // The server's two questions, as they came and decoded.
        for question in ["334 VXNlcm5hbWU6", "decoded: Username:", "334 UGFzc3dvcmQ6", "decoded: Password:"] {
            terminal.wait_for(question);
        }
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
    terminal.key("F5");
    terminal.wait_for("› user");
    terminal.type_text(&Rig::user("jo"));
    terminal.key("Tab");
    terminal.type_text("mistyped");
    dots(&terminal, "mistyped");
    terminal.key("Enter");
    terminal.wait_for("535 5.7.8 Error: authentication failed");
    terminal.wait_for("5.7.8: the user name or the password is wrong");
    // The second time the user is known.
    terminal.key("F5");
    terminal.wait_for("› password");
    terminal.type_text(PASSWORD);
    dots(&terminal, PASSWORD);
    terminal.key("Enter");
    terminal.wait_for("235 2.7.0 Authentication successful");
    ask(&terminal, "NOOP", "250 2.0.0 Ok");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_stranger_sees_what_is_wrong_and_is_asked_before_the_password_goes() {
    let rig = rig();
    let terminal = open_as_a_stranger(&rig, 25);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    ask(&terminal, "EHLO client.example", "250 CHUNKING");
    // The handshake goes through all the same.
    start_tls(&terminal, "220 2.0.0 Ready to start TLS", "AUTH PLAIN LOGIN");
    terminal.wait_for("TLS 1.3 ✗ not trusted by this machine");
    terminal.wait_for("─✗  certificate: not trusted by this machine, nor by Mozilla's list");
    terminal.wait_for("real.test test authority");
    // The same in full.
    terminal.key("M-t");
    terminal.wait_for("✗ not trusted by this machine: no root in the store signs this chain");
    terminal.wait_for("✓ the certificate is for");
    terminal.wait_for("┏ TLS ");
    terminal.key("Esc");
    terminal.wait_gone("┏ TLS ");

    fill(&terminal, "F5", 0, &Rig::user("jo"));
    terminal.key("Enter");
    terminal.wait_for(&format!("the server is not proven to be {}", rig.address));
    terminal.enter("yes");
    terminal.wait_for("type YES in capitals");
    assert!(terminal.row_with("▶▶  AUTH").is_none());
    for _ in "yes".chars() {
        terminal.key("Backspace");
    }
    terminal.enter("YES");
    terminal.wait_for("235 2.7.0 Authentication successful");
    ask(&terminal, "QUIT", "221 2.0.0 Bye");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn starttls_as_an_option() {
    let rig = rig();
    let terminal = open_with(&rig, &["--starttls", "--ehlo-name", "client.example", &format!("{}:587", rig.address)]);
    terminal.wait_for("new under TLS: AUTH PLAIN LOGIN · gone: STARTTLS");
    terminal.wait_for("▶   EHLO client.example");
    terminal.wait_for("▶▶  EHLO client.example");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn no_tls_no_password_without_a_yes() {
    let rig = rig();
    let terminal = open(&rig, 25);
    terminal.wait_for("220 mx1.real.test ESMTP Postfix");
    fill(&terminal, "F5", 0, &Rig::user("jo"));
    terminal.key("Enter");
    terminal.wait_for("type YES to send it all the same");
    terminal.key("Esc");
    terminal.wait_gone("type YES");
    assert!(terminal.row_with("▶   AUTH").is_none());
    terminal.key("Esc");
    terminal.wait_gone("› password");
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
    // What that means, and what to do.
    let screen = terminal.screen();
    assert!(screen.contains("└ 5.7.1: ") && screen.contains("Next, the sender: "), "{screen}");
    ask(&terminal, "QUIT", "221 2.0.0 Bye");
    leave(&terminal);
}
