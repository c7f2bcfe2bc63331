//! The table of a survey: one row a record, with what it means.

use std::net::IpAddr;

use super::lookup::Route;
use super::verdict::{self, Remark};
use super::{QUESTIONS, Subject, Survey, family};
use crate::diagnosis::answers::key;
use crate::diagnosis::dns::{Answer, Record, RecordType};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Question;
use crate::protocol::visible::visible;

/// One row of the table. All text is safe to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// 0 for the domain's own records, 1 for what belongs to the row above, 2 below that.
    pub depth: u8,
    /// `MX 10`, `A`, `PTR`, `SPF`, `DMARC`, `SRV _imaps`.
    pub label: String,
    /// What the record says, in full; `…` while the answer is awaited, `none` when there is no such record.
    pub text: String,
    /// Seconds.
    pub ttl: Option<u32>,
    /// What it means, in a few words.
    pub verdict: Option<(Severity, String)>,
    /// For the line of details: the question, the code, flags, time and server of its answer.
    pub note: String,
    /// Where Enter connects.
    pub connect: Option<Connect>,
    /// More for the row in full, line by line: a record tag by tag, octets, a certificate.
    pub detail: Vec<String>,
    /// The question behind it, for whoever wants to ask it with dig.
    pub question: Option<Question>,
    /// What `y` copies, where that is neither the question nor the row: a certificate as text. May have several lines.
    pub copy: Option<String>,
}

/// A place to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// The name, for EHLO's sake and for TLS, or the address as text.
    pub host: String,
    /// The address to use, when it is settled.
    pub address: Option<IpAddr>,
    /// The TCP port.
    pub port: u16,
    /// What an SRV record says is spoken there, whatever the port: `imaps`, `submission`.
    pub service: Option<String>,
}

/// A name from the wire, safe to draw.
pub(in crate::diagnosis) fn shown(name: &str) -> String {
    if name.is_empty() { ".".to_owned() } else { visible(name.as_bytes()).into_owned() }
}

/// The whole table, and what is to say about its rows.
pub(super) fn draw(survey: &Survey) -> (Vec<Row>, Vec<Finding>) {
    let mut table = Table { survey, rows: Vec::new(), findings: Vec::new() };
    match &survey.subject {
        Subject::Address(ip) => {
            let label = family(*ip).name();
            let connect = Connect { host: ip.to_string(), address: Some(*ip), port: 25, service: None };
            table.push(Row {
                label: label.into_owned(),
                text: ip.to_string(),
                connect: Some(connect),
                ..Row::default()
            });
            table.reverse(1, *ip);
        }
        Subject::Domain(domain) => {
            table.mail(domain);
            if let Some(judged) = survey.judged.as_ref().filter(|_| !matches!(survey.route(), Route::NoDomain)) {
                table.policies(domain, judged);
                table.services(domain);
                table.zone(domain);
                table.texts(domain);
            }
        }
    }
    (table.rows, table.findings)
}

pub(super) struct Table<'a> {
    pub(super) survey: &'a Survey,
    rows: Vec<Row>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Table<'a> {
    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The row that counts the records that have none.
    pub(super) fn more(&mut self, label: &str, records: usize, rows: usize) {
        if records > rows {
            self.push(Row { label: label.to_owned(), text: format!("{} more", records - rows), ..Row::default() });
        }
    }

    /// A row with its verdict; `subject`, which may be a name from the wire, is what the finding is about.
    pub(super) fn judge(&mut self, mut row: Row, subject: &str, (severity, says, next): Remark) {
        let finding = Finding::new(severity, shown(subject), format!("{} {}: {says}", row.label, row.text), next);
        row.verdict = Some((severity, says));
        self.push(row);
        self.findings.push(finding);
    }

    pub(super) fn row(
        &self,
        depth: u8,
        label: impl Into<String>,
        text: impl Into<String>,
        name: &str,
        kind: RecordType,
    ) -> Row {
        let note = self.survey.answer(name, kind).map(note).unwrap_or_default();
        let question = Some(self.survey.setting.question(key(name, kind)));
        Row { depth, label: label.into(), text: text.into(), note, question, ..Row::default() }
    }

    /// The row of a question that has no answer, or one that says nothing.
    pub(super) fn open(&mut self, depth: u8, label: &str, name: &str, kind: RecordType) {
        match self.survey.answer(name, kind) {
            None => {
                let full = self.survey.asked.len() >= QUESTIONS;
                let row = self.row(depth, label, "…", name, kind);
                if full && !self.survey.asked.contains(&key(name, kind)) {
                    let says = format!("not asked: a survey has at most {QUESTIONS} questions");
                    self.judge(row, name, (Severity::Note, says, "ask for the name by itself"));
                } else {
                    self.push(row);
                }
            }
            Some(answer) => {
                let text = match &answer.reply {
                    Ok(response) => response.rcode_name(),
                    Err(failure) => visible(failure.to_string().as_bytes()).into_owned(),
                };
                let mut row = self.row(depth, label, text, name, kind);
                row.verdict = Some((Severity::Fault, "no answer".to_owned()));
                self.push(row);
                self.findings.push(verdict::failure(answer));
            }
        }
    }

    pub(super) fn record(
        &self,
        depth: u8,
        label: &str,
        text: &str,
        record: &Record,
        name: &str,
        kind: RecordType,
    ) -> Row {
        Row { ttl: Some(record.ttl), ..self.row(depth, label, text, name, kind) }
    }
}

/// The details of an answer in one line.
pub(in crate::diagnosis) fn note(answer: &Answer) -> String {
    let mut note = format!("{} {}: ", shown(&answer.query.name), answer.query.kind);
    match &answer.reply {
        Err(failure) => note.push_str(&visible(failure.to_string().as_bytes())),
        Ok(response) => {
            note.push_str(&response.rcode_name());
            // That it is a response goes without saying.
            for name in response.flags.names().into_iter().filter(|name| *name != "qr") {
                note.push(' ');
                note.push_str(name);
            }
        }
    }
    note.push_str(&format!(", {} ms", answer.took().as_millis()));
    if let Some(server) = answer.server() {
        note.push_str(&format!(", from {server}"));
    }
    if answer.over_tcp() {
        note.push_str(", truncated over UDP and asked again over TCP");
    }
    note
}

/// `│ ├ `, to be drawn before a row: which of the rows above go on below this one.
#[must_use]
pub fn branch(rows: &[Row], place: usize, depth: u8, ascii: bool) -> String {
    let mut out = String::new();
    for level in 1..=depth {
        let goes_on = rows.iter().skip(place + 1).take_while(|row| row.depth >= level).any(|row| row.depth == level);
        out.push_str(match (level == depth, goes_on, ascii) {
            (true, true, false) => "├ ",
            (true, true, true) => "|-",
            (true, false, false) => "└ ",
            (true, false, true) => "`-",
            (false, true, false) => "│ ",
            (false, true, true) => "| ",
            (false, false, _) => "  ",
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_of_the_tree() {
        let depths = [0, 1, 2, 2, 1, 2, 0];
        let rows: Vec<Row> = depths.iter().map(|depth| Row { depth: *depth, ..Row::default() }).collect();
        let drawn: Vec<String> = rows.iter().enumerate().map(|(n, row)| branch(&rows, n, row.depth, false)).collect();
        assert_eq!(drawn, ["", "├ ", "│ ├ ", "│ └ ", "└ ", "  └ ", ""]);
    }
}
