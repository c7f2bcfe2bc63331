//! The explanation of a fail: `exp` (RFC 7208 §6.2).

use super::evaluate::Run;
use super::macro_string::{MacroString, Place};
use super::macros::{Expansion, expand};
use super::name::{asked, target};
use super::record::Record;
use super::select::{failure, texts};
use super::trace::{Check, Explanation, SpfResult, StepOutcome};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::RecordType;

/// Characters of an explanation that are kept; it is meant for a reply to SMTP.
const LONGEST: usize = 1000;

/// What the domain that failed the sender says about it. Its look-ups are not counted.
pub(super) fn explanation(run: &mut Run<'_, '_>, check: &Check) -> Explanation {
    if check.verdict.as_ref().is_none_or(|verdict| verdict.result != SpfResult::Fail) {
        return Explanation::None;
    }
    // A redirection takes the other record's explanation, and an include never does.
    let mut last = check;
    while let Some(next) = last.steps.iter().find(|step| step.outcome == StepOutcome::Redirected) {
        let Some(next) = next.check.as_deref() else { break };
        last = next;
    }
    let record = last.record.as_deref().map(|text| Record::read(text.as_bytes()));
    let Some(spec) = record.as_ref().and_then(Record::explanation) else { return Explanation::None };
    explain(run, &last.domain, spec).unwrap_or_else(|other| other)
}

fn explain(run: &mut Run<'_, '_>, domain: &str, spec: &MacroString) -> Result<Explanation, Explanation> {
    let unusable = |why: &str| Err(Explanation::Unusable(why.to_owned()));
    let name = expanded(run, Place::DomainSpec, domain, spec)?;
    let name = target(&name).map_err(|why| Explanation::Unusable(format!("\"{name}\" cannot be looked up: {why}")))?;
    let name = asked(&name);
    let found = match run.inquiry.ask(&name, RecordType::Txt) {
        Outcome::Waiting => return Err(Explanation::Waiting),
        Outcome::Failed => return unusable(&failure(run.inquiry, &name, RecordType::Txt)),
        Outcome::Nothing { .. } => return unusable(&format!("{name} has no TXT record")),
        Outcome::Records(records) => texts(&records),
    };
    let [octets] = found.as_slice() else {
        return unusable(&format!("{name} has {} TXT records, and may have one", found.len()));
    };
    let text = String::from_utf8_lossy(octets);
    let read = MacroString::read(&text, Place::Explanation)
        .map_err(|misread| Explanation::Unusable(format!("the text at {name} is no explanation: {}", misread.says)))?;
    let mut text = expanded(run, Place::Explanation, domain, &read)?;
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
    }
    Ok(Explanation::Text(text))
}

fn expanded(run: &mut Run<'_, '_>, place: Place, domain: &str, string: &MacroString) -> Result<String, Explanation> {
    let (case, run) = (run.case, &*run);
    match expand(string, place, case, domain, || run.client_name(domain, &mut Vec::new())) {
        Expansion::Text(text, _) => Ok(text),
        Expansion::Waiting => Err(Explanation::Waiting),
        Expansion::NotAscii => Err(Explanation::Unusable("it asks for a local part that is not ASCII".to_owned())),
    }
}
