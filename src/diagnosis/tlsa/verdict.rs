//! All records of a server judged together (RFC 7672 §2.2, §3).

use super::Dnssec;
use super::chain::{Chain, Mismatch};
use super::record::Tlsa;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::shown;

/// What all these findings are about.
const SUBJECT: &str = "DANE";

/// Records of one name that are judged. A hostile zone has thousands.
const RECORDS: usize = 100;

/// Names of a certificate that a sentence lists.
const LISTED: usize = 6;

/// A server and what it showed.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The TLSA base domain: the name of the exchange.
    pub host: &'a str,
    /// TCP port.
    pub port: u16,
    /// The domain the mail is for, when its MX records are secure too: certificates may be for that name (RFC 7672
    /// §3.2.2).
    pub next_hop: Option<&'a str>,
    /// The certificates it showed, its own first, in DER; none when it was not asked yet.
    pub chain: Option<&'a [Vec<u8>]>,
    /// Seconds since the Unix epoch.
    pub now: i64,
}

/// What one record is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Senders of mail pass over it: why.
    Unusable(String),
    /// A record with a stronger hash stands beside it, and counts in its place (RFC 7671 §9).
    PassedOver,
    /// The certificates are not known yet.
    Waiting,
    /// It vouches for the server.
    Match,
    /// It does not.
    Mismatch(Mismatch),
}

/// A record, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The record.
    pub record: Tlsa,
    /// What it is worth.
    pub standing: Standing,
}

/// What the records together mean for a sender that knows DANE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No record, or none that DNSSEC vouches for: TLS as it comes.
    NotApplicable,
    /// DNSSEC is broken: nothing is delivered to this server.
    Bogus,
    /// There are records, and none is of use: TLS is demanded, and nobody is authenticated.
    Unusable,
    /// The certificates are not known yet.
    Waiting,
    /// One matches: the server is who it should be.
    Authenticated,
    /// None matches: nothing is delivered to this server.
    Refused,
}

/// DANE of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dane {
    /// The records, each judged.
    pub records: Vec<Judged>,
    /// What they mean together.
    pub verdict: Verdict,
    /// What is to say, the worst first.
    pub findings: Vec<Finding>,
    /// The record that would match, as RFC 7672 recommends it; none as long as the certificates are not known.
    pub recommended: Option<Tlsa>,
}

/// The name at which the records of a server stand.
#[must_use]
pub fn record_name(host: &str, port: u16) -> String {
    format!("_{port}._tcp.{host}")
}

/// Judges the TLSA records of a server.
#[must_use]
pub fn judge(records: &[Tlsa], dnssec: Dnssec, server: &Server<'_>) -> Dane {
    let chain = server.chain.and_then(Chain::read);
    let names: Vec<&str> = std::iter::once(server.host).chain(server.next_hop).collect();
    let judged: Vec<Judged> = records
        .iter()
        .take(RECORDS)
        .map(|record| {
            let standing = match (record.usable(), &chain, server.chain) {
                (Err(why), ..) => Standing::Unusable(why),
                _ if is_passed_over(record, records) => Standing::PassedOver,
                (Ok(()), Some(chain), _) => match chain.check(record, &names, server.now) {
                    Ok(()) => Standing::Match,
                    Err(mismatch) => Standing::Mismatch(mismatch),
                },
                (Ok(()), None, Some(_)) => Standing::Mismatch(Mismatch::Other),
                (Ok(()), None, None) => Standing::Waiting,
            };
            Judged { record: record.clone(), standing }
        })
        .collect();
    let is = |wanted: fn(&Standing) -> bool| judged.iter().any(|judged| wanted(&judged.standing));
    let verdict = match dnssec {
        Dnssec::Bogus => Verdict::Bogus,
        _ if judged.is_empty() => Verdict::NotApplicable,
        Dnssec::Insecure => Verdict::NotApplicable,
        Dnssec::Secure if is(|standing| *standing == Standing::Match) => Verdict::Authenticated,
        Dnssec::Secure if is(|standing| *standing == Standing::Waiting) => Verdict::Waiting,
        Dnssec::Secure if is(|standing| matches!(standing, Standing::Mismatch(_))) => Verdict::Refused,
        Dnssec::Secure => Verdict::Unusable,
    };
    let recommended = chain.as_ref().and_then(Chain::recommended);
    let mut dane = Dane { records: judged, verdict, findings: Vec::new(), recommended };
    tell(&mut dane, dnssec, server);
    dane
}

/// Whether a usable record with a stronger hash stands beside this one, of the same usage and selector.
fn is_passed_over(record: &Tlsa, all: &[Tlsa]) -> bool {
    let same = |other: &Tlsa| (other.usage, other.selector) == (record.usage, record.selector);
    record.matching == 1
        && all.iter().take(RECORDS).any(|other| same(other) && other.matching == 2 && other.usable().is_ok())
}

fn tell(dane: &mut Dane, dnssec: Dnssec, server: &Server<'_>) {
    let host = shown(server.host);
    let name = shown(record_name(server.host, server.port));
    let publish = match &dane.recommended {
        Some(record) => format!("publish the record that matches: {}", record.zone_line(&name)),
        None => "publish a 3 1 1 record for the server's key".to_owned(),
    };
    let mut findings = Vec::new();
    let mut say = |severity, says: String, next: String| findings.push(Finding::new(severity, SUBJECT, says, next));
    match dane.verdict {
        Verdict::NotApplicable if dane.records.is_empty() => say(
            Severity::Note,
            format!("no TLSA record stands at {name}: who can come between may read the mail to {host}"),
            match dnssec {
                Dnssec::Secure => publish,
                _ => "sign the zone by DNSSEC first: without it nobody looks at TLSA records".to_owned(),
            },
        ),
        Verdict::NotApplicable => say(
            Severity::Warning,
            format!("the TLSA records at {name} are not signed by DNSSEC: senders pass over them"),
            "sign the zone, and have the registrar publish its DS record".to_owned(),
        ),
        Verdict::Bogus => say(
            Severity::Fault,
            format!("DNSSEC of {name} is broken: senders that validate deliver nothing to {host}, and mail waits"),
            "mend the signatures of the zone, or have its DS record taken out until that is done".to_owned(),
        ),
        Verdict::Unusable => say(
            Severity::Warning,
            format!(
                "no TLSA record at {name} is of use for mail: senders demand TLS of {host}, and do not check who answers"
            ),
            publish,
        ),
        Verdict::Waiting => {}
        Verdict::Authenticated => {
            say(Severity::Good, format!("a TLSA record vouches for the certificate of {host}"), String::new());
        }
        Verdict::Refused => say(
            Severity::Fault,
            format!(
                "no TLSA record matches what {host} shows: senders that know DANE deliver nothing to it, and mail waits"
            ),
            publish,
        ),
    }
    let matched = dane.verdict == Verdict::Authenticated;
    for judged in &dane.records {
        let record = &judged.record;
        match &judged.standing {
            Standing::Unusable(why) => say(
                Severity::Warning,
                format!("the record {record} is of no use: {why}"),
                "take it out, or publish one with usage 3 or 2 in its place".to_owned(),
            ),
            Standing::PassedOver => say(
                Severity::Note,
                format!("the record {record} is passed over: one with SHA-512 stands beside it (RFC 7671 §9)"),
                "leave SHA-256 alone, which every sender knows".to_owned(),
            ),
            Standing::Mismatch(mismatch) => {
                let severity = if matched { Severity::Note } else { Severity::Fault };
                let (says, next) = explain(mismatch, matched);
                say(severity, format!("the record {record} does not match: {says}"), next.to_owned());
            }
            Standing::Match | Standing::Waiting => advise(record, &mut say),
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    dane.findings = findings;
}

/// Why a record does not match, and what to do.
fn explain(mismatch: &Mismatch, matched: bool) -> (String, &'static str) {
    match mismatch {
        Mismatch::Other if matched => {
            ("it is of another key, an old one or the next".to_owned(), "take it out when that key is no longer used")
        }
        Mismatch::Other => (
            "it is of another certificate or key".to_owned(),
            "a renewal with a new key needs its record before the key is used: keep the key, or publish both records in time",
        ),
        Mismatch::NotInChain => (
            "the certificate of that authority is not among those the server sends".to_owned(),
            "have the server send it, a root too (RFC 7672 §3.1.2), or publish a 3 1 1 record",
        ),
        Mismatch::Path(why) => (
            format!("the certificate of the server does not come from that authority: {why}"),
            "put the chain of the server in order",
        ),
        Mismatch::Names(names) => {
            let more = names.len().saturating_sub(LISTED);
            let mut listed = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
            if more > 0 {
                listed.push_str(&format!(" and {more} more"));
            }
            let listed = if listed.is_empty() { "no name".to_owned() } else { shown(listed) };
            (
                format!("the certificate is for {listed}"),
                "have it issued for the name of the exchange, or publish a 3 1 1 record",
            )
        }
        Mismatch::Dates(why) => (why.clone(), "renew the certificate; with a 3 1 1 record its dates do not matter"),
    }
}

/// What would be better about a record that is right.
fn advise(record: &Tlsa, say: &mut impl FnMut(Severity, String, String)) {
    if record.matching == 0 {
        say(
            Severity::Note,
            format!("the record {record} holds all its data: some senders cannot take a record of that size"),
            "publish its SHA-256 hash (matching type 1)".to_owned(),
        );
    }
    if (record.usage, record.selector) == (3, 0) {
        say(
            Severity::Note,
            format!("the record {record} is of the whole certificate: each renewal needs a new one, in time"),
            "publish one of the key, 3 1 1, and keep the key when renewing".to_owned(),
        );
    }
}
