//! The sentences of a look that ended early. Those about addresses, sockets and TLS are the tabs' own
//! ([`crate::app::sentences`]).

use std::time::Duration;

use crate::app::sentences::duration;
use crate::diagnosis::investigation::Stage;
use crate::diagnosis::meaning;
use crate::protocol::endpoint::Protocol;
use crate::protocol::visible::excerpt;

/// Octets of a line that a sentence quotes.
const QUOTED: usize = 200;

/// What to do, and what happened.
type Words = (String, String);

/// A line of the server, safe to draw and not endless.
pub(super) fn shown(line: &[u8]) -> String {
    excerpt(line, QUOTED)
}

/// Every address failed.
pub(super) fn not_connected(tries: &[(String, &'static str)]) -> Words {
    let says: Vec<&str> = tries.iter().map(|(says, _)| says.as_str()).collect();
    match tries.first() {
        Some((_, next)) => (says.join("; "), (*next).to_owned()),
        None => ("no address could be connected to".to_owned(), String::new()),
    }
}

/// Nothing came in time.
pub(super) fn silent(stage: Stage, verb: &str, tls: bool, waited: Duration) -> Words {
    let waited = duration(waited);
    let (says, next) = match stage {
        Stage::Connection => (
            format!("no connection within {waited}"),
            "a firewall may drop the packets, or the host is down; many providers block port 25",
        ),
        Stage::Greeting if tls => {
            (format!("no greeting for {waited} after the handshake"), "another protocol may live at this port")
        }
        Stage::Greeting => (
            format!("accepted, then silent: no greeting for {waited}"),
            "it may wait for TLS first (--tls), or make strangers wait: RFC 5321 allows 5 minutes, and ehlo tls --timeout 300 \
             waits so long",
        ),
        Stage::Handshake => (format!("no end of the TLS handshake for {waited}"), "it may not speak TLS on this port"),
        Stage::Capabilities | Stage::StartTls => {
            (format!("no answer to {verb} for {waited}"), "look again; the server may be overloaded")
        }
    };
    (says, next.to_owned())
}

/// The connection ended before its time. `how`: in the words of a tab.
pub(super) fn closed(how: &str, stage: Stage, verb: &str, waited: Duration) -> Words {
    let waited = duration(waited);
    match stage {
        Stage::Connection | Stage::Greeting | Stage::Handshake => (
            format!("{how} after {waited}, before any greeting"),
            "the server may refuse this client's address, or be overloaded; its log says why".to_owned(),
        ),
        Stage::Capabilities | Stage::StartTls => {
            (format!("{how} {waited} after {verb}"), "the log of the server says why".to_owned())
        }
    }
}

/// The server said no: `what`, and its reply in its own words.
pub(super) fn refused(protocol: Protocol, what: &str, reply: &[Vec<u8>]) -> Words {
    // Only the replies of SMTP have several lines; before a status line of the others stands data.
    let own = if protocol.is_smtp() { reply } else { reply.get(reply.len().saturating_sub(1)..).unwrap_or_default() };
    let lines: Vec<String> = own.iter().map(|line| shown(line)).collect();
    let next = meaning::explain(protocol, &own.join(&b'\n')).map(|meaning| match meaning.phrase {
        Some(phrase) => format!("{}: {}", phrase.who, phrase.next),
        None => meaning.next.to_owned(),
    });
    (format!("{what}: {}", lines.join(" / ")), next.unwrap_or_else(|| "the log of the server says why".to_owned()))
}

/// What came first belongs to no greeting of this protocol.
pub(super) fn foreign(protocol: Protocol, line: &[u8], remark: Option<&'static str>) -> Words {
    let name = protocol.name().to_ascii_uppercase();
    (
        format!("the server does not speak {name}: it said \"{}\"", shown(line)),
        remark.unwrap_or("check the port and the protocol").to_owned(),
    )
}

/// Whether octets begin like a TLS record (RFC 8446 §5.1): an alert, most often.
pub(super) const fn is_tls(octets: &[u8]) -> bool {
    matches!(octets, [0x14..=0x17, 3, 0..=4, ..])
}
