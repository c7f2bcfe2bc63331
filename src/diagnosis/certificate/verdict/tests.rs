use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ED25519, date_time_ymd,
};

use super::*;
use crate::diagnosis::tls::{Path, Reason};

/// 2026-11-21T00:00:00Z.
const NOW: i64 = 1_795_219_200;

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn params(common: &str, names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.not_before = date_time_ymd(2026, 11, 1);
    params.not_after = date_time_ymd(2027, 1, 21);
    params.distinguished_name.push(DnType::CommonName, common);
    params
}

fn authority(common: &str) -> CertificateParams {
    let mut params = params(common, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// One whose name is its common name only.
fn authority_alone(common: &str) -> CertificateParams {
    let mut params = authority(common);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    params
}

fn root() -> Issuer {
    CertifiedIssuer::self_signed(authority("Root"), KeyPair::generate().unwrap()).unwrap()
}

fn below(params: CertificateParams, issuer: &Issuer) -> Issuer {
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
}

fn der(issuer: &Issuer) -> Vec<u8> {
    issuer.der().to_vec()
}

/// Root, an authority below it, a server's certificate below that.
fn three() -> [Vec<u8>; 3] {
    let root = root();
    let middle = below(authority("Middle"), &root);
    [der(&below(params("mx", &["mx1.example.org"]), &middle)), der(&middle), der(&root)]
}

fn report(chain: Vec<Vec<u8>>, trusted: bool) -> TlsReport {
    let trust = || if trusted { Verdict::Good } else { Verdict::Bad("no root".into()) };
    TlsReport {
        chain,
        name: Verdict::Good,
        system_trust: trust(),
        mozilla_trust: trust(),
        handshake_signature: Verdict::Good,
        judged_at: NOW,
        took: Duration::ZERO,
        ..TlsReport::unjudged("mx1.example.org")
    }
}

fn of(report: &TlsReport, aspect: Aspect) -> Vec<Finding> {
    verdicts(report).into_iter().find(|judged| judged.aspect == aspect).unwrap().findings
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|found| format!("{}: {}", found.severity.name(), found.says)).collect()
}

#[test]
fn chains_and_what_is_wrong_with_them() {
    let [leaf, middle, top] = three();
    let [stranger, ..] = three();
    let root = root();
    let forger = below(authority("Middle"), &root);
    let layman = below(params("Layman", &["layman.example"]), &root);
    let below_layman = der(&below(params("mx", &["mx1.example.org"]), &layman));
    let mut narrow = authority("Narrow");
    narrow.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let narrow = below(narrow, &root);
    let inner = below(authority("Inner"), &narrow);
    let deep = der(&below(params("mx", &["mx1.example.org"]), &inner));
    let mut mute = authority("Mute");
    mute.key_usages = vec![KeyUsagePurpose::CrlSign];
    let mute = below(mute, &root);
    let below_mute = der(&below(params("mx", &["mx1.example.org"]), &mute));
    let chain = |parts: &[&Vec<u8>]| parts.iter().map(|part| (*part).clone()).collect::<Vec<_>>();
    for (case, chain, trusted, expect) in [
        ("right", chain(&[&leaf, &middle]), true, &["good: 2 certificates in order, each issued by the next"][..]),
        ("short", chain(&[&leaf]), true, &["good: one certificate, issued by one that is trusted"]),
        (
            "missing",
            chain(&[&leaf]),
            false,
            &[
                "fault: the certificate of its issuer is missing: CN=Middle signed it, and the server sends its own only",
            ],
        ),
        (
            "missing above",
            chain(&[&leaf, &middle]),
            false,
            &["warning: CN=Root, which signed certificate 2, is not in the store"],
        ),
        (
            "with its root",
            chain(&[&leaf, &middle, &top]),
            false,
            &["good: 3 certificates in order, each issued by the next", "note: the chain holds its root, CN=Root"],
        ),
        (
            "disorder",
            chain(&[&leaf, &top, &middle]),
            true,
            &["warning: the chain is not in order: it would be as 1, 3, 2", "note: the chain holds its root, CN=Root"],
        ),
        (
            "twice",
            chain(&[&leaf, &leaf, &middle]),
            true,
            &["warning: certificate 2 of the chain is the same as certificate 1"],
        ),
        (
            "stranger",
            chain(&[&leaf, &middle, &stranger]),
            true,
            &[
                "warning: certificate 3 of the chain did not issue the one before it, nor any other that is needed: CN=mx",
            ],
        ),
        (
            "another key",
            chain(&[&leaf, &der(&forger)]),
            true,
            &[
                "fault: certificate 2 of the chain has the name of the issuer of certificate 1, and another key signed that",
            ],
        ),
        (
            "no authority",
            chain(&[&below_layman, &der(&layman)]),
            true,
            &["fault: certificate 2 signs another and is no authority (basic constraints): CN=Layman"],
        ),
        (
            "may not sign",
            chain(&[&below_mute, &der(&mute)]),
            true,
            &["fault: certificate 2 signs another and may not sign certificates (key usage): CN=Mute"],
        ),
        (
            "too deep",
            chain(&[&deep, &der(&inner), &der(&narrow)]),
            true,
            &["fault: certificate 3 allows 0 authorities below it, and there are 1: CN=Narrow"],
        ),
    ] {
        let found = of(&report(chain, trusted), Aspect::Chain);
        assert_eq!(told(&found), expect, "{case}");
    }
    // A signature that is wrong is told alone, whoever trusts the chain.
    let forged = of(&report(vec![leaf.clone(), der(&forger)], false), Aspect::Chain);
    assert_eq!(forged.len(), 1, "{forged:#?}");
    assert!(forged[0].says.ends_with("and another key signed that"), "{forged:#?}");
    let private = of(&report(vec![leaf.clone(), middle], false), Aspect::Chain);
    assert!(
        private[0].next.contains("have it trusted here (SSL_CERT_FILE), servers should not send it"),
        "{private:#?}"
    );
    let many = of(&report(vec![leaf; 40], true), Aspect::Chain);
    assert!(told(&many).contains(&"warning: the server sends 40 certificates".to_owned()), "{many:#?}");
}

#[test]
fn names_that_nearly_fit() {
    for (names, asked, part) in [
        (
            &["*.example.org"][..],
            "example.org",
            "; *.example.org is for what is below example.org, not for that itself",
        ),
        (&["*.example.org"], "a.b.example.org", "; the asterisk in *.example.org stands for one label, and a.b is 2"),
        (&["mx*.example.org"], "mx1.example.org", "the asterisk in mx*.example.org does not count"),
        (&["mail.*.org"], "mail.example.org", "the asterisk in mail.*.org does not count"),
        (&["mx1.example.org"], "192.0.2.25", "; names do not vouch for addresses (RFC 9525 §6.5)"),
        (&["mx1.example.org"], "mx2.example.org", "it is for mx1.example.org"),
        (&["xn--bcher-kva.example"], "mx.example", "it is for xn--bcher-kva.example (bücher.example)"),
    ] {
        let mut report = report(vec![der(&below(params("mx", names), &root()))], true);
        report.asked_name = asked.to_owned();
        report.name = Verdict::Bad("other".into());
        let found = of(&report, Aspect::Name);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Fault);
        assert!(found[0].says.contains(part), "{asked}: {}", found[0].says);
    }
    let mut good = report(vec![der(&below(params("mx", &["*.example.org"]), &root()))], true);
    assert_eq!(told(&of(&good, Aspect::Name)), ["good: the certificate is for mx1.example.org, by *.example.org"]);
    good.name = Verdict::Unknown("no".to_owned());
    assert_eq!(of(&good, Aspect::Name)[0].severity, Severity::Warning);
}

#[test]
fn names_that_one_can_connect_to() {
    for (names, next) in [
        (&["mx2.example.org"][..], "connect to mx2.example.org, or have"),
        (&["192.0.2.1", "mx_1.example.org", "mx2.example.org"], "connect to mx2.example.org, or have"),
        (&["*.example.com", "xn--bcher-kva.example"], "connect to xn--bcher-kva.example, or have"),
        (&["mx2.example.org."], "connect by a name it carries, or have"),
        (&["a..example", ".example"], "connect by a name it carries, or have"),
        (&["MX1.example.org"], "connect by a name it carries, or have"),
        (&["mx2.example.org/x", "mx 2.example"], "connect by a name it carries, or have"),
    ] {
        let mut report = report(vec![der(&below(params("mx", names), &root()))], true);
        report.name = Verdict::Bad("other".into());
        let found = of(&report, Aspect::Name);
        assert!(found[0].next.starts_with(next), "{names:?}: {}", found[0].next);
    }
    // An address that stands as a DNS name.
    let mut params = params("mx", &[]);
    params.subject_alt_names = vec![rcgen::SanType::DnsName("192.0.2.1".try_into().unwrap())];
    let mut report = report(vec![der(&below(params, &root()))], true);
    report.name = Verdict::Bad("other".into());
    assert!(of(&report, Aspect::Name)[0].next.starts_with("connect by a name it carries"));
}

#[test]
fn a_next_step_for_each_reason() {
    let [leaf, ..] = three();
    for (reason, part) in [
        (Reason::Purpose, "for TLS servers (serverAuth)"),
        (Reason::NameConstraints, "that may sign for this name"),
        (Reason::PathLength, "so far below"),
        (Reason::Algorithm, "with SHA-256: see strength"),
        (Reason::NoAuthority, "issued by an authority: see chain"),
        (Reason::AuthorityAsServer, "for the server itself"),
        (Reason::BadSignature, "of the key that signed: see chain"),
        (Reason::CriticalExtension, "without that extension: see form"),
        (Reason::Unreadable, "issued anew: see form"),
        ("path length in words that no advice hangs on".into(), "send the issuer that is missing: see chain"),
        (Reason::Version, "anew as version 3: see form"),
        (Reason::NeverTogether, "valid as long: see dates"),
        (Reason::UnknownIssuer, "send the issuer that is missing: see chain"),
    ] {
        let mut report = report(vec![leaf.clone()], false);
        (report.system_trust, report.mozilla_trust) = (Verdict::Bad(reason.clone()), Verdict::Bad(reason.clone()));
        let why = reason.to_string();
        for aspect in [Aspect::System, Aspect::Mozilla] {
            let found = of(&report, aspect);
            assert!(found[0].next.contains(part), "{why}: {}", found[0].next);
        }
        let together = findings(&report).into_iter().find(|found| found.says.ends_with(&why)).unwrap();
        assert!(together.next.contains(part), "{why}: {}", together.next);
    }
}

#[test]
fn handshakes_that_could_not_be_checked() {
    let unchecked =
        |chain| TlsReport { handshake_signature: Verdict::Unknown("no".to_owned()), ..report(chain, false) };
    let [leaf, ..] = three();
    let mut odd = params("mx", &["mx1.example.org"]);
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55738, 1], vec![5, 0]);
    extension.set_criticality(true);
    odd.custom_extensions = vec![extension];
    let odd = der(&below(odd, &root()));
    let old = crate::diagnosis::certificate::tests::old();
    for (case, der, part) in [
        ("key", leaf, "use a key of a common kind"),
        ("extension", odd, "the certificate itself cannot be read, so its key could not be used: see form"),
        ("version 1", old, "the certificate itself cannot be read, so its key could not be used: see form"),
    ] {
        let found = of(&unchecked(vec![der]), Aspect::Handshake);
        assert!(found[0].next.ends_with(part), "{case}: {}", found[0].next);
    }
}

#[test]
fn the_practice_authority_is_known_here_only() {
    let [leaf, ..] = three();
    let mut report = report(vec![leaf], true);
    report.mozilla_trust = Verdict::Bad("no root".into());
    for (common, says) in [
        ("ehlo practice authority", "trusted here: the practice authority, which only ehlo knows"),
        ("Root", "trusted by this machine"),
    ] {
        let root = CertifiedIssuer::self_signed(authority_alone(common), KeyPair::generate().unwrap()).unwrap();
        let root = der(&root);
        let (_, read) = X509Certificate::from_der(&root).unwrap();
        report.system_path = Some(Path { between: Vec::new(), root: read.subject().as_raw().to_vec() });
        assert_eq!(of(&report, Aspect::System)[0].says, says);
        assert!(findings(&report).iter().any(|found| found.says.starts_with(says)), "{common}");
    }
}

#[test]
fn dates_of_all_of_them() {
    let root = root();
    let mut late = authority("Late");
    (late.not_before, late.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2026, 11, 1));
    let late = below(late, &root);
    let leaf = der(&below(params("mx", &["mx1.example.org"]), &late));
    let valid = "good: the certificate is valid: 61 days left, until 2027-01-21T00:00:00Z";
    let mut early = authority("Early");
    early.not_before = date_time_ymd(2026, 11, 23);
    let early = below(early, &root);
    let below_early = der(&below(params("mx", &["mx1.example.org"]), &early));
    let by = |between: &[&Issuer]| {
        Some(Path { between: between.iter().map(|issuer| der(issuer)).collect(), root: Vec::new() })
    };
    let expired = "certificate 2 of the chain, CN=Late, expired 20 days ago";
    let (replace, leave) =
        ("send the issuer's current certificate in its place", "leave it out: the chain does not need it");
    let clocks = "compare the clocks of this machine and of whoever issued it";
    for (case, chain, system, mozilla, expect, next) in [
        ("no way", [&leaf, &der(&late)], None, None, format!("fault: {expired}"), replace),
        ("on both", [&leaf, &der(&late)], by(&[&late]), by(&[&late]), format!("fault: {expired}"), replace),
        ("on one", [&leaf, &der(&late)], None, by(&[&late]), format!("fault: {expired}"), replace),
        ("on none", [&leaf, &der(&late)], by(&[]), by(&[&root]), format!("note: {expired}"), leave),
        (
            "early",
            [&below_early, &der(&early)],
            by(&[&early]),
            None,
            "fault: certificate 2 of the chain, CN=Early, valid in 2 days".to_owned(),
            clocks,
        ),
        // It signed nothing that was sent.
        ("stranger", [&below_early, &der(&late)], None, None, format!("note: {expired}"), leave),
    ] {
        let mut report = report(chain.map(Clone::clone).to_vec(), true);
        (report.system_path, report.mozilla_path) = (system, mozilla);
        let found = of(&report, Aspect::Dates);
        assert_eq!(told(&found), [valid.to_owned(), expect], "{case}");
        assert_eq!(found[1].next, next, "{case}");
    }
    let mut long = params("mx", &["mx1.example.org"]);
    long.not_after = date_time_ymd(2027, 12, 1);
    let long = der(&below(long, &root));
    let found = told(&of(&report(vec![long.clone()], true), Aspect::Dates));
    assert!(
        found[1].starts_with("note: the certificate lasts 396 days, and public authorities may give it 200"),
        "{found:?}"
    );
    assert_eq!(of(&report(vec![long], false), Aspect::Dates).len(), 1, "a house may do as it likes");
    // One of six days is not to be renewed two weeks before its end.
    let mut short = params("mx", &["mx1.example.org"]);
    (short.not_before, short.not_after) = (date_time_ymd(2026, 11, 19), date_time_ymd(2026, 11, 25));
    let short = der(&below(short, &root));
    assert_eq!(of(&report(vec![short], true), Aspect::Dates)[0].severity, Severity::Good);
}

#[test]
fn keys_and_forms() {
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let odd = params("mx", &["mx1.example.org"]).signed_by(&key, &root()).unwrap();
    let found = told(&of(&report(vec![odd.der().to_vec()], true), Aspect::Strength));
    assert_eq!(found, ["note: the EdDSA key is of a kind that many mail servers and clients do not know yet"]);

    let mut params = params("mx", &["mx1.example.org"]);
    params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    // SEQUENCE { INTEGER 5 }
    params.custom_extensions =
        vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5])];
    let mut report = report(vec![der(&below(params, &root()))], true);
    let found = told(&of(&report, Aspect::Form));
    assert!(found[0].starts_with("warning: the key may not sign handshakes"), "{found:?}");
    assert!(found[1].starts_with("warning: the certificate demands a stapled OCSP response"), "{found:?}");
    report.ocsp = vec![0x30];
    assert_eq!(of(&report, Aspect::Form).len(), 1);
}

#[test]
fn trust_by_itself_and_together() {
    let [leaf, middle, top] = three();
    let report = report(vec![leaf, middle, top], false);
    let system = of(&report, Aspect::System);
    assert_eq!(told(&system), ["fault: not trusted by this machine: no root"]);
    assert!(system[0].next.starts_with("its root CN=Root is on no list"), "{}", system[0].next);
    assert_eq!(told(&of(&report, Aspect::Mozilla)), ["fault: not trusted by Mozilla's list: no root"]);
    let faults: Vec<Finding> = findings(&report).into_iter().filter(|f| f.severity == Severity::Fault).collect();
    assert_eq!(told(&faults), ["fault: not trusted by this machine, nor by Mozilla's list: no root"]);
    for judged in verdicts(&report) {
        let worst = judged.worst().unwrap();
        assert!(judged.findings.iter().all(|found| found.severity <= worst.severity), "{judged:?}");
        assert!(
            judged.findings.iter().all(|found| (found.severity == Severity::Good) == found.next.is_empty()),
            "{judged:?}"
        );
    }
}
