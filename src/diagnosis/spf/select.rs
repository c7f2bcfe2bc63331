//! The record of a domain: looked up and chosen (RFC 7208 §4.3 to §4.5).

use super::name;
use super::record::{Record, is_record};
use super::trace::SpfResult;
use crate::diagnosis::answers::{Inquiry, Outcome};
use crate::diagnosis::dns::{Record as DnsRecord, RecordType, Value};

/// What the domain publishes.
pub(super) enum Selected {
    /// No answer yet.
    Waiting,
    /// One record.
    Record(Record),
    /// No record, or no single one: the result this gives, and why.
    Other(SpfResult, String),
}

/// Looks up the record of a domain.
pub(super) fn select(inquiry: &Inquiry<'_>, domain: &str) -> Selected {
    if let Err(why) = name::check(domain) {
        return Selected::Other(SpfResult::None, format!("\"{domain}\" cannot have a record: {why}"));
    }
    let asked = name::asked(domain);
    let texts = match inquiry.ask(&asked, RecordType::Txt) {
        Outcome::Waiting => return Selected::Waiting,
        Outcome::Failed => {
            let why = failure(inquiry, &asked, RecordType::Txt);
            return Selected::Other(SpfResult::TempError, format!("the TXT record of {domain} is not known: {why}"));
        }
        Outcome::Nothing { no_name: true } => {
            return Selected::Other(SpfResult::None, format!("{domain} does not exist"));
        }
        Outcome::Nothing { no_name: false } => Vec::new(),
        Outcome::Records(records) => texts(&records),
    };
    let mut records = texts.into_iter().filter(|text| is_record(text));
    match (records.next(), records.count()) {
        (None, _) => Selected::Other(SpfResult::None, format!("{domain} publishes no SPF record")),
        (Some(text), 0) => Selected::Record(Record::read(&text)),
        (Some(_), more) => {
            Selected::Other(SpfResult::PermError, format!("{domain} publishes {} SPF records, and may one", more + 1))
        }
    }
}

/// The TXT records with their strings joined, without a space (RFC 7208 §3.3).
pub(super) fn texts(records: &[&DnsRecord]) -> Vec<Vec<u8>> {
    let joined = records.iter().filter_map(|record| match &record.value {
        Value::Txt(strings) => Some(strings.concat()),
        _ => None,
    });
    joined.collect()
}

/// Why a question has no answer.
pub(super) fn failure(inquiry: &Inquiry<'_>, name: &str, kind: RecordType) -> String {
    match inquiry.answer(name, kind).map(|answer| &answer.reply) {
        Some(Ok(response)) => response.rcode_name(),
        Some(Err(failure)) => failure.to_string(),
        None => "nobody was asked".to_owned(),
    }
}
