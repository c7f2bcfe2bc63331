//! A whole survey against a resolver that delays each answer by 50 ms, beside the longest chain of look-ups that depend
//! on each other, and beside dig asking the same questions one after another.
//!
//! `cargo bench --bench survey` prints the ratios; no test depends on a time.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench that cannot begin may stop, and it reads the clock"
)]

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ehlo::app::effect::Effects;
use ehlo::app::event::Event;
use ehlo::app::investigator::Investigator;
use ehlo::app::options::Options;
use ehlo::diagnosis::dns::{Answer, Query, Resolver, Response, Transport};
use ehlo::diagnosis::dnssec::root_anchors;
use ehlo::diagnosis::investigation::{Came, Investigation, Question, Setting, Want};
use ehlo::diagnosis::survey::Survey;
use ehlo::net::Net;
use ehlo::net::clock::Clock;
use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, MX, NS, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// How long the resolver takes.
const DELAY: Duration = Duration::from_millis(50);
/// The survey may take so many times the longest chain.
const BOUND: f64 = 1.2;
/// Surveys that are measured; the one in the middle counts.
const RUNS: usize = 5;

fn name(text: &str) -> Name {
    Name::from_str(&format!("{text}.")).unwrap()
}

/// A domain as a company has it: two exchanges, SPF of three levels, DMARC with reports elsewhere, some keys.
fn zone() -> Vec<(Name, RData)> {
    let txt = |text: &str| RData::TXT(TXT::new(vec![text.to_owned()]));
    let mx = |preference, host| RData::MX(MX::new(preference, name(host)));
    let a = |last| RData::A(A::new(192, 0, 2, last));
    let soa = SOA::new(name("ns1.bench.test"), name("hostmaster.bench.test"), 1, 7200, 1800, 604_800, 300);
    [
        ("bench.test", RData::SOA(soa)),
        ("bench.test", RData::NS(NS(name("ns1.bench.test")))),
        ("bench.test", RData::NS(NS(name("ns2.bench.test")))),
        ("bench.test", mx(10, "mx1.bench.test")),
        ("bench.test", mx(20, "mx2.bench.test")),
        ("mx1.bench.test", a(25)),
        ("mx2.bench.test", a(26)),
        ("25.2.0.192.in-addr.arpa", RData::PTR(PTR(name("mx1.bench.test")))),
        ("26.2.0.192.in-addr.arpa", RData::PTR(PTR(name("mx2.bench.test")))),
        ("bench.test", txt("v=spf1 mx include:spf.sender.test -all")),
        ("spf.sender.test", txt("v=spf1 include:a.sender.test include:b.sender.test ~all")),
        ("a.sender.test", txt("v=spf1 ip4:198.51.100.0/24 ~all")),
        ("b.sender.test", txt("v=spf1 a:out.sender.test ~all")),
        ("out.sender.test", a(99)),
        ("_dmarc.bench.test", txt("v=DMARC1; p=reject; rua=mailto:reports@reports.test")),
        ("bench.test._report._dmarc.reports.test", txt("v=DMARC1")),
        ("s1._domainkey.bench.test", txt("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")),
    ]
    .into_iter()
    .map(|(owner, data)| (name(owner), data))
    .collect()
}

/// The answer of the zone to the octets of a question.
fn reply(zone: &[(Name, RData)], question: &[u8]) -> Option<Vec<u8>> {
    let asked = Message::from_vec(question).ok()?;
    let query = asked.queries.first()?.clone();
    let mut answer = asked.clone();
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.recursion_available = true;
    let wanted = Name::from_str(&query.name().to_ascii().to_ascii_lowercase()).ok()?;
    let exists = zone.iter().any(|(owner, _)| wanted.zone_of(owner));
    answer.metadata.response_code = if exists { ResponseCode::NoError } else { ResponseCode::NXDomain };
    for (_, data) in zone.iter().filter(|(owner, data)| *owner == wanted && data.record_type() == query.query_type()) {
        answer.add_answer(Record::from_rdata(query.name().clone(), 300, data.clone()));
    }
    answer.to_vec().ok()
}

async fn serve(socket: Arc<UdpSocket>, zone: Arc<Vec<(Name, RData)>>) {
    let mut buffer = vec![0; 4096];
    while let Ok((octets, from)) = socket.recv_from(&mut buffer).await {
        let Some(answer) = reply(&zone, &buffer[..octets]) else { continue };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            tokio::time::sleep(DELAY).await;
            let _ = socket.send_to(&answer, from).await;
        });
    }
}

fn setting(at: SocketAddr) -> Setting {
    Setting { anchors: root_anchors(), ..Setting::new(Resolver::at(at, Transport::Udp)) }
}

/// Runs the survey in rounds, all answers of a round at once: their number is the longest chain. Says what was asked.
fn rounds(zone: &[(Name, RData)], at: SocketAddr) -> (u32, Vec<Question>) {
    let mut survey = Survey::new("bench.test", &setting(at));
    let mut asked = Vec::new();
    let mut rounds = 0;
    loop {
        let wants = survey.wants();
        if wants.is_empty() {
            return (rounds, asked);
        }
        rounds += 1;
        for want in wants {
            let Want::Answer(question) = want else { continue };
            let answer = Box::new(in_memory(zone, &question.query));
            asked.push(question.clone());
            survey.came(Came::Answer(question, answer), 0);
        }
    }
}

fn in_memory(zone: &[(Name, RData)], query: &Query) -> Answer {
    let kind = RecordType::from(query.kind.number());
    let mut message = Message::query();
    message.add_query(hickory_proto::op::Query::query(name(&query.name), kind));
    let octets = reply(zone, &message.to_vec().unwrap()).unwrap();
    Answer::new(query.clone(), Ok(Response::read(&octets).0))
}

async fn measured(at: SocketAddr) -> Duration {
    let clock = Clock::start();
    let (reports, mut events) = mpsc::channel(256);
    let mut net = Net::new(clock, None, reports);
    let epoch = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    let mut investigator = Investigator::new(&Options::new("bench.test", epoch));
    let mut effects = Effects::new();
    let began = Instant::now();
    let survey = Box::new(Survey::new("bench.test", &setting(at)));
    investigator.begin(survey, Resolver::at(at, Transport::Udp), &mut effects);
    while investigator.pending() > 0 {
        for effect in effects.drain(..) {
            net.perform(effect);
        }
        if let Some(Event::Answered { id, answer, .. }) = events.recv().await {
            investigator.answered(id, answer, 0, &mut effects);
        }
    }
    began.elapsed()
}

/// The same questions by dig, one after another. None: there is no dig here.
fn one_by_one(questions: &[Question], at: SocketAddr) -> Option<Duration> {
    let began = Instant::now();
    for Question { query, .. } in questions {
        let server = format!("@{}", at.ip());
        let name = if query.name.is_empty() { "." } else { &query.name };
        let words = [&server, "-p", &at.port().to_string(), name, &query.kind.to_string()].map(str::to_owned);
        Command::new("dig").args(words).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    }
    Some(began.elapsed())
}

fn main() {
    // `cargo test` runs benches too, to see that they begin.
    let whole = std::env::args().any(|argument| argument == "--bench");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let zone = Arc::new(zone());
    let (at, socket) = runtime.block_on(async {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        (socket.local_addr().unwrap(), socket)
    });
    runtime.spawn(serve(socket, Arc::clone(&zone)));
    let (chain, questions) = rounds(&zone, at);
    let mut runs: Vec<Duration> = (0..if whole { RUNS } else { 1 }).map(|_| runtime.block_on(measured(at))).collect();
    runs.sort_unstable();
    let took = runs[runs.len() / 2];
    let least = DELAY * chain;
    let ratio = took.as_secs_f64() / least.as_secs_f64();
    let verdict = if ratio <= BOUND { "within" } else { "OVER" };
    println!(
        "survey: {} questions, longest chain {chain}, each answer after {} ms",
        questions.len(),
        DELAY.as_millis()
    );
    println!(
        "survey: {:.0} ms, {ratio:.2} of the chain's {} ms, {verdict} {BOUND}",
        took.as_secs_f64() * 1e3,
        least.as_millis()
    );
    if !whole {
        return;
    }
    match one_by_one(&questions, at) {
        Some(dig) => {
            let times = dig.as_secs_f64() / took.as_secs_f64();
            println!("dig one by one: {:.0} ms, {times:.1} times the survey", dig.as_secs_f64() * 1e3);
        }
        None => println!("dig one by one: not measured, there is no dig here"),
    }
}
