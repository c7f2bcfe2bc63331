//! What `ehlo dns --json` and `ehlo tls --json` print. The names of the fields stay; new ones may come.

use serde_json::{Value, json};

use crate::diagnosis::Finding;
use crate::diagnosis::dns::{Answer, Record, extended_error_name};
use crate::diagnosis::survey::{Row, dig};
use crate::protocol::visible::visible;

/// All of it: what was asked and of whom, the rows as they are drawn, the findings, and of one question its answer.
pub(super) fn all(asked: &str, resolver: &str, rows: &[Row], findings: &[Finding], answer: Option<&Answer>) -> Value {
    json!({
        "asked": asked,
        "resolver": resolver,
        "answer": answer.map(fields),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// The fields of an answer.
fn fields(answer: &Answer) -> Value {
    let failure = answer.reply.as_ref().err().map(ToString::to_string);
    let response = answer.reply.as_ref().ok();
    let edns = response.and_then(|response| response.edns.as_ref());
    let errors = edns.iter().flat_map(|edns| &edns.errors).map(
        |error| json!({ "code": error.code, "name": extended_error_name(error.code), "text": shown(&error.text) }),
    );
    let section = |records: Option<&Vec<Record>>| records.into_iter().flatten().map(record).collect::<Vec<_>>();
    json!({
        "failure": failure,
        "rcode": response.map(|response| response.rcode_name()),
        "flags": response.map(|response| response.flags.names()),
        "server": answer.server().map(|server| server.to_string()),
        "milliseconds": u64::try_from(answer.took().as_millis()).unwrap_or(u64::MAX),
        "over_tcp": answer.over_tcp(),
        "tries": answer.tries.len(),
        "octets": answer.told_by().map(|told| told.received.len()),
        "extended_errors": errors.collect::<Vec<_>>(),
        "answers": section(response.map(|response| &response.answers)),
        "authority": section(response.map(|response| &response.authority)),
        "additional": section(response.map(|response| &response.additional)),
    })
}

/// JSON escapes less than a terminal obeys.
fn shown(text: &str) -> String {
    visible(text.as_bytes()).into_owned()
}

fn record(record: &Record) -> Value {
    json!({
        "name": shown(&record.name),
        "type": record.value.kind().to_string(),
        "ttl": record.ttl,
        "value": shown(&record.value.to_string()),
    })
}

fn row(row: &Row) -> Value {
    json!({
        "depth": row.depth,
        "label": row.label,
        "text": row.text,
        "ttl": row.ttl,
        "verdict": row.verdict.as_ref().map(|(severity, says)| json!({ "severity": severity.name(), "says": says })),
        "note": row.note,
        "detail": row.detail,
        "connect": row.connect.as_ref().map(|to| json!({
            "host": to.host,
            "address": to.address.map(|ip| ip.to_string()),
            "port": to.port,
            "service": to.service,
        })),
        "dig": row.question.as_ref().map(dig),
        "copy": row.copy,
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.name(),
        "subject": finding.subject,
        "says": finding.says,
        "next": finding.next,
    })
}
