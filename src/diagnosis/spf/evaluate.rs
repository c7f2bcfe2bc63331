//! `check_host()` (RFC 7208 §4): from a client and a sender to a result.
//!
//! An evaluation is run from its start each time an answer has come. At a term whose answer is missing the result is
//! open; the terms behind it are run all the same, ahead of time and only for the sake of their questions, under the
//! same limits and up to the term that would end the check. What they did is then thrown away.

use super::case::Case;
use super::explain;
use super::macro_string::MacroString;
use super::record::Record;
use super::select::{Selected, select};
use super::term::{Mechanism, Qualifier, Reading};
use super::trace::{Check, Evaluation, LOOKUPS, Lookup, Spent, SpfResult, Step, StepOutcome, VOIDS, Verdict};
use crate::diagnosis::answers::Inquiry;

/// Evaluates. The result is open as long as the inquiry has open questions that it depends on.
#[must_use]
pub fn evaluate(case: &Case, inquiry: &Inquiry<'_>) -> Evaluation {
    let mut run = Run { case, inquiry, spent: Spent::default(), open: None };
    let check = run.check(case.domain());
    let spent = run.open.unwrap_or(run.spent);
    let explanation = explain::explanation(&mut run, &check);
    Evaluation { identity: case.identity(), check, spent, explanation }
}

/// An evaluation on its way.
pub(super) struct Run<'r, 'a> {
    pub(super) case: &'r Case,
    pub(super) inquiry: &'r Inquiry<'a>,
    pub(super) spent: Spent,
    /// What was spent when the first open question came up. All that is run from then on is run ahead of time.
    pub(super) open: Option<Spent>,
}

/// How it goes on behind a term.
pub(super) enum Next {
    /// With the next term.
    On,
    /// Nobody knows yet.
    Waiting,
    /// Not at all: this is the result.
    End(SpfResult, String),
    /// Not at all: this is the verdict of another record, which decides here too.
    Inherit(Verdict),
}

impl Run<'_, '_> {
    /// Evaluates the record of a domain. Recursion ends by the limit of look-ups: each level costs one.
    fn check(&mut self, domain: &str) -> Check {
        let mut check = Check { domain: domain.to_owned(), record: None, steps: Vec::new(), verdict: None };
        let record = match select(self.inquiry, domain) {
            Selected::Waiting => return check,
            Selected::Record(record) => record,
            Selected::Other(result, says) => {
                check.verdict = Some(Verdict { result, says, domain: domain.to_owned(), column: None });
                return check;
            }
        };
        check.record = Some(record.text.clone());
        check.steps = record.terms.iter().map(|term| Step::new(&record, term, self.spent)).collect();
        if let Some((_, fault)) = record.fault() {
            check.verdict = Some(Verdict {
                result: SpfResult::PermError,
                says: fault.says.clone(),
                domain: domain.to_owned(),
                column: Some(fault.column),
            });
            return check;
        }
        check.verdict = self.terms(domain, &record, &mut check.steps);
        check
    }

    /// Runs the terms, fills in their steps, and says what came of it.
    fn terms(&mut self, domain: &str, record: &Record, steps: &mut [Step]) -> Option<Verdict> {
        let mut waiting = false;
        let mut ended = None;
        let redirect = record.redirect().filter(|_| record.all().is_none()).map(|(term, _)| term);
        let last = record.terms.iter().zip(0..).find(|(term, _)| Some(*term) == redirect);
        let order = record.terms.iter().zip(0..).filter(|(term, _)| matches!(term.reading, Ok(Reading::Directive(..))));
        for (term, index) in order.chain(last) {
            let ahead = self.open.is_some();
            let mut step = Step::new(record, term, self.spent);
            let next = match &term.reading {
                Ok(Reading::Directive(sign, mechanism)) => self.directive(domain, *sign, mechanism, &mut step),
                Ok(Reading::Redirect(target)) => self.redirect(domain, target, &mut step),
                _ => Next::On,
            };
            step.close(&next, self.spent);
            match next {
                Next::On => {}
                Next::Waiting => {
                    self.open.get_or_insert(self.spent);
                    waiting = true;
                }
                Next::End(result, says) => {
                    ended = Some(Verdict { result, says, domain: domain.to_owned(), column: Some(term.column) });
                }
                Next::Inherit(verdict) => {
                    if last.is_some_and(|(last, _)| last == term) {
                        step.outcome = StepOutcome::Redirected;
                    }
                    ended = Some(verdict);
                }
            }
            if !ahead && let Some(place) = steps.get_mut(index) {
                *place = step;
            }
            if ended.is_some() {
                break;
            }
        }
        if waiting {
            return None;
        }
        Some(ended.unwrap_or_else(|| Verdict {
            result: SpfResult::Neutral,
            says: format!("no term of the record of {domain} matches"),
            domain: domain.to_owned(),
            column: None,
        }))
    }

    fn directive(&mut self, domain: &str, sign: Qualifier, mechanism: &Mechanism, step: &mut Step) -> Next {
        if mechanism.looks_up()
            && let Some(end) = self.charge()
        {
            return end;
        }
        let (matches, because) = match mechanism {
            Mechanism::Include(target) => return self.include(domain, sign, target, step),
            mechanism => match self.mechanism(domain, mechanism, step) {
                Ok(found) => found,
                Err(next) => return next,
            },
        };
        if let Some(end) = self.charge_void(step) {
            return end;
        }
        if !matches {
            step.says = because;
            return Next::On;
        }
        Next::End(sign.into(), because)
    }

    /// `include` (RFC 7208 §5.2).
    fn include(&mut self, domain: &str, sign: Qualifier, target: &MacroString, step: &mut Step) -> Next {
        let inner = match self.other(domain, target, step) {
            Ok(inner) => inner,
            Err(next) => return next,
        };
        match inner.result {
            SpfResult::Pass => Next::End(sign.into(), format!("the included record passes: {}", inner.says)),
            SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral => {
                step.says = format!("the included record says {}", inner.result.name());
                Next::On
            }
            SpfResult::TempError | SpfResult::PermError => Next::Inherit(inner),
            SpfResult::None => Next::End(SpfResult::PermError, format!("nothing can be included: {}", inner.says)),
        }
    }

    /// `redirect` (RFC 7208 §6.1).
    fn redirect(&mut self, domain: &str, target: &MacroString, step: &mut Step) -> Next {
        if let Some(end) = self.charge() {
            return end;
        }
        match self.other(domain, target, step) {
            Ok(inner) if inner.result == SpfResult::None => {
                Next::End(SpfResult::PermError, format!("the redirection leads nowhere: {}", inner.says))
            }
            Ok(inner) => Next::Inherit(inner),
            Err(next) => next,
        }
    }

    /// The verdict of the record that `include` or `redirect` names.
    fn other(&mut self, domain: &str, target: &MacroString, step: &mut Step) -> Result<Verdict, Next> {
        let name = match self.target(domain, Some(target), step)? {
            Ok(name) => name,
            // What cannot be asked for is as good as a domain without a record (RFC 7208 §4.3).
            Err(why) => {
                return Ok(Verdict { result: SpfResult::None, says: why, domain: domain.to_owned(), column: None });
            }
        };
        let check = self.check(&name);
        let verdict = check.verdict.clone();
        step.check = Some(Box::new(check));
        verdict.ok_or(Next::Waiting)
    }

    /// Counts a term that looks something up.
    fn charge(&mut self) -> Option<Next> {
        self.spent.lookups += 1;
        (self.spent.lookups > LOOKUPS).then(|| {
            let says = format!("this is the {}th term that looks something up, and at most {LOOKUPS} may", LOOKUPS + 1);
            Next::End(SpfResult::PermError, says)
        })
    }

    /// Counts a term once one of its look-ups was void.
    fn charge_void(&mut self, step: &Step) -> Option<Next> {
        if !step.lookups.iter().any(Lookup::is_void) {
            return None;
        }
        self.spent.voids += 1;
        (self.spent.voids > VOIDS).then(|| {
            let says = format!("more than {VOIDS} terms look up what does not exist");
            Next::End(SpfResult::PermError, says)
        })
    }
}
