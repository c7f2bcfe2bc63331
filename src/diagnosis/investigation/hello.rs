//! A ClientHello made by hand, and what a server answered to it.

use std::time::Duration;

use super::Seen;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::tls::Flight;

/// A ClientHello to be sent where TLS would begin: as the first octets of a connection, or after STARTTLS was said and
/// agreed to. The connection is closed once the answer is there; no handshake is finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hello {
    /// Where. TLS begins from the first octet or after STARTTLS; what says neither is taken for STARTTLS.
    pub endpoint: Endpoint,
    /// The octets of the records, as they go out.
    pub octets: Vec<u8>,
}

/// What came of a [`Hello`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What was seen on the way to where TLS begins, and why it was not reached, if so. There is no TLS in it.
    pub seen: Seen,
    /// What the server sent behind the ClientHello.
    pub flight: Flight,
    /// How it ended.
    pub ended: Ended,
}

/// How the hearing of an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The ClientHello was not sent; [`Seen::failure`] says why.
    NotSent,
    /// All that is to be expected came: see [`Flight::is_enough`].
    Enough,
    /// The server closed before: how, in words (`closed by the server`).
    Closed(String),
    /// Nothing more came for so long.
    Silent(Duration),
}
