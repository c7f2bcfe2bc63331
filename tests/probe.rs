//! `ehlo probe` on the practice world: every fault is found at the server that has it, and at no other; nothing is sent
//! without consent. No network is needed.

#![cfg(test)]

#[path = "common/program.rs"]
mod program;

use program::ehlo;

/// Exit code, standard output, standard error of `ehlo probe` with the words of this line.
fn probe(line: &str) -> (Option<i32>, String, String) {
    ehlo(&["probe"].into_iter().chain(line.split(' ')).collect::<Vec<_>>(), &[], "")
}

#[test]
fn every_fault_is_found_where_it_is() {
    let table: &[(&str, i32, &[&str])] = &[
        (
            "mx1.example.test",
            0,
            &[
                "passwords in clear  what is offered before TLS  ✓ no password is asked for before TLS",
                "behind STARTTLS     STARTTLS and NOOP in one segment  ✓ what came in clear behind it is discarded",
                "VRFY, EXPN          postmaster and nobody  ✓ strangers are told nothing",
                "open relay          MAIL and RCPT, no DATA  ✓ does not relay for strangers",
                "end of data         · not tested: it takes a message; --to ADDRESS names a mailbox of yours",
                "wrong password      · not tested: no login attempt was ordered",
            ],
        ),
        (
            "relay.example.test --only relay",
            1,
            &["✗ relays mail from strangers to strangers", "smtpd_relay_restrictions"],
        ),
        ("gossip.example.test --only vrfy", 1, &["✗ strangers are told who is there", "<alice@example.test>", "EXPN"]),
        (
            "barelf.example.test --only smuggling --to alice@example.test",
            1,
            &[
                "✗ a message ends where it does not end",
                "<LF>.<LF>  ✗ taken for the end, a message was delivered: \"250",
                "<CR><LF>.<LF>  ✗",
                "<CR>.<CR>  ✓ read on, until the real end: \"250",
                "CVE-2023-51764",
            ],
        ),
        (
            "mx1.example.test --only smuggling --to alice@example.test --explain",
            0,
            &["✓ only <CR><LF>.<CR><LF> ends a message", "<LF>.<LF>  ✓ refused: \"521", "<CR>.<CR>  ✓ read on"],
        ),
        (
            "pipelined.example.test --only starttls",
            1,
            &["✗ the command that came in clear is answered under TLS: \"250"],
        ),
        ("imap://pipelined.example.test --only starttls", 1, &["answered under TLS: \"x1 OK"]),
        ("pop3://pipelined.example.test --only starttls", 1, &["answered under TLS: \"-ERR"]),
        ("imap://mail.example.test --only starttls", 0, &["✓ what came in clear behind it is discarded"]),
        ("pop3://mail.example.test --only starttls,clear", 0, &["✓ what came in", "✓ no password is asked for"]),
        ("cleartext.example.test:587 --only clear", 1, &["and there is no TLS", "AUTH PLAIN", "smtpd_tls_auth_only"]),
        ("imap://cleartext.example.test --only clear", 1, &["✗ no LOGINDISABLED before TLS"]),
        ("pop3://cleartext.example.test --only clear", 1, &["✗ USER is offered before TLS"]),
        ("imaps://mail.example.test --only clear,starttls", 0, &["not tested: TLS begins with the first octet"]),
        ("trusting.example.test:587 --only password --attempts 2", 1, &["attempt 1  ✗ let in: \"235", "attempt 2  ✗"]),
        ("imap://trusting.example.test --only password --attempts 1", 1, &["✗ let in: \"x1 OK"]),
        ("pop3://trusting.example.test --only password --attempts 1", 1, &["✗ let in: \"+OK"]),
        (
            "mail.example.test:587 --only password --attempts 2 --user jo --explain",
            0,
            &["attempt 2  ✓ refused: \"535", "C: AUTH PLAIN ••••••••", "wrong password  jo  ✓"],
        ),
        ("imap://mail.example.test --only password --attempts 1", 0, &["✓ refused: \"x1 NO [AUTHENTICATIONFAILED]"]),
        ("pop3://mail.example.test --only password --attempts 1", 0, &["✓ refused: \"-ERR [AUTH]"]),
        ("masked.example.test --only starttls", 0, &["not tested: the server does not offer STARTTLS"]),
        (
            "mx1.example.test:2526",
            1,
            &["Connection refused", "open relay          · not tested: the server was not reached"],
        ),
    ];
    // Most of the time is spent waiting for what must not come, so the rows are tried side by side.
    std::thread::scope(|scope| {
        for row in table {
            scope.spawn(move || is_found(row));
        }
    });
}

fn is_found(&(line, code, parts): &(&str, i32, &[&str])) {
    let (got, text, error) = probe(line);
    for part in parts {
        assert!(text.contains(part), "{line}: {part} is not in\n{text}\n{error}");
    }
    assert_eq!(got, Some(code), "{line}\n{text}\n{error}");
    assert!(error.contains("exists for practice only"), "{line}\n{error}");
    assert!(!text.contains("C: DATA") || line.contains("--to"), "{line}\n{text}");
}

#[test]
fn nothing_is_sent_without_consent() {
    let (code, text, error) = probe("mx.example.org --attempts 3 --to me@example.org");
    assert_eq!((code, text.as_str()), (Some(2), ""));
    for part in [
        "Probes mx.example.org:25 (smtp):",
        "vrfy       VRFY and EXPN of postmaster and of nobody",
        "smuggling  messages to me@example.org with 8 wrong ends of data",
        "password   3 wrong passwords for a user that does not exist",
        "At most 16 connections, one at a time; 3 login attempts; 8 messages.",
        "Failed logins may lock the user, or ban your address",
        "Only for a server that you are responsible for",
        "nothing was sent: without a terminal it needs --i-am-responsible",
    ] {
        assert!(error.contains(part), "{part} is not in\n{error}");
    }
    // A tunnel may begin on this machine and end at anybody's server.
    for host in ["localhost", "127.0.0.1:1", "[::1]:1"] {
        let (code, text, error) = probe(host);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{host}");
        assert!(error.contains("needs --i-am-responsible") && !error.contains("practice"), "{host}: {error}");
    }
}

#[test]
fn lines_that_cannot_be_read() {
    for (line, part) in [
        ("mx.example.org --attempts 21", "a number up to 20"),
        ("mx.example.org --attempts x", "a number up to 20"),
        ("mx.example.org --to me", "an address like"),
        ("mx.example.org --to me@example.org>", "an address like"),
        ("mx.example.org --only everything", "the tests are clear starttls vrfy relay smuggling password"),
        ("mx.example.org --attempts 0 --only password", "nothing is left to test: password needs --attempts N"),
        ("relay.example.test --only smuggling", "nothing is left to test: smuggling needs --to ADDRESS"),
        ("relay.example.test --only smuggling,password", "smuggling needs --to ADDRESS, password needs"),
        ("imap://mail.example.test --only relay", "nothing is left to test: none of these tests is for imap"),
        ("jo@example.org", "name a server"),
        ("mx.example.org --tls --starttls", "cannot be used with"),
    ] {
        let (code, text, error) = probe(line);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{line}");
        assert!(error.contains(part), "{line}: {error}");
    }
}

#[test]
fn a_probe_is_no_question_to_dns() {
    let (code, _, error) = ehlo(&["dns", "probe", "mx1.example.test"], &[], "");
    assert_eq!(code, Some(2));
    assert!(error.contains("ehlo probe"), "{error}");
}

#[test]
fn scripts_read_it_as_json() {
    let (code, text, _) = probe("relay.example.test --only relay --json");
    assert_eq!(code, Some(1));
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(all["asked"], "probe of relay.example.test:25");
    assert_eq!(all["rows"][1]["label"], "open relay");
    assert_eq!(all["findings"][0]["severity"], "fault");
}

#[test]
fn with_privacy_no_name_is_printed() {
    for line in [
        "relay.example.test --privacy",
        "gossip.example.test --only vrfy --explain --privacy",
        "relay.example.test --only relay --privacy --json",
    ] {
        let (code, text, error) = probe(line);
        assert_eq!(code, Some(1), "{line}\n{text}{error}");
        assert!(text.contains("host1.domain1.example"), "{line}\n{text}");
        for original in ["example.test", "192.0.2."] {
            assert!(!text.contains(original) && !error.contains(original), "{line}: {original} in\n{text}{error}");
        }
    }
}
