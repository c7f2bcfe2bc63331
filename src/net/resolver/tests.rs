//! The real sockets, against servers that misbehave.

use hickory_proto::op::{Message, Query as Question};
use hickory_proto::rr::{Name, RData, Record as WireRecord, RecordType as WireType, rdata::TXT};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use super::*;
use crate::diagnosis::dns::{Dropped, Mismatch};

/// How long silence is waited for where nothing else can come.
const SHORT: Duration = Duration::from_millis(50);
/// The same where some servers answer, which a loaded machine must have time for.
const AMPLE: Duration = Duration::from_secs(1);

fn client(world: Option<Practice>) -> Client {
    Client { clock: Clock::start(), trust: Arc::new(Trust::new(None)), means: Arc::default(), world }
}

async fn practice() -> (Client, SocketAddr) {
    let world = Practice::start(Clock::start()).await.unwrap();
    let at = world.dns();
    (client(Some(world)), at)
}

fn query(name: &str, kind: RecordType) -> Query {
    Query { name: name.to_owned(), kind }
}

fn mx() -> Query {
    query("example.org", RecordType::Mx)
}

fn within(limit: Duration) -> QueryOptions {
    QueryOptions { limit: Some(limit), ..QueryOptions::default() }
}

fn udp(at: SocketAddr) -> Resolver {
    Resolver::at(at, Transport::Udp)
}

fn tcp(at: SocketAddr) -> Resolver {
    Resolver::at(at, Transport::Tcp)
}

/// How each try went: transport, ending in a word.
fn tries(answer: &Answer) -> Vec<String> {
    let word = |ending: &Ending| match ending {
        Ending::Answered => "answered",
        Ending::Truncated => "truncated",
        Ending::Failed(QueryFailure::TimedOut) => "silent",
        Ending::Failed(QueryFailure::Unreachable(_)) => "unreachable",
        Ending::Failed(QueryFailure::Malformed(_)) => "malformed",
        Ending::Failed(_) => "failed",
    };
    answer.tries.iter().map(|tried| format!("{} {}", tried.transport.name(), word(&tried.ending))).collect()
}

#[test]
fn practice_names() {
    for (name, expect) in [
        ("example.test", true),
        ("_dmarc.Example.TEST", true),
        ("25.2.0.192.in-addr.arpa", true),
        ("myexample.test", false),
        ("example.test.org", false),
        ("example.org", false),
    ] {
        assert_eq!(is_practice(name), expect, "{name}");
    }
}

#[tokio::test]
async fn the_practice_zones_answer() {
    use RecordType::{A, Aaaa, Cname, Mx, Ns, Ptr, Soa, Srv, Txt};
    let (client, at) = practice().await;
    let reverse = crate::diagnosis::dns::reverse_name("2001:db8::143".parse().unwrap());
    for (name, kind, rcode, answers) in [
        ("example.test", Mx, 0, 2),
        ("EXAMPLE.test", Txt, 0, 2),
        ("example.test", Ns, 0, 2),
        ("example.test", Soa, 0, 1),
        ("nomail.example.test", A, 0, 0),
        ("_dmarc.example.test", Txt, 0, 1),
        ("_pop3._tcp.example.test", Srv, 0, 1),
        ("mx1.example.test", Aaaa, 0, 1),
        ("imap.example.test", A, 0, 2),
        ("imap.example.test", Cname, 0, 1),
        ("missing.example.test", A, 3, 0),
        ("25.2.0.192.in-addr.arpa", Ptr, 0, 1),
        ("99.2.0.192.in-addr.arpa", Ptr, 3, 0),
        (&reverse, Ptr, 0, 1),
        ("example.net", Mx, 0, 1),
    ] {
        let answer = client.ask(&query(name, kind), &Resolver::System, &QueryOptions::default()).await;
        assert_eq!((answer.server(), tries(&answer)), (Some(at), vec!["UDP answered".to_owned()]), "{name} {kind}");
        let response = answer.reply.unwrap_or_else(|e| panic!("{name} {kind}: {e}"));
        assert_eq!((response.rcode, response.answers.len()), (rcode, answers), "{name} {kind}");
        assert!(response.flags.aa && response.flags.qr, "{name} {kind}");
        assert_eq!(response.questions, [Query { name: name.to_owned(), kind }]);
    }
    let foreign = client.ask(&query("example.org", A), &udp(at), &QueryOptions::default()).await;
    assert_eq!(foreign.reply.unwrap().rcode_name(), "REFUSED");
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let (client, at) = practice().await;
    let big = query("big.example.test", RecordType::Txt);
    let answer = client.ask(&big, &udp(at), &QueryOptions::default()).await;
    assert_eq!(tries(&answer), ["UDP truncated", "TCP answered"]);
    assert!(answer.over_tcp());
    assert_eq!(answer.told_by().unwrap().transport, Transport::Tcp);
    assert!(answer.tries.iter().all(|tried| !tried.sent.is_empty() && !tried.received.is_empty()));
    let response = answer.reply.unwrap();
    assert_eq!((response.answers.len(), response.flags.tc), (7, false));
    let spf = vec![b"v=spf1 ".to_vec(), b"mx ".to_vec(), b"-all".to_vec()];
    assert!(response.answers.iter().any(|r| r.value == Value::Txt(spf.clone())));

    let ignoring = QueryOptions { ignore_truncation: true, ..QueryOptions::default() };
    let answer = client.ask(&big, &udp(at), &ignoring).await;
    assert_eq!((tries(&answer), answer.over_tcp()), (vec!["UDP truncated".to_owned()], false));
    assert!(answer.reply.unwrap().flags.tc);

    let first = QueryOptions { transport: Some(Transport::Tcp), ..QueryOptions::default() };
    for (resolver, options) in [(tcp(at), QueryOptions::default()), (udp(at), first.clone()), (Resolver::System, first)]
    {
        let answer = client.ask(&big, &resolver, &options).await;
        assert_eq!((tries(&answer), answer.over_tcp()), (vec!["TCP answered".to_owned()], false));
        assert_eq!(answer.reply.unwrap().answers.len(), 7);
    }
}

#[tokio::test]
async fn no_answer_has_its_reason() {
    let client = client(None);
    // Bound and never read: silence. Bound and dropped: nothing listens.
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let silent_at = silent.local_addr().unwrap();
    let closed = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let thrice = QueryOptions { tries: Some(3), ..within(SHORT) };
    let answer = client.ask(&mx(), &udp(silent_at), &thrice).await;
    assert_eq!((tries(&answer), answer.reply), (vec!["UDP silent".to_owned(); 3], Err(QueryFailure::TimedOut)));
    for dead in [udp(closed), tcp(closed)] {
        // What is refused is not asked again.
        let answer = client.ask(&mx(), &dead, &thrice).await;
        assert!(matches!(answer.reply, Err(QueryFailure::Unreachable(_))), "{dead}: {answer:?}");
        assert_eq!((answer.tries.len(), answer.server()), (1, Some(closed)));
    }
    let odd = client.ask(&query("a..b", RecordType::A), &udp(closed), &within(SHORT)).await;
    assert!(matches!(odd.reply, Err(QueryFailure::Malformed(_))), "{odd:?}");
    assert!(odd.tries[0].sent.is_empty());
}

#[tokio::test]
async fn servers_are_asked_in_order() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let silent_at = silent.local_addr().unwrap();
    let closed = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (client, zones) = practice().await;
    let ours = query("example.test", RecordType::Mx);
    let ask = async |query: &Query, servers: &[SocketAddr], rounds, goes_on| {
        let target = |server: &SocketAddr| Target { server: *server, door: *server, name: server.ip().to_string() };
        let targets = servers.iter().map(target).collect();
        let plan = Plan { targets, transport: Transport::Udp, limit: AMPLE, rounds, goes_on };
        let mut answer = Answer::new(query.clone(), Err(QueryFailure::TimedOut));
        client.rounds(&plan, &QueryOptions::default(), &mut answer).await;
        answer
    };
    // A dead server leads on to the next.
    let answer = ask(&ours, &[closed, silent_at, zones], 2, true).await;
    assert_eq!(tries(&answer), ["UDP unreachable", "UDP silent", "UDP answered"]);
    assert_eq!((answer.server(), answer.reply.map(|r| r.rcode)), (Some(zones), Ok(0)));
    // A refusal leads on, and is told where all fail; who was silent is asked again.
    let refused = ask(&mx(), &[closed, zones, silent_at], 2, true).await;
    assert_eq!(tries(&refused), ["UDP unreachable", "UDP answered", "UDP silent", "UDP silent"]);
    assert_eq!((refused.server(), refused.reply.map(|r| r.rcode)), (Some(zones), Ok(5)));
    // A server that is named has the last word.
    let refused = ask(&mx(), &[zones, silent_at], 2, false).await;
    assert_eq!((tries(&refused), refused.reply.map(|r| r.rcode)), (vec!["UDP answered".to_owned()], Ok(5)));
    // Where all are dead, the first failure is told.
    let dead = ask(&ours, &[closed, silent_at], 1, true).await;
    assert_eq!(dead.server(), Some(closed));
    assert!(matches!(dead.reply, Err(QueryFailure::Unreachable(_))));
    assert!(matches!(ask(&ours, &[], 1, true).await.reply, Err(QueryFailure::NoResolver(_))));
}

#[tokio::test]
async fn forged_datagrams_are_put_aside_and_counted() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (at, strange) = (server.local_addr().unwrap(), stranger.local_addr().unwrap());
    let forger = async {
        let mut buffer = [0; 512];
        let (length, from) = server.recv_from(&mut buffer).await.unwrap();
        let asked = Message::from_vec(&buffer[..length]).unwrap();
        let mut right = asked.clone().into_response();
        // It comes first, is right, and is from somebody else.
        stranger.send_to(&right.to_vec().unwrap(), from).await.unwrap();
        let mut other_id = right.clone();
        other_id.metadata.id ^= 1;
        let mut other_question = Message::response(asked.metadata.id, asked.metadata.op_code);
        other_question.add_query(Question::query(Name::from_ascii("other.test.").unwrap(), WireType::A));
        for message in [&other_id, &other_id, &other_question] {
            server.send_to(&message.to_vec().unwrap(), from).await.unwrap();
        }
        server.send_to(b"", from).await.unwrap();
        server.send_to(&buffer[..length], from).await.unwrap();
        right.metadata.authoritative = true;
        server.send_to(&right.to_vec().unwrap(), from).await.unwrap();
    };
    let (client, resolver, options) = (client(None), udp(at), QueryOptions::default());
    let asked = mx();
    let (answer, ()) = tokio::join!(client.ask(&asked, &resolver, &options), forger);
    let mut dropped = answer.told_by().unwrap().dropped.clone();
    dropped.sort_by_key(|kind| kind.why);
    let kind = |why, from, count| Dropped { why, from, count };
    let mut expect =
        vec![kind(Mismatch::Id, at, 3), kind(Mismatch::NotAResponse, at, 1), kind(Mismatch::Question, at, 1)];
    if cfg!(target_os = "linux") {
        expect.push(kind(Mismatch::Source, strange, 1));
    }
    assert_eq!(dropped, expect);
    assert!(answer.reply.unwrap().flags.aa);
}

/// A server that reads one question over TCP and answers with octets of its own making.
async fn misbehaving(make: impl Fn(&[u8]) -> Vec<u8>, ask: impl AsyncFn(SocketAddr) -> Answer) -> Answer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let length = stream.read_u16().await.unwrap();
        let mut asked = vec![0; usize::from(length)];
        stream.read_exact(&mut asked).await.unwrap();
        // The client may have enough before all is written.
        let _ = stream.write_all(&make(&asked)).await;
        let _ = stream.shutdown().await;
    };
    tokio::join!(ask(at), serve).0
}

#[tokio::test]
async fn hostile_streams_are_told_and_end() {
    let client = client(None);
    let framed = |message: Vec<u8>| [(message.len() as u16).to_be_bytes().to_vec(), message].concat();
    let reply = |asked: &[u8]| {
        let mut reply = asked.to_vec();
        reply[2] |= 0x80;
        reply
    };
    type Make<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;
    let cases: [(&str, Make<'_>, usize, &str); 9] = [
        ("nothing", &|_| Vec::new(), 0, "closed without an answer"),
        ("half a length", &|_| vec![0], 0, "closed without an answer"),
        ("a length alone", &|_| vec![1, 0], 0, "closed after 0 of 256 octets"),
        ("a part", &|asked| [b"\x01\0", &asked[..5]].concat(), 5, "closed after 5 of 256 octets"),
        ("no octets", &|_| vec![0, 0], 0, "another id"),
        ("garbage", &|_| framed(vec![0xff; 65_535]), 65_535, "another id"),
        ("the question", &|asked| framed(asked.to_vec()), 40, "not a response"),
        (
            "another id",
            &|asked| {
                let mut reply = reply(asked);
                reply[0] ^= 1;
                framed(reply)
            },
            40,
            "another id",
        ),
        (
            "counts that lie",
            &|asked| {
                let mut reply = reply(asked);
                reply[7] = 9;
                framed(reply)
            },
            40,
            "octet 40: a name is cut short",
        ),
    ];
    for (name, make, received, part) in cases {
        let answer = misbehaving(make, async |at| client.ask(&mx(), &tcp(at), &QueryOptions::default()).await).await;
        let Err(QueryFailure::Malformed(why)) = &answer.reply else { panic!("{name}: {answer:?}") };
        assert!(why.contains(part), "{name}: {why}");
        assert_eq!(answer.tries[0].received.len(), received, "{name}");
    }
}

#[tokio::test]
async fn the_largest_message_is_read_whole() {
    let client = client(None);
    let make = |asked: &[u8]| {
        let mut message = Message::from_vec(asked).unwrap().into_response();
        message.edns = None;
        let name = Name::from_ascii("example.org.").unwrap();
        // 268 octets each.
        for _ in 0..239 {
            let text = TXT::from_bytes(vec![&[b'x'; 255]]);
            message.add_answer(WireRecord::from_rdata(name.clone(), 60, RData::TXT(text)));
        }
        let octets = message.to_vec().unwrap();
        [(octets.len() as u16).to_be_bytes().to_vec(), octets].concat()
    };
    let answer = misbehaving(make, async |at| client.ask(&mx(), &tcp(at), &QueryOptions::default()).await).await;
    assert!(answer.tries[0].received.len() > 64_000, "{}", answer.tries[0].received.len());
    assert_eq!(answer.reply.unwrap().answers.len(), 239);
}

#[tokio::test]
async fn a_server_that_is_named_is_looked_up_and_that_is_shown() {
    let (client, _) = practice().await;
    let none = Resolver::parse("@nomail.example.test").unwrap();
    let answer = client.ask(&mx(), &none, &QueryOptions::default()).await;
    let Err(QueryFailure::NoResolver(why)) = &answer.reply else { panic!("{answer:?}") };
    assert!(why.contains("nomail.example.test has no address"), "{why}");
    let asked: Vec<_> = answer.before.iter().map(|before| (before.query.kind, before.tries.len())).collect();
    assert_eq!((asked, answer.tries.len()), (vec![(RecordType::A, 1), (RecordType::Aaaa, 1)], 0));
}
