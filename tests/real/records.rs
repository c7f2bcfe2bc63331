//! What a mail domain publishes, judged from BIND's answers: SPF, DKIM, DMARC, and the rest.

use ehlo::diagnosis::dkim::{self, AtName, PublicKey};
use ehlo::diagnosis::dmarc::{self, Applies};
use ehlo::diagnosis::dns::{Query, QueryOptions, RecordType, Resolver, Value};
use ehlo::diagnosis::finding::{Finding, Severity};
use ehlo::diagnosis::spf::{Case, evaluate, outline};
use ehlo::diagnosis::{bimi, mta_sts, tls_rpt};

use crate::asker::{Asker, question};
use crate::nameservers::{Nameservers, nameservers};

/// The resolver that validates, which finds its way from the root.
fn resolver(servers: &Nameservers) -> (Resolver, QueryOptions) {
    let (_, resolver, options) = question(&servers.line("soa . @resolver"));
    (resolver, options)
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn spf_by_addresses_includes_and_exchanges() {
    let servers = nameservers();
    let (resolver, options) = resolver(&servers);
    let mut asker = Asker::new();
    for (ip, sender, expected, by) in [
        ("192.0.2.25", "joe@good.test", "pass", "good.test"),
        ("2001:db8::25", "joe@good.test", "pass", "good.test"),
        ("192.0.2.70", "joe@good.test", "pass", "good.test"),
        ("2001:db8:1::7", "joe@good.test", "pass", "good.test"),
        ("192.0.2.97", "joe@good.test", "pass", "good.test"),
        ("192.0.2.130", "joe@good.test", "pass", "good.test"),
        ("192.0.2.200", "joe@good.test", "fail", "good.test"),
        ("2001:db8:2::7", "joe@good.test", "fail", "good.test"),
        ("192.0.2.200", "joe@partner.test", "softfail", "partner.test"),
        ("192.0.2.25", "joe@signed.test", "pass", "signed.test"),
        ("192.0.2.25", "joe@nothing.good.test", "none", "nothing.good.test"),
        ("192.0.2.25", "joe@lame.test", "none", "lame.test"),
        // What the resolver does not believe is no answer.
        ("192.0.2.25", "joe@expired.signed.test", "temperror", "expired.signed.test"),
    ] {
        let case = Case::mail_from(ip.parse().unwrap(), "mail.good.test", sender);
        let evaluation = asker.settle(&resolver, &options, |inquiry| evaluate(&case, inquiry));
        let verdict = evaluation.verdict().expect("nothing is open");
        let got = (verdict.result.name(), verdict.domain.as_str());
        assert_eq!(got, (expected, by), "{sender} from {ip}: {}", verdict.says);
    }
    let outline = asker.settle(&resolver, &options, |inquiry| outline("good.test", inquiry));
    assert_eq!(outline.cost(), "4 of 10 look-ups, 1 of 2 void for IPv6");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn keys_where_they_stand() {
    let servers = nameservers();
    let (resolver, options) = resolver(&servers);
    let mut asker = Asker::new();
    for (selector, expected, alias) in [
        ("sel1", "RSA of 2048 bits", None),
        ("sel2", "Ed25519", None),
        ("old", "revoked", None),
        ("sel3", "Ed25519", Some("good._domainkey.partner.test")),
        ("missing", "nothing", None),
    ] {
        let report = asker.settle(&resolver, &options, |inquiry| dkim::key(inquiry, selector, "good.test"));
        let found = match &report.found {
            AtName::Key(reading) => match &reading.key.public {
                Some(PublicKey::Rsa(rsa)) => format!("RSA of {} bits", rsa.bits()),
                Some(PublicKey::Ed25519(_)) => "Ed25519".to_owned(),
                Some(PublicKey::Revoked) => "revoked".to_owned(),
                other => format!("{other:?}"),
            },
            AtName::Nothing => "nothing".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!((found.as_str(), report.alias.as_deref()), (expected, alias), "{selector}");
    }
}

/// Those that ask for something to be done.
fn troubles(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn policies_of_a_domain_where_all_is_well() {
    let servers = nameservers();
    let (resolver, options) = resolver(&servers);
    let mut asker = Asker::new();
    let dmarc = asker.settle(&resolver, &options, |inquiry| dmarc::evaluate(inquiry, "good.test"));
    let Applies::Record { domain, reading, .. } = &dmarc.by_walk.applies else { panic!("{dmarc:#?}") };
    assert_eq!((domain.as_str(), reading.record.policy().name()), ("good.test", "reject"));
    assert_eq!(troubles(&dmarc.findings), Vec::<&Finding>::new());

    // Its policy is on a web server, which is not asked here.
    let mta_sts = asker.settle(&resolver, &options, |inquiry| mta_sts::evaluate(inquiry, "good.test", None));
    assert_eq!(mta_sts.fetch.as_deref(), Some("https://mta-sts.good.test/.well-known/mta-sts.txt"));
    let tls_rpt = asker.settle(&resolver, &options, |inquiry| tls_rpt::evaluate(inquiry, "good.test"));
    assert_eq!(troubles(&tls_rpt.findings), Vec::<&Finding>::new());
    assert_eq!(tls_rpt.reading.expect("a record").rua.len(), 1);
    let record = Some(&reading.record);
    let bimi =
        asker.settle(&resolver, &options, |inquiry| bimi::evaluate(inquiry, bimi::SELECTOR, "good.test", record));
    assert_eq!(bimi.reading.expect("a record").logo.as_deref(), Some("https://good.test/mark.svg"));
    assert_eq!(troubles(&bimi.findings), Vec::<&Finding>::new());
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn reverse_names_both_ways() {
    let servers = nameservers();
    let (resolver, options) = resolver(&servers);
    let mut asker = Asker::new();
    for (ip, name, leads_back) in [
        ("192.0.2.25", "mx1.good.test", true),
        ("2001:db8::25", "mx1.good.test", true),
        ("192.0.2.26", "mail.partner.test", false),
    ] {
        let query = Query { name: ehlo::diagnosis::dns::reverse_name(ip.parse().unwrap()), kind: RecordType::Ptr };
        let answer = asker.one((query, resolver.clone(), options.clone())).reply.unwrap();
        assert_eq!(answer.answers.first().map(|record| &record.value), Some(&Value::Ptr(name.to_owned())), "{ip}");
        let kind = if ip.contains(':') { RecordType::Aaaa } else { RecordType::A };
        let back = asker.one((Query { name: name.to_owned(), kind }, resolver.clone(), options.clone())).reply.unwrap();
        assert_eq!(back.answers.iter().any(|record| record.value.to_string() == ip), leads_back, "{ip}");
    }
}
