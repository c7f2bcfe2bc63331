//! What DNS says about the mail of a domain, as a state machine: it names the questions, is given the answers, and
//! says what they mean.
//!
//! ```text
//! domain ─► MX ─► A, AAAA, TLSA of each exchange ─► PTR of each address ─► A or AAAA of the name it gives
//!        ├► SPF ─► what it includes
//!        ├► DMARC up the tree ─► the hosts that take its reports
//!        ├► MTA-STS ─► its policy by HTTPS; TLS-RPT; BIMI; DKIM keys by guessed selectors
//!        ├► SRV of the mail services, autoconfig, autodiscover
//!        ├► NS, SOA, CAA, a name that nobody has
//!        ├► DNSKEY and DS from the root down to all that mail stands on, beside what the resolver says
//!        └► A, AAAA, when there is no MX
//! address ─► PTR ─► A or AAAA of the name it gives
//! ```

mod circle;
mod explain;
mod judged;
mod lookup;
mod mail;
mod policies;
mod promises;
mod question;
mod rows;
mod services;
mod signed;
mod single;
mod texts;
mod tries;
mod validating;
mod verdict;
mod zone;

use std::collections::HashSet;
use std::net::IpAddr;

pub use question::{Asked, Line, asked, dig};
pub use rows::{Connect, Row, branch};
pub(super) use rows::{note, shown};
pub use single::Single;
pub(super) use verdict::failure;

use self::judged::{Guessed, Judged};
use self::lookup::Route;
use super::answers::{Answers, key};
use super::dns::{Answer, Query, RecordType, both_forms, reverse_name};
use super::finding::Finding;
use super::investigation::{Came, Investigation, Setting, Want};
use super::trust::Trust;
use super::web::{Request, Url};
use super::{mta_sts, tlsa};
use crate::protocol::visible::visible;

/// Exchanges that are looked up; more are named and left alone.
const EXCHANGES: usize = 20;
/// Exchanges that have a row; more are counted.
const EXCHANGE_ROWS: usize = 100;
/// Addresses of one host that are looked up.
const ADDRESSES: usize = 16;
/// Reverse names of one address that are confirmed.
const REVERSE_NAMES: usize = 4;
/// Questions of one survey. A hostile zone cannot make it ask more; guessing DKIM selectors takes half of them.
const QUESTIONS: usize = 400;

/// Guesses that are out at the same time, so that the questions that others wait for go ahead of them.
const GUESSES: usize = 50;

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
    /// DKIM selectors that the user knows.
    selectors: Vec<String>,
    /// What the evaluators say of the answers so far; none of an address.
    judged: Option<Box<Judged>>,
    /// What they waited for at any time.
    waited: HashSet<Query>,
    /// Keys found by guessing; none while that is not worth it.
    guessed: Option<Box<Guessed>>,
    /// The policy of MTA-STS, once it was fetched.
    policy: Option<Result<mta_sts::Fetched, String>>,
    requested: bool,
    /// The chains of trust down to what mail stands on.
    trust: Trust,
    /// When the last answer came, in seconds since 1970.
    now: i64,
}

impl Investigation for Survey {
    fn title(&self) -> String {
        let name = both_forms(&self.subject());
        visible(name.as_bytes()).into_owned()
    }

    fn wants(&mut self) -> Vec<Want> {
        let questions = self.questions();
        let mut wants: Vec<Want> =
            questions.into_iter().map(|query| Want::Answer(self.setting.question(query))).collect();
        let watched: Vec<Query> = self.watched().into_iter().map(|watched| watched.query).collect();
        wants.extend(self.trust.wants(&watched, self.now));
        if let Some(url) = self.policy_url().filter(|_| !self.requested) {
            self.requested = true;
            wants.push(Want::Document(Request::get(url).at_most(mta_sts::fetch::LONGEST)));
        }
        wants
    }

    fn came(&mut self, came: Came, now: i64) {
        self.now = now;
        self.trust.came(&came);
        match came {
            // Those of the chain of trust are asked with other options.
            Came::Answer(question, answer) if question.options == self.setting.options => self.answered(*answer),
            Came::Document(fetched) if self.requested => {
                self.policy = Some(mta_sts::Fetched::of(&fetched));
                self.judge();
            }
            _ => {}
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let (rows, found) = rows::draw(self);
        let mut seen = HashSet::new();
        // Why there is nothing to connect to comes first.
        let findings = self.trouble().into_iter().chain(found);
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
        let mut survey = Self {
            subject,
            setting: setting.clone(),
            asked: HashSet::new(),
            answers: Answers::default(),
            selectors: Vec::new(),
            judged: None,
            waited: HashSet::new(),
            guessed: None,
            policy: None,
            requested: false,
            trust: Trust::new(setting),
            now: 0,
        };
        survey.judge();
        survey
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
        let wanted = self.wanted();
        let guesses = self.guessed.as_ref().map(|guessed| guessed.open.as_slice()).unwrap_or_default();
        let out = guesses.iter().filter(|query| self.asked.contains(query)).count();
        let guesses = guesses.iter().filter(|query| !self.asked.contains(query)).take(GUESSES.saturating_sub(out));
        let next: Vec<Query> = wanted.into_iter().chain(guesses.cloned()).collect();
        for query in next {
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
        if !self.asked.contains(&query) {
            return;
        }
        let found = self.guessed.as_mut().is_some_and(|guessed| guessed.answered(&answer));
        self.answers.insert(answer);
        if let (true, Some(guessed), Subject::Domain(domain)) = (found, &mut self.guessed, &self.subject) {
            guessed.read(domain, &self.answers);
        }
        let is_route = query.kind == RecordType::Mx && self.subject() == query.name;
        if is_route || self.waited.contains(&query) {
            self.judge();
        }
    }

    /// Lets the evaluators read the answers again.
    fn judge(&mut self) {
        let Subject::Domain(domain) = &self.subject else { return };
        let judged = Judged::of(domain, &self.answers, &self.selectors, self.policy.as_ref());
        self.waited.extend(judged.open.iter().cloned());
        // Where no mail is at home, nobody signs: guessing waits until something says otherwise.
        let signs = match self.route() {
            Route::Exchanges(_) => true,
            Route::Implicit | Route::Failed => judged.spf.root.record.is_some(),
            Route::Null(_) | Route::Waiting | Route::NoDomain => false,
        };
        if signs && self.guessed.is_none() {
            self.guessed = Some(Box::new(Guessed::begin(domain, &self.answers)));
        }
        self.judged = Some(Box::new(judged));
    }

    /// Where the policy of MTA-STS is, once it is announced.
    fn policy_url(&self) -> Option<Url> {
        let url = self.judged.as_ref()?.mta_sts.fetch.as_ref()?;
        Url::parse(url).ok()
    }

    /// DKIM selectors to ask for beside those that are guessed.
    #[must_use]
    pub fn with_selectors(mut self, selectors: Vec<String>) -> Self {
        self.selectors = selectors;
        self.judge();
        self
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
            && (self.asked.len() >= QUESTIONS
                || self.guessed.as_ref().is_none_or(|guessed| guessed.open.is_empty())
                    && self.wanted().iter().all(|query| self.asked.contains(query)))
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

    /// Every question whose inputs are known, asked or not, but for the guesses.
    fn wanted(&self) -> Vec<Query> {
        let mut wanted = Vec::new();
        match &self.subject {
            Subject::Address(ip) => self.want_reverse(*ip, &mut wanted),
            Subject::Domain(domain) => {
                wanted.push(key(domain, RecordType::Mx));
                wanted.extend(self.want_alias(domain, circle::ROUTE));
                let hosts = self.hosts();
                for host in &hosts {
                    wanted.extend(self.want_alias(host, circle::HOST));
                    wanted.push(key(host, RecordType::A));
                    wanted.push(key(host, RecordType::Aaaa));
                    wanted.push(key(&tlsa::record_name(host, 25), RecordType::Tlsa));
                }
                for host in &hosts {
                    for ip in self.addresses(host) {
                        self.want_reverse(ip, &mut wanted);
                    }
                }
                wanted.extend(services::questions(domain));
                wanted.extend(self.service_hosts(domain).iter().flat_map(|host| services::addresses(host)));
                wanted.extend(zone::questions(domain));
                wanted.extend(self.judged.iter().flat_map(|judged| judged.open.iter().cloned()));
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
