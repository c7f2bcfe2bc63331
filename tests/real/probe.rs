//! `ehlo probe` of Debian's own servers: as they should be, and with each of the faults configured.

use crate::common::program::ehlo;
use crate::rig::{PROBE_LAX, PROBE_STRICT, Rig, rig};

/// Exit code and what was printed.
fn probe(rig: &Rig, target: &str, options: &str) -> (Option<i32>, String) {
    let target = target.replace("@", &rig.address.to_string());
    let words = ["probe", &target, "--i-am-responsible", "--explain"].into_iter().chain(options.split_whitespace());
    let (code, text, _) = ehlo(&words.collect::<Vec<_>>(), &[], "");
    (code, text)
}

fn expect(rig: &Rig, target: &str, options: &str, code: i32, parts: &[&str]) {
    let (got, text) = probe(rig, target, options);
    for part in parts {
        assert!(text.contains(part), "{target} {options}: {part} is not in\n{text}");
    }
    assert_eq!(got, Some(code), "{target} {options}\n{text}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn postfix_as_it_should_be() {
    let rig = rig();
    let target = format!("smtp://@:{PROBE_STRICT}");
    let options = format!("--to {} --attempts 1", Rig::user("pat"));
    expect(
        &rig,
        &target,
        &options,
        0,
        &[
            "✓ no password is asked for before TLS",
            "✓ what came in clear behind it is discarded",
            "✓ strangers are told nothing",
            "✓ does not relay for strangers",
            "✓ only <CR><LF>.<CR><LF> ends a message",
            "✓ wrong passwords are refused",
            "attempt 1  ✓ refused: \"535 5.7.8",
        ],
    );
    // What came was read on to the real end, and says what it is.
    let message = rig.delivered("pat", "end of data written as <CR>.<CR>\n");
    assert!(message.contains("The server went on reading, as it should."), "{message}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn postfix_with_every_fault_that_can_be_configured() {
    let rig = rig();
    let target = format!("smtp://@:{PROBE_LAX}");
    let to = Rig::user("pat");
    for (options, parts) in [
        ("--only relay", &["✗ relays mail from strangers to strangers", "<> to elsewhere"][..]),
        ("--only clear", &["✗ a password is asked for in clear although there is TLS", "AUTH PLAIN LOGIN  ✗"]),
        (
            &format!("--only smuggling --to {to}"),
            &["<LF>.<CR><LF>  ✗ taken for the end, a message was delivered: \"250 2.0.0 Ok: queued", "CVE-2023-51764"],
        ),
    ] {
        expect(&rig, &target, options, 1, parts);
    }
    // Its STARTTLS forgets all the same.
    expect(&rig, &target, "--only starttls", 0, &["✓ what came in clear behind it is discarded"]);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn postfix_for_submission() {
    let rig = rig();
    let parts = ["✓ does not relay for strangers", "refused: \"554 5.7.1", "✓ no password is asked for"];
    expect(&rig, "submission://@", "--only relay,clear --no-tls", 0, &parts);
    expect(&rig, "smtps://@", "--only clear,starttls", 0, &["not tested: TLS begins with the first octet"]);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn dovecot_as_it_should_be() {
    let rig = rig();
    for (target, parts) in [
        ("imap://@", &["✓ no password is asked for before TLS", "LOGIN  ✓ LOGINDISABLED", "behind STARTTLS"][..]),
        ("pop3://@", &["✓ no password is asked for before TLS", "USER  ✓ not offered", "behind STARTTLS"]),
        ("imaps://@", &["✓ wrong passwords are refused", "AUTHENTICATIONFAILED"]),
    ] {
        expect(&rig, target, "--attempts 1", 0, parts);
    }
}
