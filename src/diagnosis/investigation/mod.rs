//! What can be looked into, all in one shape: a state machine that names what it wants of the world, is given what came
//! of it, and draws a table at any time.
//!
//! ```text
//! line ─► Subject ─► Box<dyn Investigation> ─► wants ─► DNS, a web document, a look at a server ─► came ─► table
//! ```
//!
//! The pane and `ehlo dns` run the same investigations; neither knows what they are about.

mod asking;
mod hello;
mod line;
mod publics;
mod seen;
mod talk;
#[cfg(test)]
pub(in crate::diagnosis) mod world;

use std::fmt;

pub use asking::Asking;
pub use hello::{Ended, Heard, Hello};
pub use line::{Opened, VIEWS, What, open, open_message};
pub use publics::{builtin as publics, read as read_publics};
pub use seen::{Cause, Failure, Seen, Stage};
pub use talk::{Awaits, Needs, Place, Reply, Step, Talk, Talked};

use super::blocklist::List;
use super::dns::{Answer, Query, QueryOptions, Resolver};
use super::dnssec::Anchor;
use super::finding::Finding;
use super::survey::{Row, Survey};
use super::tls::{Chain, Judgement};
use super::web;
use crate::protocol::endpoint::{Endpoint, Security};

/// A question with whom it is asked and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What.
    pub query: Query,
    /// Whom.
    pub resolver: Resolver,
    /// How.
    pub options: QueryOptions,
}

/// What an investigation wants of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// An answer of DNS.
    Answer(Question),
    /// A document.
    Document(web::Request),
    /// What a chain of certificates is worth.
    Judge(Chain),
    /// A look at a server: its greeting, what it offers, its certificate. Nobody logs in, and no mail is sent.
    Look(Endpoint),
    /// One more look at a server that was looked at, with the TLS session of that look: whether it is taken up again.
    Again(Endpoint),
    /// The answer to a ClientHello made by hand. No handshake is finished.
    Hello(Hello),
    /// What a server answers to lines that are written out beforehand.
    Talk(Talk),
}

/// What came of a [`Want`].
#[derive(Clone, Debug)]
pub enum Came {
    /// An answer, or the lack of one, and what was asked.
    Answer(Question, Box<Answer>),
    /// A document, or the lack of one.
    Document(Box<web::Fetched>),
    /// What a chain is worth.
    Judged(Box<Judgement>),
    /// What a server showed.
    Look(Box<Seen>),
    /// What a server showed the second time.
    Again(Box<Seen>),
    /// What a server answered to a ClientHello, and which it was.
    Hello(Hello, Box<Heard>),
    /// What a server answered to lines, and which they were.
    Talk(Talk, Box<Talked>),
}

/// What all investigations of a run share.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Whom to ask.
    pub resolver: Resolver,
    /// How to ask.
    pub options: QueryOptions,
    /// The keys that DNSSEC is checked from.
    pub anchors: Vec<Anchor>,
    /// Resolvers that everybody can ask, each with its name.
    pub publics: Vec<(String, Resolver)>,
    /// Blocklists to ask.
    pub lists: Vec<List>,
    /// When TLS begins at a server whose TLS is looked at, whatever its port says.
    pub security: Option<Security>,
    /// The name that is sent to it in place of its host's.
    pub sni: Option<String>,
}

impl Setting {
    /// Asks `resolver` in the usual way, and knows no key and nobody else.
    #[must_use]
    pub fn new(resolver: Resolver) -> Self {
        Self {
            resolver,
            options: QueryOptions::default(),
            anchors: Vec::new(),
            publics: Vec::new(),
            lists: Vec::new(),
            security: None,
            sni: None,
        }
    }

    /// The question, asked as this run asks.
    #[must_use]
    pub fn question(&self, query: Query) -> Question {
        Question { query, resolver: self.resolver.clone(), options: self.options.clone() }
    }
}

/// Something that is looked into.
pub trait Investigation: fmt::Debug {
    /// What it is about, in a few words, safe to draw.
    fn title(&self) -> String;

    /// What is wanted now and was not wanted before. All of it may be done at the same time.
    fn wants(&mut self) -> Vec<Want>;

    /// Takes in what came. What was not wanted is passed over. `now` is in seconds since 1970.
    fn came(&mut self, came: Came, now: i64);

    /// The rows, with open places marked, and what is worth saying.
    fn table(&self) -> (Vec<Row>, Vec<Finding>);

    /// What is said before it begins, where it does more to a server than a look.
    fn announcement(&self) -> Option<String> {
        None
    }

    /// The answer, if it is about one question: its fields for whoever reads them by machine.
    fn answer(&self) -> Option<&Answer> {
        None
    }

    /// The survey, if it is one: it says where to connect.
    fn survey(&self) -> Option<&Survey> {
        None
    }
}
