//! Servers, and what is found that they accept.

use super::*;
use crate::diagnosis::hello::servers::{Mood, Server, endpoint};
use crate::diagnosis::investigation::world::drawn;

const EVERY: &[Version] = &[Version::SSL3, Version::TLS10, Version::TLS11, Version::TLS12, Version::TLS13];

fn run(server: &Server) -> Enumeration {
    let mut enumeration = Enumeration::new(&endpoint("smtps://mx.test"), None);
    let announced = enumeration.announcement().unwrap();
    assert!(announced.contains("asks mx.test:465") && announced.ends_with("at most 150"), "{announced}");
    while let Some(want) = enumeration.wants().pop() {
        assert!(enumeration.wants().is_empty(), "one after the other");
        assert!(!enumeration.is_done());
        let Want::Hello(hello) = want else { panic!("{want:?}") };
        enumeration.came(server.came(hello), 0);
    }
    assert!(enumeration.is_done());
    enumeration
}

/// The rows, without what stands in brackets for the suites.
fn table(of: &Enumeration) -> Vec<String> {
    drawn(&of.table().0).lines().map(str::to_owned).collect()
}

fn findings(of: &Enumeration) -> Vec<String> {
    of.table().1.iter().map(|finding| format!("{}: {}", finding.severity.name(), finding.says)).collect()
}

#[test]
fn a_good_server() {
    let enumeration = run(&Server::default());
    assert_eq!(
        table(&enumeration),
        [
            "TLS 1.3 2 suites, in the server's order [good: spoken]",
            "  suite TLS_AES_256_GCM_SHA384, x25519 [good: forward secrecy, AEAD]",
            "  suite TLS_AES_128_GCM_SHA256, x25519 [good: forward secrecy, AEAD]",
            "  groups x25519, secp256r1",
            "TLS 1.2 2 suites, in the server's order [good: spoken]",
            "  suite TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, x25519 [good: forward secrecy, AEAD]",
            "  suite TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, x25519 [good: forward secrecy, AEAD]",
            "  groups x25519, secp256r1",
            "TLS 1.1 not spoken [good: rightly not spoken (RFC 8996)]",
            "TLS 1.0 not spoken [good: rightly not spoken (RFC 8996)]",
            "SSL 3.0 not spoken [good: rightly not spoken (RFC 7568)]",
            "compression none [good: ]",
            "renegotiation secure (RFC 5746) [good: ]",
            "fallback a needless one is refused (RFC 7507) [good: ]",
            "connections 18, one after the other",
        ]
    );
    assert_eq!(findings(&enumeration), [""; 0]);
}

#[test]
fn a_bad_server() {
    let server = Server {
        versions: EVERY,
        suites: &[0x0005, 0x0033, 0xc013, 0x002f, 0x000a],
        own_order: false,
        prime: 1024,
        wants: Some(&[]),
        renegotiation: false,
        compression: true,
        fallback: false,
        ..Server::default()
    };
    let enumeration = run(&server);
    let table = table(&enumeration);
    for line in [
        "TLS 1.3 not spoken [note: not spoken: refused: alert handshake_failure]",
        "TLS 1.2 5 suites, in the client's order [good: spoken]",
        "  suite TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, x25519 [note: CBC: good only where the library is (Lucky Thirteen)]",
        "  suite TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 1024 bits [warning: can be broken by whoever has the means (RFC 9325 §4.4)]",
        "  suite TLS_RSA_WITH_RC4_128_SHA [fault: RC4 must not be used (RFC 7465)]",
        "TLS 1.0 5 suites, in the client's order [warning: out of date, and forbidden (RFC 8996)]",
        "SSL 3.0 4 suites, in the client's order [fault: broken (POODLE), and forbidden (RFC 7568)]",
        "compression DEFLATE [fault: lets secrets be guessed (CRIME, CVE-2012-4929)]",
        "renegotiation not said to be secure (RFC 5746) [warning: ]",
        "fallback a needless one is taken [note: ]",
        "asks for of any authority [note: a client certificate]",
    ] {
        assert!(table.iter().any(|own| own == line), "{line} is not in {table:#?}");
    }
    assert_eq!(
        findings(&enumeration),
        [
            "fault: speaks SSL 3.0, which is broken (POODLE), and forbidden (RFC 7568)",
            "fault: accepts TLS_RSA_WITH_RC4_128_SHA: RC4 must not be used (RFC 7465)",
            "fault: compresses under TLS, which lets secrets be guessed (CRIME, CVE-2012-4929)",
            "warning: speaks TLS 1.0, which is out of date, and forbidden (RFC 8996)",
            "warning: speaks TLS 1.1, which is out of date, and forbidden (RFC 8996)",
            "warning: accepts TLS_RSA_WITH_AES_128_CBC_SHA: no forward secrecy: whoever gets the key later reads all that \
             was said (RFC 9325 §4.1)",
            "warning: accepts TLS_RSA_WITH_3DES_EDE_CBC_SHA: a cipher with blocks of 64 bits (Sweet32, CVE-2016-2183)",
            "warning: its DH prime has 1024 bits: can be broken by whoever has the means (RFC 9325 §4.4)",
            "warning: does not say that its renegotiation is secure (RFC 5746)",
            "note: does not speak TLS 1.3",
            "note: takes a needless fallback to an older version (RFC 7507)",
        ]
    );
}

#[test]
fn servers_that_are_not_asked_to_the_end() {
    for (mood, connections, says) in [
        (Mood::Unreachable, 1, "fault: could not be asked: 192.0.2.25:465 refused after 1 ms"),
        (Mood::Clear, 1, "fault: was not asked further: answered in plain text: 220 mx.test ESMTP"),
        (
            Mood::Silent,
            2,
            "fault: answered no ClientHello at all after 2 connections, so what it speaks is not known: said nothing for 10 s",
        ),
        (
            Mood::Intolerant(Version(0)),
            5,
            "fault: answered no ClientHello at all, so what it speaks is not known: closed by the server",
        ),
        (Mood::Intolerant(Version::SSL3), 5, "fault: speaks neither TLS 1.2 nor TLS 1.3"),
    ] {
        let enumeration = run(&Server { mood, ..Server::default() });
        assert_eq!(enumeration.connections, connections, "{mood:?}");
        assert_eq!(findings(&enumeration).first().map(String::as_str), Some(says), "{mood:?}");
        assert!(
            !table(&enumeration).iter().any(|line| line.contains("rightly")) || says.contains("neither"),
            "{mood:?}"
        );
    }
}

/// Every number that TLS 1.2 has, for a server without end.
static ALL: std::sync::LazyLock<Vec<u16>> =
    std::sync::LazyLock::new(|| Suite::all(Version::TLS12).into_iter().map(|suite| suite.0).collect());

#[test]
fn a_server_with_everything_ends_at_the_limit() {
    let enumeration = run(&Server { versions: EVERY, suites: &ALL, ..Server::default() });
    assert_eq!(enumeration.connections, MOST);
    assert!(findings(&enumeration).iter().any(|says| says.contains("at most 150 connections")));
    let table = table(&enumeration);
    assert_eq!(table.last().map(String::as_str), Some("connections 150, which is the most; not all was asked"));
    assert!(table.contains(&"TLS 1.0 not asked".to_owned()), "{table:#?}");
}

#[test]
fn a_server_that_chooses_what_was_not_offered_ends_its_version() {
    // It is asked for suites that it has given already, and gives one of them again and again.
    let mut enumeration = Enumeration::new(&endpoint("smtps://mx.test"), None);
    let server = Server::default();
    let mut first = None;
    let mut rounds = 0;
    while let Some(Want::Hello(hello)) = enumeration.wants().pop() {
        let again = first.get_or_insert_with(|| hello.clone()).clone();
        let Came::Hello(_, heard) = server.came(again) else { panic!("an answer") };
        enumeration.came(Came::Hello(hello, heard), 0);
        rounds += 1;
        assert!(rounds < 12, "{enumeration:?}");
    }
    assert_eq!(enumeration.versions[0].choices.len(), 1);
}
