//! What is published: how many records there are, and how long they are.

use super::{Notes, joints, mend, near};
use crate::diagnosis::answers::{Inquiry, Outcome};
use crate::diagnosis::dns::{RecordType, Value};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::record::is_record;
use crate::diagnosis::spf::select::failure;

/// Octets of a name and the texts at it that fit into an answer of 512 octets (RFC 7208 §3.4).
const FITS: usize = 450;
/// Octets of the longest answer that resolvers take by UDP with EDNS, as software agreed in 2020 (DNS Flag Day).
const DATAGRAM: usize = 1232;

/// Judges what stands at the domain.
pub(super) fn judge(notes: &mut Notes, inquiry: &Inquiry<'_>) {
    let domain = notes.domain.clone();
    let found = match inquiry.ask(&domain, RecordType::Txt) {
        Outcome::Waiting => return,
        Outcome::Failed => {
            let why = failure(inquiry, &domain, RecordType::Txt);
            let says =
                format!("the SPF record cannot be looked up ({why}): receivers put mail off, or judge it without SPF");
            return notes.add(Severity::Fault, None, says, "mend the name servers of the domain, or its DNSSEC");
        }
        Outcome::Nothing { .. } => Vec::new(),
        Outcome::Records(records) => records,
    };
    let texts = found.iter().filter_map(|record| match &record.value {
        Value::Txt(strings) => Some(strings.as_slice()),
        _ => None,
    });
    let (records, others): (Vec<_>, Vec<_>) = texts.partition(|strings| is_record(&strings.concat()));
    for strings in &others {
        near::judge(notes, &lossy(&strings.concat()), records.is_empty());
    }
    let octets = |strings: &&[Vec<u8>]| strings.iter().map(Vec::len).sum::<usize>();
    let total = domain.len() + records.iter().chain(&others).map(octets).sum::<usize>();
    match records.as_slice() {
        [] => {
            let says = "there is no SPF record: receivers cannot tell who may send in this name";
            let next = "publish a TXT record that names the senders; v=spf1 -all for a domain that sends no mail";
            notes.mend(Severity::Warning, None, says, next, Some("v=spf1 mx ~all".to_owned()));
        }
        [strings] => {
            let texts: Vec<&[Vec<u8>]> = records.iter().chain(&others).copied().collect();
            size(notes, octets(strings), total, answer(domain.len(), &texts));
            joints::judge(notes, strings);
        }
        several => {
            let says = format!("there are {} SPF records: receivers use none of them (permerror)", several.len());
            let several: Vec<String> = several.iter().map(|strings| lossy(&strings.concat())).collect();
            let next = "leave one record that holds the terms of all";
            notes.mend(Severity::Fault, None, says, next, mend::join(&several));
        }
    }
}

/// Octets of the answer that holds all texts at a name of so many octets (RFC 1035 §4.1): a header, the question, a
/// record for each text with its name compressed, and the OPT record of EDNS (RFC 6891 §6.1.2).
fn answer(name: usize, texts: &[&[Vec<u8>]]) -> usize {
    let record = |strings: &&[Vec<u8>]| 12 + strings.iter().map(|string| 1 + string.len()).sum::<usize>();
    12 + name + 6 + texts.iter().map(record).sum::<usize>() + 11
}

/// Long answers do not pass everywhere: over 512 octets they take EDNS or TCP, and over a datagram of EDNS they take TCP.
fn size(notes: &mut Notes, record: usize, total: usize, answer: usize) {
    let hides = if answer > DATAGRAM {
        format!("does not fit into {DATAGRAM} octets, and receivers that cannot ask by TCP see no record")
    } else {
        "does not fit into 512 octets, and receivers that have neither EDNS nor TCP see no record".to_owned()
    };
    if notes.domain.len() + record > FITS {
        let says = format!("the record has {record} octets: its answer {hides}");
        notes.add(Severity::Warning, None, says, "move a part of it into a record of its own, and include that");
    } else if total > FITS {
        let says = format!("the TXT records beside it make {total} octets in all: their answer {hides}");
        notes.add(Severity::Note, None, says, "move TXT records that need not stand here to another name");
    }
}

pub(super) fn lossy(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}
