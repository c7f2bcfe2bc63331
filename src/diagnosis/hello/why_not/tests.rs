//! Servers, and the sentences about them.

use super::*;
use crate::diagnosis::hello::servers::{Mood, Server, endpoint};
use crate::protocol::tls::{AlertDescription, Version};

/// `CN=ca.test` in DER.
const AUTHORITY: &[u8] = b"0\x121\x100\x0e\x06\x03U\x04\x03\x0c\x07ca.test";
const OLD: &[Version] = &[Version::TLS10, Version::TLS11];
const TLS12: &[Version] = &[Version::TLS12];

/// What is found about a server, `severity: says` each, and how many ClientHellos that takes.
fn found(server: &Server, url: &str) -> (Vec<String>, usize) {
    let mut why = WhyNot::new(&endpoint(url), None);
    let mut hellos = 0;
    loop {
        let mut wants = why.wants();
        assert!(why.wants().is_empty(), "one after the other");
        let Some(want) = wants.pop() else { break };
        assert!(why.findings().is_empty() && !why.is_done());
        hellos += 1;
        let Want::Hello(hello) = want else { panic!("{want:?}") };
        let came = server.came(hello);
        assert!(why.came(&came));
        assert!(!why.came(&came), "what came is not waited for any more");
    }
    assert!(why.is_done() && why.rows().len() == hellos && hellos <= MOST);
    let findings = why.findings();
    assert!(findings.iter().all(|finding| !finding.next.is_empty() && !finding.says.ends_with('.')), "{findings:#?}");
    (findings.iter().map(|finding| format!("{}: {}", finding.severity.name(), finding.says)).collect(), hellos)
}

#[test]
fn servers_and_why_not() {
    let usual = Server::default();
    let cases: &[(Server, &str, usize, &[&str])] = &[
        (
            Server { versions: OLD, suites: &[0xc013], ..usual.clone() },
            "smtps://mx.test",
            1,
            &["fault: speaks nothing newer than TLS 1.1, which must not be spoken any more (RFC 8996)"],
        ),
        (
            Server { versions: &[Version::TLS10], suites: &[0x000a], ..usual.clone() },
            "smtps://mx.test",
            1,
            &[
                "fault: speaks nothing newer than TLS 1.0, which must not be spoken any more (RFC 8996)",
                "warning: the best that it has is TLS_RSA_WITH_3DES_EDE_CBC_SHA: a cipher with blocks of 64 bits (Sweet32, \
                 CVE-2016-2183)",
            ],
        ),
        (
            Server { versions: &[Version::SSL3], suites: &[0x0005], ..usual.clone() },
            "smtps://192.0.2.25",
            2,
            &[
                "fault: speaks SSL 3.0 only, which is broken (POODLE) and forbidden (RFC 7568)",
                "fault: the best that it has is TLS_RSA_WITH_RC4_128_SHA: RC4 must not be used (RFC 7465)",
            ],
        ),
        (
            Server {
                mood: Mood::Intolerant(Version::SSL3),
                versions: &[Version::SSL3],
                suites: &[0x0033],
                ..usual.clone()
            },
            "smtps://mx.test",
            4,
            &["fault: speaks SSL 3.0 only, which is broken (POODLE) and forbidden (RFC 7568)"],
        ),
        (
            Server { versions: TLS12, suites: &[0x002f, 0x009c], ..usual.clone() },
            "smtps://mx.test",
            3,
            &["fault: has RSA key exchange only: no forward secrecy; it would speak TLS_RSA_WITH_AES_128_CBC_SHA"],
        ),
        (
            Server { versions: TLS12, suites: &[0x002f, 0x0033], prime: 1024, ..usual.clone() },
            "smtps://mx.test",
            3,
            &[
                "fault: has DHE only, no ECDHE; it would speak TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 1024 bits",
                "warning: its DH prime has 1024 bits: can be broken by whoever has the means (RFC 9325 §4.4)",
            ],
        ),
        (
            Server { versions: TLS12, suites: &[0x009e], ..usual.clone() },
            "smtps://mx.test",
            2,
            &["fault: has DHE only, no ECDHE; it would speak TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, 2048 bits"],
        ),
        (
            Server { versions: TLS12, suites: &[0xc013], ..usual.clone() },
            "smtps://mx.test",
            1,
            &["fault: has no suite with ECDHE and AES-GCM or ChaCha20-Poly1305; it would speak \
               TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"],
        ),
        (
            Server { versions: TLS12, suites: &[0x00a6], ..usual.clone() },
            "smtps://mx.test",
            3,
            &[
                "fault: shows no certificate; it would speak TLS_DH_anon_WITH_AES_128_GCM_SHA256",
                "warning: the best that it has is TLS_DH_anon_WITH_AES_128_GCM_SHA256: without a certificate: anybody on \
                 the way can be the server",
            ],
        ),
        (
            Server { wants: Some(&[AUTHORITY, b"\x30\x80"]), ..usual.clone() },
            "smtps://mx.test",
            2,
            &["fault: asks for a client certificate of CN=ca.test or of a name of 2 octets that cannot be read"],
        ),
        (
            Server { wants: Some(&[]), versions: TLS12, ..usual.clone() },
            "smtps://mx.test",
            1,
            &["fault: asks for a client certificate, of any authority"],
        ),
        (
            usual.clone(),
            "smtps://mx.test",
            2,
            &["note: answers a ClientHello with TLS 1.3 and TLS_AES_256_GCM_SHA384: the handshake fails later"],
        ),
        (
            Server { mood: Mood::Clear, ..usual.clone() },
            "smtps://mx.test",
            1,
            &["fault: answers in plain text where TLS was to begin: 220 mx.test ESMTP"],
        ),
        (
            Server { name: Some("other.test"), ..usual.clone() },
            "smtps://mx.test",
            2,
            &["fault: does not know the name mx.test (alert unrecognized_name); without a name it speaks"],
        ),
        (
            Server { mood: Mood::Intolerant(Version::TLS12), ..usual.clone() },
            "smtps://mx.test",
            2,
            &[
                "fault: does not bear a ClientHello that offers more than TLS 1.2 (closed by the server); it speaks TLS 1.2 \
               with TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, x25519",
            ],
        ),
        (
            Server { mood: Mood::Intolerant(Version::TLS10), versions: OLD, suites: &[0xc013], ..usual.clone() },
            "smtp://mx.test:25",
            3,
            &[
                "fault: does not bear a ClientHello that offers more than TLS 1.0 (closed by the server); it speaks TLS 1.0 \
               with TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, x25519",
            ],
        ),
        (
            Server { suites: &[0xc0a8], ..usual.clone() },
            "smtps://192.0.2.25",
            4,
            &[
                "fault: refuses every ClientHello (TLS 1.0 to 1.3, all suites: refused: alert handshake_failure; at most TLS \
               1.2, all suites: refused: alert handshake_failure; TLS 1.0: refused: alert protocol_version; SSL 3.0: \
               refused: alert protocol_version)",
            ],
        ),
        (
            Server { mood: Mood::Silent, ..usual.clone() },
            "smtps://mx.test",
            2,
            &["fault: was silent too often to be asked further (TLS 1.0 to 1.3, all suites: said nothing for \
               10 s; at most TLS 1.2, all suites: said nothing for 10 s)"],
        ),
        (
            Server { mood: Mood::Unreachable, ..usual },
            "smtps://mx.test",
            1,
            &["fault: 192.0.2.25:465 refused after 1 ms"],
        ),
    ];
    for (server, url, hellos, sentences) in cases {
        let (found, count) = found(server, url);
        assert_eq!(found, *sentences, "{url} {server:?}");
        assert_eq!(count, *hellos, "{url} {server:?}");
    }
}

#[test]
fn another_investigations_answers_are_passed_over() {
    let mut why = WhyNot::new(&endpoint("smtps://mx.test"), Some("x.test"));
    let Some(Want::Hello(mut hello)) = why.wants().pop() else { panic!("a ClientHello") };
    assert!(hello.octets.windows(6).any(|part| part == b"x.test"));
    hello.endpoint = endpoint("smtps://other.test");
    assert!(!why.came(&Server::default().came(hello)));
    assert_eq!(why.rows()[0].text, "TLS 1.0 to 1.3, all suites …");
}

#[test]
fn where_all_fits_the_key_of_the_certificate_is_the_reason() {
    for (server, alert, part, step) in [
        (
            Server::default(),
            AlertDescription::HANDSHAKE_FAILURE,
            "the versions and suites fit (TLS 1.3 with TLS_AES_256",
            "RSA, P-256",
        ),
        (
            Server { versions: TLS12, suites: &[0xc02b], ..Server::default() },
            AlertDescription::HANDSHAKE_FAILURE,
            "fit (TLS 1.2 with TLS_ECDHE_ECDSA",
            "RSA, P-256",
        ),
        (Server::default(), AlertDescription::INTERNAL_ERROR, "the handshake fails later", "the log of the server"),
        (
            Server { wants: Some(&[]), versions: TLS12, ..Server::default() },
            AlertDescription::HANDSHAKE_FAILURE,
            "asks for a client certificate",
            "--cert FILE --key FILE",
        ),
    ] {
        let why = WhyNot::new(&endpoint("smtps://mx.test"), None);
        let mut why = why.after(Cause::Alert(alert));
        while let Some(Want::Hello(hello)) = why.wants().pop() {
            assert!(why.came(&server.came(hello)));
        }
        let findings = why.findings();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].says.contains(part) && findings[0].next.contains(step), "{alert}: {findings:#?}");
        assert!(!findings[0].next.contains("connect again"));
    }
}

#[test]
fn after_a_silence_nothing_is_asked_in_vain() {
    for (mood, hellos, says) in [
        (
            Mood::Silent,
            1,
            "was silent too often to be asked further (no end of our handshake; at most TLS 1.2, all suites: said nothing for \
             10 s)",
        ),
        (
            Mood::Deaf(Version::TLS12),
            2,
            "does not bear a ClientHello that offers more than TLS 1.2 (said nothing for 10 s); it speaks TLS 1.2 with \
             TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, x25519",
        ),
        (Mood::Unreachable, 1, "192.0.2.25:465 refused after 1 ms"),
        // The handshake hung behind the ServerHello.
        (Mood::Well, 2, "answers a ClientHello with TLS 1.3 and TLS_AES_256_GCM_SHA384: the handshake fails later"),
    ] {
        let server = Server { mood, ..Server::default() };
        let mut why = WhyNot::new(&endpoint("smtps://mx.test"), None).after(Cause::Silence);
        let mut count = 0;
        while let Some(Want::Hello(hello)) = why.wants().pop() {
            count += 1;
            assert!(why.came(&server.came(hello)));
        }
        let findings = why.findings();
        assert_eq!(findings.iter().map(|found| found.says.as_str()).collect::<Vec<_>>(), [says], "{mood:?}");
        assert_eq!(count, hellos, "{mood:?}");
    }
}
