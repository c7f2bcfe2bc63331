//! Reports that go to another organisation: it must agree to take them (RFC 9990 §4, RFC 7489 §7.1).

use super::record::{Record, SCHEMES, is_record};
use super::walk::{registrable, walk};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::tagged::{Destination, TagList, Texts, destinations, texts};

/// Hosts of one record that are looked into.
const HOSTS: usize = 8;

/// Octets of a name in DNS, as it is written (RFC 1035 §2.3.4).
const NAME: usize = 253;

/// Whether a host agrees to take the reports of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The host that takes the reports.
    pub host: String,
    /// The name at which it says so.
    pub name: String,
    /// Whether receivers that walk the tree ask for it; none while that is not known.
    pub by_walk: Option<bool>,
    /// Whether receivers that use the public suffix list ask for it.
    pub by_list: bool,
    /// What it says.
    pub consent: Consent,
}

/// What a host says about reports for another domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// It is of the same organisation: nobody asks.
    NotNeeded,
    /// Not known yet.
    Waiting,
    /// No answer.
    Failed,
    /// It agrees.
    Given,
    /// It agrees, and sends the reports to these addresses of its own.
    Redirected(Vec<String>),
    /// It names an address at another host, so that reports go to neither.
    Elsewhere(Vec<String>),
    /// It does not agree: reports are not sent.
    Missing,
    /// The name at which it would have to agree is too long for DNS.
    TooLong,
}

/// Looks into every host of `rua` and `ruf`. `domain` is where the record stands.
pub(super) fn authorizations(inquiry: &Inquiry<'_>, domain: &str, record: &Record) -> Vec<Authorization> {
    let mut hosts: Vec<&str> = Vec::new();
    for host in record.rua.iter().chain(&record.ruf).filter_map(|d| d.host.as_deref().ok()) {
        if !hosts.contains(&host) && hosts.len() < HOSTS {
            hosts.push(host);
        }
    }
    hosts.into_iter().map(|host| authorization(inquiry, domain, host)).collect()
}

fn authorization(inquiry: &Inquiry<'_>, domain: &str, host: &str) -> Authorization {
    let name = format!("{domain}._report._dmarc.{host}");
    if host == domain {
        let consent = Consent::NotNeeded;
        return Authorization { host: host.to_owned(), name, by_walk: Some(false), by_list: false, consent };
    }
    let by_list = registrable(host) != registrable(domain);
    let (ours, theirs) = (walk(inquiry, domain).organizational, walk(inquiry, host).organizational);
    let by_walk = ours.zip(theirs).map(|(ours, theirs)| ours != theirs);
    let consent = match (by_list, by_walk) {
        (false, Some(false)) => Consent::NotNeeded,
        (false, None) => Consent::Waiting,
        _ if name.len() > NAME => Consent::TooLong,
        _ => consent(&texts(inquiry, &name), host),
    };
    Authorization { host: host.to_owned(), name, by_walk, by_list, consent }
}

fn consent(texts: &Texts, host: &str) -> Consent {
    let found = match texts {
        Texts::Waiting => return Consent::Waiting,
        Texts::Failed(_) => return Consent::Failed,
        Texts::Nothing { .. } => &[][..],
        Texts::Found(found) => found,
    };
    let mut agreed = found.iter().filter(|text| is_record(&text.octets)).peekable();
    if agreed.peek().is_none() {
        return Consent::Missing;
    }
    let mut ours: Vec<String> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for text in agreed {
        let list = TagList::read(&text.octets);
        for tag in ["rua", "ruf"].into_iter().filter_map(|name| list.get(name)) {
            for Destination { uri, host: at, .. } in destinations(tag, &SCHEMES) {
                match at {
                    Ok(at) if at == host => ours.push(uri),
                    Ok(_) => others.push(uri),
                    Err(_) => {}
                }
            }
        }
    }
    match (ours.is_empty(), others.is_empty()) {
        (_, false) => Consent::Elsewhere(others),
        (false, true) => Consent::Redirected(ours),
        (true, true) => Consent::Given,
    }
}
