//! `ehlo reference`, run as a program without a terminal.

#![cfg(test)]

#[path = "common/program.rs"]
mod program;

/// Exit code, standard output, standard error of `ehlo reference` on a wide terminal.
fn reference(names: &[&str]) -> (Option<i32>, String, String) {
    program::ehlo(&[&["reference"], names].concat(), &[("COLUMNS", "200")], "")
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
        let (code, out, error) = reference(names);
        assert_eq!((code, error.as_str()), (Some(0), ""), "{names:?}: {out}");
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
    let (code, out, _) = reference(&[]);
    assert_eq!(code, Some(0));
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
        let (code, out, error) = reference(names);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{names:?}: {error}");
        for part in parts {
            assert!(error.contains(part), "{names:?} lacks {part}: {error}");
        }
    }
    let (code, out, error) = reference(&["EHLO", "ELHO"]);
    assert_eq!(code, Some(2));
    assert!(out.contains("EHLO (SMTP command)"));
    assert!(error.contains("near to it: EHLO"));
}
