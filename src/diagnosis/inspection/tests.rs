use std::time::Duration;

use super::*;
use crate::diagnosis::certificate::tests::sample;
use crate::diagnosis::dns::{Answer, Record, RecordType, Resolver, Response, Value};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::world::drawn;
use crate::diagnosis::investigation::{Cause, Ended, Failure, Heard, Stage};
use crate::diagnosis::tls::{CertificateRequest, Judgement, Kind, Path, Verdict};
use crate::diagnosis::tlsa;
use crate::diagnosis::web::{self, FetchFailure, Fetched};
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::tls::{AlertDescription, Flight};

/// 2026-11-21T18:00:00Z.
const NOW: i64 = 1_795_284_000;

/// What stands in DNS, at the server, and on the web.
pub(super) struct World {
    pub(super) dns: Vec<(&'static str, RecordType, Value)>,
    ad: bool,
    pub(super) seen: fn(&mut Seen),
    pub(super) document: Result<web::Response, FetchFailure>,
    pub(super) wanted: Vec<String>,
}

impl World {
    pub(super) fn new() -> Self {
        let address = ("mx1.example.org", RecordType::A, Value::A([192, 0, 2, 25].into()));
        let document = Ok(web::Response { status: 200, body: sample("intermediate"), ..web::Response::default() });
        Self { dns: vec![address], ad: false, seen: |_| {}, document, wanted: Vec::new() }
    }

    /// Runs a line to its end.
    pub(super) fn run(&mut self, line: &str) -> (Vec<Row>, Vec<Finding>) {
        let words: Vec<&str> = line.split(' ').collect();
        let setting = Setting::new(Resolver::System);
        let mut inspection = Inspection::new(Subject::read(&words, None).unwrap(), &setting);
        self.settle(&mut inspection)
    }

    pub(super) fn settle(&mut self, inspection: &mut Inspection) -> (Vec<Row>, Vec<Finding>) {
        for _ in 0..20 {
            let wants = inspection.wants();
            if wants.is_empty() {
                return inspection.table();
            }
            for want in wants {
                let came = self.serve(want);
                inspection.came(came, NOW);
            }
        }
        panic!("wants without end");
    }

    fn serve(&mut self, want: Want) -> Came {
        match want {
            Want::Answer(question) => {
                let mut response = Response::default();
                response.flags.ad = self.ad;
                let of = |(name, kind, _): &&(&str, RecordType, Value)| {
                    *name == question.query.name && *kind == question.query.kind
                };
                let record = |(name, _, value): &(&str, RecordType, Value)| Record {
                    name: (*name).to_owned(),
                    ttl: 300,
                    value: value.clone(),
                };
                response.answers = self.dns.iter().filter(of).map(record).collect();
                let answer = Answer::new(question.query.clone(), Ok(response));
                Came::Answer(question, Box::new(answer))
            }
            Want::Look(endpoint) => {
                self.wanted.push(format!("look {endpoint}"));
                let mut seen = seen(endpoint);
                (self.seen)(&mut seen);
                Came::Look(Box::new(seen))
            }
            Want::Again(endpoint) => {
                self.wanted.push(format!("again {endpoint}"));
                let mut seen = seen(endpoint);
                if let Some(report) = &mut seen.tls {
                    report.kind = Kind::Resumed;
                }
                Came::Again(Box::new(seen))
            }
            Want::Document(request) => {
                self.wanted.push(request.url.to_string());
                let mut server = seen(Subject::read(&[&request.url.host.to_string()], None).unwrap().endpoint);
                server.tls.as_deref_mut().into_iter().for_each(trusted);
                let tls = server.tls.filter(|_| request.url.to_string().starts_with("https:"));
                Came::Document(Box::new(Fetched { tls, ..Fetched::new(request, self.document.clone()) }))
            }
            Want::Judge(chain) => {
                self.wanted.push(format!("judge {} of {}", chain.certificates.len(), chain.name));
                let (system, mozilla) = (Verdict::Good, Verdict::Bad("no root".into()));
                let judgement = Judgement {
                    name: Verdict::Good,
                    system,
                    mozilla,
                    system_path: None,
                    mozilla_path: None,
                    roots: Vec::new(),
                };
                Came::Judged(Box::new(judgement))
            }
            // A server that sends nothing but an alert: handshake_failure.
            Want::Hello(hello) => {
                self.wanted.push(format!("hello {}", hello.endpoint));
                let mut flight = Flight::default();
                flight.push(&[0x15, 3, 1, 0, 2, 2, 0x28]);
                let heard = Heard { seen: Seen::nothing(hello.endpoint.clone()), flight, ended: Ended::Enough };
                Came::Hello(hello, Box::new(heard))
            }
            other => panic!("{other:?}"),
        }
    }
}

fn offers(list: &[&str]) -> Capabilities {
    let mut offers = Capabilities::heard();
    list.iter().for_each(|offer| offers.push(Capability::read(offer.as_bytes()).unwrap()));
    offers
}

/// A server that shows the sample, whose issuer it does not send, to everybody's distrust.
pub(super) fn seen(endpoint: Endpoint) -> Seen {
    let bad = || Verdict::Bad("no root".into());
    let report = TlsReport {
        version: "TLS 1.3".to_owned(),
        cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
        group: Some("X25519".to_owned()),
        sni: Some(endpoint.host.to_string()),
        chain: vec![sample("leaf")],
        name: Verdict::Good,
        system_trust: bad(),
        mozilla_trust: bad(),
        handshake_signature: Verdict::Good,
        judged_at: NOW,
        took: Duration::from_millis(7),
        ..TlsReport::unjudged(&endpoint.host.to_string())
    };
    Seen {
        greeting: "220 mx1".to_owned(),
        remote: Some("192.0.2.25:25".parse().unwrap()),
        clear: offers(&["STARTTLS", "SIZE 10"]),
        offers: offers(&["SIZE 20", "AUTH PLAIN"]),
        tls: Some(Box::new(report)),
        ..Seen::nothing(endpoint)
    }
}

/// Everybody trusts the certificate.
pub(super) fn trusted(report: &mut TlsReport) {
    report.system_trust = Verdict::Good;
    report.mozilla_trust = Verdict::Good;
}

fn tlsa_of(der: &[u8]) -> Value {
    let place =
        tlsa::Server { host: "mx1.example.org", port: 25, next_hop: None, chain: Some(&[der.to_vec()]), now: NOW };
    let tlsa::Tlsa { usage, selector, matching, data } =
        tlsa::judge(&[], tlsa::Dnssec::Secure, &place).recommended.unwrap();
    Value::Tlsa { usage, selector, matching, data }
}

pub(super) fn has(rows: &[Row], line: &str) {
    let text = drawn(rows);
    assert!(text.contains(line), "{line} is not in\n{text}");
}

#[test]
fn a_server_its_chain_and_every_verdict() {
    let mut world = World::new();
    let (rows, findings) = world.run("mx1.example.org");
    assert_eq!(world.wanted, ["look mx1.example.org:25", "again mx1.example.org:25"]);
    for line in [
        "server 192.0.2.25:25 220 mx1\n",
        "  STARTTLS offered [good: TLS began]\n",
        "  offers +SIZE: +20 -10 +AUTH PLAIN\n",
        "handshake TLS 1.3 X25519 TLS_AES_256_GCM_SHA384\n",
        "  session taken up again by a second connection, in 7 ms\n",
        "  OCSP none stapled\n",
        "  client cert not asked for\n",
        "sent one certificate\n",
        "  1 CN=mx.example.org · RSA, 2048 bits, exponent 65537 · 89 days left\n",
        "name  [good: the certificate is for mx1.example.org, by *.example.org]\n",
        "dates  [good: the certificate is valid: 89 days left",
        "chain  [fault: the certificate of its issuer is missing: O=Test, CN=Test Intermediate signed it",
        "strength  [good: strong enough",
        "form  [warning: the certificate demands a stapled OCSP response",
        "this machine  [fault: not trusted by this machine: no root]\n",
        "Mozilla  [fault: not trusted by Mozilla's list: no root]\n",
        "signature  [good: signed with the certificate's key",
        "DANE  [note: no DANE]\n",
        "MTA-STS not asked [note: it belongs to a domain: tls mx1.example.org for DOMAIN]\n",
    ] {
        has(&rows, line);
    }
    let missing = findings.iter().find(|found| found.says.contains("issuer is missing")).unwrap();
    assert!(missing.next.ends_with("it may be fetched from http://127.0.0.1:24290/int.der (+aia)"), "{}", missing.next);
    let leaf = rows.iter().find(|row| row.label == "1").unwrap();
    assert!(leaf.detail.iter().any(|line| line.starts_with("serial ")), "{:#?}", leaf.detail);
    assert!(leaf.copy.as_deref().is_some_and(|text| text.starts_with("-----BEGIN CERTIFICATE-----\n")));
    assert_eq!(
        rows[0].copy.as_deref(),
        Some(
            "openssl s_client -connect mx1.example.org:25 -showcerts -status -starttls smtp -servername mx1.example.org"
        )
    );
}

#[test]
fn an_issuer_is_fetched_only_when_asked_for() {
    let mut world = World::new();
    let (rows, findings) = world.run("mx1.example.org +aia");
    assert_eq!(
        world.wanted[1..],
        ["again mx1.example.org:25", "http://127.0.0.1:24290/int.der", "judge 2 of mx1.example.org"]
    );
    has(&rows, "fetched http://127.0.0.1:24290/int.der [good: the missing issuer]\n");
    has(&rows, "  issuer O=Test, CN=Test Intermediate");
    has(&rows, "  then  [good: with it, trusted by this machine]\n");
    has(&rows, "  then  [note: with it still not trusted by Mozilla's list: no root]\n");
    assert!(findings.iter().any(|found| found.says.starts_with("the certificate that the server does not send is")));
    let missing = findings.iter().find(|found| found.says.contains("issuer is missing")).unwrap();
    assert!(missing.next.ends_with("configure the full chain (fullchain.pem)"), "{}", missing.next);
    assert!(!rows.iter().any(|row| row.detail.iter().any(|line| line.contains("+aia"))), "{rows:#?}");
    for (document, part) in [
        (Err(FetchFailure::NoSuchName), "the host does not exist"),
        (Ok(web::Response { status: 404, ..web::Response::default() }), "the web server answers 404"),
        (
            Ok(web::Response { status: 200, body: sample("leaf"), ..web::Response::default() }),
            "what stands there is another",
        ),
    ] {
        let mut world = World { document, ..World::new() };
        let (rows, _) = world.run("mx1.example.org +aia");
        has(&rows, &format!("fetched http://127.0.0.1:24290/int.der [warning: {part}"));
        assert!(!world.wanted.iter().any(|wanted| wanted.starts_with("judge")));
    }
}

#[test]
fn what_dns_says_of_it() {
    let name = "_25._tcp.mx1.example.org";
    let mut world = World { ad: true, ..World::new() };
    world.dns.push((name, RecordType::Tlsa, tlsa_of(&sample("leaf"))));
    let (rows, _) = world.run("mx1.example.org for example.org");
    has(&rows, "DANE  [good: DANE vouches for it]\n");
    has(&rows, "  TLSA _25._tcp.mx1.example.org");
    has(&rows, "MTA-STS none announced");
    assert!(rows.iter().any(|row| row.label == "3 1 1"), "{rows:#?}");
    let mut world = World { ad: true, ..World::new() };
    world.dns.push((name, RecordType::Tlsa, tlsa_of(&sample("intermediate"))));
    let (rows, findings) = world.run("mx1.example.org");
    has(&rows, "DANE  [fault: no TLSA record matches: mail waits]\n");
    assert!(findings.iter().any(|found| found.subject == "DANE" && found.severity == Severity::Fault));
    // Without an address in DNS it was found otherwise: that is no fault of its TLS.
    let (rows, _) = World { dns: Vec::new(), ..World::new() }.run("mx1.example.org");
    has(&rows, "DANE  [note: DNS has no address of it, so nobody asks for TLSA]\n");
    let (rows, _) = World::new().run("imaps://192.0.2.25");
    has(&rows, "DANE not asked [note: an address has no TLSA record, which belongs to a name]\n");
    has(&rows, "MTA-STS not asked [note: it is for servers that take mail by SMTP, at port 25]\n");
}

#[test]
fn handshakes_of_every_kind() {
    let mut world = World::new();
    world.seen = |seen| {
        seen.injected = 9;
        seen.offers = offers(&["STARTTLS", "SIZE 10"]);
        let report = seen.tls.as_mut().unwrap();
        report.kind = Kind::HelloRetry;
        report.scheme = Some("rsa_pss_rsae_sha256".to_owned());
        report.ocsp = sample("revoked");
        report.client_certificate = Some(CertificateRequest { authorities: vec![vec![1]], sent: false });
        report.system_path = Some(Path { between: vec![sample("intermediate")], root: Vec::new() });
    };
    let (rows, findings) = world.run("mx1.example.org");
    for line in [
        "  injected 9 octets came in clear behind the answer to STARTTLS [fault: discarded]\n",
        "  offers the same as in clear\n",
        "  retried the server asked for another key share",
        "  signed with rsa_pss_rsae_sha256\n",
        "  OCSP stapled [fault: the certificate was revoked on 2026-11-01T00:00:00Z",
        "  client cert asked for: ",
        "built for this machine: by one certificate to a root\n",
        "  2 O=Test, CN=Test Intermediate",
    ] {
        has(&rows, line);
    }
    assert!(findings.iter().any(|found| found.says == "STARTTLS is offered under TLS too"));
}

#[test]
fn where_tls_does_not_come_about() {
    for (change, row, part) in [
        (
            (|seen| seen.clear = offers(&["SIZE 10", "XXXXXXXA"])) as fn(&mut Seen),
            "  STARTTLS XXXXXXXA [fault: something on the way writes over the offer]\n",
            "in place of STARTTLS stands XXXXXXXA",
        ),
        (
            |seen| seen.clear = offers(&["SIZE 10"]),
            "  STARTTLS not offered [fault: no TLS here]\n",
            "the server does not offer STARTTLS",
        ),
    ] {
        let mut world = World { seen: change, ..World::new() };
        // The look itself says that it was not offered.
        let setting = Setting::new(Resolver::System);
        let mut inspection = Inspection::new(Subject::read(&["mx1.example.org"], None).unwrap(), &setting);
        let Came::Look(mut seen) = world.serve(inspection.wants().remove(0)) else { panic!() };
        seen.tls = None;
        let (says, next) = ("the server does not offer STARTTLS".to_owned(), "switch it on".to_owned());
        seen.failure = Some(Failure { stage: Stage::StartTls, says, next, cause: Cause::Other });
        inspection.came(Came::Look(seen), NOW);
        let (rows, findings) = world.settle(&mut inspection);
        has(&rows, row);
        assert!(findings.iter().any(|found| found.says.contains(part)), "{findings:#?}");
        assert!(!rows.iter().any(|row| row.label == "handshake" || row.label == "name"), "{rows:#?}");
        assert!(!world.wanted.iter().any(|wanted| wanted.starts_with("again")), "{:?}", world.wanted);
    }
}

#[test]
fn a_handshake_that_fails_is_asked_why_by_hand() {
    let mut world = World::new();
    let setting = Setting::new(Resolver::System);
    let mut inspection = Inspection::new(Subject::read(&["mx1.example.org:465"], None).unwrap(), &setting);
    let Came::Look(mut seen) = world.serve(inspection.wants().remove(0)) else { panic!() };
    seen.tls = None;
    let (says, next) = ("the server ended the handshake".to_owned(), "ask it why".to_owned());
    seen.failure = Some(Failure { stage: Stage::Handshake, says, next, cause: Cause::Other });
    inspection.came(Came::Look(seen), NOW);
    let (rows, findings) = world.settle(&mut inspection);
    assert!(world.wanted.iter().filter(|wanted| *wanted == "hello mx1.example.org:465").count() > 1);
    assert!(rows.iter().any(|row| row.label == "ClientHello"), "{rows:#?}");
    let faults: Vec<&Finding> = findings.iter().filter(|found| found.severity == Severity::Fault).collect();
    assert!(faults.iter().any(|found| found.says.contains("handshake_failure")), "{faults:#?}");
    assert!(!faults.iter().any(|found| found.next == "ask it why"), "the reason stands for it: {faults:#?}");
}

#[test]
fn a_connection_that_stands_is_not_made_again() {
    let endpoint = Subject::read(&["mx1.example.org"], None).unwrap().endpoint;
    let shown = Seen { clear: Capabilities::unheard(), ..seen(endpoint) };
    let mut inspection = Inspection::of(shown.clone(), None, &Setting::new(Resolver::System));
    let mut world = World::new();
    let (rows, _) = world.settle(&mut inspection);
    assert_eq!(world.wanted, Vec::<String>::new());
    has(&rows, "MTA-STS not asked [note: it belongs to a domain: tls mx1.example.org for DOMAIN]\n");
    // With the domain whose mail it takes.
    let mut inspection = Inspection::of(shown, Some("example.org".to_owned()), &Setting::new(Resolver::System));
    has(&World::new().settle(&mut inspection).0, "MTA-STS none announced");
    has(&rows, "name  [good: the certificate is for mx1.example.org");
    has(&rows, "DANE  [note: no DANE]\n");
    assert!(!rows.iter().any(|row| row.label == "STARTTLS" || row.label == "session"), "{rows:#?}");
}

#[test]
fn a_certificate_that_is_demanded_after_the_handshake() {
    for (sent, alert, says) in [
        (
            false,
            AlertDescription::CERTIFICATE_REQUIRED,
            Some("demands a client certificate: after the handshake it sent the alert"),
        ),
        (false, AlertDescription::BAD_CERTIFICATE, Some("demands a client certificate")),
        (
            true,
            AlertDescription::UNKNOWN_CA,
            Some("does not take our certificate: after the handshake it sent the alert unknown_ca"),
        ),
        (false, AlertDescription::INTERNAL_ERROR, None),
    ] {
        let endpoint = Subject::read(&["mx1.example.org:465"], None).unwrap().endpoint;
        let mut shown = seen(endpoint);
        if let Some(report) = &mut shown.tls {
            report.client_certificate = Some(CertificateRequest { authorities: Vec::new(), sent });
        }
        let (says_so, next) = ("in words that nobody reads".to_owned(), "read its log".to_owned());
        shown.failure = Some(Failure { stage: Stage::Greeting, says: says_so, next, cause: Cause::Alert(alert) });
        let (rows, findings) = World::new().settle(&mut Inspection::of(shown, None, &Setting::new(Resolver::System)));
        let found = findings.iter().find(|found| found.next.contains("--cert FILE --key FILE"));
        assert_eq!(found.map(|found| found.severity), says.map(|_| Severity::Fault), "{alert}: {findings:#?}");
        assert!(found.is_none_or(|found| found.says.contains(says.unwrap_or_default())), "{found:?}");
        let server = rows.iter().find(|row| row.label == "server").and_then(|row| row.verdict.clone()).unwrap();
        let severity = if says.is_some() { Severity::Fault } else { Severity::Note };
        let part = if says.is_some() { alert.to_string() } else { "after the handshake: in words".to_owned() };
        assert!(server.0 == severity && server.1.contains(&part), "{server:?}");
    }
}
