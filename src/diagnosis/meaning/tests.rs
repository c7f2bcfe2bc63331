//! Replies as servers send them, and what they are taken to mean.

use proptest::prelude::*;

use super::*;

#[test]
fn the_most_precise_meaning_comes_first() {
    use Protocol::{Imap, Lmtp, Pop3, Smtp};
    for (protocol, line, code, part) in [
        (Smtp, "535 5.7.8 no", "5.7.8", "user name or the password"),
        (Smtp, "550-5.1.1 no", "5.1.1", "no such mailbox"),
        (Smtp, "250 2.1.5 ok", "2.1.5", "recipient is accepted"),
        (Smtp, "451 4.7.1 later", "4.7.1", "greylisting"),
        (Smtp, "550 5.7.1 no", "5.7.1", "refused by policy"),
        (Smtp, "550 5.7.99 no", "5.7.99", "security or policy"),
        (Smtp, "550 5.9.1 no", "550", "no such mailbox, or a policy"),
        (Smtp, "550 4.1.1 the classes differ", "550", "no such mailbox, or a policy"),
        (Smtp, "550 5.1.1.1 no", "550", "no such mailbox, or a policy"),
        (Smtp, "250-PIPELINING", "250", "done"),
        (Smtp, "421", "421", "closes the connection"),
        (Lmtp, "599 odd", "599", "it will not work"),
        (Smtp, "499 odd", "499", "passes"),
        (Imap, "a1 NO [AUTHENTICATIONFAILED] no", "AUTHENTICATIONFAILED", "password is wrong"),
        (Imap, "a1 no [overquota]", "OVERQUOTA", "over its quota"),
        (Imap, "* OK [UIDVALIDITY 3857529045] UIDs valid", "UIDVALIDITY", "as long as"),
        (Imap, "a1 NO [X-ODD] no", "NO", "could not or would not"),
        (Imap, "a1 NO [] no", "NO", "could not or would not"),
        (Imap, "a1 BAD what", "BAD", "does not understand"),
        (Imap, "* BYE", "BYE", "closes the connection"),
        (Imap, "+ ", "+", "waits for more"),
        (Imap, "+", "+", "waits for more"),
        (Pop3, "-ERR [IN-USE] busy", "IN-USE", "another session"),
        (Pop3, "-ERR [SYS/TEMP/DISK] busy", "SYS/TEMP/DISK", "passes"),
        (Pop3, "-ERR [ODD] no", "-ERR", "could not or would not"),
        (Pop3, "-err", "-ERR", "could not or would not"),
        (Pop3, "+OK 2 320", "+OK", "done"),
    ] {
        let got = explain(protocol, line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(got.code, code, "{line}");
        assert!(got.says.contains(part), "{line}: {}", got.says);
        assert!(!got.next.is_empty(), "{line}");
    }
}

#[test]
fn what_is_no_reply_is_not_explained() {
    for (protocol, line) in [
        (Protocol::Smtp, &b""[..]),
        (Protocol::Smtp, b"25"),
        (Protocol::Smtp, b"25x no"),
        (Protocol::Smtp, b"250x"),
        (Protocol::Smtp, b"999 no"),
        (Protocol::Smtp, b"\xff\xff\xff \xff"),
        (Protocol::Imap, b"* 3 EXISTS"),
        (Protocol::Imap, b"a1"),
        (Protocol::Imap, b""),
        (Protocol::Pop3, b"1 120"),
        (Protocol::Pop3, b"+ "),
    ] {
        assert_eq!(explain(protocol, line), None, "{line:?}");
    }
}

#[test]
fn an_unknown_detail_has_the_subject_and_the_next_step_of_the_class() {
    let later = explain(Protocol::Smtp, b"450 4.7.99 x").unwrap();
    let never = explain(Protocol::Smtp, b"550 5.7.99 x").unwrap();
    assert_eq!(later.says, never.says);
    assert!(later.next.contains("try again later"), "{}", later.next);
    assert!(never.next.contains("change something"), "{}", never.next);
    assert_eq!(enhanced("X.7.8").unwrap().code, "X.7.8");
    assert_eq!(enhanced("9.7.8"), None);
}

/// Replies that public threads, manuals and logs quote; the phrase that is to be found in each.
#[test]
fn phrases_are_found_in_real_replies() {
    use Protocol::{Imap, Pop3, Smtp};
    for (protocol, reply, phrase) in [
        (
            Smtp,
            "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.9]",
            "Client host rejected: cannot find your hostname",
        ),
        (
            Smtp,
            "504 5.5.2 <pc>: Helo command rejected: need fully-qualified hostname",
            "Helo command rejected: need fully-qualified hostname",
        ),
        (
            Smtp,
            "450 4.1.8 <a@b.invalid>: Sender address rejected: Domain not found",
            "Sender address rejected: Domain not found",
        ),
        (
            Smtp,
            "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org",
            "Sender address rejected: not owned by user",
        ),
        (
            Smtp,
            "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
            "Recipient address rejected: User unknown in",
        ),
        (
            Smtp,
            "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in local recipient table",
            "Recipient address rejected: User unknown in",
        ),
        (Smtp, "554 5.7.1 <x@example.net>: Relay access denied", "Relay access denied"),
        (Smtp, "554 5.7.1 <x@example.net>: Recipient address rejected: Relay access denied", "Relay access denied"),
        (
            Smtp,
            "450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html",
            "Recipient address rejected: Greylisted",
        ),
        (
            Smtp,
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.9",
            "spamhaus.org/query",
        ),
        (
            Smtp,
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org; Error: open resolver; https://check.spamhaus.org/returnc/pub/203.0.113.1/",
            "Error: open resolver",
        ),
        (
            Smtp,
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.9",
            "spamcop.net/bl.shtml",
        ),
        (Smtp, "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "authentication failed: UGFzc3dvcmQ6"),
        (Smtp, "535 5.7.8 Error: authentication failed: authentication failure", "authentication failure"),
        (Smtp, "535 5.7.8 Error: authentication failed: generic failure", "authentication failed: generic failure"),
        (
            Smtp,
            "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
            "Temporary authentication failure",
        ),
        (Smtp, "530 5.7.0 Must issue a STARTTLS command first", "Must issue a STARTTLS command first"),
        (Smtp, "521 5.5.2 mx.example.org Error: bare <LF> received", "bare <LF> received"),
        (Smtp, "552 5.3.4 Message size exceeds fixed limit", "Message size exceeds fixed"),
        (Smtp, "421 4.4.2 mx.example.org Error: timeout exceeded", "Error: timeout exceeded"),
        (Smtp, "421 4.7.0 mx.example.org Error: too many errors", "Error: too many errors"),
        (Smtp, "554 5.4.6 Error: too many hops", "too many hops"),
        (Smtp, "550 relay not permitted", "relay not permitted"),
        (Smtp, "550 Unrouteable address", "Unrouteable address"),
        (
            Smtp,
            "550-Verification failed for <a@example.org>\n550-No Such User Here\n550 Sender verify failed",
            "Sender verify failed",
        ),
        (Smtp, "554 SMTP synchronization error", "synchronization error"),
        (Smtp, "503 AUTH command used when not advertised", "AUTH command used when not advertised"),
        (Smtp, "550 5.7.1 Unable to relay", "Unable to relay"),
        (Smtp, "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", "RESOLVER.ADR.RecipNotFound"),
        (
            Smtp,
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
            "SmtpClientAuthentication is disabled for the Tenant",
        ),
        (
            Smtp,
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            "basic authentication is disabled",
        ),
        (
            Smtp,
            "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
            "Authentication unsuccessful",
        ),
        (Smtp, "530 5.7.57 Client not authenticated to send mail", "5.7.57"),
        (
            Smtp,
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            "Recipient address rejected: Access denied",
        ),
        (Smtp, "550 5.7.606 Access denied, banned sending IP [192.0.2.9]", "banned sending IP"),
        (
            Smtp,
            "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
            "traffic not accepted from this IP",
        ),
        (
            Smtp,
            "550 5.7.1 Unfortunately, messages from [192.0.2.9] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
            "part of their network is on our block list",
        ),
        (
            Smtp,
            "451 4.7.650 The mail server [192.0.2.9] has been temporarily rate limited due to IP reputation.",
            "has been temporarily rate limited due to IP reputation",
        ),
        (Smtp, "554 5.2.252 SendAsDenied; a@example.org not allowed to send as b@example.org", "SendAsDenied"),
        (
            Smtp,
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser - gsmtp",
            "The email account that you tried to reach does not exist",
        ),
        (
            Smtp,
            "452-4.2.2 The recipient's inbox is out of\n452-4.2.2 storage space.\n452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp - gsmtp",
            "out of storage space",
        ),
        (
            Smtp,
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 - gsmtp",
            "senders to authenticate with either SPF or DKIM",
        ),
        (
            Smtp,
            "550-5.7.26 Unauthenticated email from example.org is not accepted due to\n550-5.7.26 domain's DMARC policy.\n550 5.7.26 - gsmtp",
            "Unauthenticated email from",
        ),
        (
            Smtp,
            "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp",
            "Username and Password not accepted",
        ),
        (
            Smtp,
            "534-5.7.9 Application-specific password required.\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp",
            "Application-specific password required",
        ),
        (
            Smtp,
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from\n421 4.7.28 your IP address.",
            "unusual rate of unsolicited mail",
        ),
        (
            Smtp,
            "421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
            "temporarily deferred due to",
        ),
        (
            Smtp,
            "553 5.7.2 [TSS09] All messages from 192.0.2.9 will be permanently deferred; Retrying will NOT succeed.",
            "will be permanently deferred",
        ),
        (
            Smtp,
            "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]",
            "This user doesn't have a",
        ),
        (
            Smtp,
            "550 5.7.1 <x@example.net>... Relaying denied. IP name lookup failed [192.0.2.9]",
            "IP name lookup failed",
        ),
        (
            Smtp,
            "553 5.1.8 <a@b.invalid>... Domain of sender address a@b.invalid does not exist",
            "Domain of sender address",
        ),
        (
            Smtp,
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "that domain isn't in my list of allowed rcpthosts",
        ),
        (
            Smtp,
            "552 5.2.2 <x@example.org> Quota exceeded (mailbox for user is full)",
            "Quota exceeded (mailbox for user is full)",
        ),
        (
            Smtp,
            "554 IP=192.0.2.9 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.)",
            "A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de",
        ),
        (
            Smtp,
            "554-gmx.net (mxgmx001) Nemesis ESMTP Service not available\n554 No SMTP service",
            "Nemesis ESMTP Service not available",
        ),
        (
            Smtp,
            "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: a@example.org",
            "Email address is not verified",
        ),
        (Smtp, "503 5.5.1 Error: nested MAIL command", "nested MAIL command"),
        (
            Imap,
            "a1 NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
            "Application-specific password required",
        ),
        (
            Imap,
            "a1 NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
            "Please log in via your web browser",
        ),
        (Imap, "a1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "Invalid credentials"),
        (Imap, "a1 NO Authentication failed.", "Authentication failed"),
        (
            Imap,
            "a1 NO [UNAVAILABLE] Temporary authentication failure. [mail:2026-03-09 10:21:04]",
            "Temporary authentication failure",
        ),
        (
            Imap,
            "a1 NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
            "Plaintext authentication disallowed on non-secure",
        ),
        (
            Imap,
            "a1 NO [SERVERBUG] Internal error occurred. Refer to server log for more information. [2026-03-09 10:21:04]",
            "Internal error occurred. Refer to server log",
        ),
        (Imap, "a1 NO Mailbox doesn't exist: Sent", "Mailbox doesn't exist"),
        (Imap, "* BYE Disconnected for inactivity.", "Disconnected for inactivity"),
        (Imap, "a1 NO Login failed: authentication failure", "authentication failure"),
        (Imap, "a1 NO Mailbox does not exist", "Mailbox does not exist"),
        (Imap, "a1 NO LOGIN failed.", "Login failed"),
        (Pop3, "-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754", "Web login required"),
        (Pop3, "-ERR [AUTH] Username and password not accepted.", "Username and Password not accepted"),
        (Pop3, "-ERR Mailbox is locked by another POP3 session.", "Mailbox is locked"),
    ] {
        let got = explain(protocol, reply.as_bytes()).unwrap_or_else(|| panic!("{reply}"));
        assert_eq!(got.phrase.map(|found| found.text), Some(phrase), "{reply}");
        let lines = got.lines();
        assert_eq!(lines.len(), 2, "{reply}");
        assert!(lines[1].starts_with(&format!("{}: ", got.code)), "{lines:?}");
        assert!(!got.rfc.is_empty());
    }
}

#[test]
fn what_succeeds_has_no_phrase_and_codes_of_other_lines_count() {
    for (protocol, reply) in [
        (Protocol::Smtp, "250 2.1.5 relay not permitted, says the text"),
        (Protocol::Imap, "a1 OK Login failed is not true"),
        (Protocol::Pop3, "+OK mailbox full of joy"),
        (Protocol::Smtp, "550 5.1.1 nothing that is known"),
        // What many say adds nothing to a precise code.
        (Protocol::Smtp, "550 5.1.1 x@example.org... User unknown"),
        (Protocol::Imap, "a1 NO [AUTHENTICATIONFAILED] Authentication failed."),
        (Protocol::Imap, "a1 NO [NONEXISTENT] Mailbox doesn't exist: Sent"),
        (Protocol::Pop3, "-ERR [IN-USE] Mailbox is locked"),
    ] {
        assert_eq!(explain(protocol, reply.as_bytes()).unwrap().phrase, None, "{reply}");
    }
    let got = explain(Protocol::Smtp, b"550-5.1.1 first\r\n550 last").unwrap();
    assert_eq!((got.code.as_str(), got.rfc), ("5.1.1", "RFC 3463 §3.2"));
    assert_eq!(explain(Protocol::Imap, b"a1 NO [METADATA TOOMANY] x").unwrap().code, "METADATA TOOMANY");
    assert_eq!(explain(Protocol::Imap, b"a1 OK [METADATA 12] x").unwrap().code, "METADATA");
    assert_eq!(explain_words("x  Relay\tACCESS denied").unwrap().text, "Relay access denied");
    assert_eq!(explain_words("nothing of the kind"), None);
}

#[test]
fn a_long_reply_is_searched_to_a_limit() {
    let mut reply = b"550 5.7.1 ".to_vec();
    reply.extend(std::iter::repeat_n(b'x', SEARCHED));
    reply.extend_from_slice(b" relay not permitted");
    assert_eq!(explain(Protocol::Smtp, &reply).unwrap().phrase, None);
}

proptest! {
    #[test]
    fn no_line_is_too_odd(line in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b' '), Just(b'5'), Just(b'.')], 0..80)) {
        for protocol in [Protocol::Smtp, Protocol::Lmtp, Protocol::Imap, Protocol::Pop3] {
            if let Some(meaning) = explain(protocol, &line) {
                prop_assert!(meaning.code.is_ascii());
            }
        }
    }
}
