//! The practice DNS, asked by the program's own client.

use std::sync::Arc;
use std::time::Duration;

use crate::diagnosis::Finding;
use crate::diagnosis::answers::Answers;
use crate::diagnosis::dns::{
    Answer, Ending, Mismatch, Query, QueryFailure, QueryOptions, RecordType, Resolver, Response, Value,
};
use crate::diagnosis::dnssec;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Came, Investigation, Setting, Want};
use crate::diagnosis::survey::{Asked, Row, Single, Survey, asked};
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::net::resolver::Client;
use crate::net::trust::Trust;

async fn client() -> Client {
    let clock = Clock::start();
    let world = Practice::start(clock).await.unwrap();
    let trust = Arc::new(Trust::new(Some(world.ca_der().clone())));
    Client { clock, trust, means: Arc::default(), world: Some(world) }
}

/// What comes of a line as it is typed into the DNS pane.
async fn ask(client: &Client, line: &str) -> Answer {
    let mut line = asked(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    // Where silence is staged, a test need not wait for a second.
    line.options.limit = line.options.limit.map(|_| Duration::from_millis(50));
    let Asked::One(query) = line.asked else { panic!("not one question") };
    client.ask(&query, &line.resolver.unwrap_or_default(), &line.options).await
}

/// Code, flags, extended errors, and the types of the sections: `NOERROR aa A RRSIG | SOA | A`.
fn shown(answer: &Answer) -> String {
    let response = match &answer.reply {
        Ok(response) => response,
        Err(failure) => return failure.to_string(),
    };
    let mut words = vec![response.rcode_name()];
    words.extend(response.flags.names().into_iter().filter(|name| !matches!(*name, "qr" | "rd")).map(str::to_owned));
    words.extend(response.edns.iter().flat_map(|edns| &edns.errors).map(|error| format!("EDE{}", error.code)));
    for (mark, section) in [("", &response.answers), ("|", &response.authority), ("/", &response.additional)] {
        if !section.is_empty() && !mark.is_empty() {
            words.push(mark.to_owned());
        }
        words.extend(section.iter().map(|record| record.value.kind().to_string()));
    }
    words.join(" ")
}

#[tokio::test]
async fn faults_of_servers() {
    let client = client().await;
    for (line, expect) in [
        ("a servfail.example.test", "SERVFAIL EDE23"),
        ("a x.servfail.example.test +noedns", "SERVFAIL"),
        ("a refused.example.test", "REFUSED EDE18"),
        ("a old.example.test", "FORMERR"),
        ("a old.example.test +noedns", "NOERROR aa A"),
        ("a silent.example.test +time=1 @tcp://192.0.2.53", "the resolver did not answer in time"),
        ("a lame.example.test", "SERVFAIL EDE22"),
        ("a lame.example.test +norec", "NOERROR | NS / A"),
        ("a lame.example.test @192.0.2.55", "REFUSED"),
        ("a example.org", "REFUSED"),
        ("a loop.example.test", "NOERROR aa CNAME CNAME"),
        ("mx cut.example.test", "the resolver sent something that is not an answer: octet"),
        ("any mx1.example.test", "NOERROR aa A AAAA"),
    ] {
        let line = if line.contains('@') { line.to_owned() } else { format!("{line} @192.0.2.53") };
        let told = shown(&ask(&client, &line).await);
        assert!(told == expect || expect.ends_with("octet") && told.starts_with(expect), "{line}: {told}");
    }
}

#[tokio::test]
async fn truncation_forgery_and_size() {
    let client = client().await;
    let tries = |answer: &Answer| {
        let ending = |tried: &crate::diagnosis::dns::Try| match tried.ending {
            Ending::Truncated => format!("{} truncated", tried.transport.name()),
            _ => format!("{} {}", tried.transport.name(), tried.received.len()),
        };
        answer.tries.iter().map(ending).collect::<Vec<_>>()
    };
    let truncated = ask(&client, "a truncated.example.test").await;
    assert_eq!((tries(&truncated)[0].as_str(), shown(&truncated).as_str()), ("UDP truncated", "NOERROR aa A"));
    let stays = ask(&client, "a truncated.example.test +ignore").await;
    assert_eq!((stays.tries.len(), shown(&stays).as_str()), (1, "NOERROR aa tc"));
    let huge = ask(&client, "txt huge.example.test").await;
    assert_eq!(tries(&huge), ["UDP truncated", "TCP 65267"]);
    assert_eq!(huge.reply.unwrap().answers.len(), 238);
    let forged = ask(&client, "a forged.example.test").await;
    let dropped: Vec<(Mismatch, u32)> = forged.tries[0].dropped.iter().map(|kind| (kind.why, kind.count)).collect();
    assert_eq!(dropped, [(Mismatch::Id, 1), (Mismatch::Question, 1)]);
    assert_eq!(shown(&forged), "NOERROR aa A");
    let silent = ask(&client, "a silent.example.test +time=1 +tries=2").await;
    assert_eq!(silent.tries.len(), 2);
    assert_eq!(silent.reply, Err(QueryFailure::TimedOut));
}

#[tokio::test]
async fn the_server_speaks_every_transport_and_is_found_by_its_name() {
    let client = client().await;
    for (resolver, looked_up, name) in [
        ("@192.0.2.53", 0, "UDP"),
        ("@tcp://192.0.2.53", 0, "TCP"),
        ("@ns1.example.test", 2, "UDP"),
        ("@tls://ns1.example.test", 2, "TLS"),
        ("@tls://192.0.2.53", 0, "TLS"),
        ("@https://ns1.example.test", 2, "HTTPS"),
        ("@https://192.0.2.53/dns-query", 0, "HTTPS"),
    ] {
        let answer = ask(&client, &format!("mx example.test {resolver} +nsid")).await;
        assert_eq!(shown(&answer), "NOERROR aa MX MX", "{resolver}");
        let nsid = answer.reply.as_ref().ok().and_then(|response| response.edns.clone()?.nsid);
        assert_eq!(nsid.as_deref(), Some(b"practice".as_slice()), "{resolver}");
        let told = answer.told_by().unwrap();
        assert_eq!((answer.before.len(), told.transport.name()), (looked_up, name), "{resolver}");
        assert_eq!(told.server.ip().to_string(), "192.0.2.53", "{resolver}: the address as the user knows it");
        let is_good = told.tls.as_ref().map(|report| report.name.is_good() && report.system_trust.is_good());
        assert_eq!(is_good, (name.len() > 3 || name == "TLS").then_some(true), "{resolver}");
    }
    let elsewhere = ask(&client, "mx example.test @https://ns1.example.test/elsewhere").await;
    assert_eq!(elsewhere.reply, Err(QueryFailure::Http(404)));
    // Nobody serves DNS there.
    let nobody = ask(&client, "mx example.test @tcp://192.0.2.99").await;
    assert!(matches!(nobody.reply, Err(QueryFailure::Unreachable(_))), "{nobody:?}");
}

#[tokio::test]
async fn signed_zones_as_a_validating_resolver_passes_them_on() {
    let client = client().await;
    for (line, expect) in [
        ("mx signed.example.test", "NOERROR aa ad MX"),
        ("mx signed.example.test +noad", "NOERROR aa MX"),
        ("mx signed.example.test +dnssec", "NOERROR aa ad MX RRSIG"),
        ("dnskey signed.example.test +dnssec", "NOERROR aa ad DNSKEY DNSKEY RRSIG"),
        ("a alias.signed.example.test +dnssec", "NOERROR aa ad CNAME RRSIG A RRSIG"),
        ("txt signed.example.test +dnssec +cd", "NOERROR aa ad cd TXT RRSIG"),
        ("srv signed.example.test +dnssec", "NOERROR aa ad | SOA RRSIG NSEC RRSIG"),
        ("a nobody.signed.example.test +dnssec", "NXDOMAIN aa ad | NSEC RRSIG NSEC RRSIG SOA RRSIG"),
        ("a _tcp.mx.signed.example.test +dnssec", "NOERROR aa ad | SOA RRSIG NSEC RRSIG"),
        ("txt a.b.wild.signed.example.test +dnssec", "NOERROR aa ad TXT RRSIG | NSEC RRSIG"),
        ("a a.wild.signed.example.test +dnssec", "NOERROR aa ad | NSEC RRSIG SOA RRSIG"),
        ("a broken.signed.example.test", "SERVFAIL EDE6"),
        ("a broken.signed.example.test +cd +dnssec", "NOERROR aa cd A RRSIG"),
        ("a expired.signed.example.test", "SERVFAIL EDE7"),
        ("a early.signed.example.test", "SERVFAIL EDE8"),
        ("a missing.signed.example.test", "SERVFAIL EDE10"),
        ("a missing.signed.example.test +cd +dnssec", "NOERROR aa cd A"),
        ("ds child.signed.example.test +dnssec", "NOERROR aa ad DS RRSIG"),
        ("ds unsigned.signed.example.test +dnssec", "NOERROR aa ad | SOA RRSIG NSEC RRSIG"),
        ("mx child.signed.example.test +dnssec", "NOERROR aa ad MX RRSIG"),
        ("srv child.signed.example.test +dnssec", "NOERROR aa ad | SOA RRSIG NSEC3 RRSIG"),
        ("a x.y.child.signed.example.test +dnssec", "NXDOMAIN aa ad | NSEC3 RRSIG NSEC3 RRSIG NSEC3 RRSIG SOA RRSIG"),
        ("a between.child.signed.example.test +dnssec", "NOERROR aa ad | SOA RRSIG NSEC3 RRSIG"),
        ("txt x.wild.child.signed.example.test +dnssec", "NOERROR aa ad TXT RRSIG | NSEC3 RRSIG"),
        ("mx unsigned.signed.example.test +dnssec", "NOERROR aa MX"),
        ("a mismatch.signed.example.test", "SERVFAIL EDE9"),
    ] {
        assert_eq!(shown(&ask(&client, line).await), expect, "{line}");
    }
    let referral = ask(&client, "a x.sub.child.signed.example.test +norec +dnssec").await;
    assert_eq!(shown(&referral), "NOERROR | NS NSEC3 RRSIG");
    let world = client.world.as_ref().unwrap();
    let [anchor] = world.anchors() else { panic!("{:?}", world.anchors()) };
    assert!(matches!(&anchor.value, Value::Ds { algorithm: 13, digest_type: 2, .. }));
    assert_eq!(anchor.name, "signed.example.test");
    let keys = client
        .ask(
            &Query { name: anchor.name.clone(), kind: RecordType::Dnskey },
            &Resolver::System,
            &QueryOptions::default(),
        )
        .await;
    let tag = |value: &Value| match value {
        Value::Dnskey { flags: 257, key_tag, .. } | Value::Ds { key_tag, .. } => Some(*key_tag),
        _ => None,
    };
    let entry = keys.reply.unwrap().answers.iter().find_map(|record| tag(&record.value));
    assert_eq!(entry, tag(&anchor.value));
}

/// A question with everything that its validation needed.
struct Checked {
    query: Query,
    answers: Answers,
    asked: Vec<Query>,
    anchors: Vec<dnssec::Anchor>,
    now: i64,
}

impl Checked {
    /// Asks on until the state is known.
    async fn new(client: &Client, line: &str) -> Self {
        let line = asked(line).unwrap();
        let Asked::One(query) = line.asked else { panic!("not one question") };
        let anchors = client.world.as_ref().unwrap().anchors().iter().filter_map(dnssec::Anchor::of).collect();
        let now = client.clock.wall(client.clock.now()).as_second();
        let mut checked = Self { query, answers: Answers::default(), asked: Vec::new(), anchors, now };
        let options = dnssec::options(&line.options);
        for _ in 0..20 {
            let validation = checked.validation();
            if validation.state.is_some() {
                return checked;
            }
            assert!(!validation.open.is_empty(), "nothing is open and nothing is known");
            for question in validation.open {
                checked.answers.insert(client.ask(&question, &Resolver::System, &options).await);
                checked.asked.push(question);
            }
        }
        panic!("it goes on and on");
    }

    fn validation(&self) -> dnssec::Validation {
        dnssec::validate(&self.query, &self.answers, &self.anchors, self.now)
    }
}

/// What the program's own eyes make of an answer.
async fn validated(client: &Client, line: &str) -> dnssec::Validation {
    Checked::new(client, line).await.validation()
}

/// What an answer says, as far as it is signed: no times to live, no signatures, names in lower case.
fn said(answer: &Answer) -> Vec<String> {
    let records = answer.reply.iter().flat_map(|response| &response.answers);
    let signed = records.filter(|record| record.value.kind() != RecordType::Rrsig);
    let mut said: Vec<String> =
        signed.map(|record| format!("{} {:?}", record.name, record.value).to_ascii_lowercase()).collect();
    said.sort();
    said.dedup();
    said
}

#[tokio::test]
async fn no_changed_bit_makes_another_answer_secure() {
    let client = client().await;
    for line in [
        "mx child.signed.example.test",
        "a nobody.signed.example.test",
        "txt x.y.wild.child.signed.example.test",
        "srv child.signed.example.test",
    ] {
        let whole = Checked::new(&client, line).await;
        assert_eq!(whole.validation().state, Some(dnssec::State::Secure), "{line}");
        let right = said(whole.answers.get(&whole.query.name, whole.query.kind).unwrap());
        let mut changed = Checked { answers: whole.answers.clone(), asked: Vec::new(), ..whole };
        let mut bogus = 0;
        for query in &whole.asked {
            let answer = whole.answers.get(&query.name, query.kind).unwrap();
            let octets = answer.told_by().unwrap().received.clone();
            for at in 0..octets.len() {
                let mut answer = answer.clone();
                let received = &mut answer.tries[answer.decisive].received;
                received[at] ^= 1 << (at % 8);
                answer.reply = match Response::read(received) {
                    (response, None) => Ok(response),
                    (_, Some(fault)) => Err(QueryFailure::Malformed(fault.to_string())),
                };
                changed.answers.insert(answer);
                match changed.validation().state {
                    Some(dnssec::State::Secure) => {
                        let told = said(changed.answers.get(&changed.query.name, changed.query.kind).unwrap());
                        assert_eq!(told, right, "{line}: {} {} octet {at}", query.name, query.kind);
                    }
                    Some(dnssec::State::Bogus(_)) => bogus += 1,
                    _ => {}
                }
            }
            changed.answers.insert(answer.clone());
        }
        assert!(bogus > 100, "{line}: {bogus}");
    }
}

#[tokio::test]
async fn signed_zones_by_ones_own_eyes() {
    let client = client().await;
    for (line, expect) in [
        ("mx signed.example.test", "secure"),
        ("soa signed.example.test", "secure"),
        ("dnskey signed.example.test", "secure"),
        ("a MX.Signed.Example.test", "secure"),
        ("tlsa _25._tcp.mx.signed.example.test", "secure"),
        ("a alias.signed.example.test", "secure"),
        ("srv signed.example.test", "secure"),
        ("mx alias.signed.example.test", "secure"),
        ("a nobody.signed.example.test", "secure"),
        ("a x.nobody.signed.example.test", "secure"),
        ("a _tcp.mx.signed.example.test", "secure"),
        ("txt a.b.wild.signed.example.test", "secure"),
        ("a a.wild.signed.example.test", "secure"),
        ("txt *.wild.signed.example.test", "secure"),
        ("ds child.signed.example.test", "secure"),
        ("ds unsigned.signed.example.test", "secure"),
        ("mx child.signed.example.test", "secure"),
        ("srv child.signed.example.test", "secure"),
        ("a x.y.child.signed.example.test", "secure"),
        ("a between.child.signed.example.test", "secure"),
        ("txt x.y.wild.child.signed.example.test", "secure"),
        ("a x.wild.child.signed.example.test", "secure"),
        ("ds sub.child.signed.example.test", "secure"),
        (
            "mx unsigned.signed.example.test",
            "insecure: unsigned.signed.example.test is delegated without a DS record, and signed.example.test says so",
        ),
        ("a nobody.unsigned.signed.example.test", "insecure: unsigned.signed.example.test is delegated without"),
        ("a broken.signed.example.test", "bogus: the signature of A of broken.signed.example.test by key "),
        ("a expired.signed.example.test", "bogus: the signature of A of expired.signed.example.test expired at "),
        ("a early.signed.example.test", "bogus: the signature of A of early.signed.example.test is valid from "),
        ("a missing.signed.example.test", "bogus: A of missing.signed.example.test has no signature"),
        ("a mismatch.signed.example.test", "bogus: the parent vouches for key "),
        ("mx example.test", "indeterminate: no trust anchor stands above example.test"),
        ("rrsig signed.example.test", "indeterminate: RRSIG is not signed as such"),
    ] {
        let validation = validated(&client, line).await;
        let state = validation.state.unwrap();
        let told = state.to_string();
        assert!(
            told == expect || expect.len() > 8 && told.starts_with(expect),
            "{line}: {told}\n{:#?}",
            validation.links
        );
        // The links say the same as the state.
        let worst = validation.links.iter().map(|link| link.severity).max();
        let fault = matches!(state, dnssec::State::Bogus(_)).then_some(Severity::Fault);
        assert_eq!(worst.filter(|worst| *worst == Severity::Fault), fault, "{line}: {:#?}", validation.links);
    }
    let links = validated(&client, "mx child.signed.example.test").await.links;
    let shown: Vec<String> = links.iter().map(|link| link.what.clone()).collect();
    assert_eq!(
        shown,
        [
            "DNSKEY of signed.example.test",
            "DS of child.signed.example.test",
            "DNSKEY of child.signed.example.test",
            "MX of child.signed.example.test"
        ]
    );
}

#[tokio::test]
async fn a_question_with_dnssec_shows_both_findings() {
    let client = client().await;
    let anchors: Vec<_> = client.world.as_ref().unwrap().anchors().iter().filter_map(dnssec::Anchor::of).collect();
    let now = client.clock.wall(client.clock.now()).as_second();
    for (line, expect) in [
        ("mx signed.example.test +dnssec", "the resolver says AD · here: secure [good: both agree]"),
        (
            "a broken.signed.example.test +dnssec",
            "the resolver does not say AD · here: bogus [fault: the signature of A",
        ),
        (
            "a broken.signed.example.test +dnssec +cd",
            "the resolver does not say AD · here: bogus [fault: the signature",
        ),
        ("mx unsigned.signed.example.test +dnssec", "the resolver does not say AD · here: insecure [note: unsigned."),
        ("mx signed.example.test +dnssec +norec", "does not say AD · here: secure [note: a resolver that validates"),
        ("mx signed.example.test", ""),
        ("mx signed.example.test +dnssec +short", ""),
    ] {
        let read = asked(line).unwrap();
        let Asked::One(query) = read.asked else { panic!("{line}") };
        let setting = Setting { options: read.options, anchors: anchors.clone(), ..Setting::new(Resolver::System) };
        let mut single = Single::new(query, read.short, &setting);
        let (rows, _) = investigate(&client, &mut single, now).await;
        let row = rows.iter().find(|row| row.label == "DNSSEC");
        let shown = row.map(|row| {
            let (severity, says) = row.verdict.clone().unwrap();
            format!("{} [{}: {says}]", row.text, severity.name())
        });
        assert!(shown.as_deref().unwrap_or_default().contains(expect), "{line}: {shown:?}");
        assert_eq!(shown.is_none(), expect.is_empty(), "{line}: {shown:?}");
    }
}

#[tokio::test]
async fn every_lesson_of_the_zones_shows_its_point() {
    let client = client().await;
    for (domain, best, part) in [
        ("example.test", Some("mx1.example.test"), "names another host"),
        ("example.net", Some("mx.example.net"), "suspect"),
        ("nomx.example.test", Some("nomx.example.test"), "the domain's own address"),
        ("nullmx.example.test", None, "null MX"),
        ("cname-mx.example.test", Some("alias.example.test"), "must not name an alias"),
        ("broken.example.test", None, "no MX of broken.example.test has an address"),
        ("gone.example.test", None, "does not exist"),
        ("ip-mx.example.test", None, "an address stands where a name must"),
        ("nomail.example.test", None, "neither an MX record nor an address"),
        ("twospf.example.test", Some("mx1.example.test"), "2 SPF records"),
        ("big.example.test", Some("mx1.example.test"), "all other senders fail"),
        ("missing.example.test", None, "NXDOMAIN"),
        ("192.0.2.143", Some("192.0.2.143"), "confirmed"),
        ("2001:db8::25", Some("2001:db8::25"), "confirmed"),
    ] {
        let mut survey = Survey::new(domain, &Setting::new(Resolver::System));
        let (_, findings) = investigate(&client, &mut survey, 0).await;
        assert!(survey.is_done(), "{domain}");
        assert_eq!(survey.best().map(|to| to.host).as_deref(), best, "{domain}");
        assert_eq!(survey.targets().is_empty(), best.is_none(), "{domain}");
        let told = |part: &str| findings.iter().any(|f| f.says.contains(part));
        assert!(told(part), "{domain}: {findings:#?}");
    }
}

/// Runs an investigation to its end, one question after another.
async fn investigate(client: &Client, investigation: &mut dyn Investigation, now: i64) -> (Vec<Row>, Vec<Finding>) {
    loop {
        let wants = investigation.wants();
        if wants.is_empty() {
            return investigation.table();
        }
        for want in wants {
            let came = match want {
                Want::Answer(question) => {
                    let answer = client.ask(&question.query, &question.resolver, &question.options).await;
                    Came::Answer(question, Box::new(answer))
                }
                Want::Document(request) => Came::Document(Box::new(client.fetch(request, Resolver::System).await)),
                other => panic!("nobody serves {other:?} here"),
            };
            investigation.came(came, now);
        }
    }
}
