use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};

use super::*;

/// 2026-11-21T00:00:00Z, when every test is.
const NOW: i64 = 1_795_219_200;

/// `O=Old, CN=old.example.org`: version 1, RSA of 1024 bits, SHA-1, no names, self-signed.
const OLD: &str = "MIIB1DCCAT0CFDPxlzzBx5H/39kCDH8S3iS7rinNMA0GCSqGSIb3DQEBBQUAMCgxDDAKBgNVBAoMA09sZDEYMBYGA1UEAwwPb2xkLmV4\
    YW1wbGUub3JnMCAXDTI2MTEyMTA3NDYwM1oYDzIxMjYxMDI4MDc0NjAzWjAoMQwwCgYDVQQKDANPbGQxGDAWBgNVBAMMD29sZC5leGFtcGxlLm9yZzCBnzANBg\
    kqhkiG9w0BAQEFAAOBjQAwgYkCgYEAzpwoFjYqDmgMuR3XjhPBuVaR2FhQr0igLx/ObVeolchIcot4ixnm0kSpbJ1EArmjwARpEHbU7xV1NQEr2ohmOvxeZpI9\
    +sxI/jjRw2CAssILV7F4E7qxEMI1orS5tPk1ug3/K/9TZu6AbSHP3Tus8acataDDNmhp54B7CL9soW0CAwEAATANBgkqhkiG9w0BAQUFAAOBgQCYurg/H9bVsx\
    zjXGQ+hps90dIKsEnuI5WHmaVX51Dmxkx66bXsYsVMz171jQop9QqIXhTVOVuZurHtYAur/wbOKgYqw4kEOQvnv8I9CzQwQt8N1MAfFCpJHBfvX5YCMJ2G2yyH\
    4ekLm+d4cGn2GKiaLjiA4Hebi2bgU6EZdq00lA==";

pub(super) fn old() -> Vec<u8> {
    STANDARD.decode(OLD.replace(' ', "")).unwrap()
}

fn params(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 21);
    params.distinguished_name.push(DnType::CommonName, names.first().copied().unwrap_or("nameless"));
    params
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = params(&[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Practice Root");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issued(params: CertificateParams) -> Vec<Vec<u8>> {
    let authority = authority();
    let leaf = params.signed_by(&KeyPair::generate().unwrap(), &authority).unwrap();
    vec![leaf.der().to_vec(), authority.der().to_vec()]
}

fn self_signed(params: CertificateParams) -> Vec<Vec<u8>> {
    vec![params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()]
}

fn report(chain: Vec<Vec<u8>>) -> TlsReport {
    TlsReport {
        version: "TLS 1.3".to_owned(),
        cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
        group: Some("X25519".to_owned()),
        asked_name: "mx1.example.org".to_owned(),
        sni: Some("mx1.example.org".to_owned()),
        alpn: None,
        chain,
        name: Verdict::Good,
        system_trust: Verdict::Good,
        mozilla_trust: Verdict::Good,
        handshake_signature: Verdict::Good,
        judged_at: NOW,
        took: Duration::from_millis(12),
        ..TlsReport::unjudged("")
    }
}

fn bad() -> Verdict {
    Verdict::Bad("unknown issuer".into())
}

#[test]
fn a_right_certificate_has_no_fault() {
    let report = report(issued(params(&["mx1.example.org"])));
    let findings = findings(&report);
    assert!(findings.iter().all(|f| f.severity <= Severity::Note), "{findings:#?}");
    assert_eq!(
        summary(&report),
        "TLS 1.3 X25519 TLS_AES_256_GCM_SHA384 · trusted by this machine · name matches mx1.example.org · 61 days left"
    );
}

#[test]
fn a_root_that_is_known_is_not_missing() {
    let chain = issued(params(&["mx1.example.org"])).into_iter().take(1).collect();
    let untrusted = TlsReport { system_trust: bad(), mozilla_trust: bad(), ..report(chain) };
    let told = |report: &TlsReport| findings(report).iter().any(|finding| finding.says.contains("is missing"));
    assert!(told(&untrusted));
    let (_, leaf) = X509Certificate::from_der(&untrusted.chain[0]).unwrap();
    let roots = vec![leaf.issuer().as_raw().to_vec()];
    assert!(!told(&TlsReport { roots, ..untrusted.clone() }));
}

#[test]
fn every_fault_is_told_for_itself() {
    type Change = fn(&mut TlsReport);
    let named: fn() -> Vec<Vec<u8>> = || issued(params(&["mx1.example.org", "mx2.example.org", "192.0.2.1"]));
    let dated = |from: i32, to: i32| {
        let mut params = params(&["mx1.example.org"]);
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 12, 1);
        issued(params)
    };
    let purpose = || {
        let mut params = params(&["mx1.example.org"]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        issued(params)
    };
    let with_extension = || {
        let mut params = params(&["mx1.example.org"]);
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55738, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
        issued(params)
    };
    let as_authority = || {
        let mut params = params(&["mx1.example.org"]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self_signed(params)
    };
    let reversed = || {
        let mut chain = named();
        chain.push(self_signed(params(&["other.example"])).remove(0));
        chain
    };
    let none: Change = |_| {};
    let untrusted: Change = |r| (r.system_trust, r.mozilla_trust) = (bad(), bad());
    for (case, chain, change, severity, part, short) in [
        ("empty", Vec::new(), none, Severity::Fault, "no certificate", "trusted"),
        ("garbage", vec![b"\x30\x03abc".to_vec()], none, Severity::Fault, "cannot be read", "trusted"),
        (
            "name",
            named(),
            (|r| r.name = bad()) as Change,
            Severity::Fault,
            "not for mx1.example.org: it is for mx1.example.org, mx2.example.org, IP 192.0.2.1",
            "name does not match mx1.example.org",
        ),
        ("no name", self_signed(params(&[])), none, Severity::Fault, "no subject alternative name", "left"),
        (
            "expired",
            dated(2024, 2025),
            none,
            Severity::Fault,
            "has expired: expired 355 days ago",
            "expired 355 days ago",
        ),
        ("young", dated(2027, 2028), none, Severity::Fault, "not valid yet: valid in 41 days", "valid in 41 days"),
        ("odd dates", dated(2027, 2025), none, Severity::Fault, "ends before it begins", "valid in 41 days"),
        ("soon", dated(2026, 2026), none, Severity::Warning, "ends soon: 10 days left", "10 days left"),
        ("root", named(), none, Severity::Note, "holds its root, CN=Practice Root", "trusted by this machine"),
        ("untrusted", named(), untrusted, Severity::Fault, "not trusted by this machine, nor", "· not trusted ·"),
        (
            "mozilla only",
            named(),
            |r| r.system_trust = bad(),
            Severity::Warning,
            "not by this machine: unknown issuer",
            "trusted by Mozilla's list, not by this machine",
        ),
        (
            "machine only",
            named(),
            |r| r.mozilla_trust = bad(),
            Severity::Note,
            "not by Mozilla's list: unknown issuer",
            "trusted by this machine",
        ),
        (
            "unknown trust",
            named(),
            |r| {
                r.system_trust = Verdict::Unknown("the store is empty".to_owned());
                r.mozilla_trust = Verdict::Unknown("no".to_owned());
            },
            Severity::Fault,
            "could not be checked: the store is empty",
            "trust unknown",
        ),
        (
            "missing issuer",
            issued(params(&["mx1.example.org"])).into_iter().take(1).collect(),
            untrusted,
            Severity::Fault,
            "issuer is missing: CN=Practice Root signed it",
            "not trusted",
        ),
        (
            "critical extension",
            with_extension(),
            untrusted,
            Severity::Fault,
            "a critical extension that nobody knows: 1.3.6.1.4.1.55738.1",
            "not trusted",
        ),
        ("disorder", reversed(), none, Severity::Warning, "certificate 3 of the chain did not issue", "trusted"),
        (
            "self-signed",
            self_signed(params(&["mx1.example.org"])),
            untrusted,
            Severity::Fault,
            "is self-signed",
            "· self-signed ·",
        ),
        ("authority", as_authority(), none, Severity::Warning, "authority's certificate", "trusted"),
        ("purpose", purpose(), none, Severity::Fault, "not meant for TLS servers", "trusted"),
        ("old: version", vec![old()], untrusted, Severity::Fault, "X.509 version 1", "self-signed"),
        ("old: key", vec![old()], none, Severity::Fault, "RSA key has 1024 bits", "trusted"),
        ("old: hash", vec![old()], none, Severity::Fault, "signed with SHA-1", "trusted"),
        ("old: name", vec![old()], none, Severity::Fault, "its common name old.example.org does not count", "trusted"),
        (
            "signature",
            named(),
            |r| r.handshake_signature = bad(),
            Severity::Fault,
            "not signed with the certificate's key",
            "handshake signature wrong",
        ),
        (
            "signature unknown",
            named(),
            |r| r.handshake_signature = Verdict::Unknown("key too small".to_owned()),
            Severity::Warning,
            "could not be checked: key too small",
            "handshake signature not checked",
        ),
    ] {
        let mut report = report(chain);
        change(&mut report);
        let findings = findings(&report);
        let found = findings.iter().find(|f| f.says.contains(part));
        let found = found.unwrap_or_else(|| panic!("{case}: {findings:#?}"));
        assert_eq!(found.severity, severity, "{case}");
        assert!(!found.next.is_empty(), "{case}");
        assert!(!found.says.ends_with('.'), "{case}");
        assert!(summary(&report).contains(short), "{case}: {}", summary(&report));
    }
}

#[test]
fn the_detail_is_readable_and_safe() {
    let mut hostile = params(&["mx1.example.org"]);
    hostile.distinguished_name.push(DnType::OrganizationName, "evil\u{1b}[2J\u{202e}");
    let lines = lines(&report(issued(hostile)));
    let text = lines.join("\n");
    for part in [
        "protocol    TLS 1.3",
        "certificate 1 of 2, the server's own",
        "O=evil␛[2J<U+202E>",
        "  name        mx1.example.org",
        "  issuer      CN=Practice Root",
        "  valid until 2027-01-21T00:00:00Z (61 days left)",
        "  key         EC prime256v1, 256 bits",
        "  signed with ecdsa-with-SHA256",
        "  SHA-256     ",
        "X.509 v3, certificate authority",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let fingerprint = lines.iter().find_map(|line| line.strip_prefix("  SHA-256     ")).unwrap();
    assert_eq!(fingerprint.len(), 32 * 3 - 1);
    let text = super::lines(&report(vec![old()])).join("\n");
    assert!(text.contains("RSA, 1024 bits") && text.contains("X.509 v1"), "{text}");
}

proptest! {
    #[test]
    fn spoilt_certificates_are_told_without_a_panic(at in 0usize..2000, octet in any::<u8>(), cut in 0usize..2000) {
        let mut der = old();
        let length = der.len();
        der[at % length] = octet;
        if cut < length {
            der.truncate(cut);
        }
        let report = report(vec![der.clone(), der]);
        prop_assert!(!findings(&report).is_empty());
        prop_assert!(!lines(&report).is_empty());
        prop_assert!(summary(&report).starts_with("TLS 1.3"));
    }
}

/// A certificate or an OCSP response made by OpenSSL, in DER.
pub(in crate::diagnosis) fn sample(name: &str) -> Vec<u8> {
    let text = match name {
        "leaf" => include_str!("../../../tests/certificates/leaf.txt"),
        "intermediate" => include_str!("../../../tests/certificates/intermediate.txt"),
        "good" => include_str!("../../../tests/certificates/good.txt"),
        "revoked" => include_str!("../../../tests/certificates/revoked.txt"),
        other => panic!("{other}"),
    };
    STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap()
}

#[test]
fn all_that_a_certificate_says() {
    let text = certificate_lines(&sample("leaf"), 1_795_284_000).join("\n");
    for part in [
        "subject     CN=mx.example.org",
        "name        *.example.org",
        "name        xn--bcher-kva.example (bücher.example)",
        "name        IP 127.0.0.1",
        "name        mail a@example.org",
        "(SmtpUTF8Mailbox)",
        "issuer      O=Test, CN=Test Intermediate",
        "(89 days left)",
        "lasts       91 days; a public authority may give it 200",
        "key         RSA, 2048 bits, exponent 65537",
        "signed with sha256WithRSAEncryption",
        "constraints no authority",
        "key usage   digitalSignature (signs handshakes), keyEncipherment (RSA key exchange)",
        "purpose     TLS servers (serverAuth)",
        "issuer at   http://127.0.0.1:24290/int.der",
        "OCSP        http://127.0.0.1:24291/",
        "CRL         URI http://127.0.0.1:24290/x.crl",
        "policy      2.23.140.1.2.1 domain validated (DV)",
        "feature     an OCSP response must come with it (must-staple",
        "pin         sha256//",
        "TLSA        3 1 1 ",
        "TLSA        3 0 1 ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let text = certificate_lines(&sample("intermediate"), NOW).join("\n");
    for part in [
        "constraints authority, for servers' certificates only (path length 0) (critical)",
        "TLSA        2 1 1 ",
        "X.509 v3, certificate authority",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("a public authority may"), "{text}");
}

#[test]
fn logs_and_constraints_are_told() {
    let mut with = params(&["mx1.example.org"]);
    with.is_ca = IsCa::Ca(BasicConstraints::Constrained(2));
    with.name_constraints = Some(rcgen::NameConstraints {
        permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName(".example.org".to_owned())],
        excluded_subtrees: vec![rcgen::GeneralSubtree::DnsName("bad.example.org".to_owned())],
    });
    let mailbox = rcgen::SanType::OtherName((vec![1, 3, 6, 1, 5, 5, 7, 8, 9], "jö@example.org".into()));
    with.subject_alt_names.push(mailbox);
    // One promise of a log: its version, its id, 2026-11-20T00:00:00Z in milliseconds, no extensions, a signature.
    let mut stamp = vec![0];
    stamp.extend([0xab; 32]);
    stamp.extend(1_795_132_800_000u64.to_be_bytes());
    stamp.extend([0, 0, 4, 3, 0, 2, 1, 2]);
    let mut list = u16::try_from(stamp.len()).unwrap().to_be_bytes().to_vec();
    list.extend(stamp);
    let mut content = vec![0x04, u8::try_from(list.len() + 2).unwrap()];
    content.extend(u16::try_from(list.len()).unwrap().to_be_bytes());
    content.extend(list);
    with.custom_extensions.push(rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2], content));
    let text = certificate_lines(&self_signed(with)[0], NOW).join("\n");
    for part in [
        "name        mail jö@example.org (SmtpUTF8Mailbox)",
        "SCT         2026-11-20T00:00:00Z log ABABAB",
        "for names   only .example.org",
        "for names   not bad.example.org",
        "constraints authority, with up to 2 others below it",
        "issuer      CN=mx1.example.org (itself)",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn text_that_other_programs_read() {
    let text = pem(&sample("leaf"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], *lines.last().unwrap()), ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"));
    assert!(lines[1..lines.len() - 2].iter().all(|line| line.len() == 64), "{text}");
    let inside: String = lines[1..lines.len() - 1].concat();
    assert_eq!(STANDARD.decode(inside).unwrap(), sample("leaf"));
}

#[test]
fn issuers_in_what_was_fetched() {
    let (leaf, issuer) = (sample("leaf"), sample("intermediate"));
    assert_eq!(issuer_url(&leaf).as_deref(), Some("http://127.0.0.1:24290/int.der"));
    let text = pem(&issuer);
    for document in [issuer.as_slice(), text.as_bytes()] {
        assert_eq!(issuer_in(document, &leaf), Ok(issuer.clone()));
    }
    for (document, part) in [
        (leaf.as_slice(), "is another: CN=mx.example.org"),
        (b"<html>not found</html>", "is no certificate"),
        (b"", "is no certificate"),
    ] {
        let error = issuer_in(document, &leaf).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let mut report = report(vec![leaf.clone()]);
    assert_eq!(unissued(&report), None);
    (report.system_trust, report.mozilla_trust) = (bad(), bad());
    assert_eq!(unissued(&report), Some(leaf.as_slice()));
    report.chain = vec![old()];
    assert_eq!(unissued(&report), None, "it is its own issuer");
}

#[test]
fn certificates_cut_anywhere_are_told_without_a_panic() {
    for whole in [sample("leaf"), sample("intermediate"), old()] {
        for length in 0..whole.len() {
            let cut = whole[..length].to_vec();
            assert!(certificate_lines(&cut, NOW)[0].starts_with("unreadable"), "{length}");
            let report = report(vec![whole.clone(), cut]);
            let findings = findings(&report);
            assert!(findings.iter().any(|f| f.says.contains("certificate 2 of the chain cannot be read")), "{length}");
        }
    }
}
