//! What an answer to a ClientHello comes to.

use x509_parser::prelude::{FromDer as _, X509Name};

use crate::diagnosis::certificate::reading::distinguished_name;
use crate::diagnosis::investigation::{Ended, Failure, Heard};
use crate::protocol::tls::flight::{Flight, kind};
use crate::protocol::tls::server_hello::extension;
use crate::protocol::tls::{self, Alert, Parameters, ServerHello, Suite, Version, key_exchange};
use crate::protocol::visible::visible;

/// A server that is silent so many times is not asked further.
pub(super) const SILENCES: usize = 2;
/// What to do about one that answers nothing.
const UNWELCOME: &str = "TLS may not be spoken here, or this address is not welcome: the log of the server says why";

/// What to do about one that begins to answer and does not go on.
pub(super) const STALLED: &str = "TLS is spoken here, and stalls: what is on the way may drop large packets (MTU), or the server hangs or is overloaded: its \
     log says why";

/// Octets of a line in clear that are quoted.
const QUOTED: usize = 60;
/// Authorities that are named.
const AUTHORITIES: usize = 20;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It would speak.
    Chose(Box<Choice>),
    /// It refuses, with this alert.
    Alert(Alert),
    /// It speaks no TLS: its first line, safe to draw.
    Clear(String),
    /// It closed without a word: how (`closed by the server`).
    Closed(String),
    /// It says nothing within the seconds that are waited.
    Silent(u64),
    /// It began an answer in TLS, and came to no end of it within the seconds that are waited.
    Stalled {
        /// What it did in that time: `began a TLS record and did not finish it`.
        what: &'static str,
        /// Octets that came.
        octets: usize,
        /// How long was waited.
        seconds: u64,
    },
    /// What it says is against the rules: what is wrong.
    Odd(String),
    /// It did not come to that: why.
    NotSent(Failure),
}

/// What a server chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The version.
    pub version: Version,
    /// The cipher suite.
    pub suite: Suite,
    /// Compression was agreed upon (CRIME, CVE-2012-4929).
    pub compression: bool,
    /// The group of the key exchange: of TLS 1.3, or of ECDHE before.
    pub group: Option<u16>,
    /// The size in bits of the prime of DHE before TLS 1.3.
    pub prime: Option<usize>,
    /// It answers to secure renegotiation (RFC 5746).
    pub renegotiation: bool,
    /// It asks for a client's certificate, signed by one of these, or by anyone. In TLS 1.3 this is encrypted.
    pub wants: Option<Vec<String>>,
}

impl Reply {
    /// Reads what was heard.
    #[must_use]
    pub fn of(heard: &Heard) -> Self {
        let flight = &heard.flight;
        if let Some(text) = flight.clear().filter(|text| !text.is_empty()) {
            return Self::Clear(first_line(text));
        }
        if let Some(hello) = flight.message(kind::SERVER_HELLO) {
            return match ServerHello::read(hello) {
                Some(hello) => Self::Chose(Box::new(Choice::of(&hello, flight))),
                None => Self::Odd("a ServerHello that is cut".to_owned()),
            };
        }
        if let Some(alert) = flight.alert() {
            return Self::Alert(alert);
        }
        if let Some(what) = flight.oddity() {
            return Self::Odd(what.to_owned());
        }
        match (&heard.ended, &heard.seen.failure) {
            (Ended::NotSent, Some(failure)) => Self::NotSent(failure.clone()),
            (Ended::Silent(time), _) if flight.octets() == 0 => Self::Silent(time.as_secs()),
            (Ended::Silent(time), _) => Self::Stalled {
                what: match flight.is_within_record() {
                    true => "began a TLS record and did not finish it",
                    false => "began to answer in TLS and did not finish",
                },
                octets: flight.octets(),
                seconds: time.as_secs(),
            },
            (Ended::Closed(how), _) => Self::Closed(how.clone()),
            _ => Self::Odd("an answer that cannot be read".to_owned()),
        }
    }

    /// What it chose, if it would speak.
    #[must_use]
    pub fn choice(&self) -> Option<&Choice> {
        match self {
            Self::Chose(choice) => Some(choice),
            _ => None,
        }
    }

    /// Whether the time that was waited passed without an answer. It costs so much that a server is soon not asked further.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        matches!(self, Self::Silent(_) | Self::Stalled { .. })
    }

    /// What to do about a server that answers so, and no ClientHello otherwise.
    pub(super) const fn unanswered(&self) -> &'static str {
        match self {
            Self::Stalled { .. } => STALLED,
            _ => UNWELCOME,
        }
    }

    /// It in a few words, for a sentence that begins with the server.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Chose(choice) => format!("chose {} {}", choice.version, choice.words()),
            Self::Alert(alert) => format!("refused: alert {alert}"),
            Self::Clear(line) => format!("answered in plain text: {line}"),
            Self::Closed(how) => how.clone(),
            Self::Silent(seconds) => format!("said nothing for {seconds} s"),
            Self::Stalled { what, octets, seconds } => {
                let came = if *octets == 1 { "1 octet".to_owned() } else { format!("{octets} octets") };
                format!("{what} within {seconds} s: {came} came")
            }
            Self::Odd(what) => format!("sent {what}"),
            Self::NotSent(failure) => failure.says.clone(),
        }
    }
}

impl Choice {
    fn of(hello: &ServerHello, flight: &Flight) -> Self {
        let message = |kind| flight.message(kind);
        let parameters = message(kind::SERVER_KEY_EXCHANGE).and_then(|body| Parameters::read(body, hello.suite));
        let (group, prime) = match parameters {
            Some(Parameters::Group(group)) => (Some(group), None),
            Some(Parameters::Prime { bits }) => (None, Some(bits)),
            Some(Parameters::OwnCurve) | None => (hello.group, None),
        };
        Self {
            version: hello.version,
            suite: hello.suite,
            compression: hello.compression != 0,
            group,
            prime,
            renegotiation: hello.has(extension::RENEGOTIATION_INFO),
            wants: message(kind::CERTIFICATE_REQUEST).map(|body| {
                let names = key_exchange::authorities(body, hello.version);
                names.into_iter().take(AUTHORITIES).map(authority).collect()
            }),
        }
    }

    /// The suite with the group or the prime: `TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 1024 bits`.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.group, self.prime) {
            (Some(group), _) => format!("{}, {}", self.suite, tls::group(group)),
            (None, Some(bits)) => format!("{}, {bits} bits", self.suite),
            (None, None) => self.suite.to_string(),
        }
    }
}

/// The name of an authority, safe to draw.
fn authority(der: &[u8]) -> String {
    X509Name::from_der(der).map_or_else(
        |_| format!("a name of {} octets that cannot be read", der.len()),
        |(_, name)| distinguished_name(&name),
    )
}

fn first_line(text: &[u8]) -> String {
    let line = text.split(|octet| matches!(octet, b'\r' | b'\n')).next().unwrap_or_default();
    visible(line.get(..QUOTED).unwrap_or(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::hello::servers::endpoint;
    use crate::diagnosis::investigation::Seen;

    macro_rules! captured {
        ($name:literal) => {
            include_bytes!(concat!("../../../tests/fuzz/seeds/tls_records/", $name)).as_slice()
        };
    }

    fn reply(octets: &[u8], ended: Ended) -> Reply {
        Reply::of(&Heard { seen: Seen::nothing(endpoint("smtps://mx.test")), flight: Flight::of(octets), ended })
    }

    /// What OpenSSL answered, in octets.
    #[test]
    fn answers_of_openssl() {
        for (octets, words, wants) in [
            (captured!("tls13"), "chose TLS 1.3 TLS_AES_256_GCM_SHA384, x25519", None),
            (captured!("retry"), "chose TLS 1.3 TLS_AES_256_GCM_SHA384, secp384r1", None),
            (
                captured!("tls12-ecdhe-asks-certificate"),
                "chose TLS 1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, x25519",
                Some("C=XX, O=Example, CN=Example CA"),
            ),
            (captured!("tls10"), "chose TLS 1.0 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, x25519", None),
            (captured!("anonymous-dh"), "chose TLS 1.2 TLS_DH_anon_WITH_AES_256_GCM_SHA384, 1024 bits", None),
            (captured!("refused"), "refused: alert protocol_version", None),
            (captured!("clear"), "answered in plain text: 220 mx.example.test ESMTP", None),
        ] {
            let reply = reply(octets, Ended::Enough);
            assert_eq!(reply.words(), words);
            let got = reply.choice().and_then(|choice| choice.wants.as_ref()).map(|names| names.join("; "));
            assert_eq!(got.as_deref(), wants, "{words}");
        }
    }

    #[test]
    fn answers_that_are_none() {
        for (octets, ended, words) in [
            (&b""[..], Ended::Closed("reset by the server".to_owned()), "reset by the server"),
            (b"", Ended::Silent(std::time::Duration::from_secs(10)), "said nothing for 10 s"),
            (
                b"\x16",
                Ended::Silent(std::time::Duration::from_secs(2)),
                "began a TLS record and did not finish it within 2 s: 1 octet came",
            ),
            (
                b"\x16\x03\x03\x00\x7a\x02\x00",
                Ended::Silent(std::time::Duration::from_secs(2)),
                "began a TLS record and did not finish it within 2 s: 7 octets came",
            ),
            (
                b"\x16\x03\x03\x00\x02\x02\x00",
                Ended::Silent(std::time::Duration::from_secs(2)),
                "began to answer in TLS and did not finish within 2 s: 7 octets came",
            ),
            (b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", Ended::Enough, "sent a ServerHello that is cut"),
            (
                b"\x17\x03\x01\x00\x01\x00",
                Ended::Enough,
                "sent a record that has no place in an answer to a ClientHello",
            ),
            (b"", Ended::NotSent, "sent an answer that cannot be read"),
            (b"HTTP\x1b[2J", Ended::Closed(String::new()), "answered in plain text: HTTP␛[2J"),
        ] {
            assert_eq!(reply(octets, ended).words(), words);
        }
    }
}
