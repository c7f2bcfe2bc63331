//! The trees of SPF as rows: the result first, then each record with its terms, and below a term what was looked up.

use super::lines::{answer, look_ups, outcome, words};
use super::outline::{Branch, Note, Outline, Twig};
use super::result::{found, means, severity, whom};
use super::trace::{
    Check, Evaluation, Explanation, Found, LOOKUPS, Lookup, Spent, SpfResult, Step, StepOutcome, VOIDS,
};
use super::{Advice, Case};
use crate::diagnosis::dns::{Record, RecordType, Value};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Asking;
use crate::diagnosis::survey::{Row, note};
use crate::diagnosis::tagged::shown;
use crate::protocol::visible::visible;

/// Terms of one record that have a row, besides those that decided something; a hostile record has thousands.
const TERMS: usize = 100;
/// Rows of one table.
const ROWS: usize = 2000;

/// What a check of a sender came to.
pub(super) fn checked(
    asking: &Asking,
    evaluations: &[(Case, Evaluation)],
    advice: &[Advice],
) -> (Vec<Row>, Vec<Finding>) {
    let mut table = Table { asking, rows: Vec::new(), void: Severity::Warning };
    let mut findings = Vec::new();
    for (case, evaluation) in evaluations {
        table.result(case, evaluation);
        findings.extend(found(case, evaluation));
    }
    for (_, evaluation) in evaluations {
        table.check(0, &evaluation.check);
    }
    table.close(advice, &mut findings);
    (table.rows, findings)
}

/// The tree of a domain.
pub(super) fn outlined(asking: &Asking, outline: &Outline, advice: &[Advice]) -> (Vec<Row>, Vec<Finding>) {
    let void = if outline.voids.v4.min(outline.voids.v6) > VOIDS { Severity::Fault } else { Severity::Warning };
    let mut table = Table { asking, rows: Vec::new(), void };
    let mut findings = Vec::new();
    table.branch(0, &outline.root);
    if let Some(root) = table.rows.first_mut().filter(|_| outline.root.record.is_some()) {
        let fault = advice.iter().map(|advice| &advice.finding).find(|finding| finding.severity == Severity::Fault);
        root.verdict = outline
            .permerror()
            .map(|(severity, says)| (severity, shown(says)))
            .or_else(|| fault.map(|finding| (Severity::Fault, finding.says.clone())))
            .or_else(|| Some((Severity::Good, outline.cost())).filter(|_| !outline.waiting));
    }
    table.close(advice, &mut findings);
    (table.rows, findings)
}

struct Table<'a> {
    asking: &'a Asking,
    rows: Vec<Row>,
    /// How much a void look-up matters: a few are borne.
    void: Severity,
}

impl Table<'_> {
    fn push(&mut self, row: Row) {
        if self.rows.len() < ROWS {
            self.rows.push(row);
        }
    }

    /// A row about a question, with its answer's way.
    fn asked(&self, depth: u8, label: &str, text: String, name: &str, kind: RecordType) -> Row {
        Row {
            depth,
            label: label.to_owned(),
            text,
            note: self.asking.answers().get(name, kind).map(note).unwrap_or_default(),
            question: Some(self.asking.question(name, kind)),
            ..Row::default()
        }
    }

    fn result(&mut self, case: &Case, evaluation: &Evaluation) {
        let who = shown(whom(case));
        let mut row = match evaluation.verdict() {
            None => Row { text: format!("{who} from {}: …", case.ip()), ..Row::default() },
            Some(verdict) => Row {
                text: format!("{} for {who} from {}", verdict.result.name(), case.ip()),
                verdict: Some((severity(verdict.result), means(verdict.result).to_owned())),
                detail: vec![shown(&verdict.says)],
                ..Row::default()
            },
        };
        row.label = "SPF".to_owned();
        self.push(row);
        if let Some(verdict) = evaluation.verdict() {
            self.push(Row { depth: 1, label: "why".to_owned(), text: shown(&verdict.says), ..Row::default() });
        }
        self.push(cost(evaluation.spent));
        let (text, verdict) = match &evaluation.explanation {
            Explanation::None => return,
            Explanation::Waiting => ("…".to_owned(), None),
            Explanation::Text(text) => (shown(text), Some((Severity::Note, "in the words of the domain".to_owned()))),
            Explanation::Unusable(why) => (shown(why), Some((Severity::Warning, "left out".to_owned()))),
        };
        self.push(Row { depth: 1, label: "exp".to_owned(), text, verdict, ..Row::default() });
    }

    /// The row of a record, or of what stands in its place.
    fn record(&self, depth: u8, domain: &str, record: Option<&str>, trouble: Option<(SpfResult, &str)>) -> Row {
        let label = format!("TXT {}", shown(domain));
        let text = match (record, trouble) {
            (Some(text), _) => visible(text.as_bytes()).into_owned(),
            (None, Some((_, says))) => shown(says),
            (None, None) => "…".to_owned(),
        };
        let mut row = self.asked(depth, &label, text, domain, RecordType::Txt);
        row.ttl = self.ttl(domain, RecordType::Txt);
        if let (None, Some((result, _))) = (record, trouble) {
            row.verdict = Some((severity(result), result.name().to_owned()));
        }
        row
    }

    fn ttl(&self, name: &str, kind: RecordType) -> Option<u32> {
        let response = self.asking.answers().get(name, kind)?.reply.as_ref().ok()?;
        let wanted = |record: &&Record| {
            let is_spf = match &record.value {
                Value::Txt(strings) => super::is_record(&strings.concat()),
                _ => true,
            };
            record.value.kind() == kind && is_spf
        };
        response.answers.iter().filter(wanted).map(|record| record.ttl).min()
    }

    /// The records of a domain that has more than one, which receivers cannot choose from.
    fn several(&mut self, depth: u8, domain: &str) {
        let name = super::name::asked(domain);
        let answers = self.asking.answers();
        let Some(Ok(response)) = answers.get(&name, RecordType::Txt).map(|answer| &answer.reply) else { return };
        let texts = response.answers.iter().filter_map(|record| match &record.value {
            Value::Txt(strings) => Some((record.ttl, strings.concat())).filter(|(_, text)| super::is_record(text)),
            _ => None,
        });
        let all: Vec<_> = texts.collect();
        for (ttl, text) in all.iter().take(TERMS) {
            let row = self.asked(depth, "TXT", visible(text).into_owned(), &name, RecordType::Txt);
            self.push(Row { ttl: Some(*ttl), ..row });
        }
        self.more(depth, all.len().saturating_sub(TERMS));
    }

    fn check(&mut self, depth: u8, check: &Check) {
        let trouble = check.verdict.as_ref().map(|verdict| (verdict.result, verdict.says.as_str()));
        let mut row = self.record(depth, &check.domain, check.record.as_deref(), trouble);
        if let (Some(_), Some(verdict)) = (&check.record, &check.verdict) {
            row.verdict = Some((severity(verdict.result), verdict.result.name().to_owned()));
            row.detail = vec![shown(&verdict.says)];
        }
        self.push(row);
        if let (None, Some((SpfResult::PermError, _))) = (&check.record, trouble) {
            self.several(depth.saturating_add(1), &check.domain);
        }
        let decided = |step: &Step| {
            !matches!(step.outcome, StepOutcome::NotReached | StepOutcome::NoMatch | StepOutcome::Modifier)
        };
        let mut left_out = 0;
        for (place, step) in check.steps.iter().enumerate() {
            if place < TERMS || decided(step) {
                self.step(depth.saturating_add(1), step);
            } else {
                left_out += 1;
            }
        }
        self.more(depth.saturating_add(1), left_out);
    }

    fn more(&mut self, depth: u8, terms: usize) {
        if terms > 0 {
            self.push(Row { depth, label: "term".to_owned(), text: format!("{terms} more"), ..Row::default() });
        }
    }

    fn step(&mut self, depth: u8, step: &Step) {
        let text = match (step.says.as_str(), step.outcome) {
            (_, StepOutcome::Waiting) => "…".to_owned(),
            ("", _) => outcome(step.outcome),
            (says, StepOutcome::Match(_) | StepOutcome::Error(_)) => shown(says),
            (says, _) => format!("{}: {}", outcome(step.outcome), shown(says)),
        };
        let verdict = match step.outcome {
            StepOutcome::Match(result) | StepOutcome::Error(result) => Some((severity(result), outcome(step.outcome))),
            _ => None,
        };
        let mut detail = vec![format!("column {} of the record", step.column)];
        detail
            .extend(step.expanded.iter().map(|found| format!("{} is {}", shown(&found.written), shown(&found.value))));
        detail.extend(step.target.iter().map(|target| format!("about {}", shown(target))));
        if step.check.is_some() || !step.lookups.is_empty() {
            detail.push(format!("by then {}", spent(step.spent)));
        }
        self.push(Row { depth, label: shown(&step.term), text, verdict, detail, ..Row::default() });
        for lookup in &step.lookups {
            self.lookup(depth.saturating_add(1), lookup);
        }
        if let Some(below) = &step.check {
            self.check(depth.saturating_add(1), below);
        }
    }

    fn lookup(&mut self, depth: u8, lookup: &Lookup) {
        let said = match &lookup.found {
            Found::Waiting => "…".to_owned(),
            found => shown(answer(found)),
        };
        let text = format!("{} {said}", shown(&lookup.name));
        let mut row = self.asked(depth, &lookup.kind.name(), text, &lookup.name, lookup.kind);
        row.ttl = self.ttl(&lookup.name, lookup.kind);
        row.verdict = match &lookup.found {
            Found::Void { .. } => Some((Severity::Note, "counts as void".to_owned())),
            Found::Failed(_) => Some((Severity::Warning, "no answer".to_owned())),
            Found::Waiting | Found::Records(..) => None,
        };
        self.push(row);
    }

    fn branch(&mut self, depth: u8, branch: &Branch) {
        let trouble = branch.trouble.as_ref().map(|(result, says)| (*result, says.as_str()));
        let record = branch.record.as_ref().map(|record| record.text.as_str());
        let row = self.record(depth, &branch.domain, record, trouble);
        self.push(row);
        if let Some((SpfResult::PermError, _)) = branch.trouble {
            self.several(depth.saturating_add(1), &branch.domain);
        }
        for twig in branch.twigs.iter().take(TERMS) {
            self.twig(depth.saturating_add(1), twig);
        }
        self.more(depth.saturating_add(1), branch.twigs.len().saturating_sub(TERMS));
    }

    fn twig(&mut self, depth: u8, twig: &Twig) {
        let text = if twig.lookups == 0 { String::new() } else { look_ups(twig.lookups) };
        let note = twig.note.as_ref().filter(|note| **note != Note::Waiting);
        let note = note.map(|note| (weight(note, self.void), shown(words(note))));
        let verdict = twig.permerror().map(|says| (Severity::Fault, format!("permerror: {}", shown(says)))).or(note);
        let mut detail = vec![format!("column {} of the record", twig.column)];
        detail.extend(twig.target.iter().map(|target| format!("about {}", shown(target))));
        self.push(Row { depth, label: shown(&twig.term), text, verdict, detail, ..Row::default() });
        if let Some(below) = &twig.branch {
            self.branch(depth.saturating_add(1), below);
        }
    }

    /// Advice as findings, and the records to publish.
    fn close(&mut self, advice: &[Advice], findings: &mut Vec<Finding>) {
        findings.extend(advice.iter().map(|advice| {
            let mut finding = advice.finding.clone();
            finding.subject = format!("SPF {}", shown(&finding.subject));
            if let Some(column) = advice.column {
                finding.says.push_str(&format!(" (column {column})"));
            }
            finding
        }));
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let mut known: Vec<&str> = Vec::new();
        for text in advice.iter().filter_map(|advice| advice.suggestion.as_deref()) {
            if !known.contains(&text) {
                known.push(text);
                let verdict = Some((Severity::Note, "the record to publish in its place".to_owned()));
                let label = "mend".to_owned();
                self.rows.push(Row { label, text: whole(text), verdict, ..Row::default() });
            }
        }
        if let Some(most) = self.asking.limit() {
            let says = format!("not everything was looked up: there are at most {most} questions");
            findings.push(Finding::new(Severity::Note, "SPF", says, "ask for one of the included records by itself"));
        }
    }
}

/// A record that is to be copied is shown to its end.
fn whole(text: &str) -> String {
    crate::protocol::visible::visible(text.as_bytes()).into_owned()
}

fn cost(spent_in_all: Spent) -> Row {
    Row { depth: 1, label: "cost".to_owned(), text: spent(spent_in_all), ..Row::default() }
}

fn spent(spent: Spent) -> String {
    format!("{} of {LOOKUPS} look-ups, {} of {VOIDS} void", spent.lookups, spent.voids)
}

/// How much it matters what is special about a term; `void`: how much one does that is void for everybody.
const fn weight(note: &Note, void: Severity) -> Severity {
    match note {
        Note::Loop | Note::TooManyExchanges(_) | Note::Unreadable(_) | Note::PastLimit => Severity::Fault,
        Note::NoExchange | Note::Void { v4: true, v6: true } => void,
        Note::Ignored | Note::NoName(_) | Note::Failed(_) => Severity::Warning,
        Note::DependsOnSender | Note::NotOpened | Note::Void { .. } | Note::Waiting => Severity::Note,
    }
}
