//! What DNS says about the mail of a domain, as a state machine: it names the questions, is given the answers, and
//! says what they mean.
//!
//! ```text
//! domain ─► MX ─► A, AAAA of each exchange ─► PTR of each address ─► A or AAAA of the name it gives
//!        ├► TXT (SPF), TXT at _dmarc, SRV of the mail services
//!        └► A, AAAA, when there is no MX
//! address ─► PTR ─► A or AAAA of the name it gives
//! ```

mod lookup;
mod question;
mod rows;
mod single;
mod texts;
mod tries;
mod validating;
mod verdict;

use std::collections::HashSet;
use std::net::IpAddr;

pub use question::{Asked, Line, asked, dig};
pub use rows::{Connect, Row};
pub(super) use rows::{note, shown};
pub use single::Single;
pub(super) use verdict::failure;

use super::answers::{Answers, key};
use super::dns::{Answer, Query, RecordType, both_forms, reverse_name};
use super::finding::Finding;
use super::investigation::{Came, Investigation, Setting, Want};
use crate::protocol::visible::visible;

/// Exchanges that are looked up; more are named and left alone.
const EXCHANGES: usize = 20;
/// Exchanges that have a row; more are counted.
const EXCHANGE_ROWS: usize = 100;
/// Addresses of one host that are looked up.
const ADDRESSES: usize = 16;
/// Reverse names of one address that are confirmed.
const REVERSE_NAMES: usize = 4;
/// Questions of one survey. A hostile zone cannot make it ask more.
const QUESTIONS: usize = 200;

/// The services that are asked for by SRV (RFC 6186, RFC 8314 §5.1, and Outlook's `_autodiscover`).
pub(super) const SERVICES: [&str; 7] =
    ["_submission", "_submissions", "_imap", "_imaps", "_pop3", "_pop3s", "_autodiscover"];

/// What is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    /// A domain or a host: both may take mail. A-label form, lower case.
    Domain(String),
    /// An address.
    Address(IpAddr),
}

/// The state of a survey.
#[derive(Clone, Debug)]
pub struct Survey {
    subject: Subject,
    setting: Setting,
    asked: HashSet<Query>,
    answers: Answers,
}

impl Investigation for Survey {
    fn title(&self) -> String {
        let name = both_forms(&self.subject());
        visible(name.as_bytes()).into_owned()
    }

    fn wants(&mut self) -> Vec<Want> {
        let questions = self.questions();
        questions.into_iter().map(|query| Want::Answer(self.setting.question(query))).collect()
    }

    fn came(&mut self, came: Came, _now: i64) {
        if let Came::Answer(_, answer) = came {
            self.answered(*answer);
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let (rows, found): (Vec<Row>, Vec<Option<Finding>>) = rows::draw(self).into_iter().unzip();
        let mut seen = HashSet::new();
        // Why there is nothing to connect to comes first.
        let findings = self.trouble().into_iter().chain(found.into_iter().flatten());
        (rows, findings.filter(|finding| seen.insert(finding.clone())).collect())
    }

    fn survey(&self) -> Option<&Survey> {
        Some(self)
    }
}

impl Survey {
    /// A survey of `subject`: a domain or a host in A-label form, or an address.
    #[must_use]
    pub fn new(subject: &str, setting: &Setting) -> Self {
        let subject = match subject.parse() {
            Ok(ip) => Subject::Address(ip),
            Err(_) => {
                let name = subject.strip_suffix('.').unwrap_or(subject);
                Subject::Domain(name.to_ascii_lowercase())
            }
        };
        Self { subject, setting: setting.clone(), asked: HashSet::new(), answers: Answers::default() }
    }

    /// What is looked into, as text.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.subject {
            Subject::Domain(name) => name.clone(),
            Subject::Address(ip) => ip.to_string(),
        }
    }

    /// Every question whose name is known by now and that was not asked before.
    fn questions(&mut self) -> Vec<Query> {
        let mut new = Vec::new();
        for query in self.wanted() {
            if self.asked.len() >= QUESTIONS {
                break;
            }
            if self.asked.insert(query.clone()) {
                new.push(query);
            }
        }
        new
    }

    fn answered(&mut self, answer: Answer) {
        let query = key(&answer.query.name, answer.query.kind);
        if self.asked.contains(&query) {
            self.answers.insert(answer);
        }
    }

    /// How many questions wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.asked.len().saturating_sub(self.answers.len())
    }

    /// Whether everything was asked and answered.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.pending() == 0
            && (self.asked.len() >= QUESTIONS || self.wanted().iter().all(|query| self.asked.contains(query)))
    }

    /// Where `ehlo DOMAIN` connects: the preferred exchange that has an address. None while a better one may still
    /// turn out to have one, and when there is nothing to connect to ([`Self::trouble`] says why).
    #[must_use]
    pub fn best(&self) -> Option<Connect> {
        if let Subject::Address(ip) = self.subject {
            return Some(Connect { host: ip.to_string(), address: Some(ip), port: 25, service: None });
        }
        for host in self.hosts() {
            let addresses = self.addresses(host);
            if self.is_waiting(host) && addresses.is_empty() {
                return None;
            }
            if !addresses.is_empty() {
                return Some(Connect { host: host.to_owned(), address: None, port: 25, service: None });
            }
        }
        None
    }

    /// The addresses of [`Self::best`], known by now, the two families by turns and IPv6 first (RFC 8305 §4).
    #[must_use]
    pub fn targets(&self) -> Vec<IpAddr> {
        match (&self.subject, self.best()) {
            (Subject::Address(ip), _) => vec![*ip],
            (_, None) => Vec::new(),
            (_, Some(best)) => {
                let (six, four): (Vec<IpAddr>, Vec<IpAddr>) =
                    self.addresses(&best.host).into_iter().partition(IpAddr::is_ipv6);
                let (mut six, mut four) = (six.into_iter(), four.into_iter());
                let mut turns = Vec::new();
                loop {
                    let before = turns.len();
                    turns.extend(six.next());
                    turns.extend(four.next());
                    if turns.len() == before {
                        return turns;
                    }
                }
            }
        }
    }

    /// Why there is nothing to connect to, in a sentence with the next step. None while that is open, or when
    /// [`Self::best`] names a host.
    #[must_use]
    pub fn trouble(&self) -> Option<Finding> {
        verdict::trouble(self)
    }

    /// Every question whose inputs are known, asked or not, in the order of the table.
    fn wanted(&self) -> Vec<Query> {
        let mut wanted = Vec::new();
        match &self.subject {
            Subject::Address(ip) => self.want_reverse(*ip, &mut wanted),
            Subject::Domain(domain) => {
                wanted.push(key(domain, RecordType::Mx));
                wanted.push(key(domain, RecordType::Txt));
                wanted.push(key(&format!("_dmarc.{domain}"), RecordType::Txt));
                wanted.extend(SERVICES.map(|service| key(&format!("{service}._tcp.{domain}"), RecordType::Srv)));
                let hosts = self.hosts();
                for host in &hosts {
                    wanted.push(key(host, RecordType::A));
                    wanted.push(key(host, RecordType::Aaaa));
                }
                for host in &hosts {
                    for ip in self.addresses(host) {
                        self.want_reverse(ip, &mut wanted);
                    }
                }
            }
        }
        wanted
    }

    fn want_reverse(&self, ip: IpAddr, wanted: &mut Vec<Query>) {
        wanted.push(key(&reverse_name(ip), RecordType::Ptr));
        wanted.extend(self.reverse_names(ip).into_iter().map(|(_, name)| key(name, family(ip))));
    }
}

const fn family(ip: IpAddr) -> RecordType {
    match ip {
        IpAddr::V4(_) => RecordType::A,
        IpAddr::V6(_) => RecordType::Aaaa,
    }
}

#[cfg(test)]
mod tests;
