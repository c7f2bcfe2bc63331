//! One domain asked of each of its servers: an old copy, a server that knows nothing of it, two faces of one zone.

use ehlo::diagnosis::comparison::{Asked, Comparison, Group};
use ehlo::diagnosis::dns::{QueryOptions, RecordType, Resolver};
use ehlo::diagnosis::finding::{Finding, Severity};

use crate::asker::{Asker, question};
use crate::nameservers::{Nameservers, nameservers};

/// Runs a comparison to its end. Servers of the domain are asked at the port of `ours`, as `-p` has it.
fn compare(servers: &Nameservers, domain: &str, ours: &str, publics: &[&str]) -> Comparison {
    let resolver = |name: &str| question(&servers.line(&format!("soa . @{name}")));
    let (_, ours, options) = resolver(ours);
    let publics = publics.iter().map(|name| ((*name).to_owned(), resolver(name).1)).collect();
    let mut comparison = Comparison::new(domain, ours, publics);
    let mut asker = Asker::new();
    loop {
        let questions = comparison.questions();
        if questions.is_empty() {
            assert_eq!(comparison.pending(), 0, "{domain}");
            return comparison;
        }
        let asked: Vec<Resolver> = questions.iter().map(|asked| asked.resolver.clone()).collect();
        let ask = |asked: Asked| {
            (asked.query, asked.resolver, QueryOptions { recursion: asked.recursion, ..options.clone() })
        };
        let answers = asker.ask(questions.into_iter().map(ask).collect());
        for (resolver, answer) in asked.iter().zip(answers) {
            comparison.answered(resolver, answer);
        }
    }
}

/// Severity, who, and what is said.
fn told(comparison: &Comparison) -> Vec<(Severity, String, String)> {
    comparison.findings().into_iter().map(|Finding { severity, subject, says, .. }| (severity, subject, says)).collect()
}

fn expect(expected: &[(Severity, &str, &str)]) -> Vec<(Severity, String, String)> {
    expected.iter().map(|(severity, who, says)| (*severity, (*who).to_owned(), (*says).to_owned())).collect()
}

/// The sources of each group of a question, the reference first.
fn groups(comparison: &Comparison, kind: RecordType) -> Vec<(Vec<String>, Vec<String>)> {
    let topic = comparison.table().into_iter().find(|topic| topic.query.kind == kind).expect("it is always asked for");
    assert!(topic.waiting.is_empty(), "{topic:?}");
    let sources = |group: &Group| group.sources.iter().map(|(source, _)| source.name()).collect();
    topic.groups.iter().map(|group| (group.says.clone(), sources(group))).collect()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_secondary_with_an_older_zone_is_named() {
    let servers = nameservers();
    let (old, new) = ("ns2.stale.test [::1]", "ns1.stale.test [127.0.0.1]");
    let behind = [
        (Severity::Fault, old, "answers MX stale.test otherwise than the other servers of the domain"),
        (
            Severity::Warning,
            old,
            "has serial 2026010101, primary ns1.stale.test, and the newest zone serial 2026010102, primary ns1.stale.test",
        ),
    ];
    let comparison = compare(&servers, "stale.test", "authority", &[]);
    assert_eq!(told(&comparison), expect(&behind));

    // The server with the lower serial is behind, though the resolver at hand has its answers too.
    let comparison = compare(&servers, "stale.test", "secondary", &[]);
    let otherwise =
        |kind| format!("answers {kind} stale.test otherwise than the domain's servers: an old answer, or another view");
    let (mx, soa) = (otherwise("MX"), otherwise("SOA"));
    let ours = [(Severity::Warning, "our resolver", mx.as_str()), (Severity::Warning, "our resolver", soa.as_str())];
    assert_eq!(told(&comparison), expect(&[behind, ours].concat()));
    let lines = |text: &str| vec![text.to_owned()];
    assert_eq!(
        groups(&comparison, RecordType::Mx),
        [
            (lines("10 new.good.test"), lines(new)),
            (lines("10 old.good.test"), vec![old.to_owned(), "our resolver".to_owned()]),
        ]
    );
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_lame_server_and_a_dead_one_are_named() {
    let servers = nameservers();
    let comparison = compare(&servers, "lame.test", "authority", &[]);
    let dead = format!("ns3.lame.test [{}]", servers.places.nobody);
    assert_eq!(
        told(&comparison),
        expect(&[
            (
                Severity::Fault,
                "ns2.lame.test [::1]",
                "does not serve the domain though its NS record names it (REFUSED)"
            ),
            (
                Severity::Fault,
                &dead,
                "does not serve the domain though its NS record names it (no answer: the resolver cannot be reached: \
                 Connection refused)"
            ),
        ])
    );
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn two_views_of_one_zone_are_told_apart() {
    let servers = nameservers();
    // One server at two addresses, with one serial: only its answers give it away.
    let comparison = compare(&servers, "views.test", "outside", &["inside"]);
    let says = |kind: &str, whose: &str| format!("answers {kind} views.test otherwise than the {whose}");
    let [mx, txt] = ["MX", "TXT"].map(|kind| says(kind, "other servers of the domain"));
    let [mx_view, txt_view] = ["MX", "TXT"].map(|kind| says(kind, "domain's servers: an old answer, or another view"));
    assert_eq!(
        told(&comparison),
        expect(&[
            (Severity::Fault, "ns2.views.test [::1]", &mx),
            (Severity::Fault, "ns2.views.test [::1]", &txt),
            (Severity::Warning, "inside", &mx_view),
            (Severity::Warning, "inside", &txt_view),
        ])
    );
    assert_eq!(groups(&comparison, RecordType::Soa).len(), 1);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn servers_in_step_give_no_finding() {
    let servers = nameservers();
    for domain in ["good.test", "signed.test"] {
        let comparison = compare(&servers, domain, "authority", &[]);
        assert_eq!(told(&comparison), [], "{domain}");
    }
}
