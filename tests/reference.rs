//! `ehlo reference`, run as a program without a terminal.

#![cfg(test)]

use std::process::{Command, Output, Stdio};

fn run(names: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ehlo"))
        .arg("reference")
        .args(names)
        .stdin(Stdio::null())
        .env("COLUMNS", "200")
        .env_remove("TERM")
        .output()
        .expect("the program runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).expect("the text is UTF-8")
}

#[test]
fn what_is_known_is_printed_in_eighty_columns() {
    for (names, parts) in [
        (&["MAIL"][..], &["MAIL (SMTP, LMTP command)", "MAIL FROM:<reverse-path>", "RFC 5321 §4.1.1.2", "SIZE="][..]),
        (&["mail"], &["MAIL (SMTP, LMTP command)"]),
        (&["UID", "FETCH"], &["UID FETCH (IMAP command)", "legal when  mailbox selected"]),
        (&["uid fetch"], &["UID FETCH (IMAP command)"]),
        (&["AUTH"], &["AUTH (SMTP, LMTP command)", "AUTH (POP3 command)", "POP3 response code", "capability of SMTP"]),
        (&["550", "5.7.8"], &["550 (SMTP reply code)", "5.7.8 (enhanced status code)", "RFC 4954 §6"]),
        (&["599"], &["explained by its class"]),
        (&["5.7.99"], &["explained by X.7"]),
        (&["OVERQUOTA", "sys/perm"], &["OVERQUOTA (IMAP response code)", "SYS/PERM (POP3 response code)"]),
        (&["-ERR"], &["-ERR (POP3 response code)"]),
        (&["SIZE"], &["SIZE (parameter of MAIL)", "SIZE (capability of SMTP)"]),
        (&["IDLE"], &["IDLE (IMAP command)", "IDLE (capability of IMAP)"]),
        (&["554 5.7.1 <a@b>: Relay access denied"], &["who acts", "port 587", "5.7.1 (reply)"]),
        (&["554", "5.7.1", "Relay", "access", "denied"], &["who acts", "port 587"]),
    ] {
        let output = run(names);
        let out = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{names:?}: {out}{}", text(&output.stderr));
        assert!(output.stderr.is_empty(), "{names:?}: {}", text(&output.stderr));
        for part in parts {
            assert!(out.contains(part), "{names:?} lacks {part}: {out}");
        }
        for line in out.lines() {
            assert!(line.chars().count() <= 80, "{names:?}: {line}");
            assert!(!line.chars().any(char::is_control), "{names:?}: {line:?}");
        }
    }
}

#[test]
fn without_a_name_it_lists_what_can_be_asked() {
    let output = run(&[]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    for part in ["SMTP commands:", "UID FETCH", "X.7.30", "OVERQUOTA", "capabilities:", "STARTTLS"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn what_is_unknown_has_suggestions_and_an_exit_code() {
    for (names, parts) in [
        (&["ELHO"][..], &["\"ELHO\"", "EHLO"][..]),
        (&["OVERQUTA"], &["OVERQUOTA"]),
        (&["entirely-else"], &["lists what can be asked"]),
        (&["9.9.9"], &["\"9.9.9\""]),
        (&["\u{1b}[31mred"], &["\"[31mred\""]),
    ] {
        let output = run(names);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{names:?}: {err}");
        assert!(output.stdout.is_empty(), "{names:?}: {}", text(&output.stdout));
        for part in parts {
            assert!(err.contains(part), "{names:?} lacks {part}: {err}");
        }
    }
    let both = run(&["EHLO", "ELHO"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(text(&both.stdout).contains("EHLO (SMTP command)"));
    assert!(text(&both.stderr).contains("near to it: EHLO"));
}
