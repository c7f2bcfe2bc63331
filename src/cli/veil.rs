//! `--privacy` of what is printed without a screen: the same pseudonyms as the privacy key shows.

use serde_json::Value;

use crate::app::options::Options;
use crate::app::privacy::{NOTE, Privacy};
use crate::diagnosis::Finding;
use crate::diagnosis::survey::Row;
use crate::protocol::endpoint::{Host, Target, parse_target};

/// What stands in the place of originals, if they are to be hidden. `line` is what was asked: the first word that may be
/// a server is a host, whatever it looks like.
pub(super) fn privacy(on: bool, options: &Options, line: &[String]) -> Privacy {
    let mut privacy = Privacy::default();
    privacy.on = on;
    privacy.know(&options.ehlo_name);
    options.sni.iter().for_each(|name| privacy.know_domain(name));
    let mut words = line.iter().filter(|word| !word.starts_with(['@', '+', '-']));
    let first = words.next().map(|word| parse_target(&[word.as_str()]));
    match first {
        Some(Ok(Target::Endpoint(endpoint))) => match endpoint.host {
            Host::Name(name) => privacy.know(&name),
            Host::Ip(_) => {}
        },
        Some(Ok(Target::Domain(domain) | Target::Address { domain, .. })) => privacy.know_domain(&domain),
        _ => {}
    }
    if let Some(domain) = words.skip_while(|word| *word != "for").nth(1) {
        privacy.know_domain(domain);
    }
    privacy
}

/// The rows and findings as they may be seen, so that columns are measured by what is printed.
pub(super) fn table(privacy: &Privacy, rows: &mut [Row], findings: &mut [Finding]) {
    if !privacy.on {
        return;
    }
    let veil = |text: &mut String| *text = privacy.veil(text).into_owned();
    for to in rows.iter().filter_map(|row| row.connect.as_ref()) {
        privacy.know(&to.host);
    }
    for row in rows {
        veil(&mut row.label);
        veil(&mut row.text);
        row.verdict.iter_mut().for_each(|(_, says)| veil(says));
        row.detail.iter_mut().for_each(veil);
    }
    for finding in findings {
        veil(&mut finding.subject);
        veil(&mut finding.says);
        veil(&mut finding.next);
    }
}

/// A table as text, behind the line that says what its names are. In a short one each line is a record.
pub(super) fn text(privacy: &Privacy, short: bool, table: String) -> String {
    if privacy.on && !short && !table.is_empty() { format!("{NOTE}\n\n{table}") } else { table }
}

/// Every string of a value as it may be seen, with the same line as a field of its own.
pub(super) fn json(privacy: &Privacy, mut value: Value) -> Value {
    if !privacy.on {
        return value;
    }
    strings(privacy, &mut value);
    if let Value::Object(fields) = &mut value {
        fields.insert("privacy".to_owned(), NOTE.into());
    }
    value
}

/// Names of fields are ours. The depth is that of what we made ourselves.
fn strings(privacy: &Privacy, value: &mut Value) {
    match value {
        Value::String(text) => *text = privacy.veil(text).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| strings(privacy, value)),
        Value::Object(fields) => fields.values_mut().for_each(|value| strings(privacy, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
