//! BIMI: the logo that mailboxes show beside mail that passes DMARC
//! (draft-brand-indicators-for-message-identification §4).

use super::answers::Inquiry;
use super::dmarc::{Policy, Record};
use super::finding::{Finding, Severity};
use super::tagged::{
    Explained, Remark, Remarks, Sole, Suggestion, Tag, TagList, begins_like, meant, mistaken, several, shown, version,
    write,
};
use crate::protocol::smtp::to_ascii_domain;

/// What all these findings are about.
const SUBJECT: &str = "BIMI";

/// The selector that is used where a message names none.
pub const SELECTOR: &str = "default";

/// The tags that are read.
const KNOWN: [&str; 5] = ["v", "l", "a", "lps", "avp"];

/// The record, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The strings of the TXT record, joined.
    pub octets: Vec<u8>,
    /// Where the logo is.
    pub logo: Option<String>,
    /// Where the mark certificate is.
    pub evidence: Option<String>,
    /// `l=` and `a=` are empty: the domain wants no logo to be shown.
    pub is_declined: bool,
    /// Its tags, then the defaults of those left out.
    pub rows: Vec<Explained>,
    /// What is to say about it, the worst first.
    pub remarks: Vec<Remark>,
    /// The record as it should be, when something is to mend that can be told.
    pub mended: Option<String>,
}

/// What BIMI says about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bimi {
    /// The record; none when there is none, or several, or an answer is missing.
    pub reading: Option<Reading>,
    /// Whether the answer is still to come.
    pub is_waiting: bool,
    /// What is to say.
    pub findings: Vec<Finding>,
    /// Records to publish.
    pub suggestions: Vec<Suggestion>,
}

/// The name at which the record of a domain stands.
#[must_use]
pub fn record_name(selector: &str, domain: &str) -> String {
    format!("{selector}._bimi.{domain}")
}

/// Whether a TXT record is one of BIMI.
#[must_use]
pub fn is_record(octets: &[u8]) -> bool {
    version(octets) == Some(b"BIMI1")
}

/// Evaluates BIMI for a domain, as far as answers have come. `dmarc`: the DMARC record that applies, when it is known.
#[must_use]
pub fn evaluate(inquiry: &Inquiry<'_>, selector: &str, domain: &str, dmarc: Option<&Record>) -> Bimi {
    let name = record_name(selector, domain);
    let mut out = Bimi { reading: None, is_waiting: false, findings: Vec::new(), suggestions: Vec::new() };
    match Sole::look(inquiry, &name, is_record, read) {
        Sole::Waiting => out.is_waiting = true,
        Sole::Failed(finding) => out.findings.push(finding),
        Sole::Record(reading) => {
            out.findings.extend(reading.remarks.iter().map(|remark| remark.finding(SUBJECT)));
            if !reading.is_declined {
                out.findings.extend(dmarc.and_then(weak_dmarc));
            }
            out.suggestions.extend(reading.mended.iter().map(|text| Suggestion::new(name.as_str(), text.clone())));
            out.reading = Some(reading);
        }
        Sole::Nothing(others) => {
            out.findings.push(match others.iter().find(|text| begins_like(&text.octets, "bimi")) {
                Some(other) => mistaken(SUBJECT, other, &name, "v=BIMI1;"),
                None => Finding::new(Severity::Note, SUBJECT, "no BIMI: mailboxes show no logo of yours", ""),
            })
        }
        Sole::Several(records) => out.findings.push(several(SUBJECT, &records, &name, "no logo is shown")),
    }
    out
}

/// Why the DMARC record is too weak for a logo (§7.1 of the draft).
fn weak_dmarc(record: &Record) -> Option<Finding> {
    let says = match record.policy() {
        Policy::None => "no logo is shown as long as the DMARC policy is none",
        _ if record.subdomain_policy(true).0 == Policy::None => {
            "no logo is shown as long as the DMARC record has sp=none"
        }
        Policy::Quarantine if record.pct.get().is_some_and(|pct| pct < 100) => {
            "no logo is shown as long as the DMARC policy is for a share of the mail (pct)"
        }
        Policy::Quarantine | Policy::Reject if record.testing => {
            "no logo is shown as long as the DMARC policy is only tried (t=y)"
        }
        Policy::Quarantine | Policy::Reject => return None,
    };
    let next = "go on to p=quarantine or p=reject, for the domain and all its subdomains";
    Some(Finding::new(Severity::Warning, SUBJECT, says, next))
}

/// Reads a record, the strings of the TXT record joined.
#[must_use]
pub fn read(octets: &[u8]) -> Reading {
    let list = TagList::read(octets);
    let (logo, evidence) = (list.get("l"), list.get("a"));
    let mut remarks = Remarks::on(octets);
    for trouble in &list.troubles {
        let says = format!("{}: receivers mend nothing in a BIMI record, and show no logo", trouble.slip.says());
        remarks.say_at(Severity::Fault, trouble.at.clone(), says, "write v=BIMI1; l=https://…; a=https://…");
    }
    match logo.map(|tag| (tag, url(tag))) {
        None => remarks.say(
            Severity::Fault,
            None,
            "the record names no logo (l): no logo is shown",
            "write l=https://… with the address of an SVG file, or an empty l= if none is to be shown",
        ),
        Some((tag, Err(why))) => {
            let says = format!("the address of the logo cannot be used: {why}");
            remarks.say_at(Severity::Fault, tag.value_at.clone(), says, "write one https:// URL");
        }
        Some((_, Ok(_))) => {}
    }
    if let Some(tag) = evidence
        && let Err(why) = url(tag)
    {
        let says = format!("the address of the mark certificate cannot be used: {why}");
        remarks.say_at(Severity::Fault, tag.value_at.clone(), says, "write one https:// URL, or leave a out");
    }
    let (at, certificate) =
        (logo.and_then(|tag| url(tag).ok().flatten()), evidence.and_then(|tag| url(tag).ok().flatten()));
    if let Some(path) = &at
        && ![".svg", ".svgz"].iter().any(|ending| path_of(path).ends_with(ending))
    {
        let says = "the logo is no .svg file: receivers take SVG (Tiny PS) only";
        remarks.say(Severity::Warning, None, says, "make it an SVG Tiny PS file, and name it so");
    }
    if at.is_some() && certificate.is_none() {
        let says = "without a mark certificate (a=) Gmail, Apple Mail and others show no logo";
        remarks.say(Severity::Note, None, says, "have a VMC or CMC issued, and write a=https://…");
    }
    if let Some(tag) = list.get("avp")
        && !matches!(tag.text(), Some("brand" | "personal"))
    {
        let says = "avp is neither brand nor personal: receivers pass over it";
        remarks.say(Severity::Warning, Some(tag), says, "write avp=brand or avp=personal");
    }
    for tag in list.tags.iter().filter(|tag| !KNOWN.contains(&tag.name)) {
        let (severity, next) = match meant(tag.name, &KNOWN) {
            Some(_) => (Severity::Fault, "write it in small letters"),
            None => (Severity::Note, "leave it out"),
        };
        let says = format!("BIMI has no tag {}: receivers pass over it", shown(tag.name));
        remarks.say(severity, Some(tag), says, next);
    }
    let remarks = remarks.worst_first();
    let is_empty = |tag: Option<&Tag<'_>>| tag.is_some_and(|tag| tag.value.is_empty());
    let is_declined = is_empty(logo) && (evidence.is_none() || is_empty(evidence));
    let mended = mended(&list, &remarks);
    Reading {
        octets: octets.to_vec(),
        logo: at,
        evidence: certificate,
        is_declined,
        rows: rows(&list),
        remarks,
        mended,
    }
}

/// The URL of a tag; none when the tag is empty.
fn url(tag: &Tag<'_>) -> Result<Option<String>, String> {
    let text = tag.text().ok_or("it has octets that may not stand in a URL")?;
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains([' ', ',']) {
        return Err("white space and commas may not stand in it, and there is one URL only".to_owned());
    }
    let rest = text.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://")).and_then(|_| text.get(8..));
    let rest = rest.ok_or("it does not begin with https://")?;
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    to_ascii_domain(host)?;
    Ok(Some(text.to_owned()))
}

fn path_of(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase()
}

fn rows(list: &TagList<'_>) -> Vec<Explained> {
    let mut rows: Vec<Explained> = list
        .tags
        .iter()
        .map(|tag| {
            let meaning = match (tag.name, tag.value.is_empty()) {
                ("v", _) => "this is a BIMI record of version 1",
                ("l", true) => "no logo is to be shown",
                ("l", false) => "the logo: an SVG file",
                ("a", true) => "there is no mark certificate",
                ("a", false) => "the mark certificate (VMC or CMC) that says whose logo it is",
                ("lps", true) => "the local part of the sender's address may choose another record",
                ("lps", false) => "local parts that begin so choose another record",
                ("avp", _) if tag.value == b"personal" => "a sender's own picture comes before the logo",
                ("avp", _) => "the logo comes before a sender's own picture",
                _ => "not a tag of BIMI: receivers pass over it",
            };
            Explained::stated(tag, meaning)
        })
        .collect();
    for (tag, value, meaning) in
        [("a", "", "there is no mark certificate"), ("avp", "brand", "the logo comes before a sender's own picture")]
    {
        if list.get(tag).is_none() {
            rows.push(Explained::default(tag, value, meaning));
        }
    }
    rows
}

/// The record without what nobody reads; none when that changes nothing, or no logo can be told.
fn mended(list: &TagList<'_>, remarks: &[Remark]) -> Option<String> {
    let usable = |name: &str| list.get(name).filter(|tag| url(tag).is_ok()).and_then(Tag::text);
    let mut tags = vec![("v".to_owned(), "BIMI1".to_owned()), ("l".to_owned(), usable("l")?.to_owned())];
    tags.extend(usable("a").map(|url| ("a".to_owned(), url.to_owned())));
    tags.extend(list.get("lps").and_then(Tag::text).map(|text| ("lps".to_owned(), text.to_owned())));
    let preference = list.get("avp").and_then(Tag::text).filter(|text| ["brand", "personal"].contains(text));
    tags.extend(preference.map(|text| ("avp".to_owned(), text.to_owned())));
    remarks.iter().any(|remark| remark.at.is_some()).then(|| write(&tags))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::tagged::zone::settle;

    #[test]
    fn records_with_their_faults() {
        let right = "v=BIMI1; l=https://example.org/logo.svg; a=https://example.org/vmc.pem";
        for (text, severity, column, part) in [
            (right, None, None, ""),
            ("v=BIMI1; l=; a=;", None, None, ""),
            ("v=BIMI1; l=https://example.org/logo.svg", Some(Severity::Note), None, "without a mark certificate"),
            ("v=BIMI1", Some(Severity::Fault), None, "names no logo"),
            ("v=BIMI1; l=http://example.org/logo.svg", Some(Severity::Fault), Some(12), "does not begin with https://"),
            (
                "v=BIMI1; l=https://a.example/l.svg,https://b.example/l.svg",
                Some(Severity::Fault),
                Some(12),
                "one URL only",
            ),
            ("v=BIMI1; l=https:///l.svg", Some(Severity::Fault), Some(12), "empty label"),
            ("v=BIMI1; l=https://example.org/logo.png; a=", Some(Severity::Warning), None, "no .svg file"),
            ("v=BIMI1; l=; a=x", Some(Severity::Fault), Some(16), "mark certificate cannot be used"),
            ("v=BIMI1; l=; avp=self", Some(Severity::Warning), Some(14), "neither brand nor personal"),
            ("v=BIMI1; L=https://example.org/logo.svg", Some(Severity::Fault), Some(10), "no tag L"),
            ("v=BIMI1; l=; x=1", Some(Severity::Note), Some(14), "no tag x"),
            ("v=BIMI1;; l=", Some(Severity::Fault), Some(9), "show no logo"),
        ] {
            let reading = read(text.as_bytes());
            let found = reading.remarks.iter().find(|remark| remark.says.contains(part));
            assert_eq!(found.map(|r| r.severity), severity, "{text}: {:?}", reading.remarks);
            assert_eq!(found.and_then(Remark::column), column, "{text}");
        }
        assert!(read(b"v=BIMI1; l=;").is_declined && !read(right.as_bytes()).is_declined);
        let mended = read(b"v=BIMI1;; l=https://example.org/logo.svg; avp=x; a=y").mended;
        assert_eq!(mended.as_deref(), Some("v=BIMI1; l=https://example.org/logo.svg"));
        assert_eq!(read(right.as_bytes()).mended, None);
    }

    #[test]
    fn a_logo_needs_a_dmarc_policy() {
        let zone = [("default._bimi.example.com", "v=BIMI1; l=https://example.com/l.svg; a=https://example.com/v.pem")];
        for (dmarc, expect) in [
            ("v=DMARC1; p=none", Some("policy is none")),
            ("v=DMARC1; p=reject; sp=none", Some("sp=none")),
            ("v=DMARC1; p=quarantine; pct=20", Some("(pct)")),
            ("v=DMARC1; p=reject; t=y", Some("(t=y)")),
            ("v=DMARC1; p=quarantine", None),
        ] {
            let record = crate::diagnosis::dmarc::read(dmarc.as_bytes()).record;
            let (said, _) = settle(&zone, |inquiry| evaluate(inquiry, SELECTOR, "example.com", Some(&record)));
            assert_eq!(said.findings.len(), usize::from(expect.is_some()), "{dmarc}: {:?}", said.findings);
            assert!(expect.is_none_or(|part| said.findings[0].says.contains(part)), "{dmarc}: {:?}", said.findings);
        }
        let declined = [("default._bimi.example.com", "v=BIMI1; l=; a=")];
        let record = crate::diagnosis::dmarc::read(b"v=DMARC1; p=none").record;
        let (said, _) = settle(&declined, |inquiry| evaluate(inquiry, SELECTOR, "example.com", Some(&record)));
        assert_eq!(said.findings, []);
        let (said, _) = settle(&[], |inquiry| evaluate(inquiry, SELECTOR, "example.com", None));
        assert_eq!(said.findings[0].severity, Severity::Note);
    }
}
