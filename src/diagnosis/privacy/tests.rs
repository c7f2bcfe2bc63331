//! What is changed, what is not, and that it stays so.

use proptest::prelude::*;

use super::*;
use crate::protocol::text::transfer;

fn veiled(text: &str) -> String {
    let mut pseudonyms = Pseudonyms::default();
    pseudonyms.know("mailhost");
    pseudonyms.veil(text).into_owned()
}

#[test]
fn what_says_who_somebody_is_is_changed() {
    for (text, wanted) in [
        ("MAIL FROM:<jo@firma.de> SIZE=10", "MAIL FROM:<user1@domain1.example> SIZE=10"),
        ("250-mx1.firma.de hello mx2.firma.de", "250-host1.domain1.example hello host2.domain1.example"),
        ("250-ok\r\n250-mx.firma.de hello", "250-ok\r\n250-host1.domain1.example hello"),
        ("S: 250-mx1.firma.de hello", "S: 250-host1.domain1.example hello"),
        (
            "10:21:04.118    +23ms ◀◀  250-mx.firma.de hello",
            "10:21:04.118    +23ms ◀◀  250-host1.domain1.example hello",
        ),
        ("10:21:04.118 <-x 550-mx.firma.de no", "10:21:04.118 <-x 550-host1.domain1.example no"),
        ("◀   250-jo@firma.de", "◀   250-user1@domain1.example"),
        ("from 250-mx.firma.de, x 250-mx.firma.de", "from host1.domain1.example, x host1.domain1.example"),
        (
            "firma.de and a.b.firma.de and b.firma.de",
            "domain1.example and host2.host1.domain1.example and host1.domain1.example",
        ),
        ("FIRMA.de. Firma.DE", "domain1.example. domain1.example"),
        (
            "v=spf1 include:_spf.firma.co.uk ip4:10.1.2.0/24 -all",
            "v=spf1 include:_spf.domain1.example ip4:203.0.113.1/24 -all",
        ),
        (
            "a:mail.firma.de mx:firma.de/24 redirect=x.firma.de",
            "a:host1.domain1.example mx:domain1.example/24 redirect=host2.domain1.example",
        ),
        ("ip6:2a00:1450::25/64, [IPv6:2a00:1450::25]", "ip6:3fff::1/64, [IPv6:3fff::1]"),
        ("[10.1.2.3]:25 10.1.2.3: 10.1.2.4.", "[203.0.113.1]:25 203.0.113.1: 203.0.113.2."),
        ("2a00::1: refused, [2a00::1]:25, ::ffff:10.1.2.3", "3fff::1: refused, [3fff::1]:25, ::ffff:203.0.113.1"),
        ("3.2.1.10.in-addr.arpa", "1.113.0.203.in-addr.arpa"),
        ("3.2.1.10.zen.firma.de", "1.113.0.203.host1.domain1.example"),
        (
            "rua=mailto:d@firma.de,mailto:abuse@firma.de!10m",
            "rua=mailto:user1@domain1.example,mailto:abuse@domain1.example!10m",
        ),
        (
            "user=jo@firma.de, smtp.mailfrom=jo@firma.de",
            "user=user1@domain1.example, smtp.mailfrom=user1@domain1.example",
        ),
        ("bounces+jo=gmail.com@firma.de", "user1@domain1.example"),
        ("\"jo smith\"@firma.de 'jo@firma.de'", "\"user1\"@domain1.example 'user2@domain1.example'"),
        ("((\"Jo\" NIL \"jo\" \"firma.de\"))", "((\"Jo\" NIL \"user1\" \"domain1.example\"))"),
        ("jo@[10.1.2.3] jo@mailhost", "user1@[203.0.113.1] user2@domain1.example"),
        ("connecting to mailhost:25, not mailhosts", "connecting to domain1.example:25, not mailhosts"),
        ("bücher.de xn--bcher-kva.de", "domain1.example domain1.example"),
        (
            "_25._tcp.mx1.firma.de sel._domainkey.firma.de",
            "_25._tcp.host1.domain1.example host2._domainkey.domain1.example",
        ),
        ("https://mta-sts.firma.de/.well-known/mta-sts.txt", "https://mta-sts.domain1.example/.well-known/mta-sts.txt"),
        ("*.firma.de, CN=mx.firma.de… (firma.de)", "*.domain1.example, CN=host1.domain1.example… (domain1.example)"),
        ("jo@gmail.com", "user1@gmail.com"),
        ("mail.practice.test", "host1.domain1.example"),
    ] {
        assert_eq!(veiled(text), wanted, "{text}");
    }
}

#[test]
fn what_says_nothing_about_anybody_stays() {
    for text in [
        "250 2.0.0 Ok: queued as 4F2A9",
        "550 5.7.1 relay denied (RFC 5321 §3.6.2, §4.1.1.3; section 4.5.3.1)",
        "TLS 1.3 with TLS_AES_256_GCM_SHA384, X25519",
        "Postfix 3.7.11-0+deb12u1, Dovecot 2.3.21, OpenSSL 3.0.19",
        "10:21:04.118 +23ms 2026-03-09 21.11.2026 1 234 octets",
        "v=spf1 -all; v=DMARC1; p=none; rf=afrf",
        "BODY.PEEK[HEADER.FIELDS (FROM)] RFC822.SIZE INBOX.work INBOX.Sent",
        "1.3.6.1.5.5.7.3.1 52:54:00:12:34:56 01:02:03:04:05:06:07:0 00:00:00:00:00:00:00:00",
        "smtpd_relay_restrictions in main.cf and master.cf, sendmail.mc",
        "main.rs src/lib.rs README.md Cargo.toml setup.py configure.ac spf_check.py index.md TEST.sh",
        "4.98.dev v1.2.3.dev Version: 8.17.1.9, version 8.17.1.9",
        "BODY.PEEK[1.2.MIME] BODY[1.2.HEADER.FIELDS.NOT (X)] BINARY.PEEK[1]<0.10> BINARY.SIZE[1.2] 1.2.TEXT",
        "100% 50%25 %40 a%20b %zz a%b 5%@ %",
        "F2 connects: mx1.example.org:25, jo@example.org, @9.9.9.9, @https://dns.quad9.net/dns-query",
        "127.0.0.1 ::1 0.0.0.0 :: localhost",
        "user@ @ a@-b foo.. e.g. i.e. co.uk",
        "Gmail (gmail.com) wants SPF or DKIM",
        "user7@domain3.example host1.domain1.example 203.0.113.9 3fff::2",
        "smtp.mailfrom header.d header.from",
        "user@domain user@example.org name@host <local-part@domain>. imap://user@host/… \"jo smith\"@host",
        "AGpvAHNlY3JldDEyMw== dXNlcjFAZG9tYWluMS5leGFtcGxl internationalization Disposition1 authenticate",
    ] {
        assert_eq!(veiled(text), text);
    }
}

#[test]
fn what_ends_like_a_file_is_a_host_all_the_same() {
    for (text, wanted) in [
        ("firma.rs FIRMA.RS notes.md a.zip", "domain1.example domain1.example domain2.example domain3.example"),
        ("mx.main.rs", "host1.domain1.example"),
        ("163.com 1.163.com", "domain1.example host1.domain1.example"),
        ("main.rs, jo@main.rs", "domain1.example, user1@domain1.example"),
        ("https://firma.sh/main.sh", "https://domain1.example/main.sh"),
        ("Sendmail 8.17.1.9", "Sendmail 203.0.113.1"),
    ] {
        assert_eq!(veiled(text), wanted, "{text}");
    }
    let mut pseudonyms = Pseudonyms::default();
    pseudonyms.know("main.rs");
    assert_eq!(pseudonyms.veil("connecting to main.rs:25"), "connecting to domain1.example:25");
}

#[test]
fn the_same_original_has_the_same_pseudonym_for_good() {
    let mut pseudonyms = Pseudonyms::default();
    assert_eq!(pseudonyms.veil("b.de 10.0.0.1 x@b.de"), "domain1.example 203.0.113.1 user1@domain1.example");
    assert_eq!(pseudonyms.veil("a.de 10.0.0.2 y@a.de"), "domain2.example 203.0.113.2 user2@domain2.example");
    assert_eq!(pseudonyms.veil("X@B.DE 10.0.0.1 b.de"), "user1@domain1.example 203.0.113.1 domain1.example");
    for number in 3..=300 {
        pseudonyms.veil(&format!("10.0.{}.{}", number / 256, number % 256));
    }
    assert_eq!(pseudonyms.veil("10.0.1.44"), "198.18.1.44");
    let reverse = format!("5.2.{}8.b.d.0.0.0.a.2.ip6.arpa", "0.".repeat(22));
    let wanted = format!("1.{}f.f.f.3.ip6.arpa", "0.".repeat(27));
    assert_eq!((pseudonyms.veil(&reverse), pseudonyms.veil("2a00:db8::25")), (wanted.into(), "3fff::1".into()));
}

#[test]
fn octets_that_are_no_text_stay_as_they_are() {
    let mut pseudonyms = Pseudonyms::default();
    let veiled = pseudonyms.veil_octets(b"\xff\xfe mx.firma.de\x80 \xc3");
    assert_eq!(&*veiled, b"\xff\xfe host1.domain1.example\x80 \xc3");
}

#[test]
fn base64_stands_for_the_text_with_pseudonyms() {
    let encode = |text: &str| transfer::to_base64(text.as_bytes());
    let inner = encode("n,a=alice@firma.de,");
    let veiled_inner = encode("n,a=user1@domain1.example,");
    for (said, wanted) in [
        ("n,,n=alice@firma.de,r=abcdefgh", "n,,n=user1@domain1.example,r=abcdefgh"),
        ("hans.mueller@firma.de", "user1@domain1.example"),
        ("<1896.6971@10.20.30.40>", "<user1@203.0.113.1>"),
        ("\0jo@firma.de\0secret", "\0user1@domain1.example\0secret"),
        (&format!("c={inner},r=abc,p=def"), &format!("c={veiled_inner},r=abc,p=def")),
    ] {
        for (before, after) in [("", ""), ("AUTH X ", "\r\n"), ("◀   334 ", ""), ("initial=", ", "), ("\"", "\"")] {
            let text = format!("{before}{}{after}", encode(said));
            assert_eq!(veiled(&text), format!("{before}{}{after}", encode(wanted)), "{said:?} in {text}");
            // A word that needs no padding has it.
            let needs = encode(said).ends_with('=');
            let trimmed = |word: String| if needs { word.trim_end_matches('=').to_owned() } else { word };
            let bare = |text: &str| format!("{before}{}{after}", trimmed(encode(text)));
            assert_eq!(veiled(&bare(said)), bare(wanted), "{said:?} without padding");
            let (said, wanted) = (format!("~~>{said}"), format!("~~>{wanted}"));
            for is_padded in [true, false] {
                let url = |text: &str| {
                    let word = encode(text).replace('+', "-").replace('/', "_");
                    format!("{before}{}{after}", if is_padded { word } else { trimmed(word) })
                };
                assert!(url(&said).contains("fn4-"), "{}", url(&said));
                assert_eq!(veiled(&url(&said)), url(&wanted), "{said:?} for URLs");
            }
        }
    }
    // What is cut or goes on is not base64 of anything.
    let whole = encode("hans.mueller@firma.de");
    for text in [whole[1..].to_owned(), format!("A{whole}")] {
        assert_eq!(veiled(&text), text);
    }
    assert_eq!(
        veiled("aGFucy5tdWVsbGVyQGZpcm1hLmRl jo@firma.de"),
        format!("{} user2@domain1.example", encode("user1@domain1.example"))
    );
}

#[test]
fn percent_escapes_stand_for_the_text_with_pseudonyms() {
    for (text, wanted) in [
        ("jo%40firma.de", "user1%40domain1.example"),
        ("https://firma.de/?u=jo%40firma.de&x=1", "https://domain1.example/?u=user1%40domain1.example&x=1"),
        ("imap://jo%40firma.de@mx.firma.de/INBOX", "imap://user1%40domain1.example@host1.domain1.example/INBOX"),
        ("%3Cjo%2btag%40firma.de%3E", "%3Cuser1%40domain1.example%3E"),
        ("am9AZmlybWEuZGU%3D", "dXNlcjFAZG9tYWluMS5leGFtcGxl"),
        (
            "jo%40firma.de jo@firma.de am9AZmlybWEuZGU am9AZmlybWEuZGU=",
            "user1%40domain1.example user1@domain1.example dXNlcjFAZG9tYWluMS5leGFtcGxl dXNlcjFAZG9tYWluMS5leGFtcGxl",
        ),
        ("jo%firma.de@a.de", "user1@domain1.example"),
        ("%{i}._spf.firma.de", "%{i}._spf.domain1.example"),
    ] {
        assert_eq!(veiled(text), wanted, "{text}");
    }
}

/// Steps grow with the text, not with its square: a run of each sort, long enough that a square would not end.
#[test]
fn hostile_text_ends() {
    for unit in [
        "a",
        "a.",
        "1:",
        "\"",
        "@",
        "a@",
        "::",
        "NIL \"",
        "a=",
        "1.2.3.4.",
        "ä",
        "+",
        "AAAA=",
        "YUBi",
        "a@b@",
        "%",
        "%41",
        "a%40",
        "11:",
        "-",
        "a-",
        "user ",
        "USER a@b ",
        "<a",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        Pseudonyms::default().veil(&text);
    }
}

#[test]
fn a_pseudonym_of_what_is_no_address_is_its_own() {
    let mut pseudonyms = Pseudonyms::default();
    let once = pseudonyms.veil("jo@jo@").into_owned();
    assert_eq!(pseudonyms.veil(&once), once);
}

proptest! {
    #[test]
    fn a_pseudonym_is_its_own(
        words in proptest::collection::vec(
            "[a-z]{1,3}@?[a-z.]{0,9}|(jo@)?firma\\.de|10\\.[0-9]\\.0\\.1|2a00::[0-9]|\"x\"@a\\.de|(USER|user|VRFY) (jo|x|user1)|\
             <(jo|user[1-3])>|user[1-3]@a\\.de|(x@)?main\\.rs|jo%40[a-z]{1,3}\\.de|am8=?|am9AZmlybWEuZGU=?|(0[0-3]:){8}01|n=jo,",
            0..9,
        ),
    ) {
        let text = words.join(" ");
        let mut pseudonyms = Pseudonyms::default();
        let once = pseudonyms.veil(&text).into_owned();
        prop_assert_eq!(pseudonyms.veil(&once).into_owned(), once);
    }

    #[test]
    fn no_original_is_left(
        before in "[ <(\\[,;='\"]{0,2}",
        after in "[ >)\\],;'\"]{0,2}",
        user in "[a-z]{4,8}",
        host in "[a-z]{5,8}",
    ) {
        let text = format!("{before}{user}@mail.{host}.de{after} {host}.de 10.7.8.9");
        let out = veiled(&text);
        prop_assert!(!out.contains(&format!("{host}.de")) && !out.contains("10.7.8.9"), "{}", out);
        prop_assert!(!out.contains(&format!("{user}@")), "{}", out);
    }

    #[test]
    fn any_octets_are_read(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        Pseudonyms::default().veil_octets(&octets);
    }
}
