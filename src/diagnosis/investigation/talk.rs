//! A talk with a server, written out beforehand, and what it answered.

use std::time::Duration;

use super::Seen;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::reply::{ReplyClass, ReplyCode};

/// What is to be said to a server once it has greeted and said what it offers. QUIT or LOGOUT follow by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Talk {
    /// Where. Its security is that of the place: see [`Place`].
    pub endpoint: Endpoint,
    /// In clear, or under TLS.
    pub place: Place,
    /// What is said, in this order, until one comes out otherwise than the next needs.
    pub steps: Vec<Step>,
}

/// Where in a session the steps are said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Before TLS. Where TLS begins with the first octet, there is no such place, and it is under TLS.
    Clear,
    /// Under TLS; the talk does not come to its steps where there is none.
    Tls,
    /// Under TLS, and these octets go out in the same segment behind STARTTLS or STLS. What comes after the handshake
    /// without having been asked for is the first element of [`Talked::heard`].
    Behind(Vec<u8>),
}

/// One thing that is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The octets as they go out, line ends included: one line, several, a part of one, or none to say nothing.
    pub octets: Vec<u8>,
    /// What is waited for.
    pub awaits: Awaits,
    /// What must have come for the next step to be said.
    pub needs: Needs,
    /// None of the octets may be seen. The arguments of AUTH, LOGIN and PASS are masked anyway.
    pub secret: bool,
}

/// What is waited for after a [`Step`]. A server that closes ends every wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Awaits {
    /// So many whole replies.
    Replies(usize),
    /// That nothing comes, or nothing more, for so long.
    Quiet(Duration),
}

/// What must have come for a talk to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Needs {
    /// It goes on whatever came.
    Nothing,
    /// The last reply is of this class.
    Class(ReplyClass),
    /// No reply.
    Silence,
}

impl Step {
    /// A command line, whose one reply is awaited.
    #[must_use]
    pub fn line(line: &str) -> Self {
        Self::octets(format!("{line}\r\n").as_bytes(), Awaits::Replies(1))
    }

    /// Octets as they are.
    #[must_use]
    pub fn octets(octets: &[u8], awaits: Awaits) -> Self {
        Self { octets: octets.to_vec(), awaits, needs: Needs::Nothing, secret: false }
    }

    /// The same; the talk goes on only if the last reply is of this class.
    #[must_use]
    pub fn needing(self, class: ReplyClass) -> Self {
        Self { needs: Needs::Class(class), ..self }
    }
}

/// What came of a [`Talk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talked {
    /// What was seen on the way, why the steps were not reached if they were not, and all that was said.
    pub seen: Seen,
    /// The replies to each step that was said, behind what came unasked at [`Place::Behind`].
    pub heard: Vec<Vec<Reply>>,
    /// How the talk ended before its time, in words: the server closed, or was silent for too long.
    pub ended: Option<String>,
}

/// A whole reply, in any dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// SMTP and LMTP.
    pub code: Option<ReplyCode>,
    /// Of its last line.
    pub class: ReplyClass,
    /// Its lines, safe to draw and not endless; in IMAP with the untagged data before it.
    pub lines: Vec<String>,
}

impl Talked {
    /// The replies to the step with this number, from 0; none when it was not said.
    #[must_use]
    pub fn replies(&self, step: usize) -> &[Reply] {
        self.heard.get(step).map_or(&[], Vec::as_slice)
    }
}

impl Reply {
    /// Whether the server agreed.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.class == ReplyClass::Completion
    }

    /// What a sentence quotes: its last line.
    #[must_use]
    pub fn quote(&self) -> &str {
        self.lines.last().map_or("", String::as_str)
    }
}
