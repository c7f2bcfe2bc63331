//! Exchanges against the examples of the RFCs, against liars, and watched from outside.

use proptest::prelude::*;

use super::table::ROWS;
use super::*;
use crate::protocol::endpoint::Protocol;
use crate::protocol::secret::Secret;

fn credentials(user: &str, password: &str, authorization: &str) -> Credentials {
    Credentials { user: user.into(), password: password.into(), authorization: authorization.into() }
}

fn begin(mechanism: &str, user: &str, password: &str, authorization: &str) -> Exchange {
    let mechanism = Mechanism::find(mechanism).unwrap();
    Exchange::new(mechanism, credentials(user, password, authorization), &channel("abc"), None).unwrap()
}

fn channel(nonce: &str) -> Channel {
    Channel { nonce: nonce.to_owned(), ..Channel::default() }
}

fn bound() -> Channel {
    let binding = Binding { kind: BindingType::Exporter, octets: (0..32).collect() };
    Channel { bindings: vec![binding], ..channel(N256) }
}

fn said(answer: Answer) -> String {
    match answer {
        Answer::Message(message) => String::from_utf8_lossy(message.expose()).into_owned(),
        Answer::Cancel(why) => format!("* {why}"),
    }
}

fn first(exchange: &mut Exchange) -> String {
    exchange.initial().map_or_else(String::new, |message| String::from_utf8_lossy(message.expose()).into_owned())
}

fn remarks(exchange: &mut Exchange) -> Vec<(Weight, String)> {
    exchange.take_remarks().into_iter().map(|remark| (remark.weight, remark.says)).collect()
}

const N1: &str = "fyko+d2lbbFgONRv9qkxdawL";
const N256: &str = "rOprNGfwEbeRWgbNEkqO";
const SERVER_256: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

#[test]
fn plain_messages() {
    for (user, password, authorization, expect) in [
        // RFC 4616 §4.
        ("tim", "tanstaaftanstaaf", "", "\0tim\0tanstaaftanstaaf"),
        ("Kurt", "xipj3plmq", "Ursel", "Ursel\0Kurt\0xipj3plmq"),
        // Digits behind NUL stay digits, @ stays @.
        ("1user@example.com", "123pass@", "", "\x001user@example.com\x00123pass@"),
        ("jö", "pässwörd", "", "\0jö\0pässwörd"),
        ("jo", "", "", "\0jo\0"),
    ] {
        let mut exchange = begin("PLAIN", user, password, authorization);
        assert_eq!(first(&mut exchange), expect);
        assert!(said(exchange.answer(b"again?")).starts_with("* everything"));
        assert_eq!(said(begin("PLAIN", user, password, authorization).answer(b"")), expect);
    }
}

#[test]
fn login_answers_what_is_asked_for_and_else_in_order() {
    for prompts in [
        [(&b""[..], "jo"), (b"", "secret")],
        [(b"Username:", "jo"), (b"Password:", "secret")],
        [(b"Benutzer", "jo"), (b"Kennwort", "secret")],
        [(b"Password:", "secret"), (b"User Name", "jo")],
    ] {
        let mut exchange = begin("LOGIN", "jo", "secret", "");
        assert!(exchange.initial().is_none());
        for (prompt, answer) in prompts {
            assert_eq!(said(exchange.answer(prompt)), answer);
        }
        assert!(matches!(exchange.answer(b"Password:"), Answer::Cancel(_)));
    }
}

#[test]
fn one_message_and_one_challenge() {
    // RFC 2195 §2.
    let mut exchange = begin("CRAM-MD5", "tim", "tanstaaftanstaaf", "");
    assert!(exchange.initial().is_none());
    let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
    assert_eq!(said(exchange.answer(challenge)), "tim b913a602c7eda7a495b4e6e7334d3890");
    assert!(matches!(exchange.answer(challenge), Answer::Cancel(_)));
    // RFC 4505 §3 and RFC 4422 appendix A.1.
    for (protocol, mechanism, user, authorization, line) in [
        (Protocol::Imap, "ANONYMOUS", "sirhc", "", "AUTHENTICATE ANONYMOUS c2lyaGM="),
        (Protocol::Smtp, "ANONYMOUS", "", "", "AUTH ANONYMOUS ="),
        (Protocol::Smtp, "EXTERNAL", "", "", "AUTH EXTERNAL ="),
        (Protocol::Smtp, "EXTERNAL", "", "fred@example.com", "AUTH EXTERNAL ZnJlZEBleGFtcGxlLmNvbQ=="),
    ] {
        let mut exchange = begin(mechanism, user, "", authorization);
        let message = exchange.initial();
        assert_eq!(exchange.opening(protocol, message.as_ref()).expose(), line.as_bytes());
    }
}

/// RFC 5802 §5, RFC 7677 §3; the others by another program: Python's `hashlib.pbkdf2_hmac` and `hmac` over the same
/// messages.
#[test]
fn scram_vectors() {
    let sha1 = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    for (mechanism, channel, server, opening, proof, signature) in [
        (
            "SCRAM-SHA-1",
            channel(N1),
            sha1,
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ),
        (
            "SCRAM-SHA-256",
            channel(N256),
            SERVER_256,
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
        (
            "SCRAM-SHA-512",
            channel(N256),
            SERVER_256,
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
            "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
        ),
        (
            "SCRAM-SHA-256-PLUS",
            bound(),
            SERVER_256,
            "p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,\
             r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=QC6CS20quADQRb3mT99YUH+n3VJxUvzuK0K0E1Vrs2M=",
            "2GiAgapEppLVlUXbxUDksL3VgYHzuqiK5tR4mhJGgvs=",
        ),
    ] {
        let found = Mechanism::find(mechanism).unwrap();
        let start = || Exchange::new(found, credentials("user", "pencil", ""), &channel, None).unwrap();
        let mut exchange = start();
        assert_eq!(first(&mut exchange), opening);
        assert_eq!(said(exchange.answer(server.as_bytes())), proof);
        assert_eq!(said(exchange.answer(format!("v={signature}").as_bytes())), "");
        assert_eq!(remarks(&mut exchange)[0].0, Weight::Good);
        exchange.accepted();
        assert_eq!(remarks(&mut exchange), []);
        // Without an initial response the empty challenge is answered.
        assert_eq!(said(start().answer(b"")), opening);
        // A false signature cancels and is told; a missing one is told.
        let mut exchange = start();
        first(&mut exchange);
        exchange.answer(server.as_bytes());
        let other = signature.replacen(['r', '6', 'Z', '2'], "A", 1);
        assert!(
            said(exchange.answer(format!("v={other}").as_bytes())).starts_with("* the server's signature is false")
        );
        assert_eq!(remarks(&mut exchange)[0].0, Weight::Fault);
        let mut exchange = start();
        first(&mut exchange);
        exchange.answer(server.as_bytes());
        exchange.accepted();
        assert!(remarks(&mut exchange)[0].1.contains("without its signature"));
    }
}

#[test]
fn the_flag_of_gs2() {
    let none = channel(N1);
    let could = Channel { nonce: N1.to_owned(), ..bound() };
    let offered = Channel { plus_offered: true, ..could.clone() };
    for (mechanism, channel, expect) in [
        ("SCRAM-SHA-1", &none, "n,,"),
        ("SCRAM-SHA-1", &could, "y,,"),
        ("SCRAM-SHA-1", &offered, "n,,"),
        ("SCRAM-SHA-1-PLUS", &offered, "p=tls-exporter,,"),
    ] {
        let mechanism = Mechanism::find(mechanism).unwrap();
        let mut exchange = Exchange::new(mechanism, credentials("jo", "x", ""), channel, None).unwrap();
        assert!(first(&mut exchange).starts_with(expect));
    }
    let plus = Mechanism::find("SCRAM-SHA-1-PLUS").unwrap();
    assert!(Exchange::new(plus, credentials("jo", "x", ""), &none, None).unwrap_err().contains("no TLS"));
}

#[test]
fn names_and_passwords_of_scram_are_prepared() {
    let mut exchange = begin("SCRAM-SHA-1", "I\u{ad}X,=", "x", "b,s");
    assert_eq!(first(&mut exchange), "n,a=b=2Cs,n=IX=2C=3D,r=abc");
    assert_eq!(remarks(&mut exchange), [(Weight::Note, "SASLprep changed the user (RFC 4013)".to_owned())]);
    let mut exchange = begin("SCRAM-SHA-1", "zoe", "Zo\u{eb} trinkt Tee \u{2615}", "");
    assert!(remarks(&mut exchange)[0].1.contains("character 16 of the password"));
    let hash = Mechanism::find("SCRAM-SHA-1").unwrap();
    for (user, password, part) in
        [("jo", "a\u{7}", "the password cannot be used: character 2"), ("\u{ad}", "x", "nothing is left of the user")]
    {
        let refused = Exchange::new(hash, credentials(user, password, ""), &channel("abc"), None).unwrap_err();
        assert!(refused.contains(part), "{refused}");
    }
}

#[test]
fn a_lying_server_gets_no_proof() {
    for (challenge, part) in [
        ("r=fykO,s=QSXCR+Q6sek8bf92,i=4096", "does not begin with ours"),
        ("r=abc,s=QSXCR+Q6sek8bf92,i=4096", "adds nothing"),
        ("r=abcd,s=QSXCR+Q6sek8bf92,i=4000000000", "would stall"),
        ("r=abcd,s=QSXCR+Q6sek8bf92,i=2000001", "would stall"),
        ("r=abcd,s=,i=4096", "salt is empty"),
        ("m=1,r=abcd,s=QSXC,i=4096", "m= demands"),
        ("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "r= is missing"),
        ("", "r= is missing"),
        ("\u{e9}", "r= is missing"),
    ] {
        let mut exchange = begin("SCRAM-SHA-1", "jo", "x", "");
        first(&mut exchange);
        let answer = said(exchange.answer(challenge.as_bytes()));
        assert!(answer.starts_with("* ") && answer.contains(part), "{challenge}: {answer}");
        assert_eq!(remarks(&mut exchange)[0].0, Weight::Fault);
        assert!(said(exchange.answer(challenge.as_bytes())).starts_with("* the exchange is over"));
    }
    let mut exchange = begin("SCRAM-SHA-1", "jo", "x", "");
    first(&mut exchange);
    exchange.answer(b"r=abcd,s=QSXC,i=1");
    assert!(remarks(&mut exchange)[0].1.contains("1 iterations are few"));
    assert_eq!(said(exchange.answer(b"e=invalid-proof")), "");
    assert_eq!(
        remarks(&mut exchange),
        [(Weight::Note, "the server's error is invalid-proof: the password is wrong".to_owned())]
    );
}

#[test]
fn an_error_of_oauth_gets_its_answer_and_no_other() {
    for (mechanism, owed) in [("OAUTHBEARER", "\u{1}"), ("XOAUTH2", "")] {
        let mut exchange = begin(mechanism, "jo", "token", "");
        assert!(first(&mut exchange).contains("auth=Bearer token"));
        assert_eq!(said(exchange.answer(b"{\"status\":\"401\"}")), owed);
        assert!(matches!(exchange.answer(b"{\"status\":\"401\"}"), Answer::Cancel(_)));
        // A token longer than the line waits for the challenge.
        let mut exchange = begin(mechanism, "jo", "token", "");
        assert!(said(exchange.answer(b"")).contains("auth=Bearer token"));
    }
}

#[test]
fn credentials_that_cannot_be_sent() {
    for (mechanism, user, password, authorization, part) in [
        ("PLAIN", "j\0o", "x", "", "the user holds a NUL"),
        ("PLAIN", "jo", "x\0", "", "the password holds a NUL"),
        ("PLAIN", "jo", "x", "\0", "authorization identity holds a NUL"),
        ("PLAIN", "", "x", "", "user is empty"),
        ("CRAM-MD5", "", "x", "", "user is empty"),
        ("LOGIN", "jo", "x", "other", "leave it empty"),
        ("XOAUTH2", "jo", "", "", "token is empty"),
        ("XOAUTH2", "jo", "to ken", "", "character 3 of the token"),
        ("OAUTHBEARER", "jo", "token\n", "", "character 6 of the token"),
        ("XOAUTH2", "j\u{1}o", "x", "", "\\x01"),
    ] {
        let mechanism = Mechanism::find(mechanism).unwrap();
        let given = credentials(user, password, authorization);
        let reason = Exchange::new(mechanism, given, &channel("abc"), None).unwrap_err();
        assert!(reason.contains(part), "{reason}");
    }
    let none = Exchange::new(Mechanism::find("SCRAM-SHA-1").unwrap(), credentials("jo", "x", ""), &channel(""), None);
    assert!(none.unwrap_err().contains("nonce"));
}

#[test]
fn openings() {
    let message = Secret::from("\0tim\0tanstaaftanstaaf");
    for (protocol, mechanism, initial, expect) in [
        (Protocol::Smtp, Mechanism::Plain, Some(&message), "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"),
        (Protocol::Lmtp, Mechanism::Login, None, "AUTH LOGIN"),
        (Protocol::Imap, Mechanism::Plain, None, "AUTHENTICATE PLAIN"),
        (Protocol::Pop3, Mechanism::Plain, Some(&Secret::default()), "AUTH PLAIN ="),
    ] {
        assert_eq!(opening(protocol, mechanism, initial).expose(), expect.as_bytes());
    }
}

#[test]
fn mistakes_are_what_they_say() {
    let line = |mechanism: &str, mistake: Mistake| {
        let mechanism = Mechanism::find(mechanism).unwrap();
        assert!(Mistake::of(mechanism).any(|possible| possible == mistake));
        let given = credentials(if mechanism == Mechanism::External { "" } else { "jo" }, "secret", "");
        let mut exchange = Exchange::new(mechanism, given, &bound(), Some(mistake)).unwrap();
        let message = exchange.initial();
        String::from_utf8_lossy(exchange.opening(Protocol::Smtp, message.as_ref()).expose()).into_owned()
    };
    assert_eq!(line("PLAIN", Mistake::Base64), "AUTH PLAIN AGpvAHNl!Y3JldA==");
    assert_eq!(line("PLAIN", Mistake::Nul), format!("AUTH PLAIN {}", base64::text(b"\0josecret")));
    assert_eq!(line("PLAIN", Mistake::Newline), format!("AUTH PLAIN {}", base64::text(b"\0jo\0secret\n")));
    let foreign = base64::text(b"nobody-of-this-name\0jo\0secret");
    assert_eq!(line("PLAIN", Mistake::Authorization), format!("AUTH PLAIN {foreign}"));
    assert_eq!(line("EXTERNAL", Mistake::Equals), "AUTH EXTERNAL ");
    // Every mistake of every mechanism can be made.
    for mechanism in Mechanism::all() {
        for mistake in Mistake::of(mechanism) {
            let made = Exchange::new(mechanism, credentials_for(mechanism), &bound(), Some(mistake));
            assert!(made.is_ok(), "{mechanism} {mistake:?} {made:?}");
        }
    }
    let last = |mistake| {
        let mechanism = Mechanism::find("SCRAM-SHA-256-PLUS").unwrap();
        let mut exchange = Exchange::new(mechanism, credentials("user", "pencil", ""), &bound(), mistake).unwrap();
        first(&mut exchange);
        said(exchange.answer(SERVER_256.as_bytes()))
    };
    let (right, proof) = (last(None), last(Some(Mistake::Proof)));
    assert_eq!(right.split(",p=").next(), proof.split(",p=").next());
    assert_ne!(right, proof);
    assert!(last(Some(Mistake::Nonce)).contains(",r=rOprNGfwEbeRWgbNEkqO,"));
    assert_ne!(last(Some(Mistake::Binding)).split(',').next(), right.split(',').next());
}

fn credentials_for(mechanism: Mechanism) -> Credentials {
    let needs = |field| mechanism.row().fields.contains(&field);
    let user = if needs(table::Field::User) || needs(table::Field::Trace) { "jo" } else { "" };
    credentials(user, "secret", "")
}

#[test]
fn what_is_said_is_named_and_its_secret_masked() {
    let mut scram = Observer::new("scram-sha-256-plus");
    for (client, message, expect) in [
        (
            true,
            "p=tls-exporter,a=boss,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "channel binding tls-exporter · authorization identity boss · user user · nonce rOprNGfwEbeRWgbNEkqO",
        ),
        (
            false,
            SERVER_256,
            "nonce rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0 (✓ begins with ours) · \
             salt W22ZaJ0SNY7soEsUEjb6gQ== (16 octets) · iterations 4096",
        ),
        (
            true,
            "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,\
             r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=QC6C",
            "channel binding tls-exporter · its data 0001020304050607… (32 octets) · nonce ✓ that of both · proof QC6C",
        ),
        (false, "v=2GiA", "server signature 2GiA"),
        (true, "", "(empty)"),
    ] {
        let parts = if client { scram.said(message.as_bytes()) } else { scram.heard(message.as_bytes()) };
        assert_eq!(parts.to_string(), expect);
    }
    let mut scram = Observer::new("SCRAM-SHA-1");
    assert_eq!(scram.said(b"y,,n=jo,r=abc").pieces[0].value, "y, this client could, the server offers none");
    assert!(scram.heard(b"r=xyz,s=QSXC,i=1").to_string().contains("✗ does not begin with ours"));
    assert!(scram.said(b"c=biws,r=abc,p=QC6C").to_string().contains("✗ not that of both"));
    assert_eq!(scram.heard(b"e=unknown-user").to_string(), "error unknown-user (there is no such user)");

    let mut login = Observer::new("LOGIN");
    assert_eq!(login.heard(b"Password:").to_string(), "Password:");
    assert_eq!(login.said(b"hunter2").to_string(), "••••");
    assert_eq!(login.heard(b"User Name").to_string(), "User Name");
    assert_eq!(login.said(b"jo").to_string(), "user jo");

    let mut oauth = Observer::new("XOAUTH2");
    let parts = oauth.said(b"user=jo\x01auth=Bearer ya29.x\x01\x01");
    assert_eq!(parts.to_string(), "user=jo ␁ auth=Bearer ••••");
    let labels: Vec<&str> = parts.pieces.iter().map(|piece| piece.label).collect();
    assert_eq!(labels, ["user", "token"]);
    assert_eq!(
        oauth.heard(br#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#).to_string(),
        "status 401 (the token is wrong, expired or revoked: fetch a new one) · schemes bearer mac · \
         scope https://mail.google.com/"
    );
    assert!(oauth.owes_acknowledgement());
    assert_eq!(oauth.said(b"").to_string(), "the answer owed to the error");
    assert!(!oauth.owes_acknowledgement());

    for (mechanism, message, expect) in [
        ("PLAIN", &b"\0tim\0tanstaaf"[..], "␀ tim ␀ ••••"),
        ("PLAIN", b"Ursel\0Kurt\0xipj", "Ursel ␀ Kurt ␀ ••••"),
        ("PLAIN", b"\0josecret", "✗ PLAIN has two NUL octets, this has 1: ••••"),
        ("CRAM-MD5", b"tim b913a602c7eda7a495b4e6e7334d3890", "user tim · HMAC-MD5 of the challenge ••••"),
        ("CRAM-MD5", b"my password", "✗ CRAM-MD5 is a user, a space and 32 digits"),
        ("EXTERNAL", b"", "(empty): whom the certificate names"),
        ("EXTERNAL", b"jo", "authorization identity jo"),
        ("ANONYMOUS", b"sirhc", "trace sirhc"),
        ("X-UNKNOWN", b"hunter2", "••••"),
        ("SCRAM-SHA-1", b"hunter2", "✗ the message has no GS2 header (RFC 5801 §4)"),
    ] {
        assert_eq!(Observer::new(mechanism).said(message).to_string(), expect);
    }
}

proptest! {
    #[test]
    fn no_message_of_anybody_makes_anything_panic(
        place in 0..ROWS.len(),
        messages in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                "[npyarscive=,0-9 \u{1}]{0,60}".prop_map(String::into_bytes),
                "r=abc[a-z]{1,3},s=QSXC,i=[0-9]{1,3}".prop_map(String::into_bytes),
                Just(b"{\"status\":\"401\"}".to_vec()),
            ],
            0..6,
        ),
    ) {
        let mut observer = Observer::new(ROWS[place].name);
        let mut exchange = ROWS[place].mechanism.map(|mechanism| {
            Exchange::new(mechanism, credentials_for(mechanism), &Channel { nonce: "abc".into(), ..bound() }, None).unwrap()
        });
        for message in &messages {
            observer.heard(message);
            observer.said(message);
            if let Some(exchange) = &mut exchange {
                let _ = exchange.answer(message);
            }
        }
        if let Some(exchange) = &mut exchange {
            exchange.accepted();
            // Without the server's signature no remark calls it proven.
            prop_assert!(exchange.take_remarks().iter().all(|remark| remark.weight != Weight::Good));
        }
    }
}
