//! One domain asked of each of its servers: an old copy, a server that knows nothing of it, two faces of one zone.

use ehlo::diagnosis::comparison::Comparison;
use ehlo::diagnosis::finding::{Finding, Severity};
use ehlo::diagnosis::investigation::{Investigation, Setting};
use ehlo::diagnosis::survey::Row;

use crate::asker::{Asker, question};
use crate::nameservers::{Nameservers, nameservers};

/// Runs a comparison to its end. Servers of the domain are asked at the port of `ours`, as `-p` has it.
fn compare(servers: &Nameservers, domain: &str, ours: &str, publics: &[&str]) -> Comparison {
    let resolver = |name: &str| question(&servers.line(&format!("soa . @{name}")));
    let (_, ours, options) = resolver(ours);
    let publics = publics.iter().map(|name| ((*name).to_owned(), resolver(name).1)).collect();
    let setting = Setting { options, publics, ..Setting::new(ours) };
    let mut comparison = Comparison::new(domain, setting);
    Asker::new().run(&mut comparison);
    assert_eq!(comparison.pending(), 0, "{domain}");
    comparison
}

/// Severity, who, and what is said.
fn told(comparison: &Comparison) -> Vec<(Severity, String, String)> {
    comparison.table().1.into_iter().map(|Finding { severity, subject, says, .. }| (severity, subject, says)).collect()
}

fn expect(expected: &[(Severity, &str, &str)]) -> Vec<(Severity, String, String)> {
    expected.iter().map(|(severity, who, says)| (*severity, (*who).to_owned(), (*says).to_owned())).collect()
}

/// The rows: how deep, what, and whose or which.
fn rows(comparison: &Comparison) -> String {
    let row = |row: Row| format!("{}{} {}", "  ".repeat(row.depth.into()), row.label, row.text);
    comparison.table().0.into_iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_secondary_with_an_older_zone_is_named() {
    let servers = nameservers();
    let old = "ns2.stale.test [::1]";
    let behind = "has the serial 2026010101, and the others 2026010102: 1 behind; it answers MX otherwise";
    let comparison = compare(&servers, "stale.test", "authority", &[]);
    assert_eq!(told(&comparison), expect(&[(Severity::Warning, old, behind)]));

    // The server with the lower serial is behind, though the resolver at hand has its answers too.
    let comparison = compare(&servers, "stale.test", "secondary", &[]);
    let told = told(&comparison);
    assert_eq!(told.first(), expect(&[(Severity::Warning, old, behind)]).first(), "{told:#?}");
    assert!(told.iter().any(|(_, who, _)| who == "our resolver"), "{told:#?}");
    let rows = rows(&comparison);
    assert!(rows.contains("10 new.good.test") && rows.contains("10 old.good.test"), "{rows}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_lame_server_and_a_dead_one_are_named() {
    let servers = nameservers();
    let comparison = compare(&servers, "lame.test", "authority", &[]);
    let dead = format!("ns3.lame.test [{}]", servers.places.nobody);
    let lame = "does not serve lame.test though an NS record names it (lame): REFUSED";
    let silent = "does not answer: not reached: Connection refused; resolvers lose time whenever they try it first";
    assert_eq!(
        told(&comparison),
        expect(&[(Severity::Fault, "ns2.lame.test [::1]", lame), (Severity::Warning, &dead, silent)])
    );
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn two_views_of_one_zone_are_told_apart() {
    let servers = nameservers();
    // One server at two addresses, with one serial: only its answers give it away.
    let comparison = compare(&servers, "views.test", "outside", &["inside"]);
    let otherwise = "answers MX, TXT otherwise";
    assert_eq!(
        told(&comparison),
        expect(&[(Severity::Fault, "ns2.views.test [::1]", otherwise), (Severity::Warning, "inside", otherwise)])
    );
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
