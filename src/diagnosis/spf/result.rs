//! The result of a check in words: what it does to mail, and what to do about it.

use super::trace::{Evaluation, SpfResult};
use super::{Case, Identity};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::shown;

/// Whose mail is checked.
pub(super) fn whom(case: &Case) -> String {
    match case.identity() {
        Identity::MailFrom => case.sender(),
        Identity::Helo => format!("EHLO {}", case.domain()),
    }
}

/// How much a result matters to whoever sends.
pub(super) const fn severity(result: SpfResult) -> Severity {
    match result {
        SpfResult::Pass => Severity::Good,
        SpfResult::None | SpfResult::Neutral => Severity::Note,
        SpfResult::Softfail | SpfResult::TempError => Severity::Warning,
        SpfResult::Fail | SpfResult::PermError => Severity::Fault,
    }
}

/// What the result does to mail.
pub(super) const fn means(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "the host may send in this name",
        SpfResult::None => "SPF says nothing: receivers go by other signs",
        SpfResult::Neutral => "the domain says nothing about this host",
        SpfResult::Fail => "the host may not send in this name: receivers refuse such mail",
        SpfResult::Softfail => "the host probably may not: receivers suspect such mail",
        SpfResult::TempError => "a question has no answer: receivers put such mail off",
        SpfResult::PermError => "the record cannot be evaluated: receivers refuse such mail, or judge it without SPF",
    }
}

/// The result as a finding.
pub(super) fn found(case: &Case, evaluation: &Evaluation) -> Option<Finding> {
    let verdict = evaluation.verdict()?;
    let result = verdict.result;
    let place = match verdict.column {
        Some(column) => format!("column {column} of the record of {}", shown(&verdict.domain)),
        None => format!("the record of {}", shown(&verdict.domain)),
    };
    let family = if case.ip().is_ipv4() { "ip4" } else { "ip6" };
    let next = match (result, case.identity()) {
        (SpfResult::Pass, _) => String::new(),
        (SpfResult::None, Identity::Helo) => {
            "nothing must be done; a record v=spf1 a -all would protect the name".to_owned()
        }
        (SpfResult::None, _) => "publish a record that names the hosts that send".to_owned(),
        (SpfResult::Neutral | SpfResult::Fail | SpfResult::Softfail, _) => {
            format!("if this host may send, name it before the last term: {family}:{}; decided by {place}", case.ip())
        }
        (SpfResult::TempError, _) => {
            format!("look at the name servers of {}, and check again", shown(&verdict.domain))
        }
        (SpfResult::PermError, _) => format!("mend {place}"),
    };
    let says = format!("SPF of {} for {}: {}: {}", shown(whom(case)), case.ip(), result.name(), shown(&verdict.says));
    Some(Finding::new(severity(result), shown(case.domain()), says, next))
}
