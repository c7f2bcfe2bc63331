//! Asks DNS as the program does: by its own net room, over sockets.

use std::time::{SystemTime, UNIX_EPOCH};

use ehlo::app::effect::Effect;
use ehlo::app::event::{Event, QueryId};
use ehlo::diagnosis::answers::{Answers, Inquiry};
use ehlo::diagnosis::dns::{Answer, Query, QueryOptions, Resolver};
use ehlo::diagnosis::dnssec::Anchor;
use ehlo::diagnosis::investigation::{self, Came, Investigation, Setting, Want};
use ehlo::diagnosis::survey::{Asked, Line, Row, Single, asked};
use ehlo::net::Net;
use ehlo::net::clock::Clock;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{Receiver, channel};

/// Rounds of questions that no evaluation needs.
const ROUNDS: usize = 20;

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A question with whom it is asked and how.
pub(crate) type Question = (Query, Resolver, QueryOptions);

/// A net room of its own.
pub(crate) struct Asker {
    runtime: Runtime,
    net: Net,
    events: Receiver<Event>,
}

impl Asker {
    pub(crate) fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (sender, events) = channel(64);
        Self { runtime, net: Net::new(Clock::start(), None, sender), events }
    }

    /// Asks all of them at the same time, and gives the answers in the order of the questions.
    pub(crate) fn ask(&mut self, questions: Vec<Question>) -> Vec<Answer> {
        let Self { runtime, net, events } = self;
        runtime.block_on(async {
            let mut answers: Vec<Option<Answer>> = vec![None; questions.len()];
            for (id, (query, resolver, options)) in (0..).zip(questions) {
                assert_eq!(net.perform(Effect::Query { id: QueryId(id), query, resolver, options }), None);
            }
            for _ in 0..answers.len() {
                match events.recv().await {
                    Some(Event::Answered { id, answer, .. }) => answers[id.0 as usize] = Some(*answer),
                    other => panic!("not an answer: {other:?}"),
                }
            }
            answers.into_iter().map(|answer| answer.expect("each question is answered once")).collect()
        })
    }

    /// Evaluates again and again, each time with the answers to what was open before, until nothing is open.
    pub(crate) fn settle<T>(
        &mut self,
        resolver: &Resolver,
        options: &QueryOptions,
        evaluate: impl Fn(&Inquiry<'_>) -> T,
    ) -> T {
        let mut answers = Answers::default();
        for _ in 0..ROUNDS {
            let inquiry = Inquiry::new(&answers);
            let evaluated = evaluate(&inquiry);
            let open = inquiry.open();
            if open.is_empty() {
                return evaluated;
            }
            let ask = |query| (query, resolver.clone(), options.clone());
            for answer in self.ask(open.into_iter().map(ask).collect()) {
                answers.insert(answer);
            }
        }
        panic!("questions are still open after {ROUNDS} rounds");
    }

    /// Runs an investigation until it wants nothing more.
    pub(crate) fn run(&mut self, investigation: &mut dyn Investigation) {
        loop {
            let wants = investigation.wants();
            if wants.is_empty() {
                return;
            }
            let questions: Vec<_> = wants
                .into_iter()
                .map(|want| match want {
                    Want::Answer(question) => question,
                    other => panic!("no question: {other:?}"),
                })
                .collect();
            let plain =
                |asked: &investigation::Question| (asked.query.clone(), asked.resolver.clone(), asked.options.clone());
            let answers = self.ask(questions.iter().map(plain).collect());
            for (question, answer) in questions.into_iter().zip(answers) {
                investigation.came(Came::Answer(question, Box::new(answer)), now());
            }
        }
    }

    /// The rows of a single question as the pane draws them, once nothing is open.
    pub(crate) fn rows(&mut self, question: Question, anchors: &[Anchor]) -> Vec<Row> {
        let (query, resolver, options) = question;
        let setting = Setting { options, anchors: anchors.to_vec(), ..Setting::new(resolver) };
        let mut single = Single::new(query, false, &setting);
        self.run(&mut single);
        single.table().0
    }

    /// The answer to one question.
    pub(crate) fn one(&mut self, question: Question) -> Answer {
        self.ask(vec![question]).remove(0)
    }
}

/// A single question as it is typed: `mx good.test @127.0.0.1 -p 5300 +dnssec`.
#[track_caller]
pub(crate) fn question(line: &str) -> Question {
    let Line { asked, resolver, options, .. } = asked(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let Asked::One(query) = asked else { panic!("{line} is no single question") };
    (query, resolver.unwrap_or_default(), options)
}

/// The answer to a single question as it is typed.
#[track_caller]
pub(crate) fn answer(line: &str) -> Answer {
    Asker::new().one(question(line))
}
