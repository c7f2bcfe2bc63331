//! SPF against the whole public test suite of RFC 7208, answered in memory.
//!
//! `EHLO_SPF_SUITE` names the file `rfc7208-tests.yml`, which the source package `pyspf` 2.0.14 of the Python Package
//! Index holds:
//!
//! ```text
//! EHLO_SPF_SUITE=…/rfc7208-tests.yml cargo test --test spf_suite -- --ignored
//! ```

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test reads its file")]

mod server;
mod suite;

use ehlo::diagnosis::answers::{Answers, Inquiry};
use ehlo::diagnosis::spf::{Case, Evaluation, Explanation, evaluate};

/// The cases of the file that is known to be whole.
const CASES: usize = 203;

/// Rounds of questions that are never needed: ten look-ups one behind the other, the addresses of a mail exchange, and
/// an explanation.
const ROUNDS: usize = 14;

/// Runs a case to its end. Gives the rounds of questions that were needed too.
fn run(zone: &suite::Zone, case: &suite::Case) -> (Evaluation, usize) {
    let given = Case::mail_from(case.ip, &case.helo, &case.sender);
    let mut answers = Answers::default();
    for round in 0..ROUNDS {
        let inquiry = Inquiry::new(&answers);
        let evaluation = evaluate(&given, &inquiry);
        let open = inquiry.open();
        if open.is_empty() {
            return (evaluation, round);
        }
        for query in open {
            answers.insert(server::answer(zone, &query));
        }
    }
    panic!("{}: questions are still open after {ROUNDS} rounds", case.name);
}

#[test]
#[ignore = "needs the suite: EHLO_SPF_SUITE=…/rfc7208-tests.yml"]
fn every_case_of_the_public_suite() {
    let path = std::env::var("EHLO_SPF_SUITE").expect("EHLO_SPF_SUITE names the file rfc7208-tests.yml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path} cannot be read: {e}"));
    let mut wrong = Vec::new();
    let (mut cases, mut rounds) = (0, 0);
    for scenario in suite::read(&text) {
        for case in &scenario.cases {
            let (evaluation, needed) = run(&scenario.zone, case);
            cases += 1;
            rounds += needed;
            let verdict = evaluation.verdict().expect("nothing is open");
            let explanation = match &evaluation.explanation {
                Explanation::Text(text) => text.as_str(),
                _ => "DEFAULT",
            };
            let explained = case.explanation.as_ref().is_none_or(|wanted| wanted == explanation);
            if !case.results.iter().any(|result| result == verdict.result.name()) || !explained {
                wrong.push(format!(
                    "{} / {}: {} ({}), \"{explanation}\"; the suite says {}, {:?}",
                    scenario.description,
                    case.name,
                    verdict.result.name(),
                    verdict.says,
                    case.results.join(" or "),
                    case.explanation,
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases fail:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(cases, CASES, "the file holds another number of cases");
    println!("{cases} cases, {rounds} rounds of questions");
}
