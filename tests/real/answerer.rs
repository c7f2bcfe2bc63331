//! A name server for zones that BIND would not load: it says over UDP and TCP what a function says, word for word.
//!
//! Hickory, which the practice world is made of, refuses some of the names in question; so messages are written here, as
//! RFC 1035 §4 has them and without compression.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread;

use ehlo::diagnosis::dns::{Query, Record, Resolver, Response, Transport, Value, WireName};

/// Octets of a datagram when the question has no EDNS (RFC 1035 §4.2.1).
const PLAIN: u16 = 512;
/// The class of the internet.
const IN: u16 = 1;

/// What is answered; none is silence.
type Says = dyn Fn(&Query) -> Option<Response> + Send + Sync;

/// A server that runs for as long as the test process.
#[derive(Debug)]
pub(crate) struct Answerer {
    at: SocketAddr,
}

impl Answerer {
    pub(crate) fn start(says: impl Fn(&Query) -> Option<Response> + Send + Sync + 'static) -> Self {
        let (tcp, udp) = (0..20)
            .find_map(|_| {
                let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
                let udp = UdpSocket::bind(tcp.local_addr().ok()?).ok()?;
                Some((tcp, udp))
            })
            .expect("a port that is free over both UDP and TCP");
        let at = tcp.local_addr().expect("it is bound");
        let says: Arc<Says> = Arc::new(says);
        let same = Arc::clone(&says);
        thread::spawn(move || by_udp(&udp, &*same));
        thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                let says = Arc::clone(&says);
                thread::spawn(move || by_tcp(stream, &*says));
            }
        });
        Self { at }
    }

    /// How it is asked.
    pub(crate) fn resolver(&self) -> Resolver {
        Resolver::at(self.at, Transport::Udp)
    }
}

fn by_udp(socket: &UdpSocket, says: &Says) {
    let mut buffer = [0; 4096];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        let (asked, _) = Response::read(&buffer[..length]);
        let most = asked.edns.map_or(PLAIN, |edns| edns.payload.max(PLAIN));
        let Some(mut message) = reply(&buffer[..length], says) else { continue };
        if message.len() > usize::from(most) {
            // Nothing but the header and the question, and TC.
            message = write(&buffer[..length], &Response::default());
            message[2] |= 0x02;
        }
        // Who asked may be gone.
        let _ = socket.send_to(&message, from);
    }
}

fn by_tcp(mut stream: TcpStream, says: &Says) {
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut question).is_err() {
            return;
        }
        let Some(message) = reply(&question, says) else { continue };
        let length = u16::try_from(message.len()).expect("no answer is longer than a message can be");
        if stream.write_all(&[&length.to_be_bytes(), message.as_slice()].concat()).is_err() {
            return;
        }
    }
}

fn reply(question: &[u8], says: &Says) -> Option<Vec<u8>> {
    let (asked, _) = Response::read(question);
    says(asked.questions.first()?).map(|response| write(question, &response))
}

/// The message that answers `question`.
fn write(question: &[u8], response: &Response) -> Vec<u8> {
    let name = question.get(12..).expect("a header");
    let mut end = 0;
    while name[end] != 0 {
        end += usize::from(name[end]) + 1;
    }
    // QR and AA, RD as it came, RA, and the code.
    let flags = [0x84 | question[2] & 0x01, 0x80 | (response.rcode & 0x0f) as u8];
    let mut out = [&question[..2], &flags].concat();
    for count in [1, response.answers.len(), 0, 0] {
        out.extend(u16::try_from(count).expect("a handful").to_be_bytes());
    }
    out.extend(&name[..end + 5]);
    for record in &response.answers {
        out.extend(self::record(record));
    }
    out
}

fn record(Record { name, ttl, value }: &Record) -> Vec<u8> {
    let data = match value {
        Value::A(ip) => ip.octets().to_vec(),
        Value::Aaaa(ip) => ip.octets().to_vec(),
        Value::Mx { preference, exchange } => [preference.to_be_bytes().to_vec(), wire(exchange)].concat(),
        // A TXT record without a string is none (RFC 1035 §3.3.14), and no server has one: the nearest is an empty string.
        Value::Txt(strings) if strings.is_empty() => vec![0],
        Value::Txt(strings) => strings.iter().flat_map(|string| character_string(string)).collect(),
        Value::Ptr(name) | Value::Cname(name) | Value::Ns(name) => wire(name),
        other => panic!("{other:?} is not written here"),
    };
    let mut out = wire(name);
    out.extend([value.kind().number(), IN].into_iter().flat_map(u16::to_be_bytes));
    out.extend(ttl.to_be_bytes());
    out.extend(u16::try_from(data.len()).expect("RDATA fits").to_be_bytes());
    out.extend(data);
    out
}

/// A string behind its length; a longer one as several, as a zone file would have to have it.
fn character_string(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return vec![0];
    }
    let piece = |piece: &[u8]| [&[u8::try_from(piece.len()).expect("at most 255")], piece].concat();
    text.chunks(255).flat_map(piece).collect()
}

fn wire(name: &str) -> Vec<u8> {
    WireName::parse(name).unwrap_or_else(|why| panic!("{name} has no form on the wire: {why}")).octets().to_vec()
}
