//! The privacy key: whether pseudonyms are shown, and the one table of them for the whole run.
//!
//! What goes over the wire and what the model holds never changes. Text is changed where it becomes cells, and where it
//! leaves the program: the clipboard and the record on the normal screen.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::effect::Effect;
use super::event::{Event, Happened};
use super::options::Options;
use super::plain;
use super::state::App;
use crate::diagnosis::Severity;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::privacy::Pseudonyms;
use crate::protocol::endpoint::Host;

/// The first line of what leaves the program while pseudonyms are shown.
pub const NOTE: &str = "names and addresses below are pseudonyms (ehlo, privacy)";

/// Whether pseudonyms are shown, and which. A clone has the same table.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    /// Pseudonyms are shown.
    pub on: bool,
    /// Names are numbered as they are drawn, and drawing has no other way to change anything: hence the lock.
    table: Arc<Mutex<Pseudonyms>>,
}

impl Privacy {
    fn table(&self) -> MutexGuard<'_, Pseudonyms> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This word is a host, whatever it looks like.
    pub fn know(&self, host: &str) {
        self.table().know(host);
    }

    /// This word is a user, where users stand.
    pub fn know_user(&self, user: &str) {
        self.table().know_user(user);
    }

    /// This is a name if it has a dot.
    pub fn know_domain(&self, name: &str) {
        self.table().know_domain(name);
    }

    /// Whatever comes in with names in it, before anything is said about it: the key may come later.
    pub fn heed(&self, event: &Event) {
        let mut table = self.table();
        match event {
            Event::Answered { answer, .. } => table.hear_answer(answer),
            Event::Fetched { outcome, .. } => table.hear_document(outcome),
            Event::Connection { what: Happened::TlsDone(report), .. } => table.hear_tls(report),
            Event::Connection { what: Happened::Resolving { name }, .. } => table.know(name),
            _ => {}
        }
    }

    /// The same for what goes out: servers, and the names that are asked for.
    pub fn heed_effects(&self, effects: &[Effect]) {
        let mut table = self.table();
        for effect in effects {
            match effect {
                Effect::Connect { plan, .. } => {
                    table.know(&plan.endpoint.host.to_string());
                    plan.sni.iter().for_each(|name| table.know_domain(name));
                }
                Effect::StartTls { name, .. } => table.know_domain(name),
                Effect::Query { query, resolver, .. } => {
                    table.know_domain(&query.name);
                    if let Resolver::Server(server) = resolver {
                        table.know_domain(&server.host.to_string());
                    }
                }
                Effect::Fetch { request, .. } => {
                    if let Host::Name(name) = &request.url.host {
                        table.know_domain(name);
                    }
                }
                Effect::Judge { chain, .. } => {
                    table.know_domain(&chain.name);
                    chain.certificates.iter().for_each(|der| table.hear_certificate(der));
                }
                _ => {}
            }
        }
    }

    /// The text as it may be seen.
    #[must_use]
    pub fn veil<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.on { self.table().veil(text) } else { Cow::Borrowed(text) }
    }

    /// The same for octets of the wire.
    #[must_use]
    pub fn veil_octets<'a>(&self, octets: &'a [u8]) -> Cow<'a, [u8]> {
        if self.on { self.table().veil_octets(octets) } else { Cow::Borrowed(octets) }
    }
}

impl App {
    /// F9.
    pub(super) fn toggle_privacy(&mut self) {
        self.privacy.on = !self.privacy.on;
        let says = if self.privacy.on {
            "addresses, hosts and IPs are pseudonyms on the screen and in what is copied; what you type is shown as typed"
        } else {
            "addresses, hosts and IPs are shown as they are"
        };
        self.say(Severity::Note, says);
    }

    /// Whom the commands name that were just sent: an address may never come.
    pub(super) fn meet_users(&mut self) {
        for user in self.conversations.iter_mut().flat_map(|conversation| conversation.met.drain(..)) {
            self.privacy.know_user(&user);
        }
    }

    /// What leaves by the clipboard has pseudonyms too.
    pub(super) fn veil_effects(&self, effects: &mut [Effect]) {
        if !self.privacy.on {
            return;
        }
        for effect in effects {
            if let Effect::Copy(text) = effect {
                *text = format!("{NOTE}\n{}", self.privacy.veil(text));
            }
        }
    }

    /// Every conversation as it is printed to the normal screen at the end, line by line.
    pub fn record(&self) -> impl Iterator<Item = String> + '_ {
        let note = self.privacy.on.then(|| NOTE.to_owned());
        let lines = self.conversations.iter().flat_map(|conversation| {
            let head = format!("── {} {} ──", conversation.protocol(), conversation.plan.endpoint);
            let Options { epoch, ascii, .. } = &self.options;
            let lines = conversation.transcript.range();
            std::iter::once(head).chain(lines.filter_map(move |n| plain::line(conversation, epoch, n, *ascii)))
        });
        note.into_iter().chain(lines.map(|line| self.privacy.veil(&line).into_owned()))
    }
}
