//! A table and what is worth saying as text, for whoever reads it without a screen.

use crate::diagnosis::survey::{Row, branch};
use crate::diagnosis::{Finding, Severity};
use crate::view;

/// The worst of rows and findings together.
pub(super) fn worst(rows: &[Row], findings: &[Finding]) -> Option<Severity> {
    let verdicts = rows.iter().filter_map(|row| row.verdict.as_ref()).map(|(severity, _)| *severity);
    verdicts.chain(findings.iter().map(|finding| finding.severity)).max()
}

/// How the table is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// Only what the records say, or a row a line with tabs between.
    pub(super) short: bool,
    /// The table is that of one question.
    pub(super) is_question: bool,
    /// Each row is followed by all that is known of it.
    pub(super) explain: bool,
    /// Nothing outside ASCII.
    pub(super) ascii: bool,
}

impl Draw {
    /// The table and what is worth saying, without an end of line. Empty when there is nothing.
    pub(super) fn text(&self, rows: &[Row], findings: &[Finding]) -> String {
        let mut out = String::new();
        let column = rows.iter().filter(|row| row.depth == 0).map(|row| row.label.chars().count()).max().unwrap_or(0);
        for (place, row) in rows.iter().enumerate() {
            match (self.short, self.is_question) {
                // The first row of a question tells how it went; the short form has what the records say.
                (true, true) if row.ttl.is_none() => continue,
                (true, true) => {
                    out.push_str(&format!("{}\n", row.text));
                    continue;
                }
                // A row a line, in columns that cut and awk find.
                (true, false) => {
                    let (severity, says) =
                        row.verdict.as_ref().map_or(("", ""), |(severity, says)| (severity.name(), says.as_str()));
                    out.push_str(&format!("{}\t{}\t{severity}\t{says}\n", row.label, row.text));
                    continue;
                }
                (false, _) => {}
            }
            let label = if row.depth == 0 { format!("{:<column$}", row.label) } else { row.label.clone() };
            out.push_str(&format!("{}{label}", branch(rows, place, row.depth, self.ascii)));
            if !row.text.is_empty() {
                out.push_str(&format!("  {}", row.text));
            }
            if let Some(ttl) = row.ttl {
                out.push_str(&format!("  ttl {ttl}"));
            }
            if let Some((severity, says)) = &row.verdict {
                out.push_str(&format!("  {} {says}", self.mark(*severity)));
            }
            out = out.trim_end().to_owned();
            out.push('\n');
            if self.explain {
                // What stands in the row already is not said twice.
                let said = row.verdict.as_ref().map(|(_, says)| says);
                for line in row.detail.iter().filter(|line| Some(*line) != said) {
                    out.push_str(&format!("{}    {line}\n", "  ".repeat(usize::from(row.depth))));
                }
            }
        }
        if !self.short {
            for finding in findings {
                out.push_str(&format!("\n{} {}: {}", self.mark(finding.severity), finding.subject, finding.says));
                if !finding.next.is_empty() {
                    out.push_str(&format!("\n  {} {}", if self.ascii { "->" } else { "→" }, finding.next));
                }
            }
        }
        let out = out.trim_end();
        if self.ascii { view::in_ascii(out) } else { out.to_owned() }
    }

    const fn mark(&self, severity: Severity) -> &'static str {
        if self.ascii { severity.name() } else { severity.mark() }
    }
}
