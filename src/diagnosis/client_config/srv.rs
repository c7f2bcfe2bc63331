//! The services a mail program finds by SRV records (RFC 6186, RFC 8314 §5.1).

use super::account::UserName;
use super::server::Server;
use crate::diagnosis::answers::{Answers, Outcome};
use crate::diagnosis::dns::{Record, RecordType, Value};
use crate::protocol::endpoint::{Protocol, Security};

/// The services in the order in which a mail program prefers them: TLS from the first octet before STARTTLS.
pub(super) const SERVICES: [(&str, Protocol, Security); 6] = [
    ("_imaps", Protocol::Imap, Security::Implicit),
    ("_imap", Protocol::Imap, Security::StartTls),
    ("_pop3s", Protocol::Pop3, Security::Implicit),
    ("_pop3", Protocol::Pop3, Security::StartTls),
    ("_submissions", Protocol::Smtp, Security::Implicit),
    ("_submission", Protocol::Smtp, Security::StartTls),
];

/// Records of one service that are read.
const RECORDS: usize = 8;

/// What is known of one service.
#[derive(Debug)]
pub(super) enum Offer<'a> {
    /// Not answered yet.
    Open,
    /// No answer.
    Failed,
    /// No record.
    Nothing,
    /// The target is `.`: decidedly not offered (RFC 2782).
    Refused(&'a Record),
    /// Servers, the preferred first.
    At(Vec<Found<'a>>),
}

/// One record and the server it names.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) record: &'a Record,
    pub(super) server: Server,
    /// Lower is tried first.
    pub(super) priority: u16,
    /// The share among equals.
    pub(super) weight: u16,
}

/// Where the records of a service stand.
pub(super) fn name(service: &str, domain: &str) -> String {
    format!("{service}._tcp.{domain}")
}

/// What DNS says of a service.
pub(super) fn offer<'a>(
    answers: &'a Answers,
    domain: &str,
    (service, protocol, security): (&str, Protocol, Security),
) -> Offer<'a> {
    let records = match answers.outcome(&name(service, domain), RecordType::Srv) {
        Outcome::Waiting => return Offer::Open,
        Outcome::Failed => return Offer::Failed,
        Outcome::Nothing { .. } => return Offer::Nothing,
        Outcome::Records(records) => records,
    };
    let mut found = Vec::new();
    for record in records.iter().copied() {
        let Value::Srv { priority, weight, port, target } = &record.value else { continue };
        if target.is_empty() {
            // Beside others it says nothing.
            if records.len() == 1 {
                return Offer::Refused(record);
            }
            continue;
        }
        let server = Server {
            protocol,
            host: target.to_ascii_lowercase(),
            port: *port,
            security,
            user_name: UserName::Unsaid,
            authentication: Vec::new(),
        };
        found.push(Found { record, server, priority: *priority, weight: *weight });
    }
    // The weights are drawn by lot; the heaviest is the likeliest.
    found.sort_by_key(|found| (found.priority, std::cmp::Reverse(found.weight)));
    found.truncate(RECORDS);
    if found.is_empty() { Offer::Nothing } else { Offer::At(found) }
}

/// Whether DNS says that a protocol is not offered: at least one of its services is refused, and none is there.
pub(super) fn refuses(answers: &Answers, domain: &str, wanted: Protocol) -> bool {
    let offers = SERVICES.iter().filter(|(_, protocol, _)| *protocol == wanted);
    let offers: Vec<Offer<'_>> = offers.map(|service| offer(answers, domain, *service)).collect();
    offers.iter().any(|offer| matches!(offer, Offer::Refused(_)))
        && offers.iter().all(|offer| matches!(offer, Offer::Refused(_) | Offer::Nothing))
}

/// Whether the resolver vouches for the records of a service (AD): then their target may be in another domain.
pub(super) fn is_authentic(answers: &Answers, domain: &str, service: &str) -> bool {
    let answer = answers.get(&name(service, domain), RecordType::Srv);
    answer.and_then(|answer| answer.reply.as_ref().ok()).is_some_and(|response| response.flags.ad)
}
