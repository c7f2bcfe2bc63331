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
    println!("{}", rows(&comparison));
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
    println!("{}", rows(&comparison));
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
