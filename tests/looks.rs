//! Whole investigations against the practice world: real sockets, real TLS, real DNS, and nobody's keys.

#![cfg(test)]

use std::collections::BTreeSet;
use std::time::Duration;

use ehlo::app::effect::{Effect, Effects};
use ehlo::app::event::Event;
use ehlo::app::investigator::Investigator;
use ehlo::app::options::Options;
use ehlo::diagnosis::Finding;
use ehlo::diagnosis::client_config::ClientConfig;
use ehlo::diagnosis::dane::DaneSurvey;
use ehlo::diagnosis::dns::Resolver;
use ehlo::diagnosis::dnssec::Anchor;
use ehlo::diagnosis::investigation::{Came, Investigation, Seen, Setting, Want};
use ehlo::diagnosis::survey::Row;
use ehlo::net::clock::Clock;
use ehlo::net::practice::Practice;
use ehlo::net::{Means, Net};
use ehlo::protocol::endpoint::{Endpoint, Security, Target, parse_target};
use ehlo::protocol::moment::Moment;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::{sleep, timeout};

/// Nothing here takes so long.
const SOON: Duration = Duration::from_secs(30);

/// What runs an investigation without a screen.
struct Rig {
    clock: Clock,
    setting: Setting,
    net: Net,
    events: Receiver<Event>,
    investigator: Investigator,
    wakes: BTreeSet<Moment>,
}

impl Rig {
    async fn new() -> Self {
        Self::with(Means::default()).await
    }

    async fn with(means: Means) -> Self {
        let clock = Clock::start();
        let world = Practice::start(clock).await.expect("the practice world starts");
        let setting = Setting {
            anchors: world.anchors().iter().filter_map(Anchor::of).collect(),
            ..Setting::new(Resolver::System)
        };
        let (reports, events) = mpsc::channel(64);
        let mut options =
            Options::new("client.example.test", clock.wall(clock.now()).to_zoned(jiff::tz::TimeZone::UTC));
        options.only_looks = true;
        Self {
            clock,
            setting,
            net: Net::new(clock, Some(world), reports).with_means(means),
            events,
            investigator: Investigator::new(&options),
            wakes: BTreeSet::new(),
        }
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        self.clock.wall(self.clock.now()).as_second()
    }

    /// Runs to the end, and gives the table.
    async fn run(&mut self, investigation: Box<dyn Investigation>) -> (Vec<Row>, Vec<Finding>) {
        let mut effects = Effects::new();
        self.investigator.begin(investigation, Resolver::System, &mut effects);
        loop {
            self.perform(std::mem::take(&mut effects));
            if self.investigator.pending() == 0 {
                return self.investigator.investigation().expect("it has begun").table();
            }
            let wait = self.wakes.first().map_or(SOON, |at| *at - self.clock.now());
            let event = tokio::select! {
                event = timeout(SOON, self.events.recv()) => event.expect("nothing came").expect("the net is there"),
                () = sleep(wait) => Event::Wake,
            };
            let now = self.now();
            match event {
                Event::Answered { id, answer, .. } => _ = self.investigator.answered(id, answer, now, &mut effects),
                Event::Fetched { id, outcome, .. } => _ = self.investigator.fetched(id, outcome, now, &mut effects),
                Event::Judged { id, judgement, .. } => _ = self.investigator.judged(id, judgement, now, &mut effects),
                Event::Connection { id, at, what } => {
                    self.investigator.happened(id, what, at, now, &mut effects);
                }
                Event::Wake => {
                    let at = self.clock.now();
                    self.wakes.retain(|wake| *wake > at);
                    self.investigator.tick(at, now, &mut effects);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn perform(&mut self, effects: Effects) {
        for effect in effects {
            match self.net.perform(effect) {
                None => {}
                Some(Effect::Wake(at)) => _ = self.wakes.insert(at),
                Some(other) => panic!("{other:?}"),
            }
        }
    }
}

/// Looks at places, and shows what came as a row each.
#[derive(Debug)]
struct Glances {
    places: Vec<Endpoint>,
    seen: Vec<Seen>,
}

impl Investigation for Glances {
    fn title(&self) -> String {
        "glances".to_owned()
    }

    fn wants(&mut self) -> Vec<Want> {
        std::mem::take(&mut self.places).into_iter().map(Want::Look).collect()
    }

    fn came(&mut self, came: Came, _now: i64) {
        if let Came::Look(seen) = came {
            self.seen.push(*seen);
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let row = |seen: &Seen| Row {
            label: format!("{}:{}", seen.endpoint.protocol, seen.endpoint.port),
            text: format!(
                "starttls {:?}, tls {}, {}",
                seen.starttls(),
                seen.tls.is_some(),
                seen.failure
                    .as_ref()
                    .map_or_else(|| seen.offers.mechanisms().join(" "), |failure| failure.says.clone())
            ),
            detail: seen.said.clone(),
            ..Row::default()
        };
        let mut rows: Vec<Row> = self.seen.iter().map(row).collect();
        rows.sort_by(|one, other| one.label.cmp(&other.label));
        (rows, Vec::new())
    }
}

#[tokio::test]
async fn looks_at_every_server_of_the_practice_world() {
    let mut places = Vec::new();
    for (url, security) in [
        ("smtp://mx1.example.test", Security::StartTls),
        ("submission://mail.example.test", Security::StartTls),
        ("submissions://mail.example.test", Security::Implicit),
        ("imap://mail.example.test", Security::StartTls),
        ("imaps://mail.example.test", Security::Implicit),
        ("pop3://mail.example.test", Security::StartTls),
        ("pop3s://mail.example.test", Security::Implicit),
        ("smtp://ns1.example.test:26", Security::Plain),
    ] {
        let Ok(Target::Endpoint(place)) = parse_target(&[url]) else { panic!("{url}") };
        places.push(Endpoint { security, ..place });
    }
    let (rows, _) = Rig::new().await.run(Box::new(Glances { places, seen: Vec::new() })).await;
    let told: Vec<String> = rows.iter().map(|row| format!("{} {}", row.label, row.text)).collect();
    assert_eq!(
        told.iter().map(|text| text.split(" after ").next().unwrap_or_default()).collect::<Vec<_>>(),
        [
            "imap:143 starttls Some(true), tls true, PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 ANONYMOUS",
            "imap:993 starttls None, tls true, PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 ANONYMOUS",
            "pop3:110 starttls Some(true), tls true, PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 ANONYMOUS",
            "pop3:995 starttls None, tls true, PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 ANONYMOUS",
            "smtp:25 starttls Some(true), tls true, ",
            "smtp:26 starttls None, tls false, 192.0.2.53:26 refused",
            "smtp:465 starttls None, tls true, PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2",
            "smtp:587 starttls Some(true), tls true, PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2",
        ]
    );
    let smtp = rows.iter().find(|row| row.label == "smtp:25").expect("a row");
    assert_eq!(smtp.detail.iter().filter(|line| *line == "C: EHLO client.example.test").count(), 2, "{smtp:#?}");
    assert_eq!(smtp.detail.iter().rev().find(|line| line.starts_with("C: ")).map(String::as_str), Some("C: QUIT"));
}

/// Looks at a server twice, and says how much of a handshake each time was.
#[derive(Debug)]
struct Twice {
    wants: Option<Want>,
    place: Endpoint,
    told: Vec<String>,
}

impl Investigation for Twice {
    fn title(&self) -> String {
        "twice".to_owned()
    }

    fn wants(&mut self) -> Vec<Want> {
        self.wants.take().into_iter().collect()
    }

    fn came(&mut self, came: Came, _now: i64) {
        let (Came::Look(seen) | Came::Again(seen)) = &came else { panic!("{came:?}") };
        let report = seen.tls.as_ref().expect("TLS");
        self.told.push(format!("{:?} {}", report.kind, report.chain.len()));
        if matches!(came, Came::Look(_)) {
            self.wants = Some(Want::Again(self.place.clone()));
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let row = |text: &String| Row { text: text.clone(), ..Row::default() };
        (self.told.iter().map(row).collect(), Vec::new())
    }
}

#[tokio::test]
async fn a_second_look_takes_the_session_up() {
    let mut rig = Rig::new().await;
    for (url, security) in
        [("submission://mail.example.test", Security::StartTls), ("imaps://mail.example.test", Security::Implicit)]
    {
        let Ok(Target::Endpoint(place)) = parse_target(&[url]) else { panic!("{url}") };
        let place = Endpoint { security, ..place };
        let twice = Twice { wants: Some(Want::Look(place.clone())), place, told: Vec::new() };
        let (rows, _) = rig.run(Box::new(twice)).await;
        assert_eq!(rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["Full 1", "Resumed 1"], "{url}");
    }
}

#[tokio::test]
async fn a_client_certificate_brings_external() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut own = rcgen::CertificateParams::default();
    own.subject_alt_names = vec![rcgen::SanType::Rfc822Name("alice@example.test".try_into().expect("ASCII"))];
    let own = own.self_signed(&key).expect("a certificate");
    let means = Means::default().with_certificate(own.pem().as_bytes(), key.serialize_pem().as_bytes());
    let Ok(Target::Endpoint(place)) = parse_target(&["submissions://mail.example.test"]) else { panic!("a place") };
    let mut offers = Vec::new();
    for means in [means.expect("they fit"), Means::default()] {
        let glances = Glances { places: vec![place.clone()], seen: Vec::new() };
        let (rows, _) = Rig::with(means).await.run(Box::new(glances)).await;
        offers.push(rows[0].text.split(' ').any(|word| word == "EXTERNAL"));
    }
    assert_eq!(offers, [true, false]);
}

/// A row in one line.
fn told(row: &Row) -> String {
    let says =
        row.verdict.as_ref().map_or_else(String::new, |(severity, says)| format!(" [{}: {says}]", severity.name()));
    format!("{}{} {}{says}", "  ".repeat(row.depth.into()), row.label, row.text)
}

#[tokio::test]
async fn dane_of_a_signed_domain_meets_the_real_certificate() {
    let mut rig = Rig::new().await;
    let survey = DaneSurvey::new("signed.example.test", &rig.setting).expect("a domain");
    let (rows, findings) = rig.run(Box::new(survey)).await;
    let table: Vec<String> = rows.iter().map(told).collect();
    for part in [
        "MX one server of signed.example.test [good: signed: AD, and checked here]",
        "MX 10 mx.signed.example.test [fault: no TLSA record matches: mail waits]",
        "  TLSA _25._tcp.mx.signed.example.test [good: signed: AD, and checked here]",
        "    3 1 1 0123456789abcdef… [fault: of another certificate or key]",
        "  AAAA 2001:db8::25 [good: signed: AD, and checked here]",
        "  STARTTLS ",
        "  mend _25._tcp.mx.signed.example.test. IN TLSA 3 1 1 ",
    ] {
        assert!(table.iter().any(|line| line.starts_with(part)), "{part} is not in {table:#?}");
    }
    assert!(findings.iter().any(|finding| finding.says.contains("deliver nothing to it")), "{findings:#?}");
    // What stands in `mend` is what the server shows.
    let mend = rows.iter().find(|row| row.label == "mend").expect("a row");
    let (_, digits) = mend.text.rsplit_once(' ').expect("words");
    assert_eq!((digits.len(), digits.starts_with("0123456789abcdef")), (64, false));
    let unsigned = DaneSurvey::new("example.test", &rig.setting).expect("a domain");
    let (rows, findings) = rig.run(Box::new(unsigned)).await;
    let table: Vec<String> = rows.iter().map(told).collect();
    for part in [
        "MX 2 servers of example.test [note: not known; the resolver does not say AD: no trust anchor",
        "MX 10 mx1.example.test [note: no DANE]",
    ] {
        assert!(table.iter().any(|line| line.starts_with(part)), "{part} is not in {table:#?}");
    }
    assert!(findings.iter().any(|finding| finding.subject == "MTA-STS"), "{findings:#?}");
}

#[tokio::test]
async fn servers_of_a_client_configuration_are_looked_at() {
    let mut rig = Rig::new().await;
    let config = ClientConfig::new("alice@example.test", &rig.setting).expect("an address");
    let (rows, findings) = rig.run(Box::new(config)).await;
    let table: Vec<String> = rows.iter().map(told).collect();
    let servers: Vec<&Row> = rows.iter().filter(|row| row.label == "server").collect();
    assert!(servers.len() >= 4, "{table:#?}");
    let looks: Vec<&Row> = rows.iter().filter(|row| row.label == "look").collect();
    assert_eq!(looks.len(), servers.len(), "{table:#?}");
    assert!(looks.iter().all(|row| row.verdict.is_none() && !row.detail.is_empty()), "{looks:#?}");
    assert!(table.iter().any(|line| line == "  AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2"), "{table:#?}");
    assert!(findings.iter().all(|finding| !finding.says.contains("nothing answers there")), "{findings:#?}");
    let first = rows.iter().find(|row| row.label == "autoconfig").expect("a row");
    assert!(first.detail.iter().any(|line| line.contains("valid for autoconfig.example.test")), "{first:#?}");
}
