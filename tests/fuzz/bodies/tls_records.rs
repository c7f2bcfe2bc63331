//! The clear flight of a TLS server: [`ehlo::protocol::tls`], and what it comes to, [`ehlo::diagnosis::hello`].

use ehlo::diagnosis::hello::Reply;
use ehlo::diagnosis::investigation::{Ended, Heard, Seen};
use ehlo::protocol::endpoint::{Endpoint, Host, Protocol, Security};
use ehlo::protocol::tls::flight::MOST;
use ehlo::protocol::tls::{Flight, Parameters, ServerHello, Suite, Version, key_exchange};

use super::{Cuts, drawn};

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"",
    b"\x16\x03\x03\x40\x00\x0b\x00\x40\x00\x00\x40\x00",
    b"\x16\x03\x01\x00\x01",
    b"\x15\x03\x01\x00\x02\x01\x70",
];

/// Octets shown of one octet: of each attribute of a name there is its type and what separates it.
const TIMES: usize = 40;

/// A flight is the same whatever the cuts, reads no more than its most, holds its messages in their order, and what is
/// said of it is safe to draw.
pub(crate) fn holds(octets: &[u8]) {
    let [flight, second, third] = Cuts::of(octets).map(|mut cuts| {
        let mut flight = Flight::default();
        cuts.each(octets, |piece| flight.push(piece));
        flight
    });
    assert_eq!(flight, second, "cut between any two octets");
    assert_eq!(flight, third, "cut here and there");
    assert!(flight.octets() <= octets.len().min(MOST), "no more is read than came, and than the most");
    let held: usize = flight.messages().map(|message| message.body.len() + 4).sum();
    assert!(held <= flight.octets(), "messages are made of what came");
    assert!(flight.clear().is_none_or(|clear| octets.starts_with(clear) && held == 0), "clear text is what came first");

    let host = Host::Name("mx.example.org".to_owned());
    let endpoint = Endpoint { protocol: Protocol::Smtp, host, port: 25, security: Security::StartTls };
    for ended in [Ended::Enough, Ended::NotSent, Ended::Closed("closed".to_owned())] {
        let reply = Reply::of(&Heard { seen: Seen::nothing(endpoint.clone()), flight: flight.clone(), ended });
        let wants = reply.choice().and_then(|choice| choice.wants.clone()).unwrap_or_default();
        drawn(wants.iter().chain([&reply.words()]), TIMES, octets.len());
    }

    // The same octets as the body of each message.
    if let Some(hello) = ServerHello::read(octets) {
        assert!(hello.extensions.len() * 4 <= octets.len());
    }
    for suite in [0x0033, 0xc02f, 0x002f] {
        if let Some(Parameters::Prime { bits }) = Parameters::read(octets, Suite(suite)) {
            assert!(bits <= octets.len() * 8);
        }
    }
    let within = |parts: &[&[u8]]| parts.iter().map(|part| part.len() + 2).sum::<usize>() <= octets.len();
    assert!(within(&key_exchange::certificates(octets)));
    for version in [Version::TLS10, Version::TLS12] {
        assert!(within(&key_exchange::authorities(octets, version)));
    }
}
