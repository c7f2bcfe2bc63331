//! Logins by the dialog of the explorer, a flow for each family of mechanisms.

use crate::common::pty::Terminal;
use crate::explorer::{ask, dots, leave, spawn};
use crate::rig::PASSWORD;

use super::servers::{CERTIFIED, CYRUS_TLS, JO, Servers, servers};
use super::tokens::token;

/// More than there are ways to log in.
const TURNS: usize = 30;

/// The explorer on a server in implicit TLS that has been asked what it offers.
fn open(servers: &Servers, port: u16, more: &[&str]) -> Terminal {
    let scheme = match port {
        993 => "imaps",
        995 => "pop3s",
        _ => "smtps",
    };
    let url = format!("{scheme}://{}:{port}", servers.address);
    let terminal = spawn(&[more, &[url.as_str()]].concat(), servers.file("authority.pem").to_str().unwrap());
    match scheme {
        "imaps" => terminal.wait_for("Dovecot ready."),
        "pop3s" => {
            terminal.wait_for("+OK Dovecot ready.");
            ask(&terminal, "CAPA", "AUTH-RESP-CODE");
        }
        _ => {
            terminal.wait_for("220 mx1.real.test ESMTP Postfix");
            ask(&terminal, "EHLO client.example", "250 CHUNKING");
        }
    }
    terminal
}

/// The way that is chosen in the dialog: `[SCRAM-SHA-256]`.
fn chosen(screen: &str) -> Option<String> {
    let dialog = screen.lines().skip_while(|row| !row.contains("━ Log in") && !row.contains("┏ Log in"));
    let (_, rest) = dialog.skip(1).find_map(|row| row.split_once('['))?;
    rest.split_once(']').map(|(way, _)| way.to_owned())
}

/// Opens the dialog, which proposes the strongest, and turns to another way.
#[track_caller]
fn choose(terminal: &Terminal, strongest: &str, way: &str) {
    terminal.key("F12");
    terminal.wait_until("the strongest", |screen| chosen(screen).as_deref() == Some(strongest));
    let mut at = strongest.to_owned();
    for _ in 0..TURNS {
        if at == way {
            return;
        }
        terminal.key("C-n");
        terminal.wait_until("another way", |screen| chosen(screen).is_some_and(|now| now != at));
        at = chosen(&terminal.screen()).unwrap();
    }
    panic!("no way {way} in {}", terminal.screen());
}

/// Goes to a field. Where the cursor stands depends on the ways before, and on whether the user is known.
#[track_caller]
fn field(terminal: &Terminal, name: &str) {
    let at = |screen: &str| screen.split("› ").skip(1).find_map(|rest| rest.split("  ").next().map(str::to_owned));
    for _ in 0..4 {
        terminal.wait_until("a field with the cursor", |screen| at(screen).is_some());
        let before = at(&terminal.screen());
        if before.as_deref() == Some(name) {
            return;
        }
        terminal.key("Tab");
        terminal.wait_until("the next field", |screen| at(screen) != before);
    }
    panic!("no field {name} in {}", terminal.screen());
}

/// Types user and password and sends them.
#[track_caller]
fn send(terminal: &Terminal, user: &str, password: &str) {
    field(terminal, "user");
    terminal.type_text(user);
    field(terminal, "password");
    terminal.type_text(password);
    dots(terminal, password);
    enter(terminal);
}

/// Enter, which closes the dialog.
#[track_caller]
fn enter(terminal: &Terminal) {
    terminal.key("Enter");
    terminal.wait_until("the dialog to go", |screen| chosen(screen).is_none());
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn scram_is_proposed_and_the_servers_signature_verified() {
    let servers = servers();
    for (port, strongest, way, granted) in [
        (993, "SCRAM-SHA-256", "SCRAM-SHA-256", "] Logged in"),
        (995, "SCRAM-SHA-256", "SCRAM-SHA-1", "+OK Logged in."),
        (465, "SCRAM-SHA-256", "SCRAM-SHA-256", "235 2.7.0 Authentication successful"),
        (CYRUS_TLS, "SCRAM-SHA-512", "SCRAM-SHA-512", "235 2.7.0 Authentication successful"),
        (CYRUS_TLS, "SCRAM-SHA-512", "SCRAM-SHA-256", "235 2.7.0 Authentication successful"),
        (CYRUS_TLS, "SCRAM-SHA-512", "SCRAM-SHA-1", "235 2.7.0 Authentication successful"),
    ] {
        let terminal = open(&servers, port, &[]);
        choose(&terminal, strongest, way);
        send(&terminal, JO, PASSWORD);
        terminal.wait_for(granted);
        terminal.wait_for("server signature ✓ verified: the server knows the password too");
        terminal.wait_for(&format!("logged in as {JO}"));
        leave(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_challenge_is_answered_and_a_wrong_password_refused() {
    let servers = servers();
    for (port, strongest, way, granted, refused) in [
        (993, "SCRAM-SHA-256", "CRAM-MD5", "] Logged in", "NO [AUTHENTICATIONFAILED]"),
        (995, "SCRAM-SHA-256", "APOP", "+OK Logged in.", "-ERR [AUTH]"),
        (CYRUS_TLS, "SCRAM-SHA-512", "CRAM-MD5", "235 2.7.0 Authentication successful", "535 5.7.8"),
    ] {
        let terminal = open(&servers, port, &[]);
        choose(&terminal, strongest, way);
        send(&terminal, JO, "mistyped");
        terminal.wait_for(refused);
        // The user is known now.
        choose(&terminal, strongest, way);
        field(&terminal, "password");
        terminal.type_text(PASSWORD);
        dots(&terminal, PASSWORD);
        enter(&terminal);
        terminal.wait_for(granted);
        leave(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_token_is_taken_and_one_that_has_expired_is_told() {
    let servers = servers();
    let (fresh, old) = (token(JO, 600), token(JO, -60));
    for (port, way, granted, refused) in [
        (993, "XOAUTH2", "] Logged in", "NO [AUTHENTICATIONFAILED]"),
        (465, "OAUTHBEARER", "235 2.7.0 Authentication successful", "535 5.7.8"),
    ] {
        let terminal = open(&servers, port, &[]);
        for secret in [&fresh, &old] {
            terminal.forbid(secret);
        }
        for (token, answer) in [(&old, refused), (&fresh, granted)] {
            choose(&terminal, "SCRAM-SHA-256", way);
            if token == &old {
                field(&terminal, "user");
                terminal.type_text(JO);
            }
            field(&terminal, "token");
            terminal.paste(token);
            terminal.wait_for("•••");
            enter(&terminal);
            terminal.wait_for(answer);
            if token == &old {
                terminal.wait_for("decoded: status ");
            }
        }
        leave(&terminal);
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_certificate_and_nobody_at_all() {
    let servers = servers();
    let files = ["client.pem", "client.key"].map(|name| servers.file(name));
    let [cert, key] = files.each_ref().map(|path| path.to_str().unwrap());
    let terminal = open(&servers, 993, &["--cert", cert, "--key", key]);
    choose(&terminal, "SCRAM-SHA-256", "EXTERNAL");
    enter(&terminal);
    terminal.wait_for("] Logged in");
    ask(&terminal, "z1 LOGOUT", "z1 OK Logout completed");
    leave(&terminal);
    assert!(!terminal.screen().contains(CERTIFIED), "the certificate says it, nobody typed it");

    let terminal = open(&servers, 993, &[]);
    choose(&terminal, "SCRAM-SHA-256", "ANONYMOUS");
    terminal.wait_for("› trace");
    terminal.type_text("trace@client.example");
    enter(&terminal);
    terminal.wait_for("] Logged in");
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn what_is_offered_and_not_spoken_is_explained() {
    let servers = servers();
    let terminal = open(&servers, CYRUS_TLS, &[]);
    choose(&terminal, "SCRAM-SHA-512", "PLAIN");
    for name in ["DIGEST-MD5", "NTLM"] {
        let row = ehlo::protocol::sasl::table::find(name).unwrap();
        let begin: String = row.says.chars().take(30).collect();
        terminal.wait_for(&format!("{name}: {begin}"));
    }
    terminal.key("Esc");
    terminal.wait_until("the dialog to go", |screen| chosen(screen).is_none());
    leave(&terminal);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_mistake_on_purpose_is_refused_by_the_server() {
    let servers = servers();
    for (port, strongest, refused) in [(993, "SCRAM-SHA-256", "NO "), (CYRUS_TLS, "SCRAM-SHA-512", "535 5.7.8")] {
        let terminal = open(&servers, port, &[]);
        choose(&terminal, strongest, strongest);
        terminal.wait_for("wrong on purpose: nothing");
        for mistake in ["broken base64", "a foreign", "a wrong proof"] {
            terminal.key("C-g");
            terminal.wait_for(&format!("wrong on purpose: {mistake}"));
        }
        send(&terminal, JO, PASSWORD);
        terminal.wait_for(refused);
        assert!(!terminal.screen().contains("server signature ✓"));
        leave(&terminal);
    }
}
