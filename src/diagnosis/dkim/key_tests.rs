use proptest::prelude::*;

use super::*;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::zone::{Zone, settle};
use crate::protocol::text::transfer::to_base64;

/// The keys of RFC 8463 appendix A.2.
const RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/\
                   byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT\
                   +l/K4w3QIDAQAB";
const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// A key of this many bits that nobody has the other half of.
fn rsa(bits: usize) -> RsaKey {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] = 0xff >> (bits.div_ceil(8) * 8 - bits);
    RsaKey { modulus, exponent: vec![1, 0, 1], is_bare: false }
}

fn published(key: &RsaKey) -> String {
    to_base64(&key.to_info())
}

#[test]
fn keys_of_the_rfcs() {
    let reading = read_key(format!("v=DKIM1; k=rsa; p={RSA}").as_bytes());
    let Some(PublicKey::Rsa(key)) = &reading.key.public else { panic!("{reading:?}") };
    assert_eq!((key.bits(), key.exponent.as_slice(), key.is_bare), (1024, &[1, 0, 1][..], false));
    assert_eq!(published(key), RSA);
    let reading = read_key(format!("v=DKIM1; k=ed25519; p={ED25519}").as_bytes());
    assert!(matches!(&reading.key.public, Some(PublicKey::Ed25519(octets)) if octets.len() == 32), "{reading:?}");
    assert_eq!((reading.void, reading.remarks.len(), reading.mended), (None, 0, None));
}

#[test]
fn sizes_of_keys_in_both_forms() {
    for bits in [511, 512, 1023, 1024, 1025, 2047, 2048, 4096, 8192, 16_384] {
        let key = rsa(bits);
        assert_eq!(key.bits(), bits);
        assert_eq!(RsaKey::read(&key.to_info()).as_ref(), Ok(&key), "{bits}");
        // The bare key is what the bit string of the other form holds.
        let info = key.to_info();
        let at = info.windows(2).position(|pair| pair == [0x05, 0x00]).unwrap() + 2;
        let head = info[at..].iter().position(|octet| *octet == 0x30).unwrap();
        let bare = RsaKey::read(&info[at + head..]).unwrap();
        assert_eq!((bare.bits(), bare.is_bare), (bits, true), "{bits}");
    }
}

#[test]
fn records_with_their_faults() {
    let good = published(&rsa(2048));
    let with = |text: &str| text.replace("KEY", &good);
    for (text, severity, column, part) in [
        ("v=DKIM1; k=rsa; p=KEY".to_owned(), Severity::Good, Some(17), "an RSA key of 2048 bits"),
        (format!("v=DKIM1; p={}", published(&rsa(1024))), Severity::Warning, Some(10), "1024 bits: it still works"),
        (format!("v=DKIM1; p={}", published(&rsa(1023))), Severity::Fault, Some(10), "1023 bits: anyone can forge"),
        (format!("v=DKIM1; p={}", published(&rsa(8192))), Severity::Warning, Some(10), "need not take more than 4096"),
        ("v=DKIM1; p=".to_owned(), Severity::Note, Some(10), "revoked"),
        ("v=DKIM1; k=rsa".to_owned(), Severity::Fault, None, "it has no key (p)"),
        ("v=DKIM2; p=KEY".to_owned(), Severity::Fault, None, "version (v) is not DKIM1"),
        ("p=KEY; v=DKIM1".to_owned(), Severity::Fault, None, "does not stand first"),
        ("p=KEY".to_owned(), Severity::Note, None, "the version is missing"),
        ("v=DKIM1; p=KEY; p=".to_owned(), Severity::Fault, None, "the tag p stands here for a second time"),
        ("v=DKIM1; k=dsa; p=KEY".to_owned(), Severity::Fault, Some(10), "keys of the kind \"dsa\""),
        ("v=DKIM1; h=sha1; p=KEY".to_owned(), Severity::Fault, Some(10), "does not allow sha256"),
        ("v=DKIM1; h=sha1:sha256; p=KEY".to_owned(), Severity::Note, Some(10), "sha1 is allowed"),
        ("v=DKIM1; s=tlsrpt; p=KEY".to_owned(), Severity::Fault, Some(10), "not for mail"),
        ("v=DKIM1; t=y:s; p=KEY".to_owned(), Severity::Warning, Some(10), "is being tried"),
        ("v=DKIM1; g=*; p=KEY".to_owned(), Severity::Note, Some(10), "g was removed"),
        ("v=DKIM1; P=KEY".to_owned(), Severity::Fault, Some(10), "no tag P"),
        ("v=DKIM1; x=1; p=KEY".to_owned(), Severity::Note, Some(10), "no tag x"),
        ("v=DKIM1; p=MIIB!IjAN".to_owned(), Severity::Fault, Some(10), "no base64 from character 5 on"),
        ("v=DKIM1; p=MIIB-IjAN".to_owned(), Severity::Fault, Some(10), "character 5 is of the URL alphabet"),
        ("v=DKIM1; p=-----BEGIN PUBLIC KEY-----MIIB".to_owned(), Severity::Fault, Some(10), "BEGIN line of a PEM file"),
        (format!("v=DKIM1; p={}", &good[..250]), Severity::Fault, Some(10), "cut short: 187 of 294 octets"),
        ("v=DKIM1; p=aGVsbG8gd29ybGQ=".to_owned(), Severity::Fault, Some(10), "no RSA public key"),
        (format!("v=DKIM1; p={ED25519}"), Severity::Fault, Some(10), "k=ed25519 is missing"),
        ("v=DKIM1; k=ed25519; p=KEY".to_owned(), Severity::Fault, Some(21), "has 32 octets, and this 294"),
        ("v=DKIM1; k=rsa; p=\"KEY\"".to_owned(), Severity::Fault, Some(19), "quotation mark"),
    ] {
        let text = with(&text);
        let reading = read_key(text.as_bytes());
        let found = reading.remarks.iter().find(|remark| remark.says.contains(part));
        let found = found.unwrap_or_else(|| panic!("{text}: {:#?}", reading.remarks));
        assert_eq!((found.severity, found.column()), (severity, column), "{text}: {found:?}");
        assert!(reading.void.is_none() || found.severity > Severity::Good);
    }
}

#[test]
fn private_keys_are_named() {
    // The first octets of an RSAPrivateKey and of a PrivateKeyInfo.
    for der in
        [&[0x30, 0x07, 0x02, 0x01, 0x00, 0x02, 0x02, 0x01, 0x01][..], &[0x30, 0x05, 0x02, 0x01, 0x00, 0x30, 0x00]]
    {
        let why = RsaKey::read(der).unwrap_err();
        assert!(why.contains("private key"), "{why}");
    }
}

#[test]
fn corrected_records() {
    let key = published(&rsa(2048));
    let bare = {
        let info = rsa(2048).to_info();
        to_base64(&info[24..])
    };
    let ed25519_info: Vec<u8> = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
        .into_iter()
        .chain(crate::protocol::text::transfer::base64(ED25519.as_bytes()).octets)
        .collect();
    for (text, expect) in [
        (format!("v=DKIM1; k=rsa; p={key}"), None),
        (format!("p={key}; v=DKIM1; t=s"), Some(format!("v=DKIM1; k=rsa; t=s; p={key}"))),
        (format!("v=DKIM1; p={bare}"), Some(format!("v=DKIM1; k=rsa; p={key}"))),
        (format!("v=DKIM1; h=sha1; s=x; p={} {}", &key[..100], &key[100..]), Some(format!("v=DKIM1; k=rsa; p={key}"))),
        (format!("v=DKIM1; p={ED25519}"), Some(format!("v=DKIM1; k=ed25519; p={ED25519}"))),
        (
            format!("v=DKIM1; k=ed25519; p={}", to_base64(&ed25519_info)),
            Some(format!("v=DKIM1; k=ed25519; p={ED25519}")),
        ),
        ("v=DKIM1; p=".to_owned(), None),
        ("v=DKIM1; p=AAAA".to_owned(), None),
        (format!("v=DKIM1; p={}", published(&rsa(512))), None),
    ] {
        assert_eq!(read_key(text.as_bytes()).mended, expect, "{text}");
    }
}

#[test]
fn every_tag_is_explained() {
    let text = format!("v=DKIM1; k=rsa; t=s; n=old=20key; s=email:*; x=1; p={RSA}");
    let rows = read_key(text.as_bytes()).rows;
    let told: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.tag, row.meaning)).collect();
    assert_eq!(
        told,
        [
            "v: this is a DKIM key",
            "k: the key is of RSA",
            "t: i= may not name a subdomain",
            "n: a note for people: old key",
            "s: the key is for email and all services",
            "x: not a tag of DKIM keys: verifiers pass over it",
            "p: the public key: RSA, 1024 bits",
            "h: signatures may use any hash",
        ]
    );
    assert_eq!(rows.iter().filter(|row| row.is_default()).count(), 1);
}

fn has(findings: &[Finding], severity: Severity, part: &str) -> bool {
    findings.iter().any(|finding| finding.severity == severity && finding.says.contains(part))
}

#[test]
fn keys_by_their_selectors() {
    let text = format!("v=DKIM1; k=rsa; p={}|{}", &RSA[..200], &RSA[200..]);
    let name = "s1._domainkey.example.com";
    for (zone, severity, part) in [
        (&[(name, text.as_str())][..], Severity::Warning, "1024 bits"),
        (&[], Severity::Fault, "no key stands at s1._domainkey.example.com"),
        (&[(name, "v=DKIM1; p="), (name, text.as_str())], Severity::Fault, "2 keys stand at"),
        (&[(name, "v=spf1 -all"), (name, "other")], Severity::Fault, "2 TXT records stand at"),
        (&[(name, "v=spf1 -all")], Severity::Fault, "version (v) is not DKIM1"),
        (&[(name, "other"), (name, text.as_str())], Severity::Warning, "1024 bits"),
        (&[(name, "!")], Severity::Fault, "could not tell"),
    ] as [(Zone<'_>, Severity, &str); 7]
    {
        let (report, rounds) = settle(zone, |inquiry| key(inquiry, "s1", "example.com"));
        assert_eq!(rounds, [[name]]);
        assert!(has(&report.findings, severity, part), "{part}: {:#?}", report.findings);
    }
}

#[test]
fn guesses() {
    let selectors: Vec<&str> = selectors().map(|(selector, _)| selector).collect();
    assert!(selectors.len() > 100 && selectors.contains(&"selector1") && selectors.contains(&"google"));
    for selector in &selectors {
        assert!(crate::protocol::smtp::to_ascii_domain(selector).is_ok_and(|name| name == *selector), "{selector}");
        assert_eq!(selectors.iter().filter(|other| *other == selector).count(), 1, "{selector} stands twice");
    }
    let lines = include_str!("../../../assets/dns/selectors.txt").lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.count(), selectors.len(), "a line has not two columns");

    let key = format!("v=DKIM1; k=rsa; p={RSA}");
    let (guesses, rounds) = settle(&[("google._domainkey.example.com", &key)], |inquiry| guess(inquiry, "example.com"));
    assert_eq!(rounds.len(), 1, "all are asked at once");
    assert_eq!(rounds[0].len(), selectors.len() + 2);
    let found: Vec<_> = guesses.found.iter().map(|guess| (guess.whose, guess.report.selector.as_str())).collect();
    assert_eq!((found, guesses.findings), (vec![("Google Workspace", "google")], Vec::new()));

    let none = settle(&[("example.com", "x")], |inquiry| guess(inquiry, "example.com")).0;
    assert!(has(&none.findings, Severity::Warning, "nothing at all exists below"), "{:?}", none.findings);
    let other = [("odd._domainkey.example.com", key.as_str())];
    let unknown = settle(&other, |inquiry| guess(inquiry, "example.com")).0;
    assert!(has(&unknown.findings, Severity::Note, "was found by guessing"), "{:?}", unknown.findings);
}

#[test]
fn wildcards_are_no_keys() {
    for (text, severity, part) in [
        ("v=DKIM1; p=", Severity::Note, "says that it does not sign"),
        ("v=spf1 -all", Severity::Warning, "answers for every selector"),
    ] {
        let names: Vec<String> = selectors().map(|(selector, _)| key_name(selector, "example.com")).collect();
        let nobodys = key_name("ehlo-asks-for-a-wildcard", "example.com");
        let zone: Vec<(&str, &str)> = names.iter().chain([&nobodys]).map(|name| (name.as_str(), text)).collect();
        let guesses = settle(&zone, |inquiry| guess(inquiry, "example.com")).0;
        assert!(guesses.found.is_empty(), "{:?}", guesses.found);
        assert!(has(&guesses.findings, severity, part), "{:?}", guesses.findings);
    }
}

proptest! {
    #[test]
    fn spoilt_keys_are_told_without_a_panic(at in 0usize..400, octet in any::<u8>(), cut in 0usize..400) {
        let mut text = format!("v=DKIM1; k=rsa; p={RSA}").into_bytes();
        let length = text.len();
        text[at % length] = octet;
        text.truncate(length.min(cut.max(1)));
        let reading = read_key(&text);
        prop_assert!(reading.remarks.len() <= 100);
        let mut der = crate::protocol::text::transfer::base64(RSA.as_bytes()).octets;
        let length = der.len();
        der[at % length] = octet;
        if let Ok(mut key) = RsaKey::read(&der) {
            key.modulus.truncate(8);
            let _ = key.signed_digest(&[octet; 8], &[]);
        }
    }
}
