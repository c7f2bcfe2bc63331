//! A record explained, tag by tag or field by field, where its type or its text tells what it is.

use crate::diagnosis::caa::Caa;
use crate::diagnosis::dns::{Record, Value};
use crate::diagnosis::tagged::Explained;
use crate::diagnosis::tlsa::Tlsa;
use crate::diagnosis::{bimi, dkim, dmarc, mta_sts, spf, tls_rpt};

/// What a record means, line by line; nothing where it speaks for itself.
pub(super) fn record(record: &Record) -> Vec<String> {
    match &record.value {
        Value::Txt(strings) => text(&record.name, &strings.concat()),
        Value::Tlsa { .. } => tlsa(record)
            .map(|own| own.rows().iter().map(|(what, value, meaning)| format!("{what} {value}: {meaning}")).collect())
            .unwrap_or_default(),
        Value::Caa { .. } => caa(record).map(|own| vec![own.explained().meaning]).unwrap_or_default(),
        Value::Soa { primary, mailbox, refresh, retry, expire, minimum, .. } => vec![
            format!("primary  {}", super::shown(primary)),
            format!("mailbox  {} (the first dot stands for @)", super::shown(mailbox)),
            format!("refresh  {refresh} s between a secondary's looks at the serial"),
            format!("retry    {retry} s after a look that failed"),
            format!("expire   {expire} s until a secondary that cannot look stops answering"),
            format!("minimum  {minimum} s that \"there is none\" may be kept (RFC 2308)"),
        ],
        _ => Vec::new(),
    }
}

/// The policies that live in TXT records.
fn text(name: &str, octets: &[u8]) -> Vec<String> {
    let is_key = || name.to_ascii_lowercase().contains("._domainkey.");
    if spf::is_record(octets) {
        lines(&spf::Record::read(octets).explained())
    } else if dmarc::is_record(octets) {
        lines(&dmarc::read(octets).rows)
    } else if mta_sts::is_record(octets) {
        lines(&mta_sts::read(octets).rows)
    } else if tls_rpt::is_record(octets) {
        lines(&tls_rpt::read(octets).rows)
    } else if octets.starts_with(b"v=BIMI1") {
        lines(&bimi::read(octets).rows)
    } else if octets.starts_with(b"v=DKIM1") || is_key() {
        lines(&dkim::read_key(octets).rows)
    } else {
        Vec::new()
    }
}

/// A TLSA record as its room reads it.
pub(super) fn tlsa(record: &Record) -> Option<Tlsa> {
    let Value::Tlsa { usage, selector, matching, data } = &record.value else { return None };
    Some(Tlsa { usage: *usage, selector: *selector, matching: *matching, data: data.clone() })
}

/// A CAA record as its room reads it.
pub(super) fn caa(record: &Record) -> Option<Caa> {
    let Value::Caa { flags, tag, value } = &record.value else { return None };
    Some(Caa { flags: *flags, tag: tag.clone(), value: value.clone() })
}

/// A record tag by tag: what stands in it, and in parentheses what holds by default.
pub(super) fn lines(rows: &[Explained]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let value = if row.is_default() { format!("({})", row.value) } else { row.value.clone() };
            format!("{:<8} {value}  {}", row.tag, row.meaning)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_by_what_they_are() {
        let txt = |name: &str, text: &str| Record {
            name: name.to_owned(),
            ttl: 1,
            value: Value::Txt(vec![text.as_bytes().to_vec()]),
        };
        for (found, part) in [
            (txt("x.org", "v=spf1 -all"), "every client"),
            (txt("_dmarc.x.org", "v=DMARC1; p=reject"), "p        reject"),
            (txt("_mta-sts.x.org", "v=STSv1; id=1;"), "id"),
            (txt("_smtp._tls.x.org", "v=TLSRPTv1; rua=mailto:a@x.org"), "rua"),
            (txt("default._bimi.x.org", "v=BIMI1; l=https://x.org/a.svg"), "l "),
            (txt("s._domainkey.x.org", "k=rsa; p="), "revoked"),
            (
                Record {
                    name: "_25._tcp.mx.x.org".to_owned(),
                    ttl: 1,
                    value: Value::Tlsa { usage: 3, selector: 1, matching: 1, data: vec![0; 32] },
                },
                "DANE-EE",
            ),
        ] {
            let lines = record(&found);
            assert!(lines.iter().any(|line| line.contains(part)), "{found:?}: {lines:#?}");
        }
        assert_eq!(record(&txt("x.org", "hello")), Vec::<String>::new());
    }
}
