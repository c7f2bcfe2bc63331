//! The DNS pane: a survey or a single question, and the rows to move in.

use std::collections::HashMap;

use super::effect::{Effect, Effects};
use super::event::QueryId;
use crate::diagnosis::Finding;
use crate::diagnosis::dns::{Answer, Query, QueryOptions, Resolver};
use crate::diagnosis::dnssec::Anchor;
use crate::diagnosis::survey::{Asked, Connect, Row, Single, Survey, asked};

/// What the pane shows.
#[derive(Debug, Default)]
pub struct DnsPane {
    /// The survey, unless a single question was asked.
    pub survey: Option<Survey>,
    /// The rows, kept up to date with each answer.
    pub rows: Vec<Row>,
    /// The row with the cursor.
    pub selected: usize,
    /// Whom to ask.
    pub resolver: Resolver,
    /// How to ask.
    options: QueryOptions,
    /// What was asked for, as a title.
    pub title: String,
    findings: Vec<Finding>,
    waiting: HashMap<QueryId, Purpose>,
    next: u32,
    single: Option<Single>,
    /// Where the trust of validations begins.
    pub(super) anchors: Vec<Anchor>,
}

/// What an answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// It is what the user asked for, or a part of a survey.
    Answer,
    /// It is a link of the chain of trust.
    Chain,
}

impl DnsPane {
    /// Reads a question as dig would, and asks it.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn ask(&mut self, line: &str, effects: &mut Effects) -> Result<(), String> {
        let line = asked(line)?;
        if let Some(resolver) = line.resolver {
            self.resolver = resolver;
        }
        match line.asked {
            Asked::Survey(subject) => {
                self.survey_with(&subject, line.options, effects);
            }
            Asked::One(query) => {
                self.clear();
                self.options = line.options;
                let single = Single::new(query.clone(), self.options.clone(), line.short, &self.anchors);
                self.title = single.title();
                self.single = Some(single);
                self.send(query, Purpose::Answer, self.resolver.clone(), self.options.clone(), effects);
                self.refresh();
            }
        }
        Ok(())
    }

    /// Looks into a domain or an address.
    pub fn survey(&mut self, subject: &str, effects: &mut Effects) {
        self.survey_with(subject, QueryOptions::default(), effects);
    }

    fn survey_with(&mut self, subject: &str, options: QueryOptions, effects: &mut Effects) {
        self.clear();
        self.options = options;
        self.title = subject.to_owned();
        self.survey = Some(Survey::new(subject));
        self.ask_more(effects);
        self.refresh();
    }

    /// An answer. Late ones of an earlier question are passed over. `now` is in seconds since 1970.
    pub fn answered(&mut self, id: QueryId, answer: Answer, now: i64, effects: &mut Effects) {
        let Some(purpose) = self.waiting.remove(&id) else { return };
        if let Some(survey) = &mut self.survey {
            survey.answered(answer);
            self.ask_more(effects);
        } else if let Some(single) = &mut self.single {
            match purpose {
                Purpose::Answer => single.answered(answer, now),
                Purpose::Chain => single.chain_answered(answer, now),
            }
            let questions = single.questions();
            let resolver = single.chain_resolver(&self.resolver);
            for (query, options) in questions {
                self.send(query, Purpose::Chain, resolver.clone(), options, effects);
            }
        }
        self.refresh();
    }

    /// Questions that wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.waiting.len()
    }

    /// Whether anything has been asked.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        self.survey.is_some() || self.single.is_some()
    }

    /// The row with the cursor.
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    /// What `y` copies: the row with the cursor, and of the row of a question the line of dig that asks it.
    #[must_use]
    pub fn copy(&self) -> Option<String> {
        let row = self.row()?;
        match &self.single {
            Some(single) if self.selected == 0 => Some(single.dig(&self.resolver)),
            _ => Some(format!("{} {}", row.label, row.text)),
        }
    }

    /// Where Enter connects.
    #[must_use]
    pub fn connect(&self) -> Option<&Connect> {
        self.row()?.connect.as_ref()
    }

    /// What the survey found, up to date with each answer.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn clear(&mut self) {
        self.survey = None;
        self.single = None;
        self.waiting.clear();
        self.selected = 0;
    }

    fn ask_more(&mut self, effects: &mut Effects) {
        let questions = self.survey.as_mut().map(Survey::questions).unwrap_or_default();
        for query in questions {
            self.send(query, Purpose::Answer, self.resolver.clone(), self.options.clone(), effects);
        }
    }

    fn send(
        &mut self,
        query: Query,
        purpose: Purpose,
        resolver: Resolver,
        options: QueryOptions,
        effects: &mut Effects,
    ) {
        let id = QueryId(self.next);
        self.next = self.next.wrapping_add(1);
        self.waiting.insert(id, purpose);
        effects.push(Effect::Query { id, query, resolver, options });
    }

    fn refresh(&mut self) {
        (self.rows, self.findings) = match (&self.survey, &self.single) {
            (Some(survey), _) => survey.table(),
            (None, Some(single)) => (single.rows(), Vec::new()),
            (None, None) => (Vec::new(), Vec::new()),
        };
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
    }
}
