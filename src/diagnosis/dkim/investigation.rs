//! A whole message as an investigation: its signatures step by step, and whether they are of its author.

use super::{Opened, OpenedSignature, Outcome, Verified, around, rows, verify};
use crate::diagnosis::answers::{Inquiry, key};
use crate::diagnosis::dmarc::{self, Alignment, Applies, Dmarc};
use crate::diagnosis::dns::{RecordType, ascii_name};
use crate::diagnosis::finding::Finding;
use crate::diagnosis::investigation::{Asking, Came, Investigation, Setting, Want};
use crate::diagnosis::message::{self, Message};
use crate::diagnosis::survey::Row;
use crate::diagnosis::tagged::shown;

/// Questions of one message: its keys, and the walks of DMARC from its author and from who signed it.
const QUESTIONS: usize = 300;

/// A message that is looked into.
#[derive(Clone, Debug)]
pub struct MessageCheck {
    pub(super) opened: Opened,
    /// The message as its header has it, without its parts.
    pub(super) message: Message,
    /// The domains of its author, in A-labels and lower case, each once.
    pub(super) authors: Vec<String>,
    /// From fields; one is right.
    pub(super) fields: usize,
    /// The signatures, verified as far as keys have come: that takes long, and is done when one has come.
    pub(super) verified: Vec<Verified>,
    /// When the last server took the message, or else the time of the first answer, in seconds since 1970.
    pub(super) at: Option<i64>,
    /// Whether that is the time at which the message was taken.
    pub(super) is_received: bool,
    pub(super) asking: Asking,
}

/// What DMARC says of the message.
pub(super) struct Author {
    pub(super) dmarc: Dmarc,
    /// Each signature against the author, as the record asks for; empty without a record.
    pub(super) alignments: Vec<Option<Alignment>>,
}

impl MessageCheck {
    /// A message in its octets, as it was received or saved; lines may end in CR LF or LF.
    #[must_use]
    pub fn new(octets: &[u8], setting: Setting) -> Self {
        let opened = Opened::read(octets);
        let mut message = message::open(octets);
        message.parts = Vec::new();
        let from = message.fields.iter().filter(|field| field.name.eq_ignore_ascii_case("From"));
        let fields = from.clone().count();
        let mut authors: Vec<String> = Vec::new();
        for domain in from.flat_map(|field| message::domains(&field.raw)) {
            // What is no name is kept as it is: it is shown, and has no record.
            let domain = ascii_name(&domain).unwrap_or_else(|_| domain.to_lowercase());
            if !authors.contains(&domain) {
                authors.push(domain);
            }
        }
        let at = message.hops.last().and_then(|hop| hop.at);
        let asking = Asking::new(setting, QUESTIONS);
        let mut check =
            Self { opened, message, authors, fields, verified: Vec::new(), at, is_received: at.is_some(), asking };
        check.verify();
        check
    }

    fn verify(&mut self) {
        let at = self.at.unwrap_or(0);
        self.verified = self.asking.read(|inquiry| verify(&self.opened, inquiry, at));
    }

    /// The signatures with what came of them.
    pub(super) fn signatures(&self) -> impl Iterator<Item = (&OpenedSignature, &Verified)> {
        self.opened.signatures.iter().zip(&self.verified)
    }

    /// What DMARC says, once it is sure whose the message is.
    pub(super) fn author(&self, inquiry: &Inquiry<'_>) -> Option<Author> {
        let [from] = self.authors.as_slice() else { return None };
        if self.fields != 1 || ascii_name(from).is_err() {
            return None;
        }
        let dmarc = dmarc::evaluate(inquiry, from);
        let record = [&dmarc.by_walk, &dmarc.by_list].into_iter().find_map(|found| match &found.applies {
            Applies::Record { reading, .. } => Some(reading.record.clone()),
            _ => None,
        });
        let alignments = record.map(|record| {
            let one = |verified: &Verified| match verified.domain.as_str() {
                "" => None,
                domain => dmarc::aligned(inquiry, &record, from, None, &[domain]).pop(),
            };
            self.verified.iter().map(one).collect()
        });
        Some(Author { dmarc, alignments: alignments.unwrap_or_default() })
    }

    /// Whether the key of a signature is still to come.
    pub(super) fn is_waiting(&self) -> bool {
        self.verified.iter().any(|verified| verified.outcome == Outcome::Waiting)
    }
}

impl Investigation for MessageCheck {
    fn title(&self) -> String {
        match self.authors.first() {
            Some(domain) => format!("message from {}", shown(domain)),
            None => "message".to_owned(),
        }
    }

    fn wants(&mut self) -> Vec<Want> {
        let keys: Vec<String> =
            self.opened.keys().into_iter().map(|(selector, domain)| super::key_name(selector, domain)).collect();
        let mut wants = self.asking.ask(keys.iter().map(|name| key(name, RecordType::Txt)));
        // A walk is bounded, and so is how many there are: the questions left open are what they need.
        let open = {
            let inquiry = Inquiry::new(self.asking.answers());
            self.author(&inquiry);
            inquiry.open()
        };
        wants.extend(self.asking.ask(open));
        wants
    }

    fn came(&mut self, came: Came, now: i64) {
        if !self.asking.came(&came) {
            return;
        }
        self.at.get_or_insert(now);
        let Came::Answer(question, _) = &came else { return };
        let is_key = |(selector, domain)| super::key_name(selector, domain).eq_ignore_ascii_case(&question.query.name);
        if question.query.kind == RecordType::Txt && self.opened.keys().into_iter().any(is_key) {
            self.verify();
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        self.asking.read(|inquiry| {
            let author = self.author(inquiry);
            around::message(self, &mut rows, &mut findings);
            for (place, (opened, verified)) in self.signatures().enumerate() {
                let alignment = author.as_ref().and_then(|author| author.alignments.get(place)?.as_ref());
                rows::signature(self, opened, verified, alignment, &mut rows);
                findings.extend(verified.findings.iter().cloned());
            }
            around::author(self, author.as_ref(), &mut rows, &mut findings);
        });
        around::heard(self, &mut rows, &mut findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        (rows, findings)
    }
}
