use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use ring::digest::{SHA256, SHA512, digest};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::*;
use crate::diagnosis::finding::Severity;
use crate::protocol::text::transfer::base64;

/// 2026-11-21T00:00:00Z, when every test is.
const NOW: i64 = 1_795_219_200;

/// The certificate of RFC 6698 appendix C.
const EXAMPLE: &str = "MIIEVDCCArwCCQCrWNJOd60q9jANBgkqhkiG9w0BAQUFADBsMQswCQYDVQQGEwJOTDEWMBQGA1UECBMNTm9vcmQtSG9sbGFuZDESMBAGA1UEBx\
    MJQW1zdGVyZGFtMQwwCgYDVQQKEwNPUzMxIzAhBgNVBAMTGmRhbmUua2lldi5wcmFjdGljdW0ub3MzLm5sMB4XDTEyMDExNjE2NTcwM1oXDTIy\
    MDExMzE2NTcwM1owbDELMAkGA1UEBhMCTkwxFjAUBgNVBAgTDU5vb3JkLUhvbGxhbmQxEjAQBgNVBAcTCUFtc3RlcmRhbTEMMAoGA1UEChMDT1\
    MzMSMwIQYDVQQDExpkYW5lLmtpZXYucHJhY3RpY3VtLm9zMy5ubDCCAaIwDQYJKoZIhvcNAQEBBQADggGPADCCAYoCggGBAOYshKWv5Z8KKmsl\
    De5oesjFxgT1fSbOshGRQP+sOMS5y76JIwguf4Fia2rV3qDIdxx048qn9hMFSu+jZz5I/+R7P3r5h94oGmgjCyS52hqY3L5RGVtg5C/XUXwyjZ\
    g+JqgnyHerkU7kwb/erUi9Jb5fLEc7qcHLvd2gw3TQ1Yw4nMPW2MIGYuGc92jzJEG399FK6olmznwyoXIqs4Yj0AgCmp5HAog/i5d6Gh5Skr+K\
    1yI51AOTN7hqOsYPoAEpBFIXe/F5hgmgWhMPAzRXpSEmKfvduOcOKp5lVoc8T3ykauSosXjwX7MZAF4cHH1L1336NANVY8EmqiwzKLkA55kKyX\
    h/AdqC90w9S2Z0zOzh/Uxu+eZkT0Y17e2jnYsOL3yOBtrndWITvT1ggxF1vikEQrSvxa5vRrdphVoGfBCX5heWJSnhZvIq7hDduYG4zW/xfT1w\
    cjFpA42/vBpEnI0NMbxoPF884mFI5C7Ju9TZ8mFWmyW1PB1/wt3/a0ysBQIDAQABMA0GCSqGSIb3DQEBBQUAA4IBgQArKr4GPpyGrEofeDU3IJ\
    EHnIJ2qcLF0exXZN5SP92r3qs/005v5sugVFgKZ4WmY1ldkBMrk9Rzkp6B+giH0v/3ioHH0BS5d3irasnl5pD29anpK7X7q3G4V65ptuGL3MsL\
    pvzZ1LCEo082NRSMSV1I/mNZA7iI7B3rJhBUjt1I1j+GUTpFYkaYMUjA1duC1zpMNQpCu2YddjQw/GyOX50T6ht2qlKkw1jl6gQAD3lGGDA6ts\
    7qTpqOnHTXPBsLe68W3t52lrXi8gb3dxAPVyfhaE1BMvXmkvR69nVuqLQhAAvgMbXY8CIOQ2tR+xVP6VlTM8E6JAP53gjl3cWiL9YYLjOVk+Jj\
    dEUCILwU8+QP8z8IRSawnDQlBwLoo1KzMszLD53izysziCO5KvxhwLa4q9ta9xjtjdqXwpjka4KgGxSBSGjPpPLDYmi//0pZH0Jli/dZGJAtPk\
    Jt/h1f8PxqISBx9tqL2DP+LlYNh3dejukzPAW2+461ZYnZENteqQM=";

fn params(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 21);
    params.distinguished_name.push(DnType::CommonName, names.first().copied().unwrap_or("mx1.example.org"));
    params
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = params(&[]);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server's certificate and that of its authority.
fn issued(params: CertificateParams) -> Vec<Vec<u8>> {
    let authority = authority("Practice Root");
    let leaf = params.signed_by(&KeyPair::generate().unwrap(), &authority).unwrap();
    vec![leaf.der().to_vec(), authority.der().to_vec()]
}

/// The record of this certificate.
fn record(usage: u8, selector: u8, matching: u8, der: &[u8]) -> Tlsa {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    let selected = if selector == 0 { der } else { certificate.public_key().raw };
    let data = match matching {
        1 => digest(&SHA256, selected).as_ref().to_vec(),
        2 => digest(&SHA512, selected).as_ref().to_vec(),
        _ => selected.to_vec(),
    };
    Tlsa { usage, selector, matching, data }
}

fn server(chain: &[Vec<u8>]) -> Server<'_> {
    Server { host: "mx1.example.org", port: 25, next_hop: Some("example.org"), chain: Some(chain), now: NOW }
}

fn standing(record: &Tlsa, chain: &[Vec<u8>]) -> Standing {
    judge(std::slice::from_ref(record), Dnssec::Secure, &server(chain)).records.remove(0).standing
}

#[test]
fn records_in_presentation_format() {
    for (text, expect) in [
        ("3 1 1 aabb", Ok("3 1 1 aabb")),
        (" 2 0 1 ( AABB\n\tcc dd )", Ok("2 0 1 aabbccdd")),
        ("255 255 255 00", Ok("255 255 255 00")),
        ("", Err((0, "certificate usage"))),
        ("3", Err((1, "selector"))),
        ("3 1", Err((3, "matching type"))),
        ("3 1 1", Err((5, "data is missing"))),
        ("256 1 1 aa", Err((0, "certificate usage"))),
        ("3 x 1 aa", Err((2, "selector"))),
        ("3 1 1aa", Err((4, "matching type"))),
        ("3 1 1 aag0", Err((8, "not a hexadecimal digit"))),
        ("3 1 1 aab", Err((9, "one digit only"))),
        ("99999999999999999999 1 1 aa", Err((0, "certificate usage"))),
    ] {
        match (Tlsa::parse(text), expect) {
            (Ok(record), Ok(expect)) => assert_eq!(record.to_string(), expect, "{text}"),
            (Err(error), Err((at, part))) => {
                assert_eq!(error.at, at, "{text}");
                assert!(error.reason.contains(part), "{text}: {error:?}");
            }
            (got, _) => panic!("{text}: {got:?}"),
        }
    }
    let long = format!("3 0 0 {}", "aa".repeat(70_000));
    assert_eq!(Tlsa::parse(&long).unwrap_err().reason, "more data than a record can hold");
    let line = Tlsa::parse("3 1 1 AABB").unwrap().zone_line("_25._tcp.mx1.example.org");
    assert_eq!(line, "_25._tcp.mx1.example.org. IN TLSA 3 1 1 aabb");
}

/// RFC 6698 appendix C.
#[test]
fn the_examples_of_the_rfc() {
    let der = base64(EXAMPLE.as_bytes()).octets;
    for text in [
        "3 0 1 EFDDF0D915C7BDC5782C0881E1B2A95AD099FBDD06D7B1F77982D9364338D955",
        "3 0 2 81EE7F6C0ECC6B09B7785A9418F54432DE630DD54DC6EE9E3C49DE547708D236D4C413C3E97E44F969E635958AA410495844127C04\
         883503E5B024CF7A8F6A94",
        "3 1 1 8755CDAA8FE24EF16CC0F2C918063185E433FAAF1415664911D9E30A924138C4",
        "3 1 2 D43165B4CDF8F8660AECCCC5344D9D9AE45FFD7E6AAB7AB9EEC169B58E11F227ED90C17330CC17B5CCEF0390066008C720CEC6AAE5\
         33A934B3A2D7E232C94AB4",
    ] {
        let record = Tlsa::parse(text).unwrap();
        let chain = vec![der.clone()];
        assert_eq!(standing(&record, &chain), Standing::Match, "{text}");
    }
    assert_eq!(standing(&record(3, 0, 0, &der), std::slice::from_ref(&der)), Standing::Match);
    assert_eq!(standing(&record(3, 1, 0, &der), &[der]), Standing::Match);
}

/// RFC 7672 §3.1.1: neither names nor dates matter.
#[test]
fn the_servers_own_certificate() {
    let mut odd = params(&["other.example"]);
    odd.not_after = date_time_ymd(2026, 2, 1);
    let chain = issued(odd);
    for (selector, matching) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        assert_eq!(
            standing(&record(3, selector, matching, &chain[0]), &chain),
            Standing::Match,
            "{selector} {matching}"
        );
        let other = record(3, selector, matching, &chain[1]);
        assert_eq!(standing(&other, &chain), Standing::Mismatch(Mismatch::Other), "the leaf alone counts");
    }
}

/// RFC 7672 §3.1.2, §3.2.2, §3.2.3.
#[test]
fn the_authority_of_the_server() {
    let names = |list: &[&str]| Mismatch::Names(list.iter().map(|name| (*name).to_owned()).collect());
    let mut expired = params(&["mx1.example.org"]);
    expired.not_after = date_time_ymd(2026, 2, 1);
    for (case, params, expect) in [
        ("host", params(&["mx1.example.org"]), None),
        ("next hop", params(&["example.org"]), None),
        ("wildcard", params(&["*.example.org"]), None),
        ("among others", params(&["a.example", "MX1.example.org"]), None),
        ("common name", params(&[]), None),
        ("other name", params(&["mx2.example.org"]), Some(names(&["mx2.example.org"]))),
        ("wildcard of the parent", params(&["*.org"]), None),
    ] {
        let chain = issued(params);
        // *.org covers example.org, the next hop, and not the exchange.
        let standing = standing(&record(2, 0, 1, &chain[1]), &chain);
        assert_eq!(standing, expect.map_or(Standing::Match, Standing::Mismatch), "{case}");
    }
    let chain = issued(expired);
    let late = standing(&record(2, 1, 2, &chain[1]), &chain);
    assert!(matches!(&late, Standing::Mismatch(Mismatch::Dates(why)) if why.contains("to 2026-02-01")), "{late:?}");
    let chain = issued(params(&["mx1.example.org"]));
    let authority = record(2, 0, 1, &chain[1]);
    assert_eq!(standing(&authority, &chain[..1]), Standing::Mismatch(Mismatch::NotInChain));
    let stranger = [chain[0].clone(), authority_der()];
    let unsigned = standing(&record(2, 0, 1, &stranger[1]), &stranger);
    assert!(
        matches!(&unsigned, Standing::Mismatch(Mismatch::Path(why)) if why.contains("nothing in the chain")),
        "{unsigned:?}"
    );
    // The whole certificate or key in the record stands in for the one that is not sent.
    assert_eq!(standing(&record(2, 0, 0, &chain[1]), &chain[..1]), Standing::Match);
    assert_eq!(standing(&record(2, 1, 0, &chain[1]), &chain[..1]), Standing::Match);
    assert_eq!(standing(&record(2, 0, 0, &stranger[1]), &chain[..1]), Standing::Mismatch(Mismatch::NotInChain));
    // Disorder in the chain does no harm.
    let disorder = [chain[0].clone(), authority_der(), chain[1].clone()];
    assert_eq!(standing(&authority, &disorder), Standing::Match);
    let server = Server { next_hop: None, ..server(&chain) };
    assert_eq!(judge(&[authority], Dnssec::Secure, &server).verdict, Verdict::Authenticated);
}

fn authority_der() -> Vec<u8> {
    authority("Practice Root").der().to_vec()
}

#[test]
fn what_issues_must_be_an_authority() {
    let root = authority("Practice Root");
    let mut middle = params(&[]);
    middle.distinguished_name.push(DnType::CommonName, "Middle");
    let key = KeyPair::generate().unwrap();
    let middle_der = middle.clone().signed_by(&key, &root).unwrap().der().to_vec();
    let leaf = params(&["mx1.example.org"])
        .signed_by(&KeyPair::generate().unwrap(), &rcgen::Issuer::new(middle, key))
        .unwrap();
    let chain = vec![leaf.der().to_vec(), middle_der.clone(), root.der().to_vec()];
    let above = standing(&record(2, 0, 1, root.der()), &chain);
    assert!(
        matches!(&above, Standing::Mismatch(Mismatch::Path(why)) if why.contains("no certificate authority")),
        "{above:?}"
    );
    assert_eq!(standing(&record(2, 0, 1, &middle_der), &chain), Standing::Match, "the record itself makes it one");
}

#[test]
fn records_of_no_use() {
    let chain = issued(params(&["mx1.example.org"]));
    for (text, part) in [
        (format!("0 0 1 {}", "aa".repeat(32)), "usage 0 is not for mail"),
        (format!("1 0 1 {}", "aa".repeat(32)), "usage 1 is not for mail"),
        (format!("4 0 1 {}", "aa".repeat(32)), "usage 4 is not known"),
        (format!("3 2 1 {}", "aa".repeat(32)), "selector 2"),
        (format!("3 1 3 {}", "aa".repeat(32)), "matching type 3"),
        (format!("3 1 1 {}", "aa".repeat(31)), "its hash has 31 octets, and should have 32"),
        (format!("3 1 2 {}", "aa".repeat(32)), "its hash has 32 octets, and should have 64"),
        ("3 0 0 aabb".to_owned(), "no certificate"),
        ("3 1 0 aabb".to_owned(), "no public key"),
    ] {
        let record = Tlsa::parse(&text).unwrap();
        assert!(matches!(standing(&record, &chain), Standing::Unusable(why) if why.contains(part)), "{text}");
    }
}

#[test]
fn records_together() {
    let chain = issued(params(&["mx1.example.org"]));
    let good = record(3, 1, 1, &chain[0]);
    let other = record(3, 1, 1, &chain[1]);
    let strong = record(3, 1, 2, &chain[1]);
    let useless = Tlsa { usage: 1, ..good.clone() };
    for (records, dnssec, verdict, severity, part) in [
        (vec![], Dnssec::Secure, Verdict::NotApplicable, Severity::Note, "no TLSA record stands at _25._tcp.mx1"),
        (vec![good.clone()], Dnssec::Insecure, Verdict::NotApplicable, Severity::Warning, "not signed by DNSSEC"),
        (
            vec![good.clone()],
            Dnssec::Bogus,
            Verdict::Bogus,
            Severity::Fault,
            "DNSSEC of _25._tcp.mx1.example.org is broken",
        ),
        (vec![good.clone()], Dnssec::Secure, Verdict::Authenticated, Severity::Good, "vouches for the certificate"),
        (
            vec![other.clone(), good.clone()],
            Dnssec::Secure,
            Verdict::Authenticated,
            Severity::Note,
            "an old one or the next",
        ),
        (
            vec![other.clone()],
            Dnssec::Secure,
            Verdict::Refused,
            Severity::Fault,
            "senders that know DANE deliver nothing",
        ),
        (vec![useless.clone()], Dnssec::Secure, Verdict::Unusable, Severity::Warning, "do not check who answers"),
        (vec![useless, good.clone()], Dnssec::Secure, Verdict::Authenticated, Severity::Warning, "is of no use"),
        // RFC 7671 §9: the stronger hash alone counts.
        (vec![good.clone(), strong], Dnssec::Secure, Verdict::Refused, Severity::Note, "passed over"),
        (
            vec![record(3, 0, 1, &chain[0])],
            Dnssec::Secure,
            Verdict::Authenticated,
            Severity::Note,
            "each renewal needs a new one",
        ),
        (
            vec![record(3, 1, 0, &chain[0])],
            Dnssec::Secure,
            Verdict::Authenticated,
            Severity::Note,
            "holds all its data",
        ),
    ] {
        let dane = judge(&records, dnssec, &server(&chain));
        assert_eq!(dane.verdict, verdict, "{records:?}");
        let found = dane.findings.iter().find(|finding| finding.says.contains(part));
        assert_eq!(found.map(|finding| finding.severity), Some(severity), "{part}: {:#?}", dane.findings);
        assert_eq!(dane.recommended.as_ref(), Some(&good));
    }
    let refused = judge(std::slice::from_ref(&other), Dnssec::Secure, &server(&chain));
    assert!(
        refused.findings[0].next.ends_with(&good.zone_line("_25._tcp.mx1.example.org")),
        "{:?}",
        refused.findings[0]
    );
    let waiting = judge(std::slice::from_ref(&other), Dnssec::Secure, &Server { chain: None, ..server(&chain) });
    assert_eq!((waiting.verdict, waiting.recommended), (Verdict::Waiting, None));
    let garbage = vec![b"\x30\x03abc".to_vec()];
    assert_eq!(judge(&[other], Dnssec::Secure, &server(&garbage)).verdict, Verdict::Refused);
}

#[test]
fn every_number_is_explained() {
    let rows = Tlsa::parse("3 1 1 aabb").unwrap().rows();
    assert!(rows[0].2.starts_with("DANE-EE") && rows[1].2.starts_with("SPKI") && rows[2].2.starts_with("SHA2-256"));
    assert_eq!((rows[3].1.as_str(), rows[3].2.as_str()), ("aabb", "2 octets"));
    let unknown = Tlsa { usage: 9, selector: 9, matching: 9, data: vec![0; 70_000] };
    assert!(unknown.rows().iter().take(3).all(|row| row.2 == "not known") && unknown.to_string().len() < 200);
}

#[test]
fn hostile_sets_are_bounded() {
    let chain = issued(params(&["mx1.example.org"]));
    let many = vec![record(2, 0, 0, &chain[1]); 5000];
    let long: Vec<Vec<u8>> = std::iter::repeat_n(chain[1].clone(), 200).collect();
    let dane = judge(&many, Dnssec::Secure, &server(&long));
    assert_eq!(dane.records.len(), 100);
    let binary: Vec<u8> = (0..=255).cycle().take(65_000).collect();
    assert!(Tlsa { usage: 3, selector: 0, matching: 0, data: binary.clone() }.usable().is_err());
    assert_eq!(judge(&many, Dnssec::Secure, &server(&[binary])).verdict, Verdict::Refused);
}
