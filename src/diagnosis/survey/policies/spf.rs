//! The row of SPF.

use crate::diagnosis::dns::RecordType;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::{self, Mechanism, Qualifier, Reading};
use crate::diagnosis::survey::explain;
use crate::diagnosis::survey::judged::Judged;
use crate::diagnosis::survey::lookup::Route;
use crate::diagnosis::survey::rows::{Table, shown};
use crate::diagnosis::tagged::Suggestion;

impl Table<'_> {
    pub(super) fn spf(&mut self, domain: &str, judged: &Judged) {
        let outline = &judged.spf;
        let Some(record) = &outline.root.record else {
            let Some((_, says)) = &outline.root.trouble else {
                return self.open(0, "SPF", domain, RecordType::Txt);
            };
            if self.has_failed(domain) {
                return self.open(0, "SPF", domain, RecordType::Txt);
            }
            let mut row = self.row(0, "SPF", self.none(domain, spf::is_record), domain, RecordType::Txt);
            let worst = judged.advice.first().map(|advice| (advice.finding.severity, advice.finding.says.clone()));
            row.verdict = Some(match (worst, self.survey.route()) {
                // A host that is no mail domain is usually asked for to connect there, not to send in its name.
                (Some((_, says)), Route::Implicit) => (Severity::Note, says),
                (Some(worst), _) => worst,
                (None, _) => (Severity::Warning, says.clone()),
            });
            self.push(row);
            self.several(domain, spf::is_record);
            return self.advice(domain, judged);
        };
        let text = shown(&record.text);
        let found = self.find(domain, spf::is_record);
        let mut row = self.text_row(0, "SPF", &text, found, domain);
        row.detail = explain::lines(&record.explained());
        row.detail.push(String::new());
        row.detail.extend(outline.lines().iter().map(|line| format!("{}{}", "  ".repeat(line.depth), line.text)));
        let worst = judged.advice.first().map(|advice| &advice.finding);
        row.verdict = match worst {
            _ if let Some((severity, says)) = outline.permerror() => Some((severity, shown(&says))),
            Some(worst) if worst.severity >= Severity::Warning => Some((worst.severity, worst.says.clone())),
            _ if outline.waiting => None,
            Some(worst) if worst.severity == Severity::Note => {
                Some((Severity::Note, format!("{}; {}", outline.cost(), worst.says)))
            }
            _ => Some((Severity::Good, format!("{}; {}", others(record), outline.cost()))),
        };
        self.push(row);
        self.advice(domain, judged);
    }

    /// What is to say about SPF, and the record mended.
    fn advice(&mut self, domain: &str, judged: &Judged) {
        for advice in &judged.advice {
            let mut finding = advice.finding.clone();
            finding.subject = format!("SPF {}", shown(&finding.subject));
            if let Some(column) = advice.column {
                finding.says.push_str(&format!(" (column {column})"));
            }
            self.findings.push(finding);
        }
        if let Some(text) = judged.advice.iter().find_map(|advice| advice.suggestion.as_ref()) {
            self.mend(&[Suggestion::new(domain, text.clone())]);
        }
    }
}

/// What becomes of senders that nothing in the record is about.
fn others(record: &spf::Record) -> &'static str {
    let last = record.terms.iter().find_map(|term| match &term.reading {
        Ok(Reading::Directive(qualifier, Mechanism::All)) => Some(*qualifier),
        _ => None,
    });
    match last {
        Some(Qualifier::Fail) => "all other senders fail",
        Some(Qualifier::Softfail) => "all other senders are suspect",
        Some(Qualifier::Pass) => "all other senders pass",
        Some(Qualifier::Neutral) => "nothing is said of other senders",
        None if record.terms.iter().any(|term| matches!(term.reading, Ok(Reading::Redirect(_)))) => {
            "the rest is said elsewhere (redirect=)"
        }
        None => "nothing is said of other senders",
    }
}
