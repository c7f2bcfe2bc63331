//! The TXT record at `_mta-sts` (RFC 8461 §3.1).

use crate::diagnosis::finding::Severity;
use crate::diagnosis::tagged::{Explained, Remark, TagList, is_version, literal_marks, meant, shown, write};

/// Letters and digits of an id at most.
const ID: usize = 32;

/// The record, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The strings of the TXT record, joined.
    pub octets: Vec<u8>,
    /// The id of the policy; none: the record is void, and senders take the domain for one without MTA-STS.
    pub id: Option<String>,
    /// Its tags.
    pub rows: Vec<Explained>,
    /// What is to say about it.
    pub remarks: Vec<Remark>,
    /// The record as it should be, when there is something to mend.
    pub mended: Option<String>,
}

/// Whether a TXT record is one of MTA-STS: it begins with `v=STSv1` and a semicolon.
#[must_use]
pub fn is_record(octets: &[u8]) -> bool {
    is_version(octets, "STSv1")
}

/// Reads a record, the strings of the TXT record joined.
#[must_use]
pub fn read(octets: &[u8]) -> Reading {
    let list = TagList::read(octets);
    let mut remarks: Vec<Remark> = literal_marks(octets).into_iter().collect();
    let void = "the record is void, and senders take the domain for one without MTA-STS";
    let id = list.get("id");
    let valid = id.and_then(|id| id.text()).filter(|text| is_id(text));
    match (id, valid) {
        (None, _) => remarks.push(Remark::new(
            Severity::Fault,
            format!("the record has no id: {void}"),
            "write an id of letters and digits, such as the date and time of the last change",
        )),
        (Some(id), None) => remarks.push(
            Remark::new(
                Severity::Fault,
                format!("the id is not 1 to {ID} letters and digits: {void}"),
                "write an id of letters and digits only",
            )
            .at(id.value_at.clone()),
        ),
        _ => {}
    }
    for trouble in &list.troubles {
        let says = format!("{}: strict senders take the record for void", trouble.slip.says());
        let next = "write v=STSv1; id=… with one semicolon between them";
        remarks.push(Remark::new(Severity::Warning, says, next).at(trouble.at.clone()));
    }
    for tag in list.tags.iter().filter(|tag| !["v", "id"].contains(&tag.name)) {
        let (severity, next) = match meant(tag.name, &["id"]) {
            Some(_) => (Severity::Fault, "write id, if that is meant"),
            None => (Severity::Note, "leave it out: mode, mx and max_age belong into the policy"),
        };
        let says = format!("MTA-STS has no tag {} in DNS: senders pass over it", shown(tag.name));
        remarks.push(Remark::new(severity, says, next).at(tag.at.clone()));
    }
    let rows = list
        .tags
        .iter()
        .map(|tag| {
            Explained::stated(
                tag,
                match tag.name {
                    "v" => "this is an MTA-STS record of version 1",
                    "id" if valid.is_some() => {
                        "names this edition of the policy: senders fetch the policy again only when the id has changed"
                    }
                    "id" => "not an id",
                    _ => "not a tag of MTA-STS: senders pass over it",
                },
            )
        })
        .collect();
    let mended = (!remarks.is_empty()).then(|| mended(valid.or_else(|| id.and_then(|id| id.text()))));
    Reading { octets: octets.to_vec(), id: valid.map(str::to_owned), rows, remarks, mended }
}

/// The record with what can be kept of its id.
fn mended(id: Option<&str>) -> String {
    let kept: String = id.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(ID).collect();
    let id = if kept.is_empty() { "1".to_owned() } else { kept };
    write(&[("v".to_owned(), "STSv1".to_owned()), ("id".to_owned(), id)])
}

fn is_id(text: &str) -> bool {
    (1..=ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}
