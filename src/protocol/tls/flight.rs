//! The first flight of a server, taken off the wire piece by piece: records are joined to handshake messages, and it is
//! told when there is no more to wait for.

use super::alert::{Alert, AlertDescription};

/// Octets of a flight that are read. A chain of certificates has a few thousand; a list of a hundred authorities that may
/// sign a client's certificate some ten thousand.
pub const MOST: usize = 256 << 10;
/// The most octets that a record may announce: 2^14 and, for those that are encrypted or compressed, 2048 more (RFC 5246
/// §6.2.3).
const LONGEST: usize = (1 << 14) + 2048;
/// Octets of clear text that are waited for, unless a line ends earlier.
const CLEAR: usize = 512;
/// Warnings that are kept.
const WARNINGS: usize = 8;

/// The content types of records (RFC 8446 §5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// The types of handshake messages that matter here (RFC 8446 §4, RFC 5246 §7.4).
pub mod kind {
    /// ServerHello, and in TLS 1.3 HelloRetryRequest.
    pub const SERVER_HELLO: u8 = 2;
    /// Certificate.
    pub const CERTIFICATE: u8 = 11;
    /// ServerKeyExchange.
    pub const SERVER_KEY_EXCHANGE: u8 = 12;
    /// CertificateRequest.
    pub const CERTIFICATE_REQUEST: u8 = 13;
    /// ServerHelloDone, the end of the flight before TLS 1.3.
    pub const SERVER_HELLO_DONE: u8 = 14;
}

/// A handshake message: its type, and what it holds behind its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// See [`kind`].
    pub kind: u8,
    /// The body.
    pub body: &'a [u8],
}

/// How far a flight has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// There is no more to wait for.
    Whole,
    /// What came is no TLS: its first octets.
    Clear,
    /// It is TLS and against its rules, or without end.
    Odd(&'static str),
}

/// What a server sent in answer to a ClientHello.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// Octets that were read, all together.
    taken: usize,
    /// Octets that are no whole record yet; in clear, what came first.
    pending: Vec<u8>,
    /// The contents of all handshake records, one behind the other.
    handshake: Vec<u8>,
    /// How much of them is whole messages.
    read: usize,
    record_version: Option<u16>,
    warnings: Vec<Alert>,
    alert: Option<Alert>,
    state: State,
}

impl Flight {
    /// A flight that came in one piece.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        let mut flight = Self::default();
        flight.push(octets);
        flight
    }

    /// Takes in what came next. What comes behind the end is passed over.
    pub fn push(&mut self, octets: &[u8]) {
        if self.is_enough() && self.state != State::Clear {
            return;
        }
        let room = MOST.saturating_sub(self.taken);
        let octets = octets.get(..room).unwrap_or(octets);
        self.taken += octets.len();
        if self.state == State::Clear {
            return self.clear_goes_on(octets);
        }
        self.pending.extend_from_slice(octets);
        let mut at = 0;
        while self.state == State::Open {
            let Some(end) = self.record(at) else { break };
            at = end;
        }
        self.pending.drain(..at);
        if matches!(self.state, State::Whole | State::Odd(_)) {
            // What is behind the end was not read, however it came.
            self.taken -= self.pending.len();
            self.pending.clear();
        }
        if self.state == State::Open && self.taken >= MOST {
            self.state = State::Odd("an answer without end");
            self.pending.clear();
        }
    }

    /// Whether there is no more to wait for: a whole flight, an alert that ends it, an answer of TLS 1.3, of which the
    /// rest is encrypted, or what is no TLS at all.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        match self.state {
            State::Open => false,
            State::Whole | State::Odd(_) => true,
            State::Clear => self.pending.contains(&b'\n') || self.pending.len() >= CLEAR,
        }
    }

    /// How many octets were read.
    #[must_use]
    pub const fn octets(&self) -> usize {
        self.taken
    }

    /// Whether a record has begun whose end has not come.
    #[must_use]
    pub fn is_within_record(&self) -> bool {
        self.state == State::Open && !self.pending.is_empty()
    }

    /// The version in the header of the first record: 0x0301 for TLS 1.0.
    #[must_use]
    pub const fn record_version(&self) -> Option<u16> {
        self.record_version
    }

    /// The alert that ended it.
    #[must_use]
    pub const fn alert(&self) -> Option<Alert> {
        self.alert
    }

    /// The first warnings, after which it went on.
    #[must_use]
    pub fn warnings(&self) -> &[Alert] {
        &self.warnings
    }

    /// What came first, if that was no TLS.
    #[must_use]
    pub fn clear(&self) -> Option<&[u8]> {
        (self.state == State::Clear).then_some(self.pending.as_slice())
    }

    /// What is against the rules of TLS, and ended the reading.
    #[must_use]
    pub const fn oddity(&self) -> Option<&'static str> {
        match self.state {
            State::Odd(what) => Some(what),
            _ => None,
        }
    }

    /// The handshake messages that came whole, in their order.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        let mut rest = self.handshake.get(..self.read).unwrap_or_default();
        std::iter::from_fn(move || {
            let (message, behind) = message(rest)?;
            rest = behind;
            Some(message)
        })
    }

    /// The first message of this type, if it came.
    #[must_use]
    pub fn message(&self, kind: u8) -> Option<&[u8]> {
        self.messages().find(|message| message.kind == kind).map(|message| message.body)
    }

    /// Reads the record at this place; gives where it ends. None as long as it is not whole, or when it is none.
    fn record(&mut self, at: usize) -> Option<usize> {
        let rest = self.pending.get(at..).unwrap_or_default();
        let looks_like_tls = match *rest {
            [] => return None,
            [content] => (20..=24).contains(&content),
            [content, major, ..] => (20..=24).contains(&content) && major == 3,
        };
        if !looks_like_tls {
            if self.record_version.is_some() {
                self.state = State::Odd("what follows the first record is no record");
                return None;
            }
            self.state = State::Clear;
            self.pending.truncate(CLEAR);
            return None;
        }
        let [content, major, minor, high, low, ..] = *rest else { return None };
        self.record_version.get_or_insert(u16::from_be_bytes([major, minor]));
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > LONGEST {
            self.state = State::Odd("a record longer than TLS allows");
            return None;
        }
        let end = at + 5 + length;
        let fragment = self.pending.get(at + 5..end)?.to_vec();
        match content {
            ALERT => self.alerted(&fragment),
            HANDSHAKE => {
                self.handshake.extend_from_slice(&fragment);
                self.shake();
            }
            _ => self.state = State::Odd("a record that has no place in an answer to a ClientHello"),
        }
        Some(end)
    }

    fn alerted(&mut self, fragment: &[u8]) {
        let [level, description] = *fragment else {
            self.state = State::Odd("an alert of a wrong size");
            return;
        };
        let alert = Alert { level, description: AlertDescription(description) };
        if alert.is_end() {
            self.alert = Some(alert);
            self.state = State::Whole;
        } else if self.warnings.len() < WARNINGS {
            self.warnings.push(alert);
        }
    }

    /// Looks whether new messages are whole, and whether one of them is the last that comes in clear.
    fn shake(&mut self) {
        while let Some((message, behind)) = message(self.handshake.get(self.read..).unwrap_or_default()) {
            let last = match message.kind {
                kind::SERVER_HELLO_DONE => true,
                kind::SERVER_HELLO => is_tls13(message.body),
                _ => false,
            };
            self.read = self.handshake.len() - behind.len();
            if last {
                self.state = State::Whole;
                return;
            }
        }
    }

    fn clear_goes_on(&mut self, octets: &[u8]) {
        let room = CLEAR.saturating_sub(self.pending.len());
        self.pending.extend_from_slice(octets.get(..room).unwrap_or(octets));
    }
}

/// The message at the beginning, if it is whole, and what follows.
fn message(octets: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let [kind, high, middle, low, rest @ ..] = octets else { return None };
    let length = usize::try_from(u32::from_be_bytes([0, *high, *middle, *low])).ok()?;
    let (body, behind) = rest.split_at_checked(length)?;
    Some((Message { kind: *kind, body }, behind))
}

/// Whether a ServerHello speaks TLS 1.3: that stands in its extension supported_versions (RFC 8446 §4.1.3).
fn is_tls13(body: &[u8]) -> bool {
    super::ServerHello::read(body).is_some_and(|hello| hello.version == super::Version::TLS13)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(content: u8, fragment: &[u8]) -> Vec<u8> {
        let length = u16::try_from(fragment.len()).unwrap().to_be_bytes();
        [&[content, 3, 3], &length[..], fragment].concat()
    }

    fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind], &length[1..], body].concat()
    }

    fn server_hello(version: [u8; 2], extensions: &[u8]) -> Vec<u8> {
        let length = u16::try_from(extensions.len()).unwrap().to_be_bytes();
        handshake(2, &[&version[..], &[7; 32], &[0, 0xc0, 0x2f, 0], &length, extensions].concat())
    }

    /// What came, in a few words.
    fn told(flight: &Flight) -> String {
        let kinds: Vec<String> = flight.messages().map(|m| format!("{}:{}", m.kind, m.body.len())).collect();
        let mut words = vec![kinds.join(" ")];
        words.extend(flight.warnings().iter().map(|alert| format!("warning {alert}")));
        words.extend(flight.alert().iter().map(ToString::to_string));
        words.extend(flight.clear().map(|octets| String::from_utf8_lossy(octets).into_owned()));
        words.extend(flight.oddity().map(str::to_owned));
        words.push(if flight.is_enough() { "enough" } else { "open" }.to_owned());
        words.retain(|word| !word.is_empty());
        words.join("; ")
    }

    #[test]
    fn flights_and_where_they_end() {
        let hello = server_hello([3, 3], &[]);
        let done = handshake(14, &[]);
        let whole = [hello.clone(), handshake(11, &[0; 300]), done.clone()].concat();
        let tls13 = server_hello([3, 3], &[0, 43, 0, 2, 3, 4]);
        for (octets, expect) in [
            (Vec::new(), "open"),
            (vec![22], "open"),
            (vec![22, 3, 3, 0], "open"),
            (record(22, &whole), "2:40 11:300 14:0; enough"),
            (record(22, &whole[..200]), "2:40; open"),
            ([record(22, &whole[..1]), record(22, &[]), record(22, &whole[1..])].concat(), "2:40 11:300 14:0; enough"),
            ([record(22, &tls13), record(23, &[9; 40]), b"more".to_vec()].concat(), "2:46; enough"),
            (record(21, &[2, 40]), "handshake_failure; enough"),
            (record(21, &[1, 112]), "warning unrecognized_name; open"),
            (
                [record(21, &[1, 112]), record(22, &whole)].concat(),
                "2:40 11:300 14:0; warning unrecognized_name; enough",
            ),
            ([record(22, &hello), record(21, &[2, 80])].concat(), "2:40; internal_error; enough"),
            (record(21, &[1, 0]), "close_notify; enough"),
            (record(21, &[2]), "an alert of a wrong size; enough"),
            (record(20, &[1]), "a record that has no place in an answer to a ClientHello; enough"),
            (vec![22, 3, 1, 0xff, 0xff], "a record longer than TLS allows; enough"),
            (
                [record(22, &hello), b"220 mx".to_vec()].concat(),
                "2:40; what follows the first record is no record; enough",
            ),
            (b"220 mx.example.test".to_vec(), "220 mx.example.test; open"),
            (b"220 mx.example.test\r\n".to_vec(), "220 mx.example.test\r\n; enough"),
            (vec![22, 4], "\u{16}\u{4}; open"),
        ] {
            assert_eq!(told(&Flight::of(&octets)), expect, "{octets:02x?}");
            let mut piecewise = Flight::default();
            octets.iter().for_each(|octet| piecewise.push(&[*octet]));
            assert_eq!(told(&piecewise), expect, "in single octets: {octets:02x?}");
        }
    }

    #[test]
    fn floods_end() {
        for flood in [record(22, &[]), record(21, &[1, 90]), record(22, &handshake(4, &[])), record(22, &[11; 900])] {
            let mut flight = Flight::default();
            let mut rounds = 0;
            while !flight.is_enough() {
                flight.push(&flood);
                rounds += 1;
                assert!(rounds < MOST, "{flood:02x?}");
            }
            assert_eq!((flight.oddity(), flight.octets()), (Some("an answer without end"), MOST));
            assert!(flight.warnings().len() <= WARNINGS);
        }
        let text = Flight::of(&[b'x'; 10_000]);
        assert_eq!(text.clear().map(<[u8]>::len), Some(CLEAR));
        assert!(text.is_enough());
    }
}
