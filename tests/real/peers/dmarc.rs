//! DMARC findings beside those of checkdmarc, which asks the same server about the same domains.

use std::collections::HashMap;

use ehlo::diagnosis::dmarc::{Applies, Dmarc, evaluate};
use ehlo::diagnosis::dns::{Query, QueryOptions, Record, RecordType, Resolver, Response, Value};
use ehlo::diagnosis::finding::Severity;

use super::python;
use crate::answerer::Answerer;
use crate::asker::Asker;

/// A matter, by its name: parts of what checkdmarc says of it, parts of the findings here, and why one of the two says
/// nothing or something else. Checkdmarc stops at its first error; all is told here.
type Matter = (&'static str, &'static [&'static str], &'static [&'static str], &'static str);

const MATTERS: &[Matter] = &[
    // What the policy is.
    ("none", &["A p tag value of none"], &["p=none asks for reports only"], ""),
    ("none, no reports", &["A p tag value of none", "rua tag"], &["p=none without reports (rua)"], ""),
    ("no reports", &["rua tag"], &["no reports (rua) are asked for"], ""),
    ("p missing", &["A missing p tag", "A p tag value of none"], &["the record has no policy (p)"], ""),
    ("p missing, no reports", &["rua tag"], &[], "told with the policy: such a record is passed over as a whole"),
    ("p wrong", &["Tag p must have one of"], &["the policy is none of the three words"], ""),
    ("p empty", &["Error: Expected"], &["the policy is none of the three words"], ""),
    ("p late", &["The p tag does not immediately follow"], &["p does not follow v"], ""),
    ("p twice", &["Duplicate p tags"], &["the tag p stands here for a second time"], ""),
    (
        "P",
        &[],
        &["the record has no policy (p)", "P is not in small letters"],
        "tags are told apart by case (RFC 6376 §3.2), and checkdmarc puts them in small letters",
    ),
    ("sp=none", &["An sp tag value of none"], &["sp=none leaves subdomains less guarded"], ""),
    ("sp lower", &[], &["sp=quarantine leaves subdomains less guarded"], "checkdmarc warns of none only"),
    ("np=none", &[], &["np=none leaves subdomains that do not exist"], "checkdmarc does not judge np"),
    ("sp wrong", &["Tag sp must have one of"], &["sp or np is none of the", "sp is none of the three words"], ""),
    ("sp idle", &[], &["sp does nothing here"], "sp counts at an organisational domain only (RFC 9989 §4.7)"),
    ("psd", &[], &["psd=y says that others register"], "checkdmarc does not compare psd with the public suffix list"),
    ("trial", &[], &["t=y lowers the policy"], "checkdmarc takes t=y without a word"),
    // Tags.
    ("pct", &["Support for the pct tag was removed"], &["pct"], ""),
    ("ri", &["Support for the ri tag was removed"], &["ri was removed"], ""),
    ("rf", &["Support for the rf tag was removed"], &["rf was removed"], ""),
    ("adkim", &["is not a valid adkim tag value"], &["adkim is none of r, s"], ""),
    ("aspf", &["is not a valid aspf tag value"], &["aspf is none of r, s"], ""),
    ("fo list", &["fo=0:1 is invalid"], &["fo is no list of"], ""),
    ("fo word", &["x is not a valid option for the DMARC fo tag"], &["fo is no list of"], ""),
    ("fo idle", &[], &["fo does nothing without ruf"], "checkdmarc does not look for ruf"),
    ("t wrong", &["Tag t must have one of"], &["t is none of y, n"], ""),
    ("psd wrong", &[], &["psd is none of y, n, u"], "checkdmarc has stopped at t"),
    ("unknown", &["Unknown DMARC tag"], &["DMARC has no tag"], ""),
    ("empty", &["Error: Expected"], &["nothing stands between two semicolons"], ""),
    ("nonsense", &["Error: Expected"], &["text without \"=\""], ""),
    ("glued", &["Tag p must have one of"], &["the policy is none of the", "the semicolon before rua= is missing"], ""),
    // Reports.
    ("no scheme", &["begins with a scheme"], &["mailto: is missing before", "no reports (rua) are asked for"], ""),
    ("https", &["uses the https scheme"], &["by https:", "no reports (rua) are asked for"], ""),
    ("size", &["The size limit (`!size`)"], &["a size limit on reports (!)"], ""),
    ("three", &["more than two rua URIs"], &["rua has 3 destinations"], ""),
    ("rua empty", &["Error: Expected"], &["no report goes to \"\"", "no reports (rua) are asked for"], ""),
    ("comma", &["is not a valid DMARC report URI"], &["no report goes to \"\""], ""),
    ("refused", &["does not indicate that it accepts"], &["does not say that it takes them"], ""),
    (
        "no MX",
        &["has no MX records"],
        &[],
        "where reports go is not looked up: without an MX the address takes the mail (RFC 5321 §5.1)",
    ),
    // Where a record stands.
    ("not one", &["Unrelated TXT records"], &["is not taken for a record of DMARC", "no DMARC record applies"], ""),
    ("blank", &["starts with whitespace"], &["is not taken for a record of DMARC", "no DMARC record applies"], ""),
    ("several", &["Multiple DMARC policy records"], &["2 DMARC records stand at"], ""),
    ("others", &["Unrelated TXT records"], &[], "receivers put other texts aside (RFC 9989 §4.10): they do no harm"),
    ("SPF", &["Unrelated TXT records"], &["no DMARC record applies"], ""),
    ("misplaced", &["A DMARC record does not exist"], &["itself, where nobody looks", "no DMARC record applies"], ""),
    ("nothing", &["A DMARC record does not exist"], &["no DMARC record applies"], ""),
    ("no domain", &["The domain does not exist"], &["no DMARC record applies"], ""),
    ("inherited", &[], &["has no record of its own"], "checkdmarc tells the place of the record beside it"),
    (
        "V",
        &[],
        &["is not taken for a record of DMARC", "no DMARC record applies"],
        "by the grammar V is as good as v (RFC 9989 §4.8); by RFC 6376 §3.2 it is not, and many receivers go by that",
    ),
];

/// A domain, the TXT records of its world, and the matters there. `%` stands for the domain; a record without an owner
/// stands at `_dmarc` of it. Whoever is no `nomx` takes mail.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const CASES: &[Case] = &[
    ("good.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@%")], &[]),
    ("none.example", &[("", "v=DMARC1; p=none; rua=mailto:d@%")], &["none"]),
    ("bare-none.example", &[("", "v=DMARC1; p=none")], &["none, no reports"]),
    ("bare.example", &[("", "v=DMARC1; p=quarantine")], &["no reports"]),
    ("words.example", &[("", "v=DMARC1; p=REJECT; sp=Reject; adkim=S; rua=MAILTO:d@%")], &[]),
    ("blanks.example", &[("", "v = DMARC1 ; p = reject ; rua = mailto:d@%")], &[]),
    ("two.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@%, mailto:e@%")], &[]),
    ("sp-none.example", &[("", "v=DMARC1;p=reject;sp=none;rua=mailto:d@%")], &["sp=none"]),
    ("sp-lower.example", &[("", "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@%")], &["sp lower"]),
    ("sp-higher.example", &[("", "v=DMARC1; p=none; sp=reject; rua=mailto:d@%")], &["none"]),
    ("sp-wrong.example", &[("", "v=DMARC1; p=reject; sp=block; rua=mailto:d@%")], &["sp wrong"]),
    ("np-none.example", &[("", "v=DMARC1; p=reject; np=none; rua=mailto:d@%")], &["np=none"]),
    ("p-wrong.example", &[("", "v=DMARC1; p=block; rua=mailto:d@%")], &["p wrong"]),
    ("p-empty.example", &[("", "v=DMARC1; p=; rua=mailto:d@%")], &["p empty"]),
    ("p-missing.example", &[("", "v=DMARC1; rua=mailto:d@%")], &["p missing"]),
    ("version.example", &[("", "v=DMARC1")], &["p missing", "p missing, no reports"]),
    ("p-late.example", &[("", "v=DMARC1; rua=mailto:d@%; p=reject")], &["p late"]),
    ("p-twice.example", &[("", "v=DMARC1; p=reject; p=none; rua=mailto:d@%")], &["p twice"]),
    ("capital-p.example", &[("", "v=DMARC1; P=reject; rua=mailto:d@%")], &["P"]),
    ("trial.example", &[("", "v=DMARC1; p=reject; t=y; rua=mailto:d@%")], &["trial"]),
    ("psd.example", &[("", "v=DMARC1; p=reject; psd=y; rua=mailto:d@%")], &["psd"]),
    ("pct.example", &[("", "v=DMARC1; p=reject; pct=50; rua=mailto:d@%")], &["pct"]),
    ("pct-none.example", &[("", "v=DMARC1; p=none; pct=20; rua=mailto:d@%")], &["pct", "none"]),
    ("old.example", &[("", "v=DMARC1; p=reject; pct=100; ri=86400; rf=afrf; rua=mailto:d@%")], &["pct", "ri", "rf"]),
    ("modes.example", &[("", "v=DMARC1; p=reject; adkim=strict; aspf=q; rua=mailto:d@%")], &["adkim", "aspf"]),
    ("fo-list.example", &[("", "v=DMARC1; p=reject; fo=0:1; ruf=mailto:d@%; rua=mailto:d@%")], &["fo list"]),
    ("fo-word.example", &[("", "v=DMARC1; p=reject; fo=x; ruf=mailto:d@%; rua=mailto:d@%")], &["fo word"]),
    ("fo-idle.example", &[("", "v=DMARC1; p=reject; fo=1; rua=mailto:d@%")], &["fo idle"]),
    ("t-wrong.example", &[("", "v=DMARC1; p=reject; t=maybe; psd=x; rua=mailto:d@%")], &["t wrong", "psd wrong"]),
    ("unknown.example", &[("", "v=DMARC1; p=reject; policy=x; rua=mailto:d@%")], &["unknown"]),
    ("typo.example", &[("", "v=DMARC1; p=reject; rau=mailto:d@%")], &["unknown", "no reports"]),
    ("empty.example", &[("", "v=DMARC1;; p=reject; rua=mailto:d@%;")], &["empty"]),
    ("nonsense.example", &[("", "v=DMARC1; p=reject; nonsense; rua=mailto:d@%")], &["nonsense"]),
    ("glued.example", &[("", "v=DMARC1; p=reject rua=mailto:d@%")], &["glued"]),
    ("no-scheme.example", &[("", "v=DMARC1; p=reject; rua=d@%")], &["no scheme"]),
    ("https.example", &[("", "v=DMARC1; p=reject; rua=https://%/report")], &["https"]),
    ("size.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@%!10m")], &["size"]),
    ("three.example", &[("", "v=DMARC1; p=reject; rua=mailto:a@%,mailto:b@%,mailto:c@%")], &["three"]),
    ("rua-empty.example", &[("", "v=DMARC1; p=reject; rua=")], &["rua empty"]),
    ("comma.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@%,")], &["comma"]),
    ("refused.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@elsewhere.test")], &["refused"]),
    (
        "agreed.example",
        &[("", "v=DMARC1; p=reject; rua=mailto:d@elsewhere.test"), ("%._report._dmarc.elsewhere.test", "v=DMARC1")],
        &[],
    ),
    (
        "agreed-all.example",
        &[("", "v=DMARC1; p=reject; rua=mailto:d@all.test"), ("*._report._dmarc.all.test", "v=DMARC1;")],
        &[],
    ),
    ("within.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@reports.%")], &[]),
    ("no-mx.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@nomx.%"), ("nomx.%", "a host")], &["no MX"]),
    ("no-separator.example", &[("", "v=DMARC1 p=reject; rua=mailto:d@%")], &["not one"]),
    ("small.example", &[("", "v=dmarc1; p=reject; rua=mailto:d@%")], &["not one"]),
    ("capital-v.example", &[("", "V=DMARC1; p=reject; rua=mailto:d@%")], &["V"]),
    ("turned.example", &[("", "p=reject; v=DMARC1; rua=mailto:d@%")], &["not one"]),
    ("quoted.example", &[("", "\"v=DMARC1; p=reject; rua=mailto:d@%\"")], &["not one"]),
    ("blank.example", &[("", " v=DMARC1; p=reject; rua=mailto:d@%")], &["blank"]),
    ("several.example", &[("", "v=DMARC1; p=reject"), ("", "v=DMARC1; p=none")], &["several"]),
    ("others.example", &[("", "v=DMARC1; p=reject; rua=mailto:d@%"), ("", "verification=1")], &["others"]),
    ("spf.example", &[("", "v=spf1 -all")], &["SPF"]),
    ("misplaced.example", &[("%", "v=DMARC1; p=reject; rua=mailto:d@%")], &["misplaced"]),
    ("nothing.example", &[("%", "v=spf1 -all")], &["nothing"]),
    ("nowhere.example", &[], &["no domain"]),
    (
        "sub.parent.example",
        &[("_dmarc.parent.example", "v=DMARC1; p=reject; sp=none; rua=mailto:d@parent.example"), ("%", "v=spf1 -all")],
        &["inherited", "sp=none"],
    ),
    (
        "sub.own.example",
        &[
            ("", "v=DMARC1; p=quarantine; sp=none; rua=mailto:d@own.example"),
            ("_dmarc.own.example", "v=DMARC1; p=reject; rua=mailto:d@own.example"),
        ],
        &["sp=none", "sp idle"],
    ),
];

/// Where the record that counts, or its policies for the domain, for subdomains, and for those that do not exist, differ:
/// those of checkdmarc, those here, and why.
const POLICIES: &[(&str, &str, &str, &str)] = &[
    ("capital-p.example", "reject reject reject", "none none none", "see P"),
    ("capital-v.example", "reject reject reject", "", "see V"),
    ("p-twice.example", "", "reject reject reject", "which one receivers take is open; the first is taken here"),
    ("fo-word.example", "", "reject reject reject", DEFAULT),
    ("t-wrong.example", "", "reject reject reject", DEFAULT),
    ("empty.example", "", "reject reject reject", DEFAULT),
    ("nonsense.example", "", "reject reject reject", DEFAULT),
    ("no-scheme.example", "", "reject reject reject", DEFAULT),
    ("rua-empty.example", "", "reject reject reject", DEFAULT),
    ("comma.example", "", "reject reject reject", DEFAULT),
    ("others.example", "", "reject reject reject", "see others"),
    ("p-wrong.example", "", "none none none", UNUSABLE),
    ("p-empty.example", "", "none none none", UNUSABLE),
    ("sp-wrong.example", "", "none none none", UNUSABLE),
    ("glued.example", "", "none none none", UNUSABLE),
];
const DEFAULT: &str = "what is wrong in a tag is put aside for its default (RFC 9989 §4.7), and the rest counts";
const UNUSABLE: &str = "a record whose policy cannot be used counts as p=none at most (RFC 9989 §4.10.1)";

/// The zone, served as a name server would.
fn serve() -> Answerer {
    let mut zone: HashMap<String, Vec<String>> = HashMap::new();
    for (domain, records, _) in CASES {
        for (owner, text) in *records {
            let owner = if owner.is_empty() { "_dmarc.%" } else { owner };
            zone.entry(owner.replace('%', domain)).or_default().push(text.replace('%', domain));
        }
    }
    Answerer::start(move |query: &Query| {
        let name = query.name.to_ascii_lowercase();
        let wild = zone.keys().find(|key| key.strip_prefix('*').is_some_and(|suffix| name.ends_with(suffix)));
        let texts = zone.get(&name).or_else(|| zone.get(wild?));
        let record = |value| Record { name: query.name.clone(), ttl: 300, value };
        let mut response = Response::default();
        match query.kind {
            RecordType::Mx if !name.starts_with("nomx.") => {
                response.answers.push(record(Value::Mx { preference: 10, exchange: format!("mx.{name}") }));
            }
            RecordType::Txt => {
                let value = |text: &String| record(Value::Txt(vec![text.as_bytes().to_vec()]));
                response.answers = texts.into_iter().flatten().map(value).collect();
            }
            _ => {}
        }
        let below = format!(".{name}");
        if response.answers.is_empty() && texts.is_none() && !zone.keys().any(|other| other.ends_with(&below)) {
            response.rcode = 3;
        }
        Some(response)
    })
}

/// What checkdmarc says of one domain.
#[derive(Debug, Default)]
struct Theirs {
    /// The place of the record, and its policies; empty when it has none that it can use.
    place: String,
    policies: Vec<String>,
    /// Its error and its warnings.
    says: Vec<String>,
}

fn ask_checkdmarc(answerer: &Answerer) -> HashMap<String, Theirs> {
    let Resolver::Server(server) = answerer.resolver() else { panic!("it is one server") };
    let port = server.port.expect("it is not the usual one").to_string();
    let domains: Vec<&str> = CASES.iter().map(|(domain, ..)| *domain).collect();
    let said = python("dmarc.py", &[port.as_ref()], domains.join("\n").as_bytes());
    let mut all: HashMap<String, Theirs> = HashMap::new();
    for line in said.lines() {
        let [domain, what, text] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let theirs = all.entry(domain.to_owned()).or_default();
        match what {
            "location" => theirs.place = text.to_owned(),
            "p" | "sp" | "np" => theirs.policies.push(text.to_owned()),
            _ => theirs.says.push(text.to_owned()),
        }
    }
    all
}

/// Where the record stands that applies here, and its policies.
fn policies(dmarc: &Dmarc) -> (String, String) {
    let Applies::Record { domain, reading, .. } = &dmarc.by_walk.applies else { return Default::default() };
    let record = &reading.record;
    let policies = [record.policy(), record.subdomain_policy(true).0, record.subdomain_policy(false).0];
    (domain.clone(), policies.map(|policy| policy.name()).join(" "))
}

/// What of `says` no part stands in, and which part stands in none.
fn amiss(who: &str, says: &[String], parts: &[&str]) -> Vec<String> {
    let untold = says.iter().filter(|text| !parts.iter().any(|part| text.contains(part)));
    let missing = parts.iter().filter(|part| !says.iter().any(|text| text.contains(**part)));
    let untold = untold.map(|text| format!("{who} says \"{text}\", of which no matter tells"));
    untold.chain(missing.map(|part| format!("{who} does not say \"{part}\""))).collect()
}

#[test]
#[ignore = "needs checkdmarc: tests/real/run"]
fn findings_are_those_of_checkdmarc() {
    let answerer = serve();
    let theirs = ask_checkdmarc(&answerer);
    let mut asker = Asker::new();
    let (mut wrong, nothing) = (Vec::new(), Theirs::default());
    for (domain, _, matters) in CASES {
        let dmarc = asker.settle(&answerer.resolver(), &QueryOptions::default(), |inquiry| evaluate(inquiry, domain));
        let theirs = theirs.get(*domain).unwrap_or(&nothing);
        let find = |name: &&str| MATTERS.iter().find(|matter| matter.0 == *name).unwrap_or_else(|| panic!("no {name}"));
        let matters: Vec<&Matter> = matters.iter().map(find).collect();
        let parts = |of: fn(&Matter) -> &'static [&'static str]| -> Vec<&str> {
            matters.iter().flat_map(|matter| of(matter)).copied().collect()
        };
        // What is right is told here alone.
        let told = dmarc.findings.iter().filter(|finding| finding.severity > Severity::Good);
        let told: Vec<String> = told.map(|finding| finding.says.clone()).collect();
        let mut here = amiss("checkdmarc", &theirs.says, &parts(|matter| matter.1));
        here.extend(amiss("ehlo", &told, &parts(|matter| matter.2)));

        let (place, ours) = policies(&dmarc);
        let different = POLICIES.iter().find(|row| row.0 == *domain);
        let expected = different.map_or((theirs.policies.join(" "), theirs.policies.join(" ")), |(_, a, b, _)| {
            ((*a).to_owned(), (*b).to_owned())
        });
        let got = (theirs.policies.join(" "), ours);
        if got != expected {
            here.push(format!("policies {got:?}, expected {expected:?}"));
        }
        if place != theirs.place && !got.0.is_empty() && !got.1.is_empty() {
            here.push(format!("the record of {place} applies, and to checkdmarc that of {}", theirs.place));
        }
        wrong.extend(here.into_iter().map(|what| format!("{domain}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A difference has its reason, and one that is no more has no place here.
    for (name, theirs, ours, why) in MATTERS {
        assert_eq!(theirs.is_empty() || ours.is_empty(), !why.is_empty(), "{name}");
        assert!(CASES.iter().any(|(_, _, matters)| matters.contains(name)), "{name} is in no case");
    }
    for (domain, theirs, ours, _) in POLICIES {
        assert!(theirs != ours && CASES.iter().any(|case| case.0 == *domain), "{domain}");
    }
}
