//! One DNS question, asked once: no cache, no silent retry, so that what is timed and shown is what happened.
//!
//! The exchange is made here, over a connected socket, and not by a resolver library: a refused port is then told at
//! once (ICMP reaches a connected socket only), and every octet out and in is inside the measured time. The messages
//! themselves are written and read by `hickory-proto`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use hickory_proto::op::{Edns, Message, MessageType, Query as Question};
use hickory_proto::rr::{Name, RData, Record as WireRecord, RecordType as WireType};
use hickory_resolver::system_conf::read_system_conf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::diagnosis::dns::{Answer, Flags, Query, QueryFailure, Record, RecordType, Resolver, Response, Value};

/// How long one server is waited for, by UDP and by TCP each.
const LIMIT: Duration = Duration::from_secs(5);
/// The UDP size that passes without fragments, as agreed on the DNS flag day of 2020.
const UDP_PAYLOAD: u16 = 1232;
/// The largest message there is (RFC 1035 §4.2.2): the length field has two octets.
const LARGEST: usize = 65_535;
/// The names of the practice world: its two domains, and the reverse zones of the documentation prefixes.
const PRACTICE: [&str; 4] = ["example.test", "example.net", "2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"];

/// Asks `resolver` once, and says what came or why nothing came.
///
/// [`Resolver::System`] means the servers of `/etc/resolv.conf` in their order: a server that cannot be reached, stays
/// silent, or answers SERVFAIL, NOTIMP or REFUSED leads on to the next, as the system's own resolver does. When `zones`
/// is given, names of the practice world are asked there instead of the system's servers.
pub async fn ask(query: &Query, resolver: &Resolver, zones: Option<SocketAddr>) -> Answer {
    ask_within(query, resolver, zones, LIMIT).await
}

/// [`ask`] with a limit of one's own.
pub(crate) async fn ask_within(
    query: &Query,
    resolver: &Resolver,
    zones: Option<SocketAddr>,
    limit: Duration,
) -> Answer {
    let servers = match (resolver, zones) {
        (Resolver::Udp(server), _) => return ask_server(query, *server, false, limit).await,
        (Resolver::Tcp(server), _) => return ask_server(query, *server, true, limit).await,
        (Resolver::System, Some(zones)) if is_practice(&query.name) => {
            return ask_server(query, zones, false, limit).await;
        }
        (Resolver::System, _) => system_servers(),
    };
    let servers = match servers {
        Ok(servers) => servers,
        Err(why) => {
            return Answer {
                query: query.clone(),
                server: None,
                took: Duration::ZERO,
                over_tcp: false,
                reply: Err(QueryFailure::NoResolver(why)),
            };
        }
    };
    ask_in_order(query, &servers, limit).await
}

/// Asks the servers one after another until one of them really answers.
async fn ask_in_order(query: &Query, servers: &[SocketAddr], limit: Duration) -> Answer {
    let mut second_best: Option<Answer> = None;
    for server in servers {
        let answer = ask_server(query, *server, false, limit).await;
        match &answer.reply {
            Ok(response) if !matches!(response.rcode, 2 | 4 | 5) => return answer,
            // A refusal in words says more than a silence that came before it.
            Ok(_) if second_best.as_ref().is_none_or(|kept| kept.reply.is_err()) => second_best = Some(answer),
            Err(_) if second_best.is_none() => second_best = Some(answer),
            _ => {}
        }
    }
    second_best.unwrap_or_else(|| Answer {
        query: query.clone(),
        server: None,
        took: Duration::ZERO,
        over_tcp: false,
        reply: Err(QueryFailure::NoResolver("the list of servers is empty".to_owned())),
    })
}

/// Whether `name` belongs to the practice world.
pub(crate) fn is_practice(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PRACTICE.iter().any(|zone| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// The servers the machine is configured with, in its order.
fn system_servers() -> Result<Vec<SocketAddr>, String> {
    let (config, _) =
        read_system_conf().map_err(|e| format!("{e}; look at /etc/resolv.conf, or name one: @9.9.9.9"))?;
    Ok(config.name_servers().iter().map(|server| SocketAddr::new(server.ip, 53)).collect())
}

/// Asks one server, over TCP from the start or after a truncated answer.
#[expect(clippy::disallowed_methods, reason = "the time an answer took is part of the answer")]
async fn ask_server(query: &Query, server: SocketAddr, tcp_only: bool, limit: Duration) -> Answer {
    let began = Instant::now();
    let mut over_tcp = false;
    let reply = match question(query) {
        Err(failure) => Err(failure),
        Ok(message) if tcp_only => exchange(&message, server, true, limit).await,
        Ok(message) => match exchange(&message, server, false, limit).await {
            Ok(response) if response.flags.tc => {
                over_tcp = true;
                exchange(&message, server, true, limit).await.map_err(after_truncation)
            }
            reply => reply,
        },
    };
    Answer { query: query.clone(), server: Some(server), took: began.elapsed(), over_tcp, reply }
}

/// Says of a failure over TCP that TCP was needed.
fn after_truncation(failure: QueryFailure) -> QueryFailure {
    let why = match failure {
        QueryFailure::TimedOut => "no answer in time".to_owned(),
        QueryFailure::Unreachable(why) | QueryFailure::Malformed(why) | QueryFailure::NoResolver(why) => why,
    };
    QueryFailure::Unreachable(format!("the answer did not fit into UDP, and asking by TCP failed: {why}"))
}

/// The message to send.
fn question(query: &Query) -> Result<Message, QueryFailure> {
    let mut name = Name::from_ascii(&query.name)
        .map_err(|e| QueryFailure::Malformed(format!("\"{}\" cannot be asked for: {e}", query.name)))?;
    name.set_fqdn(true);
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    // RFC 6840 §5.7: only who sets AD in the question is told AD in the answer.
    message.metadata.authentic_data = true;
    message.add_query(Question::query(name, wire_type(query.kind)));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    message.set_edns(edns);
    Ok(message)
}

const fn wire_type(kind: RecordType) -> WireType {
    match kind {
        RecordType::A => WireType::A,
        RecordType::Aaaa => WireType::AAAA,
        RecordType::Mx => WireType::MX,
        RecordType::Txt => WireType::TXT,
        RecordType::Ptr => WireType::PTR,
        RecordType::Srv => WireType::SRV,
        RecordType::Cname => WireType::CNAME,
        RecordType::Ns => WireType::NS,
        RecordType::Soa => WireType::SOA,
    }
}

/// One message out, one message in.
async fn exchange(message: &Message, server: SocketAddr, tcp: bool, limit: Duration) -> Result<Response, QueryFailure> {
    let octets = message.to_vec().map_err(|e| QueryFailure::Malformed(format!("the question cannot be sent: {e}")))?;
    let reply =
        async { if tcp { by_tcp(&octets, message, server).await } else { by_udp(&octets, message, server).await } };
    tokio::time::timeout(limit, reply).await.unwrap_or(Err(QueryFailure::TimedOut))
}

fn unreachable(error: &io::Error) -> QueryFailure {
    match error.kind() {
        io::ErrorKind::TimedOut => QueryFailure::TimedOut,
        _ => QueryFailure::Unreachable(error.to_string()),
    }
}

async fn by_udp(octets: &[u8], asked: &Message, server: SocketAddr) -> Result<Response, QueryFailure> {
    let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    // Port 0: the system picks another port for every question, against forged answers (RFC 5452 §9.2).
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(|e| unreachable(&e))?;
    socket.connect(server).await.map_err(|e| unreachable(&e))?;
    socket.send(octets).await.map_err(|e| unreachable(&e))?;
    let mut buffer = vec![0; LARGEST];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(|e| unreachable(&e))?;
        let datagram = buffer.get(..length).unwrap_or_default();
        // What is not for this question is passed over: a forger must not be able to end the wait.
        if datagram.get(..2) != Some(&asked.metadata.id.to_be_bytes()) {
            continue;
        }
        match Message::from_vec(datagram) {
            Ok(reply) if answers(&reply, asked) => return Ok(response(&reply)),
            Ok(_) => {}
            Err(e) => return Err(QueryFailure::Malformed(e.to_string())),
        }
    }
}

async fn by_tcp(octets: &[u8], asked: &Message, server: SocketAddr) -> Result<Response, QueryFailure> {
    let mut stream = TcpStream::connect(server).await.map_err(|e| unreachable(&e))?;
    let length = u16::try_from(octets.len())
        .map_err(|_| QueryFailure::Malformed("the question is longer than 65535 octets".to_owned()))?;
    // One write: some servers want length and message in one segment (RFC 7766 §8).
    let framed = [&length.to_be_bytes(), octets].concat();
    stream.write_all(&framed).await.map_err(|e| unreachable(&e))?;
    let cut = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            QueryFailure::Malformed("the connection closed before the answer was complete".to_owned())
        }
        _ => unreachable(&error),
    };
    let length = stream.read_u16().await.map_err(cut)?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await.map_err(cut)?;
    match Message::from_vec(&buffer) {
        Ok(reply) if reply.metadata.id == asked.metadata.id && answers(&reply, asked) => Ok(response(&reply)),
        Ok(_) => Err(QueryFailure::Malformed("it answers another question".to_owned())),
        Err(e) => Err(QueryFailure::Malformed(e.to_string())),
    }
}

/// Whether `reply` repeats the question. A server that refuses may leave the question out.
fn answers(reply: &Message, asked: &Message) -> bool {
    reply.metadata.message_type == MessageType::Response
        && (reply.queries == asked.queries || reply.queries.is_empty() && u16::from(reply.metadata.response_code) != 0)
}

/// A message as plain values.
fn response(message: &Message) -> Response {
    let records = |section: &[WireRecord]| section.iter().map(record).collect();
    let header = &message.metadata;
    Response {
        rcode: u16::from(header.response_code),
        flags: Flags {
            aa: header.authoritative,
            tc: header.truncation,
            rd: header.recursion_desired,
            ra: header.recursion_available,
            ad: header.authentic_data,
        },
        answers: records(&message.answers),
        authority: records(&message.authorities),
        additional: records(&message.additionals),
    }
}

fn record(wire: &WireRecord) -> Record {
    let value = match &wire.data {
        RData::A(ip) => Value::A(ip.0),
        RData::AAAA(ip) => Value::Aaaa(ip.0),
        RData::MX(mx) => Value::Mx { preference: mx.preference, exchange: text(&mx.exchange) },
        RData::TXT(txt) => Value::Txt(txt.txt_data.iter().map(|string| string.to_vec()).collect()),
        RData::PTR(name) => Value::Ptr(text(&name.0)),
        RData::SRV(srv) => {
            Value::Srv { priority: srv.priority, weight: srv.weight, port: srv.port, target: text(&srv.target) }
        }
        RData::CNAME(name) => Value::Cname(text(&name.0)),
        RData::NS(name) => Value::Ns(text(&name.0)),
        RData::SOA(soa) => Value::Soa { primary: text(&soa.mname), serial: soa.serial },
        other => Value::Other(u16::from(other.record_type())),
    };
    Record { name: text(&wire.name), ttl: wire.ttl, value }
}

/// A name in A-label form, without the dot at its end: the root is the empty text.
fn text(name: &Name) -> String {
    let mut text = name.to_ascii();
    // An escaped dot is part of the last label and stays.
    if text.ends_with('.') && !text.ends_with("\\.") {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::zone;

    fn query(name: &str, kind: RecordType) -> Query {
        Query { name: name.to_owned(), kind }
    }

    #[test]
    fn a_message_becomes_plain_values() {
        // Header: id 1, QR AA RD, NOERROR; 1 question, 3 answers, 0, 0. `xn--bcher-kva.example` MX, then
        // MX 0 `.`, TXT of two strings one of which is not UTF-8, and a record of type 65280.
        let mut octets = b"\0\x01\x85\x20\0\x01\0\x03\0\0\0\0\x0dxn--bcher-kva\x07example\0\0\x0f\0\x01".to_vec();
        octets.extend_from_slice(b"\xc0\x0c\0\x0f\0\x01\0\0\x0e\x10\0\x03\0\0\0");
        octets.extend_from_slice(b"\xc0\x0c\0\x10\0\x01\0\0\0\x05\0\x06\x02a\xff\x02c\0");
        octets.extend_from_slice(b"\xc0\x0c\xff\0\0\x01\0\0\0\0\0\x01x");
        let message = Message::from_vec(&octets).unwrap();
        let response = response(&message);
        assert_eq!(response.rcode_name(), "NOERROR");
        assert_eq!(response.flags, Flags { aa: true, tc: false, rd: true, ra: false, ad: true });
        let values: Vec<_> = response.answers.iter().map(|r| (r.name.as_str(), r.ttl, r.value.clone())).collect();
        let owner = "xn--bcher-kva.example";
        assert_eq!(
            values,
            [
                (owner, 3600, Value::Mx { preference: 0, exchange: String::new() }),
                (owner, 5, Value::Txt(vec![b"a\xff".to_vec(), b"c\0".to_vec()])),
                (owner, 0, Value::Other(65280)),
            ]
        );
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
        let (at, task) = zone::serve().await.unwrap();
        for (name, kind, rcode, answers) in [
            ("example.test", Mx, 0, 2),
            ("EXAMPLE.test", Txt, 0, 2),
            ("example.test", Ns, 0, 1),
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
            (&crate::diagnosis::dns::reverse_name("2001:db8::143".parse().unwrap()), Ptr, 0, 1),
            ("example.net", Mx, 0, 1),
        ] {
            let answer = ask(&query(name, kind), &Resolver::System, Some(at)).await;
            let response = answer.reply.unwrap_or_else(|e| panic!("{name} {kind}: {e}"));
            assert_eq!((response.rcode, response.answers.len()), (rcode, answers), "{name} {kind}");
            assert!(response.flags.aa, "{name} {kind}");
            assert_eq!((answer.server, answer.over_tcp), (Some(at), false), "{name} {kind}");
        }
        let foreign = ask(&query("example.org", A), &Resolver::Udp(at), None).await;
        assert_eq!(foreign.reply.unwrap().rcode_name(), "REFUSED");
        task.abort();
    }

    #[tokio::test]
    async fn a_truncated_answer_is_asked_for_again_over_tcp() {
        let (at, task) = zone::serve().await.unwrap();
        let big = query("big.example.test", RecordType::Txt);
        let answer = ask(&big, &Resolver::Udp(at), None).await;
        assert!(answer.over_tcp);
        let response = answer.reply.unwrap();
        assert_eq!((response.answers.len(), response.flags.tc), (7, false));
        let spf = vec![b"v=spf1 ".to_vec(), b"mx ".to_vec(), b"-all".to_vec()];
        assert!(response.answers.iter().any(|r| r.value == Value::Txt(spf.clone())));

        let answer = ask(&big, &Resolver::Tcp(at), None).await;
        assert!(!answer.over_tcp);
        assert_eq!(answer.reply.unwrap().answers.len(), 7);
        task.abort();
    }

    #[tokio::test]
    async fn no_answer_has_its_reason() {
        let limit = Duration::from_millis(50);
        let any = query("example.org", RecordType::A);
        // Bound and never read: silence. Bound and dropped: nothing listens.
        let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let silent_at = silent.local_addr().unwrap();
        let closed = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let reply = ask_within(&any, &Resolver::Udp(silent_at), None, limit).await.reply;
        assert_eq!(reply, Err(QueryFailure::TimedOut));
        for dead in [Resolver::Udp(closed), Resolver::Tcp(closed)] {
            let reply = ask_within(&any, &dead, None, limit).await.reply;
            assert!(matches!(reply, Err(QueryFailure::Unreachable(_))), "{dead}: {reply:?}");
        }
        let odd = ask_within(&query("a..b", RecordType::A), &Resolver::Udp(closed), None, limit).await.reply;
        assert!(matches!(odd, Err(QueryFailure::Malformed(_))), "{odd:?}");

        // A dead server leads on to the next; where all fail, the first failure is told.
        let (zones, task) = zone::serve().await.unwrap();
        let mx = query("example.test", RecordType::Mx);
        let answer = ask_in_order(&mx, &[closed, silent_at, zones], limit).await;
        assert_eq!((answer.server, answer.reply.map(|r| r.rcode)), (Some(zones), Ok(0)));
        let refused = ask_in_order(&any, &[closed, zones, silent_at], limit).await;
        assert_eq!((refused.server, refused.reply.map(|r| r.rcode)), (Some(zones), Ok(5)));
        let dead = ask_in_order(&mx, &[closed, silent_at], limit).await;
        assert_eq!(dead.server, Some(closed));
        assert!(matches!(dead.reply, Err(QueryFailure::Unreachable(_))));
        assert!(matches!(ask_in_order(&mx, &[], limit).await.reply, Err(QueryFailure::NoResolver(_))));
        task.abort();
    }

    #[tokio::test]
    async fn forged_datagrams_are_passed_over() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = server.local_addr().unwrap();
        let forger = async {
            let mut buffer = [0; 512];
            let (length, from) = server.recv_from(&mut buffer).await.unwrap();
            let asked = Message::from_vec(&buffer[..length]).unwrap();
            let mut other_id = asked.clone().into_response();
            other_id.metadata.id ^= 1;
            let mut other_question = Message::response(asked.metadata.id, asked.metadata.op_code);
            other_question.add_query(Question::query(Name::from_ascii("other.test.").unwrap(), WireType::A));
            let mut right = asked.into_response();
            right.metadata.authoritative = true;
            for message in [other_id, other_question, right] {
                server.send_to(&message.to_vec().unwrap(), from).await.unwrap();
            }
            server.send_to(b"\0", from).await.unwrap();
        };
        let asked = query("example.org", RecordType::A);
        let resolver = Resolver::Udp(at);
        let (answer, ()) = tokio::join!(ask(&asked, &resolver, None), forger);
        assert!(answer.reply.unwrap().flags.aa);
    }
}
