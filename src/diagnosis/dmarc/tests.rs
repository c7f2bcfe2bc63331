use super::*;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::tagged::zone::{Zone, settle};

fn told(zone: Zone<'_>, domain: &str) -> Dmarc {
    settle(zone, |inquiry| evaluate(inquiry, domain)).0
}

fn has(findings: &[Finding], severity: Severity, part: &str) -> bool {
    findings.iter().any(|finding| finding.severity == severity && finding.says.contains(part))
}

/// `reject by p of example.org`.
fn policy(discovery: &Discovery) -> String {
    match &discovery.applies {
        Applies::Record { domain, policy, tag, .. } => format!("{} by {tag} of {domain}", policy.name()),
        other => format!("{other:?}"),
    }
}

#[test]
fn records_with_their_faults() {
    for (text, severity, column, part) in [
        ("v=DMARC1; p=reject; rua=mailto:a@b.example", Severity::Good, Some(11), "refuse mail"),
        ("v=DMARC1;p=quarantine;rua=mailto:a@b.example", Severity::Good, Some(10), "set aside"),
        ("v=DMARC1; p=none; rua=mailto:a@b.example", Severity::Note, Some(11), "asks for reports only"),
        ("v=DMARC1; p=none", Severity::Warning, Some(11), "nobody is told"),
        ("v=DMARC1; p=reject", Severity::Warning, Some(11), "nobody tells you"),
        ("v=DMARC1", Severity::Fault, None, "has no policy (p): receivers pass over"),
        (
            "v=DMARC1; rua=mailto:a@b.example",
            Severity::Fault,
            None,
            "no policy (p): receivers take the record for p=none",
        ),
        ("v=DMARC1; p=refuse", Severity::Fault, Some(11), "none of the three words: receivers pass over"),
        ("v=DMARC1; p=reject; sp=no; rua=mailto:a@b.example", Severity::Fault, Some(21), "sp is none of"),
        ("v=DMARC1; p=reject; np=no", Severity::Fault, Some(11), "undoes p=reject too: receivers pass over"),
        ("v=DMARC1; p=reject; sp=none", Severity::Warning, Some(21), "leaves subdomains less guarded"),
        ("v=DMARC1; p=reject; np=none", Severity::Warning, Some(21), "that do not exist less guarded"),
        ("v=DMARC1; rua=mailto:a@b.example; p=reject", Severity::Warning, Some(35), "does not follow v"),
        (
            "v=DMARC1; p=reject; t=y",
            Severity::Warning,
            Some(21),
            "as for p=quarantine, and those of RFC 7489 as for p=reject",
        ),
        ("v=DMARC1; p=reject; pct=20", Severity::Warning, Some(21), "guards 20 of 100"),
        ("v=DMARC1; p=reject; pct=100", Severity::Note, Some(21), "the default of a removed tag"),
        ("v=DMARC1; p=none; pct=20", Severity::Note, Some(19), "does nothing with p=none"),
        ("v=DMARC1; p=reject; pct=101", Severity::Warning, Some(21), "no number from 0 to 100"),
        ("v=DMARC1; p=reject; ri=3600", Severity::Note, Some(21), "ri was removed"),
        ("v=DMARC1; p=reject; fo=1", Severity::Note, Some(21), "does nothing without ruf"),
        ("v=DMARC1; p=reject; fo=0:1; ruf=mailto:a@b.example", Severity::Warning, Some(21), "each once"),
        ("v=DMARC1; p=reject; fo=d:x; ruf=mailto:a@b.example", Severity::Warning, Some(21), "each once"),
        ("v=DMARC1; p=reject; adkim=strict", Severity::Warning, Some(21), "none of r, s"),
        ("v=DMARC1; p=reject; rua=a@b.example", Severity::Fault, Some(25), "mailto: is missing"),
        ("v=DMARC1; p=reject; rua=mailto:a@b.example!10m", Severity::Note, Some(25), "size limit"),
        ("v=DMARC1; p=none; rua=mailto:a@b.c,mailto:d@e.f,mailto:g@h.i", Severity::Note, Some(19), "3 destinations"),
        ("v=DMARC1; p=none rua=mailto:a@b.example", Severity::Fault, Some(17), "semicolon before rua="),
        ("v=DMARC1; p=reject; p=none", Severity::Fault, Some(21), "tag p stands here for a second time"),
        ("v=DMARC1;; p=reject", Severity::Note, Some(10), "nothing stands between"),
        ("v=DMARC1; p=reject; nonsense", Severity::Fault, Some(21), "without \"=\""),
        ("v=DMARC1; p=reject; RUA=mailto:a@b.example", Severity::Fault, Some(21), "RUA is not in small letters"),
        ("v=DMARC1; p=reject; rau=mailto:a@b.example", Severity::Fault, Some(21), "no tag rau"),
        ("v=DMARC1; p=reject; x-y=z", Severity::Note, Some(21), "no tag x-y"),
        ("v=DMARC1; p=reject\\; rua=mailto:a@b.example", Severity::Fault, Some(19), "backslash"),
        ("v=DMARC1; p=reject; rua=mailto:a@b.example\u{1b}", Severity::Fault, Some(43), "octet 0x1b"),
    ] {
        let reading = read(text.as_bytes());
        let found = reading.remarks.iter().find(|r| r.says.contains(part));
        let found = found.unwrap_or_else(|| panic!("{text}: {:#?}", reading.remarks));
        assert_eq!((found.severity, found.column()), (severity, column), "{text}: {found:?}");
        assert!(!found.says.ends_with('.') && (severity == Severity::Good || !found.next.is_empty()), "{found:?}");
    }
}

#[test]
fn corrected_records() {
    for (text, expect) in [
        ("v=DMARC1; p=reject; rua=mailto:a@b.example", None),
        ("v=DMARC1;p=none", None),
        ("v=DMARC1", Some("v=DMARC1; p=none")),
        ("v=DMARC1; rua=a@b.example; p=REJECT", Some("v=DMARC1; p=reject; rua=mailto:a@b.example")),
        ("v=DMARC1; p=reject; pct=20; ri=3600; rf=afrf", Some("v=DMARC1; p=reject")),
        ("v=DMARC1; p=quarantine; pct=50; t=y", Some("v=DMARC1; p=quarantine; t=y")),
        // How subdomains are guarded is for the owner to say.
        ("v=DMARC1; p=reject; sp=none", None),
        ("v=DMARC1; p=reject; sp=none; pct=50", Some("v=DMARC1; p=reject; sp=none")),
        ("v=DMARC1; p=none; pct=20", Some("v=DMARC1; p=none")),
        ("v=DMARC1; p=reject; sp=no; fo=1; x=y;;", Some("v=DMARC1; p=reject")),
        ("v=DMARC1; P=reject", Some("v=DMARC1; p=reject")),
        ("v=DMARC1; p=reject; rau=mailto:a@b.example!1m", Some("v=DMARC1; p=reject; rua=mailto:a@b.example")),
        ("v=DMARC1; p=reject; p=none", Some("v=DMARC1; p=reject")),
        ("v=DMARC1; p=reject; adkim=S; aspf=x", Some("v=DMARC1; p=reject; adkim=s")),
        ("v=DMARC1 p=reject", None),
    ] {
        let mended = read(text.as_bytes()).mended;
        assert_eq!(mended.as_deref(), expect, "{text}");
        if let Some(mended) = mended {
            assert_eq!(read(mended.as_bytes()).mended, None, "{mended} is not stable");
        }
    }
}

#[test]
fn every_tag_is_explained() {
    let reading = read(b"v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@b.example; aspf=s; t=y; x=1");
    let rows: Vec<String> = reading
        .rows
        .iter()
        .map(|row| {
            format!("{}{}={}: {}", if row.is_default() { "(default) " } else { "" }, row.tag, row.value, row.meaning)
        })
        .collect();
    assert_eq!(
        rows,
        [
            "v=DMARC1: this is a DMARC record of version 1",
            "p=reject: mail in this name that fails: refuse it",
            "sp=quarantine: mail in the name of a subdomain that fails: take it for suspicious, which usually means the \
             junk folder",
            "rua=mailto:a@b.example: reports on all mail in this name, usually daily, go to a@b.example",
            "aspf=s: the domain of the envelope sender that SPF checks must be exactly that of the From address",
            "t=y: the policy is tried out: receivers act one level lower (reject as quarantine, quarantine as none)",
            "x=1: not a tag of DMARC: receivers pass over it",
            "(default) np=quarantine: subdomains that do not exist are treated as others are: take it for suspicious, \
             which usually means the junk folder",
            "(default) adkim=r: the signing domain of DKIM (d=) may be any of the same organisation as the From address",
            "(default) ruf=: no reports on single messages are asked for",
            "(default) psd=u: whether this is the organisational domain is found by the walk up the tree",
        ]
    );
}

/// RFC 9989 §4.10: the names of a walk.
#[test]
fn targets_of_walks() {
    for (domain, expect) in [
        ("a.mail.example.com", &["a.mail.example.com", "mail.example.com", "example.com", "com"][..]),
        (
            "a.b.c.d.e.f.g.h.i.j.mail.example.com",
            &[
                "a.b.c.d.e.f.g.h.i.j.mail.example.com",
                "g.h.i.j.mail.example.com",
                "h.i.j.mail.example.com",
                "i.j.mail.example.com",
                "j.mail.example.com",
                "mail.example.com",
                "example.com",
                "com",
            ],
        ),
        ("com", &["com"]),
    ] {
        assert_eq!(targets(domain), expect);
    }
    for labels in 1..40 {
        let domain = vec!["a"; labels].join(".");
        assert_eq!(targets(&domain).len(), labels.min(8), "{labels} labels");
    }
}

/// RFC 9989 §4.10.2 and appendix B.4.
#[test]
fn organizational_domains() {
    let bank: Zone<'_> =
        &[("_dmarc.bank.example", "v=DMARC1; p=reject; psd=y"), ("_dmarc.giant.bank.example", "v=DMARC1; p=reject")];
    let plain: Zone<'_> =
        &[("_dmarc.mail.example.com", "v=DMARC1; p=none"), ("_dmarc.example.com", "v=DMARC1; p=none")];
    let signing: Zone<'_> =
        &[("_dmarc.signing.example.com", "v=DMARC1; p=none"), ("_dmarc.example.com", "v=DMARC1; p=none")];
    for (zone, domain, expect) in [
        (plain, "a.mail.example.com", "example.com"),
        (&[("_dmarc.mail.example.com", "v=DMARC1; p=none; psd=n")], "a.mail.example.com", "mail.example.com"),
        (&[("_dmarc.com", "v=DMARC1; p=none; psd=y")], "a.mail.example.com", "example.com"),
        (&[("_dmarc.example.com", "v=DMARC1; p=none; psd=y")], "a.mail.example.com", "mail.example.com"),
        (&[("_dmarc.example.com", "v=DMARC1; p=none; psd=y")], "example.com", "example.com"),
        (&[], "a.mail.example.com", "a.mail.example.com"),
        (&[("_dmarc.example.com", "v=spf1 -all")], "mail.example.com", "mail.example.com"),
        (signing, "signing.example.com", "example.com"),
        (signing, "a.b.c.d.e.f.g.h.i.j.k.example.com", "example.com"),
        (bank, "giant.bank.example", "giant.bank.example"),
        (bank, "mail.giant.bank.example", "giant.bank.example"),
        (bank, "mail.mega.bank.example", "mega.bank.example"),
    ] {
        let (walk, rounds) = settle(zone, |inquiry| walk(inquiry, domain));
        assert_eq!(walk.organizational.as_deref(), Some(expect), "{domain} in {zone:?}");
        assert_eq!(rounds.len(), 1, "all names are asked at once");
        assert!(rounds[0].len() <= 8, "{rounds:?}");
    }
}

#[test]
fn the_policy_by_both_ways() {
    let several = [("_dmarc.example.com", "v=DMARC1; p=none"), ("_dmarc.example.com", "v=DMARC1; p=reject")];
    let middle: Zone<'_> = &[
        ("_dmarc.example.co.uk", "v=DMARC1; p=reject; sp=quarantine; np=none"),
        ("mail.example.co.uk", "here"),
        ("_dmarc.dept.example.co.uk", "v=DMARC1; p=none; psd=n"),
    ];
    let own_several: Zone<'_> = &[
        ("_dmarc.a.example.com", "v=DMARC1; p=none"),
        ("_dmarc.a.example.com", "v=DMARC1; p=none"),
        ("_dmarc.example.com", "v=DMARC1; p=reject"),
    ];
    for (zone, domain, walked, listed) in [
        (middle, "example.co.uk", "reject by p of example.co.uk", "reject by p of example.co.uk"),
        (middle, "mail.example.co.uk", "quarantine by sp of example.co.uk", "quarantine by sp of example.co.uk"),
        (middle, "gone.example.co.uk", "none by np of example.co.uk", "quarantine by sp of example.co.uk"),
        (middle, "a.dept.example.co.uk", "none by p of dept.example.co.uk", "quarantine by sp of example.co.uk"),
        (&several, "example.com", "Nothing", "Nothing"),
        (own_several, "a.example.com", "reject by p of example.com", "Nothing"),
        (&[("_dmarc.com", "v=DMARC1; p=reject; psd=y")], "example.com", "reject by p of com", "Nothing"),
        (
            &[("_dmarc.example.com", "v=DMARC1; p=x")],
            "example.com",
            "none by p of example.com",
            "none by p of example.com",
        ),
        (&[("_dmarc.example.com", "!")], "example.com", "Unknown", "Unknown"),
    ] {
        let dmarc = told(zone, domain);
        assert_eq!(
            (policy(&dmarc.by_walk), policy(&dmarc.by_list)),
            (walked.to_owned(), listed.to_owned()),
            "{domain}"
        );
        let differ = has(&dmarc.findings, Severity::Warning, "do not agree about");
        assert_eq!(differ, walked != listed, "{domain}: {:#?}", dmarc.findings);
    }
    let dmarc = told(middle, "a.dept.example.co.uk");
    assert!(has(&dmarc.findings, Severity::Warning, "is dept.example.co.uk by the tree walk and example.co.uk by"));
}

#[test]
fn domains_with_faults() {
    for (zone, domain, severity, part) in [
        (&[][..], "example.com", Severity::Warning, "no DMARC record applies to example.com"),
        (&[("example.com", "v=DMARC1; p=none")], "example.com", Severity::Fault, "stands at example.com itself"),
        (
            &[("_dmarc.example.com", "\"v=DMARC1; p=none\"")],
            "example.com",
            Severity::Fault,
            "not taken for a record of DMARC",
        ),
        (
            &[("_dmarc.example.com", "v=dmarc1; p=none")],
            "example.com",
            Severity::Fault,
            "not taken for a record of DMARC",
        ),
        (
            &[("_dmarc.example.com", "v=DMARC1; p=none"), ("_dmarc.example.com", "v=DMARC1; p=none")],
            "example.com",
            Severity::Fault,
            "2 DMARC records stand at _dmarc.example.com",
        ),
        (
            &[("_dmarc.example.com", "!")],
            "example.com",
            Severity::Fault,
            "could not tell the TXT of _dmarc.example.com",
        ),
        (
            &[("_dmarc.example.com", "v=DMARC1; p=none; psd=y")],
            "a.example.com",
            Severity::Fault,
            "psd=y says that others",
        ),
        (
            &[("_dmarc.example.com", "v=DMARC1; p=none"), ("_dmarc.a.example.com", "v=DMARC1; p=none; sp=reject")],
            "a.example.com",
            Severity::Note,
            "sp does nothing here",
        ),
        (&[("_dmarc.example.com", "v=DMARC1; p=none")], "a.example.com", Severity::Note, "has no record of its own"),
        (&[("_dmarc.example.com", "v=DMARC1; |p=ref|use")], "example.com", Severity::Fault, "three words"),
    ] {
        let dmarc = told(zone, domain);
        assert!(has(&dmarc.findings, severity, part), "{part}: {:#?}", dmarc.findings);
        assert!(dmarc.findings.is_sorted_by(|a, b| a.severity >= b.severity), "{:#?}", dmarc.findings);
    }
    let suggested = told(&[], "example.com").suggestions;
    assert_eq!(
        suggested[0].zone_line(),
        "_dmarc.example.com. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com\""
    );
}

#[test]
fn reports_to_others_need_their_consent() {
    let record = ("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@thirdparty.example.net");
    let at = "example.com._report._dmarc.thirdparty.example.net";
    for (consent, expect, severity, part) in [
        (None, Consent::Missing, Severity::Fault, "thirdparty.example.net does not say that it takes them"),
        (Some("v=DMARC1;"), Consent::Given, Severity::Good, "agrees to take reports"),
        (Some("v=DMARC1"), Consent::Given, Severity::Good, "agrees to take reports"),
        (Some("v=spf1 -all"), Consent::Missing, Severity::Fault, "are not sent"),
        (Some("!"), Consent::Failed, Severity::Warning, "is not known"),
        (
            Some("v=DMARC1; rua=mailto:b@thirdparty.example.net"),
            Consent::Redirected(vec!["mailto:b@thirdparty.example.net".to_owned()]),
            Severity::Note,
            "has them sent to mailto:b@thirdparty.example.net",
        ),
        (
            Some("v=DMARC1; rua=mailto:b@victim.example"),
            Consent::Elsewhere(vec!["mailto:b@victim.example".to_owned()]),
            Severity::Fault,
            "which is at another host",
        ),
    ] {
        let mut zone = vec![record];
        zone.extend(consent.map(|text| (at, text)));
        let dmarc = told(&zone, "example.com");
        assert_eq!(dmarc.authorizations.len(), 1);
        assert_eq!(dmarc.authorizations[0].name, at);
        assert_eq!(dmarc.authorizations[0].consent, expect);
        assert!(has(&dmarc.findings, severity, part), "{part}: {:#?}", dmarc.findings);
        let suggested = dmarc.suggestions.iter().any(|s| s.name == at && s.text == "v=DMARC1");
        assert_eq!(suggested, expect == Consent::Missing);
    }
    let zone: Zone<'_> = &[
        ("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@reports.example.com, mailto:b@example.com"),
        ("_dmarc.a.example.com", "v=DMARC1; p=none; rua=mailto:x@example.com"),
    ];
    for domain in ["example.com", "a.example.com"] {
        let dmarc = told(zone, domain);
        assert!(dmarc.authorizations.iter().all(|a| a.consent == Consent::NotNeeded), "{:#?}", dmarc.authorizations);
    }
}

/// RFC 9989 appendix B.1.
#[test]
fn alignment_of_domains() {
    let zone: Zone<'_> =
        &[("_dmarc.example.com", "v=DMARC1; p=none"), ("_dmarc.dept.example.com", "v=DMARC1; p=none; psd=n")];
    for (modes, from, domain, walked, listed, part) in [
        ("", "example.com", "example.com", true, true, "both are example.com"),
        ("", "example.com", "EXAMPLE.com", true, true, "both are example.com"),
        ("", "example.com", "child.example.com", true, true, "both belong to example.com"),
        ("", "child.example.com", "example.net", false, false, "example.net belongs to example.net"),
        ("", "example.com", "dept.example.com", false, true, "by the public suffix list both belong to example.com"),
        ("aspf=s; adkim=s", "example.com", "child.example.com", false, false, "very same domain"),
        ("aspf=s; adkim=s", "example.com", "example.com", true, true, "both are"),
        ("", "a.co.uk", "b.co.uk", false, false, "b.co.uk belongs to b.co.uk, and a.co.uk to a.co.uk"),
        ("", "example.com", "exa mple", false, false, "not a domain name"),
    ] {
        let record = read(format!("v=DMARC1; p=none; {modes}").as_bytes()).record;
        let (judged, _) = settle(zone, |inquiry| aligned(inquiry, &record, from, Some(domain), &[domain]));
        assert_eq!(judged.len(), 2);
        for alignment in judged {
            assert_eq!((alignment.by_walk, alignment.by_list), (Some(walked), listed), "{alignment:?}");
            assert!(alignment.says.contains(part), "{}", alignment.says);
        }
    }
}

#[test]
fn hostile_records_are_bounded() {
    let binary: Vec<u8> = (0..=255).cycle().take(65_000).collect();
    let many = format!("v=DMARC1;{}", "p=none;".repeat(10_000));
    let uris = format!("v=DMARC1;p=none;rua={}", "mailto:a@b.example,".repeat(3000));
    for text in [binary.as_slice(), many.as_bytes(), uris.as_bytes(), b"v=DMARC1;\xff\0", b""] {
        let reading = read(text);
        assert!(reading.remarks.len() <= 100, "{}", reading.remarks.len());
        // Values are whole, and share the octets of the record.
        let shown: usize = reading.rows.iter().map(|row| row.value.chars().count()).sum();
        assert!(shown <= 4 * text.len() + 100, "{shown} of {}", text.len());
        assert!(reading.rows.iter().all(|row| !row.value.contains('\x1b')));
    }
    let zone = vec![("_dmarc.example.com", uris.as_str())];
    assert!(told(&zone, "example.com").authorizations.len() <= 8);
}

#[test]
fn of_several_records_the_strictest_is_to_stay() {
    let name = "_dmarc.example.com";
    for (records, expect) in [
        (["v=DMARC1; p=none", "v=DMARC1; p=reject; pct=50"], "v=DMARC1; p=reject"),
        (["v=DMARC1; p=reject; t=y", "v=DMARC1; p=reject"], "v=DMARC1; p=reject"),
        (["v=DMARC1; p=reject; sp=none", "v=DMARC1; p=reject; fo=1"], "v=DMARC1; p=reject"),
        (
            ["v=DMARC1; p=none; rua=mailto:a@example.com", "v=DMARC1; p=none; adkim=s"],
            "v=DMARC1; p=none; rua=mailto:a@example.com",
        ),
        (["v=DMARC1; p=none; adkim=s", "v=DMARC1; p=none; aspf=s"], "v=DMARC1; p=none; adkim=s"),
    ] {
        for domain in ["example.com", "sub.example.com"] {
            let dmarc = told(&[(name, records[0]), (name, records[1])], domain);
            let says: Vec<&str> = dmarc.findings.iter().map(|finding| finding.says.as_str()).collect();
            assert_eq!(says, ["2 DMARC records stand at _dmarc.example.com: receivers use none of them"], "{domain}");
            assert_eq!(dmarc.suggestions, [Suggestion::new(name, expect)], "{records:?}");
        }
    }
}
