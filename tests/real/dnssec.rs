//! DNSSEC by the program's own eyes, beside BIND's resolver and BIND's delv, which are asked the same.

use ehlo::diagnosis::answers::Answers;
use ehlo::diagnosis::dns::{Query, QueryOptions, Resolver};
use ehlo::diagnosis::dnssec::{self, Anchor, Validation, validate};

use crate::asker::{Asker, now, question};
use crate::nameservers::{Nameservers, nameservers, run};

/// More rounds of questions than any chain here has links.
const ROUNDS: usize = 20;

/// Asks until nothing is open.
fn settle(
    asker: &mut Asker,
    query: &Query,
    resolver: &Resolver,
    options: &QueryOptions,
    anchors: &[Anchor],
) -> Validation {
    let options = dnssec::options(options);
    let mut answers = Answers::default();
    for _ in 0..ROUNDS {
        let validation = validate(query, &answers, anchors, now());
        if validation.open.is_empty() {
            return validation;
        }
        let ask = |query| (query, resolver.clone(), options.clone());
        for answer in asker.ask(validation.open.into_iter().map(ask).collect()) {
            answers.insert(answer);
        }
    }
    panic!("{} {}: questions are still open after {ROUNDS} rounds", query.kind, query.name);
}

/// What delv says of a chain that it checks itself, its resolver told not to.
fn delv(servers: &Nameservers, query: &Query) -> String {
    let (port, anchors) = (servers.places.resolver.to_string(), servers.anchors_file());
    let (name, kind) = (if query.name.is_empty() { "." } else { &query.name }, query.kind.to_string());
    let anchors = anchors.to_str().unwrap();
    let arguments = ["-4", "@127.0.0.1", "-p", &port, "-a", anchors, "+root=.", "+cdflag", "-t", &kind, "-q", name];
    // What it found stands in comments; a failure is on standard error, and is said there.
    run(
        "sh",
        &["-c", "exec delv \"$@\" 2>&1 | cat", "delv"].iter().chain(&arguments).copied().collect::<Vec<_>>(),
        ".".as_ref(),
    )
    .unwrap()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn chains_of_trust_as_bind_finds_them() {
    let servers = nameservers();
    let anchors = servers.anchors();
    let mut asker = Asker::new();
    for (line, state, resolver_says, delv_says) in [
        ("ns .", "secure", "NOERROR AD", "; fully validated"),
        ("soa test", "secure", "NOERROR AD", "; fully validated"),
        ("mx signed.test", "secure", "NOERROR AD", "; fully validated"),
        ("tlsa _25._tcp.mx.signed.test", "secure", "NOERROR AD", "; fully validated"),
        ("a alias.signed.test", "secure", "NOERROR AD", "; fully validated"),
        ("mx any.wild.signed.test", "secure", "NOERROR AD", "; fully validated"),
        ("a nothing.signed.test", "secure", "NXDOMAIN AD", "; negative response, fully validated"),
        ("srv mx.signed.test", "secure", "NOERROR AD", "; negative response, fully validated"),
        ("txt empty.signed.test", "secure", "NOERROR AD", "; negative response, fully validated"),
        ("srv any.wild.signed.test", "secure", "NOERROR AD", "; negative response, fully validated"),
        ("ds unsigned.signed.test", "secure", "NOERROR AD", "; negative response, fully validated"),
        ("mx nsec3.signed.test", "secure", "NOERROR AD", "; fully validated"),
        ("mx any.wild.nsec3.signed.test", "secure", "NOERROR AD", "; fully validated"),
        ("a nothing.nsec3.signed.test", "secure", "NXDOMAIN AD", "; negative response, fully validated"),
        ("srv mx.nsec3.signed.test", "secure", "NOERROR AD", "; negative response, fully validated"),
        ("txt empty.nsec3.signed.test", "secure", "NOERROR AD", "; negative response, fully validated"),
        // Only its MX records are damaged.
        ("txt damaged.signed.test", "secure", "NOERROR AD", "; fully validated"),
        (
            "mx damaged.signed.test",
            "bogus: the signature of MX of damaged.signed.test by key",
            "SERVFAIL",
            "RRSIG failed to verify",
        ),
        (
            "mx expired.signed.test",
            "bogus: the signature of DNSKEY of expired.signed.test expired at 2025-02-01 00:00:00 UTC",
            "SERVFAIL",
            "RRSIG has expired",
        ),
        ("mx orphan.signed.test", "bogus: the parent vouches for key", "SERVFAIL", "broken trust chain"),
        ("a nothing.orphan.signed.test", "bogus: the parent vouches for key", "SERVFAIL", "broken trust chain"),
        ("mx unsigned.signed.test", "insecure", "NOERROR", "; unsigned answer"),
        ("a nothing.unsigned.signed.test", "insecure", "NXDOMAIN", "; negative response, unsigned answer"),
        ("mx good.test", "insecure", "NOERROR", "; unsigned answer"),
        ("-x 192.0.2.25", "insecure", "NOERROR", "; unsigned answer"),
        // The alias is signed, and what it leads to is not.
        ("a abroad.signed.test", "insecure", "NOERROR", "; unsigned answer"),
    ] {
        let (query, resolver, options) = question(&servers.line(&format!("{line} @resolver +dnssec")));
        let answer = asker.one((query.clone(), resolver.clone(), options.clone()));
        let response = answer.reply.unwrap_or_else(|failure| panic!("{line}: {failure}"));
        let ad = if response.flags.ad { " AD" } else { "" };
        assert_eq!(format!("{}{ad}", response.rcode_name()), resolver_says, "{line}: what the resolver says");

        let validation = settle(&mut asker, &query, &resolver, &options, &anchors);
        let found = validation.state.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(found.starts_with(state), "{line}: {found}, where {state} is right\n{:#?}", validation.links);
        let delved = delv(&servers, &query);
        assert!(delved.contains(delv_says), "{line}: delv says\n{delved}");

        // The row of a single question tells both findings.
        let rows = asker.rows((query, resolver, options), &anchors);
        let told = if response.flags.ad { "the resolver says AD" } else { "the resolver does not say AD" };
        let name = state.split(':').next().unwrap_or_default();
        let row = rows.iter().find(|row| row.label == "DNSSEC").unwrap_or_else(|| panic!("{line}: no row\n{rows:#?}"));
        assert_eq!(row.text, format!("{told} · here: {name}"), "{line}");
    }
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn without_an_anchor_above_nothing_can_be_told() {
    let servers = nameservers();
    let mut asker = Asker::new();
    let (query, resolver, options) = question(&servers.line("mx signed.test @resolver +dnssec"));
    let validation = settle(&mut asker, &query, &resolver, &options, &[]);
    let found = validation.state.unwrap().to_string();
    assert_eq!(found, "indeterminate: no trust anchor stands above signed.test");
    // The real root's keys are not those of this root.
    let validation = settle(&mut asker, &query, &resolver, &options, &dnssec::root_anchors());
    let found = validation.state.unwrap().to_string();
    assert!(found.starts_with("indeterminate: this resolver has another root than IANA's"), "{found}");
}
