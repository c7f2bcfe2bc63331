//! What came out of a test, as rows and a finding.

use super::Test;
use crate::diagnosis::certificate;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::{Reply, Seen, Stage, Talked};
use crate::diagnosis::survey::Row;

/// What came out of a test.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) severity: Severity,
    /// What the server did, in one sentence without a full stop.
    pub(super) says: String,
    /// What that means: who could do what.
    pub(super) means: &'static str,
    /// How it is mended.
    pub(super) mend: &'static str,
    /// Where it is written.
    pub(super) reference: &'static str,
    /// What was tried, in short.
    pub(super) tried: String,
    /// Parts of the test with their own verdicts.
    pub(super) parts: Vec<Part>,
    /// What was said, line by line.
    pub(super) said: Vec<String>,
}

/// One form that was tried.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) tried: String,
    pub(super) severity: Severity,
    pub(super) says: String,
}

impl Outcome {
    pub(super) fn new(severity: Severity, says: impl Into<String>) -> Self {
        Self {
            severity,
            says: says.into(),
            means: "",
            mend: "",
            reference: "",
            tried: String::new(),
            parts: Vec::new(),
            said: Vec::new(),
        }
    }

    pub(super) fn not_tested(why: &str) -> Self {
        Self::new(Severity::Note, format!("not tested: {why}"))
    }

    /// The same, with what was said in these talks.
    pub(super) fn from(self, tried: impl Into<String>, talked: &[Talked]) -> Self {
        let mut said = Vec::new();
        for (number, talk) in talked.iter().enumerate() {
            if talked.len() > 1 {
                said.push(format!("connection {}", number + 1));
            }
            said.extend(talk.seen.said.iter().cloned());
        }
        Self { tried: tried.into(), said, ..self }
    }

    pub(super) fn draw(self, test: Test, rows: &mut Vec<Row>, findings: &mut Vec<Finding>) {
        let mut detail = Vec::new();
        if self.severity >= Severity::Warning {
            detail.extend([self.means, self.mend].into_iter().filter(|line| !line.is_empty()).map(str::to_owned));
            let next = if self.mend.is_empty() { self.means } else { self.mend };
            let next = if self.reference.is_empty() { next.to_owned() } else { format!("{next} ({})", self.reference) };
            let says = format!("{}: {}", self.says, self.means).trim_end_matches([':', ' ']).to_owned();
            findings.push(Finding::new(self.severity, test.label(), says, next));
        }
        if !self.reference.is_empty() {
            detail.push(self.reference.to_owned());
        }
        detail.extend(self.said);
        rows.push(Row {
            label: test.label().to_owned(),
            text: self.tried,
            verdict: Some((self.severity, self.says)),
            detail,
            ..Row::default()
        });
        rows.extend(self.parts.into_iter().map(|part| Row {
            depth: 1,
            label: part.tried,
            verdict: Some((part.severity, part.says)),
            ..Row::default()
        }));
    }
}

/// The row of the server: who answered, and how it greeted.
pub(super) fn server(seen: &Seen) -> Row {
    let remote = seen.remote.map(|remote| format!("{remote} ")).unwrap_or_default();
    let verdict = match (&seen.failure, &seen.tls) {
        (Some(failure), _) if failure.stage <= Stage::Capabilities => Some((Severity::Fault, failure.says.clone())),
        (Some(failure), _) => Some((Severity::Note, failure.says.clone())),
        (None, Some(report)) => Some((Severity::Note, certificate::summary(report))),
        (None, None) => None,
    };
    Row {
        label: "server".to_owned(),
        text: format!("{remote}{}", seen.greeting),
        verdict,
        detail: seen.said.clone(),
        ..Row::default()
    }
}

/// The words of a reply, in quotation marks; or that there was none.
pub(super) fn quote(reply: Option<&Reply>) -> String {
    reply.map_or_else(|| "no answer".to_owned(), |reply| format!("\"{}\"", reply.quote()))
}

/// Why a talk did not come to its steps, or not to the end of them.
pub(super) fn broken(talked: &Talked) -> Option<String> {
    let failure = talked.seen.failure.as_ref().map(|failure| failure.says.clone());
    failure.or_else(|| talked.ended.clone())
}
