//! It happened: everything that can reach the model, from the keyboard and from the world.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::diagnosis::dns::{Answer, QueryFailure};
use crate::diagnosis::tls::{Judgement, TlsFailure, TlsReport};
use crate::diagnosis::web::Fetched;
use crate::protocol::moment::Moment;
use crate::protocol::secret::Secret;
use crate::protocol::tls::AlertDescription;

/// The number of a connection. Never used twice, so that a late event cannot reach the wrong one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// The number of a DNS question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryId(pub u32);

/// The number of a request to a web server, or of a chain that is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// It happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal pasted this text in one piece.
    Paste(String),
    /// The terminal has a new size.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// Something about a connection.
    Connection {
        /// Which.
        id: ConnectionId,
        /// When the net room saw it.
        at: Moment,
        /// What.
        what: Happened,
    },
    /// An answer, or the lack of one.
    Answered {
        /// Which question.
        id: QueryId,
        /// When it came.
        at: Moment,
        /// What came.
        answer: Box<Answer>,
    },
    /// What a web server answered, or the lack of it.
    Fetched {
        /// Which request.
        id: FetchId,
        /// When the last of it came.
        at: Moment,
        /// What came.
        outcome: Box<Fetched>,
    },
    /// What a chain is worth.
    Judged {
        /// Which request.
        id: FetchId,
        /// When it was judged.
        at: Moment,
        /// What it is worth.
        judgement: Box<Judgement>,
    },
    /// A file was read, or could not be: the text says why.
    File {
        /// Which.
        path: PathBuf,
        /// Its octets.
        content: Result<Vec<u8>, String>,
    },
    /// What the password command gave, or why it gave nothing.
    Password(Result<Secret, String>),
    /// The moment asked for by [`super::effect::Effect::Wake`] has come.
    Wake,
    /// SIGTERM or SIGHUP: leave, with the terminal as it was.
    Terminate,
}

/// What happened to a connection.
#[derive(Clone, Debug)]
pub enum Happened {
    /// The resolver is being asked for the addresses of this name.
    Resolving {
        /// The name.
        name: String,
    },
    /// The addresses, in the order in which they will be tried (RFC 8305 §4).
    Resolved {
        /// At least one.
        addresses: Vec<IpAddr>,
        /// How long the resolver took.
        took: Duration,
    },
    /// No address. The connection is over.
    NotResolved(ResolveFailure),
    /// A TCP connection attempt began.
    Attempt {
        /// Where.
        address: SocketAddr,
    },
    /// An attempt failed; others may go on.
    AttemptFailed {
        /// Where.
        address: SocketAddr,
        /// How long it took to fail.
        took: Duration,
        /// Why.
        failure: SocketFailure,
    },
    /// One attempt won. Octets may flow, or the TLS handshake begins.
    Connected {
        /// Our end.
        local: SocketAddr,
        /// The address that won, as the user knows it.
        peer: SocketAddr,
        /// The loopback address behind it in the practice world.
        practice: Option<SocketAddr>,
        /// How long the winning attempt took.
        took: Duration,
    },
    /// Every attempt failed. The connection is over.
    NotConnected,
    /// Octets came in. Never empty.
    Received(Bytes),
    /// This many octets have been handed to the system.
    Sent {
        /// Octets.
        octets: usize,
    },
    /// The handshake is done.
    TlsDone(Box<TlsReport>),
    /// The handshake failed. The connection is over.
    TlsFailed(TlsFailure),
    /// The connection is over.
    Closed(Closing),
}

/// Why a name gave no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveFailure {
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The name exists and has no address.
    NoAddress,
    /// The resolver answered with this code: `SERVFAIL`, `REFUSED`.
    Refused(String),
    /// No answer.
    Query(QueryFailure),
}

/// Why a socket did not open or broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketFailure {
    /// What kind of trouble.
    pub kind: SocketTrouble,
    /// The number the system gave.
    pub errno: Option<i32>,
    /// The system's words.
    pub text: String,
}

/// The kinds of socket trouble that have a sentence of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketTrouble {
    /// ECONNREFUSED: the host is there, nothing listens.
    Refused,
    /// ETIMEDOUT or our limit: filtered or down.
    TimedOut,
    /// ENETUNREACH, EHOSTUNREACH: no route.
    Unreachable,
    /// ECONNRESET: the peer broke the connection.
    Reset,
    /// EADDRNOTAVAIL: the source address is not ours.
    SourceUnavailable,
    /// Given up by the user or because another attempt won.
    Cancelled,
    /// The server ended TLS with this alert.
    Alert(AlertDescription),
    /// Anything else.
    Other,
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The server closed (FIN); under TLS with `close_notify`.
    Peer,
    /// The server closed under TLS without `close_notify`: a note, not an error.
    PeerWithoutNotify,
    /// We closed.
    Ours,
    /// It broke.
    Broken(SocketFailure),
}
