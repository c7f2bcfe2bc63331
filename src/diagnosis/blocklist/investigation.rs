//! Blocklists as an investigation: an address on the lists of addresses; a domain on the lists of domains, and the hosts
//! that take its mail on those of addresses.
//!
//! ```text
//! address ─────────────────────────► test points and the address, on each list
//! domain ──────────────────────────► test points and the domain, on each list
//!        └► MX ─► A, AAAA of each ─► test points and the address, on each list
//! ```

use std::net::IpAddr;

use super::{List, Subject, Verdict, evaluate, rows};
use crate::diagnosis::answers::{Inquiry, Outcome};
use crate::diagnosis::dns::{RecordType, Value};
use crate::diagnosis::finding::Finding;
use crate::diagnosis::investigation::{Asking, Came, Investigation, Setting, Want};
use crate::diagnosis::survey::{Row, shown};

/// Hosts of a domain whose addresses are looked up.
const HOSTS: usize = 10;
/// Addresses of all hosts that lists are asked about.
const ADDRESSES: usize = 16;
/// Questions of one investigation.
const QUESTIONS: usize = 2000;

/// What blocklists say about an address, or about a domain and the hosts that take its mail.
#[derive(Clone, Debug)]
pub struct Listings {
    subject: Subject,
    lists: Vec<List>,
    asking: Asking,
}

/// Somebody that lists are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) subject: Subject,
    /// The hosts that have this address.
    pub(super) hosts: Vec<String>,
}

/// Who is looked up, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subjects {
    pub(super) all: Vec<Listed>,
    /// Addresses, or names of hosts, are still to come.
    pub(super) waiting: bool,
    /// Addresses behind those.
    pub(super) more: usize,
    /// The domain does not exist (NXDOMAIN).
    pub(super) no_name: bool,
}

impl Listings {
    /// Asks these lists, which [`super::read`] makes of a table and [`super::builtin`] has.
    #[must_use]
    pub fn new(subject: Subject, lists: Vec<List>, setting: Setting) -> Self {
        let subject = match subject {
            Subject::Address(ip) => Subject::Address(ip.to_canonical()),
            Subject::Domain(name) => Subject::Domain(name.trim_end_matches('.').to_ascii_lowercase()),
        };
        Self { subject, lists, asking: Asking::new(setting, QUESTIONS) }
    }
}

impl Investigation for Listings {
    fn title(&self) -> String {
        match &self.subject {
            Subject::Address(ip) => format!("blocklists: {ip}"),
            Subject::Domain(domain) => format!("blocklists: {}", shown(domain)),
        }
    }

    fn wants(&mut self) -> Vec<Want> {
        let (subject, lists) = (&self.subject, &self.lists);
        self.asking.wants(|inquiry| {
            let all = subjects(subject, inquiry).all;
            all.iter().map(|listed| evaluate(&listed.subject, lists, inquiry).len()).sum::<usize>()
        })
    }

    fn came(&mut self, came: Came, _now: i64) {
        self.asking.came(&came);
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        self.asking.read(|inquiry| {
            let subjects = subjects(&self.subject, inquiry);
            let said: Vec<(&Listed, Vec<Verdict<'_>>)> =
                subjects.all.iter().map(|listed| (listed, evaluate(&listed.subject, &self.lists, inquiry))).collect();
            rows::draw(&self.asking, &subjects, &said)
        })
    }
}

/// Who is looked up: the subject itself, and of a domain the addresses that take its mail.
fn subjects(subject: &Subject, inquiry: &Inquiry<'_>) -> Subjects {
    let own = Listed { subject: subject.clone(), hosts: Vec::new() };
    let mut subjects = Subjects { all: vec![own], ..Subjects::default() };
    let Subject::Domain(domain) = subject else { return subjects };
    let hosts = hosts(domain, inquiry);
    subjects.waiting = hosts.is_none();
    subjects.no_name = matches!(inquiry.ask(domain, RecordType::Mx), Outcome::Nothing { no_name: true });
    for host in hosts.unwrap_or_default().into_iter().take(HOSTS) {
        for kind in [RecordType::A, RecordType::Aaaa] {
            let records = match inquiry.ask(&host, kind) {
                Outcome::Waiting => {
                    subjects.waiting = true;
                    continue;
                }
                Outcome::Records(records) => records,
                Outcome::Nothing { .. } | Outcome::Failed => continue,
            };
            for record in records {
                match record.value {
                    Value::A(ip) => subjects.add(&host, IpAddr::V4(ip)),
                    Value::Aaaa(ip) => subjects.add(&host, IpAddr::V6(ip)),
                    _ => {}
                }
            }
        }
    }
    subjects
}

impl Subjects {
    fn add(&mut self, host: &str, ip: IpAddr) {
        let subject = Subject::Address(ip);
        // The domain itself comes first, and counts for none.
        let full = self.all.len() > ADDRESSES;
        match self.all.iter_mut().find(|listed| listed.subject == subject) {
            Some(known) if known.hosts.iter().any(|known| known == host) => {}
            Some(known) => known.hosts.push(host.to_owned()),
            None if full => self.more += 1,
            None => self.all.push(Listed { subject, hosts: vec![host.to_owned()] }),
        }
    }
}

/// The hosts that take the mail of a domain, the preferred first; the domain itself when it names none
/// (RFC 5321 §5.1). Nothing while that is open.
fn hosts(domain: &str, inquiry: &Inquiry<'_>) -> Option<Vec<String>> {
    let records = match inquiry.ask(domain, RecordType::Mx) {
        Outcome::Waiting => return None,
        Outcome::Nothing { no_name: true } | Outcome::Failed => return Some(Vec::new()),
        Outcome::Nothing { no_name: false } => return Some(vec![domain.to_owned()]),
        Outcome::Records(records) => records,
    };
    let mut hosts: Vec<(u16, String)> = records
        .into_iter()
        .filter_map(|record| match &record.value {
            Value::Mx { preference, exchange } if !exchange.is_empty() => {
                Some((*preference, exchange.to_ascii_lowercase()))
            }
            _ => None,
        })
        .collect();
    hosts.sort_unstable();
    Some(hosts.into_iter().map(|(_, host)| host).collect())
}
