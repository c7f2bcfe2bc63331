//! What each tag of a `DKIM-Signature` field means, in words.

use super::signature::names;
use crate::diagnosis::tagged::{Explained, Tag, TagList, shown};

/// Names of fields that a sentence lists.
const LISTED: usize = 40;

/// The tags in their order, then the defaults of those left out.
pub(super) fn rows(list: &TagList<'_>) -> Vec<Explained> {
    let mut rows: Vec<Explained> = list.tags.iter().map(|tag| Explained::stated(tag, meaning(tag))).collect();
    for (tag, value, meaning) in [
        ("c", "simple/simple", form("simple/simple")),
        ("i", "@d", "nobody in particular within the domain".to_owned()),
        ("l", "", "the whole body is signed".to_owned()),
        ("q", "dns/txt", "the key stands in DNS".to_owned()),
        ("t", "", "when it was made is not said".to_owned()),
        ("x", "", "it does not expire".to_owned()),
    ] {
        if list.get(tag).is_none() {
            rows.push(Explained::default(tag, value, meaning));
        }
    }
    rows
}

fn meaning(tag: &Tag<'_>) -> String {
    let value = shown(tag.value);
    match tag.name {
        "v" => "this is a DKIM signature of version 1".to_owned(),
        "a" => match value.as_str() {
            "rsa-sha256" => "signed with RSA over SHA-256".to_owned(),
            "ed25519-sha256" => "signed with Ed25519 over SHA-256; not all verifiers know it".to_owned(),
            "rsa-sha1" => "signed with RSA over SHA-1: historic, and void since RFC 8301".to_owned(),
            _ => "an algorithm that no verifier knows".to_owned(),
        },
        "b" => "the signature itself, over the fields below and this one".to_owned(),
        "bh" => "the hash of the body as it was signed".to_owned(),
        "c" => form(&value),
        "d" => format!("{value} takes responsibility for the message; DMARC compares it with the From address"),
        "h" => {
            let names = names(Some(tag));
            let more = names.len().saturating_sub(LISTED);
            let listed = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("these fields are signed, the lowest of a name first: {}{more}", shown(listed))
        }
        "i" => "on whose behalf within the domain".to_owned(),
        "l" => format!("only the first {value} octets of the body are signed: anybody may append text"),
        "q" => "where the key is: in DNS".to_owned(),
        "s" => "the selector: which of the domain's keys".to_owned(),
        "t" => format!("made {}", date(tag)),
        "x" => format!("expires {}", date(tag)),
        "z" => "copies of fields as they were when signed, for those who look for the change".to_owned(),
        _ => "not a tag of DKIM: it is signed, and has no meaning".to_owned(),
    }
}

fn form(text: &str) -> String {
    let (header, body) = text.split_once('/').unwrap_or((text, "simple"));
    let says = |form: &str| match form.trim() {
        "relaxed" => "may be refolded and respaced",
        "simple" => "must stay octet by octet",
        _ => "has a form that no verifier knows",
    };
    format!("on its way the header {}, and the body {}", says(header), says(body).replace("refolded and ", ""))
}

/// Seconds since the Unix epoch, as a date.
fn date(tag: &Tag<'_>) -> String {
    let at = tag.text().and_then(|text| text.parse().ok()).and_then(|at| jiff::Timestamp::from_second(at).ok());
    at.map_or_else(|| "at no date that can be told".to_owned(), |at| at.to_string())
}
