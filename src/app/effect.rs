//! What the program can do to the world. This list is complete: nothing else leaves the model.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::event::{ConnectionId, FetchId, QueryId};
use crate::diagnosis::dns::{Query, QueryOptions, Resolver};
use crate::diagnosis::tls::Chain;
use crate::diagnosis::web::Request;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::moment::Moment;

/// Please do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a connection. What happens comes back as [`super::event::Happened`].
    Connect {
        /// The name under which everything about it is reported.
        id: ConnectionId,
        /// Where and how.
        plan: ConnectPlan,
    },
    /// Write these octets, after everything written before.
    Send {
        /// The connection.
        id: ConnectionId,
        /// The octets, as they are.
        octets: Bytes,
    },
    /// Begin the client's side of a TLS handshake on the open connection.
    StartTls {
        /// The connection.
        id: ConnectionId,
        /// The name to send and to judge the certificate against.
        name: String,
    },
    /// Close the connection: after what is still to be written, or at once.
    Close {
        /// The connection.
        id: ConnectionId,
        /// Do not wait for anything: RST rather than FIN where the system can.
        abort: bool,
    },
    /// Ask DNS.
    Query {
        /// The name under which the answer is reported.
        id: QueryId,
        /// The question.
        query: Query,
        /// Whom.
        resolver: Resolver,
        /// How.
        options: QueryOptions,
    },
    /// Ask a web server, once: a redirect is an answer.
    Fetch {
        /// The name under which the outcome is reported.
        id: FetchId,
        /// What is asked for.
        request: Request,
        /// Whom to ask for the addresses of its host.
        resolver: Resolver,
    },
    /// Judge a chain by the roots of this machine and Mozilla's, now.
    Judge {
        /// The name under which the judgement is reported.
        id: FetchId,
        /// What is judged.
        chain: Chain,
    },
    /// Read a file of at most this many octets.
    ReadFile {
        /// Where.
        path: PathBuf,
        /// A longer file is an error, not cut.
        limit: u64,
    },
    /// Ask a command of the shell for a password: the first line that it prints.
    AskPassword {
        /// The command.
        command: String,
    },
    /// End the password command, with what it started; nothing is reported of it.
    ForgetPassword,
    /// Put this text on the terminal's clipboard (OSC 52).
    Copy(String),
    /// Send [`super::event::Event::Wake`] at this moment.
    Wake(Moment),
    /// Draw every cell anew.
    Redraw,
    /// Stop the process as ^Z does in a shell, and draw again after `fg`.
    Suspend,
    /// Leave the program.
    Quit,
}

/// Where and how to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectPlan {
    /// Host, port, protocol, and whether TLS comes first.
    pub endpoint: Endpoint,
    /// Use these addresses and ask no resolver (`--resolve`, or Enter on an address).
    pub addresses: Vec<IpAddr>,
    /// Only this family (`-4`, `-6`).
    pub family: Option<Family>,
    /// Bind to this local address first (`--source`).
    pub source: Option<IpAddr>,
    /// Whom to ask for addresses.
    pub resolver: Resolver,
    /// The name to send in TLS and to judge the certificate by, in place of the host (`--sni`).
    pub sni: Option<String>,
    /// Give up connecting after this long.
    pub limit: Duration,
    /// Give up a TLS handshake after this long.
    pub handshake: Duration,
    /// What becomes of TLS sessions.
    pub sessions: Sessions,
    /// Our certificate may be shown to a server that asks for one (`--cert`).
    pub identity: bool,
}

/// What becomes of a TLS session (RFC 8446 §2.2) when its connection is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// It is forgotten.
    #[default]
    Forget,
    /// It is kept for the name it was made with, in place of an earlier one.
    Keep,
    /// The one that was kept is offered.
    Offer,
}

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What one event asks of the world, in order.
pub type Effects = Vec<Effect>;
