//! Domains whose DNS and servers live in a table.

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use ring::digest::{SHA256, digest};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::*;
use crate::diagnosis::Severity;
use crate::diagnosis::dns::{Answer, Flags, Record, Resolver, Response, Transport, Try};
use crate::diagnosis::dnssec::{Reason, State};
use crate::diagnosis::investigation::{Cause, Failure, Stage};
use crate::diagnosis::tls::{TlsReport, Verdict};
use crate::diagnosis::tlsa::Dnssec;
use crate::diagnosis::web::{self, Fetched};
use crate::protocol::capability::Capability;

/// 2026-11-21T00:00:00Z.
const NOW: i64 = 1_795_219_200;

const MX: &str = "mx.example.org";

/// What DNS, the web and the servers of a small world say. Everything else does not exist.
struct World {
    /// Name, type, values, and whether the resolver says AD.
    dns: Vec<(String, RecordType, Vec<Value>, bool)>,
    /// Names about which the resolver says SERVFAIL.
    failing: Vec<&'static str>,
    /// What does not exist is proven not to.
    signed: bool,
    policy: Option<&'static str>,
    chain: Vec<Vec<u8>>,
    /// Why no TLS comes about.
    failure: Option<(Stage, &'static str)>,
    /// The certificate is from a public authority.
    trusted: bool,
    /// What was looked at.
    looked: Vec<String>,
}

/// A certificate of an authority for a name, and the authority's.
fn chain(name: &str) -> Vec<Vec<u8>> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "Practice Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let leaf = CertificateParams::new([name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &authority).unwrap();
    vec![leaf.der().to_vec(), authority.der().to_vec()]
}

/// The 3 1 1 or 2 1 1 record of a certificate.
fn record(usage: u8, der: &[u8]) -> Value {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    let data = digest(&SHA256, certificate.public_key().raw).as_ref().to_vec();
    Value::Tlsa { usage, selector: 1, matching: 1, data }
}

fn wrong() -> Value {
    Value::Tlsa { usage: 3, selector: 1, matching: 1, data: vec![0xab; 32] }
}

fn mx(preference: u16, exchange: &str) -> Value {
    Value::Mx { preference, exchange: exchange.to_owned() }
}

impl World {
    /// `example.org` with one server, all signed, and no TLSA record.
    fn new() -> Self {
        let world = Self {
            dns: Vec::new(),
            failing: Vec::new(),
            signed: true,
            policy: None,
            chain: chain(MX),
            failure: None,
            trusted: true,
            looked: Vec::new(),
        };
        world.dns("example.org", RecordType::Mx, vec![mx(10, "MX.example.org")]).dns(
            MX,
            RecordType::A,
            vec![Value::A([192, 0, 2, 25].into())],
        )
    }

    fn dns(mut self, name: &str, kind: RecordType, values: Vec<Value>) -> Self {
        self.dns.push((name.to_owned(), kind, values, true));
        self
    }

    /// TLSA records of the server.
    fn tlsa(self, values: Vec<Value>) -> Self {
        self.dns("_25._tcp.mx.example.org", RecordType::Tlsa, values)
    }

    fn vouched(self) -> Self {
        let right = record(3, &self.chain[0]);
        self.tlsa(vec![right])
    }

    /// The resolver does not say AD about these names.
    fn unsigned(mut self, names: &[&str]) -> Self {
        for entry in &mut self.dns {
            entry.3 &= !names.contains(&entry.0.as_str());
        }
        self
    }

    fn failing(mut self, name: &'static str) -> Self {
        self.failing.push(name);
        self
    }

    fn fails(mut self, stage: Stage, says: &'static str) -> Self {
        self.failure = Some((stage, says));
        self
    }

    fn policy(mut self, policy: &'static str) -> Self {
        self.policy = Some(policy);
        self.dns("_mta-sts.example.org", RecordType::Txt, vec![Value::Txt(vec![b"v=STSv1; id=1".to_vec()])])
    }

    fn answer(&self, query: &Query) -> Answer {
        if self.failing.contains(&query.name.as_str()) {
            return Answer::new(query.clone(), Ok(Response { rcode: 2, ..Response::default() }));
        }
        let mut answers = Vec::new();
        let (mut name, mut ad) = (query.name.clone(), true);
        while let Some((_, _, values, signed)) =
            self.dns.iter().find(|(own, kind, ..)| *own == name && *kind == RecordType::Cname)
        {
            let Some(Value::Cname(target)) = values.first() else { panic!("{values:?}") };
            answers.push(Record { name: name.clone(), ttl: 60, value: Value::Cname(target.clone()) });
            ad &= signed;
            name = target.to_ascii_lowercase();
        }
        let found = self.dns.iter().find(|(own, kind, ..)| *own == name && *kind == query.kind);
        let exists = self.dns.iter().any(|(own, ..)| *own == name || own.ends_with(&format!(".{name}")));
        ad &= found.map_or(self.signed, |(_, _, _, signed)| *signed);
        let values = found.map(|(_, _, values, _)| values.clone()).unwrap_or_default();
        answers.extend(values.into_iter().map(|value| Record { name: name.clone(), ttl: 60, value }));
        let flags = Flags { ad, ..Flags::default() };
        let reply = Response { rcode: if exists { 0 } else { 3 }, flags, answers, ..Response::default() };
        Answer::new(query.clone(), Ok(reply))
    }

    fn report(&self, host: &str) -> TlsReport {
        let trust = if self.trusted { Verdict::Good } else { Verdict::Bad("unknown issuer".into()) };
        TlsReport {
            version: "TLS 1.3".to_owned(),
            cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
            group: None,
            asked_name: host.to_owned(),
            sni: Some(host.to_owned()),
            alpn: None,
            chain: self.chain.clone(),
            name: Verdict::Good,
            system_trust: trust.clone(),
            mozilla_trust: trust,
            handshake_signature: Verdict::Good,
            judged_at: NOW,
            took: Duration::ZERO,
            ..TlsReport::unjudged("")
        }
    }

    fn seen(&mut self, endpoint: Endpoint) -> Seen {
        let host = endpoint.host.to_string();
        self.looked.push(format!("{}://{host}:{} {:?}", endpoint.protocol, endpoint.port, endpoint.security));
        let mut seen = Seen::nothing(endpoint);
        seen.said = vec!["S: 220 mx".to_owned()];
        seen.greeting = "220 mx".to_owned();
        match self.failure {
            Some((stage, says)) => {
                let says = says.to_owned();
                seen.failure = Some(Failure { stage, says, next: "do something".to_owned(), cause: Cause::Other });
                if stage == Stage::StartTls {
                    seen.clear.known = true;
                }
            }
            None => {
                seen.clear.known = true;
                seen.clear.push(Capability::read(b"STARTTLS").unwrap());
                seen.remote = Some("192.0.2.25:25".parse().unwrap());
                seen.tls = Some(Box::new(self.report(&host)));
            }
        }
        seen
    }

    fn came(&mut self, want: Want) -> Came {
        match want {
            Want::Answer(question) => {
                let mut answer = self.answer(&question.query);
                // The header alone: what is signed in it is nothing.
                let tried = Try::new("192.0.2.53:53".parse().unwrap(), Transport::Udp);
                let rcode = answer.reply.as_ref().map_or(0, |response| response.rcode as u8);
                let received = [&[0, 0, 0x80, rcode][..], &[0; 8]].concat();
                answer.tries = vec![Try { received, ..tried }];
                Came::Answer(question, Box::new(answer))
            }
            Want::Document(request) => {
                assert_eq!(request.url.to_string(), "https://mta-sts.example.org/.well-known/mta-sts.txt");
                let headers = vec![("content-type".to_owned(), b"text/plain".to_vec())];
                let body = self.policy.unwrap().as_bytes().to_vec();
                let response = web::Response { status: 200, headers, body, ..web::Response::default() };
                let mut fetched = Fetched::new(request, Ok(response));
                let mut report = self.report("mta-sts.example.org");
                report.chain = chain("mta-sts.example.org");
                report.system_trust = Verdict::Good;
                report.mozilla_trust = Verdict::Good;
                fetched.tls = Some(Box::new(report));
                Came::Document(Box::new(fetched))
            }
            Want::Look(endpoint) => Came::Look(Box::new(self.seen(endpoint))),
            other => panic!("{other:?}"),
        }
    }

    fn look(&mut self, subject: &str) -> (Vec<Row>, Vec<Finding>) {
        self.look_as(subject, &Setting::new(Resolver::System))
    }

    fn look_as(&mut self, subject: &str, setting: &Setting) -> (Vec<Row>, Vec<Finding>) {
        let mut survey = DaneSurvey::new(subject, setting).unwrap();
        for _ in 0..20 {
            let wants = survey.wants();
            if wants.is_empty() {
                return survey.table();
            }
            for want in wants {
                let came = self.came(want);
                survey.came(came, NOW);
                drop(survey.table());
            }
        }
        panic!("it wants without an end");
    }
}

fn verdict(rows: &[Row], label: &str) -> String {
    let row = rows.iter().find(|row| row.label == label).unwrap_or_else(|| panic!("{label} is not in {rows:#?}"));
    row.verdict.as_ref().map_or_else(String::new, |(severity, says)| format!("{}: {says}", severity.name()))
}

fn has(findings: &[Finding], severity: Severity, part: &str) {
    let found = findings.iter().find(|finding| finding.says.contains(part));
    let found = found.unwrap_or_else(|| panic!("{part} is not in {findings:#?}"));
    assert_eq!(found.severity, severity, "{found:?}");
}

#[test]
fn the_table_of_a_domain_that_does_it_right() {
    let mut world =
        World::new().vouched().policy("version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n");
    let (rows, findings) = world.look("Jo@Example.org");
    assert_eq!(world.looked, ["smtp://mx.example.org:25 StartTls"]);
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let says = row.verdict.as_ref().map_or_else(String::new, |(s, says)| format!(" [{}: {says}]", s.name()));
            format!("{}{} {}{says}", "  ".repeat(row.depth.into()), row.label, row.text.split(" · ").next().unwrap())
        })
        .collect();
    let digits = told.iter().find(|row| row.contains("3 1 1")).unwrap().split_whitespace().nth(3).unwrap().to_owned();
    assert!(digits.len() == 16 + '…'.len_utf8(), "{digits}");
    assert_eq!(
        told.join("\n").replace(&digits, "0123…"),
        "MX one server of example.org [note: AD, by the resolver's word alone]\n\
         MX 10 mx.example.org [good: DANE vouches for it]\n\
         \x20 A 192.0.2.25 [note: AD, by the resolver's word alone]\n\
         \x20 TLSA _25._tcp.mx.example.org [note: AD, by the resolver's word alone]\n\
         \x20   3 1 1 0123… [good: matches the server]\n\
         \x20 STARTTLS 192.0.2.25:25 220 mx [good: TLS began]\n\
         \x20   TLS 1.3, 755728 days left [good: valid without DANE too]\n\
         \x20 MTA-STS mode enforce [good: allowed, and the certificate is valid]"
    );
    assert!(findings.iter().all(|finding| finding.severity <= Severity::Note), "{findings:#?}");
    has(&findings, Severity::Good, "a TLSA record vouches for the certificate of mx.example.org");
    let row = |label: &str| rows.iter().find(|row| row.label == label).unwrap();
    let connect = row("MX 10").connect.as_ref().unwrap();
    assert_eq!((connect.port, connect.service.as_deref()), (25, Some("smtp+starttls")));
    assert_eq!(row("STARTTLS").detail, ["S: 220 mx"]);
    assert!(row("TLS").detail.iter().any(|line| line.contains("SHA-256")), "{:?}", row("TLS").detail);
    assert!(row("3 1 1").detail[0].contains("usage 3: DANE-EE"), "{:?}", row("3 1 1").detail);
    assert_eq!(row("TLSA").question.as_ref().unwrap().query.name, "_25._tcp.mx.example.org");
    assert_eq!(row("TLSA").detail, ["the resolver says that it is authentic (AD)", "not checked here"]);
}

#[test]
fn servers_and_what_dane_makes_of_them() {
    let vouched = || World::new().vouched();
    let matching = |usage, place: usize| {
        let world = World::new();
        let record = record(usage, &world.chain[place]);
        world.tlsa(vec![record])
    };
    for (mut world, told, severity, part) in [
        (vouched(), "good: DANE vouches for it", Severity::Good, "vouches for the certificate"),
        (matching(2, 1), "good: DANE vouches for it", Severity::Good, "vouches for the certificate"),
        (World::new(), "note: no DANE", Severity::Note, "no TLSA record stands at _25._tcp.mx.example.org"),
        (
            World::new().tlsa(vec![wrong()]),
            "fault: no TLSA record matches: mail waits",
            Severity::Fault,
            "no TLSA record matches what mx.example.org shows",
        ),
        (matching(1, 0), "warning: no TLSA record is of use", Severity::Warning, "usage 1 is not for mail"),
        (
            vouched().unsigned(&["_25._tcp.mx.example.org"]),
            "warning: TLSA is not signed: passed over",
            Severity::Warning,
            "are not signed by DNSSEC",
        ),
        (
            vouched().failing("_25._tcp.mx.example.org"),
            "fault: the question for TLSA fails: mail waits",
            Severity::Fault,
            "the TLSA question at _25._tcp.mx.example.org has no answer",
        ),
        (
            vouched().unsigned(&["example.org"]),
            "good: DANE vouches for it",
            Severity::Note,
            "the MX records of example.org are not signed",
        ),
        (
            vouched().fails(Stage::StartTls, "the server does not offer STARTTLS"),
            "fault: TLSA, and no STARTTLS: mail waits",
            Severity::Fault,
            "mx.example.org has TLSA records, and the server does not offer STARTTLS: senders that know DANE deliver nothing",
        ),
        (
            vouched().fails(Stage::StartTls, "STARTTLS is offered and refused: 454 no"),
            "fault: TLSA, and no STARTTLS: mail waits",
            Severity::Fault,
            "mx.example.org has TLSA records, and STARTTLS is offered and refused: 454 no",
        ),
        (
            World::new().fails(Stage::StartTls, "the server does not offer STARTTLS"),
            "warning: mail comes in clear",
            Severity::Warning,
            "mx.example.org: the server does not offer STARTTLS: who can listen reads the mail",
        ),
        (
            vouched().fails(Stage::Handshake, "the server sent an alert"),
            "fault: TLSA, and no TLS: mail waits",
            Severity::Fault,
            "no TLS comes about",
        ),
        (
            vouched().fails(Stage::Connection, "timed out"),
            "warning: could not be looked at",
            Severity::Warning,
            "mx.example.org could not be looked at, so its certificate is not known: timed out",
        ),
        (
            World::new().fails(Stage::Greeting, "refused at the door: 554 no"),
            "warning: could not be looked at",
            Severity::Warning,
            "refused at the door: 554 no",
        ),
    ] {
        let (rows, findings) = world.look("example.org");
        assert_eq!(verdict(&rows, "MX 10"), told, "{part}");
        has(&findings, severity, part);
        let mend = rows.iter().find(|row| row.label == "mend");
        // Where a record would help that is not there.
        let helps = ["note: no DANE", "fault: no TLSA record matches: mail waits", "warning: no TLSA record is of use"];
        assert_eq!(mend.is_some(), helps.contains(&told), "{told}");
        let line = "_25._tcp.mx.example.org. IN TLSA 3 1 1 ";
        assert!(mend.is_none_or(|row| row.text.starts_with(line) && row.text.len() == line.len() + 64), "{mend:?}");
    }
}

#[test]
fn what_resolvers_and_signatures_say_side_by_side() {
    let bogus = || State::Bogus(Reason::TooMuch);
    let insecure = || State::Insecure("no DS".to_owned());
    let unknown = || State::Indeterminate { why: "no anchor".to_owned(), next: "" };
    let [first, itself, lost, unknown_alias] = [
        "TLSA is looked for at this name first",
        "not signed: TLSA",
        "bogus: senders with DANE take the host as unreachable",
        "whether it is signed is not known: TLSA",
    ];
    for (own, told, severity, part, together, alias) in [
        (Some(State::Secure), Some(true), Severity::Good, "signed: AD, and checked here", Dnssec::Secure, first),
        (Some(State::Secure), Some(false), Severity::Note, "the resolver does not say AD", Dnssec::Secure, first),
        (Some(State::Secure), None, Severity::Warning, "the resolver gives no answer", Dnssec::Secure, first),
        (
            Some(insecure()),
            Some(true),
            Severity::Warning,
            "says AD, and it is not signed: no DS",
            Dnssec::Insecure,
            itself,
        ),
        (Some(insecure()), Some(false), Severity::Note, "not signed: no DS", Dnssec::Insecure, itself),
        (Some(bogus()), Some(true), Severity::Fault, "the resolver says AD, and", Dnssec::Bogus, lost),
        (Some(bogus()), None, Severity::Fault, "more signatures", Dnssec::Bogus, lost),
        (Some(unknown()), Some(true), Severity::Note, "word alone: no anchor", Dnssec::Secure, first),
        (
            Some(unknown()),
            Some(false),
            Severity::Note,
            "not known; the resolver does not say AD: no anchor",
            Dnssec::Insecure,
            unknown_alias,
        ),
        (None, Some(true), Severity::Note, "word alone", Dnssec::Secure, first),
        (
            None,
            Some(false),
            Severity::Note,
            "not signed, by the resolver's word",
            Dnssec::Insecure,
            "not signed, by the",
        ),
        (None, None, Severity::Fault, "no answer", Dnssec::Insecure, "not signed, by the"),
    ] {
        let worth = crate::diagnosis::trust::Worth { told, own, is_settled: true };
        let (got, says) = words::worth(&worth).unwrap();
        assert_eq!((got, worth.dnssec()), (severity, Some(together)), "{worth:?}");
        assert!(says.contains(part), "{worth:?}: {says}");
        assert!(words::follows(&worth).unwrap().starts_with(alias), "{worth:?}: {:?}", words::follows(&worth));
        let open = crate::diagnosis::trust::Worth { is_settled: false, ..worth };
        assert_eq!((words::worth(&open), words::follows(&open), open.dnssec()), (None, None, None));
    }
}

#[test]
fn a_resolver_without_the_keys_of_the_root_is_no_fault_of_the_zone() {
    let anchors = crate::diagnosis::dnssec::root_anchors();
    let setting = Setting { anchors, ..Setting::new(Resolver::System) };
    for (mut world, told) in [
        (World::new().vouched(), "good: DANE vouches for it"),
        (World::new().vouched().unsigned(&["example.org"]), "good: DANE vouches for it"),
        (
            World::new().vouched().unsigned(&["_25._tcp.mx.example.org", MX, "example.org"]),
            "warning: whether TLSA is signed is not known",
        ),
    ] {
        let (rows, findings) = world.look_as("example.org", &setting);
        assert_eq!(verdict(&rows, "MX 10"), told);
        assert!(findings.iter().all(|finding| finding.severity < Severity::Fault), "{findings:#?}");
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.subject == "DNSSEC").collect();
        let [unchecked] = own.as_slice() else { panic!("{findings:#?}") };
        assert!(unchecked.says.contains("passes on no keys of the root (NXDOMAIN)"), "{unchecked:?}");
        assert_eq!(unchecked.next, "ask another resolver: @9.9.9.9");
        assert!(!findings.iter().any(|finding| finding.says.contains("not signed")), "{findings:#?}");
    }
}

#[test]
fn records_stand_at_the_end_of_signed_aliases_or_at_the_name() {
    let aliased = || {
        let world = World::new();
        let right = record(3, &world.chain[0]);
        let world = World { dns: Vec::new(), ..world }
            .dns("example.org", RecordType::Mx, vec![mx(10, MX)])
            .dns(MX, RecordType::Cname, vec![Value::Cname("Real.example.net".to_owned())])
            .dns("real.example.net", RecordType::A, vec![Value::A([192, 0, 2, 25].into())]);
        (world, right)
    };
    let at_the_end =
        |(world, right): (World, Value)| world.dns("_25._tcp.real.example.net", RecordType::Tlsa, vec![right]);
    let at_the_name = |(world, right): (World, Value)| world.tlsa(vec![right]);
    for (mut world, looked, name, told) in [
        (at_the_end(aliased()), "real.example.net", "_25._tcp.real.example.net", "good: DANE vouches for it"),
        (at_the_name(aliased()), MX, "_25._tcp.mx.example.org", "good: DANE vouches for it"),
        (at_the_end(aliased()).unsigned(&["real.example.net"]), MX, "none at _25._tcp.mx.example.org", "note: no DANE"),
        (
            at_the_end(aliased()).unsigned(&["_25._tcp.real.example.net"]),
            MX,
            "none at _25._tcp.mx.example.org",
            "note: no DANE",
        ),
        (at_the_name(aliased()).unsigned(&[MX]), MX, "_25._tcp.mx.example.org", "good: DANE vouches for it"),
    ] {
        let (rows, findings) = world.look("example.org");
        has(&findings, Severity::Fault, "an MX must not name an alias (RFC 2181 §10.3): mx.example.org is one of real");
        assert!(verdict(&rows, "CNAME").starts_with("fault: an MX must not name an alias"));
        assert_eq!(world.looked, [format!("smtp://{looked}:25 StartTls")]);
        assert_eq!(rows.iter().find(|row| row.label == "TLSA").unwrap().text, name);
        assert_eq!(verdict(&rows, "MX 10"), told, "{name}");
        assert_eq!(rows.iter().find(|row| row.label == "CNAME").unwrap().text, "real.example.net");
    }
}

#[test]
fn the_servers_of_a_domain() {
    let with =
        |values: Vec<Value>| World { dns: Vec::new(), ..World::new() }.dns("example.org", RecordType::Mx, values);
    let many: Vec<Value> = (0..14).rev().map(|n| mx(n, &format!("mx{n}.example.org"))).collect();
    let mut world = with(many);
    for n in 0..14 {
        world = world.dns(
            &format!("mx{n}.example.org"),
            RecordType::Aaaa,
            vec![Value::Aaaa("2001:db8::25".parse().unwrap())],
        );
    }
    let (rows, _) = world.look("example.org");
    assert_eq!(world.looked.len(), SERVERS);
    assert!(world.looked.iter().all(|looked| !looked.contains("mx13") && !looked.contains("mx10")));
    assert_eq!(rows.iter().filter(|row| row.text == "4 more are not looked at").count(), 1);
    for (mut world, text, told, part) in [
        (with(vec![mx(0, "")]), ".", "note: takes no mail, and says so (RFC 7505)", None),
        (
            World { dns: Vec::new(), ..World::new() },
            "NXDOMAIN",
            "fault: the domain does not exist",
            Some("does not exist"),
        ),
        (
            with(Vec::new()).failing("example.org"),
            "none",
            "fault: no answer",
            Some("could not tell the MX of example.org"),
        ),
    ] {
        let (rows, findings) = world.look("example.org");
        assert_eq!((rows[0].text.as_str(), verdict(&rows, "MX").as_str()), (text, told));
        assert_eq!((rows.len(), world.looked.len()), (1, 0));
        assert_eq!(findings.first().map(|finding| finding.says.contains(part.unwrap())), part.map(|_| true));
    }
    // What names no host is not looked at, and a host without an address is said to have none.
    let (rows, findings) =
        with(vec![mx(1, "192.0.2.25"), mx(2, "a..b"), mx(3, "gone.example.org")]).look("example.org");
    assert_eq!(verdict(&rows, "MX 3"), "fault: has no address");
    has(&findings, Severity::Fault, "gone.example.org has no address");
    assert_eq!(verdict(&rows, "MX 1"), "fault: is no name of a host");
    assert_eq!(verdict(&rows, "MX 2"), "fault: is no name of a host");
    has(&findings, Severity::Fault, "an MX record of example.org names the address 192.0.2.25: no mail");
    has(&findings, Severity::Fault, "names what is no name of a host: a..b");
    let (rows, findings) = with(vec![mx(0, "192.0.2.25")]).look("example.org");
    assert_eq!(rows[0].text, "none that mail can be delivered to");
    has(&findings, Severity::Fault, "names the address 192.0.2.25");
    // Without MX the domain takes its mail itself.
    let mut world = with(Vec::new()).dns("example.org", RecordType::A, vec![Value::A([192, 0, 2, 80].into())]);
    world.chain = chain("example.org");
    let (rows, _) = world.look("example.org");
    assert_eq!(
        (rows[0].text.as_str(), world.looked[0].as_str()),
        ("none: example.org takes its mail itself", "smtp://example.org:25 StartTls")
    );
}

#[test]
fn one_server_by_itself() {
    for (subject, looked, title, name) in [
        ("mx.example.org:25", "smtp://mx.example.org:25 StartTls", "DANE mx.example.org:25", "_25._tcp.mx.example.org"),
        (
            "MX.example.org:465",
            "smtp://mx.example.org:465 Implicit",
            "DANE mx.example.org:465",
            "_465._tcp.mx.example.org",
        ),
        (
            "imap://mx.example.org",
            "imap://mx.example.org:143 StartTls",
            "DANE mx.example.org:143",
            "_143._tcp.mx.example.org",
        ),
    ] {
        let mut world = World::new();
        let right = record(3, &world.chain[0]);
        world = world.dns(name, RecordType::Tlsa, vec![right]);
        let (rows, findings) = world.look(subject);
        assert_eq!(world.looked, [looked]);
        assert_eq!(verdict(&rows, "server"), "good: DANE vouches for it");
        assert!(!rows.iter().any(|row| row.label.starts_with("MX")), "{rows:#?}");
        assert!(findings.iter().all(|finding| finding.severity == Severity::Good), "{findings:#?}");
        let setting = Setting::new(Resolver::System);
        assert_eq!(DaneSurvey::new(subject, &setting).unwrap().title(), title);
    }
    for (subject, part) in [("192.0.2.25", "has no TLSA record"), ("a..b", "not a host name"), ("", "empty")] {
        let error = DaneSurvey::new(subject, &Setting::new(Resolver::System)).unwrap_err();
        assert!(error.contains(part), "{subject}: {error}");
    }
}

#[test]
fn the_policy_of_mta_sts_meets_the_same_certificate() {
    const ENFORCE: &str = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n";
    const OTHER: &str = "version: STSv1\nmode: testing\nmx: other.example.org\nmax_age: 604800\n";
    let untrusted = |world: World| World { trusted: false, ..world };
    for (mut world, told, part) in [
        (
            untrusted(World::new().policy(ENFORCE)),
            "fault: not trusted by this machine",
            Some("is allowed by the MTA-STS policy, and not trusted"),
        ),
        (
            World::new().policy(OTHER),
            "warning: the policy does not allow this server",
            Some("does not allow the exchange mx.example.org"),
        ),
        (
            World::new().policy(ENFORCE).fails(Stage::StartTls, "the server does not offer STARTTLS"),
            "fault: no STARTTLS",
            Some("and offers no STARTTLS"),
        ),
        (
            World::new().policy(ENFORCE).fails(Stage::Connection, "timed out"),
            "warning: allowed; the rest is not judged: no certificate was seen",
            None,
        ),
    ] {
        let (rows, findings) = world.look("example.org");
        let says = verdict(&rows, "MTA-STS");
        assert!(says.starts_with(told), "{says}");
        assert!(part.is_none_or(|part| findings.iter().any(|finding| finding.says.contains(part))), "{findings:#?}");
    }
    // A certificate that only DANE vouches for is no fault to DANE.
    let (rows, _) = untrusted(World::new().vouched()).look("example.org");
    assert_eq!(verdict(&rows, "MX 10"), "good: DANE vouches for it");
    assert!(
        verdict(&rows, "TLS").starts_with("note: without DANE not valid: not trusted"),
        "{}",
        verdict(&rows, "TLS")
    );
}

#[test]
fn names_from_hostile_zones_are_safe_to_draw_and_few_are_asked() {
    let values = (0..2000).map(|n| mx(n, &format!("m{n}\u{1b}[2J\u{202e}.example"))).collect();
    let mut world = World { dns: Vec::new(), ..World::new() }.dns("example.org", RecordType::Mx, values);
    let ring =
        |world: World, one: &str, other: &str| world.dns(one, RecordType::Cname, vec![Value::Cname(other.to_owned())]);
    let (rows, findings) = world.look("example.org");
    assert!(rows.len() < 100 && findings.len() < 100, "{}", rows.len());
    world = World { dns: Vec::new(), ..World::new() }.dns("example.org", RecordType::Mx, vec![mx(1, MX)]);
    world = ring(world, MX, "evil\u{1b}[2J.example").dns(
        "evil\u{1b}[2j.example",
        RecordType::A,
        vec![Value::A([192, 0, 2, 1].into())],
    );
    let (more, others) = world.look("example.org");
    assert_eq!(world.looked, ["smtp://mx.example.org:25 StartTls"]);
    let rows = rows.into_iter().chain(more);
    let texts =
        rows.flat_map(|row| [row.label, row.text, row.note].into_iter().chain(row.verdict.map(|(_, says)| says)));
    let said = findings.into_iter().chain(others).flat_map(|finding| [finding.subject, finding.says, finding.next]);
    for text in texts.chain(said) {
        assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{text:?}");
    }
}
