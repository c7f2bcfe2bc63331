//! The record as it should be. What its owner decides (policy, alignment, addresses) stays as it is.

use super::record::{KNOWN, Policy, Reading, Record, read, values};
use super::words::failure_options;
use crate::diagnosis::tagged::{Destination, TagList, Text, meant, usable, write};

/// A record for a domain that has none: it changes nothing for mail, and shows who sends in the name.
pub(super) fn first(domain: &str) -> String {
    format!("v=DMARC1; p=none; rua=mailto:dmarc-reports@{domain}")
}

/// The one of several records that guards best, corrected: whoever publishes several has at least meant that much.
pub(super) fn strictest(texts: &[Text]) -> Option<String> {
    let readings = texts.iter().map(|text| read(&text.octets));
    let strength = |reading: &Reading| {
        let (policy, record) = (reading.record.policy(), &reading.record);
        (policy, record.subdomain_policy(true).0, !record.testing, record.rua.iter().any(Destination::is_usable))
    };
    // Of two that are alike, the first.
    let best = readings.rev().max_by_key(strength)?;
    best.mended.or_else(|| String::from_utf8(best.octets).ok())
}

/// The corrected record; none when there is nothing to correct that can be told from the record alone.
pub(super) fn mended(list: &TagList<'_>, record: &Record) -> Option<String> {
    // Where the tags themselves cannot be told apart, a guess would only hide what was meant.
    if list.missing_semicolons(&KNOWN).next().is_some() {
        return None;
    }
    if let Some(text) = renamed(list) {
        let list = TagList::read(text.as_bytes());
        return mended(&list, &values(&list)).or(Some(text.clone()));
    }
    let mut tags: Vec<(String, String)> = vec![("v".to_owned(), "DMARC1".to_owned())];
    let p = record.p.get().unwrap_or(Policy::None);
    tags.push(("p".to_owned(), p.name().to_owned()));
    for tag in &list.tags {
        let Some(text) = tag.text().filter(|_| tags.iter().all(|(before, _)| before != tag.name)) else { continue };
        let value = match tag.name {
            "sp" => record.sp.get().map(|policy| policy.name().to_owned()),
            "np" => record.np.get().map(|policy| policy.name().to_owned()),
            "rua" => usable(&record.rua),
            "ruf" => usable(&record.ruf),
            "adkim" | "aspf" => one_of(text, &["r", "s"]),
            "psd" => one_of(text, &["y", "n", "u"]),
            "t" => one_of(text, &["y", "n"]),
            "fo" if list.get("ruf").is_none() => None,
            "fo" => failure_options(tag).map(|_| text.to_owned()),
            _ => None,
        };
        tags.extend(value.map(|value| (tag.name.to_owned(), value)));
    }
    // A share (pct) is left out, and t=y not put in its place: for receivers of RFC 9989, which pass over pct, that would
    // lower the policy.
    let as_it_is: Vec<(String, String)> =
        list.tags.iter().map(|tag| (tag.name.to_owned(), String::from_utf8_lossy(tag.value).into_owned())).collect();
    (tags != as_it_is || !list.troubles.is_empty()).then(|| write(&tags))
}

/// The record with the names of tags corrected that are nearly right; none when there is no such name.
fn renamed(list: &TagList<'_>) -> Option<String> {
    let right = |name| meant(name, &KNOWN).filter(|known| !KNOWN.contains(&name) && list.get(known).is_none());
    list.tags.iter().find_map(|tag| right(tag.name))?;
    let tags: Vec<(String, String)> = list
        .tags
        .iter()
        .map(|tag| (right(tag.name).unwrap_or(tag.name).to_owned(), String::from_utf8_lossy(tag.value).into_owned()))
        .collect();
    Some(write(&tags))
}

fn one_of(text: &str, words: &[&str]) -> Option<String> {
    words.iter().find(|word| text.eq_ignore_ascii_case(word)).map(|word| (*word).to_owned())
}
