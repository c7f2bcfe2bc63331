use super::*;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::tagged::zone::{Zone, settle};
use crate::diagnosis::tls::Verdict;

/// The example of RFC 8461 §3.2.
const POLICY: &str = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n\
                      mx: backupmx.example.com\r\nmax_age: 604800\r\n";

fn fetched(body: &str) -> Fetched {
    Fetched {
        status: 200,
        content_type: Some("text/plain; charset=utf-8".to_owned()),
        location: None,
        body: body.as_bytes().to_vec(),
        is_cut: false,
        certificate: Verdict::Good,
    }
}

fn has(findings: &[Finding], severity: Severity, part: &str) -> bool {
    findings.iter().any(|finding| finding.severity == severity && finding.says.contains(part))
}

#[test]
fn records_with_their_faults() {
    for (text, id, severity, column, part) in [
        ("v=STSv1; id=20160831085700Z;", Some("20160831085700Z"), None, None, ""),
        ("v=STSv1;id=1", Some("1"), None, None, ""),
        ("v=STSv1;", None, Some(Severity::Fault), None, "has no id"),
        ("v=STSv1; id=2024-01-01", None, Some(Severity::Fault), Some(13), "not 1 to 32 letters"),
        ("v=STSv1; id=;", None, Some(Severity::Fault), Some(13), "not 1 to 32 letters"),
        ("v=STSv1; id=123456789012345678901234567890123", None, Some(Severity::Fault), Some(13), "not 1 to 32"),
        ("v=STSv1; id=1; id=2", Some("1"), Some(Severity::Warning), Some(16), "second time"),
        ("v=STSv1; ID=1", None, Some(Severity::Fault), Some(10), "no tag ID"),
        ("v=STSv1; id=1; mode=enforce", Some("1"), Some(Severity::Note), Some(16), "no tag mode"),
    ] {
        let reading = read(text.as_bytes());
        assert_eq!(reading.id.as_deref(), id, "{text}");
        match severity {
            None => assert_eq!((reading.remarks, reading.mended), (Vec::new(), None), "{text}"),
            Some(severity) => {
                let found = reading.remarks.iter().find(|remark| remark.says.contains(part));
                let found = found.unwrap_or_else(|| panic!("{text}: {:?}", reading.remarks));
                assert_eq!((found.severity, found.column()), (severity, column), "{text}");
            }
        }
    }
    assert_eq!(read(b"v=STSv1; id=2024-01-01").mended.as_deref(), Some("v=STSv1; id=20240101"));
    for (text, expect) in [
        ("v=STSv1;", true),
        ("v=STSv1 ; id=1", true),
        ("v=STSv1", false),
        ("v=STSv10; id=1", false),
        ("v = STSv1; id=1", false),
        ("v=stsv1; id=1", false),
        (" v=STSv1; id=1", false),
    ] {
        assert_eq!(is_record(text.as_bytes()), expect, "{text}");
    }
}

#[test]
fn the_policy_of_the_rfc() {
    let reading = read_policy(POLICY.as_bytes());
    assert!(reading.is_valid && reading.findings.is_empty(), "{reading:#?}");
    let patterns: Vec<String> = reading.policy.mx.iter().map(Pattern::to_string).collect();
    assert_eq!(patterns, ["mail.example.com", "*.example.net", "backupmx.example.com"]);
    assert_eq!((reading.policy.mode, reading.policy.max_age), (Some(Mode::Enforce), Some(604_800)));
    let rows: Vec<String> = reading.rows.iter().map(|row| format!("{}: {}", row.tag, row.meaning)).collect();
    assert_eq!(rows[3], "mx: any server with one label before example.net may take the mail");
    assert_eq!(rows[5], "max_age: senders keep the policy for 7 days");
    assert_eq!(read_policy(POLICY.replace("\r\n", "\n").trim_end().as_bytes()).policy, reading.policy);
}

#[test]
fn policies_with_their_faults() {
    for (text, valid, severity, part) in [
        (
            "version: STSv2\nmode: none\nmax_age: 0",
            false,
            Severity::Fault,
            "line 1 of the policy: version is not STSv1",
        ),
        (
            "version: STSv1\nmode: Enforce\nmax_age: 604800\nmx: a.example",
            false,
            Severity::Fault,
            "line 2 of the policy: mode is none of",
        ),
        ("version: STSv1\nmode: enforce\nmax_age: 604800", false, Severity::Fault, "no valid mx"),
        ("mode: enforce\nmx: a.example", false, Severity::Fault, "no valid version, no valid max_age"),
        (
            "version: STSv1\nmode: enforce\nmax_age: week\nmx: a.example",
            false,
            Severity::Fault,
            "line 3 of the policy: max_age is no number",
        ),
        ("version: STSv1\nmode: enforce\nmax_age: 31557601\nmx: a.example", true, Severity::Warning, "above 31557600"),
        (
            "version: STSv1\nmode: enforce\nmax_age: 99999999999\nmx: a.example",
            false,
            Severity::Fault,
            "max_age is no number",
        ),
        (
            "version: STSv1\nmode: enforce\nmax_age: 3600\nmx: a.example",
            true,
            Severity::Warning,
            "forget the policy within a day",
        ),
        (
            "version: STSv1\nmode: none\nmode: enforce\nmax_age: 86400",
            true,
            Severity::Warning,
            "line 3 of the policy: mode stands here again",
        ),
        (
            "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: mail.*.example",
            false,
            Severity::Fault,
            "left-most label only",
        ),
        (
            "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: 192.0.2.1",
            false,
            Severity::Fault,
            "an address is no name",
        ),
        (
            "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: a.example.",
            false,
            Severity::Fault,
            "the dot at the end",
        ),
        ("version: STSv1\nmode: enforce\nmax_age: 604800\nmx: bücher.example", false, Severity::Fault, "A-labels"),
        (
            "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: a.example, b.example",
            false,
            Severity::Fault,
            "no pattern",
        ),
        ("version: STSv1\nmode: enforce\nmax-age: 604800\nmx: a.example", false, Severity::Fault, "pass over max-age"),
        ("<html>", false, Severity::Fault, "line 1 of the policy: \"<html>\" is not key: value"),
        ("", false, Severity::Fault, "no valid version"),
    ] {
        let reading = read_policy(text.as_bytes());
        assert_eq!(reading.is_valid, valid, "{text}: {reading:#?}");
        assert!(has(&reading.findings, severity, part), "{text}: {:#?}", reading.findings);
    }
    assert!(read_policy(b"version: STSv1\nmode: none\nmax_age: 86400\nx: y").is_valid);
}

#[test]
fn patterns_and_exchanges() {
    for (pattern, exchange, expect) in [
        ("mail.example.com", "MAIL.example.com.", true),
        ("mail.example.com", "mail.example.org", false),
        ("*.example.com", "mail.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "foo.bar.example.com", false),
        ("*.example.com", ".example.com", false),
    ] {
        assert_eq!(Pattern::parse(pattern).unwrap().matches(exchange), expect, "{pattern} {exchange}");
    }
}

#[test]
fn what_came_is_judged() {
    let good = || fetched(POLICY);
    for (fetched, expect) in [
        (good(), None),
        (Fetched { content_type: Some("TEXT/PLAIN".to_owned()), ..good() }, None),
        (Fetched { content_type: Some("text/html".to_owned()), ..good() }, Some("the media type text/html")),
        (Fetched { content_type: None, ..good() }, Some("no media type")),
        (Fetched { status: 404, ..good() }, Some("status 404")),
        (
            Fetched { status: 301, location: Some("https://example.com/".to_owned()), ..good() },
            Some("redirects to https://example.com/: senders must not follow"),
        ),
        (Fetched { is_cut: true, ..good() }, Some("longer than 64 kilobytes")),
        (Fetched { certificate: Verdict::Bad("expired".into()), ..good() }, Some("mta-sts.example.com is not valid")),
    ] {
        let findings = fetch::judge_fetch("example.com", &fetched);
        assert_eq!(fetch::is_usable(&findings), expect.is_none(), "{findings:#?}");
        assert!(expect.is_none_or(|part| has(&findings, Severity::Fault, part)), "{findings:#?}");
    }
}

#[test]
fn a_domain_from_its_record_to_its_exchanges() {
    // Without MX records the domain itself takes the mail.
    let zone: Zone<'_> = &[("_mta-sts.example.com", "v=STSv1; id=1"), ("example.com", "x")];
    let (first, rounds) = settle(zone, |inquiry| evaluate(inquiry, "Example.com", None));
    assert_eq!(first.fetch.as_deref(), Some("https://mta-sts.example.com/.well-known/mta-sts.txt"));
    assert_eq!(rounds, [["_mta-sts.example.com", "example.com"]]);
    for (policy, severity, part) in [
        (POLICY.to_owned(), Severity::Fault, "does not allow the exchange example.com: no mail comes in"),
        (POLICY.replace("enforce", "testing"), Severity::Warning, "as soon as the mode is enforce"),
        (POLICY.replace("mail.", ""), Severity::Good, "allows every exchange"),
        (POLICY.replace("mail.", "").replace("enforce", "testing"), Severity::Note, "is being tried"),
        (POLICY.replace("enforce", "none"), Severity::Note, "takes the policy back"),
        (POLICY.replace("mail.", ""), Severity::Note, "allows *.example.net, which is no exchange"),
        ("nonsense".to_owned(), Severity::Fault, "is not key: value"),
    ] {
        let came = Ok(fetched(&policy));
        let (sts, _) = settle(zone, |inquiry| evaluate(inquiry, "example.com", Some(&came)));
        assert!(has(&sts.findings, severity, part), "{part}: {:#?}", sts.findings);
        assert_eq!(sts.fetch, None);
    }
    let failed = Err("connection refused".to_owned());
    let (sts, _) = settle(zone, |inquiry| evaluate(inquiry, "example.com", Some(&failed)));
    assert!(has(&sts.findings, Severity::Fault, "cannot be fetched"), "{:#?}", sts.findings);
    for (zone, severity, part) in [
        (&[][..], Severity::Note, "no MTA-STS"),
        (&[("_mta-sts.example.com", "v=spf1 -all")], Severity::Note, "no MTA-STS"),
        (&[("_mta-sts.example.com", "v=sts1; id=1")], Severity::Fault, "not taken for a record of MTA-STS"),
        (
            &[("_mta-sts.example.com", "v=STSv1; id=1"), ("_mta-sts.example.com", "v=STSv1; id=2")],
            Severity::Fault,
            "2 MTA-STS records",
        ),
        (&[("_mta-sts.example.com", "!")], Severity::Fault, "could not tell"),
    ] {
        let (sts, _) = settle(zone, |inquiry| evaluate(inquiry, "example.com", None));
        assert!(has(&sts.findings, severity, part), "{part}: {:#?}", sts.findings);
        assert_eq!(sts.fetch, None);
    }
}

#[test]
fn hostile_input_is_bounded() {
    let binary: Vec<u8> = (0..=255).cycle().take(fetch::LONGEST).collect();
    let lines = "mx: a.example\n".repeat(10_000);
    for body in [binary.as_slice(), lines.as_bytes(), &[b'a'; fetch::LONGEST]] {
        let reading = read_policy(body);
        assert!(!reading.is_valid && reading.rows.len() <= 1000 && reading.findings.len() <= 1100);
        let _ = read(body);
    }
}
