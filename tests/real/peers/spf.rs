//! The whole public test suite of RFC 7208, its zones served over sockets and asked for by the program's own resolver.
//!
//! One record of it cannot be served as it stands: that of `null-text`, a TXT record without any string. It has an empty
//! string in its place.

use std::time::Duration;

use ehlo::diagnosis::dns::{Query, QueryOptions};
use ehlo::diagnosis::spf::{Case, Evaluation, Explanation, evaluate};

use super::directory;
use crate::answerer::Answerer;
use crate::asker::Asker;
use crate::spf_suite::{server, suite};

/// The cases of the file that is known to be whole.
const CASES: usize = 203;
/// How long a question waits that the suite leaves without an answer. All others are answered at once.
const LIMIT: Duration = Duration::from_secs(2);

/// Runs the cases of one scenario against its own server. Gives what is wrong, and how many cases there are.
fn run(scenario: suite::Scenario) -> (Vec<String>, usize) {
    let suite::Scenario { description, zone, cases } = scenario;
    let answerer = Answerer::start(move |query: &Query| server::answer(&zone, query).reply.ok());
    let options = QueryOptions { limit: Some(LIMIT), ..QueryOptions::default() };
    let mut asker = Asker::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let given = Case::mail_from(case.ip, &case.helo, &case.sender);
        let evaluation = asker.settle(&answerer.resolver(), &options, |inquiry| evaluate(&given, inquiry));
        let Evaluation { explanation, .. } = &evaluation;
        let verdict = evaluation.verdict().expect("nothing is open");
        let explanation = match explanation {
            Explanation::Text(text) => text.as_str(),
            _ => "DEFAULT",
        };
        let explained = case.explanation.as_ref().is_none_or(|wanted| wanted == explanation);
        if !case.results.iter().any(|result| result == verdict.result.name()) || !explained {
            wrong.push(format!(
                "{description} / {}: {} ({}), \"{explanation}\"; the suite says {}, {:?}",
                case.name,
                verdict.result.name(),
                verdict.says,
                case.results.join(" or "),
                case.explanation,
            ));
        }
    }
    (wrong, cases.len())
}

#[test]
#[ignore = "needs the public suite: tests/real/run"]
fn every_case_of_the_public_suite_over_sockets() {
    let path = directory().join("rfc7208-tests.yml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Side by side: what the suite leaves without an answer is waited for.
    let scenarios: Vec<_> = suite::read(&text).into_iter().map(|s| std::thread::spawn(move || run(s))).collect();
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for scenario in scenarios {
        let (failed, run) = scenario.join().expect("a scenario runs to its end");
        wrong.extend(failed);
        cases += run;
    }
    assert!(wrong.is_empty(), "{} of {cases} cases fail:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(cases, CASES, "the file holds another number of cases");
}
