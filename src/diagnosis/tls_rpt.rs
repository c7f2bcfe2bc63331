//! TLS-RPT (RFC 8460 §3): where senders report about TLS to the domain's servers, MTA-STS and DANE included.

use super::answers::Inquiry;
use super::finding::{Finding, Severity};
use super::tagged::{
    Destination, Explained, Remark, Remarks, Sole, Suggestion, TagList, begins_like, destinations, is_version, meant,
    mistaken, several, shown, usable, write,
};

/// What all these findings are about.
const SUBJECT: &str = "TLS-RPT";

/// How reports are sent.
const SCHEMES: [&str; 2] = ["mailto", "https"];

/// The record, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The strings of the TXT record, joined.
    pub octets: Vec<u8>,
    /// Where reports go.
    pub rua: Vec<Destination>,
    /// Its tags.
    pub rows: Vec<Explained>,
    /// What is to say about it, the worst first.
    pub remarks: Vec<Remark>,
    /// The record as it should be, when something is to mend.
    pub mended: Option<String>,
}

/// What TLS-RPT says about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsRpt {
    /// The record; none when there is none, or several, or an answer is missing.
    pub reading: Option<Reading>,
    /// Whether the answer is still to come.
    pub is_waiting: bool,
    /// What is to say, the worst first.
    pub findings: Vec<Finding>,
    /// Records to publish.
    pub suggestions: Vec<Suggestion>,
}

/// The name at which the record of a domain stands.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("_smtp._tls.{domain}")
}

/// Whether a TXT record is one of TLS-RPT: it begins with `v=TLSRPTv1` and a semicolon.
#[must_use]
pub fn is_record(octets: &[u8]) -> bool {
    is_version(octets, "TLSRPTv1")
}

/// Evaluates TLS-RPT for a domain, as far as answers have come.
#[must_use]
pub fn evaluate(inquiry: &Inquiry<'_>, domain: &str) -> TlsRpt {
    let name = record_name(domain);
    let mut out = TlsRpt { reading: None, is_waiting: false, findings: Vec::new(), suggestions: Vec::new() };
    match Sole::look(inquiry, &name, is_record, read) {
        Sole::Waiting => out.is_waiting = true,
        Sole::Failed(finding) => out.findings.push(finding),
        Sole::Record(reading) => {
            out.findings = reading.remarks.iter().map(|remark| remark.finding(SUBJECT)).collect();
            if reading.rua.iter().any(Destination::is_usable) && out.findings.is_empty() {
                out.findings.push(Finding::new(Severity::Good, SUBJECT, "senders are asked to report about TLS", ""));
            }
            out.suggestions.extend(reading.mended.iter().map(|text| Suggestion::new(name.as_str(), text.clone())));
            out.reading = Some(reading);
        }
        Sole::Nothing(others) => match others.iter().find(|text| begins_like(&text.octets, "tlsrpt")) {
            Some(other) => out.findings.push(mistaken(SUBJECT, other, &name, "v=TLSRPTv1;")),
            None => {
                let says = "no TLS-RPT: when senders cannot deliver under TLS, nobody tells you";
                let next = "publish one before MTA-STS is enforced, or with DANE";
                out.findings.push(Finding::new(Severity::Note, SUBJECT, says, next));
                out.suggestions.push(Suggestion::new(name, format!("v=TLSRPTv1; rua=mailto:tls-reports@{domain}")));
            }
        },
        Sole::Several(records) => {
            out.findings.push(several(SUBJECT, &records, &name, "senders report to none of them"));
        }
    }
    out
}

/// Reads a record, the strings of the TXT record joined.
#[must_use]
pub fn read(octets: &[u8]) -> Reading {
    let list = TagList::read(octets);
    let mut remarks = Remarks::on(octets);
    let rua = list.get("rua").map(|tag| destinations(tag, &SCHEMES)).unwrap_or_default();
    if list.get("rua").is_none() {
        let says = "the record names no destination (rua): no report is sent";
        remarks.say(Severity::Fault, None, says, "write rua=mailto:… or rua=https://…");
    }
    for destination in &rua {
        if let Err(why) = &destination.host {
            let says = format!("no report goes to \"{}\": {}", shown(&destination.uri), why.says());
            let next = "write mailto: and an address, or https:// and a URL; several with commas between them";
            remarks.say_at(Severity::Fault, destination.at.clone(), says, next);
        } else if destination.size.is_some() {
            let says = "a size (!) has no meaning in TLS-RPT: senders take it for a part of the address";
            remarks.say_at(Severity::Fault, destination.at.clone(), says, "leave it out");
        }
    }
    for trouble in &list.troubles {
        let says = format!("{}: strict senders take the record for void", trouble.slip.says());
        let next = "write v=TLSRPTv1; rua=… with one semicolon between them";
        remarks.say_at(Severity::Warning, trouble.at.clone(), says, next);
    }
    for tag in list.tags.iter().filter(|tag| !["v", "rua"].contains(&tag.name)) {
        let (severity, next) = match meant(tag.name, &["rua"]) {
            Some(_) => (Severity::Fault, "write rua, if that is meant"),
            None => (Severity::Note, "leave it out"),
        };
        let says = format!("TLS-RPT has no tag {}: senders pass over it", shown(tag.name));
        remarks.say(severity, Some(tag), says, next);
    }
    let remarks = remarks.worst_first();
    let rows = list.tags.iter().map(|tag| Explained::stated(tag, meaning(tag.name, &rua))).collect();
    let mended = if remarks.is_empty() { None } else { mended(&rua) };
    Reading { octets: octets.to_vec(), rua, rows, remarks, mended }
}

fn meaning(tag: &str, rua: &[Destination]) -> String {
    match tag {
        "v" => "this is a TLS-RPT record of version 1".to_owned(),
        "rua" => {
            let to: Vec<String> = rua.iter().filter(|d| d.is_usable()).map(|d| shown(&d.uri)).collect();
            match to.as_slice() {
                [] => "no destination that can be used".to_owned(),
                to => format!("a report a day, on what went well and what did not, goes to {}", to.join(" and ")),
            }
        }
        _ => "not a tag of TLS-RPT: senders pass over it".to_owned(),
    }
}

/// The record with the destinations that can be used; none when there is none of them.
fn mended(rua: &[Destination]) -> Option<String> {
    let rua = usable(rua)?;
    Some(write(&[("v".to_owned(), "TLSRPTv1".to_owned()), ("rua".to_owned(), rua)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::tagged::zone::{Zone, settle};

    #[test]
    fn records_with_their_faults() {
        for (text, severity, column, part, mended) in [
            // The examples of RFC 8460 §3.1.
            ("v=TLSRPTv1;rua=mailto:reports@example.com", None, None, "", None),
            ("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt", None, None, "", None),
            ("v=TLSRPTv1;", Some(Severity::Fault), None, "names no destination", None),
            (
                "v=TLSRPTv1; rua=a@example.com",
                Some(Severity::Fault),
                Some(17),
                "mailto: is missing",
                Some("v=TLSRPTv1; rua=mailto:a@example.com"),
            ),
            (
                "v=TLSRPTv1; rua=mailto:a@b.example,http://c.example/",
                Some(Severity::Fault),
                Some(36),
                "by http:",
                Some("v=TLSRPTv1; rua=mailto:a@b.example"),
            ),
            (
                "v=TLSRPTv1; rua=mailto:a@b.example!10m",
                Some(Severity::Fault),
                Some(17),
                "no meaning in TLS-RPT",
                Some("v=TLSRPTv1; rua=mailto:a@b.example"),
            ),
            (
                "v=TLSRPTv1; rua=mailto:a@b.example;;",
                Some(Severity::Warning),
                Some(36),
                "nothing stands between",
                Some("v=TLSRPTv1; rua=mailto:a@b.example"),
            ),
            ("v=TLSRPTv1; rau=mailto:a@b.example", Some(Severity::Fault), Some(13), "no tag rau", None),
            (
                "v=TLSRPTv1; rua=mailto:a@b.example; x=1",
                Some(Severity::Note),
                Some(37),
                "no tag x",
                Some("v=TLSRPTv1; rua=mailto:a@b.example"),
            ),
        ] {
            let reading = read(text.as_bytes());
            assert_eq!(reading.mended.as_deref(), mended, "{text}");
            let found = reading.remarks.iter().find(|remark| remark.says.contains(part));
            assert_eq!(found.map(|r| r.severity), severity, "{text}: {:?}", reading.remarks);
            assert_eq!(found.and_then(Remark::column), column, "{text}");
        }
    }

    #[test]
    fn domains() {
        let good = ("_smtp._tls.example.com", "v=TLSRPTv1; rua=mailto:a@example.com");
        for (zone, severity, part) in [
            (&[good][..], Severity::Good, "asked to report"),
            (&[good, good], Severity::Fault, "2 TLS-RPT records"),
            (&[good, ("_smtp._tls.example.com", "other")], Severity::Good, "asked to report"),
            (&[("_smtp._tls.example.com", "v=TLSRPT1; rua=x")], Severity::Fault, "not taken for a record of TLS-RPT"),
            (
                &[("_smtp._tls.example.com", "\"v=TLSRPTv1; rua=x\"")],
                Severity::Fault,
                "not taken for a record of TLS-RPT",
            ),
            // What a wildcard puts there is no record, and no fault.
            (&[("_smtp._tls.example.com", "v=spf1 -all")], Severity::Note, "no TLS-RPT"),
            (&[("_smtp._tls.example.com", "!")], Severity::Fault, "could not tell"),
            (&[], Severity::Note, "no TLS-RPT"),
        ] as [(Zone<'_>, Severity, &str); 8]
        {
            let (said, rounds) = settle(zone, |inquiry| evaluate(inquiry, "example.com"));
            assert_eq!(rounds, [["_smtp._tls.example.com"]]);
            assert_eq!(said.findings.len(), 1, "{zone:?}: {:#?}", said.findings);
            let found = &said.findings[0];
            assert_eq!(found.severity, severity, "{found:?}");
            assert!(found.says.contains(part), "{found:?}");
        }
    }

    #[test]
    fn rows_say_where_reports_go() {
        let rows = read(b"v=TLSRPTv1; rua=mailto:a@b.example,https://c.example/x").rows;
        let told =
            "a report a day, on what went well and what did not, goes to mailto:a@b.example and https://c.example/x";
        assert_eq!(rows[1].meaning, told);
    }
}
